"""What comes out on paper, measured in the PDF: size of letters, nothing cut, nothing torn."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import openpyxl
import pypdf
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.office import convert, needs_office
from tests.samples import PLAN, complete
from tests.test_figures import real_facts
from tests.test_list_texts import stored
from workbook_tools.consolidate import appendix
from workbook_tools.consolidate.consolidate import Contents
from workbook_tools.consolidate.consolidate import workbook as council_list
from workbook_tools.consolidate.texts import NAMES as TEXTS
from workbook_tools.council import ballot
from workbook_tools.council.opinions import Opinions
from workbook_tools.excel.write.book import HEAD, INK, INPUT, LOCKED, QUIET, SERIES, STYLES
from workbook_tools.figures.compute import Figures, compute
from workbook_tools.plan.model import Member
from workbook_tools.register.records import Stored
from workbook_tools.text import squeeze

SENTENCE = (
    "市民の声を確かめながら進めたことは評価できる。"
    "窓口の混み具合を示す仕組み（ICT）も広げてほしい。"
)
LONG = {
    "取組結果_R3_1": "(継)" + SENTENCE * 3,
    "特記事項": SENTENCE * 6,
    "課題_R3": SENTENCE * 3,
    "解決方法_R3": f"・{SENTENCE * 2}\n・{SENTENCE}",
    "評価理由_進捗度": SENTENCE * 2,
}
SMALLEST = {"評価ページ": 9.0, "評価シート": 9.0}  # points on paper; all other sheets 8
PITCH = 1.25  # height of a line over the size of its letters, at most


def answers(figures: Figures) -> dict[int, Mapping[str, Stored]]:
    """Accepted forms of all that were evaluated; every fifth of them has much to say."""
    found = {}
    for known in figures.practices:
        no = known.practice.no
        if known.evaluated:
            texts = {name: str(text) for name, text in complete(known.practice).items()}
            found[no] = stored(texts | LONG if no % 5 == 0 else texts)
    return found


@cache
def books() -> dict[str, bytes]:
    """Lists of a whole and of a broken round, a member's sheet with and without scores, 資料編."""
    real = compute(PLAN, real_facts())
    some = {**real_facts().statuses, 7: "未提出", 16: "未提出", 30: "要修正"}
    missing = compute(PLAN, real_facts(statuses=some))
    told = Opinions(
        {item.no: [SENTENCE * (1 + n % 3) for n in range(item.no % 7)] for item in PLAN.items}
        | {11: [SENTENCE * 3] * 18},  # longer than a page
        {(44, 45): [SENTENCE], (60,): [SENTENCE]},
    )
    notes = ("作成日：令和４年５月２０日",)
    votes = {item.no: {5: 2, 4: 3, 3: 4, 1: 1} for item in PLAN.items}
    quiet = compute(PLAN.of_year(PLAN.years[2]), real_facts(council={}))
    few = {no: own for no, own in answers(real).items() if no in (15, 16, 17)}
    return {
        "real": council_list(Contents(real, answers(real), told, notes, False, votes)),
        "missing": council_list(Contents(missing, answers(missing), None, notes, False)),
        "ballot": ballot.workbook(real, Member(1, "山田　花子")),
        "opinions only": ballot.workbook(quiet, Member(1)),
        "appendix": appendix.workbook(real, few),
    }


class Fragment(NamedTuple):
    """A piece of text as the PDF has it: where, and how large, in points."""

    text: str
    page: int
    top: float
    size: float


@cache
def printed() -> dict[str, bytes]:
    return convert({**books(), **{name: seed() for name, seed in SEEDS.items()}}, "pdf")


