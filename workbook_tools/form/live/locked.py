"""Cells of references that nobody can change any more: what they are is known from the start."""

from __future__ import annotations

from collections.abc import Sequence

from workbook_tools import spellings
from workbook_tools.form.layout import Field
from workbook_tools.form.live.helper_cells import Filling
from workbook_tools.form.live.references import Leads, Looks
from workbook_tools.form.references import Resolved
from workbook_tools.spellings import REFERS, fold, folded, unbracketed
from workbook_tools.text import is_blank, is_none_mark

_NOTHING = folded(spellings.NOTHING)


def locked(filling: Filling, fields: Sequence[Field]) -> set[str]:
    """The fields of a column that are closed, and all before them: no reference there changes."""
    found = set()
    for field in fields:
        if filling.is_open(field):
            break
        found.add(field.name)
    return found


def given(what: str, cell: Resolved) -> str | int:
    """What the formulas of an open cell would say of a locked one."""
    blank = is_blank(cell.raw) or is_none_mark(cell.raw)
    if what == "looks":
        refers = REFERS in fold(cell.raw)
        return Looks.BLANK if blank else Looks.REFERS if refers else Looks.PLAIN
    if what == "leads":
        if blank or cell.problem:
            return Leads.BLANK if blank else Leads.BAD
        return Leads.BEYOND if cell.beyond else Leads.GOOD if cell.chain else Leads.TEXT
    if what == "nothing":
        return unbracketed(cell.text) in _NOTHING
    return cell.text if cell.chain and not cell.beyond else ""
