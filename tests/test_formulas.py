"""What the form says and computes by itself: while typing, and as LibreOffice recalculates it.

A form is a table of field → typed text; the expected figure or sentence stands beside it. The
stored values of all of these forms are compared with those of a forced recalculation.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Mapping
from functools import cache
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.office import convert, needs_office
from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.book import UNSEEN, FormulaCell
from workbook_tools.form import layout, prefill, references
from workbook_tools.form.content import Content
from workbook_tools.form.layout import form_of
from workbook_tools.form.live.checks import live_cells
from workbook_tools.form.workbook import workbook
from workbook_tools.plan.model import GradeRule, Plan
from workbook_tools.plan.read_master import sample
from workbook_tools.text import key

PLAN = sample()
FORM = form_of(PLAN)
PRACTICE = PLAN.practice(16)
YEARS = FORM.years
R2, R3, R4, R6 = YEARS[0], YEARS[1], YEARS[2], YEARS[4]
CRITERIA = ("進捗度", "連携度", "効率性", "創造性")
PAST = {"進捗度": 3, "連携度": 2, "効率性": 2, "創造性": 2}  # 9, B

Values = Mapping[str, str | int]


def filled(values: Values, year: FiscalYear = R3) -> Content:
    """The form as distributed where the register knows past scores only, then filled in."""
    known = prefill.Known(scores={past: PAST for past in YEARS if past < year})
    blank = prefill.content(PLAN.of_year(year), PRACTICE, known)
    return dataclasses.replace(blank, values={**blank.values, **values})


def form_with(values: Values, year: FiscalYear = R3, of: Plan = PLAN) -> bytes:
    """That form as a workbook."""
    return workbook(of.of_year(year), PRACTICE, filled(values, year))


def live(
    values: Values, year: FiscalYear = R3, of: Plan = PLAN
) -> dict[tuple[int, Area], str | int]:
    """What its formula cells show, by sheet and place."""
    content = filled(values, year)
    plan = of.of_year(year)
    sheets = live_cells(plan, content.values, lambda field: field.name in content.open)
    return {
        (sheet, Area(cell.area.row, cell.area.col)): value
        for sheet, (cells, shown) in enumerate(sheets)
        for cell, value in zip(cells, shown, strict=True)
    }


def planned(values: Values) -> list[FormulaCell]:
    """Its formula cells on both sheets."""
    content = filled(values)
    sheets = live_cells(PLAN, content.values, lambda field: field.name in content.open)
    return [cell for cells, _ in sheets for cell in cells]


def beside(values: Values, name: str, column: int, year: FiscalYear = R3) -> str:
    """What stands beside a field, in one of the columns outside the print area."""
    field = FORM[name]
    return str(live(values, year).get((field.sheet, Area(field.area.last_row, column)), ""))


def printed(values: Values, name: str, of: Plan = PLAN) -> str | int:
    """What a formula field of the form itself shows."""
    area = FORM[name].area
    return live(values, of=of)[0, Area(area.row, area.col)]


def counted(values: Values, year: FiscalYear = R3) -> str:
    return str(live(values, year)[0, layout.COUNT])


# Two rows in R2, two in R3, one in each later year: ①② ③④ ⑤ ⑥ ⑦.
COMPLETE: dict[str, str | int] = {
    "工程_当初_R2": "調査",
    **{f"工程_当初_{year}": "⇒" for year in YEARS[1:]},
    "工程_状況_R2": "工程どおり",
    "工程_状況_R3": "工程どおり",
    "取組予定_R2_1": "先進自治体の調査",
    "取組結果_R2_1": "(新)２市を視察した。",
    "取組予定_R2_2": "庁内協議",
    "取組結果_R2_2": "(新)４回開いた。",
    "取組予定_R3_1": "試験導入",
    "取組結果_R3_1": "(新)窓口１か所で始めた。",
    "取組予定_R3_2": "②と同じ",
    "取組結果_R3_2": "(継)３回開いた。",
    "取組予定_R4_1": "本格導入",
    "取組予定_R5_1": "⑤と同じ",
    "取組予定_R6_1": "⑥と同じ",
    "進捗度_R3": 3,
    "連携度_R3": 2,
    "効率性_R3": 3,
    "創造性_R3": 2,
    **{field.name: "年度計画のとおり進んだ。" for field in FORM.reasons},
    "課題_R2": "人手が足りない。",
    "解決方法_R2": "応援を受ける。",
    "課題_R3": "Ｒ２と同じ",
    "解決方法_R3": "Ｒ２と同じ",
    "課題_R4": "特になし",
    "特記事項": "市民の評判がよい。",
    "特記すべき事項": "待ち時間が減った。",
}
HALF = {
    **COMPLETE,
    "工程_状況_R3": "",
    "取組結果_R3_2": "",
    "効率性_R3": "",
    "創造性_R3": "4",
    "評価理由_総合評価": "",
    "解決方法_R3": "　\n",
    "特記事項": "",
}
ENDED = {
    **COMPLETE,
    "取組予定_R3_2": "（取組終了）",
    "取組結果_R3_2": "",
    "取組予定_R4_1": "",
    "取組予定_R5_1": "",
    "取組予定_R6_1": "",
    "取組終了_年": 4,
    "取組終了_月": 3,
}
# Longer than any printed cell.
TOO_LONG = "あ" * 1000


# --- how many things are missing or wrong


@pytest.mark.parametrize(
    ("values", "count"),
    [
        (COMPLETE, layout.COMPLETE),
        (ENDED, layout.COMPLETE),
        ({**ENDED, "取組終了_年": "４", "取組終了_月": "３"}, layout.COMPLETE),
        (HALF, "未入力 5件・要確認 2件"),
        # Plan, status, four scores, five reasons, 課題; 特記事項 and next year's plan are advice.
        ({}, "未入力 12件・要確認 2件"),
    ],
)
def test_the_count_at_the_top(values: Values, count: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_with(values)), data_only=True)
    assert [book[name][layout.COUNT.a1].value for name in layout.SHEETS] == [count, count]


# --- typed → message: changes to a complete form, where it is said, what is said, as which kind

MISSING, DOUBTFUL = "未入力 1件・要確認 0件", "未入力 0件・要確認 1件"
BOTH = "未入力 1件・要確認 1件"
Check = tuple[dict[str, str | int], str, str, str]
CHECKS: list[Check] = [
    # 工程表
    ({"工程_状況_R3": ""}, "工程_状況_R3", "Ｒ３の工程の状況を選んでください。", MISSING),
    (
        {"工程_状況_R3": "順調"},
        "工程_状況_R3",
        "Ｒ３の状況は「工程どおり」か「工程見直し」です。",
        DOUBTFUL,
    ),
    ({"工程_状況_R3": "工 程\n通 り"}, "工程_状況_R3", "", layout.COMPLETE),
    (
        {"工程_状況_R3": "工程見直し"},
        "工程_状況_R3",
        "Ｒ３は工程見直しですが、変更後の工程がありません。",
        MISSING,
    ),
    ({"工程_状況_R3": "工程見直し", "工程_変更_R3": "再調査"}, "工程_状況_R3", "", layout.COMPLETE),
    (
        {"工程_変更_R3": "再調査"},
        "工程_状況_R3",
        "Ｒ３は工程どおりですが、変更後の工程が入っています。",
        DOUBTFUL,
    ),
    ({"工程_変更_R5": "再調査"}, "工程_状況_R3", "", layout.COMPLETE),
    # One sentence, though all the arrows behind it lead nowhere as well.
    ({"工程_当初_R2": "⇒"}, "工程_当初_R2", "Ｒ２の⇒の左に工程がありません。", DOUBTFUL),
    (
        {
            "工程_当初_R2": "",
            "工程_当初_R3": "設計",
            "工程_変更_R2": "=>",
            "工程_状況_R2": "工程見直し",
        },
        "工程_変更_R2",
        "Ｒ２の⇒の左に工程がありません。",
        DOUBTFUL,
    ),
    (
        {"工程_当初_R4": TOO_LONG},
        "工程_当初_R4",
        "Ｒ４年度の当初の工程が長く、印刷で切れるおそれがあります。",
        DOUBTFUL,
    ),
    # 取組内容
    (
        # One row less: what was ⑤ and ⑥ is ④ and ⑤ now, and two references mean themselves.
        {"取組予定_R3_1": "", "取組予定_R3_2": "", "取組結果_R3_1": "", "取組結果_R3_2": ""},
        "取組予定_R3_1",
        "Ｒ３の取組予定がありません。",
        "未入力 1件・要確認 2件",
    ),
    ({"取組結果_R3_1": ""}, "取組結果_R3_1", "③の取組結果が未入力です。", MISSING),
    ({"取組結果_R3_2": "　"}, "取組結果_R3_2", "④の取組結果が未入力です。", MISSING),
    ({"取組結果_R2_2": ""}, "取組結果_R2_2", "", layout.COMPLETE),  # a year gone by
    (
        {"取組予定_R3_3": "（取組終了)"},
        "取組終了_年",
        "取組終了とありますが、取組終了の年と月が空欄です。",
        DOUBTFUL,
    ),
    (
        {"取組結果_R3_3": "(新)始めた。"},
        "取組結果_R3_3",
        "取組結果に対する取組予定がありません。",
        DOUBTFUL,
    ),
    (
        {"取組結果_R3_1": "窓口で始めた。"},
        "取組結果_R3_1",
        "③の取組結果は(新)か(継)で始めてください。",
        DOUBTFUL,
    ),
    (
        {"取組結果_R3_1": "（仮称）窓口で始めた。"},
        "取組結果_R3_1",
        "③の取組結果は(新)か(継)で始めてください。",
        DOUBTFUL,
    ),
    ({"取組結果_R3_1": "（新)始めた。"}, "取組結果_R3_1", "", layout.COMPLETE),
    ({"取組結果_R3_2": "①と同じ"}, "取組結果_R3_2", "", layout.COMPLETE),
    ({"取組結果_R3_2": "(継)同上"}, "取組結果_R3_2", "", layout.COMPLETE),
    (
        {"取組予定_R4_1": "⑫と同じ", "取組予定_R5_1": "継続", "取組予定_R6_1": "継続"},
        "取組予定_R4_1",
        "取組予定の参照先がないか、空欄です。",
        DOUBTFUL,
    ),
    (
        # The first row of a year bears its number even when it is empty.
        {"取組予定_R5_1": "", "取組予定_R6_1": "⑥と同じ"},
        "取組予定_R6_1",
        "取組予定の参照先がないか、空欄です。",
        DOUBTFUL,
    ),
    (
        {"取組予定_R2_1": "同上"},
        "取組予定_R2_1",
        "取組予定の参照先がないか、空欄です。",
        DOUBTFUL,
    ),
    ({"取組予定_R3_1": "同上"}, "取組予定_R3_1", "", layout.COMPLETE),  # past a row not in use
    (
        {"取組予定_R4_1": ""},
        "取組予定_R4_1",
        "Ｒ４の取組予定がありません。",
        "未入力 0件・要確認 3件",
    ),
    (
        {
            "取組予定_R4_1": "",
            "取組予定_R4_2": "拡大",
            "取組予定_R5_1": "⑥と同じ",
            "取組予定_R6_1": "",
        },
        "取組予定_R4_1",
        "",
        layout.COMPLETE,
    ),
    (
        {"取組予定_R4_2": TOO_LONG},
        "取組予定_R4_2",
        "取組予定が長く、印刷で切れるおそれがあります。",
        DOUBTFUL,
    ),
    (
        {"取組結果_R3_1": f"(新){TOO_LONG}"},
        "取組結果_R3_1",
        "取組結果が長く、印刷で切れるおそれがあります。",
        DOUBTFUL,
    ),
    # 自己評価
    ({"進捗度_R3": ""}, "進捗度_R3", "進捗度が未入力です（0～3）。", MISSING),
    ({"連携度_R3": " 　"}, "連携度_R3", "連携度が未入力です（0～3）。", MISSING),
    ({"連携度_R3": "３"}, "連携度_R3", "", layout.COMPLETE),
    ({"連携度_R3": 0}, "連携度_R3", "", layout.COMPLETE),
    ({"連携度_R3": "2.0"}, "連携度_R3", "", layout.COMPLETE),
    *(
        ({"効率性_R3": wrong}, "効率性_R3", "効率性は0～3の整数です。", DOUBTFUL)
        for wrong in (4, -1, "2.5", "２．５", "二", "200%", "③", "1/2", "3個")
    ),
    ({"効率性_R3": "－"}, "効率性_R3", "効率性が未入力です（0～3）。", MISSING),
    ({"効率性_R3": "３点", "創造性_R3": "2.0"}, "効率性_R3", "", layout.COMPLETE),
    (
        {"進捗度_R4": 2},
        "進捗度_R3",
        "進捗度に、まだ評価しない年度の評点があります。",
        DOUBTFUL,
    ),
    ({"評価理由_創造性": "－"}, "評価理由_創造性", "創造性の評価の理由が未入力です。", MISSING),
    ({"評価理由_創造性": ""}, "評価理由_創造性", "創造性の評価の理由が未入力です。", MISSING),
    (
        {"評価理由_総合評価": "\n"},
        "評価理由_総合評価",
        "総合評価の評価の理由が未入力です。",
        MISSING,
    ),
    (
        {"評価理由_進捗度": TOO_LONG},
        "評価理由_進捗度",
        "進捗度の評価の理由が長く、印刷で切れるおそれがあります。",
        DOUBTFUL,
    ),
    # 取組終了
    *(
        (
            {"取組終了_年": year, "取組終了_月": month},
            "取組終了_年",
            "取組終了はＲ３年度の年と月（令和3年4月～4年3月）を入れてください。",
            DOUBTFUL,
        )
        for year, month in ((4, ""), ("", 3), (4, 4), (3, 3), (4, 13), ("来年", "３月"))
    ),
    *(
        ({"取組終了_年": year, "取組終了_月": month}, "取組終了_年", "", layout.COMPLETE)
        for year, month in (
            (3, 4),
            (3, 12),
            (4, 1),
            ("４", " ３ "),
            ("令和４年", "３月"),
            (2022, 3),
        )
    ),
    # 課題 and 特記事項
    ({"課題_R3": "", "解決方法_R3": ""}, "課題_R3", "Ｒ３の課題が未入力です。", MISSING),
    ({"解決方法_R3": ""}, "課題_R3", "Ｒ３の解決方法が未入力です。", MISSING),
    ({"課題_R3": "・特になし", "解決方法_R3": ""}, "課題_R3", "", layout.COMPLETE),
    (
        {"課題_R2": "特になし", "課題_R3": "Ｒ２と同じ", "解決方法_R3": ""},
        "課題_R3",
        "",
        layout.COMPLETE,
    ),
    ({"課題_R5": "Ｒ６と同じ"}, "課題_R5", "課題の参照先がないか、空欄です。", DOUBTFUL),
    (
        {"解決方法_R2": ""},
        "解決方法_R3",
        "解決方法の参照先がないか、空欄です。",
        DOUBTFUL,
    ),
    (
        {"課題_R4": TOO_LONG},
        "課題_R4",
        "課題が長く、印刷で切れるおそれがあります。",
        DOUBTFUL,
    ),
    ({"特記事項": ""}, "特記事項", "特記事項が空欄です。", DOUBTFUL),
    ({"特記すべき事項": ""}, "特記すべき事項", "", layout.COMPLETE),
    (
        {"特記すべき事項": TOO_LONG},
        "特記すべき事項",
        "特記すべき事項が長く、印刷で切れるおそれがあります。",
        DOUBTFUL,
    ),
    # two in one row
    (
        {"進捗度_R3": "９", "評価理由_進捗度": ""},
        "進捗度_R3",
        "進捗度は0～3の整数です。進捗度の評価の理由が未入力です。",
        BOTH,
    ),
]


@pytest.mark.parametrize(("changes", "at", "message", "count"), CHECKS)
def test_what_is_said_while_typing(
    changes: dict[str, str | int], at: str, message: str, count: str
) -> None:
    values = {**COMPLETE, **changes}
    assert beside(values, at, layout.CHECKS) == message
    assert counted(values) == count


# --- the meaning of a reference, beside the form: Ｒ３'s third row and what it refers to

MEANINGS = [
    ("①と同じ", "先進自治体の調査"),
    (" ① と 同じ　", "先進自治体の調査"),
    ("④と同じ", "庁内協議"),  # through ②
    ("①に同じ", "先進自治体の調査"),
    ("①と同様", "先進自治体の調査"),
    ("(2)と同じ", "庁内協議"),
    ("（２）と同じ", "庁内協議"),
    ("⑵と同じ", "庁内協議"),
    ("①、②と同じ", "先進自治体の調査\n庁内協議"),
    ("①・②と同じ", "先進自治体の調査\n庁内協議"),
    ("①及び③と同じ", "先進自治体の調査\n試験導入"),
    ("（１）と（２）と同じ", "先進自治体の調査\n庁内協議"),
    ("①～③と同じ", "先進自治体の調査\n庁内協議\n試験導入"),
    ("①〜③と同じ", "先進自治体の調査\n庁内協議\n試験導入"),
    ("(1)~(3)と同じ", "先進自治体の調査\n庁内協議\n試験導入"),
    ("①と同じ（対象を拡大）", "先進自治体の調査（対象を拡大）"),
    ("同上", "庁内協議"),
    ("⑥と同じ", "本格導入"),  # below: as typed
]
NO_MEANINGS = [
    "窓口の拡大",
    "昨年同様、二重投資を避ける。",
    "①と同じように進める。",
    "②の要領と同じ",
    "データベースＡと同じ",
    "内容は同上",
    "",
]


def third_plan(typed: str) -> dict[str, str | int]:
    return {**COMPLETE, "取組予定_R3_3": typed}


@pytest.mark.parametrize(("typed", "means"), MEANINGS)
def test_what_a_reference_means_beside_it(typed: str, means: str) -> None:
    values = third_plan(typed)
    assert beside(values, "取組予定_R3_3", layout.MEANING) == means
    resolved = references.resolve(FORM, {name: str(value) for name, value in values.items()})
    assert key(resolved["取組予定_R3_3"].text) == key(means)


@pytest.mark.parametrize("typed", NO_MEANINGS)
def test_beside_a_sentence_stands_nothing(typed: str) -> None:
    assert beside(third_plan(typed), "取組予定_R3_3", layout.MEANING) == ""
    resolved = references.resolve(FORM, {"取組予定_R3_3": typed})
    assert resolved["取組予定_R3_3"].targets == ()


@pytest.mark.parametrize(
    "typed", ["①～④と同じ", "①、②、③、④と同じ", "①と同じ\n②と同じ", "①～②、③と同じ"]
)
def test_what_formulas_cannot_follow_is_said(typed: str) -> None:
    values = {**third_plan(typed), "取組結果_R3_3": "(新)始めた。"}
    assert beside(values, "取組予定_R3_3", layout.MEANING) == ""
    said = "取組予定の参照が入り組んでいて、確かめられません。"
    assert beside(values, "取組予定_R3_3", layout.CHECKS) == said
    resolved = references.resolve(FORM, {name: str(value) for name, value in values.items()})
    assert resolved["取組予定_R3_3"].beyond


RESULT_MEANINGS = [
    ("同上", "(新)窓口１か所で始めた。"),
    ("(継)同上", "(継)窓口１か所で始めた。"),
    ("（継）同上", "(継)窓口１か所で始めた。"),
    ("②と同じ", "(新)４回開いた。"),
    ("(継)同上の会議を開いた。", ""),
]


@pytest.mark.parametrize(("typed", "means"), RESULT_MEANINGS)
def test_what_a_result_means_beside_it(typed: str, means: str) -> None:
    values = {**COMPLETE, "取組結果_R3_2": typed}
    assert beside(values, "取組結果_R3_2", layout.MEANING_2) == means
    resolved = references.resolve(FORM, {name: str(value) for name, value in values.items()})
    assert key(resolved["取組結果_R3_2"].text) == key(means or typed)


def test_a_mark_is_replaced_but_no_other_bracket() -> None:
    values = {**COMPLETE, "取組結果_R3_1": "（仮称）条例", "取組結果_R3_2": "(継)同上"}
    assert beside(values, "取組結果_R3_2", layout.MEANING_2) == "(継)（仮称）条例"


YEAR_MEANINGS = [
    ("Ｒ２と同じ", "人手が足りない。"),
    ("R2と同じ", "人手が足りない。"),
    ("令和２年度と同じ", "人手が足りない。"),
    ("令和2年度に同じ", "人手が足りない。"),
    ("Ｒ３と同様", "人手が足りない。"),  # through Ｒ２
    ("前年度と同じ", "人手が足りない。"),
    ("・Ｒ２と同じ\n・費用", "人手が足りない。\n・費用"),
    ("費用\n・Ｒ３と同じ", "費用\n人手が足りない。"),
    ("Ｒ２と同じ状況が続く。", ""),
    ("特になし", ""),
]


@pytest.mark.parametrize(("typed", "means"), YEAR_MEANINGS)
def test_what_a_year_means_beside_it(typed: str, means: str) -> None:
    values = {**COMPLETE, "課題_R4": typed}
    assert beside(values, "課題_R4", layout.MEANING) == means
    resolved = references.resolve(FORM, {name: str(value) for name, value in values.items()})
    assert resolved["課題_R4"].text == (means or typed)


ARROWS = [
    (
        {"R2": "調査", "R3": "⇒", "R4": "試行", "R5": "→", "R6": "=>"},
        {},
        "Ｒ３：調査　Ｒ５：試行　Ｒ６：試行　",
        "",
    ),
    ({"R2": "調査", "R3": "同左", "R4": "", "R5": "", "R6": ""}, {}, "Ｒ３：調査　", ""),
    ({"R2": "調査", "R3": "設計"}, {"R4": "⇒"}, "Ｒ５：　Ｒ６：　", "Ｒ４：設計　"),
    ({"R2": "調査", "R3": "⇒"}, {"R3": "再調査", "R4": "->"}, "", "Ｒ４：再調査　"),
    (
        {"R2": "調査", "R3": "⇒", "R4": "⇒"},
        {"R3": "再調査"},
        "Ｒ４：再調査　",
        "",
    ),
]


@pytest.mark.parametrize(("original", "revised", "first", "second"), ARROWS)
def test_what_an_arrow_means(
    original: dict[str, str], revised: dict[str, str], first: str, second: str
) -> None:
    values = {
        **{f"工程_当初_{year}": text for year, text in original.items()},
        **{f"工程_変更_{year}": text for year, text in revised.items()},
    }
    if len(original) == 2:
        first = first.replace("Ｒ５：　Ｒ６：　", "")
    assert beside(values, "工程_当初_R2", layout.MEANING) == first
    assert beside(values, "工程_変更_R2", layout.MEANING) == second


# --- labels, totals, grades


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ("", "①--②--③--④--⑤--"),
        ("R2_1 R2_2", "①②-③--④--⑤--⑥--"),
        ("R2_2 R3_3", "①②-③-④⑤--⑥--⑦--"),
        ("R2_1 R2_3 R3_2 R4_2 R6_3", "①-②③④-⑤⑥-⑦--⑧-⑨"),
        (" ".join(f"{year}_{n}" for year in YEARS for n in (1, 2, 3)), "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮"),
    ],
)
def test_rows_are_numbered_through(rows: str, labels: str) -> None:
    values = {f"取組予定_{row}": "計画" for row in rows.split()}
    shown = [printed(values, field.name) or "-" for field in FORM.activities("取組番号")]
    assert "".join(map(str, shown)) == labels


def scored(scores: str) -> dict[str, str | int]:
    return {f"{name}_R3": score for name, score in zip(CRITERIA, scores, strict=True)}


GRADES = [
    ("3333", 12, "A"),
    ("2332", 10, "A"),
    ("1333", 10, "B"),  # 進捗度 below 2
    ("2322", 9, "B"),
    ("0332", 8, "B"),
    ("3220", 7, "C"),
    ("2111", 5, "C"),
    ("1111", 4, "D"),
    ("0000", 0, "D"),
    ("３３２２", 10, "A"),
    ("33 3", "", ""),
    ("3335", "", ""),
]


@pytest.mark.parametrize(("scores", "total", "grade"), GRADES)
def test_total_and_grade(scores: str, total: int | str, grade: str) -> None:
    values = scored(scores)
    assert (printed(values, "合計_R3"), printed(values, "総合評価_R3")) == (total, grade)
    assert (printed(values, "合計_R2"), printed(values, "総合評価_R2")) == (9, "B")
    assert (printed(values, "合計_R4"), printed(values, "総合評価_R4")) == ("-", "-")


STRICTER = dataclasses.replace(
    PLAN,
    grades=(
        GradeRule("秀", 12),
        GradeRule("優", 9, {"連携度": 2, "創造性": 2}),
        GradeRule("可", 0),
    ),
)


@pytest.mark.parametrize(
    ("scores", "grade"), [("3333", "秀"), ("3222", "優"), ("3332", "優"), ("3331", "可")]
)
def test_thresholds_come_from_the_plan(scores: str, grade: str) -> None:
    assert printed(scored(scores), "総合評価_R3", of=STRICTER) == grade


# --- LibreOffice says the same

EVERY_REFERENCE = {
    **COMPLETE,
    "工程_変更_R4": "⇒",
    "取組予定_R3_3": "①、②と同じ（対象を拡大）",
    "取組結果_R3_3": "（継）同上",
    "取組予定_R4_1": "①～⑤と同じ",
    "取組予定_R4_2": "(1)及び（２）に同じ",
    "取組予定_R5_1": "⑦と同じ",
    "取組予定_R5_2": "⑴と同様",
    "取組予定_R6_1": "同上",
    "取組予定_R6_2": "⑮と同じ",
    "課題_R4": "・Ｒ３と同じ\n・もう一つ",
    "課題_R5": "前年度と同じ",
    "課題_R6": "令和２年度と同様\nＲ５と同じ",
}
ROUND_R4 = {
    **EVERY_REFERENCE,
    "工程_状況_R4": "工程見直し",
    "取組結果_R4_1": "①と同じ",
    "取組結果_R4_2": "(新)",
    "解決方法_R4": "Ｒ３と同じ",
    **{f"{name}_R4": "２" for name in CRITERIA},
}


def tables() -> list[dict[str, str | int]]:
    """Everything typed in the tables above, in as few forms as hold it: a second a form is dear."""
    rows = ("R3_3", "R4_2", "R4_3", "R5_2", "R5_3", "R6_2", "R6_3")
    plans = [*(typed for typed, _ in MEANINGS), *NO_MEANINGS]
    states: list[dict[str, str | int]] = []
    for changes in [
        *(changes for changes, *_ in CHECKS),
        *({f"取組予定_{rows[n % len(rows)]}": typed} for n, typed in enumerate(plans)),
        *({f"取組結果_R3_{2 + n % 2}": typed} for n, (typed, _) in enumerate(RESULT_MEANINGS)),
        *({f"課題_R{4 + n % 3}": typed} for n, (typed, _) in enumerate(YEAR_MEANINGS)),
        *(scored(scores) for scores, *_ in GRADES),
    ]:
        free = (state for state in states if not state.keys() & changes.keys())
        if (state := next(free, None)) is None:
            states.append(state := {})
        state.update(changes)
    return states


STATES: dict[str, tuple[Values, FiscalYear]] = {
    "blank": ({}, R3),
    "half": (HALF, R3),
    "complete": (COMPLETE, R3),
    "references": (EVERY_REFERENCE, R3),
    "wide": ({**COMPLETE, **scored("３２１０"), "取組終了_年": "４", "取組終了_月": "１２"}, R3),
    "bad scores": ({**COMPLETE, **scored("5x-③")}, R3),
    "revised": ({**COMPLETE, "工程_状況_R3": "工程見直し", "工程_変更_R3": "⇒"}, R3),
    "ended": (ENDED, R3),
    "long": ({name: f"{text}{TOO_LONG}" for name, text in COMPLETE.items()}, R3),
    "R4": (ROUND_R4, R4),
    "first year": (EVERY_REFERENCE, R2),
    "last year": ({**ROUND_R4, **{f"{name}_R6": 1 for name in CRITERIA}}, R6),
    **{f"tables {n}": ({**COMPLETE, **changes}, R3) for n, changes in enumerate(tables(), 1)},
}
SEEDED = "seeded"
# A stored value that no state above has, for the first label of the blank form.
WRONG = Area(FORM["取組番号_R2_1"].area.row, FORM["取組番号_R2_1"].area.col).a1
Difference = tuple[str, str, str | None, str | None]


@cache
def books() -> dict[str, bytes]:
    """All states as workbooks, and the blank one with a wrong stored value."""
    made = {name: form_with(values, year) for name, (values, year) in STATES.items()}
    return {**made, SEEDED: with_stored(made["blank"], WRONG, "⑲")}


def with_stored(book: bytes, cell: str, value: str) -> bytes:
    """The workbook with another stored value of one formula of sheet ①."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry).decode()
            if entry.filename == "xl/worksheets/sheet1.xml":
                seed = rf'(<c r="{cell}"[^>]*><f[^>]*>[^<]*</f><v>)[^<]*'
                data, count = re.subn(seed, rf"\g<1>{value}", data)
                assert count == 1
            new.writestr(entry, data)
    return out.getvalue()


