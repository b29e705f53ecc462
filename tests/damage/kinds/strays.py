"""Words outside the fields: beside and below the form, in boxes and notes, on other sheets."""

from __future__ import annotations

from tests.damage import excel, texts
from tests.damage.book import Box, Drawn, Note, Sheet, UnfitError
from tests.damage.desk import Desk
from tests.damage.kinds import kind
from workbook_tools.form.layout import COLUMNS, Kind


def _words(desk: Desk) -> str:
    return desk.chance.choice(
        (
            texts.text(desk.chance),
            texts.sentence(desk.chance),
            "別途ご相談させてください。",
            "※取組結果は裏面に続く",
            "担当：山田（内線123）",
            "要確認",
            "=A1ではありません",
            "〃",
        )
    )


def _form_sheet(desk: Desk) -> Sheet:
    return desk.chance.choice((desk.first, desk.second))


@kind(4)
def text_beside_or_below(desk: Desk) -> None:
    desk.unprotect()
    for _ in range(desk.chance.randint(1, 3)):
        sheet = _form_sheet(desk)
        row, col = desk.free_spot(sheet)
        desk.scribble(sheet, row, col, _words(desk))
        desk.say(f"text at {Box(row, col, row, col).a1} of {sheet.name}")


@kind(2)
def text_right_below_the_form(desk: Desk) -> None:
    """The line under the last field: a reader may take it for a part of it."""
    desk.unprotect()
    sheet = _form_sheet(desk)
    row = desk.bottom(sheet) + 1
    if any(spot[0] == row for spot in sheet.cells):
        raise UnfitError("something stands there")
    desk.scribble(sheet, row, desk.chance.choice((0, 0, 3, 14)), _words(desk))
    desk.say(f"text in row {row + 1} of {sheet.name}")


@kind(2)
def text_in_a_printed_blank(desk: Desk) -> None:
    """Cells of the form that hold nothing: beside 合計, under a number, a future score."""
    desk.unprotect()
    fields = {
        (anchor.box.top, anchor.box.left)
        for name, anchor in desk.first.anchors.items()
        if not name.startswith("label ")
    }
    spots = [
        (anchor.box.top, anchor.box.left)
        for name, anchor in desk.first.anchors.items()
        if name.startswith("label ")
        and (anchor.box.top, anchor.box.left) not in fields
        and desk.first.cell(anchor.box.top, anchor.box.left).value in (None, "")
    ]
    if not spots:
        raise UnfitError("no blank label")
    row, col = desk.chance.choice(spots)
    desk.scribble(desk.first, row, col, texts.sentence(desk.chance))
    desk.say(f"text in the blank cell {Box(row, col, row, col).a1}")


@kind(1)
def text_where_a_row_has_its_number(desk: Desk) -> None:
    desk.unprotect()
    item = desk.chance.choice(desk.setting.form.activities("取組番号"))
    area = desk.first.anchors[item.name].box
    desk.scribble(desk.first, area.top, area.left, desk.chance.choice(("新規", "済", "別紙")))
    desk.say(f"a word over {item.name}")


@kind(1)
def a_number_beside_the_scores(desk: Desk) -> None:
    """A score typed one column too far: beside, or in a year to come."""
    desk.unprotect()
    criterion = desk.chance.choice(desk.setting.form.criteria)
    area = desk.area(f"{criterion}_{desk.year}")
    desk.scribble(desk.first, area.top, area.left + 1, desk.chance.randint(0, 3))
    if desk.chance.random() < 0.5:
        excel.clear(desk.first, area)
    desk.refusal_ok = True
    desk.say(f"a score right of {criterion}")


@kind(1)
def total_and_grade_typed(desk: Desk) -> None:
    """Over the formulas, right or wrong."""
    desk.unprotect()
    desk.refusal_ok = True
    for name, value in ((f"合計_{desk.year}", 12), (f"総合評価_{desk.year}", "Ａ")):
        if desk.chance.random() < 0.7:
            desk.put(name, value)
            desk.say(f"type {value} into {name}")


@kind(4)
def a_text_box(desk: Desk) -> None:
    """Text boxes, call-outs, groups, pictures of text, a line drawn through something."""
    for _ in range(desk.chance.randint(1, 2)):
        sheet = _form_sheet(desk)
        kind_ = desk.chance.choice(("text", "text", "call-out", "group", "picture", "line"))
        row, col = desk.chance.randrange(sheet.height), desk.chance.randint(3, 20)
        words = "" if kind_ in ("picture", "line") else _words(desk)
        sheet.drawn.append(Drawn(Box(row, col, row + 2, col + 6), words, kind_))
        desk.say(f"a {kind_} box on {sheet.name}")


