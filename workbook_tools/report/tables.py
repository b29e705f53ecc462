"""The tables of the 意見書, from the figures and the columns that the list declares. Pure.

A figure's name says where it belongs, ``取組項目別/№1/合計``; it is the same in every table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import DASH, FigureColumn, Output
from workbook_tools.figures.compute import Figures, ItemFigures
from workbook_tools.plan.model import Plan
from workbook_tools.report.content import Graph, Head, ReportCell, ReportTable
from workbook_tools.report.terms import Filled, Piece

ITEMS, PRACTICES, THEMES = "取組項目別", "実践項目別", "テーマ別"
NOW = "今回"
COUNCIL, NOTE = "審議会評価平均", "備考"
_BEST = 5  # the council scores from 5 to 1

# Widths in mm on A4: what is not named shares the rest. Portrait leaves 170, landscape 257.
PORTRAIT, LANDSCAPE = 170.0, 257.0
_WIDTHS: Mapping[str, tuple[float, float]] = {  # key: portrait, landscape
    "№": (7, 10),
    "小№": (8, 10),
    "大№": (10, 11),
    "実践項目数": (9, 14),
    "取組項目数": (11, 14),
    "合計": (10, 11),
    "総合評価": (13, 15),
    COUNCIL: (12, 16),
    NOTE: (14, 20),
    declared.PREVIOUS: (10, 13),
    "前プラン継続": (10, 13),
    "取組終了": (10, 13),
    "担当部署": (43, 50),
}
_THEME: tuple[float, float] = (5.6, 11)
_WIDE_THEME, _YEAR = 8.5, 9.0
_CRITERION: tuple[float, float] = (9.2, 12)
# 【実践項目別】 has the most rows: its figures are narrow, so that its names fit on one line.
_DENSE = {"合計": 8.5, "総合評価": 9.0, "取組終了": 10.0, declared.PREVIOUS: 9.0, "取組項目": 52.0}


def list_of_items(figures: Figures, *, landscape: bool) -> ReportTable:
    """【取組項目別】, one row an item."""
    columns = _shown(declared.item_columns(figures.plan), figures.items)
    rows = tuple(_item_row(figures, columns, item) for item in figures.items)
    caption = f"{ITEMS}の実践項目数、平均値、総合評価及び審議会評価平均"
    return _table(ITEMS, caption, columns, rows, figures.plan, landscape=landscape)


def list_of_practices(figures: Figures) -> ReportTable:
    """【実践項目別】, one row a practice."""
    columns = _shown(declared.practice_columns(figures.plan), figures.practices)
    rows = tuple(
        _row(columns, known, f"{PRACTICES}/№{known.practice.no}") for known in figures.practices
    )
    caption = f"{PRACTICES}の自己評価と総合評価"
    dense = {criterion.name: 9.0 for criterion in figures.plan.criteria} | _DENSE
    widths = [dense.get(column.key, 0.0) for column in columns]
    known = _widths([column.key for column in columns], figures.plan, landscape=True)
    both = [own or other for own, other in zip(widths, known, strict=True)]
    return ReportTable(
        f"表/{PRACTICES}", caption, _heads(columns), rows, _filled(both, LANDSCAPE), size=7
    )


def list_of_themes(figures: Figures) -> ReportTable:
    """テーマ別, one row a theme."""
    columns = _shown(declared.theme_columns(figures.plan), figures.themes)
    rows = tuple(_row(columns, known, f"{THEMES}/{known.theme.no}") for known in figures.themes)
    caption = f"{THEMES}の平均値、総合評価及び審議会評価平均"
    return _table(THEMES, caption, columns, rows, figures.plan, landscape=False)


def standing_of_item(figures: Figures, item: ItemFigures) -> ReportTable:
    """テーマ, 平均値, 合計, 総合評価 and the grades of all years of one item."""
    plan = figures.plan
    columns = [
        column
        for column in declared.item_columns(plan)
        if Output.PAGE in column.shown and column.key not in ("№", "取組項目", COUNCIL, NOTE)
    ]
    name = f"{ITEMS}/№{item.item.no}"
    cells = _row(columns, item, name)
    years = tuple(
        ReportCell(Filled(f"{name}/総合評価/{year}", _grade_of(figures, item, year)))
        for year in plan.years
    )
    over = f"平均値（{item.note}）" if item.note else "平均値"
    upper, lower = _heads(columns, {"平均値": over})
    upper += (Head("（参考）総合評価", len(years)),)
    lower += tuple(Head(year.wide) for year in plan.years)
    widths = _widths([column.key for column in columns], plan, landscape=False)
    widths = [
        _WIDE_THEME if _is_theme(column) else w for column, w in zip(columns, widths, strict=True)
    ]
    all_widths = _fitted((*widths, *(_YEAR for _ in years)), PORTRAIT)
    caption = f"№{item.item.no}　{item.item.name}のテーマ、平均値と総合評価"
    row = ((*cells, *years),)
    return ReportTable(f"表/{name}", caption, (upper, lower), row, all_widths, 8)


def practices_of_item(figures: Figures, item: ItemFigures) -> ReportTable:
    """The practices of one item with their scores."""
    plan = figures.plan
    columns = [
        column
        for column in declared.practice_columns(plan)
        if Output.PAGE in column.shown and not column.key.startswith(tuple(plan.stages or ("\0",)))
    ]
    rows = tuple(
        _row(columns, known, f"{PRACTICES}/№{known.practice.no}") for known in item.practices
    )
    words = {f"{plan.evaluated.wide}自己評価": "自己評価（担当部署）"}
    heads = _heads(columns, words)
    widths = _fill([column.key for column in columns], plan, PORTRAIT, landscape=False)
    caption = f"№{item.item.no}　{item.item.name}の実践項目の自己評価"
    return ReportTable(f"表/{PRACTICES}/№{item.item.no}", caption, heads, rows, widths, 8)


def graphs(figures: Figures) -> Iterator[Graph]:
    """The council's averages by theme, as a radar and as bars; none where there are no scores."""
    scored = [theme for theme in figures.themes if theme.council is not None]
    labels = tuple(theme.theme.short for theme in scored)
    values = tuple((theme.council or 0) / 10 for theme in scored)
    told = "、".join(f"{label}{value:.1f}" for label, value in zip(labels, values, strict=True))
    if len(scored) > 2:
        title = f"テーマ別の{COUNCIL}（レーダー）"
        yield Graph("グラフ/レーダー", "radar", title, f"{title}。{told}", labels, values, _BEST)
    if scored:
        title = f"テーマ別の{COUNCIL}"
        yield Graph("グラフ/棒", "bar", title, f"{title}の棒グラフ。{told}", labels, values, _BEST)


