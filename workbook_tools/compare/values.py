"""What a cell of a list says, as a value that can be compared: noise of typing folded away. Pure.

Widths, spaces, dashes, № and the spelling of years and departments make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from workbook_tools.era import FiscalYear
from workbook_tools.figures.columns import PREVIOUS, Datum
from workbook_tools.plan.model import Plan
from workbook_tools.text import is_blank, is_marked, is_none_mark, key, squeeze_lines

# Of evened-out text; № is no. then.
_NUMBER = re.compile(r"(?:no\.?|第)?(-?\d{1,6}(?:\.\d{1,12})?)(?:点|件|項目|号)?")
_ENDED = re.compile(r"(?:r|令和)\.?(\d{1,2}|元)[年.]度?(\d{1,2})月?(?:末|取組終了|終了)*")
_BETWEEN = re.compile(r"[、,，;；\n]+")

Read = Callable[[str, Plan], object]


def comparable(column: str, text: str, plan: Plan) -> object:
    """The value of a cell of that column (a key of :mod:`figures.columns`); None for none.

    What cannot be read as its column's kind of value stays its evened-out text.
    """
    reader = _READERS.get(column, _mark if column.startswith("テーマ_") else _number)
    return None if is_blank(text) or is_none_mark(text) else reader(text, plan)


def of_datum(column: str, datum: Datum, plan: Plan) -> object:
    """The same of what our own list says there."""
    if datum is None or datum == "" or datum is False:
        return None
    if isinstance(datum, bool | FiscalYear):
        return datum
    if isinstance(datum, int | float):
        return Decimal(str(datum))
    if isinstance(datum, tuple):
        return tuple(_department(name, _present(plan)) for name in datum)
    return comparable(column, datum, plan)


def as_shown(value: object, text: str) -> str | int | float | None:
    """A printed value for a document: numbers as numbers, everything else as it is typed."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return (
            int(value)
            if value == value.to_integral_value() and "." not in key(text)
            else float(value)
        )
    return squeeze_lines(text)


def _number(text: str, plan: Plan) -> object:
    match = _NUMBER.fullmatch(key(text))
    return Decimal(match[1]) if match else key(text)


def _text(text: str, plan: Plan) -> object:
    return key(text)


def _mark(text: str, plan: Plan) -> object:
    return True if is_marked(text) else key(text)


def _year(text: str, plan: Plan) -> object:
    bare = key(text).removesuffix("取組終了").removesuffix("終了")
    if match := _ENDED.fullmatch(bare):
        year = 1 if match[1] == "元" else int(match[1])
        return next((y for y in plan.years if y.contains(year, int(match[2]))), bare)
    try:
        return FiscalYear.parse(bare)
    except ValueError:
        return bare


def _departments(text: str, plan: Plan) -> object:
    names = (name for name in _BETWEEN.split(text) if not is_blank(name))
    return tuple(_department(name, _present(plan)) for name in names)


def _department(name: str, present: Mapping[str, str]) -> str:
    return present.get(key(name), key(name))


def _present(plan: Plan) -> dict[str, str]:
    """Former names → the present one: a list may bear either (domain §1)."""
    return {
        key(former): key(department.name)
        for department in plan.departments
        for former in department.former_names
    }


_READERS: dict[str, Read] = {
    "取組項目": _text,
    "実践項目": _text,
    "テーマ名": _text,
    "総合評価": _text,
    PREVIOUS: _text,
    "取組終了": _year,
    "担当部署": _departments,
}
