"""What came back in a round: every version received, with its answers and findings, as it was read.

Order of receipt is the order in which readings were added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.register.database import Register
from workbook_tools.register.records import Judged, Reading, ReadOtherwise, Returned, Status, Stored

if TYPE_CHECKING:  # forms are read elsewhere; here they are only taken apart
    from workbook_tools.form.references import Resolved
    from workbook_tools.intake.answers import Answer, Submission


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


def answers_of(register: Register, form_id: int) -> dict[str, Stored]:
    """Field → answer of one form."""
    query = """SELECT field, sheet, cell, raw, value, how, resolved, chain FROM answer
        WHERE submission_id = ? ORDER BY position"""
    return {row[0]: Stored(*row[1:]) for row in register.rows(query, form_id)}


def reinterpreted(register: Register, year: FiscalYear) -> list[ReadOtherwise]:
    """Every answer of a round that was not read as it was typed."""
    query = """SELECT practice_no, file, field, answer.sheet, cell, raw, value, how, resolved, chain
        FROM answer JOIN submission ON submission.id = submission_id
        JOIN reading ON reading.id = reading_id
        WHERE submission.year = ? AND (how <> '' OR chain <> '')
        ORDER BY reading.id, submission.id, position"""
    rows = register.rows(query, year.western)
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
