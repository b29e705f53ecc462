"""The code of a number format, taken apart: sections and tokens (ECMA-376 part 1, 18.8.31)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

GENERAL, TEXT = "General", "@"
# The codes that a workbook names by number alone, as Japanese Excel shows them.
BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: "¥#,##0;¥-#,##0", 6: "¥#,##0;¥-#,##0", 7: "¥#,##0.00;¥-#,##0.00", 8: "¥#,##0.00;¥-#,##0.00",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: "ge.m.d", 28: "ggge年m月d日", 29: "ggge年m月d日", 30: "m/d/yy", 31: "yyyy年m月d日",
    32: "h時mm分", 33: "h時mm分ss秒", 34: "yyyy年m月", 35: "m月d日", 36: "ge.m.d",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: TEXT,
    50: "ge.m.d", 51: "ggge年m月d日", 52: "yyyy年m月", 53: "m月d日", 54: "ggge年m月d日",
    55: "yyyy年m月", 56: "m月d日", 57: "ge.m.d", 58: "ggge年m月d日",
}  # fmt: skip

# The machine's own date, as a program set to American English writes it out: Excel takes these two
# codes, without a language named, for 14 and 22, which every machine shows in its own way.
_OWN_WAY = {"m/d/yyyy": BUILT_IN[14], "m/d/yyyy h:mm": BUILT_IN[22]}
_SYSTEM = {"f800": 'yyyy"年"m"月"d"日"', "f400": "h:mm:ss"}  # as Windows has it in Japan

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<room>.) | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\] | (?P<next>;)
    | (?P<general>General|G/標準) | (?P<half>AM/PM|A/P) | (?P<exponent>E[+-])
    | (?P<moment>y+|m+|d+|h+|s+|g+|e+|aaaa?(?!a)) | (?P<digit>[0\#?])
    | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<slash>/) | (?P<text>@) | (?P<other>.)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COLOUR = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|colou?r\s*\d+|[黒青水緑紫赤白黄]|色\d+",
    re.IGNORECASE,
)


class CodeToken(NamedTuple):
    """One thing in a code: ``0``, ``yyyy``, a literal."""

    kind: str  # literal, general, half, exponent, moment, elapsed, digit, point, comma …
    text: str


class UnknownCodeError(Exception):
    """It cannot be told what a code shows."""


@dataclass(frozen=True, slots=True)
class Section:
    """What a code says of one kind of values: numbers above zero, below it, zero, texts."""

    tokens: tuple[CodeToken, ...]
    condition: tuple[str, float] | None = None
    first_year: bool = False  # 元年 instead of 1年
    wide: bool = False

    def has(self, *kinds: str) -> bool:
        """Whether there is a token of any of these kinds."""
        return any(token.kind in kinds for token in self.tokens)


@lru_cache(maxsize=256)
def sections_of(code: str) -> tuple[Section, ...]:
    """The parts of a code between its semicolons. Raises UnknownCodeError."""
    parts: list[list[re.Match[str]]] = [[]]
    for match in _TOKEN.finditer(_OWN_WAY.get(code.replace("\\ ", " "), code)):
        if match.lastgroup == "next":
            parts.append([])
        else:
            parts[-1].append(match)
    return tuple(map(_section, parts))


def _section(matches: Sequence[re.Match[str]]) -> Section:
    tokens: list[CodeToken] = []
    condition, first_year, wide = None, False, False
    for match in matches:
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "bracket":
            low = text.lower()
            if compared := _CONDITION.fullmatch(text.strip()):
                condition = compared[1], float(compared[2])
            elif low and set(low) in ({"h"}, {"m"}, {"s"}):
                tokens.append(CodeToken("elapsed", low))
            elif low.startswith("$"):
                sign, _, locale = text[1:].partition("-")
                if locale.lower() in _SYSTEM:
                    return sections_of(_SYSTEM[locale.lower()])[0]
                first_year |= "gannen" in low
                tokens.append(CodeToken("literal", sign))
            elif low == "dbnum3":
                wide = True
            elif not _COLOUR.fullmatch(text):
                raise UnknownCodeError
        elif kind == "room":
            tokens.append(CodeToken("literal", " "))
        elif kind == "other" and text.isascii() and text.isalpha():
            raise UnknownCodeError
        elif kind != "fill":
            literal = kind in ("quoted", "escaped", "other")
            tokens.append(CodeToken("literal" if literal else kind, text))
    section = Section(tuple(tokens), condition, first_year, wide)
    if section.has("moment", "elapsed") and section.has("general", "text"):
        raise UnknownCodeError
    return section
