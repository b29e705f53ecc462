"""What is wrong with answers, written once for the form's checks and for the rules (contract).

Each condition is an expression over flags: the form gives it cells, a rule plain truths.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from workbook_tools.form.live.expr import AND, NOT, Expr, compiled, compute, leaf


def revision_missing(revised: Expr, filled: Expr) -> Expr:
    """P203: the status says 工程見直し, and that year has no revised plan."""
    return AND(revised, NOT(filled))


def revision_on_plan(on_plan: Expr, filled: Expr, before: Expr) -> Expr:
    """P204: a revised plan in a year that went as planned.

    Where a year ``before`` was revised already, it may be that revised plan which was kept to.
    """
    return AND(on_plan, filled, NOT(before))


def result_missing(planned: Expr, reported: Expr, only_ends: Expr) -> Expr:
    """A402: a plan without result; （取組終了） needs none."""
    return AND(planned, NOT(reported), NOT(only_ends))


def mark_missing(reported: Expr, marked: Expr, refers: Expr) -> Expr:
    """A403: neither (新) nor (継); a reference takes the mark of its target over (domain §6)."""
    return AND(reported, NOT(marked), NOT(refers))


def result_without_plan(reported: Expr, planned: Expr) -> Expr:
    """A404: a result beside no plan."""
    return AND(reported, NOT(planned))


def plan_ahead_missing(planned: Expr, ends: Expr, said_to_end: Expr) -> Expr:
    """A405: no plan for next year although nothing says that the practice ends."""
    return AND(NOT(planned), NOT(ends), NOT(said_to_end))


def end_without_date(said_to_end: Expr, ends: Expr) -> Expr:
    """C503: 取組終了 is written somewhere, but no date."""
    return AND(said_to_end, NOT(ends))


def solution_missing(issue: Expr, solution: Expr, nothing: Expr) -> Expr:
    """K602: a problem without solution; 特になし needs none."""
    return AND(issue, NOT(solution), NOT(nothing))


@lru_cache(maxsize=256)
def holds(condition: Callable[..., Expr], *flags: bool) -> bool:
    """The condition, for a rule that knows its flags."""
    cells: dict[str, bool] = {}
    compute(compiled({"holds": condition(*map(leaf, flags))}), cells)
    return cells["holds"]
