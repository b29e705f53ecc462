"""Commands killed at random moments: nothing is lost, and the next run ends as it should.

``python -m tests.kills --moments 200`` kills every writing command that often, half of the times at
a step (a file opened for writing, renamed or removed), half after a part of its time. After each
kill `verify` must hold; the command repeated must leave what an undisturbed one leaves. The suite
takes a few moments of each (:mod:`tests.test_kills`).
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl

from tests.samples import returned
from tests.test_faults import FEW, assert_unhurt, command, copied, driven, files, run
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master
from workbook_tools.register import tables
from workbook_tools.register.database import Register

# What each command is called with; `report` follows when there is one.
WORDS: dict[str, tuple[str, ...]] = {
    "distribute": ("distribute",),
    "collect": ("collect",),
    "judge anew": ("collect",),
    "withdraw": ("withdraw", "inbox/No12.xlsx", "--reason", "下書き"),
    "undo": ("withdraw", "inbox/No12.xlsx", "--undo"),
    "return": ("return",),
    "receipts": ("receipts",),
    "council distribute": ("council", "distribute", "--members", "2"),
    "council collect": ("council", "collect"),
    "consolidate": ("consolidate", "--appendix"),
    "rebuild": ("collect", "--rebuild"),
    "close": ("close", "--yes"),
    "reopen": ("reopen", "--reason", "正誤表"),
    "dispose": ("dispose", "--year", "R3", "--reason", "満了", "--yes"),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+(?:\.\d+)?(?:[+-]\d\d:\d\d)?")
# Told of a disposal that was killed: what it has yet to shred.
_UNFINISHED = {"dispose": "廃棄したはずの控え"}
# Files that tell times, and what is noted of them.
_TELLS_TIMES = re.compile(r"確認結果_|廃棄記録_|読取内容確認/|意見集約_")


def stages(folder: Path) -> dict[str, Path]:
    """Command → a workspace in which it is next."""
    place = folder / "base"
    put(place / "templates" / "計画マスタ.xlsx", master(FEW))
    contents = {
        "No16.xlsx": returned(16),
        "民生/No17.xlsx": returned(17, 進捗度_R3=9),
        "No12.xlsx": returned(12),
        "No18.xlsx": b"no workbook",
    }
    for at, (name, data) in enumerate(contents.items()):
        put(place / "inbox" / name, data)
        os.utime(place / "inbox" / name, (1_650_000_000 + at, 1_650_000_000 + at))
    found = {}
    for number, name in enumerate(WORDS):
        if name == "judge anew":
            put(place / "templates" / "計画マスタ.xlsx", master(replace(FEW, secretariat="別の室")))
        elif name == "council collect":
            _vote(place)
        found[name] = copied(place, folder / f"{number:02d}")
        done = run(place, *WORDS[name])
        if done.returncode not in (0, 1):
            raise AssertionError((name, done.stderr))
        if name == "reopen":
            assert run(place, "close", "--yes").returncode == 0
    return found


def _vote(place: Path) -> None:
    """Every member's sheet, filled in."""
    for path in sorted((place / "templates" / "R3" / "評価シート").glob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        for name, defined in book.defined_names.items():
            if name.startswith(("評価_", "意見_")):
                sheet, _, cell = defined.attr_text.rpartition("!")
                value = 4 if name.startswith("評価_") else "よい。"
                book[sheet.strip("'")][cell.replace("$", "")] = value
        buffer = io.BytesIO()
        book.save(buffer)
        put(place / "inbox" / path.name, buffer.getvalue())


def left(folder: Path) -> dict[str, object]:
    """What a command leaves, but for times: files byte for byte, the register table by table."""
    kept = {
        name: data
        for part in ("templates", "outbox")
        for name, data in files(folder / part).items()
        if not _TELLS_TIMES.search(name)
    }
    names = {name: b"" for name in files(folder / "outbox") if _TELLS_TIMES.search(name)}
    with Register.open(folder / "register.sqlite", write=False) as register:
        known = {
            table: sorted(_timeless(table, row) for row in rows if "出力" not in row)
            for table, rows in tables.rows(register).items()
            if table != "output"
        }
    return {"files": kept | names, "register": known}


# What is kept of these is a content that tells times: its name says no more than that it is there.
_RECORDS = ("確定", "廃棄", "評価記録", "配布記録", "実績")
_OF_RECORDS = ("closing", "disposal", "past_result")


def _timeless(table: str, row: tuple[object, ...]) -> str:
    text = _TIME.sub("T", repr(row))
    if table in _OF_RECORDS or any(kind in row for kind in _RECORDS):
        return re.sub(r"[0-9a-f]{64}", "#", text)
    return text


def attack(
    stage: Path, name: str, moments: int, chance: random.Random, room: Path
) -> Iterator[str]:
    """Kill a command that often; what was wrong afterwards, in words."""
    words, inputs = WORDS[name], files(stage / "inbox")
    calm = copied(stage, room / "calm")
    began = time.monotonic()
    whole = driven(calm, 0, *words)
    lasted = time.monotonic() - began
    expected = left(calm)
    steps = int(whole.stderr.rpartition("steps=")[2])
    for moment in range(moments):
        folder = copied(stage, room / "killed")
        if moment % 2 == 0:
            at = chance.randint(1, steps)
            told = f"{name}: step {at} of {steps}"
            done = driven(folder, at, *words).returncode
            if done != -signal.SIGKILL:
                yield f"{told}: was not killed ({done})"
        else:
            delay = lasted * chance.uniform(0.2, 1.0)
            told = f"{name}: after {delay:.2f} s"
            process = subprocess.Popen(
                command(folder, *words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(delay)
            process.kill()
            process.wait()
        yield from (f"{told}: {fault}" for fault in _faults(folder, name, inputs, expected))
        shutil.rmtree(folder)
    shutil.rmtree(calm)


def _faults(
    folder: Path, name: str, inputs: dict[str, bytes], expected: dict[str, object]
) -> Iterator[str]:
    try:
        assert_unhurt(folder, inputs)
    except (AssertionError, zipfile.BadZipFile, sqlite3.Error) as error:
        yield f"something is hurt ({error})"
    if (folder / "register.sqlite").exists():
        looked = run(folder, "verify")
        lines = [line for line in looked.stdout.splitlines() if line.strip()]
        lines = [line for line in lines if not line.startswith("次は")]
        unfinished = _UNFINISHED.get(name)
        if looked.returncode and not (unfinished and all(unfinished in line for line in lines)):
            yield f"verify: {looked.stdout}{looked.stderr}"
    again = run(folder, *WORDS[name])
    if "Traceback" in again.stderr:
        yield again.stderr
    now = left(folder)
    for part, value in expected.items():
        if now[part] != value:
            yield f"{part} differ: {_difference(value, now[part])}"
    if run(folder, "verify").returncode:
        yield "verify fails at the end"


def _difference(before: object, now: object) -> str:
    assert isinstance(before, dict)
    assert isinstance(now, dict)
    for key in sorted({*before, *now}):
        old, new = before.get(key, ()), now.get(key, ())
        if old != new and isinstance(old, list) and isinstance(new, list):
            lost, more = ([row for row in a if row not in b] for a, b in ((old, new), (new, old)))
            return f"{key}: {lost} {more}"
        if old != new:
            return key
    return ""


def main() -> int:
    """Kill every command, or those named; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", default="1")
    parser.add_argument("names", nargs="*", default=list(WORDS))
    given = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as room:
        ready = stages(Path(room) / "stages")
        for name in given.names:
            chance = random.Random(f"{given.seed} {name}")
            faults = list(attack(ready[name], name, given.moments, chance, Path(room) / name))
            wrong += len(faults)
            sys.stdout.write(f"{name}: {given.moments} kills, {len(faults)} faults\n")
            sys.stdout.writelines(f"  {fault}\n" for fault in faults[:5])
            sys.stdout.flush()
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
