"""Both sheets of the progress form laid out: for the writer, the formulas and the reader.

What the form holds is declared in :mod:`spec`; where it stands is decided here. No row or column
number of the form stands in any other module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise

from workbook_tools import spellings
from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.form import spec as specs
from workbook_tools.form.spec import Spec, Stem, TextEntry
from workbook_tools.plan.model import Plan
from workbook_tools.text import CIRCLED, width

FORM_VERSION = "1"  # 様式版: raised whenever a field is added, removed or means something else
SHEETS = ("進捗状況シート①", "進捗状況シート②")
GUIDE = "記入要領"
# Names that other workbooks of ours have and no progress sheet.
COUNCIL_MEMBER = "委員番号"
RECEIPT = "読取内容確認票"

STATUSES = ON_PLAN, REVISED = spellings.ON_PLAN[0], spellings.REVISED[0]
OVERALL = str(Stem.OVERALL)

# The grid: equal columns, wide enough that height and width of the page are used alike.
COLUMNS = 28
COLUMN_PIXELS = 31
LINE_POINTS, EDGE_POINTS = paper.FORM.line, paper.FORM.edge

# Beside the form, outside the print area: spacer, live checks, what references mean.
SPACER, CHECKS, MEANING, MEANING_2 = COLUMNS, COLUMNS + 1, COLUMNS + 2, COLUMNS + 3
# Hidden columns: counts of what is missing and of what is wrong in a row, then helper cells.
MISSING, DOUBTFUL, HELPERS = COLUMNS + 4, COLUMNS + 5, COLUMNS + 6
LAST_HELPER = HELPERS + 99

# Printed over the live checks and nowhere else: where these stand, the form itself has ended.
BESIDE = ("入力チェック（印刷されません）", "↓確かめること")

# So many rows of each sheet stay in sight: whose form it is, and how much is still missing.
HEAD_ROWS = (4, 2)

# What the live checks say at the top of both sheets.
COUNT = Area(1, CHECKS)
TOKEN = Area(1, MISSING)  # 照合, in the hidden columns of sheet ①
COMPLETE = "入力漏れはありません"


class Kind(StrEnum):
    """What a field holds, and so how it is offered, written and read."""

    FIXED = "fixed"  # printed by the secretariat
    MARK = "mark"  # ○ or blank
    TEXT = "text"
    SCORE = "score"
    STATUS = "status"
    END_YEAR = "end_year"
    END_MONTH = "end_month"
    LABEL = "label"  # ①… by formula
    TOTAL = "total"  # by formula
    GRADE = "grade"  # by formula


@dataclass(frozen=True, slots=True)
class Field:
    """One named cell: its place, its kind, the year and the row of that year it belongs to.

    ``stem`` is the name without year and row; ``title`` what a message calls it.
    """

    name: str
    stem: str
    title: str
    sheet: int
    area: Area
    kind: Kind
    year: FiscalYear | None = None
    n: int | None = None
    entry: TextEntry | None = None  # of a text field: what the spec says of it

    @property
    def columns(self) -> int:
        """Half-width characters on one printed line."""
        return paper.FORM.characters(self.area.cols * COLUMN_PIXELS)


@dataclass(frozen=True, slots=True)
class Label:
    """Printed words that are no field; ``{plan}`` stands for the plan's name.

    ``repeats`` names a field of sheet ① whose value is printed again here.
    """

    sheet: int
    area: Area
    text: str
    look: str = "head"  # head, vertical, title, plain; before, after: words around a field
    repeats: str | None = None


@dataclass(frozen=True)
class Form:
    """Both sheets for one plan: fields and labels in reading order, and the rows of each sheet."""

    years: tuple[FiscalYear, ...]
    criteria: tuple[str, ...]
    fields: tuple[Field, ...]
    labels: tuple[Label, ...]
    rows: tuple[int, int]
    spec: Spec

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _series(self) -> dict[tuple[str, int | None], tuple[Field, ...]]:
        """Fields by stem, as they were asked for: every form that is read asks again."""
        return {}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all fields."""
        return frozenset(self._by_name)

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def yearly(self, stem: str, n: int | None = None) -> tuple[Field, ...]:
        """The fields of one stem over the years, in order; ``進捗度`` → 進捗度_R2 … 進捗度_R6."""
        found = self._series.get((stem, n))
        if found is None:
            found = tuple(self[field_name(stem, year, n)] for year in self.years)
            self._series[stem, n] = found
        return found

    def activities(self, stem: str) -> tuple[Field, ...]:
        """All rows of 取組予定, 取組結果 or 取組番号, top to bottom."""
        found = self._series.get((stem, 0))
        if found is None:
            found = tuple(
                self[field_name(stem, year, n)] for year in self.years for n in self.numbers
            )
            self._series[stem, 0] = found
        return found

    @property
    def numbers(self) -> range:
        """The rows a year has in 取組内容, from 1."""
        return range(1, self.spec.rows_a_year + 1)

    @property
    def reasons(self) -> tuple[Field, ...]:
        """評価理由 per criterion, and for 総合評価 last."""
        return tuple(self[reason_name(name)] for name in (*self.criteria, OVERALL))

    @cached_property
    def remarks(self) -> tuple[Field, ...]:
        """The wide fields at the end of ②."""
        return tuple(self[entry.stem] for entry in self.spec.remarks)

    def print_area(self, sheet: int) -> Area:
        """What is printed of a sheet, on one page."""
        return Area(0, 0, self.rows[sheet], COLUMNS)


