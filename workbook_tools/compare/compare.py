"""`compare`: a list printed or typed earlier, against the sheets or against its own arithmetic."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from workbook_tools.compare import marked_copy, result_book
from workbook_tools.compare.differences import Comparison, compare
from workbook_tools.compare.evidence import Evidence, gather
from workbook_tools.compare.lists import ReadList, read_list
from workbook_tools.era import FiscalYear
from workbook_tools.excel.patch.package import UnmarkableError
from workbook_tools.figures.facts import figures_of
from workbook_tools.outbox import put
from workbook_tools.register import written
from workbook_tools.register.database import Register
from workbook_tools.register.records import Status
from workbook_tools.register.round import Round, noted_plans, open_round
from workbook_tools.register.submissions import forms
from workbook_tools.workspace import Workspace, read

NAME = "突合結果"


@dataclass(frozen=True, slots=True)
class ComparedList:
    """What was found, and the files written: 突合結果, and the marked copy where there is one."""

    comparison: Comparison
    file: str
    paths: tuple[Path, ...]


def compare_list(
    workspace: Workspace, year: FiscalYear | None, file: Path, now: str
) -> ComparedList:
    """Compare a list with its round and write what differs into the outbox.

    Raises UserError where the list cannot be read or holds no table of ours, or a file cannot be
    written; and whatever :func:`open_round` raises.
    """
    held = _round(workspace, year, now)
    data, name = read(file), workspace.relative(file)
    known = read_list(data, name, held.plan)
    with Register.open(workspace.register, write=False) as register:
        collected = any(form.status is Status.ACCEPTED for form in forms(register, held.year))

        def evidence(practices: Collection[int]) -> Evidence:
            return gather(register, held, practices)

        done = compare(figures_of(register, held), known, evidence, orphan=not collected)
    return _written(held, done, data, file, known)


def _round(workspace: Workspace, year: FiscalYear | None, now: str) -> Round:
    """The round of the list; of a year before the tool was used, today's plan in that year."""
    today = open_round(workspace, None, now)
    if year is None or year == today.year:
        return today
    with Register.open(workspace.register, write=False) as register:
        is_noted = year in noted_plans(register, workspace)
    return (
        open_round(workspace, year, now)
        if is_noted
        else replace(today, plan=today.plan.of_year(year))
    )


def _written(
    held: Round, done: Comparison, data: bytes, file: Path, known: ReadList
) -> ComparedList:
    workspace, name = held.workspace, held.workspace.relative(file)
    copy = workspace.outbox / f"{NAME}_{held.year}" / marked_copy.name_of(file.name)
    paths = [workspace.outbox / f"{NAME}_{held.year}.xlsx"]
    try:
        marked = marked_copy.mark(data, done.differences, known.tables)
    except UnmarkableError:
        note = "一覧のファイルには印を付けられませんでした。相違一覧を見てください。"
        done = replace(done, notes=(*done.notes, note))
    else:
        put(copy, marked)
        paths.append(copy)
    put(paths[0], result_book.workbook(done, held.plan, name))
    if workspace.register.is_file():  # a list may be audited where nothing was ever collected
        with Register.open(workspace.register) as register:
            written.note(register, held, paths)
    return ComparedList(done, name, tuple(paths))
