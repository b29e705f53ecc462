"""`collect --rebuild`: the register made anew from archive and ledger.

What happened is done once more, event by event, in the order of the ledger: so every table comes
out as it was. A file is judged under the plan master and the forms sent out of the time when it was
judged last. The new register is made beside the old one and put in its place in one step; the old
one stays as ``register.sqlite.old``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from workbook_tools.council import collect as council
from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.history import import_list as history
from workbook_tools.outbox import patiently
from workbook_tools.register import (
    ballots,
    closings,
    copies,
    database,
    disposal,
    journal,
    ledger,
    lock,
    members_record,
    opened,
    past_titles,
    receipts,
    submissions,
    verdicts,
    written,
)
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LedgerLine
from workbook_tools.register.records import PastResult, Reading, Source, SourceKind
from workbook_tools.register.round import Round, following, noted_plans
from workbook_tools.register.written import WrittenOutput
from workbook_tools.rules.verdict import Judge
from workbook_tools.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """How many events a register was made of, and what could not be made as it was."""

    events: int
    told: tuple[str, ...]


def rebuild(today: Round, step: Callable[[int, int], None]) -> Rebuilding:
    """Make the register anew. UserError where there is nothing to make it of.

    ``today`` is the round of the plan master as it stands.
    """
    with lock.hold(today.workspace.root, database.PATIENCE):
        return _rebuild(today, step)


def _rebuild(today: Round, step: Callable[[int, int], None]) -> Rebuilding:
    workspace = today.workspace
    beside = workspace.register.with_name("register.sqlite.new")
    with _told_if_in_use(workspace.register):
        _remove(beside)
    with ExitStack() as stack:
        former = _former(workspace, stack)
        # What a killed run did not get to write into the ledger, and what that has lost since.
        missing = copies.missing(former, workspace) if former else []
        events = [line.source for line in (*journal.lines(workspace.archive).entries, *missing)]
        wanted = {event.sha256 for event in events} - {""} - disposal.removed(events, workspace)
        healed = copies.heal(workspace, wanted)
        done = build(beside, today, step, missing, former)
        if missing:
            journal.append(workspace.archive, missing)
    with _told_if_in_use(workspace.register):
        _put_in_place(beside, workspace.register)
    return replace(done, told=(*healed, *done.told))


@contextmanager
def _told_if_in_use(register: Path) -> Iterator[None]:
    """Where locks do not hold another process off (some network drives), it has the file open."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"登録簿『{register}』を置き換えられません。"
            "ほかの処理が使っていれば、終わってから、もう一度実行してください。"
        ) from error


def build(
    path: Path,
    today: Round,
    step: Callable[[int, int], None],
    pending: Sequence[LedgerLine] = (),
    former: Register | None = None,
) -> Rebuilding:
    """Make a register at ``path`` of what archive and ledger of the workspace hold.

    ``pending`` are events that do not stand in the ledger. What cannot be
    read again is taken over from the ``former`` register, where there is one.
    """
    workspace = today.workspace
    lines = journal.lines(workspace.archive)
    events = in_order((*lines.entries, *pending))
    if not events:
        raise UserError(
            f"控え『{workspace.archive}』がないため、登録簿を作り直せません。"
            "バックアップから archive フォルダーを戻してください。"
        )
    told = [f"受付簿の{number}行目は読めないため、飛ばしました。" for number in lines.unreadable]
    with Register.open(path, notes=False) as register:
        replay = _Replay(register, today, events, former)
        for done, entry in enumerate(events):
            replay.take(done, entry)
            step(done + 1, len(events))
    return Rebuilding(len(events), (*told, *replay.told))


def _former(workspace: Workspace, stack: ExitStack) -> Register | None:
    """The register as it stands, to take over from it what cannot be read again."""
    try:
        with Register.open(workspace.register, write=False) as register:
            whole = register.is_whole()
    except UserError:
        return None
    if not whole:
        return None
    return stack.enter_context(Register.open(workspace.register, write=False))


