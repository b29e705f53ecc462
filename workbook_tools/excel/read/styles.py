"""The formats of an .xlsx, as far as they make a cell look otherwise than what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from workbook_tools.excel.read.colours import BLACK, WHITE, indexed, is_faint
from workbook_tools.excel.read.format_code import BUILT_IN, GENERAL, TEXT
from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.markup import Walker, walk

_PLAIN = (GENERAL, TEXT)
_KEPT = 256 * 1024  # a larger part is not remembered; ours has 6 kB, a rich workbook's 60
_LEAST_SIZE = 4.0  # points: smaller letters are dots, 1 is what people hide a text with
_THEME = {"0": 1.0, "1": 0.0}  # how light: white and black; the others differ from file to file


@dataclass(frozen=True)
class OddFormats:
    """Numbers of cell formats (the ``s`` of a cell) that are anything but plain.

    ``codes``: their number format, where it is neither General nor text; ``invisible``: letters in
    the colour of the ground, or of no size; ``hiding``: numbers of differential formats (``dxfId``)
    that a conditional format may hide, change or strike a content with.
    """

    codes: Mapping[int, str] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()
    invisible: frozenset[int] = frozenset()
    hiding: frozenset[int] = frozenset()

    @property
    def odd(self) -> frozenset[int]:
        """Every cell format that is not plain."""
        return self.struck | self.invisible | self.codes.keys()


def styles_of(xml: bytes) -> OddFormats:
    """The formats of ``xl/styles.xml``; plain ones where it cannot be read."""
    return _remembered(xml) if len(xml) < _KEPT else _read(xml)


@lru_cache(maxsize=16)
def _remembered(xml: bytes) -> OddFormats:
    return _read(xml)


# What a part of plain formats alone never holds: strikes, other number formats, letters that may
# be light and grounds that may be dark without a colour written out.
_ODD = re.compile(
    rb'strike|[<:]color [^<>]*?theme="0"|theme="1"\s+tint|tint="[^"]*"\s+theme="1"'
    rb'|fgColor [^<>]*?(?:theme|indexed)=|[<:]color [^<>]*?indexed="(?!64")'
    rb'|[<:]sz val="[0-3][".]|formatCode="(?!@"|General")|numFmtId="(?!0"|49"|[0-9]{3,}")'
)
_GROUNDS = re.compile(rb'[<:][fb]gColor [^<>]*?rgb="([^"]*)"')
_LETTERS = re.compile(rb'[<:]color [^<>]*?rgb="([^"]*)"')


def _may_be_odd(xml: bytes) -> bool:
    """A quick look; colours that are written out are compared, each with each."""
    if b"'" in xml[200:] or _ODD.search(xml):
        return True
    grounds = {WHITE, *(colour.decode()[-6:].upper() for colour in _GROUNDS.findall(xml))}
    letters = {BLACK, *(colour.decode()[-6:].upper() for colour in _LETTERS.findall(xml))}
    return any(is_faint(letter, ground) for letter in letters for ground in grounds)


def _read(xml: bytes) -> OddFormats:
    if not _may_be_odd(xml):
        return OddFormats()
    lists = _Lists()
    with suppress(UnreadableError, ValueError):  # a cell is read even where its format is broken
        walk(xml, lists)
    return lists.styles()


_LISTS = ("numFmts", "fonts", "fills", "cellStyleXfs", "cellXfs", "dxfs")


class _Lists(Walker):
    """The lists of a styles part: fonts, fills, number formats, and the cell formats of them."""

    def __init__(self) -> None:
        self._list = ""
        self._codes = dict(BUILT_IN)
        self._fonts: list[_Font] = []
        self._fills: list[str | None] = []
        self._formats: list[tuple[int, int, int]] = []  # number format, font, fill
        self._hiding: list[bool] = []
        self._letters, self._ground = BLACK, WHITE  # of the differential format that is open

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _LISTS:
            self._list = tag
        elif self._list == "numFmts" and tag == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", GENERAL)
        elif self._list == "fonts":
            self._font(tag, attributes)
        elif self._list == "fills":
            self._fill(tag, attributes)
        elif self._list == "cellXfs" and tag == "xf":
            ids = (attributes.get(name, "0") for name in ("numFmtId", "fontId", "fillId"))
            number, font, fill = map(int, ids)
            self._formats.append((number, font, fill))
        elif self._list == "dxfs":
            self._differential(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == self._list:
            self._list = ""
        elif tag == "dxf" and self._hiding:
            self._hiding[-1] |= is_faint(self._letters, self._ground)

    def _font(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "font":
            self._fonts.append(_Font())
        elif tag == "strike":
            self._fonts[-1].struck = is_on(attributes)
        elif tag == "color":
            self._fonts[-1].colour = _colour(attributes)
        elif tag == "sz":
            self._fonts[-1].size = float(attributes.get("val", "11"))

    def _fill(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "fill":
            self._fills.append(None)
        elif tag == "patternFill" and attributes.get("patternType", "none") == "none":
            self._fills[-1] = WHITE
        elif tag == "patternFill" and attributes.get("patternType") == "solid":
            self._fills[-1] = BLACK
        elif tag == "fgColor" and self._fills[-1] is not None:
            self._fills[-1] = _colour(attributes)

    def _differential(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "dxf":
            self._hiding.append(False)
            self._letters, self._ground = BLACK, WHITE
        elif tag == "numFmt":
            self._hiding[-1] |= attributes.get("formatCode", GENERAL) not in _PLAIN
        elif tag == "strike":
            self._hiding[-1] |= is_on(attributes)
        elif tag in ("color", "bgColor"):  # a solid ground has its colour there
            if tag == "color":
                self._letters = _colour(attributes)
            else:
                self._ground = _colour(attributes)

    def styles(self) -> OddFormats:
        """What is not plain."""
        codes: dict[int, str] = {}
        struck, invisible = set(), set()
        for at, (number, font_id, fill_id) in enumerate(self._formats):
            code = self._codes.get(number, GENERAL)
            if code not in _PLAIN:
                codes[at] = code
            font = self._fonts[font_id] if font_id < len(self._fonts) else _Font()
            if font.struck:
                struck.add(at)
            ground = self._fills[fill_id] if fill_id < len(self._fills) else WHITE
            unseen = ground is not None and is_faint(font.colour, ground)
            if unseen or font.size < _LEAST_SIZE:
                invisible.add(at)
        hiding = frozenset(at for at, hides in enumerate(self._hiding) if hides)
        return OddFormats(codes, frozenset(struck), frozenset(invisible), hiding)


@dataclass(slots=True)
class _Font:
    struck: bool = False
    colour: str = BLACK
    size: float = 11.0


def _colour(attributes: Mapping[str, str]) -> str:
    """``FF0000``; a colour that only the theme knows by its number and tint."""
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    if attributes.get("indexed", "").isdecimal():
        return indexed(int(attributes["indexed"]))
    if attributes.get("theme") in _THEME:
        light, tint = _THEME[attributes["theme"]], float(attributes.get("tint", "0"))
        shade = round(255 * (light * (1 + tint) if tint < 0 else light * (1 - tint) + tint))
        return f"{min(max(shade, 0), 255):02X}" * 3
    return repr(sorted(attributes.items()))


def is_white(attributes: Mapping[str, str]) -> bool:
    """Letters of this colour are not seen on paper."""
    return is_faint(_colour(attributes), WHITE)


_RUN_THEME = re.compile(rb'[<:]color [^<>]*?theme="0"')


def may_alter_runs(xml: bytes) -> bool:
    """A quick look at texts in runs: whether one may be struck through, or white."""
    if b"strike" in xml:
        return True
    if b"color " not in xml:
        return False
    colours = {colour.decode()[-6:].upper() for colour in _LETTERS.findall(xml)}
    return any(is_faint(colour, WHITE) for colour in colours) or bool(_RUN_THEME.search(xml))


def is_on(attributes: Mapping[str, str]) -> bool:
    """Whether a switch like ``<strike/>`` is on."""
    return attributes.get("val", "1") in ("1", "true")
