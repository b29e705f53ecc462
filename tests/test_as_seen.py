"""A field says what a person sees in its cell; what is not seen is told (F018, F019)."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import copy

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.samples import FORM, PLAN, returned
from workbook_tools.findings import Severity
from workbook_tools.form.layout import SHEETS
from workbook_tools.intake.read_forms import take_in
from workbook_tools.register.records import Prefilled
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check

REASON, SCORE, RESULT = "評価理由_進捗度", "進捗度_R3", "取組結果_R3_1"


def _cell(book: Workbook, name: str) -> tuple[Worksheet, str]:
    return book[SHEETS[FORM[name].sheet]], FORM[name].area.a1.split(":")[0]


def strike(book: Workbook, name: str) -> None:
    sheet, cell = _cell(book, name)
    font = copy(sheet[cell].font)
    font.strike = True
    sheet[cell].font = font


def strike_a_part(book: Workbook, name: str) -> None:
    sheet, cell = _cell(book, name)
    parts = TextBlock(InlineFont(strike=True), "年２回"), TextBlock(InlineFont(), "年３回行った。")
    sheet[cell] = CellRichText("(新)", *parts)


def bold_a_part(book: Workbook, name: str) -> None:
    sheet, cell = _cell(book, name)
    parts = TextBlock(InlineFont(b=True), "年３回"), TextBlock(InlineFont(), "行った。")
    sheet[cell] = CellRichText("(新)", *parts)


def show_as(form: str) -> Callable[[Workbook, str], None]:
    def change(book: Workbook, name: str) -> None:
        sheet, cell = _cell(book, name)
        sheet[cell].number_format = form

    return change


def hide_row(book: Workbook, name: str) -> None:
    sheet, _ = _cell(book, name)
    sheet.row_dimensions[FORM[name].area.row + 1].hidden = True


def ink(colour: str) -> Callable[[Workbook, str], None]:
    def change(book: Workbook, name: str) -> None:
        sheet, cell = _cell(book, name)
        font = copy(sheet[cell].font)
        font.color = colour
        sheet[cell].font = font

    return change


def changed(change: Callable[[Workbook, str], None], name: str) -> bytes:
    """The form of №16 with one cell's look changed."""
    book = openpyxl.load_workbook(io.BytesIO(returned(16)), rich_text=True)
    change(book, name)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(data: bytes, name: str, sent: dict[str, Prefilled] | None = None) -> tuple[str, list[str]]:
    """What the field says, and the codes and weights of what is told of it."""
    (form,) = take_in(data, "inbox/No16.xlsx", FORM).submissions
    told = check(form, Context(PLAN, None, sent or {}))
    return form.value(name), [
        f"{found.code} {'誤り' if found.severity is Severity.ERROR else '確認'}"
        for found in told
        if found.place.field == name and found.code.startswith("F0")
    ]


@pytest.mark.parametrize(
    ("change", "name", "value", "told"),
    [
        (strike_a_part, RESULT, "(新)年３回行った。", ["F018 確認"]),
        (bold_a_part, RESULT, "(新)年３回行った。", []),
        (strike, SCORE, "", ["F018 確認"]),
        (show_as("0"), SCORE, "2", []),
        (show_as('0"点"'), SCORE, "2", []),
        (show_as(";;;"), SCORE, "2", ["F019 誤り"]),
        (show_as("00"), SCORE, "2", []),
        (show_as('"3"'), SCORE, "2", ["F019 誤り"]),
        (hide_row, SCORE, "2", ["F019 誤り"]),
        (ink("FFFFFF"), SCORE, "2", ["F019 誤り"]),
        (ink("FFFFF0"), SCORE, "2", ["F019 誤り"]),  # hardly another colour than its ground
        (ink("FF0000"), SCORE, "2", []),
        (ink("A6A6A6"), SCORE, "2", []),
    ],
)
def test_a_cells_look(
    change: Callable[[Workbook, str], None], name: str, value: str, told: list[str]
) -> None:
    assert read(changed(change, name), name) == (value, told)


def test_what_was_sent_may_be_hidden() -> None:
    """Somebody hides last year's rows: what stands there is known."""
    plan = "取組予定_R2_1"
    book = openpyxl.load_workbook(io.BytesIO(returned(16, 取組予定_R2_1="調査と協議")))
    hide_row(book, plan)
    written = io.BytesIO()
    book.save(written)
    result = "取組結果_R2_1"  # a year that was accepted is closed
    sent = {plan: Prefilled(plan, "調査と協議"), result: Prefilled(result, "(新)調べた。")}
    assert read(written.getvalue(), plan, sent)[1] == []
    assert read(written.getvalue(), plan)[1] == ["F019 誤り"]


def message(data: bytes) -> list[str]:
    """What is said of how the form was read."""
    (form,) = take_in(data, "inbox/No16.xlsx", FORM).submissions
    told = check(form, Context(PLAN, None, {}))
    return [found.message for found in told if found.code in ("F019", "F026")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            show_as('"3"'),
            "のセルの中身は『2』ですが、表示形式のため、画面や紙では『3』と見えます。",
        ),
        (show_as(";;;"), "のセルの中身は『2』ですが、画面や紙では見えません。"),
        (hide_row, "のセルの中身は『2』ですが、画面や紙では見えません。"),
    ],
)
def test_what_is_stored_and_what_is_shown_are_told_apart(
    change: Callable[[Workbook, str], None], said: str
) -> None:
    assert f"{FORM[SCORE].title}{said}" in message(changed(change, SCORE))


@pytest.mark.parametrize("error", ["#N/A", "#VALUE!", "#REF!"])
@pytest.mark.parametrize("name", [REASON, "課題_R5", "工程_状況_R2", "担当部署"])
def test_an_error_value_is_no_answer(error: str, name: str) -> None:
    def change(book: Workbook, name: str) -> None:
        sheet, cell = _cell(book, name)
        sheet[cell].value = error
        sheet[cell].data_type = "e"

    value, told = read(changed(change, name), name)
    assert (value, told) == ("", ["F026 誤り"])
    assert message(changed(change, name)) == [
        f"{FORM[name].title}に、答えの代わりにエラー値『{error}』が表示されています。"
    ]


def test_the_forms_own_formulas_may_fail() -> None:
    """Total and grade are computed anew: an error there is no answer's."""

    def change(book: Workbook, name: str) -> None:
        for known in ("合計_R3", "総合評価_R3"):
            sheet, cell = _cell(book, known)
            sheet[cell].value, sheet[cell].data_type = "#REF!", "e"

    assert message(changed(change, SCORE)) == []
