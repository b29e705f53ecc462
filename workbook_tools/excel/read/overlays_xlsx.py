"""What an .xlsx shows besides its cells: drawings, notes, conversations, heads of pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise

from workbook_tools.cells import cell_name
from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.markup import Walker, walk
from workbook_tools.excel.read.names import relations
from workbook_tools.excel.read.page_words import words
from workbook_tools.excel.read.shown import OverlayKind, OverlayList, Overlays

_THREAD = "tc="  # the author of the note that stands in for a conversation


def overlays_of(parts: Mapping[str, bytes], sheet: str) -> Overlays:
    """What lies over the sheet of that part."""
    found = OverlayList()
    related = relations(parts, sheet).values()
    threads = any(kind == "threadedComment" for kind, _ in related)
    for kind, name in related:
        xml = parts.get(name, b"")
        if kind == "vmlDrawing":
            _add_boxes(xml, found)
            continue
        walker: Walker
        if kind == "drawing":
            walker = _Drawing(found, _diagrams(parts, name))
        elif kind == "comments":
            walker = _Notes(found, threads)
        elif kind == "threadedComment":
            walker = _Conversations(found)
        else:
            continue
        with suppress(UnreadableError):
            walk(xml, walker)
    xml = parts.get(sheet, b"")
    if b"oleObject" in xml:
        for name in sorted(set(_EMBEDDED.findall(xml))):
            found.add(OverlayKind.OBJECT, None, html.unescape(name.decode(errors="replace")))
    _add_heads(xml, found)
    return found.overlays()


_HEADS = re.compile(rb"<(?:\w+:)?headerFooter\b([^>]*)>(.*?)</(?:\w+:)?headerFooter>", re.DOTALL)
_HEAD = re.compile(rb"<(?:\w+:)?(odd|even|first)(?:Header|Footer)\b[^>]*>([^<]*)(?=<)")
# Whether the pages of a kind have heads and feet of their own.
_OWN = {b"even": b"differentOddEven", b"first": b"differentFirst"}


def _add_heads(xml: bytes, found: OverlayList) -> None:
    """The words above and below the printed pages."""
    for attributes, heads in _HEADS.findall(xml, max(xml.rfind(b"sheetData"), 0)):
        for pages, code in _HEAD.findall(heads):
            own = _OWN.get(pages)
            if own and not re.search(own + rb"=[\"'](?:1|true)", attributes):
                continue
            if text := words(html.unescape(code.decode(errors="replace"))):
                found.add(OverlayKind.PAGE, None, text)


_EMBEDDED = re.compile(rb"<oleObject\s[^<>]*?progId=\"([^\"]*)\"")


class _Gatherer(Walker):
    """Gathers characters into the list that is open, if one is."""

    def __init__(self, found: OverlayList) -> None:
        self._found = found
        self._text: list[str] = []
        self._open: list[str] | None = None

    def text(self, text: str) -> None:
        if self._open is not None:
            self._open.append(text)


# -- drawings -------------------------------------------------------------------------------------

_OBJECTS = ("grpSp", "sp", "cxnSp", "pic", "graphicFrame")


class _Drawing(_Gatherer):
    """Shapes, pictures, charts and diagrams of a drawing part."""

    def __init__(self, found: OverlayList, diagrams: Mapping[str, bytes]) -> None:
        super().__init__(found)
        self._diagrams = diagrams
        self._hidden: list[bool] = []  # of each object that is open
        self._fallbacks = 0
        self._diagram = ""
        self._corner: dict[str, list[str]] | None = None  # row and column, while they are read
        self._cells: list[str | None] = []  # of the corners
        self._sizeless = False
        self._ink = _Ink()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Fallback":  # the same again, for programs that do not know the newer element
            self._fallbacks += 1
        elif tag.endswith("Anchor"):
            self._cells, self._sizeless = [], False
        elif tag in ("from", "to"):
            self._corner = {"row": [], "col": []}
        elif self._corner and tag in self._corner:
            self._open = self._corner[tag]
        elif tag == "ext" and "cx" in attributes:
            self._sizeless = attributes["cx"] == attributes.get("cy") == "0"
        elif tag in _OBJECTS:
            self._hidden.append(False)
            self._text, self._diagram = [], ""
            self._ink = _Ink(is_line=tag == "cxnSp")
        elif tag == "cNvPr" and self._hidden:
            self._hidden[-1] |= attributes.get("hidden") in ("1", "true")
        elif tag == "relIds":
            self._diagram = attributes.get("dm", "")
        elif tag in ("p", "br") and self._text:
            self._text.append("\n")
        elif tag == "t":
            self._open = self._text
        else:
            self._ink.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._ink.end(tag)
        if tag == "Fallback":
            self._fallbacks -= 1
        elif tag in ("from", "to") and self._corner:
            row, col = ("".join(self._corner[name]).strip() for name in ("row", "col"))
            self._cells.append(_cell(row, col))
            self._corner = None
        elif tag in ("t", "row", "col"):
            self._open = None
        elif tag in _OBJECTS and self._hidden:
            if not (self._fallbacks or any(self._hidden) or self._has_no_size()):
                self._add(tag)
            self._hidden.pop()
            self._text = []

    def _has_no_size(self) -> bool:
        """So LibreOffice leaves a button here that it also keeps among the old boxes."""
        return self._sizeless and len(self._cells) == 2 and self._cells[0] == self._cells[1]

    def _add(self, tag: str) -> None:
        text, cell = "".join(self._text).strip(), self._cells[0] if self._cells else None
        if tag == "graphicFrame" and self._diagram:
            text = _words(self._diagrams.get(self._diagram, b""))
            self._found.add(OverlayKind.SHAPE, cell, text)
        elif tag in ("pic", "graphicFrame"):
            self._found.add(OverlayKind.PICTURE, cell, "")
        elif text:
            self._found.add(OverlayKind.SHAPE, cell, text)
        elif tag in ("sp", "cxnSp") and self._ink.is_seen:
            self._found.add(OverlayKind.LINE, cell, "")


class _Ink:
    """Whether a shape without text is seen: a line through a text strikes it out as well.

    A line is drawn unless it is said to have no ink; an area where an outline or a ground is named.
    """

    def __init__(self, *, is_line: bool = False) -> None:
        self._is_line = is_line
        self._inside: list[str] = []  # of spPr, ln
        self._named: dict[str, bool] = {}  # outline (ln) and ground (spPr) of its own: any ink
        self._usual = dict[str, bool]()  # those of its style

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in ("spPr", "ln"):
            self._inside.append(tag)
        elif tag.endswith("Fill") and self._inside:
            self._named[self._inside[-1]] = tag != "noFill"
        elif tag in ("lnRef", "fillRef"):
            part = "ln" if tag == "lnRef" else "spPr"
            self._usual[part] = attributes.get("idx", "0") != "0"

    def end(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    @property
    def is_seen(self) -> bool:
        if self._is_line:
            return self._named.get("ln", True)
        return any((self._usual | self._named).values())


def _diagrams(parts: Mapping[str, bytes], drawing: str) -> dict[str, bytes]:
    """The diagrams (SmartArt) of a drawing by the ids of their relations."""
    return {
        number: parts.get(related.part, b"")
        for number, related in relations(parts, drawing).items()
        if related.kind == "diagramData"
    }


def _words(xml: bytes) -> str:
    words = re.findall(rb"<a:t>([^<]*)</a:t>", xml)
    return "\n".join(html.unescape(word.decode(errors="replace")) for word in words)


def _cell(row: str, col: str) -> str | None:
    known = row.isdecimal() and col.isdecimal() and len(row) < 8 and len(col) < 6
    return cell_name(int(row), int(col)) if known else None


# -- notes and conversations ----------------------------------------------------------------------


class _Notes(_Gatherer):
    """Notes (old comments), without those that stand in for a conversation told elsewhere."""

    def __init__(self, found: OverlayList, threads: bool) -> None:
        super().__init__(found)
        self._threads = threads
        self._authors: list[str] = []
        self._cell: str | None = None
        self._author = ""
        self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "author":
            self._text = self._open = []
        elif tag == "comment":
            self._text, self._cell, self._author = [], attributes.get("ref"), ""
            with suppress(ValueError, IndexError):
                self._author = self._authors[int(attributes.get("authorId", ""))]
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t" and not self._phonetic:
            self._open = self._text

    def end(self, tag: str) -> None:
        if tag == "author":
            self._authors.append("".join(self._text))
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "comment" and not (self._threads and self._author.startswith(_THREAD)):
            self._found.add_note(self._cell, "".join(self._text))
        if tag in ("author", "t"):
            self._open = None


class _Conversations(_Gatherer):
    """Comments that answer each other."""

    def __init__(self, found: OverlayList) -> None:
        super().__init__(found)
        self._cell: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "threadedComment":
            self._cell = attributes.get("ref")
        elif tag == "text":
            self._text = self._open = []

    def end(self, tag: str) -> None:
        if tag == "text":
            self._open = None
            if text := "".join(self._text).strip():
                self._found.add(OverlayKind.COMMENT, self._cell, text)


# -- old boxes and buttons: VML, which is not always well-formed ----------------------------------

_SHAPE = re.compile(rb"<v:(?:shape|rect|roundrect|oval|line|polyline)\b")
_KIND = re.compile(rb"ObjectType=\"(\w+)\"")
_BOX = re.compile(rb"<v:textbox\b[^>]*?(?<!/)>(.*?)</v:textbox>", re.DOTALL)
_PLACE = re.compile(rb"<x:Anchor>\s*(\d+)\s*,[^,<]*,\s*(\d+)")
_TAG = re.compile(rb"<(/?\w+)[^>]*>")


def _add_boxes(xml: bytes, found: OverlayList) -> None:
    for piece in _pieces(xml):
        match = _KIND.search(piece)
        kind = match[1].decode() if match else ""
        if kind == "Note" or b"visibility:hidden" in piece:
            continue
        place = _PLACE.search(piece)
        cell = _cell(place[2].decode(), place[1].decode()) if place else None
        box = _BOX.search(piece)
        text = _plain(box[1]) if box else ""
        if b"<x:Checked>1" in piece:
            text = f"☑{text}"
        if kind == "Pict" or (not text and b"<v:imagedata" in piece):
            found.add(OverlayKind.PICTURE, cell, "")
        elif text:
            old = kind in ("", "Shape", "Rect", "RectA", "Oval", "Line", "Group", "Text")
            found.add(OverlayKind.SHAPE if old else OverlayKind.CONTROL, cell, text)


def _pieces(xml: bytes) -> Iterator[bytes]:
    """Each shape, up to the beginning of the next."""
    edges = [*(match.start() for match in _SHAPE.finditer(xml)), len(xml)]
    for begin, end in pairwise(edges):
        yield xml[begin:end]


def _plain(markup: bytes) -> str:
    """The text of a box: a line for each ``div`` and ``br``."""
    text = _TAG.sub(lambda tag: b"\n" if tag[1] in (b"br", b"/div") else b"", markup)
    lines = (" ".join(line.split()) for line in text.decode(errors="replace").split("\n"))
    return html.unescape("\n".join(line for line in lines if line))
