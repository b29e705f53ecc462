"""A heading the form does not know is never the answer of the field above it (labels only)."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.samples import returned
from tests.test_forms import FORM
from workbook_tools.form.layout import SHEETS
from workbook_tools.intake.read_forms import take_in

LAST = FORM.remarks[-1]


def read(change: Callable[[Worksheet], None], **values: str) -> str:
    """The last wide field of a form that lost its names, after somebody changed sheet ②."""
    book = openpyxl.load_workbook(io.BytesIO(returned(16, **values)))
    book.defined_names.clear()
    change(book[SHEETS[1]])
    written = io.BytesIO()
    book.save(written)
    (found,) = take_in(written.getvalue(), "No16.xlsx", FORM).submissions
    return found.value(LAST.name)


def unmerge(sheet: Worksheet) -> None:
    for area in [str(area) for area in sheet.merged_cells.ranges]:
        sheet.unmerge_cells(area)


@pytest.mark.parametrize("heading", ["【その他】", "■ 参考", "◆市民の声"])
@pytest.mark.parametrize("merged", [True, False], ids=["merged", "unmerged"])
def test_an_unknown_heading_is_no_answer(heading: str, merged: bool) -> None:
    def change(sheet: Worksheet) -> None:
        if not merged:
            unmerge(sheet)
        row, col = LAST.area.last_row + 2, LAST.area.col + 1
        sheet.cell(row, col, heading)
        sheet.cell(row + 1, col, "別の欄の文章")

    assert read(change, **{LAST.name: ""}) == ""


@pytest.mark.parametrize("text", ["答え。", "■ 市民の声が多かったため、来年度も窓口を続ける。"])
@pytest.mark.parametrize("merged", [True, False], ids=["merged", "unmerged"])
def test_an_answer_stays_an_answer(text: str, merged: bool) -> None:
    assert read(lambda sheet: None if merged else unmerge(sheet), **{LAST.name: text}) == text
