"""Placeholders of the 意見書's prose: every figure from the round, rounded in words, ties named."""

from __future__ import annotations

import dataclasses

import pytest

from tests.test_figures import PLAN, R2, real_facts
from workbook_tools.figures.compute import Facts, compute
from workbook_tools.plan.model import GradeRule
from workbook_tools.report.terms import NOT_SCORED, filled, plain, terms_of

REAL = compute(PLAN, real_facts())
TERMS = terms_of(REAL)


@pytest.mark.parametrize(
    ("placeholder", "words"),
    [
        ("{評価項目数}", "66"),
        ("{実践項目数}", "70"),
        ("{取組項目数}", "21"),
        ("{テーマ数}", "7"),
        ("{終了前年度まで}", "4"),
        ("{終了今年度}", "5"),
        ("{終了累計}", "9"),
        ("{AB割合}", "95.5％"),
        ("{AB割合:超}", "95％を超え"),
        ("{AB割合:約}", "約96％"),
        ("{上位評価}", "A及びB"),
        ("{C前年度}", "7"),
        ("{C今年度}", "3"),
        ("{下位評価の推移}", "Cは前年度の7項目から3項目に減り"),
        ("{審議会最低}", "3.0"),
        ("{審議会最高}", "4.3"),
        ("{4.0以上の数}", "4"),
        (
            "{上位2}",
            "№1「新たな財源確保に向けた取組」（4.3）、№12「行政事務の民間委託」（4.2）",
        ),
        (
            "{下位2}",
            "№6「公共交通の利便性向上に向けた取組」（3.0）、№10「町内会の活性化に向けた取組」・"
            "№14「上下水道事業への民間活力の活用」（3.1）",
        ),
        ("{テーマ最低}", "3.5"),
        ("{テーマ最低の名前}", "Ⅲ「協働の推進」、Ⅳ「公共施設のマネジメント」"),
        ("{経過年数}", "2"),
        ("{最終年度}", "令和６年度"),
        ("{実施年度}", "令和４年度"),
        ("｛ＡＢ割合：超｝", "95％を超え"),  # as a Japanese keyboard types it
        ("{ 評価項目数 }", "66"),
    ],
)
def test_what_a_placeholder_says(placeholder: str, words: str) -> None:
    pieces, unknown = filled(f"前{placeholder}後", TERMS)
    assert (plain(pieces), unknown) == (f"前{words}後", [])


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{評価項目}件", ["{評価項目}"]),
        ("{評価項目数:超}", ["{評価項目数:超}"]),  # a count has no share
        ("{AB割合:未満}と{}と{評価項目数}", ["{AB割合:未満}"]),
        ("{__class__} %s {0}", ["{__class__}", "{0}"]),
        ("{評価\n項目数}", []),
    ],
)
def test_what_nobody_knows_is_told_and_left(text: str, unknown: list[str]) -> None:
    pieces, told = filled(text, TERMS)
    assert told == unknown
    assert plain(pieces) == text.replace("{評価項目数}", "66")


@pytest.mark.parametrize(
    ("share", "beyond", "about"),
    [
        (955, "95％を超え", "約96％"),
        (950, "95％となり", "約95％"),
        (949, "90％を超え", "約95％"),
        (1000, "100％となり", "約100％"),
        (3, "0％を超え", "約0％"),
    ],
)
def test_shares_in_words(share: int, beyond: str, about: str) -> None:
    known = {"割合": dataclasses.replace(TERMS["AB割合"], share=share)}
    assert plain(filled("{割合:超}・{割合:約}", known)[0]) == f"{beyond}・{about}"


def test_a_name_with_braces_is_no_placeholder() -> None:
    items = tuple(dataclasses.replace(item, name="{評価項目数}") for item in PLAN.items)
    known = terms_of(compute(dataclasses.replace(PLAN, items=items), real_facts()))
    assert plain(filled("{上位2}", known)[0]).startswith("№1「{評価項目数}」（4.3）")


def test_grades_of_another_city() -> None:
    grades = (GradeRule("優", 10, {"進捗度": 2}), GradeRule("良", 8), GradeRule("可", 0))
    known = terms_of(compute(dataclasses.replace(PLAN, grades=grades), real_facts()))
    assert known["優良割合"].words == "95.5％"
    assert known["下位評価の推移"].words.startswith("可は")


def test_before_any_council_and_in_the_first_year() -> None:
    nothing = terms_of(compute(PLAN, real_facts(council={})))
    for name in ("審議会最低", "上位2", "下位2", "4.0以上の数", "審議会の水準", "テーマ最低の名前"):
        assert nothing[name].words == NOT_SCORED
    first = PLAN.of_year(R2)
    facts = Facts(dict.fromkeys(range(1, 71), "受理"), {R2: real_facts().scores[R2]}, {}, {})
    known = terms_of(compute(first, facts))
    assert known["C前年度"].words == "（前年度の数値なし）"
    assert known["下位評価の推移"].words == "Cは7項目となり"


def test_an_item_below_the_middle_is_said() -> None:
    known = terms_of(compute(PLAN, real_facts(council={1: 29, 2: 30})))
    assert known["審議会の水準"].words == "3.0に届かない取組項目が1項目あった"
    everything = TERMS["審議会の水準"].words
    assert everything.startswith("すべての取組項目が")
