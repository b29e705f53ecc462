"""The register: one transaction a block, a schema in steps, and what goes in comes out."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.register import database as module
from workbook_tools.register.database import Register
from workbook_tools.register.records import (
    Distributed,
    PastResult,
    Prefilled,
    Source,
    SourceKind,
)
from workbook_tools.register.schema import STEPS

R2, R3, R4 = (FiscalYear.parse(text) for text in ("R2", "R3", "R4"))
GOOD = {"進捗度": 3, "連携度": 2}
POOR = {"進捗度": 1, "連携度": 0}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


def test_past_results_come_back_by_year(path: Path) -> None:
    with Register.open(path) as register:
        register.take_history(R2, [PastResult(1, GOOD, "A", None)], "aa")
        register.take_history(
            R3, [PastResult(1, POOR, None, None), PastResult(44, {}, None, R2)], "bb"
        )
    with Register.open(path) as register:
        assert register.scores() == {R2: {1: GOOD}, R3: {1: POOR}}
        assert register.grades() == {R2: {1: "A"}}
        assert register.finished() == {44: R2}


def test_a_second_import_replaces_the_first_of_that_year(path: Path) -> None:
    with Register.open(path) as register:
        register.take_history(
            R2, [PastResult(1, GOOD, "A", None), PastResult(2, GOOD, "A", R2)], "aa"
        )
        register.take_history(R3, [PastResult(1, GOOD, "A", None)], "bb")
        register.take_history(R2, [PastResult(1, POOR, "D", None)], "cc")
        assert register.scores() == {R2: {1: POOR}, R3: {1: GOOD}}
        assert register.grades() == {R2: {1: "D"}, R3: {1: "A"}}
        assert register.finished() == {}


@pytest.mark.parametrize(
    ("said_by_r2", "said_by_r3", "finished"),
    [
        (R2, R2, R2),
        (R2, R3, R3),  # the later list was printed knowing the earlier one
        (R2, None, R2),  # a blank takes nothing back
        (None, R3, R3),
    ],
)
def test_of_two_lists_the_later_says_when_a_practice_ended(
    path: Path, said_by_r2: FiscalYear | None, said_by_r3: FiscalYear | None, finished: FiscalYear
) -> None:
    with Register.open(path) as register:
        register.take_history(R3, [PastResult(44, {}, None, said_by_r3)], "bb")
        register.take_history(R2, [PastResult(44, {}, None, said_by_r2)], "aa")
        assert register.finished() == {44: finished}


def form(practice_no: int, *prefilled: Prefilled, at: str = "2022-03-01T09:00:00") -> Distributed:
    return Distributed(practice_no, f"templates/R3/{practice_no}.xlsx", "ab" * 32, at, prefilled)


def test_forms_sent_out_come_back_with_their_cells_in_order(path: Path) -> None:
    cells = (
        Prefilled("取組予定_R4_1", "⑤と同じ", "取組予定_R3_2", "導入する"),
        Prefilled("工程_当初_R2", "検討"),
        Prefilled("工程_当初_R3", ""),
    )
    with Register.open(path) as register:
        register.note_distributed(R3, [form(2), form(1, *cells)])
    with Register.open(path) as register:
        assert register.distributed(R3) == {1: form(1, *cells), 2: form(2)}
        assert register.distributed(R2) == {}


def test_a_form_sent_again_replaces_the_earlier_one_and_can_be_forgotten(path: Path) -> None:
    again = form(1, Prefilled("工程_当初_R3", "実施"), at="2022-04-01T09:00:00")
    with Register.open(path) as register:
        register.note_distributed(R3, [form(1, Prefilled("工程_当初_R2", "検討")), form(2)])
        register.note_distributed(R3, [again])
        assert register.distributed(R3) == {1: again, 2: form(2)}
        register.forget_distributed(R3, [1, 99])
        assert register.distributed(R3) == {2: form(2)}


def test_every_taking_in_of_a_file_is_noted(path: Path) -> None:
    taken = (
        Source("aa", SourceKind.HISTORY, "一覧.xlsx", R2, "2022-03-01T09:00:00"),
        Source("aa", SourceKind.HISTORY, "一覧.xlsx", R2, "2022-03-02T09:00:00"),
        Source("bb", SourceKind.PLAN, "templates/計画マスタ.xlsx", None, "2022-03-02T09:00:00"),
    )
    with Register.open(path) as register:
        for source in taken:
            register.note_source(source)
    with Register.open(path) as register:
        assert register.sources(*SourceKind) == taken


def test_a_block_that_fails_keeps_nothing(path: Path) -> None:
    def fail() -> None:
        with Register.open(path) as register:
            register.take_history(R2, [PastResult(1, GOOD, "A", None)], "aa")
            raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        fail()
    with Register.open(path) as register:
        assert register.scores() == {}


def test_reading_without_a_register_finds_nothing_and_makes_nothing(path: Path) -> None:
    with Register.open(path, write=False) as register:
        assert register.scores() == {}
    assert not path.exists()


def test_reading_changes_not_even_an_older_schema(path: Path) -> None:
    db = sqlite3.connect(path)
    for statement in STEPS[0][1]:
        db.execute(statement)
    db.execute("INSERT INTO past_result VALUES (2020, 1, 'A', NULL, 'aa')")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    before = path.read_bytes()
    with Register.open(path, write=False) as register:
        assert register.grades() == {R2: {1: "A"}}
        assert register.sources(*SourceKind) == ()
    assert path.read_bytes() == before
    with Register.open(path) as register:  # and writing brings it up to date
        assert register.grades() == {R2: {1: "A"}}
    assert user_version(path) == len(STEPS)


def user_version(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def refusal(path: Path, *, write: bool = True) -> str:
    """What opening and reading the register says when it is refused."""

    def open_and_read() -> None:
        with Register.open(path, write=write) as register:
            register.scores()

    with pytest.raises(UserError) as caught:
        open_and_read()
    return str(caught.value)


def test_a_register_of_a_newer_version_is_left_alone(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    db.close()
    assert "更新" in refusal(path)
    assert user_version(path) == len(STEPS) + 1


@pytest.mark.parametrize("write", [True, False])
def test_a_file_that_is_no_register_is_said_to_be_damaged(path: Path, write: bool) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 20)
    assert "壊れています" in refusal(path, write=write)


def test_damage_met_while_reading_is_said_in_the_same_words(path: Path) -> None:
    with Register.open(path) as register:
        rows = [PastResult(number, GOOD, "A", None) for number in range(5000)]
        register.take_history(R2, rows, "aa")
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    assert "壊れています" in refusal(path)


def test_a_register_in_use_is_waited_for_and_then_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with Register.open(path) as register:
        assert "ほかの処理が使っています" in refusal(path)
        with Register.open(path, write=False) as reader:  # reading goes on meanwhile
            assert reader.scores() == {}
        register.take_history(R2, [PastResult(1, GOOD, "A", None)], "aa")
    with Register.open(path) as register:
        assert register.scores() == {R2: {1: GOOD}}


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nowhere" in refusal(tmp_path / "nowhere" / "register.sqlite")


def test_a_whole_round_of_a_large_plan_goes_in_and_out(path: Path) -> None:
    cells = tuple(Prefilled(f"取組予定_R{number}", "文" * 30) for number in range(150))
    with Register.open(path) as register:
        register.note_distributed(R3, [form(number, *cells) for number in range(2000)])
    with Register.open(path, write=False) as register:
        assert len(register.distributed(R3)[1999].prefilled) == 150
