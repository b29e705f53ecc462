"""The figures of a round: practices, items, themes (domain §7, §8). Pure.

What is said of the years before is what their own rounds said: under their plan, with its criteria,
thresholds and membership (contract, "Year and plan").

Averages and their totals are **tenths** (23 is 2.3), as in :mod:`workbook_tools.plan.grading`;
scores are integers. Every output (workbook, export, council sheets) shows these and computes none
of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from workbook_tools.era import FiscalYear
from workbook_tools.plan import grading
from workbook_tools.plan.model import Item, Plan, Practice, Theme

ENDED = "終了"  # status of a practice that ended before the evaluated year
ACCEPTED, OLDER = "受理", "旧版"
NEW, MOVED, OVER = "新規", "移動", "終了"  # 異動


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a round, before anything is computed.

    ``statuses``: practice → 受理 旧版 要修正 未提出, for those that are due in the evaluated year.
    ``scores``: year → practice → criterion → score, of accepted forms and imported lists.
    ``council``: item → average in tenths. ``printed``: year → practice → 総合評価, where only an
    imported list tells it; ``plans``: year → the plan its round was held by; ``finished_then``:
    year → what its round knew of endings. Practices go by their numbers of the year.
    """

    statuses: Mapping[int, str]
    scores: Mapping[FiscalYear, Mapping[int, Mapping[str, int]]]
    finished: Mapping[int, FiscalYear]
    council: Mapping[int, int]
    printed: Mapping[FiscalYear, Mapping[int, str]] = field(default_factory=dict)
    plans: Mapping[FiscalYear, Plan] = field(default_factory=dict)
    finished_then: Mapping[FiscalYear, Mapping[int, FiscalYear]] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)  # 備考 of practices in this round
    # 段階: earlier rounds of this year, by practice and criterion
    stages: Mapping[FiscalYear, Mapping[int, Mapping[str, int]]] = field(default_factory=dict)


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
    note: str = ""  # what the secretariat corrected
    stages: Mapping[FiscalYear, Standing] = field(default_factory=dict)  # earlier this year

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
        return sum(practice.now is not None for practice in self.practices)

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
    """All figures of a round; ``past`` are those of the years before, each as published then."""

    plan: Plan
    practices: tuple[PracticeFigures, ...]
    items: tuple[ItemFigures, ...]
    themes: tuple[ThemeFigures, ...]
    past: Mapping[FiscalYear, Figures] = field(default_factory=dict)

    @property
    def year(self) -> FiscalYear:
        """The evaluated year."""
        return self.plan.evaluated

    @property
    def at_end(self) -> str:
        """``Ｒ３年度末``, ``Ｒ３年度中間``: when the round looks at the practices."""
        return f"{self.year.wide}年度{self.plan.stage or '末'}"

    @property
    def before(self) -> Figures | None:
        """The year before; None where nothing is known of it."""
        return self.past.get(self.year - 1)

    @property
    def incomplete(self) -> tuple[PracticeFigures, ...]:
        """The practices without figures: not returned, or faulty."""
        return tuple(
            practice
            for practice in self.practices
            if practice.now is None and practice.status != ENDED
        )

    def grades(self) -> Counter[str]:
        """How many evaluated practices reached each grade."""
        return Counter(
            practice.now.grade for practice in self.practices if practice.evaluated and practice.now
        )

    def practice(self, no: int) -> PracticeFigures | None:
        """The practice of that number, if it is of this round."""
        return next((known for known in self.practices if known.practice.no == no), None)

    def practice_before(self, no: int) -> PracticeFigures | None:
        """The figures of the year before of that practice, whatever its number was then."""
        before = self.before
        then = self.plan.numbers(before.year).get(no) if before else None
        return before.practice(then) if before and then is not None else None

    @property
    def left(self) -> tuple[PracticeFigures, ...]:
        """The practices of the year before that are no more of the plan."""
        before = self.before
        kept = set(self.plan.numbers(before.year).values()) if before else set()
        return tuple(p for p in before.practices if p.practice.no not in kept) if before else ()

    @property
    def items_left(self) -> tuple[ItemFigures, ...]:
        """The items of the year before that are no more of the plan."""
        if self.before is None:
            return ()
        earlier = self.before.plan
        kept = {self.plan.item_before(item, earlier) for item in self.plan.items}
        return tuple(known for known in self.before.items if known.item.no not in kept)

    def item(self, no: int) -> ItemFigures | None:
        """The item of that number, if it is of this round."""
        return next((known for known in self.items if known.item.no == no), None)


