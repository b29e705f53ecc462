"""The only module that knows python-docx: the 意見書 as a document of Word.

A4 portrait with landscape sections for the wide lists; two runs on the same report give the same
bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part as PackagePart
from docx.oxml import parse_xml
from docx.shared import Mm

from workbook_tools.report import paging
from workbook_tools.report.chart import drawn
from workbook_tools.report.content import (
    Block,
    Element,
    Graph,
    Heading,
    Paragraph,
    Report,
    ReportPart,
    ReportTable,
    sized,
)
from workbook_tools.report.terms import plain
from workbook_tools.report.word_styles import (
    LOOKS,
    MINCHO,
    MINCHO_IN_WINDOWS,
    fonts,
    settings,
    styles,
    table_style,
)
from workbook_tools.report.word_xml import (
    NAMESPACES,
    Numbers,
    bookmarked,
    escape,
    field_of,
    inline,
    paragraph,
    run,
    table,
    without_controls,
)
from workbook_tools.zips import packed, unpacked

_A4 = (Mm(210), Mm(297))
_MARGIN, _FOOT = Mm(20), Mm(10)
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DRAWING = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_EMU = 9525  # a pixel
_LARGE = 18  # points of the council's average
_GRAPHS = {"radar": (470, 330), "bar": (640, 230)}  # pixels
_CREATED = datetime(2020, 4, 1)
_DEEPEST = 2  # level of headings in 目次
# Parts of python-docx's template that say nothing in ours.
_NEEDLESS = ("/docProps/thumbnail.jpeg", "/word/stylesWithEffects.xml", "/customXml/item1.xml")


def document(report: Report, *, to_print: bool = False) -> bytes:
    """The report as .docx.

    ``to_print``: for LibreOffice, which does not bring a 目次 up to date by itself: page numbers
    stand there as references, the font is asked for by both its names, and figures stand in no
    controls, which it would print as fields to fill in.
    """
    return _Writer(report, to_print).bytes()


def is_as_written(data: bytes) -> bool:
    """Whether nobody saved the document since it was written: programs note the time they do."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _CREATED.strftime(">%Y-%m-%dT%H:%M:%SZ</dcterms:modified>").encode() in (
                archive.read("docProps/core.xml")
            )
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError):
        return False


