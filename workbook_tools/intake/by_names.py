"""Where the fields stand by their defined names: one part per scope and sheet of the form. Pure.

A name travels with its cell: that is its strength where rows are inserted, and its weakness where a
cell is cut and pasted. So it is one witness only; the other one is the printed label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbook_tools.excel.read.book import OpenedBook, Table
from workbook_tools.excel.read.names import Name
from workbook_tools.form.layout import Form

# So few of the fields would be found in any list: no form.
_LEAST_NAMES = 5


class Spot(NamedTuple):
    """A cell of a worksheet; row and column zero-based."""

    table: Table
    row: int
    col: int


@dataclass(frozen=True, slots=True)
class NamedPart:
    """Sheet ① (0) or ② (1) of a form as one scope of names tells it, on one worksheet.

    ``scope`` is None for the workbook's own names, else the sheet they were copied with.
    """

    sheet: int
    worksheet: str
    scope: str | None
    spots: Mapping[str, Spot]


def named_parts(book: OpenedBook, form: Form) -> list[NamedPart]:
    """One part per scope and sheet of the form: the workbook's own names, and every copied sheet's.

    Most names of a part point at one worksheet: the part is said to stand there.
    """
    known = set(book.sheets)
    groups: dict[tuple[str | None, int], list[Name]] = {}
    for name in book.container.names:
        if name.name in form and name.sheet in known:
            groups.setdefault((name.scope, form[name.name].sheet), []).append(name)
    parts = []
    for (scope, sheet), names in groups.items():
        if len(names) >= _LEAST_NAMES:
            ((worksheet, _),) = Counter(name.sheet for name in names).most_common(1)
            spots = {name.name: Spot(book.table(name.sheet), name.row, name.col) for name in names}
            parts.append(NamedPart(sheet, worksheet, scope, spots))
    return parts
