"""The command line as a secretary meets it: exit codes, sentences, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from workbook_tools.cli import cli


def run(workspace: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(workspace), *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    assert run(folder, "init", "--sample").returncode == 0
    return folder


def test_a_new_round(sample: Path) -> None:
    done = run(sample, "distribute", "--year", "令和３年度")
    assert done.returncode == 0, done.stderr
    assert "66件（38部署）： 作成 66" in done.stdout
    assert done.stderr == ""
    assert "作成 0、変更なし 66" in run(sample, "distribute").stdout


def test_import_history(sample: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        ["小№", "実践項目", "進捗度", "連携度", "効率性", "創造性", "合計", "総合評価", "取組終了"]
    )
    sheet.append([16, "住民異動等におけるタブレット端末の活用", 2, 2, 2, 3, 9, "Ｂ", None])
    sheet.append([99, "知らない項目", 2, 2, 2, 3, 9, "Ｂ", None])
    book.save(tmp_path / "一覧.xlsx")
    done = run(sample, "import-history", str(tmp_path / "一覧.xlsx"), "--year", "R2")
    assert done.returncode == 0, done.stderr
    assert "1件を取り込みました" in done.stdout
    assert "99" in done.stderr


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, command, "--help")
    assert done.returncode == 0
    assert f"例： workbook-tools {command}" in done.stdout
    for english in ("Usage", "Options", "Show this", "required"):
        assert english not in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["distribute"], "init"),
        (["distribute", "--year", "昭和６０年"], "年度として読めません"),
        (["distrbute"], "というコマンドはありません"),
        (["distribute", "--yaer", "R3"], "という指定はありません"),
        (["import-history"], "足りません"),
        (["import-history", "ない.xlsx", "--year", "R2"], "ありません"),
    ],
)
def test_wrong_usage_is_one_sentence(words: list[str], sentence: str, tmp_path: Path) -> None:
    done = run(tmp_path, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not any(tmp_path.iterdir())


def test_a_year_outside_the_plan(sample: Path) -> None:
    done = run(sample, "distribute", "--year", "R9")
    assert done.returncode == 2
    assert "計画期間（Ｒ２～Ｒ６）の外です" in done.stderr


@pytest.mark.parametrize("command", ["distribute", "collect", "status", "consolidate", "export"])
def test_a_year_whose_plan_was_never_noted(sample: Path, command: str) -> None:
    done = run(sample, command, "--year", "R4")
    assert done.returncode == 2
    assert "令和４年度の計画が登録されていません" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (sample / "templates" / "R4").exists()


def test_init_never_overwrites(sample: Path) -> None:
    master = sample / "templates" / "計画マスタ.xlsx"
    before = master.read_bytes()
    done = run(sample, "init")
    assert done.returncode == 2
    assert "上書きはしません" in done.stderr
    assert master.read_bytes() == before


def test_all_mistakes_of_the_master_at_once(tmp_path: Path) -> None:
    run(tmp_path, "init", "--sample")
    path = tmp_path / "templates" / "計画マスタ.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["実践項目"]
    sheet["B2"], sheet["E3"] = 99, None
    book.save(path)
    done = run(tmp_path, "distribute")
    assert done.returncode == 2
    assert "実践項目のB2" in done.stderr
    assert "実践項目のE3" in done.stderr
    assert "2件" in done.stderr
    assert not (tmp_path / "templates" / "R3").exists()


def test_a_master_that_is_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "計画マスタ.xlsx").write_bytes(b"not a workbook")
    done = run(tmp_path, "distribute")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_register_of_a_newer_version(sample: Path, tmp_path: Path) -> None:
    import sqlite3

    run(tmp_path, "init", "--sample")
    with sqlite3.connect(tmp_path / "register.sqlite") as db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    done = run(tmp_path, "distribute")
    assert done.returncode == 2
    assert "新しい版" in done.stderr
    assert not (tmp_path / "templates" / "R3").exists()


def test_output_survives_a_windows_console(tmp_path: Path) -> None:
    folder = tmp_path / "絵文字\U0001f600"
    done = run(folder, "init", "--sample", PYTHONIOENCODING="cp932")
    assert done.returncode == 0


def test_help_is_light() -> None:
    heavy = "{'pandas', 'openpyxl', 'xlsxwriter', 'python_calamine', 'sqlite3', 'rich'}"
    code = f"import sys, workbook_tools.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
