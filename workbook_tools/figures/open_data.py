"""Open data of a round: a CSV a table, a dictionary of columns, and the same as one workbook.

Held to what the ministry asks of machine-readable tables: one datum a cell, one row of headings, no
merged cells, no signs of one platform only, numbers as numbers, 西暦 beside 年度, units and empty
cells explained. What members of the council wrote or gave one by one is not in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from workbook_tools.cells import Area
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.export import csv_of
from workbook_tools.figures.facts import RoundData
from workbook_tools.figures.tidy import TABLES, DataKind, Value, rows_of, tables
from workbook_tools.plan.model import Plan

COLUMNS, ABOUT, WORKBOOK = "columns.csv", "README.txt", "open-data.xlsx"
_CONTENTS = "目次"
_HEADINGS = ("表", "列", "型", "単位", "意味", "空欄の意味")
_TITLES = {
    "scores": "実践項目の評点",
    "practices": "実践項目",
    "departments": "実践項目の担当部署",
    "items": "取組項目",
    "item_themes": "取組項目のテーマ",
    "themes": "テーマ",
    "averages": "取組項目とテーマの平均値",
    "texts": "進捗状況シートの記述",
    "council": "審議会の評価の分布",
}
_PLACE = ("団体名",)  # in every table, so that those of several cities can be put together

Line = Sequence[Value]


def files(data: RoundData) -> dict[str, bytes]:
    """File name → content."""
    plan = data.figures.plan
    made = {
        name: [_headings(name), *((plain(plan.city), *line) for line in _lines(rows))]
        for name, rows in ((name, rows_of(frame)) for name, frame in tables(data).items())
    }
    return {
        **{f"{name}.csv": csv_of(lines) for name, lines in made.items()},
        COLUMNS: csv_of(_dictionary()),
        ABOUT: _about(plan, data).encode("utf-8-sig"),
        WORKBOOK: _workbook(plan, made),
    }


def plain(text: str) -> str:
    """A text without signs that some computers lack: ``№①㈱`` → ``No1(株)``."""
    runs = ((known, "".join(run)) for known, run in groupby(text, _is_everywhere))
    return "".join(run if known else _replaced(run) for known, run in runs)


def _is_everywhere(char: str) -> bool:
    """In JIS X 0208 or ASCII."""
    try:
        char.encode("iso2022_jp")
    except UnicodeEncodeError:
        return False
    return True


def _replaced(run: str) -> str:
    """The same in signs that every computer has, where there are such: ``ｶﾞ`` is one of them."""
    same = unicodedata.normalize("NFKC", run)
    return same if all(map(_is_everywhere, same)) else run


def _headings(table: str) -> Line:
    return (*_PLACE, *(column.name for column in TABLES[table]))


def _lines(rows: Iterable[Line]) -> Iterator[Line]:
    for row in rows:
        yield tuple(_datum(value) for value in row)


def _datum(value: Value) -> Value:
    if isinstance(value, bool):
        return int(value)
    return plain(value) if isinstance(value, str) else value


def _dictionary() -> list[Line]:
    city = [
        (name, "団体名", DataKind.TEXT, "", "団体の名称", "空欄になりません") for name in TABLES
    ]
    columns = (
        (name, column.name, column.kind, column.unit, column.meaning, column.empty)
        for name, own in TABLES.items()
        for column in own
    )
    return [_HEADINGS, *city, *columns]


def _about(plan: Plan, data: RoundData) -> str:
    year = data.figures.year
    lines = [
        f"{plan.city}　{plan.name}　取組状況のデータ（{year.long}末、西暦{year.western}年度）",
        "",
        "文字コード：UTF-8（BOM付き）。改行：CRLF。１行目は列の名前です。",
        "真偽の列は、1がはい、0がいいえです。",
        "列の型、単位、意味、空欄の意味は columns.csv にあります。",
        f"同じ表を {WORKBOOK} にもまとめています。",
        "№や①など、機種によって読めない文字は、同じ意味の文字に置き換えています。",
        "",
        *(f"{name}.csv　{title}" for name, title in _TITLES.items()),
    ]
    return "".join(f"{plain(line)}\r\n" for line in lines)


def _workbook(plan: Plan, made: dict[str, list[Line]]) -> bytes:
    """One table a sheet, marked up as a table, behind a sheet that names them."""
    book = Book(f"{plan.name} データ")
    contents = book.sheet(_CONTENTS)
    contents.columns(0, 0, 120)
    contents.columns(1, 1, 260)
    contents.table(_CONTENTS, [("表", "内容"), *_TITLES.items()])
    for row, name in enumerate(_TITLES, start=1):
        contents.link(Area(row, 0), f"internal:'{name}'!A1", name, "link")
    for name, lines in made.items():
        sheet = book.sheet(name)
        sheet.columns(0, len(lines[0]) - 1, 110)
        sheet.table(name, lines)
    dictionary = book.sheet("columns")
    dictionary.columns(0, len(_HEADINGS) - 1, 140)
    dictionary.table("columns", _dictionary())
    return book.bytes()
