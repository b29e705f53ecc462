"""Receipts are events: what arrives again counts again; what was accepted stays till withdrawn."""

from __future__ import annotations

import dataclasses
import io
import os
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.samples import PLAN, R2, R3, R4, returned
from workbook_tools.collect.collect import collect
from workbook_tools.collect.collection import Collection, as_json
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.council import ballot
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.findings import Severity, UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member
from workbook_tools.register import receipts, results
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW, LATER, LAST = (f"2022-04-{day}T09:00:00+09:00" for day in (20, 25, 28))
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in (16, 17)))
FIRST, SECOND = returned(16, 特記事項="はじめの版。"), returned(16, 特記事項="あとの版。")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def send(workspace: Workspace, name: str, data: bytes, at: int = 0) -> Path:
    path = workspace.inbox / name
    put(path, data)
    os.utime(path, (1_650_000_000 + at, 1_650_000_000 + at))
    return path


def run(workspace: Workspace, now: str = NOW, plan: object = FEW) -> Collection:
    return collect(Round(workspace, plan, now))  # type: ignore[arg-type]


def counts(workspace: Workspace) -> str:
    """What is published of №16."""
    with Register.open(workspace.register, write=False) as register:
        return results.answers(register, R3)[16]["特記事項"].value


def versions(done: Collection) -> int:
    return next(state.versions for state in done.practices if state.practice.no == 16)


def codes(done: Collection) -> list[str]:
    wanted = (Severity.ERROR, Severity.WARNING)
    return sorted(
        finding.code
        for finding in done.findings
        if finding.severity in wanted and finding.code != "X801"
    )


# -- a version sent again -------------------------------------------------------------------------


def test_a_version_sent_again_under_another_name_counts(workspace: Workspace) -> None:
    """B5: v1, v2, v1 again: v2 stayed."""
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    send(workspace, "b.xlsx", SECOND, 10)
    run(workspace, LATER)
    assert counts(workspace) == "あとの版。"
    send(workspace, "c.xlsx", FIRST, 5)  # its date says nothing
    done = run(workspace, LAST)
    assert counts(workspace) == "はじめの版。"
    assert codes(done) == ["F008", "F025"]
    (told,) = [finding for finding in done.findings if finding.code == "F025"]
    assert (told.place.file, told.place.item_no) == ("inbox/c.xlsx", 16)
    assert "『inbox/a.xlsx』と同じ内容" in told.message
    assert versions(done) == 3
    state = done.practices[0]
    assert state.counting is not None
    assert (state.counting.file, state.counting.received_at) == ("inbox/c.xlsx", LAST)


