"""Ctrl-C says that nothing is lost, and nothing is; long work shows that it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.test_ending_commands import FEW
from workbook_tools import cli as command_line
from workbook_tools.outbox import put
from workbook_tools.plan.read_master import sample
from workbook_tools.plan.write_master import master
from workbook_tools.register import lock
from workbook_tools.terminal.console import INTERRUPTED


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal that a terminal sends")
def test_ctrl_c_and_the_same_command_again(tmp_path: Path) -> None:
    put(tmp_path / "templates" / "計画マスタ.xlsx", master(sample()))
    interrupted(tmp_path, "distribute")
    assert "66件（38部署）" in finished(tmp_path, "distribute", 0)
    for form in (tmp_path / "templates" / "R3").rglob("No*.xlsx"):
        put(tmp_path / "inbox" / form.name, form.read_bytes())  # sent back empty
    interrupted(tmp_path, "collect")
    assert "要修正 66" in finished(tmp_path, "collect", 1)
    finished(tmp_path, "verify", 0)


def interrupted(folder: Path, word: str) -> None:
    """Ctrl-C as soon as the command has begun to work."""
    process = command(folder, word)
    until = time.monotonic() + 60
    while not (folder / lock.NAME).exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (2, "", INTERRUPTED)
    assert not (folder / lock.NAME).exists()
    assert [*folder.rglob("*.tmp")] == []


def finished(folder: Path, word: str, code: int) -> str:
    process = command(folder, word)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (code, "")
    return out


@pytest.mark.parametrize(
    "line",
    [
        "distribute",
        "collect",
        "return",
        "receipts",
        "consolidate",
        "export --format csv --output {}/csv",
        "council distribute --members 3",
        "council collect",
        "council return",
        "compare {}/outbox/取組状況一覧_R3.xlsx",
        "verify --year R3",
        "close --yes",
        "dispose --year R3 --reason 満了 --yes",
    ],
)
def test_long_work_shows_that_it_goes_on(
    line: str, year: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = []

    @contextmanager
    def progress(title: str) -> Iterator[object]:
        titles.append(title)
        yield lambda done, total: None

    monkeypatch.setattr(command_line, "progress", progress)
    words = ["--workspace", str(year), *line.format(year).split()]
    done = CliRunner().invoke(command_line.cli, words)
    assert done.exit_code in (0, 1), (done.output, done.exception)
    assert titles


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of one practice; the commands above make the rest of the year."""
    folder = tmp_path_factory.mktemp("year")
    put(folder / "templates" / "計画マスタ.xlsx", master(FEW))
    return folder
