"""The inbox next to what is known of it: which contents are to be read, and what arrived.

An arrival is a name and content that were not there together at the last collect (contract,
"Receipts"). Content of an earlier round that arrives again is not read (F021); what belongs to a
later round that has begun is left for that round's own collect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Severity
from workbook_tools.intake import inbox
from workbook_tools.intake.answers import Submission
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake
from workbook_tools.register import closings, ledger, receipts, submissions
from workbook_tools.register.database import Register
from workbook_tools.register.receipts import Pair
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.register.round import Round
from workbook_tools.workspace import digest


class Arrivals:
    """Hands out what is to be read, in the order of the files' dates; remembers what lies there."""

    def __init__(self, register: Register, held: Round, passwords: Sequence[str] = ()) -> None:
        self._register = register
        self._held = held
        self._passwords = passwords
        self._lay = receipts.lying(register)
        self._rounds = receipts.rounds_of(register, SourceKind.RETURN)
        self._ballots = receipts.rounds_of(register, SourceKind.COUNCIL)
        self._mislaid = submissions.of_this_round_elsewhere(register, held.year)
        self._begun = closings.begun(register)
        self._disposed = set(closings.disposed(register))
        self._taken: set[str] = set()  # contents handed out in this run
        self._set_aside: set[str] = set()
        self._new: list[Pair] = []
        self._present: list[Pair] = []
        self._refused: list[str] = []
        self._refused_before = receipts.refused_before(register, held.year)
        self._refused_now: list[Pair] = []
        self.said: list[Finding] = []  # findings of files that are not kept
        self.healed: list[str] = []  # files of which the archive's copy was lost or damaged

    def __iter__(self) -> Iterator[Received]:
        read_once = dict(self._lay)
        for received in inbox.files(self._held.workspace, self._passwords):
            if received.data is None:
                self._refused.append(received.name)
                known = read_once.get(received.name)
                if known and received.finding and received.finding.code == "F002":
                    # a member of a protected zip needs its password only once
                    self._present.append((received.name, known))
                elif received.finding:
                    self._refuse((received.name, received.sha256), [received.finding])
                continue
            sha256 = digest(received.data)
            pair = (received.name, sha256)
            self._present.append(pair)
            if self._rounds.get(sha256, set()) - self._disposed and ledger.heal(
                self._held.workspace.archive, sha256, received.data
            ):
                self.healed.append(received.name)
            if self._lies(pair) and sha256 not in self._mislaid | self._ballots.keys():
                continue
            if pair in self._refused_before and not self._passwords:
                continue
            self._new.append(pair)
            if sha256 not in self._taken and self._is_to_be_read(sha256):
                self._taken.add(sha256)
                yield received

    def _refuse(self, pair: Pair, findings: Sequence[Finding]) -> None:
        """Tell of a file that cannot be taken in, in the round in which it was met first."""
        if pair not in self._refused_before:
            self.said.extend(findings)
            if pair[1] and any(finding.severity is Severity.ERROR for finding in findings):
                self._refused_now.append(pair)

    def _lies(self, pair: Pair) -> bool:
        return pair in self._lay or ("", pair[1]) in self._lay

    def _is_to_be_read(self, sha256: str) -> bool:
        return sha256 not in self._rounds or sha256 in self._mislaid

    def is_of_another_round(self, intake: Intake) -> bool:
        """Whether another round is to take the file in: a later one, or the one that did."""
        years = {_round_of(submission) for submission in intake.submissions}
        if intake.sha256 in self._mislaid:
            return self._held.year not in years
        later = {year for year in self._begun if year > self._held.year}
        return bool(years) and years <= later

    def set_aside(self, intake: Intake) -> None:
        """A file that is no return of this round, or that may be readable another time."""
        self._set_aside.add(intake.sha256)
        self._refuse((intake.file, intake.sha256), intake.findings)

    def receive(self) -> None:
        """Note what arrived, in order, and what lies there now."""
        year, now = self._held.year, self._held.now
        for name, sha256 in self._new:
            rounds = self._rounds.get(sha256, set())
            earlier = [past for past in rounds if past < year]
            is_read = sha256 in self._taken or year in rounds
            if sha256 in self._set_aside or not (is_read or earlier):
                continue
            facts = {} if is_read else {"repeats": max(earlier).code}
            source = Source(sha256, SourceKind.RETURN, name, year, now, facts)
            receipts.receive(self._register, source)
        if self._held.workspace.inbox.is_dir():
            receipts.note_lying(self._register, self._present, self._refused, now)
        receipts.note_refused(self._register, self._refused_now, year, now)

    def present(self) -> list[Pair]:
        """Name and sha256 of every file of this round that lies in the inbox, as they came."""
        arrived = receipts.receipts(self._register, self._held.year, SourceKind.RETURN)
        own = [receipt for receipt in arrived if receipt.withdrawn_at is None]
        contents = {receipt.sha256 for receipt in own}
        came = {(receipt.name, receipt.sha256): receipt.id for receipt in own}
        there = [pair for pair in self._present if pair[1] in contents]
        return sorted(there, key=lambda pair: (came.get(pair, 0), pair))


def _round_of(submission: Submission) -> FiscalYear | None:
    """The round a form says it is of; its stage (段階) stands in the token alone."""
    token = submission.token
    is_told = token is not None and token.year.whole == submission.year
    return token.year if token and is_told else submission.year
