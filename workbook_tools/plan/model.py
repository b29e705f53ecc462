"""The plan as values: what the plan master says, and nothing about files (domain §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from workbook_tools.era import LAST, FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.text import key

# "And everybody concerned": never a folder, an addressee or an unknown department (domain §3).
EVERYBODY = "各担当部署"
ROWS_A_YEAR = 3  # of 取組内容 on the form (domain §4)


@dataclass(frozen=True, slots=True)
class Theme:
    """テーマ: Roman number, short name (column heading), full name."""

    no: str
    short: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """取組項目: number, name and the short names of its one to five themes."""

    no: int
    name: str
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """実践項目: the unit that is reported on one pair of sheets."""

    no: int
    item_no: int
    title: str
    departments: tuple[str, ...]
    sheet_title: str | None = None  # シート表記: item 25 prints "-" on its sheet
    continued: bool = False  # 前プラン継続
    first_year: FiscalYear | None = None  # 開始年度, where the plan grew while it ran
    finished: FiscalYear | None = None  # 取組終了
    reopened: FiscalYear | None = None  # 再開: the year in which an ended practice runs again
    former: int | None = None  # 旧小№: the number it had the year before
    label: str = ""  # 表示番号: printed instead of 小№

    @property
    def lead(self) -> str:
        """The department the form is sent to: the first one named (domain §1, assumed)."""
        return self.departments[0]

    @property
    def partners(self) -> tuple[str, ...]:
        """The other departments of a joint item, without "everybody concerned"."""
        return tuple(name for name in self.departments[1:] if name != EVERYBODY)

    @property
    def printed_title(self) -> str:
        """What the sheet's 実践項目 cell shows."""
        return self.sheet_title or self.title


