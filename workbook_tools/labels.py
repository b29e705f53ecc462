"""Where the fields stand in a workbook that lost its defined names: found by printed labels. Pure.

A label is a whole cell, compared without widths, spaces, signs and remarks in brackets; its words
come from the layout. No label is trusted alone, since people type the same words as values: a block
(schedule, activities, evaluation, issues) is several labels in the right relation, a form several
blocks (domain §4, §5). A block's labels give rows and columns, and a value is the first filled cell
between them, so that inserted rows and columns, split and widened cells do no harm.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import TypeAlias

from workbook_tools.era import FiscalYear
from workbook_tools.layout import BESIDE, OVERALL, ROWS_A_YEAR, Field, Form, Kind, field_name
from workbook_tools.reading import Table, as_text
from workbook_tools.text import is_marked, is_none_mark, key

Cell: TypeAlias = tuple[int, int]
Spot: TypeAlias = tuple[int, int, int]  # table, row, column; all zero-based

_IN_BRACKETS, _SIGNS = re.compile(r"\([^()]*\)"), re.compile(r"[\W_]")
_ITEM, _NUMBER_AND_TITLE = re.compile(r"no\d+(?P<name>.*)"), re.compile(r"\s*\d{1,3}\s+\S")
_LONGEST = 60  # characters of a label with its spaces; a longer cell is a text
_NEAR = 12  # rows between the labels of a block, a few inserted ones included
_NO_EDGE = 1 << 14  # columns of a worksheet
_SCHEDULE, _ACTIVITIES, _EVALUATION, _ISSUES = range(4)  # blocks in the order of the papers
_ABOVE = ("取組予定", "取組結果", "取組番号", "課題", "解決方法", "特記事項", "特記すべき事項")
_HEAD = ("確認年度", "取組項目番号", "実践項目", "担当部署")
_LEFT = (*_HEAD, "工程_当初", "工程_変更", "合計", OVERALL)
_REMARKS, _TITLES = _ABOVE[-2:], ("title①", "title②")


def find(form: Form, tables: Sequence[Table]) -> list[dict[str, Spot]]:
    """The fields of every form in a workbook, in order of appearance.

    Blank fields have the spot where their value would stand; what could not be located is absent.
    Fields that share a cell (``№7 窓口の…``, ``令和４年３月取組終了``) share the spot.
    """
    pages = [_Page(form, number, table) for number, table in enumerate(tables)]
    return _paired([part for page in pages for part in _parts(page)])


def word(text: str) -> str:
    """What spellings of a label share: ``【評価の理由】（令和３年度）`` → ``評価の理由``."""
    bare = key(text)
    return _SIGNS.sub("", _IN_BRACKETS.sub("", bare)) or _SIGNS.sub("", bare)


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, FiscalYear | None]:
    bare = word(text) if len(text) <= _LONGEST else ""
    try:
        return bare, FiscalYear.parse(bare)
    except ValueError:
        return bare, None


class _Words:
    """The words of a form's labels. The role of a field's label is the field's stem."""

    def __init__(self, form: Form) -> None:
        self.roles: dict[str, set[str]] = defaultdict(set)  # word → roles
        stems = {item.stem: item for item in reversed(form.fields)}  # the first of each
        themes = {item.name: item for item in form.fields if item.kind is Kind.MARK}
        for stem in _ABOVE:
            self.roles[stem].add(stem)  # somebody who retypes a heading may shorten it so
        for stem in (*_ABOVE, form.reasons[0].stem):
            self.roles[self._above(form, stems[stem])].add(stem)
        for stem in (*_LEFT, *form.criteria):
            self.roles[self._left(form, stems[stem])].add(stem)
        self.roles[word(stems["様式版"].title)].add("様式版")
        self.roles[self._left(form, next(iter(themes.values())))].add("テーマ")
        self.themes = {name: self._above(form, item) for name, item in themes.items()}
        self.season = self._left(form, stems["確認年度"])
        plan, ending = stems["工程_当初"].area, stems["取組終了_年"].area.row
        at = [(label.sheet, label.area.row, label) for label in form.labels]
        for sheet, row, label in at:
            if sheet == 0 and abs(row - plan.row) <= 1 and label.area.col < plan.col:
                self.roles[word(label.text)].add("工程表")
        self.titles = [
            word(one.text.replace("{plan}", "")) for *_, one in at if one.look == "title"
        ]
        # 取組終了の場合記入 → 令和 [ ] 年 [ ] 月取組終了
        self.ending = [word(one.text) for sheet, row, one in at if (sheet, row) == (0, ending)]

        self.years = frozenset(form.years)
        self.meaning = lru_cache(maxsize=4096)(self._meaning)

    def _meaning(self, text: str) -> tuple[tuple[str, ...], FiscalYear | None]:
        """The roles a cell may have as a label, and the year it may name."""
        bare, year = _read(text)
        titles = zip(_TITLES, self.titles, strict=True)
        roles = {role for role, title in titles if bare.endswith(title)} | self.roles.get(
            bare, set()
        )
        beside = ["beside"] if text in BESIDE else []
        return (*sorted(roles), *beside), year if year in self.years else None

    @staticmethod
    def _above(form: Form, item: Field) -> str:
        place = (item.sheet, item.area.row - 1, item.area.col)
        labels = ((one.sheet, one.area.last_row, one.area.col, one.text) for one in form.labels)
        return next(word(text) for *at, text in labels if tuple(at) == place)

    @staticmethod
    def _left(form: Form, item: Field) -> str:
        row, col = item.area.row, item.area.col
        labels = (one for one in form.labels if one.sheet == item.sheet and one.area.col < col)
        beside = [one for one in labels if one.area.row <= row <= one.area.last_row]
        return word(max(beside, key=lambda one: one.area.col).text)


