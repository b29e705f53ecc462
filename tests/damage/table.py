"""The report: per kind of damage how many forms were read right, reported, silently wrong."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tests.damage.run import Result
from tests.damage.verdict import Verdict

_HEADINGS = (
    "forms",
    "read right",
    "reported",
    "(masked)",
    "SILENTLY WRONG",
    "refused w/o need",
    "false alarms",
)


def _counts(results: Sequence[Result]) -> tuple[int, ...]:
    verdicts = [result.outcome.verdict for result in results]
    return (
        len(results),
        verdicts.count(Verdict.RIGHT),
        verdicts.count(Verdict.REPORTED),
        sum(
            bool(result.outcome.masked) and result.outcome.verdict is Verdict.REPORTED
            for result in results
        ),
        verdicts.count(Verdict.SILENT),
        verdicts.count(Verdict.NEEDLESS),
        sum(bool(result.outcome.alarms) for result in results),
    )


def print_results(results: Sequence[Result], seconds: float, examples: int) -> int:
    """Print table and examples; gives the number of forms that were silently wrong."""
    by_kind: dict[str, list[Result]] = defaultdict(list)
    by_format: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_kind[result.kind].append(result)
        by_format[result.saved].append(result)
    widest = max((len(kind) for kind in by_kind), default=10)
    print(f"{'':{widest}}  " + "  ".join(_HEADINGS))
    for kind, those in sorted(by_kind.items(), key=lambda entry: -_counts(entry[1])[4]):
        _line(kind, widest, _counts(those))
    print()
    for saved, those in sorted(by_format.items()):
        _line(f"saved as {saved}" if saved else "as Excel saves", widest, _counts(those))
    _line("all", widest, counts := _counts(results))
    if seconds:
        print(f"{len(results)} forms in {seconds:.0f} s, {len(results) / seconds:.0f} a second")
    print("masked: wrong or lost, not named, but the form was refused for something else")
    print("false alarms: F017, F018, F019 at a cell where nothing of the kind is")
    _alarms(results)
    for kind, those in sorted(by_kind.items()):
        _examples(kind, those, examples)
    return counts[4]


def _line(name: str, widest: int, counts: Iterable[int]) -> None:
    cells = (f"{count:>{len(heading)}}" for count, heading in zip(counts, _HEADINGS, strict=True))
    print(f"{name:{widest}}  " + "  ".join(cells))


def _alarms(results: Sequence[Result], most: int = 8) -> None:
    shapes: Counter[str] = Counter()
    first: dict[str, Result] = {}
    for result in results:
        for shape in {re.sub(r"\d+", "0", alarm) for alarm in result.outcome.alarms}:
            shapes[shape] += 1
            first.setdefault(shape, result)
    for shape, times in shapes.most_common(most):
        print(f"{times:6} × {shape} (first: form {first[shape].number}, {first[shape].kind})")


def _examples(kind: str, results: Sequence[Result], most: int) -> None:
    for verdict in (Verdict.SILENT, Verdict.NEEDLESS):
        shown = [result for result in results if result.outcome.verdict is verdict][:most]
        for result in shown:
            outcome = result.outcome
            what = outcome.wrongs[0] if outcome.wrongs else " ".join(outcome.errors)
            steps = "; ".join(result.steps)
            saved = f" (.{result.saved})" if result.saved else ""
            print(f"{verdict} {result.number}{saved} {kind}: {steps}\n    {what[:180]}")
