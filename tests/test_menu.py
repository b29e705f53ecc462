"""The menu by piped keys: what is typed on the left, what is seen on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.samples import returned
from tests.test_ending_commands import FEW
from workbook_tools import cli as command_line
from workbook_tools.cli import cli
from workbook_tools.menu import items
from workbook_tools.menu.items import BEGIN, ROUND
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master


@dataclass
class Desk:
    """A folder, what was typed and seen there, and what was opened."""

    folder: Path
    opened: list[str] = field(default_factory=list)
    can_open: bool = True

    def type(self, *keys: str) -> str:
        """Everything on the screen after these lines were typed; then nobody types any more."""
        words = ["--workspace", str(self.folder), "menu"]
        done = CliRunner().invoke(cli, words, input="".join(f"{key}\n" for key in keys))
        assert done.exit_code == 0, done.exception
        return done.output

    def launch(self, path: str) -> int:
        self.opened.append(Path(path).relative_to(self.folder).as_posix())
        return 0 if self.can_open else 1


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nothing is there yet."""
    made = Desk(tmp_path)
    monkeypatch.setattr(command_line.click, "launch", made.launch)
    return made


@pytest.fixture
def desk(new: Desk) -> Desk:
    """A plan of one practice."""
    put(new.folder / "templates" / "計画マスタ.xlsx", master(FEW))
    (new.folder / "inbox").mkdir()
    return new


def number(word: str, offered: Sequence[items.MenuItem] = ROUND) -> str:
    """What is typed for a word of the menu."""
    (found,) = (n for n, item in enumerate(offered, start=1) if item.word == word)
    return str(found)


def arrows(screen: str) -> list[str]:
    """The words at which the arrow stood, time after time."""
    return [line.split()[2] for line in screen.splitlines() if line.startswith("→")]


def test_a_whole_round_by_numbers(desk: Desk) -> None:
    screen = desk.type(number("配る"), "", number("置く"), "1", "")
    assert "実行するコマンド： workbook-tools distribute\n" in screen
    assert "1件（1部署）： 作成 1" in screen
    assert desk.opened == ["inbox"]
    put(desk.folder / "inbox" / "No16.xlsx", returned(16))
    screen = desk.type(number("集める"), "1", "", number("一覧"), "２", "", "0")
    assert desk.opened[1:] == ["outbox/確認結果_R3.xlsx", "outbox/資料編_R3.xlsx"]
    assert arrows(screen) == ["集める", "一覧", "委員に配る"]
    assert screen.endswith("はじめる.bat か workbook-tools menu です。\n")


def test_the_first_time(new: Desk) -> None:
    screen = new.type(number("見本", BEGIN), "1", "", "0")
    assert new.opened == ["templates/計画マスタ.xlsx"]
    assert "まだ配っていません" in screen
    assert arrows(screen) == ["始める", "配る"]


def test_the_state_stands_above_the_numbers(desk: Desk) -> None:
    before, _, offered = desk.type("0").partition("→")
    assert "進捗状況シート　1項目： まだ配っていません" in before
    assert "次は workbook-tools distribute" in before
    assert [line.split()[1] for line in f"→{offered}".splitlines()[1 : len(ROUND)]] == [
        item.word for item in ROUND[1:]
    ]


@pytest.mark.parametrize("typed", ["", "99", "abc", "-1", "1.5"])
def test_what_is_no_number_of_the_list(desk: Desk, typed: str) -> None:
    assert f"0～{len(ROUND)} の番号を入れてください。" in desk.type(typed, "0")


@pytest.mark.parametrize("typed", ["0", "０", "№0"])
def test_widths_do_not_matter(desk: Desk, typed: str) -> None:
    assert "番号を入れてください" not in desk.type(typed)


def test_nobody_types(desk: Desk) -> None:
    assert "終わりました" in desk.type()


def test_an_answer_is_asked_for(desk: Desk) -> None:
    screen = desk.type(number("委員に配る"), "2", "", "0")
    assert "実行するコマンド： workbook-tools council distribute --members 2\n" in screen
    assert "評価シートを2件作りました" in screen


def test_what_a_command_refuses_is_read_before_the_menu_comes_back(desk: Desk) -> None:
    screen = desk.type(number("委員に配る"), "", "", "0")
    assert "実行するコマンド： workbook-tools council distribute\n" in screen
    assert "--members" in screen.partition("実行するコマンド")[2]
    assert screen.count("番号を入れて Enter") == 2


def test_a_faulty_plan_master_is_told_and_can_be_opened(desk: Desk) -> None:
    (desk.folder / "templates" / "計画マスタ.xlsx").write_bytes(b"not a workbook")
    screen = desk.type(number("計画"), "1", "", "0")
    assert "計画マスタ" in screen
    assert "templates/\n" not in desk.type(number("配る"), "", "0")
    assert desk.opened == ["templates/計画マスタ.xlsx"]


def test_what_cannot_be_opened_is_named(desk: Desk) -> None:
    desk.can_open = False
    assert "開けませんでした。場所： " in desk.type(number("計画"), "1", "", "0")


def test_ctrl_c_in_a_command_comes_back_to_the_menu(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*words: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbook_tools.distribute.distribute.distribute", interrupted)
    screen = desk.type(number("配る"), "", "0")
    assert "失われていません" in screen
    assert screen.count("番号を入れて Enter") == 2


def test_no_input(desk: Desk) -> None:
    done = CliRunner().invoke(cli, ["--no-input", "--workspace", str(desk.folder), "menu"])
    assert "--no-input を付けずに" in str(done.exception)


@pytest.mark.parametrize("item", [item for item in (*BEGIN, *ROUND) if item.command])
def test_every_choice_is_a_command(item: items.MenuItem) -> None:
    done = CliRunner().invoke(cli, [*item.command.split(), "--help"])
    assert done.exit_code == 0
    assert item.asks is None or item.asks[0] in done.output


@pytest.mark.parametrize("item", [*BEGIN, *ROUND])
def test_what_is_made_is_where_the_commands_make_it(item: items.MenuItem) -> None:
    assert all(path in KNOWN for path in item.opens("R3"))


KNOWN = {  # contract, by hand
    "demo",
    "demo/outbox/取組状況一覧_R3.xlsx",
    "inbox",
    "outbox",
    "outbox/取組状況一覧_R3.xlsx",
    "outbox/資料編_R3.xlsx",
    "outbox/確認結果_R3.xlsx",
    "outbox/差戻し/R3",
    "outbox/差戻し/R3/評価シート",
    "outbox/意見集約_R3.xlsx",
    "outbox/意見書_R3.docx",
    "outbox/意見書原稿_R3.xlsx",
    "outbox/読取内容確認/R3",
    "templates/R3",
    "templates/R3/評価シート",
    "templates/計画マスタ.xlsx",
}
