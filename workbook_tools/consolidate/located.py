"""What a cell of a derived sheet stands for: which figure of which table, in which year. Pure.

The sheet is read as it lies there, sorted or not: rows by their number, columns by their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from workbook_tools.consolidate import both_sides, comparison, heat_map, pages, trends
from workbook_tools.consolidate.figure_lists import criteria_names
from workbook_tools.consolidate.mentions import COUNCIL, GRADE
from workbook_tools.consolidate.page_grid import PracticeTable
from workbook_tools.consolidate.places import ITEMS, PRACTICES, THEMES
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Table
from workbook_tools.excel.write.figure_sheet import TOP
from workbook_tools.figures.compute import Figures
from workbook_tools.text import squeeze

_BLOCK = re.compile(r"取組(\d+)")  # a hidden cell at the head of every block of 評価ページ
_KINDS = {name.removesuffix("別"): name for name in (ITEMS, PRACTICES, THEMES)}


@dataclass(frozen=True, slots=True)
class LocatedFigure:
    """A figure of one of the three tables; ``told``: what the cell makes of it, if anything."""

    sheet: str
    number: str
    key: str
    year: FiscalYear
    told: str = ""


def locate(table: Table, row: int, col: int, figures: Figures) -> LocatedFigure | None:
    """The figure behind a cell; None where it is none, or the sheet one of another kind."""
    find = _FINDERS.get(table.sheet)
    return find(table, row, col, figures) if find else None


def _of_comparison(table: Table, row: int, col: int, figures: Figures) -> LocatedFigure | None:
    sheet = _KINDS.get(table.text(row, 0))
    group, which = divmod(col - comparison.FIXED, 3)
    groups = comparison.groups(figures)
    if sheet is None or row < TOP or not 0 <= group < len(groups):
        return None
    told = ("前年度の数値です。", "", "今年度の数値から前年度の数値を引いたものです。")[which]
    year = figures.year - 1 if which == 0 else figures.year
    return LocatedFigure(sheet, table.text(row, 1), groups[group], year, told)


def _of_trends(table: Table, row: int, col: int, figures: Figures) -> LocatedFigure | None:
    sheet, own = _KINDS.get(table.text(row, 0)), trends.years(figures)
    group, which = divmod(col - trends.FIXED, len(own))
    groups = trends.groups(figures.plan)
    if sheet is None or row < TOP or not 0 <= group < len(groups):
        return None
    year = own[which]
    return LocatedFigure(sheet, table.text(row, 1), groups[group], year, f"{year.long}の数値です。")


def _of_both_sides(table: Table, row: int, col: int, figures: Figures) -> LocatedFigure | None:
    key, told = both_sides.figure_of(col)
    if row < TOP or not key or not table.text(row, 0).isdecimal():
        return None
    return LocatedFigure(ITEMS, table.text(row, 0), key, figures.year, told)


def _of_heat_map(table: Table, row: int, col: int, figures: Figures) -> LocatedFigure | None:
    keys = [*criteria_names(figures.plan), GRADE]
    starts = [at for at in range(col + 1) if table.text(heat_map.TOP - 1, at) == "№"]
    if row < heat_map.TOP or not starts or not table.text(row, starts[-1]):
        return None
    kind, at = table.text(heat_map.TOP - 1, starts[-1] + 1), col - starts[-1] - 2
    if kind not in _KINDS or not 0 <= at < len(keys):
        return None
    return LocatedFigure(_KINDS[kind], table.text(row, starts[-1]), keys[at], figures.year)


def _of_pages(table: Table, row: int, col: int, figures: Figures) -> LocatedFigure | None:
    """Of the block above: its item, or the practice whose row it is, by the heading above."""
    head, number = _head(table, row)
    if not number or head == row:
        return None
    item = number.removeprefix("取組")
    if table.text(row, 0) == pages.COUNCIL_HEADING:
        return LocatedFigure(ITEMS, item, COUNCIL, figures.year)
    above = [squeeze(table.text(at, col)) for at in range(row - 1, head, -1)]
    headings = {squeeze(c.narrow_words): c.key for c in PracticeTable(figures.plan).figures}
    key = next((headings[words] for words in above if words in headings), "")
    if not key:
        return None
    inside = any(table.text(at, 0) == "№" for at in range(row - 1, head, -1))
    if not inside:
        return LocatedFigure(ITEMS, item, key, figures.year)
    practice = table.text(row, 0)
    return LocatedFigure(PRACTICES, practice, key, figures.year) if practice.isdecimal() else None


def _head(table: Table, row: int) -> tuple[int, str]:
    """The first row of the block that a row belongs to, and its hidden word; empty above all."""
    for head in range(row, -1, -1):
        for col in range(len(table.grid[head])):
            if _BLOCK.fullmatch(table.text(head, col)):
                return head, table.text(head, col)
    return 0, ""


_FINDERS: dict[str, Callable[[Table, int, int, Figures], LocatedFigure | None]] = {
    comparison.COMPARISON: _of_comparison,
    trends.NAME: _of_trends,
    both_sides.NAME: _of_both_sides,
    heat_map.NAME: _of_heat_map,
    pages.NAME: _of_pages,
}
