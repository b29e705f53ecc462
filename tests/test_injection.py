"""Texts that spreadsheets, terminals or file systems would act on come out as texts everywhere."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.samples import FORM, PLAN, R3, R4, returned
from workbook_tools.cells import Area
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate import consolidate as lists
from workbook_tools.council import ballot
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.distribute.distribute import distribute
from workbook_tools.excel.write.book import Book
from workbook_tools.form.layout import SHEETS, Kind
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member, Plan
from workbook_tools.plan.read_master import load
from workbook_tools.plan.write_master import master
from workbook_tools.register.database import Register
from workbook_tools.register.results import answers
from workbook_tools.register.round import Round
from workbook_tools.send_back import send_back as returning
from workbook_tools.text import CUT, LONGEST, for_cell, squeeze
from workbook_tools.workspace import Workspace

NOW = "2022-04-20T09:00:00+09:00"
BANE = "毒"  # in every text below: where it stands, one of them stands
TEXTS = [
    "=1+1&毒",
    '=HYPERLINK("http://example.com/毒","x")',
    "+1毒",
    "-1毒",
    "@SUM(毒)",
    "\t=1毒",
    "\n=1毒",
    "{=1+毒}",
    "=評価!$A$1毒",
    "http://example.com/毒",
    "mailto:毒@example.com",
    "external:毒.xlsx",
    "internal:毒!A1",
    "[red]毒[/red]",
    "<b>毒</b>&amp;]]>",
    "<r><t>毒</t></r>",
    "../毒",
    "%s{0}毒{}",
]
CONTROLS = ["\x1b[31m毒", "段\x0b落毒", "\x07\x00毒"]
# How a workbook writes them; openpyxl itself refuses to.
ESCAPES = {code: f"_x{code:04X}_" for code in range(32) if chr(code) not in "\t\n"}
STEERING = {chr(code) for code in (*range(32), *range(127, 160))} - {"\n"}
TYPED = [field.name for field in FORM.fields if field.kind is Kind.TEXT]


def crafted_plan() -> Plan:
    """The sample with two practices whose names, departments and item are hostile."""
    lead, partner = '=HYPERLINK("毒")課', "@関係毒課"
    old = PLAN.department(PLAN.practice(16).lead)
    departments = (
        dataclasses.replace(old, name=lead, contact="+81毒", former_names=()),
        dataclasses.replace(old, name=partner, contact="=内線毒", former_names=()),
    )
    titles = {16: "=1+1毒", 17: "../../-毒[red]x[/red]", 18: "http://example.com/毒"}
    practices = tuple(
        dataclasses.replace(PLAN.practice(no), title=title, departments=(lead, partner))
        for no, title in titles.items()
    )
    items = tuple(
        dataclasses.replace(item, name=f"@{item.name}毒") if item.no == 7 else item
        for item in PLAN.items
    )
    themes = tuple(
        dataclasses.replace(theme, name=f"=評価!$A$1{theme.name}毒") for theme in PLAN.themes
    )
    return dataclasses.replace(
        PLAN,
        name="=計画毒",
        city="+市毒",
        secretariat="-事務局毒",
        departments=departments,
        practices=practices,
        items=items,
        themes=themes,
        members=(Member(1, "=委員毒"),),
    )


def answered(texts: list[str]) -> dict[str, str]:
    """Every text field of the form, with the texts in turn."""
    return {name: texts[at % len(texts)] for at, name in enumerate(TYPED)}


def filled_ballot(blank: bytes, texts: list[str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book[ballot.SHEET]
    names = [name for name in book.defined_names if name.startswith(("意見_", "終了意見_"))]
    for at, name in enumerate(names):
        cell = sheet[book.defined_names[name].attr_text.rpartition("!")[2].replace("$", "")]
        cell._value, cell.data_type = texts[at % len(texts)], "s"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A whole round in which everything anybody can name or write is hostile."""
    workspace = Workspace(tmp_path_factory.mktemp("round"))
    put(workspace.plan_master, master(crafted_plan()))
    plan = load(workspace.plan_master)
    held = Round(workspace, plan, NOW)
    distribute(held)
    put(workspace.inbox / "=cmd毒.xlsx", returned(16, plan=plan, **answered(TEXTS)))
    faulty = {**answered(TEXTS[::-1]), "進捗度_R3": "=毒", "取組終了_年": "@毒"}
    put(workspace.inbox / "[red]毒[" / "+1毒.xlsx", returned(17, plan=plan, **faulty))
    put(workspace.inbox / "-毒.xlsx", b"no workbook")
    if os.name != "nt":
        put(workspace.inbox / "\x1b[31m\r毒.xlsx", b"no workbook either")
    done = collect(held)
    report.write(held, done)
    (blank,) = send_ballots(held, None)
    put(workspace.inbox / "評価シート毒.xlsx", filled_ballot(blank.read_bytes(), TEXTS))
    assert collect_ballots(held).added > len(TEXTS)
    put(workspace.inbox / "評価シート毒2.xlsx", filled_ballot(blank.read_bytes(), TEXTS[1:]))
    assert collect_ballots(held).added > len(TEXTS)  # appended this time
    returning.return_forms(held)
    lists.consolidate(held, with_appendix=True)
    distribute(Round(workspace, plan.of_year(R4), NOW))
    return workspace


