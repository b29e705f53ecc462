"""The progress workbook of one practice: layout, formulas and appearance put together.

For distribution, and as an answer to an unreadable return; on paper the form is drawn by
:mod:`.printed`. What the cells hold comes from outside (:class:`~.content.Content`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbook_tools.cells import Area, column_name
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import EMPTY, GAP, Choice
from workbook_tools.excel.write.pattern import AnySheet, Draft, DraftSheet
from workbook_tools.form import guide, layout
from workbook_tools.form.content import Content
from workbook_tools.form.layout import Field, Form, Kind, Label
from workbook_tools.form.live.checks import NOTHING_WRONG, live_cells
from workbook_tools.form.spec import Stem
from workbook_tools.form.token import NAME as TOKEN
from workbook_tools.form.token import Token
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.text import MARK, lines

_HEAD_POINTS, _LINE = 20.0, 14.0
_MARGINS = (0.4, 0.4, 0.3, 0.3)
_BESIDE_PIXELS = {layout.SPACER: 12, layout.CHECKS: 330, layout.MEANING: 230, layout.MEANING_2: 230}
_FORMULA_KINDS = (Kind.LABEL, Kind.TOTAL, Kind.GRADE)


def header(plan: Plan, practice: Practice) -> dict[str, str | int]:
    """The values of everything the secretariat prints: numbers, names, themes."""
    item = plan.item(practice.item_no)
    return {
        "項目番号": practice.no,
        "確認年度": plan.round.end,
        "取組項目番号": f"№{item.no}",
        "取組項目": item.name,
        "実践項目": practice.printed_title,
        "担当部署": "、".join(practice.departments),
        "様式版": layout.FORM_VERSION,
        **{f"テーマ_{theme.short}": MARK for theme in plan.themes if theme.short in item.themes},
    }


def workbook(plan: Plan, practice: Practice, content: Content) -> bytes:
    """The finished workbook as a file's content; the same input gives the same bytes."""
    form = layout.form_of(plan)
    values = {**content.values, **header(plan, practice)}
    book = Draft(f"No{practice.no:02d} {practice.title}")
    pages = [book.sheet(name) for name in layout.SHEETS]
    _frame(pages, form)
    for number, page in enumerate(pages):
        page.page(form.print_area(number), margins=_MARGINS)
    for label in form.labels:
        write_label(pages[label.sheet], label, plan, values)
    for item in form.fields:
        if item.kind not in _FORMULA_KINDS:
            state = "input" if item.name in content.open else "locked"
            write_field(pages[item.sheet], item, values, state)
        book.name(item.name, layout.SHEETS[item.sheet], item.area)
    _write_choices(pages, form, plan, content.open)
    _shade_gaps(pages, form, plan, content.open)
    _write_live(pages, plan, content, values)
    _write_token(book, pages[0], plan, practice)
    _write_reasons_before(pages[0], form, content.reasons_before)
    _heights(pages, _points(form, plan.evaluated, content.open, values))
    _finish(pages, form, content)
    guide.write(book, plan, practice)
    book.lock()
    return book.content()


def _frame(pages: Sequence[AnySheet], form: Form) -> None:
    for page in pages:
        page.columns(0, layout.COLUMNS - 1, layout.COLUMN_PIXELS)
        for col, pixels in _BESIDE_PIXELS.items():
            page.columns(col, col, pixels)
        page.columns(layout.MISSING, layout.LAST_HELPER, layout.COLUMN_PIXELS, hidden=True)
        page.text(Area(0, layout.CHECKS), layout.BESIDE[0], "section")
    pages[0].text(Area(0, layout.MEANING), "様式版", "quiet", "right")
    for stem, page in (("取組予定", pages[0]), ("課題", pages[1])):
        row = form.yearly(stem, 1 if stem == "取組予定" else None)[0].area.row - 1
        page.text(Area(row, layout.CHECKS), layout.BESIDE[1], "quiet")
        page.text(Area(row, layout.MEANING), f"{stem}が指す内容", "quiet")
        other = {"取組予定": "取組結果", "課題": "解決方法"}[stem]
        page.text(Area(row, layout.MEANING_2), f"{other}が指す内容", "quiet")
    row = form.yearly("工程_当初")[0].area.row - 1
    pages[0].text(Area(row, layout.MEANING), "工程の⇒が指す内容", "quiet")


