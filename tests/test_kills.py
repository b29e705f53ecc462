"""A few moments of ``python -m tests.kills`` for each command that changes what counts."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests import kills

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return kills.stages(tmp_path_factory.mktemp("stages"))


@pytest.mark.parametrize("name", ["judge anew", "withdraw", "council collect", "close", "dispose"])
def test_killed_at_random_moments(stages: dict[str, Path], tmp_path: Path, name: str) -> None:
    assert list(kills.attack(stages[name], name, 2, random.Random(name), tmp_path)) == []


def test_what_a_kill_would_spoil_is_noticed(stages: dict[str, Path], tmp_path: Path) -> None:
    """A run that loses a line of the ledger and leaves half a list behind."""
    folder = kills.copied(stages["close"], tmp_path / "spoiled")
    expected = kills.left(kills.copied(stages["reopen"], tmp_path / "closed"))
    inputs = kills.files(folder / "inbox")
    assert list(kills._faults(folder, "close", inputs, expected)) == []
    ledger = folder / "archive" / "受付簿.jsonl"
    ledger.write_bytes(b"\n".join(ledger.read_bytes().split(b"\n")[:-4]))
    (folder / "outbox" / "資料編_R3.xlsx").write_bytes(b"PK half")
    told = " ".join(kills._faults(folder, "close", inputs, expected))
    assert "verify: 受付簿に" in told
    assert "something is hurt" in told
