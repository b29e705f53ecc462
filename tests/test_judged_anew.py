"""Judging anew may change a verdict and says so; it never drops an answer (B6, B8)."""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Callable
from pathlib import Path

import msoffcrypto.format.ooxml as ooxml
import openpyxl
import pytest

from tests.samples import FORM, PLAN, R3, returned
from workbook_tools.collect.collect import collect, state_of_round
from workbook_tools.collect.collection import Collection, as_json
from workbook_tools.council import ballot
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.findings import Severity, UserError
from workbook_tools.intake.read_forms import Intake, take_in
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member, Plan, Waiver
from workbook_tools.rebuild import rebuild
from workbook_tools.register import ballots, ledger, opened, results
from workbook_tools.register.codec import built, plain
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LEDGER
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace, digest

NOW, LATER = "2022-04-20T09:00:00+09:00", "2022-04-25T09:00:00+09:00"
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17)))
# Another master: everything is judged anew, and nothing comes out otherwise.
RENAMED = dataclasses.replace(FEW, name="別の計画名")
WORD = "himitsu"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def protected(data: bytes) -> bytes:
    out = io.BytesIO()
    ooxml.OOXMLFile(io.BytesIO(data)).encrypt(WORD, out)
    return out.getvalue()


def send(workspace: Workspace, name: str, data: bytes) -> Path:
    path = workspace.inbox / name
    put(path, data)
    os.utime(path, (1_650_000_000, 1_650_000_000))
    return path


def run(workspace: Workspace, plan: Plan = FEW, now: str = NOW, *passwords: str) -> Collection:
    return collect(Round(workspace, plan, now), passwords=passwords)


def states(done: Collection) -> dict[int, str]:
    return {state.practice.no: state.state.value for state in done.practices}


def codes(done: Collection) -> list[str]:
    wanted = (Severity.ERROR, Severity.WARNING)
    return sorted(
        finding.code
        for finding in done.findings
        if finding.severity in wanted and finding.code != "X801"
    )


def answers(workspace: Workspace) -> dict[str, str]:
    with Register.open(workspace.register, write=False) as register:
        found = results.answers(register, R3).get(16, {})
    return {field: stored.raw for field, stored in found.items()}


def make_anew(workspace: Workspace, plan: Plan = FEW) -> tuple[str, ...]:
    return rebuild(Round(workspace, plan, LATER), lambda done, total: None).told


# -- protected workbooks --------------------------------------------------------------------------


def test_a_password_is_needed_only_once(workspace: Workspace) -> None:
    """B6: after any change of the master the return was 未提出, exit 0, no F002."""
    send(workspace, "No16.xlsx", protected(returned(16, 特記事項="開けたところ。")))
    assert codes(run(workspace)) == ["F002"]
    assert states(run(workspace, FEW, NOW, WORD))[16] == "受理"
    read = answers(workspace)
    done = run(workspace, RENAMED, LATER)
    assert (states(done)[16], codes(done)) == ("受理", [])
    assert answers(workspace) == read
    assert read["特記事項"] == "開けたところ。"
    (workspace.inbox / "No16.xlsx").unlink()
    assert states(run(workspace, FEW, LATER))[16] == "受理"


