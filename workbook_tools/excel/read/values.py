"""What a cell may hold, and its plain text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta


def as_text(value: Value) -> str:
    """A cell's value, its format left aside: whole numbers without ``.0``, dates as 2022-04-22."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)
