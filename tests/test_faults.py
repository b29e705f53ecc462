"""What may go wrong around a run: kills, a full disk, two runs at once, a damaged register.

Afterwards inputs are as they were, nothing half-written stands under a final name, the register
opens, and the repeated command gives what an undisturbed one gives.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.samples import PLAN, returned
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect, state_of_round
from workbook_tools.collect.collection import as_json
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import UserError
from workbook_tools.intake import inbox
from workbook_tools.intake.inbox import Received
from workbook_tools.outbox import put
from workbook_tools.plan.read_master import load
from workbook_tools.plan.write_master import master
from workbook_tools.register import database as register_module
from workbook_tools.register import ledger
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LEDGER
from workbook_tools.register.records import SourceKind
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW, EARLIER = "2022-04-20T09:00:00+09:00", "2022-04-01T09:00:00+09:00"
FEW = dataclasses.replace(
    PLAN, practices=tuple(PLAN.practice(no) for no in (1, 12, 16, 17, 18, 44))
)  # 44 ended in R2: not due
BESIDE = re.compile(r"\.~[a-z0-9_]{8}\.tmp")
posix = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX")

# What a killed or limited run is started with: counts its steps (files opened for writing, renamed
# or removed in the workspace) and kills itself at a given one.
DRIVER = """
import os, signal, sys
at, folder, steps = int(sys.argv[1]), sys.argv[2], 0
del sys.argv[1:3]
def watch(event, args):
    global steps
    if event not in ("open", "os.rename", "os.remove", "os.link"):
        return
    if event == "open" and not (isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)):
        return
    if folder in str(args[0]):
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
from workbook_tools.cli import main
try:
    main()
finally:
    print(f"steps={steps}", file=sys.stderr)
"""


def command(workspace: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "workbook_tools", "--workspace", str(workspace), *words]


def run(workspace: Path, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(workspace, *words),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        **options,
    )


def driven(workspace: Path, at: int, *words: str) -> subprocess.CompletedProcess[str]:
    """A run that kills itself at its step number ``at``."""
    return subprocess.run(
        [sys.executable, "-c", DRIVER, str(at), str(workspace), *command(workspace, *words)[3:]],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but what killed runs left beside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not BESIDE.fullmatch(path.name)
    }


def copied(stage: Path, folder: Path) -> Path:
    shutil.copytree(stage, folder)
    return folder


def timeless(document: dict[str, Any]) -> dict[str, Any]:
    """What collect or status says, without the times of receipt."""
    for practice in document["practices"]:
        practice.pop("received_at")
    for version in document["versions"]:
        version.pop("received")
    return document


def known(folder: Path) -> dict[str, Any]:
    """What the register knows; it opens and is whole."""
    path = folder / "register.sqlite"
    if path.exists():
        db = sqlite3.connect(path)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()
    return timeless(as_json(state_of_round(Round(Workspace(folder), FEW, NOW))))


def outcome(folder: Path) -> dict[str, Any]:
    """What a command leaves: files byte for byte, but for the report, which tells times."""
    kept = {
        name: data
        for part in ("templates", "outbox")
        for name, data in files(folder / part).items()
        if "確認結果_" not in name
    }
    return {"files": kept, "register": known(folder)}


def assert_unhurt(folder: Path, inputs: dict[str, bytes]) -> None:
    """Nothing sent in was touched and nothing stands half-written under a final name."""
    assert files(folder / "inbox") == inputs
    assert not any("tmp" in path.name for path in (folder / "inbox").rglob("*"))
    for part in ("templates", "outbox"):
        for path in (folder / part).rglob("*.xlsx"):
            openpyxl.load_workbook(path, read_only=True).close()
    known(folder)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Command → a workspace in which it is next."""
    folder = tmp_path_factory.mktemp("stages")
    base = folder / "distribute"
    put(base / "templates" / "計画マスタ.xlsx", master(FEW))
    for at, (name, data) in enumerate(
        {
            "No16.xlsx": returned(16),
            "民生/No17.xlsx": returned(17, 進捗度_R3=9),
            "No12.xlsx": returned(12),
            "No18.xlsx": b"no workbook",
        }.items()
    ):
        put(base / "inbox" / name, data)
        os.utime(base / "inbox" / name, (1_650_000_000 + at, 1_650_000_000 + at))
    stages = {"distribute": base}
    for done, following in (("distribute", "collect"), ("collect", "consolidate")):
        stages[following] = copied(stages[done], folder / following)
        assert run(stages[following], done).returncode in (0, 1)
    stages["return"] = copied(stages["consolidate"], folder / "return")
    return stages


WORDS = {
    "distribute": ("distribute",),
    "collect": ("collect", "--json"),
    "consolidate": ("consolidate", "--appendix"),
    "return": ("return",),
}


