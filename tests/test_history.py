"""import-history: lists as cities print them, written here as rows of cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear, years_between
from workbook_tools.excel.write.book import Book
from workbook_tools.findings import CATALOGUE, UserError
from workbook_tools.history.import_list import History, import_list, read_list
from workbook_tools.plan.model import Criterion, Department, GradeRule, Item, Plan, Practice, Theme
from workbook_tools.plan.read_master import sample
from workbook_tools.register.database import Register
from workbook_tools.register.ledger import kept
from workbook_tools.register.records import PastResult, SourceKind
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

R2, R3, R4, R6 = (FiscalYear.parse(text) for text in ("R2", "R3", "R4", "R6"))
CRITERIA = ("進捗度", "連携度", "効率性", "創造性")
Rows = Sequence[Sequence[str | float]]

HEAD = (
    "小№", "大№", "取組項目", "実践項目", "総合評価Ｒ１", *CRITERIA, "合計", "総合評価",
    "取組終了", "担当部署",
)  # fmt: skip
FIRST = (1, "№1", "財源の確保", "広告料収入の拡大", "Ｂ", 2, 3, 1, 2, 8, "Ｂ", "", "財政課")
SECOND = (2, "№1", "財源の確保", "ふるさと納税", "Ａ", 3, 2, 3, 2, 10, "Ａ", "Ｒ２", "財政課")
THIRD = (3, "№2", "町内会の活性化", "町内会の活性化", "－", 2, 2, 2, 2, 8, "Ｂ", "－", "市民課")
GOOD = dict(zip(CRITERIA, (2, 3, 1, 2), strict=True))
BEST = dict(zip(CRITERIA, (3, 2, 3, 2), strict=True))
EVEN = dict.fromkeys(CRITERIA, 2)
EXPECTED = (
    PastResult(1, GOOD, "B", None),
    PastResult(2, BEST, "A", R2),
    PastResult(3, EVEN, "B", None),
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Two items with three practices; the third bears no title of its own on its sheet."""
    return Plan(
        name="計画", city="見本市", secretariat="事務局", council="審議会",
        years=years_between(R2, R6), evaluated=R3, deadline=None, effectiveness_years=(R3, R6),
        themes=(Theme("Ⅰ", "財政", "健全な財政運営"),),
        items=(Item(1, "財源の確保", ("財政",)), Item(2, "町内会の活性化", ("財政",))),
        practices=(
            Practice(1, 1, "広告料収入の拡大", ("財政課",)),
            Practice(2, 1, "ふるさと納税", ("財政課",)),
            Practice(3, 2, "町内会への支援", ("市民課",), sheet_title="-"),
        ),
        departments=(Department("財政課"), Department("市民課")),
        criteria=tuple(Criterion(name, 0, 3) for name in CRITERIA),
        grades=(
            GradeRule("A", 10, {"進捗度": 2}), GradeRule("B", 8), GradeRule("C", 5),
            GradeRule("D", 0),
        ),
    )  # fmt: skip


def xlsx(**sheets: Rows) -> bytes:
    """A workbook of such sheets; a text ``<4>…`` is merged over four columns.

    Sheet names are keywords, which Python turns into half width: use none with full-width digits.
    """
    book = Book()
    for name, rows in sheets.items():
        sheet = book.sheet(name)
        for row, values in enumerate(rows):
            for col, value in enumerate(values):
                span, text = 1, value
                if isinstance(value, str) and value.startswith("<"):
                    span, text = int(value[1]), value[3:]
                if text != "":
                    sheet.value(Area(row, col, 1, span), text)
    return book.bytes()


def read(plan: Plan, *rows: Sequence[str | float], year: FiscalYear = R2) -> History:
    return read_list(xlsx(一覧=rows), "list.xlsx", plan.of_year(year))


def changed(row: Sequence[str | float], **cells: str | float) -> tuple[str | float, ...]:
    """A row with other values under some headings."""
    return tuple(cells.get(name, value) for name, value in zip(HEAD, row, strict=True))


def codes(history: History) -> list[str]:
    return [finding.code for finding in history.findings]


