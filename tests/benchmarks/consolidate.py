"""The list of a round, beside a plain pandas + openpyxl script that makes the same tables.

Run: ``python -m tests.benchmarks.consolidate``. The script reads the returned forms' scores from a
list (not from the forms), averages by item and theme and writes three plain sheets: no texts, no
pages, no live formulas, no charts.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas

from tests.benchmarks.generator import fill_inbox
from tests.benchmarks.measure import Figure, measure, measure_command, show
from workbook_tools.collect.collect import collect
from workbook_tools.consolidate.consolidate import consolidate
from workbook_tools.outbox import put
from workbook_tools.plan.model import Plan
from workbook_tools.plan.write_master import master
from workbook_tools.register.round import Round
from workbook_tools.workspace import Workspace

NOW = "2022-05-20T09:00:00+09:00"


def by_hand(plan: Plan, target: Path) -> None:
    """The three tables with pandas, written through openpyxl."""
    criteria = [criterion.name for criterion in plan.criteria]
    themes = {item.no: item.themes for item in plan.items}
    rows = [
        {
            "小№": practice.no,
            "大№": practice.item_no,
            "実践項目": practice.title,
            **dict.fromkeys(criteria, 2),
        }
        for practice in plan.practices
    ]
    practices = pandas.DataFrame(rows)
    practices["合計"] = practices[criteria].sum(axis=1)
    practices["総合評価"] = practices["合計"].map(lambda total: "A" if total >= 10 else "B")
    items = practices.groupby("大№")[criteria].mean().round(1)
    items["合計"] = items.sum(axis=1)
    spread = practices.assign(theme=practices["大№"].map(themes)).explode("theme")
    by_theme = spread.groupby("theme")[criteria].mean().round(1)
    with pandas.ExcelWriter(target, engine="openpyxl") as writer:
        practices.to_excel(writer, sheet_name="実践項目別", index=False)
        items.to_excel(writer, sheet_name="取組項目別")
        by_theme.to_excel(writer, sheet_name="テーマ別")


def main() -> None:
    """Print the tables."""
    for count in (70, 700, 2000):
        with tempfile.TemporaryDirectory() as folder:
            workspace = Workspace(Path(folder))
            plan = fill_inbox(workspace.inbox, count)
            held = Round(workspace, plan, NOW)
            put(workspace.plan_master, master(plan))
            assert not collect(held).has_errors
            figures = _figures(held, count)
        show(f"{count} practices", figures, figures[1])


def _figures(held: Round, count: int) -> list[Figure]:
    root = held.workspace.root
    words = [sys.executable, "-m", "workbook_tools", "--workspace", str(root)]
    target = root / "by_hand.xlsx"
    return [
        measure_command("workbook-tools consolidate (process)", [*words, "consolidate"], 3),
        measure("consolidate", lambda: consolidate(held), count, 3),
        measure("pandas + openpyxl, three tables", lambda: by_hand(held.plan, target), count, 3),
    ]


if __name__ == "__main__":
    main()
