"""検査一覧: on how many each rule ran, what it found; and a rule that never ran is plain to see."""

from __future__ import annotations

import ast
import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.samples import FORM, PLAN, R2, returned
from tests.test_collect import FEW, held, put, run
from workbook_tools.collect import inspections as stage
from workbook_tools.collect import report
from workbook_tools.collect.collection import Collection, FileState
from workbook_tools.collect.inspections import Inspection, code_of, inspections
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import CATALOGUE, Finding, Place, Severity, Wording
from workbook_tools.plan.model import Plan, Waiver
from workbook_tools.register.database import Register
from workbook_tools.rules import check_form
from workbook_tools.rules.case import Case, Rule
from workbook_tools.workspace import Workspace

PACKAGE = Path(check_form.__file__).parent.parent
CODES = [code for code in CATALOGUE if code[0] not in "MHVE"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def inspected(workspace: Workspace, plan: Plan = FEW) -> dict[str, Inspection]:
    done = run(workspace, plan)
    with Register.open(workspace.register) as register:
        return {known.code: known for known in inspections(register, held(workspace, plan), done)}


def counts(known: Inspection) -> tuple[int, int, int]:
    return known.ran, known.found, known.waived


def test_every_code_has_its_row_in_the_catalogues_order_and_words() -> None:
    assert sorted(CODES) == sorted(set(CODES))
    assert [code for code in CODES if code not in stage._LOOKS_FOR] == []
    assert set(stage._LOOKS_FOR) <= set(CODES)


def test_a_round_with_faults_of_every_kind(workspace: Workspace) -> None:
    put(workspace, "No12.xlsx", returned(12))
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3=7, 連携度_R3=8))
    put(workspace, "No17.xlsx", returned(17, year=R2))  # F011: the other rules do not run
    put(workspace, "memo.xlsx", b"no workbook")
    put(workspace, "~$No12.xlsx", b"locked")
    done = inspected(workspace)
    assert list(done) == CODES
    assert counts(done["F001"]) == (5, 1, 0)
    assert counts(done["F004"]) == (5, 1, 0)
    assert counts(done["F003"]) == (3, 0, 0)
    assert counts(done["F011"]) == (3, 1, 0)
    assert counts(done["S102"]) == (2, 2, 0)
    assert counts(done["S108"]) == (2, 0, 0)
    assert counts(done["X801"]) == (3, 0, 0)
    assert counts(done["F008"]) == (3, 0, 0)
    assert (done["F014"].ran, done["F014"].reason) == (0, stage.NOT_SENT)


def test_what_was_sent_out_is_compared(workspace: Workspace) -> None:
    distribute(held(workspace))
    put(workspace, "No16.xlsx", returned(16))
    done = inspected(workspace)
    assert (done["F014"].ran, done["F014"].reason) == (1, "")


def test_waived_findings_are_counted_apart(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3=7))
    waived = dataclasses.replace(FEW, waivers=(Waiver(16, "S102", "市長の指示"),))
    assert counts(inspected(workspace, waived)["S102"]) == (1, 0, 1)


def test_nothing_came(workspace: Workspace) -> None:
    done = inspected(workspace)
    assert counts(done["X801"]) == (3, 3, 0)
    silent = {code: known.reason for code, known in done.items() if not known.ran}
    rules = {code_of(rule) for rule in check_form.RULES}
    assert all(silent[code] == stage.NOTHING_THERE for code in rules)
    assert all(silent.values())


def test_a_protected_file_is_met_but_not_opened(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "a.zip", b"PK no zip")
    done = inspected(workspace)
    assert (done["F002"].ran, done["F005"].ran) == (2, 1)


def test_a_file_that_was_renamed_counts_once(workspace: Workspace) -> None:
    file = put(workspace, "memo.xlsx", b"no workbook")
    assert counts(inspected(workspace)["F001"]) == (1, 1, 0)
    file.rename(file.with_name("other.xlsx"))
    assert counts(inspected(workspace)["F001"]) == (1, 1, 0)


