"""The folder for Windows: what it holds; and under wine: that it does what Linux does, to the byte.

Built and tried where wine is installed, and wherever ``WORKBOOK_TOOLS_TESTS_NEED_WINE`` is set.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.crafted import encrypted
from tests.samples import returned
from tests.test_ending_commands import FEW
from tests.test_inbox import archive
from tests.windows import build, wine
from tests.windows.lock import ROOT, WHEELS, download, wanted
from tests.windows.wine import CLOCK, CODE_PAGE, TODAY, Done, Windows
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master

with_wine = pytest.mark.skipif(
    not (wine.WINE and wine.COMPILER) and "WORKBOOK_TOOLS_TESTS_NEED_WINE" not in os.environ,
    reason="wine is not installed",
)


# -- what the folder holds -------------------------------------------------------------------------


def pinned() -> dict[str, str]:
    """Name → version of every wheel."""
    lines = [line.split() for line in WHEELS.read_text("utf-8").splitlines() if line[0] != "#"]
    return {
        name.lower().replace("_", "-"): number
        for words in lines
        for name, number in [words[0].split("==")]
    }


@pytest.mark.parametrize("wish", wanted())
def test_what_the_package_needs_is_pinned(wish: str) -> None:
    """Where this fails: ``python -m tests.windows.lock``."""
    need = Requirement(wish)
    assert pinned()[need.name.lower()] in need.specifier


def test_every_pin_has_its_hash() -> None:
    for path in (WHEELS, WHEELS.with_name("python.txt")):
        for line in path.read_text("utf-8").splitlines():
            assert re.fullmatch(r"#.*|\S+==\S+ --hash=sha256:[0-9a-f]{64}", line)


def test_the_readme_names_what_is_built() -> None:
    """The way onto a closed PC is this folder, and nothing else."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert build.ZIP.relative_to(ROOT).as_posix() in readme
    assert "はじめる.bat" in readme
    assert "pip download" not in readme


@pytest.mark.parametrize("name", ["workbook-tools.bat", "はじめる.bat"])
def test_a_batch_file_is_read_alike_under_every_code_page(name: str) -> None:
    text = (WHEELS.parent / "folder" / name).read_text("utf-8")
    assert text.isascii()
    assert "C:" not in text  # finds its Python from where it stands itself


@with_wine
def test_another_wheel_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    line = next(line for line in WHEELS.read_text("utf-8").splitlines() if "et_xmlfile" in line)
    (tmp_path / "wheels.txt").write_text(line[:-1] + ("0" if line[-1] != "0" else "1"))
    words = ("--no-deps", "--require-hashes", "-r", str(tmp_path / "wheels.txt"))
    with pytest.raises(subprocess.CalledProcessError):
        download(tmp_path / "wheels", *words)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "windows.zip"
    build.build(path)
    return path


@with_wine
def test_the_same_sources_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    build.build(tmp_path / "again.zip")
    first, again = package.read_bytes(), (tmp_path / "again.zip").read_bytes()
    assert sha256(first).digest() == sha256(again).digest()


@with_wine
def test_what_is_seen_in_the_folder(package: Path) -> None:
    with zipfile.ZipFile(package) as packed:
        names = packed.namelist()
        text = packed.read("workbook-tools/はじめる.bat")
    assert {name.split("/")[1] for name in names} == {
        "python",
        "workbook-tools.bat",
        "はじめる.bat",
        "はじめにお読みください.txt",
    }
    assert text.count(b"\r\n") == text.count(b"\n") > 0
    assert not [name for name in names if "/scripts/" in name or "/tests/" in name]
    assert package.stat().st_size < 60e6


# -- as on Linux, to the byte ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def windows(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """The zip unpacked where a secretary may have put it."""
    folder = tmp_path_factory.mktemp("wine")
    made = wine.installed(folder / "drive", package, folder / "配布物　展開 (1)")
    yield made
    made.end()