@kind(3)
def a_note(desk: Desk) -> None:
    """A note at a field or anywhere, also of the newer kind."""
    for _ in range(desk.chance.randint(1, 2)):
        sheet = _form_sheet(desk)
        row, col = desk.chance.randrange(sheet.height), desk.chance.randrange(COLUMNS)
        row, col = sheet.merged(row, col)[:2]
        if any((note.row, note.col) == (row, col) for note in sheet.notes):
            continue
        sheet.notes.append(Note(row, col, _words(desk), desk.chance.random() < 0.3))
        desk.say(f"a note at {Box(row, col, row, col).a1} of {sheet.name}")


@kind(3)
def another_sheet_with_text(desk: Desk) -> None:
    """別紙, メモ, lists; visible or hidden; words of the form in them."""
    name = desk.chance.choice(("別紙", "Sheet1", "メモ", "参考資料", "写真", "取組内容"))
    sheet = excel.add_sheet(desk.book, name, desk.chance.choice((0, 1, 9)))
    for row in range(desk.chance.randint(1, 6)):
        for col in range(desk.chance.randint(1, 3)):
            desk.scribble(sheet, row + 1, col, texts.text(desk.chance))
    if desk.chance.random() < 0.3:
        for row, word in enumerate(("取組内容", "課題", "Ｒ３", "進捗度", "特記事項"), start=10):
            desk.scribble(sheet, row, 0, word)
    if desk.chance.random() < 0.2:
        sheet.state = "hidden"
    if desk.chance.random() < 0.3:
        sheet.drawn.append(Drawn(Box(0, 5, 3, 8), "", "picture"))
    desk.say(f"a sheet {name} with text, {sheet.state}")


@kind(1)
def another_sheet_with_a_drawing_only(desk: Desk) -> None:
    sheet = excel.add_sheet(desk.book, "写真", 9)
    words, kind_ = desk.chance.choice((("", "picture"), (texts.sentence(desk.chance), "text")))
    sheet.drawn.append(Drawn(Box(1, 1, 5, 5), words, kind_))
    desk.say(f"a sheet with a {kind_} only")


@kind(1)
def text_on_the_guide(desk: Desk) -> None:
    """Something typed on the sheet 記入要領."""
    desk.unprotect()
    guide = next((sheet for sheet in desk.book.sheets if sheet.name == "記入要領"), None)
    if guide is None:
        raise UnfitError("no guide")
    desk.scribble(guide, guide.height + 1, 0, texts.sentence(desk.chance))
    desk.say("text on the guide")


@kind(1)
def text_in_header_or_footer(desk: Desk) -> None:
    """Printed above or below every page."""
    sheet = _form_sheet(desk)
    words = texts.sentence(desk.chance)
    if desk.chance.random() < 0.5:
        sheet.header = words
    else:
        sheet.footer = words
    desk.say(f"words in the page's head or foot of {sheet.name}")


@kind(0.3)
def thousands_of_stray_cells(desk: Desk) -> None:
    """One finding, not ten thousand."""
    desk.unprotect()
    sheet = _form_sheet(desk)
    desk.most_findings = 60
    begin = sheet.height + 2
    for row in range(begin, begin + desk.chance.choice((100, 1000))):
        for col in range(10):
            desk.scribble(sheet, row, col, f"資料{row}の{col}")
    desk.say("thousands of cells below the form")


@kind(1)
def a_continuation_below_the_remarks(desk: Desk) -> None:
    """特記事項 goes on below the form, or on another sheet (別紙のとおり)."""
    desk.unprotect()
    if desk.chance.random() < 0.5:
        desk.put("特記事項", desk.chance.choice(("別紙のとおり", "別紙参照", "別添資料のとおり")))
        sheet = excel.add_sheet(desk.book, "別紙", 9)
        desk.scribble(sheet, 0, 0, texts.text(desk.chance))
        desk.refusal_ok = True
    else:
        row = desk.second.height + 1
        desk.scribble(desk.second, row, 0, "（特記事項の続き）")
        desk.scribble(desk.second, row + 1, 0, texts.text(desk.chance))
    desk.say("remarks go on elsewhere")


@kind(1)
def a_text_split_over_cells_below(desk: Desk) -> None:
    """A long text typed line by line: the second line lands on the next row."""
    name = desk.pick(desk.filled(Kind.TEXT))
    sheet, area = desk.sheet(name), desk.area(name)
    below = sheet.merged(area.bottom + 1, area.left)
    if sheet.cell(below.top, below.left).value not in (None, ""):
        raise UnfitError("something stands there")
    desk.scribble(sheet, below.top, below.left, f"（続き）{texts.sentence(desk.chance)}")
    desk.refusal_ok = True
    desk.say(f"the text of {name} goes on in the row below")
