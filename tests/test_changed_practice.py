"""History follows the practice, not the number (contract, "A changed practice"; defects B3, B4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples import PLAN, complete
from workbook_tools.cells import Area
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate, gather_contents
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import FiscalYear, years_between
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Figures
from workbook_tools.figures.headline import differences
from workbook_tools.findings import Finding, PlanError
from workbook_tools.form import prefill
from workbook_tools.form.content import Content
from workbook_tools.form.workbook import workbook
from workbook_tools.history.import_list import import_list
from workbook_tools.outbox import Outcome, put
from workbook_tools.plan.model import Criterion, Plan, Practice
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register.database import Register
from workbook_tools.register.results import finished, known_before
from workbook_tools.register.round import Round, of_master, open_round
from workbook_tools.workspace import Workspace

R2, R3, R4, R5, R6 = years_between(FiscalYear.parse("R2"), FiscalYear.parse("R6"))
A, B, C, D = (
    Practice(no, PLAN.practice(no).item_no, PLAN.practice(no).title, PLAN.practice(no).departments)
    for no in (16, 17, 18, 20)
)


def plan(year: FiscalYear, *practices: Practice) -> Plan:
    return replace(PLAN, evaluated=year, practices=practices)


def moment(year: FiscalYear) -> str:
    return f"{year.western + 1}-04-20T09:00:00+09:00"


def master_of(workspace: Workspace, of_year: Plan) -> Round:
    """Put the plan master there and open its round."""
    put(workspace.plan_master, master(of_year))
    return open_round(workspace, None, moment(of_year.evaluated))


def play(
    workspace: Workspace, of_year: Plan, scores: Sequence[int], ends: Sequence[int] = ()
) -> Figures:
    """One round from the forms to the list; the practices' scores stand in the plan's order."""
    held = master_of(workspace, of_year)
    given = dict(zip((p.no for p in of_year.practices), scores, strict=True))
    for delivery in distribute(held).having(Outcome.WRITTEN):
        practice = delivery.practice
        assert practice is not None
        data = filled(held, practice, given[practice.no], ends=practice.no in ends)
        put(workspace.inbox / str(held.year) / f"No{practice.no}.xlsx", data)
    errors = [str(f) for f in collect(held).findings if f.severity == "error"]
    assert errors == []
    consolidate(held)
    return gather_contents(held).figures


def filled(held: Round, practice: Practice, score: int, *, ends: bool) -> bytes:
    """The form as it was sent, filled in; its texts name title and year."""
    with Register.open(held.workspace.register, write=False) as register:
        known = known_before(register, held.plan)[practice.no]
    sent = prefill.content(held.plan, practice, known)
    typed = {
        name: f"{value}（{practice.title}、{held.year}）" if name.startswith("課題") else value
        for name, value in complete(practice, held.year, held.plan).items()
        if name in sent.open and not (name in sent.values and name.startswith("取組予定"))
    }
    typed |= {f"{criterion.name}_{held.year}": score for criterion in held.plan.criteria}
    typed |= {f"工程_当初_{held.plan.began(practice)}": "調査"}
    if ends:
        typed |= {"取組終了_年": held.year.western - 2018 + 1, "取組終了_月": 3}
    return workbook(held.plan, practice, Content({**sent.values, **typed}, sent.open))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """R2 and R3 under №16, №17, №18."""
    place = Workspace(tmp_path)
    play(place, plan(R2, A, B, C), (1, 2, 3))
    play(place, plan(R3, A, B, C), (1, 2, 3))
    return place


def faults(workspace: Workspace, of_year: Plan) -> list[Finding]:
    with pytest.raises(PlanError) as caught:
        master_of(workspace, of_year)
    return list(caught.value.findings)


def spots(found: Sequence[Finding]) -> list[str]:
    return [f"{f.code} {f.place.sheet}!{f.place.cell}" for f in found]


# -- what the master must say ---------------------------------------------------------------------

EXCHANGED = (replace(B, no=16), replace(A, no=17), C)
HINT = "旧小№ を書くか、新しい番号を付けてください"


def test_exchanged_numbers_are_an_error(workspace: Workspace) -> None:
    found = faults(workspace, plan(R4, *EXCHANGED))
    assert spots(found) == ["M201 実践項目!C2", "M201 実践項目!C3"]
    for finding in found:
        assert A.title in finding.message
        assert B.title in finding.message
        assert HINT in finding.hint
        finding.message.encode("cp932")


@pytest.mark.parametrize("year", [R4, R5])
def test_the_same_plan_is_none(workspace: Workspace, year: FiscalYear) -> None:
    """R5 follows R3 here: a round that was never held is no obstacle."""
    assert master_of(workspace, plan(year, A, B, C)).year == year


def test_every_mistake_at_once_and_nothing_is_made(workspace: Workspace) -> None:
    found = faults(workspace, plan(R4, replace(A, title="改めた題名"), replace(B, no=40)))
    assert spots(found) == [
        "M201 実践項目!C2",
        "M202 実践項目!C3",
        "M204 実践項目!A1",
        "M204 実践項目!A1",
    ]
    assert not workspace.forms(R4).exists()


def test_a_changed_title_needs_its_own_number(workspace: Workspace) -> None:
    changed = replace(A, title="改めた題名")
    (finding,) = faults(workspace, plan(R4, changed, B, C))
    assert "小№16の実践項目が『改めた題名』ですが、Ｒ３年度の小№16は" in finding.message
    held = master_of(workspace, plan(R4, replace(changed, former=16), B, C))
    with Register.open(workspace.register, write=False) as register:
        assert known_before(register, held.plan)[16].scores[R3]["進捗度"] == 1


@pytest.mark.parametrize("title", [f"　{A.title} ", A.title.replace("タ", "タ\n"), A.title.upper()])
def test_widths_and_spaces_are_no_other_title(workspace: Workspace, title: str) -> None:
    master_of(workspace, plan(R4, replace(A, title=title), B, C))


def test_another_item_or_department_needs_no_declaration(workspace: Workspace) -> None:
    moved = replace(A, item_no=8, departments=("（財）財政課",))
    result = play(workspace, plan(R4, moved, B, C), (3, 3, 3))
    assert [known.change for known in result.practices] == ["移動", "", ""]
    assert [known.before and known.before.total for known in result.practices] == [4, 8, 12]


NEW = Practice(16, 7, "まったく新しい取組", A.departments, first_year=R4)


def test_a_new_practice_under_an_old_number_is_an_error(workspace: Workspace) -> None:
    found = faults(workspace, plan(R4, NEW, B, C))
    assert spots(found) == ["M201 実践項目!C2"]


def test_a_number_whose_practice_moved_away_is_free(workspace: Workspace) -> None:
    result = play(workspace, plan(R4, NEW, B, C, replace(A, no=30, former=16)), (3, 3, 3, 3))
    before = {known.practice.no: known.before and known.before.total for known in result.practices}
    assert before == {16: None, 17: 8, 18: 12, 30: 4}
    assert [known.change for known in result.practices] == ["新規", "", "", ""]
    with Register.open(workspace.register, write=False) as register:
        known = known_before(register, result.plan.of_year(R4))
    assert known[16].answers == {}
    assert A.title in known[30].answers["課題_R3"]


def test_another_practices_title_under_a_new_number_is_an_error(workspace: Workspace) -> None:
    (finding,) = faults(workspace, plan(R4, A, B, C, replace(D, title=A.title)))
    assert (finding.code, finding.place.cell) == ("M202", "C5")
    assert "Ｒ３年度の小№16" in finding.message
    master_of(workspace, plan(R4, A, B, C, D))


def test_one_practice_becomes_two(workspace: Workspace) -> None:
    """A split: both name the number they come from, and both have its history."""
    first, second = replace(A, former=16), replace(D, former=16)
    result = play(workspace, plan(R4, first, B, C, second), (3, 3, 3, 3))
    assert [known.before and known.before.total for known in result.practices] == [4, 8, 12, 4]


def test_a_former_number_that_never_was(workspace: Workspace) -> None:
    found = faults(workspace, plan(R4, A, B, C, replace(D, former=99)))
    assert spots(found) == ["M203 実践項目!J5"]


def test_a_removed_practice_is_named_with_its_history(workspace: Workspace) -> None:
    (finding,) = faults(workspace, plan(R4, A, C))
    assert finding.code == "M204"
    assert "小№17" in finding.message
    assert "（Ｒ２、Ｒ３）" in finding.message


def test_a_practice_that_ended_may_be_removed(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    play(place, plan(R3, A, B, C), (1, 2, 3), ends=(17,))
    result = play(place, plan(R4, A, C), (1, 3))
    assert any("№17" in note for note in differences(result))


def test_without_history_nothing_is_asked(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    distribute(master_of(place, plan(R3, A, B, C)))  # sent, but nothing came back
    master_of(place, plan(R4, *EXCHANGED[:2]))


# -- what follows ---------------------------------------------------------------------------------

# R4: №16 and №17 exchanged; R5: nothing; R6: №16 → №18 → №17 → №16.
SWAPPED = (replace(B, no=16, former=17), replace(A, no=17, former=16), C)
SETTLED = (replace(B, no=16), replace(A, no=17), C)
TURNED = (
    replace(A, no=16, former=17),
    replace(C, no=17, former=18),
    replace(B, no=18, former=16),
)


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five years; A scores 1, B 2 and C 3 in every year, whatever their numbers."""
    place = Workspace(tmp_path_factory.mktemp("five"))
    play(place, plan(R2, A, B, C), (1, 2, 3))
    play(place, plan(R3, A, B, C), (1, 2, 3))
    play(place, plan(R4, *SWAPPED), (2, 1, 3))
    play(place, plan(R5, *SETTLED), (2, 1, 3))
    play(place, plan(R6, *TURNED), (1, 3, 2))
    return place


