"""Small expressions with two mouths: a formula of Excel, and the same in Python.

A condition is written once, in Excel's words: ``IF(LEN(plan) > 0, "計画", "")``. ``excel`` is the
formula, ``python`` computes what any engine makes of it; an error (#VALUE!) raises ValueError. Only
what Excel 2016 and LibreOffice understand alike is here: no arrays, no newer functions, and no
``=`` between texts that differ in width alone (Excel takes ① and 1 for equal: use FIND).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import CodeType
from typing import Any, TypeAlias

from workbook_tools.excel.write.formula import quoted
from workbook_tools.text import width

Value: TypeAlias = str | float
Operand: TypeAlias = "Expr | str | float"

_TIGHTEST = 9
# Functions whose value is always a text.
_GIVE_TEXT = frozenset(("LEFT", "MID", "REPT", "RIGHT", "SUBSTITUTE", "TEXT", "TRIM"))


class Expr:
    """A formula without its ``=``, the same in Python, and how tightly its operator binds.

    Operators are Excel's: ``&`` joins texts; ``eq`` and ``ne`` are ``=`` and ``<>``.
    """

    __slots__ = ("binds", "excel", "is_text", "python")

    def __init__(
        self, excel: str, python: str, binds: int = _TIGHTEST, is_text: bool = False
    ) -> None:
        self.excel, self.python, self.binds, self.is_text = excel, python, binds, is_text

    def __and__(self, other: Operand) -> Expr:
        right = leaf(other)
        sides = (f"({side.excel})" if side.binds < 1 else side.excel for side in (self, right))
        return Expr("&".join(sides), "+".join(map(_as_text, (self, right))), 1, True)

    def __add__(self, other: Operand) -> Expr:
        return _operation("+", 2, self, other)

    def __sub__(self, other: Operand) -> Expr:
        return _operation("-", 2, self, other)

    def __mul__(self, other: Operand) -> Expr:
        return _operation("*", 3, self, other)

    def __truediv__(self, other: Operand) -> Expr:
        return _operation("/", 3, self, other)

    def __lt__(self, other: Operand) -> Expr:
        return _operation("<", 0, self, other)

    def __gt__(self, other: Operand) -> Expr:
        return _operation(">", 0, self, other)

    def eq(self, other: Operand) -> Expr:
        return _operation("=", 0, self, other, "==")

    def ne(self, other: Operand) -> Expr:
        return _operation("<>", 0, self, other, "!=")


def cell(name: str) -> Expr:
    """A cell, by its name; ``AI$1`` is one, too."""
    return Expr(name, f"cells[{name.replace('$', '')!r}]")


def leaf(operand: Operand) -> Expr:
    """A text, number or truth as an expression."""
    if isinstance(operand, Expr):
        return operand
    if isinstance(operand, str):
        return Expr(quoted(operand), repr(operand), is_text=True)
    return Expr(text(operand), f"{operand}")


def between(first: str, last: str, parts: Iterable[Expr]) -> Expr:
    """Neighbouring cells as a range, for INDEX, MAX, MIN, SUM, COUNT and ROWS."""
    return Expr(f"{first}:{last}", f"[{','.join(part.python for part in parts)}]")


def joined(parts: Sequence[Expr]) -> Expr:
    """Texts one behind the other."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part
    return whole


def _as_text(part: Expr) -> str:
    """What ``&`` joins; in brackets, since IF binds less tightly than ``+``."""
    return f"({part.python})" if part.is_text else f"text({part.python})"


def text(value: object) -> str:
    """A value as ``&`` sees it."""
    return str(value).upper() if isinstance(value, bool) else str(value)


def _operation(sign: str, binds: int, left: Expr, right: Operand, python: str = "") -> Expr:
    other = leaf(right)
    first = f"({left.excel})" if left.binds < max(binds, 1) else left.excel
    second = f"({other.excel})" if other.binds <= binds else other.excel
    return Expr(f"{first}{sign}{second}", f"({left.python}{python or sign}{other.python})", binds)


def _function(name: str) -> Callable[..., Expr]:
    def call(*operands: Operand) -> Expr:
        args = [leaf(operand) for operand in operands]
        excel = f"{name}({','.join(arg.excel for arg in args)})"
        python = f"{name}({','.join(arg.python for arg in args)})"
        return Expr(excel, python, is_text=name in _GIVE_TEXT)

    return call


def IF(condition: Expr, then: Operand, other: Operand) -> Expr:  # noqa: N802
    """Only the branch that is taken is looked at."""
    args = [condition, leaf(then), leaf(other)]
    excel = ",".join(arg.excel for arg in args)
    python = f"({args[1].python} if {args[0].python} else {args[2].python})"
    return Expr(f"IF({excel})", python, is_text=args[1].is_text and args[2].is_text)


