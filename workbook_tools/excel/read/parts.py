"""The file around a workbook, looked at before any library opens it: zip or OLE, bounded and whole.

python-calamine streams what it is given: a far cell, a repeated long text or a falsified size makes
it take all memory, and no exception ends that. Here every XML part is inflated once, against the
size and the CRC that the zip declares, and measured; then the parts are put into a plain zip of our
own, so that exactly what was measured is read. Nothing is written, run or followed.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import NamedTuple
from xml.parsers import expat

from workbook_tools.cells import parse_cell
from workbook_tools.excel.read import xls
from workbook_tools.excel.read.limits import (
    BROKEN,
    FOREIGN,
    MOST_CELLS,
    MOST_CONTENTS,
    MOST_MEMBERS,
    MOST_MERGED,
    MOST_NAMES,
    MOST_PACKED,
    MOST_SHEETS,
    MOST_TEXT,
    MOST_TEXTS,
    MOST_UNPACKED,
    TOO_FAR,
    TOO_LARGE,
    TOO_MUCH_TEXT,
    UnreadableError,
    contents_size,
)

_ZIP = b"PK\x03\x04"
_CRAFTED = "ファイルの作りが正しくありません"
_FORMULA = re.compile(rb"<c [^>]*?(?<!/)>\s*<f[\s/>]")


class Name(NamedTuple):
    """A defined name: the top-left cell it points at, zero-based; ``scope`` is a sheet or None."""

    name: str
    sheet: str
    row: int
    col: int
    scope: str | None = None


@dataclass(frozen=True)
class Container:
    """A file that may be opened: the bytes to open, and what its outside says."""

    data: bytes
    macros: bool = False
    links: bool = False
    # XML part → where its content begins and ends in ``data``.
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def names(self) -> list[Name]:
        """The defined names that point at a cell; none in .ods and .xls."""
        return self._workbook.found

    def has_formula(self, sheet: str, cell: str) -> bool:
        """True where a cell of an .xlsx holds a formula, stored value or not."""
        begin, end = self.parts.get(self._part_of(sheet), (0, 0))
        at = self.data.find(b'<c r="' + cell.encode() + b'"', begin, end)
        return at >= 0 and _FORMULA.match(self.data, at, end) is not None

    @cached_property
    def _workbook(self) -> _Names:
        xml = self._part("xl/workbook.xml")
        start, end = xml.find(b"<sheets"), xml.find(b"</definedNames>")
        usual = _usual_names(xml[start:end]) if 0 <= start < end else None
        return usual or _Names(xml)

    @cached_property
    def _targets(self) -> dict[str, str]:
        return _Targets(self._part("xl/_rels/workbook.xml.rels")).found

    def _part(self, name: str) -> bytes:
        begin, end = self.parts.get(name, (0, 0))
        return self.data[begin:end] or b"<none/>"

    def _part_of(self, sheet: str) -> str:
        target = self._targets.get(self._workbook.sheets.get(sheet, ""), "").lower()
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def examine(data: bytes, passwords: Sequence[str] = ()) -> Container:
    """Look at a file before it is opened. Raises UnreadableError with F001, F002 or F007."""
    if len(data) > MOST_PACKED:
        raise UnreadableError("F007", "ファイルが大きすぎます")
    if data.startswith(_ZIP):
        return _examine_zip(data)
    if data.startswith(xls.SIGNATURE):
        book = xls.examine(data)
        if book.data is None:
            return examine(xls.decrypt(data, passwords))
        return Container(book.data, book.macros, book.links)
    raise UnreadableError("F001", FOREIGN if data else "中身がありません")


# -- zip: .xlsx, .xlsm, .ods ----------------------------------------------------------------------


def _examine_zip(data: bytes) -> Container:
    members = _members(data)
    for name, (wanted, bound) in _KINDS.items():
        if name in members:
            parts = _inflated(data, {one: members[one] for one in members if wanted(one)})
            bound(parts)
            safe, places = _zipped(parts, members)
            return Container(
                safe,
                macros=any(one.endswith("vbaproject.bin") for one in members)
                or any(one.startswith("basic/") for one in members),
                links=any(one.startswith("xl/externallinks/") for one in members)
                or b"<table:table-source" in parts.get("content.xml", b""),
                parts=places,
            )
    raise UnreadableError("F001", FOREIGN)


def _members(data: bytes) -> dict[str, zipfile.ZipInfo]:
    """The zip's members by their name in small letters, the way both Excel and calamine look."""
    if contents_size(data[-(1 << 16) - 22 :]) > MOST_CONTENTS:
        raise UnreadableError("F007", TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except _BROKEN_ZIP as error:
        raise UnreadableError("F001", BROKEN) from error
    if len(infos) > MOST_MEMBERS:
        raise UnreadableError("F007", TOO_LARGE)
    members = {info.filename.replace("\\", "/").lower(): info for info in infos}
    if len(members) != len(infos):
        raise UnreadableError("F001", _CRAFTED)
    return members


_BROKEN_ZIP = (
    zipfile.BadZipFile,
    struct.error,
    NotImplementedError,
    OSError,
    ValueError,
    IndexError,
    EOFError,
)


def _inflated(data: bytes, wanted: Mapping[str, zipfile.ZipInfo]) -> dict[str, bytes]:
    if sum(member.file_size for member in wanted.values()) > MOST_UNPACKED:
        raise UnreadableError("F007", TOO_LARGE)
    return {name: _inflate(data, member) for name, member in wanted.items()}


def _inflate(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """The part's content, exactly as long as declared and with the declared CRC."""
    start = member.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or not header.startswith(_ZIP) or member.flag_bits & 1:
        raise UnreadableError("F001", BROKEN)
    name, extra = struct.unpack("<HH", header[26:30])
    begin = start + 30 + name + extra
    packed = data[begin : begin + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(packed, member.file_size + 1)
        except zlib.error as error:
            raise UnreadableError("F001", BROKEN) from error
        if not inflater.eof:
            raise UnreadableError("F001", BROKEN)
    else:
        raise UnreadableError("F001", "ファイルの圧縮の方式が違います")
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise UnreadableError("F001", BROKEN)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:100]:
        raise UnreadableError("F001", _CRAFTED)  # UTF-16, which python-calamine reads as blank
    if content.find(b"<!", 0, 1000) >= 0 and b"<!DOCTYPE" in content:
        raise UnreadableError("F001", _CRAFTED)
    return content


# Error values younger than python-calamine, over which it gives up the whole sheet.
_YOUNG_ERROR = re.compile(
    rb"<v>#(?:SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|PYTHON!|EXTERNAL!|TIMEOUT!)</v>"
)


# Of this name alone python-calamine minds the capitals.
_SPELLED = {"meta-inf/manifest.xml": "META-INF/manifest.xml"}


def _zipped(
    parts: Mapping[str, bytes], members: Mapping[str, zipfile.ZipInfo]
) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """A zip of these parts, uncompressed, and where each of them lies in it."""
    pieces: list[bytes] = []
    contents: list[bytes] = []
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for name, content in parts.items():
        checksum = members[name].CRC
        if b"#" in content and b"<v>#" in content:
            content = _YOUNG_ERROR.sub(b"<v>#VALUE!</v>", content)
            checksum = zlib.crc32(content)
        path = _SPELLED.get(name, name).encode()
        sizes = (checksum, len(content), len(content), len(path), 0)
        head = struct.pack("<4s5H3I2H", _ZIP, 20, 0x800, 0, 0, 33, *sizes) + path
        contents.append(
            struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0x800, 0, 0, 33, *sizes, 0, 0, 0, 0, at)
            + path
        )
        pieces += (head, content)
        places[name] = (at + len(head), at + len(head) + len(content))
        at += len(head) + len(content)
    table = b"".join(contents)
    count = len(contents)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(table), at, 0)
    return b"".join((*pieces, table, end)), places


