"""How the sheets of an .xls look, from the records that python-calamine is not given ([MS-XLS]).

Not told: whether a drawn object is hidden; conditional formats of the newer kind (CF12); and of
Excel 95 and older, what lies over the cells and which runs of a text are struck through.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Container as Holds
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from workbook_tools.cells import Area, cell_name
from workbook_tools.excel.read.colours import WHITE, indexed, is_faint
from workbook_tools.excel.read.format_code import BUILT_IN, GENERAL, TEXT
from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.number_format import displayed
from workbook_tools.excel.read.page_words import words
from workbook_tools.excel.read.shown import (
    PLAIN,
    Hides,
    Look,
    OverlayKind,
    OverlayList,
    Overlays,
    Struck,
)
from workbook_tools.excel.read.values import Value
from workbook_tools.excel.read.xls import (
    CELLS,
    CONTINUE,
    ERROR,
    FORMULA,
    MANY_NUMBERS,
    SHARED_TEXT,
    SHEET,
    TEXTS,
    records,
    shared_texts,
)

_FONT, _FORMAT, _XF, _DATES, _PALETTE = 0x31, 0x41E, 0xE0, 0x22, 0x92
_ROW, _COLUMNS, _USUAL_ROW, _WINDOW = 0x208, 0x7D, 0x225, 0x23E
_CONDITIONAL, _CONDITION = 0x1B0, 0x1B1
_DRAWING, _OBJECT, _TEXT, _NOTE = 0xEC, 0x5D, 0x1B6, 0x1C
_HEAD, _FOOT, _OTHER_HEADS = 0x14, 0x15, 0x89C
_HATCHED = 2  # patterns of the ground from here on; 0 is none, 1 one colour
_STRIKES, _HIDDEN_ROW, _ZEROS = 0x08, 0x20, 0x10
_ANCHOR = re.compile(rb"\x10\xf0\x12\0\0\0..(..)..(..)", re.DOTALL)
# Kinds of objects: lines and areas; chart and picture; buttons, boxes and captions; a note's box.
_LINES = (1, 2, 3, 4, 9, 0x1E)
_PICTURES = (5, 8)
_CONTROLS = (7, 0x0B, 0x0C, 0x0E, 0x13)
_NOTE_BOX = 0x19
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
Spot = tuple[int, int]


@dataclass(slots=True)
class _Formats:
    """Fonts and cell formats of the workbook."""

    struck_fonts: list[bool] = field(default_factory=list)
    colours: list[int] = field(default_factory=list)
    palette: list[str] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    # Of each cell format: font, number format, pattern and colour of the ground.
    cells: list[tuple[int, int, int, int]] = field(default_factory=list)

    def is_struck(self, font: int) -> bool:
        at = font - (font > 4)  # there is no font number 4
        return at < len(self.struck_fonts) and self.struck_fonts[at]

    def code(self, cell: int) -> str:
        number = self.cells[cell][1] if cell < len(self.cells) else 0
        return self.codes.get(number, GENERAL)

    def font(self, cell: int) -> int:
        return self.cells[cell][0] if cell < len(self.cells) else 0

    def is_invisible(self, cell: int) -> bool:
        """White letters on no ground, or letters in the colour of theirs."""
        if cell >= len(self.cells):
            return False
        font, _, pattern, ground = self.cells[cell]
        at = font - (font > 4)
        colour = self.colours[at] if at < len(self.colours) else -1
        below = indexed(ground, self.palette) if pattern else WHITE
        return pattern < _HATCHED and is_faint(indexed(colour, self.palette), below)


class XlsLooks:
    """What the sheets of one workbook share."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream

    def look(self, sheet: str) -> Look:
        """How one sheet looks."""
        start = self._book.sheets.get(sheet)
        return PLAIN if start is None else _XlsLook(self._stream, start, self._book)

    @cached_property
    def _book(self) -> _Book:
        return _Book(self._stream)


