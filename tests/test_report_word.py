"""意見書_R3.docx: its parts, every published figure in it, its pages, and nothing injected."""

from __future__ import annotations

import dataclasses
import io
import re
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from tests.office import needs_office
from tests.reports import (
    PRAISE,
    WISH,
    figures_of,
    many,
    opinions_on,
    part_of,
    real_report,
    report_of,
)
from tests.test_figures import CRITERIA, PLAN, R3, practices, published
from workbook_tools.council.opinions import Opinions
from workbook_tools.era import FiscalYear
from workbook_tools.excel.pdf import document_to_pdf
from workbook_tools.plan.model import Plan
from workbook_tools.report import paging
from workbook_tools.report.content import Block, Report, pieces_of
from workbook_tools.report.terms import Filled
from workbook_tools.report.word import document

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@cache
def real() -> bytes:
    return document(real_report())


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def words(element: Any) -> str:
    """All text of an element of Word, also what stands in content controls."""
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def style_of(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return str(style.get(qn("w:val"))) if style is not None else ""


def headings(data: bytes) -> list[tuple[int, str]]:
    found = []
    for paragraph in opened(data).element.body.iter(f"{W}p"):
        name = style_of(paragraph)
        if name.startswith("Heading"):
            found.append((int(name[-1]), words(paragraph)))
    return found


def tables(data: bytes) -> dict[str, list[list[str]]]:
    """Name of its control → the rows of a table, headings too."""
    found = {}
    for control in opened(data).element.body.iter(f"{W}sdt"):
        table = control.find(f"{W}sdtContent/{W}tbl")
        if table is not None:
            rows = [
                [words(cell).strip("　") for cell in row.iter(f"{W}tc")]
                for row in table.iter(f"{W}tr")
            ]
            found.setdefault(control.find(f"{W}sdtPr/{W}tag").get(qn("w:val")), rows)
    return found


def body(data: bytes) -> str:
    return "\n".join(words(paragraph) for paragraph in opened(data).element.body.iter(f"{W}p"))


# -- the parts


def test_the_parts_in_their_order() -> None:
    upper = [text for level, text in headings(real()) if level < 3]
    assert upper == [
        "１　はじめに",
        "２　評価方法について",
        "評価の流れ",
        "評価方法",
        "３　行政創革プランの取組状況と評価",
        "行政創革プラン取組状況一覧　【取組項目別】　Ｒ３年度末",
        "行政創革プラン取組状況一覧　【実践項目別】　Ｒ３年度末",
        "Ⅰ　取組項目別の評価について",
        "Ⅱ　取組の有効性について",
        "４　総評",
    ]
    deep = [text for level, text in headings(real()) if level == 3]
    assert deep[:3] == [
        "ア　担当部署による自己評価",
        "イ　毎年度の進捗状況に対する評価",
        "ウ　中間年及び最終年の取組の有効性の評価",
    ]
    assert deep[3:24] == [f"№{item['no']}　{item['name']}" for item in published()["items"]]
    assert deep[24:] == [
        "１　取組項目別・評価集計",
        "２　テーマ別・評価集計",
        "３　テーマ別・評価集計（グラフ）",
    ]


def test_the_flow_of_the_evaluation() -> None:
    assert re.findall("^令和.年度　.*$", body(real()), re.MULTILINE) == [
        "令和３年度　①令和２年度の進捗状況の評価",
        "令和４年度　②令和３年度の進捗状況及び取組の有効性の評価",
        "令和５年度　③令和４年度の進捗状況の評価",
        "令和６年度　④令和５年度の進捗状況の評価",
        "令和７年度　⑤取組の有効性の評価",
    ]


def test_a_year_without_effectiveness() -> None:
    plan = PLAN.of_year(FiscalYear.parse("R4"))
    known = report_of(figures_of(plan, council={}), opinions_on())
    data = document(known)
    upper = [text for level, text in headings(data) if level < 3]
    assert "Ⅱ　取組の有効性について" not in upper
    assert upper[-2:] == ["Ⅰ　取組項目別の評価について", "４　総評"]
    rows = tables(data)["表/取組項目別"]
    assert {row[16] for row in rows[2:]} == {"－"}
    said = body(data)
    for word in ("審議会の評価　", "年度取組終了】", "グラフ", "評価なし"):
        assert word not in said
    assert not any(name.startswith("word/charts") for name in names(data))


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def test_optional_parts() -> None:
    typed = {("委員名簿", "1"): "山田 花子　会長\n", ("審議経過", "第１回"): "７月１日　進捗　状況"}
    known = tables(document(report_of(figures_of(), None, typed)))
    assert known["表/委員名簿"] == [["氏名", "役職"], ["山田 花子", "会長"]]
    assert known["表/審議経過"][1] == ["第１回", "７月１日", "進捗　状況"]
    assert not {"表/委員名簿", "表/審議経過"} & set(tables(real()))


# -- every published figure


def test_items_as_published() -> None:
    rows = {row[0]: row for row in tables(real())["表/取組項目別"][2:]}
    for item in published()["items"]:
        row = rows[str(item["no"])]
        averages = item.get("averages_on_page", item["averages"])
        figures = [*averages.values(), item.get("total_on_page", item["total"])]
        assert row[1] == item["name"]
        assert row[9] == str(item["practice_count"])
        assert row[10:15] == [f"{figure:.1f}" for figure in figures]
        assert row[15:] == [item["grade_R3"], f"{item['council_average']:.1f}"]


@pytest.mark.parametrize("item", published()["items"], ids=lambda item: f"№{item['no']}")
def test_pages_of_items_as_published(item: dict[str, Any]) -> None:
    known, no = tables(real()), item["no"]
    averages = item.get("averages_on_page", item["averages"])
    figures = [*averages.values(), item.get("total_on_page", item["total"])]
    row = known[f"表/取組項目別/№{no}"][2]
    assert row[7:13] == [*(f"{figure:.1f}" for figure in figures), item["grade_R3"]]
    assert row[13:] == [item["grade_R2"], "今回", "－", "－", "－"]
    own = [fact for fact in practices() if fact["item_no"] == no]
    rows = known[f"表/実践項目別/№{no}"][2:]
    assert [row[0] for row in rows] == [str(fact["no"]) for fact in own]
    said = body(real())
    assert f"審議会の評価　　評価の平均　{item['council_average']} /5" in said


def test_themes_as_published() -> None:
    rows = tables(real())["表/テーマ別"][2:]
    assert [row[0] for row in rows] == [theme["no"] for theme in published()["themes"]]
    for row, theme in zip(rows, published()["themes"], strict=True):
        figures = [*theme["averages"].values(), theme["total"]]
        assert row[2:4] == [str(theme["item_count"]), str(theme["practice_count"])]
        assert row[4:9] == [f"{figure:.1f}" for figure in figures]
        assert row[9:] == [theme["grade"], f"{theme['council_average']:.1f}"]


def test_practices_as_published() -> None:
    rows = tables(real())["表/実践項目別"][2:]
    for row, fact in zip(rows, practices(), strict=True):
        scores = fact["scores"]["R3"] or fact["printed_in_list_R3"]
        grade = fact["grade"]["R3"] or fact["grade"]["R2"]
        ended = {"R2": "Ｒ２", "R3": "Ｒ３", None: ""}[fact["finished"]]
        assert row[:2] == [str(fact["no"]), f"№{fact['item_no']}"]
        assert row[4:12] == [
            fact["grade"]["R2"],
            *map(str, scores),
            str(sum(scores)),
            grade,
            ended,
        ]


def test_the_headline_as_published() -> None:
    told, said = published()["headline"], body(real())
    assert f"終了した{told['finished_before']}項目を除く{told['evaluated']}項目" in said
    assert f"合わせて{told['finished_until_now']}項目" in said
    assert f"{told['share_A_and_B_over_percent']}％を超え" in said
    grades, before = told["grades"], told["grades_previous_C"]
    assert f"前年度の{before}項目から{grades['C']}項目に減り" in said
    high = told["items_with_council_average_4_or_more"]
    assert f"4.0以上となった取組項目の数は{high}である" in said
    for name in (
        "№1「新たな財源確保に向けた取組」（4.3）",
        "№6「公共交通の利便性向上に向けた取組」（3.0）",
    ):
        assert name in said


def test_a_figure_is_the_same_wherever_it_stands() -> None:
    for known in (real_report(), report_of(figures_of(council={})), report_of(many(40))):
        said: dict[str, set[str]] = {}
        for element in known.elements():
            for piece in pieces_of(element):
                if isinstance(piece, Filled):
                    said.setdefault(piece.name, set()).add(piece.words)
        assert {name: texts for name, texts in said.items() if len(texts) > 1} == {}


# -- the page


def test_portrait_with_landscape_lists_and_numbers_from_the_second_part() -> None:
    sections = opened(real()).sections
    wide = [section.page_width > section.page_height for section in sections]
    assert wide == [False, False, False, True, True, False, False, False, False]
    sizes = {section.page_width.mm + section.page_height.mm for section in sections}
    assert {round(size) for size in sizes} == {210 + 297}
    starts = [section._sectPr.find(f"{W}pgNumType") for section in sections]
    assert [start is not None for start in starts] == [False] * 2 + [True] + [False] * 6
    feet = ["PAGE" in part_of(real(), name) for name in names(real()) if "footer" in name]
    assert feet == [True]


def test_the_letters_are_mincho_of_eleven_points() -> None:
    styles = opened(real()).styles
    assert styles["Normal"].font.name == "BIZ UD明朝"
    assert styles["Normal"].font.size is not None
    assert styles["Normal"].font.size.pt == 11
    assert '<w:altName w:val="BIZ UD明朝 Medium"/>' in part_of(real(), "word/fontTable.xml")


def test_the_contents_are_a_field_with_all_upper_headings() -> None:
    xml = part_of(real())
    assert re.search(r'<w:instrText[^>]*> TOC \\o "1-2" \\h \\z \\u </w:instrText>', xml)
    assert xml.count('w:fldCharType="begin"') == xml.count('w:fldCharType="end"')
    linked = re.findall(r'<w:hyperlink w:anchor="([^"]*)"', xml)
    marks = re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]*)"', xml)
    upper = [text for level, text in headings(real()) if level < 3]
    assert len(linked) == len(upper)
    assert set(linked) <= set(marks)
    assert len(set(marks)) == len(marks)


