"""Between the bytes of an .xlsx and a :class:`Book`: only what the tool's writer and Excel write.

Reading understands the XML of our own forms and stops at anything else; writing makes what Excel
would, so that other programs open it too.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable
from functools import cache, lru_cache
from html import escape

from tests.damage.book import (
    HELPER,
    LOST,
    PRINT,
    Book,
    Box,
    Cell,
    Drawn,
    Fault,
    Note,
    Run,
    Sheet,
    Styles,
    Target,
    Value,
    box,
)
from workbook_tools.cells import column_name

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DRAW = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SHEET_DRAW = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_STRICT = {
    _MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    _REL: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORM = "application/vnd.openxmlformats-officedocument."

# -- reading --------------------------------------------------------------------------------------

_SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="\d+"( state="\w+")? r:id="(\w+)"/>')
_RELATION = re.compile(r'<Relationship Id="(\w+)" Type="[^"]*" Target="([^"]*)"/>')
_NAME = re.compile(r"<definedName ([^>]*)>([^<]*)</definedName>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_ROW = re.compile(r"<row ([^>]*?)(?:/>|>(.*?)</row>)", re.S)
_CELL = re.compile(
    r'<c r="([A-Z]+)(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?'
    r"(?:/>|>(?:<f([^>]*?)(?:/>|>([^<]*)</f>))?(?:<v>([^<]*)</v>|<v/>)?</c>)"
)
_ITEM = re.compile(r"<si><t[^>]*>([^<]*)</t></si>")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def parse(data: bytes, edge: int) -> Book:
    """A form of the tool as a Book; what stands from column ``edge`` on is a helper.

    Raises ValueError where the writer wrote what this reader does not know.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    workbook = parts.pop("xl/workbook.xml").decode()
    targets = dict(_RELATION.findall(parts.pop("xl/_rels/workbook.xml.rels").decode()))
    strings = [
        _unescaped(text) for text in _ITEM.findall(parts.pop("xl/sharedStrings.xml", b"").decode())
    ]
    styles = _styles(parts.pop("xl/styles.xml").decode())
    sheets = []
    for name, state, relation in _SHEET.findall(workbook):
        sheet = _sheet(parts.pop(f"xl/{targets[relation]}").decode(), strings, edge)
        sheet.name = html.unescape(name)
        sheet.state = state.partition('"')[2].rstrip('"') or "visible"
        sheets.append(sheet)
    for gone in ("[Content_Types].xml", "_rels/.rels", "docProps/app.xml"):
        parts.pop(gone, None)
    book = Book(sheets, {}, styles, parts)
    book.props = workbook[workbook.index("<fileVersion") : workbook.index("<sheets>")]
    for attributes, text in _NAME.findall(workbook):
        facts = dict(_ATTRIBUTE.findall(attributes))
        scope = sheets[int(facts["localSheetId"])] if "localSheetId" in facts else None
        more = "".join(
            f' {fact}="{value}"'
            for fact, value in facts.items()
            if fact not in ("name", "localSheetId")
        )
        book.names[scope, html.unescape(facts["name"])] = _target(book, html.unescape(text), more)
    return book


def _target(book: Book, text: str, more: str) -> Target:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return Target(None, None, text, more)
    name = (match[1] or match[2]).replace("''", "'")
    return Target(book.sheet(name), box(match[3].replace("$", "")), "", more)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), html.unescape(text))


def _styles(xml: str) -> Styles:
    match = re.fullmatch(
        r"(.*?<styleSheet[^>]*>)(<numFmts.*?</numFmts>)?<fonts[^>]*>(.*?)</fonts>(.*?)"
        r"<cellXfs[^>]*>(.*?)</cellXfs>(.*)",
        xml,
        re.S,
    )
    if match is None:
        raise ValueError("styles.xml is written in another way")
    formats = re.findall(r'numFmtId="(\d+)" formatCode="([^"]*)"', match[2] or "")
    return Styles(
        match[1],
        {int(no): html.unescape(code) for no, code in formats},
        re.findall(r"<font>.*?</font>", match[3]),
        match[4],
        re.findall(r"<xf [^>]*?/>|<xf .*?</xf>", match[5]),
        match[6],
    )


