"""How long the sample's 66 forms take, beside what people do by hand today.

Run: ``python -m tests.benchmarks.distribute``. The other way is a loop that loads one finished
form as a template with openpyxl, types the header and the known scores into it and saves it; it
leaves out everything else `distribute` does (list, zips, register).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import openpyxl

from tests.benchmarks.measure import measure, measure_command, show
from workbook_tools.distribute.distribute import distribute
from workbook_tools.form import layout
from workbook_tools.form.workbook import header
from workbook_tools.plan.read_master import sample
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW = "2022-04-01T09:00:00+09:00"
PLAN = sample()
PRACTICES = PLAN.running({})


def ours() -> None:
    """A first `distribute`: everything is written."""
    with tempfile.TemporaryDirectory() as folder:
        distribute(Round(Workspace(Path(folder)), PLAN, NOW))


def by_hand(template: Path, target: Path) -> None:
    """Fill the template for every practice with openpyxl."""
    form = layout.form_of(PLAN)
    for practice in PRACTICES:
        book = openpyxl.load_workbook(template)
        for name, value in header(PLAN, practice).items():
            book[layout.SHEETS[form[name].sheet]][form[name].area.a1] = value
        for criterion in PLAN.criteria:
            field = form.yearly(criterion.name)[0]
            book[layout.SHEETS[field.sheet]][field.area.a1] = 2
        book.save(target / f"No{practice.no:02d}.xlsx")


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        held = Round(Workspace(Path(folder)), PLAN, NOW)
        distribute(held)
        template = held.form_path(PRACTICES[0])
        count = len(PRACTICES)
        figures = [
            measure("workbook-tools distribute", ours, count),
            measure("again, nothing changed", lambda: distribute(held), count),
            measure("openpyxl load, fill, save", lambda: by_hand(template, Path(folder)), count, 1),
        ]
    show(f"{count} forms", figures, figures[0])
    command = [sys.executable, "-m", "workbook_tools", "--help"]
    bare = measure_command("python -c pass", [sys.executable, "-c", "pass"])
    show("start-up", [measure_command("workbook-tools --help", command), bare])


if __name__ == "__main__":
    main()
