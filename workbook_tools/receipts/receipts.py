"""`receipts`: 読取内容確認票, what was read of every sheet, for its department to confirm.

One workbook a lead department, written anew only where something new was read: the register
remembers from which state each was made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook_tools import __version__
from workbook_tools.collect.collection import standing
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.book import Book
from workbook_tools.findings import Finding, UserError
from workbook_tools.form.layout import FORM_VERSION
from workbook_tools.form.workbook import header
from workbook_tools.near import nearest, question
from workbook_tools.outbox import Outcome, put_unless_edited, take_away
from workbook_tools.plan.model import Plan
from workbook_tools.receipts.practice_pages import add_practice
from workbook_tools.receipts.receipt import Receipt
from workbook_tools.receipts.request import SHEET, add_request
from workbook_tools.register.database import Register
from workbook_tools.register.records import PracticeState
from workbook_tools.register.round import Round, note_plan
from workbook_tools.register.submissions import answers_of
from workbook_tools.register.submissions import findings as findings_of
from workbook_tools.text import file_name
from workbook_tools.workspace import digest

FOLDER = "読取内容確認"
_OF_THE_MASTER = "EM"  # findings about the plan master: nothing a department could confirm


@dataclass(frozen=True, slots=True)
class ReceiptBook:
    """One department's workbook: what it holds, and what was done about it."""

    department: str
    receipts: tuple[Receipt, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Confirming:
    """The outcome of one run."""

    year: FiscalYear
    folder: Path
    books: tuple[ReceiptBook, ...]
    removed: tuple[str, ...] = ()

    def having(self, outcome: Outcome) -> tuple[ReceiptBook, ...]:
        """The workbooks of one outcome."""
        return tuple(book for book in self.books if book.outcome is outcome)


def write_receipts(
    held: Round,
    *,
    department: str | None = None,
    force: bool = False,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Confirming:
    """Write what departments are to confirm, of all or of one of them.

    ``force`` writes over what somebody edited. Raises UserError where there is no such department,
    where nothing was read yet, or where a file cannot be written.
    """
    workspace = held.workspace
    folder = workspace.outbox / FOLDER / str(held.year)
    wanted = _named(held.plan, department) if department else None
    with Register.open(workspace.register) as register:
        note_plan(register, held)
        due = _by_department(register, held)
        if not due:
            raise UserError(
                f"{held.year.long}に読み取ったシートがまだありません。"
                "戻ってきたファイルを inbox に置き、先に collect を実行してください。"
            )
        own = {name: known for name, known in due.items() if wanted in (None, name)}
        books = []
        for done, (name, receipts) in enumerate(own.items(), start=1):
            path = folder / f"{file_name(name)}.xlsx"
            outcome = _put(register, held, path, name, receipts, force)
            books.append(ReceiptBook(name, receipts, outcome))
            step(done, len(own))
        paths = {folder / f"{file_name(name)}.xlsx" for name in due}
        removed = tuple(_remove_stale(register, held, folder, paths))
    return Confirming(held.year, folder, tuple(books), removed)


def workbook(plan: Plan, department: str, receipts: Sequence[Receipt]) -> bytes:
    """One department's workbook; the same input gives the same bytes."""
    book = Book(f"読取内容確認票 {plan.round} {department}")
    add_request(book, plan, department, receipts)
    for receipt in receipts:
        add_practice(book, plan, receipt, SHEET)
    return book.bytes()


def _named(plan: Plan, department: str) -> str:
    """The lead department that a person means, by its present or a former name."""
    lead = plan.lead(department)
    if lead is None:
        near = question(nearest(department, {practice.lead for practice in plan.practices}))
        raise UserError(
            f"『{department}』という、実践項目を受け持つ部署は計画マスタにありません。{near}"
        )
    return lead


def _by_department(register: Register, held: Round) -> dict[str, tuple[Receipt, ...]]:
    """Lead department → what was received of its practices, in the plan's order."""
    round_now = standing(register, held, [], [])
    findings: dict[int | None, list[Finding]] = {}
    for found in round_now.findings:
        if found.code[0] not in _OF_THE_MASTER:
            findings.setdefault(found.place.item_no, []).append(found)
    of_files: dict[str, list[Finding]] = {}  # what is said of a file concerns each of its forms
    for sha256, form, found in findings_of(register, held.year):
        if form is None:
            of_files.setdefault(sha256, []).append(found)
    due: dict[str, tuple[Receipt, ...]] = {}
    for known in round_now.practices:
        own = of_files.get(known.newest.sha256, []) if known.newest else []
        receipt = _receipt(register, known, [*own, *findings.get(known.practice.no, ())])
        if receipt:
            lead = known.practice.lead
            due[lead] = (*due.get(lead, ()), receipt)
    return due


def _receipt(
    register: Register, known: PracticeState, findings: Iterable[Finding]
) -> Receipt | None:
    last = known.newest
    if last is None:
        return None
    return Receipt(
        known.practice,
        known.state,
        last.file,
        last.received_at,
        answers_of(register, last.id),
        tuple(findings),
    )


def _put(
    register: Register,
    held: Round,
    path: Path,
    department: str,
    receipts: Sequence[Receipt],
    force: bool,
) -> Outcome:
    """Write a workbook if it would show anything new, unless somebody edited it."""
    name = held.workspace.relative(path)
    noted = _noted(register, name)
    state = _state(held.plan, receipts)
    if path.is_file() and noted.get("state") == state and not force:
        return Outcome.UNCHANGED
    data = workbook(held.plan, department, receipts)
    outcome = put_unless_edited(path, data, noted.get("sha256"), force=force)
    if outcome is not Outcome.EDITED:
        now = {"sha256": digest(data), "state": state}
        register.note_output(name, json.dumps(now, sort_keys=True))
    return outcome


def _state(plan: Plan, receipts: Sequence[Receipt]) -> str:
    """A digest of everything a workbook shows: a change elsewhere in the plan makes nothing new."""
    own = [header(plan, receipt.practice) for receipt in receipts]
    names = (plan.name, plan.city, plan.secretariat, plan.years, plan.themes, plan.criteria)
    shown = (__version__, FORM_VERSION, plan.round.code, names, plan.grades, own, receipts)
    return digest(repr(shown).encode())


def _noted(register: Register, name: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(register.output_state(name) or "{}")
    return found


def _remove_stale(register: Register, held: Round, folder: Path, due: set[Path]) -> Iterable[str]:
    """Take away workbooks we wrote for departments that have nothing to confirm any more."""
    for path in sorted(folder.glob("*.xlsx")):
        name = held.workspace.relative(path)
        written = _noted(register, name).get("sha256")
        if path not in due and written and take_away(path, written) is Outcome.REMOVED:
            yield name
