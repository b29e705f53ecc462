"""Which outputs of a round were written when, by which version of the tool, with which content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbook_tools import __version__
from workbook_tools.era import FiscalYear
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind
from workbook_tools.register.round import Round
from workbook_tools.workspace import digest, read


@dataclass(frozen=True, slots=True)
class WrittenOutput:
    """One output: ``name`` relative to the workspace, ``made_at`` ISO."""

    name: str
    sha256: str
    made_at: str
    version: str


def note(register: Register, held: Round, paths: Iterable[Path]) -> None:
    """Note outputs that were just written."""
    for path in paths:
        name = held.workspace.relative(path)
        output = WrittenOutput(name, digest(read(path)), held.now, __version__)
        before = {known.name: known for known in outputs(register, held.year)}.get(name)
        if before is None or (before.sha256, before.version) != (output.sha256, output.version):
            facts = {"sha256": output.sha256, "version": output.version}
            source = Source("", SourceKind.WRITTEN, name, held.year, held.now, facts)
            register.note_source(source)
            keep(register, held.year, output)


def keep(register: Register, year: FiscalYear, output: WrittenOutput) -> None:
    """Put an output into the register, in place of an earlier one of its name."""
    register.change(
        "INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?)",
        year.key,
        output.name,
        output.sha256,
        output.made_at,
        output.version,
    )


def outputs(register: Register, year: FiscalYear) -> list[WrittenOutput]:
    """Every output of a round as it was written last, by name."""
    query = "SELECT name, sha256, made_at, version FROM written WHERE year = ? ORDER BY name"
    return [WrittenOutput(*row) for row in register.rows(query, year.key)]
