"""`consolidate`: the 取組状況一覧 for the council, from the register alone; and the 資料編.

Every figure is computed once (:mod:`figures`); here they are only put together into files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from workbook_tools.consolidate import appendix
from workbook_tools.consolidate.both_sides import add_both_sides
from workbook_tools.consolidate.comparison import add_comparison
from workbook_tools.consolidate.contents_sheet import CONTENTS, fill_contents
from workbook_tools.consolidate.copies import put_copies
from workbook_tools.consolidate.departments import Receipts, add_departments
from workbook_tools.consolidate.figure_lists import (
    add_items,
    add_practices,
    item_table,
    practice_table,
)
from workbook_tools.consolidate.heat_map import add_heat_map
from workbook_tools.consolidate.pages import NAME as PAGES
from workbook_tools.consolidate.pages import add_pages, address_of_item
from workbook_tools.consolidate.places import ITEMS, PRACTICES, THEMES, Places, TablePlace
from workbook_tools.consolidate.secretariat import (
    SOURCES,
    BackOffice,
    SourceFile,
    add_sources,
    add_votes,
    council_formula,
)
from workbook_tools.consolidate.summary import add_summary
from workbook_tools.consolidate.texts import NAMES as TEXTS
from workbook_tools.consolidate.texts import add_texts, addresses, revised
from workbook_tools.consolidate.themes import add_themes, theme_table
from workbook_tools.consolidate.trends import add_trends
from workbook_tools.consolidate.workings import Workings
from workbook_tools.council import opinions
from workbook_tools.era import long_date
from workbook_tools.excel.pdf import Part, parts_of
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.figure_sheet import columns_of
from workbook_tools.figures.compute import ENDED, Figures
from workbook_tools.figures.facts import RoundData, figures_of, votes
from workbook_tools.figures.headline import differences
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.register import ballots, closings, ledger, opened, written
from workbook_tools.register.database import Register
from workbook_tools.register.records import Stored
from workbook_tools.register.results import answers as answers_of_round
from workbook_tools.register.round import Round, note_plan, noted_plans
from workbook_tools.register.standing import counting, newest, practice_states
from workbook_tools.register.submissions import findings as findings_of
from workbook_tools.register.submissions import forms, readings
from workbook_tools.rules import waivers
from workbook_tools.rules.verdict import rules_of

OWN = "_事務局用"  # behind the name of the secretariat's copy
APPENDIX = "資料編"
# How PDFs of a list are called: of its long sheets, and of what is left.
_PARTS = ({"_評価ページ": (PAGES,), "_本文": (*TEXTS, SOURCES)}, "_一覧")


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that is printed of a round."""

    figures: Figures
    answers: Mapping[int, Mapping[str, Stored]]
    opinions: opinions.Opinions | None
    notes: tuple[str, ...]
    stale: bool  # plan master or tool changed since the last `collect`
    votes: Mapping[int, Mapping[int, int]] = field(default_factory=dict)  # item → score → members
    back: BackOffice | None = None

    @property
    def data(self) -> RoundData:
        """What of it is given out as data."""
        return RoundData(self.figures, self.answers, self.votes)


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The files written, the list first, and what they show."""

    paths: tuple[Path, ...]
    contents: Contents

    @property
    def parts(self) -> list[Part]:
        """What is printed in a PDF of its own: of the lists short and long sheets apart."""
        *lists, last = self.paths
        if last.name.startswith(APPENDIX):
            return [*(part for path in lists for part in parts_of(path, *_PARTS)), Part(last)]
        return [part for path in self.paths for part in parts_of(path, *_PARTS)]


def consolidate(
    held: Round,
    *,
    output: Path | None = None,
    strict: bool = False,
    with_appendix: bool = False,
) -> Consolidation:
    """Write the list (and the 資料編) of a round; with ``strict`` nothing while it is incomplete.

    Raises UserError where nothing was collected yet or a file cannot be written.
    """
    path = output or held.workspace.outbox / f"取組状況一覧_{held.year}.xlsx"
    held = _as_published(held, path)
    known = gather_contents(held)
    if strict and known.figures.incomplete:
        return Consolidation((), known)
    own = path.with_name(f"{path.stem}{OWN}{path.suffix}")
    put(path, workbook(known))
    if known.back:
        archive = held.workspace.archive
        put_copies(path.parent, archive, known.figures, known.answers, known.back.files)
    put(own, secretariats_workbook(known))
    paths = [path, own]
    if with_appendix:
        last = _last_sheets(held, known.figures)
        data = appendix.workbook(known.figures, known.answers, held.today, last)
        paths.append(path.with_name(f"{APPENDIX}_{held.year}.xlsx"))
        put(paths[-1], data)
    with Register.open(held.workspace.register) as register:
        note_plan(register, held)
        written.note(register, held, paths)
    return Consolidation(tuple(paths), known)


def _as_published(held: Round, path: Path) -> Round:
    """Of a closed round (確定) the list made again bears the day on which it was made."""
    name = held.workspace.relative(path)
    with Register.open(held.workspace.register, write=False) as register:
        if held.year not in closings.closed(register):
            return held
        made_at = {known.name: known.made_at for known in written.outputs(register, held.year)}
    return replace(held, now=made_at.get(name, held.now))


def gather_contents(held: Round) -> Contents:
    """What the register and 意見集約 know of a round. UserError where that is nothing."""
    plan, year = held.plan, held.year
    with Register.open(held.workspace.register, write=False) as register:
        figures = figures_of(register, held)
        answers = answers_of_round(register, year)
        known = readings(register, year)
        rules = rules_of(plan, register.distributed(year))
        waived = _waived(register, held)
        given = votes(register, held)
        back = _back_office(register, held)
    if not answers and not any(p.now for p in figures.practices if p.status != ENDED):
        raise UserError(
            f"{year.long}の受理したシートがまだありません。"
            "戻ってきたファイルを inbox に置き、先に collect を実行してください。"
        )
    stale = any(reading.rules != rules for reading in known.values())
    notes = (f"作成日：{long_date(held.today)}", *differences(figures), *waived)
    return Contents(figures, answers, opinions.of_round(held, figures), notes, stale, given, back)


def workbook(known: Contents) -> bytes:
    """取組状況一覧 as a file's content: what the council and the public may see."""
    return _workbook(known, None)


