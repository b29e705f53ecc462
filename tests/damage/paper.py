"""What a person sees: the oracle's half that never looks at the reader.

A field's place on the paper is where the row of its printed label meets the column of its heading,
wherever these were moved to. What stands there counts as a person sees it: nothing hidden, nothing
struck through, numbers as their format shows them. Only the layout of an untouched form is taken
from the tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tests.damage.book import HELPER, PRINT, TYPED, Anchor, Book, Box, Cell, Fault, Sheet
from tests.damage.package import GENERAL, TEXT, font, format_code
from workbook_tools.form.layout import Field, Form, Kind

# -- displayed text -------------------------------------------------------------------------------

# (format, value) → what Excel shows. Shown as typed: General, @ and 0 with whole numbers.
SHOWN: Mapping[tuple[str, str | int | float], str] = {
    ('"3"', 1): "3",
    ('"3"', 2): "3",
    **{('0"点"', number): f"{number}点" for number in range(4)},
    **{("0.0", number): f"{number}.0" for number in range(4)},
    ("0%", 2): "200%",
    ("0%", 0.85): "85%",
    ("0.0%", 0.853): "85.3%",
    ('m"月"d"日"', 44563): "1月2日",
    ("yyyy/m/d", 44563): "2022/1/2",
    ('[$-411]ggge"年"m"月"d"日"', 44563): "令和4年1月2日",
    ("m/d", 44563): "1/2",
    ("h:mm", 0.375): "9:00",
    ('#,##0"円"', 1234567): "1,234,567円",
    ("#,##0", 12000): "12,000",
    ('"約"0"件"', 30): "約30件",
    ("0_ ;[Red]-0 ", -3): "-3 ",
    ("(0)", 3): "(3)",
    ("000", 7): "007",
    ("0", 2.4): "2",
    ('[>=2]"3";0', 2): "3",
    ("[DBNum3]0", 2): "２",
    ("[DBNum1]0", 2): "二",
}
NOTHING = (";;;", '""', '"";"";"";""', '[=2]"";General')


def displayed(cell: Cell, code: str) -> str:
    """The cell's text as its number format shows it. Raises KeyError for a format not known."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, Fault):
        return value.text
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return "" if code.count(";") >= 3 and "@" not in code else value
    if code in NOTHING:
        return ""
    if code in (GENERAL, TEXT) or (code == "0" and value == int(value)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return SHOWN[code, value]


@lru_cache(maxsize=4096)
def _invisible(font_xml: str) -> bool:
    return any(mark in font_xml for mark in ("<strike/>", 'rgb="FFFFFFFF"', '<sz val="1"/>'))


def seen(book: Book, sheet: Sheet, row: int, col: int) -> str:
    """What a person sees of the cell: nothing that is hidden, covered, struck through, white."""
    cell = sheet.cells.get((row, col))
    if cell is None or cell.value is None or sheet.state != "visible":
        return ""
    area = sheet.merged(row, col)
    if area.top != row or area.left != col:
        return ""
    if row in sheet.hidden_rows and sheet.hidden_rows.issuperset(area.rows):
        return ""
    if col in sheet.hidden_cols and sheet.hidden_cols.issuperset(area.cols):
        return ""
    spot = Box(row, col, row, col)
    if any(covering.holds(spot) for covering in (*sheet.hiding, *sheet.striking)):
        return ""
    dark = _invisible(font(book.styles, cell.style))
    if cell.runs:
        return "".join(
            run.text for run in cell.runs if not (dark if run.bare else run.struck or run.white)
        )
    if dark:
        return ""
    return displayed(cell, format_code(book.styles, cell.style))


# -- where a field stands -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Map:
    """A form as printed: its anchors per sheet, and per field what its row and column come from."""

    form: Form
    anchors: tuple[Mapping[str, Anchor], Mapping[str, Anchor]]
    places: Mapping[str, tuple[str, str]]  # field → anchor of its rows, anchor of its columns
    repeats: Mapping[str, str]  # field printed again on ② → its anchor there


# Fields beside a printed row label and below a printed heading; the others have their own place.
_CROSSED = ("工程_当初", "工程_変更", "課題", "解決方法")


@lru_cache(maxsize=8)
def survey(form: Form) -> Map:
    """Labels and fields of an untouched form; geometry alone."""
    anchors: tuple[dict[str, Anchor], dict[str, Anchor]] = ({}, {})
    repeats = {}
    for number, label in enumerate(form.labels):
        area = label.area
        key = f"label {number}"
        anchors[label.sheet][key] = Anchor(Box(area.row, area.col, area.last_row, area.last_col))
        if label.repeats:
            repeats[label.repeats] = key
    places = {}
    for item in form.fields:
        area = item.area
        place = Box(area.row, area.col, area.last_row, area.last_col)
        left, above = _left(anchors[item.sheet], place), _above(anchors[item.sheet], place)
        own = "" if item.kind is Kind.LABEL else left or above
        anchors[item.sheet][item.name] = Anchor(place, own)
        rows = cols = item.name
        if item.stem in ("取組予定", "取組結果"):
            rows, cols = item.name.replace(item.stem, "取組番号"), above
        elif (
            item.stem in _CROSSED
            or item.kind in (Kind.SCORE, Kind.TOTAL, Kind.GRADE)
            or item in form.reasons
        ):
            rows, cols = left, above
        places[item.name] = (rows, cols)
    return Map(form, anchors, places, repeats)


def _left(anchors: Mapping[str, Anchor], place: Box) -> str:
    """The printed label beside a place."""
    beside = [
        (anchor.box.right, key)
        for key, anchor in anchors.items()
        if key.startswith("label ")
        and anchor.box.top <= place.top <= anchor.box.bottom
        and anchor.box.right < place.left
    ]
    return max(beside, default=(0, ""))[1]


def _above(anchors: Mapping[str, Anchor], place: Box) -> str:
    """The printed heading over a place."""
    above = [
        (anchor.box.bottom, key)
        for key, anchor in anchors.items()
        if key.startswith("label ")
        and anchor.box.left == place.left
        and anchor.box.bottom < place.top
    ]
    return max(above, default=(0, ""))[1]


def region(chart: Map, sheet: Sheet, name: str) -> Box | None:
    """Where a field stands on a sheet now; None where its row or column is gone."""
    return _crossing(chart, sheet.anchors, name)


def _crossing(chart: Map, anchors: Mapping[str, Anchor], name: str) -> Box | None:
    rows, cols = (anchors.get(key) for key in chart.places[name])
    if rows is None or cols is None:
        return None
    place = Box(rows.box.top, cols.box.left, rows.box.bottom, cols.box.right)
    return place if min(place.size) > 0 else None


# -- the whole paper ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """A text that is seen: where, and the field above it or beside it where it is in none."""

    sheet: str
    cell: str
    text: str
    field: str = ""
    near: str = ""
    typed: bool = True


@dataclass(slots=True)
class Part:
    """Sheet ① or ② as seen."""

    sheet: str
    number: str
    fields: dict[str, list[Words]] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)  # fields of ① printed again on ②
    again: list[str] = field(default_factory=list)  # their cells


