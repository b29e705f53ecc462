"""Bytes of one returned file → the forms in it: the pure step between inbox and checks.

Every field has two witnesses, its defined name and its printed label (:mod:`witnesses`). Nothing is
looked up or stored here, so that any process or machine may do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbook_tools.era import years_in
from workbook_tools.excel.read.book import OpenedBook, Table, UnreadableError, open_book
from workbook_tools.findings import Finding, Place, found
from workbook_tools.form.layout import COUNCIL_MEMBER, GUIDE, RECEIPT, Field, Form, Kind
from workbook_tools.form.references import resolve
from workbook_tools.form.spec import Stem
from workbook_tools.form.token import NAME as TOKEN
from workbook_tools.form.token import Token
from workbook_tools.form.token import parse as parse_token
from workbook_tools.intake import accounted, witnesses
from workbook_tools.intake.answers import Answer, Found, Noticed, Submission, understand
from workbook_tools.intake.as_seen import see
from workbook_tools.intake.row_numbers import first_number, row_number
from workbook_tools.intake.witnesses import Dispute, FormPart, FoundForm, practice_number
from workbook_tools.text import half_width, key, number_and_rest, tidy
from workbook_tools.workspace import digest

# Workbooks of ours that are no forms.
_OURS = {
    COUNCIL_MEMBER: "審議会の評価シートです（council collect で読みます）",
    RECEIPT: "読取内容確認票です。直すのは提出したシートです",
}
# More forms of one practice, or more ② without ①, are no versions: a sheet was copied many times.
_MOST_ALIKE = 5
# Fields that are computed anew, whatever stands there.
_COMPUTED = (Kind.TOTAL, Kind.GRADE)
_PERIOD_END = re.compile(
    r"令和\s*(?P<year>\d{1,2}|元)?\s*年\s*(?P<month>\d{1,2})?\s*月(?:\s*取組終了)?"
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What one file held: its forms, and what is to be said of the file itself."""

    file: str
    sha256: str
    submissions: tuple[Submission, ...]
    findings: tuple[Finding, ...]


def take_in(data: bytes, file: str, form: Form, passwords: Sequence[str] = ()) -> Intake:
    """Read every form of a file. Never raises for anything the file holds."""
    sha256 = digest(data)
    place = Place(file)
    try:
        book = open_book(data, passwords)
        for name in book.container.names:
            if name.name in _OURS:
                return Intake(file, sha256, (), (found("F004", place, reason=_OURS[name.name]),))
        sheets = _sheets_of_forms(book)
        located = witnesses.find(book, form, sheets)
    except UnreadableError as error:
        findings = (found(error.code, place, reason=error.reason),)
        return Intake(file, sha256, (), findings)
    said = []
    if book.container.macros:
        said.append(found("F005", place))
    if book.container.links:
        said.append(found("F006", place))
    if not located.forms:
        said.append(found("F003", place))
    said += _alone(located.alone, file)
    parts = [part for found_form in located.forms for part in found_form.parts]
    submissions = [
        _submission(book, form, file, sha256, kept, parts, more)
        for kept, more in _counting(located.forms)
    ]
    if submissions:  # what stands elsewhere in the workbook is told of its first form
        elsewhere = tuple(accounted.elsewhere(book, parts))
        submissions[0] = replace(submissions[0], noticed=submissions[0].noticed + elsewhere)
    return Intake(file, sha256, tuple(submissions), tuple(said))


def _alone(parts: Sequence[FormPart], file: str) -> Iterator[Finding]:
    """Every ② without its ①; of many the first, and how many more there are."""
    many = len(parts) > _MOST_ALIKE
    for part in parts[:1] if many else parts:
        number = "なし" if part.number is None else f"№{part.number}"
        more = f"同じようなシートが、ほかに{len(parts) - 1}枚あります。" if many else ""
        yield found("F024", Place(file, part.table.sheet), number=number, more=more)


def _counting(forms: Sequence[FoundForm]) -> Iterator[tuple[FoundForm, int]]:
    """The forms to be read. A few of one number are its versions; of many only one is read.

    With it how many more there are: nobody can say which of them was to be sent in.
    """
    of_number: dict[int | None, list[FoundForm]] = {}
    for known in forms:
        of_number.setdefault(known.parts[0].number, []).append(known)
    for known in forms:
        own = of_number[known.parts[0].number]
        if len(own) <= _MOST_ALIKE:
            yield known, 0
        elif known is max(own, key=lambda twin: len(twin.parts)):  # whole, where one of them is
            yield known, len(own) - 1


def _sheets_of_forms(book: OpenedBook) -> list[str]:
    """The worksheets a form may stand on: what a person sees, but for the guide."""
    return [sheet for sheet in book.sheets if sheet != GUIDE and book.is_visible(sheet)]


def _submission(
    book: OpenedBook,
    form: Form,
    file: str,
    sha256: str,
    located: FoundForm,
    others: Sequence[FormPart],
    more: int,
) -> Submission:
    """One form's answers; ``more``: so many of its number besides it are not read."""
    spots = located.spots
    answers: dict[str, Answer] = {}
    noticed: list[Noticed] = []
    for field in form.fields:
        if field.name in spots and field.kind is not Kind.LABEL:
            answers[field.name], told = _answer(book, field, *spots[field.name])
            noticed += told
    _split_shared_cells(answers)
    texts = {
        field.name: answers[field.name].value
        for field in form.fields
        if field.kind is Kind.TEXT and field.year and field.name in answers
    }
    if first := first_number(form, spots, texts):
        answers[first.name], texts[first.name] = first, first.value
    number = answers.get(Stem.NUMBER)
    year = answers.get(Stem.SEASON)
    sheet = located.parts[0].table.sheet
    if more:
        noticed.append(Noticed("F027", sheet, None, None, sheet, more))
    return Submission(
        file,
        sha256,
        sheet,
        located.how,
        answers,
        resolve(form, texts),
        practice_number(number.raw) if number else None,
        next(years_in(year.raw), None) if year else None,
        _token(book, located),
        (*_noticed(book, form, located, others, answers), *noticed),
    )


