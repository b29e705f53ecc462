"""One member's 評価シート read and checked. Pure.

Every field has two witnesses, its defined name and its printed label: a name travels with its cell
when somebody cuts and pastes, so where they disagree the printed place counts (contract). Every
finding at once. An empty score is an abstention, not a mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbook_tools.council import ballot
from workbook_tools.council.ballot import SCORES
from workbook_tools.era import years_in
from workbook_tools.excel.read.book import OpenedBook, Table
from workbook_tools.figures.compute import Figures
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.form.layout import Kind
from workbook_tools.form.token import NAME as TOKEN
from workbook_tools.form.token import Token, parse
from workbook_tools.intake.answers import Found, understand
from workbook_tools.intake.as_seen import HIDDEN, Seen, see
from workbook_tools.register.ballots import ENDED, ITEM, Ballot, Target
from workbook_tools.rules.case import short
from workbook_tools.spellings import folded, word
from workbook_tools.text import is_blank, key, number_and_rest, tidy

_SCORE, _OPINION, _ENDED = "評価", "意見", "終了意見"
_BLOCK_LABELS = {
    key(ballot.SCORE_LABEL): _SCORE,
    key(_SCORE): _SCORE,
    key(ballot.OPINION_LABEL): _OPINION,
    key(ballot.ENDED_LABEL): _ENDED,
}
_HEAD_LABELS = {key(name): name for name in (ballot.MEMBER, ballot.YEAR)}
_LONGEST_LABEL = 300
_VALUE_BEHIND = 3  # columns from a label to the place of its value, as sent
_ABSTAINED = folded(ballot.ABSTAINED)


@dataclass(frozen=True, slots=True)
class BallotCell:
    """One field of a sheet: where it was found and what it holds."""

    table: Table
    row: int
    col: int

    @property
    def text(self) -> str:
        """Whatever the cell holds, as text."""
        return self.table.text(self.row, self.col)

    def seen(self, kind: Kind) -> Seen:
        """What a person sees in the cell."""
        return see(self.table, self.row, self.col, kind)

    def place(self, file: str, field: str) -> Place:
        """For a finding."""
        return Place(file, self.table.sheet, self.table.cell(self.row, self.col), field)


Cells = dict[str, BallotCell]


@dataclass(frozen=True, slots=True)
class Moved:
    """A field whose witnesses disagree: where its name points, and whether the labels decide."""

    name: str
    by_name: BallotCell | None
    decided: bool


@dataclass(frozen=True, slots=True)
class BallotPage:
    """One member's sheet, located: its fields, what was moved on it, whose it was when sent.

    ``others`` names further sheets of the workbook that are filled in otherwise.
    """

    cells: Cells
    moved: tuple[Moved, ...]
    token: Token | None
    others: tuple[str, ...] = ()


def page_of(book: OpenedBook) -> BallotPage | None:
    """The member's sheet in a workbook; None where there is none. Raises UnreadableError."""
    pages = {
        sheet: page
        for sheet in book.sheets
        if book.is_visible(sheet) and (page := _page(book, sheet))
    }
    if not pages:
        return None
    filled = {sheet: told for sheet, page in pages.items() if (told := _told(page))}
    first = next(iter(filled or pages))
    others = tuple(sheet for sheet, told in filled.items() if told != filled[first])
    page = pages[first]
    return BallotPage(page.cells, page.moved, page.token, others)


def _told(page: BallotPage) -> dict[str, str]:
    """What is filled in on a sheet."""
    fields = page.cells.items()
    return {n: c.text for n, c in fields if n not in _HEAD_LABELS.values() and not is_blank(c.text)}


