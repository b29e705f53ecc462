"""The rules of sheet ② (K), and of all texts: how long they are (T), what they leave out. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workbook_tools import spellings
from workbook_tools.findings import Finding
from workbook_tools.form import layout
from workbook_tools.form.live import conditions
from workbook_tools.form.live.conditions import holds
from workbook_tools.form.spec import Stem
from workbook_tools.rules.case import Case

_NOTHING = spellings.folded(spellings.NOTHING)


def k601_problem_missing(case: Case) -> Iterator[Finding]:
    if not case.value(case.now(Stem.ISSUE)):
        yield case.find("K601", case.now(Stem.ISSUE))


def k602_solution_missing(case: Case) -> Iterator[Finding]:
    problem, solution = case.now(Stem.ISSUE), case.now(Stem.SOLUTION)
    given = bool(case.value(problem)), bool(case.value(solution))
    nothing = spellings.unbracketed(case.text(problem)) in _NOTHING
    missing = holds(conditions.solution_missing, *given, nothing)
    if missing and not case.problem(problem):
        yield case.find("K602", solution)


def k603_remarks_missing(case: Case) -> Iterator[Finding]:
    for field in case.form.remarks:
        if field.entry and field.entry.asked and not case.value(field.name):
            yield case.find("K603", field.name)


def t701_too_long(case: Case) -> Iterator[Finding]:
    """Cells grow with what is sent out in them, so only what was typed can be cut."""
    for name, columns, room, safe in case.desk.typed:
        answer = case.answer(name)
        words = answer.raw if answer else ""
        # Lines are counted only where full-width characters throughout would not fit.
        if len(words) // safe + words.count("\n") + 1 <= room:
            continue
        lines = layout.printed_lines(words, columns)
        if lines > room:
            sent = case.context.prefilled.get(name)
            if sent is None or layout.printed_lines(sent.text, columns) <= room:
                yield case.find("T701", name, lines=lines, room=room)


def a407_said_elsewhere(case: Case) -> Iterator[Finding]:
    """Of what was typed; a paper that came with it is not read."""
    for name, *_ in case.desk.typed:
        if not case.is_locked(name) and spellings.says_elsewhere(case.value(name)):
            yield case.find("A407", name)
