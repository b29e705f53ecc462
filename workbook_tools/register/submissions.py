"""What the register knows of returned forms: every version received, and which of them counts.

The newest accepted version of a practice counts; a later faulty one does not push it out
(contract, F008). Order of receipt is the order in which readings were added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbook_tools import __version__
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.plan.model import Plan, Practice, Waiver
from workbook_tools.register.database import Distributed, Kind, Register, Status
from workbook_tools.workspace import digest

if TYPE_CHECKING:  # forms are read elsewhere; here they are only taken apart
    from workbook_tools.form.references import Resolved
    from workbook_tools.intake.answers import Answer, Submission


@dataclass(frozen=True, slots=True)
class Judged:
    """A form that was read and checked.

    ``everything`` and ``this_year`` are digests of all answers and of those of the evaluated year:
    equal ones tell two copies of one form, or one form under two numbers. Empty for no answers.
    """

    submission: Submission
    status: Status
    finished: FiscalYear | None
    findings: tuple[Finding, ...]
    everything: str = ""
    this_year: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One distinct file content of a round, judged under ``rules``; ``received_at`` ISO."""

    sha256: str
    file: str
    received_at: str
    rules: str


@dataclass(frozen=True, slots=True)
class Returned:
    """One form in the register, in order of receipt by ``id``."""

    id: int
    practice_no: int | None
    file: str
    sha256: str
    sheet: str
    located: str
    status: Status
    received_at: str
    finished: FiscalYear | None
    everything: str
    this_year: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One answer as the register keeps it."""

    sheet: str
    cell: str
    raw: str
    value: str
    how: str
    resolved: str | None
    chain: str

    @property
    def text(self) -> str:
        """The answer with its reference resolved."""
        return self.value if self.resolved is None else self.resolved


class State(StrEnum):
    """Where a practice stands in this round."""

    ACCEPTED = "受理"
    OLDER = "旧版"  # an older version is accepted, a newer one is faulty
    FAULTY = "要修正"
    MISSING = "未提出"


@dataclass(frozen=True, slots=True)
class PracticeState:
    """One practice that is due: where it stands, in which file, how often it came."""

    practice: Practice
    state: State
    newest: Returned | None
    counting: Returned | None
    versions: int
    faulty_versions: int = 0  # how often it went back


def rules(
    plan: Plan, year: FiscalYear, sent: Mapping[int, Distributed], waivers: Sequence[Waiver]
) -> str:
    """Whatever a verdict depends on, besides the file: another value, another verdict."""
    from workbook_tools.form.layout import FORM_VERSION  # `status` needs no form

    forms = sorted((no, entry.sha256) for no, entry in sent.items())
    return digest(repr((__version__, FORM_VERSION, plan, year, forms, waivers)).encode())


def readings(register: Register, year: FiscalYear) -> dict[str, Reading]:
    """sha256 → what was read in a round, in order of receipt."""
    query = "SELECT sha256, file, received_at, rules FROM reading WHERE year = ? ORDER BY id"
    return {row[0]: Reading(*row) for row in register.rows(query, year.western)}


def of_earlier_rounds(register: Register, year: FiscalYear) -> set[str]:
    """The contents taken in by rounds before ``year``: files stay in the inbox for years."""
    query = "SELECT DISTINCT sha256 FROM reading WHERE year < ?"
    return {row[0] for row in register.rows(query, year.western)}


def add(
    register: Register,
    year: FiscalYear,
    reading: Reading,
    findings: Sequence[Finding],
    forms: Iterable[Judged],
) -> None:
    """Keep one content that was read: findings of the file, then its forms with theirs."""
    number = register.change(
        "INSERT INTO reading (year, sha256, file, received_at, rules) VALUES (?, ?, ?, ?, ?)",
        year.western,
        reading.sha256,
        reading.file,
        reading.received_at,
        reading.rules,
    )
    rows = [_finding_row(finding, None) for finding in findings]
    for form in forms:
        submission = form.submission
        form_id = register.change(
            """INSERT INTO submission
                (reading_id, year, practice_no, sheet, located, status, finished,
                everything, this_year)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            number,
            year.western,
            submission.practice_no,
            submission.sheet,
            submission.located,
            form.status,
            form.finished.western if form.finished else None,
            form.everything,
            form.this_year,
        )
        register.add(
            "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _answer_rows(form_id, submission),
        )
        rows.extend(_finding_row(finding, form_id) for finding in form.findings)
    register.add(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, position, *row) for position, row in enumerate(rows)),
    )


