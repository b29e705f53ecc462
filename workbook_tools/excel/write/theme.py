"""The colours and fonts that people find in the menus of our workbooks.

Every cell names its own font and colours; a theme is there because Excel expects one. XlsxWriter's
own names fonts for sixty scripts, one kilobyte of thirty in a form that goes out by the hundred.
"""

from __future__ import annotations

_COLOURS = {
    "dk1": "000000", "lt1": "FFFFFF", "dk2": "1F4E79", "lt2": "EFEFEF",
    "accent1": "1F4E79", "accent2": "5B9BD5", "accent3": "BDD7EE",
    "accent4": "F4B183", "accent5": "C55A11", "accent6": "7F7F7F",
    "hlink": "1F4E79", "folHlink": "7F7F7F",
}  # fmt: skip


# As in XlsxWriter's theme: Excel measures columns by the digits of the theme's font, so that
# another one here would make every column of every sheet wider or narrower.
_FACES = (
    '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
    '<a:font script="Jpan" typeface="ＭＳ Ｐゴシック"/>'
)


def theme() -> str:
    """The theme's XML (ECMA-376, 20.1.6.9: three looks of each kind must be there)."""
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>' for name, colour in _COLOURS.items()
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="city">'
        f'<a:themeElements><a:clrScheme name="city">{colours}</a:clrScheme>'
        f'<a:fontScheme name="city"><a:majorFont>{_FACES}</a:majorFont>'
        f"<a:minorFont>{_FACES}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="city"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )
