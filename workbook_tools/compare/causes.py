"""Why a cell of a list says something else: the first explanation that gives exactly its value.

Only what can be shown is said; where nothing explains a value that no sheet tells either, the cause
is 不明. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from workbook_tools.compare.evidence import Evidence, field_of
from workbook_tools.compare.lists import COUNCIL, ListRow, TableKind, columns_of
from workbook_tools.compare.matching import Number, titles
from workbook_tools.compare.values import comparable, of_datum
from workbook_tools.compare.variants import (
    grouped_by,
    known_rows,
    listed_scores,
    members_of,
    scores_over,
)
from workbook_tools.figures.columns import PREVIOUS
from workbook_tools.figures.compute import Figures
from workbook_tools.near import nearest
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.register.records import CORRECTED, Status, Stored
from workbook_tools.text import key


class Cause(StrEnum):
    """The words of the contract."""

    COPIED = "転記"
    RETURNED_AGAIN = "再提出"
    WAIVED = "特例・訂正"
    ROUNDED = "端数処理"
    PLAN_CHANGED = "計画変更"
    UNKNOWN = "不明"


@dataclass(frozen=True, slots=True)
class Explained:
    """A cause and what shows it; ``root`` is the practice and criterion it goes back to."""

    cause: Cause
    reason: str
    root: tuple[int, str] | None = None


@dataclass(frozen=True)
class Grounds:
    """Everything a cause is looked for in.

    ``right`` are the figures that should stand, ``listed`` those of the list's own scores,
    ``members`` practice → item as the list has it, ``rows`` the rows of 実践項目別, ``differing``
    practice → the criteria whose scores differ.
    """

    right: Figures
    listed: Figures
    members: Mapping[int, int]
    rows: Mapping[Number, ListRow]
    differing: Mapping[int, tuple[str, ...]]
    evidence: Evidence

    @property
    def plan(self) -> Plan:
        """The plan of the round."""
        return self.right.plan

    def earlier(self) -> Iterator[Plan]:
        """The plans of the rounds before, the latest first."""
        plan = self.plan.before
        while plan is not None:
            yield plan
            plan = plan.before


@dataclass(frozen=True)
class Cell:
    """A cell that differs: its place in the table, and its value."""

    kind: TableKind
    no: Number
    column: str
    row: ListRow
    printed: object
    expected: object


Look = Callable[[Cell, Grounds], Explained | None]


def explain(cell: Cell, grounds: Grounds) -> Explained:
    """The first cause that gives the printed value."""
    for look in _PRACTICE_LOOKS if cell.kind is TableKind.PRACTICES else _MEAN_LOOKS:
        if said := look(cell, grounds):
            return said
    return Explained(Cause.UNKNOWN, "この値になる理由は見つかりません。")


# -- 実践項目別 -----------------------------------------------------------------------------------


def _from_other_version(cell: Cell, grounds: Grounds) -> Explained | None:
    """The value stands in a version that does not count: older, faulty or withdrawn."""
    no = int(cell.no)
    versions = grounds.evidence.versions.get(no, ())
    counting = grounds.evidence.counting(no)
    for version in reversed(versions):
        if version.counts or _value_in(version.answers, cell, grounds.plan) != cell.printed:
            continue
        if version.returned.withdrawn is not None:
            why = "受理を取り消した版です。"
        elif counting is not None and version.n < counting.n:
            why = f"その後に{counting.name}が届きました。"
        elif version.returned.status is Status.FAULTY:
            why = "要修正のため、まだ受理していません。"
        else:
            continue
        return Explained(Cause.RETURNED_AGAIN, f"{version.name}の値です。{why}")
    return None


def _value_in(answers: Mapping[str, Stored], cell: Cell, plan: Plan) -> object:
    """What the list would say by these answers; an object nothing equals where it says none."""
    scores = _scores_in(answers, plan)
    if cell.column == "合計" and scores:
        return Decimal(grading.total(scores))
    if cell.column == "総合評価" and scores:
        return key(grading.grade(plan.grades, scores))
    answer = answers.get(field_of(cell.column, plan.evaluated))
    return comparable(cell.column, answer.value, plan) if answer and answer.value else object()


def _scores_in(answers: Mapping[str, Stored], plan: Plan) -> dict[str, int] | None:
    scores = {}
    for criterion in plan.criteria:
        answer = answers.get(field_of(criterion.name, plan.evaluated))
        if answer is None or not answer.value.isdecimal():
            return None
        scores[criterion.name] = int(answer.value)
    return scores


def _without_waiver(cell: Cell, grounds: Grounds) -> Explained | None:
    """Without its exception the sheet would not count, or would say what it prints."""
    no = int(cell.no)
    codes = grounds.evidence.waived.get(no)
    version = grounds.evidence.counting(no)
    if not codes or version is None:
        return None
    answer = version.answers.get(field_of(cell.column, grounds.plan.evaluated))
    typed = comparable(cell.column, answer.raw, grounds.plan) if answer else None
    if not _is_refused(cell) and (typed is None or typed != cell.printed):
        return None
    said = "、".join(codes)
    return Explained(Cause.WAIVED, f"特例（{said}）を適用しないときの値です。")


def _without_correction(cell: Cell, grounds: Grounds) -> Explained | None:
    """Without what the secretariat corrected the sheet would not count, or would say this."""
    version = grounds.evidence.counting(int(cell.no))
    answers = version.answers if version else {}
    corrected = {name: known for name, known in answers.items() if known.how == CORRECTED}
    if not corrected:
        return None
    typed = {name: replace(known, value=known.raw) for name, known in corrected.items()}
    value = _value_in({**answers, **typed}, cell, grounds.plan)
    if not _is_refused(cell) and value != cell.printed:
        return None
    said = "、".join(f"『{known.raw}』→『{known.value}』" for known in corrected.values())
    return Explained(Cause.WAIVED, f"訂正（{said}）をしないときの値です。")


def _is_refused(cell: Cell) -> bool:
    """The list has no figures, as of a sheet that was not accepted."""
    return cell.printed is None or cell.printed in ("要修正", "未提出")


def _follows_from_row(cell: Cell, grounds: Grounds) -> Explained | None:
    """Total and grade that fit the row's own scores, of which some differ."""
    plan, wrong = grounds.plan, grounds.differing.get(int(cell.no))
    scores = listed_scores(cell.row, plan)
    if not wrong or scores is None or cell.column not in ("合計", "総合評価"):
        return None
    value: object = Decimal(grading.total(scores))
    if cell.column == "総合評価":
        value = key(grading.grade(plan.grades, scores))
    if value != cell.printed:
        return None
    roots = [_root(cell.no, criterion, grounds) for criterion in wrong]
    return Explained(roots[0].cause, f"一覧の{'・'.join(wrong)}から計算した値です。")