YEARLY = {R4: (2, 1, 3), R5: (2, 1, 3), R6: (1, 3, 2)}


@pytest.mark.parametrize("year", YEARLY)
def test_figures_follow_over_the_years(five: Workspace, year: FiscalYear) -> None:
    figures = gather_contents(open_round(five, year, moment(year))).figures
    for known, score in zip(figures.practices, YEARLY[year], strict=True):
        assert {s.scores["進捗度"] for s in known.by_year.values()} == {score}
        assert sorted(known.by_year) == list(years_between(R2, year))
        assert known.before is not None
        assert known.before.total == 4 * score
    assert differences(figures) == []


def test_prefill_follows_over_the_years(five: Workspace) -> None:
    held = open_round(five, R6, moment(R6))
    with Register.open(five.register, write=False) as register:
        known = known_before(register, held.plan)
    for practice, score in zip(held.plan.practices, YEARLY[R6], strict=True):
        own = known[practice.no]
        assert own.answered == R5
        assert {year: own.scores[year]["進捗度"] for year in own.scores} == dict.fromkeys(
            (R2, R3, R4, R5), score
        )
        for year in (R2, R3, R4, R5):
            assert f"（{practice.title}、{year}）" in own.answers[f"課題_{year}"]


def test_the_years_lists_stay_and_a_register_made_anew_agrees(five: Workspace) -> None:
    paths = [five.outbox / f"取組状況一覧_{year}.xlsx" for year in (R2, R3, R4, R5, R6)]
    before = [path.read_bytes() for path in paths]
    for turn in range(2):
        for year in (R2, R3, R4, R5, R6):
            consolidate(open_round(five, year, moment(year)))
        assert [path.read_bytes() for path in paths] == before, turn
        rebuild(of_master(five, moment(R6)), lambda done, total: None)


