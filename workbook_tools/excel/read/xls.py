"""OLE files: .xls as python-calamine may safely read it, and what a password protects.

An .xls is one stream of records. Those that hold values are measured and written into a stream of
our own; all others (defined names, formulas, announced sizes, drawings) are left out, for
python-calamine believes what they say, and a wrong one ends the process or keeps it for ever.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from workbook_tools.excel.read.limits import (
    BROKEN,
    FOREIGN,
    MOST_CELLS,
    MOST_MERGED,
    MOST_ROUNDS,
    MOST_SHEETS,
    MOST_TEXT,
    MOST_TEXTS,
    MOST_UNPACKED,
    TOO_FAR,
    TOO_LARGE,
    TOO_MUCH_TEXT,
    UnreadableError,
)

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DEFAULT_PASSWORD = "VelvetSweatshop"  # Excel's own for "read-only recommended"; opens by itself
_OPENED = (b"PK\x03\x04", SIGNATURE)


@dataclass(frozen=True, slots=True)
class Ole:
    """An .xls made safe, or nothing where the content is protected; and its records as they are."""

    data: bytes | None
    macros: bool = False
    links: bool = False
    stream: bytes = b""


def streams(file: IO[bytes]) -> set[str]:
    """The names of an OLE file's outermost streams; none where it is broken."""
    import olefile

    try:
        with olefile.OleFileIO(file) as ole:
            return {path[0] for path in ole.listdir() if len(path) == 1}
    except Exception:  # olefile raises whatever a broken file provokes
        return set()


def examine(data: bytes) -> Ole:
    """Look at an OLE file. Raises UnreadableError with F001 or F007."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            names = {"/".join(path) for path in ole.listdir()}
            if "EncryptedPackage" in names:
                return Ole(None)
            book = next((name for name in ("Workbook", "Book") if name in names), None)
            if book is None:
                raise UnreadableError("F001", FOREIGN)
            if ole.get_size(book) > MOST_UNPACKED:
                raise UnreadableError("F007", TOO_LARGE)
            stream = ole.openstream(book).read()
    except UnreadableError:
        raise
    except Exception as error:  # olefile raises whatever a broken file provokes
        raise UnreadableError("F001", BROKEN) from error
    try:
        biff = _Biff(stream)
        if biff.protected:
            return Ole(None)
        safe = _wrapped(book, biff.measured())
    except (struct.error, IndexError) as error:
        raise UnreadableError("F001", BROKEN) from error
    return Ole(safe, any("_VBA_PROJECT" in name for name in names), biff.links, stream)


def decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    """What a password protects. Raises UnreadableError with F002 where none fits."""
    import msoffcrypto

    rounds = re.findall(rb'spinCount="(\d+)"', data)
    if not any(len(count) > 7 or int(count) > MOST_ROUNDS for count in rounds):
        for password in (*passwords, _DEFAULT_PASSWORD):
            plain = io.BytesIO()
            try:
                office = msoffcrypto.OfficeFile(io.BytesIO(data))
                office.load_key(password=password)
                office.decrypt(plain)
            except Exception:  # a wrong password shows in many ways
                continue
            if plain.getvalue().startswith(_OPENED):
                return plain.getvalue()
    raise UnreadableError("F002", "パスワードで保護されています")


# -- the records of an .xls -----------------------------------------------------------------------

_BEGIN, _END, _FILE_PASS, SHEET, TEXTS, CONTINUE = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x3C
FORMULA, _FORMULA_TEXT, MANY_NUMBERS, SHARED_TEXT = 0x06, 0x207, 0xBD, 0xFD
ERROR = 0x205  # or a truth value
_MERGED, _BOOK_LINK = 0xE5, 0x1AE
_OUR_OWN_LINKS = (b"\x01\x04", b"\x01\x3a")
# The records that are kept, and how long they must be to be understood: code page, dates, formats;
# and of a sheet those that hold a value. Their first two words are row and column.
_OF_BOOK = {0x42: 2, 0x22: 2, 0x41E: 5, 0xE0: 4}
CELLS = {
    0x203: 14,
    0x204: 9,
    ERROR: 8,
    0x27E: 10,
    SHARED_TEXT: 10,
    MANY_NUMBERS: 12,
    FORMULA: 20,
}


class _Biff:
    """The records of a workbook: measured, and written anew as far as they hold values."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.protected = self.links = False
        self._begin = b""
        self._book: list[bytes] = []
        self._sheets: list[bytes] = []
        self._texts: list[bytes] = []  # the blocks of the shared texts
        last = 0
        for kind, content in records(stream, 0):
            if kind == _FILE_PASS and content[:2] != b"\0\0":
                self.protected = True
                return
            if kind == _BEGIN:
                self._begin = _record(kind, content)
            elif kind == TEXTS or (kind == CONTINUE and last == TEXTS):
                self._texts.append(content)
                kind = TEXTS
            elif kind == SHEET and len(content) > 7:
                self._sheets.append(content)
            elif kind == _BOOK_LINK:
                self.links |= content[2:4] not in _OUR_OWN_LINKS
            elif len(content) >= _OF_BOOK.get(kind, len(content) + 1):
                self._book.append(_record(kind, content))
            last = kind
        self._lengths = [3 * letters for letters, _, _ in shared_texts(self._texts)]
        self._cells = self._merged = self._text = 0

    def measured(self) -> bytes:
        """The stream anew. Raises UnreadableError with F001 or F007."""
        if len(self._sheets) > MOST_SHEETS:
            raise UnreadableError("F007", TOO_LARGE)
        for no, block in enumerate(self._texts):
            self._book.append(_record(CONTINUE if no else TEXTS, block))
        bodies = [self._sheet(*struct.unpack_from("<I", sheet)) for sheet in self._sheets]
        at = len(self._begin) + sum(map(len, self._book)) + len(_record(_END, b""))
        at += sum(4 + len(sheet) for sheet in self._sheets)
        listing = []
        for sheet, body in zip(self._sheets, bodies, strict=True):
            listing.append(_record(SHEET, struct.pack("<I", at) + sheet[4:]))
            at += len(body)
        return b"".join((self._begin, *self._book, *listing, _record(_END, b""), *bodies))

    def _sheet(self, start: int) -> bytes:
        """One sheet anew: its values and merged areas."""
        kept = [self._begin]
        rows = cols = last = 0
        for kind, content in records(self._stream, start):
            if len(content) >= CELLS.get(kind, len(content) + 1):
                row, col = struct.unpack_from("<HH", content)
                if kind == MANY_NUMBERS:
                    col += (len(content) - 6) // 6 - 1
                elif kind == SHARED_TEXT:
                    (index,) = struct.unpack_from("<I", content, 6)
                    self._text += self._lengths[index] if index < len(self._lengths) else 0
                elif kind == FORMULA:
                    content = content[:20] + b"\0\0"  # the value alone is wanted
                rows, cols = max(rows, row + 1), max(cols, col + 1)
                kept.append(_record(kind, content))
            elif kind == _FORMULA_TEXT and last == FORMULA and len(content) > 3:
                self._text += 3 * len(content)
                kept.append(_record(kind, content))
            elif kind == _MERGED and len(content) >= 2 + 8 * int.from_bytes(content[:2], "little"):
                self._merged += len(content) // 8
                kept.append(_record(kind, content))
            last = kind if kind in CELLS else last
        self._cells += rows * cols
        if self._cells > MOST_CELLS:
            raise UnreadableError("F007", TOO_FAR)
        if self._merged > MOST_MERGED:
            raise UnreadableError("F007", TOO_LARGE)
        if self._text > MOST_TEXT:
            raise UnreadableError("F007", TOO_MUCH_TEXT)
        return b"".join((*kept, _record(_END, b"")))


