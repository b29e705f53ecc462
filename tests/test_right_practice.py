"""A form under a wrong number, or filled in under a wrong year, is recognised for what it is."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from tests.samples import FORM, PLAN, R3, R4, returned
from workbook_tools.form import layout
from workbook_tools.form.token import Token, parse
from workbook_tools.form.workbook import header
from workbook_tools.intake.answers import Submission
from workbook_tools.intake.read_forms import take_in
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check
from workbook_tools.rules.right_practice import owners

SENT = [
    (14, "市税の納付方法を増やすための調査と協議を進める"),
    (14, "納付書の様式を見直して問い合わせを減らす取組"),
    (15, "窓口の混雑を予測して職員の配置を見直す取組"),
    (15, "番号札の発行状況をホームページで知らせる取組"),
    (16, "タブレットによる申請の受付を全窓口に広げる取組"),
]
OWNERS = owners(SENT)


def form(name: str = "x.xlsx", no: int = 16, **typed: str | int) -> Submission:
    (read,) = take_in(returned(no, **typed), name, FORM).submissions
    return read


def said(read: Submission, known: dict[str, frozenset[int]] | None = None) -> list[tuple[str, str]]:
    context = Context(PLAN, None, {}, known or {})
    return [(finding.code, finding.severity.value) for finding in check(read, context)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("inbox/No15_税.xlsx", [("F020", "warning")]),
        ("inbox/a.zip/№０15.xlsx", [("F020", "warning")]),
        ("inbox/No16_窓口.xlsx", []),
        ("inbox/No15/No16.xlsx", []),  # the last part of the path speaks
        ("inbox/提出用15.xlsx", []),  # a number without its sign means anything
        ("inbox/No999.xlsx", []),  # no practice of the plan
    ],
)
def test_the_number_in_the_files_name(name: str, expected: list[tuple[str, str]]) -> None:
    assert said(form(name)) == expected


def test_texts_of_another_practice() -> None:
    typed = {"取組予定_R4_1": SENT[0][1], "取組予定_R5_1": SENT[1][1]}
    assert said(form(**typed), OWNERS) == [("F020", "error")]


@pytest.mark.parametrize(
    "texts",
    [
        [SENT[0][1]],  # one sentence may be shared by chance
        [SENT[0][1], SENT[1][1], SENT[4][1]],  # its own text is there too
        [SENT[0][1], SENT[2][1]],  # of two other practices: nobody's sheet
        ["調査", "協議"],
    ],
    ids=["one text", "own text", "two owners", "short"],
)
def test_likeness_that_is_none(texts: list[str]) -> None:
    names = ("取組予定_R4_1", "取組予定_R5_1", "取組予定_R6_1")
    typed = dict(zip(names, texts, strict=False))
    assert said(form(**typed), OWNERS) == []


def test_a_text_sent_to_two_practices_belongs_to_neither() -> None:
    shared = owners([*SENT, (15, SENT[0][1]), (15, SENT[1][1])])
    typed = {"取組予定_R4_1": SENT[0][1], "取組予定_R5_1": SENT[1][1]}
    assert said(form(**typed), shared) == []


@pytest.mark.parametrize("year", ["R4", "R2"])
def test_answers_a_year_off_are_one_sentence(year: str) -> None:
    scores = {f"{criterion.name}_{R3}": "" for criterion in PLAN.criteria}
    moved = {f"{criterion.name}_{year}": 2 for criterion in PLAN.criteria}
    assert said(form(**scores, **moved)) == [("F020", "error")]


def test_a_single_score_in_a_later_year_is_no_year_off() -> None:
    assert said(form(進捗度_R4=2)) == [("S104", "error")]


# -- the token ------------------------------------------------------------------------------------

TOKEN = Token(16, R3, "（民）窓口サービス課", "1")


def test_a_form_carries_its_token_unseen() -> None:
    data = returned(16)
    assert form().token == Token(16, R3, PLAN.practice(16).lead, "1")
    book = openpyxl.load_workbook(io.BytesIO(data))
    place = book.defined_names["照合"].attr_text
    sheet, _, cell = place.replace("'", "").replace("$", "").rpartition("!")
    column = book[sheet].column_dimensions[openpyxl.utils.get_column_letter(layout.MISSING + 1)]
    assert column.hidden
    assert book[sheet][cell].protection.locked


def test_a_form_whose_number_was_changed() -> None:
    """Number and title typed over: the token still says which form it was."""
    book = openpyxl.load_workbook(io.BytesIO(returned(15)))
    other = header(PLAN, PLAN.practice(16))
    for name in ("項目番号", "実践項目", "担当部署", "取組項目", "取組項目番号"):
        field = FORM[name]
        book[layout.SHEETS[field.sheet]][field.area.a1.split(":")[0]] = other[name]
    written = io.BytesIO()
    book.save(written)
    (read,) = take_in(written.getvalue(), "x.xlsx", FORM).submissions
    assert said(read) == [("F022", "error")]


def test_a_token_comes_back_whole_or_not_at_all() -> None:
    assert parse(str(TOKEN)) == TOKEN
    assert parse(str(TOKEN).replace("16", "17", 1)) is None
    assert parse("") is None
    assert parse("16|R3") is None
    assert parse(str(Token(16, R3, "a|b", "1"))) == Token(16, R3, "a b", "1")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (TOKEN, []),
        (None, []),
        (Token(15, R3, "x", "1"), [("F022", "error")]),
        (Token(16, R4, "x", "1"), [("F022", "error")]),
    ],
    ids=["fits", "none", "another practice", "another round"],
)
def test_token_against_header(token: Token | None, expected: list[tuple[str, str]]) -> None:
    assert said(replace(form(), token=token)) == expected
