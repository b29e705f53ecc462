"""What a form works out of its answers: 取組番号, 合計, 総合評価; by the rules of the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbook_tools.form import references
from workbook_tools.form.layout import OVERALL, field_name, form_of
from workbook_tools.form.spec import Stem
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.text import circled

_WHOLE = re.compile(r"[0-9]{1,4}")
NOT_YET = "-"  # in place of scores of years to come


def form_figures(plan: Plan, values: Mapping[str, str]) -> dict[str, str | int]:
    """Field → figure; ``values`` are the answers as read, empty ones left out or not.

    Where a year's scores are not all there, or not all possible, its 合計 and 総合評価 are empty.
    """
    form = form_of(plan)
    found: dict[str, str | int] = {
        field_name(Stem.LABEL, year, n): circled(number)
        for number, (year, n) in references.labels(form, values).items()
    }
    for year in form.years:
        nothing = NOT_YET if year > plan.evaluated else ""
        scores = {}
        for criterion in plan.criteria:
            name = field_name(criterion.name, year)
            value = values.get(name, "")
            if nothing and not value:
                found[name] = nothing
            if _WHOLE.fullmatch(value) and int(value) in criterion.scores:
                scores[criterion.name] = int(value)
        complete = len(scores) == len(plan.criteria)
        total, grade = field_name(Stem.TOTAL, year), field_name(OVERALL, year)
        found[total] = grading.total(scores) if complete else nothing
        found[grade] = grading.grade(plan.grades, scores) if complete else nothing
    return found
