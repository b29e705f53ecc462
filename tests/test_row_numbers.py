"""①… of a practice that begins later: from its first year on the form, in the reader, in the list.

Forms sent out by the version before print ① beside the plan's first year, and count as they print:
``tests/first_edition/numbered.zip`` holds one of №16, begun in R3, that this version wrote.
"""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from tests.office import convert, needs_office
from tests.samples import FORM, PLAN, R2, R3, R4, complete
from tests.test_formulas import differences
from workbook_tools.form import layout, prefill
from workbook_tools.form.content import Content, Known
from workbook_tools.form.references import labels, resolve
from workbook_tools.form.workbook import workbook
from workbook_tools.intake.answers import Submission
from workbook_tools.intake.read_forms import take_in
from workbook_tools.text import circled

BEGUN = dataclasses.replace(PLAN.practice(16), first_year=R3)
# R3 has two rows: ① ② where it is the first year, ② ③ behind R2's blank row; then R4, R5, R6.
TYPED = {"取組予定_R3_2": "庁内協議", "取組結果_R3_2": "(新)四回ひらいた。"}
OLD = Path(__file__).parent / "first_edition" / "numbered.zip"


NOTHING_KNOWN = Known()


def sent(known: Known = NOTHING_KNOWN, year: object = R3) -> Content:
    return prefill.content(PLAN.of_year(R4 if year == R4 else R3), BEGUN, known)


def form_with(**changes: str | int) -> bytes:
    blank = sent()
    own = {name: value for name, value in complete(BEGUN).items() if "R2" not in name}
    values = {**blank.values, **own, **TYPED, **changes}
    return workbook(PLAN.of_year(R3), BEGUN, Content(values, blank.open))


def read(data: bytes) -> Submission:
    (form,) = take_in(data, "No16.xlsx", FORM).submissions
    return form


def printed(data: bytes) -> dict[str, object]:
    """The numbers a form prints, by field."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    sheet = book[layout.SHEETS[0]]
    cells = ((field.name, sheet[field.area.a1.split(":")[0]].value) for field in LABELS)
    return {name: value for name, value in cells if value}


LABELS = FORM.activities("取組番号")


def numbers(form: Submission) -> dict[str, object]:
    """The numbers of a form as the reader counts them."""
    texts = {name: answer.value for name, answer in form.answers.items()}
    rows = labels(FORM, texts).items()
    return {f"取組番号_{year}_{n}": circled(number) for number, (year, n) in rows}


def test_the_form_counts_from_the_first_year() -> None:
    assert printed(form_with()) == {
        "取組番号_R3_1": "①",
        "取組番号_R3_2": "②",
        "取組番号_R4_1": "③",
        "取組番号_R5_1": "④",
        "取組番号_R6_1": "⑤",
    }


@pytest.mark.parametrize(
    ("field", "typed", "means", "chain"),
    [
        ("取組予定_R4_1", "②と同じ", "庁内協議", "③←②"),
        ("取組結果_R3_2", "①と同じ", None, "②←①"),
        ("取組予定_R4_1", "⑥と同じ", None, ""),
        ("取組予定_R3_1", "Ｒ２と同じ", None, ""),
    ],
)
def test_form_and_reader_count_alike(field: str, typed: str, means: str | None, chain: str) -> None:
    data = form_with(**{field: typed})
    form = read(data)
    assert numbers(form) == printed(data)
    resolved = form.resolved[field]
    assert resolved.chain == chain
    assert means is None or resolved.text == means
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    at = FORM[field].area.row
    column = layout.MEANING if "予定" in field else layout.MEANING_2
    beside = book[layout.SHEETS[0]].cell(at + 1, column + 1).value
    assert (beside or "") == (resolved.text if chain else "")


def test_a_practice_of_the_plans_first_year_counts_as_ever() -> None:
    form = read(
        workbook(PLAN.of_year(R3), PLAN.practice(16), Content(complete(BEGUN), frozenset()))
    )
    assert numbers(form)["取組番号_R2_1"] == "①"
    assert not any(name.startswith("取組番号") for name in form.answers)


def old_form() -> bytes:
    with zipfile.ZipFile(OLD) as packed:
        return packed.read("No16.xlsx")


def test_a_form_of_the_version_before_counts_as_it_prints() -> None:
    """There ② is R3's first row, and ②と同じ in R4 means that."""
    form = read(old_form())
    assert printed(old_form())["取組番号_R2_1"] == "①"
    assert numbers(form) == printed(old_form())
    assert form.resolved["取組予定_R4_1"].chain == "④←②"
    assert form.resolved["取組予定_R4_1"].text == form.value("取組予定_R3_1")


