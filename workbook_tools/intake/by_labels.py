"""Where the fields stand in a workbook that lost its defined names: found by printed labels. Pure.

A label is a whole cell, compared without widths, spaces, signs and remarks in brackets; its words
come from the layout. No label is trusted alone, since people type the same words as values: a block
(schedule, activities, evaluation, issues) is several labels in the right relation, a form several
blocks (domain §4, §5). A block's labels give rows and columns, and a value is the first filled cell
between them, so that inserted rows and columns, split and widened cells do no harm.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, takewhile

from workbook_tools.excel.read.book import Table
from workbook_tools.form.layout import (
    COLUMNS,
    ON_PLAN,
    OVERALL,
    REVISED,
    Form,
    Kind,
    field_name,
)
from workbook_tools.form.spec import Stem
from workbook_tools.intake.answers import understand
from workbook_tools.intake.printed_words import (
    ACTIVITIES,
    EVALUATION,
    HEAD,
    HEADING,
    ISSUES,
    ITEM,
    LEFT,
    NEAR,
    NUMBER_AND_TITLE,
    NUMBERED,
    PLANNED,
    PROBLEM,
    ROW,
    SCHEDULE,
    SUMMED,
    TITLES,
    Anchor,
    Cell,
    Page,
    SheetPart,
    Spot,
    read_label,
)
from workbook_tools.intake.row_numbers import row_number
from workbook_tools.text import is_marked, is_none_mark, key

_CLOSE = 4  # rows below the heading of a wide field: what stands farther off is none of its


def find(form: Form, tables: Sequence[Table]) -> list[dict[str, Spot]]:
    """The fields of every form in a workbook, in order of appearance.

    Blank fields have the spot where their value would stand; what could not be located is absent.
    Fields that share a cell (``№7 窓口の…``, ``令和４年３月取組終了``) share the spot.
    """
    return _paired(parts(form, tables))


def parts(form: Form, tables: Sequence[Table]) -> list[SheetPart]:
    """Every sheet ① and ② in a workbook, in order of appearance."""
    pages = [Page(form, number, table) for number, table in enumerate(tables)]
    return [part for page in pages for part in _parts(page)]


def _parts(page: Page) -> list[SheetPart]:
    """Sheets ① and ② found in one worksheet, one below the other."""
    groups: list[list[Anchor]] = []
    for anchor in page.anchors():
        last = groups[-1][-1] if groups else None
        if last is None or _begins(page, last, anchor):
            groups.append([anchor])
        elif anchor.block < ISSUES and anchor.block not in {known.block for known in groups[-1]}:
            groups[-1].append(anchor)  # somebody may have moved a block
        elif last.block == anchor.block == EVALUATION and anchor.labels >= last.labels:
            groups[-1][-1] = anchor  # anything else is text that looks like a heading
    if groups:
        page.merge()
    tops = [0]
    for before, group in pairwise(groups):
        between = range(before[-1].row + 1, group[0].row)
        heads = [cell[0] for role in (*TITLES, *HEAD) for cell in page.labels(role, between)]
        tops.append(min(heads, default=group[0].row))
    ends = [*tops[1:], page.height]
    found = (
        _part(page, group, range(top, end))
        for group, top, end in zip(groups, tops, ends, strict=False)
    )
    return [part for part in found if part]


def _begins(page: Page, last: Anchor, anchor: Anchor) -> bool:
    """A head stands between two blocks, or a part of it between a whole ① and ②."""
    between = range(last.row + 1, anchor.row)
    heads = sum(bool(page.labels(role, between)) for role in (*TITLES, *HEAD))
    return heads >= (1 if (last.block, anchor.block) == (EVALUATION, ISSUES) else 2)


def _part(page: Page, group: list[Anchor], rows: range) -> SheetPart | None:
    """The fields of one sheet, or None where too few labels speak for a form."""
    sheet = int(group[0].block == ISSUES)
    above = range(rows.start, group[0].row)
    titles = page.labels(TITLES[sheet], above)
    cells, spots = _head(page, above, titles[-1:]), dict[str, Cell]()
    for anchor, end in zip(group, [*(part.row for part in group[1:]), rows.stop], strict=True):
        spots |= _BLOCKS[anchor.block](page, anchor, range(anchor.row + 1, end))
    if (
        not titles
        and len(group) < 2
        and not spots.keys() & {field.name for field in page.form.remarks}
    ):
        return None
    if sheet == 0:
        spots |= _themes(page, above, set(cells.values()))
        spots |= _ending(page, range(group[0].row + 1, rows.stop))
    else:
        repeats = {label.repeats for label in page.form.labels}
        cells = {name: cell for name, cell in cells.items() if name in repeats}
    number = re.match(r"(?:no)?0*(\d+)", key(page.cells.get(cells.get(Stem.NUMBER, (-1, -1)), "")))
    every = {name: (page.number, *cell) for name, cell in (cells | spots).items()}
    twice = _years_twice(page, group, spots)
    doubtful = _doubtful(page, rows, every) | twice
    return SheetPart(sheet, number[1] if number else "", every, rows, doubtful, twice)


def _years_twice(page: Page, group: Sequence[Anchor], spots: Mapping[str, Cell]) -> frozenset[str]:
    """Fields below a year that heads two columns of its block: nobody can say which is the one."""
    found: set[str] = set()
    for anchor in group:
        if anchor.block in (SCHEDULE, EVALUATION):
            heads = [year for col, year in page.years[anchor.row].items() if col < page.edge]
            years = {year for year in heads if heads.count(year) > 1}
            scored = anchor.block == EVALUATION
            stems = [*page.form.criteria, *SUMMED] if scored else [*PLANNED, Stem.STATUS]
            found |= {field_name(stem, year) for stem in stems for year in years}
    return frozenset(found & spots.keys())


def _doubtful(page: Page, rows: range, spots: Mapping[str, Spot]) -> frozenset[str]:
    """Fields whose label stands there twice, or that share a cell with another field."""
    twice = {role for role in (*LEFT, *page.form.criteria) if len(page.labels(role, rows)) > 1} - {
        OVERALL
    }
    shared = Counter(spots.values())
    return frozenset(
        name
        for name, spot in spots.items()
        if page.form[name].stem in twice or (shared[spot] > 1 and name not in _SHARED)
    )


def _head(page: Page, rows: range, title: Sequence[Cell]) -> dict[str, Cell]:
    """Numbers, names and 確認時期; on ② as far as they are printed again."""
    labels = {role: page.labels(role, rows)[:1] for role in (*HEAD, Stem.THEME)}
    heads = {cell for cells in labels.values() for cell in cells}
    spots: dict[str, Cell] = {
        name: page.right_of(cell, heads) for name in HEAD for cell in labels[name]
    }
    filled = page.filled(rows)
    if Stem.SEASON not in spots:  # 確認時期 令和３年度末 in one cell, or the year alone
        bare = ((cell, page.bare(cell).removeprefix(page.words.season)) for cell in filled)
        spots |= [(Stem.SEASON, cell) for cell, rest in bare if read_label(rest)[1]][:1]
    free = [cell for cell in filled if cell not in heads | set(spots.values())]
    beside = [cell for at in title for cell in page.filled(at[:1], 0, at[1])]
    numbers = [
        *(cell for cell in beside if page.bare(cell).isdecimal()),
        *(cell for cell in title if page.bare(cell)[:1].isdecimal()),
        *(cell for cell in free if re.fullmatch(r"\d{1,3}", page.bare(cell))),
        *(cell for cell in free if NUMBER_AND_TITLE.match(page.cells[cell])),
        *(cell for cell in beside if labels[Stem.ITEM_NUMBER]),
        *((row, page.homes.get((row, col - 1), 0)) for row, col in title if col),
    ]
    spots |= [(Stem.NUMBER, cell) for cell in numbers[:1]]
    items = [cell for cell in filled if cell not in numbers[:1] and ITEM.match(page.bare(cell))]
    for cell in [spots[name] for name in HEAD[1:2] if name in spots] or items[:1]:
        match = ITEM.match(page.bare(cell))
        spots[Stem.ITEM_NUMBER] = cell
        spots[Stem.ITEM] = cell if match and match["name"] else page.right_of(cell, heads)
        if page.bare(cell) and not match and not page.bare(cell).isdecimal():
            spots[Stem.ITEM] = spots.pop(Stem.ITEM_NUMBER)  # a name without its number
    for row, col in page.roles[Stem.VERSION]:  # beside the form: beyond its edge
        if row in rows:
            after = [right for right in page.cols[row] if right > col]
            spots[Stem.VERSION] = (row, (*after, col + 1)[0])
    return spots


def _themes(page: Page, rows: range, values: set[Cell]) -> dict[str, Cell]:
    """The marks under the themes' names; ``民間活力`` is 民活: the same letters in order."""
    spots: dict[str, Cell] = {}
    for row in rows:
        names: dict[str, int] = {}
        for cell in page.filled([row]):
            alike = (
                name
                for name, theme in page.words.themes.items()
                if name not in spots | names
                and len(page.bare(cell)) <= len(theme) + 4
                and re.search(".*".join(theme), page.bare(cell))
            )
            names |= {name: cell[1] for name in list(alike)[:1] if cell not in values}
        if len(names) >= min(2, len(page.words.themes)):
            below = range(row + 1, min(row + 4, rows.stop))
            lines = [page.across([down], [*names.values()], page.edge) for down in below]
            marked = [line for line in lines if any(_is_mark(page, cell) for cell in line)]
            spots |= dict(zip(names, (*marked, *lines)[0], strict=True)) if lines else {}
    return spots


