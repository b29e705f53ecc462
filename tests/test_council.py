"""The council's scores and opinions: out, back, averaged, gathered (domain §7, §8)."""

from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from tests.office import convert, needs_office
from tests.samples import PLAN, R3, R4, returned
from tests.test_figures import real_facts
from workbook_tools.collect.collect import collect as collect_forms
from workbook_tools.council import ballot, opinions
from workbook_tools.council.collect import Council, collect
from workbook_tools.council.distribute import distribute
from workbook_tools.figures.compute import compute
from workbook_tools.figures.facts import gather
from workbook_tools.findings import UserError
from workbook_tools.outbox import Outcome
from workbook_tools.plan.model import Member, Plan
from workbook_tools.rebuild import rebuild
from workbook_tools.register import ballots, members
from workbook_tools.register.ballots import ENDED, ITEM, Opinion, Target
from workbook_tools.register.database import Register
from workbook_tools.register.records import PastResult
from workbook_tools.register.round import Round
from workbook_tools.send_back.council_return import return_ballots
from workbook_tools.workspace import Workspace

NOW, LATER = "2022-06-20T09:00:00+09:00", "2022-06-25T09:00:00+09:00"
PUBLISHED = json.loads((Path(__file__).parent / "facts" / "published.json").read_text("utf-8"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def sheet(workspace: Workspace, member: int, plan: Plan = PLAN) -> Workbook:
    """A member's blank sheet as it was sent."""
    path = workspace.forms(R3) / ballot.SHEET / ballot.file_name_of(Member(member))
    return openpyxl.load_workbook(path)


def fill(book: Workbook, values: Mapping[str, Any]) -> bytes:
    for name, value in values.items():
        cell = book.defined_names[name].attr_text.rpartition("!")[2].replace("$", "")
        book[ballot.SHEET][cell] = value
        if isinstance(value, str):
            book[ballot.SHEET][cell].data_type = "s"  # typed into a text cell
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(workspace: Workspace, name: str, data: bytes, at: int = 0) -> None:
    path = workspace.inbox / name
    path.write_bytes(data)
    os.utime(path, (1_656_000_000 + at, 1_656_000_000 + at))


def codes(done: Council) -> list[str]:
    return [finding.code for finding in done.findings if finding.code != "V106"]


def test_one_sheet_per_member_with_every_field(workspace: Workspace) -> None:
    paths = distribute(Round(workspace, PLAN, NOW), 3)
    assert [path.name for path in paths] == [f"評価シート_委員0{no}.xlsx" for no in (1, 2, 3)]
    names = set(sheet(workspace, 2).defined_names)
    assert {"委員番号", "確認年度"} <= names
    assert {f"評価_{no:02d}" for no in range(1, 22)} <= names
    assert {f"意見_{no:02d}" for no in range(1, 22)} <= names
    # every practice that ended by R3 according to the plan master
    ended = {12, 19, 21, 42, 44, 45, 53, 60, 63}
    assert {name for name in names if name.startswith("終了意見")} == {
        f"終了意見_{no}" for no in ended
    }
    page = sheet(workspace, 2)[ballot.SHEET]
    assert page.protection.sheet
    assert (
        page[
            sheet(workspace, 2).defined_names["委員番号"].attr_text.split("!")[1].replace("$", "")
        ].value
        == 2
    )


def test_other_years_have_opinions_only(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN.of_year(R4), NOW), 1)
    path = workspace.forms(R4) / ballot.SHEET / "評価シート_委員01.xlsx"
    names = set(openpyxl.load_workbook(path).defined_names)
    assert not any(name.startswith(("評価_", "終了意見_")) for name in names)
    assert "意見_21" in names


def test_members_come_from_the_plan_master(workspace: Workspace) -> None:
    plan = dataclasses.replace(PLAN, members=(Member(7, "山田"),))
    assert [path.name for path in distribute(Round(workspace, plan, NOW), None)] == [
        "評価シート_委員07.xlsx"
    ]
    with pytest.raises(UserError, match="--members"):
        distribute(Round(workspace, PLAN, NOW), None)


def scores_with_mean(tenths: int, members: int = 10) -> list[int]:
    """Scores of ten members whose mean is exactly that."""
    low, rest = divmod(tenths, members)
    return [low + 1] * rest + [low] * (members - rest)


def test_the_published_averages_come_back(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 10)
    wanted = {item["no"]: round(item["council_average"] * 10) for item in PUBLISHED["items"]}
    by_item = {no: scores_with_mean(mean) for no, mean in wanted.items()}
    for member in range(10):
        values = {f"評価_{no:02d}": scores[member] for no, scores in by_item.items()}
        put(workspace, f"{member}.xlsx", fill(sheet(workspace, member + 1), values), member)
    done = collect(Round(workspace, PLAN, NOW))
    assert done.findings == ()
    assert {tally.item_no: tally.mean for tally in done.tallies} == wanted
    with Register.open(workspace.register) as register:
        facts = gather(register, Round(workspace, PLAN, NOW))
    themes = {known.theme.no: known.council for known in compute(PLAN, facts).themes}
    assert themes == {
        theme["no"]: round(theme["council_average"] * 10) for theme in PUBLISHED["themes"]
    }


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"評価_01": 5, "評価_02": "４", "評価_03": "３点", "評価_04": 2.0}, []),
        ({"評価_01": 6}, ["V101"]),
        ({"評価_01": 0}, ["V101"]),
        ({"評価_01": 3.5}, ["V101"]),
        ({"評価_01": "良い"}, ["V101"]),
        ({"評価_01": "－", "意見_01": "よい取組である。"}, []),
        ({"評価_01": "棄権", "評価_02": "　棄権します。", "評価_03": "―", "評価_04": 3}, []),
        ({f"評価_{no:02d}": "棄権" for no in range(1, 22)}, []),
        ({"評価_01": "◎"}, ["V101"]),
        ({"評価_01": "×"}, ["V101"]),
        ({"評価_01": 3, "委員番号": 99}, ["V102"]),
        ({"評価_01": 3, "委員番号": None}, ["V102"]),
        ({"評価_01": 3, "確認年度": "令和２年度末"}, ["V104"]),
        ({}, ["V105"]),
    ],
)
def test_what_members_type(
    workspace: Workspace, typed: dict[str, Any], expected: list[str]
) -> None:
    distribute(Round(workspace, PLAN, NOW), 2)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), typed))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == expected
    # Of a member whose faulty sheet lies there it is not said that nothing came.
    assert done.missing == (2,)
    assert done.faulty == ((1,) if {"V101", "V102", "V104"} & set(expected) else ())
    assert [f.message for f in done.findings if f.code == "V106"] == [
        "委員2の評価シートが提出されていません。"
    ]


