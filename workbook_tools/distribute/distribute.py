"""`distribute`: one prefilled workbook per running practice, in the folder of its lead department.

Run again it rewrites only what changed, and never a file that somebody has edited since: the
register remembers the content that was sent. Once a later round has begun, what was sent in an
earlier one is neither rewritten nor taken away.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.distribute.requests import write_requests
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import list_sheet as lists
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Cell, Column, Link
from workbook_tools.form import layout, prefill
from workbook_tools.form import workbook as forms
from workbook_tools.form.content import Known
from workbook_tools.letters.only import EVERYTHING, Only
from workbook_tools.outbox import Outcome, put, put_unless_edited, remove_if_empty, take_away
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.register import closings, ledger
from workbook_tools.register.database import Register
from workbook_tools.register.records import Distributed, Prefilled, SourceKind
from workbook_tools.register.results import finished, known_before
from workbook_tools.register.round import Round, note_plan
from workbook_tools.workspace import Workspace, digest, read
from workbook_tools.zips import packed

LIST_NAME = "配布一覧.xlsx"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One practice's file, relative to the workspace, and what was done about it."""

    practice: Practice | None
    path: str
    sha256: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Distribution:
    """The outcome of one run."""

    year: FiscalYear
    folder: Path
    deliveries: tuple[Delivery, ...]

    def having(self, outcome: Outcome) -> tuple[Delivery, ...]:
        """The deliveries of one outcome."""
        return tuple(delivery for delivery in self.deliveries if delivery.outcome is outcome)


