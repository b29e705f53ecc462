"""The 意見書 as one page for the city's site: accessible, printable, with nothing from outside.

Built as a tree of elements, so that every text is escaped by the library that writes it (JIS X
8341-3, as far as a program can hold it).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, groupby
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement, tostring

from workbook_tools.report.content import (
    Block,
    Element,
    Graph,
    Head,
    Heading,
    Paragraph,
    Report,
    ReportCell,
    ReportPart,
    ReportTable,
    sized,
)
from workbook_tools.report.terms import Piece, plain
from workbook_tools.report.word_xml import without_controls

MAIN = "main"
_CSS = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
html { font-size: 100%; }
body { margin: 0; color: #1a1a1a; background: #fff; line-height: 1.8;
  font-family: "BIZ UDPゴシック", "BIZ UDPGothic", "Hiragino Sans", "Noto Sans CJK JP", sans-serif;
  overflow-wrap: anywhere; }
header, nav, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
.skip { position: absolute; left: -9999px; }
.skip:focus { position: static; display: inline-block; padding: .5rem 1rem; background: #fff; }
a { color: #0b4a8f; }
a:focus, .wide:focus { outline: 3px solid #b35900; outline-offset: 2px; }
h1 { font-size: 1.6rem; line-height: 1.5; margin: 2rem 0 .5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 1rem; border-bottom: 2px solid #1f4e79; }
h3 { font-size: 1.15rem; margin: 2.2rem 0 .8rem; }
h4 { font-size: 1.05rem; margin: 1.8rem 0 .6rem; }
p { margin: 0 0 .9rem; }
p.line { margin: 0 0 .2rem 1.5rem; }
p.right { text-align: right; margin: 0; white-space: pre-wrap; }
p.label { font-weight: bold; margin: 1rem 0 .3rem; }
p.note { margin-left: 1.5rem; }
p.score strong { font-size: 1.6rem; }
nav ol { list-style: none; padding: 0; }
nav li.deep { padding-left: 1.5rem; }
nav a { display: inline-block; padding: .2rem 0; }
.wide { overflow-x: auto; margin: 0 0 1.2rem; }
table { border-collapse: collapse; font-size: .85rem; line-height: 1.4; }
caption { text-align: left; padding: .2rem 0; color: #333; }
th, td { border: 1px solid #767676; padding: .2rem .4rem; text-align: center; min-width: 2.4rem; }
th { background: #eef2f6; font-weight: bold; }
th.left, td.left { text-align: left; min-width: 9rem; }
tbody th { background: #fff; font-weight: normal; }
figure { margin: 1rem 0; }
svg { max-width: 100%; height: auto; display: block; }
svg text { font-size: 13px; fill: #1a1a1a; }
@media print {
  .skip, nav { display: none; }
  body { font-size: 10.5pt; }
  header, main, footer { max-width: none; padding: 0; }
  .wide { overflow: visible; }
  table { font-size: 7.5pt; width: 100%; }
  th, td { padding: 1px 2px; min-width: 0; }
  th.left, td.left { min-width: 0; }
  thead { display: table-header-group; }
  tr, figure, .block { break-inside: avoid; }
  h2, h3, h4, .label, .score { break-after: avoid; }
}
"""
_BAR, _NAMES, _ROW = 420, 110, 30  # of the bars' drawing
_FILL, _GRID = "#1f4e79", "#b0b0b0"
# No script, no picture, no style from anywhere else, even if a text should ask for one.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Report) -> bytes:
    """The report as an HTML file's content, UTF-8."""
    html = Node("html", {"lang": "ja"})
    head = SubElement(html, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    policy = {"http-equiv": "Content-Security-Policy", "content": _POLICY}
    SubElement(head, "meta", policy)
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "title").text = without_controls(report.title)
    SubElement(head, "style").text = _CSS
    body = SubElement(html, "body")
    SubElement(body, "a", {"class": "skip", "href": f"#{MAIN}"}).text = "本文へ移動"
    _cover(body, report)
    contents = SubElement(body, "nav", {"aria-label": "目次"})
    _Body(SubElement(body, "main", {"id": MAIN}), contents).write(report.parts)
    written: bytes = tostring(html, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + written + b"\n"


def _cover(body: Node, report: Report) -> None:
    header = SubElement(body, "header")
    SubElement(header, "h1").text = without_controls(report.title)
    *_, date, council = report.cover
    first = report.cover[0]
    for paragraph in (first, council, date):
        if plain(paragraph.pieces).strip():
            _texts(SubElement(header, "p"), paragraph.pieces)


class _Body:
    """The parts one after the other, and the 目次 that leads to them."""

    def __init__(self, main: Node, contents: Node) -> None:
        self._main = main
        SubElement(contents, "h2").text = "目次"
        self._list = SubElement(contents, "ol")
        self._number = count(1)

    def write(self, parts: Iterable[ReportPart]) -> None:
        for part in parts:
            for is_bullet, run in groupby(part.elements, key=_is_bullet):
                self._run(self._main, list(run), is_bullet=is_bullet)

    def _run(self, into: Node, elements: Sequence[Element | Block], *, is_bullet: bool) -> None:
        if is_bullet:
            bullets = SubElement(into, "ul")
            for element in elements:
                assert isinstance(element, Paragraph)
                _texts(SubElement(bullets, "li"), element.pieces)
            return
        for element in elements:
            if isinstance(element, Block):
                self._block(into, element)
            else:
                self._element(into, element)

    def _block(self, into: Node, block: Block) -> None:
        section = SubElement(into, "div", {"class": "block"})
        for is_bullet, run in groupby(block.elements, key=_is_bullet):
            self._run(section, list(run), is_bullet=is_bullet)

    def _element(self, into: Node, element: Element) -> None:
        if isinstance(element, Heading):
            self._heading(into, element)
        elif isinstance(element, Paragraph):
            attributes = {} if element.look == "body" else {"class": element.look}
            node = SubElement(into, "p", attributes)
            for piece, large in sized(element):
                _texts(SubElement(node, "strong") if large else node, [piece])
        elif isinstance(element, ReportTable):
            _table(into, element)
        else:
            _graph(into, element)

    def _heading(self, into: Node, heading: Heading) -> None:
        anchor = f"s{next(self._number)}"
        node = SubElement(into, f"h{heading.level + 1}", {"id": anchor})
        _texts(node, heading.pieces)
        if heading.level <= 2:
            deep = {"class": "deep"} if heading.level == 2 else {}
            link = SubElement(SubElement(self._list, "li", deep), "a", {"href": f"#{anchor}"})
            link.text = without_controls(plain(heading.pieces))


def _is_bullet(element: Element | Block) -> bool:
    return isinstance(element, Paragraph) and element.look == "bullet"


def _texts(node: Node, pieces: Iterable[Piece]) -> None:
    """Texts and figures, line breaks as such."""
    for piece in pieces:
        words = without_controls(piece if isinstance(piece, str) else piece.words)
        for number, line in enumerate(words.split("\n")):
            if number:
                SubElement(node, "br")
            _append(node, line)


def _append(node: Node, text: str) -> None:
    if len(node):
        node[-1].tail = (node[-1].tail or "") + text
    else:
        node.text = (node.text or "") + text


# --- tables


def _table(into: Node, known: ReportTable) -> None:
    caption = without_controls(known.caption)
    around = {"class": "wide", "tabindex": "0", "role": "group", "aria-label": caption}
    table = SubElement(SubElement(into, "div", around), "table")
    SubElement(table, "caption").text = caption
    head = SubElement(table, "thead")
    for heads in known.heads:
        row = SubElement(head, "tr")
        for over in heads:
            SubElement(row, "th", dict(_spans(over))).text = without_controls(over.words)
    body = SubElement(table, "tbody")
    for cells in known.rows:
        row = SubElement(body, "tr")
        named = _row_head(cells)
        for at, cell in enumerate(cells):
            look = {"class": "left"} if cell.look == "left" else {}
            scope = {"scope": "row"} if at == named else {}
            _texts(SubElement(row, "th" if scope else "td", {**look, **scope}), [cell.piece])


def _row_head(cells: Sequence[ReportCell]) -> int:
    """The cell that says what the row is about: the last one that names something; -1: none."""
    return max((at for at, cell in enumerate(cells) if cell.names), default=-1)


def _spans(head: Head) -> Iterator[tuple[str, str]]:
    yield "scope", "colgroup" if head.cols > 1 else "col"
    if head.cols > 1:
        yield "colspan", str(head.cols)
    if head.rows > 1:
        yield "rowspan", str(head.rows)


# --- graphs


def _graph(into: Node, graph: Graph) -> None:
    figure = SubElement(into, "figure")
    SubElement(figure, "figcaption").text = without_controls(graph.title)
    drawing = _bars if graph.kind == "bar" else _radar
    drawing(figure, graph)
    if graph.kind == "bar":  # both graphs show the same figures
        names = tuple(ReportCell(label, "left", names=True) for label in graph.labels)
        rows = tuple(
            (name, ReportCell(f"{value:.1f}"))
            for name, value in zip(names, graph.values, strict=True)
        )
        heads = ((Head("テーマ"), Head(graph.title)),)
        _table(figure, ReportTable("", f"{graph.title}（グラフの数値）", heads, rows, (40, 40)))


def _svg(figure: Node, graph: Graph, width: int, height: int) -> Node:
    told = without_controls(graph.told)
    size = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
    return SubElement(figure, "svg", {**size, "role": "img", "aria-label": told})


def _bars(figure: Node, graph: Graph) -> None:
    height = _ROW * len(graph.labels) + 10
    svg = _svg(figure, graph, _NAMES + _BAR + 50, height)
    for number, (label, value) in enumerate(zip(graph.labels, graph.values, strict=True)):
        top = 5 + number * _ROW
        long = round(_BAR * value / graph.most, 1)
        _word(svg, _NAMES - 8, top + 20, label, "end")
        box = {"x": str(_NAMES), "y": str(top + 4), "width": str(long), "height": "22"}
        SubElement(svg, "rect", {**box, "fill": _FILL})
        _word(svg, _NAMES + long + 8, top + 20, f"{value:.1f}", "start")


def _radar(figure: Node, graph: Graph) -> None:
    size, radius = 420, 130
    svg = _svg(figure, graph, size, 360)
    corners = len(graph.labels)

    def point(at: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * at / corners - math.pi / 2
        long = radius * share
        return round(size / 2 + long * math.cos(angle), 1), round(180 + long * math.sin(angle), 1)

    def ring(shares: Sequence[float], look: dict[str, str]) -> None:
        places = " ".join("{},{}".format(*point(at, share)) for at, share in enumerate(shares))
        SubElement(svg, "polygon", {"points": places, "fill": "none", **look})

    for level in range(1, int(graph.most) + 1):
        ring([level / graph.most] * corners, {"stroke": _GRID})
    shares = [value / graph.most for value in graph.values]
    ring(shares, {"stroke": _FILL, "stroke-width": "3"})
    for at, (label, value) in enumerate(zip(graph.labels, graph.values, strict=True)):
        x, y = point(at, 1.2)
        _word(svg, x, y + 4, f"{label} {value:.1f}", "middle")


def _word(svg: Node, x: float, y: float, text: str, anchor: str) -> None:
    place = {"x": str(x), "y": str(y), "text-anchor": anchor}
    SubElement(svg, "text", place).text = without_controls(text)
