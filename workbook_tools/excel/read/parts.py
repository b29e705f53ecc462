"""The file around a workbook, looked at before any library opens it: zip or OLE, bounded and whole.

python-calamine streams what it is given: a far cell, a repeated long text or a falsified size makes
it take all memory, and no exception ends that. Here every XML part is inflated once, against the
size and the CRC that the zip declares, and measured; then the parts are put into a plain zip of our
own, so that exactly what was measured is read. Nothing is written, run or followed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workbook_tools.excel.read import xls
from workbook_tools.excel.read.bounds import bound_content, bound_sheets
from workbook_tools.excel.read.limits import (
    BROKEN,
    CRAFTED,
    FOREIGN,
    MOST_CONTENTS,
    MOST_MEMBERS,
    MOST_PACKED,
    MOST_UNPACKED,
    TOO_LARGE,
    UnreadableError,
    contents_size,
)
from workbook_tools.excel.read.names import Name, Related, SheetNames, contents, relations

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Container:
    """A file that may be opened, and what its outside says.

    ``parts``: the XML parts by their names in small letters, formulas without their text. An .xls
    has none: it is ``rewritten`` as far as it holds values, and ``stream`` is what it held before.
    """

    rewritten: bytes = b""
    stream: bytes = b""
    macros: bool = False
    links: bool = False
    parts: Mapping[str, bytes] = field(default_factory=dict)

    def data(self) -> bytes:
        """The bytes to open: made anew each time, as nobody needs them twice."""
        return self.rewritten or _zipped(self.parts)

    @property
    def names(self) -> list[Name]:
        """The defined names that point at a cell; none in .ods and .xls."""
        return self.contents.names

    @cached_property
    def contents(self) -> SheetNames:
        """The sheets and names that an .xlsx lists."""
        return contents(self.parts.get("xl/workbook.xml", b"<none/>"))

    def part_of(self, sheet: str) -> str:
        """The part of an .xlsx that holds a sheet; empty where there is none."""
        target = self._targets.get(self.contents.sheets.get(sheet, ""))
        return target.part if target else ""

    @cached_property
    def _targets(self) -> dict[str, Related]:
        return relations(self.parts, "xl/workbook.xml")


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
        return Container(book.data, book.stream, book.macros, book.links)
    raise UnreadableError("F001", FOREIGN if data else "中身がありません")


# The part that tells the kind → what is inflated of it, and how it is bounded.
_KINDS: Mapping[str, tuple[Callable[[str], bool], Callable[[Mapping[str, bytes]], None]]] = {
    "xl/workbook.xml": (lambda name: name.endswith((".xml", ".rels", ".vml")), bound_sheets),
    "content.xml": (
        lambda name: name in ("mimetype", "content.xml", "styles.xml", "meta-inf/manifest.xml"),
        bound_content,
    ),
}


def _examine_zip(data: bytes) -> Container:
    """.xlsx, .xlsm, .ods."""
    if contents_size(data[-(1 << 16) - 22 :]) > MOST_CONTENTS:
        raise UnreadableError("F007", TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive)
            kind = next((kind for kind in _KINDS if kind in members), None)
            if kind is None:
                raise UnreadableError("F001", FOREIGN)
            wanted, bound = _KINDS[kind]
            parts = _inflated(archive, {name: members[name] for name in members if wanted(name)})
    except _BROKEN_ZIP as error:
        raise UnreadableError("F001", BROKEN) from error
    bound(parts)
    return Container(
        macros=any(name.endswith("vbaproject.bin") for name in members)
        or any(name.startswith("basic/") for name in members),
        links=any(name.startswith("xl/externallinks/") for name in members)
        or b"<table:table-source" in parts.get("content.xml", b""),
        parts=parts,
    )


# What the zipfile module raises over broken bytes.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    IndexError,
    EOFError,
)


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The zip's members by their name in small letters, the way both Excel and calamine look."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise UnreadableError("F007", TOO_LARGE)
    members = {info.filename.replace("\\", "/").lower(): info for info in infos}
    if len(members) != len(infos):
        raise UnreadableError("F001", CRAFTED)
    return members


def _inflated(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> dict[str, bytes]:
    if sum(member.file_size for member in members.values()) > MOST_UNPACKED:
        raise UnreadableError("F007", TOO_LARGE)
    return {name: _inflate(archive, member) for name, member in members.items()}


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The part's content, as long as declared and with the declared CRC; formulas emptied."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableError("F001", "ファイルの圧縮の方式が違います")
    with archive.open(member) as stream:
        content = stream.read(member.file_size)  # without a size it would inflate whatever comes
    if len(content) != member.file_size:
        raise UnreadableError("F001", BROKEN)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:100]:
        raise UnreadableError("F001", CRAFTED)  # UTF-16, which python-calamine reads as blank
    if content.find(b"<!", 0, 1000) >= 0 and b"<!DOCTYPE" in content:
        raise UnreadableError("F001", CRAFTED)
    return _without_formulas(content) if b"<sheetData" in content else content


# Error values younger than python-calamine, over which it gives up the whole sheet.
_YOUNG_ERROR = re.compile(
    rb"<v>#(?:SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|PYTHON!|EXTERNAL!|TIMEOUT!)</v>"
)
_FORMULA_TEXT = re.compile(rb"<f(?: [^<>]*)?>[^<]+</f>")


def _without_formulas(sheet: bytes) -> bytes:
    """A sheet whose formulas are empty: their text is half of what python-calamine has to parse.

    That a cell holds a formula is still seen.
    """
    short = _FORMULA_TEXT.sub(b"<f/>", sheet)
    if b"<!" in short:  # a comment or CDATA, in which what looks like a formula may be text
        short = sheet
    return _YOUNG_ERROR.sub(b"<v>#VALUE!</v>", short) if b"<v>#" in short else short


# Of this name alone python-calamine minds the capitals.
_SPELLED = {"meta-inf/manifest.xml": "META-INF/manifest.xml"}
# What it never looks at, of an .xlsx.
_NEEDLESS = ("docprops/", "[content", "xl/theme/", "xl/drawings/", "xl/worksheets/_rels/")


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip of the parts that python-calamine needs, uncompressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            if not name.startswith(_NEEDLESS):
                archive.writestr(zipfile.ZipInfo(_SPELLED.get(name, name)), content)
    return out.getvalue()
