"""Where the fields stand in a workbook that lost its defined names: found by printed labels. Pure.

A label is a whole cell, compared without widths, spaces, signs and remarks in brackets; its words
come from the layout. No label is trusted alone, since people type the same words as values: a block
(schedule, activities, evaluation, issues) is several labels in the right relation, a form several
blocks. Inside a block the labels give rows and columns, and a value is the first filled cell
between them, so that inserted rows and columns, split and widened cells do no harm.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from workbook_tools.era import FiscalYear
from workbook_tools.layout import BESIDE, OVERALL, ROWS_A_YEAR, Field, Form, Kind, field_name
from workbook_tools.reading import Table, as_text
from workbook_tools.text import is_marked, is_none_mark, key

Cell: TypeAlias = tuple[int, int]
Spot: TypeAlias = tuple[int, int, int]  # table, row, column; all zero-based

_IN_BRACKETS, _SIGNS = re.compile(r"\([^()]*\)"), re.compile(r"[\W_]")
_LONGEST = 60  # characters of a label with its spaces; a longer cell is a text
_NUMBER, _ITEM = re.compile(r"(?:no)?\d{1,3}"), re.compile(r"no\d+(?P<name>.*)")
_NUMBER_AND_TITLE = re.compile(r"\s*(\d{1,3})\s+\S")
_SCHEDULE, _ACTIVITIES, _EVALUATION, _ISSUES = range(4)  # blocks in the order of the papers
_HEADER_ABOVE = 8  # rows from the years down to the first criterion, many inserted ones included
# Roles of labels that are no field's own.
_TITLES, _OF_SCHEDULE, _THEMES = ("title1", "title2"), "schedule", "themes"
_HEAD = (*_TITLES, "確認年度", "取組項目番号", "実践項目", "担当部署")


def find(form: Form, tables: Sequence[Table]) -> list[dict[str, Spot]]:
    """The fields of every form in a workbook, in order of appearance.

    Blank fields have the spot where their value would stand; what could not be located is absent.
    Fields that share a cell (``№7 窓口の…``, ``令和４年３月取組終了``) share the spot.
    """
    parts = []
    for number, table in enumerate(tables):
        page = _Page(form, table)
        anchors = page.anchors()
        parts += _parts(page, number, anchors) if anchors else []
    return _paired(parts)


def word(text: str) -> str:
    """What two spellings of a label have in common: ``【評価の理由】（令和３年度）`` → ``評価の理由``."""
    bare = key(text)
    return _SIGNS.sub("", _IN_BRACKETS.sub("", bare)) or _SIGNS.sub("", bare)


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, FiscalYear | None]:
    bare = word(text)
    try:
        return bare, FiscalYear.parse(bare)
    except ValueError:
        return bare, None


class _Words:
    """The labels of a form: word → roles. The role of a field's label is the field's stem."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.roles: dict[str, set[str]] = defaultdict(set)
        first = form.years[0]
        for stem in ("取組予定", "取組結果", "取組番号"):
            self._heads(stem, self._above(form[field_name(stem, first, 1)]), stem)
        for stem in ("課題", "解決方法"):
            self._heads(stem, self._above(form[field_name(stem, first)]), stem)
        for name in ("特記事項", "特記すべき事項"):
            self._heads(name, self._above(form[name]), name)
        self._heads("reasons", self._above(form.reasons[0]))
        for stem in ("工程_当初", "工程_変更", *form.criteria, "合計", OVERALL):
            self._heads(stem, self._before(form[field_name(stem, first)]))
        for name in ("確認年度", "取組項目番号", "実践項目", "担当部署"):
            self._heads(name, self._before(form[name]))
        self._heads("様式版", form["様式版"].title)
        self.themes = {
            item.name: word(self._above(item)) for item in form.fields if item.kind is Kind.MARK
        }
        self._heads(_THEMES, self._before(form[next(iter(self.themes))]))
        top, left = form[field_name("工程_当初", first)].area.row - 1, self._left(form)
        for label in form.labels:
            area = label.area
            if label.sheet == 0 and area.col < left and area.row <= top + 2 and area.row >= top:
                self._heads(_OF_SCHEDULE, label.text)
        self.titles = tuple(
            word(label.text.replace("{plan}", "")) for label in form.labels if label.look == "title"
        )
        # 取組終了の場合記入 → 令和 [ ] 年 [ ] 月取組終了
        row = form["取組終了_年"].area.row
        self.ending, self.of_year, self.of_month = (
            word(label.text) for label in form.labels if (label.sheet, label.area.row) == (0, row)
        )

    def _heads(self, role: str, *texts: str) -> None:
        for text in texts:
            self.roles[word(text)].add(role)

    def _above(self, item: Field) -> str:
        return next(
            label.text
            for label in self.form.labels
            if (label.sheet, label.area.last_row) == (item.sheet, item.area.row - 1)
            and label.area.col <= item.area.col <= label.area.last_col
        )

    def _before(self, item: Field) -> str:
        return max(
            (label.area.col, label.text)
            for label in self.form.labels
            if label.sheet == item.sheet
            and label.area.row <= item.area.row <= label.area.last_row
            and label.area.col < item.area.col
        )[1]

    @staticmethod
    def _left(form: Form) -> int:
        return form[field_name("工程_当初", form.years[0])].area.col


