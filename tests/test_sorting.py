"""No order of rows changes a figure: tables sorted as Excel sorts them, calculated anew.

Excel moves the cells of the filter range, hidden columns too, and carries relative references
along; cells outside stay where they are.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from tests.office import convert, needs_office
from tests.test_figures import PLAN, real_facts
from tests.test_list_texts import TEXTS, stored
from workbook_tools.consolidate.consolidate import Contents, workbook
from workbook_tools.figures.compute import Figures, compute

Rows = dict[tuple[Any, ...], list[Any]]
TABLES = {  # columns of the key
    **{"取組項目別": 1, "実践項目別": 1, "テーマ別": 1, "自己評価と審議会": 1, "部署別": 1},
    **{"前年度比較": 2, "推移": 2},
}
TEXTS_BY_NO = ("工程表", "取組内容", "課題")
# So many columns; those of 総括 that nobody sees make its names and the points of a chart.
AS_THEY_STAND = {"総括": 60, "評価ページ": 18, "一望": 23}


@cache
def areas() -> dict[str, tuple[int, int]]:
    """Row of the headings, from 0, and last column of every filter range."""
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(book())):
        if sheet.auto_filter.ref:
            _, top, right, _ = range_boundaries(sheet.auto_filter.ref)
            found[sheet.title] = (top - 1, right)
    return found


@cache
def figures() -> Figures:
    statuses = {**real_facts().statuses, 16: "未提出", 3: "要修正"}
    return compute(PLAN, real_facts(statuses=statuses))


@cache
def book() -> bytes:
    answers = {no: stored(TEXTS) for no in (17, 12, 40)}
    return workbook(Contents(figures(), answers, None, ("作成日：令和4年6月1日",), False))


@cache
def values() -> dict[str, list[list[Any]]]:
    """What stands in the cells as they are made, by sheet."""
    return cells(book())


def cells(data: bytes) -> dict[str, list[list[Any]]]:
    read = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {
        name: read.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in read.sheet_names
    }


def sort(sheet: Worksheet, made: dict[int, int], number: int, *, last_first: bool) -> None:
    """Sort the rows of a sheet's filter range by its column of that number, from 0.

    ``made`` tells which row stood there when the sheet was made, and so its values; kept up here.
    """
    left, top, right, bottom = range_boundaries(sheet.auto_filter.ref)
    rows = range(top + 1, bottom + 1)
    column = left + number % (right - left + 1)
    before = {row: [sheet.cell(row, col).value for col in range(left, right + 1)] for row in rows}
    stood = {row: made.get(row, row) for row in rows}

    def order(row: int) -> tuple[int, Any]:
        value = values()[sheet.title][stood[row] - 1][column - 1]
        return (2, 0) if value == "" else (1, value) if isinstance(value, str) else (0, value)

    for row, origin in zip(rows, sorted(rows, key=order, reverse=last_first), strict=True):
        made[row] = stood[origin]
        for col, value in enumerate(before[origin], start=left):
            if isinstance(value, str) and value.startswith("="):
                here, there = (sheet.cell(at, col).coordinate for at in (origin, row))
                value = Translator(value, here).translate_formula(there)
            sheet.cell(row, col).value = value


def saved(changed: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    changed.save(out)
    return out.getvalue()


def by_number(sheet: str, rows: list[list[Any]], key: int) -> Rows:
    """The rows of a table by their number, in no order."""
    top, right = areas()[sheet]
    # Where a row stands is the one thing that may change.
    kept = [col for col in range(right) if "位置" not in (rows[top][col], rows[top - 1][col])]
    below = (row for row in rows[top + 1 :] if row[key - 1] != "")
    return {tuple(row[:key]): [plain(row[col]) for col in kept] for row in below}


def plain(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float | int) else value or None


def everything(data: bytes) -> dict[str, Any]:
    read = cells(data)
    tables = {name: by_number(name, read[name], key) for name, key in TABLES.items()}
    printed = {
        name: [[plain(value) for value in row[:cols]] for row in read[name]]
        for name, cols in AS_THEY_STAND.items()
    }
    # What stands below the table there, about all practices.
    below = [[plain(value) for value in row] for row in read["推移"] if row[1] == ""]
    return {**tables, **printed, "推移、表の下": below}


ROUNDS = range(8)  # in each every table is sorted by three columns, one after the other


@pytest.fixture(scope="module")
def recalculated() -> dict[str, bytes]:
    changed = openpyxl.load_workbook(io.BytesIO(book()))
    made = {"as made": saved(changed)}
    stood: dict[str, dict[int, int]] = {name: {} for name in (*TABLES, *TEXTS_BY_NO)}
    for number in ROUNDS:
        for column in (number, number + 8, number + 16):
            for name, rows in stood.items():
                sort(changed[name], rows, column, last_first=number % 2 == 1)
        made[f"{number}"] = saved(changed)
    return convert(made, "xlsx")


@needs_office
@pytest.mark.parametrize("number", ROUNDS)
def test_sorting_changes_no_figure(number: int, recalculated: dict[str, bytes]) -> None:
    expected, found = everything(recalculated["as made"]), everything(recalculated[f"{number}"])
    for sheet, rows in expected.items():
        assert found[sheet] == rows, sheet


@needs_office
def test_stored_values_are_those_of_the_tables_as_made(recalculated: dict[str, bytes]) -> None:
    assert everything(book()) == everything(recalculated["as made"])


@needs_office
def test_the_order_did_change(recalculated: dict[str, bytes]) -> None:
    numbers = {
        name: [row[0] for row in cells(data)["実践項目別"]] for name, data in recalculated.items()
    }
    assert len({tuple(rows) for rows in numbers.values()}) > 6
    assert len({tuple(sorted(map(str, rows))) for rows in numbers.values()}) == 1


@pytest.mark.parametrize("name", [*TABLES, *TEXTS_BY_NO])
def test_nothing_a_formula_needs_lies_outside_the_filter(name: str) -> None:
    top, right = areas()[name]
    assert max(len(row) for row in values()[name][top:]) == right
