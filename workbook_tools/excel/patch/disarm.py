"""What a workbook must not carry to somebody else: programs, embedded files, links to the outside.

A link of a cell can be taken out, and the cell keeps its text. Anything else makes the workbook one
that is not sent on: UnmarkableError, and its department gets a fresh form.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html import unescape

from workbook_tools.excel.patch.package import Element, Package, UnmarkableError, XmlPart

# Parts of which it is known that they run and fetch nothing; in small letters.
_HARMLESS = re.compile(
    r"\[content_types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|docprops/.*|docmetadata/.*|customxml/.*"
    r"|xl/(?:workbook|styles|sharedstrings|calcchain|metadata)\.xml|xl/persons/.*"
    r"|xl/(?:worksheets|chartsheets|theme|drawings|charts|tables|threadedcomments|richdata)/[^/]*\.xml"
    r"|xl/(?:comments/?[^/]*|featurepropertybag/[^/]*)\.xml|xl/drawings/[^/]*\.vml"
    r"|xl/printersettings/[^/]*\.bin|xl/(?:media|theme/media)/[^/]*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf)"
)
_HYPERLINK = "/hyperlink"
_FORMULA = re.compile(r"<(?:\w+:)?f\b[^>]*(?<!/)>(.*?)</(?:\w+:)?f\s*>", re.DOTALL)
_CONSTANT = re.compile(r'"(?:[^"]|"")*"')  # a text in a formula calls nothing
_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>", re.DOTALL)
# Functions that reach out of the workbook when they are clicked or calculated.
_REACHES_OUT = re.compile(
    r"\b(?:HYPERLINK|WEBSERVICE|RTD|CALL|REGISTER(?:\.ID)?|IMAGE)\s*\(", re.IGNORECASE
)


def disarm(package: Package) -> None:
    """Take links to the outside out of all sheets.

    Raises UnmarkableError where there is anything else that runs, is embedded or leads outside.
    """
    for name in package.names():
        if not _HARMLESS.fullmatch(name):
            raise UnmarkableError(f"not to be sent on: {name}")
    for name in package.names():
        if name.endswith(".rels"):
            _cut_off(package, name)
        elif name.startswith("xl/worksheets/") and any(
            _REACHES_OUT.search(formula) for formula in _formulas(package.get(name))
        ):
            raise UnmarkableError(f"a formula of {name} leads outside")


def _formulas(sheet: bytes) -> Iterator[str]:
    """The formulas of a sheet, however they are written."""
    for found in _FORMULA.finditer(sheet.decode("utf-8", "replace")):
        yield _CONSTANT.sub('""', unescape(_COMMENT.sub("", found[1])))


def _cut_off(package: Package, name: str) -> None:
    """Take the relations of one part to the outside away, and the cells' links that use them."""
    part = XmlPart(package.get(name))
    outside = [
        relation
        for relation in part.root.all("Relationship")
        if relation.attributes.get("TargetMode", "").lower() == "external"
    ]
    if not outside:
        return
    folder, _, own = name.rpartition("/")
    owner = posixpath.join(posixpath.dirname(folder), own.removesuffix(".rels"))
    are_links = all(each.attributes.get("Type", "").endswith(_HYPERLINK) for each in outside)
    if not owner.startswith("xl/worksheets/") or not are_links:
        raise UnmarkableError(f"{owner} leads outside")
    _unlink(package, owner, {each.attributes.get("Id", "") for each in outside})
    for relation in outside:
        part.remove(relation)
    package.put(name, part.content())


def _unlink(package: Package, sheet: str, numbers: set[str]) -> None:
    part = XmlPart(package.get(sheet), lambda element, parent: parent is None or _is_link(element))
    for links in part.root.all("hyperlinks"):
        own = [link for link in links.children if link.attribute("id") in numbers]
        for element in [links] if len(own) == len(links.children) else own:
            part.remove(element)
    package.put(sheet, part.content())


def _is_link(element: Element) -> bool:
    return element.local in ("hyperlinks", "hyperlink")
