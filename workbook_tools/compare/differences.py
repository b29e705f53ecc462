"""Every difference between a list and the figures that should stand there. Pure.

What cannot be decided (a practice without sheet and without scores, a column without values) is a
note, never a difference, and never left out silently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbook_tools.compare.causes import Cause, Cell, Explained, Grounds, explain
from workbook_tools.compare.evidence import Evidence, field_of
from workbook_tools.compare.lists import COUNCIL, KEYS, ListRow, ReadList, TableKind, columns_of
from workbook_tools.compare.matching import (
    Matched,
    Number,
    accepted_names,
    match,
    number_said,
    titles,
)
from workbook_tools.compare.values import as_shown, comparable, of_datum
from workbook_tools.compare.variants import (
    Change,
    as_listed,
    changes,
    completed,
    known_rows,
    listed_members,
    members_of,
    own_figures,
    row_changes,
    with_one,
    without,
)
from workbook_tools.era import FiscalYear
from workbook_tools.figures.columns import PREVIOUS, Datum, FigureColumn
from workbook_tools.figures.compute import ENDED, Figures
from workbook_tools.findings import Place
from workbook_tools.near import nearest, question
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.text import key, squeeze_lines

_GRADES = ("総合評価", PREVIOUS)
Shown = str | int | float | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One cell, or one row, that says something else than it should.

    ``column`` is a key of :mod:`figures.columns`, of a row (``is_row``) its number's; ``sheet`` and
    ``cell`` stand in the list (no ``cell`` for a row that is not there), ``place`` in a
    department's file.
    """

    kind: TableKind
    no: Number | None
    name: str
    column: str
    sheet: str | None
    cell: str | None
    printed: Shown
    expected: Shown
    explained: Explained
    place: Place | None = None
    consequences: tuple[Change, ...] = ()
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome: how many cells were compared and agree, what differs, what must be known.

    A row that is missing, doubled or one too many counts as one cell that differs.

    ``orphan``: no sheets were collected for the year, so that only the list's own arithmetic and
    counts were looked at.
    """

    year: FiscalYear
    orphan: bool
    compared: int
    agree: int
    differences: tuple[Mismatch, ...]
    notes: tuple[str, ...]


def compare(
    ours: Figures,
    read: ReadList,
    evidence: Callable[[Collection[int]], Evidence] = lambda numbers: Evidence(),
    *,
    orphan: bool = False,
) -> Comparison:
    """Hold a list against the figures of a round, or (``orphan``) against its own.

    ``evidence`` is asked for the practices that differ.
    """
    desk = _Desk(ours, read, orphan=orphan)
    cells = [cell for kind in TableKind for cell in desk.cells(kind)]
    practices = {int(cell.no) for cell in cells if cell.kind is TableKind.PRACTICES}
    grounds = desk.grounds(cells, evidence(practices))
    rows = [row for kind in TableKind for row in desk.rows(kind)]
    differences = [*(desk.difference(cell, grounds) for cell in cells), *rows]
    notes = (*desk.first_notes(), *read.notes, *desk.notes)
    found = tuple(sorted(differences, key=desk.order))
    return Comparison(
        ours.plan.evaluated,
        orphan,
        desk.compared + len(rows),
        desk.compared - len(cells),
        found,
        notes,
    )


class _Desk:
    """A list and the figures it is held against, while they are compared."""

    def __init__(self, ours: Figures, read: ReadList, *, orphan: bool) -> None:
        self._read = read
        self._orphan = orphan
        self._plan_names = accepted_names(ours, TableKind.PRACTICES)
        if orphan:
            items = self._match(ours, TableKind.ITEMS).rows
            if read.rows(TableKind.PRACTICES):
                ours = own_figures(ours.plan, read.rows(TableKind.PRACTICES), items)
        self._ours = ours
        self._plan = ours.plan
        self._matched = {kind: self._match(ours, kind) for kind in TableKind}
        practices, items = (
            self._matched[kind].rows for kind in (TableKind.PRACTICES, TableKind.ITEMS)
        )
        self._right = completed(ours, practices, items)
        self._listed = as_listed(self._right, practices)
        self.compared = 0
        self.notes: list[str] = []

    def _match(self, figures: Figures, kind: TableKind) -> Matched:
        return match(kind, self._read.rows(kind), accepted_names(figures, kind))

    # -- cells ------------------------------------------------------------------------------------

    def cells(self, kind: TableKind) -> Iterator[Cell]:
        """The cells of a table that differ."""
        ours, right = known_rows(self._ours, kind), known_rows(self._right, kind)
        blank = self._without_values(kind)
        doubtful: dict[tuple[str, str], list[Number]] = {}
        for no, row in self._matched[kind].rows.items():
            for column in columns_of(kind, self._plan):
                if not row.has(column.key) or column.key in blank:
                    continue
                if self._orphan and not column.live:
                    continue
                cell = self._held(kind, no, row, column, (right[no], ours[no]))
                if cell and (why := self._why_open(cell, right[no])):
                    doubtful.setdefault((column.key, why), []).append(no)
                    continue
                self.compared += 1
                if cell:
                    yield cell
        for (name, why), numbers in doubtful.items():
            every = len(numbers) == len(self._matched[kind].rows)
            said = "" if every else f"のうち№{'、'.join(map(str, numbers))}"
            self.notes.append(f"【{kind}】の{name}{said}は、{why}、確かめていません。")

    def _held(
        self,
        kind: TableKind,
        no: Number,
        row: ListRow,
        column: FigureColumn[Any],
        known: tuple[Any, Any],
    ) -> Cell | None:
        """The cell if it differs from everything that may stand there."""
        printed = comparable(column.key, row.text(column.key), self._plan)
        if column.key == KEYS[kind][0]:
            said = number_said(kind, row, accepted_names(self._ours, kind))
            return None if said == no else Cell(kind, no, column.key, row, printed, no)
        allowed = list(self._allowed(kind, no, row, column, known))
        if printed in allowed:
            return None
        return Cell(kind, no, column.key, row, printed, allowed[0])

    def _allowed(
        self,
        kind: TableKind,
        no: Number,
        row: ListRow,
        column: FigureColumn[Any],
        known: tuple[Any, Any],
    ) -> Iterator[object]:
        right, ours = known
        if self._is_unsure(kind, right):
            total_and_grade = _of_row(row, self._plan)
            if column.key in total_and_grade:
                yield total_and_grade[column.key]
        yield of_datum(column.key, column.value(right), self._plan)
        for figures in known:  # 未提出 and the like
            yield comparable(column.key, str(column.printed(figures)), self._plan)
        if kind is TableKind.PRACTICES and column.key == KEYS[kind][1]:
            yield from map(key, titles(self._plan, int(no)))
        if kind is TableKind.THEMES and column.key == KEYS[kind][1]:
            yield key(right.theme.short)
        if kind is TableKind.PRACTICES and ours.status == ENDED and column.live:
            yield None  # the 資料編 prints a dash instead of the last scores (domain §8)

    def _is_unsure(self, kind: TableKind, known: Any) -> bool:
        """Averages over practices of which one has no scores we know."""
        return kind is not TableKind.PRACTICES and any(p.now is None for p in members_of(known))

    def _why_open(self, cell: Cell, known: Any) -> str:
        """Why nobody can say whether the cell is right; empty where it can be said."""
        kind, column = cell.kind, cell.column
        if self._read.loses_formulas and column in _GRADES and cell.printed == "0":
            return "数式のため値を読めず（.xlsx で保存し直すと読めます）"
        if column == COUNCIL:
            is_open = kind is TableKind.THEMES and known.council is None
        elif column in ("実践項目数", "取組項目数"):
            is_open = self._orphan and TableKind.PRACTICES not in self._read.parts
        else:
            averages = {criterion.name for criterion in self._plan.criteria}
            is_open = column in averages and self._is_unsure(kind, known)
        return "もとになる値がそろわないため" if is_open else ""

    def _without_values(self, kind: TableKind) -> set[str]:
        """Columns in which no row says anything although each should."""
        rows, right = self._matched[kind].rows, known_rows(self._right, kind)
        blank = {
            column.key
            for column in columns_of(kind, self._plan)
            if column.live
            and len(rows) > 1
            and self._read.has(kind, column.key)
            and any(column.value(right[no]) is not None for no in rows)
            and all(not row.text(column.key) for row in rows.values())
        }
        if blank:
            self.notes.append(
                f"【{kind}】の{'、'.join(sorted(blank))}には１つも値がないため、確かめていません。"
                "数式の場合は、Ｅｘｃｅｌで開いて保存し直してください。"
            )
        return blank

    def grounds(self, cells: Iterable[Cell], evidence: Evidence) -> Grounds:
        """What causes are looked for in."""
        names = {criterion.name for criterion in self._plan.criteria}
        differing: dict[int, tuple[str, ...]] = {}
        for cell in cells:
            if cell.kind is TableKind.PRACTICES and cell.column in names:
                differing[int(cell.no)] = (*differing.get(int(cell.no), ()), cell.column)
        rows = self._matched[TableKind.PRACTICES].rows
        members = listed_members(self._plan, rows)
        return Grounds(self._right, self._listed, members, rows, differing, evidence)

    def difference(self, cell: Cell, grounds: Grounds) -> Mismatch:
        """A cell with its cause, its source and what follows from it."""
        explained = explain(cell, grounds)
        known = known_rows(self._right, cell.kind)[cell.no]
        column = next(c for c in columns_of(cell.kind, self._plan) if c.key == cell.column)
        return Mismatch(
            cell.kind,
            cell.no,
            self._name(cell.kind, cell.no),
            cell.column,
            cell.row.sheet,
            cell.row.cell(cell.column),
            as_shown(cell.printed, cell.row.text(cell.column)),
            self._expected(cell, column.value(known)),
            explained,
            self._place(cell, explained, grounds.evidence),
            tuple(self._consequences(cell, known)),
        )

    def _expected(self, cell: Cell, datum: Datum) -> Shown:
        """What should stand there: our own figure, or the one that follows from the row."""
        if cell.expected in (of_datum(cell.column, datum, self._plan), cell.no):
            return _shown(datum)
        grades = {key(rule.grade): rule.grade for rule in self._plan.grades}
        text = grades.get(str(cell.expected), str(cell.expected))
        return as_shown(cell.expected, text)

    def _place(self, cell: Cell, explained: Explained, evidence: Evidence) -> Place | None:
        if cell.kind is TableKind.PRACTICES:
            return evidence.place(int(cell.no), field_of(cell.column, self._plan.evaluated))
        if explained.root is None:
            return None
        no, criterion = explained.root
        return evidence.place(no, field_of(criterion, self._plan.evaluated))

    def _consequences(self, cell: Cell, known: Any) -> list[Change]:
        variant = with_one(self._right, cell.kind, cell.no, cell.column, cell.printed)
        if variant is None:
            if cell.kind is TableKind.PRACTICES:
                return []
            return row_changes(known, cell.kind, cell.no, cell.column, cell.printed, self._plan)
        own = (cell.kind, cell.no, cell.column)
        return [
            change
            for change in changes(variant, self._right)
            if (change.table, change.no, change.column) != own
        ]

    # -- rows -------------------------------------------------------------------------------------

    def rows(self, kind: TableKind) -> Iterator[Mismatch]:
        """Rows that are missing, doubled, or one too many."""
        if kind not in self._read.parts:
            return
        matched = self._matched[kind]
        for no in matched.missing:
            if not self._orphan:
                yield self._missing(kind, no)
        for no, row in matched.doubled:
            first = matched.rows[no]
            said = f"同じ行が{first.sheet}の{first.cell(KEYS[kind][0])}にもあります。"
            yield self._row(kind, no, row, Explained(Cause.COPIED, said))
        for row in matched.surplus:
            yield self._row(kind, None, row, self._why_surplus(kind, row))

    def _missing(self, kind: TableKind, no: Number) -> Mismatch:
        explained = Explained(Cause.COPIED, "一覧に行がありません。")
        plan = self._plan
        following: tuple[Change, ...] = ()
        if kind is TableKind.PRACTICES:
            before = plan.before
            if before and no not in plan.numbers(before.evaluated):
                said = f"{before.evaluated.wide}の計画にはない実践項目です。"
                explained = Explained(Cause.PLAN_CHANGED, said)
            following = tuple(changes(without(self._right, int(no)), self._right))
        return Mismatch(
            kind,
            no,
            self._name(kind, no),
            KEYS[kind][0],
            None,
            None,
            None,
            no,
            explained,
            consequences=following,
            is_row=True,
        )

    def _row(
        self, kind: TableKind, no: Number | None, row: ListRow, explained: Explained
    ) -> Mismatch:
        number, name = KEYS[kind]
        printed = squeeze_lines(row.text(number)) or squeeze_lines(row.text(name))
        value = comparable(number, row.text(number), self._plan)
        return Mismatch(
            kind,
            no,
            squeeze_lines(row.text(name)),
            number,
            row.sheet,
            row.cell(number),
            as_shown(value, printed) if value is not None else printed,
            None,
            explained,
            is_row=True,
        )

    def _why_surplus(self, kind: TableKind, row: ListRow) -> Explained:
        name = row.text(KEYS[kind][1])
        plan = self._plan.before
        while plan is not None:
            if kind is TableKind.PRACTICES and key(name) in {key(p.title) for p in plan.practices}:
                return Explained(Cause.PLAN_CHANGED, f"{plan.evaluated.wide}の計画にあった行です。")
            plan = plan.before
        names = [own for every in accepted_names(self._ours, kind).values() for own in every]
        asked = question(nearest(name, names))
        return Explained(Cause.UNKNOWN, f"計画にない行です。{asked}")

    # -- words ------------------------------------------------------------------------------------

    def first_notes(self) -> Iterator[str]:
        """What the comparison as a whole rests on."""
        plan, year = self._plan, self._plan.evaluated.long
        if self._orphan:
            yield (
                f"{year}のシートは集めていないため、一覧の中の計算（合計、総合評価、平均値、"
                "実践項目数、テーマ別）だけを確かめました。評点そのものが正しいかは分かりません。"
            )
            missing = sorted(
                set(self._plan_names) - {practice.no for practice in plan.practices}, key=int
            )
            if missing and self._read.rows(TableKind.PRACTICES):
                yield f"計画にあって一覧にない実践項目：№{'、'.join(map(str, missing))}。"
            return
        unsent = [known.practice.no for known in self._ours.incomplete]
        if unsent:
            yield (
                f"№{'、'.join(map(str, unsent))}は受理したシートがないため、"
                "一覧の評点どうしの計算だけを確かめました。"
            )

        listed = self._read.has(TableKind.ITEMS, COUNCIL)
        scored = any(item.council is not None for item in self._ours.items)
        if listed and plan.is_effectiveness_year and not scored:
            yield "審議会の評価は集めていないため、その平均は一覧の中の計算だけを確かめました。"

    def _name(self, kind: TableKind, no: Number) -> str:
        names: Mapping[Number, tuple[str, ...]] = accepted_names(self._ours, kind)
        return names[no][0]

    def order(self, difference: Mismatch) -> tuple[int, int, int]:
        """The list's own order: tables, rows, columns; rows that are not ours at the end."""
        kind = difference.kind
        numbers = list(accepted_names(self._ours, kind))
        columns = [column.key for column in columns_of(kind, self._plan)]
        at = numbers.index(difference.no) if difference.no is not None else len(numbers)
        return list(TableKind).index(kind), at, columns.index(difference.column)


def _of_row(row: ListRow, plan: Plan) -> dict[str, object]:
    """Total and grade as they follow from the averages printed beside them."""
    averages = {}
    for criterion in plan.criteria:
        value = comparable(criterion.name, row.text(criterion.name), plan)
        if not isinstance(value, Decimal):
            return {}
        averages[criterion.name] = int((10 * value).to_integral_value())
    return {
        "合計": Decimal(sum(averages.values())) / 10,
        "総合評価": key(grading.grade_of_means(plan.grades, averages)),
    }


def _shown(datum: Datum) -> Shown:
    if isinstance(datum, FiscalYear):
        return datum.wide
    if isinstance(datum, tuple):
        return "、".join(datum)
    if isinstance(datum, bool):
        return "○" if datum else None
    return datum
