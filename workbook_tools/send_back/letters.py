"""Cover texts and reminders, from templates the secretariat may edit (issue "Return").

Templates are plain text with gaps like ``{部署}``. Gaps are replaced one by one, never by
``str.format``: a template is a person's file and must not reach into the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

from workbook_tools.era import long_date
from workbook_tools.findings import Finding, Severity, UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Practice
from workbook_tools.register.round import Round
from workbook_tools.text import squeeze_lines
from workbook_tools.workspace import read

COVER, REMINDER = "連絡文", "督促"
_DEFAULTS = {COVER: "letter.txt", REMINDER: "reminder.txt"}
GAPS = ("部署", "件数", "項目一覧", "期限", "事務局", "年度", "計画")
_GAP = re.compile(r"\{([^{}]*)\}")
_MOST_SHOWN = 3  # findings of one item; the file lists them all
_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item or file in a cover text.

    ``file`` is the file that goes back, ``was`` the name it came under; ``fresh`` where the
    department's own file could not be marked.
    """

    practice: Practice | None
    file: str | None
    was: str
    findings: Sequence[Finding]
    fresh: bool = False


class Letters:
    """The templates of a workspace, filled for one round."""

    def __init__(self, held: Round) -> None:
        """Reads both templates and makes those that are not there yet. Raises UserError."""
        self._plan = held.plan
        self._year = held.year
        self._deadline = _deadline(held.plan.deadline, held.today)
        folder = held.workspace.plan_master.parent
        self._templates = {
            name: template(folder / f"{name}.txt", default, GAPS)
            for name, default in _DEFAULTS.items()
        }

    def cover(self, department: str, entries: Sequence[Entry]) -> bytes:
        """The text that goes with a department's marked files."""
        return self._filled(COVER, department, [_entry(entry) for entry in entries])

    def reminder(self, department: str, missing: Sequence[tuple[Practice, str | None]]) -> bytes:
        """The text to a department whose items have not come; with each item's form, if sent."""
        items = []
        for practice, form in missing:
            items.append(_title(practice) + (f"\n　様式： {form}" if form else ""))
        return self._filled(REMINDER, department, items)

    def unknown(self, entries: Sequence[Entry]) -> bytes:
        """For the secretariat: files that do not say whose they are."""
        head = (
            f"{self._plan.name}　{self._year.end}\n"
            "次のファイルは、どの部署のどの項目のものか分かりませんでした。\n"
            "送り主を確かめて、下の指摘を伝えてください。"
        )
        return encoded("\n\n".join([head, *(_entry(entry) for entry in entries)]) + "\n")

    def _filled(self, name: str, department: str, items: Sequence[str]) -> bytes:
        path, words = self._templates[name]
        facts = {
            "部署": department,
            "件数": str(len(items)),
            "項目一覧": "\n\n".join(items),
            "期限": self._deadline,
            "事務局": self._plan.secretariat,
            "年度": self._year.long,
            "計画": self._plan.name,
        }
        return encoded(fill(words, path.name, facts))


def fill(template: str, name: str, facts: Mapping[str, str]) -> str:
    """The template with its gaps filled; what is filled in is never looked at again.

    Raises UserError with the template's name over an unknown gap or a brace that is none.
    """
    pieces = _GAP.split(template)
    for number, piece in enumerate(pieces):
        if number % 2:
            if piece.strip() not in facts:
                known = "".join(f"{{{gap}}}" for gap in facts)
                raise UserError(
                    f"『templates/{name}』の{{{squeeze_lines(piece)}}}は使えません。"
                    f"{known}のどれかにしてください。"
                )
            pieces[number] = facts[piece.strip()]
        elif "{" in piece or "}" in piece:
            brace = "{" if "{" in piece else "}"
            raise UserError(
                f"『templates/{name}』に、閉じていない『{brace}』があります。"
                "{部署}のように{ }で囲むか、消してください。"
            )
    return "".join(pieces)


def template(path: Path, default: str, gaps: Sequence[str]) -> tuple[Path, str]:
    """A template of the secretariat's, made from the shipped one where there is none yet.

    Raises UserError over a gap that is none of ``gaps``, before anything is sent.
    """
    if not path.exists():
        shipped = resources.files("workbook_tools") / "data" / default
        put(path, encoded(shipped.read_text(encoding="utf-8")))
    data = read(path)
    for encoding in ("utf-8-sig", "cp932"):  # older editors save Japanese as cp932
        try:
            text = data.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
        fill(text, path.name, dict.fromkeys(gaps, ""))
        return path, text
    raise UserError(f"『{path}』の文字を読めません。UTF-8で保存し直してください。")


def encoded(text: str) -> bytes:
    """UTF-8 with its mark and CRLF, so that Notepad shows it right."""
    return b"\xef\xbb\xbf" + text.replace("\r\n", "\n").replace("\n", "\r\n").encode(
        errors="replace"
    )


def _deadline(day: date | None, today: date) -> str:
    if day is None:
        return "事務局からお知らせする日まで"
    text = f"{long_date(day)}（{_WEEKDAYS[day.weekday()]}）"
    if today > day:
        return f"{text}　※期限を過ぎています。できるだけ早くご提出ください。"
    return text


def _title(practice: Practice) -> str:
    partners = f"（関係部署： {'、'.join(practice.partners)}）" if practice.partners else ""
    return f"№{practice.no}　{practice.title}{partners}"


def _entry(entry: Entry) -> str:
    rows = [_title(entry.practice) if entry.practice else f"ファイル： {entry.was}"]
    if entry.file:
        rows.append(f"　ファイル： {entry.file}")
    if entry.fresh:
        rows.append(
            f"　提出された『{entry.was}』には印を付けられないため、新しい様式をお送りします。"
            "読み取れた内容は入っています。続きを記入して提出してください。"
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
        rows.append(f"　・ほか{len(faults) - _MOST_SHOWN}件（シート「確認結果」をご覧ください）")
    return "\n".join(rows)
