"""What references mean, by formula: ⑤と同じ, Ｒ２と同じ, 同上, 同左 (domain §6).

Shown beside the form as it is typed. The grammar is that of :mod:`form.references`. What plain
formulas cannot follow is said to be so, here and there (``Resolved.beyond``): several references in
a cell, more than so many cells in one, and a reference to a cell further down that is itself no
plain text. Cells above are taken resolved, cells below as typed, so that no formula comes back to
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from workbook_tools.cells import Area
from workbook_tools.form.layout import Field
from workbook_tools.form.live.expr import (
    AND,
    FALSE,
    FIND,
    IF,
    IFERROR,
    INDEX,
    INT,
    ISNUMBER,
    LEFT,
    LEN,
    MATCH,
    MAX,
    MID,
    MIN,
    MOD,
    NOT,
    OR,
    REPT,
    RIGHT,
    ROWS,
    SUBSTITUTE,
    TRIM,
    TRUE,
    Expr,
    cell,
    leaf,
)
from workbook_tools.form.live.helper_cells import (
    SEPARATOR,
    Board,
    Filling,
    HelperColumn,
    all_typed,
    fixed,
    typed,
)
from workbook_tools.form.references import MOST_LINES, MOST_TARGETS
from workbook_tools.spellings import (
    COMMA,
    DASHES,
    FOLDED_ABOVE,
    FOLDED_BEFORE,
    FOLDED_LEFT,
    MARKED,
    MARKS,
    MOST_LABELS,
    MOST_YEARS,
    REFERS,
    TO,
    label_spellings,
    year_spellings,
)

_APART = 30  # columns a name has while a reference is cut up; none is half as long
_LONGEST = 99  # signs of a line that may be a reference
_REST = 32767
_MARKS = "|" + "|".join(f"({mark})" for mark in MARKS) + "|"
_OWN_MARKS = "|" + "|".join(sorted(MARKED)) + "|"

# Names stand in blocks of one width, all spellings of one in a block: where a name is found tells
# which one it is. The first block is that of no name at all.
BLOCK = 28
_BESIDE = ((FOLDED_BEFORE,), (FOLDED_ABOVE,), (FOLDED_LEFT,))
_NO_ROW, _NO_NAME = -1, -2
_LEFT = 99  # the cell to the left, as a row
_TO = (TO, DASHES[0])  # between the ends of a range of labels


class Leads(IntEnum):
    """What a cell is: text, good reference, one that leads nowhere or is beyond us, or blank."""

    TEXT = 0
    GOOD = 1
    BAD = 2
    BEYOND = 3
    BLANK = 4


class Looks(IntEnum):
    """What a cell looks like before anything is followed."""

    BLANK = 0
    PLAIN = 1
    REFERS = 2


def _blocks(names: Sequence[Sequence[str]]) -> str:
    return "".join(f"|{'|'.join(spellings)}|".ljust(BLOCK) for spellings in names)


LABEL_BLOCKS = _blocks([label_spellings(number) for number in range(1, MOST_LABELS + 1)])
_BESIDE_BLOCKS = _blocks(_BESIDE)
_NO_BLOCK = _blocks([("",)])


def year_blocks(first: int, count: int) -> str:
    """The blocks of so many years of the era."""
    return _blocks([year_spellings(number) for number in range(first, first + count)])


@dataclass(frozen=True, slots=True)
class Names:
    """Where a reference's names are looked up: ``known`` are all there can be.

    ``rows`` has behind its first block the names of the ``count`` rows of a column, then those of
    the ``years``, then 前年度, 同上 and 同左. On ② the rows are the years. ``above`` has for each
    row the nearest one up to it that 同上 may mean, 0 for none.
    """

    known: Expr
    rows: Expr
    count: int
    years: int
    above: HelperColumn
    numbers: HelperColumn | None = None  # the labels on ①


def names_of_years(board: Board, filling: Filling, rows: Sequence[int]) -> Names:
    """The names on ②."""
    years = filling.form.years
    known = _NO_BLOCK + year_blocks(1, MOST_YEARS) + _BESIDE_BLOCKS
    own = _NO_BLOCK + year_blocks(years[0].number, len(years)) + _BESIDE_BLOCKS
    above = HelperColumn(board, rows)
    for _ in rows:
        above.put(ROWS(above.above()))
    return Names(board.constant(known), board.constant(own), len(years), 0, above)


def names_of_labels(board: Board, filling: Filling, numbers: HelperColumn) -> Names:
    """The names on ①: a row is called by its label now."""
    years = filling.form.years
    known = board.constant(_NO_BLOCK + LABEL_BLOCKS + year_blocks(1, MOST_YEARS) + _BESIDE_BLOCKS)
    rows = board.constant(_NO_BLOCK) & ""
    for number in numbers.cells:
        label = MID(known, number * BLOCK + 1, BLOCK)
        rows = rows & IF(number.eq(0), REPT(" ", BLOCK), label)
    rows = rows & board.constant(year_blocks(years[0].number, len(years)) + _BESIDE_BLOCKS)
    above = HelperColumn(board, numbers.rows)
    for at, number in enumerate(numbers.cells):
        above.put(IF(number > 0, ROWS(above.above()), above.before(at)))
    live = Area(1, board.reserve([1], 1))
    board.put(live, rows)
    return Names(known, cell(fixed(live)), len(numbers.cells), len(years), above, numbers)


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One cell of a column: its field, and its text folded between line breaks.

    A cell without a text is locked: what it is comes with each form.
    """

    field: Field
    bare: Expr | None


