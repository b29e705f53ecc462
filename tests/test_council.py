"""The council's scores and opinions: out, back, averaged, gathered (domain §7, §8)."""

from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.samples import PLAN, R3, R4, returned
from workbook_tools.collect.collect import collect as collect_forms
from workbook_tools.council import ballot, opinions
from workbook_tools.council.collect import Council, collect
from workbook_tools.council.distribute import distribute
from workbook_tools.figures.compute import compute
from workbook_tools.figures.facts import gather
from workbook_tools.findings import UserError
from workbook_tools.plan.model import Member, Plan
from workbook_tools.rebuild import rebuild
from workbook_tools.register import ballots
from workbook_tools.register.ballots import ENDED, ITEM, Opinion, Target
from workbook_tools.register.database import Register
from workbook_tools.register.records import PastResult
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW, LATER = "2022-06-20T09:00:00+09:00", "2022-06-25T09:00:00+09:00"
PUBLISHED = json.loads((Path(__file__).parent / "facts" / "published.json").read_text("utf-8"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def sheet(workspace: Workspace, member: int, plan: Plan = PLAN) -> Workbook:
    """A member's blank sheet as it was sent."""
    path = workspace.forms(R3) / ballot.SHEET / ballot.file_name_of(Member(member))
    return openpyxl.load_workbook(path)


def fill(book: Workbook, values: Mapping[str, Any]) -> bytes:
    for name, value in values.items():
        cell = book.defined_names[name].attr_text.rpartition("!")[2].replace("$", "")
        book[ballot.SHEET][cell] = value
        if isinstance(value, str):
            book[ballot.SHEET][cell].data_type = "s"  # typed into a text cell
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(workspace: Workspace, name: str, data: bytes, at: int = 0) -> None:
    path = workspace.inbox / name
    path.write_bytes(data)
    os.utime(path, (1_656_000_000 + at, 1_656_000_000 + at))


def codes(done: Council) -> list[str]:
    return [finding.code for finding in done.findings if finding.code != "V106"]


def test_one_sheet_per_member_with_every_field(workspace: Workspace) -> None:
    paths = distribute(Round(workspace, PLAN, NOW), 3)
    assert [path.name for path in paths] == [f"評価シート_委員0{no}.xlsx" for no in (1, 2, 3)]
    names = set(sheet(workspace, 2).defined_names)
    assert {"委員番号", "確認年度"} <= names
    assert {f"評価_{no:02d}" for no in range(1, 22)} <= names
    assert {f"意見_{no:02d}" for no in range(1, 22)} <= names
    # every practice that ended by R3 according to the plan master
    ended = {12, 19, 21, 42, 44, 45, 53, 60, 63}
    assert {name for name in names if name.startswith("終了意見")} == {
        f"終了意見_{no}" for no in ended
    }
    page = sheet(workspace, 2)[ballot.SHEET]
    assert page.protection.sheet
    assert (
        page[
            sheet(workspace, 2).defined_names["委員番号"].attr_text.split("!")[1].replace("$", "")
        ].value
        == 2
    )


def test_other_years_have_opinions_only(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN.of_year(R4), NOW), 1)
    path = workspace.forms(R4) / ballot.SHEET / "評価シート_委員01.xlsx"
    names = set(openpyxl.load_workbook(path).defined_names)
    assert not any(name.startswith(("評価_", "終了意見_")) for name in names)
    assert "意見_21" in names


def test_members_come_from_the_plan_master(workspace: Workspace) -> None:
    plan = dataclasses.replace(PLAN, members=(Member(7, "山田"),))
    assert [path.name for path in distribute(Round(workspace, plan, NOW), None)] == [
        "評価シート_委員07.xlsx"
    ]
    with pytest.raises(UserError, match="--members"):
        distribute(Round(workspace, PLAN, NOW), None)


def scores_with_mean(tenths: int, members: int = 10) -> list[int]:
    """Scores of ten members whose mean is exactly that."""
    low, rest = divmod(tenths, members)
    return [low + 1] * rest + [low] * (members - rest)


def test_the_published_averages_come_back(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 10)
    wanted = {item["no"]: round(item["council_average"] * 10) for item in PUBLISHED["items"]}
    by_item = {no: scores_with_mean(mean) for no, mean in wanted.items()}
    for member in range(10):
        values = {f"評価_{no:02d}": scores[member] for no, scores in by_item.items()}
        put(workspace, f"{member}.xlsx", fill(sheet(workspace, member + 1), values), member)
    done = collect(Round(workspace, PLAN, NOW))
    assert done.findings == ()
    assert {tally.item_no: tally.mean for tally in done.tallies} == wanted
    with Register.open(workspace.register) as register:
        facts = gather(register, Round(workspace, PLAN, NOW))
    themes = {known.theme.no: known.council for known in compute(PLAN, facts).themes}
    assert themes == {
        theme["no"]: round(theme["council_average"] * 10) for theme in PUBLISHED["themes"]
    }


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"評価_01": 5, "評価_02": "４", "評価_03": "３点", "評価_04": 2.0}, []),
        ({"評価_01": 6}, ["V101"]),
        ({"評価_01": 0}, ["V101"]),
        ({"評価_01": 3.5}, ["V101"]),
        ({"評価_01": "良い"}, ["V101"]),
        ({"評価_01": "－", "意見_01": "よい取組である。"}, []),
        ({"評価_01": 3, "委員番号": 99}, ["V102"]),
        ({"評価_01": 3, "委員番号": None}, ["V102"]),
        ({"評価_01": 3, "確認年度": "令和２年度末"}, ["V104"]),
        ({}, ["V105"]),
    ],
)
def test_what_members_type(
    workspace: Workspace, typed: dict[str, Any], expected: list[str]
) -> None:
    distribute(Round(workspace, PLAN, NOW), 2)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), typed))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == expected
    assert done.missing == ((1, 2) if {"V101", "V102", "V104"} & set(expected) else (2,))


