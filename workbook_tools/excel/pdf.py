"""PDF copies through LibreOffice, where it is installed: tagged, and with a bookmark a sheet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.findings import UserError
from workbook_tools.zips import packed, unpacked

# Where LibreOffice puts itself on Windows and macOS, which have no search path for it.
_USUAL = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_PATIENCE = 300  # seconds for all workbooks together
_OPTIONS = {
    name: {"type": "boolean", "value": "true"} for name in ("ExportBookmarks", "UseTaggedPDF")
}
_FAILED = "LibreOffice でPDFを作れませんでした。開いていれば閉じてください。"
_SHEETS = re.compile(r'<sheet name="([^"]*)"[^>]*/>')
_AREAS = re.compile(
    r'<definedName name="_xlnm\.Print_\w+" localSheetId="(\d+)"[^>]*>[^<]*</definedName>'
)
# Who has a PDF read aloud hears Japanese.
_LANGUAGE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>ja-JP</value></prop></item>
<item oor:path="/org.openoffice.Office.Linguistic/General">
<prop oor:name="DefaultLocale" oor:op="fuse"><value>ja-JP</value></prop>
<prop oor:name="DefaultLocale_CJK" oor:op="fuse"><value>ja-JP</value></prop></item>
</oor:items>
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What is printed in one PDF: a workbook's sheets of these names, or where none are, all.

    The PDF stands beside the workbook, called like it with ``words`` behind.
    """

    path: Path
    sheets: Collection[str] = ()
    words: str = ""

    @property
    def pdf(self) -> Path:
        """Where the PDF goes."""
        return self.path.with_name(f"{self.path.stem}{self.words}.pdf")


def parts_of(path: Path, cut: Mapping[str, Collection[str]], rest: str) -> list[Part]:
    """A workbook in parts: ``rest`` and the keys of ``cut`` are what their PDFs' names end in.

    What belongs to no part of ``cut`` comes first; parts without any sheet are left out.
    """
    with zipfile.ZipFile(path) as book:
        names = _SHEETS.findall(book.read("xl/workbook.xml").decode())
    elsewhere = {name for sheets in cut.values() for name in sheets}
    every = {rest: [name for name in names if name not in elsewhere], **cut}
    shown = {words: [name for name in names if name in own] for words, own in every.items()}
    return [Part(path, sheets, words) for words, sheets in shown.items() if sheets]


def to_pdf(parts: Sequence[Part]) -> list[Path]:
    """Print parts of workbooks beside these; the PDFs. UserError where LibreOffice is not there."""
    program = _program()
    with tempfile.TemporaryDirectory() as folder:
        try:
            books = [_put(part, number, Path(folder)) for number, part in enumerate(parts)]
            for part, pdf in zip(parts, _printed(program, books, "calc"), strict=True):
                shutil.move(pdf, part.pdf)
        except (subprocess.SubprocessError, OSError) as error:
            raise UserError(_FAILED) from error
    return [part.pdf for part in parts]


def document_to_pdf(data: bytes) -> bytes:
    """Print a document of Word. UserError where LibreOffice is not there."""
    program = _program()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1.docx"
        try:
            path.write_bytes(data)
            (pdf,) = _printed(program, [path], "writer")
            return pdf.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise UserError(_FAILED) from error


def _printed(program: str, files: Sequence[Path], kind: str) -> list[Path]:
    """The files printed beside themselves; ``kind``: ``calc`` or ``writer``."""
    how = f"pdf:{kind}_pdf_Export:{json.dumps(_OPTIONS)}"
    with tempfile.TemporaryDirectory() as profile:
        settings = Path(profile) / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(_LANGUAGE, encoding="utf-8")
        command = [program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless"]
        command += ["--convert-to", how, "--outdir", str(files[0].parent), *map(str, files)]
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
    return [file.with_suffix(".pdf") for file in files]


def _program() -> str:
    found = shutil.which("soffice") or next(
        (place for place in _USUAL if Path(place).exists()), None
    )
    if found is None:
        raise UserError(
            "PDFを作るには LibreOffice が必要です。入れてから、もう一度実行してください"
            "（ほかのファイルはもうできています）。"
        )
    return found


def _put(part: Part, number: int, folder: Path) -> Path:
    """The workbook with all other sheets hidden: LibreOffice prints what can be seen."""
    path, data = folder / f"{number}.xlsx", part.path.read_bytes()
    path.write_bytes(with_sheets(data, part.sheets) if part.sheets else data)
    return path


def with_sheets(data: bytes, shown: Collection[str]) -> bytes:
    """One of our workbooks with only these sheets to be seen."""
    parts = unpacked(data)
    parts["xl/workbook.xml"] = _hide(parts["xl/workbook.xml"].decode(), shown).encode()
    return packed(parts)


def _hide(workbook: str, shown: Collection[str]) -> str:
    """LibreOffice prints hidden sheets, too, as long as they have a print area."""
    names = _SHEETS.findall(workbook)
    kept = {number for number, name in enumerate(names) if name in shown}
    workbook = re.sub(r' (activeTab|firstSheet)="\d+"', "", workbook)
    workbook = workbook.replace("<workbookView ", f'<workbookView activeTab="{min(kept)}" ', 1)
    workbook = _AREAS.sub(lambda found: found[0] if int(found[1]) in kept else "", workbook)
    return _SHEETS.sub(
        lambda found: found[0] if found[1] in shown else f'{found[0][:-2]} state="hidden"/>',
        workbook,
    )
