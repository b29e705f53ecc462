"""Words that somebody put into the head or the foot of the printed pages.

What a program fills in (page numbers, file name, date) is nobody's text; ``Page`` or ``ページ``
beside a number is neither. Pure.
"""

from __future__ import annotations

import re

# ``&"font,bold"``, ``&12`` (size), ``&K00FF00`` (colour), ``&P+1``, ``&A``; ``&&`` is a sign.
_CODE = re.compile(
    r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|[PN](?:[+-]\d+)?|\d+|(?P<letter>.))', re.DOTALL
)
_ASIDE = re.compile(r"page|ページ|頁|of|[\W_\d]", re.IGNORECASE)
_PICTURE = "（図）"


def words(code: str) -> str:
    """What a department wrote in a head or foot given as Excel's codes; empty where nothing."""
    return own_words(_CODE.sub(_literal, code))


def own_words(text: str) -> str:
    """A head or foot without what programs write there by themselves."""
    return text.strip() if _ASIDE.sub("", text) else ""


def _literal(code: re.Match[str]) -> str:
    """Left, centre and right stand apart; a picture is seen like a text."""
    letter = code["letter"] or ""
    return {"&": "&", "L": "\n", "C": "\n", "R": "\n", "G": _PICTURE}.get(letter.upper(), "")
