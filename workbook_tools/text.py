"""Text as people type it into Japanese Excel sheets: widths, spaces, dashes, circled digits.

Pure functions on strings; nothing here knows the form. A value that is compared goes through
:func:`key`, a value that is kept goes through :func:`tidy`, and the raw text stays beside both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from workbook_tools import spellings
from workbook_tools.spellings import BLANKS, CIRCLES, DASHES, SAYS_NOTHING, word

_DASH_TABLE = dict.fromkeys(map(ord, DASHES), DASHES[0])
# NFKC turns the katakana prolonged sound mark's half-width form into ー; ー is a dash only alone.
_EDGES = BLANKS + "\n"
_SPACES = re.compile(f"[{re.escape(_EDGES)}]+")
_INVISIBLE = {ord(blank): None for blank in BLANKS if not blank.isspace()}
_WORD = re.compile(r"[!-~]{2}")
_PARTS = re.compile(r"[!-~]+|[^!-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)

LONGEST = 32_767  # characters a cell of Excel holds
CUT = "…（長いため、以下を省きました）"
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

CIRCLED = spellings.CIRCLED
MARK = "○"


class _HalfWidth(dict[int, str]):
    """Character → its half-width form, worked out once; circled digits stay circled."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = half = char if char in CIRCLED else unicodedata.normalize("NFKC", char)
        return half


_HALF_WIDTH = _HalfWidth()


def squeeze(text: str) -> str:
    """Text without any space or line break: what printed labels are compared by (domain §4)."""
    # Splitting at white space is five times as quick as a pattern, and most texts have no other.
    bare = "".join(text.split())
    return bare.translate(_INVISIBLE) if not bare.isprintable() else bare


def is_blank(text: str) -> bool:
    """True where a person would see an empty cell."""
    return not squeeze(text)


def tidy(text: str) -> str:
    """The text without surrounding spaces and with one kind of line break; inside unchanged."""
    if "\r" in text or "_x000D_" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
    return text.strip(_EDGES) if text else text


def key(text: str) -> str:
    """What two spellings of one thing have in common: half width, no spaces, one kind of dash.

    Idempotent, so that what is stored may be normalised again without harm.
    """
    folded = unicodedata.normalize("NFKC", squeeze(text)).translate(_DASH_TABLE)
    return squeeze(unicodedata.normalize("NFKC", folded.casefold()))


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as half-width ones; circled digits stay circled."""
    return text.translate(_HALF_WIDTH)


def is_none_mark(text: str) -> bool:
    """True for a cell that holds only dashes, or a bullet with nothing behind: it says "none"."""
    bare = squeeze(text)
    return bool(bare) and bare[0] in SAYS_NOTHING and not word(bare)


def is_marked(text: str) -> bool:
    """True for a cell that holds one circle, of whatever shape."""
    return squeeze(text) in CIRCLES


# ``№16``, ``No.16``, ``第16号``, ``16``, in half width: № is No then.
_NUMBER = re.compile(
    r"(?P<sign>no\.?|第)?[\s_]*0*(?P<number>\d{1,6})(?:\.0+)?(?!\d)\s*(?P<after>号)?", re.IGNORECASE
)


def number_and_rest(text: str, *, signed: bool = False) -> tuple[int, str] | None:
    """``№16　窓口の…`` → 16 and ``窓口の…``, in half width; None where no number stands in front.

    ``signed`` takes only one behind №, No or 第.
    """
    text = tidy(half_width(text))
    match = _NUMBER.match(text)
    if match is None or (signed and not match["sign"]):
        return None
    return int(match["number"]), tidy(text[match.end() :])


def whole_number(text: str) -> int | None:
    """``№16``, ``１６``, ``第16号``, ``16.0`` → 16; None where the text says anything else."""
    found = number_and_rest(squeeze(text))
    return found[0] if found and not found[1] else None


def signed_number(text: str) -> int | None:
    """The first number behind №, No or 第 anywhere in a text: ``…_No16_….xlsx`` → 16."""
    found = (match for match in _NUMBER.finditer(half_width(text)) if match["sign"])
    return next((int(match["number"]) for match in found), None)


def circled(number: int) -> str:
    """``3`` → ``③``; what is beyond ⑳, which cp932 cannot print, is ``(21)``."""
    return CIRCLED[number - 1] if 1 <= number <= len(CIRCLED) else f"({number})"


class _Widths(dict[str, int]):
    """Character → columns of a fixed-pitch Japanese font, worked out once."""

    def __missing__(self, char: str) -> int:
        self[char] = columns = 1 if unicodedata.east_asian_width(char) in "HNa" else 2
        return columns


_WIDTHS = _Widths()


def width(text: str) -> int:
    """Columns of a fixed-pitch Japanese font: half-width characters are 1, all others 2."""
    return sum(map(_WIDTHS.__getitem__, text))


def lines(text: str, columns: int) -> int:
    """How many printed lines a wrapped cell of ``columns`` half-width columns needs."""
    return sum(_wrapped_lines(line, columns) for line in text.split("\n"))


def _wrapped_lines(line: str, columns: int) -> int:
    if 2 * len(line) <= columns:  # most lines are short: they need no measuring
        return 1
    count, used = 1, 0
    for step in _steps(line, columns):
        if used and used + step > columns:
            count, used = count + 1, 0
        used += step
    return count


def _steps(line: str, columns: int) -> Iterator[int]:
    """Widths of what stays on one line: a character, or a word of Latin letters that fits one."""
    if not _WORD.search(line):
        yield from map(_WIDTHS.__getitem__, line)
        return
    for part in _PARTS.findall(line):
        if len(part) <= columns:
            yield width(part)
        else:
            yield from map(_WIDTHS.__getitem__, part)


def shortened(text: str, columns: int) -> str:
    """The text on one line of so many half-width columns, ending with … where it is longer."""
    text = squeeze_lines(text)
    if width(text) <= columns:
        return text
    used, kept = width("…"), ""
    for char in text:
        used += width(char)
        if used > columns:
            break
        kept += char
    return f"{kept}…"


def printable(text: str) -> str:
    """Text for a terminal: control characters, and with them escape sequences, become visible."""
    return _CONTROLS.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def file_name(text: str, most: int = 60) -> str:
    """A name every Windows accepts, as near to the text as possible (at most ``most`` characters).

    Forbidden signs become their full-width twins, so that a person still reads the title.
    """
    twins = str.maketrans('<>:"/\\|?*', "＜＞：”／￥｜？＊")
    name = _NOT_IN_FILE_NAMES.sub("", squeeze_lines(text).translate(twins))[:most].rstrip(" .")
    return f"_{name}" if _DEVICES.match(name) else name or "_"


def squeeze_lines(text: str) -> str:
    """The text on one line: every run of spaces and line breaks becomes one space."""
    return _SPACES.sub(" ", tidy(text))


def wide_digits(number: int) -> str:
    """``16`` → ``１６``, as the papers print numbers of years."""
    return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def for_cell(text: str) -> str:
    """The text as a cell can hold it: cut with a mark, control characters made visible."""
    if len(text) <= LONGEST and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _NOT_IN_XML.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
