"""What references mean, by formula: ⑤と同じ and 同上 on ①, Ｒ２と同じ on ② (domain §6).

Shown beside the form as it is typed. The full grammar is that of :mod:`references`, which reads
what comes back; here stands what plain formulas of Excel 2016 can follow. Full-width and half-width
marks are told apart with FIND, never with MATCH or ``=``, which take ① and 1 for equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.formula import quoted
from workbook_tools.form.layout import Field
from workbook_tools.form.live.helper_cells import (
    ASC,
    LF,
    Board,
    Cell,
    Page,
    bare_text,
    begins_with_mark,
    too_long,
)
from workbook_tools.text import CIRCLED

PARENTHESISED = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
LABELS_A_REFERENCE = 3  # the meaning beside the form shows so many targets, then "ほか"
_SAME = ("と同じ", "に同じ", "と同様")
_SEPARATORS = ("､", "、", ",", "･", "・", "及び", "と")
# What may stand before と同じ: anything else makes it a sentence, as may more than so many signs.
_REFERENCE_SIGNS = (
    f"{CIRCLED}{PARENTHESISED}0123456789０１２３４５６７８９()（）~～〜､、,，･・及びと"
)
_SIGNS_A_REFERENCE = 24


# -- 取組内容: labels and 同上 ------------------------------------------------------------


@dataclass(slots=True)
class Reference:
    """The helper cells of one reference cell in 取組内容."""

    cell: Cell
    bare: Cell
    ditto: tuple[str, bool]
    numbers: list[Cell]
    targets: list[Cell]
    meaning: Cell


def label_meanings(
    board: Board,
    page: Page,
    fields: Sequence[Field],
    numbers: Sequence[Cell],
    bares: Sequence[Cell],
    column: int,
) -> list[Reference]:
    """Resolve one column of 取組内容 by formula: labels, lists, ranges and 同上 (domain §6).

    Targets above are taken resolved, targets below as typed: a column may not refer to itself.
    """
    cells = [page.cell(item) for item in fields]
    done: list[Reference] = []
    above = Cell('""', "")  # the nearest row above that is in use
    for position, (item, bare) in enumerate(zip(fields, bares, strict=True)):
        row = item.area.row
        suffix = _suffix(board, row, bare)
        prefix = _prefix(board, row, bare, suffix)
        wanted = _wanted(board, row, prefix)
        targets = [
            _target(board, row, number, numbers, [one.meaning for one in done], cells, position)
            for number in wanted
        ]
        reference = Reference(cells[position], bare, _ditto(bare), wanted, targets, above)
        reference.meaning = _meaning(board, row, reference, prefix, suffix, above)
        _show_meaning(board, page, item, reference, above, column)
        done.append(reference)
        number, meaning = numbers[position], reference.meaning
        formula = f"=IF({number.ref}=0,{above.ref},{meaning.ref})"
        above = board.helper(row, formula, meaning.value if number.value else above.value)
    return done


def _label_number(char: str) -> str:
    """Formula for the number of a label character, 0 where it is none."""
    return f'IFERROR(FIND({char},"{CIRCLED}"),IFERROR(FIND({char},"{PARENTHESISED}"),0))'


def _number_of(char: str) -> int:
    return (CIRCLED.find(char) + 1 or PARENTHESISED.find(char) + 1) if char else 0


def _suffix(board: Board, row: int, bare: Cell) -> Cell:
    """Where と同じ begins, from 1; 0 where it does not occur."""
    formula = "0"
    for words in reversed(_SAME):
        formula = f'IFERROR(FIND("{words}",{bare.ref}),{formula})'
    value = next((at + 1 for words in _SAME if (at := bare.text.find(words)) >= 0), 0)
    return board.helper(row, f"={formula}", value)


def _prefix(board: Board, row: int, bare: Cell, suffix: Cell) -> Cell:
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
    part = before.translate(ASC)
    for words in _SEPARATORS:
        part = part.replace(words, "")
    part = part.replace("~", "～").replace("〜", "～")
    for number in range(len(CIRCLED), 0, -1):
        part = part.replace(f"({number})", CIRCLED[number - 1])
    return part


# What VALUE takes for a number, as far as a person would.


def _wanted(board: Board, row: int, prefix: Cell) -> list[Cell]:
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
    board: Board,
    row: int,
    number: Cell,
    numbers: Sequence[Cell],
    above: Sequence[Cell],
    cells: Sequence[Cell],
    position: int,
) -> Cell:
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


def _look_up(number: Cell, numbers: Sequence[Cell], texts: Sequence[Cell]) -> str:
    keys = f"{numbers[0].ref}:{numbers[-1].ref}"
    found = f"{texts[0].ref}:{texts[-1].ref}"
    return f'INDEX({found},MATCH({number.ref},{keys},0))&""'


def _looked_up(number: Cell, numbers: Sequence[Cell], texts: Sequence[Cell], default: str) -> str:
    if number.value:
        for key, text in zip(numbers, texts, strict=True):
            if key.value == number.value:
                return text.text
    return default


def _ditto(bare: Cell) -> tuple[str, bool]:
    """同上, alone or behind a mark of its own."""
    mark, is_mark = begins_with_mark(bare)
    formula = f'OR({bare.ref}="同上",AND(LEN({bare.ref})=5,RIGHT({bare.ref},2)="同上",{mark}))'
    return formula, bare.text == "同上" or (
        len(bare.text) == 5 and bare.text.endswith("同上") and is_mark
    )


def _meaning(
    board: Board, row: int, reference: Reference, prefix: Cell, suffix: Cell, above: Cell
) -> Cell:
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
    marked = f"IF({begins_with_mark(above)[0]},MID({above.ref},4,32767),{above.ref})"
    formula = (
        f"=IF({reference.numbers[0].ref}>0,{'&'.join([*parts, more, note])},"
        f"IF({reference.ditto[0]},IF(LEN({bare.ref})=2,{above.ref},LEFT({bare.ref},3)&"
        f'IF({above.ref}="","",{marked})),{reference.cell.ref}&""))'
    )
    return board.helper(row, formula, _meaning_of(reference, prefix, suffix, above.text))


def _meaning_of(reference: Reference, prefix: Cell, suffix: Cell, above: str) -> str:
    bare, numbers = reference.bare.text, [int(number.value) for number in reference.numbers]
    if numbers[0]:
        named = zip(numbers, reference.targets, strict=True)
        texts = [target.text for number, target in named if number]
        is_range = prefix.text[1:2] == "～"
        last = _number_of(prefix.text[2:3])
        count = last - numbers[0] + 1 if is_range else len(prefix.text)
        more = ["ほか"] if count > LABELS_A_REFERENCE else []
        return LF.join([*texts, *more]) + bare[int(suffix.value) + 2 :]
    if reference.ditto[1]:
        if len(bare) == 2:
            return above
        return bare[:3] + (above[3:] if begins_with_mark(Cell("", above))[1] else above)
    return reference.cell.text


def _show_meaning(
    board: Board, page: Page, item: Field, reference: Reference, above: Cell, column: int
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


# -- sheet ②: years ------------------------------------------------------------


def year_meanings(board: Board, page: Page, stem: str, column: int) -> list[tuple[Cell, Cell]]:
    """Per year the bare text and the meaning of a cell of ②: targets above resolved (domain §6)."""
    fields = page.form.yearly(stem)
    cells = [page.cell(item) for item in fields]
    done: list[tuple[Cell, Cell]] = []
    for position, item in enumerate(fields):
        row = item.area.row
        bare = bare_text(board, row, cells[position])
        framed = _framed(board, row, cells[position], page.form.years, position)
        targets = [
            (year.wide, done[other][1] if other < position else cells[other])
            for other, year in enumerate(page.form.years)
            if other != position
        ]
        meaning = _year_meaning(board, row, framed, targets)
        shown = f'=IF(CHAR(10)&{meaning.ref}&CHAR(10)={framed.ref},"",{meaning.ref})'
        now = "" if f"{LF}{meaning.text}{LF}" == framed.value else meaning.value
        board.show(Area(row, column), shown, now, "meaning")
        if page.is_open(item):
            _year_reference_lost(board, item, framed, targets)
            too_long(board, page, item)
        done.append((bare, meaning))
    return done


def _framed(board: Board, row: int, cell: Cell, years: Sequence[FiscalYear], position: int) -> Cell:
    """The text between two line breaks, every whole-line reference in one spelling."""
    changes = [(f"{words}{LF}", f"と同じ{LF}") for words in ("に同じ", "と同様")]
    for year in years:
        for spelling in (f"R{year.number}", f"令和{year.number}年度", year.long):
            for bullet in ("", "・"):
                changes.append(
                    (f"{LF}{bullet}{spelling}と同じ{LF}", f"{LF}{bullet}{year.wide}と同じ{LF}")
                )
    if position:
        last = years[position - 1].wide
        changes.append((f"前年度と同じ{LF}", f"{last}と同じ{LF}"))
    formula, value = f"CHAR(10)&{cell.ref}&CHAR(10)", f"{LF}{cell.text}{LF}"
    for old, new in changes:
        formula = f"SUBSTITUTE({formula},{_lines(old)},{_lines(new)})"
        value = value.replace(old, new)
    return board.helper(row, f"={formula}", value)


def _year_meaning(
    board: Board, row: int, framed: Cell, targets: Iterable[tuple[str, Cell]]
) -> Cell:
    formula, value = framed.ref, framed.text
    for year, target in targets:
        for bullet in ("", "・"):
            line = f"{LF}{bullet}{year}と同じ{LF}"
            formula = f"SUBSTITUTE({formula},{_lines(line)},CHAR(10)&{target.ref}&CHAR(10))"
            value = value.replace(line, f"{LF}{target.text}{LF}")
    # The frame is cut off again; what stood between two line breaks stays.
    return board.helper(row, f"=MID({formula},2,LEN({formula})-2)", value[1:-1])


def _year_reference_lost(
    board: Board, item: Field, framed: Cell, targets: Sequence[tuple[str, Cell]]
) -> None:
    """R302 while typing: the year referred to holds nothing."""
    lost, now = [], False
    for year, target in targets:
        line = f"{year}と同じ{LF}"
        lost.append(f'AND(ISNUMBER(FIND({_lines(line)},{framed.ref})),{target.ref}="")')
        now = now or (line in framed.text and not target.value)
    words = f"{item.title}の参照先が空欄です。"
    board.doubtful(item.area.row, f"OR({','.join(lost)})", now, words)


def _lines(text: str) -> str:
    """An Excel text constant with its line breaks."""
    parts = [quoted(part) for part in text.split(LF)]
    return "&CHAR(10)&".join(parts).replace('""&', "").replace('&""', "")
