"""Receipts: every arrival of a file in the inbox, what was taken back of them, what lies there now.

A file arrives when name and content together were not there at the last collect; its date alone
never makes an arrival. Of a practice the newest accepted receipt counts, of a member of the council
the newest right one, until it is withdrawn (contract, "Receipts").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from workbook_tools.era import FiscalYear
from workbook_tools.register.database import Register
from workbook_tools.register.records import Arrival, Source, SourceKind

Pair = tuple[str, str]  # name as messages say it, sha256

_COLUMNS = "id, kind, year, sha256, name, received_at, withdrawn_at, reason, repeats"


def receive(register: Register, source: Source, number: int | None = None) -> None:
    """Note an arrival. ``number`` is that of its event where it is noted already."""
    repeats = source.facts.get("repeats")
    register.change(
        f"INSERT INTO receipt ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?)",
        register.note_source(source) if number is None else number,
        source.kind,
        source.year.key if source.year else None,
        source.sha256,
        source.name,
        source.taken_at,
        FiscalYear.of_code(repeats).key if repeats else None,
    )
    register.change("INSERT OR IGNORE INTO lying VALUES (?, ?)", source.name, source.sha256)


def receipts(register: Register, year: FiscalYear, *kinds: SourceKind) -> list[Arrival]:
    """Every arrival of a round, those that were taken back too, in order; of all kinds or these."""
    query = f"""SELECT {_COLUMNS} FROM receipt
        WHERE year = ? AND kind IN ({", ".join("?" * len(kinds or SourceKind))}) ORDER BY id"""
    rows = register.rows(query, year.key, *(kinds or SourceKind))
    return [_receipt(*row) for row in rows]


def rounds_of(register: Register, kind: SourceKind) -> dict[str, set[FiscalYear]]:
    """Content → the rounds in which it was received and read."""
    query = "SELECT DISTINCT sha256, year FROM receipt WHERE kind = ? AND repeats IS NULL"
    found: dict[str, set[FiscalYear]] = {}
    for sha256, year in register.rows(query, kind):
        found.setdefault(sha256, set()).add(FiscalYear.of_key(year))
    return found


def withdraw(register: Register, receipt: Arrival, reason: str, now: str) -> None:
    """Take a receipt back; it stays in the register but counts no longer."""
    _note(register, SourceKind.WITHDRAWN, receipt, reason, now)
    query = "UPDATE receipt SET withdrawn_at = ?, reason = ? WHERE id = ?"
    register.change(query, now, reason, receipt.id)


def restore(register: Register, receipt: Arrival, reason: str, now: str) -> None:
    """Undo :func:`withdraw`."""
    _note(register, SourceKind.RESTORED, receipt, reason, now)
    query = "UPDATE receipt SET withdrawn_at = NULL, reason = NULL WHERE id = ?"
    register.change(query, receipt.id)


def _note(register: Register, kind: SourceKind, receipt: Arrival, reason: str, now: str) -> None:
    facts = {"kind": receipt.kind, "received_at": receipt.received_at, "reason": reason}
    source = Source(receipt.sha256, kind, receipt.name, receipt.year, now, facts)
    register.note_source(source)


def meant(register: Register, source: Source) -> Arrival | None:
    """The receipt that an event takes back or restores: of several alike the newest possible."""
    wanted = source.kind is SourceKind.RESTORED
    assert source.year is not None
    for receipt in reversed(receipts(register, source.year)):
        if (
            (receipt.sha256, receipt.name) == (source.sha256, source.name)
            and receipt.received_at == source.facts["received_at"]
            and bool(receipt.withdrawn_at) is wanted
        ):
            return receipt
    return None


# -- what lies in the inbox -----------------------------------------------------------------------


def lying(register: Register) -> set[Pair]:
    """What lay in the inbox at the last collect and is known.

    A pair without name stands for a content under any name: the first edition did not note names.
    """
    return set(register.rows("SELECT name, sha256 FROM lying"))


def note_lying(
    register: Register, present: Iterable[Pair], refused: Collection[str], now: str
) -> None:
    """What lies in the inbox now, of what is known; an event only where that differs.

    ``refused`` are files and folders that can't be looked into just now: what lay there stays.
    """
    before = lying(register)
    inside = tuple(f"{name}/" for name in refused)
    there = {pair for pair in present if pair in before or ("", pair[1]) in before}
    there |= {pair for pair in before if pair[0] in refused or pair[0].startswith(inside)}
    if there != before:
        come, gone = sorted(there - before), sorted(before - there)
        facts = {"come": come, "gone": gone}
        register.note_source(Source("", SourceKind.INBOX, "", None, now, facts))
        change_lying(register, come, gone)


def refused_before(register: Register, year: FiscalYear) -> set[Pair]:
    """Files that could not be taken in and were told in another round: they concern only that."""
    events = register.sources(SourceKind.REFUSED)
    told = {(source.name, source.facts["sha256"]): source.year for source in events}
    return {pair for pair, then in told.items() if then != year}


def note_refused(register: Register, pairs: Iterable[Pair], year: FiscalYear, now: str) -> None:
    """Files that cannot be taken in, unless they were met before. There is no copy of them."""
    events = register.sources(SourceKind.REFUSED)
    known = {(source.name, source.facts["sha256"]) for source in events}
    for name, sha256 in sorted(set(pairs) - known):
        facts = {"sha256": sha256}
        register.note_source(Source("", SourceKind.REFUSED, name, year, now, facts))


def change_lying(register: Register, come: Iterable[Pair], gone: Iterable[Pair]) -> None:
    """Add and remove pairs."""
    register.add("DELETE FROM lying WHERE name = ? AND sha256 = ?", gone)
    register.add("INSERT OR IGNORE INTO lying VALUES (?, ?)", come)


def _receipt(
    number: int,
    kind: str,
    year: int,
    sha256: str,
    name: str,
    received_at: str,
    withdrawn_at: str | None,
    reason: str | None,
    repeats: int | None,
) -> Arrival:
    return Arrival(
        number,
        SourceKind(kind),
        FiscalYear.of_key(year),
        sha256,
        name,
        received_at,
        withdrawn_at,
        reason,
        FiscalYear.of_key(repeats) if repeats else None,
    )
