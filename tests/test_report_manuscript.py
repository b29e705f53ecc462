"""意見書原稿: drafts, what people type and keep, and what is told of it."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.reports import FILE, edited, figures_of, saved, sheet_rows
from tests.test_figures import PLAN, R2, R3
from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import Figures
from workbook_tools.findings import UserError
from workbook_tools.report.drafts import MEMBERS, REVIEW, drafts
from workbook_tools.report.manuscript import NOTES, SHEET, TERMS, Manuscript, renewed
from workbook_tools.report.report import setting
from workbook_tools.report.terms import filled, terms_of
from workbook_tools.report.typed_numbers import known_numbers, strange

REAL = figures_of()
NEW = renewed(None, FILE, setting(REAL))


def again(data: bytes, figures: Figures = REAL) -> Manuscript:
    return renewed(data, FILE, setting(figures))


def rows_changed(data: bytes, change: Any) -> bytes:
    """The manuscript with something done to its sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book[SHEET])
    return saved(book)


def words(known: Manuscript, chapter: str) -> list[str]:
    return [text.words for text in known.chapter(chapter)]


# -- new


def test_every_paragraph_has_its_row() -> None:
    rows = sheet_rows(NEW.data)
    assert [*rows[0]][:7] == ["章", "段落", "区分", "下書き", "採用文", "掲載", "順"]
    assert [(row["章"], row["段落"]) for row in rows] == [
        (draft.chapter, draft.name) for draft in drafts(PLAN)
    ]
    assert {row["区分"] for row in rows} == {"固定", "毎年", "自動"}
    assert {row["掲載"] for row in rows} == {"○"}
    assert NEW.notes == ()


def test_drafts_say_todays_figures() -> None:
    first, second, *typed = words(NEW, REVIEW)
    assert first == (
        "全70の実践項目のうち、前年度までに終了した4項目を除く66項目を評価した。"
        "総合評価がA及びBの割合は95％を超え、Cは前年度の7項目から3項目に減り、"
        "すべての取組項目が「おおむね評価できる」とされる3.0以上となった。"
    )
    assert "合わせて9項目" in second
    assert len(typed) == 5
    (lowest,) = [text for text in words(NEW, "取組項目別の評価集計結果") if "低いのは" in text]
    assert (
        "№10「町内会の活性化に向けた取組」・№14「上下水道事業への民間活力の活用」（3.1）" in lowest
    )


def test_the_sheet_shows_what_is_printed_and_what_may_be_put_in() -> None:
    shown = {(row["章"], row["段落"]): row["印刷される文"] for row in sheet_rows(NEW.data)}
    assert shown[REVIEW, "1"] == words(NEW, REVIEW)[0]
    terms = {row["書き方"]: row["今の内容"] for row in sheet_rows(NEW.data, TERMS)}
    assert terms["{評価項目数}"] == "66"
    assert terms["{AB割合:超}"] == "95％を超え"


@pytest.mark.parametrize("plan", [PLAN, PLAN.of_year(FiscalYear.parse("R4"))])
def test_no_draft_holds_a_figure_or_an_unknown_placeholder(plan: Any) -> None:
    figures = figures_of(plan, council={})
    known = renewed(None, FILE, setting(figures))
    assert known.notes == ()
    for draft in drafts(plan):
        if draft.chapter not in (MEMBERS, "審議経過"):
            # Names of the council's levels; all else would be a figure that grows old.
            pieces, _ = filled(draft.text, terms_of(figures))
            typed = "".join(piece for piece in pieces if isinstance(piece, str))
            assert list(strange(typed, {"4.0", "5"}, set())) == [], draft


def test_a_year_without_effectiveness_speaks_of_progress_only() -> None:
    plan = PLAN.of_year(FiscalYear.parse("R4"))
    known = renewed(None, FILE, setting(figures_of(plan, council={})))
    said = "".join(text.words for texts in known.chapters.values() for text in texts)
    assert "審議会の評価なし" not in said
    assert "取組の有効性について評価した" not in said
    assert not known.chapter("取組項目別の評価集計結果")


# -- kept


