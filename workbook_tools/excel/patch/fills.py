"""Styles of a workbook that is marked: copies of cell formats that differ in nothing but the fill.

Only ``xl/styles.xml`` is touched, and only by adding to its lists.
"""

from __future__ import annotations

import re

from workbook_tools.excel.patch.package import (
    MAIN,
    Element,
    UnmarkableError,
    XmlPart,
    with_attribute,
)
from workbook_tools.excel.write.book import FONT, LINE

# Pink for errors, yellow for warnings; tones that nobody else uses, so that our own marks are
# recognised when the file comes back.
ERROR, WARNING = "FFFFB3BD", "FFFFE28C"
NO_FILL = "none"
# How a fill is noted in the marked file: pattern, foreground, background.
_COLOUR = r"(?:[a-z]+=[0-9A-Za-z.+-]+(?:,[a-z]+=[0-9A-Za-z.+-]+)*)?"
_NOTE = re.compile(rf"[A-Za-z0-9]+\|{_COLOUR}\|{_COLOUR}")
_COLOUR_FACTS = ("auto", "indexed", "rgb", "theme", "tint")
_MOST_FORMATS = 64_000  # Excel's own limit


class Styles:
    """The lists of fonts, fills, borders and cell formats, and what is to be added to them."""

    def __init__(self, data: bytes) -> None:
        self._part = XmlPart(data, namespace=MAIN)
        self._lists: dict[str, tuple[Element, list[bytes], int]] = {}
        for name in ("fonts", "fills", "borders", "cellXfs"):
            element = self._part.root.first(name)
            if element is None or not element.children:
                raise UnmarkableError(f"styles without {name}")
            items = [self._part.raw(item) for item in element.children]
            self._lists[name] = (element, items, len(items))
        self._fills = [_note_of(fill) for fill in self._lists["fills"][0].children]
        formats = self._lists["cellXfs"][0].children
        self._fill_ids = [int(known.attributes.get("fillId", "0")) for known in formats]
        self.marked = frozenset(
            index
            for index in range(len(formats))
            if self.fill(index).startswith((f"solid|rgb={ERROR}|", f"solid|rgb={WARNING}|"))
        )

    def mark(self, index: int, colour: str) -> int:
        """The format of that index with the fill of a mark."""
        return self._filled(index, f"solid|rgb={colour}|indexed=64")

    def unmark(self, index: int, note: str) -> int:
        """The format of that index with the fill that was noted, or with none."""
        return self._filled(index, note if _NOTE.fullmatch(note) else NO_FILL)

    def fill(self, index: int) -> str:
        """The fill of a format, as it can be noted in a cell."""
        fill = self._fill_ids[index] if index < len(self._fill_ids) else 0
        return self._fills[fill] if fill < len(self._fills) else NO_FILL

    def own(
        self,
        align: str,
        *,
        font: str = '<sz val="9"/><color rgb="FF000000"/>',
        fill: str = "",
        box: bool = True,
    ) -> int:
        """A format for a cell of ours: text, in the form's font."""
        numbers = [
            self._add("fonts", f'<font>{font}<name val="{FONT}"/><family val="3"/></font>'),
            self._fill_id(f"solid|rgb={fill}|indexed=64" if fill else NO_FILL),
            0,
        ]
        if box:
            line = f'style="thin"><color rgb="FF{LINE[1:]}"/>'
            sides = "".join(
                f"<{side} {line}</{side}>" for side in ("left", "right", "top", "bottom")
            )
            numbers[2] = self._add("borders", f"<border>{sides}<diagonal/></border>")
        font_id, fill_id, border_id = numbers
        applied = " ".join(
            f'apply{what}="1"' for what in ("NumberFormat", "Font", "Fill", "Border", "Alignment")
        )
        return self._add(
            "cellXfs",
            f'<xf numFmtId="49" fontId="{font_id}" fillId="{fill_id}" borderId="{border_id}"'
            f' xfId="0" {applied}><alignment {align}/></xf>',
        )

    def content(self) -> bytes:
        """The part with everything that was added."""
        for element, items, before in self._lists.values():
            if len(items) > before:
                self._part.append(element, b"".join(items[before:]))
                self._part.set(element, "count", str(len(items)))
        return self._part.content()

    def _filled(self, index: int, note: str) -> int:
        formats = self._lists["cellXfs"][1]
        if index >= len(formats):
            raise UnmarkableError(f"no cell format {index}")
        raw = with_attribute(formats[index], "fillId", str(self._fill_id(note)))
        return self._keep("cellXfs", with_attribute(raw, "applyFill", "1"))

    def _fill_id(self, note: str) -> int:
        if note == NO_FILL:
            return 0  # the first fill is always none
        if note in self._fills:
            return self._fills.index(note)
        pattern, *colours = note.split("|")
        inner = ""
        for name, facts in zip(("fgColor", "bgColor"), colours, strict=True):
            if facts:
                written = " ".join(
                    f'{key}="{value}"'
                    for key, _, value in (fact.partition("=") for fact in facts.split(","))
                )
                inner += f"<{name} {written}/>"
        fill = f'<fill><patternFill patternType="{pattern}">{inner}</patternFill></fill>'
        self._fills.append(note)
        self._lists["fills"][1].append(self._prefixed(fill))
        return len(self._fills) - 1

    def _add(self, name: str, xml: str) -> int:
        return self._keep(name, self._prefixed(xml))

    def _prefixed(self, xml: str) -> bytes:
        """Elements of ours with the prefix that the part uses."""
        return re.sub(r"<(/?)", rf"<\1{self._part.root.prefix}", xml).encode()

    def _keep(self, name: str, raw: bytes) -> int:
        """The place of an entry in its list; one that is there already is used again."""
        items = self._lists[name][1]
        if raw in items:
            return items.index(raw)
        if len(items) >= _MOST_FORMATS:
            raise UnmarkableError("too many formats")
        items.append(raw)
        if name == "cellXfs":
            match = re.search(rb'\sfillId="(\d+)"', raw)
            self._fill_ids.append(int(match[1]) if match else 0)
        return len(items) - 1


def _note_of(fill: Element) -> str:
    """``solid|rgb=FFFFF8E1|indexed=64``; ``none`` for what is no pattern, as a gradient."""
    pattern = fill.first("patternFill")
    kind = pattern.attributes.get("patternType", NO_FILL) if pattern else NO_FILL
    if pattern is None or kind == NO_FILL:
        return NO_FILL
    colours = []
    for name in ("fgColor", "bgColor"):
        colour = pattern.first(name)
        facts = colour.attributes if colour else {}
        colours.append(",".join(f"{key}={facts[key]}" for key in _COLOUR_FACTS if key in facts))
    return "|".join([kind, *colours])
