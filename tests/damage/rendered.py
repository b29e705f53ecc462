"""The second oracle: the sheets as LibreOffice prints them, read back from the PDF.

It knows nothing of anchors and regions: every stored text must be found on the pages, and what is
left of the pages after answers, known print and findings are taken away must be nothing. It cannot
see where a text stands, what is struck through or white, nor notes.
"""

from __future__ import annotations

import math
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from tests.damage import package
from tests.damage.book import HELPER, PRINT, Book, Fault, Sheet
from tests.damage.forms import Form
from workbook_tools.findings import Severity
from workbook_tools.form.layout import Kind

_LONGEST = 300  # letters of a text that are looked for: rows end at 409 points
_LEAST = 5  # so many letters in a row that nobody accounts for are a loss


def printable(book: Book) -> bytes:
    """A copy that prints whole: no print areas, helpers out of sight, rows as high as texts."""
    copy = book.copy()
    for key in [key for key in copy.names if key[1].startswith("_xlnm.")]:
        del copy.names[key]
    for sheet in copy.sheets:
        filled = [(spot, cell) for spot, cell in sheet.cells.items() if cell.value is not None]
        others = {spot[1] for spot, cell in filled if cell.origin != HELPER}
        sheet.hidden_cols |= {spot[1] for spot, cell in filled} - others
        _heighten(sheet)
        sheet.protected = False
        page = '<pageSetup paperSize="8" orientation="landscape" fitToHeight="0"/>'
        sheet.tail = re.sub(r"<pageSetup[^>]*/>", page, sheet.tail)
        sheet.tail = re.sub(r"<dataValidations.*?</dataValidations>", "", sheet.tail, flags=re.S)
        if "<pageSetup" not in sheet.tail:
            sheet.tail = (
                '<pageMargins left="0.3" right="0.3" top="0.5" bottom="0.5" header="0.2"'
                f' footer="0.2"/>{page}'
            )
            sheet.head = f'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>{sheet.head}'
    return package.write(copy)


def _heighten(sheet: Sheet) -> None:
    for (row, col), cell in sheet.cells.items():
        if cell.value in (None, "") or cell.origin == HELPER:
            continue
        area = sheet.merged(row, col)
        width = sum(
            sheet.widths.get(across, 9) for across in area.cols if across not in sheet.hidden_cols
        )
        letters = max(1, int(width / 2.6))
        lines = sum(math.ceil(max(1, len(line)) / letters) for line in str(cell.value).split("\n"))
        height = min(409.0, (12.0 * lines + 8) / area.size[0])
        for line in area.rows:
            sheet.heights[line] = max(sheet.heights.get(line, 0), height)


def text_of(pdf: bytes) -> str:
    """The text of a PDF in the order it was drawn: cell by cell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.pdf"
        path.write_bytes(pdf)
        command = ["pdftotext", "-raw", "-enc", "UTF-8", str(path), "-"]
        return subprocess.run(command, check=True, capture_output=True).stdout.decode()


# What fonts and extraction leave alike: letters, kana, kanji of the basic plane, digits.
_FOREIGN = re.compile(r"[^0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")


def bare(text: str) -> str:
    """Letters alone, of one width."""
    return _FOREIGN.sub("", unicodedata.normalize("NFKC", text))


def compare(form: Form, page: str) -> list[str]:
    """What was stored and is not printed, what is printed and nobody knows."""
    setting = form.desk.setting
    intake, judged = setting.read(form.data, form.desk.file)
    findings = [*intake.findings, *(finding for one in judged for finding in one.findings)]
    if any(finding.severity is Severity.ERROR for finding in findings):
        return []  # refused: nothing is stored
    said = [
        finding for finding in findings if finding.severity in (Severity.ERROR, Severity.WARNING)
    ]
    told = bare("\0".join(f"{finding.value or ''}\0{finding.message}" for finding in said))
    on_paper = bare(page)
    wrongs = []
    known: list[str] = [
        *_printed(form.desk.book),
        *(finding.value or "" for finding in said),
    ]
    for one in judged:
        for name, answer in one.submission.answers.items():
            known += [answer.raw, answer.value]
            text = bare(answer.raw)[:_LONGEST]
            if setting.form[name].kind is not Kind.TEXT or len(text) < _LEAST:
                continue
            named = any(finding.place.field == name for finding in said)
            if text not in on_paper and not named:
                wrongs.append(f"{name} is stored, not printed: {answer.raw[:60]!r}")
    whole = any(
        finding.code in ("F017", "F019")
        and (finding.place.cell is None or "ほか" in finding.message)
        for finding in said
    )
    everything = "\0".join(map(bare, known))  # a label may be cut where a page ends
    if not whole:
        wrongs += [
            f"printed, not known: {rest!r}"
            for rest in _rest(on_paper, known)
            if rest not in told and rest[:_LEAST] not in told and rest not in everything
        ]
    return wrongs


def _printed(book: Book) -> Iterable[str]:
    """Texts the tool prints, and what formulas show."""
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            if isinstance(cell.value, str) and cell.origin in (PRINT, HELPER):
                yield cell.value
            elif isinstance(cell.value, Fault):
                yield cell.value.text


def _rest(page: str, known: Iterable[str]) -> list[str]:
    """What is left of the page: runs of letters between the known texts."""
    for text in sorted({bare(text) for text in known}, key=len, reverse=True):
        if len(text) >= 2:
            page = page.replace(text, "\0")
            if len(text) > _LONGEST:  # cut at the foot of its row
                page = page.replace(text[:_LONGEST], "\0")
    runs = re.split(r"\0|[0-9A-Da-d]{1,4}", page)
    return [run for run in runs if len(run) >= _LEAST]
