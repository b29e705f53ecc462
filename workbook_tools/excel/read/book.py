"""The only module that knows python-calamine: workbooks as grids of values, rows and columns kept.

A file passes :func:`workbook_tools.excel.read.parts.examine` first; each sheet is read at most
once, and only when somebody asks for it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeAlias

from python_calamine import CalamineSheet, CalamineWorkbook

from workbook_tools.cells import Area, cell_name
from workbook_tools.excel.read.limits import BROKEN, UnreadableError
from workbook_tools.excel.read.parts import Container, examine

__all__ = ["OpenedBook", "Table", "UnreadableError", "Value", "as_text", "open_book", "tables"]

Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
Grid: TypeAlias = list[list[Value]]


@dataclass(frozen=True)
class Table:
    """One worksheet as rows of values; no row or column of the sheet is lost."""

    sheet: str
    grid: Grid
    source: CalamineSheet | None = None

    @cached_property
    def merged(self) -> Sequence[Area]:
        """The merged areas, where the format tells them."""
        ranges = (self.source.merged_cell_ranges if self.source else None) or ()
        return tuple(
            Area(top, left, bottom - top + 1, right - left + 1)
            for (top, left), (bottom, right) in ranges
        )

    def value(self, row: int, col: int) -> Value:
        """What a cell holds; an empty text outside the sheet."""
        try:
            return self.grid[row][col]
        except IndexError:
            return ""

    def text(self, row: int, col: int) -> str:
        """The cell as text, ``3.0`` as ``3``."""
        return as_text(self.value(row, col))

    def cell(self, row: int, col: int) -> str:
        """A1 notation, for messages."""
        return cell_name(row, col)


class OpenedBook:
    """An open workbook: its outside, and its sheets read when asked for."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self._tables: dict[str, Table] = {}
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(container.data))
            self.sheets: tuple[str, ...] = tuple(self._book.sheet_names)
        except BaseException as error:
            raise _broken(error) from error

    def table(self, sheet: str) -> Table:
        """One worksheet. Raises UnreadableError where it cannot be read."""
        if sheet not in self._tables:
            try:
                source = self._book.get_sheet_by_name(sheet)
                grid = source.to_python(skip_empty_area=False)
            except BaseException as error:
                raise _broken(error) from error
            self._tables[sheet] = Table(sheet, grid, source)
        return self._tables[sheet]

    def tables(self, sheets: Sequence[str]) -> list[Table]:
        """Several worksheets; one that cannot be read (a chart, a broken one) is left out."""
        found = []
        for sheet in sheets:
            try:
                found.append(self.table(sheet))
            except UnreadableError:
                continue
        return found


def open_book(data: bytes, passwords: Sequence[str] = ()) -> OpenedBook:
    """Open a workbook of any kind. Raises UnreadableError where it is none or may not be opened."""
    return OpenedBook(examine(data, passwords))


def tables(data: bytes) -> list[Table]:
    """All worksheets of a workbook that must be readable as a whole."""
    book = open_book(data)
    return [book.table(sheet) for sheet in book.sheets]


def as_text(value: Value) -> str:
    """A cell's value as a person sees it: whole numbers without ``.0``, dates as 2022-04-22."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def _broken(error: BaseException) -> UnreadableError:
    """calamine's panics are no Exceptions: whatever is not the user's Ctrl-C is a broken file."""
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        raise error
    return UnreadableError("F001", BROKEN)