def _token(book: OpenedBook, located: FoundForm) -> Token | None:
    """The token of the form, by its defined name; that of a copied sheet goes with the sheet."""
    sheet = located.parts[0].table.sheet
    for name in book.container.names:
        if name.name == TOKEN and name.sheet == sheet:
            return parse_token(book.table(sheet).text(name.row, name.col))
    return None


def _noticed(
    book: OpenedBook,
    form: Form,
    located: FoundForm,
    others: Sequence[FormPart],
    answers: Mapping[str, Answer],
) -> Iterator[Noticed]:
    """What a person should be told of how the form was read."""
    for dispute in located.disputes:
        yield _dispute(dispute, answers)
    yield from _printed_again(located, answers)
    yield from _over_numbers(form, located)
    for part in located.parts:
        yield from accounted.strays(book, form, part, others)


def _over_numbers(form: Form, located: FoundForm) -> Iterator[Noticed]:
    """Words typed where a row's number is printed."""
    spots = located.spots
    for field in form.fields:
        if field.kind is Kind.LABEL and field.name in spots:
            table, row, col = spots[field.name]
            text = tidy(table.text(row, col))
            if text and row_number(text) is None:
                yield Noticed("F017", table.sheet, table.cell(row, col), field.name, text)


def _printed_again(located: FoundForm, answers: Mapping[str, Answer]) -> Iterator[Noticed]:
    """② prints the header of ① again: of another round it is told, and so are other words there."""
    second = [part for part in located.parts if part.sheet]
    for part, name, place in ((p, name, place) for p in second for name, place in p.again.items()):
        text, first = tidy(part.table.text(*place)), answers.get(name)
        if not text or first is None or key(text) == key(first.raw):
            continue
        if name == Stem.NUMBER and practice_number(text) is not None:
            continue  # by it ② found its ①
        years = set(years_in(text)) if name == Stem.SEASON else set()
        if years != set(years_in(first.raw)) or not years:
            code = "F011" if years else "F017"
            yield Noticed(code, part.table.sheet, part.table.cell(*place), name, text)


def _dispute(dispute: Dispute, answers: Mapping[str, Answer]) -> Noticed:
    spot, other = dispute.spot, dispute.by_name
    was = tidy(other.table.text(other.row, other.col)) if other else ""
    answer = answers.get(dispute.name)
    text = answer.raw if answer else tidy(spot.table.text(spot.row, spot.col))
    code = "F015" if dispute.decided else "F016"
    cell = spot.table.cell(spot.row, spot.col)
    return Noticed(code, spot.table.sheet, cell, dispute.name, text, was=was)


def _answer(
    book: OpenedBook, field: Field, table: Table, row: int, col: int
) -> tuple[Answer, list[Noticed]]:
    """What a person sees in the field's cell, and what is to be told of it."""
    visible = book.is_visible(table.sheet)
    value, unseen = see(table, row, col, field.kind, visible=visible)
    cell = table.cell(row, col)
    told = [
        Noticed(why.code, table.sheet, cell, field.name, why.text, was=why.how, shown=why.shown)
        for why in unseen
    ]
    if (error := table.error(row, col)) and field.kind not in _COMPUTED:
        told.append(Noticed("F026", table.sheet, cell, field.name, error))
        raw = "" if field.kind is Kind.SCORE else error
        return Answer(field.name, table.sheet, cell, raw, "", Found.FORMULA), told
    if value == "":
        # calamine shows an error and a missing value as an empty text; only in a score it matters
        is_formula = field.kind is Kind.SCORE and table.has_formula(row, col)
        kind = Found.FORMULA if is_formula else Found.NOTHING
        return Answer(field.name, table.sheet, cell, "", "", kind), told
    raw, read, kind, how = understand(field.kind, value)
    if isinstance(value, str) and not isinstance(table.value(row, col), str):
        how = how or "表示のとおり"
    return Answer(field.name, table.sheet, cell, raw, read, kind, how), told


def _split_shared_cells(answers: dict[str, Answer]) -> None:
    """Papers that print number and name, or year and month, in one cell."""
    item, number = answers.get(Stem.ITEM), answers.get(Stem.ITEM_NUMBER)
    both = number_and_rest(item.raw, signed=True) if item else None
    if item and both and both[1]:
        answers[Stem.ITEM] = _with(item, both[1], "番号と名称")
        if number and number.cell == item.cell:
            answers[Stem.ITEM_NUMBER] = _with(number, f"№{both[0]}", "番号と名称")
    year, month = answers.get(Stem.END_YEAR), answers.get(Stem.END_MONTH)
    if year and month and year.cell == month.cell:
        match = _PERIOD_END.search(half_width(year.raw))
        for answer, part in ((year, "year"), (month, "month")):
            answers[answer.name] = _with(answer, (match and match[part]) or "", "年月")


def _with(answer: Answer, value: str, how: str) -> Answer:
    return Answer(answer.name, answer.sheet, answer.cell, answer.raw, value, answer.found, how)