class _Writer:
    def __init__(self, report: Report, to_print: bool) -> None:
        self._report, self._to_print = report, to_print
        self._document: Any = docx.Document()
        self._numbers = Numbers(controls=not to_print)
        self._headings: list[tuple[int, str, str]] = []  # level, words, bookmark
        self._charts = 0
        self._dress()
        self._body()

    def bytes(self) -> bytes:
        buffer = io.BytesIO()
        self._document.save(buffer)
        return _rezipped(buffer.getvalue())

    # --- the package

    def _dress(self) -> None:
        """Our styles, settings and fonts in place of the template's."""
        part = self._document.part
        for relations in (part.rels, part.package.rels):
            for number, known in list(relations.items()):
                if not known.is_external and known.target_part.partname in _NEEDLESS:
                    relations.pop(number)
        mincho = f"{MINCHO};{MINCHO_IN_WINDOWS}" if self._to_print else MINCHO
        _replace(self._document.styles.element, styles(mincho))
        _replace(self._document.settings.element, settings())
        part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)._blob = fonts().encode()
        told = self._document.core_properties
        told.title, told.author = without_controls(self._report.title), ""
        told.created = told.modified = _CREATED
        told.language, told.comments, told.last_modified_by = "ja-JP", "", ""
        told.revision = 1

    # --- from top to bottom

    def _body(self) -> None:
        body = self._document.element.body
        for child in [child for child in body if not child.tag.endswith("}sectPr")]:
            body.remove(child)
        self._page(self._document.sections[0], landscape=False)
        for element in self._report.cover:
            self._add(element)
        numbered = False
        for part in self._report.parts:
            section = self._document.add_section(WD_SECTION.NEW_PAGE)
            self._page(section, landscape=part.landscape)
            begins = part.numbered and not numbered
            self._number(section, begins=begins)
            numbered = numbered or part.numbered
            self._part(part)
        self._contents()

    def _page(self, section: Any, *, landscape: bool) -> None:
        narrow, wide = _A4
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (wide, narrow) if landscape else (narrow, wide)
        section.left_margin = section.right_margin = _MARGIN
        section.top_margin = section.bottom_margin = _MARGIN
        section.header_distance = section.footer_distance = _FOOT
        for grid in section._sectPr.findall(f"{{{_word()}}}docGrid"):
            section._sectPr.remove(grid)

    def _number(self, section: Any, *, begins: bool) -> None:
        """Page numbers from 1 on in the first section that has them; later ones go on."""
        kept = section._sectPr.findall(f"{{{_word()}}}pgNumType")
        for old in kept:
            section._sectPr.remove(old)
        if begins:
            number = parse_xml(f'<w:pgNumType {NAMESPACES} w:start="1"/>')
            section._sectPr.find(f"{{{_word()}}}pgMar").addnext(number)
            footer = section.footer
            footer.is_linked_to_previous = False
            begin, end = field_of("PAGE", "1")
            _replace(footer.paragraphs[0]._p, _element(paragraph("Foot", begin + end)))

    def _part(self, part: ReportPart) -> None:
        blocks = [element for element in part.elements if isinstance(element, Block)]
        breaks = iter(paging.new_pages(blocks))
        for element in part.elements:
            if isinstance(element, Block):
                self._block(element, new_page=next(breaks))
            else:
                self._add(element)

    def _block(self, block: Block, *, new_page: bool) -> None:
        """Together on a page: everything but the last stays with the next."""
        is_long, elements = paging.is_long(block), block.elements
        for at, element in enumerate(elements):
            loose = is_long and isinstance(element, Paragraph) and element.look == "bullet"
            keep = at < len(elements) - 1 and not loose
            self._add(element, keep=keep, new_page=new_page and at == 0)
            if isinstance(element, ReportTable) and isinstance(elements[at + 1], ReportTable):
                self._put(paragraph("Gap", "", "<w:keepNext/>"))

    def _add(self, element: Element, *, keep: bool = False, new_page: bool = False) -> None:
        if isinstance(element, Heading):
            self._heading(element, new_page=new_page)
        elif isinstance(element, Paragraph):
            self._paragraph(element, keep=keep)
        elif isinstance(element, ReportTable):
            self._put(table(element, table_style(element.size), self._numbers, keep=keep))
        else:
            self._graph(element)

    def _heading(self, heading: Heading, *, new_page: bool) -> None:
        name = f"_Toc{len(self._headings) + 1:08d}"
        self._headings.append((heading.level, plain(heading.pieces), name))
        inner = bookmarked(inline(heading.pieces, self._numbers), name, self._numbers)
        properties = "<w:pageBreakBefore/>" if new_page else ""
        self._put(paragraph(f"Heading{heading.level}", inner, properties))

    def _paragraph(self, known: Paragraph, *, keep: bool) -> None:
        properties = ("<w:keepNext/>" if keep else "") + (
            "<w:keepLines/>" if known.look == "bullet" and len(plain(known.pieces)) < 1000 else ""
        )
        inner = "".join(
            inline([piece], self._numbers, _LARGE if large else 0) for piece, large in sized(known)
        )
        if known.look == "bullet":
            inner = run("・") + inner
        self._put(paragraph(LOOKS[known.look], inner, properties))

    def _put(self, written: str) -> None:
        self._document.element.body[-1].addprevious(_element(written))

    # --- 目次

    def _contents(self) -> None:
        """Behind the cover, on a page of its own: a field that Word brings up to date."""
        shown = [known for known in self._headings if known[0] <= _DEEPEST]
        begin, end = field_of(f'TOC \\o "1-{_DEEPEST}" \\h \\z \\u', stale=True)
        if self._to_print:
            begin = end = ""
        written = [paragraph("Contents", run("目次"), "<w:pageBreakBefore/>")]
        for at, (level, words, name) in enumerate(shown):
            page, page_end = field_of(f"PAGEREF {name} \\h", "1" if self._to_print else "")
            link = (
                f'<w:hyperlink w:anchor="{name}" w:history="1">{run(words)}'
                f"<w:r><w:tab/></w:r>{page}{page_end}</w:hyperlink>"
            )
            inner = (begin if at == 0 else "") + link + (end if at == len(shown) - 1 else "")
            written.append(paragraph(f"TOC{level}", inner))
        cover = self._document.element.body[len(self._report.cover) - 1]
        for element in reversed(list(map(_element, written))):
            cover.addnext(element)

    # --- graphs

    def _graph(self, graph: Graph) -> None:
        width, height = _GRAPHS[graph.kind]
        self._charts += 1
        xml, book = drawn(graph, (width, height))
        package, number = self._document.part.package, self._charts
        workbook = PackagePart(
            PackURI(f"/word/embeddings/chart{number}.xlsx"), _WORKBOOK, book, package
        )
        chart = PackagePart(PackURI(f"/word/charts/chart{number}.xml"), _CHART, xml, package)
        chart.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE)
        relation = self._document.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
        title, told = escape(graph.title), escape(graph.told)
        drawing = (
            f'<w:r><w:drawing><wp:inline {_DRAWING} distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{width * _EMU}" cy="{height * _EMU}"/>'
            f'<wp:docPr id="{next(self._numbers.drawing)}" name="{escape(graph.name)}"'
            f' descr="{told}" title="{title}"/><wp:cNvGraphicFramePr/><a:graphic>'
            f'<a:graphicData uri="{_C}"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r>"
        )
        line = '<w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>'
        self._put(paragraph("Normal", drawing, line))


def _word() -> str:
    return NAMESPACES.partition('"')[2].partition('"')[0]


def _element(written: str) -> Any:
    """An element of a text without declared namespaces."""
    name = written[1:].partition(" ")[0].partition(">")[0]
    return parse_xml(f"<{name} {NAMESPACES}{written[1 + len(name) :]}")


def _replace(old: Any, new: Any) -> None:
    """Give an element the content of another one."""
    made = parse_xml(new) if isinstance(new, str) else new
    for child in list(old):
        old.remove(child)
    for child in list(made):
        old.append(child)


def _rezipped(data: bytes) -> bytes:
    """The package with fixed times, in the order of names, the table of contents first."""
    parts = unpacked(data)
    return packed({name: parts[name] for name in _ordered(parts)})


def _ordered(names: Iterable[str]) -> Iterator[str]:
    yield from sorted(names, key=lambda name: (name != "[Content_Types].xml", name))
