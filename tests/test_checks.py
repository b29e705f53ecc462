"""The rules of one returned form: one change, one finding at its cell; and what is no mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Value
from workbook_tools.findings import CATALOGUE, Finding, Place, Severity
from workbook_tools.form.layout import SHEETS, Kind, form_of
from workbook_tools.form.references import resolve
from workbook_tools.form.workbook import header
from workbook_tools.intake.answers import Answer, Found, Located, Submission, understand
from workbook_tools.plan.read_master import sample
from workbook_tools.register.records import Prefilled
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import RULES, check

PLAN = sample()
FORM = form_of(PLAN)
R3 = FiscalYear.parse("R3")
FILE = "inbox/返送.xlsx"
LOST = object()  # a field that could not be located
FORMULA = object()  # a formula without a value
Typed = Mapping[str, object]

# A complete form without any finding: №16 in R3. ①② stand in R2, ③④ in R3, ⑤ ⑥ ⑦ after.
CLEAN: dict[str, object] = {
    "工程_当初_R2": "事例の調査",
    "工程_当初_R3": "窓口での試行",
    "工程_当初_R4": "⇒",
    "工程_当初_R5": "本格実施",
    "工程_当初_R6": "⇒",
    "工程_状況_R2": "工程どおり",
    "工程_状況_R3": "工程見直し",
    "工程_変更_R3": "機種の比較",
    "取組予定_R2_1": "他市への聞き取り",
    "取組予定_R2_2": "職員の研修",
    "取組予定_R3_1": "機種の比較表づくり",
    "取組予定_R3_2": "②と同じ",
    "取組予定_R4_1": "③と同じ",
    "取組予定_R5_1": "全窓口への配置",
    "取組予定_R6_1": "⑥と同じ",
    "取組結果_R2_1": "(新)三つの市から話を聞いた。",
    "取組結果_R2_2": "同上",
    "取組結果_R3_1": "(新)四機種を比べて表にまとめた。\n※価格は税抜き",
    "取組結果_R3_2": "（継）年２回ひらき、のべ３０人が受けた。",
    **{f"{name}_R2": 2 for name in FORM.criteria},
    **{f"{name}_R3": 2 for name in FORM.criteria},
    **{f"{name}_{year}": "-" for name in FORM.criteria for year in ("R4", "R5", "R6")},
    "合計_R3": 8,
    "総合評価_R3": "B",
    **{field.name: "表の完成が予定より早かったため。" for field in FORM.reasons},
    "課題_R2": "費用が大きい。",
    "解決方法_R2": "補助金をさがす。",
    "課題_R3": "・Ｒ２と同じ\n・場所がせまい。",
    "解決方法_R3": "Ｒ２と同じ",
    "課題_R4": "Ｒ３と同じ",
    "特記事項": "試行の様子が広報紙で紹介された。",
}


def submission(practice: int = 16, file: str = FILE, **typed: object) -> Submission:
    """The clean form with other values in some fields, read as a returned one would be."""
    values: dict[str, object] = {**header(PLAN, PLAN.practice(practice)), **CLEAN, **typed}
    answers = {}
    for field in FORM.fields:
        value = values.get(field.name, "")
        if value is LOST or (field.kind is Kind.LABEL and not value):
            continue
        raw, read, kind, how = understand(field.kind, "" if value is FORMULA else _cell(value))
        kind = Found.FORMULA if value is FORMULA else kind
        sheet, cell = SHEETS[field.sheet], field.area.a1
        answers[field.name] = Answer(field.name, sheet, cell, raw, read, kind, how)
    texts = {
        name: answer.value
        for name, answer in answers.items()
        if FORM[name].kind in (Kind.TEXT, Kind.LABEL) and FORM[name].year
    }
    number, year = values["項目番号"], values["確認年度"]
    return Submission(
        file,
        "",
        SHEETS[0],
        Located.NAMES,
        answers,
        resolve(FORM, texts),
        number if isinstance(number, int) else None,
        FiscalYear.parse(year) if isinstance(year, str) and year else None,
    )


def _cell(value: object) -> Value:
    assert isinstance(value, str | int | float | date)
    return value


def context(practice: int = 16, sent: Mapping[str, Prefilled] | None = None) -> Context:
    return Context(PLAN, PLAN.practice(practice).lead, sent or {})


def findings(
    typed: Typed, sent: Mapping[str, Prefilled] | None = None, practice: int = 16
) -> list[Finding]:
    return check(submission(practice, **typed), context(practice, sent))


def spots(found: list[Finding]) -> list[str]:
    """``S102 進捗度_R3`` for every finding, after a look at its cell and its wording."""
    for finding in found:
        finding.message.encode("cp932")
        finding.hint.encode("cp932")
        assert finding.severity is CATALOGUE[finding.code].severity
    return [f"{finding.code} {finding.place.field}" for finding in found]


def sent(*names: str, **others: str) -> dict[str, Prefilled]:
    """What the form was sent out with: the clean form's own values, or others."""
    texts = {name: str(CLEAN[name]) for name in names} | others
    return {name: Prefilled(name, text) for name, text in texts.items()}


