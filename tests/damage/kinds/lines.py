"""Rows and columns inserted, deleted, filled; cells split and merged; live checks taken away."""

from __future__ import annotations

from tests.damage import excel, texts
from tests.damage.book import TYPED, Box, Sheet, UnfitError
from tests.damage.desk import Desk
from tests.damage.kinds import kind
from workbook_tools.form.layout import COLUMNS, LAST_HELPER, Kind


def _sheet(desk: Desk) -> Sheet:
    desk.unprotect()
    return desk.chance.choice((desk.first, desk.second))


@kind(2)
def blank_rows_inserted(desk: Desk) -> None:
    sheet = _sheet(desk)
    for _ in range(desk.chance.randint(1, 3)):
        at = desk.chance.randint(0, sheet.height)
        excel.insert_rows(desk.book, sheet, at, desk.chance.randint(1, 2))
        desk.say(f"insert rows at {at + 1} of {sheet.name}")


@kind(2)
def blank_columns_inserted(desk: Desk) -> None:
    sheet = _sheet(desk)
    for _ in range(desk.chance.randint(1, 2)):
        at = desk.chance.randint(0, COLUMNS + 1)
        excel.insert_cols(desk.book, sheet, at, desk.chance.randint(1, 2))
        desk.say(f"insert columns at {at + 1} of {sheet.name}")


def _insert_and_fill(desk: Desk, name: str, *, above: bool = False) -> None:
    """A row under a field (or above it), its text written there; merged like the field or not."""
    desk.unprotect()
    sheet, area = desk.sheet(name), desk.area(name)
    at = area.top if above else area.bottom + 1
    excel.insert_rows(desk.book, sheet, at)
    row = Box(at, area.left, at, area.right)
    if desk.chance.random() < 0.5:
        excel.merge(sheet, row)
    col = area.left if desk.chance.random() < 0.8 else desk.chance.choice(list(row.cols))
    desk.scribble(sheet, at, col, texts.text(desk.chance))
    desk.say(f"insert a filled row {'above' if above else 'under'} {name}")


@kind(3)
def a_filled_row_under_an_activity(desk: Desk) -> None:
    year = desk.pick([str(year) for year in desk.setting.form.years])
    stem, n = desk.chance.choice(("取組予定", "取組結果")), desk.chance.randint(1, 3)
    desk.refusal_ok = True  # a year has three rows (A406)
    _insert_and_fill(desk, f"{stem}_{year}_{n}", above=desk.chance.random() < 0.2)


@kind(1)
def a_whole_row_more_in_a_year(desk: Desk) -> None:
    """Plan and result of a fourth activity, with a number of its own or without."""
    desk.unprotect()
    year = desk.pick([str(year) for year in desk.setting.form.years])
    area = desk.area(f"取組予定_{year}_{desk.chance.randint(1, 3)}")
    result = desk.area(f"取組結果_{year}_1")
    excel.insert_rows(desk.book, desk.first, area.bottom + 1)
    at = area.bottom + 1
    desk.scribble(desk.first, at, area.left, texts.text(desk.chance))
    desk.scribble(desk.first, at, result.left, f"(新){texts.text(desk.chance)}")
    desk.refusal_ok = True  # a year has three rows
    desk.say(f"a row more in {year}")


@kind(3)
def a_filled_row_under_an_issue(desk: Desk) -> None:
    year = desk.pick([str(year) for year in desk.setting.form.years])
    _insert_and_fill(desk, f"{desk.chance.choice(('課題', '解決方法'))}_{year}")


@kind(3)
def a_filled_row_under_the_remarks(desk: Desk) -> None:
    _insert_and_fill(desk, desk.chance.choice(("特記事項", "特記すべき事項")))


@kind(3)
def a_filled_row_under_a_reason(desk: Desk) -> None:
    _insert_and_fill(desk, desk.chance.choice(desk.setting.form.reasons).name)


@kind(2)
def a_filled_row_in_the_schedule(desk: Desk) -> None:
    year = desk.pick([str(year) for year in desk.setting.form.years])
    stem = desk.chance.choice(("工程_当初", "工程_変更"))
    _insert_and_fill(desk, f"{stem}_{year}", above=desk.chance.random() < 0.2)


@kind(1)
def a_filled_row_in_the_head(desk: Desk) -> None:
    _insert_and_fill(desk, desk.chance.choice(("項目番号", "取組項目", "実践項目", "担当部署")))


