"""A list somebody typed or published: its tables, found by their headings, and their rows.

Of each kind of table (実践項目別, 取組項目別, テーマ別) the fullest is taken, over several sheets
where it goes on; which sheets were left is said. Columns are those of our own list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from workbook_tools.cells import cell_name
from workbook_tools.era import without_years
from workbook_tools.excel.read import book as reading
from workbook_tools.excel.read.book import OpenedBook, Table
from workbook_tools.figures import columns as figure_columns
from workbook_tools.figures.columns import PREVIOUS, FigureColumn, Output
from workbook_tools.findings import UserError
from workbook_tools.history import headings as history
from workbook_tools.history.headings import (
    GRADE,
    ListHeading,
    Listing,
    data_rows,
    headings_at,
    plain,
    years_said,
)
from workbook_tools.plan.model import Plan
from workbook_tools.text import key, squeeze_lines, tidy, whole_number


class TableKind(StrEnum):
    """The three tables of a list."""

    PRACTICES = "実践項目別"
    ITEMS = "取組項目別"
    THEMES = "テーマ別"


# The columns by which a row is known: its number and its name.
KEYS = {
    TableKind.PRACTICES: ("小№", "実践項目"),
    TableKind.ITEMS: ("№", "取組項目"),
    TableKind.THEMES: ("№", "テーマ名"),
}
COUNCIL, NOTE = "審議会評価平均", "備考"
# Accepted spellings besides the words our own list prints, which always are.
_SPELLINGS: dict[TableKind, dict[str, tuple[str, ...]]] = {
    TableKind.PRACTICES: {
        "大№": ("大番号", "取組項目№", "取組項目番号"),
        "取組項目": ("取組項目名",),
        "担当部署": ("担当課", "担当", "所管", "所管課", "部署"),
    },
    TableKind.ITEMS: {
        "№": ("大№", "番号", "取組項目№", "取組項目番号"),
        "取組項目": ("取組項目名",),
        "総合評価": ("総合評価", "担当部署評価", "部署評価", "担当部署総合評価"),
        "実践項目数": ("実践項目の数",),
        COUNCIL: ("審議会評価", "審議会の評価", "審議会平均"),
    },
    TableKind.THEMES: {
        "№": ("番号", "テーマ№", "テーマ番号"),
        "テーマ名": ("テーマ",),
        "総合評価": ("総合評価", "担当部署評価", "部署評価", "担当部署総合評価"),
        "取組項目数": ("取組項目の数",),
        "実践項目数": ("実践項目の数",),
        COUNCIL: ("審議会評価", "審議会の評価", "審議会平均"),
    },
}
# A table with one of these is of another kind, whatever else it has.
_FOREIGN = {
    TableKind.ITEMS: {plain(word) for word in KEYS[TableKind.PRACTICES]},
    TableKind.THEMES: {
        plain(word) for word in (*KEYS[TableKind.PRACTICES], KEYS[TableKind.ITEMS][1])
    },
}
_LONGEST_HEADING = 30
_LEAST_FIGURES = 2  # columns of figures that make a table one of ours


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a table of the list. Columns are keys of :mod:`figures.columns`."""

    part: ListPart
    row: int

    def has(self, column: str) -> bool:
        """Whether the table has that column."""
        return column in self.part.listing.columns

    def text(self, column: str) -> str:
        """What a person sees in the row under a heading; empty where there is no such column."""
        heading = self.part.listing.columns.get(column)
        return self.part.shown(self.row, heading.col) if heading else ""

    def cell(self, column: str) -> str | None:
        """The cell in A1 notation."""
        heading = self.part.listing.columns.get(column)
        return cell_name(self.row, heading.col) if heading else None

    @property
    def sheet(self) -> str:
        """The sheet it stands on."""
        return self.part.listing.table.sheet


