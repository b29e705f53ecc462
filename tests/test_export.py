"""`export`: the published figures as data, and tables that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import Any

import pytest

from tests.test_figures import PLAN, R2, practices, published, real_facts
from workbook_tools.figures.compute import compute
from workbook_tools.figures.export import Document, as_csv, as_json, document, harmless

NOW = "2022-05-20T09:00:00+09:00"


def exported(**changes: Any) -> Document:
    """The document as somebody else reads it, from its JSON text."""
    data = document(compute(PLAN, real_facts(**changes)), NOW)
    return dict(json.loads(as_json(data)))


REAL = exported()
TABLES = as_csv(compute(PLAN, real_facts()))


def test_the_document_says_what_it_is() -> None:
    assert list(REAL) == [
        *("year", "generated_at", "plan", "practices", "items", "themes", "headline", "texts"),
    ]
    assert (REAL["year"], REAL["generated_at"]) == ("R3", NOW)
    assert REAL["plan"] == {"name": "行政創革プラン", "city": "苫小牧市"}


@pytest.mark.parametrize("printed", published()["items"], ids=lambda item: f"№{item['no']}")
def test_items_as_published(printed: dict[str, Any]) -> None:
    item = REAL["items"][printed["no"] - 1]
    assert item == {
        "no": printed["no"],
        "name": printed["name"],
        "themes": item["themes"],
        "practice_count": printed["practice_count"],
        # №7: the list repeats a misprint of item 18's sheet; its own page is right.
        "averages": printed.get("averages_on_page", printed["averages"]),
        "total": printed.get("total_on_page", printed["total"]),
        "grade": printed["grade_R3"],
        "previous_grade": printed["grade_R2"],
        "council_average": printed["council_average"],
    }


@pytest.mark.parametrize("printed", published()["themes"], ids=lambda theme: theme["no"])
def test_themes_as_published(printed: dict[str, Any]) -> None:
    assert printed in REAL["themes"]
    carrying = [item for item in REAL["items"] if printed["no"] in item["themes"]]
    assert len(carrying) == printed["item_count"]


@pytest.mark.parametrize("fact", practices(), ids=lambda fact: f"{fact['no']}")
def test_practices_as_published(fact: dict[str, Any]) -> None:
    practice = REAL["practices"][fact["no"] - 1]
    scores = {year: values and list(values.values()) for year, values in practice["scores"].items()}
    assert scores == fact["scores"]
    is_over = fact["finished"] == "R2"
    last = {"total": sum(fact["scores"]["R2"]), "grade": fact["grade"]["R2"]}
    now = {"total": sum(fact["scores"]["R3"] or ()), "grade": fact["grade"]["R3"]}
    nothing = {"total": None, "grade": None}
    assert {key: practice[key] for key in nothing} == (nothing if is_over else now)
    assert practice["carried"] == (last if is_over else None)
    assert practice["evaluated"] is not is_over
    assert practice["previous_grade"] == fact["grade"]["R2"]
    assert practice["finished"] == fact["finished"]
    assert practice["status"] == ("終了" if fact["finished"] == "R2" else "受理")
    assert practice["departments"] == fact["departments"]
    assert practice["item"] == REAL["items"][fact["item_no"] - 1]["name"]


def test_the_headline_as_published() -> None:
    printed, headline = published()["headline"], REAL["headline"]
    for key in ("evaluated", "finished_before", "finished_until_now", "grades"):
        assert headline[key] == printed[key]
    assert headline["grades_previous"]["C"] == printed["grades_previous_C"]
    assert headline["share_A_and_B"] == 95.5
    assert headline["share"] == {
        "grades": ["A", "B"],
        "percent": 95.5,
        "previous_percent": 90.0,
    }
    assert (headline["missing"], headline["faulty"]) == ([], [])
    assert headline["items_with_council_average_4_or_more"] == 4
    assert headline["council_highest"] == [
        {"no": 1, "name": "新たな財源確保に向けた取組", "council_average": 4.3}
    ]
    assert [item["no"] for item in headline["council_lowest"]] == [6]
    assert [(practice["no"], practice["change"]) for practice in headline["biggest_rise"]] == [
        (28, 3),
        (36, 3),
        (54, 3),
    ]
    assert {practice["change"] for practice in headline["biggest_fall"]} == {-2}


def test_what_is_missing_or_faulty_has_no_figures() -> None:
    statuses = {**real_facts().statuses, 7: "未提出", 16: "要修正", 18: "旧版"}
    data = exported(statuses=statuses)
    by_no = {practice["no"]: practice for practice in data["practices"]}
    for no in (7, 16):
        assert (by_no[no]["scores"]["R3"], by_no[no]["total"], by_no[no]["grade"]) == (None,) * 3
        assert by_no[no]["previous_grade"] == "B"
    assert (by_no[18]["status"], by_no[18]["grade"]) == ("旧版", "B")
    item = data["items"][2]  # its only practice is missing
    assert item["practice_count"] == 1
    assert set(item["averages"].values()) == {None}
    assert (item["total"], item["grade"], item["previous_grade"]) == (None, None, "B")
    headline = data["headline"]
    assert (headline["missing"], headline["faulty"], headline["evaluated"]) == ([7], [16], 64)


def test_before_anything_came_back() -> None:
    changes: dict[str, Any] = {"statuses": {}, "scores": {}, "council": {}, "finished": {44: R2}}
    data, tables = exported(**changes), as_csv(compute(PLAN, real_facts(**changes)))
    assert data["headline"]["evaluated"] == 0
    assert data["headline"]["share_A_and_B"] is None
    assert data["headline"]["items_with_council_average_4_or_more"] is None
    assert data["headline"]["council_highest"] == data["headline"]["biggest_rise"] == []
    assert len(data["headline"]["missing"]) == 66
    assert set(tables) == {"practices.csv", "items.csv", "themes.csv", "headline.csv"}
    assert all(len({len(row) for row in rows(table)}) == 1 for table in tables.values())


def test_another_citys_grades_have_no_share_of_a_and_b() -> None:
    grades = tuple(
        dataclasses.replace(rule, grade=name)
        for rule, name in zip(PLAN.grades, ("秀", "優", "良", "可"), strict=True)
    )
    data = document(compute(dataclasses.replace(PLAN, grades=grades), real_facts()), NOW)
    assert data["headline"]["share_A_and_B"] is None
    assert list(data["headline"]["grades"]) == ["秀", "優", "良", "可"]


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_tables() -> None:
    tables = {name: rows(data) for name, data in TABLES.items()}
    assert {name: len(table) for name, table in tables.items()} == {
        "practices.csv": 71,
        "items.csv": 22,
        "themes.csv": 8,
        "headline.csv": len(tables["headline.csv"]),
    }
    assert all(len({len(row) for row in table}) == 1 for table in tables.values())
    items = tables["items.csv"]
    assert items[0] == [
        *("№", "取組項目", "テーマ", "実践項目数", "進捗度", "連携度", "効率性", "創造性"),
        *("合計", "総合評価", "前年度の総合評価", "審議会評価平均"),
    ]
    assert items[7][3:] == ["3", "1.7", "2.3", "2.0", "2.3", "8.3", "B", "B", "3.2"]
    ended = dict(zip(*(tables["practices.csv"][row] for row in (0, 44)), strict=True))
    assert (ended["R2 進捗度"], ended["R3 進捗度"], ended["合計"]) == ("2", "", "")
    assert (ended["取組終了"], ended["状況"]) == ("R2", "終了")
    headline = {(name, what): value for name, what, value in tables["headline.csv"]}
    assert headline["上位の総合評価の割合（％）", "A・B"] == "95.5"
    assert headline["総合評価", "C"] == "3"
    assert (
        headline["審議会評価平均が最も低い取組項目", "№6 公共交通の利便性向上に向けた取組"] == "3.0"
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+81", "'+81"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("＝1+1", "'＝1+1"),
        ("ふつうの題名", "ふつうの題名"),
        ("Ａ=Ｂ", "Ａ=Ｂ"),
        ("", ""),
    ],
)
def test_texts_that_would_be_calculated_are_made_harmless(typed: str, written: str) -> None:
    assert harmless(typed) == written


def test_titles_cannot_become_formulas_or_break_a_table() -> None:
    wild = ['=HYPERLINK("http://example.invalid")', "二行の\n題名", '引用"符,とコンマ', "-2"]
    changed = tuple(
        dataclasses.replace(practice, title=title)
        for practice, title in zip(PLAN.practices, wild, strict=False)
    )
    plan = dataclasses.replace(PLAN, practices=(*changed, *PLAN.practices[len(wild) :]))
    tables = as_csv(compute(plan, real_facts()))
    stream = io.StringIO(tables["practices.csv"].decode("utf-8-sig"), newline="")
    titles = [row["実践項目"] for row in csv.DictReader(stream)]
    assert titles[:4] == [f"'{wild[0]}", wild[1], wild[2], "'-2"]
    assert len(titles) == 70


def test_numbers_stay_numbers_even_below_zero() -> None:
    falls = [row for row in rows(TABLES["headline.csv"]) if row[0].endswith("下がった実践項目")]
    assert {row[2] for row in falls} == {"-2"}
