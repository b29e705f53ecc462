"""The form's own figures and live checks, block by block (contract, "The progress workbook").

Every formula must mean the same in Excel 2016 and in LibreOffice (no ``_xlfn.``). What a check says
while the form is filled in is what the code in brackets says when it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.form import layout
from workbook_tools.form.layout import Field
from workbook_tools.form.live.helper_cells import (
    ASC,
    Board,
    Cell,
    Live,
    Page,
    Values,
    bare_text,
    begins_with_mark,
    one_of,
    too_long,
)
from workbook_tools.form.live.references import Reference, label_meanings, year_meanings
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.text import CIRCLED

_ENDINGS = ("（取組終了）", "(取組終了)", "（取組終了)", "(取組終了）", "取組終了")
_ARROWS, _ARROW_WORDS = "⇒→⇨➡", ("=>", "->", "同左")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
# What ASC does to the characters a reference may consist of.


def live_cells(plan: Plan, values: Values, is_open: Callable[[Field], bool]) -> list[Live]:
    """All formula cells of both sheets for a form that now holds ``values``.

    ``is_open`` tells the fields a person may type in: only those are checked.
    """
    first, second = Board(0), Board(1)
    page = Page(layout.form_of(plan), plan, values, is_open)
    ended = _ending(first, page)
    _schedule(first, page)
    _activities(first, page, ended)
    _evaluation(first, page)
    _issues(second, page)
    _remarks(second, page)
    _counts(first, second)
    return [*first.cells, *second.cells]


def _is_arrow(bare: Cell) -> tuple[str, bool]:
    """⇒ and its spellings (domain §6)."""
    words, is_word = one_of(bare, _ARROW_WORDS)
    formula = f'OR(AND(LEN({bare.ref})=1,ISNUMBER(FIND({bare.ref},"{_ARROWS}"))),{words})'
    return formula, is_word or (len(bare.text) == 1 and bare.text in _ARROWS)


# -- sheet ① ------------------------------------------------------------------------------------


def _schedule(board: Board, page: Page) -> None:
    """P201–P204 while typing, and beside the form what each ⇒ stands for."""
    rows = []
    for stem in ("工程_当初", "工程_変更"):
        cells = [page.cell(item) for item in page.form.yearly(stem)]
        row = page.form.yearly(stem)[0].area.row
        rows.append([(cell, bare_text(board, row, cell)) for cell in cells])
    _arrows(board, page, page.form.yearly("工程_当初"), rows[0], None)
    effective = _effective(board, page, rows)
    _arrows(board, page, page.form.yearly("工程_変更"), rows[1], effective)
    status = page.form[layout.field_name("工程_状況", page.year)]
    row = status.area.row + 2
    bare = bare_text(board, row, page.cell(status))
    revised = rows[1][page.form.years.index(page.year)][1]
    year = page.year.wide
    on_plan, is_on_plan = one_of(bare, (layout.ON_PLAN, "工程通り"))
    is_revised = bare.value == layout.REVISED
    board.missing(row, f'{bare.ref}=""', not bare.value, f"{year}の工程の状況を選んでください。")
    board.doubtful(
        row,
        f'AND({bare.ref}<>"",NOT({on_plan}),{bare.ref}<>"{layout.REVISED}")',
        bool(bare.value) and not is_on_plan and not is_revised,
        f"{year}の状況は「工程どおり」か「工程見直し」です。",
    )
    board.missing(
        row,
        f'AND({bare.ref}="{layout.REVISED}",{revised.ref}="")',
        is_revised and not revised.value,
        f"{year}は工程見直しですが、変更後の工程がありません。",
    )
    board.doubtful(
        row,
        f'AND({on_plan},{revised.ref}<>"")',
        is_on_plan and bool(revised.value),
        f"{year}は工程どおりですが、変更後の工程が入っています。",
    )


_Cells = list[tuple[Cell, Cell]]  # of a row: each cell and its bare text


def _effective(board: Board, page: Page, rows: list[_Cells]) -> list[Cell]:
    """The plan in force each year: revised if filled, else original, ⇒ as the year before (§4)."""
    row = page.form.yearly("工程_変更")[0].area.row
    before = Cell('""', "")
    result = []
    for (original, bare), (revised, bare_revised) in zip(*rows, strict=True):
        arrow, is_arrow = _is_arrow(bare)
        arrow_revised, is_arrow_revised = _is_arrow(bare_revised)
        formula = (
            f'=IF({bare_revised.ref}="",IF({arrow},{before.ref},{original.ref}&""),'
            f'IF({arrow_revised},{before.ref},{revised.ref}&""))'
        )
        if bare_revised.value:
            value = before.value if is_arrow_revised else revised.value
        else:
            value = before.value if is_arrow else original.value
        before = board.helper(row, formula, value)
        result.append(before)
    return result


def _arrows(
    board: Board,
    page: Page,
    fields: Sequence[Field],
    cells: _Cells,
    meanings: list[Cell] | None,
) -> None:
    """Show what the row's arrows mean and find those with nothing to their left (P201).

    The original row continues itself; the revised one continues the plan in force.
    """
    row = fields[0].area.row
    before = Cell('""', "")
    arrow_before, is_arrow_before = "FALSE", False
    shown, said = [], []
    for position, (item, (cell, bare)) in enumerate(zip(fields, cells, strict=True)):
        assert item.year is not None
        arrow, is_arrow = _is_arrow(bare)
        if meanings is None:
            value = before.value if is_arrow else cell.value
            meaning = board.helper(row, f'=IF({arrow},{before.ref},{cell.ref}&"")', value)
        else:
            meaning = meanings[position]
        shown.append(f'IF({arrow},"{item.year.wide}："&{meaning.ref}&"　","")')
        said.append(f"{item.year.wide}：{meaning.text}　" if is_arrow else "")
        if page.is_open(item):
            board.doubtful(
                row,
                # Of a run of arrows only the first one is at fault.
                f'AND({arrow},{meaning.ref}="",NOT({arrow_before}))',
                is_arrow and not meaning.value and not is_arrow_before,
                f"{item.year.wide}の⇒の左に工程がありません。",
            )
            too_long(board, page, item)
        before, arrow_before, is_arrow_before = meaning, arrow, is_arrow
    board.show(Area(row, layout.MEANING, 1, 2), f"={'&'.join(shown)}", "".join(said), "meaning")


def _activities(board: Board, page: Page, ended: tuple[str, bool]) -> None:
    """Numbers ①…, what references mean, and A401–A405 while typing."""
    form, fields = page.form, page.form.activities("取組予定")
    bares = [bare_text(board, item.area.row, page.cell(item)) for item in fields]
    numbers = _numbers(board, page, bares)
    labels = []
    for item, number in zip(form.activities("取組番号"), numbers, strict=True):
        value = CIRCLED[int(number.value) - 1] if number.value else ""
        formula = f'=IF({number.ref}=0,"",MID("{CIRCLED}",{number.ref},1))'
        labels.append(board.show(item.area, formula, value, "field"))
    plans = label_meanings(board, page, fields, numbers, bares, layout.MEANING)
    reported = [
        item for item in form.activities("取組結果") if item.year and item.year <= page.year
    ]
    bare_results = [bare_text(board, item.area.row, page.cell(item)) for item in reported]
    results = label_meanings(
        board, page, reported, numbers[: len(reported)], bare_results, layout.MEANING_2
    )
    for item, plan, result, label in zip(reported, plans, results, labels, strict=False):
        if item.year == page.year:
            _activity(board, item.area.row, plan, result, label)
    _plan_rows(board, page, bares, ended)
    for item in (*fields, *reported):
        too_long(board, page, item)


def _numbers(board: Board, page: Page, bares: Sequence[Cell]) -> list[Cell]:
    """The label's number, 0 for none: the first row of a year always, others with a plan (§4)."""
    numbers: list[Cell] = []
    highest = 0
    for item, bare in zip(page.form.activities("取組予定"), bares, strict=True):
        numbered = item.n == 1 or bool(bare.value)
        highest += numbered
        last = f"MAX({numbers[0].ref}:{numbers[-1].ref})+1" if numbers else "1"
        formula = f"={last}" if item.n == 1 else f'=IF({bare.ref}="",0,{last})'
        numbers.append(board.helper(item.area.row, formula, highest if numbered else 0))
    return numbers


