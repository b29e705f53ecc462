"""Sheets copied, deleted, renamed, hidden; several items in one workbook."""

from __future__ import annotations

from tests.damage import excel, texts
from tests.damage.book import Box, Cell, Sheet, UnfitError
from tests.damage.desk import Desk, Must
from tests.damage.kinds import kind
from workbook_tools.form.layout import Kind

_WRONG_PAIR = frozenset(
    {"F003", "F009", "F012", "F013", "F014", "F016", "F017", "F020", "F022", "F023"}
)


@kind(3)
def copied_and_the_original_deleted(desk: Desk) -> None:
    """Names of the copies are the sheets' own, the workbook's are broken."""
    first, second = desk.first, desk.second
    at = desk.chance.choice((0, 9))
    both = [first, second]
    if desk.chance.random() < 0.7:
        excel.copy_sheets(desk.book, both, at)
    else:
        for sheet in both:
            excel.copy_sheets(desk.book, [sheet], desk.chance.choice((0, 9)))
    gone = desk.chance.choice((both, both, [first], [second]))
    kept = [sheet for sheet in both if sheet not in gone]
    for sheet in gone:
        excel.delete_sheet(desk.book, sheet)
    for sheet in kept:  # its copy is not needed
        twin = next(one for one in desk.book.sheets if one.part == sheet.part and one is not sheet)
        excel.delete_sheet(desk.book, twin)
    if desk.chance.random() < 0.4:
        for sheet in desk.book.sheets:
            if sheet.part is not None and sheet.name.endswith(" (2)"):
                excel.rename(desk.book, sheet, sheet.name[:-4])
    desk.say("sheets copied, the originals deleted")


@kind(2)
def the_same_item_twice(desk: Desk) -> None:
    """Copies beside the originals, a few answers of the copy changed."""
    copies = excel.copy_sheets(desk.book, [desk.first, desk.second], desk.chance.choice((0, 9)))
    for _ in range(desk.chance.randint(0, 4)):
        name = desk.pick(desk.filled(Kind.TEXT))
        sheet = copies[desk.setting.form[name].sheet]
        area = desk.area(name)
        excel.type_in(sheet, area.top, area.left, texts.text(desk.chance))
    desk.refusal_ok = True
    desk.say("both sheets twice, the copy changed")


@kind(1)
def a_sheet_copied_many_times(desk: Desk) -> None:
    sheet = desk.chance.choice((desk.first, desk.second))
    for _ in range(desk.chance.randint(2, 6)):
        excel.copy_sheets(desk.book, [sheet], 9)
    desk.refusal_ok = True
    desk.say(f"{sheet.name} copied many times")


def other_form(desk: Desk) -> tuple[int, list[Sheet]]:
    """The filled form of another item: its sheets ① and ②, in a book of their own."""
    taken = {desk.no, *desk.originals}
    numbers = [practice.no for practice in desk.setting.practices if practice.no not in taken]
    no = desk.chance.choice(numbers)
    book = desk.setting.filled(no, desk.setting.answers(desk.chance, no))
    desk.remember(no, book)
    desk.others[no] = book
    return no, book.sheets[:2]


def _bring(desk: Desk, no: int, sheets: list[Sheet], *, names: bool) -> list[Sheet]:
    twins = excel.bring_in(desk.book, desk.others[no], sheets, 99)
    if not names:
        for key in [key for key, target in desk.book.names.items() if target.sheet in twins]:
            del desk.book.names[key]
    return twins


@kind(6)
def several_items_in_one_workbook(desk: Desk) -> None:
    """Two to four items, tabs in any order, names or labels only."""
    chance = desk.chance
    names = chance.random() < 0.6
    if not names:
        desk.book.names.clear()
    for _ in range(chance.choice((1, 2, 2, 3))):
        no, sheets = other_form(desk)
        if chance.random() < 0.7:
            _bring(desk, no, sheets, names=names)
        else:  # one by one: formulas look at the file left behind
            for sheet in sheets:
                _bring(desk, no, [sheet], names=names)
    chance.shuffle(desk.book.sheets)
    if chance.random() < 0.5:
        _rename_all(desk)
    desk.say(f"several items: {desk.no}, {', '.join(map(str, desk.others))}")


