"""Zips that are the same on every system: workbooks are zips, too."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

_TIME = (1980, 1, 1, 0, 0, 0)  # a fixed time: the same parts give the same bytes
_END = b"PK\x05\x06"  # of the table of contents; the number of members stands 10 bytes on
_ENTRY = struct.Struct("<4x x B 22x HHH 12x")  # system it was made on, lengths of what follows
_SYSTEM = 5


def same_everywhere(data: bytes) -> bytes:
    """The zip without saying on which system its members were made.

    Python writes 3 on Linux and 0 on Windows into the table of contents (APPNOTE 4.4.2); this
    writes 0. For zips written here: below 4 GB, without a comment.
    """
    made = bytearray(data)
    end = made.rindex(_END)
    count, at = struct.unpack_from("<H 4x L", made, end + 10)
    for _ in range(count):
        _, *lengths = _ENTRY.unpack_from(made, at)
        made[at + _SYSTEM] = 0
        at += _ENTRY.size + sum(lengths)
    return bytes(made)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Members by name, in their order. For zips written here."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of the members in their order, the same on every system."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type, entry.create_system = kind, 0
            archive.writestr(entry, data)
    return buffer.getvalue()
