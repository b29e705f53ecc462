"""Every round is judged, listed and exported by its own plan, whatever the plan master says now."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest

from tests.samples import PLAN, R2, R3, R4, complete, returned
from workbook_tools.collect.collect import collect, state_of_round
from workbook_tools.collect.collection import as_json
from workbook_tools.consolidate.consolidate import consolidate, gather_contents
from workbook_tools.distribute.distribute import distribute
from workbook_tools.figures import export
from workbook_tools.figures.compute import Facts, Figures, compute
from workbook_tools.figures.headline import differences, headline
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Criterion, GradeRule, Plan
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register import ledger
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind
from workbook_tools.register.round import open_round
from workbook_tools.workspace import Workspace

NUMBERS = (13, 16, 17, 18, 20)
SPRING, LATER = "2022-04-20T09:00:00+09:00", "2023-04-20T09:00:00+09:00"
OLD = replace(
    PLAN,
    practices=tuple(replace(PLAN.practice(no), finished=None) for no in NUMBERS),
    evaluated=R3,
)
# A year later: harder thresholds, №17 moved to another item, №20, which had ended, deleted.
HARDER = replace(
    OLD,
    evaluated=R4,
    grades=(
        GradeRule("A", 12, {"進捗度": 3}),
        GradeRule("B", 11),
        GradeRule("C", 9),
        GradeRule("D", 0),
    ),
    practices=tuple(
        replace(practice, item_no=8) if practice.no == 17 else practice
        for practice in OLD.practices
        if practice.no != 20
    ),
)


def send(workspace: Workspace, no: int, name: str = "", **changes: str | int) -> None:
    put(workspace.inbox / f"{name or no}.xlsx", returned(no, R3, OLD, **changes))


def make_list(workspace: Workspace, now: str = SPRING) -> bytes:
    return consolidate(open_round(workspace, R3, now)).paths[0].read_bytes()


def told(workspace: Workspace) -> tuple[object, object]:
    """Export and status of R3, without the moment they were made."""
    held = open_round(workspace, R3, SPRING)
    return export.document(gather_contents(held).figures, ""), as_json(state_of_round(held))


@pytest.fixture
def workspace(tmp_path) -> Workspace:  # type: ignore[no-untyped-def]
    """R3 sent out, returned but for №18, listed; then the plan master is rolled over."""
    place = Workspace(tmp_path)
    put(place.plan_master, master(OLD))
    held = open_round(place, None, SPRING)
    assert held.plan.practices == OLD.practices
    distribute(held)
    for no in NUMBERS:
        if no != 18:
            ends = {"取組終了_年": 4, "取組終了_月": 3} if no == 20 else {}
            send(place, no, **ends)
    assert not collect(held).has_errors
    return place


def roll_over(workspace: Workspace) -> None:
    put(workspace.plan_master, master(HARDER))


def make_anew(workspace: Workspace) -> None:
    rebuild(open_round(workspace, None, LATER), lambda done, total: None)


def test_an_earlier_round_stays_after_rollover_and_rebuild(workspace: Workspace) -> None:
    before, said = make_list(workspace), told(workspace)
    roll_over(workspace)
    assert make_list(workspace) == before
    assert told(workspace) == said
    make_anew(workspace)
    assert make_list(workspace) == before
    assert told(workspace) == said


def test_a_late_sheet_is_judged_by_the_plan_of_its_round(workspace: Workspace) -> None:
    """B1: one late sheet made all accepted forms 要修正 under the plan of today."""
    send(workspace, 18)
    held = open_round(workspace, R3, SPRING)
    undisturbed = collect(held)
    before, said = make_list(workspace), told(workspace)
    with Register.open(workspace.register) as register:  # as if №18 had not come yet
        register.change("DELETE FROM reading WHERE file = 'inbox/18.xlsx'")
        register.change("DELETE FROM submission WHERE practice_no = 18")
        for table in ("receipt", "lying"):
            register.change(f"DELETE FROM {table} WHERE name = 'inbox/18.xlsx'")
    roll_over(workspace)
    late = collect(open_round(workspace, R3, LATER))
    assert [state.state for state in late.practices] == [
        state.state for state in undisturbed.practices
    ]
    assert not late.has_errors
    assert make_list(workspace) == before
    make_anew(workspace)
    assert make_list(workspace) == before
    assert json.dumps(told(workspace)[0]) == json.dumps(said[0])


def test_todays_plan_is_not_noted_for_an_earlier_round(workspace: Workspace) -> None:
    make_list(workspace)
    roll_over(workspace)
    collect(open_round(workspace, R3, LATER))
    with Register.open(workspace.register, write=False) as register:
        noted = [source.year for source in register.sources(SourceKind.PLAN)]
    assert noted == [R3]


def test_a_wrong_version_noted_by_the_first_edition_is_passed_over(workspace: Workspace) -> None:
    before = make_list(workspace)
    roll_over(workspace)
    with Register.open(workspace.register) as register:
        data = workspace.plan_master.read_bytes()
        args = (SourceKind.PLAN, "templates/計画マスタ.xlsx", R3, LATER)
        ledger.take(register, workspace.archive, data, *args)
    assert make_list(workspace) == before


def test_what_was_mended_in_the_master_after_the_last_collect_counts(workspace: Workspace) -> None:
    """The list was made under the mended master: so it is made again after the rollover."""
    practices = [replace(OLD.practices[0], title="別の題名"), *OLD.practices[1:]]
    put(workspace.plan_master, master(replace(OLD, practices=tuple(practices))))
    before = make_list(workspace)
    roll_over(workspace)
    assert make_list(workspace) == before


def test_a_year_without_a_plan_is_refused_in_one_sentence(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="令和２年度の計画が登録されていません"):
        open_round(workspace, R2, SPRING)
    with pytest.raises(UserError, match="計画期間"):
        open_round(workspace, R2 - 1, SPRING)
    assert open_round(workspace, R3, SPRING).plan == open_round(workspace, None, SPRING).plan


# -- the year before, as it was published ---------------------------------------------------------


def scores_of(plan: Plan, score: Callable[[int], int]) -> dict[int, dict[str, int]]:
    return {
        practice.no: {criterion.name: score(practice.no) for criterion in plan.criteria}
        for practice in plan.practices
    }


def figures(now: Plan, **changes: object) -> Figures:
    """R4 under ``now`` after R3 under OLD: everything 2 in R3 (total 8, B), 3 in R4."""
    facts = Facts(
        statuses={practice.no: "受理" for practice in now.practices},
        scores={R3: scores_of(OLD, lambda no: 2), R4: scores_of(now, lambda no: 3)},
        finished={},
        council={},
        plans={R3: OLD},
    )
    return compute(now, dataclasses.replace(facts, **changes))  # type: ignore[arg-type]


def test_the_year_before_keeps_its_thresholds() -> None:
    assert headline(figures(HARDER)).grades_before == {"B": 5}
    own = figures(HARDER, plans={}).before
    assert own is not None
    assert own.grades() == {"D": 4}  # what today's thresholds would make of it


def test_the_year_before_keeps_its_membership() -> None:
    """№17 moved from item 7 to 8: both show in R3 what they showed then."""
    scores = scores_of(OLD, lambda no: 3 if no == 17 else 2)
    shown = figures(HARDER, scores={R3: scores, R4: scores_of(HARDER, lambda no: 3)})
    then = compute(OLD, Facts(dict.fromkeys(NUMBERS, "受理"), {R3: scores}, {}, {}))
    for item in then.items:
        now = shown.item(item.item.no)
        assert now is not None
        assert now.before == item.now, item.item.no


def test_a_deleted_practice_stays_in_the_year_before() -> None:
    result = figures(HARDER)
    assert headline(result).evaluated_before == 5
    assert any("№20" in note for note in differences(result))
    assert any("№17" in note for note in differences(result))


def test_the_same_plan_needs_no_note() -> None:
    assert differences(figures(replace(OLD, evaluated=R4))) == []


RENAMED = replace(
    OLD,
    evaluated=R4,
    criteria=(Criterion("達成度", 0, 3), *OLD.criteria[1:]),
    grades=tuple(GradeRule(rule.grade, rule.least_total) for rule in OLD.grades),
)
RESCALED = replace(OLD, evaluated=R4, criteria=tuple(Criterion(c.name, 1, 5) for c in OLD.criteria))


@pytest.mark.parametrize("plan", [RENAMED, RESCALED], ids=["renamed criterion", "other scale"])
def test_other_scales_are_said_and_not_subtracted(plan: Plan) -> None:
    result = figures(plan)
    assert result.before is not None
    assert sum(result.before.grades().values()) == 5  # the whole year is still there
    assert any("評価項目と評点の範囲" in note for note in differences(result))
    assert not headline(result).rises
    assert headline(result).highest_before is None


def test_printed_grades_of_a_list_stay() -> None:
    """A list that printed another grade than the rule's was published so (H210)."""
    result = figures(replace(OLD, evaluated=R4), printed={R3: {16: "A"}})
    assert headline(result).grades_before == {"B": 4, "A": 1}


