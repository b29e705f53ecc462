"""The generator of damaged returns: its Excel does what Excel does, its oracle can fail.

``python -m tests.damage`` runs it over thousands of forms; here a few of them.
"""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

import openpyxl
import pytest

from tests.damage import excel, package, paper, rendered
from tests.damage.book import (
    HELPER,
    LOST,
    Book,
    Cell,
    Drawn,
    Fault,
    Note,
    Run,
    Sheet,
    Styles,
    Target,
    UnfitError,
    Value,
    box,
)
from tests.damage.forms import Form, Maker
from tests.damage.kinds import load
from tests.damage.rounds import prepare
from tests.damage.run import Order, convert, run
from tests.damage.verdict import Verdict
from tests.office import needs_office
from tests.samples import FORM, PLAN, returned
from workbook_tools.findings import Place, found
from workbook_tools.form import layout
from workbook_tools.intake.answers import Answer
from workbook_tools.intake.read_forms import Intake, take_in
from workbook_tools.register.records import Judged

# How many of the forms below are read silently wrong.
MOST_SILENT = 0
SMOKE = range(150)
FEW = dataclasses.replace(
    PLAN, practices=tuple(PLAN.practice(no) for no in (1, 12, 14, 15, 16, 25, 33, 34, 43))
)

# -- Excel's operations on small tables -----------------------------------------------------------

Grid = Sequence[Sequence[Value]]


def sheet_of(grid: Grid, name: str = "S", merges: Sequence[str] = ()) -> Sheet:
    """A sheet from rows of values; texts that begin with = are formulas."""
    sheet = Sheet(name, protected=False, merges=[box(area) for area in merges])
    for row, values in enumerate(grid):
        for col, value in enumerate(values):
            if isinstance(value, str) and value.startswith("="):
                sheet.cells[row, col] = Cell(0, 0, value[1:])
            elif value is not None:
                sheet.cells[row, col] = Cell(value)
    return sheet


def book_of(*sheets: Sheet, **names: str) -> Book:
    """A book; names are given as ``S!A1``."""
    styles = Styles("", {}, ["<font></font>"], "", ['<xf numFmtId="0" fontId="0"/>'], "")
    book = Book([*sheets], {}, styles, {})
    for name, place in names.items():
        sheet, _, area = place.partition("!")
        book.names[None, name] = Target(book.sheet(sheet), box(area))
    return book


def grid_of(sheet: Sheet) -> list[list[Value]]:
    """Rows of values without the blank ends; formulas as texts."""
    rows: list[list[Value]] = []
    for row in range(sheet.height):
        cells = [sheet.cell(row, col) for col in range(sheet.width)]
        values = [f"={cell.formula}" if cell.formula else cell.value for cell in cells]
        while values and values[-1] is None:
            values.pop()
        rows.append(values)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def names_of(book: Book) -> dict[str, str]:
    """Name (with its sheet in front where it is that sheet's own) → place or #REF!."""
    return {
        f"{scope.name}:{name}" if scope else name: (
            f"{target.sheet.name}!{target.box.a1}" if target.sheet and target.box else target.text
        )
        for (scope, name), target in book.names.items()
    }


def merges_of(sheet: Sheet) -> list[str]:
    return sorted(area.a1 for area in sheet.merges)


def test_inserting_rows_moves_names_formulas_and_merged_cells() -> None:
    sheet = sheet_of(
        [["a", None], ["b", "=$A$1"], ["c", "=SUM($A$1:$A$3)"]], merges=["A2:A3", "C1:D1"]
    )
    book = book_of(sheet, first="S!A1", second="S!A2", whole="S!A1:B3")
    excel.insert_rows(book, sheet, 1)
    assert grid_of(sheet) == [["a"], [], ["b", "=$A$1"], ["c", "=SUM($A$1:$A$4)"]]
    assert names_of(book) == {"first": "S!A1", "second": "S!A3", "whole": "S!A1:B4"}
    assert merges_of(sheet) == ["A3:A4", "C1:D1"]
    excel.insert_rows(book, sheet, 3, 2)  # inside a merged cell: it grows
    assert merges_of(sheet) == ["A3:A6", "C1:D1"]


