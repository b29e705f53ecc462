"""`distribute` in a workspace: which files, whose, what happens the second time."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from workbook_tools.distribute.distribute import LIST_NAME, distribute
from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.form import layout
from workbook_tools.outbox import Outcome
from workbook_tools.plan.model import Plan
from workbook_tools.plan.read_master import sample
from workbook_tools.register.database import Register
from workbook_tools.register.records import PastResult
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace, digest

PLAN = sample()
R2, R3, R4 = (FiscalYear.parse(year) for year in ("R2", "R3", "R4"))
NOW, LATER = "2022-04-01T09:00:00+09:00", "2022-04-02T09:00:00+09:00"


def small(*numbers: int, base: Plan = PLAN) -> Plan:
    """The sample plan with only some of its practices: quicker to write."""
    chosen = tuple(practice for practice in base.practices if practice.no in numbers)
    return dataclasses.replace(base, practices=chosen)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def files(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.root / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_all_running_practices_of_the_sample(workspace: Workspace) -> None:
    with Register.open(workspace.register) as register:
        facts = [
            PastResult(no, {"進捗度": 2, "連携度": 3, "効率性": 1, "創造性": 2}, "B", None)
            for no in (1, 16)
        ]
        register.take_history(R2, facts, "0" * 64)
    done = distribute(Round(workspace, PLAN, NOW))
    assert len(done.having(Outcome.WRITTEN)) == 66
    numbers = {delivery.practice.no for delivery in done.deliveries if delivery.practice}
    assert {44, 45, 60, 63}.isdisjoint(numbers)
    written = files(workspace)
    assert "R3/（政）政策推進課/No01_ガバメントクラウドファンディングの実施.xlsx" in written
    assert "R3/（民）窓口サービス課.zip" in written
    assert not any("各担当部署" in name for name in written)
    form = layout.form_of(PLAN)
    for name, data in written.items():
        if "/No" in name:
            _carries_all_names(form, data)
    scores = {"進捗度_R2": 2, "連携度_R2": 3, "効率性_R2": 1, "創造性_R2": 2}
    book = openpyxl.load_workbook(
        io.BytesIO(
            written["R3/（民）窓口サービス課/No16_住民異動等におけるタブレット端末の活用.xlsx"]
        )
    )
    for field, score in scores.items():
        cell = book[layout.SHEETS[0]][form[field].area.a1]
        assert (cell.value, cell.protection.locked) == (score, True)


def _carries_all_names(form: layout.Form, data: bytes) -> None:
    names = openpyxl.load_workbook(io.BytesIO(data)).defined_names
    assert {field.name for field in form.fields} <= set(names)


def test_the_list_says_what_goes_to_whom(workspace: Workspace) -> None:
    department = dataclasses.replace(PLAN.department("（政）政策推進課"), contact="内線 2101")
    others = tuple(known for known in PLAN.departments if known.name != department.name)
    plan = dataclasses.replace(small(1), departments=(department, *others))
    distribute(Round(workspace, plan, NOW))
    sheet = openpyxl.load_workbook(workspace.forms(R3) / LIST_NAME)["配布一覧"]
    row = dict(zip([cell.value for cell in sheet[3]], sheet[4], strict=True))
    file = "（政）政策推進課/No01_ガバメントクラウドファンディングの実施.xlsx"
    assert row["小№"].value == 1
    assert row["担当部署（送付先）"].value == "（政）政策推進課"
    assert row["関係部署"].value == "（財）財政課"
    assert row["連絡先"].value == "内線 2101"
    assert row["ファイル"].value == file
    assert row["提出期限"].value.date() == PLAN.deadline
    assert row["sha256"].value == digest((workspace.forms(R3) / file).read_bytes())


def test_the_zip_holds_the_departments_files(workspace: Workspace) -> None:
    distribute(Round(workspace, small(16, 17), NOW))
    with zipfile.ZipFile(workspace.forms(R3) / "（民）窓口サービス課.zip") as archive:
        assert archive.namelist() == [
            "（民）窓口サービス課/No16_住民異動等におけるタブレット端末の活用.xlsx",
            "（民）窓口サービス課/No17_窓口の混雑状況に関する市民周知.xlsx",
        ]


def undated(written: dict[str, bytes]) -> dict[str, bytes]:
    """All but the letters: they bear the day on which they were written."""
    found = {name: data for name, data in written.items() if "依頼文" not in name}
    assert len(found) < len(written)
    return found


def test_two_runs_write_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    distribute(Round(workspace, small(16), NOW))
    first = files(workspace)
    again = distribute(Round(workspace, small(16), LATER))
    assert [delivery.outcome for delivery in again.deliveries] == [Outcome.UNCHANGED]
    (tmp_path / "other").mkdir()
    other = Workspace(tmp_path / "other")
    distribute(Round(other, small(16), LATER))
    assert files(workspace) == first
    assert undated(files(other)) == undated(first)


def test_an_edited_file_is_left_alone(workspace: Workspace) -> None:
    practices = small(16, 17)
    distribute(Round(workspace, practices, NOW))
    edited = Round(workspace, practices, NOW).form_path(PLAN.practice(16))
    edited.write_bytes(b"somebody's work")
    done = distribute(Round(workspace, practices, LATER))
    assert [delivery.outcome for delivery in done.deliveries] == [Outcome.EDITED, Outcome.UNCHANGED]
    assert edited.read_bytes() == b"somebody's work"
    done = distribute(Round(workspace, practices, LATER), force=True)
    assert [delivery.outcome for delivery in done.deliveries] == [
        Outcome.WRITTEN,
        Outcome.UNCHANGED,
    ]
    assert edited.read_bytes() != b"somebody's work"


def test_only_what_changed_is_rewritten(workspace: Workspace) -> None:
    distribute(Round(workspace, small(16, 17), NOW))
    renamed = dataclasses.replace(PLAN.practice(17), title="混雑の見える化")
    changed = dataclasses.replace(PLAN, practices=(PLAN.practice(16), renamed))
    done = distribute(Round(workspace, changed, LATER))
    assert [delivery.outcome for delivery in done.deliveries] == [
        Outcome.UNCHANGED,
        Outcome.WRITTEN,
        Outcome.REMOVED,
    ]
    names = [name for name in files(workspace) if "No17" in name]
    assert names == ["R3/（民）窓口サービス課/No17_混雑の見える化.xlsx"]


def test_a_file_of_ours_that_the_register_forgot_is_taken_up_again(workspace: Workspace) -> None:
    distribute(Round(workspace, small(16), NOW))
    workspace.register.unlink()  # as if the run had been killed before its end
    done = distribute(Round(workspace, small(16), LATER))
    assert [delivery.outcome for delivery in done.deliveries] == [Outcome.UNCHANGED]


def test_an_item_that_ended_is_not_sent(workspace: Workspace) -> None:
    with Register.open(workspace.register) as register:
        register.take_history(R3, [PastResult(16, {}, None, R3)], "0" * 64)
    done = distribute(Round(workspace, small(16, 17).of_year(R4), NOW))
    assert [delivery.practice.no for delivery in done.deliveries if delivery.practice] == [17]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('ＡＩ/ＲＰＡ: "導入"?', "No16_ＡＩ／ＲＰＡ： ”導入”？.xlsx"),
        ("aux", "No16__aux.xlsx"),
        ("改行\nのある題", "No16_改行 のある題.xlsx"),
        ("..\\..\\外", "No16_..￥..￥外.xlsx"),
        ("長" * 200, f"No16_{'長' * 60}.xlsx"),
    ],
)
def test_file_names_are_legal_on_windows(workspace: Workspace, title: str, name: str) -> None:
    practice = dataclasses.replace(PLAN.practice(16), title=title)
    distribute(Round(workspace, dataclasses.replace(PLAN, practices=(practice,)), NOW))
    assert f"R3/（民）窓口サービス課/{name}" in files(workspace)


def test_a_year_outside_the_plan(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="令和７年度は計画期間（Ｒ２～Ｒ６）の外です"):
        distribute(Round(workspace, PLAN.of_year(FiscalYear.parse("R7")), NOW))
    assert not workspace.register.exists()


def test_a_folder_that_cannot_be_made(workspace: Workspace) -> None:
    (workspace.root / "templates").write_text("a file stands where the folder should be")
    with pytest.raises(UserError, match="書けません"):
        distribute(Round(workspace, small(16), NOW))
    with Register.open(workspace.register) as register:
        assert not register.distributed(R3)
