"""What a person sees of a sheet, where that is not what its cells hold.

A cell's text may be struck through, its number may be shown as something else or not at all, its
row, column or sheet may be hidden; notes, text boxes and pictures lie over the cells. A sheet is
looked at closely only where a search of its bytes says that there may be such a thing.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from workbook_tools.excel.read.values import Value, as_text

# Our own notes on a sheet that went back begin with this; what stands above it is somebody's.
MARKER = "【確認結果】"
# So many overlays of a sheet are listed, so many letters of each kept; all are counted.
MOST_OVERLAYS = 100
MOST_LETTERS = 2_000


class Struck(NamedTuple):
    """A text without its struck-through runs, and those runs."""

    kept: str
    struck: str


class Hides(Enum):
    """Whether a cell's format keeps its content from being seen.

    UNSURE: a conditional format may hide it, change it or strike it out; it is not evaluated.
    """

    NO = "no"
    YES = "yes"
    UNSURE = "unsure"


class OverlayKind(StrEnum):
    """What lies over the cells, as a message names it."""

    SHAPE = "図形・テキストボックス"
    NOTE = "メモ"
    COMMENT = "コメント"
    CONTROL = "ボタンなどの部品"
    OBJECT = "埋め込まれたファイル"
    PICTURE = "図・写真"
    LINE = "線・図形"
    PAGE = "ヘッダー・フッターの文字"


@dataclass(frozen=True, slots=True)
class Overlay:
    """One thing over the cells.

    ``cell``: A1 name of the cell it is anchored to, None where the format does not tell.
    ``text``: empty for pictures and drawn lines; at most :data:`MOST_LETTERS`.
    """

    kind: OverlayKind
    cell: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Overlays:
    """What lies over a sheet: the first :data:`MOST_OVERLAYS`, and how many there are in all.

    Left out: boxes without text that are not drawn either, what is hidden, and our own notes.
    """

    listed: tuple[Overlay, ...] = ()
    count: int = 0


class OverlayList:
    """Gathers overlays within bounds."""

    def __init__(self) -> None:
        self._listed: list[Overlay] = []
        self._count = 0

    def add(self, kind: OverlayKind, cell: str | None, text: str) -> None:
        """Count one more, and list it where there is room."""
        self._count += 1
        if len(self._listed) < MOST_OVERLAYS:
            self._listed.append(Overlay(kind, cell, text[:MOST_LETTERS]))

    def add_note(self, cell: str | None, text: str) -> None:
        """Somebody's note: what stands above ours, where ours was written into the same note."""
        if text := text.partition(MARKER)[0].strip():
            self.add(OverlayKind.NOTE, cell, text)

    def overlays(self) -> Overlays:
        """What was gathered."""
        return Overlays(tuple(self._listed), self._count)


class Look:
    """How one sheet looks: here one on which everything is seen as it is stored.

    Rows and columns are zero-based. The formats say more (``shown_xlsx`` …).
    """

    @property
    def is_plain(self) -> bool:
        """Nothing is struck through, hidden by a format, or shown otherwise than it is stored."""
        return True

    @property
    def hidden_rows(self) -> Container[int]:
        """The rows nobody sees: hidden, filtered out, without height."""
        return frozenset()

    @property
    def hidden_cols(self) -> Container[int]:
        """The columns nobody sees."""
        return frozenset()

    @property
    def overlays(self) -> Overlays:
        """What lies over the cells."""
        return Overlays()

    @property
    def texts(self) -> Mapping[tuple[int, int], str]:
        """Texts that python-calamine reads otherwise than they are: without tabs, with readings."""
        return {}

    def has_formula(self, row: int, col: int) -> bool:
        """Whether a cell holds a formula, stored value or not."""
        return False

    @property
    def errors(self) -> Mapping[tuple[int, int], str]:
        """Error values (``#N/A``), which python-calamine gives as blank cells."""
        return {}

    def struck(self, row: int, col: int, text: str) -> Struck | None:
        """What of a cell's text is struck through; None where nothing is."""
        return None

    def displayed(self, row: int, col: int, value: Value) -> str | None:
        """A value as its number format shows it; None where that cannot be told."""
        return as_text(value)

    def hides(self, row: int, col: int) -> Hides:
        """Whether a cell's colours or a conditional format keep it from being seen."""
        return Hides.NO


PLAIN = Look()
