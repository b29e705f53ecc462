"""What `return` writes to departments: what to mend, what is missing, what has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from workbook_tools.era import long_date
from workbook_tools.findings import Finding, Severity
from workbook_tools.letters import letters
from workbook_tools.letters.letters import Letter
from workbook_tools.letters.templates import encoded
from workbook_tools.plan.model import Practice
from workbook_tools.register.records import PracticeState
from workbook_tools.register.round import Round
from workbook_tools.text import file_name, squeeze_lines

COVER, REMINDER, RECEIVED = "連絡文", "督促", "受領"
# Name of the template, what is shipped as it, and the subject of a mail.
_TEMPLATES = {
    COVER: ("letter.txt", "進捗状況シートの再提出について（依頼）"),
    REMINDER: ("reminder.txt", "進捗状況シートの提出について（再依頼）"),
    RECEIVED: ("received.txt", "進捗状況シートの受領について（お知らせ）"),
}
Attached = Callable[[], Sequence[tuple[str, bytes]]]
_MOST_SHOWN = 3  # findings of one item; the file lists them all
# How to go on, by what is enclosed.
_MARKED = (
    "・お返しするファイルを開くと、先頭にシート「確認結果」があります。\n"
    "　「セル」の欄を押すと、直すところに移ります。\n"
    "・直すところには色とコメントが付いています。理由と直し方は、コメントにも書いてあります。\n"
    "・直したら、そのファイルをそのまま保存して提出してください。\n"
    "　色、コメント、シート「確認結果」は、消さなくて構いません。"
)
_FRESH = "・新しい様式をお送りした項目は、その様式に記入し、保存して提出してください。"
_NOTHING = (
    "・お返しするファイルのない項目は、お手元のファイルを上の説明のとおりに直し、提出してください。"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item or file in a cover text.

    ``file`` is the file that goes back, ``was`` the name it came under; ``fresh`` where the
    department's own file could not be marked, ``filled`` where that holds what could be read.
    """

    practice: Practice | None
    file: str | None
    was: str
    findings: Sequence[Finding]
    fresh: bool = False
    filled: bool = False


class ReturnLetters:
    """The letters of one round, from the templates of its workspace."""

    def __init__(self, held: Round) -> None:
        """Reads the templates and makes those that are not there yet. Raises UserError."""
        self._held = held
        day = held.plan.resubmission or held.plan.deadline
        self._deadline = letters.deadline(day, held.today)
        self._templates = {
            name: letters.opened(held, name, default, f"{held.plan.name}{subject}")
            for name, (default, subject) in _TEMPLATES.items()
        }

    def cover(self, department: str, entries: Sequence[Entry], attached: Attached) -> Letter:
        """The letter that goes with a department's files."""
        path = f"{file_name(department)}/{COVER}"
        items = [_entry(entry) for entry in entries]
        return self._letter(COVER, path, department, items, attached, _how(entries))

    def reminder(
        self,
        department: str,
        missing: Sequence[tuple[Practice, str | None]],
        attached: Attached,
    ) -> Letter:
        """To a department whose items have not come; with each item's form, if one was sent."""
        items = [
            letters.titled(practice) + (f"\n　様式： {form}" if form else "")
            for practice, form in missing
        ]
        path = f"{REMINDER}_{file_name(department)}"
        return self._letter(REMINDER, path, department, items, attached)

    def received(self, department: str, states: Sequence[PracticeState]) -> Letter:
        """To a department of which everything has come and nothing is to be mended."""
        items = [
            f"{letters.titled(known.practice)}\n　受領日： {long_date(_day(known))}"
            for known in states
        ]
        return self._letter(
            RECEIVED, f"{RECEIVED}_{file_name(department)}", department, items, tuple
        )

    def unknown(self, entries: Sequence[Entry]) -> bytes:
        """For the secretariat: files that do not say whose they are."""
        head = (
            f"{self._held.plan.name}　{self._held.year.end}\n"
            "次のファイルは、どの部署のどの項目のものか分かりませんでした。\n"
            "送り主を確かめて、下の指摘を伝えてください。"
        )
        return encoded("\n\n".join([head, *(_entry(entry) for entry in entries)]) + "\n")

    def _letter(
        self,
        name: str,
        path: str,
        department: str,
        items: Sequence[str],
        attached: Attached,
        how: str = "",
    ) -> Letter:
        filled = letters.facts(self._held, department, items, self._deadline, how)
        return Letter(path, department, self._templates[name], filled, attached)


def _day(known: PracticeState) -> date:
    """When what counts was received."""
    assert known.counting is not None  # it was accepted
    return date.fromisoformat(known.counting.received_at[:10])


def _how(entries: Sequence[Entry]) -> str:
    marked = any(entry.file and not entry.fresh for entry in entries)
    fresh = any(entry.fresh for entry in entries)
    nothing = any(not entry.file for entry in entries)
    ways = ((_MARKED, marked), (_FRESH, fresh), (_NOTHING, nothing))
    return "\n".join(words for words, holds in ways if holds)


def _entry(entry: Entry) -> str:
    rows = [letters.titled(entry.practice) if entry.practice else f"ファイル： {entry.was}"]
    if entry.file:
        rows.append(f"　ファイル： {entry.file}")
    if entry.fresh:
        filled = "読み取れた内容は入っています。続きを" if entry.filled else ""
        rows.append(
            f"　提出された『{entry.was}』には印を付けられないため、新しい様式をお送りします。"
            f"{filled}記入して提出してください。"
        )
    counts = [
        f"{severity.word}{count}件"
        for severity in (Severity.ERROR, Severity.WARNING)
        if (count := sum(finding.severity is severity for finding in entry.findings))
    ]
    if counts:
        rows.append(f"　{'、'.join(counts)}")
    faults = sorted(entry.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    faults = [finding for finding in faults if finding.severity is not Severity.INFO]
    for finding in faults[:_MOST_SHOWN]:
        rows.append(f"　・{squeeze_lines(finding.sentence)}")
    if len(faults) > _MOST_SHOWN:
        where = "（シート「確認結果」をご覧ください）" if entry.file else ""
        rows.append(f"　・ほか{len(faults) - _MOST_SHOWN}件{where}")
    return "\n".join(rows)
