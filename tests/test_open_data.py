"""The long tables of a round, and the open data made of them."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from tests.test_figures import PLAN, R3, published, real_facts
from tests.test_list_texts import TEXTS, stored
from workbook_tools.figures.compute import compute
from workbook_tools.figures.facts import RoundData
from workbook_tools.figures.open_data import WORKBOOK, files, plain
from workbook_tools.figures.tidy import TABLES, item_averages, rows_of, tables

DATA = RoundData(
    compute(PLAN, real_facts()),
    {16: stored({**TEXTS, "特記事項": "①㈱№の=1+1"})},
    {7: {5: 1, 3: 4}},
)


def read(name: str) -> list[dict[str, str]]:
    text = files(DATA)[name].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# --- pandas as a second witness of the figures


def test_every_published_average_from_the_scores() -> None:
    found = tables(DATA)
    means = item_averages(found["practices"], found["scores"])
    own = {(no, name): mean for year, no, name, mean in rows_of(means) if year == R3.western}
    evaluated = DATA.figures.items
    for item in evaluated:
        # A practice that ended before keeps its last scores in the averages of its item.
        if all(practice.evaluated for practice in item.practices) and item.now:
            for name, mean in item.now.averages.items():
                assert own[item.item.no, name] == mean
    full = [item for item in evaluated if all(practice.evaluated for practice in item.practices)]
    assert len(full) > 15


def test_counts_and_totals_from_the_scores() -> None:
    found = tables(DATA)
    now = found["practices"][found["practices"]["年度"] == "R3"]
    grades = now[now["評価対象"]].groupby("総合評価").size().to_dict()
    assert grades == {grade: n for grade, n in DATA.figures.grades().items() if n}
    totals = found["scores"].groupby(["西暦", "小No"])["評点"].sum()
    known = dict(now.dropna(subset="合計")[["小No", "合計"]].itertuples(index=False, name=None))
    assert {no: int(totals[R3.western, no]) for no in known} == known
    assert sum(grades.values()) == 66


def test_published_totals_of_the_themes() -> None:
    themes = tables(DATA)["themes"]
    now = themes[themes["年度"] == "R3"].set_index("テーマ番号")
    for theme in published()["themes"]:
        assert now.loc[theme["no"], "平均の合計"] == theme["total"]
        assert now.loc[theme["no"], "実践項目数"] == theme["practice_count"]


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_of_the_kind_they_say(name: str) -> None:
    frame = tables(DATA)[name]
    assert [*frame.columns] == [column.name for column in TABLES[name]]
    assert len(frame)
    for column in TABLES[name]:
        if "空欄になりません" in column.empty:
            assert not frame[column.name].isna().any(), column.name


# --- what the ministry asks of tables that machines read


def test_one_datum_a_cell_and_one_row_of_headings() -> None:
    for name in TABLES:
        rows = read(f"{name}.csv")
        assert rows, name
        assert all(None not in row and None not in row.values() for row in rows), name
        if name != "texts":
            assert not any("、" in value or "\n" in value for row in rows for value in row.values())


def test_years_stand_in_both_ways_and_the_city_in_every_row() -> None:
    for name in TABLES:
        assert {row["団体名"] for row in read(f"{name}.csv")} == {PLAN.city}
        assert {(row["年度"], row["西暦"]) for row in read(f"{name}.csv")} <= {
            ("R2", "2020"),
            ("R3", "2021"),
        }


def test_numbers_are_bare() -> None:
    whole = [column.name for column in TABLES["scores"] if column.kind == "整数"]
    assert all(row[name].isdecimal() for row in read("scores.csv") for name in whole)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        *(("№16", "No16"), ("①㈱", "1(株)"), ("Ⅶ", "VII"), ("ｶﾞｽ", "ガス")),
        *(("髙橋", "髙橋"), ("市民", "市民")),
    ],
)
def test_signs_of_one_platform_are_replaced(typed: str, told: str) -> None:
    assert plain(typed) == told


def test_texts_are_harmless_and_plain() -> None:
    (row,) = [row for row in read("texts.csv") if row["欄"] == "特記事項"]
    assert row["内容"] == "1(株)Noの=1+1"
    assert not any(row["内容"].startswith(("=", "+", "@")) for row in read("texts.csv"))


def test_every_column_is_explained() -> None:
    explained = {(row["表"], row["列"]) for row in read("columns.csv")}
    used = {(name, column) for name in TABLES for column in read(f"{name}.csv")[0]}
    assert explained == used


def test_no_member_and_no_words_of_the_council() -> None:
    assert read("council.csv") == [
        {"団体名": PLAN.city, "年度": "R3", "西暦": "2021", "大No": "7", "評価": score, "人数": n}
        for score, n in (("5", "1"), ("3", "4"))
    ]


def test_the_same_as_one_accessible_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(files(DATA)[WORKBOOK]))
    assert book.sheetnames == ["目次", *TABLES, "columns"]
    for sheet in book:
        assert len(sheet.tables) == 1
        assert not sheet.merged_cells.ranges
    rows = [list(row) for row in book["scores"].iter_rows(values_only=True)]
    assert len(rows) == 1 + len(read("scores.csv"))
    assert rows[1][-1] in (0, 1, 2, 3)


def test_the_same_round_gives_the_same_files() -> None:
    assert files(DATA) == files(DATA)