def _is_mark(page: Page, cell: Cell) -> bool:
    text = page.cells.get(cell, "")
    return is_marked(text) or is_none_mark(text)


def _schedule(page: Page, anchor: Anchor, rows: range) -> dict[str, Cell]:
    """Original and revised plan under each year, and the status between two years."""
    spots: dict[str, Cell] = {}
    years = page.years_across(anchor.row)
    cols = [*years.values()]
    usual = cols[-1] - cols[-2] if len(cols) > 1 else NEAR
    bands = [*pairwise(cols), (cols[-1], min(page.edge, cols[-1] + 2 * usual))]
    starts: list[int] = []
    for year, (first, stop) in zip(years, bands, strict=True):
        last = min(stop, first + usual) if first == cols[-1] else stop
        status = _status(page, range(anchor.row, rows.stop), first, stop, last)
        starts += [first, *(cell[1] for cell in status)]
        spots |= [(field_name(Stem.STATUS, year), cell) for cell in status]
    lines = [row for stem in PLANNED for row, _ in page.labels(stem, rows, cols[0])[:1]]
    if len(lines) < 2:  # the papers print no 当初 and no 変更: the first and the second filled row
        free = [*takewhile(lambda row: not page.heads(ROW, row), rows)]
        texts = [row for row in free if any(cell[1] in cols for cell in page.filled([row]))]
        lines = [*texts, *(row for row in free if row > max(texts, default=anchor.row))]
    for stem, row in zip(PLANNED, lines, strict=False):
        found = page.across([row], starts, bands[-1][1], anchor.row)
        cells = dict(zip(starts, found, strict=True))
        spots |= {field_name(stem, year): cells[col] for year, col in years.items()}
    return spots