def test_deleting_rows_breaks_what_pointed_at_them() -> None:
    sheet = sheet_of(
        [["a", "=$A$2"], ["b", None], ["c", "=SUM($A$1:$A$3)"]], merges=["D1:D3", "A2:B2"]
    )
    sheet.cells[0, 3] = Cell("label")
    book = book_of(sheet, gone="S!A2", later="S!A3")
    excel.delete_rows(book, sheet, 1)
    assert grid_of(sheet) == [["a", f"={LOST}", None, "label"], ["c", "=SUM($A$1:$A$2)"]]
    assert sheet.cell(0, 1).value == Fault(LOST)
    assert names_of(book) == {"gone": LOST, "later": "S!A2"}
    assert merges_of(sheet) == ["D1:D2"]
    excel.delete_rows(book, sheet, 0)  # the first row of a merged cell: its text stays
    assert grid_of(sheet)[0][3] == "label"
    assert merges_of(sheet) == []


def test_columns_like_rows() -> None:
    sheet = sheet_of([["a", "b", "c"], ["=$B$1", None, "=$C$1"]], merges=["B1:C1"])
    book = book_of(sheet, b="S!B1", c="S!C1")
    excel.insert_cols(book, sheet, 2)
    assert grid_of(sheet) == [["a", "b", None, "c"], ["=$B$1", None, None, "=$D$1"]]
    assert names_of(book) == {"b": "S!B1", "c": "S!D1"}
    assert merges_of(sheet) == ["B1:D1"]
    excel.delete_cols(book, sheet, 1)
    assert grid_of(sheet) == [["a", "b", "c"], [f"={LOST}", None, "=$C$1"]]
    assert names_of(book) == {"b": LOST, "c": "S!C1"}
    assert merges_of(sheet) == ["B1:C1"]


def test_a_protected_sheet_takes_no_rows() -> None:
    sheet = sheet_of([["a"]])
    sheet.protected = True
    with pytest.raises(UnfitError):
        excel.insert_rows(book_of(sheet), sheet, 0)


def test_cut_and_paste_takes_the_name_along_and_breaks_the_other() -> None:
    sheet = sheet_of([["old"], ["new"], ["=$A$1"], ["=$A$2"]], merges=["A1:B1", "A2:B2"])
    book = book_of(sheet, upper="S!A1", lower="S!A2")
    excel.cut(book, sheet, box("A1:B1"), sheet, 1, 0)
    assert grid_of(sheet) == [[], ["old"], ["=$A$2"], [f"={LOST}"]]
    assert names_of(book) == {"upper": "S!A2", "lower": LOST}
    assert merges_of(sheet) == ["A2:B2"]


def test_a_part_of_a_merged_cell_cannot_be_cut_or_pasted_on() -> None:
    sheet = sheet_of([["a", "b"], ["c"]], merges=["A2:B2"])
    book = book_of(sheet)
    with pytest.raises(UnfitError):
        excel.cut(book, sheet, box("A1"), sheet, 1, 0)
    with pytest.raises(UnfitError):
        excel.cut(book, sheet, box("A2"), sheet, 4, 0)


def test_cut_to_another_sheet() -> None:
    first = sheet_of([["a", "=$A$1"], ["b", "=$A$2"]], "S")
    second = sheet_of([["x", "='S'!$A$1"]], "T")
    book = book_of(first, second, a="S!A1", x="T!A1")
    excel.cut(book, first, box("A1:B1"), second, 0, 0)
    assert grid_of(first) == [[], ["b", "=$A$2"]]
    assert grid_of(second) == [["a", "=$A$1"]]
    assert names_of(book) == {"a": "T!A1", "x": LOST}
    excel.cut(book, second, box("B1"), first, 0, 3)  # a formula away from what it looks at
    assert grid_of(first)[0] == [None, None, None, "='T'!$A$1"]


