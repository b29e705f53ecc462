"""`return`: marked copies, fresh forms, cover texts and reminders; and the way back."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.office import convert, needs_office
from tests.samples import FORM, PLAN, R3, complete, returned
from tests.test_collect import put
from tests.test_marking import FAULTS
from workbook_tools.collect.collect import collect
from workbook_tools.collect.collection import Collection
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import Severity, UserError
from workbook_tools.form import layout
from workbook_tools.letters.letters import GAPS
from workbook_tools.letters.templates import fill
from workbook_tools.outbox import Outcome
from workbook_tools.register.database import Register
from workbook_tools.register.records import PracticeState
from workbook_tools.register.round import Round
from workbook_tools.register.standing import practice_states
from workbook_tools.register.submissions import forms
from workbook_tools.send_back.send_back import Returning, return_forms
from workbook_tools.workspace import Workspace

NOW = "2022-04-20T09:00:00+09:00"
OTHER = next(
    practice.no
    for practice in PLAN.practices
    if practice.lead != PLAN.practice(16).lead and not practice.finished
)
FEW = dataclasses.replace(
    PLAN,
    practices=tuple(PLAN.practice(no) for no in (OTHER, 16, 17)),
    deadline=date(2022, 4, 22),
)
OUT = "outbox/差戻し/R3"
LEAD = FEW.practice(16).lead


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def run(workspace: Workspace, now: str = NOW, *, force: bool = False) -> Returning:
    collect(Round(workspace, FEW, now))
    return return_forms(Round(workspace, FEW, now), force=force)


def states(done: Collection) -> dict[int, str]:
    return {known.practice.no: known.state.value for known in done.practices}


def codes_of(done: Collection, no: int) -> list[str]:
    return [finding.code for finding in done.findings if finding.place.item_no == no]


def sent_back(practices: Iterable[PracticeState], no: int) -> list[int]:
    """How often a practice went back."""
    return [known.faulty_versions for known in practices if known.practice.no == no]


def text(workspace: Workspace, name: str) -> str:
    data = (workspace.root / OUT / name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def paths(done: Returning) -> list[str]:
    return sorted(written.path.removeprefix(f"{OUT}/") for written in done.written)


def mended(data: bytes) -> bytes:
    """What the department types into the coloured cells of the copy."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    right = {**complete(FEW.practice(16)), "取組終了_年": "", "取組終了_月": "", "創造性_R4": "-"}
    for name in FAULTS:
        field = FORM[name]
        book[layout.SHEETS[field.sheet]][field.area.a1] = right[name] or None
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_there_and_back_again(workspace: Workspace) -> None:
    put(workspace, "窓口/No16_提出.xlsx", returned(16, **FAULTS), at=1)
    put(workspace, "No17.xlsx", returned(17), at=1)
    done = run(workspace)
    assert set(paths(done)) == {
        f"{LEAD}/No16_提出.xlsx",
        f"{LEAD}/連絡文.txt",
        f"督促_{FEW.practice(OTHER).lead}.txt",
    }
    copy = (workspace.root / OUT / LEAD / "No16_提出.xlsx").read_bytes()
    put(workspace, "窓口/No16_提出.xlsx", mended(copy), at=2)
    again = collect(Round(workspace, FEW, NOW))
    assert states(again) == {OTHER: "未提出", 16: "受理", 17: "受理"}
    assert codes_of(again, 16) == ["F008"]
    with Register.open(workspace.register) as register:
        versions = forms(register, R3)
    assert [str(form.status) for form in versions if form.practice_no == 16] == ["要修正", "受理"]
    assert sent_back(again.practices, 16) == [1]
    after = return_forms(Round(workspace, FEW, NOW))
    removed = [written.path.rpartition("/")[2] for written in after.having(Outcome.REMOVED)]
    assert removed == ["No16_提出.xlsx", "連絡文.txt"]
    assert not (workspace.root / OUT / LEAD).exists()


@needs_office
def test_there_and_back_through_libreoffice(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, **FAULTS), at=1)
    run(workspace)
    copy = (workspace.root / OUT / LEAD / "No16.xlsx").read_bytes()
    put(workspace, "No16.xlsx", convert({"x": mended(copy)}, "xlsx")["x"], at=2)
    assert states(collect(Round(workspace, FEW, NOW)))[16] == "受理"


def test_faulty_again_and_again(workspace: Workspace) -> None:
    """An accepted version does not keep a newer faulty one from going back (旧版)."""
    put(workspace, "a.xlsx", returned(16), at=1)
    put(workspace, "b.xlsx", returned(16, 進捗度_R3=9), at=2)
    run(workspace)
    copy = (workspace.root / OUT / LEAD / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(copy))
    book[layout.SHEETS[0]][FORM["進捗度_R3"].area.a1] = 8
    buffer = io.BytesIO()
    book.save(buffer)
    put(workspace, "c.xlsx", buffer.getvalue(), at=3)
    done = run(workspace)
    assert f"{LEAD}/c.xlsx" in paths(done)
    assert not (workspace.root / OUT / LEAD / "b.xlsx").exists()
    book = openpyxl.load_workbook(workspace.root / OUT / LEAD / "c.xlsx")
    assert [row[5].value for row in book["確認結果"].iter_rows(min_row=5)] == [
        "Ｒ３年度の進捗度が『8』です。"
    ]
    with Register.open(workspace.register) as register:
        states_now = practice_states(register, FEW, forms(register, R3))
    assert sent_back(states_now, 16) == [2]


