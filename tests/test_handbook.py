"""The handbook: one page with nothing from outside, all codes explained, screens as they are."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbook_tools.findings import CATALOGUE
from workbook_tools.handbook.manual import CHAPTERS, chapter, manual
from workbook_tools.handbook.meanings import GROUPS, MEANINGS

PACKAGE = Path(__file__).parent.parent / "workbook_tools"


class Page(HTMLParser):
    """Start tags with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(manual())


def test_the_page_is_the_same_every_time_and_small() -> None:
    assert manual() == manual()
    assert len(manual().encode()) < 1_000_000


def test_nothing_comes_from_outside(page: Page) -> None:
    assert not page.all("script")
    assert not page.all("link")
    assert page.all("img")
    assert all(str(img["src"]).startswith("data:image/png;base64,") for img in page.all("img"))
    assert "url(" not in manual()


def test_every_link_has_its_place(page: Page) -> None:
    places = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(places) == len(set(places))
    assert {str(link["href"]) for link in page.all("a")} <= {f"#{place}" for place in places}


def test_language_title_and_order_of_headings(page: Page) -> None:
    assert page.all("html") == [{"lang": "ja"}]
    assert "<title>workbook-tools の手引き</title>" in manual()
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_tables_and_pictures_are_told(page: Page) -> None:
    assert {attrs.get("scope") for attrs in page.all("th")} == {"col"}
    assert all(img["alt"] for img in page.all("img"))


def test_every_code_is_explained() -> None:
    rows = re.findall(r"^\| ([A-Z]\d{3}) \|", chapter("symbols"), re.MULTILINE)
    assert sorted(rows) == sorted(CATALOGUE) == sorted(MEANINGS)
    assert {code[0] for code in CATALOGUE} == set(GROUPS)


def test_sections_that_the_code_names_are_there(page: Page) -> None:
    named = {
        number
        for path in PACKAGE.rglob("*.py")
        for number in re.findall(r"domain §(\d+)", path.read_text("utf-8"))
    }
    places = {attrs.get("id") for _, attrs in page.tags}
    assert named
    assert {f"domain-{number}" for number in named} <= places


@pytest.mark.parametrize("name", CHAPTERS)
def test_words_survive_a_windows_console(name: str) -> None:
    assert [char for char in chapter(name) if char.encode("cp932", "ignore") == b""] == []


# -- what the first year shows on the screen ------------------------------------------------------

SCREENS = re.findall(r"^```sh\n(.*?)\n```\n\n```text\n(.*?)```", chapter("first_year"), re.S | re.M)


def is_shown(screen: str, output: str) -> bool:
    """A line … of the handbook stands for any lines."""
    return re.fullmatch(re.escape(screen).replace("…\\\n", "(.*\n)*"), output) is not None


def test_the_first_year_as_it_appears(tmp_path: Path) -> None:
    assert len(SCREENS) == 4
    for command, screen in SCREENS:
        words = shlex.split(command)[1:]
        done = subprocess.run(
            [sys.executable, "-m", "workbook_tools", *words],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert is_shown(screen, done.stdout), done.stdout + done.stderr


def test_another_screen_is_found() -> None:
    assert is_shown("受理 1\n…\n", "受理 1\n次は\n")
    assert not is_shown("受理 1\n…\n", "受理 2\n次は\n")


def test_the_example_of_the_package_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    import workbook_tools

    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(workbook_tools)
    assert done.attempted
    assert done.failed == 0