def records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record of a part; what is embedded in it, a chart, is left out."""
    at, last, depth = start, len(stream) - 4, 0
    if stream[at : at + 2] != b"\x09\x08":
        raise UnreadableError("F001", BROKEN)
    while at <= last:
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if not depth:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
    raise UnreadableError("F001", BROKEN)


def shared_texts(blocks: Sequence[bytes]) -> Iterator[tuple[int, list[tuple[bytes, bool]], bytes]]:
    """Each shared text: its length, its letters in pieces (UTF-16 or Latin-1), its runs.

    A text may run on from block to block; every block says anew how wide its letters are.
    """
    if not blocks:
        return
    (count,) = struct.unpack_from("<I", blocks[0], 4)
    if count > MOST_TEXTS:
        raise UnreadableError("F007", TOO_LARGE)
    rest = iter(blocks)
    block, at = _following(rest), 8
    for _ in range(count):
        if at >= len(block):
            block, at = _following(rest), 0
        length, flags = struct.unpack_from("<HB", block, at)
        at += 3
        runs = extra = 0
        if flags & 8:
            runs = 4 * int(struct.unpack_from("<H", block, at)[0])
            at += 2
        if flags & 4:
            extra = int(struct.unpack_from("<I", block, at)[0])
            at += 4
        pieces = []
        wide, left = bool(flags & 1), length
        while left:
            fit = min(left, (len(block) - at) // (1 + wide))
            pieces.append((block[at : at + fit * (1 + wide)], wide))
            left, at = left - fit, at + fit * (1 + wide)
            if left:
                block, at = _following(rest), 1
                wide = bool(block[0] & 1)
        behind = b""
        wanted = runs + extra
        while wanted > len(block) - at:
            behind += block[at:]
            wanted -= len(block) - at
            block, at = _following(rest), 0
        behind += block[at : at + wanted]
        at += wanted
        yield length, pieces, behind[:runs]


def _following(blocks: Iterator[bytes]) -> bytes:
    block = next(blocks, None)
    if block is None:
        raise UnreadableError("F001", BROKEN)
    return block


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


# -- a plain OLE file around one stream -----------------------------------------------------------

_SECTOR = 4096
_FREE, _CHAIN_END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST = 4096  # shorter streams are kept in another way


def _wrapped(name: str, stream: bytes) -> bytes:
    """An OLE file that holds one stream and nothing else: table, directory, stream."""
    stream = stream.ljust(_LEAST, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    tables = -(-(sectors + 2) // (_SECTOR // 4 - 1))
    first = tables + 1
    chain = [
        *[_TABLE] * tables,
        _CHAIN_END,
        *range(first + 1, first + sectors),
        _CHAIN_END,
    ]
    chain += [_FREE] * (tables * _SECTOR // 4 - len(chain))
    header = SIGNATURE + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<9I", 1, tables, tables, 0, _LEAST, _CHAIN_END, 0, _CHAIN_END, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    # python-calamine wants the root to begin somewhere, though it holds nothing.
    directory = _entry("Root Entry", 5, 1, tables, 0) + _entry(name, 2, _FREE, first, len(stream))
    return b"".join(
        (
            header.ljust(_SECTOR, b"\0"),
            struct.pack(f"<{len(chain)}I", *chain),
            directory.ljust(_SECTOR, b"\0"),
            stream.ljust(sectors * _SECTOR, b"\0"),
        )
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
