"""Marks in a department's own workbook: coloured cells, comments, and a first sheet 確認結果. Pure.

The zip's XML is patched, because openpyxl would lose text boxes, rich text and stored values. What
is not a mark stays byte for byte: see :mod:`workbook_tools.excel.patch.package`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbook_tools.excel.patch import fills as restyle
from workbook_tools.excel.patch import marks
from workbook_tools.excel.patch.disarm import disarm
from workbook_tools.excel.patch.fills import Styles
from workbook_tools.excel.patch.marks import WORKBOOK, CellMark, MarkedSheet, SheetMarker
from workbook_tools.excel.patch.package import (
    MAIN,
    Package,
    Relations,
    UnmarkableError,
    XmlPart,
)
from workbook_tools.excel.read.book import OpenedBook, UnreadableError, open_book
from workbook_tools.findings import Finding, Severity
from workbook_tools.send_back import result_sheet
from workbook_tools.send_back.result_sheet import ListedFinding

__all__ = ["UnmarkableError", "mark"]

_COLOURS = {Severity.ERROR: restyle.ERROR, Severity.WARNING: restyle.WARNING}


def mark(data: bytes, findings: Sequence[Finding]) -> bytes:
    """The workbook with every error and warning coloured and commented in its cell, and listed.

    Marks of an earlier return are taken off first, and links to the outside taken out. Raises
    UnmarkableError where the bytes are no workbook of Excel's (.xls, .ods, protected, broken),
    written in an unknown way, or hold what is never sent on (macros, embedded files).
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
    disarm(package)
    workbook = XmlPart(package.get(WORKBOOK), namespace=MAIN)
    relations = Relations(package, WORKBOOK)
    styles_part = marks.styles_path(relations)
    sheets = list(marks.sheets(workbook, relations))
    styles = Styles(package.get(styles_part))
    earlier = _earlier(book, sheets)
    noted = result_sheet.fills(book.table(earlier.name)) if earlier else {}
    fills: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        if sheet is not earlier:
            own = [mark for finding in findings for mark in _marks(finding, sheet.name)]
            before = {cell: fill for (name, cell), fill in noted.items() if name == sheet.name}
            marker = SheetMarker(package, sheet, styles, before)
            for cell, fill in marker.mark(own, deselect=True).items():
                fills[sheet.name, cell] = fill
    rows = [
        ListedFinding(finding, fills.get((finding.place.sheet or "", finding.place.cell or ""), ""))
        for finding in findings
    ]
    content = result_sheet.content(rows, styles)
    result_sheet.put_first(package, workbook, relations, sheets, earlier, content)
    package.put(styles_part, styles.content())
    return package.content()


def _earlier(book: OpenedBook, sheets: Iterable[MarkedSheet]) -> MarkedSheet | None:
    """The sheet that an earlier return put in, if the department left it there."""
    for sheet in sheets:
        if sheet.name.startswith(result_sheet.NAME):
            tables = book.tables([sheet.name])
            if tables and result_sheet.is_ours(tables[0]):
                return sheet
    return None


def _marks(finding: Finding, sheet: str) -> Iterator[CellMark]:
    place, colour = finding.place, _COLOURS.get(finding.severity)
    if place.sheet == sheet and place.cell and colour:
        said = f"{finding.severity.word}：{finding.message}\n{finding.hint}"
        yield CellMark(place.cell, colour, said)