def _sheet(xml: str, strings: list[str], edge: int) -> Sheet:
    sheet = Sheet("")
    start, begin, end = (xml.index(tag) for tag in ("<sheetPr", "<sheetData", "</sheetData>"))
    data, after = xml[begin:end], xml[end + len("</sheetData>") : -len("</worksheet>")]
    head, _, cols = xml[start:begin].partition("<cols>")
    sheet.head = re.sub(r"<dimension[^>]*/>", "", head)
    for facts in map(dict, map(_ATTRIBUTE.findall, re.findall(r"<col [^>]*>", cols))):
        for col in range(int(facts["min"]) - 1, int(facts["max"])):
            sheet.widths[col] = float(facts.get("width", "9"))
            if facts.get("hidden") == "1":
                sheet.hidden_cols.add(col)
    for attributes, _ in _ROW.findall(data):
        facts = dict(_ATTRIBUTE.findall(attributes))
        if "ht" in facts:
            sheet.heights[int(facts["r"]) - 1] = float(facts["ht"])
        if facts.get("hidden") == "1":
            sheet.hidden_rows.add(int(facts["r"]) - 1)
    found = _CELL.findall(data)
    if len(found) != data.count("<c "):
        raise ValueError("a cell is written in another way")
    shared: dict[str, tuple[int, int, str]] = {}  # number → the cell that spells it, its formula
    for letters, digits, style, kind, facts, formula, text in found:
        row, col = int(digits) - 1, _column(letters)
        origin = HELPER if col >= edge else PRINT
        value = _value(kind, text, strings)
        formula = html.unescape(formula)
        if 't="shared"' in facts:
            number = dict(_ATTRIBUTE.findall(facts))["si"]
            if formula:
                shared[number] = (row, col, formula)
            formula = _spelled(*shared[number], row, col)
        sheet.cells[row, col] = Cell(value, int(style or 0), formula, origin)
    protection, merges, tail = re.fullmatch(
        r"(<sheetProtection[^>]*/>)?(<mergeCells.*?</mergeCells>)?(.*)", after, re.S
    ).groups()  # type: ignore[union-attr]
    sheet.protected = bool(protection)
    sheet.merges = [box(ref) for ref in re.findall(r'<mergeCell ref="([^"]*)"', merges or "")]
    sheet.tail = tail
    return sheet


_RELATIVE = re.compile(r'"[^"]*"|(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![\w(!.])')


@lru_cache(maxsize=1 << 14)
def _spelled(top: int, left: int, formula: str, row: int, col: int) -> str:
    """A shared formula as it means in another cell: relative references move."""

    def moved(match: re.Match[str]) -> str:
        if not match[2] or formula[match.start() - 1 : match.start()].isalnum():
            return match[0]
        across = _column(match[2]) + (0 if match[1] else col - left)
        down = int(match[4]) - 1 + (0 if match[3] else row - top)
        return f"{match[1]}{column_name(across)}{match[3]}{down + 1}"

    return _RELATIVE.sub(moved, formula)


@cache
def _column(letters: str) -> int:
    return box(f"{letters}1").left


def _value(kind: str, text: str, strings: list[str]) -> Value:
    if kind == "s":
        return strings[int(text)]
    if kind == "str":
        return _unescaped(text)
    if kind == "e":
        return Fault(text)
    if kind == "b":
        return text == "1"
    if not text:
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


# -- formats --------------------------------------------------------------------------------------

GENERAL, TEXT = "General", "@"
_BUILT_IN = {0: GENERAL, 1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 49: TEXT}
_FONT = '<sz val="9"/><color rgb="FF000000"/><rFont val="BIZ UDゴシック"/>'


def format_code(styles: Styles, style: int) -> str:
    """The number format of a cell's format."""
    number = int(re.search(r'numFmtId="(\d+)"', styles.xfs[style])[1])  # type: ignore[index]
    return styles.formats.get(number) or _BUILT_IN.get(number, GENERAL)


def font(styles: Styles, style: int) -> str:
    """The XML of the font of a cell's format."""
    return styles.fonts[int(re.search(r'fontId="(\d+)"', styles.xfs[style])[1])]  # type: ignore[index]


def formatted(styles: Styles, style: int, code: str) -> int:
    """The same format with another number format."""
    known = {text: no for no, text in (*_BUILT_IN.items(), *styles.formats.items())}
    number = known.get(code)
    if number is None:
        number = max((*styles.formats, 199)) + 1
        styles.formats[number] = code
    return _derived(styles, style, "numFmtId", number)