def all_words(figures: Figures) -> Iterator[str]:
    """Every figure that stands in a table, for comparison with what somebody typed."""
    tables = [
        list_of_items(figures, landscape=True),
        list_of_practices(figures),
        list_of_themes(figures),
    ]
    for table in tables:
        for row in table.rows:
            yield from (cell.piece.words for cell in row if isinstance(cell.piece, Filled))


def _grade_of(figures: Figures, item: ItemFigures, year: FiscalYear) -> str:
    if year == figures.year:
        return NOW
    return item.by_year[year].grade if year in item.by_year else DASH


# --- from declared columns to cells


def _shown(columns: Sequence[FigureColumn[Any]], rows: Sequence[Any]) -> list[FigureColumn[Any]]:
    """The columns of the list; 備考 only where somebody has one."""
    return [
        column
        for column in columns
        if Output.LIST in column.shown
        and (column.key != NOTE or any(column.printed(row) for row in rows))
    ]


def _item_row(
    figures: Figures, columns: Sequence[FigureColumn[Any]], item: ItemFigures
) -> tuple[ReportCell, ...]:
    return _row(columns, item, f"{ITEMS}/№{item.item.no}")


def _row(columns: Sequence[FigureColumn[Any]], known: Any, name: str) -> tuple[ReportCell, ...]:
    return tuple(_cell(column, known, name) for column in columns)


# What a person may edit in Word: names are no figures.
_NAMES = ("№", "小№", "大№", "取組項目", "実践項目", "テーマ名", "前プラン継続", "担当部署")


def _cell(column: FigureColumn[Any], known: Any, name: str) -> ReportCell:
    value = column.printed(known)
    words = f"{value:.1f}" if isinstance(value, float) else str(value)
    look = "left" if column.look == "left" else "center"
    if column.key in _NAMES or _is_theme(column):
        titles = ("取組項目", "実践項目", "テーマ名")
        return ReportCell(words, look, column.key in titles)
    piece: Piece = Filled(f"{name}/{column.key}", words)
    return ReportCell(piece, look)


def _is_theme(column: FigureColumn[Any]) -> bool:
    return column.key.startswith(declared.theme_key(""))


def _heads(
    columns: Sequence[FigureColumn[Any]], words: Mapping[str, str] | None = None
) -> tuple[tuple[Head, ...], tuple[Head, ...]]:
    """Two rows of headings: groups over their columns, the others over both rows."""
    upper: list[Head] = []
    lower: list[Head] = []
    for group, run in groupby(columns, key=lambda column: column.group):
        own = list(run)
        if group:
            upper.append(Head((words or {}).get(group, group), len(own)))
            lower += [Head(column.words) for column in own]
        else:
            upper += [Head(column.words, 1, 2) for column in own]
    return tuple(upper), tuple(lower)


def _table(
    name: str,
    caption: str,
    columns: Sequence[FigureColumn[Any]],
    rows: tuple[tuple[ReportCell, ...], ...],
    plan: Plan,
    *,
    landscape: bool,
) -> ReportTable:
    room = LANDSCAPE if landscape else PORTRAIT
    widths = _fill([column.key for column in columns], plan, room, landscape=landscape)
    size = 9 if landscape else 7.5
    return ReportTable(f"表/{name}", caption, _heads(columns), rows, widths, size)


def _fill(keys: Sequence[str], plan: Plan, room: float, *, landscape: bool) -> tuple[float, ...]:
    """Widths that fill the page: texts share what figures leave."""
    return _filled(_widths(keys, plan, landscape=landscape), room)


def _filled(widths: Sequence[float], room: float) -> tuple[float, ...]:
    open_ones = sum(width == 0 for width in widths)
    rest = max(30.0 * open_ones, room - sum(widths))
    shares = [width or rest / max(1, open_ones) for width in widths]
    return _fitted(shares, room)


def _widths(keys: Sequence[str], plan: Plan, *, landscape: bool) -> list[float]:
    criteria = {criterion.name for criterion in plan.criteria}
    known = []
    for name in keys:
        if name in criteria:
            pair = _CRITERION
        elif name.startswith(declared.theme_key("")):
            pair = _THEME
        else:
            pair = _WIDTHS.get(name, (0, 0))
        known.append(float(pair[landscape]))
    return known


def _fitted(widths: Sequence[float], room: float) -> tuple[float, ...]:
    factor = room / sum(widths)
    return tuple(round(width * factor, 2) for width in widths)