def test_forms_with_too_few_answers_are_not_compared_with_one_another(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, only={"進捗度_R3": 2}))
    done = inspected(workspace)
    assert (done["F009"].ran, done["F009"].reason) == (0, stage.NOTHING_THERE)
    assert done["S101"].ran == 1


def test_only_the_newest_version_counts(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3=7))
    put(workspace, "No16b.xlsx", returned(16), at=9)
    done = inspected(workspace)
    assert counts(done["S102"]) == (1, 0, 0)
    assert counts(done["F008"]) == (1, 1, 0)


def test_what_is_sent_again_is_looked_for_in_every_receipt(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    run(workspace)
    put(workspace, "No16_再.xlsx", returned(16), at=9)
    done = inspected(workspace)
    assert counts(done["F025"]) == (1, 1, 0)
    assert counts(done["F021"]) == (2, 0, 0)
    assert counts(done["S101"]) == (1, 0, 0)


# -- a rule that silently never ran ---------------------------------------------------------------


def test_a_code_without_rule_is_said_not_to_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        CATALOGUE, "K699", Wording(Severity.ERROR, "誤りです。", "直してください。")
    )
    put(workspace, "No16.xlsx", returned(16))
    seeded = inspected(workspace)["K699"]
    assert (seeded.ran, seeded.reason) == (0, stage.NO_RULE)
    assert inspected(workspace)["K601"].reason == ""


def test_a_rule_taken_from_the_list_is_said_not_to_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(workspace, "No16.xlsx", returned(16))
    assert inspected(workspace)["T701"].ran == 1
    rest = tuple(rule for rule in check_form.RULES if code_of(rule) != "T701")
    monkeypatch.setattr(check_form, "RULES", rest)
    assert inspected(workspace)["T701"].reason == stage.NO_RULE


def test_where_every_form_was_stopped_the_others_say_so(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, year=R2))
    done = inspected(workspace)
    assert (done["F011"].ran, done["F011"].reason) == (1, "")
    assert (done["S101"].ran, done["S101"].reason) == (0, stage.ALL_STOPPED)


YEAR_OFF = {"進捗度_R3": "", "連携度_R3": "", "効率性_R3": "", "創造性_R3": ""} | {
    f"{name}_R4": 2 for name in ("進捗度", "連携度", "効率性", "創造性")
}


@pytest.mark.parametrize(
    "waivers",
    [
        (),
        tuple(Waiver(no, code, "よい") for no in (12, 16, 17) for code in ("F010", "F011", "F020")),
    ],
    ids=["plain", "waived"],
)
def test_the_numbers_are_those_of_the_calls(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, waivers: tuple[Waiver, ...]
) -> None:
    """What 検査一覧 derives from the findings is what was really asked."""
    calls: Counter[str] = Counter()

    def counted(rule: Rule) -> Rule:
        def call(case: Case) -> Iterator[Finding]:
            calls[rule.__name__] += 1
            return rule(case)

        call.__name__ = rule.__name__
        return call

    first = len(check_form.IDENTITY)
    rules = tuple(counted(rule) for rule in check_form.RULES)
    monkeypatch.setattr(check_form, "RULES", rules)
    monkeypatch.setattr(check_form, "IDENTITY", rules[:first])
    for number, data in enumerate(
        (
            returned(12, year=R2),
            returned(16, **YEAR_OFF),
            returned(17, 進捗度_R3=9),
            returned(44, 様式版="0"),
            returned(1, number=13),
        )
    ):
        put(workspace, f"No{number + 51}.xlsx", data, at=number)
    plan = dataclasses.replace(
        PLAN, waivers=waivers, practices=tuple(PLAN.practice(no) for no in (12, 16, 17, 18))
    )
    done = inspected(workspace, plan)
    asked = {name.partition("_")[0].upper(): count for name, count in calls.items()}
    del asked["F020"]  # several rules: one of identity
    assert len(asked) > 30
    for code, count in asked.items():
        if code not in ("F014", "R306"):  # blind: nothing was sent
            assert done[code].ran == count, code
    assert done["F011"].ran > done["S101"].ran > 0


