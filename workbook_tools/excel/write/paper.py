"""How text fits paper: the only place that knows what a printed line takes and what it holds.

Measured with BIZ UDゴシック, whose pitch is fixed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from workbook_tools.text import lines, width

HIGHEST = 409.0  # points: Excel's rows go no further
MOST_LINES = 30  # of a row that need not hold more; leaves room for fonts with higher lines
PIXEL = 0.75  # points

# Left, right, top and bottom in inches.
Margins = tuple[float, float, float, float]
NARROW: Margins = (0.4, 0.4, 0.4, 0.4)
WITH_FOOTER: Margins = (0.4, 0.4, 0.4, 0.5)
FORM_MARGINS: Margins = (0.4, 0.4, 0.3, 0.3)
FORM_WITH_FOOTER: Margins = (0.4, 0.4, 0.3, 0.5)

# Footers as Excel writes them: &A the sheet's name, &P the page, &N how many there are.
NAME_AND_PAGES = "&L&A&C&P / &N"
NAME_BESIDE_PAGES = "&C&A　&P / &N"
PAGES = "&C&P / &N"
PAGE = "&C&P"


@dataclass(frozen=True, slots=True)
class Lettering:
    """How one kind of print fills cells.

    ``line`` and ``edge``: points a line takes, and what a row needs besides; ``character`` and
    ``beside``: pixels of a half-width character, and what a cell loses at its sides.
    """

    line: float
    edge: float
    character: float
    beside: int

    def characters(self, pixels: float) -> int:
        """Half-width characters on one line of a cell that many pixels wide; at least 2."""
        return max(2, int((pixels - self.beside) / self.character))

    def lines(self, text: str, pixels: float) -> int:
        """Printed lines of a text in such a cell."""
        return lines(text, self.characters(pixels))

    def height(self, count: float) -> float:
        """Points of a row with that many lines, as far as a row can grow."""
        return min(HIGHEST, self.edge + self.line * count)

    def pixels(self, text: str) -> int:
        """How wide a cell must be that shows a text on one line."""
        return ceil(self.character * width(text)) + self.beside

    def at(self, points: float) -> Lettering:
        """The same in another size than 9 pt."""
        times = points / 9
        return Lettering(self.line * times, self.edge, self.character * times, self.beside)


# 9 pt take 11.5 pt a line and 6 px a half-width character on the screen; printing widens
# characters by 3 % more than columns, so what must hold on paper to the line reckons with 6.2.
LISTS = Lettering(11.5, 4.0, 6.0, 6)
FIGURES = Lettering(11.5, 5.0, 6.0, 6)
BLOCKS = Lettering(11.5, 4.0, 6.2, 6)
LONG_TEXTS = Lettering(11.5, 4.0, 6.2, 8)
FORM = Lettering(11.5, 2.0, 6.2, 6)
# What is read once on the screen stands less dense.
GUIDE = Lettering(12.0, 4.0, 6.0, 18)
MASTER = Lettering(12.5, 5.0, 6.0, 10)
FINDINGS = Lettering(12.0, 6.0, 6.0, 6)
# 12 pt and 14 pt bold.
NAMES = Lettering(15.5, 6.0, 6.2 * 12 / 9, 6)
TITLES = Lettering(18.0, 8.0, 10.0, 0)


def whole_pixels(points: float) -> float:
    """Rounded up to pixels: rows are whole pixels high, else the last line loses its edge."""
    return ceil(points / PIXEL) * PIXEL


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row to print: its height in points, and whether a page may begin with it."""

    points: float
    may_begin: bool = False


def breaks(blocks: Iterable[Sequence[PrintedRow]], room: float, used: float = 0.0) -> list[int]:
    """Before which rows (counted through all blocks) a new page begins; ``used`` is taken already.

    A block that fits a page is never torn; a taller one only where its rows allow it.
    """
    found: list[int] = []
    above = 0
    for block in blocks:
        height = sum(row.points for row in block)
        if used + height > room and above and used:
            found.append(above)
            used = 0.0
        for first, part in _parts(block):
            points = sum(row.points for row in part)
            if used + points > room and height > room and first and used:
                found.append(above + first)
                used = 0.0
            used += points
        above += len(block)
    return found


def _parts(block: Sequence[PrintedRow]) -> Iterator[tuple[int, Sequence[PrintedRow]]]:
    """The block cut where a page may begin: offset and rows of every part."""
    starts = [at for at, row in enumerate(block) if at == 0 or row.may_begin]
    for first, after in zip(starts, [*starts[1:], len(block)], strict=True):
        yield first, block[first:after]
