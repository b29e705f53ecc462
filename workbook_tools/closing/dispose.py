"""`dispose` (廃棄): removes what was received in a closed round once its period of keeping is over.

The texts go, from the archive and from the register; what stays are the published figures, the
receipts with their hashes, the plan masters and a 廃棄記録. Files in `inbox/` and `templates/`, and
the outputs in `outbox/`, are never touched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook_tools import __version__
from workbook_tools.consolidate.consolidate import gather_contents
from workbook_tools.era import FiscalYear, long_date
from workbook_tools.excel.write import list_sheet as lists
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Column
from workbook_tools.figures import export
from workbook_tools.figures.compute import Figures
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.register import closings, disposal, ledger
from workbook_tools.register.database import Register
from workbook_tools.register.records import PastResult, Source
from workbook_tools.register.round import Round, open_round
from workbook_tools.register.standing import moment
from workbook_tools.text import for_cell
from workbook_tools.workspace import Workspace

_COLUMNS = (
    Column("種類", 130),
    Column("名前", 420),
    Column("日時", 150),
    Column("sha256", 480),
)


@dataclass(frozen=True, slots=True)
class Disposed:
    """How many kept copies were removed, and the 廃棄記録."""

    copies: int
    path: Path


def copies(workspace: Workspace, year: FiscalYear) -> int:
    """How many kept copies would be removed.

    UserError where the round is not closed, or was disposed of and nothing is left to remove.
    """
    with Register.open(workspace.register, write=False) as register:
        if year in closings.disposed(register):
            left = disposal.left(register, workspace)
            if not left:
                closings.refuse_if_disposed(register, year)
            return len(left)
        if year not in closings.closed(register):
            raise UserError(
                f"{year.long}はまだ確定していません。"
                f"workbook-tools close {year.option} で確定してから実行してください。"
            )
        return len(disposal.contents(register, workspace, year))


def dispose(workspace: Workspace, year: FiscalYear, reason: str, now: str) -> Disposed:
    """Dispose of what was received in a round. UserError where :func:`copies` has it.

    Where a run was killed behind that, its copies are removed.
    """
    copies(workspace, year)
    with Register.open(workspace.register, write=False) as register:
        left = disposal.left(register, workspace) if year in closings.disposed(register) else []
    if left:
        disposal.shred(workspace, left)
        return Disposed(len(left), workspace.outbox / f"廃棄記録_{year}.xlsx")
    held = open_round(workspace, year.whole, now, year.name or None)
    figures = gather_contents(held).figures
    with Register.open(workspace.register) as register:
        removed = disposal.contents(register, workspace, year)
        path = workspace.outbox / f"廃棄記録_{year}.xlsx"
        put(path, _workbook(held, removed, reason))
        document = _document(held, figures, removed, reason)
        data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        record = ledger.keep(workspace.archive, data)
        closings.dispose(register, year, held.now, reason, record)
        disposal.forget(register, year)
        register.take_history(year, _results(figures), record)
    disposal.shred(workspace, [source.sha256 for source in removed])
    return Disposed(len(removed), path)


def _results(figures: Figures) -> list[PastResult]:
    """What was published of every practice."""
    return [
        PastResult(
            known.practice.no,
            dict(known.now.scores) if known.now else {},
            known.now.grade if known.now else None,
            known.finished,
        )
        for known in figures.practices
    ]


def _document(
    held: Round, figures: Figures, removed: Sequence[Source], reason: str
) -> dict[str, Any]:
    return {
        "year": str(held.year),
        "disposed_at": held.now,
        "reason": reason,
        "version": __version__,
        "removed": [
            {
                "kind": source.kind.value,
                "name": source.name,
                "sha256": source.sha256,
                "at": source.taken_at,
            }
            for source in removed
        ],
        "figures": {
            name: value
            for name, value in export.document(figures, held.now).items()
            if name != "texts"
        },
    }


def _workbook(held: Round, removed: Sequence[Source], reason: str) -> bytes:
    """廃棄記録, as an archivist reads it."""
    book = Book(f"廃棄記録 {held.year}")
    rows = [
        [source.kind.value, for_cell(source.name), moment(source.taken_at), source.sha256]
        for source in removed
    ]
    note = f"{long_date(held.today)}廃棄　理由：{for_cell(reason)}　{len(rows)}件"
    title = f"{held.plan.name}　{held.year.long}　廃棄記録"
    lists.write(book, "廃棄記録", title, _COLUMNS, rows, note)
    return book.bytes()
