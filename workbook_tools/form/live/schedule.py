"""工程表 checked while it is typed: P201–P204, and what each ⇒ stands for."""

from __future__ import annotations

from workbook_tools import spellings
from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.form import layout
from workbook_tools.form.layout import Field
from workbook_tools.form.live import conditions
from workbook_tools.form.live.expr import (
    AND,
    FALSE,
    IF,
    NOT,
    OR,
    RIGHT,
    TRUE,
    Expr,
    joined,
    leaf,
)
from workbook_tools.form.live.helper_cells import TypedSheet, typed, unbracketed
from workbook_tools.form.live.room import too_long
from workbook_tools.form.spec import Stem


def check(sheet: TypedSheet) -> dict[FiscalYear, Expr]:
    """Both rows and the statuses. Gives the years whose plan in force says 取組終了."""
    filling, board = sheet.filling, sheet.board
    rows = [filling.form.yearly(entry.stem) for entry in filling.form.spec.schedule]
    in_force, ended, turned_before = leaf(""), FALSE, FALSE
    blank_before = TRUE
    meant: tuple[list[Expr], list[Expr]] = ([], [])
    said: dict[FiscalYear, Expr] = {}
    for original, revision in zip(*rows, strict=True):
        assert original.year
        plan, revised = sheet.bare[original.name], sheet.bare[revision.name]
        arrow, turned = _is_arrow(sheet, original), _is_arrow(sheet, revision)
        row, unrevised = revision.area.row, revised.eq("")
        # The plan in force: revised if filled, else original, ⇒ as the year before (domain §4).
        kept = IF(plan.eq(""), "", IF(arrow, in_force, typed(original) & ""))
        in_force = board.helper(
            row, IF(unrevised, kept, IF(turned, in_force, typed(revision) & ""))
        )
        own = IF(unrevised, _says_end(plan), _says_end(revised))
        ended = board.helper(row, IF(IF(unrevised, arrow, turned), ended, own))
        said[original.year] = ended
        words = leaf(f"{original.year.wide}：") & in_force & "　"
        meant[0].append(IF(AND(arrow, unrevised), words, ""))
        meant[1].append(IF(turned, words, ""))
        # Of a run of arrows only the first one is at fault.
        _fault(sheet, original, AND(arrow, blank_before))
        _fault(sheet, revision, AND(turned, in_force.eq(""), NOT(turned_before)))
        blank_before, turned_before = plan.eq(""), turned
    for fields, texts in zip(rows, meant, strict=True):
        board.put(Area(fields[0].area.row, layout.MEANING, 1, 2), joined(texts), "meaning")
        for field in fields:
            too_long(board, filling, field)
    before = FALSE
    for status, revision in zip(filling.form.yearly(Stem.STATUS), rows[1], strict=True):
        revised = sheet.filled(revision.name)
        if status.name in sheet.bare:
            _status(sheet, status, revised, before)
        before = OR(before, revised)
    return said


def _is_arrow(sheet: TypedSheet, field: Field) -> Expr:
    found = sheet.board.one_of(sheet.bare[field.name], spellings.AS_BEFORE)
    return sheet.board.helper(field.area.row, found)


def _says_end(bare: Expr) -> Expr:
    """取組終了 at the end, in brackets or not."""
    return RIGHT(unbracketed(bare), len(spellings.ENDED[0])).eq(spellings.ENDED[0])


def _fault(sheet: TypedSheet, field: Field, when: Expr) -> None:
    assert field.year
    if sheet.filling.is_open(field):
        words = leaf(field.year.wide) & sheet.board.constant("の⇒の左に工程がありません。")
        sheet.board.doubtful(field.area.row, when, words)


def _status(sheet: TypedSheet, status: Field, revised: Expr, before: Expr) -> None:
    assert status.year
    board, bare, row = sheet.board, sheet.bare[status.name], status.area.last_row
    year = status.year.wide
    on_plan = board.helper(row, board.one_of(bare, spellings.ON_PLAN))
    revises = board.helper(row, board.one_of(bare, spellings.REVISED))
    if status.year == sheet.filling.year:
        board.missing(row, bare.eq(""), f"{year}の工程の状況を選んでください。")
        unknown = AND(bare.ne(""), NOT(on_plan), NOT(revises))
        words = f"{year}の状況は「{layout.ON_PLAN}」か「{layout.REVISED}」です。"
        board.doubtful(row, unknown, words)
    lacking = conditions.revision_missing(revises, revised)
    board.missing(row, lacking, f"{year}は工程見直しですが、変更後の工程がありません。")
    surplus = conditions.revision_on_plan(on_plan, revised, before)
    board.doubtful(row, surplus, f"{year}は工程どおりですが、変更後の工程が入っています。")
