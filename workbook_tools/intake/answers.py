"""What stood in a returned form, field by field: raw, understood, and where (domain §4, §9). Pure.

Nothing is changed silently: an :class:`Answer` keeps the raw text beside what it was read as, and
says what kind of value the cell held, so that a date or a formula is never taken for a score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Value, as_text
from workbook_tools.findings import Place
from workbook_tools.form.layout import STATUSES, Kind
from workbook_tools.form.references import Resolved
from workbook_tools.text import MARK, half_width, is_marked, is_none_mark, squeeze, tidy


class Found(StrEnum):
    """What kind of value a cell held."""

    TEXT = "文字"
    NUMBER = "数値"
    DATE = "日付"
    BOOLEAN = "論理値"
    FORMULA = "数式"  # a formula whose value is not stored, or that yields an error
    NOTHING = "空欄"


class Located(StrEnum):
    """How the fields of a form were found (contract)."""

    NAMES = "names"
    LABELS = "labels"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Answer:
    """One field of a returned form.

    ``value`` is what the tool works with: evened-out text, ``2`` for a score, ``A`` for a grade,
    ``工程どおり`` for a status, ``○`` for a mark, empty for "none". ``how`` says in a word how it
    was reached where it differs from ``raw`` in more than surrounding spaces.
    """

    name: str
    sheet: str
    cell: str
    raw: str
    value: str
    found: Found
    how: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something seen while a form was read that its rules will tell: ``code`` of the contract.

    ``field`` is the field it concerns or stands beside, ``text`` what was seen; ``more`` counts
    what else of the kind stands on the sheet, ``was`` is what would have been read otherwise.
    """

    code: str
    sheet: str
    cell: str | None
    field: str | None
    text: str
    more: int = 0
    was: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One form as it came back: the answers of every field that could be located."""

    file: str
    sha256: str
    sheet: str  # the worksheet of sheet ①
    located: Located
    answers: Mapping[str, Answer]
    resolved: Mapping[str, Resolved]
    practice_no: int | None
    year: FiscalYear | None
    noticed: tuple[Noticed, ...] = ()  # what the rules tell of how it was read

    def value(self, name: str) -> str:
        """What a field was read as; empty where it is blank or could not be located."""
        answer = self.answers.get(name)
        return answer.value if answer else ""

    def text(self, name: str) -> str:
        """A text field with its references resolved."""
        resolved = self.resolved.get(name)
        return resolved.text if resolved else self.value(name)

    def place(self, name: str, department: str | None = None) -> Place:
        """Where a field stands, for a finding; without cell where it could not be located."""
        answer = self.answers.get(name)
        sheet, cell = (answer.sheet, answer.cell) if answer else (self.sheet, None)
        return Place(self.file, sheet, cell, name, self.practice_no, department)


def understand(kind: Kind, value: Value) -> tuple[str, str, Found, str]:
    """Raw text, value, kind of cell and manner of reading for what stood in a field's cell."""
    raw, found = as_text(value), _found(value)
    if found is Found.NOTHING:
        return "", "", found, ""
    read, how = _READERS.get(kind, _text)(raw) if found is not Found.DATE else (raw, "")
    return raw, read, found, how if read != tidy(raw) else ""


def _found(value: Value) -> Found:
    if isinstance(value, bool):
        return Found.BOOLEAN
    if isinstance(value, int | float):
        return Found.NUMBER
    if isinstance(value, date | datetime | time | timedelta):
        return Found.DATE
    return Found.TEXT if squeeze(value) else Found.NOTHING


def _text(raw: str) -> tuple[str, str]:
    return ("", "記入なしの印") if is_none_mark(raw) else (tidy(raw), "")


_POINTS = re.compile(r"([+-]?\d{1,9})(?:\.0{1,9})?(?:点|てん|ポイント)?\.?")


def _number(raw: str) -> tuple[str, str]:
    """A whole number in any width, with 点 behind it or not; anything else stays as typed."""
    bare = squeeze(half_width(raw))
    if is_none_mark(raw):
        return "", ""  # as the form itself prints years that are not evaluated
    match = _POINTS.fullmatch(bare)
    return (str(int(match[1])), "数字の書き方") if match else (bare, "全角・空白")


# Accepted spellings of the status, evened out; what is not here is shown to the person.
_STATUS_WORDS = {
    STATUSES[0]: STATUSES[0],
    "工程通り": STATUSES[0],
    "工程どうり": STATUSES[0],
    "行程どおり": STATUSES[0],
    "行程通り": STATUSES[0],
    "どおり": STATUSES[0],
    "通り": STATUSES[0],
    "予定どおり": STATUSES[0],
    "予定通り": STATUSES[0],
    "計画どおり": STATUSES[0],
    "計画通り": STATUSES[0],
    STATUSES[1]: STATUSES[1],
    "工程見直": STATUSES[1],
    "工程見なおし": STATUSES[1],
    "行程見直し": STATUSES[1],
    "見直し": STATUSES[1],
    "見直": STATUSES[1],
    "工程の見直し": STATUSES[1],
}


def _status(raw: str) -> tuple[str, str]:
    bare = squeeze(half_width(raw))
    if is_none_mark(raw):
        return "", "記入なしの印"
    return _STATUS_WORDS.get(bare, bare), "状況の書き方"


def _grade(raw: str) -> tuple[str, str]:
    if is_none_mark(raw):
        return "", ""
    return squeeze(half_width(raw)).upper(), "全角・空白"


def _mark(raw: str) -> tuple[str, str]:
    if is_none_mark(raw):
        return "", "記入なしの印"
    return (MARK, "丸の書き方") if is_marked(raw) else (tidy(raw), "")


_END = re.compile(r"(?:令和|[rR])?\.?(\d{1,4}|元)(?:年度?|月)?(?:取組終了)?")


def _end(raw: str) -> tuple[str, str]:
    """``４``, ``令和4年``, ``3月``, ``元``; a western year becomes one of the era."""
    if is_none_mark(raw):
        return "", "記入なしの印"
    bare = squeeze(half_width(raw))
    match = _END.fullmatch(bare)
    if match is None:
        return bare, "全角・空白"
    number = 1 if match[1] == "元" else int(match[1])
    return str(number - 2018 if number > 2018 else number), "年月の書き方"


_READERS = {
    Kind.SCORE: _number,
    Kind.TOTAL: _number,
    Kind.GRADE: _grade,
    Kind.STATUS: _status,
    Kind.MARK: _mark,
    Kind.END_YEAR: _end,
    Kind.END_MONTH: _end,
}
