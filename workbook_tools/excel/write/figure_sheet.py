"""Tables of figures on A4 landscape: title, headings in two rows, computed heights, formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area
from workbook_tools.excel.write.book import Sheet
from workbook_tools.text import lines

TOP = 3  # below a title and two rows of headings
FOOTER = "&L&A&C&P / &N"
_LINE, _EDGE, _MOST = 11.5, 5.0, 400.0  # points a printed line, besides, and Excel's limit
_CHAR = 6  # pixels of a half-width character of 9 pt

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Heading:
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
SPACER = Heading("", 12, hidden=True)


def draw_head(sheet: Sheet, title: str, right: str, headings: Sequence[Heading]) -> int:
    """Title, headings in two rows and widths; gives the number of printed columns."""
    printed = [one for one in headings if not one.hidden]
    last = len(printed) - 1
    room = sum(one.pixels for one in printed[:-2])
    sheet.text(Area(0, 0, 1, last - 1), title, "big", "wrap", "middle")
    sheet.text(Area(0, last - 1, 1, 2), right, "right", "bold")
    sheet.height(0, 8 + 18 * lines(title, max(2, room // 10)))
    for col, one in enumerate(headings):
        sheet.columns(col, col, one.pixels, hidden=one.hidden and one != SPACER)
        if one == SPACER:
            continue
        if one.group:
            sheet.text(Area(2, col), one.words, "box", "head")
        else:
            sheet.text(Area(1, col, 2), one.words, "box", "head")
    groups = _groups(headings)
    for group, first, count in groups:
        sheet.text(Area(1, first, 1, count), group, "box", "head")
    upper = max((lines(words, _spread(headings, col, n)) for words, col, n in groups), default=1)
    lower = max((lines(one.words, _room(one)) for one in printed if one.group), default=1)
    alone = max((lines(one.words, _room(one)) for one in printed if not one.group), default=1)
    lower = max(lower, alone - upper)
    sheet.height(1, _EDGE + _LINE * upper)
    sheet.height(2, _EDGE + _LINE * lower)
    return last + 1


def draw_row(sheet: Sheet, row: int, headings: Sequence[Heading], values: Sequence[Value]) -> float:
    """Write plain values under the leading headings, as high as they need; gives the points."""
    for col, (one, value) in enumerate(zip(headings, values, strict=False)):
        sheet.value(Area(row, col), value, "box", "wrap", "middle", one.look)
    texts = [(one, value) for one, value in zip(headings, values, strict=False)]
    most = max(lines(value, _room(one)) if isinstance(value, str) else 1 for one, value in texts)
    high = min(_MOST, _EDGE + _LINE * most)
    sheet.height(row, high)
    return high


def finish(sheet: Sheet, rows: int, columns: int, *, tall: int = 0) -> None:
    """Printed A4 landscape, one page wide, headings repeated and kept in sight."""
    area = Area(0, 0, rows, columns)
    sheet.page(area, landscape=True, tall=tall, repeat=(0, TOP - 1), footer=FOOTER)
    sheet.view()


def columns_of(headings: Iterable[Heading]) -> dict[str, int]:
    """Columns by key."""
    return {one.key: col for col, one in enumerate(headings)}


def boxed(sheet: Sheet, row: int, col: int, formula: str, value: Value, *looks: str) -> None:
    """A formula in a bordered cell, centred."""
    sheet.formula(Area(row, col), formula, value, "box", "center", *looks)


def _groups(headings: Sequence[Heading]) -> list[tuple[str, int, int]]:
    """Runs of columns under one group heading: words, first column, how many."""
    found: list[tuple[str, int, int]] = []
    for col, one in enumerate(headings):
        if found and one.group == found[-1][0] and found[-1][1] + found[-1][2] == col:
            found[-1] = (one.group, found[-1][1], found[-1][2] + 1)
        elif one.group:
            found.append((one.group, col, 1))
    return found


def _room(one: Heading) -> int:
    return max(2, (one.pixels - 6) // _CHAR)


def _spread(headings: Sequence[Heading], first: int, count: int) -> int:
    return max(2, (sum(one.pixels for one in headings[first : first + count]) - 6) // _CHAR)
