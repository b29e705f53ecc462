"""Marks in the cells of somebody's workbook: colours and comments, nothing else changed. Pure.

What is not a mark stays byte for byte: see :mod:`workbook_tools.excel.patch.package`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name, parse_cell
from workbook_tools.excel.patch import comments, fills
from workbook_tools.excel.patch.comments import Note, Spot
from workbook_tools.excel.patch.fills import Styles
from workbook_tools.excel.patch.package import (
    Element,
    Package,
    Relations,
    UnmarkableError,
    Wanted,
    XmlPart,
)
from workbook_tools.excel.read.shown import MARKER

WORKBOOK = "xl/workbook.xml"
_MOST_ROWS = 100_000  # a form has some sixty; each is held in memory
_MOST_COLOURED = 2_000  # cells of one merged area


@dataclass(frozen=True, slots=True)
class CellMark:
    """One cell (A1 notation), its colour (:mod:`fills`), and what is said of it."""

    cell: str
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkedSheet:
    """One worksheet: its name, its element in the workbook, its part."""

    name: str
    element: Element
    path: str


def sheets(workbook: XmlPart, relations: Relations) -> Iterator[MarkedSheet]:
    """The sheets of a workbook in their order."""
    for element in workbook.root.all("sheets", "sheet"):
        path = relations.target(element.attribute("id"))
        if path is None:
            raise UnmarkableError("sheet without part")
        yield MarkedSheet(element.attributes.get("name", ""), element, path)


def styles_path(relations: Relations) -> str:
    """The part with a workbook's styles. Raises UnmarkableError where there is none."""
    path = relations.of_type("styles")
    if path is None:
        raise UnmarkableError("no styles")
    return path


class SheetMarker:
    """One worksheet while its marks are changed.

    ``before``: cell → the fill it had before an earlier run coloured it.
    """

    def __init__(
        self,
        package: Package,
        sheet: MarkedSheet,
        styles: Styles,
        before: Mapping[str, str] | None = None,
    ) -> None:
        self._package = package
        self._path = sheet.path
        self._styles = styles
        self._before = before or {}

    def mark(self, marks: Sequence[CellMark], *, deselect: bool = False) -> dict[str, str]:
        """Put the marks in; cell → the fill it had.

        ``deselect`` where another sheet is to be the selected one: typing into two selected sheets
        would change both. Raises UnmarkableError where the sheet is too large or unusual.
        """
        data = self._package.get(self._path)
        if data.count(b"<row") > _MOST_ROWS:
            raise UnmarkableError("too many rows")
        places = {mark.cell: parse_cell(mark.cell) for mark in marks}
        merged = _merged(XmlPart(data, _no_cells).root)
        areas = {cell: merged.get(spot, Area(*spot)) for cell, spot in places.items()}
        colours = _colours(marks, areas)
        sheet = XmlPart(data, _wanted(colours, self._styles.marked))
        if deselect:
            _deselect(sheet)
        if sheet.root.local == "worksheet":
            formats = self._recolour(sheet, colours, merged)
            notes = _notes(marks, areas)
            comments.annotate(self._package, self._path, sheet, notes)
        else:
            formats = {}
        if (new := sheet.content()) != data:
            self._package.put(self._path, new)
        return {
            cell: self._styles.fill(formats[spot])
            for cell, spot in places.items()
            if spot in formats
        }

    def _originals(self, merged: Mapping[Spot, Area]) -> Mapping[Spot, str]:
        """Cell → the fill it had before an earlier return coloured it."""
        found = {}
        for cell, fill in self._before.items():
            try:
                spot = parse_cell(cell)
            except ValueError:
                continue
            for inside in _spots(merged.get(spot, Area(*spot))):
                found[inside] = fill
        return found

    def _recolour(
        self, sheet: XmlPart, colours: Mapping[Spot, str], merged: Mapping[Spot, Area]
    ) -> dict[Spot, int]:
        """Change the formats of cells; the formats that coloured cells had before."""
        originals = self._originals(merged)
        # Rows may have been moved since: then the fill that most cells had.
        usual = Counter(self._before.values()).most_common(1)
        otherwise = usual[0][0] if usual else fills.NO_FILL
        formats: dict[Spot, int] = {}
        for cell in sheet.root.all("sheetData", "row", "c"):
            spot = parse_cell(cell.attributes["r"])
            number = new = int(cell.attributes.get("s", "0"))
            if number in self._styles.marked:
                new = self._styles.unmark(number, originals.get(spot, otherwise))
            if spot in colours:
                formats[spot] = new
                new = self._styles.mark(new, colours[spot])
            if new != number:
                sheet.set(cell, "s", str(new))
        missing = colours.keys() - formats.keys()
        usual_formats = _usual_formats(sheet.root)
        for spot in missing:
            area = merged.get(spot)
            corner = formats.get((area.row, area.col)) if area else None
            formats[spot] = usual_formats(spot) if corner is None else corner
        styles = {spot: self._styles.mark(formats[spot], colours[spot]) for spot in sorted(missing)}
        _add_cells(sheet, styles)
        return formats


def _no_cells(element: Element, parent: Element | None) -> bool:
    return element.local != "sheetData"


