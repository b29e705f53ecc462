"""The two pages of one practice, laid out like the form, and below each what was read otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.form.layout import COLUMN_PIXELS, COLUMNS, SPACER, Form, Kind, form_of
from workbook_tools.form.printed import AS_ON_THE_FORM, PaperPage, add_pages
from workbook_tools.plan.model import Plan
from workbook_tools.receipts.receipt import NOTHING, Mark, Printed, Receipt, printed, readings
from workbook_tools.register.records import CORRECTED, Stored
from workbook_tools.rules import corrections
from workbook_tools.text import squeeze_lines

LOOKS = {
    Mark.DOUBTFUL: "doubtful",
    Mark.OTHERWISE: "otherwise",
    Mark.REFERENCE: "reference",
}
LEGEND = (
    f"{Mark.OTHERWISE}　書かれたものと違う形で読み取ったところ　　"
    f"{Mark.REFERENCE}　「⑤と同じ」などが指す内容　　"
    f"{Mark.DOUBTFUL}　確かめていただきたいところ　　この票に書き込んでも読み込まれません。"
)
_MORE = "…（続きは上の欄）"
NOTHING_READ = "（記入なしとして読み取りました）"
_NOTHING = "このページに、読み替えたところや確かめていただきたいところはありません。"

# A4 upright, as wide as LibreOffice, too, prints the form's columns: 11.25 pt come out as 9.
_SCALE, _SMALLEST_SCALE = 80, 78
_MARGINS: paper.Margins = (0.25, 0.25, 0.3, 0.5)
_PAPER = 784.0  # points between upper and lower margin
_SIZES = {11.25: ("large print",), 10: ("10 pt",), 9: ()}
_LARGE = "large print"
_FIT = paper.LISTS.at(11.25)
_MOST_LINES = int((paper.HIGHEST - _FIT.edge) / _FIT.line)
_GAP = 9.0  # points between page and list
_HEAD_ROWS = 3  # of a list: gap, title, headings


@dataclass(frozen=True, slots=True)
class _ListColumn:
    """A column of a list below the form: heading, and how many of the form's columns it takes."""

    heading: str
    cols: int


_READINGS = (
    _ListColumn("欄", 7),
    _ListColumn("書かれたもの", 5),
    _ListColumn("読み取ったもの", 6),
    _ListColumn("読み方", 4),
    _ListColumn("元のセル", 6),
)
_WARNINGS = (
    _ListColumn("欄", 7),
    _ListColumn("内容", 15),
    _ListColumn("元のセル", 6),
)


def sheet_names(receipt: Receipt) -> tuple[str, str]:
    """``16①`` and ``16②``."""
    return f"{receipt.practice.no}①", f"{receipt.practice.no}②"


def add_practice(book: Book, plan: Plan, receipt: Receipt, back: str) -> None:
    """Add both pages; a link beside the page leads to the sheet ``back``."""
    form = form_of(plan)
    shown = printed(plan, receipt)
    values = {name: field.value for name, field in shown.items()}
    names = sheet_names(receipt)
    pages = add_pages(book, names, plan, receipt.practice, values, letters=AS_ON_THE_FORM)
    for number, page in enumerate(pages):
        points = _draw_over(page, number, form, shown)
        rows = _Below(page.sheet, form.rows[number])
        rows.write_lists(plan, receipt, number)
        _print(page.sheet, points, rows.points)
        page.sheet.link(Area(0, SPACER + 1), f"internal:'{back}'!A1", f"{back}へ", "link")
        page.sheet.protect()


def _draw_over(page: PaperPage, number: int, form: Form, shown: dict[str, Printed]) -> list[float]:
    """Texts as large as the page holds them, marks in colour; heights of the rows in points."""
    size, points = _largest(page, number, form, shown)
    for field in form.fields:
        known = shown.get(field.name)
        if field.sheet != number or known is None or field.kind is Kind.LABEL:
            continue
        looks = tuple(LOOKS[mark] for mark in known.marks[:1])
        # Only the upper left cell is written anew: the area is merged already.
        cell = Area(field.area.row, field.area.col)
        if field.kind is Kind.TEXT:
            text = ("box", "wrap", "middle", "text", *_SIZES[size], *looks)
            page.sheet.text(cell, str(known.value), *text)
        elif field.kind is Kind.STATUS:
            page.sheet.text(cell, str(known.value), "box", "vertical", "middle", *looks)
        else:
            page.sheet.value(cell, known.value, "box", "center", "shrink", _LARGE, *looks)
    for row, height in enumerate(points):
        page.sheet.height(row, height)
    return points


def _largest(
    page: PaperPage, number: int, form: Form, shown: dict[str, Printed]
) -> tuple[float, list[float]]:
    """The largest size in which the texts fit the page, else the smallest; and the rows' heights.

    Rows are never lower than they were drawn: words printed downwards need them so.
    """
    for size in _SIZES:
        fit = paper.FORM.at(size)
        points = list(page.points)
        for field in form.fields:
            if field.sheet == number and field.kind is Kind.TEXT and field.name in shown:
                lines = fit.lines(str(shown[field.name].value), field.area.cols * COLUMN_PIXELS)
                row = field.area.row
                points[row] = max(points[row], fit.height(lines))
        points = [min(paper.whole_pixels(height), paper.HIGHEST) for height in points]
        if sum(points) + _legend_points() <= _room(_SCALE):
            break
    return size, points


def _room(scale: int) -> float:
    """Points that a page holds at a print scale in percent."""
    return _PAPER * 100 / scale


def _legend_points() -> float:
    return _FIT.height(_FIT.lines(LEGEND, COLUMNS * COLUMN_PIXELS))


