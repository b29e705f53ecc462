"""A worksheet as printed words: where labels of the form stand, whatever they look like. Pure.

A label is a whole cell, compared without widths, spaces, signs and remarks in brackets; its words
come from the layout. What the words mean together is for :mod:`labels` to say.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import TypeAlias

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Table, as_text
from workbook_tools.form.layout import BESIDE, OVERALL, Field, Form, Kind
from workbook_tools.form.spec import Stem
from workbook_tools.text import key

Cell: TypeAlias = tuple[int, int]
Spot: TypeAlias = tuple[int, int, int]  # table, row, column; all zero-based

_IN_BRACKETS, _SIGNS = re.compile(r"\([^()]*\)"), re.compile(r"[\W_]")
ITEM, NUMBER_AND_TITLE = re.compile(r"no\d+(?P<name>.*)"), re.compile(r"\s*\d{1,3}\s+\S")
# A cell that names what follows: 【その他】, ■ 参考.
HEADING = re.compile(r"\s*(?:【[^【】\n]*】|[■□◆◇▼▽][^\n]{1,20})\s*")
_LONGEST = 60  # characters of a label with its spaces; a longer cell is a text
NEAR = 12  # rows between the labels of a block, a few inserted ones included
_SHARED_EDGE = 5  # so many merged cells end where the page ends
_ASIDE = ("beside", Stem.VERSION)  # what stands right of the page
_NO_EDGE = 1 << 14  # columns of a worksheet
# What the form prints beside the page, outside its live checks; and over these.
REASONS_BEFORE = "前年度の評価の理由"
HELPERS = (
    *BESIDE,
    REASONS_BEFORE,
    Stem.VERSION,
    f"{Stem.PLAN}が指す内容",
    f"{Stem.RESULT}が指す内容",
    f"{Stem.ISSUE}が指す内容",
    f"{Stem.SOLUTION}が指す内容",
    "工程の⇒が指す内容",
)
SCHEDULE, ACTIVITIES, EVALUATION, ISSUES = range(4)  # blocks in the order of the papers
ROW, PROBLEM = (Stem.PLAN, Stem.RESULT), (Stem.ISSUE, Stem.SOLUTION)  # side by side
NUMBERED = (*ROW, Stem.LABEL)
ABOVE: tuple[str, ...] = (*NUMBERED, *PROBLEM)
HEAD = (Stem.SEASON, Stem.ITEM_NUMBER, Stem.TITLE, Stem.DEPARTMENT)
PLANNED, SUMMED = (Stem.ORIGINAL, Stem.REVISION), (Stem.TOTAL, OVERALL)  # below one another
LEFT: tuple[str, ...] = (*HEAD, *PLANNED, *SUMMED)
TITLES = ("title①", "title②")


def word(text: str) -> str:
    """What spellings of a label share: ``【評価の理由】（令和３年度）`` → ``評価理由``."""
    bare = key(text).replace("の", "")
    return _SIGNS.sub("", _IN_BRACKETS.sub("", bare)) or _SIGNS.sub("", bare)


@lru_cache(maxsize=4096)
def read_label(text: str) -> tuple[str, FiscalYear | None]:
    """A cell as a label: its word, and the year it names, if any."""
    bare = word(text) if len(text) <= _LONGEST else ""
    try:
        return bare, FiscalYear.parse(bare)
    except ValueError:
        return bare, None


class _Words:
    """The words of a form's labels. The role of a field's label is the field's stem."""

    def __init__(self, form: Form) -> None:
        self.roles: dict[str, set[str]] = defaultdict(set)  # word → roles
        stems = {item.stem: item for item in reversed(form.fields)}  # the first of each
        themes = {item.name: item for item in form.fields if item.kind is Kind.MARK}
        above = (*ABOVE, *(field.stem for field in form.remarks))
        for stem in above:
            self.roles[stem].add(stem)  # somebody who retypes a heading may shorten it so
        for stem in (*above, form.reasons[0].stem):
            self.roles[self._above(form, stems[stem])].add(stem)
        for stem in (*LEFT, *form.criteria):
            self.roles[self._left(form, stems[stem])].add(stem)
        self.roles[word(stems[Stem.VERSION].title)].add(Stem.VERSION)
        self.roles[self._left(form, next(iter(themes.values())))].add(Stem.THEME)
        self.themes = {name: self._above(form, item) for name, item in themes.items()}
        self.season = self._left(form, stems[Stem.SEASON])
        plan, ending = stems[Stem.ORIGINAL].area, stems[Stem.END_YEAR].area.row
        at = [(label.sheet, label.area.row, label) for label in form.labels]
        for sheet, row, label in at:
            if sheet == 0 and abs(row - plan.row) <= 1 and label.area.col < plan.col:
                self.roles[word(label.text)].add("工程表")
        self.titles = [
            word(label.text.replace("{plan}", "")) for *_, label in at if label.look == "title"
        ]
        # 取組終了の場合記入 → 令和 [ ] 年 [ ] 月取組終了
        self.ending = [word(label.text) for sheet, row, label in at if (sheet, row) == (0, ending)]

        self.helpers = frozenset(word(text) for text in HELPERS) - {""}
        self.years = frozenset(form.years)
        self.meaning = lru_cache(maxsize=4096)(self._meaning)

    def _meaning(self, text: str) -> tuple[tuple[str, ...], FiscalYear | None]:
        """The roles a cell may have as a label, and the year it may name."""
        bare, year = read_label(text)
        titles = zip(TITLES, self.titles, strict=True)
        roles = {role for role, title in titles if bare.endswith(title)} | self.roles.get(
            bare, set()
        )
        beside = ["beside"] if text in BESIDE else []
        return (*sorted(roles), *beside), year if year in self.years else None

    @staticmethod
    def _above(form: Form, item: Field) -> str:
        place = (item.sheet, item.area.row - 1, item.area.col)
        labels = (
            (label.sheet, label.area.last_row, label.area.col, label.text) for label in form.labels
        )
        return next(word(text) for *at, text in labels if tuple(at) == place)

    @staticmethod
    def _left(form: Form, item: Field) -> str:
        row, col = item.area.row, item.area.col
        labels = (
            label for label in form.labels if label.sheet == item.sheet and label.area.col < col
        )
        beside = [label for label in labels if label.area.row <= row <= label.area.last_row]
        return word(max(beside, key=lambda label: label.area.col).text)


