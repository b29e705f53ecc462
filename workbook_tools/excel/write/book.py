"""The only module that knows XlsxWriter: workbooks out, with their appearance as data.

Texts are always written as text (never as a formula, a link or a number), a refusal of XlsxWriter
raises instead of returning −2, and two runs on the same input give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from xlsxwriter.core import Core
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings, SharedStringTable
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet
from xlsxwriter.xmlwriter import XMLwriter

from workbook_tools.cells import Area
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.theme import theme
from workbook_tools.text import for_cell
from workbook_tools.zips import same_everywhere

FONT = "BIZ UDゴシック"  # on every Windows 10/11; fixed pitch, so printed lines can be counted
INK, QUIET, LINE = "#000000", "#666666", "#7F7F7F"
INPUT, LOCKED, HEAD, GOOD, ALERT = "#FFF8E1", "#EFEFEF", "#F5F5F5", "#E2F0D9", "#C00000"
POOR, MARKED = "#FBE5D6", "#FFF2CC"
GAP, EMPTY = "#7F6000", "#FFE699"  # what is still to be typed: its words, its cell
# Colours of charts, from the best grade down: apart in print without colour, too.
SERIES = ("#1F4E79", "#5B9BD5", "#BDD7EE", "#F4B183", "#C55A11", "#7F7F7F")
# Shades of a heat map, from the poorest figures up; the best stand on white.
HEAT = ("#E08E5A", "#F4BE9A", "#FCE4D6")

# Named parts of an appearance; a cell's style is a few of these names, later ones winning.
STYLES: dict[str, dict[str, Any]] = {
    "base": {"font_name": FONT, "font_size": 9, "font_color": INK, "valign": "vcenter"},
    "box": {"border": 1, "border_color": LINE},
    "wrap": {"text_wrap": True, "align": "left", "valign": "top"},
    "middle": {"valign": "vcenter"},
    "center": {"align": "center"},
    "right": {"align": "right"},
    "left": {"align": "left"},
    "shrink": {"shrink": True},
    "vertical": {"rotation": 270, "align": "center", "valign": "vcenter"},
    "stacked": {"text_wrap": True, "align": "center", "valign": "vcenter"},
    "head": {"bg_color": HEAD, "align": "center", "text_wrap": True},
    # Where something can be typed is told by the line around it, not by the colour alone.
    "input": {"bg_color": INPUT, "locked": False, "border_color": "#1F4E79"},
    "locked": {"bg_color": LOCKED},
    "text": {"num_format": "@"},
    "title": {"bold": True, "font_size": 12, "align": "center"},
    "section": {"bold": True, "font_size": 10},
    "bold": {"bold": True},
    "big": {"bold": True, "font_size": 14},
    "quiet": {"font_color": QUIET},
    "alert": {"font_color": ALERT},
    "gap": {"font_color": GAP},
    "date": {"num_format": "yyyy/mm/dd", "align": "left"},
    "indent": {"indent": 1},
    "italic": {"italic": True},
    "cover": {"bold": True, "font_size": 24, "align": "center", "text_wrap": True},
    "cover_line": {"font_size": 14, "align": "center", "text_wrap": True},
    "open_left": {"left": 0},
    "open_right": {"right": 0, "align": "right"},
    "link": {"font_color": "#1F4E79", "underline": 1},
    **{f"{size:g} pt": {"font_size": size} for size in (9, 10, 11.25, 12, 13.5)},
    "large print": {"font_size": 11.25},
    "reference": {"bg_color": "#DDEBF7"},
    "otherwise": {"bg_color": MARKED},
    "doubtful": {"bg_color": POOR},
    "tenths": {"num_format": "0.0"},
    "change": {"num_format": "+0;-0;0"},
    "change tenths": {"num_format": "+0.0;-0.0;0.0"},
}
_XML = XMLwriter()
UNSEEN = ("hidden",)  # of a helper cell nobody looks at: no appearance at all
# A fixed time of creation: the same state gives the same bytes.
_CREATED = datetime(2020, 4, 1)
_MOST_BREAKS = 1023  # Excel's limit; XlsxWriter silently drops what is more


class WritingError(Exception):
    """XlsxWriter refused something we asked for: a fault of ours."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down: its options, or limits of a date or whole number, and what to tell the typist.

    ``strict`` stops a wrong entry; otherwise Excel only asks back.
    """

    options: Sequence[str | int] | str = ()
    title: str = ""
    message: str = ""
    error: str = ""
    strict: bool = True
    ime: str = ""  # how Japanese is typed: ``hiragana``, ``off``; empty: as it was


@dataclass(frozen=True, slots=True)
class Repeat:
    """One of several cells below one another with the same formula, relative to their rows.

    Only the first cell has the ``area``, as ``A1:A9``.
    """

    number: int
    area: str = ""


@dataclass(frozen=True)
class FormulaCell:
    """A cell with a formula, how it looks, and whether its neighbours have the same one.

    Where ``formula`` is empty, what it shows is a constant.
    """

    area: Area
    formula: str
    styles: tuple[str, ...]
    repeat: Repeat | None = None

    @cached_property
    def element(self) -> str:
        """The formula in a sheet's XML."""
        return _formula_element(self.formula.removeprefix("="), self.repeat)


