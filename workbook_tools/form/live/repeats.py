"""Formulas that are alike from row to row: a file needs each of them once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbook_tools.cells import Area
from workbook_tools.excel.write.book import Repeat

# A text constant, the name of a sheet, or a cell whose row moves with the formula.
_PARTS = re.compile(r"\"[^\"]*\"|'[^']*'!|(\$?[A-Z]{1,3})(\d+)")


def repeats(formulas: Iterable[tuple[Area, str]]) -> dict[Area, Repeat]:
    """The cells of a sheet whose formula stands in a neighbouring row too, relative to the row."""
    columns: dict[int, list[tuple[Area, str]]] = {}
    for area, formula in formulas:
        columns.setdefault(area.col, []).append((area, _relative(formula, area.row)))
    found: dict[Area, Repeat] = {}
    number = 0
    for column in columns.values():
        for run in _runs(sorted(column)):
            if len(run) > 1:
                whole = Area(run[0].row, run[0].col, len(run))
                found[run[0]] = Repeat(number, f"{whole.a1}:{run[-1].a1}")
                found.update((area, Repeat(number)) for area in run[1:])
                number += 1
    return found


def _runs(column: Iterable[tuple[Area, str]]) -> list[list[Area]]:
    """Neighbouring cells of a column with the same formula."""
    runs: list[list[Area]] = []
    last = ""
    for area, formula in column:
        if runs and formula == last and area.row == runs[-1][-1].row + 1:
            runs[-1].append(area)
        else:
            runs.append([area])
        last = formula
    return runs


def _relative(formula: str, row: int) -> str:
    def shift(match: re.Match[str]) -> str:
        return f"{match[1]}[{int(match[2]) - row}]" if match[1] else match[0]

    return _PARTS.sub(shift, formula)
