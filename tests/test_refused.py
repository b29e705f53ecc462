"""A file that is refused concerns the round in which it arrived, and who owes something (E1)."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path

import pytest

from tests.crafted import encrypted
from tests.samples import PLAN, R3, R4, returned
from tests.test_arrivals import FEW, codes, run, send
from workbook_tools.collect.collect import collect
from workbook_tools.outbox import put
from workbook_tools.rebuild import rebuild
from workbook_tools.register.database import Register
from workbook_tools.register.receipts import lying
from workbook_tools.register.records import SourceKind
from workbook_tools.register.round import Round
from workbook_tools.send_back.send_back import return_forms
from workbook_tools.workspace import Workspace

LATER = "2023-04-20T09:00:00+09:00"
NEXT = dataclasses.replace(FEW, evaluated=R4)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def packed(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


REFUSED = {
    "資料.pdf": b"%PDF-1.7",
    "資料.zip": packed("資料.pdf", b"%PDF-1.7"),
    "壊れた.zip": b"no zip",
    "壊れた.xlsx": b"no workbook",
    "保護.xlsx": encrypted(returned(16), "secret"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_told_in_its_round_only(workspace: Workspace, name: str) -> None:
    code = "F002" if "保護" in name else "F001"
    send(workspace, name, REFUSED[name])
    assert codes(run(workspace)) == [code]
    assert codes(run(workspace)) == [code]  # as long as it lies there
    assert codes(run(workspace, LATER, NEXT)) == []
    assert codes(run(workspace)) == [code]
    send(workspace, name.replace(".", "2."), REFUSED[name])
    again = "F021" if name == "壊れた.xlsx" else code  # of that content the receipt is known
    assert codes(run(workspace, LATER, NEXT)) == [again]


def test_another_content_under_its_name_is_told(workspace: Workspace) -> None:
    send(workspace, "資料.pdf", b"%PDF-1.7")
    run(workspace)
    send(workspace, "資料.pdf", b"%PDF-1.7 more")
    assert codes(run(workspace, LATER, NEXT)) == ["F001"]


def test_a_password_that_comes_later_opens_it(workspace: Workspace) -> None:
    send(workspace, "No16.xlsx", REFUSED["保護.xlsx"])
    assert codes(run(workspace)) == ["F002"]
    done = collect(Round(workspace, FEW, LATER), passwords=("secret",))
    assert codes(done) == []
    assert done.missing == (17,)


def test_a_register_made_anew_knows_it(workspace: Workspace) -> None:
    put(workspace.plan_master, _master())
    send(workspace, "資料.pdf", b"%PDF-1.7")
    run(workspace)
    with Register.open(workspace.register, write=False) as register:
        before = register.sources(SourceKind.REFUSED)
        assert not lying(register)
    workspace.register.unlink()
    rebuild(Round(workspace, FEW, LATER), lambda done, total: None)
    with Register.open(workspace.register, write=False) as register:
        assert register.sources(SourceKind.REFUSED) == before
    assert codes(run(workspace, LATER, NEXT)) == []


def _master() -> bytes:
    from workbook_tools.plan.write_master import master

    return master(FEW)


DEPARTMENT = PLAN.practice(16).lead  # of №17 too


def letters(workspace: Workspace, plan: object, now: str) -> set[str]:
    done = return_forms(Round(workspace, plan, now))  # type: ignore[arg-type]
    files = (path for path in done.folder.rglob("*") if path.is_file())
    return {path.relative_to(done.folder).as_posix() for path in files}


def test_who_owes_nothing_gets_no_letter(workspace: Workspace) -> None:
    send(workspace, f"{DEPARTMENT}/資料.pdf", b"%PDF-1.7")
    for no in (16, 17):
        send(workspace, f"{DEPARTMENT}/No{no}.xlsx", returned(no))
    assert codes(run(workspace)) == ["F001"]
    # It is thanked for what has come, and asked for nothing.
    assert letters(workspace, FEW, LATER) == {f"受領_{DEPARTMENT}.txt"}


def test_who_owes_something_gets_one(workspace: Workspace) -> None:
    send(workspace, f"{DEPARTMENT}/資料.pdf", b"%PDF-1.7")
    send(workspace, f"{DEPARTMENT}/No16.xlsx", returned(16))
    run(workspace)
    assert f"{DEPARTMENT}/連絡文.txt" in letters(workspace, FEW, LATER)


def test_an_old_file_gives_no_letter_in_a_later_round(workspace: Workspace) -> None:
    """Before that is collected, too: only the reminder of what is missing."""
    send(workspace, f"{DEPARTMENT}/No16_資料.pdf", b"%PDF-1.7")
    run(workspace)
    assert any("No16" in name for name in letters(workspace, FEW, LATER))
    assert R3 != R4
    assert letters(workspace, NEXT, LATER) == {f"督促_{DEPARTMENT}.txt"}
