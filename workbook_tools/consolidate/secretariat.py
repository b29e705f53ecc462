"""What only the secretariat's copy of the list shows: 審議会採点 and 出典.

The council's list tells how the scores of its members spread; who gave which, and in which file and
cell a department wrote what, stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.departments import Receipts
from workbook_tools.consolidate.figure_lists import title
from workbook_tools.consolidate.places import At
from workbook_tools.excel.write import list_sheet
from workbook_tools.excel.write.book import Book, Choice
from workbook_tools.excel.write.figure_sheet import (
    TOP,
    PrintedColumn,
    boxed,
    draw_head,
    draw_row,
    finish,
)
from workbook_tools.excel.write.formula import quoted
from workbook_tools.excel.write.list_sheet import Cell, Column, Link
from workbook_tools.figures import columns as declared
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.form.layout import form_of
from workbook_tools.plan import grading
from workbook_tools.register.records import Stored

VOTES, SOURCES = "審議会採点", "出典"
_AVERAGE = "平均"
_SCORES = (5, 4, 3, 2, 1)

Votes = Mapping[int, Mapping[int, int]]  # member → item → score


_READABLE = (".xlsx", ".xls", ".ods")  # a copy with macros is none to open


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Where a practice's answers came from: the file as received, and its content.

    ``sha256`` is empty where the content cannot be opened as it is (a password, macros): then the
    copy is made of what was read.
    """

    practice_no: int
    file: str
    sha256: str = ""

    @property
    def copy(self) -> str:
        """The name of the copy beside the list."""
        suffix = PurePosixPath(self.file).suffix.lower() if self.sha256 else ".xlsx"
        return f"No{self.practice_no:02d}{suffix}"

    @classmethod
    def of(cls, practice_no: int, file: str, sha256: str, *, opens: bool) -> SourceFile:
        """A received file; ``opens``: its content is kept, and needs no password."""
        readable = opens and PurePosixPath(file).suffix.lower() in _READABLE
        return cls(practice_no, file, sha256 if readable else "")


@dataclass(frozen=True, slots=True)
class BackOffice:
    """What only the secretariat knows of a round."""

    votes: Votes
    receipts: Receipts
    files: Mapping[int, SourceFile]


def copies_folder(figures: Figures) -> str:
    """Where the copies of what came lie, beside the list."""
    return f"{SOURCES}_{figures.plan.round}"


def council_formula(figures: Figures, votes: Votes, at: At) -> str:
    """審議会評価平均 of a row of 取組項目別 from the members' scores, half up (domain §7)."""
    rows, members = max(1, len(figures.items)), max(1, len(votes))
    numbers = f"{VOTES}!{Area(TOP, 0, rows).absolute_range}"
    scores = f"{VOTES}!{Area(TOP, 2, rows, members).absolute_range}"
    own = f"INDEX({scores},MATCH({at['№']},{numbers},0),0)"
    none = quoted("" if figures.plan.is_effectiveness_year else declared.DASH)
    mean = grading.mean_formula(f"SUM({own})", f"COUNT({own})")
    return f"=IF(COUNT({own})=0,{none},{mean})"


def add_votes(book: Book, figures: Figures, votes: Votes) -> None:
    """Add 審議会採点: member × item; a blank is an abstention."""
    sheet, members = book.sheet(VOTES), sorted(votes)
    columns = (
        PrintedColumn("№", 40),
        PrintedColumn("取組項目", 380, "left"),
        *(PrintedColumn(f"委員{member}", 60) for member in members),
        PrintedColumn(_AVERAGE, 60, "tenths"),
    )
    printed = draw_head(sheet, title(figures, VOTES), figures.at_end, columns)
    for row, item in enumerate(figures.items, start=TOP):
        given = [votes[member].get(item.item.no) for member in members]
        scores = ["" if score is None else score for score in given]
        draw_row(sheet, row, columns, [item.item.no, item.item.name, *scores])
        known = [score for score in given if score is not None]
        first, last = cell_name(row, 2), cell_name(row, 1 + max(1, len(members)))
        cells = f"{first}:{last}"
        mean = grading.mean_formula(f"SUM({cells})", f"COUNT({cells})")
        value = tenths(grading.mean_tenths(known)) if known else ""
        boxed(sheet, row, 2 + len(members), f'=IF(COUNT({cells})=0,"",{mean})', value, "tenths")
    rows = len(figures.items)
    if rows and members:
        error = "5～1の整数を入れてください。棄権は空欄です。"
        sheet.choice(Area(TOP, 2, rows, len(members)), Choice(_SCORES, "評価", error=error))
    sheet.filter(Area(TOP - 1, 0, rows + 1, len(columns)))
    sheet.freeze(TOP, 2)
    finish(sheet, TOP + rows, printed)


def add_sources(
    book: Book,
    figures: Figures,
    answers: Mapping[int, Mapping[str, Stored]],
    files: Mapping[int, SourceFile],
) -> None:
    """Add 出典: file, sheet and cell of every answer; one link a practice."""
    columns = (
        *(Column("小№", 45, "center"), Column("実践項目", 220), Column("欄", 170)),
        *(Column("ファイル", 260), Column("シート", 130), Column("セル", 50, "center")),
        *(Column("書かれたまま", 260, "wrap"), Column("読み取り", 260, "wrap")),
    )
    titles = {known.practice.no: known.practice.title for known in figures.practices}
    form = form_of(figures.plan)
    rows: list[Sequence[Cell]] = []
    for no in sorted(answers.keys() & titles.keys()):
        source = files.get(no, SourceFile(no, ""))
        shown: Cell = source.file
        if source.file:
            shown = Link(f"external:{copies_folder(figures)}/{source.copy}", source.file)
        for item in form.fields:
            stored = answers[no].get(item.name)
            if stored and (stored.raw or stored.value):
                where = (shown, stored.sheet, stored.cell)
                rows.append((no, titles[no], item.title, *where, stored.raw, stored.text))
                shown = source.file
    heading = f"{figures.plan.name}　{SOURCES}（{figures.plan.round.end}）"
    list_sheet.write(book, SOURCES, heading, columns, rows)
