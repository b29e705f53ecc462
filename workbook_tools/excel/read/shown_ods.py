"""How the sheets of an .ods look. LibreOffice writes beside each number what the cell shows of it.

Not told by the format: what a number format adds to a text, and whether a drawn object is hidden.
A tab in a cell with several lines is lost by LibreOffice itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Container as Holds
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from workbook_tools.cells import Area, cell_name, parse_cell
from workbook_tools.excel.read.limits import MOST_CELLS, UnreadableError
from workbook_tools.excel.read.markup import Walker, walk
from workbook_tools.excel.read.page_words import own_words
from workbook_tools.excel.read.parts import Container
from workbook_tools.excel.read.shown import (
    Hides,
    Look,
    OverlayKind,
    OverlayList,
    Overlays,
    Struck,
)
from workbook_tools.excel.read.styles_ods import PROPERTIES, OdsStyles
from workbook_tools.excel.read.values import Value, as_text

Spot = tuple[int, int]
_MENDED = re.compile(rb"<text:(?:tab|line-break|ruby)\b|<draw:")


class OdsLooks:
    """What the sheets of one workbook share: they are read together."""

    def __init__(self, container: Container) -> None:
        self._parts = container.parts

    def look(self, sheet: str) -> Look:
        """How one sheet looks."""
        return _OdsLook(sheet, lambda: self._sheets.get(sheet, _Sheet()), self._mends)

    @cached_property
    def _mends(self) -> bool:
        """Whether a text may hold what python-calamine reads otherwise."""
        return _MENDED.search(self._parts["content.xml"]) is not None

    @cached_property
    def _sheets(self) -> Mapping[str, _Sheet]:
        content = _Content()
        for part in ("styles.xml", "content.xml"):
            with suppress(UnreadableError, ValueError):
                walk(self._parts.get(part, b"<none/>"), content)
        return content.sheets


class _Ranges:
    """Numbers of rows or columns, as many as the sheet says."""

    def __init__(self) -> None:
        self._ranges: list[range] = []

    def add(self, first: int, last: int) -> None:
        self._ranges.append(range(first, last))

    def __contains__(self, number: object) -> bool:
        return any(number in known for known in self._ranges)


@dataclass
class _Sheet:
    """What was seen of one sheet.

    ``shown``: what numbers and dates show, where it is not the plain number; ``texts``: texts as
    they are, where python-calamine reads them otherwise.
    """

    shown: dict[Spot, str] = field(default_factory=dict)
    texts: dict[Spot, str] = field(default_factory=dict)
    struck: dict[Spot, Struck] = field(default_factory=dict)
    invisible: set[Spot] = field(default_factory=set)
    unsure: list[Area] = field(default_factory=list)
    rows: _Ranges = field(default_factory=_Ranges)
    cols: _Ranges = field(default_factory=_Ranges)
    errors: dict[Spot, str] = field(default_factory=dict)
    formulas: set[Spot] = field(default_factory=set)
    overlays: OverlayList = field(default_factory=OverlayList)


class _OdsLook(Look):
    def __init__(self, sheet: str, read: Callable[[], _Sheet], mends: bool) -> None:
        self._sheet = sheet
        self._read = read
        self._mends = mends

    @cached_property
    def _seen(self) -> _Sheet:
        return self._read()

    @property
    def is_plain(self) -> bool:
        seen = self._seen
        return not (seen.shown or seen.struck or seen.invisible or seen.unsure)

    @property
    def hidden_rows(self) -> Holds[int]:
        return self._seen.rows

    @property
    def hidden_cols(self) -> Holds[int]:
        return self._seen.cols

    @property
    def overlays(self) -> Overlays:
        return self._seen.overlays.overlays()

    def has_formula(self, row: int, col: int) -> bool:
        return (row, col) in self._seen.formulas

    @property
    def errors(self) -> Mapping[Spot, str]:
        return self._seen.errors

    @property
    def texts(self) -> Mapping[Spot, str]:
        return self._seen.texts if self._mends else {}

    def struck(self, row: int, col: int, text: str) -> Struck | None:
        return self._seen.struck.get((row, col))

    def displayed(self, row: int, col: int, value: Value) -> str | None:
        return self._seen.shown.get((row, col), as_text(value))

    def hides(self, row: int, col: int) -> Hides:
        if (row, col) in self._seen.invisible:
            return Hides.YES
        for area in self._seen.unsure:
            if area.row <= row <= area.last_row and area.col <= col <= area.last_col:
                return Hides.UNSURE
        return Hides.NO


# -- content --------------------------------------------------------------------------------------

_SHAPES = (
    *("frame", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "path"),
    *("regular-polygon", "connector", "caption", "measure", "control"),
)
_LINES = ("line", "polyline", "connector", "measure")
_DRAWN = tuple(tag for tag in _SHAPES if tag not in ("frame", "control"))
_PAGE_EDGES = tuple(
    f"{edge}{pages}" for edge in ("header", "footer") for pages in ("", "-left", "-first")
)
# What LibreOffice fills in: name of the sheet, page, date.
_FIELDS = (
    *("sheet-name", "page-number", "page-count", "page-continuation"),
    *("date", "time", "title", "file-name"),
)


@dataclass(slots=True)
class _Piece:
    """A text being gathered, of a cell, a note or a shape: runs, and whether each is struck."""

    runs: list[tuple[str, bool]] = field(default_factory=list)
    paragraphs: int = 0
    picture: bool = False
    caption: str = ""
    style: str = ""
    mended: bool = False

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


class _Content(Walker):
    """Styles, then the tables cell by cell with what lies over them."""

    def __init__(self) -> None:
        self.sheets: dict[str, _Sheet] = {}
        self._styles = OdsStyles()
        self._formats = False  # inside a number format for texts
        self._captions: dict[str, str] = {}  # of form controls
        self._sheet = _Sheet()
        self._depth = 0  # of tables in tables
        self._row = self._col = self._rows = self._cols = 0
        self._col_styles: list[tuple[int, str]] = []  # up to which column, which style
        self._cell = _Piece()
        self._pieces: list[_Piece] = []
        self._spans: list[bool | None] = []
        self._attributes: Mapping[str, str] = {}
        self._silent = 0  # inside what is no text of its own: readings, dates, authors
        self._areas: list[Area] = []
        self._heads = _Heads()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._heads.start(tag, attributes)
        if tag == "style" and "family" in attributes:
            self._styles.add(attributes)
        elif tag in PROPERTIES:
            self._styles.describe(tag, attributes)
        elif tag == "text-style":
            self._styles.add_format(attributes.get("name", ""))
            self._formats = True
        elif tag == "text-content" and self._formats:
            self._styles.show_text(None)
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._begin_sheet(attributes.get("name", ""), attributes.get("style-name", ""))
        elif tag in ("condition", "conditional-format"):
            self._condition(tag, attributes)
        elif tag in ("button", "checkbox", "radio", "frame") and "label" in attributes:
            mark = "☑" if attributes.get("current-state") == "checked" else ""
            self._captions[attributes.get("id", "")] = mark + attributes["label"]
        elif self._depth == 1:
            self._inside(tag, attributes)

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        """Inside a sheet."""
        if tag == "table-column":
            self._column(attributes)
        elif tag == "table-row":
            self._begin_row(attributes)
        elif tag in ("table-cell", "covered-table-cell"):
            self._cols = int(attributes.get("number-columns-repeated", "1"))
            self._cell, self._attributes = _Piece(), attributes
            self._pieces = [self._cell]
        elif tag in _SHAPES or tag == "annotation":
            caption = self._captions.get(attributes.get("control", ""), "")
            self._pieces.append(_Piece(caption=caption, style=attributes.get("style-name", "")))
            self._cell.mended |= tag != "annotation"
        elif tag in ("image", "object", "object-ole") and self._pieces:
            self._pieces[-1].picture = True
        elif self._is_silent(tag):
            self._silent += 1
            self._cell.mended |= tag == "ruby-text"
        elif self._pieces:
            self._letters(tag, attributes)

    def _is_silent(self, tag: str) -> bool:
        """Readings above letters; author, date and title of a note or a shape."""
        over = bool(self._pieces) and self._pieces[-1] is not self._cell
        return tag == "ruby-text" or (over and tag in ("date", "creator", "title", "desc"))

    def _letters(self, tag: str, attributes: Mapping[str, str]) -> None:
        piece = self._pieces[-1]
        if tag == "p":
            piece.paragraphs += 1
            self._spans = []
            if piece.paragraphs > 1:
                self._put("\n")
        elif tag == "span":
            self._spans.append(self._styles.is_struck("text", attributes.get("style-name", "")))
        elif tag == "s":
            self._put(" " * min(int(attributes.get("c", "1")), 1000))
        elif tag in ("tab", "line-break"):
            self._put("\t" if tag == "tab" else "\n")
            piece.mended = True

    def text(self, text: str) -> None:
        self._heads.text(text)
        if self._formats:
            self._styles.show_text(text)
        if self._pieces and self._pieces[-1].paragraphs and not self._silent:
            self._put(text)

    def _put(self, text: str) -> None:
        piece, struck = self._pieces[-1], False
        if piece is self._cell:
            known = [struck for struck in self._spans if struck is not None]
            struck = known[-1] if known else self._is_cell_struck()
        piece.runs.append((text, struck))

    def end(self, tag: str) -> None:
        self._heads.end(tag)
        if tag == "text-style":
            self._formats = False
        elif tag == "table":
            self._depth -= 1
        elif self._depth != 1:
            return
        elif self._is_silent(tag):
            self._silent -= 1
        elif tag == "span" and self._spans:
            self._spans.pop()
        elif (tag in _SHAPES or tag == "annotation") and self._pieces:
            self._over(tag, self._pieces.pop())
        elif tag in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif tag == "table-row":
            self._row += self._rows

    # -- sheets, rows, cells ------------------------------------------------------------------

    def _begin_sheet(self, name: str, style: str) -> None:
        self._sheet = self.sheets.setdefault(name, _Sheet())
        for words in self._heads.of(self._styles.get("table", style).pages or _USUAL_PAGES):
            self._sheet.overlays.add(OverlayKind.PAGE, None, words)
        self._row = self._col = 0
        self._col_styles, self._pieces = [], []

    def _column(self, attributes: Mapping[str, str]) -> None:
        first = self._col_styles[-1][0] if self._col_styles else 0
        last = first + int(attributes.get("number-columns-repeated", "1"))
        self._col_styles.append((last, attributes.get("default-cell-style-name", "")))
        if self._is_hidden("table-column", attributes):
            self._sheet.cols.add(first, last)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._rows = int(attributes.get("number-rows-repeated", "1"))
        self._col = 0
        if self._is_hidden("table-row", attributes):
            self._sheet.rows.add(self._row, self._row + self._rows)

    def _is_hidden(self, family: str, attributes: Mapping[str, str]) -> bool:
        hidden = attributes.get("visibility", "visible") != "visible"
        return hidden or self._styles.get(family, attributes.get("style-name", "")).too_small

    def _style(self) -> str:
        """The cell's own style, or its column's."""
        own = self._attributes.get("style-name")
        if own is not None:
            return own
        return next((name for last, name in self._col_styles if self._col < last), "")

    def _is_cell_struck(self) -> bool:
        return bool(self._styles.is_struck("table-cell", self._style()))

    def _end_cell(self) -> None:
        if "value-type" in self._attributes:
            self._note(self._cell.text)
        self._col += self._cols
        self._pieces = []

    def _note(self, text: str) -> None:
        """What is to be said of a filled cell, and of those that repeat it."""
        is_text = self._attributes["value-type"] == "string"
        style = self._style()
        shown = self._styles.instead(style) if is_text else text
        if shown == _plain(self._attributes.get("value", "")):
            shown = None
        struck = "".join(piece for piece, is_struck in self._cell.runs if is_struck)
        kept = "".join(piece for piece, is_struck in self._cell.runs if not is_struck)
        invisible = self._styles.is_invisible(style)
        sheet = self._sheet
        for row in range(self._row, min(self._row + self._rows, MOST_CELLS)):
            for col in range(self._col, min(self._col + self._cols, MOST_CELLS)):
                if shown is not None:
                    sheet.shown[row, col] = shown
                if "formula" in self._attributes:
                    sheet.formulas.add((row, col))
                if self._attributes["value-type"] == "error":
                    sheet.errors[row, col] = text
                if is_text and self._cell.mended:
                    sheet.texts[row, col] = text
                if struck.strip():
                    sheet.struck[row, col] = Struck(kept, struck)
                if invisible:
                    sheet.invisible.add((row, col))

    # -- what lies over the cells -------------------------------------------------------------

    def _over(self, tag: str, piece: _Piece) -> None:
        inside = bool(self._pieces)
        cell = cell_name(self._row, self._col) if inside else None
        text = piece.text.strip()
        if tag == "annotation":
            self._sheet.overlays.add_note(cell, text)
        elif piece.caption:
            self._sheet.overlays.add(OverlayKind.CONTROL, cell, piece.caption)
        elif text:
            self._sheet.overlays.add(OverlayKind.SHAPE, cell, text)
        elif piece.picture:
            self._sheet.overlays.add(OverlayKind.PICTURE, cell, "")
        elif tag in _DRAWN and self._styles.is_drawn(piece.style, is_line=tag in _LINES):
            self._sheet.overlays.add(OverlayKind.LINE, cell, "")

    def _condition(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "conditional-format":
            self._areas = list(_areas(attributes.get("target-range-address", "")))
        elif self._styles.may_hide(attributes.get("apply-style-name", "")):
            self._sheet.unsure.extend(self._areas)


_USUAL_PAGES = "Default"


class _Heads:
    """Words in the heads and feet of the printed pages, by the name of the master page."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._pages: str | None = None
        self._words: list[str] | None = None  # of the head or foot that is open
        self._fields = 0

    def of(self, pages: str) -> list[str]:
        """What somebody wrote there."""
        return self._found.get(pages, [])

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "master-page":
            self._pages = attributes.get("name", "")
        elif self._pages is None:
            return
        elif tag in _PAGE_EDGES and attributes.get("display", "true") != "false":
            self._words = []
        elif tag in _FIELDS:
            self._fields += 1
        elif tag == "p" and self._words:
            self._words.append("\n")

    def text(self, text: str) -> None:
        if self._words is not None and not self._fields:
            self._words.append(text)

    def end(self, tag: str) -> None:
        if tag == "master-page":
            self._pages = None
        elif tag in _PAGE_EDGES and self._words is not None and self._pages is not None:
            if text := own_words("".join(self._words)):
                self._found.setdefault(self._pages, []).append(text)
            self._words = None
        elif tag in _FIELDS and self._pages is not None:
            self._fields -= 1


def _plain(number: str) -> str | None:
    try:
        return as_text(float(number))
    except ValueError:
        return None


_RANGE = re.compile(
    r"\.(\$?[A-Z]+\$?\d+)(?::(?:'(?:[^']|'')*'|[^'. ]*)\.(\$?[A-Z]+\$?\d+))?(?= |$)"
)


def _areas(written: str) -> list[Area]:
    """``'甲 乙'.A1:'甲 乙'.B3 甲.C1`` → the areas, without their sheet."""
    found = []
    for first, last in _RANGE.findall(written):
        with suppress(ValueError):
            (top, left), (bottom, right) = parse_cell(first), parse_cell(last or first)
            found.append(Area(top, left, bottom - top + 1, right - left + 1))
    return found
