"""`receipts`: a department sees at one look what was read of its sheets, and where it came from."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.office import convert, needs_office
from tests.samples import FORM, PLAN, R3, complete, returned
from tests.test_collect import NOW, held, put
from tests.test_collect import run as collect_with
from workbook_tools.cli import cli
from workbook_tools.figures.form_figures import form_figures
from workbook_tools.findings import Finding, Place, Severity, UserError
from workbook_tools.form import layout
from workbook_tools.form.layout import Kind
from workbook_tools.intake.read_forms import take_in
from workbook_tools.outbox import Outcome
from workbook_tools.plan.model import Plan, Waiver
from workbook_tools.receipts import practice_pages
from workbook_tools.receipts.receipt import Receipt
from workbook_tools.receipts.receipts import Confirming, workbook, write_receipts
from workbook_tools.receipts.request import SHEET
from workbook_tools.register.records import State, Stored
from workbook_tools.text import width
from workbook_tools.workspace import Workspace

LEAD = PLAN.practice(16).lead  # of №17, too
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (4, 16, 17)))
OTHER = PLAN.practice(4).lead


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def run(workspace: Workspace) -> None:
    collect_with(workspace, FEW)


def written(workspace: Workspace, plan: Plan = FEW, **options: bool | str) -> Confirming:
    return write_receipts(held(workspace, plan), **options)  # type: ignore[arg-type]


def outcomes(done: Confirming) -> dict[str, str]:
    return {book.department: book.outcome.value for book in done.books}


def book_of(workspace: Workspace, department: str = LEAD) -> Workbook:
    folder = workspace.outbox / "読取内容確認" / "R3"
    return openpyxl.load_workbook(folder / f"{department}.xlsx")


def at(book: Workbook, name: str, no: int = 16) -> object:
    return cell(book, name, no).value


def cell(book: Workbook, name: str, no: int = 16):  # type: ignore[no-untyped-def]
    field = FORM[name]
    return book[f"{no}{'①②'[field.sheet]}"][field.area.a1]


def below(sheet: Worksheet) -> list[list[str]]:
    """What stands under the form: the filled cells, row by row."""
    first = FORM.rows["①②".index(sheet.title[-1])] + 1
    rows = ([str(value) for value in row if value is not None] for row in _values(sheet, first))
    return [row for row in rows if row]


def _values(sheet: Worksheet, first: int) -> Iterator[tuple[object, ...]]:
    return sheet.iter_rows(min_row=first, max_col=layout.COLUMNS, values_only=True)


# -- the pages -------------------------------------------------------------------------------------


def test_the_pages_show_what_was_read_and_mark_what_was_read_otherwise(
    workspace: Workspace,
) -> None:
    typed = {
        "進捗度_R3": "２点",
        "取組予定_R4_1": "②と同じ",
        "特記すべき事項": "－",
        "工程_状況_R3": "計画どおり",
    }
    put(workspace, "民生/No16.xlsx", returned(16, **typed))
    run(workspace)
    written(workspace)
    book = book_of(workspace)
    assert book.sheetnames == [SHEET, "16①", "16②"]
    plan = str(complete(PLAN.practice(16))["取組予定_R3_1"])
    assert at(book, "進捗度_R3") == "2※"
    assert at(book, "連携度_R3") == 2
    assert at(book, "取組予定_R4_1") == f"②と同じ\n→{plan}"
    assert at(book, "特記すべき事項") == "※（記入なし）"
    assert at(book, "工程_状況_R3") == "工程どおり※"
    assert at(book, "取組予定_R3_1") == plan
    assert (at(book, "合計_R3"), at(book, "総合評価_R3")) == (8, "B")
    assert at(book, "取組番号_R4_1") == "③"
    assert (at(book, "項目番号"), at(book, "実践項目")) == (16, PLAN.practice(16).title)
    colours = {
        name: cell(book, name).fill.fgColor.rgb[2:]
        for name in ("進捗度_R3", "連携度_R3", "取組予定_R4_1", "取組予定_R3_1")
    }
    assert colours == {
        "進捗度_R3": "FFF2CC",
        "連携度_R3": "000000",
        "取組予定_R4_1": "DDEBF7",
        "取組予定_R3_1": "000000",
    }


def test_the_list_below_says_what_was_typed_and_in_which_cell(workspace: Workspace) -> None:
    put(workspace, "民生/No16.xlsx", returned(16, 進捗度_R3="２点", 特記すべき事項="－"))
    run(workspace)
    written(workspace)
    book = book_of(workspace)
    rows = below(book["16①"])
    assert ["読み替えたところ（元のファイル：inbox/民生/No16.xlsx）"] in rows
    place = f"{layout.SHEETS[0]}の{FORM['進捗度_R3'].area.a1}"
    assert ["Ｒ３年度の進捗度", "２点", "2", "数字の書き方", place] in rows
    place = f"{layout.SHEETS[1]}の{FORM['特記すべき事項'].area.a1}"
    assert [
        FORM["特記すべき事項"].title,
        "－",
        practice_pages.NOTHING_READ,
        "記入なしの印",
        place,
    ] in below(book["16②"])
    assert any("R4←R3" in row[3] for row in rows if len(row) == 5)


def test_nothing_to_say_is_said(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    legend, nothing = below(book_of(workspace)["16②"])
    assert legend == [practice_pages.LEGEND]
    assert "ありません" in nothing[0]


def test_the_file_that_was_read_is_the_newest(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No16b.xlsx", returned(16, 進捗度_R3=9, 特記事項="新しい文。"), at=9)
    run(workspace)
    written(workspace)
    book = book_of(workspace)
    assert at(book, "特記事項") == "新しい文。"
    assert at(book, "進捗度_R3") == 9
    assert at(book, "合計_R3") is None  # 9 is no score
    told = [str(value) for row in _values(book[SHEET], 1) for value in row if value is not None]
    assert "旧版" in told
    assert any("前に受理した内容" in text for text in told)
    assert any(text.startswith("inbox/No16b.xlsx") for text in told)


def test_warnings_are_worded_below_their_page_and_marked(workspace: Workspace) -> None:
    """A file named after another practice (F020); 特記事項 missing (K603) on ②."""
    put(workspace, "No17_窓口.xlsx", returned(16, 特記事項=""))
    run(workspace)
    written(workspace)
    book = book_of(workspace)
    first, second = below(book["16①"]), below(book["16②"])
    title = "確かめていただきたいところ（元のファイル：inbox/No17_窓口.xlsx）"
    assert [title] in first
    assert any("ファイルの名前は№17ですが" in " ".join(row) for row in first)
    assert [title] in second
    assert any("特記事項が空欄です" in " ".join(row) for row in second)
    assert not any("特記事項が空欄です" in " ".join(row) for row in first)
    assert at(book, "特記事項") == "▲"
    assert cell(book, "特記事項").fill.fgColor.rgb == "FFFBE5D6"


def receipt(*findings: Finding, **answers: Stored) -> Receipt:
    practice = PLAN.practice(16)
    return Receipt(practice, State.ACCEPTED, "inbox/a.xlsx", NOW, answers, findings)


def stored(raw: str, value: str | None = None, how: str = "", **more: str) -> Stored:
    sheet = more.get("sheet", layout.SHEETS[0])
    chain = more.get("chain", "")
    return Stored(sheet, "A1", raw, raw if value is None else value, how, more.get("text"), chain)


def drawn(known: Receipt) -> Workbook:
    return openpyxl.load_workbook(BytesIO(workbook(PLAN, LEAD, [known])))


def finding(code: str, severity: Severity, name: str | None, sheet: str | None = None) -> Finding:
    place = Place("inbox/a.xlsx", sheet, "B2", name, 16, LEAD)
    return Finding(code, severity, place, None, f"{code}の文。", "直し方。")


@pytest.mark.parametrize("code", ["F008", "F009", "F015", "F017", "F018", "F019", "F020", "F021"])
def test_every_warning_of_how_it_was_read_is_there(code: str) -> None:
    book = drawn(receipt(finding(code, Severity.WARNING, "進捗度_R3"), 進捗度_R3=stored("2")))
    title = "欄の外" if code == "F017" else FORM["進捗度_R3"].title
    assert [title, f"{code}の文。直し方。", "B2"] in below(book["16①"])
    assert at(book, "進捗度_R3") == "2▲"


@pytest.mark.parametrize(
    ("code", "severity"),
    [("S102", Severity.ERROR), ("F019", Severity.INFO), ("R305", Severity.INFO)],
)
def test_errors_go_back_on_their_own_way_and_information_is_left_out(
    code: str, severity: Severity
) -> None:
    book = drawn(receipt(finding(code, severity, "進捗度_R3"), 進捗度_R3=stored("2")))
    assert not any(code in " ".join(row) for row in below(book["16①"]))
    assert at(book, "進捗度_R3") == 2


def test_what_is_said_of_the_file_is_there_for_each_of_its_forms(workspace: Workspace) -> None:
    """Macros are in no field and no sheet: F005 stands below the first page; another file's not."""
    buffer = BytesIO(returned(16))
    with zipfile.ZipFile(buffer, "a") as book:
        book.writestr("xl/vbaProject.bin", b"x")
    put(workspace, "16.xlsm", buffer.getvalue())
    put(workspace, "17.xlsx", returned(17))
    run(workspace)
    written(workspace)
    told = [row for row in below(book_of(workspace)["16①"]) if "マクロ" in str(row)]
    assert [row[0] for row in told] == ["ファイル全体"]
    assert "マクロ" not in str(below(book_of(workspace)["16②"]))
    assert "マクロ" not in str(below(book_of(workspace)["17①"]))


