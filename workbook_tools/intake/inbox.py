"""What lies in `inbox/`: every file, in subfolders, zips and mails too, never written to."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from workbook_tools.findings import Finding, Place, found
from workbook_tools.intake.packed import Received, Unpacker, is_left_over, refused
from workbook_tools.workspace import Workspace

__all__ = ["Received", "files", "received"]

OUR_OWN = "README.md"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def files(workspace: Workspace, passwords: Sequence[str] = ()) -> Iterator[Received]:
    """Everything in the inbox, oldest first, then by name. One file in memory at a time.

    ``passwords``: those that encrypted zips may open with.
    """
    paths = sorted(_paths(workspace.inbox), key=lambda path: (_changed(path), path.as_posix()))
    for path in paths:
        yield from received(path, workspace.relative(path), passwords)


def received(path: Path, name: str, passwords: Sequence[str] = ()) -> Iterator[Received]:
    """One path: a workbook, or every workbook of a zip or a mail."""
    sha256 = ""
    for file in _received(path, _legible(name), passwords):
        if file.data is None and not sha256:
            sha256 = _digest(path)
        yield file if file.data is not None else replace(file, sha256=sha256)


def _digest(path: Path) -> str:
    """Of a file that may be larger than memory; empty where it cannot be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _received(path: Path, name: str, passwords: Sequence[str]) -> Iterator[Received]:
    try:
        refusal = _refusal(path, name)
        if refusal:
            yield Received(name, None, finding=refusal)
        else:
            with path.open("rb") as file:
                yield from Unpacker(passwords).open(name, file)
    except (OSError, zipfile.BadZipFile):
        reason = "読めません。開いている人がいれば閉じてもらい、もう一度実行してください"
        yield refused(name, "F001", reason)


def _paths(inbox: Path) -> Iterator[Path]:
    """Files below the inbox, and folders that look like workbooks; links are not followed."""
    folders = [inbox] if inbox.is_dir() else []
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                        if path.suffix.lower() in WORKBOOKS:
                            yield path
                    elif not (folder == inbox and entry.name == OUR_OWN):
                        yield path
        except OSError:  # no permission, or gone; received() says so
            yield folder


def _legible(name: str) -> str:
    """A name that can be stored and shown: bytes that are no UTF-8 are cp932 or shown as such."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        try:
            return raw.decode("cp932")
        except UnicodeDecodeError:
            return raw.decode(errors="replace")
    return name


def _refusal(path: Path, name: str) -> Finding | None:
    """Why a path is not opened at all."""
    place = Place(name)
    mode = path.lstat().st_mode
    if is_left_over(path.name) and not stat.S_ISDIR(mode):
        return found("F004", place, reason="作業中の一時ファイルです")
    if stat.S_ISLNK(mode):
        return found("F004", place, reason="別の場所へのリンクは開きません")
    if stat.S_ISDIR(mode):
        looks = path.suffix.lower() in WORKBOOKS
        reason = "ファイルではなくフォルダーです" if looks else "フォルダーを開けません"
        return found("F001", place, reason=reason)
    if not stat.S_ISREG(mode):
        return found("F004", place, reason="ふつうのファイルではありません")
    return None


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
