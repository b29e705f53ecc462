"""Corrections agreed with a department by telephone (訂正 in the plan master). Pure.

One is applied when a form is judged, before the rules run: the field's answer is replaced, what was
typed is kept beside it. Where 誤 is not what was read, nothing is changed, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workbook_tools.findings import Finding, Place, found
from workbook_tools.form.layout import OVERALL, Field, Form, Kind, field_name, form_of
from workbook_tools.form.references import resolve
from workbook_tools.form.spec import Stem
from workbook_tools.intake.answers import Answer, Submission, understand
from workbook_tools.plan.model import Correction, Plan
from workbook_tools.register.records import CORRECTED, Returned, Stored
from workbook_tools.rules.case import same, short
from workbook_tools.text import key

_MASTER = Place("templates/計画マスタ.xlsx", "訂正")
_TYPED = (Kind.TEXT, Kind.SCORE, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH)


def apply(submission: Submission, plan: Plan) -> Submission:
    """The form with what is corrected in it; what was noticed in those cells is settled by it."""
    own = [known for known in plan.corrections if known.practice_no == submission.practice_no]
    form = form_of(plan) if own else None
    answers = dict(submission.answers)
    changed = set()
    for correction in own:
        field = field_of(form, plan, correction.field) if form else None
        answer = answers.get(field.name) if field else None
        if field and answer and _is_wrong(correction, answer.raw, answer.value):
            _, value, kind, _ = understand(field.kind, correction.right)
            answers[field.name] = replace(answer, value=value, found=kind, how=CORRECTED)
            changed.add(field.name)
            if field.kind is Kind.SCORE:  # what was worked out of it no longer holds
                for name in (field_name(stem, field.year) for stem in (Stem.TOTAL, OVERALL)):
                    if name in answers:
                        answers[name] = replace(answers[name], value="")
    if not changed or form is None:
        return submission
    return replace(
        submission,
        answers=answers,
        resolved=resolve(form, _texts(form, answers)),
        noticed=tuple(told for told in submission.noticed if told.field not in changed),
    )


def _texts(form: Form, answers: Mapping[str, Answer]) -> dict[str, str]:
    """The texts in which references may stand, as they are read, and where their ① stands."""
    return {
        field.name: answers[field.name].value
        for field in form.fields
        if field.kind in (Kind.TEXT, Kind.LABEL) and field.year and field.name in answers
    }


def _is_wrong(correction: Correction, raw: str, value: str) -> bool:
    """誤 is what was typed, or what that was read as."""
    return any(same(correction.wrong, text) for text in (raw, value))


def field_of(form: Form, plan: Plan, words: str) -> Field | None:
    """The field meant: by its name, by what messages call it, or by its stem in this year."""
    fields = [field for field in form.fields if field.kind in _TYPED]
    for names in (
        {key(field.name): field for field in fields},
        {key(field.title): field for field in fields},
        {
            key(field.stem): field
            for field in reversed(fields)
            if field.name in (field.stem, field_name(field.stem, plan.evaluated))
        },
    ):
        if key(words) in names:
            return names[key(words)]
    return None


def told(
    plan: Plan, versions: Mapping[int, Returned], answers: Mapping[int, Mapping[str, Stored]]
) -> Iterator[Finding]:
    """What became of every correction whose practice was returned.

    ``versions`` and ``answers`` are those of the counting or, without one, the newest version.
    """
    form = form_of(plan) if plan.corrections else None
    for correction in plan.corrections:
        no = correction.practice_no
        if form is None or no not in versions:
            continue
        field = field_of(form, plan, correction.field)
        stored = answers.get(no, {}).get(field.name) if field else None
        if field and stored and stored.how == CORRECTED:
            lead = plan.practice(no).lead
            place = Place(versions[no].file, stored.sheet, stored.cell, field.name, no, lead)
            yield _applied(correction, field, place, stored)
        else:
            read = f"読み取った内容は『{short(stored.value)}』です。" if stored else "空欄です。"
            why = read if field else "そのような欄はありません。"
            facts = _facts(correction) | {"number": no, "field": correction.field, "why": why}
            yield found("E903", replace(_MASTER, item_no=no), correction.wrong, **facts)


def _applied(correction: Correction, field: Field, place: Place, stored: Stored) -> Finding:
    facts = _facts(correction) | {"title": field.title, "reason": _reason(correction)}
    return found("E904", place, stored.raw, **facts)


def reasons(plan: Plan, practice_no: int) -> dict[str, str]:
    """Field → why it was corrected, by whom and when, of one practice."""
    own = [known for known in plan.corrections if known.practice_no == practice_no]
    form = form_of(plan)
    meant = ((field_of(form, plan, known.field), known) for known in own)
    return {field.name: _reason(known) for field, known in meant if field}


def _reason(correction: Correction) -> str:
    """``部署に電話で確認、承認：室長、2022-04-25``."""
    approver = f"承認：{correction.approver}" if correction.approver else ""
    day = correction.day.isoformat() if correction.day else ""
    return "、".join(filter(None, (correction.reason, approver, day)))


def _facts(correction: Correction) -> dict[str, object]:
    return {"wrong": short(correction.wrong), "right": short(correction.right)}
