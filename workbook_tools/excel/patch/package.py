"""A workbook's zip, changed in few places: every byte that is not meant stays as it was.

XML is edited as bytes at the places that expat reports, never parsed and written anew: xml.etree
would rename the prefixes that ``mc:Ignorable`` and VML rely on, and drop what it does not know.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape as _escape

from workbook_tools.excel.read.limits import MOST_UNPACKED

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Pictures count here, other than for reading; a marked copy is held twice in memory.
_MOST_TOGETHER = 4 * MOST_UNPACKED
_TAG = re.compile(rb"<[^\s<>/]+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOW = (1980, 1, 1, 0, 0, 0)  # a fixed time: the same input gives the same bytes


class UnmarkableError(Exception):
    """The file cannot be marked in place: it is answered with a fresh form."""


def escape(text: str) -> bytes:
    """Text for an element or a quoted attribute, without what XML or Excel would misread."""
    plain = _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _escape(_LOOKS_ESCAPED.sub("_x005F_", plain), {'"': "&quot;"}).encode()


@dataclass(slots=True)
class Element:
    """One element and where it stands: start tag ``begin``–``inner``, end tag ``close``–``end``."""

    name: str
    attributes: dict[str, str]
    begin: int
    inner: int
    close: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix with its colon; empty for the default namespace."""
        return self.name[: -len(self.local)]

    def attribute(self, name: str) -> str | None:
        """An attribute by its local name."""
        found = (value for key, value in self.attributes.items() if key.rpartition(":")[2] == name)
        return next(found, None)

    def all(self, *path: str) -> Iterator[Element]:
        """The descendants at the end of a path of local names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.local == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> Element | None:
        """The first of :meth:`all`."""
        return next(self.all(*path), None)


Wanted = Callable[[Element, Element | None], bool]


class XmlPart:
    """One XML part: its elements with their places, and the edits to be made."""

    def __init__(
        self, data: bytes, wanted: Wanted = lambda element, parent: True, namespace: str = ""
    ) -> None:
        """``wanted`` says which elements are kept; what is below an unwanted one never is.

        Raises UnmarkableError where the part is no UTF-8 XML of the namespace.
        """
        if _OTHER_ENCODING.match(data[:200].lstrip(b"\xef\xbb\xbf")) or b"<!DOCTYPE" in data:
            raise UnmarkableError("encoding or document type")
        self.data = data
        self._edits: list[tuple[int, int, bytes]] = []
        self.root = _elements(data, wanted)
        key = f"xmlns:{self.root.prefix[:-1]}" if self.root.prefix else "xmlns"
        if namespace and self.root.attributes.get(key) != namespace:
            raise UnmarkableError(f"another namespace than {namespace}")

    def raw(self, element: Element) -> bytes:
        """The element as it is written."""
        return self.data[element.begin : element.end]

    def tag(self, name: str) -> bytes:
        """A name with the prefix that the part uses for its own elements."""
        return (self.root.prefix + name).encode()

    def replace(self, begin: int, end: int, new: bytes) -> None:
        """Put other bytes in place of some."""
        self._edits.append((begin, end, new))

    def remove(self, element: Element) -> None:
        """Take an element out."""
        self.replace(element.begin, element.end, b"")

    def set(self, element: Element, name: str, value: str) -> None:
        """Give an attribute another value, or add it. Only attributes without a prefix."""
        tag = self.data[element.begin : element.inner]
        self._edits.extend(
            (element.begin + begin, element.begin + end, new)
            for begin, end, new in [_attribute_edit(tag, name, value)]
        )

    def append(self, element: Element, new: bytes) -> None:
        """Put elements behind the last child."""
        if element.inner == element.end:
            name = element.name.encode()
            slash = self.data.rindex(b"/", element.begin, element.end)
            self.replace(slash, element.end, b">" + new + b"</" + name + b">")
        else:
            self.replace(element.close, element.close, new)

    def content(self) -> bytes:
        """The part with all edits made."""
        pieces, at = [], 0
        for begin, end, new in sorted(self._edits, key=lambda edit: edit[:2]):
            if begin < at:
                raise UnmarkableError("edits overlap")
            pieces += [self.data[at:begin], new]
            at = end
        return b"".join([*pieces, self.data[at:]])


def with_attribute(raw: bytes, name: str, value: str) -> bytes:
    """An element's bytes with one attribute of its start tag changed or added."""
    match = _TAG.match(raw)
    if match is None:
        raise UnmarkableError("not an element")
    begin, end, new = _attribute_edit(match[0], name, value)
    return raw[:begin] + new + raw[end:]


def _attribute_edit(tag: bytes, name: str, value: str) -> tuple[int, int, bytes]:
    new = b" " + name.encode() + b'="' + escape(value) + b'"'
    for match in re.finditer(rb"\s([^\s=<>/]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')", tag):
        if match[1] == name.encode():
            return match.start(), match.end(), new
    at = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return at, at, new


