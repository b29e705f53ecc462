"""The columns of 評価ページ: one grid on which the blocks of every 取組項目 stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from workbook_tools.excel.write import paper
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import Output
from workbook_tools.plan.model import Plan

_SCORES = 220  # pixels of all criteria together, where there are many
_TOTAL = 42  # of 合計 and 総合評価 at most
_RIGHT = 220  # of what stands right of the figures


class PracticeTable:
    """The declared columns of practices as a page shows them: № and name, figures, the others."""

    def __init__(self, plan: Plan) -> None:
        columns = [c for c in declared.practice_columns(plan) if Output.PAGE in c.shown]
        self.number, self.title, *rest = columns
        self.figures = [column for column in rest if column.live]
        self.others = [column for column in rest if not column.live]

    @property
    def narrow(self) -> int:
        """How many of the others hold a word only."""
        return sum(column.look != "left" for column in self.others)


@dataclass(frozen=True, slots=True)
class PageGrid:
    """Columns of the page: themes over № and name, years over what follows the figures."""

    pixels: tuple[int, ...]
    left: int  # columns of № and name
    criteria: int
    figures: int  # criteria, 合計 and 総合評価
    others: tuple[int, ...]  # columns that each of what follows takes

    @classmethod
    def of(cls, plan: Plan) -> PageGrid:
        criteria, table = len(plan.criteria), PracticeTable(plan)
        # Few themes take several columns each, or № would be as wide as one of them.
        count = max(1, len(plan.themes))
        left, right = count * ceil(6 / count), max(len(table.others) + 1, len(plan.years))
        score = min(44, max(26, _SCORES // max(1, criteria)))
        of_year = max(32, _RIGHT // right)
        totals = (min(_TOTAL, column.pixels) for column in table.figures[criteria:])
        figures = [*[score] * criteria, *totals]
        page = paper.LETTER_PAGE.pixels
        room = max(26 * left, page - sum(figures) - of_year * right)
        pixels = (*_widths(plan, left, room), *figures, *[of_year] * right)
        return cls(pixels, left, criteria, len(figures), _shares(table, right, of_year))

    @property
    def cols(self) -> int:
        return len(self.pixels)

    @property
    def right(self) -> int:
        """The column right of the figures."""
        return self.left + self.figures

    @property
    def years(self) -> int:
        """How many columns stand right of the figures."""
        return self.cols - self.right

    def runs(self, first: int, cols: int, parts: int) -> list[tuple[int, int]]:
        """Cut columns into nearly equal runs: first column and width of each."""
        edges = [first + cols * part // parts for part in range(parts + 1)] if parts else []
        return [(start, end - start) for start, end in pairwise(edges)]

    def width(self, col: int, cols: int) -> int:
        """Pixels of a cell."""
        return sum(self.pixels[col : col + cols])


def _shares(table: PracticeTable, columns: int, pixels: int) -> tuple[int, ...]:
    """How many of equal columns each of the others takes: texts share what words leave over."""
    wide = len(table.others) - table.narrow
    flag = min(ceil(38 / pixels), (columns - wide) // max(1, table.narrow))
    rest = columns - flag * table.narrow
    found, texts = [], 0
    for column in table.others:
        if column.look == "left":
            found.append(rest * (texts + 1) // wide - rest * texts // wide)
            texts += 1
        else:
            found.append(flag)
    return tuple(found)


def _widths(plan: Plan, columns: int, room: int) -> list[int]:
    """Theme columns as wide as their names where there is room for that, else equal ones."""
    names = [max(34, 1 + paper.LISTS.pixels(theme.short)) for theme in plan.themes]
    if len(names) != columns or sum(names) > room:
        return [room // columns] * columns
    return [pixels + (room - sum(names)) // columns for pixels in names]
