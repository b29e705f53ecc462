"""`report`: the 意見書 of a round, from the register, 意見集約 and the 原稿.

Written: ``意見書原稿_R3.xlsx`` (what people write), ``意見書_R3.docx``, and on demand a PDF and a
page for the city's site. Figures are those of :mod:`workbook_tools.figures`; none is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbook_tools.council import opinions
from workbook_tools.figures.compute import ENDED, Figures
from workbook_tools.figures.facts import figures_of
from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.report import drafts, manuscript, parts, tables
from workbook_tools.report.content import Report
from workbook_tools.report.manuscript import Setting
from workbook_tools.report.refresh import FigureChange, refreshed
from workbook_tools.report.terms import terms_of
from workbook_tools.report.typed_numbers import known_numbers
from workbook_tools.workspace import read

# Numbers that prose speaks of although no table holds them: levels of the council's scale.
_LEVELS = ("1", "2", "3", "4", "5", "3.0", "4.0")


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The files written, the document first; and what the secretariat is to look at."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A document edited in Word with today's figures: where it stands, and what changed in it."""

    path: Path
    changes: tuple[FigureChange, ...]
    notes: tuple[str, ...]


def write_report(held: Round, *, html: bool = False, pdf: bool = False) -> WrittenReport:
    """Write the report of a round, and its manuscript where there is none or rows are missing.

    Raises UserError where nothing was accepted yet, or a file cannot be read or written.
    """
    from workbook_tools.report.word import document

    made, data = gather(held)
    outbox, own = held.workspace.outbox, f"意見書_{held.year}"
    put(_manuscript(held), data)
    path, notes = _beside_edited(outbox / f"{own}.docx")
    put(path, document(made))
    paths = [path, _manuscript(held)]
    if html:
        from workbook_tools.report.page import page

        paths.append(outbox / f"{own}.html")
        put(paths[-1], page(made))
    if pdf:
        from workbook_tools.excel.pdf import document_to_pdf

        paths.append(outbox / f"{own}.pdf")
        put(paths[-1], document_to_pdf(document(made, to_print=True)))
    return WrittenReport(tuple(paths), (*notes, *made.notes))


def refresh_report(held: Round, file: Path) -> Refreshed:
    """A report that was edited in Word, with today's figures, as a new file of the outbox.

    Raises UserError where the file is no report of this round.
    """
    made, _ = gather(held)
    data, changes, notes = refreshed(read(file), str(file), made)
    path = _free(held.workspace.outbox, f"{file.stem}_更新", data)
    put(path, data)
    return Refreshed(path, changes, notes)


def gather(held: Round) -> tuple[Report, bytes]:
    """The report of a round, and its manuscript as a workbook."""
    with Register.open(held.workspace.register, write=False) as register:
        figures = figures_of(register, held)
    if not any(known.now for known in figures.practices if known.status != ENDED):
        raise UserError(
            f"{held.year.long}の受理したシートがまだありません。"
            "戻ってきたファイルを inbox に置き、先に collect を実行してください。"
        )
    path, before = _manuscript(held), _manuscript(held, -1)
    written = manuscript.renewed(
        read(path) if path.exists() else None,
        held.workspace.relative(path),
        setting(figures),
        read(before) if before.exists() and not path.exists() else None,
    )
    sources = parts.Sources(figures, written, opinions.of_round(held, figures))
    made = parts.report(sources)
    return replace(made, notes=(*_gaps(sources), *made.notes)), written.data


def setting(figures: Figures) -> Setting:
    """What the prose of a round is read against."""
    terms, plan = terms_of(figures), figures.plan
    words = [term.words for term in terms.values()]
    shares = [term.share for term in terms.values() if term.share is not None]
    numbers = known_numbers([*words, *tables.all_words(figures), *_LEVELS], shares)
    first, last = plan.years[0].western, plan.years[-1].western
    title = f"{plan.name}　{plan.round.long}"
    years = frozenset(range(first, last + 2))
    return Setting(title, drafts.drafts(plan), terms, numbers, years)


def _gaps(sources: parts.Sources) -> Sequence[str]:
    """What the report lacks, in sentences."""
    figures, said = [], sources.opinions
    missing = [known.practice.no for known in sources.figures.incomplete]
    if missing:
        figures.append(f"数値のない実践項目が{len(missing)}件あります： {_numbers(missing)}")
    if said is None:
        figures.append("審議会の意見がまだありません。council collect を実行すると入ります。")
    else:
        silent = [
            item.item.no for item in sources.figures.items if not said.items.get(item.item.no)
        ]
        if silent:
            figures.append(f"意見のない取組項目が{len(silent)}件あります： {_numbers(silent)}")
    if sources.plan.is_effectiveness_year:
        unscored = [item.item.no for item in sources.figures.items if item.council is None]
        if unscored:
            words = f"審議会の評価のない取組項目が{len(unscored)}件あります"
            figures.append(f"{words}： {_numbers(unscored)}")
    return figures


def _numbers(numbers: Sequence[int]) -> str:
    return "、".join(f"№{number}" for number in numbers)


def _manuscript(held: Round, years: int = 0) -> Path:
    year = held.year if not years else held.plan.evaluated + years
    return held.workspace.outbox / f"意見書原稿_{year}.xlsx"


def _beside_edited(path: Path) -> tuple[Path, list[str]]:
    """Where a document goes: a name beside it where somebody went on writing in it; and a word."""
    from workbook_tools.report.word import is_as_written

    def is_free(known: Path) -> bool:
        return not known.exists() or is_as_written(read(known))

    if is_free(path):
        return path, []
    number, new = 1, path.with_name(f"{path.stem}_新.docx")
    while not is_free(new):
        number += 1
        new = path.with_name(f"{path.stem}_新{number}.docx")
    told = (
        f"『{path.name}』は編集されているため残し、『{new.name}』に作りました。"
        f"編集したものの数値だけを入れ替えるときは report --refresh {path.name} を使います。"
    )
    return new, [told]


def _free(folder: Path, stem: str, data: bytes) -> Path:
    """The first name that is not taken by something else."""
    number = 1
    while True:
        path = folder / f"{stem}{number if number > 1 else ''}.docx"
        if not path.exists() or read(path) == data:
            return path
        number += 1
