"""The formats of `export`: a row each. Light, for the command line asks for their names only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from workbook_tools.figures.compute import Figures

# Figures and the ISO time they are given out at → file name → content. A format of one file leaves
# its name to whoever asks for it: "".
Writer: TypeAlias = Callable[["Figures", str], Mapping[str, bytes]]


def _json(figures: Figures, generated_at: str) -> Mapping[str, bytes]:
    from workbook_tools.figures import export

    return {"": export.as_json(export.document(figures, generated_at)).encode()}


def _csv(figures: Figures, generated_at: str) -> Mapping[str, bytes]:
    from workbook_tools.figures import export

    return export.as_csv(figures)


FORMATS: dict[str, Writer] = {"json": _json, "csv": _csv}
