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
from workbook_tools.council.read_ballots import BallotSheet, cells_of
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import UnreadableError, open_book
from workbook_tools.figures.compute import Figures
from workbook_tools.figures.facts import figures_of
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.intake import inbox
from workbook_tools.outbox import put
from workbook_tools.plan import grading
from workbook_tools.register import ballots, ledger
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.register.round import Round, note_plan
from workbook_tools.register.submissions import of_earlier_rounds, readings
from workbook_tools.workspace import digest, read


@dataclass(frozen=True, slots=True)
class Council:
    """The council's side of a round: who returned, what was found, the averages in tenths."""

    year: FiscalYear
    returned: tuple[int, ...]
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
        note_plan(register, held)
        figures = figures_of(register, held)
        findings = _take_in_all(register, held, figures, passwords)
        counting = ballots.counting(register, year)
        members = ballots.members(register, plan)
        missing = tuple(no for no in members if no not in counting)
        findings.extend(found("V106", Place("", item_no=None), number=no) for no in missing)
        tallies = tuple(_tallies(register, figures))
        said = ballots.opinions(register, year)
    path = held.workspace.outbox / f"意見集約_{year}.xlsx"
    existing = read(path) if path.exists() else None
    title = f"{plan.name}　{year.long}"
    data, added = opinions.gathered(existing, title, said, tallies)
    put(path, data)
    return Council(year, tuple(sorted(counting)), missing, tuple(findings), tallies, added, path)


def take_again(register: Register, held: Round, source: Source, data: bytes) -> None:
    """Take a sheet in from the archive, as it was taken in then (`collect --rebuild`)."""
    try:
        cells = cells_of(open_book(data))
    except UnreadableError:
        return  # protected: it will be asked for again while it lies in the inbox
    if ballot.MEMBER in cells:
        members = set(ballots.members(register, held.plan))
        sheet = BallotSheet(source.name, cells, figures_of(register, held), members)
        ballots.keep(register, held.year, sheet.kept(source.sha256, source.taken_at), None)


def _tallies(register: Register, figures: Figures) -> Iterator[Tally]:
    scores = ballots.scores(register, figures.year)
    members = len(ballots.counting(register, figures.year))
    for item in figures.items:
        given = scores.get(item.item.no, [])
        counts = {score: given.count(score) for score in SCORES}
        mean = grading.mean_tenths(given) if given else None
        yield Tally(item.item.no, item.item.name, counts, members - len(given), mean)


def _take_in_all(
    register: Register, held: Round, figures: Figures, passwords: Sequence[str]
) -> list[Finding]:
    """Read every sheet of a member in the inbox; progress sheets and what is known are skipped."""
    workspace, year = held.workspace, held.year
    kept = ballots.kept(register)
    progress = set(readings(register, year)) | of_earlier_rounds(register, year)
    members = set(ballots.members(register, held.plan))
    findings: list[Finding] = []
    sources = []
    seen: dict[int, str] = {}
    for received in inbox.files(workspace):
        if received.data is None:
            continue
        sha256 = digest(received.data)
        of_round, number = kept.get(sha256, (year, None))
        if of_round != year or sha256 in progress:
            continue
        try:
            book = open_book(received.data, passwords)
            cells = cells_of(book)
        except UnreadableError:
            continue  # `collect` speaks of files that are no workbooks
        if ballot.MEMBER not in cells:
            continue
        sheet = BallotSheet(received.name, cells, figures, members)
        findings.extend(sheet.findings)
        if sheet.member is not None:
            if sheet.member in seen and not sheet.faulty:
                place = cells[ballot.MEMBER].place(received.name, ballot.MEMBER)
                findings.append(found("V103", place, number=sheet.member, file=seen[sheet.member]))
            seen[sheet.member] = received.name
        ballots.keep(register, year, sheet.kept(sha256, held.now), number)
        ledger.keep(workspace.archive, received.data)
        sources.append(Source(sha256, SourceKind.COUNCIL, received.name, year, held.now))
    noted = {(source.sha256, source.year) for source in register.sources(SourceKind.COUNCIL)}
    new = [source for source in sources if (source.sha256, source.year) not in noted]
    ledger.note(workspace.archive, new)
    for source in new:
        register.note_source(source)
    return findings