def test_an_error_of_how_it_was_read_is_there_and_called_so() -> None:
    book = drawn(receipt(finding("F019", Severity.ERROR, "進捗度_R3"), 進捗度_R3=stored("2")))
    title = FORM["進捗度_R3"].title
    assert [title, "【誤り】F019の文。直し方。", "B2"] in below(book["16①"])
    assert at(book, "進捗度_R3") == "2▲"


def test_a_warning_beside_the_fields_stands_below_the_page_of_its_sheet() -> None:
    answers = {"課題_R3": stored("人手", sheet="その２"), "進捗度_R3": stored("2", sheet="その１")}
    for sheet, page in (("その１", "16①"), ("その２", "16②"), ("写真", "16①")):
        book = drawn(receipt(finding("F017", Severity.WARNING, None, sheet), **answers))
        rows = below(book[page])
        assert ["欄の外", "F017の文。直し方。", f"{sheet}のB2"] in rows


def test_where_one_sheet_holds_both_pages_it_stands_below_the_first() -> None:
    answers = {"課題_R3": stored("人手"), "進捗度_R3": stored("2")}
    warning = finding("F017", Severity.WARNING, None, layout.SHEETS[0])
    assert len(below(drawn(receipt(warning, **answers))["16①"])) > 2


def test_what_the_secretariat_prints_is_not_listed() -> None:
    book = drawn(receipt(取組項目=stored("№7 窓口", "窓口", "番号と名称")))
    assert at(book, "取組項目") == PLAN.item(PLAN.practice(16).item_no).name
    assert len(below(book["16①"])) == 2  # the legend, and that there is nothing to say


