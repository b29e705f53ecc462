"""Kinds of damage by name; every module of this package adds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.damage.desk import Desk

Damage: TypeAlias = Callable[[Desk], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage: how often it is chosen, and whether another may come on top of it."""

    name: str
    weight: float
    do: Damage
    alone: bool


KINDS: dict[str, Kind] = {}


def kind(weight: float = 1.0, *, alone: bool = False) -> Callable[[Damage], Damage]:
    """Add a damage under its function's name."""

    def add(do: Damage) -> Damage:
        name = do.__name__.replace("_", " ")
        KINDS[name] = Kind(name, weight, do, alone)
        return do

    return add


def load() -> dict[str, Kind]:
    """All kinds there are."""
    from tests.damage.kinds import (  # noqa: F401
        display,
        labels,
        lines,
        moves,
        names,
        programs,
        sheets,
        strays,
        wrong,
    )

    return KINDS
