"""Files packed into one: zips and mails. Their members are read like files that lie in the inbox.

Nothing is unpacked to disk; names inside are labels only. A zip may lie in a mail and a mail in a
mail or a zip, so deep and so much together as the limits say; what is beyond them is named.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from workbook_tools.excel.read.limits import (
    MOST_CONTENTS,
    MOST_MEMBERS,
    MOST_PACKED,
    MOST_TOGETHER,
    contents_size,
)
from workbook_tools.excel.read.xls import SIGNATURE, streams
from workbook_tools.findings import Finding, Place, found

if TYPE_CHECKING:
    from workbook_tools.intake import mails

MOST_DEPTH = 3  # mails and zips inside each other
# Bytes of a zip that may be deciphered the old way, at two megabytes a second.
MOST_CIPHERED = 64 * 1024 * 1024
PACKED = (".zip", ".eml", ".msg")
# Left by Excel, LibreOffice and operating systems beside the files somebody really sent.
_LEFTOVERS = ("~$", ".~", "._")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", ".ds_store", ".gitkeep"})
_AES = 99  # the "compression" of members that pyzipper deciphers

# What people send instead of the workbook, by the ending of its name.
_OTHER_KINDS = {
    "ＰＤＦのファイルです": (".pdf",),
    "Ｗｏｒｄの文書です": (".doc", ".docx", ".docm", ".rtf", ".odt"),
    "一太郎の文書です": (".jtd", ".jtt", ".jtdc", ".jttc"),
    "ＤｏｃｕＷｏｒｋｓの文書です": (".xdw", ".xbd"),
    "ＰｏｗｅｒＰｏｉｎｔの資料です": (".ppt", ".pptx", ".odp"),
    "文字だけのファイルです": (".csv", ".tsv", ".txt"),
    "写真か画像です": (
        *(".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".webp"),
    ),
    "ウェブページです": (".htm", ".html", ".mht", ".mhtml"),
    "ショートカットです": (".lnk", ".url"),
    "zipではない圧縮ファイルです（取り出して置いてください）": (
        ".7z",
        ".lzh",
        ".rar",
        ".tar",
        ".gz",
    ),
    "暗号化されたメールです": (".p7m",),
}
_KIND_OF = {ending: told for told, endings in _OTHER_KINDS.items() for ending in endings}


@dataclass(frozen=True, slots=True)
class Received:
    """One file: its name as messages say it, and its content.

    ``data`` is None where the file is not to be read; then ``finding`` says why, and ``sha256`` is
    that of the file in the inbox: empty where not even that could be read.
    """

    name: str
    data: bytes | None
    finding: Finding | None = None
    sha256: str = ""


def refused(name: str, code: str, reason: str) -> Received:
    """A file that is not read, and why."""
    return Received(name, None, finding=found(code, Place(name), reason=reason))


def is_left_over(name: str) -> bool:
    """What programs leave beside the files somebody sent."""
    low = name.lower()
    return low.startswith(_LEFTOVERS) or low in _SYSTEM or low.endswith(".tmp")


def is_workbook(file: IO[bytes]) -> bool:
    """A workbook, whatever its name says."""
    file.seek(0)
    if file.read(8) == SIGNATURE:
        return bool({"Workbook", "Book"} & streams(file))
    return bool({"xl/workbook.xml", "content.xml"} & {member.filename for member in listed(file)})


def listed(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """The members of a zip; none where it is none or has too large a table of contents."""
    file.seek(max(file.seek(0, io.SEEK_END) - (1 << 16) - 22, 0))
    if not 0 < contents_size(file.read()) <= MOST_CONTENTS:
        return []
    try:
        with zipfile.ZipFile(file) as archive:
            return [member for member in archive.infolist() if not member.is_dir()]
    except _BROKEN_ZIP:
        return []


# What the zipfile module raises over a broken table of contents.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    struct.error,
    NotImplementedError,
    ValueError,
    IndexError,
    EOFError,
)


class Unpacker:
    """Takes one file of the inbox apart, and counts what all that is packed in it comes to."""

    def __init__(self, passwords: Sequence[str] = ()) -> None:
        self._passwords = passwords
        self._members = self._bytes = 0

    def open(
        self, name: str, file: IO[bytes], depth: int = 0, around: str = ""
    ) -> Iterator[Received]:
        """A file: itself, or what is packed in it. ``around``: the ending of what it came in."""
        ending = PurePosixPath(name).suffix.lower()
        if (ending not in PACKED and ending not in _KIND_OF) or is_workbook(file):
            yield from _whole(name, file)
        elif ending in _KIND_OF:
            yield refused(name, "F001", _KIND_OF[ending])
        elif ending == around == ".zip":
            yield refused(name, "F001", "zipの中のzipは開きません。取り出して置いてください")
        elif depth > MOST_DEPTH:
            yield refused(name, "F001", "何重にも添付されています。取り出して置いてください")
        elif ending == ".zip":
            yield from self._zip(name, file, depth)
        else:
            yield from self._mail(name, file, ending, depth)

    def _counts(self, files: int, size: int) -> bool:
        """Count more files; whether all together are still within the limits."""
        self._members += files
        self._bytes += size
        return self._members <= MOST_MEMBERS and self._bytes <= MOST_TOGETHER

    # -- zips ---------------------------------------------------------------------------------

    def _zip(self, name: str, file: IO[bytes], depth: int) -> Iterator[Received]:
        """The files inside a zip, oldest first, then by name. Their names are labels only."""
        members = listed(file)
        ciphered = sum(member.file_size for member in members if member.flag_bits & 1)
        if not members:
            yield refused(name, "F001", "zipファイルが壊れているか、空か、大きすぎます")
        elif not self._counts(len(members), sum(member.file_size for member in members)):
            yield refused(name, "F007", "zipの中のファイルが多すぎるか、大きすぎます")
        elif ciphered > MOST_CIPHERED and self._passwords:
            yield refused(name, "F007", "パスワードで保護されたzipが大きすぎます")
        else:
            with _archive(file, members) as archive:
                files = [member for member in archive.infolist() if not member.is_dir()]
                for member in sorted(files, key=lambda file: (file.date_time, file.filename)):
                    yield from self._member(archive, member, f"{name}/{member_name(member)}", depth)

    def _member(
        self, archive: Any, member: zipfile.ZipInfo, name: str, depth: int
    ) -> Iterator[Received]:
        if is_left_over(name.rpartition("/")[2]):
            yield _passed_over(name, "作業中の一時ファイルです")
        elif member.file_size > MOST_PACKED:
            yield refused(name, "F007", "ファイルが大きすぎます")
        elif (data := self._content(archive, member)) is not None:
            yield from self.open(name, io.BytesIO(data), depth + 1, ".zip")
        elif member.flag_bits & 1:
            yield refused(name, "F002", "zipがパスワードで保護されています")
        else:
            yield refused(name, "F001", "zipファイルが壊れています")

    def _content(self, archive: Any, member: zipfile.ZipInfo) -> bytes | None:
        """A member's content, with the password that fits where it needs one."""
        if not member.flag_bits & 1:
            return _read(archive, member, None)
        keys = (key for password in self._passwords for key in _keys(password))
        contents = (_read(archive, member, key) for key in keys)
        return next((content for content in contents if content is not None), None)

    # -- mails --------------------------------------------------------------------------------

    def _mail(self, name: str, file: IO[bytes], ending: str, depth: int) -> Iterator[Received]:
        from workbook_tools.intake import mails

        if file.seek(0, io.SEEK_END) > mails.MOST_MAIL:
            reason = "メールのファイルが大きすぎます。添付ファイルを取り出して置いてください"
            yield refused(name, "F007", reason)
            return
        file.seek(0)
        taken: set[str] = set()
        attached = False
        try:
            for attachment in mails.attachments(file, ending):
                label = _unused(f"{name}/{legible(attachment.name)}", taken)
                if not self._counts(1, len(attachment.data or b"")):
                    yield refused(name, "F007", "添付ファイルが多すぎるか、大きすぎます")
                    return
                attached |= not attachment.decorates
                yield from self._attached(attachment, label, ending, depth)
        except mails.UnreadableMailError:
            yield refused(name, "F001", "メールのファイルが壊れているか、読めない形式です")
        else:
            if not attached:
                yield refused(name, "F001", "添付ファイルのないメールです")

    def _attached(
        self, attachment: mails.Attachment, name: str, ending: str, depth: int
    ) -> Iterator[Received]:
        if attachment.decorates:
            yield _passed_over(name, "メールの文面に付いた飾りや署名です")
        elif is_left_over(name.rpartition("/")[2]):
            yield _passed_over(name, "作業中の一時ファイルです")
        elif attachment.data is None:
            yield refused(name, "F007", "添付ファイルが大きすぎるか、何重にも添付されています")
        else:
            yield from self.open(name, io.BytesIO(attachment.data), depth + 1, ending)


