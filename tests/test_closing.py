"""確定: a closed round stays as it is; 廃棄: after its period of keeping only the figures stay."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.samples import PLAN, R3, R4, returned
from tests.test_five_years import answered
from workbook_tools.closing.close import close, doubts, reopen
from workbook_tools.closing.dispose import dispose
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect, state_of_round
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.consolidate.consolidate import consolidate, gather_contents
from workbook_tools.council import ballot
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.distribute.distribute import distribute
from workbook_tools.figures import export
from workbook_tools.findings import UserError
from workbook_tools.outbox import Outcome, put
from workbook_tools.plan.model import Member, Plan
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register import closings, ledger, tables
from workbook_tools.register import round as round_module
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind
from workbook_tools.register.round import Round, of_master, open_round
from workbook_tools.rules import verdict
from workbook_tools.verify.outputs import differences
from workbook_tools.verify.verify import verify
from workbook_tools.workspace import Workspace

NOW, LATER, AFTER = (f"2022-0{month}-20T09:00:00+09:00" for month in (4, 6, 8))
NUMBERS = (13, 16, 17)
PRACTICES = tuple(dataclasses.replace(PLAN.practice(no), finished=None) for no in NUMBERS)
OWN = dataclasses.replace(PLAN, practices=PRACTICES, evaluated=R3, members=(Member(1),))
SECRET = "だれにも言わないでほしい事情がある。"


def send(workspace: Workspace, name: str, data: bytes, at: int = 0) -> Path:
    path = workspace.inbox / name
    put(path, data)
    os.utime(path, (1_650_000_000 + at, 1_650_000_000 + at))
    return path


def held(workspace: Workspace, now: str = LATER) -> Round:
    return open_round(workspace, R3, now)


def ballot_of(workspace: Workspace, text: str) -> bytes:
    path = workspace.forms(R3) / ballot.SHEET / ballot.file_name_of(Member(1))
    book = openpyxl.load_workbook(path)
    for name, value in (("評価_05", 4), ("意見_05", text)):
        cell = book.defined_names[name].attr_text.rpartition("!")[2].replace("$", "")
        book[ballot.SHEET][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """R3 complete: everything accepted, the council's sheet in, the list written."""
    place = Workspace(tmp_path)
    put(place.plan_master, master(OWN))
    now = held(place, NOW)
    distribute(now)
    for at, no in enumerate(NUMBERS):
        send(place, f"No{no}.xlsx", returned(no, R3, OWN, 特記事項=f"{no}番。{SECRET}"), at)
    report.write(now, collect(now))
    send_ballots(now, None)
    send(place, "委員1.xlsx", ballot_of(place, f"委員の意見。{SECRET}"))
    collect_ballots(now)
    consolidate(now)
    return place


def checked(workspace: Workspace) -> tuple[str, ...]:
    return verify(of_master(workspace, AFTER), lambda done, total: None).wrong


def make_anew(workspace: Workspace) -> tuple[str, ...]:
    return rebuild(of_master(workspace, AFTER), lambda done, total: None).told


def rows(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with Register.open(workspace.register, write=False) as register:
        return dict(tables.rows(register))


# -- 確定 -----------------------------------------------------------------------------------------


def test_a_complete_round_is_closed_without_doubt(workspace: Workspace) -> None:
    assert doubts(held(workspace)) == []
    done = close(held(workspace))
    assert set(done.outputs) == {
        "outbox/取組状況一覧_R3.xlsx",
        "outbox/取組状況一覧_R3_事務局用.xlsx",
        "outbox/確認結果_R3.xlsx",
        "outbox/意見集約_R3.xlsx",
    }
    assert checked(workspace) == ()
    assert differences(held(workspace)) == []


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda place: withdraw(held(place), "inbox/No16.xlsx", "誤り"), "未提出 1件： 小№ 16"),
        (lambda place: send(place, "new.xlsx", returned(16)), "まだ読んでいないファイル"),
        (
            lambda place: (
                send(place, "x.xlsx", returned(16, R3, OWN, 進捗度_R3=9)),
                collect(held(place)),
            ),
            "旧版 1件： 小№ 16",
        ),
        (
            lambda place: (
                send(place, "x.xlsx", returned(16, R3, OWN, 進捗度_R3=3)),
                collect(held(place)),
            ),
            "作り直すと",
        ),
        (lambda place: (place.outbox / "取組状況一覧_R3.xlsx").unlink(), "がありません"),
    ],
    ids=["missing", "unread", "older", "list outdated", "list gone"],
)
def test_what_speaks_against_closing_is_said(
    workspace: Workspace, happens: Callable[[Workspace], object], said: str
) -> None:
    happens(workspace)
    assert any(said in doubt for doubt in doubts(held(workspace)))