@lru_cache(maxsize=4096)
def field_name(stem: str, year: FiscalYear | None = None, n: int | None = None) -> str:
    """``("取組予定", R3, 2)`` → ``取組予定_R3_2``, the defined name of the contract."""
    return "_".join(str(part) for part in (stem, year, n) if part is not None)


def reason_name(criterion: str) -> str:
    """``進捗度`` → ``評価理由_進捗度``; 総合評価 has a reason too."""
    return f"{Stem.REASON}_{criterion}"


def theme_name(theme: str) -> str:
    """``財政`` → ``テーマ_財政``."""
    return f"{Stem.THEME}_{theme}"


def form_of(plan: Plan) -> Form:
    """The form of a plan; the same for all its practices."""
    return build(
        plan.years,
        tuple(criterion.name for criterion in plan.criteria),
        tuple(theme.short for theme in plan.themes),
        specs.SPEC,
    )


def open_lines(field: Field, evaluated: FiscalYear) -> int:
    """How many printed lines an open text cell has room for."""
    assert field.entry is not None
    lines = field.entry.lines
    if field.year is None or field.year == evaluated:
        return lines.now
    return lines.ahead if field.year > evaluated else lines.behind


def is_asked(field: Field, evaluated: FiscalYear) -> bool:
    """A text of the evaluated year, or a forecast of a later one: what is filled in this year."""
    if field.entry is None or field.year is None or field.year == evaluated:
        return field.entry is not None
    return field.year > evaluated and field.entry.ahead


def line_columns(field: Field) -> float:
    """Half-width columns of a printed line, even, and a hair more: so many still fill it."""
    return field.columns // 2 * 2 + 0.01


def printed_lines(text: str, columns: float) -> int:
    """Printed lines of a cell's text, as the live checks and T701 count them.

    A line of the text takes its width without the blanks around it; one line break at the end
    takes no line.
    """
    count = -text.endswith("\n")
    for line in text.split("\n"):
        count += 1
        if 2 * len(line) > columns:
            count += int(width(" ".join(filter(None, line.split(" ")))) / columns)
    return count


@lru_cache(maxsize=8)
def build(
    years: tuple[FiscalYear, ...],
    criteria: tuple[str, ...],
    themes: tuple[str, ...],
    spec: Spec = specs.SPEC,
) -> Form:
    """Lay both sheets out. Pure geometry: what is open, locked or filled is the writer's.

    Raises ValueError where 取組内容 would have more rows than there are labels.
    """
    if spec.rows_a_year * len(years) > len(CIRCLED):
        raise ValueError(f"no labels for {spec.rows_a_year} rows in {len(years)} years")
    sheets = (_Sheet(0), _Sheet(1))
    _head(sheets[0], themes)
    _schedule(sheets[0], years, spec)
    _activities(sheets[0], years, spec)
    _evaluation(sheets[0], years, criteria, spec.reason)
    _ending(sheets[0])
    _second_head(sheets[1])
    _issues(sheets[1], years, spec.issues)
    _remarks(sheets[1], spec.remarks)
    return Form(
        years,
        criteria,
        tuple(field for sheet in sheets for field in sheet.fields),
        tuple(label for sheet in sheets for label in sheet.labels),
        (sheets[0].row, sheets[1].row),
        spec,
    )


