"""What is seen is not what is stored: formats, struck or white letters, hidden rows and columns."""

from __future__ import annotations

from tests.damage import package, texts
from tests.damage.book import Box, Cell, Fault, Run, UnfitError
from tests.damage.desk import Desk
from tests.damage.kinds import kind
from tests.damage.paper import NOTHING, SHOWN
from workbook_tools.form.layout import COLUMNS, Kind


@kind(4)
def a_number_format_over_a_score(desk: Desk) -> None:
    """A format that shows another number, a percentage, a date or nothing."""
    desk.refusal_ok = True
    name = f"{desk.chance.choice(desk.setting.form.criteria)}_{desk.year}"
    pairs = [(code, value) for code, value in SHOWN if value in (1, 2, 3)]
    pairs += [(code, value) for code in NOTHING for value in (2, 3)]
    code, value = desk.chance.choice(pairs)
    if code == '[=2]"";General' and value != 2:
        raise UnfitError("shown as it is")
    style = package.formatted(desk.book.styles, desk.cell(name).style, code)
    desk.put(name, value, style=style)
    desk.say(f"{value} with format {code} in {name}")


@kind(4)
def a_number_or_date_in_a_text(desk: Desk) -> None:
    """1月2日, 85.3%, 1,234,567円, (3): typed where a format was pasted, Excel makes numbers."""
    name = desk.pick(desk.filled(Kind.TEXT))
    pairs = [pair for pair in SHOWN if pair[1] not in (1, 2)]
    code, value = desk.chance.choice(pairs)
    style = package.formatted(desk.book.styles, desk.cell(name).style, code)
    desk.put(name, value, style=style)
    desk.refusal_ok = True
    desk.say(f"{value} with format {code} in {name}")


@kind(1)
def a_format_hides_a_text(desk: Desk) -> None:
    desk.refusal_ok = True
    name = desk.pick(desk.filled(Kind.TEXT, Kind.STATUS))
    cell = desk.cell(name)
    style = package.formatted(desk.book.styles, cell.style, ";;;")
    desk.replace(name, cell._replace(style=style))
    desk.say(f"{name} with format ;;;")


@kind(2)
def a_conditional_format_hides(desk: Desk) -> None:
    desk.refusal_ok = True
    name = desk.pick(desk.filled(Kind.SCORE, Kind.TEXT))
    desk.sheet(name).hiding.append(desk.area(name))
    desk.say(f"a conditional format hides {name}")


@kind(4)
def a_text_struck_through(desk: Desk) -> None:
    """見え消し: the old text struck, the new one typed behind it or in its place."""
    name = desk.pick(desk.filled(Kind.TEXT))
    cell, text = desk.cell(name), desk.text(name)
    way = desk.chance.choice(("whole", "runs", "runs", "inside", "beside"))
    if way == "whole":
        style = package.restyled_font(desk.book.styles, cell.style, struck=True)
        desk.replace(name, cell._replace(style=style))
        desk.refusal_ok = True
    elif way == "inside" and len(text) > 6:
        at = desk.chance.randint(1, len(text) - 4)
        runs = (Run(text[:at]), Run(text[at : at + 3], struck=True), Run(text[at + 3 :]))
        desk.replace(name, cell._replace(runs=runs))
    elif way == "beside" and len(text) > 3:  # all struck, by runs: nothing is left
        desk.replace(name, cell._replace(runs=(Run(text[:2], True), Run(text[2:], True))))
        desk.refusal_ok = True
    else:
        new = texts.sentence(desk.chance)
        pieces = (Run(text, struck=True), Run(desk.chance.choice(("", "\n", " "))), Run(new))
        value = "".join(run.text for run in pieces)
        kept = tuple(run for run in pieces if run.text)
        desk.replace(name, cell._replace(value=value, runs=kept))
    desk.say(f"{name} struck through ({way})")


@kind(2)
def a_score_struck_through(desk: Desk) -> None:
    """The old score struck; the new one behind it in the same cell, or nowhere."""
    desk.refusal_ok = True
    name = f"{desk.chance.choice(desk.setting.form.criteria)}_{desk.year}"
    cell = desk.cell(name)
    if desk.chance.random() < 0.5:
        style = package.restyled_font(desk.book.styles, cell.style, struck=True)
        desk.replace(name, cell._replace(style=style))
    else:
        old, new = desk.chance.sample(("0", "1", "2", "3"), 2)
        desk.replace(name, cell._replace(value=old + new, runs=(Run(old, struck=True), Run(new))))
    desk.say(f"{name} struck through")


@kind(1)
def a_label_or_status_struck(desk: Desk) -> None:
    """工程どおり struck and 工程見直し written behind it."""
    name = f"工程_状況_{desk.year}"
    cell = desk.cell(name)
    old, new = desk.chance.sample(("工程どおり", "工程見直し"), 2)
    desk.replace(name, cell._replace(value=old + new, runs=(Run(old, True), Run(new))))
    if new == "工程見直し":
        desk.put(f"工程_変更_{desk.year}", texts.sentence(desk.chance)[:12])
    desk.refusal_ok = True
    desk.say(f"{name}: {old} struck, {new}")


