"""What a cell shows of the value it holds, by its number format.

The usual codes are played through: sections and conditions, digits, thousands, percent, fractions,
exponents, literals, dates and times with the Japanese eras. Of a code that holds anything else it
cannot be told what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from workbook_tools.excel.read.date_format import LEAP_BUG, moment
from workbook_tools.excel.read.format_code import (
    GENERAL,
    TEXT,
    CodeToken,
    Section,
    UnknownCodeError,
    sections_of,
)
from workbook_tools.excel.read.values import Value, as_text

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
    "<>": lambda value, limit: value != limit,
}


def displayed(value: Value, code: str, *, from_1904: bool = False) -> str | None:
    """A value as a cell of this format shows it; None where that cannot be told.

    A number's padding is left out. ``from_1904``: bare numbers count days from 1904.
    """
    if isinstance(value, str) and code in (GENERAL, TEXT):
        return value
    try:
        if isinstance(value, str | bool):
            return _shown_text(as_text(value), sections_of(code))
        number = _serial(value)
        days = 1462 if from_1904 and isinstance(value, int | float) else 0
        section, negative = _chosen(number, sections_of(code))
        shown = _shown(section, number, number + days, negative).strip(" ")
        return shown.translate(_WIDE) if section.wide else shown
    except (UnknownCodeError, OverflowError, ArithmeticError):
        return None


def _serial(value: int | float | time | date | datetime | timedelta) -> float:
    """The number that a cell holds for a date, a time or a span."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    days = (moment.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)
    return days if days > LEAP_BUG else days - 1


def _chosen(number: float, sections: Sequence[Section]) -> tuple[Section, bool]:
    """The section for a number, and whether a minus sign stands before what it shows."""
    numeric = [section for section in sections[:3] if not section.has("text")]
    if any(section.condition for section in numeric):
        for section in numeric:
            compare, limit = section.condition or ("", 0.0)
            if not compare or _COMPARE[compare](number, limit):
                if number < 0:
                    raise UnknownCodeError  # Excel's rule for the sign is not documented
                return section, False
        raise UnknownCodeError
    if not numeric:  # texts alone have a format
        return Section((CodeToken("general", ""),)), number < 0
    if number == 0 and len(numeric) > 2:
        return numeric[2], False
    if number < 0 and len(numeric) > 1:
        return numeric[1], False
    return numeric[0], number < 0


def _shown_text(text: str, sections: Sequence[Section]) -> str:
    """A text under the section for texts: the fourth, or the one with an ``@``."""
    named = [section for section in sections if section.has("text")]
    if len(sections) > 3:
        section = sections[3]
    elif named:
        section = named[-1]
    else:
        return text
    return "".join(
        text if token.kind in ("text", "general") else token.text for token in section.tokens
    )


def _shown(section: Section, number: float, days: float, negative: bool) -> str:
    if section.has("moment", "elapsed"):
        return moment(section, days)
    sign = "-" if negative else ""
    if section.has("general"):
        return sign + "".join(
            _general(abs(number)) if token.kind == "general" else token.text
            for token in section.tokens
        )
    value = Decimal(f"{abs(number):.15g}")  # Excel knows no more digits
    if section.has("slash") and section.has("digit"):
        return sign + _fraction(section, value)
    return sign + _digits(section.tokens, value)


def _general(number: float) -> str:
    """A number as ``General`` shows it where the column is wide enough: eleven characters."""
    if number.is_integer() and number < 1e11:
        return str(int(number))
    if 1e-4 <= number < 1e11:
        places = min(9, 10 - len(str(int(number))))
        return f"{number:.{places}f}".rstrip("0").rstrip(".")
    mantissa, _, exponent = f"{number:.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


# -- numbers --------------------------------------------------------------------------------------


