"""The archive: a copy of every file taken in, as it was, named by its content.

So an overwritten inbox loses nothing. Together with the ledger of what happened when
(:mod:`journal`) the register can be made anew from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.register.database import Register
from workbook_tools.register.records import Distributed, Prefilled, Source, SourceKind
from workbook_tools.workspace import digest, read


def keep(archive: Path, data: bytes) -> str:
    """Put a copy of a file's content into the archive; its sha256, under which it is found."""
    sha256 = digest(data)
    put(kept(archive, sha256), data, lasting=True)
    return sha256


def heal(archive: Path, sha256: str, data: bytes) -> bool:
    """Put a copy back in place where it is lost or no longer ``data``; True where it was."""
    return put(kept(archive, sha256), data, lasting=True)


def kept(archive: Path, sha256: str) -> Path:
    """Where the archive keeps a content: ``archive/ab/abcdef….bin``, whatever its name was."""
    return archive / sha256[:2] / f"{sha256}.bin"


def is_whole(archive: Path, sha256: str) -> bool:
    """Whether a copy is there and what it was."""
    path = kept(archive, sha256)
    return path.is_file() and digest(read(path)) == sha256


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
    """Keep a copy and note it; its sha256. ``now`` is an ISO time."""
    source = Source(keep(archive, data), kind, name, year, now)
    register.note_source(source)
    return source.sha256


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
