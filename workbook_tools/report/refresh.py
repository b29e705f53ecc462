"""`report --refresh`: today's figures into a report that people went on editing in Word.

A figure is a content control; it is known by its alias (LibreOffice drops the tag). Its text is
exchanged in the file's bytes, so that every other character, and all formatting, stays.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbook_tools.era import years_in
from workbook_tools.excel.patch.package import (
    Element,
    Package,
    Relations,
    UnmarkableError,
    XmlPart,
)
from workbook_tools.findings import UserError
from workbook_tools.report.chart import drawn
from workbook_tools.report.content import Graph, Report
from workbook_tools.report.parts import YEAR
from workbook_tools.report.word_xml import EMPTY, WORD, escape, tag_of

_DOCUMENT = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0"
GRAPH_SIZE = (640, 330)


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that is another one now: its name, what stood there, what stands there now."""

    name: str
    was: str
    now: str


def refreshed(
    data: bytes, file: str, report: Report
) -> tuple[bytes, tuple[FigureChange, ...], tuple[str, ...]]:
    """The document with today's figures; what changed; what could not be brought up to date.

    Raises UserError where it is no report of this round.
    """
    if data.startswith(_OLE):
        raise UserError(
            f"『{file}』は開けません。パスワードを外すか、.docx の形式で保存し直してください。"
        )
    try:
        package = Package(data)
        part = XmlPart(package.get(_DOCUMENT), namespace=WORD)
    except UnmarkableError as error:
        raise UserError(
            f"『{file}』は Ｗｏｒｄ の文書（.docx）として読めません。"
            "report で作った意見書か、それをＷｏｒｄで編集したものを指定してください。"
        ) from error
    try:
        return _refreshed(package, part, file, report)
    except UnmarkableError as error:
        raise UserError(f"『{file}』の作りが正しくないため、数値を入れ替えられません。") from error


def _refreshed(
    package: Package, part: XmlPart, file: str, report: Report
) -> tuple[bytes, tuple[FigureChange, ...], tuple[str, ...]]:
    figures = {tag_of(name): (name, words) for name, words in report.figures().items()}
    controls = [known for known in _controls(part) if known.name]
    known = [control for control in controls if control.name in figures]
    _refuse_another(part, known, file, figures)
    changes: dict[tuple[str, str], FigureChange] = {}
    doubled = _doubled(known)
    for begin, end in doubled.items():
        part.replace(begin, end, b"")
    for control in (control for control in known if control.begin not in doubled):
        name, words = figures[control.name]
        was, now = control.words(part), words.replace("\n", " ") or EMPTY
        if was != now:
            control.put(part, now)
            if was.strip(EMPTY) != words:
                changes[name, was] = FigureChange(name, was.strip(EMPTY), words)
    package.put(_DOCUMENT, part.content())
    drawings = _exchange_graphs(package, part, report)
    gone = {control.name for control in controls} - {*figures, *map(tag_of, _tables(report))}
    absent = {*figures} - {control.name for control in known}
    notes = [f"今の意見書にない欄のため、そのままにしました： {name}" for name in sorted(gone)]
    if absent:
        told = "、".join(figures[name][0] for name in sorted(absent)[:5])
        more = "など" if len(absent) > 5 else ""
        notes.append(f"この文書に欄のない数値が{len(absent)}件あります： {told}{more}")
    return package.content(), tuple(changes.values()), (*notes, *drawings)


def _doubled(known: list[_Control]) -> dict[int, int]:
    """Where controls stand right behind one of the same figure: LibreOffice 7 saves them so."""
    ends = {control.end: control.name for control in known}
    return {
        control.begin: control.end for control in known if ends.get(control.begin) == control.name
    }


def _refuse_another(
    part: XmlPart, known: list[_Control], file: str, figures: Mapping[str, tuple[str, str]]
) -> None:
    if not known:
        raise UserError(
            f"『{file}』に意見書の数値の欄がありません。"
            "report で作った意見書か、それをＷｏｒｄで編集したものを指定してください。"
        )
    own = set(years_in(figures[YEAR][1]))
    said = [control.words(part) for control in known if control.name == YEAR]
    years = {words for words in said if not own >= set(years_in(words))}
    if years:
        raise UserError(
            f"『{file}』は{'、'.join(sorted(years))}の意見書です（今の年度は{figures[YEAR][1]}）。"
            "--year でその年度を指定してください。"
        )