_words = lru_cache(maxsize=8)(_Words)


@dataclass(frozen=True, order=True, slots=True)
class _Anchor:
    """A block that was recognised: the row of its headings and the columns of these."""

    row: int
    block: int
    cols: tuple[int, ...]


@dataclass
class _Part:
    """A sheet ① or ②: the item number printed on it, and its fields."""

    sheet: int
    table: int
    number: str
    spots: dict[str, Cell] = field(default_factory=dict)


class _Page:
    """A worksheet as far as the form goes: its filled cells, labels and years, indexed once."""

    def __init__(self, form: Form, table: Table) -> None:
        self.form, self.table, self.words = form, table, _words(form)
        self.cells: dict[Cell, str] = {}
        self.cols: dict[int, list[int]] = defaultdict(list)  # row → filled columns
        self.roles: dict[str, list[Cell]] = defaultdict(list)
        self.years: dict[int, dict[int, FiscalYear]] = defaultdict(dict)  # row → column → year
        for row, values in enumerate(table.grid):
            for col, value in enumerate(values):
                if value != "" and (text := as_text(value)).strip():
                    self._add(row, col, text)
        self.height = len(table.grid)
        width = max((cols[-1] for cols in self.cols.values()), default=0) + 1
        self.edge = min((col for _, col in self.roles["beside"]), default=width)
        self.homes: dict[Cell, int] = {}  # cell → first column of its merged area
        self.ends: dict[Cell, int] = {}  # first cell of a merged area → last column
        if any(len(self.roles[role]) for role in ("取組予定", "課題", *form.criteria)):
            for area in table.merged:
                self.ends[area.row, area.col] = area.last_col
                for col in range(area.col, area.last_col + 1):
                    self.homes[area.row, col] = area.col

    def _add(self, row: int, col: int, text: str) -> None:
        self.cells[row, col] = text
        self.cols[row].append(col)
        if len(text) > _LONGEST:
            return
        bare, year = _read(text)
        if text in BESIDE:
            self.roles["beside"].append((row, col))
        for role in self.words.roles.get(bare, ()):
            self.roles[role].append((row, col))
        for role, title in zip(_TITLES, self.words.titles, strict=True):
            if bare.endswith(title):
                self.roles[role].append((row, col))
        if year in self.form.years:
            self.years[row][col] = year

    def bare(self, cell: Cell) -> str:
        """The word in a cell."""
        return _read(self.cells[cell])[0] if len(self.cells[cell]) <= _LONGEST else ""

    def labels(self, role: str, rows: range, before: int | None = None) -> list[Cell]:
        """The labels of a role in these rows, left of a column."""
        limit = self.edge if before is None else before
        return [cell for cell in self.roles[role] if cell[0] in rows and cell[1] < limit]

    def filled(self, row: int, first: int, after: int) -> list[Cell]:
        """The filled cells of a row between two columns."""
        return [(row, col) for col in self.cols.get(row, ()) if first <= col < after]

    def years_down(self, rows: range, before: int) -> list[tuple[int, FiscalYear]]:
        """The years printed one under the other, left of a column: row and year, ascending."""
        found: list[tuple[int, FiscalYear]] = []
        for row in rows:
            for col, year in self.years.get(row, {}).items():
                if col < before and (not found or year > found[-1][1]):
                    found.append((row, year))
        return found

    def years_across(self, row: int, after: int = -1) -> dict[FiscalYear, int]:
        """The years printed side by side, right of a column: year → column, ascending."""
        found: dict[FiscalYear, int] = {}
        for col, year in self.years.get(row, {}).items():
            if after < col < self.edge and (not found or year > max(found)):
                found[year] = col
        return found

    def across(self, rows: range, starts: Sequence[int], after: int | None = None) -> list[Cell]:
        """For every column of a block its filled cell in these rows, or where one would stand."""
        row, homes = rows[0], list[int]()
        for col in starts:
            home = self.homes.get((row, col), col)
            # A cell merged with its left neighbour has no place of its own: it stays blank.
            homes.append(home if not homes or home > homes[-1] else col)
        bands = pairwise([*homes, self.edge if after is None else after])
        return [
            next(
                (cell for down in rows for cell in self.filled(down, first, stop)),
                (row, first),
            )
            for first, stop in bands
        ]

    def right_of(self, cell: Cell, heads: Iterable[Cell] = ()) -> Cell:
        """The first filled cell right of a label, or where one would stand."""
        start = self.ends.get(cell, cell[1]) + 1
        found = self.filled(cell[0], start, self.edge)
        return found[0] if found and found[0] not in heads else (cell[0], start)

    def anchors(self) -> list[_Anchor]:
        """All blocks of the worksheet, from top to bottom."""
        found = [*self._pairs(_ACTIVITIES, "取組予定", "取組結果")]
        found += self._pairs(_ISSUES, "課題", "解決方法")
        found += self._evaluations()
        headers = {anchor.row for anchor in found}
        for row in self.years:
            cols = self.years_across(row)
            if len(cols) < min(2, len(self.form.years)) or row in headers:
                continue
            if self.labels(_OF_SCHEDULE, range(row - 2, row + 5), min(cols.values())):
                found.append(_Anchor(row, _SCHEDULE, tuple(cols.values())))
        return sorted(found)

    def _pairs(self, block: int, left: str, right: str) -> Iterable[_Anchor]:
        """Two headings in one row, with years below to their left."""
        for row, col in self.labels(left, range(self.height)):
            others = [cell[1] for cell in self.labels(right, range(row, row + 1)) if cell[1] > col]
            if others and self.years_down(range(row + 1, row + 1 + _HEADER_ABOVE), col):
                yield _Anchor(row, block, (col, others[0]))

    def _evaluations(self) -> Iterable[_Anchor]:
        """Two or more criteria one under the other, with years above to their right."""
        columns: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for index, name in enumerate(self.form.criteria):
            for row, col in self.labels(name, range(self.height)):
                columns[col].append((row, index))
        for col, rows in columns.items():
            rows.sort()
            starts = [
                row
                for place, (row, index) in enumerate(rows)
                if place == 0 or index <= rows[place - 1][1]
            ]
            for start, stop in pairwise([*starts, self.height]):
                count = sum(start <= row < stop for row, _ in rows)
                header = next(
                    (
                        row
                        for row in range(start - 1, start - 1 - _HEADER_ABOVE, -1)
                        if self.years_across(row, col)
                    ),
                    None,
                )
                if header is not None and count >= min(2, len(self.form.criteria)):
                    yield _Anchor(header, _EVALUATION, (col,))


