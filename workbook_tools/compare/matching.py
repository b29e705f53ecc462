"""Which row of a list is which practice, item or theme: by its number, else by its name. Pure.

Nothing is guessed: a name that is only near is asked back, and its row counts as one too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workbook_tools.compare.lists import KEYS, ListRow, TableKind
from workbook_tools.figures.compute import Figures
from workbook_tools.plan.model import Plan
from workbook_tools.text import is_none_mark, key, whole_number

Number: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Matched:
    """The rows of one table by number; ``doubled`` and ``surplus`` are those with no place."""

    rows: Mapping[Number, ListRow]
    doubled: tuple[tuple[Number, ListRow], ...]
    surplus: tuple[ListRow, ...]
    missing: tuple[Number, ...]


def match(
    kind: TableKind, rows: Iterable[ListRow], names: Mapping[Number, Sequence[str]]
) -> Matched:
    """Find each row's number; ``names``: number → its accepted names, in order."""
    by_name = _unambiguous(names)
    numbers = _numbers(names)
    found: dict[Number, ListRow] = {}
    doubled, surplus = [], []
    for row in rows:
        number = _number_of(kind, row, names, by_name, numbers)
        if number is None:
            surplus.append(row)
        elif number in found:
            doubled.append((number, row))
        else:
            found[number] = row
    missing = tuple(number for number in names if number not in found)
    return Matched(found, tuple(doubled), tuple(surplus), missing)


def number_said(
    kind: TableKind, row: ListRow, names: Mapping[Number, Sequence[str]]
) -> Number | None:
    """The number that stands in the row, whether or not its name fits."""
    return _numbers(names).get(_said(row.text(KEYS[kind][0])))


def accepted_names(figures: Figures, kind: TableKind) -> dict[Number, tuple[str, ...]]:
    """Number → what the list may call it."""
    plan = figures.plan
    if kind is TableKind.PRACTICES:
        return {known.practice.no: titles(plan, known.practice.no) for known in figures.practices}
    if kind is TableKind.ITEMS:
        return {item.no: (item.name,) for item in plan.items}
    return {theme.no: (theme.name, theme.short) for theme in plan.themes}


def titles(plan: Plan, no: int) -> tuple[str, ...]:
    """A practice's names: a list prints 取組項目's where the sheet bears none (domain §3)."""
    practice = plan.practice(no)
    if is_none_mark(practice.printed_title):
        items = (item.name for item in plan.items if item.no == practice.item_no)
        return practice.title, *items
    return practice.title, practice.printed_title


def _number_of(
    kind: TableKind,
    row: ListRow,
    names: Mapping[Number, Sequence[str]],
    by_name: Mapping[str, Number],
    numbers: Mapping[str, Number],
) -> Number | None:
    number_column, name_column = KEYS[kind]
    name = key(row.text(name_column))
    number = numbers.get(_said(row.text(number_column)))
    if number is not None and name in map(key, names[number]):
        return number
    return by_name.get(name, number)


def _unambiguous(names: Mapping[Number, Sequence[str]]) -> dict[str, Number]:
    """Name → the only number that bears it."""
    bearers = [(key(name), number) for number, own in names.items() for name in set(own)]
    count = Counter(name for name, _ in set(bearers))
    return {name: number for name, number in bearers if count[name] == 1}


def _numbers(names: Iterable[Number]) -> dict[str, Number]:
    """What may be written for each number: Ⅲ is also 3."""
    known: dict[str, Number] = {}
    for at, number in enumerate(names, start=1):
        known[_said(str(number))] = number
        if isinstance(number, str):
            known.setdefault(str(at), number)
    return known


def _said(text: str) -> str:
    """``№07`` → ``7``; ``Ⅲ`` → ``iii``, as key folds it."""
    number = whole_number(text)
    return str(number) if number is not None else key(text)
