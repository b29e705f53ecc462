"""What was read of protected workbooks, kept beside them: a password is needed only once."""

from __future__ import annotations

import json

from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.parts import examine
from workbook_tools.findings import UserError
from workbook_tools.intake.read_forms import Intake
from workbook_tools.register import ledger
from workbook_tools.register.codec import built, plain
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.register.round import Round


def keep_if_protected(register: Register, held: Round, intake: Intake) -> None:
    """Keep what was read of a file whose copy opens with a password only, unless it is kept."""
    archive = held.workspace.archive
    try:
        examine(ledger.content(archive, intake.sha256))
        return
    except UnreadableError as error:
        if error.code != "F002":
            return
    record = json.dumps(plain(intake), ensure_ascii=False).encode()
    before, sha256 = _records(register).get(intake.sha256), ledger.keep(archive, record)
    if sha256 != before:
        facts = {"of": intake.sha256}
        source = Source(sha256, SourceKind.OPENED, intake.file, held.year, held.now, facts)
        register.note_source(source)


def known(register: Register, held: Round, sha256: str) -> Intake | None:
    """What was read of a protected file; None where that was never kept, or is damaged."""
    record = _records(register).get(sha256)
    if record is None:
        return None
    try:
        intake = built(Intake, json.loads(ledger.content(held.workspace.archive, record)))
    except (UserError, ValueError, KeyError, TypeError):
        return None
    assert isinstance(intake, Intake)
    return intake


def protected(register: Register) -> set[str]:
    """The contents that open with a password only."""
    return set(_records(register))


def _records(register: Register) -> dict[str, str]:
    """Content of a protected file → content of what was read of it last."""
    return {source.facts["of"]: source.sha256 for source in register.sources(SourceKind.OPENED)}
