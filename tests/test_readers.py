"""Several readers give what one gives, in the same order (processes, and a Dask cluster of two)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.samples import PLAN, R3, returned
from workbook_tools.collect.collect import Readers, collect
from workbook_tools.collect.collection import Collection
from workbook_tools.findings import UserError
from workbook_tools.intake import in_parallel
from workbook_tools.outbox import put
from workbook_tools.register.database import Register
from workbook_tools.register.results import answers
from workbook_tools.register.round import Round
from workbook_tools.register.submissions import forms
from workbook_tools.workspace import Workspace

NOW = "2022-04-20T09:00:00+09:00"
NUMBERS = (12, 13, 16, 17, 18)
ALONE = Readers()
FEW = dataclasses.replace(PLAN, practices=tuple(PLAN.practice(no) for no in NUMBERS))


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    for no in NUMBERS:
        put(folder / f"No{no}.xlsx", returned(no, 進捗度_R3=no % 5))
    put(folder / "memo.xlsx", b"no workbook")
    put(folder / "copy.xlsx", returned(16, 進捗度_R3=1))
    return folder


def play(inbox: Path, folder: Path, readers: Readers = ALONE) -> tuple[Collection, object]:
    workspace = Workspace(folder)
    for path in sorted(inbox.iterdir()):
        put(workspace.inbox / path.name, path.read_bytes())
    done = collect(Round(workspace, FEW, NOW), readers=readers)
    with Register.open(workspace.register) as register:
        return done, (forms(register, R3), answers(register, R3))


@pytest.mark.parametrize("by_ourselves", [0, 2, 100])
def test_processes_give_what_one_reader_gives(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_ourselves: int
) -> None:
    started: list[int] = []
    processes = in_parallel.processes

    def counted(read: in_parallel.Read, jobs: int) -> object:
        started.append(jobs)
        return processes(read, jobs)

    monkeypatch.setattr(in_parallel, "ALONE", by_ourselves)
    monkeypatch.setattr(in_parallel, "processes", counted)
    alone = play(inbox, tmp_path / "one")
    assert alone[0].findings
    assert play(inbox, tmp_path / "two", Readers(jobs=2)) == alone
    assert started == ([2] if by_ourselves < 100 else [])


def test_a_cluster_gives_what_one_reader_gives(inbox: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    alone = play(inbox, tmp_path / "one")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        together = play(inbox, tmp_path / "two", Readers(scheduler=cluster.scheduler_address))
    assert together == alone


def test_a_cluster_that_is_not_there(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(in_parallel, "PATIENCE", 0.5)
    with pytest.raises(UserError, match="つながりません"):
        play(inbox, tmp_path, Readers(scheduler="tcp://127.0.0.1:9"))
