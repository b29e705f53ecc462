"""`report --refresh`: today's figures into a document that people edited, and nothing else."""

from __future__ import annotations

import io
import random
import re
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest

from tests import edits
from tests.office import SOFFICE, needs_office
from tests.reports import part_of, with_part
from workbook_tools.findings import UserError
from workbook_tools.report.refresh import refreshed
from workbook_tools.report.word import document

FILE = "編集済.docx"


@pytest.mark.parametrize("number", range(25))
def test_random_edits_of_the_prose_stay(number: int) -> None:
    assert edits.faults(edits.edited(random.Random(f"suite/{number}"))) == []


def test_a_fault_of_refresh_would_be_found() -> None:
    data = edits.written()
    assert edits.outside(data) != edits.outside(
        with_part(data, part_of(data).replace("計画", "画計"))
    )
    assert dict(edits.shown(data))["取組項目別/№1/審議会評価平均"] == "4.3"


def test_what_changed_is_listed() -> None:
    data, changes, notes = refreshed(edits.written(), FILE, edits.after())
    told = {change.name: (change.was, change.now) for change in changes}
    assert told["取組項目別/№1/審議会評価平均"] == ("4.3", "5.0")
    assert told["審議会最低"] == ("3.2", "1.2")
    assert told["実践項目別/№1/創造性"] == ("2", "2") if "実践項目別/№1/創造性" in told else True
    assert notes == ()
    same, none, _ = refreshed(edits.written(), FILE, edits.before())
    assert none == ()
    assert part_of(same) == part_of(edits.written())
    assert "5.0" in part_of(data)


def test_a_typed_word_stays_beside_a_fresh_figure() -> None:
    xml = part_of(edits.written())
    changed = xml.replace(
        "今後の取組の進展を期待する", "今後＜こそ＞&amp;".replace("＜", "&lt;"), 1
    )
    assert changed != xml
    data, _, _ = refreshed(with_part(edits.written(), changed), FILE, edits.after())
    assert "今後&lt;こそ＞&amp;" in part_of(data)


def test_graphs_are_drawn_anew() -> None:
    data, _, _ = refreshed(edits.written(), FILE, edits.after())
    old, new = (
        re.findall(r"<c:v>([\d.]+)</c:v>", part_of(known, "word/charts/chart2.xml"))
        for known in (edits.written(), data)
    )
    assert new != old
    assert new == [f"{value:g}" for value in graph_values()]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = archive.read("word/embeddings/chart2.xlsx")
    fresh = document(edits.after())
    with zipfile.ZipFile(io.BytesIO(fresh)) as archive:
        assert archive.read("word/embeddings/chart2.xlsx")[:2] == book[:2] == b"PK"


def graph_values() -> list[float]:
    (graph,) = [g for g in edits.after().elements() if getattr(g, "kind", "") == "bar"]
    return [*graph.values]  # type: ignore[union-attr]


def test_a_document_of_word_opens_afterwards() -> None:
    data, _, _ = refreshed(edits.edited(random.Random(5)), FILE, edits.after())
    assert docx.Document(io.BytesIO(data)).paragraphs


def test_figures_that_are_not_there_any_more_are_told() -> None:
    xml = part_of(edits.written())
    gone = xml.replace("取組項目別/№1/合計", "取組項目別/№99/合計")
    _, _, notes = refreshed(with_part(edits.written(), gone), FILE, edits.after())
    assert [note for note in notes if "№99" in note] == [
        "今の意見書にない欄のため、そのままにしました： 取組項目別/№99/合計"
    ]
    assert [note for note in notes if "この文書に欄のない数値が1件" in note]


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def foreign() -> bytes:
    buffer = io.BytesIO()
    other = docx.Document()
    other.add_paragraph("別の文書")
    other.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文書（.docx）として読めません"),
        (b"PK\x03\x04 broken", "文書（.docx）として読めません"),
        (edits.written()[: len(edits.written()) // 2], "文書（.docx）として読めません"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "パスワードを外すか"),
        (zipped(xl__workbook="<a/>"), "文書（.docx）として読めません"),
        (with_part(edits.written(), "<w:document>"), "文書（.docx）として読めません"),
        (with_part(edits.written(), "<a xmlns='b'/>"), "文書（.docx）として読めません"),
        (
            with_part(edits.written(), "<!DOCTYPE a [<!ENTITY b 'c'>]>" + part_of(edits.written())),
            "文書（.docx）として読めません",
        ),
        (foreign(), "数値の欄がありません"),
        (
            with_part(
                edits.written(),
                part_of(edits.written()).replace("令和３年度</w:t>", "令和２年度</w:t>"),
            ),
            "令和２年度の意見書です（今の年度は令和３年度）",
        ),
    ],
    ids=[
        "empty",
        "broken",
        "half",
        "ole",
        "workbook",
        "xml",
        "namespace",
        "entity",
        "foreign",
        "year",
    ],
)
def test_broken_and_foreign_files(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)) as told:
        refreshed(data, FILE, edits.after())
    assert FILE in str(told.value)
    assert "\n" not in str(told.value)


@needs_office
def test_a_document_that_went_through_libreoffice(tmp_path: Path) -> None:
    """It keeps the alias alone, and puts a table's control into the table's first cell."""
    source = tmp_path / "in" / "a.docx"
    source.parent.mkdir()
    source.write_bytes(edits.written())
    profile = (tmp_path / "profile").as_uri()
    words = [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to"]
    subprocess.run(
        [*words, "docx:MS Word 2007 XML", "--outdir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    there = (tmp_path / "a.docx").read_bytes()
    assert "w:tag " not in part_of(there)
    assert edits.faults(there) == []
    data, changes, notes = refreshed(there, FILE, edits.after())
    direct = refreshed(edits.written(), FILE, edits.after())[1]
    assert {(change.name, change.now) for change in changes} == {
        (change.name, change.now) for change in direct
    }
    assert not [note for note in notes if "そのままにしました" in note]
    said = dict(edits.shown(data))
    assert said["取組項目別/№1/審議会評価平均"] == "5.0"