class _Book:
    """Sheets, formats and shared texts of the workbook."""

    def __init__(self, stream: bytes) -> None:
        self.sheets: dict[str, int] = {}
        self.formats = _Formats()
        self.from_1904 = False
        self._texts: list[bytes] = []
        last = 0
        with suppress(UnreadableError, struct.error, IndexError):
            for kind, content in records(stream, 0):
                self._take(TEXTS if kind == CONTINUE and last == TEXTS else kind, content)
                last = kind if kind != CONTINUE else last

    def _take(self, kind: int, content: bytes) -> None:
        formats = self.formats
        if kind == SHEET:
            self.sheets[_string(content[6:], short=True)] = int.from_bytes(content[:4], "little")
        elif kind == TEXTS:
            self._texts.append(content)
        elif kind == _FONT:
            _, flags, colour = struct.unpack_from("<HHH", content)
            formats.struck_fonts.append(bool(flags & _STRIKES))
            formats.colours.append(colour)
        elif kind == _PALETTE:
            count = int.from_bytes(content[:2], "little")
            starts = range(2, 2 + 4 * count, 4)
            formats.palette = [content[at : at + 3].hex().upper() for at in starts]
        elif kind == _FORMAT:
            formats.codes[int.from_bytes(content[:2], "little")] = _string(content[2:])
        elif kind == _XF:
            font, number = struct.unpack_from("<HH", content)
            border, ground = struct.unpack_from("<IH", content, 14) if len(content) > 19 else (0, 0)
            formats.cells.append((font, number, border >> 26, ground & 0x7F))
        elif kind == _DATES:
            self.from_1904 = content[:1] == b"\1"

    @cached_property
    def texts(self) -> list[tuple[str, bytes]]:
        """The shared texts, each with its runs; read only where a font strikes through."""
        found = []
        with suppress(UnreadableError, struct.error, IndexError):
            for _, pieces, runs in shared_texts(self._texts):
                found.append(("".join(_decoded(letters, wide) for letters, wide in pieces), runs))
        return found


class _XlsLook(Look):
    def __init__(self, stream: bytes, start: int, book: _Book) -> None:
        self._stream, self._start = stream, start
        self._book = book

    @cached_property
    def _seen(self) -> _Sheet:
        sheet = _Sheet(self._book)
        with suppress(UnreadableError, struct.error, IndexError):
            for kind, content in records(self._stream, self._start):
                sheet.take(kind, content)
        sheet.end_object()
        return sheet

    @property
    def is_plain(self) -> bool:
        seen, formats = self._seen, self._book.formats
        return not (
            seen.struck
            or seen.unsure
            or seen.no_zeros
            or any(
                formats.code(number) not in (GENERAL, TEXT)
                or formats.is_invisible(number)
                or formats.is_struck(formats.font(number))
                for number in set(seen.formats.values())
            )
        )

    @property
    def hidden_rows(self) -> Holds[int]:
        return self._seen.hidden_rows

    @property
    def hidden_cols(self) -> Holds[int]:
        return self._seen.hidden_cols

    @property
    def overlays(self) -> Overlays:
        return self._seen.overlays.overlays()

    def has_formula(self, row: int, col: int) -> bool:
        return (row, col) in self._seen.formulas

    @property
    def errors(self) -> Mapping[Spot, str]:
        return self._seen.errors

    def struck(self, row: int, col: int, text: str) -> Struck | None:
        if (row, col) in self._seen.struck:
            return self._seen.struck[row, col]
        font = self._book.formats.font(self._seen.formats.get((row, col), 0))
        rich = (row, col) in self._seen.rich
        whole = text.strip() and not rich and self._book.formats.is_struck(font)
        return Struck("", text) if whole else None

    def displayed(self, row: int, col: int, value: Value) -> str | None:
        if self._seen.no_zeros and value == 0 and value is not False:
            return ""
        code = self._book.formats.code(self._seen.formats.get((row, col), 0))
        return displayed(value, code, from_1904=self._book.from_1904)

    def hides(self, row: int, col: int) -> Hides:
        if self._book.formats.is_invisible(self._seen.formats.get((row, col), 0)):
            return Hides.YES
        for area in self._seen.unsure:
            if area.row <= row <= area.last_row and area.col <= col <= area.last_col:
                return Hides.UNSURE
        return Hides.NO


