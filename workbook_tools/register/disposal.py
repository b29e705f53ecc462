"""What was received in a round, taken out of register and archive (廃棄).

What stays: the receipts with names and hashes, the published figures, the plan masters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from workbook_tools.era import FiscalYear
from workbook_tools.register import closings, ledger
from workbook_tools.register.database import Register, shrink
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.workspace import Workspace

# What the archive keeps of a round besides its plan masters and imported lists.
_KINDS = (
    SourceKind.RETURN,
    SourceKind.COUNCIL,
    SourceKind.DISTRIBUTION,
    SourceKind.OPENED,
    SourceKind.BALLOTS,
    SourceKind.CLOSED,
)


def contents(register: Register, workspace: Workspace, year: FiscalYear) -> list[Source]:
    """Every content of a round that no other round needs, as it was noted; each once."""
    events = register.sources(*_KINDS)
    gone = {year, *closings.disposed(register)}
    needed = {
        event.sha256
        for event in events
        if event.year not in gone and not event.facts.get("repeats")
    }
    own = [event for event in events if event.year == year]
    for closing in [event for event in own if event.kind is SourceKind.CLOSED]:
        outputs = closings.record(workspace, closings.Closing("", closing.sha256))["outputs"]
        own.extend(
            Source(sha256, SourceKind.WRITTEN, name, year, closing.taken_at)
            for name, sha256 in outputs.items()
        )
    return list({event.sha256: event for event in own if event.sha256 not in needed}.values())


def removed(events: Iterable[Source], workspace: Workspace) -> set[str]:
    """The contents that were disposed of, in every round."""
    gone: set[str] = set()
    for event in events:
        if event.kind is SourceKind.DISPOSED:
            document = json.loads(ledger.content(workspace.archive, event.sha256))
            gone |= {row["sha256"] for row in document["removed"]}
    return gone


def left(register: Register, workspace: Workspace) -> list[str]:
    """The contents that were disposed of and are still there: a run was killed meanwhile."""
    gone = sorted(removed(register.sources(SourceKind.DISPOSED), workspace))
    return [sha256 for sha256 in gone if ledger.kept(workspace.archive, sha256).exists()]


def forget(register: Register, year: FiscalYear) -> None:
    """Take what was received and sent out in a round out of the register."""
    reading = "SELECT id FROM reading WHERE year = ?"
    form = f"SELECT id FROM submission WHERE reading_id IN ({reading})"
    ballot = "SELECT id FROM ballot WHERE year = ?"
    for statement in (
        f"DELETE FROM answer WHERE submission_id IN ({form})",
        f"DELETE FROM finding WHERE reading_id IN ({reading})",
        f"DELETE FROM submission WHERE reading_id IN ({reading})",
        "DELETE FROM reading WHERE year = ?",
        f"DELETE FROM ballot_score WHERE ballot_id IN ({ballot})",
        f"DELETE FROM ballot_opinion WHERE ballot_id IN ({ballot})",
        f"DELETE FROM ballot_finding WHERE ballot_id IN ({ballot})",
        "DELETE FROM ballot WHERE year = ?",
        "DELETE FROM prefilled WHERE year = ?",
        "DELETE FROM distributed WHERE year = ?",
    ):
        register.change(statement, year.key)


def shred(workspace: Workspace, removed: list[str]) -> None:
    """Remove copies from the archive, and from the register's file what was taken out of it."""
    for sha256 in removed:
        path = ledger.kept(workspace.archive, sha256)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # other copies stand beside it
            path.parent.rmdir()
    workspace.register.with_name("register.sqlite.old").unlink(missing_ok=True)
    shrink(workspace.register)
