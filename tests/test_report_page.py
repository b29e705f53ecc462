"""意見書_R3.html: one page that everybody can read; in a real browser where there is one."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import pytest

from tests.browsing import looked_at, needs_browser, screenshot
from tests.edits import SMALL, before
from tests.reports import figures_of, opinions_on, real_report, report_of
from tests.test_figures import PLAN, practices, published
from tests.test_report_word import BANE, SEEN, poisoned
from workbook_tools.council.opinions import Opinions
from workbook_tools.era import FiscalYear
from workbook_tools.report.page import page

HTML = "{http://www.w3.org/1999/xhtml}"


@cache
def real() -> bytes:
    return page(real_report())


def parsed(data: bytes) -> Any:
    """As a browser reads it; every mistake raises."""
    return html5lib.HTMLParser(strict=True).parse(data.decode("utf-8"))


def words(element: Any) -> str:
    return "".join(element.itertext())


def all_of(tree: Any, *names: str) -> list[Any]:
    wanted = {HTML + name for name in names}
    return [element for element in tree.iter() if element.tag in wanted]


def table(data: bytes, caption: str) -> list[list[str]]:
    (found,) = [
        known
        for known in all_of(parsed(data), "table")
        if words(known.find(f"{HTML}caption")) == caption
    ][:1]
    return [[words(cell) for cell in row] for row in found.iter(f"{HTML}tr")]


def test_language_title_and_one_first_heading() -> None:
    tree = parsed(real())
    assert tree.get("lang") == "ja"
    (title,) = all_of(tree, "title")
    (first,) = all_of(tree, "h1")
    assert words(title) == words(first) == "行政創革プランの令和３年度末の取組状況に関する意見書"


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [
        int(heading.tag[-1]) for heading in all_of(parsed(real()), *(f"h{n}" for n in range(1, 7)))
    ]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert max(levels) == 4


def test_the_way_to_the_text_and_to_its_parts() -> None:
    tree = parsed(real())
    places = {element.get("id") for element in tree.iter() if element.get("id")}
    links = [link.get("href") for link in all_of(tree, "a")]
    assert links[0] == "#main"
    assert {link.removeprefix("#") for link in links} <= places
    assert len(links) == len(set(links)) == 11


def test_tables_have_captions_and_every_heading_a_scope() -> None:
    tables = all_of(parsed(real()), "table")
    assert len(tables) == 2 + 2 * 21 + 2 + 1
    for known in tables:
        assert words(known.find(f"{HTML}caption"))
        heads = list(known.iter(f"{HTML}th"))
        assert {head.get("scope") for head in heads} <= {"col", "colgroup", "row"}
        columns = [
            sum(int(cell.get("colspan", 1)) for cell in row) for row in known.iter(f"{HTML}tr")
        ]
        assert columns[0] == columns[-1]
    practice_list = next(
        known for known in tables if words(known.find(f"{HTML}caption")).startswith("実践項目別")
    )
    rows = [head for head in practice_list.iter(f"{HTML}th") if head.get("scope") == "row"]
    assert [words(head) for head in rows] == [fact["title"] for fact in practices()]


def test_figures_as_published() -> None:
    rows = {
        row[0]: row
        for row in table(real(), "取組項目別の実践項目数、平均値、総合評価及び審議会評価平均")
    }
    for item in published()["items"]:
        averages = item.get("averages_on_page", item["averages"])
        figures = [*averages.values(), item.get("total_on_page", item["total"])]
        assert rows[str(item["no"])][10:] == [
            *(f"{figure:.1f}" for figure in figures),
            item["grade_R3"],
            f"{item['council_average']:.1f}",
        ]


def test_the_graph_is_a_table_too() -> None:
    rows = table(real(), "テーマ別の審議会評価平均（グラフの数値）")
    assert rows[1:] == [
        [theme.short, f"{fact['council_average']:.1f}"]
        for theme, fact in zip(PLAN.themes, published()["themes"], strict=True)
    ]
    for svg in [element for element in parsed(real()).iter() if element.tag.endswith("}svg")]:
        assert svg.get("role") == "img"
        assert "施設3.5" in svg.get("aria-label")


def test_nothing_comes_from_outside() -> None:
    tree, text = parsed(real()), real().decode("utf-8")
    assert not all_of(tree, "script", "img", "iframe", "object", "link", "form", "base")
    assert not re.findall(r"(?:src|srcset|action|formaction)=", text)
    assert "url(" not in text
    assert "@import" not in text
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    assert "default-src 'none'" in text


def test_a_year_without_effectiveness_has_no_graph() -> None:
    plan = PLAN.of_year(FiscalYear.parse("R4"))
    data = page(report_of(figures_of(plan, council={}), opinions_on()))
    assert "<svg" not in data.decode("utf-8")
    assert "取組の有効性について" not in data.decode("utf-8")


def test_texts_of_others_are_only_texts() -> None:
    data = page(poisoned())
    tree = parsed(data)
    assert not all_of(tree, "script", "b")
    said = words(tree)
    assert said.count(SEEN) > 21
    assert "あ" * 5000 in said
    assert BANE not in said  # control characters are gone


def test_two_runs_give_the_same_bytes() -> None:
    assert page(real_report()) == real()


# -- in the browser

LATER = SMALL.of_year(FiscalYear.parse("R4"))
STATES = {
    "real": real_report,
    "nothing yet": lambda: report_of(figures_of(SMALL, council={}), None),
    "long": lambda: report_of(figures_of(SMALL), Opinions({1: ["あ" * 5000, "a" * 3000]}, {})),
    "progress only": lambda: report_of(figures_of(LATER, council={}), opinions_on()),
    "others' texts": lambda: poisoned(SMALL),
    "members": lambda: report_of(figures_of(SMALL), None, {("委員名簿", "1"): "山田 花子　会長"}),
}


@needs_browser
@pytest.mark.parametrize("state", STATES)
def test_the_checker_finds_nothing_on_a_phone(state: str) -> None:
    told = looked_at(page(STATES[state]()), 320)
    assert told["violations"] == []
    assert told["passes"] > 15
    assert told["requests"] == []
    assert (told["window"], told["wide"]) == (320, 320)  # nobody scrolls sideways


@needs_browser
def test_the_checker_finds_nothing_on_a_desk() -> None:
    told = looked_at(real(), 1200)
    assert (told["violations"], told["window"]) == ([], 1200)


@needs_browser
@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ('lang="ja"', "", "html-has-lang"),
        ("color: #333", "color: #bbb", "color-contrast"),
        ('scope="colgroup"', 'scope="wrong"', "scope-attr-valid"),
        ("<h2", "<h5", "heading-order"),
        ('role="img" aria-label', 'role="img" data-label', "svg-img-alt"),
    ],
)
def test_the_checker_would_find_it(right: str, wrong: str, rule: str) -> None:
    small = page(before()).decode("utf-8")
    damaged = small.replace(right, wrong)
    assert damaged != small
    assert rule in [name for name, _ in looked_at(damaged.encode(), 1200)["violations"]]


@needs_browser
def test_the_page_is_drawn(tmp_path: Path) -> None:
    for width in (320, 1200):
        screenshot(real(), width, 1500, tmp_path / f"{width}.png")
        assert (tmp_path / f"{width}.png").stat().st_size > 50_000


def test_of_one_theme_a_radar_would_be_a_point() -> None:
    items = tuple(dataclasses.replace(item, themes=("財政",)) for item in PLAN.items)
    data = page(report_of(figures_of(dataclasses.replace(PLAN, items=items)), None))
    assert data.count(b"<svg") == 1
    parsed(data)