def test_a_clean_list_is_taken_without_a_word(plan: Plan) -> None:
    history = read(plan, HEAD, FIRST, SECOND, THIRD)
    assert history.results == EXPECTED
    assert history.findings == ()
    assert history.sheet == "一覧"
    assert history.taken == {
        "小№": "A", "実践項目": "D", "進捗度": "F", "連携度": "G", "効率性": "H", "創造性": "I",
        "合計": "J", "総合評価": "K", "取組終了": "L",
    }  # fmt: skip
    assert history.ignored == ("大№", "取組項目", "総合評価Ｒ１", "担当部署")


# Headings

TITLE = ("　行政創革プラン取組状況一覧　【実践項目別】", *[""] * 11, "Ｒ２年度末")
UPPER = (
    "小№", "大№", "取組項目", "実践項目", "総合評価", "<5>Ｒ２自己評価", "", "", "", "", "総合評価",
    "取組終了", "担当部署",
)  # fmt: skip
LOWER = ("", "", "", "", "Ｒ１", *CRITERIA, "合計", "", "", "")
BARE_UPPER = ("", "", "", "", "総合評価", "Ｒ２自己評価", *[""] * 7)
BARE_LOWER = (*HEAD[:4], "Ｒ１", *CRITERIA, "合計", "総合評価", "取組終了", "担当部署")


@pytest.mark.parametrize(
    "top",
    [
        [HEAD],
        [TITLE, HEAD],
        [TITLE, [], UPPER, LOWER],
        [UPPER, LOWER],
        [BARE_UPPER, BARE_LOWER],
        [("小 №", "大№", "取 組 項 目", "実践\n項目", "総合評価\nＲ１", *CRITERIA, *HEAD[9:])],
        [(*HEAD[:5], *(f"{name}（Ｒ２自己評価）" for name in CRITERIA), *HEAD[9:])],
        [(*HEAD[:5], *(f"令和２年度\n{name}" for name in CRITERIA), *HEAD[9:])],
        [(*HEAD[:4], "前年度総合評価", *HEAD[5:])],
        [(*HEAD[:4], "総合評価", *HEAD[5:])],  # two grades without a year: the later column
    ],
    ids=str,
)
def test_headings_in_every_form(plan: Plan, top: Rows) -> None:
    history = read(plan, *top, FIRST, SECOND, THIRD)
    assert history.findings == ()
    assert history.results == EXPECTED
    assert list(history.taken.values()) == [*"ADFGHIJKL"]


def test_columns_in_any_order(plan: Plan) -> None:
    rows = [tuple(reversed(row)) for row in (HEAD, FIRST, SECOND, THIRD)]
    assert read(plan, *rows).results == EXPECTED


def test_a_list_without_totals_grades_and_ends(plan: Plan) -> None:
    rows = [(row[0], row[3], *row[5:9]) for row in (HEAD, FIRST, SECOND, THIRD)]
    history = read(plan, *rows)
    assert history.findings == ()
    assert [row.scores for row in history.results] == [GOOD, BEST, EVEN]
    assert {(row.grade, row.finished) for row in history.results} == {(None, None)}


def test_of_two_years_side_by_side_the_one_asked_for(plan: Plan) -> None:
    upper = ("小№", "実践項目", "<4>Ｒ１自己評価", "", "", "", "<4>Ｒ２自己評価", "", "", "")
    lower = ("", "", *CRITERIA, *CRITERIA)
    rows = [(row[0], row[3], 1, 1, 1, 1, *row[5:9]) for row in (FIRST, SECOND, THIRD)]
    history = read(plan, upper, lower, *rows)
    assert [row.scores for row in history.results] == [GOOD, BEST, EVEN]
    assert history.ignored == tuple(f"Ｒ１自己評価 {name}" for name in CRITERIA)


AVERAGES: Rows = [
    ("№", "取組項目", "実践項目数", "<4>平均値", "", "", "", "合計"),
    ("", "", "", *CRITERIA, ""),
    (1, "財源の確保", 2, 2.5, 2.5, 2.0, 2.0, 9.0),
]


