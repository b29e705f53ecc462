"""Cells cut, dragged, copied, exchanged, sorted and filled."""

from __future__ import annotations

from tests.damage import excel, texts
from tests.damage.book import Box, UnfitError
from tests.damage.desk import Desk
from tests.damage.kinds import kind
from workbook_tools.form.layout import Kind

TEXTS = (Kind.TEXT,)


@kind(1)
def nothing(desk: Desk) -> None:
    """The control: whatever is said of these is said without need."""


def _same_size(desk: Desk, name: str, names: list[str]) -> list[str]:
    """Fields whose cells could take the other's."""
    size, sheet = desk.area(name).size, desk.sheet(name)
    return [
        other
        for other in names
        if other != name and desk.sheet(other) is sheet and desk.area(other).size == size
    ]


def _drag(desk: Desk, name: str, other: str) -> None:
    target = desk.area(other)
    excel.cut(
        desk.book, desk.sheet(name), desk.area(name), desk.sheet(other), target.top, target.left
    )
    desk.say(f"cut {name} to {other}")


def _retype(desk: Desk, name: str, value: str | int) -> None:
    """Type anew where the dragged cell stood: its look and its merged area went along."""
    desk.put(name, value)
    desk.say(f"type into {name}: {str(value)[:20]!r}")


@kind(4)
def a_text_dragged_over_another(desk: Desk) -> None:
    name = desk.pick(desk.filled(*TEXTS))
    _drag(desk, name, desk.pick(_same_size(desk, name, desk.filled(*TEXTS))))
    if desk.chance.random() < 0.6:
        _retype(desk, name, texts.text(desk.chance))


@kind(4)
def a_text_dragged_to_a_blank_cell(desk: Desk) -> None:
    name = desk.pick(desk.filled(*TEXTS))
    _drag(desk, name, desk.pick(_same_size(desk, name, desk.blank(*TEXTS))))
    if desk.chance.random() < 0.6:
        _retype(desk, name, texts.text(desk.chance))


@kind(3)
def a_score_dragged(desk: Desk) -> None:
    now = [name for name in desk.filled(Kind.SCORE) if name.endswith(desk.year)]
    name = desk.pick(now if desk.chance.random() < 0.8 else desk.filled(Kind.SCORE))
    _drag(desk, name, desk.pick(_same_size(desk, name, desk.fields(Kind.SCORE))))
    if desk.chance.random() < 0.7:
        _retype(desk, name, texts.score(desk.chance, range(4)))


@kind(2)
def a_column_of_scores_dragged(desk: Desk) -> None:
    """Typed under the wrong year, then dragged over; or dragged away from the right one."""
    years = [str(year) for year in desk.setting.form.years]
    before, after = desk.chance.sample(years, 2)
    criteria = desk.setting.form.criteria
    first, last = desk.area(f"{criteria[0]}_{before}"), desk.area(f"{criteria[-1]}_{before}")
    block = Box(first.top, first.left, last.bottom, last.right)
    target = desk.area(f"{criteria[0]}_{after}")
    excel.cut(desk.book, desk.first, block, desk.first, target.top, target.left)
    desk.say(f"cut scores of {before} to {after}")
    if desk.chance.random() < 0.7:
        for criterion in criteria:
            desk.put(f"{criterion}_{before}", desk.chance.randint(0, 3))


@kind(2)
def a_status_dragged(desk: Desk) -> None:
    name = desk.pick(desk.filled(Kind.STATUS))
    _drag(desk, name, desk.pick(_same_size(desk, name, desk.fields(Kind.STATUS))))
    if desk.chance.random() < 0.7:
        _retype(desk, name, desk.chance.choice(("工程どおり", "工程見直し")))


