"""The quick look at a form that stands as it was sent: labels and names all in their places. Pure.

Where nothing was moved, both witnesses of every field (its defined name and its printed label)
agree, and nobody has to search. One difference on a sheet, and :mod:`witnesses` looks closely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from workbook_tools.excel.read.book import Table, Value
from workbook_tools.form.layout import COLUMNS, LAST_HELPER, MISSING, Form, Label
from workbook_tools.form.spec import Stem
from workbook_tools.text import key

_STRAY_ROWS = 6  # ② prints more below one another, a note seldom
Place = tuple[int, int]  # row, column; zero-based


class Print:
    """What one sheet of the form prints: labels with their words, and the cells of its fields."""

    def __init__(self, form: Form, sheet: int) -> None:
        own = [label for label in form.labels if label.sheet == sheet]
        self._labels = tuple(
            (label.area.row, label.area.col, _written(label), label) for label in own if label.text
        )
        self.fields: Mapping[str, Place] = {
            field.name: (field.area.row, field.area.col)
            for field in form.fields
            if field.sheet == sheet
        }
        again: dict[str, Place] = {
            label.repeats: (label.area.row, label.area.col) for label in own if label.repeats
        }
        self._homes: Mapping[Place, Place] = {
            (row, col): (field.area.row, field.area.col)
            for field in form.fields
            if field.sheet == sheet
            for row in range(field.area.row, field.area.last_row + 1)
            for col in range(field.area.col, field.area.last_col + 1)
        }
        self.number = {**self.fields, **again}[Stem.NUMBER]
        self.again = again  # what ② prints of ① once more
        self.rows = form.rows[sheet]
        said = (label for label in own if label.text or label.repeats)
        self._known = frozenset(
            {(label.area.row, label.area.col) for label in said} | set(self.fields.values())
        )
        self._others = [_others(self._known, row) for row in range(self.rows)]

    def matches(self, table: Table) -> bool:
        """Every label stands where it was sent, in its words."""
        return all(
            (value := table.value(row, col)) == written or _says(label, value)
            for row, col, written, label in self._labels
        )

    def is_split(self, table: Table) -> bool:
        """The text of a field stands in another cell of its place: somebody took it apart."""
        return any(
            (home := self._homes.get(place)) is not None
            and table.value(*home) == ""
            and place not in table.covered
            for place in self.strays(table)
        )

    def holds_more(self, table: Table) -> bool:
        """So many rows are filled below the printed page that another sheet may stand there."""
        below = (values[:COLUMNS] for values in table.grid[self.rows :])
        return sum(any(value != "" for value in values) for values in below) > _STRAY_ROWS

    def beside(self, table: Table) -> Iterator[Place]:
        """Filled cells right of the printed page, but for the hidden helpers of the live checks."""
        shown = range(COLUMNS, MISSING if table.is_hidden(0, MISSING) else LAST_HELPER + 1)
        for row, values in enumerate(table.grid):
            for col in (*shown, *range(LAST_HELPER + 1, len(values))):
                if col < len(values) and values[col] != "" and (row, col) not in self._known:
                    yield row, col

    def strays(self, table: Table) -> Iterator[Place]:
        """Filled cells of the printed page, and below it, that are neither label nor field."""
        for row, values in enumerate(table.grid):
            if row < self.rows and len(values) >= COLUMNS:
                others, blanks = self._others[row]
                if others(values) == blanks:
                    continue
            for col, value in enumerate(values[:COLUMNS]):
                if value != "" and (row, col) not in self._known:
                    yield row, col


def _others(known: frozenset[Place], row: int) -> tuple[Callable[[Sequence[Value]], Any], Any]:
    """How the cells of a row that are neither label nor field are got at once, and all blank."""
    cols = [col for col in range(COLUMNS) if (row, col) not in known]
    if len(cols) < 2:  # itemgetter gives no tuple then
        return (lambda values: [values[col] for col in cols]), [""] * len(cols)
    return itemgetter(*cols), ("",) * len(cols)


def _written(label: Label) -> str:
    """The label as the form writes it: words printed downwards have a line a character."""
    return "\n".join(label.text) if label.look == "vertical" else label.text


def _says(label: Label, value: Value) -> bool:
    """A cell holds the label's words; spaces and line breaks inside them mean nothing."""
    if not isinstance(value, str):
        return False
    before, plan, after = (key(part) for part in label.text.partition("{plan}"))
    shown = key(value)
    return shown.startswith(before) and shown.endswith(after) if plan else shown == before


_PRINTS: dict[int, tuple[Form, tuple[Print, Print]]] = {}


def prints(form: Form) -> tuple[Print, Print]:
    """Both sheets of a form, made once. A form is known by identity: hashing one costs too much."""
    known = _PRINTS.get(id(form))
    if known is None:
        if len(_PRINTS) >= 8:
            _PRINTS.clear()
        known = _PRINTS[id(form)] = (form, (Print(form, 0), Print(form, 1)))
    return known[1]
