"""The form's own figures and live checks: Excel formulas, each with the value it has right now.

Every formula must mean the same in Excel 2016 and in LibreOffice (no ``_xlfn.``), and every value
written beside one is computed here in Python from the same facts, because viewers that do not
calculate show the stored value. Tests let LibreOffice recalculate both.

Full-width and half-width marks are told apart with FIND, never with MATCH or ``=``, which take
① and 1 for equal. ``bare`` below is the text a person would call empty or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools import layout, rubric
from workbook_tools.era import FiscalYear
from workbook_tools.grid import Area
from workbook_tools.layout import Field, Form, Kind
from workbook_tools.model import Plan
from workbook_tools.text import CIRCLED

Values = Mapping[str, str | int]

PARENTHESISED = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
LABELS_A_REFERENCE = 3  # the meaning beside the form shows so many targets, then "ほか"
_SAME = ("と同じ", "に同じ", "と同様")
_SEPARATORS = ("､", "、", ",", "･", "・", "及び", "と")
# What may stand before と同じ: anything else makes it a sentence, as may more than so many signs.
_REFERENCE_SIGNS = (
    f"{CIRCLED}{PARENTHESISED}0123456789０１２３４５６７８９()（）~～〜､、,，･・及びと"
)
_SIGNS_A_REFERENCE = 24
_ENDINGS = ("（取組終了）", "(取組終了)", "（取組終了)", "(取組終了）", "取組終了")
_ARROWS, _ARROW_WORDS = "⇒→⇨➡", ("=>", "->", "同左")
_LF = "\n"


@dataclass(frozen=True, slots=True)
class Live:
    """A formula cell with its present value; ``look``: field, check, meaning, hidden or count."""

    sheet: int
    area: Area
    formula: str
    value: str | int
    look: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """A reference to a cell and what stands in it."""

    ref: str
    value: str | int

    @property
    def text(self) -> str:
        return str(self.value)


@dataclass(slots=True)
class _Board:
    """The area beside one sheet while it fills up: helper cells are dealt out row by row."""

    sheet: int
    cells: list[Live] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _checks: dict[int, list[tuple[bool, _Cell, str, str]]] = field(default_factory=dict)

    def helper(self, row: int, formula: str, value: str | int) -> _Cell:
        """Put a formula into the next hidden cell of the row."""
        col = self._next.get(row, layout.HELPERS)
        self._next[row] = col + 1
        return self._put(Area(row, col), formula, value, "hidden")

    def show(self, area: Area, formula: str, value: str | int, look: str) -> _Cell:
        """Put a formula where it is seen."""
        return self._put(area, formula, value, look)

    def missing(
        self, row: int, when: str, now: bool, words: str, label: _Cell | None = None
    ) -> None:
        """Something is still to be typed in this row."""
        self._check(row, True, when, now, words, label)

    def doubtful(
        self, row: int, when: str, now: bool, words: str, label: _Cell | None = None
    ) -> None:
        """Something typed in this row should be looked at again."""
        self._check(row, False, when, now, words, label)

    def finish(self) -> tuple[str, str, int, int]:
        """Write messages and counts of all rows; gives both count ranges and both counts."""
        counts = [0, 0]
        for row, checks in self._checks.items():
            said = "".join(words for _, flag, _, words in checks if flag.value)
            spoken = "&".join(f'IF({flag.ref}=1,{how},"")' for _, flag, how, _ in checks)
            self.show(Area(row, layout.CHECKS), f"={spoken}", said, "check")
            for kind, col in enumerate((layout.MISSING, layout.DOUBTFUL)):
                flags = [flag for missing, flag, _, _ in checks if missing is (kind == 0)]
                count = sum(int(flag.value) for flag in flags)
                total = "+".join(flag.ref for flag in flags) or "0"
                self.show(Area(row, col), f"={total}", count, "hidden")
                counts[kind] += count
        rows = max(self._checks) + 1
        ranges = [Area(0, col, rows).absolute_range for col in (layout.MISSING, layout.DOUBTFUL)]
        return ranges[0], ranges[1], counts[0], counts[1]

    def _check(
        self, row: int, missing: bool, when: str, now: bool, words: str, label: _Cell | None
    ) -> None:
        flag = self.helper(row, f"=IF({when},1,0)", int(now))
        how, said = _quote(words), words
        if label is not None:  # the words begin with the row's label, which moves
            how, said = f"{label.ref}&{how}", f"{label.text}{words}"
        self._checks.setdefault(row, []).append((missing, flag, how, said))

    def _put(self, area: Area, formula: str, value: str | int, look: str) -> _Cell:
        self.cells.append(Live(self.sheet, area, formula, value, look))
        return _Cell(area.absolute, value)


def live_cells(
    form: Form, plan: Plan, year: FiscalYear, values: Values, is_open: Callable[[Field], bool]
) -> list[Live]:
    """All formula cells of both sheets for a form that now holds ``values``.

    ``is_open`` tells the fields a person may type in: only those are checked.
    """
    first, second = _Board(0), _Board(1)
    page = _Page(form, plan, year, values, is_open)
    ended = _ending(first, page)
    _schedule(first, page)
    _activities(first, page, ended)
    _evaluation(first, page)
    _issues(second, page)
    _remarks(second, page)
    _counts(first, second)
    return [*first.cells, *second.cells]


@dataclass(frozen=True, slots=True)
class _Page:
    """What all blocks look at."""

    form: Form
    plan: Plan
    year: FiscalYear
    values: Values
    is_open: Callable[[Field], bool]

    def cell(self, item: Field) -> _Cell:
        """The field's cell."""
        return _Cell(item.area.absolute, self.values.get(item.name, ""))


