"""import-history: a past year's 【実践項目別】 list into the register (domain §8).

:mod:`headings` says which column holds what; here the rows are read. Nothing is guessed: what
cannot be taken is reported, and what looks odd is taken as printed and shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.cells import column_name, parse_cell
from workbook_tools.era import FiscalYear, years_between
from workbook_tools.excel.read import book as reading
from workbook_tools.findings import Finding, Place, UserError, found
from workbook_tools.history.headings import (
    FINISHED,
    GRADE,
    NUMBER,
    TITLE,
    TOTAL,
    Listing,
    data_rows,
    listings,
)
from workbook_tools.near import nearest
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.register import ledger, past_titles
from workbook_tools.register.database import Register
from workbook_tools.register.records import PastResult, SourceKind
from workbook_tools.register.round import Round, note_plan, of_master
from workbook_tools.text import is_blank, is_none_mark, key, squeeze_lines, tidy, whole_number
from workbook_tools.workspace import read

_SCORE = re.compile(r"(\d{1,3})(?:\.0+)?点?")


@dataclass(frozen=True, slots=True)
class History:
    """What a list says. ``taken`` maps headings to column letters, ``ignored`` names the others.

    ``results`` stand in the list's order; ``sheet`` names all sheets read, separated by ``、``.
    ``titles`` are those of the results, as printed.
    """

    results: tuple[PastResult, ...]
    findings: tuple[Finding, ...]
    taken: Mapping[str, str]
    ignored: tuple[str, ...]
    sheet: str
    titles: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a list, by headings."""

    source: Listing
    row: int
    file: str

    def text(self, field: str) -> str:
        heading = self.source.columns.get(field)
        return tidy(self.source.table.text(self.row, heading.col)) if heading else ""

    def value(self, field: str) -> str:
        """The text, or nothing where somebody wrote a dash for "none"."""
        text = self.text(field)
        return "" if is_blank(text) or is_none_mark(text) else text

    def place(self, field: str, number: int | None = None) -> Place:
        col = self.source.columns[field].col
        cell = self.source.table.cell(self.row, col)
        return Place(self.file, self.source.table.sheet, cell, field, number)


def import_list(past: Round, file: Path) -> History:
    """Take a past year's list into archive and register; ``past`` is that year under today's plan.

    A list of which no row can be used leaves the register as it was. UserError as in
    :func:`read_list`, or where file, archive or register cannot be used.
    """
    workspace, data = past.workspace, read(file)
    name = workspace.relative(file)
    history = read_list(data, name, past.plan)
    if history.results:
        with Register.open(workspace.register) as register:
            sha256 = ledger.take(
                register, workspace.archive, data, SourceKind.HISTORY, name, past.year, past.now
            )
            register.take_history(past.year, history.results, sha256)
            past_titles.note(register, past.year, history.titles)
            if workspace.plan_master.exists():  # by its numbers and names the list was read
                note_plan(register, of_master(workspace, past.now))
    return history


def read_list(data: bytes, file: str, plan: Plan) -> History:
    """Read a list of the plan's evaluated year; ``file`` is its name for messages.

    Raises UserError where the file cannot be read, holds no such list, or one of another year.
    """
    try:
        tables = reading.tables(data)
    except reading.UnreadableError as error:
        raise UserError(f"『{file}』を取り込めません（{error.reason}）。") from error
    lists = listings(tables, file, plan)
    results, findings, titles = _results(lists, file, plan)
    columns = sorted(lists[0].columns.values(), key=lambda heading: heading.col)
    return History(
        results,
        findings,
        {heading.text: column_name(heading.col) for heading in columns},
        tuple(heading.text for heading in lists[0].headings if heading not in columns),
        "、".join(found_list.table.sheet for found_list in lists),
        titles,
    )


def _results(
    lists: Sequence[Listing], file: str, plan: Plan
) -> tuple[tuple[PastResult, ...], tuple[Finding, ...], Mapping[int, str]]:
    """Results, findings, and the titles of the results as printed."""
    practices = {practice.no: practice for practice in plan.practices}
    titles = {practice.title: practice.no for practice in plan.practices}
    results: dict[int, PastResult] = {}
    met: dict[int, _Row] = {}
    findings: list[Finding] = []
    for row in (_Row(known, row, file) for known in lists for row in data_rows(known)):
        number = whole_number(row.text(NUMBER))
        if number in results:
            first = met[number].place(NUMBER)
            findings.append(
                found(
                    "H203",
                    row.place(NUMBER, number),
                    row.text(NUMBER),
                    number=number,
                    first=first.spot,
                )
            )
        elif number is None or number not in practices:
            findings.append(_no_number(row, number))
        else:
            met[number] = row
            wrong_title = _title(row, practices[number], plan, titles)
            findings += wrong_title
            if not any(finding.code == "H204" for finding in wrong_title):
                results[number], more = _result(row, number, plan)
                findings += sorted(more, key=_column)
    if not met and not findings:
        raise UserError(
            f"『{file}』の一覧に小№の入った行がありません。"
            "数式の場合は、Ｅｘｃｅｌで開いて保存し直してください。"
        )
    printed = {no: squeeze_lines(met[no].text(TITLE)) for no in results}
    findings += _missing(lists[0], file, met, results, plan)
    return tuple(results.values()), tuple(findings), printed


