"""The columns of 実践項目別, 取組項目別 and テーマ別, each declared once (domain §8). Pure.

List, 資料編, 評価ページ and export show what stands here: a new column is one row of a table.
Nothing here knows Excel; how a live figure is calculated there is the list's own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any, Generic, Protocol, TypeVar

from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import (
    ENDED,
    OLDER,
    ItemFigures,
    Means,
    PracticeFigures,
    ThemeFigures,
    tenths,
)
from workbook_tools.plan.model import Plan
from workbook_tools.text import MARK

DASH = "－"  # where the council does not score
PREVIOUS = "前年度の総合評価"

T_contra = TypeVar("T_contra", contravariant=True)

Datum = str | int | float | bool | FiscalYear | tuple[str, ...] | None
Printed = str | int | float


class Output(Flag):
    """Where a column is shown. DATA is the export, JSON and CSV alike."""

    LIST = auto()
    APPENDIX = auto()
    PAGE = auto()
    DATA = auto()


PAPER = Output.LIST | Output.APPENDIX | Output.PAGE
EVERYWHERE = PAPER | Output.DATA


@dataclass(frozen=True, slots=True)
class FigureColumn(Generic[T_contra]):
    """One column: how code and CSV call it, and what it shows of a practice, item or theme.

    ``pixels``: width in the list, 0 for as wide as the heading; ``look`` the style of its cells,
    ``left`` where it holds texts. ``heading`` is printed where it differs from the key (``narrow``
    in narrow columns), under ``group``; ``name`` is its key in JSON where that is not ``key``.
    ``live``: a figure of the evaluated year, calculated in the list where it follows from others
    there; other sheets point at it.
    """

    key: str
    value: Callable[[T_contra], Datum]
    pixels: int
    look: str = "center"
    heading: str = ""
    narrow: str = ""
    group: str = ""
    name: str = ""
    pattern: str = ""  # how a number is printed
    blank: Callable[[T_contra], str] = lambda _: ""  # what is printed where there is no value
    live: bool = False
    shown: Output = EVERYWHERE

    @property
    def words(self) -> str:
        """What is printed over the column."""
        return self.heading or self.key

    @property
    def narrow_words(self) -> str:
        """The same where there is little room."""
        return self.narrow or self.words

    @property
    def data_name(self) -> str:
        """The key in JSON."""
        return self.name or self.key

    def printed(self, known: T_contra) -> Printed:
        """What a cell shows."""
        value = self.value(known)
        if value is None:
            return self.blank(known)
        if isinstance(value, bool):
            return MARK if value else ""
        if isinstance(value, FiscalYear):
            return value.wide
        if isinstance(value, tuple):
            return "、".join(value)
        return self.pattern.format(value) if self.pattern else value

    def datum(self, known: T_contra) -> Any:
        """What JSON says: numbers as numbers, years as ``R3``, several names as a list."""
        value = self.value(known)
        if isinstance(value, FiscalYear):
            return str(value)
        return list(value) if isinstance(value, tuple) else value


_NOT_ON_PAGE = EVERYWHERE & ~Output.PAGE  # a block of 評価ページ says it above its practices
_SHEETS = Output.LIST | Output.PAGE  # the export nests what stands under one heading


def practice_columns(plan: Plan) -> tuple[FigureColumn[PracticeFigures], ...]:
    """【実践項目別】: one row a practice."""
    items = {item.no: item.name for item in plan.items}
    year, own = plan.evaluated, f"{plan.evaluated.wide}自己評価"
    return (
        FigureColumn("小№", lambda known: known.practice.no, 34, name="no"),
        FigureColumn(
            "大№",
            lambda known: known.practice.item_no,
            40,
            pattern="№{}",
            name="item_no",
            shown=_NOT_ON_PAGE,
        ),
        FigureColumn(
            "取組項目",
            lambda known: items[known.practice.item_no],
            224,
            "left",
            name="item",
            shown=_NOT_ON_PAGE,
        ),
        FigureColumn("実践項目", lambda known: known.practice.title, 300, "left", name="title"),
        FigureColumn(
            PREVIOUS,
            lambda known: known.before.grade if known.before else None,
            56,
            heading=(year - 1).wide,
            group="総合評価",
            name="previous_grade",
            shown=_NOT_ON_PAGE,
        ),
        *(column for own in plan.earlier_stages for column in _of_stage(own)),
        *(
            FigureColumn(
                criterion.name, _score(criterion.name), 46, group=own, live=True, shown=PAPER
            )
            for criterion in plan.criteria
        ),
        FigureColumn(
            "合計",
            lambda known: known.now.total if known.now else None,
            36,
            group=own,
            name="total",
            live=True,
        ),
        FigureColumn(
            "総合評価",
            lambda known: known.now.grade if known.now else None,
            56,
            narrow="総合\n評価",
            name="grade",
            blank=lambda known: "" if known.status == ENDED else known.status,
            live=True,
        ),
        FigureColumn(
            "前プラン継続",
            lambda known: known.practice.continued,
            56,
            narrow="前プラ\nン継続",
            shown=Output.PAGE,
        ),
        FigureColumn(
            "取組終了", lambda known: known.finished, 56, narrow="取組\n終了", name="finished"
        ),
        FigureColumn(
            "担当部署", lambda known: known.practice.departments, 244, "left", name="departments"
        ),
        FigureColumn(
            "備考",
            lambda known: "　".join(filter(None, (_older(known), known.note))),
            60,
            "left",
            shown=Output.LIST,
        ),
        FigureColumn("状況", lambda known: known.status, 56, name="status", shown=Output.DATA),
    )


def _of_stage(own: FiscalYear) -> Iterator[FigureColumn[PracticeFigures]]:
    """What an earlier stage of the year (段階) came to."""
    for heading, what in (("合計", "total"), ("総合評価", "grade")):
        yield FigureColumn(
            f"{own.name}{heading}",
            _reached(own, what),
            46,
            heading=heading,
            group=own.name,
            name=f"{own.name}_{what}",
            shown=_NOT_ON_PAGE,
        )


def _reached(own: FiscalYear, what: str) -> Callable[[PracticeFigures], Datum]:
    return lambda known: getattr(known.stages.get(own), what, None)


def _older(known: PracticeFigures) -> str:
    return OLDER if known.status == OLDER else ""


def item_columns(plan: Plan) -> tuple[FigureColumn[ItemFigures], ...]:
    """【取組項目別】: one row an item. On 評価ページ every item has a block of its own instead."""
    numbers = {theme.short: theme.no for theme in plan.themes}
    return (
        FigureColumn("№", lambda known: known.item.no, 36, name="no"),
        FigureColumn("取組項目", lambda known: known.item.name, 290, "left", name="name"),
        *(
            FigureColumn(
                theme_key(theme.short),
                _carries(theme.short),
                0,
                heading=theme.short,
                group="テーマ",
                shown=_SHEETS,
            )
            for theme in plan.themes
        ),
        FigureColumn(
            "テーマ",
            lambda known: tuple(numbers[short] for short in known.item.themes),
            0,
            name="themes",
            shown=Output.DATA,
        ),
        FigureColumn(
            "実践項目数",
            lambda known: len(known.practices),
            54,
            name="practice_count",
            live=True,
            shown=Output.LIST | Output.DATA,
        ),
        *_mean_columns(plan, 54, 48),
        FigureColumn(
            PREVIOUS,
            lambda known: known.before.grade if known.before else None,
            54,
            name="previous_grade",
            shown=Output.DATA,
        ),
        *_closing_columns(plan, 80),
    )


def theme_columns(plan: Plan) -> tuple[FigureColumn[ThemeFigures], ...]:
    """【テーマ別】: one row a theme."""
    return (
        FigureColumn("№", lambda known: known.theme.no, 46, name="no"),
        FigureColumn("テーマ名", lambda known: known.theme.name, 376, "left", name="name"),
        FigureColumn(
            "取組項目数", lambda known: len(known.items), 68, name="item_count", live=True
        ),
        FigureColumn(
            "実践項目数", lambda known: known.practice_count, 68, name="practice_count", live=True
        ),
        *_mean_columns(plan, 66, 60),
        *_closing_columns(plan, 80),
    )


def theme_key(short: str) -> str:
    """The key of a theme's ○ column, apart from a criterion of the same name."""
    return f"テーマ_{short}"


