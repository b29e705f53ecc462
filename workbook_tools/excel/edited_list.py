"""A list that people edit and that later runs add to; the only module that knows openpyxl.

Rows are found by the words of the headings, wherever these stand; whatever else was done to the
workbook stays. What is read passes the same limits as everything that comes from outside.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workbook_tools.cells import cell_name
from workbook_tools.excel.read import book as reading
from workbook_tools.excel.write.list_sheet import Calculated, Link
from workbook_tools.findings import UserError
from workbook_tools.text import for_cell, key
from workbook_tools.zips import same_everywhere

Value = str | int | float | date | Calculated | Link | None


class EditedList:
    """One sheet with the wanted headings, and others it may have; each row as heading → text.

    Raises UserError where the workbook cannot be read, or the sheet or a heading is gone.
    """

    def __init__(
        self,
        data: bytes,
        file: str,
        sheet: str,
        wanted: Sequence[str],
        others: Sequence[str] = (),
    ) -> None:
        self._data = data
        self._loaded: Any = None
        self._changed = False
        try:
            tables = {key(table.sheet): table for table in reading.tables(data)}
        except reading.UnreadableError as error:
            raise UserError(f"『{file}』を読めません（{error.reason}）。") from error
        table = tables.get(key(sheet))
        for head in range(len(table.grid) if table else 0):
            assert table is not None
            places = {key(table.text(head, col)): col for col in range(len(table.grid[head]))}
            if all(key(name) in places for name in wanted):
                self._name, self._head = table.sheet, head
                names = (*wanted, *others)
                self._columns = {n: places[key(n)] for n in names if key(n) in places}
                below = range(head + 1, len(table.grid))
                self.rows = [
                    {name: table.text(row, col) for name, col in self._columns.items()}
                    for row in below
                ]
                return
        raise UserError(
            f"『{file}』のシート『{sheet}』に、見出し（{'、'.join(wanted)}）の行がありません。"
            "見出しを元に戻してから、もう一度実行してください。"
        )

    def set(self, number: int, heading: str, value: Value) -> None:
        """Change one cell of a row (0 is the first below the headings), unless it says so."""
        if self.rows[number][heading] != _text(value):
            cell = self._book[self._name].cell(self._head + 2 + number, self._columns[heading] + 1)
            self._put(cell, value)
            self.rows[number][heading] = _text(value)

    def append(self, values: Mapping[str, Value]) -> None:
        """Add a row behind the last, looking like it; what has no column here is left out."""
        sheet = self._book[self._name]
        pattern = sheet[sheet.max_row]
        row = sheet.max_row + 1
        for cell in pattern:
            sheet.cell(row, cell.column)._style = cell._style  # openpyxl's way to give its looks
        for name, col in self._columns.items():
            self._put(sheet.cell(row, col + 1), values.get(name))
        self.rows.append({name: _text(values.get(name)) for name in self._columns})

    def next_cells(self) -> dict[str, str]:
        """Heading → cell of the row that is added next."""
        row = self._book[self._name].max_row
        return {name: cell_name(row, col) for name, col in self._columns.items()}

    def renew(self, sheet: str, top: int, rows: Sequence[Sequence[Value]]) -> None:
        """Write another sheet's rows anew from ``top`` (zero-based) on, if it is still there.

        What stood there and is no more is emptied.
        """
        if sheet not in self._book.sheetnames:
            return
        page = self._book[sheet]
        for row in range(max(len(rows), page.max_row - top)):
            values = rows[row] if row < len(rows) else ()
            for col in range(max(len(values), page.max_column)):
                value = values[col] if col < len(values) else None
                cell = page.cell(top + 1 + row, col + 1)
                if _text(cell.value) != _text(value):
                    cell._style = page.cell(top + 1, col + 1)._style
                    self._put(cell, value)

    @property
    def _book(self) -> Any:
        """The workbook, loaded when it is first needed."""
        if self._loaded is None:
            import openpyxl

            self._loaded = openpyxl.load_workbook(io.BytesIO(self._data))
        return self._loaded

    def _put(self, cell: Any, value: Value) -> None:
        """Write into a cell; a text stays a text, whatever it begins with."""
        self._changed = True
        if isinstance(value, Calculated):
            cell.value = value.formula
            return
        cell.value = for_cell(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"

    def content(self) -> bytes:
        """The workbook; the very bytes it had where nothing was changed."""
        if not self._changed:
            return self._data
        buffer = io.BytesIO()
        self._book.save(buffer)
        return same_everywhere(buffer.getvalue())


def _text(value: object) -> str:
    if isinstance(value, Calculated):
        value = value.value
    return "" if value is None else str(value)
