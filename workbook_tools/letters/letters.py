"""An office letter: to whom, about what, with which files; as a text and as a mail to be sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workbook_tools.era import long_date
from workbook_tools.letters import mail
from workbook_tools.letters.templates import encoded, fill, template
from workbook_tools.letters.written import noted
from workbook_tools.plan.model import Practice
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.workspace import digest

GAPS = ("部署", "件数", "項目一覧", "期限", "事務局", "団体", "年度", "計画", "直し方", "日付")
_SUBJECT = re.compile(r"^[\s　]*件名[\s　:：]*(?P<subject>\S.*?)[\s　]*$", re.MULTILINE)
_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the workspace: its file, its words, and what a mail of it is about."""

    name: str
    words: str
    subject: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to a department: ``path`` below the round's folder has no ending yet.

    ``facts`` fill the gaps of the template, but for 日付. ``attached`` gives names and contents; it
    is asked only where there is somebody to write a mail to.
    """

    path: str
    department: str
    template: Template
    facts: Mapping[str, str]
    attached: Callable[[], Sequence[tuple[str, bytes]]] = tuple

    def text(self, day: date) -> str:
        """The letter of that day."""
        facts = {**self.facts, "日付": long_date(day)}
        return fill(self.template.words, self.template.name, facts)


def opened(held: Round, name: str, default: str, subject: str) -> Template:
    """The workspace's template of that name. Raises UserError over a gap that is unknown."""
    path = held.workspace.plan_master.with_name(f"{name}.txt")
    _, words = template(path, default, GAPS)
    return Template(path.name, words, subject)


def facts(
    held: Round, department: str, items: Sequence[str], deadline: str, how: str = ""
) -> dict[str, str]:
    """What fills the gaps of every letter; ``how`` to mend what went back."""
    plan = held.plan
    return {
        "部署": department,
        "件数": str(len(items)),
        "項目一覧": "\n\n".join(items),
        "期限": deadline,
        "事務局": plan.secretariat,
        "団体": plan.city,
        "年度": held.year.long,
        "計画": plan.name,
        "直し方": how,
    }


def titled(practice: Practice) -> str:
    """A practice as letters name it, with the departments that take part."""
    partners = f"（関係部署： {'、'.join(practice.partners)}）" if practice.partners else ""
    return f"№{practice.no}　{practice.title}{partners}"


def weekday(day: date) -> str:
    """``令和４年４月２２日（金）``."""
    return f"{long_date(day)}（{_WEEKDAYS[day.weekday()]}）"


def deadline(day: date | None, today: date) -> str:
    """A day by which something is to come; said so where it has passed."""
    if day is None:
        return "事務局からお知らせする日まで"
    if today > day:
        return f"{weekday(day)}　※期限を過ぎています。できるだけ早くご提出ください。"
    return weekday(day)


class Desk:
    """Letters of one round, with the days they bear, as the register remembers them."""

    def __init__(self, register: Register, held: Round, name: str) -> None:
        """``name`` of the output whose letters they are."""
        self._register, self._plan, self._today = register, held.plan, held.today
        self._name = f"{name}/日付"
        self._days = noted(register, self._name)
        self._written = noted(register, name)

    def files(self, letters: Iterable[Letter]) -> dict[str, bytes]:
        """Every letter as a text, and as a mail where the department has an address.

        A letter keeps its day as long as it says the same as what was written last.
        """
        made: dict[str, bytes] = {}
        for letter in letters:
            text = self._dated(letter)
            made[f"{letter.path}.txt"] = encoded(text)
            if to := mail.addresses(self._plan.department(letter.department).contact):
                subject = _SUBJECT.search(text)
                about = subject["subject"] if subject else letter.template.subject
                made[f"{letter.path}.eml"] = mail.draft(to, about, text, letter.attached())
        self._register.note_output(self._name, json.dumps(self._days, sort_keys=True))
        return made

    def _dated(self, letter: Letter) -> str:
        if known := self._days.get(letter.path):
            text = letter.text(date.fromisoformat(known))
            if digest(encoded(text)) == self._written.get(f"{letter.path}.txt"):
                return text
        self._days[letter.path] = self._today.isoformat()
        return letter.text(self._today)
