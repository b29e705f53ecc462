"""取組項目別 and 実践項目別 of the 取組状況一覧 (domain §8): live figures, stored values.

The scores in 実践項目別 are plain numbers; whatever is computed from them is a formula whose stored
value is that of :mod:`workbook_tools.figures.compute`. Sums and counts per item and theme stand in
hidden columns right of the printed ones. Rows are known in advance, so formulas may point at later
sheets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import ALERT, QUIET, Book, Choice, Sheet
from workbook_tools.excel.write.figure_sheet import (
    SPACER,
    TOP,
    FigureColumn,
    Value,
    boxed,
    columns_of,
    draw_head,
    draw_row,
    finish,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import (
    ENDED,
    OLDER,
    Figures,
    ItemFigures,
    Means,
    PracticeFigures,
    tenths,
)
from workbook_tools.plan.grading import grade_formula
from workbook_tools.plan.model import Plan
from workbook_tools.text import MARK

ITEMS, PRACTICES, THEMES = "取組項目別", "実践項目別", "テーマ別"
DASH = "－"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the figures stand: rows by number, columns by key, both zero-based.

    Columns of both sheets: each criterion, 合計, 総合評価, 備考; of 実践項目別 小№, 大№, 取組項目,
    実践項目, 前年度評価, 取組終了, 担当部署, 評価対象 and 前年度対象 (1: evaluated in that year);
    of 取組項目別 №, 取組項目, テーマ_財政 …, 実践項目数, 審議会評価平均.
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
        {one.item.no: row for row, one in enumerate(figures.items, start=TOP)},
        {one.practice.no: row for row, one in enumerate(figures.practices, start=TOP)},
        columns_of(_item_headings(figures)),
        columns_of(_practice_headings(figures)),
    )


def title(figures: Figures, name: str) -> str:
    """``行政創革プラン取組状況一覧 【実践項目別】``."""
    return f"{figures.plan.name}取組状況一覧 【{name}】"


def theme_key(short: str) -> str:
    """The key of a theme's ○ column, apart from a criterion of the same name."""
    return f"テーマ_{short}"


# --- 実践項目別


def add_practices(book: Book, figures: Figures, links: Mapping[int, str] | None = None) -> None:
    """Add 実践項目別; ``links`` leads a 小№ somewhere (``internal:取組内容!A5``)."""
    sheet, headings, known = book.sheet(PRACTICES), _practice_headings(figures), places(figures)
    right = f"{figures.year.wide}年度末"
    printed = draw_head(sheet, title(figures, PRACTICES), right, headings)
    for one in figures.practices:
        row = known.practices[one.practice.no]
        _practice_texts(sheet, row, figures, one, headings)
        _practice_figures(sheet, row, figures, one, known.practice_columns)
        if links and one.practice.no in links:
            looks = ("box", "center", "link")
            sheet.number_link(Area(row, 0), links[one.practice.no], one.practice.no, *looks)
    rows = len(figures.practices)
    if rows:
        _practice_entries(sheet, figures, known)
    sheet.filter(Area(TOP - 1, 0, rows + 1, printed))
    sheet.freeze(TOP, 4)
    finish(sheet, TOP + rows, printed)


def _practice_headings(figures: Figures) -> tuple[FigureColumn, ...]:
    now, before = figures.year.wide, (figures.year - 1).wide
    own = f"{now}自己評価"
    return (
        FigureColumn("小№", 38),
        FigureColumn("大№", 44),
        FigureColumn("取組項目", 224, "left"),
        FigureColumn("実践項目", 300, "left"),
        FigureColumn("前年度評価", 54, label=before, group="総合評価"),
        *(FigureColumn(one.name, 46, group=own) for one in figures.plan.criteria),
        FigureColumn("合計", 40, group=own),
        FigureColumn("総合評価", 56),
        FigureColumn("取組終了", 56),
        FigureColumn("担当部署", 244, "left"),
        FigureColumn("備考", 44),
        SPACER,
        *(FigureColumn(key, 60, hidden=True) for key in _PRACTICE_HELPERS),
    )


_PRACTICE_HELPERS = ("項目番号", "計算対象", "評価対象", "前年度対象")


def _practice_texts(
    sheet: Sheet, row: int, figures: Figures, one: PracticeFigures, headings: Sequence[FigureColumn]
) -> None:
    practice = one.practice
    scores: list[Value] = [*one.now.scores.values()] if one.now else [""] * criteria(figures)
    values: list[Value] = [
        practice.no,
        f"№{practice.item_no}",
        figures.plan.item(practice.item_no).name,
        practice.title,
        one.before.grade if one.before else "",
        *scores,
        "",  # 合計 and 総合評価: formulas
        "",
        one.finished.wide if one.finished else "",
        "、".join(practice.departments),
        OLDER if one.status == OLDER else "",
    ]
    draw_row(sheet, row, headings, values)


