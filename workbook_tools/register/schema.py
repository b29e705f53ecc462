"""What the register holds: its records, and its tables as named steps (data; no sqlite here)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbook_tools.era import FiscalYear


class Status(StrEnum):
    """What became of a returned form."""

    ACCEPTED = "受理"
    FAULTY = "要修正"


class Kind(StrEnum):
    """What a file in the archive is."""

    PLAN = "計画マスタ"
    DISTRIBUTION = "配布記録"
    HISTORY = "実績一覧"
    RETURN = "進捗状況シート"
    COUNCIL = "評価シート"


@dataclass(frozen=True, slots=True)
class PastResult:
    """One row of an imported list, as printed.

    ``scores`` is empty where nothing was evaluated. A list may also carry the last scores of an
    item that ended earlier (domain §8): then ``finished`` lies before the list's year.
    """

    practice_no: int
    scores: Mapping[str, int]
    grade: str | None
    finished: FiscalYear | None


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What a form was sent out with in one cell.

    ``target`` is the field that a reference meant then, ``target_text`` its resolved text; both
    are None where the text is no reference.
    """

    field: str
    text: str
    target: str | None = None
    target_text: str | None = None


@dataclass(frozen=True, slots=True)
class Distributed:
    """One form sent out: ``path`` relative to the workspace with ``/``, ``distributed_at`` ISO."""

    practice_no: int
    path: str
    sha256: str
    distributed_at: str
    prefilled: tuple[Prefilled, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One taking in of a file; ``name`` is its path as messages name it, ``taken_at`` ISO."""

    sha256: str
    kind: Kind
    name: str
    year: FiscalYear | None
    taken_at: str


# Never change a step that was released: add one. PRAGMA user_version counts the steps applied.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "past results",
        (
            """CREATE TABLE past_result (
                year INTEGER NOT NULL, practice_no INTEGER NOT NULL, grade TEXT, finished INTEGER,
                source TEXT NOT NULL, PRIMARY KEY (year, practice_no)) WITHOUT ROWID""",
            """CREATE TABLE past_score (
                year INTEGER NOT NULL, practice_no INTEGER NOT NULL, criterion TEXT NOT NULL,
                score INTEGER NOT NULL,
                PRIMARY KEY (year, practice_no, criterion)) WITHOUT ROWID""",
        ),
    ),
    (
        "distribution",
        (
            """CREATE TABLE distributed (
                year INTEGER NOT NULL, practice_no INTEGER NOT NULL, path TEXT NOT NULL,
                sha256 TEXT NOT NULL, distributed_at TEXT NOT NULL,
                PRIMARY KEY (year, practice_no)) WITHOUT ROWID""",
            """CREATE TABLE prefilled (
                year INTEGER NOT NULL, practice_no INTEGER NOT NULL, position INTEGER NOT NULL,
                field TEXT NOT NULL, text TEXT NOT NULL, target TEXT, target_text TEXT,
                PRIMARY KEY (year, practice_no, position)) WITHOUT ROWID""",
        ),
    ),
    (
        "returned forms",
        (
            # One row per distinct content and round; `rules` tells which plan master and which
            # version of the tool judged it.
            """CREATE TABLE reading (
                id INTEGER PRIMARY KEY, year INTEGER NOT NULL, sha256 TEXT NOT NULL,
                file TEXT NOT NULL, received_at TEXT NOT NULL, rules TEXT NOT NULL,
                UNIQUE (year, sha256))""",
            """CREATE TABLE submission (
                id INTEGER PRIMARY KEY,
                reading_id INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
                year INTEGER NOT NULL, practice_no INTEGER, sheet TEXT NOT NULL,
                located TEXT NOT NULL, status TEXT NOT NULL, finished INTEGER,
                everything TEXT NOT NULL, this_year TEXT NOT NULL)""",
            "CREATE INDEX submission_of ON submission (year, practice_no)",
            "CREATE INDEX submission_in ON submission (reading_id)",
            """CREATE TABLE answer (
                submission_id INTEGER NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
                position INTEGER NOT NULL, field TEXT NOT NULL, sheet TEXT NOT NULL,
                cell TEXT NOT NULL, raw TEXT NOT NULL, value TEXT NOT NULL, how TEXT NOT NULL,
                resolved TEXT, chain TEXT NOT NULL,
                PRIMARY KEY (submission_id, position)) WITHOUT ROWID""",
            """CREATE TABLE finding (
                reading_id INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
                position INTEGER NOT NULL, submission_id INTEGER,
                code TEXT NOT NULL, severity TEXT NOT NULL, file TEXT NOT NULL, sheet TEXT,
                cell TEXT, field TEXT, item_no INTEGER, department TEXT, value TEXT,
                message TEXT NOT NULL, hint TEXT NOT NULL,
                PRIMARY KEY (reading_id, position)) WITHOUT ROWID""",
        ),
    ),
    (
        "outputs",
        (
            # From which state of the register an output was written: the same state, no new file.
            """CREATE TABLE output (
                name TEXT PRIMARY KEY, state TEXT NOT NULL)""",
        ),
    ),
    (
        "council",
        (
            "CREATE TABLE member (year INTEGER NOT NULL, no INTEGER NOT NULL)",
            """CREATE TABLE ballot (
                id INTEGER PRIMARY KEY, year INTEGER NOT NULL, sha256 TEXT NOT NULL,
                file TEXT NOT NULL, received_at TEXT NOT NULL, member INTEGER,
                faulty INTEGER NOT NULL)""",
            """CREATE TABLE ballot_score (
                ballot_id INTEGER NOT NULL REFERENCES ballot (id) ON DELETE CASCADE,
                item_no INTEGER NOT NULL, score INTEGER NOT NULL)""",
            """CREATE TABLE ballot_opinion (
                ballot_id INTEGER NOT NULL REFERENCES ballot (id) ON DELETE CASCADE,
                kind TEXT NOT NULL, no INTEGER NOT NULL, text TEXT NOT NULL)""",
        ),
    ),
    (
        "sources",
        (
            # Every taking in is noted, the same file twice too: the last one of a year counts.
            """CREATE TABLE source (
                id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, kind TEXT NOT NULL,
                name TEXT NOT NULL, year INTEGER, taken_at TEXT NOT NULL)""",
        ),
    ),
)
