"""Which rounds have begun."""

from __future__ import annotations

from workbook_tools.era import FiscalYear
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind


def begun(register: Register) -> set[FiscalYear]:
    """The rounds for which forms were sent out or a plan master was noted."""
    query = """SELECT year FROM distributed
        UNION SELECT year FROM source WHERE kind = ? AND year IS NOT NULL"""
    return {FiscalYear(year) for (year,) in register.rows(query, SourceKind.PLAN)}
