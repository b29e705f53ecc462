"""`demo`: a whole round on the sample plan: what is sent, what comes back, the list, the report.

The departments are played by :mod:`workbook_tools.demo.answers`; some of them slip in typical ways.
Everything else is done by the same functions that the commands call.
"""

from __future__ import annotations

import io
import os
import re
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from workbook_tools.collect import collect, report
from workbook_tools.collect.collection import Collection
from workbook_tools.consolidate.consolidate import places
from workbook_tools.consolidate.figure_lists import add_practices
from workbook_tools.council import ballot
from workbook_tools.council.collect import Council
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.demo import members
from workbook_tools.demo.answers import answers, real_scores
from workbook_tools.demo.story import Teller
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import ACCEPTED, Facts, compute
from workbook_tools.figures.facts import figures_of
from workbook_tools.findings import UserError
from workbook_tools.form import prefill
from workbook_tools.form.content import Known
from workbook_tools.form.layout import OVERALL, field_name, reason_name
from workbook_tools.form.spec import Stem
from workbook_tools.form.workbook import workbook as form_workbook
from workbook_tools.history import import_list as history
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member, Plan, Practice
from workbook_tools.plan.read_master import sample
from workbook_tools.plan.write_master import master
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round, open_round
from workbook_tools.report.report import write_report
from workbook_tools.workspace import Workspace
from workbook_tools.zips import packed, same_everywhere, unpacked

Consolidate = Callable[[Round], Sequence[Path]]

# What goes wrong in the first round of returns, by number of the practice.
SCORE_OF_FIVE, NO_REVISION, NO_REASONS, NO_RESULT = 5, 22, 26, 30
TRUNCATED, WITHOUT_NAMES, TWICE, LOCKED = 61, 35, 9, 33
ZIPPED, RENAMED = "（水）水道窓口課", 43
SILENT = "（消）総務課"
_LISTED = "取組状況一覧_R2.xlsx"
_DAYS, _STEP = 14 * 86_400, 600  # returns come in over two weeks, one every ten minutes


@dataclass(frozen=True, slots=True)
class Story:
    """What happened: the workspace, both collections, the list's files, and what was said."""

    workspace: Workspace
    plan: Plan
    year: FiscalYear
    first: Collection
    second: Collection
    outputs: tuple[Path, ...]
    lines: tuple[str, ...]


def play(folder: Path, now: str, say: Callable[[str], None], consolidate: Consolidate) -> Story:
    """Play the whole year in ``folder``, which must be new or empty, and tell it line by line.

    ``now`` is an ISO time; ``consolidate`` writes the list and gives its files, the main one
    first. Raises UserError where the folder holds anything or cannot be written to.
    """
    workspace = _new(folder)
    teller = Teller(workspace, say)
    held = _prepare(workspace, now, teller)
    plan, year = held.plan, held.year
    desk = _Desks.of(held)
    done = distribute(held)
    leads = {practice.lead for practice in desk.practices}
    teller.distributed(done.year, len(done.deliveries), leads)
    _first_returns(desk)
    first = collect.collect(held)
    teller.first(first, report.write(held, first))
    teller.status(collect.state_of_round(held))
    _second_returns(desk)
    second = collect.collect(held)
    checked = report.write(held, second)
    teller.second(second)
    teller.council(_council(desk))
    outputs = tuple(consolidate(held))
    with Register.open(workspace.register, write=False) as register:
        teller.consolidated(figures_of(register, held))
    written = write_report(held, html=True).paths
    teller.reported()
    teller.to_open(desk.path(plan.practice(SCORE_OF_FIVE)), checked, (*outputs, written[0]))
    outputs += written
    return Story(workspace, plan, year, first, second, outputs, tuple(teller.lines))


def _new(folder: Path) -> Workspace:
    """A new workspace; never one in which somebody has anything."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError(
                f"『{folder}』は空のフォルダーではありません。"
                "demo は新しいフォルダーに作ります。別の名前を指定してください。"
            )
        for name in ("inbox", "outbox"):
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"『{folder}』を作れません（{error.strerror or error}）。別の場所を指定してください。"
        ) from error
    return Workspace(folder)


def _prepare(workspace: Workspace, now: str, teller: Teller) -> Round:
    """The plan master and last year's list, both as files that are then read."""
    put(workspace.plan_master, master(sample()))
    held = open_round(workspace, None, now)
    plan = held.plan
    teller.planned(plan)
    past = replace(held, plan=plan.of_year(held.year - 1))
    put(workspace.root / _LISTED, past_list(past.plan))
    taken = history.import_list(past, workspace.root / _LISTED)
    teller.imported(past.year, _LISTED, taken)
    return held


def past_list(plan: Plan) -> bytes:
    """The year's 【実践項目別】 as the council knows it, with the published scores."""
    scores = real_scores(plan)
    figures = compute(
        plan, Facts(dict.fromkeys(scores, ACCEPTED), {plan.evaluated: scores}, {}, {})
    )
    book = Book(f"取組状況一覧 {plan.evaluated}")
    add_practices(book, figures, places(figures))
    return book.bytes()


