"""Tables of figures on A4 landscape: title, headings in two rows, computed heights, formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Sheet

TOP = 3  # below a title and two rows of headings
_FIT = paper.FIGURES

Value = str | int | float


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """A column: how code calls it, its words (under those of its group), its width and look."""

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
SPACER = FigureColumn("", 12, hidden=True)


def draw_head(sheet: Sheet, title: str, right: str, headings: Sequence[FigureColumn]) -> int:
    """Title, headings in two rows and widths; gives the number of printed columns."""
    printed = [heading for heading in headings if not heading.hidden]
    last = len(printed) - 1
    room = sum(heading.pixels for heading in printed[:-2])
    sheet.text(Area(0, 0, 1, last - 1), title, "big", "wrap", "middle")
    sheet.text(Area(0, last - 1, 1, 2), right, "right", "bold")
    sheet.height(0, paper.TITLES.height(paper.TITLES.lines(title, room)))
    for col, heading in enumerate(headings):
        sheet.columns(col, col, heading.pixels, hidden=heading.hidden and heading != SPACER)
        if heading == SPACER:
            continue
        if heading.group:
            sheet.text(Area(2, col), heading.words, "box", "head")
        else:
            sheet.text(Area(1, col, 2), heading.words, "box", "head")
    groups = _groups(headings)
    for group in groups:
        sheet.text(Area(1, group.first, 1, group.cols), group.words, "box", "head")
    upper = max((_FIT.lines(group.words, group.pixels) for group in groups), default=1)
    lower = max((_needed(heading) for heading in printed if heading.group), default=1)
    alone = max((_needed(heading) for heading in printed if not heading.group), default=1)
    sheet.height(1, _FIT.height(upper))
    sheet.height(2, _FIT.height(max(lower, alone - upper)))
    return last + 1


def draw_row(
    sheet: Sheet, row: int, headings: Sequence[FigureColumn], values: Sequence[Value]
) -> None:
    """Write plain values under the leading headings, in a row as high as they need."""
    most = 1
    for col, (heading, value) in enumerate(zip(headings, values, strict=False)):
        sheet.value(Area(row, col), value, "box", "wrap", "middle", heading.look)
        if isinstance(value, str):
            most = max(most, _FIT.lines(value, heading.pixels))
    sheet.height(row, _FIT.height(most))


def finish(sheet: Sheet, rows: int, columns: int, *, tall: int = 0) -> None:
    """Printed A4 landscape, one page wide, headings repeated and kept in sight."""
    area = Area(0, 0, rows, columns)
    sheet.page(area, landscape=True, tall=tall, repeat=(0, TOP - 1), footer=paper.NAME_AND_PAGES)
    sheet.view()


def columns_of(headings: Iterable[FigureColumn]) -> dict[str, int]:
    """Columns by key."""
    return {heading.key: col for col, heading in enumerate(headings)}


def boxed(sheet: Sheet, row: int, col: int, formula: str, value: Value, *looks: str) -> None:
    """A formula in a bordered cell, centred."""
    sheet.formula(Area(row, col), formula, value, "box", "center", *looks)


class _Group(NamedTuple):
    """A run of columns under one heading: its words, first column, how many, and their width."""

    words: str
    first: int
    cols: int
    pixels: int


def _groups(headings: Sequence[FigureColumn]) -> list[_Group]:
    found: list[_Group] = []
    for words, run in groupby(enumerate(headings), key=lambda place: place[1].group):
        columns = list(run)
        if words:
            pixels = sum(heading.pixels for _, heading in columns)
            found.append(_Group(words, columns[0][0], len(columns), pixels))
    return found


def _needed(heading: FigureColumn) -> int:
    return _FIT.lines(heading.words, heading.pixels)