def test_copy_and_paste_leaves_names() -> None:
    sheet = sheet_of([["a"], ["b"]], merges=["A1:B1", "A2:B2"])
    book = book_of(sheet, upper="S!A1", lower="S!A2")
    excel.copy(book, sheet, box("A1:B1"), sheet, 1, 0)
    assert grid_of(sheet) == [["a"], ["a"]]
    assert names_of(book) == {"upper": "S!A1", "lower": "S!A2"}
    assert merges_of(sheet) == ["A1:B1", "A2:B2"]


@pytest.mark.parametrize(("area", "before", "order"), [
    ("B3:C3", 0, "①c ②a ③b"),
    ("B1:C1", 3, "①b ②c ③a"),
    ("B2:C3", 0, "①b ②c ③a"),
])  # fmt: skip
def test_cut_cells_inserted_carry_names_but_not_labels(area: str, before: int, order: str) -> None:
    sheet = sheet_of([["①", "a", 1], ["②", "b", 2], ["③", "c", 3]], merges=["B1:B1"])
    sheet.merges.clear()
    book = book_of(sheet, a="S!B1", b="S!B2", c="S!B3")
    excel.insert_cut(book, sheet, box(area), before)
    assert " ".join(f"{row[0]}{row[1]}" for row in grid_of(sheet)) == order
    assert [row[2] for row in grid_of(sheet)] == [
        "abc".index(str(row[1])) + 1 for row in grid_of(sheet)
    ]
    places = {name: sheet.cell(box(at[2:]).top, 1).value for name, at in names_of(book).items()}
    assert places == {"a": "a", "b": "b", "c": "c"}


def test_cut_cells_inserted_across() -> None:
    sheet = sheet_of([["R2", "R3", "R4"], [2, 3, "-"], ["x"]])
    book = book_of(sheet, R2="S!A2", R3="S!B2", R4="S!C2")
    excel.insert_cut_cols(book, sheet, box("C2"), 0)  # under the headings, which stay
    assert grid_of(sheet) == [["R2", "R3", "R4"], ["-", 2, 3], ["x"]]
    assert names_of(book) == {"R2": "S!B2", "R3": "S!C2", "R4": "S!A2"}


def test_cells_deleted_the_rest_moved_left() -> None:
    sheet = sheet_of([["a", "b", "c"], ["d", "e", "=$B$1"]], merges=["C1:D1"])
    book = book_of(sheet, b="S!B1", c="S!C1")
    excel.delete_shift_left(book, sheet, box("B1"))
    assert grid_of(sheet) == [["a", "c"], ["d", "e", f"={LOST}"]]
    assert names_of(book) == {"b": LOST, "c": "S!B1"}
    assert merges_of(sheet) == ["B1:C1"]


def test_cut_cells_cannot_be_inserted_through_a_merged_cell() -> None:
    sheet = sheet_of([["a", "b"], ["c", "d"], ["e"]], merges=["A2:A3"])
    with pytest.raises(UnfitError):
        excel.insert_cut(book_of(sheet), sheet, box("A1:B1"), 2)


def test_sorting_moves_values_and_leaves_names() -> None:
    sheet = sheet_of([["c", 3], ["a", 1], [None, 9], ["b", 2]])
    book = book_of(sheet, first="S!A1")
    excel.sort(sheet, box("A1:B4"))
    assert grid_of(sheet) == [["a", 1], ["b", 2], ["c", 3], [None, 9]]
    assert names_of(book) == {"first": "S!A1"}
    sheet.merges = [box("A1:A2")]
    with pytest.raises(UnfitError):
        excel.sort(sheet, box("A1:B4"))


def test_fill_down_and_merging() -> None:
    sheet = sheet_of([["a", 1], ["b", 2], [None, 3]])
    excel.fill_down(sheet, box("A1:A3"))
    assert grid_of(sheet) == [["a", 1], ["a", 2], ["a", 3]]
    excel.merge(sheet, box("A1:B2"))
    assert grid_of(sheet) == [["a"], [], ["a", 3]]
    excel.unmerge(sheet, box("A1:B2"))
    assert merges_of(sheet) == []