def _print(sheet: Sheet, form: Sequence[float], below: Sequence[Sequence[float]]) -> None:
    """A4 upright; the form on one page if it fits, rows of the lists never torn."""
    legend, *lists = below
    scale = _SCALE
    if _room(_SCALE) < sum(form) + sum(legend) <= _room(_SMALLEST_SCALE):
        scale = _SMALLEST_SCALE  # what is longer still takes two pages
    blocks = [[paper.PrintedRow(points, True) for points in (*form, *legend)]]
    for points in lists:  # gap, title and headings stay with the first row
        rows = enumerate(points)
        blocks.append([paper.PrintedRow(height, row > _HEAD_ROWS) for row, height in rows])
    sheet.breaks(paper.breaks(blocks, _room(scale)))
    last = len(form) + sum(map(len, below))
    sheet.page(
        Area(0, 0, last, COLUMNS),
        margins=_MARGINS,
        footer=paper.NAME_BESIDE_PAGES,
        scale=scale,
    )


class _Below:
    """What stands below one page of the form; ``points`` are heights, block by block."""

    def __init__(self, sheet: Sheet, row: int) -> None:
        self._sheet = sheet
        self._row = row
        self.points: list[list[float]] = []

    def write_lists(self, plan: Plan, receipt: Receipt, number: int) -> None:
        """Legend, what was read otherwise on this page, what to look at."""
        self._line(LEGEND)
        form, reasons = form_of(plan), corrections.reasons(plan, receipt.practice.no)
        typed = [
            (
                field.title,
                answer.raw or NOTHING,
                answer.text or NOTHING_READ,
                _how(answer, reasons.get(field.name, "")),
                _spot(answer),
            )
            for field, answer in readings(form, receipt)
            if field.sheet == number
        ]
        warned = [
            (_title(form, found), _told(found), found.place.spot)
            for found in receipt.doubts()
            if _page_of(form, receipt, found) == number
        ]
        file = squeeze_lines(receipt.file)
        if typed:
            self._list(f"読み替えたところ（元のファイル：{file}）", _READINGS, typed)
        if warned:
            self._list(f"確かめていただきたいところ（元のファイル：{file}）", _WARNINGS, warned)
        if not typed and not warned:
            self._line(_NOTHING)

    def _line(self, text: str) -> None:
        lines = _FIT.lines(text, COLUMNS * COLUMN_PIXELS)
        self._sheet.text(Area(self._row, 0, 1, COLUMNS), text, "wrap", "middle", _LARGE)
        self.points.append([])
        self._height(_FIT.height(lines))

    def _list(
        self, title: str, columns: Sequence[_ListColumn], rows: Iterable[Sequence[str]]
    ) -> None:
        self.points.append([])
        self._height(_GAP)
        lines = _FIT.lines(title, COLUMNS * COLUMN_PIXELS)
        area = Area(self._row, 0, 1, COLUMNS)
        self._sheet.text(area, title, "wrap", "middle", "bold", _LARGE)
        self._height(_FIT.height(lines))
        self._cells(columns, [column.heading for column in columns], "head")
        for cells in rows:
            self._cells(columns, cells, "wrap", "middle")

    def _cells(
        self,
        columns: Sequence[_ListColumn],
        cells: Sequence[str],
        *looks: str,
    ) -> None:
        lines = 1
        for (col, column), whole in zip(_placed(columns), cells, strict=True):
            area, pixels = Area(self._row, col, 1, column.cols), column.cols * COLUMN_PIXELS
            text = _cut(whole, pixels)
            self._sheet.text(area, text, "box", *looks, "text", _LARGE)
            lines = max(lines, _FIT.lines(text, pixels))
        self._height(_FIT.height(lines))

    def _height(self, points: float) -> None:
        """The row is done."""
        points = paper.whole_pixels(points)
        self._sheet.height(self._row, points)
        self.points[-1].append(points)
        self._row += 1


def _cut(text: str, pixels: int) -> str:
    """As much as a row of a list can show; the page above has it all."""
    kept, more = text, ""
    while _FIT.lines(kept + more, pixels) > _MOST_LINES:
        kept, more = kept[: len(kept) * 9 // 10], _MORE
    return kept + more


def _placed(columns: Sequence[_ListColumn]) -> Iterator[tuple[int, _ListColumn]]:
    """Columns side by side, each with its first column on the form's grid."""
    first = 0
    for column in columns:
        yield first, column
        first += column.cols


def _spot(answer: Stored) -> str:
    return Place("", answer.sheet, answer.cell).spot


def _how(answer: Stored, reason: str) -> str:
    """``数字の書き方``, ``⑧←⑤``, ``訂正（部署に電話で確認）``."""
    how = f"{answer.how}（{reason}）" if answer.how == CORRECTED and reason else answer.how
    return "、".join(filter(None, (how, answer.chain)))


def _told(found: Finding) -> str:
    word = f"【{found.severity.word}】" if found.severity is Severity.ERROR else ""
    return word + found.message + found.hint


def _title(form: Form, found: Finding) -> str:
    """The field's title; what stands beside the fields (F017) or in the file at all is in none."""
    name = found.place.field or ""
    if found.code == "F017":
        return "欄の外"
    whole = "シート全体" if found.place.sheet else "ファイル全体"
    return form[name].title if name in form else whole


def _page_of(form: Form, receipt: Receipt, found: Finding) -> int:
    """The page whose field or sheet a finding concerns; ① where it says neither."""
    name = found.place.field or ""
    if name in form:
        return form[name].sheet
    sheets: tuple[set[str], set[str]] = (set(), set())
    for known, stored in receipt.answers.items():
        sheets[form[known].sheet].add(stored.sheet)
    return int(found.place.sheet in sheets[1] - sheets[0])