HISTORY = sent(*(name for name in CLEAN if "_R2" in name))
NO_PLANS: dict[str, object] = {f"取組予定_R3_{n}": "" for n in (1, 2)}
LONG = "あ" * 30 + "\n"
END: dict[str, object] = {"取組終了_年": 4, "取組終了_月": 3}

# what is changed · what is found · what the sentence says among other things
MISTAKES: list[tuple[Typed, str, str]] = [
    # header
    ({"様式版": "0"}, "F010 様式版", "様式版が『0』で、いまの『1』より古い様式です。"),
    ({"確認年度": "令和２年度末"}, "F011 確認年度", "今回の令和３年度末のシートではありません。"),
    ({"確認年度": "令和２年度末", "進捗度_R3": 7, "課題_R3": ""}, "F011 確認年度", "『令和２年度"),
    ({"項目番号": 99, "進捗度_R3": 7}, "F012 項目番号", "番号が『99』で、計画にある番号では"),
    ({"項目番号": ""}, "F012 項目番号", "番号が空欄で"),
    ({"項目番号": LOST}, "F012 項目番号", "番号が空欄で"),
    ({"実践項目": "住民基本台帳の整理"}, "F013 実践項目", "計画では『住民異動等における"),
    (
        {"実践項目": "№17 " + PLAN.practice(17).title},
        "F013 実践項目",
        "№17の実践項目のことですか。",
    ),
    ({"取組項目": "窓口の混雑"}, "F013 取組項目", "取組項目が『窓口の混雑』です。"),
    ({"取組項目番号": "№8"}, "F013 取組項目番号", "計画では『№7』です。"),
    (
        {"担当部署": "窓口ｻｰﾋﾞｽ課"},
        "F013 担当部署",
        "担当部署が『窓口ｻｰﾋﾞｽ課』です。計画では『（民）窓口サービス課』です。"
        "『（民）窓口サービス課』のことですか。",
    ),
    ({"担当部署": "（民）窓口サービスか"}, "F013 担当部署", "『（民）窓口サービス課』のことです"),
    ({"担当部署": "（民）窓口サービス課、会計課"}, "F013 担当部署", "担当部署が『会計課』です。"),
    # scores
    ({"進捗度_R3": ""}, "S101 進捗度_R3", "Ｒ３年度の進捗度が空欄です。0～3の整数を"),
    ({"創造性_R3": "－"}, "S101 創造性_R3", "『－』です。"),
    ({"効率性_R3": LOST}, "F023 効率性_R3", "Ｒ３年度の効率性の欄が見つかりません"),
    ({"評価理由_創造性": LOST}, "F023 評価理由_創造性", "見出しも、セルの名前もありません"),
    ({"特記事項": LOST}, "F023 特記事項", "書き写して"),
    ({"進捗度_R3": "", "合計_R3": 11, "総合評価_R3": "D"}, "S101 進捗度_R3", ""),
    ({"連携度_R3": 4}, "S102 連携度_R3", "Ｒ３年度の連携度が『4』です。0～3の整数を"),
    ({"連携度_R3": "-1"}, "S102 連携度_R3", "『-1』"),
    ({"連携度_R3": "９９９９９９９９"}, "S102 連携度_R3", ""),
    ({"効率性_R3": 2.5}, "S103 効率性_R3", "『2.5』です。"),
    ({"効率性_R3": "よい"}, "S103 効率性_R3", "『よい』です。"),
    ({"効率性_R3": date(2022, 1, 2)}, "S103 効率性_R3", "日付（2022-01-02）です。"),
    ({"効率性_R3": True}, "S103 効率性_R3", ""),
    ({"効率性_R3": FORMULA}, "S103 効率性_R3", "値のない数式です。"),
    ({"進捗度_R2": 5}, "S102 進捗度_R2", "Ｒ２年度の進捗度が『5』です。"),
    ({"進捗度_R2": "二"}, "S103 進捗度_R2", ""),
    ({"進捗度_R4": 2}, "S104 進捗度_R4", "まだ評価しない年度"),
    ({"進捗度_R6": "未定"}, "S104 進捗度_R6", "『未定』"),
    ({"総合評価_R3": "Ａ"}, "S106 総合評価_R3", "『A』ですが、評点からは『B』になります。"),
    ({"合計_R3": 9}, "S107 合計_R3", "『9』ですが、評点を足すと『8』になります。"),
    ({"評価理由_連携度": " 　\n"}, "S108 評価理由_連携度", "連携度の評価の理由が空欄です。"),
    ({"評価理由_総合評価": "－"}, "S108 評価理由_総合評価", "『－』です。"),
    # schedule
    ({"工程_当初_R2": "⇒"}, "P201 工程_当初_R2", "その左に工程がありません。"),
    ({"工程_当初_R2": "⇒", "工程_当初_R3": "→"}, "P201 工程_当初_R2", ""),
    ({"工程_状況_R3": ""}, "P202 工程_状況_R3", "Ｒ３年度の工程の状況が空欄です。"),
    ({"工程_状況_R3": "工程見直す"}, "P202 工程_状況_R3", "『工程見直し』のことですか。"),
    ({"工程_状況_R3": "○"}, "P202 工程_状況_R3", "『工程どおり』か『工程見直し』を選んで"),
    ({"工程_変更_R3": ""}, "P203 工程_状況_R3", "変更後の工程が空欄です。"),
    ({"工程_状況_R2": "工程見直し"}, "P203 工程_状況_R2", "Ｒ２年度の工程の状況が"),
    ({"工程_状況_R3": "工程どおり"}, "P204 工程_変更_R3", "状況は『工程どおり』です。"),
    ({"工程_変更_R2": "調査を延ばす"}, "P204 工程_変更_R2", ""),
    ({"工程_状況_R3": "工程どおり", "工程_変更_R4": "x"}, "P204 工程_変更_R3", ""),
    # references
    ({"取組予定_R5_1": "⑮と同じ"}, "R301 取組予定_R5_1", "⑮という番号の行がありません。"),
    ({"取組予定_R3_2": "⑮と同じ"}, "R301 取組予定_R3_2", ""),
    ({"取組予定_R3_2": "⑮と同じ", "取組結果_R3_2": ""}, "R301 取組予定_R3_2", ""),
    ({"取組予定_R3_2": "⑮と同じ", "取組予定_R4_1": "④と同じ"}, "R301 取組予定_R3_2", ""),
    ({"取組予定_R5_1": "⑦と同じ", "取組予定_R6_1": ""}, "R302 取組予定_R5_1", "先（⑦）に内容"),
    ({"課題_R3": "前年度と同じ", "課題_R2": ""}, "R302 課題_R3", "先（R2）に内容が"),
    ({"課題_R3": "Ｒ２と同じ", "課題_R2": "", "解決方法_R3": ""}, "R302 課題_R3", ""),
    ({"取組予定_R5_1": "⑥と同じ", "取組予定_R6_1": ""}, "R303 取組予定_R5_1", "先（⑥）が"),
    ({"課題_R4": "Ｒ１と同じ"}, "R304 課題_R4", "Ｒ１年度は計画期間の外です。Ｒ２～Ｒ６"),
    ({"解決方法_R3": "２０３０年度と同じ"}, "R304 解決方法_R3", ""),
    ({"取組予定_R5_1": "①と同じ\n②と同じ"}, "R307 取組予定_R5_1", "入り組んでいる"),
    ({"取組予定_R5_1": "①～④と同じ"}, "R307 取組予定_R5_1", "『①～④と同じ』"),
    ({"取組予定_R5_1": "③～①と同じ"}, "R301 取組予定_R5_1", "③～①という番号の行"),
    ({"取組予定_R5_1": "15と同じ"}, "R301 取組予定_R5_1", "⑮という番号の行"),
    ({"課題_R4": "３と同じ"}, "R305 課題_R4", "『3と同じ』"),
    ({"取組予定_R5_1": "③と同じ場所から広げる。"}, "R305 取組予定_R5_1", "『③と同じ』とあります"),
    # activities
    (NO_PLANS, "A401 取組予定_R3_1", "Ｒ３年度の取組予定が１行もありません。"),
    (NO_PLANS | {"取組結果_R3_1": "", "取組結果_R3_2": ""}, "A401 取組予定_R3_1", ""),
    (
        {"取組結果_R3_1": ""},
        "A402 取組結果_R3_1",
        "（1行目）が空欄です。取組予定『機種の比較表づくり』の結果を",
    ),
    ({"取組結果_R3_2": "－"}, "A402 取組結果_R3_2", "取組予定『職員の研修』の結果"),
    ({"取組結果_R3_2": LOST}, "F023 取組結果_R3_2", ""),
    ({"取組結果_R3_1": "", "取組結果_R3_2": "同上"}, "A402 取組結果_R3_1", ""),
    (
        {
            "取組予定_R3_2": "研修\n（取組終了）",
            "取組結果_R3_2": "",
            "取組終了_年": 4,
            "取組終了_月": 3,
        },
        "A402 取組結果_R3_2",
        "",
    ),
    ({"取組結果_R3_1": "四機種を比べた。"}, "A403 取組結果_R3_1", "(新)か(継)で始まって"),
    ({"取組結果_R3_3": "(新)展示会に行った。"}, "A404 取組結果_R3_3", "取組予定が空欄です。"),
    ({"取組予定_R4_1": "", "取組予定_R6_1": ""}, "A405 取組予定_R4_1", "Ｒ４年度の取組予定があ"),
    ({"取組予定_R4_1": LOST}, "A405 取組予定_R4_1", ""),
    ({"取組結果_R3_1": "(新)別紙のとおり"}, "A407 取組結果_R3_1", "『(新)別紙のとおり』だけです"),
    ({"評価理由_連携度": "別添１参照。"}, "A407 評価理由_連携度", "この欄に書いてください"),
    # end
    ({"取組終了_年": "４"}, "C501 取組終了_月", "取組終了の月が空欄です。"),
    ({"取組終了_月": 3}, "C501 取組終了_年", "取組終了の年が空欄です。"),
    ({"取組終了_年": 4, "取組終了_月": 13}, "C501 取組終了_月", "『13』"),
    ({"取組終了_年": "来年", "取組終了_月": 3}, "C501 取組終了_年", "『来年』"),
    ({"取組終了_年": "令和４年３月"}, "C501 取組終了_年", "『令和４年３月』"),
    ({"取組終了_年": date(2022, 3, 31)}, "C501 取組終了_年", "日付（2022-03-31）"),
    (
        {"取組終了_年": 4, "取組終了_月": 4},
        "C502 取組終了_年",
        "令和4年4月です。令和3年4月～令和4年3月",
    ),
    ({"取組終了_年": 3, "取組終了_月": 3}, "C502 取組終了_年", ""),
    ({"取組予定_R3_3": "（取組終了）"}, "C503 取組終了_年", "取組予定（3行目）に取組終了とあり"),
    ({"工程_変更_R3": "機種の比較・取組終了"}, "C503 取組終了_年", "Ｒ３年度の工程に取組終了と"),
    # sheet ②
    ({"課題_R3": ""}, "K601 課題_R3", "ないときは『特になし』"),
    ({"課題_R3": "", "解決方法_R3": ""}, "K601 課題_R3", ""),
    ({"課題_R3": "－", "課題_R5": "Ｒ４と同じ"}, "K601 課題_R3", "『－』"),
    ({"解決方法_R3": ""}, "K602 解決方法_R3", "どう解決するか"),
    ({"解決方法_R3": LOST}, "F023 解決方法_R3", ""),
    ({"特記事項": "　"}, "K603 特記事項", "空欄です。"),
    ({"取組結果_R3_1": "(新)\n" + LONG * 9}, "T701 取組結果_R3_1", "行しか見えません。"),
    ({"評価理由_創造性": "う" * 300}, "T701 評価理由_創造性", "創造性の評価の理由が長く"),
    ({"特記すべき事項": LONG * 20}, "T701 特記すべき事項", ""),
    ({"取組予定_R6_1": "え" * 200}, "T701 取組予定_R6_1", ""),
]


