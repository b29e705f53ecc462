"""自己評価 and 取組終了 checked while they are typed: S101–S108, C501–C503; 合計 and 総合評価."""

from __future__ import annotations

from collections.abc import Mapping

from workbook_tools import spellings
from workbook_tools.cells import Area
from workbook_tools.era import ERA_OFFSET
from workbook_tools.form.layout import OVERALL, Field, field_name
from workbook_tools.form.live import conditions
from workbook_tools.form.live.expr import (
    AND,
    COUNT,
    IF,
    IFERROR,
    ISNUMBER,
    LEN,
    MIN,
    NOT,
    REPT,
    SUBSTITUTE,
    SUM,
    TEXT,
    VALUE,
    Expr,
    between,
    leaf,
)
from workbook_tools.form.live.helper_cells import TypedSheet, typed
from workbook_tools.form.live.room import too_long
from workbook_tools.form.spec import Stem
from workbook_tools.plan import grading
from workbook_tools.plan.model import Criterion

_WRONG = -1  # a score that is none


def check_scores(sheet: TypedSheet) -> None:
    """Every criterion's scores, totals and grades by the plan master's thresholds, reasons."""
    filling, form, board = sheet.filling, sheet.filling.form, sheet.board
    series = {criterion.name: form.yearly(criterion.name) for criterion in filling.plan.criteria}
    rows = [fields[0].area.row for fields in series.values()]
    col = board.reserve(rows, len(form.years))
    scores = {
        criterion.name: [_score(sheet, criterion, field, col) for field in series[criterion.name]]
        for criterion in filling.plan.criteria
    }
    for at, year in enumerate(form.years):
        total, grade = (form[field_name(stem, year)] for stem in (Stem.TOTAL, OVERALL))
        _grade(sheet, total, grade, {name: row[at] for name, row in scores.items()})
    for name, fields in series.items():
        if name in sheet.bare:
            words = f"{name}に、まだ評価しない年度の評点があります。"
            board.doubtful(fields[0].area.row, sheet.filled(name), words)
    for field in form.reasons:
        words = f"{field.title}が未入力です。"
        board.missing(field.area.row, NOT(sheet.filled(field.name)), words)
        too_long(board, filling, field)


def _score(sheet: TypedSheet, criterion: Criterion, field: Field, col: int) -> Expr:
    """A score as a number: empty where blank, −1 where it is none."""
    assert field.year
    if field.name not in sheet.bare:
        return typed(field)
    board, name, row = sheet.board, criterion.name, field.area.row
    bare, allowed = sheet.bare[field.name], f"{criterion.minimum}～{criterion.maximum}"
    number = _whole_number(sheet, row, bare, spellings.SCORE_SHEDS)
    legal = AND(number > criterion.minimum - 1, number < criterion.maximum + 1)
    made = IF(bare.eq(""), "", IFERROR(IF(legal, number, _WRONG), _WRONG))
    at = col + sheet.filling.form.years.index(field.year)
    score = board.put(Area(row, at), made)
    if field.year == sheet.filling.year:
        board.missing(row, score.eq(""), f"{name}が未入力です（{allowed}）。")
    board.doubtful(row, score.eq(_WRONG), f"{name}は{allowed}の整数です。")
    return score


def _whole_number(
    sheet: TypedSheet, row: int, bare: Expr, sheds: tuple[tuple[str, str], ...]
) -> Expr:
    """The number that is left when all that may stand beside its digits is gone; else an error."""
    framed = leaf("|") & bare & "|"
    for old, new in sheds:
        framed = SUBSTITUTE(framed, old, new)
    digits = sheet.board.helper(row, SUBSTITUTE(framed, "|", ""))
    # VALUE takes dates, percentages and exponents for numbers, too.
    plain = TEXT(VALUE(digits), REPT("0", LEN(digits)))
    return VALUE(IF(plain.eq(digits), digits, "x"))


def _grade(sheet: TypedSheet, total: Field, grade: Field, scores: Mapping[str, Expr]) -> None:
    """合計 and 総合評価 of one year; a dash in years to come."""
    assert total.year
    column = [*scores.values()]
    given = between(column[0].excel, column[-1].excel, column)
    whole = AND(COUNT(given).eq(len(column)), MIN(given) > _WRONG)
    nothing = "-" if total.year > sheet.filling.year else ""
    summed = sheet.board.put(total.area, IF(whole, SUM(given), nothing), "field")
    rules = sheet.filling.plan.grades
    named = {name: score.excel for name, score in scores.items()}
    given_by_name = ",".join(f"{name!r}:{score.python}" for name, score in scores.items())
    by_rule = Expr(grading.grade_formula(rules, summed.excel, named), f"grade({{{given_by_name}}})")
    sheet.board.put(grade.area, IF(ISNUMBER(summed), by_rule, nothing), "field")


def check_end(sheet: TypedSheet, ends: Expr, said: Expr) -> None:
    """C501 and C502: a year and a month of the evaluated year; C503: said, but not dated."""
    year, month = (sheet.filling.form[stem] for stem in (Stem.END_YEAR, Stem.END_MONTH))
    row, now = year.area.row, sheet.filling.year
    numbers = []
    for field in (year, month):
        bare = sheet.bare[field.name]
        number = IFERROR(_whole_number(sheet, row, bare, spellings.END_SHEDS), 0)
        numbers.append(sheet.board.helper(row, number))
    western = numbers[0] > ERA_OFFSET
    reiwa = numbers[0] - IF(western, ERA_OFFSET, 0)
    when = reiwa * 100 + numbers[1]
    first, last = now.number * 100 + 4, (now.number + 1) * 100 + 3
    real = AND(numbers[1] > 0, numbers[1] < 13, when > first - 1, when < last + 1)
    words = (
        f"取組終了は{now.wide}年度の年と月（令和{now.number}年4月～"
        f"{now.number + 1}年3月）を入れてください。"
    )
    sheet.board.doubtful(row, AND(ends, NOT(real)), words)
    undated = conditions.end_without_date(said, ends)
    sheet.board.doubtful(row, undated, "取組終了とありますが、取組終了の年と月が空欄です。")
