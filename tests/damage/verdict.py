"""The oracle: what was read against what is seen on the paper.

A form is *right* where every field holds what stands at its printed place; *reported* where
something else was read, lost or left out and a finding names it, or the form was refused; *silently
wrong* otherwise. *Refused without need*: an error although everything needed is seen and readable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.damage.desk import Must
from tests.damage.paper import Paper, Part, Words
from workbook_tools.findings import Finding, Severity
from workbook_tools.form.layout import ON_PLAN, REVISED, Form, Kind
from workbook_tools.intake.answers import Answer, Submission
from workbook_tools.intake.read_forms import Intake
from workbook_tools.register.records import Judged


class Verdict(StrEnum):
    """What became of a form."""

    RIGHT = "right"
    REPORTED = "reported"
    SILENT = "silent"
    NEEDLESS = "needless"


@dataclass(slots=True)
class Outcome:
    """The verdict on one form, and why."""

    verdict: Verdict = Verdict.RIGHT
    wrongs: list[str] = field(default_factory=list)  # nobody was told
    told: list[str] = field(default_factory=list)  # a finding names it
    masked: list[str] = field(default_factory=list)  # the form was refused for something else
    errors: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)  # said of what is as it should be


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the undamaged forms.

    ``findings`` as (code, field); ``texts`` per practice number and field as seen; ``year`` the
    evaluated one; ``closed`` what was sent in fields that nobody may change: it may be hidden.
    """

    year: str
    findings: frozenset[tuple[str, str | None]]
    texts: Mapping[int, Mapping[str, str]]
    closed: Mapping[str, str] = field(default_factory=dict)


# These excuse nothing: they say how a text looks, or that it was read as it stands on the paper
# (F015) or without what is struck (F018); then it has to be.
_WEAK = frozenset({"T701", "A403", "R305", "F015", "F018"})
# What is said of a whole form or file holds for everything in it.
_WHOLE = frozenset({"F001", "F002", "F003", "F007", "F011", "F012", "F022"})


def _loose(text: str) -> str:
    """Without white space and widths: what a message may have done to a text."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _even(text: str) -> str:
    """The contract's evening-out: surrounding white space, kinds of line breaks and of spaces."""
    text = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("\u200b", "")
    )
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r" *\n *", "\n", text).strip()


def check(
    form: Form,
    paper: Paper,
    intake: Intake,
    judged: Sequence[Judged],
    musts: Sequence[Must],
    before: Before,
    refusal_ok: bool,
    most: int = 300,
) -> Outcome:
    """Compare what was read with what is seen; more than ``most`` findings are too many."""
    comparison = _Comparison(form, paper, intake, judged, before)
    outcome = comparison.outcome(musts, refusal_ok)
    if len(comparison.everything) > most * max(1, len(judged)):
        outcome.alarms.append(f"{len(comparison.everything)} findings")
    return outcome


