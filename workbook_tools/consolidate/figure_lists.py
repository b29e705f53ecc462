"""取組項目別 and 実践項目別 of the 取組状況一覧 (domain §8): live figures, stored values.

What is shown is declared in :mod:`workbook_tools.figures.columns`. The scores in 実践項目別 are
plain numbers; whatever is computed from them is a formula whose stored value is the declared one.
Sums and counts per item and theme stand in hidden columns right of the printed ones. Rows are known
in advance, so formulas may point at later sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workbook_tools.cells import Area, cell_name
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
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import FigureColumn, Output
from workbook_tools.figures.compute import ENDED, Figures, PracticeFigures
from workbook_tools.plan.grading import grade_formula
from workbook_tools.plan.model import Plan

T = TypeVar("T")

ITEMS, PRACTICES, THEMES = "取組項目別", "実践項目別", "テーマ別"

# (sheet, number of the item or practice, column) → the cell's reference, None where it has none.
Links = Callable[[str, int, str], str | None]
At = Mapping[str, str]  # column → the cell of this row: what formulas of a row are made of


@dataclass(frozen=True, slots=True)
class Places:
    """Where the figures stand: rows by number, columns by key, both zero-based.

    The keys are those of the declared columns; besides, of 実践項目別 項目番号, 計算対象, 評価対象
    and 前年度対象 (1: evaluated in that year), of 取組項目別 計算数 and a sum 計_… per criterion.
    """

    items: Mapping[int, int]
    practices: Mapping[int, int]
    item_columns: Mapping[str, int]
    practice_columns: Mapping[str, int]

    def item(self, no: int, column: str) -> str:
        """A cell of 取組項目別 as formulas on other sheets name it."""
        return f"{ITEMS}!{cell_name(self.items[no], self.item_columns[column])}"

    def practice(self, no: int, column: str) -> str:
        """A cell of 実践項目別 as formulas on other sheets name it."""
        return f"{PRACTICES}!{cell_name(self.practices[no], self.practice_columns[column])}"

    def link(self, sheet: str, number: int, column: str) -> str | None:
        """A cell of either sheet, where it has that row and column (:data:`Links`)."""
        if sheet == ITEMS:
            known = number in self.items and column in self.item_columns
            return self.item(number, column) if known else None
        known = number in self.practices and column in self.practice_columns
        return self.practice(number, column) if known else None

    def all_items(self, column: str) -> str:
        """A column over all items: ``取組項目別!$F$4:$F$24``."""
        area = Area(TOP, self.item_columns[column], max(1, len(self.items)))
        return f"{ITEMS}!{area.absolute_range}"

    def all_practices(self, column: str) -> str:
        """A column over all practices: ``実践項目別!$F$4:$F$73``."""
        area = Area(TOP, self.practice_columns[column], max(1, len(self.practices)))
        return f"{PRACTICES}!{area.absolute_range}"


def places(figures: Figures) -> Places:
    """Where :func:`add_items` and :func:`add_practices` put (or will put) everything."""
    return Places(
        {known.item.no: row for row, known in enumerate(figures.items, start=TOP)},
        {known.practice.no: row for row, known in enumerate(figures.practices, start=TOP)},
        columns_of(_item_columns(figures.plan)),
        columns_of(_practice_columns(figures.plan)),
    )


def title(figures: Figures, name: str) -> str:
    """``行政創革プラン取組状況一覧 【実践項目別】``."""
    return f"{figures.plan.name}取組状況一覧 【{name}】"


# --- declared columns on a sheet


def listed(columns: Iterable[FigureColumn[T]]) -> list[FigureColumn[T]]:
    """The columns that the list shows."""
    return [column for column in columns if Output.LIST in column.shown]


def printed(columns: Iterable[FigureColumn[T]]) -> tuple[PrintedColumn, ...]:
    """The columns as they are drawn."""
    return tuple(
        PrintedColumn(
            column.key,
            column.pixels or min(56, 8 + paper.LISTS.pixels(column.words)),
            column.look,
            column.words,
            column.group,
        )
        for column in columns
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


def cells_of(row: int, columns: Mapping[str, int]) -> At:
    """The cells of one row by key."""
    return {key: cell_name(row, col) for key, col in columns.items()}


# --- 実践項目別


def add_practices(book: Book, figures: Figures, links: Mapping[int, str] | None = None) -> None:
    """Add 実践項目別; ``links`` leads a 小№ somewhere (``internal:取組内容!A5``)."""
    sheet, plan, known = book.sheet(PRACTICES), figures.plan, places(figures)
    columns = listed(declared.practice_columns(plan))
    right = figures.at_end
    count = draw_head(sheet, title(figures, PRACTICES), right, _practice_columns(plan))
    for practice in figures.practices:
        number, row = practice.practice.no, known.practices[practice.practice.no]
        at = cells_of(row, known.practice_columns)
        write_row(sheet, row, columns, practice, _practice_formulas(plan, practice, at))
        _practice_helpers(sheet, row, figures, practice, known.practice_columns)
        if links and number in links:
            sheet.number_link(Area(row, 0), links[number], number, "box", "center", "link")
    rows = len(figures.practices)
    if rows:
        _practice_entries(sheet, figures, known)
    sheet.filter(Area(TOP - 1, 0, rows + 1, count))
    sheet.freeze(TOP, 4)
    finish(sheet, TOP + rows, count)


def _practice_columns(plan: Plan) -> tuple[PrintedColumn, ...]:
    columns = printed(listed(declared.practice_columns(plan)))
    return columns + hidden("項目番号", "計算対象", "評価対象", "前年度対象")


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
    sheet: Sheet, row: int, figures: Figures, known: PracticeFigures, columns: Mapping[str, int]
) -> None:
    """Hidden: what counts where."""
    at, counts = cells_of(row, columns), int(known.now is not None)
    sheet.number(Area(row, columns["項目番号"]), known.practice.item_no)
    whole = _whole(figures.plan, at)
    sheet.formula(Area(row, columns["計算対象"]), f"=IF({whole},1,0)", counts)
    if known.status == ENDED:
        sheet.number(Area(row, columns["評価対象"]), 0)
    else:
        sheet.formula(Area(row, columns["評価対象"]), f"={at['計算対象']}", counts)
    past = figures.practice_before(known.practice.no)
    sheet.number(Area(row, columns["前年度対象"]), int(past is not None and past.evaluated))


def _practice_entries(sheet: Sheet, figures: Figures, known: Places) -> None:
    """Scores that may be typed, words in red while figures are missing, ended practices in grey."""
    rows, columns = len(known.practices), known.practice_columns
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


def add_items(book: Book, figures: Figures) -> None:
    """Add 取組項目別: averages over the practices of 実践項目別."""
    sheet, plan, known = book.sheet(ITEMS), figures.plan, places(figures)
    columns = listed(declared.item_columns(plan))
    right = figures.at_end
    count = draw_head(sheet, title(figures, ITEMS), right, _item_columns(plan))
    for item in figures.items:
        row = known.items[item.item.no]
        at = cells_of(row, known.item_columns)
        own = f"{known.all_practices('項目番号')},$A{row + 1}"
        formulas = {"実践項目数": f"=COUNTIF({own})", **mean_formulas(plan, at)}
        write_row(sheet, row, columns, item, formulas)
        which = f"{own},{known.all_practices('計算対象')},1"
        sums = {
            name: f"=SUMIFS({known.all_practices(name)},{which})" for name in criteria_names(plan)
        }
        counted = f"=COUNTIFS({which})"
        write_sums(sheet, row, plan, known.item_columns, item.practices, counted, sums)
    sheet.freeze(TOP, 2)
    finish(sheet, TOP + len(figures.items), count)


def _item_columns(plan: Plan) -> tuple[PrintedColumn, ...]:
    return printed(listed(declared.item_columns(plan))) + hidden(*sum_keys(plan))


def sum_keys(plan: Plan) -> list[str]:
    """Hidden: over how many practices, and the sum per criterion."""
    return ["計算数", *(f"計_{name}" for name in criteria_names(plan))]


def criteria_names(plan: Plan) -> list[str]:
    return [criterion.name for criterion in plan.criteria]


def mean_formulas(plan: Plan, at: At) -> dict[str, str]:
    """Averages half up from the hidden sums, their total and grade (domain §7)."""
    count, names = at["計算数"], criteria_names(plan)
    grade = grade_formula(plan.grades, f"INT({at['合計']}+0.5)", at)
    return {
        **{
            name: f'=IF({count}=0,"",INT((20*{at[f"計_{name}"]}+{count})/(2*{count}))/10)'
            for name in names
        },
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
