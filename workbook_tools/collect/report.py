"""確認結果: who returned what, every finding, what was read otherwise, and which rules ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workbook_tools import __version__
from workbook_tools.collect.collection import Collection
from workbook_tools.collect.inspections import Inspection, inspections
from workbook_tools.collect.telling import field_title
from workbook_tools.excel.write import list_sheet as lists
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Cell, Column, Link
from workbook_tools.findings import CATALOGUE, Finding, Severity
from workbook_tools.form.layout import Form, form_of
from workbook_tools.outbox import put
from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register
from workbook_tools.register.records import ReadOtherwise, State
from workbook_tools.register.round import Round
from workbook_tools.register.standing import departments, moment
from workbook_tools.register.submissions import reinterpreted
from workbook_tools.text import for_cell
from workbook_tools.workspace import digest

LOCATED = {"names": "名前", "labels": "見出し", "mixed": "名前と見出し"}

_STATES = (
    Column("小№", 45, "center"),
    Column("実践項目", 330),
    Column("担当部署", 190),
    Column("状況", 60, "center"),
    Column(Severity.ERROR.word, 45, "center"),
    Column(Severity.WARNING.word, 45, "center"),
    Column("受領日時", 130),
    Column("受領回数", 60, "center"),
    Column("差戻し回数", 70, "center"),
    Column("読み取り", 80),
    Column("ファイル", 330),
)
_FINDINGS = (
    Column("№", 45, "center"),
    Column("種類", 45, "center"),
    Column("コード", 55, "center"),
    Column("担当部署", 150),
    Column("小№", 45, "center"),
    Column("ファイル", 230),
    Column("シート", 130),
    Column("セル", 90, "center"),  # where there is no cell, the field's title
    Column("入力された内容", 180),
    Column("指摘", 330),
    Column("直し方", 290),
)
_DEPARTMENTS = (
    Column("担当部署", 250),
    Column("配布", 60, "center"),
    Column("受理", 60, "center"),
    Column("要修正", 60, "center"),
    Column("未提出", 60, "center"),
    Column("差戻し回数", 75, "center"),
    Column("最終受領", 150),
)
_READINGS = (
    Column("小№", 45, "center"),
    Column("ファイル", 230),
    Column("シート", 140),
    Column("セル", 50, "center"),
    Column("項目", 190),
    Column("入力された内容", 280),
    Column("読み取った内容", 280),
    Column("理由", 130),
)
_INSPECTIONS = (
    Column("コード", 60, "center"),
    Column("検査の内容", 420),
    Column("種類", 50, "center"),
    Column("単位", 80, "center"),
    Column("対象", 60, "center"),
    Column("指摘", 60, "center"),
    Column("特例", 60, "center"),
    Column("備考", 430),
)


def workbook(plan: Plan, collection: Collection, inspected: Sequence[Inspection] = ()) -> bytes:
    """The whole report as a file's content."""
    book = Book(f"確認結果 {collection.year}")
    year = collection.year.long
    counts = "　".join(f"{state.value} {collection.count(state)}" for state in State)
    title = f"{plan.name}　{year}"
    lists.write(book, "提出状況", f"{title}　提出状況", _STATES, _states(collection), counts)
    form = form_of(plan)
    findings = list(_findings(form, collection.findings))
    lists.write(book, "指摘一覧", f"{title}　指摘一覧", _FINDINGS, findings, f"{len(findings)}件")
    lists.write(
        book,
        "部署別",
        f"{title}　部署別の提出状況",
        _DEPARTMENTS,
        departments(collection.practices),
    )
    note = "入力された内容はこのまま保存されています。読み取った内容で評価・集計します。"
    readings = _readings(form, collection.readings)
    lists.write(book, "読み替え一覧", f"{title}　読み替え一覧", _READINGS, readings, note)
    note = "対象は、その検査をした数です（シートは実践項目ごとに最も新しい版）。"
    rules = [_inspection(inspection) for inspection in inspected]
    lists.write(book, "検査一覧", f"{title}　検査一覧", _INSPECTIONS, rules, note)
    return book.bytes()


def _states(collection: Collection) -> Iterator[list[Cell]]:
    weights: dict[int, list[Severity]] = {}
    for finding in collection.findings:
        if finding.place.item_no is not None and finding.code != "X801":
            weights.setdefault(finding.place.item_no, []).append(finding.severity)
    for known in collection.practices:
        found = weights.get(known.practice.no, [])
        newest = known.newest
        yield [
            known.practice.no,
            known.practice.title,
            "、".join(known.practice.departments),
            known.state.value,
            found.count(Severity.ERROR) or None,
            found.count(Severity.WARNING) or None,
            moment(newest.received_at) if newest else None,
            known.versions or None,
            known.faulty_versions or None,
            LOCATED.get(newest.located) if newest else None,
            _file(newest.file) if newest else None,
        ]


def _findings(form: Form, findings: Iterable[Finding]) -> Iterator[list[Cell]]:
    for number, finding in enumerate(findings, start=1):
        place, said = finding.place, (finding.value, finding.message, finding.hint)
        yield [
            number,
            finding.severity.word,
            finding.code,
            place.department,
            place.item_no,
            _file(place.file) if place.file else None,
            place.sheet,
            place.cell or field_title(form, finding) or None,
            *said,
        ]


def _readings(form: Form, rows: Iterable[ReadOtherwise]) -> Iterator[list[Cell]]:
    titles: Mapping[str, str] = {field.name: field.title for field in form.fields}
    for reading in rows:
        answer = reading.answer
        yield [
            reading.practice_no,
            _file(reading.file),
            answer.sheet,
            answer.cell,
            titles.get(reading.field, reading.field),
            answer.raw,
            answer.text,
            reading.how,
        ]


def _inspection(inspection: Inspection) -> list[Cell]:
    return [
        inspection.code,
        inspection.looks_for,
        CATALOGUE[inspection.code].severity.word,
        inspection.subject.value,
        inspection.ran,
        inspection.found,
        inspection.waived,
        inspection.reason or None,
    ]


# A link longer than this, or into a zip, Excel cannot follow.
_LONGEST_LINK = 200


def _file(name: str) -> Cell:
    """A link to a file of the workspace, seen from `outbox/`; plain text where it leads nowhere."""
    text = for_cell(name)
    if text != name or "\n" in name or "#" in name or "%" in name:
        return text
    if len(name) > _LONGEST_LINK or ".zip/" in name.lower():
        return name
    return Link(f"external:../{name}", name)


def write(held: Round, collection: Collection) -> Path:
    """Put 確認結果 into `outbox/`, unless it already shows this very state; its path."""
    workspace, plan = held.workspace, held.plan
    path = workspace.outbox / f"確認結果_{collection.year}.xlsx"
    with Register.open(workspace.register) as register:
        inspected = inspections(register, held, collection)
        shown = replace(collection, read_anew=0)
        state = digest(repr((__version__, plan, shown, inspected)).encode())
        if path.exists() and register.output_state(path.name) == state:
            return path
        readings = tuple(reinterpreted(register, collection.year))
        put(path, workbook(plan, replace(collection, readings=readings), inspected))
        register.note_output(path.name, state)
    return path
