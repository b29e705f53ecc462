"""What a new form already knows: history locked, last year's forward plans open (domain §4). Pure.

A past year is locked where the register knows it; where it knows no text or no score, those cells
stay open and are read like the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbook_tools.era import FiscalYear
from workbook_tools.form import layout, references
from workbook_tools.form.content import Content, Known
from workbook_tools.form.layout import Field, Form, Kind, form_of
from workbook_tools.form.spec import Stem
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.text import circled, is_blank

_NOT_YET = "-"


def content(plan: Plan, practice: Practice, known: Known) -> Content:
    """Values and open cells of the form for the evaluated year, and last year's reasons."""
    form, year = form_of(plan), plan.evaluated
    values: dict[str, str | int] = {}
    is_open: set[str] = set()
    began = plan.began(practice)
    texts_known = {past for past in form.years if past < year and _knows_texts(form, known, past)}
    for item in form.fields:
        if item.kind is Kind.SCORE:
            value, opened = _score(item, year, began, known)
        elif item.kind in (Kind.TEXT, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH):
            value, opened = _text(item, year, began, known, texts_known)
        else:
            continue
        values[item.name] = value
        if opened:
            is_open.add(item.name)
    before = {item.name: known.answers.get(item.name, "") for item in form.reasons}
    reasons = before if known.answered == year - 1 else {}
    values |= _first_number(form, began, known)
    filled = {name: value for name, value in values.items() if value != ""}
    return Content(filled, frozenset(is_open), reasons, frozenset(_roomy(form, year, filled)))


def _first_number(form: Form, began: FiscalYear, known: Known) -> dict[str, str]:
    """Where ① stands if not beside the plan's first year.

    What was accepted before is printed again with its references as typed, so its numbers stay.
    """
    first = began if known.answered is None else references.numbered_from(form, known.answers)
    return {references.label_of(first): circled(1)} if first > form.years[0] else {}


def _roomy(form: Form, year: FiscalYear, values: Mapping[str, str | int]) -> Iterator[str]:
    """Cells that are sent out with more text than they usually hold, and so grow with it."""
    for name, value in values.items():
        field = form[name]
        if field.entry and layout.is_asked(field, year):
            lines = layout.printed_lines(str(value), layout.line_columns(field))
            if lines > layout.open_lines(field, year):
                yield name


def remembered(form: Form, filled: Content) -> list[tuple[str, str, tuple[str, ...], str]]:
    """Everything prefilled, with the cells each reference means now and their text (R306).

    Rows of field name, text, names of the cells meant, their resolved text.
    """
    texts = {name: str(value) for name, value in filled.values.items()}
    resolved = references.resolve(form, texts)
    rows = []
    for name, text in texts.items():
        if form[name].kind is Kind.LABEL:
            continue
        meaning = resolved.get(name)
        targets = meaning.targets if meaning and not meaning.problem else ()
        rows.append((name, text, targets, meaning.text if meaning and targets else ""))
    return rows


def _score(
    item: Field, year: FiscalYear, began: FiscalYear, known: Known
) -> tuple[str | int, bool]:
    assert item.year is not None
    if item.year > year or item.year < began:
        return _NOT_YET, False
    if item.year == year:
        before = known.answers.get(item.name, "") if known.answered == year else ""
        return (int(before) if before.isdecimal() else before), True
    score = known.scores.get(item.year, {}).get(item.stem)
    return ("", True) if score is None else (score, False)


def _text(
    item: Field, year: FiscalYear, began: FiscalYear, known: Known, texts_known: set[FiscalYear]
) -> tuple[str, bool]:
    before = known.answers.get(item.name, "")
    if item.year is None:
        # Reasons, remarks and the end of the item belong to the evaluated year alone.
        return before if known.answered == year else "", True
    if item.year < began:
        return "", False
    if item.year < year:
        return before, item.year not in texts_known
    if item.year > year and not layout.is_asked(item, year):
        return "", False
    if item.stem == Stem.ORIGINAL:
        return before, is_blank(before)
    return before, True


def _knows_texts(form: Form, known: Known, past: FiscalYear) -> bool:
    """The register holds a form that covers the year and says anything about it."""
    if known.answered is None or past > known.answered:
        return False
    return any(
        item.year == past
        and item.kind in (Kind.TEXT, Kind.STATUS)
        and not is_blank(known.answers.get(item.name, ""))
        for item in form.fields
    )