def _rename_all(desk: Desk) -> None:
    style = desk.chance.choice(("{}", "No{}", "シート{}", "{}月分", "様式({})", "R3 {}"))
    for number, sheet in enumerate(desk.book.sheets, start=1):
        excel.rename(desk.book, sheet, style.format(number))


@kind(2)
def several_items_one_second_sheet_missing(desk: Desk) -> None:
    """The ② of one of them is not there; what is left must not be paired with it."""
    names = desk.chance.random() < 0.5
    if not names:
        desk.book.names.clear()
    for _ in range(desk.chance.randint(1, 2)):
        no, sheets = other_form(desk)
        _bring(desk, no, sheets, names=names)
    seconds = [sheet for sheet in desk.book.sheets if sheet.part == 1]
    excel.delete_sheet(desk.book, desk.chance.choice(seconds))
    desk.chance.shuffle(desk.book.sheets)
    desk.refusal_ok = True
    desk.say(f"several items, a second sheet missing: {desk.no}, {[*desk.others]}")


@kind(2)
def the_second_sheet_of_another_item(desk: Desk) -> None:
    """② exchanged for another item's: its number tells."""
    no, sheets = other_form(desk)
    names = desk.chance.random() < 0.5
    excel.delete_sheet(desk.book, desk.second)
    twins = excel.bring_in(desk.book, desk.others[no], sheets[1:], 1)
    if not names:
        for key in [key for key, target in desk.book.names.items() if target.sheet in twins]:
            del desk.book.names[key]
    desk.refusal_ok = True
    desk.say(f"the second sheet is that of {no}")


@kind(1)
def the_second_sheet_missing(desk: Desk) -> None:
    excel.delete_sheet(desk.book, desk.second)
    desk.refusal_ok = True
    desk.say("the second sheet deleted")


@kind(1)
def the_first_sheet_missing(desk: Desk) -> None:
    excel.delete_sheet(desk.book, desk.first)
    desk.refusal_ok = True
    desk.say("the first sheet deleted")


@kind(2)
def tabs_renamed_and_moved(desk: Desk) -> None:
    if desk.chance.random() < 0.3:
        first, second = desk.first, desk.second
        names = first.name, second.name
        excel.rename(desk.book, first, "x")
        excel.rename(desk.book, second, names[0])
        excel.rename(desk.book, first, names[1])
    else:
        for sheet in desk.book.sheets:
            name = desk.chance.choice(
                (
                    "Sheet1",
                    "窓口課",
                    "①",
                    "②",
                    "16",
                    "R3.4",
                    "It's mine",
                    "様式 (修正)",
                    "a&b",
                    "重要!",
                    "📄",
                )
            )
            excel.rename(desk.book, sheet, excel.free_name(desk.book, name))
    desk.chance.shuffle(desk.book.sheets)
    desk.say("tabs renamed, in another order")


@kind(1)
def the_guide_deleted(desk: Desk) -> None:
    excel.delete_sheet(desk.book, desk.book.sheets[2])
    desk.say("the guide deleted")