def test_a_version_put_back_under_its_own_name_counts(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    send(workspace, "a.xlsx", SECOND)
    run(workspace)
    send(workspace, "a.xlsx", FIRST)
    done = run(workspace)
    assert counts(workspace) == "はじめの版。"
    assert codes(done) == ["F008"]  # nobody sent a copy under another name


def test_collecting_again_receives_nothing(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    send(workspace, "b.xlsx", SECOND, 10)
    first = run(workspace)
    again = run(workspace, LATER)
    assert again == dataclasses.replace(first, read_anew=0)
    assert versions(again) == 2


def test_a_backup_put_back_over_the_inbox_is_no_receipt(workspace: Workspace) -> None:
    """Dates alone never make an arrival."""
    send(workspace, "a.xlsx", SECOND, 10)
    run(workspace)
    send(workspace, "民生/b.xlsx", FIRST, 20)
    before = run(workspace)
    backup = workspace.root / "backup"
    shutil.copytree(workspace.inbox, backup)
    shutil.rmtree(workspace.inbox)
    shutil.copytree(backup, workspace.inbox, copy_function=shutil.copyfile)
    assert run(workspace, LATER) == dataclasses.replace(before, read_anew=0)
    assert counts(workspace) == "はじめの版。"


def test_a_file_that_left_the_inbox_counts(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    (workspace.inbox / "a.xlsx").unlink()
    done = run(workspace, LATER)
    assert done.practices[0].state.value == "受理"
    assert counts(workspace) == "はじめの版。"
    send(workspace, "a.xlsx", FIRST)  # and it arrives when it comes back
    back = run(workspace, LAST)
    assert (versions(done), versions(back)) == (1, 2)
    assert codes(back) == []


def test_two_copies_at_once_are_told(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    send(workspace, "a のコピー.xlsx", FIRST, 1)
    assert codes(run(workspace)) == ["F025"]


def test_a_newer_faulty_copy_does_not_push_out_an_accepted_one(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", returned(16, 進捗度_R3=9))
    run(workspace)
    send(workspace, "b.xlsx", FIRST, 1)
    run(workspace)
    send(workspace, "c.xlsx", returned(16, 進捗度_R3=9), 2)
    done = run(workspace)
    assert done.practices[0].state.value == "旧版"
    assert counts(workspace) == "はじめの版。"


def test_a_file_inside_a_zip_arrives_like_any_other(workspace: Workspace) -> None:
    def packed(data: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("No16.xlsx", data)
        return buffer.getvalue()

    send(workspace, "民生.zip", packed(FIRST))
    run(workspace)
    send(workspace, "b.xlsx", SECOND)
    run(workspace)
    send(workspace, "民生2.zip", packed(FIRST))
    run(workspace)
    assert counts(workspace) == "はじめの版。"


def test_a_file_that_cannot_be_looked_at_did_not_leave(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open in Excel at the one collect, closed at the next: that is no arrival."""
    send(workspace, "民生/a.xlsx", FIRST)
    send(workspace, "b.xlsx", SECOND, 10)
    before = run(workspace)
    real = Path.open

    def locked(path: Path, *args: object, **options: object) -> object:
        if path.name == "a.xlsx":
            raise PermissionError(13, "in use")
        return real(path, *args, **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", locked)
        assert "F001" in codes(run(workspace))
    assert run(workspace) == dataclasses.replace(before, read_anew=0)
    assert counts(workspace) == "あとの版。"


def test_an_inbox_that_is_not_there_says_nothing(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    send(workspace, "b.xlsx", SECOND, 10)
    before = run(workspace)
    workspace.inbox.rename(workspace.root / "away")
    run(workspace)
    (workspace.root / "away").rename(workspace.inbox)
    assert run(workspace) == dataclasses.replace(before, read_anew=0)


# -- other rounds ---------------------------------------------------------------------------------


def test_last_rounds_content_sent_again_is_told(workspace: Workspace) -> None:
    """B11: nobody was told, not even with --verbose."""
    old = returned(16, R2, 特記事項="前の年度の分")
    send(workspace, "前年度/No16.xlsx", old)
    collect(Round(workspace, FEW.of_year(R2), NOW))
    assert codes(run(workspace)) == []  # files stay in the inbox for years
    send(workspace, "No16.xlsx", old)
    done = run(workspace, LATER)
    assert codes(done) == ["F021"]
    (told,) = [finding for finding in done.findings if finding.code == "F021"]
    assert (told.place.file, told.place.item_no) == ("inbox/No16.xlsx", 16)
    assert "Ｒ２年度" in told.message
    assert done.practices[0].state.value == "未提出"
    assert codes(run(workspace, LAST)) == ["F021"]
    (workspace.inbox / "No16.xlsx").unlink()
    assert codes(run(workspace, LAST)) == []


def test_next_rounds_sheets_wait_for_their_own_collect(workspace: Workspace) -> None:
    """A late sheet is collected while the next round's lie in the inbox already."""
    from workbook_tools.distribute.distribute import distribute

    later = Round(workspace, FEW.of_year(R4), LATER)
    distribute(later)
    send(workspace, "R4/No16.xlsx", returned(16, R4))
    send(workspace, "late.xlsx", FIRST)
    done = run(workspace, LATER)
    assert [file.file for file in done.files] == ["inbox/late.xlsx"]
    assert codes(done) == []
    assert [file.file for file in collect(later).files] == ["inbox/R4/No16.xlsx"]


def test_a_late_sheet_that_the_next_round_took_is_found_by_its_own(workspace: Workspace) -> None:
    later = Round(workspace, FEW.of_year(R4), LATER)
    send(workspace, "late.xlsx", FIRST)
    assert codes(collect(later)) == ["F011"]
    done = run(workspace, LAST)
    assert done.practices[0].state.value == "受理"
    assert codes(collect(later)) == ["F011"]
    assert run(workspace, LAST) == dataclasses.replace(done, read_anew=0)


def test_a_form_of_a_year_without_round_is_still_wrong(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", returned(16, R4))
    assert codes(run(workspace)) == ["F011"]


# -- what is said ---------------------------------------------------------------------------------


def test_what_counts_and_why(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    send(workspace, "b.xlsx", SECOND, 1)
    run(workspace)
    send(workspace, "c.xlsx", returned(16, 進捗度_R3=9), 2)
    done = run(workspace)
    assert [(version.file, done.fate(version)) for version in done.versions] == [
        ("inbox/a.xlsx", "前の版"),
        ("inbox/b.xlsx", "有効"),
        ("inbox/c.xlsx", "要修正"),
    ]
    document = as_json(done)
    assert [entry["fate"] for entry in document["versions"]] == ["前の版", "有効", "要修正"]  # type: ignore[index]


def test_what_lies_in_the_inbox_is_known_by_name_and_content(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    send(workspace, "~$a.xlsx", b"lock")
    run(workspace)
    with Register.open(workspace.register, write=False) as register:
        assert {name for name, _ in receipts.lying(register)} == {"inbox/a.xlsx"}
    (workspace.inbox / "a.xlsx").unlink()
    run(workspace)
    with Register.open(workspace.register, write=False) as register:
        assert receipts.lying(register) == set()


# -- 受理取消 -------------------------------------------------------------------------------------


def take_back(workspace: Workspace, file: str, *, undo: bool = False, now: str = LAST) -> list[str]:
    done = withdraw(Round(workspace, FEW, now), file, "誤った版", undo=undo)
    return list(done.counting)


def test_a_wrong_file_that_was_accepted_is_taken_back(workspace: Workspace) -> None:
    """B5: deleting it, sending the right one again and --rebuild changed nothing."""
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    send(workspace, "b.xlsx", SECOND, 1)
    run(workspace)
    assert take_back(workspace, "inbox/b.xlsx") == ["小№16： 受理、有効なのは『inbox/a.xlsx』"]
    assert counts(workspace) == "はじめの版。"
    done = run(workspace, LAST)  # it still lies there and does not come back
    assert counts(workspace) == "はじめの版。"
    assert codes(done) == []
    assert [file.file for file in done.files] == ["inbox/a.xlsx"]
    (arrival,) = done.withdrawn
    assert (arrival.name, arrival.withdrawn_at, arrival.reason) == (
        "inbox/b.xlsx",
        LAST,
        "誤った版",
    )
    assert [done.fate(version) for version in done.versions] == ["有効", "受理取消（誤った版）"]
    document = as_json(done)
    assert document["withdrawn"] == [
        {
            "file": "inbox/b.xlsx",
            "sha256": arrival.sha256,
            "received": NOW,
            "withdrawn": LAST,
            "reason": "誤った版",
        }
    ]


def test_what_was_taken_back_may_be_restored_or_sent_again(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    assert take_back(workspace, "a.xlsx") == ["小№16： 未提出"]
    assert run(workspace).practices[0].state.value == "未提出"
    assert take_back(workspace, "inbox/a.xlsx", undo=True) == [
        "小№16： 受理、有効なのは『inbox/a.xlsx』"
    ]
    take_back(workspace, "inbox/a.xlsx")
    send(workspace, "b.xlsx", FIRST)
    done = run(workspace, LAST)
    assert done.practices[0].state.value == "受理"
    assert codes(done) == []  # the copy that was taken back is not counted


@pytest.mark.parametrize(
    "file",
    ["inbox/民生/a.xlsx", "民生/a.xlsx", "inbox\\民生\\a.xlsx", "./inbox/民生/a.xlsx", "sha256"],
)
def test_a_file_is_named_as_people_would(workspace: Workspace, file: str) -> None:
    send(workspace, "民生/a.xlsx", FIRST)
    sha256 = run(workspace).files[0].sha256
    take_back(workspace, sha256[:8] if file == "sha256" else file)
    assert len(run(workspace).withdrawn) == 1


def test_of_a_path_the_newest_of_a_content_every_receipt(workspace: Workspace) -> None:
    send(workspace, "a.xlsx", FIRST)
    sha256 = run(workspace).files[0].sha256
    send(workspace, "a.xlsx", SECOND)
    run(workspace)
    send(workspace, "c.xlsx", FIRST)
    run(workspace)
    take_back(workspace, "inbox/a.xlsx")
    assert counts(workspace) == "はじめの版。"
    assert take_back(workspace, sha256[:6]) == ["小№16： 未提出"]


@pytest.mark.parametrize(
    ("file", "undo", "sentence"),
    [
        ("inbox/b.xlsx", False, "『inbox/a.xlsx』のことですか"),
        ("ffffff", False, "受け取った『ffffff』がありません"),
        ("inbox/a.xlsx", True, "取り消してありません"),
    ],
)
def test_what_cannot_be_taken_back_is_said(
    workspace: Workspace, file: str, undo: bool, sentence: str
) -> None:
    send(workspace, "a.xlsx", FIRST)
    run(workspace)
    with pytest.raises(UserError, match=sentence):
        take_back(workspace, file, undo=undo)
    take_back(workspace, "inbox/a.xlsx")
    with pytest.raises(UserError, match="もう取り消してあります"):
        take_back(workspace, "inbox/a.xlsx")


def test_findings_of_what_was_taken_back_are_gone(workspace: Workspace) -> None:
    send(workspace, "memo.xlsx", b"no workbook")
    send(workspace, "a.xlsx", returned(16, 進捗度_R3=9))
    assert codes(run(workspace)) == ["F001", "S102"]
    take_back(workspace, "inbox/memo.xlsx")
    take_back(workspace, "inbox/a.xlsx")
    assert codes(run(workspace)) == []


def test_a_members_sheet_is_taken_back(workspace: Workspace) -> None:
    """B5: member 2 filled in member 1's form; it was corrected and counted twice."""
    plan = dataclasses.replace(PLAN, members=(Member(1), Member(2)))
    held = Round(workspace, plan, NOW)
    send_ballots(held, None)
    send(workspace, "1.xlsx", ballot_of(workspace, 1, 5))
    collect_ballots(held)
    send(workspace, "2.xlsx", ballot_of(workspace, 1, 2), 1)
    assert collect_ballots(held).tallies[0].mean == 20
    done = withdraw(held, "inbox/2.xlsx", "委員２が委員１の用紙を使った")
    assert done.counting == ("委員1： 有効なのは『inbox/1.xlsx』",)
    again = collect_ballots(held)
    assert (again.tallies[0].mean, again.missing) == (50, (2,))
    assert [finding.code for finding in again.findings] == ["V106"]
    send(workspace, "2.xlsx", ballot_of(workspace, 2, 2), 1)
    assert collect_ballots(held).tallies[0].mean == 35
    send(workspace, "3.xlsx", ballot_of(workspace, 1, 5), 2)  # the first one sent again
    assert collect_ballots(held).tallies[0].mean == 35


def ballot_of(workspace: Workspace, member: int, score: int) -> bytes:
    path = workspace.forms(R3) / ballot.SHEET / ballot.file_name_of(Member(member))
    book = openpyxl.load_workbook(path)
    cell = book.defined_names["評価_01"].attr_text.rpartition("!")[2].replace("$", "")
    book[ballot.SHEET][cell] = score
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
