"""Zips that are the same on every system."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest

from workbook_tools.zips import same_everywhere

WINDOWS, LINUX = 0, 3


def zipped(system: int, members: Sequence[tuple[str, bytes]]) -> bytes:
    """As Python writes it on that system."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name)
            member.create_system = system
            archive.writestr(member, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "members",
    [
        [],
        [("a.txt", b"one")],
        [("様式/①.xlsx", b"PK\x01\x02" * 50), ("PK\x05\x06.bin", b"PK\x05\x06"), ("b", b"")],
    ],
)
def test_no_member_says_where_it_was_made(members: Sequence[tuple[str, bytes]]) -> None:
    here, there = zipped(LINUX, members), zipped(WINDOWS, members)
    assert same_everywhere(here) == there
    assert same_everywhere(there) == there
    with zipfile.ZipFile(io.BytesIO(same_everywhere(here))) as archive:
        assert archive.testzip() is None
        assert [(m.filename, archive.read(m)) for m in archive.infolist()] == list(members)