Formula = tuple[str, str, str | None]
_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def formulas(book: bytes) -> dict[tuple[str, str], Formula]:
    """By sheet and cell: formula, type and stored value ("" reads as None) of every formula cell.

    Read from the XML, since openpyxl takes a quarter of a second a form.
    """
    found: dict[tuple[str, str], Formula] = {}
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        for number, sheet in enumerate((*layout.SHEETS, layout.GUIDE), start=1):
            tree = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            for cell in tree.iter(f"{_NAMESPACE}c"):
                formula = cell.find(f"{_NAMESPACE}f")
                if formula is not None:
                    value = cell.findtext(f"{_NAMESPACE}v") or None
                    kind = cell.get("t", "n") if value else "n"
                    found[sheet, cell.attrib["r"]] = formula.text or "", kind, value
    return found


def differences(stored: bytes, recalculated: bytes) -> list[Difference]:
    """Formula cells whose stored value is not what LibreOffice calculates."""
    old, new = formulas(stored), formulas(recalculated)
    assert old.keys() == new.keys()
    return [
        (*place, old[place][2], new[place][2]) for place in old if old[place][1:] != new[place][1:]
    ]


@pytest.fixture(scope="module")
def recalculated() -> dict[str, bytes]:
    """All states as LibreOffice saves them, each formula calculated anew."""
    return convert(books(), "xlsx")