@posix
@pytest.mark.parametrize("name", WORDS)
def test_killed_at_any_step(stages: dict[str, Path], tmp_path: Path, name: str) -> None:
    words, inputs = WORDS[name], files(stages[name] / "inbox")
    calm = copied(stages[name], tmp_path / "calm")
    began = time.monotonic()
    whole = driven(calm, 0, *words)
    lasted = time.monotonic() - began
    expected = outcome(calm)
    steps = int(whole.stderr.rpartition("steps=")[2])
    assert steps >= 3

    def repeated(folder: Path) -> None:
        assert_unhurt(folder, inputs)
        again = run(folder, *words)
        assert again.returncode == whole.returncode, again.stderr
        assert outcome(folder) == expected
        if name == "collect":
            said, calmly = json.loads(again.stdout), json.loads(whole.stdout)
            assert timeless(said) == timeless(calmly)

    chance = random.Random(name)
    for at in sorted({1, steps, *chance.sample(range(2, steps), min(2, steps - 2))}):
        folder = copied(stages[name], tmp_path / f"step {at}")
        assert driven(folder, at, *words).returncode == -signal.SIGKILL
        repeated(folder)
    for delay in (0.6, 0.85):
        folder = copied(stages[name], tmp_path / f"delay {delay}")
        process = subprocess.Popen(
            command(folder, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(delay * lasted * chance.uniform(0.9, 1.1))
        process.kill()
        process.communicate()
        repeated(folder)


@posix
def test_rebuilding_killed_at_its_end(stages: dict[str, Path], tmp_path: Path) -> None:
    words = ("collect", "--rebuild", "--json")
    calm = copied(stages["consolidate"], tmp_path / "calm")
    before = known(calm)
    whole = driven(calm, 0, *words)
    assert known(calm) == before
    steps = int(whole.stderr.rpartition("steps=")[2])
    for at in range(max(1, steps - 5), steps + 1):  # while it is put in place
        folder = copied(stages["consolidate"], tmp_path / f"step {at}")
        assert driven(folder, at, *words).returncode == -signal.SIGKILL
        assert (folder / "register.sqlite").exists()
        assert known(folder) == before
    assert run(folder, *words).returncode == 1
    assert known(folder) == before


def test_what_killed_runs_left_beside_does_not_pile_up(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".~abcd_123.tmp", tmp_path / ".~wxyz0123.tmp"
    foreign = tmp_path / ".~lock.取組状況一覧.xlsx#"
    for path in (old, fresh, foreign):
        path.write_bytes(b"half")
    for path in (old, foreign):
        os.utime(path, (1_650_000_000, 1_650_000_000))
    put(tmp_path / "一覧.xlsx", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [fresh.name, foreign.name, "一覧.xlsx"]
    )


@posix
@pytest.mark.parametrize("name", WORDS)
def test_a_full_disk(stages: dict[str, Path], tmp_path: Path, name: str) -> None:
    import resource

    inputs = files(stages[name] / "inbox")
    calm = copied(stages[name], tmp_path / "calm")
    done = run(calm, *WORDS[name])
    for most in (0, 9_000):
        folder = copied(stages[name], tmp_path / str(most))
        register = folder / "register.sqlite"
        if register.exists() and most:
            most += register.stat().st_size  # so that the first step of the database succeeds

        def limited(most: int = most) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        full = run(folder, *WORDS[name], preexec_fn=limited)
        assert "Traceback" not in full.stderr
        if most == 0:
            assert full.returncode == 2
        if full.returncode == 2:
            assert len(full.stderr.strip().splitlines()) == 1, full.stderr
            assert re.search("空き容量|書けません|開けません", full.stderr)
        assert_unhurt(folder, inputs)
        assert not [path for path in folder.rglob("*") if BESIDE.fullmatch(path.name)]
        assert run(folder, *WORDS[name]).returncode == done.returncode
        assert outcome(folder) == outcome(calm)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("distribute", "templates/R3"),
        ("distribute", "archive"),
        ("collect", "outbox"),
        ("collect", "archive"),
        ("consolidate", "outbox"),
        ("return", "outbox"),
    ],
)
def test_a_folder_that_is_none(
    stages: dict[str, Path], tmp_path: Path, name: str, part: str
) -> None:
    folder = copied(stages[name], tmp_path / "workspace")
    inputs = files(folder / "inbox")
    shutil.rmtree(folder / part, ignore_errors=True)
    (folder / part).write_bytes(b"a file stands where the folder should be")
    done = run(folder, *WORDS[name])
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert str(folder / part) in done.stderr
    assert files(folder / "inbox") == inputs
    (folder / part).unlink()
    assert run(folder, *WORDS[name]).returncode in (0, 1)


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize(("name", "part"), [("distribute", "templates"), ("collect", "outbox")])
def test_a_read_only_folder(stages: dict[str, Path], tmp_path: Path, name: str, part: str) -> None:
    folder = copied(stages[name], tmp_path / "workspace")
    (folder / part).mkdir(exist_ok=True)
    (folder / part).chmod(0o555)
    done = run(folder, *WORDS[name])
    (folder / part).chmod(0o755)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert "権限" in done.stderr


@pytest.mark.parametrize("name", ["distribute", "report", "consolidate"])
def test_an_output_that_is_open_in_excel(
    stages: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = copied(stages["collect"], tmp_path / "workspace")
    workspace = Workspace(folder)
    held = Round(workspace, load(workspace.plan_master), NOW)
    done = collect(held)
    changed = dataclasses.replace(FEW, name="別の計画")
    actions: dict[str, Callable[[], object]] = {
        "distribute": lambda: distribute(Round(workspace, changed, NOW)),
        "report": lambda: report.write(held, done),
        "consolidate": lambda: consolidate(held),
    }

    def locked(path: Path, target: Path) -> None:
        raise PermissionError(13, "in use", str(target))

    before = outcome(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", locked)
        with pytest.raises(UserError, match="Ｅｘｃｅｌで開いていれば閉じ"):
            actions[name]()
    assert outcome(folder) == before
    assert not [path for path in folder.rglob("*") if BESIDE.fullmatch(path.name)]
    actions[name]()


def test_two_collects_at_once(stages: dict[str, Path], tmp_path: Path) -> None:
    folder = copied(stages["collect"], tmp_path / "workspace")
    both = [
        subprocess.Popen(
            command(folder, "collect", "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [1, 1], said
    assert [errors for _, errors in said] == ["", ""]
    first, second = (json.loads(document) for document, _ in said)
    assert timeless(first) == timeless(second)
    db = sqlite3.connect(folder / "register.sqlite")
    assert db.execute("SELECT COUNT(*) FROM submission").fetchone() == (3,)
    query = "SELECT COUNT(*), COUNT(DISTINCT sha256) FROM source WHERE kind = ?"
    total, distinct = db.execute(query, (SourceKind.RETURN,)).fetchone()
    assert total == distinct == 4
    db.close()


def test_a_register_held_for_long_is_named(stages: dict[str, Path], tmp_path: Path) -> None:
    folder = copied(stages["collect"], tmp_path / "workspace")
    impatient = (
        "import workbook_tools.register.database as database; database.PATIENCE = 0.3;"
        "from workbook_tools.cli import main; main()"
    )
    with Register.open(folder / "register.sqlite"):
        done = subprocess.run(
            [sys.executable, "-c", impatient, "--workspace", str(folder), "collect"],
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
    assert done.returncode == 2
    assert "から使っています" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert register_module.PATIENCE == 10.0


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    put(workspace.inbox / "a.xlsx", returned(16, 特記事項="先に届いた。"))
    collect(Round(workspace, FEW, NOW))
    put(workspace.inbox / "b.xlsx", returned(16, 特記事項="後に届いた。"))
    os.utime(workspace.inbox / "b.xlsx", (1_000_000_000, 1_000_000_000))
    done = collect(Round(workspace, FEW, EARLIER))
    (state,) = [state for state in done.practices if state.practice.no == 16]
    assert state.counting is not None
    assert (state.counting.file, state.counting.received_at) == ("inbox/b.xlsx", EARLIER)
    assert known(tmp_path) == timeless(as_json(state_of_round(Round(workspace, FEW, EARLIER))))


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A file of which some part was lost."""
    data, at = bytearray(content), chance.randrange(len(content))
    kind = chance.choice(["bytes", "block", "zeros", "cut"])
    if kind == "bytes":
        for _ in range(chance.choice((1, 20, 500))):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif kind == "block":
        lost = len(data[at : at + 9_000])
        data[at : at + lost] = chance.randbytes(lost)
    elif kind == "zeros":
        lost = len(data[at : at + 9_000])
        data[at : at + lost] = bytes(lost)
    else:
        del data[at:]
    return bytes(data)


def test_a_damaged_register_is_said_to_be_damaged(stages: dict[str, Path], tmp_path: Path) -> None:
    workspace = Workspace(copied(stages["consolidate"], tmp_path / "workspace"))
    good = workspace.register.read_bytes()
    commands: list[Callable[[], object]] = [
        lambda: state_of_round(Round(workspace, FEW, NOW)),
        lambda: collect(Round(workspace, FEW, NOW)),
        lambda: consolidate(Round(workspace, FEW, NOW)),
    ]
    told = 0
    for seed in range(60):
        content = damaged(good, random.Random(seed))
        for run_command in commands:
            workspace.register.with_name("register.sqlite-journal").unlink(missing_ok=True)
            workspace.register.write_bytes(content)
            try:
                run_command()
            except UserError as error:
                assert re.search("collect --rebuild|新しい版|使っています", str(error))  # noqa: PT017
                told += 1
    assert told > 60


@pytest.mark.parametrize("seed", [2, 3, None])
def test_a_damaged_register_made_anew(
    stages: dict[str, Path], tmp_path: Path, seed: int | None
) -> None:
    folder = copied(stages["consolidate"], tmp_path / "workspace")
    before = run(folder, "status", "--json")
    assert before.returncode == 0
    register = folder / "register.sqlite"
    if seed is None:
        register.write_bytes(b"damaged" * 1000)
        said = run(folder, "collect")
        assert (said.returncode, len(said.stderr.strip().splitlines())) == (2, 1)
        assert "collect --rebuild" in said.stderr
    else:
        register.write_bytes(damaged(register.read_bytes(), random.Random(seed)))
    assert run(folder, "collect", "--rebuild").returncode == 1
    assert run(folder, "status", "--json").stdout == before.stdout


INTERRUPTED = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN")
db.execute("UPDATE answer SET raw = raw || 'half'")
db.execute("UPDATE finding SET message = message || 'half'")
os._exit(9)
"""


@posix
@pytest.mark.parametrize("is_damaged", [False, True])
def test_what_a_killed_run_left_to_be_taken_back(
    stages: dict[str, Path], tmp_path: Path, is_damaged: bool
) -> None:
    folder = copied(stages["consolidate"], tmp_path / "workspace")
    before = run(folder, "status", "--json").stdout
    register = folder / "register.sqlite"
    subprocess.run([sys.executable, "-c", INTERRUPTED, str(register)], check=False)
    assert (folder / "register.sqlite-journal").stat().st_size > 0
    if is_damaged:
        register.write_bytes(b"damaged" * 1000)
        assert run(folder, "collect", "--rebuild").returncode == 1
    assert run(folder, "status", "--json").stdout == before
    known(folder)


def test_runs_of_the_first_edition_that_were_killed_do_not_change_the_order(tmp_path: Path) -> None:
    """They had noted their files in the ledger, and the register never took them in."""
    from workbook_tools.rebuild import rebuild

    workspace = Workspace(tmp_path)
    first, second = (
        returned(16, 特記事項="先に数えられる。"),
        returned(16, 特記事項="後に数えられる。"),
    )
    lines = [("b.xlsx", second, EARLIER), ("a.xlsx", first, NOW), ("b.xlsx", second, NOW)]
    for name, data, now in lines:
        row = {"sha256": ledger.keep(workspace.archive, data), "kind": SourceKind.RETURN.value}
        row |= {"name": f"inbox/{name}", "year": "R3", "taken_at": now}
        with (workspace.archive / LEDGER).open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(row, ensure_ascii=False) + "\n")
    rebuild(Round(workspace, FEW, NOW), lambda done, total: None)
    done = state_of_round(Round(workspace, FEW, NOW))
    assert [(version.file, done.fate(version)) for version in done.versions] == [
        ("inbox/a.xlsx", "前の版"),
        ("inbox/b.xlsx", "有効"),
    ]


def test_an_inbox_that_vanishes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    for no in (16, 17):
        put(workspace.inbox / f"No{no}.xlsx", returned(no))
    real = inbox.received

    def vanishing(path: Path, *args: Any) -> Iterator[Received]:
        yield from real(path, *args)
        shutil.rmtree(workspace.inbox, ignore_errors=True)

    monkeypatch.setattr(inbox, "received", vanishing)
    done = collect(Round(workspace, FEW, NOW))
    gone = [finding.place.file for finding in done.findings if finding.code == "F001"]
    assert gone == ["inbox/No17.xlsx"]
    assert [state.practice.no for state in done.practices if state.counting] == [16]
    monkeypatch.undo()
    assert collect(Round(workspace, FEW, NOW)).missing == (1, 12, 17, 18)


def test_a_file_replaced_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    put(workspace.inbox / "No16.xlsx", returned(16, 特記事項="はじめの版。"))
    real = inbox.received

    def replaced(path: Path, *args: Any) -> Iterator[Received]:
        for received in real(path, *args):
            path.write_bytes(returned(16, 特記事項="あとの版。"))
            yield received

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "received", replaced)
        collect(Round(workspace, FEW, NOW))
    done = collect(Round(workspace, FEW, NOW))  # the later content is another version
    (state,) = [state for state in done.practices if state.practice.no == 16]
    assert (state.state.value, state.versions) == ("受理", 2)