def on_linux(*words: str, cwd: Path) -> Done:
    """The same command here, with the same clock, as a console of Japanese Windows is written."""
    done = subprocess.run(
        [sys.executable, "-c", f"{CLOCK}from workbook_tools.cli import main\nmain()", *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding=CODE_PAGE,
        env={**os.environ, "TESTS_TODAY": TODAY, "PYTHONIOENCODING": CODE_PAGE},
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def with_slashes(done: Done) -> Done:
    return Done(done.code, done.out.replace("\\", "/"), done.err.replace("\\", "/"))


def files(folder: Path) -> dict[str, bytes]:
    """Every file but the register, whose bytes depend on the version of sqlite."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("register.sqlite")
    }


# What zipfile on Windows would cut: each of these characters ends in the byte of a backslash.
SENT = "令和３年度 表・予算/ソフト十能_申構貼.xlsx"
# Not `export --format open-data`: wine 8 lacks parts of the C library that numpy asks for.
YEAR = (
    "",
    "collect",
    "status",
    "show 16",
    "return",
    "receipts",
    "consolidate --appendix",
    "council distribute --members 3",
    "council status",
    "export --format json --output outbox/data.json",
    "export --format csv --output outbox/csv",
    "explain 取組項目別!K10",
    "collect --rebuild",
    "verify",
)


@with_wine
def test_a_year_on_both_systems(windows: Windows, tmp_path: Path) -> None:
    here, there = (tmp_path / system / "新しい　フォルダー" for system in ("linux", "windows"))
    for place in (here, there):
        place.mkdir(parents=True)
    told = windows.tool("demo", "表計算　デモ", cwd=there)
    assert with_slashes(told) == on_linux("demo", "表計算　デモ", cwd=here)
    assert files(there) == files(here)
    here, there = here / "表計算　デモ", there / "表計算　デモ"
    for place in (here, there):
        put(place / "inbox" / "送付.zip", archive({SENT: returned(16, 進捗度_R3=7)}, cp932=True))
        os.utime(place / "inbox" / "送付.zip", (1_652_000_000,) * 2)
    for line in YEAR:
        told = windows.tool(*line.split(), cwd=there)
        assert with_slashes(told) == on_linux(*line.split(), cwd=here), line
        assert told.code in (0, 1), told
    assert SENT in windows.tool("collect", cwd=there).out
    mine, theirs = files(here), files(there)
    assert theirs.keys() == mine.keys()
    assert [name for name in mine if theirs[name] != mine[name]] == []


# -- what only Windows does ------------------------------------------------------------------------


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """One practice, returned."""
    put(tmp_path / "templates" / "計画マスタ.xlsx", master(FEW))
    put(tmp_path / "inbox" / "No16.xlsx", returned(16))
    return tmp_path


@with_wine
def test_nobody_is_asked_for_a_password_where_nobody_sits(windows: Windows, few: Path) -> None:
    """NUL calls itself a terminal."""
    put(few / "inbox" / "鍵.xlsx", encrypted(returned(16), "secret"))
    words = (windows.python, "-c", "import sys; print(sys.stdin.isatty())")
    assert windows.run(*words, cwd=few, typed=None).out == "True\n"
    done = windows.tool("collect", cwd=few)
    assert done.code == 1
    assert "パスワードで保護されていて" in done.out
    assert "の保護されたブックのパスワード" not in done.err


@with_wine
def test_a_file_that_is_open_in_excel(windows: Windows, few: Path) -> None:
    assert windows.tool("collect", cwd=few).code == 0
    result = few / "outbox" / "確認結果_R3.xlsx"
    before = result.read_bytes()
    put(few / "inbox" / "No16.xlsx", returned(16, 進捗度_R3=7))
    words = ("-c", f"file = open({str(result)!r}, 'rb'); print('open', flush=True); input()")
    holder = windows.start(windows.python, *words, cwd=few)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"open"
    done = windows.tool("collect", cwd=few)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "Ｅｘｃｅｌで開いていれば閉じ" in done.err
    assert result.read_bytes() == before
    holder.communicate(b"\n")
    assert windows.tool("collect", cwd=few).code == 1
    assert result.read_bytes() != before


@with_wine
def test_two_rebuilds_at_once(windows: Windows, few: Path) -> None:
    assert windows.tool("collect", cwd=few).code == 0
    words = (windows.python, "-m", "workbook_tools", "collect", "--rebuild")
    both = [windows.start(*words, cwd=few) for _ in range(2)]
    for process in both:
        _out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode(CODE_PAGE)
        assert b"Traceback" not in err
    assert windows.tool("verify", cwd=few).code == 0


@with_wine
def test_the_menu_by_a_double_click(windows: Windows) -> None:
    """The folder itself is the workspace, wherever it stands."""
    keys = b"2\r\n\r\n1\r\n\r\n0\r\n"
    done = windows.run("cmd", "/c", "はじめる.bat", cwd=windows.folder, typed=keys)
    assert done.code == 0, done
    assert "実行するコマンド： workbook-tools init --sample" in done.out
    assert "1　templates/計画マスタ.xlsx" in done.out
    assert "66件（38部署）： 作成 66" in done.out
    assert (windows.folder / "templates" / "R3" / "配布一覧.xlsx").exists()


@with_wine
@pytest.mark.parametrize("code_page", [932, 65001])
def test_a_console_of_either_code_page(windows: Windows, few: Path, code_page: int) -> None:
    put(few / "inbox" / "表.xlsx", returned(16, 特記事項="絵文字\U0001f600"))
    line = f"workbook-tools.bat --workspace Z:{few} collect"
    seen = windows.on_a_console(f"chcp {code_page}", line, cwd=windows.folder)
    assert "受理 1" in seen
    assert "Traceback" not in seen
