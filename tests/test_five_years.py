"""The whole plan, R2 to R6, with what happens to plans: items added, moved, renamed, ended."""

from __future__ import annotations

import dataclasses

import openpyxl
import pytest

from tests.samples import PLAN, complete
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import FiscalYear, years_between
from workbook_tools.form import layout, prefill
from workbook_tools.form.content import Content
from workbook_tools.form.workbook import workbook
from workbook_tools.outbox import Outcome, put
from workbook_tools.plan.model import Department, Plan, Practice
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register import results
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round, open_round
from workbook_tools.workspace import Workspace

R2, R3, R4, R5, R6 = YEARS = years_between(FiscalYear.parse("R2"), FiscalYear.parse("R6"))
NUMBERS = (13, 16, 17, 18, 20)


def plan_in(year: FiscalYear) -> Plan:
    """The plan master as the secretariat keeps it in that year's round."""
    practices = {no: dataclasses.replace(PLAN.practice(no), finished=None) for no in NUMBERS}
    departments = {department.name: department for department in PLAN.departments}
    if year >= R4:  # the plan grew, and an item moved
        practices[71] = Practice(
            71, 7, "予約システムの導入", ("（民）窓口サービス課",), first_year=R4
        )
        practices[17] = dataclasses.replace(practices[17], item_no=8)
    if year >= R5:  # a department got another name
        old, new = "（福）総合福祉課", "（福）地域福祉課"
        departments[new] = Department(new, (old,))
        practices[18] = dataclasses.replace(practices[18], departments=(new,))
    return dataclasses.replace(
        PLAN,
        practices=tuple(practices[no] for no in sorted(practices)),
        departments=tuple(departments.values()),
        evaluated=year,
    )


def round_in(folder: Workspace, year: FiscalYear) -> Round:
    """That year's round under its own plan, as it was held then."""
    return Round(folder, plan_in(year), moment_of(year))


def moment_of(year: FiscalYear) -> str:
    return f"{year.western + 1}-04-20T09:00:00+09:00"


def answered(held: Round, practice: Practice) -> bytes:
    """The form as it was sent, filled in for the year; №20 ends in R3."""
    plan, year = held.plan, held.year
    with Register.open(held.workspace.register, write=False) as register:
        known = results.known_before(register, plan)[practice.no]
    sent = prefill.content(plan, practice, known)
    typed = {
        name: value
        for name, value in complete(practice, year, plan).items()
        if name in sent.open and not (name in sent.values and name.startswith("取組予定"))
    }
    began = f"工程_当初_{plan.began(practice)}"
    if began in typed:
        typed[began] = "調査"
    if practice.no == 20 and year == R3:
        typed |= {"取組終了_年": 4, "取組終了_月": 2}
    return workbook(plan, practice, Content({**sent.values, **typed}, sent.open))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five rounds played one after the other; their files stay in the inbox for years."""
    folder = Workspace(tmp_path_factory.mktemp("city"))
    for year in YEARS:
        put(folder.plan_master, master(plan_in(year)))
        held = round_in(folder, year)
        done = distribute(held)
        for delivery in done.having(Outcome.WRITTEN):
            practice = delivery.practice
            assert practice is not None
            path = folder.inbox / str(year) / held.form_path(practice).name
            put(path, answered(held, practice))
        result = collect(held)
        assert [str(finding) for finding in result.findings] == [], year
        assert len(consolidate(held).paths) == 2
    return folder


def sent(workspace: Workspace, year: FiscalYear, no: int) -> dict[str, object]:
    """The values of a form as it was sent out in a round."""
    held = round_in(workspace, year)
    book = openpyxl.load_workbook(held.form_path(held.plan.practice(no)))
    form = layout.form_of(PLAN)
    return {
        field.name: book[layout.SHEETS[field.sheet]][field.area.a1].value for field in form.fields
    }


def test_who_is_asked_each_year(workspace: Workspace) -> None:
    asked = {}
    for year in YEARS:
        with Register.open(workspace.register, write=False) as register:
            asked[str(year)] = sorted(register.distributed(year))
    assert asked == {
        "R2": [13, 16, 17, 18, 20],
        "R3": [13, 16, 17, 18, 20],  # №20 ends in this year and still returns a sheet
        "R4": [13, 16, 17, 18, 71],
        "R5": [13, 16, 17, 18, 71],
        "R6": [13, 16, 17, 18, 71],
    }


def test_history_stands_in_later_forms(workspace: Workspace) -> None:
    form = sent(workspace, R6, 16)
    first = complete(PLAN.practice(16), R2)
    assert form["取組結果_R2_1"] == first["取組結果_R2_1"]
    assert form["取組予定_R6_1"] == first["取組予定_R6_1"]  # planned in R2, to be confirmed
    assert [form[f"進捗度_{year}"] for year in YEARS] == [2, 2, 2, 2, None]
    assert [form[f"工程_状況_{year}"] for year in (R2, R5)] == ["工程どおり", "工程どおり"]


def test_new_items_have_no_history_and_moved_ones_keep_theirs(workspace: Workspace) -> None:
    newcomer = sent(workspace, R5, 71)
    assert [newcomer[f"進捗度_{year}"] for year in (R2, R3, R4)] == ["-", "-", 2]
    assert newcomer["取組結果_R3_1"] is None
    moved = sent(workspace, R4, 17)
    assert moved["取組項目番号"] == "№8"
    assert moved["進捗度_R3"] == 2


def test_every_year_s_list_can_be_made_again(workspace: Workspace) -> None:
    for year in YEARS:
        path = workspace.outbox / f"取組状況一覧_{year}.xlsx"
        before = path.read_bytes()
        held = open_round(workspace, year, moment_of(year))
        assert held.plan.practices == plan_in(year).practices
        assert consolidate(held).paths[0] == path
        assert path.read_bytes() == before, year


def test_a_register_made_anew_gives_the_same_lists(workspace: Workspace) -> None:
    today = open_round(workspace, None, "2025-05-01T09:00:00+09:00")
    assert today.year == R6
    rebuild(today, lambda done, total: None)
    for year in YEARS:
        path = workspace.outbox / f"取組状況一覧_{year}.xlsx"
        before = path.read_bytes()
        consolidate(open_round(workspace, year, moment_of(year)))
        assert path.read_bytes() == before, year


def test_changes_are_named(workspace: Workspace) -> None:
    path = workspace.outbox / "取組状況一覧_R4.xlsx"
    table = openpyxl.load_workbook(path, data_only=True)["前年度比較"]
    rows = list(table.iter_rows(values_only=True))
    (col,) = {row.index("異動") for row in rows if "異動" in row}
    changes = {row[1]: row[col] for row in rows if row[0] == "実践項目"}
    assert {no: change for no, change in changes.items() if change} == {17: "移動", 71: "新規"}
