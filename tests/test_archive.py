"""The archive: copies by content, and a ledger that survives being cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.register.ledger import (
    LEDGER,
    content,
    distributed_of,
    keep,
    kept,
    note,
    record_of,
    sources,
)
from workbook_tools.register.records import Distributed, Prefilled, Source, SourceKind

R3 = FiscalYear.parse("R3")
FIRST = Source("aa", SourceKind.RETURN, "inbox/No16.xlsx", R3, "2022-04-20T09:00:00+09:00")
SECOND = Source(
    "bb", SourceKind.PLAN, "templates/計画マスタ.xlsx", None, "2022-04-21T09:00:00+09:00"
)


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


def test_the_ledger_keeps_the_order(tmp_path: Path) -> None:
    assert sources(tmp_path) == ()
    note(tmp_path, [FIRST])
    note(tmp_path, [])
    note(tmp_path, [SECOND, FIRST])
    assert sources(tmp_path) == (FIRST, SECOND, FIRST)


def test_a_line_that_was_cut_off_loses_only_itself(tmp_path: Path) -> None:
    note(tmp_path, [FIRST, SECOND])
    ledger = tmp_path / LEDGER
    ledger.write_bytes(ledger.read_bytes()[:-20])
    note(tmp_path, [SECOND])
    assert sources(tmp_path) == (FIRST, SECOND)


def test_what_was_sent_out_comes_back_from_its_record() -> None:
    cells = (Prefilled("課題_R3", "Ｒ２と同じ", "課題_R2", "人手不足"), Prefilled("進捗度_R2", "2"))
    sent = Distributed(16, "templates/R3/x.xlsx", "cc", "2022-04-01T09:00:00+09:00", cells)
    assert distributed_of(record_of({16: sent})) == [sent]
