"""One answer's cell as a person sees it: struck-through text left out, numbers as displayed. Pure.

What is not seen is told (F018, F019). Where a cell shows what it stores, nothing more is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from workbook_tools.excel.read.book import Table, Value, as_text
from workbook_tools.excel.read.shown import Hides
from workbook_tools.form.layout import Kind
from workbook_tools.intake.answers import understand
from workbook_tools.text import half_width, squeeze

# What the secretariat printed or the form computes: nobody types it, rules compare it.
_PRINTED = (Kind.FIXED, Kind.MARK, Kind.LABEL, Kind.TOTAL, Kind.GRADE)
# Fields that hold numbers: read as the number that is shown.
_NUMBERS = (Kind.SCORE, Kind.END_YEAR, Kind.END_MONTH)


class Unseen(NamedTuple):
    """Why a cell's content is not what is shown.

    Code of the contract; what was left out (F018) or is stored (F019); how, in a word; and what is
    shown instead, where that is known.
    """

    code: str
    text: str
    how: str
    shown: str = ""


class Seen(NamedTuple):
    """What is read of a cell, and what is to be told of it."""

    value: Value
    told: tuple[Unseen, ...] = ()


STRUCK, HIDDEN, UNSURE, OTHERWISE = "見え消し", "非表示", "条件付き書式", "表示形式"


def see(table: Table, row: int, col: int, kind: Kind, *, visible: bool = True) -> Seen:
    """The cell's value as it is shown; ``visible``: its worksheet has a tab to be seen."""
    value = table.value(row, col)
    if value == "" or kind in _PRINTED:
        return Seen(value)
    if visible and isinstance(value, str) and table.is_plain and not table.is_hidden(row, col):
        return Seen(value)  # most answers of most forms
    told = list(_hidden(table, row, col, value))
    if not visible and not told:
        told = [Unseen("F019", as_text(value), HIDDEN)]
    if struck := table.struck(row, col):
        told.append(Unseen("F018", struck.struck, STRUCK))
        return Seen(struck.kept, tuple(told))
    if isinstance(value, str) or told:
        return Seen(value, tuple(told))
    return _displayed(table, row, col, kind, value)


def _hidden(table: Table, row: int, col: int, value: Value) -> Iterator[Unseen]:
    """The cell, or what it holds, is kept from being seen."""
    if table.is_hidden(row, col):
        yield Unseen("F019", as_text(value), HIDDEN)
    elif (hides := table.hides(row, col)) is not Hides.NO:
        yield Unseen("F019", as_text(value), HIDDEN if hides is Hides.YES else UNSURE)


def _displayed(table: Table, row: int, col: int, kind: Kind, value: Value) -> Seen:
    """A number or a date as its format shows it."""
    shown, plain = table.displayed(row, col), as_text(value)
    if shown is None:
        return Seen(value, (Unseen("F019", plain, OTHERWISE),))
    if shown == plain:
        return Seen(value)
    if kind in _NUMBERS:
        if understand(kind, shown)[1] == understand(kind, value)[1]:
            return Seen(value)
        return Seen(value, (Unseen("F019", plain, OTHERWISE, shown),))
    changed = () if _says_the_same(shown, value) else (Unseen("F019", plain, OTHERWISE, shown),)
    return Seen(shown, changed)


def _says_the_same(shown: str, value: Value) -> bool:
    """A date, a percentage, a figure with commas or brackets: typed so, and shown so."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return True
    bare = squeeze(half_width(shown))
    digits = re.sub(r"[^\d.]", "", bare)
    if not digits.strip("."):
        return False
    number = float(digits) / (100 if bare.endswith("%") else 1)
    decimals = len(digits.partition(".")[2]) + (2 if bare.endswith("%") else 0)
    return bool(abs(number - abs(value)) <= 0.5 * 10**-decimals)
