"""The sheets of figures of the 取組状況一覧: published values, live formulas, charts, any plan."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from functools import cache
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pypdf
import pytest

from tests.office import convert, needs_office
from tests.test_figures import CRITERIA, PLAN, R2, R3, practices, published, real_facts
from workbook_tools.consolidate.comparison import add_comparison
from workbook_tools.consolidate.consolidate import places
from workbook_tools.consolidate.figure_lists import add_items, add_practices
from workbook_tools.consolidate.summary import add_summary
from workbook_tools.consolidate.themes import add_themes
from workbook_tools.consolidate.workings import Workings
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Facts, Figures, compute
from workbook_tools.plan.model import Criterion, GradeRule, Plan

SHEETS = ("総括", "取組項目別", "実践項目別", "テーマ別", "前年度比較")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def workbook(figures: Figures) -> bytes:
    book, known = Book(), places(figures)
    workings = Workings(figures, known)
    add_summary(book, figures, workings, ["=注記も文字のまま。"])
    add_items(book, figures, known)
    add_practices(book, figures, known, {16: known.items.address("7")})
    add_themes(book, figures, known, workings)
    add_comparison(book, figures, known)
    return book.bytes()


def figures_of(plan: Plan = PLAN, **changes: Any) -> Figures:
    return compute(plan, real_facts(**changes))


def with_statuses(**statuses: str) -> dict[int, str]:
    """``no16="未提出"``: the real round with other statuses."""
    changed = {int(name[2:]): status for name, status in statuses.items()}
    return {**real_facts().statuses, **changed}


# --- states of a round, and plans of other cities

LONG = "＝長い題名" * 40
OTHER = dataclasses.replace(
    PLAN,
    name=LONG,
    council="",
    criteria=tuple(Criterion(name, 0, 5) for name in ("協働", "費用", "速さ")),
    grades=(GradeRule('"秀*', 11, {"費用": 4}), GradeRule("優?", 6), GradeRule("=可", 0)),
    items=tuple(
        dataclasses.replace(item, name=f"={LONG}", themes=item.themes[:1]) for item in PLAN.items
    ),
    practices=tuple(
        dataclasses.replace(
            practice, title=f"{LONG}{practice.no}", departments=practice.departments * 6
        )
        for practice in PLAN.practices
    ),
    themes=PLAN.themes[:3],
    effectiveness_years=(),
)
OTHER_SCORES = {
    R3: {
        practice.no: {"協働": practice.no % 6, "費用": practice.no % 5, "速さ": practice.no % 4}
        for practice in PLAN.practices
    }
}
MANY = dataclasses.replace(
    PLAN,
    practices=tuple(
        dataclasses.replace(PLAN.practices[no % 70], no=no, item_no=no % 21 + 1)
        for no in range(1, 201)
    ),
)
FIRST = PLAN.of_year(PLAN.years[0])
FIRST_FACTS = Facts(
    dict.fromkeys(range(1, 71), "受理"), {FIRST.evaluated: real_facts().scores[R2]}, {}, {}
)


@cache
def states() -> dict[str, Figures]:
    missing = with_statuses(no16="未提出", no17="要修正", no18="旧版")
    empty = with_statuses(no1="未提出", no2="未提出", no3="未提出", no7="要修正")
    return {
        "real": figures_of(),
        "missing": figures_of(statuses=missing),
        "empty item": figures_of(statuses=empty, council={}),
        "nothing": figures_of(statuses={}, scores={}, finished={}, council={}),
        "first year": compute(FIRST, FIRST_FACTS),
        "another plan": figures_of(OTHER, scores=OTHER_SCORES, finished={}, council={}),
        "200 practices": figures_of(
            MANY,
            statuses=dict.fromkeys(range(1, 201), "受理"),
            scores={R3: {no: dict.fromkeys(CRITERIA, no % 4) for no in range(1, 201)}},
        ),
        "R5": figures_of(PLAN.of_year(FiscalYear.parse("R5")), statuses={}, council={}),
    }


@cache
def books() -> dict[str, bytes]:
    """All states, one with a wrong stored value, and one into which the council typed."""
    made = {name: workbook(figures) for name, figures in states().items()}
    seeded = edited(made["real"], 2, r'(<c r="K4"[^>]*><f>[^<]*</f><v>)[^<]*', r"\g<1>2.4")
    typed = edited(made["missing"], 3, r'<c r="F19"( s="\d+")/>', r'<c r="F19"\1><v>3</v></c>')
    for cell in ("G19", "H19", "I19"):
        empty = rf'<c r="{cell}"( s="\d+")/>'
        typed = edited(typed, 3, empty, rf'<c r="{cell}"\1><v>3</v></c>')
    return {**made, "seeded": seeded, "typed": typed}


def edited(book: bytes, sheet: int, pattern: str, new: str) -> bytes:
    """The workbook with one place of a sheet's XML replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as changed:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == f"xl/worksheets/sheet{sheet}.xml":
                text, count = re.subn(pattern, new, data.decode())
                assert count == 1
                data = text.encode()
            changed.writestr(entry, data)
    return out.getvalue()


