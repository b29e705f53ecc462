"""Readable copies of what came in, beside the secretariat's list, to which its links lead.

A file that opens for everybody lies there as it came. Of one that had a password or macros, what
was read of it is laid out like the form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from workbook_tools.consolidate.appendix import typed
from workbook_tools.consolidate.secretariat import SourceFile, copies_folder
from workbook_tools.excel.write.book import Book
from workbook_tools.figures.compute import Figures
from workbook_tools.form.printed import add_pages
from workbook_tools.outbox import put, remove_if_empty
from workbook_tools.plan.model import Plan
from workbook_tools.register import ledger
from workbook_tools.register.records import Stored

_OURS = re.compile(r"No\d+\.(xlsx|xls|ods)")


def put_copies(
    folder: Path,
    archive: Path,
    figures: Figures,
    answers: Mapping[int, Mapping[str, Stored]],
    files: Mapping[int, SourceFile],
) -> None:
    """Put the copies into the folder of the list; those to which no link leads any more go."""
    own = folder / copies_folder(figures)
    due = {known.practice.no for known in figures.practices} & answers.keys()
    linked = [source for source in files.values() if source.practice_no in due]
    for source in linked:
        if source.sha256:
            data = ledger.content(archive, source.sha256)
        else:
            data = _as_read(figures.plan, source.practice_no, answers[source.practice_no])
        put(own / source.copy, data)
    names = {source.copy for source in linked}
    for path in own.glob("No*") if own.is_dir() else ():
        if _OURS.fullmatch(path.name) and path.name not in names:
            with suppress(OSError):  # open in Excel: it is taken away next time
                path.unlink()
    remove_if_empty(own)


def _as_read(plan: Plan, number: int, answers: Mapping[str, Stored]) -> bytes:
    """What was read of a practice's form, as ① and ②."""
    book = Book(f"No{number:02d} {plan.round}")
    add_pages(book, ("①", "②"), plan, plan.practice(number), typed(plan, answers))
    return book.bytes()
