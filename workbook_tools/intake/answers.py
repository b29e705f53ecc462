"""What stood in a returned form, field by field: raw, understood, and where (domain §4, §9). Pure.

Nothing is changed silently: an :class:`Answer` keeps the raw text beside what it was read as, and
says what kind of value the cell held, so that a date or a formula is never taken for a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from workbook_tools import spellings
from workbook_tools.era import FiscalYear, of_the_era
from workbook_tools.excel.read.book import Value, as_text
from workbook_tools.findings import Place
from workbook_tools.form.layout import ON_PLAN, REVISED, Kind
from workbook_tools.form.references import Resolved
from workbook_tools.form.token import Token
from workbook_tools.spellings import END_SHEDS, SCORE_SHEDS, folded, shed, word
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
    what else of the kind stands on the sheet, ``was`` is what would have been read otherwise, or a
    word for what it is; ``shown`` is what is seen where ``text`` is stored.
    """

    code: str
    sheet: str
    cell: str | None
    field: str | None
    text: str
    more: int = 0
    was: str = ""
    shown: str = ""


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
    token: Token | None = None
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


_MOST_DIGITS = 9


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def _number(raw: str) -> tuple[str, str]:
    """A whole number in any width, with 点 behind it or not; anything else stays as typed."""
    if _digits(raw):
        return str(int(raw)), "数字の書き方"
    if is_none_mark(raw):
        return "", ""  # as the form itself prints years that are not evaluated
    number = shed(word(raw), SCORE_SHEDS)
    if _digits(number.removeprefix("-")):
        return str(int(number)), "数字の書き方"
    return squeeze(half_width(raw)), "全角・空白"


_STATUSES = {
    **dict.fromkeys(folded(spellings.ON_PLAN), ON_PLAN),
    **dict.fromkeys(folded(spellings.REVISED), REVISED),
}


def _status(raw: str) -> tuple[str, str]:
    if is_none_mark(raw):
        return "", "記入なしの印"
    return _STATUSES.get(word(raw)) or squeeze(half_width(raw)), "状況の書き方"


def _grade(raw: str) -> tuple[str, str]:
    if is_none_mark(raw):
        return "", ""
    return squeeze(half_width(raw)).upper(), "全角・空白"


def _mark(raw: str) -> tuple[str, str]:
    if is_none_mark(raw):
        return "", "記入なしの印"
    return (MARK, "丸の書き方") if is_marked(raw) else (tidy(raw), "")


def _end(raw: str) -> tuple[str, str]:
    """``４``, ``令和4年``, ``3月``, ``元``; a western year becomes one of the era."""
    if is_none_mark(raw):
        return "", "記入なしの印"
    number = shed(word(raw), END_SHEDS)
    if not _digits(number):
        return squeeze(half_width(raw)), "全角・空白"
    return str(of_the_era(int(number))), "年月の書き方"


_READERS = {
    Kind.SCORE: _number,
    Kind.TOTAL: _number,
    Kind.GRADE: _grade,
    Kind.STATUS: _status,
    Kind.MARK: _mark,
    Kind.END_YEAR: _end,
    Kind.END_MONTH: _end,
}