# -- small formulas, each beside its meaning in Python ------------------------------------------


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _bare(board: _Board, row: int, cell: _Cell) -> _Cell:
    """The cell's text without spaces and line breaks: empty where a person sees nothing."""
    formula = f'=SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell.ref},"　","")," ",""),CHAR(10),"")'
    value = cell.text.replace("　", "").replace(" ", "").replace(_LF, "")
    return board.helper(row, formula, value)


def _one_of(cell: _Cell, words: Sequence[str]) -> tuple[str, bool]:
    choices = ",".join(f"{cell.ref}={_quote(word)}" for word in words)
    return f"OR({choices})", cell.value in words


def _is_arrow(bare: _Cell) -> tuple[str, bool]:
    """⇒ and its spellings (domain §6)."""
    words, is_word = _one_of(bare, _ARROW_WORDS)
    formula = f'OR(AND(LEN({bare.ref})=1,ISNUMBER(FIND({bare.ref},"{_ARROWS}"))),{words})'
    return formula, is_word or (len(bare.text) == 1 and bare.text in _ARROWS)


def _label_number(char: str) -> str:
    """Formula for the number of a label character, 0 where it is none."""
    return f'IFERROR(FIND({char},"{CIRCLED}"),IFERROR(FIND({char},"{PARENTHESISED}"),0))'


def _number_of(char: str) -> int:
    return (CIRCLED.find(char) + 1 or PARENTHESISED.find(char) + 1) if char else 0


# -- sheet ① ------------------------------------------------------------------------------------


def _schedule(board: _Board, page: _Page) -> None:
    """P201–P204 while typing, and beside the form what each ⇒ stands for."""
    rows = []
    for stem in ("工程_当初", "工程_変更"):
        cells = [page.cell(item) for item in page.form.yearly(stem)]
        row = page.form.yearly(stem)[0].area.row
        rows.append([(cell, _bare(board, row, cell)) for cell in cells])
    _arrows(board, page, page.form.yearly("工程_当初"), rows[0], None)
    effective = _effective(board, page, rows)
    _arrows(board, page, page.form.yearly("工程_変更"), rows[1], effective)
    status = page.form[layout.field_name("工程_状況", page.year)]
    row = status.area.row + 2
    bare = _bare(board, row, page.cell(status))
    revised = rows[1][page.form.years.index(page.year)][1]
    year = page.year.wide
    on_plan, is_on_plan = _one_of(bare, (layout.ON_PLAN, "工程通り"))
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


