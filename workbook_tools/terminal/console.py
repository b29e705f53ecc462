"""The terminal around the commands: exit codes, progress, output, and whether anybody is there."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import click

from workbook_tools.findings import Finding, PlanError, Severity, UserError
from workbook_tools.terminal import usage
from workbook_tools.text import half_width, printable, tidy

INTERRUPTED = (
    "中止しました。届いたファイルも、それまでに登録した内容も、失われていません。"
    "続けるには、同じコマンドをもう一度実行してください。"
)


def run(cli: click.Command) -> NoReturn:
    """Run the command line; whatever a user can cause ends in one sentence and exit code 2."""
    _survive_any_console()
    sys.exit(outcome(cli, sys.argv[1:]))


def outcome(cli: click.Command, words: Sequence[str]) -> int:
    """Run a command and say what stopped it; its exit code."""
    try:
        # Without standalone mode click gives back the exit code that a command asked for.
        code = cli.main([*words], prog_name="workbook-tools", standalone_mode=False)
    except click.ClickException as error:
        warn(f"workbook-tools: {usage.refusal(error)}")
    except (click.Abort, KeyboardInterrupt):
        warn(INTERRUPTED)
    except UserError as error:
        complain(error)
    else:
        return code if isinstance(code, int) else 0
    return 2


def complain(error: UserError) -> None:
    """What the user can mend, on standard error; of a plan master all of it."""
    for finding in error.findings if isinstance(error, PlanError) else ():
        warn(str(finding))
    warn(str(error))


def say(text: str) -> None:
    """A result, on standard output; control characters in names become visible."""
    click.echo(printable(text))


def warn(text: str) -> None:
    """What somebody should know who keeps only the result, on standard error."""
    click.echo(printable(text), err=True)


def tell(findings: Iterable[Finding]) -> None:
    """Findings, on standard error."""
    for finding in findings:
        warn(f"【{finding.severity.word}】{finding}")


def weights(findings: Iterable[Finding]) -> str:
    """``誤り 2件　注意 1件``."""
    counts = Counter(finding.severity for finding in findings)
    return "　".join(f"{w.word} {counts[w]}件" for w in (Severity.ERROR, Severity.WARNING))


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, moving to and fro where no steps are told.

    Nothing where that is no terminal.
    """
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


def say_data(text: str) -> None:
    """Data for other programs: always UTF-8 where the output is no terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.buffer.write(text.encode())
    else:
        click.echo(text, nl=False)


# -- asking ---------------------------------------------------------------------------------------


def somebody_answers() -> bool:
    """Whether a person sits at a console who may be asked (and ``--no-input`` was not given)."""
    return not usage.typed("no_input") and sys.stdin.isatty() and _is_console()


def _is_console() -> bool:
    """A console and not merely a device: on Windows NUL calls itself a terminal, too."""
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    mode = ctypes.c_ulong()
    handle = msvcrt.get_osfhandle(sys.stdin.fileno())
    return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(mode)))


def ask(question: str, otherwise: str) -> None:
    """Go on only if a person says so; where nobody answers UserError with ``otherwise``."""
    if not somebody_answers():
        raise UserError(otherwise)
    if answer(f"{question}（はい＝y、いいえ＝n）").casefold() not in ("y", "yes", "はい"):
        raise UserError("中止しました。何も変えていません。")


def answer(question: str) -> str:
    """A line that somebody types, in half width and without spaces around it."""
    click.echo(f"{question}： ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise click.Abort
    return tidy(half_width(line))


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