@dataclass(frozen=True, slots=True)
class Series:
    """One line of figures in a chart; categories and values are sheet name and area."""

    name: str
    categories: tuple[str, Area]
    values: tuple[str, Area]
    colour: str = SERIES[0]
    ink: str = INK  # of the figures printed on the chart
    label: tuple[str, Area] | None = None  # of a point: the cell with what is printed beside it


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of figures: its words, and where it begins and ends."""

    words: str
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: kind ``column``, ``bar``, ``stacked`` (columns) or ``scatter``.

    ``size`` in pixels. A scatter has two ``axes``; its series are points, their categories figures.
    """

    kind: str
    title: str
    series: Sequence[Series]
    size: tuple[int, int]
    most: float | None = None  # upper end of the axis; None: as the figures need
    format: str = "0.0"
    legend: bool = True  # where there is more than one series
    told: str = ""  # for who cannot see it: what it shows
    values: bool = True  # printed on the chart
    axes: tuple[Axis, Axis] | None = None

    @property
    def type(self) -> dict[str, str]:
        """Type and subtype as XlsxWriter calls them."""
        if self.kind == "stacked":
            return {"type": "column", "subtype": "stacked"}
        return {"type": self.kind}


_Attributes = Sequence[tuple[str, Any]]


def _plain(attributes: _Attributes) -> str:
    return "".join([f' {name}="{value}"' for name, value in attributes])


class _Worksheet(Worksheet):
    """XlsxWriter's worksheet without its search for functions newer than Excel 2010.

    It runs some thirty regular expressions over every formula, two thirds of the time a form
    takes; we write no such function, and a test holds that no workbook contains ``_xlfn.``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.repeats: dict[str, Repeat] = {}
        self._imes: dict[int, str] = {}  # by the number of the validation
        self._validation = 0

    def note_ime(self, ime: str) -> None:
        """The last validation's cells are typed so; XlsxWriter has no word for it."""
        if ime:
            self._imes[len(self.validations)] = ime

    def _write_data_validation(self, options: Any) -> None:
        self._validation += 1
        super()._write_data_validation(options)

    def _xml_start_tag(self, tag: str, attributes: Any = ()) -> None:
        super()._xml_start_tag(tag, self._with_ime(tag, attributes))

    def _xml_empty_tag(self, tag: str, attributes: Any = ()) -> None:
        if tag == "c":
            self.fh.write(f"<c{_plain(attributes)}/>")
        else:
            super()._xml_empty_tag(tag, self._with_ime(tag, attributes))

    def _with_ime(self, tag: str, attributes: Any) -> Any:
        if tag == "dataValidation" and (ime := self._imes.get(self._validation)):
            return [("imeMode", ime), *attributes]
        return attributes

    def _convert_name_area(self, *cells: Any) -> str:
        """An area with its sheet's name in quotes, which some programs ask for."""
        sheet, _, area = str(super()._convert_name_area(*cells)).rpartition("!")
        return f"{sheet}!{area}" if sheet.startswith("'") else f"'{sheet}'!{area}"

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    # A cell's attributes are its place and the number of its format: nothing to be escaped, where
    # XlsxWriter looks for it with two regular expressions a cell.

    def _xml_string_element(self, index: int, attributes: _Attributes = ()) -> None:
        self.fh.write(f'<c{_plain(attributes)} t="s"><v>{index}</v></c>')

    def _xml_number_element(self, number: float, attributes: _Attributes = ()) -> None:
        self.fh.write(f"<c{_plain(attributes)}><v>{number:.16G}</v></c>")

    def _xml_formula_element(self, formula: str, result: Any, attributes: _Attributes = ()) -> None:
        repeat = self.repeats.get(attributes[0][1]) if self.repeats else None
        element = _formula_element(formula, repeat)
        self.fh.write(f"<c{_plain(attributes)}>{element}<v>{escaped(result)}</v></c>")