@kind(1)
def the_end_dragged(desk: Desk) -> None:
    """Year and month of the end exchanged by dragging."""
    desk.refusal_ok = True
    if desk.cell("取組終了_年").value in (None, ""):
        desk.put("取組終了_年", 4)
    year, month = desk.area("取組終了_年"), desk.area("取組終了_月")
    excel.cut(desk.book, desk.first, year, desk.first, month.top, month.left)
    desk.say("the year of the end dragged over its month")
    if desk.chance.random() < 0.5:
        desk.put("取組終了_年", 3)


@kind(3)
def two_texts_exchanged_by_dragging(desk: Desk) -> None:
    """One to a free place, the other to its place, the first to the other's: names and all."""
    name = desk.pick(desk.filled(*TEXTS))
    other = desk.pick(_same_size(desk, name, desk.filled(*TEXTS)))
    sheet, area, target = desk.sheet(name), desk.area(name), desk.area(other)
    far = sheet.height + 3
    excel.cut(desk.book, sheet, area, sheet, far, 0)
    excel.cut(desk.book, sheet, target, sheet, area.top, area.left)
    scrap = Box(far, 0, far + area.size[0] - 1, area.size[1] - 1)
    excel.cut(desk.book, sheet, scrap, sheet, target.top, target.left)
    desk.say(f"exchange {name} and {other}")


@kind(2)
def a_text_dragged_to_another_sheet(desk: Desk) -> None:
    """Cut to a scrap sheet; something else typed where it stood."""
    name = desk.pick(desk.filled(*TEXTS))
    sheet = excel.add_sheet(desk.book, desk.chance.choice(("Sheet1", "メモ", "控え")), 9)
    excel.cut(desk.book, desk.sheet(name), desk.area(name), sheet, desk.chance.randint(0, 5), 1)
    desk.say(f"cut {name} to {sheet.name}")
    if desk.chance.random() < 0.7:
        _retype(desk, name, texts.text(desk.chance))


@kind(1)
def a_score_dragged_out_of_the_form(desk: Desk) -> None:
    name = desk.pick(desk.filled(Kind.SCORE))
    row, col = desk.free_spot(desk.first)
    excel.cut(desk.book, desk.first, desk.area(name), desk.first, row, col)
    desk.say(f"cut {name} away")
    if desk.chance.random() < 0.8:
        _retype(desk, name, desk.chance.randint(0, 3))


@kind(2)
def a_text_copied_over_another(desk: Desk) -> None:
    """Names stay; formats and merged areas are copied too."""
    name = desk.pick(desk.filled(*TEXTS))
    other = desk.pick(_same_size(desk, name, desk.fields(*TEXTS)))
    target = desk.area(other)
    values = desk.chance.random() < 0.3
    excel.copy(
        desk.book,
        desk.sheet(name),
        desk.area(name),
        desk.sheet(other),
        target.top,
        target.left,
        values=values,
    )
    desk.say(f"copy {name} to {other}")


@kind(2)
def a_block_pasted_one_line_off(desk: Desk) -> None:
    """Values copied elsewhere and pasted back a row or a column beside their place."""
    form, year = desk.setting.form, desk.year
    runs = [
        [f"{criterion}_{year}" for criterion in form.criteria],
        [f"取組予定_{year}_{n}" for n in (1, 2, 3)],
        [f"取組結果_{year}_{n}" for n in (1, 2, 3)],
        [reason.name for reason in form.reasons[: len(form.criteria)]],
        [f"課題_{other}" for other in form.years],
    ]
    names = desk.chance.choice(runs)
    cells = [desk.cell(name) for name in names]
    sheet, (top, left) = desk.sheet(names[0]), desk.area(names[0])[:2]
    down, right = desk.chance.choice(((1, 0), (-1, 0), (0, 1), (0, -1)))
    desk.unprotect()
    for row, cell in enumerate(cells, start=top + down):
        if sheet.merged(row, left + right)[:2] != (row, left + right):
            raise UnfitError("a part of a merged cell")
        if cell.value not in (None, ""):
            desk.scribble(sheet, row, left + right, cell.value)
    desk.refusal_ok = True
    desk.say(f"paste {names[0]} … {down} rows, {right} columns off")