@pytest.mark.parametrize(
    ("typed", "expected", "words"), MISTAKES, ids=[f"{i} {m[1]}" for i, m in enumerate(MISTAKES)]
)
def test_a_mistake_is_found_at_its_cell(typed: Typed, expected: str, words: str) -> None:
    found = findings(typed)
    assert spots(found) == [expected]
    (finding,), name = found, expected.split()[1]
    field, lost = FORM[name], typed.get(name) is LOST
    place = Place(FILE, SHEETS[field.sheet], field.area.a1, name, 16, "（民）窓口サービス課")
    if lost:
        place = replace(place, sheet=SHEETS[0], cell=None)
    if expected.startswith("F012"):
        place = replace(place, item_no=99 if typed["項目番号"] == 99 else None)
    assert finding.place == place
    assert words in f"{finding.message}{finding.hint}"
    value = typed.get(name, CLEAN.get(name, ""))
    if isinstance(value, str):
        assert finding.value == (value if value.strip() else "")
    assert (finding.value is None) is lost


# what is changed, and must not be found
FINE: list[Typed] = [
    {},
    # header
    {"様式版": LOST},
    {"様式版": "2"},
    {"確認年度": ""},
    {"担当部署": "(民) 窓口ｻｰﾋﾞｽ課"},
    {"担当部署": "各担当部署，（民）窓口サービス課"},
    {"担当部署": LOST, "実践項目": LOST, "取組項目": "", "取組項目番号": LOST},
    {"実践項目": "住民異動等における\nタブレット端末の 活用", "取組項目番号": "No.７"},
    {"実践項目": "№16　住民異動等におけるﾀﾌﾞﾚｯﾄ端末の活用"},
    {"取組項目": "№７ 窓口の利便性向上に向けた取組", "取組項目番号": ""},
    # scores
    {"進捗度_R3": "２", "連携度_R3": "２点", "効率性_R3": " 2.0\n", "創造性_R3": "2"},
    {"合計_R3": "８", "総合評価_R3": "ｂ"},
    {"合計_R3": LOST, "総合評価_R3": LOST},
    {"合計_R3": 0, "総合評価_R3": 0},
    {"合計_R3": FORMULA, "総合評価_R3": FORMULA},
    {"合計_R2": 99, "総合評価_R2": "D"},
    {"進捗度_R4": "", "連携度_R4": "－", "効率性_R5": "―", "創造性_R6": LOST},
    {f"{name}_R2": "" for name in FORM.criteria},
    # schedule
    {"工程_状況_R3": "工\n程\n見\n直\nし"},
    {"工程_状況_R3": "工程通り", "工程_変更_R3": "－"},
    # The plan was revised the year before, and this year went as it was revised.
    {"工程_状況_R2": "工程見直し", "工程_変更_R2": "調査を延ばす", "工程_状況_R3": "工程どおり"},
    {"工程_変更_R3": "⇒"},
    {"工程_状況_R2": "", "工程_変更_R5": "見送り"},
    # references that the form can follow, however they are spelled
    {"取組予定_R5_1": "5と同じ", "取組予定_R6_1": "No.5と同じ"},
    {"取組予定_R5_1": "①～③と同じ", "取組予定_R6_1": "②、③及び④に同じ"},
    {"取組予定_R5_1": "③と同じ（対象を拡大）。", "課題_R5": "・昨年度と同じです。\n・費用"},
    # activities
    {"取組予定_R3_3": "（取組終了）", "取組終了_年": "令和４年", "取組終了_月": "３月"},
    {"取組予定_R3_3": "取 組 終 了", "取組終了_年": "2022", "取組終了_月": 1},
    {"取組予定_R3_3": "【取組終了】", "取組終了_年": 3, "取組終了_月": 4},
    {
        "取組予定_R4_1": "",
        "取組予定_R5_1": "",
        "取組予定_R6_1": "",
        "取組終了_年": 4,
        "取組終了_月": 3,
    },
    {"取組予定_R4_1": "", "取組予定_R6_1": "", "工程_当初_R4": "取組終了"},
    {"取組予定_R3_1": "－", "取組結果_R3_1": "－", "取組予定_R4_1": "④と同じ"},
    {"取組結果_R3_1": "・（新）比べた。"},
    {"取組結果_R3_1": "※ 【継】比べた。"},
    {"取組結果_R3_1": "①(新)比べた。\n②(継)試した。"},
    {"取組結果_R3_1": "１．（新規）比べた。"},
    {"取組結果_R3_1": "令和３年度は\n(新)比べた。"},
    {"取組結果_R3_2": "同上"},
    {"取組結果_R3_2": "③と同じ"},
    {"取組結果_R2_1": "印のない文", "取組結果_R2_2": ""},
    {"取組結果_R3_1": "(新)取組終了後の手順も書いた。"},
    {"取組結果_R3_1": "(新)別紙のとおり窓口を広げた。"},
    {"取組結果_R2_1": "別紙のとおり"},
    {"取組予定_R3_3": LOST, "取組結果_R3_3": LOST, "取組終了_月": LOST, "工程_変更_R4": LOST},
    # sheet ②
    {"課題_R3": "特になし", "解決方法_R3": ""},
    {"課題_R3": "・特になし。", "解決方法_R3": "－"},
    {"課題_R3": "なし", "解決方法_R3": ""},
    {"課題_R3": "特に無い", "解決方法_R3": ""},
    {"課題_R2": "特になし", "解決方法_R2": "", "課題_R3": "Ｒ２と同じ", "解決方法_R3": ""},
    {"課題_R4": "", "解決方法_R4": "", "課題_R5": LOST, "解決方法_R6": LOST},
    {"課題_R2": "", "課題_R3": "場所がせまい。"},
    {"特記すべき事項": "特になし"},
    {"評価理由_総合評価": "昨年同様、順調だった。"},
    {"取組結果_R3_1": "(新)" + "お" * 90},
]


