"""The progress workbook as a department gets it: names, protection, drop-downs, and the print."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from functools import cache

import openpyxl
import pypdf
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from tests.office import convert, needs_office
from tests.samples import complete
from tests.test_layout import USUAL
from workbook_tools.cells import Area, cell_name
from workbook_tools.era import FiscalYear
from workbook_tools.form import layout, prefill, token
from workbook_tools.form.content import Content
from workbook_tools.form.layout import Field, Kind, field_name, form_of
from workbook_tools.form.spec import Stem
from workbook_tools.form.workbook import workbook
from workbook_tools.plan.read_master import sample
from workbook_tools.text import squeeze

PLAN = sample()
FORM = form_of(PLAN)
PRACTICE = PLAN.practice(16)
YEARS = FORM.years
R3, R6 = YEARS[1], YEARS[4]
SHEETS = (*layout.SHEETS, layout.GUIDE)
PAST = {"進捗度": 3, "連携度": 2, "効率性": 2, "創造性": 2}

Values = Mapping[str, str | int]


@cache
def blank(year: FiscalYear = R3) -> Content:
    """A form where the register knows past scores only, so that past texts stand open."""
    known = prefill.Known(scores={past: PAST for past in YEARS if past < year})
    return prefill.content(PLAN.of_year(year), PRACTICE, known)


@cache
def form(year: FiscalYear = R3) -> bytes:
    return workbook(PLAN.of_year(year), PRACTICE, blank(year))


def opened(book: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(book))


# --- what openpyxl, an independent reader, finds


def test_every_field_is_a_name_of_the_workbook() -> None:
    book = opened(form())
    places = {
        field.name: f"'{layout.SHEETS[field.sheet]}'!{field.area.absolute}" for field in FORM.fields
    }
    names = {name: found.attr_text for name, found in book.defined_names.items()}
    assert names.pop(token.NAME).startswith(f"'{layout.SHEETS[0]}'!")  # hidden, no field
    assert names == places
    assert not any(book[sheet].defined_names for sheet in SHEETS)


def test_three_sheets_all_visible() -> None:
    book = opened(form())
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        ("進捗状況シート①", "visible"),
        ("進捗状況シート②", "visible"),
        ("記入要領", "visible"),
    ]
    assert book.active is book["進捗状況シート①"]


@pytest.mark.parametrize("sheet", SHEETS)
def test_protected_without_password_but_rows_may_grow(sheet: str) -> None:
    protection = opened(form())[sheet].protection
    assert protection.sheet is True
    assert protection.password is None
    assert protection.formatRows is False  # False: not forbidden
    assert protection.formatColumns is True
    assert protection.insertRows is True


@pytest.mark.parametrize("number", [0, 1])
def test_only_open_fields_are_unlocked(number: int) -> None:
    sheet = opened(form())[SHEETS[number]]
    unlocked = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    areas = [FORM[name].area for name in blank().open if FORM[name].sheet == number]
    assert unlocked == {cell for area in areas for cell in cells_of(area)}


def cells_of(area: Area) -> list[str]:
    return [
        cell_name(row, col)
        for row in range(area.row, area.last_row + 1)
        for col in range(area.col, area.last_col + 1)
    ]


CHOICES = {
    "進捗度_R3": "0,1,2,3",
    "創造性_R3": "0,1,2,3",
    "工程_状況_R3": "工程どおり,工程見直し",
    "取組終了_年": "3,4",
    "取組終了_月": "1,2,3,4,5,6,7,8,9,10,11,12",
}


@pytest.mark.parametrize("name", CHOICES)
def test_drop_downs(name: str) -> None:
    choice = validations(opened(form()))[name]
    assert choice.type == "list"
    assert choice.formula1 == f'"{CHOICES[name]}"'
    assert choice.errorStyle in (None, "stop")


def test_every_open_cell_says_what_to_do() -> None:
    found = validations(opened(form()))
    assert found.keys() == blank().open
    for name, choice in found.items():
        assert 0 < len(choice.promptTitle) <= 32, name
        assert 0 < len(choice.prompt) <= 255, name
        assert choice.showInputMessage, name


def validations(book: Workbook) -> dict[str, openpyxl.worksheet.datavalidation.DataValidation]:
    """The validation of every field that has one."""
    found = {
        (number, area.coord.split(":")[0]): choice
        for number, sheet in enumerate(layout.SHEETS)
        for choice in book[sheet].data_validations.dataValidation
        for area in choice.sqref.ranges
    }
    names = {(field.sheet, field.area.a1): field.name for field in FORM.fields}
    return {names[place]: choice for place, choice in found.items()}


def test_meanings_of_scores_come_from_the_plan() -> None:
    first = dataclasses.replace(PLAN.criteria[0], meanings={0: "着手していない", 3: "達成した"})
    told = dataclasses.replace(PLAN, criteria=(first, *PLAN.criteria[1:]))
    book = opened(workbook(told, PRACTICE, blank()))
    assert "0：着手していない\n3：達成した" in validations(book)["進捗度_R3"].prompt
    assert "：" not in validations(book)["連携度_R3"].prompt


def test_texts_are_typed_as_text() -> None:
    book = opened(form())
    for field in FORM.fields:
        if field.kind is Kind.TEXT:
            assert book[SHEETS[field.sheet]][field.area.a1].number_format == "@", field.name


@pytest.mark.parametrize("sheet", SHEETS)
def test_prints_on_one_a4_page(sheet: str) -> None:
    page = opened(form())[sheet]
    assert page.print_area
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "portrait")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight or 1) == (1, 1)


@pytest.mark.parametrize("name", layout.SHEETS)
def test_the_whole_form_is_printed_and_nothing_beside_it(name: str) -> None:
    sheet = opened(form())[name]
    left = [
        (cell.row, cell.column)
        for row in sheet.iter_rows(max_col=layout.SPACER)  # one-based: before the spacer
        for cell in row
        if cell.value is not None or cell.border.top.style or cell.border.bottom.style
    ]
    beside = [row[layout.SPACER + 1 :] for row in sheet.iter_rows(values_only=True)]
    assert any(value is not None for row in beside for value in row)
    rows, columns = max(row for row, _ in left), max(column for _, column in left)
    assert sheet.print_area == f"'{name}'!$A$1:${get_column_letter(columns)}${rows}"


# --- content

TRICKY = ["=1+1", "{=A1}", "http://example.jp/", "+81", "-5", "@x", "=HYPERLINK(A1)", "(3)", "1-2"]


@pytest.mark.parametrize("text", TRICKY)
def test_texts_stay_texts(text: str) -> None:
    practice = dataclasses.replace(PRACTICE, title=text, departments=(text, "（財）財政課"))
    names = [
        field.name
        for field in FORM.fields
        if field.kind is Kind.TEXT and (field.year is None or field.year <= R3)
    ]
    content = dataclasses.replace(
        blank(),
        values=dict.fromkeys(names, text),
        reasons_before={field.name: text for field in FORM.reasons},
    )
    book = opened(workbook(PLAN, practice, content))
    written = {**dict.fromkeys(names, text), "実践項目": text, "担当部署": f"{text}、（財）財政課"}
    for name, value in written.items():
        cell = book[SHEETS[FORM[name].sheet]][FORM[name].area.a1]
        assert (cell.value, cell.data_type, cell.hyperlink) == (value, "s", None), name
    before = Area(FORM.reasons[0].area.row, layout.MEANING).a1
    assert book[SHEETS[0]][before].data_type == "s"


def test_what_is_prefilled_stands_where_it_belongs() -> None:
    values: dict[str, str | int] = {"課題_R2": "人手", "進捗度_R2": 3, "取組予定_R4_2": "②と同じ"}
    content = dataclasses.replace(blank(), values=values)
    book = opened(workbook(PLAN, PRACTICE, content))
    header = {"項目番号": 16, "確認年度": "令和３年度末", "取組項目番号": "№7", "テーマ_ICT": "○"}
    for name, value in {**values, **header}.items():
        assert book[SHEETS[FORM[name].sheet]][FORM[name].area.a1].value == value
    assert book[SHEETS[0]][FORM["テーマ_財政"].area.a1].value is None


@pytest.mark.parametrize("year", [R3, R6], ids=str)
def test_a_form_goes_by_mail_with_hundreds_of_others(year: FiscalYear) -> None:
    """Limits of what is sent and of what Excel unpacks; a full history is the heaviest form."""
    plan, last = PLAN.of_year(year), YEARS[YEARS.index(year) - 1]
    answers = {name: str(value) for name, value in complete(PRACTICE, last).items()}
    scores = {past: PAST for past in YEARS if past < year}
    known = prefill.Known(last, answers, scores)
    book = workbook(plan, PRACTICE, prefill.content(plan, PRACTICE, known))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    assert len(book) <= 32 * 1024
    assert sheet <= 120 * 1000


def test_heading_and_count_stay_in_sight() -> None:
    for sheet, cell in zip(layout.SHEETS, ("A5", "A3"), strict=True):
        assert opened(form())[sheet].freeze_panes == cell


def test_sheets_can_be_neither_deleted_nor_moved() -> None:
    assert opened(form()).security.lockStructure
    assert not opened(form()).security.workbookPassword


def test_how_japanese_is_typed() -> None:
    """Kana for texts, none for figures: nobody has to switch."""
    for name, choice in validations(opened(form())).items():
        kind = FORM[name].kind
        numbers = kind in (Kind.SCORE, Kind.END_YEAR, Kind.END_MONTH)
        assert choice.imeMode == ("off" if numbers else "hiragana" if kind is Kind.TEXT else None)


def test_print_areas_are_quoted() -> None:
    with zipfile.ZipFile(io.BytesIO(form())) as book:
        workbook = book.read("xl/workbook.xml").decode()
    areas = re.findall(r'<definedName name="_xlnm.Print_Area"[^>]*>([^<]*)<', workbook)
    assert len(areas) == 3
    assert all(re.fullmatch(r"'[^']+'!\$A\$1:\$[A-Z]+\$\d+", area) for area in areas)


def test_empty_cells_of_this_year_stand_out_while_something_is_missing() -> None:
    book = opened(form())
    shaded = {
        (sheet, area.coord.partition(":")[0])
        for sheet in layout.SHEETS
        for ranges, rules in book[sheet].conditional_formatting._cf_rules.items()
        for area in ranges.sqref.ranges
        if any(rule.formula[0].startswith("AND(LEN(") for rule in rules)
    }
    wanted = {
        (layout.SHEETS[field.sheet], field.area.a1)
        for field in FORM.fields
        if field.name in blank().open
        and field.year in (None, PLAN.evaluated)
        and field.stem != Stem.REVISION
    }
    assert shaded == wanted
    assert len(wanted) > 15


def test_same_input_same_bytes() -> None:
    assert workbook(PLAN, PRACTICE, blank()) == form()


# --- the print

# 95 % lengths and medians of domain §5, in full-width characters.
LONG = USUAL
MEDIAN = {
    "工程_当初": 8,
    "工程_変更": 8,
    "取組予定": 11,
    "取組結果": 52,
    "課題": 14,
    "解決方法": 45,
}
# One kanji per field, so that every printed line tells whose it is.
KANJI = bytes(code for low in range(0x9F, 0xFD) for code in (0x88, low)).decode("cp932")
OWN = dict(zip((item.name for item in FORM.fields if item.kind is Kind.TEXT), KANJI, strict=False))
SMALLEST = 7.0  # points on paper


def passage(field: Field, length: int, *, broken: bool = True) -> str:
    """A text of the field's own kanji with commas, and if asked a line break in its middle."""
    text = "".join("、" if at % 8 == 7 else OWN[field.name] for at in range(length))
    return f"{text[: length // 2]}\n{text[length // 2 :]}" if broken else text