REFUSED: dict[str, Callable[[Workspace], object]] = {
    "collect": lambda place: collect(held(place)),
    "distribute": lambda place: distribute(held(place)),
    "council collect": lambda place: collect_ballots(held(place)),
    "withdraw": lambda place: withdraw(held(place), "inbox/No16.xlsx", "誤り"),
    "close": lambda place: close(held(place)),
}


@pytest.mark.parametrize("command", REFUSED.values(), ids=REFUSED)
def test_a_closed_round_refuses_in_one_sentence(
    workspace: Workspace, command: Callable[[Workspace], object]
) -> None:
    close(held(workspace))
    before = rows(workspace)
    with pytest.raises(UserError, match="令和３年度は令和４年６月２０日に確定しています"):
        command(workspace)
    assert rows(workspace) == before
    reopen(held(workspace, AFTER), "正誤表")
    command(workspace)


def test_other_rounds_go_on(workspace: Workspace) -> None:
    close(held(workspace))
    put(workspace.plan_master, master(dataclasses.replace(OWN, evaluated=R4)))
    now = open_round(workspace, None, AFTER)
    distribute(now)
    send(workspace, "R4.xlsx", answered(now, now.plan.practice(16)))
    assert not collect(now).has_errors
    assert checked(workspace) == ()


def test_reopening_what_is_open_is_said(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="確定していません"):
        reopen(held(workspace), "理由")


def test_a_changed_master_does_not_touch_a_closed_round(workspace: Workspace) -> None:
    before = export.document(gather_contents(held(workspace)).figures, "")
    close(held(workspace))
    put(workspace.plan_master, master(dataclasses.replace(OWN, name="別の計画名")))
    assert export.document(gather_contents(held(workspace)).figures, "") == before
    consolidate(held(workspace, AFTER))
    assert export.document(gather_contents(held(workspace)).figures, "") == before