@kind(1)
def scores_pasted_transposed(desk: Desk) -> None:
    """The column of the year's scores pasted as a row over several years."""
    criteria = desk.setting.form.criteria
    values = [desk.cell(f"{criterion}_{desk.year}").value for criterion in criteria]
    row = desk.chance.choice(criteria)
    desk.unprotect()
    for year, value in zip(desk.setting.form.years, values, strict=False):
        desk.put(f"{row}_{year}", value)
    desk.refusal_ok = True
    desk.say(f"scores pasted along {row}")


@kind(3)
def rows_of_activities_dragged(desk: Desk) -> None:
    """One to three rows of plan and result at once, over other rows."""
    rows = [item.name for item in desk.setting.form.activities("取組予定")]
    at = desk.chance.randrange(len(rows))
    count = desk.chance.randint(1, 3)
    to = desk.chance.randrange(len(rows))
    if at == to or at + count > len(rows) or to + count > len(rows):
        raise UnfitError("beyond the block")
    block = _rows_block(desk, rows[at], rows[at + count - 1])
    target = desk.area(rows[to])
    excel.cut(desk.book, desk.first, block, desk.first, target.top, target.left)
    desk.say(f"cut {rows[at]} and {count - 1} more to {rows[to]}")
    if desk.chance.random() < 0.5:
        desk.put(rows[at], texts.text(desk.chance))
        desk.put(rows[at].replace("予定", "結果"), f"(新){texts.text(desk.chance)}")


def _rows_block(desk: Desk, first: str, last: str) -> Box:
    begin, end = desk.area(first), desk.area(last.replace("予定", "結果"))
    return Box(begin.top, begin.left, end.bottom, end.right)


@kind(5)
def a_row_cut_and_inserted(desk: Desk) -> None:
    """ "Insert cut cells" inside a year: labels ① ② stay, names go along."""
    years = [str(year) for year in desk.setting.form.years]
    year = desk.year if desk.chance.random() < 0.5 else desk.pick(years)
    at, to = desk.chance.sample((1, 2, 3), 2)
    name = f"取組予定_{year}_{at}"
    if not any(desk.text(f"取組予定_{year}_{n}") for n in (at, to)):
        raise UnfitError("nothing to exchange")
    block = _rows_block(desk, name, name)
    target = desk.area(f"取組予定_{year}_{to}")
    excel.insert_cut(desk.book, desk.first, block, target.top if to < at else target.bottom + 1)
    desk.say(f"insert cut row {at} of {year} at {to}")


@kind(2)
def a_row_cut_and_inserted_into_another_year(desk: Desk) -> None:
    """Everything between moves by a row."""
    rows = [item.name for item in desk.setting.form.activities("取組予定")]
    at, to = desk.chance.sample(range(len(rows)), 2)
    block = _rows_block(desk, rows[at], rows[at])
    target = desk.area(rows[to])
    excel.insert_cut(desk.book, desk.first, block, target.top if to < at else target.bottom + 1)
    desk.say(f"insert cut {rows[at]} at {rows[to]}")


@kind(1)
def one_column_of_a_row_cut_and_inserted(desk: Desk) -> None:
    """Only the plans, or only the results."""
    stem = desk.chance.choice(("取組予定", "取組結果"))
    rows = [item.name for item in desk.setting.form.activities(stem)]
    at, to = desk.chance.sample(range(len(rows)), 2)
    area, target = desk.area(rows[at]), desk.area(rows[to])
    excel.insert_cut(desk.book, desk.first, area, target.top if to < at else target.bottom + 1)
    desk.say(f"insert cut {rows[at]} alone at {rows[to]}")