# -- the sheets of an .xlsx -----------------------------------------------------------------------

# Any cell but the usual one, up to ZZ99: a sheet of usual cells has at most this many.
_UNUSUAL = re.compile(rb'<c(?! r="[A-Z]{1,2}[0-9]{1,2}")')
_PREFIXED = re.compile(rb":c[\s/>]")
_USUAL_AREA = 26 * 27 * 99


def _bound_sheets(parts: Mapping[str, bytes]) -> None:
    """Refuse what outgrows memory: rectangles, texts, merged areas, sheets."""
    book = parts["xl/workbook.xml"]
    if len(book) > MOST_NAMES or _more(book, b"sheet", MOST_SHEETS):
        raise UnreadableError("F007", TOO_LARGE)
    sheets = [xml for xml in parts.values() if b"sheetData" in xml]
    if sum(_count(xml, b"v") for xml in sheets if len(xml) > MOST_CELLS) > MOST_CELLS:
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


def _count(xml: bytes, tag: bytes) -> int:
    """At least as many as there are elements of this name, whatever their prefix."""
    return xml.count(b"<" + tag) + xml.count(b":" + tag)


def _more(xml: bytes, tag: bytes, most: int) -> bool:
    """Whether there may be more elements of this name; where there is no room, none is counted."""
    return len(xml) > most * (len(tag) + 3) and _count(xml, tag) > most


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
    cols = max(map(_column, set(re.findall(rb'<c r="([A-Z]+)', xml))), default=-1) + 1
    rows = max(map(int, set(re.findall(rb'<c r="[A-Z]+([0-9]+)', xml))), default=0)
    return rows * cols


