"""The area beside one sheet: helper cells, messages and counts, dealt out while it fills up.

Each cell is an Excel formula with the value it has right now: viewers that do not calculate show
that value, and tests let LibreOffice recalculate it. Small formulas that several blocks need stand
here, each beside its meaning in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.formula import quoted
from workbook_tools.form import layout
from workbook_tools.form.layout import Field, Form, Kind
from workbook_tools.plan.model import Plan

Values = Mapping[str, str | int]

LF = "\n"
# What ASC does to the characters of numbers and references.
ASC = str.maketrans("０１２３４５６７８９（）、，・～．＋－", "0123456789()､,･~.+-")


@dataclass(frozen=True, slots=True)
class Live:
    """A formula cell with its present value; ``look``: field, check, meaning, hidden or count."""

    sheet: int
    area: Area
    formula: str
    value: str | int
    look: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A reference to a cell and what stands in it."""

    ref: str
    value: str | int

    @property
    def text(self) -> str:
        return str(self.value)


@dataclass(slots=True)
class Board:
    """The area beside one sheet while it fills up: helper cells are dealt out row by row."""

    sheet: int
    cells: list[Live] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _checks: dict[int, list[tuple[bool, Cell, str, str]]] = field(default_factory=dict)

    def helper(self, row: int, formula: str, value: str | int) -> Cell:
        """Put a formula into the next hidden cell of the row."""
        col = self._next.get(row, layout.HELPERS)
        self._next[row] = col + 1
        return self._put(Area(row, col), formula, value, "hidden")

    def show(self, area: Area, formula: str, value: str | int, look: str) -> Cell:
        """Put a formula where it is seen."""
        return self._put(area, formula, value, look)

    def missing(
        self, row: int, when: str, now: bool, words: str, label: Cell | None = None
    ) -> None:
        """Something is still to be typed in this row."""
        self._check(row, True, when, now, words, label)

    def doubtful(
        self, row: int, when: str, now: bool, words: str, label: Cell | None = None
    ) -> None:
        """Something typed in this row should be looked at again."""
        self._check(row, False, when, now, words, label)

    def finish(self) -> tuple[str, str, int, int]:
        """Write messages and counts of all rows; gives both count ranges and both counts."""
        counts = [0, 0]
        for row, checks in self._checks.items():
            said = "".join(words for _, flag, _, words in checks if flag.value)
            spoken = "&".join(f'IF({flag.ref}=1,{how},"")' for _, flag, how, _ in checks)
            self.show(Area(row, layout.CHECKS), f"={spoken}", said, "check")
            for kind, col in enumerate((layout.MISSING, layout.DOUBTFUL)):
                flags = [flag for missing, flag, _, _ in checks if missing is (kind == 0)]
                count = sum(int(flag.value) for flag in flags)
                total = "+".join(flag.ref for flag in flags) or "0"
                self.show(Area(row, col), f"={total}", count, "hidden")
                counts[kind] += count
        rows = max(self._checks) + 1
        ranges = [Area(0, col, rows).absolute_range for col in (layout.MISSING, layout.DOUBTFUL)]
        return ranges[0], ranges[1], counts[0], counts[1]

    def _check(
        self, row: int, missing: bool, when: str, now: bool, words: str, label: Cell | None
    ) -> None:
        flag = self.helper(row, f"=IF({when},1,0)", int(now))
        how, said = quoted(words), words
        if label is not None:  # the words begin with the row's label, which moves
            how, said = f"{label.ref}&{how}", f"{label.text}{words}"
        self._checks.setdefault(row, []).append((missing, flag, how, said))

    def _put(self, area: Area, formula: str, value: str | int, look: str) -> Cell:
        self.cells.append(Live(self.sheet, area, formula, value, look))
        return Cell(area.absolute, value)


@dataclass(frozen=True, slots=True)
class Page:
    """What all blocks look at."""

    form: Form
    plan: Plan
    values: Values
    is_open: Callable[[Field], bool]

    @property
    def year(self) -> FiscalYear:
        """The evaluated year."""
        return self.plan.evaluated

    def cell(self, item: Field) -> Cell:
        """The field's cell."""
        return Cell(item.area.absolute, self.values.get(item.name, ""))


def bare_text(board: Board, row: int, cell: Cell) -> Cell:
    """The cell's text without spaces and line breaks: empty where a person sees nothing."""
    formula = f'=SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell.ref},"　","")," ",""),CHAR(10),"")'
    value = cell.text.replace("　", "").replace(" ", "").replace(LF, "")
    return board.helper(row, formula, value)


def one_of(cell: Cell, words: Sequence[str]) -> tuple[str, bool]:
    choices = ",".join(f"{cell.ref}={quoted(word)}" for word in words)
    return f"OR({choices})", cell.value in words


def too_long(board: Board, page: Page, item: Field) -> None:
    """T701 while typing: more full-width characters than the printed cell shows."""
    if item.kind is not Kind.TEXT or not page.is_open(item):
        return
    most = item.columns // 2 * layout.open_lines(item, page.year)
    cell = page.cell(item)
    words = f"{item.title}が長く、印刷で切れるおそれがあります。"
    board.doubtful(item.area.row, f"LEN({cell.ref})>{most}", len(cell.text) > most, words)


def begins_with_mark(cell: Cell) -> tuple[str, bool]:
    """(新) or (継) in front, brackets of either width."""
    formula = (
        f'AND(LEN({cell.ref})>1,ISNUMBER(FIND(LEFT({cell.ref},1),"(（")),'
        f'ISNUMBER(FIND(MID({cell.ref},2,1),"新継")))'
    )
    text = cell.text
    return formula, text[:1] in tuple("(（") and text[1:2] in tuple("新継")
