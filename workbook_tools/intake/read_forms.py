"""Bytes of one returned file → the forms in it: the pure step between inbox and checks.

Fields are found by defined names where these are there, single and in place, otherwise by the
printed labels (contract, "The progress workbook"). Nothing is looked up or stored here, so that any
thread or machine may do it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import OpenedBook, Table, UnreadableError, open_book
from workbook_tools.excel.read.parts import Name
from workbook_tools.findings import Finding, Place, found
from workbook_tools.form.layout import COUNCIL_MEMBER, GUIDE, Field, Form, Kind
from workbook_tools.form.references import resolve
from workbook_tools.intake import by_labels
from workbook_tools.intake.answers import Answer, Found, Located, Submission, understand
from workbook_tools.text import half_width, squeeze, tidy
from workbook_tools.workspace import digest

# ``16``, ``№16``, ``１６号``; some papers print the title in the same cell: ``16 【…①】``.
_NUMBER = re.compile(
    r"\s*(?:no\.?|№|第)?\s*(\d{1,5})\s*号?(?=\s*$|\s*【|\s+\D)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:no\.?|№)\s*(\d{1,5})[\s.:：、]*(.*)", re.IGNORECASE | re.DOTALL)
_YEAR = re.compile(r"(?:令和|[rR])\d{1,2}|令和元|20\d\d")
_PERIOD_END = re.compile(
    r"令和\s*(?P<year>\d{1,2}|元)?\s*年\s*(?P<month>\d{1,2})?\s*月(?:\s*取組終了)?"
)
# By position or by name so few of the fields would be found in any list: no form.
_LEAST_NAMES = 10


@dataclass(frozen=True, slots=True)
class Intake:
    """What one file held: its forms, and what is to be said of the file itself."""

    file: str
    sha256: str
    submissions: tuple[Submission, ...]
    findings: tuple[Finding, ...]


_Spots = dict[str, tuple[Table, int, int]]


def take_in(data: bytes, file: str, form: Form, passwords: Sequence[str] = ()) -> Intake:
    """Read every form of a file. Never raises for anything the file holds."""
    sha256 = digest(data)
    place = Place(file)
    try:
        book = open_book(data, passwords)
        located = _located(book, form)
    except UnreadableError as error:
        findings = (found(error.code, place, reason=error.reason),)
        return Intake(file, sha256, (), findings)
    if any(name.name == COUNCIL_MEMBER for name in book.container.names):
        reason = "審議会の評価シートです（council collect で読みます）"
        return Intake(file, sha256, (), (found("F004", place, reason=reason),))
    said = []
    if book.container.macros:
        said.append(found("F005", place))
    if book.container.links:
        said.append(found("F006", place))
    if not located:
        said.append(found("F003", place))
    submissions = [_submission(book, form, file, sha256, how, spots) for how, spots in located]
    return Intake(file, sha256, tuple(submissions), tuple(said))


def _located(book: OpenedBook, form: Form) -> list[tuple[Located, _Spots]]:
    """The cells of every form in the workbook, and how they were found.

    Labels are looked for only on sheets that no complete set of names accounts for.
    """
    wanted = form.names
    by_name = [spots for spots in _by_names(book, form) if len(spots) >= _LEAST_NAMES]
    settled = {GUIDE}
    for spots in by_name:
        if wanted <= spots.keys():
            settled |= _sheets_of(spots)
    by_label = _by_labels(book, form, [sheet for sheet in book.sheets if sheet not in settled])
    forms = []
    for spots in by_name:
        twin = next((one for one in by_label if _sheets_of(one) & _sheets_of(spots)), {})
        by_label = [one for one in by_label if one is not twin]
        missing = {name: spot for name, spot in twin.items() if name not in spots}
        forms.append((Located.MIXED if missing else Located.NAMES, {**missing, **spots}))
    return forms + [(Located.LABELS, spots) for spots in by_label]


def _sheets_of(spots: _Spots) -> set[str]:
    return {table.sheet for table, _, _ in spots.values()}


def _by_names(book: OpenedBook, form: Form) -> list[_Spots]:
    """One form per scope of names: the workbook's own, and that of every copied sheet."""
    known = set(book.sheets)
    scopes: dict[str | None, list[Name]] = {}
    for name in book.container.names:
        if name.name in form and name.sheet in known:
            scopes.setdefault(name.scope, []).append(name)
    forms: list[_Spots] = []
    for names in scopes.values():
        spots = {one.name: (book.table(one.sheet), one.row, one.col) for one in names}
        half = {form[name].sheet for name in spots}
        # A copied pair of sheets has two scopes of its own, one for each half of the form.
        partner = next(
            (one for one in forms if half.isdisjoint({form[name].sheet for name in one})), None
        )
        if partner is not None and len(half) == 1:
            partner.update(spots)
        else:
            forms.append(spots)
    return forms


