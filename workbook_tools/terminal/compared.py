"""What `compare` prints. Apart from what other commands print, for it needs much more."""

from __future__ import annotations

from workbook_tools.compare import words
from workbook_tools.compare.differences import Comparison
from workbook_tools.terminal.console import say

_INDENT = "　　"


def show_comparison(done: Comparison) -> None:
    """Every difference with its cause and what follows from it, and what was not looked at."""
    for known in done.differences:
        spot = f"（{known.sheet}の{known.cell}）" if known.cell else ""
        say(f"{words.place(known)}{spot}： {words.values(known)}")
        say(f"{_INDENT}原因：{known.explained.cause}　{known.explained.reason}")
        if known.place:
            say(f"{_INDENT}もとのシート：{known.place}")
        for change in known.consequences:
            say(f"{_INDENT}影響：{words.shown(change)}")
    for note in done.notes:
        say(f"※ {note}")
    say(f"突き合わせた欄 {done.compared}、一致 {done.agree}、相違 {len(done.differences)}")
