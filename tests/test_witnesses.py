"""Name and label of a field disagree: what stands on the paper is read, or a finding says so.

The changes are Excel's: a cut cell takes its defined name along, and the name of the cell it lands
on is lost (``#REF!``); rows that are cut and inserted take theirs along too.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import copy

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from tests import crafted
from tests.samples import FORM, PLAN, returned
from workbook_tools.cells import cell_name
from workbook_tools.excel.read.book import open_book
from workbook_tools.form import layout
from workbook_tools.intake.answers import Submission
from workbook_tools.intake.read_forms import Intake, take_in
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check

Change = Callable[[Workbook], object]
TYPED: dict[str, str | int] = {
    "取組予定_R3_2": "案内の見直し",
    "取組結果_R3_2": "(継)案内を新しくした。",
    "取組予定_R3_3": "研修",
    "取組結果_R3_3": "(新)研修を開いた。",
    "課題_R2": "人手",
    "解決方法_R2": "応援",
}


def changed(change: Change, **typed: str | int) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(returned(16, **{**TYPED, **typed})))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def taken(change: Change, **typed: str | int) -> Intake:
    return take_in(changed(change, **typed), "x.xlsx", FORM)


def read(change: Change, **typed: str | int) -> Submission:
    (form,) = taken(change, **typed).submissions
    return form


def codes(form: Submission) -> list[tuple[str, str | None]]:
    told = check(form, Context(PLAN, None, {}))
    return sorted(((each.code, each.place.field) for each in told), key=str)


def place(book: Workbook, name: str) -> tuple[Worksheet, str]:
    field = FORM[name]
    return book[layout.SHEETS[field.sheet]], field.area.a1


def cut(source: str, target: str) -> Change:
    """Excel's cut and paste of one field's cell onto another one."""

    def change(book: Workbook) -> None:
        sheet, old = place(book, source)
        other, new = place(book, target)
        other[new].value, sheet[old].value = sheet[old].value, None
        book.defined_names[target] = DefinedName(target, attr_text="#REF!")
        there = f"'{other.title}'!${other[new].column_letter}${other[new].row}"
        book.defined_names[source] = DefinedName(source, attr_text=there)

    return change


def exchange(first: str, second: str) -> Change:
    """The names of two cells exchanged, with nothing else moved."""

    def change(book: Workbook) -> None:
        there, other = book.defined_names[first].attr_text, book.defined_names[second].attr_text
        book.defined_names[first] = DefinedName(first, attr_text=other)
        book.defined_names[second] = DefinedName(second, attr_text=there)

    return change


def moved_rows(book: Workbook) -> None:
    """Row ③ of R3 cut and inserted above row ②: texts and names change places, labels stay."""
    for stem in ("取組予定", "取組結果"):
        second, third = f"{stem}_R3_2", f"{stem}_R3_3"
        sheet, above = place(book, second)
        _, below = place(book, third)
        sheet[above].value, sheet[below].value = sheet[below].value, sheet[above].value
        exchange(second, third)(book)


UNTOUCHED = read(lambda book: None)


def test_an_untouched_form_says_nothing() -> None:
    assert UNTOUCHED.noticed == ()
    assert codes(UNTOUCHED) == []


@pytest.mark.parametrize(
    ("source", "target", "missing"),
    [
        ("評価理由_進捗度", "評価理由_連携度", "S108"),
        ("特記事項", "特記すべき事項", "K603"),
        ("進捗度_R3", "連携度_R3", "S101"),
        ("課題_R3", "課題_R2", "K601"),
        ("解決方法_R3", "解決方法_R4", "K602"),
        ("取組結果_R3_2", "取組結果_R3_3", "A402"),
        ("工程_当初_R2", "工程_変更_R2", None),
    ],
)
def test_a_cut_cell_is_read_where_it_stands(source: str, target: str, missing: str | None) -> None:
    """A1: the old text appeared twice, and what was typed into the emptied cell was gone."""
    form = read(cut(source, target), 特記すべき事項="なし（とくに）")
    assert form.value(source) == ""
    assert form.value(target) == UNTOUCHED.value(source)
    said = codes(form)
    assert ("F015", source) in said
    assert missing is None or (missing, source) in said


def test_a_cut_cell_and_a_new_text_in_its_place() -> None:
    def change(book: Workbook) -> None:
        cut("評価理由_進捗度", "評価理由_連携度")(book)
        sheet, cell = place(book, "評価理由_進捗度")
        sheet[cell].value = "新しく書いた理由。"

    form = read(change)
    assert form.value("評価理由_進捗度") == "新しく書いた理由。"
    assert form.value("評価理由_連携度") == UNTOUCHED.value("評価理由_進捗度")
    assert codes(form) == [("F015", "評価理由_進捗度")]


def test_exchanged_rows_are_read_in_the_order_of_the_paper() -> None:
    """A2: names went with the rows, the labels ② and ③ stayed."""
    form = read(moved_rows)
    assert form.value("取組予定_R3_2") == "研修"
    assert form.value("取組予定_R3_3") == "案内の見直し"
    assert {code for code, _ in codes(form)} == {"F015"}


@pytest.mark.parametrize(
    "pair", [("進捗度_R3", "連携度_R3"), ("課題_R3", "課題_R4"), ("特記事項", "特記すべき事項")]
)
def test_exchanged_names_change_nothing(pair: tuple[str, str]) -> None:
    form = read(exchange(*pair), 進捗度_R3=3, 特記すべき事項="別の文")
    plain = read(lambda book: None, 進捗度_R3=3, 特記すべき事項="別の文")
    assert [form.value(name) for name in pair] == [plain.value(name) for name in pair]


def test_names_that_agree_in_text_are_not_told() -> None:
    """Both cells say the same: nobody could read it otherwise."""
    form = read(exchange("連携度_R3", "効率性_R3"))
    assert codes(form) == []


# -- ② and its ① (A3) -----------------------------------------------------------------------------


def three(order: list[str]) -> bytes:
    """Three practices in one workbook, read by their labels, tabs in the order given."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    made = {}
    for no in (16, 17, 18):
        data = returned(no, 特記事項=f"特記{no}", 課題_R3=f"課題{no}")
        for sheet, mark in zip(
            openpyxl.load_workbook(io.BytesIO(data)).worksheets, "①②", strict=False
        ):
            made[f"{no}{mark}"] = sheet
    for name in order:
        copy = book.create_sheet(name)
        for row in made[name].iter_rows():
            for cell in row:
                if cell.value is not None and cell.column <= layout.COLUMNS:
                    copy.cell(cell.row, cell.column).value = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "order",
    [
        ["16①", "16②", "17①", "17②", "18①", "18②"],
        ["18②", "16①", "17②", "17①", "16②", "18①"],
        ["16①", "17①", "18①", "18②", "17②", "16②"],
    ],
)
def test_two_belongs_to_the_one_of_its_number(order: list[str]) -> None:
    forms = take_in(three(order), "x.xlsx", FORM).submissions
    read_ = {form.practice_no: (form.value("特記事項"), form.value("課題_R3")) for form in forms}
    assert read_ == {no: (f"特記{no}", f"課題{no}") for no in (16, 17, 18)}


