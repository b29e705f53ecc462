"""`explain 'シート!セル'`: where a figure or a text of the list comes from, in words.

The list is read as it lies there, so that a sorted table and an edited score are understood: rows
go by their №, and what no longer equals the register's figure is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workbook_tools.cells import parse_cell
from workbook_tools.consolidate import departments
from workbook_tools.consolidate.consolidate import Contents, gather_contents, places
from workbook_tools.consolidate.explain_summary import told_of_summary
from workbook_tools.consolidate.located import LocatedFigure, locate
from workbook_tools.consolidate.mentions import COUNCIL, ENDED, GRADE, TOTAL
from workbook_tools.consolidate.places import ITEMS, KEYS, PRACTICES, THEMES
from workbook_tools.consolidate.secretariat import SOURCES
from workbook_tools.consolidate.summary import Summary
from workbook_tools.consolidate.texts import NAMES, revised
from workbook_tools.consolidate.workings import SUMMARY, Workings
from workbook_tools.excel.read.book import Table, UnreadableError, tables
from workbook_tools.excel.write.figure_sheet import TOP
from workbook_tools.figures.compute import (
    Figures,
    ItemFigures,
    PracticeFigures,
    ThemeFigures,
    tenths,
)
from workbook_tools.findings import UserError
from workbook_tools.form.layout import field_name, form_of
from workbook_tools.near import nearest, question
from workbook_tools.plan.model import GradeRule
from workbook_tools.register.records import Stored
from workbook_tools.register.round import Round
from workbook_tools.text import whole_number
from workbook_tools.workspace import read


def explain(held: Round, spot: str, path: Path | None = None) -> list[str]:
    """Sentences about a cell of the round's list. UserError where there is no such list or cell."""
    if path is None:
        path = held.workspace.outbox / f"取組状況一覧_{held.year}.xlsx"
        if not path.exists():
            raise UserError(
                f"『{path.name}』がまだありません。先に consolidate を実行してください。"
            )
    name, row, col = _spot(spot)
    table = _table(path, name)
    return tell(gather_contents(held), table, row, col)


def tell(known: Contents, table: Table, row: int, col: int) -> list[str]:
    """The cell and what it shows, then where that comes from."""
    cell = f"{table.sheet}!{table.cell(row, col)} 『{table.text(row, col)}』"
    return [cell, *_Teller(known).told(table, row, col)]


def _spot(spot: str) -> tuple[str, int, int]:
    sheet, _, cell = spot.rpartition("!")
    try:
        row, col = parse_cell(cell.strip().upper())
    except ValueError:
        row = -1
    if row < 0 or not sheet:
        raise UserError(
            f"『{spot}』はセルとして読めません。'取組項目別!K10' のように書いてください。"
        )
    return sheet.strip().strip("'"), row, col


def _table(path: Path, name: str) -> Table:
    try:
        found = {table.sheet: table for table in tables(read(path))}
    except UnreadableError as error:
        raise UserError(f"『{path.name}』を読めません（{error.reason}）。") from error
    if name not in found:
        hint = question(nearest(name, found))
        raise UserError(f"『{path.name}』にシート『{name}』はありません。{hint}")
    return found[name]


_NO_FIGURE = "見出しか、表の外のセルです。"


