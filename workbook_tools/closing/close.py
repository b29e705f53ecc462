"""`close` and `reopen` (確定): ends a round; what was judged and published then stays as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass

from workbook_tools import __version__
from workbook_tools.findings import UserError
from workbook_tools.register import closings, ledger, verdicts, written
from workbook_tools.register.database import Register
from workbook_tools.register.records import State
from workbook_tools.register.round import Round, note_plan
from workbook_tools.register.standing import standing
from workbook_tools.register.unread import look
from workbook_tools.verify.outputs import differences
from workbook_tools.workspace import read


@dataclass(frozen=True, slots=True)
class Closed:
    """A round that was closed, and the outputs that are kept: name relative to the workspace."""

    outputs: tuple[str, ...]


def doubts(held: Round) -> list[str]:
    """Why a round should perhaps not be closed yet. UserError where it is closed already."""
    told = []
    with Register.open(held.workspace.register, write=False) as register:
        closings.refuse_if_closed(register, held.year)
        unread = look(register, held).unread
        listed = {output.name for output in written.outputs(register, held.year)}
    states = standing(held)
    for state in (State.MISSING, State.FAULTY, State.OLDER):
        numbers = [str(known.practice.no) for known in states if known.state is state]
        if numbers:
            told.append(f"{state.value} {len(numbers)}件： 小№ {'、'.join(numbers)}")
    told.extend(f"まだ読んでいないファイルがあります： {name}" for name in unread)
    if f"outbox/取組状況一覧_{held.year}.xlsx" not in listed:
        told.append("取組状況一覧がまだ作られていません（consolidate で作れます）。")
    told.extend(differences(held))
    return told


def close(held: Round) -> Closed:
    """Close a round: verdicts and outputs as they are now are kept in the archive."""
    workspace, year = held.workspace, held.year
    with Register.open(workspace.register) as register:
        closings.refuse_if_closed(register, year)
        note_plan(register, held)
        outputs = {
            workspace.relative(path): ledger.keep(workspace.archive, read(path))
            for path in sorted(workspace.outbox.glob(f"*_{year}*"))
            if path.is_file()
        }
        record = {
            "version": __version__,
            "outputs": outputs,
            "verdicts": verdicts.verdicts(register, year),
        }
        data = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        closings.close(register, year, held.now, ledger.keep(workspace.archive, data))
    return Closed(tuple(outputs))


def reopen(held: Round, reason: str) -> None:
    """Take the closing of a round back. UserError where it is not closed."""
    with Register.open(held.workspace.register) as register:
        if held.year not in closings.closed(register):
            raise UserError(f"{held.year.long}は確定していません。")
        closings.reopen(register, held.year, held.now, reason)
