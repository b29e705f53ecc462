"""前年度比較 of the 取組状況一覧: what rose, fell, ended, began, per item and per practice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.figure_lists import ITEMS, PRACTICES, Places, title
from workbook_tools.excel.write.book import GOOD, POOR, QUIET, Book, Sheet
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    Value,
    boxed,
    draw_head,
    draw_row,
    finish,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import ENDED, Figures, ItemFigures, PracticeFigures, tenths

COMPARISON = "前年度比較"
ROSE, FELL = "上昇", "下降"
_FIXED = 3  # 区分, №, 名称
_KINDS = (ITEMS.removesuffix("別"), PRACTICES.removesuffix("別"))


def add_comparison(book: Book, figures: Figures, places: Places) -> None:
    """Add 前年度比較; 今年度 points at the sheets of figures, 増減 is computed."""
    sheet, headings = book.sheet(COMPARISON), _headings(figures)
    right = f"{figures.year.wide}年度末"
    printed = draw_head(sheet, title(figures, COMPARISON), right, headings)
    row = TOP
    for item in figures.items:
        _item_row(sheet, row, figures, item, places, headings)
        row += 1
    for practice in figures.practices:
        _practice_row(sheet, row, figures, practice, places, headings)
        row += 1
    if row > TOP:
        _colours(sheet, figures, row - TOP)
    sheet.filter(Area(TOP - 1, 0, row - TOP + 1, printed))
    sheet.freeze(TOP, _FIXED)
    finish(sheet, row, printed)


def _headings(figures: Figures) -> tuple[PrintedColumn, ...]:
    groups = _groups(figures)
    return (
        PrintedColumn("区分", 68),
        PrintedColumn("№", 40),
        PrintedColumn("名称", 302, "left"),
        *(
            PrintedColumn(f"{group}{label}", 48, label=label, group=group)
            for group in groups
            for label in ("前年度", "今年度", "増減")
        ),
        PrintedColumn("異動", 50),
    )


def _groups(figures: Figures) -> list[str]:
    return [*(criterion.name for criterion in figures.plan.criteria), "合計", "総合評価"]


def _item_row(
    sheet: Sheet,
    row: int,
    figures: Figures,
    one: ItemFigures,
    places: Places,
    headings: Sequence[PrintedColumn],
) -> None:
    names = [criterion.name for criterion in figures.plan.criteria]
    before = _values([*_of(one.before.averages, names), one.before.total]) if one.before else None
    now = _values([*_of(one.now.averages, names), one.now.total]) if one.now else None
    texts: list[Value] = [_KINDS[0], one.item.no, one.item.name]
    past = _row(figures, texts, before, one.before.grade if one.before else "", "")
    draw_row(sheet, row, headings, past)
    _figures(sheet, row, before, now, lambda name: places.item(one.item.no, name), names, "tenths")
    grades = (one.before.grade if one.before else "", one.now.grade if one.now else "")
    _grade(sheet, row, figures, grades, places.item(one.item.no, "総合評価"))


def _practice_row(
    sheet: Sheet,
    row: int,
    figures: Figures,
    one: PracticeFigures,
    places: Places,
    headings: Sequence[PrintedColumn],
) -> None:
    names, no = [criterion.name for criterion in figures.plan.criteria], one.practice.no
    before: list[Value] | None = None
    if one.before:
        before = [*_of(one.before.scores, names), one.before.total]
    now: list[Value] | None = [*_of(one.now.scores, names), one.now.total] if one.now else None
    texts: list[Value] = [_KINDS[1], no, one.practice.title]
    grade = one.before.grade if one.before else ""
    draw_row(sheet, row, headings, _row(figures, texts, before, grade, one.change))
    _figures(sheet, row, before, now, lambda name: places.practice(no, name), names, "")
    if one.status == ENDED:  # carried scores are no comparison
        _no_change(sheet, row, figures)
    word = "" if one.status == ENDED else one.status
    reached = one.now.grade if one.now else word
    _grade(sheet, row, figures, (grade, reached), places.practice(no, "総合評価"))


def _no_change(sheet: Sheet, row: int, figures: Figures) -> None:
    for number in range(len(figures.plan.criteria) + 1):
        sheet.text(Area(row, _FIXED + 3 * number + 2), "", "box")


def _row(
    figures: Figures, texts: Sequence[Value], before: Sequence[Value] | None, grade: str, moved: str
) -> list[Value]:
    """A whole row as plain values: of three cells a group only 前年度 is one."""
    past = [*(before or [""] * (len(figures.plan.criteria) + 1)), grade]
    return [*texts, *(value for one in past for value in (one, "", "")), moved]


def _figures(
    sheet: Sheet,
    row: int,
    before: Sequence[Value] | None,
    now: Sequence[Value] | None,
    place: Callable[[str], str],
    names: Sequence[str],
    unit: str,
) -> None:
    """前年度, 今年度 and 増減 of every criterion and of 合計; blank where one side is missing."""
    looks = [unit] if unit else []
    for number, name in enumerate([*names, "合計"]):
        col = _FIXED + 3 * number
        old, new = cell_name(row, col), cell_name(row, col + 1)
        past, reached = before[number] if before else "", now[number] if now else ""
        sheet.value(Area(row, col), past, "box", "center", *looks)
        link = f'=IF({place(name)}="","",{place(name)})'
        boxed(sheet, row, col + 1, link, reached, *looks)
        change: Value = ""
        if not isinstance(past, str) and not isinstance(reached, str):
            change = round(reached - past, 1)
        formula = f'=IF(OR({old}="",{new}=""),"",ROUND({new}-{old},1))'
        boxed(sheet, row, col + 2, formula, change, f"change {unit}".strip())


def _grade(sheet: Sheet, row: int, figures: Figures, grades: tuple[str, str], source: str) -> None:
    """今年度 and 増減 of 総合評価: 上昇 or 下降 by the order of the plan's grades."""
    col = _FIXED + 3 * (len(figures.plan.criteria) + 1)
    old, new = cell_name(row, col), cell_name(row, col + 1)
    boxed(sheet, row, col + 1, f'=IF({source}="","",{source})', grades[1])
    order = [rule.grade for rule in figures.plan.grades]
    ranks = [_rank(order, old), _rank(order, new)]
    formula = (
        f'=IF(OR({ranks[0]}=0,{ranks[1]}=0),"",'
        f"IF({ranks[1]}<{ranks[0]},{quoted(ROSE)},IF({ranks[1]}>{ranks[0]},{quoted(FELL)},"
        '"")))'
    )
    change = ""
    if grades[0] in order and grades[1] in order:
        down = order.index(grades[1]) - order.index(grades[0])
        change = ROSE if down < 0 else FELL if down > 0 else ""
    boxed(sheet, row, col + 2, formula, change)