class _Teller:
    """What stands behind the cells of one list."""

    def __init__(self, known: Contents) -> None:
        self.known, self.figures, self.plan = known, known.figures, known.figures.plan
        self.places = places(known.figures)
        self.practices = {known.practice.no: known for known in self.figures.practices}
        self.items = {known.item.no: known for known in self.figures.items}
        self.themes = {known.theme.no: known for known in self.figures.themes}
        self.criteria = [criterion.name for criterion in self.plan.criteria]

    def told(self, table: Table, row: int, col: int) -> Iterator[str]:
        """Sentences about one cell."""
        shown = table.text(row, col)
        if table.sheet in KEYS:
            place = self.places.table(table.sheet)
            key = {at: key for key, at in place.columns.items()}.get(col, "")
            number = table.text(row, place.columns[KEYS[table.sheet]])
            yield from self._of_table(table.sheet, number, key, shown)
        elif target := locate(table, row, col, self.figures):
            yield from self._of_target(target, shown)
        elif table.sheet == SUMMARY:
            count = revised(self.figures, self.known.answers)
            summary = Summary(self.figures, Workings(self.figures, self.places), count)
            yield from told_of_summary(table, row, col, summary)
        elif table.sheet == departments.NAME and row >= TOP:
            yield from self._of_department(table.text(row, 0))
        elif table.sheet in (*NAMES, SOURCES) and (practice := self._practice(table, row)):
            yield from self._of_text(practice, shown)
        else:
            yield _NO_FIGURE

    def _practice(self, table: Table, row: int) -> PracticeFigures | None:
        """The practice whose number a row begins with."""
        number = whole_number(table.text(row, 0))
        return None if number is None else self.practices.get(number)

    def _of_department(self, name: str) -> Iterator[str]:
        own = [str(p.practice.no) for p in self.figures.practices if p.practice.lead == name]
        yield f"{name}が主に担当する実践項目（小№{'、'.join(own)}）から計算しています。"

    def _of_target(self, target: LocatedFigure, shown: str) -> Iterator[str]:
        """A figure of a table, of this year or as it was published in an earlier one."""
        if target.told:
            yield target.told
        if target.year == self.figures.year:
            derived = shown if not target.told else ""
            yield from self._of_table(target.sheet, target.number, target.key, derived)
            return
        past = self.figures.past.get(target.year)
        if past is None:
            yield f"{target.year.long}の数値は登録されていません。"
            return
        yield f"{target.year.long}の計画と評価基準によります。"
        then = _Teller(replace(self.known, figures=past, answers={}, votes={}))
        yield from then._of_table(target.sheet, self._number_then(target, past), target.key, "")

    def _number_then(self, target: LocatedFigure, past: Figures) -> str:
        """The number that it had in an earlier year."""
        number = whole_number(target.number)
        if target.sheet == PRACTICES and number is not None:
            return str(self.plan.numbers(past.year).get(number, number))
        if target.sheet == ITEMS and number in self.items:
            return str(self.plan.item_before(self.items[number].item, past.plan))
        return target.number

    def _of_table(self, sheet: str, number: str, key: str, shown: str) -> Iterator[str]:
        known = self._row(sheet, number)
        if known is None or not key:
            yield _NO_FIGURE
        elif isinstance(known, PracticeFigures):
            yield from self._of_practice(known, key, shown)
        else:
            yield from self._of_means(known, key)

    def _row(self, sheet: str, number: str) -> PracticeFigures | ItemFigures | ThemeFigures | None:
        if sheet == THEMES:
            return self.themes.get(number)
        whole = whole_number(number)
        if whole is None:
            return None
        return self.practices.get(whole) if sheet == PRACTICES else self.items.get(whole)

    # -- a practice

    def _of_practice(self, known: PracticeFigures, key: str, shown: str) -> Iterator[str]:
        now = known.now
        yield f"小№{known.practice.no}『{known.practice.title}』の{key}です。"
        if now is None or key not in (*self.criteria, TOTAL, GRADE):
            yield self._standing(known, key)
            return
        if key in self.criteria:
            yield from self._source(known, field_name(key, self.figures.year))
            if shown and shown != str(now.scores[key]):
                yield (
                    f"登録簿では『{now.scores[key]}』です。一覧を作ったあとで書き換えられています。"
                )
        elif key == TOTAL:
            parts = "＋".join(f"{name}{score}" for name, score in now.scores.items())
            yield f"{parts}＝{now.total}"
        else:
            yield self._why(now.total, now.grade)

    def _standing(self, known: PracticeFigures, key: str) -> str:
        if key in (*self.criteria, TOTAL, GRADE):
            return f"状況は『{known.status}』で、まだ数値がありません。"
        if key == ENDED:
            return "進捗状況シートの『取組終了』の年と月か、前の年度までの一覧によります。"
        return "計画マスタによります。"

    def _source(self, known: PracticeFigures, field: str) -> Iterator[str]:
        stored = self.known.answers.get(known.practice.no, {}).get(field)
        if stored is None:
            yield "進捗状況シートではなく、前の年度までの一覧によります。"
        else:
            yield self._written(known, stored)

    def _written(self, known: PracticeFigures, stored: Stored) -> str:
        files = self.known.back.files if self.known.back else {}
        source = files.get(known.practice.no)
        where = f"{source.file}　" if source else ""
        said = f"{where}{stored.sheet}の{stored.cell}に『{stored.raw}』と書かれています。"
        if stored.text != stored.raw:
            chain = f"（{stored.chain}）" if stored.chain else ""
            said += f"『{stored.text}』と読みました{chain}。"
        return said

    def _of_text(self, known: PracticeFigures, shown: str) -> Iterator[str]:
        yield f"小№{known.practice.no}『{known.practice.title}』の行です。"
        answers = self.known.answers.get(known.practice.no, {})
        form = form_of(self.plan)
        same = [
            f"{form[name].title}：{self._written(known, stored)}"
            for name, stored in answers.items()
            if shown and stored.text == shown and name in form.names
        ]
        yield from same or ["この内容と同じ欄は、受理したシートにありません。"]

    # -- an item or a theme

    def _of_means(self, known: ItemFigures | ThemeFigures, key: str) -> Iterator[str]:
        if isinstance(known, ItemFigures):
            yield f"№{known.item.no}『{known.item.name}』の{key}です。"
            practices = known.practices
        else:
            yield f"テーマ{known.theme.no}『{known.theme.name}』の{key}です。"
            practices = tuple(p for item in known.items for p in item.practices)
        now = known.now
        if key == COUNCIL:
            yield from self._of_council(known)
        elif now is None:
            yield "受理したシートがないため、数値がありません。"
        elif key in self.criteria:
            scores = {p.practice.no: p.now.scores[key] for p in practices if p.now}
            yield _mean(scores, now.averages[key])
        elif key == TOTAL:
            parts = "＋".join(f"{name}{tenths(mean)}" for name, mean in now.averages.items())
            yield f"{parts}＝{tenths(now.total)}"
        elif key == GRADE:
            yield self._why(
                (now.total + 5) // 10, now.grade, f"合計{tenths(now.total)}を四捨五入した"
            )
        else:
            yield "計画マスタか、実践項目別の行数によります。"

    def _of_council(self, known: ItemFigures | ThemeFigures) -> Iterator[str]:
        if known.council is None:
            yield "審議会の評価がありません。"
        elif isinstance(known, ItemFigures):
            votes: Mapping[int, int] = self.known.votes.get(known.item.no, {})
            spread = "、".join(
                f"{score}が{n}人" for score, n in sorted(votes.items(), reverse=True)
            )
            yield f"委員の評価（{spread}）の平均を、小数第２位で四捨五入した値です。"
        else:
            items = [item for item in known.items if item.council is not None]
            parts = "、".join(f"№{i.item.no} {tenths(i.council or 0)}" for i in items)
            yield f"取組項目の審議会評価平均（{parts}）の平均です。"

    def _why(self, total: int, grade: str, what: str = "合計") -> str:
        rule = next(rule for rule in self.plan.grades if rule.grade == grade)
        return f"{what}{total}は、{_words(rule, self.plan.grades)}ので{grade}です。"


def _words(rule: GradeRule, rules: Iterable[GradeRule]) -> str:
    if rule == [*rules][-1]:
        return "どの基準にも届かない"
    minima = "".join(f"、{name}が{low}以上" for name, low in rule.least_scores.items())
    return f"{rule.least_total}以上{minima}という基準に届く"


def _mean(scores: Mapping[int, int], mean: int) -> str:
    parts = "、".join(f"小№{no}が{score}" for no, score in scores.items())
    exact = Decimal(sum(scores.values())) / len(scores)
    return f"{parts}。平均{exact:.4f}を小数第２位で四捨五入して{tenths(mean)}です。"
