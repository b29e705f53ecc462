"""How the sheets of an .xlsx look. Each thing is looked for when it is asked for, once a sheet."""

from __future__ import annotations

import re
from collections.abc import Container as Holds
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import NamedTuple

from workbook_tools.cells import Area, cell_name, parse_cell
from workbook_tools.excel.read.format_code import GENERAL
from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.markup import Walker, walk
from workbook_tools.excel.read.number_format import displayed
from workbook_tools.excel.read.overlays_xlsx import overlays_of
from workbook_tools.excel.read.parts import Container
from workbook_tools.excel.read.shown import Hides, Look, Overlays, Struck
from workbook_tools.excel.read.styles import (
    OddFormats,
    is_on,
    is_white,
    may_alter_runs,
    styles_of,
)
from workbook_tools.excel.read.values import Value

_PREFIX = rb"<(?:[A-Za-z0-9]+:)?"
_SMALL = (b"0", b"1.", b"1'", b'1"', b"2.", b"2'", b'2"')  # of a row's height
# What a row that is hidden, or has no height, is written with; others may be.
_HIDING = (
    b"hidden=",
    *(b"ht=%s%s" % (mark, size) for mark in (b'"', b"'") for size in _SMALL),
)
_ROW = re.compile(rb"row(?:\s([^<>]*))?>")  # begins with letters: three times as fast
_COL = re.compile(_PREFIX + rb"col\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"([A-Za-z]+)\s*=\s*[\"']([^\"']*)[\"']")
_FORMULA = re.compile(rb"<c [^<>]*(?<!/)>\s*<f[\s/>]")
_ANY_FORMULA = re.compile(_PREFIX + rb"c\s([^<>]*)(?<!/)>\s*" + _PREFIX + rb"f[\s/>]")
_ERRORS = (b't="e"', b"t='e'")
_ERROR = re.compile(
    _PREFIX
    + rb"c(?=\s[^<>]*?(?<=\s)t=[\"']e[\"'])\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']"
    rb"[^<>]*>\s*(?:"
    + _PREFIX
    + rb"f(?:\s[^<>]*)?(?:/>|>[^<>]*</[^<>]*>)\s*)?"
    + _PREFIX
    + rb"v(?:\s[^<>]*)?>(#[^<>]{1,20})<"
)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_LEAST = 0.5  # characters of a column: below it nothing can be seen
_LEAST_HEIGHT = 3.0  # points of a row that somebody dragged nearly shut
_MOST_COLS = 16_384
Spot = tuple[int, int]


class _Run(NamedTuple):
    """A piece of a text; ``own``: it has a font of its own, otherwise the cell's counts.

    ``faint``: its letters are as white as the paper.
    """

    text: str
    own: bool
    struck: bool
    faint: bool


class _AllBut:
    """Every row or column that is not named."""

    def __init__(self, shown: frozenset[int]) -> None:
        self._shown = shown

    def __contains__(self, number: object) -> bool:
        return number not in self._shown


class XlsxLooks:
    """What the sheets of one workbook share."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def look(self, sheet: str) -> Look:
        """How one sheet looks."""
        return _XlsxLook(self, self._container.parts, self._container.part_of(sheet))

    @cached_property
    def styles(self) -> OddFormats:
        """The cell formats."""
        return styles_of(self._container.parts.get("xl/styles.xml", b""))

    @cached_property
    def from_1904(self) -> bool:
        """Whether days are counted from 1904, as old Macs did."""
        xml = self._container.parts.get("xl/workbook.xml", b"")
        return re.search(rb"date1904=[\"'](?:1|true)", xml) is not None

    @cached_property
    def alters_runs(self) -> bool:
        """Whether a run of any shared text is struck through, or white."""
        return may_alter_runs(self._shared_xml)

    @cached_property
    def shared_texts(self) -> list[list[_Run]]:
        """The shared texts in runs."""
        texts = _Texts("si")
        with suppress(UnreadableError):
            walk(self._shared_xml, texts)
        return texts.found

    @property
    def _shared_xml(self) -> bytes:
        return self._container.parts.get("xl/sharedstrings.xml", b"")


class _XlsxLook(Look):
    def __init__(self, book: XlsxLooks, parts: Mapping[str, bytes], part: str) -> None:
        self._book = book
        self._parts = parts
        self._part = part
        self._xml = parts.get(part, b"")

    @cached_property
    def is_plain(self) -> bool:
        odd = self._formats or 0 in self._book.styles.odd
        return not (odd or self._struck or self._faint or self._unsure or self._no_zeros)

    def displayed(self, row: int, col: int, value: Value) -> str | None:
        if self._no_zeros and value == 0 and value is not False:
            return ""
        code = self._book.styles.codes.get(self._format(row, col), GENERAL)
        return displayed(value, code, from_1904=self._book.from_1904)

    def struck(self, row: int, col: int, text: str) -> Struck | None:
        found = self._struck.get((row, col))
        return Struck("", text) if found and not found.kept else found

    def hides(self, row: int, col: int) -> Hides:
        if self._format(row, col) in self._book.styles.invisible or (row, col) in self._faint:
            return Hides.YES
        for area in self._unsure:
            if area.row <= row <= area.last_row and area.col <= col <= area.last_col:
                return Hides.UNSURE
        return Hides.NO

    @cached_property
    def overlays(self) -> Overlays:
        return overlays_of(self._parts, self._part)

    def has_formula(self, row: int, col: int) -> bool:
        at = self._xml.find(b'<c r="%s"' % cell_name(row, col).encode())
        if at >= 0:
            return _FORMULA.match(self._xml, at) is not None
        return not self._is_usual and (row, col) in self._formulas

    @cached_property
    def _is_usual(self) -> bool:
        """All cells are written as Excel does: a tag without prefix, its place first."""
        cells = self._xml.count(b"<c ") + self._xml.count(b":c ")
        return self._xml.count(b'<c r="') == cells

    @cached_property
    def _formulas(self) -> frozenset[Spot]:
        """The cells with a formula, however they are written."""
        found = set()
        for written in _ANY_FORMULA.findall(self._xml):
            with suppress(ValueError):
                found.add(parse_cell(_attributes(written).get("r", "")))
        return frozenset(found)

    @cached_property
    def errors(self) -> Mapping[Spot, str]:
        if not any(mark in self._xml for mark in (_ERRORS[:1] if self._is_usual else _ERRORS)):
            return {}
        found = {}
        for name, shown in _ERROR.findall(self._xml):
            with suppress(ValueError):
                found[parse_cell(name.decode())] = shown.decode(errors="replace")
        return found

    # -- rows and columns ---------------------------------------------------------------------

    @cached_property
    def hidden_rows(self) -> Holds[int]:
        xml, (begin, end) = self._xml, self._rows
        usually_hidden = self._default(b"zeroHeight") in ("1", "true")
        if not usually_hidden and not any(xml.find(mark, begin, end) >= 0 for mark in _HIDING):
            return frozenset()
        hidden, shown = set[int](), set[int]()
        number = -1
        for match in _ROW.finditer(xml, begin, end):
            if xml[match.start() - 1 : match.start()] not in (b"<", b":"):
                continue
            facts = _attributes(match[1] or b"")
            number = int(facts["r"]) - 1 if facts.get("r", "").isdecimal() else number + 1
            (hidden if _is_hidden(facts, "ht") else shown).add(number)
        return _AllBut(frozenset(shown)) if usually_hidden else frozenset(hidden)

    @cached_property
    def hidden_cols(self) -> Holds[int]:
        begin = max(self._xml.find(b"cols>", 0, self._rows[0]), 0)
        hidden, shown = _columns(self._xml[begin : self._rows[0]])
        usual = self._default(b"defaultColWidth")
        return _AllBut(shown) if _too_small(usual) else hidden

    @cached_property
    def _rows(self) -> tuple[int, int]:
        """Where the rows begin and end."""
        return max(self._xml.find(b"sheetData"), 0), max(self._xml.rfind(b"sheetData"), 0)

    def _default(self, name: bytes) -> str:
        """An attribute of what stands before the rows: ``sheetFormatPr``, ``sheetView``."""
        at = self._xml.find(name, 0, self._rows[0])
        match = re.compile(name + rb"=[\"']([^\"']*)").match(self._xml, at) if at >= 0 else None
        return match[1].decode(errors="replace") if match else ""

    # -- formats ------------------------------------------------------------------------------

    @cached_property
    def _no_zeros(self) -> bool:
        return self._default(b"showZeros") in ("0", "false")

    def _format(self, row: int, col: int) -> int:
        """The number of a cell's format; that of a plain one may be given as 0."""
        return self._formats.get((row, col), 0)

    @cached_property
    def _formats(self) -> dict[Spot, int]:
        """The cells whose format is not plain, and its number.

        A cell that names no format has the first one; where that is not plain, all are told.
        """
        odd = self._book.styles.odd
        if not odd:
            return {}
        numbers = b"[0-9]+" if 0 in odd else b"|".join(b"%d" % number for number in sorted(odd))
        if not re.search(rb"\ss=[\"'](?:" + numbers + rb")[\"']", self._xml):
            return {}
        cells = re.compile(
            _PREFIX + rb"c(?=\s[^<>]*?(?<=\s)s=[\"'](" + numbers + rb")[\"'])"
            rb"\s[^<>]*?(?<=\s)r=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']"
        )
        return {parse_cell(name.decode()): int(number) for number, name in cells.findall(self._xml)}

    @cached_property
    def _unsure(self) -> list[Area]:
        """The areas of conditional formats that may hide, change or strike what a cell holds."""
        hiding, behind = self._book.styles.hiding, self._xml[self._rows[1] :]
        if not hiding and b"showValue" not in behind and b"x14:dxf" not in behind:
            return []
        return [
            area
            for areas, rules in _conditional(behind)
            if _may_hide(rules, hiding)
            for area in areas
        ]

    # -- strikes ------------------------------------------------------------------------------

    @property
    def _struck(self) -> Mapping[Spot, Struck]:
        """The cells of which something is struck through."""
        return self._altered[0]

    @property
    def _faint(self) -> frozenset[Spot]:
        """The cells of which some letters are white, and others not."""
        return self._altered[1]

    @cached_property
    def _altered(self) -> tuple[Mapping[Spot, Struck], frozenset[Spot]]:
        whole = self._book.styles.struck
        cells = 0 in whole or any(number in whole for number in self._formats.values())
        inside = b"rPr>" in self._xml and may_alter_runs(self._xml)
        if not cells and not self._book.alters_runs and not inside:
            return {}, frozenset()
        texts = _Texts("c", self._book.shared_texts)
        with suppress(UnreadableError):
            walk(self._xml, texts)
        struck, faint = {}, set()
        for spot, runs in zip(texts.spots, texts.found, strict=True):
            is_struck = self._format(*spot) in whole
            out = [run.text for run in runs if (run.struck if run.own else is_struck)]
            kept = [run for run in runs if not (run.struck if run.own else is_struck)]
            if "".join(out).strip():
                struck[spot] = Struck("".join(run.text for run in kept), "".join(out))
            if any(run.faint and run.text.strip() for run in kept):
                faint.add(spot)
        return struck, frozenset(faint)


class _Texts(Walker):
    """Texts in runs: the shared ones (``si``), or those of a sheet's cells (``c``)."""

    def __init__(self, unit: str, shared: list[list[_Run]] | None = None) -> None:
        self.found: list[list[_Run]] = []
        self.spots: list[Spot] = []
        self._unit, self._shared = unit, shared or []
        self._runs: list[_Run] = []
        self._place = ""
        self._is_shared = self._own = self._strikes = self._reads = self._phonetic = False
        self._faint = False
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == self._unit:
            self._runs = []
            self._is_shared = attributes.get("t") == "s"
            self._place = attributes.get("r", "")
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "r":
            self._own = self._strikes = self._faint = False
        elif tag == "rPr":
            self._own = True
        elif tag == "strike":
            self._strikes = is_on(attributes)
        elif tag == "color" and self._own:
            self._faint = is_white(attributes)
        elif tag in ("t", "v"):
            self._reads, self._text = not self._phonetic, []

    def text(self, text: str) -> None:
        if self._reads:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._phonetic = False
        elif tag == "r":
            self._own = self._strikes = self._faint = False
        elif tag in ("t", "v") and self._reads:
            self._reads = False
            self._add("".join(self._text))
        elif tag == self._unit:
            with suppress(ValueError):  # a cell that does not say where it is cannot be asked for
                self.spots.append(parse_cell(self._place) if tag == "c" else (0, 0))
                self.found.append(self._runs)

    def _add(self, text: str) -> None:
        if self._is_shared:
            with suppress(ValueError, IndexError):
                self._runs = self._shared[int(text)]
        else:
            written = _ESCAPED.sub(_letter, text)
            self._runs.append(_Run(written, self._own, self._strikes, self._faint))


def _letter(escaped: re.Match[str]) -> str:
    """``_x000D_`` → a line break; half of a letter of two is none."""
    number = int(escaped[1], 16)
    return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number)