@dataclass(slots=True)
class Paper:
    """Everything a person sees of a workbook."""

    firsts: list[Part] = field(default_factory=list)
    seconds: list[Part] = field(default_factory=list)
    strays: list[Words] = field(default_factory=list)  # typed, and in no field
    print: list[str] = field(default_factory=list)  # printed by the tool
    # Cells that hold something else than is seen.
    veiled: set[tuple[str, str]] = field(default_factory=set)


_COMPUTED = (Kind.TOTAL, Kind.GRADE)


def read(book: Book, chart: Map) -> Paper:
    """Look at all visible sheets."""
    paper = Paper()
    for sheet in book.sheets:
        _veils(book, sheet, paper)
        if sheet.state != "visible":
            continue
        if sheet.anchors:
            _read_form(book, sheet, chart, paper, [sheet.anchors, *sheet.stacked])
        else:
            for (row, col), cell in sheet.cells.items():
                _outside(book, sheet, row, col, cell, paper)
        for note in sheet.notes:
            place = Box(note.row, note.col, note.row, note.col).a1
            paper.strays.append(Words(sheet.name, place, note.text))
        for drawn in sheet.drawn:
            place = Box(drawn.box.top, drawn.box.left, drawn.box.top, drawn.box.left).a1
            paper.strays.append(Words(sheet.name, place, drawn.text or "（図）"))
        for text in (sheet.header, sheet.footer):
            if text:
                paper.strays.append(Words(sheet.name, "", text))
    return paper