_words = lru_cache(maxsize=8)(_Words)


@dataclass(frozen=True, order=True, slots=True)
class _Anchor:
    """A recognised block: row and columns of its headings, and how many labels speak for it."""

    row: int
    block: int
    cols: tuple[int, ...]
    labels: int = 0


@dataclass(eq=False, slots=True)
class _Part:
    """A sheet ① or ②: the practice number printed on it, and its fields."""

    sheet: int
    number: str
    spots: dict[str, Spot]
    partner: _Part | None = None


class _Page:
    """A worksheet as far as the form goes: its filled cells, labels and years, indexed once."""

    def __init__(self, form: Form, number: int, table: Table) -> None:
        self.form, self.number, self.table, self.words = form, number, table, _words(form)
        self.cells: dict[Cell, str] = {}
        self.cols: dict[int, list[int]] = defaultdict(list)  # row → filled columns
        self.roles: dict[str, list[Cell]] = defaultdict(list)
        self.years: dict[int, dict[int, FiscalYear]] = defaultdict(dict)  # row → column → year
        for row, values in enumerate(table.grid):
            for col, value in enumerate(values):
                if value != "" and (text := as_text(value)).strip():
                    self.cells[row, col] = text
                    self.cols[row].append(col)
                    if isinstance(value, str):
                        self._index((row, col), *self.words.meaning(text))
        self.height = len(table.grid)
        self.edge = min((col for _, col in self.roles["beside"]), default=_NO_EDGE)
        self.homes: dict[Cell, int] = {}  # cell → first column of its merged area
        self.ends: dict[Cell, int] = {}  # first cell of a merged area → last column

    def _index(self, cell: Cell, roles: Sequence[str], year: FiscalYear | None) -> None:
        for role in roles:
            self.roles[role].append(cell)
        if year:
            self.years[cell[0]][cell[1]] = year

    def merge(self) -> None:
        """Learn the merged cells, where the format tells them: help, nothing relies on them."""
        for area in self.table.merged:
            self.ends[area.row, area.col] = area.last_col
            for col in range(area.col, area.last_col + 1):
                self.homes[area.row, col] = area.col

    def bare(self, cell: Cell) -> str:
        """The word in a cell; nothing for a long text or a blank."""
        return _read(self.cells.get(cell, ""))[0]

    def labels(self, role: str, rows: range, before: int = _NO_EDGE) -> list[Cell]:
        """The labels of a role in these rows, left of a column."""
        limit = min(before, self.edge)
        return [cell for cell in self.roles[role] if cell[0] in rows and cell[1] < limit]

    def filled(self, rows: Iterable[int], first: int = 0, after: int = _NO_EDGE) -> list[Cell]:
        """The filled cells between two columns of the form."""
        after = min(after, self.edge)
        return [
            (row, col) for row in rows for col in self.cols.get(row, ()) if first <= col < after
        ]

    def years_down(self, rows: range, before: int) -> dict[FiscalYear, Cell]:
        """The years printed one under the other, left of a column, ascending."""
        found: dict[FiscalYear, Cell] = {}
        for row in rows:
            for col, year in self.years.get(row, {}).items():
                if col < before and (not found or year > max(found)):
                    found[year] = (row, col)
        return found

    def years_across(self, row: int, after: int = -1) -> dict[FiscalYear, int]:
        """The years printed side by side, right of a column: year → column, ascending."""
        found: dict[FiscalYear, int] = {}
        for col, year in self.years.get(row, {}).items():
            if after < col < self.edge and (not found or year > max(found)):
                found[year] = col
        return found

    def across(self, rows: Sequence[int], starts: Sequence[int], after: int) -> list[Cell]:
        """For every column of a block its filled cell in these rows, or where one would stand."""
        homes: list[int] = []
        for col in starts:
            home = self.homes.get((rows[0], col), col)
            # A cell merged with its left neighbour has no place of its own: it stays blank.
            homes.append(home if not homes or home > homes[-1] else col)
        bands = pairwise([*homes, after])
        return [(*self.filled(rows, *band), (rows[0], band[0]))[0] for band in bands]

    def right_of(self, cell: Cell, heads: Iterable[Cell] = ()) -> Cell:
        """The first filled cell right of a label, or where one would stand."""
        start = (cell[0], self.ends.get(cell, cell[1]) + 1)
        found = self.filled(start[:1], start[1])
        return found[0] if found and found[0] not in heads else start

    def left_of(self, cell: Cell) -> Cell:
        """The cell that ends before this one."""
        row, col = cell
        return row, self.homes.get((row, col - 1), col - 1)

    def anchors(self) -> list[_Anchor]:
        """All blocks of the worksheet, from top to bottom."""
        schedules = [
            _Anchor(row, _SCHEDULE, tuple(cols.values()))
            for row in self.years
            if len(cols := self.years_across(row)) >= min(2, len(self.form.years))
            and self.labels("工程表", range(row - 2, row + 5), min(cols.values()))
        ]
        known = {anchor.row for anchor in schedules}
        evaluations = [one for one in self._evaluations() if one.row not in known]
        pairs = (*self._pairs(_ACTIVITIES, *_ABOVE[:2]), *self._pairs(_ISSUES, *_ABOVE[3:5]))
        return sorted([*schedules, *pairs, *evaluations])

    def _pairs(self, block: int, left: str, right: str) -> Iterator[_Anchor]:
        """Two headings in one row, with years below to their left."""
        for row, col in self.labels(left, range(self.height)):
            others = [cell[1] for cell in self.labels(right, range(row, row + 1)) if cell[1] > col]
            if others and self.years_down(range(row + 1, row + _NEAR), col):
                yield _Anchor(row, block, (col, others[0]))

    def _evaluations(self) -> Iterator[_Anchor]:
        """Two or more criteria one under the other, with years above to their right."""
        criteria = {cell for name in self.form.criteria for cell in self.roles[name]}
        found: Counter[Cell] = Counter()
        for row, col in criteria:
            above = range(row - 1, row - 1 - _NEAR, -1)
            free = (up for up in above if (up, col) not in criteria and self.years_across(up, col))
            found.update((up, col) for up in islice(free, 1))
        for (row, col), count in found.items():
            if count >= min(2, len(self.form.criteria)):
                yield _Anchor(row, _EVALUATION, (col,), count)


