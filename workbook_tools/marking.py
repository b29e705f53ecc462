"""Marks in a department's own workbook: coloured cells, comments, and a first sheet 確認結果. Pure.

The zip's XML is patched, because openpyxl would lose text boxes, rich text and stored values. What
is not a mark stays byte for byte: see :mod:`workbook_tools.package`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools import remarks, restyle, result_sheet
from workbook_tools.findings import Finding, Severity
from workbook_tools.grid import Area, cell_name, parse_cell
from workbook_tools.package import (
    MAIN,
    OFFICE,
    Element,
    Package,
    Part,
    Relations,
    UnmarkableError,
    Wanted,
    declare,
    escape,
)
from workbook_tools.reading import Book, UnreadableError, open_book
from workbook_tools.remarks import MARKER, Note, Spot, pixels
from workbook_tools.restyle import Styles
from workbook_tools.result_sheet import Row

__all__ = ["UnmarkableError", "mark"]

_MOST_ROWS = 100_000  # a form has some sixty; each is held in memory
_MOST_COLOURED = 2_000  # cells of one merged area
_COLOURS = {Severity.ERROR: restyle.ERROR, Severity.WARNING: restyle.WARNING}


def mark(data: bytes, findings: Sequence[Finding]) -> bytes:
    """The workbook with every error and warning coloured and commented in its cell, and listed.

    Marks of an earlier return are taken off first. Raises UnmarkableError where the bytes are no
    workbook of Excel's (.xls, .ods, protected, broken) or written in an unknown way.
    """
    try:
        book = open_book(data)
    except UnreadableError as error:
        raise UnmarkableError(error.reason) from error
    package = Package(data)
    workbook = Part(package.get(WORKBOOK), namespace=MAIN)
    relations = Relations(package, WORKBOOK)
    styles_path = relations.of_type("styles")
    if styles_path is None:
        raise UnmarkableError("no styles")
    sheets = list(result_sheet.sheets(workbook, relations))
    styles = Styles(package.get(styles_path))
    earlier = _earlier(book, sheets)
    noted = result_sheet.fills(book.table(earlier.name)) if earlier else {}
    fills: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        if sheet is not earlier:
            own = [one for one in findings if one.place.sheet == sheet.name and one.place.cell]
            before = {cell: fill for (name, cell), fill in noted.items() if name == sheet.name}
            for cell, fill in _Marker(package, sheet, styles, before).mark(own).items():
                fills[sheet.name, cell] = fill
    rows = [
        Row(one, fills.get((one.place.sheet or "", one.place.cell or ""), "")) for one in findings
    ]
    result_sheet.put_first(package, workbook, relations, sheets, earlier, result_sheet.content(rows, styles))
    package.put(styles_path, styles.bytes())
    return package.bytes()


def _earlier(book: Book, sheets: Iterable[Sheet]) -> Sheet | None:
    """The sheet that an earlier return put in, if the department left it there."""
    for sheet in sheets:
        if sheet.name.startswith(result_sheet.NAME):
            tables = book.tables([sheet.name])
            if tables and result_sheet.is_ours(tables[0]):
                return sheet
    return None


# -- one worksheet --------------------------------------------------------------------------------


class _Marker:
    """One worksheet while its marks are changed."""

    def __init__(
        self, package: Package, sheet: Sheet, styles: Styles, before: Mapping[str, str]
    ) -> None:
        self._package = package
        self._path = sheet.path
        self._styles = styles
        self._before = before

    def mark(self, findings: Sequence[Finding]) -> dict[str, str]:
        """Put the marks in; cell → the fill it had."""
        data = self._package.get(self._path)
        if data.count(b"<row") > _MOST_ROWS:
            raise UnmarkableError("too many rows")
        places = {one.place.cell or "": parse_cell(one.place.cell or "") for one in findings}
        merged = _merged(Part(data, _no_cells).root)
        areas = {cell: merged.get(spot, Area(*spot)) for cell, spot in places.items()}
        colours = _colours(findings, areas)
        sheet = Part(data, _wanted(colours, self._styles.marked))
        _deselect(sheet)
        if sheet.root.local == "worksheet":
            originals = self._originals(merged)
            formats = self._recolour(sheet, colours, originals)
            remarks.annotate(
                self._package, self._path, sheet, _notes(findings, areas), remarks.sizes(sheet.root)
            )
        else:
            formats = {}
        if (new := sheet.bytes()) != data:
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
        self, sheet: Part, colours: Mapping[Spot, str], originals: Mapping[Spot, str]
    ) -> dict[Spot, int]:
        """Change the formats of cells; the formats that coloured cells had before."""
        # Rows may have been moved since: then the fill that most cells had.
        usual = Counter(self._before.values()).most_common(1)
        otherwise = usual[0][0] if usual else restyle.NO_FILL
        formats: dict[Spot, int] = {}
        missing = dict(colours)
        for cell in sheet.root.all("sheetData", "row", "c"):
            spot = parse_cell(cell.attributes["r"])
            number = int(cell.attributes.get("s", "0"))
            plain = number
            if number in self._styles.marked:
                plain = self._styles.unmark(number, originals.get(spot, otherwise))
            new = plain
            if spot in colours:
                missing.pop(spot, None)
                formats[spot] = plain
                new = self._styles.mark(plain, colours[spot])
            if new != number:
                sheet.set(cell, "s", str(new))
        formats.update(_add_cells(sheet, missing, self._styles))
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


def _colours(findings: Iterable[Finding], areas: Mapping[str, Area]) -> dict[Spot, str]:
    colours: dict[Spot, str] = {}
    for finding in findings:
        colour = _COLOURS.get(finding.severity)
        for spot in _spots(areas[finding.place.cell or ""]) if colour else ():
            if colour == restyle.ERROR or spot not in colours:
                colours[spot] = colour or ""
    return colours


def _notes(findings: Iterable[Finding], areas: Mapping[str, Area]) -> dict[Spot, Note]:
    """One comment a cell, with everything that is said of it."""
    notes: dict[Spot, Note] = {}
    for finding in findings:
        if finding.severity in _COLOURS:
            area = areas[finding.place.cell or ""]
            spot = area.row, area.col
            weight = result_sheet.SEVERITIES[finding.severity]
            said = f"{weight}：{finding.message}\n{finding.hint}"
            before = notes[spot].text if spot in notes else MARKER
            notes[spot] = Note(f"{before}\n{said}", area.last_col)
    return notes


def _deselect(sheet: Part) -> None:
    """Only 確認結果 is selected: typing into two selected sheets would change both."""
    for view in sheet.root.all("sheetViews", "sheetView"):
        if view.attributes.get("tabSelected", "0") not in ("0", "false"):
            sheet.set(view, "tabSelected", "0")


def _add_cells(sheet: Part, missing: Mapping[Spot, str], styles: Styles) -> dict[Spot, int]:
    """Write cells that the sheet does not hold yet; the formats they had by row or column."""
    rows = list(sheet.root.all("sheetData", "row"))
    data = sheet.root.first("sheetData")
    if data is None:
        raise UnmarkableError("no cells")
    by_row: dict[int, dict[int, str]] = {}
    for (row, col), colour in sorted(missing.items()):
        by_row.setdefault(row, {})[col] = colour
    known = {_number(row): row for row in rows}
    formats: dict[Spot, int] = {}
    new_rows: dict[int, bytes] = {}
    for number, cells in by_row.items():
        row = known.get(number)
        written: dict[int, bytes] = {}
        for col, colour in cells.items():
            formats[number, col] = format_of = _usual_format(sheet.root, row, col)
            style = styles.mark(format_of, colour)
            name = cell_name(number, col)
            written[col] = b"<" + sheet.tag("c") + f' r="{name}" s="{style}"/>'.encode()
        if row is None:
            tag = sheet.tag("row")
            inner = b"".join(written.values())
            new_rows[number] = b"<" + tag + b' r="%d">' % (number + 1) + inner + b"</" + tag + b">"
        else:
            _insert_cells(sheet, row, written)
    for number, new in new_rows.items():
        later = next((row.begin for row in rows if _number(row) > number), None)
        if later is None:
            sheet.append(data, new)
        else:
            sheet.replace(later, later, new)
    return formats


def _insert_cells(sheet: Part, row: Element, written: Mapping[int, bytes]) -> None:
    places: dict[int | None, bytes] = {}
    for col, new in written.items():
        later = (one for one in row.children if parse_cell(one.attributes["r"])[1] > col)
        at = next((one.begin for one in later), None)
        places[at] = places.get(at, b"") + new
    for at, new in places.items():
        if at is None:
            sheet.append(row, new)
        else:
            sheet.replace(at, at, new)
    if (spans := row.attributes.get("spans", "")).count(":") == 1:
        first, last = map(int, spans.split(":"))
        first, last = min(first, min(written) + 1), max(last, max(written) + 1)
        sheet.set(row, "spans", f"{first}:{last}")


def _number(row: Element) -> int:
    if not row.attributes.get("r", "").isdecimal():
        raise UnmarkableError("row without place")
    return int(row.attributes["r"]) - 1


def _usual_format(root: Element, row: Element | None, col: int) -> int:
    """The format of a cell that is not written: its row's, else its column's."""
    if row is not None and row.attributes.get("customFormat") in ("1", "true"):
        return int(row.attributes.get("s", "0"))
    for one in root.all("cols", "col"):
        if int(one.attributes["min"]) <= col + 1 <= int(one.attributes["max"]):
            return int(one.attributes.get("style", "0"))
    return 0
