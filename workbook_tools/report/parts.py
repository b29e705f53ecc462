"""The parts of the 意見書 in their order: figures of the round, prose of the 原稿, opinions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook_tools.council.opinions import Opinions
from workbook_tools.figures.compute import Figures, ItemFigures, PracticeFigures, tenths
from workbook_tools.plan.model import Criterion, GradeRule, Plan
from workbook_tools.report import drafts, tables
from workbook_tools.report.content import (
    Block,
    Element,
    Head,
    Heading,
    Paragraph,
    Report,
    ReportCell,
    ReportPart,
    ReportTable,
)
from workbook_tools.report.manuscript import Manuscript, Text
from workbook_tools.report.terms import NOT_SCORED, Filled
from workbook_tools.text import circled, is_blank, squeeze_lines

NO_OPINION = "（意見なし）"
NOT_GATHERED = "（意見はまだ集められていません）"
YEAR = "評価年度"  # by this figure a document tells of which round it is
_SCALE = ("５　非常に評価できる", "４", "３　おおむね評価できる", "２", "１　課題あり")
_BEST = 5


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is made of; ``opinions`` None: none were gathered yet."""

    figures: Figures
    manuscript: Manuscript
    opinions: Opinions | None

    @property
    def plan(self) -> Plan:
        """The plan of the round."""
        return self.figures.plan


def report(sources: Sources) -> Report:
    """The whole report."""
    plan = sources.plan
    effective = plan.is_effectiveness_year
    parts = [
        ReportPart(tuple(_opening(sources)), numbered=False),
        ReportPart(tuple(_method(sources))),
        ReportPart(tuple(_list_of_items(sources)), landscape=True),
        ReportPart(tuple(_list_of_practices(sources)), landscape=True),
        ReportPart(tuple(_pages_of_items(sources))),
        *(
            [ReportPart(tuple(_effect(sources))), ReportPart(tuple(_results(sources)))]
            if effective
            else []
        ),
        ReportPart(tuple(_review(sources))),
        *(
            ReportPart(tuple(elements))
            for elements in (_members(sources), _meetings(sources))
            if elements
        ),
    ]
    title = f"{plan.name}の{plan.round.end}の取組状況に関する意見書"
    return Report(title, tuple(_cover(sources)), tuple(parts), sources.manuscript.notes)


def _cover(sources: Sources) -> Iterator[Paragraph]:
    plan = sources.plan
    yield Paragraph((plan.city,), "cover")
    yield Paragraph((plan.name,), "cover")
    yield Paragraph((Filled(YEAR, plan.round.long), "の取組状況に関する意見書"), "cover")
    date = sources.manuscript.text(drafts.SIGNED, drafts.DATE)
    yield Paragraph(date.pieces if date else (), "cover line")
    yield Paragraph((plan.council,), "cover line")


# --- １, ２


def _opening(sources: Sources) -> Iterator[Element]:
    yield Heading(1, ("１　はじめに",))
    yield from _prose(sources, drafts.OPENING)
    yield from (
        Paragraph(text.pieces, "right") for text in sources.manuscript.chapter(drafts.SIGNED)
    )


def _method(sources: Sources) -> Iterator[Element]:
    plan, left = sources.plan, list(sources.manuscript.chapter(drafts.METHOD))

    def take(name: str) -> Iterator[Paragraph]:
        for text in [text for text in left if text.name == name]:
            left.remove(text)
            yield Paragraph(text.pieces)

    yield Heading(1, ("２　評価方法について",))
    yield Heading(2, (drafts.FLOW,))
    yield from take(drafts.FLOW)
    for number, (year, told) in enumerate(_flow(plan), start=1):
        yield Paragraph((f"{year}　{circled(number)}{told}",), "line")
    yield Heading(2, (drafts.METHODS,))
    yield from take(drafts.METHODS)
    yield Heading(3, ("ア　担当部署による自己評価",))
    yield from take(drafts.SELF)
    yield from (Paragraph((line,), "line") for line in _grades(plan))
    yield Heading(3, ("イ　毎年度の進捗状況に対する評価",))
    yield from take(drafts.PROGRESS)
    if plan.effectiveness_years:
        years = "中間年及び最終年の" if len(plan.effectiveness_years) > 1 else ""
        yield Heading(3, (f"ウ　{years}取組の有効性の評価",))
        yield from take(drafts.EFFECT)
        yield from (Paragraph((line,), "line") for line in _SCALE)
    yield from (Paragraph(text.pieces) for text in left)  # what people added


