"""`consolidate` from register to workbook: what is shown, what is missing, what changed since."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import openpyxl
import pytest

from tests.samples import PLAN, R3, R4, returned
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate, shortcomings
from workbook_tools.council import opinions
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Plan, Waiver
from workbook_tools.plan.write_master import master
from workbook_tools.register.ballots import ENDED, ITEM, Opinion, Target
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW = "2022-05-20T09:00:00+09:00"
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17, 18)))
SHEETS = [
    *("目次", "総括", "取組項目別", "実践項目別", "テーマ別", "一望", "評価ページ"),
    *("工程表", "取組内容", "評価理由", "課題", "特記事項", "前年度比較", "推移", "部署別"),
]
LIST, OWN = "取組状況一覧_R3.xlsx", "取組状況一覧_R3_事務局用.xlsx"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def receive(workspace: Workspace, *numbers: int, plan: Plan = FEW, **changes: str | int) -> None:
    for no in numbers:
        put(workspace.inbox / f"No{no}.xlsx", returned(no, **changes))
    collect(Round(workspace, plan, NOW))


def row_of(path: Path, sheet: str, number: int) -> list[object]:
    """The row of a list that begins with a number."""
    table = openpyxl.load_workbook(path, data_only=True)[sheet]
    return next(list(row) for row in table.iter_rows(values_only=True) if row[0] == number)


def test_every_sheet_in_its_order(workspace: Workspace) -> None:
    receive(workspace, 16, 17, 18)
    done = consolidate(Round(workspace, FEW, NOW), with_appendix=True)
    assert [path.name for path in done.paths] == [LIST, OWN, "資料編_R3.xlsx"]
    assert openpyxl.load_workbook(done.paths[0]).sheetnames == SHEETS
    assert openpyxl.load_workbook(done.paths[1]).sheetnames == [*SHEETS, "審議会採点", "出典"]
    assert shortcomings(done.contents) == []


def test_what_is_missing_is_shown_and_said(workspace: Workspace) -> None:
    receive(workspace, 16)
    receive(workspace, 17, 進捗度_R3=7)
    done = consolidate(Round(workspace, FEW, NOW))
    assert shortcomings(done.contents) == ["未提出 1件： 小№ 18", "要修正 1件： 小№ 17"]
    assert "要修正" in row_of(done.paths[0], "実践項目別", 17)
    assert "未提出" in row_of(done.paths[0], "実践項目別", 18)
    assert "評価 1/3" in row_of(done.paths[0], "取組項目別", 7)


def test_an_older_version_that_counts_is_marked(workspace: Workspace) -> None:
    receive(workspace, 16)
    receive(workspace, 16, 進捗度_R3=7)
    done = consolidate(Round(workspace, FEW, NOW))
    row = row_of(done.paths[0], "実践項目別", 16)
    assert "旧版" in row
    assert "B" in row


def test_strict_writes_nothing_while_something_is_missing(workspace: Workspace) -> None:
    receive(workspace, 16)
    assert consolidate(Round(workspace, FEW, NOW), strict=True).paths == ()
    assert not (workspace.outbox / "取組状況一覧_R3.xlsx").exists()


def test_nothing_collected_yet(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="先に collect"):
        consolidate(Round(workspace, FEW, NOW))


def test_a_plan_changed_since_collecting(workspace: Workspace) -> None:
    receive(workspace, 16, 17, 18)
    moved = dataclasses.replace(PLAN.practice(18), item_no=8)
    changed = dataclasses.replace(FEW, practices=(*FEW.practices[:2], moved))
    done = consolidate(Round(workspace, changed, NOW))
    assert any("計画マスタが変わっています" in sentence for sentence in shortcomings(done.contents))
    assert [len(item.practices) for item in done.contents.figures.items[6:8]] == [2, 1]


def test_exceptions_stand_in_the_notes(workspace: Workspace) -> None:
    plan = dataclasses.replace(FEW, waivers=(Waiver(16, "S108", "口頭で説明済み"),))
    receive(workspace, 16, plan=plan, 評価理由_連携度="")
    done = consolidate(Round(workspace, plan, NOW))
    assert any("№16" in note and "口頭で説明済み" in note for note in done.contents.notes)
    summary = openpyxl.load_workbook(done.paths[0])["総括"]
    words = [str(cell.value) for row in summary.iter_rows() for cell in row if cell.value]
    assert any("口頭で説明済み" in word for word in words)


def test_the_council_s_scores_and_edited_opinions(workspace: Workspace) -> None:
    receive(workspace, 16, 17, 18)
    send_ballots(Round(workspace, FEW, NOW), 2)
    for member, score in ((1, 4), (2, 3)):
        path = workspace.forms(R3) / "評価シート" / f"評価シート_委員0{member}.xlsx"
        book = openpyxl.load_workbook(path)
        cell = book.defined_names["評価_07"].attr_text.split("!")[1].replace("$", "")
        book["評価シート"][cell] = score
        book.save(workspace.inbox / path.name)
    collect_ballots(Round(workspace, FEW, NOW))
    said = [
        Opinion(Target(ITEM, 7), 1, "窓口がよくなった。"),
        Opinion(Target(ENDED, 19), 2, "役目を終えた。"),
    ]
    data, _ = opinions.gathered(None, "題", said, [])
    put(workspace.outbox / "意見集約_R3.xlsx", data)
    path = consolidate(Round(workspace, FEW, NOW)).paths[0]
    assert 3.5 in row_of(path, "取組項目別", 7)
    page = openpyxl.load_workbook(path, data_only=True)["評価ページ"]
    words = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value]
    assert any("窓口がよくなった。" in word for word in words)


def test_next_year_names_what_is_new_moved_and_ended(workspace: Workspace) -> None:
    put(workspace.plan_master, master(FEW))  # under which item a practice was, its plan tells
    receive(workspace, 16, 17)
    put(workspace.inbox / "No18.xlsx", returned(18, 取組終了_年=4, 取組終了_月=3, 取組予定_R4_1=""))
    collect(Round(workspace, FEW, NOW))
    moved = dataclasses.replace(PLAN.practice(17), item_no=8)
    newcomer = dataclasses.replace(PLAN.practice(20), no=71, item_no=7, first_year=R4)
    plan = dataclasses.replace(
        FEW, practices=(PLAN.practice(16), moved, PLAN.practice(18), newcomer), evaluated=R4
    )
    put(workspace.plan_master, master(plan))
    for no in (16, 17, 71):
        put(workspace.inbox / "R4" / f"No{no}.xlsx", returned(no, R4, plan))
    collect(Round(workspace, plan, NOW))
    figures = consolidate(Round(workspace, plan, NOW)).contents.figures
    changes = {known.practice.no: (known.status, known.change) for known in figures.practices}
    assert changes == {
        16: ("受理", ""),
        17: ("受理", "移動"),
        18: ("終了", ""),
        71: ("受理", "新規"),
    }
    assert figures.practices[2].now is not None  # its last scores are carried


def test_the_same_round_gives_the_same_bytes(workspace: Workspace) -> None:
    receive(workspace, 16, 17, 18)
    first = consolidate(Round(workspace, FEW, NOW)).paths[0].read_bytes()
    assert consolidate(Round(workspace, FEW, NOW)).paths[0].read_bytes() == first


def test_texts_stay_texts(workspace: Workspace) -> None:
    receive(
        workspace,
        16,
        特記事項="=HYPERLINK(1)",
        取組結果_R3_1="(新)+1",
        課題_R3="@SUM(A1)",
        評価理由_進捗度="=1+1",
        工程_当初_R3="-1+1",
    )
    book = openpyxl.load_workbook(consolidate(Round(workspace, FEW, NOW)).paths[0])
    for name, text in {
        "取組内容": "(新)+1",
        "課題": "@SUM(A1)",
        "特記事項": "=HYPERLINK(1)",
        "評価理由": "=1+1",
        "工程表": "-1+1",
    }.items():
        cells = [cell for row in book[name].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells if cell.value == text} == {"s"}, name
        # The only formulas are the links right of the table.
        assert {cell.column for cell in cells if cell.data_type == "f"} == {book[name].max_column}
        assert all(text not in str(cell.value) for cell in cells if cell.data_type == "f")


def test_the_facts_are_those_of_the_plan() -> None:
    facts = json.loads((Path(__file__).parent / "facts" / "plan.json").read_text("utf-8"))
    titles = [practice["title"] for practice in facts["practices"]]
    assert titles == [practice.title for practice in PLAN.practices]