def usual(field: Field) -> int:
    """The 95 % length of a field."""
    return LONG.get(field.stem) or LONG["評価理由"]


def typed_in(book: bytes, values: Values) -> bytes:
    """The workbook after a person has typed: row heights stay as they were sent."""
    filled = opened(book)
    for name, value in values.items():
        field = FORM[name]
        filled[SHEETS[field.sheet]][field.area.a1] = value
    out = io.BytesIO()
    filled.save(out)
    return out.getvalue()


def everything(year: FiscalYear) -> dict[str, str | int]:
    """All open cells of a form filled to the 95 % lengths."""
    given: dict[Kind, str | int] = {
        Kind.SCORE: 2,
        Kind.STATUS: layout.REVISED,
        Kind.END_YEAR: year.number,
        Kind.END_MONTH: 12,
    }
    fields = [FORM[name] for name in sorted(blank(year).open)]
    return {
        field.name: passage(field, usual(field)) if field.kind is Kind.TEXT else given[field.kind]
        for field in fields
    }


def long_history() -> Content:
    """The last round: four years of texts of median length, plans for the fifth."""
    answers: dict[str, str] = {}
    for field in FORM.fields:
        if field.year and field.stem in MEDIAN:
            ahead = field.stem not in ("取組結果", "解決方法")
            if field.year < R6 or ahead:
                answers[field.name] = passage(field, MEDIAN[field.stem], broken=False)
        elif field.kind is Kind.STATUS and field.year and field.year < R6:
            answers[field.name] = layout.ON_PLAN
    scores = dict.fromkeys(YEARS[:-1], PAST)
    known = prefill.Known(R6 - 1, answers, scores)
    return prefill.content(PLAN.of_year(R6), PRACTICE, known)