def compute(plan: Plan, facts: Facts) -> Figures:
    """Everything the list shows, from what is known."""
    past: dict[FiscalYear, Figures] = {}
    for year in plan.years:
        if year < plan.evaluated and facts.scores.get(year):
            past[year] = _figures(plan_of(facts.plans, year, plan), _as_known(facts, year), past)
    return _figures(plan, facts, past)


def plan_of(plans: Mapping[FiscalYear, Plan], earlier: FiscalYear, today: Plan) -> Plan:
    """The plan a past year's figures were made by: its own, else the nearest later one.

    Its criteria bear today's names (旧名称), so that figures can be compared.
    """
    later = [known for known in sorted(plans) if earlier <= known < today.evaluated]
    return (plans[later[0]] if later else today).of_year(earlier).renamed(today)


def _as_known(facts: Facts, year: FiscalYear) -> Facts:
    """The facts of a past round: what has scores was accepted."""
    accepted = dict.fromkeys(facts.scores[year], ACCEPTED)
    ended = facts.finished_then.get(year, facts.finished)
    return replace(facts, statuses=accepted, finished=ended, council={}, notes={}, stages={})


def _figures(plan: Plan, facts: Facts, past: Mapping[FiscalYear, Figures]) -> Figures:
    earlier = {year: figures for year, figures in past.items() if year < plan.evaluated}
    due = [practice for practice in plan.practices if plan.began(practice) <= plan.evaluated]
    histories = _histories(plan, earlier)
    practices = tuple(
        _practice(plan, facts, practice, earlier, histories.get(practice.no, {}))
        for practice in due
    )
    items = tuple(_item(plan, facts, item, practices, earlier) for item in plan.items)
    themes = tuple(_theme(plan, theme, items) for theme in plan.themes)
    return Figures(plan, practices, items, themes, earlier)


def rearranged(
    figures: Figures,
    practices: Iterable[PracticeFigures],
    council: Mapping[int, int | None] | None = None,
) -> Figures:
    """The same round, had its practices reached something else or belonged elsewhere.

    Items and themes follow from them. ``council``: item → average in tenths, where it is another.
    """
    own, plan = tuple(practices), figures.plan
    items = []
    for known in figures.items:
        members = tuple(practice for practice in own if practice.practice.item_no == known.item.no)
        now = _means(plan, [practice.now for practice in members])
        average = (council or {}).get(known.item.no, known.council)
        items.append(replace(known, practices=members, now=now, council=average))
    themes = tuple(_theme(plan, theme, items) for theme in plan.themes)
    return replace(figures, practices=own, items=tuple(items), themes=themes)


def standing_of(plan: Plan, scores: Mapping[str, int]) -> Standing:
    """Total and grade of a practice with these scores, one for every criterion of the plan."""
    return Standing(dict(scores), grading.total(scores), grading.grade(plan.grades, scores))


_History: TypeAlias = dict[FiscalYear, PracticeFigures]


def _histories(plan: Plan, past: Mapping[FiscalYear, Figures]) -> dict[int, _History]:
    """Practice → its figures of the years before, whatever its number was then."""
    found: dict[int, _History] = {}
    for year, figures in past.items():
        known = {practice.practice.no: practice for practice in figures.practices}
        for no, then in plan.numbers(year).items():
            if then in known:
                found.setdefault(no, {})[year] = known[then]
    return found


def tenths(value: int) -> float:
    """``23`` → ``2.3``: the number whose shortest decimal is the rounded figure."""
    return float(Fraction(value, 10))


