"""`explain`: every kind of cell of the list, in words."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest

from tests.samples import PLAN, returned
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.consolidate.explain import explain
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW = "2022-05-20T09:00:00+09:00"
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17, 18)))


@pytest.fixture
def held(tmp_path: Path) -> Round:
    (tmp_path / "inbox").mkdir()
    held = Round(Workspace(tmp_path), FEW, NOW)
    put(
        held.workspace.inbox / "No16.xlsx", returned(16, 進捗度_R3="３", 課題_R3="人手が足りない。")
    )
    put(held.workspace.inbox / "No17.xlsx", returned(17))
    collect(held)
    consolidate(held)
    return held


@pytest.mark.parametrize(
    ("spot", "said"),
    [
        ("実践項目別!F4", "inbox/No16.xlsx　進捗状況シート①のE25に『３』と書かれています"),
        ("実践項目別!J4", "進捗度3＋連携度2＋効率性2＋創造性2＝9"),
        ("実践項目別!K4", "合計9は、8以上という基準に届くのでBです"),
        ("実践項目別!K6", "状況は『未提出』で、まだ数値がありません"),
        ("取組項目別!K10", "小№16が3、小№17が2。平均2.5000を小数第２位で四捨五入して2.5です"),
        ("取組項目別!O10", "進捗度2.5＋連携度2.0＋効率性2.0＋創造性2.0＝8.5"),
        ("取組項目別!P10", "合計8.5を四捨五入した9は、8以上という基準に届くのでBです"),
        ("取組項目別!K4", "受理したシートがないため、数値がありません"),
        ("課題!D4", "課題：inbox/No16.xlsx　進捗状況シート②の"),
        ("総括!B8", "取組項目別・実践項目別・テーマ別から計算しています"),
        ("取組項目別!A2", "見出しか、表の外のセルです"),
        ("'取組項目別'!$k$10", "№7『窓口の利便性向上に向けた取組』の進捗度です"),
    ],
)
def test_where_a_cell_comes_from(held: Round, spot: str, said: str) -> None:
    assert any(said in sentence for sentence in explain(held, spot)), explain(held, spot)


def test_a_sorted_and_edited_list_is_understood(held: Round) -> None:
    path = held.workspace.outbox / "取組状況一覧_R3.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["実践項目別"]
    for col in range(1, sheet.max_column + 1):
        upper, lower = sheet.cell(4, col), sheet.cell(5, col)
        upper.value, lower.value = lower.value, upper.value
    sheet["A4"], sheet["A5"], sheet["F5"] = 17, 16, 1
    book.save(path)
    told = "".join(explain(held, "実践項目別!F5"))
    assert "小№16" in told
    assert "登録簿では『3』です。一覧を作ったあとで書き換えられています" in told
    assert "書き換えられて" not in "".join(explain(held, "実践項目別!G5"))


@pytest.mark.parametrize(
    ("spot", "said"),
    [
        ("取組項目!A1", "『取組項目別』のことですか"),
        ("K10", "セルとして読めません"),
        ("取組項目別!あ", "セルとして読めません"),
    ],
)
def test_what_is_no_cell(held: Round, spot: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        explain(held, spot)


def test_no_list_yet(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="先に consolidate"):
        explain(Round(Workspace(tmp_path), FEW, NOW), "取組項目別!K10")