def outputs(folder: Path) -> Iterator[Path]:
    for part in ("templates", "outbox"):
        yield from sorted((folder / part).rglob("*.xlsx"))


_CALCULATED = {"f", "formula", "formula1", "formula2", "definedName"}


def assert_inert(data: bytes) -> None:
    """Nothing in the file is calculated, followed or run that somebody wrote."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            for element in ElementTree.fromstring(archive.read(name)).iter():
                if element.tag.rpartition("}")[2] in _CALCULATED:
                    assert BANE not in (element.text or ""), (name, element.text)
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and BANE in cell.value:
                    assert cell.data_type == "s", (sheet.title, cell.coordinate, cell.value)
                target = cell.hyperlink.target if cell.hyperlink else None
                assert not re.match("[a-zA-Z]+:", target or ""), target  # only files beside it


def words(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
    return "\0".join(value for value in cells if isinstance(value, str))


def test_every_kind_of_workbook_is_there(workspace: Workspace) -> None:
    kinds = [
        *("計画マスタ", "No16_", "配布一覧", "評価シート_委員", "確認結果"),
        *("取組状況一覧", "資料編", "意見集約", "+1毒"),
    ]
    names = [path.name for path in outputs(workspace.root)]
    for kind in kinds:
        assert any(name.startswith(kind) for name in names), kind


def test_no_workbook_calculates_what_somebody_wrote(workspace: Workspace) -> None:
    for path in outputs(workspace.root):
        assert_inert(path.read_bytes())


@pytest.mark.parametrize("name", ["取組状況一覧_R3", "資料編_R3", "意見集約_R3"])
def test_the_texts_are_there_as_they_were_typed(workspace: Workspace, name: str) -> None:
    shown_words = words(workspace.outbox / f"{name}.xlsx")
    for text in TEXTS:
        assert text.strip() in shown_words


def test_nothing_is_written_outside(workspace: Workspace) -> None:
    allowed = {"templates", "inbox", "outbox", "archive", "register.sqlite"}
    assert {path.name for path in workspace.root.iterdir()} == allowed
    assert not [path for path in workspace.root.parent.iterdir() if BANE in path.name]
    for path in workspace.root.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                assert ".." not in Path(name).parts
                assert not name.startswith("/")


def run(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(workspace.root), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


@pytest.mark.parametrize(
    "line",
    [
        *("distribute", "collect", "collect --verbose", "collect --json", "status"),
        *("return", "consolidate", "council collect", "export", "export --format csv"),
        *("check FILES", "check FILES --verbose"),
    ],
)
def test_the_terminal_shows_texts_only(workspace: Workspace, line: str) -> None:
    files = [str(path) for path in sorted(workspace.inbox.rglob("*.xlsx"))]
    words = [part for word in line.split() for part in (files if word == "FILES" else [word])]
    done = run(workspace, *words)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert not set(done.stdout + done.stderr) & STEERING
    if line in ("collect", "collect --verbose", "check FILES"):
        assert "[red]毒[" in done.stdout  # markup is shown, not followed


def test_csv_is_harmless(workspace: Workspace, tmp_path: Path) -> None:
    assert run(workspace, "export", "--format", "csv", "--output", str(tmp_path)).returncode == 0
    found = 0
    for path in tmp_path.glob("*.csv"):
        for row in csv.reader(path.read_text("utf-8-sig").splitlines()):
            for cell in row:
                found += BANE in cell
                assert not (BANE in cell and cell.startswith(("=", "+", "-", "@", "\t", "\r")))
    assert found > len(PLAN.themes)


# -- longer than a cell, and characters that XML does not know ------------------------------------


def typed(no: int, text: str, *names: str) -> bytes:
    """A form whose cells hold what Excel would not let anybody type."""
    book = openpyxl.load_workbook(io.BytesIO(returned(no)))
    for name in names:
        sheet, _, cell = book.defined_names[name].attr_text.rpartition("!")
        target = book[sheet.strip("'")][cell.replace("$", "")]
        target._value, target.data_type = text, "s"
    return saved(book)


FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17)))
FIELDS = ("課題_R3", "取組結果_R3_1", "特記事項", "評価理由_進捗度", "取組予定_R4_1", "課題_R4")
LONG = {
    "the most": "あ" * LONGEST,
    "one more": "=1+1毒" + "あ" * (LONGEST - 4),
    "much more": "毒" * 100_000,
}


def whole_round(workspace: Workspace) -> None:
    held = Round(workspace, FEW, NOW)
    distribute(held)
    report.write(held, collect(held))
    lists.consolidate(held, with_appendix=True)
    distribute(Round(workspace, FEW.of_year(R4), NOW))


@pytest.mark.parametrize("text", LONG.values(), ids=list(LONG))
def test_texts_longer_than_a_cell(tmp_path: Path, text: str) -> None:
    workspace = Workspace(tmp_path)
    put(workspace.inbox / "No16.xlsx", typed(16, text, *FIELDS))
    put(workspace.inbox / "No17.xlsx", typed(17, text, *FIELDS, "進捗度_R3"))
    whole_round(workspace)
    returning.return_forms(Round(workspace, FEW, NOW))
    for path in outputs(tmp_path):
        assert_inert(path.read_bytes())
    with Register.open(workspace.register, write=False) as register:
        assert answers(register, R3)[16]["特記事項"].raw == text  # the register keeps all
    whole = words(workspace.outbox / "取組状況一覧_R3.xlsx")
    assert (CUT in whole) == (len(text) > LONGEST)
    assert (text in whole) == (len(text) <= LONGEST)


@pytest.mark.parametrize("text", CONTROLS)
def test_control_characters_do_not_damage_a_workbook(tmp_path: Path, text: str) -> None:
    workspace = Workspace(tmp_path)
    put(workspace.inbox / "No16.xlsx", typed(16, text.translate(ESCAPES), *FIELDS))
    whole_round(workspace)
    for path in outputs(tmp_path):
        assert_inert(path.read_bytes())
    with Register.open(workspace.register, write=False) as register:
        assert answers(register, R3)[16]["特記事項"].raw == text
    assert for_cell(text) in words(workspace.outbox / "取組状況一覧_R3.xlsx")


@pytest.mark.parametrize("text", CONTROLS)
def test_control_characters_in_a_form_that_goes_back(tmp_path: Path, text: str) -> None:
    """Its cells stay as they were typed; list and comments tell what can be seen of them."""
    workspace, held = Workspace(tmp_path), Round(Workspace(tmp_path), FEW, NOW)
    sent = typed(16, text.translate(ESCAPES), "課題_R3", "進捗度_R3")
    put(workspace.inbox / "No16.xlsx", sent)
    distribute(held)
    collect(held)
    returning.return_forms(held)
    (path,) = workspace.outbox.rglob("No16.xlsx")
    assert_inert(path.read_bytes())
    book, before = openpyxl.load_workbook(path), openpyxl.load_workbook(io.BytesIO(sent))
    for name in ("課題_R3", "進捗度_R3"):
        field = FORM[name]
        sheet, cell = SHEETS[field.sheet], field.area.a1
        assert book[sheet][cell].value == before[sheet][cell].value
    (fault,) = [row for row in book["確認結果"].iter_rows(min_row=5) if row[1].value == "誤り"]
    seen = "".join(letter for letter in text if letter not in STEERING)
    assert (fault[4].value, fault[4].data_type) == (seen, "s")
    assert seen in squeeze(book[sheet][cell].comment.text)


@pytest.mark.parametrize("text", ["\x1b[31m毒", "段\x0b落毒", LONG["one more"]])
def test_opinions_that_no_cell_can_hold(tmp_path: Path, text: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.inbox.mkdir()
    blanks = send_ballots(Round(workspace, PLAN, NOW), 2)
    for number, blank in enumerate(blanks):
        book = openpyxl.load_workbook(blank)
        sheet = book[ballot.SHEET]
        area = book.defined_names["意見_07"].attr_text.rpartition("!")[2].replace("$", "")
        sheet[area]._value, sheet[area].data_type = text.translate(ESCAPES), "s"
        put(workspace.inbox / f"{number}.xlsx", saved(book))
        collect_ballots(Round(workspace, PLAN, NOW))
    for path in outputs(tmp_path):
        assert_inert(path.read_bytes())
    assert collect_ballots(Round(workspace, PLAN, NOW)).added == 0


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ふつう", "ふつう"),
        ("段\r\n落\r", "段\n落\n"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\t=1", "\t=1"),
        ("字" * LONGEST, "字" * LONGEST),
        ("字" * (LONGEST + 1), "字" * (LONGEST - len(CUT)) + CUT),
    ],
)
def test_what_a_cell_can_hold(text: str, written: str) -> None:
    assert for_cell(text) == written


@pytest.mark.parametrize("text", ["<r><t>別の文</t></r>", "<r>", "<r></r>", "<r><x></r>"])
def test_what_looks_like_rich_text_is_a_text(text: str) -> None:
    book = Book()
    book.sheet("一").text(Area(0, 0), text)
    assert openpyxl.load_workbook(io.BytesIO(book.bytes()))["一"]["A1"].value == text