def _root(no: Number, criterion: str, grounds: Grounds) -> Explained:
    row = grounds.rows[no]
    known = known_rows(grounds.right, TableKind.PRACTICES)[no]
    printed = comparable(criterion, row.text(criterion), grounds.plan)
    expected = Decimal(known.now.scores[criterion]) if known.now else None
    return explain(Cell(TableKind.PRACTICES, no, criterion, row, printed, expected), grounds)


def _as_planned_before(cell: Cell, grounds: Grounds) -> Explained | None:
    """As an earlier plan has it: title, item, department; a grade by its thresholds."""
    no = int(cell.no)
    for plan in grounds.earlier():
        then = grounds.plan.numbers(plan.evaluated).get(no)
        practice = next((known for known in plan.practices if known.no == then), None)
        if practice is None:
            continue
        names: tuple[object, ...] = ()
        if cell.column == "実践項目":
            names = tuple(map(key, titles(plan, practice.no)))
        elif cell.column == "取組項目":
            names = (key(plan.item(practice.item_no).name),)
        elif cell.column == "大№":
            names = (Decimal(practice.item_no),)
        elif cell.column == "担当部署":
            names = (of_datum(cell.column, practice.departments, plan),)
        elif cell.column == "総合評価" and (now := _now(cell, grounds)):
            names = (key(grading.grade(plan.grades, now.scores)),) if _same(plan, grounds) else ()
        if cell.printed in names:
            return Explained(Cause.PLAN_CHANGED, f"{plan.evaluated.wide}の計画での値です。")
    return None


def _same(plan: Plan, grounds: Grounds) -> bool:
    return grading.same_totals(plan, grounds.plan)


def _now(cell: Cell, grounds: Grounds) -> Any:
    return known_rows(grounds.right, cell.kind)[cell.no].now


def _judged_anew(cell: Cell, grounds: Grounds) -> Explained | None:
    """The grade of the year before under today's thresholds."""
    known = known_rows(grounds.right, TableKind.PRACTICES)[cell.no]
    plan = grounds.plan
    if cell.column != PREVIOUS or known.before is None:
        return None
    scores = known.before.scores
    if scores.keys() != {criterion.name for criterion in plan.criteria}:
        return None
    if key(grading.grade(plan.grades, scores)) != cell.printed:
        return None
    return Explained(Cause.PLAN_CHANGED, f"{plan.evaluated.wide}の評価基準で判定し直した値です。")


