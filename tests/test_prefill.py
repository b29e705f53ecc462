"""What a new form already knows, and what a person may type (domain §4)."""

from __future__ import annotations

import dataclasses

import pytest

from workbook_tools.era import FiscalYear
from workbook_tools.form.layout import form_of
from workbook_tools.form.prefill import Known, content, remembered
from workbook_tools.plan.read_master import sample

PLAN = sample()
FORM = form_of(PLAN)
PRACTICE = PLAN.practice(16)
R2, R3, R4 = (FiscalYear.parse(year) for year in ("R2", "R3", "R4"))
SCORES = {R2: {"進捗度": 2, "連携度": 2, "効率性": 2, "創造性": 3}}
# A return of R3, as typed.
ANSWERS = {
    "工程_当初_R2": "調査",
    "工程_当初_R3": "設計",
    "工程_当初_R4": "⇒",
    "工程_変更_R3": "再調査",
    "工程_変更_R5": "試行",
    "工程_状況_R2": "工程どおり",
    "工程_状況_R3": "工程見直し",
    "取組予定_R2_1": "視察",
    "取組結果_R2_1": "(新)２市を視察した。",
    "取組予定_R3_1": "①と同じ",
    "取組結果_R3_1": "(継)１市を視察した。",
    "取組予定_R4_1": "②と同じ",
    "課題_R3": "人手不足",
    "解決方法_R3": "研修を行う。",
    "課題_R4": "Ｒ３と同じ",
    "評価理由_進捗度": "視察が１市にとどまったため",
    "特記事項": "来年度に備える。",
}
KNOWN = Known(R3, ANSWERS, {**SCORES, R3: {"進捗度": 1, "連携度": 2, "効率性": 2, "創造性": 3}})

LOCKED, OPEN = False, True


@pytest.mark.parametrize(
    ("field", "value", "is_open"),
    [
        # only scores of R2 are known: they are locked, the texts of R2 are not
        ("進捗度_R2", 2, LOCKED),
        ("進捗度_R3", None, OPEN),
        ("進捗度_R4", "-", LOCKED),
        ("取組予定_R2_1", None, OPEN),
        ("取組結果_R2_1", None, OPEN),
        ("工程_当初_R2", None, OPEN),
        ("工程_状況_R2", None, OPEN),
        ("工程_状況_R3", None, OPEN),
        ("工程_状況_R4", None, LOCKED),
        ("取組結果_R3_1", None, OPEN),
        ("取組結果_R4_1", None, LOCKED),
        ("課題_R4", None, OPEN),
        ("解決方法_R4", None, LOCKED),
        ("評価理由_進捗度", None, OPEN),
        ("取組終了_年", None, OPEN),
        ("特記事項", None, OPEN),
    ],
)
def test_first_round_with_an_imported_list(field: str, value: object, is_open: bool) -> None:
    form = content(PLAN.of_year(R3), PRACTICE, Known(scores=SCORES))
    assert (form.values.get(field), field in form.open) == (value, is_open)


@pytest.mark.parametrize(
    ("field", "value", "is_open"),
    [
        # history as it was returned, locked; last year's forward plans stand in open cells
        ("進捗度_R2", 2, LOCKED),
        ("進捗度_R3", 1, LOCKED),
        ("進捗度_R4", None, OPEN),
        ("工程_当初_R2", "調査", LOCKED),
        ("工程_当初_R4", "⇒", LOCKED),
        ("工程_当初_R5", None, OPEN),
        ("工程_変更_R3", "再調査", LOCKED),
        ("工程_変更_R4", None, OPEN),
        ("工程_変更_R5", "試行", OPEN),
        ("工程_状況_R3", "工程見直し", LOCKED),
        ("工程_状況_R4", None, OPEN),
        ("取組予定_R2_2", None, LOCKED),
        ("取組予定_R3_1", "①と同じ", LOCKED),
        ("取組結果_R3_1", "(継)１市を視察した。", LOCKED),
        ("取組予定_R4_1", "②と同じ", OPEN),
        ("取組結果_R4_1", None, OPEN),
        ("課題_R3", "人手不足", LOCKED),
        ("課題_R4", "Ｒ３と同じ", OPEN),
        ("解決方法_R4", None, OPEN),
        ("評価理由_進捗度", None, OPEN),
        ("特記事項", None, OPEN),
    ],
)
def test_the_year_after(field: str, value: object, is_open: bool) -> None:
    form = content(PLAN.of_year(R4), PRACTICE, KNOWN)
    assert (form.values.get(field), field in form.open) == (value, is_open)


def test_last_years_reasons_stand_beside_the_form() -> None:
    form = content(PLAN.of_year(R4), PRACTICE, KNOWN)
    assert form.reasons_before["評価理由_進捗度"] == "視察が１市にとどまったため"
    later = content(PLAN.of_year(FiscalYear.parse("R5")), PRACTICE, KNOWN)
    assert not later.reasons_before


@pytest.mark.parametrize("field", ["取組予定_R3_1", "取組結果_R3_1", "課題_R3", "進捗度_R3"])
def test_a_new_item_has_no_history(field: str) -> None:
    newcomer = dataclasses.replace(PRACTICE, first_year=R4)
    form = content(PLAN.of_year(R4), newcomer, Known())
    assert field not in form.open
    assert form.values.get(field) in (None, "-")


def test_targets_of_references_are_remembered() -> None:
    form = content(PLAN.of_year(R4), PRACTICE, KNOWN)
    rows = {row[0]: row[1:] for row in remembered(FORM, form)}
    assert rows["取組予定_R4_1"] == ("②と同じ", ("取組予定_R3_1",), "視察")
    assert rows["課題_R4"] == ("Ｒ３と同じ", ("課題_R3",), "人手不足")
    assert rows["取組予定_R2_1"] == ("視察", (), "")
    assert rows["進捗度_R3"] == ("1", (), "")
