"""資料編: cover, 【実践項目別】 and both sheets of every accepted form, as typed (contract).

Behind 【取組終了分】 follow the last sheets of what ended before the year, as far as they are held.
Pages are numbered through from the list on; it stands on a fixed print scale with breaks set by
hand, so that it is known how many pages it takes before the forms begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear, long_month
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.excel.write.figure_sheet import TOP, PrintedColumn, draw_head, fitted
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import FigureColumn, Output
from workbook_tools.figures.compute import ENDED, Figures, PracticeFigures
from workbook_tools.figures.form_figures import form_figures
from workbook_tools.form import layout
from workbook_tools.form.layout import Kind
from workbook_tools.form.printed import add_pages
from workbook_tools.plan.model import Plan
from workbook_tools.register.records import Stored

COVER, LIST, ENDED_PART = "表紙", "実践項目別", "取組終了分"
NOTHING = "-"  # of items that ended before the evaluated year (domain §7)

_FIT = paper.LISTS
_COVER_FIT = {"cover": paper.LISTS.at(24), "cover_line": paper.LISTS.at(14)}
_NOT_HELD = "次の実践項目は、シートが登録されていないため、掲載していません。"


@dataclass(frozen=True, slots=True)
class LastSheet:
    """The form of a practice in the year it ended: the plan of that round, its number, answers."""

    plan: Plan
    no: int
    answers: Mapping[str, Stored]


def workbook(
    figures: Figures,
    answers: Mapping[int, Mapping[str, Stored]],
    day: date | None = None,
    last: Mapping[int, LastSheet] | None = None,
) -> bytes:
    """The finished workbook; ``answers`` are those of the accepted forms, by 小№.

    The month of ``day`` is printed on the cover where given. ``last`` are the sheets held of
    practices that ended before. The same input gives the same bytes.
    """
    plan = figures.plan
    book = Book(f"資料編 {figures.year}")
    _cover(book.sheet(COVER), plan, day)
    page = 1 + _list(book.sheet(LIST), figures)
    known = {practice.no for practice in plan.practices}
    sheets = {no: LastSheet(plan, no, answers[no]) for no in sorted(known & answers.keys())}
    page = _add_forms(book, sheets, page)
    gone = [known for known in figures.practices if known.status == ENDED]
    if gone:
        held = dict(sorted((last or {}).items()))
        _divider(book.sheet(ENDED_PART), [known for known in gone if known.practice.no not in held])
        _add_forms(book, held, page + 1)
    return book.bytes()


def _add_forms(book: Book, sheets: Mapping[int, LastSheet], page: int) -> int:
    """Both sheets of each; gives the number of the page behind them."""
    for no, own in sheets.items():
        names = (f"{no}①", f"{no}②")
        add_pages(
            book, names, own.plan, own.plan.practice(own.no), typed(own.plan, own.answers), page
        )
        page += len(names)
    return page


def typed(plan: Plan, answers: Mapping[str, Stored]) -> dict[str, str | int]:
    """What one form prints: the answers as typed, and what the form itself would compute."""
    values: dict[str, str | int] = {}
    for field in layout.form_of(plan).fields:
        stored = answers.get(field.name)
        if stored is None or field.kind in (Kind.LABEL, Kind.TOTAL, Kind.GRADE):
            continue
        is_number = field.kind is Kind.SCORE and stored.value.isascii() and stored.value.isdigit()
        values[field.name] = int(stored.value) if is_number else stored.printed
    texts = {name: stored.value for name, stored in answers.items()}
    values.update(form_figures(plan, texts))
    return values


def _cover(sheet: Sheet, plan: Plan, day: date | None) -> None:
    """One page of four lines: whose, what of which year, when, 【資料編】."""
    month = long_month(day) if day else (plan.evaluated + 1).long
    lines = (
        (f"{plan.city}{plan.name}", "cover"),
        (f"{plan.evaluated.long}進捗状況シート", "cover"),
        (month, "cover_line"),
        ("【資料編】", "cover"),
    )
    _title_page(sheet, lines)
    sheet.view(active=True)


def _divider(sheet: Sheet, missing: Sequence[PracticeFigures]) -> None:
    """A page that reads 【取組終了分】, and names whose sheets are not held."""
    names = [f"№{known.practice.no}　{known.practice.title}" for known in missing]
    words = [_NOT_HELD, *names] if names else []
    _title_page(sheet, [(f"【{ENDED_PART}】", "cover"), *((text, "cover_line") for text in words)])
    sheet.view()


def _title_page(sheet: Sheet, lines: Sequence[tuple[str, str]]) -> None:
    """Lines one below the other, centred on a page of their own."""
    sheet.columns(0, 0, paper.LETTER_PAGE.pixels)
    sheet.height(0, paper.LETTER_PAGE.points / 4)
    sheet.text(Area(0, 0), "")
    for row, (text, look) in enumerate(lines, start=1):
        fit = _COVER_FIT[look]
        sheet.height(row, fit.height(1 + fit.lines(text, paper.LETTER_PAGE.pixels)))
        sheet.text(Area(row, 0), text, look)
    sheet.page(Area(0, 0, len(lines) + 1, 1), tall=1)


def _list(sheet: Sheet, figures: Figures) -> int:
    """【実践項目別】 with ``-`` for ended items; gives the number of pages it takes."""
    plan, year = figures.plan, figures.year
    shown = [c for c in declared.practice_columns(plan) if Output.APPENDIX in c.shown]
    columns = _printed(shown)
    draw_head(sheet, f"{plan.name}取組状況一覧 【{LIST}】", figures.at_end, columns)
    heads = sum(sheet.heights.values())
    heights = []
    for row, known in enumerate(figures.practices, start=TOP):
        needed = 1
        for col, (column, drawn) in enumerate(zip(shown, columns, strict=True)):
            value = _cell(column, known, year)
            looks = ("wrap", "middle") if column.look == "left" else ("center",)
            sheet.value(Area(row, col), value, "box", *looks)
            if column.look == "left":
                needed = max(needed, _FIT.lines(str(value), drawn.pixels))
        sheet.height(row, _FIT.height(min(needed, paper.MOST_LINES)))
        heights.append([paper.PrintedRow(sheet.heights[row])])
    area, repeat = Area(0, 0, TOP + len(heights), len(columns)), (0, TOP - 1)
    page = sheet.print_on(paper.LIST_PAGE, area, footer=paper.PAGE, repeat=repeat, first_page=1)
    found = paper.breaks(heights, page.points - heads)
    sheet.breaks([TOP + row for row in found])
    sheet.freeze(TOP, 4)
    sheet.view()
    return 1 + len(found)


def _printed(
    columns: Sequence[FigureColumn[PracticeFigures]],
) -> tuple[PrintedColumn, ...]:
    return fitted(
        [
            PrintedColumn(column.key, column.pixels, column.look, column.narrow_words, column.group)
            for column in columns
        ]
    )


def _cell(
    column: FigureColumn[PracticeFigures], known: PracticeFigures, year: FiscalYear
) -> str | int | float:
    """What ended earlier has no figures of this year, nor a grade of a year after its end."""
    gone = column.live or (column.key == declared.PREVIOUS and year - 1 not in known.by_year)
    return NOTHING if known.status == ENDED and gone else column.printed(known)