_words = lru_cache(maxsize=8)(_Words)


@dataclass(frozen=True, order=True, slots=True)
class Anchor:
    """A recognised block: row and columns of its headings, and how many labels speak for it."""

    row: int
    block: int
    cols: tuple[int, ...]
    labels: int = 0


@dataclass(eq=False, slots=True)
class SheetPart:
    """A sheet ① or ② of a form: the practice number printed on it, its fields, its rows.

    ``doubtful`` are fields whose label stands there more than once: they may be another's; of these
    ``twice`` those whose year heads two columns.
    """

    sheet: int
    number: str
    spots: dict[str, Spot]
    rows: range
    doubtful: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()
    partner: SheetPart | None = None


class Page:
    """A worksheet as far as the form goes: its filled cells, labels and years, indexed once."""

    def __init__(self, form: Form, number: int, table: Table) -> None:
        self.form, self.number, self.table, self.words = form, number, table, _words(form)
        self.cells: dict[Cell, str] = {}
        self.cols: dict[int, list[int]] = defaultdict(list)  # row → filled columns
        self.roles: dict[str, list[Cell]] = defaultdict(list)
        self.years: dict[int, dict[int, FiscalYear]] = defaultdict(dict)  # row → column → year
        covered, hidden = table.covered, table.look.hidden_cols
        for row, values in enumerate(table.grid):
            for col, value in enumerate(values):
                if value != "" and (row, col) not in covered and (text := as_text(value)).strip():
                    self.cells[row, col] = text
                    self.cols[row].append(col)
                    if isinstance(value, str) and col not in hidden:  # where the helpers stand
                        self._index((row, col), *self.words.meaning(text))
        self.height = len(table.grid)
        self.edge = min((col for _, col in self.roles["beside"]), default=_NO_EDGE)
        self.downs: dict[Cell, int] = {}  # first cell of a merged area → last row
        self.homes: dict[Cell, int] = {}  # cell → first column of its merged area
        self.ends: dict[Cell, int] = {}  # first cell of a merged area → last column

    def _index(self, cell: Cell, roles: Sequence[str], year: FiscalYear | None) -> None:
        for role in roles:
            self.roles[role].append(cell)
        if year:
            self.years[cell[0]][cell[1]] = year

    def heads(self, roles: Sequence[str], row: int) -> bool:
        """The row holds the headings of another block."""
        return all(self.labels(role, range(row, row + 1)) for role in roles)

    def is_label(self, cell: Cell) -> bool:
        """Printed words: a label of the form, a year, what stands over the live checks."""
        text = self.cells.get(cell, "")
        roles, year = self.words.meaning(text)
        return bool(roles) or year is not None or word(text) in self.words.helpers

    def merge(self) -> None:
        """Learn the merged cells, where the format tells them: help, nothing relies on them."""
        for area in self.table.merged:
            self.ends[area.row, area.col] = area.last_col
            self.downs[area.row, area.col] = area.last_row
            for col in range(area.col, area.last_col + 1):
                self.homes[area.row, col] = area.col
        self.edge = min(self.edge, self._right())

    def _right(self) -> int:
        """The column behind the page, where several merged cells end together; else no edge.

        No label of the form stands beyond it alone; helpers may say the same once more.
        """
        ends = Counter(end + 1 for (_, col), end in self.ends.items() if end > col)
        shared = max((end for end, count in ends.items() if count >= _SHARED_EDGE), default=0)
        firsts = [
            min(col for _, col in cells)
            for role, cells in self.roles.items()
            if cells and role not in _ASIDE
        ]
        return shared if shared > max(firsts, default=-1) else _NO_EDGE

    def bare(self, cell: Cell) -> str:
        """The word in a cell; nothing for a long text or a blank."""
        return read_label(self.cells.get(cell, ""))[0]

    def labels(self, role: str, rows: range, before: int = _NO_EDGE) -> list[Cell]:
        """The labels of a role in these rows, left of a column."""
        limit = min(before, self.edge)
        return [cell for cell in self.roles[role] if cell[0] in rows and cell[1] < limit]

    def filled(self, rows: Iterable[int], first: int = 0, after: int = _NO_EDGE) -> list[Cell]:
        """The filled cells between two columns of the form."""
        after = min(after, self.edge)
        return [
            (row, col) for row in rows for col in self.cols.get(row, ()) if first <= col < after
        ]

    def years_down(self, rows: range, before: int) -> dict[FiscalYear, Cell]:
        """The years printed one under the other, left of a column, from the top; each once."""
        found: dict[FiscalYear, Cell] = {}
        for row in rows:
            for col, year in self.years.get(row, {}).items():
                if col < before:
                    found.setdefault(year, (row, col))
        return found

    def rows_of(
        self, years: Mapping[FiscalYear, Cell], year: FiscalYear, stop: int, usual: int
    ) -> range:
        """The rows of a year: those of its merged label, else up to the next label.

        ``usual``: how many they are where the label of the year behind it is missing.
        """
        top, col = years[year]
        last = self.downs.get((top, col), top)
        if last > top:
            return range(top, min(last + 1, stop))
        following = next((known for known in years if years[known][0] > top), None)
        if following is not None and following != year + 1:
            return range(top, min(top + usual, stop))
        return range(top, stop)

    def years_across(self, row: int, after: int = -1) -> dict[FiscalYear, int]:
        """The years printed side by side, right of a column: year → column, from the left."""
        found: dict[FiscalYear, int] = {}
        for col, year in self.years.get(row, {}).items():
            if after < col < self.edge:
                found.setdefault(year, col)
        return found

    def across(
        self, rows: Sequence[int], starts: Sequence[int], after: int, heading: int = -1
    ) -> list[Cell]:
        """For every column of a block its filled cell in these rows, or where one would stand.

        What stands right of the column's heading (in row ``heading``) is in no column of the block.
        """
        homes: list[int] = []
        for col in starts:
            home = self.homes.get((rows[0], col), col)
            # A cell merged with its left neighbour has no place of its own: it stays blank.
            homes.append(home if not homes or home > homes[-1] else col)
        cells = []
        for start, (first, stop) in zip(starts, pairwise([*homes, after]), strict=True):
            wide = self.ends.get((heading, start), start)
            # Where the format tells merged cells, one that is not merged is a column wide.
            end = min(stop, wide + 1) if heading >= 0 and self.ends else stop
            cells.append((*self.filled(rows, first, end), (rows[0], first))[0])
        return cells

    def end_of(self, heading: Cell, cols: tuple[int, int], usual: tuple[int, int, int]) -> int:
        """The column behind a block's last one, whatever stands beside the form.

        That of its heading where it is merged; else ``usual`` (both columns of the form as it was
        sent, and its right edge) in the proportion of ``cols``, the columns found.
        """
        if heading in self.ends and self.ends[heading] > heading[1]:
            return min(self.edge, self.ends[heading] + 1)
        left, right, edge = usual
        wide = -(-(edge - right) * max(1, cols[1] - cols[0]) // (right - left))
        return min(self.edge, cols[1] + max(1, wide))

    def right_of(self, cell: Cell, heads: Iterable[Cell] = ()) -> Cell:
        """The first filled cell right of a label, or where one would stand."""
        start = (cell[0], self.ends.get(cell, cell[1]) + 1)
        found = self.filled(start[:1], start[1])
        return found[0] if found and found[0] not in heads else start

    def left_of(self, cell: Cell) -> Cell:
        """The cell that ends before this one."""
        row, col = cell
        return row, self.homes.get((row, col - 1), col - 1)

    def anchors(self) -> list[Anchor]:
        """All blocks of the worksheet, from top to bottom."""
        schedules = [
            Anchor(row, SCHEDULE, tuple(cols.values()))
            for row in self.years
            if len(cols := self.years_across(row)) >= min(2, len(self.form.years))
            and self.labels("工程表", range(row - 2, row + 5), min(cols.values()))
        ]
        judged = [*self._evaluations()]
        scored = {found.row for found in judged}
        if any(anchor.row not in scored for anchor in schedules):  # right below it
            schedules = [anchor for anchor in schedules if anchor.row not in scored]
        known = {anchor.row for anchor in schedules}
        evaluations = [found for found in judged if found.row not in known]
        pairs = (*self._pairs(ACTIVITIES, *ROW), *self._pairs(ISSUES, *PROBLEM))
        return sorted([*schedules, *pairs, *evaluations])

    def _pairs(self, block: int, left: str, right: str) -> Iterator[Anchor]:
        """Two headings in one row, with years below to their left; ``cols`` in the order of roles.

        Somebody may have exchanged the headings: then the right one stands left.
        """
        for row, col in self.labels(left, range(self.height)):
            others = [at for _, at in self.labels(right, range(row, row + 1))]
            others = [at for at in others if at > col] or others
            if others and self.years_down(range(row + 1, row + NEAR), min(col, others[0])):
                yield Anchor(row, block, (col, others[0]))

    def _evaluations(self) -> Iterator[Anchor]:
        """Two or more criteria one under the other, with years above to their right."""
        criteria = {cell for name in self.form.criteria for cell in self.roles[name]}
        found: Counter[Cell] = Counter()
        for row, col in criteria:
            above = range(row - 1, row - 1 - NEAR, -1)
            free = (up for up in above if (up, col) not in criteria and self.years_across(up, col))
            found.update((up, col) for up in islice(free, 1))
        for (row, col), count in found.items():
            if count >= min(2, len(self.form.criteria)):
                yield Anchor(row, EVALUATION, (col,), count)