_Cells = list[tuple[_Cell, _Cell]]  # of a row: each cell and its bare text


def _effective(board: _Board, page: _Page, rows: list[_Cells]) -> list[_Cell]:
    """The plan in force each year: revised if filled, else original, ⇒ as the year before (§4)."""
    row = page.form.yearly("工程_変更")[0].area.row
    before = _Cell('""', "")
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
    board: _Board,
    page: _Page,
    fields: Sequence[Field],
    cells: _Cells,
    meanings: list[_Cell] | None,
) -> None:
    """Show what the row's arrows mean and find those with nothing to their left (P201).

    The original row continues itself; the revised one continues the plan in force.
    """
    row = fields[0].area.row
    before = _Cell('""', "")
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
            _too_long(board, page, item)
        before, arrow_before, is_arrow_before = meaning, arrow, is_arrow
    board.show(Area(row, layout.MEANING, 1, 2), f"={'&'.join(shown)}", "".join(said), "meaning")


@dataclass(slots=True)
class _Reference:
    """The helper cells of one reference cell in 取組内容."""

    cell: _Cell
    bare: _Cell
    ditto: tuple[str, bool]
    numbers: list[_Cell]
    targets: list[_Cell]
    meaning: _Cell


def _activities(board: _Board, page: _Page, ended: tuple[str, bool]) -> None:
    """Numbers ①…, what references mean, and A401–A405 while typing."""
    form, fields = page.form, page.form.activities("取組予定")
    bares = [_bare(board, item.area.row, page.cell(item)) for item in fields]
    numbers = _numbers(board, page, bares)
    labels = []
    for item, number in zip(form.activities("取組番号"), numbers, strict=True):
        value = CIRCLED[int(number.value) - 1] if number.value else ""
        formula = f'=IF({number.ref}=0,"",MID("{CIRCLED}",{number.ref},1))'
        labels.append(board.show(item.area, formula, value, "field"))
    plans = _references(board, page, fields, numbers, bares, layout.MEANING)
    reported = [
        item for item in form.activities("取組結果") if item.year and item.year <= page.year
    ]
    bare_results = [_bare(board, item.area.row, page.cell(item)) for item in reported]
    results = _references(
        board, page, reported, numbers[: len(reported)], bare_results, layout.MEANING_2
    )
    for item, plan, result, label in zip(reported, plans, results, labels, strict=False):
        if item.year == page.year:
            _activity(board, item.area.row, plan, result, label)
    _plan_rows(board, page, bares, ended)
    for item in (*fields, *reported):
        _too_long(board, page, item)


def _numbers(board: _Board, page: _Page, bares: Sequence[_Cell]) -> list[_Cell]:
    """The label's number, 0 for none: the first row of a year always, others with a plan (§4)."""
    numbers: list[_Cell] = []
    highest = 0
    for item, bare in zip(page.form.activities("取組予定"), bares, strict=True):
        numbered = item.n == 1 or bool(bare.value)
        highest += numbered
        last = f"MAX({numbers[0].ref}:{numbers[-1].ref})+1" if numbers else "1"
        formula = f"={last}" if item.n == 1 else f'=IF({bare.ref}="",0,{last})'
        numbers.append(board.helper(item.area.row, formula, highest if numbered else 0))
    return numbers


