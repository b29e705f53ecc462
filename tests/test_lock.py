"""Two secretaries on one shared folder: the second waits, or is told who works."""

from __future__ import annotations

import dataclasses
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.samples import PLAN, returned
from tests.test_ending_commands import FEW
from workbook_tools.cli import cli
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master
from workbook_tools.register import lock
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind

HOLDER = """
import sys, time
from pathlib import Path
from workbook_tools.register import lock
with lock.hold(Path(sys.argv[1]), 1.0):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(folder: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that works in the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(seconds)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lock_names_who_works_and_is_gone_afterwards(tmp_path: Path) -> None:
    with lock.hold(tmp_path, 0.1):
        text = (tmp_path / lock.NAME).read_text("utf-8")
        assert "から" in text
        assert "（" in text
        with lock.hold(tmp_path, 0.1):  # within one process it may be held more than once
            assert (tmp_path / lock.NAME).exists()
        assert (tmp_path / lock.NAME).exists()
    assert not (tmp_path / lock.NAME).exists()


def test_the_second_is_told_who_works(tmp_path: Path) -> None:
    process = holder(tmp_path, 30)
    try:
        who = (tmp_path / lock.NAME).read_text("utf-8")
        with pytest.raises(UserError) as told, lock.hold(tmp_path, 0.2):
            pass
        assert str(told.value) == (
            f"『{tmp_path}』を、{who}使っています。終わってから、もう一度実行してください。"
        )
        with Register.open(tmp_path / "register.sqlite", write=False) as register:
            assert register.sources() == ()  # reading goes on
    finally:
        process.kill()
        process.communicate()


def test_the_second_waits_a_while(tmp_path: Path) -> None:
    process = holder(tmp_path, 0.5)
    with lock.hold(tmp_path, 20):
        assert process.wait(5) == 0
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_a_killed_run_blocks_nobody(tmp_path: Path) -> None:
    process = holder(tmp_path, 30)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (tmp_path / lock.NAME).exists()  # it could not take it away
    began = time.monotonic()
    with lock.hold(tmp_path, 5):
        assert time.monotonic() - began < 2


def test_only_one_holds_it_at_a_time(tmp_path: Path) -> None:
    counting = """
import sys
from pathlib import Path
from workbook_tools.register import lock
count = Path(sys.argv[1]) / "count"
for _ in range(40):
    with lock.hold(Path(sys.argv[1]), 60.0):
        count.write_text(str(int(count.read_text()) + 1))
"""
    (tmp_path / "count").write_text("0")
    processes = [
        subprocess.Popen([sys.executable, "-c", counting, str(tmp_path)]) for _ in range(3)
    ]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "120"


def test_a_folder_that_cannot_be_written_to_is_left_to_the_register(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "nowhere", 0.1):
        assert not (tmp_path / "nowhere").exists()


def test_two_registers_are_made_anew_at_once(tmp_path: Path) -> None:
    """One waits for the other; nobody sees a traceback (Windows: a file in use)."""
    words = [sys.executable, "-m", "workbook_tools", "--workspace", str(tmp_path)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    for command in (["init", "--sample"], ["distribute"], ["collect"]):
        subprocess.run([*words, *command], capture_output=True, check=False, env=environment)
    both = [
        subprocess.Popen(
            [*words, "collect", "--rebuild"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    for process, (_, errors) in zip(both, said, strict=True):
        assert "Traceback" not in errors
        assert process.returncode in (0, 2)
        assert process.returncode == 0 or len(errors.strip().splitlines()) == 1
    assert 0 in [process.returncode for process in both]
    assert not (tmp_path / lock.NAME).exists()


@pytest.mark.parametrize("method", ["unlink", "replace"])
def test_a_register_that_another_process_has_open(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lock holds nobody off, Windows refuses to touch the file; nothing changes."""
    put(tmp_path / "templates" / "計画マスタ.xlsx", master(FEW))
    put(tmp_path / "inbox" / "No16.xlsx", returned(16))
    words = ["--workspace", str(tmp_path), "collect"]
    assert CliRunner().invoke(cli, words).exit_code == 0
    before = (tmp_path / "register.sqlite").read_bytes()
    real = getattr(Path, method)

    def in_use(path: Path, *given: object, **options: bool) -> object:
        if path.name == "register.sqlite.new":
            raise PermissionError(13, "sharing violation", str(path))
        return real(path, *given, **options)

    monkeypatch.setattr(Path, method, in_use)
    done = CliRunner().invoke(cli, [*words, "--rebuild"])
    assert isinstance(done.exception, UserError)
    assert "ほかの処理が使っていれば" in str(done.exception)
    assert (tmp_path / "register.sqlite").read_bytes() == before


