"""Sheet ② checked while it is typed: what Ｒ２と同じ means, K601–K603, R302–R304."""

from __future__ import annotations

from collections.abc import Sequence

from workbook_tools import spellings
from workbook_tools.form import layout
from workbook_tools.form.layout import Field
from workbook_tools.form.live import conditions
from workbook_tools.form.live.expr import AND, IF, INDEX, LEN, NOT, ROWS, SUBSTITUTE, Expr
from workbook_tools.form.live.helper_cells import (
    Board,
    Filling,
    HelperColumn,
    TypedSheet,
    TypedText,
    typed,
    typed_sheet,
    unbracketed,
)
from workbook_tools.form.live.locked import locked
from workbook_tools.form.live.references import (
    Leads,
    Looks,
    ReferenceColumn,
    ReferenceRow,
    names_of_years,
)
from workbook_tools.form.live.room import too_long


def check(board: Board, filling: Filling) -> None:
    """Problems and solutions, and the wide fields below them."""
    form = filling.form
    columns = [form.yearly(entry.stem) for entry in form.spec.issues]
    fixed = {name for fields in columns for name in locked(filling, fields)}
    texts = {
        field.name: TypedText(field.area.row, typed(field), short=field.year is None)
        for field in (*(field for fields in columns for field in fields), *form.remarks)
        if field.name not in fixed
    }
    sheet = typed_sheet(board, filling, texts)
    _issues(sheet, columns)
    for field in form.remarks:
        assert field.entry
        if field.entry.asked:
            words = f"{field.title}が空欄です。"
            board.doubtful(field.area.row, NOT(sheet.filled(field.name)), words)
    for text in texts:
        too_long(board, filling, form[text])


def _issues(sheet: TypedSheet, columns: Sequence[Sequence[Field]]) -> None:
    board, year = sheet.board, sheet.filling.year
    names = names_of_years(board, sheet.filling, [field.area.row for field in columns[0]])
    made: list[ReferenceColumn] = []
    for fields, area in zip(columns, (layout.MEANING, layout.MEANING_2), strict=True):
        rows = [ReferenceRow(field, sheet.bare.get(field.name)) for field in fields]
        left = made[-1] if made else None
        made.append(ReferenceColumn(board, sheet.filling, rows, area, left))
        made[-1].resolve(names)
    issues, solutions = made
    at = sheet.filling.form.years.index(year)
    nothing = _says_nothing(sheet, issues)[at]
    row = columns[0][at].area.row
    issue, solution = (column.looks.cells[at] > Looks.BLANK for column in (issues, solutions))
    board.missing(row, NOT(issue), f"{year.wide}の{columns[0][at].stem}が未入力です。")
    lacking = conditions.solution_missing(issue, solution, nothing)
    board.missing(row, lacking, f"{year.wide}の{columns[1][at].stem}が未入力です。")


def _says_nothing(sheet: TypedSheet, issues: ReferenceColumn) -> list[Expr]:
    """Which problems come to 特になし, also through a reference (domain §5)."""
    board = sheet.board
    rows = [row.field.area.row for row in issues.rows]
    own, found = HelperColumn(board, rows), HelperColumn(board, rows)
    for row in issues.rows:
        if row.bare:
            bare = SUBSTITUTE(unbracketed(row.bare), board.line, "")
            own.put(board.one_of(bare, spellings.NOTHING))
        else:
            own.give("nothing", row.field)
    for at, row in enumerate(issues.rows):
        cut = issues.cut_up[at]
        if row.bare is None or cut is None:
            found.put(own.cells[at])
            continue
        spot = cut.spots[0]
        # The reference and nothing beside it: no mark, no note, no other line or target.
        alone = AND(LEN(row.bare).eq(LEN(cut.front) + 3), cut.names.eq(cut.front))
        above = found.above()
        there = IF(spot < ROWS(above), INDEX(above, spot + 1), INDEX(own.every(), spot))
        refers = AND(issues.leads.cells[at].eq(Leads.GOOD), alone)
        found.put(IF(refers, there, own.cells[at]))
    return found.cells
