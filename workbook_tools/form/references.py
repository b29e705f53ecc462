"""What people mean by ⇒, ⑤と同じ, Ｒ２と同じ, 同上 and 同左 (domain §6). Pure.

Raw text, resolved text, the chain and the cells meant are all kept; nothing is replaced silently.
A line that is only a reference is replaced; a phrase inside a sentence is left as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbook_tools.era import FiscalYear
from workbook_tools.form.layout import Field, Form, field_name
from workbook_tools.text import CIRCLED, circled, half_width, is_blank, squeeze, tidy

# Accepted spellings, as data. Widths and spaces are evened out before they are looked for.
ARROWS = frozenset({"⇒", "→", "⇨", "➡", "=>", "->"})
_SAME = r"(?:[とに]同じ|[とに]同様|と同一)(?:です)?[。.]?"
_LABEL = rf"(?:[{CIRCLED}]|\(\d{{1,2}}\))"
_JOIN = r"(?:[、,・/]|及び|および|並びに|と)"
_RANGE = r"(?:[~～〜\-－―]|から)"
_YEAR = r"(?:[rR]\d{1,2}(?:年度?)?|令和(?:\d{1,2}|元)年?度?|20\d\d年?度?|[前昨]年度?)"
_NOTE = r"(?P<note>\(.*\))?"
_MARK = r"(?P<mark>\([新継]\))?"
_BULLET = r"(?P<bullet>[・･\-※]*)"

_LABELS_RE = re.compile(
    rf"{_BULLET}{_MARK}(?P<targets>{_LABEL}(?:(?:{_JOIN}|{_RANGE}){_LABEL})*){_SAME}{_NOTE}", re.S
)
_YEARS_RE = re.compile(
    rf"{_BULLET}{_MARK}(?P<targets>{_YEAR}(?:{_JOIN}{_YEAR})*)(?:の課題|の解決方法)?{_SAME}{_NOTE}",
    re.S,
)
_ABOVE_RE = re.compile(rf"{_BULLET}{_MARK}同上[。.]?{_NOTE}", re.S)
_LEFT_RE = re.compile(rf"{_BULLET}{_MARK}同左[。.]?{_NOTE}", re.S)
# Looks like a reference: with these words inside a longer sentence a person is told (R305).
_PHRASE_RE = re.compile(rf"(?:{_LABEL}|{_YEAR}){_SAME}|同上|同左|[前昨]年度?同様")
_OWN_MARK = re.compile(r"^\s*[(（][新継][)）]\s*")


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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A line that is a reference: the fields it names, and what stays of the line."""

    fields: tuple[str, ...]
    mark: str = ""
    note: str = ""
    problem: Problem | None = None


def labels(form: Form, texts: Mapping[str, str]) -> dict[int, tuple[FiscalYear, int]]:
    """The rows of 取組内容 by their printed number, as domain §4 counts them."""
    rows: dict[int, tuple[FiscalYear, int]] = {}
    for field in form.activities("取組予定"):
        assert field.year is not None
        assert field.n is not None
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
        revised = texts.get(field_name("工程_変更", year), "")
        original = texts.get(field_name("工程_当初", year), "")
        typed = original if is_blank(revised) else revised
        before = effective[year] = before if is_arrow(typed) else tidy(typed)
    return effective


