"""The headings of a past year's list: which table is the one wanted, and which column holds what.

Columns are found by their headings, in one row or two, in any order. A heading that names another
year is another year's. Lists of averages are never taken: they bear the criteria's names too, and
the source prints them over wrong figures (domain §7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.era import FiscalYear, without_years, years_in
from workbook_tools.excel.read.book import Table, as_text
from workbook_tools.findings import UserError
from workbook_tools.plan.model import Plan
from workbook_tools.text import is_blank, is_none_mark, key, squeeze, tidy, whole_number

NUMBER, TITLE, TOTAL, GRADE, FINISHED = "小№", "実践項目", "合計", "総合評価", "取組終了"
# Accepted spellings of headings, the usual one first; criteria go by the plan's names.
SPELLINGS: dict[str, tuple[str, ...]] = {
    NUMBER: ("小№", "小No.", "小番号", "実践項目№", "実践項目番号", "№"),
    TITLE: ("実践項目", "実践項目名"),
    TOTAL: ("合計", "合計点"),
    GRADE: ("総合評価",),
    FINISHED: ("取組終了", "取組終了年度"),
}
HEADINGS_WITHIN = 50  # rows from the top; below that only repeated headings are met

# All of these look at keys (half width, lower case, no spaces).
_THIS, _LAST = re.compile("今年度|本年度|今回"), re.compile("前年度|昨年度|前回")
_SUMMARY = re.compile("計|平均")  # in place of a number; a title may well speak of a 計画
_SUMMED_UP = re.compile("[総合小]?計|(総|全体)?平均値?")
_BESIDES = re.compile(r"自己評価|[().,・:/_\-\[\]【】]")


@dataclass(frozen=True, slots=True)
class ListHeading:
    """One column's heading, and the group heading above it where there is one."""

    col: int
    group: str
    own: str
    name: str  # without years and brackets, to be compared
    years: frozenset[FiscalYear]

    @property
    def text(self) -> str:
        """As printed, on one line."""
        return f"{self.group} {self.own}".strip()


@dataclass(frozen=True, slots=True)
class Listing:
    """A table whose headings were understood: ``top`` is their first row, ``start`` the data's."""

    table: Table
    top: int
    start: int
    headings: tuple[ListHeading, ...]
    columns: Mapping[str, ListHeading]
    years: frozenset[FiscalYear]  # whose self-evaluation it says it is; empty where it says none


def listings(tables: Sequence[Table], file: str, plan: Plan) -> list[Listing]:
    """The lists whose headings fit best: usually one, several where a list goes over sheets."""
    year = plan.evaluated
    fitting = [best for table in tables if (best := _best(table, plan))]
    if not fitting:
        wanted = "".join(f"『{name}』" for name in _required(plan))
        raise UserError(
            f"『{file}』に【実践項目別】の一覧が見つかりません。"
            f"見出し{wanted}がそろった表か確かめてください。"
        )
    of_year = [listing for listing in fitting if not listing.years or year in listing.years]
    if not of_year:
        said = "・".join(str(other) for other in sorted(fitting[0].years))
        raise UserError(
            f"『{file}』は{said}の一覧です。--year {said} とするか、{year}の一覧を選んでください。"
        )
    most = max(_rank(listing) for listing in of_year)
    return [listing for listing in of_year if _rank(listing) == most]


def _rank(listing: Listing) -> tuple[bool, int]:
    return bool(listing.years), len(listing.columns)


def data_rows(
    listing: Listing, keys: Sequence[str] = (NUMBER,), end: int | None = None
) -> Iterator[int]:
    """The rows with something under one of ``keys``, the first of which is the number's heading.

    Left out are blank ones, notes, subtotals and repeated page heads. ``end``: the first row that
    is no more of the list.
    """
    table, columns = listing.table, listing.columns
    page_head = {_line(table, row) for row in range(listing.start)}
    heading = columns[keys[0]].name
    for row in range(listing.start, len(table.grid) if end is None else end):
        texts = {field: tidy(table.text(row, known.col)) for field, known in columns.items()}
        named = {field: key(texts[field]) for field in keys if not _says_nothing(texts[field])}
        number = named.get(keys[0], "")
        if not named or _SUMMARY.search(number) or (number and plain(number) == heading):
            continue
        if not number and any(_SUMMED_UP.fullmatch(name) for name in named.values()):
            continue
        told = any(not is_blank(text) for field, text in texts.items() if field not in keys)
        told = told or 1 < len(keys) == len(named)  # a row with number and name, but no figures
        numbered = whole_number(texts[keys[0]]) is not None
        if numbered or (told and _line(table, row) not in page_head):
            yield row


