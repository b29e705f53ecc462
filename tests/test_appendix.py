"""資料編: cover, list and both sheets of every accepted form, as typed and numbered through."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from datetime import date
from functools import cache

import openpyxl
import pypdf
import pytest
from openpyxl.workbook import Workbook

from tests.office import convert, needs_office
from tests.samples import FORM, PLAN, R2, R3, complete
from tests.test_figures import real_facts
from tests.test_list_pages import another_plan, first_year
from tests.test_list_texts import stored
from workbook_tools.consolidate import appendix
from workbook_tools.consolidate.appendix import LastSheet
from workbook_tools.excel.write import paper
from workbook_tools.figures.compute import compute
from workbook_tools.form import layout
from workbook_tools.form.layout import Kind
from workbook_tools.register.records import Stored
from workbook_tools.text import squeeze

FIGURES = compute(PLAN, real_facts())
OURS = {
    "取組予定_R2_1": "視察",
    "取組結果_R2_1": "(新)２市を見た。",
    "取組予定_R5_1": "②と同じ",
    "工程_当初_R3": "⇒",
    "課題_R4": "Ｒ３と同じ",
    "特記すべき事項": "=1+1",
    "取組終了_年": "4",
    "取組終了_月": "3",
}


@cache
def answers(*numbers: int) -> Mapping[int, Mapping[str, Stored]]:
    """Accepted forms of these practices, of all that were evaluated without any."""
    chosen = numbers or [known.practice.no for known in FIGURES.practices if known.evaluated]
    found = {}
    for no in chosen:
        texts = {name: str(text) for name, text in complete(PLAN.practice(no)).items()}
        own = stored({**texts, **OURS, "進捗度_R2": "3"})
        own["連携度_R3"] = dataclasses.replace(own["連携度_R3"], raw="２", how="全角")
        found[no] = own
    return found


@cache
def book(*numbers: int) -> bytes:
    return appendix.workbook(FIGURES, answers(*numbers))


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def printed(workbook: Workbook, no: int, name: str) -> object:
    """What stands in a field of one practice's sheets."""
    field = FORM[name]
    return workbook[f"{no}{'①②'[field.sheet]}"][field.area.a1].value


def test_cover_then_list_then_both_sheets_in_order() -> None:
    names = ["表紙", "実践項目別", "3①", "3②", "17①", "17②", "取組終了分"]
    assert opened(book(17, 3)).sheetnames == names


def test_the_cover() -> None:
    data = appendix.workbook(FIGURES, {}, date(2022, 5, 20))
    words = [cell.value for cell in opened(data)["表紙"]["A"] if cell.value]
    assert words == [
        "苫小牧市行政創革プラン",
        "令和３年度進捗状況シート",
        "令和４年５月",
        "【資料編】",
    ]


def row_of(data: bytes, no: int) -> list[object]:
    sheet = opened(data)["実践項目別"]
    return next([cell.value for cell in row] for row in sheet if row[0].value == no)


def test_the_list_has_a_dash_for_items_that_ended_before() -> None:
    title = PLAN.practice(44).title
    item = PLAN.item(14).name
    before = FIGURES.practices[43].by_year[R3 - 1].grade
    assert row_of(book(16), 44) == [
        *(44, "№14", item, title, before),
        *("-", "-", "-", "-", "-", "-", "Ｒ２", "（水）水道課"),
    ]
    assert row_of(book(16), 21)[5:12] == [2, 2, 2, 2, 8, "B", "Ｒ３"]


def test_the_list_names_what_is_missing() -> None:
    facts = real_facts()
    missing = compute(PLAN, dataclasses.replace(facts, statuses={**facts.statuses, 16: "未提出"}))
    row = row_of(appendix.workbook(missing, {}), 16)
    assert row[5:11] == [None, None, None, None, None, "未提出"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("項目番号", 16),
        ("取組項目番号", "№7"),
        ("テーマ_ICT", "○"),
        ("確認年度", "令和３年度末"),
        ("工程_当初_R3", "⇒"),
        ("工程_状況_R3", "工程どおり"),
        ("取組予定_R5_1", "②と同じ"),
        ("取組番号_R2_1", "①"),
        ("取組番号_R3_1", "②"),
        ("取組番号_R3_2", None),
        ("進捗度_R2", 3),
        ("連携度_R3", 2),
        ("進捗度_R4", "-"),
        ("合計_R3", 8),
        ("合計_R2", None),
        ("総合評価_R3", "B"),
        ("総合評価_R6", "-"),
        ("取組終了_年", "4"),
        ("課題_R4", "Ｒ３と同じ"),
        ("特記すべき事項", "=1+1"),
    ],
)
def test_as_typed(name: str, value: object) -> None:
    assert printed(opened(book(16)), 16, name) == value


def test_a_paper_and_no_form() -> None:
    workbook = opened(book(16))
    assert not workbook.defined_names
    for name in ("16①", "16②"):
        sheet = workbook[name]
        assert not sheet.protection.sheet
        assert not sheet.data_validations.dataValidation
        assert sheet.max_column == layout.COLUMNS
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        assert {cell.fill.fgColor.rgb for cell in cells} <= {"00000000", "FFF5F5F5"}