def test_a_two_that_fits_nobody_is_told() -> None:
    done = take_in(three(["16①", "17②", "16②"]), "x.xlsx", FORM)
    assert [finding.code for finding in done.findings] == ["F024"]
    assert "№17" in done.findings[0].message
    assert [form.value("特記事項") for form in done.submissions] == ["特記16"]


@pytest.mark.parametrize(
    ("typed", "over", "named", "unclear"),
    [
        ("Ｒ３", "R2", True, True),  # the name says another column than the first Ｒ３
        ("Ｒ３", "R2", False, True),
        ("Ｒ３", "R4", True, False),
        ("Ｒ３", "R4", False, True),
        ("Ｒ５", "R5", False, False),  # its own heading, typed anew
    ],
)
def test_a_year_over_two_columns_of_scores(
    typed: str, over: str, named: bool, unclear: bool
) -> None:
    """Where the names tell which is which nothing is lost; without them nobody knows."""

    def change(book: Workbook) -> None:
        area = FORM[f"進捗度_{over}"].area
        book[layout.SHEETS[0]].cell(area.row, area.col + 1).value = typed
        if not named:
            book.defined_names.clear()

    names = [f"{name}_R3" for name in FORM.criteria]
    scores = {f"{name}_R2": 0 for name in FORM.criteria} | dict.fromkeys(names, 2)
    form = read(change, **scores)
    told = {field for code, field in codes(form) if code == "F016"}
    assert set(names) <= told if unclear else not told
    assert unclear or [form.value(name) for name in names] == ["2"] * len(names)