def test_what_people_wrote_stays() -> None:
    typed = edited(NEW.data, {(REVIEW, "3"): "三つ目の段落。", (REVIEW, "1"): "=1+1"})
    hidden = edited(typed, {(REVIEW, "4"): ""}, "掲載")
    later = again(hidden, figures_of(council={1: 50}))
    rows = {(row["章"], row["段落"]): row for row in sheet_rows(later.data)}
    assert rows[REVIEW, "3"]["採用文"] == "三つ目の段落。"
    assert rows[REVIEW, "1"]["採用文"] == "=1+1"
    assert rows[REVIEW, "4"]["掲載"] is None
    assert words(later, REVIEW)[0] == "=1+1"
    assert words(later, REVIEW)[2] == "三つ目の段落。"
    assert len(words(later, REVIEW)) == 6
    book = openpyxl.load_workbook(io.BytesIO(later.data))
    assert not any(cell.data_type == "f" for page in book for row in page for cell in row)


def test_nothing_new_leaves_the_very_bytes() -> None:
    typed = again(edited(NEW.data, {(REVIEW, "3"): "三つ目。"})).data
    assert again(typed).data == typed
    assert renewed(None, FILE, setting(REAL)).data == NEW.data


def test_the_figures_of_a_draft_follow() -> None:
    later = again(NEW.data, figures_of(council={1: 29}))
    assert "3.0に届かない取組項目が1項目あった" in words(later, REVIEW)[0]
    shown = {(row["章"], row["段落"]): row["印刷される文"] for row in sheet_rows(later.data)}
    assert shown[REVIEW, "1"] == words(later, REVIEW)[0]


def test_other_things_done_to_the_workbook_stay() -> None:
    def change(page: Any) -> None:
        page["K1"] = "課長に確認中"
        page.insert_cols(1)
        page["A3"] = "担当"
        page["A4"] = "田中"

    later = again(rows_changed(edited(NEW.data, {(REVIEW, "3"): "三つ目。"}), change))
    page = openpyxl.load_workbook(io.BytesIO(later.data))[SHEET]
    assert (page["L1"].value, page["A4"].value) == ("課長に確認中", "田中")
    assert words(later, REVIEW)[2] == "三つ目。"


def test_the_order_is_the_secretariats() -> None:
    places = {(REVIEW, "7"): "0", (REVIEW, "1"): "末尾"}
    later = again(edited(NEW.data, places, "順"))
    assert words(later, REVIEW)[0].startswith("本審議会は")
    assert words(later, REVIEW)[-1].startswith("全70の実践項目")


def test_a_row_that_was_moved_is_found() -> None:
    def change(page: Any) -> None:
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=4)]
        for row, values in enumerate(reversed(rows), start=4):
            for col, value in enumerate(values, start=1):
                page.cell(row, col).value = value

    later = again(rows_changed(NEW.data, change))
    assert later.notes == ()
    assert {name: words(later, name) for name in later.chapters} == {
        name: words(NEW, name) for name in NEW.chapters
    }


def test_a_row_that_was_deleted_comes_back_and_is_told() -> None:
    def change(page: Any) -> None:
        for row in range(4, page.max_row + 1):
            if (page.cell(row, 1).value, page.cell(row, 2).value) == (REVIEW, "2"):
                page.delete_rows(row)
                return

    later = again(rows_changed(edited(NEW.data, {(REVIEW, "3"): "三つ目。"}), change))
    assert words(later, REVIEW)[:3] == [*words(NEW, REVIEW)[:2], "三つ目。"]
    assert [note for note in later.notes if "行がなかった" in note] == [
        "総評　2：行がなかったため、下書きを加えました（載せないときは掲載を空欄に）。"
    ]
    assert [row["確かめてほしいこと"] for row in sheet_rows(later.data, NOTES)] == [*later.notes]
    # Once it is back it is not told any more.
    assert again(later.data).notes == ()


def test_a_row_that_was_doubled_is_printed_twice_and_told() -> None:
    def change(page: Any) -> None:
        page.append([REVIEW, "2", "毎年", "", "二つ目の続き。", "○", 2])

    later = again(rows_changed(NEW.data, change))
    assert words(later, REVIEW)[1:3] == [words(NEW, REVIEW)[1], "二つ目の続き。"]
    assert later.notes == ("総評　2：同じ段落の行が2つあり、すべて印刷します。",)


