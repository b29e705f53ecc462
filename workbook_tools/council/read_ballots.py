"""One member's 評価シート read and checked: by names, otherwise by its labels. Pure.

Every finding at once. An empty score is an abstention, not a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook_tools.council import ballot
from workbook_tools.council.ballot import SCORES
from workbook_tools.era import years_in
from workbook_tools.excel.read.book import OpenedBook, Table, Value
from workbook_tools.figures.compute import Figures
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.form.layout import Kind
from workbook_tools.intake.answers import Found, understand
from workbook_tools.register.ballots import ENDED, ITEM, Ballot, Target
from workbook_tools.text import is_blank, key, number_and_rest, tidy

_LABELS = {
    key(ballot.SCORE_LABEL): "評価",
    key("評価"): "評価",
    key(ballot.OPINION_LABEL): "意見",
    key(ballot.ENDED_LABEL): "終了意見",
    key(ballot.MEMBER): "委員番号",
    key(ballot.YEAR): "確認年度",
}


@dataclass(frozen=True, slots=True)
class BallotCell:
    """One field of a sheet: where it was found and what it holds."""

    table: Table
    row: int
    col: int

    @property
    def value(self) -> Value:
        return self.table.value(self.row, self.col)

    @property
    def text(self) -> str:
        return self.table.text(self.row, self.col)

    def place(self, file: str, field: str) -> Place:
        return Place(file, self.table.sheet, self.table.cell(self.row, self.col), field)


Cells = dict[str, BallotCell]


def cells_of(book: OpenedBook) -> Cells:
    """The fields of a member's sheet by name, what names do not tell by label."""
    cells: Cells = {}
    for sheet in book.sheets:
        cells |= _by_labels(book.table(sheet))
    known = set(book.sheets)
    for name in book.container.names:
        if name.scope is None and name.sheet in known and _is_field(name.name):
            cells[name.name] = BallotCell(book.table(name.sheet), name.row, name.col)
    return cells


def _is_field(name: str) -> bool:
    return name in (ballot.MEMBER, ballot.YEAR) or name.startswith(("評価_", "意見_", "終了意見_"))


def _by_labels(table: Table) -> Cells:
    """Block by block down the sheet: a number, then the labels that belong to it."""
    cells: Cells = {}
    item = practice = None
    for row in range(len(table.grid)):
        for col in range(len(table.grid[row])):
            text = table.text(row, col)
            if is_blank(text) or len(text) > 300:
                continue
            label = _LABELS.get(key(text))
            number, rest = number_and_rest(text, signed=True) or (None, "")
            if number is not None and not rest:
                item, practice = number, None
            elif "取組終了" in text:
                practice = number or practice
            if label is None:
                continue
            spot = _right_of(table, row, col)
            if label in (ballot.MEMBER, ballot.YEAR):
                cells.setdefault(label, spot)
            elif label == "評価" and item is not None:
                cells.setdefault(ballot.score_name(item), spot)
            elif label == "意見" and item is not None:
                cells.setdefault(ballot.opinion_name(Target(ITEM, item)), spot)
            elif label == "終了意見" and practice is not None:
                cells.setdefault(ballot.opinion_name(Target(ENDED, practice)), spot)
    return cells


def _right_of(table: Table, row: int, col: int) -> BallotCell:
    """The first filled cell to the right of a label; the scale printed there is none."""
    for right in range(col + 1, len(table.grid[row])):
        text = table.text(row, right)
        if not is_blank(text):
            blank = key(text) == key(ballot.SCALE) or key(text) in _LABELS
            return BallotCell(table, row, col + 3 if blank else right)
    return BallotCell(table, row, col + 3)


class BallotSheet:
    """One member's sheet, read and checked."""

    def __init__(self, file: str, cells: Cells, figures: Figures, members: set[int]) -> None:
        self._file = file
        self._cells = cells
        self._figures = figures
        self.findings: list[Finding] = []
        self.scores: dict[int, int] = {}
        self.opinions: dict[Target, str] = {}
        self.member = self._member(members)
        self._check_year()
        if figures.plan.is_effectiveness_year:
            for item in figures.items:
                self._score(item.item.no)
        for target in ballot.targets(figures):
            cell = cells.get(ballot.opinion_name(target))
            if cell and not is_blank(cell.text):
                self.opinions[target] = tidy(cell.text)
        if not self.scores and not self.opinions and not self.faulty:
            self._find("V105", ballot.MEMBER)

    @property
    def faulty(self) -> bool:
        """True where something must be mended before the sheet counts."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def kept(self, sha256: str, received_at: str) -> Ballot:
        """The sheet as the register keeps it; ``received_at`` is an ISO time."""
        return Ballot(
            sha256,
            self._file,
            received_at,
            self.member,
            self.faulty,
            self.scores,
            self.opinions,
        )

    def _find(self, code: str, name: str, **facts: object) -> None:
        cell = self._cells[name]
        self.findings.append(found(code, cell.place(self._file, name), cell.text, **facts))

    def _member(self, members: set[int]) -> int | None:
        _, value, _, _ = understand(Kind.SCORE, self._cells[ballot.MEMBER].value)
        number = int(value) if value.isdecimal() else None
        if number is None or (members and number not in members):
            self._find("V102", ballot.MEMBER, value=self._cells[ballot.MEMBER].text or "空欄")
            return None
        return number

    def _check_year(self) -> None:
        cell = self._cells.get(ballot.YEAR)
        year = next(years_in(cell.text), None) if cell else None
        if year and year != self._figures.year:
            self._find("V104", ballot.YEAR, value=year.long, year=self._figures.year.wide)

    def _score(self, item_no: int) -> None:
        name = ballot.score_name(item_no)
        cell = self._cells.get(name)
        if cell is None:
            return
        raw, value, kind, _ = understand(Kind.SCORE, cell.value)
        if not value and kind is not Found.FORMULA:
            return  # an abstention
        if kind in (Found.DATE, Found.BOOLEAN) or not value.isdecimal() or int(value) not in SCORES:
            self._find("V101", name, number=item_no, value=raw)
            return
        self.scores[item_no] = int(value)
