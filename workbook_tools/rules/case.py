"""One returned form on the desk: what the rules of this room look at, made once. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workbook_tools import text
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, found
from workbook_tools.form import layout
from workbook_tools.form.layout import Form, Kind, field_name
from workbook_tools.form.references import Resolved
from workbook_tools.form.spec import Stem
from workbook_tools.intake.answers import Answer, Found, Submission
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.register.records import Prefilled


@dataclass(frozen=True, slots=True)
class Context:
    """What one form is checked against.

    ``department`` is the lead one, for the findings' places; ``prefilled`` is what the form was
    sent out with, by field name, empty where that is not known; ``owners`` tells of a long text,
    evened out, to which practices it was sent or published.
    """

    plan: Plan
    department: str | None
    prefilled: Mapping[str, Prefilled]
    owners: Mapping[str, frozenset[int]] = field(default_factory=dict)


class _Desk:
    """What all forms of a round are checked with, made once a plan."""

    def __init__(self, plan: Plan) -> None:
        form, year = layout.form_of(plan), plan.evaluated
        self.form, self.plan = form, plan
        self.practices = {practice.no: practice for practice in plan.practices}
        self.items = {item.no: item for item in plan.items}
        self.former = {department.name: department.former_names for department in plan.departments}
        self.past = {known.name: known for known in form.fields if known.year and known.year < year}
        self.ahead = tuple(
            known.name
            for known in form.fields
            if known.kind is Kind.SCORE and known.year and known.year > year
        )
        ranges = {criterion.name: criterion.scores for criterion in plan.criteria}
        scores = [known for known in form.fields if known.kind is Kind.SCORE]
        self.scores = {known.name: ranges[known.stem] for known in scores if known.year == year}
        self.past_scores = {
            known.name: ranges[known.stem] for known in scores if known.name in self.past
        }
        self.reasons = tuple(known.name for known in form.reasons)
        self.rows = _rows(form, year)
        self.next_rows = _rows(form, year + 1)
        self.statuses = tuple(
            tuple(field_name(stem, past) for stem in (Stem.STATUS, Stem.REVISION))
            for past in form.years
            if past <= year
        )
        # Of every text of this year and later: line width, lines, characters that fit in any case.
        self.typed = tuple(
            (
                known.name,
                layout.line_columns(known),
                layout.open_lines(known, year),
                known.columns // 2,
            )
            for known in form.fields
            if known.kind is Kind.TEXT and layout.is_asked(known, year)
        )


def _rows(form: Form, year: FiscalYear) -> tuple[tuple[str, str], ...]:
    """Names of plan and result of each row of the year; none outside the plan's period."""
    return tuple(
        (field_name(Stem.PLAN, year, n), field_name(Stem.RESULT, year, n))
        for n in form.numbers
        if year in form.years
    )


_DESKS: dict[int, _Desk] = {}


def _desk(plan: Plan) -> _Desk:
    """The desk of a round. The plan is known by identity: hashing it costs a whole form.

    A desk keeps its plan, so that no other one can come to stand at its address.
    """
    desk = _DESKS.get(id(plan))
    if desk is None:
        if len(_DESKS) >= 8:
            _DESKS.clear()
        desk = _DESKS[id(plan)] = _Desk(plan)
    return desk


class Case:
    """One form on the desk, and what was found in it so far."""

    def __init__(self, submission: Submission, context: Context) -> None:
        self.submission, self.context = submission, context
        self.desk = _desk(context.plan)
        self.form, self.plan, self.year = self.desk.form, context.plan, context.plan.evaluated
        self.value, self.answer = submission.value, submission.answers.get
        self.findings: list[Finding] = []

    @cached_property
    def practice(self) -> Practice:
        assert self.submission.practice_no is not None
        return self.desk.practices[self.submission.practice_no]

    def now(self, stem: str) -> str:
        """The field's name in the evaluated year."""
        return field_name(stem, self.year)

    def text(self, name: str) -> str:
        """The text with its references resolved; empty where it comes to "none"."""
        meant = self.submission.text(name)
        return "" if text.is_none_mark(meant) else meant

    def problem(self, name: str) -> bool:
        """A reference in the cell leads nowhere."""
        resolved = self.submission.resolved.get(name)
        return resolved is not None and resolved.problem is not None

    def is_locked(self, name: str) -> bool:
        """A past year's cell that was sent out filled and closed."""
        past = self.desk.past.get(name)
        if past is None or name not in self.context.prefilled:
            return False
        return past.kind is Kind.SCORE or past.year in self._known_years

    @cached_property
    def _known_years(self) -> set[FiscalYear | None]:
        """Past years with more than forecasts in them: their form was accepted (domain §4)."""
        past = (self.desk.past.get(name) for name in self.context.prefilled)
        return {
            known.year
            for known in past
            if known
            and not (known.entry and known.entry.ahead)
            and known.kind in (Kind.TEXT, Kind.STATUS)
        }

    @cached_property
    def references(self) -> list[tuple[str, Resolved]]:
        """Cells with a bad reference or a phrase like one; history is not reported again."""
        return [
            (name, resolved)
            for name, resolved in self.submission.resolved.items()
            if (resolved.problem or resolved.phrase or resolved.beyond) and not self.is_locked(name)
        ]

    @cached_property
    def scores(self) -> dict[str, int] | None:
        """The evaluated year's scores by criterion; None unless all are fit to calculate with."""
        if any(score_fault(self.answer(name), legal) for name, legal in self.desk.scores.items()):
            return None
        return {self.form[name].stem: int(self.value(name)) for name in self.desk.scores}

    def find(self, code: str, name: str, **facts: object) -> Finding:
        """A finding at a field; ``title``, ``value`` and ``shown`` need not be given."""
        answer = self.answer(name)
        usual = {
            "title": self.form[name].title,
            "value": short(answer.value or answer.raw) if answer else "",
            "shown": _shown(answer),
        }
        place = self.submission.place(name, self.context.department)
        return found(code, place, answer.raw if answer else None, **usual | facts)


Rule = Callable[[Case], Iterator[Finding]]


_WHOLE = re.compile(r"-?\d{1,9}")
_NO_SCORE = (Found.FORMULA, Found.DATE, Found.BOOLEAN)


def score_fault(answer: Answer | None, legal: range) -> str:
    """The code of what is wrong with a score, or nothing."""
    if answer is None or answer.found is Found.NOTHING:
        return "S101"
    if answer.found in _NO_SCORE:
        return "S103"
    if not answer.value:
        return "S101"
    if not _WHOLE.fullmatch(answer.value):
        return "S103"
    return "" if int(answer.value) in legal else "S102"


def short(words: str, most: int = 40) -> str:
    """A text on one line, cut so that a message stays a sentence."""
    line = text.squeeze_lines(words)
    return line if len(line) <= most else f"{line[:most]}…"


def _shown(answer: Answer | None) -> str:
    """How a message names what stands in a cell."""
    if answer is not None and answer.found is Found.FORMULA:
        return "値のない数式"
    raw = "" if answer is None else short(answer.raw)
    if not raw:
        return "空欄"
    return f"日付（{raw}）" if answer and answer.found is Found.DATE else f"『{raw}』"


def same(one: str, other: str) -> bool:
    """Equal but for widths, spaces, line breaks and the manner of writing "none"."""
    keys = [text.key(text.tidy(words)) for words in (one, other)]
    return keys[0] == keys[1] or all(not words.strip("-") for words in keys)