def _no_number(row: _Row, number: int | None) -> Finding:
    text = row.text(NUMBER)
    if number is None:
        return found("H201", row.place(NUMBER), text, value=text)
    title = squeeze_lines(row.text(TITLE))
    return found("H202", row.place(NUMBER, number), text, number=number, title=title)


def _title(row: _Row, practice: Practice, plan: Plan, titles: Mapping[str, int]) -> list[Finding]:
    """Titles change over the years, so a different one is only shown, unless another item's."""
    text = row.text(TITLE)
    names = (practice.title, practice.printed_title, plan.item(practice.item_no).name)
    if key(text) in map(key, names):
        return []
    place, value = row.place(TITLE, practice.no), squeeze_lines(text)
    facts = {"number": practice.no, "value": value, "title": practice.title}
    near = nearest(text, titles)
    if near is None or near == practice.title:
        return [found("H205", place, text, **facts)]
    if key(near) == key(text):
        return [found("H204", place, text, **facts, other=titles[near])]
    return [found("H206", place, text, **facts, other=titles[near], near=near)]


def _result(row: _Row, number: int, plan: Plan) -> tuple[PastResult, list[Finding]]:
    scores, wrong_scores = _scores(row, number, plan)
    wrong_total = _total(row, number, scores)
    grade, wrong_grade = _grade(row, number, scores, plan)
    finished, wrong_end = _finished(row, number, plan)
    findings = [*wrong_scores, *wrong_total, *wrong_grade, *wrong_end]
    return PastResult(number, scores, grade, finished), findings


def _scores(row: _Row, number: int, plan: Plan) -> tuple[dict[str, int], list[Finding]]:
    """All scores of the row, or none: a total of three criteria would mean nothing."""
    scores: dict[str, int] = {}
    findings = []
    for criterion in plan.criteria:
        text = row.value(criterion.name)
        score = _points(text)
        if score is not None and score in criterion.scores:
            scores[criterion.name] = score
        elif text:
            findings.append(
                found(
                    "H207",
                    row.place(criterion.name, number),
                    text,
                    criterion=criterion.name,
                    value=text,
                    least=criterion.minimum,
                    most=criterion.maximum,
                )
            )
    blank = [each.name for each in plan.criteria if not row.value(each.name)]
    if scores and blank and not findings:
        place = row.place(blank[0], number)
        findings.append(found("H208", place, row.text(blank[0]), blank="、".join(blank)))
    return ({}, findings) if findings else (scores, findings)


def _total(row: _Row, number: int, scores: Mapping[str, int]) -> list[Finding]:
    text = row.value(TOTAL)
    total = grading.total(scores)
    if not scores or not text or _points(text) == total:
        return []
    return [found("H209", row.place(TOTAL, number), text, value=text, total=total)]


def _grade(
    row: _Row, number: int, scores: Mapping[str, int], plan: Plan
) -> tuple[str | None, list[Finding]]:
    text = row.value(GRADE)
    if not text:
        missing = GRADE in row.source.columns and scores
        return None, [found("H212", row.place(GRADE, number), text)] if missing else []
    grades = {key(rule.grade): rule.grade for rule in plan.grades}
    grade = grades.get(key(text))
    if grade is None:
        known = "・".join(grades.values())
        return None, [found("H211", row.place(GRADE, number), text, value=text, grades=known)]
    if scores and (right := grading.grade(plan.grades, scores)) != grade:
        return grade, [found("H210", row.place(GRADE, number), text, value=grade, grade=right)]
    return grade, []


def _finished(row: _Row, number: int, plan: Plan) -> tuple[FiscalYear | None, list[Finding]]:
    year = plan.evaluated
    text = row.value(FINISHED)
    if not text:
        return None, []
    try:
        finished = FiscalYear.parse(text)
    except ValueError:
        place = row.place(FINISHED, number)
        return None, [found("H213", place, text, value=text, example=year.wide)]
    if finished in years_between(plan.years[0], year):
        return finished, []
    limits = {"first": plan.years[0].wide, "last": year.wide}
    return None, [found("H214", row.place(FINISHED, number), text, value=text, **limits)]


def _missing(
    listing: Listing,
    file: str,
    met: Mapping[int, _Row],
    results: Mapping[int, PastResult],
    plan: Plan,
) -> list[Finding]:
    ended = {no: result.finished for no, result in results.items() if result.finished}
    missing = [each.no for each in plan.running(ended) if each.no not in met]
    if not missing:
        return []
    numbers = "、".join(map(str, missing))
    place = Place(file, listing.table.sheet)
    return [found("H215", place, None, count=len(missing), numbers=numbers)]


def _column(finding: Finding) -> int:
    return parse_cell(finding.place.cell or "A1")[1]


def _points(text: str) -> int | None:
    match = _SCORE.fullmatch(key(text))
    return int(match[1]) if match else None
