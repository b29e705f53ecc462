"""PDFs of a list: in parts, tagged, in Japanese, with a bookmark a sheet."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pypdf
import pytest

from tests.office import needs_office
from workbook_tools.cells import Area
from workbook_tools.excel.pdf import Part, parts_of, to_pdf, with_sheets
from workbook_tools.excel.write.book import Book

SHEETS = ("総括", "評価ページ", "課題", "特記事項")
CUT = {"_評価ページ": ("評価ページ",), "_本文": ("課題", "特記事項", "出典")}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A list of four sheets of one page."""
    made = Book("取組状況一覧")
    for name in SHEETS:
        sheet = made.sheet(name)
        sheet.text(Area(0, 0), f"{name}の文")
        sheet.page(Area(0, 0), repeat=(0, 0))
    path = tmp_path / "取組状況一覧_R3.xlsx"
    path.write_bytes(made.bytes())
    return path


def test_every_sheet_is_in_one_part(book: Path) -> None:
    assert [(part.pdf.name, part.sheets) for part in parts_of(book, CUT, "_一覧")] == [
        ("取組状況一覧_R3_一覧.pdf", ["総括"]),
        ("取組状況一覧_R3_評価ページ.pdf", ["評価ページ"]),
        ("取組状況一覧_R3_本文.pdf", ["課題", "特記事項"]),
    ]
    assert [part.sheets for part in parts_of(book, {"_本文": SHEETS}, "_一覧")] == [[*SHEETS]]


def test_all_other_sheets_are_hidden(book: Path) -> None:
    shown = openpyxl.load_workbook(io.BytesIO(with_sheets(book.read_bytes(), ["課題"])))
    assert [sheet.title for sheet in shown if sheet.sheet_state == "visible"] == ["課題"]
    assert [bool(sheet.print_area) for sheet in shown] == [False, False, True, False]
    assert shown.active is not None
    assert shown.active.title == "課題"


@needs_office
def test_parts_are_printed_apart(book: Path) -> None:
    printed = to_pdf([*parts_of(book, CUT, "_一覧"), Part(book)])
    read = [pypdf.PdfReader(path) for path in printed]
    assert [[str(mark.title) for mark in pdf.outline] for pdf in read] == [  # type: ignore[union-attr]
        ["総括"],
        ["評価ページ"],
        ["課題", "特記事項"],
        [*SHEETS],
    ]
    assert [len(pdf.pages) for pdf in read] == [1, 1, 2, 4]
    for pdf in read:
        root = pdf.root_object
        assert root["/MarkInfo"]["/Marked"]
        assert str(root["/Lang"]).startswith("ja")