def table(book: bytes, sheet: str) -> list[list[Any]]:
    """The rows below the headings as their stored values, visible columns or not."""
    found = openpyxl.load_workbook(io.BytesIO(book), data_only=True)[sheet]
    return [list(row) for row in found.iter_rows(min_row=4, values_only=True)]


# --- golden


@pytest.mark.parametrize("printed", published()["items"], ids=lambda item: f"№{item['no']}")
def test_items_as_published(printed: dict[str, Any]) -> None:
    row = table(books()["real"], "取組項目別")[printed["no"] - 1]
    averages = printed.get("averages_on_page", printed["averages"])
    total = printed.get("total_on_page", printed["total"])
    assert row[:2] == [printed["no"], printed["name"]]
    assert row[9:17] == [
        printed["practice_count"],
        *averages.values(),
        total,
        printed["grade_R3"],
        printed["council_average"],
    ]


@pytest.mark.parametrize("printed", published()["themes"], ids=lambda theme: theme["no"])
def test_themes_as_published(printed: dict[str, Any]) -> None:
    (row,) = [row for row in table(books()["real"], "テーマ別") if row[0] == printed["no"]]
    assert row[2:11] == [
        printed["item_count"],
        printed["practice_count"],
        *printed["averages"].values(),
        printed["total"],
        printed["grade"],
        printed["council_average"],
    ]


def test_practices_as_published() -> None:
    rows = table(books()["real"], "実践項目別")
    for row, fact in zip(rows, practices(), strict=True):
        scores = fact["scores"]["R3"] or fact["printed_in_list_R3"]
        grade = fact["grade"]["R3"] or fact["grade"]["R2"]
        ended = {"R2": "Ｒ２", "R3": "Ｒ３", None: None}[fact["finished"]]
        assert row[:2] == [fact["no"], f"№{fact['item_no']}"]
        assert row[4:12] == [fact["grade"]["R2"], *scores, sum(scores), grade, ended]


def test_headline_as_published() -> None:
    rows = {row[0]: row[1:5] for row in table(books()["real"], "総括")}
    assert rows["評価した実践項目"][:3] == [66, 70, -4]
    assert rows["取組終了（累計）"][:3] == [9, 4, 5]
    assert rows["総合評価　C"][:3] == [3, 7, -4]
    assert rows["A・Bの割合（％）"][0] == 95.5
    assert rows["審議会評価平均4.0以上の取組項目"][0] == 4
    assert rows["審議会評価平均の最高"][0] == 4.3
    value, *_, names = rows["テーマの審議会評価平均の最低"]
    assert (value, names) == (3.5, "協働の推進、公共施設のマネジメント")  # a tie


# --- headings

OWN = list(CRITERIA)
HEADINGS = {
    "取組項目別": [
        *("№", "取組項目", *(theme.short for theme in PLAN.themes), "実践項目数", *OWN, "合計"),
        *("担当部署評価（総合評価）", "審議会評価平均", "備考"),
    ],
    "実践項目別": [
        *("小№", "大№", "取組項目", "実践項目", "Ｒ２", *OWN, "合計", "総合評価", "取組終了"),
        *("担当部署", "備考"),
    ],
    "テーマ別": [
        *("№", "テーマ名", "取組項目数", "実践項目数", *OWN, "合計"),
        *("担当部署評価（総合評価）", "審議会評価平均", "備考"),
    ],
    "前年度比較": ["区分", "№", "名称", *["前年度", "今年度", "増減"] * 6, "異動"],
}


