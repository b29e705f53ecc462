"""What stands around the tool is gone, old or spoiled: one sentence helps, and nothing is lost."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.samples import PLAN, R3, returned
from workbook_tools.cli import cli
from workbook_tools.closing.close import close
from workbook_tools.collect.collect import collect
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Correction
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register import round as round_module
from workbook_tools.register import tables
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LEDGER
from workbook_tools.register.round import Round, of_master, open_round
from workbook_tools.verify.verify import verify
from workbook_tools.workspace import Workspace

NOW, LATER, EARLIER = (f"2022-0{month}-20T09:00:00+09:00" for month in (4, 5, 3))
FEW = dataclasses.replace(
    PLAN, practices=tuple(dataclasses.replace(PLAN.practice(no), finished=None) for no in (16, 17))
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A round in full swing: both sheets in, the list written."""
    place = Workspace(tmp_path / "city")
    put(place.plan_master, master(FEW))
    held = at(place, NOW)
    distribute(held)
    for no in (16, 17):
        put(place.inbox / f"{no}.xlsx", returned(no, R3, FEW))
    collect(held)
    consolidate(held)
    return place


def at(place: Workspace, now: str) -> Round:
    return open_round(place, None, now)


def run(place: Workspace, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--workspace", str(place.root), *words])


def refusal(place: Workspace, *words: str) -> str:
    """The one sentence with which a command refuses."""
    done = run(place, *words)
    assert isinstance(done.exception, UserError), (words, done.output, done.exception)
    sentence = str(done.exception)
    assert "\n" not in sentence
    return sentence


def known(place: Workspace) -> dict[str, object]:
    with Register.open(place.register, write=False) as register:
        return dict(tables.rows(register))


def quiet(done: int, total: int) -> None:
    pass


WRITING = (
    ("distribute",),
    ("collect",),
    ("collect", "--rebuild"),
    ("return",),
    ("receipts",),
    ("consolidate",),
    ("withdraw", "inbox/16.xlsx", "--reason", "誤り"),
    ("close", "--yes"),
)


# -- the archive on another disk that is gone ------------------------------------------------------


@pytest.fixture
def unplugged(workspace: Workspace, tmp_path: Path) -> Workspace:
    """The archive is a link to a disk that is not there."""
    shutil.move(workspace.archive, tmp_path / "disk")
    workspace.archive.symlink_to(tmp_path / "disk")
    assert verify(at(workspace, LATER), quiet).wrong == ()
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    return workspace


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_an_archive_that_is_not_there_is_named(
    unplugged: Workspace, words: tuple[str, ...]
) -> None:
    before = known(unplugged)
    assert "控えの場所" in refusal(unplugged, *words)
    assert known(unplugged) == before


def test_plugged_in_again_all_is_as_it_was(unplugged: Workspace, tmp_path: Path) -> None:
    assert run(unplugged, "status").exit_code == 0
    assert run(unplugged, "verify").exit_code == 1
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    assert verify(at(unplugged, LATER), quiet).wrong == ()


# -- a ledger that lost lines ----------------------------------------------------------------------


def test_made_anew_from_a_ledger_with_half_of_its_lines(workspace: Workspace) -> None:
    """The register that is still whole knows what the ledger has lost."""
    withdraw(at(workspace, LATER), "inbox/16.xlsx", "誤り")
    before = known(workspace)
    path = workspace.archive / LEDGER
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[: len(lines) // 2]) + b'\n{"no": 7, "sha')
    rebuild(of_master(workspace, LATER), quiet)
    assert known(workspace) == before
    assert verify(at(workspace, LATER), quiet).wrong == ()


def test_an_empty_archive_takes_nothing_from_the_register(workspace: Workspace) -> None:
    before = known(workspace)
    shutil.rmtree(workspace.archive)
    workspace.archive.mkdir()
    shutil.rmtree(workspace.inbox)
    workspace.plan_master.write_bytes(master(dataclasses.replace(FEW, secretariat="別の室")))
    round_module._PLANS.clear()  # as in a run of its own
    done = rebuild(of_master(workspace, LATER), quiet)
    assert len(done.told) >= 2  # both sheets' copies are named
    assert known(workspace) == before


# -- the plan master, deleted after the round ------------------------------------------------------


@pytest.mark.parametrize("words", [*WRITING, ("verify",), ("status",), ("init",)], ids=" ".join)
def test_a_plan_master_that_was_deleted(workspace: Workspace, words: tuple[str, ...]) -> None:
    """Its copy is named; `init` makes no empty one instead."""
    data = workspace.plan_master.read_bytes()
    workspace.plan_master.unlink()
    told = refusal(workspace, *words)
    copy = next(p for p in workspace.archive.glob("??/*.bin") if p.read_bytes() == data)
    assert str(copy) in told
    assert "init" not in told
    shutil.copyfile(copy, workspace.plan_master)
    assert verify(at(workspace, LATER), quiet).wrong == ()


def test_without_arguments_it_is_told_too(workspace: Workspace) -> None:
    workspace.plan_master.unlink()
    done = run(workspace)
    assert done.exit_code == 0
    assert "控え" in done.stdout
    assert "init" not in done.stdout


# -- clocks ----------------------------------------------------------------------------------------


def test_a_clock_that_jumps_changes_no_order(workspace: Workspace) -> None:
    """What happened later counts, whatever the clock said; and so after a rebuild."""
    put(workspace.inbox / "16b.xlsx", returned(16, R3, FEW, 進捗度_R3=3))
    collect(at(workspace, EARLIER))
    withdraw(at(workspace, EARLIER), "inbox/16b.xlsx", "誤り")
    withdraw(at(workspace, NOW), "inbox/16b.xlsx", "", undo=True)
    close(at(workspace, EARLIER))
    before = known(workspace)
    rebuild(of_master(workspace, LATER), quiet)
    assert known(workspace) == before
    assert verify(at(workspace, LATER), quiet).wrong == ()
    (counts,) = [
        known.counting.file
        for known in collect_state(workspace)
        if known.practice.no == 16 and known.counting
    ]
    assert counts == "inbox/16b.xlsx"


def collect_state(place: Workspace):  # type: ignore[no-untyped-def]
    from workbook_tools.register.standing import standing

    return standing(at(place, LATER))


# -- the rest --------------------------------------------------------------------------------------


def test_a_register_of_a_newer_version(workspace: Workspace) -> None:
    import sqlite3

    db = sqlite3.connect(workspace.register)
    db.execute("PRAGMA user_version = 99")
    db.close()
    for words in WRITING:
        if "--rebuild" not in words:
            assert "更新してください" in refusal(workspace, *words)


def test_a_backup_put_back_over_the_inbox_is_no_new_receipt(workspace: Workspace) -> None:
    before = known(workspace)["receipt"]
    shutil.copytree(workspace.inbox, workspace.root / "backup")
    shutil.rmtree(workspace.inbox)
    shutil.copytree(workspace.root / "backup", workspace.inbox)
    for path in workspace.inbox.iterdir():
        os.utime(path, (1_900_000_000, 1_900_000_000))
    collect(at(workspace, LATER))
    assert known(workspace)["receipt"] == before


def test_corrections_of_fields_and_practices_that_are_none(workspace: Workspace) -> None:
    strange = (
        Correction(16, "そんな欄", "a", "b", "電話"),
        Correction(17, "進捗度", "9", "3", "電話"),
    )
    put(workspace.plan_master, master(dataclasses.replace(FEW, corrections=strange)))
    done = run(workspace, "collect", "--json")
    codes = [found["code"] for found in json.loads(done.stdout)["findings"]]
    assert (done.exit_code, codes) == (0, ["E903", "E903"])
    unknown = (Correction(99, "進捗度", "2", "3", "電話"),)
    put(workspace.plan_master, master(dataclasses.replace(FEW, corrections=unknown)))
    with pytest.raises(UserError):
        at(workspace, LATER)


def test_a_round_with_missing_sheets_is_closed_only_when_told_so(workspace: Workspace) -> None:
    withdraw(at(workspace, LATER), "inbox/16.xlsx", "誤り")
    assert "--yes" in refusal(workspace, "close")
    done = run(workspace, "close", "--yes")
    assert done.exit_code == 0
    assert "未提出 1件： 小№ 16" in done.stderr
