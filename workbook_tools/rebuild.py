"""`collect --rebuild`: the register made anew from the archive, where it is damaged or lost.

Every round is judged under the plan master of its time. The new register is made beside the old
one and put in its place in one step; the old one stays as ``register.sqlite.old``. A run that was
killed after it had noted its files in the ledger left them there twice: the last time counts, as
it was then that the register took them in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workbook_tools.council import council
from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.history.import_list import read_list
from workbook_tools.plan.model import Plan
from workbook_tools.plan.read_master import parse
from workbook_tools.register import ledger
from workbook_tools.register.database import Kind, Register, Source
from workbook_tools.register.submissions import Reading
from workbook_tools.rules.verdict import Judge
from workbook_tools.workspace import Workspace


def rebuild(workspace: Workspace, plan: Plan, now: str, step: Callable[[int, int], None]) -> int:
    """Make the register anew; how many files it was made of. UserError where there are none."""
    sources = ledger.sources(workspace.archive)
    if not sources:
        raise UserError(
            f"控え『{workspace.archive}』がないため、登録簿を作り直せません。"
            "バックアップから archive フォルダーを戻してください。"
        )
    beside = workspace.register.with_name("register.sqlite.new")
    _remove(beside)
    with Register.open(beside) as register:
        done = _Rebuilt(register, workspace, plan, now)
        last = {_what(source): at for at, source in enumerate(sources)}
        for at, source in enumerate(sources):
            done.take(source, counts=last[_what(source)] == at)
            step(at + 1, len(sources))
    try:
        _put_in_place(beside, workspace.register)
    except OSError as error:
        raise UserError(
            f"登録簿『{workspace.register}』を置き換えられません。"
            "ほかの処理が使っていれば、終わってから、もう一度実行してください。"
        ) from error
    return len(sources)


def _what(source: Source) -> tuple[Kind, str, FiscalYear | None]:
    return source.kind, source.sha256, source.year


def _put_in_place(beside: Path, register: Path) -> None:
    """The new register instead of the old one; at every moment one of them stands there."""
    old = register.with_name("register.sqlite.old")
    if register.exists():
        old.unlink(missing_ok=True)
        try:
            os.link(register, old)
        except OSError:  # a file system without links
            shutil.copyfile(register, old)
    # What a killed run left to be taken back belongs to the old register and would spoil the new.
    for ending in ("-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            register.with_name(register.name + ending).replace(old.with_name(old.name + ending))
    beside.replace(register)


class _Rebuilt:
    """A register that is being made, source by source, in the order they came."""

    def __init__(self, register: Register, workspace: Workspace, plan: Plan, now: str) -> None:
        self._now = now
        self._register = register
        self._archive = workspace.archive
        self._plan = plan
        self._plans: dict[FiscalYear, Plan] = {}
        self._versions = {
            source.year: source.sha256
            for source in ledger.sources(workspace.archive)
            if source.kind is Kind.PLAN and source.year
        }
        self._judges: dict[FiscalYear, Judge] = {}

    def take(self, source: Source, *, counts: bool) -> None:
        """Take one source in as it was taken in then; a return only where it counts."""
        self._register.note_source(source)
        if source.year is None or source.kind is Kind.PLAN or not counts:
            return
        data = ledger.content(self._archive, source.sha256)
        plan = self._plan_of(source.year)
        if source.kind is Kind.HISTORY:
            found = read_list(data, source.name, source.year, plan)
            self._register.take_history(source.year, found.results, source.sha256)
        elif source.kind is Kind.DISTRIBUTION:
            self._register.note_distributed(source.year, ledger.distributed_of(data))
            self._judges.pop(source.year, None)
        elif source.kind is Kind.COUNCIL:
            council.take_again(self._register, plan, source, data)
        else:
            judge = self._judges.get(source.year)
            if judge is None:
                judge = Judge(self._register, plan, source.year, self._now, ())
                self._judges[source.year] = judge
            reading = Reading(source.sha256, source.name, source.taken_at, judge.rules)
            judge.keep(reading, judge.read(data, source.name))

    def _plan_of(self, year: FiscalYear) -> Plan:
        """The plan that round was held by: of an earlier one the version kept then."""
        version = self._versions.get(year)
        if year >= self._plan.evaluated or version is None:
            return self._plan
        if year not in self._plans:
            self._plans[year] = parse(ledger.content(self._archive, version), version)
        return self._plans[year]


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)