@kind(2)
def a_filled_column(desk: Desk) -> None:
    """A column inserted in or beside a field, and something written into it."""
    desk.unprotect()
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    sheet, area = desk.sheet(name), desk.area(name)
    at = desk.chance.choice((area.left, area.right + 1))
    excel.insert_cols(desk.book, sheet, at)
    value = desk.chance.choice((texts.text(desk.chance), desk.chance.randint(0, 3)))
    desk.scribble(sheet, area.top, at, value)
    desk.say(f"a filled column at {at + 1} beside {name}")


@kind(2)
def blank_rows_deleted(desk: Desk) -> None:
    """Rows of 取組内容 that nobody needs."""
    desk.unprotect()
    names = [
        item.name
        for item in desk.setting.form.activities("取組予定")
        if item.n != 1
        and not desk.text(item.name)
        and not desk.text(item.name.replace("予定", "結果"))
    ]
    for name in desk.chance.sample(names, min(len(names), desk.chance.randint(1, 4))):
        excel.delete_rows(desk.book, desk.first, desk.area(name).top)
        desk.say(f"delete the row of {name}")


@kind(1)
def years_to_come_deleted(desk: Desk) -> None:
    """The rows of the last years, labels and all; an item that ends needs them no more."""
    desk.unprotect()
    years = [str(year) for year in desk.setting.form.years if str(year) > desk.year]
    year = desk.pick(years[-2:])
    part = desk.chance.choice(("activities", "issues"))
    if part == "activities":
        first = desk.area(f"取組予定_{year}_1")
        excel.delete_rows(desk.book, desk.first, first.top, 3)
    else:
        excel.delete_rows(desk.book, desk.second, desk.area(f"課題_{year}").top)
    desk.refusal_ok = True
    desk.say(f"delete {part} of {year}")


@kind(2)
def any_rows_deleted(desk: Desk) -> None:
    """Wherever it hits, answers and labels too."""
    sheet = _sheet(desk)
    at = desk.chance.randrange(sheet.height)
    excel.delete_rows(desk.book, sheet, at, desk.chance.randint(1, 2))
    desk.refusal_ok = True
    desk.say(f"delete row {at + 1} of {sheet.name}")


@kind(1)
def any_columns_deleted(desk: Desk) -> None:
    """Wherever it hits; in wide cells it does no harm."""
    sheet = _sheet(desk)
    at = desk.chance.randrange(COLUMNS)
    count = desk.chance.randint(1, 2)
    excel.delete_cols(desk.book, sheet, at, count)
    desk.refusal_ok = True
    desk.say(f"delete {count} columns at {at + 1} of {sheet.name}")


# -- the live checks ------------------------------------------------------------------------------


@kind(3)
def columns_of_live_checks_deleted(desk: Desk) -> None:
    """All of them, the visible ones, or only the column of the messages."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        first, count = desk.chance.choice(
            (
                (COLUMNS, LAST_HELPER - COLUMNS + 1),
                (COLUMNS + 1, 1),
                (COLUMNS + 1, 3),
                (COLUMNS, 4),
                (COLUMNS, 1),
                (COLUMNS + 4, 30),
            )
        )
        excel.delete_cols(desk.book, sheet, first, count)
        desk.say(f"delete {count} columns at {first + 1} of {sheet.name}")


@kind(1)
def live_checks_moved(desk: Desk) -> None:
    """Cut and pasted some columns to the right, or to the left of the form."""
    desk.unprotect()
    sheet = desk.chance.choice((desk.first, desk.second))
    if desk.chance.random() < 0.5:
        block = Box(0, COLUMNS, sheet.height - 1, LAST_HELPER)
        excel.cut(desk.book, sheet, block, sheet, 0, COLUMNS + desk.chance.randint(1, 9))
    else:
        excel.insert_cols(desk.book, sheet, 0, 4)
        block = Box(0, COLUMNS + 5, sheet.height - 1, COLUMNS + 7)
        excel.cut(desk.book, sheet, block, sheet, 0, 0)
    desk.say(f"move the live checks of {sheet.name}")


@kind(2)
def live_checks_shown_and_respelled(desk: Desk) -> None:
    """Hidden columns shown, the two headings written anew."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        if desk.chance.random() < 0.6:
            sheet.hidden_cols.clear()
        for spot, cell in list(sheet.cells.items()):
            printed = spot[1] >= COLUMNS and isinstance(cell.value, str) and not cell.formula
            if printed and desk.chance.random() < 0.7:
                words = str(cell.value)
                respelled = (f"{words} ", words.replace("（", "("), words[:4], "チェック")
                sheet.cells[spot] = cell._replace(value=desk.chance.choice(respelled))
    desk.say("respell the headings beside the form")


