"""総括 of the 取組状況一覧: the headline figures of domain §8, grades by year, what is missing.

Counts over the sheets of figures are formulas; names are text, ties listed, on a line of their own
under the figure they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.figure_lists import Places, title
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import SERIES, Book, Chart, Series, Sheet
from workbook_tools.excel.write.figure_sheet import Value, write_notes
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, PracticeFigures, tenths
from workbook_tools.figures.headline import Headline, Named, headline

SUMMARY = "総括"
_WIDTHS = (360, 90, 90, 90)  # 項目, 今年度, 前年度, 増減
_INDENT = 18  # pixels
_GAP, _CHART = 20, (480, 260, 520)  # pixels beside the table; chart: width, least, most height
_GRADES = 6  # hidden columns from here on: grades by year, what the chart shows
_FIT = paper.FIGURES
_ON_ONE_PAGE = 700  # characters of notes that still fit below the table
_NAMED = 12  # more names than these are counted


@dataclass(frozen=True, slots=True)
class Line:
    """One row: figure of this year and of the one before, as a formula where it is a count.

    ``unit``: "" for whole numbers, ``tenths``, or ``change`` for a figure that is a movement.
    """

    words: str
    now: Value
    formula: str = ""
    before: Value = ""
    unit: str = ""
    names: Sequence[str] = ()


def add_summary(book: Book, figures: Figures, places: Places, notes: Sequence[str]) -> None:
    """Add 総括: title, headline figures beside a chart, and what is missing in plain words."""
    sheet = book.sheet(SUMMARY)
    for col, pixels in enumerate(_WIDTHS):
        sheet.columns(col, col, pixels)
    sheet.columns(len(_WIDTHS), len(_WIDTHS), _GAP + _CHART[0])
    row = top = _summary_head(sheet, figures)
    used = 0.0  # pixels
    for line in headlines(figures, places):
        row, points = _headline_row(sheet, row, line)
        used += points * 96 / 72
    least, most = _CHART[1:]
    high = round(max(least, min(most, used)))
    _grade_chart(sheet, top - 1, figures, places, high)
    row += round(max(0.0, high - used)) // 20  # rows below a short table, until the chart ends
    across, room = len(_WIDTHS) + 1, sum(_WIDTHS) + _GAP + _CHART[0]
    down = write_notes(sheet, row + 1, across, room, missing(figures), "alert")
    down = write_notes(sheet, down, across, room, notes, "quiet")
    short = sum(map(len, (*missing(figures), *notes))) < _ON_ONE_PAGE
    area = Area(0, 0, down, across)
    sheet.page(
        area,
        landscape=True,
        tall=1 if short else 0,
        footer=paper.NAME_AND_PAGES,
        repeat=(top - 1, top - 1),
    )
    sheet.view(active=True)


def missing(figures: Figures) -> list[str]:
    """What has no figures, by status, in plain words."""
    found: dict[str, list[str]] = {}
    for known in figures.incomplete:
        practice = known.practice
        found.setdefault(known.status, []).append(f"№{practice.no} {practice.title}")
    return [
        f"{status}の実践項目が{len(names)}件あり、数値に含まれていません：{'、'.join(names)}"
        for status, names in found.items()
    ]


def headlines(figures: Figures, places: Places) -> Iterator[Line]:
    """The headline figures in the order of the report (domain §8)."""
    told = headline(figures)
    yield from _counts(figures, told, places)
    yield from _grade_rows(told, places)
    yield from _council_rows(told, places)
    yield from _item_rows(told, places)
    yield from _theme_rows(told)
    yield from _movements(told)


def _counts(figures: Figures, told: Headline, places: Places) -> Iterator[Line]:
    known = told.evaluated_before is not None
    flags = places.all_practices("評価対象")
    before = _or_blank(told.evaluated_before)
    yield Line("評価した実践項目", told.evaluated, f"=SUM({flags})", before)
    ended = places.all_practices("取組終了")
    count = f'=SUMPRODUCT(--({ended}<>""))'
    names = [_ended(practice) for practice in told.finished]
    before = told.finished_until_before if known else ""
    yield Line("取組終了（累計）", len(told.finished), count, before, names=names)
    count = f"=SUMPRODUCT(--({ended}={quoted(figures.year.wide)}))"
    before = told.finished_before if known else ""
    yield Line("　うち今年度に終了", told.finished_now, count, before)


def _ended(known: PracticeFigures) -> str:
    year = known.finished.wide if known.finished else ""
    return f"№{known.practice.no} {known.practice.title}（{year}）"


def _grade_rows(told: Headline, places: Places) -> Iterator[Line]:
    """How many reached each grade, and the share of the upper ones."""
    for grade, count in told.grades.items():
        past: Value = "" if told.grades_before is None else told.grades_before.get(grade, 0)
        yield Line(f"総合評価　{grade}", count, f"={_count_of(places, grade)}", past)
    share = told.share
    part = "+".join(_count_of(places, grade) for grade in share.grades)
    total = f"SUM({places.all_practices('評価対象')})"
    formula = f"=IF({total}=0,0,INT((2000*({part})+{total})/(2*{total}))/10)"
    words = f"{'・'.join(share.grades)}の割合（％）"
    yield Line(words, tenths(share.now), formula, _tenths_or_blank(share.before), "tenths")


def _count_of(places: Places, grade: str) -> str:
    grades, flags = places.all_practices("総合評価"), places.all_practices("評価対象")
    return f"SUMPRODUCT(({grades}={quoted(grade)})*{flags})"


def _council_rows(told: Headline, places: Places) -> Iterator[Line]:
    if not told.council_highest:
        return
    cells = places.all_items("審議会評価平均")
    high = told.council_high
    names = [f"{_numbered(named)}（{tenths(named.value)}）" for named in high]
    words = "審議会評価平均4.0以上の取組項目"
    yield Line(words, len(high), f'=COUNTIF({cells},">=4")', names=names)
    for words, tied, function in (
        ("最高", told.council_highest, "MAX"),
        ("最低", told.council_lowest, "MIN"),
    ):
        value, formula = tenths(tied[0].value), f"={function}({cells})"
        names = [_numbered(named) for named in tied]
        yield Line(f"審議会評価平均の{words}", value, formula, "", "tenths", names)


def _item_rows(told: Headline, places: Places) -> Iterator[Line]:
    cells = places.all_items("合計")
    for words, tied, past, function in (
        ("最高", told.highest, told.highest_before, "MAX"),
        ("最低", told.lowest, told.lowest_before, "MIN"),
    ):
        if tied:
            value, before = tenths(tied[0].value), _tenths_or_blank(past)
            names = [_numbered(named) for named in tied]
            words = f"取組項目の合計（平均）の{words}"
            yield Line(words, value, f"={function}({cells})", before, "tenths", names)


def _theme_rows(told: Headline) -> Iterator[Line]:
    for words, tied in (
        ("審議会評価平均", told.theme_council_lowest),
        ("合計（平均）", told.theme_lowest),
    ):
        if tied:
            names = [named.name for named in tied]
            words = f"テーマの{words}の最低"
            yield Line(words, tenths(tied[0].value), unit="tenths", names=names)


def _movements(told: Headline) -> Iterator[Line]:
    """The practices whose total rose and fell most since the year before."""
    for words, tied in (("上昇", told.rises), ("下降", told.falls)):
        if tied:
            names = [_numbered(named) for named in tied]
            words = f"合計の{words}が最も大きい実践項目"
            yield Line(words, tied[0].value, unit="change", names=names)


def _numbered(named: Named) -> str:
    return f"№{named.no} {named.name}"


def _or_blank(value: int | None) -> Value:
    return "" if value is None else value


def _tenths_or_blank(value: int | None) -> Value:
    return "" if value is None else tenths(value)


# --- onto the sheet


def _summary_head(sheet: Sheet, figures: Figures) -> int:
    """Title and whom it is from and for; gives the first row below the headings."""
    plan, room = figures.plan, sum(_WIDTHS) + _GAP + _CHART[0]
    heading = title(figures, SUMMARY)
    sheet.text(Area(0, 0, 1, len(_WIDTHS) + 1), heading, "big", "wrap", "middle")
    sheet.height(0, 2 + paper.TITLES.height(paper.TITLES.lines(heading, room)))
    about = f"{plan.city}　{plan.secretariat}　　{figures.plan.round.end}の取組状況"
    if plan.council:
        about += f"　　評価：{plan.council}"
    sheet.text(Area(1, 0, 1, len(_WIDTHS) + 1), about, "wrap", "middle")
    sheet.height(1, _FIT.height(_FIT.lines(about, room)))
    sheet.height(2, 6)
    for col, words in enumerate(("項目", "今年度", "前年度", "増減")):
        sheet.text(Area(3, col), words, "box", "head")
    sheet.height(3, _FIT.height(1.4))
    return 4


def _headline_row(sheet: Sheet, row: int, line: Line) -> tuple[int, float]:
    """One figure, and its names below it; gives the next free row and the points used."""
    looks = ("box", "center", *([line.unit] if line.unit else []))
    sheet.text(Area(row, 0), line.words, "box", "wrap", "middle")
    if line.formula:
        sheet.formula(Area(row, 1), line.formula, line.now, *looks)
    else:
        sheet.value(Area(row, 1), line.now, *looks)
    sheet.value(Area(row, 2), line.before, *looks)
    if isinstance(line.before, str) or isinstance(line.now, str):
        sheet.text(Area(row, 3), "", "box")
    else:
        change = round(line.now - line.before, 1)
        look = "change tenths" if line.unit == "tenths" else "change"
        formula = f"=ROUND({cell_name(row, 1)}-{cell_name(row, 2)},1)"
        sheet.formula(Area(row, 3), formula, change, "box", "center", look)
    points = _FIT.height(max(1.2, _FIT.lines(line.words, _WIDTHS[0])))
    sheet.height(row, points)
    if not line.names:
        return row + 1, points
    more = len(line.names) - _NAMED
    shown = "、".join(line.names[:_NAMED]) + (f"　ほか{more}件" if more > 0 else "")
    sheet.text(Area(row + 1, 0, 1, len(_WIDTHS)), shown, "box", "wrap", "indent", "quiet")
    below = _FIT.height(_FIT.lines(shown, sum(_WIDTHS) - _INDENT))
    sheet.height(row + 1, below)
    return row + 2, points + below


def _grade_chart(sheet: Sheet, row: int, figures: Figures, places: Places, high: int) -> None:
    """Grades by year as stacked columns over hidden cells; past years as published then."""
    years = [year for year in figures.plan.years if year in figures.past or year == figures.year]
    rules = figures.plan.grades
    sheet.columns(_GRADES, _GRADES + len(rules), 60, hidden=True)
    for down, year in enumerate(years, start=row + 1):
        counts = figures.past.get(year, figures).grades()
        sheet.text(Area(down, _GRADES), year.wide)
        for col, rule in enumerate(rules, start=_GRADES + 1):
            if year == figures.year:
                formula = f"={_count_of(places, rule.grade)}"
                sheet.formula(Area(down, col), formula, counts[rule.grade])
            else:
                sheet.number(Area(down, col), counts[rule.grade])
    names = (SUMMARY, Area(row + 1, _GRADES, len(years)))
    series = [
        Series(
            rule.grade,
            names,
            (SUMMARY, Area(row + 1, _GRADES + 1 + number, len(years))),
            SERIES[number % len(SERIES)],
            "#FFFFFF" if number % len(SERIES) in (0, 4) else "#000000",
        )
        for number, rule in enumerate(rules)
    ]
    chart = Chart("stacked", "総合評価の推移（実践項目数）", series, (_CHART[0], high), format="0")
    sheet.chart(Area(row, len(_WIDTHS)), chart, _GAP)
