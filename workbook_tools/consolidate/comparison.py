"""前年度比較 of the 取組状況一覧: what rose, fell, ended, began, per item and per practice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.figure_lists import hidden, title
from workbook_tools.consolidate.places import ITEMS, PRACTICES, Places, TablePlace
from workbook_tools.excel.write.book import GOOD, POOR, QUIET, Book, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    Value,
    boxed,
    draw_head,
    draw_row,
    finish,
    fitted,
    write_notes,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import (
    ENDED,
    Figures,
    ItemFigures,
    Means,
    PracticeFigures,
    Standing,
    tenths,
)
from workbook_tools.figures.headline import differences
from workbook_tools.plan.grading import same_grades, same_scale, same_totals

COMPARISON = "前年度比較"
ROSE, FELL = "上昇", "下降"
TOTAL, GRADE = "合計", "総合評価"
GONE = "削除"  # 異動 of what the plan no longer has
FIXED = 3  # 区分, №, 名称
_WHERE = "位置"  # hidden: which row of its table has the number of this one
_KINDS = (ITEMS.removesuffix("別"), PRACTICES.removesuffix("別"))


class _Compared(NamedTuple):
    """One row: figures of both years by group, and ``table``: where this year's stand.

    ``table`` is None where there are none: the plan no longer has it, or it ended before.
    ``compared`` are the groups with 増減.
    """

    kind: str
    no: int
    name: str
    before: Mapping[str, Value]
    now: Mapping[str, Value]
    table: TablePlace | None
    unit: str
    moved: str
    compared: Collection[str]
    order: int = 0  # of its row in the table, as it is written


def add_comparison(book: Book, figures: Figures, places: Places) -> None:
    """Add 前年度比較; 今年度 points at the sheets of figures, 増減 is computed."""
    sheet, columns = book.sheet(COMPARISON), _columns(figures)
    right = figures.at_end
    printed = draw_head(sheet, title(figures, COMPARISON), right, columns)
    row = TOP
    for compared in _compared(figures, places):
        _write(sheet, row, figures, compared, columns)
        row += 1
    if row > TOP:
        _colours(sheet, figures, row - TOP)
    sheet.filter(Area(TOP - 1, 0, row - TOP + 1, len(columns)))
    sheet.freeze(TOP, FIXED)
    notes = differences(figures)
    if notes:  # below a blank row: no part of the table
        room = sum(column.pixels for column in columns)
        row = write_notes(sheet, row + 1, printed, room, notes, "quiet")
    finish(sheet, row, printed)


def _columns(figures: Figures) -> tuple[PrintedColumn, ...]:
    printed = (
        PrintedColumn("区分", 58),
        PrintedColumn("№", 32),
        PrintedColumn("名称", 302, "left"),
        *(
            PrintedColumn(f"{group}{label}", pixels, label=label, group=group)
            for group in groups(figures)
            for label, pixels in (("前年度", 46), ("今年度", 46), ("増減", 36))
        ),
        PrintedColumn("異動", 36),
    )
    return (*fitted(printed), *hidden(_WHERE))


def groups(figures: Figures) -> list[str]:
    """What is compared, three columns each."""
    return [*(criterion.name for criterion in figures.plan.criteria), TOTAL, GRADE]


def _compared(figures: Figures, places: Places) -> Iterator[_Compared]:
    """Items, then practices; behind each what the plan of the year before had besides."""
    groups = _comparable(figures)
    for order, item in enumerate(figures.items, start=1):
        compared = _of_item(item, item.before, item.now, places.items, "", groups)
        yield compared._replace(order=order)
    for gone in figures.items_left:
        yield _of_item(gone, gone.now, None, None, GONE, ())
    for order, practice in enumerate(figures.practices, start=1):
        if practice.status == ENDED:  # carried scores are no figures of this year
            past = figures.practice_before(practice.practice.no)
            standing = practice.before if past and past.evaluated else None
            yield _of_practice(practice, standing, None, None, practice.change, ())
        else:
            both = practice.before, practice.now
            compared = _of_practice(practice, *both, places.practices, practice.change, groups)
            yield compared._replace(order=order)
    for left in figures.left:
        yield _of_practice(left, left.now, None, None, GONE, ())


def _comparable(figures: Figures) -> set[str]:
    """The groups whose figures of both years are on one scale."""
    before = figures.before.plan if figures.before else figures.plan
    names = (criterion.name for criterion in figures.plan.criteria)
    found = {name for name in names if same_scale(figures.plan, before, name)}
    if same_totals(figures.plan, before):
        found.add(TOTAL)
    if same_grades(figures.plan, before):
        found.add(GRADE)
    return found


def _of_item(
    known: ItemFigures,
    before: Means | None,
    now: Means | None,
    table: TablePlace | None,
    moved: str,
    compared: Collection[str],
) -> _Compared:
    both = (_means(before), _means(now))
    return _Compared(
        _KINDS[0], known.item.no, known.item.name, *both, table, "tenths", moved, compared
    )


def _means(means: Means | None) -> dict[str, Value]:
    if means is None:
        return {}
    averages = {name: tenths(value) for name, value in means.averages.items()}
    return {**averages, TOTAL: tenths(means.total), GRADE: means.grade}


def _of_practice(
    known: PracticeFigures,
    before: Standing | None,
    now: Standing | None,
    table: TablePlace | None,
    moved: str,
    compared: Collection[str],
) -> _Compared:
    practice = known.practice
    reached = _standing(now)
    if now is None and table:
        reached[GRADE] = known.status
    both = (_standing(before), reached)
    return _Compared(_KINDS[1], practice.no, practice.title, *both, table, "", moved, compared)


def _standing(standing: Standing | None) -> dict[str, Value]:
    if standing is None:
        return {}
    return {**standing.scores, TOTAL: standing.total, GRADE: standing.grade}


def _write(
    sheet: Sheet,
    row: int,
    figures: Figures,
    compared: _Compared,
    columns: Sequence[PrintedColumn],
) -> None:
    """前年度, 今年度 and 増減 of every group; blank where one side is missing."""
    shown = groups(figures)
    past = [compared.before.get(group, "") for group in shown]
    plain = [value for before in past for value in (before, "", "")]
    texts = (compared.kind, compared.no, compared.name)
    draw_row(sheet, row, columns, [*texts, *plain, compared.moved])
    where = cell_name(row, len(columns) - 1)
    if compared.table:
        place = f"={compared.table.place_of(cell_name(row, 1))}"
        sheet.formula(Area(row, len(columns) - 1), place, compared.order)
    for col, group in zip(count(FIXED, 3), shown):
        unit = "" if group == GRADE else compared.unit
        if group != GRADE:
            looks = [unit] if unit else []
            sheet.value(Area(row, col), compared.before.get(group, ""), "box", "center", *looks)
        if compared.table is None:
            continue
        source = compared.table.at(where, group)
        link = f'=IF({source}="","",{source})'
        boxed(sheet, row, col + 1, link, compared.now.get(group, ""), *([unit] if unit else []))
        if group not in compared.compared:
            sheet.text(Area(row, col + 2), "", "box")
        elif group == GRADE:
            _grade_change(sheet, row, col, figures, compared)
        else:
            _change(sheet, row, col, group, compared)


def _change(sheet: Sheet, row: int, col: int, group: str, compared: _Compared) -> None:
    """By how much a figure rose."""
    old, new = cell_name(row, col), cell_name(row, col + 1)
    past, reached = compared.before.get(group, ""), compared.now.get(group, "")
    change: Value = ""
    if not isinstance(past, str) and not isinstance(reached, str):
        change = round(reached - past, 1)
    formula = f'=IF(OR({old}="",{new}=""),"",ROUND({new}-{old},1))'
    boxed(sheet, row, col + 2, formula, change, f"change {compared.unit}".strip())


def _grade_change(sheet: Sheet, row: int, col: int, figures: Figures, compared: _Compared) -> None:
    """上昇 or 下降 by the order of the plan's grades."""
    order = [rule.grade for rule in figures.plan.grades]
    ranks = [_rank(order, cell_name(row, at)) for at in (col, col + 1)]
    formula = (
        f'=IF(OR({ranks[0]}=0,{ranks[1]}=0),"",'
        f"IF({ranks[1]}<{ranks[0]},{quoted(ROSE)},IF({ranks[1]}>{ranks[0]},{quoted(FELL)},"
        '"")))'
    )
    change = ""
    past, reached = compared.before.get(GRADE), compared.now.get(GRADE)
    if past in order and reached in order:
        down = order.index(str(reached)) - order.index(str(past))
        change = ROSE if down < 0 else FELL if down > 0 else ""
    boxed(sheet, row, col + 2, formula, change)


def _rank(order: Sequence[str], cell: str) -> str:
    """1 for the best grade, 0 for what is none: without MATCH, which reads * and ? as patterns."""
    return "(" + "+".join(f"{n}*({cell}={quoted(grade)})" for n, grade in enumerate(order, 1)) + ")"


def _colours(sheet: Sheet, figures: Figures, rows: int) -> None:
    """Quiet colours of what rose and fell; unchanged figures recede."""
    count = len(groups(figures))
    for number in range(count):
        col = FIXED + 3 * number + 2
        area, cell = Area(TOP, col, rows), cell_name(TOP, col)
        if number == count - 1:
            sheet.highlight(area, f"={cell}={quoted(ROSE)}", bg_color=GOOD)
            sheet.highlight(area, f"={cell}={quoted(FELL)}", bg_color=POOR)
        else:
            sheet.highlight(area, f"=AND(ISNUMBER({cell}),{cell}>0)", bg_color=GOOD)
            sheet.highlight(area, f"=AND(ISNUMBER({cell}),{cell}<0)", bg_color=POOR)
            sheet.highlight(area, f"=AND(ISNUMBER({cell}),{cell}=0)", font_color=QUIET)
