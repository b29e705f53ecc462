"""Tables of figures on A4 landscape: title, headings in two rows, computed heights, formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Sheet

TOP = 3  # below a title and two rows of headings
_FIT = paper.LISTS
_INDENT = 18  # pixels that a merged cell loses when it is printed

Value = str | int | float


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column on paper: key, words (under those of its group), width and look."""

    key: str
    pixels: int
    look: str = "center"
    label: str = ""
    group: str = ""
    hidden: bool = False

    @property
    def words(self) -> str:
        """What is printed over the column."""
        return self.label or self.key


# Stands between printed and hidden columns: a hidden number right beside the print area would be
# in the PDF as ###, cut to nothing but found by whoever searches it.
# Wide enough for a link, which is for the screen alone.
SPACER = PrintedColumn("", 84, hidden=True)


def fitted(columns: Sequence[PrintedColumn]) -> tuple[PrintedColumn, ...]:
    """The columns as wide as the page allows: names share what figures leave over."""
    widths = paper.shared(
        [column.pixels for column in columns],
        [column.look == "left" for column in columns],
        paper.LIST_PAGE.pixels,
    )
    return tuple(
        replace(column, pixels=pixels) for column, pixels in zip(columns, widths, strict=True)
    )


def draw_head(sheet: Sheet, title: str, right: str, columns: Sequence[PrintedColumn]) -> int:
    """Title, headings in two rows and widths; gives the number of printed columns."""
    printed = [column for column in columns if not column.hidden]
    last = len(printed) - 1
    taken = _columns_for(right, printed)
    room = sum(column.pixels for column in printed[:-taken])
    sheet.text(Area(0, 0, 1, last + 1 - taken), title, "big", "wrap", "middle")
    sheet.text(Area(0, last + 1 - taken, 1, taken), right, "right", "bold")
    sheet.height(0, paper.TITLES.height(paper.TITLES.lines(title, room)))
    draw_headings(sheet, columns)
    groups = _groups(columns)
    upper = max((_FIT.lines(group.words, group.pixels) for group in groups), default=1)
    lower = max((_needed(column) for column in printed if column.group), default=1)
    alone = max((_needed(column) for column in printed if not column.group), default=1)
    sheet.height(1, _FIT.height(upper))
    sheet.height(2, _FIT.height(max(lower, alone - upper)))
    return last + 1


def _columns_for(text: str, columns: Sequence[PrintedColumn]) -> int:
    """How many of the last columns a text takes on one line; at least two."""
    needed, taken = _FIT.pixels(text), 2
    while sum(column.pixels for column in columns[-taken:]) < needed and taken < len(columns) - 1:
        taken += 1
    return taken


def draw_headings(sheet: Sheet, columns: Sequence[PrintedColumn]) -> None:
    """Widths, and the headings in their two rows below the title."""
    for col, column in enumerate(columns):
        sheet.columns(col, col, column.pixels, hidden=column.hidden and column != SPACER)
        if column == SPACER:
            continue
        area = Area(2, col) if column.group else Area(1, col, 2)
        sheet.text(area, column.words, "box", "head")
    for group in _groups(columns):
        sheet.text(Area(1, group.first, 1, group.cols), group.words, "box", "head")


def draw_row(
    sheet: Sheet, row: int, columns: Sequence[PrintedColumn], values: Sequence[Value | None]
) -> None:
    """Write values under the leading columns, in a row as high as they need; None is left out."""
    most = 1
    for col, (column, value) in enumerate(zip(columns, values, strict=False)):
        if value is None:
            continue
        sheet.value(Area(row, col), value, "box", "wrap", "middle", column.look)
        if isinstance(value, str):
            most = max(most, _FIT.lines(value, column.pixels))
    sheet.height(row, _FIT.height(most))


def write_notes(
    sheet: Sheet, row: int, columns: int, pixels: int, notes: Iterable[str], look: str
) -> int:
    """Sentences over so many columns, that many pixels wide; gives the first row below them."""
    for note in notes:
        sheet.text(Area(row, 0, 1, columns), f"※ {note}", "wrap", look)
        sheet.height(row, _FIT.height(_FIT.lines(f"※ {note}", pixels - _INDENT)))
        row += 1
    return row


def finish(sheet: Sheet, rows: int, columns: int) -> None:
    """Printed A4 landscape, one page wide, headings repeated and kept in sight."""
    area = Area(0, 0, rows, columns)
    repeat = (0, TOP - 1)
    sheet.print_on(paper.LIST_PAGE, area, repeat=repeat, footer=paper.NAME_AND_PAGES)
    sheet.view()


def columns_of(columns: Iterable[PrintedColumn]) -> dict[str, int]:
    """Columns by key."""
    return {column.key: col for col, column in enumerate(columns)}


def boxed(sheet: Sheet, row: int, col: int, formula: str, value: Value, *looks: str) -> None:
    """A formula in a bordered cell, centred."""
    sheet.formula(Area(row, col), formula, value, "box", "center", *looks)


class _Group(NamedTuple):
    """A run of columns under one heading: its words, first column, how many, and their width."""

    words: str
    first: int
    cols: int
    pixels: int


def _groups(columns: Sequence[PrintedColumn]) -> list[_Group]:
    found: list[_Group] = []
    for words, run in groupby(enumerate(columns), key=lambda place: place[1].group):
        own = list(run)
        if words:
            pixels = sum(column.pixels for _, column in own)
            found.append(_Group(words, own[0][0], len(own), pixels))
    return found


def _needed(column: PrintedColumn) -> int:
    return _FIT.lines(column.words, column.pixels)