def restyled_font(
    styles: Styles, style: int, *, struck: bool = False, white: bool = False, tiny: bool = False
) -> int:
    """The same format with its letters struck through, white, or of one point."""
    xml = font(styles, style)
    if struck:
        xml = xml.replace("<font>", "<font><strike/>")
    if white:
        xml = re.sub(r"<color [^>]*/>", '<color rgb="FFFFFFFF"/>', xml)
    if tiny:
        xml = re.sub(r"<sz [^>]*/>", '<sz val="1"/>', xml)
    if xml not in styles.fonts:
        styles.fonts.append(xml)
    return _derived(styles, style, "fontId", styles.fonts.index(xml))


def _derived(styles: Styles, style: int, attribute: str, number: int) -> int:
    key = (style, attribute, str(number))
    if key not in styles.made:
        xf = re.sub(rf'{attribute}="\d+"', f'{attribute}="{number}"', styles.xfs[style])
        if attribute == "numFmtId" and "applyNumberFormat" not in xf:
            xf = xf.replace("<xf ", '<xf applyNumberFormat="1" ')
        styles.xfs.append(xf)
        styles.made[key] = len(styles.xfs) - 1
    return styles.made[key]


def taken_over(styles: Styles, other: Styles) -> dict[int, int]:
    """Formats of another workbook's sheets in this one: its number → the number here."""
    if other is styles or (other.xfs == styles.xfs and other.fonts == styles.fonts):
        return {}
    taken = {}
    for number, xf in enumerate(other.xfs):
        if styles.between == other.between and xf in styles.xfs:
            same_font = font(other, number) == font(styles, styles.xfs.index(xf))
            same_code = format_code(other, number) == format_code(styles, styles.xfs.index(xf))
            if same_font and same_code:
                taken[number] = styles.xfs.index(xf)
                continue
        # Fills and borders of forms of one tool are alike: only font and number format are kept.
        xml = font(other, number)
        if xml not in styles.fonts:
            styles.fonts.append(xml)
        here = re.sub(r'fontId="\d+"', f'fontId="{styles.fonts.index(xml)}"', xf)
        here = re.sub(r'(fill|border)Id="\d+"', r'\1Id="0"', here)
        styles.xfs.append(here)
        code = format_code(other, number)
        taken[number] = formatted(styles, len(styles.xfs) - 1, code)
    return taken


# -- writing --------------------------------------------------------------------------------------


