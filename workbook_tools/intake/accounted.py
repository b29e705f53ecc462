"""Everything visible is accounted for: an answer, known print of the form, or told (F017). Pure.

A person sees the whole paper; so whatever stands beside, below or between the fields must not be
lost without a word. Cells of the form's own live checks are known by what they are: formulas, and
the few fixed words beside the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from workbook_tools.excel.read.book import OpenedBook
from workbook_tools.form import guide, layout
from workbook_tools.form.layout import COLUMNS, Form, Kind
from workbook_tools.form.spec import Stem
from workbook_tools.form.token import parse as parse_token
from workbook_tools.intake.answers import Noticed
from workbook_tools.intake.as_sent import Place, prints
from workbook_tools.intake.printed_words import HELPERS, REASONS_BEFORE, read_label, word
from workbook_tools.intake.witnesses import FormPart
from workbook_tools.text import is_none_mark, key, tidy

# How many cells are still to be filled in, as the form says at its top.
_COUNT = re.compile(rf"未入力 \d+件・要確認 \d+件|{layout.COMPLETE}")
_ROW_NUMBER = re.compile("[①-⑳]")  # of 取組内容, where its heading is not known
# What may stand in brackets behind a label: a year or the end of one.
_PERIOD = re.compile(r"(?:令和|平成|r|h)?(?:\d{1,4}|元)年?度?末?(?:時点|現在)?")
_WHOLE = 6  # letters of a label that is still known with as many more around it
_FAR = 4  # rows below a field: what stands farther off is none of its
_MOST_TOLD = 3  # of one sheet; more than these are told as one
_MOST_SHEETS = 10  # told one by one; more than these are told as one
RESULT = "確認結果"  # the sheet that a marked workbook begins with


def strays(
    book: OpenedBook, form: Form, part: FormPart, others: Sequence[FormPart]
) -> list[Noticed]:
    """Texts on a part's worksheet that no field holds; ``others`` are all parts of the workbook.

    Of several parts on one worksheet each answers for its own rows, the first for those above it,
    the last for those below.
    """
    if not book.is_visible(part.table.sheet):  # what its fields hold is told as hidden
        return []
    unknown = [
        known
        for known in _Seen(book, form, part, _headers(form, part, others)).unknown()
        if _answers_for(part, others, known[0][0])
    ]
    if not unknown:
        return []
    near = _Near(form, part)
    found = [near.noticed(place, text) for place, text in unknown]
    return [
        told
        for code in ("A406", "F017")
        for told in _few([noticed for noticed in found if noticed.code == code], near)
    ]


def _headers(form: Form, part: FormPart, others: Sequence[FormPart]) -> frozenset[str]:
    """What ② prints of its ① once more, as it stands there, even where its labels are unknown."""
    if part.sheet == 0:
        return frozenset()
    firsts = [known for known in others if known.sheet == 0 and known.number == part.number]
    firsts = firsts or [known for known in others if known.sheet == 0]
    names = prints(form)[1].again
    spots = [first.spots[name] for first in firsts for name in names if name in first.spots]
    return frozenset(key(spot.table.text(spot.row, spot.col)) for spot in spots) - {""}


def _few(found: Sequence[Noticed], near: _Near) -> Sequence[Noticed]:
    """All, or one for all: where one may be the answer to a blank field, that one."""
    if len(found) <= _MOST_TOLD:
        return found
    first = next((noticed for noticed in found if near.is_blank(noticed.field)), found[0])
    return [replace(first, more=len(found) - 1)]


def _answers_for(part: FormPart, others: Sequence[FormPart], row: int) -> bool:
    own = [known for known in others if known.table is part.table]
    above = [known for known in own if known.rows.start <= row]
    return (above[-1] if above else own[0]) is part


class _Near:
    """The fields of a part by their rows: which one a stray text may belong to."""

    def __init__(self, form: Form, part: FormPart) -> None:
        self._form, self._part = form, part
        ends = {(area.row, area.col): area for area in part.table.merged}
        self._rows: dict[int, list[tuple[int, int, str]]] = {}  # row → first, last column, name
        for name, spot in part.spots.items():
            if spot.table is part.table:
                area = ends.get((spot.row, spot.col))
                last = area.last_col if area else spot.col
                for row in range(spot.row, (area.last_row if area else spot.row) + 1):
                    self._rows.setdefault(row, []).append((spot.col, last, name))

    def noticed(self, place: Place, text: str) -> Noticed:
        """F017; of a row that somebody put between those of 取組内容 A406."""
        name = self._field(*place)
        sheet, cell = self._part.table.sheet, self._part.table.cell(*place)
        if name and self._form[name].n and self._is_between(self._part.spots[name].row, place[0]):
            return Noticed("A406", sheet, cell, self._form[name].stem, text)
        return Noticed("F017", sheet, cell, name, text)

    def _is_between(self, field: int, row: int) -> bool:
        """A row was put in below a field; the headings of the evaluation stand in no such row."""
        scores = [spot.row for name, spot in self._part.spots.items() if self._is_score(name)]
        return field < row < min((known - 1 for known in scores if known > field), default=row + 1)

    def _is_score(self, name: str) -> bool:
        return self._form[name].kind is Kind.SCORE

    def is_blank(self, name: str | None) -> bool:
        """A field, or all of its column, in which nothing stands."""
        spot = self._part.spots.get(name or "")
        return spot is not None and not tidy(spot.table.text(spot.row, spot.col))

    def _field(self, row: int, col: int) -> str | None:
        """That of its row left of it, else the nearest one above it; none far above."""
        left = [(first, name) for first, _, name in self._rows.get(row, ()) if first <= col]
        if left:
            return max(left)[1]
        for up in range(row - 1, row - 1 - _FAR, -1):
            above = [name for first, last, name in self._rows.get(up, ()) if first <= col <= last]
            if above:
                return above[0]
        return None


def elsewhere(book: OpenedBook, parts: Sequence[FormPart]) -> Iterator[Noticed]:
    """What lies over the cells of any sheet, and what stands on sheets that hold no form."""
    settled = {part.table.sheet for part in parts}
    lying_over: list[Noticed] = []
    added: list[Noticed] = []
    for sheet in book.sheets:
        if not book.is_visible(sheet) or sheet.startswith(RESULT):
            continue
        lying_over += _over(book, sheet)
        if _is_guide(book, sheet):
            yield from _notes_on_the_guide(book, sheet)
        elif sheet not in settled:
            added += _whole_sheet(book, sheet)
    yield from _together(lying_over)
    yield from _together(added)


def _together(found: Sequence[Noticed]) -> Sequence[Noticed]:
    """A finding a sheet; where somebody copied a sheet by the dozen, one for all of them."""
    if len(found) <= _MOST_SHEETS:
        return found
    return [replace(found[0], more=found[0].more + sum(1 + told.more for told in found[1:]))]


def _is_guide(book: OpenedBook, sheet: str) -> bool:
    """The guide, by the name of its tab or, where somebody changed that, by its title."""
    if sheet == layout.GUIDE:
        return True
    return any(guide.TITLE.search(table.text(0, 0)) for table in book.tables([sheet]))


def _notes_on_the_guide(book: OpenedBook, sheet: str) -> Iterator[Noticed]:
    """Words beside or below the guide, which ends with an example of its own."""
    for table in book.tables([sheet]):
        heads = [row for row in range(len(table.grid)) if table.text(row, 0) == guide.EXAMPLE[0]]
        last = heads[-1] + guide.EXAMPLE_ROWS if heads else len(table.grid)
        notes = [
            (row, col)
            for row, values in enumerate(table.grid)
            for col, value in enumerate(values)
            if value != "" and (row > last or col >= guide.COLUMNS)
        ]
        if notes:
            text, cell = tidy(table.text(*notes[0])), table.cell(*notes[0])
            yield Noticed("F017", table.sheet, cell, None, text, len(notes) - 1)


def _over(book: OpenedBook, sheet: str) -> Iterator[Noticed]:
    """Text boxes, notes and pictures."""
    overlays = book.overlays(sheet)
    if overlays.count:
        first = overlays.listed[0]
        text = first.text or first.kind.value
        yield Noticed("F017", sheet, first.cell, None, text, overlays.count - 1, first.kind.value)


def _whole_sheet(book: OpenedBook, sheet: str) -> Iterator[Noticed]:
    """A sheet that somebody added: one finding, however much it holds."""
    for table in book.tables([sheet]):
        filled = [
            (row, col)
            for row, values in enumerate(table.grid)
            for col, value in enumerate(values)
            if value != "" and not table.is_hidden(row, col)
        ]
        if filled:
            text = tidy(table.text(*filled[0]))
            yield Noticed("F017", sheet, table.cell(*filled[0]), None, text, len(filled) - 1)


class _Seen:
    """One worksheet as a person looks at it, against what the form knows of it."""

    def __init__(
        self, book: OpenedBook, form: Form, part: FormPart, headers: frozenset[str]
    ) -> None:
        self._book, self._form, self._part, self._table = book, form, part, part.table
        self._headers = headers

    def unknown(self) -> Iterator[tuple[Place, str]]:
        """Filled visible cells that are neither answers nor known print, with their texts."""
        for row, col in self._candidates():
            text = tidy(self._table.text(row, col))
            if text and not self._is_known((row, col), text) and not self._is_respelled(text):
                yield (row, col), text

    def _is_respelled(self, text: str) -> bool:
        """A label that stands nowhere as it was sent, shortened or with words added; once each."""
        bare, _ = read_label(text)
        bare = bare if _knows_remarks(self._form, text) else ""
        label = next((label for label in self._missing if _is_like(bare, label)), None)
        if label:
            self._missing.remove(label)
        return label is not None

    @cached_property
    def _missing(self) -> list[str]:
        """Words of the sheet's labels that stand nowhere on it."""
        texts = (self._table.text(*place) for place in self._all())
        there = {read_label(text)[0] for text in texts}
        labels = [label.text for label in self._form.labels if label.sheet == self._part.sheet]
        own = {word(text) for text in (*labels, *HELPERS)}
        titled = "{plan}"
        titles = {word(known.text) for known in self._form.labels if titled in known.text}
        return sorted(own - there - titles - {""}, key=len)

    def _all(self) -> Iterator[Place]:
        for row, values in enumerate(self._table.grid):
            for col, value in enumerate(values):
                if value != "":
                    yield row, col

    def _candidates(self) -> Iterator[Place]:
        if self._part.as_sent:
            printed = prints(self._form)[self._part.sheet]
            yield from printed.strays(self._table)
            yield from printed.beside(self._table)
            return
        yield from self._all()

    def _is_known(self, place: Place, text: str) -> bool:
        if place in self._answers or self._is_print(text) or key(text) in self._headers:
            return True
        if self._table.is_hidden(*place):
            return True
        right = place[1] >= self._edge
        if right and (self._is_helper(place) or place in self._last_reasons):
            return True
        return place in self._table.covered

    def _is_helper(self, place: Place) -> bool:
        if self._table.has_formula(*place) or self._is_constant(*place):
            return True
        return parse_token(self._table.text(*place)) is not None

    def _is_constant(self, row: int, col: int) -> bool:
        """A text that the live checks compare with: in the first row, from the first hidden column
        on with no gap but for single blanks (spaces, which some programs drop).

        Somebody who copies the cells to another sheet leaves the columns' width behind.
        """
        first = self._edge + layout.MISSING - COLUMNS
        if row or col < first:
            return False
        made = [self._table.has_formula(0, other) for other in range(first, col)]
        filled = [self._table.value(0, other) != "" for other in range(first, col)]
        no_gap = all(any(near) for near in zip(made, filled, made[1:], filled[1:], strict=False))
        return any(made) and no_gap

    def _is_print(self, text: str) -> bool:
        if len(text) > 80:
            return False
        if _COUNT.fullmatch(text) or _ROW_NUMBER.fullmatch(text):
            return True
        bare, year = read_label(text)
        words, titles, _ = _printed_words(self._form)
        if not _knows_remarks(self._form, text):
            return False
        return year is not None or bare in words or bare.endswith(titles) or is_none_mark(text)

    @cached_property
    def _answers(self) -> frozenset[Place]:
        """The fields' cells, and those that repeat a header's value on ②."""
        return frozenset(
            (spot.row, spot.col) for spot in self._part.spots.values() if spot.table is self._table
        )

    @cached_property
    def _edge(self) -> int:
        """The column behind the printed page."""
        if self._part.as_sent:
            return COLUMNS
        beside = self._part.spots.get(Stem.VERSION)
        own = self._answers - {(beside.row, beside.col) if beside else (-1, -1)}
        ends = [area.last_col + 1 for area in self._table.merged if (area.row, area.col) in own]
        return max([*ends, *(col + 1 for _, col in own)], default=COLUMNS)

    @cached_property
    def _last_reasons(self) -> frozenset[Place]:
        """Last year's reasons, printed in grey beside the cells for this year's."""
        heading = key(REASONS_BEFORE)
        reasons = {self._part.spots[n].row for n in _reasons(self._form) if n in self._part.spots}
        for row, values in enumerate(self._table.grid):
            for col, value in enumerate(values):
                if col >= self._edge and isinstance(value, str) and key(value) == heading:
                    return frozenset((known, col) for known in reasons if known > row)
        return frozenset()