@dataclass(frozen=True, slots=True)
class Department:
    """部署: present name, former names (accepted silently), whom to write to."""

    name: str
    former_names: tuple[str, ...] = ()
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """評価項目: whole scores from ``minimum`` to ``maximum``, and what each means where known."""

    name: str
    minimum: int
    maximum: int
    meanings: Mapping[int, str] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()  # 旧名称: its history stands under these

    @property
    def scores(self) -> range:
        """All scores that may be given."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True, slots=True)
class GradeRule:
    """総合評価: a grade, its lowest total and its lowest score per criterion (domain §7)."""

    grade: str
    least_total: int
    least_scores: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """特例: a finding of a practice that does not block, why, who decided it, until when."""

    practice_no: int
    code: str
    reason: str
    approver: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """訂正: what a field is read as instead of what stands there, as agreed with the department.

    ``field`` is written as the secretariat calls it; ``wrong`` is what was read, either text may
    be empty.
    """

    practice_no: int
    field: str
    wrong: str
    right: str
    reason: str
    approver: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """委員: number on the 評価シート, and name if the city writes one down."""

    no: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan master, checked: every number refers to something that exists.

    ``evaluated`` (評価年度) says which round the plan is that of: whoever has a plan has its year.
    ``stages`` (段階) are the rounds of one year in their order, where there are several; the last
    one's result is the year's. ``stage`` is the one that is held. ``before`` is the plan of the
    year before, as far as one was noted. Neither of the two makes another plan.
    """

    name: str
    city: str
    secretariat: str
    council: str
    years: tuple[FiscalYear, ...]
    evaluated: FiscalYear
    deadline: date | None
    effectiveness_years: tuple[FiscalYear, ...]
    themes: tuple[Theme, ...]
    items: tuple[Item, ...]
    practices: tuple[Practice, ...]
    departments: tuple[Department, ...]
    criteria: tuple[Criterion, ...]
    grades: tuple[GradeRule, ...]  # best first; the last one has no lowest total left to reach
    waivers: tuple[Waiver, ...] = ()
    members: tuple[Member, ...] = ()
    corrections: tuple[Correction, ...] = ()
    stages: tuple[str, ...] = ()
    resubmission: date | None = None  # 再提出期限: by when what went back is to come again
    stage: str = field(default="", compare=False)
    before: Plan | None = field(default=None, compare=False, repr=False)

    def item(self, no: int) -> Item:
        """The 取組項目 of that number; KeyError where there is none."""
        return {item.no: item for item in self.items}[no]

    def item_before(self, item: Item, earlier: Plan) -> int | None:
        """The number an item had in an earlier plan: the one of its name, whatever its number is.

        An item that only bears another name now keeps its number; None where it is new.
        """
        same = {known.no: known for known in earlier.items}.get(item.no)
        if same and key(same.name) == key(item.name):
            return same.no
        for known in earlier.items:
            if key(known.name) == key(item.name):
                return known.no
        renumbered = same and any(key(same.name) == key(known.name) for known in self.items)
        return None if renumbered or same is None else same.no

    def practice(self, no: int) -> Practice:
        """The 実践項目 of that number; KeyError where there is none."""
        return {practice.no: practice for practice in self.practices}[no]

    def department(self, name: str) -> Department:
        """The department of that present name; KeyError where there is none."""
        return {department.name: department for department in self.departments}[name]

    def lead(self, name: str) -> str | None:
        """The department that answers for practices, by its present or a former name."""
        leads = {practice.lead for practice in self.practices}
        for department in self.departments:
            names = (department.name, *department.former_names)
            if department.name in leads and key(name) in map(key, names):
                return department.name
        return None

    def began(self, practice: Practice) -> FiscalYear:
        """The first year in which the practice is evaluated."""
        return practice.first_year or self.years[0]

    @property
    def round(self) -> FiscalYear:
        """By what its round goes: the evaluated year, with the stage where there are several."""
        if not self.stage:
            return self.evaluated
        place = self.stages.index(self.stage) + 1
        stage = LAST if place == len(self.stages) else place
        return FiscalYear(self.evaluated.western, stage, self.stage)

    @property
    def earlier_stages(self) -> tuple[FiscalYear, ...]:
        """The rounds of the same year before this one."""
        names = self.stages[: self.stages.index(self.stage)] if self.stage else ()
        return tuple(replace(self, stage=name).round for name in names)

    def at_stage(self, name: str) -> Plan:
        """The plan with a stage held, as a person names it; UserError where there is none."""
        for stage in self.stages:
            if key(stage) == key(name):
                return replace(self, stage=stage)
        known = "、".join(self.stages)
        told = f"あるのは{known}です。" if known else "シート『段階』に名称と順を書いてください。"
        raise UserError(f"計画マスタに段階『{name}』がありません。{told}")

    def of_round(self, own: FiscalYear) -> Plan:
        """The plan of a round: :meth:`of_year` with its stage."""
        stage = self.stages[min(own.stage, len(self.stages)) - 1] if self.stages else ""
        return replace(self.of_year(own.whole), stage=stage)

    def of_year(self, year: FiscalYear) -> Plan:
        """The same plan with another year evaluated; UserError outside the plan's period.

        In an earlier year its practices go by the numbers they had then.
        """
        if year not in self.years:
            first, last = self.years[0], self.years[-1]
            raise UserError(
                f"{year.long}は計画期間（{first.wide}～{last.wide}）の外です。"
                "--year か計画マスタの期間を確かめてください。"
            )
        if year >= self.evaluated:
            return replace(self, evaluated=year)
        earlier, then = self.before, self.numbers(year)
        while earlier is not None and earlier.evaluated >= year:
            earlier = earlier.before
        practices = (replace(p, no=then[p.no], former=None) for p in self.practices if p.no in then)
        return replace(self, evaluated=year, practices=tuple(practices), before=earlier)

    def numbers(self, year: FiscalYear) -> dict[int, int]:
        """Number of a practice → the number its history of that earlier year is stored under.

        History follows the practice (旧小№); under a number that another one took over, or was
        new, there is none.
        """
        known = {practice.no: practice.no for practice in self.practices}
        plan: Plan | None = self
        while plan is not None and year < plan.evaluated:
            former = {p.no: p.former for p in plan.practices if p.former is not None}
            taken = set(former.values())
            known = {
                no: former.get(then, then)
                for no, then in known.items()
                if then in former or then not in taken
            }
            plan = plan.before
        return known

    @property
    def is_effectiveness_year(self) -> bool:
        """The council also scores the items in the evaluated year (domain §1)."""
        return self.evaluated in self.effectiveness_years

    def running(self, finished: Mapping[int, FiscalYear]) -> tuple[Practice, ...]:
        """The practices evaluated now: begun, and not ended in an earlier year (domain §8).

        ``finished`` maps numbers to the year in which an accepted sheet or an imported list ended
        them; it wins over the plan master.
        """
        return tuple(
            practice
            for practice in self.practices
            if self.began(practice) <= self.evaluated
            and (self.ended(practice, finished) or self.evaluated) >= self.evaluated
        )

    def ended(self, practice: Practice, finished: Mapping[int, FiscalYear]) -> FiscalYear | None:
        """The year in which it ended; None where it has not yet, or runs again (再開)."""
        again = (
            practice.reopened if (practice.reopened or self.evaluated) <= self.evaluated else None
        )
        known = (finished.get(practice.no), practice.finished)
        ends = [end for end in known if end and not (again and end < again)]
        return ends[0] if ends and ends[0] <= self.evaluated else None

    def renamed(self, later: Plan) -> Plan:
        """The plan with its criteria as a later plan names them (旧名称)."""
        names = {old: known.name for known in later.criteria for old in known.former_names}
        if not names:
            return self
        criteria = (replace(c, name=names.get(c.name, c.name)) for c in self.criteria)
        grades = tuple(
            replace(
                rule,
                least_scores={
                    names.get(name, name): low for name, low in rule.least_scores.items()
                },
            )
            for rule in self.grades
        )
        return replace(self, criteria=tuple(criteria), grades=grades)
