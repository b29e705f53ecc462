"""テーマ別 of the 取組状況一覧 (domain §8): averages over practices, and charts that can be read.

Seven nearly equal themes in one radar cannot be told apart: every theme has a small one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook_tools.cells import Area
from workbook_tools.consolidate.figure_lists import (
    DASH,
    THEMES,
    Places,
    criteria,
    mean_headings,
    places,
    sum_headings,
    sums,
    theme_key,
    title,
    write_means,
)
from workbook_tools.excel.write.book import SERIES, Book, Chart, Series, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    FigureColumn,
    Value,
    boxed,
    columns_of,
    draw_head,
    draw_row,
    finish,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, ThemeFigures, tenths
from workbook_tools.text import MARK

_BEST = 5  # the council scores from 5 to 1
# Pixels of table and charts; of № and テーマ名, over which the bars stand (LibreOffice distorts a
# chart that begins inside a wide column); of one row of radars.
_WIDE, _LEFT, _HIGH = 1180, 422, 240
_PIXELS_A_ROW = 20
_LEGEND = "レーダーの灰色の線は全実践項目の平均"


def add_themes(book: Book, figures: Figures) -> None:
    """Add テーマ別: averages over the practices of the items with ○, and charts below."""
    sheet, headings, known = book.sheet(THEMES), _theme_headings(figures), places(figures)
    right = f"{figures.year.wide}年度末"
    printed = draw_head(sheet, title(figures, THEMES), right, headings)
    columns = columns_of(headings)
    for row, one in enumerate(figures.themes, start=TOP):
        blank = [""] * (criteria(figures) + 5)
        draw_row(sheet, row, headings, [one.theme.no, one.theme.name, *blank, one.note])
        _theme_figures(sheet, row, figures, one, columns, known)
    sheet.freeze(TOP, 2)
    top = TOP + len(figures.themes) + 1
    if figures.themes:
        _overall(sheet, figures, columns, known)
        sheet.text(Area(top - 1, 2, 1, printed - 2), _LEGEND, "quiet", "right")
    deep = _theme_charts(sheet, top, figures, columns)
    finish(sheet, top + deep, printed, tall=1 if len(figures.themes) <= 14 else 0)


def _theme_headings(figures: Figures) -> tuple[FigureColumn, ...]:
    note = _WIDE - _LEFT - 2 * 68 - 66 * criteria(figures) - 60 - 78 - 62
    overall = (FigureColumn(f"全体_{one.name}", 60, hidden=True) for one in figures.plan.criteria)
    return (
        FigureColumn("№", 46),
        FigureColumn("テーマ名", _LEFT - 46, "left"),
        FigureColumn("取組項目数", 68),
        FigureColumn("実践項目数", 68),
        *mean_headings(figures, 12, max(80, note)),
        *sum_headings(figures),
        FigureColumn("審議会数", 60, hidden=True),
        FigureColumn("略称", 60, hidden=True),
        *overall,
    )


def _theme_figures(
    sheet: Sheet,
    row: int,
    figures: Figures,
    one: ThemeFigures,
    columns: Mapping[str, int],
    known: Places,
) -> None:
    marks = known.all_items(theme_key(one.theme.short))
    of = f'({marks},"{MARK}"'
    boxed(sheet, row, columns["取組項目数"], f"=COUNTIF{of})", len(one.items))
    count = f"=SUMIF{of},{known.all_items('実践項目数')})"
    boxed(sheet, row, columns["実践項目数"], count, one.practice_count)
    counted = f"=SUMIF{of},{known.all_items('計算数')})"
    sheet.formula(Area(row, columns["計算数"]), counted, one.counted)
    practices = [practice for item in one.items for practice in item.practices]
    for name, added in sums(figures.plan, practices).items():
        formula = f"=SUMIF{of},{known.all_items(f'計_{name}')})"
        sheet.formula(Area(row, columns[f"計_{name}"]), formula, added)
    write_means(sheet, row, figures.plan, columns, one.now)
    scores = known.all_items("審議会評価平均")
    scored = sum(item.council is not None for item in one.items)
    place = Area(row, columns["審議会数"])
    sheet.formula(place, f'=COUNTIFS{of},{scores},">=0")', scored)
    none = "" if figures.plan.is_effectiveness_year else DASH
    mean = f"INT((2*ROUND(10*SUMIF{of},{scores}),0)+{place.a1})/(2*{place.a1}))/10"
    value: Value = none if one.council is None else tenths(one.council)
    formula = f"=IF({place.a1}=0,{quoted(none)},{mean})"
    boxed(sheet, row, columns["審議会評価平均"], formula, value, "tenths")
    sheet.text(Area(row, columns["略称"]), one.theme.short)


def _overall(sheet: Sheet, figures: Figures, columns: Mapping[str, int], known: Places) -> None:
    """Hidden: the averages over all practices, which every radar shows in grey."""
    counted = f"SUM({known.all_items('計算数')})"
    scored = [one for one in figures.practices if one.now]
    for name, added in sums(figures.plan, scored).items():
        total = f"SUM({known.all_items(f'計_{name}')})"
        mean = f"INT((20*{total}+{counted})/(2*{counted}))/10"
        value = tenths((20 * added + len(scored)) // (2 * len(scored))) if scored else ""
        formula = f'=IF({counted}=0,"",{mean})'
        sheet.formula(Area(TOP, columns[f"全体_{name}"]), formula, value)


def _theme_charts(sheet: Sheet, top: int, figures: Figures, columns: Mapping[str, int]) -> int:
    """Bars of totals and council averages left, a radar per theme right; gives rows covered."""
    count = len(figures.themes)
    if not count or not figures.plan.criteria:
        return 0
    across = 4 if count > 3 else count
    deep = max(2, -(-count // across)) * _HIGH
    most = sum(criterion.maximum for criterion in figures.plan.criteria)
    bars = [("合計", SERIES[0], most), ("審議会評価平均", SERIES[4], _BEST)]
    shown = bars if any(one.council is not None for one in figures.themes) else bars[:1]
    names = (THEMES, Area(TOP, columns["略称"], count))
    for number, (key, colour, most) in enumerate(shown):
        values = (THEMES, Area(TOP, columns[key], count))
        size = (_LEFT - 8, deep // len(shown) - 8)
        bar = Chart("bar", key, [Series(key, names, values, colour)], size, most)
        sheet.chart(Area(top + number * deep // len(shown) // _PIXELS_A_ROW, 0), bar)
    step = (_WIDE - _LEFT) // across
    for number, one in enumerate(figures.themes):
        down, right = divmod(number, across)
        radar = _radar(figures, one, TOP + number, columns, (step - 8, _HIGH - 8))
        sheet.chart(Area(top + down * _HIGH // _PIXELS_A_ROW, 2), radar, right * step)
    return -(-deep // _PIXELS_A_ROW)


def _radar(
    figures: Figures, one: ThemeFigures, row: int, columns: Mapping[str, int], size: tuple[int, int]
) -> Chart:
    """The averages of one theme; with two criteria a radar is only a line, so they are columns."""
    first, wide = columns[figures.plan.criteria[0].name], criteria(figures)
    names, values = (THEMES, Area(TOP - 1, first, 1, wide)), (THEMES, Area(row, first, 1, wide))
    most = max(criterion.maximum for criterion in figures.plan.criteria)
    kind = "radar" if wide > 2 else "column"
    heading = f"{one.theme.no} {one.theme.short}"
    overall = (THEMES, Area(TOP, columns[f"全体_{figures.plan.criteria[0].name}"], 1, wide))
    series = [
        Series("全体", names, overall, "#BFBFBF"),
        Series(one.theme.short, names, values, SERIES[4]),
    ]
    return Chart(kind, heading, series, size, most, legend=False)