def secretariats_workbook(known: Contents) -> bytes:
    """The same with what is the secretariat's own: votes, receipts, sources."""
    return _workbook(known, known.back)


def _workbook(known: Contents, back: BackOffice | None) -> bytes:
    figures = known.figures
    where = places(figures)
    workings = Workings(figures, where)
    blocks = {item.item.no: address_of_item(figures.plan, item.item.no) for item in figures.items}
    plan = figures.plan
    author = f"{plan.city}　{plan.secretariat}".strip()
    book = Book(f"{plan.name}取組状況一覧 {figures.year}", author)
    contents = book.sheet(CONTENTS)
    add_summary(book, figures, workings, known.notes, revised(figures, known.answers))
    council = partial(council_formula, figures, back.votes) if back and back.votes else None
    add_items(book, figures, where, blocks, council)
    add_practices(book, figures, where, addresses(figures, known.answers))
    add_themes(book, figures, where, workings)
    add_heat_map(book, figures, where)
    add_pages(book, figures, known.opinions, where, known.votes)
    add_texts(book, figures, known.answers, where)
    add_comparison(book, figures, where)
    add_trends(book, figures, where)
    add_both_sides(book, figures, where, workings)
    add_departments(book, figures, where, back.receipts if back else None)
    if back:
        add_votes(book, figures, back.votes)
        add_sources(book, figures, known.answers, back.files)
    fill_contents(contents, figures, book.sheets)
    return book.bytes()


def places(figures: Figures) -> Places:
    """Where the tables of figures stand."""
    plan = figures.plan
    return Places(
        TablePlace(ITEMS, len(figures.items), columns_of(item_table(plan))),
        TablePlace(PRACTICES, len(figures.practices), columns_of(practice_table(plan))),
        TablePlace(THEMES, len(figures.themes), columns_of(theme_table(plan))),
    )


def shortcomings(known: Contents) -> list[str]:
    """What is missing or doubtful in the list, in sentences for the terminal."""
    said = []
    for status in ("未提出", "要修正"):
        numbers = [
            missing.practice.no for missing in known.figures.incomplete if missing.status == status
        ]
        if numbers:
            said.append(f"{status} {len(numbers)}件： 小№ {'、'.join(map(str, numbers))}")
    if known.stale:
        said.append(
            "計画マスタが変わっています。collect をもう一度実行すると、新しい計画で確かめ直します。"
        )
    return said


def _back_office(register: Register, held: Round) -> BackOffice:
    versions = forms(register, held.year)
    first: dict[int, date] = {}
    for form in versions:
        if form.practice_no is not None:
            received = date.fromisoformat(form.received_at[:10])
            first[form.practice_no] = min(received, first.get(form.practice_no, received))
    receipts = Receipts(practice_states(register, held.plan, versions), first, held.plan.deadline)
    archive, locked = held.workspace.archive, opened.protected(register)
    files = {
        no: SourceFile.of(
            no,
            form.file,
            form.sha256,
            opens=form.sha256 not in locked and ledger.kept(archive, form.sha256).is_file(),
        )
        for no, form in counting(versions).items()
    }
    return BackOffice(ballots.votes(register, held.year), receipts, files)


def _last_sheets(held: Round, figures: Figures) -> dict[int, appendix.LastSheet]:
    """Practice → its form of the year in which it ended, where that round was held here."""
    gone = [known for known in figures.practices if known.status == ENDED]
    found: dict[int, appendix.LastSheet] = {}
    with Register.open(held.workspace.register, write=False) as register:
        plans = noted_plans(register, held.workspace, before=held.year)
        for year in sorted(plans):
            answers, then = answers_of_round(register, year), held.plan.numbers(year.whole)
            for known in gone:
                no = then.get(known.practice.no)
                if known.finished and known.finished.whole == year.whole and no in answers:
                    found[known.practice.no] = appendix.LastSheet(plans[year], no, answers[no])
    return found


def _waived(register: Register, held: Round) -> Sequence[str]:
    """The exceptions that were used, as notes of 総括."""
    last = {form.id for form in newest(forms(register, held.year)).values()}
    return [
        f"特例：№{finding.place.item_no}　{finding.code}　{finding.message}{finding.hint}"
        for _, form, finding in findings_of(register, held.year)
        if form in last and waivers.is_waived(finding)
    ]
