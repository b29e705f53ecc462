"""テーマ別 of the 取組状況一覧 (domain §8): averages over practices, and charts that can be read.

Nearly equal themes cannot be told apart by the shape of a radar: every figure has bars of its own,
a theme beside the other, with the values printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workbook_tools.cells import Area
from workbook_tools.consolidate.figure_lists import (
    criteria_names,
    hidden,
    listed,
    mean_formulas,
    note_formula,
    printed,
    sum_keys,
    title,
    write_mentions,
    write_row,
    write_sums,
)
from workbook_tools.consolidate.mentions import ORDER, THEME_KEYS, theme_mentions
from workbook_tools.consolidate.places import THEMES, Places, cells_of
from workbook_tools.consolidate.workings import Workings
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Chart, Series, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    columns_of,
    draw_head,
    finish,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures import columns as declared
from workbook_tools.figures.compute import Figures, ThemeFigures
from workbook_tools.plan.model import Plan
from workbook_tools.text import MARK

_BEST = 5  # the council scores from 5 to 1
_ACROSS = 3  # charts beside one another
_GAP = 8  # pixels between them
_AROUND, _BAR = 60, 17  # pixels of a chart's title and axis, and of one bar at least
_TALLEST = 260
_PIXELS_A_ROW = 20  # of a row that was given no height
_SAME = "同じ数値が上の表にあります。"


def add_themes(book: Book, figures: Figures, known: Places, workings: Workings) -> None:
    """Add テーマ別: averages over the practices of the items with ○, and charts below."""
    sheet, plan = book.sheet(THEMES), figures.plan
    columns = theme_table(plan)
    at = columns_of(columns)
    count = draw_head(sheet, title(figures, THEMES), figures.at_end, columns)
    mentions = theme_mentions(figures, known)
    for order, theme in enumerate(figures.themes, start=1):
        row = TOP + order - 1
        _theme_row(sheet, row, plan, theme, at, known)
        sheet.number(Area(row, at[ORDER]), order)
        write_mentions(sheet, row, at, mentions, order)
    sheet.filter(Area(TOP - 1, 0, len(figures.themes) + 1, len(columns)))
    sheet.freeze(TOP, 2)
    below = TOP + len(figures.themes) + 1
    used = sum(sheet.heights.values())
    deep = _theme_charts(sheet, below, figures, workings, paper.LIST_PAGE.points - used)
    finish(sheet, below + deep, count)


def theme_table(plan: Plan) -> tuple[PrintedColumn, ...]:
    """As declared, 備考 as wide as the charts need.

    Hidden: sums, how many items have scores of the council, and who is to be named in 総括.
    """
    *columns, note = printed(listed(declared.theme_columns(plan)))
    rest = paper.LIST_PAGE.pixels - sum(column.pixels for column in columns)
    wide = replace(note, pixels=max(note.pixels, rest))
    return (*columns, wide, *hidden(*sum_keys(plan), "審議会数", ORDER, *THEME_KEYS))


def _theme_row(
    sheet: Sheet,
    row: int,
    plan: Plan,
    theme: ThemeFigures,
    columns: Mapping[str, int],
    known: Places,
) -> None:
    at, items = cells_of(row, columns), known.items
    of = f'({items.column(declared.theme_key(theme.theme.short))},"{MARK}"'
    scores = items.column("審議会評価平均")
    scored = at["審議会数"]
    mean = f"INT((2*ROUND(10*SUMIF{of},{scores}),0)+{scored})/(2*{scored}))/10"
    none = "" if plan.is_effectiveness_year else declared.DASH
    formulas = {
        "取組項目数": f"=COUNTIF{of})",
        "実践項目数": f"=SUMIF{of},{items.column('実践項目数')})",
        **mean_formulas(plan, at),
        "審議会評価平均": f"=IF({scored}=0,{quoted(none)},{mean})",
        "備考": note_formula(at),
    }
    write_row(sheet, row, listed(declared.theme_columns(plan)), theme, formulas)
    practices = [practice for item in theme.items for practice in item.practices]
    counted = f"=SUMIF{of},{items.column('計算数')})"
    sums = {name: f"=SUMIF{of},{items.column(f'計_{name}')})" for name in criteria_names(plan)}
    write_sums(sheet, row, plan, columns, practices, counted, sums)
    count = sum(item.council is not None for item in theme.items)
    sheet.formula(Area(row, columns["審議会数"]), f'=COUNTIFS{of},{scores},">=0")', count)


def _theme_charts(sheet: Sheet, top: int, figures: Figures, workings: Workings, room: float) -> int:
    """Bars of every figure, a theme each, in ``room`` points; gives how many rows they cover."""
    shown = list(_charts(figures))
    if not figures.themes or not shown:
        return 0
    deep, wide = -(-len(shown) // _ACROSS), paper.LIST_PAGE.pixels // _ACROSS
    least = _AROUND + _BAR * (len(figures.themes) + 1)
    fits = int(room / paper.PIXEL) // deep
    rows = max(least, min(_TALLEST, fits)) // _PIXELS_A_ROW
    for number, (key, most) in enumerate(shown):
        down, right = divmod(number, _ACROSS)
        names, values = workings.theme_bars(key)
        told = f"テーマ別の{key}の横棒グラフ。{_SAME}"
        size = (wide - _GAP, _PIXELS_A_ROW * rows - _GAP)
        chart = Chart("bar", key, [Series(key, names, values)], size, most, told=told)
        sheet.chart(Area(top + down * rows, 0), chart, right * wide)
    return deep * rows


def _charts(figures: Figures) -> Iterator[tuple[str, int]]:
    """Figure and upper end of its axis: the total, what the council gave, then every criterion."""
    criteria = figures.plan.criteria
    if criteria:
        yield "合計", sum(criterion.maximum for criterion in criteria)
    if any(theme.council is not None for theme in figures.themes):
        yield "審議会評価平均", _BEST
    for criterion in criteria:
        yield criterion.name, criterion.maximum