@kind(2)
def everything_copied_to_new_sheets(desk: Desk) -> None:
    """Select all, copy, paste into a new sheet: no names there; the old sheets deleted."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        new = excel.add_sheet(desk.book, f"新{(sheet.part or 0) + 1}", 9)
        new.head, new.tail = sheet.head, sheet.tail
        new.cells, new.merges = dict(sheet.cells), list(sheet.merges)
        new.anchors, new.part = dict(sheet.anchors), sheet.part
        sheet.part = None
        _no_foreign_formulas(new)
        excel.delete_sheet(desk.book, sheet)
    desk.say("everything copied to new sheets")


def _no_foreign_formulas(sheet: Sheet) -> None:
    for spot, cell in sheet.cells.items():
        if "!" in cell.formula:
            sheet.cells[spot] = cell._replace(formula="")


@kind(1)
def everything_cut_to_a_new_sheet(desk: Desk) -> None:
    """Select all, cut, paste into a new sheet: names go along."""
    desk.unprotect()
    sheet = desk.chance.choice((desk.first, desk.second))
    new = excel.add_sheet(desk.book, "新しいシート", desk.chance.choice((0, 9)))
    new.head, new.tail, new.hidden_cols = sheet.head, sheet.tail, set(sheet.hidden_cols)
    block = Box(0, 0, sheet.height - 1, sheet.width - 1)
    excel.cut(desk.book, sheet, block, new, 0, 0)
    sheet.part, sheet.anchors = None, {}
    if desk.chance.random() < 0.5:
        excel.delete_sheet(desk.book, sheet)
    desk.say("a whole sheet cut to a new one")


@kind(2)
def both_sheets_on_one(desk: Desk) -> None:
    """② copied below ① on one sheet."""
    desk.unprotect()
    first, second = desk.first, desk.second
    height = desk.bottom(second)
    block = Box(0, 0, height, 27)
    row = first.height + desk.chance.randint(0, 3)
    cut = desk.chance.random() < 0.5
    if cut:
        excel.cut(desk.book, second, block, first, row, 0)
    else:
        cells = {spot: second.cells[spot] for spot in block.spots() if spot in second.cells}
        for (at, col), cell in cells.items():
            first.cells[at + row, col] = cell._replace(formula="")
        first.merges += [area.moved(row, 0) for area in second.merges if block.holds(area)]
        first.anchors |= {
            key: _moved(anchor, row)
            for key, anchor in second.anchors.items()
            if block.holds(anchor.box)
        }
    second.part, second.anchors = None, {}
    excel.delete_sheet(desk.book, second)
    desk.say(f"the second sheet {'cut' if cut else 'copied'} below the first")


def _moved(anchor: excel.Anchor, rows: int) -> excel.Anchor:
    return excel.Anchor(anchor.box.moved(rows, 0), anchor.label)


@kind(2)
def a_sheet_hidden(desk: Desk) -> None:
    """① or ② hidden: what stands there is not seen."""
    sheet = desk.chance.choice((desk.first, desk.second))
    excel.hide_sheet(desk.book, sheet, desk.chance.choice(("hidden", "veryHidden")))
    desk.refusal_ok = True
    desk.say(f"{sheet.name} hidden")


@kind(2)
def an_old_copy_hidden(desk: Desk) -> None:
    """The sheets copied and filled anew, the first version hidden, not deleted."""
    originals = [desk.first, desk.second]
    copies = excel.copy_sheets(desk.book, originals, 9)
    names = desk.filled(Kind.TEXT)
    for name in desk.chance.sample(names, min(4, len(names))):
        sheet, area = copies[desk.setting.form[name].sheet], desk.area(name)
        excel.type_in(sheet, area.top, area.left, f"新版：{texts.sentence(desk.chance)}")
    for sheet in originals:
        excel.hide_sheet(desk.book, sheet)
    desk.refusal_ok = True  # F019 for the hidden answers
    desk.say("the first version hidden, a copy filled anew")


@kind(1)
def a_blank_form_besides(desk: Desk) -> None:
    """The blank form of another item in the same workbook."""
    taken = [practice.no for practice in desk.setting.practices if practice.no != desk.no]
    no = desk.chance.choice(taken)
    book = desk.setting.template(no).book.copy()
    desk.others[no] = book
    excel.bring_in(desk.book, book, book.sheets[:2], desk.chance.choice((0, 9)))
    desk.refusal_ok = True
    desk.say(f"the blank form of {no} besides")


@kind(1)
def a_sheet_exchanged_for_another_rounds(desk: Desk) -> None:
    """② of the same item from a copy with another 確認時期."""
    anchor = desk.chart.repeats.get("確認年度")
    if anchor is None:
        raise UnfitError("the second sheet prints no year")
    area, cell = desk.label(desk.second, anchor)
    desk.second.cells[area.top, area.left] = Cell("令和２年度末", cell.style, "", "print")
    desk.musts.append(Must("a second sheet of another year", _WRONG_PAIR | {"F011"}))
    desk.refusal_ok = True
    desk.say("the second sheet says another year")


@kind(2)
def several_items_on_one_sheet(desk: Desk) -> None:
    """The papers of two or three items one below the other on a single sheet, without names."""
    desk.unprotect()
    desk.book.names.clear()
    one = excel.add_sheet(desk.book, "まとめ", 0)
    papers = [desk.book.sheets[1], desk.book.sheets[2]]
    for _ in range(desk.chance.randint(1, 2)):
        papers += other_form(desk)[1]
    if desk.chance.random() < 0.3:
        papers = [*papers[::2], *papers[1::2]]  # all first sheets, then all second ones
    row = 0
    for paper in papers:
        height = desk.bottom(paper)
        # A column that was put in before has moved the page's edge.
        wide = paper.anchors.get("担当部署" if paper.part == 0 else "特記事項")
        block = Box(0, 0, height, max(27, wide.box.right if wide else 0))
        for spot in block.spots():
            cell = paper.cells.get(spot)
            if cell:
                one.cells[spot[0] + row, spot[1]] = cell._replace(formula="", style=0)
        one.merges += [area.moved(row, 0) for area in paper.merges if block.holds(area)]
        anchors = {
            key: _moved(anchor, row)
            for key, anchor in paper.anchors.items()
            if block.holds(anchor.box)
        }
        if one.anchors:
            one.stacked.append(anchors)
        else:
            one.anchors = anchors
        row += height + 1 + desk.chance.randint(0, 2)
    for sheet in desk.book.sheets[1:]:
        excel.delete_sheet(desk.book, sheet)
    desk.prints = False
    desk.say(f"on one sheet: {desk.no}, {[*desk.others]}")


@kind(2)
def a_copy_made_into_another_items_form(desk: Desk) -> None:
    """Both sheets copied, header and answers of another item typed into the copy."""
    desk.unprotect()
    copies = excel.copy_sheets(desk.book, [desk.first, desk.second], 9)
    no, sheets = other_form(desk)
    form = desk.setting.form
    for item in form.fields:
        if item.kind in (Kind.LABEL, Kind.TOTAL, Kind.GRADE) or item.name == "様式版":
            continue
        spot = (item.area.row, item.area.col)
        other = sheets[item.sheet].cell(*spot)
        excel.type_in(copies[item.sheet], *spot, other.value)
    for key in desk.chart.repeats.values():
        area = copies[1].anchors[key].box
        value = sheets[1].cell(area.top, area.left).value
        cell = copies[1].cell(area.top, area.left)
        copies[1].cells[area.top, area.left] = cell._replace(value=value)
    if desk.chance.random() < 0.3:
        excel.delete_sheet(desk.book, desk.book.sheets[0])
    desk.refusal_ok = True  # the copy's token is another item's (F022)
    desk.say(f"a copy made into the form of {no}")


@kind(1)
def last_rounds_form(desk: Desk) -> None:
    """The whole file of the other round, filled in then."""
    assert desk.other_round is not None
    other = desk.other_round()
    book = (
        other.filled(desk.no, other.answers(desk.chance, desk.no))
        if any(practice.no == desk.no for practice in other.practices)
        else None
    )
    if book is None:
        raise UnfitError("it did not run then")
    desk.book = book
    desk.musts.append(Must("a form of another round", frozenset({"F011", "F021", "F022"})))
    desk.refusal_ok = True
    desk.say(f"the form of {other.plan.evaluated}")


@kind(1)
def a_blank_form_returned(desk: Desk) -> None:
    """Nothing was typed at all."""
    desk.book = desk.setting.template(desk.no).book.copy()
    desk.refusal_ok = True
    desk.say("nothing typed")
