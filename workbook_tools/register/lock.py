"""One writer at a time in a workspace, on a shared folder too; the next one is told who works.

The file ``作業中.lock`` names user and computer. What holds is the system's own lock on it, which
ends with the process: a run that was killed, or a computer that was switched off, blocks nobody.
"""

from __future__ import annotations

import getpass
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from workbook_tools.findings import UserError
from workbook_tools.workspace import Workspace

NAME = "作業中.lock"
_PAUSE = 0.05  # seconds between two tries
_BEHIND = 1 << 20  # a place behind the text, so that others may read it (Windows locks bytes)
_held: set[Path] = set()


@contextmanager
def hold(folder: Path, patience: float) -> Iterator[None]:
    """Keep other processes out of a workspace; UserError where one works longer than ``patience``.

    UserError, too, where the archive cannot be reached: nothing can be kept then. Within one
    process it may be held more than once. Where the folder cannot be written to, or
    its system knows no locks, nothing is held: who writes there will be told.
    """
    _refuse_if_unplugged(Workspace(folder).archive)
    path = folder.absolute() / NAME
    handle = None if path in _held else _taken(path, patience)
    if handle is None:
        yield
        return
    _held.add(path)
    try:
        yield
    finally:
        _held.remove(path)
        _give_back(path, handle)


def _refuse_if_unplugged(archive: Path) -> None:
    """The archive may be a link to another disk, which is not always there."""
    if os.path.lexists(archive) and not archive.exists():
        raise UserError(
            f"控えの場所『{archive}』につながりません。"
            "ディスクやネットワークの接続を確かめてから、もう一度実行してください。"
        )


def _taken(path: Path, patience: float) -> int | None:
    """The lock file, open and locked; None where there can be none."""
    until = time.monotonic() + patience
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            if _lock(handle):
                if _is_still(path, handle):
                    _sign(handle)
                    return handle
                os.close(handle)  # the one before took it away meanwhile
                continue
        except OSError:
            os.close(handle)
            return None
        who = _signed(handle)
        os.close(handle)
        if time.monotonic() > until:
            raise UserError(
                f"『{path.parent}』を、{who}使っています。終わってから、もう一度実行してください。"
            )
        time.sleep(_PAUSE)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _sign(handle: int) -> None:
    """Who works here since when."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "利用者"
    text = f"{user}（{platform.node()}）が{datetime.now():%Y-%m-%d %H:%M}から"
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, text.encode())


def _signed(handle: int) -> str:
    with suppress(OSError, UnicodeDecodeError):
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, 1000).decode() or "ほかの人が"
    return "ほかの人が"


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        os.lseek(handle, _BEHIND, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _give_back(path: Path, handle: int) -> None:
        with suppress(OSError):
            os.lseek(handle, _BEHIND, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        os.close(handle)
        with suppress(OSError):  # the next one has it open
            path.unlink()

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_back(path: Path, handle: int) -> None:
        with suppress(OSError):
            path.unlink()
        os.close(handle)