def _parts(page: _Page) -> list[_Part]:
    """Sheets ① and ② found in one worksheet, one below the other."""
    groups: list[list[_Anchor]] = []
    for anchor in page.anchors():
        last = groups[-1][-1] if groups else None
        if last is None or _begins(page, last, anchor):
            groups.append([anchor])
        elif last.block < anchor.block < _ISSUES:
            groups[-1].append(anchor)
        elif last.block == anchor.block == _EVALUATION and anchor.labels >= last.labels:
            groups[-1][-1] = anchor  # anything else is text that looks like a heading
    if groups:
        page.merge()
    tops = [0]
    for before, group in pairwise(groups):
        between = range(before[-1].row + 1, group[0].row)
        heads = [cell[0] for role in (*_TITLES, *_HEAD) for cell in page.labels(role, between)]
        tops.append(min(heads, default=group[0].row))
    ends = [*tops[1:], page.height]
    found = (
        _part(page, group, range(top, end))
        for group, top, end in zip(groups, tops, ends, strict=False)
    )
    return [part for part in found if part]


def _begins(page: _Page, last: _Anchor, anchor: _Anchor) -> bool:
    """A head stands between two blocks, or a part of it between a whole ① and ②."""
    between = range(last.row + 1, anchor.row)
    heads = sum(bool(page.labels(role, between)) for role in (*_TITLES, *_HEAD))
    return heads >= (1 if (last.block, anchor.block) == (_EVALUATION, _ISSUES) else 2)


