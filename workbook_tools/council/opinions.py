"""意見集約: every opinion as a row that the secretariat edits and that no later run touches.

A later run appends what is new and renews the tally. The workbook is the secretariat's: it is
changed in place with openpyxl, which keeps whatever else was done to it (domain §1, contract).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbook_tools.council.ballot import SCORES
from workbook_tools.excel.read import book as reading
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Cell, Column, write
from workbook_tools.figures.compute import tenths
from workbook_tools.findings import UserError
from workbook_tools.register.ballots import ENDED, ITEM, Opinion
from workbook_tools.text import MARK, for_cell, is_blank, is_marked, key, tidy
from workbook_tools.zips import same_everywhere

SHEET, TALLY = "意見", "評価集計"
_COLUMNS = (
    Column("対象", 80, "center"),
    Column("№", 50, "center"),
    Column("委員番号", 65, "center"),
    Column("原文", 430),
    Column("採用文", 430),
    Column("掲載", 50, "center"),
    Column("順", 50, "center"),
)
_HEAD = 3  # the headings' row, as openpyxl counts


@dataclass(frozen=True, slots=True)
class Tally:
    """One item's scores: how many members gave each, how many abstained, the mean in tenths."""

    item_no: int
    name: str
    counts: Mapping[int, int]
    abstained: int
    mean: int | None


@dataclass(frozen=True, slots=True)
class Opinions:
    """意見等 to print, in order: per 取組項目, and per 実践項目 that ended."""

    items: Mapping[int, Sequence[str]] = field(default_factory=dict)
    ended: Mapping[int, Sequence[str]] = field(default_factory=dict)


def gathered(
    existing: bytes | None, title: str, opinions: Sequence[Opinion], tallies: Sequence[Tally]
) -> tuple[bytes, int]:
    """The workbook with all opinions, and how many rows were added to it."""
    if existing is None:
        book = Book(title)
        rows = [_row(opinion, at) for at, opinion in enumerate(_numbered(opinions))]
        note = (
            "採用文・掲載（○）・順は自由に直せます。次の集約でも、ここに書いた内容は変わりません。"
        )
        write(book, SHEET, f"{title}　意見集約", _COLUMNS, rows, note)
        write(book, TALLY, f"{title}　評価の集計", _tally_columns(), _tally_rows(tallies))
        return book.bytes(), len(rows)
    return _appended(existing, opinions, tallies)


def printed(data: bytes, file: str) -> Opinions:
    """The opinions to print, from the workbook as the secretariat left it.

    Rows marked ○ under 掲載, by 順 and then as they stand; 採用文, or 原文 where that is blank.
    Raises UserError where the sheet or one of its headings is gone.
    """
    items: dict[int, list[tuple[float, str]]] = {}
    ended: dict[int, list[tuple[float, str]]] = {}
    for row in _rows(data, file):
        text = row["採用文"] if not is_blank(row["採用文"]) else row["原文"]
        if not is_marked(row["掲載"]) or is_blank(text) or not row["№"].isdecimal():
            continue
        shelf = ended if key(row["対象"]) == key(ENDED) else items
        shelf.setdefault(int(row["№"]), []).append((_order(row["順"]), tidy(text)))
    return Opinions(*(_sorted(shelf) for shelf in (items, ended)))


def _sorted(shelf: Mapping[int, list[tuple[float, str]]]) -> dict[int, list[str]]:
    # Sorting is stable: rows of equal order stay as they stand.
    return {
        no: [text for _, text in sorted(rows, key=lambda row: row[0])] for no, rows in shelf.items()
    }


def _order(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _rows(data: bytes, file: str) -> list[dict[str, str]]:
    try:
        tables = {key(table.sheet): table for table in reading.tables(data)}
    except reading.UnreadableError as error:
        raise UserError(f"『{file}』を読めません（{error.reason}）。") from error
    table = tables.get(key(SHEET))
    wanted = [column.heading for column in _COLUMNS]
    for head in range(len(table.grid) if table else 0):
        assert table is not None
        places = {key(table.text(head, col)): col for col in range(len(table.grid[head]))}
        if all(key(name) in places for name in wanted):
            return [
                {name: table.text(row, places[key(name)]) for name in wanted}
                for row in range(head + 1, len(table.grid))
            ]
    raise UserError(
        f"『{file}』のシート『{SHEET}』に、見出し（{'、'.join(wanted)}）の行がありません。"
        "見出しを元に戻してから、もう一度実行してください。"
    )


def _appended(
    existing: bytes, opinions: Sequence[Opinion], tallies: Sequence[Tally]
) -> tuple[bytes, int]:
    import openpyxl

    known = {
        (row["対象"], row["№"], row["委員番号"], tidy(row["原文"]))
        for row in _rows(existing, SHEET)
    }
    added = [opinion for opinion in _numbered(opinions) if _identity(opinion) not in known]
    book: Any = openpyxl.load_workbook(io.BytesIO(existing))
    sheet = book[SHEET]
    pattern = sheet[sheet.max_row]
    for at, opinion in enumerate(added):
        row = sheet.max_row + 1
        for cell, value in zip(pattern, _row(opinion, at), strict=False):
            new = sheet.cell(row, cell.column)
            new.value = value
            if isinstance(value, str):
                new.data_type = "s"  # a text stays a text, whatever it begins with
            new._style = cell._style  # openpyxl's way to give a cell another's looks
    if TALLY in book.sheetnames:
        for row, values in enumerate(_tally_rows(tallies), start=_HEAD + 1):
            for col, value in enumerate(values, start=1):
                book[TALLY].cell(row, col).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return same_everywhere(buffer.getvalue()), len(added)


def _identity(opinion: Opinion) -> tuple[str, str, str, str]:
    """What tells a row apart from all others: 対象, №, 委員番号, 原文."""
    target = opinion.target
    return target.kind, str(target.no), str(opinion.member), tidy(for_cell(opinion.text))


def _numbered(opinions: Iterable[Opinion]) -> list[Opinion]:
    """Items in order, the practices that ended behind them, members in order."""
    return sorted(
        opinions,
        key=lambda opinion: (opinion.target.kind != ITEM, opinion.target.no, opinion.member),
    )


def _row(opinion: Opinion, at: int) -> list[Cell]:
    target, text = opinion.target, for_cell(opinion.text)
    return [target.kind, target.no, opinion.member, text, text, MARK, at + 1]


def _tally_columns() -> tuple[Column, ...]:
    scores = tuple(Column(str(score), 45, "center") for score in reversed(SCORES))
    return (
        Column("№", 50, "center"),
        Column("取組項目", 330),
        *scores,
        Column("評価なし", 70, "center"),
        Column("平均", 60, "tenths"),
    )


def _tally_rows(tallies: Iterable[Tally]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for tally in tallies:
        counts: list[Cell] = [tally.counts.get(score, 0) for score in reversed(SCORES)]
        mean = tenths(tally.mean) if tally.mean is not None else None
        rows.append([tally.item_no, tally.name, *counts, tally.abstained, mean])
    return rows
