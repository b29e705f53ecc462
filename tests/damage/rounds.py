"""The two rounds whose forms are damaged: R3 as the first, R4 with R3's history in the register."""

from __future__ import annotations

import pickle
import random
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from tests.damage import package, paper, texts
from tests.damage.book import TYPED, Book, Cell
from tests.samples import PLAN, R3, R4, returned
from workbook_tools.collect.collect import collect
from workbook_tools.distribute.distribute import distribute
from workbook_tools.era import FiscalYear
from workbook_tools.form import layout, prefill
from workbook_tools.form.content import Content
from workbook_tools.form.live.checks import live_cells
from workbook_tools.form.workbook import header, workbook
from workbook_tools.intake.read_forms import Intake
from workbook_tools.outbox import put
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.plan.write_master import master
from workbook_tools.register.database import Register
from workbook_tools.register.records import Judged
from workbook_tools.register.results import known_before
from workbook_tools.register.round import Round
from workbook_tools.rules.verdict import Judge
from workbook_tools.workspace import Workspace, digest

NOW = "2022-04-20T09:00:00+09:00"
# Practices whose R3 is known in R4; item 25's title is "-".
_WITH_HISTORY = (1, 5, 14, 15, 16, 17, 25, 33, 34, 43, 46, 61)


def prepare(folder: Path, whole: Plan = PLAN) -> None:
    """Make both workspaces unless they are there: forms distributed, in R4's R3 collected."""
    done = folder / "plan.pickle"
    if done.exists():
        return
    for year in (R3, R4):
        root = folder / str(year)
        plan = whole.of_year(R3)
        put(root / "templates" / "計画マスタ.xlsx", master(plan))
        held = Round(Workspace(root), plan, NOW)
        distribute(held)
        if year == R4:
            for no in {practice.no for practice in whole.practices}.intersection(_WITH_HISTORY):
                put(root / "inbox" / f"No{no}.xlsx", returned(no, R3))
            collect(held)
            plan = whole.of_year(R4)
            put(root / "templates" / "計画マスタ.xlsx", master(plan))
            distribute(Round(Workspace(root), plan, NOW))
    put(done, pickle.dumps(whole))


@cache
def _code() -> str:
    """Names the code that made a template: what another state of it kept is not taken."""
    folders = (Path(__file__).parent, Path(layout.__file__).parent)
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return digest(b"".join(path.read_bytes() for path in files))[:12]


@dataclass(frozen=True, slots=True)
class Template:
    """A form as it was sent out."""

    practice: Practice
    book: Book
    content: Content


@dataclass(eq=False)
class Setting:
    """One round, open for reading. Made anew in every process."""

    plan: Plan
    held: Round
    register: Register
    templates: dict[int, Template] = field(default_factory=dict)

    @cached_property
    def form(self) -> layout.Form:
        return layout.form_of(self.plan)

    @cached_property
    def chart(self) -> paper.Map:
        return paper.survey(self.form)

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.register, self.held, ())

    @cached_property
    def practices(self) -> tuple[Practice, ...]:
        """Those whose forms were sent out."""
        sent = sorted(self.register.distributed(self.held.year))
        return tuple(self.plan.practice(no) for no in sent)

    @cached_property
    def _known(self) -> dict[int, prefill.Known]:
        return dict(known_before(self.register, self.plan))

    def template(self, no: int) -> Template:
        """The form of a practice as it was sent out; kept beside the round for other processes."""
        if no not in self.templates:
            path = self.held.workspace.root / "kept" / _code() / f"{no}.pickle"
            if path.exists():
                self.templates[no] = pickle.loads(path.read_bytes())
            else:
                self.templates[no] = self._made(no)
                put(path, pickle.dumps(self.templates[no]))
        return self.templates[no]

    def _made(self, no: int) -> Template:
        practice = self.plan.practice(no)
        content = prefill.content(self.plan, practice, self._known.get(no, prefill.Known()))
        book = package.parse(workbook(self.plan, practice, content), layout.COLUMNS)
        for number, sheet in enumerate(book.sheets[:2]):
            sheet.part = number
            sheet.anchors = dict(self.chart.anchors[number])
        return Template(practice, book, content)

    def filled(self, no: int, answers: dict[str, str | int]) -> Book:
        """The form of a practice as its department saved it, formulas calculated."""
        template = self.template(no)
        book = template.book.copy()
        for name, value in answers.items():
            item = self.form[name]
            cells = book.sheets[item.sheet].cells
            spot = (item.area.row, item.area.col)
            cells[spot] = Cell(value, cells[spot].style, "", TYPED)
        values = {**template.content.values, **answers, **header(self.plan, template.practice)}
        live = live_cells(self.plan, values, lambda item: item.name in template.content.open)
        for sheet, (planned, shown) in zip(book.sheets, live, strict=False):
            cells = sheet.cells
            for cell, value in zip(planned, shown, strict=True):
                spot = (cell.area.row, cell.area.col)
                if spot in cells and cells[spot].formula:
                    told = value if isinstance(value, str) else int(value)
                    cells[spot] = cells[spot]._replace(value=told)
        return book

    def answers(self, chance: random.Random, no: int) -> dict[str, str | int]:
        """Complete answers for a practice's form."""
        template = self.template(no)
        return texts.answers(chance, self.plan, template.practice, template.content, self.form)

    def read(self, data: bytes, file: str) -> tuple[Intake, list[Judged]]:
        """What the tool makes of a file."""
        return self.judge.judge(data, file)


def open_setting(folder: Path, year: FiscalYear) -> Setting:
    """A round that was prepared before."""
    whole: Plan = pickle.loads((folder / "plan.pickle").read_bytes())
    plan = whole.of_year(year)
    workspace = Workspace(folder / str(year))
    register = Register.open(workspace.register, write=False).__enter__()  # until the process ends
    return Setting(plan, Round(workspace, plan, NOW), register)