@pytest.mark.parametrize(("sheet", "words"), HEADINGS.items())
def test_headings_are_those_of_the_paper(sheet: str, words: list[str]) -> None:
    found = openpyxl.load_workbook(io.BytesIO(books()["real"]))[sheet]
    shown = [found.cell(3, col).value or found.cell(2, col).value for col in range(1, 99)]
    assert shown[: len(words)] == words
    assert not any(shown[len(words) + 12 :])


def test_group_headings_are_merged() -> None:
    book = openpyxl.load_workbook(io.BytesIO(books()["real"]))
    assert (book["実践項目別"]["F2"].value, book["実践項目別"]["E2"].value) == (
        "Ｒ３自己評価",
        "総合評価",
    )
    assert "F2:J2" in {str(area) for area in book["実践項目別"].merged_cells.ranges}
    assert "C2:I2" in {str(area) for area in book["取組項目別"].merged_cells.ranges}


# --- missing, faulty, older


def test_missing_practices_show_a_word_and_no_figures() -> None:
    rows = table(books()["missing"], "実践項目別")
    assert [row[4:11] for row in rows[15:17]] == [
        ["B", None, None, None, None, None, "未提出"],
        ["A", None, None, None, None, None, "要修正"],
    ]
    assert (rows[17][10], rows[17][13]) == ("B", "旧版")
    item = table(books()["missing"], "取組項目別")[6]
    assert item[9:18] == [3, 2.0, 3.0, 2.0, 2.0, 9.0, "B", 3.2, "評価 1/3"]
    notes = [row[0] for row in table(books()["missing"], "総括") if row[0] and "※" in row[0]]
    assert notes[0].startswith("※ 未提出の実践項目が1件あり")
    assert notes[1].startswith("※ 要修正の実践項目が1件あり")


def test_an_item_without_any_figures_is_blank() -> None:
    rows = table(books()["empty item"], "取組項目別")
    assert rows[0][9:18] == [3, None, None, None, None, None, None, None, "評価 0/3"]


def test_where_the_council_does_not_score_a_dash_stands() -> None:
    assert {row[-9] for row in table(books()["another plan"], "取組項目別")} | {
        row[9] for row in table(books()["another plan"], "テーマ別")
    } >= {"－"}


# --- formulas


Stored = tuple[str, float | str | None]


def formulas(book: bytes) -> dict[tuple[str, str], Stored]:
    """By sheet and cell: type and value of every formula cell, numbers as numbers."""
    found: dict[tuple[str, str], Stored] = {}
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        for number, sheet in enumerate(SHEETS, start=1):
            tree = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            for cell in tree.iter(f"{_MAIN}c"):
                if cell.find(f"{_MAIN}f") is not None:
                    text = cell.findtext(f"{_MAIN}v") or None
                    kind = cell.get("t", "n") if text else "n"
                    value = float(text) if text and kind == "n" else text
                    found[sheet, cell.attrib["r"]] = kind, value
    return found


@pytest.fixture(scope="module")
def recalculated() -> dict[str, bytes]:
    return convert(books(), "xlsx")


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
    old, new = formulas(books()["seeded"]), formulas(recalculated["seeded"])
    assert [place for place in old if old[place] != new[place]] == [("取組項目別", "K4")]


@needs_office
def test_a_typed_score_moves_the_averages(recalculated: dict[str, bytes]) -> None:
    # №16, not returned, gets 3 3 3 3; with №18 (2 3 2 2) that is 2.5 3.0 2.5 2.5.
    book = recalculated["typed"]
    assert table(book, "実践項目別")[15][9:11] == [12, "A"]
    assert table(book, "取組項目別")[6][10:16] == [2.5, 3.0, 2.5, 2.5, 10.5, "A"]
    before, after = table(books()["missing"], "総括"), table(book, "総括")
    assert [row[1] for row in before if row[0] == "評価した実践項目"] == [64]
    assert [row[1] for row in after if row[0] == "評価した実践項目"] == [65]


def test_no_function_newer_than_excel_2010() -> None:
    for book in books().values():
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            assert not [name for name in archive.namelist() if b"_xlfn" in archive.read(name)]


def test_no_text_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(books()["another plan"]))
    assert book["取組項目別"]["B4"].data_type == "s"
    assert book["取組項目別"]["B4"].value == f"={LONG}"
    with zipfile.ZipFile(io.BytesIO(books()["another plan"])) as archive:
        for number in range(1, 6):
            sheet = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert not [text for text in re.findall(r"<f>([^<]*)", sheet) if LONG in text]