@pytest.mark.parametrize("gap", [0, 3])
def test_two_copied_below_its_one_is_read(gap: int) -> None:
    """① stands as it was sent, names and all; ② is known by its labels alone."""

    def change(book: Workbook) -> None:
        first, second = (book[title] for title in layout.SHEETS)
        top = FORM.rows[0] + gap
        for row in second.iter_rows(max_row=FORM.rows[1], max_col=layout.COLUMNS):
            for cell in row:
                if cell.value is not None:
                    first.cell(cell.row + top, cell.column).value = cell.value
        for area in second.merged_cells.ranges:
            if area.max_col <= layout.COLUMNS:
                area = copy(area)
                area.shift(0, top)
                first.merge_cells(area.coord)
        first.cell(top + 1, 1).value = 16
        del book[layout.SHEETS[1]]
        for name in [name for name in FORM.names if FORM[name].sheet]:
            del book.defined_names[name]

    form = read(change)
    assert (form.value("課題_R2"), form.value("解決方法_R2")) == ("人手", "応援")
    assert form.value("特記事項")
    assert not any(code in ("F017", "F023") for code, _ in codes(form))


def test_names_shifted_as_a_whole_are_no_rows_of_a_year() -> None:
    """A row too many in one year, and every name one row too high: the numbers count."""

    def change(book: Workbook) -> None:
        for name, target in book.defined_names.items():
            sheet, _, cell = (target.attr_text or "").partition("!")
            if sheet.strip("'") == layout.SHEETS[0] and name in FORM.names:
                col, row = cell.replace("$", " ").split()
                moved = f"{sheet}!${col}${max(1, int(row) - 1)}"
                book.defined_names[name] = DefinedName(name, attr_text=moved)

    form = read(change)
    assert form.value("取組予定_R3_2") == "案内の見直し"
    assert form.value("取組予定_R3_3") == "研修"


def row_deleted(book: Workbook) -> None:
    """The second of a year's rows deleted, as Excel does it: what is below moves up."""
    sheet = book[layout.SHEETS[0]]
    gone = FORM["取組予定_R3_2"].area.row + 1
    merged = [area for area in sheet.merged_cells.ranges if area.max_row >= gone]
    for area in merged:
        sheet.unmerge_cells(area.coord)
    sheet.delete_rows(gone)
    for area in merged:
        if area.min_row == gone == area.max_row:
            continue
        area.shift(0, -1) if area.min_row > gone else area.shrink(bottom=1)
        sheet.merge_cells(area.coord)
    for name, target in book.defined_names.items():
        title, _, cell = (target.attr_text or "").partition("!")
        if title.strip("'") == layout.SHEETS[0] and name in FORM.names:
            col, row = cell.replace("$", " ").split()
            new = f"{title}!${col}${int(row) - (int(row) > gone)}"
            text = "#REF!" if int(row) == gone else new
            book.defined_names[name] = DefinedName(name, attr_text=text)