def test_tables_repeat_their_headings_and_rows_do_not_break() -> None:
    for table in opened(real()).element.body.iter(f"{W}tbl"):
        rows = list(table.iter(f"{W}tr"))
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        repeated = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        heads = repeated.count(True)
        assert heads in (1, 2)
        assert repeated == [True] * heads + [False] * (len(rows) - heads)
        assert table.find(f"{W}tblPr/{W}tblCaption").get(qn("w:val"))


def test_every_control_has_a_tag_an_alias_and_a_number_of_its_own() -> None:
    numbers = set()
    for control in opened(real()).element.body.iter(f"{W}sdt"):
        own = control.find(f"{W}sdtPr")
        tag, alias = (own.find(f"{W}{kind}").get(qn("w:val")) for kind in ("tag", "alias"))
        assert tag == alias
        assert 0 < len(tag) <= 64
        numbers.add(own.find(f"{W}id").get(qn("w:val")))
        assert words(control)  # an empty one would show Word's own prompt
    assert len(numbers) == len(list(opened(real()).element.body.iter(f"{W}sdt")))


def test_graphs_are_charts_with_alternative_text_and_their_figures() -> None:
    told = [
        drawing.get("descr")
        for drawing in opened(real()).element.body.iter()
        if drawing.tag.endswith("}docPr")
    ]
    assert len(told) == 2
    for text in told:
        assert text is not None
        for theme, fact in zip(PLAN.themes, published()["themes"], strict=True):
            assert f"{theme.short}{fact['council_average']:.1f}" in text
    for number in (1, 2):
        chart = part_of(real(), f"word/charts/chart{number}.xml")
        assert re.findall(r"<c:v>([\d.]+)</c:v>", chart) == [
            str(theme["council_average"]) for theme in published()["themes"]
        ]
    assert '<c:showVal val="1"/>' in part_of(real(), "word/charts/chart2.xml")