def fragments(pdf: bytes) -> dict[str, list[Fragment]]:
    """Every piece of every sheet; LibreOffice sets a bookmark where a sheet begins."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    marks: list[Any] = list(reader.outline)
    starts = [reader.get_destination_page_number(mark) for mark in marks]
    ends = [*starts[1:], len(reader.pages)]
    return {
        str(mark.title): [
            piece for page in range(start, end) for piece in _pieces(reader.pages[page], page)
        ]
        for mark, start, end in zip(marks, starts, ends, strict=True)  # type: ignore[arg-type]
    }


def _pieces(page: pypdf.PageObject, number: int) -> list[Fragment]:
    found: list[Fragment] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            tall = math.hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3]) * abs(
                size
            )
            top = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append(Fragment(squeeze(text), number, top, tall))

    page.extract_text(visitor_text=visit)
    return found


def smallest(pdf: bytes) -> dict[str, float]:
    """The smallest letters of every sheet, in points."""
    return {
        sheet: round(min(piece.size for piece in pieces), 1)
        for sheet, pieces in fragments(pdf).items()
    }


def too_small(pdf: bytes) -> dict[str, float]:
    """Sheets with letters smaller than they should be."""
    return {
        sheet: size
        for sheet, size in smallest(pdf).items()
        if size < (9.0 if sheet.endswith("②") else SMALLEST.get(sheet, 8.0))
    }


# --- nothing cut


def texts(sheet: Worksheet) -> Iterator[tuple[str, float]]:
    """What the print area says: text without spaces, and how high its cell is, in points."""
    merged = {area.start_cell.coordinate: area for area in sheet.merged_cells.ranges}
    for row in sheet[str(sheet.print_area).split("!")[-1]]:
        for cell in row:
            if isinstance(cell.value, str) and squeeze(cell.value):
                area = merged.get(cell.coordinate)
                rows = range(area.min_row, area.max_row + 1) if area else (cell.row,)
                high = sum(sheet.row_dimensions[number].height or 15 for number in rows)
                yield squeeze(cell.value), high


def cut(book: bytes, pdf: bytes) -> list[tuple[str, str]]:
    """Sheet and text of what is not on paper, or takes more lines than its row has room for."""
    pieces, found = fragments(pdf), []
    for sheet in openpyxl.load_workbook(io.BytesIO(book), data_only=True):
        own = pieces[sheet.title]
        whole = "".join(piece.text for piece in own)
        owner = [number for number, piece in enumerate(own) for _ in piece.text]
        scale, at = (sheet.page_setup.scale or 100) / 100, 0
        for text, high in texts(sheet):
            start = whole.find(text, at)
            start = whole.find(text) if start < 0 else start
            if start < 0:
                found.append((sheet.title, text))
                continue
            at = start + len(text)
            lines = {(own[number].page, own[number].top) for number in owner[start:at]}
            size = own[owner[start]].size
            if len(lines) > 1 and (len(lines) - 1) * size + size * PITCH > high * scale + 1:
                found.append((sheet.title, text))
    return found


# --- nothing torn


def pages(pdf: bytes, sheet: str) -> list[str]:
    """The pages of a sheet as texts without spaces."""
    own = fragments(pdf)[sheet]
    numbers = sorted({piece.page for piece in own})
    return ["".join(piece.text for piece in own if piece.page == number) for number in numbers]


# The label of an item's box, which ends its block; words of the sheet's head go on.
OPINION = re.compile(r"(?<!終了の)意見(?![をが])")


def torn_ballots(pdf: bytes) -> list[int]:
    """Pages of a member's sheet that do not hold as many heads of an item as ends."""
    return [
        number
        for number, page in enumerate(pages(pdf, "評価シート"), start=1)
        if page.count("部署評価") != len(OPINION.findall(page))
    ]


# --- seeded faults


def scaled() -> bytes:
    """取組項目別 printed at 80 %."""
    book = openpyxl.load_workbook(io.BytesIO(books()["missing"]))
    book["取組項目別"].page_setup.scale = 80
    return saved(book)


def low_row() -> bytes:
    """A row with three lines made lower by one."""
    book = openpyxl.load_workbook(io.BytesIO(books()["real"]))
    sheet = book["特記事項"]
    row = next(row for row in range(4, 90) if len(str(sheet.cell(row, 3).value)) > 200)
    sheet.row_dimensions[row].height -= 40
    return saved(book)


