"""Fiscal years of the Reiwa era: one value, every spelling people use (domain §2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from workbook_tools.spellings import FIRST_YEAR
from workbook_tools.text import key, wide_digits

ERA_OFFSET = FIRST_YEAR - 1  # R1 is 2019
LAST = 99  # the stage of a year's last or only round
# Of evened-out text (:func:`key`): r3, 令和3, 令和元, 2021.
_YEAR = r"(?:(?:r|令和)\.?(?P<reiwa>0?[1-9]\d?|元)|(?P<western>2019|20[2-9]\d))"
_SPELLING = re.compile(rf"{_YEAR}(?:年度?末?)?")
_STAGED = 10_000  # keys from here on tell a stage, too
_ANYWHERE = re.compile(rf"{_YEAR}(?:年度)?(?P<end>末)?")


@dataclass(frozen=True, order=True, slots=True)
class FiscalYear:
    """A Japanese fiscal year, April to March; ``R3`` is April 2021 to March 2022.

    Where it stands for a round of a city that checks several times a year (段階), ``stage`` counts
    them from 1 but for the last one, whose result is the year's; ``name`` is what it is called.
    """

    western: int
    stage: int = field(default=LAST, repr=False)
    name: str = field(default="", compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> FiscalYear:
        """Read ``R3``, ``Ｒ３``, ``令和３年度``, ``令和3``, ``2021``.

        Raises ValueError where the text is no fiscal year of the Reiwa era.
        """
        match = _SPELLING.fullmatch(key(text))
        if match is None:
            raise ValueError(f"not a fiscal year: {text!r}")
        return cls(_western(match))

    @classmethod
    def of_key(cls, key: int) -> FiscalYear:
        """The reverse of :attr:`key`."""
        return cls(key) if key < _STAGED else cls(*divmod(key, 100))

    @classmethod
    def of_code(cls, text: str) -> FiscalYear:
        """The reverse of :attr:`code`; ValueError where it is none."""
        year, dot, stage = text.partition(".")
        return cls(cls.parse(year).western, int(stage) if dot else LAST)

    @property
    def key(self) -> int:
        """The number under which the register keeps a round: 2021, 202101 for its first stage."""
        return self.western if self.stage == LAST else self.rank

    @property
    def code(self) -> str:
        """How ledger and tokens write a round: ``R3``, ``R3.1`` for its first stage."""
        return f"R{self.number}" + ("" if self.stage == LAST else f".{self.stage}")

    @property
    def rank(self) -> int:
        """A number that puts rounds in their order."""
        return self.western * 100 + self.stage

    @property
    def whole(self) -> FiscalYear:
        """The year without its stage."""
        return FiscalYear(self.western)

    @property
    def option(self) -> str:
        """How a command is told to hold this round: ``--year R3``, ``--year R3 --stage 中間``."""
        return f"--year R{self.number}" + (f" --stage {self.name}" if self.name else "")

    @property
    def end(self) -> str:
        """``令和３年度末``, ``令和３年度中間``: when the round looks at the practices."""
        return self.long if self.name else f"{self.long}末"

    @property
    def number(self) -> int:
        """The year within the era: 3 for R3."""
        return self.western - ERA_OFFSET

    @property
    def wide(self) -> str:
        """``Ｒ３``, as the papers print it."""
        return f"Ｒ{wide_digits(self.number)}"

    @property
    def long(self) -> str:
        """``令和３年度``, ``令和３年度中間``."""
        return f"令和{wide_digits(self.number)}年度{self.name}"

    def contains(self, year: int, month: int) -> bool:
        """True where that calendar month (``year`` of the Reiwa era) lies in this fiscal year."""
        return (year, month) >= (self.number, 4) and (year, month) <= (self.number + 1, 3)

    def __str__(self) -> str:
        return f"R{self.number}{self.name}"

    def __add__(self, years: int) -> FiscalYear:
        return FiscalYear(self.western + years)

    def __sub__(self, years: int) -> FiscalYear:
        return FiscalYear(self.western - years)


def _western(match: re.Match[str]) -> int:
    if match["western"]:
        return int(match["western"])
    return ERA_OFFSET + (1 if match["reiwa"] == "元" else int(match["reiwa"]))


def of_the_era(year: int) -> int:
    """A calendar year as the era counts it: 2022 → 4; one of the era stays."""
    return year - ERA_OFFSET if year > ERA_OFFSET else year


def years_in(text: str, *, ends: bool = False) -> Iterator[FiscalYear]:
    """The fiscal years a text names, ``令和３年度末`` → R3; ``ends``: only those with 末."""
    for match in _ANYWHERE.finditer(key(text)):
        if match["end"] or not ends:
            yield FiscalYear(_western(match))


def without_years(text: str) -> str:
    """The text, evened out, without the years it names: ``総合評価（Ｒ２）`` → ``総合評価()``."""
    return _ANYWHERE.sub("", key(text))


def years_between(first: FiscalYear, last: FiscalYear) -> tuple[FiscalYear, ...]:
    """All fiscal years from ``first`` to ``last``, both included."""
    return tuple(FiscalYear(western) for western in range(first.western, last.western + 1))


def long_month(day: date) -> str:
    """``令和４年４月``."""
    return long_date(day).partition("月")[0] + "月"


def long_date(day: date) -> str:
    """``令和４年４月２２日``, as a letter prints it."""
    return (
        f"令和{wide_digits(day.year - ERA_OFFSET)}年"
        f"{wide_digits(day.month)}月{wide_digits(day.day)}日"
    )
