"""The rules of scores, totals, grades and reasons (S). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workbook_tools import text
from workbook_tools.findings import Finding
from workbook_tools.form import layout
from workbook_tools.form.spec import Stem
from workbook_tools.intake.answers import Found
from workbook_tools.plan import grading
from workbook_tools.rules.case import Case, score_fault


def _faulty_scores(case: Case, code: str) -> Iterator[Finding]:
    """Of the evaluated year; in a past year that stood open only what was typed is looked at."""
    past = {
        name: legal
        for name, legal in case.desk.past_scores.items()
        if code != "S101" and name not in case.context.prefilled
    }
    for name, legal in {**past, **case.desk.scores}.items():
        if score_fault(case.answer(name), legal) == code:
            yield case.find(code, name, allowed=f"{legal[0]}～{legal[-1]}")


def s101_score_missing(case: Case) -> Iterator[Finding]:
    return _faulty_scores(case, "S101")


def s102_score_out_of_range(case: Case) -> Iterator[Finding]:
    return _faulty_scores(case, "S102")


def s103_score_not_whole(case: Case) -> Iterator[Finding]:
    return _faulty_scores(case, "S103")


def s104_score_too_early(case: Case) -> Iterator[Finding]:
    for name in case.desk.ahead:
        answer = case.answer(name)
        if answer and (answer.value or answer.found is Found.FORMULA):
            yield case.find("S104", name)


def _differs(case: Case, code: str, stem: str, rule: str) -> Iterator[Finding]:
    """A typed figure that is not the rule's; ``0`` is what .xls makes of a formula's text."""
    answer = case.answer(case.now(stem))
    if answer and answer.found is not Found.FORMULA and answer.value not in ("", "0", rule):
        yield case.find(code, answer.name, expected=rule)


def s106_grade_differs(case: Case) -> Iterator[Finding]:
    if case.scores is not None:
        rule = grading.grade(case.plan.grades, case.scores)
        yield from _differs(case, "S106", layout.OVERALL, text.half_width(rule).upper())


def s107_total_differs(case: Case) -> Iterator[Finding]:
    if case.scores is not None:
        yield from _differs(case, "S107", Stem.TOTAL, str(grading.total(case.scores)))


def s108_reason_missing(case: Case) -> Iterator[Finding]:
    for name in case.desk.reasons:
        if not case.value(name):
            yield case.find("S108", name)
