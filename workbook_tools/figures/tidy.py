"""The long tables of a round and of all rounds before it: one row a datum, typed, for pandas.

The only module that knows pandas. It groups and reshapes; nothing is rounded here but by
:mod:`workbook_tools.plan.grading`. What a column means, its unit, and what an empty cell says
stands in :data:`TABLES`; the open data are written from it, dictionary and all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import pandas as pd

from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import (
    Figures,
    ItemFigures,
    PracticeFigures,
    ThemeFigures,
    tenths,
)
from workbook_tools.figures.facts import RoundData
from workbook_tools.plan import grading

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = tuple[Value, ...]


class DataKind(StrEnum):
    """What a column holds."""

    WHOLE = "整数"
    DECIMAL = "小数"
    TEXT = "文字列"
    TRUTH = "真偽"


WHOLE, DECIMAL, TEXT, TRUTH = DataKind
_TYPES = {
    WHOLE: "Int64",
    DECIMAL: "Float64",
    TEXT: "string",
    TRUTH: "boolean",
}


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column: its heading, kind, unit and meaning, and what it means where nothing stands."""

    name: str
    kind: DataKind
    meaning: str
    unit: str = ""
    empty: str = "空欄になりません"


_YEAR = (
    DataColumn("年度", TEXT, "評価した年度（元号の頭文字と年。R3は令和3年度）"),
    DataColumn("西暦", WHOLE, "評価した年度の西暦", "年度"),
)
_PRACTICE = DataColumn("小No", WHOLE, "実践項目の番号")
_ITEM = DataColumn("大No", WHOLE, "取組項目の番号")
_THEME = DataColumn("テーマ番号", TEXT, "テーマの番号")
_UNKNOWN = "受理したシートがないか、評価の対象ではない"
_TOTAL = DataColumn("合計", WHOLE, "評点の合計", "点", _UNKNOWN)
_GRADE = DataColumn("総合評価", TEXT, "合計から決まる評価", empty=_UNKNOWN)
_MEANS = (
    DataColumn("平均の対象数", WHOLE, "平均に含めた実践項目の数", "件"),
    DataColumn("平均の合計", DECIMAL, "評価項目ごとの平均値の合計", "点", _UNKNOWN),
    _GRADE,
    DataColumn("審議会評価平均", DECIMAL, "審議会の評価の平均", "点", "審議会の評価がない"),
)

TABLES: dict[str, tuple[DataColumn, ...]] = {
    "scores": (
        *(*_YEAR, _PRACTICE, DataColumn("評価項目", TEXT, "評価の観点")),
        DataColumn("評点", WHOLE, "担当部署の自己評価", "点"),
    ),
    "practices": (
        *(*_YEAR, _PRACTICE, DataColumn("実践項目", TEXT, "実践項目の名称"), _ITEM),
        *(_TOTAL, _GRADE),
        DataColumn("評価対象", TRUTH, "その年度に評価したか"),
        DataColumn("終了年度", WHOLE, "取組が終了した年度の西暦", "年度", "終了していない"),
        DataColumn("状況", TEXT, "受理・要修正・未提出・終了など"),
    ),
    "departments": (
        *(*_YEAR, _PRACTICE, DataColumn("順", WHOLE, "1は主たる担当部署", "番目")),
        DataColumn("担当部署", TEXT, "担当部署の名称"),
    ),
    "items": (
        *(*_YEAR, _ITEM, DataColumn("取組項目", TEXT, "取組項目の名称")),
        *(DataColumn("実践項目数", WHOLE, "属する実践項目の数", "件"), *_MEANS),
    ),
    "item_themes": (*_YEAR, _ITEM, _THEME),
    "themes": (
        *(*_YEAR, _THEME, DataColumn("テーマ", TEXT, "テーマの名称")),
        DataColumn("取組項目数", WHOLE, "属する取組項目の数", "件"),
        *(DataColumn("実践項目数", WHOLE, "属する実践項目の数", "件"), *_MEANS),
    ),
    "averages": (
        *(*_YEAR, DataColumn("区分", TEXT, "取組項目かテーマか")),
        DataColumn("番号", TEXT, "大Noかテーマ番号"),
        *(
            DataColumn("評価項目", TEXT, "評価の観点"),
            DataColumn("平均", DECIMAL, "平均値", "点"),
        ),
    ),
    "texts": (
        *(*_YEAR, _PRACTICE, DataColumn("欄", TEXT, "進捗状況シートの欄")),
        DataColumn("内容", TEXT, "書かれた内容（ほかの欄を指すものは、指す内容）"),
    ),
    "council": (
        *(*_YEAR, _ITEM, DataColumn("評価", WHOLE, "審議会の委員が付けた評価", "点")),
        DataColumn("人数", WHOLE, "その評価を付けた委員の数", "人"),
    ),
}
_ITEMS, _THEMES = "取組項目", "テーマ"