def _status(page: Page, rows: range, first: int, stop: int, last: int) -> list[Cell]:
    """The status right of a year's plan: in the row of the years, or beside a filled cell below.

    Below, any other text is somebody's note: that is told, not taken for the status.
    """
    top = rows.start
    end = page.ends.get((top, first), first)
    beside = [cell for cell in page.filled([top], end + 1, stop) if not page.is_label(cell)]
    # Behind the last year the page ends: what stands farther off is none of its.
    beside = [cell for cell in beside if cell[1] < last or _is_status(page, cell)]
    if end > first:  # what is as wide as a year stands in the place of one
        beside = [cell for cell in beside if page.ends.get(cell, cell[1]) - cell[1] < end - first]
        beside.sort(key=lambda cell: (cell[1] != end + 1, not _is_status(page, cell)))
    below = [cell for cell in page.filled(rows[1:], first + 1, stop) if _is_status(page, cell)]
    below.sort(key=lambda cell: (cell[0], first) not in page.cells)
    if beside or below:
        return [(*beside, *below)[0]]
    if end > first and end + 1 < stop:
        return [(top, end + 1)]
    merged = [col for col in range(first + 1, stop) if page.homes.get((top, col)) == col]
    home = (*merged, page.left_of((top, last))[1])[0]
    return [(top, home)] if home > first else []


def _is_status(page: Page, cell: Cell) -> bool:
    return understand(Kind.STATUS, page.cells[cell])[1] in (ON_PLAN, REVISED)


