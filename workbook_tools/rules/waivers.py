"""Exceptions of the secretariat: what is right in spite of a rule (特例 in the plan master). Pure.

A finding covered by one no longer blocks; it stays, as information with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from workbook_tools.findings import CATALOGUE, Finding, Place, Severity, found
from workbook_tools.plan.model import Plan, Waiver

_MASTER = Place("templates/計画マスタ.xlsx", "特例")


def active(plan: Plan, today: date) -> tuple[Waiver, ...]:
    """The exceptions that hold on a day."""
    return tuple(waiver for waiver in plan.waivers if waiver.until is None or waiver.until >= today)


def apply(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> tuple[Finding, ...]:
    """The findings, those that an exception covers as information with its reason."""
    covered = {(waiver.practice_no, waiver.code): waiver for waiver in waivers}
    return tuple(
        _waived(finding, covered.get((finding.place.item_no or 0, finding.code)))
        for finding in findings
    )


def is_waived(finding: Finding) -> bool:
    """True for a finding that an exception turned into information."""
    usual = CATALOGUE[finding.code].severity
    return finding.severity is Severity.INFO and usual is not Severity.INFO


def doubtful(
    plan: Plan, today: date, findings: Iterable[Finding], returned: Collection[int]
) -> Iterator[Finding]:
    """Exceptions past their date that are still needed, and those for a rule that did not fire."""
    said = {(finding.place.item_no, finding.code): is_waived(finding) for finding in findings}
    for waiver in plan.waivers:
        place = replace(_MASTER, item_no=waiver.practice_no)
        covered = said.get((waiver.practice_no, waiver.code))
        if waiver.until and waiver.until < today:
            if covered is False:
                until, number = waiver.until.isoformat(), waiver.practice_no
                yield found("E902", place, number=number, code=waiver.code, until=until)
        elif waiver.practice_no in returned and covered is None:
            yield found("E901", place, number=waiver.practice_no, code=waiver.code)


def _waived(finding: Finding, waiver: Waiver | None) -> Finding:
    if waiver is None:
        return finding
    approver = f"、承認：{waiver.approver}" if waiver.approver else ""
    facts = {"reason": waiver.reason, "approver": approver}
    hint = CATALOGUE["E900"].hint.format_map(facts)
    return replace(finding, severity=Severity.INFO, hint=hint)
