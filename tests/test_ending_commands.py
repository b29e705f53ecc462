"""withdraw, close, reopen, dispose, verify as a secretary meets them: asked, answered, told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.samples import PLAN, returned
from tests.test_faults import run as run_whole
from workbook_tools import cli as command_line
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master

FEW = dataclasses.replace(PLAN, practices=(PLAN.practice(16),))
RECORD = "outbox/廃棄記録_R3.xlsx"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One practice returned and accepted."""
    put(tmp_path / "templates" / "計画マスタ.xlsx", master(FEW))
    put(tmp_path / "inbox" / "民生" / "No16.xlsx", returned(16))
    assert run(tmp_path, "collect").exit_code == 0
    return tmp_path


def run(folder: Path, *words: str, typed: str | None = None) -> Result:
    """A command; where something is typed there is a console."""
    runner = CliRunner(env={"COLUMNS": "200"})
    with pytest.MonkeyPatch.context() as patched:
        if typed is not None:
            patched.setattr("click.testing._NamedTextIOWrapper.isatty", lambda stream: True)
        return runner.invoke(command_line.cli, ["--workspace", str(folder), *words], input=typed)


def said(result: Result) -> str:
    return f"{result.output}{result.exception or ''}"


def dispose(folder: Path, *words: str, typed: str | None = None) -> Result:
    return run(folder, "dispose", "--year", "R3", "--reason", "満了", *words, typed=typed)


def test_dispose_without_a_console_needs_a_reason_and_no_more(folder: Path) -> None:
    run(folder, "close", "--yes")
    assert run(folder, "dispose", "--year", "R3").exit_code == 2
    assert not (folder / RECORD).exists()
    assert dispose(folder).exit_code == 0
    assert (folder / RECORD).exists()


@pytest.mark.parametrize(("typed", "gone"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_dispose_asks(folder: Path, typed: str, gone: bool) -> None:
    run(folder, "close", "--yes")
    result = dispose(folder, typed=typed)
    assert "元には戻せません" in said(result)
    assert (folder / RECORD).exists() is gone


def test_dispose_of_an_open_round_asks_nothing(folder: Path) -> None:
    result = dispose(folder, typed="y\n")
    assert "まだ確定していません" in said(result)
    assert "元には戻せません" not in said(result)


def test_what_was_disposed_of_is_told(folder: Path) -> None:
    run(folder, "close", "--yes")
    assert dispose(folder, "--yes").exit_code == 0
    plain = run(folder)
    assert plain.exit_code == 0
    assert "廃棄されています" in plain.output
    assert "次の年度は" in plain.output
    looked = run(folder, "verify", "--year", "R3")
    assert looked.exit_code == 0
    assert "比べていません" in looked.output
    assert "食い違いはありません" in looked.output


@pytest.mark.parametrize("command", ["withdraw", "reopen", "dispose"])
def test_a_blank_reason_is_none(folder: Path, command: str) -> None:
    words = {"withdraw": ("No16.xlsx",), "dispose": ("--year", "R3", "--yes")}.get(command, ())
    if command != "withdraw":
        run(folder, "close", "--yes")
    result = run(folder, command, *words, "--reason", "　")
    assert result.exit_code == 2
    assert "理由を --reason で書いてください" in said(result)


def test_a_file_is_found_by_its_name_alone(folder: Path) -> None:
    result = run(folder, "withdraw", "No16.xlsx", "--reason", "下書き")
    assert result.exit_code == 0, said(result)
    assert "inbox/民生/No16.xlsx" in result.output
    assert "小№16： 未提出" in result.output


def test_of_two_files_of_one_name_none_is_guessed(folder: Path) -> None:
    put(folder / "inbox" / "総務" / "No16.xlsx", returned(16, 特記事項="別の版。"))
    run(folder, "collect")
    result = run(folder, "withdraw", "No16.xlsx", "--reason", "下書き")
    assert "『No16.xlsx』がありません" in said(result)


def test_reopen_says_what_comes_next(folder: Path) -> None:
    run(folder, "close", "--yes")
    result = run(folder, "reopen", "--reason", "正誤表")
    assert "workbook-tools close --year R3" in result.output


def test_a_missing_option_is_named_as_it_is_typed(folder: Path) -> None:
    assert "『--reason 理由』が足りません" in run_whole(folder, "reopen").stderr
