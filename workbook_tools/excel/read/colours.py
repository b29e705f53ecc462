"""Colours of letters and grounds: which letters nobody sees. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

WHITE, BLACK = "FFFFFF", "000000"
# Colours that formats of .xls and .xlsx know by a number: from 8 on Excel's palette as it is sold.
_PALETTE = (
    *(["000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF"]),
    *(["800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080"]),
    *(["9999FF", "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF"]),
    *(["000080", "FF00FF", "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF"]),
    *(["00CCFF", "CCFFFF", "CCFFCC", "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99"]),
    *(["3366FF", "33CCCC", "99CC00", "FFCC00", "FF9900", "FF6600", "666699", "969696"]),
    *(["003366", "339966", "003300", "333300", "993300", "993366", "333399", "333333"]),
)
_FIRST = 8
_GROUND = 65  # the window's own ground; whatever else has no place in the palette is black
_FAINT = 1.25  # as WCAG measures contrast, from 1 to 21; the palest grey that is still read has 1.4


def indexed(number: int, palette: Sequence[str] = ()) -> str:
    """``FFFF00``; a workbook may bring a palette of its own."""
    if number == _GROUND:
        return WHITE
    colours = palette or _PALETTE
    at = number if number < _FIRST else number - _FIRST
    return colours[at] if at < len(colours) else BLACK


@lru_cache(maxsize=1024)  # the same dozen of pairs in form after form
def is_faint(letters: str, ground: str) -> bool:
    """Letters that nobody sees on this ground: white on white, or on the yellow of an open cell."""
    if letters == ground:
        return True
    try:
        lights = sorted(map(_luminance, (letters, ground)))
    except ValueError:  # a colour that only a theme knows
        return False
    return (lights[1] + 0.05) / (lights[0] + 0.05) < _FAINT


def _luminance(colour: str) -> float:
    """The relative luminance of ``FFF8E1``, from 0 to 1."""
    if len(colour) != len(WHITE):
        raise ValueError(colour)
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