def _rank(order: Sequence[str], cell: str) -> str:
    """1 for the best grade, 0 for what is none: without MATCH, which reads * and ? as patterns."""
    return "(" + "+".join(f"{n}*({cell}={quoted(grade)})" for n, grade in enumerate(order, 1)) + ")"


def _colours(sheet: Sheet, figures: Figures, rows: int) -> None:
    """Quiet colours of what rose and fell; unchanged figures recede."""
    count = len(_groups(figures))
    for number in range(count):
        col = _FIXED + 3 * number + 2
        area, cell = Area(TOP, col, rows), cell_name(TOP, col)
        if number == count - 1:
            sheet.highlight(area, f"={cell}={quoted(ROSE)}", bg_color=GOOD)
            sheet.highlight(area, f"={cell}={quoted(FELL)}", bg_color=POOR)
        else:
            sheet.highlight(area, f"=AND(ISNUMBER({cell}),{cell}>0)", bg_color=GOOD)
            sheet.highlight(area, f"=AND(ISNUMBER({cell}),{cell}<0)", bg_color=POOR)
            sheet.highlight(area, f"=AND(ISNUMBER({cell}),{cell}=0)", font_color=QUIET)


def _of(values: Mapping[str, int], names: Sequence[str]) -> list[int]:
    return [values[name] for name in names]


def _values(parts: Sequence[int]) -> list[Value]:
    return [tenths(part) for part in parts]
