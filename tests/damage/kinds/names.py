"""Defined names lost, broken, exchanged, moved; names of their own for sheets."""

from __future__ import annotations

from dataclasses import replace

from tests.damage.book import LOST, Box, Sheet, Target, UnfitError
from tests.damage.desk import Desk
from tests.damage.kinds import kind


def _fields(desk: Desk) -> list[tuple[Sheet | None, str]]:
    """The keys of the form's names."""
    keys = [key for key in desk.book.names if key[1] in desk.setting.form]
    if not keys:
        raise UnfitError("no names left")
    return keys


@kind(3)
def all_names_lost(desk: Desk) -> None:
    for key in _fields(desk):
        del desk.book.names[key]
    desk.say("all names lost")


@kind(2)
def every_name_lost_and_token_too(desk: Desk) -> None:
    desk.book.names.clear()
    desk.say("every name lost")


@kind(2)
def some_names_lost(desk: Desk) -> None:
    keys = _fields(desk)
    for key in desk.chance.sample(keys, desk.chance.randint(1, len(keys) - 1)):
        if desk.chance.random() < 0.5:
            del desk.book.names[key]
        else:
            desk.book.names[key] = Target(None, None, LOST)
    desk.say("some names lost or #REF!")


@kind(1)
def all_names_broken(desk: Desk) -> None:
    for key in _fields(desk):
        desk.book.names[key] = Target(None, None, LOST)
    desk.say("all names #REF!")


@kind(3)
def two_names_exchanged(desk: Desk) -> None:
    """Of one kind, so that what is read is possible."""
    names, form = desk.book.names, desk.setting.form
    for _ in range(desk.chance.randint(1, 2)):
        key = desk.chance.choice(_fields(desk))
        kin = [
            other
            for other in _fields(desk)
            if other != key and form[other[1]].kind is form[key[1]].kind
        ]
        if not kin:
            raise UnfitError("nothing to exchange with")
        other = desk.chance.choice(kin)
        names[key], names[other] = names[other], names[key]
        desk.say(f"exchange the names {key[1]} and {other[1]}")


@kind(2)
def a_name_shifted(desk: Desk) -> None:
    """By a row or a column, onto a neighbour, a label or nothing."""
    key = desk.chance.choice(_fields(desk))
    target = desk.book.names[key]
    if target.box is None:
        raise UnfitError("broken")
    rows, cols = desk.chance.choice(((1, 0), (-1, 0), (0, 1), (0, -1), (2, 0), (0, 3)))
    if target.box.top + rows < 0 or target.box.left + cols < 0:
        raise UnfitError("off the sheet")
    desk.book.names[key] = replace(target, box=target.box.moved(rows, cols))
    desk.say(f"the name {key[1]} shifted by {rows}, {cols}")


@kind(2)
def all_names_shifted(desk: Desk) -> None:
    """As another program leaves them after rows were inserted: all of a sheet one row off."""
    sheet = desk.chance.choice((desk.first, desk.second))
    rows, cols = desk.chance.choice(((1, 0), (-1, 0), (0, 1), (3, 0)))
    for key in _fields(desk):
        target = desk.book.names[key]
        if target.sheet is sheet and target.box and min(target.box.top + rows, 0) == 0:
            desk.book.names[key] = replace(target, box=target.box.moved(rows, cols))
    desk.say(f"all names of {sheet.name} shifted by {rows}, {cols}")


@kind(2)
def a_name_points_at_a_hidden_cell(desk: Desk) -> None:
    """A row below the form, hidden, or a hidden sheet, with something in it."""
    key = desk.chance.choice(_fields(desk))
    target, form = desk.book.names[key], desk.setting.form
    if target.sheet is None:
        raise UnfitError("broken")
    value = 3 if form[key[1]].kind.value == "score" else "控えの記入（古い内容）"
    if desk.chance.random() < 0.5:
        sheet, row = target.sheet, target.sheet.height + 2
        sheet.hidden_rows.add(row)
    else:
        sheet, row = Sheet("退避", protected=False, state="hidden"), 0
        desk.book.sheets.append(sheet)
    desk.scribble(sheet, row, 3, value)
    desk.book.names[key] = replace(target, sheet=sheet, box=Box(row, 3, row, 3))
    desk.say(f"the name {key[1]} points at a hidden cell")


@kind(1)
def names_point_at_one_cell(desk: Desk) -> None:
    first, second = desk.chance.sample(_fields(desk), 2)
    desk.book.names[second] = desk.book.names[first]
    desk.say(f"the names {first[1]} and {second[1]} on one cell")


@kind(1)
def names_of_areas(desk: Desk) -> None:
    """Names redefined over the whole merged area, or over a whole column of a block."""
    for key in _fields(desk):
        target = desk.book.names[key]
        if target.sheet and target.box and desk.chance.random() < 0.5:
            area = target.sheet.merged(target.box.top, target.box.left)
            desk.book.names[key] = replace(target, box=area)
    desk.say("names of whole merged areas")


@kind(1)
def names_of_a_sheet_besides(desk: Desk) -> None:
    """Some names exist twice: for the workbook, and for the sheet with another cell."""
    for key in desk.chance.sample(_fields(desk), 3):
        target = desk.book.names[key]
        if target.sheet is None or target.box is None:
            continue
        moved = target.box.moved(desk.chance.choice((0, 1)), 0)
        desk.book.names[target.sheet, key[1]] = replace(target, box=moved)
    desk.say("some names doubled for the sheet")


@kind(1)
def a_row_of_names_rotated(desk: Desk) -> None:
    """The names of a series each on the next cell, the last on the first."""
    form = desk.setting.form
    series = desk.chance.choice(
        (
            [item.name for item in form.reasons],
            [item.name for item in form.yearly("課題")],
            [item.name for item in form.activities("取組結果")],
            [f"{criterion}_{desk.year}" for criterion in form.criteria],
        )
    )
    keys: list[tuple[Sheet | None, str]] = [(None, name) for name in series]
    if any(key not in desk.book.names for key in keys):
        raise UnfitError("not all there")
    targets = [desk.book.names[key] for key in keys]
    for key, target in zip(keys, [*targets[1:], targets[0]], strict=True):
        desk.book.names[key] = target
    desk.say(f"rotate the names {series[0]} …")


@kind(1)
def names_that_are_no_cells(desk: Desk) -> None:
    """Several areas, formulas, other files: what no reader can follow."""
    for key in desk.chance.sample(_fields(desk), 6):
        target = desk.book.names[key]
        if target.sheet is None or target.box is None:
            continue
        place = f"'{target.sheet.name}'!{target.box.absolute}"
        text = desk.chance.choice(
            (f"{place},{place}", f"OFFSET({place},0,0)", f"[1]Sheet1!{target.box.absolute}",
             '"文字"', "1", place.replace("$", ""), f"IF(TRUE,{place})")
        )  # fmt: skip
        desk.book.names[key] = Target(None, None, text)
    desk.say("names that are no cells")
