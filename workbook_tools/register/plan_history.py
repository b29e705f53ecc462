"""Does the plan master fit the history stored under its numbers (contract, "A changed practice")?

A number that means another practice than the year before would hand one practice's history to
another. So titles are held against those of the earlier rounds; what was renumbered or renamed says
so in 旧小№, and what was removed must have ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbook_tools.era import FiscalYear
from workbook_tools.excel.read import book as reading
from workbook_tools.findings import Finding, Place, PlanError, found
from workbook_tools.plan import master_tables
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.register import past_titles
from workbook_tools.register.database import Register
from workbook_tools.register.records import Status
from workbook_tools.register.results import finished
from workbook_tools.text import is_none_mark, key
from workbook_tools.workspace import Workspace, read

_SHEET, _NUMBER, _TITLE = "実践項目", "小№", "実践項目"
_FORMER, _END, _AGAIN = "旧小№", "取組終了", "再開"


def check(register: Register, plan: Plan, workspace: Workspace) -> None:
    """Raises PlanError with everything in which the plan master does not fit its history."""
    doubts = list(_doubts(_Past(register, plan)))
    if doubts:
        cells = _Cells(workspace)
        raise PlanError([doubt.told(cells) for doubt in doubts])


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A finding before its cell is looked up: row and heading of the master."""

    code: str
    number: int | None
    heading: str
    facts: Mapping[str, object]

    def told(self, cells: _Cells) -> Finding:
        return found(self.code, cells.place(self.number, self.heading), **self.facts)


class _Cells:
    """Where the practices stand in the plan master."""

    def __init__(self, workspace: Workspace) -> None:
        file = workspace.plan_master
        tables = reading.tables(read(file))
        self._table = master_tables.read(tables, file.name)[_SHEET]

    def place(self, number: int | None, heading: str) -> Place:
        """A practice's cell under a heading, or its number's; without number that heading's own."""
        for row in self._table.rows:
            if number is not None and master_tables.ordinal(row[_NUMBER].text) == number:
                return row.get(heading, row[_NUMBER]).place
        return self._table.top


class _Past:
    """What is stored of the years before, by the numbers of the round before this one."""

    def __init__(self, register: Register, plan: Plan) -> None:
        self.plan = plan
        self.year = plan.before.evaluated if plan.before else plan.evaluated - 1
        self.years = _years_with_history(register, plan)
        self.titles = _titles_of(plan.before) if plan.before else {}
        for year, titles in _titles_without_plan(register, plan).items():
            for then, title in titles.items():
                self.titles.setdefault(_number_before(plan, then, year), title)
        self.origins = plan.numbers(self.year)
        self.ends = finished(register, plan)
        self.ends_before = finished(register, plan.before) if plan.before else {}
        self.ends_listed = {} if plan.before else register.finished()

    def title(self, number: int) -> str | None:
        """The title of a number, where anything is stored under it."""
        return self.titles.get(number) if number in self.years else None


def _doubts(past: _Past) -> Iterator[_Doubt]:
    for practice in past.plan.practices:
        yield from _of_title(past, practice)
        yield from _of_end(past, practice)
    yield from _removed(past)


def _of_title(past: _Past, practice: Practice) -> Iterator[_Doubt]:
    """Under its number stands another practice's history, or its own under another number."""
    no, then = practice.no, past.origins.get(practice.no)
    if practice.former is not None and past.titles and practice.former not in past.titles:
        yield _Doubt("M203", no, _FORMER, {"number": no, "value": practice.former})
        return
    was = past.title(then) if then is not None else None
    if was is not None and _fits(past.plan, practice, was):
        return
    other = next(
        (
            number
            for number in past.years
            if number != then and key(past.titles.get(number, "")) == key(practice.title)
        ),
        None,
    )
    facts = {"number": no, "title": practice.title, "year": past.year.wide, "was": was}
    if was is not None and practice.former is None:
        asked = f"前の年度の小№{other}のことですか。" if other is not None else ""
        yield _Doubt("M201", no, _TITLE, {**facts, "then": then, "suggestion": asked})
    elif other is not None:
        asked = "番号が変わっていなければ、旧小№ を空欄にしてください。" if other == no else ""
        heading = _TITLE if practice.former is None else _FORMER
        facts |= {"other": other, "was": past.titles[other], "suggestion": asked}
        yield _Doubt("M202", no, heading, facts)


