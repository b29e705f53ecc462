"""`council return`: faulty 評価シート back to the members, marked, each with a cover text.

Everything goes to ``outbox/差戻し/<year>/評価シート/``; like what goes to departments, it is
written anew only where it changed, and taken away when it is no longer due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbook_tools.excel.patch.package import UnmarkableError
from workbook_tools.findings import Finding, Severity
from workbook_tools.letters.templates import encoded, fill, template
from workbook_tools.letters.written import Written, write_files
from workbook_tools.plan.model import Member
from workbook_tools.register import ledger
from workbook_tools.register.database import Register
from workbook_tools.register.members import BallotVersion, findings_of, member_states, versions
from workbook_tools.register.records import SourceKind, State
from workbook_tools.register.round import Round, note_plan
from workbook_tools.send_back.marking import mark
from workbook_tools.send_back.send_back import FOLDER
from workbook_tools.text import file_name, squeeze_lines

_TEMPLATE, _DEFAULT = "連絡文_評価シート", "council_letter.txt"
_GAPS = ("審議会", "委員番号", "氏名", "年度", "計画", "指摘一覧", "ファイル", "事務局")
_NO_FILE = "（印を付けられない形式のため、ファイルはありません。上の指摘のとおりに直してください）"


@dataclass(frozen=True, slots=True)
class ReturnedBallot:
    """One sheet that goes back: whose (None: it does not say), under which name it came."""

    member: Member | None
    was: str
    marked: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class BallotReturn:
    """The outcome of one run."""

    folder: Path
    ballots: tuple[ReturnedBallot, ...]
    written: tuple[Written, ...]


def return_ballots(held: Round, *, force: bool = False) -> BallotReturn:
    """Write what goes back. ``force`` writes over files that somebody edited.

    Raises UserError where the template, the register or the archive cannot be used.
    """
    workspace, year = held.workspace, held.year
    path = workspace.plan_master.with_name(f"{_TEMPLATE}.txt")
    letter = template(path, _DEFAULT, _GAPS)
    folder = workspace.outbox / FOLDER / str(year) / SourceKind.COUNCIL
    name = f"{FOLDER}/{year}/{SourceKind.COUNCIL}"
    with Register.open(workspace.register) as register:
        note_plan(register, held)
        files: dict[str, bytes] = {}
        done = []
        for member, sheet in _faulty(register, held):
            findings = findings_of(register, sheet)
            marked = _marked(ledger.content(workspace.archive, sheet.sha256), findings)
            own = f"委員{member.no:02d}" if member else f"委員不明{sheet.number}"
            returned = f"{own}_{file_name(PurePosixPath(sheet.file).stem, 60)}.xlsx"
            if marked is not None:
                files[returned] = marked
            words = _letter(held, member, findings, returned if marked else _NO_FILE)
            files[f"{own}_連絡文.txt"] = encoded(fill(letter[1], letter[0].name, words))
            done.append(ReturnedBallot(member, sheet.file, marked is not None, findings))
        written = write_files(register, workspace, name, folder, files, force=force)
    return BallotReturn(folder, tuple(done), tuple(written))


def _faulty(register: Register, held: Round) -> list[tuple[Member | None, BallotVersion]]:
    """The newest faulty sheet of every member, then those that do not say whose they are."""
    received = versions(register, held.year)
    states = member_states(register, held.plan, received)
    own = [
        (known.member, known.newest)
        for known in states
        if known.newest and known.state in (State.FAULTY, State.OLDER)
    ]
    return [*own, *((None, sheet) for sheet in received if sheet.member is None)]


def _marked(data: bytes, findings: Sequence[Finding]) -> bytes | None:
    try:
        return mark(data, findings)
    except UnmarkableError:
        return None


def _letter(
    held: Round, member: Member | None, findings: Sequence[Finding], file: str
) -> dict[str, str]:
    """What stands in the gaps of the cover text."""
    grave = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
    lines = [f"・{squeeze_lines(f.sentence)}" for f in grave if f.severity is not Severity.INFO]
    return {
        "審議会": held.plan.council,
        "委員番号": str(member.no) if member else "（不明）",
        "氏名": f"{member.name}　" if member and member.name else "",
        "年度": held.year.long,
        "計画": held.plan.name,
        "指摘一覧": "\n".join(lines),
        "ファイル": file,
        "事務局": held.plan.secretariat,
    }
