"""Forms damaged in every way people damage Excel files, read like untouched ones (domain §9)."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import copy

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from tests.office import convert, needs_office
from tests.samples import FORM, PLAN, returned
from workbook_tools.findings import Severity
from workbook_tools.form import layout
from workbook_tools.intake.answers import Submission
from workbook_tools.intake.read_forms import take_in
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check

TYPED: dict[str, str | int] = {
    "取組予定_R3_2": "②と同じ（対象を拡大）",
    "取組結果_R3_2": "(継)同上",
    "課題_R4": "・Ｒ３と同じ\n・費用",
    "進捗度_R3": "３",
    "工程_状況_R3": "工程見直し",
    "工程_変更_R3": "試行の延長",
}
UNTOUCHED = returned(16, **TYPED)


def read(data: bytes, name: str = "x.xlsx") -> list[Submission]:
    return list(take_in(data, name, FORM).submissions)


def answers(form: Submission) -> dict[str, str]:
    """Everything typed, as it was read; what stays blank does not matter."""
    kinds = (layout.Kind.LABEL, layout.Kind.TOTAL, layout.Kind.GRADE)
    names = [field.name for field in FORM.fields if field.kind not in kinds]
    values = {name: form.text(name) for name in names if name != "様式版"}
    return {name: value for name, value in values.items() if value}


def errors(form: Submission) -> list[str]:
    context = Context(PLAN, None, {})
    found = check(form, context)
    return [str(finding) for finding in found if finding.severity is Severity.ERROR]


(BEFORE,) = read(UNTOUCHED)
EXPECTED = answers(BEFORE)


def changed(change: Callable[[Workbook], None], data: bytes = UNTOUCHED) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def nothing(book: Workbook) -> None:
    """Opened and saved by another program: stored values of formulas are gone."""


def without_names(book: Workbook) -> None:
    book.defined_names.clear()


def some_names_lost(book: Workbook) -> None:
    for name in ("進捗度_R3", "取組結果_R3_1", "課題_R3"):
        del book.defined_names[name]


def overwritten_cells(book: Workbook) -> None:
    for name in ("連携度_R3", "評価理由_総合評価"):
        book.defined_names[name] = DefinedName(name, attr_text="#REF!")


def renamed_sheets(book: Workbook) -> None:
    book[layout.SHEETS[0]].title = "窓口課(1)"
    book[layout.SHEETS[1]].title = "窓口課(2)"
    for name in list(book.defined_names):
        text = book.defined_names[name].attr_text
        for old, new in zip(layout.SHEETS, ("窓口課(1)", "窓口課(2)"), strict=True):
            text = text.replace(old, new)
        book.defined_names[name] = DefinedName(name, attr_text=text)


def renamed_sheets_without_names(book: Workbook) -> None:
    renamed_sheets(book)
    without_names(book)


def reordered_with_extra_sheets(book: Workbook) -> None:
    book.move_sheet(layout.SHEETS[1], -1)
    extra = book.create_sheet("メモ", 0)
    for row, words in enumerate(("取組内容", "課題", "Ｒ３", "進捗度", "特記事項"), start=1):
        extra.cell(row, 1, words)
        extra.cell(row, 2, "控え")


def guide_deleted(book: Workbook) -> None:
    del book[layout.GUIDE]


def unmerged_without_names(book: Workbook) -> None:
    for sheet in book:
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
    without_names(book)


def unprotected(book: Workbook) -> None:
    for sheet in book:
        sheet.protection.sheet = False


def validations_removed(book: Workbook) -> None:
    for sheet in book:
        sheet.data_validations.dataValidation.clear()


def labels_retyped_without_names(book: Workbook) -> None:
    words = {
        "取組項目": "取 組 項 目",
        "実践項目": "実　践　項　目",
        "課題・問題点／今後の想定される課題等": "課題・問題点/\n今後の想定される課題等",
    }
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value in words:
                    cell.value = words[cell.value]
    without_names(book)


def spaces_and_breaks(book: Workbook) -> None:
    for field in FORM.fields:
        cell = book[layout.SHEETS[field.sheet]][field.area.a1]
        if field.kind is layout.Kind.TEXT and isinstance(cell.value, str):
            cell.value = f"　{cell.value}  \r\n"


def helpers_deleted_without_names(book: Workbook) -> None:
    book[layout.SHEETS[0]].delete_cols(layout.COLUMNS + 1, 80)
    book[layout.SHEETS[1]].delete_cols(layout.COLUMNS + 1, 80)
    without_names(book)


DAMAGES = [
    (nothing, "names"),
    (without_names, "labels"),
    (some_names_lost, "mixed"),
    (overwritten_cells, "mixed"),
    (renamed_sheets, "names"),
    (renamed_sheets_without_names, "labels"),
    (reordered_with_extra_sheets, "names"),
    (guide_deleted, "names"),
    (unmerged_without_names, "labels"),
    (unprotected, "names"),
    (validations_removed, "names"),
    (labels_retyped_without_names, "labels"),
    (spaces_and_breaks, "names"),
    (helpers_deleted_without_names, "labels"),
]


@pytest.mark.parametrize(
    ("damage", "located"), DAMAGES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_damaged_form_is_read_like_an_untouched_one(
    damage: Callable[[Workbook], None], located: str
) -> None:
    (form,) = read(changed(damage))
    assert form.located == located
    assert answers(form) == EXPECTED
    assert errors(form) == []


@needs_office
@pytest.mark.parametrize(
    ("kind", "located"), [("xlsx", "names"), ("ods", "labels"), ("xls", "labels")]
)
def test_saved_by_another_program(kind: str, located: str) -> None:
    data = convert({"x": UNTOUCHED}, kind)["x"]
    (form,) = read(data, f"x.{kind}")
    assert form.located == located
    assert answers(form) == EXPECTED
    assert errors(form) == []


def copied(book: Workbook, other: Workbook, suffix: str) -> None:
    """Copy another form's sheets into the book, as Excel does: its names stay behind."""
    for name in layout.SHEETS:
        sheet = book.create_sheet(f"{name}{suffix}")
        for row in other[name].iter_rows():
            for cell in row:
                twin = sheet.cell(cell.row, cell.column, cell.value)
                twin.number_format = copy(cell.number_format)
        for area in other[name].merged_cells.ranges:
            sheet.merge_cells(str(area))


