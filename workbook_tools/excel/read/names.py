"""Sheets and defined names of an .xlsx, from ``xl/workbook.xml``; and what a part refers to."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from workbook_tools.excel.read.limits import UnreadableError
from workbook_tools.excel.read.markup import Walker, column_of, count_of, walk


class Name(NamedTuple):
    """A defined name: the top-left cell it points at, zero-based; ``scope`` is a sheet or None."""

    name: str
    sheet: str
    row: int
    col: int
    scope: str | None = None


_ELEMENT = re.compile(r"<(sheet|definedName) ([^<>]*[^<>/])(?:/>|>([^<]*)</\1>)")
_REFERENCE = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!"
    r"\$?(?P<col>[A-Z]{1,3})\$?(?P<row>[0-9]{1,7})(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
)


class SheetNames(Walker):
    """What ``xl/workbook.xml`` lists: ``sheets`` (name → relation), those hidden, ``names``."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.names: list[Name] = []
        self._order: list[str] = []
        self._attributes: dict[str, str] | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            self.add_sheet(attributes)
        elif tag == "definedName":
            self._attributes = attributes
            self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == "definedName" and self._attributes is not None:
            self.add_name(self._attributes, "".join(self._text))
            self._attributes = None

    def add_sheet(self, attributes: Mapping[str, str]) -> None:
        """Take note of a ``sheet`` element."""
        name = attributes.get("name", "")
        self.sheets[name] = attributes.get("id", "")
        self._order.append(name)
        if attributes.get("state", "visible") != "visible":
            self.hidden.add(name)

    def add_name(self, attributes: Mapping[str, str], text: str) -> None:
        """Take note of a ``definedName`` element, where it points at a cell."""
        match = _REFERENCE.fullmatch(text)
        if match is None:
            return
        quoted, plain, letters, digits = match.groups()
        scope = None
        if local := attributes.get("localSheetId"):
            known = local.isdecimal() and len(local) < 7 and int(local) < len(self._order)
            scope = self._order[int(local)] if known else None
        sheet = quoted.replace("''", "'") if quoted else plain
        name, row, col = attributes.get("name", ""), int(digits) - 1, column_of(letters)
        if row >= 0:
            self.names.append(Name(name, sheet, row, col, scope))


def contents(xml: bytes) -> SheetNames:
    """Read ``xl/workbook.xml``. Raises UnreadableError with F001 where it is no XML."""
    start, end = xml.find(b"<sheets"), xml.find(b"</definedNames>")
    usual = _usual(xml[start:end]) if 0 <= start < end else None
    if usual is not None:
        return usual
    found = SheetNames()
    walk(xml, found)
    return found


@lru_cache(maxsize=16)
def _usual(xml: bytes) -> SheetNames | None:
    """The way Excel and LibreOffice write it, three times as fast as by a parser.

    The forms of one round share this piece, so that it is read once.
    """
    found = SheetNames()
    elements = count_of(b"sheet ", xml) + count_of(b"definedName ", xml)
    try:
        matches = _ELEMENT.findall(xml.decode())
    except UnicodeDecodeError:
        return None
    quoted = any("'" in attributes for _, attributes, _ in matches)
    if quoted or b"<!" in xml or len(matches) != elements:
        return None
    for tag, attributes, text in matches:
        pieces = attributes.split('"')
        facts = {
            name.strip(" =\t\r\n").rpartition(":")[2]: value
            for name, value in zip(pieces[::2], pieces[1::2], strict=False)
        }
        if "&" in attributes:
            facts = {name: html.unescape(value) for name, value in facts.items()}
        if tag == "sheet":
            found.add_sheet(facts)
        else:
            found.add_name(facts, html.unescape(text) if "&" in text else text)
    return found


# -- relations ------------------------------------------------------------------------------------


class Related(NamedTuple):
    """What a relation leads to: its kind (``drawing``) and the part, by its name in the zip."""

    kind: str
    part: str


class _Relations(Walker):
    def __init__(self, folder: str) -> None:
        self.found: dict[str, Related] = {}
        self._folder = folder

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            path = posixpath.join("/", self._folder, attributes.get("Target", "").lower())
            part = posixpath.normpath(path).lstrip("/")
            self.found[attributes.get("Id", "")] = Related(kind, part)


def relations(parts: Mapping[str, bytes], owner: str) -> dict[str, Related]:
    """The relations of a part by their ids; none where they cannot be read.

    ``parts`` have their names in small letters.
    """
    folder, _, name = owner.rpartition("/")
    found = _Relations(folder)
    if xml := parts.get(f"{folder}/_rels/{name}.rels"):
        with suppress(UnreadableError):  # python-calamine is less strict here
            walk(xml, found)
    return found.found
