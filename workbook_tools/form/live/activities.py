"""取組内容 checked while it is typed: numbers ①…, what references mean, A401–A405, R301–R304."""

from __future__ import annotations

from collections.abc import Sequence

from workbook_tools import spellings
from workbook_tools.era import FiscalYear
from workbook_tools.form import layout
from workbook_tools.form.layout import Field, field_name
from workbook_tools.form.live import conditions
from workbook_tools.form.live.expr import (
    FIND,
    IF,
    ISNUMBER,
    MAX,
    MID,
    MOD,
    NOT,
    OR,
    ROWS,
    SUBSTITUTE,
    Expr,
    joined,
    leaf,
)
from workbook_tools.form.live.helper_cells import HelperColumn, TypedSheet, unbracketed
from workbook_tools.form.live.references import (
    Leads,
    Looks,
    ReferenceColumn,
    ReferenceRow,
    names_of_labels,
)
from workbook_tools.form.live.room import too_long
from workbook_tools.form.spec import Stem
from workbook_tools.text import CIRCLED


def check(sheet: TypedSheet, ends: Expr, said: dict[FiscalYear, Expr]) -> Expr:
    """Both columns; ``ends``: an end is dated. Gives whether rows or plan say 取組終了."""
    form, board, year = sheet.filling.form, sheet.board, sheet.filling.year
    plans = _column(sheet, form.activities(Stem.PLAN), layout.MEANING)
    numbers = _numbers(sheet, plans)
    labels = [
        _label(sheet, field, number)
        for field, number in zip(form.activities(Stem.LABEL), numbers.cells, strict=True)
    ]
    reported = [
        field for field in form.activities(Stem.RESULT) if field.year and field.year <= year
    ]
    results = _column(sheet, reported, layout.MEANING_2, plans)
    names = names_of_labels(board, sheet.filling, numbers)
    for column in (plans, results):
        column.resolve(names)
    now = [at for at, row in enumerate(results.rows) if row.field.year == year]
    for at in now:
        _result(sheet, plans, results, at, labels[at])
    row = form[field_name(Stem.PLAN, year, 1)].area.row
    bare = joined([_bare(column, at) for column in (plans, results) for at in now])
    ended = FIND(board.lines(f"{spellings.ENDED[0]}\n"), unbracketed(bare))
    in_rows = board.helper(row, ISNUMBER(ended))
    end_said = OR(in_rows, said[year])
    _plan_missing(sheet, plans, year)
    if year + 1 in form.years:
        anywhere = OR(end_said, said[year + 1])
        _plan_ahead_missing(sheet, plans, year + 1, ends, anywhere)
    for field in (*form.activities(Stem.PLAN), *reported):
        too_long(board, sheet.filling, field)
    return end_said


def _column(
    sheet: TypedSheet,
    fields: Sequence[Field],
    column: int,
    left: ReferenceColumn | None = None,
) -> ReferenceColumn:
    rows = [ReferenceRow(field, sheet.bare.get(field.name)) for field in fields]
    return ReferenceColumn(sheet.board, sheet.filling, rows, column, left)


def _bare(column: ReferenceColumn, at: int) -> Expr:
    """The folded text of a row; one of a locked cell is not looked at."""
    return column.rows[at].bare or leaf("")


def _numbers(sheet: TypedSheet, plans: ReferenceColumn) -> HelperColumn:
    """The label's number, 0 for none: the first row of a year always, others with a plan (§4).

    Rows before the year from which they count have none.
    """
    numbers = HelperColumn(sheet.board, [row.field.area.row for row in plans.rows])
    every = sheet.filling.form.spec.rows_a_year
    for row, look in zip(plans.rows, plans.looks.cells, strict=True):
        if row.field.year and row.field.year < sheet.filling.numbered_from:
            numbers.put(leaf(0))
            continue
        above = numbers.above()
        is_first = MOD(ROWS(above) - 1, every).eq(0)
        numbers.put(IF(OR(is_first, look > Looks.BLANK), MAX(above) + 1, 0))
    return numbers


def _label(sheet: TypedSheet, field: Field, number: Expr) -> Expr:
    """The printed number. Where there can be none the cell is blank, and has no formula either.

    By that the reader knows how the form counts, in formats too that lose what formulas say.
    """
    if field.year and field.year < sheet.filling.numbered_from:
        return sheet.board.blank(field.area)
    label = IF(number.eq(0), "", MID(sheet.board.constant(CIRCLED), number, 1))
    return sheet.board.put(field.area, label, "field")


def _result(
    sheet: TypedSheet, plans: ReferenceColumn, results: ReferenceColumn, at: int, label: Expr
) -> None:
    """A402, A403 and A404 of one row of the evaluated year."""
    board, row = sheet.board, results.rows[at].field.area.row
    planned, reported = (column.looks.cells[at] > Looks.BLANK for column in (plans, results))
    plan = SUBSTITUTE(unbracketed(_bare(plans, at)), board.line, "")
    only_ends = board.one_of(plan, spellings.ENDED)
    lacking = conditions.result_missing(planned, reported, only_ends)
    board.missing(row, lacking, label & "の取組結果が未入力です。")
    surplus = conditions.result_without_plan(reported, planned)
    board.doubtful(row, surplus, "取組結果に対する取組予定がありません。")
    bare = _bare(results, at)
    marked = OR(*(ISNUMBER(FIND(f"({mark})", bare)) for mark in spellings.MARKS))
    unmarked = conditions.mark_missing(reported, marked, results.leads.cells[at].ne(Leads.TEXT))
    board.doubtful(row, unmarked, label & "の取組結果は(新)か(継)で始めてください。")


def _planned(plans: ReferenceColumn, year: FiscalYear) -> Expr:
    """Some row of the year holds a plan."""
    rows = zip(plans.rows, plans.looks.cells, strict=True)
    looks = [look for row, look in rows if row.field.year == year]
    return MAX(*looks) > Looks.BLANK


def _plan_missing(sheet: TypedSheet, plans: ReferenceColumn, year: FiscalYear) -> None:
    row = sheet.filling.form[field_name(Stem.PLAN, year, 1)].area.row
    missing = NOT(_planned(plans, year))
    sheet.board.missing(row, missing, f"{year.wide}の取組予定がありません。")


def _plan_ahead_missing(
    sheet: TypedSheet, plans: ReferenceColumn, year: FiscalYear, ends: Expr, said: Expr
) -> None:
    row = sheet.filling.form[field_name(Stem.PLAN, year, 1)].area.row
    missing = conditions.plan_ahead_missing(_planned(plans, year), ends, said)
    sheet.board.doubtful(row, missing, f"{year.wide}の取組予定がありません。")
