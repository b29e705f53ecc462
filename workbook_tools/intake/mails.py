"""What is attached to a saved mail: ``.eml`` (RFC 5322) or Outlook's ``.msg`` ([MS-OXMSG]).

A mail that is attached to a mail comes as a file of its own, or with its attachments' names behind
its own. The text of a mail is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from typing import IO, Any

from workbook_tools.excel.read.limits import MOST_PACKED

# The parser needs five times as much memory: the largest mails that still fit into 300 MB.
MOST_MAIL = 30 * 1024 * 1024
_MOST_EMBEDDED = 3  # Outlook's mails inside each other
_PICTURES = (".png", ".gif", ".jpg", ".jpeg", ".bmp", ".emz", ".wmz")
_SIGNATURES = (".p7s", ".asc", ".vcf")


class UnreadableMailError(Exception):
    """The bytes are no mail that can be read."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file; ``data`` is None where it is larger than the limits.

    ``decorates``: a picture of the mail's own text, or its signature.
    """

    name: str
    data: bytes | None
    decorates: bool = False


def attachments(file: IO[bytes], ending: str) -> Iterator[Attachment]:
    """Everything attached, in its order, one in memory at a time; ``ending``: ``.eml`` or ``.msg``.

    Raises UnreadableMailError, possibly after some were given.
    """
    try:
        yield from _of_outlook(file) if ending == ".msg" else _of_parts(file)
    except UnreadableMailError:
        raise
    except Exception as error:  # both parsers raise whatever a broken file provokes
        raise UnreadableMailError(str(error)) from error


# -- .eml -----------------------------------------------------------------------------------------


def _of_parts(file: IO[bytes]) -> Iterator[Attachment]:
    # The older policy hands names out as they are written; the newer one gives up over some.
    mail: Message[Any, Any] = BytesParser(policy=policy.compat32).parse(file)
    if not mail.keys():
        raise UnreadableMailError("no headers")
    for part in _leaves(mail):
        name = _filename(part)
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Message):
                subject = name or _words(str(inner.get("subject", ""))) or "転送"
                yield Attachment(_ending_with(subject, ".eml"), inner.as_bytes())
        elif name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            data = part.get_payload(decode=True)
            part.set_payload("")
            shown = "content-id" in part or part.get_content_disposition() == "inline"
            decorates = (shown and kind.startswith("image/")) or _is_signature(name)
            if isinstance(data, bytes):
                whole = data if len(data) <= MOST_PACKED else None
                yield Attachment(name or "添付", whole, decorates)


def _leaves(part: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    """The parts of a mail, those of a mail attached to it left inside."""
    waiting = [part]
    while waiting:
        part = waiting.pop()
        pieces = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(pieces, list):
            waiting.extend(piece for piece in reversed(pieces) if isinstance(piece, Message))
        else:
            yield part


def _filename(part: Message[Any, Any]) -> str:
    """The name of an attached file, in whichever of the four ways of writing it was written."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        if name := _raw_name(part, header, parameter):
            return name
        try:
            value = part.get_param(parameter, None, header)
        except (ValueError, IndexError):
            continue
        if isinstance(value, tuple):  # RFC 2231: charset, language, text
            return _decoded(value[2].encode("latin-1", "replace"), value[0] or "")
        if isinstance(value, str) and value:
            return _words(value)
    return ""


def _raw_name(part: Message[Any, Any], header: str, parameter: str) -> str:
    """A name in bare Japanese bytes, against all rules."""
    for name, value in part.raw_items():
        if name.lower() == header:
            raw = str(value).encode("utf-8", "surrogateescape")
            match = re.search(rb"(?i)\b" + parameter.encode() + rb"=\"([^\"]*)\"", raw)
            if match and not match[1].isascii():
                return _decoded(match[1], "utf-8")
    return ""


