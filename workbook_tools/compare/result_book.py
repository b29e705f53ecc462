"""突合結果: 正誤表 ready to print, 相違一覧 with cause and consequences, what was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbook_tools.cells import Area
from workbook_tools.compare import words
from workbook_tools.compare.differences import Comparison, Mismatch
from workbook_tools.excel.write import list_sheet, paper
from workbook_tools.excel.write.book import Book, Sheet
from workbook_tools.excel.write.list_sheet import Column
from workbook_tools.plan.model import Plan

ERRATA, DIFFERENCES, SCOPE = "正誤表", "相違一覧", "突合の範囲"
# Not wider than what prints with 8 pt on A4 landscape.
_LIST = (
    Column("№", 28, "center"),
    Column("表", 72, "center"),
    Column("番号", 36, "center"),
    Column("名称", 130),
    Column("欄", 72),
    Column("一覧のセル", 100),
    Column("一覧の値", 72),
    Column("正しい値", 72),
    Column("原因", 60, "center"),
    Column("理由", 170),
    Column("もとのシート", 130),
    Column("影響", 190),
)
# On A4 portrait at the size it is written in.
_ERRATA = (
    Column("番号", 40, "center"),
    Column("名称", 250),
    Column("欄", 110),
    Column("誤", 130, "center"),
    Column("正", 130, "center"),
)
_ORPHAN = "※ 一覧の中の計算によるものです。公表する前に、もとの評点を確かめてください。"
_FIT = paper.LISTS.at(10)
_ROOM = sum(column.pixels for column in _ERRATA)


def workbook(done: Comparison, plan: Plan, file: str) -> bytes:
    """The workbook; ``file`` is the list's name."""
    book = Book(f"{plan.name}取組状況一覧 {done.year} 突合結果")
    _add_errata(book, done, plan)
    note = (
        f"{file}　突き合わせた欄 {done.compared}、一致 {done.agree}、相違 {len(done.differences)}"
    )
    rows = [_row(n, known) for n, known in enumerate(done.differences, start=1)]
    list_sheet.write(book, DIFFERENCES, f"相違一覧（{done.year.long}）", _LIST, rows, note)
    scope: list[list[list_sheet.Cell]] = [
        [n, sentence] for n, sentence in enumerate(done.notes, start=1)
    ]
    columns = (Column("№", 32, "center"), Column("内容", 900))
    list_sheet.write(book, SCOPE, f"突合の範囲（{done.year.long}）", columns, scope, note)
    return book.bytes()


def _row(n: int, known: Mismatch) -> list[list_sheet.Cell]:
    source = known.place
    return [
        n,
        str(known.kind),
        known.no,
        known.name,
        known.column,
        f"{known.sheet}の{known.cell}" if known.cell else None,
        words.printed(known),
        words.expected(known),
        str(known.explained.cause),
        known.explained.reason,
        str(source) if source else None,
        "\n".join(map(words.shown, known.consequences)) or None,
    ]


def _add_errata(book: Book, done: Comparison, plan: Plan) -> None:
    """One table of the list after the other; a row too many or missing is said in words."""
    sheet = book.sheet(ERRATA)
    last = len(_ERRATA) - 1
    for col, column in enumerate(_ERRATA):
        sheet.columns(col, col, column.pixels)
    title = f"{plan.name}　取組状況一覧（{done.year.long}）　正誤表"
    sheet.text(Area(0, 0, 1, last + 1), title, "title", "wrap", "middle", "center")
    sheet.height(0, paper.NAMES.height(paper.NAMES.lines(title, _ROOM)))
    sheet.text(Area(1, 0, 1, last + 1), f"{plan.city}　{plan.secretariat}", "10 pt", "right")
    row = 2
    if done.orphan:
        row = _sentence(sheet, row, _ORPHAN)
    if not done.differences:
        row = _sentence(sheet, row, "正誤はありません。")
    for kind, own in _by_table(done.differences):
        row = _table(sheet, row + 1, f"【{kind}】", own)
    sheet.page(Area(0, 0, row, last + 1), tall=0, footer=paper.PAGES, margins=paper.WITH_FOOTER)
    sheet.view(active=True)


def _by_table(differences: Iterable[Mismatch]) -> list[tuple[str, list[Mismatch]]]:
    tables: dict[str, list[Mismatch]] = {}
    for known in differences:
        tables.setdefault(str(known.kind), []).append(known)
    return list(tables.items())


def _sentence(sheet: Sheet, row: int, sentence: str) -> int:
    sheet.text(Area(row, 0, 1, len(_ERRATA)), sentence, "10 pt", "wrap")
    sheet.height(row, _FIT.height(_FIT.lines(sentence, _ROOM)))
    return row + 1


def _table(sheet: Sheet, row: int, title: str, own: Sequence[Mismatch]) -> int:
    sheet.text(Area(row, 0, 1, len(_ERRATA)), title, "section", "10 pt")
    row += 1
    for col, column in enumerate(_ERRATA):
        sheet.text(Area(row, col), column.heading, "10 pt", "box", "head")
    sheet.height(row, _FIT.height(1))
    for known in own:
        row += 1
        number = f"№{known.no}" if known.no is not None else ""
        cells = [number, known.name, known.column, words.printed(known), words.expected(known)]
        for col, (cell, column) in enumerate(zip(cells, _ERRATA, strict=True)):
            sheet.text(Area(row, col), cell, "10 pt", "box", "wrap", "middle", column.look)
        lines = [_FIT.lines(c, k.pixels) for c, k in zip(cells, _ERRATA, strict=True)]
        sheet.height(row, _FIT.height(max(lines)))
    return row + 1