class _Texts:
    """The shared strings while they fill up."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, tuple[Run, ...], str], int] = {}
        self.count = 0

    def number(self, cell: Cell) -> int:
        self.count += 1
        text = cell.value if isinstance(cell.value, str) else ""
        return self.numbers.setdefault((text, cell.runs, cell.reading), len(self.numbers))

    def xml(self) -> str:
        items = "".join(f"<si>{_rich(*key)}</si>" for key in self.numbers)
        count = f'count="{self.count}" uniqueCount="{len(self.numbers)}"'
        return f'{_HEAD}<sst xmlns="{_MAIN}" {count}>{items}</sst>'


def _rich(text: str, runs: tuple[Run, ...], reading: str) -> str:
    if runs:
        return "".join(map(_run, runs))
    if reading:
        phonetic = f'<rPh sb="0" eb="{len(text)}">{_t(reading)}</rPh>'
        return f'{_t(text)}{phonetic}<phoneticPr fontId="1"/>'
    return _t(text)


def _run(run: Run) -> str:
    if run.bare:
        return f"<r>{_t(run.text)}</r>"
    # Excel writes <strike/>, others the value besides; a struck run may be told from 0 alone.
    strike = ("<strike/>", '<strike val="1"/>')[len(run.text) % 2] if run.struck else ""
    strike = strike or ("", '<strike val="0"/>')[len(run.text) % 3 == 2]
    look = _FONT.replace("FF000000", "FFFFFFFF") if run.white else _FONT
    return f"<r><rPr>{'<b/>' if run.bold else ''}{strike}{look}</rPr>{_t(run.text)}</r>"


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")


def _x(text: str) -> str:
    """Text as XML holds it: a carriage return as Excel writes it."""
    return _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", escape(text))


def _t(text: str) -> str:
    # Excel preserves spaces wherever one could be lost.
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<t{kept}>{_x(text)}</t>"


def write(
    book: Book,
    *,
    inline: bool = False,
    stored: bool = True,
    strict: bool = False,
    rich: bool = False,
    foreign: frozenset[str] = frozenset(),
) -> bytes:
    """The workbook's bytes.

    ``inline``: texts in the cells; ``stored``: with formulas' values; ``rich``: with the
    attributes and namespaces that today's Excel adds; ``foreign``: ways of :data:`FOREIGN`.
    """
    texts = _Texts()
    made: dict[str, str | bytes] = {}
    overrides = {
        "xl/workbook.xml": f"{_FORM}spreadsheetml.sheet.main+xml",
        "xl/styles.xml": f"{_FORM}spreadsheetml.styles+xml",
        "xl/theme/theme1.xml": f"{_FORM}theme+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    relations = []
    hiding = int(re.search(r'<dxfs count="(\d+)"', book.styles.after)[1])  # type: ignore[index]
    for number, sheet in enumerate(book.sheets, start=1):
        path = f"xl/worksheets/sheet{number}.xml"
        more = _Attached(made, overrides, number, sheet)
        made[path] = _sheet_xml(sheet, texts, more.elements, hiding, inline, stored)
        overrides[path] = f"{_FORM}spreadsheetml.worksheet+xml"
        relations.append((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
    if any(note.threaded for sheet in book.sheets for note in sheet.notes):
        made["xl/persons/person.xml"] = (
            f'{_HEAD}<personList xmlns="{_THREADED}"><person displayName="係" id="{_PERSON}"'
            ' userId="a" providerId="None"/></personList>'
        )
        overrides["xl/persons/person.xml"] = "application/vnd.ms-excel.person+xml"
        relations.append(("rIdP", "person", "persons/person.xml"))
    relations += [("rIdT", "theme", "theme/theme1.xml"), ("rIdS", "styles", "styles.xml")]
    if texts.numbers:
        made["xl/sharedStrings.xml"] = texts.xml()
        overrides["xl/sharedStrings.xml"] = f"{_FORM}spreadsheetml.sharedStrings+xml"
        relations.append(("rIdX", "sharedStrings", "sharedStrings.xml"))
    made["xl/workbook.xml"] = _workbook(book)
    made["xl/styles.xml"] = _styles_xml(book.styles)
    made["xl/_rels/workbook.xml.rels"] = _rels(relations)
    made["_rels/.rels"] = _rels(
        [("rId1", "officeDocument", "xl/workbook.xml")],
        f'<Relationship Id="rId2" Type="{_PACKAGE}/metadata/core-properties"'
        ' Target="docProps/core.xml"/>',
    )
    made |= book.parts
    made["[Content_Types].xml"] = _content_types(overrides)
    if rich:
        made = {path: _rich_part(path, part) for path, part in made.items()}
    if foreign:
        made = {path: _foreign_part(path, part, foreign) for path, part in made.items()}
    if strict:
        made = {path: _strict(part) for path, part in made.items()}
    return _zipped(made)


_NEWER = (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' mc:Ignorable="x14ac xr"'
    ' xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    ' xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision"'
    ' xr:uid="{00000000-0001-0000-0000-000000000000}"'
)


def _rich_part(path: str, part: str | bytes) -> str | bytes:
    if not path.startswith("xl/worksheets/sheet") or isinstance(part, bytes):
        return part
    part = re.sub(r"<worksheet [^>]*", lambda match: match[0] + _NEWER, part, count=1)
    part = re.sub(r'<row r="(\d+)"', r'<row r="\1" spans="1:94" x14ac:dyDescent="0.15"', part)
    return part.replace("<sheetFormatPr ", '<sheetFormatPr x14ac:dyDescent="0.15" ')


# How XML of other programs differs and means the same.
FOREIGN = ("prefixed", "attributes in another order", "absolute targets", "indented", "quotes")
_BARE_TAG = re.compile(r"<(/?)(?=[A-Za-z]+[\s/>])")


def _foreign_part(path: str, part: str | bytes, ways: frozenset[str]) -> str | bytes:
    """A part as another program may write it. A prefix is what the OpenXML SDK writes."""
    if isinstance(part, bytes):
        return part
    if path.endswith(".rels"):
        if "absolute targets" in ways:
            part = part.replace('Target="worksheets/', 'Target="/xl/worksheets/')
            part = part.replace('Target="styles.xml', 'Target="/xl/styles.xml')
            part = part.replace('Target="sharedStrings', 'Target="/xl/sharedStrings')
        return part
    if f'xmlns="{_MAIN}"' not in part:
        return part
    if "attributes in another order" in ways:
        part = re.sub(r'<c (r="[A-Z0-9]+") (s="\d+")', r"<c \2 \1", part)
        part = re.sub(r"<sheet (name=\"[^\"]*\") (sheetId=\"\d+\")", r"<sheet \2 \1", part)
    if "indented" in ways:
        part = re.sub(
            r"(?=<(?:row|c|xf|font|sheet|definedName|mergeCell|si|col)[ />])", "\n  ", part
        )
    if "quotes" in ways:
        part = re.sub(r' (r|s|t|hidden|fontId|numFmtId)="([^"\']*)"', r" \1='\2'", part)
    if "prefixed" in ways:
        part = _BARE_TAG.sub(r"<\1x:", part).replace(f'xmlns="{_MAIN}"', f'xmlns:x="{_MAIN}"')
    return part


def _strict(part: str | bytes) -> str | bytes:
    if isinstance(part, bytes):
        return part
    for usual, other in _STRICT.items():
        part = part.replace(usual, other)
    return part


def _zipped(made: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    order = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    with zipfile.ZipFile(out, "w") as archive:  # packing costs more than everything else here
        for path in (*order, *(path for path in made if path not in order)):
            part = made[path]
            archive.writestr(
                zipfile.ZipInfo(path, (2022, 4, 22, 0, 0, 0)),
                part.encode() if isinstance(part, str) else part,
            )
    return out.getvalue()


def _content_types(overrides: dict[str, str]) -> str:
    extensions = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "vml": f"{_FORM}vmlDrawing",
    }
    defaults = "".join(
        f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in extensions.items()
    )
    listed = "".join(
        f'<Override PartName="/{path}" ContentType="{kind}"/>' for path, kind in overrides.items()
    )
    return f'{_HEAD}<Types xmlns="{_TYPES}">{defaults}{listed}</Types>'


_KINDS = {
    "person": "http://schemas.microsoft.com/office/2017/10/relationships/person",
    "threadedComment": "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
}


def _rels(relations: Iterable[tuple[str, str, str]], more: str = "") -> str:
    listed = "".join(
        f'<Relationship Id="{no}" Type="{_KINDS.get(kind, f"{_REL}/{kind}")}" Target="{target}"/>'
        for no, kind, target in relations
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}">{listed}{more}</Relationships>'


def quoted(name: str) -> str:
    """A sheet's name as formulas and names write it."""
    doubled = name.replace("'", "''")
    return f"'{doubled}'"