def test_sheets_of_averages_are_passed_over(plan: Plan) -> None:
    data = xlsx(取組項目別=AVERAGES, 実践項目別=[HEAD, FIRST, SECOND, THIRD], 表紙=[("見本市",)])
    history = read_list(data, "list.xlsx", plan.of_year(R2))
    assert (history.results, history.sheet) == (EXPECTED, "実践項目別")


def test_a_list_that_goes_over_two_sheets(plan: Plan) -> None:
    data = xlsx(前半=[HEAD, FIRST, SECOND], 後半=[HEAD, THIRD])
    history = read_list(data, "list.xlsx", plan.of_year(R2))
    assert (history.results, history.findings, history.sheet) == (EXPECTED, (), "前半、後半")


def test_of_two_years_on_two_sheets_the_one_asked_for(plan: Plan) -> None:
    later = [tuple(text.replace("２", "３") for text in UPPER), LOWER, changed(FIRST, 進捗度=0)]
    data = xlsx(新=later, 旧=[UPPER, LOWER, FIRST, SECOND, THIRD])
    assert read_list(data, "list.xlsx", plan.of_year(R2)).results == EXPECTED


@pytest.mark.parametrize(
    ("rows", "year", "says"),
    [
        ([UPPER, LOWER, FIRST], R3, "--year R2"),
        ([BARE_UPPER, BARE_LOWER, FIRST], R3, "--year R2"),
        ([TITLE, HEAD, FIRST], R3, "--year R2"),
        ([HEAD, FIRST], FiscalYear.parse("R1"), "Ｒ２～Ｒ６"),
        (AVERAGES, R2, "【実践項目別】の一覧が見つかりません"),
        ([[*HEAD[:5], "進捗度", "取組姿勢", "連携度", "創造性"], FIRST], R2, "『効率性』"),
        ([["計画"]], R2, "見つかりません"),
        ([HEAD, ("", "合計", "", "", "", 7, 7, 6, 6, 26)], R2, "小№の入った行がありません"),
    ],
)
def test_what_is_no_list_of_the_year_is_refused_in_words(
    plan: Plan, rows: Rows, year: FiscalYear, says: str
) -> None:
    with pytest.raises(UserError, match=says):
        read(plan, *rows, year=year)


@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused_in_words(plan: Plan, data: bytes) -> None:
    with pytest.raises(UserError, match=r"『list\.xlsx』を取り込めません"):
        read_list(data, "list.xlsx", plan.of_year(R2))


# Values


@pytest.mark.parametrize("number", [1, "1", "１", "№1", "№１", "No.1", " 1 "])
def test_numbers_as_people_type_them(plan: Plan, number: str | float) -> None:
    history = read(plan, HEAD, changed(FIRST, **{"小№": number}), SECOND, THIRD)
    assert (history.results, history.findings) == (EXPECTED, ())


@pytest.mark.parametrize("score", [2, 2.0, "2", "２", "２点", " 2 ", "2.0", "2\n"])
def test_scores_as_people_type_them(plan: Plan, score: str | float) -> None:
    history = read(plan, HEAD, changed(FIRST, 進捗度=score), SECOND, THIRD)
    assert (history.results, history.findings) == (EXPECTED, ())


@pytest.mark.parametrize("none", ["", "-", "－", "―", "ー", "−", "　"])
def test_an_item_that_was_not_evaluated(plan: Plan, none: str) -> None:
    row = changed(FIRST, **dict.fromkeys((*CRITERIA, "合計", "総合評価", "取組終了"), none))
    history = read(plan, HEAD, row, SECOND, THIRD)
    assert history.results[0] == PastResult(1, {}, None, None)
    assert history.findings == ()


@pytest.mark.parametrize("grade", ["B", "Ｂ", "b", "ｂ", " Ｂ "])
def test_grades_as_people_type_them(plan: Plan, grade: str) -> None:
    history = read(plan, HEAD, changed(FIRST, 総合評価=grade), SECOND, THIRD)
    assert (history.results, history.findings) == (EXPECTED, ())


