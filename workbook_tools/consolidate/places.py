"""Where the figures of the list stand, and how formulas find them: by №, wherever a row went.

People sort and filter the tables. No formula of one sheet knows a row of another: it looks for the
number printed there, and for nothing else. Every column that a table's formulas need lies inside
its filter range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name, column_name
from workbook_tools.excel.write.figure_sheet import TOP
from workbook_tools.excel.write.formula import quoted

ITEMS, PRACTICES, THEMES = "取組項目別", "実践項目別", "テーマ別"
LEAD = "主担当"  # hidden column of 実践項目別: the first of its departments
KEYS = {ITEMS: "№", PRACTICES: "小№", THEMES: "№"}

At = Mapping[str, str]  # column → the cell of this row: what formulas of a row are made of


@dataclass(frozen=True, slots=True)
class TablePlace:
    """One table: its sheet, how many rows it has, and its columns by key, zero-based."""

    sheet: str
    rows: int
    columns: Mapping[str, int]

    def column(self, key: str) -> str:
        """A column over all rows: ``取組項目別!$F$4:$F$24``."""
        area = Area(TOP, self.columns[key], max(1, self.rows))
        return f"{self.sheet}!{area.absolute_range}"

    def place_of(self, number: str) -> str:
        """Which row of the table has that number, from 1; ``number`` is a cell or a constant."""
        return f"MATCH({number},{self.column(KEYS[self.sheet])},0)"

    def find(self, number: str, key: str) -> str:
        """The cell of a column in the row of that number."""
        return self.at(self.place_of(number), key)

    def at(self, place: str, key: str) -> str:
        """The cell of a column where ``place`` is a cell that holds :meth:`place_of`."""
        return f"INDEX({self.column(key)},{place})"

    def address(self, number: str) -> str:
        """The address of the row with that number, for HYPERLINK."""
        return self.address_of_place(self.place_of(number))

    def address_of_place(self, place: str) -> str:
        """The address of the row at a place, from 1."""
        return link_to(self.sheet, self.columns[KEYS[self.sheet]], f"{place}+{TOP}")


@dataclass(frozen=True, slots=True)
class Places:
    """The three tables of figures."""

    items: TablePlace
    practices: TablePlace
    themes: TablePlace

    def table(self, sheet: str) -> TablePlace:
        """A table by the name of its sheet."""
        return {ITEMS: self.items, PRACTICES: self.practices, THEMES: self.themes}[sheet]


def cells_of(row: int, columns: Mapping[str, int]) -> At:
    """The cells of one row by key."""
    return {key: cell_name(row, col) for key, col in columns.items()}


def link_to(sheet: str, col: int, row: str) -> str:
    """The address of a cell whose row (from 1) a formula tells, for HYPERLINK."""
    return f"{quoted(f'#{sheet}!{column_name(col)}')}&({row})"
