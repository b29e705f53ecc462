"""`compare` over a collected round: versions, waivers, the files it writes, what it says."""

from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from tests.office import convert, needs_office
from tests.samples import PLAN, R2, R3, returned
from tests.test_compare import workbook
from tests.test_figures import CRITERIA
from workbook_tools.cli import cli
from workbook_tools.collect.collect import collect
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.compare.causes import Cause
from workbook_tools.compare.compare import compare_list
from workbook_tools.compare.differences import Mismatch
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.excel.patch.fills import ERROR
from workbook_tools.outbox import put
from workbook_tools.plan.model import Correction, Plan, Waiver
from workbook_tools.plan.write_master import master
from workbook_tools.register import written
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round, open_round
from workbook_tools.workspace import Workspace, digest, read

FEW = dataclasses.replace(
    PLAN,
    practices=tuple(dataclasses.replace(PLAN.practice(no), finished=None) for no in (16, 17, 18)),
)
NOW = "2022-04-21T09:00:00+09:00"
HEAD = ["小№", "実践項目", *CRITERIA, "合計", "総合評価"]


def held_by(folder: Path, plan: Plan = FEW) -> Round:
    place = Workspace(folder)
    put(place.plan_master, master(plan))
    return open_round(place, None, NOW)


@pytest.fixture
def held(tmp_path: Path) -> Round:
    return held_by(tmp_path)


def receive(held: Round, name: str, no: int, **changes: str | int) -> None:
    path = held.workspace.inbox / name
    put(path, returned(no, R3, held.plan, **changes))
    moment = 1_650_000_000 + 60 * len(list(held.workspace.inbox.iterdir()))
    os.utime(path, (moment, moment))
    collect(open_round(held.workspace, None, NOW))


def receive_all(held: Round) -> None:
    for no in (16, 17, 18):
        receive(held, f"No{no}.xlsx", no)


def row(no: int, *scores: object, grade: str = "B") -> list[Any]:
    total = sum(score for score in scores if isinstance(score, int))
    return [no, PLAN.practice(no).title, *scores, total, grade]


def found(held: Round, *rows: Sequence[Any]) -> dict[tuple[Any, str], Mismatch]:
    """What differs in a list of practices: by number and column."""
    path = held.workspace.root / "一覧.xlsx"
    put(path, workbook({"実践項目別": [HEAD, *rows]}))
    done = compare_list(held.workspace, None, path, NOW).comparison
    return {(known.no, known.column): known for known in done.differences}


EVEN = (2, 2, 2, 2)


def test_a_cell_leads_to_the_departments_cell(held: Round) -> None:
    receive_all(held)
    differing = found(held, row(16, 3, 2, 2, 2), row(17, *EVEN), row(18, *EVEN))
    assert set(differing) == {(16, "進捗度"), (16, "合計")}
    cell = differing[16, "進捗度"]
    assert cell.place is not None
    assert (cell.place.file, cell.place.sheet) == ("inbox/No16.xlsx", "進捗状況シート①")
    book = openpyxl.load_workbook(held.workspace.root / cell.place.file)
    assert book[cell.place.sheet][cell.place.cell].value in (2, "2")  # type: ignore[index]
    assert cell.explained.cause is Cause.COPIED
    assert "一覧の進捗度から計算" in differing[16, "合計"].explained.reason


def test_the_value_of_an_older_version(held: Round) -> None:
    receive(held, "a.xlsx", 16, 進捗度_R3=3)
    receive(held, "b.xlsx", 16)
    receive(held, "17.xlsx", 17)
    receive(held, "18.xlsx", 18)
    older = found(held, row(16, 3, 2, 2, 2), row(17, *EVEN), row(18, *EVEN))[16, "進捗度"]
    assert older.explained.cause is Cause.RETURNED_AGAIN
    assert "版1（inbox/a.xlsx" in older.explained.reason
    assert "版2（inbox/b.xlsx" in older.explained.reason
    never = found(held, row(16, 1, 2, 2, 2), row(17, *EVEN), row(18, *EVEN))[16, "進捗度"]
    assert never.explained.cause is Cause.COPIED


def test_the_value_of_a_version_that_was_withdrawn(held: Round) -> None:
    receive(held, "a.xlsx", 16)
    receive(held, "b.xlsx", 16, 進捗度_R3=3)
    withdraw(open_round(held.workspace, None, NOW), "inbox/b.xlsx", "下書きだった", undo=False)
    cell = found(held, row(16, 3, 2, 2, 2))[16, "進捗度"]
    assert cell.explained.cause is Cause.RETURNED_AGAIN
    assert "受理を取り消した版" in cell.explained.reason


def test_the_value_of_a_version_that_is_faulty(held: Round) -> None:
    receive(held, "a.xlsx", 16)
    receive(held, "b.xlsx", 16, 進捗度_R3=3, 評価理由_進捗度="")
    cell = found(held, row(16, 3, 2, 2, 2))[16, "進捗度"]
    assert "まだ受理していません" in cell.explained.reason


