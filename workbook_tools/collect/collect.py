"""`collect`: everything in the inbox read, checked and kept; and what is still missing.

A file is read once: the register keeps by content what was found in it, judged under the plan
master, the forms sent out and the version of the tool of that time. Where one of these changed,
every file of the round is judged anew from the archive. One run is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbook_tools.collect.collection import (
    Collection,
    FileState,
    excel_order,
    file_state,
    standing,
)
from workbook_tools.findings import Finding
from workbook_tools.intake import in_parallel, inbox
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake
from workbook_tools.register import ledger, submissions
from workbook_tools.register.database import Register
from workbook_tools.register.records import Reading, ReadOtherwise, Source, SourceKind
from workbook_tools.register.round import Round, note_plan
from workbook_tools.rules.verdict import Judge
from workbook_tools.workspace import Workspace, digest


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads: ``jobs`` threads, or the workers of the Dask cluster at ``scheduler``."""

    jobs: int = 1
    scheduler: str | None = None


def collect(
    held: Round,
    *,
    passwords: Sequence[str] = (),
    readers: Readers = Readers(),
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Collection:
    """Take in what is new in the inbox and give the round as it stands.

    The outcome is the same whoever reads. Raises UserError where register, archive or cluster
    cannot be used; never for anything a file holds.
    """
    workspace, year = held.workspace, held.year
    with Register.open(workspace.register) as register:
        judge = Judge(register, held, passwords)
        known = submissions.readings(register, year)
        if any(reading.rules != judge.rules for reading in known.values()):
            submissions.forget(register, year)
            for done, reading in enumerate(known.values(), start=1):
                data = ledger.content(workspace.archive, reading.sha256)
                judge.keep(replace(reading, rules=judge.rules), judge.read(data, reading.file))
                step(done, len(known))
        earlier = submissions.of_earlier_rounds(register, year)
        arrivals = _Arrivals(workspace, set(known), earlier)
        sources: list[Source] = []
        for received, intake in _read(arrivals, judge, readers):
            reading = Reading(intake.sha256, received.name, held.now, judge.rules)
            if not judge.keep(reading, intake):
                arrivals.set_aside(intake)
                continue
            ledger.keep(workspace.archive, received.data or b"")
            source = Source(intake.sha256, SourceKind.RETURN, received.name, year, held.now)
            sources.append(source)
            step(len(sources), 0)
        ledger.note(workspace.archive, sources)
        for source in sources:
            register.note_source(source)
        note_plan(register, held)
        result = standing(register, held, arrivals.present, arrivals.said)
        return replace(result, read_anew=len(sources))


def read_otherwise(held: Round) -> tuple[ReadOtherwise, ...]:
    """Every value of a round that was read otherwise than typed."""
    with Register.open(held.workspace.register, write=False) as register:
        return tuple(submissions.reinterpreted(register, held.year))


class _Arrivals:
    """The contents of the inbox that are new to this round; remembers what lies there."""

    def __init__(self, workspace: Workspace, known: set[str], earlier: set[str]) -> None:
        self._workspace = workspace
        self._known = known
        self._earlier = earlier
        self.present: list[tuple[str, str]] = []  # name and sha256 of every file of this round
        self.said: list[Finding] = []  # findings of files that are not kept

    def __iter__(self) -> Iterator[Received]:
        for received in inbox.files(self._workspace):
            if received.data is None:
                self.said.extend([received.finding] if received.finding else [])
                continue
            sha256 = digest(received.data)
            if sha256 in self._earlier:
                continue
            self.present.append((received.name, sha256))
            if sha256 not in self._known:
                self._known.add(sha256)
                yield received

    def set_aside(self, intake: Intake) -> None:
        """A file that is no return, or that may be readable another time."""
        self.said.extend(intake.findings)
        self.present = [known for known in self.present if known[1] != intake.sha256]


def _read(arrivals: _Arrivals, judge: Judge, readers: Readers) -> Iterator[tuple[Received, Intake]]:
    work = judge.reader()
    if readers.scheduler:
        return in_parallel.with_cluster(arrivals, work, readers.scheduler)
    if readers.jobs > 1:
        return in_parallel.with_threads(arrivals, work, readers.jobs)
    return in_parallel.one_by_one(arrivals, work)


def state_of_round(held: Round) -> Collection:
    """The round as the register knows it; nothing is read from the inbox."""
    with Register.open(held.workspace.register, write=False) as register:
        return standing(register, held, [], [])


def check_files(
    held: Round, paths: Iterable[str], passwords: Sequence[str] = (), *, believing: bool = False
) -> Collection:
    """Read and check single files; nothing is stored (`check`).

    ``believing``: there is no plan master, so that header and number are believed.
    """
    files: list[FileState] = []
    findings: list[Finding] = []
    readings: list[ReadOtherwise] = []
    with Register.open(held.workspace.register, write=False) as register:
        judge = Judge(register, held, passwords, believing=believing)
        for received in (known for path in paths for known in inbox.received(Path(path), path)):
            if received.data is None:
                findings.extend([received.finding] if received.finding else [])
                continue
            intake, forms = judge.judge(received.data, received.name)
            findings.extend(intake.findings)
            findings.extend(finding for form in forms for finding in form.findings)
            files.append(file_state(received.name, intake.sha256, forms))
            for form in forms:
                readings.extend(submissions.read_otherwise(form.submission))
    findings.sort(key=excel_order)
    return Collection(held.year, tuple(files), tuple(findings), (), len(files), tuple(readings))
