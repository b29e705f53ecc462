"""Accepted spellings, as plain data: what people type, and what it is taken for (domain §4–§7, §9).

Reader, rules and the form's own formulas are made from these tables: a spelling added to one of
them is read, checked and understood beside the form alike. :func:`fold` writes a text as all its
spellings have in common. It is for telling what is meant, never for printing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

# --- signs: what nobody sees, what says "none", and shapes of one sign

LINE_BREAK = "\n"
# Spaces of every kind and width, tabs, and characters without any width.
BLANKS = (
    " \u3000\t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u00ad\u1680\u180e"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f\u2060\ufeff"
)
# A cell of these alone says "none"; the first is what all become. ー is a dash only alone.
DASHES = "-‐‑‒–—―−ー－ｰ─━"
# A theme's mark, of whatever shape.
CIRCLES = frozenset("○〇◯●◎Oo0")
COMMA, TO = "、", "~"  # between names, and between the first and the last of several
# Whatever stands behind a sign is written as that sign.
SHAPES = {
    "0": "０",
    "1": "１",
    "2": "２",
    "3": "３",
    "4": "４",
    "5": "５",
    "6": "６",
    "7": "７",
    "8": "８",
    "9": "９",
    "R": "rＲｒ",
    "N": "nＮｎ",
    "O": "oＯｏ",
    ".": "．",
    "+": "＋",
    TO: "～〜",
    "(": "（",
    ")": "）",
    "[": "［【〔〈＜<",
    "]": "］】〕〉＞>",
    "、": "，､,・･/／;；",
    "⇒": "→⇨➡➔",
    "※": "*＊●◆◇■□•",  # in front of a line
    DASHES[0]: DASHES[1:],
}
DROPPED = "。｡"

# --- words: what is meant, and its spellings

# 工程表
AS_BEFORE = ("⇒", "=>", "->", "同左")  # as the year before
ON_PLAN = (
    *("工程どおり", "工程通り", "工程どうり", "行程どおり", "行程通り", "どおり", "通り"),
    *("予定どおり", "予定通り", "計画どおり", "計画通り"),
)
REVISED = (
    *("工程見直し", "工程見直", "工程見なおし", "行程見直し", "見直し", "見直", "工程の見直し"),
)

# References to other cells
SAME_AS = ("と同じ", "に同じ", "と同様", "に同様", "と同一")
AFTER_SAME_AS = ("です", ".")
BEFORE_SAME_AS = ("の課題", "の解決方法")
ABOVE, LEFT = ("同上",), ("同左",)
YEAR_BEFORE = ("前年度", "昨年度", "前年", "昨年")
AND = ("及び", "および", "並びに", "ならびに", "と")
UP_TO = ("から",)
NUMBER_SIGNS = ("No.", "No", "№", "第", "番")
# Inside a sentence these are no references, but worth a word.
LIKE_BEFORE = ("前年度同様", "昨年度同様", "前年同様", "昨年同様")

# Results begin with one of these, in brackets.
MARKS = ("新", "継")
MARK_WORDS = {"新規": "新", "継続": "継"}
BRACKETS = ("()", "（）", "（)", "(）", "[]", "［］", "【】", "〔〕", "〈〉", "<>", "＜＞")

# 取組終了, as a whole row or at the end of a line; and what may stand in between.
ENDED = ("取組終了", "取組終了済", "取組終了済み")
ENDED_SPELLINGS = (
    *(("取り組み", "取組"), ("取組み", "取組"), ("取りくみ", "取組")),
    *(("取組を", "取組"), ("取組は", "取組")),
    *(("終了とする", "終了"), ("終了とした", "終了"), ("終了しました", "終了")),
    *(("終了する", "終了"), ("終了した", "終了"), ("終了済み", "終了"), ("終了済", "終了")),
)
# 課題 that asks for no 解決方法
NOTHING = (
    *("なし", "無し", "無", "ない", "無い", "ありません"),
    *("特になし", "特に無し", "特に無", "特にない", "特に無い", "特にありません", "特になしです"),
    *("とくになし", "とくに無し", "とくにない", "とくに無い", "とくにありません"),
    *("該当なし", "該当無し", "該当ない", "該当ありません"),
    *("課題なし", "課題無し", "課題はなし", "課題はない", "課題は特になし", "課題はありません"),
)
# Fields of a year: 課題_R3 and the like. No criterion may be called so: it has such fields, too.
OF_A_YEAR = ("工程_当初", "工程_変更", "工程_状況", "合計", "総合評価", "課題", "解決方法")
# Behind a score, and behind year and month of an end
POINTS = ("点", "てん", "ポイント")
AFTER_END = ("取組終了", "月", "年")
# A reason or a text that only points elsewhere
PAPERS = ("別紙資料", "別添資料", "添付資料", "別紙", "別添", "別表", "別途資料", "資料")
POINTING = (
    *("", "です", "に記載", "に記載のとおり", "参照", "参照のこと", "を参照", "をご参照ください"),
    *(
        "をご覧ください",
        "とおり",
        "のとおり",
        "の通り",
        "の通りです",
        "のとおりです",
        "のとおりとする",
    ),
)

# --- numbers and years

MOST_LABELS, MOST_YEARS = 25, 15  # that a reference is understood to name
FIRST_YEAR = 2019  # 令和元年
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_PARENTHESISED = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"


def label_spellings(number: int) -> tuple[str, ...]:
    """What names a row of 取組内容, folded: ``⑤`` ``⑸`` ``5`` ``(5)``."""
    signs = [signs[number - 1] for signs in (CIRCLED, _PARENTHESISED) if number <= len(signs)]
    return (*signs, str(number), f"({number})")


def year_spellings(number: int) -> tuple[str, ...]:
    """What names a fiscal year of the Reiwa era, folded: ``R3`` ``R3年`` ``3年`` ``2021``."""
    years = (f"R{number}", *(("R元",) if number == 1 else (str(FIRST_YEAR - 1 + number),)))
    return (*years, *(f"{year}年" for year in (*years, str(number))))


LABELS = {sign: number for number in range(1, MOST_LABELS + 1) for sign in label_spellings(number)}
YEARS = {sign: number for number in range(1, MOST_YEARS + 1) for sign in year_spellings(number)}


# --- folding: one list of replacements, for Python and for the form's formulas

# What folded references consist of: 「と同じ」 anywhere, and where a line may be a reference.
SAME, REFERS = "^", "`"
FOLDED_BRACKETS = "()[]"
FOLDED_ABOVE, FOLDED_LEFT, FOLDED_BEFORE = "上", "左", "前"


def _signs() -> list[tuple[str, str]]:
    """Replacements of single signs; none of them makes what another one looks for."""
    shapes = [(sign, one_shape) for one_shape, signs in SHAPES.items() for sign in signs]
    return [*((sign, "") for sign in BLANKS + DROPPED + SAME + REFERS), *shapes]


SIGNS = tuple(_signs())
_TABLE = {ord(sign): to for sign, to in SIGNS}


def _words() -> Iterable[tuple[str, str]]:
    """Replacements of words, to be made one after the other on folded signs between line breaks."""
    for word in AS_BEFORE[1:-1]:
        yield word.translate(_TABLE), AS_BEFORE[0]
    yield from ((DASHES[0] * 2, DASHES[0]),) * 5
    yield from ((f"\n{DASHES[0]}\n", "\n\n"),) * 2
    yield from ENDED_SPELLINGS
    yield "令和", "R"
    for word in YEAR_BEFORE:
        yield word, FOLDED_BEFORE
    yield "年度", "年"
    for word in NUMBER_SIGNS:
        yield word.translate(_TABLE), ""
    for word in SAME_AS:
        yield word, SAME
    for word in ABOVE:
        yield word, FOLDED_ABOVE + SAME
    for word in LEFT:
        yield word, FOLDED_LEFT + SAME
    for word in AFTER_SAME_AS:
        yield SAME + word, SAME
    for word in BEFORE_SAME_AS:
        yield word + SAME, SAME
    for word in UP_TO:
        yield word, TO
    for word in AND:
        yield word, COMMA
    yield from ((COMMA * 2, COMMA),) * 2
    yield COMMA + SAME, SAME
    for word, mark in MARK_WORDS.items():
        yield f"({word})", f"({mark})"
        yield f"[{word}]", f"({mark})"
    for mark in MARKS:
        yield f"[{mark}]", f"({mark})"
    yield from ((f"\n{COMMA}", "\n"), ("\n※", "\n")) * 2
    yield from ((f"{SAME}\n", f"{REFERS}\n"), (f"{SAME}(", f"{REFERS}("))


WORDS = tuple(_words())


# Results as they begin with their mark: (新) （継） 【新】
MARKED = frozenset(f"{pair[0]}{mark}{pair[1]}" for mark in MARKS for pair in BRACKETS)


def telltale(spelling: str) -> str:
    """The sign that shows where a spelling may stand: its first kanji, else its last sign."""
    return next((sign for sign in spelling if "一" <= sign <= "龠"), spelling[-1])


TELLTALES = frozenset(map(telltale, (*SAME_AS, *ABOVE, *LEFT)))


def fold(text: str) -> str:
    """The text as its spellings have it in common, line by line; lines stay lines.

    Blanks and full stops are gone, signs have one shape, words one spelling, bullets and a lone
    dash ("none") are gone from their lines: ``　・（5） に同じ。`` → ``(5)```.
    """
    return _fold_short(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    folded = f"\n{text.translate(_TABLE)}\n"
    for old, new in WORDS:
        if old in folded:
            folded = folded.replace(old, new)
    return folded[1:-1]


_SHORT = 40  # what is no longer is often typed again
_fold_short = lru_cache(maxsize=4096)(_fold)


def word(text: str) -> str:
    """A short answer folded, on one line."""
    return fold(text).replace("\n", "")


def folded(words: Iterable[str]) -> frozenset[str]:
    """A table's words as :func:`word` gives them."""
    return frozenset(map(word, words))


def unbracketed(text: str) -> str:
    """A short answer folded, without any brackets."""
    bare = word(text)
    for bracket in FOLDED_BRACKETS:
        bare = bare.replace(bracket, "")
    return bare


def says_ended(text: str) -> bool:
    """A line ends in 取組終了, in brackets or not: ``調査\n（取組終了）``."""
    bare = f"{fold(text)}\n"
    for bracket in FOLDED_BRACKETS:
        bare = bare.replace(bracket, "")
    return f"{ENDED[0]}\n" in bare


_NUMBERS = dict.fromkeys(map(ord, f"0123456789{CIRCLED}()[]-、※"))


def _without_numbers(text: str) -> str:
    bare = word(text)
    for mark in MARKS:
        bare = bare.replace(f"({mark})", "")
    return bare.translate(_NUMBERS)


_ELSEWHERE = frozenset(_without_numbers(paper + way) for paper in PAPERS for way in POINTING)


def says_elsewhere(text: str) -> bool:
    """Nothing but a word on another paper, numbered or not: ``(新)別紙１のとおり。``."""
    return _without_numbers(text) in _ELSEWHERE


# Signs that a cell may begin with and still say nothing.
SAYS_NOTHING = frozenset(sign for sign, _ in SIGNS if not word(sign)) | frozenset(
    sign for sign in SHAPES if not word(sign)
)

# What a folded score or end sheds before its digits are looked at; it stands between two bars.
SCORE_SHEDS = (
    *((f"{word(unit)}|", "|") for unit in POINTS),
    *((f".{'0' * zeros}|", "|") for zeros in (3, 2, 1, 0)),
    ("|+", "|"),
)
END_SHEDS = (
    *((f"{word(after)}|", "|") for after in AFTER_END),
    *(("|R", "|"), ("|.", "|"), ("|元|", "|1|")),
)


def shed(text: str, words: Iterable[tuple[str, str]]) -> str:
    """A folded answer without what its digits may stand between."""
    text = f"|{text}|"
    for old, new in words:
        text = text.replace(old, new)
    return text[1:-1]