def _fits(plan: Plan, practice: Practice, title: str) -> bool:
    """Compared as titles are everywhere; some lists and sheets print 取組項目's name or a dash."""
    names = (practice.title, practice.printed_title, plan.item(practice.item_no).name)
    return key(title) in map(key, names)


def _of_end(past: _Past, practice: Practice) -> Iterator[_Doubt]:
    """取組終了 was cleared or changed after the end, or 再開 follows no end."""
    no, again = practice.no, practice.reopened
    earlier = {p.no: p for p in past.plan.before.practices} if past.plan.before else {}
    before = earlier.get(past.origins.get(no, 0))
    end = past.ends.get(no) or (before.finished if before else None)
    ends = (end, practice.finished)
    said_before = before is not None and before.reopened == again
    if again and not said_before and not any(known and known < again for known in ends):
        yield _Doubt("M206", no, _AGAIN, {"number": no, "value": again})
    if before is None or end is None or end >= past.plan.evaluated or (again and end < again):
        return
    if practice.finished != before.finished and practice.finished != end:
        shown = f"『{practice.finished}』" if practice.finished else "空欄"
        yield _Doubt("M205", no, _END, {"number": no, "year": end, "what": _END, "shown": shown})


def _removed(past: _Past) -> Iterator[_Doubt]:
    """A practice of the round before that had not ended and is nobody's history now."""
    kept = set(past.origins.values())
    before = past.plan.before
    practices = {practice.no: practice for practice in before.practices} if before else {}
    for number, years in past.years.items():
        if number in kept or (before and number not in practices):
            continue
        if number in past.ends_listed or (
            before and before.ended(practices[number], past.ends_before)
        ):
            continue
        title = past.titles.get(number, "")
        told = "、".join(year.wide for year in sorted(years))
        yield _Doubt("M204", None, _NUMBER, {"number": number, "title": title, "years": told})


# -- what is stored, by number --------------------------------------------------------------------


def _years_with_history(register: Register, plan: Plan) -> dict[int, set[FiscalYear]]:
    """Number → earlier years of which an accepted form or a list tells anything."""
    query = """SELECT DISTINCT year, practice_no FROM submission
        WHERE status = ? AND practice_no IS NOT NULL AND year < ?
        UNION SELECT year, practice_no FROM past_result WHERE year < ?"""
    last = plan.evaluated.key
    known: dict[int, set[FiscalYear]] = {}
    for western, then in register.rows(query, Status.ACCEPTED, last, last):
        year = FiscalYear.of_key(western)
        known.setdefault(_number_before(plan, then, year), set()).add(year)
    return known


def _number_before(plan: Plan, then: int, earlier: FiscalYear) -> int:
    """A number of an earlier year as the round before this one had it."""
    if plan.before is None or earlier >= plan.before.evaluated:
        return then
    later = {old: new for new, old in plan.before.numbers(earlier).items()}
    return later.get(then, then)


def _titles_of(plan: Plan) -> dict[int, str]:
    """Number → title, of that plan and of what earlier plans had under numbers it has no more."""
    titles: dict[int, str] = {}
    if plan.before:
        kept = set(plan.numbers(plan.before.evaluated).values())
        older = _titles_of(plan.before)
        titles = {no: title for no, title in older.items() if no not in kept}
    return titles | {practice.no: practice.title for practice in plan.practices}


def _titles_without_plan(register: Register, plan: Plan) -> dict[FiscalYear, dict[int, str]]:
    """Titles of the rounds of which no plan was noted: as lists print them, and accepted forms."""
    planned = set()
    earlier = plan.before
    while earlier:
        planned.add(earlier.evaluated)
        earlier = earlier.before
    years = past_titles.noted(register)
    query = """SELECT submission.year, practice_no, value FROM answer
        JOIN submission ON submission.id = submission_id
        WHERE status = ? AND field = ? AND practice_no IS NOT NULL ORDER BY submission.id"""
    if not planned:  # every round notes its plan; this is for registers that lost it
        for western, no, title in register.rows(query, Status.ACCEPTED, _TITLE):
            years.setdefault(FiscalYear.of_key(western), {})[no] = title
    wanted = sorted((y for y in years if y < plan.evaluated and y not in planned), reverse=True)
    return {
        year: {no: title for no, title in years[year].items() if not is_none_mark(title)}
        for year in wanted
    }