def _activities(page: Page, anchor: Anchor, rows: range) -> dict[str, Cell]:
    """Rows of a year run from its label to the next; a blank row too many was inserted."""
    spots: dict[str, Cell] = {}
    plan = min(anchor.cols)
    numbers = page.labels(Stem.LABEL, range(anchor.row, rows.start), plan)
    years = page.years_down(rows, plan)
    count, after = page.form.spec.rows_a_year, _end(page, anchor, ROW)
    end = rows.stop if rows.stop < page.height else max(years.values())[0] + count
    stops = [*(row for row, _ in years.values()), end][1:]
    for (year, (_, col)), stop in zip(years.items(), stops, strict=False):
        own = page.rows_of(years, year, stop, count)
        kept = _sent_rows(page, own, count, plan, [at for _, at in numbers[:1]] or [col + 1])
        for n, row in enumerate(kept, start=1):
            cells = _side_by_side(page, [row], anchor, after) + [(row, at) for _, at in numbers]
            spots |= {
                field_name(stem, year, n): at for stem, at in zip(NUMBERED, cells, strict=False)
            }
    return spots


def _sent_rows(
    page: Page, own: Sequence[int], count: int, plan: int, number: Sequence[int]
) -> list[int]:
    """Of a year's rows those that were sent: where there are too many, somebody put some in.

    A row of the form that holds a plan bears its number, one that was put in and filled has none;
    where no number tells, the blank ones are too many.
    """
    filled = {row for row in own if page.filled([row], max(number) + 1)}
    numbered = {row for row in own for at in number if _bears_number(page, (row, at))}
    made = {row for row in filled for at in number if page.table.has_formula(row, at)}
    blank = [row for row in own if row not in filled | numbered]
    blank.sort(key=lambda row: (row, plan) in page.homes)  # an inserted row has no merged cells
    put_in = sorted(filled - numbered - made) if numbered or made else []
    surplus = [*put_in, *blank][: max(0, len(own) - count)]
    return [row for row in own if row not in surplus][:count]


def _bears_number(page: Page, cell: Cell) -> bool:
    return row_number(page.cells.get(cell, "")) is not None


def _evaluation(page: Page, anchor: Anchor, rows: range) -> dict[str, Cell]:
    """Scores where a criterion's row meets a year's column; reasons under their heading."""
    spots: dict[str, Cell] = {}
    years = page.years_across(anchor.row, anchor.cols[0])
    starts = [*years.values()]
    heading = page.labels(page.form.reasons[0].stem, range(anchor.row - 2, rows.start + 2))
    reasons = [col for _, col in heading if col > starts[-1]][:1]
    after = starts[-1] + 1
    if reasons:
        first = page.form.yearly(page.form.criteria[0])[0].area.col
        usual = (first, page.form.reasons[0].area.col, COLUMNS)
        after = page.end_of(heading[-1], (starts[0], reasons[0]), usual)
    for name in (*page.form.criteria, *SUMMED):
        names = [*(field_name(name, year) for year in years), f"{Stem.REASON}_{name}"]
        for row, _ in page.labels(name, rows, starts[0])[:1]:
            found = page.across([row], [*starts, *reasons], after, anchor.row)
            cells = zip(names, found, strict=False)
            spots |= {field: cell for field, cell in cells if field in page.form}
    return spots


def _side_by_side(page: Page, rows: Sequence[int], anchor: Anchor, after: int) -> list[Cell]:
    """The cells of two columns, in the order of their roles, whichever heading stands left."""
    cells = page.across(rows, sorted(anchor.cols), after, anchor.row)
    return cells if anchor.cols[0] < anchor.cols[1] else cells[::-1]


def _end(page: Page, anchor: Anchor, stems: Sequence[str]) -> int:
    """The column behind the right one of two columns side by side."""
    usual = [next(field for field in page.form.fields if field.stem == stem) for stem in stems]
    left, right = sorted(anchor.cols)
    columns = (usual[0].area.col, usual[1].area.col, COLUMNS)
    return page.end_of((anchor.row, right), (left, right), columns)


def _ending(page: Page, rows: range) -> dict[str, Cell]:
    """``… 令和 [4] 年 [3] 月取組終了``, in cells of their own or all in one."""
    _, of_year, of_month = page.words.ending
    for cell in page.filled(rows):
        bare = page.bare(cell)
        if re.fullmatch(rf".*{of_year}\d*{of_month}", bare):
            return {Stem.END_YEAR: cell, Stem.END_MONTH: cell}
        if re.fullmatch(rf"\d*{of_month}", bare):
            before = page.filled(cell[:1], 0, cell[1])
            middle = [cell for cell in before if re.fullmatch(rf"\d*{of_year}", page.bare(cell))]
            for year in middle[-1:]:
                return {Stem.END_YEAR: _number(page, year), Stem.END_MONTH: _number(page, cell)}
    return {}