def spot(book: Workbook, name: str) -> str:
    return str(book.defined_names[name].attr_text).rpartition("!")[2].replace("$", "")


def changed_number(book: Workbook) -> None:
    book[ballot.SHEET][spot(book, "委員番号")] = 2


def test_another_members_sheet_is_found(workspace: Workspace) -> None:
    """B5: member 2 used member 1's sheet and corrected the number."""
    distribute(Round(workspace, PLAN, NOW), 2)
    book = sheet(workspace, 1)
    changed_number(book)
    put(workspace, "2.xlsx", fill(book, {"評価_01": 3}))
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_01": 5}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == ["V107"]
    assert (done.returned, done.faulty, done.missing) == ((1,), (2,), ())
    assert done.tallies[0].mean == 50


def test_another_rounds_sheet_is_found(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN.of_year(R4), NOW), 1)
    path = workspace.forms(R4) / ballot.SHEET / ballot.file_name_of(Member(1))
    book = openpyxl.load_workbook(path)
    put(workspace, "1.xlsx", fill(book, {"確認年度": "令和３年度末", "意見_01": "よい。"}))
    distribute(Round(workspace, PLAN, NOW), 1)
    assert codes(collect(Round(workspace, PLAN, NOW))) == ["V104"]


def test_a_sheet_of_the_first_edition_bears_no_token(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 2)
    book = sheet(workspace, 1)
    del book.defined_names["照合"]
    changed_number(book)
    put(workspace, "2.xlsx", fill(book, {"評価_01": 3}))
    assert codes(collect(Round(workspace, PLAN, NOW))) == []


