"""`verify`: every lost or changed byte is found, and nothing that is in order is complained of."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.samples import PLAN, R3, returned
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.distribute.distribute import distribute
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master
from workbook_tools.register import tables
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LEDGER
from workbook_tools.register.records import PastResult
from workbook_tools.register.round import open_round
from workbook_tools.verify.verify import Verification, verify
from workbook_tools.workspace import Workspace

NOW, LATER = "2022-04-20T09:00:00+09:00", "2022-04-25T09:00:00+09:00"
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17, 18)))


def send(workspace: Workspace, name: str, data: bytes, at: int = 0) -> Path:
    path = workspace.inbox / name
    put(path, data)
    os.utime(path, (1_650_000_000 + at, 1_650_000_000 + at))
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A round in full swing."""
    place = Workspace(tmp_path)
    put(place.plan_master, master(FEW))
    held = open_round(place, R3, NOW)
    with Register.open(place.register) as register:
        register.take_history(R3 - 1, [PastResult(16, {"進捗度": 2}, "B", None)], "")
    distribute(held)
    send(place, "a.xlsx", returned(16, 特記事項="はじめ。"))
    send(place, "b.xlsx", returned(17, 進捗度_R3=9), 1)
    send(place, "memo.xlsx", b"no workbook", 2)
    collect(held)
    send(place, "c.xlsx", returned(16, 特記事項="あと。"), 3)
    (place.inbox / "b.xlsx").unlink()
    report.write(held, collect(dataclasses.replace(held, now=LATER)))
    withdraw(held, "inbox/c.xlsx", "誤り")
    return place


def run(workspace: Workspace) -> Verification:
    return verify(open_round(workspace, None, LATER), lambda done, total: None)


def files(workspace: Workspace) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}


def test_what_is_in_order_is_not_complained_of_and_not_changed(workspace: Workspace) -> None:
    before = files(workspace)
    done = run(workspace)
    assert (done.wrong, done.notes) == ((), ())
    assert done.copies == len(list(workspace.archive.glob("??/*.bin"))) > 4
    assert files(workspace) == before


def copies(workspace: Workspace) -> Iterator[Path]:
    yield from sorted(workspace.archive.glob("??/*.bin"))


def test_every_changed_byte_of_the_archive_is_found(workspace: Workspace) -> None:
    for path in copies(workspace):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert any(str(path) in said for said in run(workspace).wrong), path
        path.write_bytes(data)
    assert run(workspace).wrong == ()


def test_every_lost_copy_is_found(workspace: Workspace) -> None:
    for path in copies(workspace):
        data = path.read_bytes()
        path.unlink()
        assert any(str(path) in said for said in run(workspace).wrong), path
        path.write_bytes(data)


def test_every_lost_line_of_the_ledger_is_found(workspace: Workspace) -> None:
    path = workspace.archive / LEDGER
    whole = path.read_bytes()
    lines = whole.split(b"\n")
    for at, line in enumerate(lines):
        if line:
            path.write_bytes(b"\n".join([*lines[:at], *lines[at + 1 :]]))
            assert any("受付簿に1行欠けています" in said for said in run(workspace).wrong), line
    path.write_bytes(whole + b"\nhalf a li")
    assert run(workspace).wrong == ()  # a half line that nobody needs
    assert len(run(workspace).notes) == 1


CHANGES = {
    "an answer": "UPDATE answer SET raw = raw || '。' WHERE field = '特記事項' AND position > 0",
    "a verdict": "UPDATE submission SET status = '受理' WHERE practice_no = 17",
    "a finding": "DELETE FROM finding WHERE code = 'S102'",
    "a receipt": "DELETE FROM receipt WHERE name = 'inbox/a.xlsx'",
    "a withdrawal": "UPDATE receipt SET withdrawn_at = NULL, reason = NULL",
    "the order of receipts": "UPDATE receipt SET id = 1000 WHERE name = 'inbox/a.xlsx'",
    "a form sent out": "UPDATE distributed SET sha256 = 'x' WHERE practice_no = 16",
    "a cell sent out": "UPDATE prefilled SET text = '別の文' WHERE practice_no = 16",
    "a past score": "UPDATE past_score SET score = 3",
    "the inbox": "DELETE FROM lying",
    "an output": "UPDATE output SET state = 'x'",
    "an event": "UPDATE source SET name = 'x' WHERE kind = '進捗状況シート'",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_every_changed_row_of_the_register_is_found(workspace: Workspace, statement: str) -> None:
    with Register.open(workspace.register) as register:
        register.change(statement)
    assert run(workspace).wrong != ()


def test_every_table_has_a_name_for_people(workspace: Workspace) -> None:
    with Register.open(workspace.register, write=False) as register:
        assert tables.rows(register).keys() == tables.TITLES.keys()


def test_numbers_of_the_registers_own_are_not_compared(workspace: Workspace) -> None:
    with Register.open(workspace.register) as register:
        register.change("PRAGMA defer_foreign_keys = ON")
        for table, column in (("submission", "reading_id"), ("finding", "reading_id")):
            register.change(f"UPDATE {table} SET {column} = {column} + 1000")
        register.change("UPDATE reading SET id = id + 1000")
    assert run(workspace).wrong == ()


@pytest.mark.parametrize("killed", ["append", "nothing"])
def test_a_run_killed_before_the_ledger_was_written_is_in_order(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    send(workspace, "d.xlsx", returned(18))
    with monkeypatch.context() as patch:
        if killed == "append":
            patch.setattr("workbook_tools.register.journal.append", kill)
        with suppress(KeyboardInterrupt):
            collect(open_round(workspace, None, LATER))
    assert run(workspace).wrong == ()


def test_a_verdict_of_another_version_is_not_compared(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbook_tools.rules.verdict.__version__", "99.0")
    done = run(workspace)
    assert done.wrong == ()
    assert len(done.notes) == 1
    assert "版" in done.notes[0]


def test_a_plan_that_changed_since_the_last_collect(workspace: Workspace) -> None:
    """Each file is judged under the plan of the time when it was judged last."""
    other = dataclasses.replace(FEW, name="別の計画名")
    put(workspace.plan_master, master(other))
    held = open_round(workspace, None, LATER)
    distribute(held)
    assert run(workspace).wrong == ()
    collect(held)
    assert run(workspace).wrong == ()