def test_the_cover_text_and_the_reminder(workspace: Workspace) -> None:
    distribute(Round(workspace, FEW, NOW))
    put(workspace, "No16.xlsx", returned(16, **FAULTS))
    done = run(workspace)
    cover = text(workspace, f"{LEAD}/連絡文.txt")
    for words in (
        f"{LEAD}　御中",
        "令和３年度末",
        "次の1件",
        f"№16　{FEW.practice(16).title}",
        "誤り10件、注意1件",
        "・進捗状況シート①のM5：Ｒ３年度の工程の状況が空欄です。",
        "ほか8件",
        "令和４年４月２２日（金）",
        FEW.secretariat,
    ):
        assert words in cover
    assert "{" not in cover
    assert "期限を過ぎています" not in cover
    silent = FEW.practice(OTHER)
    reminder = text(workspace, f"督促_{silent.lead}.txt")
    assert f"№{OTHER}　{silent.title}" in reminder
    assert all(partner in reminder for partner in silent.partners)
    assert f"様式： No{OTHER:02d}_" in reminder
    counts = {
        known.department: (known.returned, known.fresh, known.missing) for known in done.departments
    }
    assert counts[LEAD] == (1, 0, 1 if FEW.practice(17).lead == LEAD else 0)
    run(workspace, "2022-04-25T09:00:00+09:00")
    assert "期限を過ぎています" in text(workspace, f"{LEAD}/連絡文.txt")


def test_partners_are_named(workspace: Workspace) -> None:
    joint = next(practice for practice in PLAN.practices if practice.partners)
    plan = dataclasses.replace(FEW, practices=(joint,))
    return_forms(Round(workspace, plan, NOW))
    reminder = text(workspace, f"督促_{joint.lead}.txt")
    assert f"（関係部署： {'、'.join(joint.partners)}）" in reminder


def test_a_second_run_writes_nothing_and_edited_files_stay(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3=9))
    run(workspace)
    assert {written.outcome for written in run(workspace).written} == {Outcome.UNCHANGED}
    cover = workspace.root / OUT / LEAD / "連絡文.txt"
    cover.write_text("書き直した", encoding="utf-8")
    late = "2022-04-30T09:00:00+09:00"
    done = run(workspace, late)
    edited = [written.path for written in done.having(Outcome.EDITED)]
    assert edited == [f"{OUT}/{LEAD}/連絡文.txt"]
    assert cover.read_text(encoding="utf-8") == "書き直した"
    run(workspace, late, force=True)
    assert "期限を過ぎています" in text(workspace, f"{LEAD}/連絡文.txt")
    strange = cover.with_name("控え.txt")
    strange.write_text("よその人のファイル", encoding="utf-8")
    put(workspace, "No16_2.xlsx", returned(16), at=5)
    run(workspace, late)
    assert sorted(path.name for path in strange.parent.iterdir()) == ["控え.txt"]


@needs_office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_other_formats_are_answered_with_a_fresh_form(workspace: Workspace, kind: str) -> None:
    faulty = returned(16, 進捗度_R3=9, 評価理由_連携度="", 取組終了_年="四年")
    put(workspace, f"No16.{kind}", convert({"x": faulty}, kind)["x"])
    done = run(workspace)
    (name,) = [path for path in paths(done) if path.endswith(".xlsx")]
    assert name.startswith(f"{LEAD}/No16_")
    book = openpyxl.load_workbook(workspace.root / OUT / name)
    for field, value in {**complete(FEW.practice(16)), "進捗度_R3": 9}.items():
        if field != "評価理由_連携度":
            cell = book[layout.SHEETS[FORM[field].sheet]][FORM[field].area.a1]
            assert cell.value == value, field
    places = {row[3].value for row in book["確認結果"].iter_rows(min_row=5)}
    assert {FORM["進捗度_R3"].area.a1, FORM["評価理由_連携度"].area.a1} <= places
    assert "新しい様式をお送りします" in text(workspace, f"{LEAD}/連絡文.txt")
    assert [known.fresh for known in done.departments if known.department == LEAD] == [1]
    cell = book[layout.SHEETS[0]][FORM["進捗度_R3"].area.a1]
    assert not cell.protection.locked
    assert cell.fill.fgColor.rgb == "FFFFB3BD"


