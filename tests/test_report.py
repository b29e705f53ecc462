"""`report` as a secretary meets it: a real round, files of her own, and what goes wrong."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.office import needs_office
from tests.reports import edited, part_of, sheet_rows
from tests.samples import PLAN, R3, returned
from tests.test_council import fill, put, sheet
from workbook_tools.collect.collect import collect
from workbook_tools.council import opinions
from workbook_tools.council.collect import collect as collect_ballots
from workbook_tools.council.distribute import distribute
from workbook_tools.findings import UserError
from workbook_tools.plan.write_master import master
from workbook_tools.register.round import Round
from workbook_tools.report.report import refresh_report, write_report
from workbook_tools.workspace import Workspace

NOW = "2022-07-20T09:00:00+09:00"
BANE = "<w:p/>{評価項目数}\x1b[31m=1+1"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.inbox.mkdir()
    workspace.outbox.mkdir()
    workspace.plan_master.parent.mkdir()
    workspace.plan_master.write_bytes(master(PLAN))
    return workspace


def forms(workspace: Workspace) -> Round:
    """Two practices of №7 came back."""
    held = Round(workspace, PLAN, NOW)
    for no in (16, 17):
        put(workspace, f"No{no}.xlsx", returned(no))
    collect(held)
    return held


def ballots(workspace: Workspace) -> None:
    """Two members: scores for №1 and №7, words for №7."""
    held = Round(workspace, PLAN, NOW)
    distribute(held, 2)
    for member, score in ((1, 4), (2, 3)):
        values = {"評価_01": score, "評価_07": 5 - member, "意見_07": f"{BANE}委員{member}の意見。"}
        book = sheet(workspace, member)
        values["意見_07"] = values["意見_07"].replace("\x1b", "")
        put(workspace, f"委員{member}.xlsx", fill(book, values))
    collect_ballots(held)


def text_of(path: Path) -> str:
    xml = part_of(path.read_bytes())
    return "\n".join("".join(re.findall(r"<w:t[^>]*>([^<]*)", p)) for p in xml.split("</w:p>"))


def test_before_anything_came_back(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="先に collect を実行してください"):
        write_report(Round(workspace, PLAN, NOW))
    assert not list(workspace.outbox.iterdir())


def test_before_the_council_met(workspace: Workspace) -> None:
    done = write_report(forms(workspace))
    assert [path.name for path in done.paths] == ["意見書_R3.docx", "意見書原稿_R3.xlsx"]
    assert "（意見はまだ集められていません）" in text_of(done.paths[0])
    told = "\n".join(done.notes)
    assert "数値のない実践項目が" in told
    assert "審議会の意見がまだありません" in told
    assert "審議会の評価のない取組項目が21件あります" in told


def test_with_the_council(workspace: Workspace) -> None:
    held = forms(workspace)
    ballots(workspace)
    done = write_report(held)
    said = text_of(done.paths[0])
    assert "審議会の評価　　評価の平均　3.5 /5" in said
    assert "&lt;w:p/&gt;{評価項目数}[31m=1+1委員1の意見。" in said
    assert said.count("（意見なし）") >= 20
    assert any(note.startswith("意見のない取組項目が20件") for note in done.notes)
    assert any(note.startswith("審議会の評価のない取組項目が19件") for note in done.notes)


def test_opinions_are_printed_as_the_secretariat_left_them(workspace: Workspace) -> None:
    held = forms(workspace)
    ballots(workspace)
    path = workspace.outbox / "意見集約_R3.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[opinions.SHEET]
    page["E4"], page["F5"] = "採用した文。" + "長" * 5000, None
    book.save(path)
    said = text_of(write_report(held).paths[0])
    assert "採用した文。" + "長" * 5000 in said
    assert "委員2の意見" not in said


def test_again_keeps_the_manuscript_and_the_bytes(workspace: Workspace) -> None:
    held = forms(workspace)
    first = [path.read_bytes() for path in write_report(held, html=True).paths]
    assert [path.read_bytes() for path in write_report(held, html=True).paths] == first
    path = workspace.outbox / "意見書原稿_R3.xlsx"
    path.write_bytes(edited(path.read_bytes(), {("総評", "3"): "三つ目は{評価項目数}件。999件。"}))
    done = write_report(held)
    assert "三つ目は2件。999件。" in text_of(done.paths[0])
    assert "総評　3：『999』は、この年度のどの数値とも合いません。確かめてください。" in done.notes
    rows = {(row["章"], row["段落"]): row for row in sheet_rows(path.read_bytes())}
    assert rows["総評", "3"]["採用文"] == "三つ目は{評価項目数}件。999件。"


def test_a_report_that_somebody_edited_is_not_written_over(workspace: Workspace) -> None:
    held = forms(workspace)
    path = write_report(held).paths[0]
    document = docx.Document(str(path))
    document.core_properties.modified = document.core_properties.created.replace(year=2022)
    document.add_paragraph("手で加えた文。")
    document.save(str(path))
    mine = path.read_bytes()
    done = write_report(held)
    assert path.read_bytes() == mine
    assert done.paths[0].name == "意見書_R3_新.docx"
    assert "report --refresh 意見書_R3.docx" in done.notes[0]
    assert write_report(held).paths[0].name == "意見書_R3_新.docx"


def test_refresh_writes_another_file(workspace: Workspace) -> None:
    held = forms(workspace)
    path = write_report(held).paths[0]
    document = docx.Document(str(path))
    document.add_paragraph("手で加えた文。")
    mine = workspace.root / "意見書_R3_編集済.docx"
    document.save(str(mine))
    before = mine.read_bytes()
    ballots(workspace)
    done = refresh_report(held, mine)
    assert mine.read_bytes() == before
    assert done.path == workspace.outbox / "意見書_R3_編集済_更新.docx"
    said = text_of(done.path)
    assert "手で加えた文。" in said
    assert "審議会の評価　　評価の平均　3.5 /5" in said
    told = {change.name: (change.was, change.now) for change in done.changes}
    assert told["取組項目別/№7/審議会評価平均"] == ("", "3.5")
    assert refresh_report(held, mine).path == done.path  # the same again
    done.path.write_bytes(before)
    assert refresh_report(held, mine).path.name == "意見書_R3_編集済_更新2.docx"


def test_a_document_that_is_open_in_word(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = forms(workspace)
    kept = write_report(held).paths[0].read_bytes()
    ballots(workspace)
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.suffix == ".docx":
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError, match="Ｗｏｒｄで開いていれば閉じ") as told:
        write_report(held)
    assert "\n" not in str(told.value)
    assert (workspace.outbox / "意見書_R3.docx").read_bytes() == kept
    assert not [path for path in workspace.outbox.iterdir() if path.suffix == ".tmp"]


def test_fixed_paragraphs_of_the_year_before(workspace: Workspace) -> None:
    held = forms(workspace)
    path = write_report(held).paths[1]
    typed = edited(path.read_bytes(), {("委員名簿", "1"): "山田 花子　会長"})
    path.rename(path.with_name("意見書原稿_R2.xlsx"))
    path.with_name("意見書原稿_R2.xlsx").write_bytes(typed)
    said = text_of(write_report(held).paths[0])
    assert "委員名簿" in said
    assert "山田 花子" in said


# -- the command


def run(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbook_tools", "--workspace", str(workspace.root), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_the_command(workspace: Workspace) -> None:
    forms(workspace)
    done = run(workspace, "report", "--year", "令和３年度", "--html")
    assert (done.returncode, done.stdout.count("作りました")) == (0, 3)
    assert "審議会の意見がまだありません" in done.stderr
    again = run(workspace, "report", "--refresh", str(workspace.outbox / "意見書_R3.docx"))
    assert again.returncode == 0, again.stderr
    assert "入れ替えた数値 0件" in again.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["report", "--refresh", "ない.docx"], "『ない.docx』がありません"),
        (
            ["report", "--refresh", "HERE/inbox/No16.xlsx"],
            "Ｗｏｒｄ の文書（.docx）として読めません",
        ),
        (["report", "--refresh", "a.docx", "--html"], "一緒には使えません"),
        (["report", "--year", "R4"], "令和４年度の計画が登録されていません"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    workspace: Workspace, words: list[str], sentence: str
) -> None:
    forms(workspace)
    done = run(workspace, *(word.replace("HERE", str(workspace.root)) for word in words))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


@needs_office
def test_the_pdf_stands_beside_the_document(workspace: Workspace) -> None:
    done = write_report(forms(workspace), pdf=True)
    assert done.paths[-1].name == "意見書_R3.pdf"
    assert done.paths[-1].read_bytes().startswith(b"%PDF")


def test_without_libreoffice_the_document_is_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    held = forms(workspace)
    with pytest.raises(UserError, match="LibreOffice が必要です"):
        write_report(held, pdf=True)
    assert docx.Document(io.BytesIO((workspace.outbox / "意見書_R3.docx").read_bytes()))


def test_the_round_is_held_by_its_own_plan(workspace: Workspace) -> None:
    done = write_report(forms(workspace))
    assert f"{R3.long}の取組状況に関する意見書" in text_of(done.paths[0])
