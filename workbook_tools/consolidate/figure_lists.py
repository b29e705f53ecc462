"""取組項目別 and 実践項目別 of the 取組状況一覧 (domain §8): live figures, stored values.

What is shown is declared in :mod:`workbook_tools.figures.columns`. The scores in 実践項目別 are
plain numbers; whatever is computed from them is a formula whose stored value is the declared one.
Sums and counts per item and theme stand in hidden columns right of the printed ones, made from
their own row alone, so that rows may be sorted. Other tables are asked by № (:mod:`.places`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.mentions import (
    BEFORE,
    CHANGE,
    COUNCIL,
    ITEM_KEYS,
    PRACTICE_KEYS,
    Mention,
    item_mentions,
    practice_mentions,
)
from workbook_tools.consolidate.places import ITEMS, LEAD, PRACTICES, At, Places, cells_of
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import ALERT, QUIET, Book, Choice, Sheet
from workbook_tools.excel.write.figure_sheet import (
    SPACER,
    TOP,
    PrintedColumn,
    columns_of,
    draw_head,
    draw_row,
    finish,
    fitted,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import FigureColumn, Output
from workbook_tools.figures.compute import ENDED, Figures, PracticeFigures
from workbook_tools.plan.grading import grade_formula, mean_formula, same_totals
from workbook_tools.plan.model import Plan

T = TypeVar("T")


def title(figures: Figures, name: str) -> str:
    """``行政創革プラン取組状況一覧 【実践項目別】``."""
    return f"{figures.plan.name}取組状況一覧 【{name}】"


# --- declared columns on a sheet


def listed(columns: Iterable[FigureColumn[T]]) -> list[FigureColumn[T]]:
    """The columns that the list shows."""
    return [column for column in columns if Output.LIST in column.shown]


def printed(columns: Iterable[FigureColumn[T]]) -> tuple[PrintedColumn, ...]:
    """The columns as they are drawn."""
    return fitted(
        [
            PrintedColumn(
                column.key,
                column.pixels or min(56, paper.LISTS.pixels(column.words)),
                column.look,
                column.words,
                column.group,
            )
            for column in columns
        ]
    )


def hidden(*keys: str) -> tuple[PrintedColumn, ...]:
    """Columns of helper cells, right of the printed ones."""
    return (SPACER, *(PrintedColumn(key, 60, hidden=True) for key in keys))


def write_row(
    sheet: Sheet,
    row: int,
    columns: Sequence[FigureColumn[T]],
    known: T,
    formulas: Mapping[str, str],
) -> None:
    """One row of declared columns: formulas by key with their values stored, the rest plain."""
    values = [
        None if column.key in formulas or column.look == "tenths" else column.printed(known)
        for column in columns
    ]
    draw_row(sheet, row, printed(columns), values)
    for col, (column, value) in enumerate(zip(columns, values, strict=True)):
        looks = ("box", "center", *([] if column.look == "center" else [column.look]))
        if column.key in formulas:
            formula = formulas[column.key]
            sheet.formula(Area(row, col), formula, column.printed(known), *looks)
        elif value is None:
            sheet.value(Area(row, col), column.printed(known), *looks)


# --- 実践項目別


def add_practices(
    book: Book, figures: Figures, known: Places, links: Mapping[int, str] | None = None
) -> None:
    """Add 実践項目別; ``links``: where a practice leads on to, an address as a formula."""
    sheet, plan = book.sheet(PRACTICES), figures.plan
    drawn = practice_table(plan)
    columns, place = listed(declared.practice_columns(plan)), columns_of(drawn)
    right = figures.at_end
    count = draw_head(sheet, title(figures, PRACTICES), right, drawn)
    mentions = practice_mentions(figures, known)
    for row, practice in enumerate(figures.practices, start=TOP):
        at = cells_of(row, place)
        write_row(sheet, row, columns, practice, _practice_formulas(plan, practice, at))
        _practice_helpers(sheet, row, plan, practice, place)
        _practice_change(sheet, row, figures, practice, place)
        number = practice.practice.no
        write_mentions(sheet, row, place, mentions, number)
        if links and number in links:
            write_link(sheet, Area(row, place[SPACER.key]), links[number], "取組内容へ")
    rows = len(figures.practices)
    if rows:
        _practice_entries(sheet, figures, rows, place)
    sheet.filter(Area(TOP - 1, 0, rows + 1, len(drawn)))
    sheet.freeze(TOP, 4)
    finish(sheet, TOP + rows, count)


def practice_table(plan: Plan) -> tuple[PrintedColumn, ...]:
    """The columns of 実践項目別; hidden: 大№ as a number, and 1 in rows that count.

    計算対象 counts for averages, 評価対象 among what was evaluated in this very year. Behind them
    stand what 総括 needs: change since the year before, and who is to be named.
    """
    columns = printed(listed(declared.practice_columns(plan)))
    helpers = ("項目番号", "計算対象", "評価対象", LEAD, BEFORE, CHANGE)
    return columns + hidden(*helpers, *PRACTICE_KEYS)


def write_link(sheet: Sheet, area: Area, address: str, words: str) -> None:
    """A link right of what is printed; numbers stay plain numbers, to be sorted and looked for."""
    sheet.formula(area, f"=HYPERLINK({address},{quoted(words)})", words, "link")


def _whole(plan: Plan, at: At) -> str:
    """True in a row that has a score of every criterion."""
    cells = [at[criterion.name] for criterion in plan.criteria]
    return f"COUNT({cells[0]}:{cells[-1]})={len(cells)}"


def _practice_formulas(plan: Plan, known: PracticeFigures, at: At) -> dict[str, str]:
    """合計 and 総合評価: what follows from the scores as they stand."""
    names = [criterion.name for criterion in plan.criteria]
    whole, word = _whole(plan, at), "" if known.status == ENDED or known.now else known.status
    grade = grade_formula(plan.grades, at["合計"], {name: at[name] for name in names})
    return {
        "合計": f'=IF({whole},SUM({at[names[0]]}:{at[names[-1]]}),"")',
        "総合評価": f"=IF({whole},{grade},{quoted(word)})",
    }


def _practice_helpers(
    sheet: Sheet, row: int, plan: Plan, known: PracticeFigures, columns: Mapping[str, int]
) -> None:
    """Hidden: what counts where, from what the row itself says."""
    at, counts = cells_of(row, columns), int(known.now is not None)
    number = f'=VALUE(SUBSTITUTE({at["大№"]},"№",""))'
    sheet.formula(Area(row, columns["項目番号"]), number, known.practice.item_no)
    sheet.formula(Area(row, columns["計算対象"]), f"=IF({_whole(plan, at)},1,0)", counts)
    every = f'{at["担当部署"]}&"、"'
    lead = f'=LEFT({every},FIND("、",{every})-1)'
    sheet.formula(Area(row, columns[LEAD]), lead, known.practice.lead)
    end, now = at["取組終了"], quoted(plan.evaluated.wide)
    due = f'=IF(OR({end}="",{end}={now}),{at["計算対象"]},0)'
    counts = 0 if known.status == ENDED else counts
    sheet.formula(Area(row, columns["評価対象"]), due, counts)


def _practice_change(
    sheet: Sheet, row: int, figures: Figures, known: PracticeFigures, columns: Mapping[str, int]
) -> None:
    """Hidden: the total of the year before where it can be compared, and the change since."""
    at = cells_of(row, columns)
    past = figures.before is not None and same_totals(figures.plan, figures.before.plan)
    before: int | str = known.before.total if past and known.before else ""
    sheet.value(Area(row, columns[BEFORE]), before)
    formula = f'=IF(AND({at["評価対象"]}=1,{at[BEFORE]}<>""),{at["合計"]}-{at[BEFORE]},"")'
    change: int | str = ""
    if known.evaluated and known.now and not isinstance(before, str):
        change = known.now.total - before
    sheet.formula(Area(row, columns[CHANGE]), formula, change)


def write_mentions(
    sheet: Sheet,
    row: int,
    columns: Mapping[str, int],
    mentions: Iterable[Mention],
    number: int,
) -> None:
    """Hidden: the row's number in the column of every list that it belongs to."""
    at = cells_of(row, columns)
    for mention in mentions:
        value = number if number in mention.said else ""
        sheet.formula(Area(row, columns[mention.key]), mention.formula(at), value)


