"""The ledger as a file: one line of JSON per event, only ever appended to, flushed to the disk.

A line that was cut off, or that somebody else wrote, loses only itself. Every line bears the number
of its event in the register; those of the first edition bear none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.outbox import flush_folder
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.workspace import read

LEDGER = "受付簿.jsonl"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line: the number of its event, 0 where the first edition wrote it, and the event."""

    number: int
    source: Source


@dataclass(frozen=True, slots=True)
class Lines:
    """What the ledger holds, in order; ``unreadable`` counts its lines from 1."""

    entries: tuple[LedgerLine, ...]
    unreadable: tuple[int, ...]


def append(archive: Path, entries: Iterable[LedgerLine]) -> None:
    """Add lines and flush them. UserError where the file cannot be written."""
    lines = "".join(_line(entry) for entry in entries)
    path = archive / LEDGER
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        with path.open("ab") as ledger:
            # A line cut off by a power failure must not swallow the next one.
            ledger.write(("\n" + lines).encode())
            ledger.flush()
            os.fsync(ledger.fileno())
        if is_new:
            flush_folder(archive)
    except OSError as error:
        raise UserError(f"『{path}』に書けません。空き容量と権限を確かめてください。") from error


def lines(archive: Path) -> Lines:
    """Every line that can be read, and which cannot. UserError where the file cannot be opened."""
    path = archive / LEDGER
    if not path.exists():
        return Lines((), ())
    entries, unreadable = [], []
    for number, line in enumerate(read(path).split(b"\n"), start=1):
        if line.strip():
            try:
                entries.append(_entry(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError):
                unreadable.append(number)
    return Lines(tuple(entries), tuple(unreadable))


def _line(entry: LedgerLine) -> str:
    source = entry.source
    row = {**asdict(source), "year": source.year.code if source.year else None}
    if not source.facts:
        del row["facts"]
    return json.dumps({"no": entry.number, **row}, ensure_ascii=False) + "\n"


def _entry(row: dict[str, Any]) -> LedgerLine:
    year = FiscalYear.of_code(row["year"]) if row["year"] else None
    sha256, name, taken_at = (_text(row[key]) for key in ("sha256", "name", "taken_at"))
    facts = row.get("facts", {})
    if not isinstance(facts, dict):
        raise TypeError("facts are a table")
    return LedgerLine(
        int(row.get("no", 0)), Source(sha256, SourceKind(row["kind"]), name, year, taken_at, facts)
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
