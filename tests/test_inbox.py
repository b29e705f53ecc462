"""What lies in the inbox: every file once, with the name its sender gave it, in the right order."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crafted import ONE, book, parts, with_sizes, zipped
from workbook_tools.excel.read import limits
from workbook_tools.intake import inbox, packed
from workbook_tools.intake.inbox import Received
from workbook_tools.workspace import Workspace

OLD, NEW = 1_600_000_000, 1_700_000_000
_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
no_root = pytest.mark.skipif(_ROOT, reason="root may read everything")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def put(workspace: Workspace, name: str, data: bytes = b"x", when: int = OLD) -> Path:
    path = workspace.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (when, when))
    return path


def listed(workspace: Workspace) -> dict[str, str]:
    """Name in the inbox → code of its finding, or ``read``."""
    return {file.name.removeprefix("inbox/"): told(file) for file in inbox.files(workspace)}


def told(file: Received) -> str:
    assert (file.data is None) == (file.finding is not None)
    return file.finding.code if file.finding else "read"


def archive(members: Mapping[str, bytes], cp932: bool = False) -> bytes:
    """A zip as Windows makes it: with cp932 names, names in Japanese bytes and no word about it."""
    if not cp932:
        return zipped(members)
    plain = {f"{no:0100}": data for no, data in enumerate(members.values())}
    made = zipped(plain)
    for stand_in, name in zip(plain, members, strict=True):
        raw = name.encode("cp932")
        made = made.replace(stand_in.encode(), raw + b" " * (100 - len(raw)))
    return made


# -- walking --------------------------------------------------------------------------------------


def test_no_inbox_and_an_empty_one(tmp_path: Path, workspace: Workspace) -> None:
    assert listed(Workspace(tmp_path / "elsewhere")) == {}
    assert listed(workspace) == {}


def test_every_file_by_date_then_name(workspace: Workspace) -> None:
    put(workspace, "b.xlsx", when=NEW)
    put(workspace, "c.xlsx", when=OLD)
    put(workspace, "水道/a.xls", when=NEW)
    put(workspace, "深い/深い/d.ods", when=OLD)
    assert list(listed(workspace)) == ["c.xlsx", "深い/深い/d.ods", "b.xlsx", "水道/a.xls"]


def test_our_own_readme_is_no_return_but_a_departments_is(workspace: Workspace) -> None:
    put(workspace, "README.md")
    put(workspace, "水道/README.md")
    assert listed(workspace) == {"水道/README.md": "read"}


@pytest.mark.parametrize(
    "name",
    ["~$No16.xlsx", ".~lock.No16.xlsx#", "._No16.xlsx", "~WRD0001.tmp", "Thumbs.db", "desktop.ini"],
)
def test_leftovers_are_passed_over(workspace: Workspace, name: str) -> None:
    put(workspace, name)
    put(workspace, f"課/{name}")
    assert listed(workspace) == {name: "F004", f"課/{name}": "F004"}


def test_a_folder_that_looks_like_a_workbook(workspace: Workspace) -> None:
    put(workspace, "x.xlsx/inside.xlsx")
    assert listed(workspace) == {"x.xlsx": "F001", "x.xlsx/inside.xlsx": "read"}


@pytest.fixture
def deep(workspace: Workspace) -> Iterator[Path]:
    """Folders nested deeper than Python's own recursion goes, or than a path may be long."""
    here, depth = os.getcwd(), 1_500  # noqa: PTH109 (so deep a path has no other name)
    os.chdir(workspace.inbox)
    for _ in range(depth):
        Path("deep").mkdir()
        os.chdir("deep")
    yield workspace.inbox
    for _ in range(depth):  # pytest could not clean this up
        os.chdir("..")
        Path("deep").rmdir()
    os.chdir(here)


@pytest.mark.skipif(os.name == "nt", reason="paths end earlier there")
def test_very_deep_folders(workspace: Workspace, deep: Path) -> None:
    put(workspace, "a.xlsx")
    assert listed(workspace)["a.xlsx"] == "read"


@pytest.mark.skipif(os.name == "nt", reason="needs a right there")
def test_links_are_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "secret.xlsx").write_bytes(b"secret")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "secret.xlsx").write_bytes(b"secret")
    (workspace.inbox / "file.xlsx").symlink_to(tmp_path / "secret.xlsx")
    (workspace.inbox / "folder").symlink_to(tmp_path / "folder")
    (workspace.inbox / "loop").symlink_to(workspace.inbox)
    (workspace.inbox / "nowhere.zip").symlink_to(tmp_path / "nothing")
    assert set(listed(workspace).values()) == {"F004"}
    assert len(listed(workspace)) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(workspace: Workspace) -> None:
    os.mkfifo(workspace.inbox / "pipe.xlsx")
    assert listed(workspace) == {"pipe.xlsx": "F004"}