def test_two_runs_give_the_same_bytes() -> None:
    assert document(real_report()) == real()
    with zipfile.ZipFile(io.BytesIO(real())) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not re.search(rb"202[1-9]-\d\d-\d\dT", archive.read("docProps/core.xml"))


# -- blocks


def blocks(known: Report) -> list[Block]:
    return [
        element for part in known.parts for element in part.elements if isinstance(element, Block)
    ]


def test_blocks_are_kept_together_unless_they_are_longer_than_a_page() -> None:
    said = {1: [PRAISE], 2: [PRAISE * 3] * 12}
    data = document(report_of(figures_of(), Opinions(said, {})))
    kept: dict[int, list[bool]] = {}
    number = 0
    for paragraph in opened(data).element.body.iter(f"{W}p"):
        style = style_of(paragraph)
        title = re.match(r"№(\d+)　", words(paragraph)) if style == "Heading3" else None
        number = int(title[1]) if title else number
        if style == "Bullet":
            keep = paragraph.find(f"{W}pPr/{W}keepNext") is not None
            kept.setdefault(number, []).append(keep)
    assert kept[1] == [False]  # the last of its block
    assert kept[2] == [False] * 12  # breaks between them


def test_never_more_than_two_blocks_a_page() -> None:
    short = blocks(report_of(figures_of(), Opinions({}, {})))
    assert [*paging.new_pages(short)] == [number > 0 and number % 2 == 0 for number in range(21)]
    assert not any(map(paging.is_long, short))


