"""The archive: a copy of every file taken in, as it was, and a ledger of what was taken in when.

Copies are named by their content, so that an overwritten inbox loses nothing. The ledger is one
line of JSON per taking in, only ever appended to; from both the register can be made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.register.database import Register
from workbook_tools.register.records import Distributed, Prefilled, Source, SourceKind
from workbook_tools.workspace import digest, read

LEDGER = "受付簿.jsonl"


def keep(archive: Path, data: bytes) -> str:
    """Put a copy of a file's content into the archive; its sha256, under which it is found."""
    sha256 = digest(data)
    put(kept(archive, sha256), data)
    return sha256


def kept(archive: Path, sha256: str) -> Path:
    """Where the archive keeps a content: ``archive/ab/abcdef….bin``, whatever its name was."""
    return archive / sha256[:2] / f"{sha256}.bin"


def content(archive: Path, sha256: str) -> bytes:
    """A kept copy; UserError where it is gone or no longer what it was."""
    data = read(kept(archive, sha256))
    if digest(data) != sha256:
        path = kept(archive, sha256)
        raise UserError(f"控え『{path}』の中身が変わっています。バックアップから戻してください。")
    return data


def take(
    register: Register,
    archive: Path,
    data: bytes,
    kind: SourceKind,
    name: str,
    year: FiscalYear,
    now: str,
) -> str:
    """Keep a copy and note it in ledger and register; its sha256. ``now`` is an ISO time."""
    source = Source(keep(archive, data), kind, name, year, now)
    note(archive, [source])
    register.note_source(source)
    return source.sha256


def note(archive: Path, sources: Iterable[Source]) -> None:
    """Append to the ledger what was taken in. The copies must be kept already."""
    lines = []
    for source in sources:
        row = {**asdict(source), "year": str(source.year) if source.year else None}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    if not lines:
        return
    path = archive / LEDGER
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as ledger:
            # A line cut off by a power failure must not swallow the next one.
            ledger.write(("\n" + "".join(lines)).encode())
    except OSError as error:
        raise UserError(f"『{path}』に書けません。空き容量と権限を確かめてください。") from error


def sources(archive: Path) -> tuple[Source, ...]:
    """Everything ever taken in, in its order; a line that was cut off is passed over."""
    path = archive / LEDGER
    if not path.exists():
        return ()
    found = []
    for line in read(path).splitlines():
        try:
            row = json.loads(line)
            year = FiscalYear.parse(row["year"]) if row["year"] else None
            found.append(
                Source(row["sha256"], SourceKind(row["kind"]), row["name"], year, row["taken_at"])
            )
        except (ValueError, KeyError, TypeError):
            continue
    return tuple(found)


def record_of(entries: Mapping[int, Distributed]) -> bytes:
    """What was sent out in a round, as the archive keeps it: one JSON document."""
    rows = [asdict(entries[no]) for no in sorted(entries)]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def distributed_of(record: bytes) -> Sequence[Distributed]:
    """The reverse of :func:`record_of`."""
    return [
        Distributed(**{**row, "prefilled": tuple(Prefilled(**cell) for cell in row["prefilled"])})
        for row in json.loads(record)
    ]