class _Comparison:
    """One workbook: paper on one side, what the tool says on the other."""

    def __init__(
        self,
        form: Form,
        paper: Paper,
        intake: Intake,
        judged: Sequence[Judged],
        before: Before,
    ) -> None:
        self.form, self.paper, self.judged = form, paper, judged
        self.before = before
        everything = [*intake.findings, *(finding for one in judged for finding in one.findings)]
        self.everything = everything
        self.said = [
            finding
            for finding in everything
            if finding.severity in (Severity.ERROR, Severity.WARNING)
            and (finding.code, finding.place.field) not in before.findings
            and finding.code not in _WEAK
        ]
        self.errors = [
            finding
            for finding in everything
            if finding.severity is Severity.ERROR
            and (finding.code, finding.place.field) not in before.findings
        ]
        self.refused = bool(self.errors)
        self.result = Outcome()
        self.result.errors = sorted({finding.code for finding in self.errors})
        self.near: dict[str, list[Words]] = {}
        for words in paper.strays:
            if words.near:
                self.near.setdefault(f"{words.sheet}\0{words.near}", []).append(words)
        self.joined: set[Words] = set()  # strays that were read as part of a field
        self.stored = {
            (one.submission.practice_no, name, _loose(answer.raw))
            for one in judged
            for name, answer in one.submission.answers.items()
        }

    def outcome(self, musts: Sequence[Must], refusal_ok: bool) -> Outcome:
        result = self.result
        unread = self._forms()
        for words in self.paper.strays:
            if words not in self.joined:
                self._account(words, "lost")
        self._false_alarms()
        for must in musts:
            if any(finding.code in must.codes for finding in self.said):
                result.told.append(must.what)
            else:
                self._blame(must.what)
        if result.wrongs:
            result.verdict = Verdict.SILENT
        elif (self.refused or unread) and not refusal_ok and self._complete():
            result.verdict = Verdict.NEEDLESS
        elif result.told or result.masked or self.refused or unread:
            result.verdict = Verdict.REPORTED
        return result

    def _false_alarms(self) -> None:
        """Stray, struck or hidden text reported where nothing of the kind is."""
        fields = [
            words
            for part in (*self.paper.firsts, *self.paper.seconds)
            for found in part.fields.values()
            for words in found
            if words.typed
        ]
        # A ② that belongs to nobody is told at what it prints.
        alone = {(part.sheet, cell) for part in self.paper.seconds for cell in part.again}
        typed = {(words.sheet, words.cell) for words in (*self.paper.strays, *fields)} | alone
        true = {"F017": typed, "F018": self.paper.veiled, "F019": self.paper.veiled}
        for finding in self.everything:
            place = finding.place
            spot = (place.sheet, place.cell)
            if finding.code in true and place.cell and spot not in true[finding.code]:
                where = f"{finding.code} {place.sheet} {place.cell}"
                self.result.alarms.append(f"{where} {finding.value!r}"[:100])

    # -- forms

    def _forms(self) -> bool:
        """Every form on the paper against its submission; true where one was not read at all."""
        unread = list(self.paper.firsts)
        seconds_read: list[Part] = []
        for judged in self.judged:
            submission = judged.submission
            sheets = _sheets(self.form, submission)
            here = [part for part in self.paper.firsts if part.sheet in sheets[0]]
            here.sort(key=lambda part: sheets[0].index(part.sheet))
            same = [part for part in here if _number(part.number) == submission.practice_no]
            alone = len(here) == 1 or len({part.sheet for part in here}) > 1
            first = (*(() if alone else same), *here, None)[0]
            if first is None and not sheets[0] and sheets[1]:
                first = Part("", "")  # ② came alone
            if first is None:
                self._nowhere(submission)
                continue
            unread = [part for part in unread if part is not first]
            if submission.practice_no is not None and first.number:
                self._number(submission, first.number)
            second = self._second(first, sheets[1], submission)
            seconds_read += [second] if second else []
            fields = {**first.fields, **(second.fields if second else {})}
            again = second.repeats if second else {}
            self._compare(submission, first.sheet, second.sheet if second else "", fields, again)
        lost = [self._unread(part) for part in unread]
        for part in self.paper.seconds:
            if not any(part is other for other in seconds_read):
                self._unread(part)
        return any(lost)

    def _unread(self, part: Part) -> bool:
        """A sheet that no submission was read from; false where a copy of it was read."""
        number = _number(part.number)
        lost = [
            words
            for seen in part.fields.values()
            for words in seen
            if words.typed and (number, words.field, _loose(words.text)) not in self.stored
        ]
        for words in lost:
            self._account(words, "not read")
        return bool(lost)

    def _number(self, submission: Submission, number: str) -> None:
        if _number(number) not in (None, submission.practice_no):
            self._blame(f"form {number} read as №{submission.practice_no}", "項目番号")

    def _second(self, first: Part, sheets: Sequence[str], submission: Submission) -> Part | None:
        """The ② whose number is the form's; where several are, the one that was read."""
        fitting = [
            part for part in self.paper.seconds if _number(part.number) == _number(first.number)
        ]
        if not first.sheet:
            fitting = list(self.paper.seconds)
        alone = len(self.paper.firsts) == 1 and len(self.paper.seconds) == 1
        numbers = (first, *self.paper.seconds)
        if not fitting and alone and None in [_number(part.number) for part in numbers]:
            fitting = list(self.paper.seconds)
        chosen = [part for part in fitting if part.sheet in sheets]
        return (*chosen, *fitting, None)[0]

    def _nowhere(self, submission: Submission) -> None:
        """A form was read from sheets that nobody sees."""
        for name, answer in submission.answers.items():
            kind = self.form[name].kind
            if answer.raw.strip() and kind in (Kind.TEXT, Kind.SCORE, Kind.STATUS):
                self._blame(f"{name} read from a sheet that is not seen", name, answer)

    # -- fields

    def _compare(
        self,
        submission: Submission,
        first: str,
        second: str,
        fields: Mapping[str, list[Words]],
        again: Mapping[str, str],
    ) -> None:
        for item in self.form.fields:
            name = item.name
            if item.kind is Kind.LABEL or name == "様式版":
                continue
            there = fields.get(name, [])
            answer = submission.answers.get(name)
            if item.kind in (Kind.TOTAL, Kind.GRADE) and not there:
                continue
            sheet = second if item.sheet else first
            extra = self.near.get(f"{sheet}\0{name}", [])
            matched = _match(item.kind, [words.text for words in there], answer)
            if matched is None and not there and name in again:  # read where ② prints it
                matched = _match(item.kind, [again[name]], answer) and 0
            if matched is None and item.kind is Kind.FIXED and answer:
                # One cell for number and name: both fields are read from it.
                shared = (words for words in fields.get(item.name + "番号", ()))
                matched = next((0 for words in shared if words.text == answer.raw), None)
            if matched is None and extra:
                for count in range(1, len(extra) + 1):
                    texts = [words.text for words in (*there, *extra[:count])]
                    if _match(item.kind, texts, answer) is not None:
                        matched = len(texts)
                        self.joined |= set(extra[:count])
                        break
            if matched is None and not there and item.n and item.n > 1:
                # An added row without number, read as the next one: nothing is printed there.
                before = f"{sheet}\0{name[:-1]}{item.n - 1}"
                for words in self.near.get(before, ()):
                    if _match(item.kind, [words.text], answer):
                        matched = 0
                        self.joined.add(words)
            if matched is None:
                self._mismatch(item.kind, name, there, answer)
            else:
                for words in there[matched:]:
                    self._account(words, "lost")

    def _mismatch(
        self, kind: Kind, name: str, there: Sequence[Words], answer: Answer | None
    ) -> None:
        """Another value than the paper's; or only some of several texts, or none of them."""
        stored = answer.raw if answer else ""
        if not there and answer and _even(stored) == _even(self.before.closed.get(name, "\0")):
            spot = (answer.sheet, answer.cell)
            if spot in self.paper.veiled:
                return
        rest = [words for words in there if _match(kind, [words.text], answer) is None]
        some = len(rest) < len(there) or not stored.strip()
        if there and some and all(self._is_told(words) for words in rest):
            self.result.told += [f"lost: {words.cell} {words.text[:40]!r}" for words in rest]
            return
        seen = " / ".join(words.text for words in there)
        self._blame(f"{name}: paper {seen!r}, stored {stored!r}", name, answer, there)

    def _is_told(self, words: Words) -> bool:
        return any(_tells_of(finding, words) for finding in self.said)

    def _account(self, words: Words, how: str) -> None:
        what = f"{how}: {words.sheet} {words.cell} {words.text[:40]!r}"
        if self._is_told(words):
            self.result.told.append(what)
        elif self.refused:
            self.result.masked.append(what)
        else:
            self.result.wrongs.append(what)

    def _blame(
        self,
        what: str,
        name: str = "",
        answer: Answer | None = None,
        there: Iterable[Words] = (),
    ) -> None:
        cells = {(words.sheet, words.cell) for words in there}
        if answer:
            cells.add((answer.sheet, answer.cell))
        for finding in self.said:
            place = finding.place
            at = (place.sheet or "", place.cell or "")
            if finding.code == "F017":  # tells of a text, not of what was read in its place
                continue
            if finding.code in _WHOLE or (name and place.field == name) or at in cells:
                self.result.told.append(what)
                return
        (self.result.masked if self.refused else self.result.wrongs).append(what)

    # -- was it complete?

    def _complete(self) -> bool:
        """Everything the round needs is seen on the paper (its labels: the damage says so)."""
        if not self.paper.firsts:
            return False
        return all(self._is_complete(part) for part in self.paper.firsts)

    def _is_complete(self, first: Part) -> bool:
        year = self.before.year
        second = next(
            (part for part in self.paper.seconds if _number(part.number) == _number(first.number)),
            None,
        )
        if second is None:
            return False
        fields = {**first.fields, **second.fields}

        def text(name: str) -> str:
            return "".join(words.text for words in fields.get(name, ())).strip()

        known = self.before.texts.get(_number(first.number) or 0)
        if known is None or any(
            _even(text(item.name)) != _even(known.get(item.name, ""))
            for item in self.form.fields
            if item.kind in (Kind.FIXED, Kind.SCORE) or (item.year and str(item.year) < year)
            if item.name != "様式版" and not (item.kind is Kind.SCORE and str(item.year) == year)
            if item.kind not in (Kind.LABEL, Kind.TOTAL, Kind.GRADE)
        ):
            return False  # history or header were changed: there is something to say
        scores = all(
            re.fullmatch(r"[0-3]点?", unicodedata.normalize("NFKC", text(f"{name}_{year}")).strip())
            for name in self.form.criteria
        )
        rows = [(text(f"取組予定_{year}_{n}"), text(f"取組結果_{year}_{n}")) for n in (1, 2, 3)]
        status = _loose(text(f"工程_状況_{year}"))
        return (
            scores
            and status in (ON_PLAN, REVISED)
            and (status == ON_PLAN or bool(text(f"工程_変更_{year}")))
            and any(plan for plan, _ in rows)
            and all(bool(plan) == bool(result) for plan, result in rows)
            and all(text(item.name) for item in self.form.reasons)
            and bool(text(f"課題_{year}"))
            and (bool(text(f"解決方法_{year}")) or text(f"課題_{year}") == "特になし")
            and not any("同じ" in words.text for seen in fields.values() for words in seen)
        )