def moved_break() -> bytes:
    """A page of a member's sheet that begins within an item."""
    book = openpyxl.load_workbook(io.BytesIO(books()["ballot"]))
    book["評価シート"].row_breaks.brk[0].id -= 3
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SEEDS = {"scaled": scaled, "low row": low_row, "moved break": moved_break}


@needs_office
@pytest.mark.parametrize("name", [*("real", "missing", "ballot", "opinions only", "appendix")])
def test_letters_are_large_enough(name: str) -> None:
    assert too_small(printed()[name]) == {}


@needs_office
def test_a_sheet_printed_too_small_is_found() -> None:
    assert list(too_small(printed()["scaled"])) == ["取組項目別"]


@needs_office
@pytest.mark.parametrize("name", [*("real", "missing", "ballot", "opinions only", "appendix")])
def test_no_printed_text_is_cut(name: str) -> None:
    assert cut(books()[name], printed()[name]) == []
    assert "###" not in "".join(
        piece.text for pieces in fragments(printed()[name]).values() for piece in pieces
    )


@needs_office
def test_a_cut_text_is_found() -> None:
    (found,) = cut(SEEDS["low row"](), printed()["low row"])
    assert found[0] == "特記事項"


@needs_office
def test_a_members_sheet_begins_pages_between_items_only() -> None:
    assert torn_ballots(printed()["ballot"]) == []
    assert torn_ballots(printed()["opinions only"]) == []
    assert torn_ballots(printed()["moved break"]) != []


@needs_office
@pytest.mark.parametrize("name", ["real", "missing"])
def test_every_page_is_called_by_its_sheet_at_the_foot(name: str) -> None:
    for sheet, pieces in fragments(printed()[name]).items():
        for page in {piece.page for piece in pieces}:
            own = [piece for piece in pieces if piece.page == page]
            foot = [piece.text for piece in own if piece.top < 36]  # points: half an inch
            assert sheet in foot, (sheet, foot)


@needs_office
def test_the_mayor_reads_one_page() -> None:
    for name in ("real", "missing"):
        assert len(pages(printed()[name], "総括")) == 1


@needs_office
def test_two_items_a_page_where_they_fit() -> None:
    counts = [page.count("（参考）総合評価") for page in pages(printed()["missing"], "評価ページ")]
    assert sum(counts) == len(PLAN.items)
    assert max(counts) == 2
    assert counts.count(2) >= 6


@needs_office
def test_a_block_longer_than_a_page_goes_on_between_bullets() -> None:
    own = pages(printed()["real"], "評価ページ")
    (first,) = [number for number, page in enumerate(own) if "11公共施設マネジメント" in page]
    whole = squeeze(SENTENCE * 3)
    assert sum(page.count(whole) for page in own[first : first + 3]) >= 18
    assert re.match(r"評価ページ\d+/\d+・", own[first + 1])  # the foot comes first in the PDF


# --- colours


def brightness(colour: str) -> float:
    """Relative luminance (WCAG 2, 1.4.3)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["#FFFFFF", HEAD, LOCKED, INPUT])
def test_letters_stand_out(ground: str) -> None:
    colours = {style["font_color"] for style in STYLES.values() if "font_color" in style}
    assert {INK, QUIET} <= colours
    assert {colour for colour in colours if contrast(colour, ground) < 4.5} == set()


def test_too_pale_letters_are_found() -> None:
    assert contrast("#7F7F7F", "#FFFFFF") < 4.5
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_figures_on_bars_stand_out() -> None:
    inks = ("#FFFFFF", *["#000000"] * (len(SERIES) - 1))
    assert min(map(contrast, SERIES, inks)) >= 4.5


def test_long_sheets_are_lists() -> None:
    """The smallest sizes above hold for all sheets there are."""
    names = openpyxl.load_workbook(io.BytesIO(books()["real"]), read_only=True).sheetnames
    assert {*TEXTS, "評価ページ"} < set(names)