def _practice_figures(
    sheet: Sheet, row: int, figures: Figures, one: PracticeFigures, columns: Mapping[str, int]
) -> None:
    """合計, 総合評価 and the hidden columns: what follows from the scores as they stand."""
    plan, at = figures.plan, {key: cell_name(row, col) for key, col in columns.items()}
    cells = [at[one.name] for one in plan.criteria]
    whole = f"COUNT({cells[0]}:{cells[-1]})={len(cells)}"
    word = "" if one.status == ENDED or one.now else one.status
    grade = grade_formula(plan.grades, at["合計"], {c.name: at[c.name] for c in plan.criteria})
    total = f'=IF({whole},SUM({cells[0]}:{cells[-1]}),"")'
    boxed(sheet, row, columns["合計"], total, one.now.total if one.now else "")
    shown = f"=IF({whole},{grade},{quoted(word)})"
    boxed(sheet, row, columns["総合評価"], shown, one.now.grade if one.now else word)
    sheet.number(Area(row, columns["項目番号"]), one.practice.item_no)
    counts = int(one.now is not None)
    sheet.formula(Area(row, columns["計算対象"]), f"=IF({whole},1,0)", counts)
    if one.status == ENDED:
        sheet.number(Area(row, columns["評価対象"]), 0)
    else:
        sheet.formula(Area(row, columns["評価対象"]), f"={at['計算対象']}", counts)
    past = figures.before.practice(one.practice.no) if figures.before else None
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
    sheet, headings, known = book.sheet(ITEMS), _item_headings(figures), places(figures)
    right = f"{figures.year.wide}年度末"
    printed = draw_head(sheet, title(figures, ITEMS), right, headings)
    for one in figures.items:
        row = known.items[one.item.no]
        _item_row(sheet, row, figures, one, headings)
        _item_figures(sheet, row, figures, one, known)
    sheet.freeze(TOP, 2)
    finish(sheet, TOP + len(figures.items), printed)


def _item_headings(figures: Figures) -> tuple[FigureColumn, ...]:
    return (
        FigureColumn("№", 36),
        FigureColumn("取組項目", 290, "left"),
        *(
            FigureColumn(
                theme_key(one.short),
                min(56, 8 + paper.LISTS.pixels(one.short)),
                label=one.short,
                group="テーマ",
            )
            for one in figures.plan.themes
        ),
        FigureColumn("実践項目数", 54),
        *mean_headings(figures),
        *sum_headings(figures),
    )


def mean_headings(figures: Figures, more: int = 0, note: int = 80) -> tuple[FigureColumn, ...]:
    """From the averages to 備考, each ``more`` pixels wider than they must be."""
    means = (FigureColumn(one.name, 54 + more, group="平均値") for one in figures.plan.criteria)
    return (
        *means,
        FigureColumn("合計", 48 + more),
        FigureColumn("総合評価", 78, label="担当部署評価（総合評価）"),
        FigureColumn("審議会評価平均", 62),
        FigureColumn("備考", note),
    )


def sum_headings(figures: Figures) -> tuple[FigureColumn, ...]:
    """Hidden: over how many practices, and the sum per criterion."""
    sums = (FigureColumn(f"計_{one.name}", 60, hidden=True) for one in figures.plan.criteria)
    return (SPACER, FigureColumn("計算数", 60, hidden=True), *sums)


def _item_row(
    sheet: Sheet, row: int, figures: Figures, one: ItemFigures, headings: Sequence[FigureColumn]
) -> None:
    marks = [MARK if theme.short in one.item.themes else "" for theme in figures.plan.themes]
    blank = [""] * (criteria(figures) + 3)
    draw_row(sheet, row, headings, [one.item.no, one.item.name, *marks, "", *blank, one.note])
    council = Area(row, columns_of(headings)["審議会評価平均"])
    write_council(sheet, council, figures, one.council)


def _item_figures(
    sheet: Sheet, row: int, figures: Figures, one: ItemFigures, known: Places
) -> None:
    columns = known.item_columns
    no, own = f"$A{row + 1}", known.all_practices("項目番号")
    count = f"=COUNTIF({own},{no})"
    boxed(sheet, row, columns["実践項目数"], count, len(one.practices))
    which = f"{own},{no},{known.all_practices('計算対象')},1"
    sheet.formula(Area(row, columns["計算数"]), f"=COUNTIFS({which})", one.counted)
    for name, value in sums(figures.plan, one.practices).items():
        formula = f"=SUMIFS({known.all_practices(name)},{which})"
        sheet.formula(Area(row, columns[f"計_{name}"]), formula, value)
    write_means(sheet, row, figures.plan, columns, one.now)


def write_means(
    sheet: Sheet, row: int, plan: Plan, columns: Mapping[str, int], means: Means | None
) -> None:
    """Averages half up from the hidden sums, their total and grade (domain §7)."""
    at = {key: cell_name(row, col) for key, col in columns.items()}
    count, names = at["計算数"], [criterion.name for criterion in plan.criteria]
    for name in names:
        mean = f'=IF({count}=0,"",INT((20*{at[f"計_{name}"]}+{count})/(2*{count}))/10)'
        value: Value = tenths(means.averages[name]) if means else ""
        boxed(sheet, row, columns[name], mean, value, "tenths")
    total = f'=IF({count}=0,"",ROUND({"+".join(at[name] for name in names)},1))'
    value = tenths(means.total) if means else ""
    boxed(sheet, row, columns["合計"], total, value, "tenths")
    grade = grade_formula(plan.grades, f"INT({at['合計']}+0.5)", at)
    shown = f'=IF({count}=0,"",{grade})'
    boxed(sheet, row, columns["総合評価"], shown, means.grade if means else "")


def write_council(sheet: Sheet, area: Area, figures: Figures, average: int | None) -> None:
    """The council's average; a dash where it does not score in that year, else room to type."""
    looks = ("box", "center", "tenths")
    if average is not None:
        sheet.number(area, tenths(average), *looks)
    else:
        sheet.text(area, "" if figures.plan.is_effectiveness_year else DASH, *looks)


# --- small things


def criteria(figures: Figures) -> int:
    """How many criteria there are."""
    return len(figures.plan.criteria)


def sums(plan: Plan, practices: Iterable[PracticeFigures]) -> dict[str, int]:
    """Sum of the scores per criterion, over the practices that have any."""
    known = [one.now.scores for one in practices if one.now]
    return {c.name: sum(scores[c.name] for scores in known) for c in plan.criteria}