class _SharedStrings(SharedStrings):
    """XlsxWriter's texts, where none is markup: it takes ``<r>…</r>`` for its own rich text."""

    def _xml_rich_si_element(self, string: str) -> None:
        self._xml_si_element(string, [])


class _Packager(Packager):
    def _write_shared_strings_file(self) -> None:
        table = self.workbook.str_table
        if table.count:
            part = _SharedStrings()
            part.string_table = table
            part._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            part._assemble_xml_file()


class _Workbook(Workbook):
    """XlsxWriter's workbook without the second list of all names in the file's properties.

    Nobody reads it, and in a form of 130 names it is a kilobyte of thirty.
    """

    is_locked = False

    def _extract_named_ranges(self, defined_names: object) -> list[str]:
        return []

    def _write_workbook_pr(self) -> None:
        super()._write_workbook_pr()
        if self.is_locked:
            self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])

    def _get_packager(self) -> Packager:
        return _Packager()


class Sheet:
    """One worksheet. Every method takes zero-based areas and style names."""

    def __init__(self, book: Book, sheet: _Worksheet) -> None:
        self._book = book
        self._sheet = sheet
        self.name = sheet.get_name()
        self.heights: dict[int, float] = {}  # points of the rows that were given a height
        self._pixels: dict[int, int] = {}  # of the columns that were given a width

    def text(self, area: Area, text: str, *styles: str) -> None:
        """Write a text as text, whatever it begins with, as far as a cell can hold it."""
        form = self._prepare(area, styles)
        if text:
            self._must(self._sheet.write_string(area.row, area.col, for_cell(text), form))
        else:
            self._must(self._sheet.write_blank(area.row, area.col, None, form))

    def number(self, area: Area, number: float, *styles: str) -> None:
        """Write a number."""
        form = self._prepare(area, styles)
        self._must(self._sheet.write_number(area.row, area.col, number, form))

    def day(self, area: Area, day: date, *styles: str) -> None:
        """Write a calendar date."""
        moment = datetime(day.year, day.month, day.day)
        form = self._prepare(area, (*styles, "date"))
        self._must(self._sheet.write_datetime(area.row, area.col, moment, form))

    def computed(self, cells: Sequence[FormulaCell], values: Sequence[str | float]) -> None:
        """Write many formulas with the values they have."""
        for cell, value in zip(cells, values, strict=True):
            if cell.repeat:
                self._sheet.repeats[cell.area.a1] = cell.repeat
            if cell.formula:
                self.formula(cell.area, cell.formula, value, *cell.styles)
            else:
                self.value(cell.area, value, *cell.styles)

    def formula(self, area: Area, formula: str, value: str | float, *styles: str) -> None:
        """Write a formula with the value it has, so that viewers which do not calculate show it."""
        form = self._prepare(area, styles)
        value = for_cell(value) if isinstance(value, str) else value
        self._must(self._sheet.write_formula(area.row, area.col, formula, form, value))

    def link(self, area: Area, target: str, text: str, *styles: str) -> None:
        """Write a link to a place in the same workbook or a file beside it."""
        form = self._prepare(area, styles)
        self._must(self._sheet.write_url(area.row, area.col, target, form, for_cell(text)))

    def chart(self, area: Area, chart: Chart, right: int = 0) -> None:
        """Put a chart with its top-left corner ``right`` pixels beside the cell's."""
        drawn = self._book.chart(chart)
        options = {
            "x_offset": right,
            "y_offset": 0,
            "object_position": 2,
            "description": chart.told,
        }
        self._must(self._sheet.insert_chart(area.row, area.col, drawn, options))

    def table(self, name: str, lines: Sequence[Sequence[str | float | None]]) -> None:
        """A table from A1 on, marked up as one: headings, then rows of texts and numbers."""
        heads, *rows = lines
        for down, row in enumerate(rows, start=1):
            for col, value in enumerate(row):
                if value is not None:
                    self.value(Area(down, col), value)
        columns = [{"header": str(head)} for head in heads]
        options = {"name": f"T_{name}", "columns": columns, "style": "Table Style Light 1"}
        last = (max(1, len(rows)), len(heads) - 1)
        self._must(self._sheet.add_table(0, 0, *last, options))

    def comment(self, area: Area, text: str) -> None:
        """Attach a note to a cell."""
        self._must(
            self._sheet.write_comment(
                area.row, area.col, text, {"font_name": FONT, "font_size": 9, "x_scale": 2}
            )
        )

    def value(self, area: Area, value: str | float | date, *styles: str) -> None:
        """Write a value by its type: text as text, numbers as numbers, dates as dates."""
        if isinstance(value, str):
            self.text(area, value, *styles)
        elif isinstance(value, date):
            self.day(area, value, *styles)
        else:
            self.number(area, value, *styles)

    def row(self, row: int, values: Sequence[str | float], looks: Sequence[Format]) -> None:
        """Write many cells beside one another from the first column on, each with its look.

        The same as :meth:`value` for each, for long lists: looks are bound once (:meth:`look`).
        """
        sheet = self._sheet
        for col, (value, look) in enumerate(zip(values, looks, strict=True)):
            if not isinstance(value, str):
                done = sheet._write_number(row, col, value, look)
            elif value:
                done = sheet._write_string(row, col, for_cell(value), look)
            else:
                done = sheet._write_blank(row, col, None, look)
            self._must(done)

    def look(self, *styles: str) -> Format:
        """What the styles make together, for :meth:`row`."""
        return self._book.style(styles)

    def choice(self, area: Area, choice: Choice, *others: Area) -> None:
        """Attach a drop-down and the message that appears when one of the cells is chosen."""
        options: dict[str, Any] = {
            "validate": "list" if choice.options else "any",
            "input_title": choice.title,
            "input_message": choice.message,
        }
        if choice.options:
            options["error_title"] = "入力を確かめてください"
            options["error_message"] = choice.error
            options["error_type"] = "stop" if choice.strict else "warning"
            source = choice.options
            options["source"] = source if isinstance(source, str) else list(source)
        cells, *more = (
            [each.row, each.col, each.last_row, each.last_col] for each in (area, *others)
        )
        self._must(self._sheet.data_validation(*cells, {**options, "other_cells": more}))
        self._sheet.note_ime(choice.ime)

    def highlight(self, area: Area, formula: str, **look: Any) -> None:
        """Format the area while a formula is true."""
        cells = (area.row, area.col, area.last_row, area.last_col)
        form = self._book.conditional(look)
        options = {"type": "formula", "criteria": formula, "format": form}
        self._must(self._sheet.conditional_format(*cells, options))

    def columns(self, first: int, last: int, pixels: int, *, hidden: bool = False) -> None:
        """Set the width of columns, in pixels at 96 dpi."""
        self._pixels.update(dict.fromkeys(range(first, last + 1), pixels))
        self._must(self._sheet.set_column_pixels(first, last, pixels, None, {"hidden": hidden}))

    def height(self, row: int, points: float) -> None:
        """Set the height of one row, in points; rows are whole pixels high."""
        self.heights[row] = points = paper.whole_pixels(points)
        self._must(self._sheet.set_row(row, points))

    def tab(self, colour: str) -> None:
        """Colour the sheet's tab."""
        self._sheet.set_tab_color(colour)

    def protect(self) -> None:
        """Lock all but the open cells, without a password; rows may still be made taller."""
        self._sheet.protect("", {"format_rows": True})

    def freeze(self, row: int, col: int = 0) -> None:
        """Keep the rows above and the columns left of a cell in sight."""
        self._sheet.freeze_panes(row, col)

    def filter(self, area: Area) -> None:
        """Put filter buttons on the first row of a table."""
        self._must(self._sheet.autofilter(area.row, area.col, area.last_row, area.last_col))

    def page(
        self,
        area: Area,
        *,
        landscape: bool = False,
        tall: int = 1,
        margins: paper.Margins = paper.NARROW,
        footer: str = "",
        repeat: tuple[int, int] | None = None,
        repeat_columns: int = 0,
        scale: int = 0,
        first_page: int = 0,
    ) -> None:
        """Print the area on A4, one page wide and ``tall`` pages high (0: as many as needed).

        ``margins`` are left, right, top and bottom in inches. With a ``scale`` in percent nothing
        is fitted: that is what :meth:`breaks` needs. ``first_page`` is the first page's number;
        ``repeat_columns`` so many columns stand on every page, should one not be wide enough.
        """
        sheet = self._sheet
        sheet.set_paper(9)
        sheet.set_landscape() if landscape else sheet.set_portrait()
        left, right, top, bottom = margins
        sheet.set_margins(left, right, top, bottom)
        sheet.center_horizontally()
        self._must(sheet.print_area(area.row, area.col, area.last_row, area.last_col))
        sheet.set_print_scale(scale) if scale else sheet.fit_to_pages(1, tall)
        if first_page:
            sheet.set_start_page(first_page)
        sheet.set_footer(footer, {"margin": 0.15})
        if repeat:
            sheet.repeat_rows(*repeat)
        if repeat_columns:
            sheet.repeat_columns(0, repeat_columns - 1)

    def print_on(
        self,
        page: paper.PrintPage,
        area: Area,
        *,
        footer: str = "",
        repeat: tuple[int, int] | None = None,
        first_page: int = 0,
    ) -> paper.PrintPage:
        """Print the area on such pages; gives them as they are used.

        Nothing is fitted: letters come out as large as the page says, unless columns are too wide.
        """
        columns = range(area.col, area.last_col + 1)
        page = page.holding(sum(self._pixels.get(col, 0) for col in columns))
        self.page(
            area,
            landscape=page.landscape,
            margins=page.margins,
            scale=page.scale,
            footer=footer,
            repeat=repeat,
            first_page=first_page,
        )
        return page

    def breaks(self, rows: Sequence[int]) -> None:
        """Begin a new printed page above each of these rows; only with a fixed print scale."""
        if len(rows) > _MOST_BREAKS:
            raise WritingError(f"more than {_MOST_BREAKS} page breaks on sheet {self.name!r}")
        self._sheet.set_h_pagebreaks(list(rows))

    def view(self, *, zoom: int = 100, grid: bool = False, active: bool = False) -> None:
        """How the sheet opens: zoom in percent, grid lines, first sheet shown."""
        self._sheet.set_zoom(zoom)
        self._sheet.hide_gridlines(1 if grid else 2)
        if active:
            self._sheet.activate()

    def select(self, area: Area) -> None:
        """Put the cursor where typing begins."""
        self._sheet.set_selection(area.row, area.col, area.row, area.col)

    def _prepare(self, area: Area, styles: tuple[str, ...]) -> Format | None:
        form = None if styles == UNSEEN else self._book.style(styles)
        if area.rows > 1 or area.cols > 1:
            cells = (area.row, area.col, area.last_row, area.last_col)
            self._must(self._sheet.merge_range(*cells, "", form))
        return form

    def _must(self, result: object) -> None:
        if isinstance(result, int) and result < 0:
            raise WritingError(f"XlsxWriter refused ({result}) on sheet {self.name!r}")


