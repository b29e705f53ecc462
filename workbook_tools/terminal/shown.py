"""What `show`, `diff` and no arguments print: lines of text, every break of a text a line."""

from __future__ import annotations

from workbook_tools.form.layout import Form
from workbook_tools.register.records import Returned
from workbook_tools.register.standing import moment
from workbook_tools.show.differences import GONE, NEW, Compared, Piece, Side
from workbook_tools.show.today import Today
from workbook_tools.show.versions import Shown, how, titles
from workbook_tools.terminal.console import say

_INDENT = "　　"
_MARKS = {GONE: ("［－", "－］"), NEW: ("［＋", "＋］")}


def show_today(today: Today) -> None:
    """The state of the round and the next step."""
    for line in today.lines:
        say(line)
    say(today.step)


def show_practice(shown: Shown, form: Form) -> None:
    """The versions of a practice, and every field of one of them."""
    practice = shown.practice
    say(f"№{practice.no}　{practice.title}　{'、'.join(practice.departments)}　{shown.status}")
    for n, version in enumerate(shown.versions, start=1):
        chosen = "→" if version is shown.chosen else "　"
        say(f"{chosen}版{n}　{moment(version.received_at)}　{_fate(version)}　{version.file}")
    if not shown.versions:
        say("まだ提出されていません。")
    names = titles(form)
    for name, answer in shown.fields.items():
        say(f"{answer.sheet}の{answer.cell}　{names.get(name, name)}（{name}）")
        _say_text(answer.raw or "（記入なし）")
        told = how(shown, name)
        if told:
            _say_text(f"→ {answer.text or '（記入なし）'}（{told}）")


def _fate(version: Returned) -> str:
    if version.withdrawn is not None:
        return f"{version.status.value}（受理取消：{version.withdrawn}）"
    return version.status.value


def show_differences(compared: Compared) -> None:
    """Both versions, and each field that differs with what changed inside it."""
    practice = compared.practice
    say(f"№{practice.no}　{practice.title}")
    _say_side("－", compared.before)
    _say_side("＋", compared.after)
    for known in compared.differences:
        places = "　→　".join(filter(None, dict.fromkeys((known.before_at, known.after_at))))
        say(f"{known.title}（{known.field}）　{places}")
        if not known.before or not known.after:
            kind = GONE if known.before else NEW
            _say_text(_marked(Piece(kind, known.before or known.after)))
        else:
            _say_text("".join(map(_marked, known.pieces)))
    count = len(compared.differences)
    say(f"違うところ {count}件" if count else "違うところはありません。")


def _say_side(sign: str, side: Side) -> None:
    version = side.version
    say(f"{sign} {side.name}　{moment(version.received_at)}　{_fate(version)}　{version.file}")


def _marked(piece: Piece) -> str:
    before, after = _MARKS.get(piece.kind, ("", ""))
    return f"{before}{piece.text}{after}"


def _say_text(text: str) -> None:
    for line in text.split("\n"):
        say(f"{_INDENT}{line}")
