"""Timing for benchmarks: CPU and wall time, medians of several rounds, one table at the end.

Figures only; no test depends on them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians over the rounds, in seconds."""

    name: str
    cpu: float
    wall: float
    count: int = 1

    @property
    def cpu_each(self) -> float:
        """CPU per form, in milliseconds."""
        return 1000 * self.cpu / self.count


def measure(name: str, work: Callable[[], object], count: int = 1, rounds: int = 5) -> Figure:
    """Run the work several times; the first run warms up and is not counted."""
    work()
    cpu, wall = [], []
    for _ in range(rounds):
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - cpu_before)
        wall.append(time.perf_counter() - wall_before)
    return Figure(name, statistics.median(cpu), statistics.median(wall), count)


def measure_command(name: str, words: Sequence[str], rounds: int = 7) -> Figure:
    """CPU and wall time of a whole process, start-up included."""
    program = (
        "import resource, subprocess, sys, time\n"
        "before = time.perf_counter()\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, time.perf_counter() - before)"
    )
    runs = []
    for _ in range(rounds + 1):
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
        )
        runs.append([float(figure) for figure in done.stdout.split()])
    cpu, wall = (statistics.median(column) for column in zip(*runs[1:], strict=True))
    return Figure(name, cpu, wall)


def show(title: str, figures: Sequence[Figure], base: Figure | None = None) -> None:
    """Print the figures as a table, each beside ``base`` if there is one."""
    table = Table(title=title)
    for heading in ("", "CPU s", "wall s", "CPU ms each", "times the first"):
        table.add_column(heading, justify="right" if heading else "left")
    for figure in figures:
        ratio = f"{figure.cpu_each / base.cpu_each:.1f}" if base else ""
        table.add_row(
            figure.name,
            f"{figure.cpu:.3f}",
            f"{figure.wall:.3f}",
            f"{figure.cpu_each:.2f}",
            ratio,
        )
    Console(width=100).print(table)
