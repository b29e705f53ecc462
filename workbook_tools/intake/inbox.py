"""What lies in `inbox/`: every file, in subfolders and zips too, read once, never written to."""

from __future__ import annotations

import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.excel.read.limits import (
    MOST_CONTENTS,
    MOST_MEMBERS,
    MOST_PACKED,
    MOST_TOGETHER,
    contents_size,
)
from workbook_tools.findings import Finding, Place, found
from workbook_tools.workspace import Workspace

OUR_OWN = "README.md"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
# Left by Excel, LibreOffice and operating systems beside the files somebody really sent.
_LEFTOVERS = ("~$", ".~", "._")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", ".ds_store", ".gitkeep"})


@dataclass(frozen=True, slots=True)
class Received:
    """One file: its name as messages say it, and its content.

    ``data`` is None where the file is not to be read; then ``finding`` says why.
    """

    name: str
    data: bytes | None
    finding: Finding | None = None


def files(workspace: Workspace) -> Iterator[Received]:
    """Everything in the inbox, oldest first, then by name. One file in memory at a time."""
    paths = sorted(_paths(workspace.inbox), key=lambda path: (_changed(path), str(path)))
    for path in paths:
        yield from received(path, workspace.relative(path))


def received(path: Path, name: str) -> Iterator[Received]:
    """One path: a workbook, or every workbook of a zip."""
    name = _legible(name)
    try:
        refusal = _refusal(path, name)
        if refusal:
            yield Received(name, None, finding=refusal)
        elif path.suffix.lower() == ".zip" and not _is_workbook(path):
            yield from _members(path, name)
        else:
            with path.open("rb") as file:
                data = file.read(MOST_PACKED + 1)
            if len(data) > MOST_PACKED:
                yield _refused(name, "F007", "ファイルが大きすぎます")
            else:
                yield Received(name, data)
    except (OSError, zipfile.BadZipFile):
        reason = "読めません。開いている人がいれば閉じてもらい、もう一度実行してください"
        yield _refused(name, "F001", reason)


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
    if _left_over(path.name) and not stat.S_ISDIR(mode):
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


def _left_over(name: str) -> bool:
    low = name.lower()
    return low.startswith(_LEFTOVERS) or low in _SYSTEM or low.endswith(".tmp")


def _is_workbook(path: Path) -> bool:
    """A workbook somebody renamed to .zip."""
    return bool({"xl/workbook.xml", "content.xml"} & {one.filename for one in _listed(path)})


def _listed(path: Path) -> list[zipfile.ZipInfo]:
    """The members of a zip; none where it is none or has too large a table of contents."""
    with path.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - (1 << 16) - 22, 0))
        if not 0 < contents_size(file.read()) <= MOST_CONTENTS:
            return []
        try:
            with zipfile.ZipFile(file) as archive:
                return [member for member in archive.infolist() if not member.is_dir()]
        except _BROKEN_ZIP:
            return []


# What the zipfile module and its decompressors raise over broken bytes.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    IndexError,
    EOFError,
    OverflowError,
)


def _members(path: Path, name: str) -> Iterator[Received]:
    """The files inside a zip. Their names are labels only: nothing is ever unpacked to disk."""
    members = sorted(_listed(path), key=lambda member: (member.date_time, member.filename))
    if not members:
        yield _refused(name, "F001", "zipファイルが壊れているか、空か、大きすぎます")
    elif len(members) > MOST_MEMBERS:
        yield _refused(name, "F007", "zipの中のファイルが多すぎます")
    elif sum(member.file_size for member in members) > MOST_TOGETHER:
        yield _refused(name, "F007", "zipを展開すると大きすぎます")
    else:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                yield _member(archive, member, f"{name}/{_member_name(member)}")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Received:
    last = name.rpartition("/")[2].lower()
    if _left_over(last):
        finding = found("F004", Place(name), reason="作業中の一時ファイルです")
        return Received(name, None, finding=finding)
    if last.endswith(".zip"):
        return _refused(name, "F001", "zipの中のzipは開きません。取り出して置いてください")
    if member.flag_bits & 1:
        return _refused(name, "F002", "zipがパスワードで保護されています")
    if member.file_size > MOST_PACKED:
        return _refused(name, "F007", "ファイルが大きすぎます")
    try:
        with archive.open(member) as stream:
            data = stream.read(MOST_PACKED + 1)
    except _BROKEN_ZIP:
        data = b""
    if len(data) != member.file_size:
        return _refused(name, "F001", "zipファイルが壊れています")
    return Received(name, data)


def _member_name(member: zipfile.ZipInfo) -> str:
    """The member's name as its sender saw it: Japanese Windows writes cp932 without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("cp932")
        except UnicodeError:
            name = member.filename
    name = _NOT_IN_NAMES.sub("_", name.replace("\\", "/").encode(errors="replace").decode())
    return "/".join(part for part in name.split("/") if part.strip(". ")) or "_"


# Drives, streams, patterns, and whatever would steer a terminal or turn the writing around.
_NOT_IN_NAMES = re.compile(r'[:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]')


def _refused(name: str, code: str, reason: str) -> Received:
    return Received(name, None, finding=found(code, Place(name), reason=reason))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
