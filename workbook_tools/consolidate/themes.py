"""テーマ別 of the 取組状況一覧 (domain §8): averages over practices, and charts that can be read.

Seven nearly equal themes in one radar cannot be told apart: every theme has a small one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbook_tools.cells import Area
from workbook_tools.consolidate.figure_lists import (
    THEMES,
    Places,
    cells_of,
    criteria_names,
    hidden,
    listed,
    mean_formulas,
    places,
    printed,
    sum_keys,
    title,
    write_row,
    write_sums,
)
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
from workbook_tools.figures.compute import Figures, ThemeFigures, tenths
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.text import MARK

_BEST = 5  # the council scores from 5 to 1
_WIDE, _HIGH = 1180, 240  # pixels: of table and charts together, and of one row of radars
_PIXELS_A_ROW = 20
_LEGEND = "レーダーの灰色の線は全実践項目の平均"


def add_themes(book: Book, figures: Figures) -> None:
    """Add テーマ別: averages over the practices of the items with ○, and charts below."""
    sheet, plan, known = book.sheet(THEMES), figures.plan, places(figures)
    columns = _theme_columns(plan)
    at = columns_of(columns)
    count = draw_head(sheet, title(figures, THEMES), figures.at_end, columns)
    for row, theme in enumerate(figures.themes, start=TOP):
        _theme_row(sheet, row, plan, theme, at, known)
    sheet.freeze(TOP, 2)
    top = TOP + len(figures.themes) + 1
    if figures.themes:
        _overall(sheet, figures, at, known)
        sheet.text(Area(top - 1, 2, 1, count - 2), _LEGEND, "quiet", "right")
    # № and テーマ名, over which the bars stand: LibreOffice distorts a chart that begins inside a
    # wide column.
    left = sum(column.pixels for column in columns[:2])
    deep = _theme_charts(sheet, top, figures, at, left)
    finish(sheet, top + deep, count, tall=1 if len(figures.themes) <= 14 else 0)


def _theme_columns(plan: Plan) -> tuple[PrintedColumn, ...]:
    """As declared; 備考 is as wide as the charts need, whose figures stand in hidden columns."""
    *columns, note = printed(listed(declared.theme_columns(plan)))
    rest = _WIDE - sum(column.pixels for column in columns)
    overall = (f"全体_{name}" for name in criteria_names(plan))
    return (
        *columns,
        replace(note, pixels=max(note.pixels, rest)),
        *hidden(*sum_keys(plan), "審議会数", "略称", *overall),
    )


def _theme_row(
    sheet: Sheet,
    row: int,
    plan: Plan,
    theme: ThemeFigures,
    columns: Mapping[str, int],
    known: Places,
) -> None:
    at, marks = cells_of(row, columns), known.all_items(declared.theme_key(theme.theme.short))
    of, scores = f'({marks},"{MARK}"', known.all_items("審議会評価平均")
    scored = at["審議会数"]
    mean = f"INT((2*ROUND(10*SUMIF{of},{scores}),0)+{scored})/(2*{scored}))/10"
    none = "" if plan.is_effectiveness_year else declared.DASH
    formulas = {
        "取組項目数": f"=COUNTIF{of})",
        "実践項目数": f"=SUMIF{of},{known.all_items('実践項目数')})",
        **mean_formulas(plan, at),
        "審議会評価平均": f"=IF({scored}=0,{quoted(none)},{mean})",
    }
    write_row(sheet, row, listed(declared.theme_columns(plan)), theme, formulas)
    practices = [practice for item in theme.items for practice in item.practices]
    counted = f"=SUMIF{of},{known.all_items('計算数')})"
    sums = {name: f"=SUMIF{of},{known.all_items(f'計_{name}')})" for name in criteria_names(plan)}
    write_sums(sheet, row, plan, columns, practices, counted, sums)
    count = sum(item.council is not None for item in theme.items)
    sheet.formula(Area(row, columns["審議会数"]), f'=COUNTIFS{of},{scores},">=0")', count)
    sheet.text(Area(row, columns["略称"]), theme.theme.short)


def _overall(sheet: Sheet, figures: Figures, columns: Mapping[str, int], known: Places) -> None:
    """Hidden: the averages over all practices, which every radar shows in grey."""
    counted = f"SUM({known.all_items('計算数')})"
    scores = [practice.now.scores for practice in figures.practices if practice.now]
    for name in criteria_names(figures.plan):
        total = f"SUM({known.all_items(f'計_{name}')})"
        mean = f"INT((20*{total}+{counted})/(2*{counted}))/10"
        value = tenths(grading.mean_tenths([own[name] for own in scores])) if scores else ""
        formula = f'=IF({counted}=0,"",{mean})'
        sheet.formula(Area(TOP, columns[f"全体_{name}"]), formula, value)


def _theme_charts(
    sheet: Sheet, top: int, figures: Figures, columns: Mapping[str, int], left: int
) -> int:
    """Bars of totals and council averages left, a radar per theme right; gives rows covered."""
    count = len(figures.themes)
    if not count or not figures.plan.criteria:
        return 0
    across = 4 if count > 3 else count
    deep = max(2, -(-count // across)) * _HIGH
    most = sum(criterion.maximum for criterion in figures.plan.criteria)
    bars = [("合計", SERIES[0], most), ("審議会評価平均", SERIES[4], _BEST)]
    shown = bars if any(theme.council is not None for theme in figures.themes) else bars[:1]
    names = (THEMES, Area(TOP, columns["略称"], count))
    for number, (key, colour, most) in enumerate(shown):
        values = (THEMES, Area(TOP, columns[key], count))
        size = (left - 8, deep // len(shown) - 8)
        bar = Chart("bar", key, [Series(key, names, values, colour)], size, most)
        sheet.chart(Area(top + number * deep // len(shown) // _PIXELS_A_ROW, 0), bar)
    step = (_WIDE - left) // across
    for number, theme in enumerate(figures.themes):
        down, right = divmod(number, across)
        radar = _radar(figures, theme, TOP + number, columns, (step - 8, _HIGH - 8))
        sheet.chart(Area(top + down * _HIGH // _PIXELS_A_ROW, 2), radar, right * step)
    return -(-deep // _PIXELS_A_ROW)


def _radar(
    figures: Figures,
    theme: ThemeFigures,
    row: int,
    columns: Mapping[str, int],
    size: tuple[int, int],
) -> Chart:
    """The averages of one theme; with two criteria a radar is only a line, so they are columns."""
    first, wide = columns[figures.plan.criteria[0].name], len(figures.plan.criteria)
    names, values = (THEMES, Area(TOP - 1, first, 1, wide)), (THEMES, Area(row, first, 1, wide))
    most = max(criterion.maximum for criterion in figures.plan.criteria)
    kind = "radar" if wide > 2 else "column"
    heading = f"{theme.theme.no} {theme.theme.short}"
    overall = (THEMES, Area(TOP, columns[f"全体_{figures.plan.criteria[0].name}"], 1, wide))
    series = [
        Series("全体", names, overall, "#BFBFBF"),
        Series(theme.theme.short, names, values, SERIES[4]),
    ]
    return Chart(kind, heading, series, size, most, legend=False)
