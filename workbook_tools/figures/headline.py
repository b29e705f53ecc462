"""The headline figures of a round (domain §8): computed here and nowhere else. Pure.

List, export, demo and report only print what stands here. Averages are tenths, shares tenths of a
percent; ties are all named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workbook_tools.figures.compute import ENDED, Figures, PracticeFigures
from workbook_tools.plan.grading import same_grades, same_totals
from workbook_tools.plan.model import Plan

HIGH = 40  # a council average of 4.0


@dataclass(frozen=True, slots=True)
class Named:
    """A practice, item or theme (``no``: its number as printed) and its figure."""

    no: int | str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Share:
    """The part that reached the upper grades, of those evaluated; ``before`` the year before's."""

    grades: tuple[str, ...]
    now: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Headline:
    """All headline figures. What is said of the year before is None where it cannot be compared.

    ``rises`` and ``falls`` are the practices whose total moved most; ``highest``, ``lowest`` are
    the items by total, ``council_…`` items and ``theme_…`` themes, each with its ties.
    """

    evaluated: int
    evaluated_before: int | None
    finished: tuple[PracticeFigures, ...]
    finished_now: int
    finished_until_before: int
    finished_before: int
    grades: Mapping[str, int]
    grades_before: Mapping[str, int] | None
    share: Share
    missing: tuple[int, ...]
    faulty: tuple[int, ...]
    rises: tuple[Named, ...]
    falls: tuple[Named, ...]
    highest: tuple[Named, ...]
    highest_before: int | None
    lowest: tuple[Named, ...]
    lowest_before: int | None
    council_high: tuple[Named, ...]
    council_highest: tuple[Named, ...]
    council_lowest: tuple[Named, ...]
    theme_lowest: tuple[Named, ...]
    theme_council_lowest: tuple[Named, ...]


def headline(figures: Figures) -> Headline:
    """The headline figures of a round."""
    now, before = figures.grades(), figures.before.grades() if figures.before else None
    finished = tuple(known for known in figures.practices if known.finished)
    items = [Named(i.item.no, i.item.name, i.now.total) for i in figures.items if i.now]
    council = [
        Named(i.item.no, i.item.name, i.council) for i in figures.items if i.council is not None
    ]
    themes = [Named(t.theme.no, t.theme.name, t.now.total) for t in figures.themes if t.now]
    theme_council = [
        Named(t.theme.no, t.theme.name, t.council) for t in figures.themes if t.council is not None
    ]
    comparable = figures.before is not None and same_totals(figures.plan, figures.before.plan)
    totals = [i.before.total for i in figures.items if i.before and comparable]
    moved = [Named(p.practice.no, p.practice.title, rise) for p, rise in movements(figures)]
    return Headline(
        evaluated=sum(now.values()),
        evaluated_before=sum(before.values()) if before is not None else None,
        finished=finished,
        finished_now=sum(known.finished == figures.year for known in finished),
        finished_until_before=sum(known.finished != figures.year for known in finished),
        finished_before=sum(known.finished == figures.year - 1 for known in finished),
        grades={rule.grade: now[rule.grade] for rule in figures.plan.grades},
        grades_before=before if _same_grades(figures) else None,
        share=_share(figures),
        missing=_numbers(figures, "未提出"),
        faulty=_numbers(figures, "要修正"),
        rises=_extreme([known for known in moved if known.value > 0], max),
        falls=_extreme([known for known in moved if known.value < 0], min),
        highest=_extreme(items, max),
        highest_before=max(totals, default=None),
        lowest=_extreme(items, min),
        lowest_before=min(totals, default=None),
        council_high=tuple(
            sorted(
                (known for known in council if known.value >= HIGH),
                key=lambda known: -known.value,
            )
        ),
        council_highest=_extreme(council, max),
        council_lowest=_extreme(council, min),
        theme_lowest=_extreme(themes, min),
        theme_council_lowest=_extreme(theme_council, min),
    )


def council_ranks(figures: Figures) -> tuple[tuple[Named, ...], ...]:
    """The items by the council's average, the best first; those of one average share a rank."""
    scored = [
        Named(i.item.no, i.item.name, i.council) for i in figures.items if i.council is not None
    ]
    by_value = sorted(scored, key=lambda known: -known.value)
    return tuple(tuple(tied) for _, tied in groupby(by_value, key=lambda known: known.value))


def percent(part: int, whole: int) -> int:
    """A share in tenths of a percent, half up: 63 of 66 is 955 (95.5 %)."""
    return (2000 * part + whole) // (2 * whole) if whole else 0


def upper_grades(plan: Plan) -> tuple[str, ...]:
    """The grades whose share is told: the best two, of two grades the better one."""
    grades = [rule.grade for rule in plan.grades]
    return tuple(grades[: 2 if len(grades) > 2 else 1])


def movements(figures: Figures) -> list[tuple[PracticeFigures, int]]:
    """How much each practice's total rose since the year before, where that can be told."""
    before = figures.before
    if before is None or not same_totals(figures.plan, before.plan):
        return []
    return [
        (known, known.now.total - known.before.total)
        for known in figures.practices
        if known.evaluated and known.now and known.before
    ]


def differences(figures: Figures) -> list[str]:
    """In which ways the year before was judged otherwise, in sentences for a note."""
    before = figures.before
    if before is None:
        return []
    plan, past, year = figures.plan, before.plan, before.year.wide
    said = []
    if not same_totals(plan, past):
        names = "、".join(f"{c.name}{c.minimum}～{c.maximum}" for c in past.criteria)
        said.append(
            f"{year}の評価項目と評点の範囲（{names}）は今年度と違うため、"
            "比べられない増減は示していません"
        )
    elif plan.grades != past.grades:
        said.append(f"{year}の総合評価は、{year}の評価基準によるもので、今年度の基準と違います")
    gone = [known.practice for known in figures.left]
    moved = [known.practice for known in figures.practices if known.change == "移動"]
    said += [
        f"{year}の『{old}』は、今年度の『{criterion.name}』です"
        for criterion in plan.criteria
        for old in criterion.former_names
        if plan.before and old in {known.name for known in plan.before.criteria}
    ]
    if gone:
        numbers = "、".join(f"№{practice.no}" for practice in gone)
        said.append(f"{year}の数値には、今の計画にない実践項目（{numbers}）を含みます")
    if moved:
        numbers = "、".join(f"№{practice.no}" for practice in moved)
        said.append(f"{year}の数値は、{numbers}が移る前の取組項目によるものです")
    return said


def _same_grades(figures: Figures) -> bool:
    before = figures.before
    return before is not None and same_grades(figures.plan, before.plan)


def _share(figures: Figures) -> Share:
    upper, before = upper_grades(figures.plan), figures.before
    past = None
    if before is not None and _same_grades(figures):
        past = _part(before.grades(), upper)
    return Share(upper, _part(figures.grades(), upper), past)


def _part(grades: Mapping[str, int], upper: Sequence[str]) -> int:
    return percent(sum(grades.get(grade, 0) for grade in upper), sum(grades.values()))


def _numbers(figures: Figures, status: str) -> tuple[int, ...]:
    return tuple(
        known.practice.no
        for known in figures.incomplete
        if known.status == status and known.status != ENDED
    )


def _extreme(known: Sequence[Named], choose: Callable[[Iterable[int]], int]) -> tuple[Named, ...]:
    """Everything that has the highest or lowest figure."""
    if not known:
        return ()
    best = choose([named.value for named in known])
    return tuple(named for named in known if named.value == best)
