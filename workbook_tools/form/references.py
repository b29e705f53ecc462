"""What people mean by ⇒, ⑤と同じ, Ｒ２と同じ, 同上 and 同左 (domain §6). Pure.

Raw text, resolved text, the chain and the cells meant are all kept; nothing is replaced silently.
A line that is only a reference is replaced; a phrase inside a sentence is left as typed. How all of
it may be spelled stands in :mod:`spellings`. The form's formulas follow the same grammar as far as
formulas can; where they cannot, :attr:`Resolved.beyond` says so (R307).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workbook_tools.era import FiscalYear
from workbook_tools.form.layout import Field, Form, field_name
from workbook_tools.form.spec import Stem
from workbook_tools.spellings import (
    ABOVE,
    AS_BEFORE,
    COMMA,
    DASHES,
    FIRST_YEAR,
    FOLDED_ABOVE,
    FOLDED_BEFORE,
    FOLDED_LEFT,
    LABELS,
    LEFT,
    LIKE_BEFORE,
    MARKED,
    MARKS,
    REFERS,
    SAME_AS,
    TELLTALES,
    TO,
    YEARS,
    fold,
    folded,
    word,
)
from workbook_tools.text import CIRCLED, circled, half_width, is_blank, squeeze, tidy

# What the form's formulas follow: so many cells a reference, and so many references a cell.
MOST_TARGETS, MOST_LINES = 3, 1

_SIGNS = re.compile("|".join(map(re.escape, sorted(TELLTALES))))
_ARROWS = folded(AS_BEFORE)
_LONGEST_ARROW = 8  # signs; a longer text need not be folded
# A folded line that may be a reference: what it names behind a mark, and a note in brackets.
_LINE = re.compile(
    rf"{DASHES[0]}*(?P<mark>\([{''.join(MARKS)}]\))?(?P<targets>[^{REFERS}]+){REFERS}"
    r"(?P<note>\([^(]*\))?"
)
_RANGE = re.compile(rf"[{re.escape(DASHES[0] + TO)}]")
# With these inside a longer sentence a person is told (R305); widths are evened out.
_NAME = rf"[{CIRCLED}]|\(\d{{1,2}}\)|[rR]\d{{1,2}}(?:年度?)?|(?:令和(?:\d{{1,2}}|元)|20\d\d)年?度?"
_PHRASE = re.compile(
    rf"(?:{_NAME}|[前昨]年度?)(?:{'|'.join(SAME_AS)})|{'|'.join((*ABOVE, *LEFT, *LIKE_BEFORE))}"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A reference that leads nowhere: its code of the contract and what was meant."""

    code: str
    target: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """One cell: what was typed, what it says, how that was found, which cells it names."""

    raw: str
    text: str
    chain: str = ""  # ⑧←⑤, R4←R3←R2; empty where nothing was resolved
    targets: tuple[str, ...] = ()  # field names directly referred to
    problem: Problem | None = None
    phrase: str = ""  # what looked like a reference inside a sentence
    beyond: bool = False  # resolved, but the form's formulas cannot follow


@dataclass(frozen=True, slots=True)
class _Line:
    """A folded line that may be a reference: mark, folded names, and whether it has a note.

    A range of labels is two names; where a name is none that we know the line is a sentence.
    """

    mark: str
    names: tuple[tuple[str, ...], ...]
    noted: bool

    @property
    def known(self) -> bool:
        return all(
            name in LABELS if len(names) > 1 else name in _NAMES
            for names in self.names
            for name in names
        )


_NAMES = frozenset({*LABELS, *YEARS, FOLDED_ABOVE, FOLDED_LEFT, FOLDED_BEFORE})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A line that is a reference: the fields it names, and what stays of the line."""

    fields: tuple[str, ...]
    mark: str = ""
    note: str = ""
    problem: Problem | None = None
    mixed: bool = False  # a range of labels beside other labels


def label_of(year: FiscalYear) -> str:
    """The field of the number beside a year's first row."""
    return field_name(Stem.LABEL, year, 1)


def numbered_from(form: Form, texts: Mapping[str, object]) -> FiscalYear:
    """The first year whose rows bear numbers: that whose ① is among the ``texts`` of a form.

    Without one it is the plan's first year. So counted all forms before practices that begin later
    got numbers of their own, and nothing that was kept of those forms has a ①.
    """
    return next((year for year in form.years if texts.get(label_of(year))), form.years[0])


def labels(form: Form, texts: Mapping[str, str]) -> dict[int, tuple[FiscalYear, int]]:
    """The rows of 取組内容 by their printed number, as domain §4 counts them."""
    rows: dict[int, tuple[FiscalYear, int]] = {}
    first = numbered_from(form, texts)
    for field in form.activities(Stem.PLAN):
        assert field.year is not None
        assert field.n is not None
        if field.year < first:
            continue
        if field.n == 1 or not is_blank(texts.get(field.name, "")):
            rows[len(rows) + 1] = (field.year, field.n)
    return rows