THRICE = "取組結果_R3_2"  # this field holds three times its usual text in the seeded form


@pytest.fixture(scope="module")
def prints() -> dict[str, pypdf.PdfReader]:
    """All printed forms, through one LibreOffice."""
    full = everything(R3)
    field = FORM[THRICE]
    books = {
        "full": typed_in(form(), full),
        "cut": typed_in(form(), {**full, THRICE: passage(field, 3 * usual(field))}),
        "first": typed_in(form(YEARS[0]), everything(YEARS[0])),
        "history": workbook(PLAN.of_year(R6), PRACTICE, long_history()),
        "blank": form(),
    }
    return {name: pypdf.PdfReader(io.BytesIO(pdf)) for name, pdf in convert(books, "pdf").items()}


@dataclasses.dataclass(frozen=True)
class Printed:
    """One run of text on paper: its baseline and its size in points."""

    text: str
    y: float
    size: float


def runs(page: pypdf.PageObject) -> list[Printed]:
    found: list[Printed] = []

    def take(text: str, _: object, matrix: list[float], font: object, size: float) -> None:
        if text.strip():
            found.append(Printed(text.strip(), round(matrix[5], 1), size * abs(matrix[3])))

    page.extract_text(visitor_text=take)
    return found


def cut_fields(pdf: pypdf.PdfReader, values: Values, year: FiscalYear = R3) -> set[str]:
    """Text fields whose text is not all on paper, or has more lines than its row has room for."""
    book, cut = opened(form(year)), set()
    pages = [(squeeze(page.extract_text()), runs(page)) for page in pdf.pages[:2]]
    for name, text in values.items():
        field = FORM[name]
        if field.kind is not Kind.TEXT:
            continue
        whole, printed = pages[field.sheet]
        lines = {run.y for run in printed if OWN[name] in run.text}
        height = book[SHEETS[field.sheet]].row_dimensions[field.area.row + 1].height
        room = int((height - layout.EDGE_POINTS) / layout.LINE_POINTS)
        if squeeze(str(text)) not in whole or not 0 < len(lines) <= room:
            cut.add(name)
    return cut


