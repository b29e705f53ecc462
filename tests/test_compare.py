"""`compare`: a typed or published list against the sheets, and against its own arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tests.test_figures import CRITERIA, PLAN, practices, published, real_facts
from workbook_tools.cells import Area, parse_cell
from workbook_tools.compare.differences import Comparison, compare
from workbook_tools.compare.lists import read_list
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Figures, compute

Rows = list[list[str | float]]


@cache
def real() -> Figures:
    return compute(PLAN, real_facts())


# -- the published list, built as its tables stand in the report ---------------------------------

WRONG_NAMES = ("進捗度", "取組姿勢", "連携度", "創造性")  # over the averages (domain §7)


def practice_rows() -> Rows:
    """【実践項目別】 as published: with the misprint of item 18, and last scores of ended ones."""
    head: Rows = [
        ["　取組状況一覧　【実践項目別】", *[""] * 11, "Ｒ３年度末"],
        ["小№", "大№", "取組項目", "実践項目", "総合評価", "Ｒ３自己評価", "", "", "", "",
         "総合評価", "取組終了", "担当部署"],
        ["", "", "", "", "Ｒ２", *CRITERIA, "合計", "", "", ""],
    ]  # fmt: skip
    rows: Rows = []
    for fact in practices():
        scores = fact["printed_in_list_R3"] or fact["scores"]["R3"]
        known = real().practice(fact["no"])
        assert known is not None
        total = sum(scores)
        grade = "Ｂ" if fact["no"] == 18 else known.now.grade if known.now else ""
        before = known.before.grade if known.before else "－"
        rows.append(
            [fact["no"], f"№{fact['item_no']}", PLAN.item(fact["item_no"]).name, fact["title"],
             before, *scores, total, grade, fact["finished"] or "",
             "、".join(fact["departments"])]
        )  # fmt: skip
    return head + rows


def item_rows() -> Rows:
    shorts = [theme.short for theme in PLAN.themes]
    blanks = [""] * 6
    head: Rows = [
        ["　取組状況一覧　【取組項目別】"],
        ["№", "取組項目", "テーマ", *blanks, "実践項目数", "平均値", "", "", "", "合計",
         "担当部署評価（総合評価）", "審議会評価平均"],
        ["", "", *shorts, "", *WRONG_NAMES, "", "", ""],
    ]  # fmt: skip
    for item in published()["items"]:
        marks = ["○" if short in PLAN.item(item["no"]).themes else "" for short in shorts]
        head.append(
            [f"№{item['no']}", item["name"], *marks, item["practice_count"],
             *item["averages"].values(), item["total"], item["grade_R3"], item["council_average"]]
        )  # fmt: skip
    return head


def theme_rows() -> Rows:
    head: Rows = [
        ["　取組状況一覧　【テーマ別】"],
        ["№", "テーマ名", "取組項目数", "実践項目数", "平均値", "", "", "", "合計",
         "担当部署評価（総合評価）", "審議会評価平均"],
        ["", "", "", "", *WRONG_NAMES, "", "", ""],
    ]  # fmt: skip
    for theme in published()["themes"]:
        head.append(
            [theme["no"], theme["name"], theme["item_count"], theme["practice_count"],
             *theme["averages"].values(), theme["total"], theme["grade"],
             theme["council_average"]]
        )  # fmt: skip
    return head


Sheets = dict[str, Rows]
# №18 as its sheet says: the published list without its misprint.
MENDED: dict[tuple[str, str], str | float] = {
    ("実践項目別", "G21"): 3, ("実践項目別", "J21"): 9,
    ("取組項目別", "L10"): 2.3, ("取組項目別", "O10"): 8.3,
}  # fmt: skip


def sheets() -> Sheets:
    return {"取組項目別": item_rows(), "実践項目別": practice_rows(), "テーマ別": theme_rows()}


def right(**changes: str | float) -> Sheets:
    """The list as it should have been; ``実践項目別_F4=3`` changes a cell."""
    tables = sheets()
    own = {tuple(name.rsplit("_", 1)): value for name, value in changes.items()}
    for (sheet, cell), value in {**MENDED, **own}.items():
        row, col = parse_cell(cell)
        tables[sheet][row][col] = value
    return tables


def workbook(tables: Mapping[str, Sequence[Sequence[str | float]]]) -> bytes:
    book = Book()
    for name, rows in tables.items():
        sheet = book.sheet(name)
        for row, values in enumerate(rows):
            for col, value in enumerate(values):
                if value != "":
                    sheet.value(Area(row, col), value)
    return book.bytes()


def compared(
    tables: Mapping[str, Sequence[Sequence[str | float]]],
    figures: Figures | None = None,
    **options: Any,
) -> Comparison:
    figures = figures or real()
    return compare(figures, read_list(workbook(tables), "一覧.xlsx", figures.plan), **options)


def told(done: Comparison) -> list[tuple[str, Any, str, Any, Any]]:
    return [
        (str(known.kind), known.no, known.column, known.printed, known.expected)
        for known in done.differences
    ]


def test_the_right_list_agrees() -> None:
    done = compared(right())
    assert told(done) == []
    assert done.compared == done.agree == 70 * 13 + 21 * 17 + 7 * 11


def test_the_misprint_of_item_18_is_found_with_what_follows_from_it() -> None:
    done = compared(sheets())
    assert told(done) == [
        ("実践項目別", 18, "連携度", 2, 3),
        ("実践項目別", 18, "合計", 8, 9),
        ("取組項目別", 7, "連携度", 2.0, 2.3),
        ("取組項目別", 7, "合計", 8.0, 8.3),
    ]
    root = done.differences[0]
    follows = {(c.table, c.no, c.column): (c.before, c.after) for c in root.consequences}
    assert follows["取組項目別", 7, "連携度"] == (2.0, 2.3)
    assert follows["取組項目別", 7, "合計"] == (8.0, 8.3)
    assert follows["実践項目別", 18, "合計"] == (8, 9)
    assert "№18の連携度" in done.differences[2].explained.reason


def test_the_wrong_headings_are_read_by_their_place_and_told() -> None:
    notes = "".join(compared(right()).notes)
    assert "『取組姿勢』の列は、並びから連携度" in notes
    assert "『連携度』の列は、並びから効率性" in notes
