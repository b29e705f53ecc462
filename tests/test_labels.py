"""Fields are found by the printed labels, whatever was done to the workbook (contract, domain §9).

Every field of the form is given a text of its own; the workbook is damaged in one way; each field
must be found where its text now stands.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl
import pytest

from tests.office import convert, needs_office
from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read import book as reading
from workbook_tools.excel.read.book import Table
from workbook_tools.form import layout
from workbook_tools.form.content import Content
from workbook_tools.form.layout import Kind, form_of
from workbook_tools.form.workbook import workbook
from workbook_tools.intake.by_labels import find
from workbook_tools.intake.printed_words import word
from workbook_tools.plan import read_master as plan

PLAN = plan.sample()
FORM = form_of(PLAN)
R3 = FiscalYear.parse("R3")
EVALUATED = ("R2", "R3")
ONE, TWO = layout.SHEETS
Book = Any  # openpyxl's workbook, which has no types
Damage = Callable[[Book], object]

# What people may type word for word, without its being a label.
TRAPS = {
    "工程_当初_R2": "Ｒ３",
    "工程_当初_R3": "変更",
    "取組予定_R2_1": "取組内容",
    "取組結果_R2_1": "Ｒ２",
    "取組予定_R2_2": "【取組予定・今後の取組予定】",
    "取組結果_R2_2": "【取組結果・評価につながる活動指標(効果)】",
    "取組予定_R3_1": "課題・問題点／今後の想定される課題等",
    "取組結果_R3_1": "左記の解決方法",
    "取組予定_R3_2": "進捗度",
    "取組予定_R3_3": "連携度",
    "評価理由_進捗度": "Ｒ２",
    "評価理由_連携度": "総合評価",
    "評価理由_効率性": "【評価の理由】",
    "課題_R2": "特記事項",
    "解決方法_R2": "特記事項",
    "課題_R3": "Ｒ２",
    "解決方法_R3": "【上記のうち、特記すべき事項】",
    "特記事項": "【上記のうち、特記すべき事項】とＲ２の課題",
    "特記すべき事項": "特記事項",
}


def filled(number: int = 16, values: Mapping[str, str] | None = None) -> bytes:
    """The form of an item: every field that departments fill holds its own name, or ``values``."""
    texts: dict[str, str | int] = {}
    for item in FORM.fields:
        late = str(item.year) not in (*EVALUATED, "None")
        if item.kind is Kind.STATUS:
            texts[item.name] = "" if late else f"工程どおり{item.year}"
        elif item.kind is Kind.SCORE:
            texts[item.name] = "-" if late else f"{item.name}"
        elif item.kind is Kind.TEXT:
            texts[item.name] = f"{number}の{item.name}"
    texts |= {"取組終了_年": 4, "取組終了_月": 3, **(values or {})}
    content = Content({name: text for name, text in texts.items() if text}, frozenset(texts))
    return workbook(PLAN, PLAN.practice(number), content)


def opened(data: bytes) -> Book:
    # Values instead of formulas: openpyxl would write formulas without their values.
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def saved(book: Book) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def typed(data: bytes) -> dict[str, str]:
    """Field → text of an untouched workbook, read at the places of the layout."""
    tables = reading.tables(data)
    return {
        item.name: tables[item.sheet].text(item.area.row, item.area.col) for item in FORM.fields
    }


def read(tables: Sequence[Table]) -> list[dict[str, str]]:
    """Field → text per form, found by labels."""
    return [
        {name: tables[table].text(row, col) for name, (table, row, col) in spots.items()}
        for spots in find(FORM, tables)
    ]


def read_bytes(data: bytes) -> list[dict[str, str]]:
    return read(reading.tables(data))


def opened_tables(merged: bool) -> list[Table]:
    tables = reading.tables(FORM_16)
    return tables if merged else [Table(each.sheet, each.grid) for each in tables]


FORM_16, FORM_17 = filled(), filled(17)
TEXTS, TEXTS_17 = typed(FORM_16), typed(FORM_17)


# -- what people do to workbooks


def insert(book: Book, sheet: str, *, row: int = 0, col: int = 0) -> None:
    """Insert a row or column before a one-based place as Excel does: merged cells move or grow."""
    page = book[sheet]
    areas = [area.bounds for area in page.merged_cells.ranges]
    for left, top, right, bottom in areas:
        page.unmerge_cells(None, top, left, bottom, right)
    if row:
        page.insert_rows(row)
    if col:
        page.insert_cols(col)
    for left, top, right, bottom in areas:
        page.merge_cells(
            None,
            top + (0 < row <= top),
            left + (0 < col <= left),
            bottom + (0 < row <= bottom),
            right + (0 < col <= right),
        )


def unmerge(book: Book) -> None:
    for page in book:
        for area in list(page.merged_cells.ranges):
            page.unmerge_cells(str(area))


def widen(book: Book) -> None:
    """A column between number and plan, taken into the cells to its right or to its left."""
    insert(book, ONE, col=4)
    page = book[ONE]
    for area in [area.bounds for area in page.merged_cells.ranges if area.min_col == 5]:
        left, top, right, bottom = area
        text = page.cell(top, left).value
        page.unmerge_cells(None, top, left, bottom, right)
        page.cell(top, left).value = None
        page.cell(top, 4).value = text
        page.merge_cells(None, top, 4, bottom, right)


def merge_up_and_down(book: Book) -> None:
    """A blank row before each year of ②, merged with the row of the year."""
    for item in reversed(FORM.yearly("課題")):
        insert(book, TWO, row=item.area.row + 1)
    page = book[TWO]
    for area in [area.bounds for area in page.merged_cells.ranges if area.min_col == 4]:
        left, top, right, bottom = area
        if 3 < top < 14 and top == bottom:
            page.unmerge_cells(None, top, left, bottom, right)


def retype(change: Callable[[str], str]) -> Damage:
    """Type the labels anew."""

    def damage(book: Book) -> None:
        for label in FORM.labels:
            cell = book[layout.SHEETS[label.sheet]][label.area.a1]
            if cell.value and not label.repeats:
                cell.value = change(str(cell.value))

    return damage


def replace(**words: str) -> Damage:
    return retype(lambda text: words.get(word(text), text))


def spaced(text: str) -> str:
    return "　".join(text.replace("\n", "")) + " \n"


def narrow(text: str) -> str:
    wide = "ＲＩＣＴ０１２３４５６７８９（）／"
    return text.replace("\n", "").translate(str.maketrans(wide, "RICT0123456789()/"))


def remove(*words: str) -> Damage:
    """Remove labels that only our form prints."""
    return retype(lambda text: "" if word(text) in words else text)


def beside_gone(book: Book) -> None:
    for sheet in layout.SHEETS:
        page = book[sheet]
        for area in [area for area in page.merged_cells.ranges if area.min_col > layout.COLUMNS]:
            page.unmerge_cells(str(area))
        page.delete_cols(layout.COLUMNS + 1, 99)


def renamed(book: Book) -> None:
    book[ONE].title, book[TWO].title = "Sheet1", "Sheet2"
    book.move_sheet("Sheet2", -1)
    book.create_sheet("確認結果", 0).append(["実践項目", "課題", "取組内容"])


def one_cell(book: Book) -> None:
    for name in layout.SHEETS:
        page = book[name]
        page["T1"].value, page["W1"].value = f"確認時期 {page['W1'].value}", None


DAMAGES: dict[str, Damage] = {
    "nothing": lambda book: None,
    "names deleted": lambda book: book.defined_names.clear(),
    "sheets renamed and moved": renamed,
    "all cells split": unmerge,
    "column before, split": lambda book: (unmerge(book), insert(book, ONE, col=12)),
    "cells widened to the left": widen,
    "rows above the years of ②": merge_up_and_down,
    "labels spaced out": retype(spaced),
    "labels narrow and on one line": retype(narrow),
    "years R2年度": retype(lambda text: f"R{text[-1]}年度" if text[:2] == "Ｒ\n" else text),
    "years 令和２年度": retype(
        lambda text: f"令和{text[-1]}年度" if len(text) < 4 and text[0] == "Ｒ" else text
    ),
    "labels with remarks": replace(
        取組に対する自己評価="取組に対する自己評価（令和３年度）",
        評価の理由="【評価の理由】（令和３年度）",
        特記事項="特記事項（Ｒ３）",
    ),
    "our labels removed": remove("当初", "変更", "合計", "番号", "評価項目"),
    "area beside the form removed": beside_gone,
    "beside removed, split": lambda book: (beside_gone(book), unmerge(book)),
    "protection removed": lambda book: [page.protection.disable() for page in book],
    "a list added": lambda book: book.create_sheet("一覧").append(["年度", "取組予定", "取組結果"]),
}


def without(texts: Mapping[str, str], *stems: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if FORM[name].stem not in stems}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_field_is_found_after(damage: Damage) -> None:
    book = opened(FORM_16)
    damage(book)
    expected = TEXTS
    if damage is DAMAGES["our labels removed"]:
        # Without its label a computed figure need not be found; ①… stand alone.
        expected = without(TEXTS, "合計", "取組番号")
    if damage in (DAMAGES["area beside the form removed"], DAMAGES["beside removed, split"]):
        expected = without(TEXTS, "様式版")
    [found] = read_bytes(saved(book))
    assert {name: found.get(name) for name in expected} == expected


def inserted(table: Table, *, row: int = 9999, col: int = 9999) -> Table:
    """A blank row or column before a place, as Excel inserts it: merged cells move or grow."""
    grid = [list(cells) for cells in table.grid]
    for cells in grid:
        cells[col:col] = [""]
    grid[row:row] = [[]]
    moved = Table(table.sheet, grid)
    vars(moved)["merged"] = tuple(
        Area(
            area.row + (row <= area.row),
            area.col + (col <= area.col),
            area.rows + (area.row < row <= area.last_row),
            area.cols + (area.col < col <= area.last_col),
        )
        for area in table.merged
    )
    return moved


ROWS = [(sheet, row) for sheet in (0, 1) for row in range(FORM.rows[sheet] + 1)]
COLS = [(sheet, col) for sheet in (0, 1) for col in range(layout.MEANING_2 + 1)]


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize(("sheet", "row"), ROWS)
def test_every_field_is_found_after_a_row_was_inserted(sheet: int, row: int, merged: bool) -> None:
    tables = opened_tables(merged)
    tables[sheet] = inserted(tables[sheet], row=row)
    assert read(tables) == [TEXTS]


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize(("sheet", "col"), COLS)
def test_every_field_is_found_after_a_column_was_inserted(
    sheet: int, col: int, merged: bool
) -> None:
    tables = opened_tables(merged)
    tables[sheet] = inserted(tables[sheet], col=col)
    assert read(tables) == [TEXTS]


def test_every_field_is_found_after_rows_and_columns_were_inserted_everywhere() -> None:
    tables = opened_tables(True)
    for sheet in (0, 1):
        for col in range(layout.MEANING_2, -1, -1):
            tables[sheet] = inserted(tables[sheet], col=col)
        for row in range(FORM.rows[sheet], -1, -1):
            tables[sheet] = inserted(tables[sheet], row=row)
    assert read(tables) == [TEXTS]


def test_untouched_every_field_has_the_place_of_the_layout() -> None:
    [spots] = find(FORM, reading.tables(FORM_16))
    assert spots == {item.name: (item.sheet, item.area.row, item.area.col) for item in FORM.fields}


@pytest.mark.parametrize("merged", [True, False])
def test_blank_fields_have_the_place_where_a_value_would_stand(merged: bool) -> None:
    blank = workbook(PLAN, PLAN.practice(16), Content({}, frozenset()))
    book = opened(blank)
    if not merged:
        unmerge(book)
    [spots] = find(FORM, reading.tables(saved(book)))
    expected = {item.name: (item.sheet, item.area.row, item.area.col) for item in FORM.fields}
    if not merged:  # where a blank stands between two words, any cell of the gap is right
        for name in ("取組終了_年", "取組終了_月"):
            expected.pop(name), spots.pop(name)
    assert spots == expected


@pytest.mark.parametrize(
    "damage", [DAMAGES["nothing"], unmerge, beside_gone, DAMAGES["our labels removed"]]
)
def test_typed_words_are_not_taken_for_labels(damage: Damage) -> None:
    data = filled(values=TRAPS)
    texts, book = typed(data), opened(data)
    damage(book)
    [found] = read_bytes(saved(book))
    expected = without(texts, "合計", "取組番号", "様式版")
    assert {name: found.get(name) for name in expected} == expected


@needs_office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_saved_in_another_format(kind: str) -> None:
    converted = convert({"form": FORM_16}, kind)["form"]
    [found] = read_bytes(converted)
    expected = without(TEXTS, "合計", "総合評価", "取組番号")
    assert {name: found.get(name) for name in expected} == expected


# -- several forms in a workbook


def copied(source: Book, target: Book, sheet: str, name: str, first_row: int = 1) -> None:
    """Copy a sheet into another workbook, or below what a sheet holds."""
    page = target[name] if name in target.sheetnames else target.create_sheet(name)
    for row in source[sheet].iter_rows():
        for cell in row:
            if cell.value is not None:
                page.cell(cell.row + first_row - 1, cell.column, cell.value)
    for area in source[sheet].merged_cells.ranges:
        left, top, right, bottom = area.bounds
        page.merge_cells(None, top + first_row - 1, left, bottom + first_row - 1, right)


def gathered(*pieces: tuple[bytes, str, str, int]) -> list[dict[str, str]]:
    """Read one workbook put together from (workbook, its sheet, sheet to copy to, first row)."""
    book = openpyxl.Workbook()
    for data, sheet, name, first_row in pieces:
        copied(opened(data), book, sheet, name, first_row)
    return read_bytes(saved(book))


def test_two_items_on_their_own_sheets() -> None:
    found = gathered(
        (FORM_16, ONE, "16①", 1),
        (FORM_16, TWO, "16②", 1),
        (FORM_17, ONE, "17①", 1),
        (FORM_17, TWO, "17②", 1),
    )
    assert found == [TEXTS, TEXTS_17]


def test_sheets_belong_together_by_the_number_printed_on_both() -> None:
    found = gathered(
        (FORM_17, TWO, "b", 1),
        (FORM_16, TWO, "a", 1),
        (FORM_16, ONE, "d", 1),
        (FORM_17, ONE, "c", 1),
    )
    assert found == [TEXTS, TEXTS_17]


def test_all_on_one_sheet() -> None:
    found = gathered(
        (FORM_16, ONE, "A", 1),
        (FORM_16, TWO, "A", 40),
        (FORM_17, TWO, "A", 60),
        (FORM_17, ONE, "A", 80),
    )
    assert found == [TEXTS, TEXTS_17]


def test_directly_below_each_other() -> None:
    rows = FORM.rows[0]
    assert gathered((FORM_16, ONE, "A", 1), (FORM_16, TWO, "A", rows + 1)) == [TEXTS]


def test_one_half_alone() -> None:
    [first] = gathered((FORM_16, ONE, "A", 1))
    [second] = gathered((FORM_16, TWO, "A", 1))
    assert first == {name: text for name, text in TEXTS.items() if FORM[name].sheet == 0}
    printed_twice = {"項目番号", "確認年度", "実践項目", "取組項目番号"}
    assert second == {
        name: text for name, text in TEXTS.items() if FORM[name].sheet == 1 or name in printed_twice
    }


def test_halves_of_two_items_are_two_forms() -> None:
    first, second = gathered((FORM_16, ONE, "A", 1), (FORM_17, TWO, "B", 1))
    assert (first["項目番号"], first.get("課題_R3")) == ("16", None)
    assert (second["項目番号"], second["課題_R3"]) == ("17", TEXTS_17["課題_R3"])


# -- forms with less in them


def test_years_that_are_not_printed_are_absent() -> None:
    book = opened(FORM_16)
    rows = {item.area.row + 1 for item in FORM.activities("取組予定") if str(item.year) > "R4"}
    unmerge(book)
    book[ONE].delete_rows(min(rows), len(rows))
    last = FORM["課題_R4"].area.row + 1
    book[TWO].delete_rows(last, 3)
    [found] = read_bytes(saved(book))
    gone = {
        name
        for name in TEXTS
        if name.startswith(("取組予定_R5", "取組結果_R5", "取組番号_R5"))
        or name.startswith(("取組予定_R6", "取組結果_R6", "取組番号_R6"))
        or (FORM[name].stem in ("課題", "解決方法") and str(FORM[name].year) > "R3")
    }
    assert found == {name: text for name, text in TEXTS.items() if name not in gone}


def test_fewer_rows_a_year() -> None:
    book = opened(FORM_16)
    unmerge(book)
    for item in reversed(FORM.activities("取組予定")):
        if item.n == 3:
            book[ONE].delete_rows(item.area.row + 1)
    [found] = read_bytes(saved(book))
    assert found == {name: text for name, text in TEXTS.items() if FORM[name].n != 3}


# -- the paper's own layout, typed from scratch


def paper(*, ending: Sequence[object]) -> list[Table]:
    """Labels as the papers print them: none of ours, number and name in one cell."""

    def row(**cells: object) -> list[Any]:
        width = max((ord(col) - ord("a") for col in cells), default=0) + 1
        return [cells.get(chr(ord("a") + col), "") for col in range(width)]

    first = [
        row(a=16.0, b="【行政創革プラン進捗状況シート①】", i="確認時期 令和３年度末"),
        row(),
        row(
            a="№7 窓口の利便性",
            e="テ ー マ",
            f="財政運営",
            g="市民サービス",
            h="民間活力",
            i="ＩＣＴ",
        ),
        row(a="実 践 項 目", b="タブレット", g="○", i="○"),
        row(a="担 当 部 署", b="（民）窓口サービス課"),
        row(a="工 程 表\n( 予 定 含 )", b="Ｒ２年度", d="Ｒ３年度", f="Ｒ４年度", g="Ｒ５年度"),
        row(b="調査", c="工\n程\nど\nお\nり", d="設計", e="工\n程\n見\n直\nし", f="⇒", g="⇒"),
        row(d="再調査"),
        row(
            a="取 組 内 容",
            c="【取組予定・今後の取組予定】",
            e="【取組結果・評価につながる活動指標(効果)】",
        ),
        row(b="Ｒ\n２", c="視察", e="(新)視察した"),
        row(c="検討", e="(新)検討した"),
        row(b="Ｒ\n３", c="①と同じ", e="(継)２市を視察"),
        row(b="Ｒ\n４", c="試行"),
        row(a="取 組 に 対 す る\n自 己 評 価", c="Ｒ２", d="Ｒ３", e="Ｒ４", f="【評価の理由】"),
        row(b="進 捗 度", c="２", d="１", e="-", f="遅れ"),
        row(b="連 携 度", c="２", d="２", e="-", f="連携"),
        row(b="効 率 性", c="２", d="２", e="-", f="効率"),
        row(b="創 造 性", c="３", d="３", e="-", f="創造"),
        row(b="総合評価", c="Ｂ", d="Ｂ", e="-", f="総合"),
        list(ending),
    ]
    second = [
        row(a="№7", c="【行政創革プラン進捗状況シート②】"),
        row(a=16.0, b="タブレット", e="確 認 時 期", f="令和３年度末"),
        row(
            a="取 組 上 の\n課 題 等",
            b="年度",
            c="課題・問題点／今後の想定される課題等",
            e="左記の解決方法",
        ),
        row(b="Ｒ２", c="人手", e="研修"),
        row(b="Ｒ３", c="・Ｒ２と同じ", e="Ｒ２と同じ"),
        row(a="特 記 事 項", b="影響がある"),
        row(a="【上記のうち、特記すべき事項】"),
        row(a="注視する"),
    ]
    return [Table("様式１", first), Table("様式２", second)]


BOTH = ["令和４年３月取組終了"]


@pytest.mark.parametrize(
    ("ending", "year", "month"),
    [
        (["取組終了の場合記入 →", "", "令和４年３月取組終了"], BOTH[0], BOTH[0]),
        (
            ["取組終了の場合記入 → 令和４年３月取組終了"],
            *2 * ["取組終了の場合記入 → 令和４年３月取組終了"],
        ),
        (["取組終了の場合記入 →", "令和", 4.0, "年", "３", "月取組終了"], "4", "３"),
        (["取組終了の場合記入 → 令和", "", "", "年", "", "月 取組終了"], "", ""),
        (["取組終了の場合記入 →", "令和　　年　　月取組終了"], *2 * ["令和　　年　　月取組終了"]),
        (["取組終了の場合記入 →", "令和", "４年", "３月取組終了"], "４年", "３月取組終了"),
    ],
)
def test_the_papers_own_layout(ending: list[object], year: str, month: str) -> None:
    [found] = read(paper(ending=ending))
    expected = {
        "項目番号": "16",
        "確認年度": "確認時期 令和３年度末",
        "取組項目番号": "№7 窓口の利便性",
        "取組項目": "№7 窓口の利便性",
        "実践項目": "タブレット",
        "担当部署": "（民）窓口サービス課",
        "テーマ_財政": "",
        "テーマ_サービス": "○",
        "テーマ_民活": "",
        "テーマ_ICT": "○",
        "工程_当初_R2": "調査",
        "工程_変更_R2": "",
        "工程_状況_R2": "工\n程\nど\nお\nり",
        "工程_当初_R3": "設計",
        "工程_変更_R3": "再調査",
        "工程_状況_R3": "工\n程\n見\n直\nし",
        "工程_当初_R4": "⇒",
        "工程_当初_R5": "⇒",
        "取組予定_R2_1": "視察",
        "取組結果_R2_2": "(新)検討した",
        "取組予定_R3_1": "①と同じ",
        "取組結果_R3_1": "(継)２市を視察",
        "取組予定_R4_1": "試行",
        "取組結果_R4_1": "",
        "進捗度_R3": "１",
        "創造性_R2": "３",
        "連携度_R4": "-",
        "総合評価_R3": "Ｂ",
        "評価理由_進捗度": "遅れ",
        "評価理由_総合評価": "総合",
        "課題_R2": "人手",
        "解決方法_R3": "Ｒ２と同じ",
        "特記事項": "影響がある",
        "特記すべき事項": "注視する",
        "取組終了_年": year,
        "取組終了_月": month,
    }
    assert {name: found.get(name) for name in expected} == expected
    # What this paper does not show is not made up.
    assert not {"取組予定_R2_3", "取組予定_R3_2", "取組予定_R5_1", "課題_R4", "進捗度_R5"} & set(
        found
    )


@pytest.mark.parametrize(
    ("cell", "is_answer"),
    [("A12", True), ("A13", True), ("I25", False), ("A25", False), ("D14", False)],
)
def test_a_wide_field_ends_near_its_heading_without_names_and_merged_cells(
    cell: str, is_answer: bool
) -> None:
    """As .ods has it; on grouped sheets what is typed on ① lands somewhere below ② as well."""
    book = opened(filled(values={"特記すべき事項": ""}))
    unmerge(book)
    book[TWO][cell].value = "打った文"
    tables = [Table(each.sheet, each.grid) for each in reading.tables(saved(book))]
    [found] = read(tables)
    assert found["特記すべき事項"] == ("打った文" if is_answer else "")


# -- what is no form


def table(*rows: Iterable[object]) -> Table:
    return Table("一覧", [list(row) for row in rows])  # type: ignore[arg-type]


NO_FORMS = {
    "nothing": Table("Sheet1", []),
    "a list of activities": table(
        ["小№", "実践項目", "年度", "番号", "取組予定", "取組結果"],
        [16, "窓口", "Ｒ２", "①", "課題", "進捗度"],
        [16, "窓口", "Ｒ３", "②", "課題", "連携度"],
    ),
    "a list of problems": table(
        [
            "小№",
            "実践項目",
            "年度",
            "課題・問題点／今後の想定される課題等",
            "左記の解決方法",
            "特記事項",
        ],
        [16, "窓口", "Ｒ２", "特記すべき事項", "特になし", "特記事項"],
        [16, "窓口", "Ｒ３", "人手", "研修", "なし"],
    ),
    "a list of scores": table(
        ["実践項目", "総合評価", "", "進捗度", "連携度", "効率性", "創造性", "合計"],
        ["", "Ｒ２", "Ｒ３", "", "", "", "", ""],
        ["窓口", "Ａ", "Ｂ", 1, 2, 2, 3, 8],
    ),
    "criteria explained": table(
        ["評価項目", "評点", "説明"], ["進捗度", "0～3"], ["連携度", "0～3"], ["効率性", "0～3"]
    ),
    "words alone": table(
        ["工程表"], ["取組内容"], ["取組に対する自己評価"], ["特記事項"], ["Ｒ２"]
    ),
}


@pytest.mark.parametrize("other", NO_FORMS.values(), ids=NO_FORMS)
def test_what_mentions_the_same_words_is_no_form(other: Table) -> None:
    assert find(FORM, [other]) == []


def test_the_guide_is_no_form() -> None:
    guide = [each for each in reading.tables(FORM_16) if each.sheet == layout.GUIDE]
    assert guide
    assert find(FORM, guide) == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("【評価の理由】（令和３年度）", "評価理由"),
        ("評価理由", "評価理由"),
        ("確認の時期", "確認時期"),
        ("テ\nー\nマ", "テマ"),
        ("テ｜マ", "テマ"),
        ("工 程 表\n( 予 定 含 )", "工程表"),
        ("（予定含）", "予定含"),
        ("Ｒ\n２", "r2"),
        ("№７　窓口", "no7窓口"),
    ],
)
def test_what_two_spellings_of_a_label_have_in_common(text: str, bare: str) -> None:
    assert word(text) == bare