@kind(1)
def white_letters(desk: Desk) -> None:
    """Letters in the colour of the paper: old text made invisible."""
    desk.refusal_ok = True
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    cell = desk.cell(name)
    style = package.restyled_font(desk.book.styles, cell.style, white=True)
    desk.replace(name, cell._replace(style=style))
    desk.say(f"{name} in white letters")


@kind(2)
def some_letters_white(desk: Desk) -> None:
    """The old words in white before or behind the new ones, in the same cell."""
    desk.refusal_ok = True
    name = desk.pick(desk.filled(Kind.TEXT))
    runs = [Run(desk.text(name)), Run(texts.sentence(desk.chance), white=True)]
    desk.chance.shuffle(runs)
    value = "".join(run.text for run in runs)
    desk.replace(name, desk.cell(name)._replace(value=value, runs=tuple(runs)))
    desk.say(f"white letters in {name}")


@kind(1)
def letters_of_one_point(desk: Desk) -> None:
    """So small that the cell looks blank."""
    desk.refusal_ok = True
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    cell = desk.cell(name)
    style = package.restyled_font(desk.book.styles, cell.style, tiny=True)
    desk.replace(name, cell._replace(style=style))
    desk.say(f"{name} in letters of one point")


@kind(3)
def rows_hidden(desk: Desk) -> None:
    """Rows with answers, by hand, by an outline, by a filter."""
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    area = desk.area(name)
    desk.sheet(name).hidden_rows |= set(area.rows)
    desk.refusal_ok = True
    desk.say(f"the row of {name} hidden")


@kind(1)
def blank_rows_hidden(desk: Desk) -> None:
    """Rows that hold nothing: no harm."""
    names = [
        item.name
        for item in desk.setting.form.activities("取組予定")
        if item.n != 1
        and not desk.text(item.name)
        and not desk.text(item.name.replace("予定", "結果"))
    ]
    for name in desk.chance.sample(names, min(len(names), 3)):
        desk.first.hidden_rows |= set(desk.area(name).rows)
    desk.say("blank rows hidden")


@kind(2)
def columns_hidden(desk: Desk) -> None:
    """Columns of one field or of a whole heading."""
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE, Kind.STATUS))
    area = desk.area(name)
    if area.size[1] > 25:
        raise UnfitError("the whole sheet")
    desk.sheet(name).hidden_cols |= set(area.cols)
    desk.refusal_ok = True
    desk.say(f"the columns of {name} hidden")


@kind(1)
def hidden_rows_with_other_answers(desk: Desk) -> None:
    """The old row hidden, a new one inserted below it and filled."""
    from tests.damage import excel

    desk.unprotect()
    year = desk.year
    name = f"取組予定_{year}_{desk.chance.randint(1, 3)}"
    area, result = desk.area(name), desk.area(name.replace("予定", "結果"))
    excel.insert_rows(desk.book, desk.first, area.bottom + 1)
    desk.first.hidden_rows |= set(area.rows)
    desk.scribble(desk.first, area.bottom + 1, area.left, texts.text(desk.chance))
    desk.scribble(desk.first, area.bottom + 1, result.left, f"(新){texts.text(desk.chance)}")
    desk.refusal_ok = True
    desk.say(f"the row of {name} hidden, another below it filled")


@kind(2)
def furigana(desk: Desk) -> None:
    """Excel keeps the reading of typed kanji: it is no part of the text."""
    for name in desk.filled(Kind.TEXT):
        if desk.chance.random() < 0.6:
            cell = desk.cell(name)
            desk.replace(name, cell._replace(reading="カンジノヨミ"))
    desk.say("furigana")


@kind(2)
def rich_text(desk: Desk) -> None:
    """Bold and coloured pieces."""
    for name in desk.filled(Kind.TEXT):
        cell, text = desk.cell(name), desk.text(name)
        if desk.chance.random() < 0.5 and len(text) > 3 and isinstance(cell.value, str):
            at = desk.chance.randint(1, len(text) - 1)
            desk.replace(name, cell._replace(runs=(Run(text[:at], bold=True), Run(text[at:]))))
    desk.say("rich text")


