"""The area beside one sheet: helper cells, messages and counts, dealt out while it is planned.

A sheet's cells are planned once for all forms that stand open alike; what they hold in one form is
computed then. Viewers that do not calculate show those values, and tests let LibreOffice
recalculate them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add

from workbook_tools.cells import Area, column_name
from workbook_tools.era import FiscalYear
from workbook_tools.form import layout
from workbook_tools.form.layout import Field, Form
from workbook_tools.form.live.expr import (
    FIND,
    IF,
    ISNUMBER,
    MID,
    ROWS,
    SUBSTITUTE,
    Expr,
    between,
    cell,
    joined,
    leaf,
)
from workbook_tools.plan.model import Plan
from workbook_tools.spellings import FOLDED_BRACKETS, SIGNS, WORDS, folded

# Between texts joined in one cell, and in place of one of them to be found: nobody's own signs.
SEPARATOR, FOUND = "\uf8ff", "\uf8fe"
_DEEPEST = 60  # functions within functions; Excel 2016 allows 64
# What may stand in a workbook's XML at all.
_FOLDS = [(old, new) for old, new in (*SIGNS, *WORDS) if old >= " " or old[0] in "\t\n\r"]


def _sign(sign: str) -> Expr:
    return Expr(f"CHAR({ord(sign)})", repr(sign))


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A cell beside the form: computed by ``made``, a constant, or given with each form.

    ``look``: field, check, meaning, hidden or count. ``given`` says what of which field, ``room``
    names the field whose text must fit.
    """

    area: Area
    look: str
    made: Expr | None = None
    constant: str | int | None = None
    given: tuple[str, str] | None = None
    room: str = ""


@dataclass(frozen=True, slots=True)
class _Check:
    """Words that are shown while ``when`` holds. ``missing``: something is still to be typed."""

    missing: bool
    when: Expr
    words: Expr


@dataclass(slots=True)
class Board:
    """The area beside one sheet while it is planned: helper cells are dealt out row by row."""

    cells: list[PlannedCell] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _constants: dict[str, Expr] = field(default_factory=dict)
    _checks: dict[int, list[_Check]] = field(default_factory=dict)

    def reserve(self, rows: Sequence[int], count: int) -> int:
        """The first of so many helper columns that are free in all these rows."""
        first = max(self._next.get(row, layout.HELPERS) for row in rows)
        self._next.update(dict.fromkeys(rows, first + count))
        if first + count > layout.LAST_HELPER + 1:
            raise ValueError(f"no helper columns left in rows {rows}")
        return first

    def put(self, area: Area, made: Expr, look: str = "hidden", room: str = "") -> Expr:
        """Put a formula into a cell; gives the cell."""
        self.cells.append(PlannedCell(area, look, made, room=room))
        return cell(area.a1)

    def blank(self, area: Area) -> Expr:
        """A cell of the form that stays empty; gives what it says."""
        self.cells.append(PlannedCell(area, "field", constant=""))
        return leaf("")

    def helper(self, row: int, made: Expr, room: str = "") -> Expr:
        """Put a formula into the next hidden cell of the row."""
        return self.put(Area(row, self.reserve([row], 1)), made, room=room)

    def constant(self, text: str) -> Expr:
        """A text that many formulas need: it stands once, in the first row."""
        if text not in self._constants:
            area = Area(0, self.reserve([0], 1))
            self.cells.append(PlannedCell(area, "hidden", constant=text))
            self._constants[text] = cell(fixed(area))
        return self._constants[text]

    @property
    def line(self) -> Expr:
        """A line break."""
        if "\n" not in self._constants:
            area = Area(0, self.reserve([0], 1))
            self.put(area, _sign("\n"))
            self._constants["\n"] = cell(fixed(area))
        return self._constants["\n"]

    def lines(self, text: str) -> Expr:
        """A text constant; signs that move the carriage are no letters in a formula."""
        parts = [part for part in re.split(r"([\t\n\r])", text) if part]
        made = [
            self.line if part == "\n" else _sign(part) if part in "\t\r" else leaf(part)
            for part in parts
        ]
        return joined(made) if made else leaf("")

    def one_of(self, short: Expr, words: Iterable[str]) -> Expr:
        """A folded answer is one of a table's words."""
        table = self.constant(f"|{'|'.join(sorted(folded(words)))}|")
        return ISNUMBER(FIND(leaf("|") & short & "|", table))

    def missing(self, row: int, when: Expr, words: Expr | str) -> None:
        """Something is still to be typed in this row."""
        self._check(row, True, self.helper(row, when), words)

    def doubtful(self, row: int, when: Expr, words: Expr | str, room: str = "") -> None:
        """Something typed in this row should be looked at again."""
        self._check(row, False, self.helper(row, when, room), words)

    def beside(self, row: int, when: Expr, words: Expr | str) -> None:
        """The same, where ``when`` is so short that it needs no cell of its own."""
        self._check(row, False, when, words)

    def _check(self, row: int, missing: bool, when: Expr, words: Expr | str) -> None:
        said = leaf(words) if isinstance(words, str) else words
        self._checks.setdefault(row, []).append(_Check(missing, when, said))

    def finish(self) -> tuple[Expr, Expr]:
        """Write messages and counts of all rows; gives the cells of both totals.

        The counts of a row tell how its message and its empty cells are coloured.
        """
        for row, checks in self._checks.items():
            spoken = [IF(check.when, check.words, "") for check in checks]
            self.put(Area(row, layout.CHECKS), joined(spoken), "check")
        counts = []
        for kind, col in ((True, layout.MISSING), (False, layout.DOUBTFUL)):
            total = leaf(0)
            for row, checks in self._checks.items():
                found = [check.when for check in checks if check.missing is kind]
                if found:
                    total = total + self.put(Area(row, col), reduce(add, found, leaf(0)))
            counts.append(self.put(Area(0, col), total))
        return counts[0], counts[1]