@pytest.mark.parametrize("typed", FINE, ids=range(len(FINE)))
def test_what_is_no_mistake(typed: Typed) -> None:
    assert spots(findings(typed)) == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # one empty cell, one finding; two empty cells, two
        ({"進捗度_R3": "", "評価理由_進捗度": ""}, ["S101 進捗度_R3", "S108 評価理由_進捗度"]),
        ({"工程_状況_R3": "", "工程_変更_R3": ""}, ["P202 工程_状況_R3"]),
        ({"進捗度_R3": 3, "連携度_R3": 3}, ["S107 合計_R3", "S106 総合評価_R3"]),
        # everything at once, in Excel's order: ① before ②, then rows and columns
        (
            {
                "特記事項": "",
                "課題_R3": "",
                "創造性_R3": 9,
                "取組結果_R3_2": "",
                "工程_状況_R3": "",
            },
            [
                "P202 工程_状況_R3",
                "A402 取組結果_R3_2",
                "S102 創造性_R3",
                "K601 課題_R3",
                "K603 特記事項",
            ],
        ),
        # each cell of a circle is told
        (
            {"取組予定_R5_1": "⑦と同じ"},
            ["R303 取組予定_R5_1", "R303 取組予定_R6_1"],
        ),
    ],
)
def test_several_findings(typed: Typed, expected: list[str]) -> None:
    assert spots(findings(typed)) == expected


