"""一望: every item and practice by criterion on one page, the poorer the darker.

Panels stand side by side, items left, practices right of them; where there are too many for a page
they go on on the next. Figures keep their digits: the shade is the second thing to go by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.figure_lists import criteria_names, title
from workbook_tools.consolidate.mentions import GRADE, ITEM, NUMBER
from workbook_tools.consolidate.places import Places, TablePlace
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import HEAT, Book, Sheet
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.plan.model import Criterion, Plan
from workbook_tools.text import shortened

NAME = "一望"
NONE = "－"  # where there are no figures
TOP = 3  # below title, explanation and headings
_ITEMS, _PRACTICES = "取組項目", "実践項目"
_TOLD = (
    "色が濃いほど低い評点です（数字は評点、取組項目は平均値）。"
    f"斜体は取組が終了した実践項目、{NONE}は数値がないものです。"
)
_ABREAST = 2  # panels of practices
_GAP, _NO, _LEAST_NAME = 10, 24, 110  # pixels
_WIDTH, _SCALE, _ROOM = 1070, 90, 572.0  # A4 landscape: pixels, percent, points
_HEADS, _ROW = (26.0, 15.0), 13.5  # points: title and explanation; a row
_FIT = paper.LISTS


@dataclass(frozen=True, slots=True)
class HeatRow:
    """What one row of a panel shows: its number, name, figures and grade as they stand."""

    no: int
    name: str
    figures: Mapping[str, float]
    grade: str
    has_ended: bool
    order: int  # of its row in its table, from 1


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows below one another from ``col`` on: №, name, criteria, grade."""

    col: int
    words: str
    number: str
    table: TablePlace
    rows: Sequence[HeatRow | None]  # None leaves a row free
    pixels: tuple[int, ...]
    look: str = ""

    @property
    def end(self) -> int:
        """The column behind it: a gap."""
        return self.col + len(self.pixels)


def add_heat_map(book: Book, figures: Figures, known: Places) -> None:
    """Add 一望."""
    sheet, plan, panels = book.sheet(NAME), figures.plan, heat_panels(figures, known)
    last = panels[-1].end
    heading = f"{title(figures, NAME)}　{figures.at_end}"
    heading = shortened(heading, paper.TITLES.characters(_WIDTH))
    sheet.text(Area(0, 0, 1, last), heading, "big")
    sheet.text(Area(1, 0, 1, last), _TOLD)
    for row, points in enumerate((*_HEADS, _heading_points(plan))):
        sheet.height(row, points)
    rows = max(len(panel.rows) for panel in panels)
    for row in range(TOP, TOP + rows):
        sheet.height(row, _ROW)
    for number, panel in enumerate(panels):
        helper = last + 1 + number
        sheet.columns(helper, helper, 60, hidden=True)
        _draw(sheet, panel, helper, plan)
    _print(sheet, plan, TOP + rows, last, sum(sum(panel.pixels) + _GAP for panel in panels) - _GAP)


def _print(sheet: Sheet, plan: Plan, rows: int, columns: int, pixels: int) -> None:
    """Pages of as many rows as fit; a plan with many criteria is fitted to the width instead."""
    per, is_wide = _rows_a_page(plan), pixels > _WIDTH
    sheet.page(
        Area(0, 0, rows, columns),
        landscape=True,
        tall=ceil((rows - TOP) / per),
        repeat=(0, TOP - 1),
        scale=0 if is_wide else _SCALE,
        footer=paper.NAME_AND_PAGES,
    )
    if not is_wide:
        sheet.breaks([*range(TOP + per, rows, per)])
    sheet.freeze(TOP)
    sheet.view()


def heat_panels(figures: Figures, known: Places) -> list[Panel]:
    """Items, then practices in two panels; pages below one another."""
    items, practices = [*_items(figures)], [*_practices(figures)]
    per = _rows_a_page(figures.plan)
    pages = max(1, ceil(len(items) / per), ceil(len(practices) / (per * _ABREAST)))
    if pages == 1:
        per = max(len(items), ceil(len(practices) / _ABREAST), 1)
    columns: list[list[HeatRow | None]] = [[] for _ in range(_ABREAST)]
    for start in range(0, len(practices), per * _ABREAST):
        for number, column in enumerate(columns):
            own = practices[start + number * per : start + (number + 1) * per]
            column += [*own, *[None] * (per - len(own))]
    widths = _widths(figures.plan)
    panels = [Panel(0, _ITEMS, ITEM, known.items, items, widths[0], "tenths")]
    for rows in columns:
        col = panels[-1].end + 1
        panels.append(Panel(col, _PRACTICES, NUMBER, known.practices, rows, widths[1]))
    return panels


