"""Two witnesses of every field: its defined name and its printed label (contract, "Two witnesses").

What a person sees on the paper counts. A name says which cell was the field's when the form was
sent; a label says which cell is read as that field now. Where both agree, or only one is there,
nothing is to be said; where they disagree, the printed place counts if the labels leave no doubt.
Sheet ② belongs to the ① whose number is printed on it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import OpenedBook, Table
from workbook_tools.form.layout import Field, Form, Kind
from workbook_tools.form.spec import Stem
from workbook_tools.intake import by_labels
from workbook_tools.intake.answers import Located
from workbook_tools.intake.as_sent import Place, prints
from workbook_tools.intake.by_names import NamedPart, Spot, named_parts
from workbook_tools.intake.printed_words import SheetPart
from workbook_tools.text import key, number_and_rest


def practice_number(text: str) -> int | None:
    """A practice's number as its header prints it, alone or before the title: ``16 【…①】``."""
    found = number_and_rest(text)
    # 16-2 and 2.5 are no number of a practice.
    return found[0] if found and found[1][:1] not in tuple("-.,/") else None


# Papers print these in one cell: №7 窓口の…, 令和４年３月取組終了.
_SHARED = frozenset({Stem.ITEM, Stem.ITEM_NUMBER, Stem.END_YEAR, Stem.END_MONTH})


@dataclass(frozen=True, slots=True)
class Dispute:
    """A field whose witnesses disagree: what stands where the name points, and what was read.

    ``decided`` is False where the labels leave a doubt, or two fields were found in one cell.
    """

    name: str
    by_name: Spot | None
    spot: Spot
    decided: bool


@dataclass(slots=True)
class FormPart:
    """Sheet ① (0) or ② (1) of a form, found: its worksheet, rows and number, and its fields.

    ``as_sent``: every label and every name stand where they were sent.
    """

    sheet: int
    table: Table
    number: int | None
    spots: dict[str, Spot]
    how: Located
    rows: range
    again: Mapping[str, Place] = field(default_factory=dict)  # what ② prints of ① once more
    as_sent: bool = False
    disputes: list[Dispute] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoundForm:
    """One form: its ① and its ②, one of which may be missing."""

    parts: tuple[FormPart, ...]

    @property
    def spots(self) -> dict[str, Spot]:
        """Every field that was located; what both sheets print is read from ①."""
        found: dict[str, Spot] = {}
        for part in reversed(self.parts):
            found |= part.spots
        return found

    @property
    def how(self) -> Located:
        """How the fields were found (contract, ``located_by``)."""
        ways = {part.how for part in self.parts}
        return ways.pop() if len(ways) == 1 else Located.MIXED

    @property
    def disputes(self) -> Iterator[Dispute]:
        """Every field whose witnesses disagree."""
        for part in self.parts:
            yield from part.disputes


@dataclass(frozen=True, slots=True)
class FoundForms:
    """All forms of a workbook, and sheets ② that fit none of its ①."""

    forms: tuple[FoundForm, ...]
    alone: tuple[FormPart, ...]


def find(book: OpenedBook, form: Form, sheets: Sequence[str]) -> FoundForms:
    """The forms on these worksheets. Raises UnreadableError where a sheet cannot be read."""
    named = named_parts(book, form)
    quick = [part for known in named if (part := _as_sent(form, known, sheets))]
    settled = {part.table.sheet for part in quick}
    left = [known for known in named if known.worksheet not in settled]
    tables = book.tables([sheet for sheet in sheets if sheet not in settled])
    labelled = [(tables[_table_of(part)], part) for part in by_labels.parts(form, tables)]
    slow = []
    for table, printed in labelled:
        partner = _partner(printed, table, left)
        left = [known for known in left if known is not partner]
        slow.append(_agreed(form, table, printed, partner))
    order = {sheet: number for number, sheet in enumerate(book.sheets)}
    found = [*quick, *slow]
    for rest in (_by_names_alone(form, known) for known in left):
        seen = any(rest.sheet == known.sheet and rest.number == known.number for known in found)
        # What is hidden counts only where nothing visible stands for it.
        if rest.table.sheet in sheets or not seen:
            found.append(rest)
    found.sort(key=lambda part: (order[part.table.sheet], part.rows.start))
    return _paired(found)


def _as_sent(form: Form, named: NamedPart, sheets: Sequence[str]) -> FormPart | None:
    """The part where every name and every label stand as they were sent; None otherwise."""
    if named.worksheet not in sheets:
        return None
    printed = prints(form)[named.sheet]
    if named.spots.keys() != printed.fields.keys():
        return None
    table = next(iter(named.spots.values())).table
    for name, spot in named.spots.items():
        if (spot.row, spot.col) != printed.fields[name] or spot.table is not table:
            return None
    if not printed.matches(table) or printed.is_split(table) or printed.holds_more(table):
        return None
    number = practice_number(table.text(*printed.number))
    return FormPart(
        named.sheet,
        table,
        number,
        dict(named.spots),
        Located.NAMES,
        range(len(table.grid)),
        printed.again,
        as_sent=True,
    )