def _page(book: OpenedBook, sheet: str) -> BallotPage | None:
    """One worksheet by both witnesses."""
    table = book.table(sheet)
    labels, doubtful = _by_labels(table)
    own = [n for n in book.container.names if n.sheet == sheet and n.scope in (None, sheet)]
    names = {n.name: BallotCell(table, n.row, n.col) for n in own if _is_field(n.name)}
    fields = labels.keys() | names
    if ballot.MEMBER not in fields or fields <= set(_HEAD_LABELS.values()):
        return None
    cells, moved = dict[str, BallotCell](), list[Moved]()
    for name in dict.fromkeys((*labels, *names)):
        by_label, by_name = labels.get(name), names.get(name)
        if by_label and by_name and by_label != by_name:
            if key(by_label.text) == key(by_name.text):
                by_label = by_name
            else:
                moved.append(Moved(name, by_name, name not in doubtful))
        cell = by_label or by_name
        assert cell is not None
        cells[name] = cell
    moved += _sharing(cells, {known.name for known in moved})
    token = next((parse(table.text(n.row, n.col)) for n in own if n.name == TOKEN), None)
    return BallotPage(cells, tuple(moved), token)


def _is_field(name: str) -> bool:
    return name in (ballot.MEMBER, ballot.YEAR) or name.startswith(
        (f"{_SCORE}_", f"{_OPINION}_", f"{_ENDED}_")
    )


def _sharing(cells: Cells, known: set[str]) -> Iterator[Moved]:
    """Fields that were found in one and the same filled cell."""
    owners: dict[tuple[int, int], str] = {}
    for name, cell in cells.items():
        first = owners.setdefault((cell.row, cell.col), name)
        if first != name and name not in known and not is_blank(cell.text):
            yield Moved(name, cells[first], decided=False)


def _by_labels(table: Table) -> tuple[Cells, set[str]]:
    """Block by block down the sheet: a number, then the labels that belong to it.

    Numbers and labels stand in one column, so that no opinion is taken for one. With the fields
    that are there twice.
    """
    cells: Cells = {}
    twice: set[str] = set()
    main = _label_column(table)
    item = practice = None
    for row, values in enumerate(table.grid):
        for col in range(len(values)):
            text = table.text(row, col)
            if is_blank(text) or len(text) > _LONGEST_LABEL:
                continue
            name = _HEAD_LABELS.get(key(text)) if item is None else None
            if col == main:
                number, rest = number_and_rest(text, signed=True) or (None, "")
                if number is not None and not rest:
                    item, practice = number, None
                elif number is not None and "取組終了" in text:
                    practice = number
                name = name or _field(_BLOCK_LABELS.get(key(text)), item, practice)
            if name in cells:
                twice.add(name)
            elif name:
                cells[name] = _right_of(table, row, col)
    return cells, twice


def _label_column(table: Table) -> int:
    """The column in which the labels of the blocks stand."""
    cols = Counter(
        col
        for row, values in enumerate(table.grid)
        for col, value in enumerate(values)
        if isinstance(value, str) and len(value) <= _LONGEST_LABEL and key(value) in _BLOCK_LABELS
    )
    return cols.most_common(1)[0][0] if cols else -1


def _field(label: str | None, item: int | None, practice: int | None) -> str | None:
    """The field a label of a block stands before."""
    if label == _ENDED and practice is not None:
        return ballot.opinion_name(Target(ENDED, practice))
    if label == _SCORE and item is not None:
        return ballot.score_name(item)
    if label == _OPINION and item is not None:
        return ballot.opinion_name(Target(ITEM, item))
    return None


def _right_of(table: Table, row: int, col: int) -> BallotCell:
    """The first filled cell to the right of a label; the scale printed there is none."""
    for right in range(col + 1, len(table.grid[row])):
        text = table.text(row, right)
        if not is_blank(text):
            known = key(text)
            printed = known == key(ballot.SCALE) or known in _BLOCK_LABELS or known in _HEAD_LABELS
            return BallotCell(table, row, col + _VALUE_BEHIND if printed else right)
    return BallotCell(table, row, col + _VALUE_BEHIND)


# -- what it says ---------------------------------------------------------------------------------


