"""XML parts: what a search of their bytes tells, and a way through them for what it cannot."""

from __future__ import annotations

from functools import cache
from xml.parsers import expat

from workbook_tools.cells import parse_cell
from workbook_tools.excel.read.limits import BROKEN, CRAFTED, UnreadableError


def count_of(tag: bytes, xml: bytes) -> int:
    """At least as many as there are elements whose name begins so, whatever their prefix."""
    return xml.count(b"<" + tag) + xml.count(b":" + tag)


@cache
def column_of(letters: str | bytes) -> int:
    """``B`` → 1."""
    return parse_cell((letters if isinstance(letters, str) else letters.decode()) + "1")[1]


class Walker:
    """What happens on the way through an XML part; prefixes of tags and attributes are cut off."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters inside an element."""


def walk(xml: bytes, walker: Walker) -> None:
    """Walk through an XML part. A document type or an entity ends it (UnreadableError, F001)."""
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        for name in attributes:
            if ":" in name:
                attributes = {name.rpartition(":")[2]: value for name, value in attributes.items()}
                break
        walker.start(tag.rpartition(":")[2], attributes)

    def refuse(*_: object) -> None:
        raise UnreadableError("F001", CRAFTED)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: walker.end(tag.rpartition(":")[2])
    if type(walker).text is not Walker.text:
        parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableError("F001", BROKEN) from error
