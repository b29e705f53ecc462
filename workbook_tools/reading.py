"""The only module that knows python-calamine: workbooks in, looked at before they are opened.

Nothing is run, followed or written. A file that could kill the process is refused before calamine
sees it: a far cell makes calamine allocate the whole rectangle, and no exception ends that.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from python_calamine import CalamineWorkbook

from workbook_tools.grid import Area, cell_name

Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
Grid: TypeAlias = list[list[Value]]

# A filled form is 60 kB unpacked, a master of 2,000 practices 2 MB: far above, far below harm.
MOST_UNPACKED = 64 * 1024 * 1024
# More columns than ZZ or more rows than this and the rectangle outgrows memory.
MOST_ROWS, MOST_COLS = 20_000, 702
_ROW = re.compile(rb'<row[^>]*? r="(\d+)"')
_FAR_COL = re.compile(rb'<c[^>]*? r="[A-Z]{3,}\d+"')


class UnreadableError(Exception):
    """The bytes are no workbook that may be opened; ``reason`` says why, for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Table:
    """One worksheet as rows of values; no row or column of the sheet is lost."""

    sheet: str
    grid: Grid

    def text(self, row: int, col: int) -> str:
        """The cell as text, ``3.0`` as ``3``; an empty string outside the sheet."""
        try:
            return as_text(self.grid[row][col])
        except IndexError:
            return ""

    def cell(self, row: int, col: int) -> str:
        """A1 notation, for messages."""
        return cell_name(row, col)

    def area(self, row: int, col: int) -> Area:
        """The cell as an area."""
        return Area(row, col)


def tables(data: bytes) -> list[Table]:
    """All worksheets of a workbook. Raises UnreadableError where it is none or may not be opened."""
    _look_before_opening(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            Table(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # calamine's panics are no Exceptions
        raise UnreadableError(
            "Ｅｘｃｅｌのブックとして読めません（壊れている可能性があります）。"
        ) from error


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


def _look_before_opening(data: bytes) -> None:
    if not data.startswith(b"PK"):
        raise UnreadableError("Ｅｘｃｅｌのブック（.xlsx）ではありません。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MOST_UNPACKED:
                raise UnreadableError("展開すると大きすぎます。")
            for member in members:
                if member.filename.startswith("xl/worksheets/"):
                    _refuse_far_cells(archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise UnreadableError("ファイルが壊れています。") from error


def _refuse_far_cells(xml: bytes) -> None:
    rows = _ROW.findall(xml)
    if _FAR_COL.search(xml) or any(int(row) > MOST_ROWS for row in rows):
        raise UnreadableError("表の範囲が広すぎます（遠く離れたセルに値があります）。")