class Book:
    """One workbook in memory; :meth:`bytes` closes it and gives its file."""

    def __init__(self, title: str = "", author: str = "") -> None:
        self._buffer = io.BytesIO()
        self._book = _Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties({"title": title, "author": author, "created": _CREATED})
        self._book.use_custom_theme(io.StringIO(theme()))
        self._formats: dict[tuple[str, ...], Format] = {}
        self.sheets: list[Sheet] = []
        self._conditional: dict[tuple[tuple[str, Any], ...], Format] = {}

    def sheet(self, name: str) -> Sheet:
        """Add a worksheet."""
        self.sheets.append(Sheet(self, self._book.add_worksheet(name, _Worksheet)))
        return self.sheets[-1]

    def name(self, name: str, sheet: str, area: Area) -> None:
        """Define a workbook-level name for the area's top-left cell."""
        if self._book.define_name(name, f"='{sheet}'!{area.absolute}"):
            raise WritingError(f"XlsxWriter refused the name {name!r}")

    def lock(self) -> None:
        """No sheet can be deleted, moved or added, without a password."""
        self._book.is_locked = True

    def style(self, names: tuple[str, ...]) -> Format:
        """The format that the named parts make together."""
        form = self._formats.get(names)
        if form is None:
            parts: dict[str, Any] = {}
            for name in ("base", *names):
                parts.update(STYLES[name])
            form = self._formats[names] = self._book.add_format(parts)
        return form

    def conditional(self, look: Mapping[str, Any]) -> Format:
        """A format for conditional use: only what differs."""
        key = tuple(sorted(look.items()))
        if key not in self._conditional:
            self._conditional[key] = self._book.add_format(dict(look))
        return self._conditional[key]

    def chart(self, chart: Chart) -> Any:
        """A chart as XlsxWriter's object, not yet on any sheet; hidden cells are shown in it."""
        made = self._book.add_chart(chart.type)
        small = {"name": FONT, "size": 9}
        for series in chart.series:
            made.add_series(_series(chart, series))
        made.set_title(
            {"name": chart.title, "name_font": {**small, "bold": True}, "overlay": False}
        )
        many = chart.legend and len(chart.series) > 1
        made.set_legend({"position": "bottom", "font": small} if many else {"none": True})
        grid = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}}
        values: dict[str, Any] = {"major_gridlines": grid, "min": 0, "num_font": small}
        if chart.most is not None:
            values["max"] = chart.most
        plain = {"num_font": small, "major_gridlines": {"visible": False}}
        across = chart.kind == "bar"
        if chart.axes:
            horizontal, vertical = (_axis(axis, grid) for axis in chart.axes)
            made.set_x_axis(horizontal)
            made.set_y_axis(vertical)
        else:
            made.set_x_axis(values if across else plain)
            made.set_y_axis({**plain, "reverse": True} if across else values)
        made.set_size({"width": chart.size[0], "height": chart.size[1]})
        made.set_chartarea({"border": {"color": "#D9D9D9"}})
        made.show_hidden_data()
        return made

    def bytes(self) -> bytes:
        """Close the workbook and return the file's content."""
        self._book.close()
        return same_everywhere(self._buffer.getvalue())


