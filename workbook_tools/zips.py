"""Zips that are the same on every system: workbooks are zips, too."""

from __future__ import annotations

import struct

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
