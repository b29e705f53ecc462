"""What people write instead of text, and what it means (domain §6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook_tools.era import FiscalYear, years_between
from workbook_tools.form.layout import build
from workbook_tools.form.references import effective_schedule, labels, resolve

R2, R6 = FiscalYear.parse("R2"), FiscalYear.parse("R6")
FORM = build(years_between(R2, R6), ("進捗度", "連携度"), ("財政",))
# Rows: ①②③ in R2, ④⑤ in R3, ⑥ R4, ⑦ R5, ⑧ R6.
PLANS = {
    "取組予定_R2_1": "調査",
    "取組予定_R2_2": "協議",
    "取組予定_R2_3": "試行",
    "取組予定_R3_1": "実施",
    "取組予定_R3_2": "②と同じ",
    "取組予定_R4_1": "⑤と同じ",
}


@pytest.mark.parametrize(
    ("typed", "means", "chain"),
    [
        ("①と同じ", "調査", "⑦←①"),
        ("⑤と同じ", "協議", "⑦←⑤←②"),
        ("⑥に同じ", "協議", "⑦←⑥←⑤←②"),
        ("① と 同じ", "調査", "⑦←①"),
        ("④と同様", "実施", "⑦←④"),
        ("(1)と同じ", "調査", "⑦←①"),
        ("（１）と同じ", "調査", "⑦←①"),
        ("⑶と同じ", "試行", "⑦←③"),
        ("①、②と同じ", "調査\n協議", "⑦←①・②"),
        ("③及び④と同じ", "試行\n実施", "⑦←③・④"),
        ("①～③と同じ", "調査\n協議\n試行", "⑦←①・②・③"),
        ("①〜③と同じ", "調査\n協議\n試行", "⑦←①・②・③"),
        ("④と同じ（対象を拡大）", "実施（対象を拡大）", "⑦←④"),
        ("・④と同じ\n・広報の強化", "実施\n・広報の強化", "⑦←④"),
        ("同上", "協議", "⑦←⑥←⑤←②"),
    ],
)
def test_labels_in_activities(typed: str, means: str, chain: str) -> None:
    result = resolve(FORM, {**PLANS, "取組予定_R5_1": typed})["取組予定_R5_1"]
    assert (result.text, result.chain, result.raw) == (means, chain, typed)
    assert result.problem is None


@pytest.mark.parametrize(
    ("typed", "code", "target"),
    [
        ("⑨と同じ", "R301", "⑨"),
        ("(25)と同じ", "R301", "(25)"),
        ("⑦と同じ", "R303", "⑦"),
        ("⑧と同じ", "R302", "⑧"),
    ],
)
def test_labels_that_lead_nowhere(typed: str, code: str, target: str) -> None:
    problem = resolve(FORM, {**PLANS, "取組予定_R5_1": typed})["取組予定_R5_1"].problem
    assert problem is not None
    assert (problem.code, problem.target) == (code, target)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("同上", "(新)視察を３回行った。"),
        ("(継)同上", "(継)視察を３回行った。"),
        ("①と同じ", "(新)視察を３回行った。"),
        ("(継)①と同じ", "(継)視察を３回行った。"),
        ("同左", "協議"),
    ],
)
def test_results_keep_or_take_the_mark(typed: str, means: str) -> None:
    texts = {**PLANS, "取組結果_R2_1": "(新)視察を３回行った。", "取組結果_R2_2": typed}
    assert resolve(FORM, texts)["取組結果_R2_2"].text == means


@pytest.mark.parametrize(
    ("typed", "means", "chain"),
    [
        ("Ｒ２と同じ", "人手不足", "R4←R2"),
        ("R2と同じ", "人手不足", "R4←R2"),
        ("令和２年度と同じ", "人手不足", "R4←R2"),
        ("Ｒ２年度に同じ", "人手不足", "R4←R2"),
        ("Ｒ３と同じ", "人手不足", "R4←R3←R2"),
        ("前年度と同じ", "人手不足", "R4←R3←R2"),
        ("・Ｒ２と同じ\n・費用", "人手不足\n・費用", "R4←R2"),
        ("費用\nＲ３と同じ（継続）", "費用\n人手不足（継続）", "R4←R3←R2"),
    ],
)
def test_years_on_the_second_sheet(typed: str, means: str, chain: str) -> None:
    texts = {"課題_R2": "人手不足", "課題_R3": "Ｒ２と同じ", "課題_R4": typed}
    result = resolve(FORM, texts)["課題_R4"]
    assert (result.text, result.chain) == (means, chain)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({"課題_R4": "Ｒ１と同じ"}, "R304"),
        ({"課題_R4": "2030年度と同じ"}, "R304"),
        ({"課題_R2": "前年度と同じ", "課題_R4": "Ｒ２と同じ"}, "R302"),
        ({"課題_R4": "Ｒ３と同じ"}, "R302"),
        ({"課題_R3": "Ｒ４と同じ", "課題_R4": "Ｒ３と同じ"}, "R303"),
    ],
)
def test_years_that_lead_nowhere(texts: dict[str, str], code: str) -> None:
    problem = resolve(FORM, texts)["課題_R4"].problem
    assert problem is not None
    assert problem.code == code


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("昨年同様、二重投資を避ける。", "昨年同様"),
        ("②と同じように進めるが、対象を広げる。", "②と同じ"),
        ("Ｒ２と同じ理由で遅れている。", "R2と同じ"),
        ("会議は同上の日程", "同上"),
        ("関係部署と同じ場所で行う。", ""),
        ("新しい取組", ""),
    ],
)
def test_a_phrase_inside_a_sentence_stays(sentence: str, phrase: str) -> None:
    result = resolve(FORM, {**PLANS, "取組予定_R5_1": sentence})["取組予定_R5_1"]
    assert (result.text, result.phrase, result.chain) == (sentence, phrase, "")


def test_arrows_continue_the_schedule() -> None:
    original = {"R2": "調査", "R3": "設計", "R4": "⇒", "R5": "→", "R6": ""}
    revised = {"R3": "再調査", "R4": "⇒", "R6": "同左"}
    texts = {f"工程_当初_{year}": text for year, text in original.items()}
    texts |= {f"工程_変更_{year}": text for year, text in revised.items()}
    plan = effective_schedule(FORM, texts)
    assert [plan[year] for year in FORM.years] == ["調査", "再調査", "再調査", "再調査", "再調査"]
    resolved = resolve(FORM, texts)
    assert resolved["工程_当初_R5"].text == "設計"
    assert resolved["工程_変更_R4"].text == "再調査"


def test_an_arrow_in_the_revised_row_continues_the_original_plan() -> None:
    texts = {"工程_当初_R2": "調査", "工程_当初_R3": "⇒", "工程_変更_R4": "⇒"}
    assert resolve(FORM, texts)["工程_変更_R4"].text == "調査"


@pytest.mark.parametrize("row", ["当初", "変更"])
def test_an_arrow_with_nothing_to_its_left(row: str) -> None:
    problem = resolve(FORM, {f"工程_{row}_R2": "⇒"})[f"工程_{row}_R2"].problem
    assert problem is not None
    assert problem.code == "P201"


@pytest.mark.parametrize("text", ["2030年度、前年度と同じ", "前年度、2030年度と同じ"])
def test_the_order_of_years_does_not_matter(text: str) -> None:
    # 前年度 beside another year is a sentence, whichever stands first.
    assert resolve(FORM, {"課題_R4": text})["課題_R4"].problem is None


def test_numbers_follow_the_rows_in_use() -> None:
    # Two rows in R2 make ③ the first of R3; an empty first row keeps its number.
    texts = {"取組予定_R2_1": "調査", "取組予定_R2_2": "協議", "取組予定_R3_2": "実施"}
    rows = {number: f"{year}_{n}" for number, (year, n) in labels(FORM, texts).items()}
    assert rows == {1: "R2_1", 2: "R2_2", 3: "R3_1", 4: "R3_2", 5: "R4_1", 6: "R5_1", 7: "R6_1"}


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["同上", "①～⑮と同じ", "⑦、③と同じ", "調査", "", "(新)同上"]),
            st.integers(1, 16).map(lambda n: f"({n})と同じ"),
        ),
        min_size=15,
        max_size=15,
    ),
    st.lists(st.integers(1, 7).map(lambda n: f"Ｒ{n}と同じ"), min_size=5, max_size=5),
)
def test_resolving_ends_on_every_graph(plans: list[str], issues: list[str]) -> None:
    texts = dict(zip((field.name for field in FORM.activities("取組予定")), plans, strict=True))
    texts |= {field.name: text for field, text in zip(FORM.yearly("課題"), issues, strict=True)}
    for name, result in resolve(FORM, texts).items():
        assert result.raw == texts.get(name, "")
        assert result.problem is None or not result.chain
