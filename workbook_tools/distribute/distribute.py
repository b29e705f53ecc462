"""`distribute`: one prefilled workbook per running practice, in the folder of its lead department.

Run again it rewrites only what changed, and never a file that somebody has edited since: the
register remembers the content that was sent.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import list_sheet as lists
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Cell, Column, Link
from workbook_tools.form import layout, prefill
from workbook_tools.form import workbook as forms
from workbook_tools.form.prefill import Known
from workbook_tools.plan.model import Plan, Practice, check_year
from workbook_tools.register import ledger
from workbook_tools.register import submissions as returns
from workbook_tools.register.database import Distributed, Kind, Prefilled, Register, Source
from workbook_tools.text import file_name, for_cell
from workbook_tools.workspace import Workspace, digest, put, read

LIST_NAME = "配布一覧.xlsx"


class Outcome(StrEnum):
    """What became of one practice's file."""

    WRITTEN = "作成"
    UNCHANGED = "変更なし"
    EDITED = "編集済みのため残した"
    REMOVED = "不要になり削除"


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
        return tuple(one for one in self.deliveries if one.outcome is outcome)


def distribute(
    workspace: Workspace,
    plan: Plan,
    year: FiscalYear,
    now: str,
    *,
    force: bool = False,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Distribution:
    """Write every form of the round, a zip per department and 配布一覧.xlsx.

    ``now`` (ISO time) goes into the register only. ``step`` is told how many of how many forms are
    done. Raises UserError where the year is outside the plan or a file cannot be written.
    """
    check_year(plan, year)
    with Register.open(workspace.register) as register:
        practices = plan.running(year, returns.finished(register))
        known = known_before(register, plan, year)
        sent = register.distributed(year)
        deliveries: list[Delivery] = []
        noted: list[Distributed] = []
        for done, practice in enumerate(practices, start=1):
            filled = known.get(practice.no, Known())
            delivery, entry = _deliver(
                workspace, plan, practice, year, filled, sent.get(practice.no), now, force
            )
            deliveries.append(delivery)
            noted.extend(entry)
            step(done, len(practices))
        register.note_distributed(year, noted)
        register.forget_distributed(year, set(sent) - {practice.no for practice in practices})
        _record(register, workspace, year, sent, now)
        kept = {delivery.path for delivery in deliveries}
        removed = _remove_stale(workspace, year, sent.values(), kept)
        _zip_departments(workspace, year, deliveries)
        put(workspace.forms(year) / LIST_NAME, _list(plan, year, deliveries))
    return Distribution(year, workspace.forms(year), (*deliveries, *removed))


def _record(
    register: Register,
    workspace: Workspace,
    year: FiscalYear,
    before: Mapping[int, Distributed],
    now: str,
) -> None:
    """Keep what was sent out in the archive, so that a lost register can be made anew."""
    after = register.distributed(year)
    if after != before:
        sha256 = ledger.keep(workspace.archive, ledger.record_of(after))
        source = Source(sha256, Kind.DISTRIBUTION, str(year), year, now)
        ledger.note(workspace.archive, [source])
        register.note_source(source)


def path_of(workspace: Workspace, practice: Practice, year: FiscalYear) -> Path:
    """Where a practice's form goes: ``templates/R3/（民）窓口サービス課/No16_….xlsx``."""
    name = f"No{practice.no:02d}_{file_name(practice.title)}.xlsx"
    return workspace.forms(year) / file_name(practice.lead) / name


def known_before(register: Register, plan: Plan, year: FiscalYear) -> dict[int, Known]:
    """What the register knows of every practice before this round."""
    answers = returns.answers_before(register, year)
    scores = returns.scores(register, [criterion.name for criterion in plan.criteria])
    known = {}
    for practice in plan.practices:
        answered, texts = answers.get(practice.no, (None, {}))
        past = {
            past: of_year[practice.no]
            for past, of_year in scores.items()
            if past < year and practice.no in of_year
        }
        written = {field: for_cell(text) for field, text in texts.items()}
        known[practice.no] = Known(answered, written, past)
    return known


def _deliver(
    workspace: Workspace,
    plan: Plan,
    practice: Practice,
    year: FiscalYear,
    known: Known,
    sent: Distributed | None,
    now: str,
    force: bool,
) -> tuple[Delivery, list[Distributed]]:
    """Write one form unless somebody edited it; what is to be noted in the register."""
    form = layout.form_of(plan)
    content = prefill.content(plan, form, practice, year, known)
    data = forms.workbook(plan, practice, year, content)
    path = path_of(workspace, practice, year)
    relative = workspace.relative(path)
    standing = digest(read(path)) if path.is_file() else None
    untouched = standing in (None, digest(data)) or (
        sent is not None and sent.path == relative and sent.sha256 == standing
    )
    if not untouched and not force:
        assert standing is not None
        return Delivery(practice, relative, standing, Outcome.EDITED), []
    outcome = Outcome.WRITTEN if put(path, data) else Outcome.UNCHANGED
    cells = tuple(
        Prefilled(name, text, "、".join(targets) or None, meaning or None)
        for name, text, targets, meaning in prefill.remembered(form, content)
    )
    if outcome is Outcome.UNCHANGED and sent and sent.prefilled == cells:
        now = sent.distributed_at
    entry = Distributed(practice.no, relative, digest(data), now, cells)
    return Delivery(practice, relative, digest(data), outcome), [entry]


def _remove_stale(
    workspace: Workspace, year: FiscalYear, sent: Iterable[Distributed], kept: set[str]
) -> list[Delivery]:
    """Take away forms that were sent under another name or are no longer due, if untouched."""
    removed = []
    for entry in sent:
        path = workspace.root / entry.path
        if entry.path in kept or not path.is_file():
            continue
        if digest(read(path)) != entry.sha256:
            removed.append(Delivery(None, entry.path, entry.sha256, Outcome.EDITED))
            continue
        path.unlink()
        removed.append(Delivery(None, entry.path, entry.sha256, Outcome.REMOVED))
        if not any(one.startswith(f"{Path(entry.path).parent.as_posix()}/") for one in kept):
            _zip_path(path.parent).unlink(missing_ok=True)
            with suppress(OSError):  # the folder holds something of somebody else's
                path.parent.rmdir()
    return removed


def _zip_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.zip")


def _zip_departments(
    workspace: Workspace, year: FiscalYear, deliveries: Sequence[Delivery]
) -> None:
    """One zip per department, with the files as they stand; equal files give equal bytes."""
    folders: dict[Path, list[Path]] = {}
    for delivery in deliveries:
        path = workspace.root / delivery.path
        folders.setdefault(path.parent, []).append(path)
    for folder, paths in folders.items():
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(paths):
                entry = zipfile.ZipInfo(f"{folder.name}/{path.name}")
                entry.compress_type = zipfile.ZIP_STORED  # workbooks are compressed already
                archive.writestr(entry, read(path))
        put(_zip_path(folder), buffer.getvalue())


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


def _list(plan: Plan, year: FiscalYear, deliveries: Sequence[Delivery]) -> bytes:
    """配布一覧: what goes to whom."""
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
    title = f"{plan.name}進捗状況シート　配布一覧（{year.long}末）"
    lists.write(book, "配布一覧", title, _COLUMNS, rows, printed=len(_COLUMNS) - 1)
    return book.bytes()
