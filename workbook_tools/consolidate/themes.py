"""テーマ別 of the 取組状況一覧 (domain §8): averages over practices, and charts that can be read.

Seven nearly equal themes in one radar cannot be told apart: every theme has a small one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from workbook_tools.excel.write.book import SERIES, Book, Chart, Series, Sheet
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
_WIDE, _HIGH = 1180, 240  # pixels: of table and charts together, and of one row of radars
_PIXELS_A_ROW = 20
_LEGEND = "レーダーの灰色の線は全実践項目の平均"
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
    top = TOP + len(figures.themes) + 1
    if figures.themes:
        sheet.text(Area(top - 1, 2, 1, count - 2), _LEGEND, "quiet", "right")
    # № and テーマ名, over which the bars stand: LibreOffice distorts a chart that begins inside a
    # wide column.
    left = sum(column.pixels for column in columns[:2])
    deep = _theme_charts(sheet, top, figures, workings, left)
    finish(sheet, top + deep, count, tall=1 if len(figures.themes) <= 14 else 0)


def theme_table(plan: Plan) -> tuple[PrintedColumn, ...]:
    """As declared, 備考 as wide as the charts need.

    Hidden: sums, how many items have scores of the council, and who is to be named in 総括.
    """
    *columns, note = printed(listed(declared.theme_columns(plan)))
    rest = _WIDE - sum(column.pixels for column in columns)
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


def _theme_charts(sheet: Sheet, top: int, figures: Figures, workings: Workings, left: int) -> int:
    """Bars of totals and council averages left, a radar per theme right; gives rows covered."""
    count = len(figures.themes)
    if not count or not figures.plan.criteria:
        return 0
    across = 4 if count > 3 else count
    deep = max(2, -(-count // across)) * _HIGH
    most = sum(criterion.maximum for criterion in figures.plan.criteria)
    bars = [("合計", SERIES[0], most), ("審議会評価平均", SERIES[4], _BEST)]
    shown = bars if any(theme.council is not None for theme in figures.themes) else bars[:1]
    names = workings.theme_column("略称")
    for number, (key, colour, most) in enumerate(shown):
        size = (left - 8, deep // len(shown) - 8)
        series = Series(key, names, workings.theme_column(key), colour)
        bar = Chart("bar", key, [series], size, most, told=f"テーマ別の{key}の横棒グラフ。{_SAME}")
        sheet.chart(Area(top + number * deep // len(shown) // _PIXELS_A_ROW, 0), bar)
    step = (_WIDE - left) // across
    for number, theme in enumerate(figures.themes):
        down, right = divmod(number, across)
        radar = _radar(figures, theme, workings, (step - 8, _HIGH - 8))
        sheet.chart(Area(top + down * _HIGH // _PIXELS_A_ROW, 2), radar, right * step)
    return -(-deep // _PIXELS_A_ROW)


def _radar(
    figures: Figures, theme: ThemeFigures, workings: Workings, size: tuple[int, int]
) -> Chart:
    """The averages of one theme; with two criteria a radar is only a line, so they are columns."""
    criteria = figures.plan.criteria
    names = workings.criteria_names()
    most = max(criterion.maximum for criterion in criteria)
    kind = "radar" if len(criteria) > 2 else "column"
    heading = f"{theme.theme.no} {theme.theme.short}"
    series = [
        Series("全体", names, workings.overall_averages(), "#BFBFBF"),
        Series(theme.theme.short, names, workings.theme_averages(theme.theme.no), SERIES[4]),
    ]
    told = f"テーマ『{theme.theme.name}』の平均値。{_SAME}"
    return Chart(kind, heading, series, size, most, legend=False, told=told)
