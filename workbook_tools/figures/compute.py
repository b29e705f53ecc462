"""The figures of a round: practices, items, themes, headline (domain §7, §8). Pure.

Averages and their totals are **tenths** (23 is 2.3), as in :mod:`workbook_tools.plan.grading`;
scores are integers. Every output (workbook, export, council sheets) shows these and computes none
of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workbook_tools.era import FiscalYear
from workbook_tools.plan import grading
from workbook_tools.plan.model import Item, Plan, Practice, Theme

ENDED = "終了"  # status of a practice that ended before the evaluated year
ACCEPTED, OLDER = "受理", "旧版"
NEW, MOVED, OVER = "新規", "移動", "終了"  # 異動


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a round, before anything is computed.

    ``statuses``: practice → 受理 旧版 要修正 未提出, for those that are due. ``scores``: year →
    practice → criterion → score, of accepted forms and imported lists. ``council``: item → average
    in tenths. ``moved_from``: practice → item it belonged to in the year before.
    """

    year: FiscalYear
    statuses: Mapping[int, str]
    scores: Mapping[FiscalYear, Mapping[int, Mapping[str, int]]]
    finished: Mapping[int, FiscalYear]
    council: Mapping[int, int]
    moved_from: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Scores, total and grade of one practice in one year."""

    scores: Mapping[str, int]
    total: int
    grade: str


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """One row of 【実践項目別】. ``now`` is None where nothing (right) came back."""

    practice: Practice
    status: str
    now: Standing | None  # of an ended practice: its last ones, carried
    before: Standing | None
    by_year: Mapping[FiscalYear, Standing]
    finished: FiscalYear | None  # up to and including the evaluated year
    change: str

    @property
    def evaluated(self) -> bool:
        """Evaluated in this very year: due, and accepted."""
        return self.status in (ACCEPTED, OLDER) and self.now is not None


@dataclass(frozen=True, slots=True)
class Means:
    """Averages per criterion and their sum, in tenths, and the grade of both."""

    averages: Mapping[str, int]
    total: int
    grade: str


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One row of 【取組項目別】; ``counted`` of ``practices`` have scores."""

    item: Item
    practices: tuple[PracticeFigures, ...]
    now: Means | None
    before: Means | None
    by_year: Mapping[FiscalYear, Means]
    council: int | None

    @property
    def counted(self) -> int:
        """Over how many practices the averages are taken."""
        return sum(one.now is not None for one in self.practices)

    @property
    def note(self) -> str:
        """``評価 6/7`` where an average is not over all practices."""
        total = len(self.practices)
        return "" if self.counted == total else f"評価 {self.counted}/{total}"


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """One row of 【テーマ別】."""

    theme: Theme
    items: tuple[ItemFigures, ...]
    practice_count: int
    counted: int
    now: Means | None
    council: int | None

    @property
    def note(self) -> str:
        """``評価 38/39`` where an average is not over all practices."""
        missing = self.counted != self.practice_count
        return f"評価 {self.counted}/{self.practice_count}" if missing else ""


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a round."""

    plan: Plan
    year: FiscalYear
    practices: tuple[PracticeFigures, ...]
    items: tuple[ItemFigures, ...]
    themes: tuple[ThemeFigures, ...]

    @property
    def is_effectiveness_year(self) -> bool:
        """The council also scores the items in this year."""
        return self.year in self.plan.effectiveness_years

    @property
    def incomplete(self) -> tuple[PracticeFigures, ...]:
        """The practices without figures: not returned, or faulty."""
        return tuple(one for one in self.practices if one.now is None and one.status != ENDED)

    def grades(self, *, before: bool = False) -> Counter[str]:
        """How many evaluated practices reached each grade, this year or the year before."""
        if before:
            year = self.year - 1
            return Counter(
                one.by_year[year].grade
                for one in self.practices
                if year in one.by_year and not (one.finished and one.finished < year)
            )
        return Counter(one.now.grade for one in self.practices if one.evaluated and one.now)


def compute(plan: Plan, facts: Facts) -> Figures:
    """Everything the list shows, from what is known."""
    due = [practice for practice in plan.practices if plan.began(practice) <= facts.year]
    practices = tuple(_practice(plan, facts, practice) for practice in due)
    years = [year for year in plan.years if year <= facts.year]
    items = tuple(_item(plan, facts, item, practices, years) for item in plan.items)
    themes = tuple(_theme(plan, theme, items) for theme in plan.themes)
    return Figures(plan, facts.year, practices, items, themes)


def percent(part: int, whole: int) -> int:
    """A share in tenths of a percent, half up: 63 of 66 is 955 (95.5 %)."""
    return (2000 * part + whole) // (2 * whole) if whole else 0


def movement(one: PracticeFigures) -> int | None:
    """How much the total rose since the year before; None where it cannot be told."""
    return one.now.total - one.before.total if one.now and one.before and one.evaluated else None


def tenths(value: int) -> float:
    """``23`` → ``2.3``: the number whose shortest decimal is the rounded figure."""
    return float(Fraction(value, 10))


def _practice(plan: Plan, facts: Facts, practice: Practice) -> PracticeFigures:
    finished = facts.finished.get(practice.no, practice.finished)
    if finished and finished > facts.year:
        finished = None
    ended = finished is not None and finished < facts.year
    status = ENDED if ended else facts.statuses.get(practice.no, "未提出")
    by_year = {
        year: _standing(plan, facts.scores[year][practice.no])
        for year in plan.years
        if year <= facts.year and _complete(plan, facts.scores.get(year, {}).get(practice.no))
    }
    own = {year: one for year, one in by_year.items() if not (finished and year > finished)}
    if ended:
        now = own[max(own)] if own else by_year.get(facts.year)
    else:
        now = by_year.get(facts.year) if status in (ACCEPTED, OLDER) else None
    past = [year for year in own if year < facts.year]
    before = own[max(past)] if past and (ended or max(past) == facts.year - 1) else None
    return PracticeFigures(
        practice, status, now, before, own, finished, _change(plan, facts, practice, finished)
    )


def _complete(plan: Plan, scores: Mapping[str, int] | None) -> bool:
    return scores is not None and all(criterion.name in scores for criterion in plan.criteria)


def _standing(plan: Plan, scores: Mapping[str, int]) -> Standing:
    own = {criterion.name: scores[criterion.name] for criterion in plan.criteria}
    return Standing(own, grading.total(own), grading.grade(plan.grades, own))


def _change(plan: Plan, facts: Facts, practice: Practice, finished: FiscalYear | None) -> str:
    if finished == facts.year:
        return OVER
    if plan.began(practice) == facts.year and facts.year > plan.years[0]:
        return NEW
    return MOVED if practice.no in facts.moved_from else ""


def _item(
    plan: Plan,
    facts: Facts,
    item: Item,
    practices: Iterable[PracticeFigures],
    years: Sequence[FiscalYear],
) -> ItemFigures:
    own = tuple(one for one in practices if one.practice.item_no == item.no)
    by_year = {
        year: means
        for year in years
        if year < facts.year and (means := _means(plan, [_at(one, year) for one in own]))
    }
    now = _means(plan, [one.now for one in own])
    before = by_year.get(facts.year - 1)
    return ItemFigures(item, own, now, before, by_year, facts.council.get(item.no))


def _at(one: PracticeFigures, year: FiscalYear) -> Standing | None:
    """The standing that counted in a past year: of an ended practice its last one."""
    if year in one.by_year:
        return one.by_year[year]
    past = [known for known in one.by_year if known < year]
    ended = one.finished is not None and one.finished < year
    return one.by_year[max(past)] if past and ended else None


def _theme(plan: Plan, theme: Theme, items: Iterable[ItemFigures]) -> ThemeFigures:
    own = tuple(one for one in items if theme.short in one.item.themes)
    practices = [practice for one in own for practice in one.practices]
    council = [one.council for one in own if one.council is not None]
    return ThemeFigures(
        theme,
        own,
        len(practices),
        sum(practice.now is not None for practice in practices),
        _means(plan, [practice.now for practice in practices]),
        grading.mean_of_tenths(council) if council else None,
    )


def _means(plan: Plan, standings: Iterable[Standing | None]) -> Means | None:
    known = [one for one in standings if one is not None]
    if not known:
        return None
    averages = {
        criterion.name: grading.mean_tenths([one.scores[criterion.name] for one in known])
        for criterion in plan.criteria
    }
    return Means(averages, sum(averages.values()), grading.grade_of_means(plan.grades, averages))
