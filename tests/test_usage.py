"""What is typed wrongly is answered in Japanese, with what was probably meant; nobody is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from workbook_tools import cli as command_line
from workbook_tools.outbox import put
from workbook_tools.plan.read_master import sample
from workbook_tools.plan.write_master import master
from workbook_tools.terminal import console
from workbook_tools.terminal.console import outcome

ROOT = command_line.cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "templates" / "計画マスタ.xlsx", master(sample()))
    return tmp_path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code, and all that was said."""
    code = outcome(ROOT, words)
    told = capsys.readouterr()
    return code, told.out + told.err


# -- wrong usage -----------------------------------------------------------------------------------

WRONG = [
    ("", "distrbute", "『distrbute』というコマンドはありません。『distribute』のことですか。"),
    ("", "zzzz", "『zzzz』というコマンドはありません。"),
    ("", "--yaer R3 status", "『--yaer』という指定はありません。『--year』のことですか。"),
    (
        "",
        "--year S60 status",
        "『S60』は年度として読めません。R3、令和3、2021 のように書いてください。",
    ),
    ("council ", "colect", "『colect』というコマンドはありません。『collect』のことですか。"),
    ("status ", "--yaer R3", "『--yaer』という指定はありません。『--year』のことですか。"),
    ("status ", "--year", "『--year』のあとに値を書いてください。"),
    ("status ", "--json=3", "『--json』のあとには何も書きません。"),
    ("status ", "extra more", "『extra』『more』が余分です。"),
    ("export ", "--format xml", "『--format』は json、csv、open-data のどれかです。"),
    ("collect ", "--jobs 0", "『--jobs 数』は 1～64 の整数です。"),
    ("collect ", "--jobs 2.5", "『--jobs 数』は 1～64 の整数です。"),
    ("show ", "16 --version 0", "『--version 版』は 1～ の整数です。"),
    ("show ", "", "『小№』が足りません。"),
    ("show ", "x", "『x』は小№として読めません。16 のように書いてください。"),
    ("import-history ", "a.xlsx", "『--year 年度』が足りません。"),
    ("reopen ", "", "『--reason 理由』が足りません。"),
    ("init ", "--year R3", "『--year』という指定はありません。"),
]


