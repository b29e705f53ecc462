"""Plain lists as worksheets: title, headings with filters, frozen, printed A4 landscape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.text import lines


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, width in pixels, and how its cells look."""

    heading: str
    pixels: int
    look: str = "left"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere: an address as Excel writes it, and what is shown."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Calculated:
    """A cell that follows others: its formula, and what that comes to."""

    formula: str
    value: str | float


Cell = str | int | float | date | Link | Calculated | None


def fitted(columns: Sequence[Column]) -> list[Column]:
    """The columns as wide as the page allows: texts share what the others leave over."""
    widths = paper.shared(
        [column.pixels for column in columns],
        [column.look in ("left", "wrap") for column in columns],
        paper.LIST_PAGE.pixels,
    )
    return [replace(column, pixels=pixels) for column, pixels in zip(columns, widths, strict=True)]


def write(
    book: Book,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    note: str = "",
    printed: int | None = None,
) -> Sheet:
    """Add a list to the book; rows are as high as their longest cell.

    ``printed`` says how many of the columns go on paper, where it is not all of them.
    """
    columns = [*fitted(columns[:printed]), *columns[len(columns[:printed]) :]]
    sheet = book.sheet(name)
    sheet.text(Area(0, 0), title, "big")
    if note:
        sheet.text(Area(1, 0), note, "quiet")
    top = 2
    headings = (paper.LISTS.lines(column.heading, column.pixels) for column in columns)
    sheet.height(top, paper.LISTS.height(max(headings)))
    for col, column in enumerate(columns):
        sheet.columns(col, col, column.pixels)
        sheet.text(Area(top, col), column.heading, "box", "head")
    row = top
    looks = [sheet.look(*_looks(column)) for column in columns]
    room = [paper.LISTS.characters(column.pixels) for column in columns]
    for row, cells in enumerate(rows, start=top + 1):
        plain = [cell if isinstance(cell, str | int | float) else "" for cell in cells]
        sheet.row(row, plain, looks)
        for col, cell in enumerate(cells):
            if isinstance(cell, Link):
                sheet.link(Area(row, col), cell.target, cell.text, *_looks(columns[col]))
            elif isinstance(cell, Calculated):
                sheet.formula(Area(row, col), cell.formula, cell.value, *_looks(columns[col]))
            elif isinstance(cell, date):
                sheet.day(Area(row, col), cell, *_looks(columns[col]))
        sheet.height(row, paper.LISTS.height(_lines(cells, columns, room)))
    sheet.filter(Area(top, 0, row - top + 1, len(columns)))
    sheet.freeze(top + 1)
    area = Area(0, 0, row + 1, printed or len(columns))
    sheet.print_on(paper.LIST_PAGE, area, repeat=(top, top), footer=paper.NAME_AND_PAGES)
    sheet.view(grid=True)
    return sheet


def _looks(column: Column) -> tuple[str, ...]:
    return ("box", "wrap", "middle", column.look)


def _lines(cells: Sequence[Cell], columns: Sequence[Column], room: Sequence[int]) -> int:
    needed = 1
    for cell, column, characters in zip(cells, columns, room, strict=True):
        text = cell.text if isinstance(cell, Link) else cell
        if isinstance(text, str) and column.heading != "sha256":  # for machines: it may be cut
            needed = max(needed, lines(text, characters))
    return min(needed, paper.MOST_LINES)
