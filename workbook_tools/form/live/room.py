"""T701 while typing: does a text fit its printed cell, counted in lines as the rule counts them."""

from __future__ import annotations

from workbook_tools.form import layout
from workbook_tools.form.layout import Field
from workbook_tools.form.live.expr import (
    IFERROR,
    INT,
    LEN,
    LENB,
    MID,
    RIGHT,
    SUBSTITUTE,
    TRIM,
    TRUE,
    Expr,
    leaf,
)
from workbook_tools.form.live.helper_cells import Board, Filling, typed

_LONGEST = 1999  # characters; no text that fits any cell is longer


def too_long(board: Board, filling: Filling, field: Field) -> None:
    """Say so where more lines are typed than the printed cell shows."""
    if layout.is_asked(field, filling.year) and filling.is_open(field):
        assert field.entry
        words = board.constant(f"{field.entry.name}が長く、印刷で切れるおそれがあります。")
        if field.year and field.entry in filling.form.spec.schedule:
            # Only a row of the schedule has several such cells.
            words = leaf(f"{field.year.wide}年度の") & words
        when = exceeds(board, field, layout.open_lines(field, filling.year))
        board.doubtful(field.area.row, when, words, room=field.name)


def exceeds(board: Board, field: Field, room: int) -> Expr:
    """More printed lines than that (:func:`layout.printed_lines`); never in a roomy cell."""
    text, line, blanks = typed(field), board.line, board.constant(" " * _LONGEST)
    count = LEN(text) - LEN(SUBSTITUTE(text, line, "")) + 1 - RIGHT(text, 1).eq(line)
    for number in range(room):
        apart = MID(SUBSTITUTE(text, line, blanks), number * _LONGEST + 1, _LONGEST)
        count = count + INT(LENB(TRIM(apart)) / leaf(layout.line_columns(field)))
    # A text of more lines than can be cut up is longer than any cell.
    longer = IFERROR(count > room, TRUE)
    return Expr(longer.excel, f"({field.name!r} not in roomy and {longer.python})")