def _rounded_score(cell: Cell, grounds: Grounds) -> Explained | None:
    """A score with decimals: a list of averages in place of scores."""
    value, expected = cell.printed, cell.expected
    if not isinstance(value, Decimal) or not isinstance(expected, Decimal):
        return None
    if value == value.to_integral_value() or abs(value - expected) >= 1:
        return None
    return Explained(Cause.ROUNDED, "評点は整数です。端数の付いた値になっています。")


def _exchanged(cell: Cell, grounds: Grounds) -> Explained | None:
    """Two cells of a row exchanged."""
    plan = grounds.plan
    known = known_rows(grounds.right, cell.kind)[cell.no]
    for column in columns_of(cell.kind, plan):
        if column.key == cell.column or not cell.row.has(column.key):
            continue
        theirs = comparable(cell.column, cell.row.text(column.key), plan)
        should = of_datum(column.key, column.value(known), plan)
        if theirs == cell.expected and should == cell.printed and cell.printed is not None:
            return Explained(Cause.COPIED, f"{column.key}の値と入れ替わっています。")
    return None


def _copied(cell: Cell, grounds: Grounds) -> Explained | None:
    """Where there is a sheet, or a name nearly right, nothing but the copying is left."""
    if cell.column in ("実践項目", "取組項目", "テーマ名"):
        names = [str(cell.expected)]
        if nearest(str(cell.printed), names):
            return Explained(Cause.COPIED, "名称の書き誤りです。")
        return None
    if cell.printed is None:
        return Explained(Cause.COPIED, "一覧では空欄です。")
    if cell.kind is TableKind.PRACTICES and (version := grounds.evidence.counting(int(cell.no))):
        return Explained(
            Cause.COPIED,
            f"受理した{version.name}の値と違い、届いたほかの版にもない値です。",
        )
    return None


# -- 取組項目別、テーマ別 ------------------------------------------------------------------------


def _follows_from_practices(cell: Cell, grounds: Grounds) -> Explained | None:
    """The value that follows from the scores as the list prints them."""
    if _value(grounds.listed, cell, grounds) != cell.printed:
        return None
    members = members_of(known_rows(grounds.right, cell.kind)[cell.no])
    wrong = {
        known.practice.no: grounds.differing[known.practice.no]
        for known in members
        if known.practice.no in grounds.differing
    }
    if not wrong:
        return None
    said = "、".join(f"№{no}の{'・'.join(criteria)}" for no, criteria in wrong.items())
    first = next(iter(wrong))
    cause = _root(first, wrong[first][0], grounds).cause
    reason = f"【実践項目別】の{said}の違いによるものです。"
    return Explained(cause, reason, (first, wrong[first][0]))


def _value(figures: Figures, cell: Cell, grounds: Grounds) -> object:
    columns = {column.key: column for column in columns_of(cell.kind, grounds.plan)}
    known = known_rows(figures, cell.kind).get(cell.no)
    if known is None:
        return object()
    return of_datum(cell.column, columns[cell.column].value(known), grounds.plan)


def _other_members(cell: Cell, grounds: Grounds) -> Explained | None:
    """The value under the list's own 大№, or under the membership of an earlier plan."""
    here = {known.practice.no: known.practice.item_no for known in grounds.right.practices}
    differing = {no: item for no, item in grounds.members.items() if here.get(no) != item}
    for figures in (grounds.right, grounds.listed):
        if differing and _value(grouped_by(figures, differing), cell, grounds) == cell.printed:
            said = "、".join(f"№{no}" for no in differing)
            return Explained(
                Cause.PLAN_CHANGED, f"一覧の大№（{said}）のとおりに分けたときの値です。"
            )
        for plan in grounds.earlier():
            numbers = grounds.plan.numbers(plan.evaluated)
            then = {known.no: known.item_no for known in plan.practices}
            members = {no: then[old] for no, old in numbers.items() if old in then}
            if (
                members != here
                and _value(grouped_by(figures, members), cell, grounds) == cell.printed
            ):
                return Explained(
                    Cause.PLAN_CHANGED, f"{plan.evaluated.wide}の計画の分け方での値です。"
                )
    return None


def _rounded_otherwise(cell: Cell, grounds: Grounds) -> Explained | None:
    """The value by another way of rounding, from the right scores or from the list's."""
    for figures in (grounds.right, grounds.listed):
        for way, value in _roundings(figures, cell, grounds):
            if value == cell.printed:
                return Explained(Cause.ROUNDED, way)
    return None