def _practice_entries(
    sheet: Sheet, figures: Figures, rows: int, columns: Mapping[str, int]
) -> None:
    """Scores that may be typed, words in red while figures are missing, ended practices in grey."""
    for criterion in figures.plan.criteria:
        options = tuple(criterion.scores)
        error = f"{criterion.minimum}～{criterion.maximum}の整数を入れてください。"
        area = Area(TOP, columns[criterion.name], rows)
        sheet.choice(area, Choice(options, criterion.name, error=error))
    grade, no = columns["総合評価"], cell_name(TOP, 0)
    counts = f"${cell_name(TOP, columns['計算対象'])}"
    word = f"${cell_name(TOP, grade)}"
    sheet.highlight(
        Area(TOP, grade, rows), f'=AND({counts}=0,{word}<>"")', font_color=ALERT, bold=True
    )
    ended = f'=AND(${no}<>"",${cell_name(TOP, columns["評価対象"])}=0,{counts}=1)'
    sheet.highlight(Area(TOP, 0, rows, columns["備考"] + 1), ended, font_color=QUIET)


# --- 取組項目別


def add_items(
    book: Book,
    figures: Figures,
    known: Places,
    links: Mapping[int, str] | None = None,
    council: Callable[[At], str] | None = None,
) -> None:
    """Add 取組項目別: averages over the practices of 実践項目別; ``links`` as there.

    ``council``: the formula of the council's average, of a row's cells, where its scores are shown.
    """
    sheet, plan = book.sheet(ITEMS), figures.plan
    drawn = item_table(plan)
    columns, place = listed(declared.item_columns(plan)), columns_of(drawn)
    right = figures.at_end
    count = draw_head(sheet, title(figures, ITEMS), right, drawn)
    mentions = item_mentions(figures, known)
    for row, item in enumerate(figures.items, start=TOP):
        at = cells_of(row, place)
        own = f"{known.practices.column('項目番号')},{at['№']}"
        formulas = {
            "実践項目数": f"=COUNTIF({own})",
            **mean_formulas(plan, at),
            "備考": note_formula(at),
            **({COUNCIL: council(at)} if council else {}),
        }
        write_row(sheet, row, columns, item, formulas)
        which = f"{own},{known.practices.column('計算対象')},1"
        sums = {
            name: f"=SUMIFS({known.practices.column(name)},{which})"
            for name in criteria_names(plan)
        }
        write_sums(sheet, row, plan, place, item.practices, f"=COUNTIFS({which})", sums)
        write_mentions(sheet, row, place, mentions, item.item.no)
        if links and item.item.no in links:
            write_link(sheet, Area(row, place[SPACER.key]), links[item.item.no], "評価ページへ")
    sheet.filter(Area(TOP - 1, 0, len(figures.items) + 1, len(drawn)))
    sheet.freeze(TOP, 2)
    finish(sheet, TOP + len(figures.items), count)


