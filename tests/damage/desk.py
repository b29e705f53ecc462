"""One form on somebody's desk: the workbook, what is known of it, and what is done to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.damage import excel, paper
from tests.damage.book import TYPED, Book, Box, Cell, Sheet, UnfitError, Value
from tests.damage.rounds import Setting
from workbook_tools.form.layout import Kind


@dataclass(frozen=True, slots=True)
class Must:
    """Something about the whole form that has to be said, whatever was read."""

    what: str
    codes: frozenset[str]


@dataclass(eq=False, repr=False)
class Desk:
    """A returned form while somebody damages it."""

    setting: Setting
    chance: random.Random
    no: int
    book: Book
    file: str
    # Where the tool may well refuse the form: something needed cannot be seen or understood.
    refusal_ok: bool = False
    musts: list[Must] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    originals: dict[int, dict[str, str]] = field(default_factory=dict)  # texts as first typed
    others: dict[int, Book] = field(default_factory=dict)  # forms that were brought in
    inline: bool = False  # texts inside the cells, as other programs write them
    prints: bool = True  # every text prints whole
    stored: bool = True  # formulas with their values
    strict: bool = False
    rich: bool = False
    foreign: frozenset[str] = frozenset()  # how another program's XML differs
    most_findings: int = 300  # more are as good as none
    other_round: Callable[[], Setting] | None = None  # the round before or after

    @property
    def first(self) -> Sheet:
        """Sheet ①: the one it was sent out as, or its first copy."""
        return self._part(0)

    @property
    def second(self) -> Sheet:
        return self._part(1)

    def _part(self, number: int) -> Sheet:
        found = [sheet for sheet in self.book.sheets if sheet.part == number]
        if not found:
            raise UnfitError("no such sheet left")
        return found[0]

    @property
    def chart(self) -> paper.Map:
        return self.setting.chart

    @property
    def year(self) -> str:
        """The evaluated year."""
        return str(self.setting.plan.evaluated)

    def say(self, step: str) -> None:
        """Write down what was done, for whoever looks at it later."""
        self.steps.append(step)

    def unprotect(self) -> None:
        """The sheets are protected without a password: anybody can."""
        for sheet in self.book.sheets:
            sheet.protected = False

    def remember(self, no: int, book: Book) -> None:
        """Note what is seen on an undamaged form."""
        self.originals[no] = texts_of(book, self.chart)

    # -- fields

    def sheet(self, name: str) -> Sheet:
        """The sheet a field is printed on."""
        return self._part(self.setting.form[name].sheet)

    def area(self, name: str) -> Box:
        """The cell of a field: merged or not, where it is printed now."""
        sheet = self.sheet(name)
        place = paper.region(self.chart, sheet, name)
        if place is None:
            raise UnfitError("the field is gone")
        return sheet.merged(place.top, place.left)

    def text(self, name: str) -> str:
        """What a person sees in a field's cell."""
        area = self.area(name)
        return paper.seen(self.book, self.sheet(name), area.top, area.left)

    def cell(self, name: str) -> Cell:
        area = self.area(name)
        return self.sheet(name).cell(area.top, area.left)

    def put(self, name: str, value: Value, formula: str = "", style: int | None = None) -> None:
        """Type into a field."""
        area = self.area(name)
        excel.type_in(self.sheet(name), area.top, area.left, value, formula=formula, style=style)

    def replace(self, name: str, cell: Cell) -> None:
        area = self.area(name)
        self.sheet(name).cells[area.top, area.left] = cell

    def fields(self, *kinds: Kind) -> list[str]:
        """Names of the fields of some kinds that are still on the paper."""
        return [
            item.name
            for item in self.setting.form.fields
            if item.kind in kinds
            and item.name != "様式版"
            and any(sheet.part == item.sheet for sheet in self.book.sheets)
            and paper.region(self.chart, self.sheet(item.name), item.name)
        ]

    def filled(self, *kinds: Kind) -> list[str]:
        """Those in which something is seen."""
        return [name for name in self.fields(*kinds or (Kind.TEXT,)) if self.text(name).strip()]

    def blank(self, *kinds: Kind) -> list[str]:
        """Those in which nothing stands."""
        return [name for name in self.fields(*kinds or (Kind.TEXT,)) if not self.text(name).strip()]

    def pick(self, names: Sequence[str]) -> str:
        """One of them, by chance."""
        if not names:
            raise UnfitError("nothing to do it to")
        return self.chance.choice(list(names))

    def label(self, sheet: Sheet, key: str) -> tuple[Box, Cell]:
        """A printed label's place and cell."""
        anchor = sheet.anchors.get(key)
        if anchor is None or min(anchor.box.size) < 1:
            raise UnfitError("the label is gone")
        return anchor.box, sheet.cell(anchor.box.top, anchor.box.left)

    def labels(self, sheet: Sheet) -> list[str]:
        """Anchors of the printed labels with words on a sheet."""
        return [
            key
            for key, anchor in sheet.anchors.items()
            if key.startswith("label ")
            and min(anchor.box.size) > 0
            and sheet.cell(anchor.box.top, anchor.box.left).value not in (None, "")
        ]

    def relabel(self, sheet: Sheet, key: str, text: str, origin: str = "print") -> None:
        """Type a label anew; ``origin`` TYPED where it is no label any more."""
        area, cell = self.label(sheet, key)
        sheet.cells[area.top, area.left] = cell._replace(value=text, origin=origin, runs=())

    def bottom(self, sheet: Sheet) -> int:
        """The last row of what is printed on a sheet."""
        rows = [anchor.box.bottom for anchor in sheet.anchors.values() if anchor.box.right < 28]
        if not rows:
            raise UnfitError("no form there")
        return max(rows)

    def free_spot(self, sheet: Sheet) -> tuple[int, int]:
        """A blank cell beside, below or far from the form."""
        chance = self.chance
        height, width = sheet.height, 28
        spots = [
            (height + chance.randint(0, 6), chance.randint(0, width - 1)),
            (height + chance.randint(0, 60), chance.randint(0, 12)),
            (chance.randint(0, max(height - 1, 0)), 28),
            (chance.randint(0, max(height - 1, 0)), chance.randint(95, 110)),
        ]
        row, col = chance.choice(spots)
        cell = sheet.cell(row, col)
        if cell.value not in (None, "") or sheet.merged(row, col) != Box(row, col, row, col):
            raise UnfitError("something stands there")
        if row in sheet.hidden_rows or col in sheet.hidden_cols:
            raise UnfitError("nobody would see it")
        return row, col

    def scribble(self, sheet: Sheet, row: int, col: int, value: Value) -> None:
        """Type into a cell outside the fields."""
        excel.type_in(sheet, row, col, value)
        area = sheet.merged(row, col)
        cell = sheet.cells[area.top, area.left]
        sheet.cells[area.top, area.left] = cell._replace(origin=TYPED)


def texts_of(book: Book, chart: paper.Map) -> dict[str, str]:
    """Field → what is seen, of a workbook with one form."""
    seen = paper.read(book, chart)
    return {
        name: "".join(words.text for words in found)
        for part in (*seen.firsts, *seen.seconds)
        for name, found in part.fields.items()
    }