@no_root
def test_what_may_not_be_read(workspace: Workspace) -> None:
    put(workspace, "locked.xlsx").chmod(0)
    put(workspace, "locked/a.xlsx").parent.chmod(0)
    try:
        assert listed(workspace) == {"locked.xlsx": "F001", "locked": "F001"}
    finally:
        (workspace.inbox / "locked").chmod(0o700)


@pytest.mark.parametrize("error", [PermissionError(13, "locked"), OSError(5, "bad disk")])
def test_a_file_locked_by_excel(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    put(workspace, "a.xlsx")
    put(workspace, "b.zip", archive({"x.xlsx": b"x"}))
    put(workspace, "c.xlsx")
    opened = Path.open

    def refuse(path: Path, *words: str) -> object:
        if path.name != "c.xlsx":
            raise error
        return opened(path, *words)

    monkeypatch.setattr(Path, "open", refuse)
    assert listed(workspace) == {"a.xlsx": "F001", "b.zip": "F001", "c.xlsx": "read"}


def test_files_and_folders_that_vanish(workspace: Workspace) -> None:
    gone = put(workspace, "a.xlsx", when=NEW)
    put(workspace, "b.xlsx", when=OLD)
    found = []
    for file in inbox.files(workspace):
        found.append((file.name, told(file)))
        gone.unlink(missing_ok=True)
    assert found == [("inbox/b.xlsx", "read"), ("inbox/a.xlsx", "F001")]


def test_too_large_a_file_is_not_read_whole(workspace: Workspace) -> None:
    with put(workspace, "a.xlsx").open("wb") as file:
        file.truncate(10 * limits.MOST_PACKED)
    assert listed(workspace) == {"a.xlsx": "F007"}


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
@pytest.mark.parametrize(
    ("raw", "shown"),
    [("№16 窓口.xlsx".encode("cp932"), "№16 窓口.xlsx"), (b"\x81.xlsx", "\ufffd.xlsx")],
)
def test_names_in_other_bytes(workspace: Workspace, raw: bytes, shown: str) -> None:
    path = os.path.join(os.fsencode(workspace.inbox), raw)  # noqa: PTH118
    try:
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(b"x")
    except OSError:
        pytest.skip("the file system takes no such name")
    assert listed(workspace) == {shown: "read"}


# -- zips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", ["/", "\\"], ids=["linux", "windows"])
@pytest.mark.parametrize("cp932", [False, True], ids=["utf-8", "cp932"])
def test_japanese_names_in_zips(
    workspace: Workspace, cp932: bool, separator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The zipfile module of Windows takes the second byte of 表 or 能 for a separator."""
    monkeypatch.setattr(zipfile.os, "sep", separator)  # type: ignore[attr-defined]
    put(workspace, "送付.zip", archive({"水道課/①表.xlsx": b"a", "能登.xls": b"b"}, cp932))
    names = [name.strip() for name in listed(workspace)]
    assert sorted(names) == sorted(["送付.zip/水道課/①表.xlsx", "送付.zip/能登.xls"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.xlsx", "etc/passwd.xlsx"),
        ("/etc/a.xlsx", "etc/a.xlsx"),
        ("C:\\Windows\\a.xlsx", "C_/Windows/a.xlsx"),
        ("\\\\server\\share\\a.xlsx", "server/share/a.xlsx"),
        ("a.xlsx:stream", "a.xlsx_stream"),
        ("CON.xlsx", "CON.xlsx"),
        ("a\x1b[31m\r\n.xlsx", "a_[31m__.xlsx"),
        ("a\u202exslx.exe", "a_xslx.exe"),
        ("..", "_"),
        ("あ" * 300 + ".xlsx", "あ" * 300 + ".xlsx"),
    ],
)
def test_names_in_zips_are_labels_only(workspace: Workspace, name: str, shown: str) -> None:
    put(workspace, "a.zip", archive({name: b"x"}))
    assert listed(workspace) == {f"a.zip/{shown}": "read"}


@given(st.text(min_size=1), st.booleans())
def test_no_name_in_a_zip_is_absolute_or_leads_out(name: str, said: bool) -> None:
    member = zipfile.ZipInfo("x")
    member.filename, member.flag_bits = name, 0x800 if said else 0
    shown = packed.member_name(member)
    for path in (PurePosixPath(shown), PureWindowsPath(shown)):
        assert not path.is_absolute()
        assert not path.drive
        assert ".." not in path.parts
    assert shown
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)
    shown.encode()


def test_a_zip_is_read_by_date_then_name(workspace: Workspace) -> None:
    path = workspace.inbox / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, year in (("new.xlsx", 2022), ("b.xlsx", 2020), ("a.xlsx", 2020)):
            made.writestr(zipfile.ZipInfo(name, (year, 4, 1, 0, 0, 0)), name)
    assert list(listed(workspace)) == ["a.zip/a.xlsx", "a.zip/b.xlsx", "a.zip/new.xlsx"]


def test_dates_that_are_none(workspace: Workspace) -> None:
    data = bytearray(archive({"a.xlsx": b"x"}))
    at = data.index(b"PK\1\2")
    data[at + 12 : at + 16] = b"\xff\xff\xff\xff"
    put(workspace, "a.zip", bytes(data))
    assert listed(workspace) == {"a.zip/a.xlsx": "read"}


def test_a_workbook_renamed_to_zip_and_a_zip_renamed_to_workbook(workspace: Workspace) -> None:
    put(workspace, "a.zip", book(ONE))
    put(workspace, "b.xlsx", archive({"x.xlsx": b"x"}))
    assert listed(workspace) == {"a.zip": "read", "b.xlsx": "read"}


def test_what_zips_hold_besides(workspace: Workspace) -> None:
    made = archive(
        {
            "~$a.xlsx": b"",
            "__MACOSX/._a.xlsx": b"",
            "in/Thumbs.db": b"",
            "inner.zip": b"PK",
            "a.xlsx": b"",
        }
    )
    put(workspace, "a.zip", made)
    assert sorted(listed(workspace).values()) == ["F001", "F004", "F004", "F004", "read"]


def locked(data: bytes) -> bytes:
    """A zip whose members say that they are encrypted."""
    changed = bytearray(data)
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        changed[data.index(signature) + place] |= 1
    return bytes(changed)


ONE_FILE = archive({"a.xlsx": bytes(1000)})


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"", {"F001"}),
        (b"no zip at all", {"F001"}),
        (ONE_FILE[:-10], {"F001"}),
        (b"PK\5\6" + bytes(18), {"F001"}),
        (locked(ONE_FILE), {"F002"}),
        (with_sizes(ONE_FILE, "a.xlsx", crc=1), {"F001"}),
        (with_sizes(ONE_FILE, "a.xlsx", size=5), {"F001"}),
        (with_sizes(ONE_FILE, "a.xlsx", size=5000), {"F001"}),
        (with_sizes(ONE_FILE, "a.xlsx", size=0xFFFF_FFF0), {"F007"}),
        (with_sizes(ONE_FILE, "a.xlsx", packed=3), {"F001"}),
        (archive({"a.xlsx": bytes(limits.MOST_PACKED + 1)}), {"F007"}),
        (archive({f"{no}.xlsx": b"" for no in range(limits.MOST_MEMBERS + 1)}), {"F007"}),
        (archive({f"{no:0300}.xlsx": b"" for no in range(12_000)}), {"F001", "F007"}),
    ],
)
def test_broken_and_bursting_zips(workspace: Workspace, data: bytes, codes: set[str]) -> None:
    put(workspace, "a.zip", data)
    assert set(listed(workspace).values()) <= codes
    assert listed(workspace)


@given(st.integers(0, len(ONE_FILE) - 1), st.integers(0, 255))
def test_a_zip_with_any_byte_changed(at: int, byte: int) -> None:
    """Its one file comes whole or not at all, and then it is said."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        path.write_bytes(ONE_FILE[:at] + bytes([byte]) + ONE_FILE[at + 1 :])
        (file,) = inbox.received(path, "a.zip")
    assert told(file) in ("read", "F001", "F002", "F007")
    assert file.data in (None, bytes(1000))


def test_nothing_is_ever_changed(workspace: Workspace) -> None:
    put(workspace, "a.xlsx", zipped(parts(ONE)))
    put(workspace, "a.zip", archive({"../../out.xlsx": b"x"}))
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in workspace.inbox.iterdir()
    }
    listed(workspace)
    after = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in workspace.inbox.iterdir()
    }
    assert before == after
    assert sorted(path.name for path in workspace.root.iterdir()) == ["inbox"]
