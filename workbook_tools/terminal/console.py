"""The terminal around the commands: help and errors in Japanese, exit codes, progress, output."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, PlanError, UserError
from workbook_tools.text import printable, whole_number


class Year(click.ParamType[FiscalYear]):
    """A fiscal year in any spelling of domain §2."""

    name = "年度"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> FiscalYear:
        if isinstance(value, FiscalYear):
            return value
        try:
            return FiscalYear.parse(str(value))
        except ValueError:
            self.fail(
                f"『{printable(str(value))}』は年度として読めません。"
                "R3、令和3、2021 のように書いてください。",
                param,
                ctx,
            )


class PracticeNumber(click.ParamType[int]):
    """The number of a practice: ``16``, ``１６``, ``№16``."""

    name = "小№"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        number = value if isinstance(value, int) else whole_number(str(value))
        if number is None:
            self.fail(
                f"『{printable(str(value))}』は小№として読めません。16 のように書いてください。",
                param,
                ctx,
            )
        return number


class Command(click.Command):
    """A command whose help speaks Japanese throughout."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="使い方： ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [param.get_help_record(ctx) for param in self.get_params(ctx)]
        with formatter.section("指定"):
            formatter.write_dl(
                [
                    (name, words.replace("[required]", "（必須）"))
                    for name, words in filter(None, records)
                ]
            )


class Group(Command, click.Group):
    """The commands, each with one line of help."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("コマンド"):
            formatter.write_dl(
                [(name, command.get_short_help_str(100)) for name, command in commands]
            )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # in the order of the year, not of the alphabet


def run(cli: click.Command) -> NoReturn:
    """Run the command line; whatever a user can cause ends in one sentence and exit code 2."""
    _survive_any_console()
    try:
        # Without standalone mode click gives back the exit code that a command asked for.
        code = cli.main(prog_name="workbook-tools", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"workbook-tools: {_in_japanese(error)}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("中止しました。", err=True)
        sys.exit(2)
    except PlanError as error:
        for finding in error.findings:
            click.echo(printable(str(finding)), err=True)
        click.echo(str(error), err=True)
        sys.exit(2)
    except UserError as error:
        click.echo(printable(str(error)), err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def say(text: str) -> None:
    """A result, on standard output; control characters in names become visible."""
    click.echo(printable(text))


def tell(findings: Iterable[Finding]) -> None:
    """Findings, on standard error."""
    for finding in findings:
        click.echo(printable(f"【{finding.severity.word}】{finding}"), err=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _survive_any_console() -> None:
    """A console code page that lacks a character shows ``?`` instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _called(param: click.Parameter) -> str:
    """An argument by its name, an option as it is typed: ``--reason 理由``."""
    if not isinstance(param, click.Option):
        return param.human_readable_name
    return f"{param.opts[0]} {param.metavar or ''}".strip()


def _in_japanese(error: click.ClickException) -> str:
    """What click says of wrong usage, for a person who reads Japanese."""
    hint = "workbook-tools --help で使い方を見られます。"
    if isinstance(error, click.NoSuchOption):
        return f"『{error.option_name}』という指定はありません。{hint}"
    if isinstance(error, click.MissingParameter):
        name = _called(error.param) if error.param else ""
        return f"『{name}』が足りません。{hint}"
    if isinstance(error, click.BadParameter):
        return error.message
    if isinstance(error, click.UsageError):
        return f"使い方が違います（{error.message}）。{hint}"
    return error.message


def say_data(text: str) -> None:
    """Data for other programs: always UTF-8 where the output is no terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.buffer.write(text.encode())
    else:
        click.echo(text, nl=False)


def asked_passwords() -> tuple[str, ...]:
    """Ask for passwords on the terminal until an empty line; they are not shown."""
    words = []
    while word := click.prompt(
        "保護されたブックのパスワード（なければ改行）",
        default="",
        hide_input=True,
        show_default=False,
        err=True,
    ):
        words.append(word)
    return tuple(words)
