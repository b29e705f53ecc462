"""What lies in `inbox/`: every file, in subfolders and zips too, read once, never written to."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workbook_tools.container import MOST_PACKED
from workbook_tools.findings import Finding, Place, found
from workbook_tools.workspace import Workspace

OUR_OWN = "README.md"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
# Left by Excel, LibreOffice and operating systems beside the files somebody really sent.
_LEFTOVERS = ("~$", ".~", "._")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", ".ds_store", ".gitkeep"})
_MOST_MEMBERS = 5_000  # of one zip: a city has a hundred practices, a prefecture two thousand


@dataclass(frozen=True, slots=True)
class Received:
    """One file: its name as messages say it, its content, and the order in which files count.

    ``data`` is None where the file is not to be read; then ``finding`` says why.
    """

    name: str
    data: bytes | None
    changed: float = 0.0
    finding: Finding | None = None


def files(workspace: Workspace) -> Iterator[Received]:
    """Everything in the inbox, oldest first, then by name. One file in memory at a time."""
    paths = sorted(_walk(workspace.inbox), key=lambda path: (_changed(path), str(path)))
    for path in paths:
        yield from received(path, workspace.relative(path))


def received(path: Path, name: str) -> Iterator[Received]:
    """One path: a workbook, or every workbook of a zip."""
    refusal = _refusal(path, name)
    if refusal:
        yield Received(name, None, finding=refusal)
        return
    try:
        if path.stat().st_size > MOST_PACKED and path.suffix.lower() != ".zip":
            yield _refused(name, "F007", "ファイルが大きすぎます")
            return
        if path.suffix.lower() == ".zip" and not _is_workbook(path):
            yield from _members(path, name)
            return
        yield Received(name, path.read_bytes(), _changed(path))
    except OSError:
        reason = "読めません。開いている人がいれば閉じてもらい、もう一度実行してください"
        yield _refused(name, "F001", reason)


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder, and folders that look like workbooks; links are not followed."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if path.suffix.lower() in WORKBOOKS:
                    yield path
                yield from _walk(path)
            elif not (folder.name == "inbox" and entry.name == OUR_OWN):
                yield path


def _refusal(path: Path, name: str) -> Finding | None:
    """Why a path is not opened at all."""
    low = path.name.lower()
    if low.startswith(_LEFTOVERS) or low in _SYSTEM or low.endswith(".tmp"):
        return found("F004", Place(name), reason="作業中の一時ファイルです")
    if path.is_symlink():
        return found("F004", Place(name), reason="別の場所へのリンクは開きません")
    if path.is_dir():
        return found("F001", Place(name), reason="ファイルではなくフォルダーです")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return found("F004", Place(name), reason="ふつうのファイルではありません")
    except OSError:
        return found("F001", Place(name), reason="なくなったか、読めません")
    return None


def _is_workbook(path: Path) -> bool:
    """A workbook somebody renamed to .zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {"xl/workbook.xml", "content.xml"} & set(archive.namelist()) != set()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def _members(path: Path, name: str) -> Iterator[Received]:
    """The files inside a zip. Their names are labels only: nothing is ever unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > _MOST_MEMBERS:
                yield _refused(name, "F007", "zipの中のファイルが多すぎます")
                return
            for member in members:
                yield _member(archive, member, f"{name}/{_member_name(member)}")
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        yield _refused(name, "F001", "zipファイルが壊れています")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Received:
    last = name.rpartition("/")[2]
    if last.lower().startswith(_LEFTOVERS) or last.lower() in _SYSTEM:
        return Received(
            name, None, finding=found("F004", Place(name), reason="作業中の一時ファイルです")
        )
    if last.lower().endswith(".zip"):
        return _refused(name, "F001", "zipの中のzipは開きません。取り出して置いてください")
    if member.flag_bits & 1:
        return _refused(name, "F002", "zipがパスワードで保護されています")
    if member.file_size > MOST_PACKED:
        return _refused(name, "F007", "ファイルが大きすぎます")
    try:
        with archive.open(member) as stream:
            data = stream.read(MOST_PACKED + 1)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return _refused(name, "F001", "zipファイルが壊れています")
    if len(data) != member.file_size:
        return _refused(name, "F001", "zipファイルが壊れています")
    return Received(name, data, _written(member))


def _written(member: zipfile.ZipInfo) -> float:
    """When the file inside was last changed, as its sender's clock showed it."""
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OSError, OverflowError):
        return 0.0


def _member_name(member: zipfile.ZipInfo) -> str:
    """The member's name as its sender saw it: Japanese Windows writes cp932 without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("cp932")
        except UnicodeError:
            name = member.filename
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "_"


def _refused(name: str, code: str, reason: str) -> Received:
    return Received(name, None, finding=found(code, Place(name), reason=reason))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
