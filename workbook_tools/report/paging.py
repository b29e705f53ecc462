"""How high the blocks of the 意見書 are, and before which of them a page ends. Pure, in points.

Word itself keeps a block together; here it is only judged which ones are longer than a page, and
where a third would slip onto a page of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbook_tools.report.content import Block, Element, Heading, Paragraph, ReportTable
from workbook_tools.report.terms import plain
from workbook_tools.text import lines

PAGE = 715.0  # A4 less the margins of 20 mm, and a little for printers
_A_PAGE = 2  # blocks
_MM = 72 / 25.4
_ROOM = 170 * _MM
# Look → size of the letters, line, space around.
_LOOKS = {"bullet": (10.5, 16.0, 1.0), "score": (11.0, 24.0, 4.0), "label": (11.0, 18.0, 4.0)}
_BODY = (11.0, 18.0, 0.0)


def is_long(block: Block) -> bool:
    """It does not fit on one page: it may break between its bullets."""
    return height(block) > PAGE


def new_pages(blocks: Iterable[Block]) -> Iterator[bool]:
    """For each block whether a page begins before it, as two stand on the one before already."""
    count, used = 0, 40.0  # the heading of the part
    for block in blocks:
        high = height(block)
        if count == _A_PAGE:
            yield True
            count, used = 1, high
            continue
        yield False
        if used + high <= PAGE:
            count, used = count + 1, used + high
        else:
            count, used = 1, high % PAGE


def height(block: Block) -> float:
    """How high a block is on A4 portrait."""
    return sum(map(_height, block.elements))


def _height(element: Element) -> float:
    if isinstance(element, Heading):
        return 34.0
    if isinstance(element, ReportTable):
        heads = 13.0 * sum(1 for _ in element.heads) + 12.0
        return heads + 4.0 + sum(_row(element, number) for number in range(len(element.rows)))
    if isinstance(element, Paragraph):
        size, line, around = _LOOKS.get(element.look, _BODY)
        room = _ROOM - 2 * size
        return around + line * lines(plain(element.pieces), int(2 * room / size))
    return 0.0


def _row(table: ReportTable, number: int) -> float:
    needed = 1
    for cell, width in zip(table.rows[number], table.widths, strict=True):
        columns = max(2, int(2 * (width - 2) * _MM / table.size))
        needed = max(needed, lines(cell.words, columns))
    return 3.0 + 1.25 * table.size * needed
