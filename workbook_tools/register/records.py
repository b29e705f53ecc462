"""What the register and the ledger keep, as values: nothing here knows how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding
from workbook_tools.plan.model import Practice

if TYPE_CHECKING:  # forms are read elsewhere; here they are only passed on
    from workbook_tools.intake.answers import Submission


class Status(StrEnum):
    """What became of a returned form."""

    ACCEPTED = "受理"
    FAULTY = "要修正"


class SourceKind(StrEnum):
    """What a line of the ledger tells: a file taken in, or something else that happened."""

    PLAN = "計画マスタ"
    DISTRIBUTION = "配布記録"
    HISTORY = "実績一覧"
    RESULTS = "実績"  # what was taken from such a list
    TITLES = "実績の名称"
    RETURN = "進捗状況シート"
    COUNCIL = "評価シート"
    INBOX = "受信箱"  # what else lies in the inbox now, and what no longer does
    REFUSED = "読めないファイル"  # what cannot be taken in, of the round in which it was met first
    WITHDRAWN = "受理取消"
    RESTORED = "受理取消の取りやめ"
    JUDGED = "再判定"  # every file of a round was judged anew
    OPENED = "読取記録"  # what was read of a protected file
    MEMBERS = "委員"
    BALLOTS = "評価記録"  # what counts of the council's sheets
    OUTPUT = "出力"  # from which state a file was written that is written anew at every change
    WRITTEN = "成果物"
    CLOSED = "確定"
    REOPENED = "確定の取消"
    DISPOSED = "廃棄"


@dataclass(frozen=True, slots=True)
class PastResult:
    """One row of an imported list, as printed.

    ``scores`` is empty where nothing was evaluated. A list may also carry the last scores of an
    item that ended earlier (domain §8): then ``finished`` lies before the list's year.
    """

    practice_no: int
    scores: Mapping[str, int]
    grade: str | None
    finished: FiscalYear | None


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What a form was sent out with in one cell.

    ``target`` is the field that a reference meant then, ``target_text`` its resolved text; both
    are None where the text is no reference.
    """

    field: str
    text: str
    target: str | None = None
    target_text: str | None = None


@dataclass(frozen=True, slots=True)
class Distributed:
    """One form sent out: ``path`` relative to the workspace with ``/``, ``distributed_at`` ISO."""

    practice_no: int
    path: str
    sha256: str
    distributed_at: str
    prefilled: tuple[Prefilled, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One event: a file taken in, or what else the ledger must know to make the register anew.

    ``sha256`` is that of the content the archive keeps of it, empty where there is none; ``name``
    the path of a file as messages name it; ``taken_at`` ISO; ``facts`` whatever JSON can hold.
    """

    sha256: str
    kind: SourceKind
    name: str
    year: FiscalYear | None
    taken_at: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One arrival of a file in the inbox; ``id`` is the number of its event, in order of receipt.

    Times are ISO. A receipt that was taken back (受理取消) has the time and the reason of that.
    ``repeats`` is the earlier round whose file this is; then it was not read (F021).
    """

    id: int
    kind: SourceKind
    year: FiscalYear
    sha256: str
    name: str
    received_at: str
    withdrawn_at: str | None = None
    reason: str | None = None
    repeats: FiscalYear | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A form that was read and checked.

    ``everything`` and ``this_year`` are digests of all answers and of those of the evaluated year:
    equal ones tell two copies of one form, or one form under two numbers. Empty for no answers.
    """

    submission: Submission
    status: Status
    finished: FiscalYear | None
    findings: tuple[Finding, ...]
    everything: str = ""
    this_year: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One distinct content of a round, judged under ``rules``: as it came first, ``received_at``
    ISO."""

    sha256: str
    file: str
    received_at: str
    rules: str


@dataclass(frozen=True, slots=True)
class Returned:
    """One form as it was received once: ``id`` tells the form, ``receipt`` the order of receipt.

    A file that came twice gives two of them with the same ``id``. ``withdrawn`` is the reason for
    which the receipt was taken back.
    """

    id: int
    practice_no: int | None
    file: str
    sha256: str
    sheet: str
    located: str
    status: Status
    received_at: str
    finished: FiscalYear | None
    everything: str
    this_year: str
    receipt: int = 0
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """One answer as the register keeps it."""

    sheet: str
    cell: str
    raw: str
    value: str
    how: str
    resolved: str | None
    chain: str

    @property
    def text(self) -> str:
        """The answer with its reference resolved."""
        return self.value if self.resolved is None else self.resolved

    @property
    def printed(self) -> str:
        """The answer as typed, or as the secretariat corrected it."""
        return self.value if self.how == CORRECTED else self.raw


CORRECTED = "訂正"  # how: the secretariat corrected it in the plan master


class State(StrEnum):
    """Where a practice stands in this round."""

    ACCEPTED = "受理"
    OLDER = "旧版"  # an older version is accepted, a newer one is faulty
    FAULTY = "要修正"
    MISSING = "未提出"


@dataclass(frozen=True, slots=True)
class PracticeState:
    """One practice that is due: where it stands, in which file, how often it came."""

    practice: Practice
    state: State
    newest: Returned | None
    counting: Returned | None
    versions: int
    faulty_versions: int = 0  # how often it went back


@dataclass(frozen=True, slots=True)
class ReadOtherwise:
    """An answer that was read otherwise than typed: of which practice, in which file and field."""

    practice_no: int | None
    file: str
    field: str
    answer: Stored

    @property
    def how(self) -> str:
        """In a word how it was reached: ``参照 ⑧←⑤``, ``数字の書き方``."""
        return f"参照 {self.answer.chain}" if self.answer.chain else self.answer.how
