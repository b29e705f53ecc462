"""The figures that prose names by placeholders: ``{評価項目数}``, rounded in words ``{AB割合:超}``.

Pure. A term is what the round says today; a placeholder in a text of the 原稿 is replaced by it
once, so that braces in names of the plan are never taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.figures.headline import (
    HIGH,
    Headline,
    Named,
    council_ranks,
    headline,
    movements,
)
from workbook_tools.plan.model import Plan
from workbook_tools.text import key, tidy

_PLACEHOLDER = re.compile(r"[{｛]([^{}｛｝:：\n]+)(?:[:：]([^{}｛｝\n]+))?[}｝]")
_ENOUGH = 30  # 3.0 is おおむね評価できる
NOT_SCORED = "（審議会の評価なし）"
_UNKNOWN = "（前年度の数値なし）"


@dataclass(frozen=True, slots=True)
class Term:
    """What a placeholder says: the words, what it means, and the share in tenths of a percent."""

    words: str
    about: str
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A placeholder in a text: how a control names it, and what it says today."""

    name: str
    words: str


Piece = str | Filled


def filled(text: str, terms: Mapping[str, Term]) -> tuple[list[Piece], list[str]]:
    """A text in pieces, its placeholders filled; and those that nobody knows, left as typed."""
    known = {key(name): name for name in terms}
    pieces: list[Piece] = []
    unknown = []
    at = 0
    for match in _PLACEHOLDER.finditer(text):
        name, form = known.get(key(match[1])), tidy(match[2] or "")
        words = _worded(terms[name], form) if name else None
        if name is None or words is None:
            unknown.append(match[0])
            continue
        pieces += [text[at : match.start()], Filled(f"{name}:{form}" if form else name, words)]
        at = match.end()
    pieces.append(text[at:])
    return [piece for piece in pieces if piece != ""], unknown


def plain(pieces: Sequence[Piece]) -> str:
    """The text as it is printed."""
    return "".join(piece if isinstance(piece, str) else piece.words for piece in pieces)


def _worded(term: Term, form: str) -> str | None:
    if not form:
        return term.words
    rounded = ROUNDED.get(form)
    return rounded(term.share) if rounded and term.share is not None else None


# --- a share rounded in words; tenths of a percent


def _beyond(share: int) -> str:
    """The multiple of five below: 95.5 % is 95％を超え."""
    base = share // 50 * 5
    return f"{base}％となり" if share == 10 * base else f"{base}％を超え"


def _about(share: int) -> str:
    return f"約{(share + 5) // 10}％"


ROUNDED: dict[str, Callable[[int], str]] = {"超": _beyond, "約": _about}


# --- the terms of a round


def terms_of(figures: Figures) -> dict[str, Term]:
    """All placeholders of a round by their names."""
    told, plan = headline(figures), figures.plan
    found = dict(_of_plan(plan))
    for part in (_counts(figures, told), _grades(figures, told), _moved(figures)):
        found |= dict(part)
    return found | dict(_council(figures, told))


_Terms = Iterator[tuple[str, Term]]


def _of_plan(plan: Plan) -> _Terms:
    years, year = plan.years, plan.evaluated
    yield "計画名", Term(plan.name, "計画の名前")
    yield "団体名", Term(plan.city, "団体の名前")
    yield "審議会名", Term(plan.council, "審議会の名前")
    yield "評価年度", Term(plan.round.long, "評価する年度")
    yield "実施年度", Term((year + 1).long, "評価を行う年度（評価年度の翌年度）")
    yield "開始年度", Term(years[0].long, "計画の最初の年度")
    yield "最終年度", Term(years[-1].long, "計画の最後の年度")
    yield (
        "有効性評価年度",
        Term(_listed(own.long for own in plan.effectiveness_years), "有効性を評価する年度"),
    )
    passed = sum(own <= year for own in years)
    yield "経過年数", Term(str(passed), "計画の開始から評価年度の終わりまでの年数")
    yield "評価の観点", Term(_listed(c.name for c in plan.criteria), "評価項目の名前")
    yield "評価の観点の数", Term(str(len(plan.criteria)), "評価項目の数")
    scales = dict.fromkeys(f"{c.minimum}から{c.maximum}まで" for c in plan.criteria)
    yield "評点の範囲", Term(_listed(scales), "評価項目の評点の範囲")
    yield "総合評価の段階", Term(_listed(rule.grade for rule in plan.grades), "総合評価の記号")


