"""The titles an imported list prints: by them a number is known to be another practice's now."""

from __future__ import annotations

from collections.abc import Mapping

from workbook_tools.era import FiscalYear
from workbook_tools.register.database import Register
from workbook_tools.register.records import Source, SourceKind


def note(register: Register, year: FiscalYear, titles: Mapping[int, str]) -> None:
    """Keep a year's titles by number, in place of those of an earlier list of that year."""
    facts = {"titles": list(titles.items())}
    register.note_source(Source("", SourceKind.TITLES, "", year, "", facts))
    register.change("DELETE FROM past_title WHERE year = ?", year.key)
    register.add(
        "INSERT INTO past_title VALUES (?, ?, ?)",
        [(year.key, no, title) for no, title in titles.items()],
    )


def noted(register: Register) -> dict[FiscalYear, dict[int, str]]:
    """Year → number of that year → title."""
    years: dict[FiscalYear, dict[int, str]] = {}
    for year, no, title in register.rows("SELECT year, practice_no, title FROM past_title"):
        years.setdefault(FiscalYear.of_key(year), {})[no] = title
    return years