def distribute(
    held: Round,
    *,
    only: Only = EVERYTHING,
    force: bool = False,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Distribution:
    """Write every form of the round, a zip and a letter per department and 配布一覧.xlsx.

    Where it is ``only`` for some, the other forms stay as they are. ``step`` is told how many of
    how many forms are done. Raises UserError where a file cannot be written.
    """
    workspace, plan, year = held.workspace, held.plan, held.year
    with Register.open(workspace.register) as register:
        closings.refuse_if_closed(register, year)
        note_plan(register, held)
        practices = plan.running(finished(register, plan))
        only = only.among_leads(plan, practices)
        known = known_before(register, plan)
        sent = register.distributed(year)
        is_over = any(later > year for later in closings.begun(register))
        deliveries: list[Delivery] = []
        noted: list[Distributed] = []
        for done, practice in enumerate(practices, start=1):
            before = sent.get(practice.no)
            is_there = before is not None and (workspace.root / before.path).is_file()
            if before and is_there and (is_over or not only.wants(practice)):
                deliveries.append(_left(workspace, practice, before))
            elif only.wants(practice):
                filled = known.get(practice.no, Known())
                delivery, entry = _deliver(held, practice, filled, before, force)
                deliveries.append(delivery)
                noted.extend(entry)
            step(done, len(practices))
        register.note_distributed(year, noted)
        removed: list[Delivery] = []
        if not is_over:
            register.forget_distributed(year, set(sent) - {practice.no for practice in practices})
            kept = {delivery.path for delivery in deliveries}
            removed = _remove_stale(workspace, sent.values(), kept)
        _record(register, held, sent)
        if noted or not is_over:
            _zip_departments(workspace, deliveries)
            asked = [
                (delivery.practice, workspace.root / delivery.path)
                for delivery in deliveries
                if delivery.practice and only.wants(delivery.practice)
            ]
            write_requests(register, held, asked, only, force=force)
            put(workspace.forms(year) / LIST_NAME, _list(plan, deliveries))
    return Distribution(year, workspace.forms(year), (*deliveries, *removed))


def _record(register: Register, held: Round, before: Mapping[int, Distributed]) -> None:
    """Keep what was sent out in the archive, so that a lost register can be made anew."""
    after = register.distributed(held.year)
    if after != before:
        record, name = ledger.record_of(after), str(held.year)
        archive, kind = held.workspace.archive, SourceKind.DISTRIBUTION
        ledger.take(register, archive, record, kind, name, held.year, held.now)


def _left(workspace: Workspace, practice: Practice, sent: Distributed) -> Delivery:
    """A form of an earlier round stays as it was sent."""
    sha256 = digest(read(workspace.root / sent.path))
    outcome = Outcome.UNCHANGED if sha256 == sent.sha256 else Outcome.EDITED
    return Delivery(practice, sent.path, sha256, outcome)


def _deliver(
    held: Round, practice: Practice, known: Known, sent: Distributed | None, force: bool
) -> tuple[Delivery, list[Distributed]]:
    """Write one form unless somebody edited it; what is to be noted in the register."""
    content = prefill.content(held.plan, practice, known)
    data = forms.workbook(held.plan, practice, content)
    path = held.form_path(practice)
    relative = held.workspace.relative(path)
    written = sent.sha256 if sent and sent.path == relative else None
    outcome = put_unless_edited(path, data, written, force=force)
    if outcome is Outcome.EDITED:
        return Delivery(practice, relative, digest(read(path)), outcome), []
    cells = tuple(
        Prefilled(name, text, "、".join(targets) or None, meaning or None)
        for name, text, targets, meaning in prefill.remembered(layout.form_of(held.plan), content)
    )
    now = held.now
    if outcome is Outcome.UNCHANGED and sent and sent.prefilled == cells:
        now = sent.distributed_at
    entry = Distributed(practice.no, relative, digest(data), now, cells)
    return Delivery(practice, relative, digest(data), outcome), [entry]


def _remove_stale(
    workspace: Workspace, sent: Iterable[Distributed], kept: set[str]
) -> list[Delivery]:
    """Take away forms that were sent under another name or are no longer due, if untouched."""
    removed = []
    for entry in sent:
        path = workspace.root / entry.path
        if entry.path in kept or not path.is_file():
            continue
        outcome = take_away(path, entry.sha256)
        removed.append(Delivery(None, entry.path, entry.sha256, outcome))
        folder = f"{Path(entry.path).parent.as_posix()}/"
        if outcome is Outcome.REMOVED and not any(name.startswith(folder) for name in kept):
            _zip_path(path.parent).unlink(missing_ok=True)
            remove_if_empty(path.parent)
    return removed


def _zip_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.zip")


def _zip_departments(workspace: Workspace, deliveries: Sequence[Delivery]) -> None:
    """One zip per department, with the files as they stand; equal files give equal bytes."""
    folders: dict[Path, list[Path]] = {}
    for delivery in deliveries:
        path = workspace.root / delivery.path
        folders.setdefault(path.parent, []).append(path)
    for folder, paths in folders.items():
        ordered = sorted(paths, key=lambda path: path.name)
        members = {f"{folder.name}/{path.name}": read(path) for path in ordered}
        put(_zip_path(folder), packed(members, zipfile.ZIP_STORED))  # compressed already


_COLUMNS = (
    Column("小№", 45, "center"),
    Column("実践項目", 330),
    Column("担当部署（送付先）", 190),
    Column("関係部署", 190),
    Column("連絡先", 150),
    Column("ファイル", 330),
    Column("提出期限", 90),
    Column("sha256", 110),
)


def _list(plan: Plan, deliveries: Sequence[Delivery]) -> bytes:
    """配布一覧: what goes to whom."""
    year = plan.round
    rows: list[list[Cell]] = []
    for delivery in deliveries:
        practice = delivery.practice
        assert practice is not None
        file = delivery.path.removeprefix(f"templates/{year}/")
        rows.append(
            [
                practice.no,
                practice.title,
                practice.lead,
                "、".join(practice.partners),
                plan.department(practice.lead).contact,
                Link(f"external:{file}", file),
                plan.deadline,
                delivery.sha256,
            ]
        )
    book = Book(f"配布一覧 {year}")
    title = f"{plan.name}進捗状況シート　配布一覧（{year.end}）"
    lists.write(book, "配布一覧", title, _COLUMNS, rows, printed=len(_COLUMNS) - 1)
    return book.bytes()