def test_threads_of_one_process_share_it(tmp_path: Path) -> None:
    entered = []

    def enter() -> None:
        with lock.hold(tmp_path, 0.1):
            entered.append(1)

    with lock.hold(tmp_path, 0.1):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join(5)
    assert entered == [1]


# -- whole commands -------------------------------------------------------------------------------

PLANNED = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17)))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder of two secretaries, with two sheets in its inbox."""
    put(tmp_path / "templates" / "計画マスタ.xlsx", master(PLANNED))
    for no in (16, 17):
        put(tmp_path / "inbox" / f"No{no}.xlsx", returned(no))
    return tmp_path


def spawned(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(folder), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_who_waits_works_on_the_register_that_stands_afterwards(shared: Path) -> None:
    """One makes it anew while another waits: what the other reads must not go into the old file."""
    assert spawned(shared, "distribute").wait(60) == 0
    register = shared / "register.sqlite"
    working = holder(shared, 3)
    waiting = spawned(shared, "collect")
    time.sleep(2)  # it has read the plan and waits
    anew = register.with_name("anew.sqlite")
    anew.write_bytes(register.read_bytes())
    anew.replace(register)
    working.wait(10)
    assert waiting.wait(60) == 0
    assert "食い違いはありません" in spawned(shared, "verify").communicate(timeout=60)[0]
    assert "受理 2" in spawned(shared, "status").communicate(timeout=60)[0]


@pytest.mark.parametrize("second", ["collect", "consolidate"])
def test_two_commands_at_once_leave_what_one_after_the_other_does(
    shared: Path, second: str
) -> None:
    if second == "consolidate":
        assert spawned(shared, "collect").wait(60) == 0
        put(shared / "inbox" / "No17_後.xlsx", returned(17, 特記事項="あとの版。"))
    both = [spawned(shared, words) for words in ("collect", second)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert "Traceback" not in errors
        assert process.returncode == 0, errors  # the second has waited
    assert not (shared / lock.NAME).exists()
    with Register.open(shared / "register.sqlite", write=False) as register:
        arrived = [source.name for source in register.sources(SourceKind.RETURN)]
    later = ["inbox/No17_後.xlsx"] if second == "consolidate" else []
    assert sorted(arrived) == ["inbox/No16.xlsx", "inbox/No17.xlsx", *later]  # each once
    checked = spawned(shared, "verify")
    said, errors = checked.communicate(timeout=60)
    assert checked.returncode == 0, said + errors


@pytest.mark.parametrize("command", ["collect", "consolidate"])
def test_who_waits_too_long_is_told_user_and_computer(shared: Path, command: str) -> None:
    assert spawned(shared, "collect").wait(60) == 0
    process = holder(shared, 120)
    try:
        who = (shared / lock.NAME).read_text("utf-8")
        assert platform.node() in who
        waiting = spawned(shared, command)
        _, errors = waiting.communicate(timeout=110)
        assert waiting.returncode == 2
        assert f"{who}使っています" in errors
        assert len(errors.strip().splitlines()) == 1
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_a_killed_collect_blocks_no_other_command(shared: Path) -> None:
    process = spawned(shared, "collect")
    until = time.monotonic() + 20
    while not (shared / lock.NAME).exists() and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    began = time.monotonic()
    assert spawned(shared, "collect").wait(60) == 0
    assert time.monotonic() - began < 30
    assert spawned(shared, "consolidate").wait(60) == 0
