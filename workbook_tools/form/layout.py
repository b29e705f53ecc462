"""Both sheets of the progress form, declared once: for the writer, the formulas and the reader.

No row or column number of the form stands in any other module. Names are those of the contract,
wording and order of labels those of the papers (domain §4, §5; forms.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.plan.model import Plan

FORM_VERSION = "1"  # 様式版: raised whenever a field is added, removed or means something else
SHEETS = ("進捗状況シート①", "進捗状況シート②")
GUIDE = "記入要領"
COUNCIL_MEMBER = "委員番号"  # a name that every 評価シート has and no progress sheet

ROWS_A_YEAR = 3  # 取組内容, domain §4
STATUSES = ("工程どおり", "工程見直し")
ON_PLAN, REVISED = STATUSES
OVERALL = "総合評価"

# The grid: equal columns, wide enough that height and width of the page are used alike.
COLUMNS = 28
COLUMN_PIXELS = 31
# A wrapped line of 9 pt takes 11.5 pt and the cell's edge 2 pt, in Excel and in LibreOffice alike.
LINE_POINTS, EDGE_POINTS = 11.5, 2.0
# Half-width characters of 6 px that fit a line: the edges take 6 px, printing widens by 3 %.
_EDGE_PIXELS, _HALF_WIDTH_PIXELS = 6, 6.2

# Beside the form, outside the print area: spacer, live checks, what references mean.
SPACER, CHECKS, MEANING, MEANING_2 = COLUMNS, COLUMNS + 1, COLUMNS + 2, COLUMNS + 3
# Hidden columns: counts of what is missing and of what is wrong in a row, then helper cells.
MISSING, DOUBTFUL, HELPERS = COLUMNS + 4, COLUMNS + 5, COLUMNS + 6
LAST_HELPER = HELPERS + 59

# Printed over the live checks and nowhere else: where these stand, the form itself has ended.
BESIDE = ("入力チェック（印刷されません）", "↓確かめること")

# What the live checks say at the top of both sheets.
COUNT = Area(1, CHECKS)
COMPLETE = "入力漏れはありません"

# Printed lines of an open cell: the 95 % length of domain §5 with one line break, and one line
# more in the evaluated year. The cells of ② share the rest of the page.
_LINES_AHEAD = {"工程_当初": 3, "工程_変更": 3, "取組予定": 3, "課題": 9, "解決方法": 9}
_LINES_BEHIND = {**_LINES_AHEAD, "取組予定": 4, "取組結果": 4}
_LINES_NOW = {
    **_LINES_AHEAD,
    "工程_変更": 4,
    "取組予定": 5,
    "取組結果": 5,
    "課題": 10,
    "解決方法": 10,
}
_LINES_OF_REASON, _LINES_OF_REMARKS = 2, {"特記事項": 10, "特記すべき事項": 8}


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

    @property
    def columns(self) -> int:
        """Half-width characters on one printed line."""
        return int((self.area.cols * COLUMN_PIXELS - _EDGE_PIXELS) / _HALF_WIDTH_PIXELS)


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
                self[field_name(stem, year, n)]
                for year in self.years
                for n in range(1, ROWS_A_YEAR + 1)
            )
            self._series[stem, 0] = found
        return found

    @property
    def reasons(self) -> tuple[Field, ...]:
        """評価理由 per criterion, and for 総合評価 last."""
        return tuple(self[f"評価理由_{name}"] for name in (*self.criteria, OVERALL))

    def print_area(self, sheet: int) -> Area:
        """What is printed of a sheet, on one page."""
        return Area(0, 0, self.rows[sheet], COLUMNS)


@lru_cache(maxsize=4096)
def field_name(stem: str, year: FiscalYear | None = None, n: int | None = None) -> str:
    """``("取組予定", R3, 2)`` → ``取組予定_R3_2``, the defined name of the contract."""
    return "_".join(str(part) for part in (stem, year, n) if part is not None)


def form_of(plan: Plan) -> Form:
    """The form of a plan; the same for all its practices."""
    return build(
        plan.years,
        tuple(criterion.name for criterion in plan.criteria),
        tuple(theme.short for theme in plan.themes),
    )


def open_lines(field: Field, evaluated: FiscalYear) -> int:
    """How many printed lines an open text cell has room for."""
    if field.year is None:
        return _LINES_OF_REMARKS.get(field.stem, _LINES_OF_REASON)
    if field.year == evaluated:
        return _LINES_NOW[field.stem]
    lines = _LINES_AHEAD if field.year > evaluated else _LINES_BEHIND
    return lines.get(field.stem, 1)


def capacity(field: Field, evaluated: FiscalYear) -> int:
    """How many full-width characters an open text cell prints."""
    return field.columns // 2 * open_lines(field, evaluated)


@lru_cache(maxsize=8)
def build(
    years: tuple[FiscalYear, ...], criteria: tuple[str, ...], themes: tuple[str, ...]
) -> Form:
    """Lay both sheets out. Pure geometry: what is open, locked or filled is the writer's."""
    sheets = (_Sheet(0), _Sheet(1))
    _head(sheets[0], themes)
    _schedule(sheets[0], years)
    _activities(sheets[0], years)
    _evaluation(sheets[0], years, criteria)
    _ending(sheets[0])
    _second_head(sheets[1])
    _issues(sheets[1], years)
    _remarks(sheets[1])
    return Form(
        years,
        criteria,
        tuple(field for sheet in sheets for field in sheet.fields),
        tuple(label for sheet in sheets for label in sheet.labels),
        (sheets[0].row, sheets[1].row),
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
        self.fields.append(Field(name, stem, title, self.number, area, kind, year, n))


def _head(sheet: _Sheet, themes: tuple[str, ...]) -> None:
    sheet.field(Area(0, 0, 1, 3), "項目番号", "実践項目の番号", Kind.FIXED)
    sheet.label(Area(0, 3, 1, 16), "【{plan}進捗状況シート①】", "title")
    sheet.label(Area(0, 19, 1, 3), "確認時期")
    sheet.field(Area(0, 22, 1, 6), "確認年度", "確認時期", Kind.FIXED)
    sheet.label(Area(1, 0, 1, 3), "取組項目")
    sheet.field(Area(1, 3, 1, 2), "取組項目番号", "取組項目の番号", Kind.FIXED)
    sheet.field(Area(1, 5, 1, 8), "取組項目", "取組項目", Kind.FIXED)
    sheet.label(Area(2, 0, 1, 3), "実践項目")
    sheet.field(Area(2, 3, 1, 10), "実践項目", "実践項目", Kind.FIXED)
    sheet.label(Area(1, 13, 2, 1), "テーマ", "vertical")
    for theme, (first, after) in zip(themes, _split(14, COLUMNS, len(themes)), strict=True):
        sheet.label(Area(1, first, 1, after - first), theme)
        area = Area(2, first, 1, after - first)
        sheet.field(area, f"テーマ_{theme}", f"テーマ「{theme}」", Kind.MARK)
    sheet.label(Area(3, 0, 1, 3), "担当部署")
    sheet.field(Area(3, 3, 1, 25), "担当部署", "担当部署", Kind.FIXED)
    sheet.field(Area(0, MEANING_2), "様式版", "様式版", Kind.FIXED)
    sheet.row = 4


def _schedule(sheet: _Sheet, years: tuple[FiscalYear, ...]) -> None:
    top = sheet.row
    sheet.label(Area(top, 0, 3, 1), "工程表", "vertical")
    sheet.label(Area(top, 1, 1, 2), "(予定含)")
    sheet.label(Area(top + 1, 1, 1, 2), "当初")
    sheet.label(Area(top + 2, 1, 1, 2), "変更")
    for year, (first, after) in zip(years, _split(3, COLUMNS, len(years)), strict=True):
        cols = after - first - 1
        sheet.label(Area(top, first, 1, cols), f"{year.wide}年度")
        sheet.field(
            Area(top + 1, first, 1, cols),
            "工程_当初",
            f"{year.wide}年度の当初の工程",
            Kind.TEXT,
            year,
        )
        sheet.field(
            Area(top + 2, first, 1, cols),
            "工程_変更",
            f"{year.wide}年度の変更後の工程",
            Kind.TEXT,
            year,
        )
        area = Area(top, after - 1, 3, 1)
        sheet.field(area, "工程_状況", f"{year.wide}年度の工程の状況", Kind.STATUS, year)
    sheet.row = top + 3


def _activities(sheet: _Sheet, years: tuple[FiscalYear, ...]) -> None:
    top = sheet.row
    sheet.label(Area(top, 0, 1 + ROWS_A_YEAR * len(years), 1), "取組内容", "vertical")
    sheet.label(Area(top, 1), "年度")
    sheet.label(Area(top, 2), "番号")
    sheet.label(Area(top, 3, 1, 8), "【取組予定・今後の取組予定】")
    sheet.label(Area(top, 11, 1, 17), "【取組結果・評価につながる活動指標(効果)】")
    row = top + 1
    for year in years:
        sheet.label(Area(row, 1, ROWS_A_YEAR, 1), year.wide, "vertical")
        for n in range(1, ROWS_A_YEAR + 1):
            sheet.field(Area(row, 2), "取組番号", "取組番号", Kind.LABEL, year, n)
            for stem, first, cols in (("取組予定", 3, 8), ("取組結果", 11, 17)):
                title = f"{year.wide}年度の{stem}（{n}行目）"
                sheet.field(Area(row, first, 1, cols), stem, title, Kind.TEXT, year, n)
            row += 1
    sheet.row = row


def _evaluation(sheet: _Sheet, years: tuple[FiscalYear, ...], criteria: tuple[str, ...]) -> None:
    top = sheet.row
    first_reason = 3 + len(years)
    sheet.label(Area(top, 0, 3 + len(criteria), 1), "取組に対する自己評価", "vertical")
    sheet.label(Area(top, 1, 1, 2), "評価項目")
    for col, year in enumerate(years, start=3):
        sheet.label(Area(top, col), year.wide)
    sheet.label(Area(top, first_reason, 1, COLUMNS - first_reason), "【評価の理由】")
    rows = [*((name, Kind.SCORE) for name in criteria), ("合計", Kind.TOTAL), (OVERALL, Kind.GRADE)]
    for row, (name, kind) in enumerate(rows, start=top + 1):
        sheet.label(Area(row, 1, 1, 2), name)
        for col, year in enumerate(years, start=3):
            sheet.field(Area(row, col), name, f"{year.wide}年度の{name}", kind, year)
        area = Area(row, first_reason, 1, COLUMNS - first_reason)
        if kind is Kind.TOTAL:
            sheet.label(area, "", "plain")
        else:
            sheet.field(area, f"評価理由_{name}", f"{name}の評価の理由", Kind.TEXT)
    sheet.row = top + 1 + len(rows)


def _ending(sheet: _Sheet) -> None:
    row = sheet.row
    sheet.label(Area(row, 0, 1, 11), "取組終了の場合記入 → 令和", "before")
    sheet.field(Area(row, 11, 1, 2), "取組終了_年", "取組終了の年", Kind.END_YEAR)
    sheet.label(Area(row, 13), "年", "plain")
    sheet.field(Area(row, 14, 1, 2), "取組終了_月", "取組終了の月", Kind.END_MONTH)
    sheet.label(Area(row, 16, 1, 12), "月取組終了", "after")
    sheet.row = row + 1


def _second_head(sheet: _Sheet) -> None:
    sheet.repeat(Area(0, 0, 1, 3), "項目番号")
    sheet.label(Area(0, 3, 1, 16), "【{plan}進捗状況シート②】", "title")
    sheet.label(Area(0, 19, 1, 3), "確認時期")
    sheet.repeat(Area(0, 22, 1, 6), "確認年度")
    sheet.label(Area(1, 0, 1, 3), "実践項目")
    sheet.repeat(Area(1, 3, 1, 20), "実践項目")
    sheet.repeat(Area(1, 23, 1, 5), "取組項目番号")
    sheet.row = 2


def _issues(sheet: _Sheet, years: tuple[FiscalYear, ...]) -> None:
    top = sheet.row
    columns = (
        ("課題", "課題", 3, 11, "課題・問題点／今後の想定される課題等"),
        ("解決方法", "解決方法", 14, 14, "左記の解決方法"),
    )
    sheet.label(Area(top, 0, 1 + len(years), 1), "取組上の課題等", "vertical")
    sheet.label(Area(top, 1, 1, 2), "年度")
    for stem, title, first, cols, heading in columns:
        sheet.label(Area(top, first, 1, cols), heading)
        for row, year in enumerate(years, start=top + 1):
            area = Area(row, first, 1, cols)
            sheet.field(area, stem, f"{year.wide}年度の{title}", Kind.TEXT, year)
    for row, year in enumerate(years, start=top + 1):
        sheet.label(Area(row, 1, 1, 2), year.wide)
    sheet.row = top + 1 + len(years)


def _remarks(sheet: _Sheet) -> None:
    for name, heading in (
        ("特記事項", "特記事項"),
        ("特記すべき事項", "【上記のうち、特記すべき事項】"),
    ):
        sheet.label(Area(sheet.row, 0, 1, COLUMNS), heading)
        sheet.field(Area(sheet.row + 1, 0, 1, COLUMNS), name, name, Kind.TEXT)
        sheet.row += 2


def _split(first: int, after: int, parts: int) -> Iterable[tuple[int, int]]:
    """Cut columns ``first`` … ``after`` − 1 into nearly equal runs."""
    edges = [first + (after - first) * part // parts for part in range(parts + 1)]
    return pairwise(edges)