def fixed(area: Area) -> str:
    """A cell whose row stays the same wherever a formula is repeated: ``AI$1``."""
    return f"{column_name(area.col)}${area.row + 1}"


class HelperColumn:
    """One cell for each of the rows of a block, below one that no formula means.

    Formulas are alike from row to row, so that a file needs them once.
    """

    def __init__(self, board: Board, rows: Sequence[int], shown: int | None = None) -> None:
        self._board, self.rows = board, rows
        self._look = "hidden" if shown is None else "meaning"
        col = board.reserve([rows[0] - 1, *rows], 1) if shown is None else shown
        self._head = Area(rows[0] - 1, col)
        self.cells: list[Expr] = []

    def put(self, made: Expr) -> Expr:
        """The next row's formula; gives its cell."""
        area = replace(self._head, row=self.rows[len(self.cells)])
        self.cells.append(self._board.put(area, made, self._look))
        return self.cells[-1]

    def give(self, what: str, field: Field) -> None:
        """The next row's value comes with each form."""
        area = replace(self._head, row=self.rows[len(self.cells)])
        self._board.cells.append(PlannedCell(area, self._look, given=(what, field.name)))
        self.cells.append(cell(area.a1))

    def above(self) -> Expr:
        """All cells put so far and the empty one: the nth row stands at n + 1."""
        return self.above_row(len(self.cells))

    def above_row(self, at: int) -> Expr:
        """All cells above a row's and the empty one."""
        last = replace(self._head, row=self.rows[at] - 1)
        return between(fixed(self._head), last.a1, [leaf(0), *self.cells[:at]])

    def before(self, at: int) -> Expr:
        """The cell above a row's; the empty one above the first."""
        return self.cells[at - 1] if at else Expr(self._head.a1, "0")

    def every(self) -> Expr:
        """All rows, from a formula in any of them."""
        first, last = (replace(self._head, row=self.rows[at]) for at in (0, -1))
        return between(fixed(first), fixed(last), self.cells)


@dataclass(frozen=True, slots=True)
class Filling:
    """A form as it is filled in: what all blocks look at. ``open`` are the fields to type in.

    Rows of 取組内容 before the year ``numbered_from`` bear no numbers.
    """

    form: Form
    plan: Plan
    open: frozenset[str]
    numbered_from: FiscalYear

    @property
    def year(self) -> FiscalYear:
        """The evaluated year."""
        return self.plan.evaluated

    def is_open(self, item: Field) -> bool:
        return item.name in self.open


def typed(item: Field) -> Expr:
    """The cell of a field."""
    return cell(item.area.a1)


def all_typed(items: Sequence[Field]) -> Expr:
    """The cells of fields one below the other, from a formula in any of their rows."""
    return between(fixed(items[0].area), fixed(items[-1].area), [typed(item) for item in items])


def unbracketed(bare: Expr) -> Expr:
    """A folded text without any brackets."""
    for bracket in FOLDED_BRACKETS:
        bare = SUBSTITUTE(bare, bracket, "")
    return bare


@dataclass(frozen=True, slots=True)
class TypedText:
    """A typed cell as the checks see it: folded, between line breaks or, if ``short``, on one line.

    ``row`` is where its helper cells stand.
    """

    row: int
    cell: Expr
    short: bool = True


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """One sheet while its checks are planned: ``bare`` are its typed texts, folded, by name."""

    board: Board
    filling: Filling
    bare: Mapping[str, Expr]

    def filled(self, name: str) -> Expr:
        """A short answer says something."""
        return self.bare[name].ne("")


def typed_sheet(board: Board, filling: Filling, texts: Mapping[str, TypedText]) -> TypedSheet:
    """The sheet with its texts folded; the folding cells stand in its second row.

    All texts are joined, folded in a few cells and cut apart again: so every spelling stands once
    a sheet, and reader and form fold by the same list.
    """
    row, line, separator, sign = 1, board.line, board.constant(SEPARATOR), board.constant(FOUND)
    apart = board.helper(row, line & separator & line)
    whole = separator & line
    for text in texts.values():
        whole = whole & text.cell & apart
    for deep, (old, new) in enumerate(_FOLDS, start=1):
        whole = SUBSTITUTE(whole, board.lines(old), board.lines(new))
        if deep % _DEEPEST == 0:
            whole = board.helper(row, whole)
    area = Area(row, board.reserve([row], 1))
    board.put(area, whole)
    whole, bare = cell(fixed(area)), {}
    for (name, text), number in zip(texts.items(), _numbers(texts.values()), strict=True):
        start, end = (
            FIND(sign, SUBSTITUTE(whole, separator, sign, nth)) for nth in (number, number + 1)
        )
        part = MID(whole, start + 1, end - start - 1)
        bare[name] = board.helper(text.row, SUBSTITUTE(part, line, "") if text.short else part)
    return TypedSheet(board, filling, bare)


def _numbers(texts: Iterable[TypedText]) -> Iterator[Expr]:
    """Which text is which; in a run of rows that is told by the row, so that formulas are alike."""
    first = last = None
    before = 0
    for number, text in enumerate(texts, start=1):
        if text.short or last is None or text.row != last + 1:
            first, before = text.row, number - 1
        last = None if text.short else text.row
        if text.short or first is None:
            yield leaf(number)
        else:
            rows = [leaf(0)] * (text.row - first + 1)
            yield ROWS(between(f"A${first + 1}", f"A{text.row + 1}", rows)) + before
