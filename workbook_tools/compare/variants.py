"""The round as it would be under other scores or another membership, and what changes by it. Pure.

``ours`` are the figures of the register; ``completed`` has the list's own scores for practices of
which nothing (right) came back. Without any sheet that is the list's own arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from workbook_tools.compare.lists import COUNCIL, ListRow, TableKind, columns_of
from workbook_tools.compare.matching import Number
from workbook_tools.compare.values import comparable
from workbook_tools.figures.columns import Datum
from workbook_tools.figures.compute import (
    ACCEPTED,
    ENDED,
    Facts,
    Figures,
    ItemFigures,
    PracticeFigures,
    Standing,
    ThemeFigures,
    compute,
    rearranged,
    standing_of,
    tenths,
)
from workbook_tools.figures.headline import headline
from workbook_tools.plan import grading
from workbook_tools.plan.model import Item, Plan, Practice
from workbook_tools.text import squeeze_lines

SUMMARY = "総括"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is another one because of a difference: as the list has it, and right."""

    table: str
    no: Number | None
    column: str
    before: Datum
    after: Datum


def known_rows(figures: Figures, kind: TableKind) -> dict[Number, Any]:
    """The rows of one table by number."""
    if kind is TableKind.PRACTICES:
        return {known.practice.no: known for known in figures.practices}
    if kind is TableKind.ITEMS:
        return {known.item.no: known for known in figures.items}
    return {known.theme.no: known for known in figures.themes}


# -- scores and membership as the list has them ---------------------------------------------------


def listed_scores(row: ListRow, plan: Plan) -> dict[str, int] | None:
    """The scores printed in a row; None where one of them is missing or impossible."""
    scores = {}
    for criterion in plan.criteria:
        value = comparable(criterion.name, row.text(criterion.name), plan)
        if not isinstance(value, Decimal) or value not in criterion.scores:
            return None
        scores[criterion.name] = int(value)
    return scores


Rows: TypeAlias = Mapping[Number, ListRow]


def completed(ours: Figures, practices: Rows, items: Rows) -> Figures:
    """With the list's scores where nothing right came back, and its council averages likewise."""
    known = _with_scores(ours, practices, only_missing=True)
    averages = listed_council(items, ours.plan)
    missing = [item.item.no for item in ours.items if item.council is None]
    council = {no: averages[no] for no in missing if no in averages}
    return rearranged(known, known.practices, council)


def as_listed(ours: Figures, practices: Rows) -> Figures:
    """With the list's scores wherever it has any."""
    return _with_scores(ours, practices, only_missing=False)


def listed_council(items: Rows, plan: Plan) -> dict[int, int]:
    """Item → the council's average as the list prints it, in tenths."""
    return {
        int(number): average
        for number, row in items.items()
        if (average := _tenths(comparable(COUNCIL, row.text(COUNCIL), plan))) is not None
    }


def _with_scores(figures: Figures, rows: Rows, *, only_missing: bool) -> Figures:
    practices = []
    for known in figures.practices:
        row = rows.get(known.practice.no)
        wanted = row is not None and not (only_missing and known.now)
        scores = listed_scores(row, figures.plan) if row and wanted else None
        practices.append(having(known, standing_of(figures.plan, scores)) if scores else known)
    return rearranged(figures, practices)


def having(known: PracticeFigures, standing: Standing | None) -> PracticeFigures:
    """A practice with other scores; with some it counts as accepted."""
    status = known.status if known.status == ENDED or standing is None else ACCEPTED
    return replace(known, now=standing, status=status)


def grouped_by(figures: Figures, members: Mapping[int, int]) -> Figures:
    """With other membership: practice → item."""
    practices = [
        replace(known, practice=replace(known.practice, item_no=members[known.practice.no]))
        if known.practice.no in members
        else known
        for known in figures.practices
    ]
    return rearranged(figures, practices)


def listed_members(plan: Plan, rows: Mapping[Number, ListRow]) -> dict[int, int]:
    """Practice → item, as 大№ of the list has it, for items of the plan."""
    items = {item.no for item in plan.items}
    members = {}
    for number, row in rows.items():
        item = comparable("大№", row.text("大№"), plan)
        if isinstance(item, Decimal) and item in items:
            members[int(number)] = int(item)
    return members


# -- a list without sheets: its own plan ----------------------------------------------------------


def own_figures(
    plan: Plan,
    practices: Iterable[ListRow],
    items: Mapping[Number, ListRow],
) -> Figures:
    """The figures of a list taken by itself: its practices, its membership, its themes."""
    known = {practice.no: practice for practice in plan.practices}
    members: dict[int, Practice] = {}
    item_numbers = {item.no for item in plan.items}
    for row in practices:
        number = comparable("小№", row.text("小№"), plan)
        item = comparable("大№", row.text("大№"), plan)
        if not isinstance(number, Decimal) or number != number.to_integral_value():
            continue
        no = int(number)
        usual = known.get(no) or Practice(no, 0, str(no), ("",))
        item_no = int(item) if isinstance(item, Decimal) and item in item_numbers else usual.item_no
        end = comparable("取組終了", row.text("取組終了"), plan)
        finished = end if end in plan.years else None
        title = squeeze_lines(row.text("実践項目")) or usual.title
        members.setdefault(no, Practice(no, item_no, title, usual.departments, finished=finished))
    own = replace(
        plan,
        practices=tuple(members.values()),
        items=tuple(_own_item(item, items.get(item.no), plan) for item in plan.items),
        before=None,
    )
    return compute(own, Facts({}, {}, {}, {}))