def _number(text: str) -> int | None:
    """The practice's number in what is printed for it; a sentence with figures names none."""
    words = unicodedata.normalize("NFKC", text)
    digits = re.match(r"\s*(?:No\.?|第)?\s*(\d{1,3})(?=\D{0,2}$|\s)", words, re.IGNORECASE)
    return int(digits[1]) if digits else None


def _sheets(form: Form, submission: Submission) -> tuple[list[str], list[str]]:
    """The sheets that fields of ① and of ② were read from, the most used first."""
    counts: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for name, answer in submission.answers.items():
        sheet = counts[form[name].sheet]
        sheet[answer.sheet] = sheet.get(answer.sheet, 0) + 1
    first, second = (sorted(count, key=lambda one: -count[one]) for count in counts)
    return first, second


def _match(kind: Kind, texts: Sequence[str], answer: Answer | None) -> int | None:
    """How many of the texts a field's answer holds, all first ones; None where it is another."""
    stored = answer.raw if answer else ""
    if not texts:
        return 0 if not stored.strip() or (answer and _is_dash(stored)) else None
    if answer is None:
        return 0 if all(_is_dash(text) for text in texts) else None
    for count in range(len(texts), 0, -1):
        if _same(kind, texts[:count], answer):
            return count
    return None


def _same(kind: Kind, texts: Sequence[str], answer: Answer) -> bool:
    if kind is Kind.SCORE and answer.value.isdecimal() and not _says(texts[0], answer.value):
        return False  # whatever the raw text: this number goes into the list
    if len(texts) == 1:
        if _even(texts[0]) in (_even(answer.raw), _even(answer.value)):
            read = _even(answer.value) in (_even(texts[0]), "") or kind is not Kind.TEXT
            return read and (answer.value != "" or kind is not Kind.TEXT or _is_dash(texts[0]))
        if kind is Kind.TEXT:
            return False
    together = "".join(map(_loose, texts))
    if together in (_loose(answer.raw), _loose(answer.value)):
        return kind is not Kind.TEXT or len(texts) > 1
    if kind in (Kind.SCORE, Kind.TOTAL, Kind.END_YEAR, Kind.END_MONTH):
        digits = re.fullmatch(r"(\d+)(?:\.0+)?(?:点|年|月)?", together)
        return digits is not None and digits[1] == answer.value
    return False


def _says(text: str, number: str) -> bool:
    """The text is that number, whatever its widths and unit."""
    found = re.fullmatch(r"[^0-9]*0*(\d+)(?:\.0+)?[^0-9]*", unicodedata.normalize("NFKC", text))
    return found is not None and found[1] == str(int(number))


_DASHES = frozenset("-‐‑‒–—―−ー－ｰ─━")


def _is_dash(text: str) -> bool:
    return bool(text.strip()) and set("".join(text.split())) <= _DASHES


def _tells_of(finding: Finding, words: Words) -> bool:
    """A finding names a text: by its cell, by its words, or by its sheet as a whole."""
    place = finding.place
    if place.sheet == words.sheet and words.cell and place.cell == words.cell:
        return True
    if finding.code in _WHOLE and place.sheet in (None, words.sheet):
        return True
    about = _loose(f"{finding.value or ''}\0{finding.message}")
    wanted = _loose(words.text)[:10]
    if len(wanted) >= 3 and wanted in about:
        return True
    spread = place.cell is None or "ほか" in finding.message
    return finding.code in ("F017", "F019") and place.sheet == words.sheet and spread


__all__ = ["Outcome", "Verdict", "check"]
