"""`collect`: everything in the inbox read, checked and kept; and what is still missing.

A file is read once: the register keeps by content what was found in it, judged under the plan
master, the forms sent out and the version of the tool of that time. Where one of these changed,
every file of the round is judged anew from the archive. One run is one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from workbook_tools.collect.arrivals import Arrivals
from workbook_tools.collect.collection import (
    Collection,
    FileState,
    excel_order,
    file_state,
    standing,
)
from workbook_tools.collect.judging import judge_anew
from workbook_tools.findings import Finding, UserError
from workbook_tools.intake import in_parallel, inbox
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake
from workbook_tools.register import closings, copies, ledger, opened, submissions
from workbook_tools.register.database import Register
from workbook_tools.register.records import Reading, ReadOtherwise
from workbook_tools.register.round import Round, note_plan
from workbook_tools.rules.verdict import Judge
from workbook_tools.workspace import why_not


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads: ``jobs`` processes, or the workers of the Dask cluster at ``scheduler``."""

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
    with Register.open(held.workspace.register) as register:
        closings.refuse_if_closed(register, held.year)
        note_plan(register, held)
        judge = Judge(register, held, passwords)
        told = copies.mend(register, held.workspace)
        told += judge_anew(register, held, judge, step, with_passwords=bool(passwords))
        arrivals = Arrivals(register, held, passwords)
        done = 0
        for received, intake in _read(arrivals, judge, readers):
            if _take_in(register, held, judge, received, intake, arrivals, bool(passwords)):
                done += 1
                step(done, 0)
        arrivals.receive()
        told.extend(copies.HEALED.format(name=name) for name in arrivals.healed)
        told.extend(said for said in _lost(register, held) if said not in told)
        result = standing(register, held, arrivals.present(), arrivals.said)
        return replace(result, read_anew=done, archive=tuple(told))


def _lost(register: Register, held: Round) -> Iterator[str]:
    """Of which file the archive's copy is not there any more."""
    for reading in submissions.readings(register, held.year).values():
        if not ledger.kept(held.workspace.archive, reading.sha256).is_file():
            yield copies.lost(held.workspace, reading.file, reading.sha256)


def _take_in(
    register: Register,
    held: Round,
    judge: Judge,
    received: Received,
    intake: Intake,
    arrivals: Arrivals,
    may_be_protected: bool,
) -> bool:
    """Keep one file that was read; False where it is none of this round's, or not readable yet."""
    data = received.data or b""
    if arrivals.is_of_another_round(intake):
        arrivals.set_aside(replace(intake, findings=()))
        return False
    reading = Reading(intake.sha256, received.name, held.now, judge.rules)
    if not judge.keep(reading, intake):
        arrivals.set_aside(intake)
        return False
    ledger.keep(held.workspace.archive, data)
    if may_be_protected:
        opened.keep_if_protected(register, held, intake)
    return True


def read_otherwise(held: Round) -> tuple[ReadOtherwise, ...]:
    """Every value of a round that was read otherwise than typed."""
    with Register.open(held.workspace.register, write=False) as register:
        return tuple(submissions.reinterpreted(register, held.year))


def _read(arrivals: Arrivals, judge: Judge, readers: Readers) -> Iterator[tuple[Received, Intake]]:
    work = judge.reader()
    if readers.scheduler:
        return in_parallel.with_cluster(arrivals, work, readers.scheduler)
    if readers.jobs > 1:
        return in_parallel.with_processes(arrivals, work, readers.jobs)
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
    UserError where one of them is not there at all.
    """
    named = tuple(paths)
    for path in map(Path, named):
        if not os.path.lexists(path) or path.is_dir():
            raise UserError(why_not(path, FileNotFoundError(), "読めません"))
    files: list[FileState] = []
    findings: list[Finding] = []
    readings: list[ReadOtherwise] = []
    with Register.open(held.workspace.register, write=False) as register:
        judge = Judge(register, held, passwords, believing=believing)
        taken = (inbox.received(Path(path), path, passwords) for path in named)
        for received in chain.from_iterable(taken):
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