def _workbook(book: Book) -> str:
    sheets = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{number}"'
        f"{'' if sheet.state == 'visible' else f' state={chr(34)}{sheet.state}{chr(34)}'}"
        f' r:id="rId{number}"/>'
        for number, sheet in enumerate(book.sheets, start=1)
    )
    names = []
    for (scope, name), target in sorted(book.names.items(), key=lambda entry: entry[0][1]):
        local = f' localSheetId="{book.sheets.index(scope)}"' if scope else ""
        text = target.text
        if target.sheet is not None and target.box is not None:
            text = f"{quoted(target.sheet.name)}!{target.box.absolute}"
        names.append(
            f'<definedName name="{escape(name)}"{local}{target.more}>{escape(text, False)}'
            "</definedName>"
        )
    defined = f"<definedNames>{''.join(names)}</definedNames>" if names else ""
    first = next(
        (number for number, sheet in enumerate(book.sheets) if sheet.state == "visible"), 0
    )
    props = re.sub(r"<workbookView[^>]*/>", f'<workbookView activeTab="{first}"/>', book.props)
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{props}<sheets>{sheets}</sheets>'
        f'{defined}<calcPr calcId="191029"/></workbook>'
    )


def _styles_xml(styles: Styles) -> str:
    formats = "".join(
        f'<numFmt numFmtId="{no}" formatCode="{escape(code)}"/>'
        for no, code in styles.formats.items()
    )
    listed = f'<numFmts count="{len(styles.formats)}">{formats}</numFmts>' if formats else ""
    after = re.sub(
        r'<dxfs count="(\d+)">(.*?)</dxfs>',
        lambda match: f'<dxfs count="{int(match[1]) + 2}">{match[2]}{_HIDING}{_STRIKING}</dxfs>',
        styles.after,
        flags=re.S,
    )
    return (
        f'{styles.before}{listed}<fonts count="{len(styles.fonts)}">{"".join(styles.fonts)}'
        f'</fonts>{styles.between}<cellXfs count="{len(styles.xfs)}">{"".join(styles.xfs)}'
        f"</cellXfs>{after}"
    )