@kind(1)
def live_checks_overwritten(desk: Desk) -> None:
    """A note typed over a message or a helper."""
    desk.unprotect()
    sheet = desk.chance.choice((desk.first, desk.second))
    row = desk.chance.randrange(sheet.height)
    col = desk.chance.choice((COLUMNS + 1, COLUMNS + 2, COLUMNS + 3))
    if sheet.merged(row, col)[:2] != (row, col):
        raise UnfitError("a part of a merged cell")
    desk.scribble(sheet, row, col, texts.sentence(desk.chance))
    desk.say(f"type over a helper in {sheet.name}")


@kind(1)
def formulas_pasted_as_values(desk: Desk) -> None:
    """Everything copied and pasted as values: no formula is left."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        for spot, cell in sheet.cells.items():
            if cell.formula:
                sheet.cells[spot] = cell._replace(formula="")
    desk.say("formulas become values")


@kind(1)
def helpers_cleared(desk: Desk) -> None:
    """What stands beside the form deleted, the cells stay."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        for spot in [spot for spot in sheet.cells if spot[1] >= COLUMNS]:
            del sheet.cells[spot]
        sheet.merges = [area for area in sheet.merges if area.left < COLUMNS]
    desk.say("clear what stands beside the form")


# -- split and merged -----------------------------------------------------------------------------


@kind(3)
def a_cell_split_and_filled(desk: Desk) -> None:
    """The merged area of a field taken apart, something written into its right half."""
    desk.unprotect()
    name = desk.pick(desk.filled(Kind.TEXT))
    sheet, area = desk.sheet(name), desk.area(name)
    if area.size[1] < 2:
        raise UnfitError("not merged")
    excel.unmerge(sheet, area)
    col = desk.chance.randint(area.left + 1, area.right)
    if desk.chance.random() < 0.5:
        excel.merge(sheet, Box(area.top, area.left, area.bottom, col - 1))
        if col < area.right:
            excel.merge(sheet, Box(area.top, col, area.bottom, area.right))
    desk.scribble(sheet, area.top, col, texts.text(desk.chance))
    desk.say(f"split {name}, write into its right half")


@kind(1)
def a_cell_split_and_moved_inside(desk: Desk) -> None:
    """Split; the text stands in the middle of its place, no longer at its left."""
    desk.unprotect()
    name = desk.pick(desk.filled(Kind.TEXT))
    sheet, area = desk.sheet(name), desk.area(name)
    if area.size[1] < 3:
        raise UnfitError("not wide")
    excel.unmerge(sheet, area)
    first = Box(area.top, area.left, area.top, area.left)
    col = desk.chance.randint(area.left + 1, area.right)
    if desk.chance.random() < 0.5:
        excel.cut(desk.book, sheet, first, sheet, area.top, col)
    else:
        sheet.cells[area.top, col] = sheet.cells[area.top, area.left]
        excel.clear(sheet, first)
    desk.say(f"split {name}, its text stands at column {col + 1}")


@kind(1)
def all_cells_split(desk: Desk) -> None:
    """Select all, take merged cells apart."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        sheet.merges.clear()
    desk.say("split everything")


@kind(2)
def cells_merged(desk: Desk) -> None:
    """Two fields merged: what stood in the second is gone."""
    desk.unprotect()
    desk.refusal_ok = True
    name = desk.pick(desk.fields(Kind.TEXT))
    sheet, area = desk.sheet(name), desk.area(name)
    beside = sheet.merged(area.top, area.right + 1)
    below = sheet.merged(area.bottom + 1, area.left)
    other = desk.chance.choice((beside, below))
    block = Box(area.top, area.left, max(area.bottom, other.bottom), max(area.right, other.right))
    if block.right >= COLUMNS:
        raise UnfitError("beyond the form")
    excel.merge(sheet, block)
    for number, anchor in enumerate(sheet.anchors.values()):
        if anchor.box[:2] == (block.top, block.left) and not anchor.label and number:
            raise UnfitError("a label would be merged")
    desk.say(f"merge {name} with its neighbour: {block.a1}")


@kind(1)
def a_text_under_a_merged_cell(desk: Desk) -> None:
    """Other programs leave values in cells that are covered: nobody sees them."""
    name = desk.pick(desk.fields(Kind.TEXT))
    sheet, area = desk.sheet(name), desk.area(name)
    if area.size == (1, 1):
        raise UnfitError("not merged")
    spots = [spot for spot in area.spots() if spot != (area.top, area.left)]
    spot = desk.chance.choice(spots)
    sheet.cells[spot] = sheet.cell(*spot)._replace(value=texts.sentence(desk.chance), origin=TYPED)
    desk.say(f"a value under the merged cell of {name}")