def test_a_sheet_that_counts_by_an_exception(tmp_path: Path) -> None:
    held = held_by(
        tmp_path, dataclasses.replace(FEW, waivers=(Waiver(16, "S108", "口頭で説明済み"),))
    )
    receive(held, "a.xlsx", 16, 評価理由_連携度="")
    receive(held, "b.xlsx", 17)
    refused = [16, PLAN.practice(16).title, "", "", "", "", "", "要修正"]
    cell = found(held, refused, row(17, *EVEN))[16, "総合評価"]
    assert cell.explained.cause is Cause.WAIVED
    assert "S108" in cell.explained.reason
    other = [17, PLAN.practice(17).title, 2, 2, 2, 2, 8, "要修正"]
    plain = found(held, row(16, *EVEN), other)[17, "総合評価"]
    assert plain.explained.cause is not Cause.WAIVED


def test_what_the_secretariat_corrected(tmp_path: Path) -> None:
    agreed = Correction(16, "進捗度", "2", "3", "部署に電話で確認")
    held = held_by(tmp_path, dataclasses.replace(FEW, corrections=(agreed,)))
    receive(held, "a.xlsx", 16)
    receive(held, "b.xlsx", 17)
    cells = found(held, row(16, *EVEN), row(17, *EVEN))
    score, total = cells[16, "進捗度"], cells[16, "合計"]
    assert (score.expected, total.expected) == (3, 9)
    assert score.explained.cause is total.explained.cause is Cause.WAIVED
    assert total.explained.reason == "訂正（『2』→『3』）をしないときの値です。"
    other = found(held, row(16, 1, 2, 2, 2), row(17, *EVEN))[16, "進捗度"]
    assert other.explained.cause is not Cause.WAIVED


def test_a_sheet_that_counts_by_a_correction(tmp_path: Path) -> None:
    agreed = Correction(16, "進捗度", "7", "2", "部署に電話で確認")
    held = held_by(tmp_path, dataclasses.replace(FEW, corrections=(agreed,)))
    receive(held, "a.xlsx", 16, 進捗度_R3=7)
    receive(held, "b.xlsx", 17)
    refused = [16, PLAN.practice(16).title, "", "", "", "", "", "要修正"]
    cell = found(held, refused, row(17, *EVEN))[16, "総合評価"]
    assert (cell.explained.cause, "訂正" in cell.explained.reason) == (Cause.WAIVED, True)


def test_a_practice_without_sheet_is_said_and_added_up(held: Round) -> None:
    receive(held, "16.xlsx", 16)
    receive(held, "17.xlsx", 17)
    path = held.workspace.root / "一覧.xlsx"
    rows = [HEAD, row(16, *EVEN), row(17, *EVEN), row(18, 3, 3, 3, 3, grade="C")]
    put(path, workbook({"実践項目別": rows}))
    done = compare_list(held.workspace, None, path, NOW).comparison
    assert [(d.no, d.column, d.expected) for d in done.differences] == [(18, "総合評価", "A")]
    assert "№18は受理したシートがない" in done.notes[0]


def test_our_own_list_of_an_incomplete_round_agrees(held: Round) -> None:
    receive(held, "16.xlsx", 16)
    receive(held, "17.xlsx", 17, 進捗度_R3=7)
    path = consolidate(held).paths[0]
    done = compare_list(held.workspace, None, path, NOW).comparison
    assert done.differences == ()


def test_what_was_written_is_noted(held: Round) -> None:
    receive_all(held)
    path = held.workspace.root / "一覧.xlsx"
    put(path, workbook({"実践項目別": [HEAD, row(16, *EVEN)]}))
    done = compare_list(held.workspace, None, path, NOW)
    with Register.open(held.workspace.register, write=False) as register:
        noted = {output.name: output.sha256 for output in written.outputs(register, R3)}
    assert noted == {held.workspace.relative(path): digest(read(path)) for path in done.paths}
    assert len(noted) == 2


def test_where_nothing_was_collected_no_register_is_made(held: Round) -> None:
    path = held.workspace.root / "一覧.xlsx"
    put(path, workbook({"実践項目別": [HEAD, row(16, *EVEN)]}))
    compare_list(held.workspace, None, path, NOW)
    assert not held.workspace.register.exists()


# -- what is written and said ----------------------------------------------------------------------


def run(held: Round, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["--workspace", str(held.workspace.root), *words])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def spoiled(held: Round) -> Path:
    """Our own list with №16's 進捗度 typed wrong, as a value, and hostile words in a title."""
    receive_all(held)
    path = consolidate(held).paths[0]
    book = openpyxl.load_workbook(path)
    sheet = book["実践項目別"]
    cells = {cell.value: cell for line in sheet.iter_rows(max_row=4) for cell in line}
    at = next(line[0].row for line in sheet.iter_rows() if line[0].value == 16)
    for line in sheet.iter_rows(min_row=4):
        for cell in line:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = None
    sheet.cell(at, cells["進捗度"].column, 0)
    sheet.cell(at, cells["実践項目"].column).value = '=HYPERLINK("http://example.com","押す")'
    sheet.cell(at, cells["実践項目"].column).data_type = "s"
    book.save(held.workspace.root / "typed.xlsx")
    return held.workspace.root / "typed.xlsx"


