"""What the register knows of the council: members, the sheets they sent, scores and opinions.

Of a member the newest right sheet counts, by the order of receipts; a faulty one is kept but does
not count (domain §7), and neither does one that was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools.era import FiscalYear
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind

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
_COUNTING = """SELECT id, member FROM (
    SELECT ballot.id AS id, member,
        ROW_NUMBER() OVER (PARTITION BY member ORDER BY receipt.id DESC) AS place
    FROM receipt JOIN ballot USING (year, sha256)
    WHERE receipt.year = ? AND faulty = 0 AND withdrawn_at IS NULL) WHERE place = 1"""


def note_members(register: Register, year: FiscalYear, numbers: Iterable[int]) -> None:
    """Remember who was sent a sheet in that round."""
    sent, before = sorted(numbers), "SELECT no FROM member WHERE year = ? ORDER BY no"
    if sent != [no for (no,) in register.rows(before, year.key)]:
        facts = {"members": sent}
        register.note_source(Source("", SourceKind.MEMBERS, "", year, "", facts))
        register.change("DELETE FROM member WHERE year = ?", year.key)
        register.add("INSERT INTO member VALUES (?, ?)", [(year.key, no) for no in sent])


def members(register: Register, plan: Plan) -> list[int]:
    """Who was sent a sheet in the plan's round; whom the plan names where nobody was."""
    query = "SELECT no FROM member WHERE year = ? ORDER BY no"
    sent = [no for (no,) in register.rows(query, plan.round.key)]
    return sent or [member.no for member in plan.members]


def kept(register: Register) -> dict[str, tuple[FiscalYear, int]]:
    """sha256 → round and number of every sheet received."""
    rows = register.rows("SELECT sha256, year, id FROM ballot")
    return {sha256: (FiscalYear.of_key(year), number) for sha256, year, number in rows}


def keep(register: Register, year: FiscalYear, ballot: Ballot, number: int | None) -> int:
    """Put a sheet into the register; its place in the order of receipt.

    ``number`` is its place in the order of receipt, where it was received before.
    """
    if number is not None:
        register.change("DELETE FROM ballot WHERE id = ?", number)
    number = register.change(
        """INSERT INTO ballot (id, year, sha256, file, received_at, member, faulty)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
        number,
        year.key,
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
    return number


def sheets(register: Register, year: FiscalYear) -> list[Ballot]:
    """Every sheet received in a round, the faulty ones too, in the order they came first."""
    query = """SELECT id, sha256, file, received_at, member, faulty FROM ballot
        WHERE year = ? ORDER BY id"""
    scores = "SELECT item_no, score FROM ballot_score WHERE ballot_id = ?"
    opinions = "SELECT kind, no, text FROM ballot_opinion WHERE ballot_id = ?"
    return [
        Ballot(
            sha256,
            file,
            received_at,
            member,
            bool(faulty),
            dict(register.rows(scores, number)),
            {Target(kind, no): text for kind, no, text in register.rows(opinions, number)},
        )
        for number, sha256, file, received_at, member, faulty in register.rows(query, year.key)
    ]


def counting(register: Register, year: FiscalYear) -> set[int]:
    """The members whose sheet counts."""
    return set(counting_sheets(register, year))


def counting_sheets(register: Register, year: FiscalYear) -> dict[int, str]:
    """Member → sha256 of the sheet that counts."""
    query = f"""WITH counting AS ({_COUNTING})
        SELECT counting.member, sha256 FROM counting JOIN ballot USING (id)"""
    return dict(register.rows(query, year.key))


def scores(register: Register, year: FiscalYear) -> dict[int, list[int]]:
    """The scores that count, per item."""
    query = f"""WITH counting AS ({_COUNTING})
        SELECT item_no, score FROM counting JOIN ballot_score ON ballot_id = id"""
    found: dict[int, list[int]] = {}
    for item_no, score in register.rows(query, year.key):
        found.setdefault(item_no, []).append(score)
    return found


def votes(register: Register, year: FiscalYear) -> dict[int, dict[int, int]]:
    """Member → item → score, of the sheets that count; a member that only abstained has none."""
    query = f"""WITH counting AS ({_COUNTING})
        SELECT counting.member, item_no, score
        FROM counting LEFT JOIN ballot_score ON ballot_id = id"""
    found: dict[int, dict[int, int]] = {}
    for member, item_no, score in register.rows(query, year.key):
        own = found.setdefault(member, {})
        if item_no is not None:
            own[item_no] = score
    return found


def averages(register: Register, year: FiscalYear) -> dict[int, int]:
    """審議会評価平均 per item in tenths, over the members that gave a score (domain §7)."""
    return {no: grading.mean_tenths(given) for no, given in scores(register, year).items()}


def opinions(register: Register, year: FiscalYear) -> Sequence[Opinion]:
    """The opinions that count."""
    query = f"""WITH counting AS ({_COUNTING})
        SELECT kind, no, member, text FROM counting JOIN ballot_opinion ON ballot_id = id"""
    rows = register.rows(query, year.key)
    return [Opinion(Target(kind, no), member, text) for kind, no, member, text in rows]