# --- charts and paper


def ranges(book: bytes) -> list[str]:
    """Categories and values of every series of every chart."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        for name in sorted(names, key=lambda name: int(re.sub(r"\D", "", name))):
            tree = ElementTree.fromstring(archive.read(name))
            found += [
                (reference.text or "").replace("'", "") for reference in tree.iter(f"{_CHART}f")
            ]
    return found


def test_charts_show_the_figures() -> None:
    found = ranges(books()["real"])
    assert found[:2] == ["総括!$H$8:$H$9", "総括!$I$8:$I$9"]
    # Seven themes and all practices; by № wherever テーマ別 is sorted to.
    totals, council, *criteria = (f"総括!${col}$19:${col}$" for col in ("W", "X", "Y", "Z", "AA"))
    assert {f"{totals}26", f"{council}25", *(f"{own}26" for own in criteria)} <= {*found}
    assert f"{council}25" not in ranges(books()["first year"])


@pytest.mark.parametrize("sheet", SHEETS)
def test_printed_a4_landscape_with_repeated_headings(sheet: str) -> None:
    page = openpyxl.load_workbook(io.BytesIO(books()["real"]))[sheet]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.page_setup.scale == paper.LIST_PAGE.scale
    assert page.print_title_rows
    assert "&P" in (page.oddFooter.center.text or "")


@needs_office
def test_every_figure_has_room_on_paper() -> None:
    real = states()["real"]
    printed = convert({"real": workbook(real)}, "pdf")["real"]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed)).pages)
    assert "実践項目別" in text
    assert "##" not in text


def test_a_number_that_leads_somewhere_stays_a_number() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(books()["real"]))["実践項目別"]
    assert sheet["A19"].value == 16
    links = [cell.value for cell in sheet[19] if str(cell.value).startswith("=HYPERLINK")]
    where = '"#取組項目別!A"&(MATCH(7,取組項目別!$A$4:$A$24,0)+3)'
    assert links == [f'=HYPERLINK({where},"取組内容へ")']


def test_two_runs_give_the_same_bytes() -> None:
    assert workbook(states()["real"]) == books()["real"]


def test_rose_and_fell() -> None:
    rows = {(row[0], row[1]): row for row in table(books()["real"], "前年度比較")}
    assert rows["取組項目", 12][15:22] == [8.9, 10.1, 1.2, "B", "A", "上昇", None]
    assert rows["実践項目", 6][15:22] == [10, 8, -2, "A", "B", "下降", None]
    assert rows["実践項目", 12][21] == "終了"
    assert rows["実践項目", 60][17] is None  # ended in Ｒ２: carried scores are no comparison


# --- the year before under another plan


def since(plan: Plan, past: Plan, **changes: Any) -> dict[tuple[Any, Any], list[Any]]:
    """前年度比較 by 区分 and №, where the year before was held by ``past``; no hidden cells."""
    figures = compute(plan, real_facts(plans={R2: past.of_year(R2)}, **changes))
    return {(row[0], row[1]): row[:22] for row in table(workbook(figures), "前年度比較")}


def notes(plan: Plan, past: Plan) -> list[str]:
    rows = since(plan, past)
    return [str(row[0]) for row in rows.values() if str(row[0]).startswith("※")]


WIDER = dataclasses.replace(
    PLAN, criteria=(dataclasses.replace(PLAN.criteria[0], maximum=5), *PLAN.criteria[1:])
)
NEWER = dataclasses.replace(
    PLAN,
    criteria=(*PLAN.criteria[1:], Criterion("公平性", 0, 3)),
    grades=(GradeRule("A", 10), *PLAN.grades[1:]),
)
STRICTER = dataclasses.replace(
    PLAN, grades=(GradeRule("S", 11), *PLAN.grades[:-1], GradeRule("D", 0))
)
GONE = dataclasses.replace(PLAN, practices=PLAN.practices[:-1], items=PLAN.items)


def test_scales_that_cannot_be_compared_show_no_change() -> None:
    row = since(PLAN, WIDER)["実践項目", 6]
    assert row[3:6] == [2, 2, None]  # 進捗度: 0～5 then, 0～3 now
    assert row[6:9] == [3, 2, -1]
    assert row[15:18] == [10, 8, None]  # 合計 has 進捗度 in it
    assert row[18:21] == ["A", "B", "下降"]
    item = since(PLAN, WIDER)["取組項目", 12]
    assert item[3:9] == [2.2, 2.5, None, 2.7, 2.8, 0.1]
    assert item[15:18] == [8.9, 10.1, None]


def test_the_same_scales_show_it() -> None:
    row = since(PLAN, PLAN)["実践項目", 6]
    assert (row[5], row[8], row[17]) == (0, -1, -2)


def test_a_criterion_of_this_year_alone_has_no_past() -> None:
    scores = {
        R2: real_facts().scores[R2],
        R3: {
            no: {**{name: own[name] for name in CRITERIA[1:]}, "公平性": 2}
            for no, own in real_facts().scores[R3].items()
        },
    }
    row = since(NEWER, PLAN, scores=scores)["実践項目", 6]
    assert row[3:6] == [3, 2, -1]
    assert row[12:15] == [None, 2, None]
    assert row[15:18] == [10, 8, None]


def test_grades_of_other_letters_show_no_change() -> None:
    assert since(PLAN, STRICTER)["実践項目", 6][18:21] == ["A", "B", None]


def test_a_practice_that_left_the_plan_shows_its_past() -> None:
    rows = since(GONE, PLAN)
    row = rows["実践項目", 70]
    was = real_facts().scores[R2][70]
    assert row[2] == PLAN.practice(70).title
    assert row[3:6] == [was["進捗度"], None, None]
    assert row[15:18] == [sum(was.values()), None, None]
    assert row[21] == "削除"
    assert {row[21] for row in since(PLAN, PLAN).values()} == {None, "終了"}


def test_an_item_that_left_the_plan_too() -> None:
    practices = tuple(known for known in PLAN.practices if known.item_no != 21)
    without = dataclasses.replace(PLAN, items=PLAN.items[:-1], practices=practices)
    row = since(without, PLAN)["取組項目", 21]
    assert (row[2], row[4], row[21]) == (PLAN.item(21).name, None, "削除")


def renumbered() -> Plan:
    """№5 and №6 of the 取組項目 exchanged, names and practices with them."""
    then = {5: 6, 6: 5}
    items = [dataclasses.replace(item, no=then.get(item.no, item.no)) for item in PLAN.items]
    practices = [
        dataclasses.replace(known, item_no=then.get(known.item_no, known.item_no))
        for known in PLAN.practices
    ]
    return dataclasses.replace(
        PLAN, items=tuple(sorted(items, key=lambda item: item.no)), practices=tuple(practices)
    )


def test_history_follows_the_name_of_an_item_not_its_number() -> None:
    rows, before = since(renumbered(), PLAN), since(PLAN, PLAN)
    assert rows["取組項目", 5][2:] == before["取組項目", 6][2:]
    assert rows["取組項目", 6][2:] == before["取組項目", 5][2:]
    assert rows["取組項目", 7] == before["取組項目", 7]
    moved = {no for (kind, no), row in rows.items() if kind == "実践項目" and row[21] == "移動"}
    assert moved == set()


def test_an_item_that_got_another_name_keeps_its_history() -> None:
    items = [
        dataclasses.replace(item, name="新しい名前") if item.no == 5 else item
        for item in PLAN.items
    ]
    rows = since(dataclasses.replace(PLAN, items=tuple(items)), PLAN)
    assert rows["取組項目", 5][3:] == since(PLAN, PLAN)["取組項目", 5][3:]


def test_notes_below_say_how_the_year_before_differs() -> None:
    assert notes(PLAN, PLAN) == []
    assert notes(PLAN, WIDER)[0].startswith("※ Ｒ２の評価項目と評点の範囲（進捗度0～5")
    assert notes(GONE, PLAN) == ["※ Ｒ２の数値には、今の計画にない実践項目（№70）を含みます"]
    book = workbook(compute(GONE, real_facts(plans={R2: PLAN.of_year(R2)})))
    sheet = openpyxl.load_workbook(io.BytesIO(book))["前年度比較"]
    rows = {cell.row for cell in sheet["A"] if str(cell.value).startswith("※")}
    assert {sheet.max_row} == rows
    assert sheet.auto_filter.ref == f"A3:X{sheet.max_row - 2}"
    assert sheet.print_area.endswith(f"$V${sheet.max_row}")