def _roundings(figures: Figures, cell: Cell, grounds: Grounds) -> Iterator[tuple[str, object]]:
    plan = grounds.plan
    known = known_rows(figures, cell.kind).get(cell.no)
    if known is None or known.now is None:
        return
    members = members_of(known)
    exact = {c.name: _mean(list(scores_over(members, c.name))) for c in plan.criteria}
    if cell.column in exact:
        yield from _ways(exact[cell.column])
    elif cell.column == "合計":
        for way, value in _ways(sum(exact.values(), Fraction())):
            yield f"丸める前の平均を合計した値です（{way.rstrip('。')}）。", value
        for rounding, how in ((ROUND_HALF_EVEN, "偶数への丸め"), (ROUND_DOWN, "切捨て")):
            total = sum((_quantized(mean, rounding) for mean in exact.values()), Decimal())
            yield f"平均を{how}で丸めて合計した値です。", total
    elif cell.column == "総合評価":
        total = sum(known.now.averages.values())
        yield from _grades(known.now.averages, total, plan)
    elif cell.column == COUNCIL and cell.kind is TableKind.THEMES:
        averages = [item.council for item in known.items if item.council is not None]
        if averages:
            yield from _ways(Fraction(sum(averages), 10 * len(averages)))


def _grades(averages: Mapping[str, int], total: int, plan: Plan) -> Iterator[tuple[str, object]]:
    """Grades without rounding the total to a whole number first (9.5 is A), domain §7."""
    for rule in plan.grades:
        minima = rule.least_scores.items()
        if total >= 10 * rule.least_total and all(averages[n] >= 10 * low for n, low in minima):
            yield "合計を整数に丸めずに判定した値です。", key(rule.grade)
            return


def _ways(mean: Fraction) -> Iterator[tuple[str, object]]:
    """How else 2.25 may become tenths, or stay as it is."""
    floating = Decimal(str(round(float(mean), 1)))
    yield "小数第２位を四捨五入せず、偶数へ丸めた値です。", _quantized(mean, ROUND_HALF_EVEN)
    yield "浮動小数の誤差を含む丸めの値です。", floating
    yield "小数第２位以下を切り捨てた値です。", _quantized(mean, ROUND_DOWN)
    yield "整数に丸めた値です。", Decimal(int(mean + Fraction(1, 2)))
    exact = Decimal(mean.numerator) / Decimal(mean.denominator)
    for places in range(2, 5):
        yield "小数第１位に丸めていない値です。", round(exact, places)


def _quantized(mean: Fraction, rounding: str) -> Decimal:
    exact = Decimal(mean.numerator) / Decimal(mean.denominator)
    return exact.quantize(Decimal("0.1"), rounding=rounding)


def _mean(scores: list[int]) -> Fraction:
    return Fraction(sum(scores), len(scores)) if scores else Fraction()


def _row_arithmetic(cell: Cell, grounds: Grounds) -> Explained | None:
    """Total and grade that fit the row's own averages, of which some differ."""
    plan = grounds.plan
    averages = {}
    for criterion in plan.criteria:
        value = comparable(criterion.name, cell.row.text(criterion.name), plan)
        if not isinstance(value, Decimal):
            return None
        averages[criterion.name] = int((10 * value).to_integral_value())
    total = sum(averages.values())
    value = {
        "合計": Decimal(total) / 10,
        "総合評価": key(grading.grade_of_means(plan.grades, averages)),
    }
    if cell.column not in value or value[cell.column] != cell.printed:
        return None
    return Explained(Cause.COPIED, "一覧の平均値から計算した値です。")


def _counted_otherwise(cell: Cell, grounds: Grounds) -> Explained | None:
    """A count without the practices that have ended."""
    if cell.column != "実践項目数":
        return None
    members = members_of(known_rows(grounds.right, cell.kind)[cell.no])
    evaluated = sum(known.evaluated for known in members)
    if Decimal(evaluated) != cell.printed:
        return None
    return Explained(Cause.PLAN_CHANGED, "取組が終了した実践項目を除いて数えた値です。")


_PRACTICE_LOOKS: tuple[Look, ...] = (
    _from_other_version,
    _without_waiver,
    _without_correction,
    _follows_from_row,
    _as_planned_before,
    _judged_anew,
    _rounded_score,
    _exchanged,
    _copied,
)
_MEAN_LOOKS: tuple[Look, ...] = (
    _follows_from_practices,
    _other_members,
    _rounded_otherwise,
    _row_arithmetic,
    _counted_otherwise,
    _exchanged,
    _copied,
)