def _references(
    board: _Board,
    page: _Page,
    fields: Sequence[Field],
    numbers: Sequence[_Cell],
    bares: Sequence[_Cell],
    column: int,
) -> list[_Reference]:
    """Resolve one column of 取組内容 by formula: labels, lists, ranges and 同上 (domain §6).

    Targets above are taken resolved, targets below as typed: a column may not refer to itself.
    """
    cells = [page.cell(item) for item in fields]
    done: list[_Reference] = []
    above = _Cell('""', "")  # the nearest row above that is in use
    for position, (item, bare) in enumerate(zip(fields, bares, strict=True)):
        row = item.area.row
        suffix = _suffix(board, row, bare)
        prefix = _prefix(board, row, bare, suffix)
        wanted = _wanted(board, row, prefix)
        targets = [
            _target(board, row, number, numbers, [one.meaning for one in done], cells, position)
            for number in wanted
        ]
        reference = _Reference(cells[position], bare, _ditto(bare), wanted, targets, above)
        reference.meaning = _meaning(board, row, reference, prefix, suffix, above)
        _show_meaning(board, page, item, reference, above, column)
        done.append(reference)
        number, meaning = numbers[position], reference.meaning
        formula = f"=IF({number.ref}=0,{above.ref},{meaning.ref})"
        above = board.helper(row, formula, meaning.value if number.value else above.value)
    return done


def _suffix(board: _Board, row: int, bare: _Cell) -> _Cell:
    """Where と同じ begins, from 1; 0 where it does not occur."""
    formula = "0"
    for words in reversed(_SAME):
        formula = f'IFERROR(FIND("{words}",{bare.ref}),{formula})'
    value = next((at + 1 for words in _SAME if (at := bare.text.find(words)) >= 0), 0)
    return board.helper(row, f"={formula}", value)


def _prefix(board: _Board, row: int, bare: _Cell, suffix: _Cell) -> _Cell:
    """What stands before と同じ, without separators; empty unless the cell is only a reference.

    A note in brackets may follow; anything else behind と同じ makes it a sentence.
    """
    part = f"ASC(LEFT({bare.ref},{suffix.ref}-1))"
    for words in _SEPARATORS:
        part = f'SUBSTITUTE({part},"{words}","")'
    part = f'SUBSTITUTE(SUBSTITUTE({part},"~","～"),"〜","～")'
    for number in range(len(CIRCLED), 0, -1):
        part = f'SUBSTITUTE({part},"({number})","{CIRCLED[number - 1]}")'
    places = ",".join(str(place) for place in range(1, _SIGNS_A_REFERENCE + 1))
    # Filled up with a sign, since FIND of nothing is 1 in Excel and an error in LibreOffice.
    padded = f'LEFT({bare.ref},{suffix.ref}-1)&REPT("と",{_SIGNS_A_REFERENCE})'
    signs = f"MID({padded},{{{places}}},1)"
    only_signs = (
        f"{suffix.ref}<={_SIGNS_A_REFERENCE + 1},"
        f'SUMPRODUCT(--ISNUMBER(FIND({signs},"{_REFERENCE_SIGNS}")))={_SIGNS_A_REFERENCE}'
    )
    formula = (
        f'=IF({suffix.ref}<2,"",IF(AND(OR(LEN({bare.ref})={suffix.ref}+2,'
        f'ISNUMBER(FIND(MID({bare.ref},{suffix.ref}+3,1),"（("))),{only_signs}),{part},""))'
    )
    return board.helper(row, formula, _prefix_of(bare.text, int(suffix.value)))


def _prefix_of(bare: str, suffix: int) -> str:
    rest = bare[suffix + 2 :]
    before = bare[: suffix - 1]
    if suffix < 2 or (rest and rest[0] not in "（(") or len(before) > _SIGNS_A_REFERENCE:
        return ""
    if not all(sign in _REFERENCE_SIGNS for sign in before):
        return ""
    part = before.translate(_ASC)
    for words in _SEPARATORS:
        part = part.replace(words, "")
    part = part.replace("~", "～").replace("〜", "～")
    for number in range(len(CIRCLED), 0, -1):
        part = part.replace(f"({number})", CIRCLED[number - 1])
    return part


# What VALUE takes for a number, as far as a person would.
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
# What ASC does to the characters a reference may consist of.
_ASC = str.maketrans("０１２３４５６７８９（）、，・～．＋－", "0123456789()､,･~.+-")