def _area(xml: bytes) -> int:
    """The exact rectangle of a sheet, as python-calamine will allocate it."""
    box = _Box()
    _walk(xml, box)
    return box.rows * box.cols


class _Walker:
    """What happens on the way through an XML part; prefixes of tags and attributes are cut off."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters inside an element."""


class _Box(_Walker):
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
    greatest = longest * sum(_count(xml, b"v") for xml in sheets)
    if greatest <= MOST_TEXT:
        return greatest
    return sum(
        lengths[int(one)]
        for xml in sheets
        for one in re.findall(rb"[<:]v(?:\s[^<>]*)?>\s*\+?0*([0-9]{1,9})\s*<", xml)
        if int(one) < len(lengths)
    )


def _typed(xml: bytes) -> int:
    """How many bytes of long text stand in the cells themselves."""
    return sum(map(len, re.findall(rb">([^<]{100,})<", xml)))


# -- .ods -----------------------------------------------------------------------------------------


def _bound_content(parts: Mapping[str, bytes]) -> None:
    """.ods: LibreOffice repeats blank cells to the edge of the sheet; filled ones it never does."""
    if b"encryption-data" in parts.get("meta-inf/manifest.xml", b""):
        raise UnreadableError("F002", "パスワードで保護されています")
    repeats = _Repeats()
    _walk(parts["content.xml"], repeats)
    if repeats.sheets > MOST_SHEETS:
        raise UnreadableError("F007", TOO_LARGE)


class _Repeats(_Walker):
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
            self._holds = (
                any(
                    one == "formula" or one == "value" or one.endswith("-value")
                    for one in attributes
                )
                or attributes.get("value-type") == "string"
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


# The part that tells the kind → what is inflated of it, and how it is bounded.
_KINDS: Mapping[str, tuple[Callable[[str], bool], Callable[[Mapping[str, bytes]], None]]] = {
    "xl/workbook.xml": (lambda name: name.endswith((".xml", ".rels")), _bound_sheets),
    "content.xml": (
        lambda name: name in ("mimetype", "content.xml", "meta-inf/manifest.xml"),
        _bound_content,
    ),
}


# -- defined names --------------------------------------------------------------------------------

_ELEMENT = re.compile(r"<(sheet|definedName) ([^<>]*[^<>/])(?:/>|>([^<]*)</\1>)")
_REFERENCE = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!"
    r"\$?(?P<col>[A-Z]{1,3})\$?(?P<row>[0-9]{1,7})(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
)