def _wanted(colours: Mapping[Spot, str], marked: frozenset[int]) -> Wanted:
    """Of the cells only those in rows that are to be coloured, and those coloured earlier."""
    rows = {row for row, _ in colours}

    def wanted(element: Element, parent: Element | None) -> bool:
        if parent is None or parent.local != "row" or element.local != "c":
            return parent is None or parent.local != "c"
        name = element.attributes.get("r", "")
        row = re.sub("[A-Z]", "", name)
        if not row.isdecimal():
            raise UnmarkableError("cell without place")
        return int(row) - 1 in rows or int(element.attributes.get("s", "0")) in marked

    return wanted


def _merged(root: Element) -> dict[Spot, Area]:
    """Every cell of merged areas of a usual size → its area."""
    found = {}
    for element in root.all("mergeCells", "mergeCell"):
        first, _, last = element.attributes.get("ref", "").partition(":")
        try:
            (top, left), (bottom, right) = parse_cell(first), parse_cell(last or first)
        except ValueError:
            continue
        area = Area(top, left, bottom - top + 1, right - left + 1)
        if 0 < area.rows * area.cols <= _MOST_COLOURED:
            found.update(dict.fromkeys(_spots(area), area))
    return found


def _spots(area: Area) -> Iterator[Spot]:
    for row in range(area.row, area.last_row + 1):
        for col in range(area.col, area.last_col + 1):
            yield row, col


def _colours(marks: Iterable[CellMark], areas: Mapping[str, Area]) -> dict[Spot, str]:
    colours: dict[Spot, str] = {}
    for mark in marks:
        for spot in _spots(areas[mark.cell]):
            if mark.colour == fills.ERROR or spot not in colours:
                colours[spot] = mark.colour
    return colours


def _notes(marks: Iterable[CellMark], areas: Mapping[str, Area]) -> dict[Spot, Note]:
    """One comment a cell, with everything that is said of it."""
    notes: dict[Spot, Note] = {}
    for mark in marks:
        area = areas[mark.cell]
        spot = area.row, area.col
        before = notes[spot].text if spot in notes else MARKER
        notes[spot] = Note(f"{before}\n{mark.text}", area.last_col)
    return notes


def _deselect(sheet: XmlPart) -> None:
    for view in sheet.root.all("sheetViews", "sheetView"):
        if view.attributes.get("tabSelected", "0") not in ("0", "false"):
            sheet.set(view, "tabSelected", "0")


def _usual_formats(root: Element) -> Callable[[Spot], int]:
    """The format of a cell that is not written: its row's, else its column's."""
    rows = {
        _number(row): int(row.attributes.get("s", "0"))
        for row in root.all("sheetData", "row")
        if row.attributes.get("customFormat") in ("1", "true")
    }
    columns = [
        (
            int(column.attributes["min"]),
            int(column.attributes["max"]),
            column.attributes.get("style", "0"),
        )
        for column in root.all("cols", "col")
    ]

    def usual(spot: Spot) -> int:
        row, col = spot
        fitting = (int(style) for first, last, style in columns if first <= col + 1 <= last)
        return rows[row] if row in rows else next(fitting, 0)

    return usual


def _add_cells(sheet: XmlPart, styles: Mapping[Spot, int]) -> None:
    """Write cells that the sheet does not hold yet, in the order of rows and columns."""
    data = sheet.root.first("sheetData")
    if data is None:
        raise UnmarkableError("no cells")
    new: dict[int, dict[int, bytes]] = {}
    for (row, col), style in sorted(styles.items()):
        cell = b"<" + sheet.tag("c") + f' r="{cell_name(row, col)}" s="{style}"/>'.encode()
        new.setdefault(row, {})[col] = cell
    rows = {_number(row): row for row in data.all("row")}
    between: dict[int | None, bytes] = {}
    for number, cells in new.items():
        if number in rows:
            _insert_cells(sheet, rows[number], cells)
            continue
        tag, inner = sheet.tag("row"), b"".join(cells.values())
        row_xml = b"<" + tag + b' r="%d">' % (number + 1) + inner + b"</" + tag + b">"
        at = next((row.begin for other, row in rows.items() if other > number), None)
        between[at] = between.get(at, b"") + row_xml
    _insert(sheet, data, between)


def _insert_cells(sheet: XmlPart, row: Element, cells: Mapping[int, bytes]) -> None:
    between: dict[int | None, bytes] = {}
    for col, cell in cells.items():
        later = (known for known in row.children if parse_cell(known.attributes["r"])[1] > col)
        at = next((known.begin for known in later), None)
        between[at] = between.get(at, b"") + cell
    _insert(sheet, row, between)
    if (spans := row.attributes.get("spans", "")).count(":") == 1:
        first, last = map(int, spans.split(":"))
        first, last = min(first, min(cells) + 1), max(last, max(cells) + 1)
        sheet.set(row, "spans", f"{first}:{last}")


def _insert(sheet: XmlPart, parent: Element, between: Mapping[int | None, bytes]) -> None:
    """New elements before the places given, or behind everything."""
    for at, new in between.items():
        if at is None:
            sheet.append(parent, new)
        else:
            sheet.replace(at, at, new)


def _number(row: Element) -> int:
    if not row.attributes.get("r", "").isdecimal():
        raise UnmarkableError("row without place")
    return int(row.attributes["r"]) - 1