def _activity(board: Board, row: int, plan: Reference, result: Reference, label: Cell) -> None:
    """A402, A403 and A404 of one row of the evaluated year."""
    planned, reported = plan.bare, result.bare
    ending, is_ending = one_of(planned, _ENDINGS)
    board.missing(
        row,
        f'AND({planned.ref}<>"",NOT({ending}),{reported.ref}="")',
        bool(planned.value) and not is_ending and not reported.value,
        "の取組結果が未入力です。",
        label,
    )
    board.doubtful(
        row,
        f'AND({planned.ref}="",{reported.ref}<>"")',
        not planned.value and bool(reported.value),
        "取組結果に対する取組予定がありません。",
    )
    marked, is_marked = begins_with_mark(reported)
    free = f"OR({result.ditto[0]},{result.numbers[0].ref}>0)"
    board.doubtful(
        row,
        f'AND({reported.ref}<>"",NOT({free}),NOT({marked}))',
        bool(reported.value) and not (result.ditto[1] or result.numbers[0].value) and not is_marked,
        "の取組結果は(新)か(継)で始めてください。",
        label,
    )


def _plan_rows(board: Board, page: Page, bares: Sequence[Cell], ended: tuple[str, bool]) -> None:
    """A401 and A405: some plan this year, and unless the item ends, some plan next year."""
    for offset, kind in ((0, board.missing), (1, board.doubtful)):
        year = page.year + offset
        if year not in page.form.years:
            continue
        first = page.form.years.index(year) * layout.ROWS_A_YEAR
        rows = bares[first : first + layout.ROWS_A_YEAR]
        empty = "&".join(bare.ref for bare in rows)
        when, now = f'{empty}=""', not any(bare.value for bare in rows)
        if offset:
            when, now = f"AND({when},NOT({ended[0]}))", now and not ended[1]
        row = page.form[layout.field_name("取組予定", year, 1)].area.row
        kind(row, when, now, f"{year.wide}の取組予定がありません。")


