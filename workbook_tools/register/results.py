"""What is known of the years: scores, endings and answers of the forms that count, and of lists."""

from __future__ import annotations

from collections.abc import Iterable

from workbook_tools.era import FiscalYear
from workbook_tools.form.prefill import Known
from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register
from workbook_tools.register.records import Status, Stored
from workbook_tools.text import for_cell

# The newest accepted version of every practice in every round; its status is the first value.
_COUNTING = """WITH counting AS (
    SELECT MAX(submission.id) AS id, submission.year AS year, practice_no, finished
    FROM submission WHERE status = ? AND practice_no IS NOT NULL
    GROUP BY submission.year, practice_no)"""


def answers(register: Register, year: FiscalYear) -> dict[int, dict[str, Stored]]:
    """Form → field → answer, for the counting version of every practice of a round."""
    found: dict[int, dict[str, Stored]] = {}
    query = f"""{_COUNTING} SELECT practice_no, field, sheet, cell, raw, value, how, resolved, chain
        FROM counting JOIN answer ON submission_id = id
        WHERE counting.year = ? ORDER BY practice_no, position"""
    for practice_no, field, *rest in register.rows(query, Status.ACCEPTED, year.western):
        found.setdefault(practice_no, {})[field] = Stored(*rest)
    return found


def answers_before(
    register: Register, year: FiscalYear
) -> dict[int, tuple[FiscalYear, dict[str, str]]]:
    """Practice → latest year before ``year`` with an accepted form, and its raw answers."""
    query = f"""{_COUNTING}, latest AS (
            SELECT practice_no, MAX(year) AS year FROM counting WHERE year < ? GROUP BY practice_no)
        SELECT latest.practice_no, latest.year, field, raw
        FROM latest JOIN counting USING (practice_no, year)
        JOIN answer ON submission_id = counting.id"""
    found: dict[int, tuple[FiscalYear, dict[str, str]]] = {}
    for practice_no, past, field, raw in register.rows(query, Status.ACCEPTED, year.western):
        _, texts = found.setdefault(practice_no, (FiscalYear(past), {}))
        texts[field] = raw
    return found


def scores(
    register: Register, criteria: Iterable[str]
) -> dict[FiscalYear, dict[int, dict[str, int]]]:
    """Year → practice → criterion → score: accepted forms over imported lists."""
    known = register.scores()
    names = set(criteria)
    query = f"""{_COUNTING} SELECT practice_no, year, field, value
        FROM counting JOIN answer ON submission_id = id
        WHERE value GLOB '[0-9]*' AND field GLOB '*_R[0-9]*'"""
    own: dict[FiscalYear, dict[int, dict[str, int]]] = {}
    for practice_no, western, field, value in register.rows(query, Status.ACCEPTED):
        stem, _, code = field.rpartition("_")
        year = FiscalYear(western)
        if stem in names and value.isdecimal():
            typed = FiscalYear.parse(code)
            # Of past years a form only repeats what is known, unless nothing was known.
            if typed == year:
                own.setdefault(typed, {}).setdefault(practice_no, {})[stem] = int(value)
            elif typed < year and practice_no not in known.get(typed, {}):
                past = own.setdefault(typed, {}).setdefault(practice_no, {})
                past.setdefault(stem, int(value))
    for year, practices in own.items():
        known.setdefault(year, {}).update(practices)
    return known


def finished(register: Register) -> dict[int, FiscalYear]:
    """Practice → year in which it ended: accepted forms over imported lists."""
    query = f"{_COUNTING} SELECT practice_no, finished FROM counting WHERE finished IS NOT NULL"
    own = {no: FiscalYear(end) for no, end in register.rows(query, Status.ACCEPTED)}
    return {**register.finished(), **own}


def printed_grades(register: Register) -> dict[FiscalYear, dict[int, str]]:
    """Year → practice → 総合評価 as an imported list prints it, where no accepted form tells it."""
    query = f"{_COUNTING} SELECT year, practice_no FROM counting"
    own = {(year, no) for year, no in register.rows(query, Status.ACCEPTED)}
    return {
        year: {no: grade for no, grade in grades.items() if (year.western, no) not in own}
        for year, grades in register.grades().items()
    }


def known_before(register: Register, plan: Plan) -> dict[int, Known]:
    """What the register knows of every practice before the plan's round."""
    year = plan.evaluated
    answers = answers_before(register, year)
    known_scores = scores(register, [criterion.name for criterion in plan.criteria])
    known = {}
    for practice in plan.practices:
        answered, texts = answers.get(practice.no, (None, {}))
        past = {
            past: of_year[practice.no]
            for past, of_year in known_scores.items()
            if past < year and practice.no in of_year
        }
        written = {field: for_cell(text) for field, text in texts.items()}
        known[practice.no] = Known(answered, written, past)
    return known