def _items(figures: Figures) -> Iterator[HeatRow]:
    for order, known in enumerate(figures.items, start=1):
        means = known.now.averages if known.now else {}
        reached = {name: tenths(value) for name, value in means.items()}
        grade = known.now.grade if known.now else NONE
        yield HeatRow(known.item.no, known.item.name, reached, grade, False, order)


def _practices(figures: Figures) -> Iterator[HeatRow]:
    for order, known in enumerate(figures.practices, start=1):
        scores: Mapping[str, float] = known.now.scores if known.now else {}
        grade, practice = known.now.grade if known.now else NONE, known.practice
        ended = known.finished is not None
        yield HeatRow(practice.no, practice.title, scores, grade, ended, order)


def _widths(plan: Plan) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of the columns of items and of practices: names take what figures leave over."""
    room = (_WIDTH - _ABREAST * _GAP) // (_ABREAST + 1)
    grade = max(_FIT.pixels(rule.grade) for rule in plan.grades) + 6
    digits = len(str(max((criterion.maximum for criterion in plan.criteria), default=0)))
    found = []
    for shown in (digits + 2, digits):  # 2.3 of items, 2 of practices
        figure = _FIT.pixels("0" * shown) + (2 if shown > digits else 6)
        used = _NO + len(plan.criteria) * figure + grade
        name = max(_LEAST_NAME, room - used)
        found.append((_NO, name, *[figure] * len(plan.criteria), grade))
    return found[0], found[1]


def _heading_points(plan: Plan) -> float:
    """The names of the criteria stand upright."""
    longest = max((len(name) for name in (*criteria_names(plan), GRADE)), default=1)
    return min(paper.HIGHEST, _FIT.height(longest))


def _rows_a_page(plan: Plan) -> int:
    return max(1, int((_ROOM - sum(_HEADS) - _heading_points(plan)) / _ROW))


def _draw(sheet: Sheet, panel: Panel, helper: int, plan: Plan) -> None:
    """Headings and rows of one panel, and its shades."""
    names = criteria_names(plan)
    heads = [("№", "head"), (panel.words, "head")]
    heads += [(name, "stacked") for name in (*names, GRADE)]
    for col, ((words, look), pixels) in enumerate(zip(heads, panel.pixels, strict=True), panel.col):
        sheet.columns(col, col, pixels)
        stacked = "\n".join(words) if look == "stacked" else words
        sheet.text(Area(TOP - 1, col), stacked, "box", "head", look)
    if helper > panel.end:
        sheet.columns(panel.end, panel.end, _GAP)
    for row, known in enumerate(panel.rows, start=TOP):
        if known is not None:
            _write(sheet, row, panel, known, helper, names)
    for col, criterion in enumerate(plan.criteria, start=panel.col + 2):
        _shade(sheet, Area(TOP, col, max(1, len(panel.rows))), criterion)


def _write(
    sheet: Sheet, row: int, panel: Panel, known: HeatRow, helper: int, names: Sequence[str]
) -> None:
    """One item or practice; a hidden cell tells which row of its table has its number."""
    number, col = Area(row, panel.col), panel.col
    sheet.number(number, known.no, "box", "center")
    name = shortened(known.name, _FIT.characters(panel.pixels[1]))
    sheet.text(Area(row, col + 1), name, "box", "left", *(["italic"] if known.has_ended else []))
    sheet.formula(Area(row, helper), f"={panel.table.place_of(number.a1)}", known.order)
    looks = ["box", "center", *([panel.look] if panel.look else [])]
    where = cell_name(row, helper)
    for right, key in enumerate(names, start=col + 2):
        source = panel.table.at(where, key)
        formula = f'=IF({source}="","",{source})'
        sheet.formula(Area(row, right), formula, known.figures.get(key, ""), *looks)
    figures = Area(row, col + 2, 1, len(names)).absolute_range
    source = panel.table.at(where, GRADE)
    formula = f"=IF(COUNT({figures})=0,{quoted(NONE)},{source})"
    sheet.formula(Area(row, col + 2 + len(names)), formula, known.grade, "box", "center")


def _shade(sheet: Sheet, area: Area, criterion: Criterion) -> None:
    """The lower a figure lies between the least and the most that can be given, the darker."""
    below, span = "", criterion.maximum - criterion.minimum
    cell = area.a1
    for number, colour in enumerate(HEAT, start=1):
        limit = criterion.minimum + span * number / (len(HEAT) + 1)
        within = f"AND(ISNUMBER({cell}),{below}{cell}<={limit:g})"
        sheet.highlight(area, f"={within}", bg_color=colour)
        below = f"{cell}>{limit:g},"