def _parts(page: _Page, table: int, anchors: Sequence[_Anchor]) -> list[_Part]:
    """Sheets ① and ② found in one worksheet, one below the other."""
    groups: list[list[_Anchor]] = []
    for anchor in anchors:
        last = groups[-1][-1] if groups else None
        if last is None or _begins(page, last, anchor):
            groups.append([anchor])
        elif last.block < anchor.block < _ISSUES:
            groups[-1].append(anchor)  # anything else is text that looks like a heading
    tops = [0]
    for before, group in pairwise(groups):
        between = range(before[-1].row + 1, group[0].row)
        heads = [cell[0] for role in _HEAD for cell in page.labels(role, between)]
        tops.append(min(heads, default=group[0].row))
    found = (
        _part(page, table, group, range(top, bottom))
        for group, (top, bottom) in zip(groups, pairwise([*tops, page.height]), strict=True)
    )
    return [part for part in found if part is not None]


def _begins(page: _Page, last: _Anchor, anchor: _Anchor) -> bool:
    """A head stands between two blocks, or ② follows a whole ①."""
    between = range(last.row + 1, anchor.row)
    heads = sum(bool(page.labels(role, between)) for role in _HEAD)
    return heads >= 2 or (last.block, anchor.block) == (_EVALUATION, _ISSUES)