@needs_office
@pytest.mark.parametrize("state", STATES)
def test_libreoffice_calculates_the_stored_values(
    state: str, recalculated: dict[str, bytes]
) -> None:
    assert differences(books()[state], recalculated[state]) == []


@needs_office
def test_a_wrong_stored_value_is_found(recalculated: dict[str, bytes]) -> None:
    found = differences(books()[SEEDED], recalculated[SEEDED])
    assert found == [(layout.SHEETS[0], WRONG, "⑲", "①")]


# --- what Excel 2016 allows


def depth(formula: str) -> int:
    """How deep brackets nest outside text constants."""
    deepest = level = 0
    for sign in re.sub(r'"[^"]*"', "", formula):
        level += (sign == "(") - (sign == ")")
        deepest = max(deepest, level)
    assert level == 0
    return deepest


def test_formulas_keep_to_the_limits_of_excel() -> None:
    for cell in planned({}):
        assert len(cell.formula) <= 8192
        assert depth(cell.formula) <= 64
        assert all(len(text) <= 255 for text in re.findall(r'"([^"]*)"', cell.formula))


def test_no_function_newer_than_excel_2010() -> None:
    with zipfile.ZipFile(io.BytesIO(form_with(COMPLETE))) as archive:
        assert not [name for name in archive.namelist() if b"_xlfn" in archive.read(name)]
    newer = r"\b(TEXTJOIN|CONCAT|IFS|XLOOKUP|SWITCH|LET|FILTER|MAXIFS|MINIFS)\("
    texts = [formula for formula, *_ in formulas(form_with({})).values()]
    assert texts
    assert not [formula for formula in texts if re.search(newer, formula)]


def test_helper_cells_stay_in_hidden_columns() -> None:
    for cell in planned(EVERY_REFERENCE):
        assert (layout.MISSING <= cell.area.col <= layout.LAST_HELPER) == (cell.styles == UNSEEN)
    book = openpyxl.load_workbook(io.BytesIO(form_with({})))
    for sheet in layout.SHEETS:
        hidden = {
            col - 1
            for dimension in book[sheet].column_dimensions.values()
            if dimension.hidden
            for col in range(dimension.min, dimension.max + 1)
        }
        assert hidden == set(range(layout.MISSING, layout.LAST_HELPER + 1))


def test_no_two_formulas_share_a_cell() -> None:
    content = filled(EVERY_REFERENCE)
    for cells, _ in live_cells(PLAN, content.values, lambda field: field.name in content.open):
        places = [(cell.area.row, cell.area.col) for cell in cells]
        assert len(set(places)) == len(places) > 100
