"""Hidden columns of 総括: what its names and the charts are made of.

They spell out whom the tables' hidden columns name (:mod:`.mentions`), in the order of their
numbers, and hold the themes' figures in the order of the plan. Everything is looked for by number:
nothing here changes when a table is sorted, and all of it when a score is edited.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.mentions import (
    COUNCIL,
    TOTAL,
    Mention,
    item_mentions,
    practice_mentions,
    theme_mentions,
)
from workbook_tools.consolidate.places import Places, TablePlace
from workbook_tools.excel.write.book import Sheet
from workbook_tools.figures import columns as declared
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.plan import grading

SUMMARY = "総括"
_FIRST = 20  # the first of the columns, right of those of the chart of grades
NAMED = 12  # more names than these are counted
_ROW = NAMED + 2  # of the finished text; names stand above it, headings on top
_THEMES = NAMED + 5  # row of the themes' headings
_SHORT = "略称"


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A list of 総括 as formulas: its text, how many there are, the address of the first row."""

    formula: str
    value: str
    count: str
    address: str


class Workings:
    """The columns as they will be written: where their lists and figures stand."""

    def __init__(self, figures: Figures, known: Places) -> None:
        self.figures, self.known = figures, known
        # All lists, each two columns wide: numbers, and the text so far.
        self._mentions: list[tuple[TablePlace, Mention]] = [
            *((known.practices, mention) for mention in practice_mentions(figures, known)),
            *((known.items, mention) for mention in item_mentions(figures, known)),
            *((known.themes, mention) for mention in theme_mentions(figures, known)),
        ]

    def names(self, table: TablePlace, key: str) -> Mentioned:
        """One of the lists."""
        for number, (own, mention) in enumerate(self._mentions):
            if own == table and mention.key == key:
                text = Area(_ROW, _FIRST + 2 * number + 1).absolute
                first = f"IF({_count(own, mention)}=0,1,MIN({own.column(key)}))"
                place = f"MATCH({first},{own.column(mention.number)},0)"
                return Mentioned(
                    f"{SUMMARY}!{text}",
                    _spelled(mention),
                    _count(own, mention),
                    own.address_of_place(place),
                )
        raise KeyError(key)

    # -- for charts

    def theme_bars(self, key: str) -> tuple[tuple[str, Area], tuple[str, Area]]:
        """Names and figures of all themes, in the order of the plan: sheet and area of each.

        The averages over all practices follow last; the council gives none.
        """
        rows = len(self.figures.themes) + (key != COUNCIL)
        names, values = (
            Area(_THEMES + 1, _FIRST + 1 + self._theme_keys().index(column), rows)
            for column in (_SHORT, key)
        )
        return (SUMMARY, names), (SUMMARY, values)

    def _criteria(self) -> list[str]:
        return [criterion.name for criterion in self.figures.plan.criteria]

    def _theme_keys(self) -> list[str]:
        return [_SHORT, TOTAL, COUNCIL, *self._criteria()]

    # -- onto the sheet

    def write(self, sheet: Sheet) -> None:
        """Write the columns and hide them."""
        for number, (table, mention) in enumerate(self._mentions):
            _write_list(sheet, _FIRST + 2 * number, table, mention)
        self._write_themes(sheet)
        sheet.columns(_FIRST, _FIRST + 2 * len(self._mentions), 60, hidden=True)

    def _write_themes(self, sheet: Sheet) -> None:
        keys = self._theme_keys()
        for col, words in enumerate(["№", *keys], start=_FIRST):
            sheet.text(Area(_THEMES, col), words)
        printed = {column.key: column for column in declared.theme_columns(self.figures.plan)}
        for row, theme in enumerate(self.figures.themes, start=_THEMES + 1):
            sheet.text(Area(row, _FIRST), theme.theme.no)
            sheet.text(Area(row, _FIRST + 1), theme.theme.short)
            for col, key in enumerate(keys[1:], start=_FIRST + 2):
                found = self.known.themes.find(cell_name(row, _FIRST), key)
                sheet.formula(Area(row, col), f"={found}", printed[key].printed(theme))
        self._write_overall(sheet, _THEMES + 1 + len(self.figures.themes))

    def _write_overall(self, sheet: Sheet, row: int) -> None:
        """The averages over all practices, and their total."""
        items, keys = self.known.items, self._theme_keys()
        counted = f"SUM({items.column('計算数')})"
        scores = [practice.now.scores for practice in self.figures.practices if practice.now]
        means = dict[str, float]()  # cell → value
        for name in self._criteria():
            total = f"SUM({items.column(f'計_{name}')})"
            mean = grading.mean_formula(total, counted)
            value = tenths(grading.mean_tenths([own[name] for own in scores])) if scores else ""
            area = Area(row, _FIRST + 1 + keys.index(name))
            sheet.formula(area, f'=IF({counted}=0,"",{mean})', value)
            means[cell_name(row, area.col)] = float(value or 0)
        sheet.text(Area(row, _FIRST + 1), "全体")
        overall = round(sum(means.values()), 1)
        area = Area(row, _FIRST + 1 + keys.index(TOTAL))
        sheet.formula(area, f"=ROUND(SUM({','.join(means)}),1)", overall)


def _count(table: TablePlace, mention: Mention) -> str:
    return f"COUNT({table.column(mention.key)})"


def _spelled(mention: Mention) -> str:
    more = len(mention.said) - NAMED
    shown = "、".join([*mention.said.values()][:NAMED])
    return shown + (f"　ほか{more}件" if more > 0 else "")


def _write_list(sheet: Sheet, col: int, table: TablePlace, mention: Mention) -> None:
    """One name a row: the number there, and the text up to it."""
    sheet.text(Area(0, col), f"{table.sheet}：{mention.key}")
    column, count = table.column(mention.key), _count(table, mention)
    numbers = sorted(mention.said)
    text = ""
    for nth in range(1, NAMED + 1):
        number, before = cell_name(nth, col), cell_name(nth - 1, col + 1)
        value = numbers[nth - 1] if nth <= len(numbers) else ""
        sheet.formula(Area(nth, col), f'=IF({nth}>{count},"",SMALL({column},{nth}))', value)
        place = f"MATCH({number},{table.column(mention.number)},0)"
        label = mention.label(table, place)
        so_far, comma = (f"{before}&", '"、"&') if nth > 1 else ("", "")
        otherwise = before if nth > 1 else '""'
        formula = f'=IF({number}="",{otherwise},{so_far}{comma}{label})'
        if value != "":
            text += ("、" if text else "") + mention.said[int(value)]
        sheet.formula(Area(nth, col + 1), formula, text)
    last = cell_name(NAMED, col + 1)
    more = f'IF({count}>{NAMED},"　ほか"&({count}-{NAMED})&"件","")'
    sheet.formula(Area(_ROW, col + 1), f"={last}&{more}", _spelled(mention))
