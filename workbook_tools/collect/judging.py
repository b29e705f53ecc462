"""A round judged anew from the archive, where plan, forms sent out or the tool have changed.

A verdict may change, and then the ledger and 確認結果 say so. No answer is dropped: what cannot be
read again (a damaged copy, a lost password) keeps the verdict it had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbook_tools.findings import UserError
from workbook_tools.intake.read_forms import Intake
from workbook_tools.register import copies, ledger, opened, submissions
from workbook_tools.register.database import Register
from workbook_tools.register.records import Reading, Source, SourceKind
from workbook_tools.register.round import Round
from workbook_tools.register.standing import practice_states
from workbook_tools.rules.verdict import Judge


def judge_anew(
    register: Register,
    held: Round,
    judge: Judge,
    step: Callable[[int, int], None],
    *,
    with_passwords: bool,
) -> list[str]:
    """Judge what was judged under other rules; sentences on copies that were healed or are lost."""
    known = submissions.readings(register, held.year)
    stale = [reading for reading in known.values() if reading.rules != judge.rules]
    if not stale:
        return []
    before = _states(register, held)
    told = copies.heal(held.workspace, {reading.sha256 for reading in stale})
    judged = 0
    for done, reading in enumerate(stale, start=1):
        intake = _read_again(register, held, judge, reading, told)
        if intake and with_passwords:
            opened.keep_if_protected(register, held, intake)
        if intake and judge.keep(replace(reading, rules=judge.rules), intake):
            judged += 1
        step(done, len(stale))
    if judged:
        after = _states(register, held)
        both = before.keys() & after.keys()
        changed = [[no, before[no], after[no]] for no in sorted(both) if before[no] != after[no]]
        facts = {"changed": changed}
        register.note_source(Source("", SourceKind.JUDGED, "", held.year, held.now, facts))
    return told


def _states(register: Register, held: Round) -> dict[int, str]:
    states = practice_states(register, held.plan, submissions.forms(register, held.year))
    return {known.practice.no: known.state.value for known in states}


def _read_again(
    register: Register, held: Round, judge: Judge, reading: Reading, told: list[str]
) -> Intake | None:
    """What a file holds; None where it can't be read as well as it was."""
    try:
        data = ledger.content(held.workspace.archive, reading.sha256)
    except UserError:
        told.append(copies.lost(held.workspace, reading.file, reading.sha256))
        return None
    intake = judge.read(data, reading.file)
    if any(finding.code == "F002" for finding in intake.findings):
        kept = opened.known(register, held, reading.sha256)
        if kept is None:
            told.append(
                f"『{reading.file}』はパスワードがないと読み直せないため、前の判定のままにしました。"
            )
        return kept
    if len(intake.submissions) < submissions.count(register, held.year, reading.sha256):
        told.append(f"『{reading.file}』を前と同じように読めないため、前の判定のままにしました。")
        return None
    return intake