def test_a_register_made_anew_needs_no_password(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", protected(returned(16)))
    before = run(workspace, FEW, NOW, WORD)
    read = answers(workspace)
    assert make_anew(workspace) == ()
    assert answers(workspace) == read
    assert dataclasses.replace(run(workspace), read_anew=1) == before


def test_what_was_read_is_judged_by_the_new_plan(workspace: Workspace) -> None:
    """It is not the old verdict that is kept, but what was read."""
    send(workspace, "No16.xlsx", protected(returned(16, 進捗度_R3=3)))
    run(workspace, FEW, NOW, WORD)
    narrow = dataclasses.replace(
        FEW, criteria=tuple(dataclasses.replace(c, maximum=2) for c in FEW.criteria)
    )
    done = run(workspace, narrow, LATER)
    assert (states(done)[16], codes(done)) == ("要修正", ["S102"])


def test_a_return_without_password_keeps_no_second_record(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", returned(16))
    run(workspace, FEW, NOW, WORD)
    with Register.open(workspace.register, write=False) as register:
        held = Round(workspace, FEW, NOW)
        assert opened.known(register, held, digest(returned(16))) is None


@pytest.mark.parametrize(
    "changes",
    [{}, {"取組予定_R4_1": "②と同じ"}, {"取組予定_R3_2": "③と同じ", "進捗度_R3": "２点"}],
)
def test_what_was_read_comes_back_from_its_record(changes: dict[str, str]) -> None:
    intake = take_in(returned(16, **changes), "x.xlsx", FORM)
    assert built(Intake, plain(intake)) == intake


def test_a_protected_council_sheet_counts_in_a_register_made_anew(workspace: Workspace) -> None:
    plan = dataclasses.replace(PLAN, members=(Member(1),))
    held = Round(workspace, plan, NOW)
    send_ballots(held, None)
    path = workspace.forms(R3) / ballot.SHEET / ballot.file_name_of(Member(1))
    book = openpyxl.load_workbook(path)
    cell = book.defined_names["評価_01"].attr_text.rpartition("!")[2].replace("$", "")
    book[ballot.SHEET][cell] = 4
    buffer = io.BytesIO()
    book.save(buffer)
    send(workspace, "1.xlsx", protected(buffer.getvalue()))
    assert collect_ballots(held, [WORD]).returned == (1,)
    make_anew(workspace, plan)
    with Register.open(workspace.register, write=False) as register:
        assert ballots.averages(register, R3) == {1: 40}
    assert collect_ballots(held).returned == (1,)


# -- verdicts that change -------------------------------------------------------------------------


def test_a_verdict_that_changed_is_told(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", returned(16, 評価理由_連携度=""))
    send(workspace, "No17.xlsx", returned(17))
    assert run(workspace).changed == ()
    waived = dataclasses.replace(FEW, waivers=(Waiver(16, "S108", "説明済み"),))
    done = run(workspace, waived, LATER)
    (change,) = done.changed
    assert (change.at, change.practice_no, change.before.value, change.after.value) == (
        LATER,
        16,
        "要修正",
        "受理",
    )
    assert done.news(LATER) == ("確かめ直した結果、小№16が『要修正』から『受理』に変わりました。",)
    again = run(workspace, waived, "2022-05-01T09:00:00+09:00")
    assert again.changed == done.changed  # it stays in 確認結果
    assert again.news("2022-05-01T09:00:00+09:00") == ()
    assert as_json(again)["changed"] == [
        {"item_no": 16, "at": LATER, "from": "要修正", "to": "受理"}
    ]


def test_judging_anew_without_a_change_says_nothing(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", returned(16))
    run(workspace)
    done = run(workspace, RENAMED, LATER)
    assert (done.changed, done.news(LATER)) == ((), ())


def test_a_version_judged_anew_keeps_its_place(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", returned(16, 特記事項="はじめ。"))
    run(workspace)
    send(workspace, "b.xlsx", returned(16, 特記事項="あと。"))
    run(workspace)
    run(workspace, RENAMED, LATER)
    assert answers(workspace)["特記事項"] == "あと。"


# -- copies that were damaged ---------------------------------------------------------------------


def lost(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = pytest.mark.parametrize("damage", [lost, emptied, flipped])


@DAMAGES
@pytest.mark.parametrize("plan", [FEW, RENAMED], ids=["nothing changed", "judged anew"])
def test_a_damaged_copy_is_healed_from_the_inbox(
    workspace: Workspace, damage: Callable[[Path], None], plan: Plan
) -> None:
    """B8: one damaged copy blocked everything although the inbox held the same bytes."""
    send(workspace, "No16.xlsx", returned(16))
    send(workspace, "No17.xlsx", returned(17))
    sha256 = run(workspace).files[0].sha256
    damage(ledger.kept(workspace.archive, sha256))
    done = run(workspace, plan, LATER)
    assert states(done) == {16: "受理", 17: "受理"}
    assert done.archive == (
        "控えが失われているか壊れていたため、『inbox/No16.xlsx』から直しました。",
    )
    assert ledger.is_whole(workspace.archive, sha256)
    assert run(workspace, plan, LATER).archive == ()


@DAMAGES
def test_one_damaged_copy_does_not_block_the_round(
    workspace: Workspace, damage: Callable[[Path], None]
) -> None:
    """Its forms keep the verdict they had, and the copy to be restored is named."""
    for no in (16, 17):
        send(workspace, f"No{no}.xlsx", returned(no))
    sha256 = run(workspace).files[0].sha256
    (workspace.inbox / "No16.xlsx").unlink()
    kept = ledger.kept(workspace.archive, sha256)
    whole = kept.read_bytes()
    damage(kept)
    narrow = dataclasses.replace(
        FEW, criteria=tuple(dataclasses.replace(c, maximum=1) for c in FEW.criteria)
    )
    done = run(workspace, narrow, LATER)
    assert states(done) == {16: "受理", 17: "要修正"}
    (said,) = done.archive
    assert str(kept) in said
    assert "『inbox/No16.xlsx』" in said
    assert answers(workspace)
    kept.write_bytes(whole)
    assert states(run(workspace, narrow, LATER)) == {16: "要修正", 17: "要修正"}


def test_a_lost_copy_of_what_no_longer_lies_there_is_told(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", returned(16))
    sha256 = run(workspace).files[0].sha256
    (workspace.inbox / "No16.xlsx").unlink()
    ledger.kept(workspace.archive, sha256).unlink()
    (said,) = run(workspace, FEW, LATER).archive
    assert str(ledger.kept(workspace.archive, sha256)) in said


def test_a_damaged_copy_in_a_register_made_anew(workspace: Workspace) -> None:
    """What the old register knows of it is carried over; without that it is told."""
    for no in (16, 17):
        send(workspace, f"No{no}.xlsx", returned(no))
    sha256 = run(workspace).files[0].sha256
    (workspace.inbox / "No16.xlsx").unlink()
    read = answers(workspace)
    flipped(ledger.kept(workspace.archive, sha256))
    (said,) = make_anew(workspace)
    assert "『inbox/No16.xlsx』" in said
    assert answers(workspace) == read
    assert states(state_of_round(Round(workspace, FEW, LATER))) == {16: "受理", 17: "受理"}
    workspace.register.unlink()
    (said,) = make_anew(workspace)
    assert states(state_of_round(Round(workspace, FEW, LATER))) == {16: "未提出", 17: "受理"}


def test_a_copy_is_healed_before_a_register_is_made_anew(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", returned(16))
    sha256 = run(workspace).files[0].sha256
    flipped(ledger.kept(workspace.archive, sha256))
    workspace.register.unlink()
    (said,) = make_anew(workspace)
    assert "『inbox/No16.xlsx』から直しました" in said
    assert answers(workspace)


# -- the ledger -----------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_lines_that_were_lost_are_written_again(workspace: Workspace, keep: int) -> None:
    send(workspace, "No16.xlsx", returned(16))
    send(workspace, "No17.xlsx", returned(17))
    run(workspace)
    path = workspace.archive / LEDGER
    before = path.read_bytes()
    path.write_bytes(b"\n".join(before.split(b"\n")[:keep]) + b"\nhalf a li")
    (said,) = run(workspace, FEW, LATER).archive
    assert "受付簿" in said
    workspace.register.unlink()
    make_anew(workspace)
    assert states(state_of_round(Round(workspace, FEW, LATER))) == {16: "受理", 17: "受理"}
    assert run(workspace, FEW, LATER).archive == ()


def test_an_archive_that_is_gone_is_made_anew_as_far_as_can_be(workspace: Workspace) -> None:
    """An archive on another disk that is not there: nothing blocks, and it is said."""
    import shutil

    for no in (16, 17):
        send(workspace, f"No{no}.xlsx", returned(no))
    run(workspace)
    (workspace.inbox / "No16.xlsx").unlink()
    shutil.rmtree(workspace.archive)
    done = run(workspace, FEW, LATER)
    assert states(done) == {16: "受理", 17: "受理"}
    assert any("受付簿" in said for said in done.archive)
    assert any("『inbox/No17.xlsx』から直しました" in said for said in done.archive)
    assert any("『inbox/No16.xlsx』" in said and "バックアップ" in said for said in done.archive)


def test_an_archive_that_is_no_folder_is_said_in_one_sentence(workspace: Workspace) -> None:
    import shutil

    send(workspace, "No16.xlsx", returned(16))
    run(workspace)
    shutil.rmtree(workspace.archive)
    workspace.archive.write_bytes(b"")
    with pytest.raises(UserError, match="archive"):
        run(workspace, RENAMED, LATER)
