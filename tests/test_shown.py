"""What a person sees of a sheet: strikes, formats, hidden parts and what lies over the cells.

Each case stands beside its nearest clean twin, of which nothing may be said.
"""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from tests import crafted as made
from tests import office
from tests.crafted import book, cell, row
from workbook_tools.excel.read.book import OpenedBook, Table, open_book
from workbook_tools.excel.read.shown import (
    MARKER,
    MOST_LETTERS,
    MOST_OVERLAYS,
    Hides,
    OverlayKind,
    Struck,
)

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def styles(
    xfs: str, *, fonts: str = "<font/>", fills: str = "", formats: str = "", dxfs: str = ""
) -> str:
    """A styles part; the cell formats are ``s="0"``, ``"1"`` …"""
    return (
        f'<?xml version="1.0"?><styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f"<fonts>{fonts}</fonts><fills>{fills or NO_FILL}</fills><borders><border/></borders>"
        f"<cellStyleXfs><xf/></cellStyleXfs><cellXfs>{xfs}</cellXfs><dxfs>{dxfs}</dxfs></styleSheet>"
    )


PLAIN_FONT = "<font><sz val='9'/></font>"
NO_FILL = '<fill><patternFill patternType="none"/></fill>'


def table(
    *rows: str, strings: str = "", look: str = "", after: str = "", before: str = ""
) -> Table:
    """The sheet of a minimal .xlsx with a styles part."""
    data = book("".join(rows), strings=strings, xl__styles_xml=look or styles('<xf numFmtId="0"/>'))

    def around(xml: bytes) -> bytes:
        xml = xml.replace(b"<sheetData>", before.encode() + b"<sheetData>")
        return xml.replace(b"</sheetData>", b"</sheetData>" + after.encode())

    return open_book(made.changed(data, "xl/worksheets/sheet1.xml", around)).table("S1")


def text(place: str, inner: str, more: str = "") -> str:
    return f'<c r="{place}" t="inlineStr"{more}><is>{inner}</is></c>'


def shared(place: str, index: int, more: str = "") -> str:
    return f'<c r="{place}" t="s"{more}><v>{index}</v></c>'


def run(words: str, look: str = "<rPr><sz val='9'/></rPr>") -> str:
    return f'<r>{look}<t xml:space="preserve">{words}</t></r>'


STRIKE = "<rPr><strike/><sz val='9'/></rPr>"
STRUCK_FONT = styles('<xf fontId="0"/><xf fontId="1"/>', fonts="<font/><font><strike/></font>")

# -- as programs write it -------------------------------------------------------------------------


def written() -> bytes:
    """A workbook with one of each thing, each beside a clean twin (second column, second sheet)."""
    out = io.BytesIO()
    made_book = xlsxwriter.Workbook(out)
    strike, plain = made_book.add_format({"font_strikeout": True}), made_book.add_format()
    sheet = made_book.add_worksheet("甲")
    sheet.write_string("A1", "消えた", strike)
    sheet.write_rich_string("A2", "残り", strike, "消えた", plain, "残る")
    sheet.write_number("A3", 3, strike)
    codes = (";;;", '"3"', 'm"月"d"日"', "0.0%", '#,##0"円"', "0;(0)")
    for at, (value, code) in enumerate(zip((2, 1, 44563, 0.853, 1234567, -3), codes, strict=True)):
        sheet.write_number(3 + at, 0, value, made_book.add_format({"num_format": code}))
        sheet.write_number(3 + at, 1, at, made_book.add_format({"num_format": '0"点"'}))
    sheet.write_string("B1", "残る")
    sheet.write_string("B2", "一行目\n次の行  空白")
    sheet.write_string("B11", "タブ\tの後")
    sheet.write_comment("B3", "3ではなく2です", {"author": "水道課"})
    sheet.insert_textbox("D5", "吹き出しの\n文章")
    sheet.insert_textbox("D20", "", {"fill": {"none": True}})
    sheet.insert_textbox("D30", "", {"fill": {"none": True}, "line": {"none": True}})
    sheet.set_header("&C要確認 &P")
    sheet.set_footer("&C&P / &N")
    for place in ("A12", "B12", "F1"):
        sheet.write_string(place, "隠れた")
    sheet.set_row(11, None, None, {"hidden": True})
    sheet.set_column("F:F", None, None, {"hidden": True})
    made_book.add_worksheet("乙").write_string("A1", "見える")
    for name, hide in (("丙", "hide"), ("丁", "very_hidden")):
        more = made_book.add_worksheet(name)
        more.write_string("A1", "見えない")
        getattr(more, hide)()
    made_book.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def saved() -> dict[str, bytes]:
    """As written, and as LibreOffice saves it."""
    data = written()
    if office.SOFFICE is None:
        return {"written": data}
    kinds = ("xlsx", "ods", "xls")
    return {"written": data} | {kind: office.convert({"a": data}, kind)["a"] for kind in kinds}