def test_a_copied_sheet_has_names_of_its_own_and_the_original_takes_the_books_along() -> None:
    first = sheet_of([["a", "=$A$1", "='T'!$A$1"]], "S")
    second = sheet_of([["x", "='S'!$A$1"]], "T")
    book = book_of(first, second, a="S!A1", x="T!A1")
    (copy,) = excel.copy_sheets(book, [first], 0)
    assert [sheet.name for sheet in book.sheets] == ["S (2)", "S", "T"]
    assert grid_of(copy) == [["a", "=$A$1", "='T'!$A$1"]]
    assert names_of(book) == {"a": "S!A1", "x": "T!A1", "S (2):a": "S (2)!A1"}
    excel.delete_sheet(book, first)
    assert names_of(book) == {"a": LOST, "x": "T!A1", "S (2):a": "S (2)!A1"}
    assert grid_of(second) == [["x", f"={LOST}"]]
    excel.rename(book, second, "it's")
    assert grid_of(copy) == [["a", "=$A$1", "='it''s'!$A$1"]]


def test_sheets_from_another_book() -> None:
    """Names the book has already become the sheet's own; formulas stay among what came along."""
    other = book_of(
        sheet_of([["b", "='T'!$A$1"]], "S"), sheet_of([["y"]], "T"), a="S!A1", more="S!B1"
    )
    book = book_of(sheet_of([["a"]], "S"), a="S!A1")
    excel.bring_in(book, other, other.sheets, 9)
    assert [sheet.name for sheet in book.sheets] == ["S", "S (2)", "T"]
    assert names_of(book) == {"a": "S!A1", "S (2):a": "S (2)!A1", "more": "S (2)!B1"}
    assert grid_of(book.sheets[1]) == [["b", "='T'!$A$1"]]


def test_the_last_visible_sheet_stays() -> None:
    book = book_of(sheet_of([["a"]], "S"), sheet_of([["b"]], "T"))
    excel.hide_sheet(book, book.sheets[0])
    for refused in (excel.delete_sheet, excel.hide_sheet):
        with pytest.raises(UnfitError):
            refused(book, book.sheets[1])


# -- files ----------------------------------------------------------------------------------------


def own_form() -> Book:
    return package.parse(returned(16), layout.COLUMNS)


def test_a_form_written_again_is_read_alike() -> None:
    """Whatever the way of writing."""
    (before,) = take_in(returned(16), "x.xlsx", FORM).submissions
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"inline": True},
        {"stored": False},
        {"rich": True},
        *({"foreign": frozenset((way,))} for way in package.FOREIGN),
    )
    for way in ways:
        (after,) = take_in(package.write(own_form(), **way), "x.xlsx", FORM).submissions
        typed = {
            name: answer
            for name, answer in before.answers.items()
            if FORM[name].kind not in (layout.Kind.TOTAL, layout.Kind.GRADE)
        }
        assert {name: after.answers[name] for name in typed} == typed


def test_other_programs_open_what_is_written() -> None:
    book = own_form()
    first = book.sheets[0]
    text = Cell("漢字", 0, "", "typed", (), "カンジ")
    rich = Cell("旧新", 0, "", "typed", (Run("旧", struck=True), Run("新")))
    first.cells[40, 0], first.cells[41, 0] = text, rich
    first.cells[42, 0] = Cell("a\r\n<b>&\t", 0)
    first.notes += [Note(2, 3, "覚え"), Note(3, 3, "返事", threaded=True)]
    first.drawn += [Drawn(box("B2:D4"), "箱\n二行", kind) for kind in ("text", "group", "picture")]
    first.header, first.hiding = "見出し", [box("A1")]
    opened = openpyxl.load_workbook(io.BytesIO(package.write(book)), rich_text=False)
    page = opened.worksheets[0]
    assert [page.cell(row, 1).value for row in (41, 42)] == ["漢字", "旧新"]
    assert "<b>&" in str(page.cell(43, 1).value)
    assert {cell.coordinate for row in page.rows for cell in row if cell.comment} == {"D3", "D4"}
    assert page.oddHeader is not None
    assert page.oddHeader.center.text == "見出し"
    assert len(opened.defined_names) == len(
        [scope for scope, name in book.names if scope is None and not name.startswith("_xlnm")]
    )