def _veils(book: Book, sheet: Sheet, paper: Paper) -> None:
    for (row, col), cell in sheet.cells.items():
        filled = cell.value not in (None, "") and cell.origin != HELPER
        if filled and seen(book, sheet, row, col) != displayed(cell, GENERAL):
            paper.veiled.add((sheet.name, Box(row, col, row, col).a1))


def _read_form(
    book: Book,
    sheet: Sheet,
    chart: Map,
    paper: Paper,
    papers: Sequence[Mapping[str, Anchor]],
) -> None:
    """The papers of a sheet: usually ① or ② alone, both, or several of them."""
    parts: dict[tuple[int, int], Part] = {}
    homes: dict[tuple[int, int], tuple[int, str]] = {}
    for at, anchors in enumerate(papers):
        for number in (0, 1):
            if any(key in anchors for key in chart.anchors[number]):
                parts[at, number] = Part(sheet.name, "")
                (paper.firsts, paper.seconds)[number].append(parts[at, number])
        for item in _fields(chart):
            area = _crossing(chart, anchors, item.name) if (at, item.sheet) in parts else None
            if area:
                homes |= dict.fromkeys(area.spots(), (at, item.name))
    filled = [(spot, cell) for spot, cell in sheet.cells.items() if cell.value is not None]
    for (row, col), cell in sorted(filled, key=lambda entry: entry[0]):
        at, name = homes.get((row, col), (0, ""))
        if not name or (chart.form[name].kind in _COMPUTED and cell.origin != TYPED):
            _outside(book, sheet, row, col, cell, paper, homes)
            continue
        text = seen(book, sheet, row, col)
        if text.strip():
            typed = cell.origin == TYPED
            words = Words(sheet.name, Box(row, col, row, col).a1, text, name, "", typed)
            part = parts[at, chart.form[name].sheet]
            part.fields.setdefault(name, []).append(words)
    for (at, number), part in parts.items():
        if number == 0:
            part.number = "".join(words.text for words in part.fields.get("項目番号", ()))
            continue
        for name, key in chart.repeats.items():
            anchor = papers[at].get(key)
            if anchor and min(anchor.box.size) > 0:
                part.repeats[name] = seen(book, sheet, anchor.box.top, anchor.box.left)
                part.again.append(Box(*anchor.box[:2], *anchor.box[:2]).a1)
        part.number = part.repeats.get("項目番号", "")


@lru_cache(maxsize=8)
def _fields_of(form: Form) -> tuple[Field, ...]:
    return tuple(
        item for item in form.fields if item.kind is not Kind.LABEL and item.name != "様式版"
    )


def _fields(chart: Map) -> tuple[Field, ...]:
    return _fields_of(chart.form)


def _outside(
    book: Book,
    sheet: Sheet,
    row: int,
    col: int,
    cell: Cell,
    paper: Paper,
    homes: Mapping[tuple[int, int], tuple[int, str]] | None = None,
) -> None:
    if cell.value is None or cell.origin == HELPER:
        return
    text = seen(book, sheet, row, col)
    if not text.strip():
        return
    if cell.origin == PRINT:
        paper.print.append(text)
        return
    number = re.fullmatch(r"[①-⑳]|\d{1,2}", text.strip())
    if number and any(
        key.startswith("取組番号") and anchor.box.holds(Box(row, col, row, col))
        for key, anchor in sheet.anchors.items()
    ):
        paper.print.append(text)  # the number of a row, typed
        return
    near = next(_upwards(homes or {}, row, col), "")
    paper.strays.append(Words(sheet.name, Box(row, col, row, col).a1, text, "", near))


def _upwards(homes: Mapping[tuple[int, int], tuple[int, str]], row: int, col: int) -> Iterator[str]:
    """The fields above a cell, the nearest first; none farther away than a few rows."""
    for up in range(row - 1, max(row - 8, -1), -1):
        if (up, col) in homes:
            yield homes[up, col][1]