def _evaluation(board: Board, page: Page) -> None:
    """Scores, 合計, 総合評価 by the plan master's thresholds; S101–S108 while typing."""
    scores: dict[str, list[Cell]] = {}
    for criterion in page.plan.criteria:
        row = page.form.yearly(criterion.name)[0].area.row
        scores[criterion.name] = [
            _score(board, row, page.cell(item), criterion.minimum, criterion.maximum)
            for item in page.form.yearly(criterion.name)
        ]
        score = scores[criterion.name][page.form.years.index(page.year)]
        name, allowed = criterion.name, f"{criterion.minimum}～{criterion.maximum}"
        board.missing(
            row, f'{score.ref}=""', score.value == "", f"{name}が未入力です（{allowed}）。"
        )
        board.doubtful(row, f"{score.ref}=-1", score.value == -1, f"{name}は{allowed}の整数です。")
    for position, year in enumerate(page.form.years):
        column = {name: cells[position] for name, cells in scores.items()}
        _grade(board, page, year, column)
    for item in page.form.reasons:
        bare = bare_text(board, item.area.row, page.cell(item))
        words = f"{item.title}が未入力です。"
        board.missing(item.area.row, f'{bare.ref}=""', not bare.value, words)
        too_long(board, page, item)


def _score(board: Board, row: int, cell: Cell, least: int, most: int) -> Cell:
    """A score as a number: empty where blank, −1 where it is none; full-width digits are one."""
    bare = bare_text(board, row, cell)
    number = f"VALUE(ASC({bare.ref}))"
    formula = (
        f'=IF({bare.ref}="","",IFERROR(IF(AND({number}>={least},{number}<={most},'
        f"INT({number})={number}),{number},-1),-1))"
    )
    value: str | int = ""
    if bare.value:
        digits = bare.text.translate(ASC)
        valid = _NUMBER.fullmatch(digits) and float(digits) in range(least, most + 1)
        value = int(float(digits)) if valid else -1
    return board.helper(row, formula, value)


def _grade(board: Board, page: Page, year: FiscalYear, scores: Mapping[str, Cell]) -> None:
    cells = list(scores.values())
    given = f'COUNTIF({cells[0].ref}:{cells[-1].ref},">=0")={len(cells)}'
    nothing = "-" if year > page.year else ""
    known = {name: int(cell.value) for name, cell in scores.items() if cell.value not in ("", -1)}
    complete = len(known) == len(cells)
    total = board.show(
        page.form[layout.field_name("合計", year)].area,
        f'=IF({given},SUM({cells[0].ref}:{cells[-1].ref}),"{nothing}")',
        grading.total(known) if complete else nothing,
        "field",
    )
    refs = {name: cell.ref for name, cell in scores.items()}
    formula = grading.grade_formula(page.plan.grades, total.ref, refs)
    board.show(
        page.form[layout.field_name(layout.OVERALL, year)].area,
        f'=IF(ISNUMBER({total.ref}),{formula},"{nothing}")',
        grading.grade(page.plan.grades, known) if complete else nothing,
        "field",
    )


