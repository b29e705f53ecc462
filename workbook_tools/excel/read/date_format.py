"""Dates and times under a number format, with the Japanese eras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from workbook_tools.excel.read.format_code import CodeToken, Section, UnknownCodeError

LEAP_BUG = 60  # Excel's 1900-02-29, a day that never was
_ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = "月火水木金土日"


def moment(section: Section, days: float) -> str:
    """A date or a time. Raises UnknownCodeError for ``#####`` and a day that never was."""
    if days < 0 or days >= 2_958_466:
        raise UnknownCodeError
    tokens = _with_minutes(section.tokens)
    seconds = days * 86400
    if not any(token.kind == "part" for token in tokens):
        seconds = float(Decimal(seconds).quantize(Decimal(1), ROUND_HALF_UP))
    day, clock = divmod(seconds, 86400)
    when = _Moment(_date(int(day), tokens), clock, seconds, section.has("half"), section.first_year)
    return "".join(when.shown(token) for token in tokens)


def _date(day: int, tokens: Sequence[CodeToken]) -> date:
    if any(token.kind == "moment" and token.text[0] in "ymdgea" for token in tokens) and (
        day in (0, LEAP_BUG)
    ):
        raise UnknownCodeError
    return date(1899, 12, 31 if 0 < day < LEAP_BUG else 30) + timedelta(days=day)


def _with_minutes(tokens: Sequence[CodeToken]) -> list[CodeToken]:
    """Tokens in small letters, ``m`` beside hours or seconds as ``n``, parts of seconds as one."""
    made: list[CodeToken] = []
    before = ""
    for at, token in enumerate(tokens):
        text = token.text.lower()
        if token.kind in ("moment", "elapsed"):
            if text[0] == "m" and token.kind == "moment" and len(text) < 3:
                behind = (later.text[0].lower() for later in tokens[at + 1 :] if _is_time(later))
                if before == "h" or next(behind, "") == "s":
                    text = "n" * len(text)
            before = text[0]
            made.append(CodeToken(token.kind, text))
        elif token.kind == "digit" and made and made[-1].kind in ("point", "part"):
            places = made.pop().text.removeprefix(".") + "0"
            made.append(CodeToken("part", places))
        elif token.kind == "digit":
            raise UnknownCodeError
        else:
            made.append(token)
    return made


def _is_time(token: CodeToken) -> bool:
    return token.kind in ("moment", "elapsed")


@dataclass(frozen=True, slots=True)
class _Moment:
    """A day, the seconds since its midnight, and all seconds of a span."""

    day: date
    clock: float
    seconds: float
    halves: bool
    first_year: bool

    def shown(self, token: CodeToken) -> str:
        """What one token shows of it."""
        kind, text = token
        if kind == "moment":
            return self._unit(text)
        if kind == "elapsed":
            size = {"h": 3600, "m": 60, "s": 1}[text[0]]
            return str(int(self.seconds // size)).zfill(len(text))
        if kind == "half":
            before_noon = self.clock < 43200
            return text.split("/")[0 if before_noon else 1]
        if kind == "part":
            return f"{self.clock % 1:.{len(text)}f}"[1:]
        return text

    def _unit(self, text: str) -> str:
        unit, size, day = text[0], len(text), self.day
        if unit == "y":
            return f"{day.year:04}" if size > 2 else f"{day.year % 100:02}"
        if unit == "m" and size > 2:
            name = _MONTHS[day.month - 1]
            return {3: name[:3], 5: name[:1]}.get(size, name)
        if unit == "d" and size > 2:
            name = _DAYS[day.weekday()]
            return name[:3] if size == 3 else name
        if unit == "a":
            return _WEEKDAYS[day.weekday()] + ("曜日" if size > 3 else "")
        if unit in "ge":
            return self._era(unit, size)
        hour = int(self.clock // 3600)
        number = {
            "m": day.month,
            "d": day.day,
            "h": (hour + 11) % 12 + 1 if self.halves else hour,
            "n": int(self.clock // 60) % 60,
            "s": int(self.clock) % 60,
        }[unit]
        return str(number).zfill(min(size, 2))

    def _era(self, unit: str, size: int) -> str:
        for begun, name, letter in _ERAS:
            if self.day >= begun:
                if unit == "g":
                    return letter if size == 1 else name[: size - 1]
                year = self.day.year - begun.year + 1
                return "元" if year == 1 and self.first_year else str(year).zfill(min(size, 2))
        raise UnknownCodeError