def _part(page: _Page, group: list[_Anchor], rows: range) -> _Part | None:
    """The fields of one sheet, or None where too few labels speak for a form."""
    sheet = int(group[0].block == _ISSUES)
    above = range(rows.start, group[0].row)
    titles = page.labels(_TITLES[sheet], above)
    cells, spots = _head(page, above, titles[-1:]), dict[str, Cell]()
    for anchor, end in zip(group, [*(one.row for one in group[1:]), rows.stop], strict=True):
        spots |= _BLOCKS[anchor.block](page, anchor, range(anchor.row + 1, end))
    if not titles and len(group) < 2 and not spots.keys() & {*_REMARKS}:
        return None
    if sheet == 0:
        spots |= _themes(page, above, set(cells.values()))
        spots |= _ending(page, range(group[-1].row + 1, rows.stop))
    else:
        repeats = {label.repeats for label in page.form.labels}
        cells = {name: cell for name, cell in cells.items() if name in repeats}
    number = re.match(r"(?:no)?0*(\d+)", key(page.cells.get(cells.get("項目番号", (-1, -1)), "")))
    every = {name: (page.number, *cell) for name, cell in (cells | spots).items()}
    return _Part(sheet, number[1] if number else "", every)


def _head(page: _Page, rows: range, title: Sequence[Cell]) -> dict[str, Cell]:
    """Numbers, names and 確認時期; on ② as far as they are printed again."""
    labels = {role: page.labels(role, rows)[:1] for role in (*_HEAD, "テーマ")}
    heads = {cell for cells in labels.values() for cell in cells}
    spots = {name: page.right_of(cell, heads) for name in _HEAD for cell in labels[name]}
    filled = page.filled(rows)
    if "確認年度" not in spots:  # 確認時期 令和３年度末 in one cell, or the year alone
        bare = ((cell, page.bare(cell).removeprefix(page.words.season)) for cell in filled)
        spots |= [("確認年度", cell) for cell, rest in bare if _read(rest)[1]][:1]
    free = [cell for cell in filled if cell not in heads | set(spots.values())]
    beside = [cell for at in title for cell in page.filled(at[:1], 0, at[1])]
    numbers = [
        *(cell for cell in beside if page.bare(cell).isdecimal()),
        *(cell for cell in title if page.bare(cell)[:1].isdecimal()),
        *(cell for cell in free if re.fullmatch(r"\d{1,3}", page.bare(cell))),
        *(cell for cell in free if _NUMBER_AND_TITLE.match(page.cells[cell])),
        *(cell for cell in beside if labels["取組項目番号"]),
        *((row, page.homes.get((row, col - 1), 0)) for row, col in title if col),
    ]
    spots |= [("項目番号", cell) for cell in numbers[:1]]
    items = [cell for cell in filled if cell not in numbers[:1] and _ITEM.match(page.bare(cell))]
    for cell in [spots[name] for name in _HEAD[1:2] if name in spots] or items[:1]:
        match = _ITEM.match(page.bare(cell))
        spots["取組項目番号"] = cell
        spots["取組項目"] = cell if match and match["name"] else page.right_of(cell, heads)
        if page.bare(cell) and not match and not page.bare(cell).isdecimal():
            spots["取組項目"] = spots.pop("取組項目番号")  # a name without its number
    for row, col in page.roles["様式版"]:  # beside the form: beyond its edge
        if row in rows:
            after = [right for right in page.cols[row] if right > col]
            spots["様式版"] = (row, (*after, col + 1)[0])
    return spots


