"""The formats of `export`: a row each. Light, for the command line asks for their names only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook_tools.figures.facts import RoundData


@dataclass(frozen=True, slots=True)
class Format:
    """A format: round and ISO time → file name → content.

    A format of one file leaves its name to whoever asks for it: "". ``folder``: where it goes if
    nobody says where; empty where it may go to the screen.
    """

    write: Callable[[RoundData, str], Mapping[str, bytes]]
    folder: str = ""


def _json(data: RoundData, generated_at: str) -> Mapping[str, bytes]:
    from workbook_tools.figures import export

    return {"": export.as_json(export.document(data.figures, generated_at, data.answers)).encode()}


def _csv(data: RoundData, _: str) -> Mapping[str, bytes]:
    from workbook_tools.figures import export

    return export.as_csv(data.figures)


def _open_data(data: RoundData, _: str) -> Mapping[str, bytes]:
    from workbook_tools.figures import open_data

    return open_data.files(data)


FORMATS = {
    "json": Format(_json),
    "csv": Format(_csv),
    "open-data": Format(_open_data, "オープンデータ"),
}