def _table_of(part: SheetPart) -> int:
    return next(iter(part.spots.values()))[0]


def _partner(part: SheetPart, table: Table, named: Sequence[NamedPart]) -> NamedPart | None:
    """The names that speak of this sheet: of several scopes the one that agrees most."""
    cells = {(name, row, col) for name, (_, row, col) in part.spots.items()}

    def agreeing(known: NamedPart) -> int:
        own = known.spots.items()
        return sum(
            spot.table is table and (name, spot.row, spot.col) in cells for name, spot in own
        )

    own = [known for known in named if known.sheet == part.sheet and known.worksheet == table.sheet]
    own = [known for known in own if any(spot.row in part.rows for spot in known.spots.values())]
    return max(own, key=agreeing, default=None)


def _agreed(form: Form, table: Table, part: SheetPart, named: NamedPart | None) -> FormPart:
    """Both witnesses put together, field by field."""
    labels = {name: Spot(table, row, col) for name, (_, row, col) in part.spots.items()}
    names = dict(named.spots) if named else {}
    _keep_numbered_rows(form, labels, names)
    spots: dict[str, Spot] = {}
    disputes: list[Dispute] = []
    for name in (known.name for known in form.fields if known.name in labels.keys() | names):
        by_label, by_name = labels.get(name), names.get(name)
        spot = by_label or by_name
        assert spot is not None
        differ = by_label and by_name and by_label != by_name
        if differ and not _same_text(spot, by_name or spot):
            disputes.append(Dispute(name, by_name, spot, name not in part.doubtful))
        elif not by_name and name in part.twice and key(spot.table.text(spot.row, spot.col)):
            disputes.append(Dispute(name, None, spot, False))
        spots[name] = spot
    disputes += _sharing(spots, {dispute.name for dispute in disputes})
    disputes += _torn(form, part.sheet, spots, spots.keys() - labels)
    how = Located.LABELS
    if names:
        how = Located.MIXED if _differ(labels, names) else Located.NAMES
    number = int(part.number) if part.number else None
    own = prints(form)[part.sheet].again
    again = {name: (row, col) for name, (_, row, col) in part.spots.items() if name in own}
    return FormPart(part.sheet, table, number, spots, how, part.rows, again, disputes=disputes)


def _keep_numbered_rows(form: Form, labels: dict[str, Spot], names: Mapping[str, Spot]) -> None:
    """Of 取組内容 the rows that were sent bear the numbers; a row put between them has none.

    So where somebody added a row, the rows are those of the names as long as they stand in order
    (what stands in the added row is reported); where rows were only exchanged, their place counts.
    """
    kept: dict[str, Spot] = {}
    tops = [labels[first].row for year in form.years if (first := _first_row(form, year)) in labels]
    scores = [spot.row for name, spot in labels.items() if form[name].kind is Kind.SCORE]
    tops += [min(scores) - 1] if scores else []  # the years stand above the first criterion
    for year in form.years:
        rows = [known for known in form.fields if known.year == year and known.n]
        _drop_deleted_rows(rows, labels, names)
        own = [known for known in rows if known.name in labels and known.name in names]
        by_name: dict[int | None, set[int]] = {}
        for known in own:
            by_name.setdefault(known.n, set()).add(names[known.name].row)
        lines = [row for places in by_name.values() for row in sorted(places)]
        whole = len(lines) == len(by_name) and lines == sorted(lines)
        there = {labels[known.name].row for known in own}
        if whole and lines and not _within(lines, min(there), tops):
            return  # the names of the year stand outside of it: they were moved as a whole
        if whole and there != set(lines):
            kept |= {known.name: names[known.name] for known in own}
        if not whole:
            kept |= _beside_numbers(rows, labels, names, tops)
    labels.update(kept)


def _beside_numbers(
    rows: Sequence[Field],
    labels: Mapping[str, Spot],
    names: Mapping[str, Spot],
    tops: Sequence[int],
) -> dict[str, Spot]:
    """The fields of a year beside the numbers, where the names of what is typed are out of order.

    Cells that are cut and inserted take their names along, the printed numbers stay: with a row
    put in as well, only they tell which of the rows was sent.
    """
    own = [known for known in rows if known.name in labels]
    numbers = {known.n: known.name for known in own if known.stem == Stem.LABEL}
    if any(known.n not in numbers for known in own) or not numbers:
        return {}
    if any(not _in_column(labels[name], names.get(name)) for name in numbers.values()):
        return {}
    lines = {n: names[name].row for n, name in sorted(numbers.items(), key=lambda at: at[0] or 0)}
    order = [*lines.values()]
    is_rising = all(row < after for row, after in pairwise(order))
    if not is_rising or not _within(order, min(labels[known.name].row for known in own), tops):
        return {}
    return {known.name: labels[known.name]._replace(row=lines[known.n]) for known in own}


def _in_column(spot: Spot, other: Spot | None) -> bool:
    return other is not None and spot.table is other.table and spot.col == other.col


