"""The plan master in and out: one changed cell, one finding at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from workbook_tools.cells import Area, parse_cell
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import tables
from workbook_tools.excel.write.book import Book
from workbook_tools.findings import Finding, PlanError, UserError
from workbook_tools.form.layout import form_of
from workbook_tools.plan.model import Criterion, Department, GradeRule, Plan, Practice
from workbook_tools.plan.read_master import load, parse, sample
from workbook_tools.plan.write_master import master
from workbook_tools.spellings import OF_A_YEAR

FILE = "計画マスタ.xlsx"
R2, R3, R4, R5 = (FiscalYear.parse(year) for year in ("R2", "R3", "R4", "R5"))
Changes = Mapping[str, str | float | date]
SAMPLE = {table.sheet: table.grid for table in tables(master(sample()))}


def changed(changes: Changes, without: str = "") -> bytes:
    """The sample master with cells like ``テーマ!B3`` changed and perhaps one sheet left out."""
    book = Book()
    for name, grid in SAMPLE.items():
        if name == without:
            continue
        cells = {(r, c): v for r, row in enumerate(grid) for c, v in enumerate(row) if v != ""}
        for spot, value in changes.items():
            sheet_name, cell = spot.split("!")
            if sheet_name == name:
                cells[parse_cell(cell)] = value
        sheet = book.sheet(name)
        for (row, col), value in cells.items():
            sheet.value(Area(row, col), value)
    return book.bytes()


def findings(changes: Changes, without: str = "") -> list[Finding]:
    with pytest.raises(PlanError) as caught:
        parse(changed(changes, without), FILE)
    return list(caught.value.findings)


def spots(found: list[Finding]) -> list[str]:
    """``M103 計画!B2`` for every finding."""
    return [f"{f.code} {f.place.sheet}!{f.place.cell}" for f in found]


# what is changed · what is found · what the message says among other things
MISTAKES: list[tuple[Changes, str, str]] = [
    # headings
    ({"テーマ!B1": "短い名前"}, "M102 テーマ!A1", "見出し『略称』がありません。"),
    ({"実践項目!B1": ""}, "M102 実践項目!A1", "大№"),
    ({"取組項目!C1": "ざいせい"}, "M102 取組項目!A1", "見出し『財政』"),
    ({"計画!A4": "事務局名"}, "M102 計画!A1", "『項目』の列に書いてください。"),
    ({"評価基準!H1": ""}, "M102 評価基準!F1", "見出し『進捗度下限』"),
    ({"評価基準!A1": ""}, "M102 評価基準!B1", "見出し『評価項目』"),
    ({"評価基準!N1": ""}, "M102 評価基準!M1", "見出し『評点』"),
    ({"評価基準!B1": ""}, "M102 評価基準!A1", "見出し『最小』"),
    ({"部署!D1": "旧名称"}, "M105 部署!D1", "見出し『旧名称』が２回あります。"),
    ({"計画!A5": "事務局"}, "M105 計画!A5", "項目『事務局』が２回あります。"),
    # blank where something must be
    ({"計画!B2": " "}, "M103 計画!B2", "計画名が空欄です。"),
    ({"計画!B8": ""}, "M103 計画!B8", "評価年度が空欄です。"),
    ({"テーマ!C3": ""}, "M103 テーマ!C3", "テーマ名が空欄です。"),
    ({"取組項目!B2": "　"}, "M103 取組項目!B2", "取組項目が空欄です。"),
    ({"実践項目!E5": ""}, "M103 実践項目!E5", "担当部署が空欄です。"),
    ({"評価基準!C2": ""}, "M103 評価基準!C2", "最大が空欄です。"),
    ({"評価基準!G3": ""}, "M103 評価基準!G3", "合計下限が空欄です。"),
    # unreadable
    ({"計画!B6": "平成30年度"}, "M104 計画!B6", "開始年度が『平成30年度』です。年度"),
    ({"計画!B9": "4月末"}, "M104 計画!B9", "日付（2022/4/22など）を入れて"),
    ({"計画!B9": "2022/2/30"}, "M104 計画!B9", "提出期限"),
    ({"計画!B10": "R3、中間"}, "M104 計画!B10", "年度（R3、R6など）"),
    ({"取組項目!D3": "はい"}, "M104 取組項目!D3", "○か空欄"),
    ({"実践項目!A4": "三"}, "M104 実践項目!A4", "小№が『三』です。１以上の整数"),
    ({"実践項目!A4": 0}, "M104 実践項目!A4", "１以上の整数"),
    ({"実践項目!A4": 2.5}, "M104 実践項目!A4", "2.5"),
    ({"実践項目!E4": "、"}, "M104 実践項目!E4", "名前"),
    ({"実践項目!F4": "継続"}, "M104 実践項目!F4", "前プラン継続が『継続』です。"),
    ({"実践項目!H4": "未定"}, "M104 実践項目!H4", "取組終了が『未定』です。"),
    ({"評価基準!B2": -1}, "M104 評価基準!B2", "最小が『-1』です。０～９の整数"),
    ({"評価基準!C2": 10}, "M104 評価基準!C2", "０～９の整数"),
    ({"評価基準!H2": 4}, "M104 評価基準!H2", "進捗度下限が『4』です。0～3の整数"),
    # twice
    ({"テーマ!A3": "Ⅰ"}, "M105 テーマ!A3", "№『Ⅰ』が２回あります。"),
    (
        {"取組項目!A23": "№１", "取組項目!B23": "また１番", "取組項目!C23": "○"},
        "M105 取組項目!A23",
        "№『№１』",
    ),
    ({"実践項目!A4": "２"}, "M105 実践項目!A4", "小№『２』が２回あります。"),
    ({"部署!A49": "(政) 政策推進課"}, "M105 部署!A49", "が２回あります。"),
    ({"評価基準!F3": "Ａ"}, "M105 評価基準!F3", "総合評価『Ａ』"),
    ({"実践項目!E2": "会計課、会計課"}, "M105 実践項目!E2", "担当部署『会計課』"),
    ({"評価基準!O2": "よい", "評価基準!O3": "並", "評価基準!N3": 0}, "M105 評価基準!N3", "評点"),
    # unknown
    ({"実践項目!B5": 22}, "M106 実践項目!B5", "大№『22』がシート『取組項目』にありません。"),
    (
        {"実践項目!E13": "（民）窓口サービスか"},
        "M106 実践項目!E13",
        "『（民）窓口サービス課』のことですか。",
    ),
    ({"実践項目!E22": "（水）営業課"}, "M106 実践項目!E22", "『（水）水道窓口課』のことですか。"),
    ({"実践項目!E2": "会計課、宇宙局XYZ"}, "M106 実践項目!E2", "担当部署『宇宙局XYZ』"),
    ({"評価基準!M2": "品質", "評価基準!O2": "よい"}, "M106 評価基準!M2", "評価項目『品質』"),
    ({"評価基準!N2": 4, "評価基準!O2": "よい"}, "M104 評価基準!N2", "評点が『4』です。0～3"),
    # relations
    ({"取組項目!C4": ""}, "M107 取組項目!C4", "№3の取組項目のテーマに○がありません。"),
    ({"実践項目!E2": "各担当部署"}, "M108 実践項目!E2", "中心となる部署"),
    ({"計画!B7": "R1"}, "M109 計画!B7", "終了年度『R1』が開始年度『R2』より前です。"),
    ({"実践項目!G13": "R4"}, "M109 実践項目!H13", "取組終了『R3』が開始年度『R4』より前です。"),
    ({"計画!B8": "R7"}, "M110 計画!B8", "R2～R6の年度を入れてください。"),
    ({"計画!B10": "R3、令和７年度"}, "M110 計画!B10", "有効性評価年度『R7』"),
    ({"実践項目!G4": "2019"}, "M110 実践項目!G4", "開始年度『R1』が計画期間の外です。"),
    ({"実践項目!H4": "R7"}, "M110 実践項目!H4", "取組終了『R7』"),
    ({"実践項目!I13": "R7"}, "M110 実践項目!I13", "再開『R7』"),
    ({"実践項目!I13": "R3"}, "M119 実践項目!I13", "再開『R3』が取組終了『R3』と同じ年度"),
    ({"実践項目!J4": "五"}, "M104 実践項目!J4", "旧小№が『五』です。１以上の整数"),
    ({"評価基準!D2": "連携度"}, "M105 評価基準!D2", "旧名称『連携度』が２回あります。"),
    ({"評価基準!D2": "旧", "評価基準!D3": "元、旧"}, "M105 評価基準!D3", "旧名称『旧』"),
    ({"計画!B7": "R8"}, "M111 計画!B7", "計画期間が7年あります。"),
    ({"評価基準!B3": 3, "評価基準!C3": 2}, "M112 評価基準!C3", "最大『2』が最小『3』より小さ"),
    # names that become defined names
    ({"テーマ!B2": "財 政", "取組項目!C1": "財政"}, "M115 テーマ!B2", "略称『財 政』は使えません"),
    ({"テーマ!B2": "財政・税", "取組項目!C1": "財政・税"}, "M115 テーマ!B2", "記号"),
    (
        {"テーマ!B2": "一二三四五六七八九", "取組項目!C1": "一二三四五六七八九"},
        "M115 テーマ!B2",
        "8文字",
    ),
    ({"評価基準!A2": "合計", "評価基準!H1": "合計下限"}, "M115 評価基準!A2", "『合計』"),
    ({"評価基準!A2": "工程_当初", "評価基準!H1": "工程_当初下限"}, "M115 評価基準!A2", "工程_当初"),
    # thresholds
    ({"評価基準!G3": 10}, "M116 評価基準!G3", "上の行の『10』より小さくありません。"),
    ({"評価基準!G2": 13}, "M117 評価基準!G2", "合計下限『13』が合計の最高点『12』を"),
    ({"評価基準!G5": 1}, "M118 評価基準!G5", "合計下限は0以下か空欄"),
    ({"評価基準!I5": 1}, "M118 評価基準!I5", "連携度下限が『1』で"),
]


@pytest.mark.parametrize(("changes", "expected", "words"), MISTAKES, ids=[m[1] for m in MISTAKES])
def test_a_mistake_is_found_at_its_cell(changes: Changes, expected: str, words: str) -> None:
    found = findings(changes)
    mine = [finding for finding in found if words in str(finding)]
    assert spots(mine) == [expected]
    # "合計" is taken and makes two headings alike: the only mistake here that shows in two places.
    if "評価基準!A2" not in changes:
        assert spots(found) == [expected]
    mine[0].message.encode("cp932")
    mine[0].hint.encode("cp932")


@pytest.mark.parametrize("sheet", ["計画", "テーマ", "取組項目", "実践項目", "部署", "評価基準"])
def test_a_missing_sheet_is_one_finding(sheet: str) -> None:
    assert spots(findings({}, without=sheet)) == [f"M101 {sheet}!None"]


def test_a_missing_heading_has_no_consequences() -> None:
    assert spots(findings({"部署!A1": ""})) == ["M102 部署!B1"]
    assert spots(findings({"取組項目!A1": ""})) == ["M102 取組項目!B1"]


def test_all_findings_come_at_once_in_excels_order() -> None:
    found = findings(
        {"実践項目!B10": 99, "実践項目!E3": "", "実践項目!A10": "", "テーマ!C2": "", "計画!B2": ""}
    )
    assert spots(found) == [
        "M103 計画!B2",
        "M103 テーマ!C2",
        "M103 実践項目!E3",
        "M103 実践項目!A10",
        "M106 実践項目!B10",
    ]
    assert str(found[0]) == f"{FILE}　計画のB2：計画名が空欄です。記入してください。"


@pytest.mark.parametrize(
    "changes",
    [
        {"計画!B6": "Ｒ２", "計画!B7": "令和６年度", "計画!B8": 2021, "計画!B10": "2021，R6"},
        {"計画!B9": "令和4年4月22日"},
        {"計画!B9": "2022-04-22"},
        {"計画!B9": "２０２２／４／２２"},
        {"計画!B9": date(2022, 4, 22)},
        {"計画!A6": "開始 年度", "実践項目!A1": "小 №", "評価基準!H1": "進捗度\n下限"},
        {"実践項目!A2": "№１", "実践項目!B2": "１", "実践項目!F22": "〇", "実践項目!F2": "－"},
        {"実践項目!E2": "(政)政策推進課\n（財）財政課"},
        {"実践項目!H13": "令和３年度", "取組項目!F4": "-"},
        {"実践項目!L1": "メモ", "実践項目!L5": "ほかの列は読みません", "取組項目!J1": "備考"},
        {"評価基準!G5": ""},
        {"評価基準!M1": "", "評価基準!N1": "", "評価基準!O1": ""},
        {"評価基準!M2": "以前の項目"},
    ],
)
def test_other_spellings_give_the_same_plan(changes: Changes) -> None:
    assert parse(changed(changes), FILE) == sample()


def test_columns_in_another_order_and_rows_apart_give_the_same_plan() -> None:
    swapped: dict[str, str | float | date] = {}
    for row, (no, short, name) in enumerate(r[:3] for r in SAMPLE["テーマ"][:8]):
        for col, value in zip("ABC", (name, no, short), strict=True):
            assert not isinstance(value, bool)
            swapped[f"テーマ!{col}{row + 1}"] = value
    last = dict(zip("ABCDE", SAMPLE["実践項目"][70][:5], strict=True))
    moved = {f"実践項目!{col}71": "" for col in last} | {
        f"実践項目!{col}95": value for col, value in last.items()
    }
    assert parse(changed(swapped | moved), FILE) == sample()


def test_optional_headings_may_be_missing() -> None:
    gone = {f"実践項目!{col}1": "" for col in "DFGHIJK"}
    plan = parse(changed(gone | {"部署!B1": "", "部署!C1": "", "評価基準!D1": ""}), FILE)
    assert plan.practice(25).sheet_title is None
    assert plan.practice(12).finished is None
    assert plan.departments[0] == Department("（政）政策推進課")


def test_blank_optional_values() -> None:
    plan = parse(changed({"計画!B9": "", "計画!B10": "", "計画!A5": "", "計画!B5": ""}), FILE)
    assert (plan.deadline, plan.effectiveness_years, plan.council) == (None, (), "審議会")


def test_what_scores_mean_is_read() -> None:
    plan = parse(changed({"評価基準!O5": "予定より進んだ"}), FILE)
    assert plan.criteria[0] == Criterion("進捗度", 0, 3, {3: "予定より進んだ"})


def test_the_sample_holds_the_facts_of_the_source() -> None:
    plan = sample()
    assert (len(plan.themes), len(plan.items), len(plan.practices)) == (7, 21, 70)
    assert plan.practice(25).printed_title == "-"
    assert plan.practice(3).departments == ("（財）財政課", "各担当部署")
    assert plan.department("（水）水道窓口課").former_names == ("（水）営業課",)
    assert [p.no for p in plan.practices if p.finished == FiscalYear.parse("R2")] == [
        44,
        45,
        60,
        63,
    ]
    assert plan.grades[0] == GradeRule("A", 10, {"進捗度": 2})
    assert len(plan.running({})) == 66


def test_round_trip_of_the_sample() -> None:
    assert parse(master(sample()), FILE) == sample()
    assert master(sample()) == master(sample())


def test_round_trip_of_another_citys_plan() -> None:
    plan = sample()
    other = replace(
        plan,
        deadline=None,
        effectiveness_years=(),
        criteria=(
            Criterion("達成度", 1, 5, {1: "未着手", 5: "完了"}, ("進み", "進捗度")),
            Criterion("質", 0, 2),
        ),
        grades=(GradeRule("◎", 6, {"達成度": 4, "質": 1}), GradeRule("△", 1)),
        practices=(
            *plan.practices,
            Practice(71, 1, "=1+1", ("会計課",), "(3)", True, R4),
            Practice(72, 1, "再び", ("会計課",), None, False, R2, R3, R5, former=5, label="3-①"),
        ),
        departments=(*plan.departments, Department("新しい課", ("旧課", "元課"), "a@example.jp")),
    )
    assert parse(master(other), FILE) == other


def test_an_empty_master_says_what_is_still_to_fill_in() -> None:
    with pytest.raises(PlanError) as caught:
        parse(master(None), FILE)
    assert spots(list(caught.value.findings)) == [
        *(f"M103 計画!B{row}" for row in (2, 3, 4, 6, 7, 8)),
        "M114 テーマ!A2",
        "M114 取組項目!A2",
        "M114 実践項目!A2",
        "M114 部署!A2",
    ]
    assert master(None) == master(None)


def test_empty_criteria_and_too_many() -> None:
    blank = {f"評価基準!{col}{row}": "" for row in range(2, 6) for col in "ABCFGHIJK"}
    assert spots(findings(blank | {f"評価基準!M{row}": "" for row in range(2, 18)}))[:2] == [
        "M114 評価基準!A2",
        "M114 評価基準!F2",
    ]
    more = {
        f"評価基準!{col}{row}": value
        for row in (6, 7, 8)
        for col, value in (("A", f"観点{row}"), ("B", 0), ("C", 3))
    }
    assert "M113 評価基準!A8" in spots(findings(more))


def test_more_themes_than_the_form_holds() -> None:
    more = {f"テーマ!{col}{row}": f"主題{row}" for row in range(9, 17) for col in "ABC"}
    heads = {
        f"取組項目!{col}1": f"主題{row}" for col, row in zip("JKLMNOPQ", range(9, 17), strict=True)
    }
    assert spots(findings(more | heads)) == ["M113 テーマ!B16"]


def test_two_thousand_practices_load() -> None:
    plan = sample()
    many = tuple(Practice(n, 1 + n % 21, f"実践項目{n}", ("会計課",)) for n in range(1, 2001))
    large: Plan = replace(plan, practices=many)
    assert parse(master(large), FILE).practices == many


def test_what_is_no_master_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="workbook-tools init"):
        load(tmp_path / FILE)
    (tmp_path / FILE).write_bytes(b"hello")
    with pytest.raises(UserError, match=f"『{FILE}』を読めません"):
        load(tmp_path / FILE)
    (tmp_path / FILE).write_bytes(master(sample()))
    assert load(tmp_path / FILE) == sample()


def test_no_criterion_is_called_like_a_field_of_a_year() -> None:
    plan = sample()
    criteria = {criterion.name for criterion in plan.criteria}
    fields = (field for field in form_of(plan).fields if field.year and field.n is None)
    assert {field.stem for field in fields} - criteria == set(OF_A_YEAR)
