"""The rules of how a form was read: what its reader noticed, told to a person (F015–F023). Pure.

The reader says what it saw; here it is decided how much it weighs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbook_tools.findings import Finding, Severity, found
from workbook_tools.form.layout import Kind
from workbook_tools.intake.answers import Noticed
from workbook_tools.intake.as_seen import HIDDEN
from workbook_tools.rules.case import Case, same, short

# The codes of a cell that must be filled in and is not.
GAPS = ("S101", "S108", "P202", "A401", "A402", "K601", "K602")
_EMPTY = (*GAPS, "K603")
_NO_SCORE = ("S101", "S102", "S103", "S104")


def _told(case: Case, code: str) -> Iterator[tuple[Noticed, Finding]]:
    """Everything noticed of one kind, worded; ``title`` and ``value`` are those of its field."""
    for noticed in case.submission.noticed:
        if noticed.code == code:
            there = case.submission.place("", case.context.department)
            place = replace(there, sheet=noticed.sheet, cell=noticed.cell, field=noticed.field)
            title = case.form[noticed.field].title if noticed.field in case.form.names else ""
            facts = {
                "title": title,
                "value": short(noticed.text),
                "was": short(noticed.was),
                "more": f"ほか{noticed.more}か所" if noticed.more else "",
                "what": _what(noticed),
                "seen": _seen(noticed),
                "count": str(noticed.more),
            }
            yield noticed, found(code, place, noticed.text, **facts)


def _what(noticed: Noticed) -> str:
    """A text, and what it stands in where that is no cell; or a thing that has none."""
    if noticed.was and noticed.text == noticed.was:
        return noticed.was
    return f"『{short(noticed.text)}』" + (f"（{noticed.was}）" if noticed.was else "")


def _seen(noticed: Noticed) -> str:
    """What a person sees of a cell that shows something else than it holds."""
    if noticed.was == HIDDEN:
        return "画面や紙では見えません"
    if noticed.shown:
        return f"{noticed.was}のため、画面や紙では『{short(noticed.shown)}』と見えます"
    return f"{noticed.was}のため、画面や紙では違って見えることがあります"


def f015_read_by_its_place(case: Case) -> Iterator[Finding]:
    """Name and label disagreed: the printed place counted."""
    for _, finding in _told(case, "F015"):
        yield finding


def f016_place_unclear(case: Case) -> Iterator[Finding]:
    """Name and label disagree, or two fields stand in one cell, and the labels leave a doubt."""
    for _, finding in _told(case, "F016"):
        yield finding


def f018_struck_through(case: Case) -> Iterator[Finding]:
    """見え消し: what was struck out is not read."""
    for _, finding in _told(case, "F018"):
        yield finding


def f019_shown_otherwise(case: Case) -> Iterator[Finding]:
    """An error for a score and for what is hidden; history as it was sent may be hidden."""
    for noticed, finding in _told(case, "F019"):
        name = noticed.field or ""
        sent = case.context.prefilled.get(name)
        if sent and case.is_locked(name) and same(noticed.text, sent.text):
            continue
        grave = noticed.was == HIDDEN or case.form[name].kind is Kind.SCORE
        yield replace(finding, severity=Severity.ERROR) if grave else finding


def f017_text_beside_the_fields(case: Case) -> Iterator[Finding]:
    """An error where it looks like the answer to an empty field that must be filled in."""
    for noticed, finding in _told(case, "F017"):
        gaps = {known.place.field for known in case.findings if known.code in GAPS}
        empty = noticed.field in gaps
        yield replace(finding, severity=Severity.ERROR) if empty else finding


def f023_field_not_found(case: Case) -> Iterator[Finding]:
    """What seems empty has neither name nor heading: that is said instead."""
    for finding in case.findings:
        name = finding.place.field
        if finding.code in _EMPTY and name and case.answer(name) is None:
            yield case.find("F023", name)


def f026_error_value(case: Case) -> Iterator[Finding]:
    """``#N/A`` instead of an answer; of a score its own rules may have said so."""
    said = {known.place.field for known in case.findings if known.code in _NO_SCORE}
    for noticed, finding in _told(case, "F026"):
        if noticed.field not in said:
            yield finding


def f027_copied_many_times(case: Case) -> Iterator[Finding]:
    """So many sheets of one number that nobody can say which is the one."""
    for _, finding in _told(case, "F027"):
        yield finding


# What is said of a field that was not found, or that shows an error, is the only thing said of it.
_ALONE = ("F023", "F026")


def replaced(findings: list[Finding]) -> list[Finding]:
    """Without what is said of fields that were not found or show an error, but for that."""
    lost = {finding.place.field for finding in findings if finding.code in _ALONE}
    return [known for known in findings if known.code in _ALONE or known.place.field not in lost]


def a406_text_in_an_added_row(case: Case) -> Iterator[Finding]:
    """A year has three rows (domain §4); what stands in a fourth would be lost unnoticed."""
    for _, finding in _told(case, "A406"):
        yield finding
