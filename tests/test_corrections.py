"""訂正: applied when judging, refused where 誤 is not what was read, kept by every later step."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.samples import PLAN, R3, R4, returned
from tests.test_plan import findings as master_findings
from tests.test_plan import spots
from workbook_tools.cli import cli
from workbook_tools.closing.close import close, reopen
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect
from workbook_tools.collect.collection import Collection
from workbook_tools.consolidate.consolidate import consolidate, gather_contents
from workbook_tools.outbox import put
from workbook_tools.plan.model import Correction, Plan
from workbook_tools.plan.read_master import parse
from workbook_tools.plan.write_master import master
from workbook_tools.rebuild import rebuild
from workbook_tools.receipts.receipts import write_receipts
from workbook_tools.register.database import Register
from workbook_tools.register.results import known_before
from workbook_tools.register.round import Round, open_round
from workbook_tools.show import versions
from workbook_tools.verify.verify import verify
from workbook_tools.workspace import Workspace

NOW, LATER = "2022-04-20T09:00:00+09:00", "2022-04-25T09:00:00+09:00"


def plan(*corrections: Correction) -> Plan:
    practices = tuple(replace(PLAN.practice(no), finished=None) for no in (16, 17))
    return replace(PLAN, practices=practices, corrections=corrections)


def correction(field: str, wrong: str, right: str, no: int = 16) -> Correction:
    return Correction(no, field, wrong, right, "部署に電話で確認", "室長", date(2022, 4, 25))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def judged(workspace: Workspace, of_round: Plan, **changes: str | int) -> tuple[Round, Collection]:
    """№16 returned with these changes and collected under that plan master."""
    put(workspace.plan_master, master(of_round))
    put(workspace.inbox / "16.xlsx", returned(16, R3, plan(), **changes))
    held = open_round(workspace, None, NOW)
    return held, collect(held)


def told(done: Collection, *codes: str) -> list[str]:
    return [f.code for f in done.findings if f.code[0] in "ESKA" or f.code in codes]


@pytest.mark.parametrize("field", ["進捗度_R3", "Ｒ３年度の進捗度", "進捗度", "　進捗度 "])
def test_a_field_is_named_as_people_call_it(workspace: Workspace, field: str) -> None:
    held, done = judged(workspace, plan(correction(field, "2", "3")))
    assert told(done) == ["E904"]
    (known,) = [k for k in gather_contents(held).figures.practices if k.practice.no == 16]
    assert known.now is not None
    assert known.now.scores["進捗度"] == 3


def test_applied_before_the_rules_and_shown_everywhere(workspace: Workspace) -> None:
    """A score outside the scale was 3: no S102, accepted, raw text kept."""
    held, done = judged(workspace, plan(correction("進捗度", "５", "3")), 進捗度_R3=5)
    (finding,) = [finding for finding in done.findings if finding.code == "E904"]
    assert told(done) == ["E904"]
    assert finding.message.endswith("を『５』から『3』に訂正しました。")
    assert finding.hint == (
        "計画マスタの訂正によります（理由：部署に電話で確認、承認：室長、2022-04-25）。"
    )
    assert (finding.place.item_no, finding.value) == (16, "5")
    stored = versions.look(held, 16).fields["進捗度_R3"]
    assert (stored.raw, stored.value, stored.how) == ("5", "3", "訂正")
    book = openpyxl.load_workbook(report.write(held, done))
    rows = [row for row in book["読み替え一覧"].iter_rows(values_only=True) if row[0] == 16]
    assert [row[5:] for row in rows if row[-1] == "訂正"] == [("5", "3", "訂正")]
    assert any("訂正しました" in str(row) for row in book["指摘一覧"].iter_rows(values_only=True))
    lists = openpyxl.load_workbook(
        io.BytesIO(consolidate(held).paths[0].read_bytes()), data_only=True
    )
    notes = [row for row in lists["実践項目別"].iter_rows(values_only=True) if 16 in row]
    assert "訂正：進捗度" in str(notes)


def test_the_same_form_without_the_correction_is_faulty(workspace: Workspace) -> None:
    _, done = judged(workspace, plan(), 進捗度_R3=5)
    assert told(done) == ["S102"]


def test_an_empty_cell_is_filled_and_a_filled_one_emptied(workspace: Workspace) -> None:
    rules = (correction("効率性", "", "2"), correction("特記事項", "間違い", ""))
    held, done = judged(workspace, plan(*rules), 効率性_R3="", 特記事項="間違い")
    assert told(done, "K603") == ["K603", "E904", "E904"]
    assert versions.look(held, 16).fields["効率性_R3"].value == "2"
    known = gather_contents(held).figures.practice(16)
    assert known is not None
    assert known.now is not None
    assert known.now.total == 8


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (correction("進捗度", "1", "3"), "読み取った内容は『2』です。"),
        (correction("進捗度", "", "3"), "読み取った内容は『2』です。"),
        (correction("特記すべき事項", "あ", "い"), "空欄です。"),
        (correction("進み具合", "2", "3"), "そのような欄はありません。"),
        (correction("項目番号", "16", "17"), "そのような欄はありません。"),
    ],
)
def test_refused_where_it_is_not_what_was_read(
    workspace: Workspace, made: Correction, words: str
) -> None:
    held, done = judged(workspace, plan(made))
    assert told(done) == ["E903"]
    assert words in done.findings[-1].message
    assert versions.look(held, 16).fields["進捗度_R3"].value == "2"


def test_of_what_did_not_come_nothing_is_said(workspace: Workspace) -> None:
    _, done = judged(workspace, plan(correction("進捗度", "2", "3", no=17)))
    assert told(done) == []


def test_a_correction_written_later_judges_anew(workspace: Workspace) -> None:
    judged(workspace, plan(), 進捗度_R3=5)
    put(workspace.plan_master, master(plan(correction("進捗度", "5", "3"))))
    later = open_round(workspace, None, LATER)
    assert told(collect(later)) == ["E904"]
    rebuild(later, lambda done, total: None)
    assert versions.look(later, 16).fields["進捗度_R3"].value == "3"


def test_a_corrected_reference_is_resolved(workspace: Workspace) -> None:
    rules = correction("取組予定_R4_1", "⑨と同じ", "②と同じ")
    held, done = judged(workspace, plan(rules), 取組予定_R4_1="⑨と同じ")
    assert told(done, "R301") == ["E904"]
    fields = versions.look(held, 16).fields
    assert fields["取組予定_R4_1"].text == fields["取組予定_R3_1"].value


def test_next_years_form_knows_what_was_corrected(workspace: Workspace) -> None:
    judged(workspace, plan(correction("課題", "古い課題", "正しい課題")), 課題_R3="古い課題")
    put(workspace.plan_master, master(replace(plan(), evaluated=R4)))
    held = open_round(workspace, None, LATER)
    with Register.open(workspace.register, write=False) as register:
        assert known_before(register, held.plan)[16].answers["課題_R3"] == "正しい課題"


def test_the_master_holds_corrections() -> None:
    made = plan(correction("進捗度", "2", "3"), correction("特記事項", "", "追記"))
    assert parse(master(made), "計画マスタ.xlsx") == made


def test_mistakes_in_the_master() -> None:
    rows = {"訂正!A2": 16, "訂正!B2": "進捗度", "訂正!C2": 2, "訂正!D2": 3, "訂正!E2": "電話"}
    again = {spot.replace("2", "3", 1): value for spot, value in rows.items()}
    assert spots(master_findings(rows | again)) == ["M105 訂正!B3"]
    assert spots(master_findings(rows | {"訂正!A2": 99})) == ["M106 訂正!A2"]
    assert spots(master_findings(rows | {"訂正!C2": "", "訂正!D2": ""})) == ["M103 訂正!D2"]
    assert spots(master_findings(rows | {"訂正!E2": ""})) == ["M103 訂正!E2"]
    assert spots(master_findings(rows | {"訂正!G2": "先週"})) == ["M104 訂正!G2"]


# -- 読取内容確認票, show, 確定 ----------------------------------------------------------------


def rows_of(workspace: Workspace, held: Round, sheet: str) -> list[list[object]]:
    """The filled cells of a page of 読取内容確認票, row by row."""
    (book,) = write_receipts(held).books
    path = workspace.outbox / "読取内容確認" / "R3" / f"{book.department}.xlsx"
    table = openpyxl.load_workbook(path)[sheet]
    return [[v for v in row if v is not None] for row in table.iter_rows(values_only=True)]


def test_the_department_sees_what_was_corrected_and_why(workspace: Workspace) -> None:
    rules = (correction("進捗度", "5", "3"), correction("特記事項", "", "追記です。"))
    held, _ = judged(workspace, plan(*rules), 進捗度_R3=5, 特記事項="")
    rows = rows_of(workspace, held, "16①")
    why = "訂正（部署に電話で確認、承認：室長、2022-04-25）"
    assert [row[1:4] for row in rows if why in row] == [["5", "3", why]]
    rows = rows_of(workspace, held, "16②")
    assert [row[1:4] for row in rows if why in row] == [["（記入なし）", "追記です。", why]]


def test_what_was_refused_is_not_the_department_s(workspace: Workspace) -> None:
    held, _ = judged(workspace, plan(correction("進捗度", "1", "3")))
    assert "訂正（" not in str(rows_of(workspace, held, "16①"))


def test_show_says_why(workspace: Workspace) -> None:
    held, _ = judged(workspace, plan(correction("進捗度", "5", "3")), 進捗度_R3=5)
    done = CliRunner().invoke(cli, ["--workspace", str(workspace.root), "show", "16"])
    assert "→ 3（訂正：部署に電話で確認、承認：室長、2022-04-25）" in done.stdout
    shown = versions.as_json(held, versions.look(held, 16))
    fields = shown["fields"]
    assert isinstance(fields, dict)
    assert fields["進捗度_R3"]["how"] == "訂正：部署に電話で確認、承認：室長、2022-04-25"
    assert fields["連携度_R3"]["how"] == ""


def test_a_closed_round_keeps_its_corrections(workspace: Workspace) -> None:
    """Taking them out of the master afterwards changes nothing until it is reopened."""
    held, _ = judged(workspace, plan(correction("進捗度", "5", "3")), 進捗度_R3=5)
    consolidate(held)
    close(held)
    put(workspace.plan_master, master(plan()))
    later = open_round(workspace, None, LATER)
    rebuild(later, lambda done, total: None)
    assert versions.look(later, 16).fields["進捗度_R3"].value == "3"
    assert verify(later, lambda done, total: None).wrong == ()
    reopen(later, "訂正をやめる")
    assert told(collect(open_round(workspace, None, LATER))) == ["S102"]
