"""What may be typed, and what is said of what may not: commands, options and values in Japanese.

Some options are understood before the command as well as behind it (:class:`Anywhere`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from workbook_tools.era import FiscalYear
from workbook_tools.near import nearest, question
from workbook_tools.text import printable, whole_number
from workbook_tools.workspace import Workspace

Function = Callable[..., Any]
_OWN = "workbook_tools."  # what we keep in click's ``meta``, which all of a call's contexts share


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


# -- options before and behind the command --------------------------------------------------------


class Anywhere(click.Option):
    """An option that counts for the whole line: where it is missing, what stands further left."""

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        value, source = super().consume_value(ctx, opts)
        if source is ParameterSource.COMMANDLINE:
            ctx.meta[_OWN + str(self.name)] = value
        elif _OWN + str(self.name) in ctx.meta:
            return ctx.meta[_OWN + str(self.name)], ParameterSource.COMMANDLINE
        return value, source


def typed(name: str) -> Any:
    """What was typed for an option that stands anywhere; None where it was not."""
    return click.get_current_context().meta.get(_OWN + name)


def _work_in(ctx: click.Context, param: click.Parameter, folder: Path | None) -> None:
    if folder is None:
        return
    if folder.is_file():
        raise click.BadParameter(
            f"『{printable(str(folder))}』はフォルダーではありません。", ctx, param
        )
    ctx.obj = Workspace(folder)


def everywhere(*, first: bool) -> list[click.Parameter]:
    """The options every command knows; told in the help of the ``first``, the group of all."""
    return [
        Anywhere(
            ["--workspace"],
            type=click.Path(path_type=Path, readable=False),
            default=Path() if first else None,
            metavar="フォルダー",
            envvar="WORKBOOK_TOOLS_WORKSPACE" if first else None,
            callback=_work_in,
            expose_value=False,
            hidden=not first,
            help="作業フォルダー（省くと今のフォルダー）。",
        ),
        Anywhere(
            ["--no-input"],
            is_flag=True,
            expose_value=False,
            hidden=not first,
            help="何も尋ねない（尋ねるところでは、答えを指定する方法を示して終わる）。",
        ),
    ]


def of_round(*, told: bool) -> Callable[[Function], Function]:
    """The options that name a round: its year, and its stage where there are several a year."""
    year = click.option(
        "--year",
        cls=Anywhere,
        type=Year(),
        hidden=not told,
        help="評価する年度（R3、令和３年度、2021 など）。省くと計画マスタの評価年度。",
    )
    return lambda function: year(of_stage(told=told)(function))


def of_stage(*, told: bool) -> Callable[[Function], Function]:
    """The stage alone, where a year must be named."""
    return click.option(
        "--stage",
        cls=Anywhere,
        metavar="段階",
        expose_value=False,
        hidden=not told,
        help="年度に何度か評価するときの段階（中間 など）。省くと最後に始めた段階。",
    )


# -- commands -------------------------------------------------------------------------------------


class Command(click.Command):
    """A command whose help and refusals speak Japanese throughout."""

    allow_extra_args = True  # refused by ourselves, in Japanese

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        known = {param.name for param in self.params}
        self.params += [param for param in everywhere(first=False) if param.name not in known]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # the parser does not say whose options it read
            raise
        if isinstance(self, click.Group):
            return rest
        if ctx.args:
            extra = "』『".join(map(printable, ctx.args))
            raise click.UsageError(f"『{extra}』が余分です。", ctx)
        for name in ("year", "stage"):  # before a command that has none
            if typed(name) and name not in {param.name for param in self.params}:
                raise click.NoSuchOption(f"--{name}", ctx=ctx)
        return rest

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


# -- wrong usage ----------------------------------------------------------------------------------


def refusal(error: click.ClickException) -> str:
    """What is wrong with what was typed, and what to type instead: one line."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = ctx.command_path if ctx else "workbook-tools"
    return f"{_wrong(error, ctx)}{path} --help で使い方を見られます。"


def _wrong(error: click.ClickException, ctx: click.Context | None) -> str:
    match error:
        case click.NoSuchCommand():
            return _unknown("コマンド", error.command_name, _commands(ctx))
        case click.NoSuchOption():
            return _unknown("指定", error.option_name, _options(ctx))
        case click.BadOptionUsage():
            return _misused(error.option_name, ctx)
        case click.MissingParameter():
            return f"『{_called(error.param) if error.param else ''}』が足りません。"
        case click.BadParameter():
            return _expected(error.param) or error.message
        case _:
            return error.message


def _commands(ctx: click.Context | None) -> Sequence[str]:
    group = ctx.command if ctx else None
    return list(group.commands) if isinstance(group, click.Group) else ()


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    asked = question(nearest(name, known))
    return f"『{printable(name)}』という{kind}はありません。{asked}"


def _options(ctx: click.Context | None) -> Sequence[str]:
    params = ctx.command.get_params(ctx) if ctx else ()
    return [opt for param in params if isinstance(param, click.Option) for opt in param.opts]


def _misused(name: str, ctx: click.Context | None) -> str:
    """An option without the value it needs, or with one it does not take."""
    flags = {
        opt
        for param in (ctx.command.get_params(ctx) if ctx else ())
        if isinstance(param, click.Option) and param.is_flag
        for opt in param.opts
    }
    if name in flags:
        return f"『{name}』のあとには何も書きません。"
    return f"『{name}』のあとに値を書いてください。"


def _called(param: click.Parameter) -> str:
    """An argument by its name, an option as it is typed: ``--reason 理由``."""
    if not isinstance(param, click.Option):
        return param.human_readable_name
    own = param.type.name if isinstance(param.type, Year) else ""
    return f"{param.opts[0]} {param.metavar or own}".strip()


def _expected(param: click.Parameter | None) -> str:
    """What belongs there, where click's own types judge; empty where ours say it themselves."""
    if param is None:
        return ""
    match param.type:
        case click.Choice(choices=choices):
            return f"『{_called(param)}』は {'、'.join(map(str, choices))} のどれかです。"
        case click.IntRange(min=least, max=most):
            end = "" if most is None else most
            return f"『{_called(param)}』は {least}～{end} の整数です。"
        case _:
            return ""