@kind(3)
def a_year_of_issues_cut_and_inserted(desk: Desk) -> None:
    """On ②, with the year's label or without."""
    years = [str(year) for year in desk.setting.form.years]
    at, to = desk.chance.sample(range(len(years)), 2)
    left, right = desk.area(f"課題_{years[at]}"), desk.area(f"解決方法_{years[at]}")
    block = Box(left.top, left.left, right.bottom, right.right)
    if desk.chance.random() < 0.3:
        block = block._replace(left=1)
    target = desk.area(f"課題_{years[to]}")
    excel.insert_cut(desk.book, desk.second, block, target.top if to < at else target.bottom + 1)
    desk.say(f"insert cut issues {block.a1} of {years[at]} at {years[to]}")


@kind(1)
def a_whole_year_block_cut_and_inserted(desk: Desk) -> None:
    """A year's rows with its label above another year's: the labels still tell."""
    years = [str(year) for year in desk.setting.form.years]
    at, to = desk.chance.sample(range(len(years)), 2)
    block = _rows_block(desk, f"取組予定_{years[at]}_1", f"取組予定_{years[at]}_3")
    target = _rows_block(desk, f"取組予定_{years[to]}_1", f"取組予定_{years[to]}_3")
    excel.insert_cut(
        desk.book,
        desk.first,
        block._replace(left=1),
        target.top if to < at else target.bottom + 1,
    )
    desk.refusal_ok = True  # years out of order: what ① means is open to doubt
    desk.say(f"insert cut block of {years[at]} at {years[to]}")


@kind(1)
def criteria_cut_and_inserted(desk: Desk) -> None:
    """A criterion's row, label and all, above another one; or its cells without the label."""
    criteria = desk.setting.form.criteria
    at, to = desk.chance.sample(range(len(criteria)), 2)
    area = desk.area(f"評価理由_{criteria[at]}")
    target = desk.area(f"評価理由_{criteria[to]}")
    left = desk.chance.choice((1, 3))
    block = Box(area.top, left, area.bottom, area.right)
    excel.insert_cut(desk.book, desk.first, block, target.top if to < at else target.bottom + 1)
    desk.say(f"insert cut {criteria[at]} from column {left} at {criteria[to]}")


@kind(1)
def plans_sorted(desk: Desk) -> None:
    """One column of a year sorted: the results stay where they are."""
    year = desk.pick([str(year) for year in desk.setting.form.years])
    stem = desk.chance.choice(("取組予定", "取組結果"))
    first, last = desk.area(f"{stem}_{year}_1"), desk.area(f"{stem}_{year}_3")
    if len([n for n in (1, 2, 3) if desk.text(f"{stem}_{year}_{n}")]) < 2:
        raise UnfitError("nothing to sort")
    block = Box(first.top, first.left, last.bottom, last.right)
    excel.sort(desk.first, block, descending=desk.chance.random() < 0.5)
    desk.say(f"sort {stem} of {year}")


@kind(1)
def rows_sorted_after_splitting(desk: Desk) -> None:
    """Cells of a year split, its rows sorted by plan."""
    year = desk.pick([str(year) for year in desk.setting.form.years])
    block = _rows_block(desk, f"取組予定_{year}_1", f"取組予定_{year}_3")
    desk.unprotect()
    for area in [area for area in desk.first.merges if block.holds(area)]:
        excel.unmerge(desk.first, area)
    excel.sort(desk.first, block)
    desk.say(f"split and sort {year}")


@kind(1)
def filled_down(desk: Desk) -> None:
    """Ctrl+D over plans, results, scores, reasons or issues."""
    form = desk.setting.form
    year = desk.pick([str(year) for year in form.years])
    runs = [
        [f"取組予定_{year}_{n}" for n in (1, 2, 3)],
        [f"取組結果_{year}_{n}" for n in (1, 2, 3)],
        [f"{criterion}_{year}" for criterion in form.criteria],
        [f"評価理由_{criterion}" for criterion in form.criteria],
        [f"課題_{other}" for other in form.years],
    ]
    names = desk.chance.choice(runs)
    first, last = desk.area(names[0]), desk.area(names[desk.chance.randint(1, len(names) - 1)])
    excel.fill_down(desk.sheet(names[0]), Box(first.top, first.left, last.bottom, last.right))
    desk.say(f"fill down from {names[0]}")