class _Sheet:
    """A sheet while it is laid out: ``row`` is the next free row."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.row = 0
        self.fields: list[Field] = []
        self.labels: list[Label] = []

    def label(self, area: Area, text: str, look: str = "head") -> None:
        self.labels.append(Label(self.number, area, text, look))

    def repeat(self, area: Area, name: str) -> None:
        self.labels.append(Label(self.number, area, "", "plain", name))

    def field(
        self,
        area: Area,
        stem: str,
        title: str,
        kind: Kind,
        year: FiscalYear | None = None,
        n: int | None = None,
    ) -> None:
        name = field_name(stem, year, n)
        self.fields.append(Field(name, str(stem), title, self.number, area, kind, year, n))

    def entry(
        self, area: Area, entry: TextEntry, year: FiscalYear | None = None, n: int | None = None
    ) -> None:
        title = entry.title.format(year=year.wide if year else "", n=n)
        self.field(area, entry.stem, title, Kind.TEXT, year, n)
        self.fields[-1] = replace(self.fields[-1], entry=entry)


def _head(sheet: _Sheet, themes: tuple[str, ...]) -> None:
    sheet.field(Area(0, 0, 1, 3), Stem.NUMBER, "実践項目の番号", Kind.FIXED)
    sheet.label(Area(0, 3, 1, 16), "【{plan}進捗状況シート①】", "title")
    sheet.label(Area(0, 19, 1, 3), "確認時期")
    sheet.field(Area(0, 22, 1, 6), Stem.SEASON, "確認時期", Kind.FIXED)
    sheet.label(Area(1, 0, 1, 3), "取組項目")
    sheet.field(Area(1, 3, 1, 2), Stem.ITEM_NUMBER, "取組項目の番号", Kind.FIXED)
    sheet.field(Area(1, 5, 1, 8), Stem.ITEM, "取組項目", Kind.FIXED)
    sheet.label(Area(2, 0, 1, 3), "実践項目")
    sheet.field(Area(2, 3, 1, 10), Stem.TITLE, "実践項目", Kind.FIXED)
    sheet.label(Area(1, 13, 2, 1), "テーマ", "vertical")
    for theme, (first, after) in zip(themes, _split(14, COLUMNS, len(themes)), strict=True):
        sheet.label(Area(1, first, 1, after - first), theme)
        area = Area(2, first, 1, after - first)
        sheet.field(area, theme_name(theme), f"テーマ「{theme}」", Kind.MARK)
    sheet.label(Area(3, 0, 1, 3), "担当部署")
    sheet.field(Area(3, 3, 1, 25), Stem.DEPARTMENT, "担当部署", Kind.FIXED)
    sheet.field(Area(0, MEANING_2), Stem.VERSION, "様式版", Kind.FIXED)
    sheet.row = 4


def _schedule(sheet: _Sheet, years: tuple[FiscalYear, ...], spec: Spec) -> None:
    top = sheet.row
    sheet.label(Area(top, 0, 3, 1), "工程表", "vertical")
    sheet.label(Area(top, 1, 1, 2), "(予定含)")
    for row, entry in enumerate(spec.schedule, start=top + 1):
        sheet.label(Area(row, 1, 1, 2), entry.heading)
    for year, (first, after) in zip(years, _split(3, COLUMNS, len(years)), strict=True):
        cols = after - first - 1
        sheet.label(Area(top, first, 1, cols), f"{year.wide}年度")
        for row, entry in enumerate(spec.schedule, start=top + 1):
            sheet.entry(Area(row, first, 1, cols), entry, year)
        area, title = Area(top, after - 1, 3, 1), f"{year.wide}年度の工程の状況"
        sheet.field(area, Stem.STATUS, title, Kind.STATUS, year)
    sheet.row = top + 3


def _activities(sheet: _Sheet, years: tuple[FiscalYear, ...], spec: Spec) -> None:
    top, columns = sheet.row, _beside(3, spec.activities)
    sheet.label(Area(top, 0, 1 + spec.rows_a_year * len(years), 1), "取組内容", "vertical")
    sheet.label(Area(top, 1), "年度")
    sheet.label(Area(top, 2), "番号")
    for entry, first in columns:
        sheet.label(Area(top, first, 1, entry.cols), entry.heading)
    row = top + 1
    for year in years:
        sheet.label(Area(row, 1, spec.rows_a_year, 1), year.wide, "vertical")
        for n in range(1, spec.rows_a_year + 1):
            sheet.field(Area(row, 2), Stem.LABEL, "取組番号", Kind.LABEL, year, n)
            for entry, first in columns:
                sheet.entry(Area(row, first, 1, entry.cols), entry, year, n)
            row += 1
    sheet.row = row


def _evaluation(
    sheet: _Sheet, years: tuple[FiscalYear, ...], criteria: tuple[str, ...], reason: TextEntry
) -> None:
    top = sheet.row
    first_reason = 3 + len(years)
    sheet.label(Area(top, 0, 3 + len(criteria), 1), "取組に対する自己評価", "vertical")
    sheet.label(Area(top, 1, 1, 2), "評価項目")
    for col, year in enumerate(years, start=3):
        sheet.label(Area(top, col), year.wide)
    sheet.label(Area(top, first_reason, 1, COLUMNS - first_reason), reason.heading)
    rows = [
        *((name, Kind.SCORE) for name in criteria),
        (str(Stem.TOTAL), Kind.TOTAL),
        (OVERALL, Kind.GRADE),
    ]
    for row, (name, kind) in enumerate(rows, start=top + 1):
        sheet.label(Area(row, 1, 1, 2), name)
        for col, year in enumerate(years, start=3):
            sheet.field(Area(row, col), name, f"{year.wide}年度の{name}", kind, year)
        area = Area(row, first_reason, 1, COLUMNS - first_reason)
        if kind is Kind.TOTAL:
            sheet.label(area, "", "plain")
        else:
            title = reason.title.format(name=name)
            sheet.entry(area, replace(reason, stem=reason_name(name), title=title))
    sheet.row = top + 1 + len(rows)


def _ending(sheet: _Sheet) -> None:
    row = sheet.row
    sheet.label(Area(row, 0, 1, 11), "取組終了の場合記入 → 令和", "before")
    sheet.field(Area(row, 11, 1, 2), Stem.END_YEAR, "取組終了の年", Kind.END_YEAR)
    sheet.label(Area(row, 13), "年", "plain")
    sheet.field(Area(row, 14, 1, 2), Stem.END_MONTH, "取組終了の月", Kind.END_MONTH)
    sheet.label(Area(row, 16, 1, 12), "月取組終了", "after")
    sheet.row = row + 1


def _second_head(sheet: _Sheet) -> None:
    sheet.repeat(Area(0, 0, 1, 3), Stem.NUMBER)
    sheet.label(Area(0, 3, 1, 16), "【{plan}進捗状況シート②】", "title")
    sheet.label(Area(0, 19, 1, 3), "確認時期")
    sheet.repeat(Area(0, 22, 1, 6), Stem.SEASON)
    sheet.label(Area(1, 0, 1, 3), "実践項目")
    sheet.repeat(Area(1, 3, 1, 20), Stem.TITLE)
    sheet.repeat(Area(1, 23, 1, 5), Stem.ITEM_NUMBER)
    sheet.row = 2


def _issues(sheet: _Sheet, years: tuple[FiscalYear, ...], entries: tuple[TextEntry, ...]) -> None:
    top = sheet.row
    sheet.label(Area(top, 0, 1 + len(years), 1), "取組上の課題等", "vertical")
    sheet.label(Area(top, 1, 1, 2), "年度")
    for entry, first in _beside(3, entries):
        sheet.label(Area(top, first, 1, entry.cols), entry.heading)
        for row, year in enumerate(years, start=top + 1):
            sheet.entry(Area(row, first, 1, entry.cols), entry, year)
    for row, year in enumerate(years, start=top + 1):
        sheet.label(Area(row, 1, 1, 2), year.wide)
    sheet.row = top + 1 + len(years)


def _remarks(sheet: _Sheet, entries: tuple[TextEntry, ...]) -> None:
    for entry in entries:
        sheet.label(Area(sheet.row, 0, 1, COLUMNS), entry.heading)
        sheet.entry(Area(sheet.row + 1, 0, 1, COLUMNS), entry)
        sheet.row += 2


def _beside(first: int, entries: Iterable[TextEntry]) -> list[tuple[TextEntry, int]]:
    """Entries side by side, each with its first column."""
    placed = []
    for entry in entries:
        placed.append((entry, first))
        first += entry.cols
    return placed


def _split(first: int, after: int, parts: int) -> Iterable[tuple[int, int]]:
    """Cut columns ``first`` … ``after`` − 1 into nearly equal runs."""
    edges = [first + (after - first) * part // parts for part in range(parts + 1)]
    return pairwise(edges)