_REMARK = re.compile(r"\(([^()]*)\)")


def _knows_remarks(form: Form, text: str) -> bool:
    """What stands in brackets behind a label is the form's own, or names a year.

    For a label's place brackets mean nothing; what somebody typed into them is no print.
    """
    remarks = _REMARK.findall(key(text))
    if not remarks:
        return True
    words, _, own = _printed_words(form)
    return all(
        remark in own or word(remark) in words or _PERIOD.fullmatch(remark) for remark in remarks
    )


def _is_like(bare: str, label: str) -> bool:
    """Words of a label with some more around them, or some of them in their order."""
    if label in bare:
        return len(label) >= _WHOLE and len(bare) <= len(label) + _WHOLE
    letters = iter(label)
    fewer = all(letter in letters for letter in bare)
    return len(bare) > 1 and (bare in label or (fewer and 2 * len(bare) >= len(label)))


def _reasons(form: Form) -> tuple[str, ...]:
    return tuple(field.name for field in form.reasons)


_Printed = tuple[frozenset[str], tuple[str, ...], frozenset[str]]
_WORDS: dict[int, tuple[Form, _Printed]] = {}


def _printed_words(form: Form) -> _Printed:
    """What every label says and what stands beside it, how titles end, and words in brackets."""
    known = _WORDS.get(id(form))
    if known is None:
        if len(_WORDS) >= 8:
            _WORDS.clear()
        labels = [label.text for label in form.labels]
        words = frozenset(word(text) for text in (*labels, *HELPERS) if text) - {""}
        titles = [text.partition("{plan}")[2] for text in labels if "{plan}" in text]
        said = (key(text) for text in (*labels, *HELPERS))
        remarks = frozenset(remark for text in said for remark in _REMARK.findall(text))
        known = _WORDS[id(form)] = (form, (words, tuple(map(word, titles)), remarks))
    return known[1]
