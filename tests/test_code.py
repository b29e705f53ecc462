"""The code as a whole: imports run downwards, lint and types are clean, words fit the console."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "workbook_tools"

# The house from the ground up: a file imports from lower floors and from its own room; rooms of one
# floor never import each other.
FLOORS = (
    ("text", "era", "cells", "findings"),
    ("workspace",),
    ("excel",),
    ("plan",),
    ("form",),
    ("intake",),
    ("register",),
    ("rules",),
    ("figures",),
    ("history", "distribute", "collect", "send_back", "council"),
    ("consolidate",),
    ("rebuild", "demo"),
    ("terminal",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# Libraries that one module alone may know.
ONLY = {
    "python_calamine": "excel.read.book",
    "xlsxwriter": "excel.write.book",
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
    return {name for name in imports if room(name) != here and FLOOR[room(name)] >= FLOOR[here]}


def test_every_room_has_its_floor() -> None:
    assert {room(module) for module in MODULES} == set(FLOOR)


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


SPOKEN = re.compile(r"cli|findings|form\.guide|distribute\..*|history\..*|plan\..*|terminal\..*")


@pytest.mark.parametrize("module", [name for name in MODULES if SPOKEN.fullmatch(name)])
def test_all_words_survive_a_windows_console(module: str) -> None:
    for node in texts(module):
        lost = [
            char
            for char in str(node.value)
            if char.encode("cp932", "ignore") == b"" and ord(char) > 0x2FF
        ]
        assert not lost, (node.lineno, lost)