def test_ended_practices_spoken_of_together_share_a_heading() -> None:
    said = body(document(report_of(figures_of(), Opinions({}, {(44, 45): ["役目を終えた。"]}))))
    labels = [line for line in said.split("\n") if line.startswith("【Ｒ")]
    (together,) = [line for line in labels if line.count("№") > 1]
    assert re.fullmatch(r"【Ｒ.年度取組終了】№44 .*、№45 .*", together)
    assert sum(line.count("№") for line in labels) == 9


# -- what is missing


def test_nothing_gathered_yet_is_a_visible_gap() -> None:
    said = body(document(report_of(figures_of(council={}), None)))
    assert said.count("（意見はまだ集められていません）") == 21 + 9
    assert said.count("審議会の評価　　評価の平均　（審議会の評価なし）") == 21


def test_items_without_opinions_or_practices() -> None:
    items = (*PLAN.items, dataclasses.replace(PLAN.items[0], no=22, name="実践項目のない項目"))
    figures = figures_of(dataclasses.replace(PLAN, items=items))
    said = body(document(report_of(figures, Opinions({1: [PRAISE]}, {}))))
    assert said.count("（意見なし）") == 21 + 9
    assert said.count("（実践項目なし）") == 1


def test_missing_practices_show_a_word_and_no_figures() -> None:
    statuses = dict.fromkeys(range(1, 71), "受理") | {16: "未提出"}
    rows = tables(document(report_of(figures_of(statuses=statuses))))["表/実践項目別"]
    (row,) = [row for row in rows if row[0] == "16"]
    assert row[5:11] == ["", "", "", "", "", "未提出"]


# -- texts of others

BANE = (
    "<w:t>毒</w:t> &amp; {評価項目数} =1+1 </w:p><script>alert(1)</script> \x1b[31m\x00 ]]> ＆ \"'"
)
SEEN = "<w:t>毒</w:t> &amp; {評価項目数} =1+1 </w:p><script>alert(1)</script> [31m ]]> ＆ \"'"