def in_order(entries: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Every event once, in its order.

    A line may stand twice, where a run was killed behind it. Of the first edition such runs left
    files that the register never took in; when they came again, the last time counts.
    """
    last = {_what(entry.source): at for at, entry in enumerate(entries)}
    first_edition = [
        entry
        for at, entry in enumerate(entries)
        if not entry.number
        and (entry.source.kind not in _ARRIVALS or last[_what(entry.source)] == at)
    ]
    numbered: list[LedgerLine] = []
    own = sorted((entry for entry in entries if entry.number), key=lambda entry: entry.number)
    for _, alike in groupby(own, key=lambda entry: entry.number):
        different: list[LedgerLine] = []  # more than one only where an older register was put back
        different.extend(entry for entry in alike if entry not in different)
        numbered.extend(different)
    return first_edition + numbered


_ARRIVALS = (SourceKind.RETURN, SourceKind.COUNCIL)


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
    patiently(lambda: beside.replace(register))


class _Replay:
    """A register that is being made, event by event."""

    def __init__(
        self,
        register: Register,
        today: Round,
        events: Sequence[LedgerLine],
        former: Register | None,
    ) -> None:
        self._register = register
        self._former = former
        self._today = today
        self._archive = today.workspace.archive
        self.told: list[str] = []
        # When a round was judged anew last: what came before is judged then.
        self._judged_at = {
            entry.source.year: at
            for at, entry in enumerate(events)
            if entry.source.kind is SourceKind.JUDGED
        }
        self._waiting: dict[FiscalYear | None, list[Source]] = {}
        kinds = {(entry.source.kind, entry.source.year) for entry in events}
        self._has_record = {year for kind, year in kinds if kind is SourceKind.BALLOTS}
        self._results = {
            entry.source.sha256 for entry in events if entry.source.kind is SourceKind.RESULTS
        }
        self._disposed = {year for kind, year in kinds if kind is SourceKind.DISPOSED}
        self._judges: dict[FiscalYear, Judge] = {}
        self._read: set[tuple[FiscalYear, str]] = set()
        # The first edition noted plan masters at the end of a run: all of its count from the start.
        self._numbers = [register.copy(entry) for entry in events if not entry.number]

    def take(self, at: int, entry: LedgerLine) -> None:
        """Let one event happen again."""
        source = entry.source
        number = self._register.copy(entry) if entry.number else self._numbers[at]
        if source.kind is not SourceKind.RETURN:
            self._judges.clear()
        if source.kind in _ARRIVALS:
            self._arrive(at, number, entry)
        elif source.kind is SourceKind.CLOSED:
            self._close(source)
        elif source.kind in (SourceKind.DISTRIBUTION, SourceKind.BALLOTS):
            if source.year not in self._disposed:
                self._record(source)
        elif source.kind is SourceKind.JUDGED and at == self._judged_at[source.year]:
            for waiting in self._waiting.pop(source.year, []):
                self._judge(waiting)
        elif source.kind in _AGAIN:
            _AGAIN[source.kind](self._register, source)
        elif source.kind is SourceKind.HISTORY and source.sha256 not in self._results:
            self._history(source)

    def _arrive(self, at: int, number: int, entry: LedgerLine) -> None:
        source = entry.source
        receipts.receive(self._register, source, number)
        if not entry.number:  # the first edition knew a content under any name
            come, gone = [("", source.sha256)], [(source.name, source.sha256)]
            receipts.change_lying(self._register, come, gone)
        if source.year in self._disposed:
            return
        if source.kind is SourceKind.COUNCIL:
            if source.year not in self._has_record:
                self._ballot(source)
        elif "repeats" not in source.facts:
            if at < self._judged_at.get(source.year, -1):
                self._waiting.setdefault(source.year, []).append(source)
            else:
                self._judge(source)

    def _judge(self, source: Source) -> None:
        """Read a return and judge it, once a content."""
        register, year = self._register, source.year
        assert year is not None
        if (year, source.sha256) in self._read:
            return
        self._read.add((year, source.sha256))
        data = self._content(source)
        if data is None:
            self._carry_over(source)
            return
        held = self._round_of(year)
        judge = self._judges.get(year)
        if judge is None:
            judge = self._judges[year] = Judge(register, held, ())
        reading = Reading(source.sha256, source.name, source.taken_at, judge.rules)
        intake = judge.read(data, source.name)
        if any(finding.code == "F002" for finding in intake.findings):
            intake = opened.known(register, held, source.sha256) or intake
        if not judge.keep(reading, intake) and not self._carry_over(source):
            self.told.append(
                f"『{source.name}』はパスワードがないと読めないため、登録できませんでした。"
            )

    def _carry_over(self, source: Source) -> bool:
        """Take over what the former register found in a file."""
        assert source.year is not None
        return self._former is not None and submissions.copy(
            self._former, self._register, source.year, source.sha256
        )

    def _ballot(self, source: Source) -> None:
        assert source.year is not None
        data = self._content(source)
        if data is not None:
            council.take_again(self._register, self._round_of(source.year), source, data)

    def _record(self, source: Source) -> None:
        """What was sent out, or what counts of the council's sheets, as it was kept then."""
        year, data, former = source.year, self._content(source), self._former
        assert year is not None
        if source.kind is SourceKind.BALLOTS:
            if data is None and former:
                data = members_record.record_of(former, year)
            members_record.restore(self._register, year, data or b"[]")
            return
        if data is None and former:
            data = ledger.record_of(former.distributed(year))
        self._register.forget_distributed(year, self._register.distributed(year))
        self._register.note_distributed(year, ledger.distributed_of(data or b"[]"))

    def _close(self, source: Source) -> None:
        """The verdicts of a closed round stay, whatever this version finds."""
        assert source.year is not None
        closings.close(self._register, source.year, source.taken_at, source.sha256)
        data = self._content(source) if source.year not in self._disposed else None
        if data is not None:
            verdicts.restore(self._register, source.year, json.loads(data)["verdicts"])

    def _history(self, source: Source) -> None:
        assert source.year is not None
        data = self._content(source)
        if data is not None:
            found = history.read_list(data, source.name, self._round_of(source.year).plan)
            self._register.take_history(source.year, found.results, source.sha256)
            past_titles.note(self._register, source.year, found.titles)

    def _content(self, source: Source) -> bytes | None:
        try:
            return ledger.content(self._archive, source.sha256)
        except UserError:
            name = source.name if source.kind in _ARRIVALS else f"{source.kind}　{source.name}"
            self.told.append(copies.lost(self._today.workspace, name, source.sha256))
            return None

    def _round_of(self, year: FiscalYear) -> Round:
        """The round of that year by the plan noted for it last; without any by a later one's."""
        plans = noted_plans(self._register, self._today.workspace)
        later = [noted for noted in sorted(plans) if noted >= year]
        plan = plans[later[0]] if later else following(self._today.plan, plans)
        return replace(self._today, plan=plan.of_round(year))


def _results(register: Register, source: Source) -> None:
    assert source.year is not None
    results = [
        PastResult(no, scores, grade, FiscalYear.parse(finished) if finished else None)
        for no, scores, grade, finished in source.facts["results"]
    ]
    register.take_history(source.year, results, source.sha256)


def _titles(register: Register, source: Source) -> None:
    assert source.year is not None
    past_titles.note(register, source.year, dict(source.facts["titles"]))


def _lying(register: Register, source: Source) -> None:
    come, gone = source.facts["come"], source.facts["gone"]
    receipts.change_lying(register, come, gone)


def _members(register: Register, source: Source) -> None:
    assert source.year is not None
    ballots.note_members(register, source.year, source.facts["members"])


def _output(register: Register, source: Source) -> None:
    register.note_output(source.name, source.facts["state"])


def _written(register: Register, source: Source) -> None:
    assert source.year is not None
    facts = source.facts
    output = WrittenOutput(source.name, facts["sha256"], source.taken_at, facts["version"])
    written.keep(register, source.year, output)


def _reopened(register: Register, source: Source) -> None:
    assert source.year is not None
    closings.reopen(register, source.year, source.taken_at, source.facts["reason"])


def _disposed(register: Register, source: Source) -> None:
    assert source.year is not None
    reason = source.facts["reason"]
    closings.dispose(register, source.year, source.taken_at, reason, source.sha256)


def _withdrawal(register: Register, source: Source) -> None:
    receipt = receipts.meant(register, source)
    if receipt:
        change = receipts.withdraw if source.kind is SourceKind.WITHDRAWN else receipts.restore
        change(register, receipt, source.facts["reason"], source.taken_at)


# What the facts of an event tell completely.
_AGAIN: dict[SourceKind, Callable[[Register, Source], None]] = {
    SourceKind.RESULTS: _results,
    SourceKind.TITLES: _titles,
    SourceKind.INBOX: _lying,
    SourceKind.MEMBERS: _members,
    SourceKind.OUTPUT: _output,
    SourceKind.WRITTEN: _written,
    SourceKind.REOPENED: _reopened,
    SourceKind.DISPOSED: _disposed,
    SourceKind.WITHDRAWN: _withdrawal,
    SourceKind.RESTORED: _withdrawal,
}


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-journal"):
        unlink = partial(path.with_name(name).unlink, missing_ok=True)
        patiently(unlink)