def _number(page: Page, unit: Cell) -> Cell:
    """The number before 年 or 月: in one cell with it or left of it, or the place for it."""
    lead, of_year, _ = page.words.ending
    values = page.filled(unit[:1], 0, unit[1])[-1:]
    if page.bare(unit)[0].isdecimal():
        return unit
    if values and not lead.endswith(bare := page.bare(values[0])) and not bare.endswith(of_year):
        return values[0]
    return page.left_of(unit)


def _issues(page: Page, anchor: Anchor, rows: range) -> dict[str, Cell]:
    """Problems and solutions beside each year, and the two wide fields under their headings."""
    spots: dict[str, Cell] = {}
    years = page.years_down(rows, min(anchor.cols))
    last = max(years.values())[0]
    headings: list[tuple[str, Cell]] = []
    for name in (field.name for field in page.form.remarks):
        below = range(headings[-1][1][0] + 1 if headings else last + 1, rows.stop)
        headings += [(name, cell) for cell in page.labels(name, below)[:1]]
    above = _remarks_above(page, anchor) if not headings else []
    after = _end(page, anchor, PROBLEM)
    # Without a heading below, the last year has one row only.
    stops = [row for row, _ in (*years.values(), *(cell for _, cell in headings), (last + 1, 0))]
    for year, stop in zip(years, stops[1:], strict=False):
        cells = _side_by_side(page, page.rows_of(years, year, stop, 1), anchor, after)
        spots |= {field_name(stem, year): at for stem, at in zip(PROBLEM, cells, strict=True)}
    for place, (name, heading) in enumerate(headings, start=1):
        end = headings[place][1][0] if place < len(headings) else max(rows.stop, heading[0] + 2)
        spots[name] = _remark(page, heading, range(heading[0] + 1, end))
    ends = [*(row for _, (row, _) in above[1:]), anchor.row]
    for (name, heading), end in zip(above, ends, strict=False):
        spots[name] = _remark(page, heading, range(heading[0] + 1, end))
    return spots


def _remarks_above(page: Page, anchor: Anchor) -> list[tuple[str, Cell]]:
    """The headings of the wide fields where somebody put them above the issues of the same ②."""
    near = range(max(0, anchor.row - NEAR), anchor.row)
    heads = [cell[0] for role in (*TITLES, *HEAD) for cell in page.labels(role, near)]
    own = range(max(heads, default=near.start), anchor.row)
    names = [field.name for field in page.form.remarks]
    found = [(name, cell) for name in names for cell in page.labels(name, own)[-1:]]
    return sorted(found, key=lambda known: known[1])


def _remark(page: Page, heading: Cell, room: range) -> Cell:
    """The cell of a wide field: right of its heading, or below it.

    What stands under a heading nobody knows is not its answer, nor what stands far below or aside.
    """
    right, below = page.right_of(heading), (heading[0] + 1, heading[1])
    if (right in page.cells and right[1] < page.edge) or not room:
        return right
    if page.ends.get(below, below[1]) > below[1]:  # merged as it was sent: the field, even if blank
        return below
    # On grouped sheets a text typed on ① lands somewhere below ② too, mostly in another column.
    close = page.filled(room[:_CLOSE])
    own = takewhile(lambda cell: not HEADING.fullmatch(page.cells[cell]), close)
    return next((cell for cell in own if cell[1] == heading[1]), below)


# Papers print these in one cell: №7 窓口の…, 令和４年３月取組終了.
_SHARED = frozenset({Stem.ITEM, Stem.ITEM_NUMBER, Stem.END_YEAR, Stem.END_MONTH})
_BLOCKS = {
    SCHEDULE: _schedule,
    ACTIVITIES: _activities,
    EVALUATION: _evaluation,
    ISSUES: _issues,
}


def _paired(parts: Sequence[SheetPart]) -> list[dict[str, Spot]]:
    """①s and ②s with the same number belong together, those without one by their order."""
    alone = [part for part in parts if part.sheet == 1]
    for by_number in (True, False):
        for first in (part for part in parts if part.sheet == 0 and not part.partner):
            for second in alone:
                known = bool(first.number and second.number)
                if known == by_number and (not known or first.number == second.number):
                    first.partner = second
                    alone.remove(second)
                    break
    heads = [part for part in parts if part.sheet == 0 or part in alone]
    # What both print is read from ①.
    return [(part.partner.spots if part.partner else {}) | part.spots for part in heads]
