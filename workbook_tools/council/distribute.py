"""`council distribute`: one 評価シート per member."""

from __future__ import annotations

from pathlib import Path

from workbook_tools.council import ballot
from workbook_tools.figures.facts import figures_of
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member
from workbook_tools.register import ballots, closings
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round, note_plan


def distribute(held: Round, count: int | None) -> list[Path]:
    """Write one sheet per member into ``templates/R3/評価シート/``; the paths written.

    Members come from the plan master, or are numbered 1 … ``count``. Raises UserError where
    neither says who they are.
    """
    members = held.plan.members or tuple(Member(no) for no in range(1, (count or 0) + 1))
    if not members:
        raise UserError(
            "委員が分かりません。計画マスタのシート『委員』に書くか、"
            "--members で人数を指定してください。"
        )
    with Register.open(held.workspace.register) as register:
        closings.refuse_if_closed(register, held.year)
        note_plan(register, held)
        figures = figures_of(register, held)
        ballots.note_members(register, held.year, [member.no for member in members])
        paths = []
        for member in members:
            path = held.workspace.forms(held.year) / ballot.SHEET / ballot.file_name_of(member)
            put(path, ballot.workbook(figures, member))
            paths.append(path)
    return paths
