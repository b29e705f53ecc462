"""工程表 … 特記事項: the resolved texts as tables, and links to and from 実践項目別."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.samples import FORM, PLAN, R3
from tests.test_figures import real_facts
from workbook_tools.consolidate.consolidate import places
from workbook_tools.consolidate.places import Places
from workbook_tools.consolidate.texts import NAMES, add_texts, addresses
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Figures, compute
from workbook_tools.form import references, spec
from workbook_tools.register.records import Stored

FIGURES = compute(PLAN, real_facts())
TITLE = "住民異動等におけるタブレット端末の活用"
TEXTS = {
    "工程_当初_R2": "調査",
    "工程_状況_R2": "工程どおり",
    "工程_当初_R3": "⇒",
    "工程_変更_R3": "結果による",
    "工程_状況_R3": "工程見直し",
    "工程_当初_R4": "⇒",
    "取組予定_R2_1": "視察",
    "取組結果_R2_1": "(新)２市を見た。",
    "取組予定_R2_2": "検討会",
    "取組結果_R2_2": "(新)４回開いた。",
    "取組予定_R3_1": "②と同じ",
    "取組結果_R3_1": "(継)同上",
    "取組予定_R6_1": "③と同じ",
    "評価理由_進捗度": "視察を終えた。",
    "評価理由_総合評価": "おおむね順調。",
    "課題_R2": "人手",
    "解決方法_R2": "応援",
    "課題_R3": "・Ｒ２と同じ\n・予算",
    "解決方法_R3": "=1+1",
    "特記事項": "@評判",
}


def stored(texts: Mapping[str, str]) -> dict[str, Stored]:
    """Answers as the register gives them, references resolved."""
    resolved = references.resolve(FORM, texts)
    found = {}
    for name, text in texts.items():
        meaning = resolved.get(name)
        chain = meaning.chain if meaning else ""
        target = meaning.text if meaning and chain else None
        found[name] = Stored("進捗状況シート①", "A1", text, text, "", target, chain)
    return found


def said(text: str) -> Stored:
    return Stored("進捗状況シート②", "A1", text, text, "", None, "")


def sheets(
    answers: Mapping[int, Mapping[str, Stored]],
    figures: Figures = FIGURES,
    known: Places | None = None,
) -> dict[str, Worksheet]:
    book = Book()
    add_texts(book, figures, answers, known)
    read = openpyxl.load_workbook(io.BytesIO(book.bytes()))
    return {sheet.title: sheet for sheet in read}


def table(sheet: Worksheet) -> list[list[Any]]:
    """Headings and rows, below the title."""
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "工程表",
            [
                ["小№", "実践項目", "年度", "工程（実効）", "当初", "変更", "状況"],
                [16, TITLE, "Ｒ２", "調査", "調査", None, "工程どおり"],
                [16, TITLE, "Ｒ３", "結果による", "調査", "結果による", "工程見直し"],
                [16, TITLE, "Ｒ４", "結果による", "調査", None, None],
            ],
        ),
        (
            "取組内容",
            [
                ["小№", "実践項目", "年度", "番号", "取組予定", "取組結果", "参照", "状況"],
                [16, TITLE, "Ｒ２", "①", "視察", "(新)２市を見た。", None, "工程どおり"],
                [16, TITLE, "Ｒ２", "②", "検討会", "(新)４回開いた。", None, "工程どおり"],
                [16, TITLE, "Ｒ３", "③", "検討会", "(継)４回開いた。", "③←②", "工程見直し"],
                [16, TITLE, "Ｒ６", "⑥", "検討会", None, "⑥←③←②", None],
            ],
        ),
        (
            "評価理由",
            [
                ["小№", "実践項目", "評価項目", "評点", "評価の理由", "状況"],
                [16, TITLE, "進捗度", 1, "視察を終えた。", "工程見直し"],
                [16, TITLE, "総合評価", "B", "おおむね順調。", "工程見直し"],
            ],
        ),
        (
            "課題",
            [
                ["小№", "実践項目", "年度", "課題", "解決方法", "参照", "状況"],
                [16, TITLE, "Ｒ２", "人手", "応援", None, "工程どおり"],
                [16, TITLE, "Ｒ３", "人手\n・予算", "=1+1", "R3←R2", "工程見直し"],
            ],
        ),
        (
            "特記事項",
            [
                ["小№", "実践項目", "特記事項", "特記すべき事項", "状況"],
                [16, TITLE, "@評判", None, "工程見直し"],
            ],
        ),
    ],
)  # fmt: skip
def test_resolved_texts(name: str, rows: list[list[Any]]) -> None:
    assert table(sheets({16: stored(TEXTS)})[name]) == rows


def test_texts_stay_texts() -> None:
    dangerous = {**TEXTS, "特記事項": "=HYPERLINK(A1)", "取組結果_R2_1": "+81", "課題_R2": "-5"}
    found = sheets({16: stored(dangerous)})
    cells = [found["特記事項"]["C4"], found["取組内容"]["F4"], found["課題"]["D4"]]
    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=HYPERLINK(A1)", "s"),
        ("+81", "s"),
        ("-5", "s"),
    ]


def test_plan_and_result_resolved_in_different_ways() -> None:
    found = sheets({16: stored({**TEXTS, "取組結果_R3_1": "①と同じ"})})
    assert table(found["取組内容"])[3][4:7] == ["検討会", "(新)２市を見た。", "③←②、③←①"]


def test_nothing_is_in_force_after_the_end() -> None:
    facts = real_facts()
    ended = dataclasses.replace(facts, finished={**facts.finished, 16: R3})
    rows = table(sheets({16: stored(TEXTS)}, compute(PLAN, ended))["工程表"])
    assert [row[2:4] for row in rows[1:]] == [
        ["Ｒ２", "調査"],
        ["Ｒ３", "結果による"],
        ["Ｒ４", None],
    ]


def test_links_to_and_from_the_list() -> None:
    answers = {17: stored(TEXTS), 16: stored({"特記事項": "好評"}), 12: stored(TEXTS)}
    found = sheets(answers, known=places(FIGURES))
    for sheet in found.values():
        last = sheet.max_column
        numbers = [cell.value for (cell,) in sheet.iter_rows(min_row=4, max_col=1)]
        links = [row[-1].value for row in sheet.iter_rows(min_row=4, max_col=last)]
        assert set(numbers) <= {12, 16, 17}
        for row, (number, link) in enumerate(zip(numbers, links, strict=True), start=4):
            is_first = number not in numbers[: row - 4]  # one link a practice, by its own №
            where = f'"#実践項目別!A"&(MATCH(A{row},実践項目別!$A$4:$A$73,0)+3)'
            assert link == (f'=HYPERLINK({where},"実践項目別へ")' if is_first else None)
    assert addresses(FIGURES, answers) == {
        no: f'"#取組内容!A"&(MATCH({no},取組内容!$A:$A,0))' for no in (12, 17)
    }
    assert list(found) == list(NAMES)


def test_long_tables_as_the_contract_prints_them() -> None:
    for sheet in sheets({16: stored(TEXTS)}).values():
        assert sheet.freeze_panes == "C4"
        assert sheet.auto_filter.ref.startswith("A3:")
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.page_setup.scale == paper.LIST_PAGE.scale
        assert sheet.print_title_rows == "$3:$3"


def test_rows_are_as_high_as_their_text() -> None:
    found = sheets({16: stored({**TEXTS, "特記事項": "長い文。" * 100, "特記すべき事項": "一行"})})
    assert found["特記事項"].row_dimensions[4].height > 11.5 * 12
    short = sheets({16: stored({"特記事項": "短い"})})["特記事項"]
    assert short.row_dimensions[4].height < 32


def test_nothing_returned_yet() -> None:
    for name, sheet in sheets({}).items():
        assert len(table(sheet)) == 1, name


def test_a_text_field_of_the_form_has_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    own = spec.remark("今後の展望", "【今後の展望】", 6, "これからのことを書いてください。")
    more = dataclasses.replace(spec.SPEC, remarks=(*spec.SPEC.remarks, own))
    monkeypatch.setattr(spec, "SPEC", more)
    found = sheets({16: {**stored(TEXTS), "今後の展望": said("市内全域に広げる。")}})["特記事項"]
    assert table(found) == [
        ["小№", "実践項目", "特記事項", "特記すべき事項", "今後の展望", "状況"],
        [16, TITLE, "@評判", None, "市内全域に広げる。", "工程見直し"],
    ]
    assert [cell.value for cell in sheets({})["特記事項"][3]][-2] == "今後の展望"


def test_without_it_there_is_none() -> None:
    heads = ["小№", "実践項目", "特記事項", "特記すべき事項", "状況"]
    assert table(sheets({})["特記事項"]) == [heads]