def test_the_old_name_of_a_department_is_accepted() -> None:
    number = next(p.no for p in PLAN.practices if p.departments == ("（水）水道窓口課",))
    assert findings({"担当部署": "（水）営業課"}, practice=number) == []
    assert spots(findings({"担当部署": "（水）業務課"}, practice=number)) == ["F013 担当部署"]


def test_the_title_of_an_item_that_is_its_own_practice() -> None:
    item = PLAN.item(PLAN.practice(25).item_no).name
    for title in ("-", "－", item, PLAN.practice(25).title):
        assert findings({"実践項目": title}, practice=25) == []


def test_joint_items_name_their_departments_in_any_order() -> None:
    joint = next(p for p in PLAN.practices if p.partners == p.departments[1:] != ())
    names = list(joint.departments)
    for written in ("、".join(names), "\n".join(reversed(names)), "".join(names), names[0]):
        assert findings({"担当部署": written}, practice=joint.no) == []


# --- what was sent out


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, []),
        ({"取組結果_R2_1": "（新）三つの市から\n話を聞いた。 "}, []),
        ({"進捗度_R2": "２", "連携度_R2": "2点"}, []),
        ({"工程_状況_R2": "工程通り"}, []),
        ({"取組結果_R2_1": "(新)四つの市から話を聞いた。"}, ["F014 取組結果_R2_1"]),
        ({"取組予定_R2_1": ""}, ["F014 取組予定_R2_1"]),
        ({"課題_R2": LOST, "課題_R3": "場所"}, ["F014 課題_R2"]),
        ({"進捗度_R2": 3}, ["F014 進捗度_R2"]),
        ({"進捗度_R2": 9}, ["F014 進捗度_R2"]),
        ({"工程_状況_R2": "工程見直し"}, ["F014 工程_状況_R2"]),
    ],
)
def test_history_that_was_sent_out_is_not_altered(typed: Typed, expected: list[str]) -> None:
    assert spots(findings(typed, HISTORY)) == expected


