"""`collect`: what came back, what counts, what is said of it, and that nothing is lost."""

from __future__ import annotations

import dataclasses
import io
import os
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.samples import FORM, PLAN, R2, R3, R4, complete, returned
from workbook_tools.collect import report
from workbook_tools.collect.collect import check_files, collect, read_otherwise, state_of_round
from workbook_tools.collect.collection import Collection, as_json
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import Severity
from workbook_tools.form import layout
from workbook_tools.intake.read_forms import take_in
from workbook_tools.plan.model import Plan, Waiver
from workbook_tools.rebuild import rebuild
from workbook_tools.register import journal, ledger, receipts, results
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind, State
from workbook_tools.register.round import Round
from workbook_tools.text import tidy
from workbook_tools.workspace import Workspace

NOW, LATER = "2022-04-20T09:00:00+09:00", "2022-04-25T17:30:00+09:00"
FEW = dataclasses.replace(
    PLAN, practices=tuple(PLAN.practice(no) for no in (12, 16, 17, 44))
)  # 44 ended in R2: not due


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def put(workspace: Workspace, name: str, data: bytes, at: int = 0) -> Path:
    path = workspace.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (1_650_000_000 + at, 1_650_000_000 + at))
    return path


def held(workspace: Workspace, plan: Plan = FEW, now: str = NOW) -> Round:
    return Round(workspace, plan, now)


def run(workspace: Workspace, plan: Plan = FEW, now: str = NOW) -> Collection:
    return collect(held(workspace, plan, now))


def states(done: Collection) -> dict[int, str]:
    return {state.practice.no: state.state.value for state in done.practices}


def codes(done: Collection, *severities: Severity) -> list[str]:
    wanted = severities or (Severity.ERROR, Severity.WARNING)
    return [
        finding.code
        for finding in done.findings
        if finding.severity in wanted and finding.code != "X801"
    ]


def test_what_came_back_and_what_is_missing(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "民生/No17.xlsx", returned(17, 進捗度_R3=5))
    done = run(workspace)
    assert states(done) == {12: "未提出", 16: "受理", 17: "要修正"}
    assert done.missing == (12,)
    (fault,) = [
        finding
        for finding in done.findings
        if finding.severity is Severity.ERROR and finding.code == "S102"
    ]
    assert (fault.place.file, fault.place.sheet, fault.place.cell, fault.value) == (
        "inbox/民生/No17.xlsx",
        layout.SHEETS[0],
        FORM["進捗度_R3"].area.a1,
        "5",
    )
    assert [finding.place.item_no for finding in done.findings if finding.code == "X801"] == [12]
    assert done.has_errors


