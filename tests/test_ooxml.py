"""Every kind of workbook we write, held against the schemas of Office Open XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openxml_audit import FileFormat, OpenXmlValidator

from tests.samples import PLAN, complete, returned
from tests.test_figures import real_facts
from tests.test_golden import blank_form, council_sheet
from tests.test_list_texts import TEXTS, stored
from tests.test_marking import FAULTY, FOUND
from workbook_tools.consolidate import appendix
from workbook_tools.consolidate.consolidate import Contents, secretariats_workbook, workbook
from workbook_tools.consolidate.departments import Receipts
from workbook_tools.consolidate.secretariat import BackOffice, SourceFile
from workbook_tools.figures.compute import compute
from workbook_tools.send_back.marking import mark

FIGURES = compute(PLAN, real_facts())
ANSWERS = {
    16: stored(TEXTS),
    17: stored({k: str(v) for k, v in complete(PLAN.practice(17)).items()}),
}
BACK = BackOffice(
    {1: {7: 5, 12: 4}, 2: {7: 2}},
    Receipts((), {}, date(2022, 4, 22)),
    {16: SourceFile(16, "inbox/No16.xlsx", "ab" * 32)},
)
LIST = Contents(FIGURES, ANSWERS, None, ("作成日：令和4年6月1日",), False, {7: {5: 1, 2: 1}}, BACK)

BOOKS: dict[str, Callable[[], bytes]] = {
    "list": lambda: workbook(LIST),
    "secretariat's list": lambda: secretariats_workbook(LIST),
    "資料編": lambda: appendix.workbook(FIGURES, ANSWERS, date(2022, 5, 20)),
    "form": blank_form,
    "filled form": lambda: returned(16),
    "評価シート": council_sheet,
    "marked copy": lambda: mark(FAULTY, FOUND),
}


def faults(data: bytes, folder: Path) -> list[str]:
    path = folder / "book.xlsx"
    path.write_bytes(data)
    found = OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(str(path))
    return [str(error) for error in found.errors]


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_keeps_to_the_schemas(name: str, tmp_path: Path) -> None:
    assert faults(BOOKS[name](), tmp_path) == []


@pytest.mark.parametrize(
    ("part", "right", "wrong"),
    [
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetDatum/><sheetData>"),
        ("xl/styles.xml", b"<fonts count", b"<fonts number"),
    ],
)
def test_what_does_not_is_found(part: str, right: bytes, wrong: bytes, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blank_form())) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == part:
                assert right in data
                data = data.replace(right, wrong)
            new.writestr(entry, data)
    assert faults(out.getvalue(), tmp_path) != []
