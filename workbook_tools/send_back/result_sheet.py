"""The sheet 確認結果 in a marked workbook: what is to be mended, with links to the cells.

Written as XML of its own, with texts inside (no shared strings), so that no other part changes. A
hidden column keeps which fill a coloured cell had: the next return takes the colour off again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.cells import cell_name
from workbook_tools.excel.patch.fills import ERROR, WARNING, Styles
from workbook_tools.excel.patch.marks import WORKBOOK, MarkedSheet
from workbook_tools.excel.patch.package import (
    MAIN,
    OFFICE,
    Package,
    Relations,
    UnmarkableError,
    XmlPart,
    declare,
    escape,
    with_attribute,
)
from workbook_tools.excel.read.book import Table
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import HEAD
from workbook_tools.findings import Finding, Severity
from workbook_tools.text import lines

NAME = "確認結果"
HEADINGS = ("№", "種類", "シート", "セル", "入力された内容", "指摘", "直し方")
_NOTE_HEADING = "元の色（消さないでください）"
_GUIDE = (
    "色の付いたセルを直し、このファイルをそのまま保存して提出してください。"
    "下の表の「セル」を押すと、そのセルに移ります。"
)
_LEGEND = (
    "桃色＝誤り（直してください）　　黄色＝注意（確かめてください。正しければそのままで構いません）"
)
# Characters of the usual font, as Excel counts columns.
_WIDTHS = (5, 7, 20, 7, 27, 50, 44, 12)
_TOP = 4  # rows above the first finding
_LONGEST = 500  # characters shown of what somebody typed


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """One finding, and the fill its cell had before it was coloured."""

    finding: Finding
    fill: str = ""


def content(rows: Sequence[ListedFinding], styles: Styles) -> bytes:
    """The worksheet part; formats it needs are added to the styles."""
    looks = _looks(styles)
    written = [
        _row(1, [(NAME, "title")], 24, looks),
        _row(2, [(_GUIDE, "plain")], 16, looks),
        _row(3, [(_LEGEND, "plain")], 16, looks),
        _row(
            _TOP, [*((heading, "head") for heading in HEADINGS), (_NOTE_HEADING, "head")], 20, looks
        ),
    ]
    links = []
    for number, row in enumerate(rows, start=1):
        place, line = row.finding.place, _TOP + number
        cells = _cells(number, row)
        written.append(_row(line, cells, _height([text for text, _ in cells]), looks))
        if place.sheet and place.cell:
            target = f"'{place.sheet.replace(chr(39), chr(39) * 2)}'!{place.cell}"
            links.append(b'<hyperlink ref="D%d" location="%s"/>' % (line, escape(target)))
    return b"".join(
        [
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
            '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView tabSelected="1"'
            f' workbookViewId="0"><pane ySplit="{_TOP}" topLeftCell="A{_TOP + 1}"'
            ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            '<sheetFormatPr defaultRowHeight="15"/>'.encode(),
            _columns(),
            b"<sheetData>",
            *written,
            b"</sheetData>",
            b"<hyperlinks>" + b"".join(links) + b"</hyperlinks>" if links else b"",
            b'<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3"'
            b' footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
            b"</worksheet>",
        ]
    )


def is_ours(table: Table) -> bool:
    """True for a sheet that an earlier return has put in front."""
    return _top(table) is not None


def fills(table: Table) -> Mapping[tuple[str, str], str]:
    """(sheet, cell) → fill, as an earlier 確認結果 notes it."""
    top = _top(table)
    found = {}
    for row in range(top + 1, len(table.grid)) if top is not None else ():
        sheet, cell, note = (table.text(row, col) for col in (2, 3, len(HEADINGS)))
        if sheet and cell and note:
            found[sheet, cell] = note
    return found


def _top(table: Table) -> int | None:
    """The row of the headings."""
    for row in range(min(20, len(table.grid))):
        if all(table.text(row, col) == heading for col, heading in enumerate(HEADINGS)):
            return row
    return None


_Cell = tuple[str, str]  # text and look


def _cells(number: int, row: ListedFinding) -> list[_Cell]:
    finding, place = row.finding, row.finding.place
    value = finding.value or ""
    if len(value) > _LONGEST:
        value = f"{value[:_LONGEST]}…"
    look = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(finding.severity, "center")
    return [
        (str(number), "center"),
        (finding.severity.word, look),
        (place.sheet or "", "text"),
        (place.cell or "", "link" if place.sheet and place.cell else "center"),
        (value, "text"),
        (finding.message, "text"),
        (finding.hint, "text"),
        (row.fill, "text"),
    ]


def _looks(styles: Styles) -> dict[str, int]:
    middle = 'vertical="center"'
    center, wrap = f'horizontal="center" {middle}', f'horizontal="left" {middle} wrapText="1"'
    ink = '<color rgb="FF000000"/>'
    blue = '<u/><sz val="9"/><color rgb="FF0563C1"/>'
    return {
        "title": styles.own(middle, font=f'<b/><sz val="14"/>{ink}', box=False),
        "plain": styles.own(middle, font=f'<sz val="10"/>{ink}', box=False),
        "head": styles.own(f'{center} wrapText="1"', fill=f"FF{HEAD[1:]}"),
        "text": styles.own(wrap),
        "center": styles.own(center),
        "link": styles.own(center, font=blue),
        "error": styles.own(center, fill=ERROR),
        "warning": styles.own(center, fill=WARNING),
    }


def _columns() -> bytes:
    columns = []
    for col, width in enumerate(_WIDTHS, start=1):
        hidden = ' hidden="1"' if col == len(_WIDTHS) else ""
        columns.append(f'<col min="{col}" max="{col}" width="{width}" customWidth="1"{hidden}/>')
    return f"<cols>{''.join(columns)}</cols>".encode()


def _height(texts: Sequence[str]) -> float:
    needed = max(
        lines(text, int(width) - 1) for text, width in zip(texts[:-1], _WIDTHS, strict=False)
    )
    return paper.FINDINGS.height(needed)


def _row(number: int, cells: Sequence[_Cell], points: float, looks: Mapping[str, int]) -> bytes:
    written = [f'<row r="{number}" ht="{points:g}" customHeight="1">'.encode()]
    for col, (text, look) in enumerate(cells):
        start = f'<c r="{cell_name(number - 1, col)}" s="{looks[look]}"'.encode()
        if text:
            inner = b'><is><t xml:space="preserve">' + escape(text) + b"</t></is></c>"
            written.append(start + b' t="inlineStr"' + inner)
        else:
            written.append(start + b"/>")
    return b"".join([*written, b"</row>"])


# -- its place in the workbook --------------------------------------------------------------------


def put_first(
    package: Package,
    workbook: XmlPart,
    relations: Relations,
    known: Sequence[MarkedSheet],
    earlier: MarkedSheet | None,
    content: bytes,
) -> None:
    """Put 確認結果 in front; whatever counts sheets from 0 counts anew."""
    container = workbook.root.first("sheets")
    if container is None:
        raise UnmarkableError("no sheets")
    others = [sheet for sheet in known if sheet is not earlier]
    elements = [workbook.raw(sheet.element) for sheet in others]
    if earlier is not None:
        package.put(earlier.path, content)
        shown = with_attribute(workbook.raw(earlier.element), "state", "visible")
        elements.insert(0, shown)
    else:
        path = package.free("xl/worksheets/sheet{}.xml")
        package.put(path, content)
        declare(package, [(path, "worksheet")], vml=False)
        number = relations.add("worksheet", path)
        numbers = [int(sheet.element.attributes.get("sheetId", "0")) for sheet in known]
        tag = workbook.tag("sheet")
        facts = f' name="{_free_name(known)}" sheetId="{max(numbers, default=0) + 1}"'
        new = facts + f' xmlns:r="{OFFICE}" r:id="{number}"/>'
        elements.insert(0, b"<" + tag + new.encode())
    workbook.replace(container.inner, container.close, b"".join(elements))
    moved = {known.index(sheet): number for number, sheet in enumerate(others, start=1)}
    if earlier is not None:
        moved[known.index(earlier)] = 0
    for name in workbook.root.all("definedNames", "definedName"):
        scope = name.attributes.get("localSheetId", "")
        if scope.isdecimal() and int(scope) in moved:
            workbook.set(name, "localSheetId", str(moved[int(scope)]))
    for view in workbook.root.all("bookViews", "workbookView"):
        for fact in ("activeTab", "firstSheet"):
            if view.attributes.get(fact, "0") != "0":
                workbook.set(view, fact, "0")
    package.put(WORKBOOK, workbook.content())


def _free_name(known: Sequence[MarkedSheet]) -> str:
    """確認結果, or 確認結果(2) … where the department has a sheet of that name."""
    taken = {sheet.name.casefold() for sheet in known}
    names = (f"{NAME}{f'({n})' if n > 1 else ''}" for n in range(1, len(known) + 2))
    return escape(next(name for name in names if name not in taken)).decode()
