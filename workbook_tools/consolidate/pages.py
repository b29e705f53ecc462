"""評価ページ: one block per 取組項目, with room for what the council says (domain §8, forms.md).

Two blocks go on an A4 page where they fit; none is torn. Heights are computed, page breaks are set
by hand and the print scale is fixed, since Excel ignores page breaks where it fits to pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from workbook_tools.cells import Area
from workbook_tools.consolidate.figure_lists import Links
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.figures.compute import Figures, ItemFigures, PracticeFigures, tenths
from workbook_tools.plan.model import Plan
from workbook_tools.text import MARK, lines

NAME = "評価ページ"

NOT_YET, NOW = "－", "今回"
# What 実践項目別 and 取組項目別 call a grade, and the latter the council's average.
GRADE, COUNCIL = "総合評価", "審議会評価平均"

# A4 portrait at this scale: 9 pt print as 7.6. LibreOffice's columns come out 4 % wider than
# Excel's: 810 px would fill its page. The page is 914 pt high: what is left over is for printers.
_SCALE, _WIDTH, _ROOM = 85, 784, 885.0
_FIT = paper.BLOCKS
_GAP = 14.0
_RULED, _RULED_POINTS = 5, 24.0  # lines to write on, and of an ended practice fewer
_RULED_ENDED = 3


@dataclass(frozen=True, slots=True)
class Opinions:
    """意見等 to print, in order: per 取組項目, and per 実践項目 that ended."""

    items: Mapping[int, Sequence[str]] = field(default_factory=dict)
    ended: Mapping[int, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row to print: its height in points, and whether a page may begin with it."""

    points: float
    may_begin: bool = False


def breaks(blocks: Iterable[Sequence[PrintedRow]], room: float, used: float = 0.0) -> list[int]:
    """Before which rows (counted through all blocks) a new page begins; ``used`` is taken already.

    A block that fits a page is never torn; a taller one only where its rows allow it.
    """
    found: list[int] = []
    row = 0
    for block in blocks:
        height = sum(one.points for one in block)
        if used + height > room and row and used:
            found.append(row)
            used = 0.0
        for first, part in _parts(block):
            points = sum(one.points for one in part)
            if used + points > room and height > room and first and used:
                found.append(row + first)
                used = 0.0
            used += points
        row += len(block)
    return found


def _parts(block: Sequence[PrintedRow]) -> Iterator[tuple[int, Sequence[PrintedRow]]]:
    """The block cut where a page may begin: offset and rows of every part."""
    starts = [at for at, one in enumerate(block) if at == 0 or one.may_begin]
    for first, after in zip(starts, [*starts[1:], len(block)], strict=True):
        yield first, block[first:after]


