"""The folder a round lives in, and the one way files get into it: beside first, then in place.

And what of a text that somebody sent may be written into a cell: registers keep it whole.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything of one city's evaluation stands (contract, Workspace)."""

    root: Path

    @property
    def plan_master(self) -> Path:
        """The plan master, kept by the secretariat."""
        return self.root / "templates" / "計画マスタ.xlsx"

    @property
    def register(self) -> Path:
        """The register: everything known of past years and of what was received."""
        return self.root / "register.sqlite"

    @property
    def archive(self) -> Path:
        """Content-addressed copies of every file taken in."""
        return self.root / "archive"

    @property
    def inbox(self) -> Path:
        """What the departments sent back; never written to."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """What the tool writes for secretariat and council."""
        return self.root / "outbox"

    def forms(self, year: FiscalYear) -> Path:
        """The folder of one round's blank forms, one folder a department below it."""
        return self.root / "templates" / str(year)

    def relative(self, path: Path) -> str:
        """A path as messages name it: from the workspace on, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return str(path)


def digest(data: bytes) -> str:
    """The sha256 of a file's content, in hex."""
    return sha256(data).hexdigest()


def read(path: Path) -> bytes:
    """The content of a file; UserError in one sentence where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(_why_not(path, error, "読めません")) from error


# What `put` writes before it is in place, and for how many seconds another run may need that.
_BESIDE = re.compile(r"\.~[a-z0-9_]{8}\.tmp")
_IN_USE = 3600.0
_swept: set[Path] = set()


def put(path: Path, data: bytes) -> bool:
    """Write a file beside its place, then put it there in one step; True if its content changed.

    A file that holds these very bytes already is not touched.
    """
    try:
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        handle, name = tempfile.mkstemp(prefix=".~", suffix=".tmp", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            beside.chmod(0o644)  # mkstemp makes files that only their owner may read
            beside.replace(path)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise UserError(_why_not(path, error, "書けません")) from error
    return True


def _sweep(folder: Path) -> None:
    """Take away what killed runs left half-written in a folder, once a run and folder."""
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _BESIDE.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    if time.time() - entry.stat().st_mtime > _IN_USE:
                        Path(entry.path).unlink()


def _why_not(path: Path, error: OSError, verb: str) -> str:
    if isinstance(error, FileNotFoundError):
        return f"『{path}』がありません。場所と名前を確かめてください。"
    if isinstance(error, PermissionError):
        return (
            f"『{path}』が{verb}。Ｅｘｃｅｌで開いていれば閉じ、"
            "フォルダーの権限を確かめてから、もう一度実行してください。"
        )
    return f"『{path}』が{verb}（{error.strerror or error}）。空き容量と場所を確かめてください。"
