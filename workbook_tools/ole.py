"""OLE files: .xls as python-calamine may safely read it, and what a password protects.

An .xls is one stream of records. Those that hold cells are counted; those that only describe
(defined names, formulas, announced sizes) and end the process when they are wrong are blanked in a
copy, which is wrapped anew, so that exactly what was measured is read.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbook_tools.limits import (
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
    """An .xls made safe, or nothing where the content is protected."""

    data: bytes | None
    macros: bool = False
    links: bool = False


def examine(data: bytes) -> Ole:
    """Look at an OLE file. Raises UnreadableError with F001 or F007."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
            if "EncryptedPackage" in streams:
                return Ole(None)
            book = next((name for name in ("Workbook", "Book") if name in streams), None)
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
    except (struct.error, IndexError, StopIteration) as error:
        raise UnreadableError("F001", BROKEN) from error
    return Ole(safe, any("_VBA_PROJECT" in name for name in streams), biff.links)


def decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    """What a password protects. Raises UnreadableError with F002 where none fits."""
    import msoffcrypto

    rounds = re.findall(rb'spinCount="(\d+)"', data)
    if not any(len(one) > 7 or int(one) > MOST_ROUNDS for one in rounds):
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

_END, _FILE_PASS, _SHEET, _TEXTS, _CONTINUE = 0x0A, 0x2F, 0x85, 0xFC, 0x3C
_DIMENSIONS, _FORMULA, _MANY_NUMBERS, _SHARED_TEXT, _MERGED = 0x200, 0x06, 0xBD, 0xFD, 0xE5
_BOOK_LINK, _FORMULA_TEXT = 0x1AE, 0x207
# Row and column are the first two words of these.
_CELLS = frozenset({_FORMULA, _MANY_NUMBERS, _SHARED_TEXT, 0x203, 0x204, 0x205, 0x27E})
# Defined names and what they refer to: we have no use for them, a broken one ends the reading.
_BLANKED = frozenset({0x17, 0x18})
_BLANK = 0x5D0  # no record has this number


class _Biff:
    """The records of a workbook stream: walked as python-calamine walks them."""

    def __init__(self, stream: bytes) -> None:
        self._stream = bytearray(stream)
        self.protected = self.links = False
        self._sheets: list[int] = []
        self._lengths: list[int] = []  # bytes of each shared text
        self._cells = self._merged = self._text = 0
        texts: list[bytes] | None = None
        for kind, at, length in self._records(0):
            if kind == _TEXTS:
                texts = [stream[at : at + length]]
            elif kind == _CONTINUE and texts is not None:
                texts.append(stream[at : at + length])
            elif texts is not None:
                self._count_texts(texts)
                texts = None
            if kind == _FILE_PASS and stream[at : at + 2] != b"\0\0":
                self.protected = True
                return
            if kind == _SHEET:
                self._sheets.append(struct.unpack_from("<I", stream, at)[0])
            elif kind == _BOOK_LINK:
                self.links |= stream[at + 2 : at + 4] not in (b"\x01\x04", b"\x01\x3a")
            elif kind in _BLANKED:
                struct.pack_into("<H", self._stream, at - 4, _BLANK)
        if texts is not None:
            self._count_texts(texts)
        if len(self._sheets) > MOST_SHEETS:
            raise UnreadableError("F007", TOO_LARGE)

    def measured(self) -> bytes:
        """The stream with its sheets measured. Raises UnreadableError with F007."""
        for start in self._sheets:
            if start > len(self._stream):
                raise UnreadableError("F001", BROKEN)
            rows = cols = 0
            for kind, at, length in self._records(start):
                if kind in _CELLS and length >= 6:
                    row, col = struct.unpack_from("<HH", self._stream, at)
                    rows, cols = max(rows, row + 1), max(cols, col + 1 + length // 6 - 1)
                    self._cell(kind, at, length)
                elif kind == _DIMENSIONS:  # only announces, and would be believed
                    self._stream[at : at + length] = bytes(length)
                elif kind == _MERGED:
                    self._merged += length // 8
                    if length < 2 + 8 * int.from_bytes(self._stream[at : at + 2], "little"):
                        struct.pack_into("<H", self._stream, at - 4, _BLANK)
                elif kind == _FORMULA_TEXT:
                    self._text += 2 * length
            self._cells += rows * cols
            if self._cells > MOST_CELLS:
                raise UnreadableError("F007", TOO_FAR)
            if self._merged > MOST_MERGED:
                raise UnreadableError("F007", TOO_LARGE)
            if self._text > MOST_TEXT:
                raise UnreadableError("F007", TOO_MUCH_TEXT)
        return bytes(self._stream)

    def _cell(self, kind: int, at: int, length: int) -> None:
        if kind == _SHARED_TEXT and length >= 10:
            index = struct.unpack_from("<I", self._stream, at + 6)[0]
            self._text += self._lengths[index] if index < len(self._lengths) else 0
        elif kind == _FORMULA and length >= 22:
            struct.pack_into("<H", self._stream, at + 20, 0)  # the value alone is wanted

    def _records(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Kind, place and length of each record up to the end of a part."""
        at, last = start, len(self._stream) - 4
        while at <= last:
            kind, length = struct.unpack_from("<HH", self._stream, at)
            if kind == _END:
                return
            yield kind, at + 4, min(length, last - at)
            at += 4 + length

    def _count_texts(self, blocks: Sequence[bytes]) -> None:
        """The lengths of the shared texts, which may run on from block to block."""
        (count,) = struct.unpack_from("<I", blocks[0], 4)
        if count > MOST_TEXTS:
            raise UnreadableError("F007", TOO_LARGE)
        rest = iter(blocks)
        block, at = next(rest), 8
        for _ in range(count):
            if at >= len(block):
                block, at = next(rest, b""), 0
            letters, flags = struct.unpack_from("<HB", block, at)
            at += 3
            behind = 0
            if flags & 8:
                behind += 4 * int(struct.unpack_from("<H", block, at)[0])
                at += 2
            if flags & 4:
                behind += int(struct.unpack_from("<I", block, at)[0])
                at += 4
            self._lengths.append(letters * 3)
            width = 2 if flags & 1 else 1
            while letters:
                fit = min(letters, (len(block) - at) // width)
                letters, at = letters - fit, at + fit * width
                if letters:  # goes on in the next block, which says anew how wide letters are
                    block, at = next(rest), 1
                    width = 2 if block[0] & 1 else 1
            while behind > len(block) - at:
                behind -= len(block) - at
                block, at = next(rest), 0
            at += behind


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