def _whole(name: str, file: IO[bytes]) -> Iterator[Received]:
    file.seek(0)
    data = file.read(MOST_PACKED + 1)
    if len(data) > MOST_PACKED:
        yield refused(name, "F007", "ファイルが大きすぎます")
    else:
        yield Received(name, data)


def _passed_over(name: str, reason: str) -> Received:
    return refused(name, "F004", reason)


def _archive(file: IO[bytes], members: Sequence[zipfile.ZipInfo]) -> Any:
    """An opened zip; only for AES by the library that knows it. Raises BadZipFile."""
    if not any(member.compress_type == _AES for member in members):
        return zipfile.ZipFile(file)
    import pyzipper

    try:
        return pyzipper.AESZipFile(file)
    except pyzipper.BadZipFile as error:
        raise zipfile.BadZipFile(str(error)) from error


def _read(archive: Any, member: zipfile.ZipInfo, key: bytes | None) -> bytes | None:
    """A member's content; None where it is broken, or the key is wrong."""
    try:
        with archive.open(member, pwd=key) as stream:
            content = stream.read(member.file_size)
    except OSError:  # the zip itself cannot be read; who opened it says so
        raise
    except Exception:  # whatever a broken member or a wrong key makes both libraries raise
        return None
    return content if isinstance(content, bytes) and len(content) == member.file_size else None


