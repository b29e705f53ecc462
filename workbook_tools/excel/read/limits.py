"""How large a returned file may be, and the error of one that is larger or broken.

The whole program stays under 300 MB with one file in hand: its bytes, the parts unpacked, the
copies python-calamine makes of them (two while it tries the formats), the values of all sheets.
"""

from __future__ import annotations

# A form has 35 kB, one with pictures from a telephone some megabytes.
MOST_PACKED = 40 * 1024 * 1024
# A form has 0.3 MB unpacked, a workbook of sixty forms 18 to 24 MB; pictures do not count.
MOST_UNPACKED = 32 * 1024 * 1024
# The list of sheets and defined names: 17 kB a form; each name costs a hundred times its size.
MOST_NAMES = 4 * 1024 * 1024
# python-calamine allocates the whole rectangle around the values of a sheet: 42 bytes a cell until
# it is a list in Python, 200 where every cell holds something. All sheets of sixty forms together
# span 160,000 cells.
MOST_CELLS = 500_000
# A shared text is copied into every cell that shows it, thrice, in up to 4 bytes a letter.
MOST_TEXT = 12 * 1024 * 1024
# Sixty forms have 20,000 merged areas and 5,000 texts; each costs some hundred bytes.
MOST_MERGED = 100_000
MOST_TEXTS = 300_000
# Rows or columns of one merged area that anybody needs to know of; a crafted one has a million.
MOST_SPAN = 1_000
MOST_SHEETS = 1_000
# Members of a zip: a city has a hundred practices, a prefecture two thousand.
MOST_MEMBERS = 5_000
# The table of contents of such a zip; reading it costs ten times its size.
MOST_CONTENTS = 4 * 1024 * 1024
# What all members of a zip in the inbox may unpack to, one after the other: some ten seconds.
MOST_TOGETHER = 2 * 1024 * 1024 * 1024
# Rounds of hashing behind a password: Excel asks for 100,000, a tenth of a second.
MOST_ROUNDS = 1_000_000

TOO_FAR = "表の範囲が広すぎます（遠く離れたセルに値があります）"
TOO_MUCH_TEXT = "同じ長い文章が多くのセルにくり返されています"
TOO_LARGE = "展開すると大きすぎます"
BROKEN = "ファイルが壊れています"
CRAFTED = "ファイルの作りが正しくありません"
FOREIGN = "Ｅｘｃｅｌの形式ではありません"


class UnreadableError(Exception):
    """The bytes are no workbook that may be opened: code of the contract, and why for a person."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


def contents_size(tail: bytes) -> int:
    """The size of a zip's table of contents, from the last 64 kB; -1 where there is none.

    The zipfile module reads the whole table before anybody can count its entries.
    """
    end = len(tail) - 22 if tail[-22:-18] == b"PK\5\6" and tail[-2:] == b"\0\0" else -1
    end = end if end >= 0 else tail.rfind(b"PK\5\6")
    if end < 0 or end + 22 > len(tail):
        return -1
    if tail[max(end - 20, 0) : end].startswith(b"PK\6\7"):
        return MOST_CONTENTS + 1  # the larger kind, for what we would not read anyway
    return int.from_bytes(tail[end + 12 : end + 16], "little")
