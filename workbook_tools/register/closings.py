"""Which rounds have begun, which are closed (確定) and which were disposed of (廃棄)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbook_tools.era import FiscalYear, long_date
from workbook_tools.findings import UserError
from workbook_tools.register import ledger
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed round: when, and the content of its record in the archive. ``at`` is ISO."""

    at: str
    record: str


def begun(register: Register) -> set[FiscalYear]:
    """The rounds for which forms were sent out or a plan master was noted."""
    query = """SELECT year FROM distributed
        UNION SELECT year FROM source WHERE kind = ? AND year IS NOT NULL"""
    return {FiscalYear.of_key(year) for (year,) in register.rows(query, SourceKind.PLAN)}


def closed(register: Register) -> dict[FiscalYear, Closing]:
    """Year → its closing, as long as it was not reopened."""
    rows = register.rows("SELECT year, closed_at, record FROM closing")
    return {FiscalYear.of_key(year): Closing(at, record) for year, at, record in rows}


def record(workspace: Workspace, closing: Closing) -> dict[str, Any]:
    """What was kept when a round was closed: ``version``, ``outputs``, ``verdicts``."""
    found: dict[str, Any] = json.loads(ledger.content(workspace.archive, closing.record))
    return found


def refuse_if_closed(register: Register, year: FiscalYear) -> None:
    """UserError in one sentence where a round is closed."""
    closing = closed(register).get(year)
    if closing:
        when = long_date(date.fromisoformat(closing.at[:10]))
        raise UserError(
            f"{year.long}は{when}に確定しています。続けるには、"
            f"workbook-tools reopen {year.option} --reason 理由 を実行してください。"
        )


def close(register: Register, year: FiscalYear, now: str, record: str) -> None:
    """Close a round; ``record`` is a content of the archive."""
    register.note_source(Source(record, SourceKind.CLOSED, str(year), year, now))
    register.change("INSERT OR REPLACE INTO closing VALUES (?, ?, ?)", year.key, now, record)


def reopen(register: Register, year: FiscalYear, now: str, reason: str) -> None:
    """Take a closing back."""
    facts = {"reason": reason}
    register.note_source(Source("", SourceKind.REOPENED, str(year), year, now, facts))
    register.change("DELETE FROM closing WHERE year = ?", year.key)


def refuse_if_disposed(register: Register, year: FiscalYear) -> None:
    """UserError in one sentence where what was received in a round was disposed of."""
    if told := disposal(register, year):
        raise UserError(told)


def disposal(register: Register, year: FiscalYear) -> str:
    """When a round was disposed of (廃棄), in a sentence; nothing where it was not."""
    when = disposed(register).get(year)
    if not when:
        return ""
    day = long_date(date.fromisoformat(when[:10]))
    return (
        f"{year.long}に受け取ったものは、{day}に廃棄されています（outbox/廃棄記録_{year}.xlsx）。"
    )


def disposed(register: Register) -> dict[FiscalYear, str]:
    """Year → when what was received in it was disposed of, ISO."""
    rows = register.rows("SELECT year, disposed_at FROM disposal")
    return {FiscalYear.of_key(year): at for year, at in rows}


def dispose(register: Register, year: FiscalYear, now: str, reason: str, record: str) -> None:
    """Note that what was received in a round was disposed of; ``record`` is a content kept."""
    facts = {"reason": reason}
    register.note_source(Source(record, SourceKind.DISPOSED, str(year), year, now, facts))
    register.change(
        "INSERT OR REPLACE INTO disposal VALUES (?, ?, ?, ?)", year.key, now, reason, record
    )
