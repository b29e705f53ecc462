"""Values as JSON and back, by the types of their fields. Pure.

Dataclasses become tables, tuples lists, enumerations and texts texts. What an older version of the
tool wrote is read with the defaults of fields it did not know.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    """What JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [plain(own) for own in value]
    return value


def built(kind: Any, value: Any) -> Any:
    """The reverse of :func:`plain`; KeyError, TypeError or ValueError where it does not fit."""
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        known = _types(kind)
        return kind(**{key: built(known[key], own) for key, own in value.items() if key in known})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (kind,) = (own for own in inner if own is not types.NoneType)
        return built(kind, value)
    if origin is tuple:
        return tuple(built(inner[0], own) for own in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: built(inner[1], own) for key, own in value.items()}
    return kind(value)


@cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
