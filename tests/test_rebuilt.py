"""Whatever happens in a city's years, a register made anew from archive and ledger is the same.

Random years are played: forms out, returns right, faulty, protected, doubled and late, files moved
and removed, receipts taken back and restored, council sheets, lists, letters, plan masters changed
and rolled over. ``REBUILT_SEEDS=200`` plays more of them.
"""

from __future__ import annotations

import dataclasses
import io
import os
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msoffcrypto.format.ooxml as ooxml
import openpyxl
import pytest

from tests.samples import PLAN, R3, R4, returned
from workbook_tools.closing.close import close, reopen
from workbook_tools.closing.dispose import dispose
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect
from workbook_tools.collect.withdraw import withdraw
from workbook_tools.consolidate.consolidate import consolidate, gather_contents
from workbook_tools.council import ballot
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute as send_ballots
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import FiscalYear
from workbook_tools.figures import export
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.plan.model import Member, Plan
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.register import receipts, tables
from workbook_tools.register.database import Register
from workbook_tools.register.records import PastResult
from workbook_tools.register.round import Round, of_master, open_round
from workbook_tools.send_back.send_back import return_forms
from workbook_tools.verify.verify import verify
from workbook_tools.workspace import Workspace

WORD = "himitsu"
NUMBERS = (13, 16, 17)
SEEDS = int(os.environ.get("REBUILT_SEEDS", "5"))
KINDS: dict[str, dict[str, str | int]] = {
    "right": {},
    "another": {"特記事項": "書き直した。"},
    "faulty": {"進捗度_R3": 9, "進捗度_R4": 9},
    "ending": {"取組終了_年": 4, "取組終了_月": 3, "取組予定_R4_1": ""},
}


def plan_of(year: FiscalYear, version: int) -> Plan:
    practices = tuple(dataclasses.replace(PLAN.practice(no), finished=None) for no in NUMBERS)
    return dataclasses.replace(
        PLAN,
        name=f"計画の第{version}版",
        practices=practices,
        evaluated=year,
        members=(Member(1), Member(2)),
    )


@cache
def form(no: int, year: FiscalYear, kind: str) -> bytes:
    plan = plan_of(year, 0)
    known = {field for field in KINDS[kind] if not field.startswith("進捗度") or str(year) in field}
    changes = {field: KINDS[kind][field] for field in known}
    return returned(no, year, plan, **changes)


@cache
def locked(no: int, year: FiscalYear) -> bytes:
    out = io.BytesIO()
    ooxml.OOXMLFile(io.BytesIO(form(no, year, "right"))).encrypt(WORD, out)
    return out.getvalue()


# What is refused in one sentence, and rightly.
_REFUSALS = "取り消し|まだありません|確定しています|確定していません|廃棄されています"