def test_a_clean_inbox_has_no_errors_even_if_something_is_missing(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    done = run(workspace)
    assert not done.has_errors
    assert codes(done) == []


def test_the_json_document(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    document = as_json(run(workspace))
    assert document["year"] == "R3"
    assert document["missing"] == [12, 17]
    (file,) = document["files"]  # type: ignore[misc]
    assert file["file"] == "inbox/No16.xlsx"
    assert file["forms"] == [{"item_no": 16, "status": "受理", "located_by": "names"}]
    finding = document["findings"][0]  # type: ignore[index]
    assert set(finding) == {
        *("code", "severity", "file", "sheet", "cell", "item_no", "department"),
        *("field", "value", "message", "hint"),
    }


@pytest.mark.parametrize(
    ("first", "second", "state", "counts", "said"),
    [
        ({}, {"特記事項": "書き直した。"}, "受理", "b.xlsx", ["F008"]),
        ({}, {"進捗度_R3": 9}, "旧版", "a.xlsx", ["F008", "S102"]),
        ({"進捗度_R3": 9}, {}, "受理", "b.xlsx", ["F008"]),
        ({"進捗度_R3": 9}, {"進捗度_R3": 8}, "要修正", None, ["F008", "S102"]),
    ],
    ids=["both right", "newer faulty", "corrected", "both faulty"],
)
@pytest.mark.parametrize("runs", [1, 2])
def test_the_newest_accepted_version_counts(
    workspace: Workspace,
    first: dict[str, str | int],
    second: dict[str, str | int],
    state: str,
    counts: str | None,
    said: list[str],
    runs: int,
) -> None:
    put(workspace, "a.xlsx", returned(16, **first), at=1)
    if runs == 2:
        run(workspace)
    put(workspace, "b.xlsx", returned(16, **second), at=2)
    done = run(workspace, now=LATER)
    (known,) = [known for known in done.practices if known.practice.no == 16]
    assert known.state.value == state
    assert (known.counting.file if known.counting else None) == (counts and f"inbox/{counts}")
    assert sorted(codes(done)) == said
    assert known.versions == 2


def test_within_one_run_the_files_date_decides(workspace: Workspace) -> None:
    put(workspace, "a.xlsx", returned(16, 特記事項="新しいほう"), at=20)
    put(workspace, "b.xlsx", returned(16, 特記事項="古いほう"), at=10)
    run(workspace)
    with Register.open(workspace.register) as register:
        assert results.answers(register, R3)[16]["特記事項"].value == "新しいほう"


def test_the_same_content_twice_is_one_version(workspace: Workspace) -> None:
    put(workspace, "a.xlsx", returned(16))
    put(workspace, "copy of a.xlsx", returned(16))
    done = run(workspace)
    assert codes(done) == ["F025"]
    assert [file.file for file in done.files] == ["inbox/a.xlsx", "inbox/copy of a.xlsx"]
    assert done.read_anew == 1


def test_one_sheet_under_two_numbers(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No17.xlsx", returned(16, number=17))
    done = run(workspace)
    assert codes(done) == ["F009", "F009"]
    assert not done.has_errors


def test_last_years_files_may_stay_in_the_inbox(workspace: Workspace) -> None:
    old = returned(16, R2, 特記事項="前の年度の分")
    put(workspace, "前年度/No16.xlsx", old)
    collect(Round(workspace, FEW.of_year(R2), NOW))
    put(workspace, "No16.xlsx", returned(16))
    done = run(workspace, now=LATER)
    assert codes(done) == []
    assert states(done)[16] == "受理"


def test_last_years_form_that_was_never_taken_in(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, R2))
    done = run(workspace)
    assert codes(done) == ["F011"]
    assert states(done)[16] == "要修正"


def test_an_unknown_number(workspace: Workspace) -> None:
    put(workspace, "No12.xlsx", returned(18))
    done = run(workspace)
    assert codes(done) == ["F012"]
    assert states(done) == {12: "未提出", 16: "未提出", 17: "未提出"}


def test_files_inside_a_zip(workspace: Workspace) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as folder:
        folder.writestr("窓口/No16.xlsx", returned(16))
        folder.writestr("窓口/No17.xlsx", returned(17))
    put(workspace, "民生部.zip", buffer.getvalue())
    done = run(workspace)
    assert states(done) == {12: "未提出", 16: "受理", 17: "受理"}
    assert [file.file for file in done.files] == [
        "inbox/民生部.zip/窓口/No16.xlsx",
        "inbox/民生部.zip/窓口/No17.xlsx",
    ]


def test_a_second_run_reads_nothing_anew_and_says_the_same(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No17.xlsx", returned(17, 進捗度_R3=5))
    put(workspace, "memo.xlsx", b"no workbook")
    first, second = run(workspace), run(workspace, now=LATER)
    assert (first.read_anew, second.read_anew) == (3, 0)
    assert second == dataclasses.replace(first, read_anew=0)
    assert "F001" in codes(second)


def test_the_report_is_rewritten_only_when_something_changed(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    path = report.write(held(workspace), run(workspace))
    os.utime(path, (1, 1))
    report.write(held(workspace), run(workspace, now=LATER))
    assert path.stat().st_mtime == 1
    put(workspace, "No17.xlsx", returned(17))
    report.write(held(workspace), run(workspace, now=LATER))
    assert path.stat().st_mtime > 1


def test_a_changed_plan_judges_every_file_anew(workspace: Workspace) -> None:
    file = put(workspace, "No16.xlsx", returned(16))
    assert codes(run(workspace)) == []
    file.unlink()  # the archive still has it
    practice = dataclasses.replace(PLAN.practice(16), title="まったく別の題")
    renamed = dataclasses.replace(FEW, practices=(practice,))
    done = run(workspace, renamed, LATER)
    assert codes(done) == ["F013"]
    assert done.practices[0].newest is not None
    assert done.practices[0].newest.received_at == NOW


def test_an_overwritten_inbox_loses_nothing(workspace: Workspace) -> None:
    first, second = returned(16), returned(16, 進捗度_R3=9)
    put(workspace, "No16.xlsx", first)
    run(workspace)
    put(workspace, "No16.xlsx", second)
    done = run(workspace, now=LATER)
    assert states(done)[16] == "旧版"
    kept = {
        ledger.content(workspace.archive, entry.source.sha256)
        for entry in journal.lines(workspace.archive).entries
        if entry.source.kind is SourceKind.RETURN
    }
    assert kept == {first, second}


def test_the_register_made_anew_from_the_archive(workspace: Workspace) -> None:
    distribute(Round(workspace, FEW, NOW))
    put(workspace, "a.xlsx", returned(16, 進捗度_R3=9), at=1)
    put(workspace, "b.xlsx", returned(17), at=2)
    run(workspace)
    put(workspace, "c.xlsx", returned(16), at=3)
    before = run(workspace, now=LATER)
    with Register.open(workspace.register) as register:
        sent = register.distributed(R3)
    workspace.register.write_bytes(b"damaged" * 1000)
    made = rebuild(held(workspace, now=LATER), lambda done, total: None)
    assert made.told == ()
    assert dataclasses.replace(run(workspace), read_anew=0) == dataclasses.replace(
        before, read_anew=0
    )
    with Register.open(workspace.register) as register:
        assert register.distributed(R3) == sent


def test_a_run_that_is_cut_off_leaves_no_trace(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "No17.xlsx", returned(17))

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(receipts, "note_lying", fail)
    with pytest.raises(KeyboardInterrupt):
        run(workspace)
    monkeypatch.undo()
    assert state_of_round(held(workspace)).missing == (12, 16, 17)
    assert states(run(workspace)) == {12: "未提出", 16: "受理", 17: "受理"}


def test_an_accepted_end_ends_the_practice(workspace: Workspace) -> None:
    ending = {"取組終了_年": 4, "取組終了_月": 3, "取組予定_R4_1": ""}
    put(workspace, "No16.xlsx", returned(16, **ending))
    put(workspace, "No17.xlsx", returned(17))
    assert codes(run(workspace)) == []
    with Register.open(workspace.register) as register:
        assert results.finished(register, FEW) == {16: R3}
        later = FEW.of_year(R4)
        due = later.running(results.finished(register, later))
    assert [practice.no for practice in due] == [17]  # 12 ended in R3 by the plan master


@pytest.mark.parametrize(
    ("until", "state", "said"),
    [
        (None, "受理", []),
        (date(2022, 4, 20), "受理", []),
        (date(2022, 4, 19), "要修正", ["S108", "E902"]),
    ],
    ids=["no date", "last day", "past"],
)
def test_an_exception_of_the_secretariat(
    workspace: Workspace, until: date | None, state: str, said: list[str]
) -> None:
    waiver = Waiver(16, "S108", "総合評価に含めて説明", "室長", until)
    plan = dataclasses.replace(FEW, waivers=(waiver,))
    put(workspace, "No16.xlsx", returned(16, 評価理由_連携度=""))
    done = run(workspace, plan)
    assert states(done)[16] == state
    assert codes(done) == said
    if state == "受理":
        (info,) = [finding for finding in done.findings if finding.code == "S108"]
        assert info.severity is Severity.INFO
        assert "理由：総合評価に含めて説明、承認：室長" in info.hint


def test_an_exception_that_nothing_needs(workspace: Workspace) -> None:
    plan = dataclasses.replace(
        FEW, waivers=(Waiver(16, "S108", "不要"), Waiver(17, "S108", "未着"))
    )
    put(workspace, "No16.xlsx", returned(16))
    done = run(workspace, plan)
    said = [finding for finding in done.findings if finding.code.startswith("E")]
    assert [(finding.code, finding.place.item_no) for finding in said] == [("E901", 16)]


def test_scores_and_texts_come_back_next_year(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3="３", 課題_R4="Ｒ３と同じ"))
    run(workspace)
    with Register.open(workspace.register) as register:
        scores = results.scores(register, FEW)
        year, raw = results.answers_before(register, FEW.of_year(R4))[16]
    assert scores[R3][16] == {"進捗度": 3, "連携度": 2, "効率性": 2, "創造性": 2}
    assert (year, raw["課題_R4"], raw["進捗度_R3"]) == (R3, "Ｒ３と同じ", "３")


def test_what_was_read_otherwise_is_shown(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3="２点", 取組予定_R4_1="②と同じ"))
    run(workspace)
    readings = read_otherwise(held(workspace))
    assert {(reading.practice_no, reading.file) for reading in readings} == {
        (16, "inbox/No16.xlsx")
    }
    shown = {reading.field: reading for reading in readings}
    score, plan = shown["進捗度_R3"], shown["取組予定_R4_1"]
    assert (score.answer.raw, score.answer.text) == ("２点", "2")
    assert (score.answer.how, score.answer.chain, score.how) == ("数字の書き方", "", "数字の書き方")
    assert plan.answer.raw == "②と同じ"
    assert plan.answer.text == complete(PLAN.practice(16))["取組予定_R3_1"]
    assert (plan.answer.chain, plan.how) == ("③←②", "参照 ③←②")


def test_the_report_as_a_workbook(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 特記事項="=1+1", 進捗度_R3="２"))
    put(workspace, "No17.xlsx", returned(17, 進捗度_R3="=cmd"))
    book = openpyxl.load_workbook(report.write(held(workspace), run(workspace)))
    assert book.sheetnames == ["提出状況", "指摘一覧", "部署別", "読み替え一覧", "検査一覧"]

    def rows(name: str) -> list[dict[str, object]]:
        table = list(book[name].iter_rows(min_row=3, values_only=True))
        return [dict(zip(map(str, table[0]), row, strict=True)) for row in table[1:]]

    assert [(row["小№"], row["状況"]) for row in rows("提出状況")] == [
        (12, "未提出"),
        (16, "受理"),
        (17, "要修正"),
    ]
    faults = [row for row in rows("指摘一覧") if row["コード"] == "S103"]
    assert [(row["小№"], row["セル"], row["入力された内容"]) for row in faults] == [
        (17, FORM["進捗度_R3"].area.a1, "=cmd")
    ]
    link = book["指摘一覧"]["F4"].hyperlink
    assert link is not None
    assert str(link.target) == "..\\inbox\\No17.xlsx"  # as Windows writes it
    assert [row["受理"] for row in rows("部署別")] == [1]
    assert ("２", "2") in [
        (row["入力された内容"], row["読み取った内容"]) for row in rows("読み替え一覧")
    ]
    for sheet in book:
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_checking_one_file_writes_nothing(workspace: Workspace) -> None:
    path = put(workspace, "No16.xlsx", returned(16, 進捗度_R3=9))
    before = sorted(workspace.root.rglob("*"))
    # With a plan master, and at a department without one.
    for plan, believing in ((FEW, False), (PLAN, True)):
        done = check_files(held(workspace, plan), [str(path)], believing=believing)
        assert codes(done) == ["S102"]
        assert done.files[0].forms == ((16, "要修正", "names"),)
    assert sorted(workspace.root.rglob("*")) == before


_TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries(dict.fromkeys(("特記事項", "取組結果_R3_1", "課題_R3"), _TEXTS)))
def test_whatever_is_typed_is_read_back(typed: dict[str, str]) -> None:
    (form,) = take_in(returned(16, **typed), "x.xlsx", FORM).submissions
    for name, text in typed.items():
        assert tidy(form.answers[name].raw) == tidy(text)


def test_states_are_those_of_the_contract() -> None:
    assert [state.value for state in State] == ["受理", "旧版", "要修正", "未提出"]