@dataclass(frozen=True)
class ListPart:
    """A table, or the part of it that stands on one sheet."""

    kind: TableKind
    listing: Listing
    end: int | None = None  # the first row of the next table on the sheet

    def rows(self) -> Iterator[ListRow]:
        """Its rows of data."""
        for row in data_rows(self.listing, KEYS[self.kind], self.end):
            found = ListRow(self, row)
            if self._is_row(found):
                yield found

    def _is_row(self, row: ListRow) -> bool:
        """A line without name and number is one only with figures; else it is a title or a note."""
        number, name = (row.text(column) for column in KEYS[self.kind])
        if name or whole_number(number) is not None:
            return True
        figures = [row.text(column) for column in self.listing.columns]
        return sum(key(figure)[:1].isdecimal() for figure in figures) >= _LEAST_FIGURES

    def shown(self, row: int, col: int) -> str:
        """A cell as it is shown; every cell of a merged area shows its first one."""
        table = self.listing.table
        row, col = self._corners.get((row, col), (row, col))
        displayed = table.displayed(row, col)
        return tidy(table.text(row, col) if displayed is None else displayed)

    @cached_property
    def _corners(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        return {
            (row, col): (area.row, area.col)
            for area in self.listing.table.merged
            for row in range(area.row, area.last_row + 1)
            for col in range(area.col, area.last_col + 1)
        }


@dataclass(frozen=True)
class ReadList:
    """The list as it was read.

    ``notes``: what was not found, not read, or read otherwise. ``loses_formulas``: of a format in
    which the text of a formula reads as 0.
    """

    parts: Mapping[TableKind, tuple[ListPart, ...]]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    loses_formulas: bool = False

    def rows(self, kind: TableKind) -> list[ListRow]:
        """All rows of a kind, in the list's order."""
        return [row for part in self.parts.get(kind, ()) for row in part.rows()]

    def has(self, kind: TableKind, column: str) -> bool:
        """Whether any part of the table has that column."""
        return any(column in part.listing.columns for part in self.parts.get(kind, ()))


def columns_of(kind: TableKind, plan: Plan) -> tuple[FigureColumn[Any], ...]:
    """The columns of our own list, without 備考, which every list words in its own way."""
    every: dict[TableKind, tuple[FigureColumn[Any], ...]] = {
        TableKind.PRACTICES: figure_columns.practice_columns(plan),
        TableKind.ITEMS: figure_columns.item_columns(plan),
        TableKind.THEMES: figure_columns.theme_columns(plan),
    }
    return tuple(c for c in every[kind] if Output.LIST in c.shown and c.key != NOTE)


def read_list(data: bytes, file: str, plan: Plan) -> ReadList:
    """Read a list of the plan's evaluated year; ``file`` is its name for messages.

    Raises UserError where the file cannot be read, holds none of the tables, or another year's.
    """
    try:
        book = reading.open_book(data)
    except reading.UnreadableError as error:
        raise UserError(f"『{file}』を読めません（{error.reason}）。") from error
    tables = book.tables([sheet for sheet in book.sheets if book.is_visible(sheet)])
    found = [part for table in tables for part in _parts(table, plan)]
    if not found:
        wanted = "".join(f"【{kind}】" for kind in TableKind)
        raise UserError(
            f"『{file}』に{wanted}のどの表も見つかりません。"
            "見出し（№、名称、評点や平均値）のある一覧か確かめてください。"
        )
    chosen = {kind: _fullest([part for part in found if part.kind is kind]) for kind in TableKind}
    _refuse_other_years(chosen, file, plan)
    notes = [
        *_unread_sheets(book, tables),
        *_left_sheets(chosen, tables),
        *(note for kind in TableKind for note in _missing_columns(kind, chosen[kind], plan)),
        *_wrong_headings(chosen, plan),
    ]
    parts = {kind: own for kind, own in chosen.items() if own}
    is_old = bool(book.container.rewritten)  # an .xls
    return ReadList(parts, tuple(tables), tuple(notes), is_old)


def _parts(table: Table, plan: Plan) -> Iterator[ListPart]:
    """The tables of one sheet; each ends where another one's headings begin."""
    best = {kind: listing for kind in TableKind if (listing := _best(table, kind, plan))}
    for kind, listing in best.items():
        below = [other.top for other in best.values() if other.top >= listing.start]
        yield ListPart(kind, listing, min(below, default=None))


def _best(table: Table, kind: TableKind, plan: Plan) -> Listing | None:
    candidates = [
        listing
        for top in _tops(table, kind)
        for rows in (1, 2)
        if (listing := _listing(table, top, rows, kind, plan))
    ]
    return max(candidates, key=lambda listing: len(listing.columns), default=None)


def _tops(table: Table, kind: TableKind) -> list[int]:
    """Where headings may begin: in the row of the name's heading, or in the one above it."""
    title = KEYS[kind][1]
    words = {plain(word) for word in (title, *_SPELLINGS[kind].get(title, ()), f"{title}名")}
    tops = set()
    for row, line in enumerate(table.grid):
        if any(
            isinstance(value, str) and len(value) < _LONGEST_HEADING and plain(value) in words
            for value in line
        ):
            tops |= {max(row - 1, 0), row}
    return sorted(tops)


def _listing(table: Table, top: int, rows: int, kind: TableKind, plan: Plan) -> Listing | None:
    headings = tuple(headings_at(table, top, rows, plan.evaluated))
    if kind is TableKind.PRACTICES:
        columns = _practice_columns(headings, plan)
    else:
        columns = _mean_columns(headings, kind, plan)
    number, title = (columns.get(name) for name in KEYS[kind])
    if number is None or title is None or number.group or title.group:
        return None  # a title above the headings is no group heading
    live = {column.key for column in columns_of(kind, plan) if column.live}
    if len(live & columns.keys()) < _LEAST_FIGURES:
        return None
    said = years_said(table, top, columns, plan)
    return Listing(table, top, top + rows, headings, columns, said)


def _practice_columns(headings: Sequence[ListHeading], plan: Plan) -> dict[str, ListHeading]:
    """Scores as a past year's list is read; the other columns by their words."""
    found = history.columns_of(headings, plan)
    for column, spellings in _SPELLINGS[TableKind.PRACTICES].items():
        heading = _named(headings, (column, *spellings))
        if heading:
            found[column] = heading
    before = [
        heading
        for heading in headings
        if heading.name == plain(GRADE)
        and heading != found.get(GRADE)
        and heading.years in (frozenset(), {plan.evaluated - 1})
    ]
    if before:
        found[PREVIOUS] = before[-1]
    return found


def _mean_columns(
    headings: Sequence[ListHeading], kind: TableKind, plan: Plan
) -> dict[str, ListHeading]:
    """The columns of a table of averages."""
    if _FOREIGN[kind] & {_bare(heading) for heading in headings}:
        return {}
    found = {}
    for column in columns_of(kind, plan):
        words = (column.words, *_SPELLINGS[kind].get(column.key, ()))
        heading = _named(headings, words)
        if heading:
            found[column.key] = heading
    names = [criterion.name for criterion in plan.criteria]
    if not all(name in found for name in names):
        own = _averages(headings, found)
        if len(own) == len(names):
            found |= dict(zip(names, own, strict=True))
    return found


def _averages(
    headings: Sequence[ListHeading], found: Mapping[str, ListHeading]
) -> list[ListHeading]:
    """The columns of averages by their place: domain §7 knows of wrong headings over them."""
    grouped = [heading for heading in headings if "平均" in plain(heading.group)]
    if grouped or "合計" not in found:
        return grouped
    first = found.get("実践項目数")
    left = first.col if first else -1
    return (
        [heading for heading in headings if left < heading.col < found["合計"].col] if first else []
    )


def _named(headings: Iterable[ListHeading], words: Iterable[str]) -> ListHeading | None:
    known = list(headings)
    for word in words:
        for heading in known:
            if _bare(heading) == plain(word):
                return heading
    return None


def _bare(heading: ListHeading) -> str:
    return plain(without_years(heading.own))


def _fullest(parts: Sequence[ListPart]) -> tuple[ListPart, ...]:
    """The parts with the most columns: 評価ページ has practices too, but not all their columns."""
    most = max((len(part.listing.columns) for part in parts), default=0)
    return tuple(part for part in parts if len(part.listing.columns) == most)


def _refuse_other_years(
    chosen: Mapping[TableKind, Sequence[ListPart]], file: str, plan: Plan
) -> None:
    for part in (part for parts in chosen.values() for part in parts):
        years = part.listing.years
        if years and plan.evaluated not in years:
            said = "・".join(str(year) for year in sorted(years))
            raise UserError(
                f"『{file}』は{said}の一覧です。"
                f"--year {said} とするか、{plan.evaluated}の一覧を選んでください。"
            )


# -- what is said of the reading ------------------------------------------------------------------


def _unread_sheets(book: OpenedBook, tables: Sequence[Table]) -> Iterator[str]:
    read = {table.sheet for table in tables}
    for sheet in book.sheets:
        if not book.is_visible(sheet):
            yield f"シート『{sheet}』は隠れているため、見ていません。"
        elif sheet not in read:
            yield f"シート『{sheet}』は読めませんでした（グラフだけのシートか、壊れています）。"


def _left_sheets(
    chosen: Mapping[TableKind, Sequence[ListPart]], tables: Sequence[Table]
) -> Iterator[str]:
    used = {part.listing.table.sheet for parts in chosen.values() for part in parts}
    left = [table.sheet for table in tables if table.sheet not in used and table.grid]
    if left:
        yield f"次のシートは、突き合わせる表ではないため見ていません：{'、'.join(left)}。"


def _missing_columns(kind: TableKind, parts: Sequence[ListPart], plan: Plan) -> Iterator[str]:
    if not parts:
        yield f"【{kind}】の表が見つからないため、突き合わせていません。"
        return
    missing = [
        column.key
        for column in columns_of(kind, plan)
        if not any(column.key in part.listing.columns for part in parts)
    ]
    if missing:
        yield f"【{kind}】に見つからない欄：{'、'.join(missing)}。"
    used = {heading for part in parts for heading in part.listing.columns.values()}
    table, start = parts[0].listing.table, parts[0].listing.start
    others = [
        heading.text
        for heading in parts[0].listing.headings
        if heading not in used and not table.is_hidden(start - 1, heading.col)
    ]
    if others:
        yield f"【{kind}】で突き合わせていない欄：{'、'.join(map(squeeze_lines, others))}。"


def _wrong_headings(chosen: Mapping[TableKind, Sequence[ListPart]], plan: Plan) -> Iterator[str]:
    for kind in (TableKind.ITEMS, TableKind.THEMES):
        for part in chosen[kind][:1]:
            for criterion in plan.criteria:
                heading = part.listing.columns.get(criterion.name)
                if heading and _bare(heading) != plain(criterion.name):
                    yield (
                        f"【{kind}】の見出し『{squeeze_lines(heading.own)}』の列は、"
                        f"並びから{criterion.name}の列として読みました。"
                    )
