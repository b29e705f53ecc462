"""Whose a file is that does not say so itself, and what lies unread in the inbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.parts import examine
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.intake import inbox
from workbook_tools.plan.model import Plan
from workbook_tools.register import receipts
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.register.submissions import readings, received_elsewhere
from workbook_tools.text import key, signed_number
from workbook_tools.workspace import digest

_DIVISION = re.compile(r"^\(.{1,4}\)")  # （民）, evened out
_SHORTEST = 3  # letters of a name that may be looked for inside another text


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox next to the register.

    ``present``: content → name of what was read in this round and still lies there; ``refused``:
    what could not be opened and so is not in the register; ``not_collected``: what is new.
    """

    present: Mapping[str, str]
    refused: tuple[Finding, ...]
    not_collected: tuple[str, ...]


def look_into(register: Register, held: Round) -> Inbox:
    """Compare the inbox with the register; nothing is read into it."""
    workspace, year = held.workspace, held.year
    known = readings(register, year)
    elsewhere = received_elsewhere(register, year)
    present: dict[str, str] = {}
    refused: list[Finding] = []
    new: list[str] = []
    read_once = dict(receipts.lying(register))
    for received in inbox.files(workspace):
        if received.data is None:
            before = read_once.get(received.name)
            if before and received.finding and received.finding.code == "F002":
                present.setdefault(before, received.name)  # its password was needed only once
            elif received.finding and received.finding.severity is Severity.ERROR:
                refused.append(received.finding)
            continue
        sha256 = digest(received.data)
        if sha256 in known:
            present.setdefault(sha256, received.name)
        elif sha256 not in elsewhere:
            # A protected file is never kept by collect: it would be asked for again each time.
            locked = _locked(received.data, received.name)
            refused.extend(locked)
            new.extend([] if locked else [received.name])
    return Inbox(present, tuple(refused), tuple(new))


def _locked(data: bytes, name: str) -> list[Finding]:
    try:
        examine(data)
    except UnreadableError as error:
        if error.code == "F002":
            return [found(error.code, Place(name), reason=error.reason)]
    return []


class Senders:
    """Tells item and department from the names of folders and files."""

    def __init__(self, plan: Plan) -> None:
        self._leads = {practice.no: practice.lead for practice in plan.practices}
        self._names: dict[str, str] = {}
        for department in plan.departments:
            for name in (*department.former_names, department.name):
                self._names[key(name)] = department.name
                self._names.setdefault(_DIVISION.sub("", key(name)), department.name)

    def number(self, name: str) -> int | None:
        """The item that a file's name tells: ``No16_….xlsx``, ``№16``."""
        number = signed_number(PurePosixPath(name).name)
        return number if number in self._leads else None

    def department(self, name: str) -> str | None:
        """The department whose item the file's name tells, or whose name stands in the path."""
        number = self.number(name)
        return self._leads[number] if number else next(self._named(name), None)

    def _named(self, name: str) -> Iterator[str]:
        parts = [key(part) for part in reversed(PurePosixPath(name).parts)]
        names = sorted(self._names, key=len, reverse=True)
        yield from (self._names[part] for part in parts if part in self._names)
        for part in parts:
            yield from (
                self._names[known] for known in names if len(known) >= _SHORTEST and known in part
            )
