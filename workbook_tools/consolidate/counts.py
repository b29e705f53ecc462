"""What all practices together reached, as formulas over the tables of figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from workbook_tools.consolidate.mentions import GRADE
from workbook_tools.consolidate.places import TablePlace
from workbook_tools.excel.write.formula import quoted
from workbook_tools.plan.grading import mean_formula

_COUNTS = "評価対象"  # hidden column of 実践項目別: 1 in what was evaluated in this very year


def evaluated(practices: TablePlace) -> str:
    """How many practices were evaluated in this very year."""
    return f"SUM({practices.column(_COUNTS)})"


def reached(practices: TablePlace, grade: str) -> str:
    """How many of them reached a grade."""
    return f"SUMPRODUCT(({practices.column(GRADE)}={quoted(grade)})*{practices.column(_COUNTS)})"


def share(practices: TablePlace, grades: Sequence[str]) -> str:
    """Which part of them reached one of the grades, in percent, half up to 0.1."""
    part = "+".join(reached(practices, grade) for grade in grades)
    total = evaluated(practices)
    return f"IF({total}=0,0,INT((2000*({part})+{total})/(2*{total}))/10)"


def overall_mean(items: TablePlace, criterion: str) -> str:
    """The average of a criterion over all practices: a whole formula."""
    counted = f"SUM({items.column('計算数')})"
    total = f"SUM({items.column(f'計_{criterion}')})"
    return f'=IF({counted}=0,"",{mean_formula(total, counted)})'