@kind(2)
def an_answer_by_formula(desk: Desk) -> None:
    """``=D12``: what is seen is another cell's text."""
    name = desk.pick(desk.filled(Kind.TEXT))
    kin = [other for other in desk.filled(Kind.TEXT) if other != name]
    other = desk.pick(kin)
    target = desk.area(other)
    formula = Box(target.top, target.left, target.top, target.left).absolute.replace("$", "")
    if desk.sheet(other) is not desk.sheet(name):
        formula = f"{package.quoted(desk.sheet(other).name)}!{formula}"
    style = package.formatted(desk.book.styles, desk.cell(name).style, package.GENERAL)
    if "同じ" in desk.text(other) or "⇒" in desk.text(other):
        raise UnfitError("a reference means another thing elsewhere")
    desk.put(name, desk.text(other), formula=formula, style=style)
    desk.refusal_ok = True
    desk.say(f"{name} by formula ={formula}")


@kind(1)
def a_score_by_formula(desk: Desk) -> None:
    name = f"{desk.chance.choice(desk.setting.form.criteria)}_{desk.year}"
    formula, value = desk.chance.choice((("1+1", 2), ("3-1", 2), ('"2"', "2"), ("5/2", 2.5)))
    desk.put(name, value, formula=formula)
    desk.refusal_ok = True
    desk.say(f"{name} by formula ={formula}")


@kind(1)
def an_error_value(desk: Desk) -> None:
    """#REF!, #N/A where an answer belongs."""
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    desk.put(name, Fault(desk.chance.choice(("#N/A", "#REF!", "#VALUE!"))), formula="NA()")
    desk.refusal_ok = True
    desk.say(f"an error value in {name}")


@kind(1)
def true_or_false(desk: Desk) -> None:
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    desk.put(name, True)
    desk.refusal_ok = True
    desk.say(f"TRUE in {name}")


@kind(1)
def a_very_long_text(desk: Desk) -> None:
    """As long as a cell can be, or three hundred lines."""
    name = desk.pick(desk.filled(Kind.TEXT))
    if desk.chance.random() < 0.5:
        text = "".join(texts.sentence(desk.chance) for _ in range(1200))[:32_767]
    else:
        text = "\n".join(texts.sentence(desk.chance) for _ in range(300))[:32_767]
    desk.put(name, text)
    desk.say(f"a very long text in {name}")


@kind(1)
def formats_pasted_over_everything(desk: Desk) -> None:
    """The format of a blank cell copied over the form: General, unlocked."""
    for sheet in (desk.first, desk.second):
        for spot, cell in sheet.cells.items():
            if spot[1] < COLUMNS:
                sheet.cells[spot] = Cell(cell.value, 0, cell.formula, cell.origin, cell.runs)
    desk.prints = False
    desk.say("no formats left")


@kind(1)
def struck_by_a_condition(desk: Desk) -> None:
    """A conditional format strikes the text through."""
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE))
    desk.sheet(name).striking.append(desk.area(name))
    desk.refusal_ok = True
    desk.say(f"a conditional format strikes {name}")


@kind(1)
def a_struck_cell_with_unstruck_runs(desk: Desk) -> None:
    """The cell's font is struck; runs with a font of their own are not, runs without are."""
    name = desk.pick(desk.filled(Kind.TEXT))
    cell, text = desk.cell(name), desk.text(name)
    style = package.restyled_font(desk.book.styles, cell.style, struck=True)
    new = texts.sentence(desk.chance)
    runs = (Run(text, bare=True), Run(new))
    if desk.chance.random() < 0.5:
        runs = runs[::-1]
    value = "".join(run.text for run in runs)
    desk.replace(name, cell._replace(value=value, runs=runs, style=style))
    desk.refusal_ok = True
    desk.say(f"{name}: a struck cell with runs")


@kind(1)
def rows_and_columns_without_height(desk: Desk) -> None:
    """Dragged shut: a height or a width of nothing, as other programs write it."""
    name = desk.pick(desk.filled(Kind.TEXT, Kind.SCORE, Kind.STATUS))
    area, sheet = desk.area(name), desk.sheet(name)
    sheet.flat = True
    if desk.chance.random() < 0.5 or area.size[1] > 25:
        sheet.hidden_rows |= set(area.rows)
    else:
        sheet.hidden_cols |= set(area.cols)
    desk.refusal_ok = True
    desk.say(f"{name} dragged shut")


@kind(1)
def half_of_a_merged_cell_hidden(desk: Desk) -> None:
    """Some columns of a wide cell hidden: its text is still seen."""
    name = desk.pick(desk.filled(Kind.TEXT))
    area, sheet = desk.area(name), desk.sheet(name)
    if area.size[1] < 4:
        raise UnfitError("not wide")
    cols = range(area.left, area.left + desk.chance.randint(1, 2))
    narrow = [
        other
        for other in desk.fields(Kind.SCORE, Kind.STATUS, Kind.TEXT, Kind.FIXED)
        if desk.sheet(other) is sheet and set(desk.area(other).cols) <= set(cols)
    ]
    if narrow:
        raise UnfitError("others would be hidden")
    sheet.hidden_cols |= set(cols)
    desk.refusal_ok = True  # scores of a year may stand in these columns
    desk.say(f"some columns of {name} hidden")
