"""The form's own figures and live checks (contract, "The progress workbook").

Every formula means the same in Excel 2016 and in LibreOffice (no ``_xlfn.``). What a check says
while the form is filled in is what the rules say when it comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import CodeType
from typing import Any, NamedTuple

from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.book import UNSEEN, FormulaCell
from workbook_tools.form import layout
from workbook_tools.form.layout import Field
from workbook_tools.form.live import first_sheet, second_sheet
from workbook_tools.form.live.expr import IF, IFERROR, cell, compiled, compute, leaf
from workbook_tools.form.live.helper_cells import Board, Filling, PlannedCell
from workbook_tools.form.live.locked import given
from workbook_tools.form.live.repeats import repeats
from workbook_tools.form.references import Resolved, numbered_from, resolve
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan

Values = Mapping[str, str | int]

_DOUBTFUL = "要確認 "
NOTHING_WRONG = f"{_DOUBTFUL}0件"  # in the count, where something is missing and nothing is wrong
_UNSURE = "入力を確かめられません（文字が多すぎます）"


# How the cells beside the form look, by what they are for.
LOOKS = {
    "field": ("box", "center"),
    "check": ("wrap", "middle", "alert"),
    "meaning": ("wrap", "quiet"),
    "hidden": UNSEEN,
    "count": ("section", "alert"),
}


class Live(NamedTuple):
    """The cells beside one sheet and its own figures, and the present value of each."""

    cells: Sequence[FormulaCell]
    values: Sequence[str | int]


def live_cells(
    plan: Plan,
    values: Values,
    is_open: Callable[[Field], bool],
    roomy: Collection[str] = (),
) -> tuple[Live, Live]:
    """All cells beside both sheets for a form that now holds ``values``, and its own figures.

    ``is_open`` tells the fields a person may type in: only those are checked. ``roomy`` are those
    that were sent out with more text than they usually hold: their cells have grown with it.
    """
    form = layout.form_of(plan)
    opened = frozenset(field.name for field in form.fields if is_open(field))
    planned = _planned(plan, opened, numbered_from(form, values))
    return planned.fill(values, roomy)


@dataclass(frozen=True)
class _Planned:
    """The cells of both sheets, for one set of open fields.

    ``code`` computes ②, then ①, then what ② shows of ①.
    """

    filling: Filling
    planned: tuple[list[PlannedCell], list[PlannedCell]]
    cells: tuple[list[FormulaCell], list[FormulaCell]]
    names: tuple[list[str], list[str]]
    code: tuple[CodeType, CodeType]

    def fill(self, values: Values, roomy: Collection[str]) -> tuple[Live, Live]:
        """All cells with their values in a form that holds ``values``."""
        form = self.filling.form
        held: list[dict[str, Any]] = [{}, {}]
        for field in form.fields:
            held[field.sheet][field.area.a1] = values.get(field.name, "")
        resolved = resolve(form, {name: str(value) for name, value in values.items()})
        for sheet, planned in enumerate(self.planned):
            held[sheet] |= _not_computed(planned, resolved)
        grade = partial(grading.grade, self.filling.plan.grades)
        for sheet in (1, 0):
            compute(self.code[sheet], held[sheet], grade=grade, roomy=roomy)
            prefix = _other(sheet)
            held[1 - sheet] |= {f"{prefix}{name}": value for name, value in held[sheet].items()}
        held[1][layout.COUNT.a1] = held[0][layout.COUNT.a1]
        return self._live(0, held[0], roomy), self._live(1, held[1], roomy)

    def _live(self, sheet: int, held: Mapping[str, Any], roomy: Collection[str]) -> Live:
        planned, cells = self.planned[sheet], self.cells[sheet]
        if roomy:
            cells = [_grown(*both, roomy) for both in zip(planned, cells, strict=True)]
        return Live(cells, [held[name] for name in self.names[sheet]])


def _not_computed(
    cells: Iterable[PlannedCell], resolved: Mapping[str, Resolved]
) -> Iterator[tuple[str, str | int]]:
    """The cells that no formula computes, by name."""
    for planned in cells:
        if planned.constant is not None:
            yield planned.area.a1, planned.constant
        elif planned.given:
            what, name = planned.given
            yield planned.area.a1, given(what, resolved[name])


def _grown(planned: PlannedCell, cell: FormulaCell, roomy: Collection[str]) -> FormulaCell:
    """What asks for room has it; where one has grown, those below it have nothing to repeat."""
    if not planned.room:
        return cell
    return replace(cell, formula="=FALSE" if planned.room in roomy else cell.formula, repeat=None)


def _other(sheet: int) -> str:
    """A sheet's cells as formulas of the other sheet call them."""
    return f"'{layout.SHEETS[sheet]}'!"


_PLANS: dict[tuple[object, ...], _Planned] = {}


def _planned(plan: Plan, is_open: frozenset[str], first: FiscalYear) -> _Planned:
    """The cells planned once for all forms of a round that stand open alike."""
    form = layout.form_of(plan)
    scores = tuple(
        (criterion.name, criterion.minimum, criterion.maximum) for criterion in plan.criteria
    )
    # A form is known by identity; it is kept, so that no other one comes to stand at its address.
    key = id(form), plan.evaluated, scores, repr(plan.grades), is_open, first
    if key not in _PLANS:
        if len(_PLANS) >= 64:
            _PLANS.clear()
        _PLANS[key] = _plan(plan, is_open, first)
    return _PLANS[key]


def _plan(plan: Plan, is_open: frozenset[str], first: FiscalYear) -> _Planned:
    filling = Filling(layout.form_of(plan), plan, is_open, first)
    boards = Board(), Board()
    for board, sheet in zip(boards, (first_sheet, second_sheet), strict=True):
        sheet.check(board, filling)
    there, here = boards[1].finish(), boards[0].finish()
    missing, doubtful = (
        own + cell(f"{_other(1)}{other.excel}") for own, other in zip(here, there, strict=True)
    )
    told = leaf("未入力 ") & missing & "件・" & _DOUBTFUL & doubtful & "件"
    count = IFERROR(IF((missing + doubtful).eq(0), layout.COMPLETE, told), _UNSURE)
    boards[0].put(layout.COUNT, count, "count")
    code = tuple(
        compiled({planned.area.a1: planned.made for planned in board.cells if planned.made})
        for board in boards
    )
    boards[1].put(layout.COUNT, cell(f"{_other(0)}{layout.COUNT.a1}"), "count")
    planned = boards[0].cells, boards[1].cells
    upper, lower = ([each.area.a1 for each in cells] for cells in planned)
    cells = _cells(planned[0]), _cells(planned[1])
    return _Planned(filling, planned, cells, (upper, lower), (code[0], code[1]))


def _cells(planned: Sequence[PlannedCell]) -> list[FormulaCell]:
    alike = repeats((each.area, each.made.excel) for each in planned if each.made)
    return [
        FormulaCell(
            each.area,
            f"={each.made.excel}" if each.made else "",
            LOOKS[each.look],
            alike.get(each.area),
        )
        for each in planned
    ]