@dataclass(frozen=True, slots=True)
class CutUp:
    """A line that may be a reference: mark and names, names apart, and the rows they mean."""

    front: Expr
    names: Expr
    found: Sequence[Expr]  # where each name stands among the names
    spots: Sequence[Expr]
    ranges: Expr  # the first two names are the ends of a range
    span: Expr  # and so many numbers apart


class ReferenceColumn:
    """One column of references, resolved from top to bottom; 同左 means the column ``left``.

    What they mean is shown in the ``column`` beside the form; of other cells nothing is.
    """

    def __init__(
        self,
        board: Board,
        filling: Filling,
        rows: Sequence[ReferenceRow],
        column: int,
        left: ReferenceColumn | None = None,
    ) -> None:
        self._board, self._filling, self.rows, self._left = board, filling, rows, left
        self._typed = all_typed([row.field for row in rows])
        self.looks, self.leads = self._column(), self._column()
        self.meanings = HelperColumn(board, [row.field.area.row for row in rows], column)
        self.cut_up: list[CutUp | None] = []
        for row in rows:
            if row.bare is None:
                self.looks.give("looks", row.field)
                continue
            refers = IF(ISNUMBER(FIND(REFERS, row.bare)), Looks.REFERS, Looks.PLAIN)
            self.looks.put(IF(SUBSTITUTE(row.bare, board.line, "").eq(""), Looks.BLANK, refers))

    def _column(self, rows: Sequence[ReferenceRow] | None = None) -> HelperColumn:
        rows = self.rows if rows is None else rows
        return HelperColumn(self._board, [row.field.area.row for row in rows])

    def resolve(self, names: Names) -> None:
        """Follow all references."""
        alive = [row for row in self.rows if row.bare]
        count = (2 + 2 * MOST_TARGETS) if names.numbers else (3 + MOST_TARGETS)
        helpers = [self._column(alive) for _ in range(count if alive else 0)]
        for at, row in enumerate(self.rows):
            cut = self._cut_up(at, row.bare, names, helpers) if row.bare else None
            self.cut_up.append(cut)
            if row.bare and cut:
                self.leads.put(self._lead(at, row.bare, cut, names))
            else:
                self.leads.give("leads", row.field)
        board = self._board
        stem = self.rows[0].field.stem
        bad = board.constant(f"{stem}の参照先がないか、空欄です。")
        beyond = board.constant(f"{stem}の参照が入り組んでいて、確かめられません。")
        for at, (row, cut) in enumerate(zip(self.rows, self.cut_up, strict=True)):
            leads, line = self.leads.cells[at], row.field.area.row
            if row.bare is None or cut is None:
                self.meanings.give("meaning", row.field)
                continue
            self.meanings.put(IF(leads.eq(Leads.GOOD), self._meaning(at, row.bare, cut), ""))
            if self._filling.is_open(row.field):
                board.beside(line, leads.eq(Leads.BAD), bad)
                board.beside(line, leads.eq(Leads.BEYOND), beyond)

    # -- what a cell names

    def _cut_up(self, at: int, bare: Expr, names: Names, helpers: Sequence[HelperColumn]) -> CutUp:
        """Cut the line that may be a reference into names, and look for the rows they mean."""
        line, (fronts, aparts, *rest) = self._board.line, helpers
        founds, (spots, *others) = rest[:MOST_TARGETS], rest[MOST_TARGETS:]
        sign = FIND(REFERS, bare)
        before = SUBSTITUTE(LEFT(bare, sign - 1), line & DASHES[0], line)
        last = TRIM(RIGHT(SUBSTITUTE(before, line, REPT(" ", _LONGEST)), _LONGEST))
        front = fronts.put(IF(self.looks.cells[at].eq(Looks.REFERS), last, ""))
        behind, end = MID(bare, sign + 1, 1), FIND(line, bare, sign)
        one_note = IFERROR(FIND("(", bare, sign + 2), _REST) > end
        whole = OR(behind.eq(line), AND(MID(bare, end - 1, 1).eq(")"), one_note))
        apart = MID(front, IF(self._is_marked(front), 4, 1), _LONGEST)
        for sign_between in (COMMA, *_TO) if names.years else (COMMA,):
            apart = SUBSTITUTE(apart, sign_between, REPT(" ", _APART))
        apart = aparts.put(IF(front.eq(""), "", IF(whole, apart, "")))
        found = []
        for nth, column in enumerate(founds):
            name = leaf("|") & TRIM(MID(apart, nth * _APART + 1, _APART)) & "|"
            lacking = IF(ISNUMBER(FIND(name, names.known)), _NO_ROW, _NO_NAME)
            found.append(column.put(IFERROR(INT(FIND(name, names.rows) / BLOCK), lacking)))
        first = spots.put(self._spot(at, found[0], names))
        ranges = OR(*(ISNUMBER(FIND(sign, front)) for sign in _TO))
        if names.numbers is None:
            return CutUp(front, apart, found, [first, *found[1:]], FALSE, leaf(0))
        # From one label to another: those between are told by their numbers.
        numbers = names.numbers.every()
        start, stop = (INDEX(numbers, spot) for spot in found[:2])
        span = IFERROR(stop - start, _NO_ROW)
        more = [IFERROR(MATCH(start + nth, numbers, 0), _NO_ROW) for nth in range(1, MOST_TARGETS)]
        second = others[0].put(IF(ranges, more[0], found[1]))
        third = others[1].put(IF(ranges, IF(span < 2, 0, more[1]), found[2]))
        return CutUp(front, apart, found, [first, second, third], ranges, span)

    def _is_marked(self, front: Expr) -> Expr:
        return ISNUMBER(FIND(leaf("|") & LEFT(front, 3) & "|", self._board.constant(_MARKS)))

    def _own(self, column: HelperColumn) -> Expr:
        """The number of a row, from 1; the column has been filled down to it."""
        return ROWS(column.above())

    def _spot(self, at: int, found: Expr, names: Names) -> Expr:
        """The row that a first name means; it may be a name that stands alone."""
        step = self._filling.form.spec.rows_a_year if names.years else 1
        own, up = self._own(self.leads), names.above.before(at)
        rest = names.count + names.years
        left = _LEFT if self._left else _NO_ROW
        beside = IF(found.eq(rest + 2), IF(up > 0, up, _NO_ROW), left)
        spot = IF(found.eq(rest + 1), IF(own > step, own - step, _NO_ROW), beside)
        if names.years:
            same_row = (found - (names.count + 1)) * step + MOD(own - 1, step) + 1
            spot = IF(found < rest + 1, same_row, spot)
        return IF(found < names.count + 1, found, spot)

    # -- whether that holds, and what it says

    def _lead(self, at: int, bare: Expr, cut: CutUp, names: Names) -> Expr:
        look = self.looks.cells[at]
        first, second, third = cut.found
        ranges = cut.ranges
        are_names = [
            first.ne(0),
            MIN(*cut.found) > _NO_NAME,
            OR(second.eq(0), MAX(*cut.found) < names.count + 1),
            OR(second.ne(0), AND(third.eq(0), NOT(ranges))),
        ]
        holds = IF(AND(*(self._holds(at, spot) for spot in cut.spots)), Leads.GOOD, Leads.BAD)
        is_bad = OR(MIN(*cut.spots) < 0, AND(ranges, cut.span < 1))
        there = IF(is_bad, Leads.BAD, holds)
        too_long = AND(ranges, OR(third.ne(0), cut.span > MOST_TARGETS - 1))
        beyond = OR(LEN(cut.names) > MOST_TARGETS * _APART, too_long)
        follows = IF(AND(*are_names), IF(beyond, Leads.BEYOND, there), Leads.TEXT)
        count = LEN(bare) - LEN(SUBSTITUTE(bare, REFERS, ""))
        refers = IF(count > MOST_LINES, Leads.BEYOND, follows)
        plain = IF(look.eq(Looks.PLAIN), Leads.TEXT, Leads.BLANK)
        return IF(look.eq(Looks.REFERS), refers, plain)

    def _holds(self, at: int, spot: Expr) -> Expr:
        """The cell at a spot says something: it is resolved above, and plain below."""
        above = INDEX(self.leads.above(), spot + 1) < Leads.BAD
        below = INDEX(self.looks.every(), spot).eq(Looks.PLAIN)
        found = IF(spot < self._own(self.leads), above, below)
        if self._left:
            found = IF(spot.eq(_LEFT), self._left.leads.cells[at] < Leads.BAD, found)
        return IF(spot.eq(0), TRUE, IFERROR(found, FALSE))

    def _target(self, at: int, spot: Expr) -> Expr:
        """The text at a spot: what it means, where it is a reference itself and stands above."""
        is_above = spot < self._own(self.meanings)
        refers = IF(is_above, INDEX(self.leads.above_row(at), spot + 1).eq(Leads.GOOD), FALSE)
        typed_there = INDEX(self._typed, spot)
        found = IF(refers, INDEX(self.meanings.above(), spot + 1), typed_there)
        if self._left:
            left = self._left
            refers = left.leads.cells[at].eq(Leads.GOOD)
            beside = IF(refers, left.meanings.cells[at], typed(left.rows[at].field))
            found = IF(spot.eq(_LEFT), beside, found)
        return found

    def _meaning(self, at: int, bare: Expr, cut: CutUp) -> Expr:
        """The cell's text with the line that is a reference replaced."""
        board, line, front = self._board, self._board.line, cut.front
        text, separator = typed(self.rows[at].field), board.constant(SEPARATOR)
        sign = FIND(REFERS, bare)
        lines = LEN(LEFT(bare, sign)) - LEN(SUBSTITUTE(LEFT(bare, sign), line, ""))
        start = FIND(separator, SUBSTITUTE(line & text, line, separator, lines))
        end = FIND(line, text & line, start)
        first = self._target(at, cut.spots[0]) & ""
        own_marks = board.constant(_OWN_MARKS)
        is_own = ISNUMBER(FIND(leaf("|") & LEFT(first, 3) & "|", own_marks))
        marked = LEFT(front, 3) & IF(is_own, MID(first, 4, _REST), first)
        said = IF(self._is_marked(front), marked, first)
        for spot in cut.spots[1:]:
            said = said & IF(spot.eq(0), "", line & self._target(at, spot))
        opened = SUBSTITUTE(MID(text, start, end - start), "(", "（")
        note = leaf("（") & TRIM(RIGHT(SUBSTITUTE(opened, "（", REPT(" ", 999)), 999))
        said = said & IF(MID(bare, sign + 1, 1).eq("("), note, "")
        return LEFT(text, start - 1) & said & MID(text, end, _REST)