@needs_office
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_other_formats_count_alike(kind: str) -> None:
    books = {"new": form_with(取組予定_R4_1="②と同じ"), "old": old_form()}
    saved = convert(books, kind)
    assert read(saved["new"]).resolved["取組予定_R4_1"].text == "庁内協議"
    assert read(saved["old"]).resolved["取組予定_R4_1"].chain == "④←②"


@needs_office
def test_libreoffice_calculates_the_same() -> None:
    book = form_with(取組予定_R4_1="②と同じ", 取組予定_R5_1="③と同じ")
    found = differences(book, convert({"form": book}, "xlsx")["form"])
    assert [known for known in found if known[2] != known[3]] == []


def answers(form: Submission) -> dict[str, str]:
    return {name: answer.raw and answer.value for name, answer in form.answers.items()}


@pytest.mark.parametrize(
    ("data", "first"),
    [(form_with(取組予定_R4_1="②と同じ"), R3), (old_form(), R2)],
    ids=["new", "before"],
)
def test_the_next_form_goes_on_counting(data: bytes, first: object) -> None:
    """Its references are printed as they were typed, so they must mean what they meant."""
    form = read(data)
    known = Known(R3, answers(form), {R3: dict.fromkeys(FORM.criteria, 2)})
    content = sent(known, R4)
    numbered = printed(workbook(PLAN.of_year(R4), BEGUN, content))
    assert min(numbered) == f"取組番号_{first}_1"
    texts = {name: str(value) for name, value in content.values.items()}
    meant = resolve(FORM, texts)["取組予定_R4_1"]
    assert meant.text == form.resolved["取組予定_R4_1"].text
    assert all("取組番号" not in row[0] for row in prefill.remembered(FORM, content))


CRAFTED: list[tuple[Mapping[str, str | None], object]] = [
    ({}, R3),
    ({"R2_1": "①", "R3_1": "②"}, R2),  # printed anew by hand, in the old way
    ({"R2_1": "別紙"}, R3),  # a note is no number
    ({"R3_1": "1"}, R3),
    ({"R3_1": "③"}, R2),  # no ① to be seen: as all forms counted before
    ({field.name[5:]: None for field in LABELS}, R2),
]


@pytest.mark.parametrize(("typed", "first"), CRAFTED)
def test_what_is_printed_counts(typed: Mapping[str, str | None], first: object) -> None:
    table = _Printed({"R3_1": "①", "R3_2": "②", "R4_1": "③", **typed})
    assert table.first() == first


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("②", []),
        ("2.", []),
        ("２番", []),
        ("①②例年どおり行った。", ["①②例年どおり行った。"]),
        ("2件", ["2件"]),
    ],
)
def test_a_text_over_a_number_is_told(typed: str, told: list[str]) -> None:
    form = read(_Printed({"R3_1": "①", "R4_1": typed}).data)
    assert [known.text for known in form.noticed if known.code == "F017"] == told


class _Printed:
    """A form of which only the printed numbers were changed."""

    def __init__(self, texts: Mapping[str, str | None]) -> None:
        book = openpyxl.load_workbook(io.BytesIO(form_with()))
        sheet = book[layout.SHEETS[0]]
        for field in LABELS:
            sheet[field.area.a1.split(":")[0]].value = texts.get(field.name[5:])
        out = io.BytesIO()
        book.save(out)
        self.data = out.getvalue()

    def first(self) -> object:
        return min(labels(FORM, answers(read(self.data))).values())[0]
