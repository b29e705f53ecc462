"""The code as a whole: imports run downwards, lint and types are clean, words fit the console."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "workbook_tools"

# The house from the ground up: a file imports from lower floors and from its own room; rooms of one
# floor never import each other. The ground floor is one room of single files.
FLOORS = (
    ("text", "era", "cells", "findings", "near", "spellings", "zips"),
    ("workspace",),
    ("outbox",),
    ("excel",),
    ("plan",),
    ("form",),
    ("intake",),
    ("register",),
    ("rules",),
    ("figures",),
    ("letters",),
    ("history", "distribute", "collect", "send_back", "council"),
    ("compare", "consolidate", "receipts", "report", "show"),
    ("rebuild", "demo"),
    ("verify",),
    ("closing",),
    ("handbook",),
    ("terminal",),
    ("menu",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# Libraries that one module alone may know.
ONLY = {
    "pandas": "figures.tidy",
    "python_calamine": "excel.read.book",
    "xlsxwriter": "excel.write.book",
    "openpyxl": "excel.edited_list",
    "docx": "report.word",
    "sqlite3": "register.database",
}


def module_of(path: Path) -> str:
    """``excel.read.book``; of a room's ``__init__`` the room."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__" or len(parts) == 1)


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
del MODULES["__init__"]


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(module: str) -> set[str]:
    """Every module an import of this one may mean, with all names that are imported from it."""
    names = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def own(module: str) -> set[str]:
    """The modules of the package that a module imports."""
    names = (name.removeprefix("workbook_tools.") for name in imported(module))
    return {name for name in names if name in MODULES}


def room(module: str) -> str:
    return module.partition(".")[0]


def wrong_ways(module: str, imports: set[str]) -> set[str]:
    """What of the imports is neither in the module's own room nor on a lower floor."""
    here = room(module)
    if here in FLOORS[0]:
        return {name for name in imports if room(name) not in FLOORS[0]}
    return {name for name in imports if room(name) != here and FLOOR[room(name)] >= FLOOR[here]}


def test_every_room_has_its_floor() -> None:
    assert {room(module) for module in MODULES} <= set(FLOOR)


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_downwards(module: str) -> None:
    assert not wrong_ways(module, own(module))


def test_an_import_upwards_or_sideways_is_found() -> None:
    assert wrong_ways("form.layout", {"form.references", "plan.model"}) == set()
    assert wrong_ways("form.layout", {"rules.case"}) == {"rules.case"}
    assert wrong_ways("collect.report", {"send_back.letters"}) == {"send_back.letters"}


def test_no_circle_inside_a_room() -> None:
    graph = {module: {name for name in own(module) if name != module} for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize(("library", "module"), ONLY.items())
def test_one_module_alone_knows_a_library(library: str, module: str) -> None:
    users = {
        name for name in MODULES if any(one.split(".")[0] == library for one in imported(name))
    }
    assert users == {module}


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=" ".join,
)
def test_lint_format_and_types(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def texts(module: str) -> list[ast.Constant]:
    return [
        node
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


SPOKEN = re.compile(
    r"cli|compare\..*|findings|form\.guide|distribute\..*|history\..*|menu\..*|plan\..*|terminal\..*"
)


@pytest.mark.parametrize("module", [name for name in MODULES if SPOKEN.fullmatch(name)])
def test_all_words_survive_a_windows_console(module: str) -> None:
    for node in texts(module):
        lost = [
            char
            for char in str(node.value)
            if char.encode("cp932", "ignore") == b"" and ord(char) > 0x2FF
        ]
        assert not lost, (node.lineno, lost)


# -- what stands in one place only ----------------------------------------------------------------

SQL = re.compile(r"\b(SELECT .* FROM|INSERT (OR \w+ )?INTO|DELETE FROM|UPDATE \w+ SET)\b", re.S)


def holds_sql(source: str) -> bool:
    return SQL.search(source) is not None


@pytest.mark.parametrize("module", [name for name in MODULES if room(name) != "register"])
def test_only_the_register_speaks_sql(module: str) -> None:
    assert not [node.lineno for node in texts(module) if holds_sql(str(node.value))]


def test_sql_is_found() -> None:
    assert holds_sql("SELECT no FROM member WHERE year = ?")
    assert holds_sql("DELETE FROM ballot")
    assert not holds_sql("What is selected from the list, and inserted into it")


# Stems of the form's fields that are no common words. Who needs one asks the form's spec.
STEMS = re.compile(
    r"(工程_当初|工程_変更|工程_状況|取組予定|取組結果|取組番号|解決方法|特記すべき事項"
    r"|評価理由|取組終了_年|取組終了_月)(_.*)?"
)
AT_HOME = ("form", "spellings")


@pytest.mark.parametrize("module", [name for name in MODULES if room(name) not in AT_HOME])
def test_fields_are_named_by_the_form_alone(module: str) -> None:
    assert not [
        (node.lineno, node.value) for node in texts(module) if STEMS.fullmatch(str(node.value))
    ]


def test_a_public_class_name_occurs_once() -> None:
    homes = defaultdict(list)
    for module in MODULES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(module)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    given = node.args
    return {given.arg for given in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


@pytest.mark.parametrize("module", MODULES)
def test_plan_and_year_never_travel_side_by_side(module: str) -> None:
    functions = [node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef)]
    assert not [node.name for node in functions if {"plan", "year"} <= arguments(node)]


@pytest.mark.parametrize("module", MODULES)
def test_loops_name_what_they_hold(module: str) -> None:
    named = [
        node.lineno
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Name) and node.id == "one" and isinstance(node.ctx, ast.Store)
    ]
    assert not named
