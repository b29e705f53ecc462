"""An inbox full of hostile files around one good form: it is read, and each of them is named."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import crafted as made
from tests import fuzz, samples
from tests.crafted import ONE, book
from tests.test_container import BENIGN, DAMAGED, FOREIGN, LARGE
from workbook_tools.excel.read import limits
from workbook_tools.plan.read_master import sample
from workbook_tools.plan.write_master import master

GOOD = "水道/№16.xlsx"
ESCAPE = "a\x1b[31m\x07\r赤.xlsx"
STEERING = {chr(code) for code in (*range(32), *range(127, 160))} - {"\n"}
LINUX = Path("/proc/self/status").exists()

# Runs the command line and says afterwards how much memory it ever held.
DRIVER = """
import sys
from pathlib import Path
from workbook_tools.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status")
    text = status.read_text() if status.exists() else "VmHWM: 0"
    peak = int(text.partition("VmHWM:")[2].split()[0]) // 1024
    Path(sys.argv[2], "peak").write_text(str(peak))
"""


def run(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DRIVER, "--workspace", str(workspace), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0"},
    )


def hostile() -> Iterator[tuple[str, bytes, set[str]]]:
    """Name, content and the codes one of which must be found."""
    for name, data in FOREIGN.items():
        yield f"foreign/{name}.xlsx", data, {"F001"}
    for name, data in DAMAGED.items():
        yield f"damaged/{name}.xlsx", data, {"F001", "F003", "F007"}  # F003: its sheet alone broken
    for name, build in LARGE.items():
        yield f"large/{name}.xlsx", build(), {"F007"}
    for name in ("formatted to the last column", "300,000 cells on 120 sheets", "xls", "ods"):
        yield f"no form/{name}.xls", BENIGN[name](), {"F003"}
    yield "macros.xlsm", book(ONE, xl__vbaProject_bin=b"x"), {"F005"}
    yield "links.xlsx", book(ONE, xl__externalLinks__externalLink1_xml="<a/>"), {"F006"}
    locked = made.encrypted(samples.returned(17), "unknown")
    yield "locked.xlsx", locked, {"F002"}
    yield "locked.xls", made.encrypted(samples.returned(18), "unknown"), {"F002"}
    yield "~$№16.xlsx", b"\5user", {"F004"}
    yield "half.xlsx", samples.returned(17)[:20_000], {"F001"}
    yield "inner.zip", made.zipped({"inner.zip": made.zipped({"a.xlsx": book(ONE)})}), {"F001"}
    yield "names.zip", made.zipped({"../../../out.xlsx": b"1", "/tmp/out.xlsx": b"2"}), {"F001"}
    yield "device.zip", made.zipped({"CON.xlsx": b"3", "aux": b"4", ESCAPE: b"5"}), {"F001"}
    yield "bomb.zip", made.zipped({"a.xlsx": bytes(limits.MOST_PACKED + 1)}), {"F007"}
    yield "blanks.zip", made.zipped({"a.xlsx": made.blanks(25_000_000)}), {"F007"}
    yield f"{'長' * 80}.xlsx", b"6", {"F001"}
    if os.name != "nt":
        yield ESCAPE, b"7", {"F001"}
        yield "=cmd|' /C calc'!A0.xlsx", b"8", {"F001"}
        yield "[bold red]markup[/].xlsx", b"9", {"F001"}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_a_hostile_inbox(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.xlsx").write_bytes(samples.returned(17))
    (workspace / "templates").mkdir(parents=True)
    (workspace / "templates" / "計画マスタ.xlsx").write_bytes(master(sample()))
    expected: dict[str, set[str]] = {}
    for name, data, codes in [(GOOD, samples.returned(16), set[str]()), *hostile()]:
        path = workspace / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        expected[f"inbox/{name}"] = codes
    (workspace / "inbox" / "folder.xlsx").mkdir()
    expected["inbox/folder.xlsx"] = {"F001"}
    if os.name != "nt":
        (workspace / "inbox" / "link.xlsx").symlink_to(outside / "secret.xlsx")
        expected["inbox/link.xlsx"] = {"F004"}
    inbox, others = snapshot(workspace / "inbox"), snapshot(outside)

    done = run(workspace, "collect", "--json")

    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout)
    accepted = [
        file["file"]
        for file in report["files"]
        for form in file["forms"]
        if form["status"] == "受理"
    ]
    assert accepted == [f"inbox/{GOOD}"]
    told: dict[str, set[str]] = {}
    for finding in report["findings"]:
        told.setdefault(finding["file"].partition(".zip/")[0], set()).add(finding["code"])
    for name, codes in expected.items():
        codes_told = told.get(name.removesuffix(".zip"), set()) | told.get(name, set())
        assert codes_told & codes or not codes, f"{name}: {codes_told}, not {codes}"
    peak = int((workspace / "peak").read_text())
    assert peak < 300, f"{peak} MB"
    assert peak or not LINUX
    assert snapshot(workspace / "inbox") == inbox
    assert snapshot(outside) == others
    assert {path.name for path in tmp_path.iterdir()} == {"workspace", "outside"}

    for words in (("collect",), ("collect", "--verbose"), ("status",)):
        shown = run(workspace, *words)
        assert shown.returncode == (words[0] == "collect"), shown.stderr
        text = shown.stdout + shown.stderr
        assert "Traceback" not in text
        assert not set(text) & STEERING


@pytest.mark.parametrize(
    "build",
    [
        lambda: book(ONE, xl__media__a_png=random.Random(1).randbytes(30_000_000)),
        lambda: made.encrypted(
            book(ONE, xl__media__a_png=random.Random(1).randbytes(30_000_000)), "secret"
        ),
        BENIGN["300,000 cells on 120 sheets"],
        LARGE["400 MB of blanks"],
        LARGE["a million cells"],
        LARGE["one text in many cells"],
        LARGE["very many names"],
        LARGE["very many members"],
    ],
)
def test_memory_of_one_file(build: Callable[[], bytes]) -> None:
    worker = fuzz.Worker()
    try:
        outcome = worker.read(build())
    finally:
        worker.close()
    assert not outcome.trouble, outcome


def test_what_the_fuzzer_once_found() -> None:
    seeds = fuzz.kept()
    assert seeds
    worker = fuzz.Worker()
    try:
        outcomes = {name: worker.read(data).trouble for name, data in seeds.items()}
    finally:
        worker.close()
    assert not any(outcomes.values()), outcomes


def test_a_few_mutants() -> None:
    """A taste of ``python -m tests.fuzz``; the long runs are made by hand."""
    worker, good = fuzz.Worker(), [samples.returned(16), made.xls(made.number(0, 0))]
    try:
        for number in range(150):
            kind, data = fuzz.mutant(number, good)
            outcome = worker.read(data)
            assert not outcome.trouble, (number, kind, outcome)
    finally:
        worker.close()
