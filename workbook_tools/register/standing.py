"""Where every practice of a round stands, and the round at a glance, department by department.

The newest accepted version of a practice counts; a later faulty one does not push it out (F008).
Light, for `status` shows nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register
from workbook_tools.register.records import PracticeState, Returned, State, Status
from workbook_tools.register.results import finished
from workbook_tools.register.round import Round
from workbook_tools.register.submissions import forms

COUNTS = ("配布", "受理", "要修正", "未提出", "差戻し回数")


def counting(versions: Iterable[Returned]) -> dict[int, Returned]:
    """Practice → the newest accepted version."""
    return {
        form.practice_no: form
        for form in versions
        if form.practice_no is not None and form.status is Status.ACCEPTED
    }


def newest(versions: Iterable[Returned]) -> dict[int, Returned]:
    """Practice → the version received last, accepted or not."""
    return {form.practice_no: form for form in versions if form.practice_no is not None}


def practice_states(
    register: Register, plan: Plan, versions: Sequence[Returned]
) -> tuple[PracticeState, ...]:
    """Where every practice that is due stands; ``versions`` are all forms of the round."""
    last_of, counts_of = newest(versions), counting(versions)
    received: dict[int | None, list[Returned]] = {}
    for form in versions:
        received.setdefault(form.practice_no, []).append(form)
    states = []
    for practice in plan.running(finished(register, plan)):
        last, counts = last_of.get(practice.no), counts_of.get(practice.no)
        if last is None:
            state = State.MISSING
        elif counts is None:
            state = State.FAULTY
        else:
            state = State.ACCEPTED if counts.id == last.id else State.OLDER
        own = received.get(practice.no, [])
        faulty = sum(form.status is Status.FAULTY for form in own)
        states.append(PracticeState(practice, state, last, counts, len(own), faulty))
    return tuple(states)


def standing(held: Round) -> tuple[PracticeState, ...]:
    """Where every practice of a round stands, as the register knows it."""
    with Register.open(held.workspace.register, write=False) as register:
        return practice_states(register, held.plan, forms(register, held.year))


def departments(practices: Iterable[PracticeState]) -> list[list[str | int]]:
    """One row per lead department: name, the COUNTS, last received."""
    rows: dict[str, list[PracticeState]] = {}
    for known in practices:
        rows.setdefault(known.practice.lead, []).append(known)
    table: list[list[str | int]] = []
    for department, states in rows.items():
        received = [known.newest.received_at for known in states if known.newest]
        table.append(
            [
                department,
                len(states),
                sum(known.state in (State.ACCEPTED, State.OLDER) for known in states),
                sum(known.state is State.FAULTY for known in states),
                sum(known.state is State.MISSING for known in states),
                sum(known.faulty_versions for known in states),
                moment(max(received)) if received else "",
            ]
        )
    return table


def moment(iso: str) -> str:
    """``2022-04-20T09:30:00+09:00`` → ``2022-04-20 09:30``."""
    return iso[:16].replace("T", " ")
