"""How files get into their place, also where another program has them open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbook_tools import outbox
from workbook_tools.findings import UserError
from workbook_tools.outbox import Outcome, put, take_away
from workbook_tools.workspace import digest


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], list[Path]]:
    """A virus scanner that has every file open for the first so many tries of a method."""
    monkeypatch.setattr(outbox, "_PAUSES", (0.0,) * len(outbox._PAUSES))

    def hinders(method: str, times: int) -> list[Path]:
        tried: list[Path] = []
        real = getattr(Path, method)

        def method_of_windows(path: Path, *words: Any, **options: Any) -> object:
            tried.append(path)
            if len(tried) <= times:
                raise PermissionError(13, "used by another process", str(path))
            return real(path, *words, **options)

        monkeypatch.setattr(Path, method, method_of_windows)
        return tried

    return hinders


TRIES = len(outbox._PAUSES) + 1


@pytest.mark.parametrize("held", [0, 1, TRIES - 1])
def test_a_file_held_for_a_moment_is_put_in_place(
    scanner: Callable[[str, int], list[Path]], tmp_path: Path, held: int
) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    tried = scanner("replace", held)
    assert put(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"
    assert len(tried) == held + 1


def test_a_file_open_in_excel_is_told_and_left(
    scanner: Callable[[str, int], list[Path]], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    tried = scanner("replace", 1000)
    with pytest.raises(UserError, match="Ｅｘｃｅｌで開いていれば閉じ"):
        put(tmp_path / "a.txt", b"new")
    assert len(tried) == TRIES
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("held", "outcome"), [(TRIES - 1, Outcome.REMOVED), (1000, Outcome.EDITED)]
)
def test_what_is_no_longer_due_is_taken_away(
    scanner: Callable[[str, int], list[Path]], tmp_path: Path, held: int, outcome: Outcome
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    scanner("unlink", held)
    assert take_away(path, digest(b"old")) is outcome
    assert path.exists() is (outcome is Outcome.EDITED)


def test_half_a_second_and_no_longer() -> None:
    assert 0.3 <= sum(outbox._PAUSES) <= 1.0