def test_of_a_deleted_row_nothing_is_said_and_the_others_are_read() -> None:
    form = read(row_deleted, 取組予定_R3_2="", 取組結果_R3_2="")
    assert "F016" not in [code for code, _ in codes(form)]
    rows = [form.value(f"取組予定_R3_{n}") for n in (1, 2, 3)]
    assert [text for text in rows if text][1:] == ["研修"]


def row_added(name: str, text: str) -> Change:
    """A row put in below a field's, as Excel does it, and something typed into it."""

    def change(book: Workbook) -> None:
        sheet, _ = place(book, name)
        above = FORM[name].area.row + 1
        merged = [area for area in sheet.merged_cells.ranges if area.max_row > above]
        for area in merged:
            sheet.unmerge_cells(area.coord)
        sheet.insert_rows(above + 1)
        for area in merged:
            area.shift(0, 1) if area.min_row > above else area.expand(down=1)
            sheet.merge_cells(area.coord)
        for known, target in book.defined_names.items():
            title, _, cell = (target.attr_text or "").partition("!")
            if title.strip("'") == sheet.title and known in FORM.names:
                col, row = cell.replace("$", " ").split()
                moved = f"{title}!${col}${int(row) + (int(row) > above)}"
                book.defined_names[known] = DefinedName(known, attr_text=moved)
        sheet.cell(above + 1, FORM[name].area.col + 1).value = text

    return change


def rows_of(form: Submission, year: str) -> list[str]:
    return [form.value(f"取組予定_{year}_{n}") for n in (1, 2, 3)]


@pytest.mark.parametrize("year", ["R3", "R6"])
@pytest.mark.parametrize("text", ["加えた行", ""])
def test_where_rows_moved_the_numbers_tell_which_one_was_added(year: str, text: str) -> None:
    """Cells cut and inserted take their names along; the numbers beside them stay."""
    first, second, third = (f"取組予定_{year}_{n}" for n in (1, 2, 3))

    def change(book: Workbook) -> None:
        exchange(second, third)(book)
        row_added(f"取組結果_{year}_1", text)(book)

    blank = {f"取組結果_R3_{n}": "" for n in (1, 2, 3)}
    form = read(change, **blank, **{first: "一", second: "二", third: "三"})
    added = [told.text for told in form.noticed if told.code == "A406"]
    assert added == ([text] if text else [])
    assert rows_of(form, year) == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("first", "second", "third", "column", "expected"),
    [
        ("", "二", "", "予定", ["", "二", ""]),
        ("一", "二", "", "予定", ["一", "二", ""]),
        ("一", "", "三", "予定", ["一", "", "三"]),
        ("一", "二", "", "結果", ["一", "二", ""]),
        ("一", "", "", "予定", ["一", "", ""]),
        ("一", "二", "三", "予定", ["一", "二", "三"]),
    ],
)
def test_without_names_the_row_without_a_number_was_added(
    first: str, second: str, third: str, column: str, expected: list[str]
) -> None:
    def change(book: Workbook) -> None:
        row_added(f"取組{column}_R4_1", "加えた行")(book)
        book.defined_names.clear()

    plans = {f"取組予定_R4_{n}": text for n, text in enumerate((first, second, third), start=1)}
    form = read(change, **plans)
    assert rows_of(form, "R4") == expected
    told = [told.text for told in form.noticed if told.code in ("A406", "F017")]
    assert told == ["加えた行"]


def test_numbers_pushed_out_of_their_year_tell_nothing() -> None:
    """Cells put in above the last numbers alone: the last one stands beside the evaluation."""

    def change(book: Workbook) -> None:
        exchange("取組予定_R6_2", "取組予定_R6_3")(book)
        for n in (1, 2, 3):
            name = f"取組番号_R6_{n}"
            there = f"'{layout.SHEETS[0]}'!$C${FORM[name].area.row + 2}"
            book.defined_names[name] = DefinedName(name, attr_text=there)

    texts = {f"取組予定_R6_{n}": text for n, text in enumerate("一二三", start=1)}
    assert rows_of(read(change, **texts), "R6") == ["一", "二", "三"]


