"""Both sheets of a form as a paper to read: nothing can be typed, texts as large as a page holds.

Used for the 資料編 and for receipts. A row is as high as its texts; what is left over of the page
goes to the rows with texts, so that the paper is filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.form import layout
from workbook_tools.form.layout import Form, Kind
from workbook_tools.form.workbook import header, write_field, write_label
from workbook_tools.plan.model import Plan, Practice

Values = Mapping[str, str | int]

_LINE = 17.0  # points of a row at least: what is read on paper may be less dense


@dataclass(frozen=True, slots=True)
class Letters:
    """Sizes on the sheet in points: of what is printed in it, and of answers, the largest first."""

    printed: float
    answers: tuple[float, ...]


# On paper four fifths of this: 8 pt at least on ①, which holds most, 9 pt on ②.
PAPERS = (Letters(10, (12, 11.25, 10)), Letters(11.25, (13.5, 12, 11.25)))
AS_ON_THE_FORM = (Letters(9, (9,)),) * len(layout.SHEETS)


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One page of a form as it was drawn to be read, and how high its rows are, in points."""

    sheet: Sheet
    points: Sequence[float]


def add_pages(
    book: Book,
    names: tuple[str, str],
    plan: Plan,
    practice: Practice,
    values: Values,
    first_page: int = 0,
    letters: Sequence[Letters] = PAPERS,
) -> tuple[PaperPage, ...]:
    """Add ① and ② as two sheets ``names``, one A4 page each.

    ``values`` are printed as given, 取組番号, 合計 and 総合評価 among them: no checks, no defined
    names, no colours of input. The pages are numbered from ``first_page``, or as they come where
    that is 0.
    """
    form, values = layout.form_of(plan), {**values, **header(plan, practice)}
    pages = []
    for number, (name, sizes) in enumerate(zip(names, letters, strict=True)):
        page = _Paper(book.sheet(name), number, form, values)
        page.draw(plan, sizes, first_page and first_page + number)
        pages.append(PaperPage(page.sheet, [*page.sheet.heights.values()]))
    return tuple(pages)


class _Paper:
    """One of the two pages while it is drawn."""

    def __init__(self, sheet: Sheet, number: int, form: Form, values: Values) -> None:
        self.sheet, self.number, self.form, self.values = sheet, number, form, values
        self.labels = [label for label in form.labels if label.sheet == number]
        fields = (field for field in form.fields if field.sheet == number)
        self.fields = [field for field in fields if field.name != "様式版"]

    def draw(self, plan: Plan, sizes: Letters, first_page: int) -> None:
        """Everything in the largest letters with which it fits; on one page in any case."""
        page, area = paper.FORM_PAGE, self.form.print_area(self.number)
        for size in sizes.answers:
            points = self._heights(sizes.printed, size)
            fits = sum(points) <= page.points
            if fits:
                break
        self.sheet.columns(0, layout.COLUMNS - 1, layout.COLUMN_PIXELS)
        for label in self.labels:
            write_label(self.sheet, label, plan, self.values, f"{sizes.printed:g} pt")
        for field in self.fields:
            own = size if field.kind is Kind.TEXT else sizes.printed
            write_field(self.sheet, field, self.values, "middle", f"{own:g} pt")
        if fits and sizes is not AS_ON_THE_FORM[0]:
            points = self._filling(points, page.points)
        for row, height in enumerate(points):
            self.sheet.height(row, min(height, paper.HIGHEST))
        scale = page.scale if fits else 0
        self.sheet.page(
            area, margins=page.margins, footer=paper.PAGE, first_page=first_page, scale=scale
        )
        self.sheet.view()

    def _heights(self, printed: float, answers: float) -> list[float]:
        """Points of every row."""
        points = [_LINE] * self.form.rows[self.number]
        for area, text, size in self._texts(printed, answers):
            fit = paper.FORM.at(size)
            lines = fit.lines(text, area.cols * layout.COLUMN_PIXELS)
            points[area.row] = max(points[area.row], fit.height(lines))
        for area, text in self._words_downwards():
            rows = range(area.row, area.last_row + 1)
            lacking = paper.FORM.at(printed).height(len(text)) - sum(points[row] for row in rows)
            for row in rows:
                points[row] += max(0.0, lacking / area.rows)
        return [paper.whole_pixels(height) for height in points]

    def _texts(self, printed: float, answers: float) -> Iterator[tuple[Area, str, float]]:
        """What is wrapped in its cell: where it stands, and in which size."""
        for label in self.labels:
            if label.area.rows == 1 and label.look == "head":
                yield label.area, label.text, printed
        for field in self.fields:
            if field.kind in (Kind.TEXT, Kind.FIXED):
                size = answers if field.kind is Kind.TEXT else printed
                yield field.area, str(self.values.get(field.name, "")), size

    def _words_downwards(self) -> Iterator[tuple[Area, str]]:
        for label in self.labels:
            if label.look == "vertical":
                yield label.area, label.text
        for field in self.fields:
            if field.kind is Kind.STATUS:
                yield field.area, str(self.values.get(field.name, ""))

    def _filling(self, points: Sequence[float], room: float) -> list[float]:
        """The rows with texts share what the page has left over."""
        rows = {field.area.row for field in self.fields if field.kind is Kind.TEXT}
        rest = (room - sum(points)) / len(rows) if rows else 0.0
        pixels = int(rest / paper.PIXEL) * paper.PIXEL
        return [height + pixels * (row in rows) for row, height in enumerate(points)]
