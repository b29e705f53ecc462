"""From the register to the figures of a round: what every output of the round starts from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workbook_tools.era import LAST
from workbook_tools.figures.compute import Facts, Figures, compute, plan_of
from workbook_tools.form.layout import Field, Kind, form_of
from workbook_tools.register import ballots
from workbook_tools.register.database import Register
from workbook_tools.register.records import Stored
from workbook_tools.register.results import corrected, finished, printed_grades, scores
from workbook_tools.register.round import Round, noted_plans
from workbook_tools.register.standing import practice_states
from workbook_tools.register.submissions import forms


@dataclass(frozen=True, slots=True)
class RoundData:
    """All that is given out of a round: figures, answers by 小№, votes by 大№ and score."""

    figures: Figures
    answers: Mapping[int, Mapping[str, Stored]] = field(default_factory=dict)
    votes: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def texts(self) -> Iterator[tuple[int, Field, str]]:
        """Practice, field and resolved text, of every text and 状況 that says something."""
        form = form_of(self.figures.plan)
        fields = [item for item in form.fields if item.kind in (Kind.TEXT, Kind.STATUS)]
        for no, answers in sorted(self.answers.items()):
            for item in fields:
                stored = answers.get(item.name)
                if stored and stored.text:
                    yield no, item, stored.text


def votes(register: Register, held: Round) -> dict[int, Counter[int]]:
    """Item → score → how many members gave it; never who."""
    return {no: Counter(given) for no, given in ballots.scores(register, held.year).items()}


def gather(register: Register, held: Round) -> Facts:
    """What the register knows of a round and of the years before it."""
    plan = held.plan
    states = practice_states(register, plan, forms(register, held.year))
    every = noted_plans(register, held.workspace, before=held.year)
    noted = {year: plan_then for year, plan_then in every.items() if year.stage == LAST}
    names = {known.name for plan_then in noted.values() for known in plan_then.criteria}
    known_scores = scores(register, plan, names)
    plans = {year: plan_of(noted, year, plan) for year in known_scores if year < held.year}
    return Facts(
        {state.practice.no: state.state.value for state in states},
        known_scores,
        finished(register, plan),
        ballots.averages(register, held.year),
        printed_grades(register),
        plans,
        {year: finished(register, plan_then) for year, plan_then in plans.items()},
        _notes(register, held),
        {
            own: scores(register, plan.of_round(own)).get(plan.evaluated, {})
            for own in plan.earlier_stages
        },
    )


def _notes(register: Register, held: Round) -> dict[int, str]:
    """What the secretariat corrected (訂正), as 備考 says it."""
    form = form_of(held.plan)
    return {
        no: "訂正：" + "、".join(_short(form[name], held) for name in fields if name in form)
        for no, fields in corrected(register, held.year).items()
    }


def _short(field: Field, held: Round) -> str:
    """A score of this year goes by its criterion."""
    return (
        field.stem
        if field.kind is Kind.SCORE and field.year == held.plan.evaluated
        else field.title
    )


def figures_of(register: Register, held: Round) -> Figures:
    """All figures of a round."""
    return compute(held.plan, gather(register, held))