_STRIKING = "<dxf><font><strike/></font></dxf>"
_HIDING = '<dxf><numFmt numFmtId="999" formatCode=";;;"/></dxf>'


@cache
def _place(row: int, col: int) -> str:
    return f"{column_name(col)}{row + 1}"


def _cols(sheet: Sheet) -> str:
    """Columns of one width in one element, as Excel writes them."""
    runs: list[tuple[int, int, str]] = []
    for col in sorted({*sheet.widths, *sheet.hidden_cols}):
        look = f'width="{sheet.widths.get(col, 9):g}"'
        if col in sheet.hidden_cols:
            look = 'width="0"' if sheet.flat and col < 28 else f'{look} hidden="1"'
        if runs and runs[-1][1:] == (col - 1, look):
            runs[-1] = (runs[-1][0], col, look)
        else:
            runs.append((col, col, look))
    return "".join(
        f'<col min="{first + 1}" max="{last + 1}" {look} customWidth="1"/>'
        for first, last, look in runs
    )


def _sheet_xml(
    sheet: Sheet, texts: _Texts, more: str, look: int, inline: bool, stored: bool
) -> str:
    rows: dict[int, list[str]] = {row: [] for row in (*sheet.heights, *sheet.hidden_rows)}
    for row, col in sorted(sheet.cells):
        cell = sheet.cells[row, col]
        rows.setdefault(row, []).append(_cell_xml(row, col, cell, texts, inline, stored))
    lines = []
    for row in sorted(rows):
        height = sheet.heights.get(row)
        hidden = row in sheet.hidden_rows
        attributes = f' ht="{height:g}" customHeight="1"' if height else ""
        if hidden:
            attributes = ' ht="0" customHeight="1"' if sheet.flat else f'{attributes} hidden="1"'
        lines.append(f'<row r="{row + 1}"{attributes}>{"".join(rows[row])}</row>')
    cols = _cols(sheet)
    merges = "".join(f'<mergeCell ref="{area.a1}"/>' for area in sheet.merges)
    hiding = "".join(
        f'<conditionalFormatting sqref="{area.a1}"><cfRule type="expression" dxfId="{look}"'
        f' priority="{number}"><formula>TRUE</formula></cfRule></conditionalFormatting>'
        for number, area in enumerate(sheet.hiding, start=2)
    ) + "".join(
        f'<conditionalFormatting sqref="{area.a1}"><cfRule type="expression" dxfId="{look + 1}"'
        f' priority="{number}"><formula>1=1</formula></cfRule></conditionalFormatting>'
        for number, area in enumerate(sheet.striking, start=200)
    )
    tail = sheet.tail
    if sheet.header or sheet.footer:
        words = "".join(
            f"<odd{where}>&amp;C{escape(text.replace('&', '&&'), False)}</odd{where}>"
            for where, text in (("Header", sheet.header), ("Footer", sheet.footer))
            if text
        )
        tail = re.sub(r"<headerFooter>.*?</headerFooter>|<headerFooter/>", "", tail, flags=re.S)
        tail += f"<headerFooter>{words}</headerFooter>"
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_REL}">{sheet.head}'
        f"{f'<cols>{cols}</cols>' if cols else ''}<sheetData>{''.join(lines)}</sheetData>"
        f"{'<sheetProtection sheet=' + chr(34) + '1' + chr(34) + '/>' if sheet.protected else ''}"
        f"{f'<mergeCells count={chr(34)}{len(sheet.merges)}{chr(34)}>{merges}</mergeCells>' if merges else ''}"  # noqa: E501
        f"{hiding}{tail}{more}</worksheet>"
    )


_escaped = lru_cache(maxsize=1 << 14)(lambda text: escape(text, False))