PRINTS = ["full", "first", "history", "blank"]


@needs_office
@pytest.mark.parametrize("name", PRINTS)
def test_each_sheet_is_one_page(name: str, prints: dict[str, pypdf.PdfReader]) -> None:
    pages = prints[name].pages
    assert len(pages) == 3
    for page, words in zip(pages, ("シート①】", "シート②】", "記入要領"), strict=True):
        assert words in page.extract_text()
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


@needs_office
@pytest.mark.parametrize("name", PRINTS)
def test_print_is_large_enough_to_read(name: str, prints: dict[str, pypdf.PdfReader]) -> None:
    for page in prints[name].pages:
        assert min(run.size for run in runs(page)) >= SMALLEST


@needs_office
def test_nothing_is_cut_at_usual_lengths(prints: dict[str, pypdf.PdfReader]) -> None:
    assert cut_fields(prints["full"], everything(R3)) == set()
    assert cut_fields(prints["first"], everything(YEARS[0]), YEARS[0]) == set()


@needs_office
def test_a_cut_text_is_found(prints: dict[str, pypdf.PdfReader]) -> None:
    seeded = {**everything(R3), THRICE: passage(FORM[THRICE], 3 * usual(FORM[THRICE]))}
    assert cut_fields(prints["cut"], seeded) == {THRICE}


@needs_office
def test_history_is_printed_whole(prints: dict[str, pypdf.PdfReader]) -> None:
    pages = [squeeze(page.extract_text()) for page in prints["history"].pages]
    for name, value in long_history().values.items():
        if FORM[name].kind is Kind.TEXT:
            assert str(value) in pages[FORM[name].sheet], name
    assert field_name("取組結果", YEARS[3], 3) in long_history().values


@needs_office
@pytest.mark.skipif(shutil.which("fc-list") is None, reason="fonts cannot be listed")
def test_printed_in_the_font_of_the_form(prints: dict[str, pypdf.PdfReader]) -> None:
    installed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    if "BIZ UDGothic" not in installed:
        pytest.skip("BIZ UDGothic is not installed")
    for page in prints["full"].pages:
        fonts = page["/Resources"]["/Font"].values()
        assert {str(font["/BaseFont"]).split("+")[1].split("-")[0] for font in fonts} == {
            "BIZUDGothic"
        }
