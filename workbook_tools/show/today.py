"""No arguments: where the round stands, in a dozen lines, and the next step to take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from workbook_tools.collect.collection import Collection, standing
from workbook_tools.collect.telling import doubtful
from workbook_tools.era import long_date
from workbook_tools.findings import Severity
from workbook_tools.register import closings
from workbook_tools.register.database import Register
from workbook_tools.register.members import MemberState, member_states, versions
from workbook_tools.register.records import PracticeState, SourceKind, State
from workbook_tools.register.round import Round
from workbook_tools.register.standing import moment
from workbook_tools.register.unread import Inbox, look
from workbook_tools.workspace import digest, read

FIRST = (
    "計画マスタがまだありません。workbook-tools init で作り、計画を書き込んでください"
    "（見本で試すときは workbook-tools init --sample、１年分の流れを見るときは "
    "workbook-tools demo）。番号を選んで進めるときは workbook-tools menu、"
    "コマンドの一覧は workbook-tools --help です。"
)
NEXT_YEAR = (
    "次の年度は、計画マスタの評価年度と提出期限を直してから workbook-tools distribute で始めます。"
)
# What happens to what a list shows.
_SHOWN = (
    SourceKind.RETURN,
    SourceKind.WITHDRAWN,
    SourceKind.RESTORED,
    SourceKind.JUDGED,
    SourceKind.COUNCIL,
)
_NAMES = 3  # files or numbers that are named before ほか


@dataclass(frozen=True, slots=True)
class Today:
    """The state of a round: ``lines`` as a person reads them, the next step, and its name."""

    lines: tuple[str, ...]
    step: str
    round: str = ""


@dataclass(frozen=True, slots=True)
class _State:
    """What the sentences are made from."""

    held: Round
    done: Collection
    members: tuple[MemberState, ...]
    sent: int
    inbox: Inbox
    plan_changed: bool
    closed_at: str  # empty while the round is open
    happened_at: str  # when the last thing happened that the list shows; empty: nothing has

    @property
    def at(self) -> str:
        return self.held.year.option

    def count(self, state: State) -> int:
        return self.done.count(state)

    def of_council(self, state: State) -> int:
        return sum(known.state is state for known in self.members)

    @property
    def begun(self) -> bool:
        """Sheets went out, or came back that were sent out elsewhere."""
        return self.sent > 0 or any(known.newest for known in self.done.practices)

    @property
    def listing(self) -> Path:
        return self.held.workspace.outbox / f"取組状況一覧_{self.held.year}.xlsx"


def today(held: Round) -> Today:
    """The round as it stands; nothing is read into the register."""
    with Register.open(held.workspace.register, write=False) as register:
        state = _state(register, held, standing(register, held, [], []), look(register, held))
    return Today(tuple(_lines(state)), _step(state), str(held.year))


def totals(held: Round, practices: Sequence[PracticeState]) -> Today:
    """What `status` ends with: the counts, the council, the next step.

    Quick with thousands of files: nobody looks into the inbox.
    """
    done = Collection(held.year, (), (), tuple(practices))
    with Register.open(held.workspace.register, write=False) as register:
        state = _state(register, held, done, Inbox({}, (), (), ()))
    return Today((_forms(state), _council(state)), _step(state))


def _state(register: Register, held: Round, done: Collection, inbox: Inbox) -> _State:
    workspace, year = held.workspace, held.year
    noted = [s.sha256 for s in register.sources(SourceKind.PLAN) if s.year == year]
    return _State(
        held,
        done,
        _members(register, held),
        len(register.distributed(year)),
        inbox,
        bool(noted) and digest(read(workspace.plan_master)) != noted[-1],
        _closed_at(register, held),
        max((s.taken_at for s in register.sources(*_SHOWN) if s.year == year), default=""),
    )


def _members(register: Register, held: Round) -> tuple[MemberState, ...]:
    """The members of the council, once sheets were made for them."""
    if not (held.workspace.forms(held.year) / SourceKind.COUNCIL).is_dir():
        return ()
    return member_states(register, held.plan, versions(register, held.year))


def _closed_at(register: Register, held: Round) -> str:
    closing = closings.closed(register).get(held.year)
    return closing.at if closing else ""


# -- where it stands ------------------------------------------------------------------------------


def _lines(state: _State) -> Iterator[str]:
    held, done = state.held, state.done
    yield f"{held.plan.city}　{held.plan.name}　{held.year.long}（評価年度）"
    if held.plan.deadline:
        yield _deadline(held.plan.deadline, held.today)
    yield _forms(state)
    if state.begun:
        yield from _weights(done)
    yield from _waiting(state)
    received = max((version.received_at for version in done.versions), default="")
    if received:
        yield f"最後に受け取ったもの： {moment(received)}"
    if state.members:
        yield _council(state)
    unread = state.inbox.unread
    if unread:
        yield f"まだ読んでいないファイル {len(unread)}件： {_some(unread)}"
    if state.plan_changed:
        told = "（次の collect で、届いた版も確かめ直します）" if state.done.versions else ""
        yield f"計画マスタが、前に使ったときから変わっています{told}"
    if state.listing.exists():
        old = "（そのあとに変わったことがあります）" if _is_old(state) else ""
        yield f"取組状況一覧： {held.workspace.relative(state.listing)}{old}"
    if state.closed_at:
        yield f"確定： {moment(state.closed_at)}"


def _forms(state: _State) -> str:
    counts = "　".join(f"{known.value} {state.count(known)}" for known in State)
    told = counts if state.begun else "まだ配っていません"
    return f"進捗状況シート　{len(state.done.practices)}項目： {told}"


def _council(state: _State) -> str:
    if not state.members:
        return "評価シート　まだ作っていません"
    counts = "　".join(f"{known.value} {state.of_council(known)}" for known in State)
    return f"評価シート　委員{len(state.members)}人： {counts}"


def _deadline(day: date, now: date) -> str:
    days = (day - now).days
    left = f"あと{days}日" if days > 0 else "今日まで" if days == 0 else f"{-days}日過ぎています"
    return f"提出期限　{long_date(day)}（{left}）"


def _weights(done: Collection) -> Iterator[str]:
    weights = Counter(known.severity for known in done.findings if known.code != "X801")
    if weights[Severity.ERROR] or weights[Severity.WARNING]:
        counts = "　".join(f"{w.word} {weights[w]}件" for w in (Severity.ERROR, Severity.WARNING))
        doubts = len(doubtful(done))
        told = f"（うち違う内容を読んだおそれ {doubts}件）" if doubts else ""
        yield f"指摘　{counts}{told}"


def _waiting(state: _State) -> Iterator[str]:
    """Which practices are still to come, and which are to be mended."""
    if not state.begun:
        return
    for word, states in (("要修正", (State.FAULTY, State.OLDER)), ("未提出", (State.MISSING,))):
        own = [known.practice.no for known in state.done.practices if known.state in states]
        if own:
            yield f"　{word}： 小№ {_some([str(no) for no in own], 12)}"


def _some(names: Sequence[str], most: int = _NAMES) -> str:
    rest = len(names) - most
    return "、".join(names[:most]) + (f" ほか{rest}件" if rest > 0 else "")


def _is_old(state: _State) -> bool:
    """Something happened, or opinions were edited, after the list was written."""
    written = state.listing.stat().st_mtime
    opinions = state.listing.with_name(f"意見集約_{state.held.year}.xlsx")
    if opinions.exists() and opinions.stat().st_mtime > written:
        return True
    happened = state.happened_at
    return bool(happened) and datetime.fromisoformat(happened).timestamp() > written


# -- what to do -----------------------------------------------------------------------------------


def _step(state: _State) -> str:
    at = state.at
    if state.closed_at:
        return f"{state.held.year.long}は確定しています。{NEXT_YEAR}"
    if not state.begun and not state.inbox.forms:
        return f"次は workbook-tools distribute {at} で、部署に配るシートを作ります。"
    if state.inbox.forms:
        return f"次は workbook-tools collect {at} で、届いたファイルを読みます。"
    if state.inbox.ballots:
        return f"次は workbook-tools council collect {at} で、届いた評価シートを読みます。"
    faulty, missing = (
        state.count(State.FAULTY) + state.count(State.OLDER),
        state.count(State.MISSING),
    )
    if missing == len(state.done.practices) and not _is_late(state.held):
        return (
            "部署からシートが戻ってくるのを待っています。"
            f"戻ってきたら inbox に置き、workbook-tools collect {at} を実行します。"
        )
    if faulty or missing:
        return (
            f"次は workbook-tools return {at} で、要修正のシートと督促文を作って送ります。"
            "返ってきたら inbox に置き、collect を実行します。"
        )
    return _after_the_forms(state)


def _is_late(held: Round) -> bool:
    return held.plan.deadline is not None and held.today > held.plan.deadline


def _after_the_forms(state: _State) -> str:
    """Everything was accepted: the list, the council, the list again."""
    at, members = state.at, state.members
    listing = f"workbook-tools consolidate {at} --appendix"
    if not state.listing.exists():
        return f"すべて受理しました。次は {listing} で一覧を作ります。"
    if not members:
        count = "" if state.held.plan.members else " --members 人数"
        command = f"workbook-tools council distribute {at}{count}"
        return f"次は {command} で評価シートを作り、委員に送ります。"
    if state.of_council(State.FAULTY) or state.of_council(State.OLDER):
        return f"次は workbook-tools council return {at} で、要修正の評価シートを返します。"
    if state.of_council(State.MISSING):
        return (
            "委員の評価シートを待っています。"
            f"戻ってきたら inbox に置き、workbook-tools council collect {at} を実行します。"
        )
    if _is_old(state):
        opinions = f"意見集約_{state.held.year}.xlsx"
        return f"{opinions} で採用文と掲載を決めたら、{listing} で一覧を仕上げます。"
    return f"公表が済んだら、workbook-tools close {at} で確定します。"
