"""Whose a file is that does not say so itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from workbook_tools.plan.model import Plan
from workbook_tools.text import key, signed_number

_DIVISION = re.compile(r"^\(.{1,4}\)")  # （民）, evened out
_SHORTEST = 3  # letters of a name that may be looked for inside another text


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
