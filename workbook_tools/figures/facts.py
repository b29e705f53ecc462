"""From the register to the figures of a round: what every output of the round starts from."""

from __future__ import annotations

from workbook_tools.figures.compute import Facts, Figures, compute
from workbook_tools.register import ballots
from workbook_tools.register.database import Register
from workbook_tools.register.results import finished, printed_grades, scores
from workbook_tools.register.round import Round, noted_plans
from workbook_tools.register.standing import practice_states
from workbook_tools.register.submissions import forms


def gather(register: Register, held: Round) -> Facts:
    """What the register knows of a round and of the years before it."""
    plan = held.plan
    states = practice_states(register, plan, forms(register, held.year))
    noted = noted_plans(register, held.workspace)
    plans = {year: noted[year] for year in noted if year < held.year}
    names = {criterion.name for known in (plan, *plans.values()) for criterion in known.criteria}
    return Facts(
        {state.practice.no: state.state.value for state in states},
        scores(register, names),
        finished(register),
        ballots.averages(register, held.year),
        printed_grades(register),
        plans,
    )


def figures_of(register: Register, held: Round) -> Figures:
    """All figures of a round."""
    return compute(held.plan, gather(register, held))