def _flow(plan: Plan) -> Iterator[tuple[str, str]]:
    """For each round the year it is held in, and what it evaluates.

    The final effectiveness is evaluated by itself: the last year's progress has no later round.
    """
    for year in plan.years:
        effective = year in plan.effectiveness_years
        last = year == plan.years[-1]
        what = "取組の有効性" if last and effective else "進捗状況"
        if effective and not last:
            what = "進捗状況及び取組の有効性"
        told = f"{what}の評価" if last and effective else f"{year.long}の{what}の評価"
        yield (year + 1).long, told


def _grades(plan: Plan) -> Iterator[str]:
    """Meanings of scores where the plan has them, and what each grade needs."""
    for criterion in plan.criteria:
        for score, meaning in sorted(criterion.meanings.items(), reverse=True):
            if not is_blank(meaning):
                yield f"{criterion.name}　{score}：{squeeze_lines(meaning)}"
    for rule, upper in zip(plan.grades, (None, *plan.grades), strict=False):
        yield _grade_line(rule, upper, plan.criteria)


def _grade_line(rule: GradeRule, upper: GradeRule | None, criteria: Sequence[Criterion]) -> str:
    minima = [
        f"{criterion.name}{rule.least_scores[criterion.name]}以上"
        for criterion in criteria
        if rule.least_scores.get(criterion.name)
    ]
    if rule.least_total:
        words = f"合計{rule.least_total}以上"
    else:
        words = f"合計{upper.least_total - 1}以下" if upper else "すべて"
    return f"{rule.grade}　{'、'.join([words, *minima])}"


# --- ３


def _list_of_items(sources: Sources) -> Iterator[Element]:
    heading = sources.manuscript.text(drafts.STATE, drafts.HEADING)
    yield Heading(1, ("３　", *(heading.pieces if heading else ("取組状況について",))))
    yield from _prose(sources, drafts.STATE, without=(drafts.HEADING,))
    name = f"{sources.plan.name}取組状況一覧　【取組項目別】"
    yield Heading(2, (f"{name}　{sources.figures.at_end}",))
    yield tables.list_of_items(sources.figures, landscape=True)


def _list_of_practices(sources: Sources) -> Iterator[Element]:
    name = f"{sources.plan.name}取組状況一覧　【実践項目別】"
    yield Heading(2, (f"{name}　{sources.figures.at_end}",))
    yield tables.list_of_practices(sources.figures)


def _pages_of_items(sources: Sources) -> Iterator[Element | Block]:
    yield Heading(2, ("Ⅰ　取組項目別の評価について",))
    for item in sources.figures.items:
        yield Block(tuple(_item(sources, item)))


def _item(sources: Sources, item: ItemFigures) -> Iterator[Element]:
    """Everything about one 取組項目: figures, its practices, the council's score and opinions."""
    yield Heading(3, (f"№{item.item.no}　{item.item.name}",))
    yield tables.standing_of_item(sources.figures, item)
    if item.practices:
        yield tables.practices_of_item(sources.figures, item)
    else:
        yield Paragraph(("（実践項目なし）",), "note")
    if sources.plan.is_effectiveness_year:
        scored = item.council is not None
        average = str(tenths(item.council)) if item.council is not None else NOT_SCORED
        name = f"審議会の評価/№{item.item.no}"
        best = Filled(f"{name}/満点", f"/{_BEST}" if scored else "")
        yield Paragraph(("審議会の評価　　評価の平均　", Filled(name, average), " ", best), "score")
    yield Paragraph(("意見等",), "label")
    yield from _bullets(sources, (sources.opinions or Opinions()).items.get(item.item.no, ()))
    if sources.plan.is_effectiveness_year:
        yield from _ended(sources, item.practices)