def test_a_past_year_sent_out_with_forecasts_only_stands_open() -> None:
    forecasts = sent("取組予定_R2_1", "工程_当初_R2", 課題_R2="費用")
    assert findings({"取組予定_R2_1": "別の市への聞き取り"}, forecasts) == []
    before_it_began = sent(進捗度_R2="-")
    assert findings({"進捗度_R2": ""}, before_it_began) == []


def test_trouble_in_locked_history_is_not_reported_again() -> None:
    typed = {"取組予定_R2_2": "⑮と同じ", "取組予定_R3_2": "研修"}
    assert spots(findings(typed)) == ["R301 取組予定_R2_2"]
    assert findings(typed, HISTORY | sent(取組予定_R2_2="⑮と同じ")) == []


def test_a_label_that_now_names_another_row() -> None:
    remembered = {
        "取組予定_R6_1": Prefilled("取組予定_R6_1", "⑥と同じ", "取組予定_R5_1", "全窓口への配置")
    }
    assert findings({}, remembered) == []
    (finding,) = findings({"取組予定_R4_2": "操作の練習"}, remembered)
    assert (finding.code, finding.place.field) == ("R306", "取組予定_R6_1")
    assert "『全窓口への配置』から『操作の練習』に変わって" in finding.message
    # Retyped, or naming another row with the same words: the person knows.
    assert findings({"取組予定_R4_2": "操作の練習", "取組予定_R6_1": "⑦と同じ"}, remembered) == []
    assert findings({"取組予定_R4_2": "全窓口への配置"}, remembered) == []


