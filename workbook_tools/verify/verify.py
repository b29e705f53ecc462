"""`verify`: archive, ledger and register agree. Nothing is changed.

Every kept byte has its hash, every event of the register stands in the ledger, and every table of
the register is what comes out when it is made anew.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbook_tools import rebuild
from workbook_tools.findings import UserError
from workbook_tools.register import closings, copies, disposal, journal, ledger, tables
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.register.round import Round
from workbook_tools.register.tables import Row
from workbook_tools.workspace import Workspace, digest, read

_COPY = re.compile(r"[0-9a-f]{64}\.bin")
_NO_RECORD = "廃棄記録の控えが読めないため、ほかは確かめていません。"
_NO_PLAN = "計画マスタの控えが読めないため、登録簿の中身は確かめていません。"
_LONGEST = 80  # letters of a row that are shown


@dataclass(frozen=True, slots=True)
class Verification:
    """What is wrong, in sentences, and what is only to be known; how much was looked at."""

    wrong: tuple[str, ...]
    notes: tuple[str, ...]
    copies: int
    events: int


def verify(today: Round, step: Callable[[int, int], None]) -> Verification:
    """Look at everything a workspace keeps. ``today`` is the round of the plan master."""
    workspace = today.workspace
    if not workspace.register.exists():
        raise UserError(
            f"登録簿『{workspace.register}』がまだありません。"
            "控えがあれば、workbook-tools collect --rebuild で作り直せます。"
        )
    kept = sorted(workspace.archive.glob("??/*.bin"))
    with Register.open(workspace.register, write=False) as register:
        events = [known.source for known in register.entries(*SourceKind)]
        records = dict(_broken(workspace, _of(events, SourceKind.DISPOSED), set()))
        if records:  # what was disposed of and what is lost cannot be told apart
            return Verification((*records.values(),), (_NO_RECORD,), len(kept), len(events))
        gone = disposal.removed(events, workspace)
        broken = dict(_broken(workspace, [*events, *_published(workspace, events)], gone))
        left = disposal.left(register, workspace)
        wrong = [
            f"廃棄したはずの控え『{ledger.kept(workspace.archive, sha256)}』が残っています。"
            "もう一度 dispose を実行してください。"
            for sha256 in left
        ]
        wrong += [*broken.values(), *_foreign(kept, broken), *_ledger(register, workspace)]
        different: list[str] = []
        notes = [_NO_PLAN]
        if not any(plan.sha256 in broken for plan in _of(events, SourceKind.PLAN)):
            different, notes = _tables(register, today, set(broken), step)
    return Verification((*wrong, *different), tuple(notes), len(kept), len(events))


def _of(events: list[Source], kind: SourceKind) -> list[Source]:
    return [event for event in events if event.kind is kind]


def _published(workspace: Workspace, events: list[Source]) -> Iterator[Source]:
    """The outputs kept when rounds were closed; those of a lost record are not known."""
    for event in _of(events, SourceKind.CLOSED):
        if ledger.is_whole(workspace.archive, event.sha256):
            record = closings.record(workspace, closings.Closing("", event.sha256))
            for name, sha256 in record["outputs"].items():
                yield Source(sha256, SourceKind.WRITTEN, name, event.year, event.taken_at)


def _broken(
    workspace: Workspace, events: list[Source], gone: set[str]
) -> Iterator[tuple[str, str]]:
    """Content → what is to be said of its copy, where that is lost or damaged."""
    names = {event.sha256: event.name or event.kind.value for event in events if event.sha256}
    for sha256, name in names.items():
        if sha256 not in gone and not ledger.is_whole(workspace.archive, sha256):
            yield sha256, copies.lost(workspace, name, sha256)


def _foreign(kept: list[Path], broken: dict[str, str]) -> Iterator[str]:
    """Files of the archive that are not what their name says; those known are told already."""
    for path in kept:
        is_copy = _COPY.fullmatch(path.name) and path.stem not in broken
        if is_copy and digest(read(path)) != path.stem:
            yield f"控え『{path}』の中身が変わっています。"


def _ledger(register: Register, workspace: Workspace) -> Iterator[str]:
    """Events that only one of register and ledger knows."""
    lines = journal.lines(workspace.archive)
    there = Counter(_key(line.source) for line in rebuild.in_order(lines.entries))
    known = Counter(_key(line.source) for line in register.entries(*SourceKind))
    pending = Counter(_key(line.source) for line in register.pending())
    missing, unknown = known - pending - there, there - known
    if missing:
        yield (
            f"受付簿に{missing.total()}行欠けています。"
            "workbook-tools collect を実行すると、登録簿から書き足します。"
        )
        for number in lines.unreadable:
            yield f"受付簿の{number}行目が読めません。"
    if unknown:
        yield (
            f"受付簿に、登録簿の知らない行が{unknown.total()}行あります。登録簿が古いようです。"
            "workbook-tools collect --rebuild を実行してください。"
        )


def _key(source: Source) -> str:
    return repr((source.sha256, source.kind, source.name, source.year, source.taken_at))


def _tables(
    register: Register, today: Round, broken: set[str], step: Callable[[int, int], None]
) -> tuple[list[str], list[str]]:
    """What differs from a register made anew, and what could not be compared."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sqlite"
        told: tuple[str, ...] = ()
        if register.entries(*SourceKind) or journal.lines(today.workspace.archive).entries:
            told = rebuild.build(path, today, step, register.pending()).told
        with Register.open(path, write=False) as anew:  # an empty one where nothing happened yet
            theirs = tables.rows(anew)
    ours = tables.rows(register)
    apart = broken | _judged_otherwise(ours["reading"], theirs["reading"])
    notes = [sentence for sentence in told if "受付簿の" in sentence]
    if apart - broken:
        notes.append(
            "判定したときと workbook-tools の版か計画マスタが違うため、"
            f"{len(apart - broken)}件のファイルの判定は比べていません。"
        )
    different = []
    for name, table in ours.items():
        if broken and name.startswith("ballot"):
            continue  # what the damaged copy held cannot be told apart
        mine, other = (
            [row for row in rows if not (name in tables.JUDGED and row[1] in apart)]
            for rows in (table, theirs.get(name, []))
        )
        if mine != other:
            different.append(_difference(tables.TITLES.get(name, name), mine, other))
    return different, notes


def _difference(title: str, mine: list[Row], other: list[Row]) -> str:
    more, less = Counter(mine) - Counter(other), Counter(other) - Counter(mine)
    if not (more or less):
        return f"登録簿の『{title}』の順序が、控えから作り直したものと違います。"
    text = "、".join(str(value) for value in next(iter(more or less)) if value is not None)
    example = text if len(text) < _LONGEST else f"{text[:_LONGEST]}…"
    count = max(more.total(), less.total())
    return f"登録簿の『{title}』が、控えから作り直したものと{count}行違います（{example}）。"


def _judged_otherwise(ours: list[Row], theirs: list[Row]) -> set[str]:
    """The contents whose verdict comes from other rules than one made now would."""
    rules = {row[:2]: row[-1] for row in theirs}
    return {row[1] for row in ours if rules.get(row[:2], row[-1]) != row[-1]}
