"""The code as a whole: imports run one way, lint and types are clean, words fit the console."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "workbook_tools"

# A module imports only modules above it. Where a new one belongs is a decision: it goes here.
ORDER = [
    "__init__",
    "text",
    "era",
    "grid",
    "findings",
    "model",
    "rubric",
    "layout",
    "board",
    "meanings",
    "formulas",
    "limits",
    "ole",
    "container",
    "reading",
    "writing",
    "workspace",
    "lists",
    "master_tables",
    "plan_checks",
    "plan",
    "master",
    "guide",
    "forms",
    "references",
    "figures",
    "export",
    "answers",
    "printed",
    "labels",
    "intake",
    "prefill",
    "schema",
    "case",
    "header_checks",
    "checks",
    "waivers",
    "archive",
    "register",
    "returns",
    "overview",
    "round_facts",
    "rounds",
    "headings",
    "history",
    "distribute",
    "inbox",
    "readers",
    "judge",
    "collection",
    "collect",
    "report",
    "list_table",
    "list_figures",
    "list_themes",
    "list_summary",
    "list_comparison",
    "list_pages",
    "list_texts",
    "appendix",
    "ballot",
    "opinions",
    "council",
    "rebuild",
    "consolidate",
    "package",
    "remarks",
    "restyle",
    "result_sheet",
    "marking",
    "letters",
    "senders",
    "returning",
    "printing",
    "demo_answers",
    "demo_story",
    "demo",
    "terminal",
    "console",
    "cli",
    "__main__",
]
# Libraries that one module alone may know.
ONLY = {"python_calamine": "reading", "xlsxwriter": "writing", "sqlite3": "register"}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


MODULES = sorted(path.stem for path in PACKAGE.glob("*.py"))


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    above = ORDER[: ORDER.index(module)]
    names = imported(PACKAGE / f"{module}.py")
    own = {
        name.split(".")[1]
        for name in names
        if name.startswith("workbook_tools.") and name.split(".")[1] in ORDER
    }
    assert own <= set(above)


@pytest.mark.parametrize(("library", "module"), ONLY.items())
def test_one_module_alone_knows_a_library(library: str, module: str) -> None:
    users = {
        name
        for name in MODULES
        if any(one.split(".")[0] == library for one in imported(PACKAGE / f"{name}.py"))
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


def test_all_words_survive_a_windows_console() -> None:
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                lost = [
                    char
                    for char in node.value
                    if char.encode("cp932", "ignore") == b"" and ord(char) > 0x2FF
                ]
                if path.stem in {"cli", "findings", "guide", "distribute", "history", "plan"}:
                    assert not lost, (path.name, node.lineno, lost)
