"""The register's tables as named steps: data, no sqlite here."""

from __future__ import annotations

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
    (
        "titles of imported lists",
        (
            """CREATE TABLE past_title (
                year INTEGER NOT NULL, practice_no INTEGER NOT NULL, title TEXT NOT NULL,
                PRIMARY KEY (year, practice_no)) WITHOUT ROWID""",
        ),
    ),
    (
        "findings of council sheets",
        (
            """CREATE TABLE ballot_finding (
                ballot_id INTEGER NOT NULL REFERENCES ballot (id) ON DELETE CASCADE,
                position INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL,
                sheet TEXT, cell TEXT, field TEXT, value TEXT, message TEXT NOT NULL,
                hint TEXT NOT NULL, PRIMARY KEY (ballot_id, position)) WITHOUT ROWID""",
        ),
    ),
    (
        "receipts",
        (
            # Whatever the register notes stands in the ledger too, written after it; `noted` is the
            # last event that does.
            "ALTER TABLE source ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'",
            "CREATE TABLE journal (noted INTEGER NOT NULL)",
            "INSERT INTO journal SELECT COALESCE(MAX(id), 0) FROM source",
            # Every arrival of a file, by the number of its event; a reading or ballot is what was
            # found in a content, however often it came.
            """CREATE TABLE receipt (
                id INTEGER PRIMARY KEY, kind TEXT NOT NULL, year INTEGER NOT NULL,
                sha256 TEXT NOT NULL, name TEXT NOT NULL, received_at TEXT NOT NULL,
                withdrawn_at TEXT, reason TEXT, repeats INTEGER)""",
            "CREATE INDEX receipt_of ON receipt (year, sha256)",
            """INSERT INTO receipt (id, kind, year, sha256, name, received_at)
                SELECT COALESCE((SELECT MAX(source.id) FROM source WHERE kind = '進捗状況シート'
                        AND source.year = reading.year AND source.sha256 = reading.sha256), -id),
                    '進捗状況シート', year, sha256, file, received_at
                FROM reading ORDER BY id""",
            """INSERT INTO receipt (id, kind, year, sha256, name, received_at)
                SELECT COALESCE((SELECT MAX(source.id) FROM source WHERE kind = '評価シート'
                        AND source.year = ballot.year AND source.sha256 = ballot.sha256),
                        -1000000 - id),
                    '評価シート', year, sha256, file, received_at
                FROM ballot ORDER BY id""",
            # What lay in the inbox at the last collect and is known. The first edition did not note
            # under which names: a row without name stands for a content under any.
            """CREATE TABLE lying (
                name TEXT NOT NULL, sha256 TEXT NOT NULL,
                PRIMARY KEY (name, sha256)) WITHOUT ROWID""",
            "INSERT INTO lying SELECT DISTINCT '', sha256 FROM receipt",
        ),
    ),
    (
        "outputs and closings",
        (
            """CREATE TABLE written (
                year INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
                made_at TEXT NOT NULL, version TEXT NOT NULL,
                PRIMARY KEY (year, name)) WITHOUT ROWID""",
            """CREATE TABLE closing (
                year INTEGER PRIMARY KEY, closed_at TEXT NOT NULL, record TEXT NOT NULL)""",
            """CREATE TABLE disposal (
                year INTEGER PRIMARY KEY, disposed_at TEXT NOT NULL, reason TEXT NOT NULL,
                record TEXT NOT NULL)""",
        ),
    ),
)