def _says_nothing(text: str) -> bool:
    return is_blank(text) or is_none_mark(text)


def _line(table: Table, row: int) -> tuple[str, ...]:
    return tuple(key(as_text(value)) for value in table.grid[row])


def _best(table: Table, plan: Plan) -> Listing | None:
    """The best reading of a sheet's headings, or None where some that are required are missing."""
    candidates = [
        candidate
        for top in range(min(len(table.grid), HEADINGS_WITHIN))
        for rows in (1, 2)
        if (candidate := _list(table, top, rows, plan))
    ]
    if not candidates:
        return None

    def understood(listing: Listing) -> tuple[bool, int, int, int]:
        dated = sum(bool(heading.years) for heading in listing.headings)
        return *_rank(listing), dated, listing.top - listing.start

    return max(candidates, key=understood)  # the first of equals: later ones are repeated pages


def _list(table: Table, top: int, rows: int, plan: Plan) -> Listing | None:
    year = plan.evaluated
    headings = tuple(headings_at(table, top, rows, year))
    columns = columns_of(headings, plan)
    if any(name not in columns for name in _required(plan)):
        return None
    if columns[NUMBER].group or columns[TITLE].group:
        return None  # a title above the headings is no group heading
    said = years_said(table, top, columns, plan)
    return Listing(table, top, top + rows, headings, columns, said)


def years_said(
    table: Table, top: int, columns: Mapping[str, ListHeading], plan: Plan
) -> frozenset[FiscalYear]:
    """Whose scores the headings, else the title above them, say they are; empty for no year."""
    scored = [columns[each.name].years for each in plan.criteria if each.name in columns]
    wrong = {years for years in scored if years and plan.evaluated not in years}
    return frozenset[FiscalYear]().union(*(wrong or scored)) or _title_years(table, top)


def headings_at(table: Table, top: int, rows: int, year: FiscalYear) -> Iterator[ListHeading]:
    """The headings of one row, or of two (``rows``).

    A group heading stands over the columns to its right.
    """
    group = ""
    for col in range(max(len(line) for line in table.grid[top : top + rows])):
        upper = squeeze(table.text(top, col))
        lower = squeeze(table.text(top + 1, col)) if rows == 2 else ""
        if upper:
            group = upper if lower else ""  # a heading over nothing stands for its column only
        above = group if lower else ""
        own = lower or upper
        if own:
            years, name = _years(own, year)
            years_above, name_above = _years(above, year)
            name = "" if "平均" in name_above else name or name_above
            yield ListHeading(col, above, own, name, years or years_above)


def _years(text: str, year: FiscalYear) -> tuple[frozenset[FiscalYear], str]:
    """The years a heading names, and the heading without them."""
    bare = _LAST.sub(str(year - 1).lower(), _THIS.sub(str(year).lower(), key(text)))
    return frozenset(years_in(bare)), plain(without_years(bare))


def plain(text: str) -> str:
    """A heading as it is compared: its key without brackets and 自己評価."""
    return _BESIDES.sub("", key(text))


def columns_of(headings: Sequence[ListHeading], plan: Plan) -> dict[str, ListHeading]:
    """Which column of a list of practices holds what.

    Other years' columns serve only to say whose list it is.
    """
    year = plan.evaluated
    criteria = {c.name: (c.name, *c.former_names) for c in plan.criteria}
    columns: dict[str, ListHeading] = {}
    for field, accepted in {**SPELLINGS, **criteria}.items():
        names = [plain(spelling) for spelling in accepted]
        rivals = [
            heading
            for heading in headings
            if heading.name in names
            and (field in criteria or not heading.years or year in heading.years)
        ]
        # Where two grades bear no year, the earlier year's stands left of the scores.
        rivals.sort(key=lambda heading: heading.col, reverse=field == GRADE)
        rivals.sort(key=lambda heading: names.index(heading.name))
        rivals.sort(key=lambda heading: (year in heading.years, not heading.years), reverse=True)
        if rivals:
            columns[field] = rivals[0]
    return columns


def _required(plan: Plan) -> tuple[str, ...]:
    # All criteria: a list with misnamed figures is better refused than half taken.
    return (NUMBER, TITLE, *(criterion.name for criterion in plan.criteria))


def _title_years(table: Table, top: int) -> frozenset[FiscalYear]:
    """The year of Ｒ３年度末 above the headings, where it is the only one."""
    above = (as_text(value) for line in table.grid[:top] for value in line)
    years = {year for text in above for year in years_in(text, ends=True)}
    return frozenset(years) if len(years) == 1 else frozenset()
