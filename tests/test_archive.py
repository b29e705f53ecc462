"""The archive: copies by content, and a ledger that survives being cut off."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LEDGER, LedgerLine, append, lines
from workbook_tools.register.ledger import content, distributed_of, heal, keep, kept, record_of
from workbook_tools.register.records import Distributed, Prefilled, Source, SourceKind

R3 = FiscalYear.parse("R3")
FIRST = Source("aa", SourceKind.RETURN, "inbox/No16.xlsx", R3, "2022-04-20T09:00:00+09:00")
SECOND = Source(
    "bb", SourceKind.PLAN, "templates/計画マスタ.xlsx", None, "2022-04-21T09:00:00+09:00"
)
THIRD = dataclasses.replace(FIRST, facts={"repeats": "R2"})


def test_a_content_is_kept_once_under_its_digest(tmp_path: Path) -> None:
    sha256 = keep(tmp_path, b"list")
    assert keep(tmp_path, b"list") == sha256
    assert keep(tmp_path, b"other") != sha256
    assert content(tmp_path, sha256) == b"list"
    assert kept(tmp_path, sha256) == tmp_path / sha256[:2] / f"{sha256}.bin"


def test_a_copy_that_changed_is_not_believed(tmp_path: Path) -> None:
    sha256 = keep(tmp_path, b"list")
    kept(tmp_path, sha256).write_bytes(b"LIST")
    with pytest.raises(UserError, match="中身が変わっています"):
        content(tmp_path, sha256)
    assert heal(tmp_path, sha256, b"list")
    assert content(tmp_path, sha256) == b"list"
    assert not heal(tmp_path, sha256, b"list")


# -- the ledger -----------------------------------------------------------------------------------


def test_the_ledger_keeps_the_order(tmp_path: Path) -> None:
    assert lines(tmp_path).entries == ()
    append(tmp_path, [LedgerLine(1, FIRST)])
    append(tmp_path, [LedgerLine(2, SECOND), LedgerLine(3, THIRD)])
    assert lines(tmp_path).entries == (
        LedgerLine(1, FIRST),
        LedgerLine(2, SECOND),
        LedgerLine(3, THIRD),
    )


def test_a_line_that_was_cut_off_loses_only_itself(tmp_path: Path) -> None:
    append(tmp_path, [LedgerLine(1, FIRST), LedgerLine(2, SECOND)])
    ledger = tmp_path / LEDGER
    ledger.write_bytes(ledger.read_bytes()[:-20])
    append(tmp_path, [LedgerLine(3, SECOND)])
    found = lines(tmp_path)
    assert found.entries == (LedgerLine(1, FIRST), LedgerLine(3, SECOND))
    assert found.unreadable == (3,)


@pytest.mark.parametrize(
    "line",
    [
        b"somebody's note",
        b"[1, 2]",
        b'"text"',
        b'{"kind": "\xe8\xa8\x88"}',
        b"\xff\xfe\x00",
        json.dumps({"no": 9, "sha256": 1, "kind": "委員", "name": "", "year": "R3"}).encode(),
        json.dumps(
            {"sha256": "", "kind": "未知の種類", "name": "", "year": "R3", "taken_at": ""}
        ).encode(),
        json.dumps(
            {"sha256": "", "kind": "委員", "name": "", "year": "昭和", "taken_at": ""}
        ).encode(),
    ],
)
def test_a_foreign_line_is_passed_over_and_told(tmp_path: Path, line: bytes) -> None:
    append(tmp_path, [LedgerLine(1, FIRST)])
    with (tmp_path / LEDGER).open("ab") as ledger:
        ledger.write(line)
    append(tmp_path, [LedgerLine(2, SECOND)])
    found = lines(tmp_path)
    assert found.entries == (LedgerLine(1, FIRST), LedgerLine(2, SECOND))
    assert found.unreadable == (3,)


def test_lines_of_the_first_edition_have_no_number(tmp_path: Path) -> None:
    row = {"sha256": "aa", "kind": "進捗状況シート", "name": "inbox/No16.xlsx", "year": "R3"}
    row["taken_at"] = FIRST.taken_at
    (tmp_path / LEDGER).write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    assert lines(tmp_path).entries == (LedgerLine(0, FIRST),)


def test_what_was_sent_out_comes_back_from_its_record() -> None:
    cells = (Prefilled("課題_R3", "Ｒ２と同じ", "課題_R2", "人手不足"), Prefilled("進捗度_R2", "2"))
    sent = Distributed(16, "templates/R3/x.xlsx", "cc", "2022-04-01T09:00:00+09:00", cells)
    assert distributed_of(record_of({16: sent})) == [sent]


# -- the register and its ledger ------------------------------------------------------------------


def test_what_is_noted_stands_in_the_ledger_once_it_is_kept(tmp_path: Path) -> None:
    path, archive = tmp_path / "register.sqlite", tmp_path / "archive"

    def note_and_fail() -> None:
        with Register.open(path) as register:
            register.note_source(FIRST)
            raise KeyError("ours")

    with pytest.raises(KeyError):
        note_and_fail()
    assert lines(archive).entries == ()
    with Register.open(path) as register:
        register.note_source(FIRST)
        assert lines(archive).entries == ()
    assert lines(archive).entries == (LedgerLine(1, FIRST),)
    with Register.open(path) as register:
        register.note_source(THIRD)
    assert lines(archive).entries == (LedgerLine(1, FIRST), LedgerLine(2, THIRD))


def test_what_a_killed_run_did_not_write_the_next_one_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, archive = tmp_path / "register.sqlite", tmp_path / "archive"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def note_and_be_killed() -> None:
        with Register.open(path) as register:
            register.note_source(FIRST)

    with monkeypatch.context() as patch:
        patch.setattr("workbook_tools.register.journal.append", killed)
        with pytest.raises(KeyboardInterrupt):
            note_and_be_killed()
    with Register.open(path) as register:
        assert register.sources(SourceKind.RETURN) == (FIRST,)
    assert lines(archive).entries == (LedgerLine(1, FIRST),)
