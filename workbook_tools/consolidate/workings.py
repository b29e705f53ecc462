"""Hidden columns of 総括: what its names and the charts are made of.

They spell out whom the tables' hidden columns name (:mod:`.mentions`), in the order of their
numbers, and hold the themes' figures in the order of the plan. Everything is looked for by number:
nothing here changes when a table is sorted, and all of it when a score is edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbook_tools.cells import Area, cell_name
from workbook_tools.consolidate.counts import overall_mean
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
from workbook_tools.excel.write.formula import quoted
from workbook_tools.figures import columns as declared
from workbook_tools.figures.compute import Figures, ItemFigures, tenths
from workbook_tools.plan import grading

SUMMARY = "総括"
_FIRST = 20  # the first of the columns, right of those of the chart of grades
NAMED = 12  # more names than these are counted
_ROW = NAMED + 2  # of the finished text; names stand above it, headings on top
_THEMES = NAMED + 5  # row of the themes' headings
_SHORT = "略称"
_NUMBER, _SPOT, _SAME_SPOT, _SHOWN = "№", "位置", "同じ位置の№", "点の名"
_POINTS = (TOTAL, COUNCIL, _SPOT, _SAME_SPOT, _SHOWN)


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

    def points(self) -> Iterator[tuple[tuple[str, Area], tuple[str, Area], tuple[str, Area]]]:
        """Of every item: total, average of the council, and what its point in a chart is called.

        Several in one place bear the numbers of all, one upon the other.
        """
        for row in range(len(self.figures.items)):
            total, council, name = (
                Area(self._points_row() + 1 + row, _FIRST + 1 + _POINTS.index(key))
                for key in (TOTAL, COUNCIL, _SHOWN)
            )
            yield (SUMMARY, total), (SUMMARY, council), (SUMMARY, name)

    def _points_row(self) -> int:
        return _THEMES + len(self.figures.themes) + 3

    # -- onto the sheet

    def write(self, sheet: Sheet) -> None:
        """Write the columns and hide them."""
        for number, (table, mention) in enumerate(self._mentions):
            _write_list(sheet, _FIRST + 2 * number, table, mention)
        self._write_themes(sheet)
        if any(item.council is not None for item in self.figures.items):
            self._write_points(sheet)
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

    def _write_points(self, sheet: Sheet) -> None:
        """Total and council average of every item, and its number with those of the same place.

        What has no figures lies outside every axis and has no name.
        """
        top, items = self._points_row(), self.figures.items
        for col, words in enumerate((_NUMBER, *_POINTS), start=_FIRST):
            sheet.text(Area(top, col), words)
        numbers: dict[tuple[int | None, int | None], list[int]] = {}
        for item in items:
            numbers.setdefault(_figures(item), []).append(item.item.no)
        for order, item in enumerate(items):
            at = {
                key: cell_name(top + 1 + order, col)
                for col, key in enumerate((_NUMBER, *_POINTS), start=_FIRST)
            }
            sheet.number(Area(top + 1 + order, _FIRST), item.item.no)
            own = _figures(item)
            same = [str(no) for no in numbers[own]]
            values = (
                *(-1 if value is None else tenths(value) for value in own),
                _spot(*own),
                ",".join(same[same.index(str(item.item.no)) :]),
                "" if None in own else ",".join(same),
            )
            formulas = self._point_formulas(at, top + 1, top + 1 + order)
            for col, (formula, value) in enumerate(zip(formulas, values, strict=True), _FIRST + 1):
                sheet.formula(Area(top + 1 + order, col), formula, value)

    def _point_formulas(self, at: Mapping[str, str], first: int, row: int) -> Iterator[str]:
        """The cells of one point, in the order of its columns."""
        for key in (TOTAL, COUNCIL):
            found = self.known.items.find(at[_NUMBER], key)
            yield f"=IF(ISNUMBER({found}),{found},-1)"
        yield f'=TEXT({at[TOTAL]},"0.0")&"/"&TEXT({at[COUNCIL]},"0.0")'
        spots, every = (_FIRST + 1 + _POINTS.index(key) for key in (_SPOT, _SAME_SPOT))
        below = first + len(self.figures.items) - 1 - row
        more = ""
        if below:
            names, places = (Area(row + 1, col, below).absolute_range for col in (every, spots))
            more = f'IFERROR(","&INDEX({names},MATCH({at[_SPOT]},{places},0)),"")'
        yield f"={at[_NUMBER]}&{more or quoted('')}"
        names, places = (
            Area(first, col, len(self.figures.items)).absolute_range for col in (every, spots)
        )
        whole = f"INDEX({names},MATCH({at[_SPOT]},{places},0))"
        yield f'=IF(OR({at[TOTAL]}<0,{at[COUNCIL]}<0),"",{whole})'

    def _write_overall(self, sheet: Sheet, row: int) -> None:
        """The averages over all practices, and their total."""
        items, keys = self.known.items, self._theme_keys()
        scores = [practice.now.scores for practice in self.figures.practices if practice.now]
        means = dict[str, float]()  # cell → value
        for name in self._criteria():
            value = tenths(grading.mean_tenths([own[name] for own in scores])) if scores else ""
            area = Area(row, _FIRST + 1 + keys.index(name))
            sheet.formula(area, overall_mean(items, name), value)
            means[cell_name(row, area.col)] = float(value or 0)
        sheet.text(Area(row, _FIRST + 1), "全体")
        overall = round(sum(means.values()), 1)
        area = Area(row, _FIRST + 1 + keys.index(TOTAL))
        sheet.formula(area, f"=ROUND(SUM({','.join(means)}),1)", overall)


def _figures(item: ItemFigures) -> tuple[int | None, int | None]:
    """What the departments and what the council think of an item."""
    return item.now.total if item.now else None, item.council


def _spot(*figures: int | None) -> str:
    """Where a point lies; several in one place share a name."""
    return "/".join("-1.0" if figure is None else f"{tenths(figure):.1f}" for figure in figures)


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
