"""Marks in somebody's workbook: they are there, they can be taken off, and nothing else changes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook.workbook import Workbook

from tests.office import convert, needs_office
from tests.samples import FORM, PLAN, returned
from workbook_tools.excel.patch.fills import ERROR, WARNING
from workbook_tools.excel.patch.package import MAIN, OFFICE
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.form import layout
from workbook_tools.intake.read_forms import take_in
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check
from workbook_tools.send_back.marking import UnmarkableError, mark

SPACE = {"m": MAIN}

FAULTS: dict[str, str | int] = {
    "工程_状況_R3": "",
    "取組結果_R3_1": "",
    "取組予定_R4_1": "⑨と同じ",
    "進捗度_R3": 5,
    "評価理由_進捗度": "",
    "連携度_R3": "",
    "効率性_R3": "2.5",
    "創造性_R4": 2,
    "取組終了_月": 13,
    "課題_R3": "",
    "特記事項": "",
}
FAULTY = returned(16, **FAULTS)


def judged(data: bytes) -> list[Finding]:
    found: list[Finding] = []
    for form in take_in(data, "x.xlsx", FORM).submissions:
        found += check(form, Context(PLAN, None, {}))
    return found


def said(
    sheet: str, cell: str, text: str = "おかしい。", severity: Severity = Severity.ERROR
) -> Finding:
    return Finding("S102", severity, Place("x.xlsx", sheet, cell), "5", text, "直す。")


def spot(finding: Finding) -> tuple[str, str]:
    return finding.place.sheet or "", finding.place.cell or ""


FOUND = judged(FAULTY)


def opened(data: bytes, **options: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), **options)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def fills(data: bytes) -> dict[tuple[str, str], str]:
    """The colour of every cell that is seen (openpyxl knows none below a merged area)."""
    return {
        (sheet.title, cell.coordinate): cell.fill.fgColor.rgb if cell.fill.fill_type else ""
        for sheet in opened(data).worksheets
        if not sheet.title.startswith("確認結果")
        for row in sheet.iter_rows()
        for cell in row
    }


def all_fills(data: bytes) -> dict[tuple[str, str], str]:
    """The colour of every cell that is written, below merged areas too."""
    content = parts(data)
    styles = ElementTree.fromstring(content["xl/styles.xml"])
    colours = []
    for fill in styles.iterfind("m:fills/m:fill/m:patternFill", SPACE):
        front = fill.find("m:fgColor", SPACE)
        colours.append("" if front is None else front.get("rgb", ""))
    formats = [
        colours[int(style.get("fillId", "0"))] for style in styles.iterfind("m:cellXfs/m:xf", SPACE)
    ]
    relations = ElementTree.fromstring(content["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for sheet in ElementTree.fromstring(content["xl/workbook.xml"]).iterfind(".//m:sheet", SPACE):
        target = targets[sheet.get(f"{{{OFFICE}}}id")]
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        name = sheet.get("name", "")
        if not name.startswith("確認結果"):
            for cell in ElementTree.fromstring(content[path]).iterfind(".//m:c", SPACE):
                found[name, cell.get("r", "")] = formats[int(cell.get("s", "0"))]
    return found


def facts(data: bytes) -> dict[tuple[str, ...], object]:
    """Everything a workbook holds besides fills, comments and the sheet 確認結果."""
    book, values = opened(data), opened(data, data_only=True)
    found: dict[tuple[str, ...], object] = {
        ("names",): {name: known.attr_text for name, known in book.defined_names.items()},
        ("sheets",): [name for name in book.sheetnames if not name.startswith("確認結果")],
    }
    for sheet in book:
        title = sheet.title
        if title.startswith("確認結果"):
            continue
        found[title, "names"] = {
            name: known.attr_text for name, known in sheet.defined_names.items()
        }
        found[title, "print"] = (sheet.print_area, sheet.page_setup.orientation, sheet.sheet_state)
        found[title, "merged"] = sorted(map(str, sheet.merged_cells.ranges))
        found[title, "protection"] = vars(sheet.protection)
        found[title, "widths"] = {
            name: (column.width, column.hidden) for name, column in sheet.column_dimensions.items()
        }
        found[title, "heights"] = {no: row.height for no, row in sheet.row_dimensions.items()}
        found[title, "choices"] = sorted(
            tuple(map(str, (rule.sqref, rule.type, rule.formula1, rule.prompt, rule.error)))
            for rule in sheet.data_validations.dataValidation
        )
        found[title, "conditions"] = [
            (str(area.sqref), [(rule.type, rule.formula, rule.dxfId) for rule in area.rules])
            for area in sheet.conditional_formatting
        ]
        for row in sheet.iter_rows():
            for cell in row:
                stored = values[title][cell.coordinate].value
                looks = (cell.number_format, cell.font, cell.border, cell.alignment)
                found[title, cell.coordinate] = (
                    *(cell.value, stored, cell.data_type, cell.protection.locked),
                    *map(repr, looks),
                )
    return found


def differences(before: bytes, after: bytes) -> list[object]:
    old, new = facts(before), facts(after)
    blank: dict[object, object] = {}
    return [
        (key, old.get(key), new.get(key))
        for key in old.keys() | new.keys()
        if old.get(key, blank) != new.get(key, blank)
    ]


def bare(xml: bytes) -> bytes:
    """A worksheet without cell formats and what else a mark may change."""
    xml = re.sub(rb"<legacyDrawing [^>]*/>", b"", xml)
    xml = re.sub(rb' tabSelected="\w+"', b"", xml)
    return re.sub(rb'(<c r="[A-Z]+\d+") s="\d+"', rb"\1", xml)


def assert_only_marked(before: bytes, after: bytes, findings: list[Finding]) -> None:
    assert differences(before, after) == []
    old, new = parts(before), parts(after)
    assert list(new)[: len(old)] == list(old)
    may_change = re.compile(
        r"\[Content_Types\].xml|xl/workbook.xml|xl/styles.xml|xl/_rels/workbook.xml.rels"
        r"|xl/worksheets/_rels/.*|xl/worksheets/sheet.*|.*comment.*|.*vmlDrawing.*"
    )
    for name, content in old.items():
        if not may_change.fullmatch(name):
            assert new[name] == content, name
        if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
            assert bare(new[name]) == bare(content), name
    colours = {
        (finding.place.sheet, finding.place.cell): finding.severity
        for finding in sorted(findings, key=lambda finding: finding.severity is Severity.ERROR)
        if finding.place.cell and finding.severity is not Severity.INFO
    }
    book = opened(before)
    expected = all_fills(before)
    for (sheet, cell), severity in colours.items():
        assert sheet is not None
        area = next((area for area in book[sheet].merged_cells.ranges if cell in area), None)
        rows = book[sheet][str(area)] if area else ((book[sheet][cell],),)
        colour = ERROR if severity is Severity.ERROR else WARNING
        expected |= {(sheet, known.coordinate): colour for row in rows for known in row}
    assert all_fills(after) == expected


def commented(data: bytes) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in opened(data).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


def test_ten_faults_and_nothing_else() -> None:
    assert len({found.code for found in FOUND if found.severity is Severity.ERROR}) == 10
    marked = mark(FAULTY, FOUND)
    assert_only_marked(FAULTY, marked, FOUND)
    assert set(commented(marked)) == set(map(spot, FOUND))
    for found in FOUND:
        text = commented(marked)[spot(found)]
        assert found.message in text
        assert found.hint in text
    assert judged(marked) == FOUND  # read like any other
    assert mark(FAULTY, FOUND) == marked


def test_the_list_in_front() -> None:
    book = opened(mark(FAULTY, FOUND))
    sheet = book.worksheets[0]
    assert book.sheetnames == ["確認結果", *layout.SHEETS, layout.GUIDE]
    assert book.active is sheet
    assert [page.title for page in book if page.sheet_view.tabSelected] == ["確認結果"]
    heading = [cell.value for cell in sheet[4]][:7]
    assert heading == ["№", "種類", "シート", "セル", "入力された内容", "指摘", "直し方"]
    rows = list(sheet.iter_rows(min_row=5))
    assert [(row[2].value, row[3].value, row[5].value, row[6].value) for row in rows] == [
        (*spot(found), found.message, found.hint) for found in FOUND
    ]
    for row in rows:
        link = row[3].hyperlink
        assert link is not None
        assert link.location == f"'{row[2].value}'!{row[3].value}"
        assert all(cell.data_type != "f" for cell in row)
    assert sheet.column_dimensions["H"].hidden


@pytest.mark.parametrize(
    "seed",
    [
        lambda book: book.worksheets[1].__setitem__("A200", "x"),
        lambda book: setattr(book.worksheets[1].column_dimensions["A"], "width", 3),
        lambda book: setattr(book.worksheets[1].protection, "sheet", False),
        lambda book: book.worksheets[1].data_validations.dataValidation.pop(),
        lambda book: book.worksheets[1].unmerge_cells("A1:C1"),
        lambda book: book.defined_names.pop("課題_R3"),
        lambda book: setattr(book.worksheets[1]["E25"], "number_format", "0.0"),
    ],
)
def test_the_comparison_finds_a_seeded_difference(seed: Callable[[Workbook], object]) -> None:
    book = opened(mark(FAULTY, FOUND))
    before = saved(book)
    seed(book)
    assert differences(before, saved(book))


def test_marked_twice_is_marked_once() -> None:
    once = mark(FAULTY, FOUND)
    twice = mark(once, FOUND)
    assert_only_marked(FAULTY, twice, FOUND)
    assert opened(twice).sheetnames == opened(once).sheetnames
    assert commented(twice) == commented(once)
    assert mark(twice, FOUND) == twice


def test_marks_of_what_was_mended_come_off() -> None:
    rest = FOUND[:2]
    again = mark(mark(FAULTY, FOUND), rest)
    assert_only_marked(FAULTY, again, rest)
    assert set(commented(again)) == set(map(spot, rest))
    assert opened(again).worksheets[0].max_row == 6
    assert fills(mark(again, [])) == fills(FAULTY)


def test_files_saved_by_openpyxl() -> None:
    data = saved(opened(FAULTY))
    assert_only_marked(data, mark(data, FOUND), FOUND)
    data = saved(opened(mark(FAULTY, FOUND)))  # a marked copy that went through openpyxl
    again = mark(data, FOUND[:1])
    assert set(commented(again)) == {spot(FOUND[0])}
    assert fills(mark(data, [])) == fills(FAULTY)


@needs_office
def test_files_saved_by_libreoffice() -> None:
    marked = mark(FAULTY, FOUND)
    saved_by_it = convert({"plain": FAULTY, "marked": marked}, "xlsx")
    data = saved_by_it["plain"]
    assert_only_marked(data, mark(data, FOUND), FOUND)
    through = saved_by_it["marked"]
    assert opened(through).sheetnames == opened(marked).sheetnames
    assert {key: "".join(text.split()) for key, text in commented(through).items()} == {
        key: "".join(text.split()) for key, text in commented(marked).items()
    }
    assert [found.code for found in judged(through)] == [found.code for found in FOUND]
    again = mark(through, FOUND[:1])
    assert set(commented(again)) == {spot(FOUND[0])}
    assert fills(mark(through, [])) == fills(data)
    assert convert({"marked": marked}, "pdf")["marked"].startswith(b"%PDF")


def rich() -> bytes:
    """A workbook with what openpyxl loses: text box, rich text, data bar, table, stored values."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    first, second, chart = book.add_worksheet("表"), book.add_worksheet("控え"), "図"
    bold = book.add_format({"bold": True, "locked": False})
    first.write_rich_string("A1", "太", bold, "字", "の例")
    first.write_formula("B2", "=1+1", bold, 2)
    first.write_comment("C3", "誰かのコメント", {"author": "太郎"})
    first.write_comment("D4", "別のコメント", {"author": "花子"})
    first.insert_textbox("F2", "吹き出し")
    first.conditional_format("B1:B9", {"type": "data_bar", "data_bar_2010": True})
    first.add_table("H1:I3")
    first.set_row(5, 20, bold)
    second.write("A1", 1)
    second.insert_textbox("B2", "図形")
    second.add_table("D1:E3")
    second.set_column("C:C", 20, bold)
    sheet = book.add_chartsheet(chart)
    columns = book.add_chart({"type": "column"})
    columns.add_series({"values": "=控え!$A$1:$A$1"})
    sheet.set_chart(columns)
    book.define_name("控え!自分だけ", "=控え!$A$1")
    second.print_area("A1:C3")
    first.repeat_rows(0)
    second.activate()
    book.close()
    return buffer.getvalue()


