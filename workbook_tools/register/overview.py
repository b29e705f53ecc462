"""A round at a glance, for report and terminal alike; light, for `status` shows nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Severity
from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register
from workbook_tools.register.submissions import PracticeState, State, forms, practice_states
from workbook_tools.workspace import Workspace

SEVERITIES = {Severity.ERROR: "誤り", Severity.WARNING: "注意", Severity.INFO: "情報"}
COUNTS = ("配布", "受理", "要修正", "未提出", "差戻し回数")


def standing(workspace: Workspace, plan: Plan, year: FiscalYear) -> tuple[PracticeState, ...]:
    """Where every practice of a round stands, as the register knows it."""
    with Register.open(workspace.register, write=False) as register:
        return practice_states(register, plan, year, forms(register, year))


def departments(practices: Iterable[PracticeState]) -> list[list[str | int]]:
    """One row per lead department: name, the COUNTS, last received."""
    rows: dict[str, list[PracticeState]] = {}
    for one in practices:
        rows.setdefault(one.practice.lead, []).append(one)
    table: list[list[str | int]] = []
    for department, states in rows.items():
        received = [one.newest.received_at for one in states if one.newest]
        table.append(
            [
                department,
                len(states),
                sum(one.state in (State.ACCEPTED, State.OLDER) for one in states),
                sum(one.state is State.FAULTY for one in states),
                sum(one.state is State.MISSING for one in states),
                sum(one.faulty_versions for one in states),
                moment(max(received)) if received else "",
            ]
        )
    return table


def moment(iso: str) -> str:
    """``2022-04-20T09:30:00+09:00`` → ``2022-04-20 09:30``."""
    return iso[:16].replace("T", " ")