def _part(page: _Page, table: int, group: list[_Anchor], rows: range) -> _Part | None:
    sheet = int(group[0].block == _ISSUES)
    head_rows = range(rows.start, group[0].row)
    titles = page.labels(_TITLES[sheet], head_rows)
    head = _head(page, head_rows, titles[-1] if titles else None)
    spots: dict[str, Cell] = {}
    if sheet == 0:
        if len(group) < 2 and not titles:
            return None
        ends = [anchor.row for anchor in group[1:]] + [rows.stop]
        for anchor, end in zip(group, ends, strict=True):
            spots |= _BLOCKS[anchor.block](page, anchor, range(anchor.row + 1, end))
        spots |= _ending(page, range(group[-1].row + 1, rows.stop))
        spots |= _themes(page, head_rows, set(head.values()))
    else:
        spots |= _issues(page, group[0], range(group[0].row + 1, rows.stop))
        if not titles and not {"特記事項", "特記すべき事項"} & spots.keys():
            return None
        printed = {label.repeats for label in page.form.labels if label.repeats}
        head = {name: cell for name, cell in head.items() if name in printed}
    number = page.cells.get(head.get("項目番号", (-1, -1)), "")
    digits = re.match(r"(?:no)?0*(\d+)", key(number))
    return _Part(sheet, table, digits[1] if digits else "", head | spots)


def _head(page: _Page, rows: range, title: Cell | None) -> dict[str, Cell]:
    """Numbers, names and 確認時期; on ② as far as they are printed again."""
    spots: dict[str, Cell] = {}
    roles = {name: page.labels(name, rows)[:1] for name in (*_HEAD[2:], _THEMES)}
    heads = {cell for cells in roles.values() for cell in cells}
    for name in ("実践項目", "担当部署", "確認年度"):
        for label in roles[name]:
            spots[name] = page.right_of(label, heads)
    filled = [cell for row in rows for cell in page.filled(row, 0, page.edge)]
    if "確認年度" not in spots:
        spots |= {"確認年度": cell for cell in reversed(filled) if _year_within(page, cell)}
    taken = heads | set(spots.values()) | {page.right_of(cell) for cell in roles["取組項目番号"]}
    number = _practice_number(page, [cell for cell in filled if cell not in taken], title)
    if number:
        spots["項目番号"] = number
    items = [page.right_of(cell, heads) for cell in roles["取組項目番号"]] or [
        cell for cell in filled if cell != number and _ITEM.fullmatch(page.bare(cell))
    ]
    for cell in items[:1]:
        match = _ITEM.fullmatch(page.bare(cell)) if cell in page.cells else None
        if match and match["name"]:
            spots["取組項目番号"] = spots["取組項目"] = cell
        elif cell not in page.cells or match or _NUMBER.fullmatch(page.bare(cell)):
            spots["取組項目番号"], spots["取組項目"] = cell, page.right_of(cell, heads)
        else:
            spots["取組項目"] = cell
    for row, col in page.roles["様式版"]:
        if row in rows:
            spots["様式版"] = (row, col + 1)
    return spots


