"""The verdict on a returned file: read, checked against the plan and what was sent out.

Used when a file is collected, checked alone, answered, or judged anew from the archive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from itertools import chain

from workbook_tools import __version__
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Severity
from workbook_tools.form import layout
from workbook_tools.form.layout import Form, Kind
from workbook_tools.form.spec import Stem
from workbook_tools.intake.answers import Submission
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake, take_in
from workbook_tools.plan.model import Department, Item, Plan, Practice, Waiver
from workbook_tools.register import submissions
from workbook_tools.register.database import Register
from workbook_tools.register.records import Distributed, Judged, Reading, Status
from workbook_tools.register.results import answers_before
from workbook_tools.register.round import Round
from workbook_tools.rules import check_form as checks
from workbook_tools.rules import corrections, waivers
from workbook_tools.rules.right_practice import Owners, owners
from workbook_tools.text import key
from workbook_tools.workspace import digest


def rules_of(plan: Plan, sent: Mapping[int, Distributed]) -> str:
    """Whatever a verdict depends on, besides the file: another value, another verdict."""
    sent_forms = sorted((no, entry.sha256) for no, entry in sent.items())
    return digest(repr((__version__, layout.FORM_VERSION, plan, sent_forms)).encode())


def _take_in(received: Received, form: Form, passwords: tuple[str, ...]) -> Intake:
    return take_in(received.data or b"", received.name, form, passwords)


class Judge:
    """Reads and checks files of one round against the plan and what was sent out."""

    def __init__(
        self,
        register: Register,
        held: Round,
        passwords: Sequence[str],
        *,
        believing: bool = False,
    ) -> None:
        plan = held.plan
        self._register = register
        self._believing = believing
        self._plan = plan
        self._passwords = passwords
        self._form = layout.form_of(plan)
        self._practices = {practice.no: practice for practice in plan.practices}
        self._sent = register.distributed(held.year)
        self._now = held.now
        self.rules = rules_of(plan, self._sent)

    def reader(self) -> Callable[[Received], Intake]:
        """The pure step from bytes to forms, for any process or machine."""
        return partial(_take_in, form=self._form, passwords=tuple(self._passwords))

    def read(self, data: bytes, name: str) -> Intake:
        """The forms of one file."""
        return take_in(data, name, self._form, self._passwords)

    def check(self, intake: Intake, received_at: str) -> list[Judged]:
        """A file's forms, each with its findings.

        Exceptions with a date hold for what came until that day, so that no verdict changes because
        time goes by.
        """
        holding = waivers.active(self._plan, date.fromisoformat(received_at[:10]))
        return [self._judged(submission, holding) for submission in intake.submissions]

    def judge(self, data: bytes, name: str) -> tuple[Intake, list[Judged]]:
        """One file read and checked."""
        intake = self.read(data, name)
        return intake, self.check(intake, self._now)

    def keep(self, reading: Reading, intake: Intake) -> bool:
        """Check a file and keep what was found; False where it is to be tried again next time.

        A protected file may open with another password; council sheets and the like are no returns.
        """
        if any(finding.code in ("F002", "F004") for finding in intake.findings):
            return False
        forms = self.check(intake, reading.received_at)
        submissions.add(self._register, self._plan.round, reading, intake.findings, forms)
        return True

    @cached_property
    def _owners(self) -> Owners:
        """To which practices long texts were sent in this round, or last published for."""
        sent = ((no, cell.text) for no, entry in self._sent.items() for cell in entry.prefilled)
        before = answers_before(self._register, self._plan)
        past = ((no, text) for no, (_, own) in before.items() for text in own.values())
        return owners(chain(sent, past))

    def _judged(self, submission: Submission, holding: Sequence[Waiver]) -> Judged:
        plan = _believed(self._plan, submission) if self._believing else self._plan
        submission = corrections.apply(submission, plan)
        practice = self._practices.get(submission.practice_no or 0)
        sent = self._sent.get(submission.practice_no or 0)
        context = checks.Context(
            plan,
            practice.lead if practice else None,
            {cell.field: cell for cell in sent.prefilled} if sent else {},
            self._owners,
        )
        findings = waivers.apply(checks.check(submission, context), holding)
        faulty = any(finding.severity is Severity.ERROR for finding in findings)
        return Judged(
            submission,
            Status.FAULTY if faulty else Status.ACCEPTED,
            _finished(submission, plan) if not faulty else None,
            findings,
            _everything(submission, self._form),
            _this_year(submission, plan),
        )


def _believed(plan: Plan, submission: Submission) -> Plan:
    """The plan with the practice as its own sheet prints it, where there is no plan master."""
    number = submission.practice_no
    if number is None:
        return plan
    names = tuple(filter(None, submission.value(Stem.DEPARTMENT).split("、")))
    item_no = int(re.sub(r"\D", "", submission.value(Stem.ITEM_NUMBER)) or 0)
    practice = Practice(number, item_no, submission.value(Stem.TITLE), names or ("担当部署",))
    return replace(
        plan,
        items=(Item(item_no, submission.value(Stem.ITEM), ()),),
        practices=(practice,),
        departments=tuple(Department(name) for name in names),
    )


def _finished(submission: Submission, plan: Plan) -> FiscalYear | None:
    """An accepted date ends the practice in the evaluated year (domain §4)."""
    return (
        plan.evaluated
        if submission.value(Stem.END_YEAR) and submission.value(Stem.END_MONTH)
        else None
    )


_TYPED = (Kind.TEXT, Kind.SCORE, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH)
# What a department writes about the evaluated year; of the rest much is alike between practices.
_OWN_STEMS = frozenset({Stem.REVISION, Stem.PLAN, Stem.RESULT, Stem.ISSUE, Stem.SOLUTION})
# So few and short answers may well be alike by chance: forms that are hardly filled in.
_LEAST_ANSWERS, _LEAST_LETTERS = 5, 30


def _everything(submission: Submission, form: Form) -> str:
    """A digest of all that was typed: equal ones are copies of one another."""
    values = [submission.value(field.name) for field in form.fields if field.kind in _TYPED]
    return digest(repr(values).encode())


def _this_year(submission: Submission, plan: Plan) -> str:
    """A digest of the evaluated year's texts, evened out; empty where hardly any were given."""
    form, year = layout.form_of(plan), plan.evaluated
    texts = [
        (field.name, key(submission.value(field.name)))
        for field in form.fields
        if field.kind is Kind.TEXT
        and (field.year is None or (field.year == year and field.stem in _OWN_STEMS))
    ]
    given = [(name, text) for name, text in texts if text]
    letters = sum(len(text) for _, text in given)
    if len(given) < _LEAST_ANSWERS or letters < _LEAST_LETTERS:
        return ""
    return digest(repr(given).encode())