def add_pages(
    book: Book, figures: Figures, opinions: Opinions | None, link: Links | None = None
) -> None:
    """Add the sheet 評価ページ; ``opinions`` None: not collected yet, lines to write on.

    ``link`` makes figures live: what it gives a reference for is written as a formula.
    """
    grid = _Grid.of(figures.plan)
    sheet = book.sheet(NAME)
    for col, pixels in enumerate(grid.pixels):
        sheet.columns(col, col, pixels)
    title = f"{figures.plan.name}　取組項目別の評価（{figures.year.long}末）"
    sheet.text(Area(0, 0, 1, grid.cols), title, "title", "left")
    sheet.height(0, 24)
    page = _Page(sheet, grid, figures, opinions or Opinions(), link)
    blocks = [page.block(item) for item in figures.items]
    sheet.breaks([1 + row for row in breaks(blocks, _ROOM, 24)])
    area = Area(0, 0, page.row, grid.cols)
    sheet.page(area, margins=paper.WITH_FOOTER, footer=paper.NAME_AND_PAGES, scale=_SCALE)
    sheet.view(grid=False)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Columns of the page: themes over №+name, years over 前プラン継続, 取組終了, 担当部署."""

    pixels: tuple[int, ...]
    left: int  # columns of №+name
    criteria: int
    right: int  # columns from 前プラン継続 on
    flag: int  # columns of 前プラン継続, and of 取組終了

    @classmethod
    def of(cls, plan: Plan) -> _Grid:
        criteria = len(plan.criteria)
        # Few themes take several columns each, or № would be as wide as one of them.
        count = max(1, len(plan.themes))
        left, right = count * ceil(6 / count), max(4, len(plan.years))
        score = 46 if criteria <= 5 else max(26, 230 // criteria)
        of_year = max(32, 240 // right)
        room = max(26 * left, _WIDTH - score * criteria - 80 - of_year * right)
        themes = _widths(plan, left, room)
        pixels = (*themes, *[score] * criteria, 40, 40, *[of_year] * right)
        flag = min(ceil(38 / of_year), (right - 1) // 2)
        return cls(pixels, left, criteria, right, flag)

    @property
    def cols(self) -> int:
        return len(self.pixels)

    @property
    def total(self) -> int:
        """The column of 合計; the grade stands right of it."""
        return self.left + self.criteria

    def runs(self, first: int, cols: int, parts: int) -> list[tuple[int, int]]:
        """Cut columns into nearly equal runs: first column and width of each."""
        edges = [first + cols * part // parts for part in range(parts + 1)] if parts else []
        return [(start, end - start) for start, end in pairwise(edges)]

    def width(self, col: int, cols: int) -> int:
        """Pixels of a cell."""
        return sum(self.pixels[col : col + cols])


def _widths(plan: Plan, columns: int, room: int) -> list[int]:
    """Theme columns as wide as their names where there is room for that, else equal ones."""
    names = [max(34, 1 + _FIT.pixels(theme.short)) for theme in plan.themes]
    if len(names) != columns or sum(names) > room:
        return [room // columns] * columns
    return [pixels + (room - sum(names)) // columns for pixels in names]


class _Place(NamedTuple):
    """Where a figure stands in the lists: sheet, number of item or practice, column heading."""

    sheet: str
    number: int
    heading: str


class _Page:
    """Blocks written one below the other; every row says how high it is."""

    def __init__(
        self, sheet: Sheet, grid: _Grid, figures: Figures, opinions: Opinions, link: Links | None
    ) -> None:
        self.sheet, self.grid, self.figures = sheet, grid, figures
        self.opinions, self.link = opinions, link
        self.plan, self.year = figures.plan, figures.year
        self.row = 1
        self._rows: list[PrintedRow] = []

    def block(self, item: ItemFigures) -> list[PrintedRow]:
        """Everything about one 取組項目, and what it takes of the page."""
        self._rows = []
        self._name(item)
        self._standing(item)
        self._practices(item)
        self._council(item)
        self._end(_GAP)
        return self._rows

    def _end(self, points: float, *, may_begin: bool = False) -> None:
        """Finish a row."""
        points = paper.whole_pixels(points)
        self.sheet.height(self.row, points)
        self._rows.append(PrintedRow(points, may_begin))
        self.row += 1

    def _text(self, col: int, cols: int, text: str, *looks: str, rows: int = 1) -> float:
        """Write a boxed text; how high it is."""
        self.sheet.text(Area(self.row, col, rows, cols), text, "box", *looks)
        return _FIT.height(_FIT.lines(text, self.grid.width(col, cols)))

    def _figure(self, col: int, cols: int, value: str | float, place: _Place, *looks: str) -> None:
        """Write a figure, live where ``link`` knows its place."""
        area = Area(self.row, col, 1, cols)
        reference = self.link(*place) if self.link else None
        if reference:
            formula = f'=IF({reference}="","",{reference})'
            self.sheet.formula(area, formula, value, "box", "center", *looks)
        else:
            self.sheet.value(area, value, "box", "center", *looks)

    def _name(self, item: ItemFigures) -> None:
        self.sheet.number(Area(self.row, 0), item.item.no, "box", "head", "title")
        cols = self.grid.cols - 1
        self._text(1, cols, item.item.name, "title", "wrap", "middle")
        count = paper.NAMES.lines(item.item.name, self.grid.width(1, cols))
        self._end(max(21.0, paper.NAMES.height(count)))

    def _standing(self, item: ItemFigures) -> None:
        """テーマ, 平均値, 合計, 総合評価 and the grades of all years."""
        grid, now = self.grid, item.now
        right = grid.total + 2
        self._text(0, grid.left, "テーマ", "head")
        self._text(grid.left, grid.criteria, "平均値", "head")
        self._text(grid.total, 1, "合計", "head", rows=2)
        self._text(grid.total + 1, 1, "総合\n評価", "head", rows=2)
        self._text(right, grid.right, "（参考）総合評価", "head")
        self._end(_FIT.height(1))
        themes = grid.runs(0, grid.left, len(self.plan.themes))
        years = grid.runs(right, grid.right, len(self.plan.years))
        needed = [_FIT.height(1)]
        for theme, run in zip(self.plan.themes, themes, strict=True):
            needed.append(self._text(*run, theme.short, "head"))
        for col, criterion in enumerate(self.plan.criteria, start=grid.left):
            needed.append(self._text(col, 1, criterion.name, "head"))
        for year, run in zip(self.plan.years, years, strict=True):
            needed.append(self._text(*run, year.wide, "head"))
        self._end(max(needed))
        for theme, run in zip(self.plan.themes, themes, strict=True):
            self._text(*run, MARK if theme.short in item.item.themes else "", "center")
        place = partial(_Place, "取組項目別", item.item.no)
        for col, criterion in enumerate(self.plan.criteria, start=grid.left):
            mean = tenths(now.averages[criterion.name]) if now else ""
            self._figure(col, 1, mean, place(criterion.name), "tenths")
        self._figure(grid.total, 1, tenths(now.total) if now else "", place("合計"), "tenths")
        self._figure(grid.total + 1, 1, now.grade if now else "", place(GRADE), "bold")
        for year, run in zip(self.plan.years, years, strict=True):
            self._text(*run, self._grade_of(item, year), "center")
        self._end(17)

    def _grade_of(self, item: ItemFigures, year: FiscalYear) -> str:
        if year == self.year:
            return NOW
        if year > self.year:
            return NOT_YET
        return item.by_year[year].grade if year in item.by_year else ""

    def _practices(self, item: ItemFigures) -> None:
        grid = self.grid
        right, flag = grid.total + 2, grid.flag
        self._text(0, 1, "№", "head", rows=2)
        self._text(1, grid.left - 1, "実践項目名", "head", rows=2)
        self._text(grid.left, grid.criteria, "自己評価（担当部署）", "head")
        self._text(grid.total, 1, "合計", "head", rows=2)
        self._text(grid.total + 1, 1, "総合\n評価", "head", rows=2)
        self._text(right, flag, "前プラ\nン継続", "head", rows=2)
        self._text(right + flag, flag, "取組\n終了", "head", rows=2)
        self._text(right + 2 * flag, grid.right - 2 * flag, "担当部署", "head", rows=2)
        self._end(_FIT.height(1))
        needed = [_FIT.height(1)]
        for col, criterion in enumerate(self.plan.criteria, start=grid.left):
            needed.append(self._text(col, 1, criterion.name, "head"))
        self._end(max(needed))
        for number, one in enumerate(item.practices):
            self._practice(one, may_begin=number > 0)

    def _practice(self, one: PracticeFigures, *, may_begin: bool) -> None:
        grid, practice, now = self.grid, one.practice, one.now
        right, flag = grid.total + 2, grid.flag
        place = partial(_Place, "実践項目別", practice.no)
        self.sheet.number(Area(self.row, 0), practice.no, "box", "center")
        needed = [15.75, self._text(1, grid.left - 1, practice.title, "wrap", "middle")]
        for col, criterion in enumerate(self.plan.criteria, start=grid.left):
            score = now.scores[criterion.name] if now else ""
            self._figure(col, 1, score, place(criterion.name))
        self._figure(grid.total, 1, now.total if now else "", place("合計"))
        look = "bold" if now else "alert"
        grade = now.grade if now else one.status
        self._figure(grid.total + 1, 1, grade, place(GRADE), look, "shrink")
        self._text(right, flag, MARK if practice.continued else "", "center")
        self._text(right + flag, flag, one.finished.wide if one.finished else "", "center")
        names = "、".join(practice.departments)
        needed.append(self._text(right + 2 * flag, grid.right - 2 * flag, names, "wrap", "middle"))
        self._end(max(needed), may_begin=may_begin)

    def _council(self, item: ItemFigures) -> None:
        """審議会の評価 in effectiveness years, 意見等 in all, then those on ended practices."""
        if self.figures.plan.is_effectiveness_year:
            grid = self.grid
            self._text(0, grid.left, "審議会の評価", "head")
            self._text(grid.left, 2, "評価の平均", "head")
            average = "" if item.council is None else tenths(item.council)
            place = _Place("取組項目別", item.item.no, COUNCIL)
            self._figure(grid.left + 2, 2, average, place, "tenths", "bold", "open_right")
            self._text(grid.left + 4, grid.cols - grid.left - 4, "/5", "left", "open_left")
            self._end(18, may_begin=True)
        self._opinions("意見等", self.opinions.items.get(item.item.no, ()), _RULED)
        if not self.figures.plan.is_effectiveness_year:
            return
        for one in item.practices:
            if one.finished:
                practice = one.practice
                heading = f"【{one.finished.wide}年度取組終了】№{practice.no} {practice.title}"
                self._opinions(heading, self.opinions.ended.get(practice.no, ()), _RULED_ENDED)

    def _opinions(self, heading: str, opinions: Sequence[str], ruled: int) -> None:
        """A heading and the opinions in order, or ruled lines to write on."""
        needed = self._text(0, self.grid.cols, heading, "head", "left", "bold")
        self._end(needed, may_begin=True)
        cols = self.grid.cols - 1
        columns = _FIT.characters(self.grid.width(1, cols))
        told = [one.strip() for one in opinions if one.strip()]
        first = True
        for opinion in told:
            for number, piece in enumerate(_pieces(opinion.lstrip("・ 　"), columns)):
                self._text(0, 1, "" if number else "・", "wrap", "open_right")
                needed = self._text(1, cols, piece, "wrap", "open_left")
                self._end(needed, may_begin=not first)
                first = False
        for number in range(0 if told else ruled):
            self._text(0, self.grid.cols, "")
            self._end(_RULED_POINTS, may_begin=number > 0)


def _pieces(text: str, columns: int) -> Iterator[str]:
    """A text cut into parts that a row can hold."""
    piece = ""
    for line in text.split("\n"):
        most = columns // 2 * (paper.MOST_LINES - 1)
        for part in [line[at : at + most] for at in range(0, len(line), most)] or [""]:
            longer = f"{piece}\n{part}" if piece else part
            if piece and lines(longer, columns) > paper.MOST_LINES:
                yield piece
                longer = part
            piece = longer
    yield piece