class _Sheet:
    """What the records of one sheet say."""

    def __init__(self, book: _Book) -> None:
        self.hidden_rows: set[int] = set()
        self.hidden_cols: set[int] = set()
        self.formats: dict[Spot, int] = {}
        self.struck: dict[Spot, Struck] = {}
        self.rich: set[Spot] = set()
        self.unsure: list[Area] = []
        self.no_zeros = False
        self.errors: dict[Spot, str] = {}
        self.formulas: set[Spot] = set()
        self.overlays = OverlayList()
        self._book = book
        self._reads_runs = any(book.formats.struck_fonts)
        self._anchor: str | None = None
        self._object = 0, 0  # kind and number of the last object
        self._text: _BoxText | None = None
        self._is_drawn = True
        self._bare: list[str | None] = []  # where a drawn object is that has no text so far
        self._notes: dict[int, str] = {}
        self._areas: list[Area] = []

    def take(self, kind: int, content: bytes) -> None:
        """One record."""
        if kind == CONTINUE:
            if self._text is not None and self._text.add(content):
                self._end_text(self._text.text)
        elif kind in CELLS:
            self._cell(kind, content)
        elif kind == _ROW and len(content) > 13:
            (row, _, _, height) = struct.unpack_from("<HHHH", content)
            if content[12] & _HIDDEN_ROW or not height & 0x7FFF:
                self.hidden_rows.add(row)
        elif kind == _COLUMNS and len(content) > 9:
            first, last, width, _, flags = struct.unpack_from("<HHHHH", content)
            if flags & 1 or not width:
                self.hidden_cols.update(range(first, min(last, 255) + 1))
        elif kind == _WINDOW:
            self.no_zeros = not content[0] & _ZEROS
        elif kind == _CONDITIONAL:
            self._areas = list(_ranges(content[12:]))
        elif kind == _CONDITION and _may_hide(content):
            self.unsure.extend(self._areas)
        elif kind in (_DRAWING, _OBJECT, _TEXT, _NOTE):
            self._over(kind, content)
        elif kind in (_HEAD, _FOOT) and content:
            self._head(_string(content))
        elif kind == _OTHER_HEADS and len(content) > 38:
            self._other_heads(content)

    def _head(self, code: str) -> None:
        """The head or foot of the printed pages."""
        if text := words(code):
            self.overlays.add(OverlayKind.PAGE, None, text)

    def _other_heads(self, content: bytes) -> None:
        """Those of even pages and of the first one, where these have their own."""
        flags, *lengths = struct.unpack_from("<5H", content, 28)
        at = 38
        for length, flag in zip(lengths, (1, 1, 2, 2), strict=True):
            if length:
                wide = content[at + 2] & 1
                end = at + 3 + length * (1 + wide)
                if flags & flag:
                    self._head(_string(content[at:end]))
                at = end

    def _cell(self, kind: int, content: bytes) -> None:
        row, col, number = struct.unpack_from("<HHH", content)
        if kind == MANY_NUMBERS:
            for at, (number, _) in enumerate(struct.iter_unpack("<HI", content[4:-2])):
                self.formats[row, col + at] = number
            return
        self.formats[row, col] = number
        if kind == ERROR and content[7:8] == b"\1":
            self.errors[row, col] = _ERRORS.get(content[6], "#?")
        elif kind == FORMULA:
            self.formulas.add((row, col))
            if content[12:14] == b"\xff\xff" and content[6] == 2:
                self.errors[row, col] = _ERRORS.get(content[8], "#?")
        if kind == SHARED_TEXT and self._reads_runs:
            self._runs((row, col), int.from_bytes(content[6:10], "little"), number)

    def _runs(self, spot: Spot, index: int, cell: int) -> None:
        """The runs of a shared text: before the first one the cell's own font counts."""
        texts = self._book.texts
        if index >= len(texts) or not texts[index][1]:
            return
        text, runs = texts[index]
        self.rich.add(spot)
        starts = [(0, self._book.formats.font(cell)), *struct.iter_unpack("<HH", runs)]
        kept = struck = ""
        for (begin, font), (end, _) in zip(starts, [*starts[1:], (len(text), 0)], strict=True):
            if self._book.formats.is_struck(font):
                struck += text[begin:end]
            else:
                kept += text[begin:end]
        if struck.strip():
            self.struck[spot] = Struck(kept, struck)

    # -- what lies over the cells -------------------------------------------------------------

    def _over(self, kind: int, content: bytes) -> None:
        if kind == _DRAWING:
            if anchors := _ANCHOR.findall(content):
                col, row = (int.from_bytes(place, "little") for place in anchors[-1])
                self._anchor = cell_name(row, col)
                self._is_drawn = _is_drawn(content)
        elif kind == _OBJECT and len(content) > 7:
            _, _, what, number = struct.unpack_from("<HHHH", content)
            self._object = what, number
            self.end_object()
            self._bare = [self._anchor] if what in _LINES and self._is_drawn else []
            if what in _PICTURES:
                self.overlays.add(OverlayKind.PICTURE, self._anchor, "")
        elif kind == _TEXT and len(content) > 13:
            (letters,) = struct.unpack_from("<H", content, 10)
            self._text = _BoxText(letters) if letters else None
        elif kind == _NOTE and len(content) > 7:
            row, col, _, number = struct.unpack_from("<HHHH", content)
            self.overlays.add_note(cell_name(row, col), self._notes.get(number, ""))

    def end_object(self) -> None:
        """A line or an area that no text followed: drawn through a text it strikes it out."""
        for cell in self._bare:
            self.overlays.add(OverlayKind.LINE, cell, "")
        self._bare = []

    def _end_text(self, text: str) -> None:
        self._text = None
        what, number = self._object
        if what == _NOTE_BOX:
            self._notes[number] = text
        elif text.strip():
            self._bare = []
            kind = OverlayKind.CONTROL if what in _CONTROLS else OverlayKind.SHAPE
            self.overlays.add(kind, self._anchor, text.strip())