def resolve(form: Form, texts: Mapping[str, str]) -> dict[str, Resolved]:
    """All text cells of a form resolved, by field name. Ends on every graph of references."""
    return _Resolver(form, texts).all()


def effective_schedule(form: Form, texts: Mapping[str, str]) -> dict[FiscalYear, str]:
    """工程（実効）per year: revised if filled, else original; ⇒ as the year before (domain §4)."""
    effective: dict[FiscalYear, str] = {}
    before = ""
    for year in form.years:
        revised = texts.get(field_name(Stem.REVISION, year), "")
        original = texts.get(field_name(Stem.ORIGINAL, year), "")
        typed = original if is_blank(revised) else revised
        before = effective[year] = before if is_arrow(typed) else tidy(typed)
    return effective


def is_arrow(text: str) -> bool:
    """A cell of the schedule that says: as the year before."""
    bare = squeeze(text)
    return 0 < len(bare) <= _LONGEST_ARROW and word(bare) in _ARROWS


@lru_cache(maxsize=1024)
def _read(line: str) -> _Line | None:
    """A folded line as the reference it may be."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    parts = match["targets"].split(COMMA)
    names = tuple(tuple(_RANGE.split(part)) for part in parts)
    return _Line(match["mark"] or "", names, bool(match["note"]))


class _Resolver:
    """One pass over a form; every cell is resolved once, cycles are cut where they close."""

    def __init__(self, form: Form, texts: Mapping[str, str]) -> None:
        self._form = form
        self._texts = texts
        self._rows = labels(form, texts)
        self._numbers = {row: number for number, row in self._rows.items()}
        self._done: dict[str, Resolved] = {}
        self._open: list[str] = []

    def all(self) -> dict[str, Resolved]:
        for entry in self._form.spec.activities:
            for field in self._form.activities(entry.stem):
                self._resolve(field)
        for entry in self._form.spec.issues:
            for field in self._form.yearly(entry.stem):
                self._resolve(field)
        self._schedule()
        return self._done

    def _resolve(self, field: Field) -> Resolved:
        done = self._done.get(field.name)
        if done is None:
            raw = self._texts.get(field.name, "")
            if _SIGNS.search(raw):
                self._open.append(field.name)
                done = self._lines(field, raw)
                self._open.pop()
            else:
                done = Resolved(raw, tidy(raw))
            self._done[field.name] = done
        return done

    def _lines(self, field: Field, raw: str) -> Resolved:
        """A cell line by line: a line that is a reference is replaced by what it stands for."""
        text = tidy(raw)
        bares = fold(text)
        texts, chains, targets = [], [], list[str]()
        problem, phrase, beyond = None, "", bares.count(REFERS) > MOST_LINES
        for line, bare in zip(text.split("\n"), bares.split("\n"), strict=True):
            wanted = self._wanted(field, line, bare)
            if wanted is None:
                phrase = phrase or _phrase(line, bare)
                texts.append(line)
                continue
            told, chain, trouble = self._follow(wanted)
            problem = problem or trouble
            targets.extend(wanted.fields)
            chains.append(chain)
            texts.append(line if trouble else told)
            beyond = beyond or (not trouble and self._is_beyond(field, wanted))
        chain = f"{self._label(field)}←{'・'.join(chains)}" if chains and not problem else ""
        beyond = beyond and problem is None
        return Resolved(raw, "\n".join(texts), chain, tuple(targets), problem, phrase, beyond)

    def _is_beyond(self, field: Field, wanted: _Wanted) -> bool:
        """More targets than the form shows, or one further down that is no plain text."""
        if len(wanted.fields) > MOST_TARGETS or wanted.mixed:
            return True
        own = _place(field)
        for target in (self._form[name] for name in wanted.fields):
            done, below = self._done[target.name], _place(target) > own
            if done.beyond or (below and target.stem == field.stem and REFERS in fold(done.raw)):
                return True
        return False

    def _follow(self, wanted: _Wanted) -> tuple[str, str, Problem | None]:
        """The text a line stands for, its chain, and what is wrong with it if anything."""
        if wanted.problem:
            return "", "", wanted.problem
        texts, chains = [], []
        for name in wanted.fields:
            label = self._label(self._form[name])
            if name in self._open:
                return "", "", Problem("R303", label)
            target = self._resolve(self._form[name])
            if target.problem:
                # The circle is reported where it closes and at every cell that leads into it;
                # a target with trouble of its own is reported there.
                code = "R303" if target.problem.code == "R303" else "R302"
                return "", "", Problem(code, label)
            if is_blank(target.text):
                return "", "", Problem("R302", label)
            texts.append(target.text)
            chains.append(target.chain or label)
        text = "\n".join(texts)
        if wanted.mark:
            text = wanted.mark + text[3 if text[:3] in MARKED else 0 :]
        return text + wanted.note, "・".join(chains), None

    def _wanted(self, field: Field, line: str, bare: str) -> _Wanted | None:
        """The reference a whole line is, or None."""
        read = _read(bare) if REFERS in bare else None
        if read is None or not read.known:
            return None
        names = [name for part in read.names for name in part]
        alone = names[0] if len(names) == 1 else ""
        found: _Wanted | None = None
        if alone == FOLDED_LEFT:
            found = self._beside(LEFT[0], self._left(field))
        elif alone == FOLDED_ABOVE:
            found = self._beside(ABOVE[0], self._above(field))
        elif all(name in LABELS for name in names):
            found = self._by_label(field, read.names) if field.n else None
        elif alone or not field.n:
            found = self._by_year(field, names)
        if found is None or found.problem:
            return found
        note = _note(line) if read.noted else ""
        mixed = len(names) > len(read.names) > 1
        return _Wanted(found.fields, read.mark, note, mixed=mixed)

    def _by_label(self, field: Field, parts: tuple[tuple[str, ...], ...]) -> _Wanted:
        names = []
        for part in parts:
            first, last = LABELS[part[0]], LABELS[part[-1]]
            if len(part) > 2 or (len(part) == 2 and first >= last):
                named = "～".join(circled(LABELS[label]) for label in part)
                return _Wanted((), problem=Problem("R301", named))
            for number in range(first, last + 1):
                if number not in self._rows:
                    return _Wanted((), problem=Problem("R301", circled(number)))
                names.append(field_name(field.stem, *self._rows[number]))
        return _Wanted(tuple(names))

    def _by_year(self, field: Field, names: list[str]) -> _Wanted | None:
        """The same field of other years; 前年度 beside other years is a sentence."""
        assert field.year is not None
        if names == [FOLDED_BEFORE]:
            years = [field.year - 1]
        elif all(name in YEARS for name in names):
            years = [FiscalYear(FIRST_YEAR - 1 + YEARS[name]) for name in names]
        else:
            return None
        for year in years:
            if year not in self._form.years:
                return _Wanted((), problem=Problem("R304", year.wide))
        return _Wanted(tuple(field_name(field.stem, year, field.n) for year in years))

    def _beside(self, said: str, name: str | None) -> _Wanted:
        return _Wanted((name,)) if name else _Wanted((), problem=Problem("R302", said))

    def _above(self, field: Field) -> str | None:
        """The nearest row above that is in use; in ② the year before."""
        assert field.year is not None
        if field.n is None:
            year = field.year - 1
            return field_name(field.stem, year) if year in self._form.years else None
        rows = [row for row in self._rows.values() if row < (field.year, field.n)]
        return field_name(field.stem, *max(rows)) if rows else None

    def _left(self, field: Field) -> str | None:
        left = self._form.spec.left_of(field.stem)
        return field_name(left, field.year, field.n) if left else None

    def _label(self, field: Field) -> str:
        """How a chain names a cell: ⑤ or R3."""
        assert field.year is not None
        if field.n is None:
            return str(field.year)
        number = self._numbers.get((field.year, field.n))
        return circled(number) if number else f"{field.year}の{field.n}行目"

    def _schedule(self) -> None:
        """⇒ continues its own row; in the revised row with nothing to its left, the original."""
        effective = effective_schedule(self._form, self._texts)
        original, _ = self._form.spec.schedule
        for entry in self._form.spec.schedule:
            before, chain, name = "", "", ""
            for field in self._form.yearly(entry.stem):
                assert field.year is not None
                raw = self._texts.get(field.name, "")
                if not is_arrow(raw):
                    text, chain = tidy(raw), str(field.year)
                    self._done[field.name] = Resolved(raw, text)
                elif field.year == self._form.years[0] or not (
                    text := before if entry is original else effective[field.year]
                ):
                    text = ""
                    problem = Problem("P201", field.year.wide)
                    self._done[field.name] = Resolved(raw, tidy(raw), problem=problem)
                else:
                    chain = f"{field.year}←{chain or field.year - 1}"
                    self._done[field.name] = Resolved(raw, text, chain, (name,))
                before, name = text, field.name


def _place(field: Field) -> tuple[FiscalYear, int]:
    """Where a field stands in its column."""
    assert field.year is not None
    return field.year, field.n or 0


def _note(line: str) -> str:
    """What a reference adds in brackets, as typed: the last pair of them."""
    start = max(line.rfind("("), line.rfind("（"))
    return f"（{' '.join(filter(None, line[start + 1 :].split(' ')))}"


def _phrase(line: str, bare: str) -> str:
    """What looks like a reference in a line that is none."""
    if not _SIGNS.search(line):
        return ""
    text = squeeze(half_width(line))
    if match := _PHRASE.search(text):
        return match[0]
    read = _read(bare) if REFERS in bare else None
    return text if read and read.names[0][0] in _NAMES else ""