def is_arrow(text: str) -> bool:
    """A cell of the schedule that says: as the year before."""
    bare = squeeze(text)
    return bare in ARROWS or _LEFT_RE.fullmatch(bare) is not None


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
        for stem in ("取組予定", "取組結果"):
            for field in self._form.activities(stem):
                self._resolve(field)
        for stem in ("課題", "解決方法"):
            for field in self._form.yearly(stem):
                self._resolve(field)
        self._schedule()
        return self._done

    def _resolve(self, field: Field) -> Resolved:
        if field.name in self._done:
            return self._done[field.name]
        self._open.append(field.name)
        raw = self._texts.get(field.name, "")
        lines, chains, problem, phrase = [], [], None, ""
        targets: list[str] = []
        for line in tidy(raw).split("\n"):
            wanted = self._wanted(field, line)
            if wanted is None:
                phrase = phrase or _phrase(line)
                lines.append(line)
                continue
            text, chain, trouble = self._follow(field, wanted)
            problem = problem or trouble
            targets.extend(wanted.fields)
            chains.append(chain)
            lines.append(line if trouble else text)
        self._open.pop()
        chain = f"{self._label(field)}←{'・'.join(chains)}" if chains and not problem else ""
        result = Resolved(raw, "\n".join(lines), chain, tuple(targets), problem, phrase)
        self._done[field.name] = result
        return result

    def _follow(self, field: Field, wanted: _Wanted) -> tuple[str, str, Problem | None]:
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
            text = wanted.mark + _OWN_MARK.sub("", text)
        return text + wanted.note, "・".join(chains), None

    def _wanted(self, field: Field, line: str) -> _Wanted | None:
        """The reference a whole line is, or None."""
        if "同" not in line:  # every reference to a text says so
            return None
        bare = squeeze(half_width(line))
        if field.stem.startswith("取組") and (match := _LABELS_RE.fullmatch(bare)):
            return self._by_label(field, match)
        if match := _YEARS_RE.fullmatch(bare):
            return self._by_year(field, match)
        if match := _ABOVE_RE.fullmatch(bare):
            return self._beside(match, self._above(field))
        if match := _LEFT_RE.fullmatch(bare):
            return self._beside(match, self._left(field))
        return None

    def _by_label(self, field: Field, match: re.Match[str]) -> _Wanted:
        names = []
        for number in _label_numbers(match["targets"]):
            if number not in self._rows:
                label = circled(number) if 1 <= number <= len(CIRCLED) else str(number)
                return _Wanted((), problem=Problem("R301", label))
            names.append(field_name(field.stem, *self._rows[number]))
        return _Wanted(tuple(names), match["mark"] or "", match["note"] or "")

    def _by_year(self, field: Field, match: re.Match[str]) -> _Wanted | None:
        assert field.year is not None
        names = []
        for spelling in re.findall(_YEAR, match["targets"]):
            is_last = spelling[0] in "前昨"
            year = field.year - 1 if is_last else FiscalYear.parse(spelling.removesuffix("年"))
            if year not in self._form.years:
                return _Wanted((), problem=Problem("R304", year.wide))
            names.append(field_name(field.stem, year, field.n))
        return _Wanted(tuple(names), match["mark"] or "", match["note"] or "")

    def _beside(self, match: re.Match[str], name: str | None) -> _Wanted:
        if name is None:
            return _Wanted((), problem=Problem("R302", match[0]))
        return _Wanted((name,), match["mark"] or "", match["note"] or "")

    def _above(self, field: Field) -> str | None:
        """The nearest row above that is in use; in ② the year before."""
        assert field.year is not None
        if field.n is None:
            year = field.year - 1
            return field_name(field.stem, year) if year in self._form.years else None
        rows = [row for row in self._rows.values() if row < (field.year, field.n)]
        return field_name(field.stem, *max(rows)) if rows else None

    def _left(self, field: Field) -> str | None:
        left = {"取組結果": "取組予定", "解決方法": "課題"}.get(field.stem)
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
        for stem in ("工程_当初", "工程_変更"):
            before, chain, name = "", "", ""
            for field in self._form.yearly(stem):
                assert field.year is not None
                raw = self._texts.get(field.name, "")
                if not is_arrow(raw):
                    text, chain = tidy(raw), str(field.year)
                    self._done[field.name] = Resolved(raw, text)
                elif field.year == self._form.years[0] or not (
                    text := before if stem == "工程_当初" else effective[field.year]
                ):
                    text = ""
                    problem = Problem("P201", field.year.wide)
                    self._done[field.name] = Resolved(raw, tidy(raw), problem=problem)
                else:
                    chain = f"{field.year}←{chain or field.year - 1}"
                    self._done[field.name] = Resolved(raw, text, chain, (name,))
                before, name = text, field.name


def _label_numbers(targets: str) -> Iterator[int]:
    """``①、②`` → 1, 2; ``①～③`` → 1, 2, 3."""
    last = 0
    is_range = False
    for part in re.findall(rf"{_LABEL}|{_RANGE}", targets):
        if re.fullmatch(_RANGE, part):
            is_range = True
            continue
        number = CIRCLED.find(part) + 1 or int(part.strip("()"))
        yield from range(last + 1, number) if is_range else ()
        yield number
        last, is_range = number, False


def _phrase(line: str) -> str:
    if "同" not in line:
        return ""
    match = _PHRASE_RE.search(squeeze(half_width(line)))
    return match[0] if match else ""
