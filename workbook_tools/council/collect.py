"""`council collect`: the members' sheets back, their averages, their opinions gathered (domain §7).

The newest right version of a member counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.council import ballot, opinions
from workbook_tools.council.ballot import SCORES
from workbook_tools.council.opinions import Tally
from workbook_tools.council.read_ballots import BallotSheet, page_of
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import UnreadableError, open_book
from workbook_tools.figures.compute import Figures
from workbook_tools.figures.facts import figures_of
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.intake import inbox
from workbook_tools.outbox import put
from workbook_tools.plan import grading
from workbook_tools.register import ballots, closings, ledger, members_record, receipts
from workbook_tools.register.ballots import Ballot
from workbook_tools.register.database import Register
from workbook_tools.register.members import member_states, note_findings, versions
from workbook_tools.register.records import Source, SourceKind, State
from workbook_tools.register.round import Round, note_plan
from workbook_tools.workspace import digest, read


@dataclass(frozen=True, slots=True)
class Council:
    """The council's side of a round: who returned, what was found, the averages in tenths.

    ``faulty`` are the members of whom only sheets with errors came.
    """

    year: FiscalYear
    returned: tuple[int, ...]
    faulty: tuple[int, ...]
    missing: tuple[int, ...]
    findings: tuple[Finding, ...]
    tallies: tuple[Tally, ...]
    added: int  # rows of 意見集約
    path: Path

    @property
    def has_errors(self) -> bool:
        """True where a sheet must be mended."""
        return any(
            finding.severity is Severity.ERROR and finding.code != "V106"
            for finding in self.findings
        )


def collect(held: Round, passwords: Sequence[str] = ()) -> Council:
    """Take in the members' sheets of the inbox and gather what they say in 意見集約."""
    plan, year = held.plan, held.year
    with Register.open(held.workspace.register) as register:
        closings.refuse_if_closed(register, year)
        note_plan(register, held)
        figures = figures_of(register, held)
        findings = _take_in_all(register, held, figures, passwords)
        counting = ballots.counting(register, year)
        states = member_states(register, plan, versions(register, year))
        faulty, missing = (
            tuple(known.member.no for known in states if known.state is state)
            for state in (State.FAULTY, State.MISSING)
        )
        findings.extend(found("V106", Place(""), number=no) for no in missing)
        tallies = tuple(_tallies(register, figures))
        said = ballots.opinions(register, year)
    path = held.workspace.outbox / f"意見集約_{year}.xlsx"
    existing = read(path) if path.exists() else None
    title = f"{plan.name}　{year.long}"
    data, added = opinions.gathered(existing, title, said, tallies)
    put(path, data)
    returned = tuple(sorted(counting))
    return Council(year, returned, faulty, missing, tuple(findings), tallies, added, path)


def take_again(register: Register, held: Round, source: Source, data: bytes) -> None:
    """Take a sheet in from the archive, as it was taken in then (`collect --rebuild`)."""
    try:
        page = page_of(open_book(data))
    except UnreadableError:
        return  # protected: it will be asked for again while it lies in the inbox
    if page:
        members = set(ballots.members(register, held.plan))
        sheet = BallotSheet(source.name, page, figures_of(register, held), members)
        _keep(register, held, sheet, sheet.kept(source.sha256, source.taken_at), None)


def _keep(
    register: Register, held: Round, sheet: BallotSheet, kept: Ballot, number: int | None
) -> None:
    number = ballots.keep(register, held.year, kept, number)
    note_findings(register, number, sheet.findings)


def _tallies(register: Register, figures: Figures) -> Iterator[Tally]:
    scores = ballots.scores(register, figures.plan.round)
    members = len(ballots.counting(register, figures.plan.round))
    for item in figures.items:
        given = scores.get(item.item.no, [])
        counts = {score: given.count(score) for score in SCORES}
        mean = grading.mean_tenths(given) if given else None
        yield Tally(item.item.no, item.item.name, counts, members - len(given), mean)


def _take_in_all(
    register: Register, held: Round, figures: Figures, passwords: Sequence[str]
) -> list[Finding]:
    """Read every sheet of a member in the inbox; progress sheets and other rounds' are skipped."""
    workspace, year = held.workspace, held.year
    kept = ballots.kept(register)
    received_at = {sheet.sha256: sheet.received_at for sheet in ballots.sheets(register, year)}
    lay, progress = receipts.lying(register), receipts.rounds_of(register, SourceKind.RETURN)
    taken_back = _taken_back(register, year)
    members = set(ballots.members(register, held.plan))
    findings: list[Finding] = []
    present, refused = [], []
    seen: dict[int, str] = {}
    for received in inbox.files(workspace, passwords):
        if received.data is None:
            refused.append(received.name)
            continue
        sha256 = digest(received.data)
        pair = (received.name, sha256)
        present.append(pair)
        is_new = pair not in lay and ("", sha256) not in lay
        of_round, number = kept.get(sha256, (year, None))
        if of_round != year or sha256 in progress or (sha256 in taken_back and not is_new):
            continue
        try:
            page = page_of(open_book(received.data, passwords))
        except UnreadableError:
            continue  # `collect` speaks of files that are no workbooks
        if page is None:
            continue
        sheet = BallotSheet(received.name, page, figures, members)
        findings.extend(sheet.findings)
        if sheet.member is not None:
            if sheet.member in seen and not sheet.faulty:
                place = page.cells[ballot.MEMBER].place(received.name, ballot.MEMBER)
                findings.append(found("V103", place, number=sheet.member, file=seen[sheet.member]))
            seen[sheet.member] = received.name
        when = received_at.get(sha256, held.now)
        _keep(register, held, sheet, sheet.kept(sha256, when), number)
        kept = ballots.kept(register)
        ledger.keep(workspace.archive, received.data)
        if is_new:
            source = Source(sha256, SourceKind.COUNCIL, received.name, year, held.now)
            receipts.receive(register, source)
    if workspace.inbox.is_dir():
        receipts.note_lying(register, present, refused, held.now)
    members_record.note(register, held)
    return findings


def _taken_back(register: Register, year: FiscalYear) -> set[str]:
    """The sheets of which every receipt was taken back (受理取消)."""
    arrived = receipts.receipts(register, year, SourceKind.COUNCIL)
    standing = {arrival.sha256 for arrival in arrived if not arrival.withdrawn_at}
    return {arrival.sha256 for arrival in arrived} - standing
