"""The one way files get into the workspace: beside their place first, then put there in one step.

What a run wrote it remembers by digest, so that the next one writes anew only what changed, never
touches what somebody has edited since, and takes away what is no longer due.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from workbook_tools.findings import UserError
from workbook_tools.workspace import digest, read, why_not


class Outcome(StrEnum):
    """What became of one file."""

    WRITTEN = "作成"
    UNCHANGED = "変更なし"
    EDITED = "編集済みのため残した"
    REMOVED = "不要になり削除"


# What `put` writes before it is in place, and for how many seconds another run may need that.
_BESIDE = re.compile(r"\.~[a-z0-9_]{8}\.tmp")
_IN_USE = 3600.0
_swept: set[Path] = set()
_PAUSES = (0.02, 0.05, 0.1, 0.15, 0.2)  # seconds before a file is tried again that is held open


def put(path: Path, data: bytes, *, lasting: bool = False) -> bool:
    """Write a file beside its place, then put it there in one step; True if its content changed.

    A file that holds these very bytes already is not touched. A ``lasting`` one is flushed to the
    disk before it is put in place, and its folder afterwards, so that a power failure cannot leave
    an empty file under its name.
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
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            beside.chmod(0o644)  # mkstemp makes files that only their owner may read
            patiently(lambda: beside.replace(path))
            if lasting:
                flush_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise UserError(why_not(path, error, "書けません")) from error
    return True


def patiently(action: Callable[[], object]) -> None:
    """Do what a virus scanner or an indexer may hinder that has the file open for a moment.

    Tried for half a second; then the PermissionError is the caller's.
    """
    for pause in _PAUSES:
        with suppress(PermissionError):
            action()
            return
        time.sleep(pause)
    action()


def flush_folder(folder: Path) -> None:
    """Flush what a folder says of its files, where the system can (Windows does it by itself)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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


def put_unless_edited(path: Path, data: bytes, written: str | None, *, force: bool) -> Outcome:
    """Write a file unless somebody edited it since it was written with the digest ``written``.

    With ``force`` what was edited is written over.
    """
    if not force and is_edited(path, data, written):
        return Outcome.EDITED
    return Outcome.WRITTEN if put(path, data) else Outcome.UNCHANGED


def is_edited(path: Path, data: bytes, written: str | None) -> bool:
    """A file stands there that is neither the new one nor what was written last."""
    return path.is_file() and digest(read(path)) not in (digest(data), written)


def take_away(path: Path, written: str) -> Outcome:
    """Remove a file that is no longer due, unless somebody edited it or has it open."""
    if digest(read(path)) != written:
        return Outcome.EDITED
    try:
        patiently(path.unlink)
    except OSError:  # open in Excel: it is taken away next time
        return Outcome.EDITED
    return Outcome.REMOVED


def remove_if_empty(folder: Path) -> None:
    """Take a folder away in which nothing is left."""
    with suppress(OSError):  # it holds something of somebody else's
        folder.rmdir()