def _wanted(board: _Board, row: int, prefix: _Cell) -> list[_Cell]:
    """The numbers of up to three labels named by the prefix, 0 for none."""
    text = prefix.text
    is_range = text[1:2] == "～"
    last = _number_of(text[2:3])
    formula = f'=IF({prefix.ref}="",0,{_label_number(f"LEFT({prefix.ref},1)")})'
    wanted = [board.helper(row, formula, _number_of(text[:1]))]
    for offset in range(1, LABELS_A_REFERENCE):
        start = wanted[0]
        nth = f"MID({prefix.ref},{offset + 1},1)"
        formula = (
            f'=IF(LEN({prefix.ref})<{offset + 1},0,IF(MID({prefix.ref},2,1)="～",'
            f"IF({_label_number(f'MID({prefix.ref},3,1)')}>={start.ref}+{offset},"
            f"{start.ref}+{offset},0),{_label_number(nth)}))"
        )
        value = _number_of(text[offset : offset + 1])
        if is_range:
            value = int(start.value) + offset if last >= int(start.value) + offset else 0
        wanted.append(board.helper(row, formula, value if len(text) > offset else 0))
    return wanted


def _target(
    board: _Board,
    row: int,
    number: _Cell,
    numbers: Sequence[_Cell],
    above: Sequence[_Cell],
    cells: Sequence[_Cell],
    position: int,
) -> _Cell:
    """The text that a label means: resolved where it stands above, as typed where below."""
    formula, value = '""', ""
    below = slice(position + 1, None)
    if numbers[below]:
        formula = _look_up(number, numbers[below], cells[below])
        value = _looked_up(number, numbers[below], cells[below], "")
    if above:
        formula = f"IFERROR({_look_up(number, numbers[:position], above)},{formula})"
        value = _looked_up(number, numbers[:position], above, value)
    return board.helper(row, f'=IF({number.ref}=0,"",IFERROR({formula},""))', value)


def _look_up(number: _Cell, numbers: Sequence[_Cell], texts: Sequence[_Cell]) -> str:
    keys = f"{numbers[0].ref}:{numbers[-1].ref}"
    found = f"{texts[0].ref}:{texts[-1].ref}"
    return f'INDEX({found},MATCH({number.ref},{keys},0))&""'


def _looked_up(
    number: _Cell, numbers: Sequence[_Cell], texts: Sequence[_Cell], default: str
) -> str:
    if number.value:
        for key, text in zip(numbers, texts, strict=True):
            if key.value == number.value:
                return text.text
    return default


def _ditto(bare: _Cell) -> tuple[str, bool]:
    """同上, alone or behind a mark of its own."""
    mark, is_mark = _begins_with_mark(bare)
    formula = f'OR({bare.ref}="同上",AND(LEN({bare.ref})=5,RIGHT({bare.ref},2)="同上",{mark}))'
    return formula, bare.text == "同上" or (
        len(bare.text) == 5 and bare.text.endswith("同上") and is_mark
    )


def _begins_with_mark(cell: _Cell) -> tuple[str, bool]:
    """(新) or (継) in front, brackets of either width."""
    formula = (
        f'AND(LEN({cell.ref})>1,ISNUMBER(FIND(LEFT({cell.ref},1),"(（")),'
        f'ISNUMBER(FIND(MID({cell.ref},2,1),"新継")))'
    )
    text = cell.text
    return formula, text[:1] in tuple("(（") and text[1:2] in tuple("新継")