# -- two witnesses: what stands on the paper counts -----------------------------------------------


def cut(book: Workbook, field: str, onto: str) -> None:
    """Cut a cell and paste it: content and name go along, the name it lands on is lost."""
    page, there = book[ballot.SHEET], spot(book, onto)
    page[there].value = page[spot(book, field)].value
    page[spot(book, field)].value = None
    book.defined_names[field].attr_text = book.defined_names[onto].attr_text
    book.defined_names[onto].attr_text = "#REF!"


def test_a_cut_score_is_read_where_it_stands(workspace: Workspace) -> None:
    """A1: the member saw 1 at №4 and nothing at №3; the register held 5."""
    distribute(Round(workspace, PLAN, NOW), 1)
    book = openpyxl.load_workbook(
        io.BytesIO(fill(sheet(workspace, 1), {"評価_03": 5, "評価_04": 2, "意見_03": "よい。"}))
    )
    cut(book, "評価_03", onto="評価_04")
    book[ballot.SHEET][spot(sheet(workspace, 1), "評価_03")] = 1  # typed into the empty cell
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == ["F015"]
    assert [tally.mean for tally in done.tallies[2:4]] == [10, 50]
    assert opinions.printed(done.path.read_bytes(), "x").items == {3: ["よい。"]}
    (told,) = [finding for finding in done.findings if finding.code == "F015"]
    assert "№3の評価のセルが配布したときから動いています" in told.message


