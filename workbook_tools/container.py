"""The file around a workbook, looked at before any library opens it: zip or OLE, bounded and whole.

python-calamine streams what it is given: a far cell, a repeated long text or a falsified size makes
it take all memory, and no exception ends that. Here every XML part is inflated once, against the
size and the CRC that the zip declares, and measured. Nothing is written, run or followed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from workbook_tools.grid import parse_cell

# A filled form is 0.3 MB unpacked, a workbook with sixty of them 20 MB; pictures do not count.
MOST_PACKED = 50 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
# calamine allocates the whole rectangle around the cells that hold something: 32 bytes a cell.
MOST_CELLS = 500_000
# A shared text is copied into every cell that shows it.
MOST_TEXT = 64 * 1024 * 1024

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ANY_CELL = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c[\s/>]")
_NEAR_CELL = re.compile(rb'<c r="[A-Z]{1,2}[0-9]{1,3}"')
_FORMULA = re.compile(rb"<c [^>]*?(?<!/)>\s*<f[\s/>]")
_REPEATED = re.compile(rb'repeated\s*=\s*["\']\s*(\d{4,})')
_DEFAULT_PASSWORD = "VelvetSweatshop"  # Excel's own for "read-only recommended"; opens by itself


class UnreadableError(Exception):
    """The bytes are no workbook that may be opened: code of the contract, and why for a person."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name: the top-left cell it points at, zero-based; ``scope`` is a sheet or None."""

    name: str
    sheet: str
    row: int
    col: int
    scope: str | None = None


@dataclass(frozen=True)
class Container:
    """A file that may be opened: its bytes (decrypted), and what its outside says."""

    data: bytes
    macros: bool = False
    links: bool = False
    parts: Mapping[str, bytes] = field(default_factory=dict)  # inflated XML parts of a zip

    @property
    def names(self) -> list[Name]:
        """The defined names that point at a cell; none in .ods and .xls."""
        return self._workbook.found

    @cached_property
    def _workbook(self) -> _Names:
        return _Names(self.parts.get("xl/workbook.xml", b"<none/>"))

    @cached_property
    def _targets(self) -> dict[str, str]:
        return _Targets(self.parts.get("xl/_rels/workbook.xml.rels", b"<none/>")).found

    def has_formula(self, sheet: str, cell: str) -> bool:
        """True where a cell of an .xlsx holds a formula, stored value or not."""
        xml = self.parts.get(self._part_of(sheet), b"")
        at = xml.find(b'<c r="' + cell.encode() + b'"')
        return at >= 0 and _FORMULA.match(xml, at) is not None

    def _part_of(self, sheet: str) -> str:
        target = self._targets.get(self._workbook.sheets.get(sheet, ""), "")
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def examine(data: bytes, passwords: Sequence[str] = ()) -> Container:
    """Look at a file before it is opened. Raises UnreadableError with F001, F002 or F007."""
    if len(data) > MOST_PACKED:
        raise UnreadableError("F007", "ファイルが大きすぎます")
    if data.startswith(_OLE):
        return _examine_ole(data, passwords)
    if data.startswith(_ZIP):
        return _examine_zip(data)
    raise UnreadableError(
        "F001", "中身がありません" if not data else "Ｅｘｃｅｌの形式ではありません"
    )


# -- zip: .xlsx, .xlsm, .ods ----------------------------------------------------------------------


def _examine_zip(data: bytes) -> Container:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
        raise UnreadableError("F001", "ファイルが壊れています") from error
    names = [member.filename for member in members]
    if len({name.casefold() for name in names}) != len(names):
        raise UnreadableError("F001", "ファイルの作りが正しくありません")
    wanted = [member for member in members if member.filename.endswith((".xml", ".rels"))]
    if sum(member.file_size for member in wanted) > MOST_UNPACKED:
        raise UnreadableError("F007", "展開すると大きすぎます")
    parts = {member.filename: _inflate(data, member) for member in wanted}
    if "xl/workbook.xml" in parts:
        _bound_sheets(parts)
    elif "content.xml" in parts:
        _bound_content(parts["content.xml"])
    else:
        raise UnreadableError("F001", "Ｅｘｃｅｌの形式ではありません")
    return Container(
        data,
        macros=any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names),
        links=any(name.startswith("xl/externalLinks/") for name in names),
        parts=parts,
    )


