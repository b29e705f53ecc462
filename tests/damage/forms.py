"""One damaged form by its number: the same seed and number give the same bytes and paper."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

from tests.damage import package, paper
from tests.damage.book import Book, UnfitError
from tests.damage.desk import Desk, texts_of
from tests.damage.kinds import Kind, load
from tests.damage.rounds import Setting, open_setting
from tests.damage.verdict import Before, Outcome, check
from tests.samples import R3, R4
from workbook_tools.form.layout import COLUMNS

# So many forms share the answers they were filled with: filling and reading these costs more.
_FORMS_A_BASE = 8
_SECOND_KIND = 0.35  # share of forms that are damaged twice
_TRIES = 60
OFFICE = ("xlsx", "xls", "ods")


@dataclass(frozen=True, slots=True)
class Base:
    """A complete form before any damage, and what the tool says of it."""

    setting: Setting
    no: int
    book: Book
    file: str
    texts: dict[str, str]
    findings: frozenset[tuple[str, str | None]]


@dataclass(slots=True)
class Form:
    """A damaged form."""

    number: int
    kind: str
    desk: Desk
    data: bytes
    before: frozenset[tuple[str, str | None]]

    def paper(self, saved: str = "") -> paper.Paper:
        """What is seen of it; ``saved``: what another program saved it as."""
        book = _as_saved(self.desk.book, saved) if saved else self.desk.book
        return paper.read(book, self.desk.chart)

    def judged(self, data: bytes | None = None, ending: str = "xlsx") -> Outcome:
        """Have the tool read it (or what another program saved of it) and compare."""
        setting = self.desk.setting
        file = f"{Path(self.desk.file).stem}.{ending}"
        intake, judged = setting.read(data or self.data, file)
        content = setting.template(self.desk.no).content
        closed = {
            name: str(value) for name, value in content.values.items() if name not in content.open
        }
        known = Before(self.desk.year, self.before, self.desk.originals, closed)
        return check(
            setting.form,
            self.paper(ending if data else ""),
            intake,
            judged,
            self.desk.musts,
            known,
            self.desk.refusal_ok,
            self.desk.most_findings,
        )


def _as_saved(book: Book, kind: str) -> Book:
    """What LibreOffice makes another thing of, as its own window shows the saved file.

    Rows and columns of no size get one again; of a text with several lines an .ods loses the tabs.
    """
    book = book.copy()
    for sheet in book.sheets:
        if sheet.flat:
            sheet.hidden_rows.clear()
            sheet.hidden_cols = {col for col in sheet.hidden_cols if col >= COLUMNS}
        for spot, cell in sheet.cells.items() if kind == "ods" else ():
            if isinstance(cell.value, str) and "\t" in cell.value and "\n" in cell.value:
                runs = tuple(replace(run, text=run.text.replace("\t", "")) for run in cell.runs)
                sheet.cells[spot] = cell._replace(value=cell.value.replace("\t", ""), runs=runs)
    return book


@dataclass(eq=False)
class Maker:
    """Makes forms of one seed; one in every process."""

    folder: Path
    seed: int
    only: tuple[str, ...] = ()
    settings: dict[str, Setting] = field(default_factory=dict)

    def setting(self, year: str) -> Setting:
        if year not in self.settings:
            self.settings[year] = open_setting(self.folder, {"R3": R3, "R4": R4}[year])
        return self.settings[year]

    @lru_cache(maxsize=4)  # noqa: B019 (lives as long as its process)
    def base(self, number: int) -> Base:
        """The complete form number ``number``."""
        chance = random.Random(f"{self.seed} base {number}")
        setting = self.setting(chance.choice(("R3", "R3", "R4")))
        practice = chance.choice(setting.practices)
        dashed = [one for one in setting.practices if one.printed_title == "-"]
        if dashed and chance.random() < 0.05:
            practice = dashed[0]
        book = setting.filled(practice.no, setting.answers(chance, practice.no))
        file = f"No{practice.no:02d}_{practice.title[:10]}.xlsx"
        intake, judged = setting.read(package.write(book), file)
        findings = [*intake.findings, *(one for form in judged for one in form.findings)]
        said = frozenset((one.code, one.place.field) for one in findings)
        return Base(setting, practice.no, book, file, texts_of(book, setting.chart), said)

    def form(self, number: int) -> Form:
        """The damaged form number ``number``."""
        base = self.base(number // _FORMS_A_BASE)
        kinds = load()
        for trial in range(_TRIES):
            chance = random.Random(f"{self.seed} form {number} {trial}")
            kind = self._kind(chance, kinds)
            desk = Desk(base.setting, chance, base.no, base.book.copy(), base.file)
            desk.originals[base.no] = base.texts
            desk.rich = chance.random() < 0.5
            if chance.random() < 0.1:
                desk.foreign = frozenset(way for way in package.FOREIGN if chance.random() < 0.5)
            desk.other_round = partial(self._other_round, base.setting)
            try:
                kind.do(desk)
                if chance.random() < _SECOND_KIND and not kind.alone and not self.only:
                    other = self._kind(chance, kinds)
                    if other is not kind and not other.alone:
                        desk.say(f"+ {other.name}")
                        other.do(desk)
            except UnfitError:
                continue
            except Exception as error:
                error.add_note(f"form {number} of seed {self.seed}: {kind.name} {desk.steps}")
                raise
            data = package.write(
                desk.book,
                inline=desk.inline,
                stored=desk.stored,
                strict=desk.strict,
                rich=desk.rich,
                foreign=desk.foreign,
            )
            return Form(number, kind.name, desk, data, base.findings)
        raise UnfitError(f"{self.only} fits no form number {number}")

    def _other_round(self, setting: Setting) -> Setting:
        return self.setting("R4" if setting.plan.evaluated == R3 else "R3")

    def _kind(self, chance: random.Random, kinds: dict[str, Kind]) -> Kind:
        wanted: Sequence[Kind] = [
            kind for kind in kinds.values() if not self.only or kind.name in self.only
        ]
        return chance.choices(wanted, [kind.weight for kind in wanted])[0]


def saved_as(seed: int, number: int, share: float) -> str:
    """Which forms go through LibreOffice, and as what: empty for most."""
    chance = random.Random(f"{seed} saved {number}")
    return chance.choice(OFFICE) if chance.random() < share else ""