# -- conditional formats --------------------------------------------------------------------------

_BLOCK = re.compile(
    rb"<((?:[A-Za-z0-9]+:)?)conditionalFormatting\b([^<>]*)>(.*?)</\1conditionalFormatting>",
    re.DOTALL,
)
_SQREF = re.compile(rb"sqref=[\"']([^\"']*)|<(?:[A-Za-z0-9]+:)?sqref>([^<]*)<")
_RULE_FORMAT = re.compile(rb"dxfId=[\"']([0-9]{1,6})[\"']")
_BARE = re.compile(rb"showValue=[\"'](?:0|false)|<x14:dxf>.*?(?:strike|numFmt )", re.DOTALL)


def _conditional(xml: bytes) -> Iterator[tuple[list[Area], bytes]]:
    """Areas and rules of every conditional format."""
    for _, attributes, rules in _BLOCK.findall(xml):
        for written in _SQREF.findall(attributes + b">" + rules):
            yield list(_areas((written[0] or written[1]).decode(errors="replace"))), rules


def _areas(written: str) -> Iterator[Area]:
    for piece in written.split():
        first, _, last = piece.partition(":")
        with suppress(ValueError):
            (top, left), (bottom, right) = parse_cell(first), parse_cell(last or first)
            yield Area(top, left, bottom - top + 1, right - left + 1)


def _may_hide(rules: bytes, hiding: frozenset[int]) -> bool:
    return any(int(number) in hiding for number in _RULE_FORMAT.findall(rules)) or (
        _BARE.search(rules) is not None
    )


@lru_cache(maxsize=64)  # all forms of a round have the same columns
def _columns(xml: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """The columns that are hidden, and the others that are named."""
    hidden, shown = set[int](), set[int]()
    for match in _COL.finditer(xml):
        facts = _attributes(match[1])
        with suppress(KeyError, ValueError):
            cols = range(int(facts["min"]) - 1, min(int(facts["max"]), _MOST_COLS))
            (hidden if _is_hidden(facts, "width") else shown).update(cols)
    return frozenset(hidden), frozenset(shown)


def _attributes(written: bytes) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(written.decode(errors="replace")))


def _is_hidden(facts: Mapping[str, str], size: str) -> bool:
    least = _LEAST_HEIGHT if size == "ht" else _LEAST
    return facts.get("hidden") in ("1", "true") or _too_small(facts.get(size, ""), least)


def _too_small(size: str, least: float = _LEAST) -> bool:
    try:
        return float(size) < least
    except ValueError:
        return False
