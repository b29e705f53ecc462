"""Is this the right practice, and the right year (F020, F022)? Pure.

A form under a wrong number would replace another practice's answers; so its token, its file's name
and its texts are held against its header.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from workbook_tools.findings import Finding, Severity
from workbook_tools.form.layout import Kind
from workbook_tools.form.spec import Stem
from workbook_tools.rules.case import Case, short
from workbook_tools.text import key, signed_number

Owners = Mapping[str, frozenset[int]]  # long text, evened out → the practices it was sent to

LONG = 15  # letters: shorter texts are shared by many practices
_LEAST = 2  # so many long texts of another practice are no chance


def owners(texts: Iterable[tuple[int, str]]) -> dict[str, frozenset[int]]:
    """Long text → the practices it was sent to or published for; of pairs number and text."""
    found: dict[str, set[int]] = {}
    for number, text in texts:
        if len(text) >= LONG:
            found.setdefault(key(text), set()).add(number)
    return {text: frozenset(numbers) for text, numbers in found.items()}


def f022_token_differs(case: Case) -> Iterator[Finding]:
    """The form was sent for another practice or round than its header says now."""
    token, header = case.submission.token, case.submission
    if token is None or (token.practice_no, token.year) == (header.practice_no, case.plan.round):
        return
    if token.year != case.plan.round and header.year in (token.year, token.year.whole):
        return  # another round's form, and says so: F011
    expected = f"{token.year.wide}年度の№{token.practice_no}"
    yield case.find("F022", Stem.NUMBER, expected=expected)


def f020_a_year_off(case: Case) -> Iterator[Finding]:
    """An error in place of all that follows from it: the scores stand under the wrong year."""
    own_year = case.submission.year in (None, case.year)
    if not own_year or any(case.value(name) for name in case.desk.scores):
        return
    for year in (case.year + 1, case.year - 1):
        names = [f"{case.form[name].stem}_{year}" for name in case.desk.scores]
        typed = [name for name in names if name in case.form and name not in case.context.prefilled]
        if typed and all(case.value(name) for name in typed):
            told = f"{case.year.wide}年度の評点が空欄で、{year.wide}年度の欄に書かれています。"
            finding = case.find("F020", typed[0], what=told)
            hint = f"書いた内容を、{case.year.wide}年度の欄に移してください。"
            yield replace(finding, severity=Severity.ERROR, hint=hint)
            return


def f020_named_otherwise(case: Case) -> Iterator[Finding]:
    """A warning: the file's name bears another practice's number."""
    number = signed_number(PurePosixPath(case.submission.file).name)
    if number in case.desk.practices and number != case.submission.practice_no:
        header = case.submission.practice_no
        told = f"ファイルの名前は№{number}ですが、シートの番号は№{header}です。"
        yield case.find("F020", Stem.NUMBER, what=told)


def f020_texts_of_another(case: Case) -> Iterator[Finding]:
    """An error: its long texts are those sent to exactly one other practice, and none its own."""
    known = case.context.owners
    counts: Counter[int] = Counter()
    own = 0
    example = ""
    for field in case.form.fields if known else ():
        text = case.value(field.name) if field.kind is Kind.TEXT else ""
        sent_to = known.get(key(text), frozenset()) if len(text) >= LONG else frozenset()
        own += case.submission.practice_no in sent_to
        if len(sent_to) == 1:
            counts.update(sent_to)
            example = example or field.name
    others = [number for number in counts if number != case.submission.practice_no]
    if own or len(others) != 1 or counts[others[0]] < _LEAST:
        return
    title = case.desk.practices[others[0]].title if others[0] in case.desk.practices else ""
    text = short(case.value(example))
    told = f"№{others[0]}『{short(title)}』の内容（『{text}』など）が書かれています。"
    yield replace(case.find("F020", example, what=told), severity=Severity.ERROR)
