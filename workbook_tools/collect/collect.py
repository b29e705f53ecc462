"""`collect`: everything in the inbox read, checked and kept; and what is still missing.

A file is read once: the register keeps by content what was found in it, judged under the plan
master, the forms sent out and the version of the tool of that time. Where one of these changed,
every file of the round is judged anew from the archive. One run is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from workbook_tools.collect.collection import Collection, excel_order, file_state, standing
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding
from workbook_tools.intake import in_parallel, inbox
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake
from workbook_tools.plan.model import Plan
from workbook_tools.plan.read_master import sample
from workbook_tools.register import ledger
from workbook_tools.register import submissions as returns
from workbook_tools.register.database import Kind as SourceKind
from workbook_tools.register.database import Register, Source
from workbook_tools.register.submissions import Reading, Stored
from workbook_tools.rules.verdict import Judge
from workbook_tools.workspace import Workspace, digest, read


def collect(
    workspace: Workspace,
    plan: Plan,
    year: FiscalYear,
    now: str,
    *,
    passwords: Sequence[str] = (),
    jobs: int = 1,
    scheduler: str | None = None,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Collection:
    """Take in what is new in the inbox and give the round as it stands. ``now`` is an ISO time.

    ``jobs`` threads read, or the workers of the Dask cluster at ``scheduler``; the outcome is the
    same. Raises UserError where register, archive or cluster cannot be used; never for anything a
    file holds.
    """
    with Register.open(workspace.register) as register:
        judge = Judge(register, plan, year, now, passwords)
        known = returns.readings(register, year)
        if any(reading.rules != judge.rules for reading in known.values()):
            returns.forget(register, year)
            for done, reading in enumerate(known.values(), start=1):
                data = ledger.content(workspace.archive, reading.sha256)
                judge.keep(replace(reading, rules=judge.rules), judge.read(data, reading.file))
                step(done, len(known))
        arrivals = _Arrivals(workspace, set(known), returns.of_earlier_rounds(register, year))
        sources: list[Source] = []
        for received, intake in _read(arrivals, judge, jobs, scheduler):
            reading = Reading(intake.sha256, received.name, now, judge.rules)
            if not judge.keep(reading, intake):
                arrivals.set_aside(intake)
                continue
            ledger.keep(workspace.archive, received.data or b"")
            sources.append(Source(intake.sha256, SourceKind.RETURN, received.name, year, now))
            step(len(sources), 0)
        count = len(sources)
        sources.extend(_plan_version(workspace, register, year, now))
        ledger.note(workspace.archive, sources)
        for source in sources:
            register.note_source(source)
        result = standing(register, plan, year, arrivals.present, arrivals.said, now)
        return replace(result, read_anew=count)


def read_otherwise(
    workspace: Workspace, year: FiscalYear
) -> tuple[tuple[int | None, str, str, Stored], ...]:
    """Every value of a round that was read otherwise than typed: practice, file, field, answer."""
    with Register.open(workspace.register, write=False) as register:
        return tuple(returns.reinterpreted(register, year))


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
        self.present = [one for one in self.present if one[1] != intake.sha256]


def _read(
    arrivals: _Arrivals, judge: Judge, jobs: int, scheduler: str | None
) -> Iterator[tuple[Received, Intake]]:
    work = judge.reader()
    if scheduler:
        return in_parallel.with_cluster(arrivals, work, scheduler)
    if jobs > 1:
        return in_parallel.with_threads(arrivals, work, jobs)
    return in_parallel.one_by_one(arrivals, work)


def _plan_version(
    workspace: Workspace, register: Register, year: FiscalYear, now: str
) -> list[Source]:
    """Keep the plan master this round is judged by, if it is another one than last time."""
    if not workspace.plan_master.exists():
        return []
    sha256 = ledger.keep(workspace.archive, read(workspace.plan_master))
    if sha256 == returns.plan_version(register, year):
        return []
    name = workspace.relative(workspace.plan_master)
    return [Source(sha256, SourceKind.PLAN, name, year, now)]


def state_of_round(workspace: Workspace, plan: Plan, year: FiscalYear, now: str) -> Collection:
    """The round as the register knows it; nothing is read from the inbox."""
    with Register.open(workspace.register, write=False) as register:
        return standing(register, plan, year, [], [], now)


def check_files(
    workspace: Workspace,
    plan: Plan | None,
    year: FiscalYear | None,
    now: str,
    paths: Iterable[str],
    passwords: Sequence[str] = (),
) -> Collection:
    """Read and check single files; nothing is stored (`check`).

    Without a plan master the rules of the sample hold, and header and number are believed.
    """
    rules = plan or sample()
    year = year or rules.evaluated
    with Register.open(workspace.register, write=False) as register:
        judge = Judge(register, rules, year, now, passwords, believing=plan is None)
    files, findings = [], []
    readings: list[tuple[int | None, str, str, Stored]] = []
    for path in paths:
        for received in inbox.received(Path(path), path):
            if received.data is None:
                findings.extend([received.finding] if received.finding else [])
                continue
            intake, forms = judge.judge(received.data, received.name)
            findings.extend(intake.findings)
            findings.extend(finding for form in forms for finding in form.findings)
            files.append(file_state(received.name, intake.sha256, forms))
            for form in forms:
                readings.extend(returns.read_otherwise(form.submission))
    findings.sort(key=excel_order)
    return Collection(year, tuple(files), tuple(findings), (), len(files), tuple(readings))
