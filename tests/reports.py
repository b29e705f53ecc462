"""Reports for tests: the round with the published figures, opinions in sentences of our own."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import openpyxl

from tests.test_figures import PLAN, real_facts
from workbook_tools.council.opinions import Opinions
from workbook_tools.figures.compute import Figures, compute
from workbook_tools.plan.model import Plan
from workbook_tools.report import manuscript, parts
from workbook_tools.report.content import Report
from workbook_tools.report.report import setting

FILE = "意見書原稿_R3.xlsx"
PRAISE = "計画に沿って着実に進められており、成果を数値で示している点を評価する。"
WISH = "今後は対象を広げ、利用した人の声も確かめながら続けてほしい。"


def figures_of(plan: Plan = PLAN, **changes: Any) -> Figures:
    """The published round, with changed facts."""
    return compute(plan, real_facts(**changes))


def opinions_on(plan: Plan = PLAN, count: int = 3) -> Opinions:
    """So many opinions on every item, and one on every practice that ended."""
    ended = [practice.no for practice in plan.practices if practice.finished]
    said = [PRAISE + WISH * (number % 2) for number in range(count)]
    return Opinions({item.no: said for item in plan.items}, {(no,): [PRAISE] for no in ended})


def report_of(
    figures: Figures,
    opinions: Opinions | None = None,
    typed: Mapping[tuple[str, str], str] | None = None,
) -> Report:
    """The report; ``typed``: 採用文 by 章 and 段落."""
    known = setting(figures)
    data = manuscript.renewed(None, FILE, known).data
    if typed:
        data = edited(data, typed)
    written = manuscript.renewed(data, FILE, known)
    return parts.report(parts.Sources(figures, written, opinions))


@cache
def real_report() -> Report:
    """The published round with opinions on everything."""
    return report_of(figures_of(), opinions_on())


def many(count: int = 200) -> Figures:
    """A plan of that many items with three practices each."""
    items = tuple(dataclasses.replace(PLAN.items[no % 21], no=no) for no in range(1, count + 1))
    practices = tuple(
        dataclasses.replace(PLAN.practices[no % 70], no=no, item_no=(no - 1) // 3 + 1)
        for no in range(1, 3 * count + 1)
    )
    plan = dataclasses.replace(PLAN, items=items, practices=practices)
    scores = {
        plan.evaluated: {
            practice.no: {c.name: (practice.no + at) % 4 for at, c in enumerate(plan.criteria)}
            for practice in practices
        }
    }
    statuses = dict.fromkeys(range(1, 3 * count + 1), "受理")
    council = {no: 10 + no % 41 for no in range(1, count + 1)}
    return figures_of(plan, statuses=statuses, scores=scores, finished={}, council=council)


# -- the manuscript as a person edits it


def sheet_rows(data: bytes, sheet: str = manuscript.SHEET) -> list[dict[str, Any]]:
    """The rows below the headings."""
    page = openpyxl.load_workbook(io.BytesIO(data))[sheet]
    head, *rows = page.iter_rows(min_row=3, values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def edited(
    data: bytes, typed: Mapping[tuple[str, str], str], column: str = manuscript.ADOPTED
) -> bytes:
    """The manuscript with texts typed under a heading, by 章 and 段落."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book[manuscript.SHEET]
    heads = [cell.value for cell in page[3]]
    for row in page.iter_rows(min_row=4):
        place = (str(row[0].value), str(row[1].value))
        if place in typed:
            cell = row[heads.index(column)]
            cell.value = typed[place]
            if isinstance(typed[place], str):
                cell.data_type = "s"
    return saved(book)


def saved(book: Any) -> bytes:
    """A workbook of openpyxl as a file's content."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# -- the document


def part_of(document: bytes, name: str = "word/document.xml") -> str:
    """One part of a .docx."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return archive.read(name).decode("utf-8")


def with_part(document: bytes, xml: str, name: str = "word/document.xml") -> bytes:
    """The .docx with one part exchanged."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, xml.encode() if entry.filename == name else old.read(entry))
    return buffer.getvalue()


def chosen(known: Sequence[str], *words: str) -> list[str]:
    """Those that hold one of the words."""
    return [text for text in known if any(word in text for word in words)]
