"""How much a workbook's parts may come to, measured before python-calamine allocates for them.

What it allocates is the rectangle around a sheet's values, each shared text once for every cell
that shows it, and whatever an .ods says is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbook_tools.cells import parse_cell
from workbook_tools.excel.read.limits import (
    MOST_CELLS,
    MOST_MERGED,
    MOST_NAMES,
    MOST_SHEETS,
    MOST_TEXT,
    MOST_TEXTS,
    TOO_FAR,
    TOO_LARGE,
    TOO_MUCH_TEXT,
    UnreadableError,
)
from workbook_tools.excel.read.markup import Walker, column_of, count_of, walk

# -- the sheets of an .xlsx -----------------------------------------------------------------------

# Any cell but the usual one, up to ZZ99: a sheet of usual cells has at most this many.
_UNUSUAL = re.compile(rb'<c(?! r="[A-Z]{1,2}[0-9]{1,2}")')
_PREFIXED = re.compile(rb":c[\s/>]")
_USUAL_AREA = 26 * 27 * 99


def bound_sheets(parts: Mapping[str, bytes]) -> None:
    """Refuse what outgrows memory: rectangles, texts, merged areas, sheets."""
    book = parts["xl/workbook.xml"]
    if len(book) > MOST_NAMES or _more(book, b"sheet", MOST_SHEETS):
        raise UnreadableError("F007", TOO_LARGE)
    sheets = [xml for xml in parts.values() if b"sheetData" in xml]
    if sum(count_of(b"v", xml) for xml in sheets if len(xml) > MOST_CELLS) > MOST_CELLS:
        raise UnreadableError("F007", TOO_FAR)
    for measure in (_greatest_area, _formatted_area, _area):
        if sum(map(measure, sheets)) <= MOST_CELLS:
            break
    else:
        raise UnreadableError("F007", TOO_FAR)
    if any(_more(xml, b"mergeCell", MOST_MERGED) for xml in sheets):
        raise UnreadableError("F007", TOO_LARGE)
    for texts in (parts[name] for name in parts if name.endswith("sharedstrings.xml")):
        if _more(texts, b"si", MOST_TEXTS):
            raise UnreadableError("F007", TOO_LARGE)
        if _shown(texts, sheets) > MOST_TEXT:
            raise UnreadableError("F007", TOO_MUCH_TEXT)
    if sum(map(len, sheets)) > MOST_TEXT and sum(map(_typed, sheets)) > MOST_TEXT:
        raise UnreadableError("F007", TOO_MUCH_TEXT)


def _more(xml: bytes, tag: bytes, most: int) -> bool:
    """Whether there may be more elements of this name; where there is no room, none is counted."""
    return len(xml) > most * (len(tag) + 3) and count_of(tag, xml) > most


def _greatest_area(xml: bytes) -> int:
    """What the rectangle of a sheet cannot exceed, found without parsing where cells are usual."""
    begin, end = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    end = end if end >= 0 else len(xml)
    usual = begin >= 0 and not (_UNUSUAL.search(xml, begin, end) or _PREFIXED.search(xml, begin))
    return _USUAL_AREA if usual else _area(xml)


def _formatted_area(xml: bytes) -> int:
    """The rectangle around all cells of a usual sheet, also those that are only formatted."""
    if _greatest_area(xml) != _USUAL_AREA:
        return _area(xml)
    cols = max(map(column_of, set(re.findall(rb'<c r="([A-Z]+)', xml))), default=-1) + 1
    rows = max(map(int, set(re.findall(rb'<c r="[A-Z]+([0-9]+)', xml))), default=0)
    return rows * cols


def _area(xml: bytes) -> int:
    """The exact rectangle of a sheet, as python-calamine will allocate it."""
    box = _Box()
    walk(xml, box)
    return box.rows * box.cols


class _Box(Walker):
    """The rectangle from A1 around the values of a sheet; cells without place follow the last."""

    def __init__(self) -> None:
        self.rows = self.cols = 0
        self._row = self._col = 0
        self._spot = (0, 0)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row" and "r" in attributes:
            self._row = int(attributes["r"]) - 1
        elif tag == "c":
            if "r" in attributes:
                self._spot = parse_cell(attributes["r"].upper())
                self._col = self._spot[1]
            else:
                self._spot = self._row, self._col
            self._col += 1
        elif tag in ("v", "is"):  # a cell without either is only formatted, and does not count
            self.rows = max(self.rows, self._spot[0] + 1)
            self.cols = max(self.cols, self._spot[1] + 1)
            if self.rows * self.cols > MOST_CELLS:
                raise UnreadableError("F007", TOO_FAR)

    def end(self, tag: str) -> None:
        if tag == "row":
            self._row, self._col = self._row + 1, 0


def _shown(texts: bytes, sheets: Sequence[bytes]) -> int:
    """How many bytes of shared text all cells together show, at most."""
    lengths = [len(text) for text in re.split(rb"<(?:[^<>\s]*:)?si[\s/>]", texts)[1:]]
    longest = max(lengths, default=0)
    least = len('<c t="s"><v>0</v></c>')
    if longest * sum(len(xml) // least for xml in sheets) <= MOST_TEXT:
        return 0  # nothing to count: there is no room for so many cells
    greatest = longest * sum(count_of(b"v", xml) for xml in sheets)
    if greatest <= MOST_TEXT:
        return greatest
    return sum(
        lengths[int(index)]
        for xml in sheets
        for index in re.findall(rb"[<:]v(?:\s[^<>]*)?>\s*\+?0*([0-9]{1,9})\s*<", xml)
        if int(index) < len(lengths)
    )


def _typed(xml: bytes) -> int:
    """How many bytes of long text stand in the cells themselves."""
    return sum(map(len, re.findall(rb">([^<]{100,})<", xml)))


# -- .ods -----------------------------------------------------------------------------------------


def bound_content(parts: Mapping[str, bytes]) -> None:
    """.ods: LibreOffice repeats blank cells to the edge of the sheet; filled ones it never does."""
    if b"encryption-data" in parts.get("meta-inf/manifest.xml", b""):
        raise UnreadableError("F002", "パスワードで保護されています")
    repeats = _Repeats()
    walk(parts["content.xml"], repeats)
    if repeats.sheets > MOST_SHEETS:
        raise UnreadableError("F007", TOO_LARGE)


class _Repeats(Walker):
    """The cells that python-calamine makes of each table of an .ods, and the text they show."""

    def __init__(self) -> None:
        self.sheets = 0
        self._cells = self._text = 0
        self._row = self._col = self._rows = self._cols = 0
        self._height = self._width = 0
        self._holds = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self.sheets += 1
            self._row = self._height = self._width = 0
        elif tag == "table-row":
            self._col, self._rows = 0, int(attributes.get("number-rows-repeated", "1"))
        elif tag in ("table-cell", "covered-table-cell"):
            self._cells += self._col  # blanks before this cell, of this row alone
            self._cols = int(attributes.get("number-columns-repeated", "1"))
            self._holds = attributes.get("value-type") == "string" or any(
                name in ("formula", "value") or name.endswith("-value") for name in attributes
            )
            self._show(sum(map(len, attributes.values())) if self._holds else 0)
        elif tag == "s" and self._holds:
            self._show(int(attributes.get("c", "1")))

    def text(self, text: str) -> None:
        if self._holds:
            self._show(len(text))

    def _show(self, letters: int) -> None:
        self._text += letters * 3 * max(self._cols, 1) * max(self._rows, 1)
        if self._text > MOST_TEXT:
            raise UnreadableError("F007", TOO_MUCH_TEXT)

    def end(self, tag: str) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            self._col += self._cols
            if self._holds:
                self._height = max(self._height, self._row + self._rows)
                self._width = max(self._width, self._col)
            self._holds = False
        elif tag == "table-row":
            self._row += self._rows
        elif tag == "table":
            self._cells += self._height * self._width
        if max(self._cells, self._height * self._width) > MOST_CELLS:
            raise UnreadableError("F007", TOO_FAR)
