"""Marks in a department's own workbook: coloured cells, comments, and a first sheet 確認結果. Pure.

The zip's XML is patched, because openpyxl would lose text boxes, rich text and stored values. What
is not a mark stays byte for byte: see :mod:`workbook_tools.excel.patch.package`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from workbook_tools.cells import Area, cell_name, parse_cell
from workbook_tools.excel.patch import comments
from workbook_tools.excel.patch import fills as restyle
from workbook_tools.excel.patch.comments import Note, Spot
from workbook_tools.excel.patch.fills import Styles
from workbook_tools.excel.patch.package import (
    MAIN,
    Element,
    Package,
    Relations,
    UnmarkableError,
    Wanted,
    XmlPart,
)
from workbook_tools.excel.read.book import OpenedBook, UnreadableError, open_book
from workbook_tools.excel.read.shown import MARKER
from workbook_tools.findings import Finding, Severity
from workbook_tools.send_back import result_sheet
from workbook_tools.send_back.result_sheet import WORKBOOK, ListedFinding, MarkedSheet

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
        return _marked(data, findings)
    except UnreadableError as error:
        raise UnmarkableError(error.reason) from error
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise UnmarkableError(f"crafted: {error!r}") from error  # numbers that are none


def _marked(data: bytes, findings: Sequence[Finding]) -> bytes:
    book = open_book(data)
    package = Package(data)
    workbook = XmlPart(package.get(WORKBOOK), namespace=MAIN)
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
            own = [
                finding
                for finding in findings
                if finding.place.sheet == sheet.name and finding.place.cell
            ]
            before = {cell: fill for (name, cell), fill in noted.items() if name == sheet.name}
            for cell, fill in _Marker(package, sheet, styles, before).mark(own).items():
                fills[sheet.name, cell] = fill
    rows = [
        ListedFinding(finding, fills.get((finding.place.sheet or "", finding.place.cell or ""), ""))
        for finding in findings
    ]
    content = result_sheet.content(rows, styles)
    result_sheet.put_first(package, workbook, relations, sheets, earlier, content)
    package.put(styles_path, styles.content())
    return package.content()


def _earlier(book: OpenedBook, sheets: Iterable[MarkedSheet]) -> MarkedSheet | None:
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
        self, package: Package, sheet: MarkedSheet, styles: Styles, before: Mapping[str, str]
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
        places = {
            finding.place.cell or "": parse_cell(finding.place.cell or "") for finding in findings
        }
        merged = _merged(XmlPart(data, _no_cells).root)
        areas = {cell: merged.get(spot, Area(*spot)) for cell, spot in places.items()}
        colours = _colours(findings, areas)
        sheet = XmlPart(data, _wanted(colours, self._styles.marked))
        _deselect(sheet)
        if sheet.root.local == "worksheet":
            formats = self._recolour(sheet, colours, merged)
            notes = _notes(findings, areas)
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
        otherwise = usual[0][0] if usual else restyle.NO_FILL
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
            weight = finding.severity.word
            said = f"{weight}：{finding.message}\n{finding.hint}"
            before = notes[spot].text if spot in notes else MARKER
            notes[spot] = Note(f"{before}\n{said}", area.last_col)
    return notes


def _deselect(sheet: XmlPart) -> None:
    """Only 確認結果 is selected: typing into two selected sheets would change both."""
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
