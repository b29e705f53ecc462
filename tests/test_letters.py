"""Office letters: to whom, true in every sentence, dated once, and as mails to be sent."""

from __future__ import annotations

import dataclasses
import email
from datetime import date
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

import pytest

from tests.crafted import changed
from tests.samples import PLAN, R3, returned
from tests.test_disarm import with_macros
from tests.test_returning import FAULTS, NOW, put
from workbook_tools.collect.collect import collect
from workbook_tools.distribute.distribute import distribute
from workbook_tools.findings import Severity, UserError
from workbook_tools.form.layout import FORM_VERSION
from workbook_tools.form.token import Token
from workbook_tools.letters import mail
from workbook_tools.letters.letters import deadline
from workbook_tools.letters.only import Only
from workbook_tools.outbox import Outcome
from workbook_tools.plan.model import Plan
from workbook_tools.register.round import Round
from workbook_tools.send_back.send_back import Returning, return_forms
from workbook_tools.workspace import Workspace

OTHER = next(p.no for p in PLAN.practices if p.lead != PLAN.practice(16).lead and p.no > 17)
LEAD, ELSEWHERE = PLAN.practice(16).lead, PLAN.practice(OTHER).lead
CONTACT = "内線 123　山田 <yamada@city.example.jp>、madoguchi@city.example.jp"
FEW = dataclasses.replace(
    PLAN,
    practices=tuple(PLAN.practice(no) for no in (16, OTHER)),
    departments=tuple(
        dataclasses.replace(known, contact=CONTACT if known.name == LEAD else "内線 99")
        for known in PLAN.departments
    ),
    deadline=date(2022, 4, 22),
)
OUT = "outbox/差戻し/R3"
LATER = "2022-04-21T09:00:00+09:00"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "inbox").mkdir()
    return Workspace(tmp_path)


def run(
    workspace: Workspace, now: str = NOW, plan: Plan = FEW, only: Only | None = None
) -> Returning:
    collect(Round(workspace, plan, now))
    return return_forms(Round(workspace, plan, now), only=only or Only())


def text(workspace: Workspace, name: str) -> str:
    return (workspace.root / name).read_text(encoding="utf-8-sig")


def opened(workspace: Workspace, name: str) -> EmailMessage:
    read = email.message_from_bytes((workspace.root / name).read_bytes(), policy=modern)
    assert isinstance(read, EmailMessage)
    return read


def test_a_request_goes_with_the_forms(workspace: Workspace) -> None:
    distribute(Round(workspace, FEW, NOW))
    name = f"templates/R3/依頼文_{LEAD}"
    for words in (
        f"{LEAD}　御中",
        f"{FEW.city}　{FEW.secretariat}",
        f"件名　{FEW.name}進捗状況シートの提出について（依頼）",
        "令和４年４月２０日",
        f"№16　{FEW.practice(16).title}",
        "【提出期限】令和４年４月２２日（金）",
    ):
        assert words in text(workspace, f"{name}.txt")
    read = opened(workspace, f"{name}.eml")
    assert read["X-Unsent"] == "1"
    assert read["To"] == "yamada@city.example.jp, madoguchi@city.example.jp"
    assert read["Subject"] == f"{FEW.name}進捗状況シートの提出について（依頼）"
    assert not [field for field in ("From", "Date", "Message-ID") if field in read]
    form = next((workspace.forms(R3) / LEAD).glob("No16_*.xlsx"))
    (attached,) = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (form.name, form.read_bytes())
    # Who has no address gets a letter alone.
    assert (workspace.root / f"templates/R3/依頼文_{ELSEWHERE}.txt").is_file()
    assert not (workspace.root / f"templates/R3/依頼文_{ELSEWHERE}.eml").exists()


def test_a_letter_keeps_its_day_until_it_says_something_else(workspace: Workspace) -> None:
    distribute(Round(workspace, FEW, NOW))
    name = f"templates/R3/依頼文_{LEAD}.txt"
    first = text(workspace, name)
    distribute(Round(workspace, FEW, LATER))
    assert text(workspace, name) == first
    moved = dataclasses.replace(FEW, deadline=date(2022, 4, 28))
    distribute(Round(workspace, moved, LATER))
    assert "令和４年４月２１日" in text(workspace, name)
    assert "令和４年４月２８日（木）" in text(workspace, name)


