"""推移: what items, themes and all practices together reached in every year up to this one.

Each year says what was published in it: under its own plan, membership and thresholds. This year's
figures point at the other sheets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from math import ceil
from typing import NamedTuple

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate import counts
from workbook_tools.consolidate.figure_lists import criteria_names, hidden, title
from workbook_tools.consolidate.mentions import GRADE, TOTAL
from workbook_tools.consolidate.places import ITEMS, THEMES, Places, TablePlace
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import INK, SERIES, Book, Chart, Series, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    Value,
    boxed,
    draw_head,
    draw_row,
    write_notes,
)
from workbook_tools.figures.compute import Figures, Means, tenths
from workbook_tools.figures.headline import percent, upper_grades
from workbook_tools.plan.grading import mean_tenths, same_grades, same_totals
from workbook_tools.plan.model import Plan

NAME = "推移"
NONE = "－"  # in years of which nothing is known
_KINDS = (ITEMS.removesuffix("別"), THEMES.removesuffix("別"))
FIXED = 3  # 区分, №, 名称
_KIND, _NO, _LEAST_NAME, _MOST_NAME = 56, 30, 166, 330
_LEAST, _WIDEST, _MOST = 26, 36, 60  # pixels of 2.3, of 100.0, and of a figure at most
_ROOM = 1070  # pixels that a page is wide at the scale that keeps 9 pt above 8
_SCALE = 90
_EVERYTHING = "全実践項目"
_GRADES, _AVERAGES = "実践項目の総合評価", f"{_EVERYTHING}の平均"
_LABELLED = 3  # more years than these have no figures on their columns
_SAME = "同じ数値が左の表にあります。"
_DARK = (0, 4)  # of the colours of charts: those that want white figures
_PAGE = 500.0  # points of a page below the headings
_FIT = paper.LISTS
_ROW_POINTS = 18.0  # of the rows about all practices
_GAP, _CHART, _HIGH = 12, 240, 260.0  # beside a chart, its least width (pixels), height (points)
_WHERE = "位置"  # hidden: which row of its table has the number of this one


class _Trend(NamedTuple):
    """One row: what an item or a theme reached by year; ``table``: where this year's stands."""

    kind: str
    no: int | str
    name: str
    by_year: Mapping[FiscalYear, Means]
    table: TablePlace | None = None
    order: int = 0  # of its row in the table, as it is written


class _Line(NamedTuple):
    """One row about all practices: this year's as a formula, and the values by year."""

    words: str
    formula: str
    values: Mapping[FiscalYear, float]
    look: str = ""


def add_trends(book: Book, figures: Figures, known: Places) -> None:
    """Add 推移: items and themes by year; below them the grades of all practices, with charts."""
    sheet, columns = book.sheet(NAME), _columns(figures)
    heading = f"{title(figures, NAME)}　{_span(figures)}"
    printed = draw_head(sheet, heading, "", columns)
    trends = [*_trends(figures, known)]
    for row, trend in enumerate(trends, start=TOP):
        _write(sheet, row, figures, trend, columns)
    below = TOP + len(trends)
    sheet.filter(Area(TOP - 1, 0, len(trends) + 1, len(columns)))
    sheet.freeze(TOP, FIXED)
    sheet.text(Area(below, 0, 1, FIXED), f"{_EVERYTHING}の{NAME}", "section", "left")
    end = _write_everything(sheet, below + 1, figures, known, columns)
    room = sum(column.pixels for column in columns if not column.hidden)
    end = write_notes(sheet, end, printed, room, _notes(figures), "quiet")
    sheet.page(
        Area(0, 0, end, printed),
        landscape=True,
        repeat=(0, TOP - 1 if _is_long(trends, columns) else 0),
        repeat_columns=FIXED,
        scale=_SCALE,
        footer=paper.NAME_AND_PAGES,
    )
    sheet.breaks([below])
    sheet.view()


def years(figures: Figures) -> list[FiscalYear]:
    """The years of the plan up to the evaluated one, whether anything is known of them or not."""
    return [year for year in figures.plan.years if year <= figures.year]


def _span(figures: Figures) -> str:
    first, *_, last = [*years(figures), figures.year]
    return f"{first.wide}～{last.wide}"