def _words(value: str) -> str:
    """Encoded words (RFC 2047) as text."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except HeaderParseError:
        return value
    return "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset or "ascii")
        for piece, charset in pieces
    )


def _decoded(raw: bytes, charset: str) -> str:
    """Bytes as text; what mailers call ISO-2022-JP or Shift_JIS holds № and ① all the same."""
    low = charset.lower()
    if low.startswith("iso-2022-jp"):
        raw, low = _JIS.sub(lambda match: _shifted(match[1], match[2]), raw), "cp932"
    for name in ("cp932" if low in ("shift_jis", "x-sjis", "sjis") else low, "utf-8", "cp932"):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("ascii", "replace")


_JIS = re.compile(rb"\x1b(\$[@B]|\([A-Z])([^\x1b]*)")


def _shifted(escape: bytes, letters: bytes) -> bytes:
    """A piece of ISO-2022-JP as Shift_JIS, whose Python codec knows № and ①."""
    if not escape.startswith(b"$"):
        return letters
    made = bytearray()
    for first, second in zip(letters[::2], letters[1::2], strict=False):
        row = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)
        if first % 2:
            second += 0x1F if second < 0x60 else 0x20
        else:
            second += 0x7E
        made += bytes((row & 0xFF, second & 0xFF))
    return bytes(made)


# -- .msg -----------------------------------------------------------------------------------------

_ATTACHED = "__attach_version1.0_#"
_DATA, _INSIDE = "__substg1.0_37010102", "__substg1.0_3701000D"
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _SUBJECT = "3707", "3704", "3001", "0037"
_CONTENT_ID = "3712"
Path = tuple[str, ...]


def _of_outlook(file: IO[bytes]) -> Iterator[Attachment]:
    import olefile

    with olefile.OleFileIO(file) as ole:
        known = {tuple(path) for path in ole.listdir(streams=True, storages=True)}
        if not ole.exists("__properties_version1.0"):
            raise UnreadableMailError("no mail of Outlook")
        yield from _Outlook(ole, known).attachments((), 0)


class _Outlook:
    """A mail of Outlook, and those embedded in it."""

    def __init__(self, ole: Any, known: set[Path]) -> None:
        self._ole = ole
        self._known = known
        self._attached: dict[Path, list[Path]] = {}
        for path in sorted(known):
            if path[-1].startswith(_ATTACHED):
                self._attached.setdefault(path[:-1], []).append(path)

    def attachments(self, mail: Path, depth: int) -> Iterator[Attachment]:
        """What is attached to the mail that is kept there."""
        for path in self._attached.get(mail, []):
            inside = (*path, _INSIDE)
            name = self._text(path, _LONG_NAME) or self._text(path, _SHORT_NAME)
            if inside in self._known and (*inside, "__properties_version1.0") in self._known:
                name = name or self._text(inside, _SUBJECT) or self._text(path, _SHOWN_NAME)
                yield from self._embedded(_ending_with(name or "転送", ".msg"), inside, depth + 1)
            elif (*path, _DATA) in self._known:
                name = name or self._text(path, _SHOWN_NAME) or "添付"
                picture = name.lower().endswith(_PICTURES) and self._has(path, _CONTENT_ID)
                data = self._read((*path, _DATA))
                yield Attachment(name, data, picture or _is_signature(name))

    def _embedded(self, name: str, mail: Path, depth: int) -> Iterator[Attachment]:
        if depth > _MOST_EMBEDDED:
            yield Attachment(name, None)
            return
        for attached in self.attachments(mail, depth):
            yield Attachment(f"{name}/{_label(attached.name)}", attached.data, attached.decorates)

    def _has(self, path: Path, tag: str) -> bool:
        return any((*path, f"__substg1.0_{tag}{kind}") in self._known for kind in ("001F", "001E"))

    def _text(self, path: Path, tag: str) -> str:
        """A property that is a text: UTF-16, or in the sender's own letters."""
        wide, narrow = ((*path, f"__substg1.0_{tag}{kind}") for kind in ("001F", "001E"))
        if wide in self._known:
            raw = self._read(wide) or b""
            return raw.decode("utf-16-le", "replace").rstrip("\0")
        raw = (self._read(narrow) or b"") if narrow in self._known else b""
        return _decoded(raw.rstrip(b"\0"), "cp932")

    def _read(self, path: Sequence[str]) -> bytes | None:
        if self._ole.get_size(list(path)) > MOST_PACKED:
            return None
        content = self._ole.openstream(list(path)).read()
        return content if isinstance(content, bytes) else None


def _is_signature(name: str) -> bool:
    return name.lower().endswith(_SIGNATURES)


def _ending_with(name: str, ending: str) -> str:
    return name if name.lower().endswith(ending) else name + ending


def _label(name: str) -> str:
    """A name without folders: what stands before a slash is none of ours."""
    return name.replace("/", "_").replace("\\", "_")
