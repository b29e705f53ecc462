"""How the 意見書 looks in Word: fonts, paragraph styles, settings. Appearance is data."""

from __future__ import annotations

from dataclasses import dataclass

from workbook_tools.report.word_xml import NAMESPACES

MINCHO, GOTHIC = "BIZ UD明朝", "BIZ UDゴシック"
# What Windows calls the first one; Word looks it up in the table of fonts.
MINCHO_IN_WINDOWS = "BIZ UD明朝 Medium"
INK = "000000"


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: id, the name Word knows it by, and what differs from the body.

    ``size``, ``line`` (exactly), ``before``, ``after`` and indents in points; ``first`` less than 0
    hangs. ``level`` makes it a heading.
    """

    key: str
    name: str
    size: float = 11
    font: str = MINCHO
    align: str = "both"
    line: float = 18
    before: float = 0
    after: float = 0
    left: float = 0
    first: float = 0
    level: int = 0
    keep: bool = False  # with the next paragraph
    bold: bool = False
    tab: float = 0  # a right tab with dots


STYLES = (
    Style("Normal", "Normal"),
    Style("Body", "本文", first=11, after=6),
    Style("Heading1", "heading 1", 16, GOTHIC, "left", 24, 0, 12, level=1, keep=True, bold=True),
    Style("Heading2", "heading 2", 13, GOTHIC, "left", 20, 8, 6, level=2, keep=True, bold=True),
    Style("Heading3", "heading 3", 12, GOTHIC, "left", 18, 10, 4, level=3, keep=True, bold=True),
    Style("Cover", "表紙", 20, GOTHIC, "center", 34, 20, 0),
    Style("CoverLine", "表紙の下", 14, MINCHO, "center", 26, 30, 0),
    Style("Contents", "TOC Heading", 14, GOTHIC, "center", 24, 0, 16, bold=True),
    Style("TOC1", "toc 1", line=22, align="left", tab=481),
    Style("TOC2", "toc 2", line=20, align="left", left=11, tab=481),
    Style("Line", "行", line=18, left=22, align="left"),
    Style("Right", "署名", line=20, before=2, align="right"),
    Style("Label", "見出し語", 11, GOTHIC, "left", 18, 4, 0, keep=True),
    Style("Score", "審議会の評価", 11, MINCHO, "left", 24, 4, 0, keep=True),
    Style("Bullet", "意見", 10.5, MINCHO, "both", 16, 1, 0, left=21, first=-10.5),
    Style("Note", "注", 10.5, MINCHO, "left", 16, 1, 0, left=10.5),
    Style("Gap", "表の間", 2, line=5),
    Style("Caption", "caption", 9, GOTHIC, "left", 14, 2, 2, keep=True),
    Style("Foot", "footer", 10, MINCHO, "center", 14),
)
# Of an element's look the style it has.
LOOKS = {
    "body": "Body",
    "bullet": "Bullet",
    "line": "Line",
    "right": "Right",
    "label": "Label",
    "score": "Score",
    "note": "Note",
    "cover": "Cover",
    "cover line": "CoverLine",
}
SIZES = (7, 7.5, 8, 9, 10.5)  # of letters in tables


def table_style(size: float) -> str:
    """The style of paragraphs in a table with letters of that size."""
    return f"Table{int(size * 2)}"


def styles(mincho: str = MINCHO) -> str:
    """``word/styles.xml``."""
    cells = (
        Style(table_style(size), f"表 {size}", size, MINCHO, "left", round(1.25 * size, 1))
        for size in SIZES
    )
    written = "".join(_style(style, mincho) for style in (*STYLES, *cells))
    return (
        f"<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(mincho)}"
        '<w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="ja-JP" w:eastAsia="ja-JP"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        f"{written}"
        '<w:style w:type="character" w:default="1" w:styleId="Letters">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="Plain"><w:name w:val="Normal Table"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        "</w:styles>"
    )


def _fonts(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:eastAsia="{name}" w:hAnsi="{name}" w:cs="{name}"/>'


def _style(style: Style, mincho: str) -> str:
    font = mincho if style.font == MINCHO else style.font
    default = ' w:default="1"' if style.key == "Normal" else ""
    own = "" if style.name.isascii() else ' w:customStyle="1"'
    based = "" if style.key == "Normal" else '<w:basedOn w:val="Normal"/>'
    following = '<w:next w:val="Body"/>' if style.level else ""
    first = f'w:firstLine="{_twips(style.first)}"'
    if style.first < 0:
        first = f'w:hanging="{_twips(-style.first)}"'
    paragraph = "".join(
        (
            "<w:keepNext/>" if style.keep else "",
            f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{_twips(style.tab)}"/></w:tabs>'
            if style.tab
            else "",
            f'<w:spacing w:before="{_twips(style.before)}" w:after="{_twips(style.after)}"'
            f' w:line="{_twips(style.line)}" w:lineRule="exact"/>',
            f'<w:ind w:left="{_twips(style.left)}" {first}/>',
            f'<w:jc w:val="{style.align}"/>',
            f'<w:outlineLvl w:val="{style.level - 1}"/>' if style.level else "",
        )
    )
    bold = "<w:b/>" if style.bold else ""
    size = int(style.size * 2)
    return (
        f'<w:style w:type="paragraph"{default}{own} w:styleId="{style.key}">'
        f'<w:name w:val="{style.name}"/>{based}{following}<w:qFormat/><w:pPr>{paragraph}</w:pPr>'
        f'<w:rPr>{_fonts(font)}{bold}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        "</w:style>"
    )


def settings() -> str:
    """``word/settings.xml``: today's Word, Japanese."""
    return (
        f'<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="840"/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="ja-JP" w:eastAsia="ja-JP"/></w:settings>'
    )


def fonts() -> str:
    """``word/fontTable.xml``: under which other name a font may be found."""
    return (
        f'<w:fonts {NAMESPACES}><w:font w:name="{MINCHO}"><w:altName w:val="{MINCHO_IN_WINDOWS}"/>'
        '<w:charset w:val="80"/><w:family w:val="roman"/></w:font>'
        f'<w:font w:name="{GOTHIC}"><w:charset w:val="80"/><w:family w:val="modern"/></w:font>'
        "</w:fonts>"
    )


def _twips(points: float) -> int:
    return round(points * 20)