def test_what_went_back_is_attached(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, **FAULTS))
    run(workspace)
    (attached,) = opened(workspace, f"{OUT}/{LEAD}/連絡文.eml").iter_attachments()
    assert attached.get_content() == (workspace.root / OUT / LEAD / "No16.xlsx").read_bytes()
    cover = text(workspace, f"{OUT}/{LEAD}/連絡文.txt")
    assert "シート「確認結果」があります" in cover
    assert "新しい様式" not in cover


def test_the_reminder_brings_the_form_again(workspace: Workspace) -> None:
    distribute(Round(workspace, FEW, NOW))
    run(workspace)
    (attached,) = opened(workspace, f"{OUT}/督促_{LEAD}.eml").iter_attachments()
    assert attached.get_filename().startswith("No16_")


def test_nothing_is_said_of_files_that_are_not_enclosed(workspace: Workspace) -> None:
    """A department that owes its form and sent a paper of another kind."""
    put(workspace, f"{LEAD}/資料.pdf", b"%PDF-1.7")
    run(workspace)
    cover = text(workspace, f"{OUT}/{LEAD}/連絡文.txt")
    assert "お返しするファイルのない項目は" in cover
    assert "確認結果" not in cover
    assert not [*opened(workspace, f"{OUT}/{LEAD}/連絡文.eml").iter_attachments()]


def test_who_owes_nothing_is_thanked_and_not_asked(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16))
    put(workspace, f"{LEAD}/資料.pdf", b"%PDF-1.7")
    run(workspace)
    received = text(workspace, f"{OUT}/受領_{LEAD}.txt")
    assert "1件すべて受け取りました" in received
    assert "受領日： 令和４年４月２０日" in received
    assert not (workspace.root / OUT / LEAD).exists()
    assert not (workspace.root / OUT / f"受領_{ELSEWHERE}.txt").exists()


@pytest.mark.parametrize("broken", [b"%PDF-1.7", b"PK\x03\x04 broken"])
def test_a_fresh_form_claims_nothing_that_was_not_read(workspace: Workspace, broken: bytes) -> None:
    put(workspace, "No16_提出.xlsx", broken)
    run(workspace)
    cover = text(workspace, f"{OUT}/{LEAD}/連絡文.txt")
    assert "新しい様式をお送りします。記入して" in cover
    assert "読み取れた内容" not in cover


def test_a_fresh_form_says_what_it_holds(workspace: Workspace) -> None:
    """A workbook with a program in it is answered by a form without."""
    put(workspace, "No16.xlsm", with_macros(returned(16, **FAULTS)))
    run(workspace)
    cover = text(workspace, f"{OUT}/{LEAD}/連絡文.txt")
    assert "読み取れた内容は入っています。続きを記入して" in cover
    assert [path.suffix for path in (workspace.root / OUT / LEAD).glob("No16*")] == [".xlsx"]


def test_what_is_somebody_elses_goes_to_nobody(workspace: Workspace) -> None:
    """A form whose token tells another practice than its header: who sent it is not known."""
    form = returned(16)
    token, other = (str(Token(no, R3, PLAN.practice(no).lead, FORM_VERSION)) for no in (16, OTHER))
    put(
        workspace,
        "x.xlsx",
        changed(
            form, "xl/sharedStrings.xml", lambda part: part.replace(token.encode(), other.encode())
        ),
    )
    assert [
        finding.code
        for finding in collect(Round(workspace, FEW, NOW)).findings
        if finding.severity is Severity.ERROR and finding.code == "F022"
    ]
    run(workspace)
    assert not (workspace.root / OUT / LEAD / "連絡文.txt").exists()
    assert not (workspace.root / OUT / ELSEWHERE / "連絡文.txt").exists()
    assert "x.xlsx" in text(workspace, f"{OUT}/連絡文_差出部署不明.txt")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (None, "事務局からお知らせする日まで"),
        (date(2022, 4, 20), "令和４年４月２０日（水）"),
        (
            date(2022, 4, 19),
            "令和４年４月１９日（火）　※期限を過ぎています。できるだけ早くご提出ください。",
        ),
    ],
)
def test_a_deadline(day: date | None, said: str) -> None:
    assert deadline(day, date(2022, 4, 20)) == said


