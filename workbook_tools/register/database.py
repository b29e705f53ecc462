"""The register: what is known of past years and of what was sent and received; and the archive.

The only module that knows sqlite. The schema grows by named steps, each in a transaction of its
own; the ``with`` block of a register is one transaction: all of it is kept, or nothing. Times are
handed in by the callers, so that two runs on the same input give the same register.

What happened is noted as an event (:class:`Source`) and, once it is kept, written into the ledger
beside the archive, from which the register can be made anew. What a killed run did not get to write
there the next one writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.register import journal, lock
from workbook_tools.register.journal import LedgerLine
from workbook_tools.register.records import Distributed, PastResult, Prefilled, Source, SourceKind
from workbook_tools.register.schema import STEPS
from workbook_tools.workspace import Workspace

PATIENCE = 10.0  # seconds to wait for another process that holds the register


# By sqlite's primary result code; any other code is a fault of ours and stays a traceback.
_BUSY = "をほかの処理が使っています。その処理が終わってから、もう一度実行してください。"
_DAMAGED = (
    "が壊れています。workbook-tools collect --rebuild を実行すると、"
    "保存してある控えから作り直せます。"
)
_CLOSED = "を開けません。フォルダーがあるか、書き込む権限があるかを確かめてください。"
_NO_ROOM = "に書けません。ディスクの空き容量と接続を確かめてください。"
_NEWER = "は新しい版の workbook-tools で作られています。workbook-tools を更新してください。"
_WHY = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_READONLY: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_FULL: _NO_ROOM,
    sqlite3.SQLITE_IOERR: _NO_ROOM,
}


class Register:
    """One open register. ``with Register.open(path) as register:`` is one transaction.

    A normal end of the block keeps everything, an exception keeps nothing. What the user can mend
    (locked, damaged, not writable, from a newer version) becomes a UserError.
    """

    _db: sqlite3.Connection  # while the block lasts

    def __init__(self, path: Path, *, write: bool, notes: bool) -> None:
        self._path = path
        self._write = write
        self._notes = notes
        self._held = ExitStack()

    @classmethod
    def open(cls, path: Path, *, write: bool = True, notes: bool = True) -> Register:
        """The register for a block that opens or creates it and brings its schema up to date.

        With ``write=False`` the file is neither made nor changed: where there is none, the
        register is an empty one in memory. With ``notes=False`` nothing that happens is noted: what
        happens is what the ledger tells already (:meth:`copy`).
        """
        return cls(path, write=write, notes=notes)

    def __enter__(self) -> Register:
        try:
            if self._write:
                # First of all: who waits must not have the file open that another one replaces.
                self._held.enter_context(lock.hold(self._path.parent, PATIENCE))
            with _explained(self._path):
                self._db = self._held.enter_context(closing(_connect(self._path, self._write)))
                self._db.execute("BEGIN IMMEDIATE" if self._write else "BEGIN")
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with _explained(self._path):
                if error is None:
                    self._db.execute("COMMIT")
                    self._write_ledger()
                    return
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError | UnicodeDecodeError):
                    raise error
                if isinstance(error, Exception) and not isinstance(error, UserError):
                    self._raise_if_damaged(error)
                if isinstance(error, sqlite3.Error):
                    raise error
        finally:
            self._held.close()

    def _write_ledger(self) -> None:
        """Append what the ledger does not hold yet, and remember that it does."""
        if not (self._write and self._notes):
            return
        pending = self.pending()
        if pending:
            journal.append(Workspace(self._path.parent).archive, pending)
            self._db.execute("UPDATE journal SET noted = ?", (pending[-1].number,))

    def _raise_if_damaged(self, error: Exception) -> None:
        """Whatever went wrong: where the file is damaged, that is the cause to tell."""
        if not self.is_whole():
            raise UserError(_sentence(self._path, _DAMAGED)) from error

    def is_whole(self) -> bool:
        """Whether nothing of the file is damaged."""
        first = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        return bool(first == ("ok",))

    # Past years, from imported lists

    def take_history(
        self, year: FiscalYear, results: Sequence[PastResult], source_sha256: str
    ) -> None:
        """Keep the rows of a year's list in place of what an earlier list of that year said."""
        rows = [
            [row.practice_no, dict(row.scores), row.grade, str(row.finished or "")]
            for row in results
        ]
        facts = {"results": rows}
        self.note_source(Source(source_sha256, SourceKind.RESULTS, "", year, "", facts))
        past = year.key
        self._db.execute("DELETE FROM past_result WHERE year = ?", (past,))
        self._db.execute("DELETE FROM past_score WHERE year = ?", (past,))
        self._db.executemany(
            "INSERT INTO past_result VALUES (?, ?, ?, ?, ?)",
            (
                (past, row.practice_no, row.grade, _number(row.finished), source_sha256)
                for row in results
            ),
        )
        self._db.executemany(
            "INSERT INTO past_score VALUES (?, ?, ?, ?)",
            (
                (past, row.practice_no, criterion, score)
                for row in results
                for criterion, score in row.scores.items()
            ),
        )

    def scores(self) -> dict[FiscalYear, dict[int, dict[str, int]]]:
        """Year → practice → criterion → score, as the imported lists print them."""
        years: dict[FiscalYear, dict[int, dict[str, int]]] = {}
        for year, practice_no, criterion, score in self._db.execute("SELECT * FROM past_score"):
            practices = years.setdefault(FiscalYear.of_key(year), {})
            practices.setdefault(practice_no, {})[criterion] = score
        return years

    def grades(self) -> dict[FiscalYear, dict[int, str]]:
        """Year → practice → 総合評価, as the imported lists print it."""
        years: dict[FiscalYear, dict[int, str]] = {}
        query = "SELECT year, practice_no, grade FROM past_result WHERE grade IS NOT NULL"
        for year, practice_no, grade in self._db.execute(query):
            years.setdefault(FiscalYear.of_key(year), {})[practice_no] = grade
        return years

    def finished(self) -> dict[int, FiscalYear]:
        """Practice → year in which an imported list says it ended.

        Every later list repeats the endings, so where two lists differ the later one wins: it was
        printed knowing the earlier one. A blank there takes nothing back: it may be left out.
        """
        query = """SELECT practice_no, finished FROM past_result WHERE finished IS NOT NULL
            ORDER BY year"""
        return {practice_no: FiscalYear.of_key(end) for practice_no, end in self._db.execute(query)}

    # Forms sent out

    def distributed(self, year: FiscalYear) -> dict[int, Distributed]:
        """Practice → its form of that round, with what was written into it."""
        cells: dict[int, list[Prefilled]] = {}
        query = """SELECT practice_no, field, text, target, target_text FROM prefilled
            WHERE year = ? ORDER BY practice_no, position"""
        for practice_no, *cell in self._db.execute(query, (year.key,)):
            cells.setdefault(practice_no, []).append(Prefilled(*cell))
        query = """SELECT practice_no, path, sha256, distributed_at FROM distributed
            WHERE year = ? ORDER BY practice_no"""
        forms = self._db.execute(query, (year.key,))
        return {
            no: Distributed(no, path, sha256, sent, tuple(cells.get(no, ())))
            for no, path, sha256, sent in forms
        }

    def note_distributed(self, year: FiscalYear, entries: Sequence[Distributed]) -> None:
        """Note forms as sent; a practice's earlier form of that round is replaced."""
        self.forget_distributed(year, [entry.practice_no for entry in entries])
        self._db.executemany(
            "INSERT INTO distributed VALUES (?, ?, ?, ?, ?)",
            (
                (year.key, form.practice_no, form.path, form.sha256, form.distributed_at)
                for form in entries
            ),
        )
        self._db.executemany(
            "INSERT INTO prefilled VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (year.key, form.practice_no, position, *astuple(cell))
                for form in entries
                for position, cell in enumerate(form.prefilled)
            ),
        )

    def forget_distributed(self, year: FiscalYear, practice_nos: Iterable[int]) -> None:
        """Forget the forms of these practices in that round, if there are any."""
        keys = [(year.key, practice_no) for practice_no in practice_nos]
        for table in ("distributed", "prefilled"):
            self._db.executemany(f"DELETE FROM {table} WHERE year = ? AND practice_no = ?", keys)

    # Questions and changes of the modules that know what a table means

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows a query gives."""
        return iter(self._db.execute(query, values))

    def change(self, statement: str, *values: object) -> int:
        """Carry out one statement; the number of the row it added, if it added one."""
        return self._db.execute(statement, values).lastrowid or 0

    def add(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Carry out one statement for many rows."""
        self._db.executemany(statement, rows)

    # Files written

    def output_state(self, name: str) -> str | None:
        """From which state an output was written last."""
        query = "SELECT state FROM output WHERE name = ?"
        return next((row[0] for row in self._db.execute(query, (name,))), None)

    def note_output(self, name: str, state: str) -> None:
        """Remember from which state an output was written."""
        if self.output_state(name) != state:
            self.note_source(Source("", SourceKind.OUTPUT, name, None, "", {"state": state}))
            self._db.execute("INSERT OR REPLACE INTO output VALUES (?, ?)", (name, state))

    # What happened

    def note_source(self, source: Source) -> int:
        """Note an event; its number. It is in the ledger once the block has ended."""
        if not self._notes:
            return 0
        return self._insert(None, source)

    def copy(self, entry: LedgerLine) -> int:
        """Take an event over from the ledger; its number, which is its own where it has one."""
        (last,) = self._db.execute("SELECT COALESCE(MAX(id), 0) FROM source").fetchone()
        number = self._insert(max(last + 1, entry.number), entry.source)
        self._db.execute("UPDATE journal SET noted = ?", (number,))
        return number

    def _insert(self, number: int | None, source: Source) -> int:
        return self.change(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?)",
            number,
            source.sha256,
            source.kind,
            source.name,
            _number(source.year),
            source.taken_at,
            json.dumps(source.facts, ensure_ascii=False, sort_keys=True),
        )

    def sources(self, *kinds: SourceKind) -> tuple[Source, ...]:
        """Every event of these kinds, in its order."""
        return tuple(entry.source for entry in self.entries(*kinds))

    def pending(self) -> tuple[LedgerLine, ...]:
        """Every event that does not stand in the ledger yet: a run was killed meanwhile."""
        (noted,) = self._db.execute("SELECT noted FROM journal").fetchone()
        return self.entries(*SourceKind, after=noted)

    def entries(self, *kinds: SourceKind, after: int = 0) -> tuple[LedgerLine, ...]:
        """The same with their numbers, from the one behind ``after`` on."""
        query = f"""SELECT id, sha256, kind, name, year, taken_at, facts FROM source
            WHERE id > ? AND kind IN ({", ".join("?" * len(kinds))}) ORDER BY id"""
        found = []
        for number, sha256, kind, name, western, taken_at, facts in self.rows(query, after, *kinds):
            year = FiscalYear.of_key(western) if western else None
            source = Source(sha256, SourceKind(kind), name, year, taken_at, json.loads(facts))
            found.append(LedgerLine(number, source))
        return tuple(found)


