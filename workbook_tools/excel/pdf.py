"""PDF copies through LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workbook_tools.findings import UserError

# Where LibreOffice puts itself on Windows and macOS, which have no search path for it.
_USUAL = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_PATIENCE = 300  # seconds for all workbooks together


def to_pdf(paths: Sequence[Path], how: str = "pdf") -> list[Path]:
    """Print files beside themselves; the PDFs. ``how`` is LibreOffice's filter with its options.

    UserError where LibreOffice is not there.
    """
    program = shutil.which("soffice") or next(
        (place for place in _USUAL if Path(place).exists()), None
    )
    if program is None:
        raise UserError(
            "PDFを作るには LibreOffice が必要です。入れてから、もう一度実行してください"
            "（ほかのファイルはもうできています）。"
        )
    written = []
    with tempfile.TemporaryDirectory() as profile, tempfile.TemporaryDirectory() as folder:
        command = [program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless"]
        command += ["--convert-to", how, "--outdir", folder, *map(str, paths)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
            for path in paths:
                pdf = path.with_suffix(".pdf")
                shutil.move(Path(folder) / pdf.name, pdf)
                written.append(pdf)
        except (subprocess.SubprocessError, OSError) as error:
            raise UserError(
                "LibreOffice でPDFを作れませんでした。開いていれば閉じてください。"
            ) from error
    return written
