"""The pictures of README and handbook, made from the real output of `demo`.

Run: ``python -m tests.pictures`` (needs LibreOffice, pdftoppm and the font of the forms).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from pypdf import PdfReader

from workbook_tools import handbook
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.demo.demo import play
from workbook_tools.excel.pdf import Part, to_pdf
from workbook_tools.register.round import open_round
from workbook_tools.report.report import write_report

PICTURES = Path(handbook.__file__).parent / "pictures"
NOW = "2022-05-20T09:00:00+09:00"


def page_of(pdf: Path, title: str) -> int:
    """The first page that bears a title, counted from 1."""
    texts = (page.extract_text() for page in PdfReader(pdf).pages)
    return next(number for number, text in enumerate(texts, 1) if title in text)


def main() -> None:
    """Play the year, print one form and the list, keep one page of each."""
    with tempfile.TemporaryDirectory() as folder:
        story = play(
            Path(folder) / "demo",
            NOW,
            lambda line: None,
            lambda held: consolidate(held).paths,
        )
        form = next(story.workspace.inbox.rglob("No16_*.xlsx"))
        sheets, list_ = to_pdf([Part(form), Part(story.outputs[0])])
        held = open_round(story.workspace, None, NOW)
        report = write_report(held, pdf=True).paths[-1]
        pages = (
            (sheets, 1, "form"),
            (list_, page_of(list_, "【取組項目別】"), "items"),
            (list_, page_of(list_, "【テーマ別】"), "themes"),
            (report, 8, "report"),
        )
        for pdf, page, name in pages:
            picture = ["-png", "-r", "62", "-f", str(page), "-l", str(page), "-singlefile"]
            subprocess.run(["pdftoppm", *picture, str(pdf), str(PICTURES / name)], check=True)


if __name__ == "__main__":
    main()
