"""What is known of the years: scores, endings and answers of the forms that count, and of lists."""

from __future__ import annotations

import json
from collections.abc import Iterable

from workbook_tools.era import LAST, FiscalYear
from workbook_tools.form.content import Known
from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register
from workbook_tools.register.records import CORRECTED, Status, Stored
from workbook_tools.text import for_cell

# The newest accepted version of every practice in every round; its status is the first value.
_COUNTING = """WITH ranked AS (
    SELECT submission.id AS id, submission.year AS year, practice_no, finished,
        ROW_NUMBER() OVER (PARTITION BY submission.year, practice_no
            ORDER BY receipt.id DESC, submission.id DESC) AS place
    FROM receipt JOIN reading USING (year, sha256) JOIN submission ON reading.id = reading_id
    WHERE status = ? AND practice_no IS NOT NULL AND withdrawn_at IS NULL AND repeats IS NULL),
    counting AS (SELECT id, year, practice_no, finished FROM ranked WHERE place = 1)"""


def answers(register: Register, year: FiscalYear) -> dict[int, dict[str, Stored]]:
    """Form → field → answer, for the counting version of every practice of a round."""
    found: dict[int, dict[str, Stored]] = {}
    query = f"""{_COUNTING} SELECT practice_no, field, sheet, cell, raw, value, how, resolved, chain
        FROM counting JOIN answer ON submission_id = id
        WHERE counting.year = ? ORDER BY practice_no, position"""
    for practice_no, field, *rest in register.rows(query, Status.ACCEPTED, year.key):
        found.setdefault(practice_no, {})[field] = Stored(*rest)
    return found


def corrected(register: Register, year: FiscalYear) -> dict[int, dict[str, Stored]]:
    """Practice → field → answer, of what the secretariat corrected in the counting versions."""
    found: dict[int, dict[str, Stored]] = {}
    query = f"""{_COUNTING} SELECT practice_no, field, sheet, cell, raw, value, how, resolved, chain
        FROM counting JOIN answer ON submission_id = id
        WHERE counting.year = ? AND how = ? ORDER BY practice_no, position"""
    for practice_no, field, *rest in register.rows(query, Status.ACCEPTED, year.key, CORRECTED):
        found.setdefault(practice_no, {})[field] = Stored(*rest)
    return found


def answers_before(register: Register, plan: Plan) -> dict[int, tuple[FiscalYear, dict[str, str]]]:
    """Practice → latest earlier year with an accepted form of it, and its raw answers.

    An earlier stage (段階) of the evaluated year counts as one. Practices go by today's numbers,
    criteria by today's names.
    """
    forms: dict[FiscalYear, dict[int, int]] = {}
    query = f"{_COUNTING} SELECT year, practice_no, id FROM counting"
    for western, practice_no, form in register.rows(query, Status.ACCEPTED):
        forms.setdefault(FiscalYear.of_key(western), {})[practice_no] = form
    before = sorted(year for year in forms if _is_before(plan, year))
    latest = {
        no: (year.whole, forms[year][then])
        for year in before
        for no, then in plan.numbers(year.whole).items()
        if then in forms[year]
    }
    query = """SELECT submission_id, field, CASE how WHEN ? THEN value ELSE raw END FROM answer
        WHERE submission_id IN (SELECT value FROM json_each(?))"""
    texts: dict[int, dict[str, str]] = {}
    wanted = json.dumps(sorted({form for _, form in latest.values()}))
    for form, field, raw in register.rows(query, CORRECTED, wanted):
        texts.setdefault(form, {})[renamed(field, plan)] = raw
    return {no: (year, texts.get(form, {})) for no, (year, form) in latest.items()}


def _is_before(plan: Plan, own: FiscalYear) -> bool:
    """A round of an earlier year, by its last stage, or an earlier stage of the same year."""
    same_year = own.whole == plan.evaluated
    return own < plan.round if same_year else own.stage == LAST and own < plan.evaluated


def _as_year(plan: Plan, own: FiscalYear) -> FiscalYear | None:
    """The year whose results a round's are in the plan's round; None of other stages (段階)."""
    if own == plan.round:
        return plan.evaluated
    return None if own.stage != LAST or own == plan.evaluated else own


def renamed(field: str, plan: Plan) -> str:
    """A field under its criterion's name of today: 旧_R3 → 新_R3, 評価理由_旧 → 評価理由_新."""
    for criterion in plan.criteria:
        for old in criterion.former_names:
            if field.startswith(f"{old}_"):
                return criterion.name + field.removeprefix(old)
            if field.endswith(f"_{old}"):
                return field.removesuffix(old) + criterion.name
    return field


