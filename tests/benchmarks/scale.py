"""What a form costs as the number of forms grows, and how much memory that takes.

Run: ``python -m tests.benchmarks.scale [N …]`` (70 700 7000; the last takes about ten minutes).
Each step runs in a process of its own; figures are CPU, wall time and peak memory of that process,
start-up included.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.generator import fill_inbox, plan_of
from workbook_tools.outbox import put
from workbook_tools.plan.write_master import master
from workbook_tools.workspace import Workspace

_MEASURED = (
    "import resource, subprocess, sys, time\n"
    "before = time.perf_counter()\n"
    "null, pipe = subprocess.DEVNULL, subprocess.PIPE\n"
    "done = subprocess.run(sys.argv[1:], stdout=null, stderr=pipe, text=True)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "assert done.returncode in (0, 1) and 'Traceback' not in done.stderr, done.stderr\n"
    "print(used.ru_utime + used.ru_stime, time.perf_counter() - before, used.ru_maxrss / 1024)"
)
_STEPS = (
    ("distribute", ["distribute"]),
    ("collect, cold", ["collect"]),
    ("collect, nothing changed", ["collect"]),
    ("consolidate", ["consolidate"]),
    ("status", ["status"]),
)
_FLOOR = (
    "import sys, pathlib\n"
    "from python_calamine import CalamineWorkbook\n"
    "for path in pathlib.Path(sys.argv[1]).iterdir():\n"
    "    book = CalamineWorkbook.from_path(str(path))\n"
    "    for name in book.sheet_names:\n"
    "        book.get_sheet_by_name(name).to_python(skip_empty_area=False)\n"
)


def run(words: list[str]) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak megabytes of one process."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *words], capture_output=True, text=True, check=True
    )
    cpu, wall, memory = map(float, done.stdout.split())
    return cpu, wall, memory


def main() -> None:
    """Print one row per step and number of forms."""
    table = Table(title="cost as the number of forms grows")
    for heading in ("forms", "step", "CPU s", "wall s", "CPU ms a form", "peak MB"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    for count in [int(word) for word in sys.argv[1:]] or [70, 700, 7000]:
        with tempfile.TemporaryDirectory() as folder:
            workspace = Workspace(Path(folder))
            put(workspace.plan_master, master(plan_of(count)))
            fill_inbox(workspace.inbox, count)
            command = [sys.executable, "-m", "workbook_tools", "--workspace", folder]
            steps = [(name, [*command, *words]) for name, words in _STEPS]
            floor = [sys.executable, "-c", _FLOOR, str(workspace.inbox)]
            for name, words in [("python-calamine to lists", floor), *steps]:
                cpu, wall, memory = run(words)
                each = f"{1000 * cpu / count:.2f}"
                row = (str(count), name, f"{cpu:.2f}", f"{wall:.2f}", each, f"{memory:.0f}")
                table.add_row(*row)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