def _elements(data: bytes, wanted: Wanted) -> Element:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    open_elements: list[Element | None] = []
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        parent = open_elements[-1] if open_elements else None
        if open_elements and parent is None:
            open_elements.append(None)
            return
        begin = parser.CurrentByteIndex
        element = Element(name, attributes, begin, begin)
        if not wanted(element, parent):
            open_elements.append(None)
            return
        match = _TAG.match(data, begin)
        if match is None:
            raise UnmarkableError("unusual tag")
        element.inner = match.end()
        (parent.children if parent else roots).append(element)
        open_elements.append(element)

    def end(name: str) -> None:
        element = open_elements.pop()
        if element is None:
            return
        if data[element.inner - 2 : element.inner] == b"/>":
            element.close = element.end = element.inner
        else:
            element.close = parser.CurrentByteIndex
            element.end = data.index(b">", element.close) + 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise UnmarkableError(f"no XML: {error}") from error
    if not roots:
        raise UnmarkableError("no root element")
    return roots[0]


class Package:
    """The members of the zip in their order; some replaced, some added behind."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise UnmarkableError(f"no zip: {error}") from error
        if sum(info.file_size for info in infos) > _MOST_TOGETHER:
            raise UnmarkableError("too large")
        self._infos = {_member(info.filename): info for info in infos}
        self._changed: dict[str, bytes] = {}

    def __contains__(self, name: str) -> bool:
        return _member(name) in self._infos

    def names(self) -> list[str]:
        """All members, in small letters."""
        return list(self._infos)

    def get(self, name: str) -> bytes:
        """A member's content. Raises UnmarkableError where there is none."""
        key = _member(name)
        if key not in self._infos:
            raise UnmarkableError(f"no part {name}")
        return self._changed[key] if key in self._changed else self._read(self._infos[key])

    def put(self, name: str, data: bytes) -> None:
        """Replace a member, or add one at the end."""
        key = _member(name)
        if key not in self._infos:
            self._infos[key] = zipfile.ZipInfo(name, _NOW)
            self._infos[key].compress_type = zipfile.ZIP_DEFLATED
        self._changed[key] = data

    def free(self, pattern: str) -> str:
        """The first name of a pattern like ``xl/comments{}.xml`` that is not taken."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    def content(self) -> bytes:
        """The zip anew, unchanged members with the content and way of packing they had."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for key, info in self._infos.items():
                entry = zipfile.ZipInfo(info.filename, info.date_time)
                entry.compress_type, entry.external_attr = info.compress_type, info.external_attr
                entry.create_system = 0  # the same on every system
                data = self._changed.get(key)
                target.writestr(entry, self._read(info) if data is None else data)
        return buffer.getvalue()

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        try:
            return self._zip.read(info)
        except Exception as error:  # whatever a broken or crafted member makes zipfile raise
            raise UnmarkableError(f"{info.filename}: {error}") from error


def _member(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


class Relations:
    """What one part refers to, by id; new ones can be added."""

    def __init__(self, package: Package, owner: str) -> None:
        folder, _, name = owner.rpartition("/")
        self._package = package
        self._folder = folder
        self._name = f"{folder}/_rels/{name}.rels"
        empty = _HEAD + f'<Relationships xmlns="{_RELATIONS}"></Relationships>'.encode()
        self._part = XmlPart(package.get(self._name) if self._name in package else empty)
        self.all = [element.attributes for element in self._part.root.all("Relationship")]

    def target(self, number: str | None) -> str | None:
        """The part behind an id; None where there is none or it lies outside."""
        for relation in self.all:
            if relation.get("Id") == number and relation.get("TargetMode") != "External":
                path = relation.get("Target", "")
                if not path.startswith("/"):
                    path = posixpath.join(self._folder, path)
                return posixpath.normpath(path).lstrip("/")
        return None

    def of_type(self, kind: str) -> str | None:
        """The first part of a kind: ``comments``, ``styles``."""
        for relation in self.all:
            if relation.get("Type", "").endswith(f"/{kind}"):
                return self.target(relation.get("Id"))
        return None

    def add(self, kind: str, target: str) -> str:
        """Refer to another part; the new id."""
        taken = {relation.get("Id") for relation in self.all}
        number = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        row = {"Id": number, "Type": f"{OFFICE}/{kind}", "Target": f"/{target}"}
        self.all.append(row)
        written = b"".join(f' {key}="{value}"'.encode() for key, value in row.items())
        new = b"<" + self._part.tag("Relationship") + written + b"/>"
        self._part.append(self._part.root, new)
        self._package.put(self._name, self._part.content())
        self._part = XmlPart(self._package.get(self._name))
        return number


def declare(package: Package, parts: Sequence[tuple[str, str]], vml: bool) -> None:
    """Name the kind of new parts in ``[Content_Types].xml``; ``vml``: drawings by their ending."""
    part = XmlPart(package.get("[Content_Types].xml"))
    overrides, defaults = list(part.root.all("Override")), part.root.all("Default")
    known = {_member(override.attributes.get("PartName", "")) for override in overrides}
    endings = {default.attributes.get("Extension", "").lower() for default in defaults}
    new = b""
    if vml and "vml" not in endings:
        default = f' Extension="vml" ContentType="{_KIND}.vmlDrawing"/>'.encode()
        at = overrides[0].begin if overrides else None
        element = b"<" + part.tag("Default") + default
        if at is None:
            new += element
        else:
            part.replace(at, at, element)
    for name, kind in parts:
        if _member(name) not in known:
            new += b"<" + part.tag("Override") + f' PartName="/{name}" ContentType="'.encode()
            new += f'{_KIND}.spreadsheetml.{kind}+xml"/>'.encode()
    part.append(part.root, new)
    package.put("[Content_Types].xml", part.content())
