"""What counts of the council's sheets, kept in the archive for a register that is made anew.

A sheet may be refused for what the plan and the list of members said at the time, or be protected
by a password that nobody has any more: so it is not read again from its own bytes.
"""

from __future__ import annotations

import json
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding
from workbook_tools.register import ballots, ledger, members
from workbook_tools.register.ballots import Ballot, Target
from workbook_tools.register.codec import built, plain
from workbook_tools.register.database import Register
from workbook_tools.register.members import BallotVersion
from workbook_tools.register.records import SourceKind
from workbook_tools.register.round import Round
from workbook_tools.workspace import digest


def note(register: Register, held: Round) -> None:
    """Keep the sheets of a round as they are judged now, unless that is kept already."""
    record = record_of(register, held.year)
    noted = [known for known in register.sources(SourceKind.BALLOTS) if known.year == held.year]
    if (record != b"[]" or noted) and digest(record) not in [known.sha256 for known in noted[-1:]]:
        archive, name = held.workspace.archive, str(held.year)
        ledger.take(register, archive, record, SourceKind.BALLOTS, name, held.year, held.now)


def record_of(register: Register, year: FiscalYear) -> bytes:
    """The sheets of a round as one JSON document."""
    rows = [_row(register, year, sheet) for sheet in ballots.sheets(register, year)]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def restore(register: Register, year: FiscalYear, record: bytes) -> None:
    """Put the sheets of such a record into the register."""
    for row in json.loads(record):
        row["scores"] = dict(row["scores"])
        row["opinions"] = {Target(*target): text for target, text in row["opinions"]}
        findings = [built(Finding, finding) for finding in row.pop("findings")]
        _, number = ballots.kept(register).get(row["sha256"], (year, None))
        number = ballots.keep(register, year, Ballot(**row), number)
        members.note_findings(register, number, findings)


def _row(register: Register, year: FiscalYear, sheet: Ballot) -> dict[str, Any]:
    _, number = ballots.kept(register)[sheet.sha256]
    version = BallotVersion(
        number, sheet.member, sheet.sha256, sheet.file, sheet.received_at, sheet.faulty, 0, 0
    )
    return {
        **plain(sheet),
        "scores": list(sheet.scores.items()),
        "opinions": [[(target.kind, target.no), text] for target, text in sheet.opinions.items()],
        "findings": plain(members.findings_of(register, version)),
    }
