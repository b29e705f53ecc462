"""Workbooks and zips made by hand, byte by byte where needed, for the tests of bad input."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from workbook_tools.excel.read.xls import _wrapped

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

Parts = dict[str, bytes | str]


def parts(*sheets: str, strings: str = "", names: str = "") -> Parts:
    """The parts of a minimal .xlsx; a sheet is the content of its ``sheetData``."""
    listed = "".join(
        f'<sheet name="S{no}" sheetId="{no}" r:id="r{no}"/>' for no in range(1, len(sheets) + 1)
    )
    related = "".join(
        f'<Relationship Id="r{no}" Type="{_REL}/worksheet" Target="worksheets/sheet{no}.xml"/>'
        for no in range(1, len(sheets) + 1)
    )
    made: Parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets>'
        f"<definedNames>{names}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{related}'
        "</Relationships>",
    }
    for no, sheet in enumerate(sheets, start=1):
        made[f"xl/worksheets/sheet{no}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
        )
    if strings:
        made["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
    return made


def zipped(made: Mapping[str, bytes | str], stored: tuple[str, ...] = ()) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            info = zipfile.ZipInfo(name, (2022, 4, 22, 0, 0, 0))
            archive.writestr(info, content, kind)
    return out.getvalue()


def book(*sheets: str, strings: str = "", names: str = "", **more: bytes | str) -> bytes:
    """A minimal .xlsx. Further parts by keyword, ``__`` for a slash and ``_`` for a dot."""
    made = parts(*sheets, strings=strings, names=names)
    made.update({path.replace("__", "/").replace("_", "."): part for path, part in more.items()})
    return zipped(made)


def blanks(count: int) -> bytes:
    """An .xlsx with so many formatted blank cells; never whole in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts(ONE).items():
            if "worksheets/" in name:
                with archive.open(name, "w") as part:
                    part.write(b"<worksheet><sheetData><row>")
                    for _ in range(count // 10_000):
                        part.write(b'<c r="A1" s="1"/>' * 10_000)
                    part.write(b"</row></sheetData></worksheet>")
            else:
                archive.writestr(name, content)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zip with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        made: Parts = {name: archive.read(name) for name in archive.namelist()}
    content = made[part]
    made[part] = change(content if isinstance(content, bytes) else content.encode())
    return zipped(made)


def cell(place: str, value: object = 1, more: str = "") -> str:
    """One cell with a number."""
    return f'<c r="{place}"{more}><v>{value}</v></c>'


def row(*cells: str) -> str:
    """A row that leaves its number to its cells."""
    return f"<row>{''.join(cells)}</row>"


ONE = row(cell("A1"))


def with_sizes(data: bytes, part: str, **facts: int) -> bytes:
    """A zip whose headers lie about one part: ``size``, ``packed`` or ``crc``, in both places."""
    places = {"crc": (14, 16), "packed": (18, 20), "size": (22, 24)}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        local = archive.getinfo(part).header_offset
    central = -1
    while True:
        central = data.index(b"PK\1\2", central + 1)
        if data[central + 46 :].startswith(part.encode()):
            break
    lying = bytearray(data)
    for fact, value in facts.items():
        struct.pack_into("<I", lying, local + places[fact][0], value)
        struct.pack_into("<I", lying, central + places[fact][1], value)
    return bytes(lying)


def shortened_claim(data: bytes, part: str) -> bytes:
    """A part longer than declared, whose CRC fits exactly what is declared."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read(part)
    size = len(content) - 5
    return with_sizes(data, part, size=size, crc=zlib.crc32(content[:size]))


# -- .ods -----------------------------------------------------------------------------------------

ODS_VALUE = (
    '<table:table-cell office:value-type="float" office:value="1"{}><text:p>1</text:p>'
    "</table:table-cell>"
)
ODS_ONE = ODS_VALUE.format("")


def ods(*rows: str, manifest: str = "") -> bytes:
    """A minimal .ods of one table."""
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    made: Parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:'
        f'opendocument:xmlns:manifest:1.0">{manifest}</manifest:manifest>',
        "content.xml": content,
    }
    return zipped(made, stored=("mimetype",))


def ods_row(*cells: str, times: int = 1) -> str:
    """A row of an .ods, possibly repeated."""
    return (
        f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'
    )


def ods_blanks(times: int) -> str:
    """Blank cells of an .ods."""
    return f'<table:table-cell table:number-columns-repeated="{times}"/>'


# -- .xls -----------------------------------------------------------------------------------------


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of an .xls."""
    return struct.pack("<HH", kind, len(content)) + content


def number(row: int, col: int, value: float = 1.0) -> bytes:
    """A record that holds a number."""
    return record(0x203, struct.pack("<HHHd", row, col, 0, value))


def shared(row: int, col: int, index: int) -> bytes:
    """A record that shows a shared text."""
    return record(0xFD, struct.pack("<HHHI", row, col, 0, index))


def shared_texts(*texts: str) -> bytes:
    """The table of shared texts."""
    packed = b"".join(struct.pack("<HB", len(text), 1) + text.encode("utf-16-le") for text in texts)
    return record(0xFC, struct.pack("<II", len(texts), len(texts)) + packed)


def xls(*sheet: bytes, globals_: bytes = b"", sheets: int = 1) -> bytes:
    """A minimal .xls; every sheet it lists is the same one."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0x600))
    names = [f"S{no}".encode() for no in range(1, sheets + 1)]
    listing = sum(4 + 8 + len(name) for name in names)
    start = len(begin) + len(globals_) + listing + 4
    listed = b"".join(
        record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name) for name in names
    )
    stream = begin + globals_ + listed + record(0x0A) + begin + b"".join(sheet) + record(0x0A)
    return _wrapped("Workbook", stream)


def encrypted(data: bytes, password: str) -> bytes:
    """An .xlsx behind a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()
