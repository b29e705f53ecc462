"""Which numbers in a typed text are no figure of the round. Pure.

Numbers of practices and items behind №, days and months are not looked at; years are, against the
years of the plan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from workbook_tools.era import years_in

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_YEAR = re.compile(
    r"(?:R|令和)\s*(?:\d{1,2}|元)(?:年度?末?)?|(?:19|20)\d{2}年度?末?", re.IGNORECASE
)
# A date, and what numbers things: no figures.
_NOT_A_FIGURE = re.compile(r"\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|(?:No\.?|第)\s*\d+", re.IGNORECASE)


def numbers_in(text: str) -> Iterator[str]:
    """The figures of a text, half width and without separators: ``６６件、95.5％`` → 66, 95.5."""
    bare = _NOT_A_FIGURE.sub(" ", _YEAR.sub(" ", _half(text)))
    yield from (match[0].replace(",", "") for match in _NUMBER.finditer(bare))


def strange(text: str, known: Collection[str], years: Collection[int]) -> Iterator[str]:
    """The numbers, and the years as they are written, that are not among the known ones."""
    for match in _YEAR.finditer(_half(text)):
        named = list(years_in(match[0]))
        if not named or any(year.western not in years for year in named):
            yield match[0]
    yield from dict.fromkeys(number for number in numbers_in(text) if number not in known)


def known_numbers(words: Iterable[str], shares: Iterable[int] = ()) -> frozenset[str]:
    """All numbers in these words, and of shares (tenths of a percent) the rounded ones."""
    found = {number for text in words for number in numbers_in(text)}
    for share in shares:
        found |= {str(share // 10), str((share + 5) // 10)}
    return frozenset(found)


def _half(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
