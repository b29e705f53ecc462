"""From the register to the facts of a round: what every output of the round starts from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import Facts
from workbook_tools.plan.model import Plan
from workbook_tools.register import submissions as returns
from workbook_tools.register.database import Register
from workbook_tools.text import half_width


def gather(
    register: Register, plan: Plan, year: FiscalYear, council: Mapping[int, int] | None = None
) -> Facts:
    """What the register knows of a round; ``council`` are averages per item, in tenths."""
    states = returns.practice_states(register, plan, year, returns.forms(register, year))
    return Facts(
        year,
        {one.practice.no: one.state.value for one in states},
        returns.scores(register, [criterion.name for criterion in plan.criteria]),
        returns.finished(register),
        council or {},
        _moved(register, plan, year),
    )


def _moved(register: Register, plan: Plan, year: FiscalYear) -> dict[int, int]:
    """Practices that belonged to another item on last year's accepted sheet (domain §2)."""
    now = {practice.no: practice.item_no for practice in plan.practices}
    moved = {}
    for number, answers in returns.answers(register, year - 1).items():
        stored = answers.get("取組項目番号")
        digits = re.sub(r"\D", "", half_width(stored.value)) if stored else ""
        if digits and number in now and int(digits) != now[number]:
            moved[number] = int(digits)
    return moved