def _year_within(page: _Page, cell: Cell) -> bool:
    """``確認時期 令和３年度末`` in one cell, or the year alone."""
    label = next(bare for bare, roles in page.words.roles.items() if "確認年度" in roles)
    return _read(page.bare(cell).removeprefix(label))[1] is not None


def _practice_number(page: _Page, free: Sequence[Cell], title: Cell | None) -> Cell | None:
    """``16`` left of the title, in one cell with it, or else alone in the head."""
    if title:
        beside = [cell for cell in free if cell[0] == title[0] and cell[1] < title[1]]
        for cell in beside:
            if _NUMBER.fullmatch(page.bare(cell)):
                return cell
        if page.bare(title)[0].isdigit():
            return title
    for cell in free:
        if page.bare(cell).isdecimal() and _NUMBER.fullmatch(page.bare(cell)):
            return cell
    for cell in free:
        if _NUMBER_AND_TITLE.match(page.cells[cell]):
            return cell
    if title and title[1] > 0:
        return title[0], page.homes.get((title[0], title[1] - 1), 0)
    return None


def _themes(page: _Page, rows: range, values: set[Cell]) -> dict[str, Cell]:
    """The marks under the themes' names; ``民間活力`` is 民活, the letters in the same order."""
    spots: dict[str, Cell] = {}
    for row in rows:
        names: dict[str, int] = {}
        for cell in page.filled(row, 0, page.edge):
            bare = page.bare(cell)
            for name, theme in page.words.themes.items():
                if name in spots or name in names or cell in values:
                    continue
                if len(bare) <= len(theme) + 4 and _within(theme, bare):
                    names[name] = cell[1]
                    break
        if len(names) < min(2, len(page.words.themes)):
            continue
        cols = list(names.values())
        below = [
            page.across(range(down, down + 1), cols)
            for down in range(row + 1, min(row + 4, rows.stop))
        ]
        marks = next((cells for cells in below if _any_mark(page, cells)), None)
        spots |= zip(names, marks or [(row + 1, col) for col in cols], strict=True)
    return spots


