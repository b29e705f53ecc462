"""LibreOffice for tests: recalculate or print workbooks the way a department's computer would."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
# Only a user's own machine may go without; where tests must be complete this is set.
_MUST = "WORKBOOK_TOOLS_TESTS_NEED_OFFICE" in os.environ
needs_office = pytest.mark.skipif(
    SOFFICE is None and not _MUST, reason="LibreOffice is not installed"
)

# Without this a conversion keeps the stored values and the comparison compares nothing.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


# Comma, quotes, UTF-8: without a word LibreOffice writes the characters of the machine's language.
_FILTERS = {"csv": "csv:Text - txt - csv (StarCalc):44,34,76,1"}


def convert(books: Mapping[str, bytes], kind: str) -> dict[str, bytes]:
    """Convert workbooks (name without ending → content) to ``xlsx``, ``pdf``, ``ods``, ``xls``
    or (its first sheet) ``csv``.

    Formulas are calculated anew. All books go through one LibreOffice process.
    """
    assert SOFFICE is not None
    with tempfile.TemporaryDirectory() as folder:
        profile, source, target = (Path(folder) / part for part in ("profile", "in", "out"))
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE)
        source.mkdir()
        for name, data in books.items():
            (source / f"{name}.xlsx").write_bytes(data)
        subprocess.run(
            [
                SOFFICE,
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                "--convert-to",
                _FILTERS.get(kind, kind),
                "--outdir",
                str(target),
                *(str(path) for path in sorted(source.iterdir())),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return {name: (target / f"{name}.{kind}").read_bytes() for name in books}
