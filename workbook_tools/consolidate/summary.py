"""総括 of the 取組状況一覧: the headline figures of domain §8, grades by year, what is missing.

Figures, names and sentences are formulas: an edited score leaves nothing behind that contradicts
another. Whom a figure names, ties listed, stands beside it. It all fits one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate import counts
from workbook_tools.consolidate.figure_lists import title
from workbook_tools.consolidate.mentions import (
    CHANGE,
    COUNCIL,
    ENDED,
    ITEM_KEYS,
    MISSING,
    PRACTICE_KEYS,
    THEME_KEYS,
    TOTAL,
)
from workbook_tools.consolidate.places import TablePlace
from workbook_tools.consolidate.workings import SUMMARY, Mentioned, Workings
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import SERIES, Book, Chart, Series, Sheet
from workbook_tools.excel.write.figure_sheet import Value, write_notes
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.figures.headline import headline, movements

# Headings and widths of the table; names stand in the last column.
_COLUMNS = {"項目": 232, "今年度": 50, "前年度": 50, "増減": 50, "該当するもの": 378}
_WIDTHS = tuple(_COLUMNS.values())
_NAMES = len(_WIDTHS) - 1
_INDENT = 18  # pixels
_GAP, _CHART = 16, (318, 260, 520)  # pixels beside the table; chart: width, least, most height
_GRADES = len(_WIDTHS) + 2  # hidden columns from here on: grades by year, what the chart shows
_FIT = paper.LISTS


@dataclass(frozen=True, slots=True)
class Revised:
    """How many practices changed their schedule: counted on a sheet of texts."""

    formula: str
    count: int


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that follows the figures: its formula, and what it says now."""

    formula: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row: figure of this year, a formula with its value, and of the one before.

    ``unit``: "" for whole numbers, ``tenths``, or ``change`` for a figure that is a movement.
    """

    words: str
    now: Value
    formula: str
    before: Value = ""
    unit: str = ""
    names: Mentioned | None = None


class Summary:
    """The figures of 総括 as formulas over the tables, with their values as they stand."""

    def __init__(self, figures: Figures, workings: Workings, revised: Revised | None) -> None:
        self.figures, self.revised, self._workings = figures, revised, workings
        self.told = headline(figures)
        known = workings.known
        self.items, self.practices, self.themes = known.items, known.practices, known.themes

    def lines(self) -> Iterator[Line]:
        """The headline figures in the order of the report (domain §8)."""
        yield from self._counts()
        yield from self._grades()
        yield from self._council()
        yield from self._totals()
        yield from self._lowest_themes()
        yield from self._movements()

    def _counts(self) -> Iterator[Line]:
        told, known = self.told, self.told.evaluated_before is not None
        before = _or_blank(told.evaluated_before)
        formula = f"={counts.evaluated(self.practices)}"
        yield Line("評価した実践項目", told.evaluated, formula, before)
        ended, names = self.practices.column(ENDED), self._names(self.practices, PRACTICE_KEYS[0])
        before = told.finished_until_before if known else ""
        yield Line("取組終了（累計）", len(told.finished), f"={names.count}", before, names=names)
        count = f"=COUNTIF({ended},{quoted(self.figures.year.wide)})"
        before = told.finished_before if known else ""
        yield Line("　うち今年度に終了", told.finished_now, count, before)
        if self.revised:
            yield Line("工程を見直した実践項目", self.revised.count, f"={self.revised.formula}")

    def _grades(self) -> Iterator[Line]:
        """How many reached each grade, and the share of the upper ones."""
        told = self.told
        for grade, count in told.grades.items():
            past: Value = "" if told.grades_before is None else told.grades_before.get(grade, 0)
            formula = f"={counts.reached(self.practices, grade)}"
            yield Line(f"総合評価　{grade}", count, formula, past)
        words = f"{'・'.join(told.share.grades)}の割合（％）"
        before = _tenths_or_blank(told.share.before)
        yield Line(words, tenths(told.share.now), f"={self._share()}", before, "tenths")

    def _share(self) -> str:
        return counts.share(self.practices, self.told.share.grades)

    def _council(self) -> Iterator[Line]:
        told = self.told
        if not told.council_highest:
            return
        _, _, high, highest, lowest = ITEM_KEYS
        names = self._names(self.items, high)
        words = "審議会評価平均4.0以上の取組項目"
        yield Line(words, len(told.council_high), f"={names.count}", names=names)
        cells = self.items.column(COUNCIL)
        for words, tied, function, key in (
            ("最高", told.council_highest, "MAX", highest),
            ("最低", told.council_lowest, "MIN", lowest),
        ):
            value, names = tenths(tied[0].value), self._names(self.items, key)
            words = f"審議会評価平均の{words}"
            yield Line(words, value, f"={function}({cells})", "", "tenths", names)

    def _totals(self) -> Iterator[Line]:
        told, cells = self.told, self.items.column(TOTAL)
        highest, lowest, *_ = ITEM_KEYS
        for words, tied, past, function, key in (
            ("最高", told.highest, told.highest_before, "MAX", highest),
            ("最低", told.lowest, told.lowest_before, "MIN", lowest),
        ):
            if tied:
                value, before = tenths(tied[0].value), _tenths_or_blank(past)
                words, names = f"取組項目の合計（平均）の{words}", self._names(self.items, key)
                yield Line(words, value, f"={function}({cells})", before, "tenths", names)

    def _lowest_themes(self) -> Iterator[Line]:
        told = self.told
        for words, tied, column, key in (
            ("審議会評価平均", told.theme_council_lowest, COUNCIL, THEME_KEYS[0]),
            ("合計（平均）", told.theme_lowest, TOTAL, THEME_KEYS[1]),
        ):
            if tied:
                formula, names = (
                    f"=MIN({self.themes.column(column)})",
                    self._names(self.themes, key),
                )
                words = f"テーマの{words}の最低"
                yield Line(words, tenths(tied[0].value), formula, "", "tenths", names)

    def _movements(self) -> Iterator[Line]:
        """The practices whose total rose and fell most since the year before."""
        told, cells = self.told, self.practices.column(CHANGE)
        _, rise, fall, *_ = PRACTICE_KEYS
        for words, tied, function, key in (
            ("上昇", told.rises, "MAX", rise),
            ("下降", told.falls, "MIN", fall),
        ):
            if tied:
                words, names = (
                    f"合計の{words}が最も大きい実践項目",
                    self._names(self.practices, key),
                )
                yield Line(words, tied[0].value, f"={function}(0,{cells})", "", "change", names)

    def _names(self, table: TablePlace, key: str) -> Mentioned:
        return self._workings.names(table, key)

    # -- sentences

    def sentences(self) -> Iterator[Said]:
        """What the mayor reads first."""
        yield self._sentence_of_grades()
        if self.told.highest:
            yield self._sentence_of_totals()
        if self.told.rises or self.told.falls:
            yield self._sentence_of_movements()

    def _sentence_of_grades(self) -> Said:
        told = self.told
        grades = quoted(f"件で、総合評価{'・'.join(told.share.grades)}の割合は")
        total = counts.evaluated(self.practices)
        formula = f'="評価した実践項目は"&{total}&{grades}&TEXT({self._share()},"0.0")'
        past = "" if told.share.before is None else f"（前年度{tenths(told.share.before)}％）"
        return Said(
            f"{formula}&{quoted(f'％{past}です。')}",
            f"評価した実践項目は{told.evaluated}件で、総合評価{'・'.join(told.share.grades)}の割合は"
            f"{tenths(told.share.now)}％{past}です。",
        )

    def _sentence_of_totals(self) -> Said:
        highest, lowest = (self._names(self.items, key) for key in ITEM_KEYS[:2])
        cells, told = self.items.column(TOTAL), self.told
        return Said(
            f'="取組項目の合計（平均）は、"&{highest.formula}&"が"&TEXT(MAX({cells}),"0.0")'
            f'&"で最も高く、"&{lowest.formula}&"が"&TEXT(MIN({cells}),"0.0")&"で最も低くなりました。"',
            f"取組項目の合計（平均）は、{highest.value}が{tenths(told.highest[0].value)}で最も高く、"
            f"{lowest.value}が{tenths(told.lowest[0].value)}で最も低くなりました。",
        )

    def _sentence_of_movements(self) -> Said:
        up, down, same = (
            f'COUNTIF({self.practices.column(CHANGE)},"{sign}0")' for sign in (">", "<", "=")
        )
        moved = [rise for _, rise in movements(self.figures)]
        rises, falls = sum(rise > 0 for rise in moved), sum(rise < 0 for rise in moved)
        return Said(
            f'="前年度と比べて、合計が上がった実践項目は"&{up}&"件、下がった実践項目は"&{down}'
            f'&"件、変わらない実践項目は"&{same}&"件です。"',
            f"前年度と比べて、合計が上がった実践項目は{rises}件、下がった実践項目は{falls}件、"
            f"変わらない実践項目は{len(moved) - rises - falls}件です。",
        )

    def missing(self) -> Iterator[Said]:
        """What has no figures, by status; nothing where nothing is missing."""
        for word in MISSING:
            names = self._names(self.practices, word)
            count = sum(known.status == word for known in self.figures.incomplete)
            if count:
                yield Said(
                    f'=IF({names.count}=0,"※ {word}だった実践項目も、数値に含まれています。",'
                    f'"※ {word}の実践項目が"&{names.count}&"件あり、数値に含まれていません："'
                    f"&{names.formula})",
                    f"※ {word}の実践項目が{count}件あり、数値に含まれていません：{names.value}",
                )


def _or_blank(value: int | None) -> Value:
    return "" if value is None else value


def _tenths_or_blank(value: int | None) -> Value:
    return "" if value is None else tenths(value)


# --- onto the sheet


def add_summary(
    book: Book,
    figures: Figures,
    workings: Workings,
    notes: Sequence[str],
    revised: Revised | None = None,
) -> None:
    """Add 総括: sentences, headline figures beside a chart, and what is missing in plain words.

    ``notes`` are as of the day they are made and say so.
    """
    sheet, summary = book.sheet(SUMMARY), Summary(figures, workings, revised)
    for col, pixels in enumerate(_WIDTHS):
        sheet.columns(col, col, pixels)
    sheet.columns(len(_WIDTHS), len(_WIDTHS), _GAP + _CHART[0])
    across, room = len(_WIDTHS) + 1, sum(_WIDTHS) + _GAP + _CHART[0]
    row = top = _summary_head(sheet, figures, list(summary.sentences()))
    used = 0.0  # pixels
    for line in summary.lines():
        row, points = _headline_row(sheet, row, line)
        used += points * 96 / 72
    least, most = _CHART[1:]
    high = round(max(least, min(most, used)))
    _grade_chart(sheet, top - 1, summary, high)
    workings.write(sheet)
    row += round(max(0.0, high - used)) // 20  # rows below a short table, until the chart ends
    sheet.height(row, 6)
    missing = list(summary.missing())
    down = _write_sentences(sheet, row + 1, missing, "alert")
    down = write_notes(sheet, down, across, room, notes, "quiet")
    area, repeat = Area(0, 0, down, across), (top - 1, top - 1)
    sheet.print_on(paper.LIST_PAGE, area, repeat=repeat, footer=paper.NAME_AND_PAGES)
    sheet.view(active=True)


def _write_sentences(sheet: Sheet, row: int, sentences: Iterable[Said], look: str) -> int:
    """Sentences across the sheet; gives the first row below them."""
    room = sum(_WIDTHS) + _GAP + _CHART[0] - _INDENT
    for said in sentences:
        area = Area(row, 0, 1, len(_WIDTHS) + 1)
        sheet.formula(area, said.formula, said.value, "wrap", "middle", look)
        sheet.height(row, _FIT.height(_FIT.lines(said.value, room)))
        row += 1
    return row


def _summary_head(sheet: Sheet, figures: Figures, sentences: Sequence[Said]) -> int:
    """Title, whom it is from and for, the sentences; gives the first row below the headings."""
    plan, room = figures.plan, sum(_WIDTHS) + _GAP + _CHART[0]
    heading = title(figures, SUMMARY)
    sheet.text(Area(0, 0, 1, len(_WIDTHS) + 1), heading, "big", "wrap", "middle")
    sheet.height(0, 2 + paper.TITLES.height(paper.TITLES.lines(heading, room)))
    about = f"{plan.city}　{plan.secretariat}　　{figures.plan.round.end}の取組状況"
    if plan.council:
        about += f"　　評価：{plan.council}"
    sheet.text(Area(1, 0, 1, len(_WIDTHS) + 1), about, "wrap", "middle")
    sheet.height(1, _FIT.height(_FIT.lines(about, room)))
    row = _write_sentences(sheet, 2, sentences, "bold")
    sheet.height(row, 6)
    for col, words in enumerate(_COLUMNS):
        sheet.text(Area(row + 1, col), words, "box", "head")
    sheet.height(row + 1, _FIT.height(1))
    return row + 2


def _headline_row(sheet: Sheet, row: int, line: Line) -> tuple[int, float]:
    """One figure, and its names beside it; gives the next free row and the points used."""
    looks = ("box", "center", *([line.unit] if line.unit else []))
    sheet.text(Area(row, 0), line.words, "box", "wrap", "middle")
    sheet.formula(Area(row, 1), line.formula, line.now, *looks)
    sheet.value(Area(row, 2), line.before, *looks)
    if isinstance(line.before, str) or isinstance(line.now, str):
        sheet.text(Area(row, 3), "", "box")
    else:
        change = round(line.now - line.before, 1)
        look = "change tenths" if line.unit == "tenths" else "change"
        formula = f"=ROUND({cell_name(row, 1)}-{cell_name(row, 2)},1)"
        sheet.formula(Area(row, 3), formula, change, "box", "center", look)
    area, needed = Area(row, _NAMES), _FIT.lines(line.words, _WIDTHS[0])
    if line.names:
        formula = f"=HYPERLINK({line.names.address},{line.names.formula})"
        sheet.formula(area, formula, line.names.value, "box", "wrap", "middle", "link")
        needed = max(needed, _FIT.lines(line.names.value, _WIDTHS[_NAMES]))
    else:
        sheet.text(area, "", "box")
    sheet.height(row, _FIT.height(needed))
    return row + 1, sheet.heights[row]


def _grade_chart(sheet: Sheet, row: int, summary: Summary, high: int) -> None:
    """Grades by year as stacked columns over hidden cells; past years as published then.

    The names of the years say how many practices were evaluated, so that bars of unequal height
    are not taken for a fall.
    """
    figures = summary.figures
    years = [year for year in figures.plan.years if year in figures.past or year == figures.year]
    rules = figures.plan.grades
    sheet.columns(_GRADES, _GRADES + len(rules), 60, hidden=True)
    for down, year in enumerate(years, start=row + 1):
        known = figures.past.get(year, figures).grades()
        first, last = (cell_name(down, _GRADES + at) for at in (1, len(rules)))
        name = f'={quoted(year.wide)}&"（"&SUM({first}:{last})&"件）"'
        sheet.formula(Area(down, _GRADES), name, f"{year.wide}（{sum(known.values())}件）")
        for col, rule in enumerate(rules, start=_GRADES + 1):
            if year == figures.year:
                formula = f"={counts.reached(summary.practices, rule.grade)}"
                sheet.formula(Area(down, col), formula, known[rule.grade])
            else:
                sheet.number(Area(down, col), known[rule.grade])
    names = (SUMMARY, Area(row + 1, _GRADES, len(years)))
    series = [
        Series(
            rule.grade,
            names,
            (SUMMARY, Area(row + 1, _GRADES + 1 + number, len(years))),
            SERIES[number % len(SERIES)],
            "#FFFFFF" if number % len(SERIES) == 0 else "#000000",
        )
        for number, rule in enumerate(rules)
    ]
    heading = "総合評価の推移（実践項目数）"
    told = f"{heading}の積み上げ縦棒グラフ。今年度と前年度の数は左の表にあります。"
    chart = Chart("stacked", heading, series, (_CHART[0], high), format="0", told=told)
    sheet.chart(Area(row, len(_WIDTHS)), chart, _GAP)