def test_findings_about_the_master_are_not_the_departments(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    past = dataclasses.replace(FEW, waivers=(Waiver(16, "K603", "よい"),))
    written(workspace, past)
    assert not any("特例" in " ".join(row) for row in below(book_of(workspace)["16①"]))


def test_signs_stand_together_and_the_doubt_has_its_colour() -> None:
    known = receipt(
        finding("F018", Severity.WARNING, "進捗度_R3"), 進捗度_R3=stored("２", "2", "数字の書き方")
    )
    book = drawn(known)
    assert at(book, "進捗度_R3") == "2▲※"
    assert cell(book, "進捗度_R3").fill.fgColor.rgb == "FFFBE5D6"


def test_texts_stay_texts() -> None:
    known = receipt(
        特記事項=stored("=1+1"),
        課題_R3=stored("=HYPERLINK(1)\n", "=HYPERLINK(1)", "", chain="R3←R2", text="@SUM(1)"),
        進捗度_R3=stored("=cmd"),
        工程_状況_R3=stored("+1"),
    )
    known = dataclasses.replace(known, file="inbox/=1+1.xlsx")
    book = drawn(known)
    assert at(book, "特記事項") == "=1+1"
    assert at(book, "課題_R3") == "=HYPERLINK(1)\n→@SUM(1)"
    for sheet in book:
        assert not any(found.data_type == "f" for row in sheet.iter_rows() for found in row)


def test_however_long_a_text_is_the_list_stays_readable() -> None:
    """Excel's rows end at 409 points; the page above has it all."""
    text = "あ\n" * 3000
    book = drawn(receipt(特記事項=stored(text, text, "よみかえ")))
    assert at(book, "特記事項") == f"※{text}"
    (row,) = [row for row in below(book["16②"]) if len(row) == 5 and row[0] == "特記事項"]
    assert row[1].endswith("…（続きは上の欄）")
    assert len(row[1]) < 100


# -- the first sheet -------------------------------------------------------------------------------


def test_the_request_lists_the_practices_with_links(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3="２"))
    put(workspace, "No17.xlsx", returned(17, 進捗度_R3=9, 特記事項=""))
    run(workspace)
    written(workspace)
    book = book_of(workspace)
    assert book.sheetnames == [SHEET, "16①", "16②", "17①", "17②"]
    sheet = book[SHEET]
    rows = [row for row in sheet.iter_rows() if row[0].value in (16, 17)]
    told = [[found.value for found in row[3:7]] for row in rows]
    assert told == [
        [PLAN.practice(16).title, "受理", 5, 0],  # four arrows and a score
        [PLAN.practice(17).title, "要修正", 4, 1],
    ]
    links = {found.hyperlink.location for row in rows for found in row if found.hyperlink}
    assert links == {f"'{name}'!A1" for name in book.sheetnames[1:]}
    back = book["17②"].cell(1, layout.SPACER + 2).hyperlink
    assert back is not None
    assert back.location == f"'{SHEET}'!A1"
    words = " ".join(str(found.value) for row in sheet.iter_rows() for found in row)
    assert "前に受理した" not in words
    for said in (f"{LEAD}　御中", "もう一度提出してください", "要修正", PLAN.secretariat, "※", "▲"):
        assert said in words


