"""Golden workbooks, compared part by part as XML: a change nobody meant shows where it is.

After a change that was meant: ``python -m tests.golden``, then look at the pages.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.samples import PLAN, R2, R3, returned
from tests.test_figures import real_facts
from workbook_tools.consolidate import consolidate
from workbook_tools.consolidate.consolidate import Contents
from workbook_tools.council import ballot
from workbook_tools.figures.compute import compute
from workbook_tools.form import prefill
from workbook_tools.form import workbook as forms
from workbook_tools.plan.model import Member

HERE = Path(__file__).parent / "golden"
SCORES = {R2: {"進捗度": 2, "連携度": 2, "効率性": 2, "創造性": 3}}


def blank_form() -> bytes:
    """№16 as it is sent out in R3, scores of R2 known."""
    practice = PLAN.practice(16)
    known = prefill.Known(scores=SCORES)
    plan = PLAN.of_year(R3)
    return forms.workbook(plan, practice, prefill.content(plan, practice, known))


def real_list() -> bytes:
    """The list of R3 from the sheets' real scores."""
    figures = compute(PLAN, real_facts())
    return consolidate.workbook(Contents(figures, {}, None, (), stale=False))


def council_sheet() -> bytes:
    """The first member's sheet of R3."""
    return ballot.workbook(compute(PLAN, real_facts()), Member(1))


BOOKS: dict[str, Callable[[], bytes]] = {
    "form.xlsx": blank_form,
    "returned.xlsx": returned,
    "list.xlsx": real_list,
    "ballot.xlsx": council_sheet,
}
VOLATILE = {"docProps/core.xml", "docProps/app.xml"}


def parts(data: bytes) -> dict[str, str]:
    """The XML parts of a workbook, one element a line, so that a difference can be read."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {
            name: book.read(name).decode().replace("><", ">\n<")
            for name in book.namelist()
            if name not in VOLATILE
        }


@pytest.mark.parametrize("name", BOOKS)
def test_golden_workbooks(name: str) -> None:
    golden, now = parts((HERE / name).read_bytes()), parts(BOOKS[name]())
    assert now.keys() == golden.keys()
    for part, xml in golden.items():
        changed = [
            (old, new)
            for old, new in zip(xml.split("\n"), now[part].split("\n"), strict=False)
            if old != new
        ]
        assert (part, changed[:3]) == (part, [])
        assert len(now[part]) == len(xml), part


def test_a_difference_is_found() -> None:
    blank = parts((HERE / "form.xlsx").read_bytes())
    filled = parts((HERE / "returned.xlsx").read_bytes())
    assert blank["xl/sharedStrings.xml"] != filled["xl/sharedStrings.xml"]