def test_a_cut_opinion_is_not_doubled(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    book = openpyxl.load_workbook(
        io.BytesIO(fill(sheet(workspace, 1), {"意見_03": "移した。", "評価_01": 3}))
    )
    cut(book, "意見_03", onto="意見_05")
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == ["F015"]
    assert opinions.printed(done.path.read_bytes(), "x").items == {5: ["移した。"]}


def test_a_block_copied_over_leaves_a_doubt(workspace: Workspace) -> None:
    """№2's heading says №1 too, and names say otherwise: nobody can tell which is meant."""
    distribute(Round(workspace, PLAN, NOW), 1)
    book = openpyxl.load_workbook(
        io.BytesIO(fill(sheet(workspace, 1), {"評価_01": 5, "評価_02": 2}))
    )
    page = book[ballot.SHEET]
    for cell in page["A"]:
        if cell.value == "№2":
            cell.value = "№1"
    book.defined_names["評価_01"].attr_text = book.defined_names["評価_02"].attr_text
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert "F016" in codes(done)
    assert done.faulty == (1,)


def test_words_that_look_like_labels_are_opinions(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    said = {"意見_03": "№5", "意見_04": "意見", "評価_05": 2, "意見_05": "評価"}
    book = openpyxl.load_workbook(io.BytesIO(fill(sheet(workspace, 1), said)))
    book.defined_names.clear()
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == []
    assert opinions.printed(done.path.read_bytes(), "x").items == {
        3: ["№5"],
        4: ["意見"],
        5: ["評価"],
    }
    assert done.tallies[4].mean == 20


def test_struck_through_opinions_are_left_out(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    book = openpyxl.load_workbook(
        io.BytesIO(fill(sheet(workspace, 1), {"意見_03": "やめた。", "意見_04": "よい。"}))
    )
    page = book[ballot.SHEET]
    page[spot(book, "意見_03")].font = Font(strike=True)
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == ["F018"]
    assert opinions.printed(done.path.read_bytes(), "x").items == {4: ["よい。"]}


def test_a_second_sheet_filled_in_otherwise(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    book = openpyxl.load_workbook(io.BytesIO(fill(sheet(workspace, 1), {"評価_03": 5})))
    copy = book.copy_worksheet(book[ballot.SHEET])
    put(workspace, "1.xlsx", fill(book, {}))
    assert codes(collect(Round(workspace, PLAN, NOW))) == []
    copy[spot(book, "評価_03")] = 1
    put(workspace, "1.xlsx", fill(book, {}))
    assert codes(collect(Round(workspace, PLAN, LATER))) == ["V108"]


def test_a_finding_names_the_cell(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_07": 9}))
    findings = collect(Round(workspace, PLAN, NOW)).findings
    (finding,) = [finding for finding in findings if finding.code == "V101"]
    spot = sheet(workspace, 1).defined_names["評価_07"].attr_text.split("!")[1].replace("$", "")
    assert (finding.place.file, finding.place.cell, finding.value) == ("inbox/1.xlsx", spot, "9")
    assert "№7の評価が『9』" in finding.message


def test_the_newest_sheet_of_a_member_counts(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "old.xlsx", fill(sheet(workspace, 1), {"評価_01": 2}), 1)
    put(workspace, "new.xlsx", fill(sheet(workspace, 1), {"評価_01": 5}), 2)
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == ["V103"]
    assert done.tallies[0].mean == 50
    assert collect(Round(workspace, PLAN, LATER)).tallies == done.tallies


def test_members_may_abstain(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 3)
    for member, score in ((1, 4), (2, None), (3, 3)):
        values = {"評価_01": score, "評価_02": 3}
        put(workspace, f"{member}.xlsx", fill(sheet(workspace, member), values))
    tally = collect(Round(workspace, PLAN, NOW)).tallies[0]
    assert (tally.mean, tally.abstained, tally.counts[4]) == (35, 1, 1)


def without_names(book: Workbook) -> None:
    book.defined_names.clear()


def renamed(book: Workbook) -> None:
    book.defined_names.clear()
    book[ballot.SHEET].title = "山田委員"


def row_inserted(book: Workbook) -> None:
    page = book[ballot.SHEET]
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    page.insert_rows(3, 2)
    book.defined_names.clear()


@pytest.mark.parametrize("damage", [without_names, renamed, row_inserted])
def test_a_damaged_sheet_is_read_by_its_labels(
    workspace: Workspace, damage: Callable[[Workbook], None]
) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    values = {"評価_07": 4, "意見_07": "窓口が速くなった。", "終了意見_44": "役目を終えた。"}
    book = openpyxl.load_workbook(io.BytesIO(fill(sheet(workspace, 1), values)))
    damage(book)
    put(workspace, "1.xlsx", fill(book, {}))
    done = collect(Round(workspace, PLAN, NOW))
    assert codes(done) == []
    assert done.tallies[6].mean == 40
    printed = opinions.printed(done.path.read_bytes(), "x")
    assert printed.items == {7: ["窓口が速くなった。"]}
    assert printed.ended == {(44,): ["役目を終えた。"]}


def edit(path: Path, changes: Mapping[str, Any]) -> None:
    book = openpyxl.load_workbook(path)
    for cell, value in changes.items():
        book[opinions.SHEET][cell] = value
    book.save(path)


def test_edited_opinions_are_never_overwritten(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 2)
    first = {"意見_01": "=よい取組", "意見_02": "続けてほしい。"}
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), first), 1)
    path = collect(Round(workspace, PLAN, NOW)).path
    edit(path, {"E4": "順調である。", "G4": 9, "F5": None})
    before = openpyxl.load_workbook(path)[opinions.SHEET]
    kept = [[cell.value for cell in row] for row in before.iter_rows(min_row=1, max_row=5)]
    put(workspace, "2.xlsx", fill(sheet(workspace, 2), {"意見_01": "費用を示すべき。"}), 2)
    done = collect(Round(workspace, PLAN, LATER))
    assert done.added == 1
    after = openpyxl.load_workbook(path)[opinions.SHEET]
    assert [[cell.value for cell in row] for row in after.iter_rows(min_row=1, max_row=5)] == kept
    length = after.max_column  # 文字数, which alone is a formula
    formulas = {cell.column for row in after.iter_rows() for cell in row if cell.data_type == "f"}
    assert formulas == {length}
    # №2's opinion was dropped; what is new stands last, until the secretariat says otherwise
    new = after.max_row
    assert after.cell(new, 7).value == 10
    told = ["順調である。", "費用を示すべき。"]
    assert opinions.printed(path.read_bytes(), "x").items == {1: told}
    edit(path, {f"G{new}": 1})
    assert opinions.printed(path.read_bytes(), "x").items == {1: told[::-1]}
    assert collect(Round(workspace, PLAN, LATER)).added == 0


def test_headings_that_are_gone_are_named() -> None:
    data, _ = opinions.gathered(None, "題", [Opinion(Target(ITEM, 1), 1, "意見")], [])
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[opinions.SHEET]["E3"] = "別の見出し"
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(UserError, match="採用文"):
        opinions.printed(buffer.getvalue(), "意見集約_R3.xlsx")


def gathered(*rows: tuple[str, int, str]) -> bytes:
    """意見集約 with these opinions of one member: kind and number of the target, text."""
    told = [Opinion(Target(kind, no), 1, text) for kind, no, text in rows]
    data, _ = opinions.gathered(None, "題", told, [])
    return data


def changed(data: bytes, cells: Mapping[str, Any]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for cell, value in cells.items():
        book[opinions.SHEET][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_joint_opinion_is_printed_once_under_all_its_numbers() -> None:
    data = gathered(
        (ENDED, 44, "役目を終えた。"), (ENDED, 45, "役目を終えた。"), (ENDED, 60, "成果。")
    )
    assert opinions.printed(data, "x").ended == {
        (44,): ["役目を終えた。"],
        (45,): ["役目を終えた。"],
        (60,): ["成果。"],
    }
    joined = changed(data, {"H4": "45", "F5": None})
    assert opinions.printed(joined, "x").ended == {(44, 45): ["役目を終えた。"], (60,): ["成果。"]}
    assert opinions.printed(changed(data, {"H4": "№４５・60"}), "x").ended.keys() == {
        (44, 45, 60),
        (45,),
        (60,),
    }


@pytest.mark.parametrize(("cell", "said"), [("庁内", "№44"), ("60", "44・60"), ("99", "44・99")])
def test_only_ended_practices_of_one_item_are_joined(cell: str, said: str) -> None:
    data = changed(gathered((ENDED, 44, "役目を終えた。")), {"H4": cell})
    with pytest.raises(UserError, match=f"{said}.*併記する小№|併記する小№.*{said}"):
        opinions.check(opinions.printed(data, "x"), compute(PLAN, real_facts()), "x")


def test_every_line_is_a_bullet_and_order_holds_within_an_item() -> None:
    data = gathered((ITEM, 1, "一つ目。\n\n・二つ目。"), (ITEM, 2, "三つ目。"))
    sheet = openpyxl.load_workbook(io.BytesIO(data))[opinions.SHEET]
    assert [sheet.cell(row, 7).value for row in (4, 5)] == [1, 1]
    assert opinions.printed(data, "x").items == {1: ["一つ目。", "・二つ目。"], 2: ["三つ目。"]}


def test_characters_are_counted_as_they_will_be_printed() -> None:
    data = gathered((ITEM, 1, "一つ目。\n二つ目。"))
    stored = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[opinions.SHEET]
    live = openpyxl.load_workbook(io.BytesIO(data))[opinions.SHEET]
    assert (stored["I3"].value, stored["I4"].value) == ("文字数", 8)
    assert live["I4"].value == '=LEN(SUBSTITUTE(IF(LEN(E4)=0,D4,E4),CHAR(10),""))'


def test_older_workbooks_and_foreign_columns_stay_as_they_are() -> None:
    """A workbook of an earlier version, to which the secretariat added a column in front."""
    book = openpyxl.load_workbook(io.BytesIO(gathered((ITEM, 1, "前の意見。"))))
    sheet = book[opinions.SHEET]
    sheet.delete_cols(8, 2)
    sheet.insert_cols(1)
    sheet["A3"], sheet["A4"] = "担当", "鈴木"
    buffer = io.BytesIO()
    book.save(buffer)
    told = [
        Opinion(Target(ITEM, 1), member, text) for member, text in ((1, "前の意見。"), (2, "次。"))
    ]
    data, added = opinions.gathered(buffer.getvalue(), "題", told, [])
    after = openpyxl.load_workbook(io.BytesIO(data))[opinions.SHEET]
    assert added == 1
    assert [cell.value for cell in after[4]][:6] == ["鈴木", ITEM, 1, 1, "前の意見。", "前の意見。"]
    assert [cell.value for cell in after[5]] == [None, ITEM, 1, 2, "次。", "次。", "○", 2]
    assert opinions.printed(data, "x").items == {1: ["前の意見。", "次。"]}


def test_the_sheet_counts_what_is_filled_in() -> None:
    """記入 n/21 on the sheet itself; with scores in effectiveness years, else with opinions."""
    figures = compute(PLAN, real_facts())
    quiet = compute(PLAN.of_year(R4), real_facts(council={}))
    for known, field in ((figures, "評価_07"), (quiet, "意見_07")):
        book = openpyxl.load_workbook(io.BytesIO(ballot.workbook(known, Member(1))))
        cell = spot(book, field)
        page = book[ballot.SHEET]
        assert str(page["Q1"].value).startswith('="記入 "&SUM(')
        asked = [str(row[22].value) for row in page.iter_rows() if row[22].value]
        assert len(asked) == 21
        assert f"=IF(LEN(TRIM({cell}))=0,0,1)" in asked


def test_progress_sheets_and_council_sheets_do_not_disturb_each_other(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_01": 3}))
    forms = collect_forms(Round(workspace, PLAN, NOW))
    said = [finding.code for finding in forms.findings]
    assert [code for code in said if code != "X801"] == ["F004"]
    assert codes(collect(Round(workspace, PLAN, NOW))) == []


def test_the_register_made_anew_knows_the_council(workspace: Workspace) -> None:
    distribute(Round(workspace, PLAN, NOW), 1)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_01": 4, "意見_01": "よい。"}))
    before = collect(Round(workspace, PLAN, NOW))
    (workspace.inbox / "1.xlsx").unlink()
    rebuild(Round(workspace, PLAN, LATER), lambda done, total: None)
    with Register.open(workspace.register) as register:
        assert ballots.averages(register, R3) == {1: 40}
    assert collect(Round(workspace, PLAN, LATER)).tallies == before.tallies


def test_practices_that_ended_are_known_from_the_register(workspace: Workspace) -> None:
    with Register.open(workspace.register) as register:
        register.take_history(R3, [PastResult(16, {}, None, R3)], "0" * 64)
    distribute(Round(workspace, PLAN, NOW), 1)
    assert ballot.opinion_name(Target(ENDED, 16)) in sheet(workspace, 1).defined_names


# -- status and return ----------------------------------------------------------------------------


def faulty_round(workspace: Workspace, plan: Plan = PLAN) -> Round:
    """Member 1 right, 2 faulty, 3 faulty after a right one, 4 silent, and a sheet of nobody."""
    held = Round(workspace, plan, NOW)
    distribute(held, 4)
    put(workspace, "1.xlsx", fill(sheet(workspace, 1), {"評価_01": 3}), 1)
    put(workspace, "2.xlsx", fill(sheet(workspace, 2), {"評価_01": "◎", "意見_02": "よい。"}), 2)
    put(workspace, "3.xlsx", fill(sheet(workspace, 3), {"評価_01": 4}), 3)
    put(workspace, "3b.xlsx", fill(sheet(workspace, 3), {"評価_01": 7}), 4)
    nobody = sheet(workspace, 4)
    del nobody.defined_names["照合"]
    put(workspace, "9.xlsx", fill(nobody, {"委員番号": 99, "評価_01": 2}), 5)
    collect(held)
    return held


def test_status_says_who_returned_what(workspace: Workspace) -> None:
    held = faulty_round(workspace)
    states = members.standing(held)
    assert [known.state.value for known in states] == ["受理", "要修正", "旧版", "未提出"]
    document = members.as_json(held, states)
    assert document["members"][2] == {  # type: ignore[index]
        "no": 3,
        "name": "",
        "status": "旧版",
        "file": "inbox/3b.xlsx",
        "received": NOW,
        "scores": 1,
        "opinions": 0,
    }
    collect(Round(workspace, PLAN, LATER))  # nothing new: the moments of receipt stay
    assert members.standing(held) == states


def test_faulty_sheets_go_back_marked(workspace: Workspace) -> None:
    held = faulty_round(workspace)
    done = return_ballots(held)
    assert [known.member and known.member.no for known in done.ballots] == [2, 3, None]
    names = sorted(path.name for path in done.folder.iterdir())
    assert names == [
        "委員02_2.xlsx",
        "委員02_連絡文.txt",
        "委員03_3b.xlsx",
        "委員03_連絡文.txt",
        "委員不明5_9.xlsx",
        "委員不明5_連絡文.txt",
    ]
    letter = (done.folder / "委員02_連絡文.txt").read_text("utf-8-sig")
    assert "№1の評価が『◎』です。" in letter
    assert "委員02_2.xlsx" in letter
    marked = openpyxl.load_workbook(done.folder / "委員02_2.xlsx")
    place = spot(marked, "評価_01")
    assert marked.sheetnames[0] == "確認結果"
    assert marked[ballot.SHEET][place].comment is not None
    again = return_ballots(held)
    assert {file.outcome for file in again.written} == {Outcome.UNCHANGED}


def test_a_marked_sheet_that_was_mended_counts(workspace: Workspace) -> None:
    held = faulty_round(workspace)
    folder = return_ballots(held).folder
    book = openpyxl.load_workbook(folder / "委員02_2.xlsx")
    put(workspace, "2b.xlsx", fill(book, {"評価_01": 5}), 9)
    done = collect(Round(workspace, PLAN, LATER))
    assert done.returned == (1, 2, 3)
    assert done.tallies[0].mean == 40
    written = return_ballots(Round(workspace, PLAN, LATER)).written
    assert {
        file.path.rpartition("/")[2] for file in written if file.outcome is Outcome.REMOVED
    } == {
        "委員02_2.xlsx",
        "委員02_連絡文.txt",
    }


@needs_office
def test_a_sheet_that_cannot_be_marked_is_told_in_the_letter(workspace: Workspace) -> None:
    held = Round(workspace, PLAN, NOW)
    distribute(held, 1)
    data = fill(sheet(workspace, 1), {"評価_01": 9})
    put(workspace, "1.ods", convert({"1": data}, "ods")["1"])
    collect(held)
    (returned,) = return_ballots(held).ballots
    assert not returned.marked
    text = (return_ballots(held).folder / "委員01_連絡文.txt").read_text("utf-8-sig")
    assert "№1の評価が『9』です。" in text
    assert "ファイルはありません" in text


def test_findings_of_sheets_are_made_anew(workspace: Workspace) -> None:
    plan = dataclasses.replace(PLAN, members=tuple(map(Member, range(1, 5))))
    held = faulty_round(workspace, plan)
    with Register.open(workspace.register) as register:
        before = [members.findings_of(register, v) for v in members.versions(register, R3)]
    rebuild(held, lambda done, total: None)
    with Register.open(workspace.register) as register:
        after = [members.findings_of(register, v) for v in members.versions(register, R3)]
    assert after == before