def test_agreement_ends_with_0_and_difference_with_1(held: Round, spoiled: Path) -> None:
    before = spoiled.read_bytes()
    good = held.workspace.outbox / "取組状況一覧_R3.xlsx"
    assert run(held, "compare", str(good))[0] == 0
    code, said, _ = run(held, "compare", str(spoiled))
    assert code == 1
    assert "【実践項目別】№16　進捗度" in said
    assert "『0』、正しくは『2』" in said
    said.encode("cp932")
    assert spoiled.read_bytes() == before


@pytest.mark.parametrize("name", ["nothing.xlsx", "register.sqlite", "templates/計画マスタ.xlsx"])
def test_what_is_no_list_is_one_sentence(held: Round, name: str) -> None:
    receive_all(held)
    done = CliRunner().invoke(
        cli, ["--workspace", str(held.workspace.root), "compare", str(held.workspace.root / name)]
    )
    assert isinstance(done.exception, Exception)
    assert "『" in str(done.exception)


def test_the_document(held: Round, spoiled: Path) -> None:
    code, said, _ = run(held, "compare", str(spoiled), "--json")
    document = json.loads(said)
    assert code == 1
    assert document["year"] == "R3"
    assert document["list"] == "typed.xlsx"
    assert document["compared"] - document["agree"] == len(document["differences"])
    cell = next(known for known in document["differences"] if known["column"] == "進捗度")
    assert (cell["table"], cell["no"], cell["printed"], cell["expected"]) == (
        "実践項目別",
        16,
        0,
        2,
    )
    assert (cell["file"], cell["sheet"]) == ("inbox/No16.xlsx", "進捗状況シート①")
    assert cell["cause"] == "転記"
    assert {"table", "no", "column", "from", "to"} == set(cell["consequences"][0])
    assert {"table": "取組項目別", "no": 7, "column": "進捗度", "from": 1.3, "to": 2.0} in cell[
        "consequences"
    ]


def test_the_marked_copy(held: Round, spoiled: Path) -> None:
    run(held, "compare", str(spoiled))
    copy = held.workspace.outbox / "突合結果_R3" / "typed_突合済.xlsx"
    document = json.loads(run(held, "compare", str(spoiled), "--json")[1])
    cell = next(known for known in document["differences"] if known["column"] == "進捗度")
    marked = openpyxl.load_workbook(copy)[cell["list_sheet"]][cell["list_cell"]]
    assert marked.value == 0
    assert marked.fill.fgColor.rgb == ERROR
    assert "正しくは『2』" in marked.comment.text
    plain = openpyxl.load_workbook(copy)["取組項目別"]["A1"]
    assert plain.comment is None


def test_the_workbook_holds_texts_as_texts_and_prints_on_a4(held: Round, spoiled: Path) -> None:
    run(held, "compare", str(spoiled))
    book = openpyxl.load_workbook(held.workspace.outbox / "突合結果_R3.xlsx")
    assert book.sheetnames == ["正誤表", "相違一覧", "突合の範囲"]
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    errata = book["正誤表"]
    assert (errata.page_setup.paperSize, errata.page_setup.orientation) == (9, "portrait")
    assert [cell.value for cell in errata[5]] == ["番号", "名称", "欄", "誤", "正"]


def test_two_runs_write_the_same_bytes(held: Round, spoiled: Path) -> None:
    def written() -> dict[str, bytes]:
        run(held, "compare", str(spoiled))
        return {str(p): p.read_bytes() for p in held.workspace.outbox.rglob("*") if p.is_file()}

    assert written() == written()


@needs_office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_list_in_another_format(held: Round, kind: str) -> None:
    receive_all(held)
    rows = [HEAD, row(16, 3, 2, 2, 2), row(17, *EVEN), row(18, *EVEN)]
    data = convert({"list": workbook({"実践項目別": rows})}, kind)["list"]
    path = held.workspace.root / f"list.{kind}"
    put(path, data)
    code, said, _ = run(held, "compare", str(path), "--json")
    cells = {(d["no"], d["column"]): d["list_cell"] for d in json.loads(said)["differences"]}
    assert (code, cells) == (1, {(16, "進捗度"): "C2", (16, "合計"): "G2"})
    copy = held.workspace.outbox / "突合結果_R3" / "list_突合済.xlsx"
    marked = openpyxl.load_workbook(io.BytesIO(copy.read_bytes()))["実践項目別"]["C2"]
    assert marked.value == 3
    assert marked.comment is not None


def test_a_year_without_sheets_is_audited_by_itself(held: Round) -> None:
    path = held.workspace.root / "一覧_R2.xlsx"
    rows = [row(16, *EVEN), row(17, *EVEN), [18, "題名は当時のもの", 2, 2, 2, 2, 9, "B"]]
    put(path, workbook({"実践項目別": [HEAD, *rows]}))
    done = compare_list(held.workspace, R2, path, NOW)
    assert done.comparison.orphan
    assert [(d.no, d.column, d.printed, d.expected) for d in done.comparison.differences] == [
        (18, "合計", 9, 8)
    ]
    assert done.paths[0].name == "突合結果_R2.xlsx"
