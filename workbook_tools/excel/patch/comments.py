"""Comments on cells, the way Excel has kept them since 1997: one part of texts, one of boxes.

Ours begin with :data:`MARKER`, because LibreOffice keeps no authors. What other people wrote stays;
where a cell has their comment already, ours is added behind it, as a cell can have only one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.cells import cell_name, parse_cell
from workbook_tools.excel.patch.package import (
    MAIN,
    OFFICE,
    Element,
    Package,
    Relations,
    UnmarkableError,
    XmlPart,
    declare,
    escape,
)
from workbook_tools.excel.read.shown import MARKER
from workbook_tools.excel.write.book import FONT
from workbook_tools.text import lines

AUTHOR = "workbook-tools"
_THREAD = "tc="  # the author of what stands in for a conversation; Excel writes it anew itself
_COLUMNS, _WIDTH, _LINE, _EDGE = 40, 270, 15, 14  # half-width characters a line; pixels
# Pixels where a sheet says nothing else: of a column, of a row.
_USUAL = (64, 20)
Spot = tuple[int, int]
# Pixels of the columns and of the rows of a sheet, by number.
Sizes = tuple[Callable[[int], int], Callable[[int], int]]
# In a worksheet the boxes' relation stands behind all of these (ECMA-376, CT_Worksheet).
_BEFORE = frozenset(
    {
        *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData"),
        *("sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter"),
        *("sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr"),
        *("conditionalFormatting", "dataValidations", "hyperlinks", "printOptions"),
        *("pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
        *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing"),
    }
)

_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
_BOXES = (
    '<xml{declared}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/>'
    '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
_BOX = (
    '<v:shape{declared} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
    "margin-left:60pt;margin-top:2pt;width:{width}pt;height:{height}pt;z-index:{order};"
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{col}</x:Column></x:ClientData></v:shape>"
)
_TEXTS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{MAIN}">'
    "<authors></authors><commentList></commentList></comments>"
).encode()


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said at a cell, and behind which column its box is drawn."""

    text: str
    last_col: int


def annotate(package: Package, path: str, sheet: XmlPart, notes: Mapping[Spot, Note]) -> None:
    """Replace our comments on one sheet by these; edits the sheet where it had none so far.

    A sheet whose boxes are no XML (old buttons) gets no comments: its cells are coloured anyway.
    """
    relations = Relations(package, path)
    texts_path = relations.of_type("comments")
    anchor = sheet.root.first("legacyDrawing")
    boxes_path = relations.target(anchor.attribute("id")) if anchor else None
    said = texts_path is not None and MARKER.encode() in package.get(texts_path)
    if not notes and not said:
        return
    try:
        boxes = XmlPart(package.get(boxes_path) if boxes_path else _new_boxes(package))
    except UnmarkableError:
        return
    texts = XmlPart(package.get(texts_path) if texts_path else _TEXTS, namespace=MAIN)
    gone, extended = _replace(texts, notes)
    new = {spot: note for spot, note in notes.items() if spot not in extended}
    _redraw(boxes, gone, new, _sizes(sheet.root))
    if texts_path is None:
        texts_path = package.free("xl/comments{}.xml")
        relations.add("comments", texts_path)
        declare(package, [(texts_path, "comments")], vml=False)
    if boxes_path is None:
        boxes_path = package.free("xl/drawings/vmlDrawing{}.vml")
        declare(package, [], vml=True)
        _refer(sheet, relations.add("vmlDrawing", boxes_path))
    package.put(texts_path, texts.content())
    package.put(boxes_path, boxes.content())


def _refer(sheet: XmlPart, number: str) -> None:
    """Name the boxes in the worksheet, at the place its schema allows."""
    known = (child for child in sheet.root.children if child.prefix == sheet.root.prefix)
    at = max(child.end for child in known if child.local in _BEFORE)
    tag = sheet.tag("legacyDrawing")
    # The prefix of relations is declared here: not every program declares it at the root.
    new = b"<" + tag + f' xmlns:r="{OFFICE}" r:id="{number}"/>'.encode()
    sheet.replace(at, at, new)


# -- texts ----------------------------------------------------------------------------------------


def _replace(texts: XmlPart, notes: Mapping[Spot, Note]) -> tuple[set[Spot], set[Spot]]:
    """Take our comments out and put the new ones in.

    Cells whose comment is gone, and cells where ours went behind somebody else's.
    """
    authors, comments = texts.root.first("authors"), texts.root.first("commentList")
    if authors is None or comments is None:
        raise UnmarkableError("comments without list")
    names = [html.unescape(_inner(texts, author)) for author in authors.children]
    gone: set[Spot] = set()
    extended: set[Spot] = set()
    for comment in comments.all("comment"):
        try:
            spot = parse_cell(comment.attributes.get("ref", ""))
            author = names[int(comment.attributes.get("authorId", ""))]
        except (ValueError, IndexError) as error:
            raise UnmarkableError("comment without cell or author") from error
        pieces = [*comment.all("text", "t"), *comment.all("text", "r", "t")]
        said = html.unescape("".join(_inner(texts, piece) for piece in pieces)).strip()
        if author == AUTHOR or said.startswith(MARKER):
            texts.remove(comment)
            gone.add(spot)
            continue
        note = notes.get(spot)
        if note is not None:
            extended.add(spot)
        _extend(texts, pieces, note if not author.startswith(_THREAD) else None)
    if AUTHOR not in names:
        name = texts.tag("author")
        texts.append(authors, b"<" + name + b">" + AUTHOR.encode() + b"</" + name + b">")
        names.append(AUTHOR)
    number = names.index(AUTHOR)
    new = [
        _comment(texts, cell_name(*spot), number, note.text)
        for spot, note in sorted(notes.items())
        if spot not in extended
    ]
    texts.append(comments, b"".join(new))
    return gone, extended


