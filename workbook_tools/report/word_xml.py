"""WordprocessingML in pieces: runs, content controls, tables, fields. Every text is escaped here.

A figure is a content control around a run, never around a table's cell or paragraph: only such
ones LibreOffice keeps (with their alias alone, so tag and alias are the same).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from xml.sax.saxutils import escape as _escape

from workbook_tools.report.content import Head, ReportCell, ReportTable
from workbook_tools.report.terms import Filled, Piece

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = f'xmlns:w="{WORD}" xmlns:r="{_RELATED}"'
_LONGEST = 64  # characters of a tag, more are no valid document
_MM = 1440 / 25.4
_LINE, _SHADE = "7F7F7F", "F2F2F2"
EMPTY = "　"  # an empty control would show Word's own prompt
# XML cannot hold these; nobody sees them.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    """The text without characters that no document can hold, and with one kind of line break."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escape(text: str) -> str:
    """Text for an element or a quoted attribute."""
    return _escape(without_controls(text), {'"': "&quot;"})


def tag_of(name: str) -> str:
    """The tag of a control for a figure of that name."""
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}#{sha256(name.encode()).hexdigest()[:8]}"


@dataclass
class Numbers:
    """Numbers that occur once in a document: of controls, drawings and bookmarks."""

    control: Iterator[int] = field(default_factory=lambda: count(1001))
    drawing: Iterator[int] = field(default_factory=lambda: count(1))
    bookmark: Iterator[int] = field(default_factory=lambda: count(1))
    controls: bool = True  # figures stand in controls


def run(text: str, size: float = 0) -> str:
    """A run; line breaks stay line breaks. ``size`` in points, where it is not the paragraph's."""
    parts = escape(text).replace("\t", "　").split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{part}</w:t>' for part in parts)
    return f"<w:r>{_size(size)}{inner}</w:r>"


def _size(points: float) -> str:
    half = int(2 * points)
    return f'<w:rPr><w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>' if points else ""


def control(figure: Filled, numbers: Numbers, size: float = 0) -> str:
    """A figure in a content control whose tag and alias are its name."""
    name, words = escape(tag_of(figure.name)), figure.words.replace("\n", " ") or EMPTY
    if not numbers.controls:
        return run(words, size)
    return (
        f'<w:sdt><w:sdtPr>{_size(size)}<w:alias w:val="{name}"/><w:tag w:val="{name}"/>'
        f'<w:id w:val="{next(numbers.control)}"/><w:text/></w:sdtPr>'
        f"<w:sdtContent>{run(words, size)}</w:sdtContent></w:sdt>"
    )


def inline(pieces: Iterable[Piece], numbers: Numbers, size: float = 0) -> str:
    """Texts and figures of a line; ``size`` is the figures'."""
    return "".join(
        run(piece) if isinstance(piece, str) else control(piece, numbers, size) for piece in pieces
    )


def paragraph(style: str, inner: str, properties: str = "") -> str:
    """A paragraph."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inner}</w:p>'


def bookmarked(inner: str, name: str, numbers: Numbers) -> str:
    """Runs to which others refer by a name."""
    number = next(numbers.bookmark)
    return (
        f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'
    )


def field_of(instruction: str, shown: str = "", *, stale: bool = False) -> tuple[str, str]:
    """A field in two parts: what begins it, and what ends it; ``shown`` stands between."""
    dirty = ' w:dirty="true"' if stale else ""
    begin = (
        f'<w:r><w:fldChar w:fldCharType="begin"{dirty}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    return begin + (run(shown) if shown else ""), '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


# --- tables


def table(known: ReportTable, style: str, numbers: Numbers, *, keep: bool) -> str:
    """A table in a control of its own; ``keep``: its rows stay with what follows."""
    rows = [*_head_rows(known, style, keep=keep)]
    for cells in known.rows:
        written = "".join(
            _cell(cell, width, style, numbers, keep=keep)
            for cell, width in zip(cells, known.widths, strict=True)
        )
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{written}</w:tr>")
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in known.widths)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    made = (
        "<w:tbl><w:tblPr>"
        f'<w:tblW w:w="{sum(map(_twips, known.widths))}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="20" w:type="dxa"/>'
        '<w:left w:w="45" w:type="dxa"/><w:bottom w:w="20" w:type="dxa"/>'
        '<w:right w:w="45" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0"'
        ' w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{escape(known.caption)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    if not numbers.controls:
        return made
    name = escape(tag_of(known.name))
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{name}"/><w:tag w:val="{name}"/>'
        f'<w:id w:val="{next(numbers.control)}"/></w:sdtPr>'
        f"<w:sdtContent>{made}</w:sdtContent></w:sdt>"
    )


def _head_rows(known: ReportTable, style: str, *, keep: bool) -> Iterator[str]:
    """One row of headings or two; what reaches over both begins in the first."""
    deep = len(known.heads)
    upper = list(_placed(known.heads[0]))
    yield _head_row(upper, known.widths, style, restart=deep > 1, keep=keep)
    if deep > 1:
        below = iter(known.heads[1])
        lower: list[tuple[int, Head | None]] = []
        for at, head in upper:
            if head.rows > 1:
                lower.append((at, None))
            else:
                lower += [(at + offset, next(below)) for offset in range(head.cols)]
        yield _head_row(lower, known.widths, style, restart=False, keep=keep)


def _placed(heads: Sequence[Head]) -> Iterator[tuple[int, Head]]:
    at = 0
    for head in heads:
        yield at, head
        at += head.cols


def _head_row(
    heads: Sequence[tuple[int, Head | None]],
    widths: Sequence[float],
    style: str,
    *,
    restart: bool,
    keep: bool,
) -> str:
    cells = []
    for at, head in heads:
        cols = head.cols if head else 1
        width = sum(map(_twips, widths[at : at + cols]))
        span = f'<w:gridSpan w:val="{cols}"/>' if cols > 1 else ""
        if head is None:
            merge = "<w:vMerge/>"
        else:
            merge = '<w:vMerge w:val="restart"/>' if restart and head.rows > 1 else ""
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/><w:vAlign w:val="center"/>'
            f"</w:tcPr>{_in_cell(style, run(head.words) if head else '', 'center', keep=True)}"
            "</w:tc>"
        )
    return "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" + "".join(cells) + "</w:tr>"


def _cell(cell: ReportCell, width: float, style: str, numbers: Numbers, *, keep: bool) -> str:
    inner = inline([cell.piece], numbers)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/><w:vAlign w:val="center"/>'
        f"</w:tcPr>{_in_cell(style, inner, cell.look, keep=keep)}</w:tc>"
    )


def _in_cell(style: str, inner: str, align: str, *, keep: bool) -> str:
    properties = "<w:keepNext/>" if keep else ""
    return paragraph(style, inner, f'{properties}<w:jc w:val="{align}"/>')


def _twips(millimetres: float) -> int:
    return round(millimetres * _MM)