_LABEL_LOOKS = {
    "head": ("box", "head"),
    "vertical": ("box", "head", "stacked"),
    "title": ("box", "title"),
    "plain": ("box", "center"),
    "before": ("box", "right"),
    "after": ("box", "left"),
}


_FIXED_LOOKS = {"項目番号": ("title",), "確認年度": ("center",), "取組項目番号": ("center",)}


def write_label(
    page: AnySheet, label: Label, plan: Plan, values: Mapping[str, str | int], *size: str
) -> None:
    """Write words that the form prints; ``size`` is a style, which titles do without."""
    looks = (*size, *_LABEL_LOOKS[label.look])
    if label.repeats:
        page.value(label.area, values[label.repeats], *looks, "shrink")
    else:
        text = label.text.replace("{plan}", plan.name)
        # Line breaks centre in Excel and LibreOffice alike; rotated text does not.
        page.text(label.area, "\n".join(text) if label.look == "vertical" else text, *looks)


def write_field(
    page: AnySheet, item: Field, values: Mapping[str, str | int], state: str, *size: str
) -> None:
    """Write one field; ``state`` is the look of an open or a locked cell, or of one on paper.

    ``size`` is a style, as for labels.
    """
    value = values.get(item.name, "")
    if item.name == "様式版":
        page.text(item.area, str(value), "quiet", "left")
    elif item.kind is Kind.FIXED:
        looks = _FIXED_LOOKS.get(item.name, ("wrap", "middle"))
        page.value(item.area, value, "box", *size, *looks)
    elif item.kind is Kind.MARK:
        page.text(item.area, str(value), "box", "center", *size)
    elif item.kind is Kind.TEXT:
        page.text(item.area, str(value), "box", "wrap", *size, state, "text")
    elif item.kind is Kind.STATUS:
        page.text(item.area, str(value), "box", "vertical", *size, state)
    else:
        page.value(item.area, value, "box", "center", *size, state)


def _write_choices(
    pages: Sequence[AnySheet], form: Form, plan: Plan, is_open: frozenset[str]
) -> None:
    """Drop-downs and messages; cells of which the same is said share one."""
    shared: dict[tuple[int, str], tuple[Choice, list[Area]]] = {}
    for item in form.fields:
        if item.name in is_open:
            choice = _choice(item, plan)
            shared.setdefault((item.sheet, repr(choice)), (choice, []))[1].append(item.area)
    for (sheet, _), (choice, areas) in shared.items():
        pages[sheet].choice(areas[0], choice, *areas[1:])


def _shade_gaps(
    pages: Sequence[DraftSheet], form: Form, plan: Plan, is_open: frozenset[str]
) -> None:
    """Empty cells stand out as long as the checks miss something in their rows."""
    for item in form.fields:
        if item.stem == Stem.REVISION:  # asked for only where the plan was revised
            continue
        if item.name in is_open and item.year in (None, plan.evaluated):
            rows = replace(item.area, col=layout.MISSING, cols=1)
            empty = f"=AND(LEN({item.area.absolute})=0,SUM({rows.absolute_range})>0)"
            pages[item.sheet].highlight(item.area, empty, bg_color=EMPTY)


def _choice(item: Field, plan: Plan) -> Choice:
    """The drop-down and the message that appears when the cell is chosen."""
    year = plan.evaluated
    if item.kind is Kind.SCORE:
        criterion = next(known for known in plan.criteria if known.name == item.stem)
        allowed = f"{criterion.minimum}～{criterion.maximum}"
        meanings = "\n".join(f"{score}：{words}" for score, words in criterion.meanings.items())
        return Choice(
            list(criterion.scores),
            item.stem,
            f"{allowed}から選んでください。\n{meanings}".strip()[:255],
            f"{criterion.name}は{allowed}の整数です。",
            ime="off",
        )
    if item.kind is Kind.STATUS:
        message = "計画のとおりなら「工程どおり」、変えたなら「工程見直し」を選び、変更後の工程を「変更」の行に書いてください。"
        return Choice(layout.STATUSES, "工程の状況", message, "一覧から選んでください。")
    if item.kind is Kind.END_YEAR:
        message = f"{year.wide}年度の中で取組が終わるときだけ、終わる年（令和）を選んでください。"
        return Choice(
            [year.number, year.number + 1],
            item.title,
            message,
            "一覧から選んでください。",
            ime="off",
        )
    if item.kind is Kind.END_MONTH:
        message = "取組が終わるときだけ、終わる月を選んでください。"
        return Choice(list(range(1, 13)), item.title, message, "1～12を選んでください。", ime="off")
    assert item.entry
    return Choice((), item.entry.name, guide.message(item, year), ime="hiragana")