def poisoned(known: Plan = PLAN) -> Report:
    plan = dataclasses.replace(
        known,
        items=tuple(dataclasses.replace(item, name=f"{BANE}{item.no}") for item in known.items),
        themes=tuple(dataclasses.replace(theme, name=f"{BANE}") for theme in known.themes),
        practices=tuple(
            dataclasses.replace(p, title=BANE, departments=(BANE,)) for p in known.practices
        ),
        council=BANE,
    )
    opinions = Opinions(
        {no: [BANE, "あ" * 5000, "段\r\n落\tと"] for no in range(1, 22)}, {(12,): [BANE]}
    )
    typed = {("総評", "3"): BANE.replace("\x1b", "").replace("\x00", ""), ("委員名簿", "1"): "<b>"}
    return report_of(figures_of(plan), opinions, typed)


def test_texts_of_others_are_only_texts() -> None:
    data = document(poisoned())
    said, xml = body(data), part_of(data)
    assert said.count(SEEN) > 21
    assert "あ" * 5000 in said
    assert "<script" not in xml
    fields = set(re.findall(r"<w:instrText[^>]*> (\w+)", xml))
    assert fields == {"TOC", "PAGEREF"}
    assert "66 =1+1" in said  # of the manuscript alone braces are a placeholder
    assert "{評価項目数} =1+1 </w:p>" in said


# -- on paper


@cache
def pdf() -> pypdf.PdfReader:
    data = document_to_pdf(document(real_report(), to_print=True))
    return pypdf.PdfReader(io.BytesIO(data))


def page_texts() -> list[str]:
    return [re.sub(r"\s", "", page.extract_text()) for page in pdf().pages]


@needs_office
def test_pages_of_the_pdf() -> None:
    pages = page_texts()
    (items,) = [at for at, text in enumerate(pages) if text.startswith("３行政創革プラン")]
    assert "21簡素で効率的な組織づくり" in pages[items]  # the list on one page
    blocks_on = [len(re.findall("意見等", text)) for text in pages]
    assert sum(blocks_on) == 21
    assert max(blocks_on) == 2
    alone = [at for at, count in enumerate(blocks_on) if count == 1]
    assert len(alone) <= 3  # №11 with seven practices leaves no room for №12 with six
    effect = next(text for text in pages if text.startswith("Ⅱ取組の有効性"))
    assert "２テーマ別・評価集計" in effect
    assert pages[2].startswith("１はじめに")
    assert not pages[2].endswith("1")


@needs_office
def test_blocks_are_not_torn_on_paper() -> None:
    for text in page_texts():
        assert text.count("意見等") == len(re.findall("（参考）総合評価", text))


@needs_office
def test_the_pdf_is_tagged_has_bookmarks_and_the_right_letters(tmp_path: Path) -> None:
    catalog = pdf().trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "ja-JP"
    titles = [entry["/Title"] for entry in pdf().outline if isinstance(entry, dict)]
    assert titles == [
        "１　はじめに",
        "２　評価方法について",
        "３　行政創革プランの取組状況と評価",
        "４　総評",
    ]
    path = tmp_path / "意見書.pdf"
    path.write_bytes(document_to_pdf(document(real_report(), to_print=True)))
    fonts = subprocess.run(
        ["pdffonts", str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert "BIZUDMincho" in fonts
    assert "BIZUDGothic" in fonts
    assert "DejaVu" not in fonts


@needs_office
def test_the_contents_name_the_pages_on_which_headings_stand() -> None:
    pages = page_texts()
    contents = pages[1]
    for heading in ("Ⅰ取組項目別の評価について", "Ⅱ取組の有効性について", "４総評"):
        number = int(re.search(rf"{heading}\.*([0-9]+)", contents)[1])  # type: ignore[index]
        assert pages[number + 2].startswith(heading)  # cover, 目次 and はじめに have none


def test_the_words_of_the_criteria_stand_over_their_figures() -> None:
    heads = tables(real())["表/取組項目別"][1]
    assert heads[10:14] == list(CRITERIA)
    assert R3.wide in "".join(tables(real())["表/実践項目別"][0])
    assert WISH in body(real())