RICH = rich()


def test_comments_drawings_and_names_of_others() -> None:
    findings = [
        said("表", "B2"),
        said("表", "C3", "二つ目。"),
        said("表", "Z40"),
        said("表", "E6"),
        said("控え", "A1"),
        said("控え", "C9", severity=Severity.WARNING),
        said("控え", "B1", severity=Severity.INFO),
    ]
    marked = mark(RICH, findings)
    old, new = parts(RICH), parts(marked)
    for name in old:
        if name.startswith(("xl/drawings/drawing", "xl/tables", "xl/charts", "xl/chartsheets/_")):
            assert new[name] == old[name]
    assert commented(marked)["表", "C3"].startswith("誰かのコメント\n【確認結果】\n誤り：二つ目。")
    assert commented(marked)["表", "D4"] == "別のコメント"
    assert {key for key in commented(marked) if key[0] == "控え"} == {
        ("控え", "A1"),
        ("控え", "C9"),
    }
    book = opened(marked)
    assert book.sheetnames == ["確認結果", "表", "控え", "図"]
    assert list(book["控え"].defined_names) == ["自分だけ"]
    assert book["控え"].print_area == "'控え'!$A$1:$C$3"
    assert book["表"].print_title_rows == "$1:$1"
    assert [page.title for page in book if page.sheet_view.tabSelected] == ["確認結果"]
    assert opened(marked, data_only=True)["表"]["B2"].value == 2
    looks = {
        (sheet, name): (cell.fill.fgColor.rgb, cell.font.b, cell.protection.locked)
        for sheet, name in (("表", "B2"), ("表", "Z40"), ("表", "E6"), ("控え", "C9"))
        for cell in [book[sheet][name]]
    }
    assert looks == {
        ("表", "B2"): (ERROR, True, False),
        ("表", "Z40"): (ERROR, False, True),
        ("表", "E6"): (ERROR, True, False),  # as its row
        ("控え", "C9"): (WARNING, True, False),  # as its column
    }
    assert book["控え"]["B1"].fill.fill_type is None
    # The order the schema asks for: drawing, comments, tables, extensions.
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        order = (b"<drawing", b"<legacyDrawing", b"<tableParts")
        places = [new[name].index(element) for element in order]
        assert places == sorted(places)
    rows = re.findall(rb'<row r="(\d+)"', new["xl/worksheets/sheet1.xml"])
    assert list(map(int, rows)) == sorted(map(int, rows))
    again = mark(marked, findings[:1])
    assert commented(again) == {
        **commented(RICH),
        ("表", "B2"): commented(marked)["表", "B2"],
    }