def _keys(password: str) -> Iterator[bytes]:
    """A password's bytes: Windows takes Japanese ones in cp932, others in UTF-8."""
    for encoding in ("utf-8", "cp932"):
        try:
            yield password.encode(encoding)
        except UnicodeEncodeError:
            continue
        if password.isascii():
            return


# -- names ----------------------------------------------------------------------------------------

# Drives, streams, patterns, and whatever would steer a terminal or turn the writing around.
_NOT_IN_NAMES = re.compile(r'[:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]')


def member_name(member: zipfile.ZipInfo) -> str:
    """The member's name as its sender saw it: Japanese Windows writes cp932 without saying so.

    zipfile on Windows turns every backslash of ``filename`` into a slash, also the second bytes of
    表, 能 or ソ; so the name is taken as it was written.
    """
    name = member.orig_filename.partition("\0")[0]
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("cp932")
    return legible(name)


def legible(name: str) -> str:
    """A name from inside a zip or a mail: relative, without what would steer a terminal."""
    plain = name.replace("\\", "/").encode(errors="replace").decode()
    parts = _NOT_IN_NAMES.sub("_", plain).split("/")
    return "/".join(part for part in parts if part.strip(". ")) or "_"


def _unused(name: str, taken: set[str]) -> str:
    """The name, numbered where another attachment has it already."""
    stem, dot, ending = name.rpartition(".")
    shown, number = name, 2
    while shown in taken:
        shown, number = f"{stem} ({number}){dot}{ending}", number + 1
    taken.add(shown)
    return shown