def _meaning(
    board: _Board, row: int, reference: _Reference, prefix: _Cell, suffix: _Cell, above: _Cell
) -> _Cell:
    """The cell's text with its reference resolved: itself where it is none."""
    bare, (first, *others) = reference.bare, reference.targets
    parts = [first.ref] + [
        f'IF({number.ref}>0,CHAR(10)&{target.ref},"")'
        for number, target in zip(reference.numbers[1:], others, strict=True)
    ]
    more = (
        f'IF(IF(MID({prefix.ref},2,1)="～",{_label_number(f"MID({prefix.ref},3,1)")}'
        f">{reference.numbers[0].ref}+{LABELS_A_REFERENCE - 1},"
        f'LEN({prefix.ref})>{LABELS_A_REFERENCE}),CHAR(10)&"ほか","")'
    )
    note = f"MID({bare.ref},{suffix.ref}+3,32767)"
    marked = f"IF({_begins_with_mark(above)[0]},MID({above.ref},4,32767),{above.ref})"
    formula = (
        f"=IF({reference.numbers[0].ref}>0,{'&'.join([*parts, more, note])},"
        f"IF({reference.ditto[0]},IF(LEN({bare.ref})=2,{above.ref},LEFT({bare.ref},3)&"
        f'IF({above.ref}="","",{marked})),{reference.cell.ref}&""))'
    )
    return board.helper(row, formula, _meaning_of(reference, prefix, suffix, above.text))


def _meaning_of(reference: _Reference, prefix: _Cell, suffix: _Cell, above: str) -> str:
    bare, numbers = reference.bare.text, [int(number.value) for number in reference.numbers]
    if numbers[0]:
        named = zip(numbers, reference.targets, strict=True)
        texts = [target.text for number, target in named if number]
        is_range = prefix.text[1:2] == "～"
        last = _number_of(prefix.text[2:3])
        count = last - numbers[0] + 1 if is_range else len(prefix.text)
        more = ["ほか"] if count > LABELS_A_REFERENCE else []
        return _LF.join([*texts, *more]) + bare[int(suffix.value) + 2 :]
    if reference.ditto[1]:
        if len(bare) == 2:
            return above
        return bare[:3] + (above[3:] if _begins_with_mark(_Cell("", above))[1] else above)
    return reference.cell.text


def _show_meaning(
    board: _Board, page: _Page, item: Field, reference: _Reference, above: _Cell, column: int
) -> None:
    ditto, is_ditto = reference.ditto
    is_reference = bool(reference.numbers[0].value) or is_ditto
    board.show(
        Area(item.area.row, column),
        f'=IF(OR({reference.numbers[0].ref}>0,{ditto}),{reference.meaning.ref},"")',
        reference.meaning.value if is_reference else "",
        "meaning",
    )
    if not page.is_open(item):
        return
    pairs = list(zip(reference.numbers, reference.targets, strict=True))
    lost = [f'AND({number.ref}>0,{target.ref}="")' for number, target in pairs]
    now = any(number.value and not target.value for number, target in pairs)
    board.doubtful(
        item.area.row,
        f'OR({",".join(lost)},AND({ditto},{above.ref}=""))',
        now or (is_ditto and not above.value),
        f"{item.stem}の参照先がないか、空欄です。",
    )


def _activity(board: _Board, row: int, plan: _Reference, result: _Reference, label: _Cell) -> None:
    """A402, A403 and A404 of one row of the evaluated year."""
    planned, reported = plan.bare, result.bare
    ending, is_ending = _one_of(planned, _ENDINGS)
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
    marked, is_marked = _begins_with_mark(reported)
    free = f"OR({result.ditto[0]},{result.numbers[0].ref}>0)"
    board.doubtful(
        row,
        f'AND({reported.ref}<>"",NOT({free}),NOT({marked}))',
        bool(reported.value) and not (result.ditto[1] or result.numbers[0].value) and not is_marked,
        "の取組結果は(新)か(継)で始めてください。",
        label,
    )


def _plan_rows(board: _Board, page: _Page, bares: Sequence[_Cell], ended: tuple[str, bool]) -> None:
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


def _evaluation(board: _Board, page: _Page) -> None:
    """Scores, 合計, 総合評価 by the plan master's thresholds; S101–S108 while typing."""
    scores: dict[str, list[_Cell]] = {}
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
        bare = _bare(board, item.area.row, page.cell(item))
        words = f"{item.title}が未入力です。"
        board.missing(item.area.row, f'{bare.ref}=""', not bare.value, words)
        _too_long(board, page, item)


