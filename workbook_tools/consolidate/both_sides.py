"""自己評価と審議会: how the departments rank the items, and how the council does.

Only where the council has scored. Both figures come from 取組項目別; ranks and differences follow
from them. The points of the chart stand in the order of the plan, so that no sorting reaches them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.figure_lists import title
from workbook_tools.consolidate.mentions import COUNCIL, GRADE, ITEM, TOTAL
from workbook_tools.consolidate.places import Places, cells_of
from workbook_tools.consolidate.workings import Workings
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import MARKED, SERIES, Axis, Book, Chart, Series, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    Value,
    boxed,
    columns_of,
    draw_head,
    draw_row,
    write_notes,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, ItemFigures, tenths
from workbook_tools.text import MARK

NAME = "自己評価と審議会"
ABOVE, BELOW = "審議会で上位", "自己評価で上位"
_RANK, _COUNCIL_RANK, _DIFFERENCE = "自己評価の順位", "審議会の順位", "順位の差"
_WHO, _LARGE = "上位の側", "大きい差"
_MOST_MARKED = 3  # so many of the largest differences are marked, with their ties
_GAP, _CHART = 14, (370, 560)  # pixels beside the table; width and height of the chart
_CHART_ROWS = 25  # that the chart covers, at least
_NOTES = (
    "順位の差は、自己評価の順位から審議会の順位を引いたものです。",
    f"{_LARGE}の{MARK}は、差の大きい方から{_MOST_MARKED}番目まで（同じ差を含む）です。",
)
_COLUMNS = (
    PrintedColumn(ITEM, 32),
    PrintedColumn("取組項目", 222, "left"),
    PrintedColumn(TOTAL, 44, "tenths", group="自己評価"),
    PrintedColumn(GRADE, 56, group="自己評価"),
    PrintedColumn(_RANK, 44, label="順位", group="自己評価"),
    PrintedColumn(COUNCIL, 44, "tenths", label="平均", group="審議会"),
    PrintedColumn(_COUNCIL_RANK, 44, label="順位", group="審議会"),
    PrintedColumn(_DIFFERENCE, 56),
    PrintedColumn(_WHO, 96),
    PrintedColumn(_LARGE, 56),
)


def figure_of(col: int) -> tuple[str, str]:
    """Which figure of the item a column shows, and what it makes of it; both may be empty."""
    key = _COLUMNS[col].key if col < len(_COLUMNS) else ""
    if key in (TOTAL, GRADE, COUNCIL):
        return key, ""
    if key == _RANK:
        return TOTAL, "自己評価の合計が大きい順の順位です。"
    if key == _COUNCIL_RANK:
        return COUNCIL, "審議会評価平均が大きい順の順位です。"
    if key in (_DIFFERENCE, _WHO, _LARGE):
        return COUNCIL, _NOTES[0]
    return "", ""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """An item and its ranks, 1 for the highest; None where there is no figure."""

    item: ItemFigures
    own: int | None
    council: int | None

    @property
    def difference(self) -> int | None:
        """Positive where the council ranks it higher."""
        if self.own is None or self.council is None:
            return None
        return self.own - self.council


def add_both_sides(book: Book, figures: Figures, known: Places, workings: Workings) -> None:
    """Add the sheet; nothing where the council has not scored."""
    if not has_council(figures):
        return
    sheet, rows = book.sheet(NAME), len(figures.items)
    printed = draw_head(sheet, title(figures, NAME), figures.at_end, _COLUMNS)
    ranking = _ranking(figures.items)
    for row, ranked in enumerate(ranking, start=TOP):
        draw_row(sheet, row, _COLUMNS, [ranked.item.item.no, ranked.item.item.name])
        _write_figures(sheet, row, ranked.item, known)
        _write_ranks(sheet, row, ranked, ranking)
    at = cells_of(TOP, columns_of(_COLUMNS))
    area = Area(TOP, 0, rows, printed)
    sheet.highlight(area, f'=${at[_LARGE]}="{MARK}"', bg_color=MARKED)
    sheet.filter(Area(TOP - 1, 0, rows + 1, printed))
    sheet.freeze(TOP, 2)
    sheet.columns(printed, printed, _GAP + _CHART[0])
    sheet.chart(Area(1, printed), _scatter(figures, workings), _GAP)
    end = max(TOP + rows + 1, TOP + _CHART_ROWS)
    room = sum(column.pixels for column in _COLUMNS)
    end = write_notes(sheet, end, printed, room, _NOTES, "quiet")
    area = Area(0, 0, end, printed + 1)
    sheet.print_on(paper.LIST_PAGE, area, repeat=(0, TOP - 1), footer=paper.NAME_AND_PAGES)
    sheet.view()


def has_council(figures: Figures) -> bool:
    """The council has scored in this year."""
    return any(item.council is not None for item in figures.items)


def _ranking(items: Sequence[ItemFigures]) -> list[_Ranked]:
    totals = [item.now.total for item in items if item.now]
    council = [item.council for item in items if item.council is not None]
    return [
        _Ranked(
            item, _rank(item.now.total if item.now else None, totals), _rank(item.council, council)
        )
        for item in items
    ]


def _rank(value: int | None, every: Iterable[int]) -> int | None:
    return None if value is None else 1 + sum(other > value for other in every)


def _write_figures(sheet: Sheet, row: int, item: ItemFigures, known: Places) -> None:
    """Both figures of an item, as 取組項目別 has them."""
    place = columns_of(_COLUMNS)
    number = cell_name(row, place[ITEM])
    values: dict[str, Value] = {
        TOTAL: tenths(item.now.total) if item.now else "",
        GRADE: item.now.grade if item.now else "",
        COUNCIL: "" if item.council is None else tenths(item.council),
    }
    for key, value in values.items():
        source = known.items.find(number, key)
        looks = [] if key == GRADE else ["tenths"]
        boxed(sheet, row, place[key], f'=IF({source}="","",{source})', value, *looks)


def _write_ranks(sheet: Sheet, row: int, ranked: _Ranked, ranking: Sequence[_Ranked]) -> None:
    """Ranks among all items, their difference, whose is higher, and whether that is much."""
    place = columns_of(_COLUMNS)
    at = cells_of(row, place)
    every = {key: Area(TOP, col, len(ranking)).absolute_range for key, col in place.items()}
    for figure, key, rank in ((TOTAL, _RANK, ranked.own), (COUNCIL, _COUNCIL_RANK, ranked.council)):
        formula = f'=IF(ISNUMBER({at[figure]}),RANK({at[figure]},{every[figure]}),"")'
        boxed(sheet, row, place[key], formula, "" if rank is None else rank)
    own, council, cell = at[_RANK], at[_COUNCIL_RANK], at[_DIFFERENCE]
    difference, blank = ranked.difference, f'IF({cell}="","",'
    formula = f'=IF(OR({own}="",{council}=""),"",{own}-{council})'
    value = "" if difference is None else difference
    boxed(sheet, row, place[_DIFFERENCE], formula, value, "change")
    formula = f'={blank}IF({cell}>0,{quoted(ABOVE)},IF({cell}<0,{quoted(BELOW)},"")))'
    boxed(sheet, row, place[_WHO], formula, _who(difference or 0))
    more = every[_DIFFERENCE]
    larger = f'COUNTIF({more},">"&ABS({cell}))+COUNTIF({more},"<"&-ABS({cell}))'
    formula = f'={blank}IF(AND({cell}<>0,{larger}<{_MOST_MARKED}),{quoted(MARK)},""))'
    boxed(sheet, row, place[_LARGE], formula, MARK if _is_large(ranked, ranking) else "")


def _who(difference: int) -> str:
    return ABOVE if difference > 0 else BELOW if difference < 0 else ""


def _is_large(ranked: _Ranked, ranking: Iterable[_Ranked]) -> bool:
    own = abs(ranked.difference or 0)
    return own > 0 and sum(abs(known.difference or 0) > own for known in ranking) < _MOST_MARKED


def _scatter(figures: Figures, workings: Workings) -> Chart:
    """A point an item; the axes end below the lowest figures, for these lie close together."""
    totals = [item.now.total for item in figures.items if item.now]
    council = [item.council for item in figures.items if item.council is not None]
    series = [
        Series(COUNCIL, total, average, SERIES[0], label=name)
        for total, average, name in workings.points()
    ]
    axes = (
        _axis("自己評価の合計（平均）", totals, 10),
        _axis("審議会評価平均", council, 5),
    )
    told = "自己評価の合計と審議会評価平均の散布図。同じ数値が左の表にあります。"
    words = "自己評価と審議会の評価（数字は取組項目の№）"
    return Chart("scatter", words, series, _CHART, legend=False, told=told, axes=axes)


def _axis(words: str, figures: Sequence[int], step: int) -> Axis:
    """As far as the figures go, in whole steps; all of them in tenths."""
    least, most = (min(figures), max(figures)) if figures else (0, step)
    below, above = (least - 1) // step * step, -(-(most + 1) // step) * step
    return Axis(words, tenths(max(0, below)), tenths(above))