def _counts(figures: Figures, told: Headline) -> _Terms:
    yield "テーマ数", Term(str(len(figures.themes)), "テーマの数")
    yield "取組項目数", Term(str(len(figures.items)), "取組項目の数")
    yield "実践項目数", Term(str(len(figures.practices)), "実践項目の数（終了したものを含む）")
    yield "評価項目数", Term(str(told.evaluated), "今年度評価した実践項目の数")
    yield "終了前年度まで", Term(str(told.finished_until_before), "前年度までに終了した数")
    yield "終了今年度", Term(str(told.finished_now), "今年度に終了した数")
    yield "終了累計", Term(str(len(told.finished)), "これまでに終了した数")
    missing = len(told.missing) + len(told.faulty)
    yield "未評価の数", Term(str(missing), "未提出か要修正の実践項目の数")


def _grades(figures: Figures, told: Headline) -> _Terms:
    upper, before = told.share.grades, told.grades_before
    share = f"{tenths(told.share.now)}％"
    yield f"{''.join(upper)}割合", Term(share, "上位の総合評価の割合", told.share.now)
    yield "上位評価", Term("及び".join(upper), "割合を示す総合評価")
    yield "上位評価の割合", Term(share, "上位の総合評価の割合", told.share.now)
    for grade, count in told.grades.items():
        past = str(before.get(grade, 0)) if before is not None else _UNKNOWN
        yield f"{grade}今年度", Term(str(count), f"総合評価{grade}の数")
        yield f"{grade}前年度", Term(past, f"前年度の総合評価{grade}の数")
    lower = [grade for grade in told.grades if grade not in upper]
    words = _listed(_course(told, grade) for grade in lower[:1])
    yield "下位評価の推移", Term(words, "上位に次ぐ総合評価の数と、前年度からの増減")


def _course(told: Headline, grade: str) -> str:
    """``Cは前年度の7項目から3項目に減り``."""
    now, before = told.grades[grade], (told.grades_before or {}).get(grade, 0)
    if told.grades_before is None:
        return f"{grade}は{now}項目となり"
    if now == before:
        return f"{grade}は前年度と同じ{now}項目となり"
    return f"{grade}は前年度の{before}項目から{now}項目に{'減り' if now < before else '増え'}"


def _moved(figures: Figures) -> _Terms:
    moved = [rise for _, rise in movements(figures)]
    for name, count in (
        ("上昇数", sum(rise > 0 for rise in moved)),
        ("下降数", sum(rise < 0 for rise in moved)),
    ):
        word = "上がった" if name == "上昇数" else "下がった"
        words = str(count) if moved else _UNKNOWN
        yield name, Term(words, f"合計が前年度より{word}実践項目の数")


def _council(figures: Figures, told: Headline) -> _Terms:
    ranks = council_ranks(figures)
    best, worst = ranks[:2], ranks[::-1][:2]
    high = str(len(told.council_high)) if ranks else NOT_SCORED
    level = tenths(HIGH)
    yield f"{level}以上の数", Term(high, f"審議会評価平均が{level}以上の取組項目の数")
    yield "審議会最高", Term(_figure(told.council_highest), "審議会評価平均の最高")
    yield "審議会最低", Term(_figure(told.council_lowest), "審議会評価平均の最低")
    yield "審議会の水準", Term(_level(ranks), "すべての取組項目が3.0以上かどうか")
    yield "上位2", Term(_ranked(best), "審議会評価平均の高い２つの値の取組項目（同点はすべて）")
    yield "下位2", Term(_ranked(worst), "審議会評価平均の低い２つの値の取組項目（同点はすべて）")
    lowest = told.theme_council_lowest
    yield "テーマ最低", Term(_figure(lowest), "テーマの審議会評価平均の最低")
    names = _listed(f"{theme.no}「{theme.name}」" for theme in lowest) or NOT_SCORED
    yield "テーマ最低の名前", Term(names, "審議会評価平均の最も低いテーマ（同点はすべて）")


def _level(ranks: Sequence[Sequence[Named]]) -> str:
    if not ranks:
        return NOT_SCORED
    short = sum(len(tied) for tied in ranks if tied[0].value < _ENOUGH)
    if short:
        return f"3.0に届かない取組項目が{short}項目あった"
    return "すべての取組項目が「おおむね評価できる」とされる3.0以上となった"


def _figure(tied: Sequence[Named]) -> str:
    return str(tenths(tied[0].value)) if tied else NOT_SCORED


def _ranked(ranks: Sequence[Sequence[Named]]) -> str:
    """``№1「…」（4.3）、№12「…」（4.2）``; those of one figure stand before it together."""
    return (
        _listed(
            f"{'・'.join(f'№{known.no}「{known.name}」' for known in tied)}（{_figure(tied)}）"
            for tied in ranks
        )
        or NOT_SCORED
    )


def _listed(words: Iterable[str]) -> str:
    return "、".join(words)