def _drop_deleted_rows(
    rows: Sequence[Field], labels: dict[str, Spot], names: Mapping[str, Spot]
) -> None:
    """Where a row was deleted its names are lost, and those of the rows that are left are right."""
    named = [known for known in rows if known.name in names]
    alive = {known.n for known in named}
    order = [names[known.name].row for known in sorted(named, key=lambda known: known.n or 0)]
    there = {labels[known.name].row for known in rows if known.name in labels}
    if set(order) == there and order == sorted(order):
        for known in rows:
            if known.n not in alive:
                labels.pop(known.name, None)


def _first_row(form: Form, year: FiscalYear) -> str:
    return next(known.name for known in form.fields if known.year == year and known.n)


def _within(lines: Sequence[int], top: int, tops: Sequence[int]) -> bool:
    """Rows of a year begin where its label stands and end where the next one's does."""
    following = min((row for row in tops if row > top), default=lines[-1] + 1)
    return top <= lines[0] and lines[-1] < following


def _same_text(spot: Spot, other: Spot) -> bool:
    texts = (place.table.text(place.row, place.col) for place in (spot, other))
    return key(next(texts)) == key(next(texts))


def _differ(labels: Mapping[str, Spot], names: Mapping[str, Spot]) -> bool:
    """Some field has one witness only, or they disagree."""
    other = any(names[name] != spot for name, spot in labels.items() if name in names)
    return other or labels.keys() != names.keys()


def _sharing(spots: Mapping[str, Spot], known: set[str]) -> Iterator[Dispute]:
    """Fields that were found in one and the same filled cell, but for what papers print in one."""
    owners: dict[Spot, list[str]] = {}
    for name, spot in spots.items():
        owners.setdefault(spot, []).append(name)
    for spot, names in owners.items():
        alone = len(names) == 1 or _SHARED.issuperset(names)
        if not alone and key(spot.table.text(spot.row, spot.col)):
            yield from (Dispute(name, None, spot, False) for name in names if name not in known)


_ANSWERS = frozenset({Kind.TEXT, Kind.SCORE, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH})


def _torn(
    form: Form, sheet: int, spots: Mapping[str, Spot], alone: AbstractSet[str]
) -> Iterator[Dispute]:
    """Of the answers that only a name speaks for those that do not stand as they were sent.

    A name goes with a cell that somebody drags into another field; where the labels there cannot be
    read, nothing but the order of the fields tells. Rows and columns put between them keep it.
    """
    sent = prints(form)[sheet].fields
    own = {name: spot for name, spot in spots.items() if name in sent}
    turned: dict[str, set[str]] = {name: set() for name in own}
    for name in sorted(alone & own.keys()):
        if form[name].kind in _ANSWERS:
            for other in own:
                if _is_turned(sent[name], sent[other], own[name], own[other]):
                    turned[name].add(other)
                    turned[other].add(name)
    while left := sorted(alone & turned.keys()):
        worst = max(left, key=lambda name: len(turned[name]))
        if not turned[worst]:
            return
        yield Dispute(worst, None, spots[worst], False)
        for other in turned.pop(worst):
            turned[other].discard(worst)


def _is_turned(place: Place, other: Place, spot: Spot, beside: Spot) -> bool:
    """Two fields that do not stand to each other, above or left, as they were sent."""
    if spot.table is not beside.table:
        return True
    down, across = place[0] - other[0], place[1] - other[1]
    return down * (spot.row - beside.row) < bool(down) or across * (spot.col - beside.col) < bool(
        across
    )


def _by_names_alone(form: Form, named: NamedPart) -> FormPart:
    """A part whose labels were not recognised."""
    table = next(spot.table for spot in named.spots.values() if spot.table.sheet == named.worksheet)
    spot = named.spots.get(Stem.NUMBER)
    number = practice_number(spot.table.text(spot.row, spot.col)) if spot else None
    rows = [known.row for known in named.spots.values() if known.table is table]
    return FormPart(
        named.sheet,
        table,
        number,
        dict(named.spots),
        Located.NAMES,
        range(min(rows), max(rows) + 1),
        disputes=[
            *_sharing(named.spots, set()),
            *_torn(form, named.sheet, named.spots, named.spots.keys()),
        ],
    )


# -- ① and ② --------------------------------------------------------------------------------------


def _paired(parts: Sequence[FormPart]) -> FoundForms:
    """Every ② with the ① of its number; one without a number with the ① that is left."""
    firsts = [part for part in parts if part.sheet == 0]
    alone = [part for part in parts if part.sheet == 1]
    partners: dict[int, FormPart] = {}
    for at, first in enumerate(firsts):
        same = [part for part in alone if part.number is not None and part.number == first.number]
        if same:
            partners[at] = same[0]
            alone.remove(same[0])
    for at, first in enumerate(firsts):
        # Without a number on either of them the order tells.
        free = [part for part in alone if part.number is None or first.number is None]
        if at not in partners and free:
            partners[at] = free[0]
            alone.remove(free[0])
    forms = tuple(
        FoundForm((first, partners[at]) if at in partners else (first,))
        for at, first in enumerate(firsts)
    )
    if not firsts:  # somebody returned only ②
        return FoundForms(tuple(FoundForm((part,)) for part in alone), ())
    return FoundForms(forms, tuple(alone))