@needs_office
def test_a_rich_workbook_opens_in_libreoffice() -> None:
    marked = mark(RICH, [said("表", "B2"), said("表", "C3"), said("控え", "A1")])
    through = convert({"x": marked}, "xlsx")["x"]
    assert set(commented(through)) == {("表", "B2"), ("表", "C3"), ("表", "D4"), ("控え", "A1")}


def test_a_sheet_of_that_name_belongs_to_somebody_else() -> None:
    book = openpyxl.Workbook()
    book.active.title = "確認結果"  # type: ignore[union-attr]
    book["確認結果"]["A1"] = "うちの確認"
    marked = mark(saved(book), [said("確認結果", "A1")])
    assert opened(marked).sheetnames == ["確認結果(2)", "確認結果"]
    assert opened(mark(marked, [])).sheetnames == ["確認結果(2)", "確認結果"]


def test_a_moved_and_hidden_list_comes_back_to_the_front() -> None:
    book = opened(mark(FAULTY, FOUND))
    book.move_sheet("確認結果", 2)
    book["確認結果"].sheet_state = "hidden"
    book.active = 0
    again = opened(mark(saved(book), FOUND))
    assert again.sheetnames == ["確認結果", *layout.SHEETS, layout.GUIDE]
    assert again.worksheets[0].sheet_state == "visible"
    assert [sheet.print_area for sheet in again][1:] == [
        sheet.print_area for sheet in opened(FAULTY)
    ]


