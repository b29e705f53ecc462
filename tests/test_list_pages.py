"""評価ページ: what a block says, which figures are live, and that no page tears one."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import openpyxl
import pypdf
import pytest

from tests.office import convert, needs_office
from tests.test_figures import CRITERIA, PLAN, R3, real_facts
from workbook_tools.consolidate.consolidate import places
from workbook_tools.consolidate.pages import NAME, add_pages
from workbook_tools.consolidate.places import Places
from workbook_tools.council.opinions import Opinions
from workbook_tools.era import FiscalYear, years_between
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.paper import PrintedRow, breaks
from workbook_tools.figures.compute import Facts, Figures, compute
from workbook_tools.plan.model import Criterion, GradeRule, Plan, Practice, Theme
from workbook_tools.text import squeeze

THEMES = tuple(theme.short for theme in PLAN.themes)
OPINION = "市民の声を確かめながら進めたことは評価できる。" * 3
TOLD = Opinions(
    {1: [f"・{OPINION}", "=1+1", "  "], 7: [OPINION]}, {(44,): ["役目を終えたことを確かめられた。"]}
)


@cache
def real() -> Figures:
    return compute(PLAN, real_facts())


@cache
def quiet() -> Figures:
    """The same round in a year in which the council gives no scores."""
    plan = dataclasses.replace(PLAN, effectiveness_years=())
    return compute(plan, real_facts(council={}))


def pages(figures: Figures, opinions: Opinions | None = None, known: Places | None = None) -> bytes:
    book = Book()
    add_pages(book, figures, opinions, known)
    return book.bytes()


def rows(data: bytes) -> list[list[Any]]:
    """The rows of the sheet without their empty cells."""
    sheet = openpyxl.load_workbook(io.BytesIO(data))[NAME]
    return [[cell.value for cell in row if cell.value is not None] for row in sheet]


def block(figures: Figures, item: int, opinions: Opinions | None = None) -> list[list[Any]]:
    """The rows of one item's block that hold anything."""
    found = rows(pages(figures, opinions))
    starts = [found.index([known.item.no, known.item.name]) for known in figures.items]
    after = [*starts[1:], len(found)]
    return [row for row in found[starts[item - 1] : after[item - 1]] if row]


def test_a_block_as_the_council_knows_it() -> None:
    assert block(real(), 7, TOLD) == [
        [7, "窓口の利便性向上に向けた取組"],
        ["テーマ", "平均値", "合計", "総合\n評価", "（参考）総合評価"],
        [*THEMES, *CRITERIA, "Ｒ２", "Ｒ３", "Ｒ４", "Ｒ５", "Ｒ６"],
        ["○", "○", 1.7, 2.3, 2.0, 2.3, 8.3, "B", "B", "今回", "－", "－", "－"],
        ["№", "実践項目名", "自己評価（担当部署）", "合計", "総合\n評価",
         "前プラ\nン継続", "取組\n終了", "担当部署"],
        [*CRITERIA],
        [16, "住民異動等におけるタブレット端末の活用", 1, 2, 2, 3, 8, "B", "（民）窓口サービス課"],
        [17, "窓口の混雑状況に関する市民周知", 2, 2, 2, 2, 8, "B", "（民）窓口サービス課"],
        [18, "ふくし総合相談窓口機能の充実", 2, 3, 2, 2, 9, "B", "（福）総合福祉課"],
        ["審議会の評価", "評価の平均", 3.2, "/5"],
        ["意見等"],
        ["・", OPINION],
    ]  # fmt: skip


def test_opinions_in_order_as_text_and_empty_ones_left_out() -> None:
    assert block(real(), 1, TOLD)[-3:] == [["意見等"], ["・", OPINION], ["・", "=1+1"]]


def test_an_opinion_on_every_practice_that_ended() -> None:
    assert block(real(), 14, TOLD)[-3:] == [
        ["【Ｒ２年度取組終了】№44 水道管の改良工事における現況測量業務の民間委託"],
        ["・", "役目を終えたことを確かめられた。"],
        ["【Ｒ２年度取組終了】№45 " + real().practices[44].practice.title],
    ]
    assert block(real(), 8)[-1] == ["【Ｒ３年度取組終了】№21 水道料金のキャッシュレス化"]


def ruled(figures: Figures, item: int, opinions: Opinions | None = None) -> int:
    """How many lines to write on follow 意見等 (blank cells with a border over the whole width)."""
    book = openpyxl.load_workbook(io.BytesIO(pages(figures, opinions)))
    sheet = book[NAME]
    column = [cell.value for cell in sheet["A"]]
    start = column.index("意見等", column.index(item))
    count = 0
    while column[start + 1 + count] is None and sheet.cell(start + 2 + count, 1).border.left.style:
        count += 1
    return count


@pytest.mark.parametrize("figures", [real(), quiet()], ids=["with scores", "opinions only"])
def test_five_lines_to_write_on(figures: Figures) -> None:
    assert ruled(figures, 1) == 5
    assert ruled(figures, 1, TOLD) == 0


def test_scores_are_asked_for_in_effectiveness_years_only() -> None:
    blank = compute(PLAN, real_facts(council={}))
    assert ["審議会の評価", "評価の平均", "/5"] in block(blank, 7)
    found = rows(pages(quiet(), TOLD))
    assert not any("審議会の評価" in row or str(row[:1]).startswith("['【") for row in found)
    assert ["意見等"] in found


def test_missing_figures_are_named() -> None:
    facts = real_facts()
    statuses: Mapping[int, str] = {**facts.statuses, 7: "未提出"}
    found = block(compute(PLAN, dataclasses.replace(facts, statuses=statuses)), 3)
    assert found[3] == ["○", "B", "今回", "－", "－", "－"]
    assert found[6][2] == "未提出"