@lru_cache(maxsize=1 << 17)
def _begin(row: int, col: int, style: int) -> str:
    look = f' s="{style}"' if style else ""
    return f'<c r="{_place(row, col)}"{look}'


def _cell_xml(row: int, col: int, cell: Cell, texts: _Texts, inline: bool, stored: bool) -> str:
    value = cell.value
    begin = _begin(row, col, cell.style)
    if cell.formula:
        formula = f"<f>{_escaped(cell.formula)}</f>"
        if not stored or value is None:
            return f"{begin}>{formula}</c>"
        if isinstance(value, str):
            return f'{begin} t="str">{formula}<v>{_x(value)}</v></c>'
        if isinstance(value, Fault):
            return f'{begin} t="e">{formula}<v>{value.text}</v></c>'
        return f"{begin}>{formula}<v>{value!r}</v></c>"
    if value is None:
        return f"{begin}/>"
    if isinstance(value, str):
        if inline:
            return f'{begin} t="inlineStr"><is>{_rich(value, cell.runs, cell.reading)}</is></c>'
        return f'{begin} t="s"><v>{texts.number(cell)}</v></c>'
    if isinstance(value, bool):
        return f'{begin} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Fault):
        return f'{begin} t="e"><v>{value.text}</v></c>'
    return f"{begin}><v>{value!r}</v></c>"


# -- what lies over the cells ---------------------------------------------------------------------

_PERSON = "{11111111-2222-3333-4444-555555555555}"
# One pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)


class _Attached:
    """Drawings and notes of one sheet: their parts, and the elements that name them."""

    def __init__(
        self, made: dict[str, str | bytes], overrides: dict[str, str], number: int, sheet: Sheet
    ) -> None:
        relations = []
        self.elements = ""
        if sheet.drawn:
            path = f"xl/drawings/drawing{number}.xml"
            made[path] = _drawing(sheet.drawn)
            overrides[path] = f"{_FORM}drawing+xml"
            relations.append(("rIdD", "drawing", f"../drawings/drawing{number}.xml"))
            self.elements += '<drawing r:id="rIdD"/>'
            if any(drawn.kind == "picture" for drawn in sheet.drawn):
                made["xl/media/image1.png"] = PNG
                made[f"xl/drawings/_rels/drawing{number}.xml.rels"] = _rels(
                    [("rId1", "image", "../media/image1.png")]
                )
        if sheet.notes:
            path = f"xl/comments{number}.xml"
            made[path] = _comments(sheet.notes)
            overrides[path] = f"{_FORM}spreadsheetml.comments+xml"
            made[f"xl/drawings/vmlDrawing{number}.vml"] = _vml(sheet.notes)
            relations += [
                ("rIdC", "comments", f"../comments{number}.xml"),
                ("rIdV", "vmlDrawing", f"../drawings/vmlDrawing{number}.vml"),
            ]
            self.elements += '<legacyDrawing r:id="rIdV"/>'
        threaded = [note for note in sheet.notes if note.threaded]
        if threaded:
            path = f"xl/threadedComments/threadedComment{number}.xml"
            made[path] = _threads(threaded)
            overrides[path] = "application/vnd.ms-excel.threadedcomments+xml"
            relations.append(
                ("rIdN", "threadedComment", f"../threadedComments/threadedComment{number}.xml")
            )
        if relations:
            made[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _rels(relations)


def _drawing(drawn: Iterable[Drawn]) -> str:
    pieces = []
    for number, shape in enumerate(drawn, start=2):
        area = shape.box
        pieces.append(
            f"<xdr:twoCellAnchor>{_corner('from', area.top, area.left)}"
            f"{_corner('to', area.bottom + 1, area.right + 1)}{_shape(number, shape)}"
            "<xdr:clientData/></xdr:twoCellAnchor>"
        )
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="{_SHEET_DRAW}" xmlns:a="{_DRAW}" xmlns:r="{_REL}">'
        f"{''.join(pieces)}</xdr:wsDr>"
    )


def _corner(tag: str, row: int, col: int) -> str:
    return (
        f"<xdr:{tag}><xdr:col>{col}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row>"
        f"<xdr:rowOff>0</xdr:rowOff></xdr:{tag}>"
    )


