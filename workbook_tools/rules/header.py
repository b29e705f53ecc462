"""The rules of a form's header and history: is this the right sheet of the right round (F)? Pure.

The first three decide whether the form belongs to the round at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from workbook_tools import text
from workbook_tools.findings import Finding, found
from workbook_tools.form import layout
from workbook_tools.form.spec import Stem
from workbook_tools.near import nearest, question
from workbook_tools.plan.model import EVERYBODY
from workbook_tools.rules.case import Case, same, short

_VERSION = re.compile(r"\d{1,4}")


def f010_older_version(case: Case) -> Iterator[Finding]:
    version = case.value(Stem.VERSION)
    if _VERSION.fullmatch(version) and int(version) < int(layout.FORM_VERSION):
        yield case.find("F010", Stem.VERSION, expected=layout.FORM_VERSION)


def f011_other_year(case: Case) -> Iterator[Finding]:
    if _is_of_another_round(case):
        yield case.find("F011", Stem.SEASON, expected=case.plan.round.end)
    for noticed in case.submission.noticed:
        if noticed.code == "F011":
            place = replace(
                case.submission.place(Stem.SEASON, case.context.department),
                sheet=noticed.sheet,
                cell=noticed.cell,
            )
            shown = f"『{short(noticed.text)}』"
            yield found("F011", place, noticed.text, shown=shown, expected=case.plan.round.end)


def _is_of_another_round(case: Case) -> bool:
    """Of another year; or of another of its stages (段階), which only the token tells for sure."""
    year, token = case.submission.year, case.submission.token
    if year not in (None, case.year):
        return True
    return token is not None and token.year.whole == case.year and token.year != case.plan.round


def f012_unknown_number(case: Case) -> Iterator[Finding]:
    if case.submission.practice_no not in case.desk.practices:
        yield case.find("F012", Stem.NUMBER)


_NUMBER = re.compile(r"(?:no\.?|第)?(\d{1,5})")
_BEFORE_NAME = re.compile(r"^\s*(?:№|[NnＮｎ][OoＯｏ][.．]?|第)\s*\d+\s*")


def f013_header_differs(case: Case) -> Iterator[Finding]:
    """Titles, and departments by present or former names; a blank or lost header is no finding."""
    practice, item = case.practice, case.desk.items[case.practice.item_no]
    number = case.value(Stem.ITEM_NUMBER)
    match = _NUMBER.match(text.key(number))
    if number and not (match and int(match[1]) == item.no):
        yield case.find("F013", Stem.ITEM_NUMBER, expected=f"№{item.no}", suggestion="")
    titles = {practice.title, practice.printed_title, item.name}
    for name, names in ((Stem.ITEM, {item.name}), (Stem.TITLE, titles)):
        typed = case.value(name)
        if not typed or typed in names:
            continue
        bare = text.key(_BEFORE_NAME.sub("", typed))
        if bare not in {text.key(title) for title in names}:
            expected = item.name if name == Stem.ITEM else practice.title
            suggestion = _owner(case, bare) if name == Stem.TITLE else ""
            yield case.find("F013", name, expected=expected, suggestion=suggestion)
    yield from _departments(case)


def _owner(case: Case, title: str) -> str:
    """The other practice of that title: a sheet was copied over another one's."""
    others = (practice.no for practice in case.plan.practices if text.key(practice.title) == title)
    return next((f"№{no}の実践項目のことですか。" for no in others), "")


# Several names are separated by signs or line breaks, or each begins with its division's mark.
_BETWEEN_NAMES = re.compile(r"[、,，/／;；\r\n]+|(?<=\S)\s*(?=[(（]\S[)）])")


def _departments(case: Case) -> Iterator[Finding]:
    typed, names = case.value(Stem.DEPARTMENT), case.practice.departments
    if not typed or typed == "、".join(names):
        return
    known = {text.key(name) for own in names for name in (own, *case.desk.former.get(own, ()))}
    known.add(text.key(EVERYBODY))
    for name in _BETWEEN_NAMES.split(typed):
        if text.is_blank(name) or text.key(name) in known:
            continue
        if all(text.key(part) in known for part in name.split()):
            continue
        expected, near = "、".join(names), _near_department(case, name)
        yield case.find(
            "F013", Stem.DEPARTMENT, value=short(name), expected=expected, suggestion=near
        )


def _near_department(case: Case, name: str) -> str:
    """The department that was probably meant, this practice's own ones first."""
    everyone = {text.key(department): "" for department in case.desk.former}
    if text.key(name) in everyone:
        return ""  # no slip of the pen: another department
    own = nearest(name, case.practice.departments)
    return question(own or nearest(name, case.desk.former))


def f014_history_altered(case: Case) -> Iterator[Finding]:
    for name, sent in case.context.prefilled.items():
        if name not in case.desk.past or not case.is_locked(name):
            continue
        answer = case.answer(name)
        raw = answer.raw if answer else ""
        if raw == sent.text or same(raw, sent.text) or (answer and answer.value == sent.text):
            continue
        yield case.find("F014", name, before=short(sent.text))
