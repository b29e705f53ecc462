"""依頼文: the letter that goes with a department's forms."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbook_tools.letters import letters
from workbook_tools.letters.letters import Desk, Letter, Template
from workbook_tools.letters.only import Only
from workbook_tools.letters.written import write_files
from workbook_tools.plan.model import Practice
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.text import file_name
from workbook_tools.workspace import read

REQUEST = "依頼文"
_SUBJECT = "進捗状況シートの提出について（依頼）"


def write_requests(
    register: Register,
    held: Round,
    forms: Iterable[tuple[Practice, Path]],
    only: Only,
    *,
    force: bool,
) -> None:
    """Write a letter to every department beside its folder; ``forms`` are those it asks for."""
    template = letters.opened(held, REQUEST, "request.txt", f"{held.plan.name}{_SUBJECT}")
    by_lead: dict[str, list[tuple[Practice, Path]]] = {}
    for practice, path in forms:
        by_lead.setdefault(practice.lead, []).append((practice, path))
    made = [_request(held, template, *each) for each in by_lead.items()]
    name, folder = f"{REQUEST}/{held.year}", held.workspace.forms(held.year)
    files = Desk(register, held, name).files(made)
    write_files(register, held.workspace, name, folder, files, only=only, force=force)


def _request(
    held: Round, template: Template, department: str, forms: list[tuple[Practice, Path]]
) -> Letter:
    items = [f"{letters.titled(practice)}\n　様式： {path.name}" for practice, path in forms]
    due = letters.deadline(held.plan.deadline, held.today)
    filled = letters.facts(held, department, items, due)

    def attached() -> list[tuple[str, bytes]]:
        return [(path.name, read(path)) for _, path in forms]

    return Letter(f"{REQUEST}_{file_name(department)}", department, template, filled, attached)