def test_same_input_same_bytes() -> None:
    assert appendix.workbook(FIGURES, answers(16)) == book(16)


def test_another_plan_in_its_first_year() -> None:
    plan = another_plan(practices=5)
    texts: dict[int, dict[str, Stored]] = {2: {}, 5: {}}
    data = appendix.workbook(first_year(plan), texts)
    assert opened(data).sheetnames[2:] == ["2①", "2②", "5①", "5②"]


# --- the print


def long_answers(times: int = 30) -> dict[int, Mapping[str, Stored]]:
    """Every text cell of the years so far holds more than usual (180 characters)."""
    texts = {
        field.name: (field.stem[0] + "長い文章。") * times
        for field in FORM.fields
        if field.kind is Kind.TEXT and (field.year is None or field.year <= R3)
    }
    return {16: stored(texts)}


@needs_office
def test_pages_are_numbered_through() -> None:
    books = {
        "few": book(12, 16),
        "all": book(),
        "long": appendix.workbook(FIGURES, long_answers()),
    }
    read = {
        name: pypdf.PdfReader(io.BytesIO(data)).pages
        for name, data in convert(books, "pdf").items()
    }
    lists = len(opened(books["all"])["実践項目別"].row_breaks.brk) + 1
    assert {name: len(pages) for name, pages in read.items()} == {
        "few": 1 + lists + 2 * 2 + 1,
        "all": 1 + lists + 2 * 66 + 1,
        "long": 1 + lists + 2 + 1,
    }
    for pages in read.values():
        _, *texts, divider = (squeeze(page.extract_text()) for page in pages)
        for number, text in enumerate(texts, start=1):
            assert text.startswith(str(number)) or text.endswith(str(number)), number
        assert divider.startswith("【取組終了分】")
    form, second = (squeeze(page.extract_text()) for page in read["few"][-3:-1])
    assert "進捗状況シート①" in form
    assert "進捗状況シート②" in second


def heights(data: bytes, name: str) -> list[float]:
    """Points of the rows of one page."""
    sheet = opened(data)[name]
    return [sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)]


def size(data: bytes, name: str, field: str) -> float:
    """Of the letters in a field, as they come out on paper."""
    sheet = opened(data)[name]
    found: float = sheet[FORM[field].area.a1].font.size * sheet.page_setup.scale / 100
    return found


@pytest.mark.parametrize("name", ["16①", "16②"])
def test_pages_are_filled(name: str) -> None:
    room = paper.FORM_PAGE.points
    for data in (book(16), appendix.workbook(FIGURES, long_answers(7))):
        assert 0.97 * room < sum(heights(data, name)) <= room


def test_letters_are_as_large_as_fits_the_page() -> None:
    field = "取組結果_R3_1"
    some, many = (appendix.workbook(FIGURES, long_answers(times)) for times in (7, 8))
    assert [size(data, "16①", field) for data in (book(16), some, many)] == [9.6, 9, 8]
    most = appendix.workbook(FIGURES, long_answers())
    assert [size(data, "16②", "課題_R3") for data in (book(16), most)] == [10.8, 10.8]


def test_even_the_longest_form_takes_one_page() -> None:
    assert opened(appendix.workbook(FIGURES, long_answers()))["16①"].sheet_properties.pageSetUpPr


# --- what ended before


def ended_in_r2(no: int) -> LastSheet:
    texts = {name: str(text) for name, text in complete(PLAN.practice(no), R2).items()}
    return LastSheet(PLAN.of_year(R2), no, stored(texts))


def test_last_sheets_of_what_ended_before_follow_a_page_of_their_own() -> None:
    last = {no: ended_in_r2(no) for no in (44, 45, 60, 63)}
    data = opened(appendix.workbook(FIGURES, answers(16), last=last))
    assert data.sheetnames[2:6] == ["16①", "16②", "取組終了分", "44①"]
    assert [cell.value for cell in data["取組終了分"]["A"] if cell.value] == ["【取組終了分】"]
    assert printed(data, 44, "確認年度") == "令和２年度末"
    assert data["44①"].page_setup.firstPageNumber == data["16②"].page_setup.firstPageNumber + 2


def test_what_is_not_held_is_said() -> None:
    data = opened(appendix.workbook(FIGURES, answers(16), last={44: ended_in_r2(44)}))
    assert data.sheetnames[4:] == ["取組終了分", "44①", "44②"]
    words = [str(cell.value) for cell in data["取組終了分"]["A"] if cell.value]
    assert "登録されていないため" in words[1]
    assert [word[:3] for word in words[2:]] == ["№45", "№60", "№63"]


def test_nothing_ended_before() -> None:
    plan = another_plan(practices=2)
    names = opened(appendix.workbook(first_year(plan), {1: {}})).sheetnames
    assert "取組終了分" not in names