def test_a_former_number_left_from_last_year_is_found(workspace: Workspace) -> None:
    play(workspace, plan(R4, *SWAPPED), (2, 1, 3))
    found = faults(workspace, plan(R5, *SWAPPED))
    assert spots(found) == ["M202 実践項目!J2", "M202 実践項目!J3"]
    assert "番号が変わっていなければ、旧小№ を空欄に" in found[0].hint
    master_of(workspace, plan(R5, *SETTLED))


def test_endings_follow(tmp_path: Path) -> None:
    """№17 ended in R3; in R4 its number is another's, and its own is №16."""
    place = Workspace(tmp_path)
    play(place, plan(R3, A, B, C), (1, 2, 3), ends=(17,))
    held = master_of(place, plan(R4, *SWAPPED))
    with Register.open(place.register, write=False) as register:
        assert finished(register, held.plan) == {16: R3}
    assert [d.practice.no for d in distribute(held).having(Outcome.WRITTEN) if d.practice] == [
        17,
        18,
    ]


# -- 再開 ------------------------------------------------------------------------------------------


@pytest.fixture
def ended(tmp_path: Path) -> Workspace:
    """№17 ended in R3 by its sheet."""
    place = Workspace(tmp_path)
    play(place, plan(R3, A, B, C), (1, 2, 3), ends=(17,))
    return place


def test_an_ended_practice_runs_again(ended: Workspace) -> None:
    again = replace(B, finished=R3, reopened=R5)
    master_of(ended, plan(R4, A, again, C))
    assert [p.no for p in plan(R4, A, again, C).running({17: R3})] == [16, 18]
    result = play(ended, plan(R5, A, again, C), (1, 2, 3))
    reopened = result.practice(17)
    assert reopened is not None
    assert (reopened.status, reopened.finished, reopened.evaluated) == ("受理", None, True)
    master_of(ended, plan(R6, A, replace(B, reopened=R5), C))