class _Names(_Walker):
    """Sheets and defined names of ``xl/workbook.xml``."""

    def __init__(self, xml: bytes) -> None:
        self.found: list[Name] = []
        self.sheets: dict[str, str] = {}  # sheet → relation
        self._order: list[str] = []
        self._attributes: dict[str, str] | None = None
        self._text: list[str] = []
        if not self._read_usual(xml):
            _walk(xml, self)

    def _read_usual(self, xml: bytes) -> bool:
        """The way Excel and LibreOffice write it, three times as fast as by a parser."""
        elements = _count(xml, b"sheet ") + _count(xml, b"definedName ")
        try:
            matches = _ELEMENT.findall(xml.decode())
        except UnicodeDecodeError:
            return False
        quoted = any("'" in attributes for _, attributes, _ in matches)
        if quoted or b"<!" in xml or len(matches) != elements:
            return False
        for tag, attributes, text in matches:
            pieces = attributes.split('"')
            facts = {
                name.strip(" =\t\r\n").rpartition(":")[2]: value
                for name, value in zip(pieces[::2], pieces[1::2], strict=False)
            }
            if "&" in attributes:
                facts = {name: html.unescape(value) for name, value in facts.items()}
            if tag == "sheet":
                self._add_sheet(facts)
            else:
                self._add_name(facts, html.unescape(text) if "&" in text else text)
        return True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            self._add_sheet(attributes)
        elif tag == "definedName":
            self._attributes = attributes
            self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == "definedName" and self._attributes is not None:
            self._add_name(self._attributes, "".join(self._text))
            self._attributes = None

    def _add_sheet(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("name", "")
        self.sheets[name] = attributes.get("id", "")
        self._order.append(name)

    def _add_name(self, attributes: Mapping[str, str], text: str) -> None:
        match = _REFERENCE.fullmatch(text)
        if match is None:
            return
        quoted, plain, letters, digits = match.groups()
        scope = None
        if local := attributes.get("localSheetId"):
            known = local.isdecimal() and len(local) < 7 and int(local) < len(self._order)
            scope = self._order[int(local)] if known else None
        sheet = quoted.replace("''", "'") if quoted else plain
        name, row, col = attributes.get("name", ""), int(digits) - 1, _column(letters)
        if row >= 0:
            self.found.append(Name(name, sheet, row, col, scope))


@lru_cache(maxsize=16)
def _usual_names(xml: bytes) -> _Names | None:
    """Names of the part of ``workbook.xml`` that the forms of one round share, read once."""
    names = _Names(b"<none/>")
    return names if names._read_usual(xml) else None


@cache
def _column(letters: str | bytes) -> int:
    return parse_cell((letters if isinstance(letters, str) else letters.decode()) + "1")[1]


class _Targets(_Walker):
    """Relation → part, of a ``.rels`` part."""

    def __init__(self, xml: bytes) -> None:
        self.found: dict[str, str] = {}
        with suppress(UnreadableError):  # python-calamine is less strict here
            _walk(xml, self)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            self.found[attributes.get("Id", "")] = attributes.get("Target", "")


def _walk(xml: bytes, walker: _Walker) -> None:
    """Walk through an XML part; a document type or an entity ends it."""
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        for name in attributes:
            if ":" in name:
                attributes = {one.rpartition(":")[2]: value for one, value in attributes.items()}
                break
        walker.start(tag.rpartition(":")[2], attributes)

    def refuse(*_: object) -> None:
        raise UnreadableError("F001", _CRAFTED)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: walker.end(tag.rpartition(":")[2])
    if type(walker).text is not _Walker.text:
        parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableError("F001", BROKEN) from error
