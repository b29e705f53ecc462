"""`demo`: the whole year in a new folder, and the figures the city published at its end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from tests.test_figures import PLAN, R2, R3, practices, published
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect
from workbook_tools.collect.collection import Collection
from workbook_tools.council import opinions
from workbook_tools.demo import answers as demo_answers
from workbook_tools.demo import demo
from workbook_tools.demo.demo import Story, play
from workbook_tools.excel.read import book as reading
from workbook_tools.figures.compute import Figures, compute, tenths
from workbook_tools.figures.facts import gather
from workbook_tools.findings import Severity, UserError
from workbook_tools.form import layout
from workbook_tools.register import results
from workbook_tools.register.database import Register
from workbook_tools.register.records import Stored
from workbook_tools.register.round import Round
from workbook_tools.text import width

NOW = "2022-05-06T09:00:00+09:00"
LIST = "取組状況一覧_R3.xlsx"


def consolidate(held: Round) -> Sequence[Path]:
    """Stands for the real one: the demo only calls it and names its files."""
    assert (held.year, held.now) == (R3, NOW)
    path = held.workspace.outbox / LIST
    path.write_bytes(b"")
    return [path]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    said: list[str] = []
    done = play(tmp_path_factory.mktemp("demo") / "新しいフォルダー", NOW, said.append, consolidate)
    assert done.lines == tuple(said)
    return done


def round_of(story: Story) -> Round:
    return Round(story.workspace, story.plan, NOW)


@pytest.fixture(scope="module")
def result(story: Story) -> Figures:
    with Register.open(story.workspace.register, write=False) as register:
        return compute(story.plan, gather(register, round_of(story)))


@pytest.fixture(scope="module")
def answers(story: Story) -> dict[int, dict[str, Stored]]:
    with Register.open(story.workspace.register, write=False) as register:
        return results.answers(register, R3)


def states(done: Collection) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for known in done.practices:
        numbers.setdefault(known.state.value, []).append(known.practice.no)
    return numbers


def said_of(done: Collection) -> set[tuple[str, int | None, str]]:
    """Code, practice and name of the file of every finding."""
    return {
        (finding.code, finding.place.item_no, finding.place.file.rpartition("/")[2][:4])
        for finding in done.findings
    }


# -- what comes back ------------------------------------------------------------------------------


def test_the_first_returns_have_the_usual_faults(story: Story) -> None:
    assert said_of(story.first) == {
        ("S102", 5, "No05"),  # a score of 5
        ("P203", 22, "No22"),  # 工程見直し without a revised plan
        ("S108", 26, "No26"),  # two reasons missing
        ("A402", 30, "No30"),  # a result missing
        ("F001", None, "No61"),  # half a file
        ("F008", 9, "No09"),  # two versions
        ("F004", None, "~$No"),  # left by Excel
        ("X801", 23, "No23"),  # the silent department
        ("X801", 24, "No24"),
        ("X801", 61, "No61"),
    }
    wrong = states(story.first)
    assert (wrong["要修正"], wrong["未提出"]) == ([5, 22, 26, 30], [23, 24, 61])
    assert len(wrong["受理"]) == 59


def test_what_departments_do_without_harm(story: Story) -> None:
    files = {file.file: file.forms for file in story.first.files}
    zipped = {name: forms for name, forms in files.items() if ".zip/" in name}
    assert {name.rpartition("/")[2][:7] for name in zipped} == {"No21_水道", "提出用（最終）"}
    assert sorted(form[0] or 0 for forms in zipped.values() for form in forms) == [21, 43]
    ways = {form[0]: form[2] for forms in files.values() for form in forms}
    assert [no for no, way in ways.items() if way != "names"] == [demo.WITHOUT_NAMES]


def test_after_the_second_round_all_are_accepted(story: Story) -> None:
    assert states(story.second) == {
        "受理": [practice.no for practice in PLAN.of_year(R3).running({})],
    }
    assert not story.second.has_errors
    assert {code for code, _, _ in said_of(story.second)} == {"F004", "F008"}  # no F009 above all
    again = collect(round_of(story))
    assert again.read_anew == 0


def test_files_arrive_one_after_the_other(story: Story) -> None:
    times = [path.stat().st_mtime for path in story.workspace.inbox.rglob("*") if path.is_file()]
    forms, replaced, lock, zipped, corrected, reminded, members = 62, 1, 1, 1, 4, 2, 10
    assert len(times) == forms + replaced + lock + zipped + corrected + reminded + members
    assert len(set(times)) == len(times)


# -- the figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("printed", published()["items"], ids=lambda item: f"№{item['no']}")
def test_items_as_published(result: Figures, printed: dict[str, Any]) -> None:
    item = result.items[printed["no"] - 1]
    assert item.now is not None
    assert item.before is not None
    averages = printed.get("averages_on_page", printed["averages"])  # domain §9
    assert {name: tenths(value) for name, value in item.now.averages.items()} == averages
    assert tenths(item.now.total) == printed.get("total_on_page", printed["total"])
    assert (item.now.grade, item.before.grade) == (printed["grade_R3"], printed["grade_R2"])
    assert (len(item.practices), item.note) == (printed["practice_count"], "")


def test_themes_as_published(result: Figures) -> None:
    for printed, theme in zip(published()["themes"], result.themes, strict=True):
        assert theme.now is not None
        averages = {name: tenths(value) for name, value in theme.now.averages.items()}
        assert averages == printed["averages"]
        assert (tenths(theme.now.total), theme.now.grade) == (printed["total"], printed["grade"])
        assert (len(theme.items), theme.practice_count) == (
            printed["item_count"],
            printed["practice_count"],
        )


def test_the_headline_as_published(result: Figures) -> None:
    headline = published()["headline"]
    now = result.grades()
    assert {grade: now[grade] for grade in "ABCD"} == headline["grades"]
    assert sum(now.values()) == headline["evaluated"]
    assert result.before is not None
    assert result.before.grades()["C"] == headline["grades_previous_C"]
    finished = [known.finished for known in result.practices if known.finished]
    assert len(finished) == headline["finished_until_now"]
    assert sum(year < R3 for year in finished) == headline["finished_before"]


def test_practices_as_published(result: Figures) -> None:
    for fact, practice in zip(practices(), result.practices, strict=True):
        known = {str(year): list(own.scores.values()) for year, own in practice.by_year.items()}
        assert known == {year: own for year, own in fact["scores"].items() if own}
        assert (str(practice.finished) if practice.finished else None) == fact["finished"]


def test_the_packages_scores_are_the_published_ones() -> None:
    for year in (R2, R3):
        carried = {
            no: list(own.values())
            for no, own in demo_answers.real_scores(PLAN.of_year(year)).items()
        }
        known = {fact["no"]: fact["scores"][str(year)] for fact in practices()}
        assert carried == {no: values for no, values in known.items() if values}


# -- the council and its report -------------------------------------------------------------------


def test_the_councils_averages_as_published(result: Figures) -> None:
    items, themes = published()["items"], published()["themes"]
    assert [tenths(item.council or 0) for item in result.items] == [
        item["council_average"] for item in items
    ]
    assert [tenths(theme.council or 0) for theme in result.themes] == [
        theme["council_average"] for theme in themes
    ]


def test_every_item_and_every_ended_practice_has_opinions(story: Story, result: Figures) -> None:
    gathered = opinions.of_round(round_of(story), result)
    assert gathered is not None
    assert {no: len(texts) for no, texts in gathered.items.items()} == dict.fromkeys(
        range(1, 22), 3
    )
    assert len(gathered.ended) == 9
    for texts in gathered.items.values():
        assert len(set(texts)) == 3
        assert not any("{" in text for text in texts)


def test_the_year_ends_with_a_report(story: Story) -> None:
    names = [path.name for path in story.outputs]
    assert names == [LIST, "意見書_R3.docx", "意見書原稿_R3.xlsx", "意見書_R3.html"]
    page = story.outputs[-1].read_text("utf-8")
    assert "95％を超え" in page
    for gap in ("意見なし", "評価なし", "まだ集められていません"):
        assert gap not in page


# -- the sentences --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        ("取組結果_R3_1",),
        ("特記事項",),
        ("課題_R2",),
        tuple(field.name for field in layout.form_of(PLAN).reasons),
    ],
    ids=["result", "remarks", "problem", "reasons"],
)
def test_no_two_practices_say_the_same(
    answers: dict[int, dict[str, Stored]], fields: tuple[str, ...]
) -> None:
    texts = [tuple(own[field].text for field in fields) for own in answers.values()]
    assert len(set(texts)) == len(texts) == 66


def test_people_write_references_and_wide_digits(
    answers: dict[int, dict[str, Stored]],
) -> None:
    typed = [answer for own in answers.values() for answer in own.values()]
    raw = [answer.raw for answer in typed]
    for written in ("⇒", "②と同じ", "(2)と同じ", "Ｒ２と同じ", "R2と同じ", "(継)同上", "特になし"):
        assert written in raw
    assert any(text.startswith("・Ｒ２と同じ\n・") for text in raw)
    assert {"３", "２"} <= set(raw)
    assert len([answer for answer in typed if answer.chain]) > 200


def test_all_gaps_are_filled(answers: dict[int, dict[str, Stored]]) -> None:
    typed = [answer.raw for own in answers.values() for answer in own.values()]
    assert typed
    assert not [text for text in typed if "{" in text]


def sentences(stock: object) -> list[str]:
    if isinstance(stock, str):
        return [stock]
    parts = stock.values() if isinstance(stock, dict) else stock
    return [text for part in parts for text in sentences(part)]  # type: ignore[union-attr]


def test_the_stock_is_varied_and_has_only_known_gaps() -> None:
    text = resources.files("workbook_tools").joinpath("data/demo_texts.json").read_text("utf-8")
    stock = json.loads(text)
    assert all(len(stock[name]) >= 15 for name in ("schedules", "activities", "issues", "remarks"))
    for reasons in stock["reasons"].values():
        assert sum(map(len, reasons.values())) >= 15
    texts = sentences(stock)
    gaps = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    assert gaps == {"topic", "partner", "plan", "n", "m", "p", "q", "month"}
    "".join(texts).encode("cp932")


# -- the story ------------------------------------------------------------------------------------


def test_the_story_is_a_screenful(story: Story) -> None:
    rows = sum(-(-width(line) // 150) for line in story.lines)
    assert len(story.lines) <= rows <= 40
    "\n".join(story.lines).encode("cp932")
    text = "\n".join(story.lines)
    for told in (
        "70件： A 22 B 41 C 7、取組終了 4件",
        "38部署に66件",
        "受理 59　要修正 4　未提出 3",
        "進捗度が『5』です。0～3の整数を入れてください。",
        "（消）総務課（小№23・24）",
        "受理 66　要修正 0　未提出 0",
        "A 25 B 38 C 3（AとBで95.5％）",
    ):
        assert told in text


def test_the_files_to_open_exist(story: Story) -> None:
    opened = [line.strip().partition("　…")[0] for line in story.lines[-4:]]
    assert opened[:2] == [f"outbox/{LIST}", "outbox/意見書_R3.docx"]
    assert all((story.workspace.root / name).is_file() for name in opened)
    path = report.write(round_of(story), story.second)
    assert story.workspace.relative(path) == opened[2]


def test_last_years_list_is_a_workbook_like_the_councils(story: Story) -> None:
    (table,) = reading.tables((story.workspace.root / "取組状況一覧_R2.xlsx").read_bytes())
    grid = [[reading.as_text(value) for value in row] for row in table.grid]
    assert grid[1][:4] == ["小№", "大№", "取組項目", "実践項目"]
    assert grid[3][5:11] == ["2", "3", "1", "2", "8", "B"]
    assert [row[11] for row in grid[3:]].count("Ｒ２") == 4
    assert len(grid) == 73


@pytest.mark.parametrize("there", ["a file in it", "a file of that name"])
def test_only_a_new_folder_is_used(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "demo"
    if there == "a file in it":
        folder.mkdir()
        (folder / "大事な表.xlsx").write_bytes(b"mine")
    else:
        folder.write_bytes(b"mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match="空のフォルダーではありません"):
        play(folder, NOW, print, consolidate)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(UserError, match="作れません"):
        play(tmp_path / "file" / "demo", NOW, print, consolidate)


def test_faults_weigh_as_errors(story: Story) -> None:
    weights = {finding.code: finding.severity for finding in story.first.findings}
    errors = {code for code, weight in weights.items() if weight is Severity.ERROR}
    assert errors == {"S102", "P203", "S108", "A402", "F001", "X801"}