# -- the paper ------------------------------------------------------------------------------------


def test_every_field_of_an_untouched_form_stands_where_the_layout_says() -> None:
    chart = paper.survey(FORM)
    book = own_form()
    for number, sheet in enumerate(book.sheets[:2]):
        sheet.anchors = dict(chart.anchors[number])
    for item in FORM.fields:
        place = paper.region(chart, book.sheets[item.sheet], item.name)
        assert place is not None
        assert (place.top, place.left) == (item.area.row, item.area.col), item.name
        assert place.right == item.area.last_col, item.name


@pytest.mark.parametrize(("value", "code", "shown"), [
    (2, "General", "2"), (2, "@", "2"), (2.5, "General", "2.5"), (1, '"3"', "3"), (2, ";;;", ""),
    ("text", ";;;", ""), ("text", '"3"', "text"), (2, "0%", "200%"), (True, "General", "TRUE"),
    (44563, 'm"月"d"日"', "1月2日"), (1234567, '#,##0"円"', "1,234,567円"),
    (Fault("#N/A"), "0", "#N/A"),
])  # fmt: skip
def test_a_number_is_seen_as_its_format_shows_it(value: Value, code: str, shown: str) -> None:
    assert paper.displayed(Cell(value), code) == shown


HIDES: Mapping[str, Callable[[Book, Sheet], object]] = {
    "row": lambda book, sheet: sheet.hidden_rows.add(0),
    "column": lambda book, sheet: sheet.hidden_cols.add(0),
    "sheet": lambda book, sheet: setattr(sheet, "state", "hidden"),
    "merged over": lambda book, sheet: sheet.merges.append(box("A1:B1")),
    "condition": lambda book, sheet: sheet.hiding.append(box("A1:B2")),
    "struck": lambda book, sheet: _restyled(book, sheet, struck=True),
    "white": lambda book, sheet: _restyled(book, sheet, white=True),
}


def _restyled(book: Book, sheet: Sheet, **how: bool) -> None:
    book.styles.fonts = ['<font><color rgb="FF000000"/></font>']
    style = package.restyled_font(book.styles, 0, **how)
    sheet.cells[0, 0] = sheet.cells[0, 0]._replace(style=style)


@pytest.mark.parametrize("way", HIDES)
def test_what_is_hidden_is_not_seen(way: str) -> None:
    sheet = sheet_of([["a", "b"]])
    book = book_of(sheet)
    hidden = 1 if way == "merged over" else 0
    assert paper.seen(book, sheet, 0, hidden) == "ab"[hidden]
    HIDES[way](book, sheet)
    assert paper.seen(book, sheet, 0, hidden) == ""


def test_struck_runs_are_not_seen_and_a_merged_cell_half_hidden_is() -> None:
    sheet = sheet_of([["oldnew"], ["b"]], merges=["A2:A3"])
    sheet.cells[0, 0] = Cell("oldnew", runs=(Run("old", struck=True), Run("new")))
    sheet.hidden_rows.add(1)
    book = book_of(sheet)
    assert paper.seen(book, sheet, 0, 0) == "new"
    assert paper.seen(book, sheet, 1, 0) == "b"


# -- the oracle -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both rounds with a few practices."""
    folder = tmp_path_factory.mktemp("rounds")
    prepare(folder, FEW)
    return folder


@pytest.fixture(scope="module")
def maker(folder: Path) -> Maker:
    return Maker(folder, 1, ("nothing",))


# Kinds of damage that were read silently wrong once.
ONCE_SILENT = (
    "text in header or footer",
    "a year of the schedule cut and inserted",
    "two years exchanged",
    "a text box",
    "an error value",
    "a filled row in the schedule",
    "a filled column",
    "a text under a merged cell",
    "a label overwritten",
    "columns of live checks deleted",
    "blocks exchanged",
    "rows hidden",
)


