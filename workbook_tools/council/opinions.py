"""意見集約: every opinion as a row that the secretariat edits and that no later run touches.

A later run appends what is new and renews the tally. The workbook is the secretariat's: it is
changed in place, which keeps whatever else was done to it (domain §1, contract).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools.council.ballot import SCORES
from workbook_tools.excel.edited_list import EditedList, Value
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Column, write
from workbook_tools.figures.compute import tenths
from workbook_tools.register.ballots import ENDED, ITEM, Opinion
from workbook_tools.register.round import Round
from workbook_tools.text import MARK, for_cell, is_blank, is_marked, key, tidy
from workbook_tools.workspace import read

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
    for row in _list(data, file).rows:
        text = row["採用文"] if not is_blank(row["採用文"]) else row["原文"]
        if not is_marked(row["掲載"]) or is_blank(text) or not row["№"].isdecimal():
            continue
        shelf = ended if key(row["対象"]) == key(ENDED) else items
        shelf.setdefault(int(row["№"]), []).append((_order(row["順"]), tidy(text)))
    return Opinions(*(_sorted(shelf) for shelf in (items, ended)))


def of_round(held: Round) -> Opinions | None:
    """The opinions of a round to print; None where none were gathered yet."""
    workspace = held.workspace
    path = workspace.outbox / f"意見集約_{held.year}.xlsx"
    return printed(read(path), workspace.relative(path)) if path.exists() else None


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


def _list(data: bytes, file: str) -> EditedList:
    return EditedList(data, file, SHEET, [column.heading for column in _COLUMNS])


def _appended(
    existing: bytes, opinions: Sequence[Opinion], tallies: Sequence[Tally]
) -> tuple[bytes, int]:
    listed = _list(existing, SHEET)
    known = {(row["対象"], row["№"], row["委員番号"], tidy(row["原文"])) for row in listed.rows}
    added = [opinion for opinion in _numbered(opinions) if _identity(opinion) not in known]
    headings = [column.heading for column in _COLUMNS]
    for at, opinion in enumerate(added):
        listed.append(dict(zip(headings, _row(opinion, at), strict=True)))
    listed.renew(TALLY, _HEAD, _tally_rows(tallies))
    return listed.content(), len(added)


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


def _row(opinion: Opinion, at: int) -> list[Value]:
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


def _tally_rows(tallies: Iterable[Tally]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for tally in tallies:
        counts: list[Value] = [tally.counts.get(score, 0) for score in reversed(SCORES)]
        mean = tenths(tally.mean) if tally.mean is not None else None
        rows.append([tally.item_no, tally.name, *counts, tally.abstained, mean])
    return rows
