"""資料編: cover, 【実践項目別】 and both sheets of every accepted form, as typed (contract).

The pages are numbered through. The list stands on a fixed print scale with breaks set by hand, so
that it is known how many pages it takes before the forms begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear, long_date
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.excel.write.figure_sheet import TOP, PrintedColumn, draw_headings
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import FigureColumn, Output
from workbook_tools.figures.compute import ENDED, Figures, PracticeFigures
from workbook_tools.figures.form_figures import form_figures
from workbook_tools.form import layout
from workbook_tools.form.layout import Kind
from workbook_tools.form.workbook import add_pages
from workbook_tools.plan.model import Plan
from workbook_tools.register.records import Stored

COVER, LIST = "表紙", "実践項目別"
NOTHING = "-"  # of items that ended before the evaluated year (domain §7)

_SCALE, _WIDTH = 84, 1150  # A4 landscape: 1,190 px fill it in LibreOffice
_ROOM = 610.0  # points, of 631
_FIT = paper.LISTS
_HEADS = (28.5, 15.75, 15.75)  # title and both rows of headings, on every page


def workbook(
    figures: Figures,
    answers: Mapping[int, Mapping[str, Stored]],
    day: date | None = None,
) -> bytes:
    """The finished workbook; ``answers`` are those of the accepted forms, by 小№.

    ``day`` is printed on the cover where given. The same input gives the same bytes.
    """
    plan = figures.plan
    book = Book(f"資料編 {figures.year}")
    _cover(book.sheet(COVER), plan, day)
    page = 2 + _list(book.sheet(LIST), figures)
    known = {practice.no: practice for practice in plan.practices}
    for no in sorted(known.keys() & answers.keys()):
        names = (f"{no}①", f"{no}②")
        values = typed(plan, answers[no])
        add_pages(book, names, plan, known[no], values, page)
        page += len(names)
    return book.bytes()


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
    """One page: what this is, whose, for whom, when."""
    year = plan.evaluated
    rows = [
        (230.0, "", "cover"),
        (80.0, plan.name, "cover"),
        (60.0, "資料編", "cover"),
        (40.0, f"進捗状況シート（{year.long}末）", "cover_line"),
        (150.0, "", "cover"),
        (30.0, long_date(day) if day else f"{(year + 1).long}", "cover_line"),
        (30.0, plan.city, "cover_line"),
        (30.0, plan.council, "cover_line"),
    ]
    sheet.columns(0, 0, 660)
    for row, (points, text, look) in enumerate(rows):
        sheet.height(row, points)
        sheet.text(Area(row, 0), text, look)
    sheet.page(Area(0, 0, len(rows), 1), first_page=1)
    sheet.view(active=True)


def _list(sheet: Sheet, figures: Figures) -> int:
    """【実践項目別】 with ``-`` for ended items; gives the number of pages it takes."""
    plan, year = figures.plan, figures.year
    shown = [c for c in declared.practice_columns(plan) if Output.APPENDIX in c.shown]
    columns = _printed(shown)
    title = f"{plan.name}取組状況一覧【実践項目別】（{year.long}末）"
    sheet.text(Area(0, 0, 1, len(columns)), title, "big")
    draw_headings(sheet, columns)
    for row, points in enumerate(_HEADS):
        sheet.height(row, points)
    heights = []
    for row, known in enumerate(figures.practices, start=TOP):
        needed = 1
        for col, (column, drawn) in enumerate(zip(shown, columns, strict=True)):
            value = _cell(column, known, year)
            looks = ("wrap", "middle") if column.look == "left" else ("center", "shrink")
            sheet.value(Area(row, col), value, "box", *looks)
            if column.look == "left":
                needed = max(needed, _FIT.lines(str(value), drawn.pixels))
        points = paper.whole_pixels(max(15.75, _FIT.height(min(needed, paper.MOST_LINES))))
        sheet.height(row, points)
        heights.append([paper.PrintedRow(points)])
    found = paper.breaks(heights, _ROOM - sum(_HEADS))
    sheet.breaks([TOP + row for row in found])
    sheet.freeze(TOP, 4)
    sheet.page(
        Area(0, 0, TOP + len(heights), len(columns)),
        landscape=True,
        margins=paper.WITH_FOOTER,
        footer=paper.PAGE,
        repeat=(0, TOP - 1),
        scale=_SCALE,
        first_page=2,
    )
    sheet.view()
    return 1 + len(found)


def _printed(columns: Sequence[FigureColumn[PracticeFigures]]) -> list[PrintedColumn]:
    """Texts share the width that figures leave over."""
    texts = sum(column.pixels for column in columns if column.look == "left")
    room = _WIDTH - sum(column.pixels for column in columns) + texts
    return [
        PrintedColumn(
            column.key,
            column.pixels * room // texts if column.look == "left" else column.pixels,
            column.look,
            column.narrow_words,
            column.group,
        )
        for column in columns
    ]


def _cell(
    column: FigureColumn[PracticeFigures], known: PracticeFigures, year: FiscalYear
) -> str | int | float:
    """What ended earlier has no figures of this year, nor a grade of a year after its end."""
    gone = column.live or (column.key == declared.PREVIOUS and year - 1 not in known.by_year)
    return NOTHING if known.status == ENDED and gone else column.printed(known)