def test_a_finding_names_the_cell(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_07": 9}))
    findings = collect(Round(workspace, PLAN, NOW)).findings
    (finding,) = [finding for finding in findings if finding.code == "V101"]
    spot = sheet(workspace, 1).defined_names["評価_07"].attr_text.split("!")[1].replace("$", "")
    assert (finding.place.file, finding.place.cell, finding.value) == ("inbox/1.xlsx", spot, "9")
    assert "№7の評価が『9』" in finding.message


def test_the_newest_sheet_of_a_member_counts(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "old.xlsx", fill(sheet(workspace, 1), {"評価_01": 2}), 1)
    put(workspace, "new.xlsx", fill(sheet(workspace, 1), {"評価_01": 5}), 2)
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == ["V103"]
    assert done.tallies[0].mean == 50
    assert collect(Round(workspace, PLAN, LATER)).tallies == done.tallies


def test_members_may_abstain(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 3)
    for member, score in ((1, 4), (2, None), (3, 3)):
        values = {"評価_01": score, "評価_02": 3}
        put(workspace, f"{member}.xlsx", fill(sheet(workspace, member), values))
    tally = collect(Round(workspace, PLAN, NOW)).tallies[0]
    assert (tally.mean, tally.abstained, tally.counts[4]) == (35, 1, 1)


def without_names(book: Workbook) -> None:
    book.defined_names.clear()


def renamed(book: Workbook) -> None:
    book.defined_names.clear()
    book[ballot.SHEET].title = "山田委員"


def row_inserted(book: Workbook) -> None:
    page = book[ballot.SHEET]
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    page.insert_rows(3, 2)
    book.defined_names.clear()


@pytest.mark.parametrize("damage", [without_names, renamed, row_inserted])
def test_a_damaged_sheet_is_read_by_its_labels(
    workspace: Workspace, damage: Callable[[Workbook], None]
) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    values = {"評価_07": 4, "意見_07": "窓口が速くなった。", "終了意見_44": "役目を終えた。"}
    book = openpyxl.load_workbook(io.BytesIO(fill(sheet(workspace, 1), values)))
    damage(book)
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == []
    assert done.tallies[6].mean == 40
    printed = opinions.printed(done.path.read_bytes(), "x")
    assert printed.items == {7: ["窓口が速くなった。"]}
    assert printed.ended == {44: ["役目を終えた。"]}


def edit(path: Path, changes: Mapping[str, Any]) -> None:
    book = openpyxl.load_workbook(path)
    for cell, value in changes.items():
        book[opinions.SHEET][cell] = value
    book.save(path)


def test_edited_opinions_are_never_overwritten(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 2)
    first = {"意見_01": "=よい取組", "意見_02": "続けてほしい。"}
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), first), 1)
    path = collect(Round(workspace, PLAN, NOW)).path
    edit(path, {"E4": "順調である。", "G4": 9, "F5": None})
    before = openpyxl.load_workbook(path)[opinions.SHEET]
    kept = [[cell.value for cell in row] for row in before.iter_rows(min_row=1, max_row=5)]
    put(workspace, "2.xlsx", fill(sheet(workspace, 2), {"意見_01": "費用を示すべき。"}), 2)
    done = collect(Round(workspace, PLAN, LATER))
    assert done.added == 1
    after = openpyxl.load_workbook(path)[opinions.SHEET]
    assert [[cell.value for cell in row] for row in after.iter_rows(min_row=1, max_row=5)] == kept
    assert not any(cell.data_type == "f" for row in after.iter_rows() for cell in row)
    # №2's opinion was dropped, №1's two are printed in the secretariat's order
    assert opinions.printed(path.read_bytes(), "x").items == {
        1: ["費用を示すべき。", "順調である。"]
    }
    assert collect(Round(workspace, PLAN, LATER)).added == 0


def test_headings_that_are_gone_are_named() -> None:
    data, _ = opinions.gathered(None, "題", [Opinion(Target(ITEM, 1), 1, "意見")], [])
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[opinions.SHEET]["E3"] = "別の見出し"
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(UserError, match="採用文"):
        opinions.printed(buffer.getvalue(), "意見集約_R3.xlsx")


def test_progress_sheets_and_council_sheets_do_not_disturb_each_other(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_01": 3}))
    forms = collect_forms(Round(workspace, PLAN, NOW))
    said = [finding.code for finding in forms.findings]
    assert [code for code in said if code != "X801"] == ["F004"]
    assert codes(collect(Round(workspace, PLAN, NOW))) == []


def test_the_register_made_anew_knows_the_council(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_01": 4, "意見_01": "よい。"}))
    before = collect(Round(workspace, PLAN, NOW))
    (workspace.inbox / "1.xlsx").unlink()
    rebuild(Round(workspace, PLAN, LATER), lambda done, total: None)
    with Register.open(workspace.register) as register:
        assert ballots.averages(register, R3) == {1: 40}
    assert collect(Round(workspace, PLAN, LATER)).tallies == before.tallies


def test_practices_that_ended_are_known_from_the_register(workspace: Workspace) -> None:
    with Register.open(workspace.register) as register:
        register.take_history(R3, [PastResult(16, {}, None, R3)], "0" * 64)
    distribute(Round(workspace, PLAN, NOW), 1)
    assert ballot.opinion_name(Target(ENDED, 16)) in sheet(workspace, 1).defined_names
