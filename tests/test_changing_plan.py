"""Five years of a plan that does not stay as it was: what was published stands, all cells.

R2 five practices · R3 №20 ends · R4 №13 becomes №14, №16 gets another title, №18 is split into №18
and №72, №71 begins · R5 harder thresholds, a longer scale, №20 runs again, №17 ends · R6 №17 is
deleted, and 25 practices are added.
"""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from tests.samples import PLAN
from tests.test_five_years import R2, R3, R4, R5, R6, YEARS, answered, moment_of
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import FiscalYear
from workbook_tools.outbox import Outcome, put
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register.round import open_round
from workbook_tools.verify.outputs import differences
from workbook_tools.verify.verify import verify
from workbook_tools.workspace import Workspace

NUMBERS = (13, 16, 17, 18, 20)
RENAMED = "住民異動等の窓口のデジタル化"


def plan_in(year: FiscalYear) -> Plan:
    """The plan master as the secretariat keeps it in that year's round."""
    own = {no: replace(PLAN.practice(no), finished=None) for no in NUMBERS}
    criteria, grades = PLAN.criteria, PLAN.grades
    if year >= R4:
        is_first = year == R4  # 旧小№ stands there in the year of the change only
        own[14] = replace(own.pop(13), no=14, former=13 if is_first else None)
        own[16] = replace(own[16], title=RENAMED, former=16 if is_first else None)
        own[72] = replace(own[18], no=72, title="分けた取組", former=18 if is_first else None)
        own[18] = replace(own[18], former=18 if is_first else None)
        own[71] = Practice(71, 7, "予約システムの導入", ("（民）窓口サービス課",), first_year=R4)
        own[20] = replace(own[20], finished=R3)
    if year >= R5:
        criteria = (replace(criteria[0], maximum=5), *criteria[1:])
        grades = (replace(grades[0], least_total=12), *grades[1:])
        own[20] = replace(own[20], reopened=R5)
        own[17] = replace(own[17], finished=R5)
    if year >= R6:
        del own[17]
        for no in range(101, 126):
            own[no] = Practice(no, 7, f"新しい取組{no}", ("（民）窓口サービス課",), first_year=R6)
    practices = tuple(own[no] for no in sorted(own))
    return replace(PLAN, practices=practices, criteria=criteria, grades=grades, evaluated=year)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five rounds one after the other; of the 25 new practices two return a sheet."""
    folder = Workspace(tmp_path_factory.mktemp("city"))
    for year in YEARS:
        put(folder.plan_master, master(plan_in(year)))
        held = open_round(folder, None, moment_of(year))
        for delivery in distribute(held).having(Outcome.WRITTEN):
            practice = delivery.practice
            assert practice is not None
            if practice.no <= 102:
                path = folder.inbox / str(year) / held.form_path(practice).name
                put(path, answered(held, practice))
        found = [f for f in collect(held).findings if f.code != "X801"]
        assert [str(finding) for finding in found] == [], year
        consolidate(held)
    return folder


def lists(workspace: Workspace) -> dict[FiscalYear, bytes]:
    return {year: (workspace.outbox / f"取組状況一覧_{year}.xlsx").read_bytes() for year in YEARS}


def grades(workspace: Workspace, year: FiscalYear) -> dict[object, tuple[object, ...]]:
    """Practice → grade of the year before, scores, total and grade, as the list prints them."""
    path = workspace.outbox / f"取組状況一覧_{year}.xlsx"
    rows = openpyxl.load_workbook(path, data_only=True)["実践項目別"].iter_rows(values_only=True)
    return {row[0]: row[4:11] for row in rows if isinstance(row[0], int)}


def test_every_list_made_again_after_r6_is_the_one_published(workspace: Workspace) -> None:
    published = lists(workspace)
    for year in YEARS:
        held = open_round(workspace, year, moment_of(year))
        assert differences(held) == [], year
        consolidate(held)
    assert lists(workspace) == published


def test_and_so_from_a_register_made_anew(workspace: Workspace) -> None:
    published = lists(workspace)
    today = open_round(workspace, None, moment_of(R6))
    rebuild(today, lambda done, total: None)
    assert verify(today, lambda done, total: None).wrong == ()
    for year in YEARS:
        consolidate(open_round(workspace, year, moment_of(year)))
    assert lists(workspace) == published


def test_history_follows_the_practice(workspace: Workspace) -> None:
    """The number, the title and the split of R4; the grade of R3 stands beside each."""
    known = grades(workspace, R4)
    before = grades(workspace, R3)
    assert set(before) == set(NUMBERS)
    assert [known[no][0] for no in (14, 16, 18, 72)] == ["B"] * 4
    assert known[71][0] in (None, "")
    assert 13 not in known


def test_the_plan_of_its_year_counts(workspace: Workspace) -> None:
    """Thresholds of R5 do not reach R4; №20 rests in R4 and runs again in R5; 95 in the end."""
    assert [grades(workspace, year)[16][-1] for year in (R2, R3, R4)] == ["B"] * 3
    assert grades(workspace, R5)[20][5] == 8
    assert 17 in grades(workspace, R5)
    assert 17 not in grades(workspace, R6)
    assert len(grades(workspace, R6)) == len(grades(workspace, R5)) - 1 + 25


def test_no_increase_across_scales(workspace: Workspace) -> None:
    path = workspace.outbox / f"取組状況一覧_{R5}.xlsx"
    book = openpyxl.load_workbook(path, data_only=True)
    notes = str(list(book["総括"].iter_rows(values_only=True)))
    assert "比べられ" in notes or "範囲" in notes