@pytest.mark.parametrize(("command", "words", "sentence"), WRONG)
def test_wrong_usage(
    command: str, words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = f"workbook-tools: {sentence}workbook-tools {command}--help で使い方を見られます。\n"
    assert typed(capsys, *command.split(), *words.split()) == (2, told)


@pytest.mark.parametrize("option", ["--year R3", "--stage 中間"])
def test_a_round_before_a_command_that_has_none(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, *option.split(), "init")
    assert (code, option.split()[0] in said) == (2, True)


def commands(group: click.Group = ROOT, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command by the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


def options(words: tuple[str, ...]) -> list[click.Option]:
    command: click.Command = ROOT
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return [
        param
        for param in command.params
        if isinstance(param, click.Option) and "--help" not in param.opts
    ]


ENGLISH = re.compile(r"(?<![-/\w『])[A-Za-z]{3,}(?![-\w])(?!』)")


def misused(option: click.Option) -> Iterator[list[str]]:
    """The option in every way that its own type refuses."""
    name = option.opts[0]
    yield [f"{name}=1"] if option.is_flag else [name]
    if not option.is_flag and not isinstance(option.type, click.types.StringParamType | click.Path):
        yield [name, "x"]


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_no_option_misused_is_answered_in_english(
    words: tuple[str, ...], empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = " ".join(words)
    for option in options(words):
        names = "、".join(option.type.choices) if isinstance(option.type, click.Choice) else "\0"
        for line in misused(option):
            code, said = typed(capsys, "--workspace", str(empty), *words, *line)
            sentence, _, help_ = said.removeprefix("workbook-tools: ").partition("workbook-tools")
            assert (code, help_) == (2, f" {path} --help で使い方を見られます。\n")
            assert not ENGLISH.search(sentence.replace(names, "")), sentence


def test_english_is_found() -> None:
    assert ENGLISH.search("No such command 'x'.")
    assert not ENGLISH.search("『distribute』のことですか。--year")


@pytest.mark.parametrize("words", [(), *commands()], ids=" ".join)
def test_help_is_japanese(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(capsys, *words, "--help")
    assert code == 0
    for english in ("Usage", "Options", "Show this", "required", "default", "Commands", "FLOAT"):
        assert english not in said


# -- nothing typed ---------------------------------------------------------------------------------


def test_nothing_typed_says_what_to_do_first(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, "--workspace", str(empty))
    assert code == 0
    assert "workbook-tools init" in said
    assert "workbook-tools --help" in said


def test_council_alone_helps(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(capsys, "council")
    assert code == 0
    assert "distribute" in said


# -- before and behind the command -----------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "--workspace {} --year R3 status",
        "status --year R3 --workspace {}",
        "--year R3 status --workspace {}",
        "--year R2 --workspace nowhere status --workspace {} --year R3",  # the nearer counts
        "--workspace {} council --year R3 status",
        "council status --workspace {} --year R3",
        "--workspace {} --year 令和３年度",
    ],
)
def test_options_before_and_behind(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, *line.format(folder).split())
    assert code == 0, said


@pytest.mark.parametrize("line", ["--year R9 status", "status --year R9", "--year R9"])
def test_the_year_is_heard_wherever_it_stands(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, "--workspace", str(folder), *line.split())
    assert code == 2
    assert "計画期間（Ｒ２～Ｒ６）の外です" in said


@pytest.mark.parametrize("line", ["--workspace {} status", "status --workspace {}"])
def test_a_workspace_that_is_a_file(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("a")
    code, said = typed(capsys, *line.format(tmp_path / "a.txt").split())
    assert code == 2
    assert "はフォルダーではありません" in said


# -- no wrong guess --------------------------------------------------------------------------------

MISSING = [
    "check {}/ない.xlsx",
    "compare {}/ない.xlsx",
    "import-history {}/ない.xlsx --year R2",
    "explain 総括!A1 --list {}/ない.xlsx",
    "withdraw ない.xlsx --reason 試し",
]


@pytest.mark.parametrize("line", MISSING)
def test_a_file_that_is_not_there(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, "--workspace", str(folder), *line.format(folder).split())
    assert code in (1, 2)
    assert "ありません" in said
    assert "開いて" not in said


@pytest.mark.parametrize("line", MISSING[1:4])
def test_a_folder_is_no_file(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ない.xlsx").mkdir()
    code, said = typed(capsys, "--workspace", str(folder), *line.format(folder).split())
    assert code == 2
    assert "はフォルダーです" in said


# -- asking ----------------------------------------------------------------------------------------


def close(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str, console_: bool) -> str:
    """`close` with something doubtful, where NUL or a console is the input; somebody types y."""
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda stream: True)
    monkeypatch.setattr(console, "_is_console", lambda: console_)
    line = ["--workspace", str(folder), *words, "close"]
    done = CliRunner().invoke(ROOT, line, input="ｙ\n")
    return f"{done.output}{done.exception or ''}"


def test_a_console_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = close(folder, monkeypatch, console_=True)
    assert "このまま確定しますか（はい＝y、いいえ＝n）" in said
    assert "を確定しました" in said


def test_a_device_that_calls_itself_a_terminal_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NUL on Windows: reading from it never ends."""
    said = close(folder, monkeypatch, console_=False)
    assert "確定しますか" not in said
    assert "--yes を付けてください" in said


@pytest.mark.parametrize("where", ["before", "behind"])
def test_no_input(where: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda stream: True)
    words = ["--no-input", "close"] if where == "before" else ["close", "--no-input"]
    done = CliRunner().invoke(ROOT, ["--workspace", str(folder), *words], input="y\n")
    assert "--yes を付けてください" in f"{done.output}{done.exception}"
