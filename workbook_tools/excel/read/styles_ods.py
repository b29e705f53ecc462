"""The styles of an .ods, as far as they make a cell look otherwise than what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbook_tools.excel.read.colours import BLACK, WHITE, is_faint

PROPERTIES = (
    *("text-properties", "table-cell-properties"),
    *("table-row-properties", "table-column-properties", "graphic-properties"),
)
_LENGTH = re.compile(r"([0-9.]+)(in|cm|mm|pt|pc|px)")
_MILLIMETRES = {"in": 25.4, "cm": 10, "mm": 1, "pt": 0.353, "pc": 4.23, "px": 0.265}
_LEAST = 0.2  # millimetres of a row or column: below it nothing can be seen


@dataclass(slots=True)
class OdsStyle:
    """What a style says; None where it leaves it to its parent."""

    parent: str = ""
    struck: bool | None = None
    colour: str | None = None
    ground: str | None = None
    data: str = ""  # its number format
    too_small: bool = False
    pages: str = ""  # the master page of a sheet
    stroke: bool | None = None  # a drawn object's outline
    fill: bool | None = None


class OdsStyles:
    """The styles of cells, spans, rows and columns by family and name."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], OdsStyle] = {}
        self._last = OdsStyle()
        # Number formats for texts: what they show instead of the text; None where they show it.
        self._instead: dict[str, str | None] = {}
        self._format = ""

    def add(self, attributes: Mapping[str, str]) -> None:
        """A style; a conditional format names it as a person does, everything else in code."""
        self._last = OdsStyle(attributes.get("parent-style-name", ""))
        self._last.data = attributes.get("data-style-name", "")
        self._last.pages = attributes.get("master-page-name", "")
        for name in {attributes.get("name", ""), attributes.get("display-name", "")} - {""}:
            self._known[attributes.get("family", ""), name] = self._last

    def add_format(self, name: str) -> None:
        """A number format for texts."""
        self._format = name
        self._instead[name] = ""

    def show_text(self, literal: str | None) -> None:
        """What the format that was added last shows: a literal, or the text itself (None)."""
        shown = self._instead[self._format]
        self._instead[self._format] = None if shown is None or literal is None else shown + literal

    def instead(self, name: str) -> str | None:
        """What a cell of this style shows instead of its text; None where it shows the text."""
        data = next((style.data for style in self._line("table-cell", name) if style.data), "")
        return self._instead.get(data)

    def describe(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take in the properties of the style that was added last."""
        if tag == "text-properties":
            lines = [attributes.get(f"text-line-through-{what}") for what in ("style", "type")]
            if lines != [None, None]:
                self._last.struck = "none" not in lines
            self._last.colour = attributes.get("color", self._last.colour)
        elif tag == "table-cell-properties":
            self._last.ground = attributes.get("background-color", self._last.ground)
        elif tag == "graphic-properties":
            stroke, fill = attributes.get("stroke"), attributes.get("fill")
            self._last.stroke = None if stroke is None else stroke != "none"
            self._last.fill = None if fill is None else fill != "none"
        elif tag in ("table-row-properties", "table-column-properties"):
            size = attributes.get("row-height") or attributes.get("column-width") or ""
            if match := _LENGTH.fullmatch(size):
                self._last.too_small = float(match[1]) * _MILLIMETRES[match[2]] < _LEAST

    def get(self, family: str, name: str) -> OdsStyle:
        """A style; a plain one where there is none."""
        return self._known.get((family, name), OdsStyle())

    def is_struck(self, family: str, name: str) -> bool | None:
        """Whether it strikes through; None where neither it nor what it comes from says so."""
        return next((s.struck for s in self._line(family, name) if s.struck is not None), None)

    def is_invisible(self, name: str) -> bool:
        """White letters on no ground, or letters in the colour of theirs."""
        line = self._line("table-cell", name)
        colour = next((style.colour for style in line if style.colour), "")
        ground = next((style.ground for style in line if style.ground), "transparent")
        bare = (part.removeprefix("#").upper() for part in (colour, ground))
        letters, below = (WHITE if part == "TRANSPARENT" else part for part in bare)
        return is_faint(letters or BLACK, below)

    def is_drawn(self, name: str, *, is_line: bool) -> bool:
        """Whether an object without text is seen: its outline, or its ground."""
        line = self._line("graphic", name)
        stroke = next((style.stroke for style in line if style.stroke is not None), True)
        fill = next((style.fill for style in line if style.fill is not None), True)
        return stroke or (fill and not is_line)

    def may_hide(self, name: str) -> bool:
        """Whether a conditional format with this style may hide, change or strike a content."""
        struck = self.is_struck("table-cell", name)
        formatted = any(style.data for style in self._line("table-cell", name))
        return bool(struck) or formatted or self.is_invisible(name)

    def _line(self, family: str, name: str) -> list[OdsStyle]:
        """A style and what it comes from."""
        line: list[OdsStyle] = []
        while name and (style := self._known.get((family, name))) and len(line) < 20:
            line.append(style)
            name = style.parent
        return line