def IFERROR(tried: Expr, other: Operand) -> Expr:  # noqa: N802
    found = leaf(other)
    python = f"tried(lambda: {tried.python}, lambda: {found.python})"
    return Expr(f"IFERROR({tried.excel},{found.excel})", python)


def ISNUMBER(tried: Expr) -> Expr:  # noqa: N802
    python = f"is_number(tried(lambda: {tried.python}, str))"
    return Expr(f"ISNUMBER({tried.excel})", python)


def compiled(assignments: Mapping[str, Expr]) -> CodeType:
    """Python that computes cells one after the other, for :func:`compute`."""
    lines = (f"cells[{name!r}]={made.python}" for name, made in assignments.items())
    return compile("\n".join(lines), "<cells>", "exec")


def compute(code: CodeType, cells: dict[str, Any], **names: object) -> None:
    """Fill in the cells that the code computes."""
    exec(code, {**_PYTHON, "cells": cells, **names})  # the code is ours alone


def _tried(first: Callable[[], Any], other: Callable[[], Any]) -> Any:
    try:
        return first()
    except (ValueError, IndexError):
        return other()


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(values: Iterable[Any]) -> list[int]:
    """Numbers among values and ranges, as MAX, MIN, SUM and COUNT see them."""
    flat = (each for value in values for each in (value if isinstance(value, list) else (value,)))
    return [each for each in flat if _is_number(each)]


def _find(part: str, whole: object, start: int = 1) -> int:
    if not part or start < 1:
        raise ValueError(part)
    return text(whole).index(part, start - 1) + 1


def _index(values: Sequence[Any], number: int) -> Any:
    if number < 1:
        raise ValueError(number)
    return values[number - 1]


def _match(sought: object, values: Sequence[Any], _: int) -> int:
    return values.index(sought) + 1


def _value(digits: str) -> int:
    if not digits.removeprefix("-").isdecimal():
        raise ValueError(digits)
    return int(digits)


def _substitute(whole: object, old: str, new: str, nth: int = 0) -> str:
    """Every ``old`` becomes ``new``, or only the one of that number."""
    if not nth:
        return text(whole).replace(old, new)
    parts = text(whole).split(old)
    return old.join(parts[:nth]) + (new if nth < len(parts) else "") + old.join(parts[nth:])


_PYTHON: dict[str, Any] = {
    "text": text,
    "tried": _tried,
    "is_number": _is_number,
    "AND": lambda *conditions: all(conditions),
    "COUNT": lambda *numbers: len(_numbers(numbers)),
    "FIND": _find,
    "INDEX": _index,
    "INT": int,
    "LEFT": lambda whole, count: text(whole)[:count],
    "LEN": lambda whole: len(text(whole)),
    "LENB": lambda whole: width(text(whole)),  # a full-width character is two
    "MATCH": _match,
    "MAX": lambda *numbers: max(_numbers(numbers), default=0),
    "MID": lambda whole, at, count: text(whole)[at - 1 : at - 1 + count],
    "MIN": lambda *numbers: min(_numbers(numbers), default=0),
    "MOD": lambda number, by: number % by,
    "NOT": lambda condition: not condition,
    "OR": lambda *conditions: any(conditions),
    "REPT": lambda part, count: part * count,
    "RIGHT": lambda whole, count: text(whole)[-count:] if count else "",
    "ROWS": len,
    "SUBSTITUTE": _substitute,
    "SUM": lambda *numbers: sum(_numbers(numbers)),
    "TEXT": lambda number, form: "-" * (number < 0) + str(abs(number)).zfill(len(form)),
    "TRIM": lambda whole: " ".join(filter(None, text(whole).split(" "))),
    "VALUE": _value,
}
AND, OR, NOT = map(_function, ("AND", "OR", "NOT"))
FIND, INDEX, LEFT, LEN, LENB, MID = map(_function, ["FIND", "INDEX", "LEFT", "LEN", "LENB", "MID"])
REPT, RIGHT, SUBSTITUTE, TEXT, TRIM = map(
    _function, ["REPT", "RIGHT", "SUBSTITUTE", "TEXT", "TRIM"]
)
COUNT, INT, MATCH, MAX, MIN, MOD = map(_function, ("COUNT", "INT", "MATCH", "MAX", "MIN", "MOD"))
ROWS, SUM, VALUE = map(_function, ("ROWS", "SUM", "VALUE"))
FALSE, TRUE = leaf(False), leaf(True)
