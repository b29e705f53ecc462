"""What lies in the inbox that no command has taken in yet: looked at, never read into the register.

Progress sheets wait for `collect`, sheets of the council for `council collect`; what is neither
(読取内容確認票) waits for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.parts import examine
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.form.layout import COUNCIL_MEMBER, RECEIPT
from workbook_tools.intake import inbox
from workbook_tools.register import receipts
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind
from workbook_tools.register.round import Round
from workbook_tools.workspace import digest


@dataclass(frozen=True, slots=True)
class Inbox:
    """What lies there now.

    ``present``: content → name; ``forms`` and ``ballots``: names of what nobody has read yet;
    ``refused``: what cannot be opened and so never is, of this round.
    """

    present: Mapping[str, str]
    forms: tuple[str, ...]
    ballots: tuple[str, ...]
    refused: tuple[Finding, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """The files that a command has yet to read."""
        return (*self.forms, *self.ballots)


def look(register: Register, held: Round) -> Inbox:
    """The inbox next to what is known of it.

    A protected file is among the refused, unless it was read before: its password is needed once.
    """
    lay = receipts.lying(register)
    read_once = dict(lay)
    read = {*receipts.rounds_of(register, SourceKind.RETURN)}
    read |= receipts.rounds_of(register, SourceKind.COUNCIL).keys()
    before_now = receipts.refused_before(register, held.year)
    present: dict[str, str] = {}
    forms, ballots, refused = [], [], []
    for received in inbox.files(held.workspace):
        if received.data is None:
            before = read_once.get(received.name)
            if before and received.finding and received.finding.code == "F002":
                present.setdefault(before, received.name)
            elif (
                received.finding
                and received.finding.severity is Severity.ERROR
                and (received.name, received.sha256) not in before_now
            ):
                refused.append(received.finding)
            continue
        sha256 = digest(received.data)
        present.setdefault(sha256, received.name)
        if (received.name, sha256) in lay or ("", sha256) in lay:
            continue
        names, locked = _names(received.data, received.name)
        if locked and sha256 not in read:
            refused += [] if (received.name, sha256) in before_now else [locked]
        elif COUNCIL_MEMBER in names:
            ballots.append(received.name)
        elif RECEIPT not in names:
            forms.append(received.name)
    return Inbox(present, tuple(forms), tuple(ballots), tuple(refused))


def _names(data: bytes, name: str) -> tuple[set[str], Finding | None]:
    """The defined names of a workbook; what is to be said where it is protected."""
    try:
        return {known.name for known in examine(data).names}, None
    except UnreadableError as error:
        is_locked = error.code == "F002"
        return set(), found("F002", Place(name), reason=error.reason) if is_locked else None