def test_several_items_in_one_workbook() -> None:
    other = openpyxl.load_workbook(io.BytesIO(returned(17)))
    forms = read(changed(lambda book: copied(book, other, " (2)")))
    assert [form.practice_no for form in forms] == [16, 17]
    assert [form.located for form in forms] == ["names", "labels"]
    assert answers(forms[0]) == EXPECTED
    assert answers(forms[1]) == answers(read(returned(17))[0])


def test_copied_sheets_with_names_of_their_own() -> None:
    """Copying a sheet within Excel leaves sheet-scoped copies of the names."""

    def copy_in(book: Workbook) -> None:
        copied(book, openpyxl.load_workbook(io.BytesIO(returned(17))), "(2)")
        for field in FORM.fields:
            sheet = f"{layout.SHEETS[field.sheet]}(2)"
            text = f"'{sheet}'!{field.area.absolute}"
            book[sheet].defined_names[field.name] = DefinedName(field.name, attr_text=text)

    forms = read(changed(copy_in))
    assert [(form.practice_no, form.located.value) for form in forms] == [
        (16, "names"),
        (17, "names"),
    ]
    assert answers(forms[1]) == answers(read(returned(17))[0])


@pytest.mark.parametrize("names", [True, False], ids=["names", "labels"])
def test_a_row_that_somebody_added(names: bool) -> None:
    """A blank one does no harm; one that is filled in is pointed out, not lost (A406)."""

    def inserted(book: Workbook, text: str) -> None:
        # What Excel does when a row is inserted: cells, merged areas and names below move down.
        row = FORM["取組予定_R3_3"].area.row + 2
        sheet = book[layout.SHEETS[0]]
        areas = list(sheet.merged_cells.ranges)
        for area in areas:
            sheet.unmerge_cells(str(area))
        sheet.insert_rows(row)
        for area in areas:
            if area.min_row >= row:
                area.shift(row_shift=1)
            elif area.max_row >= row:
                area.expand(down=1)
            sheet.merge_cells(str(area))
        for field in FORM.fields:
            name = field.name
            if field.sheet == 0 and field.area.row + 1 >= row:
                spot = (
                    f"${openpyxl.utils.get_column_letter(field.area.col + 1)}${field.area.row + 2}"
                )
                text_ref = f"'{layout.SHEETS[0]}'!{spot}"
                book.defined_names[name] = DefinedName(name, attr_text=text_ref)
        if not names:
            book.defined_names.clear()
        sheet.cell(row, FORM["取組予定_R3_1"].area.col + 1, text or None)

    full = returned(16, **{**TYPED, "取組予定_R3_3": "報告会", "取組結果_R3_3": "(新)１回開いた。"})
    (blank,) = read(changed(lambda book: inserted(book, ""), full))
    assert answers(blank) == answers(read(full)[0])
    assert errors(blank) == []
    (filled,) = read(changed(lambda book: inserted(book, "四つ目の取組"), full))
    assert ["四つ目の取組" in error for error in errors(filled)] == [True]


def test_a_list_is_no_form() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["小№", "取組項目", "実践項目", "進捗度", "連携度", "総合評価", "担当部署"])
    sheet.append([16, "窓口", "タブレット", 2, 2, "B", "窓口サービス課"])
    buffer = io.BytesIO()
    book.save(buffer)
    found = take_in(buffer.getvalue(), "x.xlsx", FORM)
    assert [finding.code for finding in found.findings] == ["F003"]
