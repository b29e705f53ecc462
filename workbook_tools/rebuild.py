"""`collect --rebuild`: the register made anew from the archive, where it is damaged or lost.

Every round is judged under the plan master of its time. The new register is made beside the old
one and put in its place in one step; the old one stays as ``register.sqlite.old``. A run that was
killed after it had noted its files in the ledger left them there twice: the last time counts, as
it was then that the register took them in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workbook_tools.council import collect as council
from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.history import import_list as history
from workbook_tools.register import ledger, past_titles
from workbook_tools.register.database import Register
from workbook_tools.register.records import Reading, Source, SourceKind
from workbook_tools.register.round import Round, following, noted_plans
from workbook_tools.rules.verdict import Judge


def rebuild(today: Round, step: Callable[[int, int], None]) -> int:
    """Make the register anew; how many files it was made of. UserError where there are none.

    ``today`` is the round of the plan master as it stands.
    """
    workspace = today.workspace
    sources = ledger.sources(workspace.archive)
    if not sources:
        raise UserError(
            f"控え『{workspace.archive}』がないため、登録簿を作り直せません。"
            "バックアップから archive フォルダーを戻してください。"
        )
    beside = workspace.register.with_name("register.sqlite.new")
    _remove(beside)
    with Register.open(beside) as register:
        done = _Rebuilt(register, today, sources)
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


def _what(source: Source) -> tuple[SourceKind, str, FiscalYear | None]:
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

    def __init__(self, register: Register, today: Round, sources: Sequence[Source]) -> None:
        self._register = register
        # All plan masters first: each round is judged by the last one noted for it.
        for source in sources:
            if source.kind is SourceKind.PLAN:
                register.note_source(source)
        self._plans = noted_plans(register, today.workspace)
        self._today = replace(today, plan=following(today.plan, self._plans))
        self._judges: dict[FiscalYear, Judge] = {}

    def take(self, source: Source, *, counts: bool) -> None:
        """Take one source in as it was taken in then; a return only where it counts."""
        if source.kind is SourceKind.PLAN:
            return
        self._register.note_source(source)
        if source.year is None or not counts:
            return
        data = ledger.content(self._today.workspace.archive, source.sha256)
        held = self._round_of(source.year)
        if source.kind is SourceKind.HISTORY:
            found = history.read_list(data, source.name, held.plan)
            self._register.take_history(source.year, found.results, source.sha256)
            past_titles.note(self._register, source.year, found.titles)
        elif source.kind is SourceKind.DISTRIBUTION:
            self._register.note_distributed(source.year, ledger.distributed_of(data))
            self._judges.pop(source.year, None)
        elif source.kind is SourceKind.COUNCIL:
            council.take_again(self._register, held, source, data)
        else:
            judge = self._judges.get(source.year)
            if judge is None:
                judge = self._judges[source.year] = Judge(self._register, held, ())
            reading = Reading(source.sha256, source.name, source.taken_at, judge.rules)
            judge.keep(reading, judge.read(data, source.name))

    def _round_of(self, year: FiscalYear) -> Round:
        """The round of that year: today's by today's plan, another one by the plan of its time."""
        today = self._today
        if year == today.year:
            return today
        later = [noted for noted in sorted(self._plans) if noted >= year]
        plan = self._plans[later[0]] if later else today.plan
        return replace(today, plan=plan.of_year(year))


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)
