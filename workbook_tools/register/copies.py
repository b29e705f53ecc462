"""What the archive and the ledger have lost, or what was damaged there: healed where it can be."""

from __future__ import annotations

from collections.abc import Iterable

from workbook_tools.intake import inbox
from workbook_tools.register import journal, ledger
from workbook_tools.register.database import Register
from workbook_tools.register.journal import LedgerLine
from workbook_tools.register.records import SourceKind
from workbook_tools.workspace import Workspace, digest, read

HEALED = "控えが失われているか壊れていたため、『{name}』から直しました。"


def heal(workspace: Workspace, contents: Iterable[str]) -> list[str]:
    """Put copies back of which the very bytes lie in the inbox or as plan master; what was done."""
    broken = {sha256 for sha256 in contents if not ledger.is_whole(workspace.archive, sha256)}
    told = []
    for name, data in _files(workspace) if broken else ():
        if (sha256 := digest(data)) in broken:
            ledger.heal(workspace.archive, sha256, data)
            broken.remove(sha256)
            told.append(HEALED.format(name=name))
    return told


def _files(workspace: Workspace) -> Iterable[tuple[str, bytes]]:
    if workspace.plan_master.is_file():
        yield workspace.relative(workspace.plan_master), read(workspace.plan_master)
    for received in inbox.files(workspace):
        if received.data is not None:
            yield received.name, received.data


def lost(workspace: Workspace, name: str, sha256: str) -> str:
    """What is said of a copy that cannot be used."""
    path = ledger.kept(workspace.archive, sha256)
    return (
        f"『{name}』の控え『{path}』が失われているか壊れています。"
        "バックアップから戻してください（それまでは前の判定のままです）。"
    )


def mend(register: Register, workspace: Workspace) -> list[str]:
    """Write lines again that the ledger has lost; what was done. The register knows them all."""
    pending = {entry.number for entry in register.pending()}
    lost = [entry for entry in missing(register, workspace) if entry.number not in pending]
    if not lost:
        return []
    journal.append(workspace.archive, lost)
    return [f"受付簿から失われていた{len(lost)}行を、登録簿から書き足しました。"]


def missing(register: Register, workspace: Workspace) -> list[LedgerLine]:
    """Every event of the register that does not stand in the ledger, or not yet."""
    lines = journal.lines(workspace.archive)
    numbered = {entry.number: entry.source for entry in lines.entries if entry.number}
    first_edition = [entry.source for entry in lines.entries if not entry.number]
    return [
        entry
        for entry in register.entries(*SourceKind)
        if numbered.get(entry.number) != entry.source and entry.source not in first_edition
    ]
