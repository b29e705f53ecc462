"""What `collect` and `check` say on the terminal: nothing that may be wrong stays unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.samples import FORM, R2, returned
from tests.test_collect import FEW, held, put, run
from workbook_tools.collect import telling
from workbook_tools.collect.collect import check_files
from workbook_tools.collect.collection import Collection
from workbook_tools.findings import Finding, Place, Severity
from workbook_tools.form.layout import SHEETS
from workbook_tools.terminal import tables
from workbook_tools.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def shown(done: Collection, capsys: pytest.CaptureFixture[str]) -> list[str]:
    tables.show_collection(done, FORM, "outbox/確認結果_R3.xlsx")
    text = capsys.readouterr().out
    assert text.encode("cp932").decode("cp932") == text
    return text.splitlines()


def of_round(*findings: Finding) -> Collection:
    return Collection(FEW.evaluated, (), findings, ())


def finding(code: str, severity: Severity, number: int | None, **place: str) -> Finding:
    where = Place("inbox/a.xlsx", item_no=number, **place)
    return Finding(code, severity, where, None, f"{code}の文。", "直し方。")


def test_a_clean_round(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for no in (12, 16, 17):
        put(workspace, f"No{no}.xlsx", returned(no))
    lines = shown(run(workspace), capsys)
    assert lines == [
        "令和３年度　3項目： 受理 3　旧版 0　要修正 0　未提出 0",
        "新しく読んだファイル 3件",
        "誤り 0件　注意 0件",
        "くわしくは outbox/確認結果_R3.xlsx をご覧ください。",
        "次は workbook-tools consolidate --year R3 で取組状況一覧を作れます。",
    ]


def test_the_same_answers_under_two_numbers_are_said(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """E5: F009 and F008 were seen in 指摘一覧 only."""
    put(workspace, "No12.xlsx", returned(12))
    put(workspace, "No16.xlsx", returned(12, number=16), at=1)
    put(workspace, "No17.xlsx", returned(17), at=2)
    put(workspace, "No17b.xlsx", returned(17, 特記事項="別の文です。"), at=3)
    lines = shown(run(workspace), capsys)
    assert "誤り 0件　注意 3件" in lines
    start = lines.index("違う内容を読んだおそれのあるところ（3件）：")
    twelve, sixteen, seventeen = lines[start + 1 : start + 4]
    where = f"inbox/No12.xlsx　{SHEETS[0]}（実践項目の番号）："
    assert twelve.startswith(f"　　小№12　{where}")
    assert "№16のシート（inbox/No16.xlsx）とすべて同じです" in twelve
    assert sixteen.startswith("　　小№16　inbox/No16.xlsx　")
    assert seventeen.startswith(f"　　小№17　inbox/No17b.xlsx　{SHEETS[0]}：")
    assert lines[-1].startswith("次は workbook-tools receipts --year R3 ")


@pytest.mark.parametrize("code", sorted(telling.DOUBTFUL))
def test_what_may_mean_a_wrong_value_is_said(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = [
        line
        for line in shown(of_round(finding(code, Severity.WARNING, 16, cell="F23")), capsys)
        if code in line
    ]
    assert line == f"　　小№16　inbox/a.xlsx　F23：{code}の文。直し方。"


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("K603", Severity.WARNING),  # about the text, not about how it was read
        ("F013", Severity.WARNING),
        ("F020", Severity.INFO),  # waived
    ],
)
def test_other_findings_stay_in_the_report(
    code: str, severity: Severity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not any(code in line for line in shown(of_round(finding(code, severity, 16)), capsys))


def test_an_error_is_told_once_among_the_faults(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(of_round(finding("F019", Severity.ERROR, 16, cell="F23")), capsys)
    assert [line for line in lines if "F019" in line] == ["　　F23：F019の文。直し方。"]


def test_no_more_than_a_screenful(capsys: pytest.CaptureFixture[str]) -> None:
    many = [finding("F017", Severity.WARNING, no, cell="A1") for no in range(70, 0, -1)]
    lines = shown(of_round(*many), capsys)
    told = [line for line in lines if "F017" in line]
    assert len(told) == 12
    assert told[0].startswith("　　小№1　")
    assert "　　ほか 58件 → 確認結果" in lines
    assert len(lines) <= 24


def test_a_practice_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(of_round(finding("F017", Severity.WARNING, None, cell="A1")), capsys)
    assert any(line.startswith("　　番号不明　inbox/a.xlsx　A1：") for line in lines)


# -- the next step ---------------------------------------------------------------------------------


def test_the_next_step(workspace: Workspace) -> None:
    assert "inbox に置き" in telling.next_step(run(workspace))
    put(workspace, "No12.xlsx", returned(12, 進捗度_R3=7))
    assert "workbook-tools return --year R3" in telling.next_step(run(workspace))
    put(workspace, "No12.xlsx", returned(12))
    assert "workbook-tools return --year R3" in telling.next_step(run(workspace))  # two are missing
    for no in (16, 17):
        put(workspace, f"No{no}.xlsx", returned(no))
    assert "workbook-tools consolidate --year R3" in telling.next_step(run(workspace))


def test_a_protected_file_asks_for_its_password_first() -> None:
    done = of_round(finding("F002", Severity.ERROR, None))
    with_file = Collection(done.year, (), done.findings, ())
    assert "inbox に置き" not in telling.next_step(with_file)
    assert "--password" in telling.next_step(with_file)


# -- check -----------------------------------------------------------------------------------------


def test_check_names_the_field_where_there_is_no_cell(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """E11."""
    tables.show_check(
        of_round(
            finding("F012", Severity.ERROR, None, sheet=SHEETS[0], field="項目番号"),
            finding("F019", Severity.ERROR, 16, sheet=SHEETS[0], cell="F23", field="進捗度_R3"),
            finding("F001", Severity.ERROR, None),
        ),
        FORM,
        verbose=False,
    )
    assert capsys.readouterr().out.splitlines() == [
        f"【誤り】inbox/a.xlsx　{SHEETS[0]}（実践項目の番号）：F012の文。直し方。",
        f"【誤り】inbox/a.xlsx　{SHEETS[0]}のF23：F019の文。直し方。",
        "【誤り】inbox/a.xlsx：F001の文。直し方。",
        "誤り 3件　注意 0件",
    ]


def test_check_of_a_form_of_another_year(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(workspace, "No16.xlsx", returned(16, year=R2))
    done = check_files(held(workspace), [str(path)])
    tables.show_check(done, FORM, verbose=False)
    assert "確認時期が『令和２年度末』" in capsys.readouterr().out