@pytest.mark.parametrize(
    ("code", "severity", "field", "stopped"),
    [
        ("F011", Severity.ERROR, "確認年度", True),
        ("F011", Severity.INFO, "確認年度", True),  # waived after it had stopped the others
        ("F010", Severity.WARNING, "様式版", False),
        ("F010", Severity.INFO, "様式版", False),
        ("F020", Severity.ERROR, "進捗度_R4", True),  # answers a year off
        ("F020", Severity.INFO, "進捗度_R4", True),
        ("F020", Severity.ERROR, "取組予定_R4_1", False),  # texts of another practice
        ("F020", Severity.WARNING, "項目番号", False),
        ("F016", Severity.ERROR, "進捗度_R4", False),
    ],
)
def test_what_stops_the_other_rules(
    code: str, severity: Severity, field: str, stopped: bool
) -> None:
    finding = Finding(code, severity, Place("a.xlsx", field=field), None, "", "")
    assert stage._stops(FORM, finding, stage._stopping()) == stopped


def test_files_that_are_not_kept_are_met_each_time() -> None:
    """A protected file that stands where a readable one was taken in before."""
    locked = Finding("F002", Severity.ERROR, Place("inbox/a.xlsx"), None, "", "")
    broken = Finding("F001", Severity.ERROR, Place("inbox/b.xlsx"), None, "", "")
    files = tuple(FileState(f"inbox/{name}.xlsx", name, ()) for name in "bc")
    done = Collection(FEW.evaluated, files, (locked, broken), ())
    assert stage._files(done, ["inbox/a.xlsx", "inbox/b.xlsx", "inbox/c.xlsx"]) == (3, 1)


def spoken(folders: tuple[str, ...]) -> set[str]:
    """The codes that the modules of these rooms name."""
    return {
        node.value
        for folder in folders
        for path in (PACKAGE / folder).rglob("*.py")
        if path.name not in ("inspections.py", "telling.py")  # which only speak of them
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in CODES and isinstance(node.value, str)
    }


def test_what_no_rule_of_a_form_finds_is_found_by_the_reader_or_the_round() -> None:
    """Of these the module has only its word: so every one must be spoken of where it is found."""
    rules = {code_of(rule) for rule in check_form.RULES}
    others = {*stage.OPENING, *stage.OPENED, *stage.VERSIONS}
    others |= {stage.ALIKE, stage.REPEATED, stage.MISSING}
    assert others <= spoken(("intake", "excel", "collect"))
    found_elsewhere = spoken(("intake", "excel", "collect")) - rules - {"F015", "F016"}
    assert found_elsewhere <= others, "declare in inspections.py what is newly found there"


# -- on paper --------------------------------------------------------------------------------------


def test_the_sheet(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, 進捗度_R3=7))
    book = openpyxl.load_workbook(report.write(held(workspace), run(workspace)))
    table = list(book["検査一覧"].iter_rows(min_row=3, values_only=True))
    assert table[0] == ("コード", "検査の内容", "種類", "単位", "対象", "指摘", "特例", "備考")
    rows = {row[0]: row for row in table[1:]}
    assert list(rows) == CODES
    assert rows["S102"][2:] == ("誤り", "シート", 1, 1, 0, None)
    assert rows["F014"][4:] == (0, 0, 0, stage.NOT_SENT)


def test_a_finding_without_cell_names_its_field(workspace: Workspace) -> None:
    """E11: F009 stands at no cell."""
    put(workspace, "No12.xlsx", returned(12))
    put(workspace, "No16.xlsx", returned(12, number=16), at=1)
    book = openpyxl.load_workbook(report.write(held(workspace), run(workspace)))
    table = list(book["指摘一覧"].iter_rows(min_row=3, values_only=True))
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    assert [row["セル"] for row in rows if row["コード"] == "F009"] == ["実践項目の番号"] * 2
    assert [row["セル"] for row in rows if row["コード"] == "X801"] == [None]


def test_another_distribution_makes_another_report(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    before = report.write(held(workspace), run(workspace)).read_bytes()
    distribute(held(workspace))
    assert report.write(held(workspace), run(workspace)).read_bytes() != before
