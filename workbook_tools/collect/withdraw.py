"""`withdraw`: takes a receipt back (受理取消), or undoes that; of a return or of a 評価シート.

The file stays where it lies and in the archive; only what counts changes, and the ledger says why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.findings import UserError
from workbook_tools.near import nearest, question
from workbook_tools.register import ballots, closings, receipts
from workbook_tools.register.database import Register
from workbook_tools.register.records import Arrival
from workbook_tools.register.round import Round
from workbook_tools.register.standing import practice_states
from workbook_tools.register.submissions import forms
from workbook_tools.workspace import Workspace

_DIGEST = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was taken back or restored, and in sentences what counts now."""

    arrivals: tuple[Arrival, ...]
    counting: tuple[str, ...]


def withdraw(held: Round, file: str, reason: str, *, undo: bool = False) -> Withdrawal:
    """Take back what ``file`` names: a path as messages show it, or the beginning of a sha256.

    Of a path it is the newest receipt, of a sha256 every receipt of that content. UserError where
    nothing of that name was received in the round.
    """
    with Register.open(held.workspace.register) as register:
        closings.refuse_if_closed(register, held.year)
        wanted = _wanted(register, held, file, undo=undo)
        for arrival in wanted:
            if undo:
                receipts.restore(register, arrival, reason, held.now)
            else:
                receipts.withdraw(register, arrival, reason, held.now)
        contents = {arrival.sha256 for arrival in wanted}
        counting = (*_practices(register, held, contents), *_members(register, held, contents))
    return Withdrawal(tuple(wanted), counting)


def _wanted(register: Register, held: Round, file: str, *, undo: bool) -> list[Arrival]:
    """The receipts that are meant. Raises UserError where none is."""
    every = receipts.receipts(register, held.year)
    names = set(_names(held.workspace, file))
    meant = [arrival for arrival in every if unicodedata.normalize("NFC", arrival.name) in names]
    meant = meant or _of_that_file(every, file)
    by_content = not meant and _DIGEST.fullmatch(file.lower())
    if by_content:
        meant = [arrival for arrival in every if arrival.sha256.startswith(file.lower())]
    if len({arrival.sha256 for arrival in meant}) > 1 and by_content:
        raise UserError(f"『{file}』で始まるファイルがいくつもあります。もっと長く書いてください。")
    if not meant:
        near = nearest(file, {arrival.name for arrival in every})
        raise UserError(
            f"{held.year.long}に受け取った『{file}』がありません。{question(near)}"
            "確認結果にあるとおりの名前か、sha256 の初めの６文字以上を書いてください。"
        )
    possible = [arrival for arrival in meant if bool(arrival.withdrawn_at) is undo]
    if not possible:
        what = "は受理を取り消してありません" if undo else "の受理はもう取り消してあります"
        raise UserError(f"『{meant[-1].name}』{what}。")
    if by_content:
        return possible
    last = max(possible, key=lambda arrival: (arrival.withdrawn_at or "", arrival.id))
    return [last]


def _of_that_file(every: list[Arrival], file: str) -> list[Arrival]:
    """The receipts of a file in whatever folder, if only one is called so."""
    wanted = unicodedata.normalize("NFC", file)
    named = [a for a in every if unicodedata.normalize("NFC", a.name).rpartition("/")[2] == wanted]
    return named if len({arrival.name for arrival in named}) == 1 else []


def _names(workspace: Workspace, file: str) -> Iterator[str]:
    """How messages may show a path that somebody typed."""
    typed = unicodedata.normalize("NFC", file).replace("\\", "/").removeprefix("./")
    yield typed
    yield f"inbox/{typed}"
    absolute = Path(typed).absolute()
    root = workspace.root.absolute()
    if absolute.is_relative_to(root):
        yield absolute.relative_to(root).as_posix()


def _practices(register: Register, held: Round, contents: set[str]) -> Iterator[str]:
    """What counts now of the practices whose forms stood in these files."""
    every = forms(register, held.year, withdrawn=True)
    numbers = {form.practice_no for form in every if form.sha256 in contents}
    states = practice_states(register, held.plan, forms(register, held.year))
    for known in states:
        if known.practice.no in numbers:
            counts = f"、有効なのは『{known.counting.file}』" if known.counting else ""
            yield f"小№{known.practice.no}： {known.state.value}{counts}"


def _members(register: Register, held: Round, contents: set[str]) -> Iterator[str]:
    """The same for members of the council."""
    sheets = ballots.sheets(register, held.year)
    names = {arrival.sha256: arrival.name for arrival in receipts.receipts(register, held.year)}
    counting = ballots.counting_sheets(register, held.year)
    members = {sheet.member for sheet in sheets if sheet.sha256 in contents and sheet.member}
    for member in sorted(members):
        sha256 = counting.get(member)
        yield f"委員{member}： " + (f"有効なのは『{names[sha256]}』" if sha256 else "未提出")
