"""A sheet copied by the dozen or by the hundred: told once, and nothing is taken for an answer."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.samples import FORM, PLAN, returned
from workbook_tools.findings import Severity
from workbook_tools.form import layout
from workbook_tools.intake.read_forms import Intake, take_in
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check

Change = Callable[[Workbook], object]
FIRST, SECOND = layout.SHEETS


def taken(change: Change) -> Intake:
    book = openpyxl.load_workbook(io.BytesIO(returned(16)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return take_in(out.getvalue(), "x.xlsx", FORM)


def copies(count: int, *sheets: str) -> Change:
    """So many copies of each sheet besides itself; without names, as another program makes them."""

    def change(book: Workbook) -> None:
        for _ in range(count):
            for sheet in sheets:
                book.copy_worksheet(book[sheet])

    return change


def written(count: int) -> Change:
    """So many sheets with a word on each."""

    def change(book: Workbook) -> None:
        for number in range(count):
            book.create_sheet(f"メモ{number}")["B2"] = f"覚え{number}"

    return change


def told(intake: Intake) -> Counter[str]:
    """What is found in the file and in its forms, but for advice."""
    found = list(intake.findings)
    for form in intake.submissions:
        found += check(form, Context(PLAN, None, {}))
    return Counter(each.code for each in found if each.severity is not Severity.INFO)


@pytest.mark.parametrize(
    ("change", "forms", "expected"),
    [
        (copies(0), 1, {}),
        (copies(4, FIRST, SECOND), 5, {}),  # alike to the letter: versions of one form
        (copies(5, FIRST, SECOND), 1, {"F027": 1}),
        (copies(60, FIRST, SECOND), 1, {"F027": 1}),
        (copies(60, FIRST), 1, {"F027": 1}),
        (copies(5, SECOND), 1, {"F024": 5, "F017": 5}),
        (copies(60, SECOND), 1, {"F024": 1, "F017": 1}),
        (written(10), 1, {"F017": 10}),
        (written(300), 1, {"F017": 1}),
    ],
)
def test_copies_are_told_once(change: Change, forms: int, expected: dict[str, int]) -> None:
    intake = taken(change)
    assert len(intake.submissions) == forms
    assert told(intake) == expected


def test_it_is_said_how_many_there_are() -> None:
    (form,) = taken(copies(60, FIRST)).submissions
    (finding,) = [known for known in check(form, Context(PLAN, None, {})) if known.code == "F027"]
    assert finding.severity is Severity.ERROR
    assert f"『{FIRST}』のほか60枚" in finding.message
    assert form.value("特記事項")  # the one that has its ② is read