def _tables(report: Report) -> Iterator[str]:
    for element in report.elements():
        name = getattr(element, "name", "")
        if name:
            yield name


# --- content controls


@dataclass(frozen=True, slots=True)
class _Control:
    """A control that holds no other: its name, and where it and its content stand."""

    name: str
    begin: int
    end: int
    properties: Element
    content: Element

    def words(self, part: XmlPart) -> str:
        """What it shows."""
        return "".join(_text(part, element) for element in _texts(self.content))

    def put(self, part: XmlPart, words: str) -> None:
        """Show something else, looking as its first letter did."""
        texts = list(_texts(self.content))
        new = escape(words).encode()
        prompt = self.properties.first("showingPlcHdr")
        if prompt:
            part.remove(prompt)
        if not texts:
            word = part.root.prefix.encode()
            run = b"<" + word + b"r><" + word + b"t>" + new
            run += b"</" + word + b"t></" + word + b"r>"
            part.append(self.content.first("p") or self.content, run)
            return
        first, *others = texts
        if first.inner == first.end:  # <w:t/>
            name = first.name.encode()
            part.replace(first.begin, first.end, b"<" + name + b">" + new + b"</" + name + b">")
        else:
            part.replace(first.inner, first.close, new)
        for text in others:
            part.replace(text.inner, text.close, b"")


def _controls(part: XmlPart) -> Iterator[_Control]:
    """All controls of a document that hold no others, and no tables."""
    for element in _below(part.root, "sdt"):
        properties, content = element.first("sdtPr"), element.first("sdtContent")
        if properties is None or content is None or next(_below(content, "sdt"), None):
            continue
        if next(_below(content, "tbl"), None):
            continue
        yield _Control(_name(properties), element.begin, element.end, properties, content)


def _name(properties: Element) -> str:
    for kind in ("alias", "tag"):
        known = properties.first(kind)
        value = known.attribute("val") if known else None
        if value:
            return value
    return ""


def _texts(content: Element) -> Iterator[Element]:
    return _below(content, "t")


def _text(part: XmlPart, element: Element) -> str:
    return html.unescape(part.data[element.inner : element.close].decode("utf-8"))


def _below(element: Element, name: str) -> Iterator[Element]:
    """All descendants of a name; deep trees are no danger."""
    left = list(reversed(element.children))
    while left:
        known = left.pop()
        if known.local == name:
            yield known
        left.extend(reversed(known.children))


# --- graphs


def _exchange_graphs(package: Package, part: XmlPart, report: Report) -> list[str]:
    """Draw the graphs anew where they stand; those that are not there any more, in sentences."""
    left = [known for known in report.elements() if isinstance(known, Graph)]
    relations = Relations(package, _DOCUMENT)
    for drawing in _below(part.root, "drawing"):
        chart = next(_below(drawing, "chart"), None)
        target = relations.target(chart.attribute("id")) if chart else None
        if target is None or target not in package:
            continue
        told = next(_below(drawing, "docPr"), None)
        name, drawn_there = told.attribute("name") if told else "", package.get(target)
        for graph in left:
            # LibreOffice drops the name; the title stands in the chart itself.
            if graph.name == name or f">{escape(graph.title)}<".encode() in drawn_there:
                _exchange(package, target, graph)
                left.remove(graph)
                break
    return [f"この文書にないグラフ： {graph.title}" for graph in left]


def _exchange(package: Package, target: str, graph: Graph) -> None:
    """Another chart in the place of one, and the workbook behind it, where there is one."""
    xml, book = drawn(graph, GRAPH_SIZE)
    behind = Relations(package, target)
    number = next((row["Id"] for row in behind.all if row.get("Type", "").endswith("/package")), "")
    workbook = behind.target(number)
    if workbook is None or workbook not in package:
        begin, end = xml.index(b"<c:externalData"), xml.index(b"</c:chartSpace>")
        package.put(target, xml[:begin] + xml[end:])
        return
    package.put(target, xml.replace(b'r:id="rId1"', f'r:id="{number}"'.encode()))
    package.put(workbook, book)
