"""Every command the README shows, run as shown; and what it says of itself."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.samples import returned
from workbook_tools.cli import cli
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.demo.demo import play
from workbook_tools.findings import CATALOGUE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
NOW = "2022-05-20T09:00:00+09:00"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [
    line.partition("#")[0].strip()
    for block in BLOCKS
    for line in block.splitlines()
    if line.startswith("workbook-tools")
]


DATA = (["export", "--format", "json"],)  # for other programs, on the standard output


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which every command has something to do."""
    folder = tmp_path_factory.mktemp("readme") / "demo"
    story = play(
        folder,
        NOW,
        lambda line: None,
        lambda held: consolidate(held).paths,
    )
    past = next(path for path in folder.rglob("取組状況一覧_R2.xlsx"))
    if past.parent != folder:
        shutil.copy(past, folder)
    (folder / "inbox" / "No16.xlsx").write_bytes(returned(16, 進捗度_R3=7))
    assert story.workspace.root == folder
    return folder


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbook_tools", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme(command: str, demo: Path, tmp_path: Path) -> None:
    words = shlex.split(command)[1:]
    done = run(words, tmp_path if words[:1] == ["init"] else demo)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    if not ({"--json", "--help"} & set(words) or words in DATA):
        *_, last = done.stdout.splitlines()
        assert re.search("次は|次に|workbook-tools ", last), "does not say what comes next"


def test_no_file_they_wrote_says_on_which_system(demo: Path) -> None:
    systems = {}
    for path in demo.rglob("*"):
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                name = path.relative_to(demo).as_posix()
                systems[name] = {member.create_system for member in archive.infolist()}
    assert len(systems) > 200
    assert {name for name, known in systems.items() if known != {0}} == set()


def test_the_readme_shows_every_command() -> None:
    shown = {word for command in COMMANDS for word in shlex.split(command)[1:2]}
    assert set(cli.commands) - {"demo"} <= shown
    assert "workbook-tools demo" in README


def test_the_two_set_up_lines_are_there() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv && ")]
    assert len(lines) == 2
    assert lines[0].endswith("&& .venv/bin/python -m pytest -n auto")
    assert lines[1].endswith("&& .venv/bin/workbook-tools demo demo")


def test_every_code_is_explained() -> None:
    rows = re.findall(r"^\| ([A-Z]\d{3}[^|]*)\|", README, re.MULTILINE)
    explained = set()
    for row in rows:
        for first, last in re.findall(r"([A-Z]\d{3})(?:～([A-Z]\d{3}))?", row):
            end = int((last or first)[1:])
            explained |= {f"{first[0]}{number:03d}" for number in range(int(first[1:]), end + 1)}
    departments = {code for code in CATALOGUE if code[0] not in "MH" and code != "E900"}
    assert departments <= explained