@kind(1)
def rows_dragged_with_their_labels(desk: Desk) -> None:
    """The year's label too goes over another year's rows."""
    desk.refusal_ok = True
    years = [str(year) for year in desk.setting.form.years]
    at, to = desk.chance.sample(range(len(years)), 2)
    left, right = desk.area(f"課題_{years[at]}"), desk.area(f"解決方法_{years[at]}")
    target = desk.area(f"課題_{years[to]}")
    block = Box(left.top, 1, right.bottom, right.right)
    excel.cut(desk.book, desk.second, block, desk.second, target.top, 1)
    desk.say(f"cut issues of {years[at]} with label to {years[to]}")


@kind(1)
def the_form_moved_on_its_sheet(desk: Desk) -> None:
    """The whole printed form cut and pasted some rows further down or to the right."""
    sheet = desk.chance.choice((desk.first, desk.second))
    height = desk.bottom(sheet)
    block = Box(0, 0, height, 27)
    rows = desk.chance.choice((0, 0, 2, 40))
    cols = 0 if rows else 100
    if any(area.meets(block) and not block.holds(area) for area in sheet.merges):
        raise UnfitError("a part of a merged cell")
    excel.cut(desk.book, sheet, block, sheet, rows or 0, cols)
    desk.refusal_ok = True  # beside its own helpers, which stay
    desk.say(f"move the form by {rows} rows, {cols} columns")


@kind(2)
def blocks_exchanged(desk: Desk) -> None:
    """A whole block of ① (evaluation, activities, schedule) cut and inserted above another."""
    form, sheet = desk.setting.form, desk.first
    tops = {
        "schedule": desk.area(form.yearly("工程_当初")[0].name).top - 1,
        "activities": desk.area(form.activities("取組予定")[0].name).top - 1,
        "evaluation": desk.area(form.reasons[0].name).top - 1,
        "end": desk.area("取組終了_年").top,
    }
    names = list(tops)
    at = desk.chance.randrange(3)
    to = desk.chance.choice([other for other in range(3) if other not in (at, at + 1)])
    block = Box(tops[names[at]], 0, tops[names[at + 1]] - 1, 27)
    excel.insert_cut(desk.book, sheet, block, tops[names[to]])
    desk.say(f"{names[at]} cut and inserted above {names[to]}")


@kind(1)
def issues_below_the_remarks(desk: Desk) -> None:
    """On ② the remarks cut and inserted above the issues."""
    top = desk.area("特記事項").top - 1
    first = desk.area(desk.setting.form.yearly("課題")[0].name).top - 1
    block = Box(top, 0, desk.area("特記すべき事項").bottom, 27)
    excel.insert_cut(desk.book, desk.second, block, first)
    desk.say("the remarks above the issues")


@kind(1)
def grouped_sheets_typed_into(desk: Desk) -> None:
    """Several tabs selected: what is typed on one lands in the same cell of the others."""
    desk.unprotect()
    name = desk.pick(desk.filled(*TEXTS))
    area = desk.area(name)
    text = texts.sentence(desk.chance)
    for sheet in desk.book.sheets:
        if sheet.state == "visible":
            desk.scribble(sheet, area.top, area.left, text)
    desk.refusal_ok = True
    desk.say(f"{name} typed on all sheets at once: {area.a1}")


@kind(1)
def words_replaced_everywhere(desk: Desk) -> None:
    """Find and replace over the whole workbook: labels change with the answers."""
    desk.unprotect()
    old, new = desk.chance.choice(
        (
            ("取組", "取り組み"),
            ("の", "ノ"),
            ("(", "（"),
            ("・", "／"),
            ("課題", "問題"),
            ("度", "ど"),
        )
    )
    for sheet in desk.book.sheets:
        for spot, cell in sheet.cells.items():
            if isinstance(cell.value, str) and not cell.formula and old in cell.value:
                sheet.cells[spot] = cell._replace(value=cell.value.replace(old, new), runs=())
    desk.refusal_ok = True
    desk.say(f"{old} replaced by {new} everywhere")