def _formula_element(formula: str, repeat: Repeat | None) -> str:
    """A formula repeated down a column stands in its first cell alone (ECMA-376, 18.3.1.40)."""
    if repeat is None:
        return f"<f>{escaped(formula)}</f>"
    if not repeat.area:
        return f'<f t="shared" si="{repeat.number}"/>'
    return f'<f t="shared" ref="{repeat.area}" si="{repeat.number}">{escaped(formula)}</f>'


def escaped(value: str | float) -> str:
    """A value between two tags, as XlsxWriter writes it."""
    return str(_XML._escape_data(value))


def shared_strings(texts: Sequence[str], used: int) -> bytes:
    """XlsxWriter's part of a workbook's texts, which its cells use so many times."""
    table = SharedStringTable()
    table.count, table.unique_count, table.string_array = used, len(texts), list(texts)
    part = _SharedStrings()
    part.string_table = table
    return _assembled(part)


def properties(title: str) -> bytes:
    """XlsxWriter's part of a workbook's title and time."""
    part = Core()
    part._set_properties({"title": title, "created": _CREATED})
    return _assembled(part)


def _assembled(part: XMLwriter) -> bytes:
    text = io.StringIO()
    part._set_xml_writer(text)
    part._assemble_xml_file()
    return text.getvalue().encode()


