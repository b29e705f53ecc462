"""Mails as people save them, for the tests: ``.eml`` by the standard library, ``.msg`` by hand."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from email.message import EmailMessage

# A storage of an OLE file: names → streams (bytes) or storages.
Storage = Mapping[str, "bytes | Storage"]
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def eml(*attached: tuple[str, bytes], subject: str = "提出します", text: str = "よろしく") -> bytes:
    """A mail with attachments, names and contents."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "a@example.jp", "b@example.jp"
    mail.set_content(text)
    for name, data in attached:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def msg(*attached: tuple[str, bytes | Storage], wide: bool = True) -> bytes:
    """A mail of Outlook; what is attached is a file's content or another mail's :func:`mail`."""
    return ole(mail(*attached, wide=wide))


def mail(
    *attached: tuple[str, bytes | Storage], subject: str = "提出します", wide: bool = True
) -> Storage:
    """The storage of a mail."""
    made: dict[str, bytes | Storage] = {
        "__properties_version1.0": bytes(32),
        **_text("0037", subject, wide),
    }
    for number, (name, content) in enumerate(attached):
        inner: dict[str, bytes | Storage] = {
            "__properties_version1.0": bytes(8),
            **_text("3707", name, wide),
        }
        if isinstance(content, bytes):
            inner["__substg1.0_37010102"] = content
        else:
            inner["__substg1.0_3701000D"] = content
        made[f"__attach_version1.0_#{number:08X}"] = inner
    return made


def _text(tag: str, text: str, wide: bool) -> dict[str, bytes]:
    if wide:
        return {f"__substg1.0_{tag}001F": text.encode("utf-16-le")}
    return {f"__substg1.0_{tag}001E": text.encode("cp932")}


def ole(root: Storage) -> bytes:
    """An OLE file with these streams, short ones in the short-stream container ([MS-CFB])."""
    entries: list[list[object]] = [["Root Entry", 5, _FREE, _FREE, 0, 0]]
    short, long = bytearray(), bytearray()
    short_chain: list[int] = []
    chain: list[int] = []

    def place(content: bytes, where: bytearray, links: list[int], size: int) -> int:
        first = len(where) // size
        count = -(-len(content) // size)
        where.extend(content.ljust(count * size, b"\0"))
        links.extend([*range(first + 1, first + count), _END] if count else [])
        return first if count else _END

    def add(storage: Storage) -> int:
        """The entries of a storage, each the right neighbour of the one before; the first."""
        before = first = _FREE
        for name in sorted(storage, key=lambda name: (len(name), name.upper())):
            content = storage[name]
            number = len(entries)
            if isinstance(content, bytes):
                small = len(content) < 4096
                start = place(content, *((short, short_chain, 64) if small else (long, chain, 512)))
                entries.append([name, 2, _FREE, _FREE, start, len(content)])
            else:
                entries.append([name, 1, _FREE, _FREE, 0, 0])
                entries[number][3] = add(content)
            if before == _FREE:
                first = number
            else:
                entries[before][2] = number
            before = number
        return first

    entries[0][3] = add(root)
    entries[0][4] = place(bytes(short), long, chain, 512)
    entries[0][5] = len(short)
    short_table = struct.pack(f"<{len(short_chain)}I", *short_chain)
    short_start = place(short_table, long, chain, 512)
    directory = b"".join(_entry(*entry) for entry in entries)  # type: ignore[arg-type]
    directory_start = place(directory, long, chain, 512)
    return _sectors(bytes(long), chain, directory_start, short_start, -(-len(short_table) // 512))


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def _sectors(
    content: bytes, chain: list[int], directory: int, short: int, short_count: int
) -> bytes:
    """Header, sectors, and the table of sectors behind them."""
    count = len(content) // 512
    tables = 1
    while tables * 128 < count + tables:
        tables += 1
    assert tables <= 109
    links = [*chain, *[_TABLE] * tables]
    links += [_FREE] * (tables * 128 - len(links))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, tables, directory, 0, 4096, short, short_count, _END, 0)
    places = [*range(count, count + tables), *[_FREE] * (109 - tables)]
    header += struct.pack("<109I", *places)
    return header + content + struct.pack(f"<{len(links)}I", *links)
