"""`collect --rebuild`: the register made anew from the archive, where it is damaged or lost.

Everything is judged under today's plan master. The new register is made beside the old one and put
in its place in one step; the old one stays as ``register.sqlite.old``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbook_tools import archive, history
from workbook_tools.collect import Judge
from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.model import Plan
from workbook_tools.register import Kind, Register, Source
from workbook_tools.returns import Reading
from workbook_tools.workspace import Workspace


def rebuild(workspace: Workspace, plan: Plan, now: str, step: Callable[[int, int], None]) -> int:
    """Make the register anew; how many files it was made of. UserError where there are none."""
    sources = archive.sources(workspace.archive)
    if not sources:
        raise UserError(
            f"控え『{workspace.archive}』がないため、登録簿を作り直せません。"
            "バックアップから archive フォルダーを戻してください。"
        )
    beside = workspace.register.with_name("register.sqlite.new")
    _remove(beside)
    with Register.open(beside) as register:
        done = _Rebuilt(register, workspace, plan, now)
        for count, source in enumerate(sources, start=1):
            done.take(source)
            step(count, len(sources))
    if workspace.register.exists():
        workspace.register.replace(workspace.register.with_name("register.sqlite.old"))
    beside.replace(workspace.register)
    return len(sources)


class _Rebuilt:
    """A register that is being made, source by source, in the order they came."""

    def __init__(self, register: Register, workspace: Workspace, plan: Plan, now: str) -> None:
        self._now = now
        self._register = register
        self._archive = workspace.archive
        self._plan = plan
        self._judges: dict[FiscalYear, Judge] = {}
        self._seen: set[tuple[str, FiscalYear | None]] = set()

    def take(self, source: Source) -> None:
        """Take one source in as it was taken in then; the same one twice counts once."""
        self._register.note_source(source)
        if (source.sha256, source.year) in self._seen and source.kind is Kind.RETURN:
            return
        self._seen.add((source.sha256, source.year))
        if source.year is None:
            return
        if source.kind is Kind.HISTORY:
            data = archive.content(self._archive, source.sha256)
            found = history.read_list(data, source.name, source.year, self._plan)
            self._register.take_history(source.year, found.results, source.sha256)
        elif source.kind is Kind.DISTRIBUTION:
            record = archive.content(self._archive, source.sha256)
            self._register.note_distributed(source.year, archive.distributed_of(record))
            self._judges.pop(source.year, None)
        elif source.kind is Kind.RETURN:
            judge = self._judges.get(source.year)
            if judge is None:
                judge = Judge(self._register, self._plan, source.year, self._now, ())
                self._judges[source.year] = judge
            reading = Reading(source.sha256, source.name, source.taken_at, judge.rules)
            data = archive.content(self._archive, source.sha256)
            judge.keep(reading, judge.read(data, source.name))


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)