def _write_live(
    pages: Sequence[AnySheet],
    plan: Plan,
    content: Content,
    values: Mapping[str, str | int],
) -> None:
    live = live_cells(plan, values, lambda item: item.name in content.open, content.roomy)
    for page, beside in zip(pages, live, strict=True):
        page.computed(beside.cells, beside.values)
    for page in pages:
        done = f'{layout.COUNT.absolute}="{layout.COMPLETE}"'
        page.highlight(layout.COUNT, f"={done}", bg_color="#E2F0D9", font_color="#375623")
    for page, head, rows in zip(pages, layout.HEAD_ROWS, layout.form_of(plan).rows, strict=False):
        missing, doubtful = (
            f"${column_name(col)}{head + 1}" for col in (layout.MISSING, layout.DOUBTFUL)
        )
        messages = Area(head, layout.CHECKS, rows - head)
        page.highlight(messages, f"=AND({missing}>0,{doubtful}=0)", font_color=GAP)
        nothing_wrong = f'=ISNUMBER(FIND("{NOTHING_WRONG}",{layout.COUNT.absolute}))'
        page.highlight(layout.COUNT, nothing_wrong, font_color=GAP)


def _write_token(book: Draft, page: DraftSheet, plan: Plan, practice: Practice) -> None:
    """照合: what the form was sent as, in a hidden cell (F022)."""
    token = Token(practice.no, plan.round, practice.lead, layout.FORM_VERSION)
    page.text(layout.TOKEN, str(token))
    book.name(TOKEN, layout.SHEETS[0], layout.TOKEN)


def _write_reasons_before(page: DraftSheet, form: Form, reasons: Mapping[str, str]) -> None:
    """Last year's reasons in grey, beside the cells for this year's."""
    if not reasons:
        return
    row = form.reasons[0].area.row - 1
    page.text(Area(row, layout.MEANING, 1, 2), "前年度の評価の理由", "quiet")
    for item in form.reasons:
        area = Area(item.area.row, layout.MEANING, 1, 2)
        page.text(area, reasons.get(item.name, ""), "wrap", "quiet", "text")


def _points(
    form: Form, year: FiscalYear, is_open: frozenset[str], values: Mapping[str, str | int]
) -> list[list[float]]:
    """Heights per sheet and row: open rows as their usual texts, others as the text they hold."""
    needed: dict[tuple[int, int], int] = {}
    for item in form.fields:
        if item.kind not in (Kind.TEXT, Kind.FIXED) or item.name == "様式版":
            continue
        count = lines(str(values.get(item.name, "")), item.columns)
        if item.name in is_open:
            count = max(count, layout.open_lines(item, year))
        place = (item.sheet, item.area.row)
        needed[place] = max(needed.get(place, 1), count)
    heights = []
    for number, rows in enumerate(form.rows):
        counts = [needed.get((number, row), 1) for row in range(rows)]
        points = [layout.EDGE_POINTS + layout.LINE_POINTS * count for count in counts]
        heights.append(
            [max(height, _LINE if row else _HEAD_POINTS) for row, height in enumerate(points)]
        )
    return heights


def _heights(pages: Sequence[AnySheet], heights: list[list[float]]) -> None:
    for page, points in zip(pages, heights, strict=True):
        for row, height in enumerate(points):
            page.height(row, min(height, paper.HIGHEST))


def _finish(pages: Sequence[AnySheet], form: Form, content: Content) -> None:
    for number, page in enumerate(pages):
        page.protect()
        page.freeze(layout.HEAD_ROWS[number])
        page.view(active=number == 0)
        first = next(
            (item for item in form.fields if item.sheet == number and item.name in content.open),
            None,
        )
        if first:
            page.select(first.area)