_SIZE = '<a:xfrm><a:off x="0" y="0"/><a:ext cx="1000000" cy="400000"/>{}</a:xfrm>'


def _shape(number: int, shape: Drawn) -> str:
    if shape.kind == "picture":
        return (
            f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{number}" name="図 {number}"/><xdr:cNvPicPr/>'
            '</xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/>'
            f"</a:stretch></xdr:blipFill><xdr:spPr>{_SIZE.format('')}"
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
        )
    if shape.kind == "line":
        return (
            f'<xdr:cxnSp macro=""><xdr:nvCxnSpPr><xdr:cNvPr id="{number}" name="直線 {number}"/>'
            f"<xdr:cNvCxnSpPr/></xdr:nvCxnSpPr><xdr:spPr>{_SIZE.format('')}"
            '<a:prstGeom prst="line"><a:avLst/></a:prstGeom><a:ln w="9525"><a:solidFill>'
            '<a:srgbClr val="FF0000"/></a:solidFill></a:ln></xdr:spPr></xdr:cxnSp>'
        )
    paragraphs = "".join(
        # Excel cuts a paragraph into runs wherever the language changes.
        "<a:p>"
        + "".join(
            f'<a:r><a:rPr lang="ja-JP" sz="900"/><a:t>{escape(piece, False)}</a:t></a:r>'
            for piece in (line[:3], line[3:])
            if piece
        )
        + "</a:p>"
        for line in shape.text.split("\n")
    )
    kind = ' txBox="1"' if shape.kind == "text" else ""
    geometry = "wedgeRectCallout" if shape.kind != "text" else "rect"
    one = (
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{number}"'
        f' name="テキスト {number}"/><xdr:cNvSpPr{kind}/></xdr:nvSpPr><xdr:spPr>{_SIZE.format("")}'
        f'<a:prstGeom prst="{geometry}"><a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody>'
        f'<a:bodyPr wrap="square"/><a:lstStyle/>{paragraphs}</xdr:txBody></xdr:sp>'
    )
    if shape.kind != "group":
        return one
    child = '<a:chOff x="0" y="0"/><a:chExt cx="1000000" cy="400000"/>'
    return (
        f'<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="{number + 500}" name="グループ"/>'
        f"<xdr:cNvGrpSpPr/></xdr:nvGrpSpPr><xdr:grpSpPr>{_SIZE.format(child)}</xdr:grpSpPr>"
        f"{one}</xdr:grpSp>"
    )


def _comments(notes: Iterable[Note]) -> str:
    listed = "".join(
        f'<comment ref="{_place(note.row, note.col)}" authorId="0"><text>'
        + (
            _t(f"[スレッド化されたコメント]\n\nコメント:\n    {note.text}")
            if note.threaded
            else f"<r><rPr><b/></rPr>{_t('係:')}</r><r>{_t(chr(10) + note.text)}</r>"
        )
        + "</text></comment>"
        for note in notes
    )
    return (
        f'{_HEAD}<comments xmlns="{_MAIN}"><authors><author>係</author></authors>'
        f"<commentList>{listed}</commentList></comments>"
    )


def _threads(notes: Iterable[Note]) -> str:
    listed = "".join(
        f'<threadedComment ref="{_place(note.row, note.col)}" dT="2022-04-22T01:02:03.00"'
        f' personId="{_PERSON}" id="{{0000000{number % 10}-0000-0000-0000-000000000000}}">'
        f"<text>{_x(note.text)}</text></threadedComment>"
        for number, note in enumerate(notes)
    )
    return f'{_HEAD}<ThreadedComments xmlns="{_THREADED}">{listed}</ThreadedComments>'


def _vml(notes: Iterable[Note]) -> str:
    shapes = "".join(
        f'<v:shape id="_x0000_s{1025 + number}" type="#_x0000_t202" style="position:absolute;'
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:textbox/>'
        f'<x:ClientData ObjectType="Note"><x:Anchor>{note.col + 1},15,{note.row},2,{note.col + 3},'
        f"15,{note.row + 3},4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{note.row}</x:Row>"
        f"<x:Column>{note.col}</x:Column></x:ClientData></v:shape>"
        for number, note in enumerate(notes)
    )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202"'
        ' coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>'
        f"{shapes}</xml>"
    )


__all__ = ["GENERAL", "LOST", "TEXT", "Box", "parse", "write"]