def shrink(path: Path) -> None:
    """Give back the room of what was deleted, so that nothing of it can be read in the file."""
    with _explained(path):
        db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            db.execute("VACUUM")
        finally:
            db.close()


def _connect(path: Path, write: bool) -> sqlite3.Connection:
    # Not through a file: URI, which cannot name a Windows share.
    there = write or path.exists()
    db = sqlite3.connect(path if there else ":memory:", timeout=PATIENCE, isolation_level=None)
    try:
        version = _version(db)
        if version > len(STEPS):
            raise UserError(_sentence(path, _NEWER))
        if there and not write and version < len(STEPS):
            db = _copied_to_memory(db)  # an older register is read without changing its file
        _apply_steps(db)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")  # flushed before anything else goes on
        db.execute("PRAGMA secure_delete = ON")  # what was disposed of leaves no trace
        db.execute(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
    except BaseException:
        db.close()
        raise
    return db


def _apply_steps(db: sqlite3.Connection) -> None:
    while (done := _version(db)) < len(STEPS):
        db.execute("BEGIN IMMEDIATE")
        if _version(db) == done:  # else another process was quicker
            _, statements = STEPS[done]
            for statement in statements:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {done + 1}")
        db.execute("COMMIT")


def _copied_to_memory(db: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    db.backup(copy)
    db.close()
    return copy


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _number(year: FiscalYear | None) -> int | None:
    return year.key if year else None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the user can mend into a UserError of one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        # Extended codes carry the primary one in their lowest byte.
        why = _WHY.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if why is None and _tells_damage(error):
            why = _DAMAGED
        if why is None:
            raise
        raise UserError(_sentence(path, why)) from error
    except UnicodeDecodeError as error:  # sqlite3 over a damaged name of a table
        raise UserError(_sentence(path, _DAMAGED)) from error
    except PermissionError as error:
        raise UserError(_sentence(path, _CLOSED)) from error


def _tells_damage(error: sqlite3.Error) -> bool:
    """Texts that are no UTF-8, and tables that are gone or there twice: no statement of ours."""
    said = str(error)
    telling = ("Could not decode", "no such table", "no such column")
    return said.startswith(telling) or said.endswith("already exists")


def _sentence(path: Path, why: str) -> str:
    return f"登録簿『{path}』{why}"
