"""工程表, 取組内容, 評価理由, 課題, 特記事項: what the council reads to judge (contract).

Long tables of the resolved texts of the forms that count: one row per thing said, filterable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from workbook_tools.cells import Area, cell_name, column_name
from workbook_tools.consolidate.figure_lists import write_link
from workbook_tools.consolidate.places import Places, TablePlace, link_to
from workbook_tools.consolidate.summary import Revised
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.excel.write.figure_sheet import SPACER
from workbook_tools.excel.write.formula import quoted
from workbook_tools.excel.write.list_sheet import Column, fitted
from workbook_tools.figures.compute import Figures, PracticeFigures
from workbook_tools.form import layout, references
from workbook_tools.form.layout import Form, field_name, reason_name
from workbook_tools.form.spec import Spec, Stem
from workbook_tools.register.records import Stored
from workbook_tools.text import circled, is_blank, lines

Answers = Mapping[str, Stored]  # field → answer, as results.answers gives them
Cell = str | int | float | None
Row = list[Cell]

# The sheets; two are called like the field that they list.
SCHEDULE, ACTIVITIES, REASONS, ISSUES, REMARKS = NAMES = (
    *("工程表", "取組内容", str(Stem.REASON), str(Stem.ISSUE), str(Stem.REMARKS)),
)
_TOP = 2  # row of the headings, below title and blank row
_FIT = paper.LISTS

_NO, _TITLE, _YEAR = (
    Column("小№", 45, "center"),
    Column("実践項目", 265),
    Column("年度", 45, "center"),
)
_HOW = Column("参照", 100)
_STATUS = Column("状況", 74, "center")


def _columns(spec: Spec) -> dict[str, tuple[Column, ...]]:
    """The columns of every sheet: what the form asks for, under the names of its fields."""
    stages = ("工程（実効）", *(entry.heading for entry in spec.schedule))
    said, done = (entry.stem for entry in spec.activities)
    return {
        SCHEDULE: (
            *(_NO, _TITLE, _YEAR, *(Column(words, 230, "wrap") for words in stages)),
            Column("状況", 85, "center"),
        ),
        ACTIVITIES: (
            *(_NO, _TITLE, _YEAR, Column("番号", 45, "center")),
            *(Column(said, 230, "wrap"), Column(done, 336, "wrap"), _HOW, _STATUS),
        ),
        REASONS: (
            *(_NO, _TITLE, Column("評価項目", 85, "center"), Column("評点", 50, "center")),
            *(Column("評価の理由", 616, "wrap"), _STATUS),
        ),
        ISSUES: (
            *(_NO, _TITLE, _YEAR),
            *(*(Column(entry.stem, 303, "wrap") for entry in spec.issues), _HOW, _STATUS),
        ),
        REMARKS: (_NO, _TITLE, *_remark_columns(spec), _STATUS),
    }


def _remark_columns(spec: Spec) -> Iterator[Column]:
    """They share the width of the page; the first one says most."""
    weights = [44, *[39] * (len(spec.remarks) - 1)]
    for entry, weight in zip(spec.remarks, weights, strict=True):
        yield Column(entry.stem, 756 * weight // sum(weights), "wrap")


def add_texts(
    book: Book,
    figures: Figures,
    answers: Mapping[int, Answers],
    known: Places | None = None,
) -> None:
    """Add the five sheets; practices without accepted form are absent.

    With the ``known`` places of the tables the first row of each practice leads to 実践項目別.
    """
    plan, year = figures.plan, figures.year
    form = layout.form_of(plan)
    tables: dict[str, Callable[[PracticeFigures, Answers], Iterator[Row]]] = {
        SCHEDULE: lambda known, own: _schedule(form, known, own),
        ACTIVITIES: lambda _, own: _activities(form, own),
        REASONS: lambda known, own: _reasons(form, year, known, own),
        ISSUES: lambda _, own: _issues(form, own),
        REMARKS: lambda _, own: _remarks(form, year, own),
    }
    columns = _columns(form.spec)
    for name, rows_of in tables.items():
        sheet = _Table(book.sheet(name), columns[name], f"{plan.name}　{name}（{year.long}末）")
        for practice in _answered(figures, answers):
            number = practice.practice.no
            is_first = known is not None
            for row in rows_of(practice, answers[number]):
                sheet.write([number, practice.practice.title, *row])
                if known and is_first:
                    sheet.link(known.practices, "実践項目別へ")
                is_first = False
        sheet.finish()


def addresses(figures: Figures, answers: Mapping[int, Answers]) -> dict[int, str]:
    """Practice → where its texts begin in 取組内容, for HYPERLINK; absent where it has none."""
    form = layout.form_of(figures.plan)
    return {
        number: link_to(ACTIVITIES, 0, f"MATCH({number},{ACTIVITIES}!$A:$A,0)")
        for number in (known.practice.no for known in _answered(figures, answers))
        if any(_activities(form, answers[number]))
    }


def revised(figures: Figures, answers: Mapping[int, Answers]) -> Revised:
    """How many practices changed their schedule in the evaluated year, counted on 工程表."""
    year, status = figures.year, field_name(Stem.STATUS, figures.year)
    columns = _columns(layout.form_of(figures.plan).spec)[SCHEDULE]
    at = {column.heading: column_name(col) for col, column in enumerate(columns)}
    years, statuses = (f"{SCHEDULE}!${at[key]}:${at[key]}" for key in ("年度", "状況"))
    count = sum(
        _text(answers[known.practice.no], status) == layout.REVISED
        for known in _answered(figures, answers)
    )
    formula = f"COUNTIFS({years},{quoted(year.wide)},{statuses},{quoted(layout.REVISED)})"
    return Revised(formula, count)


def _answered(figures: Figures, answers: Mapping[int, Answers]) -> Iterator[PracticeFigures]:
    practices = (known for known in figures.practices if known.practice.no in answers)
    return iter(sorted(practices, key=lambda known: known.practice.no))


def _schedule(form: Form, known: PracticeFigures, own: Answers) -> Iterator[Row]:
    """年度 工程（実効） 当初 変更 状況; nothing is in force after 取組終了 (domain §4)."""
    effective = references.effective_schedule(form, _values(own))
    for year in form.years:
        now = "" if known.finished and year > known.finished else effective[year]
        stems = [entry.stem for entry in form.spec.schedule]
        said = [_text(own, field_name(stem, year)) for stem in stems]
        texts = [now, *said, _status(own, year)]
        if any(texts):
            yield [year.wide, *texts]


def _activities(form: Form, own: Answers) -> Iterator[Row]:
    """年度 番号 取組予定 取組結果 参照 状況."""
    numbers = {
        row: circled(number) for number, row in references.labels(form, _values(own)).items()
    }
    for year in form.years:
        for n in form.numbers:
            names = [field_name(entry.stem, year, n) for entry in form.spec.activities]
            texts = [_text(own, name) for name in names]
            if any(texts):
                label, how = numbers.get((year, n), ""), _chains(own, names)
                yield [year.wide, label, *texts, how, _status(own, year)]


def _reasons(form: Form, year: FiscalYear, known: PracticeFigures, own: Answers) -> Iterator[Row]:
    """評価項目 評点 評価の理由 状況, for the evaluated year."""
    standing = known.by_year.get(year)
    for name in (*form.criteria, layout.OVERALL):
        reason = _text(own, reason_name(name))
        score: Cell = None
        if standing:
            score = standing.grade if name == layout.OVERALL else standing.scores[name]
        if reason:
            yield [name, score, reason, _status(own, year)]


def _issues(form: Form, own: Answers) -> Iterator[Row]:
    """年度 課題 解決方法 参照 状況."""
    for year in form.years:
        names = [field_name(entry.stem, year) for entry in form.spec.issues]
        texts = [_text(own, name) for name in names]
        if any(texts):
            yield [year.wide, *texts, _chains(own, names), _status(own, year)]


def _remarks(form: Form, year: FiscalYear, own: Answers) -> Iterator[Row]:
    """特記事項 特記すべき事項 状況."""
    texts = [_text(own, field.name) for field in form.remarks]
    if any(texts):
        yield [*texts, _status(own, year)]


def _status(own: Answers, year: FiscalYear) -> str:
    """工程どおり or 工程見直し: what a text is to be read against."""
    return _text(own, field_name(Stem.STATUS, year))


def _values(own: Answers) -> dict[str, str]:
    return {name: stored.value for name, stored in own.items()}


def _text(own: Answers, name: str) -> str:
    """The resolved text; many references to long texts may exceed what a cell holds."""
    text = own[name].text if name in own else ""
    return "" if is_blank(text) else text


def _chains(own: Answers, names: Sequence[str]) -> str:
    """How plan and result were resolved; the same way twice is said once."""
    chains = (own[name].chain for name in names if name in own)
    return "、".join(dict.fromkeys(chain for chain in chains if chain))


class _Table:
    """One sheet: title, headings with filters, rows as high as their text, A4 landscape."""

    def __init__(self, sheet: Sheet, columns: Sequence[Column], title: str) -> None:
        self._sheet, self._columns = sheet, fitted(columns)
        self._row = _TOP
        self._looks = [sheet.look("box", "wrap", column.look, "middle") for column in self._columns]
        self._room = [_FIT.characters(column.pixels) for column in self._columns]
        sheet.text(Area(0, 0), title, "big")
        for col, column in enumerate(self._columns):
            sheet.columns(col, col, column.pixels)
            sheet.text(Area(_TOP, col), column.heading, "box", "head")

    def write(self, row: Sequence[Cell]) -> None:
        """Write one row."""
        self._row += 1
        cells = ["" if cell is None else cell for cell in row]
        self._sheet.row(self._row, cells, self._looks)
        both = zip(cells, self._room, strict=True)
        needed = max(lines(cell, room) for cell, room in both if isinstance(cell, str))
        self._sheet.height(self._row, _FIT.height(needed))

    def link(self, table: TablePlace, words: str) -> None:
        """Lead from the row just written to the one of its 小№, by that cell."""
        address = table.address(cell_name(self._row, 0))
        write_link(self._sheet, Area(self._row, len(self._columns)), address, words)

    def finish(self) -> None:
        self._sheet.columns(len(self._columns), len(self._columns), SPACER.pixels)
        rows = self._row - _TOP + 1
        self._sheet.filter(Area(_TOP, 0, rows, len(self._columns) + 1))
        self._sheet.freeze(_TOP + 1, 2)
        area, repeat = Area(0, 0, self._row + 1, len(self._columns)), (_TOP, _TOP)
        self._sheet.print_on(paper.LIST_PAGE, area, repeat=repeat, footer=paper.NAME_AND_PAGES)
        self._sheet.view()