def _extend(texts: XmlPart, pieces: list[Element], note: Note | None) -> None:
    """Cut what we said earlier off somebody's comment, and add what we say now."""
    marker = f"\n{MARKER}".encode()
    addition = b"\n" + escape(note.text) if note else b""
    for piece in pieces:
        at = texts.data.find(marker, piece.inner, piece.close)
        if at >= 0:
            texts.replace(at, piece.close, addition)
            return
    if addition and pieces:
        last = pieces[-1]
        if last.inner == last.end:
            texts.append(last, addition)
        else:
            texts.replace(last.close, last.close, addition)


def _comment(texts: XmlPart, ref: str, author: int, text: str) -> bytes:
    p = texts.root.prefix
    look = (
        f'<{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="{FONT}"/>'
        f'<{p}family val="3"/><{p}charset val="128"/></{p}rPr>'
    )
    before = f'<{p}comment ref="{ref}" authorId="{author}"><{p}text><{p}r>{look}'
    after = f"</{p}t></{p}r></{p}text></{p}comment>"
    opening = f'<{p}t xml:space="preserve">'
    return (before + opening).encode() + escape(text) + after.encode()


def _inner(part: XmlPart, element: Element) -> str:
    return part.data[element.inner : element.close].decode()


# -- boxes ----------------------------------------------------------------------------------------


def _new_boxes(package: Package) -> bytes:
    """A drawing of its own block of numbers, so that no two boxes of a workbook are namesakes."""
    taken = [0]
    for name in package.names():
        if name.endswith(".vml"):
            taken += map(int, re.findall(rb'data="(\d{1,6})"', package.get(name)))
    return _BOXES.format(declared=_DECLARED, block=max(taken) + 1).encode()


def _redraw(boxes: XmlPart, gone: set[Spot], notes: Mapping[Spot, Note], sizes: Sizes) -> None:
    blocks = [int(block) for block in re.findall(rb'data="(\d{1,6})"', boxes.data)]
    numbers = [1024 * max(blocks, default=1)]
    for box in boxes.root.children:
        if box.local == "shape" and _cell_of(boxes, box) in gone:
            boxes.remove(box)
        else:
            numbers += map(int, re.findall(rb'_x0000_s(\d{1,9})"', boxes.raw(box)))
    attributes = boxes.root.attributes
    known = all(attributes.get(f"xmlns:{prefix}") == uri for prefix, uri in _NAMESPACES.items())
    declared = "" if known else _DECLARED
    new = []
    for order, ((row, col), note) in enumerate(sorted(notes.items()), start=1):
        height = _EDGE + _LINE * lines(note.text, _COLUMNS)
        drawn = _BOX.format(
            declared=declared,
            number=max(numbers) + order,
            order=order,
            width=_WIDTH * 3 // 4,
            height=height * 3 // 4,
            anchor=_anchor(row, note.last_col, height, sizes),
            row=row,
            col=col,
        )
        new.append(drawn.encode())
    boxes.append(boxes.root, b"".join(new))


def _cell_of(boxes: XmlPart, box: Element) -> Spot | None:
    for data in box.all("ClientData"):
        row, col = data.first("Row"), data.first("Column")
        if data.attributes.get("ObjectType") == "Note" and row and col:
            try:
                return int(_inner(boxes, row)), int(_inner(boxes, col))
            except ValueError:
                return None
    return None


def _anchor(row: int, last_col: int, height: int, sizes: Sizes) -> str:
    """Where the box begins and ends: column, pixels into it, row, pixels into it, twice."""
    widths, heights = sizes
    left = _run(last_col + 1, 12, widths)
    right = _run(left[0], left[1] + _WIDTH, widths)
    top = _run(max(row - 1, 0), max(heights(max(row - 1, 0)) - 6, 0), heights)
    bottom = _run(top[0], top[1] + height, heights)
    return ", ".join(map(str, (*left, *top, *right, *bottom)))


def _run(first: int, pixels: int, size: Callable[[int], int]) -> Spot:
    """The column or row so many pixels behind the beginning of another, and the rest."""
    at = first
    while pixels >= size(at) and at < first + 500:
        pixels -= size(at)
        at += 1
    return at, pixels


def _sizes(sheet: Element) -> Sizes:
    """Widths of columns and heights of rows, in pixels."""
    columns, rows = [], []
    for col in sheet.all("cols", "col"):
        pixels = 0 if _hidden(col) else round(float(col.attributes.get("width", "8.43")) * 7)
        columns.append((int(col.attributes["min"]) - 1, int(col.attributes["max"]) - 1, pixels))
    for row in sheet.all("sheetData", "row"):
        number = int(row.attributes["r"]) - 1
        if _hidden(row) or "ht" in row.attributes:
            pixels = 0 if _hidden(row) else round(float(row.attributes["ht"]) * 4 / 3)
            rows.append((number, number, pixels))
    return _lookup(columns, _USUAL[0]), _lookup(rows, _USUAL[1])


def _hidden(element: Element) -> bool:
    return element.attributes.get("hidden") in ("1", "true")


def _lookup(runs: Sequence[tuple[int, int, int]], usual: int) -> Callable[[int], int]:
    single = {first: size for first, last, size in runs if first == last}
    wide = [run for run in runs if run[0] != run[1]]

    def size(number: int) -> int:
        if number in single:
            return single[number]
        return next((size for first, last, size in wide if first <= number <= last), usual)

    return size