def _series(chart: Chart, series: Series) -> dict[str, Any]:
    """A line of figures as XlsxWriter wants it: nothing is printed for a zero."""
    font = {"name": FONT, "size": 9, "color": series.ink}
    made: dict[str, Any] = {
        "name": series.name,
        "categories": f"='{series.categories[0]}'!{series.categories[1].absolute_range}",
        "values": f"='{series.values[0]}'!{series.values[1].absolute_range}",
    }
    if series.label:
        sheet, cell = series.label
        marker = {"type": "circle", "size": 6, "fill": {"color": series.colour}}
        labels = {"series_name": True, "position": "above", "font": font}
        name = f"='{sheet}'!{cell.absolute}"
        return {**made, "name": name, "marker": marker, "data_labels": labels}
    labels = {"value": chart.values, "font": font, "num_format": f"{chart.format};;"}
    return {
        **made,
        "data_labels": labels,
        "fill": {"color": series.colour},
        "border": {"color": LINE, "width": 0.75},  # pale bars stand out from the paper
        "gap": 60,
    }


def _axis(axis: Axis, grid: Mapping[str, Any]) -> dict[str, Any]:
    """An axis of figures as XlsxWriter wants it."""
    font = {"name": FONT, "size": 9}
    return {
        "name": axis.words,
        "name_font": {**font, "bold": False},
        "num_font": font,
        "min": axis.least,
        "max": axis.most,
        "major_gridlines": grid,
    }
