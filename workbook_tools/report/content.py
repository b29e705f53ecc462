"""The 意見書 as it is said, whatever it is printed in: parts, headings, paragraphs, tables, graphs.

Word and HTML both print this. A :class:`Filled` piece is a figure: its ``name`` is the same
wherever the figure stands, and by that name a document edited in Word is refreshed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools.report.terms import Filled, Piece, plain


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``look`` is ``body`` ``bullet`` ``line`` ``right`` ``label`` ``score`` or
    ``note``."""

    pieces: tuple[Piece, ...]
    look: str = "body"


@dataclass(frozen=True, slots=True)
class Head:
    """A heading of a table: over how many columns and rows."""

    words: str
    cols: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class ReportCell:
    """A cell of a table; ``look``: center or left. ``names``: it says what its row is about."""

    piece: Piece
    look: str = "center"
    names: bool = False

    @property
    def words(self) -> str:
        """What it shows."""
        return plain([self.piece])


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table: a name for its control, a caption, one or two rows of headings, and widths in mm."""

    name: str
    caption: str
    heads: tuple[tuple[Head, ...], ...]
    rows: tuple[tuple[ReportCell, ...], ...]
    widths: tuple[float, ...]
    size: float = 8  # points


@dataclass(frozen=True, slots=True)
class Graph:
    """Bars or a radar of one figure each; ``told`` is for who cannot see it. ``most``: the axis."""

    name: str
    kind: str  # bar, radar
    title: str
    told: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    most: float


Element = Heading | Paragraph | ReportTable | Graph


@dataclass(frozen=True, slots=True)
class Block:
    """What stays on one page where it can: heading first. A long one breaks between bullets."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class ReportPart:
    """What begins on a new page. ``numbered``: pages have a number."""

    elements: tuple[Element | Block, ...]
    landscape: bool = False
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """The whole: what stands on the cover, and the parts behind the 目次."""

    title: str
    cover: tuple[Paragraph, ...]
    parts: tuple[ReportPart, ...]
    notes: Sequence[str] = field(default=(), compare=False)

    def elements(self) -> Iterator[Element]:
        """Everything in order, blocks opened."""
        yield from self.cover
        for part in self.parts:
            for element in part.elements:
                yield from element.elements if isinstance(element, Block) else (element,)

    def figures(self) -> Mapping[str, str]:
        """Every figure by its name."""
        found = {}
        for element in self.elements():
            for piece in pieces_of(element):
                if isinstance(piece, Filled):
                    found[piece.name] = piece.words
        return found


def sized(paragraph: Paragraph) -> Iterator[tuple[Piece, bool]]:
    """The pieces, and which of them is printed large: the first figure of a ``score``."""
    figures = [piece for piece in paragraph.pieces if isinstance(piece, Filled)]
    for piece in paragraph.pieces:
        yield piece, paragraph.look == "score" and piece is figures[0]


def pieces_of(element: Element) -> Iterator[Piece]:
    """All texts and figures of an element."""
    if isinstance(element, ReportTable):
        for row in element.rows:
            yield from (cell.piece for cell in row)
    elif isinstance(element, Heading | Paragraph):
        yield from element.pieces
