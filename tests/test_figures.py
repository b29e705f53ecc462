"""The golden figures: from the sheets' scores to what the city published (domain §7-§9)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import Facts, Figures, compute, tenths
from workbook_tools.figures.headline import percent
from workbook_tools.plan import grading
from workbook_tools.plan.model import GradeRule
from workbook_tools.plan.read_master import sample

FACTS = Path(__file__).parent / "facts"
PLAN = sample()
R2, R3 = FiscalYear.parse("R2"), FiscalYear.parse("R3")
CRITERIA = tuple(criterion.name for criterion in PLAN.criteria)


def published() -> dict[str, Any]:
    return dict(json.loads((FACTS / "published.json").read_text(encoding="utf-8")))


def practices() -> list[dict[str, Any]]:
    facts = json.loads((FACTS / "plan.json").read_text(encoding="utf-8"))
    return list(facts["practices"])


def real_facts(**changes: Any) -> Facts:
    """What the register knows after the real round of R3."""
    scores: dict[FiscalYear, dict[int, dict[str, int]]] = {R2: {}, R3: {}}
    for practice in practices():
        for code, values in practice["scores"].items():
            if values:
                year = FiscalYear.parse(code)
                scores[year][practice["no"]] = dict(zip(CRITERIA, values, strict=True))
    facts = Facts(
        statuses=dict.fromkeys(scores[R3], "受理"),
        scores=scores,
        finished={
            practice["no"]: FiscalYear.parse(practice["finished"])
            for practice in practices()
            if practice["finished"]
        },
        council={item["no"]: round(item["council_average"] * 10) for item in published()["items"]},
    )
    return dataclasses.replace(facts, **changes)


@pytest.fixture(scope="module")
def real() -> Figures:
    return compute(PLAN, real_facts())


@pytest.mark.parametrize("printed", published()["items"], ids=lambda item: f"№{item['no']}")
def test_items_as_published(real: Figures, printed: dict[str, Any]) -> None:
    item = real.items[printed["no"] - 1]
    assert item.now is not None
    assert item.before is not None
    # №7: the list repeats a misprint of item 18's sheet; its own page is right.
    averages = printed.get("averages_on_page", printed["averages"])
    assert {name: tenths(value) for name, value in item.now.averages.items()} == averages
    assert tenths(item.now.total) == printed.get("total_on_page", printed["total"])
    assert (item.now.grade, item.before.grade) == (printed["grade_R3"], printed["grade_R2"])
    assert len(item.practices) == printed["practice_count"]
    assert item.note == ""


@pytest.mark.parametrize("printed", published()["themes"], ids=lambda theme: theme["no"])
def test_themes_as_published(real: Figures, printed: dict[str, Any]) -> None:
    theme = next(known for known in real.themes if known.theme.no == printed["no"])
    assert theme.now is not None
    assert theme.council is not None
    averages = {name: tenths(value) for name, value in theme.now.averages.items()}
    assert averages == printed["averages"]
    assert tenths(theme.now.total) == printed["total"]
    assert theme.now.grade == printed["grade"]
    assert (len(theme.items), theme.practice_count) == (
        printed["item_count"],
        printed["practice_count"],
    )
    assert tenths(theme.council) == printed["council_average"]


@pytest.mark.parametrize("fact", practices(), ids=lambda fact: f"{fact['no']}")
def test_practices_as_published(real: Figures, fact: dict[str, Any]) -> None:
    practice = real.practices[fact["no"] - 1]
    assert practice.now is not None
    assert practice.before is not None
    # The list carries the last scores of those that ended; item 18 is its misprint.
    scores = fact["scores"]["R3"] or fact["printed_in_list_R3"]
    assert list(practice.now.scores.values()) == scores
    assert practice.now.grade == (fact["grade"]["R3"] or fact["grade"]["R2"])
    assert practice.before.grade == fact["grade"]["R2"]
    assert (str(practice.finished) if practice.finished else None) == fact["finished"]


def test_headline_as_published(real: Figures) -> None:
    headline = published()["headline"]
    assert real.before is not None
    now, before = real.grades(), real.before.grades()
    assert {grade: now[grade] for grade in "ABCD"} == headline["grades"]
    assert sum(now.values()) == headline["evaluated"]
    assert before["C"] == headline["grades_previous_C"]
    finished = [practice.finished for practice in real.practices if practice.finished]
    assert len(finished) == headline["finished_until_now"]
    assert sum(year < R3 for year in finished) == headline["finished_before"]
    share = percent(now["A"] + now["B"], sum(now.values()))
    assert share > 10 * headline["share_A_and_B_over_percent"]
    high = [item for item in real.items if item.council is not None and item.council >= 40]
    assert len(high) == headline["items_with_council_average_4_or_more"]


def test_missing_and_faulty_practices_have_no_figures() -> None:
    facts = real_facts()
    statuses = {**facts.statuses, 16: "未提出", 17: "要修正", 18: "旧版"}
    result = compute(PLAN, dataclasses.replace(facts, statuses=statuses))
    assert [known.practice.no for known in result.incomplete] == [16, 17]
    item = result.items[6]
    assert item.now is not None
    assert (item.note, item.counted, len(item.practices)) == ("評価 1/3", 1, 3)
    assert list(item.now.averages.values()) == [20, 30, 20, 20]
    assert result.practices[17].status == "旧版"
    assert sum(result.grades().values()) == 64


def test_all_practices_of_an_item_missing() -> None:
    facts = real_facts()
    statuses = {**facts.statuses, 7: "未提出"}
    item = compute(PLAN, dataclasses.replace(facts, statuses=statuses)).items[2]
    assert (item.now, item.note) == (None, "評価 0/1")


@pytest.mark.parametrize(
    ("values", "mean"),
    [([2, 2, 2, 3], 23), ([2, 2, 3], 23), ([1, 2, 2], 17), ([3], 30), ([0, 1], 5)],
)
def test_means_are_rounded_half_up(values: list[int], mean: int) -> None:
    assert grading.mean_tenths(values) == mean


@pytest.mark.parametrize(
    ("averages", "grade"),
    [
        ((23, 24, 24, 24), "A"),  # 9.5 is rounded to 10
        ((23, 23, 24, 24), "B"),  # 9.4
        ((10, 30, 30, 30), "B"),  # 10.0, but 進捗度 below 2
        ((12, 12, 12, 14), "C"),
        ((11, 11, 11, 11), "D"),
    ],
)
def test_grades_of_averages(averages: tuple[int, ...], grade: str) -> None:
    means = dict(zip(CRITERIA, averages, strict=True))
    assert grading.grade_of_means(PLAN.grades, means) == grade


@pytest.mark.parametrize(
    ("scores", "grade"),
    [
        ((2, 3, 3, 2), "A"),
        ((1, 3, 3, 3), "B"),
        ((2, 2, 2, 2), "B"),
        ((1, 2, 2, 2), "C"),
        ((1, 2, 1, 1), "C"),
        ((1, 1, 1, 1), "D"),
    ],
)
def test_grades_of_scores(scores: tuple[int, ...], grade: str) -> None:
    assert grading.grade(PLAN.grades, dict(zip(CRITERIA, scores, strict=True))) == grade


def test_thresholds_come_from_the_plan_master() -> None:
    strict = (GradeRule("Ｓ", 12, dict.fromkeys(CRITERIA, 3)), GradeRule("可", 0))
    result = compute(dataclasses.replace(PLAN, grades=strict), real_facts())
    assert set(result.grades()) == {"可"}


def test_an_ended_item_keeps_its_last_scores(real: Figures) -> None:
    ended = real.practices[43]
    assert (ended.status, ended.evaluated) == ("終了", False)
    assert ended.now == ended.before
    assert real.items[13].counted == 4
