"""The only module that knows python-calamine: workbooks as grids of values, rows and columns kept.

A file passes :func:`workbook_tools.excel.read.parts.examine` first; each sheet is read at most
once, and only when somebody asks for it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TypeAlias

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from workbook_tools.cells import Area, cell_name
from workbook_tools.excel.read.limits import BROKEN, MOST_CELLS, MOST_SPAN, UnreadableError
from workbook_tools.excel.read.looks import looks_of, mends_texts
from workbook_tools.excel.read.parts import Container, examine
from workbook_tools.excel.read.shown import PLAIN, Hides, Look, Overlays, Struck
from workbook_tools.excel.read.values import Value, as_text

__all__ = ["OpenedBook", "Table", "UnreadableError", "Value", "as_text", "open_book", "tables"]

Grid: TypeAlias = list[list[Value]]


@dataclass(frozen=True, eq=False)
class Table:
    """One worksheet as rows of values; no row or column of the sheet is lost."""

    sheet: str
    grid: Grid
    source: CalamineSheet | None = None
    looked_at: Callable[[], Look] = lambda: PLAIN

    @cached_property
    def look(self) -> Look:
        """How the sheet looks; told when first asked for: a plan master or a list never is."""
        return self.looked_at()

    @cached_property
    def merged(self) -> Sequence[Area]:
        """The merged areas, where the format tells them; bounded, whatever a file says."""
        areas, cells = [], 0
        for (top, left), (bottom, right) in self._ends.items():
            rows, cols = min(bottom - top + 1, MOST_SPAN), min(right - left + 1, MOST_SPAN)
            cells += max(rows * cols, 1)
            if cells > MOST_CELLS:
                break
            if rows > 0 and cols > 0:
                areas.append(Area(top, left, rows, cols))
        return areas

    @cached_property
    def covered(self) -> frozenset[tuple[int, int]]:
        """The cells below a merged area's first one: what they hold is not seen."""
        return frozenset(
            (row, col)
            for area in self.merged
            for row in range(area.row, area.last_row + 1)
            for col in range(area.col, area.last_col + 1)
            if (row, col) != (area.row, area.col)
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

    def has_formula(self, row: int, col: int) -> bool:
        """Whether a cell holds a formula, stored value or not."""
        return self.look.has_formula(row, col)

    def error(self, row: int, col: int) -> str:
        """The error value a cell shows (``#N/A``); :meth:`value` gives it as an empty text."""
        errors = self.look.errors
        return errors.get((row, col), "") if errors else ""

    def cell(self, row: int, col: int) -> str:
        """A1 notation, for messages."""
        return cell_name(row, col)

    @property
    def is_plain(self) -> bool:
        """Nothing on the sheet is struck through, hidden by a format, or shown otherwise.

        Then :meth:`struck`, :meth:`displayed` and :meth:`hides` need not be asked cell by cell.
        """
        return self.look.is_plain

    def struck(self, row: int, col: int) -> Struck | None:
        """What of the cell's text is struck through; None where nothing is."""
        if self.look.is_plain:
            return None
        return self.look.struck(row, col, self.text(row, col))

    def displayed(self, row: int, col: int) -> str | None:
        """The cell as its number format shows it; None where that cannot be told.

        Not looked at here: whether it is struck, hidden, or wider than its column (``####``).
        """
        return self.look.displayed(row, col, self.value(row, col))

    def hides(self, row: int, col: int) -> Hides:
        """Whether the cell's own format keeps what it holds from being seen."""
        value = self.value(row, col)
        if value == "" or self.look.is_plain:
            return Hides.NO
        shown = self.look.displayed(row, col, value)
        return Hides.YES if shown is not None and not shown.strip() else self.look.hides(row, col)

    def is_hidden(self, row: int, col: int) -> bool:
        """Whether the cell's row or column is hidden, filtered out or of no size.

        A merged cell is hidden where all its rows or all its columns are.
        """
        rows, cols = self.look.hidden_rows, self.look.hidden_cols
        if row not in rows and col not in cols:
            return False
        last_row, last_col = self._ends.get((row, col), (row, col))
        all_rows = range(row, min(last_row + 1, row + MOST_SPAN))
        all_cols = range(col, min(last_col + 1, col + MOST_SPAN))
        return all(known in rows for known in all_rows) or all(known in cols for known in all_cols)

    @cached_property
    def _ends(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """First cell → last cell of each merged area."""
        return dict((self.source.merged_cell_ranges if self.source else None) or ())


class OpenedBook:
    """An open workbook: its outside, and its sheets read when asked for."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self._look = cache(looks_of(container))
        self._is_mended = mends_texts(container)
        self._tables: dict[str, Table] = {}
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(container.data()))
            self.sheets: tuple[str, ...] = tuple(self._book.sheet_names)
            self._visible = {
                sheet.name
                for sheet in self._book.sheets_metadata
                if sheet.visible is SheetVisibleEnum.Visible
            }
        except BaseException as error:
            raise _broken(error) from error

    def is_visible(self, sheet: str) -> bool:
        """Whether the sheet has a tab to be seen: neither hidden nor "very hidden"."""
        return sheet in self._visible

    def table(self, sheet: str) -> Table:
        """One worksheet. Raises UnreadableError where it cannot be read."""
        if sheet not in self._tables:
            try:
                source = self._book.get_sheet_by_name(sheet)
                grid = source.to_python(skip_empty_area=False)
            except BaseException as error:
                raise _broken(error) from error
            if self._is_mended:
                for (row, col), text in self._look(sheet).texts.items():
                    if row < len(grid) and col < len(grid[row]):
                        grid[row][col] = text
            self._tables[sheet] = Table(sheet, grid, source, partial(self._look, sheet))
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

    def overlays(self, sheet: str) -> Overlays:
        """Text boxes, notes, pictures and the like that lie over the sheet's cells."""
        return self._look(sheet).overlays


def open_book(data: bytes, passwords: Sequence[str] = ()) -> OpenedBook:
    """Open a workbook of any kind. Raises UnreadableError where it is none or may not be opened."""
    return OpenedBook(examine(data, passwords))


def tables(data: bytes) -> list[Table]:
    """All worksheets of a workbook that must be readable as a whole."""
    book = open_book(data)
    return [book.table(sheet) for sheet in book.sheets]


def _broken(error: BaseException) -> UnreadableError:
    """calamine's panics are no Exceptions: whatever is not the user's Ctrl-C is a broken file."""
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        raise error
    return UnreadableError("F001", BROKEN)