def _digits(tokens: Sequence[CodeToken], value: Decimal) -> str:
    """A number laid out over the places of its digits; literals may stand between them."""
    exponent = next((at for at, token in enumerate(tokens) if token.kind == "exponent"), None)
    if exponent is not None:
        return _scientific(tokens, exponent, value)
    point = next((at for at, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    places = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    if not places:
        return "".join(token.text for token in tokens)
    value *= 100 ** sum(token.kind == "percent" for token in tokens)
    commas = [at for at, token in enumerate(tokens) if token.kind == "comma"]
    last = max((at for at in places if at < point), default=-1)
    value /= 1000 ** sum(last < at < point for at in commas)
    decimals = sum(at > point for at in places)
    value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, part = f"{value:f}".partition(".")
    front = _whole(tokens[:point], whole.lstrip("0"), grouped=any(at < last for at in commas))
    return front + _part(tokens[point:], part)


def _whole(tokens: Sequence[CodeToken], digits: str, *, grouped: bool) -> str:
    """The digits before the point, from right to left; those without a place stand in front."""
    pieces: list[str] = []
    left, count = list(digits), 0

    def put(digit: str) -> None:
        nonlocal count
        if grouped and count and count % 3 == 0:
            pieces.append(",")
        pieces.append(digit)
        count += 1

    first = next((at for at, token in enumerate(tokens) if token.kind == "digit"), None)
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind == "digit":
            if left or token.text == "0":
                put(left.pop() if left else "0")
            elif token.text == "?":
                pieces.append(" ")
            while at == first and left:
                put(left.pop())
        elif token.kind != "comma":
            pieces.append(token.text)
    while left:
        put(left.pop())
    return "".join(reversed(pieces))


def _part(tokens: Sequence[CodeToken], digits: str) -> str:
    """The point and the digits behind it."""
    significant = len(digits.rstrip("0"))
    pieces, at = [], 0
    for token in tokens:
        if token.kind == "digit":
            if at < significant or token.text == "0":
                pieces.append(digits[at])
            elif token.text == "?":
                pieces.append(" ")
            at += 1
        elif token.kind != "comma":
            pieces.append(token.text)
    return "".join(pieces)


def _scientific(tokens: Sequence[CodeToken], exponent: int, value: Decimal) -> str:
    front, sign, back = tokens[:exponent], tokens[exponent].text, tokens[exponent + 1 :]
    point = next((at for at, token in enumerate(front) if token.kind == "point"), len(front))
    step = sum(token.kind == "digit" for token in front[:point])
    decimals = sum(token.kind == "digit" for token in front[point:])
    if not step:
        raise UnknownCodeError
    power = 0
    if value:
        power = value.adjusted() // step * step
        if value.scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) >= 10**step:
            power += step
    shown = "-" if power < 0 else "+" if sign.endswith("+") else ""
    return f"{_digits(front, value.scaleb(-power))}E{shown}{_digits(back, Decimal(abs(power)))}"


def _fraction(section: Section, value: Decimal) -> str:
    """``# ?/?``: a whole number and a fraction of it, or the fraction alone."""
    pattern = "".join(
        token.text if token.kind in ("digit", "slash", "literal") else "x"
        for token in section.tokens
    )
    match = re.fullmatch(r"(?:([#0?]+) +)?([#0?]+)/(?:([#0?]+)|([1-9]\d*))", pattern)
    if match is None:
        raise UnknownCodeError
    if match[4]:
        part = Fraction(round(Fraction(value) * int(match[4])), int(match[4]))
    else:
        part = Fraction(value).limit_denominator(10 ** len(match[3]) - 1)
    whole = part.numerator // part.denominator if match[1] else 0
    part -= whole
    numerator, denominator = part.numerator, part.denominator
    if match[4]:
        numerator, denominator = numerator * int(match[4]) // denominator, int(match[4])
    if match[1] and not numerator:
        return str(whole)
    return f"{whole} {numerator}/{denominator}" if whole else f"{numerator}/{denominator}"