@office.needs_office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_struck_cell_and_nothing_else(kind: str) -> None:
    """A sheet on which nothing else is odd is no plain one."""
    out = io.BytesIO()
    made_book = xlsxwriter.Workbook(out)
    sheet = made_book.add_worksheet("甲")
    sheet.write_string("A1", "消えた", made_book.add_format({"font_strikeout": True}))
    sheet.write_string("A2", "残る")
    made_book.close()
    table = open_book(office.convert({"a": out.getvalue()}, kind)["a"]).table("甲")
    assert (table.struck(0, 0), table.struck(1, 0)) == (Struck("", "消えた"), None)
    assert not table.is_plain


KINDS = [
    "written",
    *(pytest.param(kind, marks=office.needs_office) for kind in ("xlsx", "ods", "xls")),
]


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_each_thing(saved: dict[str, bytes], kind: str) -> None:
    opened = open_book(saved[kind])
    sheet = opened.table("甲")
    assert sheet.struck(0, 0) == Struck("", "消えた")
    assert sheet.struck(1, 0) == Struck("残り残る", "消えた")
    assert sheet.struck(2, 0) == Struck("", "3")
    assert [sheet.displayed(row, 0) for row in range(3, 9)] == [
        "", "3", "1月2日", "85.3%", "1,234,567円", "(3)",
    ]  # fmt: skip
    assert sheet.hides(3, 0) is Hides.YES
    assert sheet.text(1, 1) == "一行目\n次の行  空白"
    assert sheet.text(10, 1) == "タブ\tの後"
    assert [sheet.cell(*spot) for spot in _cells(sheet) if sheet.is_hidden(*spot)] == [
        "F1", "A12", "B12",
    ]  # fmt: skip
    assert [opened.is_visible(name) for name in "甲乙丙丁"] == [True, True, False, False]
    overlays = {
        (overlay.kind, overlay.cell, overlay.text) for overlay in sheet.look.overlays.listed
    }
    assert overlays == {
        (OverlayKind.NOTE, "B3", "3ではなく2です"),
        (OverlayKind.SHAPE, "D5", "吹き出しの\n文章"),
        (OverlayKind.LINE, "D20", ""),
        (OverlayKind.PAGE, None, "要確認"),
    }
    # clean twins
    for row_no in range(12):
        assert sheet.struck(row_no, 1) is None
        assert sheet.hides(row_no, 1) is Hides.NO
    assert [sheet.displayed(row, 1) for row in range(3, 9)] == [f"{at}点" for at in range(6)]
    clean = opened.table("乙")
    assert clean.struck(0, 0) is None
    assert clean.hides(0, 0) is Hides.NO
    assert clean.displayed(0, 0) == "見える"
    assert not clean.is_hidden(0, 0)
    assert opened.overlays("乙").count == 0
    assert clean.is_plain
    assert not sheet.is_plain


def _cells(sheet: Table) -> list[tuple[int, int]]:
    return [
        (row_no, col_no)
        for row_no, values in enumerate(sheet.grid)
        for col_no, value in enumerate(values)
        if value != ""
    ]


def conditioned() -> bytes:
    """Conditional formats, colours, a filter, buttons: as programs write them."""
    out = io.BytesIO()
    made_book = xlsxwriter.Workbook(out)
    sheet = made_book.add_worksheet("甲 乙")
    for at in range(6):
        sheet.write_row(at, 0, (at, at))
    for area, look in (
        ("A1:A3", {"num_format": ";;;"}),
        ("B2", {"font_color": "#FF0000"}),
        ("B4", {"font_strikeout": True}),
    ):
        rule = {"type": "cell", "criteria": ">", "value": 0, "format": made_book.add_format(look)}
        sheet.conditional_format(area, rule)
    sheet.write_string("A8", "白", made_book.add_format({"font_color": "#FFFFFF"}))
    dark = made_book.add_format({"font_color": "#FFFFFF", "bg_color": "#000000"})
    sheet.write_string("B8", "白", dark)
    sheet.write_string("A9", "隠れた", made_book.add_format({"num_format": ";;;"}))
    sheet.write_column("C1", ("見出し", "甲", "乙"))
    sheet.autofilter("C1:C3")
    sheet.filter_column(2, "x == 甲")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.insert_button("E5", {"caption": "押す"})
    made_book.close()
    return out.getvalue()


@office.needs_office
def test_conditional_formats_filters_and_buttons() -> None:
    data = conditioned()
    kinds = {kind: office.convert({"a": data}, kind)["a"] for kind in ("xlsx", "ods", "xls")}
    for kind, saved in {"written": data, **kinds}.items():
        opened = open_book(saved)
        sheet = opened.table("甲 乙")
        hides = {sheet.cell(*spot): sheet.hides(*spot) for spot in _cells(sheet)}
        unsure = {cell for cell, how in hides.items() if how is Hides.UNSURE}
        # LibreOffice writes no number formats of conditions into an .xls
        assert unsure == ({"B4"} if kind == "xls" else {"A1", "A2", "A3", "B4"}), kind
        assert {cell for cell, how in hides.items() if how is Hides.YES} == {"A8", "A9"}, kind
        assert {name for name in hides if name.endswith("3")} == {
            sheet.cell(*spot) for spot in _cells(sheet) if sheet.is_hidden(*spot)
        }, kind
        overlays = [(over.kind, over.text) for over in opened.overlays("甲 乙").listed]
        assert overlays == [(OverlayKind.CONTROL, "押す")], kind


