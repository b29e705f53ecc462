"""Which module knows how the sheets of a workbook look, by the kind of its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from workbook_tools.excel.read.parts import Container
from workbook_tools.excel.read.shown import Look


def looks_of(container: Container) -> Callable[[str], Look]:
    """How each sheet of a workbook looks, by its name; nothing is read before it is asked."""
    maker = cache(lambda: _maker(container))
    return lambda sheet: maker()(sheet)


def mends_texts(container: Container) -> bool:
    """Texts of this kind of file must be taken from how it looks (``Look.texts``)."""
    return "content.xml" in container.parts


def _maker(container: Container) -> Callable[[str], Look]:
    if "xl/workbook.xml" in container.parts:
        from workbook_tools.excel.read.shown_xlsx import XlsxLooks

        return XlsxLooks(container).look
    if mends_texts(container):
        from workbook_tools.excel.read.shown_ods import OdsLooks

        return OdsLooks(container).look
    from workbook_tools.excel.read.shown_xls import XlsLooks

    return XlsLooks(container.stream).look
