"""A form made from a pattern is, to the byte, the form that XlsxWriter writes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from workbook_tools.cells import Area
from workbook_tools.excel.write import pattern
from workbook_tools.excel.write.book import UNSEEN, Book, FormulaCell, Repeat
from workbook_tools.excel.write.pattern import AnySheet, Draft
from workbook_tools.form import prefill
from workbook_tools.form import workbook as forms
from workbook_tools.form.content import Content, Known
from workbook_tools.plan.model import Practice
from workbook_tools.plan.read_master import sample

PLAN = sample()


@pytest.fixture(autouse=True)
def _no_pattern_of_another_test() -> Iterator[None]:
    pattern._PATTERNS.clear()
    yield
    pattern._PATTERNS.clear()


ALL = (
    "",
    "⇒",
    "同じ",
    "x" * 40_000,
    "1<2&3>\"'",
    " 前後 ",
    "a\x01\r\nb",
    "_x000A_",
    "=1+1",
    "<r>x</r>",
)
SHOWN = (*ALL, 0, 7, -1, 2.5, 1e16, True, False, "#N/A", "#VALUE!")
CELLS = (
    FormulaCell(Area(1, 1), '=IF(A1<2,"&",0)', ("wrap",), Repeat(0, "B2:B3")),
    FormulaCell(Area(2, 1), '=IF(A2<2,"&",0)', ("wrap",), Repeat(0)),
    FormulaCell(Area(3, 1), "=A1", UNSEEN),
    FormulaCell(Area(4, 1), "", ("box",)),
)


def _write(book: Draft | Book, chance: random.Random) -> None:
    """Two sheets with everything that may change, in cells of one and of several."""
    for name in ("一", "二"):
        page: AnySheet = book.sheet(name)
        page.columns(0, 3, 80)
        for row in range(6):
            page.value(Area(row, 0), chance.choice((*ALL, 3, 0, 2.5)), "box")
            page.height(row, chance.choice((3, 14.9, 15, 15.3, 20, 409)))
        page.text(Area(8, 0, 2, 3), chance.choice(ALL), "wrap")
        page.computed(CELLS, [chance.choice(SHOWN) for _ in CELLS])
        page.protect()


@pytest.mark.parametrize("seed", range(60))
def test_the_second_of_a_kind_is_what_xlsxwriter_writes(seed: int) -> None:
    first = Draft("ひな形")
    _write(first, random.Random(0))
    first.content()
    draft, plain = Draft(f"題 <{seed}>"), Book(f"題 <{seed}>")
    for book in (draft, plain):
        _write(book, random.Random(seed))
    assert draft.content() == plain.bytes()
    assert len(pattern._PATTERNS) == 1  # it was filled in, not written again


def test_a_text_where_there_was_no_cell_is_another_kind() -> None:
    for text in ("", "見出し", "", "別の見出し"):
        draft, plain = Draft(), Book()
        for book in (draft, plain):
            page: AnySheet = book.sheet("一")
            page.text(Area(0, 0), "いつも", "box")
            page.text(Area(1, 1), text, *UNSEEN)
        assert draft.content() == plain.bytes()
    assert len(pattern._PATTERNS) == 2


def test_a_cell_written_twice_is_a_fault_of_ours() -> None:
    draft = Draft()
    page = draft.sheet("一")
    page.text(Area(0, 0), "a", "box")
    page.text(Area(0, 0), "b", "box")
    with pytest.raises(ValueError, match="twice"):
        draft.content()


def _forms() -> list[tuple[Practice, Content]]:
    """The sample's forms, a few of them with texts that have grown out of their cells."""
    known = Known(answered=PLAN.evaluated - 1, answers={"取組予定_R3_1": "予約制の試行\n" * 9})
    made = []
    for number, practice in enumerate(PLAN.running({})[:12]):
        content = prefill.content(PLAN, practice, known if number % 3 == 1 else Known())
        made.append((practice, replace(content, values={**content.values, "補足_試": "x"})))
    return made


def test_the_forms_of_a_round() -> None:
    quick = [forms.workbook(PLAN, *each) for each in _forms()]
    few = len(pattern._PATTERNS)
    assert few <= 3
    for form, data in zip(_forms(), quick, strict=True):
        pattern._PATTERNS.clear()
        assert forms.workbook(PLAN, *form) == data
