"""What departments write: texts of every alphabet, and complete answers without a fault.

All sentences are made of our own words; every text says something of its own, so that a text read
in the wrong place is seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from workbook_tools.era import FiscalYear
from workbook_tools.form.content import Content
from workbook_tools.form.layout import ON_PLAN, REVISED, Form, field_name
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.text import circled

_WHO = (
    "窓口", "住民", "地域", "職員", "事業者", "保護者", "利用者", "自治会", "学校", "消防団",
    "図書館", "保健師", "農家", "高齢者", "若手", "委託先",
)  # fmt: skip
_WHAT = (
    "説明会", "研修", "調査", "点検", "相談", "聞き取り", "見学会", "協議", "試験運用", "広報",
    "アンケート", "打合せ", "棚卸し", "見積り", "巡回", "体験会",
)  # fmt: skip
_DID = (
    "実施した", "行った", "見直した", "始めた", "終えた", "まとめた", "広げた", "続けた",
    "取りやめた", "引き継いだ",
)  # fmt: skip
_WHY = (
    "人手が足りず", "予算の範囲で", "計画より早く", "要望を受けて", "国の通知により",
    "感染症の影響で", "例年どおり", "関係課と連携し", "試行の結果から", "予定を改めて",
)  # fmt: skip


def sentence(chance: random.Random) -> str:
    """A plain sentence."""
    return (
        f"{chance.choice(_WHY)}{chance.choice(_WHO)}への{chance.choice(_WHAT)}を"
        f"{chance.randint(2, 999)}回{chance.choice(_DID)}。"
    )


def _several(chance: random.Random) -> str:
    return "\n".join(sentence(chance) for _ in range(chance.randint(2, 4)))


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _half_kana(chance: random.Random) -> str:
    words = ("ｻｰﾋﾞｽ向上", "ﾎｰﾑﾍﾟｰｼﾞの更新", "ﾏﾆｭｱﾙ改訂", "ｺﾝﾋﾞﾆ交付", "ｱﾝｹｰﾄ")
    return f"{chance.choice(words)}、{sentence(chance)}"


def _rare(chance: random.Random) -> str:
    """Emoji, kanji beyond the basic plane, variants, combined signs."""
    piece = chance.choice(
        ("🎉", "👨‍👩‍👧", "𠮷野", "𩸽の調理", "葛󠄀城", "が゙", "㍻㌔", "①②", "髙﨑", "～〜", "♨")
    )
    return f"{piece}{sentence(chance)}"


def _spaced(chance: random.Random) -> str:
    """Spaces of every kind, inside and around."""
    gap = chance.choice(("\u00a0", "\t", "　", "  ", " \u3000 "))
    around = chance.choice(("", " ", "　", "\n", "\u00a0"))
    first, second = sentence(chance), sentence(chance)
    return f"{around}{first}{gap}{second}{chance.choice(('', ' ', '　', chr(10)))}"


def _broken(chance: random.Random) -> str:
    """Line breaks: one's own, blank lines, pasted carriage returns."""
    gap = chance.choice(("\n", "\n\n", "\r\n", "\n・"))
    return f"{sentence(chance)}{gap}{sentence(chance)}"


def _signs(chance: random.Random) -> str:
    """What programs take for formulas, markup or quotes."""
    begin = chance.choice(("=", "+", "-", "@", "'", '"', "<b>", "&amp;", "=SUM(A1)", "#", "%s"))
    end = chance.choice(("", '"', "</b>", " & ", "\\n"))
    return f"{begin}{sentence(chance)}{end}"


def _figures(chance: random.Random) -> str:
    return chance.choice(
        (
            f"{chance.randint(2, 99)}件（前年比{chance.randint(50, 150)}.5%）",
            f"1,234,{chance.randint(100, 999)}円を削減した。",
            f"{chance.randint(4, 12)}月{chance.randint(1, 28)}日に{chance.choice(_WHAT)}",
            f"R3.{chance.randint(4, 12)}.{chance.randint(1, 28)}～{sentence(chance)}",
            f"({chance.randint(1, 9)}) {sentence(chance)}",
            f"{chance.randint(1, 9)}-{chance.randint(1, 9)}番地の{chance.choice(_WHAT)}",
        )
    )


def _like_reference(chance: random.Random) -> str:
    """Words of a reference inside a sentence: no reference."""
    return chance.choice(
        (
            f"昨年同様、{sentence(chance)}",
            f"前年度と同じ内容で{sentence(chance)}",
            f"同上のほか{sentence(chance)}",
            f"{sentence(chance)}（①と同じ扱い）",
        )
    )


def _like_label(chance: random.Random) -> str:
    """Words that the form prints, in a sentence or as a heading of one's own."""
    word = chance.choice(
        ("特記事項", "課題", "進捗度", "取組結果", "Ｒ３", "総合評価", "取組内容", "変更", "当初")
    )
    return chance.choice((f"【{word}】\n{sentence(chance)}", f"{word}：{sentence(chance)}"))


def _long(chance: random.Random) -> str:
    return "".join(sentence(chance) for _ in range(chance.randint(8, 20)))


