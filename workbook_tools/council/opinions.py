"""意見集約: every opinion as a row that the secretariat edits and that no later run touches.

A later run appends what is new and renews the tally. The workbook is the secretariat's: it is
changed in place, which keeps whatever else was done to it (domain §1, contract).
Columns go by their headings; the secretariat may add its own, and older workbooks lack some.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from workbook_tools.cells import Area, column_name
from workbook_tools.council.ballot import SCORES
from workbook_tools.excel.edited_list import EditedList, Value
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Calculated, Column, write
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.findings import UserError
from workbook_tools.register.ballots import ENDED, ITEM, Opinion
from workbook_tools.register.round import Round
from workbook_tools.text import (
    MARK,
    for_cell,
    half_width,
    is_blank,
    is_marked,
    key,
    tidy,
    whole_number,
)
from workbook_tools.workspace import read

SHEET, TALLY = "意見", "評価集計"
JOINT, _LENGTH, _ORDER = "併記する小№", "文字数", "順"
_COLUMNS = (
    Column("対象", 70, "center"),
    Column("№", 36, "center"),
    Column("委員番号", 62, "center"),
    Column("原文", 380),
    Column("採用文", 380),
    Column("掲載", 40, "center"),
    Column(_ORDER, 36, "center"),
    Column(JOINT, 60, "center"),
    Column(_LENGTH, 48, "center"),
)
_HOW_TO_JOIN = (
    "取組終了の意見を１つにまとめるときは、残す行のこの欄に、ほかの小№を書いてください"
    "（例：45、46）。"
)
_NO_ORDER = float("inf")
_ADDED = (JOINT, _LENGTH)  # not in workbooks of the first edition
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
    """意見等 to print, a bullet each and in order: per 取組項目, and on 実践項目 that ended.

    What is said of several of these together stands under all their numbers.
    """

    items: Mapping[int, Sequence[str]] = field(default_factory=dict)
    ended: Mapping[tuple[int, ...], Sequence[str]] = field(default_factory=dict)


def gathered(
    existing: bytes | None, title: str, opinions: Sequence[Opinion], tallies: Sequence[Tally]
) -> tuple[bytes, int]:
    """The workbook with all opinions, and how many rows were added to it."""
    if existing is None:
        book = Book(title)
        orders = Counter[tuple[str, str]]()
        rows = [
            list(_row(opinion, orders, _letters(_HEAD + at)).values())
            for at, opinion in enumerate(_numbered(opinions), start=1)
        ]
        note = (
            "採用文・掲載（○）・順は自由に直せます。次の集約でも、ここに書いた内容は変わりません。"
            "改行すると別の項目（・）になります。"
        )
        sheet = write(book, SHEET, f"{title}　意見集約", _COLUMNS, rows, note)
        at = next(col for col, column in enumerate(_COLUMNS) if column.heading == JOINT)
        sheet.comment(Area(_HEAD - 1, at), _HOW_TO_JOIN)
        write(book, TALLY, f"{title}　評価の集計", _tally_columns(), _tally_rows(tallies))
        return book.bytes(), len(rows)
    return _appended(existing, opinions, tallies)


def printed(data: bytes, file: str) -> Opinions:
    """The opinions to print, from the workbook as the secretariat left it.

    Rows marked ○ under 掲載, by 順 and then as they stand; 採用文, or 原文 where that is blank. A
    line of the text is a bullet. Raises UserError where the sheet or one of its headings is gone,
    or a row is to be joined with what is no number.
    """
    items: dict[int, list[tuple[float, str]]] = {}
    ended: dict[tuple[int, ...], list[tuple[float, str]]] = {}
    for row in _list(data, file).rows:
        text = row["採用文"] if not is_blank(row["採用文"]) else row["原文"]
        if not is_marked(row["掲載"]) or is_blank(text) or not row["№"].isdecimal():
            continue
        number, told = int(row["№"]), (_order(row[_ORDER]), text)
        if key(row["対象"]) == key(ENDED):
            ended.setdefault(tuple(sorted({number, *_joint(row, file)})), []).append(told)
        else:
            items.setdefault(number, []).append(told)
    return Opinions(_sorted(items), _sorted(ended))


def of_round(held: Round, figures: Figures) -> Opinions | None:
    """The opinions of a round to print; None where none were gathered yet."""
    path = held.workspace.outbox / f"意見集約_{held.year}.xlsx"
    if not path.exists():
        return None
    file = held.workspace.relative(path)
    told = printed(read(path), file)
    check(told, figures, file)
    return told


def check(told: Opinions, figures: Figures, file: str) -> None:
    """Only practices of one 取組項目 that ended are spoken of together; else UserError."""
    homes = {
        known.practice.no: known.practice.item_no for known in figures.practices if known.finished
    }
    for numbers in told.ended:
        if len(numbers) > 1 and len({homes.get(no, -no) for no in numbers}) > 1:
            raise UserError(
                f"『{file}』の『{JOINT}』：小№{'・'.join(map(str, numbers))}は、"
                "同じ取組項目の、取組を終了した実践項目ではありません。番号を直してください。"
            )


def _joint(row: Mapping[str, str], file: str) -> list[int]:
    """``45、46`` → 45, 46."""
    words = re.split(r"[、，,・･/\s]+", half_width(row.get(JOINT, "")).strip())
    numbers = [whole_number(word) for word in words if word]
    if None in numbers:
        raise UserError(
            f"『{file}』の№{row['№']}の『{JOINT}』が『{row[JOINT]}』です。"
            "小№を「、」で区切って書いてください。"
        )
    return [number for number in numbers if number is not None]


T = TypeVar("T")


def _sorted(shelf: Mapping[T, list[tuple[float, str]]]) -> dict[T, list[str]]:
    # Sorting is stable: rows of equal order stay as they stand.
    return {
        of: [
            tidy(line)
            for _, text in sorted(rows, key=lambda row: row[0])
            for line in text.split("\n")
            if not is_blank(line)
        ]
        for of, rows in shelf.items()
    }


def _order(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _NO_ORDER


def _list(data: bytes, file: str) -> EditedList:
    """The sheet; headings of later editions may be absent."""
    names = [column.heading for column in _COLUMNS]
    return EditedList(data, file, SHEET, [name for name in names if name not in _ADDED], _ADDED)


def _appended(
    existing: bytes, opinions: Sequence[Opinion], tallies: Sequence[Tally]
) -> tuple[bytes, int]:
    listed = _list(existing, SHEET)
    known = {(row["対象"], row["№"], row["委員番号"], tidy(row["原文"])) for row in listed.rows}
    added = [opinion for opinion in _numbered(opinions) if _identity(opinion) not in known]
    orders = Counter[tuple[str, str]]()
    for row in listed.rows:
        of, order = (row["対象"], row["№"]), _order(row[_ORDER])
        orders[of] = max(orders[of], int(order) if order < _NO_ORDER else 0)
    for opinion in added:
        listed.append(_row(opinion, orders, listed.next_cells()))
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


def _row(
    opinion: Opinion, orders: Counter[tuple[str, str]], cells: Mapping[str, str]
) -> dict[str, Value]:
    """Heading → cell; ``orders`` counts within each target, ``cells`` are those of the row."""
    target, text = opinion.target, for_cell(opinion.text)
    orders[target.kind, str(target.no)] += 1
    order = orders[target.kind, str(target.no)]
    length = Calculated("", "")
    if _LENGTH in cells:
        shown = f"IF(LEN({cells['採用文']})=0,{cells['原文']},{cells['採用文']})"
        length = Calculated(f'=LEN(SUBSTITUTE({shown},CHAR(10),""))', len(text.replace("\n", "")))
    values = (target.kind, target.no, opinion.member, text, text, MARK, order, None, length)
    return dict(zip((column.heading for column in _COLUMNS), values, strict=True))


def _letters(row: int) -> dict[str, str]:
    """Heading → cell in a row of the workbook as we write it."""
    return {column.heading: f"{column_name(col)}{row}" for col, column in enumerate(_COLUMNS)}


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
