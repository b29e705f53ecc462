"""Sheet ① checked while it is typed: its blocks put together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from workbook_tools.form.layout import Field
from workbook_tools.form.live import activities, schedule, scores
from workbook_tools.form.live.expr import OR, joined
from workbook_tools.form.live.helper_cells import (
    Board,
    Filling,
    TypedText,
    typed,
    typed_sheet,
)
from workbook_tools.form.live.locked import locked
from workbook_tools.form.spec import Stem


def check(board: Board, filling: Filling) -> None:
    """Schedule, activities, scores and the end."""
    sheet = typed_sheet(board, filling, dict(_texts(filling)))
    form = filling.form
    dates = [sheet.filled(stem) for stem in (Stem.END_YEAR, Stem.END_MONTH)]
    ends = board.helper(form[Stem.END_YEAR].area.row, OR(*dates))
    said = activities.check(sheet, ends, schedule.check(sheet))
    scores.check_scores(sheet)
    scores.check_end(sheet, ends, said)


def _texts(filling: Filling) -> Iterator[tuple[str, TypedText]]:
    """What is looked at of sheet ①, by name; scores of years to come joined, by criterion."""
    form = filling.form
    series = [form.yearly(name) for name in form.criteria]
    due = [field for field in chain(form.yearly(Stem.STATUS), *series) if _is_due(filling, field)]
    short = [
        *chain.from_iterable(form.yearly(entry.stem) for entry in form.spec.schedule),
        *(field for field in due if filling.is_open(field)),
        *(*form.reasons, form[Stem.END_YEAR], form[Stem.END_MONTH]),
    ]
    for field in short:
        yield field.name, TypedText(field.area.row, typed(field))
    results = [field for field in form.activities(Stem.RESULT) if _is_due(filling, field)]
    plans = form.activities(Stem.PLAN)
    fixed = {*locked(filling, plans), *locked(filling, results)}
    for field in (*plans, *results):
        if field.name not in fixed:
            yield field.name, TypedText(field.area.row, typed(field), short=False)
    for name, fields in zip(form.criteria, series, strict=True):
        ahead = [typed(field) & "" for field in fields if not _is_due(filling, field)]
        if ahead:
            yield name, TypedText(fields[0].area.row, joined(ahead))


def _is_due(filling: Filling, field: Field) -> bool:
    return field.year is not None and field.year <= filling.year