def test_unreadable_files_go_to_whom_their_name_tells(workspace: Workspace) -> None:
    put(workspace, "No16_壊れた.xlsx", b"PK\x03\x04 broken")
    put(workspace, f"{FEW.practice(OTHER).lead}/様式.xlsx", b"PK\x03\x04 broken too")
    put(workspace, "だれか.xlsx", b"broken as well")
    run(workspace)
    cover = text(workspace, f"{LEAD}/連絡文.txt")
    assert "No16_壊れた.xlsx" in cover
    fresh = list((workspace.root / OUT / LEAD).glob("No16_*.xlsx"))
    assert len(fresh) == 1
    assert "様式.xlsx" in text(workspace, f"{FEW.practice(OTHER).lead}/連絡文.txt")
    unknown = text(workspace, "連絡文_差出部署不明.txt")
    assert "だれか.xlsx" in unknown
    assert "壊れた" not in unknown
    # Once the item is there, the broken file is nobody's worry.
    put(workspace, "No16.xlsx", returned(16), at=9)
    run(workspace)
    assert not (workspace.root / OUT / LEAD / "連絡文.txt").exists()


def test_several_items_in_one_workbook(workspace: Workspace) -> None:
    book = openpyxl.load_workbook(io.BytesIO(returned(16, 進捗度_R3=9)))
    other = openpyxl.load_workbook(io.BytesIO(returned(OTHER, 連携度_R3=7)))
    for name in layout.SHEETS:
        sheet = book.create_sheet(f"{name}(2)")
        for row in other[name].iter_rows():
            for cell in row:
                sheet.cell(cell.row, cell.column, cell.value)
        for area in other[name].merged_cells.ranges:
            sheet.merge_cells(str(area))
    buffer = io.BytesIO()
    book.save(buffer)
    put(workspace, "まとめて.xlsx", buffer.getvalue())
    done = run(workspace)
    lead = FEW.practice(OTHER).lead
    assert [path for path in paths(done) if path.endswith(".xlsx")] == [f"{lead}/まとめて.xlsx"]
    assert f"№{OTHER}　" in text(workspace, f"{lead}/連絡文.txt")
    assert f"『{lead}』のフォルダーの まとめて.xlsx" in text(workspace, f"{LEAD}/連絡文.txt")
    listed = openpyxl.load_workbook(workspace.root / OUT / lead / "まとめて.xlsx")["確認結果"]
    sheets = {row[2].value for row in listed.iter_rows(min_row=5) if row[1].value == "誤り"}
    assert sheets == {layout.SHEETS[0], f"{layout.SHEETS[0]}(2)"}


def test_an_unknown_number_is_marked_and_named(workspace: Workspace) -> None:
    put(workspace, "a.xlsx", returned(18))
    run(workspace)
    assert (workspace.root / OUT / "差出部署不明" / "a.xlsx").exists()
    assert "a.xlsx" in text(workspace, "連絡文_差出部署不明.txt")


def test_namesakes_and_zips(workspace: Workspace) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as folder:
        folder.writestr("a/様式.xlsx", returned(16, 進捗度_R3=9))
        folder.writestr("b/様式.xlsx", returned(17, 進捗度_R3=9))
    put(workspace, "民生.zip", buffer.getvalue())
    names = [path for path in paths(run(workspace)) if path.endswith(".xlsx")]
    same = FEW.practice(17).lead == LEAD
    assert names == sorted(
        [f"{LEAD}/様式.xlsx", f"{FEW.practice(17).lead}/様式{'(2)' if same else ''}.xlsx"]
    )


def test_what_was_not_collected_yet_is_named(workspace: Workspace) -> None:
    run(workspace)
    put(workspace, "新しい.xlsx", returned(16))
    assert return_forms(Round(workspace, FEW, NOW)).not_collected == ("inbox/新しい.xlsx",)


def test_templates_may_be_edited(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3=9))
    run(workspace)
    template = workspace.root / "templates" / "連絡文.txt"
    assert template.read_bytes().startswith(b"\xef\xbb\xbf")
    template.write_bytes("{ 部署 }さん\r\n{項目一覧}\r\n{期限}".encode("cp932"))
    run(workspace)
    assert text(workspace, f"{LEAD}/連絡文.txt").startswith(f"{LEAD}さん\n№16")
    for words, told in (
        ("{部署名}", "{部署名}は使えません"),
        ("{部署.__class__}", "使えません"),
        ("{0}", "使えません"),
        ("{部署", "閉じていない『{』"),
        ("部署}", "閉じていない『}』"),
    ):
        template.write_text(words, encoding="utf-8")
        with pytest.raises(UserError, match=r"templates/連絡文\.txt") as error:
            return_forms(Round(workspace, FEW, NOW))
        assert told in str(error.value)
    template.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(UserError, match="UTF-8"):
        return_forms(Round(workspace, FEW, NOW))


def test_what_is_filled_in_is_not_a_template() -> None:
    facts = {**dict.fromkeys(GAPS, ""), "部署": "{期限}{"}
    assert fill("{部署}", "x.txt", facts) == "{期限}{"


def test_all_findings_of_the_item_are_in_the_copy(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, **FAULTS))
    done = collect(Round(workspace, FEW, NOW))
    return_forms(Round(workspace, FEW, NOW))
    listed = openpyxl.load_workbook(workspace.root / OUT / LEAD / "No16.xlsx")["確認結果"]
    said = [row[5].value for row in listed.iter_rows(min_row=5)]
    own = [finding for finding in done.findings if finding.place.item_no == 16]
    assert said == [found.message for found in own if found.severity is not Severity.INFO]
