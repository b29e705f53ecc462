"""Workbooks that differ in what their cells hold alone: XlsxWriter writes the first, a pattern.

A round's forms are alike but for texts, figures and the heights of rows. A :class:`Draft` takes
down what is to be written. XlsxWriter writes the first of a kind; those after it are that file with
other values in its cells: the same bytes in a fraction of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import (
    UNSEEN,
    Book,
    Choice,
    FormulaCell,
    Sheet,
    escaped,
    properties,
    shared_strings,
)
from workbook_tools.text import for_cell
from workbook_tools.zips import packed, unpacked

Value: TypeAlias = str | float | tuple[FormulaCell, str | float]

_MOST_PATTERNS = 16
_USUAL_PIXELS = 20  # a row of this height says nothing about it
_PIXELS_A_POINT, _POINTS_A_PIXEL = 4 / 3, 0.75
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
_PART = "xl/worksheets/sheet{}.xml"
_STRINGS, _PROPERTIES = "xl/sharedStrings.xml", "docProps/core.xml"
# The start tag of a row, or a cell whole; no text in them holds a ``<``.
_SLOT = re.compile(
    r'(?P<row><row r="(?P<number>\d+)"(?: spans="[^"]*")?)(?: ht="[^"]*" customHeight="1")?(?=/?>)'
    r'|(?P<cell><c r="(?P<name>[A-Z]+\d+)"(?: s="\d+")?)(?: t="\w+")?(?:/>|>.*?</c>)',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Slot:
    """What stays the ``before``, then the ``start`` of a cell (by its value's number) or a row."""

    before: str
    start: str
    cell: int | None = None
    row: tuple[int, int] | None = None


@dataclass(slots=True)
class _Notes:
    """What is to be written: ``calls`` in full; ``kind`` is the same but for what may change."""

    calls: list[tuple[int, str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    kind: list[tuple[Any, ...]] = field(default_factory=list)
    places: list[tuple[int, Area]] = field(default_factory=list)  # sheet and cell of each value
    values: list[Value] = field(default_factory=list)
    points: dict[tuple[int, int], float] = field(default_factory=dict)  # of a sheet's row


class DraftSheet:
    """One worksheet taken down, by the methods of :class:`Sheet` that a form needs."""

    def __init__(self, notes: _Notes, number: int, name: str) -> None:
        self._notes, self._number, self.name = notes, number, name

    def text(self, area: Area, text: str, *styles: str) -> None:
        """As :meth:`Sheet.text`."""
        self.value(area, text, *styles)

    def value(self, area: Area, value: str | float, *styles: str) -> None:
        """As :meth:`Sheet.value`, without dates."""
        notes, is_there = self._notes, value != "" or styles != UNSEEN
        notes.calls.append((self._number, "value", (area, value, *styles), {}))
        notes.kind.append((self._number, area, styles, is_there))
        if is_there:
            notes.places.append((self._number, area))
            notes.values.append(for_cell(value) if isinstance(value, str) else value)

    def computed(self, cells: Sequence[FormulaCell], values: Sequence[str | float]) -> None:
        """As :meth:`Sheet.computed`."""
        notes, number = self._notes, self._number
        notes.calls.append((number, "computed", (cells, values), {}))
        there = [
            (cell, for_cell(value) if isinstance(value, str) else value)
            for cell, value in zip(cells, values, strict=True)
            if cell.formula or value != "" or cell.styles != UNSEEN
        ]
        notes.kind.append((number, [(cell.area, cell.styles) for cell, _ in there]))
        notes.places += [(number, cell.area) for cell, _ in there]
        notes.values += [(cell, value) if cell.formula else value for cell, value in there]

    def height(self, row: int, points: float) -> None:
        """As :meth:`Sheet.height`."""
        self._notes.calls.append((self._number, "height", (row, points), {}))
        self._notes.kind.append((self._number, row))
        self._notes.points[self._number, row] = paper.whole_pixels(points)

    def choice(self, area: Area, choice: Choice, *others: Area) -> None:
        """As :meth:`Sheet.choice`."""
        self._note("choice", area, choice, *others)

    def highlight(self, area: Area, formula: str, **look: Any) -> None:
        """As :meth:`Sheet.highlight`."""
        self._note("highlight", area, formula, **look)

    def freeze(self, row: int) -> None:
        """As :meth:`Sheet.freeze`."""
        self._note("freeze", row)

    def columns(self, first: int, last: int, pixels: int, *, hidden: bool = False) -> None:
        """As :meth:`Sheet.columns`."""
        self._note("columns", first, last, pixels, hidden=hidden)

    def protect(self) -> None:
        """As :meth:`Sheet.protect`."""
        self._note("protect")

    def page(self, area: Area, **how: Any) -> None:
        """As :meth:`Sheet.page`."""
        self._note("page", area, **how)

    def view(self, **how: Any) -> None:
        """As :meth:`Sheet.view`."""
        self._note("view", **how)

    def select(self, area: Area) -> None:
        """As :meth:`Sheet.select`."""
        self._note("select", area)

    def _note(self, method: str, *args: object, **how: object) -> None:
        call = self._number, method, args, how
        self._notes.calls.append(call)
        self._notes.kind.append(call)


AnySheet: TypeAlias = Sheet | DraftSheet


class Draft:
    """One workbook taken down; :meth:`content` is what :class:`Book` would give."""

    def __init__(self, title: str = "") -> None:
        self._title = title
        self._notes = _Notes()
        self._sheets: list[str] = []
        self._names: list[tuple[str, str, Area]] = []
        self._is_locked = False

    def sheet(self, name: str) -> DraftSheet:
        """Add a worksheet."""
        self._sheets.append(name)
        return DraftSheet(self._notes, len(self._sheets) - 1, name)

    def name(self, name: str, sheet: str, area: Area) -> None:
        """Define a workbook-level name for the area's top-left cell."""
        self._names.append((name, sheet, area))

    def lock(self) -> None:
        """As :meth:`Book.lock`."""
        self._is_locked = True

    def content(self) -> bytes:
        """The file's content: by a pattern where there is one for its kind."""
        kind = [self._is_locked, self._sheets, self._names, self._notes.kind]
        pattern = next((pattern for known, pattern in _PATTERNS if known == kind), None)
        if pattern:
            return pattern.filled(self._title, self._notes)
        data = self._written()
        _PATTERNS.insert(0, (kind, _Pattern(data, len(self._sheets), self._notes)))
        del _PATTERNS[_MOST_PATTERNS:]
        return data

    def _written(self) -> bytes:
        book = Book(self._title)
        if self._is_locked:
            book.lock()
        sheets = [book.sheet(name) for name in self._sheets]
        for number, method, args, how in self._notes.calls:
            getattr(sheets[number], method)(*args, **how)
        for name in self._names:
            book.name(*name)
        return book.bytes()


class _Pattern:
    """A workbook's parts, those of its sheets cut open at what changes."""

    def __init__(self, data: bytes, sheets: int, notes: _Notes) -> None:
        self._parts = unpacked(data)
        where = {(number, area.a1): at for at, (number, area) in enumerate(notes.places)}
        if len(where) < len(notes.places):
            raise ValueError("a cell is written twice")
        self._sheets = {
            _PART.format(number + 1): list(self._slots(number, notes, where))
            for number in range(sheets)
        }

    def _slots(
        self, number: int, notes: _Notes, where: Mapping[tuple[int, str], int]
    ) -> Iterator[_Slot]:
        """A sheet's text piece by piece: what stays, and what follows it and may change."""
        text, done = self._parts[_PART.format(number + 1)].decode(), 0
        for found in _SLOT.finditer(text):
            if found["cell"]:
                at = where.get((number, found["name"]))
                if at is None:
                    continue
                slot = _Slot(text[done : found.start()], found["cell"], cell=at)
            else:
                row = number, int(found["number"]) - 1
                if row not in notes.points:
                    continue
                slot = _Slot(text[done : found.start()], found["row"], row=row)
            yield slot
            done = found.end()
        yield _Slot(text[done:], "")

    def filled(self, title: str, notes: _Notes) -> bytes:
        """The workbook with other values."""
        texts = [value for value in notes.values if isinstance(value, str) and value]
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        parts = dict(self._parts)
        parts[_STRINGS] = shared_strings(list(numbers), len(texts))
        parts[_PROPERTIES] = properties(title)
        for name, slots in self._sheets.items():
            parts[name] = "".join(_pieces(slots, notes, numbers)).encode()
        return packed(parts)


def _pieces(slots: Iterable[_Slot], notes: _Notes, numbers: Mapping[str, int]) -> Iterator[str]:
    values, points = notes.values, notes.points
    for slot in slots:
        yield slot.before
        if slot.cell is not None:
            yield slot.start + _content(values[slot.cell], numbers)
        elif slot.row:
            yield slot.start + _height(points[slot.row])


def _content(value: Value, numbers: Mapping[str, int]) -> str:
    """A cell's element behind its style, as XlsxWriter writes it."""
    if isinstance(value, tuple):
        cell, result = value
        shown = int(result) if isinstance(result, bool) else escaped(result)
        return f"{_kind(result)}>{cell.element}<v>{shown}</v></c>"
    if isinstance(value, str):
        return f' t="s"><v>{numbers[value]}</v></c>' if value else "/>"
    return f"><v>{value:.16G}</v></c>"


def _kind(result: str | float) -> str:
    if isinstance(result, bool):
        return ' t="b"'
    if not isinstance(result, str) or not result:
        return ""
    return ' t="e"' if result in _ERRORS else ' t="str"'


def _height(points: float) -> str:
    pixels = int(points * _PIXELS_A_POINT + 0.5)
    if pixels == _USUAL_PIXELS:
        return ""
    return f' ht="{pixels * _POINTS_A_PIXEL:.16g}" customHeight="1"'


# The patterns of this run, the newest first.
_PATTERNS: list[tuple[list[Any], _Pattern]] = []