@pytest.mark.parametrize("end", ["Ｒ２", "R2", "令和２年度", "令和 2", "2020", 2020])
def test_ends_as_people_type_them(plan: Plan, end: str | float) -> None:
    history = read(plan, HEAD, FIRST, changed(SECOND, 取組終了=end), THIRD)
    assert (history.results, history.findings) == (EXPECTED, ())


@pytest.mark.parametrize(
    "title", ["町内会への支援", "町内会の活性化", "-", "－", "町内会 への\n支援"]
)
def test_titles_that_mean_the_same(plan: Plan, title: str) -> None:
    history = read(plan, HEAD, FIRST, SECOND, changed(THIRD, 実践項目=title))
    assert (history.results, history.findings) == (EXPECTED, ())


@pytest.mark.parametrize(
    "between",
    [
        [],
        ["※　評点は０～３です。"],
        ["", "小計", "", "", "", 7, 7, 6, 6, 26],
        ["小計", "", "", "", "", 7, 7, 6, 6, 26],
        TITLE,
        UPPER,
        LOWER,
    ],
    ids=str,
)
def test_rows_that_are_no_data_are_passed_over(plan: Plan, between: Sequence[str | float]) -> None:
    history = read(plan, TITLE, UPPER, LOWER, FIRST, SECOND, between, THIRD)
    assert (history.results, history.findings) == (EXPECTED, ())


# Findings: the seeded fault, its code and cell, and what is taken of that row all the same

FAULTS: list[tuple[dict[str, Any], str, str, PastResult | None]] = [
    ({"小№": "一"}, "H201", "A2", None),
    ({"小№": 1.5}, "H201", "A2", None),
    ({"小№": 71}, "H202", "A2", None),
    ({"小№": 2}, "H204", "D2", None),
    ({"実践項目": "別の取組"}, "H205", "D2", EXPECTED[0]),
    ({"実践項目": ""}, "H205", "D2", EXPECTED[0]),
    ({"実践項目": "ふるさと納税等"}, "H206", "D2", EXPECTED[0]),
    ({"進捗度": 4}, "H207", "F2", PastResult(1, {}, "B", None)),
    ({"進捗度": 2.5}, "H207", "F2", PastResult(1, {}, "B", None)),
    ({"進捗度": "良"}, "H207", "F2", PastResult(1, {}, "B", None)),
    ({"進捗度": -1}, "H207", "F2", PastResult(1, {}, "B", None)),
    ({"効率性": "", "創造性": "－"}, "H208", "H2", PastResult(1, {}, "B", None)),
    ({"合計": 9}, "H209", "J2", EXPECTED[0]),
    ({"合計": "八"}, "H209", "J2", EXPECTED[0]),
    ({"総合評価": "Ａ"}, "H210", "K2", PastResult(1, GOOD, "A", None)),
    ({"総合評価": "優"}, "H211", "K2", PastResult(1, GOOD, None, None)),
    ({"総合評価": ""}, "H212", "K2", PastResult(1, GOOD, None, None)),
    ({"取組終了": "済"}, "H213", "L2", EXPECTED[0]),
    ({"取組終了": "Ｒ１"}, "H214", "L2", EXPECTED[0]),
    ({"取組終了": "Ｒ３"}, "H214", "L2", EXPECTED[0]),
]


@pytest.mark.parametrize(("fault", "code", "cell", "taken"), FAULTS, ids=str)
def test_faults(
    plan: Plan, fault: dict[str, str | float], code: str, cell: str, taken: PastResult | None
) -> None:
    history = read(plan, HEAD, changed(FIRST, **fault), SECOND, THIRD)
    finding = history.findings[0]
    assert (finding.code, finding.place.cell, finding.place.sheet) == (code, cell, "一覧")
    # With a wrong number, №1 is not in the list.
    assert codes(history) == [code, *(["H215"] if "小№" in fault else [])]
    assert history.results == ((taken,) if taken else ()) + EXPECTED[1:]


def test_a_practice_listed_twice_counts_as_it_stands_first(plan: Plan) -> None:
    history = read(plan, HEAD, FIRST, SECOND, THIRD, changed(FIRST, 進捗度=3))
    assert history.results == EXPECTED
    assert codes(history) == ["H203"]
    assert "一覧のA2" in history.findings[0].message


