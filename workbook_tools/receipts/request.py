"""確認のお願い: the first sheet says what this is, where to look, what to do if it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book
from workbook_tools.form.layout import RECEIPT, form_of
from workbook_tools.plan.model import Plan
from workbook_tools.receipts.practice_pages import LOOKS, sheet_names
from workbook_tools.receipts.receipt import Mark, Receipt, readings
from workbook_tools.register.records import State
from workbook_tools.register.standing import moment

SHEET = "確認のお願い"

_SIZE = 10
_FIT = paper.LISTS.at(_SIZE)
_PIXELS = (40, 30, 30, 235, 60, 60, 60, 155)  # 670 px fill A4 upright in LibreOffice
_HEADINGS = ("小№", "①", "②", "実践項目", "状況", "読み替え", "要確認", "元のファイル、受領日時")
_LAST = len(_PIXELS)

_INTRODUCTION = (
    "提出していただいた進捗状況シートから、次のとおり読み取りました。読み取った内容が、集計と"
    "審議会の資料に使われます。下の表の番号を押して各ページを開き、書いたとおりに読み取られて"
    "いるかを確かめてください。"
)
_MARKS = {
    Mark.OTHERWISE: "書かれたものと違う形で読み取ったところ"
    "（全角の数字、『－』、事務局による訂正など）。",
    Mark.REFERENCE: "『⑤と同じ』『Ｒ２と同じ』『⇒』などが指す内容。資料にはこの内容が載ります。",
    Mark.DOUBTFUL: "確かめていただきたいところ。ページの下に、その理由があります。",
}
_STEPS = (
    "違うところがなければ、何もしなくて構いません。",
    "違うところがあれば、提出したシートのその欄を直し、保存して、もう一度提出してください。"
    "最も新しいものを使います。",
    "欄の外に書いたもの、取り消し線で消したもの、隠れた行や列にあるものは読み込みません。"
    "必要な内容は、欄の中に書いてください。",
    "この確認票に書き込んでも読み込まれません。",
)
_FAULTY = "状況が『要修正』のシートは、別にお返しするブックを直して提出してください。"
_OLDER = (
    "状況が『旧版』のシートは、新しく届いたものに誤りがあるため、前に受理した内容を使っています。"
    "この票は新しく届いたものの内容です。"
)


def add_request(book: Book, plan: Plan, department: str, receipts: Sequence[Receipt]) -> None:
    """Add the sheet; it is the first of its workbook."""
    page = _RequestSheet(book)
    page.title(f"{RECEIPT}　{SHEET}")
    page.line(f"{department}　御中", "section")
    page.line(f"{plan.name}　{plan.round.end}　　{plan.city}　{plan.secretariat}")
    page.line(_INTRODUCTION)
    page.section("読み取ったシート")
    page.practices(plan, receipts)
    page.section("印の意味")
    for mark, meaning in _MARKS.items():
        page.mark(mark, meaning)
    page.section("違うところがあったら")
    states = {receipt.state for receipt in receipts}
    steps = list(_STEPS)
    steps += [_FAULTY] if states & {State.FAULTY, State.OLDER} else []
    steps += [_OLDER] if State.OLDER in states else []
    steps.append(f"分からないことは、{plan.secretariat}にお尋ねください。")
    for step in steps:
        page.line(f"・{step}")
    page.finish()
    book.name(RECEIPT, SHEET, Area(0, 0))


class _RequestSheet:
    """The sheet while it is written, row by row."""

    def __init__(self, book: Book) -> None:
        self._sheet = book.sheet(SHEET)
        self._row = 0
        for col, pixels in enumerate(_PIXELS):
            self._sheet.columns(col, col, pixels)

    def title(self, text: str) -> None:
        self._sheet.text(Area(self._row, 0, 1, _LAST), text, "title")
        self._height(paper.TITLES.height(1))

    def section(self, text: str) -> None:
        self._height(_FIT.height(0.5))
        self.line(f"■ {text}", "section")

    def line(self, text: str, *looks: str) -> None:
        self._sheet.text(Area(self._row, 0, 1, _LAST), text, "wrap", "middle", "10 pt", *looks)
        self._height(_FIT.height(_FIT.lines(text, sum(_PIXELS))))

    def mark(self, mark: Mark, meaning: str) -> None:
        self._sheet.text(Area(self._row, 0), mark.value, "box", "center", "10 pt", LOOKS[mark])
        area = Area(self._row, 1, 1, _LAST - 1)
        self._sheet.text(area, meaning, "box", "wrap", "middle", "10 pt")
        self._height(_FIT.height(_FIT.lines(meaning, sum(_PIXELS[1:]))))

    def practices(self, plan: Plan, receipts: Sequence[Receipt]) -> None:
        """One row a practice, with links to its pages."""
        form = form_of(plan)
        for col, heading in enumerate(_HEADINGS):
            self._sheet.text(Area(self._row, col), heading, "box", "head", "10 pt")
        self._height(_FIT.height(2))
        for receipt in receipts:
            number, first = receipt.practice.no, Area(self._row, 0)
            self._sheet.number(first, number, "box", "center", "10 pt")
            for col, (name, text) in enumerate(zip(sheet_names(receipt), "①②", strict=True), 1):
                target, area = f"internal:'{name}'!A1", Area(self._row, col)
                self._sheet.link(area, target, text, "box", "center", "10 pt", "link")
            texts = {
                3: receipt.practice.title,
                7: f"{receipt.file}\n{moment(receipt.received_at)}",
            }
            for col, text in texts.items():
                self._text(col, text)
            self._text(4, receipt.state.value, "center")
            counts = (sum(1 for _ in readings(form, receipt)), len(receipt.doubts()))
            for col, count in enumerate(counts, start=5):
                area = Area(self._row, col)
                self._sheet.number(area, count, "box", "center", "10 pt")
            needed = max(_FIT.lines(text, _PIXELS[col]) for col, text in texts.items())
            self._height(_FIT.height(min(needed, paper.MOST_LINES)))

    def finish(self) -> None:
        self._sheet.page(
            Area(0, 0, self._row, _LAST),
            tall=0,
            margins=paper.WITH_FOOTER,
            footer=paper.NAME_BESIDE_PAGES,
        )
        self._sheet.view(active=True)
        self._sheet.protect()

    def _text(self, col: int, text: str, look: str = "left") -> None:
        self._sheet.text(Area(self._row, col), text, "box", "wrap", "middle", look, "10 pt")

    def _height(self, points: float) -> None:
        self._sheet.height(self._row, paper.whole_pixels(points))
        self._row += 1
