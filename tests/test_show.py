"""`show`, `diff` and no arguments: what was read, what changed, where the round stands."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.samples import PLAN, R2, R3, complete, returned
from workbook_tools.cli import cli
from workbook_tools.closing.close import close
from workbook_tools.collect import telling
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.council.ballot import SHEET, file_name_of
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as council_distribute
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import UserError
from workbook_tools.form import layout
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member, Plan
from workbook_tools.plan.write_master import master
from workbook_tools.receipts.receipts import write_receipts
from workbook_tools.register.round import Round, open_round
from workbook_tools.show import differences, versions
from workbook_tools.show.differences import GONE, NEW, SAME, compared
from workbook_tools.show.today import FIRST, today
from workbook_tools.workspace import Workspace

NUMBERS = (16, 17)
SPRING, LATER = "2022-04-20T09:00:00+09:00", "2022-04-21T10:00:00+09:00"
OVERDUE = "2022-04-23T09:00:00+09:00"  # the day after 提出期限


def plan(year: Any = R3) -> Plan:
    practices = tuple(replace(PLAN.practice(no), finished=None) for no in NUMBERS)
    return replace(PLAN, practices=practices, evaluated=year)


def send(workspace: Workspace, name: str, data: bytes, at: int = 0) -> None:
    put(workspace.inbox / name, data)
    os.utime(workspace.inbox / name, (1_650_000_000 + at, 1_650_000_000 + at))


@pytest.fixture
def held(tmp_path: Path) -> Round:
    place = Workspace(tmp_path)
    put(place.plan_master, master(plan()))
    return open_round(place, None, SPRING)


def later(held: Round) -> Round:
    return open_round(held.workspace, None, LATER)


@pytest.fixture
def twice(held: Round) -> Round:
    """№16 came twice: first with a wrong score and a reference, then mended."""
    first = {"進捗度_R3": "５点", "取組予定_R4_1": "②と同じ", "特記事項": "参加者は120人だった。"}
    second = {"進捗度_R3": "３点", "取組予定_R4_1": "②と同じ", "特記事項": "参加者は135人だった。"}
    send(held.workspace, "a.xlsx", returned(16, R3, plan(), **first), 1)
    collect(held)
    send(held.workspace, "b.xlsx", returned(16, R3, plan(), **second), 2)
    collect(later(held))
    return held


def run(workspace: Workspace, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["--workspace", str(workspace.root), *words])
    return done.exit_code, done.stdout, done.stderr


# -- show -----------------------------------------------------------------------------------------


def test_every_version_and_every_field(twice: Round) -> None:
    shown = versions.look(twice, 16)
    assert (shown.status, shown.number) == ("受理", 2)
    assert [(v.file, v.status.value) for v in shown.versions] == [
        ("inbox/a.xlsx", "要修正"),
        ("inbox/b.xlsx", "受理"),
    ]
    typed = {name for name in complete(PLAN.practice(16)) if name in shown.fields}
    assert typed == set(complete(PLAN.practice(16)))


def test_the_document(twice: Round) -> None:
    document = versions.as_json(twice, versions.look(twice, 16))
    assert list(document) == ["year", "item_no", "title", "status", "versions", "version", "fields"]
    assert document["versions"][0] == {  # type: ignore[index]
        "n": 1,
        "file": "inbox/a.xlsx",
        "sha256": document["versions"][0]["sha256"],  # type: ignore[index]
        "received": SPRING,
        "status": "要修正",
        "withdrawn": False,
        "reason": None,
    }
    fields: Any = document["fields"]
    form = layout.form_of(plan())
    assert fields["進捗度_R3"] == {
        "raw": "３点",
        "value": 3,
        "resolved": 3,
        "how": "数字の書き方",
        "chain": "",
        "file": "inbox/b.xlsx",
        "sheet": layout.SHEETS[0],
        "cell": form["進捗度_R3"].area.a1,
        "located_by": "names",
    }
    reference = fields["取組予定_R4_1"]
    assert reference["value"] == "②と同じ"
    assert reference["resolved"] == complete(PLAN.practice(16))["取組予定_R3_1"]
    assert reference["chain"] == "③←②"


def test_an_older_version_can_be_asked_for(twice: Round) -> None:
    shown = versions.look(twice, 16, 1)
    assert shown.fields["進捗度_R3"].raw == "５点"
    with pytest.raises(UserError, match="版は1～2です"):
        versions.look(twice, 16, 3)
    with pytest.raises(UserError, match="まだ提出されていません"):
        versions.look(twice, 17, 1)
    with pytest.raises(UserError, match="小№99"):
        versions.look(twice, 99)


def test_what_did_not_come(twice: Round) -> None:
    shown = versions.look(twice, 17)
    assert (shown.status, shown.versions, shown.fields) == ("未提出", (), {})


def test_show_on_the_terminal(twice: Round) -> None:
    code, out, _ = run(twice.workspace, "show", "№１６")
    assert code == 0
    assert "　版1　2022-04-20 09:00　要修正　inbox/a.xlsx" in out
    assert "→版2　2022-04-21 10:00　受理　inbox/b.xlsx" in out
    assert "３点" in out
    assert "→ 3（数字の書き方）" in out
    out.encode("cp932")
    code, out, _ = run(twice.workspace, "show", "16", "--json")
    assert json.loads(out)["fields"]["進捗度_R3"]["value"] == 3
    code, _, err = run(twice.workspace, "show", "十六")
    assert "小№として読めません" in str(err) or code == 2


# -- diff -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("同じ", "同じ", [(SAME, "同じ")]),
        ("120人が参加", "135人が参加", [(GONE, "120"), (NEW, "135"), (SAME, "人が参加")]),
        ("研修を行う", "研修を２回行う", [(SAME, "研修を"), (NEW, "２回"), (SAME, "行う")]),
        ("あ\nい", "あ", [(SAME, "あ"), (GONE, "\nい")]),
        ("", "新", [(NEW, "新")]),
    ],
)
def test_changes_inside_a_text(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert [tuple(piece) for piece in compared(before, after)] == pieces


def test_only_what_differs_between_two_versions(twice: Round) -> None:
    done = differences.between(twice, 16)
    assert (done.before.name, done.after.name) == ("版1", "版2")
    assert [(known.field, known.before, known.after) for known in done.differences] == [
        ("進捗度_R3", "5", "3"),
        ("特記事項", "参加者は120人だった。", "参加者は135人だった。"),
    ]


def test_three_versions(twice: Round) -> None:
    send(twice.workspace, "c.xlsx", returned(16, R3, plan(), 特記事項="やめた。"), 3)
    collect(later(twice))
    assert [d.field for d in differences.between(twice, 16, (1,)).differences] == [
        "取組予定_R4_1",
        "進捗度_R3",
        "特記事項",
    ]
    assert differences.between(twice, 16, (1, 2)).after.name == "版2"


def test_one_version_cannot_be_compared(held: Round) -> None:
    with pytest.raises(UserError, match="まだ届いていない"):
        differences.between(held, 16)
    send(held.workspace, "a.xlsx", returned(16, R3, plan()))
    collect(held)
    with pytest.raises(UserError, match="１回しか届いていない"):
        differences.between(held, 16)


def test_against_the_year_before(tmp_path: Path) -> None:
    """The fields of the year each evaluates; the number may have changed since."""
    place = Workspace(tmp_path)
    put(place.plan_master, master(plan(R2)))
    send(place, "old.xlsx", returned(16, R2, plan(R2), 特記事項="始めた。", 進捗度_R2=1))
    collect(open_round(place, None, SPRING))
    moved = replace(plan().practice(16), no=30, former=16)
    own = replace(plan(), practices=(moved, plan().practice(17)))
    put(place.plan_master, master(own))
    same = dict(complete(PLAN.practice(16), R2, plan(R2)))
    typed = {name: same[name] for name in same if "R" not in name}
    send(place, "new.xlsx", returned(30, R3, own, **{**typed, "特記事項": "続けた。"}))
    now = open_round(place, None, LATER)
    collect(now)
    done = differences.against(now, 30, R2)
    assert (done.before.name, done.after.name) == ("令和２年度", "令和３年度")
    told = {known.field: (known.before, known.after) for known in done.differences}
    assert told["進捗度_R3"] == ("1", "2")
    assert told["特記事項"] == ("始めた。", "続けた。")
    assert "連携度_R3" not in told
    assert not any(field.endswith(("_R2", "_R4_1")) for field in told)
    with pytest.raises(UserError, match="受理されていません"):
        differences.against(now, 17, R2)
    with pytest.raises(UserError, match="より前の年度"):
        differences.against(now, 30, R3)


def test_diff_on_the_terminal(twice: Round) -> None:
    code, out, _ = run(twice.workspace, "diff", "16")
    assert code == 0
    assert "参加者は［－120－］［＋135＋］人だった。" in out
    assert "違うところ 2件" in out
    out.encode("cp932")
    code, out, _ = run(twice.workspace, "diff", "16", "--json")
    assert [known["field"] for known in json.loads(out)["differences"]] == ["進捗度_R3", "特記事項"]


# -- no arguments ---------------------------------------------------------------------------------


def test_without_a_plan_master_one_sentence(tmp_path: Path) -> None:
    code, out, _ = run(Workspace(tmp_path))
    assert (code, out.strip()) == (0, FIRST)
    assert not any(tmp_path.iterdir())


def step(held: Round) -> str:
    told = today(later(held))
    assert len(told.lines) <= 12
    return told.step


def test_the_next_step_through_the_year(held: Round) -> None:
    place = held.workspace
    assert "workbook-tools distribute --year R3" in step(held)
    distribute(held)
    assert "戻ってくるのを待っています" in step(held)
    assert "return" in today(replace(held, now=OVERDUE)).step  # reminders
    send(place, "16.xlsx", returned(16, R3, plan(), 進捗度_R3=7))
    assert "workbook-tools collect --year R3" in step(held)
    collect(held)
    assert "return --year R3" in step(held)
    for no in NUMBERS:
        send(place, f"{no}b.xlsx", returned(no, R3, plan()), 9)
    collect(later(held))
    assert "consolidate --year R3 --appendix で一覧を作ります" in step(held)
    consolidate(later(held))
    assert "council distribute --year R3 --members 人数" in step(held)
    council_distribute(later(held), 1)
    assert "council collect --year R3" in step(held)
    sheet = place.forms(R3) / SHEET / file_name_of(Member(1))
    send(place, "委員1.xlsx", sheet.read_bytes(), 20)
    assert "次は workbook-tools council collect --year R3 で、届いた評価シート" in step(held)
    collect(later(held))  # speaks of it, and leaves it for the council
    assert "次は workbook-tools council collect --year R3 で、届いた評価シート" in step(held)
    done = collect_ballots(later(held))
    os.utime(done.path, (done.path.stat().st_mtime + 10,) * 2)
    assert "採用文と掲載を決めたら" in step(held)
    listed, _secretariat = consolidate(later(held)).paths
    os.utime(listed, (listed.stat().st_mtime + 20,) * 2)
    assert "workbook-tools close --year R3 で確定" in step(held)
    close(later(held))
    assert "確定しています" in step(held)
    assert any(line.startswith("確定：") for line in today(later(held)).lines)


def test_sheets_that_came_back_were_sent_out_once(twice: Round) -> None:
    """By somebody whose register is gone."""
    told = today(later(twice))
    assert any("受理 1　旧版 0　要修正 0　未提出 1" in line for line in told.lines)
    assert "distribute" not in told.step


@pytest.mark.parametrize("members", [0, 2])
def test_status_ends_with_totals_the_council_and_the_next_step(held: Round, members: int) -> None:
    distribute(held)
    if members:
        council_distribute(held, members)
    code, out, _ = run(held.workspace, "status")
    council = f"委員{members}人： 受理 0　旧版 0　要修正 0　未提出 {members}"
    *_, total, forms, ballots, step = out.splitlines()
    assert (code, total.split()[:2]) == (0, ["合計", "2"])
    assert forms == "進捗状況シート　2項目： 受理 0　旧版 0　要修正 0　未提出 2"
    assert ballots == f"評価シート　{council if members else 'まだ作っていません'}"
    assert "workbook-tools " in step


def test_what_is_no_return_waits_for_nothing(held: Round) -> None:
    """A 読取内容確認票 that came back is told by collect, and never called unread."""
    place = held.workspace
    distribute(held)
    for no in NUMBERS:
        send(place, f"{no}.xlsx", returned(no, R3, plan()))
    collect(held)
    (book, *_) = write_receipts(later(held)).books
    paper = place.outbox / "読取内容確認" / "R3" / f"{book.department}.xlsx"
    send(place, "確認票.xlsx", paper.read_bytes(), 9)
    assert "consolidate" in step(held)
    assert [f.code for f in collect(later(held)).findings] == ["F004"]
    assert not any("まだ読んでいない" in line for line in today(later(held)).lines)


def test_a_sheet_that_went_back_and_was_mended_is_no_doubt(held: Round) -> None:
    """F008 stays a warning, but holds nobody up; two that were both accepted do."""
    place = held.workspace
    send(place, "a.xlsx", returned(16, R3, plan(), 進捗度_R3=7))
    send(place, "b.xlsx", returned(16, R3, plan()), 5)
    send(place, "17.xlsx", returned(17, R3, plan()), 6)
    mended = collect(held)
    assert [f.code for f in mended.findings] == ["F008"]
    assert telling.doubtful(mended) == []
    assert "consolidate" in telling.next_step(mended)
    send(place, "c.xlsx", returned(16, R3, plan(), 進捗度_R3=3), 9)
    twice = collect(later(held))
    assert [f.code for f in telling.doubtful(twice)] == ["F008"]


def test_where_the_round_stands(held: Round) -> None:
    distribute(held)
    send(held.workspace, "16.xlsx", returned(16, R3, plan(), 進捗度_R3=7))
    collect(held)
    send(held.workspace, "17.xlsx", returned(17, R3, plan()))
    put(held.workspace.plan_master, master(replace(plan(), secretariat="別の室")))
    lines = today(later(held)).lines
    assert lines[1] == "提出期限　令和４年４月２２日（あと1日）"
    assert lines[2] == "進捗状況シート　2項目： 受理 0　旧版 0　要修正 1　未提出 1"
    assert any(line.startswith("指摘　誤り 1件") for line in lines)
    assert "　要修正： 小№ 16" in lines
    assert "　未提出： 小№ 17" in lines
    assert "まだ読んでいないファイル 1件： inbox/17.xlsx" in lines
    assert any(line.startswith("計画マスタが、前に使ったときから変わっています") for line in lines)


def test_no_arguments_on_the_terminal(held: Round) -> None:
    code, out, err = run(held.workspace)
    assert code == 0
    assert err == ""
    assert "まだ配っていません" in out
    assert out.strip().splitlines()[-1].startswith("次は workbook-tools distribute")
    out.encode("cp932")


def test_the_council_alone_shows_its_commands(tmp_path: Path) -> None:
    code, out, _ = run(Workspace(tmp_path), "council")
    assert code == 0
    assert "council distribute --members 10" in out
