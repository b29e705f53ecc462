"""What reading costs a form, beside the physical limit and what a user would write instead.

Run: ``python -m tests.benchmarks.collect [N]`` (1,000 forms). The reading floor is python-calamine
giving all sheets as lists; the loops of pandas and openpyxl read the same files and do nothing with
them. They run on 70 forms and are scaled.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pandas
from python_calamine import CalamineWorkbook

from tests.benchmarks.generator import fill_inbox
from tests.benchmarks.measure import Figure, measure, show
from workbook_tools.collect import report
from workbook_tools.collect.collect import collect
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW = "2022-04-20T09:00:00+09:00"
_FEW = 70


def floor(paths: list[Path]) -> None:
    """calamine's own read: every sheet as lists."""
    for path in paths:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def with_pandas(paths: list[Path]) -> None:
    """What a user would write first."""
    for path in paths:
        pandas.read_excel(path, sheet_name=None, header=None, engine="openpyxl")


def with_openpyxl(paths: list[Path]) -> None:
    """What a user would write with the library everybody knows."""
    for path in paths:
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in book:
            for _ in sheet.iter_rows(values_only=True):
                pass


def cold(held: Round) -> None:
    """A first collect: register and archive are made anew."""
    held.workspace.register.unlink(missing_ok=True)
    collect(held)


def one_changed(held: Round) -> None:
    """A collect after one department sent another version; a zip's comment makes it another."""
    path = min(held.workspace.inbox.iterdir())
    with zipfile.ZipFile(path, "a") as book:
        book.comment = f"version {len(book.comment)} {book.comment.decode()}".encode()
    collect(held)


def peak_memory(root: Path, count: int) -> float:
    """Peak memory of a cold collect in a process of its own, in MB."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from tests.benchmarks.collect import NOW, cold\n"
        "from tests.benchmarks.generator import plan_of\n"
        "from workbook_tools.register.round import Round\n"
        "from workbook_tools.workspace import Workspace\n"
        "cold(Round(Workspace(Path(sys.argv[1])), plan_of(int(sys.argv[2])), NOW))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(root), str(count)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout))


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        held = Round(workspace, fill_inbox(workspace.inbox, count), NOW)
        paths = sorted(workspace.inbox.iterdir())
        few = paths[:_FEW]
        base = measure("python-calamine to lists", lambda: floor(paths), count, 3)
        first = measure("collect, cold", lambda: cold(held), count, 3)
        again = measure("collect, nothing changed", lambda: collect(held), count, 3)
        changed = measure("collect, one file changed", lambda: one_changed(held), count, 3)
        done = collect(held)
        assert not done.has_errors, done.findings[:3]  # or other work is measured
        written = measure("確認結果 written", lambda: report.workbook(held.plan, done), count, 1)
        slow = [
            _scaled(measure("pandas read_excel", lambda: with_pandas(few), len(few), 1)),
            _scaled(measure("openpyxl load", lambda: with_openpyxl(few), len(few), 1)),
        ]
        show(f"{count} forms", [base, first, again, changed, written, *slow], base)
        print(f"peak memory of a cold collect: {peak_memory(workspace.root, count):.0f} MB")


def _scaled(figure: Figure) -> Figure:
    return Figure(f"{figure.name} ({figure.count} forms)", figure.cpu, figure.wall, figure.count)


if __name__ == "__main__":
    main()
