"""What was read of one practice, and what of it a person should look at twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbook_tools.figures.form_figures import form_figures
from workbook_tools.findings import Finding, Severity
from workbook_tools.form.layout import Field, Form, Kind, form_of
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.register.records import State, Stored
from workbook_tools.text import squeeze_lines, tidy

# What a department fills in; numbers, names and themes are the secretariat's.
_FILLED_IN = (Kind.TEXT, Kind.SCORE, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH)
_OF_READING = "F"  # codes about files and how they were read
NOTHING = "（記入なし）"


class Mark(StrEnum):
    """Why a field is coloured; the value is the sign that says so without colour."""

    DOUBTFUL = "▲"
    OTHERWISE = "※"
    REFERENCE = "→"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The newest version received of one practice: its answers and what was found in it."""

    practice: Practice
    state: State
    file: str
    received_at: str
    answers: Mapping[str, Stored]
    findings: tuple[Finding, ...]

    def doubts(self) -> list[Finding]:
        """What the department should look at: warnings, and errors of how the form was read.

        Other errors concern what was written: they go back on their own way.
        """
        return [
            found
            for found in self.findings
            if found.severity is Severity.WARNING
            or (found.severity is Severity.ERROR and found.code.startswith(_OF_READING))
        ]


@dataclass(frozen=True, slots=True)
class Printed:
    """One field as the page shows it, with the marks it bears."""

    value: str | int
    marks: tuple[Mark, ...] = ()


def readings(form: Form, receipt: Receipt) -> Iterator[tuple[Field, Stored]]:
    """What was read otherwise than typed, in the order of the papers."""
    for field in form.fields:
        stored = receipt.answers.get(field.name)
        if field.kind in _FILLED_IN and stored and (stored.how or stored.chain):
            yield field, stored


def printed(plan: Plan, receipt: Receipt) -> dict[str, Printed]:
    """Everything the pages show, by field; figures as the form works them out."""
    form = form_of(plan)
    doubtful = {found.place.field for found in receipt.doubts()}
    values = {name: stored.value for name, stored in receipt.answers.items()}
    shown = {name: Printed(value) for name, value in form_figures(plan, values).items()}
    for field in form.fields:
        stored = receipt.answers.get(field.name)
        if field.kind in _FILLED_IN and (stored or field.name in doubtful):
            shown[field.name] = _printed(field, stored, field.name in doubtful)
    return shown


def _printed(field: Field, stored: Stored | None, doubtful: bool) -> Printed:
    marks = [Mark.DOUBTFUL] if doubtful else []
    if stored is None:
        return Printed(Mark.DOUBTFUL.value, tuple(marks))
    if stored.how:
        marks.append(Mark.OTHERWISE)
    signs = "".join(marks)
    if stored.chain:
        marks.append(Mark.REFERENCE)
        meant = stored.text or NOTHING
        return Printed(f"{signs}{tidy(stored.printed)}\n{Mark.REFERENCE}{meant}", tuple(marks))
    if field.kind is Kind.TEXT:
        return Printed(signs + (stored.value or (NOTHING if signs else "")), tuple(marks))
    value = squeeze_lines(stored.value)
    if field.kind is Kind.SCORE and not signs and value.isascii() and value.isdigit():
        return Printed(int(value))
    return Printed(value + signs, tuple(marks))
