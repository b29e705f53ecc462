"""The command: ``python -m tests.damage --count N --seed S [--only KIND] [--keep DIR]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests import office
from tests.damage.kinds import load
from tests.damage.run import Order, run
from tests.damage.table import print_results


def main() -> None:
    """Damage, read, compare; exit 1 where anything is silently wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.damage", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="how many forms")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first form")
    parser.add_argument("--only", action="append", default=[], help="a kind, or a part of its name")
    parser.add_argument("--keep", type=Path, help="folder for what was read wrong")
    parser.add_argument("--show", type=int, default=1, help="examples of each kind")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--office",
        type=float,
        default=0.02 if office.SOFFICE else 0.0,
        help="share saved by LibreOffice",
    )
    parser.add_argument(
        "--render",
        type=float,
        default=0.005 if office.SOFFICE else 0.0,
        help="share printed by LibreOffice",
    )
    parser.add_argument("--round", type=Path, help="folder for the rounds, made where missing")
    parser.add_argument("--list", action="store_true", help="list the kinds")
    wanted = parser.parse_args()
    kinds = load()
    if wanted.list:
        print("\n".join(f"{kind.weight:4} {name}" for name, kind in kinds.items()))
        return
    only = tuple(name for name in kinds if any(part in name for part in wanted.only))
    if wanted.only and not only:
        parser.error(f"no such kind: {wanted.only}")
    with tempfile.TemporaryDirectory() as folder:
        order = Order(
            wanted.round or Path(folder),
            wanted.seed,
            range(wanted.first, wanted.first + wanted.count),
            only,
            wanted.keep,
            wanted.office,
            wanted.render,
        )
        begun = time.monotonic()
        results = run(order, wanted.jobs)
        wrong = print_results(results, time.monotonic() - begun, wanted.show)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