class _BoxText:
    """The text of a box, which comes in the records behind it."""

    def __init__(self, letters: int) -> None:
        self.text = ""
        self._left = letters

    def add(self, content: bytes) -> bool:
        """Take in one more record; whether that was all."""
        piece = _decoded(content[1:], bool(content[:1] == b"\1"))[: self._left]
        self.text += piece
        self._left -= len(piece)
        return not self._left or not piece


# The properties of a drawn object ([MS-ODRAW] 2.3.7.43, 2.3.8.38): of a kind, the bit that says it
# has ground or outline, and the one that says that this is told.
_INK = {0x1BF: (0x10, 0x10_0000), 0x1FF: (0x08, 0x08_0000)}
_PROPERTIES = re.compile(rb"\x0b\xf0(..)\0\0", re.DOTALL)


def _is_drawn(content: bytes) -> bool:
    """Whether the last object of a drawing has an outline or a ground; usually it has both."""
    *_, last = (None, *_PROPERTIES.finditer(content))
    if last is None:
        return True
    length = int.from_bytes(last[1], "little")
    listed = content[last.end() : last.end() + length // 6 * 6]
    inks = []
    for kind, value in struct.iter_unpack("<HI", listed[: len(listed) // 6 * 6]):
        if kind in _INK:
            is_set, is_told = _INK[kind]
            inks.append(not value & is_told or bool(value & is_set))
    return len(inks) < len(_INK) or any(inks)


def _may_hide(content: bytes) -> bool:
    """Whether a condition sets a number format, strikes through, or makes letters white."""
    (flags,) = struct.unpack_from("<I", content, 6)
    if flags & 0x0200_0000:
        return True
    if not flags & 0x0400_0000:
        return False
    font = content[12:]
    (styles,), (colour,), (unset,) = (struct.unpack_from("<I", font, at) for at in (68, 80, 88))
    return bool(styles & ~unset & 0x80) or is_faint(indexed(colour), WHITE)


def _ranges(content: bytes) -> Iterator[Area]:
    count = int.from_bytes(content[:2], "little")
    for top, bottom, left, right in struct.iter_unpack("<HHHH", content[2 : 2 + 8 * count]):
        if top <= bottom and left <= right:
            yield Area(top, left, bottom - top + 1, right - left + 1)


def _string(content: bytes, *, short: bool = False) -> str:
    """A string behind its length (one byte or two) and its flags."""
    size = 1 if short else 2
    letters = int.from_bytes(content[:size], "little")
    wide = content[size : size + 1] == b"\1"
    return _decoded(content[size + 1 :], wide)[:letters]


def _decoded(letters: bytes, wide: bool) -> str:
    return (
        letters[: len(letters) // 2 * 2].decode("utf-16-le", "replace")
        if wide
        else (letters.decode("latin-1"))
    )