def unreadable_years(book: Workbook) -> None:
    """Somebody replaced 度 everywhere: no year is a label any more."""
    for number, title in enumerate(layout.SHEETS):
        for label in FORM.labels:
            if label.sheet == number and label.text and "Ｒ" in label.text:
                cell = book[title].cell(label.area.row + 1, label.area.col + 1)
                cell.value = f"{label.text}ど"


def rows_put_between(book: Workbook) -> None:
    """All of ① two rows lower, names too."""
    book[layout.SHEETS[0]].move_range("A1:AH31", rows=2)
    for name, target in book.defined_names.items():
        sheet, _, cell = (target.attr_text or "").partition("!")
        if sheet.strip("'") == layout.SHEETS[0] and name in FORM.names:
            col, row = cell.replace("$", " ").split()
            book.defined_names[name] = DefinedName(name, attr_text=f"{sheet}!${col}${int(row) + 2}")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("工程_状況_R3", "工程_状況_R6"),
        ("評価理由_連携度", "評価理由_総合評価"),
        ("課題_R2", "課題_R5"),
    ],
)
def test_a_cut_cell_whose_labels_cannot_be_read_is_an_error(source: str, target: str) -> None:
    def change(book: Workbook) -> None:
        unreadable_years(book)
        for row in (25, 26, 27, 28, 30):  # the criteria too
            book[layout.SHEETS[0]].cell(row, 2).value = f"甲{row}"
        cut(source, target)(book)

    assert ("F016", source) in codes(read(change))


@pytest.mark.parametrize("also", [lambda book: None, rows_put_between], ids=["in place", "lower"])
def test_names_alone_are_believed_where_their_order_is_kept(also: Change) -> None:
    def change(book: Workbook) -> None:
        unreadable_years(book)
        also(book)

    form = read(change)
    assert "F016" not in [code for code, _ in codes(form)]
    assert form.value("課題_R2") == "人手"
    assert form.value("取組予定_R3_3") == "研修"


# -- what stands beside the fields (F017) ---------------------------------------------------------


FAR = cell_name(2, layout.LAST_HELPER + 5)


def beside(sheet: int, cell: str, text: str) -> Change:
    def change(book: Workbook) -> None:
        book[layout.SHEETS[sheet]][cell].value = text

    return change


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [(0, "AB60"), (1, "A40"), (0, "AD40"), (1, "AF20"), (0, FAR)],
    ids=["below ①", "below ②", "beside ①", "beside ②", "far right"],
)
def test_text_outside_the_fields_is_told(sheet: int, cell: str) -> None:
    form = read(beside(sheet, cell, "欄に入らなかった続き"))
    (finding,) = check(form, Context(PLAN, None, {}))
    assert (finding.code, finding.severity.value) == ("F017", "warning")
    assert (finding.place.sheet, finding.place.cell) == (layout.SHEETS[sheet], cell)
    assert "欄に入らなかった続き" in finding.message


def test_ten_thousand_stray_cells_are_one_finding() -> None:
    def change(book: Workbook) -> None:
        sheet = book[layout.SHEETS[1]]
        for row in range(60, 560):
            for col in range(1, 21):
                sheet.cell(row, col).value = "x"

    (finding,) = check(read(change), Context(PLAN, None, {}))
    assert finding.code == "F017"
    assert "9999" in finding.message


HEADING, SHORT = FORM["取組予定_R2_1"].area, "今後の取組予定"


def shortened(book: Workbook) -> None:
    book[layout.SHEETS[0]].cell(HEADING.row, HEADING.col + 1).value = SHORT


def test_a_shortened_label_is_no_stray_text() -> None:
    assert check(read(shortened), Context(PLAN, None, {})) == []


def test_words_of_a_label_beside_it_are_told() -> None:
    """The label itself stands there: whatever else says the same is somebody's text."""
    (finding,) = check(read(beside(0, "AD40", SHORT)), Context(PLAN, None, {}))
    assert finding.code == "F017"

    def both(book: Workbook) -> None:
        shortened(book)
        beside(0, "AD40", SHORT)(book)

    (finding,) = check(read(both), Context(PLAN, None, {}))
    assert finding.code == "F017"


