"""Attachments of mails and members of encrypted zips are read like files of the inbox."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import zipfile
import zlib
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crafted import ONE, book, number, xls, zipped
from tests.crafted_mail import eml, mail, msg, ole
from tests.samples import PLAN, returned
from workbook_tools.collect.collect import check_files, collect
from workbook_tools.collect.collection import Collection
from workbook_tools.intake import inbox, mails, packed
from workbook_tools.intake.inbox import Received
from workbook_tools.outbox import put as put_file
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.register.unread import look
from workbook_tools.workspace import Workspace

BOOK = book(ONE)
NOW = "2022-04-20T09:00:00+09:00"


def told(received: Received) -> str:
    return received.finding.code if received.finding else "read"


def listed(path: Path, *passwords: str) -> dict[str, str]:
    """Name → code of its finding, or ``read``."""
    found = [
        (received.name, told(received))
        for received in inbox.received(path, f"inbox/{path.name}", passwords)
    ]
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)
    return {name.removeprefix(f"inbox/{path.name}/"): code for name, code in found}


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# -- .eml -----------------------------------------------------------------------------------------


def test_attachments_of_a_mail(tmp_path: Path) -> None:
    data = eml(("№16 窓口.xlsx", BOOK), ("№17.xls", xls(number(0, 0))), ("メモ.docx", b"PK"))
    path = put(tmp_path, "送付.eml", data)
    assert listed(path) == {"№16 窓口.xlsx": "read", "№17.xls": "read", "メモ.docx": "F001"}
    first = next(inbox.received(path, "inbox/送付.eml"))
    assert first == Received("inbox/送付.eml/№16 窓口.xlsx", BOOK)


UTF8 = base64.b64encode("№16.xlsx".encode()).decode()
JIS = base64.b64encode(b"No" + b"\x1b$B-b\x1b(B16" + b"\x1b$B-!Ak8}\x1b(B.xlsx").decode()


@pytest.mark.parametrize(
    ("disposition", "kind", "name"),
    [
        (f'filename="=?UTF-8?B?{UTF8}?="', "", "№16.xlsx"),
        (f'filename="=?ISO-2022-JP?B?{JIS}?="', "", "No№16①窓口.xlsx"),
        ("filename*=UTF-8''%E2%84%9616.xlsx", "", "№16.xlsx"),
        ("filename*=iso-2022-jp''%1B$B-b%1B(B16.xlsx", "", "№16.xlsx"),
        ("filename*0*=UTF-8''%E2%84%96; filename*1=16.xlsx", "", "№16.xlsx"),
        ("", f'; name="=?iso-2022-jp?B?{JIS}?="', "No№16①窓口.xlsx"),
        ('filename="№16.xlsx"', "", "№16.xlsx"),
        ('filename="../../etc/a.xlsx"', "", "etc/a.xlsx"),
        ('filename="a\x1b[31m.xlsx"', "", "a_[31m.xlsx"),
        ('filename="=?UTF-8?B?broken"', "", "=_UTF-8_B_broken"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("bare", ["utf-8", "cp932"])
def test_names_as_mailers_write_them(
    tmp_path: Path, disposition: str, kind: str, name: str, bare: str
) -> None:
    text = (
        "From: a@example.jp\nSubject: x\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nhi\n'
        f"--b\nContent-Type: application/octet-stream{kind}\n"
        f"Content-Disposition: attachment; {disposition}\n"
        "Content-Transfer-Encoding: base64\n\n"
    )
    data = text.encode(bare) + base64.b64encode(BOOK) + b"\n--b--\n"
    assert list(listed(put(tmp_path, "a.eml", data))) == [name]


def test_two_attachments_of_one_name(tmp_path: Path) -> None:
    data = eml(("様式.xlsx", BOOK), ("様式.xlsx", BOOK + b"x"))
    assert listed(put(tmp_path, "a.eml", data)) == {"様式.xlsx": "read", "様式 (2).xlsx": "read"}


def test_the_text_of_a_mail_and_its_pictures_are_no_attachments(tmp_path: Path) -> None:
    made = EmailMessage()
    made["Subject"] = "x"
    made.set_content("本文")
    made.add_alternative("<img src='cid:logo'>", subtype="html")
    made.get_payload()[1].add_related(b"png", "image", "png", cid="<logo>", filename="logo.png")  # type: ignore[index, union-attr]
    made.add_attachment(BOOK, maintype="application", subtype="x", filename="a.xlsx")
    made.add_attachment(b"jpg", maintype="image", subtype="jpeg", filename="紙.jpg")
    found = listed(put(tmp_path, "a.eml", made.as_bytes()))
    assert found == {"logo.png": "F004", "a.xlsx": "read", "紙.jpg": "F001"}


def test_a_mail_without_attachments(tmp_path: Path) -> None:
    found = list(inbox.received(put(tmp_path, "a.eml", eml()), "inbox/a.eml"))
    assert [told(received) for received in found] == ["F001"]
    assert found[0].finding
    assert "添付ファイルのないメール" in found[0].finding.message


@pytest.mark.parametrize(
    "data", [b"", b"no mail", b"\0" * 99, BOOK[:50], b"\xff\xfe\x00", b"\n\n\n"]
)
@pytest.mark.parametrize("name", ["a.eml", "a.msg"])
def test_what_is_no_mail(tmp_path: Path, name: str, data: bytes) -> None:
    assert set(listed(put(tmp_path, name, data)).values()) == {"F001"}


def test_a_forwarded_mail(tmp_path: Path) -> None:
    inner = BytesParser().parsebytes(eml(("b.xlsx", BOOK), subject="№16の提出"))
    outer = EmailMessage()
    outer["Subject"] = "Fw"
    outer.set_content("転送します")
    outer.add_attachment(BOOK, maintype="application", subtype="x", filename="a.xlsx")
    outer.attach(_as_part(inner.as_bytes()))
    found = listed(put(tmp_path, "a.eml", outer.as_bytes()))
    assert found == {"a.xlsx": "read", "№16の提出.eml/b.xlsx": "read"}


def _as_part(data: bytes) -> EmailMessage:
    part = EmailMessage()
    part["Content-Type"] = "message/rfc822"
    part.set_payload([BytesParser().parsebytes(data)])
    return part


def test_a_zip_in_a_mail_and_a_mail_in_a_zip(tmp_path: Path) -> None:
    inner = zipped({"水道/a.xlsx": BOOK, "inner.zip": zipped({"b.xlsx": BOOK})})
    path = put(tmp_path, "a.eml", eml(("送付.zip", inner)))
    assert listed(path) == {"送付.zip/水道/a.xlsx": "read", "送付.zip/inner.zip": "F001"}
    path = put(
        tmp_path, "b.zip", zipped({"c.eml": eml(("a.xlsx", BOOK)), "d.msg": msg(("e.xls", b"x"))})
    )
    assert listed(path) == {"c.eml/a.xlsx": "read", "d.msg/e.xls": "read"}


def test_mails_in_mails_end_somewhere(tmp_path: Path) -> None:
    data = eml(("a.xlsx", BOOK))
    for _ in range(8):
        data = eml(("mail.eml", data), ("b.xlsx", BOOK))
    found = listed(put(tmp_path, "a.eml", data))
    assert sorted(found.values()) == ["F001", *["read"] * (packed.MOST_DEPTH + 1)]


def test_thousands_of_attachments_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "MOST_MEMBERS", 20)
    path = put(tmp_path, "a.eml", eml(*[(f"{no}.xlsx", b"x") for no in range(30)]))
    found = list(inbox.received(path, "inbox/a.eml"))
    assert [told(received) for received in found] == [*["read"] * 20, "F007"]


def test_a_mail_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a.eml").open("wb") as file:
        file.write(eml(("a.xlsx", BOOK)))
        file.truncate(mails.MOST_MAIL + 1)
    found = list(inbox.received(tmp_path / "a.eml", "inbox/a.eml"))
    assert [told(received) for received in found] == ["F007"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the memory")
def test_memory_of_the_largest_mail(tmp_path: Path) -> None:
    size = mails.MOST_MAIL * 70 // 100
    path = put(tmp_path, "a.eml", eml(("写真.dat", os.urandom(size)), ("a.xlsx", BOOK)))
    assert path.stat().st_size < mails.MOST_MAIL
    code = (
        "import sys; from pathlib import Path; from workbook_tools.intake import inbox\n"
        "from workbook_tools.cli import main\n"
        "print([received.name for received in inbox.received(Path(sys.argv[1]), 'a.eml')])\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    names, peak = done.stdout.splitlines()
    assert "a.eml/a.xlsx" in names
    assert int(peak) // 1024 < 300


@settings(max_examples=50)
@given(st.binary(max_size=60), st.integers(0, 10_000))
def test_a_mail_with_any_bytes_changed(change: bytes, at: int) -> None:
    data = eml(("№16.xlsx", BOOK))
    at %= len(data)
    file = io.BytesIO(data[:at] + change + data[at + len(change) :])
    for received in packed.Unpacker().open("a.eml", file):
        assert told(received) in ("read", "F001", "F004")


# -- .msg -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wide", [True, False], ids=["UTF-16", "cp932"])
def test_attachments_of_a_mail_of_outlook(tmp_path: Path, wide: bool) -> None:
    data = msg(("№16 窓口.xlsx", BOOK), ("大きい.xls", bytes(9_000)), ("空.xlsx", b""), wide=wide)
    path = put(tmp_path, "a.msg", data)
    assert listed(path) == {"№16 窓口.xlsx": "read", "大きい.xls": "read", "空.xlsx": "read"}
    assert next(inbox.received(path, "inbox/a.msg")).data == BOOK


def test_mails_of_outlook_inside_each_other(tmp_path: Path) -> None:
    inner = mail(("b.xlsx", BOOK), subject="№17の提出")
    data = msg(("a.xlsx", BOOK), ("", inner), ("転送.msg", msg(("c.xlsx", BOOK))))
    assert listed(put(tmp_path, "a.msg", data)) == {
        "a.xlsx": "read",
        "№17の提出.msg/b.xlsx": "read",
        "転送.msg/c.xlsx": "read",
    }


def test_mails_of_outlook_end_somewhere(tmp_path: Path) -> None:
    inner = mail(("a.xlsx", BOOK))
    for _ in range(8):
        inner = mail(("inner.msg", inner), ("b.xlsx", BOOK))
    found = listed(put(tmp_path, "a.msg", ole(inner)))
    assert sorted(found.values()) == ["F007", *["read"] * 4]


def test_an_embedded_object_of_outlook_is_none(tmp_path: Path) -> None:
    data = msg(("zeichnung", {"CONTENTS": b"x"}))
    assert set(listed(put(tmp_path, "a.msg", data)).values()) == {"F001"}


def test_a_workbook_whose_name_says_mail(tmp_path: Path) -> None:
    assert listed(put(tmp_path, "a.msg", xls(number(0, 0)))) == {"inbox/a.msg": "read"}
    assert listed(put(tmp_path, "a.eml", BOOK)) == {"inbox/a.eml": "read"}
    assert listed(put(tmp_path, "b.msg", msg(("a.xls", xls(number(0, 0)))))) == {"a.xls": "read"}


@given(st.binary(max_size=60), st.integers(0, 100_000))
def test_a_mail_of_outlook_with_any_bytes_changed(change: bytes, at: int) -> None:
    data = msg(("№16.xlsx", BOOK))
    at %= len(data)
    file = io.BytesIO(data[:at] + change + data[at + len(change) :])
    for received in packed.Unpacker().open("a.msg", file):
        assert told(received) in ("read", "F001", "F004", "F007")


# -- encrypted zips -------------------------------------------------------------------------------


def aes(password: bytes, **members: bytes) -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as made:
        made.setpassword(password)
        for name, data in members.items():
            made.writestr(f"{name}.xlsx", data)
    return out.getvalue()


def ciphered(password: bytes, name: str, data: bytes) -> bytes:
    """A zip in the old cipher, which Windows and most tools write (APPNOTE 6.1)."""
    table = [_crc(byte) for byte in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 0xFF]

    for byte in password:
        update(byte)
    checksum = zlib.crc32(data)
    plain = bytes(11) + bytes([checksum >> 24]) + data
    made = bytearray()
    for byte in plain:
        mask = (keys[2] | 2) & 0xFFFF
        made.append(byte ^ ((mask * (mask ^ 1)) >> 8 & 0xFF))
        update(byte)
    stored = zipped({name: bytes(len(made))}, stored=(name,))
    begin = stored.index(name.encode()) + len(name.encode())
    changed = bytearray(stored)
    changed[begin : begin + len(made)] = made
    for signature, flags, crc, size in ((b"PK\3\4", 6, 14, 22), (b"PK\1\2", 8, 16, 24)):
        at = changed.index(signature)
        changed[at + flags] |= 1
        changed[at + crc : at + crc + 4] = checksum.to_bytes(4, "little")
        changed[at + size : at + size + 4] = len(data).to_bytes(4, "little")
    return bytes(changed)


def _crc(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xEDB88320 if byte & 1 else 0)
    return byte


@pytest.mark.parametrize(
    ("locked_with", "given", "code"),
    [
        (b"himitsu", ("himitsu",), "read"),
        (b"himitsu", ("wrong", "himitsu"), "read"),
        ("秘密".encode(), ("秘密",), "read"),
        ("秘密".encode("cp932"), ("秘密",), "read"),
        (b"himitsu", ("wrong",), "F002"),
        (b"himitsu", (), "F002"),
    ],
)
@pytest.mark.parametrize("how", ["old", "AES"])
def test_encrypted_zips(
    tmp_path: Path, how: str, locked_with: bytes, given: tuple[str, ...], code: str
) -> None:
    data = ciphered(locked_with, "a.xlsx", BOOK) if how == "old" else aes(locked_with, a=BOOK)
    path = put(tmp_path, "a.zip", data)
    assert listed(path, *given) == {"a.xlsx": code}
    if code == "read":
        assert next(inbox.received(path, "a.zip", given)).data == BOOK


def test_an_encrypted_zip_in_a_mail(tmp_path: Path) -> None:
    path = put(tmp_path, "a.eml", eml(("a.zip", ciphered(b"x", "a.xlsx", BOOK))))
    assert listed(path) == {"a.zip/a.xlsx": "F002"}
    assert listed(path, "x") == {"a.zip/a.xlsx": "read"}


@pytest.mark.parametrize("how", ["old", "AES"])
@given(at=st.integers(0, 5_000), byte=st.integers(0, 255))
@settings(max_examples=60)
def test_an_encrypted_zip_with_any_byte_changed(how: str, at: int, byte: int) -> None:
    data = bytearray(ciphered(b"x", "a.xlsx", BOOK) if how == "old" else aes(b"x", a=BOOK))
    data[at % len(data)] = byte
    for received in packed.Unpacker(["x"]).open("a.zip", io.BytesIO(bytes(data))):
        assert told(received) in ("read", "F001", "F002", "F007")


def test_so_much_is_not_deciphered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_CIPHERED", 100)
    path = put(tmp_path, "a.zip", ciphered(b"x", "a.xlsx", BOOK))
    assert listed(path, "x") == {"inbox/a.zip": "F007"}


# -- names and kinds ------------------------------------------------------------------------------

TRAILING = "表 能 予 ソ 十 申 構 貼"  # their second byte in cp932 is a backslash


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("name", [f"{TRAILING}.xlsx", "予算\\申込表.xlsx", "plain.xlsx"])
def test_names_whose_second_byte_is_a_backslash(name: str, windows: bool) -> None:
    member = zipfile.ZipInfo(name.encode("cp932").decode("cp437"))
    if windows:  # zipfile turns every backslash into a slash there
        member.filename = member.orig_filename.replace("\\", "/")
    assert packed.member_name(member) == name.replace("\\", "/")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.pdf", "ＰＤＦ"), ("a.PDF", "ＰＤＦ"), ("a.docx", "Ｗｏｒｄ"), ("a.doc", "Ｗｏｒｄ"),
        ("a.csv", "文字だけ"), ("a.txt", "文字だけ"), ("a.jpg", "写真"), ("a.heic", "写真"),
        ("a.jtd", "一太郎"), ("a.xdw", "ＤｏｃｕＷｏｒｋｓ"), ("a.7z", "圧縮"),
        ("a.url", "ショートカット"),
    ],
)  # fmt: skip
def test_other_kinds_get_their_own_sentence(tmp_path: Path, name: str, words: str) -> None:
    path = put(tmp_path, name, b"x")
    (found,) = inbox.received(path, f"inbox/{name}")
    assert found.finding
    assert found.finding.code == "F001"
    assert words in found.finding.message
    assert "Ｅｘｃｅｌのまま" in found.finding.hint
    assert listed(put(tmp_path, name, BOOK)) == {f"inbox/{name}": "read"}  # its name alone is wrong
    assert listed(put(tmp_path, f"{name}.xlsx", b"x")) == {f"inbox/{name}.xlsx": "read"}


# -- through collect ------------------------------------------------------------------------------


def test_a_protected_zip_in_a_mail_is_accepted_and_asked_for_once(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    form = returned(16)
    put_file(
        workspace.inbox / "提出.eml", eml(("送付.zip", ciphered(b"himitsu", "№16.xlsx", form)))
    )
    held = Round(workspace, PLAN, NOW)

    def told_of_files(result: Collection) -> list[str]:
        return [finding.code for finding in result.findings if finding.code.startswith("F")]

    assert told_of_files(collect(held)) == ["F002"]
    done = collect(held, passwords=("himitsu",))
    again = collect(held)
    assert told_of_files(done) == told_of_files(again) == []
    for result in (done, again):
        (file,) = result.files
        assert file.file == "inbox/提出.eml/送付.zip/№16.xlsx"
        assert "受理" in str(file.forms)


def test_check_opens_a_protected_zip(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", ciphered(b"himitsu", "№16.xlsx", returned(16)))
    held = Round(Workspace(tmp_path / "w"), PLAN, NOW)
    assert [finding.code for finding in check_files(held, [str(path)]).findings] == ["F002"]
    assert not check_files(held, [str(path)], ["himitsu"]).findings


def test_a_protected_zip_that_was_read_is_not_refused_afterwards(tmp_path: Path) -> None:
    """``return``, ``close`` and the state of the round know what collect read with a password."""
    workspace = Workspace(tmp_path)
    put_file(workspace.inbox / "送付.zip", ciphered(b"himitsu", "№16.xlsx", returned(16)))
    held = Round(workspace, PLAN, NOW)
    collect(held)
    with Register.open(workspace.register, write=False) as register:
        before = look(register, held)
    assert [finding.code for finding in before.refused] == ["F002"]
    collect(held, passwords=("himitsu",))
    with Register.open(workspace.register, write=False) as register:
        after = look(register, held)
    assert after.refused == ()
    assert list(after.present.values()) == ["inbox/送付.zip/№16.xlsx"]