def test_where_all_is_accepted_nothing_is_said_of_sending_back() -> None:
    sheet = drawn(receipt(進捗度_R3=stored("2")))[SHEET]
    assert "要修正" not in " ".join(str(found.value) for row in sheet.iter_rows() for found in row)


def test_it_is_known_by_a_name_when_it_comes_back(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    assert set(book_of(workspace).defined_names) == {layout.RECEIPT}
    assert layout.RECEIPT not in FORM.names


def test_met_in_the_inbox_it_is_information(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    (path,) = workspace.outbox.rglob("*.xlsx")
    read = take_in(path.read_bytes(), "inbox/確認票.xlsx", FORM)
    assert [found.code for found in read.findings] == ["F004"]
    assert read.submissions == ()


def test_nothing_can_be_typed_into_it(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    assert all(sheet.protection.sheet for sheet in book_of(workspace))


# -- what is new -----------------------------------------------------------------------------------


def test_only_departments_with_something_new(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No4.xlsx", returned(4))
    run(workspace)
    assert outcomes(written(workspace)) == {LEAD: "作成", OTHER: "作成"}
    before = {path.name: path.read_bytes() for path in workspace.outbox.rglob("*.xlsx")}
    assert outcomes(written(workspace)) == {LEAD: "変更なし", OTHER: "変更なし"}
    put(workspace, "No17.xlsx", returned(17), at=9)
    run(workspace)
    assert outcomes(written(workspace)) == {LEAD: "作成", OTHER: "変更なし"}
    after = {path.name: path.read_bytes() for path in workspace.outbox.rglob("*.xlsx")}
    assert {name for name in after if after[name] != before[name]} == {f"{LEAD}.xlsx"}


def test_the_same_state_gives_the_same_bytes(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3="２"))
    run(workspace)
    written(workspace)
    (path,) = workspace.outbox.rglob("*.xlsx")
    before = path.read_bytes()
    path.unlink()  # a lost file comes back
    assert outcomes(written(workspace)) == {LEAD: "作成"}
    assert path.read_bytes() == before


def test_a_change_elsewhere_in_the_plan_makes_nothing_new(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    other = dataclasses.replace(PLAN.practice(4), title="ほかの題")
    practices = (other, *FEW.practices[1:])
    changed = dataclasses.replace(FEW, deadline=date(2022, 5, 1), practices=practices)
    assert outcomes(written(workspace, changed)) == {LEAD: "変更なし"}
    renamed = dataclasses.replace(FEW, secretariat="行革課")
    assert outcomes(written(workspace, renamed)) == {LEAD: "作成"}


def test_what_somebody_edited_stays_unless_forced(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    (path,) = workspace.outbox.rglob("*.xlsx")
    before = path.read_bytes()
    path.write_bytes(b"edited")
    put(workspace, "No17.xlsx", returned(17), at=9)
    run(workspace)
    assert outcomes(written(workspace)) == {LEAD: Outcome.EDITED.value}
    assert path.read_bytes() == b"edited"
    assert outcomes(written(workspace, force=True)) == {LEAD: "作成"}
    assert path.read_bytes() not in (b"edited", before)


def test_forced_it_is_written_over_though_nothing_is_new(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    written(workspace)
    (path,) = workspace.outbox.rglob("*.xlsx")
    before = path.read_bytes()
    path.write_bytes(b"edited")
    assert outcomes(written(workspace)) == {LEAD: "変更なし"}
    assert outcomes(written(workspace, force=True)) == {LEAD: "作成"}
    assert path.read_bytes() == before


def test_what_is_no_longer_due_is_taken_away(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No4.xlsx", returned(4))
    run(workspace)
    written(workspace)
    beside = workspace.outbox / "読取内容確認" / "R3" / "メモ.xlsx"
    beside.write_bytes(b"of the secretariat's own")
    moved = dataclasses.replace(PLAN.practice(4), departments=(LEAD,))
    plan = dataclasses.replace(FEW, practices=(moved, *FEW.practices[1:]))
    done = written(workspace, plan)
    assert done.removed == (f"outbox/読取内容確認/R3/{OTHER}.xlsx",)
    assert beside.exists()
    assert outcomes(done) == {LEAD: "作成"}


def test_one_department_alone(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No4.xlsx", returned(4))
    run(workspace)
    assert outcomes(written(workspace, department=LEAD)) == {LEAD: "作成"}
    assert [path.stem for path in workspace.outbox.rglob("*.xlsx")] == [LEAD]
    spelled = LEAD.replace("（", "(").replace("）", ") ")
    assert outcomes(written(workspace, department=spelled)) == {LEAD: "変更なし"}
    with pytest.raises(UserError, match="のことですか"):
        written(workspace, department=LEAD[:-1])
    with pytest.raises(UserError, match="ありません"):
        written(workspace, department="宇宙課")


def test_a_former_name_means_the_department(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    departments = tuple(
        dataclasses.replace(known, former_names=("（民）戸籍課",)) if known.name == LEAD else known
        for known in FEW.departments
    )
    plan = dataclasses.replace(FEW, departments=departments)
    assert outcomes(written(workspace, plan, department="（民）戸籍課")) == {LEAD: "作成"}


def test_nothing_was_read_yet(workspace: Workspace) -> None:
    run(workspace)
    with pytest.raises(UserError, match="collect を実行してください"):
        written(workspace)


# -- what the form works out -----------------------------------------------------------------------


def test_the_figures_of_a_form() -> None:
    values = {f"{name}_R3": "2" for name in FORM.criteria} | {"取組予定_R3_1": "実施"}
    found = form_figures(PLAN.of_year(R3), values)
    assert (found["合計_R3"], found["総合評価_R3"]) == (8, "B")
    assert (found["合計_R2"], found["総合評価_R2"]) == ("", "")
    assert (found["進捗度_R4"], found["合計_R4"]) == ("-", "-")
    assert found["取組番号_R3_1"] == "②"
    for spoilt in ("", "9", "２", "二", "2.5"):
        assert form_figures(PLAN, {**values, "進捗度_R3": spoilt})["合計_R3"] == ""


# -- on paper --------------------------------------------------------------------------------------


def breaks(sheet: Worksheet) -> list[int]:
    """Rows above which a new page begins, zero-based."""
    return [found.id for found in sheet.row_breaks.brk]


def many(count: int) -> dict[str, Stored]:
    """Answers of ① that were read otherwise, each with a row in the list."""
    names = [known.name for known in FORM.fields if known.kind is Kind.TEXT and known.sheet == 0]
    return {name: stored("２", "2", "よみかえ") for name in names[:count]}


def test_a_list_that_fits_stands_on_the_page_of_the_form() -> None:
    book = drawn(receipt(進捗度_R3=stored("２", "2", "数字の書き方")))
    assert breaks(book["16①"]) == []


def test_a_list_that_does_not_fit_begins_a_page() -> None:
    form = FORM.rows[0] + 1  # with the legend
    assert breaks(drawn(receipt(**many(25)))["16①"]) == [form]


@pytest.mark.parametrize("lines", range(0, 30, 2))
def test_a_list_is_torn_between_its_rows_only(lines: int) -> None:
    """Wherever the form ends, title and headings stay with the first row."""
    form = FORM.rows[0] + 1
    answers = {**many(99), "評価理由_進捗度": stored("あ\n" * lines)}
    torn = breaks(drawn(receipt(**answers))["16①"])
    assert torn
    assert all(row <= form or row > form + 3 for row in torn)  # gap, title, headings


def test_texts_are_as_large_as_the_page_holds_them() -> None:
    def size_and_breaks(letters: int) -> tuple[float, list[int]]:
        names = [f"取組結果_R{year}_{n}" for year in (2, 3, 4, 5) for n in (1, 2, 3)]
        book = drawn(receipt(**{name: stored("あ" * letters) for name in names}))
        return cell(book, names[0]).font.size, breaks(book["16①"])

    assert size_and_breaks(10) == (11.25, [])
    assert [size_and_breaks(letters)[0] for letters in (60, 110, 180)] == [11.25, 10, 9]
    size, torn = size_and_breaks(400)
    assert size == 9
    assert torn
    assert torn[0] < FORM.rows[0]


@needs_office
def test_on_paper(workspace: Workspace, tmp_path: Path) -> None:
    """Every column is printed, footers are whole; a form that is too long takes two pages."""
    long = {f"取組結果_{year}_{n}": "長い文です。" * 30 for year in ("R2", "R3") for n in (1, 2, 3)}
    long |= {
        f"取組予定_{year}_{n}": "予定の文。" * 20 for year in ("R2", "R3", "R4") for n in (1, 2)
    }
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3="２"))
    put(workspace, "No17.xlsx", returned(17, **long))
    run(workspace)
    written(workspace)
    (path,) = workspace.outbox.rglob(f"{LEAD}.xlsx")
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(convert({"a": path.read_bytes()}, "pdf")["a"])
    pages = printed_words(pdf)
    feet = ["".join(text for text, _, top in words if top > 800) for words in pages]
    assert feet == [
        f"{name}{number}/6"
        for number, name in enumerate((SHEET, "16①", "16②", "17①", "17①", "17②"), start=1)
    ]
    texts = [{text for text, *_ in words} for words in pages]
    assert "人材" in texts[1] & texts[3]  # the last column
    spot = f"{layout.SHEETS[0]}の{FORM['工程_当初_R3'].area.a1}"
    assert spot in texts[1] & texts[4]
    assert not any("##" in text for words in pages for text, *_ in words)
    sizes = {text: size for text, size, _ in pages[1]}
    answer = str(complete(PLAN.practice(16))["評価理由_進捗度"])
    assert sizes[answer] > 8.9
    assert sizes["読み取ったもの"] > 8.9
    assert min(size for _, size, top in pages[0] if top < 800) > 8.9  # above the footer


def printed_words(pdf: Path) -> list[list[tuple[str, float, float]]]:
    """Of every page its words: text, size in points, distance from the upper edge.

    The pitch is fixed: a full-width character is as wide as the print is high.
    """
    done = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, check=True)
    pages = done.stdout.decode().split("<page ")[1:]
    word = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax=".+?">(.*?)</word>')
    return [
        [
            (text, 2 * (float(right) - float(left)) / width(text), float(top))
            for left, top, right, text in word.findall(page)
        ]
        for page in pages
    ]


# -- the command -----------------------------------------------------------------------------------


def command(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(workspace.root), *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def test_the_command(workspace: Workspace) -> None:
    assert "receipts" in cli.commands
    command(workspace, "init", "--sample")
    assert command(workspace, "receipts").returncode == 2
    put(workspace, "No16.xlsx", returned(16, 特記事項=""))
    command(workspace, "collect")
    done = command(workspace, "receipts", "--year", "R3")
    assert done.returncode == 0, done.stderr
    first, second, last, *_next_step = done.stdout.splitlines()
    assert first == (
        "令和３年度の読取内容確認票： 作成 1部署、変更なし 0部署、編集済みのため残した 0部署"
    )
    assert second == f"　{LEAD}： 1件（確かめてほしいところ 1）"
    assert last.endswith("R3")
    assert "変更なし 1部署" in command(workspace, "receipts").stdout
    wrong = command(workspace, "receipts", "--department", "宇宙課")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