def test_a_text_that_was_sent_out_has_its_room() -> None:
    text = "え" * 200
    assert findings({"取組予定_R6_1": text}, sent(取組予定_R6_1=text)) == []


# --- the whole

CONTRACT = {
    Severity.ERROR: "F001 F002 F003 F007 F011 F012 F014 F022 S101 S102 S103 S104 S106 S107 S108 "
    "P201 P202 P203 R301 R302 R303 R304 A401 A402 A406 F016 F023 F026 F027 C501 C502 K601 K602 "
    "X801",
    Severity.WARNING: "F005 F006 F008 F009 F010 F013 F015 F017 F018 F019 F020 P204 R306 A403 A404 "
    "A405 A407 C503 "
    "K603 T701",
    Severity.INFO: "F004 R305 R307",
}
COLLECTS = {*(f"F00{n}" for n in range(1, 10)), "X801"}  # said of files, not of forms


def test_every_code_of_the_contract_has_its_violation() -> None:
    codes = {code for line in CONTRACT.values() for code in line.split()}
    seeded = {row[1].split()[0] for row in MISTAKES} | {
        "F014",
        "F015",
        "F016",
        "F017",
        "F018",
        "F019",
        "F020",
        "F022",
        "F026",
        "F027",
        "R306",
        "A406",
    }
    assert codes == seeded | COLLECTS
    for severity, line in CONTRACT.items():
        assert {CATALOGUE[code].severity for code in line.split()} == {severity}


def test_rules_and_codes_are_named_alike() -> None:
    rules = [rule.__name__ for rule in RULES]
    codes = {code for line in CONTRACT.values() for code in line.split()}
    assert {name[:4].upper() for name in rules} == codes - COLLECTS
    assert len(rules) == len(set(rules))
    for rule in RULES:
        code = rule.__code__
        assert code.co_name[:4].upper() in code.co_consts


_NAMES = [field.name for field in FORM.fields if field.name != "確認年度"]
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(["同上", "①と同じ", "Ｒ２と同じ", "⇒", "－", "（取組終了）", LOST, FORMULA]),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _TEXTS, max_size=30))
def test_any_form_is_checked_to_the_end(typed: dict[str, object]) -> None:
    for prefilled in ({}, HISTORY):
        for finding in findings(typed, prefilled):
            assert finding.place.field
            assert finding.place.field in FORM
