"""From which year a returned form numbers the rows of 取組内容: what it prints itself tells. Pure.

A practice that begins later has ① beside its first year. Forms sent out before that was so print ①
beside the plan's first year, and a reference typed in them means the number that stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Table
from workbook_tools.form.layout import Form
from workbook_tools.form.references import label_of
from workbook_tools.form.spec import Stem
from workbook_tools.intake.answers import Answer, Found
from workbook_tools.text import circled, is_blank, key, number_and_rest

_Spots = Mapping[str, tuple[Table, int, int]]
_BESIDE = re.compile(r"[\W番号]")  # what may stand beside a number and says nothing
_UNREADABLE = 0  # a number by formula whose value is not stored, or was lost on the way (.xls)


def first_number(form: Form, spots: _Spots, texts: Mapping[str, str]) -> Answer | None:
    """The ① of a form that counts from a later year than the plan's first; None for all others."""
    year, number = next(_printed(form, spots), (form.years[0], 1))
    if year == form.years[0] or number not in (1, _UNREADABLE):
        return None
    if number == _UNREADABLE and any(_planned(form, texts, form.years[: form.years.index(year)])):
        return None
    table, row, col = spots[label_of(year)]
    raw = table.text(row, col)
    cell = table.cell(row, col)
    return Answer(label_of(year), table.sheet, cell, raw, circled(1), Found.TEXT)


def row_number(text: str) -> int | None:
    """``②``, ``2.``, ``２番`` → 2; None for a text, though it may begin with a number."""
    found = number_and_rest(key(text))
    return found[0] if found and not _BESIDE.sub("", found[1]) else None


def _printed(form: Form, spots: _Spots) -> Iterator[tuple[FiscalYear, int]]:
    """The years beside whose first row a number is printed, from the top; notes are none."""
    for year in form.years:
        if label_of(year) not in spots:
            continue
        table, row, col = spots[label_of(year)]
        text = key(table.text(row, col))
        number = row_number(text)
        if number is not None:
            yield year, number
        elif not text and table.has_formula(row, col):
            yield year, _UNREADABLE


def _planned(form: Form, texts: Mapping[str, str], years: Sequence[FiscalYear]) -> Iterator[bool]:
    """Whether the rows of these years hold plans, which would bear numbers."""
    for field in form.activities(Stem.PLAN):
        if field.year in years:
            yield not is_blank(texts.get(field.name, ""))
