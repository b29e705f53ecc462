"""Near misses: which known name somebody probably meant. One rule for plan, forms and past lists.

What is near is only ever asked back, never taken.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbook_tools.text import key

# Two thirds of the characters in common, in their order: a slip of the pen or a word in other
# letters (工程通り for 工程どおり) has more, titles that share only an ending (…の検討) have less.
_LEAST = 66
_SHORTEST = 2  # characters that say something where they stand inside one name only


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The name that is nearly ``text``, or the only one with it inside or inside it.

    None where there is none, or where two are equally near.
    """
    given, known = key(text), {key(name): name for name in names}
    if not given or given in known:
        return known.get(given)
    inside = [name for name in known if name in given or given in name]
    if len(inside) == 1 and len(given) >= _SHORTEST:
        return known[inside[0]]
    from rapidfuzz import fuzz, process  # only what has a mistake in it needs this

    hits = process.extract(given, list(known), scorer=fuzz.ratio, limit=2, score_cutoff=_LEAST)
    if not hits or (len(hits) > 1 and hits[0][1] == hits[1][1]):
        return None
    return known[hits[0][0]]


def question(name: str | None) -> str:
    """What a message adds where a known name is near; nothing where none is."""
    return f"『{name}』のことですか。" if name else ""
