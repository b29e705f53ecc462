"""What the register knows of the council: members, the sheets they sent, scores and opinions.

Of a member the newest right sheet counts; a faulty one is kept but does not count (domain §7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools.era import FiscalYear
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register

ITEM, ENDED = "取組項目", "取組終了"


@dataclass(frozen=True, slots=True)
class Target:
    """What an opinion is about: an item, or a practice that ended (``kind``: ITEM or ENDED)."""

    kind: str
    no: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """One member's words on one target."""

    target: Target
    member: int
    text: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """One sheet that came back; ``received_at`` ISO. ``member`` None: it does not say whose."""

    sha256: str
    file: str
    received_at: str
    member: int | None
    faulty: bool
    scores: Mapping[int, int] = field(default_factory=dict)
    opinions: Mapping[Target, str] = field(default_factory=dict)


# The newest right version of every member.
_COUNTING = """SELECT MAX(id) AS id, member FROM ballot
    WHERE year = ? AND faulty = 0 GROUP BY member"""


def note_members(register: Register, year: FiscalYear, numbers: Iterable[int]) -> None:
    """Remember who was sent a sheet in that round."""
    register.change("DELETE FROM member WHERE year = ?", year.western)
    register.add("INSERT INTO member VALUES (?, ?)", [(year.western, no) for no in numbers])


def members(register: Register, plan: Plan) -> list[int]:
    """Who was sent a sheet in the plan's round; whom the plan names where nobody was."""
    query = "SELECT no FROM member WHERE year = ? ORDER BY no"
    sent = [no for (no,) in register.rows(query, plan.evaluated.western)]
    return sent or [member.no for member in plan.members]


def kept(register: Register) -> dict[str, tuple[FiscalYear, int]]:
    """sha256 → round and number of every sheet received."""
    rows = register.rows("SELECT sha256, year, id FROM ballot")
    return {sha256: (FiscalYear(year), number) for sha256, year, number in rows}


def keep(register: Register, year: FiscalYear, ballot: Ballot, number: int | None) -> None:
    """Put a sheet into the register.

    ``number`` is its place in the order of receipt, where it was received before.
    """
    if number is not None:
        register.change("DELETE FROM ballot WHERE id = ?", number)
    number = register.change(
        """INSERT INTO ballot (id, year, sha256, file, received_at, member, faulty)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
        number,
        year.western,
        ballot.sha256,
        ballot.file,
        ballot.received_at,
        ballot.member,
        int(ballot.faulty),
    )
    register.add(
        "INSERT INTO ballot_score VALUES (?, ?, ?)",
        [(number, item_no, score) for item_no, score in ballot.scores.items()],
    )
    register.add(
        "INSERT INTO ballot_opinion VALUES (?, ?, ?, ?)",
        [(number, target.kind, target.no, text) for target, text in ballot.opinions.items()],
    )


def counting(register: Register, year: FiscalYear) -> set[int]:
    """The members whose sheet counts."""
    return {member for _, member in register.rows(_COUNTING, year.western)}


def scores(register: Register, year: FiscalYear) -> dict[int, list[int]]:
    """The scores that count, per item."""
    query = f"""WITH counting AS ({_COUNTING})
        SELECT item_no, score FROM counting JOIN ballot_score ON ballot_id = id"""
    found: dict[int, list[int]] = {}
    for item_no, score in register.rows(query, year.western):
        found.setdefault(item_no, []).append(score)
    return found


def averages(register: Register, year: FiscalYear) -> dict[int, int]:
    """審議会評価平均 per item in tenths, over the members that gave a score (domain §7)."""
    return {no: grading.mean_tenths(given) for no, given in scores(register, year).items()}


def opinions(register: Register, year: FiscalYear) -> Sequence[Opinion]:
    """The opinions that count."""
    query = f"""WITH counting AS ({_COUNTING})
        SELECT kind, no, member, text FROM counting JOIN ballot_opinion ON ballot_id = id"""
    rows = register.rows(query, year.western)
    return [Opinion(Target(kind, no), member, text) for kind, no, member, text in rows]
