"""The plan master as tables of cells: how it is laid out, spelled and read (contract, Plan master).

The layout is declared once, here; :mod:`workbook_tools.plan.write_master` writes by the same
declaration. Nothing is judged: what is missing or unreadable stays visible for the checks of
:mod:`workbook_tools.plan.master_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, TypeVar

from workbook_tools.cells import cell_name
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Table
from workbook_tools.findings import Place
from workbook_tools.text import is_blank, is_marked, is_none_mark, key, tidy, whole_number

T = TypeVar("T")

_SEPARATORS = re.compile(r"[、，､,\n]")
_HIGHEST = 9999
_CODE = re.compile(r"[a-z]\d{3}")
_DAY = re.compile(
    r"(?:(?P<western>\d{4})|(?:r|令和)(?P<reiwa>\d{1,2}|元))"
    r"[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
)


# --- what a cell may say: each function raises ValueError where the text says something else


def whole(text: str) -> int:
    """``7``, ``７``, ``№7`` → 7."""
    number = whole_number(text)
    if number is None or number > _HIGHEST:
        raise ValueError(f"not a whole number: {text!r}")
    return number


def ordinal(text: str) -> int:
    """A whole number from 1 on."""
    if (number := whole(text)) < 1:
        raise ValueError(f"not a number of something: {text!r}")
    return number


def score(text: str) -> int:
    """A score of one digit: the form has one narrow column for it."""
    if (number := whole(text)) > 9:
        raise ValueError(f"not a score: {text!r}")
    return number


def mark(text: str) -> bool:
    """A circle is True, blank or a dash is False."""
    if is_marked(text):
        return True
    if is_blank(text) or is_none_mark(text):
        return False
    raise ValueError(f"neither a circle nor blank: {text!r}")


def day(text: str) -> date:
    """``2022/4/22``, ``2022-04-22``, ``令和4年4月22日``; Excel dates arrive as the second."""
    match = _DAY.fullmatch(key(text))
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year = FiscalYear.parse(match["western"] or f"R{match['reiwa'].replace('元', '1')}")
    return date(year.western, int(match["month"]), int(match["day"]))


def code(text: str) -> str:
    """The code of a finding, ``Ｓ１０８`` too."""
    match = _CODE.fullmatch(key(text))
    if match is None:
        raise ValueError(f"not the code of a finding: {text!r}")
    return match[0].upper()


def names(text: str) -> tuple[str, ...]:
    """Several names in one cell, separated by 、 or a line break."""
    if found := tuple(name for part in _SEPARATORS.split(text) if (name := tidy(part))):
        return found
    raise ValueError("no name")


def years(text: str) -> tuple[FiscalYear, ...]:
    """Several fiscal years in one cell, in order of time."""
    return tuple(sorted({FiscalYear.parse(name) for name in names(text)}))


EXPECTED: dict[Callable[[str], object], str] = {
    whole: "０以上の整数",
    ordinal: "１以上の整数",
    score: "０～９の整数",
    mark: "○か空欄",
    names: "名前",
    day: "日付（2022/4/22など）",
    code: "指摘の記号（S108など）",
    years: "年度（R3、R6など）",
    FiscalYear.parse: "年度（R3など）",
}


# --- the layout: sheets, tables and their columns


@dataclass(frozen=True, slots=True)
class MasterColumn:
    """One column: its heading, how a cell is read, and what may be left out."""

    heading: str
    read: Callable[[str], object] = tidy
    filled: bool = True  # a blank cell is a finding
    present: bool = True  # a missing heading is a finding


def _may_lack(heading: str, read: Callable[[str], object] = tidy) -> MasterColumn:
    return MasterColumn(heading, read, filled=False, present=False)


SHEETS = (
    "計画",
    "テーマ",
    "取組項目",
    "実践項目",
    "部署",
    "評価基準",
    "特例",
    "訂正",
    "段階",
    "委員",
)
OPTIONAL = ("特例", "訂正", "段階", "委員")  # sheets that a master may lack, or leave empty
COLUMNS: dict[str, tuple[MasterColumn, ...]] = {
    "計画": (MasterColumn("項目", filled=False), MasterColumn("値", filled=False)),
    "テーマ": (MasterColumn("№"), MasterColumn("略称"), MasterColumn("テーマ名")),
    "取組項目": (MasterColumn("№", ordinal), MasterColumn("取組項目")),  # and a column per theme
    "実践項目": (
        MasterColumn("小№", ordinal),
        MasterColumn("大№", ordinal),
        MasterColumn("実践項目"),
        _may_lack("シート表記"),
        MasterColumn("担当部署", names),
        _may_lack("前プラン継続", mark),
        _may_lack("開始年度", FiscalYear.parse),
        _may_lack("取組終了", FiscalYear.parse),
        _may_lack("再開", FiscalYear.parse),
        _may_lack("旧小№", ordinal),
        _may_lack("表示番号"),
    ),
    "部署": (MasterColumn("部署"), _may_lack("旧名称", names), _may_lack("連絡先")),
    "評価項目": (
        MasterColumn("評価項目"),
        MasterColumn("最小", score),
        MasterColumn("最大", score),
        _may_lack("旧名称", names),
    ),
    "総合評価": (
        MasterColumn("総合評価"),
        MasterColumn("合計下限", whole, filled=False),
    ),  # and 下限 …
    "説明": (
        MasterColumn("評価項目"),
        MasterColumn("評点", score),
        MasterColumn("説明", filled=False),
    ),
    "特例": (
        MasterColumn("小№", ordinal),
        MasterColumn("コード", code),
        MasterColumn("理由"),
        _may_lack("承認者"),
        _may_lack("期限", day),
    ),
    "訂正": (
        MasterColumn("小№", ordinal),
        MasterColumn("欄"),
        MasterColumn("誤", filled=False),
        MasterColumn("正", filled=False),
        MasterColumn("理由"),
        _may_lack("承認者"),
        _may_lack("日付", day),
    ),
    "段階": (MasterColumn("名称"), MasterColumn("順", ordinal)),
    "委員": (MasterColumn("委員番号", ordinal), _may_lack("氏名")),
}
# The three tables side by side on 評価基準; by these headings each finds its own 評価項目.
BLOCKS: dict[str, tuple[str, ...]] = {
    "評価項目": ("最小", "最大"),
    "総合評価": (),
    "説明": ("評点", "説明"),
}
# The rows of 計画, read like the columns of a table with one row.
FACTS = (
    MasterColumn("計画名"),
    MasterColumn("団体名"),
    MasterColumn("事務局"),
    _may_lack("審議会名"),
    MasterColumn("開始年度", FiscalYear.parse),
    MasterColumn("終了年度", FiscalYear.parse),
    MasterColumn("評価年度", FiscalYear.parse),
    MasterColumn("提出期限", day, filled=False),
    MasterColumn("有効性評価年度", years, filled=False),
    _may_lack("再提出期限", day),
)


def theme_columns(shorts: Iterable[str]) -> tuple[MasterColumn, ...]:
    """The columns of 取組項目 that hold the circles."""
    unique = {key(short): short for short in shorts}
    return tuple(MasterColumn(short, mark, filled=False) for short in unique.values())


def minimum_columns(criteria: Iterable[str]) -> tuple[MasterColumn, ...]:
    """The columns of the grades that hold the lowest score per criterion."""
    unique = {key(name): name for name in criteria}
    return tuple(MasterColumn(f"{name}下限", score, filled=False) for name in unique.values())


# --- from the workbook to rows of cells


@dataclass(frozen=True, slots=True)
class MasterCell:
    """One cell with the heading it stands under and its place for messages."""

    heading: str
    text: str
    place: Place

    @property
    def blank(self) -> bool:
        """True where nothing is written."""
        return is_blank(self.text)


Row: TypeAlias = dict[str, MasterCell]  # by heading; a heading the sheet lacks is not in it


@dataclass(frozen=True, slots=True)
class MasterTable:
    """One table as it was found. ``top`` is its first heading, ``below`` the cell under it."""

    columns: tuple[MasterColumn, ...]
    present: Mapping[str, object]
    repeated: Sequence[MasterCell]
    rows: Sequence[Row]
    top: Place
    below: Place
    headings_in: str = "１行目"

    @property
    def complete(self) -> bool:
        """True where no heading is missing that must be there."""
        return not any(c.present and c.heading not in self.present for c in self.columns)


MasterTables: TypeAlias = Mapping[
    str, MasterTable
]  # by name as in COLUMNS, and 値 for the facts; some may lack


def read(tables: Sequence[Table], file: str) -> MasterTables:
    """The tables of the master that are there; sheets and headings compared by :func:`text.key`."""
    sheets = {key(table.sheet): table for table in tables}
    parts: dict[str, MasterTable] = {}
    for name, columns in COLUMNS.items():
        table = sheets.get(key("評価基準" if name in BLOCKS else name))
        if table is None:
            continue
        if name == "取組項目":
            columns += theme_columns(cell.text for cell in cells(parts, "テーマ", "略称"))
        if name == "総合評価":
            columns += minimum_columns(cell.text for cell in cells(parts, "評価項目", "評価項目"))
        part = _part(table, columns, _columns_of(table, name), file)
        if part.present or name != "説明":  # only this table may be absent
            parts[name] = part
    if "計画" in parts and parts["計画"].complete:
        parts["値"] = _facts(parts["計画"])
    return parts


def cells(parts: MasterTables, name: str, heading: str) -> list[MasterCell]:
    """Filled cells of a column; none where sheet or heading are missing."""
    rows = rows_of(parts, name)
    return [row[heading] for row in rows if heading in row and not row[heading].blank]


def rows_of(parts: MasterTables, name: str) -> Sequence[Row]:
    """The rows of a table that have anything in them."""
    return parts[name].rows if name in parts else ()


def maybe(parser: Callable[[str], T], cell: MasterCell | None) -> T | None:
    """What the cell says; None where it is missing, blank or unreadable."""
    if cell is None or cell.blank:
        return None
    try:
        return parser(cell.text)
    except ValueError:
        return None


def _columns_of(table: Table, name: str) -> list[int]:
    """The columns a table may use: all, but of two alike headings only the one that is its own.

    評価項目 stands twice on 評価基準; each belongs to the table whose other headings are nearest.
    """
    headings = [key(table.text(0, col)) for col in range(len(table.grid[0]) if table.grid else 0)]
    owners = {key(heading): block for block, own in BLOCKS.items() for heading in own}
    marks = [(col, owners[heading]) for col, heading in enumerate(headings) if heading in owners]

    def owner(col: int) -> str:
        return min(marks, key=lambda place: abs(place[0] - col))[1] if marks else name

    shared = key("評価項目") if name in BLOCKS else None
    return [c for c, heading in enumerate(headings) if heading != shared or owner(c) == name]


def _part(
    table: Table, columns: tuple[MasterColumn, ...], block: Sequence[int], file: str
) -> MasterTable:
    place = Place(file, table.sheet)
    wanted = {key(column.heading): column.heading for column in columns}
    present: dict[str, int] = {}
    repeated = []
    for col in block:
        heading = wanted.get(key(table.text(0, col)))
        if heading in present:
            repeated.append(MasterCell("見出し", heading, place.at(table.sheet, cell_name(0, col))))
        elif heading is not None:
            present[heading] = col
    rows = [
        {
            heading: MasterCell(heading, tidy(text), place.at(table.sheet, cell_name(row, col)))
            for (heading, col), text in zip(present.items(), texts, strict=True)
        }
        for row in range(1, len(table.grid))
        if not all(map(is_blank, texts := [table.text(row, col) for col in present.values()]))
    ]
    left = min(present.values(), default=0)
    top, below = (place.at(table.sheet, cell_name(row, left)) for row in (0, 1))
    return MasterTable(columns, present, repeated, rows, top, below)


def _facts(outer: MasterTable) -> MasterTable:
    """The rows of 計画 as one row whose headings are the 項目."""
    wanted = {key(column.heading): column.heading for column in FACTS}
    facts: Row = {}
    repeated = []
    for row in outer.rows:
        heading = wanted.get(key(row["項目"].text))
        if heading in facts:
            repeated.append(MasterCell("項目", heading, row["項目"].place))
        elif heading is not None:
            facts[heading] = MasterCell(heading, row["値"].text, row["値"].place)
    return MasterTable(FACTS, facts, repeated, [facts], outer.top, outer.below, "『項目』の列")