def _own_item(item: Item, row: ListRow | None, plan: Plan) -> Item:
    columns = {theme.short: f"テーマ_{theme.short}" for theme in plan.themes}
    if row is None or not all(row.has(column) for column in columns.values()):
        return item
    marked = (
        short
        for short, column in columns.items()
        if comparable(column, row.text(column), plan) is True
    )
    return replace(item, themes=tuple(marked))


def _tenths(value: object) -> int | None:
    return int((value * 10).to_integral_value()) if isinstance(value, Decimal) else None


# -- what changes by one difference ---------------------------------------------------------------


def with_one(
    figures: Figures, kind: TableKind, no: Number, column: str, value: object
) -> Figures | None:
    """The round with one printed value in its place; None where nothing follows from it."""
    plan = figures.plan
    if kind is TableKind.ITEMS and column == COUNCIL:
        average = _tenths(value)
        return rearranged(figures, figures.practices, {int(no): average})
    if kind is not TableKind.PRACTICES:
        return None
    changed = {known.practice.no: known for known in figures.practices}
    known = changed[int(no)]
    criteria = {criterion.name: criterion for criterion in plan.criteria}
    if column in criteria and known.now:
        if isinstance(value, Decimal) and value in criteria[column].scores:
            scores = {**known.now.scores, column: int(value)}
            changed[int(no)] = having(known, standing_of(plan, scores))
        else:
            changed[int(no)] = having(known, None)
    elif column == "総合評価" and known.now:
        grades = {rule.grade.casefold(): rule.grade for rule in plan.grades}
        if str(value) not in grades:
            return None
        changed[int(no)] = having(known, replace(known.now, grade=grades[str(value)]))
    elif column == "大№" and isinstance(value, Decimal):
        return grouped_by(figures, {int(no): int(value)})
    else:
        return None
    return rearranged(figures, changed.values())


def without(figures: Figures, no: int) -> Figures:
    """The round without one practice."""
    return rearranged(figures, [p for p in figures.practices if p.practice.no != no])


def changes(variant: Figures, right: Figures) -> list[Change]:
    """Every figure of the lists and of the headline that differs."""
    found = []
    for kind in TableKind:
        before, after = known_rows(variant, kind), known_rows(right, kind)
        columns = [column for column in columns_of(kind, right.plan) if column.live]
        for no, known in after.items():
            for column in columns:
                now = column.value(known)
                was = column.value(before[no]) if no in before else None
                if was != now and no in before:
                    found.append(Change(kind, no, column.key, was, now))
    was_said, is_said = _headline(variant), _headline(right)
    found += [
        Change(SUMMARY, None, name, was_said[name], value)
        for name, value in is_said.items()
        if was_said[name] != value
    ]
    return found


def row_changes(
    known: Any, kind: TableKind, no: Number, column: str, value: object, plan: Plan
) -> list[Change]:
    """Total and grade of an item or theme, had one of its averages been another."""
    average = _tenths(value)
    names = [criterion.name for criterion in plan.criteria]
    if known.now is None or column not in names or average is None:
        return []
    averages = {**known.now.averages, column: average}
    grade = grading.grade_of_means(plan.grades, averages)
    changed = []
    if (total := sum(averages.values())) != known.now.total:
        changed.append(Change(kind, no, "合計", tenths(total), tenths(known.now.total)))
    if grade != known.now.grade:
        changed.append(Change(kind, no, "総合評価", grade, known.now.grade))
    return changed


def _headline(figures: Figures) -> dict[str, Datum]:
    said = headline(figures)
    return {
        "評価した実践項目数": said.evaluated,
        **{f"総合評価{grade}の数": count for grade, count in said.grades.items()},
        f"{'・'.join(said.share.grades)}の割合（％）": tenths(said.share.now),
        "合計の最高": _first(said.highest),
        "合計の最低": _first(said.lowest),
        "審議会評価平均4.0以上の取組項目数": len(said.council_high),
        "審議会評価平均の最高": _first(said.council_highest),
        "審議会評価平均の最低": _first(said.council_lowest),
    }


def _first(named: Any) -> float | None:
    return tenths(named[0].value) if named else None


def members_of(known: ItemFigures | ThemeFigures) -> list[PracticeFigures]:
    """The practices an average is taken over."""
    items = (known,) if isinstance(known, ItemFigures) else known.items
    return [practice for item in items for practice in item.practices]


def scores_over(members: Iterable[PracticeFigures], criterion: str) -> Iterator[int]:
    """Their scores of one criterion."""
    for member in members:
        if member.now:
            yield member.now.scores[criterion]
