"""`menu`: the commands by number, for who has never seen a prompt. ``はじめる.bat`` starts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from workbook_tools.findings import UserError
from workbook_tools.menu.items import BEGIN, ROUND, MenuItem
from workbook_tools.show.today import Today
from workbook_tools.terminal.console import answer, complain, say
from workbook_tools.terminal.shown import show_today
from workbook_tools.text import whole_number, width
from workbook_tools.workspace import Workspace

_END = 0
_REFUSED = 2  # the exit code of a command that made nothing
_BEYOND = 2  # columns between a word and what it means


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu of a workspace.

    ``where`` tells where the round stands; ``perform`` runs a command by its words and gives its
    exit code; ``show`` opens a file or folder in its program and says whether it could.
    """

    workspace: Workspace
    where: Callable[[], Today]
    perform: Callable[[Sequence[str]], int]
    show: Callable[[Path], bool]

    def run(self) -> None:
        """Choose and do until somebody ends it, or nobody types any more."""
        try:
            while self._once():
                pass
        except (click.Abort, KeyboardInterrupt):
            say("")
        say("終わりました。次に始めるときも、はじめる.bat か workbook-tools menu です。")

    def _once(self) -> bool:
        """The state, a choice, and what was chosen; False to end."""
        today = self._today()
        items = ROUND if self.workspace.plan_master.exists() else BEGIN
        say("")
        _list(items, today.step)
        number = whole_number(answer("番号を入れて Enter"))
        if number == _END:
            return False
        if number is None or not 1 <= number <= len(items):
            say(f"0～{len(items)} の番号を入れてください。")
            return True
        chosen = items[number - 1]
        if chosen.command and self._perform(chosen) == _REFUSED:
            self._offer(())
        else:
            self._offer(self._made(chosen, today.round))
        return True

    def _today(self) -> Today:
        """Where the round stands, already told; where that cannot be known, why."""
        say("")
        try:
            today = self.where()
        except UserError as error:
            complain(error)
            return Today((), "")
        show_today(today)
        return today

    def _perform(self, item: MenuItem) -> int:
        words = item.command.split()
        if item.asks:
            option, question = item.asks
            given = answer(question)
            words += [option, given] if given else []
        say(f"実行するコマンド： workbook-tools {' '.join(words)}")
        return self.perform(words)

    def _made(self, item: MenuItem, round_name: str) -> list[Path]:
        """What there is to open now."""
        paths = (self.workspace.root / name for name in item.opens(round_name))
        return [path for path in paths if path.exists()]

    def _offer(self, paths: Sequence[Path]) -> None:
        """Open what somebody wishes to see, or wait until everything was read."""
        if not paths:
            answer("開けるものはありません。Enter を押すと戻ります")
            return
        say("")
        say("開けるもの")
        for number, path in enumerate(paths, start=1):
            say(f"　{number}　{self.workspace.relative(path)}")
        question = "開くものの番号（開かないときは、そのまま Enter）"
        while (chosen := whole_number(answer(question))) is not None:
            if 1 <= chosen <= len(paths) and not self.show(paths[chosen - 1]):
                say(f"開けませんでした。場所： {paths[chosen - 1]}")


def _list(items: Sequence[MenuItem], step: str) -> None:
    """The choices, an arrow at what comes next."""
    widest = max(width(item.word) for item in items) + _BEYOND
    for number, item in enumerate(items, start=1):
        arrow = "→" if _is_next(item, step) else "　"
        gap = " " * (widest - width(item.word))
        command = f"（{item.command}）" if item.command else ""
        say(f"{arrow}{number:>3}  {item.word}{gap}{item.told}{command}")
    say(f"　{_END:>3}  終わる")


def _is_next(item: MenuItem, step: str) -> bool:
    """Whether the sentence about the next step names the item's command first."""
    command = item.command.removesuffix(" --appendix")
    named = step.partition("workbook-tools ")[2]
    return bool(command) and f"{named} ".startswith((f"{command} ", f"{command} --"))
