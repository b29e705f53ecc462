"""`explain`: every kind of cell of the list, in words."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest

from tests.samples import PLAN, returned
from tests.test_figures import real_facts
from workbook_tools.cells import parse_cell
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import Contents, consolidate, workbook
from workbook_tools.consolidate.explain import explain, tell
from workbook_tools.excel.read.book import tables
from workbook_tools.figures.compute import compute
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
        ("総括!B12", "小№16、17の2件です"),
        ("総括!B15", "（0＋2）÷2×100を小数第２位で四捨五入して100.0です"),
        ("総括!A17", "№7 窓口の利便性向上に向けた取組"),
        ("総括!C12", "令和２年度の計画と評価基準による"),
        ("総括!D12", "今年度の数値から前年度の数値を引いたもの"),
        ("総括!A3", "取組項目別・実践項目別・テーマ別から計算しています"),
        ("評価ページ!H89", "小№16が3、小№17が2。平均2.5000を小数第２位で四捨五入して2.5です"),
        ("評価ページ!H92", "inbox/No16.xlsx　進捗状況シート①のE25に『３』と書かれています"),
        ("評価ページ!M94", "小№18『ふくし総合相談窓口機能の充実』の総合評価です"),
        ("評価ページ!J95", "審議会の評価がありません"),
        ("評価ページ!A96", "見出しか、表の外のセルです"),
        ("評価ページ!A1", "見出しか、表の外のセルです"),
        ("推移!I10", "小№16が3、小№17が2。平均2.5000を小数第２位で四捨五入して2.5です"),
        ("推移!H10", "令和２年度の数値は登録されていません"),
        ("推移!E26", "テーマⅡ『市民サービスの進化』の合計です"),
        ("推移!E34", "見出しか、表の外のセルです"),
        ("一望!K4", "inbox/No16.xlsx　進捗状況シート①のE25に『３』と書かれています"),
        ("一望!G10", "合計8.5を四捨五入した9は、8以上という基準に届くのでBです"),
        ("一望!J4", "見出しか、表の外のセルです"),
        ("前年度比較!E10", "№7『窓口の利便性向上に向けた取組』の進捗度です"),
        ("前年度比較!F10", "今年度の数値から前年度の数値を引いたもの"),
        ("前年度比較!D25", "令和２年度の数値は登録されていません"),
        ("部署別!C4", "（民）窓口サービス課が主に担当する実践項目（小№16、17）"),
        ("取組項目別!A2", "見出しか、表の外のセルです"),
        ("'取組項目別'!$k$10", "№7『窓口の利便性向上に向けた取組』の進捗度です"),
    ],
)
def test_where_a_cell_comes_from(held: Round, spot: str, said: str) -> None:
    assert any(said in sentence for sentence in explain(held, spot)), explain(held, spot)


@pytest.mark.parametrize(
    ("spot", "said"),
    [
        ("前年度比較!D15", "令和２年度の計画と評価基準によります"),
        ("前年度比較!D15", "№12『行政事務の民間委託』の進捗度です"),
        ("前年度比較!D15", "小№33が2、小№34が2、"),
        ("推移!F15", "合計8.9を四捨五入した9は、8以上という基準に届くのでBです"),
        ("自己評価と審議会!C15", "進捗度2.5＋連携度2.8＋効率性2.8＋創造性2.0＝10.1"),
        ("自己評価と審議会!F15", "委員の評価（5が1人、3が2人）の平均"),
        ("自己評価と審議会!E15", "自己評価の合計が大きい順の順位です"),
        ("自己評価と審議会!H15", "自己評価の順位から審議会の順位を引いたもの"),
        ("自己評価と審議会!B15", "見出しか、表の外のセルです"),
    ],
)
def test_an_earlier_year_and_what_the_council_thinks(spot: str, said: str) -> None:
    known = Contents(compute(PLAN, real_facts()), {}, None, (), False, {12: {5: 1, 3: 2}})
    sheet, cell = spot.split("!")
    (table,) = [table for table in tables(workbook(known)) if table.sheet == sheet]
    told = tell(known, table, *parse_cell(cell))
    assert any(said in sentence for sentence in told), told


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