@pytest.mark.parametrize("kind", ONCE_SILENT)
def test_what_was_silently_wrong_once(folder: Path, kind: str) -> None:
    results = run(Order(folder, 3, range(12), (kind,)))
    verdicts = [(result.outcome.verdict, result.outcome.wrongs) for result in results]
    assert [wrongs for verdict, wrongs in verdicts if verdict is Verdict.SILENT] == []


def test_a_form_that_no_other_program_saved_is_seen_as_it_left_excel(folder: Path) -> None:
    """LibreOffice gives rows of no height one again: that is looked at only where it saved them."""
    kind = "rows and columns without height"
    (result,) = run(Order(folder, 3, range(1), (kind,)))
    assert result.outcome == Maker(folder, 3, (kind,)).form(0).judged()


def test_the_same_number_is_the_same_form(folder: Path) -> None:
    first, second = (Maker(folder, 7).form(3) for _ in range(2))
    assert first.data == second.data
    assert first.desk.steps == second.desk.steps
    assert Maker(folder, 8).form(3).data != first.data


def test_undamaged_forms_are_right(maker: Maker) -> None:
    for number in range(0, 64, 8):
        outcome = maker.form(number).judged()
        assert outcome.verdict is Verdict.RIGHT, outcome


Read = tuple[Intake, list[Judged]]


def reading(form: Form, change: Callable[[Read], Read]) -> Verdict:
    """The verdict on a form where the tool's reading is changed on the way."""
    setting = form.desk.setting
    usual = setting.read

    def read(data: bytes, file: str) -> Read:
        return change(usual(data, file))

    try:
        setting.read = read  # type: ignore[method-assign]
        return form.judged().verdict
    finally:
        del setting.read


def with_answers(one: Judged, **changes: Answer) -> Judged:
    answers = {**one.submission.answers, **changes}
    return dataclasses.replace(one, submission=dataclasses.replace(one.submission, answers=answers))


def exchanged(read: Read) -> Read:
    """Two reasons in each other's place."""
    intake, (one,) = read
    first, second = "評価理由_進捗度", "評価理由_連携度"
    answers = one.submission.answers
    return intake, [with_answers(one, **{first: answers[second], second: answers[first]})]


def doubled(read: Read) -> Read:
    """One cell read as two fields."""
    intake, (one,) = read
    return intake, [with_answers(one, 特記すべき事項=one.submission.answers["特記事項"])]


def lost(read: Read) -> Read:
    """A text dropped."""
    intake, (one,) = read
    blank = dataclasses.replace(one.submission.answers["特記事項"], raw="", value="")
    return intake, [with_answers(one, 特記事項=blank)]


def cut(read: Read) -> Read:
    """The end of a text cut off."""
    intake, (one,) = read
    answer = one.submission.answers["特記事項"]
    short = answer.raw.rstrip()[:-2]
    return intake, [with_answers(one, 特記事項=dataclasses.replace(answer, raw=short, value=short))]


def other_score(read: Read) -> Read:
    intake, (one,) = read
    name = f"進捗度_{one.submission.year}"
    answer = one.submission.answers[name]
    value = "1" if answer.value != "1" else "2"
    return intake, [
        with_answers(one, **{name: dataclasses.replace(answer, raw=value, value=value)})
    ]


def other_practice(read: Read) -> Read:
    intake, (one,) = read
    submission = dataclasses.replace(
        one.submission, practice_no=(one.submission.practice_no or 0) + 1
    )
    return intake, [dataclasses.replace(one, submission=submission)]


def nothing_read(read: Read) -> Read:
    return read[0], []


@pytest.mark.parametrize(
    "fault", [exchanged, doubled, lost, cut, other_score, other_practice, nothing_read]
)
def test_a_reader_that_errs_is_caught(maker: Maker, fault: Callable[[Read], Read]) -> None:
    assert reading(maker.form(0), fault) is Verdict.SILENT


