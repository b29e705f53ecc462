"""How text fits paper: the only place that knows what a printed line takes and what it holds.

Measured with BIZ UDゴシック, whose pitch is fixed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from workbook_tools.text import lines, width

HIGHEST = 409.0  # points: Excel's rows go no further
MOST_LINES = 30  # of a row that need not hold more; leaves room for fonts with higher lines
PIXEL = 0.75  # points

# Left, right, top and bottom in inches.
Margins = tuple[float, float, float, float]
NARROW: Margins = (0.4, 0.4, 0.4, 0.4)
WITH_FOOTER: Margins = (0.4, 0.4, 0.4, 0.5)
WIDE: Margins = (0.25, 0.25, 0.4, 0.5)
FORM_WITH_FOOTER: Margins = (0.25, 0.25, 0.3, 0.5)

_A4 = (8.27, 11.69)  # inches
_WIDENED = 1.07  # LibreOffice prints columns so much wider than Excel
_SPARE = 12.0  # points at the foot that printers and fonts may take


@dataclass(frozen=True, slots=True)
class PrintPage:
    """A4 as a kind of print uses it: which way up, its margins, and its scale in percent."""

    landscape: bool
    margins: Margins
    scale: int

    def holding(self, pixels: int) -> PrintPage:
        """The same, smaller where a sheet that many pixels wide would not fit."""
        return replace(self, scale=min(self.scale, self.scale * self.pixels // pixels))

    @property
    def pixels(self) -> int:
        """How wide a sheet may be so that it fits the page at this scale."""
        left, right, _, _ = self.margins
        return int((_A4[self.landscape] - left - right) * 96 / _WIDENED * 100 / self.scale)

    @property
    def points(self) -> float:
        """How high the rows of one page may be together."""
        _, _, top, bottom = self.margins
        return ((_A4[not self.landscape] - top - bottom) * 72 - _SPARE) * 100 / self.scale


# What is drawn in 9 pt comes out as 8 on lists and as 9 on pages that are read like a letter.
LIST_PAGE = PrintPage(landscape=True, margins=WITH_FOOTER, scale=89)
LETTER_PAGE = PrintPage(landscape=False, margins=WIDE, scale=100)
# The grid of the form is wider than a page: 10 pt come out as 8, 11.25 as 9.
FORM_PAGE = PrintPage(landscape=False, margins=FORM_WITH_FOOTER, scale=80)

# Footers as Excel writes them: &A the sheet's name, &P the page, &N how many there are.
NAME_AND_PAGES = "&L&A&C&P / &N"
NAME_BESIDE_PAGES = "&C&A　&P / &N"
PAGES = "&C&P / &N"
PAGE = "&C&12&P"  # &12: its size, which the scale makes smaller like all others


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
# characters by 3 % more than columns, so what must hold on paper reckons with 6.2.
LISTS = Lettering(11.5, 4.0, 6.2, 6)
FORM = Lettering(11.5, 2.0, 6.2, 6)
# What is read once on the screen stands less dense.
GUIDE = Lettering(12.0, 4.0, 6.0, 18)
MASTER = Lettering(12.5, 5.0, 6.0, 10)
FINDINGS = Lettering(12.0, 6.0, 6.0, 6)
# 12 pt and 14 pt bold.
NAMES = Lettering(15.5, 6.0, 6.2 * 12 / 9, 6)
TITLES = Lettering(18.0, 8.0, 10.0, 0)


def shared(pixels: Sequence[int], is_text: Sequence[bool], room: int) -> list[int]:
    """Widths of columns that fit ``room`` pixels: texts share what figures leave over.

    They are made narrower only, and never less than half as wide as they were meant to be.
    """
    texts = sum(own for own, may in zip(pixels, is_text, strict=True) if may)
    rest = room - (sum(pixels) - texts)
    if texts <= rest:
        return list(pixels)
    share = max(0.5, rest / texts)
    return [int(own * share) if may else own for own, may in zip(pixels, is_text, strict=True)]


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