def _inflate(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """The part's content, exactly as long as declared and with the declared CRC."""
    start = member.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or not header.startswith(_ZIP) or member.flag_bits & 1:
        raise UnreadableError("F001", "ファイルが壊れています")
    name, extra = struct.unpack("<HH", header[26:30])
    begin = start + 30 + name + extra
    packed = data[begin : begin + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        content, complete = packed, True
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(packed, member.file_size + 1)
            complete = inflater.eof
        except zlib.error as error:
            raise UnreadableError("F001", "ファイルが壊れています") from error
    else:
        raise UnreadableError("F001", "ファイルの圧縮の方式が違います")
    if not complete or len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise UnreadableError("F001", "ファイルが壊れています")
    return content


def _bound_sheets(parts: Mapping[str, bytes]) -> None:
    """Refuse sheets whose filled rectangle or whose repeated texts outgrow memory."""
    cells = 0
    for xml in parts.values():
        if b"sheetData" not in xml:
            continue
        near, every = len(_NEAR_CELL.findall(xml)), len(_ANY_CELL.findall(xml))
        if near != every or near > MOST_CELLS:
            _measure(xml)
        cells += every
    texts = parts.get("xl/sharedStrings.xml", b"")
    longest = max(map(len, texts.split(b"<si")), default=0)
    if longest * cells > MOST_TEXT and _shown_text(parts, texts) > MOST_TEXT:
        raise UnreadableError("F007", "同じ長い文章が多くのセルにくり返されています")


def _measure(xml: bytes) -> None:
    """The exact rectangle, for a sheet with far or unusually written cells."""
    box = _Box()
    _walk(xml, box)
    if box.area > MOST_CELLS:
        raise UnreadableError("F007", "表の範囲が広すぎます（遠く離れたセルに値があります）")


class _Walker:
    """What happens on the way through an XML part; prefixes of tags and attributes are cut off."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters inside an element."""


class _Box(_Walker):
    """The rectangle around the cells of a sheet that hold something."""

    def __init__(self) -> None:
        self._row = self._col = -1
        self._holds = False
        self._spots: list[int] = []  # least row, least col, last row, last col

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1, as calamine gives it to us."""
        return (self._spots[2] + 1) * (self._spots[3] + 1) if self._spots else 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._col = -1
        elif tag == "c":
            if "r" in attributes:
                self._row, self._col = parse_cell(attributes["r"].upper())
            else:
                self._col += 1
            self._holds = False
        elif tag in ("v", "is", "f"):
            self._holds = True

    def end(self, tag: str) -> None:
        if tag != "c" or not self._holds:
            return
        row, col = self._row, self._col
        old = self._spots or [row, col, row, col]
        self._spots = [min(old[0], row), min(old[1], col), max(old[2], row), max(old[3], col)]


def _shown_text(parts: Mapping[str, bytes], texts: bytes) -> int:
    """How many bytes of shared text all cells together show."""
    lengths = [len(text) for text in texts.split(b"<si")[1:]]
    shown = 0
    for xml in parts.values():
        if b"sheetData" in xml:
            numbers = re.findall(rb"<v>(\d{1,7})</v>", xml)
            shown += sum(lengths[int(one)] for one in numbers if int(one) < len(lengths))
            if len(numbers) != xml.count(b"<v>"):  # written in a way we cannot count
                shown += max(lengths, default=0) * xml.count(b"<v")
    return shown


def _bound_content(xml: bytes) -> None:
    """.ods: LibreOffice repeats blank cells to the edge of the sheet; filled ones it never does."""
    columns = [int(count) for count in _REPEATED.findall(xml)]
    if any(count > 1_048_576 for count in columns):
        raise UnreadableError("F007", "表の範囲が広すぎます（遠く離れたセルに値があります）")
    repeats = _Repeats()
    _walk(xml, repeats)
    if repeats.most > MOST_CELLS:
        raise UnreadableError("F007", "表の範囲が広すぎます（遠く離れたセルに値があります）")


class _Repeats(_Walker):
    """The rectangle around the filled cells of each table of an .ods."""

    def __init__(self) -> None:
        self.most = 0
        self._row = self._col = self._rows = self._cols = 0
        self._height = self._width = 0
        self._holds = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self._row = self._height = self._width = 0
        elif tag == "table-row":
            self._col, self._rows = 0, int(attributes.get("number-rows-repeated", "1"))
        elif tag in ("table-cell", "covered-table-cell"):
            self._cols = int(attributes.get("number-columns-repeated", "1"))
            self._holds = "value-type" in attributes or "formula" in attributes
        elif tag == "p":
            self._holds = True

    def end(self, tag: str) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            self._col += self._cols
            if self._holds:
                self._height = max(self._height, self._row + self._rows)
                self._width = max(self._width, self._col)
                self.most = max(self.most, self._height * self._width)
        elif tag == "table-row":
            self._row += self._rows


# -- OLE: .xls, and every protected workbook ------------------------------------------------------

# BIFF records that place a value: row and column are their first two words.
_BIFF_CELLS = frozenset({0x06, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406})


def _examine_ole(data: bytes, passwords: Sequence[str]) -> Container:
    import msoffcrypto
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
            book = next((name for name in ("Workbook", "Book") if name in streams), None)
            protected = "EncryptedPackage" in streams
            if book and not protected:
                _bound_biff(ole.openstream(book).read())
        if not book and not protected:
            raise UnreadableError("F001", "Ｅｘｃｅｌの形式ではありません")
        if protected or msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted():
            return examine(_decrypt(data, passwords))
    except UnreadableError:
        raise
    except Exception as error:  # olefile and msoffcrypto raise whatever a broken file provokes
        raise UnreadableError("F001", "ファイルが壊れています") from error
    return Container(data, macros=any("_VBA_PROJECT" in name for name in streams))


def _decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    import msoffcrypto

    for password in (*passwords, _DEFAULT_PASSWORD):
        plain = io.BytesIO()
        try:
            office = msoffcrypto.OfficeFile(io.BytesIO(data))
            office.load_key(password=password)
            office.decrypt(plain)
        except Exception:  # a wrong password shows in many ways
            continue
        if plain.getvalue().startswith((_ZIP, _OLE)):
            return plain.getvalue()
    raise UnreadableError("F002", "パスワードで保護されています")


def _bound_biff(stream: bytes) -> None:
    rows = cols = at = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        if record in _BIFF_CELLS and length >= 4 and at + 8 <= len(stream):
            row, col = struct.unpack_from("<HH", stream, at + 4)
            rows, cols = max(rows, row + 1), max(cols, col + 1)
        at += 4 + length
    if rows * cols > MOST_CELLS:
        raise UnreadableError("F007", "表の範囲が広すぎます（遠く離れたセルに値があります）")


# -- XML, without entities or document types ------------------------------------------------------


class _Names(_Walker):
    """Sheets and defined names of ``xl/workbook.xml``."""

    def __init__(self, xml: bytes) -> None:
        self.found: list[Name] = []
        self.sheets: dict[str, str] = {}  # sheet → relation
        self._order: list[str] = []
        self._attributes: dict[str, str] | None = None
        self._text: list[str] = []
        _walk(xml, self)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            self.sheets[attributes.get("name", "")] = attributes.get("id", "")
            self._order.append(attributes.get("name", ""))
        elif tag == "definedName":
            self._attributes = attributes
            self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        if tag != "definedName" or self._attributes is None:
            return
        match = _REFERENCE.fullmatch("".join(self._text))
        if match:
            local = self._attributes.get("localSheetId", "")
            known = local.isdecimal() and int(local) < len(self._order)
            row, col = parse_cell(match["cell"].replace("$", ""))
            sheet = match["quoted"].replace("''", "'") if match["quoted"] else match["plain"]
            scope = self._order[int(local)] if known else None
            self.found.append(Name(self._attributes.get("name", ""), sheet, row, col, scope))
        self._attributes = None


_REFERENCE = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!"
    r"(?P<cell>\$?[A-Z]{1,3}\$?[0-9]{1,7})(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
)


class _Targets(_Walker):
    """Relation → part, of a ``.rels`` part."""

    def __init__(self, xml: bytes) -> None:
        self.found: dict[str, str] = {}
        _walk(xml, self)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            self.found[attributes.get("Id", "")] = attributes.get("Target", "")


def _walk(xml: bytes, walker: _Walker) -> None:
    """Walk through an XML part; a document type or an entity ends it."""
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        plain = {name.rpartition(":")[2]: value for name, value in attributes.items()}
        walker.start(tag.rpartition(":")[2], plain)

    def refuse(*_: object) -> None:
        raise UnreadableError("F001", "ファイルの作りが正しくありません")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: walker.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, KeyError) as error:
        raise UnreadableError("F001", "ファイルが壊れています") from error
