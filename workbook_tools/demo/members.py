"""What the council's members answer in `demo`: published averages, sentences of our own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workbook_tools.council.ballot import ended, opinion_name, score_name
from workbook_tools.demo.answers import stock
from workbook_tools.figures.compute import Figures, ItemFigures
from workbook_tools.register.ballots import ENDED, ITEM, Target

COUNT = 10
_A_ITEM = 3  # opinions


def ballots(figures: Figures) -> Iterator[Mapping[str, str | int]]:
    """What each member types, by name of the field."""
    averages: Mapping[str, int] = stock("demo_scores")["council"]
    for member in range(COUNT):
        typed: dict[str, str | int] = {}
        for item in figures.items:
            average = averages[str(item.item.no)]
            typed[score_name(item.item.no)] = average // 10 + (member < average % 10)
            typed |= _opinions(item, member)
        yield typed


def _opinions(item: ItemFigures, member: int) -> dict[str, str]:
    """A member speaks on some of the items, each time in other words."""
    texts: Mapping[str, Sequence[str]] = stock("demo_opinions")
    said: dict[str, str] = {}
    turn = (member - item.item.no) % COUNT
    if turn < _A_ITEM and item.practices:
        practice = item.practices[turn % len(item.practices)].practice
        text = texts["items"][(item.item.no * _A_ITEM + turn) % len(texts["items"])]
        words = text.format(name=item.item.name, practice=practice.title)
        said[opinion_name(Target(ITEM, item.item.no))] = words
    for known in ended(item):
        number = known.practice.no
        if member == number % COUNT:
            text = texts["ended"][number % len(texts["ended"])]
            said[opinion_name(Target(ENDED, number))] = text
    return said