def test_a_row_of_ones_own_is_printed_in_its_place() -> None:
    def change(page: Any) -> None:
        page.append([REVIEW, "付言", "毎年", "", "付け加えること。", "○", 1.5])
        page.append(["総表", "誤字", "毎年", "", "どこにも出ない。", "○", 1])

    later = again(rows_changed(NEW.data, change))
    assert words(later, REVIEW)[1] == "付け加えること。"
    (told,) = later.notes
    assert told.startswith("総表　誤字：章の名前が違うため、印刷しません")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda page: page.cell(3, 5, "別の見出し"), "採用文"),
        (lambda page: page.delete_rows(3), "見出し"),
        (lambda page: setattr(page, "title", "別名"), "シート『原稿』"),
    ],
)
def test_a_manuscript_that_cannot_be_read(change: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        again(rows_changed(NEW.data, change))
    with pytest.raises(UserError, match="読めません"):
        again(b"no workbook")


def test_sheets_that_were_deleted_are_not_missed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(NEW.data))
    del book[TERMS], book[NOTES]
    assert words(again(saved(book)), REVIEW) == words(NEW, REVIEW)


# -- last year's


def test_fixed_paragraphs_are_carried_over() -> None:
    before = edited(
        NEW.data,
        {
            ("はじめに", "計画の目的"): "{団体名}の計画の目的。",
            (MEMBERS, "1"): "山田 花子　会長",
            (REVIEW, "3"): "去年だけのこと。",
        },
    )
    before = rows_changed(
        before, lambda page: page.append([MEMBERS, "2", "固定", "", "佐藤 次郎　委員", "○", 2])
    )
    later = renewed(None, FILE, setting(REAL), before)
    assert words(later, "はじめに")[0] == f"{PLAN.city}の計画の目的。"
    assert words(later, MEMBERS) == ["山田 花子　会長", "佐藤 次郎　委員"]
    assert "去年だけのこと。" not in "".join(words(later, REVIEW))


# -- figures that people type


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("66項目を評価し、95％を超えた。", []),
        ("６７項目を評価し、９５．５％だった。", ["67"]),
        ("令和３年度から2年、№10は3.1、４.３点。", []),
        ("令和９年度に1,234件。", ["令和9年度", "1234"]),
        ("8月10日の第2回会議で94％。", ["94"]),
        ("{評価項目数}項目のうち{AB割合:約}。", []),
        ("一層の取組を求める。", []),
        ("平均は2.35点、3.05点。", ["2.35", "3.05"]),
    ],
)
def test_numbers_that_are_no_figure(text: str, told: list[str]) -> None:
    notes = again(edited(NEW.data, {(REVIEW, "3"): text})).notes
    assert [note.partition("『")[2].partition("』")[0] for note in notes] == told
    assert all(note.startswith("総評　3：") for note in notes)


def test_numbers_of_dates_and_members_are_not_looked_at() -> None:
    typed = {("署名", "日付"): "令和４年８月３１日", (MEMBERS, "1"): "委員 9876"}
    assert again(edited(NEW.data, typed)).notes == ()


def test_unknown_placeholders_are_told() -> None:
    notes = again(edited(NEW.data, {(REVIEW, "3"): "{評価項目}件と｛Ｃ今年度｝件"})).notes
    assert [note for note in notes if "差し込み" in note] == [
        "総評　3：『{評価項目}』という差し込みはありません。"
        "シート『差し込み』にある書き方に直してください。"
    ]


@pytest.mark.parametrize(
    ("words", "shares", "known"),
    [
        (["４.０以上が４項目", "№12"], [], {"4.0", "4"}),
        (["95.5％"], [955], {"95.5", "95", "96"}),
        (["令和３年度", "R3"], [], set()),
        (["1,234件"], [], {"1234"}),
    ],
)
def test_known_numbers(words: list[str], shares: list[int], known: set[str]) -> None:
    assert known_numbers(words, shares) == known


def test_years_outside_the_plan_are_told() -> None:
    assert list(strange("R1とR3と2022年度と2040年", set(), {R2.western, R3.western, 2022})) == [
        "R1",
        "2040年",
    ]
