"""The rules of 取組内容 (A) and of the date of its end (C). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbook_tools import spellings, text
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding
from workbook_tools.form.layout import field_name
from workbook_tools.form.live import conditions
from workbook_tools.form.live.conditions import holds
from workbook_tools.form.references import effective_schedule
from workbook_tools.form.spec import Stem
from workbook_tools.rules.case import Case, short

_END_ONLY = spellings.folded(spellings.ENDED)
_LAST = spellings.ENDED[0][-1]  # without this sign nothing says 取組終了
_MARKED = tuple(f"({mark})" for mark in spellings.MARKS)


def _is_end(plan: str) -> bool:
    """A row that reads just （取組終了） (domain §4)."""
    return spellings.unbracketed(plan) in _END_ONLY


def _says_end(case: Case, schedule_year: FiscalYear) -> str:
    """Where the schedule of that year or this year's activities say 取組終了; empty if nowhere."""
    for row in case.desk.rows:
        for name in row:
            if _LAST in case.value(name) and spellings.says_ended(case.value(name)):
                return case.form[name].title
    names = [
        field_name(stem, year)
        for stem in (Stem.ORIGINAL, Stem.REVISION)
        for year in case.form.years
    ]
    texts = {name: case.value(name) for name in names}
    if not any(_LAST in words for words in texts.values()):
        return ""
    effective = text.squeeze(effective_schedule(case.form, texts).get(schedule_year, ""))
    return f"{schedule_year.wide}年度の工程" if spellings.says_ended(effective) else ""


def _has_plan(case: Case, rows: Sequence[tuple[str, str]]) -> bool:
    return any(case.value(plan) for plan, _ in rows)


def a401_plan_missing(case: Case) -> Iterator[Finding]:
    if not _has_plan(case, case.desk.rows):
        yield case.find("A401", case.desk.rows[0][0], year=case.year.wide)


def a402_result_missing(case: Case) -> Iterator[Finding]:
    for plan, result in case.desk.rows:
        planned, reported = bool(case.value(plan)), bool(case.value(result))
        missing = holds(conditions.result_missing, planned, reported, _is_end(case.value(plan)))
        if missing and not case.problem(plan):
            yield case.find("A402", result, plan=short(case.text(plan)))


def a403_mark_missing(case: Case) -> Iterator[Finding]:
    """A reference takes the mark of its target over (domain §6)."""
    for _, name in case.desk.rows:
        words = case.value(name)
        if words[:3] in spellings.MARKED:
            continue
        result = case.submission.resolved.get(name)
        refers = result is not None and bool(result.problem or result.chain)
        marked = any(mark in spellings.fold(words) for mark in _MARKED)
        if holds(conditions.mark_missing, bool(words), marked, refers):
            yield case.find("A403", name)


def a404_result_without_plan(case: Case) -> Iterator[Finding]:
    if _has_plan(case, case.desk.rows):
        for plan, result in case.desk.rows:
            reported, planned = bool(case.value(result)), bool(case.value(plan))
            if holds(conditions.result_without_plan, reported, planned):
                yield case.find("A404", result)


def a405_no_plan_ahead(case: Case) -> Iterator[Finding]:
    rows, end = case.desk.next_rows, case.practice.finished
    if not rows:
        return
    ends = _ending(case) or (end is not None and end <= case.year)
    planned = _has_plan(case, rows)
    said = planned or any(_says_end(case, year) for year in (case.year, case.year + 1))
    if holds(conditions.plan_ahead_missing, planned, ends, bool(said)):
        yield case.find("A405", rows[0][0], year=(case.year + 1).wide)


# -- the end of the practice ---------------------------------------------------------------------

_YEAR, _MONTH = Stem.END_YEAR, Stem.END_MONTH


def _ending(case: Case) -> bool:
    """Something is written where the item's end belongs."""
    return bool(case.value(_YEAR) or case.value(_MONTH))


def _end_parts(case: Case) -> dict[str, int]:
    """Year and month of the end, as far as they can be read."""
    numbers = {name: case.value(name) for name in (_YEAR, _MONTH)}
    limits = {_YEAR: 99, _MONTH: 12}
    return {
        name: int(number)
        for name, number in numbers.items()
        if number.isdecimal() and len(number) <= 4 and 1 <= int(number) <= limits[name]
    }


def c501_end_unreadable(case: Case) -> Iterator[Finding]:
    """A blank part is reported only beside a readable one: else a date may stand in one cell."""
    parts = _end_parts(case)
    if not _ending(case) or len(parts) == 2:
        return
    for name in (_YEAR, _MONTH):
        if name not in parts and (case.value(name) or parts):
            yield case.find("C501", name)


def c502_end_outside_year(case: Case) -> Iterator[Finding]:
    parts = _end_parts(case)
    if len(parts) == 2 and not case.year.contains(parts[_YEAR], parts[_MONTH]):
        first = case.year.number
        yield case.find(
            "C502", _YEAR, year=parts[_YEAR], month=parts[_MONTH], first=first, last=first + 1
        )


def c503_end_without_date(case: Case) -> Iterator[Finding]:
    where = _says_end(case, case.year)
    if holds(conditions.end_without_date, bool(where), _ending(case)):
        yield case.find("C503", _YEAR, where=where)