def forget(register: Register, year: FiscalYear) -> None:
    """Drop everything read in a round, to judge it anew; the archive still has the files."""
    register.change(
        "DELETE FROM answer WHERE submission_id IN (SELECT id FROM submission WHERE year = ?)",
        year.western,
    )
    for table in ("finding", "submission"):
        register.change(
            f"DELETE FROM {table} WHERE reading_id IN (SELECT id FROM reading WHERE year = ?)",
            year.western,
        )
    register.change("DELETE FROM reading WHERE year = ?", year.western)


def forms(register: Register, year: FiscalYear) -> list[Returned]:
    """Every version of every form received in a round, in order of receipt."""
    query = """SELECT submission.id, practice_no, file, sha256, sheet, located, status,
            received_at, finished, everything, this_year
        FROM submission JOIN reading ON reading.id = reading_id
        WHERE submission.year = ? ORDER BY reading.id, submission.id"""
    return [
        Returned(
            id=row[0],
            practice_no=row[1],
            file=row[2],
            sha256=row[3],
            sheet=row[4],
            located=row[5],
            status=Status(row[6]),
            received_at=row[7],
            finished=FiscalYear(row[8]) if row[8] else None,
            everything=row[9],
            this_year=row[10],
        )
        for row in register.rows(query, year.western)
    ]


def counting(versions: Iterable[Returned]) -> dict[int, Returned]:
    """Practice → the newest accepted version."""
    return {
        form.practice_no: form
        for form in versions
        if form.practice_no is not None and form.status is Status.ACCEPTED
    }


def newest(versions: Iterable[Returned]) -> dict[int, Returned]:
    """Practice → the version received last, accepted or not."""
    return {form.practice_no: form for form in versions if form.practice_no is not None}


def practice_states(
    register: Register, plan: Plan, year: FiscalYear, versions: Sequence[Returned]
) -> tuple[PracticeState, ...]:
    """Where every practice that is due stands; ``versions`` are all forms of the round."""
    last_of, counts_of = newest(versions), counting(versions)
    received: dict[int | None, list[Returned]] = {}
    for form in versions:
        received.setdefault(form.practice_no, []).append(form)
    ended = {no: end for no, end in finished(register).items() if end < year}
    states = []
    for practice in plan.running(year, ended):
        last, counts = last_of.get(practice.no), counts_of.get(practice.no)
        if last is None:
            state = State.MISSING
        elif counts is None:
            state = State.FAULTY
        else:
            state = State.ACCEPTED if counts.id == last.id else State.OLDER
        own = received.get(practice.no, [])
        faulty = sum(form.status is Status.FAULTY for form in own)
        states.append(PracticeState(practice, state, last, counts, len(own), faulty))
    return tuple(states)


def findings(register: Register, year: FiscalYear) -> list[tuple[str, int | None, Finding]]:
    """sha256 of the file, number of the form (None: the file as a whole), finding; in order."""
    query = """SELECT sha256, submission_id, code, severity, finding.file, sheet, cell, field,
            item_no, department, value, message, hint
        FROM finding JOIN reading ON reading.id = reading_id
        WHERE year = ? ORDER BY reading.id, position"""
    found = []
    for row in register.rows(query, year.western):
        sha256, form, code, severity, *place, value, message, hint = row
        finding = Finding(code, Severity(severity), Place(*place), value, message, hint)
        found.append((sha256, form, finding))
    return found