_KINDS: tuple[tuple[int, Callable[[random.Random], str]], ...] = (
    (10, sentence),
    (3, _several),
    (1, lambda chance: _wide(sentence(chance))),
    (2, _half_kana),
    (2, _rare),
    (3, _spaced),
    (3, _broken),
    (2, _signs),
    (2, _figures),
    (1, _like_reference),
    (1, _like_label),
    (1, _long),
)


def text(chance: random.Random) -> str:
    """A text of any alphabet."""
    (kind,) = chance.choices([kind for _, kind in _KINDS], [weight for weight, _ in _KINDS])
    return kind(chance)


def score(chance: random.Random, allowed: range) -> str | int:
    """A legal score, as people type it."""
    number = chance.choice(list(allowed))
    return chance.choice((number, number, number, str(number), _wide(str(number)), f"{number}点"))


# -- complete answers -----------------------------------------------------------------------------


def answers(
    chance: random.Random, plan: Plan, practice: Practice, sent: Content, form: Form
) -> dict[str, str | int]:
    """Everything a department types into its form, complete and without a fault."""
    year = plan.evaluated
    typed = _Typed(chance, form, sent)
    for now in form.years:
        if now > year:
            _ahead(typed, now)
        elif now == year or chance.random() < 0.5:
            _evaluated(typed, plan, now)
    for item in form.reasons:
        typed.put(item.name, text(chance))
    typed.put("特記事項", text(chance))
    if chance.random() < 0.6:
        typed.put("特記すべき事項", text(chance))
    if chance.random() < 0.1:
        month = chance.randint(1, 12)
        typed.put("取組終了_年", year.number + (month < 4))
        typed.put("取組終了_月", month)
    return typed.values


class _Typed:
    """Answers while they are typed: only into open cells."""

    def __init__(self, chance: random.Random, form: Form, sent: Content) -> None:
        self.chance, self.form, self.open = chance, form, sent.open
        self.sent: Mapping[str, str | int] = sent.values
        self.values: dict[str, str | int] = {}
        self.labels: list[tuple[int, str]] = []  # number of a row, its plan

    def put(self, name: str, value: str | int) -> None:
        if name in self.open:
            self.values[name] = value

    def now(self, name: str) -> str | int:
        return self.values.get(name, self.sent.get(name, ""))


def _evaluated(typed: _Typed, plan: Plan, year: FiscalYear) -> None:
    """A year that is over: schedule, activities with results, scores, problems and solutions."""
    chance = typed.chance
    _schedule(typed, year)
    revised = chance.random() < 0.25
    typed.put(f"工程_状況_{year}", REVISED if revised else ON_PLAN)
    if revised:
        typed.put(f"工程_変更_{year}", sentence(chance)[:14])
    for n in range(1, chance.choice((1, 1, 2, 2, 3)) + 1):
        typed.put(f"取組予定_{year}_{n}", text(chance))
        mark = chance.choice(("(新)", "（新）", "(継)", "（継)", "(継)"))
        typed.put(f"取組結果_{year}_{n}", f"{mark}{text(chance)}")
    for criterion in plan.criteria:
        typed.put(f"{criterion.name}_{year}", score(chance, criterion.scores))
    if chance.random() < 0.15:
        typed.put(f"課題_{year}", "特になし")
        if chance.random() < 0.5:
            typed.put(f"解決方法_{year}", text(chance))
    else:
        typed.put(f"課題_{year}", text(chance))
        typed.put(f"解決方法_{year}", text(chance))


def _schedule(typed: _Typed, year: FiscalYear) -> None:
    """The original plan of a year: an arrow only where something stands to its left."""
    before = any(typed.now(f"工程_当初_{past}") for past in typed.form.years if past < year)
    arrow = before and typed.chance.random() < 0.7
    typed.put(f"工程_当初_{year}", "⇒" if arrow else sentence(typed.chance)[:12])


def _ahead(typed: _Typed, year: FiscalYear) -> None:
    """A year to come: plans and expected problems, often as references."""
    chance, form = typed.chance, typed.form
    _schedule(typed, year)
    for n in range(1, chance.choice((1, 1, 1, 2)) + 1):
        rows = _numbered(typed, year)
        words = text(chance)
        if rows and chance.random() < 0.3:
            number = chance.choice(rows)
            words = chance.choice(("{}と同じ", "{}に同じ", "{} と同じ")).format(circled(number))
        typed.put(f"取組予定_{year}_{n}", words)
    if chance.random() < 0.5:
        before = [past for past in form.years if past < year and typed.now(f"課題_{past}")]
        same = f"{before[-1].wide}と同じ" if before else ""
        typed.put(f"課題_{year}", same if same and chance.random() < 0.5 else text(chance))


def _numbered(typed: _Typed, before: FiscalYear) -> list[int]:
    """Numbers ①… of the filled rows of earlier years: a year's first row always has one."""
    number, filled = 0, []
    for year in typed.form.years:
        for n in (1, 2, 3):
            plan = typed.now(field_name("取組予定", year, n))
            if n == 1 or plan:
                number += 1
                if plan and year < before:
                    filled.append(number)
    return filled


__all__ = ["answers", "score", "sentence", "text"]