@kind(2)
def answers_like_labels(desk: Desk) -> None:
    """Whole cells that hold nothing but words the form prints; names there or not."""
    words = [label.text.replace("{plan}", "") for label in desk.setting.form.labels if label.text]
    names = desk.filled(*TEXTS)
    for name in desk.chance.sample(names, min(len(names), desk.chance.randint(1, 4))):
        if not name.startswith("工程"):
            desk.put(name, desk.chance.choice((*words, "Ｒ３", "令和３年度", "特記事項", "課題")))
    if desk.chance.random() < 0.5:
        desk.book.names.clear()
        desk.say("names lost")
    desk.refusal_ok = True
    desk.say("answers like labels")


@kind(1)
def odd_scores(desk: Desk) -> None:
    """Scores in every manner of writing."""
    for criterion in desk.setting.form.criteria:
        value = desk.chance.choice(
            ("２．０", "2.0", "二", "②", "(2)", "2/3", "2 or 3", "２～３", "約2", "-2", "−1", "A",
             "2²", "½", "Ⅱ", " 3 ", "3\n", "3点 （仮）", "2→3", "１ ２", 2.0, 2.5, "0",
             "O", "ｌ", "+2")
        )  # fmt: skip
        if desk.chance.random() < 0.5:
            desk.put(f"{criterion}_{desk.year}", value)
    desk.refusal_ok = True
    desk.say("odd scores")


@kind(2)
def a_year_of_scores_cut_and_inserted(desk: Desk) -> None:
    """Across: with the year's heading or without, left of another year's column."""
    criteria = desk.setting.form.criteria
    years = [str(year) for year in desk.setting.form.years]
    at, to = desk.chance.sample(range(len(years)), 2)
    first, last = desk.area(f"{criteria[0]}_{years[at]}"), desk.area(f"{criteria[-1]}_{years[at]}")
    heading = desk.chance.random() < 0.4
    block = Box(first.top - heading, first.left, last.bottom, last.right)
    target = desk.area(f"{criteria[0]}_{years[to]}")
    excel.insert_cut_cols(
        desk.book, desk.first, block, target.left if to < at else target.right + 1
    )
    if heading:
        desk.refusal_ok = True  # totals stay behind
    desk.say(f"scores of {years[at]} inserted at {years[to]}, heading {heading}")


@kind(1)
def a_year_of_the_schedule_cut_and_inserted(desk: Desk) -> None:
    """A year's column of 工程表 with heading and status, left of another year's."""
    years = [str(year) for year in desk.setting.form.years]
    at, to = desk.chance.sample(range(len(years)), 2)
    plan, status = desk.area(f"工程_当初_{years[at]}"), desk.area(f"工程_状況_{years[at]}")
    block = Box(status.top, plan.left, status.bottom, status.right)
    target, after = desk.area(f"工程_当初_{years[to]}"), desk.area(f"工程_状況_{years[to]}")
    excel.insert_cut_cols(desk.book, desk.first, block, target.left if to < at else after.right + 1)
    desk.refusal_ok = True  # what an arrow means depends on the order
    desk.say(f"the schedule of {years[at]} inserted at {years[to]}")


@kind(1)
def a_score_deleted_and_the_rest_moved_left(desk: Desk) -> None:
    """Delete cells, shift left: the following years and the reason move by a column."""
    desk.unprotect()
    criterion = desk.chance.choice(desk.setting.form.criteria)
    area = desk.area(f"{criterion}_{desk.pick([str(y) for y in desk.setting.form.years])}")
    excel.delete_shift_left(desk.book, desk.first, area)
    desk.refusal_ok = True
    desk.say(f"{area.a1} deleted, the rest moved left")
