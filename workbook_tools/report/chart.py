"""A graph as a native chart of Word: what XlsxWriter draws, with the workbook it drew it from.

Such a chart is sharp at any size, its figures can be looked up and changed in Word, and nothing is
needed but the library that draws the list's charts anyway.
"""

from __future__ import annotations

import io
import re
import zipfile

from workbook_tools.cells import Area
from workbook_tools.excel.write.book import SERIES, Book, Chart, Series
from workbook_tools.report.content import Graph

_SHEET = "数値"
# What is left out Excel does not show, but Writer does.
_LABELS = "".join(
    f'<c:show{part} val="{int(part == "Val")}"/>'
    for part in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
)
_EXTERNAL = '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData>'


def drawn(graph: Graph, size: tuple[int, int]) -> tuple[bytes, bytes]:
    """The chart's XML, and the workbook behind it, which it refers to as ``rId1``."""
    book = Book(graph.title)
    sheet = book.sheet(_SHEET)
    sheet.text(Area(0, 1), graph.title)
    for row, (label, value) in enumerate(zip(graph.labels, graph.values, strict=True), start=1):
        sheet.text(Area(row, 0), label)
        sheet.number(Area(row, 1), value)
    names, values = (Area(1, col, len(graph.labels)) for col in (0, 1))
    series = Series(graph.title, (_SHEET, names), (_SHEET, values), SERIES[0])
    chart = Chart(graph.kind, graph.title, [series], size, graph.most, told=graph.told)
    sheet.chart(Area(0, 3), chart)
    data = book.bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/charts/chart1.xml").decode()
    xml = re.sub(r"<c:printSettings>.*?</c:printSettings>", "", xml, flags=re.S)
    xml = xml.replace('<c:showVal val="1"/>', _LABELS)
    return xml.replace("</c:chartSpace>", f"{_EXTERNAL}</c:chartSpace>").encode(), data