# -- struck through -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (run("古い", STRIKE) + run("新しい"), Struck("新しい", "古い")),
        (run("窓口を") + run("三", STRIKE) + run("五回"), Struck("窓口を五回", "三")),
        (run("全部", STRIKE), Struck("", "全部")),
        (run("a_x000D_b", STRIKE) + run("c&amp;d"), Struck("c&d", "a\rb")),
        (
            run("漢", STRIKE) + "<rPh sb='0' eb='1'><t>カン</t></rPh>" + run("字"),
            Struck("字", "漢"),
        ),
        # clean twins
        (run("古い", "<rPr><strike val='0'/></rPr>") + run("新しい"), None),
        (run("古い", "<rPr><u/></rPr>") + run("新しい"), None),
        (run("新しい") + run("　", STRIKE), None),
        ("<t>strike</t>", None),
    ],
)
@pytest.mark.parametrize("is_shared", [False, True], ids=["inline", "shared"])
def test_struck_runs(inner: str, expected: Struck | None, is_shared: bool) -> None:
    if is_shared:
        rows = row(shared("A1", 1), shared("B1", 0))
        sheet = table(rows, strings=f"<si><t>その他</t></si><si>{inner}</si>")
    else:
        sheet = table(row(text("A1", inner), text("B1", "<t>その他</t>")))
    assert sheet.struck(0, 0) == expected
    assert sheet.struck(0, 1) is None


def test_a_struck_cell() -> None:
    sheet = table(
        row(text("A1", "<t>古い</t>", ' s="1"'), cell("B1", 3, ' s="1"'), cell("C1", 3, ' s="0"')),
        row(shared("A2", 0, ' s="1"'), shared("B2", 1, ' s="1"'), '<c r="C2" s="1"/>'),
        row('<c r="A3" s="1" t="str"><f>1</f><v>式</v></c>', cell("B3", 3)),
        strings=f"<si><t>古い</t></si><si>{run('生きている')}{run('消えた', STRIKE)}</si>",
        look=STRUCK_FONT,
    )
    assert sheet.struck(0, 0) == Struck("", "古い")
    assert sheet.struck(0, 1) == Struck("", "3")
    assert sheet.struck(1, 0) == Struck("", "古い")
    assert sheet.struck(1, 1) == Struck("生きている", "消えた")  # its runs have fonts of their own
    assert sheet.struck(2, 0) == Struck("", "式")
    assert [sheet.struck(0, 2), sheet.struck(1, 2), sheet.struck(2, 1)] == [None] * 3


def test_a_struck_cell_beside_one_without_a_place() -> None:
    nowhere = '<c t="inlineStr"><is><t>どこか</t></is></c>'
    sheet = table(row(text("A1", "<t>古い</t>", ' s="1"'), nowhere), look=STRUCK_FONT)
    assert sheet.struck(0, 0) == Struck("", "古い")


def test_a_struck_date_is_told_as_read() -> None:
    look = styles('<xf/><xf fontId="1" numFmtId="14"/>', fonts="<font/><font><strike/></font>")
    sheet = table(row(cell("A1", 44563, ' s="1"')), look=look)
    assert sheet.struck(0, 0) == Struck("", "2022-01-02")


def test_a_run_without_a_font_of_its_own_looks_like_its_cell() -> None:
    inner = "<r><t>古い</t></r>" + run("新しい")
    sheet = table(row(text("A1", inner, ' s="1"'), text("B1", inner)), look=STRUCK_FONT)
    assert sheet.struck(0, 0) == Struck("新しい", "古い")
    assert sheet.struck(0, 1) is None


# -- shown otherwise than stored ------------------------------------------------------------------

FORMATS = (
    '<numFmt numFmtId="170" formatCode="&quot;3&quot;"/><numFmt numFmtId="171" formatCode=";;;"/>'
    '<numFmt numFmtId="172" formatCode="0&quot;点&quot;"/>'
    '<numFmt numFmtId="173" formatCode="[$-411]ggge&quot;年&quot;"/>'
)
FORMATTED = styles(
    "".join(f'<xf numFmtId="{no}"/>' for no in (0, 170, 171, 172, 173, 56, 10, 49)),
    formats=FORMATS,
)


@pytest.mark.parametrize(
    ("style", "value", "shown", "hides"),
    [
        (0, 1, "1", Hides.NO),
        (1, 1, "3", Hides.NO),
        (2, 2, "", Hides.YES),
        (3, 2, "2点", Hides.NO),
        (4, 44563, "令和4年", Hides.NO),
        (5, 44563, "1月2日", Hides.NO),
        (6, 0.853, "85.30%", Hides.NO),
        (7, 3, "3", Hides.NO),
    ],
)
def test_number_formats(style: int, value: float, shown: str, hides: Hides) -> None:
    sheet = table(row(cell("A1", value, f' s="{style}"')), look=FORMATTED)
    assert sheet.displayed(0, 0) == shown
    assert sheet.hides(0, 0) is hides


