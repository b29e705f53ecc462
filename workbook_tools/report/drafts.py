"""The paragraphs of the 意見書 that people write, each with a draft to begin from.

Drafts hold placeholders instead of figures, so that they are never out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbook_tools.plan.model import Plan

FIXED, YEARLY, MADE = "固定", "毎年", "自動"  # 区分
OPENING, SIGNED, METHOD, STATE = "はじめに", "署名", "評価方法", "取組状況"
ITEM_RESULTS, THEME_RESULTS = "取組項目別の評価集計結果", "テーマ別の評価集計結果"
REVIEW, MEMBERS, MEETINGS = "総評", "委員名簿", "審議経過"
CHAPTERS = (
    OPENING,
    SIGNED,
    METHOD,
    STATE,
    ITEM_RESULTS,
    THEME_RESULTS,
    REVIEW,
    MEMBERS,
    MEETINGS,
)
UNCHECKED = (SIGNED, MEMBERS, MEETINGS)  # dates and numbers of meetings are no figures
# Paragraphs that stand in a place of their own.
DATE, FROM, CHAIR = "日付", "団体名・審議会名", "会長"
FLOW, METHODS, SELF, PROGRESS, EFFECT = "評価の流れ", "評価方法", "ア", "イ", "ウ"
HEADING = "見出し"


@dataclass(frozen=True, slots=True)
class ParagraphDraft:
    """A paragraph before anybody has written: 章, 段落, 区分 and what is printed until then."""

    chapter: str
    name: str
    kind: str
    text: str


def drafts(plan: Plan) -> list[ParagraphDraft]:
    """All paragraphs of a round, in their order."""
    return [
        ParagraphDraft(*row) for part in (_opening, _method, _results, _rest) for row in part(plan)
    ]


_Rows = Iterator[tuple[str, str, str, str]]


def _opening(plan: Plan) -> _Rows:
    effect = (
        "末における{評価項目数}の実践項目の進捗状況を確かめるとともに、"
        "{取組項目数}の取組項目について取組の有効性を評価した。"
    )
    progress = "末における{評価項目数}の実践項目の進捗状況を評価した。"
    yield (
        *(OPENING, "計画の目的", FIXED),
        "{計画名}は、{団体名}が限られた人員と財源の中でも住民サービスの質を高めていくため、"
        "行政運営のあり方を見直す取組をまとめた計画であり、"
        "{開始年度}から{最終年度}までを計画期間としている。",
    )
    yield (
        *(OPENING, "経過", MADE),
        "計画の開始から{経過年数}年が経過し、全{実践項目数}の実践項目のうち、"
        "これまでに{終了累計}項目が取組を終えた。",
    )
    yield (
        *(OPENING, "成果と遅れ", YEARLY),
        "{評価年度}は、自己評価の合計が前の年度より上がった実践項目の数が{上昇数}、"
        "下がった実践項目の数が{下降数}となった。"
        "成果を上げた取組がある一方で、予定どおりに進められなかった取組も見られる。",
    )
    yield (
        *(OPENING, "環境", YEARLY),
        "人口構成の変化や情報技術の進歩など、市政を取り巻く環境は変わり続けており、"
        "計画の進め方も状況に応じて見直していくことが求められる。",
    )
    yield (
        *(OPENING, "今年度の評価", MADE),
        "{審議会名}は、{評価年度}" + (effect if plan.is_effectiveness_year else progress),
    )
    yield (
        *(OPENING, "活用への期待", FIXED),
        "この意見書が各部署の取組に生かされ、計画の目標の達成につながることを期待する。",
    )
    yield SIGNED, DATE, YEARLY, "　　年　　月　　日"
    yield SIGNED, FROM, MADE, "{団体名}{審議会名}"
    yield SIGNED, CHAIR, FIXED, "会長　　　　　　　　"


def _method(plan: Plan) -> _Rows:
    both = "、{有効性評価年度}の取組を対象として取組の有効性を" if plan.effectiveness_years else ""
    yield (
        *(METHOD, FLOW, MADE),
        "{計画名}の評価は、計画期間を通じて次の順に、各年度の進捗状況を翌年度に"
        + (both + "合わせて評価する。" if both else "評価する。"),
    )
    yield METHOD, METHODS, MADE, "評価は、担当部署による自己評価をもとに、次の方法で行う。"
    yield (
        *(METHOD, SELF, MADE),
        "担当部署が実践項目ごとに、{評価の観点}の{評価の観点の数}つの観点から"
        "{評点の範囲}の評点を付け、その合計により{総合評価の段階}の総合評価を行う。",
    )
    yield (
        *(METHOD, PROGRESS, MADE),
        "{審議会名}が取組項目ごとに、自己評価の内容と取組の経過を確かめ、意見を述べる。",
    )
    if plan.effectiveness_years:
        yield (
            *(METHOD, EFFECT, MADE),
            "{審議会名}の各委員が取組項目ごとに、取組の有効性を次の５段階で評価し、その平均を求める。",
        )
    yield STATE, HEADING, FIXED, "{計画名}の取組状況と評価"


def _results(plan: Plan) -> _Rows:
    if not plan.is_effectiveness_year:
        return
    for name, text in (
        ("最低", "審議会評価平均は、最も低い取組項目で{審議会最低}であり、{審議会の水準}。"),
        ("高い数", "審議会評価平均が4.0以上となった取組項目の数は{4.0以上の数}である。"),
        ("上位", "審議会評価平均が高いのは、{上位2}である。"),
        ("下位", "審議会評価平均が低いのは、{下位2}であり、今後の取組の進展を期待する。"),
    ):
        yield ITEM_RESULTS, name, MADE, text
    for name, text in (
        (
            "最低",
            "{テーマ数}のテーマの審議会評価平均は、{テーマ最低の名前}の{テーマ最低}が最も低い。",
        ),
        ("今後", "計画の最後の年度である{最終年度}に向けて、テーマごとの取組を更に進められたい。"),
    ):
        yield THEME_RESULTS, name, MADE, text


def _rest(plan: Plan) -> _Rows:
    ends = "、{審議会の水準}。" if plan.is_effectiveness_year else "、取組は全体として進んでいる。"
    yield (
        *(REVIEW, "1", MADE),
        "全{実践項目数}の実践項目のうち、前年度までに終了した{終了前年度まで}項目を除く"
        "{評価項目数}項目を評価した。総合評価が{上位評価}の割合は{上位評価の割合:超}、"
        "{下位評価の推移}" + ends,
    )
    yield REVIEW, "2", MADE, "取組を終えた実践項目は、これまでに合わせて{終了累計}項目となった。"
    for number, text in enumerate(
        (
            "評価の低かった取組については、担当部署が要因を確かめ、進め方を改めることを求める。",
            "評価の高かった取組についても、成果を住民に分かりやすく示しながら続けられたい。",
            "複数の部署が関わる取組では、部署の間で目標と役割を共有し、連携を深めることが大切である。",
            "終了した取組については、得られた成果と経験を、ほかの取組にも生かされたい。",
            "本審議会は、計画の目標が達成されるよう、引き続き取組の進捗を見守っていく。",
        ),
        start=3,
    ):
        yield REVIEW, str(number), YEARLY, text
    for member in plan.members:
        if member.name:
            yield MEMBERS, str(member.no), FIXED, member.name
    if not any(member.name for member in plan.members):
        yield MEMBERS, "1", FIXED, ""
    yield MEETINGS, "第１回", YEARLY, ""
