"""The declared columns: one of a test's own appears wherever its row of the table says."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import Any

import openpyxl
import pytest

from tests.test_figures import PLAN, R3, real_facts
from workbook_tools.consolidate import appendix
from workbook_tools.consolidate.consolidate import places
from workbook_tools.consolidate.figure_lists import add_items, add_practices
from workbook_tools.consolidate.pages import NAME, add_pages
from workbook_tools.excel.write.book import Book
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import EVERYWHERE, FigureColumn, Output
from workbook_tools.figures.compute import ItemFigures, PracticeFigures, compute
from workbook_tools.figures.export import as_csv, document

# №16 began later than the others, and leads two departments.
LATER = dataclasses.replace(PLAN.practice(16), first_year=R3)
CITY = dataclasses.replace(
    PLAN, practices=tuple(LATER if known.no == 16 else known for known in PLAN.practices)
)
FIGURES = compute(CITY, real_facts())
OWN: FigureColumn[PracticeFigures] = FigureColumn(
    "開始年度", lambda known: known.practice.first_year, 60
)
NAMES: FigureColumn[ItemFigures] = FigureColumn(
    "文字数", lambda known: len(known.item.name), 50, shown=Output.LIST | Output.DATA
)


def rows(data: bytes, sheet: str) -> list[list[Any]]:
    table = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[sheet]
    return [list(row) for row in table.iter_rows(values_only=True)]


def listing() -> bytes:
    book, known = Book(), places(FIGURES)
    add_items(book, FIGURES, known)
    add_practices(book, FIGURES, known)
    add_pages(book, FIGURES, None, known)
    return book.bytes()


def heading(table: list[list[Any]], word: str) -> int:
    """The column that a heading in one of the first three rows stands over."""
    (col,) = {row.index(word) for row in table[:3] if word in row}
    return col


def row_of(table: list[list[Any]], number: int) -> list[Any]:
    return next(row for row in table[3:] if row[0] == number)


@pytest.fixture
def own_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    practices, items = declared.practice_columns, declared.item_columns
    monkeypatch.setattr(
        declared,
        "practice_columns",
        lambda plan: (*practices(plan)[:-3], OWN, *practices(plan)[-3:]),
    )
    monkeypatch.setattr(declared, "item_columns", lambda plan: (*items(plan), NAMES))


@pytest.mark.usefixtures("own_columns")
def test_in_the_list() -> None:
    table = rows(listing(), "実践項目別")
    col = heading(table, "開始年度")
    assert col == heading(table, "担当部署") - 1
    assert (row_of(table, 16)[col], row_of(table, 17)[col]) == ("Ｒ３", None)
    column = "INDEX(実践項目別!$M$4:$M$73,MATCH(16,実践項目別!$A$4:$A$73,0))"
    assert places(FIGURES).practices.find("16", "開始年度") == column
    items = rows(listing(), "取組項目別")
    assert row_of(items, 7)[heading(items, "文字数")] == len(CITY.item(7).name)


@pytest.mark.usefixtures("own_columns")
def test_in_the_appendix() -> None:
    table = rows(appendix.workbook(FIGURES, {}), "実践項目別")
    assert row_of(table, 16)[heading(table, "開始年度")] == "Ｒ３"


@pytest.mark.usefixtures("own_columns")
def test_on_the_page_of_its_item() -> None:
    table = rows(listing(), NAME)
    words = [[cell for cell in row if cell is not None] for row in table]
    (head,) = {tuple(row[-4:]) for row in words if "開始年度" in row}
    assert head == ("前プラ\nン継続", "取組\n終了", "開始年度", "担当部署")
    (line,) = [row for row in words if row[:2] == [16, LATER.title]]
    # Behind them, not printed: a link, and its place in 実践項目別.
    assert line[-4:-2] == ["Ｒ３", "（民）窓口サービス課"]


@pytest.mark.usefixtures("own_columns")
def test_in_the_data() -> None:
    data = document(FIGURES, "")
    assert [known["開始年度"] for known in data["practices"][14:17]] == [None, "R3", None]
    assert list(data["practices"][0])[-1] == "開始年度"
    assert data["items"][6]["文字数"] == len(CITY.item(7).name)
    tables = {
        name: list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
        for name, table in as_csv(FIGURES).items()
    }
    assert tables["practices.csv"][15]["開始年度"] == "R3"
    assert tables["items.csv"][6]["文字数"] == str(len(CITY.item(7).name))


@pytest.mark.parametrize("output", [Output.LIST, Output.APPENDIX, Output.PAGE, Output.DATA])
def test_nowhere_else(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    practices = declared.practice_columns
    own = dataclasses.replace(OWN, shown=EVERYWHERE & ~output)
    monkeypatch.setattr(declared, "practice_columns", lambda plan: (*practices(plan), own))
    lists = listing()
    has = {
        Output.LIST: "開始年度" in str(rows(lists, "実践項目別")),
        Output.APPENDIX: "開始年度" in str(rows(appendix.workbook(FIGURES, {}), "実践項目別")),
        Output.PAGE: "開始年度" in str(rows(lists, NAME)),
        Output.DATA: "開始年度" in str(document(FIGURES, "")),
    }
    assert [shown for shown, there in has.items() if not there] == [output]


def test_without_it_nobody_shows_it() -> None:
    assert "開始年度" not in str(rows(listing(), "実践項目別"))
    assert "開始年度" not in str(document(FIGURES, ""))
