"""The verdicts of a round as they were when it was closed, and put back where they came out anew.

A newer version of the tool may doubt what an older one accepted. In a closed round that is
information only: status and findings stay, what is new is added as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Severity
from workbook_tools.register.database import Register

_FINDING = """code, severity, finding.file, finding.sheet, cell, field, item_no, department, value,
    message, hint"""
_SEVERITY, _FILE = 2, 3  # behind the place of the form


def verdicts(register: Register, year: FiscalYear) -> list[dict[str, Any]]:
    """Every file of a round with its forms and findings, as JSON can hold them.

    A finding begins with the place of its form among those of the file; None: the file as a whole.
    """
    query = "SELECT id, sha256, rules FROM reading WHERE year = ? ORDER BY id"
    found = []
    for number, sha256, rules in list(register.rows(query, year.key)):
        forms = _forms(register, number)
        places = {form: at for at, (form, *_) in enumerate(forms)}
        findings = [[places.get(form), *finding] for form, *finding in _findings(register, number)]
        rows = [row for _, *row in forms]
        found.append({"sha256": sha256, "rules": rules, "forms": rows, "findings": findings})
    return found


def restore(register: Register, year: FiscalYear, kept: Sequence[dict[str, Any]]) -> None:
    """Put the verdicts of a closed round back; what is found anew becomes information."""
    query = "SELECT id FROM reading WHERE year = ? AND sha256 = ?"
    for verdict in kept:
        for (number,) in list(register.rows(query, year.key, verdict["sha256"])):
            _restore(register, number, verdict)


def _restore(register: Register, number: int, verdict: dict[str, Any]) -> None:
    forms = [form for form, *_ in _forms(register, number)]
    places = {form: at for at, form in enumerate(forms)}
    for form, (_, _, status, finished) in zip(forms, verdict["forms"], strict=False):
        change = "UPDATE submission SET status = ?, finished = ? WHERE id = ?"
        register.change(change, status, finished, form)
    before = verdict["findings"]
    said = [_what(finding) for finding in before]
    anew = [[places.get(form), *finding] for form, *finding in _findings(register, number)]
    new = [finding for finding in anew if _what(finding) not in said]
    for finding in new:
        finding[_SEVERITY] = Severity.INFO
    register.change("DELETE FROM finding WHERE reading_id = ?", number)
    register.add(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, position, forms[at] if at is not None and at < len(forms) else None, *finding)
            for position, (at, *finding) in enumerate([*before, *new])
        ],
    )
    register.change("UPDATE reading SET rules = ? WHERE id = ?", verdict["rules"], number)


def _what(finding: Sequence[Any]) -> tuple[Any, ...]:
    """A finding without its weight and the name of the file."""
    return tuple(value for at, value in enumerate(finding) if at not in (_SEVERITY, _FILE))


def _forms(register: Register, number: int) -> list[tuple[Any, ...]]:
    query = """SELECT id, sheet, practice_no, status, finished FROM submission
        WHERE reading_id = ? ORDER BY id"""
    return list(register.rows(query, number))


def _findings(register: Register, number: int) -> Iterator[tuple[Any, ...]]:
    query = f"""SELECT submission_id, {_FINDING} FROM finding
        WHERE reading_id = ? ORDER BY position"""
    return iter(list(register.rows(query, number)))
