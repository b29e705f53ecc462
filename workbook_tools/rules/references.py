"""The rules of references (R). Pure.

They come last, for a blank that is reported needs no second word.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbook_tools.findings import Finding
from workbook_tools.rules.case import Case, same, short


def _problems(case: Case, code: str) -> Iterator[Finding]:
    years = case.form.years
    for name, resolved in case.references:
        if resolved.problem and resolved.problem.code == code and not _follows(case, name):
            yield case.find(
                code,
                name,
                target=resolved.problem.target,
                first=years[0].wide,
                last=years[-1].wide,
            )


def _gaps(case: Case) -> set[str | None]:
    """Cells reported as missing."""
    codes = ("A401", "A402", "K601", "K602")
    return {finding.place.field for finding in case.findings if finding.code in codes}


def _follows(case: Case, name: str) -> bool:
    """The trouble is only that of a cell which is reported itself (contract, "Findings").

    Without any plan in the evaluated year the labels of later rows mean nothing yet.
    """
    gaps, field = _gaps(case), case.form[name]
    if case.desk.rows[0][0] in gaps and field.n and field.year and field.year > case.year:
        return True
    resolved = case.submission.resolved[name]
    if resolved.problem is None or resolved.problem.code != "R302":
        return False
    reported = gaps | {
        other for other, known in case.references if known.problem and known.problem.code != "R303"
    }
    targets = resolved.targets
    return any(target in reported for target in targets) and all(
        target in reported or case.value(target) for target in targets
    )


def r301_no_such_label(case: Case) -> Iterator[Finding]:
    return _problems(case, "R301")


def r302_target_blank(case: Case) -> Iterator[Finding]:
    return _problems(case, "R302")


def r303_circle(case: Case) -> Iterator[Finding]:
    return _problems(case, "R303")


def r304_year_outside(case: Case) -> Iterator[Finding]:
    return _problems(case, "R304")


def r305_inside_a_sentence(case: Case) -> Iterator[Finding]:
    for name, resolved in case.references:
        if resolved.phrase:
            yield case.find("R305", name, phrase=resolved.phrase)


def r306_label_moved(case: Case) -> Iterator[Finding]:
    """Labels are positions: a row filled further up shifts them (domain §4)."""
    for name, sent in case.context.prefilled.items():
        if sent.target is None or case.form[name].n is None:
            continue
        now = case.submission.resolved.get(name)
        if now is None or now.problem or "、".join(now.targets) == sent.target:
            continue
        if not same(now.raw, sent.text) or same(now.text, sent.target_text or ""):
            continue
        if not case.is_locked(name) and not _follows(case, name):
            yield case.find("R306", name, before=short(sent.target_text or ""), now=short(now.text))


def r307_beyond_the_form(case: Case) -> Iterator[Finding]:
    """Understood, but the form's formulas could not show what it means; told where that begins."""
    known = case.submission.resolved
    for name, resolved in case.references:
        if resolved.beyond and not any(known[target].beyond for target in resolved.targets):
            yield case.find("R307", name)