def told(read: Read) -> Read:
    """The lost text, with a finding at its field."""
    intake, (one,) = lost(read)
    at = Place("x.xlsx", None, None, "特記事項")
    finding = found("K603", at, None, title="特記事項", shown="空欄")
    return intake, [dataclasses.replace(one, findings=(*one.findings, finding))]


def refused(read: Read) -> Read:
    """An undamaged form sent back."""
    intake, (one,) = read
    finding = found("F012", Place("x.xlsx"), None, shown="空欄")
    return intake, [dataclasses.replace(one, findings=(*one.findings, finding))]


def test_a_loss_that_is_told_is_reported(maker: Maker) -> None:
    assert reading(maker.form(0), told) is Verdict.REPORTED


def test_a_refusal_of_a_good_form_is_seen(maker: Maker) -> None:
    form = maker.form(next(n for n in range(0, 80, 8) if _is_plain(maker.form(n))))
    assert reading(form, refused) is Verdict.NEEDLESS


def _is_plain(form: Form) -> bool:
    """Without references, whose meaning may be open to doubt."""
    return not any("同じ" in text for text in form.desk.originals[form.desk.no].values())


def stray(maker: Maker, text: str, row: int = 60) -> Form:
    """An undamaged form with a text far below it."""
    form = maker.form(0)
    desk = form.desk
    desk.unprotect()
    desk.scribble(desk.first, row, 2, text)
    form.data = package.write(desk.book)
    return form


def test_a_text_nobody_read_or_told_of_is_caught(maker: Maker) -> None:
    def silent(read: Read) -> Read:
        intake, (one,) = read
        return dataclasses.replace(intake, findings=()), [dataclasses.replace(one, findings=())]

    def telling(read: Read) -> Read:
        intake, (one,) = silent(read)
        at = Place("x.xlsx", one.submission.sheet, "C61")
        finding = found("F005", at, "見落とされる言葉")
        return intake, [dataclasses.replace(one, findings=(*one.findings, finding))]

    form = stray(maker, "見落とされる言葉")
    assert reading(form, silent) is Verdict.SILENT
    assert reading(form, telling) is Verdict.REPORTED


def test_the_second_oracle_can_fail(maker: Maker) -> None:
    form = maker.form(0)
    everything = "\n".join(
        str(cell.value)
        for sheet in form.desk.book.sheets
        for cell in sheet.cells.values()
        if cell.value is not None and cell.origin != HELPER
    )
    text = form.desk.originals[form.desk.no]["特記事項"].strip()
    assert rendered.compare(form, everything) == []
    assert any(
        "特記事項" in wrong for wrong in rendered.compare(form, everything.replace(text, ""))
    )
    more = rendered.compare(form, f"{everything}\nこれはだれも知らない言葉")
    assert more == ["printed, not known: 'これはだれも知らない言葉'"]


@needs_office
def test_the_second_oracle_agrees_on_undamaged_forms(maker: Maker) -> None:
    forms = {number: maker.form(number) for number in (0, 8, 16)}
    pdfs = convert(
        {number: rendered.printable(form.desk.book) for number, form in forms.items()}, "pdf"
    )
    for number, form in forms.items():
        assert rendered.compare(form, rendered.text_of(pdfs[number])) == []


# -- the generator as a whole ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", load())
def test_every_kind_fits_some_form(folder: Path, kind: str) -> None:
    form = Maker(folder, 2, (kind,)).form(0)
    assert form.kind == kind
    assert form.desk.steps or kind == "nothing"
    with zipfile.ZipFile(io.BytesIO(form.data)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                expat.ParserCreate().Parse(archive.read(name), True)


def test_few_forms_are_read_silently_wrong(folder: Path) -> None:
    results = run(Order(folder, 1, SMOKE))
    assert len(results) == len(SMOKE)
    silent = [result for result in results if result.outcome.verdict is Verdict.SILENT]
    assert len(silent) <= MOST_SILENT, [
        (result.number, result.kind, result.outcome.wrongs[:1]) for result in silent
    ]