def _practice(
    plan: Plan,
    facts: Facts,
    practice: Practice,
    past: Mapping[FiscalYear, Figures],
    history: _History,
) -> PracticeFigures:
    year, no = plan.evaluated, practice.no
    finished = plan.ended(practice, facts.finished)
    ended = finished is not None and finished < year
    status = ENDED if ended else facts.statuses.get(no, "未提出")
    own = {
        past_year: k.by_year[past_year]
        for past_year, k in history.items()
        if past_year in k.by_year
    }
    reached = _standing(plan, facts, no)
    if reached and not ended:
        own[year] = reached
    if ended:
        now = _carried(plan, own, past) if own else reached
    else:
        now = reached if status in (ACCEPTED, OLDER) else None
    earlier = [known for known in own if known < year]
    before = None
    if earlier and (ended or max(earlier) == year - 1):
        before = own[max(earlier)]
    change = _change(plan, practice, finished, history, past)
    note, stages = facts.notes.get(no, ""), _stages(plan, facts, no)
    return PracticeFigures(practice, status, now, before, own, finished, change, note, stages)


def _stages(plan: Plan, facts: Facts, no: int) -> dict[FiscalYear, Standing]:
    """What a practice reached in the earlier stages of the year."""
    reached = {}
    for own, scores in facts.stages.items():
        standing = _standing(plan, replace(facts, scores={plan.evaluated: scores}, printed={}), no)
        if standing:
            reached[own] = standing
    return reached


def _carried(
    plan: Plan, own: Mapping[FiscalYear, Standing], past: Mapping[FiscalYear, Figures]
) -> Standing | None:
    """An ended practice's last figures, unless they are on scales no average can be taken over."""
    last = max(own)
    return own[last] if grading.same_totals(plan, past[last].plan) else None


def _standing(plan: Plan, facts: Facts, no: int) -> Standing | None:
    """What a practice reached in the plan's year; None where any criterion has no score."""
    scores = facts.scores.get(plan.evaluated, {}).get(no, {})
    own = {c.name: scores[c.name] for c in plan.criteria if c.name in scores}
    if len(own) < len(plan.criteria):
        return None
    printed = facts.printed.get(plan.evaluated, {}).get(no)
    return Standing(own, grading.total(own), printed or grading.grade(plan.grades, own))


def _change(
    plan: Plan,
    practice: Practice,
    finished: FiscalYear | None,
    history: _History,
    past: Mapping[FiscalYear, Figures],
) -> str:
    """異動: ended this year, begun this year, or under another item than the year before."""
    year = plan.evaluated
    if finished == year:
        return OVER
    if plan.began(practice) == year and year > plan.years[0]:
        return NEW
    known = history.get(year - 1)
    if known is None:
        return ""
    then = plan.item_before(plan.item(practice.item_no), past[year - 1].plan)
    return MOVED if known.practice.item_no != then else ""


def _item(
    plan: Plan,
    facts: Facts,
    item: Item,
    practices: Iterable[PracticeFigures],
    past: Mapping[FiscalYear, Figures],
) -> ItemFigures:
    own = tuple(practice for practice in practices if practice.practice.item_no == item.no)
    by_year = {
        year: known.now
        for year, figures in past.items()
        if (then := plan.item_before(item, figures.plan)) is not None
        and (known := figures.item(then))
        and known.now
    }
    now = _means(plan, [practice.now for practice in own])
    before = by_year.get(plan.evaluated - 1)
    return ItemFigures(item, own, now, before, by_year, facts.council.get(item.no))


def _theme(plan: Plan, theme: Theme, items: Iterable[ItemFigures]) -> ThemeFigures:
    own = tuple(item for item in items if theme.short in item.item.themes)
    practices = [practice for item in own for practice in item.practices]
    council = [item.council for item in own if item.council is not None]
    return ThemeFigures(
        theme,
        own,
        len(practices),
        sum(practice.now is not None for practice in practices),
        _means(plan, [practice.now for practice in practices]),
        grading.mean_of_tenths(council) if council else None,
    )


def _means(plan: Plan, standings: Iterable[Standing | None]) -> Means | None:
    known = [standing for standing in standings if standing is not None]
    if not known:
        return None
    averages = {
        criterion.name: grading.mean_tenths([standing.scores[criterion.name] for standing in known])
        for criterion in plan.criteria
    }
    return Means(averages, sum(averages.values()), grading.grade_of_means(plan.grades, averages))
