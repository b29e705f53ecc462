"""Which module knows how the sheets of a workbook look, by the kind of its file."""

from __future__ import annotations

from collections.abc import Callable

from workbook_tools.excel.read.parts import Container
from workbook_tools.excel.read.shown import Look


def looks_of(container: Container) -> Callable[[str], Look]:
    """How each sheet of a workbook looks, by its name."""
    if "xl/workbook.xml" in container.parts:
        from workbook_tools.excel.read.shown_xlsx import XlsxLooks

        return XlsxLooks(container).look
    if "content.xml" in container.parts:
        from workbook_tools.excel.read.shown_ods import OdsLooks

        return OdsLooks(container).look
    from workbook_tools.excel.read.shown_xls import XlsLooks

    return XlsLooks(container.stream).look