def test_attributes_in_another_order_or_prefix() -> None:
    other = f"<x:row xmlns:x='{MAIN}'><x:c t='n'  s='2' r='A1'><x:v>2</x:v></x:c></x:row>"
    assert table(other, look=FORMATTED).hides(0, 0) is Hides.YES


def test_a_text_that_a_format_hides() -> None:
    sheet = table(row(text("A1", "<t>文</t>", ' s="2"'), '<c r="B1" s="2"/>'), look=FORMATTED)
    assert sheet.hides(0, 0) is Hides.YES
    assert sheet.hides(0, 1) is Hides.NO  # there is nothing to hide


def test_zeros_that_are_not_shown() -> None:
    views = '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    sheet = table(row(cell("A1", 0), cell("B1", 1), text("C1", "<t>0</t>")), before=views)
    assert [sheet.hides(0, col) for col in range(3)] == [Hides.YES, Hides.NO, Hides.NO]
    assert table(row(cell("A1", 0))).hides(0, 0) is Hides.NO


WHITE = '<font><color rgb="FFFFFFFF"/></font>'
THEME = '<font><color theme="0"/></font>'
BLUE = '<fill><patternFill patternType="solid"><fgColor rgb="FF0000FF"/></patternFill></fill>'
BLACK_GROUND = (
    '<fill><patternFill patternType="solid"><fgColor rgb="FF000000"/></patternFill></fill>'
)
GREY = '<fill><patternFill patternType="gray125"/></fill>'


@pytest.mark.parametrize(
    ("font", "fill", "hides"),
    [
        (WHITE, NO_FILL, Hides.YES),
        (THEME, NO_FILL, Hides.YES),
        ('<font><color indexed="9"/></font>', NO_FILL, Hides.YES),
        ('<font><color rgb="FF0000FF"/></font>', BLUE, Hides.YES),
        (WHITE, BLUE, Hides.NO),
        (WHITE, GREY, Hides.NO),
        ("<font/>", NO_FILL, Hides.NO),
        ('<font><color theme="0" tint="-0.05"/></font>', NO_FILL, Hides.YES),
        ('<font><color indexed="26"/></font>', NO_FILL, Hides.YES),
        ('<font><color theme="0" tint="-0.5"/></font>', NO_FILL, Hides.NO),
        ('<font><color rgb="FFC00000"/></font>', NO_FILL, Hides.NO),
        ('<font><sz val="1"/></font>', NO_FILL, Hides.YES),
        ('<font><sz val="3.5"/></font>', NO_FILL, Hides.YES),
        ('<font><sz val="4"/></font>', NO_FILL, Hides.NO),
        ("<font/>", BLACK_GROUND, Hides.YES),
    ],
)
def test_letters_in_the_colour_of_the_ground(font: str, fill: str, hides: Hides) -> None:
    look = styles('<xf/><xf fontId="1" fillId="1"/>', fonts=PLAIN_FONT + font, fills=NO_FILL + fill)
    sheet = table(row(cell("A1", 1, ' s="1"'), cell("B1")), look=look)
    assert sheet.hides(0, 0) is hides
    assert sheet.hides(0, 1) is Hides.NO


def test_a_cell_that_names_no_format_has_the_first_one() -> None:
    look = styles('<xf fontId="1"/><xf fontId="0"/>', fonts=PLAIN_FONT + "<font><strike/></font>")
    sheet = table(row(cell("A1"), cell("B1", 1, ' s="1"')), look=look)
    assert sheet.struck(0, 0) == Struck("", "1")
    assert sheet.struck(0, 1) is None


def condition(*, dxf: int = 0, sqref: str = "B1:B9", rule: str = "") -> str:
    return (
        f'<conditionalFormatting sqref="{sqref}"><cfRule type="expression" dxfId="{dxf}">'
        f"<formula>1</formula>{rule}</cfRule></conditionalFormatting>"
    )


ON_BLACK = '<fill><patternFill><bgColor rgb="FF000000"/></patternFill></fill>'


@pytest.mark.parametrize(
    ("dxf", "rule", "hides"),
    [
        ('<dxf><numFmt numFmtId="170" formatCode=";;;"/></dxf>', "", Hides.UNSURE),
        ("<dxf><font><strike/></font></dxf>", "", Hides.UNSURE),
        ('<dxf><font><color rgb="FFFFFFFF"/></font></dxf>', "", Hides.UNSURE),
        ("<dxf/>", '<iconSet showValue="0"/>', Hides.UNSURE),
        (f"<dxf>{ON_BLACK}</dxf>", "", Hides.UNSURE),
        (f'<dxf><font><color rgb="FFFFFFFF"/></font>{ON_BLACK}</dxf>', "", Hides.NO),
        ('<dxf><font><color rgb="FF375623"/></font></dxf>', "", Hides.NO),
        ("<dxf/>", "<iconSet/>", Hides.NO),
    ],
)
def test_conditional_formats(dxf: str, rule: str, hides: Hides) -> None:
    look = styles("<xf/>", dxfs=dxf)
    sheet = table(row(cell("A1"), cell("B1")), look=look, after=condition(rule=rule))
    assert sheet.hides(0, 1) is hides
    assert sheet.hides(0, 0) is Hides.NO