def scores(
    register: Register, plan: Plan, criteria: Iterable[str] = ()
) -> dict[FiscalYear, dict[int, dict[str, int]]]:
    """Year → practice, by its number of then → criterion → score: accepted forms over lists.

    Criteria are the plan's, by today's names, and besides them ``criteria`` of other plans.
    """
    today = {old: known.name for known in plan.criteria for old in known.former_names}
    names = {*today, *criteria, *(known.name for known in plan.criteria)}
    known = {
        year: {
            no: {today.get(name, name): score for name, score in own.items()}
            for no, own in practices.items()
        }
        for own_round, practices in register.scores().items()
        if (year := _as_year(plan, own_round))
    }
    query = f"""{_COUNTING} SELECT practice_no, year, field, value
        FROM counting JOIN answer ON submission_id = id
        WHERE value GLOB '[0-9]*' AND field GLOB '*_R[0-9]*'"""
    earlier = _Earlier(plan)
    own: dict[FiscalYear, dict[int, dict[str, int]]] = {}
    for practice_no, western, field, value in register.rows(query, Status.ACCEPTED):
        stem, _, code = field.rpartition("_")
        year = _as_year(plan, FiscalYear.of_key(western))
        if year and stem in names and value.isdecimal():
            typed, name = FiscalYear.parse(code), today.get(stem, stem)
            # Of past years a form only repeats what is known, unless nothing was known.
            if typed == year:
                own.setdefault(typed, {}).setdefault(practice_no, {})[name] = int(value)
            elif typed < year:
                then = earlier.number(practice_no, year, typed)
                if then not in known.get(typed, {}):
                    own.setdefault(typed, {}).setdefault(then, {}).setdefault(name, int(value))
    for year, practices in own.items():
        known.setdefault(year, {}).update(practices)
    return known


class _Earlier:
    """Numbers of one year as another, earlier year had them."""

    def __init__(self, plan: Plan) -> None:
        self._numbers = {year: plan.numbers(year) for year in plan.years}
        self._now = {
            (year, then): no
            for year, numbers in self._numbers.items()
            for no, then in numbers.items()
        }

    def number(self, no: int, year: FiscalYear, earlier: FiscalYear) -> int:
        """What was number ``no`` in ``year``; the same number where nothing else is known."""
        return self._numbers.get(earlier, {}).get(self._now.get((year, no), no), no)


def finished(register: Register, plan: Plan) -> dict[int, FiscalYear]:
    """Practice → year in which it ended, as known in the plan's round: forms over lists."""
    listed = """SELECT practice_no, year, finished FROM past_result
        WHERE finished IS NOT NULL AND year <= ? ORDER BY year"""
    told = f"""{_COUNTING} SELECT practice_no, year, finished FROM counting
        WHERE finished IS NOT NULL AND (year < ? OR year = ?) ORDER BY year"""
    last, now = plan.evaluated.key, plan.round.key
    ends: dict[int, FiscalYear] = {}
    for rows in (register.rows(listed, last), register.rows(told, Status.ACCEPTED, last, now)):
        of_year: dict[FiscalYear, dict[int, FiscalYear]] = {}
        for practice_no, year, end in rows:
            of_year.setdefault(FiscalYear.of_key(year).whole, {})[practice_no] = FiscalYear.of_key(
                end
            )
        for year, own in of_year.items():
            ends |= {no: own[then] for no, then in plan.numbers(year).items() if then in own}
    return ends


def printed_grades(register: Register) -> dict[FiscalYear, dict[int, str]]:
    """Year → practice → 総合評価 as an imported list prints it, where no accepted form tells it."""
    query = f"{_COUNTING} SELECT year, practice_no FROM counting"
    own = {(year, no) for year, no in register.rows(query, Status.ACCEPTED)}
    return {
        year: {no: grade for no, grade in grades.items() if (year.key, no) not in own}
        for year, grades in register.grades().items()
    }


def known_before(register: Register, plan: Plan) -> dict[int, Known]:
    """What the register knows of every practice before the plan's round."""
    answers = answers_before(register, plan)
    known_scores = scores(register, plan)
    past_numbers = {year: plan.numbers(year) for year in known_scores if year < plan.evaluated}
    known = {}
    for practice in plan.practices:
        answered, texts = answers.get(practice.no, (None, {}))
        past = {
            year: known_scores[year][numbers[practice.no]]
            for year, numbers in past_numbers.items()
            if numbers.get(practice.no) in known_scores[year]
        }
        written = {field: for_cell(text) for field, text in texts.items()}
        known[practice.no] = Known(answered, written, past)
    return known