def test_what_goes_back_has_a_deadline_of_its_own(workspace: Workspace) -> None:
    put(workspace, "No16.xlsx", returned(16, **FAULTS))
    again = dataclasses.replace(FEW, resubmission=date(2022, 5, 13))
    run(workspace, "2022-05-02T09:00:00+09:00", again)
    for name in (f"{LEAD}/連絡文.txt", f"督促_{ELSEWHERE}.txt"):
        assert "【提出期限】令和４年５月１３日（金）\n" in text(workspace, f"{OUT}/{name}")


def test_only_some_are_written_to(workspace: Workspace) -> None:
    distribute(Round(workspace, FEW, NOW), only=Only(items=(16,)))
    assert not (workspace.forms(R3) / ELSEWHERE).exists()
    distribute(Round(workspace, FEW, NOW))
    put(workspace, "No16.xlsx", returned(16, **FAULTS))
    put(workspace, "x.xlsx", returned(OTHER, 進捗度_R3=9))
    everything = {written.path for written in run(workspace).written}
    for path in everything:
        (workspace.root / path).unlink()
    done = run(workspace, only=Only(departments=(LEAD,)))
    assert {written.path for written in done.written} == {
        path for path in everything if LEAD in path
    }
    # The others are neither written nor forgotten.
    assert {written.path for written in run(workspace).having(Outcome.WRITTEN)} == {
        path for path in everything if LEAD not in path
    }


@pytest.mark.parametrize("name", ["旧窓口課", f" {LEAD}"])
def test_a_department_goes_by_its_former_name_too(workspace: Workspace, name: str) -> None:
    departments = tuple(
        dataclasses.replace(known, former_names=("旧窓口課",)) if known.name == LEAD else known
        for known in FEW.departments
    )
    renamed = dataclasses.replace(FEW, departments=departments)
    distribute(Round(workspace, renamed, NOW), only=Only(departments=(name,)))
    assert [path.name for path in workspace.forms(R3).iterdir() if path.is_dir()] == [LEAD]


@pytest.mark.parametrize("only", [Only(departments=("無い課",)), Only(items=(99,))])
def test_nobody_of_that_name(workspace: Workspace, only: Only) -> None:
    with pytest.raises(UserError, match="部署・項目ではありません"):
        distribute(Round(workspace, FEW, NOW), only=only)
    with pytest.raises(UserError, match="部署・項目ではありません"):
        run(workspace, only=only)
    assert not workspace.forms(R3).exists()


@pytest.mark.parametrize(
    ("contact", "found"),
    [
        ("", []),
        ("内線 123", []),
        ("a@b.jp", ["a@b.jp"]),
        ("山田<a@b.jp>, 佐藤 c.d@e.lg.jp／a@b.jp", ["a@b.jp", "c.d@e.lg.jp"]),
        ("a..b@c.jp", []),
        ("a@b.jp\nBcc: x@y.jp", ["a@b.jp", "x@y.jp"]),
    ],
)
def test_addresses(contact: str, found: list[str]) -> None:
    assert [address.addr_spec for address in mail.addresses(contact)] == found


def test_a_subject_stays_one_line() -> None:
    data = mail.draft(mail.addresses("a@b.jp"), "題\nBcc: x@y.jp", "本文", [])
    read = email.message_from_bytes(data, policy=modern)
    assert read["Bcc"] is None
    assert data == mail.draft(mail.addresses("a@b.jp"), "題\nBcc: x@y.jp", "本文", [])


def test_an_unedited_template_of_before_is_renewed_and_an_edited_one_stays(
    workspace: Workspace,
) -> None:
    old = Path(__file__).with_name("first_edition") / "連絡文.txt"
    place = workspace.plan_master.with_name("連絡文.txt")
    place.parent.mkdir(parents=True, exist_ok=True)
    put(workspace, "No16.xlsx", returned(16, **FAULTS))
    place.write_bytes(old.read_bytes())
    run(workspace)
    assert "件名" in text(workspace, f"{OUT}/{LEAD}/連絡文.txt")
    place.write_bytes(old.read_bytes().replace("直し方".encode(), "直すには".encode()))
    run(workspace)
    assert "【直すには】" in text(workspace, f"{OUT}/{LEAD}/連絡文.txt")
