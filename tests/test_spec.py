"""Another form by data: more rows a year and more years; or a sentence where it cannot be."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import openpyxl
import pytest

from tests.samples import PLAN, complete, returned
from workbook_tools.era import FiscalYear
from workbook_tools.form import spec
from workbook_tools.form.layout import field_name, form_of
from workbook_tools.form.spec import Stem
from workbook_tools.intake.read_forms import take_in
from workbook_tools.plan.model import Plan
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check

Kept = Callable[[bytes], bytes]
R3, R7 = FiscalYear.parse("R3"), FiscalYear.parse("R7")


def planned(**changes: object) -> Plan:
    """The sample plan under another name, so that its form is planned anew."""
    return dataclasses.replace(PLAN, name="別の計画", **changes)  # type: ignore[arg-type]


def without_names(book: bytes) -> bytes:
    opened = openpyxl.load_workbook(io.BytesIO(book))
    opened.defined_names.clear()
    written = io.BytesIO()
    opened.save(written)
    return written.getvalue()


def named(book: bytes) -> bytes:
    return book


WITNESSES = pytest.mark.parametrize("kept", [named, without_names], ids=["names", "labels"])


@WITNESSES
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_rows_a_year(monkeypatch: pytest.MonkeyPatch, rows: int, kept: Kept) -> None:
    monkeypatch.setattr(spec, "SPEC", dataclasses.replace(spec.SPEC, rows_a_year=rows))
    plan = planned()
    answers = complete(plan.practice(16), R3, plan)
    for n in range(1, rows + 1):
        answers[field_name(Stem.PLAN, R3, n)] = f"計画の{n}番目を行う。"
        answers[field_name(Stem.RESULT, R3, n)] = f"(新)計画の{n}番目を終えた。"
    book = kept(returned(16, plan=plan, only=answers))
    (read,) = take_in(book, "No16.xlsx", form_of(plan)).submissions
    assert {name: read.value(name) for name in answers} == {
        name: str(value) for name, value in answers.items()
    }
    assert check(read, Context(plan, None, {})) == []


@WITNESSES
def test_six_years(kept: Kept) -> None:
    plan = planned(years=(*PLAN.years, R7))
    answers = complete(plan.practice(16), R3, plan)
    book = kept(returned(16, plan=plan, only=answers))
    (read,) = take_in(book, "No16.xlsx", form_of(plan)).submissions
    assert len(form_of(plan).years) == 6
    assert read.value(f"取組予定_{R7}_1") == answers[f"取組予定_{R7}_1"]
    assert check(read, Context(plan, None, {})) == []