def _ending(board: Board, page: Page) -> tuple[str, bool]:
    """C501 and C502 while typing; gives the condition that an end is written."""
    year, month = page.form["取組終了_年"], page.form["取組終了_月"]
    row = year.area.row
    bares = [bare_text(board, row, page.cell(item)) for item in (year, month)]
    either = f'{bares[0].ref}&{bares[1].ref}<>""'
    is_either = any(bare.value for bare in bares)
    texts = [bare.text.translate(ASC) for bare in bares]
    numbers = [f"IFERROR(VALUE(ASC({bare.ref})),0)" for bare in bares]
    when = f"{numbers[0]}*100+{numbers[1]}"
    first, last = page.year.number * 100 + 4, (page.year.number + 1) * 100 + 3
    real = f"AND({numbers[1]}>=1,{numbers[1]}<=12,{when}>={first},{when}<={last})"
    digits = [float(text) if _NUMBER.fullmatch(text) else 0 for text in texts]
    is_real = 1 <= digits[1] <= 12 and first <= digits[0] * 100 + digits[1] <= last
    board.doubtful(
        row,
        f"AND({either},NOT({real}))",
        is_either and not is_real,
        f"取組終了は{page.year.wide}年度の年と月（令和{page.year.number}年4月～"
        f"{page.year.number + 1}年3月）を入れてください。",
    )
    return either, is_either


# -- sheet ② ------------------------------------------------------------------------------------


def _issues(board: Board, page: Page) -> None:
    """K601 and K602 while typing, and what Ｒ２と同じ means, line by line."""
    meanings = {}
    for stem, column in (("課題", layout.MEANING), ("解決方法", layout.MEANING_2)):
        meanings[stem] = year_meanings(board, page, stem, column)
    position = page.form.years.index(page.year)
    (issue, meant), (solution, _) = (meanings[stem][position] for stem in ("課題", "解決方法"))
    row = page.form[layout.field_name("課題", page.year)].area.row
    board.missing(row, f'{issue.ref}=""', not issue.value, f"{page.year.wide}の課題が未入力です。")
    nothing = f'LEFT(SUBSTITUTE({meant.ref},"・",""),4)="特になし"'
    is_nothing = meant.text.replace("・", "").startswith("特になし")
    board.missing(
        row,
        f'AND({issue.ref}<>"",NOT({nothing}),{solution.ref}="")',
        bool(issue.value) and not is_nothing and not solution.value,
        f"{page.year.wide}の解決方法が未入力です。",
    )


def _remarks(board: Board, page: Page) -> None:
    """K603 while typing."""
    for name in ("特記事項", "特記すべき事項"):
        item = page.form[name]
        if name == "特記事項":
            bare = bare_text(board, item.area.row, page.cell(item))
            words = "特記事項が空欄です。"
            board.doubtful(item.area.row, f'{bare.ref}=""', not bare.value, words)
        too_long(board, page, item)


# -- both sheets --------------------------------------------------------------------------------


def _counts(first: Board, second: Board) -> None:
    """The counts at the top of both sheets."""
    ranges = [board.finish() for board in (first, second)]
    other = f"'{layout.SHEETS[1]}'!"
    missing = f"SUM({ranges[0][0]})+SUM({other}{ranges[1][0]})"
    doubtful = f"SUM({ranges[0][1]})+SUM({other}{ranges[1][1]})"
    counts = [sum(one[2] for one in ranges), sum(one[3] for one in ranges)]
    said = f"未入力 {counts[0]}件・要確認 {counts[1]}件" if any(counts) else layout.COMPLETE
    formula = (
        f'=IF({missing}+{doubtful}=0,"{layout.COMPLETE}",'
        f'"未入力 "&({missing})&"件・要確認 "&({doubtful})&"件")'
    )
    first.show(layout.COUNT, formula, said, "count")
    there = f"='{layout.SHEETS[0]}'!{layout.COUNT.absolute}"
    second.show(layout.COUNT, there, said, "count")