def test_a_conditional_format_of_the_newer_kind() -> None:
    newer = (
        '<extLst><ext><x14:conditionalFormattings xmlns:x14="x" xmlns:xm="y">'
        '<x14:conditionalFormatting><x14:cfRule type="expression"><xm:f>S2!A1=1</xm:f>'
        "<x14:dxf>{0}</x14:dxf></x14:cfRule><xm:sqref>B1 D1:D2</xm:sqref>"
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
    )
    cells = row(cell("A1"), cell("B1"), cell("C1"), cell("D1"))
    hiding = table(cells, after=newer.format('<numFmt numFmtId="1" formatCode=";;;"/>'))
    assert [hiding.hides(0, col) for col in range(4)] == [Hides.NO, Hides.UNSURE] * 2
    clean = table(cells, after=newer.format("<fill/>"))
    assert [clean.hides(0, col) for col in range(4)] == [Hides.NO] * 4


# -- hidden rows, columns, sheets -----------------------------------------------------------------

NINE = "".join(row(*(cell(f"{letter}{number}") for letter in "ABC")) for number in range(1, 4))


def hidden(sheet: Table) -> set[str]:
    return {sheet.cell(r, c) for r in range(3) for c in range(3) if sheet.is_hidden(r, c)}


WHITE_RUN = '<r><rPr><color rgb="FFFFFFFF"/></rPr><t>前の案</t></r>'
THEME_RUN = '<r><rPr><color theme="0"/></rPr><t>前の案</t></r>'
RED_RUN = '<r><rPr><color rgb="FFFF0000"/></rPr><t>前の案</t></r>'
NEXT = "<r><rPr><b/></rPr><t>今の案</t></r>"


@pytest.mark.parametrize(
    ("runs", "hides"),
    [
        (WHITE_RUN + NEXT, Hides.YES),
        (NEXT + THEME_RUN, Hides.YES),
        (RED_RUN + NEXT, Hides.NO),
        (WHITE_RUN.replace("前の案", " ") + NEXT, Hides.NO),
        (WHITE_RUN.replace("<color", "<strike/><color") + NEXT, Hides.NO),  # left out as struck
    ],
)
@pytest.mark.parametrize("shared", [True, False])
def test_some_letters_in_white(runs: str, hides: Hides, shared: bool) -> None:
    if shared:
        place = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        sheet = table(row(place), strings=f"<si>{runs}</si><si><t>外</t></si>")
    else:
        sheet = table(row(text("A1", runs), text("B1", "<t>外</t>")))
    assert sheet.hides(0, 0) is hides
    assert sheet.hides(0, 1) is Hides.NO
    assert hides is Hides.NO or not sheet.is_plain


def second(attributes: str) -> str:
    """Three rows, the second with attributes of its own."""
    return NINE.replace("</row><row>", f'</row><row r="2" {attributes}>', 1)


@pytest.mark.parametrize(
    ("attributes", "is_hidden"),
    [
        ('hidden="1"', True),
        ('ht="15" hidden="true" customHeight="1"', True),
        ('ht="0" customHeight="1"', True),
        ('ht="0.0"', True),
        ("hidden='1'", True),
        ("ht='0'", True),
        ('hidden="0"', False),
        ('ht="0.75" outlineLevel="1"', True),  # dragged nearly shut
        ("ht='2.25' customHeight='1'", True),
        ('ht="3" customHeight="1"', False),
        ('ht="20.25" outlineLevel="1"', False),
        ('ht="15"', False),
    ],
)
def test_hidden_rows(attributes: str, is_hidden: bool) -> None:
    assert hidden(table(second(attributes))) == ({"A2", "B2", "C2"} if is_hidden else set())


@pytest.mark.parametrize(
    ("col", "is_hidden"),
    [
        ('<col min="2" max="2" width="9" hidden="1"/>', True),
        ('<col min="2" max="2" width="0" customWidth="1"/>', True),
        ('<col min="2" max="2" width="0.7"/>', False),
        ('<col min="2" max="2" width="9" hidden="0"/>', False),
        ('<col min="4" max="99" width="9" hidden="1"/>', False),
    ],
)
def test_hidden_columns(col: str, is_hidden: bool) -> None:
    sheet = table(NINE, before=f"<cols>{col}</cols>")
    assert hidden(sheet) == ({"B1", "B2", "B3"} if is_hidden else set())


def test_rows_and_columns_that_are_hidden_unless_named() -> None:
    rows = table(NINE.replace("<row>", '<row r="1">', 1), before='<sheetFormatPr zeroHeight="1"/>')
    assert hidden(rows) == set()
    assert rows.is_hidden(7, 0)
    cols = table(
        NINE,
        before='<sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="1" width="9"/></cols>',
    )
    assert hidden(cols) == {f"{letter}{number}" for letter in "BC" for number in (1, 2, 3)}


def test_a_merged_cell_is_hidden_where_all_of_it_is() -> None:
    merged = '<mergeCells><mergeCell ref="A2:B3"/></mergeCells>'
    assert not table(second('hidden="1"'), after=merged).is_hidden(1, 0)
    both = second('hidden="1"').replace("</row><row>", '</row><row r="3" hidden="1">', 1)
    assert table(both, after=merged).is_hidden(1, 0)


