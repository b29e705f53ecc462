"""評価ページ: one block per 取組項目, with room for what the council says (domain §8, forms.md).

Two blocks go on an A4 page where they fit; none is torn. Heights are computed, page breaks are set
by hand and the print scale is fixed, since Excel ignores page breaks where it fits to pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from workbook_tools.cells import Area, column_name
from workbook_tools.consolidate.figure_lists import write_link
from workbook_tools.consolidate.page_grid import PageGrid, PracticeTable
from workbook_tools.consolidate.places import ITEMS, PRACTICES, Places, TablePlace, link_to
from workbook_tools.council.opinions import Opinions
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.excel.write.figure_sheet import SPACER
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import FigureColumn
from workbook_tools.figures.compute import Figures, ItemFigures, PracticeFigures
from workbook_tools.plan.model import Plan

NAME = "評価ページ"

NOT_YET, NOW = "－", "今回"
# What 実践項目別 and 取組項目別 call a grade, and the latter the council's average.
GRADE, COUNCIL, NOTE = "総合評価", "審議会評価平均", "備考"
COUNCIL_HEADING = "審議会の評価"

_FIT = paper.LISTS
_GAP = 14.0
_RULED, _RULED_POINTS = 5, 24.0  # lines to write on, and of an ended practice fewer
_RULED_ENDED = 3


def add_pages(
    book: Book,
    figures: Figures,
    opinions: Opinions | None,
    known: Places | None = None,
    votes: Mapping[int, Mapping[int, int]] | None = None,
) -> None:
    """Add the sheet 評価ページ; ``opinions`` None: not collected yet, lines to write on.

    With the ``known`` places of the tables figures are live, and rows lead to 実践項目別. ``votes``
    (item → score → members) are shown as their distribution.
    """
    grid = PageGrid.of(figures.plan)
    sheet = book.sheet(NAME)
    for col, pixels in enumerate(grid.pixels):
        sheet.columns(col, col, pixels)
    sheet.columns(grid.cols, grid.cols, SPACER.pixels)  # for links, on the screen alone
    sheet.columns(grid.cols + 1, grid.cols + 2, 60, hidden=True)
    title = f"{figures.plan.name}　取組項目別の評価（{figures.plan.round.end}）"
    sheet.text(Area(0, 0, 1, grid.cols), title, "title", "left")
    sheet.height(0, 24)
    page = _BlockWriter(sheet, grid, figures, opinions or Opinions(), known, votes or {})
    blocks = [page.block(item) for item in figures.items]
    area = Area(0, 0, page.row, grid.cols)
    own = sheet.print_on(paper.LETTER_PAGE, area, footer=paper.NAME_AND_PAGES)
    sheet.breaks([1 + row for row in paper.breaks(blocks, own.points, sheet.heights[0])])
    sheet.view(grid=False)


def address_of_item(plan: Plan, number: int) -> str:
    """Where the block of an item begins, for HYPERLINK."""
    keys = column_name(PageGrid.of(plan).cols + 2)
    return link_to(NAME, 0, f"MATCH({quoted(_key(number))},{NAME}!${keys}:${keys},0)")


def _key(number: int) -> str:
    return f"取組{number}"


class _Place(NamedTuple):
    """Where a figure stands in the tables: which one, a cell with the row there, the column."""

    table: TablePlace
    row: str
    heading: str


class _BlockWriter:
    """Blocks written one below the other; every row says how high it is."""

    def __init__(
        self,
        sheet: Sheet,
        grid: PageGrid,
        figures: Figures,
        opinions: Opinions,
        known: Places | None,
        votes: Mapping[int, Mapping[int, int]],
    ) -> None:
        self.sheet, self.grid, self.figures = sheet, grid, figures
        self.opinions, self.known, self.votes = opinions, known, votes
        self.plan, self.year = figures.plan, figures.year
        self.table = PracticeTable(figures.plan)
        self.items = {column.key: column for column in declared.item_columns(figures.plan)}
        self._item_order = {known.item.no: n for n, known in enumerate(figures.items, start=1)}
        self._order = {known.practice.no: n for n, known in enumerate(figures.practices, start=1)}
        self.row = 1
        self._rows: list[paper.PrintedRow] = []

    def block(self, item: ItemFigures) -> list[paper.PrintedRow]:
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
        self.sheet.height(self.row, points)
        self._rows.append(paper.PrintedRow(self.sheet.heights[self.row], may_begin))
        self.row += 1

    def _text(self, col: int, cols: int, text: str, *looks: str, rows: int = 1) -> float:
        """Write a boxed text; how high it is."""
        self.sheet.text(Area(self.row, col, rows, cols), text, "box", *looks)
        return _FIT.height(_FIT.lines(text, self.grid.width(col, cols)))

    def _placed(self, sheet: str, number: int, order: int) -> Callable[[str], _Place | None]:
        """The places of a row of a table; a hidden cell tells which row has that number.

        ``order`` is where it stands as long as nobody sorts.
        """
        if self.known is None:
            return lambda heading: None
        table, area = self.known.table(sheet), Area(self.row, self.grid.cols + 1)
        self.sheet.formula(area, f"={table.place_of(str(number))}", order)
        return lambda heading: _Place(table, area.a1, heading) if heading in table.columns else None

    def _figure(
        self, col: int, cols: int, value: str | float, place: _Place | None, *looks: str
    ) -> None:
        """Write a figure, live where its place is known."""
        area = Area(self.row, col, 1, cols)
        if place:
            reference = place.table.at(place.row, place.heading)
            formula = f'=IF({reference}="","",{reference})'
            self.sheet.formula(area, formula, value, "box", "center", *looks)
        else:
            self.sheet.value(area, value, "box", "center", *looks)

    def _name(self, item: ItemFigures) -> None:
        self.sheet.number(Area(self.row, 0), item.item.no, "box", "head", "title")
        if self.known:
            self.sheet.text(Area(self.row, self.grid.cols + 2), _key(item.item.no))
        cols = self.grid.cols - 1
        self._text(1, cols, item.item.name, "title", "wrap", "middle")
        count = paper.NAMES.lines(item.item.name, self.grid.width(1, cols))
        self._end(max(21.0, paper.NAMES.height(count)))

    def _standing(self, item: ItemFigures) -> None:
        """テーマ, 平均値, 合計, 総合評価 and the grades of all years."""
        grid = self.grid
        self._text(0, grid.left, "テーマ", "head")
        self._figure_heads(f"平均値（{item.note}）" if item.note else "平均値", item)
        self._text(grid.right, grid.years, "（参考）総合評価", "head")
        self._end(_FIT.height(1))
        themes = grid.runs(0, grid.left, len(self.plan.themes))
        years = grid.runs(grid.right, grid.years, len(self.plan.years))
        needed = [_FIT.height(1)]
        for theme, run in zip(self.plan.themes, themes, strict=True):
            needed.append(self._text(*run, theme.short, "head"))
        needed += self._criterion_heads()
        for year, run in zip(self.plan.years, years, strict=True):
            needed.append(self._text(*run, year.wide, "head"))
        self._end(max(needed))
        for theme, run in zip(self.plan.themes, themes, strict=True):
            mark = self.items[declared.theme_key(theme.short)].printed(item)
            self._text(*run, str(mark), "center")
        placed = self._placed(ITEMS, item.item.no, self._item_order[item.item.no])
        for col, figure in enumerate(self.table.figures, start=grid.left):
            column = self.items[figure.key]
            look = "bold" if column.key == GRADE else column.look
            self._figure(col, 1, column.printed(item), placed(figure.key), look)
        for year, run in zip(self.plan.years, years, strict=True):
            self._text(*run, self._grade_of(item, year), "center")
        self._end(17)

    def _figure_heads(self, over: str, item: ItemFigures | None = None) -> None:
        """The upper row of headings over the figures; criteria have theirs in the lower one.

        Over the averages of an item they say over how many practices these are, if not all.
        """
        grid = self.grid
        if item and self.known:
            note = self.known.items.find(str(item.item.no), NOTE)
            formula = f'="平均値"&IF({note}="","","（"&{note}&"）")'
            area = Area(self.row, grid.left, 1, grid.criteria)
            self.sheet.formula(area, formula, over, "box", "head")
        else:
            self._text(grid.left, grid.criteria, over, "head")
        others = self.table.figures[grid.criteria :]
        for col, column in enumerate(others, start=grid.left + grid.criteria):
            self._text(col, 1, column.narrow_words, "head", rows=2)

    def _criterion_heads(self) -> list[float]:
        """The lower row; how high each heading is."""
        columns = self.table.figures[: self.grid.criteria]
        return [
            self._text(col, 1, column.narrow_words, "head")
            for col, column in enumerate(columns, start=self.grid.left)
        ]

    def _grade_of(self, item: ItemFigures, year: FiscalYear) -> str:
        if year == self.year:
            return NOW
        if year > self.year:
            return NOT_YET
        return item.by_year[year].grade if year in item.by_year else ""

    def _practices(self, item: ItemFigures) -> None:
        self._text(0, 1, "№", "head", rows=2)
        self._text(1, self.grid.left - 1, "実践項目名", "head", rows=2)
        self._figure_heads("自己評価（担当部署）")
        beside = [
            self._text(*run, column.narrow_words, "head", rows=2) for run, column in self._others()
        ]
        upper = _FIT.height(1)
        self._end(upper)
        self._end(max(upper, *self._criterion_heads(), *(high - upper for high in beside)))
        for number, practice in enumerate(item.practices):
            self._practice(practice, may_begin=number > 0)

    def _others(self) -> Iterator[tuple[tuple[int, int], FigureColumn[PracticeFigures]]]:
        """What stands right of the figures: first column and width of each."""
        col = self.grid.right
        for cols, column in zip(self.grid.others, self.table.others, strict=True):
            yield (col, cols), column
            col += cols

    def _practice(self, known: PracticeFigures, *, may_begin: bool) -> None:
        grid, table, number = self.grid, self.table, known.practice.no
        placed = self._placed(PRACTICES, number, self._order[number])
        self.sheet.value(Area(self.row, 0), table.number.printed(known), "box", "center")
        if self.known:
            address = self.known.practices.address(str(number))
            write_link(self.sheet, Area(self.row, grid.cols), address, "実践項目別へ")
        name = str(table.title.printed(known))
        needed = [15.75, self._text(1, grid.left - 1, name, "wrap", "middle")]
        for col, column in enumerate(table.figures, start=grid.left):
            looks = ("bold" if known.now else "alert", "shrink") if column.key == GRADE else ()
            self._figure(col, 1, column.printed(known), placed(column.key), *looks)
        for run, column in self._others():
            value = column.printed(known)
            if column.look == "left":
                needed.append(self._text(*run, str(value), "wrap", "middle"))
            else:
                area = Area(self.row, run[0], 1, run[1])
                self.sheet.value(area, value, "box", column.look)
        self._end(max(needed), may_begin=may_begin)

    def _council(self, item: ItemFigures) -> None:
        """審議会の評価 in effectiveness years, 意見等 in all, then those on ended practices."""
        if self.figures.plan.is_effectiveness_year:
            grid = self.grid
            self._text(0, grid.left, COUNCIL_HEADING, "head")
            self._text(grid.left, 2, "評価の平均", "head")
            average = self.items[COUNCIL].printed(item)
            placed = self._placed(ITEMS, item.item.no, self._item_order[item.item.no])
            looks = ("tenths", "bold", "open_right")
            self._figure(grid.left + 2, 2, average, placed(COUNCIL), *looks)
            spread = self._spread(item.item.no)
            self._text(grid.left + 4, grid.cols - grid.left - 4, f"/5{spread}", "left", "open_left")
            self._end(18, may_begin=True)
        self._opinions("意見等", self.opinions.items.get(item.item.no, ()), _RULED)
        if not self.figures.plan.is_effectiveness_year:
            return
        ended = {known.practice.no: known for known in item.practices if known.finished}
        told = [numbers for numbers in self.opinions.ended if numbers[0] in ended]
        alone = [(no,) for no in ended if not any(no in numbers for numbers in told)]
        for numbers in sorted([*told, *alone]):
            heading = _of_ended([ended[no] for no in numbers])
            self._opinions(heading, self.opinions.ended.get(numbers, ()), _RULED_ENDED)

    def _spread(self, number: int) -> str:
        """``　　5：1人　4：3人``: how the members' scores spread."""
        votes = sorted(self.votes.get(number, {}).items(), reverse=True)
        return "　" * bool(votes) + "".join(f"　{score}：{count}人" for score, count in votes)

    def _opinions(self, heading: str, opinions: Sequence[str], ruled: int) -> None:
        """A heading and the opinions in order, or ruled lines to write on."""
        needed = self._text(0, self.grid.cols, heading, "head", "left", "bold")
        self._end(needed, may_begin=True)
        cols = self.grid.cols - 1
        columns = _FIT.characters(self.grid.width(1, cols))
        told = [opinion.strip() for opinion in opinions if opinion.strip()]
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


def _of_ended(practices: Sequence[PracticeFigures]) -> str:
    """``【Ｒ３年度取組終了】№12 ‹title›、№13 ‹title›``; the year once for those that share it."""
    heading, year = "", None
    for known in practices:
        assert known.finished
        heading += "、" if heading else ""
        if known.finished != year:
            year = known.finished
            heading += f"【{year.wide}年度取組終了】"
        heading += f"№{known.practice.no} {known.practice.title}"
    return heading


def _pieces(text: str, columns: int) -> Iterator[str]:
    """A text cut into parts that a row can hold."""
    most = columns // 2 * (paper.MOST_LINES - 1)
    for at in range(0, len(text), most):
        yield text[at : at + most]
