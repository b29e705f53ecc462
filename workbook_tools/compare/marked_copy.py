"""A copy of the list with every differing cell coloured and commented; the original stays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from workbook_tools.cells import Area
from workbook_tools.compare.differences import Mismatch
from workbook_tools.compare.words import shown, values
from workbook_tools.excel.patch.fills import ERROR, Styles
from workbook_tools.excel.patch.marks import (
    WORKBOOK,
    CellMark,
    SheetMarker,
    sheets,
    styles_path,
)
from workbook_tools.excel.patch.package import (
    MAIN,
    Package,
    Relations,
    UnmarkableError,
    XmlPart,
)
from workbook_tools.excel.read.book import Table
from workbook_tools.excel.write.book import Book

_KEPT = (".xlsx", ".xlsm")  # whose packages can be marked; others are written anew


def mark(data: bytes, differences: Sequence[Mismatch], tables: Sequence[Table]) -> bytes:
    """The list's bytes with marks; a list in another format as a plain .xlsx with its values.

    Raises UnmarkableError where neither can be done.
    """
    try:
        return _marked(data, differences)
    except (UnmarkableError, ValueError, KeyError, IndexError, OverflowError):
        return _marked(_plain(tables), differences)


def name_of(file: str) -> str:
    """What the copy is called: macros need their own ending."""
    path = PurePath(file)
    suffix = path.suffix.lower()
    return f"{path.stem}_突合済{suffix if suffix in _KEPT else _KEPT[0]}"


def _marked(data: bytes, differences: Sequence[Mismatch]) -> bytes:
    package = Package(data)
    relations = Relations(package, WORKBOOK)
    path = styles_path(relations)
    styles = Styles(package.get(path))
    workbook = XmlPart(package.get(WORKBOOK), namespace=MAIN)
    for sheet in sheets(workbook, relations):
        own = list(_marks(differences, sheet.name))
        SheetMarker(package, sheet, styles).mark(own)
    package.put(path, styles.content())
    return package.content()


def _marks(differences: Iterable[Mismatch], sheet: str) -> Iterator[CellMark]:
    for known in differences:
        if known.sheet == sheet and known.cell:
            follows = [f"影響：{shown(change)}" for change in known.consequences[:_MOST_TOLD]]
            if len(known.consequences) > _MOST_TOLD:
                follows.append(f"影響はほかに{len(known.consequences) - _MOST_TOLD}か所あります。")
            said = [values(known), f"原因：{known.explained.cause}　{known.explained.reason}"]
            yield CellMark(known.cell, ERROR, "\n".join([*said, *follows]))


_MOST_TOLD = 6  # consequences a comment tells; 相違一覧 has them all


def _plain(tables: Sequence[Table]) -> bytes:
    """The list's values, as they are shown, in a workbook of ours."""
    book = Book()
    for table in tables:
        sheet = book.sheet(table.sheet)
        merged = {(area.row, area.col): area for area in table.merged}
        inside = {
            (row, col)
            for area in table.merged
            for row in range(area.row, area.last_row + 1)
            for col in range(area.col, area.last_col + 1)
        } - merged.keys()
        for row, line in enumerate(table.grid):
            for col, value in enumerate(line):
                if value == "" or (row, col) in inside:
                    continue
                area = merged.get((row, col), Area(row, col))
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.number(area, value, "base")
                else:
                    sheet.text(area, table.displayed(row, col) or table.text(row, col), "base")
    return book.bytes()