def test_live_figures_with_their_stored_values() -> None:
    data = pages(real(), TOLD, places(real()))
    (row,) = [row for row in rows(data) if "（福）総合福祉課" in row]
    column = "INDEX(実践項目別!${0}$4:${0}$73,{1})"
    where = row[-1]
    assert where == "=MATCH(18,実践項目別!$A$4:$A$73,0)"
    cells = [re.search(r",(Y?[A-Z]+\d+)\)", str(cell)) for cell in row[2:8]]
    (cell,) = {found[1] for found in cells if found}
    assert row[2:8] == [
        f'=IF({figure}="","",{figure})'
        for figure in (column.format(letter, cell) for letter in "FGHIJK")
    ]
    assert row[0] == 18
    assert str(row[-2]).startswith('=HYPERLINK("#実践項目別!A"&')
    stored = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[NAME]
    values = [[cell.value for cell in line if cell.value is not None] for line in stored]
    title, lead = "ふくし総合相談窓口機能の充実", "（福）総合福祉課"
    assert [18, title, 2, 3, 2, 2, 9, "B", lead, "実践項目別へ", 18] in values


def test_an_average_over_some_practices_says_so() -> None:
    """評価 2/3 stands over the averages of the block, as in 取組項目別."""
    statuses = {**real_facts().statuses, 16: "未提出"}
    some = compute(PLAN, real_facts(statuses=statuses))
    heads = [row[1] for row in block(some, 7) if row[0] == "テーマ"]
    assert heads == ["平均値（評価 2/3）"]
    assert [row[1] for row in block(real(), 7) if row[0] == "テーマ"] == ["平均値"]


# --- other plans


def another_plan(practices: int = 200) -> Plan:
    """Six years, three themes, five criteria, long titles, everything under one item of two."""
    names = ("暮らし", "産業", "環境")
    departments = ("（民）窓口サービス課",)
    return dataclasses.replace(
        PLAN,
        years=years_between(FiscalYear.parse("R3"), FiscalYear.parse("R8")),
        themes=tuple(Theme(name[0], name, name) for name in names),
        items=tuple(
            dataclasses.replace(item, name="長い名" * 66, themes=("産業",))
            for item in PLAN.items[:2]
        ),
        practices=tuple(
            Practice(no, 1, "＝題" * 100, departments) for no in range(1, practices + 1)
        ),
        criteria=tuple(Criterion(f"観点{n}", 0, 3) for n in range(1, 6)),
        grades=(GradeRule("A", 10, {"観点2": 2}), GradeRule("B", 0)),
        effectiveness_years=(R3,),
    )


def first_year(plan: Plan) -> Figures:
    scores = dict.fromkeys((criterion.name for criterion in plan.criteria), 2)
    numbers = [practice.no for practice in plan.practices]
    return compute(
        plan,
        Facts(dict.fromkeys(numbers, "受理"), {R3: dict.fromkeys(numbers, scores)}, {}, {}),
    )


def test_another_plan_in_its_first_year() -> None:
    found = rows(pages(first_year(another_plan())))
    assert found[4] == ["○", *[2.0] * 5, 10.0, "A", "今回", *["－"] * 5]
    assert sum(1 for row in found if "＝題" * 100 in row) == 200


@pytest.mark.parametrize(
    ("blocks", "begins"),
    [
        ([[40], [50], [30]], [2]),  # two to a page, the third on the next
        ([[60], [50]], [1]),
        ([[90], [40, 50, 30]], [1, 3]),  # taller than a page: torn between its rows only
        ([[100], [100]], [1]),
        ([], []),
    ],
)
def test_page_breaks(blocks: list[list[float]], begins: list[int]) -> None:
    given = [
        [PrintedRow(points, may_begin=at > 0) for at, points in enumerate(heights)]
        for heights in blocks
    ]
    assert breaks(given, room=100) == begins


def test_a_tall_block_is_torn_only_where_it_may_be() -> None:
    tall = [
        PrintedRow(50),
        PrintedRow(40, may_begin=True),
        PrintedRow(20),
        PrintedRow(60, may_begin=True),
    ]
    assert breaks([tall], room=100) == [1, 3]


def test_a_fixed_scale_goes_with_the_page_breaks() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(pages(real())))[NAME]
    assert (
        not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    )
    assert sheet.page_setup.scale in (None, 100)  # 100 is what is not said
    assert len(sheet.row_breaks.brk) >= 10


# --- the print


def torn(figures: Figures, printed: bytes) -> list[int]:
    """Items whose name and 意見等 stand on different pages."""
    texts = [squeeze(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(printed)).pages]
    found = []
    for known in figures.items:
        name = squeeze(f"{known.item.no}{known.item.name}テーマ")
        (page,) = [text for text in texts if name in text]
        if "意見等" not in page[page.index(name) :]:
            found.append(known.item.no)
    return found


def seeded(data: bytes) -> bytes:
    """A page break moved into the third block."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[NAME]
    first = sheet.row_breaks.brk[0]
    first.id += 7
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@needs_office
def test_no_block_is_torn_in_print() -> None:
    long = Opinions({item.no: [OPINION * 2] * (item.no % 6) for item in PLAN.items})
    books = {
        "real": pages(real(), long),
        "quiet": pages(quiet()),
        "seeded": seeded(pages(quiet())),
    }
    printed = convert(books, "pdf")
    assert torn(real(), printed["real"]) == []
    assert torn(real(), printed["quiet"]) == []
    assert torn(real(), printed["seeded"]) != []
    for name in ("real", "quiet"):
        sheet = openpyxl.load_workbook(io.BytesIO(books[name]))[NAME]
        count = len(pypdf.PdfReader(io.BytesIO(printed[name])).pages)
        assert count == len(sheet.row_breaks.brk) + 1
