"""Fiscal years of the Reiwa era: one value, every spelling people use (domain §2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from workbook_tools.text import key, wide_digits

_REIWA_OFFSET = 2018  # R1 is 2019
_SPELLING = re.compile(r"(?:(?:r|令和)\.?(?P<reiwa>\d{1,2}|元)|(?P<western>20\d\d))(?:年度?末?)?")


@dataclass(frozen=True, order=True, slots=True)
class FiscalYear:
    """A Japanese fiscal year, April to March; ``R3`` is April 2021 to March 2022."""

    western: int

    @classmethod
    def parse(cls, text: str) -> FiscalYear:
        """Read ``R3``, ``Ｒ３``, ``令和３年度``, ``令和3``, ``2021``.

        Raises ValueError where the text is no fiscal year of the Reiwa era.
        """
        match = _SPELLING.fullmatch(key(text))
        if match is None:
            raise ValueError(f"not a fiscal year: {text!r}")
        if match["western"]:
            western = int(match["western"])
        else:
            western = _REIWA_OFFSET + (1 if match["reiwa"] == "元" else int(match["reiwa"]))
        if western <= _REIWA_OFFSET:
            raise ValueError(f"before the Reiwa era: {text!r}")
        return cls(western)

    @property
    def number(self) -> int:
        """The year within the era: 3 for R3."""
        return self.western - _REIWA_OFFSET

    @property
    def wide(self) -> str:
        """``Ｒ３``, as the papers print it."""
        return f"Ｒ{wide_digits(self.number)}"

    @property
    def long(self) -> str:
        """``令和３年度``."""
        return f"令和{wide_digits(self.number)}年度"

    def contains(self, year: int, month: int) -> bool:
        """True where that calendar month (``year`` of the Reiwa era) lies in this fiscal year."""
        return (year, month) >= (self.number, 4) and (year, month) <= (self.number + 1, 3)

    def __str__(self) -> str:
        return f"R{self.number}"

    def __add__(self, years: int) -> FiscalYear:
        return FiscalYear(self.western + years)

    def __sub__(self, years: int) -> FiscalYear:
        return FiscalYear(self.western - years)


def years_between(first: FiscalYear, last: FiscalYear) -> tuple[FiscalYear, ...]:
    """All fiscal years from ``first`` to ``last``, both included."""
    return tuple(FiscalYear(western) for western in range(first.western, last.western + 1))


def long_date(day: date) -> str:
    """``令和４年４月２２日``, as a letter prints it."""
    return (
        f"令和{wide_digits(day.year - _REIWA_OFFSET)}年"
        f"{wide_digits(day.month)}月{wide_digits(day.day)}日"
    )