class City:
    """A workspace in which things happen."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.workspace = Workspace(folder)
        self.workspace.inbox.mkdir()
        self.year, self.version, self.clock, self.files = R3, 0, 0, 0
        self.put_master()
        with Register.open(self.workspace.register) as register:
            results = [PastResult(no, {"進捗度": 2}, "B", None) for no in NUMBERS]
            register.take_history(R3 - 1, results, "")

    @property
    def now(self) -> str:
        """A clock that is sometimes set back."""
        self.clock += 1
        day = self.chance.choice((self.clock % 27, self.clock % 27, 1)) + 1
        return f"{self.year.western + 1}-04-{day:02d}T09:00:{self.clock % 60:02d}+09:00"

    def put_master(self) -> None:
        put(self.workspace.plan_master, master(plan_of(self.year, self.version)))

    def held(self) -> Round:
        past = R3 if self.year == R4 and self.chance.random() < 0.2 else None
        try:
            return open_round(self.workspace, past, self.now)
        except UserError as error:
            assert "登録されていません" in str(error) or "廃棄" in str(error)  # noqa: PT017
            return of_master(self.workspace, self.now)

    def place(self, name: str, data: bytes) -> None:
        self.files += 1
        path = self.workspace.inbox / name
        put(path, data)
        at = 1_650_000_000 + self.chance.randrange(1000)
        os.utime(path, (at, at))

    # what may happen

    def forms_out(self) -> None:
        distribute(self.held())

    def forms_back(self) -> None:
        for _ in range(self.chance.randrange(1, 4)):
            no, kind = self.chance.choice(NUMBERS), self.chance.choice(list(KINDS))
            year = self.chance.choice((self.year, self.year, R3))
            folder = self.chance.choice(("", "民生/"))
            name = f"{folder}{self.chance.choice(('a', 'b', 'c'))}{no}.xlsx"
            self.place(name, form(no, year, kind))

    def protected_back(self) -> None:
        self.place(f"保護{self.chance.randrange(3)}.xlsx", locked(16, self.year))

    def rubbish(self) -> None:
        self.place("memo.xlsx", self.chance.choice((b"memo", b"other", b"")))
        self.place("~$a.xlsx", b"lock")

    def removed(self) -> None:
        there = [path for path in self.workspace.inbox.rglob("*") if path.is_file()]
        if there:
            self.chance.choice(there).unlink()

    def moved(self) -> None:
        there = [path for path in self.workspace.inbox.glob("*.xlsx") if path.is_file()]
        if there:
            path = self.chance.choice(there)
            path.rename(path.with_name(f"移動{self.files}.xlsx"))
            self.files += 1

    def collected(self) -> None:
        held = self.held()
        passwords = (WORD,) if self.chance.random() < 0.5 else ()
        report.write(held, collect(held, passwords=passwords))

    def taken_back(self) -> None:
        held = self.held()
        with Register.open(self.workspace.register, write=False) as register:
            arrived = receipts.receipts(register, held.year)
        if arrived:
            arrival = self.chance.choice(arrived)
            name = self.chance.choice((arrival.name, arrival.sha256[:8]))
            withdraw(held, name, "誤り", undo=bool(arrival.withdrawn_at))

    def ballots_out(self) -> None:
        held = self.held()
        send_ballots(held, None)

    def ballots_back(self) -> None:
        held = self.held()
        member = self.chance.choice((1, 2))
        path = held.workspace.forms(held.year) / ballot.SHEET / ballot.file_name_of(Member(member))
        if not path.exists():
            return
        book = openpyxl.load_workbook(path)
        for name in ("評価_05", "意見_05"):
            if name in book.defined_names:
                cell = book.defined_names[name].attr_text.rpartition("!")[2].replace("$", "")
                score = self.chance.choice((1, 3, 5, 9))
                book[ballot.SHEET][cell] = score if name == "評価_05" else "よい。"
        buffer = io.BytesIO()
        book.save(buffer)
        self.place(f"評価{member}{self.chance.choice('ab')}.xlsx", buffer.getvalue())

    def ballots_collected(self) -> None:
        collect_ballots(self.held())

    def listed(self) -> None:
        consolidate(self.held())

    def sent_back(self) -> None:
        return_forms(self.held())

    def closed(self) -> None:
        close(self.held())

    def reopened(self) -> None:
        reopen(self.held(), "正誤表")

    def disposed_of(self) -> None:
        if self.year == R4:
            dispose(self.workspace, R3, "保存期間満了", self.now)

    def master_changed(self) -> None:
        self.version += 1
        self.put_master()

    def rolled_over(self) -> None:
        self.year = R4
        self.put_master()

    def live(self, steps: int) -> None:
        often = [self.forms_back, self.forms_back, self.collected, self.collected, self.taken_back]
        seldom = [
            self.forms_out,
            self.protected_back,
            self.rubbish,
            self.removed,
            self.moved,
            self.ballots_out,
            self.ballots_back,
            self.ballots_collected,
            self.listed,
            self.sent_back,
            self.master_changed,
            self.closed,
            self.reopened,
            self.reopened,
            self.disposed_of,
        ]
        happenings: list[Callable[[], None]] = [*often, *seldom]
        for at in range(steps):
            if at == steps // 2:
                self.rolled_over()
            try:
                self.chance.choice(happenings)()
            except UserError as error:
                assert re.search(_REFUSALS, str(error)), error  # noqa: PT017


def rows(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with Register.open(workspace.register, write=False) as register:
        return dict(tables.rows(register))


def published(workspace: Workspace) -> dict[str, object]:
    """Exports and lists of every round."""
    told: dict[str, object] = {}
    for year in (R3, R4):
        try:
            held = open_round(workspace, year, "2024-05-01T09:00:00+09:00")
            told[f"export {year}"] = export.document(gather_contents(held).figures, "")
            told[f"list {year}"] = consolidate(held).paths[0].read_bytes()
        except UserError as error:
            told[str(year)] = str(error)
    return told


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_register_made_anew_is_the_same(tmp_path: Path, seed: int) -> None:
    city = City(tmp_path, seed)
    city.live(34)
    lists = published(city.workspace)
    before = rows(city.workspace)
    today = of_master(city.workspace, "2024-05-01T09:00:00+09:00")
    checked = verify(today, lambda done, total: None)
    assert checked.wrong == ()
    made = rebuild(today, lambda done, total: None)
    after = rows(city.workspace)
    for name in before:
        assert after[name] == before[name], name
    assert made.told == ()
    assert published(city.workspace) == lists
    assert verify(today, lambda done, total: None).wrong == ()