def _score(board: _Board, row: int, cell: _Cell, least: int, most: int) -> _Cell:
    """A score as a number: empty where blank, −1 where it is none; full-width digits are one."""
    bare = _bare(board, row, cell)
    number = f"VALUE(ASC({bare.ref}))"
    formula = (
        f'=IF({bare.ref}="","",IFERROR(IF(AND({number}>={least},{number}<={most},'
        f"INT({number})={number}),{number},-1),-1))"
    )
    value: str | int = ""
    if bare.value:
        digits = bare.text.translate(_ASC)
        valid = _NUMBER.fullmatch(digits) and float(digits) in range(least, most + 1)
        value = int(float(digits)) if valid else -1
    return board.helper(row, formula, value)


def _grade(board: _Board, page: _Page, year: FiscalYear, scores: Mapping[str, _Cell]) -> None:
    cells = list(scores.values())
    given = f'COUNTIF({cells[0].ref}:{cells[-1].ref},">=0")={len(cells)}'
    nothing = "-" if year > page.year else ""
    known = {name: int(cell.value) for name, cell in scores.items() if cell.value not in ("", -1)}
    complete = len(known) == len(cells)
    total = board.show(
        page.form[layout.field_name("合計", year)].area,
        f'=IF({given},SUM({cells[0].ref}:{cells[-1].ref}),"{nothing}")',
        rubric.total(known) if complete else nothing,
        "field",
    )
    formula = _quote(page.plan.grades[-1].grade)
    for rule in reversed(page.plan.grades[:-1]):
        minima = [f"{scores[name].ref}>={low}" for name, low in rule.least_scores.items()]
        reached = ",".join([f"{total.ref}>={rule.least_total}", *minima])
        formula = f"IF(AND({reached}),{_quote(rule.grade)},{formula})"
    board.show(
        page.form[layout.field_name(layout.OVERALL, year)].area,
        f'=IF(ISNUMBER({total.ref}),{formula},"{nothing}")',
        rubric.grade(page.plan.grades, known) if complete else nothing,
        "field",
    )


def _ending(board: _Board, page: _Page) -> tuple[str, bool]:
    """C501 and C502 while typing; gives the condition that an end is written."""
    year, month = page.form["取組終了_年"], page.form["取組終了_月"]
    row = year.area.row
    bares = [_bare(board, row, page.cell(item)) for item in (year, month)]
    either = f'{bares[0].ref}&{bares[1].ref}<>""'
    is_either = any(bare.value for bare in bares)
    texts = [bare.text.translate(_ASC) for bare in bares]
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


def _issues(board: _Board, page: _Page) -> None:
    """K601 and K602 while typing, and what Ｒ２と同じ means, line by line."""
    meanings = {}
    for stem, column in (("課題", layout.MEANING), ("解決方法", layout.MEANING_2)):
        meanings[stem] = _year_references(board, page, stem, column)
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


def _year_references(
    board: _Board, page: _Page, stem: str, column: int
) -> list[tuple[_Cell, _Cell]]:
    """Per year the bare text and the meaning of a cell of ②: targets above resolved (domain §6)."""
    fields = page.form.yearly(stem)
    cells = [page.cell(item) for item in fields]
    done: list[tuple[_Cell, _Cell]] = []
    for position, item in enumerate(fields):
        row = item.area.row
        bare = _bare(board, row, cells[position])
        framed = _framed(board, row, cells[position], page.form.years, position)
        targets = [
            (year.wide, done[other][1] if other < position else cells[other])
            for other, year in enumerate(page.form.years)
            if other != position
        ]
        meaning = _year_meaning(board, row, framed, targets)
        shown = f'=IF(CHAR(10)&{meaning.ref}&CHAR(10)={framed.ref},"",{meaning.ref})'
        now = "" if f"{_LF}{meaning.text}{_LF}" == framed.value else meaning.value
        board.show(Area(row, column), shown, now, "meaning")
        if page.is_open(item):
            _year_reference_lost(board, item, framed, targets)
            _too_long(board, page, item)
        done.append((bare, meaning))
    return done