def tables(data: RoundData) -> dict[str, pd.DataFrame]:
    """Every table of :data:`TABLES` over all rounds up to this one; texts and votes of this one."""
    rounds = [*(past for _, past in sorted(data.figures.past.items())), data.figures]
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for figures in rounds:
        for name, found in _figures_of(figures).items():
            rows[name] += found
    rows["texts"] += _texts(data)
    rows["council"] += _council(data)
    return {name: _frame(TABLES[name], found) for name, found in rows.items()}


def rows_of(frame: pd.DataFrame) -> Iterator[Row]:
    """The rows of a table as plain values; None where nothing stands."""
    for row in frame.astype(object).itertuples(index=False, name=None):
        yield tuple(None if value is pd.NA else value for value in row)


def item_averages(practices: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """評価項目ごとの平均 of every 取組項目 and year, in tenths (domain §7), from the scores.

    Columns 西暦, 大No, 評価項目, 平均 (an integer: 23 is 2.3).
    """
    keys = ["西暦", "小No"]
    joined = scores.merge(practices[[*keys, "大No"]], on=keys, validate="many_to_one")
    grouped = joined.groupby(["西暦", "大No", "評価項目"], sort=True)["評点"]
    return grouped.apply(
        lambda own: grading.mean_tenths([int(score) for score in own])
    ).reset_index(name="平均")


def _frame(columns: Sequence[DataColumn], rows: Iterable[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=[column.name for column in columns])
    return frame.astype({column.name: _TYPES[column.kind] for column in columns})


def _figures_of(figures: Figures) -> dict[str, list[Row]]:
    """What the figures of one round say, by table."""
    year = _year(figures.year)
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for practice in figures.practices:
        no = practice.practice.no
        rows["practices"].append((*year, *_practice(practice)))
        departments = enumerate(practice.practice.departments, start=1)
        rows["departments"] += [(*year, no, order, name) for order, name in departments]
        if practice.evaluated and practice.now:
            rows["scores"] += [(*year, no, *score) for score in practice.now.scores.items()]
    for item in figures.items:
        no, name = item.item.no, item.item.name
        rows["items"].append((*year, no, name, len(item.practices), *_means(item)))
        rows["averages"] += [(*year, _ITEMS, str(no), *mean) for mean in _averages(item)]
        numbers = (theme.no for theme in figures.plan.themes if theme.short in item.item.themes)
        rows["item_themes"] += [(*year, no, number) for number in numbers]
    for theme in figures.themes:
        own = theme.theme
        counts = (len(theme.items), theme.practice_count)
        rows["themes"].append((*year, own.no, own.name, *counts, *_means(theme)))
        rows["averages"] += [(*year, _THEMES, own.no, *mean) for mean in _averages(theme)]
    return rows


def _year(year: FiscalYear) -> tuple[str, int]:
    return str(year), year.western


def _practice(known: PracticeFigures) -> Row:
    """What ended earlier has no figures of this year."""
    now = known.now if known.evaluated else None
    return (
        *(known.practice.no, known.practice.title, known.practice.item_no),
        *((now.total, now.grade) if now else (None, None)),
        *(known.evaluated, known.finished.western if known.finished else None, known.status),
    )


def _means(known: ItemFigures | ThemeFigures) -> Row:
    means = (tenths(known.now.total), known.now.grade) if known.now else (None, None)
    return (known.counted, *means, None if known.council is None else tenths(known.council))


def _averages(known: ItemFigures | ThemeFigures) -> Iterator[tuple[str, float]]:
    if known.now:
        yield from ((name, tenths(value)) for name, value in known.now.averages.items())


def _texts(data: RoundData) -> Iterator[Row]:
    year = _year(data.figures.year)
    for no, item, text in data.texts():
        yield (*year, no, item.title, text)


def _council(data: RoundData) -> Iterator[Row]:
    year = _year(data.figures.year)
    for no, votes in sorted(data.votes.items()):
        for score, count in sorted(votes.items(), reverse=True):
            yield (*year, no, score, count)
