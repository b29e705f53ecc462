"""`consolidate`: the 取組状況一覧 for the council, from the register alone; and the 資料編.

Every figure is computed once (:mod:`figures`); here they are only put together into files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workbook_tools.cells import Area
from workbook_tools.consolidate import appendix
from workbook_tools.consolidate.comparison import add_comparison
from workbook_tools.consolidate.figure_lists import ITEMS, Places, add_items, add_practices, places
from workbook_tools.consolidate.pages import Links, Opinions, add_pages
from workbook_tools.consolidate.summary import add_summary
from workbook_tools.consolidate.texts import add_texts, first_rows
from workbook_tools.consolidate.themes import add_themes
from workbook_tools.council import council, opinions
from workbook_tools.era import FiscalYear, long_date
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Figures, compute
from workbook_tools.figures.facts import gather
from workbook_tools.findings import UserError
from workbook_tools.form import layout
from workbook_tools.plan.model import Plan, check_year
from workbook_tools.register import submissions as returns
from workbook_tools.register.database import Register
from workbook_tools.register.submissions import Stored
from workbook_tools.rules import waivers
from workbook_tools.workspace import Workspace, put, read


@dataclass(frozen=True, slots=True)
class Round:
    """Everything that is printed of a round."""

    plan: Plan
    figures: Figures
    answers: Mapping[int, Mapping[str, Stored]]
    opinions: Opinions | None
    notes: tuple[str, ...]
    stale: bool  # plan master or tool changed since the last `collect`


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The files written, the list first, and the round they show."""

    paths: tuple[Path, ...]
    round: Round


def consolidate(
    workspace: Workspace,
    plan: Plan,
    year: FiscalYear,
    now: str,
    *,
    output: Path | None = None,
    strict: bool = False,
    with_appendix: bool = False,
) -> Consolidation:
    """Write the list (and the 資料編) of a round; with ``strict`` nothing while it is incomplete.

    Raises UserError where nothing was collected yet or a file cannot be written.
    """
    known = gather_round(workspace, plan, year, now)
    if strict and known.figures.incomplete:
        return Consolidation((), known)
    path = output or workspace.outbox / f"取組状況一覧_{year}.xlsx"
    put(path, workbook(known))
    paths = [path]
    if with_appendix:
        day = date.fromisoformat(now[:10])
        data = appendix.workbook(plan, year, known.figures, known.answers, day)
        paths.append(path.with_name(f"資料編_{year}.xlsx"))
        put(paths[-1], data)
    return Consolidation(tuple(paths), known)


def gather_round(workspace: Workspace, plan: Plan, year: FiscalYear, now: str) -> Round:
    """What the register and 意見集約 know of a round. UserError where that is nothing."""
    check_year(plan, year)
    with Register.open(workspace.register, write=False) as register:
        averages = council.averages(register, year)
        facts = gather(register, plan, year, averages)
        answers = returns.answers(register, year)
        readings = returns.readings(register, year)
        active = waivers.active(plan, now)
        rules = returns.rules(plan, year, register.distributed(year), active)
        waived = _waived(register, year)
    figures = compute(plan, facts)
    if not answers and not any(one.now for one in figures.practices if one.status != "終了"):
        raise UserError(
            f"{year.long}の受理したシートがまだありません。"
            "戻ってきたファイルを inbox に置き、先に collect を実行してください。"
        )
    stale = any(reading.rules != rules for reading in readings.values())
    day = long_date(date.fromisoformat(now[:10]))
    notes = (f"作成日：{day}", *waived)
    return Round(plan, figures, answers, _opinions(workspace, year), notes, stale)


def workbook(known: Round) -> bytes:
    """取組状況一覧 as a file's content."""
    figures, plan = known.figures, known.plan
    form = layout.form_of(plan)
    where = places(figures)
    link = _links(where)
    rows = first_rows(figures, form, known.answers)
    back = {no: f"internal:'取組内容'!{Area(row, 0).a1}" for no, row in rows.items()}
    book = Book(f"{plan.name}取組状況一覧 {figures.year}")
    add_summary(book, figures, where, known.notes)
    add_items(book, figures)
    add_practices(book, figures, back)
    add_themes(book, figures)
    add_pages(book, figures, known.opinions, link)
    add_texts(book, figures, form, plan, figures.year, known.answers, link)
    add_comparison(book, figures, where)
    return book.bytes()


def shortcomings(known: Round) -> list[str]:
    """What is missing or doubtful in the list, in sentences for the terminal."""
    said = []
    for status in ("未提出", "要修正"):
        numbers = [one.practice.no for one in known.figures.incomplete if one.status == status]
        if numbers:
            said.append(f"{status} {len(numbers)}件： 小№ {'、'.join(map(str, numbers))}")
    if known.stale:
        said.append(
            "計画マスタが変わっています。collect をもう一度実行すると、新しい計画で確かめ直します。"
        )
    return said


def _links(where: Places) -> Links:
    """Where other sheets find a figure."""

    def link(sheet: str, number: int, column: str) -> str | None:
        rows, columns, cell = (
            (where.items, where.item_columns, where.item)
            if sheet == ITEMS
            else (where.practices, where.practice_columns, where.practice)
        )
        return cell(number, column) if number in rows and column in columns else None

    return link


def _opinions(workspace: Workspace, year: FiscalYear) -> Opinions | None:
    path = workspace.outbox / f"意見集約_{year}.xlsx"
    if not path.exists():
        return None
    edited = opinions.printed(read(path), workspace.relative(path))
    return Opinions(edited.items, edited.ended)


def _waived(register: Register, year: FiscalYear) -> Sequence[str]:
    """The exceptions that were used, as notes of 総括."""
    newest = {form.id for form in returns.newest(returns.forms(register, year)).values()}
    return [
        f"特例：№{finding.place.item_no}　{finding.code}　{finding.message}{finding.hint}"
        for _, form, finding in returns.findings(register, year)
        if form in newest and waivers.is_waived(finding)
    ]