def test_verdicts_of_a_closed_round_are_frozen(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a newer version doubts is information, also in a register made anew."""
    close(held(workspace))
    before = state_of_round(held(workspace))
    real = verdict.checks.check

    def stricter(submission: object, context: object) -> tuple[object, ...]:
        from workbook_tools.findings import Place, found

        doubt = found("F012", Place("x", item_no=16), shown="（新しい検査）")
        return (*real(submission, context), doubt)  # type: ignore[arg-type]

    monkeypatch.setattr(verdict.checks, "check", stricter)
    monkeypatch.setattr(verdict, "__version__", "99.0")
    make_anew(workspace)
    after = state_of_round(held(workspace))
    assert [known.state for known in after.practices] == [known.state for known in before.practices]
    doubted = [finding for finding in after.findings if finding.code == "F012"]
    assert {finding.severity.value for finding in doubted} == {"info"}
    assert not after.has_errors


def test_a_register_made_anew_knows_what_was_closed(workspace: Workspace) -> None:
    close(held(workspace))
    reopen(held(workspace), "やり直し")
    collect(held(workspace, AFTER))
    close(held(workspace, AFTER))
    before = rows(workspace)
    assert make_anew(workspace) == ()
    assert rows(workspace) == before
    with Register.open(workspace.register, write=False) as register:
        assert closings.closed(register)[R3].at == AFTER


def test_a_changed_output_of_a_closed_round_is_found(workspace: Workspace) -> None:
    close(held(workspace))
    path = workspace.outbox / "取組状況一覧_R3.xlsx"
    book = openpyxl.load_workbook(path)
    book["総括"]["A2"] = "別の文"
    book.save(path)
    said = differences(held(workspace))
    assert any("作ったあとで変わっています" in sentence for sentence in said)
    assert any("確定したときのものと違います" in sentence for sentence in said)
    assert any("登録簿から作り直すと" in sentence for sentence in said)


# -- distribute of an earlier year ----------------------------------------------------------------


def sent_out(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.forms(R3)
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("force", [False, True])
def test_what_was_sent_in_an_earlier_round_stays(workspace: Workspace, force: bool) -> None:
    before = sent_out(workspace)
    ended = {"取組終了_年": 4, "取組終了_月": 3, "取組予定_R4_1": ""}
    send(workspace, "end.xlsx", returned(16, R3, OWN, **ended), 9)
    collect(held(workspace))
    roll_over(workspace, dataclasses.replace(OWN, evaluated=R4))
    distribute(open_round(workspace, R4, AFTER))
    done = distribute(held(workspace, AFTER), force=force)
    assert sent_out(workspace) == before
    assert not done.having(Outcome.WRITTEN)
    assert not done.having(Outcome.REMOVED)


def roll_over(workspace: Workspace, plan: Plan) -> None:
    put(workspace.plan_master, master(plan))


def test_a_closed_round_s_list_made_again_is_the_one_published(workspace: Workspace) -> None:
    published = (workspace.outbox / "取組状況一覧_R3.xlsx").read_bytes()
    close(held(workspace))
    path = consolidate(held(workspace, AFTER)).paths[0]
    assert path.read_bytes() == published
    assert differences(held(workspace, AFTER)) == []


def test_an_open_round_s_list_bears_the_day(workspace: Workspace) -> None:
    published = (workspace.outbox / "取組状況一覧_R3.xlsx").read_bytes()
    path = consolidate(held(workspace, AFTER)).paths[0]
    assert path.read_bytes() != published


def test_the_council_of_a_closed_round_stays_as_it_is(workspace: Workspace) -> None:
    close(held(workspace))
    with pytest.raises(UserError, match="確定しています"):
        send_ballots(held(workspace), 5)


# -- 廃棄 -----------------------------------------------------------------------------------------


@pytest.fixture
def old(workspace: Workspace) -> Workspace:
    """R3 closed, R4 collected and listed."""
    close(held(workspace))
    roll_over(workspace, dataclasses.replace(OWN, evaluated=R4))
    now = open_round(workspace, R4, AFTER)
    distribute(now)
    for no in NUMBERS:
        send(workspace, f"R4/No{no}.xlsx", answered(now, now.plan.practice(no)))
    collect(now)
    consolidate(now)
    return workspace


def everything_kept(workspace: Workspace) -> bytes:
    """Register and archive, workbooks unpacked."""
    kept = []
    for path in [*workspace.root.glob("register.sqlite*"), *workspace.archive.rglob("*")]:
        if path.is_file():
            data = path.read_bytes()
            kept.append(data)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    kept.extend(packed.read(name) for name in packed.namelist())
    return b"\n".join(kept)


def test_nothing_of_the_persons_texts_remains(old: Workspace) -> None:
    assert SECRET.encode() in everything_kept(old)
    inbox = sorted(path.read_bytes() for path in old.inbox.rglob("*") if path.is_file())
    done = dispose(old, R3, "保存期間満了", AFTER)
    # R4's forms were sent out with what was known of R3; that belongs to R4.
    left = everything_kept(old)
    assert "委員の意見".encode() not in left
    assert f"13番。{SECRET}".encode() not in left
    assert done.copies >= 6
    assert sorted(path.read_bytes() for path in old.inbox.rglob("*") if path.is_file()) == inbox


def test_published_figures_and_the_record_remain(old: Workspace) -> None:
    now = open_round(old, R4, AFTER)
    before = export.document(gather_contents(now).figures, "")
    document = export.document(gather_contents(held(old)).figures, LATER)
    done = dispose(old, R3, "保存期間満了", AFTER)
    assert export.document(gather_contents(now).figures, "") == before
    with Register.open(old.register, write=False) as register:
        (row,) = register.rows("SELECT year, disposed_at, reason, record FROM disposal")
    assert row[1:3] == (AFTER, "保存期間満了")
    record = json.loads(ledger.content(old.archive, row[3]))
    assert record["figures"]["practices"] == json.loads(
        json.dumps(document["practices"], ensure_ascii=False)
    )
    assert {entry["name"] for entry in record["removed"]} >= {"inbox/No16.xlsx"}
    sheet = openpyxl.load_workbook(done.path).active
    assert sheet is not None
    text = str([cell.value for line in sheet.iter_rows() for cell in line])
    assert "保存期間満了" in text
    assert record["removed"][0]["sha256"] in text


def test_what_was_disposed_of_is_refused_and_verified(old: Workspace) -> None:
    dispose(old, R3, "保存期間満了", AFTER)
    assert checked(old) == ()
    for command in (held, lambda place: dispose(place, R3, "もう一度", AFTER)):
        with pytest.raises(UserError, match="廃棄されています"):
            command(old)
    before = rows(old)
    assert make_anew(old) == ()
    assert rows(old) == before
    done = collect(open_round(old, R4, AFTER))  # R3's files still lie in the inbox
    assert done.read_anew == 0
    assert not done.has_errors


def test_disposing_of_an_open_round_is_refused(workspace: Workspace) -> None:
    before = rows(workspace)
    with pytest.raises(UserError, match="まだ確定していません"):
        dispose(workspace, R3, "理由", AFTER)
    assert rows(workspace) == before


def test_disposing_that_was_killed_is_finished(
    old: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("workbook_tools.register.disposal.shred", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            dispose(old, R3, "保存期間満了", AFTER)
    assert any("廃棄したはずの控え" in said for said in checked(old))
    dispose(old, R3, "保存期間満了", AFTER)
    assert checked(old) == ()
    assert f"13番。{SECRET}".encode() not in everything_kept(old)


# -- the command line -----------------------------------------------------------------------------


def run(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(workspace.root), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_closing_asks_or_needs_yes(workspace: Workspace) -> None:
    withdraw(held(workspace), "inbox/No16.xlsx", "誤り")
    refused = run(workspace, "close")
    assert refused.returncode == 2
    assert "未提出 1件： 小№ 16" in refused.stderr
    assert refused.stderr.strip().splitlines()[-1] == (
        "このまま確定するには --yes を付けてください。"
    )
    done = run(workspace, "close", "--yes")
    assert done.returncode == 0, done.stderr
    assert "令和３年度を確定しました" in done.stdout
    for words in (["collect"], ["distribute"], ["council", "collect"]):
        said = run(workspace, *words)
        assert (said.returncode, len(said.stderr.strip().splitlines())) == (2, 1)
        assert "確定しています" in said.stderr
    assert run(workspace, "status").returncode == 0
    assert run(workspace, "verify", "--year", "R3").returncode == 1  # the list is older
    assert run(workspace, "reopen").returncode == 2
    assert run(workspace, "reopen", "--reason", "正誤表").returncode == 0


def test_verify_from_the_command_line(workspace: Workspace) -> None:
    done = run(workspace, "verify", "--year", "R3")
    assert done.returncode == 0, done.stdout
    assert "食い違いはありません" in done.stdout
    next(workspace.archive.glob("??/*.bin")).write_bytes(b"")
    done = run(workspace, "verify")
    assert done.returncode == 1
    assert "控え" in done.stdout


def test_whichever_copy_is_damaged_is_named(workspace: Workspace) -> None:
    """Plan masters, forms sent out and the record of a closing are copies like the others."""
    close(held(workspace))
    for path in sorted(workspace.archive.glob("??/*.bin")):
        data = path.read_bytes()
        round_module._PLANS.clear()  # as in a run of its own
        path.write_bytes(data[:-1])
        assert any(str(path) in said for said in checked(workspace)), path
        path.unlink()
        assert any(str(path) in said for said in checked(workspace)), path
        path.write_bytes(data)
    assert checked(workspace) == ()


def test_a_damaged_record_of_a_disposal_is_named(workspace: Workspace) -> None:
    close(held(workspace))
    dispose(workspace, R3, "満了", AFTER)
    with Register.open(workspace.register, write=False) as register:
        (record,) = [s.sha256 for s in register.sources(SourceKind.DISPOSED)]
    path = ledger.kept(workspace.archive, record)
    path.write_bytes(b"")
    done = verify(of_master(workspace, AFTER), lambda done, total: None)
    assert [str(path) in said for said in done.wrong] == [True]
    assert done.notes == ("廃棄記録の控えが読めないため、ほかは確かめていません。",)
