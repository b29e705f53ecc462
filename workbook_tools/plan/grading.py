"""Totals, means and grades, in whole numbers only (domain §7).

Scores are integers; means and their sums are **tenths** (23 is 2.3), so that 2.25 becomes 2.3 and
no binary fraction ever decides a grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbook_tools.excel.write.formula import quoted
from workbook_tools.plan.model import GradeRule, Plan


def total(scores: Mapping[str, int]) -> int:
    """合計 of one practice: the sum over all criteria."""
    return sum(scores.values())


def grade(rules: Sequence[GradeRule], scores: Mapping[str, int]) -> str:
    """総合評価 of one practice: the first rule whose total and single minima are reached."""
    return _grade(rules, total(scores), scores, unit=1)


def mean_tenths(values: Sequence[int]) -> int:
    """Mean of integers in tenths, half up: ``[2, 2, 2, 3]`` → 23. Empty input raises ValueError."""
    if not values:
        raise ValueError("the mean of nothing")
    return (20 * sum(values) + len(values)) // (2 * len(values))


def mean_formula(total: str, count: str) -> str:
    """The same as an Excel formula, as a figure with one decimal; ``count`` must not be 0."""
    return f"INT((20*{total}+{count})/(2*{count}))/10"


def mean_of_tenths(values: Sequence[int]) -> int:
    """Mean of figures that are tenths themselves, again in tenths, half up."""
    if not values:
        raise ValueError("the mean of nothing")
    return (2 * sum(values) + len(values)) // (2 * len(values))


def grade_of_means(rules: Sequence[GradeRule], means: Mapping[str, int]) -> str:
    """総合評価 of averages in tenths: their sum is rounded half up to an integer (9.5 → 10)."""
    rounded = (sum(means.values()) + 5) // 10
    return _grade(rules, rounded, means, unit=10)


def grade_formula(rules: Sequence[GradeRule], total: str, scores: Mapping[str, str]) -> str:
    """The same as an Excel formula over cells, for a total that is a whole number.

    ``scores`` maps criteria to cells.
    """
    formula = quoted(rules[-1].grade)
    for rule in reversed(rules[:-1]):
        minima = [f"{scores[name]}>={low}" for name, low in rule.least_scores.items()]
        reached = ",".join([f"{total}>={rule.least_total}", *minima])
        formula = f"IF(AND({reached}),{quoted(rule.grade)},{formula})"
    return formula


# --- can figures of two years be compared?


def same_scale(plan: Plan, other: Plan, criterion: str) -> bool:
    """Scores of a criterion can be compared."""
    return _scales(plan).get(criterion) == _scales(other).get(criterion)


def same_totals(plan: Plan, other: Plan) -> bool:
    """Totals of both plans can be compared: the same criteria, each on the same scale."""
    return _scales(plan) == _scales(other)


def same_grades(plan: Plan, other: Plan) -> bool:
    """Grades can be compared: the same letters in the same order, whatever their thresholds."""
    return [rule.grade for rule in plan.grades] == [rule.grade for rule in other.grades]


def _scales(plan: Plan) -> dict[str, tuple[int, int]]:
    return {c.name: (c.minimum, c.maximum) for c in plan.criteria}


def _grade(rules: Sequence[GradeRule], reached: int, parts: Mapping[str, int], unit: int) -> str:
    for rule in rules:
        minima = rule.least_scores.items()
        if reached >= rule.least_total and all(parts[name] >= unit * low for name, low in minima):
            return rule.grade
    return rules[-1].grade