@pytest.mark.parametrize(
    ("state", "visible"), [("", True), ("hidden", False), ("veryHidden", False)]
)
def test_hidden_sheets(state: str, visible: bool) -> None:
    data = made.changed(
        book(NINE, NINE),
        "xl/workbook.xml",
        lambda xml: xml.replace(b'name="S2"', f'name="S2" state="{state or "visible"}"'.encode()),
    )
    opened = open_book(data)
    assert opened.is_visible("S1")
    assert opened.is_visible("S2") is visible


# -- .ods, for what LibreOffice writes but makes of no .xlsx ---------------------------------------


def ods_text(inner: str) -> str:
    return made.ods_row(f'<table:table-cell office:value-type="string">{inner}</table:table-cell>')


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<text:p>a<text:tab/>b</text:p>", "a\tb"),
        ('<text:p>a<text:tab text:tab-ref="1"/>b<text:s text:c="2"/>c</text:p>', "a\tb  c"),
        (
            "<text:p>一行目<text:line-break/>二行目</text:p><text:p>三行目</text:p>",
            "一行目\n二行目\n三行目",
        ),
        (
            "<text:p><text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ"
            "</text:ruby-text></text:ruby></text:p>",
            "漢字",
        ),
        (
            '<text:p>本文</text:p><draw:frame xmlns:draw="d"><draw:text-box>'
            "<text:p>吹き出し</text:p></draw:text-box></draw:frame>",
            "本文",
        ),
        # clean twins
        ('<text:p>a<text:s text:c="2"/>b</text:p>', "a  b"),
        ("<text:p>一行目</text:p><text:p>二行目</text:p>", "一行目\n二行目"),
        ("<text:p>a<text:span>b</text:span></text:p>", "ab"),
        (
            "<office:annotation><text:p>メモ</text:p></office:annotation><text:p>本文</text:p>",
            "本文",
        ),
    ],
)
def test_texts_of_an_ods(inner: str, expected: str) -> None:
    opened = open_book(made.ods(ods_text(inner)))
    assert opened.table("S").text(0, 0) == expected
    words = [overlay.text for overlay in opened.overlays("S").listed]
    assert words == [word for word in ("吹き出し", "メモ") if word in inner]


ODS_STYLES = (
    '<style:style xmlns:style="s" xmlns:fo="f" style:name="{}" style:family="table-cell" '
    'style:parent-style-name="{}">{}</style:style>'
)
LINE = '<style:text-properties style:text-line-through-type="single"/>'
NO_LINE = '<style:text-properties style:text-line-through-type="none"/>'


@pytest.mark.parametrize(
    ("parent", "own", "expected"),
    [
        ("", LINE, Struck("", "1")),
        ("Above", "", Struck("", "1")),
        ("Above", NO_LINE, None),
        ("", "", None),
        ("", '<style:text-properties fo:color="#ff0000"/>', None),
    ],
)
def test_styles_of_an_ods_have_parents(parent: str, own: str, expected: Struck | None) -> None:
    styled = ODS_STYLES.format("Above", "", LINE) + ODS_STYLES.format("ce1", parent, own)
    column = '<table:table-column table:default-cell-style-name="ce1"/>'
    data = made.changed(
        made.ods(column, made.ods_row(made.ODS_ONE)),
        "content.xml",
        lambda xml: xml.replace(b"<office:body>", styled.encode() + b"<office:body>"),
    )
    assert open_book(data).table("S").struck(0, 0) == expected


# -- what lies over the cells ---------------------------------------------------------------------

DRAWING = (
    '<xdr:wsDr xmlns:xdr="x" xmlns:a="a" xmlns:mc="m" xmlns:dgm="d" xmlns:r="r">{0}</xdr:wsDr>'
)
ANCHOR = (
    "<xdr:twoCellAnchor><xdr:from><xdr:col>{1}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{2}"
    "</xdr:row></xdr:from><xdr:to><xdr:col>9</xdr:col><xdr:row>9</xdr:row></xdr:to>{0}"
    "<xdr:clientData/></xdr:twoCellAnchor>"
)


def shape(words: str, more: str = "") -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{part}</a:t></a:r></a:p>" for part in words.split("|"))
    return (
        f'<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="x"{more}/></xdr:nvSpPr>'
        f"<xdr:txBody>{paragraphs}</xdr:txBody></xdr:sp>"
    )


def drawn(look: str, style: str = "") -> str:
    """A shape without text."""
    return (
        '<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="x"/></xdr:nvSpPr>'
        f"<xdr:spPr>{look}</xdr:spPr>{style}<xdr:txBody><a:p/></xdr:txBody></xdr:sp>"
    )


PICTURE = '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="3" name="p"/></xdr:nvPicPr></xdr:pic>'


def over(kind: str, part: str, **more: str) -> OpenedBook:
    """A workbook whose sheet has one part over its cells."""
    rels = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="x/{kind}" '
    rels += 'Target="../over/part.xml"/></Relationships>'
    name = "part.vml" if kind == "vmlDrawing" else "part.xml"
    parts = {
        **made.parts(row(cell("A1"))),
        "xl/worksheets/_rels/sheet1.xml.rels": rels.replace("part.xml", name),
        f"xl/over/{name}": part,
        **more,
    }
    return open_book(made.zipped(parts))


