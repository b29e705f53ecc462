"""What a form is to hold and why; apart from what writes it, which takes XlsxWriter and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbook_tools.era import FiscalYear


@dataclass(frozen=True, slots=True)
class Content:
    """What one form holds: field values, the fields a person may type in, last year's reasons."""

    values: Mapping[str, str | int]
    open: frozenset[str]
    reasons_before: Mapping[str, str] = field(default_factory=dict)
    roomy: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows of one practice before this round.

    ``answers`` are the raw texts of the newest accepted form, ``answered`` its year, which is the
    evaluated one where that was checked before (段階); ``scores`` those of all past years by
    criterion.
    """

    answered: FiscalYear | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[FiscalYear, Mapping[str, int]] = field(default_factory=dict)
