"""Where every member of the council stands in a round: what came, and what was found in it.

Of a member the newest right sheet counts; a later faulty one does not push it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.plan.model import Member, Plan
from workbook_tools.register import ballots
from workbook_tools.register.database import Register
from workbook_tools.register.records import State
from workbook_tools.register.round import Round


@dataclass(frozen=True, slots=True)
class BallotVersion:
    """One sheet received; ``number`` tells it, however often it came; ``member`` may be None.

    ``scores`` and ``opinions`` say how many were given.
    """

    number: int
    member: int | None
    sha256: str
    file: str
    received_at: str
    faulty: bool
    scores: int
    opinions: int


@dataclass(frozen=True, slots=True)
class MemberState:
    """One member: where his sheet stands, the newest one and the one that counts."""

    member: Member
    state: State
    newest: BallotVersion | None
    counting: BallotVersion | None


def versions(register: Register, year: FiscalYear) -> list[BallotVersion]:
    """Every sheet of a round as often as it came, in order of receipt; none that was taken back."""
    query = """SELECT ballot.id, member, sha256, name, receipt.received_at, faulty,
            (SELECT COUNT(*) FROM ballot_score WHERE ballot_id = ballot.id),
            (SELECT COUNT(*) FROM ballot_opinion WHERE ballot_id = ballot.id)
        FROM receipt JOIN ballot USING (year, sha256)
        WHERE receipt.year = ? AND withdrawn_at IS NULL ORDER BY receipt.id"""
    return [
        BallotVersion(number, member, sha256, file, received_at, bool(faulty), scores, opinions)
        for number, member, sha256, file, received_at, faulty, scores, opinions in register.rows(
            query, year.key
        )
    ]


def member_states(
    register: Register, plan: Plan, received: Sequence[BallotVersion]
) -> tuple[MemberState, ...]:
    """Where every member who was sent a sheet stands; ``received`` are all sheets of the round."""
    names = {member.no: member for member in plan.members}
    newest = {known.member: known for known in received}
    counting = {known.member: known for known in received if not known.faulty}
    states = []
    for no in ballots.members(register, plan):
        last, counts = newest.get(no), counting.get(no)
        if last is None:
            state = State.MISSING
        elif counts is None:
            state = State.FAULTY
        else:
            state = State.ACCEPTED if counts is last else State.OLDER
        states.append(MemberState(names.get(no, Member(no)), state, last, counts))
    return tuple(states)


def standing(held: Round) -> tuple[MemberState, ...]:
    """Where every member of a round stands, as the register knows it."""
    with Register.open(held.workspace.register, write=False) as register:
        return member_states(register, held.plan, versions(register, held.year))


def as_json(held: Round, states: Sequence[MemberState]) -> dict[str, object]:
    """The document of ``council status --json``."""
    return {
        "year": str(held.year),
        "members": [
            {
                "no": known.member.no,
                "name": known.member.name,
                "status": known.state.value,
                "file": known.newest.file if known.newest else None,
                "received": known.newest.received_at if known.newest else None,
                "scores": known.counting.scores if known.counting else None,
                "opinions": known.counting.opinions if known.counting else None,
            }
            for known in states
        ],
    }


def note_findings(register: Register, number: int, findings: Sequence[Finding]) -> None:
    """Keep what was found in one sheet, in place of what was found before."""
    register.change("DELETE FROM ballot_finding WHERE ballot_id = ?", number)
    register.add(
        "INSERT INTO ballot_finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                position,
                finding.code,
                finding.severity,
                finding.place.sheet,
                finding.place.cell,
                finding.place.field,
                finding.value,
                finding.message,
                finding.hint,
            )
            for position, finding in enumerate(findings)
        ],
    )


def findings_of(register: Register, sheet: BallotVersion) -> tuple[Finding, ...]:
    """What was found in one sheet, in its order."""
    query = """SELECT code, severity, sheet, cell, field, value, message, hint
        FROM ballot_finding WHERE ballot_id = ? ORDER BY position"""
    return tuple(
        Finding(code, Severity(severity), Place(sheet.file, *place), value, message, hint)
        for code, severity, *place, value, message, hint in register.rows(query, sheet.number)
    )
