"""The 意見書 as a tagged PDF with bookmarks, through LibreOffice."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from workbook_tools.excel.pdf import to_pdf

# Tags and a language for screen readers, headings as bookmarks, the title in the window.
_HOW = {
    "UseTaggedPDF": True,
    "ExportBookmarks": True,
    "DisplayPDFDocumentTitle": True,
    "ExportFormFields": False,
}


def printed(document: bytes, name: str) -> bytes:
    """The PDF of a document of Word. UserError where LibreOffice is not there."""
    how = {key: {"type": "boolean", "value": str(on).lower()} for key, on in _HOW.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.docx"
        path.write_bytes(document)
        (pdf,) = to_pdf([path], f"pdf:writer_pdf_Export:{json.dumps(how)}")
        return pdf.read_bytes()
