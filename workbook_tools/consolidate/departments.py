"""部署別: what every department's practices reached; for the secretariat also what came when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.figure_lists import title
from workbook_tools.consolidate.mentions import GRADE, TOTAL
from workbook_tools.consolidate.places import LEAD, Places
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    Value,
    boxed,
    draw_head,
    draw_row,
    finish,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, PracticeFigures, tenths
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.register.records import PracticeState

NAME = "部署別"
_EVALUATED, _MEAN = "評価した数", "合計の平均"
_COUNTS = ("期限内", "期限後", "未提出", "差戻し")


@dataclass(frozen=True, slots=True)
class Receipts:
    """For the secretariat: where every practice stands, when its first form came, and the deadline.

    ``first``: practice → day.
    """

    states: Sequence[PracticeState]
    first: Mapping[int, date]
    deadline: date | None


def add_departments(
    book: Book, figures: Figures, known: Places, receipts: Receipts | None = None
) -> None:
    """Add the sheet: one row a lead department, in the order of the plan."""
    sheet, columns = book.sheet(NAME), _columns(figures.plan, receipts is not None)
    printed = draw_head(sheet, title(figures, NAME), figures.at_end, columns)
    led = _by_lead(figures.practices)
    came = _came(receipts) if receipts else {}
    for row, (lead, practices) in enumerate(led.items(), start=TOP):
        counts: list[Value] = [*came.get(lead, (0,) * len(_COUNTS))] if receipts else []
        blank: list[Value | None] = [None] * (len(columns) - 1 - len(counts))
        draw_row(sheet, row, columns, [lead, *blank, *counts])
        _write_figures(sheet, row, figures.plan, practices, known)
    sheet.filter(Area(TOP - 1, 0, len(led) + 1, len(columns)))
    sheet.freeze(TOP, 1)
    finish(sheet, TOP + len(led), printed)


def _columns(plan: Plan, with_receipts: bool) -> tuple[PrintedColumn, ...]:
    return (
        PrintedColumn("担当部署", 300, "left"),
        PrintedColumn("実践項目数", 70),
        PrintedColumn(_EVALUATED, 70),
        *(PrintedColumn(rule.grade, 50, group=GRADE) for rule in plan.grades),
        PrintedColumn(_MEAN, 70, "tenths"),
        *(PrintedColumn(word, 60, group="提出") for word in _COUNTS if with_receipts),
    )


def _by_lead(practices: Iterable[PracticeFigures]) -> dict[str, list[PracticeFigures]]:
    found: dict[str, list[PracticeFigures]] = {}
    for known in practices:
        found.setdefault(known.practice.lead, []).append(known)
    return found


def _write_figures(
    sheet: Sheet, row: int, plan: Plan, practices: Sequence[PracticeFigures], known: Places
) -> None:
    """Counted by the name in the row, whatever order this table or 実践項目別 stands in."""
    table = known.practices
    own = f"{table.column(LEAD)},{cell_name(row, 0)}"
    evaluated = f"{own},{table.column('評価対象')},1"
    reached = [known.now for known in practices if known.evaluated and known.now]
    boxed(sheet, row, 1, f"=COUNTIF({own})", len(practices))
    boxed(sheet, row, 2, f"=COUNTIFS({evaluated})", len(reached))
    for col, rule in enumerate(plan.grades, start=3):
        formula = f"=COUNTIFS({evaluated},{table.column(GRADE)},{quoted(rule.grade)})"
        boxed(sheet, row, col, formula, sum(now.grade == rule.grade for now in reached))
    count, total = cell_name(row, 2), f"SUMIFS({table.column(TOTAL)},{evaluated})"
    mean = f'=IF({count}=0,"",{grading.mean_formula(total, count)})'
    value = tenths(grading.mean_tenths([now.total for now in reached])) if reached else ""
    boxed(sheet, row, 3 + len(plan.grades), mean, value, "tenths")


def _came(receipts: Receipts) -> Mapping[str, tuple[int, ...]]:
    """Department → how many came in time, later, not at all; and how often something went back."""
    found: dict[str, list[int]] = {}
    for state in receipts.states:
        counts = found.setdefault(state.practice.lead, [0] * len(_COUNTS))
        received = receipts.first.get(state.practice.no)
        if received is None:
            counts[2] += 1
        else:
            counts[int(receipts.deadline is not None and received > receipts.deadline)] += 1
        counts[3] += state.faulty_versions
    return {lead: tuple(counts) for lead, counts in found.items()}
