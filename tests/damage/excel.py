"""What Excel does to cells, merged areas, defined names and formulas, one function an operation.

As Excel for Windows does it (checked against its behaviour as documented and remembered, not in
Excel itself). What Excel refuses raises :class:`UnfitError`. Not modelled: relative references in
copied formulas (the form has none), drop-downs and the tool's own conditional formats, which are
left behind when rows or columns move and which nobody reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from tests.damage.book import (
    LOST,
    TYPED,
    Anchor,
    Book,
    Box,
    Cell,
    Fault,
    Sheet,
    Target,
    UnfitError,
    Value,
    box,
)
from tests.damage.package import quoted, taken_over

LAST_ROW, LAST_COL = 1_048_575, 16_383
# Where an area of a sheet stands afterwards; None where it is gone.
Move: TypeAlias = Callable[[Sheet, Box], "tuple[Sheet, Box] | None"]

# -- typing ---------------------------------------------------------------------------------------


def type_in(
    sheet: Sheet, row: int, col: int, value: Value, *, formula: str = "", style: int | None = None
) -> None:
    """Type into a cell; inside a merged area only its first cell can be typed in."""
    area = sheet.merged(row, col)
    before = sheet.cell(area.top, area.left)
    look = before.style if style is None else style
    sheet.cells[area.top, area.left] = Cell(value, look, formula, TYPED)


def clear(sheet: Sheet, area: Box) -> None:
    """The Delete key: contents go, formats stay."""
    for spot in area.spots():
        if spot in sheet.cells:
            sheet.cells[spot] = Cell(None, sheet.cells[spot].style)


# -- names and formulas follow --------------------------------------------------------------------

_TOKEN = re.compile(
    r"""("(?:[^"]|"")*")|((?:'(?:[^']|'')+'|[^\s'"!(),;:&=<>+*/^-]+)!)?"""
    r"(\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?)(?![\w(!.])"
)


@lru_cache(maxsize=65_536)
def _pieces(formula: str) -> tuple[str | tuple[str, Box], ...]:
    """A formula as text and references (sheet name or nothing, area)."""
    pieces: list[str | tuple[str, Box]] = []
    last = 0
    for match in _TOKEN.finditer(formula):
        before = formula[match.start() - 1 : match.start()]
        if match[1] or before.isalnum() or before in ("_", "."):
            continue
        sheet = (match[2] or "")[:-1].strip("'").replace("''", "'")
        pieces += [formula[last : match.start()], (sheet, box(match[3].replace("$", "")))]
        last = match.end()
    return (*pieces, formula[last:])


@lru_cache(maxsize=65_536)
def _references(formula: str) -> tuple[tuple[str, Box], ...]:
    return tuple({piece for piece in _pieces(formula) if not isinstance(piece, str)})


def rewritten(formula: str, book: Book, old_home: Sheet, new_home: Sheet, move: Move) -> str:
    """The formula after an operation: its references follow, those to what is gone break."""
    sheets = {"": old_home, **{sheet.name: sheet for sheet in book.sheets}}
    pieces = []
    for piece in _pieces(formula):
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        name, area = piece
        there = sheets.get(name)
        moved = move(there, area) if there else None
        if moved is None:
            pieces.append(LOST)
        elif moved[0] is new_home:
            pieces.append(moved[1].absolute)
        else:
            pieces.append(f"{quoted(moved[0].name)}!{moved[1].absolute}")
    return "".join(pieces)


def _follow(book: Book, move: Move) -> None:
    """Names and formulas after an operation; the cells stand in their new places already."""
    for key, target in book.names.items():
        if target.sheet is not None and target.box is not None:
            moved = move(target.sheet, target.box)
            book.names[key] = (
                replace(target, sheet=moved[0], box=moved[1])
                if moved
                else Target(None, None, LOST, target.more)
            )
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for sheet in book.sheets:
        # Most formulas look at nothing that moved: each reference is asked once.
        moves: dict[tuple[str, Box], bool] = {}
        for spot, cell in sheet.cells.items():
            if cell.formula and any(
                _moves(reference, sheet, sheets, move, moves)
                for reference in _references(cell.formula)
            ):
                formula = rewritten(cell.formula, book, sheet, sheet, move)
                broken = LOST in formula and LOST not in cell.formula
                value = Fault(LOST) if broken else cell.value
                sheet.cells[spot] = cell._replace(formula=formula, value=value)


def _moves(
    reference: tuple[str, Box],
    home: Sheet,
    sheets: dict[str, Sheet],
    move: Move,
    known: dict[tuple[str, Box], bool],
) -> bool:
    if reference not in known:
        name, area = reference
        there = sheets.get(name) if name else home
        known[reference] = there is None or move(there, area) != (there, area)
    return known[reference]


# -- rows and columns -----------------------------------------------------------------------------


def insert_rows(book: Book, sheet: Sheet, at: int, count: int = 1) -> None:
    """Insert whole rows above row ``at``; they look like the row above."""
    _lines(book, sheet, at, count, _inserted_rows)


def delete_rows(book: Book, sheet: Sheet, at: int, count: int = 1) -> None:
    """Delete whole rows from ``at`` on."""
    _lines(book, sheet, at, -count, _inserted_rows)


def insert_cols(book: Book, sheet: Sheet, at: int, count: int = 1) -> None:
    """Insert whole columns left of column ``at``."""
    _lines(book, sheet, at, count, _inserted_cols)


def delete_cols(book: Book, sheet: Sheet, at: int, count: int = 1) -> None:
    """Delete whole columns from ``at`` on."""
    _lines(book, sheet, at, -count, _inserted_cols)


def stretched(first: int, last: int, at: int, count: int) -> tuple[int, int] | None:
    """A run of rows or columns after ``count`` were inserted (or, negative, deleted) at ``at``."""
    if count > 0:
        return first + count * (first >= at), last + count * (last >= at)
    gone = range(at, at - count)
    first = at if first in gone else first + count * (first >= at - count)
    last = at - 1 if last in gone else last + count * (last >= at - count)
    return (first, last) if first <= last else None


def _inserted_rows(area: Box, at: int, count: int) -> Box | None:
    run = stretched(area.top, area.bottom, at, count)
    return Box(run[0], area.left, run[1], area.right) if run else None


def _inserted_cols(area: Box, at: int, count: int) -> Box | None:
    run = stretched(area.left, area.right, at, count)
    return Box(area.top, run[0], area.bottom, run[1]) if run else None


def _lines(
    book: Book,
    sheet: Sheet,
    at: int,
    count: int,
    shifted: Callable[[Box, int, int], Box | None],
) -> None:
    if sheet.protected or sheet.stacked:
        raise UnfitError("the sheet is protected")
    rows = shifted is _inserted_rows
    kept_values = _first_cells(sheet, at, count, shifted)
    cells = {}
    for (row, col), cell in sheet.cells.items():
        place = shifted(Box(row, col, row, col), at, count)
        if place:
            cells[place.top, place.left] = cell
    cells |= kept_values
    if count > 0:
        _format_like_before(cells, at, count, rows)
    sheet.cells = cells
    sheet.merges = _shifted_all(sheet.merges, at, count, shifted)
    sheet.hiding = _shifted_all(sheet.hiding, at, count, shifted)
    sheet.striking = _shifted_all(sheet.striking, at, count, shifted)
    sheet.anchors = {
        key: replace(anchor, box=shifted(anchor.box, at, count) or _emptied(anchor.box, at, rows))
        for key, anchor in sheet.anchors.items()
    }
    sheet.drawn = [
        replace(drawn, box=shifted(drawn.box, at, count) or drawn.box) for drawn in sheet.drawn
    ]
    sheet.notes = [
        replace(note, row=area.top, col=area.left)
        for note in sheet.notes
        if (area := shifted(Box(note.row, note.col, note.row, note.col), at, count))
    ]
    if rows:
        sheet.heights = _shifted_keys(sheet.heights, at, count)
        sheet.hidden_rows = set(_shifted_keys(dict.fromkeys(sheet.hidden_rows, 0), at, count))
        if count > 0 and at - 1 in sheet.heights:
            sheet.heights |= dict.fromkeys(range(at, at + count), sheet.heights[at - 1])
    else:
        sheet.widths = _shifted_keys(sheet.widths, at, count)
        sheet.hidden_cols = set(_shifted_keys(dict.fromkeys(sheet.hidden_cols, 0), at, count))
        if count > 0 and at - 1 in sheet.widths:
            sheet.widths |= dict.fromkeys(range(at, at + count), sheet.widths[at - 1])
        if count > 0 and at - 1 in sheet.hidden_cols:  # hidden like its neighbour
            sheet.hidden_cols |= set(range(at, at + count))
    sheet.tail = _without_checks(sheet.tail)

    def move(there: Sheet, area: Box) -> tuple[Sheet, Box] | None:
        if there is not sheet:
            return there, area
        new = shifted(area, at, count)
        return (there, new) if new else None

    _follow(book, move)


def _emptied(area: Box, at: int, rows: bool) -> Box:
    """A heading whose row is gone still tells which columns are which; and the other way round."""
    if rows:
        return area._replace(top=at, bottom=at - 1)
    return area._replace(left=at, right=at - 1)


def _first_cells(
    sheet: Sheet, at: int, count: int, shifted: Callable[[Box, int, int], Box | None]
) -> dict[tuple[int, int], Cell]:
    """A merged area that loses its first row or column keeps what it shows."""
    kept = {}
    for area in sheet.merges:
        first = Box(area.top, area.left, area.top, area.left)
        new = shifted(area, at, count)
        if new and shifted(first, at, count) is None and first[:2] in sheet.cells:
            kept[new.top, new.left] = sheet.cells[area.top, area.left]
    return kept


def _format_like_before(
    cells: dict[tuple[int, int], Cell], at: int, count: int, rows: bool
) -> None:
    like = {
        (col if rows else row): cell.style
        for (row, col), cell in cells.items()
        if (row if rows else col) == at - 1
    }
    for line in range(at, at + count):
        for other, style in like.items():
            if style:
                cells[(line, other) if rows else (other, line)] = Cell(None, style)


def _shifted_all(
    areas: Sequence[Box], at: int, count: int, shifted: Callable[[Box, int, int], Box | None]
) -> list[Box]:
    new = ((area, shifted(area, at, count)) for area in areas)
    return [area for old, area in new if area and (area.size != (1, 1) or old.size == (1, 1))]


def _shifted_keys(lines: dict[int, float], at: int, count: int) -> dict[int, float]:
    moved = {}
    for line, value in lines.items():
        run = stretched(line, line, at, count)
        if run:
            moved[run[0]] = value
    return moved


def _without_checks(tail: str) -> str:
    return re.sub(r"<dataValidations.*?</dataValidations>", "", tail, flags=re.S)


# -- cut, copy, insert cut cells ------------------------------------------------------------------


def cut(book: Book, source: Sheet, area: Box, target: Sheet, row: int, col: int) -> None:
    """Cut and paste, or drag with the mouse: names and formulas go along, those below break."""
    there = area.moved(row - area.top, col - area.left)
    _refuse_partial_merges(source, area)
    _refuse_partial_merges(target, there, area if source is target else None)
    if source is target and area == there:
        raise UnfitError("the same place")
    cells = {spot: source.cells.get(spot) for spot in area.spots()}
    merges = [merged for merged in source.merges if area.holds(merged)]
    notes = [
        note for note in source.notes if area.holds(Box(note.row, note.col, note.row, note.col))
    ]
    _erase(target, there)
    _erase(source, area)
    rows, cols = row - area.top, col - area.left
    for (at, across), cell in cells.items():
        if cell is not None:
            target.cells[at + rows, across + cols] = cell
    target.merges += [merged.moved(rows, cols) for merged in merges]
    target.notes += [replace(note, row=note.row + rows, col=note.col + cols) for note in notes]
    _move_anchors(source, area, target, rows, cols)

    def move(sheet: Sheet, place: Box) -> tuple[Sheet, Box] | None:
        if sheet is source and area.holds(place):
            return target, place.moved(rows, cols)
        if sheet is target and there.holds(place):
            return None
        return sheet, place

    moved = [(at + rows, across + cols) for at, across in cells]
    if source is not target:
        _rehome(book, source, target, moved)
    _follow(book, move)


def _rehome(book: Book, old: Sheet, new: Sheet, spots: Iterable[tuple[int, int]]) -> None:
    """Formulas that came to another sheet name the sheet they look at."""
    for spot in spots:
        cell = new.cells.get(spot)
        if cell and cell.formula:
            formula = rewritten(cell.formula, book, old, new, lambda sheet, area: (sheet, area))
            new.cells[spot] = cell._replace(formula=formula)


def copy(
    book: Book, source: Sheet, area: Box, target: Sheet, row: int, col: int, *, values: bool = False
) -> None:
    """Copy and paste; names stay where they are. ``values``: values only."""
    there = area.moved(row - area.top, col - area.left)
    cells = {spot: source.cells.get(spot) for spot in area.spots()}
    merges = [merged for merged in source.merges if area.holds(merged)]
    rows, cols = row - area.top, col - area.left
    if values:
        if any(merged.meets(there) and not there.holds(merged) for merged in target.merges):
            raise UnfitError("a part of a merged cell")
        for (at, across), cell in cells.items():
            spot = (at + rows, across + cols)
            if cell is not None and target.merged(*spot)[:2] == spot:
                old = target.cell(*spot)
                target.cells[spot] = Cell(cell.value, old.style, "", TYPED, cell.runs)
        return
    _refuse_partial_merges(target, there)
    _erase(target, there, names=False)
    for (at, across), cell in cells.items():
        if cell is not None:
            target.cells[at + rows, across + cols] = cell._replace(origin=TYPED)
    target.merges += [merged.moved(rows, cols) for merged in merges]


def _refuse_partial_merges(sheet: Sheet, area: Box, leaving: Box | None = None) -> None:
    for merged in sheet.merges:
        if leaving and leaving.holds(merged):
            continue
        if merged.meets(area) and not area.holds(merged):
            raise UnfitError("a part of a merged cell")


def _erase(sheet: Sheet, area: Box, names: bool = True) -> None:
    for spot in area.spots():
        sheet.cells.pop(spot, None)
    sheet.merges = [merged for merged in sheet.merges if not area.holds(merged)]
    if names:
        sheet.notes = [
            note
            for note in sheet.notes
            if not area.holds(Box(note.row, note.col, note.row, note.col))
        ]


def _move_anchors(source: Sheet, area: Box, target: Sheet, rows: int, cols: int) -> None:
    """Printed labels go where their cells go, and so do the places beside them."""
    labels = {
        key for key, anchor in source.anchors.items() if not anchor.label and area.holds(anchor.box)
    }
    there = area.moved(rows, cols)
    if labels:  # printed labels that others were put over are no longer there
        for key, anchor in list(target.anchors.items()):
            stays = target is source and area.holds(anchor.box)
            if key.startswith("label ") and there.holds(anchor.box) and not stays:
                del target.anchors[key]
    for key, anchor in list(source.anchors.items()):
        if key in labels or (anchor.label in labels and area.holds(anchor.box)):
            del source.anchors[key]
            target.anchors[key] = replace(anchor, box=anchor.box.moved(rows, cols))
    if source.part is not None and target.part is None and labels:
        target.part = source.part


def insert_cut(book: Book, sheet: Sheet, area: Box, before: int) -> None:
    """Cut cells and insert them above row ``before``: the rows between close up.

    Only the columns of ``area`` move.
    """
    first, last = min(area.top, before), max(area.bottom, before - 1)
    place = _placed(area.top, area.bottom, before)
    span = Box(first, area.left, last, area.right)
    _rearrange(book, sheet, area, span, lambda row, col: (place(row), col))


def insert_cut_cols(book: Book, sheet: Sheet, area: Box, before: int) -> None:
    """Cut cells and insert them left of column ``before``; only the rows of ``area`` move."""
    first, last = min(area.left, before), max(area.right, before - 1)
    place = _placed(area.left, area.right, before)
    span = Box(area.top, first, area.bottom, last)
    _rearrange(book, sheet, area, span, lambda row, col: (row, place(col)))


def _placed(first: int, last: int, before: int) -> Callable[[int], int]:
    """Where a row or column comes when ``first`` … ``last`` are inserted before another one."""
    if first <= before <= last + 1:
        raise UnfitError("the same place")
    count, up = last - first + 1, before < first

    def place(line: int) -> int:
        if first <= line <= last:
            return line - (first - before) if up else line + (before - last - 1)
        return line + count if up else line - count

    return place


def _rearrange(
    book: Book, sheet: Sheet, area: Box, span: Box, place: Callable[[int, int], tuple[int, int]]
) -> None:
    """Cells of ``span`` in another order; names, merged areas, labels and formulas follow."""
    _refuse_partial_merges(sheet, span)
    _refuse_partial_merges(sheet, area)

    def shifted(there: Box) -> Box | None:
        """An area after the exchange; None where it is torn."""
        if not span.holds(there) or min(there.size) < 1:  # its row or column is gone
            return there
        spots = [place(row, col) for row, col in there.spots()]
        new = Box(*min(spots), *max(spots))
        return new if new.size == there.size else None

    if any(shifted(merged) is None for merged in sheet.merges):
        raise UnfitError("a merged cell would be torn")
    cells = {spot: sheet.cells.pop(spot) for spot in span.spots() if spot in sheet.cells}
    for spot, cell in cells.items():
        sheet.cells[place(*spot)] = cell
    sheet.merges = [shifted(merged) or merged for merged in sheet.merges]
    notes = []
    for note in sheet.notes:
        at = shifted(Box(note.row, note.col, note.row, note.col))
        notes.append(replace(note, row=at.top, col=at.left) if at else note)
    sheet.notes = notes
    labels = {
        key for key, anchor in sheet.anchors.items() if not anchor.label and span.holds(anchor.box)
    }
    for key, anchor in list(sheet.anchors.items()):
        if (key in labels or anchor.label in labels) and span.holds(anchor.box):
            sheet.anchors[key] = replace(anchor, box=shifted(anchor.box) or anchor.box)

    def move(there: Sheet, spot: Box) -> tuple[Sheet, Box] | None:
        return there, (shifted(spot) or spot) if there is sheet else spot

    _follow(book, move)


def delete_shift_left(book: Book, sheet: Sheet, area: Box) -> None:
    """Delete cells, those right of them move left: the whole rest of their rows."""
    if sheet.protected:
        raise UnfitError("the sheet is protected")
    rest = Box(area.top, area.right + 1, area.bottom, max(sheet.width, area.right + 2))
    cut(book, sheet, rest, sheet, area.top, area.left)


# -- sort and fill --------------------------------------------------------------------------------


def sort(sheet: Sheet, area: Box, *, descending: bool = False) -> None:
    """Sort rows of an area by its first column; names stay. Blank cells come last."""
    sizes = {merged.size for merged in sheet.merges if merged.meets(area)}
    merges = [merged for merged in sheet.merges if area.holds(merged)]
    if sizes and (
        len(sizes) > 1
        or any(merged.size[0] > 1 for merged in merges)
        or len(merges) * (sizes.copy().pop()[1]) != (area.size[0] * area.size[1])
    ):
        raise UnfitError("all merged cells would have to be of one size")
    rows = [[sheet.cells.get((row, col)) for col in area.cols] for row in area.rows]
    filled = [row for row in rows if row[0] is not None and row[0].value not in (None, "")]
    blank = [row for row in rows if row not in filled]
    filled.sort(key=lambda row: _sort_key(row[0]), reverse=descending)
    for row, cells in zip(area.rows, [*filled, *blank], strict=True):
        for col, cell in zip(area.cols, cells, strict=True):
            sheet.cells.pop((row, col), None)
            if cell is not None:
                sheet.cells[row, col] = cell


def _sort_key(cell: Cell | None) -> tuple[bool, float, str]:
    value = cell.value if cell else None
    if isinstance(value, int | float):
        return False, value, ""
    return True, 0.0, str(value)


def fill_down(sheet: Sheet, area: Box) -> None:
    """Ctrl+D: what stands in the first row comes into the rows below; names stay."""
    for row, col in area.spots():
        first = sheet.cells.get((area.top, col))
        if row > area.top and first is not None and sheet.merged(row, col)[:2] == (row, col):
            sheet.cells[row, col] = first


def fill_right(sheet: Sheet, area: Box, step: int) -> None:
    """Ctrl+R over merged cells ``step`` columns wide."""
    for row in area.rows:
        first = sheet.cells.get((row, area.left))
        for col in range(area.left + step, area.right + 1, step):
            if first is not None and sheet.merged(row, col)[:2] == (row, col):
                sheet.cells[row, col] = first


# -- merged cells ---------------------------------------------------------------------------------


def merge(sheet: Sheet, area: Box) -> None:
    """Merge: only what stands in the first filled cell stays."""
    if any(merged.meets(area) and not area.holds(merged) for merged in sheet.merges):
        raise UnfitError("a part of a merged cell")
    sheet.merges = [merged for merged in sheet.merges if not area.holds(merged)]
    filled = [
        sheet.cells[spot]
        for spot in area.spots()
        if spot in sheet.cells and sheet.cells[spot].value not in (None, "")
    ]
    style = sheet.cell(area.top, area.left).style
    for spot in area.spots():
        if spot in sheet.cells:
            sheet.cells[spot] = Cell(None, sheet.cells[spot].style)
    sheet.cells[area.top, area.left] = filled[0] if filled else Cell(None, style)
    sheet.merges.append(area)


def unmerge(sheet: Sheet, area: Box) -> None:
    """Split: what stood in the area stands in its first cell."""
    if area not in sheet.merges:
        raise UnfitError("not merged")
    sheet.merges.remove(area)


# -- sheets ---------------------------------------------------------------------------------------


def rename(book: Book, sheet: Sheet, name: str) -> None:
    """Another name on the tab; formulas and names follow."""
    if not 0 < len(name) <= 31 or any(char in name for char in "[]:*?/\\") or name[:1] == "'":
        raise UnfitError("no name for a sheet")
    if any(other.name.lower() == name.lower() for other in book.sheets if other is not sheet):
        raise UnfitError("two sheets of one name")
    old, sheet.name = sheet.name, name
    for there in book.sheets:
        for spot, cell in there.cells.items():
            if cell.formula and old in cell.formula:
                pieces = [
                    piece
                    if isinstance(piece, str)
                    else _written((name if piece[0] == old else piece[0]), piece[1])
                    for piece in _pieces(cell.formula)
                ]
                there.cells[spot] = cell._replace(formula="".join(pieces))


def _written(sheet: str, area: Box) -> str:
    return f"{quoted(sheet)}!{area.absolute}" if sheet else area.absolute


def copy_sheets(book: Book, sheets: Sequence[Sheet], at: int) -> list[Sheet]:
    """Copy sheets inside the workbook, together: the copies get the names as names of their own."""
    twins: dict[Sheet, Sheet] = {}
    for sheet in sheets:
        twin = sheet.copy()
        twin.name = free_name(book, sheet.name)
        twins[sheet] = twin
        book.sheets.insert(min(at, len(book.sheets)), twin)
        at += 1
    _own_names(book, book.names, twins)
    for sheet, twin in twins.items():
        for spot, cell in twin.cells.items():
            if cell.formula:
                formula = rewritten(
                    cell.formula,
                    book,
                    sheet,
                    twin,
                    lambda there, area: (twins.get(there, there), area),
                )
                twin.cells[spot] = cell._replace(formula=formula)
    return [*twins.values()]


def _own_names(
    book: Book, names: dict[tuple[Sheet | None, str], Target], twins: dict[Sheet, Sheet]
) -> None:
    """Names of copied sheets, as names of the copies."""
    for (scope, name), target in list(names.items()):
        if target.sheet in twins and scope in (None, target.sheet):
            twin = twins[target.sheet]
            book.names[twin, name] = replace(target, sheet=twin)


def free_name(book: Book, name: str) -> str:
    """``シート (2)``, as Excel calls a copy."""
    taken = {sheet.name.lower() for sheet in book.sheets}
    stem = re.sub(r" \(\d+\)$", "", name)
    number = 2
    while f"{stem} ({number})".lower() in taken:
        number += 1
    return f"{stem[: 31 - len(f' ({number})')]} ({number})" if name.lower() in taken else name


def bring_in(book: Book, other: Book, sheets: Sequence[Sheet], at: int) -> list[Sheet]:
    """Copy sheets of another workbook into this one, together.

    Names that this workbook has already become names of the copies alone; formulas that look at a
    sheet left behind look at the other file.
    """
    looks = taken_over(book.styles, other.styles)
    twins: dict[Sheet, Sheet] = {}
    for sheet in sheets:
        twin = sheet.copy()
        twin.name = free_name(book, sheet.name)
        twin.cells = {
            spot: cell._replace(style=looks.get(cell.style, cell.style))
            for spot, cell in twin.cells.items()
        }
        twins[sheet] = twin
        book.sheets.insert(min(at, len(book.sheets)), twin)
        at += 1
    for (scope, name), target in other.names.items():
        if target.sheet in twins and scope in (None, target.sheet):
            twin = twins[target.sheet]
            taken = scope is not None or (None, name) in book.names
            book.names[twin if taken else None, name] = replace(target, sheet=twin)
    for sheet, twin in twins.items():
        for spot, cell in twin.cells.items():
            if cell.formula:
                formula = _brought(cell.formula, other, twins, sheet)
                twin.cells[spot] = cell._replace(formula=formula)
    return [*twins.values()]


def _brought(formula: str, other: Book, twins: dict[Sheet, Sheet], home: Sheet) -> str:
    made = []
    for piece in _pieces(formula):
        if isinstance(piece, str):
            made.append(piece)
            continue
        name, area = piece
        there = next((sheet for sheet in other.sheets if sheet.name == name), home)
        if there is home:
            made.append(area.absolute)
        elif there in twins:
            made.append(_written(twins[there].name, area))
        else:  # Excel writes a link to the other file; the value stays
            made.append(LOST)
    return "".join(made)


def delete_sheet(book: Book, sheet: Sheet) -> None:
    """Delete a sheet: its own names go, the workbook's names of it break."""
    if not any(other.state == "visible" for other in book.sheets if other is not sheet):
        raise UnfitError("no sheet would be left")

    def move(there: Sheet, area: Box) -> tuple[Sheet, Box] | None:
        return None if there is sheet else (there, area)

    for key in [key for key in book.names if key[0] is sheet]:
        del book.names[key]
    _follow(book, move)
    book.sheets.remove(sheet)


def hide_sheet(book: Book, sheet: Sheet, state: str = "hidden") -> None:
    """Hide a sheet; one must stay to be seen."""
    if not any(other.state == "visible" for other in book.sheets if other is not sheet):
        raise UnfitError("no sheet would be left")
    sheet.state = state


def add_sheet(book: Book, name: str, at: int) -> Sheet:
    """A new blank sheet."""
    sheet = Sheet(free_name(book, name), protected=False)
    sheet.head = '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    book.sheets.insert(min(at, len(book.sheets)), sheet)
    return sheet


__all__ = ["LAST_COL", "LAST_ROW", "Anchor", "UnfitError"]