class _Averaged(Protocol):
    """What has averages over several practices: an item or a theme."""

    @property
    def now(self) -> Means | None: ...

    @property
    def council(self) -> int | None: ...

    @property
    def note(self) -> str: ...


def _mean_columns(plan: Plan, mean: int, total: int) -> tuple[FigureColumn[_Averaged], ...]:
    """Averages, their total and grade; widths of the first two."""
    return (
        *(
            FigureColumn(
                criterion.name,
                _mean(criterion.name),
                mean,
                "tenths",
                group="平均値",
                live=True,
                shown=_SHEETS,
            )
            for criterion in plan.criteria
        ),
        FigureColumn(
            "合計",
            lambda known: tenths(known.now.total) if known.now else None,
            total,
            "tenths",
            name="total",
            live=True,
        ),
        FigureColumn(
            "総合評価",
            lambda known: known.now.grade if known.now else None,
            78,
            heading="担当部署評価（総合評価）",
            name="grade",
            live=True,
        ),
    )


def _closing_columns(plan: Plan, note: int) -> tuple[FigureColumn[_Averaged], ...]:
    """The council's average, and over how many practices the averages are taken."""
    return (
        FigureColumn(
            "審議会評価平均",
            lambda known: None if known.council is None else tenths(known.council),
            62,
            "tenths",
            name="council_average",
            blank=lambda _: "" if plan.is_effectiveness_year else DASH,
            live=True,
        ),
        FigureColumn("備考", lambda known: known.note, note, shown=Output.LIST),
    )


def _score(criterion: str) -> Callable[[PracticeFigures], int | None]:
    return lambda known: known.now.scores.get(criterion) if known.now else None


def _mean(criterion: str) -> Callable[[_Averaged], float | None]:
    return lambda known: tenths(known.now.averages[criterion]) if known.now else None


def _carries(theme: str) -> Callable[[ItemFigures], bool]:
    return lambda known: theme in known.item.themes