def test_odd_texts_and_sheet_names() -> None:
    book = openpyxl.Workbook()
    book.active.title = "A'B & <C>"  # type: ignore[union-attr]
    evil = '=1+1\x00<a>&"\x1b_x0041_ ]]>\ud800'
    finding = Finding("S102", Severity.ERROR, Place("x", "A'B & <C>", "B2"), evil, evil, "\r\n改行")
    marked = opened(mark(saved(book), [finding]))
    cell = marked.worksheets[0]["E5"]
    assert (cell.data_type, cell.value) == ("s", '=1+1<a>&"_x005F_x0041_ ]]>')
    assert marked.worksheets[0]["D5"].hyperlink.location == "'A''B & <C>'!B2"
    assert "<a>&" in marked.worksheets[1]["B2"].comment.text


def test_a_note_of_a_fill_is_not_believed_blindly() -> None:
    book = opened(mark(FAULTY, FOUND))
    sheet = book.worksheets[0]
    for row in range(5, sheet.max_row + 1):
        sheet.cell(row, 8).value = 'solid|rgb="/><evil/>|'
    again = parts(mark(saved(book), FOUND[:1]))
    assert b"evil" not in again["xl/styles.xml"]


@pytest.mark.parametrize(
    "data", [b"", b"no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, RICH[:2000]]
)
def test_what_cannot_be_marked_says_so(data: bytes) -> None:
    with pytest.raises(UnmarkableError):
        mark(data, [])


@needs_office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_other_formats_cannot_be_marked(kind: str) -> None:
    with pytest.raises(UnmarkableError):
        mark(convert({"x": FAULTY}, kind)["x"], FOUND)


def test_a_form_without_names_is_still_read_with_its_list() -> None:
    """Labels are looked for on every sheet then: 確認結果 must not be taken for a form."""
    book = opened(FAULTY)
    book.defined_names.clear()
    data = saved(book)
    found = judged(data)
    assert len(take_in(mark(data, found), "x.xlsx", FORM).submissions) == 1
    assert judged(mark(data, found)) == found


def test_comments_by_somebody_on_a_faulty_cell_survive_two_returns() -> None:
    book = opened(FAULTY)
    book[layout.SHEETS[0]]["E25"].comment = Comment("係長に確認中", "太郎")
    data = saved(book)
    marked = mark(data, FOUND)
    assert commented(marked)[layout.SHEETS[0], "E25"].startswith("係長に確認中\n【確認結果】")
    assert commented(mark(saved(opened(marked)), []))[layout.SHEETS[0], "E25"] == "係長に確認中"
    assert commented(mark(marked, FOUND)) == commented(marked)