def test_practices_that_are_not_listed_are_named_once(plan: Plan) -> None:
    history = read(plan, HEAD, SECOND)
    assert codes(history) == ["H215"]
    assert "2件あります（小№1、3）" in history.findings[0].message


def test_a_practice_that_ended_before_the_year_need_not_be_listed(plan: Plan) -> None:
    first, *others = plan.practices
    ended = replace(plan, practices=(replace(first, finished=R2), *others))
    rows = [HEAD, changed(SECOND, 取組終了=""), THIRD]
    assert codes(read(ended, *rows, year=R3)) == []
    assert codes(read(ended, *rows, year=R2)) == ["H215"]


def test_every_fault_of_a_row_is_found_in_order_of_columns(plan: Plan) -> None:
    row = changed(FIRST, 実践項目="別の取組", 連携度=7, 創造性="x", 総合評価="Z", 取組終了="済")
    history = read(plan, HEAD, row, SECOND, THIRD)
    cells = [finding.place.cell for finding in history.findings]
    assert cells == ["D2", "G2", "I2", "K2", "L2"]


def test_every_wording_of_this_stage_is_used_and_prints_on_a_japanese_console() -> None:
    used = {code for _, code, _, _ in FAULTS} | {"H203", "H215"}
    assert used == {code for code in CATALOGUE if code.startswith("H2")}
    for code in used:
        f"{CATALOGUE[code].message}{CATALOGUE[code].hint}".encode("cp932")


# The register, and the real list


def test_an_imported_list_is_in_register_and_archive(plan: Plan, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    file = tmp_path / "一覧.xlsx"
    file.write_bytes(xlsx(一覧=[HEAD, FIRST, SECOND, THIRD]))
    for _ in range(2):  # a second time changes nothing
        history = import_list(Round(workspace, plan.of_year(R2), "2022-03-01T09:00:00"), file)
    assert history.results == EXPECTED
    with Register.open(workspace.register, write=False) as register:
        assert register.scores() == {R2: {1: GOOD, 2: BEST, 3: EVEN}}
        assert register.grades() == {R2: {1: "B", 2: "A", 3: "B"}}
        assert register.finished() == {2: R2}
        source = register.sources(SourceKind.HISTORY)[-1]
    assert (source.kind, source.name, source.year) == (SourceKind.HISTORY, "一覧.xlsx", R2)
    assert kept(workspace.archive, source.sha256).read_bytes() == file.read_bytes()


def test_a_list_of_which_nothing_can_be_used_changes_nothing(plan: Plan, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    file = tmp_path / "list.xlsx"
    file.write_bytes(xlsx(一覧=[HEAD, changed(FIRST, **{"小№": 71})]))
    past = Round(workspace, plan.of_year(R2), "2022-03-01T09:00:00")
    assert import_list(past, file).results == ()
    assert not workspace.register.exists()
    assert not workspace.archive.exists()


def real_row(practice: dict[str, Any]) -> tuple[str | float, ...]:
    scores = practice["scores"]["R2"]
    end = {"R2": "Ｒ２"}.get(practice["finished"], "")
    grade = practice["grade"]["R2"]
    return (
        practice["no"], f"№{practice['item_no']}", "", practice["title"], "－", *scores,
        sum(scores), grade, end, "、".join(practice["departments"]),
    )  # fmt: skip


def test_the_real_list_of_seventy_comes_back_exactly() -> None:
    facts = json.loads(Path(__file__).with_name("facts").joinpath("plan.json").read_text("utf-8"))
    practices = facts["practices"]
    rows = [real_row(practice) for practice in practices]
    history = read(sample(), TITLE, UPPER, LOWER, *rows)
    assert history.findings == ()
    assert [row.practice_no for row in history.results] == list(range(1, 71))
    for row, practice in zip(history.results, practices, strict=True):
        assert list(row.scores.values()) == practice["scores"]["R2"]
        assert row.grade == practice["grade"]["R2"]
    ended = [row.practice_no for row in history.results if row.finished == R2]
    assert ended == [44, 45, 60, 63]
