"""Files that are no workbooks, or must not be opened, and those that look like it but are good."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable

import pytest

from tests import crafted as made
from tests import office, samples
from tests.crafted import ODS_ONE, ONE, book, cell, ods, ods_blanks, ods_row, row
from workbook_tools.cells import cell_name, parse_cell
from workbook_tools.excel.read import limits
from workbook_tools.excel.read.book import OpenedBook, UnreadableError, open_book
from workbook_tools.excel.read.parts import examine
from workbook_tools.excel.read.xls import _wrapped

SHEET = "xl/worksheets/sheet1.xml"
LONG = "あ" * 10_000


def code_of(data: bytes, *passwords: str) -> str:
    """``opens``, or the code with which the file is refused when it is opened and read through."""
    try:
        opened = open_book(data, passwords)
        for sheet in opened.sheets:
            opened.table(sheet)
    except UnreadableError as error:
        return error.code
    return "opens"


def cells(rows: int, cols: int, value: int = 1, more: str = "") -> str:
    return "".join(
        row(*(cell(cell_name(r, c), value, more) for c in range(cols))) for r in range(rows)
    )


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


# -- what is no workbook --------------------------------------------------------------------------

FOREIGN = {
    "empty": b"",
    "text": "番号,氏名\n1,山田\n".encode("cp932"),
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "html that Excel opens": b"<html><table><tr><td>1</td></tr></table></html>",
    "docx": made.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}),
    "pptx": made.zipped({"ppt/presentation.xml": "<presentation/>"}),
    "xlsb": made.zipped({"xl/workbook.bin": b"\x83\x01\x00"}),
    "any zip": made.zipped({"form.xlsx": book(ONE)}),
    "zip of nothing": b"PK\x05\x06" + bytes(18),
    "zip signature alone": b"PK\x03\x04",
    "OLE signature alone": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "doc": _wrapped("WordDocument", b"x"),
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_foreign_files_are_no_workbooks(data: bytes) -> None:
    assert code_of(data) == "F001"


@pytest.mark.parametrize("kept", [0.01, 0.3, 0.6])
@pytest.mark.parametrize(
    "data", [samples.returned(), made.xls(made.number(0, 0))], ids=["xlsx", "xls"]
)
def test_truncated_files(data: bytes, kept: float) -> None:
    assert code_of(data[: int(len(data) * kept)]) == "F001"


GOOD = book(ONE)
STORED = made.zipped(made.parts(ONE), stored=(SHEET,))
DOUBLED = made.zipped({**made.parts(ONE), SHEET.upper(): "<x/>"})
DAMAGED = {
    "wrong CRC": made.with_sizes(GOOD, SHEET, crc=1),
    "shorter than declared": made.with_sizes(GOOD, SHEET, size=9_999),
    "longer than declared": made.with_sizes(GOOD, SHEET, size=10),
    "longer, CRC of the beginning": made.shortened_claim(GOOD, SHEET),
    "stored, sizes apart": made.with_sizes(STORED, SHEET, size=10),
    "packed size wrong": made.with_sizes(GOOD, SHEET, packed=20),
    "declared as gigabytes": made.with_sizes(GOOD, SHEET, size=0xFFFF_FFF0),
    "one name twice": DOUBLED,
    "document type": made.changed(GOOD, SHEET, lambda xml: b"<!DOCTYPE a>" + xml),
    "entities": made.changed(
        GOOD,
        "xl/workbook.xml",
        lambda xml: b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]>' + xml,
    ),
    "entities in UTF-16": made.changed(
        GOOD,
        SHEET,
        lambda xml: ('<!DOCTYPE a [<!ENTITY b "cc">]>' + xml.decode()).encode("utf-16"),
    ),
    "no list of sheets": made.zipped({**made.parts(ONE), "xl/workbook.xml": "<workbook/"}),
    "row numbers that overflow": book(ONE + row(cell("A99999999999"))),
    "no sheet behind the name": made.zipped(
        {k: v for k, v in made.parts(ONE).items() if k != SHEET}
    ),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_damaged_and_crafted_zips(data: bytes) -> None:
    assert code_of(data) in ("F001", "F007")


def test_a_sheet_that_is_no_xml_part_is_not_read() -> None:
    far = made.parts(ONE + row(cell("XFD1048576")))
    far["xl/worksheets/sheet1.bin"] = far.pop(SHEET)
    rels = str(far["xl/_rels/workbook.xml.rels"])
    far["xl/_rels/workbook.xml.rels"] = rels.replace("sheet1.xml", "sheet1.bin")
    assert code_of(made.zipped(far)) == "F001"


# -- what is too large ----------------------------------------------------------------------------

FAR = "XFD1048576"
LARGE = {
    "far cell": lambda: book(row(cell("A1"), cell(FAR))),
    "far cell, single quotes": lambda: book(
        row(cell("A1")) + f"<row><c r='{FAR}'><v>1</v></c></row>"
    ),
    "far cell, spaces": lambda: book(
        row(cell("A1")) + f'<row><c  r = "{FAR}" ><v>1</v></c ></row>'
    ),
    "far cell, prefix": lambda: book(
        row(cell("A1")) + f'<row><x:c xmlns:x="x" r="{FAR}"><x:v>1</x:v></x:c></row>'
    ),
    "far cell, strange prefix": lambda: book(
        row(cell("A1")) + f'<row><é:c r="{FAR}"><v>1</v></é:c></row>'
    ),
    "far cell, small letters": lambda: book(row(cell("A1"), cell(FAR.lower()))),
    "far cell by its row": lambda: book(
        ONE + '<row r="1048576"><c><v>1</v></c><c><v>1</v></c></row>'
    ),
    "far text": lambda: book(row(cell("A1"), inline(FAR, ""))),
    "far cell of many sheets": lambda: book(*[row(cell("A1"), cell("ZZ99"))] * 20),
    "a million cells": lambda: book(cells(700, 800)),
    "a million cells without places": lambda: book(f"<row>{'<c><v>1</v></c>' * 1000}</row>" * 1000),
    "400 MB of blanks": lambda: made.blanks(24_000_000),
    "one text in many cells": lambda: book(
        cells(100, 50, 0, ' t="s"'), strings=f"<si><t>{LONG}</t></si>"
    ),
    "one text in many cells, prefix": lambda: book(
        cells(100, 50, 0, ' t="s"').replace("<v>0<", "<x:v > 0<").replace("</v>", "</x:v>"),
        strings=f"<x:si><t>{LONG}</t></x:si>",
    ),
    "long texts": lambda: book("".join(row(inline(f"A{r}", LONG * 3)) for r in range(1, 200))),
    "very many texts": lambda: book(ONE, strings="<si/>" * 400_000),
    "very many sheets": lambda: book(*[ONE] * 1_100),
    "very many names": lambda: book(
        ONE, names='<definedName name="n">S1!$A$1</definedName>' * 100_000
    ),
    "very many merged areas": lambda: made.changed(
        GOOD, SHEET, lambda xml: xml + b'<mergeCell ref="A1:B2"/>' * 200_000
    ),
    "very many members": lambda: made.zipped(
        {**made.parts(ONE), **{f"x{no}": "" for no in range(6_000)}}
    ),
    "xls, far cell": lambda: made.xls(made.number(0, 0), made.number(65_535, 255)),
    "xls, one sheet many times": lambda: made.xls(
        *(made.number(r, c) for r in range(100) for c in range(100)), sheets=90
    ),
    "xls, one text in many cells": lambda: made.xls(
        *(made.shared(r, c, 0) for r in range(50) for c in range(30)),
        globals_=made.shared_texts(LONG),
    ),
    "xls, very many texts announced": lambda: made.xls(
        made.number(0, 0), globals_=made.record(0xFC, struct.pack("<II", 1, 0x7FFFFFFF))
    ),
    "ods, far cell": lambda: ods(
        ods_row(ODS_ONE), ods_row(ods_blanks(1), times=900_000), ods_row(ods_blanks(99), ODS_ONE)
    ),
    "ods, one value repeated": lambda: ods(
        ods_row(made.ODS_VALUE.format(' table:number-columns-repeated="16384"'), times=99)
    ),
    "ods, rows of blanks between blanks": lambda: ods(
        *[ods_row(ODS_ONE, ods_blanks(16_383), "<table:table-cell/>")] * 100
    ),
    "ods, spaces": lambda: ods(
        ods_row(
            '<table:table-cell office:value-type="string"><text:p>'
            '<text:s text:c="900000000"/></text:p></table:table-cell>'
        )
    ),
}


@pytest.mark.parametrize("build", LARGE.values(), ids=LARGE)
def test_what_outgrows_memory_is_refused(build: Callable[[], bytes]) -> None:
    assert code_of(build()) == "F007"


def test_more_than_any_file_may_have() -> None:
    assert code_of(b"PK\x03\x04" + bytes(limits.MOST_PACKED)) == "F007"


# -- what only looks like it ----------------------------------------------------------------------

BENIGN = {
    "minimal": lambda: GOOD,
    "formatted to the last column": lambda: book(row(cell("A1"), '<c r="XFD1" s="3"/>')),
    "formatted to the last row": lambda: book(
        ONE + '<row r="1048576" s="3"><c r="A1048576" s="3"/></row>'
    ),
    "a far formula without value": lambda: book(row(cell("A1"), '<c r="XFD9"><f>1+1</f></c>')),
    "300,000 cells on 120 sheets": lambda: book(*[cells(100, 25)] * 120),
    "one short text 100,000 times": lambda: book(
        cells(1000, 100, 0, ' t="s"'), strings="<si><t>なし</t></si>"
    ),
    "a picture of 20 MB": lambda: book(
        ONE, xl__media__image1_png=random.Random(1).randbytes(20_000_000)
    ),
    "comments and drawings": lambda: book(
        ONE, xl__comments1_xml="<comments/>", xl__drawings__drawing1_xml="<wsDr/>"
    ),
    "protected without a password": lambda: made.changed(
        GOOD, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData><sheetProtection/>")
    ),
    "backslashes in the zip": lambda: made.zipped(
        {name.replace("/", "\\"): xml for name, xml in made.parts(ONE).items()}
    ),
    "capitals in the zip": lambda: made.zipped(
        {name.upper(): xml for name, xml in made.parts(ONE).items()}
    ),
    "an error younger than calamine": lambda: book(row('<c r="A1" t="e"><v>#SPILL!</v></c>')),
    "xls": lambda: made.xls(made.number(2, 3)),
    "xls with nonsense about itself": lambda: made.xls(
        made.record(0x200, b"\xff" * 14),
        made.record(0xE5, b"\xff\xff"),
        made.record(0x06, b"\0"),
        made.number(0, 0),
        globals_=made.record(0x18, b"\xff") + made.record(0x17, b""),
    ),
    "ods": lambda: ods(ods_row(ODS_ONE)),
    "ods, blanks to the edges": lambda: ods(
        *[ods_row(ODS_ONE, ods_blanks(16_383))] * 45, ods_row(ods_blanks(16_384), times=1_048_531)
    ),
}


@pytest.mark.parametrize("build", BENIGN.values(), ids=BENIGN)
def test_good_files_open(build: Callable[[], bytes]) -> None:
    assert code_of(build()) == "opens"


def test_sixty_forms_in_one_workbook_open() -> None:
    form = open_book(samples.returned()).container
    sheet = form.parts[SHEET].decode()
    content = sheet[sheet.index("<sheetData>") + 11 : sheet.index("</sheetData>")]
    assert code_of(book(*[content] * 120, strings="<si><t>x</t></si>" * 2_000)) == "opens"


@pytest.mark.parametrize(("copies", "code"), [(30, "opens"), (400, "F007")])
def test_a_sheet_copied_again_and_again(copies: int, code: str) -> None:
    sheet = open_book(samples.returned()).container.parts[SHEET].decode()
    content = sheet[sheet.index("<sheetData>") + 11 : sheet.index("</sheetData>")]
    filled = content.replace("<f/>", f"<f>{'A1+' * 40}1</f>")
    names = "".join(
        f'<definedName name="課題_R{no}" localSheetId="{at}">S{at + 1}!$A${no}</definedName>'
        for at in range(copies)
        for no in range(1, 30)
    )
    data = book(*[filled] * copies, strings="<si><t>x</t></si>" * 2_000, names=names)
    assert code_of(data) == code
    if code == "opens":
        assert len(examine(data).names) == 29 * copies


@pytest.mark.parametrize(
    "data",
    [
        book(row(cell("D3"))),
        made.xls(made.number(2, 3)),
        ods(ods_row(ods_blanks(1), times=2), ods_row(ods_blanks(3), ODS_ONE)),
    ],
    ids=["xlsx", "xls", "ods"],
)
def test_values_stay_where_they_are(data: bytes) -> None:
    opened = open_book(data)
    assert opened.table(opened.sheets[0]).text(2, 3) == "1"


@office.needs_office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_what_libreoffice_saves_reads_as_without_us(kind: str) -> None:
    from python_calamine import CalamineWorkbook

    saved = office.convert({"form": samples.returned()}, kind)["form"]
    direct = CalamineWorkbook.from_filelike(io.BytesIO(saved))
    opened = open_book(saved)
    assert list(opened.sheets) == direct.sheet_names
    for sheet in opened.sheets:
        source = direct.get_sheet_by_name(sheet)
        assert opened.table(sheet).grid == source.to_python(skip_empty_area=False)
        assert len(opened.table(sheet).merged) == len(source.merged_cell_ranges or ())


FORMULAS = [
    "<f>1+1</f>",
    "<f/>",
    '<f aca="false">IF(A1&lt;2,&quot;&gt;&quot;,1)</f>',
    '<f t="shared" ref="A1:A2" si="0">B1</f>',
    '<f t="shared" si="0"/>',
    '<f t="array" ref="A1">SUM(B1:B2)</f>',
    "<f><![CDATA[1<2]]></f>",
    "<f xml:space='preserve'> 1 </f>",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_values_beside_formulas_are_read_as_without_us(formula: str) -> None:
    from python_calamine import CalamineWorkbook

    data = book(
        row(f'<c r="A1" t="str">{formula}<v>x</v></c>', f'<c r="B1">{formula}<v>2</v></c>')
        + row(f'<c r="A2">{formula}</c>', inline("B2", "&lt;f&gt;1&lt;/f&gt;"), cell("C2"))
    )
    direct = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("S1")
    opened = open_book(data)
    assert opened.table("S1").grid == direct.to_python(skip_empty_area=False)
    assert opened.table("S1").text(1, 1) == "<f>1</f>"
    seen = [name for name in ("A1", "B1", "A2", "B2", "C2") if has_formula(opened, name)]
    assert seen == ["A1", "B1", "A2"]


def has_formula(opened: OpenedBook, name: str) -> bool:
    return opened.table("S1").has_formula(*parse_cell(name))


def test_a_text_that_looks_like_a_formula_stays() -> None:
    quoted = "<![CDATA[<f>1</f>]]>"
    assert open_book(book(row(inline("A1", quoted)))).table("S1").text(0, 0) == "<f>1</f>"


@pytest.mark.parametrize("count", [1, 400])
def test_merged_areas_are_bounded(count: int) -> None:
    merged = "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1, count + 1))
    data = made.changed(
        GOOD,
        SHEET,
        lambda xml: xml.replace(
            b"</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>".encode()
        ),
    )
    sheet = open_book(data).table("S1")
    assert sum(area.rows * area.cols for area in sheet.merged) <= limits.MOST_CELLS
    assert not sheet.is_hidden(0, 0)


# -- passwords, macros, links ---------------------------------------------------------------------

NOISE = random.Random(1).randbytes(8_000)
PADDED = book(ONE, xl__media__a_png=NOISE)  # msoffcrypto encrypts nothing below 4 kB properly


@pytest.mark.parametrize(
    ("locked_with", "given", "code"),
    [
        ("himitsu", ("himitsu",), "opens"),
        ("himitsu", ("wrong", "himitsu"), "opens"),
        ("himitsu", ("wrong",), "F002"),
        ("himitsu", (), "F002"),
        ("秘密", ("秘密",), "opens"),
        ("VelvetSweatshop", (), "opens"),  # Excel's own, when a file is only to be read
    ],
)
def test_passwords(locked_with: str, given: tuple[str, ...], code: str) -> None:
    assert code_of(made.encrypted(PADDED, locked_with), *given) == code


def test_what_a_password_hides_is_examined_too() -> None:
    far = made.encrypted(book(row(cell("A1"), cell(FAR)), xl__media__a_png=NOISE), "x")
    assert code_of(far, "x") == "F007"


def test_a_password_that_would_take_hours_is_not_tried() -> None:
    locked = made.encrypted(PADDED, "x")
    rounds = b'spinCount="100000" saltSize="16"'
    more = locked.replace(rounds, b'spinCount="900000000000000"'.ljust(len(rounds)))
    assert more != locked
    assert code_of(more, "x") == "F002"


def test_protected_xls_and_ods() -> None:
    locked = made.xls(made.number(0, 0), globals_=made.record(0x2F, b"\1\0\1\0\1\0" + bytes(48)))
    assert code_of(locked, "x") == "F002"
    manifest = "<manifest:encryption-data/>"
    assert code_of(ods(ods_row(ODS_ONE), manifest=manifest)) == "F002"


@pytest.mark.parametrize(
    ("data", "macros", "links"),
    [
        (GOOD, False, False),
        (book(ONE, xl__vbaProject_bin=b"x"), True, False),
        (book(ONE, xl__externalLinks__externalLink1_xml="<externalLink/>"), False, True),
        (made.xls(made.number(0, 0)), False, False),
        (made.xls(made.number(0, 0), globals_=made.record(0x1AE, b"\1\0\5\0\0file")), False, True),
        (made.xls(made.number(0, 0), globals_=made.record(0x1AE, b"\1\0\1\4")), False, False),
    ],
)
def test_macros_and_links_are_told(data: bytes, macros: bool, links: bool) -> None:
    examined = examine(data)
    assert (examined.macros, examined.links) == (macros, links)
    assert code_of(data) == "opens"


# -- defined names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<definedName name="a">S1!$B$3</definedName>', ("a", "S1", 2, 1, None)),
        ("<definedName name='a'>S1!B3</definedName>", ("a", "S1", 2, 1, None)),
        ('<x:definedName name="a">S1!B3</x:definedName>', ("a", "S1", 2, 1, None)),
        ("<definedName name=\"a\">'S 1'!$B$3:$D$4</definedName>", ("a", "S 1", 2, 1, None)),
        (
            "<definedName name=\"a\">'It''s &amp; &quot;S'!$A$1</definedName>",
            ("a", "It's & \"S", 0, 0, None),
        ),
        (
            '<definedName hidden="0" localSheetId="0" name="a&lt;">S1!$A$1</definedName>',
            ("a<", "S1", 0, 0, "S1"),
        ),
        ('<definedName name="a" localSheetId="9">S1!$A$1</definedName>', ("a", "S1", 0, 0, None)),
        ('<definedName name="a"><![CDATA[S1!$A$1]]></definedName>', ("a", "S1", 0, 0, None)),
        ('<definedName name="a">S1!#REF!</definedName>', None),
        ('<definedName name="a">#REF!</definedName>', None),
        ('<definedName name="a">S1!$A$0</definedName>', None),
        ('<definedName name="a">S1!$A$1,S1!$B$2</definedName>', None),
        ('<definedName name="a">3.14</definedName>', None),
        ('<definedName name="a"/>', None),
    ],
)
def test_names(xml: str, expected: tuple[object, ...] | None) -> None:
    found = examine(book(ONE, names=xml)).names
    assert found == ([expected] if expected else [])


def test_a_formula_is_seen_whatever_its_value() -> None:
    sheet = row(
        '<c r="A1"><f>1/0</f></c>', '<c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', cell("C1"),
        '<c r="D1"/>', '<c r="E1"><f/></c>',
    )  # fmt: skip
    opened = open_book(book(sheet))
    seen = [name for name in ("A1", "B1", "C1", "D1", "E1", "Z9") if has_formula(opened, name)]
    assert seen == ["A1", "B1", "E1"]


def test_a_formula_is_seen_however_it_is_written() -> None:
    """As other programs write it: with prefixes, attributes in another order, other quotes."""
    sheet = "<x:row><x:c t='str' r='A1'>\n <x:f>1</x:f><x:v>1</x:v></x:c><x:c r='B1'><x:v>1</x:v>"
    made_book = book(sheet + "</x:c></x:row>")
    spaced = made.changed(
        made_book,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<worksheet ", b'<worksheet xmlns:x="x" '),
    )
    opened = open_book(spaced)
    assert [has_formula(opened, name) for name in ("A1", "B1", "C1")] == [True, False, False]