@pytest.mark.parametrize(
    ("cell", "text", "told"),
    [
        ("B25", "進捗度（実は2点）", ["F017"]),
        ("E24", "Ｒ３（見込み）", ["F017"]),
        ("I24", "【評価の理由】（課長確認済み）", ["F017"]),
        ("I24", "【評価の理由】（令和３年度）", []),
        ("B25", "(進捗度)", []),
        ("B5", "（予定含）", []),
    ],
)
def test_a_remark_in_brackets_behind_a_label(cell: str, text: str, told: list[str]) -> None:
    found = check(read(beside(0, cell, text)), Context(PLAN, None, {}))
    assert [finding.code for finding in found] == told


RENAMED = "別の名前"


def guide_renamed(book: Workbook) -> None:
    book[layout.GUIDE].title = RENAMED


def test_the_guide_is_known_under_another_name() -> None:
    assert check(read(guide_renamed), Context(PLAN, None, {})) == []


@pytest.mark.parametrize("cell", ["A90", "F3"])
def test_words_on_a_renamed_guide_are_told(cell: str) -> None:
    def change(book: Workbook) -> None:
        book[layout.GUIDE][cell].value = "質問があります"
        guide_renamed(book)

    (finding,) = check(read(change), Context(PLAN, None, {}))
    assert (finding.code, finding.place.cell) == ("F017", cell)


def shown_helpers(book: Workbook) -> None:
    """The cells on a new sheet: its columns are as wide as any."""
    for title in layout.SHEETS:
        for dimension in book[title].column_dimensions.values():
            dimension.hidden = False


def test_the_constants_of_shown_helpers_are_no_stray_text() -> None:
    assert check(read(shown_helpers), Context(PLAN, None, {})) == []


def test_a_text_among_shown_helpers_is_told() -> None:
    def change(book: Workbook) -> None:
        shown_helpers(book)
        book[layout.SHEETS[1]].cell(20, layout.MISSING + 3).value = "自分の覚え"

    (finding,) = check(read(change), Context(PLAN, None, {}))
    assert (finding.code, finding.place.sheet) == ("F017", layout.SHEETS[1])


@pytest.mark.parametrize(("cell", "field"), [("A40", None), ("A60", None), ("C11", "特記事項")])
def test_a_stray_text_names_only_a_field_that_is_near(cell: str, field: str | None) -> None:
    def change(book: Workbook) -> None:
        sheet = book[layout.SHEETS[1]]
        for area in list(sheet.merged_cells.ranges):
            if str(area).startswith("A11:"):
                sheet.unmerge_cells(str(area))
        sheet[cell].value = "欄に入らなかった続き"

    told = [known for known in read(change).noticed if known.code == "F017"]
    assert [known.field for known in told] == [field]


def thousands_of_names(book: Workbook) -> None:
    """Names of another program, all over the form and far from it."""
    for number in range(5_000):
        cell = f"'{layout.SHEETS[number % 2]}'!${'ABCDE'[number % 5]}${number % 60 + 1}"
        book.defined_names[f"集計{number}"] = DefinedName(f"集計{number}", attr_text=cell)


def test_thousands_of_names_change_nothing() -> None:
    form = read(thousands_of_names)
    assert check(form, Context(PLAN, None, {})) == []
    assert form.value("取組予定_R3_3") == "研修"


def test_mixed_habits_of_xml_hide_no_formula() -> None:
    """Some cells with their place first, as Excel writes them, and some with their format first."""
    first, other = '<c r="A1"><v>1</v></c>', '<c s="0" r="B1"><f>A1</f><v>1</v></c>'
    table = open_book(crafted.book(f'<row r="1">{first}{other}</row>')).table("S1")
    assert [table.has_formula(0, col) for col in range(2)] == [False, True]
