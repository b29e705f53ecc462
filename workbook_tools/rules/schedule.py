"""The rules of 工程表 (P). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workbook_tools.findings import Finding
from workbook_tools.form import layout
from workbook_tools.form.layout import field_name
from workbook_tools.form.live import conditions
from workbook_tools.form.live.conditions import holds
from workbook_tools.form.spec import Stem
from workbook_tools.near import nearest, question
from workbook_tools.rules.case import Case


def p201_nothing_to_the_left(case: Case) -> Iterator[Finding]:
    """Of a run of arrows only the first one is at fault."""
    faulty = {
        name for name, known in case.references if known.problem and known.problem.code == "P201"
    }
    for name in faulty:
        field = case.form[name]
        if field.year and field_name(field.stem, field.year - 1) not in faulty:
            yield case.find("P201", name)


def p202_status_missing(case: Case) -> Iterator[Finding]:
    name = case.now(Stem.STATUS)
    status = case.value(name)
    if status not in layout.STATUSES:
        near = nearest(status, layout.STATUSES)
        yield case.find("P202", name, suggestion=question(near))


def p203_revision_missing(case: Case) -> Iterator[Finding]:
    for status, revised in case.desk.statuses:
        flags = case.value(status) == layout.REVISED, bool(case.value(revised))
        if holds(conditions.revision_missing, *flags) and not case.is_locked(status):
            yield case.find("P203", status)


def p204_revision_on_plan(case: Case) -> Iterator[Finding]:
    before = False
    for status, revised in case.desk.statuses:
        filled = bool(case.value(revised))
        flags = case.value(status) == layout.ON_PLAN, filled, before
        if holds(conditions.revision_on_plan, *flags) and not case.is_locked(status):
            yield case.find("P204", revised)
        before = before or filled
