"""What the first edition left behind works on: forms sent out, register, ledger, plan masters.

``tests/first_edition`` holds two workspaces it made: R3 in the middle of the round (accepted,
waived, faulty and missing forms, council sheets), R4 after rollover (two of four returned).
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.samples import R3, R4
from workbook_tools.collect.collect import collect, state_of_round
from workbook_tools.collect.collection import Collection
from workbook_tools.consolidate.consolidate import gather_contents
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.distribute.distribute import distribute
from workbook_tools.outbox import Outcome
from workbook_tools.rebuild import rebuild
from workbook_tools.register.round import Round, open_round
from workbook_tools.workspace import Workspace

DATA = Path(__file__).parent / "first_edition"
NOW = {"R3": "2022-04-21T09:00:00+09:00", "R4": "2023-04-21T09:00:00+09:00"}


@pytest.fixture(params=["R3", "R4"])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Round:
    with zipfile.ZipFile(DATA / f"{request.param}.zip") as packed:
        packed.extractall(tmp_path)
        for member in packed.infolist():  # forms come in by their files' dates
            moment = (2022, 4, 15, *member.date_time[3:])
            os.utime(tmp_path / member.filename, (sum(moment), sum(moment)))
    return open_round(Workspace(tmp_path), None, NOW[request.param])


STATES = {
    "R3": {13: "要修正", 16: "受理", 17: "受理", 18: "要修正", 20: "未提出"},
    "R4": {13: "受理", 16: "受理", 17: "未提出", 18: "未提出"},
}
# Code and practice of what the first edition said, but for skipped council sheets (F004).
FINDINGS = {
    "R3": [("R302", 13), ("S102", 18), ("S108", 17), ("X801", 20)],
    "R4": [("X801", 17), ("X801", 18)],
}


def states(done: Collection) -> dict[int, str]:
    return {known.practice.no: known.state.value for known in done.practices}


def said(done: Collection) -> list[tuple[str, int | None]]:
    told = [(finding.code, finding.place.item_no) for finding in done.findings]
    return sorted(pair for pair in told if pair[0] != "F004")


def test_the_register_is_read_as_it_is(held: Round) -> None:
    assert states(state_of_round(held)) == STATES[str(held.year)]


def test_collecting_again_finds_nothing_new(held: Round) -> None:
    done = collect(held)
    assert states(done) == STATES[str(held.year)]
    assert said(done) == FINDINGS[str(held.year)]
    assert done.read_anew == 0


def test_a_register_made_anew_says_the_same(held: Round) -> None:
    held.workspace.register.unlink()
    rebuild(held, lambda done, total: None)
    assert states(collect(held)) == STATES[str(held.year)]


def test_forms_may_be_sent_out_again(held: Round) -> None:
    """Forms that nobody filled in yet are only replaced where they changed; filled ones count."""
    done = distribute(held)
    assert not done.having(Outcome.EDITED)
    assert states(collect(held)) == STATES[str(held.year)]


def test_council_and_list(held: Round) -> None:
    if held.year == R3:
        council = collect_ballots(held)
        assert council.returned == (1, 2)
        assert not council.has_errors
        figures = gather_contents(held).figures
        assert {item.council for item in figures.items} == {35}
    else:
        past = open_round(held.workspace, R3, held.now)
        grades = gather_contents(past).figures.grades()
        before = gather_contents(held).figures.before
        assert before is not None
        assert before.grades() == grades
        assert held.year == R4
