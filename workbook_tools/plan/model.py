"""The plan as values: what the plan master says, and nothing about files (domain §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError

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
class Member:
    """委員: number on the 評価シート, and name if the city writes one down."""

    no: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan master, checked: every number refers to something that exists.

    ``evaluated`` (評価年度) says which round the plan is that of: whoever has a plan has its year.
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

    def item(self, no: int) -> Item:
        """The 取組項目 of that number; KeyError where there is none."""
        return {item.no: item for item in self.items}[no]

    def practice(self, no: int) -> Practice:
        """The 実践項目 of that number; KeyError where there is none."""
        return {practice.no: practice for practice in self.practices}[no]

    def department(self, name: str) -> Department:
        """The department of that present name; KeyError where there is none."""
        return {department.name: department for department in self.departments}[name]

    def began(self, practice: Practice) -> FiscalYear:
        """The first year in which the practice is evaluated."""
        return practice.first_year or self.years[0]

    def of_year(self, year: FiscalYear) -> Plan:
        """The same plan with another year evaluated; UserError outside the plan's period."""
        if year not in self.years:
            first, last = self.years[0], self.years[-1]
            raise UserError(
                f"{year.long}は計画期間（{first.wide}～{last.wide}）の外です。"
                "--year か計画マスタの期間を確かめてください。"
            )
        return replace(self, evaluated=year)

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
            and not ((end := finished.get(practice.no, practice.finished)) and end < self.evaluated)
        )