def _by_labels(book: OpenedBook, form: Form, sheets: Sequence[str]) -> list[_Spots]:
    tables = book.tables(sheets)
    return [
        {name: (tables[table], row, col) for name, (table, row, col) in spots.items()}
        for spots in by_labels.find(form, tables)
    ]


def _submission(
    book: OpenedBook, form: Form, file: str, sha256: str, how: Located, spots: _Spots
) -> Submission:
    answers = {
        field.name: _answer(book, field, *spots[field.name])
        for field in form.fields
        if field.name in spots and field.kind is not Kind.LABEL
    }
    _split_shared_cells(answers)
    texts = {
        field.name: answers[field.name].value
        for field in form.fields
        if field.kind is Kind.TEXT and field.year and field.name in answers
    }
    number = answers.get("項目番号")
    year = answers.get("確認年度")
    sheet = number.sheet if number else next(iter(answers.values())).sheet
    return Submission(
        file,
        sha256,
        sheet,
        how,
        answers,
        resolve(form, texts),
        _practice_no(number.raw) if number else None,
        _year_in(year.raw) if year else None,
        _strays(form, spots),
    )


def _strays(form: Form, spots: _Spots) -> tuple[Answer, ...]:
    """Texts in rows of 取組内容 that are none of the form's: rows somebody added and filled in."""
    strays = []
    for stem in ("取組予定", "取組結果"):
        known = [
            (field, *spots[field.name]) for field in form.activities(stem) if field.name in spots
        ]
        rows = {row for _, _, row, _ in known}
        if not rows:
            continue
        field, table, _, col = known[0]
        for row in range(min(rows), max(rows) + 1):
            if row not in rows and (text := tidy(table.text(row, col))):
                cell = table.cell(row, col)
                strays.append(Answer(field.stem, table.sheet, cell, text, text, Found.TEXT))
    return tuple(strays)


def _answer(book: OpenedBook, field: Field, table: Table, row: int, col: int) -> Answer:
    found = table.value(row, col)
    cell = table.cell(row, col)
    if found == "":
        # calamine shows an error and a missing value as an empty text; only in a score it matters
        is_formula = field.kind is Kind.SCORE and book.container.has_formula(table.sheet, cell)
        kind = Found.FORMULA if is_formula else Found.NOTHING
        return Answer(field.name, table.sheet, cell, "", "", kind)
    raw, value, kind, how = understand(field.kind, found)
    return Answer(field.name, table.sheet, cell, raw, value, kind, how)


def _split_shared_cells(answers: dict[str, Answer]) -> None:
    """Papers that print number and name, or year and month, in one cell."""
    item, number = answers.get("取組項目"), answers.get("取組項目番号")
    if item and (match := _ITEM.fullmatch(item.raw)) and match[2]:
        answers["取組項目"] = _with(item, match[2], "番号と名称")
        if number and number.cell == item.cell:
            answers["取組項目番号"] = _with(number, f"№{match[1]}", "番号と名称")
    year, month = answers.get("取組終了_年"), answers.get("取組終了_月")
    if year and month and year.cell == month.cell:
        match = _PERIOD_END.search(half_width(year.raw))
        for answer, part in ((year, "year"), (month, "month")):
            answers[answer.name] = _with(answer, (match and match[part]) or "", "年月")


def _with(answer: Answer, value: str, how: str) -> Answer:
    return Answer(answer.name, answer.sheet, answer.cell, answer.raw, value, answer.found, how)


def _practice_no(raw: str) -> int | None:
    match = _NUMBER.match(half_width(raw))
    return int(match[1]) if match else None


def _year_in(raw: str) -> FiscalYear | None:
    """The fiscal year named in ``令和３年度末`` or ``確認時期　令和３年度末``."""
    match = _YEAR.search(squeeze(half_width(raw)))
    return FiscalYear.parse(match[0]) if match else None
