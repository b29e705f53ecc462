"""What goes back carries nothing that runs, is embedded or leads outside."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from tests.crafted import changed
from tests.samples import FORM, returned
from tests.test_marking import FAULTS, parts
from workbook_tools.excel.patch.disarm import disarm
from workbook_tools.excel.patch.package import Package, UnmarkableError
from workbook_tools.form.layout import SHEETS
from workbook_tools.send_back.marking import mark

SHEET, RELATIONS = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CELL = FORM["取組予定_R3_1"].area.a1


def with_part(data: bytes, name: str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as book:
        book.writestr(name, content)
    return buffer.getvalue()


def with_macros(data: bytes) -> bytes:
    """The workbook with a program."""
    return with_part(data, "xl/vbaProject.bin")


def with_links(*targets: str) -> bytes:
    """A form in which Excel made links of what was typed; an empty target is a cell of its own."""
    book = openpyxl.load_workbook(io.BytesIO(returned(16, **FAULTS)))
    sheet = book[SHEETS[0]]
    for row, target in enumerate(targets, start=1):
        cell = sheet.cell(row, 60)
        cell.value = "押す"
        if target:
            cell.hyperlink = target
        else:
            cell.hyperlink = openpyxl.worksheet.hyperlink.Hyperlink(
                ref=cell.coordinate, location=f"{SHEETS[1]}!A1"
            )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def links(data: bytes) -> list[tuple[str | None, str | None]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[SHEETS[0]]
    found = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    return [(link.target, link.location) for link in found]


def disarmed(data: bytes) -> bytes:
    package = Package(data)
    disarm(package)
    return package.content()


@pytest.mark.parametrize(
    "target", ["http://example.com/", "mailto:a@b.jp", "file:///C:/x.exe", r"\\server\x", "x.xlsx"]
)
def test_links_to_the_outside_are_taken_out(target: str) -> None:
    data = with_links(target, "", target)
    assert [known for known, _ in links(data)].count(target) == 2
    marked = mark(data, [])
    assert links(marked) == [(None, f"{SHEETS[1]}!A1")]
    assert target.encode() not in b"".join(parts(marked).values())
    cells = openpyxl.load_workbook(io.BytesIO(marked))[SHEETS[0]]
    assert [cells.cell(row, 60).value for row in (1, 2, 3)] == ["押す"] * 3


def test_a_form_without_links_stays_as_it_is() -> None:
    data = with_links("")
    assert parts(disarmed(data)) == parts(data)


def test_no_empty_list_of_links_stays() -> None:
    assert b"hyperlink" not in parts(disarmed(with_links("http://example.com/")))[SHEET]


@pytest.mark.parametrize(
    "name",
    [
        "xl/vbaProject.bin",
        "xl/embeddings/oleObject1.bin",
        "xl/embeddings/Microsoft_Word_Document.docx",
        "xl/activeX/activeX1.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "xl/queryTables/queryTable1.xml",
        "xl/macrosheets/sheet1.xml",
        "xl/ctrlProps/ctrlProp1.xml",
        "customUI/customUI.xml",
        "xl/webextensions/webextension1.xml",
        "xl/media/program.exe",
        "xl/anything.xml",
    ],
)
def test_what_runs_or_is_embedded_is_not_sent_on(name: str) -> None:
    with pytest.raises(UnmarkableError, match="not to be sent on"):
        mark(with_part(returned(16), name), [])


@pytest.mark.parametrize(
    "name",
    [
        "xl/media/image1.png",
        "xl/printerSettings/printerSettings1.bin",
        "xl/threadedComments/threadedComment1.xml",
        "docMetadata/LabelInfo.xml",
        "customXml/item1.xml",
        "xl/calcChain.xml",
    ],
)
def test_what_harms_nobody_goes_along(name: str) -> None:
    assert name in parts(mark(with_part(returned(16), name), []))


@pytest.mark.parametrize(
    "formula",
    [
        'HYPERLINK("http://example.com","x")',
        'webservice("http://example.com")',
        'IF(1,RTD("a",,"b"))',
    ],
)
def test_formulas_that_lead_outside(formula: str) -> None:
    def put(part: bytes) -> bytes:
        cell = (
            f'<row r="900"><c r="A900"><f>{formula.replace("1<2", "1&lt;2")}</f><v>0</v></c></row>'
        )
        return part.replace(b"</sheetData>", cell.encode() + b"</sheetData>")

    with pytest.raises(UnmarkableError, match="formula"):
        mark(changed(returned(16), SHEET, put), [])


def test_a_word_that_reads_like_one_is_no_formula() -> None:
    data = returned(16, 特記すべき事項="HYPERLINK(x) を使った表")
    assert parts(mark(data, []))


def test_the_value_of_a_formula_is_no_formula() -> None:
    """The form shows beside a reference the text that it means."""
    data = returned(16, 課題_R3='=HYPERLINK("http://example.com","x")', 課題_R4="Ｒ３と同じ")
    assert b"HYPERLINK" in parts(data)[SHEET.replace("1", "2")]
    assert parts(mark(data, []))


@pytest.mark.parametrize("formula", ['"=HYPERLINK(1)"&A1', '"a""HYPERLINK("&LEN("IMAGE(")'])
def test_a_text_in_a_formula_leads_nowhere(formula: str) -> None:
    cell = f'<row r="900"><c r="A900"><f>{formula}</f><v>0</v></c></row>'.replace("&", "&amp;")
    data = changed(
        returned(16),
        SHEET,
        lambda part: part.replace(b"</sheetData>", cell.encode() + b"</sheetData>"),
    )
    assert parts(mark(data, []))


def test_a_drawing_that_leads_outside() -> None:
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/image" Target="file:///x.png" '
        'TargetMode="External"/>'
        "</Relationships>"
    )
    name = "xl/drawings/_rels/drawing1.xml.rels"
    with pytest.raises(UnmarkableError, match="leads outside"):
        mark(with_part(returned(16), name, relation.encode()), [])