def told(opened: OpenedBook, sheet: str = "S1") -> list[tuple[OverlayKind, str | None, str]]:
    overlays = opened.overlays(sheet)
    assert overlays.count == len(overlays.listed)
    return [(overlay.kind, overlay.cell, overlay.text) for overlay in overlays.listed]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (shape("一行目|二行目"), [(OverlayKind.SHAPE, "C5", "一行目\n二行目")]),
        (PICTURE, [(OverlayKind.PICTURE, "C5", "")]),
        ("<xdr:graphicFrame/>", [(OverlayKind.PICTURE, "C5", "")]),
        (
            f"<xdr:grpSp>{shape('甲')}{shape('乙')}</xdr:grpSp>",
            [(OverlayKind.SHAPE, "C5", "甲"), (OverlayKind.SHAPE, "C5", "乙")],
        ),
        (
            f"<mc:AlternateContent><mc:Choice>{shape('甲')}</mc:Choice>"
            f"<mc:Fallback>{shape('甲')}</mc:Fallback></mc:AlternateContent>",
            [(OverlayKind.SHAPE, "C5", "甲")],
        ),
        # clean twins
        (shape(" | "), []),
        (shape("隠れた", ' hidden="1"'), []),
        # a line strikes out what it is drawn through
        ("<xdr:cxnSp/>", [(OverlayKind.LINE, "C5", "")]),
        (drawn("<a:ln><a:solidFill/></a:ln>"), [(OverlayKind.LINE, "C5", "")]),
        (
            drawn("<a:noFill/>", '<xdr:style><a:lnRef idx="2"/></xdr:style>'),
            [(OverlayKind.LINE, "C5", "")],
        ),
        (drawn("<a:solidFill/><a:ln><a:noFill/></a:ln>"), [(OverlayKind.LINE, "C5", "")]),
        # clean twins
        ("<xdr:cxnSp><xdr:spPr><a:ln><a:noFill/></a:ln></xdr:spPr></xdr:cxnSp>", []),
        (drawn("<a:noFill/><a:ln><a:noFill/></a:ln>"), []),
        (drawn("<a:noFill/>", '<xdr:style><a:lnRef idx="0"/></xdr:style>'), []),
    ],
)
def test_drawings(inner: str, expected: list[object]) -> None:
    assert told(over("drawing", DRAWING.format(ANCHOR.format(inner, 2, 4)))) == expected


def test_a_diagram() -> None:
    frame = '<xdr:graphicFrame><dgm:relIds r:dm="r7"/></xdr:graphicFrame>'
    rels = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r7" Type="x/diagramData" '
    rels += 'Target="../diagrams/data1.xml"/></Relationships>'
    opened = over(
        "drawing",
        DRAWING.format(ANCHOR.format(frame, 2, 4)),
        **{
            "xl/over/_rels/part.xml.rels": rels,
            "xl/diagrams/data1.xml": "<d><a:t>計画</a:t><a:t>実行</a:t></d>",
        },
    )
    assert told(opened) == [(OverlayKind.SHAPE, "C5", "計画\n実行")]


def notes(*comments: tuple[str, str, str]) -> str:
    """A part of notes: cell, author, text."""
    authors = "".join(f"<author>{author}</author>" for _, author, _ in comments)
    listed = "".join(
        f'<comment ref="{ref}" authorId="{no}"><text>{run(words)}<rPh><t>カナ</t></rPh></text>'
        "</comment>"
        for no, (ref, _, words) in enumerate(comments)
    )
    return (
        f'<comments xmlns="{MAIN}"><authors>{authors}</authors>'
        f"<commentList>{listed}</commentList></comments>"
    )


def test_notes() -> None:
    part = notes(
        ("B2", "水道課", "3ではなく2です"),
        ("C3", "workbook-tools", f"{MARKER}空欄です"),
        ("D4", "水道課", f"うちの注\n{MARKER}空欄です"),
        ("E5", "水道課", " "),
    )
    expected = [(OverlayKind.NOTE, "B2", "3ではなく2です"), (OverlayKind.NOTE, "D4", "うちの注")]
    assert told(over("comments", part)) == expected


def test_a_conversation_is_told_once() -> None:
    rels = (
        f'<Relationships xmlns="{PACKAGE}">'
        '<Relationship Id="r1" Type="x/comments" Target="../over/part.xml"/>'
        '<Relationship Id="r2" Type="x/threadedComment" Target="../over/thread.xml"/>'
        "</Relationships>"
    )
    opened = over(
        "comments",
        notes(("A1", "tc={1}", "[スレッド化されたコメント]…"), ("B1", "課", "メモ")),
        **{
            "xl/worksheets/_rels/sheet1.xml.rels": rels,
            "xl/over/thread.xml": "<ThreadedComments>"
            '<threadedComment ref="A1"><text>直した？</text></threadedComment>'
            '<threadedComment ref="A1"><text>はい</text></threadedComment></ThreadedComments>',
        },
    )
    assert told(opened) == [
        (OverlayKind.NOTE, "B1", "メモ"),
        (OverlayKind.COMMENT, "A1", "直した？"),
        (OverlayKind.COMMENT, "A1", "はい"),
    ]