class BallotSheet:
    """One member's sheet, read and checked."""

    def __init__(self, file: str, page: BallotPage, figures: Figures, members: set[int]) -> None:
        self._file = file
        self._page = page
        self._cells = page.cells
        self._figures = figures
        self.findings: list[Finding] = []
        self.scores: dict[int, int] = {}
        self.opinions: dict[Target, str] = {}
        self._abstained = False  # said in words
        self.member = self._member(members)
        self._check_round()
        self._check_witnesses()
        if figures.plan.is_effectiveness_year:
            for item in figures.items:
                self._score(item.item.no)
        for target in ballot.targets(figures):
            self._opinion(target)
        if not (self.scores or self.opinions or self._abstained or self.faulty):
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
        """The member who sent it: as the sheet says, or as it was sent where it says none."""
        cell = self._cells[ballot.MEMBER]
        _, value, _, _ = understand(Kind.SCORE, cell.seen(Kind.SCORE).value)
        number = int(value) if value.isdecimal() else None
        token = self._page.token
        if number is None or (members and number not in members):
            self._find("V102", ballot.MEMBER, value=cell.text or "空欄")
            return token.practice_no if token and token.practice_no in members else None
        if token and token.practice_no != number:
            self._find("V107", ballot.MEMBER, number=number, sent=token.practice_no)
        return number

    def _check_round(self) -> None:
        """The round the sheet says, and the one it was sent for."""
        cell, token, year = self._cells.get(ballot.YEAR), self._page.token, self._figures.year
        said = next(years_in(cell.text), None) if cell else None
        if said and said != year:
            self._find("V104", ballot.YEAR, value=said.long, year=year.wide)
        elif token and token.year != year:
            name = ballot.YEAR if cell else ballot.MEMBER
            self._find("V104", name, value=token.year.long, year=year.wide)

    def _check_witnesses(self) -> None:
        """Cells that were moved (F015, F016), and further sheets filled in otherwise."""
        for moved in self._page.moved:
            cell = self._cells[moved.name]
            was = tidy(moved.by_name.text) if moved.by_name else ""
            facts = {"title": _title(moved.name), "value": short(cell.text), "was": short(was)}
            self._find("F015" if moved.decided else "F016", moved.name, **facts)
        if self._page.others:
            sheets = "、".join(f"『{sheet}』" for sheet in self._page.others)
            self._find("V108", ballot.MEMBER, sheets=sheets)

    def _seen(self, name: str, kind: Kind) -> Seen | None:
        """What is seen in a field; what is struck out or hidden is told."""
        cell = self._cells.get(name)
        if cell is None:
            return None
        seen = cell.seen(kind)
        for why in seen.told:
            facts = {"title": _title(name), "value": short(why.text), "was": why.how}
            grave = why.code == "F019" and (why.how == HIDDEN or kind is Kind.SCORE)
            finding = found(why.code, cell.place(self._file, name), why.text, **facts)
            self.findings.append(replace(finding, severity=Severity.ERROR) if grave else finding)
        return seen

    def _score(self, item_no: int) -> None:
        name = ballot.score_name(item_no)
        seen = self._seen(name, Kind.SCORE)
        if seen is None:
            return
        raw, value, kind, _ = understand(Kind.SCORE, seen.value)
        if word(raw) in _ABSTAINED:
            self._abstained = True
        if (not value and kind is not Found.FORMULA) or word(raw) in _ABSTAINED:
            return
        if kind in (Found.DATE, Found.BOOLEAN) or not value.isdecimal() or int(value) not in SCORES:
            self._find("V101", name, number=item_no, value=short(raw))
            return
        self.scores[item_no] = int(value)

    def _opinion(self, target: Target) -> None:
        seen = self._seen(ballot.opinion_name(target), Kind.TEXT)
        text = understand(Kind.TEXT, seen.value)[1] if seen else ""
        if text and word(text) not in _ABSTAINED:
            self.opinions[target] = text


def _title(name: str) -> str:
    """``№7の評価``, ``№44（取組終了）の意見``; the fields of the head by their own names."""
    stem, _, number = name.partition("_")
    if not number:
        return name
    ended = "（取組終了）" if stem == _ENDED else ""
    return f"№{int(number)}{ended}の{_SCORE if stem == _SCORE else _OPINION}"
