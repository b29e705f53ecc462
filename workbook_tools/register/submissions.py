"""What came back in a round: every version received, with its answers and findings, as it was read.

A reading is what was found in one content; how often and under which names that came, and in which
order, the receipts tell. What was taken back (受理取消) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.register.database import Register
from workbook_tools.register.records import (
    Judged,
    Reading,
    ReadOtherwise,
    Returned,
    Status,
    Stored,
)

if TYPE_CHECKING:  # forms are read elsewhere; here they are only taken apart
    from workbook_tools.form.references import Resolved
    from workbook_tools.intake.answers import Answer, Submission


def readings(register: Register, year: FiscalYear) -> dict[str, Reading]:
    """sha256 → what was read in a round, in order of receipt."""
    query = "SELECT sha256, file, received_at, rules FROM reading WHERE year = ? ORDER BY id"
    return {row[0]: Reading(*row) for row in register.rows(query, year.key)}


def count(register: Register, year: FiscalYear, sha256: str) -> int:
    """How many forms were found in a content."""
    query = """SELECT COUNT(*) FROM submission JOIN reading ON reading.id = reading_id
        WHERE reading.year = ? AND sha256 = ?"""
    return int(next(register.rows(query, year.key, sha256))[0])


def of_this_round_elsewhere(register: Register, year: FiscalYear) -> set[str]:
    """Contents that a later round took in and found to be of another year (F011).

    A sheet that comes late may lie in the inbox while the next round collects. Rounds stand in the
    order of their ranks.
    """
    query = """SELECT DISTINCT sha256 FROM finding JOIN reading ON reading.id = reading_id
        WHERE code = 'F011' AND CASE WHEN year < 10000 THEN year * 100 + 99 ELSE year END > ?
            AND sha256 NOT IN (SELECT sha256 FROM receipt WHERE year = ?)"""
    return {row[0] for row in register.rows(query, year.rank, year.key)}


def add(
    register: Register,
    year: FiscalYear,
    reading: Reading,
    findings: Sequence[Finding],
    forms: Iterable[Judged],
) -> None:
    """Keep one content that was read: findings of the file, then its forms with theirs.

    What was found in it before is replaced.
    """
    number = register.change(
        "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)",
        _forget(register, year, reading.sha256),
        year.key,
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
            year.key,
            submission.practice_no,
            submission.sheet,
            submission.located,
            form.status,
            form.finished.key if form.finished else None,
            form.everything,
            form.this_year,
        )
        register.add(_ADD_ANSWER, _answer_rows(form_id, submission))
        rows.extend(_finding_row(finding, form_id) for finding in form.findings)
    register.add(_ADD_FINDING, ((number, position, *row) for position, row in enumerate(rows)))


def copy(old: Register, new: Register, year: FiscalYear, sha256: str) -> bool:
    """Take over what another register found in a content; False where it knows nothing of it."""
    query = "SELECT id, file, received_at, rules FROM reading WHERE year = ? AND sha256 = ?"
    for number, *reading in list(old.rows(query, year.key, sha256)):
        own = new.change(
            "INSERT INTO reading VALUES (NULL, ?, ?, ?, ?, ?)", year.key, sha256, *reading
        )
        ids: dict[int | None, int | None] = {None: None}
        query = "SELECT * FROM submission WHERE reading_id = ? ORDER BY id"
        for form, _, *row in list(old.rows(query, number)):
            ids[form] = new.change(
                "INSERT INTO submission VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", own, *row
            )
            answers = old.rows("SELECT * FROM answer WHERE submission_id = ?", form)
            new.add(_ADD_ANSWER, [(ids[form], *answer[1:]) for answer in answers])
        findings = old.rows("SELECT * FROM finding WHERE reading_id = ?", number)
        new.add(_ADD_FINDING, [(own, at, ids[form], *row) for _, at, form, *row in findings])
        return True
    return False


_ADD_ANSWER = "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_FINDING = "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _forget(register: Register, year: FiscalYear, sha256: str) -> int | None:
    """Drop what was found in a content; its number, where there was something."""
    query = "SELECT id FROM reading WHERE year = ? AND sha256 = ?"
    for (number,) in list(register.rows(query, year.key, sha256)):
        own = "SELECT id FROM submission WHERE reading_id = ?"
        register.change(f"DELETE FROM answer WHERE submission_id IN ({own})", number)
        for table in ("finding", "submission"):
            register.change(f"DELETE FROM {table} WHERE reading_id = ?", number)
        register.change("DELETE FROM reading WHERE id = ?", number)
        return int(number)
    return None


def forms(register: Register, year: FiscalYear, *, withdrawn: bool = False) -> list[Returned]:
    """Every version of every form received in a round, in order of receipt.

    ``withdrawn`` adds those whose receipt was taken back.
    """
    query = f"""SELECT submission.id, practice_no, name, receipt.sha256, sheet, located, status,
            receipt.received_at, finished, everything, this_year, receipt.id, reason
        FROM receipt JOIN reading USING (year, sha256) JOIN submission ON reading.id = reading_id
        WHERE receipt.year = ? AND {"" if withdrawn else "withdrawn_at IS NULL AND"} repeats IS NULL
        ORDER BY receipt.id, submission.id"""
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
            finished=FiscalYear.of_key(row[8]) if row[8] else None,
            everything=row[9],
            this_year=row[10],
            receipt=row[11],
            withdrawn=row[12],
        )
        for row in register.rows(query, year.key)
    ]


# The name under which a reading's content came last; none where all its receipts were taken back.
_NAME = """(SELECT name FROM receipt
    WHERE receipt.year = reading.year AND receipt.sha256 = reading.sha256
        AND withdrawn_at IS NULL AND repeats IS NULL
    ORDER BY id DESC LIMIT 1)"""


def findings(register: Register, year: FiscalYear) -> list[tuple[str, int | None, Finding]]:
    """sha256 of the file, number of the form (None: the file as a whole), finding; in order."""
    query = f"""SELECT sha256, submission_id, code, severity, {_NAME} AS name, sheet, cell, field,
            item_no, department, value, message, hint
        FROM finding JOIN reading ON reading.id = reading_id
        WHERE year = ? AND name IS NOT NULL ORDER BY reading.id, position"""
    found = []
    for row in register.rows(query, year.key):
        sha256, form, code, severity, *place, value, message, hint = row
        finding = Finding(code, Severity(severity), Place(*place), value, message, hint)
        found.append((sha256, form, finding))
    return found


def answers_of(register: Register, form_id: int) -> dict[str, Stored]:
    """Field → answer of one form."""
    query = """SELECT field, sheet, cell, raw, value, how, resolved, chain FROM answer
        WHERE submission_id = ? ORDER BY position"""
    return {row[0]: Stored(*row[1:]) for row in register.rows(query, form_id)}


def reinterpreted(register: Register, year: FiscalYear) -> list[ReadOtherwise]:
    """Every answer of a round that was not read as it was typed."""
    query = f"""SELECT practice_no, {_NAME} AS name, field, answer.sheet, cell, raw, value, how,
            resolved, chain
        FROM answer JOIN submission ON submission.id = submission_id
        JOIN reading ON reading.id = reading_id
        WHERE submission.year = ? AND (how <> '' OR chain <> '') AND name IS NOT NULL
        ORDER BY reading.id, submission.id, position"""
    rows = register.rows(query, year.key)
    return [ReadOtherwise(row[0], row[1], row[2], Stored(*row[3:])) for row in rows]


def read_otherwise(submission: Submission) -> list[ReadOtherwise]:
    """The same for a form that is not in the register."""
    found = []
    for answer in submission.answers.values():
        name, *stored = _columns(answer, submission.resolved.get(answer.name))
        kept = Stored(*stored)  # type: ignore[arg-type]
        if kept.how or kept.chain:
            found.append(ReadOtherwise(submission.practice_no, submission.file, str(name), kept))
    return found


def _answer_rows(form_id: int, submission: Submission) -> Iterable[tuple[object, ...]]:
    resolved: Mapping[str, Resolved] = submission.resolved
    for position, answer in enumerate(submission.answers.values()):
        if not (answer.raw or answer.value):
            continue  # an empty cell holds something where it was corrected
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
