"""Rectangles of cells. Zero-based everywhere inside; A1 notation only here, at the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_A1 = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass(frozen=True, order=True, slots=True)
class Area:
    """A rectangle of cells: zero-based top-left ``row`` and ``col``, at least 1×1 in size."""

    row: int
    col: int
    rows: int = 1
    cols: int = 1

    @property
    def last_row(self) -> int:
        """Zero-based row of the bottom edge, included."""
        return self.row + self.rows - 1

    @property
    def last_col(self) -> int:
        """Zero-based column of the right edge, included."""
        return self.col + self.cols - 1

    @property
    def a1(self) -> str:
        """The top-left cell as a person names it: ``F23``."""
        return cell_name(self.row, self.col)

    @property
    def absolute(self) -> str:
        """The top-left cell as formulas name it: ``$F$23``."""
        return f"${column_name(self.col)}${self.row + 1}"

    @property
    def absolute_range(self) -> str:
        """The whole rectangle: ``$F$23:$G$25``."""
        return f"{self.absolute}:${column_name(self.last_col)}${self.last_row + 1}"


def column_name(col: int) -> str:
    """``0`` → ``A``, ``27`` → ``AB``."""
    name = ""
    col += 1
    while col:
        col, digit = divmod(col - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


@lru_cache(maxsize=1 << 13)
def cell_name(row: int, col: int) -> str:
    """``(22, 5)`` → ``F23``."""
    return f"{column_name(col)}{row + 1}"


def parse_cell(name: str) -> tuple[int, int]:
    """``$F$23`` → ``(22, 5)``. Raises ValueError where it is no cell."""
    match = _A1.fullmatch(name)
    if match is None:
        raise ValueError(f"not a cell: {name!r}")
    col = 0
    for letter in match[1]:
        col = col * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, col - 1
