"""A workbook as a person works on it: cells, merged areas, names, and what is drawn over them.

Rows and columns are zero-based; a :class:`Box` includes its last row and column. Cells are values
that are replaced, never changed, so that a copy of a book costs little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from workbook_tools.cells import column_name, parse_cell

Value: TypeAlias = "str | int | float | bool | Fault | None"


class UnfitError(Exception):
    """Excel refuses this, or there is nothing to do it to."""


class Fault(NamedTuple):
    """An error value: ``#REF!``."""

    text: str


class Run(NamedTuple):
    """A piece of rich text."""

    text: str
    struck: bool = False
    white: bool = False
    bold: bool = False
    bare: bool = False  # without properties of its own: it looks like the cell


class Box(NamedTuple):
    """A rectangle of cells."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, other: Box) -> bool:
        """All of the other one lies in this one."""
        return (
            self.top <= other.top
            and self.left <= other.left
            and other.bottom <= self.bottom
            and other.right <= self.right
        )

    def meets(self, other: Box) -> bool:
        """They share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def moved(self, rows: int, cols: int) -> Box:
        """The same size, elsewhere."""
        return Box(self.top + rows, self.left + cols, self.bottom + rows, self.right + cols)

    def spots(self) -> Iterator[tuple[int, int]]:
        """Its cells, row by row."""
        for row in range(self.top, self.bottom + 1):
            for col in range(self.left, self.right + 1):
                yield row, col

    @property
    def rows(self) -> range:
        return range(self.top, self.bottom + 1)

    @property
    def cols(self) -> range:
        return range(self.left, self.right + 1)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    @property
    def a1(self) -> str:
        """``A1`` or ``A1:B2``."""
        return f"{column_name(self.left)}{self.top + 1}" + (
            f":{column_name(self.right)}{self.bottom + 1}" if self.size != (1, 1) else ""
        )

    @property
    def absolute(self) -> str:
        """``$A$1`` or ``$A$1:$B$2``."""
        return _absolute(self)


@lru_cache(maxsize=1 << 16)
def _absolute(area: Box) -> str:
    first = f"${column_name(area.left)}${area.top + 1}"
    last = f"${column_name(area.right)}${area.bottom + 1}"
    return first if area.size == (1, 1) else f"{first}:{last}"


def box(a1: str) -> Box:
    """``A1:B2`` → Box(0, 0, 1, 1)."""
    first, _, last = a1.partition(":")
    return Box(*parse_cell(first), *parse_cell(last or first))


# What a cell's content is: printed by the tool, a helper beside the form, or typed by a person.
PRINT, HELPER, TYPED = "print", "helper", "typed"


class Cell(NamedTuple):
    """One cell. ``reading`` is the furigana that Excel keeps of typed kanji."""

    value: Value = None
    style: int = 0
    formula: str = ""
    origin: str = TYPED
    runs: tuple[Run, ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something over the cells: a text box, a group of them, a picture."""

    box: Box
    text: str = ""
    kind: str = "text"  # text, group, picture, word art


@dataclass(frozen=True, slots=True)
class Note:
    """A note at a cell; ``threaded`` is the newer kind that is answered."""

    row: int
    col: int
    text: str
    threaded: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place of the printed form that moves with it.

    ``label`` is what is printed beside or above the place: a place moves with a dragged cell only
    where its label moves too, a label's own anchor (``label`` empty) moves with its cell.
    """

    box: Box
    label: str = ""


@dataclass(eq=False)
class Sheet:
    """One worksheet."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Box] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    heights: dict[int, float] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    state: str = "visible"
    part: int | None = None  # 0 for ①, 1 for ②
    anchors: dict[str, Anchor] = field(default_factory=dict)
    drawn: list[Drawn] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    hiding: list[Box] = field(default_factory=list)  # conditional formats that show nothing
    striking: list[Box] = field(default_factory=list)  # conditional formats that strike through
    flat: bool = False  # hidden rows and columns by a height and width of nothing
    # Further papers on this sheet, each with its anchors; nothing is inserted here any more.
    stacked: list[dict[str, Anchor]] = field(default_factory=list)
    header: str = ""  # printed above every page
    footer: str = ""
    head: str = ""  # XML before the columns
    tail: str = ""  # XML behind the merged cells
    protected: bool = True

    def copy(self) -> Sheet:
        """A sheet of its own with the same cells."""
        return replace(
            self,
            cells=dict(self.cells),
            merges=list(self.merges),
            hidden_rows=set(self.hidden_rows),
            hidden_cols=set(self.hidden_cols),
            heights=dict(self.heights),
            widths=dict(self.widths),
            anchors=dict(self.anchors),
            drawn=list(self.drawn),
            notes=list(self.notes),
            hiding=list(self.hiding),
            striking=list(self.striking),
            stacked=list(self.stacked),
        )

    def merged(self, row: int, col: int) -> Box:
        """The merged area a cell belongs to, or the cell alone."""
        for area in self.merges:
            if area.top <= row <= area.bottom and area.left <= col <= area.right:
                return area
        return Box(row, col, row, col)

    def cell(self, row: int, col: int) -> Cell:
        return self.cells.get((row, col), _BLANK)

    @property
    def height(self) -> int:
        """One more than the last row in use."""
        return max((row for row, _ in self.cells), default=-1) + 1

    @property
    def width(self) -> int:
        """One more than the last column in use."""
        return max((col for _, col in self.cells), default=-1) + 1


_BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Target:
    """What a defined name stands for: an area, or (``sheet`` None) the text itself."""

    sheet: Sheet | None
    box: Box | None
    text: str = ""
    more: str = ""  # further attributes

    @property
    def is_lost(self) -> bool:
        return self.text == LOST


LOST = "#REF!"
Names: TypeAlias = "dict[tuple[Sheet | None, str], Target]"


@dataclass(eq=False)
class Styles:
    """The formats of a workbook: grows, never changes what is there."""

    before: str  # XML up to the number formats
    formats: dict[int, str]
    fonts: list[str]
    between: str  # fills, borders, named styles' formats
    xfs: list[str]
    after: str
    made: dict[tuple[int, str, str], int] = field(default_factory=dict)

    def copy(self) -> Styles:
        return replace(
            self,
            formats=dict(self.formats),
            fonts=list(self.fonts),
            xfs=list(self.xfs),
            made=dict(self.made),
        )


@dataclass(eq=False)
class Book:
    """A workbook: sheets in the order of their tabs."""

    sheets: list[Sheet]
    names: Names
    styles: Styles
    parts: dict[str, bytes]  # what is passed on unseen
    props: str = ""  # XML of workbook.xml before the sheets

    def copy(self) -> Book:
        twins = {sheet: sheet.copy() for sheet in self.sheets}
        names: Names = {
            (twins[scope] if scope else None, name): replace(
                target, sheet=twins[target.sheet] if target.sheet else None
            )
            for (scope, name), target in self.names.items()
        }
        return Book([*twins.values()], names, self.styles.copy(), self.parts, self.props)

    def sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.name == name)