def _themes(page: _Page, rows: range, values: set[Cell]) -> dict[str, Cell]:
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


def _is_mark(page: _Page, cell: Cell) -> bool:
    text = page.cells.get(cell, "")
    return is_marked(text) or is_none_mark(text)


def _schedule(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Original and revised plan under each year, and the status between two years."""
    spots: dict[str, Cell] = {}
    years = page.years_across(anchor.row)
    cols = [*years.values()]
    usual = cols[-1] - cols[-2] if len(cols) > 1 else _NEAR
    bands = [*pairwise(cols), (cols[-1], min(page.edge, cols[-1] + 2 * usual))]
    starts: list[int] = []
    for year, (first, stop) in zip(years, bands, strict=True):
        last = min(stop, first + usual) if first == cols[-1] else stop
        status = _status(page, range(anchor.row, rows.stop), first, stop, last)
        starts += [first, *(cell[1] for cell in status)]
        spots |= [(field_name("工程_状況", year), cell) for cell in status]
    lines = [row for stem in _LEFT[4:6] for row, _ in page.labels(stem, rows, cols[0])[:1]]
    if len(lines) < 2:  # the papers print no 当初 and no 変更: the first and the second filled row
        texts = [row for row in rows if any(cell[1] in cols for cell in page.filled([row]))]
        lines = [*texts, *(row for row in rows if row > max(texts, default=anchor.row))]
    for stem, row in zip(_LEFT[4:6], lines, strict=False):
        cells = dict(zip(starts, page.across([row], starts, bands[-1][1]), strict=True))
        spots |= {field_name(stem, year): cells[col] for year, col in years.items()}
    return spots


def _status(page: _Page, rows: range, first: int, stop: int, last: int) -> list[Cell]:
    """The status right of a year's plan: in the row of the years, or beside a filled cell below."""
    found = page.filled(rows, first + 1, stop)
    if found:
        top = rows.start
        return [min(found, key=lambda cell: (cell[0] != top, (cell[0], first) not in page.cells))]
    merged = [col for col in range(first + 1, stop) if page.homes.get((rows.start, col)) == col]
    home = (*merged, page.left_of((rows.start, last))[1])[0]
    return [(rows.start, home)] if home > first else []


def _activities(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Rows of a year run from its label to the next; a blank row too many was inserted."""
    spots: dict[str, Cell] = {}
    plan = anchor.cols[0]
    numbers = page.labels("取組番号", range(anchor.row, rows.start), plan)
    years = page.years_down(rows, plan)
    end = rows.stop if rows.stop < page.height else max(years.values())[0] + ROWS_A_YEAR
    stops = [*(row for row, _ in years.values()), end][1:]
    for (year, (top, col)), stop in zip(years.items(), stops, strict=False):
        blank = [row for row in range(top, stop) if not page.filled([row], col + 1)]
        blank.sort(key=lambda row: (row, plan) in page.homes)  # an inserted row has no merged cells
        surplus = blank[: max(0, stop - top - ROWS_A_YEAR)]
        kept = [row for row in range(top, stop) if row not in surplus][:ROWS_A_YEAR]
        for n, row in enumerate(kept, start=1):
            cells = page.across([row], anchor.cols, page.edge) + [(row, at) for _, at in numbers]
            spots |= {
                field_name(stem, year, n): at for stem, at in zip(_ABOVE, cells, strict=False)
            }
    return spots


def _evaluation(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Scores where a criterion's row meets a year's column; reasons under their heading."""
    spots: dict[str, Cell] = {}
    years = page.years_across(anchor.row, anchor.cols[0])
    starts = [*years.values()]
    heading = page.labels(page.form.reasons[0].stem, range(anchor.row - 2, rows.start + 2))
    reasons = [col for _, col in heading if col > starts[-1]][:1]
    after = page.edge if reasons else starts[-1] + 1
    for name in (*page.form.criteria, *_LEFT[6:]):
        names = [*(field_name(name, year) for year in years), f"評価理由_{name}"]
        for row, _ in page.labels(name, rows, starts[0])[:1]:
            cells = zip(names, page.across([row], [*starts, *reasons], after), strict=False)
            spots |= {field: cell for field, cell in cells if field in page.form}
    return spots


def _ending(page: _Page, rows: range) -> dict[str, Cell]:
    """``… 令和 [4] 年 [3] 月取組終了``, in cells of their own or all in one."""
    _, of_year, of_month = page.words.ending
    for cell in page.filled(rows):
        bare = page.bare(cell)
        if re.fullmatch(rf".*{of_year}\d*{of_month}", bare):
            return {"取組終了_年": cell, "取組終了_月": cell}
        if re.fullmatch(rf"\d*{of_month}", bare):
            before = page.filled(cell[:1], 0, cell[1])
            middle = [one for one in before if re.fullmatch(rf"\d*{of_year}", page.bare(one))]
            for year in middle[-1:]:
                return {"取組終了_年": _number(page, year), "取組終了_月": _number(page, cell)}
    return {}


def _number(page: _Page, unit: Cell) -> Cell:
    """The number before 年 or 月: in one cell with it or left of it, or the place for it."""
    lead, of_year, _ = page.words.ending
    values = page.filled(unit[:1], 0, unit[1])[-1:]
    if page.bare(unit)[0].isdecimal():
        return unit
    if values and not lead.endswith(bare := page.bare(values[0])) and not bare.endswith(of_year):
        return values[0]
    return page.left_of(unit)


def _issues(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Problems and solutions beside each year, and the two wide fields under their headings."""
    spots: dict[str, Cell] = {}
    years = page.years_down(rows, anchor.cols[0])
    last = max(years.values())[0]
    headings: list[tuple[str, Cell]] = []
    for name in _REMARKS:
        below = range(headings[-1][1][0] + 1 if headings else last + 1, rows.stop)
        headings += [(name, cell) for cell in page.labels(name, below)[:1]]
    # Without a heading below, the last year has one row only.
    stops = [row for row, _ in (*years.values(), *(cell for _, cell in headings), (last + 1, 0))]
    for (year, (top, _)), stop in zip(years.items(), stops[1:], strict=False):
        cells = page.across(range(top, stop), anchor.cols, page.edge)
        spots |= {field_name(stem, year): at for stem, at in zip(_ABOVE[3:5], cells, strict=True)}
    for place, (name, heading) in enumerate(headings, start=1):
        right = page.right_of(heading)
        end = headings[place][1][0] if place < len(headings) else max(rows.stop, heading[0] + 2)
        room = range(heading[0] + 1, end)
        blank = (heading[0] + 1, heading[1]) if room else right
        spots[name] = right if right in page.cells else (*page.filled(room), blank)[0]
    return spots


_BLOCKS = {
    _SCHEDULE: _schedule,
    _ACTIVITIES: _activities,
    _EVALUATION: _evaluation,
    _ISSUES: _issues,
}


def _paired(parts: Sequence[_Part]) -> list[dict[str, Spot]]:
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