def _ended(sources: Sources, practices: Iterable[PracticeFigures]) -> Iterator[Element]:
    """Opinions on ended practices; those that are spoken of together share a heading."""
    said = (sources.opinions or Opinions()).ended
    left = {known.practice.no: known for known in practices if known.finished}
    for numbers in (*said, *((no,) for no in sorted(left) if not _spoken_of(no, said))):
        own = [left[no] for no in numbers if no in left]
        if own:
            names = "、".join(f"№{known.practice.no} {known.practice.title}" for known in own)
            years = dict.fromkeys(known.finished.wide for known in own if known.finished)
            yield Paragraph((f"【{'・'.join(years)}年度取組終了】{names}",), "label")
            yield from _bullets(sources, said.get(numbers, ()))


def _spoken_of(number: int, said: Iterable[tuple[int, ...]]) -> bool:
    return any(number in numbers for numbers in said)


def _bullets(sources: Sources, texts: Sequence[str]) -> Iterator[Paragraph]:
    told = [text for text in texts if not is_blank(text)]
    for text in told:
        yield Paragraph((text.lstrip("・ 　"),), "bullet")
    if not told:
        yield Paragraph((NOT_GATHERED if sources.opinions is None else NO_OPINION,), "note")


def _effect(sources: Sources) -> Iterator[Element]:
    yield Heading(2, ("Ⅱ　取組の有効性について",))
    yield Heading(3, ("１　取組項目別・評価集計",))
    yield tables.list_of_items(sources.figures, landscape=False)
    yield Heading(3, ("２　テーマ別・評価集計",))
    yield tables.list_of_themes(sources.figures)


def _results(sources: Sources) -> Iterator[Element]:
    yield Heading(3, ("３　テーマ別・評価集計（グラフ）",))
    graphs = list(tables.graphs(sources.figures))
    yield from graphs
    if not graphs:
        yield Paragraph((NOT_SCORED,), "note")
    for chapter in (drafts.ITEM_RESULTS, drafts.THEME_RESULTS):
        texts = sources.manuscript.chapter(chapter)
        if texts:
            yield Paragraph((f"【{chapter}について】",), "label")
        yield from (Paragraph(text.pieces, "bullet") for text in texts)


# --- ４, and what may follow


def _review(sources: Sources) -> Iterator[Element]:
    yield Heading(1, ("４　総評",))
    yield from _prose(sources, drafts.REVIEW)


def _members(sources: Sources) -> list[Element]:
    rows = [_columns(text, 2) for text in sources.manuscript.chapter(drafts.MEMBERS)]
    if not rows:
        return []
    return [Heading(1, ("委員名簿",)), _typed("委員名簿", ("氏名", "役職"), rows, (60, 110))]


def _meetings(sources: Sources) -> list[Element]:
    texts = sources.manuscript.chapter(drafts.MEETINGS)
    rows = [[text.name, *_columns(text, 2)] for text in texts]
    if not rows:
        return []
    heads = ("回", "開催日", "議題")
    return [Heading(1, ("審議経過",)), _typed("審議経過", heads, rows, (25, 45, 100))]


def _columns(text: Text, count: int) -> list[str]:
    """``氏名　役職``: what stands before the first full-width space or line break, and the rest."""
    words = text.words.replace("\n", "　").split("　", count - 1)
    return [*(word.strip("　") for word in words), *[""] * (count - len(words))]


def _typed(
    name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: tuple[float, ...]
) -> ReportTable:
    cells = tuple(
        tuple(ReportCell(word, "left", at == 0) for at, word in enumerate(row)) for row in rows
    )
    return ReportTable(
        f"表/{name}", name, (tuple(Head(word) for word in heads),), cells, widths, 10.5
    )


def _prose(sources: Sources, chapter: str, without: Sequence[str] = ()) -> Iterator[Paragraph]:
    for text in sources.manuscript.chapter(chapter):
        if text.name not in without:
            yield Paragraph(text.pieces)
