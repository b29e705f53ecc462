"""Two workbooks of one list: what the council and the public see, and what the secretariat has."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.crafted import encrypted
from tests.office import convert, needs_office
from tests.samples import PLAN, returned
from tests.test_figures import real_facts
from workbook_tools.collect.collect import collect
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.consolidate.consolidate import (
    Contents,
    consolidate,
    secretariats_workbook,
    workbook,
)
from workbook_tools.consolidate.departments import Receipts
from workbook_tools.consolidate.secretariat import BackOffice
from workbook_tools.figures.compute import compute
from workbook_tools.outbox import put
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

FEW = replace(
    PLAN,
    practices=tuple(PLAN.practice(no) for no in (16, 17, 18)),
    deadline=date(2022, 4, 22),
)
ON_TIME, LATE = "2022-04-20T09:00:00+09:00", "2022-05-20T09:00:00+09:00"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def receive(workspace: Workspace, name: str, data: bytes, now: str) -> None:
    put(workspace.inbox / name, data)
    collect(Round(workspace, FEW, now))


def rows(data: bytes, sheet: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def paths_of(workspace: Workspace) -> tuple[Path, Path]:
    listed, own, *_ = consolidate(Round(workspace, FEW, LATE)).paths
    return listed, own


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


# --- 出典


def test_every_text_has_its_file_sheet_and_cell(workspace: Workspace) -> None:
    receive(workspace, "No16.xlsx", returned(16, 特記事項="好評だった。"), ON_TIME)
    found = rows(paths_of(workspace)[1].read_bytes(), "出典")
    (row,) = [row for row in found if row[2] == "特記事項"]
    assert row[0] == 16
    assert row[3:] == ["inbox/No16.xlsx", "進捗状況シート②", row[5], "好評だった。", "好評だった。"]
    book = openpyxl.load_workbook(io.BytesIO(returned(16, 特記事項="好評だった。")))
    assert book["進捗状況シート②"][row[5]].value == "好評だった。"


def test_a_link_leads_to_a_copy_that_moves_with_the_list(workspace: Workspace) -> None:
    data = returned(17)
    receive(workspace, "送付.zip", zipped("窓口/No17.xlsx", data), ON_TIME)
    own = paths_of(workspace)[1]
    sheet = openpyxl.load_workbook(own)["出典"]
    links = [cell.hyperlink.target for row in sheet for cell in row if cell.hyperlink]
    assert links == ["出典_R3\\No17.xlsx"]  # one a practice, relative, as Excel writes paths
    assert (own.parent / links[0].replace("\\", "/")).read_bytes() == data


def linked(own: Path) -> dict[int, Path]:
    """Practice → the copy that its link in 出典 leads to."""
    found = {}
    for row in openpyxl.load_workbook(own)["出典"].iter_rows(min_row=4):
        if row[3].hyperlink:
            found[row[0].value] = own.parent / row[3].hyperlink.target.replace("\\", "/")
    return found


def texts(path: Path) -> dict[str, list[str]]:
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [str(cell.value) for row in sheet for cell in row if cell.value]
        for sheet in book
    }


def test_of_a_file_with_macros_a_copy_of_what_was_read_is_laid_out(workspace: Workspace) -> None:
    receive(workspace, "No16.xlsm", returned(16, 特記事項="好評だった。"), ON_TIME)
    own = paths_of(workspace)[1]
    assert not [*own.parent.rglob("*.xlsm")]
    assert "inbox/No16.xlsm" in {row[3] for row in rows(own.read_bytes(), "出典")}
    assert "好評だった。" in texts(linked(own)[16])["②"]


def test_a_link_from_a_file_with_a_password_leads_to_a_copy_without(workspace: Workspace) -> None:
    locked = encrypted(returned(16, 課題_R3="人手が足りない。"), "himitsu")
    put(workspace.inbox / "No16.xlsx", locked)
    collect(Round(workspace, FEW, ON_TIME), passwords=("himitsu",))
    own = paths_of(workspace)[1]
    copy = linked(own)[16]
    assert copy.name == "No16.xlsx"
    assert "人手が足りない。" in texts(copy)["②"]


def test_copies_to_which_no_link_leads_go(workspace: Workspace) -> None:
    receive(workspace, "No16.xlsx", returned(16), ON_TIME)
    receive(workspace, "No17.xlsx", returned(17), ON_TIME)
    folder = paths_of(workspace)[1].parent / "出典_R3"
    put(folder / "メモ.txt", b"of the secretariat's own")
    withdraw(Round(workspace, FEW, LATE), "inbox/No17.xlsx", "誤送付", undo=False)
    assert set(linked(paths_of(workspace)[1])) == {16}
    assert {path.name for path in folder.iterdir()} == {"No16.xlsx", "メモ.txt"}


# --- 部署別


def test_departments_count_their_practices_and_for_the_secretariat_what_came_when(
    workspace: Workspace,
) -> None:
    receive(workspace, "No16.xlsx", returned(16), ON_TIME)
    receive(workspace, "No17.xlsx", returned(17, 進捗度_R3=7), LATE)
    listed, own = paths_of(workspace)
    counter = [row for row in rows(listed.read_bytes(), "部署別") if "窓口" in str(row[0])]
    assert counter == [["（民）窓口サービス課", 2, 1, 0, 1, 0, 0, 8]]
    of_own = {row[0]: row[8:] for row in rows(own.read_bytes(), "部署別")[3:]}
    assert of_own["（民）窓口サービス課"] == [1, 1, 0, 1]  # on time, late, missing, sent back
    assert of_own["（福）総合福祉課"] == [0, 0, 1, 0]


# --- the council


VOTES = {1: {7: 5, 12: 4}, 2: {7: 2}, 3: {}}


def council_books() -> dict[str, bytes]:
    facts = real_facts(council={7: 35, 12: 40})
    back = BackOffice(VOTES, Receipts((), {}, None), {})
    spread = {7: {5: 1, 2: 1}, 12: {4: 1}}
    known = Contents(compute(PLAN, facts), {}, None, (), False, spread, back)
    return {"list": workbook(known), "own": secretariats_workbook(known)}


def test_members_votes_are_the_secretariats_alone() -> None:
    books = council_books()
    votes = {row[0]: row[2:] for row in rows(books["own"], "審議会採点")[3:]}
    assert votes[7] == [5, 2, None, 3.5]
    assert votes[12] == [4, None, None, 4]
    assert "審議会採点" not in openpyxl.load_workbook(io.BytesIO(books["list"])).sheetnames
    with zipfile.ZipFile(io.BytesIO(books["list"])) as parts:
        every = b"".join(parts.read(name) for name in parts.namelist()).decode(errors="ignore")
    for word in ("審議会採点", "委員1", "出典", "期限内", "差戻し"):
        assert word not in every


def test_the_list_shows_how_the_scores_spread() -> None:
    pages = rows(council_books()["list"], "評価ページ")
    told = [cell for row in pages for cell in row if str(cell).startswith("/5")]
    assert told[6] == "/5　　5：1人　2：1人"
    assert told[0] == "/5"


@needs_office
def test_averages_follow_an_edited_vote() -> None:
    books = council_books()
    edited = openpyxl.load_workbook(io.BytesIO(books["own"]))
    row = next(row for row in edited["審議会採点"].iter_rows(min_row=4) if row[0].value == 7)
    row[4].value = 5  # member 3, who had abstained: 5 2 5 is 4.0
    out = io.BytesIO()
    edited.save(out)
    found = convert({**books, "edited": out.getvalue()}, "xlsx")
    for name, average in (("own", 3.5), ("edited", 4)):
        items = {row[0]: row for row in rows(found[name], "取組項目別")[3:]}
        assert items[7][16] == average
        assert items[12][16] == 4
        assert items[1][16] in (None, "")
