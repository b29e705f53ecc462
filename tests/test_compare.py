"""`compare`: a typed or published list against the sheets, and against its own arithmetic."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from tests.test_figures import CRITERIA, PLAN, R2, practices, published, real_facts
from workbook_tools.cells import Area, parse_cell
from workbook_tools.compare.causes import Cause
from workbook_tools.compare.differences import Comparison, compare
from workbook_tools.compare.lists import read_list
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Figures, compute, rearranged, tenths
from workbook_tools.findings import UserError

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


# -- noise is no difference ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("実践項目別!A19", "№16"),
        ("実践項目別!A19", "１６"),
        ("実践項目別!B19", 7),
        ("実践項目別!F19", "　１ "),
        ("実践項目別!F19", "１点"),
        ("実践項目別!K4", "Ｂ"),
        ("実践項目別!L4", "―"),
        ("実践項目別!L47", "令和２年度"),
        ("実践項目別!L47", "令和3年3月"),
        ("実践項目別!M14", "（政）国際リゾート戦略室"),
        ("実践項目別!D4", " ガバメントクラウドファンディング\nの実施"),
        ("取組項目別!A10", 7),
        ("取組項目別!A10", "No.07"),
        ("取組項目別!C4", "◯"),
        ("取組項目別!K4", "２．３"),
        ("テーマ別!A4", "I"),
        ("テーマ別!A4", 1),
        ("テーマ別!B4", "財政"),
    ],
)
def test_noise_is_no_difference(cell: str, typed: str | int) -> None:
    sheet, spot = cell.split("!")
    done = compared(right(**{f"{sheet}_{spot}": typed}))
    assert told(done) == []


def test_last_scores_of_ended_practices_may_be_dashes() -> None:
    """As the 資料編 prints them; of a running practice a dash is a missing score."""
    dashes: dict[str, str | float] = {f"実践項目別_{col}47": "－" for col in "FGHIJK"}
    assert told(compared(right(**dashes))) == []
    running = compared(right(実践項目別_F19="－"))
    assert told(running) == [("実践項目別", 16, "進捗度", None, 1)]


def test_a_list_of_our_own_in_any_format() -> None:
    narrow = {name: rows for name, rows in right().items() if name == "実践項目別"}
    done = compared(narrow)
    assert told(done) == []
    assert "【取組項目別】の表が見つからない" in "".join(done.notes)


# -- what differs, and why -------------------------------------------------------------------------

SPOILED = [
    # sheet_cell, typed, what is told, cause, words of the reason
    ("実践項目別_F19", 3, ("実践項目別", 16, "進捗度", 3, 1), Cause.UNKNOWN, ""),
    ("実践項目別_J19", 11, ("実践項目別", 16, "合計", 11, 8), Cause.UNKNOWN, ""),
    ("実践項目別_K19", "C", ("実践項目別", 16, "総合評価", "C", "B"), Cause.UNKNOWN, ""),
    ("実践項目別_F19", 1.4, ("実践項目別", 16, "進捗度", 1.4, 1), Cause.ROUNDED, "整数"),
    ("実践項目別_F19", "", ("実践項目別", 16, "進捗度", None, 1), Cause.COPIED, "空欄"),
    ("実践項目別_E4", "A", ("実践項目別", 1, "前年度の総合評価", "A", "B"), Cause.UNKNOWN, ""),
    ("実践項目別_L19", "Ｒ３", ("実践項目別", 16, "取組終了", "Ｒ３", None), Cause.UNKNOWN, ""),
    ("実践項目別_D4", "ガバメントクラウドファンデングの実施",
     ("実践項目別", 1, "実践項目", "ガバメントクラウドファンデングの実施",
      "ガバメントクラウドファンディングの実施"), Cause.COPIED, "書き誤り"),
    ("取組項目別_O4", 10.0, ("取組項目別", 1, "合計", 10.0, 9.9), Cause.ROUNDED, "丸める前"),
    ("取組項目別_P4", "B", ("取組項目別", 1, "総合評価", "B", "A"), Cause.ROUNDED, "整数に丸めず"),
    ("取組項目別_K5", 1.6, ("取組項目別", 2, "進捗度", 1.6, 1.7), Cause.ROUNDED, "切り捨て"),
    ("取組項目別_K5", 2, ("取組項目別", 2, "進捗度", 2, 1.7), Cause.ROUNDED, "整数"),
    ("取組項目別_K5", 1.667, ("取組項目別", 2, "進捗度", 1.667, 1.7), Cause.ROUNDED, "第１位"),
    ("取組項目別_K5", 1.2, ("取組項目別", 2, "進捗度", 1.2, 1.7), Cause.UNKNOWN, ""),
    ("取組項目別_Q4", 3.4, ("取組項目別", 1, "審議会評価平均", 3.4, 4.3), Cause.UNKNOWN, ""),
    ("取組項目別_J4", 2, ("取組項目別", 1, "実践項目数", 2, 3), Cause.UNKNOWN, ""),
    ("取組項目別_C4", "", ("取組項目別", 1, "テーマ_財政", None, "○"), Cause.COPIED, "空欄"),
    ("テーマ別_C4", 9, ("テーマ別", "Ⅰ", "取組項目数", 9, 10), Cause.UNKNOWN, ""),
    ("テーマ別_I4", 9.1, ("テーマ別", "Ⅰ", "合計", 9.1, 9.2), Cause.ROUNDED, "丸める前"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "typed", "difference", "cause", "words"), SPOILED)
def test_what_differs_and_why(
    cell: str, typed: str | float, difference: tuple[Any, ...], cause: Cause, words: str
) -> None:
    done = compared(right(**{cell: typed}))
    assert told(done) == [difference]
    explained = done.differences[0].explained
    assert explained.cause is cause
    assert words in explained.reason


def test_bankers_rounding_is_told() -> None:
    """2.25 becomes 2.3, and 2.2 by rounding to even: four practices with 2, 2, 2 and 3."""
    item = next(
        known
        for known in real().items
        for criterion in CRITERIA
        if len(known.practices) == 4
        and sum(p.now.scores[criterion] for p in known.practices if p.now) == 9
    )
    criterion = next(
        name for name in CRITERIA if sum(p.now.scores[name] for p in item.practices if p.now) == 9
    )
    column = "KLMN"[CRITERIA.index(criterion)]
    done = compared(right(**{f"取組項目別_{column}{item.item.no + 3}": 2.2}))
    assert told(done) == [("取組項目別", item.item.no, criterion, 2.2, 2.3)]
    assert done.differences[0].explained.cause is Cause.ROUNDED
    assert "偶数" in done.differences[0].explained.reason


def test_two_exchanged_cells_are_told() -> None:
    done = compared(right(実践項目別_F8=3, 実践項目別_H8=2))
    assert told(done) == [
        ("実践項目別", 5, "進捗度", 3, 2),
        ("実践項目別", 5, "効率性", 2, 3),
    ]
    assert {known.explained.reason for known in done.differences} == {
        "効率性の値と入れ替わっています。",
        "進捗度の値と入れ替わっています。",
    }


def test_consequences_reach_themes_and_headline() -> None:
    done = compared(right(実践項目別_K19="Ａ"))
    follows = {(c.table, c.column): (c.before, c.after) for c in done.differences[0].consequences}
    assert follows["総括", "総合評価Aの数"] == (26, 25)
    assert follows["総括", "総合評価Bの数"] == (37, 38)
    council = compared(right(取組項目別_Q4=3.4)).differences[0].consequences
    assert ("総括", "審議会評価平均4.0以上の取組項目数", 3, 4) in [
        (c.table, c.column, c.before, c.after) for c in council
    ]


# -- rows ------------------------------------------------------------------------------------------


def with_rows(change: Any) -> Sheets:
    tables = right()
    change(tables["実践項目別"])
    return tables


def test_a_missing_row() -> None:
    done = compared(with_rows(lambda rows: rows.pop(18)))
    assert told(done) == [("実践項目別", 16, "小№", None, 16)]
    row = done.differences[0]
    assert (row.cell, row.is_row) == (None, True)
    assert "行がありません" in row.explained.reason
    assert any(change.table == "取組項目別" and change.no == 7 for change in row.consequences)


def test_a_doubled_row() -> None:
    done = compared(with_rows(lambda rows: rows.insert(19, list(rows[18]))))
    assert told(done) == [("実践項目別", 16, "小№", 16, None)]
    assert "実践項目別のA19にもあります" in done.differences[0].explained.reason


def test_a_row_too_many() -> None:
    def add(rows: Rows) -> None:
        rows.append([71, "№1", "", "空飛ぶ窓口の開設", "B", 2, 2, 2, 2, 8, "B", "", "財政課"])

    done = compared(with_rows(add))
    assert told(done) == [("実践項目別", None, "小№", 71, None)]
    assert done.differences[0].explained.cause is Cause.UNKNOWN


def test_a_wrong_number_over_a_right_title() -> None:
    done = compared(right(実践項目別_A19=61))
    assert told(done) == [("実践項目別", 16, "小№", 61, 16)]


@pytest.mark.parametrize(
    "line",
    [
        ["※ 取組終了の項目は、最後の評点です。"],
        ["", "", "", "合計", "", 150, 160, 150, 140, 600],
        ["平均", "", "", "", "", 2.1, 2.4, 2.3, 2.2, 9.0],
        ["小№", "大№", "取組項目", "実践項目", "総合評価", "Ｒ３自己評価"],
    ],
    ids=str,
)
def test_notes_sums_and_repeated_headings_are_no_rows(line: list[str | float]) -> None:
    assert told(compared(with_rows(lambda rows: rows.insert(30, line)))) == []


# -- columns and tables ----------------------------------------------------------------------------


def test_a_missing_column_is_told_and_the_others_are_compared() -> None:
    def drop(rows: Rows) -> None:
        for row in rows:
            del row[6:7]

    done = compared(with_rows(drop))
    assert told(done) == []
    assert "【実践項目別】に見つからない欄：連携度。" in done.notes


def test_columns_in_another_order() -> None:
    tables = right()
    tables["実践項目別"] = [
        ["小№", "実践項目", *reversed(CRITERIA), "合計", "担当部署"],
        *(
            [row[0], row[3], *reversed(row[5:9]), row[9], row[12]]
            for row in tables["実践項目別"][3:]
        ),
    ]
    assert told(compared(tables)) == []


def test_a_column_without_any_value_is_a_note() -> None:
    def empty(rows: Rows) -> None:
        for row in rows[3:]:
            row[9] = ""

    done = compared(with_rows(empty))
    assert told(done) == []
    assert any("合計には１つも値がない" in note for note in done.notes)


def test_three_tables_on_one_sheet() -> None:
    tables = right()
    stacked = [row for name in tables for row in [*tables[name], []]]
    done = compared({"一覧": stacked})
    assert told(done) == []
    assert done.compared == compared(right()).compared


def test_a_table_over_two_sheets() -> None:
    tables = right()
    rows = tables.pop("実践項目別")
    tables |= {"前半": rows[:40], "後半": [*rows[:3], *rows[40:]]}
    assert told(compared(tables)) == []


def test_sheets_without_a_table_are_named() -> None:
    done = compared({"表紙": [["見本市"]], **right()})
    assert any("表紙" in note for note in done.notes)


LAST_YEAR = [f"Ｒ２{name}" for name in CRITERIA]


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"表紙": [["見本市"]]}, "どの表も見つかりません"),
        ({"一覧": [["小№", "実践項目", *LAST_YEAR], [1, "題", 1, 1, 1, 1]]}, "--year R2"),
    ],
    ids=["no table", "another year"],
)  # fmt: skip
def test_what_is_no_list_of_the_year_is_refused(tables: Sheets, says: str) -> None:
    with pytest.raises(UserError, match=says):
        compared(tables)


# -- without sheets --------------------------------------------------------------------------------


def orphan(tables: Sheets) -> Comparison:
    return compared(tables, compute(PLAN, real_facts(scores={}, statuses={})), orphan=True)


def test_an_orphan_list_is_audited_by_itself() -> None:
    done = orphan(right())
    assert told(done) == []
    assert "シートは集めていない" in done.notes[0]


def test_the_published_list_by_itself_is_consistent() -> None:
    """The misprint was in the scores: what was computed from them fits, so no sheet, no error."""
    assert told(orphan(sheets())) == []


@pytest.mark.parametrize(
    ("cell", "typed", "difference"),
    [
        ("実践項目別_J19", 10, ("実践項目別", 16, "合計", 10, 8)),
        ("実践項目別_K19", "A", ("実践項目別", 16, "総合評価", "A", "B")),
        ("取組項目別_J10", 4, ("取組項目別", 7, "実践項目数", 4, 3)),
        ("取組項目別_L10", 2.2, ("取組項目別", 7, "連携度", 2.2, 2.3)),
        ("取組項目別_O4", 10.0, ("取組項目別", 1, "合計", 10.0, 9.9)),
        ("テーマ別_K4", 3.5, ("テーマ別", "Ⅰ", "審議会評価平均", 3.5, 3.6)),
        ("テーマ別_E4", 2.2, ("テーマ別", "Ⅰ", "進捗度", 2.2, 2.1)),
    ],
)
def test_wrong_sums_of_an_orphan_list(
    cell: str, typed: str | float, difference: tuple[Any, ...]
) -> None:
    assert told(orphan(right(**{cell: typed}))) == [difference]


def test_averages_alone_are_added_up() -> None:
    done = orphan({"取組項目別": right()["取組項目別"]})
    assert told(done) == []
    assert any("もとになる値がそろわない" in note for note in done.notes)
    wrong = orphan({"取組項目別": right(取組項目別_O4=10.0)["取組項目別"]})
    assert told(wrong) == [("取組項目別", 1, "合計", 10.0, 9.9)]


# -- the plan of the year before -------------------------------------------------------------------


def planned_otherwise(no: int = 16, **changes: Any) -> Figures:
    """The round, had a practice been another one in the plan of the year before."""
    practices = tuple(
        dataclasses.replace(known, **changes) if known.no == no else known
        for known in PLAN.practices
    )
    before = dataclasses.replace(PLAN, practices=practices, evaluated=R2)
    return compute(dataclasses.replace(PLAN, before=before), real_facts())


@pytest.mark.parametrize(
    ("cell", "typed", "column", "changes"),
    [
        ("実践項目別_D19", "昔の題名", "実践項目", {"title": "昔の題名"}),
        ("実践項目別_M19", "昔の部署", "担当部署", {"departments": ("昔の部署",)}),
        ("実践項目別_B19", "№8", "大№", {"item_no": 8}),
    ],
)
def test_what_the_plan_said_a_year_ago(
    cell: str, typed: str, column: str, changes: dict[str, Any]
) -> None:
    tables = right(**{cell: typed})
    done = compared(tables, planned_otherwise(**changes))
    assert [(known.no, known.column) for known in done.differences] == [(16, column)]
    assert done.differences[0].explained.cause is Cause.PLAN_CHANGED
    assert compared(tables).differences[0].explained.cause is not Cause.PLAN_CHANGED


def test_averages_under_the_membership_of_a_year_ago() -> None:
    figures = planned_otherwise(18, item_no=8)
    then = rearranged(
        figures,
        [
            dataclasses.replace(known, practice=dataclasses.replace(known.practice, item_no=8))
            if known.practice.no == 18
            else known
            for known in figures.practices
        ],
    ).item(7)
    assert then is not None
    assert then.now is not None
    average = tenths(then.now.averages["連携度"])
    done = compared(right(取組項目別_L10=average), figures)
    assert told(done) == [("取組項目別", 7, "連携度", average, 2.3)]
    assert done.differences[0].explained.cause is Cause.PLAN_CHANGED


def test_a_practice_that_left_the_plan() -> None:
    gone = PLAN.practice(16)
    before = dataclasses.replace(PLAN, evaluated=R2)
    plan = dataclasses.replace(
        PLAN, before=before, practices=tuple(p for p in PLAN.practices if p != gone)
    )
    done = compared(right(), compute(plan, real_facts()))
    row = next(known for known in done.differences if known.is_row)
    assert (row.no, row.printed, row.explained.cause) == (None, 16, Cause.PLAN_CHANGED)