def _within(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def _any_mark(page: _Page, cells: Iterable[Cell]) -> bool:
    texts = [page.cells.get(cell, "") for cell in cells]
    return any(is_marked(text) or is_none_mark(text) for text in texts)


def _schedule(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Original and revised plan under each year, and the status between two years."""
    spots: dict[str, Cell] = {}
    years = page.years_across(anchor.row)
    cols = list(years.values())
    widest = max((right - left for left, right in pairwise(cols)), default=page.edge)
    cols.append(min(page.edge, cols[-1] + 2 * widest))
    bands = list(pairwise(cols))
    lines = [page.labels(stem, rows, cols[0])[:1] for stem in ("工程_当初", "工程_変更")]
    known = [line[0][0] for line in lines if line]
    statuses = []
    for place, (first, stop) in enumerate(bands):
        usual = first + bands[place - 1][1] - bands[place - 1][0] if stop == cols[-1] else stop
        status = _status(page, range(anchor.row, rows.stop), first, stop, min(usual, stop) - 1)
        statuses.append(status)
        if status:
            spots[field_name("工程_状況", list(years)[place])] = status
    starts = [
        col
        for (first, _), status in zip(bands, statuses, strict=True)
        for col in ([first, status[1]] if status else [first])
    ]
    if len(known) < 2:  # the papers print no 当初 and no 変更: the first and the second filled row
        texts = set(cols[:-1])
        known = [row for row in rows if any(cell[1] in texts for cell in page.filled(row, 0, cols[-1]))]
        known = [*known, *(row for row in rows if row > max(known, default=anchor.row))][:2]
    for stem, row in zip(("工程_当初", "工程_変更"), known, strict=False):
        cells = dict(zip(starts, page.across(range(row, row + 1), starts, cols[-1]), strict=True))
        spots |= {field_name(stem, year): cells[col] for year, col in years.items()}
    return spots


def _status(page: _Page, rows: range, first: int, stop: int, usual: int) -> Cell | None:
    """The status right of a year's plan: in the row of the years, or beside a filled cell below."""
    found = [cell for row in rows for cell in page.filled(row, first + 1, stop)]
    found.sort(key=lambda cell: (cell[0] != rows.start, (cell[0], first) not in page.cells))
    if found:
        return found[0]
    for col in range(first + 1, stop):
        if page.homes.get((rows.start, col)) == col:
            return rows.start, col
    home = page.homes.get((rows.start, usual), usual)
    return (rows.start, home) if home > first else None


def _activities(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Rows of a year run from its label to the next; a blank row too many was inserted."""
    spots: dict[str, Cell] = {}
    plan, result = anchor.cols
    numbers = [col for _, col in page.labels("取組番号", range(anchor.row, rows.start), plan)]
    years = page.years_down(rows, plan)
    tops = [row for row, _ in years]
    last = rows.stop if rows.stop < page.height else min(rows.stop, tops[-1] + ROWS_A_YEAR)
    for (top, year), stop in zip(years, [*tops[1:], last], strict=True):
        year_col = max(col for col in page.years[top] if col < plan)
        used = [row for row in range(top, stop) if page.filled(row, year_col + 1, page.edge)]
        # Inserted rows carry no merged cells: they go first.
        blank = [row for row in range(top, stop) if row not in used]
        blank.sort(key=lambda row: (row, plan) in page.homes)
        surplus = set(blank[: max(0, stop - top - ROWS_A_YEAR)])
        kept = [row for row in range(top, stop) if row not in surplus][:ROWS_A_YEAR]
        for n, row in enumerate(kept, start=1):
            cells = page.across(range(row, row + 1), anchor.cols)
            spots |= zip(
                (field_name("取組予定", year, n), field_name("取組結果", year, n)),
                cells,
                strict=True,
            )
            if numbers:
                spots[field_name("取組番号", year, n)] = (row, numbers[-1])
    return spots


def _evaluation(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Scores where a criterion's row meets a year's column; reasons under their heading."""
    spots: dict[str, Cell] = {}
    years = page.years_across(anchor.row, anchor.cols[0])
    starts = list(years.values())
    near = range(anchor.row - 2, rows.start + 2)
    reasons = [col for _, col in page.labels("reasons", near) if col > starts[-1]][:1]
    after = page.edge if reasons else starts[-1] + 1
    for name in (*page.form.criteria, "合計", OVERALL):
        for row, _ in page.labels(name, rows, starts[0])[:1]:
            cells = page.across(range(row, row + 1), [*starts, *reasons], after)
            spots |= {field_name(name, year): cell for year, cell in zip(years, cells, strict=False)}
            if reasons and f"評価理由_{name}" in page.form:
                spots[f"評価理由_{name}"] = cells[-1]
    return spots


def _ending(page: _Page, rows: range) -> dict[str, Cell]:
    """``… 令和 [4] 年 [3] 月取組終了``, in cells of their own or all in one."""
    lead, of_year, of_month = page.words.ending, page.words.of_year, page.words.of_month
    whole = re.compile(rf".*{of_year}\d*{of_month}")
    tail = re.compile(rf"(\d*){of_month}")
    middle = re.compile(rf"(\d*){of_year}")
    for row in rows:
        cells = page.filled(row, 0, page.edge)
        for place, cell in enumerate(cells):
            if whole.fullmatch(page.bare(cell)):
                return {"取組終了_年": cell, "取組終了_月": cell}
            if not (end := tail.fullmatch(page.bare(cell))):
                continue
            for before in reversed(range(place)):
                if not (mid := middle.fullmatch(page.bare(cells[before]))):
                    continue
                month = cell if end[1] else _between(page, cells[before + 1 : place], cell)
                leading = cells[:before][-1:]
                if leading and lead.endswith(page.bare(leading[0]) or lead[-1]):
                    leading = []
                year = cells[before] if mid[1] else _between(page, leading, cells[before])
                return {"取組終了_年": year, "取組終了_月": month}
    return {}


def _between(page: _Page, filled: Sequence[Cell], label: Cell) -> Cell:
    """The filled cell before a label, or the place before it."""
    row, col = label
    return filled[0] if filled else (row, page.homes.get((row, col - 1), col - 1))


def _issues(page: _Page, anchor: _Anchor, rows: range) -> dict[str, Cell]:
    """Problems and solutions beside each year, and the two wide fields under their headings."""
    spots: dict[str, Cell] = {}
    years = page.years_down(rows, anchor.cols[0])
    tops = [row for row, _ in years]
    after_years = range(tops[-1] + 1, rows.stop)
    headings: list[tuple[str, Cell]] = []
    for name in ("特記事項", "特記すべき事項"):
        start = headings[-1][1][0] + 1 if headings else after_years.start
        headings += [
            (name, cell) for cell in page.labels(name, range(start, rows.stop))[:1]
        ]
    # Without a heading below, the last year has its own row only.
    last = headings[0][1][0] if headings else tops[-1] + 1
    for (top, year), stop in zip(years, [*tops[1:], last], strict=True):
        cells = page.across(range(top, stop), anchor.cols)
        spots |= {field_name("課題", year): cells[0], field_name("解決方法", year): cells[1]}
    ends = [cell[0] for _, cell in headings[1:]] + [rows.stop]
    for (name, cell), end in zip(headings, ends, strict=True):
        spots[name] = _remark(page, cell, end)
    return spots


def _remark(page: _Page, heading: Cell, end: int) -> Cell:
    """The text right of a heading or below it."""
    row, col = heading
    right = page.right_of(heading)
    below = (cell for down in range(row + 1, end) for cell in page.filled(down, 0, page.edge))
    blank = (row + 1, col) if end > row + 1 else right
    return right if right in page.cells else next(below, blank)


_BLOCKS = {_SCHEDULE: _schedule, _ACTIVITIES: _activities, _EVALUATION: _evaluation}


def _paired(parts: Sequence[_Part]) -> list[dict[str, Spot]]:
    """①s and ②s with the same number belong together, those without one by their order."""
    seconds = [part for part in parts if part.sheet == 1]
    partners: dict[int, _Part] = {}
    for alike in (True, False):
        for place, part in enumerate(parts):
            if part.sheet == 1 or place in partners:
                continue
            for other in seconds:
                known = bool(part.number and other.number)
                if (part.number == other.number and known) if alike else not known:
                    partners[place] = other
                    seconds.remove(other)
                    break
    forms = []
    for place, part in enumerate(parts):
        if part.sheet == 1 and part not in seconds:
            continue
        both = [*([partners[place]] if place in partners else []), part]
        spots: dict[str, Spot] = {}
        for one in both:  # what both print is read from ①
            spots |= {name: (one.table, *cell) for name, cell in one.spots.items()}
        forms.append(spots)
    return forms


__all__: Mapping[str, object] | list[str] = ["Spot", "find", "word"]
