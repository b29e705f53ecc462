"""目次, 推移, 自己評価と審議会, 一望 of the 取組状況一覧: what they show, live and on paper."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from functools import cache
from math import hypot
from typing import Any

import openpyxl
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from tests.office import convert, needs_office
from tests.test_figures import CRITERIA, PLAN, R2, R3, published, real_facts
from tests.test_list_figures import OTHER, OTHER_SCORES, figures_of, with_statuses
from workbook_tools.consolidate.consolidate import Contents, workbook
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.book import HEAT, INK
from workbook_tools.figures.compute import Figures, compute
from workbook_tools.plan.model import Criterion

R4, R5, R6 = (FiscalYear.parse(name) for name in ("R4", "R5", "R6"))
OVERVIEWS = ("推移", "自己評価と審議会", "一望")
FIVE_YEARS = {
    **real_facts().scores,
    **{R4: real_facts().scores[R3], R5: real_facts().scores[R2], R6: real_facts().scores[R3]},
}
MANY = dataclasses.replace(
    PLAN,
    practices=tuple(
        dataclasses.replace(PLAN.practices[no % 70], no=no, item_no=no % 21 + 1)
        for no in range(1, 251)
    ),
)


@cache
def states() -> dict[str, Figures]:
    return {
        "real": figures_of(),
        "missing": figures_of(statuses=with_statuses(no16="未提出", no17="要修正")),
        "no R2": figures_of(scores={R3: real_facts().scores[R3]}),
        "R6": compute(
            PLAN.of_year(R6),
            real_facts(
                scores=FIVE_YEARS, finished={}, statuses=dict.fromkeys(range(1, 71), "受理")
            ),
        ),
        "another plan": figures_of(OTHER, scores=OTHER_SCORES, finished={}, council={}),
        "few votes": figures_of(council={3: 32, 5: 36, 8: 36}),
        "250 practices": figures_of(
            MANY,
            statuses=dict.fromkeys(range(1, 251), "受理"),
            scores={R3: {no: dict.fromkeys(CRITERIA, no % 4) for no in range(1, 251)}},
        ),
    }


@cache
def books() -> dict[str, bytes]:
    return {
        name: workbook(Contents(figures, {}, None, (), stale=False))
        for name, figures in states().items()
    }


def cells(data: bytes, sheet: str) -> list[list[Any]]:
    read = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return read.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def by_number(state: str, sheet: str, key: int = 1) -> dict[tuple[Any, ...], list[Any]]:
    return {tuple(row[:key]): row for row in cells(books()[state], sheet)[3:] if row[key - 1] != ""}


@pytest.fixture(scope="module")
def printed() -> dict[str, pypdf.PdfReader]:
    made = {name: books()[name] for name in ("real", "R6", "250 practices")}
    return {name: pypdf.PdfReader(io.BytesIO(data)) for name, data in convert(made, "pdf").items()}


def pages(printed: pypdf.PdfReader, sheet: str) -> list[pypdf.PageObject]:
    """The pages of one sheet, whose name stands in the title."""
    return [page for page in printed.pages if f"【{sheet}】" in page.extract_text()]


# --- figures


@pytest.mark.parametrize("fact", published()["items"], ids=lambda item: f"№{item['no']}")
def test_every_year_as_published(fact: dict[str, Any]) -> None:
    row = by_number("real", "推移", 2)["取組項目", fact["no"]]
    averages = fact.get("averages_on_page", fact["averages"])
    assert row[2] == fact["name"]
    assert row[4] == fact.get("total_on_page", fact["total"])
    assert row[5:7] == [fact["grade_R2"], fact["grade_R3"]]
    assert row[8:15:2] == [*averages.values()]


def small_table(state: str, years: int) -> dict[str, list[Any]]:
    """What stands below 推移, by its words."""
    rows = cells(books()[state], "推移")
    return {row[2]: row[3 : 3 + years] for row in rows if row[2] and not row[0]}


def test_grades_by_year_with_their_shares() -> None:
    found = small_table("real", 2)
    assert found["評価した実践項目"] == [70, 66]
    assert found["総合評価　C"] == [7, 3]
    assert found["A・Bの割合（％）"] == [90.0, 95.5]
    assert found["進捗度"] == [2.1, 2.1]


def test_a_year_without_figures_says_so() -> None:
    row = by_number("no R2", "推移", 2)["テーマ", "Ⅰ"]
    assert row[3:7] == ["－", 9.2, "－", "B"]
    assert small_table("no R2", 2)["評価した実践項目"] == ["－", 66]
    notes = [row[0] for row in cells(books()["no R2"], "推移") if str(row[0]).startswith("※")]
    assert notes[1] == "※ Ｒ２の数値は登録されていないため、－としています。"
    assert not any("登録されて" in str(row[0]) for row in cells(books()["real"], "推移"))


def trends_since(past: Any) -> bytes:
    figures = compute(PLAN, real_facts(plans={R2: past.of_year(R2)}))
    return workbook(Contents(figures, {}, None, (), stale=False))


def test_what_an_earlier_plan_had_besides_is_shown() -> None:
    past = dataclasses.replace(
        PLAN,
        items=(*PLAN.items, dataclasses.replace(PLAN.items[0], no=22, name="昔の取組")),
        practices=tuple(
            dataclasses.replace(known, item_no=22) if known.no == 70 else known
            for known in PLAN.practices
        ),
    )
    rows = {row[2]: row for row in cells(trends_since(past), "推移") if row[0] == "取組項目"}
    was = real_facts().scores[R2][70]
    assert rows["昔の取組"][:5] == ["取組項目", 22, "昔の取組", sum(was.values()), "－"]
    assert len(rows) == 22


def test_scales_that_cannot_be_compared_are_told() -> None:
    wider = dataclasses.replace(PLAN, criteria=(Criterion("進捗度", 0, 5), *PLAN.criteria[1:]))
    told = [str(row[0]) for row in cells(trends_since(wider), "推移")]
    assert any(text.startswith("※ Ｒ２は評価項目と評点の範囲（進捗度0～5、") for text in told)
    assert not any("比べられ" in str(row[0]) for row in cells(trends_since(PLAN), "推移"))


def test_ranks_of_both_sides_and_the_largest_differences() -> None:
    rows = by_number("real", "自己評価と審議会")
    assert rows[3,][2:10] == [10.0, "B", 2, 3.2, 17, -15, "自己評価で上位", "○"]
    assert rows[1,][2:10] == [9.9, "A", 4, 4.3, 1, 3, "審議会で上位", ""]
    assert rows[13,][7:10] == [0, "", ""]
    assert {no for (no,), row in rows.items() if row[9] == "○"} == {2, 3, 8, 10}  # 5 twice


def test_what_the_council_did_not_score_has_no_rank() -> None:
    rows = by_number("few votes", "自己評価と審議会")
    assert rows[1,][4:10] == [4, "", "", "", "", ""]
    assert [rows[no,][6] for no in (3, 5, 8)] == [3, 1, 1]


@pytest.mark.parametrize(
    ("state", "there"), [("real", True), ("R6", True), ("another plan", False)]
)
def test_only_where_the_council_scored(state: str, there: bool) -> None:
    names = openpyxl.load_workbook(io.BytesIO(books()[state]), read_only=True).sheetnames
    assert ("自己評価と審議会" in names) is there


def heat(state: str) -> dict[tuple[str, Any], list[Any]]:
    """The rows of 一望 by kind and number: name, figures, grade."""
    rows = cells(books()[state], "一望")
    starts = [col for col, words in enumerate(rows[2]) if words == "№"]
    return {
        (rows[2][col + 1], row[col]): row[col + 1 : col + 3 + len(CRITERIA)]
        for row in rows[3:]
        for col in starts
        if row[col] != ""
    }


def test_every_item_and_practice_at_a_glance() -> None:
    found = heat("real")
    assert len(found) == 21 + 70
    name, *figures = found["取組項目", 3]
    assert (name[:10], figures) == ("市立病院の経営健全化", [1.0, 3.0, 3.0, 3.0, "B"])
    assert found["実践項目", 10][1:] == [1, 2, 1, 1, "C"]
    assert heat("missing")["実践項目", 16][1:] == ["", "", "", "", "－"]
    assert len(heat("250 practices")) == 21 + 250


def contrast(one: str, other: str) -> float:
    """Of two colours, by WCAG 2."""

    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_figures_can_be_read_on_every_shade() -> None:
    assert all(contrast(INK, shade) >= 4.5 for shade in HEAT)
    steps = [contrast("#FFFFFF", shade) for shade in HEAT]
    assert steps == sorted(steps, reverse=True)  # apart without colour, too
    assert min(before / after for before, after in zip(steps, [*steps[1:], 1.0], strict=True)) > 1.2


def test_the_lower_the_darker() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(books()["real"]))["一望"]
    rules = {
        rule.formula[0]: rule.dxf.fill.bgColor.rgb[-6:]
        for area in sheet.conditional_formatting
        for rule in area.rules
        if "C4" in str(area.sqref)
    }
    assert rules == {
        "AND(ISNUMBER(C4),C4<=0.75)": HEAT[0][1:],
        "AND(ISNUMBER(C4),C4>0.75,C4<=1.5)": HEAT[1][1:],
        "AND(ISNUMBER(C4),C4>1.5,C4<=2.25)": HEAT[2][1:],
    }


# --- live


def formulas(data: bytes) -> dict[tuple[str, str], Any]:
    """Every formula cell of the new sheets, and of 総括 with the points of the chart."""
    shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    written = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (name, cell.coordinate): shown[name][cell.coordinate].value or ""
        for name in ("総括", *OVERVIEWS)
        if name in written.sheetnames
        for row in written[name].iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


@pytest.fixture(scope="module")
def recalculated() -> dict[str, bytes]:
    seeded = edited(books()["real"], "自己評価と審議会", "E6", 3)
    return convert({**books(), "seeded": seeded}, "xlsx")


def edited(data: bytes, sheet: str, cell: str, value: float) -> bytes:
    """The book with another stored value of one formula."""
    names = openpyxl.load_workbook(io.BytesIO(data), read_only=True).sheetnames
    part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename == part:
                pattern = rf'(<c r="{cell}"[^>]*><f>[^<]*</f><v>)[^<]*'
                changed, count = re.subn(pattern, rf"\g<1>{value}", text.decode())
                assert count == 1
                text = changed.encode()
            new.writestr(entry, text)
    return out.getvalue()


@needs_office
@pytest.mark.parametrize("state", states())
def test_libreoffice_calculates_the_stored_values(
    state: str, recalculated: dict[str, bytes]
) -> None:
    old, new = formulas(books()[state]), formulas(recalculated[state])
    assert old.keys() == new.keys()
    assert {place: (old[place], new[place]) for place in old if old[place] != new[place]} == {}


@needs_office
def test_a_wrong_stored_value_is_found(recalculated: dict[str, bytes]) -> None:
    assert formulas(recalculated["seeded"])["自己評価と審議会", "E6"] == 2


@needs_office
def test_an_edited_score_reaches_every_overview() -> None:
    book = openpyxl.load_workbook(io.BytesIO(books()["real"]))
    for col in "FGHI":
        book["実践項目別"][f"{col}13"] = 3  # №10, the only practice of its item with 1 2 1 1
    out = io.BytesIO()
    book.save(out)
    found = convert({"edited": out.getvalue()}, "xlsx")["edited"]
    item = PLAN.practice(10).item_no
    assert {row[1]: row for row in cells(found, "推移") if row[0] == "取組項目"}[item][4] > (
        by_number("real", "推移", 2)["取組項目", item][4]
    )
    table = [row for row in cells(found, "一望")[3:] if row[8] == 10]
    assert table[0][10:15] == [3, 3, 3, 3, "A"]
    totals = {row[0]: row for row in cells(found, "自己評価と審議会")[3:]}
    assert totals[item][4] < by_number("real", "自己評価と審議会")[item,][4]


# --- contents, links, colours, what is said of charts


def test_contents_lead_to_every_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(books()["real"]))
    links = {cell.value: cell.hyperlink.location for cell in book["目次"]["A"] if cell.hyperlink}
    assert [*links] == book.sheetnames[1:]
    assert [*links.values()] == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    assert all(row[2].value for row in book["目次"].iter_rows(min_row=4))
    assert all(sheet.sheet_properties.tabColor for sheet in book)
    assert book.active.title == "総括"  # which is what is read first


def test_the_file_says_what_it_is_and_whose() -> None:
    known = openpyxl.load_workbook(io.BytesIO(books()["real"])).properties
    assert (known.title, known.creator) == (
        "行政創革プラン取組状況一覧 R3",
        f"{PLAN.city}　{PLAN.secretariat}",
    )


def test_every_chart_says_what_it_shows() -> None:
    with zipfile.ZipFile(io.BytesIO(books()["real"])) as parts:
        drawings = "".join(
            parts.read(name).decode() for name in parts.namelist() if "drawings/drawing" in name
        )
    told = re.findall(r"<xdr:cNvPr[^>]*?(?: descr=\"([^\"]*)\")?/?>", drawings)
    assert len(told) >= 6
    assert all(told)


# --- paper


@needs_office
def test_one_page_shows_them_all_and_many_take_more(printed: dict[str, pypdf.PdfReader]) -> None:
    assert len(pages(printed["real"], "一望")) == 1
    found = [*pages(printed["250 practices"], "一望")]
    assert len(found) == 4
    assert all("総" in page.extract_text() for page in found)  # headings on each


def smallest(page: pypdf.PageObject) -> float:
    """The smallest print on a page, in points."""
    sizes = []

    def see(text: str, _: Any, matrix: list[float], __: Any, size: float) -> None:
        if text.strip():
            sizes.append(size * hypot(matrix[0], matrix[1]))  # upright or turned

    page.extract_text(visitor_text=see)
    return min(sizes)


@needs_office
@pytest.mark.parametrize("state", ["real", "R6", "250 practices"])
@pytest.mark.parametrize("sheet", OVERVIEWS)
def test_no_print_is_too_small_and_no_figure_cut(
    state: str, sheet: str, printed: dict[str, pypdf.PdfReader]
) -> None:
    found = pages(printed[state], sheet)
    assert found
    assert "##" not in "".join(page.extract_text() for page in found)
    assert min(smallest(page) for page in found) >= 7.99