# -- what the departments send back ---------------------------------------------------------------


@dataclass
class _Desks:
    """The round as the departments live it: their forms, and the clock of the inbox."""

    held: Round
    past: Mapping[int, Mapping[str, int]]
    clock: float
    practices: tuple[Practice, ...] = field(default=())

    @classmethod
    def of(cls, held: Round) -> _Desks:
        """A round's desks, two weeks before now."""
        past = real_scores(held.plan.of_year(held.year - 1))
        clock = datetime.fromisoformat(held.now).timestamp() - _DAYS
        return cls(held, past, clock, held.plan.running({}))

    def filled(self, practice: Practice, **changes: str | int) -> bytes:
        """The form as it was sent out, filled in."""
        plan, year = self.held.plan, self.held.year
        blank = prefill.content(plan, practice, Known(scores={year - 1: self.past[practice.no]}))
        scores = real_scores(plan)[practice.no]
        typed = answers(plan, practice, scores, ends=practice.finished == year)
        values = {**blank.values, **typed, **changes}
        return form_workbook(plan, practice, replace(blank, values=values))

    def path(self, practice: Practice, ending: str = ".xlsx") -> Path:
        """Where a returned form lies: its department's folder, under the name it was sent out."""
        sent = self.held.form_path(practice)
        return self.held.workspace.inbox / sent.parent.name / f"{sent.stem}{ending}"

    def arrive(self, path: Path, data: bytes) -> None:
        """A file comes in, later than all before it."""
        put(path, data)
        self.clock += _STEP
        os.utime(path, (self.clock, self.clock))


def _slips(year: FiscalYear) -> dict[int, dict[str, str | int]]:
    """Mistakes in single cells, by practice."""
    return {
        SCORE_OF_FIVE: {field_name("進捗度", year): 5},
        NO_REVISION: {field_name(Stem.REVISION, year): ""},
        NO_REASONS: {reason_name("連携度"): "", reason_name(OVERALL): ""},
        NO_RESULT: {field_name(Stem.RESULT, year, 1): ""},
    }


def _first_returns(desk: _Desks) -> None:
    """Most are in order; some slip, one department sends a zip, and one nothing at all."""
    slips = _slips(desk.held.year)
    zipped: list[Practice] = []
    for practice in desk.practices:
        path = desk.path(practice)
        if practice.lead == ZIPPED:
            zipped.append(practice)
        elif practice.no == TWICE:
            draft = desk.filled(practice, 特記事項="後日、書き直したものを送ります。")
            desk.arrive(path, draft)
            desk.arrive(desk.path(practice, "（差替え）.xlsx"), desk.filled(practice))
        elif practice.lead != SILENT:
            data = desk.filled(practice, **slips.get(practice.no, {}))
            if practice.no == TRUNCATED:
                data = data[: len(data) // 2]
            elif practice.no == WITHOUT_NAMES:
                data = without_names(data)
            desk.arrive(path, data)
        if practice.no == LOCKED:
            desk.arrive(path.with_name(f"~${path.name}"), b"\x05Excel".ljust(165, b"\0"))
    desk.arrive(desk.held.workspace.inbox / f"{ZIPPED}.zip", _zip(desk, zipped))


def _second_returns(desk: _Desks) -> None:
    """What was sent back comes corrected; the torn file is sent again; the silent one answers."""
    slips = _slips(desk.held.year)
    for practice in desk.practices:
        if practice.no in slips:
            desk.arrive(desk.path(practice, "（修正）.xlsx"), desk.filled(practice))
        elif practice.no == TRUNCATED or practice.lead == SILENT:
            desk.arrive(desk.path(practice), desk.filled(practice))


def _council(desk: _Desks) -> Council:
    """Every member answers."""
    held = desk.held
    sheets = send_ballots(held, members.COUNT)
    with Register.open(held.workspace.register, write=False) as register:
        figures = figures_of(register, held)
    typed = members.ballots(figures)
    for number, (sheet, said) in enumerate(zip(sheets, typed, strict=True), start=1):
        data = ballot.workbook(figures, Member(number), said)
        desk.arrive(held.workspace.inbox / ballot.SHEET / sheet.name, data)
    return collect_ballots(held)


def without_names(data: bytes) -> bytes:
    """The workbook as programs save it that drop defined names."""
    parts = unpacked(data)
    book = "xl/workbook.xml"
    parts[book] = re.sub(rb"<definedNames>.*</definedNames>", b"", parts[book], flags=re.S)
    return packed(parts)


def _zip(desk: _Desks, practices: Sequence[Practice]) -> bytes:
    """A department's forms in one zip, one of them under a name of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for practice in practices:
            name = "提出用（最終）.xlsx" if practice.no == RENAMED else desk.path(practice).name
            member = zipfile.ZipInfo(f"{ZIPPED}/{name}", time.localtime(desk.clock)[:6])
            archive.writestr(member, desk.filled(practice))
    return same_everywhere(buffer.getvalue())