def test_it_may_end_again(ended: Workspace) -> None:
    again = replace(B, finished=R3, reopened=R4)
    play(ended, plan(R4, A, again, C), (1, 2, 3), ends=(17,))
    later = plan(R5, A, again, C)
    held = master_of(ended, later)
    with Register.open(ended.register, write=False) as register:
        assert [p.no for p in held.plan.running(finished(register, held.plan))] == [16, 18]


@pytest.mark.parametrize(("end", "shown"), [(None, "空欄"), (R4, "『R4』")])
def test_clearing_or_changing_an_end_says_so(
    ended: Workspace, end: FiscalYear | None, shown: str
) -> None:
    held = master_of(ended, plan(R4, A, replace(B, finished=R3), C))
    distribute(held)  # so that R4's plan is noted
    (finding,) = faults(ended, plan(R5, A, replace(B, finished=end), C))
    assert (finding.code, finding.place.cell) == ("M205", "H3")
    assert shown in finding.message
    assert "再開" in finding.hint


def test_running_again_without_an_end(workspace: Workspace) -> None:
    found = faults(workspace, plan(R4, A, replace(B, reopened=R4), C))
    assert spots(found) == ["M206 実践項目!I3"]


# -- imported lists -------------------------------------------------------------------------------


def past_list(*rows: tuple[int, str, int]) -> bytes:
    """A list of R2: number, title and one score for every criterion."""
    book = Book()
    sheet = book.sheet("一覧")
    names = [criterion.name for criterion in PLAN.criteria]
    lines = [
        ["小№", "実践項目", *names],
        *([no, title, *[s] * len(names)] for no, title, s in rows),
    ]
    for row, line in enumerate(lines):
        for col, value in enumerate(line):
            sheet.value(Area(row, col), value)
    return book.bytes()


def imported(workspace: Workspace, of_year: Plan) -> list[str]:
    """Take the list of R2 in under that plan master; codes of what was found."""
    file = workspace.root / "R2.xlsx"
    put(file, past_list((16, A.title, 1), (17, B.title, 2), (18, C.title, 3)))
    held = master_of(workspace, of_year)
    return [f.code for f in import_list(replace(held, plan=held.plan.of_year(R2)), file).findings]


def test_a_list_is_taken_by_the_numbers_of_its_year(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    assert imported(place, plan(R3, *SWAPPED)) == []
    result = play(place, plan(R3, *SWAPPED), (3, 3, 3))
    assert [known.before and known.before.total for known in result.practices] == [8, 4, 12]


def test_numbers_exchanged_after_the_list_was_taken_are_an_error(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    imported(place, plan(R3, A, B, C))
    assert spots(faults(place, plan(R3, *EXCHANGED))) == ["M201 実践項目!C2", "M201 実践項目!C3"]
    rebuild(of_master(place, moment(R3)), lambda done, total: None)
    assert len(faults(place, plan(R3, *EXCHANGED))) == 2


# -- 旧名称 ---------------------------------------------------------------------------------------


def test_a_renamed_criterion_keeps_its_history(workspace: Workspace) -> None:
    first, *others = PLAN.criteria
    criteria = (Criterion("達成度", 0, 3, {}, (first.name,)), *others)
    grades = [
        {("達成度" if n == first.name else n): s for n, s in g.least_scores.items()}
        for g in PLAN.grades
    ]
    rules = tuple(replace(g, least_scores=low) for g, low in zip(PLAN.grades, grades, strict=True))
    later = replace(plan(R4, A, B, C), criteria=criteria, grades=rules)
    result = play(workspace, later, (3, 3, 3))
    known = result.practice(16)
    assert known is not None
    assert known.before is not None
    assert known.before.scores == dict.fromkeys(("達成度", *(c.name for c in others)), 1)
    assert result.items[6].before is not None
    assert any(f"『{first.name}』は、今年度の『達成度』" in note for note in differences(result))
    with Register.open(workspace.register, write=False) as register:
        own = known_before(register, replace(later, before=open_round(workspace, R3, "x").plan))[16]
    assert "評価理由_達成度" in own.answers
    assert own.scores[R3]["達成度"] == 1


def test_a_criterion_of_another_name_has_none(workspace: Workspace) -> None:
    """The nearest twin: without 旧名称 it is another criterion."""
    first, *others = PLAN.criteria
    rules = tuple(replace(rule, least_scores={}) for rule in PLAN.grades)
    later = replace(plan(R4, A, B, C), criteria=(Criterion("達成度", 0, 3), *others), grades=rules)
    result = play(workspace, later, (3, 3, 3))
    known = result.practice(16)
    assert known is not None
    assert known.before is not None
    assert "達成度" not in known.before.scores
    assert first.name in known.before.scores