def _columns(figures: Figures) -> tuple[PrintedColumn, ...]:
    own, least = years(figures), _least(figures.plan)
    room = _ROOM - _KIND - _NO
    needed, count = len(own) * sum(least.values()), len(own) * len(least)
    more = max(0, min(_MOST - _LEAST, (room - _MOST_NAME - needed) // count))
    name = max(_LEAST_NAME, min(_MOST_NAME, room - needed - more * count))
    return (
        PrintedColumn("区分", _KIND),
        PrintedColumn("№", _NO),
        PrintedColumn("名称", name, "left"),
        *(
            PrintedColumn(f"{group}{year.wide}", pixels + more, label=year.wide, group=group)
            for group, pixels in least.items()
            for year in own
        ),
        *hidden(_WHERE),
    )


def groups(plan: Plan) -> list[str]:
    """What is shown, a column a year each."""
    return [*_least(plan)]


def _least(plan: Plan) -> dict[str, int]:
    """What is shown, the total first, and how many pixels it needs at least."""
    return {TOTAL: _WIDEST, GRADE: _LEAST, **dict.fromkeys(criteria_names(plan), _LEAST)}


def _is_long(trends: Sequence[_Trend], columns: Sequence[PrintedColumn]) -> bool:
    """The table takes more than a page, so that its headings must be printed again."""
    pixels = columns[FIXED - 1].pixels
    return sum(_FIT.height(_FIT.lines(trend.name, pixels)) for trend in trends) > _PAGE


def _trends(figures: Figures, known: Places) -> Iterator[_Trend]:
    """Items, then themes; behind each what earlier plans had besides."""
    kind, of_themes = _KINDS
    for order, item in enumerate(figures.items, start=1):
        reached = dict(item.by_year)
        if item.now:
            reached[figures.year] = item.now
        yield _Trend(kind, item.item.no, item.item.name, reached, known.items, order)
    yield from _gone(figures)
    for order, theme in enumerate(figures.themes, start=1):
        own = theme.theme
        reached = {
            year: then.now
            for year, past in (*figures.past.items(), (figures.year, figures))
            for then in past.themes
            if then.theme.short == own.short and then.now
        }
        yield _Trend(of_themes, own.no, own.name, reached, known.themes, order)


def _gone(figures: Figures) -> Iterator[_Trend]:
    """The items of earlier plans that this one does not have, under their last numbers."""
    found: dict[str, _Trend] = {}
    for year, past in sorted(figures.past.items(), reverse=True):
        kept = {figures.plan.item_before(item, past.plan) for item in figures.plan.items}
        for item in past.items:
            if item.item.no not in kept and item.now:
                trend = _Trend(_KINDS[0], item.item.no, item.item.name, {})
                trend = found.setdefault(item.item.name, trend)
                found[item.item.name] = trend._replace(by_year={**trend.by_year, year: item.now})
    yield from found.values()


def _write(
    sheet: Sheet, row: int, figures: Figures, trend: _Trend, columns: Sequence[PrintedColumn]
) -> None:
    """Figures by year, those of this year from their table."""
    draw_row(sheet, row, columns, [trend.kind, trend.no, trend.name])
    where = cell_name(row, len(columns) - 1)
    if trend.table:
        place = f"={trend.table.place_of(cell_name(row, 1))}"
        sheet.formula(Area(row, len(columns) - 1), place, trend.order)
    col = FIXED
    for group in _least(figures.plan):
        for year in years(figures):
            value, looks = _figure(trend.by_year.get(year), group), _looks(group)
            if year == figures.year and trend.table:
                source = trend.table.at(where, group)
                boxed(sheet, row, col, f'=IF({source}="","",{source})', value, *looks)
            else:
                value = NONE if value == "" else value
                sheet.value(Area(row, col), value, "box", "center", *looks)
            col += 1


def _looks(group: str) -> list[str]:
    return [] if group == GRADE else ["tenths"]


def _figure(means: Means | None, group: str) -> Value:
    if means is None:
        return ""
    if group == GRADE:
        return means.grade
    value = means.total if group == TOTAL else means.averages.get(group)
    return "" if value is None else tenths(value)


# --- all practices


def _write_everything(
    sheet: Sheet, row: int, figures: Figures, known: Places, columns: Sequence[PrintedColumn]
) -> int:
    """Grades and averages of all practices by year, charts right of them; the first row below."""
    grades, means = [*_grades(figures, known)], [*_means(figures, known)]
    below = _write_lines(sheet, row, figures, _GRADES, grades)
    end = _write_lines(sheet, below, figures, _AVERAGES, means)
    count = FIXED + len(years(figures))
    left = sum(column.pixels for column in columns[:count])
    room = sum(column.pixels for column in columns if not column.hidden) - left
    points = max(_HIGH, (end - row) * _ROW_POINTS)
    size = (max(_CHART, (room - 3 * _GAP) // 2), round(points / paper.PIXEL))
    charts = (_share_chart(row, figures, size), _mean_chart(below, figures, size))
    for number, chart in enumerate(charts):
        sheet.chart(Area(row, count), chart, _GAP + number * (size[0] + _GAP))
    for down in range(row, row + ceil(points / _ROW_POINTS)):
        sheet.height(down, _ROW_POINTS)
    return row + ceil(points / _ROW_POINTS) + 1


def _write_lines(
    sheet: Sheet, row: int, figures: Figures, heading: str, lines: Sequence[_Line]
) -> int:
    """A small table: years across, headings on top; gives the first row below it."""
    own = years(figures)
    for col, words in enumerate([heading, *(year.wide for year in own)], start=FIXED - 1):
        sheet.text(Area(row, col), words, "box", "head")
    for down, line in enumerate(lines, start=row + 1):
        sheet.text(Area(down, FIXED - 1), line.words, "box", "left")
        looks = [line.look] if line.look else []
        for col, year in enumerate(own, start=FIXED):
            if year == figures.year:
                boxed(sheet, down, col, line.formula, line.values.get(year, ""), *looks)
            else:
                value = line.values.get(year, NONE)
                sheet.value(Area(down, col), value, "box", "center", *looks)
    return row + 1 + len(lines)


def _rounds(figures: Figures) -> dict[FiscalYear, Figures]:
    return {**figures.past, figures.year: figures}


def _grades(figures: Figures, known: Places) -> Iterator[_Line]:
    """How many were evaluated and reached each grade, and which part that is."""
    practices, upper = known.practices, upper_grades(figures.plan)
    grades = {year: then.grades() for year, then in _rounds(figures).items()}
    every = {year: sum(of.values()) for year, of in grades.items()}
    yield _Line("評価した実践項目", f"={counts.evaluated(practices)}", every)
    for rule in figures.plan.grades:
        own = {year: of[rule.grade] for year, of in grades.items()}
        formula = f"={counts.reached(practices, rule.grade)}"
        yield _Line(f"総合評価　{rule.grade}", formula, own)
    shares = {rule.grade: (rule.grade,) for rule in figures.plan.grades}
    for words, of in {**shares, "・".join(upper): upper}.items():
        parts = {
            year: tenths(percent(sum(found[grade] for grade in of), every[year]))
            for year, found in grades.items()
        }
        yield _Line(f"{words}の割合（％）", f"={counts.share(practices, of)}", parts, "tenths")


def _means(figures: Figures, known: Places) -> Iterator[_Line]:
    """The average of every criterion over all practices."""
    for name in criteria_names(figures.plan):
        scores = {year: _scores(then, name) for year, then in _rounds(figures).items()}
        means = {year: tenths(mean_tenths(own)) for year, own in scores.items() if own}
        yield _Line(name, counts.overall_mean(known.items, name), means, "tenths")


def _scores(figures: Figures, criterion: str) -> list[int]:
    """All scores that averages are made of, of a criterion that a past plan may not have had."""
    reached = [practice.now.scores for practice in figures.practices if practice.now]
    return [scores[criterion] for scores in reached if criterion in scores]


def _share_chart(row: int, figures: Figures, size: tuple[int, int]) -> Chart:
    """Shares of the grades by year, of the table with its headings in that row."""
    count, grades = len(years(figures)), figures.plan.grades
    heads = (NAME, Area(row, FIXED, 1, count))
    first = row + 2 + len(grades)  # below headings, number of practices, and numbers of grades
    series = [
        Series(
            rule.grade,
            heads,
            (NAME, Area(first + number, FIXED, 1, count)),
            SERIES[number % len(SERIES)],
            "#FFFFFF" if number % len(SERIES) in _DARK else INK,
        )
        for number, rule in enumerate(grades)
    ]
    words = "総合評価の割合（％）"
    told = f"{words}の積み上げ縦棒グラフ。{_SAME}"
    return Chart("stacked", words, series, size, 100, told=told)


def _mean_chart(row: int, figures: Figures, size: tuple[int, int]) -> Chart:
    """Averages of the criteria beside one another by year, of the table below that row."""
    criteria, own = figures.plan.criteria, years(figures)
    names = (NAME, Area(row + 1, FIXED - 1, len(criteria)))
    series = [
        Series(year.wide, names, (NAME, Area(row + 1, col, len(criteria))), colour)
        for col, (year, colour) in enumerate(zip(own, cycle(SERIES)), start=FIXED)
    ]
    most = max(criterion.maximum for criterion in criteria)
    told = f"{_AVERAGES}の縦棒グラフ。{_SAME}"
    shown = len(own) <= _LABELLED
    return Chart("column", _AVERAGES, series, size, most, told=told, values=shown)


def _notes(figures: Figures) -> Iterator[str]:
    yield "各年度の数値は、その年度の計画・所属・評価基準によるものです。"
    for year in years(figures):
        past = figures.past.get(year)
        if past is None and year != figures.year:
            yield f"{year.wide}の数値は登録されていないため、{NONE}としています。"
        elif past and not same_totals(figures.plan, past.plan):
            scales = "、".join(f"{c.name}{c.minimum}～{c.maximum}" for c in past.plan.criteria)
            yield f"{year.wide}は評価項目と評点の範囲（{scales}）が今年度と違い、比べられません。"
        elif past and not same_grades(figures.plan, past.plan):
            yield f"{year.wide}は総合評価の区分が今年度と違うため、比べられません。"
