"""Whom 総括 names: highest, lowest, risen and fallen most, ended, missing. Pure.

Each is a condition that a row of a table fulfils or not; a hidden column of the table holds the
row's number where it does. So the names follow an edited score, and no order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from workbook_tools.consolidate.places import At, Places, TablePlace
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.figures.headline import HIGH, Named, headline

NUMBER, ITEM, ORDER = "小№", "№", "順"  # by which the rows of the three tables are found
BEFORE, CHANGE = "前年度合計", "増減"  # hidden columns of 実践項目別
TOTAL, COUNCIL, GRADE, ENDED = "合計", "審議会評価平均", "総合評価", "取組終了"
MISSING = ("未提出", "要修正")
# The hidden columns, a list each
PRACTICE_KEYS = ("終了", "最も上昇", "最も下降", *MISSING)
ITEM_KEYS = ("合計最高", "合計最低", "審議会高評価", "審議会最高", "審議会最低")
THEME_KEYS = ("審議会最低", "合計最低")


@dataclass(frozen=True, slots=True)
class Mention:
    """``key``: its column; ``when``: the condition, of a row's cells; ``said``: number → name now.

    ``detail`` is the column that follows a name in brackets, ``digits`` how its numbers look.
    """

    key: str
    number: str
    name: str
    when: Callable[[At], str]
    said: Mapping[int, str]
    detail: str = ""
    digits: str = ""

    def formula(self, at: At) -> str:
        """The row's number where the condition holds."""
        return f'=IF({self.when(at)},{at[self.number]},"")'

    def label(self, table: TablePlace, place: str) -> str:
        """``№16 名称（4.3）`` of the row at a place, as a formula."""
        found = table.at(place, self.name)
        if self.number != ORDER:
            found = f'"№"&{table.at(place, self.number)}&" "&{found}'
        if not self.detail:
            return found
        shown = table.at(place, self.detail)
        shown = f"TEXT({shown},{quoted(self.digits)})" if self.digits else shown
        return f'{found}&"（"&{shown}&"）"'


def practice_mentions(figures: Figures, known: Places) -> tuple[Mention, ...]:
    """Of 実践項目別."""
    told, changes = headline(figures), known.practices.column(CHANGE)

    def moved(sign: str, most: str) -> Callable[[At], str]:
        return lambda at: (
            f"AND(ISNUMBER({at[CHANGE]}),{at[CHANGE]}{sign}0,{at[CHANGE]}={most}({changes}))"
        )

    def missing(word: str) -> Callable[[At], str]:
        return lambda at: f"{at[GRADE]}={quoted(word)}"

    ended = {
        known.practice.no: f"{_practice(known.practice.no, known.practice.title)}"
        f"（{known.finished.wide if known.finished else ''}）"
        for known in told.finished
    }
    lacking = {
        word: {
            known.practice.no: _practice(known.practice.no, known.practice.title)
            for known in figures.incomplete
            if known.status == word
        }
        for word in MISSING
    }
    of = partial(Mention, number=NUMBER, name="実践項目")
    end, rise, fall, *_ = PRACTICE_KEYS
    return (
        of(end, when=lambda at: f'{at[ENDED]}<>""', said=ended, detail=ENDED),
        of(rise, when=moved(">", "MAX"), said=_named(told.rises)),
        of(fall, when=moved("<", "MIN"), said=_named(told.falls)),
        *(of(word, when=missing(word), said=lacking[word]) for word in MISSING),
    )


def item_mentions(figures: Figures, known: Places) -> tuple[Mention, ...]:
    """Of 取組項目別."""
    told, table = headline(figures), known.items
    of = partial(Mention, number=ITEM, name="取組項目")
    highest, lowest, high, best, worst = ITEM_KEYS
    return (
        of(highest, when=_is_most(TOTAL, "MAX", table), said=_named(told.highest)),
        of(lowest, when=_is_most(TOTAL, "MIN", table), said=_named(told.lowest)),
        of(
            high,
            when=lambda at: f"AND(ISNUMBER({at[COUNCIL]}),{at[COUNCIL]}>={tenths(HIGH)})",
            said=_named(told.council_high, with_value=True),
            detail=COUNCIL,
            digits="0.0",
        ),
        of(best, when=_is_most(COUNCIL, "MAX", table), said=_named(told.council_highest)),
        of(worst, when=_is_most(COUNCIL, "MIN", table), said=_named(told.council_lowest)),
    )


def theme_mentions(figures: Figures, known: Places) -> tuple[Mention, ...]:
    """Of テーマ別, whose numbers are letters: rows go by their place in the plan."""
    told, table = headline(figures), known.themes
    of = partial(Mention, number=ORDER, name="テーマ名")
    council_lowest, lowest = THEME_KEYS

    def names(tied: Iterable[Named]) -> dict[int, str]:
        numbers = {named.no for named in tied}
        themes = (known.theme for known in figures.themes)
        return {n: theme.name for n, theme in enumerate(themes, start=1) if theme.no in numbers}

    council = names(told.theme_council_lowest)
    return (
        of(council_lowest, when=_is_most(COUNCIL, "MIN", table), said=council),
        of(lowest, when=_is_most(TOTAL, "MIN", table), said=names(told.theme_lowest)),
    )


def _is_most(column: str, most: str, table: TablePlace) -> Callable[[At], str]:
    every = table.column(column)
    return lambda at: f"AND(ISNUMBER({at[column]}),{at[column]}={most}({every}))"


def _named(tied: Iterable[Named], *, with_value: bool = False) -> dict[int, str]:
    """Number → label, in the order of the numbers."""
    return {
        int(named.no): _practice(int(named.no), named.name)
        + (f"（{tenths(named.value)}）" if with_value else "")
        for named in sorted(tied, key=lambda named: int(named.no))
    }


def _practice(number: int, name: str) -> str:
    return f"№{number} {name}"