def item_table(plan: Plan) -> tuple[PrintedColumn, ...]:
    """The columns of 取組項目別; hidden: sums, and who is to be named in 総括."""
    return printed(listed(declared.item_columns(plan))) + hidden(*sum_keys(plan), *ITEM_KEYS)


def sum_keys(plan: Plan) -> list[str]:
    """Hidden: over how many practices, and the sum per criterion."""
    return ["計算数", *(f"計_{name}" for name in criteria_names(plan))]


def note_formula(at: At) -> str:
    """備考: over how many the averages are, where it is not all of them."""
    counted, count = at["計算数"], at["実践項目数"]
    return f'=IF({counted}={count},"","評価 "&{counted}&"/"&{count})'


def criteria_names(plan: Plan) -> list[str]:
    return [criterion.name for criterion in plan.criteria]


def mean_formulas(plan: Plan, at: At) -> dict[str, str]:
    """Averages half up from the hidden sums, their total and grade (domain §7)."""
    count, names = at["計算数"], criteria_names(plan)
    grade = grade_formula(plan.grades, f"INT({at['合計']}+0.5)", at)
    return {
        **{name: f'=IF({count}=0,"",{mean_formula(at[f"計_{name}"], count)})' for name in names},
        "合計": f'=IF({count}=0,"",ROUND({"+".join(at[name] for name in names)},1))',
        "総合評価": f'=IF({count}=0,"",{grade})',
    }


def write_sums(
    sheet: Sheet,
    row: int,
    plan: Plan,
    columns: Mapping[str, int],
    practices: Iterable[PracticeFigures],
    counted: str,
    formulas: Mapping[str, str],
) -> None:
    """The hidden sums of a row: formulas of their number and per criterion, with their values."""
    scores = [known.now.scores for known in practices if known.now]
    sheet.formula(Area(row, columns["計算数"]), counted, len(scores))
    for name, formula in formulas.items():
        added = sum(known[name] for known in scores)
        sheet.formula(Area(row, columns[f"計_{name}"]), formula, added)