# -- any grade letters ----------------------------------------------------------------------------

LETTERS = replace(
    OLD,
    evaluated=R4,
    grades=(
        GradeRule("S", 12),
        GradeRule("A", 10),
        GradeRule("B", 8),
        GradeRule("C", 0),
    ),
)


def test_share_of_the_upper_grades_is_the_same_everywhere() -> None:
    """C12: with S/A/B/C the list said 90 %, the export 80 %."""
    of = {13: 3, 16: 3, 17: 3, 18: 2, 20: 1}
    result = figures(LETTERS, scores={R4: scores_of(LETTERS, lambda no: of[no])}, plans={})
    share = headline(result).share
    assert (share.grades, share.now) == (("S", "A"), 600)
    document = export.document(result, "")
    assert document["headline"]["share"] == {
        "grades": ["S", "A"],
        "percent": 60.0,
        "previous_percent": None,
    }
    assert document["headline"]["share_A_and_B"] is None


def test_the_list_prints_the_headline(workspace: Workspace) -> None:
    held = open_round(workspace, R3, SPRING)
    made = consolidate(held)
    sheet = openpyxl.load_workbook(io.BytesIO(made.paths[0].read_bytes()), data_only=True)["総括"]
    rows = {row[0]: row[1] for row in sheet.iter_rows(values_only=True) if row[0]}
    share = headline(made.contents.figures).share
    assert rows["A・Bの割合（％）"] == share.now / 10


def test_complete_answers_are_accepted_in_every_year() -> None:
    """The samples the tests above rely on."""
    assert complete(OLD.practice(16), R4)
