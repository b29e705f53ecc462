"""照合: the hidden token that tells a form that was sent, whatever its header says later. Pure.

It names practice, round, lead department and version of the form, closed by a check sum, so that a
renumbered or copied form is recognised without any history (contract, F022). It is no secret and
no signature: it finds mistakes, not forgers.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from workbook_tools.era import FiscalYear

NAME = "照合"
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Token:
    """What a form was sent as."""

    practice_no: int
    year: FiscalYear
    department: str
    version: str

    def __str__(self) -> str:
        told = (str(self.practice_no), self.year.code, self.department, self.version)
        body = _SEPARATOR.join(part.replace(_SEPARATOR, " ") for part in told)
        return f"{body}{_SEPARATOR}{_sum(body)}"


def parse(text: str) -> Token | None:
    """The token a cell holds; None where it is none, or no longer whole."""
    body, _, checksum = text.strip().rpartition(_SEPARATOR)
    parts = body.split(_SEPARATOR)
    if len(parts) != 4 or checksum != _sum(body) or not parts[0].isdecimal():
        return None
    try:
        return Token(int(parts[0]), FiscalYear.of_code(parts[1]), parts[2], parts[3])
    except ValueError:
        return None


def _sum(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:8]