def old_box(kind: str, inner: str, style: str = "visibility:visible", more: str = "") -> str:
    return (
        f'<xml xmlns:v="v" xmlns:x="x"><v:shapetype id="t"><v:stroke/></v:shapetype>'
        f'<v:shape id="a" style="{style}">{inner}<x:ClientData ObjectType="{kind}">'
        f"<x:Anchor> 2, 5, 4, 6, 3, 0, 5, 0</x:Anchor>{more}</x:ClientData></v:shape></xml>"
    )


BOX = "<v:textbox><div><font>一行<br>目</font></div><div>次 &amp; 行</div></v:textbox>"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (old_box("Rect", BOX), [(OverlayKind.SHAPE, "C5", "一行\n目\n次 & 行")]),
        (old_box("Button", BOX), [(OverlayKind.CONTROL, "C5", "一行\n目\n次 & 行")]),
        (
            old_box(
                "Checkbox", "<v:textbox><div>済</div></v:textbox>", more="<x:Checked>1</x:Checked>"
            ),
            [(OverlayKind.CONTROL, "C5", "☑済")],
        ),
        (old_box("Pict", '<v:imagedata o:relid="r1"/>'), [(OverlayKind.PICTURE, "C5", "")]),
        # clean twins
        (old_box("Note", BOX), []),
        (old_box("Drop", "<v:textbox/>"), []),
        (old_box("Rect", BOX, style="visibility:hidden"), []),
    ],
)
def test_old_boxes_and_buttons(part: str, expected: list[object]) -> None:
    assert told(over("vmlDrawing", part)) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<oddHeader>&amp;C要確認</oddHeader>", ["要確認"]),
        (
            '<oddFooter>&amp;L&amp;"BIZ UDゴシック,標準"&amp;10本文&amp;R別紙&amp;P</oddFooter>',
            ["本文\n別紙"],
        ),
        ("<oddHeader>甲&amp;&amp;乙</oddHeader>", ["甲&乙"]),
        ("<oddHeader>&amp;K00FF00緑</oddHeader><oddFooter>&amp;G</oddFooter>", ["緑", "（図）"]),
        ('<oddHeader/><firstHeader>初め</firstHeader>" differentFirst="1', ["初め"]),
        ('<evenFooter>裏</evenFooter>" differentOddEven="1', ["裏"]),
        # clean twins: what programs fill in, and what no page shows
        ("<oddFooter>&amp;P</oddFooter>", []),
        ("<oddFooter>&amp;Cページ &amp;P / &amp;N</oddFooter>", []),
        ("<oddFooter>- &amp;P+1 -</oddFooter>", []),
        ('<oddHeader>&amp;C&amp;"Times New Roman,標準"&amp;12&amp;A</oddHeader>', []),
        ("<oddHeader>&amp;L&amp;F&amp;R&amp;D &amp;T</oddHeader>", []),
        ("<firstHeader>初め</firstHeader><evenHeader>裏</evenHeader>", []),
    ],
)
def test_words_above_and_below_the_printed_pages(inner: str, expected: list[str]) -> None:
    inner, _, more = inner.partition('" ')
    heads = f"<headerFooter {more and more + chr(34)}>{inner}</headerFooter>"
    sheet = made.changed(
        book(row(cell("A1"))),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + heads.encode()),
    )
    assert told(open_book(sheet)) == [(OverlayKind.PAGE, None, words) for words in expected]


def test_an_embedded_file_is_told_once() -> None:
    objects = '<oleObjects><oleObject progId="Word.Document.12" shapeId="1"/></oleObjects>'
    data = made.changed(
        book(row(cell("A1"))),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + objects.encode() * 2),
    )
    assert told(open_book(data)) == [(OverlayKind.OBJECT, None, "Word.Document.12")]


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("drawing", DRAWING.format(ANCHOR.format(shape("長" * 5_000), 2, 4) * 10_000)),
        ("comments", notes(*[("A1", "課", "長" * 100)] * 10_000)),
        ("vmlDrawing", old_box("Rect", BOX) * 10_000),
    ],
)
def test_ten_thousand_overlays_are_counted_not_listed(kind: str, part: str) -> None:
    overlays = over(kind, part.replace("長" * 5_000, "長" * 100)).overlays("S1")
    assert overlays.count == 10_000
    assert len(overlays.listed) == MOST_OVERLAYS


def test_a_long_text_is_cut() -> None:
    opened = over("drawing", DRAWING.format(ANCHOR.format(shape("長" * 9_000), 2, 4)))
    assert told(opened) == [(OverlayKind.SHAPE, "C5", "長" * MOST_LETTERS)]


@pytest.mark.parametrize("kind", ["drawing", "comments", "vmlDrawing", "threadedComment"])
@pytest.mark.parametrize("part", ["", "<a", "<xdr:sp></xdr:sp>", "<a><sp/><t>x</t><comment/></a>"])
def test_broken_parts_break_nothing(kind: str, part: str) -> None:
    told(over(kind, part))
