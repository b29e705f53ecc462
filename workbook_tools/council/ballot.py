"""The council's 評価シート: one workbook per member, declared once for writer and reader.

Per 取組項目 its figures, its practices, a score 5–1 in effectiveness years and an opinion; in those
years also one opinion for each practice that ended so far (domain §8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Choice, Sheet
from workbook_tools.figures.compute import Figures, ItemFigures, PracticeFigures, tenths
from workbook_tools.form import token
from workbook_tools.form.layout import COUNCIL_MEMBER
from workbook_tools.plan.model import Member
from workbook_tools.register.ballots import ENDED, ITEM, Target

SHEET = "評価シート"
SCORES = range(1, 6)
SCALE = "５：非常に評価できる　４　３：おおむね評価できる　２　１：課題あり"
MEMBER, YEAR = COUNCIL_MEMBER, "確認年度"
# What a member writes in place of a score to give none; blanks and dashes say so too.
ABSTAINED = (
    *("棄権", "棄権する", "棄権します", "（棄権）", "白票", "保留"),
    *("評価なし", "評価しない", "評価しません", "評価せず", "評価を控える", "評価を控えます"),
)
VERSION = "2"  # of the sheet; the first edition's bears no token
_BREAKS = "意見が２つ以上あるときは、改行（Alt+Enter）で分けてください。"
SCORE_LABEL, OPINION_LABEL, ENDED_LABEL = "評価（５～１）", "意見", "取組終了の意見"

_COLUMNS = 20
# In hidden columns beside the page: the token, and 1 in the first row of every item that has a
# score (an opinion, where no scores are asked for).
_TOKEN = Area(0, _COLUMNS + 1)
_FILLED = _COLUMNS + 2
_PAGE = paper.LETTER_PAGE
_NUMBER, _SCORE, _TOTAL, _WORD = 28, 46, 40, 24  # pixels of a column: two of № and of a word
_FIT = paper.LISTS
_OPINION_LINES = 5
_COUNTER = 4  # columns of 記入 n/21
_TOP, _GAP = 4, 12.0  # the first item's row; points between items
_NARROW = ("総合\n評価", "取組\n終了")
_ZOOM = 130  # percent: as wide as a tablet held across


def score_name(item_no: int) -> str:
    """``評価_07``."""
    return f"評価_{item_no:02d}"


def opinion_name(target: Target) -> str:
    """``意見_07`` for an item, ``終了意見_44`` for a practice that ended."""
    return f"意見_{target.no:02d}" if target.kind == ITEM else f"終了意見_{target.no}"


def ended(item: ItemFigures) -> list[PracticeFigures]:
    """The practices of an item that ended so far: each gets an opinion of its own."""
    return [practice for practice in item.practices if practice.finished]


def targets(figures: Figures) -> list[Target]:
    """Everything a member may write an opinion on, in the order of the sheet."""
    found = []
    for item in figures.items:
        found.append(Target(ITEM, item.item.no))
        if figures.plan.is_effectiveness_year:
            found.extend(Target(ENDED, known.practice.no) for known in ended(item))
    return found


def workbook(
    figures: Figures, member: Member, answers: Mapping[str, str | int] | None = None
) -> bytes:
    """One member's sheet as a file's content; filled in with ``answers`` by name of the field."""
    book = Book(f"評価シート {figures.year} {member.no}")
    sheet = _BallotWriter(book, figures, answers or {})
    sheet.head(member)
    sheet.finish([sheet.item(item) for item in figures.items])
    return book.bytes()


def _widths(criteria: int) -> list[int]:
    """Pixels of the columns: №, name, a score each, 合計, 総合評価, 取組終了."""
    others = [*[_SCORE] * criteria, _TOTAL, *[_WORD] * 4]
    name = _COLUMNS - 2 - len(others)
    room = _PAGE.pixels - 2 * _NUMBER - sum(others)
    return [_NUMBER, _NUMBER, *[room // name] * name, *others]


class _BallotWriter:
    """The sheet while it is written, block below block."""

    def __init__(self, book: Book, figures: Figures, answers: Mapping[str, str | int]) -> None:
        self._book = book
        self._answers = answers
        self._sheet: Sheet = book.sheet(SHEET)
        self._figures = figures
        self._row = 0
        self._inputs: list[Area] = []
        self._names = [criterion.name for criterion in figures.plan.criteria]
        self._pixels = _widths(len(self._names))
        for col, pixels in enumerate(self._pixels):
            self._sheet.columns(col, col, pixels)

    def head(self, member: Member) -> None:
        plan, year = self._figures.plan, self._figures.year
        title = f"{plan.name}　{SHEET}（{year.long}末）"
        self._sheet.text(Area(0, 0, 1, _COLUMNS - _COUNTER), title, "big", "left")
        self._counter(Area(0, _COLUMNS - _COUNTER, 1, _COUNTER))
        self._sheet.height(0, 24)
        self._label(Area(1, 0, 1, 3), YEAR)
        self._text(Area(1, 3, 1, 4), f"{year.long}末", "center")
        self._book.name(YEAR, SHEET, Area(1, 3))
        self._label(Area(1, 7, 1, 3), MEMBER)
        self._sheet.number(Area(1, 10, 1, 2), member.no, "box", "center", "bold")
        self._book.name(MEMBER, SHEET, Area(1, 10))
        self._text(Area(1, 12, 1, 8), member.name, "left")
        self._sheet.height(1, _FIT.height(1))
        self._sheet.columns(_TOKEN.col, _FILLED, _SCORE, hidden=True)
        self._sheet.text(_TOKEN, str(token.Token(member.no, year, SHEET, VERSION)))
        self._book.name(token.NAME, SHEET, _TOKEN)
        words = "取組項目ごとに、意見をお書きください。"
        if self._figures.plan.is_effectiveness_year:
            words = f"取組項目ごとに、取組の有効性の評価（{SCALE}）と意見をお書きください。"
        words += f"控える項目は、空欄のままで構いません。{_BREAKS}"
        self._sheet.text(Area(2, 0, 1, _COLUMNS), words, "wrap", "middle")
        self._sheet.height(2, _FIT.height(_FIT.lines(words, sum(self._pixels))))
        self._sheet.height(3, _GAP)
        self._row = _TOP

    def _counter(self, area: Area) -> None:
        """``記入 3/21``: of how many items something is said."""
        cells, count = Area(_TOP, _FILLED, 9999).absolute_range, len(self._figures.items)
        formula = f'="記入 "&SUM({cells})&"/{count}"'
        self._sheet.formula(area, formula, f"記入 0/{count}", "bold", "right")

    def item(self, item: ItemFigures) -> list[paper.PrintedRow]:
        """A block of the sheet; what it takes of the page."""
        top = self._row
        self._figures_of(item)
        self._practices_of(item)
        if self._figures.plan.is_effectiveness_year:
            area = first = Area(self._row, 3, 1, 3)
            self._label(Area(self._row, 0, 1, 3), SCORE_LABEL)
            score = self._answers.get(score_name(item.item.no), "")
            self._sheet.value(area, score, "box", "center", "input", "bold")
            self._sheet.text(Area(self._row, 6, 1, 14), SCALE, "box", "left", "quiet")
            message = "５・４・３・２・１から選んでください。評価を控えるときは空欄のままにします。"
            choice = Choice(list(reversed(SCORES)), SCORE_LABEL, message, "1～5の整数です。")
            self._sheet.choice(area, choice)
            self._name(score_name(item.item.no), area)
            self._sheet.height(self._row, _FIT.height(2))
            self._row += 1
        else:
            first = Area(self._row, 3)
        self._opinion(OPINION_LABEL, Target(ITEM, item.item.no))
        if self._figures.plan.is_effectiveness_year:
            for practice in ended(item):
                number = practice.practice.no
                words = f"№{number} {practice.practice.title}（{practice.finished}取組終了）"
                area = Area(self._row, 0, 1, _COLUMNS)
                self._sheet.text(area, words, "box", "wrap", "middle", "bold")
                self._sheet.height(self._row, _FIT.height(self._lines(words, area)))
                self._row += 1
                self._opinion(ENDED_LABEL, Target(ENDED, number))
        filled = f"=IF(LEN(TRIM({first.a1}))=0,0,1)"
        self._sheet.formula(Area(top, _FILLED), filled, 0)
        self._sheet.height(self._row, _GAP)
        self._row += 1
        heights = self._sheet.heights
        return [paper.PrintedRow(heights[row]) for row in range(top, self._row)]

    def finish(self, blocks: Sequence[Sequence[paper.PrintedRow]]) -> None:
        """Printed upright, with breaks between items alone."""
        heads = sum(self._sheet.heights[row] for row in range(2))
        used = sum(self._sheet.heights[row] for row in range(2, _TOP))
        area = Area(0, 0, self._row, _COLUMNS)
        page = self._sheet.print_on(_PAGE, area, repeat=(0, 1), footer=paper.PAGES)
        found = paper.breaks(blocks, page.points - heads, used)
        self._sheet.breaks([_TOP + row for row in found])
        self._sheet.protect()
        self._sheet.freeze(2)
        self._sheet.view(zoom=_ZOOM)
        if self._inputs:
            self._sheet.select(self._inputs[0])

    def _figures_of(self, item: ItemFigures) -> None:
        """Number, name, averages, total and grade of an item, over those of its practices."""
        spans = self._spans(4)
        headings = [*self._names, "合計", "部署評価"]
        values: list[str | float] = ["－"] * len(headings)
        if item.now:
            averages = [tenths(item.now.averages[name]) for name in self._names]
            values = [*averages, tenths(item.now.total), item.now.grade]
        number, name = Area(self._row, 0, 2, 2), Area(self._row, 2, 2, spans[1])
        self._sheet.text(number, f"№{item.item.no}", "box", "head", "bold")
        self._sheet.text(name, item.item.name, "box", "wrap", "middle", "bold")
        col = number.cols + name.cols
        for heading, value, span in zip(headings, values, spans[2:], strict=True):
            self._label(Area(self._row, col, 1, span), heading)
            self._sheet.value(Area(self._row + 1, col, 1, span), value, "box", "center", "tenths")
            col += span
        needed = self._lines(item.item.name, name)
        for row in (self._row, self._row + 1):
            self._sheet.height(row, max(_FIT.height(1), _FIT.height(needed / 2)))
        self._row += 2

    def _spans(self, *last: int) -> list[int]:
        """Columns of №, name, every score and 合計, and of what stands behind them."""
        scores = [1] * (len(self._names) + 1)
        return [2, _COLUMNS - 2 - len(scores) - sum(last), *scores, *last]

    def _practices_of(self, item: ItemFigures) -> None:
        spans = self._spans(2, 2)
        self._line(["№", "実践項目", *self._names, "合計", *_NARROW], spans, "head")
        for practice in item.practices:
            now = practice.now
            scores = [now.scores[name] if now else "－" for name in self._names]
            values: list[str | float] = [
                practice.practice.no,
                practice.practice.title,
                *scores,
                now.total if now else "－",
                now.grade if now else practice.status,
                practice.finished.wide if practice.finished else "",
            ]
            self._line(values, spans, "center")

    def _line(self, values: Sequence[str | float], spans: Sequence[int], look: str) -> None:
        col = 0
        needed = 1
        for at, (value, span) in enumerate(zip(values, spans, strict=True)):
            area = Area(self._row, col, 1, span)
            looks = ("wrap", "middle") if at == 1 and look != "head" else (look,)
            self._sheet.value(area, value, "box", *looks)
            if isinstance(value, str):
                needed = max(needed, self._lines(value, area))
            col += span
        self._sheet.height(self._row, _FIT.height(needed))
        self._row += 1

    def _lines(self, text: str, area: Area) -> int:
        return _FIT.lines(text, sum(self._pixels[area.col : area.col + area.cols]))

    def _opinion(self, label: str, target: Target) -> None:
        self._label(Area(self._row, 0, 1, 3), label)
        area = Area(self._row, 3, 1, 17)
        said = self._answers.get(opinion_name(target), "")
        self._sheet.value(area, said, "box", "wrap", "input", "text")
        self._sheet.choice(area, Choice((), label, _BREAKS))
        self._name(opinion_name(target), area)
        self._sheet.height(self._row, _FIT.height(_OPINION_LINES))
        self._row += 1

    def _name(self, name: str, area: Area) -> None:
        self._book.name(name, SHEET, area)
        self._inputs.append(area)

    def _label(self, area: Area, text: str) -> None:
        self._sheet.text(area, text, "box", "head")

    def _text(self, area: Area, text: str, look: str) -> None:
        self._sheet.text(area, text, "box", look)


def file_name_of(member: Member) -> str:
    """``評価シート_委員01.xlsx``."""
    return f"評価シート_委員{member.no:02d}.xlsx"
