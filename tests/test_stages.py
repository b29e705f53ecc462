"""段階: a city that checks several times a year holds a round of its own each time (B10)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.samples import PLAN, R2, R3, R4, complete
from tests.test_plan import changed, spots
from tests.test_plan import findings as master_findings
from workbook_tools.cli import cli
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.council.ballot import SHEET
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import LAST, FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.form import layout
from workbook_tools.form.token import Token
from workbook_tools.form.token import parse as parse_token
from workbook_tools.outbox import put
from workbook_tools.plan.model import Plan
from workbook_tools.plan.read_master import parse
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register.database import Register
from workbook_tools.register.records import Status
from workbook_tools.register.results import scores
from workbook_tools.register.round import Round, open_round
from workbook_tools.verify.verify import verify
from workbook_tools.workspace import Workspace

AUTUMN, SPRING = "2021-10-20T09:00:00+09:00", "2022-04-20T09:00:00+09:00"
FORM = layout.form_of(PLAN)


def plan(*stages: str) -> Plan:
    practices = tuple(replace(PLAN.practice(no), finished=None) for no in (16, 17))
    return replace(PLAN, practices=practices, stages=stages or ("中間", "期末"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path)
    put(found.plan_master, master(plan()))
    return found


def filled(sent: Path, target: Path, **answers: str | int) -> None:
    """A form that was sent out, filled in by hand."""
    book = openpyxl.load_workbook(sent)
    for name, value in answers.items():
        field = FORM[name]
        book[layout.SHEETS[field.sheet]][field.area.a1].value = value
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def held(workspace: Workspace, stage: str | None, now: str) -> Round:
    return open_round(workspace, None, now, stage)


def played(workspace: Workspace) -> None:
    """Both rounds: in 中間 №16 reached 2 and №17 2, in 期末 №16 3; №17 did not come yet."""
    first = held(workspace, "中間", AUTUMN)
    distribute(first)
    for no in (16, 17):
        sent = first.form_path(first.plan.practice(no))
        filled(sent, workspace.inbox / f"中間{no}.xlsx", **typed(no))
    assert [f.code for f in collect(first).findings] == []
    second = held(workspace, "期末", SPRING)
    distribute(second)
    sent = second.form_path(second.plan.practice(16))
    filled(sent, workspace.inbox / "期末16.xlsx", 進捗度_R3=3)
    assert {f.code for f in collect(second).findings} == {"X801"}


def typed(no: int) -> dict[str, str | int]:
    """Everything a department types."""
    full = complete(PLAN.practice(no), R3, plan())
    return {name: value for name, value in full.items() if name in FORM}


# -- the key of a round ----------------------------------------------------------------------------


def test_rounds_stand_in_order_and_come_back_from_their_keys() -> None:
    first, last = plan().at_stage("中間").round, plan().at_stage("期末").round
    assert R2 < first < last < R4
    assert (str(first), str(last), first.code, last.code) == ("R3中間", "R3期末", "R3.1", "R3")
    assert last == R3
    assert first != R3
    for own in (first, last, R3):
        assert FiscalYear.of_key(own.key) == own
        assert FiscalYear.of_code(own.code) == own
    assert (first.option, R3.option) == ("--year R3 --stage 中間", "--year R3")
    assert (first.end, R3.end) == ("令和３年度中間", "令和３年度末")


def test_three_stages() -> None:
    rounds = [plan("春", "秋", "冬").at_stage(name).round for name in "春秋冬"]
    assert [own.stage for own in rounds] == [1, 2, LAST]
    assert rounds == sorted(rounds)


def test_the_token_tells_the_stage() -> None:
    token = Token(16, plan().at_stage("中間").round, "課", "1")
    assert parse_token(str(token)) == token
    assert parse_token(str(token)) != Token(16, R3, "課", "1")


# -- both rounds -----------------------------------------------------------------------------------


def test_each_stage_is_a_round_of_its_own(workspace: Workspace) -> None:
    played(workspace)
    first, second = held(workspace, "中間", SPRING), held(workspace, "期末", SPRING)
    with Register.open(workspace.register, write=False) as register:
        assert scores(register, first.plan)[R3][16]["進捗度"] == 2
        assert scores(register, second.plan)[R3][16]["進捗度"] == 3
        assert 17 not in scores(register, second.plan)[R3]
    assert (workspace.root / "templates/R3中間").is_dir()
    assert (workspace.root / "templates/R3期末").is_dir()


def test_the_second_is_prefilled_from_the_first(workspace: Workspace) -> None:
    played(workspace)
    second = held(workspace, "期末", SPRING)
    book = openpyxl.load_workbook(second.form_path(second.plan.practice(17)))
    first = complete(PLAN.practice(17), R3, plan())
    for name in ("進捗度_R3", "取組結果_R3_1", "課題_R3", "特記事項", "評価理由_進捗度"):
        field = FORM[name]
        cell = book[layout.SHEETS[field.sheet]][field.area.a1]
        assert cell.value == first[name], name
        assert not cell.protection.locked, name
    season = FORM["確認年度"]
    assert book[layout.SHEETS[0]][season.area.a1].value == "令和３年度期末"


def test_the_list_shows_both(workspace: Workspace) -> None:
    played(workspace)
    path = consolidate(held(workspace, None, SPRING)).paths[0]
    assert path.name == "取組状況一覧_R3期末.xlsx"
    rows = list(
        openpyxl.load_workbook(path, data_only=True)["実践項目別"].iter_rows(values_only=True)
    )
    top = next(at for at, row in enumerate(rows) if "中間" in row)
    col = rows[top].index("中間")
    assert rows[top + 1][col : col + 2] == ("合計", "総合評価")
    own = {row[0]: row for row in rows if row[0] in (16, 17)}
    total = rows[top + 1].index("合計", col + 1)
    assert (own[16][col], own[16][total]) == (8, 9)
    assert (own[17][col], own[17][col + 1]) == (8, "B")
    assert own[17][total] in ("", None)


def test_a_list_of_the_first_stage_knows_nothing_of_the_second(workspace: Workspace) -> None:
    played(workspace)
    path = consolidate(held(workspace, "中間", SPRING)).paths[0]
    assert path.name == "取組状況一覧_R3中間.xlsx"
    rows = openpyxl.load_workbook(path, data_only=True)["実践項目別"].iter_rows(values_only=True)
    heads = [cell for row in list(rows)[:3] for cell in row]
    assert "Ｒ３年度中間" in heads
    assert "中間" not in heads


def test_the_year_after_goes_on_from_the_last_stage(workspace: Workspace) -> None:
    played(workspace)
    put(workspace.plan_master, master(replace(plan(), evaluated=R4)))
    later = held(workspace, None, "2022-10-20T09:00:00+09:00")
    assert str(later.year) == "R4中間"
    assert later.plan.before is not None
    assert later.plan.before.round == R3
    with Register.open(workspace.register, write=False) as register:
        assert scores(register, later.plan)[R3] == {16: {**_scores(2), "進捗度": 3}}


def _scores(value: int) -> dict[str, int]:
    return {criterion.name: value for criterion in PLAN.criteria}


def test_the_council_scores_each_stage_for_itself(workspace: Workspace) -> None:
    played(workspace)
    averages = {}
    for stage, score in (("中間", 2), ("期末", 5)):
        own = held(workspace, stage, SPRING)
        (sent,) = send_ballots(own, 1)
        book = openpyxl.load_workbook(sent)
        cell = book.defined_names["評価_05"].attr_text.rpartition("!")[2].replace("$", "")
        book[SHEET][cell] = score
        (workspace.inbox / stage).mkdir()
        book.save(workspace.inbox / stage / "委員1.xlsx")
        done = collect_ballots(own)
        averages[stage] = [t.mean for t in done.tallies if t.mean is not None]
    assert averages == {"中間": [20], "期末": [50]}
    assert (workspace.outbox / "意見集約_R3中間.xlsx").exists()


# -- what goes wrong -------------------------------------------------------------------------------


def test_a_form_of_the_other_stage_is_told(workspace: Workspace) -> None:
    played(workspace)
    first = held(workspace, "中間", SPRING)
    sent = first.form_path(first.plan.practice(17))
    filled(sent, workspace.inbox / "遅れ17.xlsx", **typed(17) | {"特記事項": "遅れた。"})
    done = collect(held(workspace, "期末", SPRING))
    (told,) = [f for f in done.findings if f.code == "F011"]
    assert "『令和３年度中間』で、今回の令和３年度期末のシートではありません" in told.message
    late = collect(held(workspace, "中間", SPRING))  # it is its own round's all the same
    assert [s.newest.file for s in late.practices if s.newest and s.practice.no == 17] == [
        "inbox/遅れ17.xlsx"
    ]


def test_the_printed_season_tells_the_year_too(workspace: Workspace) -> None:
    """Without any defined name, as in .ods, the form of 中間 is still one of R3."""
    first = held(workspace, "中間", AUTUMN)
    distribute(first)
    path = workspace.inbox / "16.xlsx"
    filled(
        first.form_path(first.plan.practice(16)),
        path,
        **typed(16),
    )
    book = openpyxl.load_workbook(path)
    book.defined_names.clear()
    for sheet in book.worksheets:
        sheet.defined_names.clear()
    book.save(path)
    done = collect(first)
    assert [form for file in done.files for form in file.forms] == [(16, Status.ACCEPTED, "labels")]


def test_a_form_of_the_later_stage_is_left_for_it(workspace: Workspace) -> None:
    played(workspace)
    second = held(workspace, "期末", SPRING)
    sent = second.form_path(second.plan.practice(17))
    filled(sent, workspace.inbox / "期末17.xlsx", 進捗度_R3=1)
    first = collect(held(workspace, "中間", SPRING))
    assert [s.versions for s in first.practices] == [1, 1]
    done = collect(second)
    assert [s.state.value for s in done.practices] == ["受理", "受理"]


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--workspace", str(workspace.root), *words])


def test_the_commands_take_a_stage(workspace: Workspace) -> None:
    assert run(workspace, "distribute", "--stage", "中間").exit_code == 0
    document = json.loads(run(workspace, "status", "--json").stdout)
    assert document["year"] == "R3中間"
    document = json.loads(
        run(workspace, "status", "--year", "R3", "--stage", "期末", "--json").stdout
    )
    assert document["year"] == "R3期末"
    assert "--stage 中間" in run(workspace).stdout


def test_an_unknown_stage(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="段階『夏』がありません。あるのは中間、期末です"):
        held(workspace, "夏", SPRING)
    put(workspace.plan_master, master(replace(plan(), stages=())))
    with pytest.raises(UserError, match="シート『段階』に"):
        held(workspace, "中間", SPRING)


def test_stages_in_any_width_and_order() -> None:
    rows: dict[str, str | int] = {"段階!A2": "期末", "段階!B2": 2, "段階!A3": "中間", "段階!B3": 1}
    assert parse(changed(rows), "計画マスタ.xlsx").stages == ("中間", "期末")
    assert spots(master_findings(rows | {"段階!B3": 2})) == ["M105 段階!B3"]
    assert spots(master_findings(rows | {"段階!A3": "期末"})) == ["M105 段階!A3"]
    assert spots(master_findings(rows | {"段階!A3": "中/間"})) == ["M115 段階!A3"]
    assert spots(master_findings(rows | {"段階!B3": ""})) == ["M103 段階!B3"]


def test_the_master_holds_stages() -> None:
    assert parse(master(plan()), "計画マスタ.xlsx") == plan()


# -- what stays ------------------------------------------------------------------------------------


def test_an_earlier_stage_is_held_by_its_own_master(workspace: Workspace) -> None:
    """Stricter thresholds in spring change nothing of what was judged in autumn."""
    played(workspace)
    grades = tuple(replace(rule, least_total=rule.least_total and 12) for rule in PLAN.grades[:1])
    put(workspace.plan_master, master(replace(plan(), grades=(*grades, *PLAN.grades[1:]))))
    assert held(workspace, "中間", SPRING).plan.grades == PLAN.grades
    assert held(workspace, "期末", SPRING).plan.grades != PLAN.grades


def test_rebuilt_and_verified(workspace: Workspace) -> None:
    played(workspace)
    before = [consolidate(held(workspace, stage, SPRING)).paths[0] for stage in ("中間", "期末")]
    contents = [path.read_bytes() for path in before]
    today = held(workspace, None, SPRING)
    assert verify(today, lambda done, total: None).wrong == ()
    rebuild(today, lambda done, total: None)
    assert verify(today, lambda done, total: None).wrong == ()
    for stage, path, data in zip(("中間", "期末"), before, contents, strict=True):
        consolidate(held(workspace, stage, SPRING))
        assert path.read_bytes() == data


def test_one_stage_is_closed_and_disposed_of_alone(workspace: Workspace) -> None:
    played(workspace)
    for stage in ("中間", "期末"):
        consolidate(held(workspace, stage, SPRING))
    closed = run(workspace, "close", "--stage", "中間", "--yes")
    assert closed.exit_code == 0, closed.output
    assert "R3期末" not in closed.stdout
    refused = run(workspace, "collect", "--stage", "中間")
    assert refused.exit_code == 2 or isinstance(refused.exception, UserError)
    assert "reopen --year R3 --stage 中間" in str(refused.exception)
    assert run(workspace, "collect", "--stage", "期末").exit_code == 0
    words = ("--year", "R3", "--stage", "中間", "--reason", "満了", "--yes")
    gone = run(workspace, "dispose", *words)
    assert gone.exit_code == 0, gone.output
    rows = openpyxl.load_workbook(
        consolidate(held(workspace, "期末", SPRING)).paths[0], data_only=True
    )["実践項目別"].iter_rows(values_only=True)
    assert "中間" in str(list(rows)[:4])
    assert verify(held(workspace, "期末", SPRING), lambda done, total: None).wrong == ()