def _framed(
    board: _Board, row: int, cell: _Cell, years: Sequence[FiscalYear], position: int
) -> _Cell:
    """The text between two line breaks, every whole-line reference in one spelling."""
    changes = [(f"{words}{_LF}", f"と同じ{_LF}") for words in ("に同じ", "と同様")]
    for year in years:
        for spelling in (f"R{year.number}", f"令和{year.number}年度", year.long):
            for bullet in ("", "・"):
                changes.append(
                    (f"{_LF}{bullet}{spelling}と同じ{_LF}", f"{_LF}{bullet}{year.wide}と同じ{_LF}")
                )
    if position:
        last = years[position - 1].wide
        changes.append((f"前年度と同じ{_LF}", f"{last}と同じ{_LF}"))
    formula, value = f"CHAR(10)&{cell.ref}&CHAR(10)", f"{_LF}{cell.text}{_LF}"
    for old, new in changes:
        formula = f"SUBSTITUTE({formula},{_lines(old)},{_lines(new)})"
        value = value.replace(old, new)
    return board.helper(row, f"={formula}", value)


def _year_meaning(
    board: _Board, row: int, framed: _Cell, targets: Iterable[tuple[str, _Cell]]
) -> _Cell:
    formula, value = framed.ref, framed.text
    for year, target in targets:
        for bullet in ("", "・"):
            line = f"{_LF}{bullet}{year}と同じ{_LF}"
            formula = f"SUBSTITUTE({formula},{_lines(line)},CHAR(10)&{target.ref}&CHAR(10))"
            value = value.replace(line, f"{_LF}{target.text}{_LF}")
    # The frame is cut off again; what stood between two line breaks stays.
    return board.helper(row, f"=MID({formula},2,LEN({formula})-2)", value[1:-1])


def _year_reference_lost(
    board: _Board, item: Field, framed: _Cell, targets: Sequence[tuple[str, _Cell]]
) -> None:
    """R302 while typing: the year referred to holds nothing."""
    lost, now = [], False
    for year, target in targets:
        line = f"{year}と同じ{_LF}"
        lost.append(f'AND(ISNUMBER(FIND({_lines(line)},{framed.ref})),{target.ref}="")')
        now = now or (line in framed.text and not target.value)
    words = f"{item.title}の参照先が空欄です。"
    board.doubtful(item.area.row, f"OR({','.join(lost)})", now, words)


def _lines(text: str) -> str:
    """An Excel text constant with its line breaks."""
    parts = [_quote(part) for part in text.split(_LF)]
    return "&CHAR(10)&".join(parts).replace('""&', "").replace('&""', "")


def _remarks(board: _Board, page: _Page) -> None:
    """K603 while typing."""
    for name in ("特記事項", "特記すべき事項"):
        item = page.form[name]
        if name == "特記事項":
            bare = _bare(board, item.area.row, page.cell(item))
            words = "特記事項が空欄です。"
            board.doubtful(item.area.row, f'{bare.ref}=""', not bare.value, words)
        _too_long(board, page, item)


# -- both sheets --------------------------------------------------------------------------------


def _too_long(board: _Board, page: _Page, item: Field) -> None:
    """T701 while typing: more full-width characters than the printed cell shows."""
    if item.kind is not Kind.TEXT or not page.is_open(item):
        return
    most = layout.capacity(item, page.year)
    cell = page.cell(item)
    words = f"{item.title}が長く、印刷で切れるおそれがあります。"
    board.doubtful(item.area.row, f"LEN({cell.ref})>{most}", len(cell.text) > most, words)


def _counts(first: _Board, second: _Board) -> None:
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