def answers(register: Register, year: FiscalYear) -> dict[int, dict[str, Stored]]:
    """Form → field → answer, for the counting version of every practice of a round."""
    found: dict[int, dict[str, Stored]] = {}
    query = f"""{_COUNTING} SELECT practice_no, field, sheet, cell, raw, value, how, resolved, chain
        FROM counting JOIN answer ON submission_id = id
        WHERE counting.year = ? ORDER BY practice_no, position"""
    for practice_no, field, *rest in register.rows(query, Status.ACCEPTED, year.western):
        found.setdefault(practice_no, {})[field] = Stored(*rest)
    return found


def reinterpreted(
    register: Register, year: FiscalYear
) -> list[tuple[int | None, str, str, Stored]]:
    """Practice, file, field and answer wherever the answer was not read as it was typed."""
    query = """SELECT practice_no, file, field, answer.sheet, cell, raw, value, how, resolved, chain
        FROM answer JOIN submission ON submission.id = submission_id
        JOIN reading ON reading.id = reading_id
        WHERE submission.year = ? AND (how <> '' OR chain <> '')
        ORDER BY reading.id, submission.id, position"""
    rows = register.rows(query, year.western)
    return [(row[0], row[1], row[2], Stored(*row[3:])) for row in rows]


def read_otherwise(submission: Submission) -> list[tuple[int | None, str, str, Stored]]:
    """The same for a form that is not in the register."""
    found = []
    for answer in submission.answers.values():
        name, *stored = _columns(answer, submission.resolved.get(answer.name))
        one = Stored(*stored)  # type: ignore[arg-type]
        if one.how or one.chain:
            found.append((submission.practice_no, submission.file, str(name), one))
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


def plan_version(register: Register, year: FiscalYear) -> str | None:
    """The sha256 of the plan master that a round was judged by last."""
    query = "SELECT sha256 FROM source WHERE kind = ? AND year = ? ORDER BY id DESC LIMIT 1"
    return next((row[0] for row in register.rows(query, Kind.PLAN, year.western)), None)


def output_state(register: Register, name: str) -> str | None:
    """From which state an output was written last."""
    return next(
        (row[0] for row in register.rows("SELECT state FROM output WHERE name = ?", name)), None
    )


def note_output(register: Register, name: str, state: str) -> None:
    """Remember from which state an output was written."""
    register.change("INSERT OR REPLACE INTO output VALUES (?, ?)", name, state)


# The newest accepted version of every practice in every round; its status is the first value.
_COUNTING = """WITH counting AS (
    SELECT MAX(submission.id) AS id, submission.year AS year, practice_no, finished
    FROM submission WHERE status = ? AND practice_no IS NOT NULL
    GROUP BY submission.year, practice_no)"""


def _answer_rows(form_id: int, submission: Submission) -> Iterable[tuple[object, ...]]:
    resolved: Mapping[str, Resolved] = submission.resolved
    for position, answer in enumerate(submission.answers.values()):
        if not answer.raw:
            continue
        meaning = resolved.get(answer.name)
        yield (form_id, position, *_columns(answer, meaning))


def _columns(answer: Answer, meaning: Resolved | None) -> tuple[object, ...]:
    text, chain = (meaning.text, meaning.chain) if meaning and meaning.chain else (None, "")
    return (
        answer.name,
        answer.sheet,
        answer.cell,
        answer.raw,
        answer.value,
        answer.how,
        text,
        chain,
    )


def _finding_row(finding: Finding, form_id: int | None) -> tuple[object, ...]:
    place = finding.place
    return (
        form_id,
        finding.code,
        finding.severity,
        place.file,
        place.sheet,
        place.cell,
        place.field,
        place.item_no,
        place.department,
        finding.value,
        finding.message,
        finding.hint,
    )
