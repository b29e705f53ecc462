"""Many forms: dealt out to processes, some of them saved and printed by LibreOffice on the way."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from tests import office
from tests.damage import rendered
from tests.damage.forms import OFFICE, Maker, saved_as
from tests.damage.rounds import prepare
from tests.damage.verdict import Outcome, Verdict

_CHUNK = 40  # forms a task; a multiple of those that share a base
_BATCH = 120  # workbooks one LibreOffice opens in one run


@dataclass(frozen=True, slots=True)
class Order:
    """What to do; goes to every process."""

    folder: Path
    seed: int
    numbers: range
    only: tuple[str, ...] = ()
    keep: Path | None = None
    office: float = 0.0
    render: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one form."""

    number: int
    kind: str
    saved: str  # what LibreOffice saved it as; empty for most
    steps: tuple[str, ...]
    outcome: Outcome


def run(order: Order, jobs: int = 1) -> list[Result]:
    """All results, in the order of their numbers."""
    prepare(order.folder)
    through = {
        number: kind
        for number in order.numbers
        if (kind := saved_as(order.seed, number, order.office))
    }
    plain = [number for number in order.numbers if number not in through]
    printed = [number for number in plain if _is_printed(order, number)]
    if jobs == 1:
        results = list(judge(order, plain, {}))
        results += _through_office(order, through, None) + _printed(order, printed, None)
    else:
        with ProcessPoolExecutor(jobs, get_context("spawn"), _collect_rarely) as pool:
            tasks = [pool.submit(_judge_list, order, chunk, {}) for chunk in _chunks(plain)]
            results = _through_office(order, through, pool) + _printed(order, printed, pool)
            for task in tasks:
                results += task.result()
    return sorted(results, key=lambda result: result.number)


_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def _done(
    pool: ProcessPoolExecutor | None,
    work: Callable[_Given, _Made],
    *given: _Given.args,
    **more: _Given.kwargs,
) -> _Made:
    """A piece of work, here or in another process."""
    return pool.submit(work, *given, **more).result() if pool else work(*given, **more)


def _collect_rarely() -> None:
    """Forms are millions of small values without cycles: looking for these costs a tenth."""
    gc.set_threshold(200_000, 20, 20)


def _chunks(numbers: Sequence[int], size: int = _CHUNK) -> Iterator[list[int]]:
    for at in range(0, len(numbers), size):
        yield list(numbers[at : at + size])


@cache
def _maker(folder: Path, seed: int, only: tuple[str, ...]) -> Maker:
    return Maker(folder, seed, only)


def judge(
    order: Order, numbers: Iterable[int], saved: Mapping[int, tuple[str, bytes]]
) -> Iterator[Result]:
    """Make the forms and have them read; those in ``saved`` as another program left them."""
    maker = _maker(order.folder, order.seed, order.only)
    for number in numbers:
        form = maker.form(number)
        ending, data = saved.get(number, ("", None))  # None: as it left Excel
        outcome = form.judged(data, ending or "xlsx")
        result = Result(number, form.kind, ending, tuple(form.desk.steps), outcome)
        if order.keep and outcome.verdict in (Verdict.SILENT, Verdict.NEEDLESS):
            _keep(order.keep, result, data or form.data, ending or "xlsx")
        yield result


def _judge_list(
    order: Order, numbers: Sequence[int], saved: Mapping[int, tuple[str, bytes]]
) -> list[Result]:
    return list(judge(order, numbers, saved))


def _keep(folder: Path, result: Result, data: bytes, ending: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{result.outcome.verdict}_{result.number}_{result.kind.replace(' ', '_')}"
    (folder / f"{stem}.{ending}").write_bytes(data)
    outcome = result.outcome
    words = [
        f"seed form {result.number}: {result.kind}",
        *result.steps,
        "silently wrong:",
        *outcome.wrongs,
        "reported:",
        *outcome.told,
        "masked:",
        *outcome.masked,
        f"errors: {' '.join(outcome.errors)}",
    ]
    (folder / f"{stem}.txt").write_text("\n".join(words), encoding="utf-8")


# -- LibreOffice ----------------------------------------------------------------------------------


def made(order: Order, numbers: Sequence[int]) -> dict[int, bytes]:
    """The bytes of damaged forms."""
    maker = _maker(order.folder, order.seed, order.only)
    return {number: maker.form(number).data for number in numbers}


def _through_office(
    order: Order, through: Mapping[int, str], pool: ProcessPoolExecutor | None
) -> list[Result]:
    results: list[Result] = []
    for kind in OFFICE:
        for batch in _chunks([number for number in through if through[number] == kind], _BATCH):
            saved = convert(_done(pool, made, order, batch), kind)
            files = {number: (kind, data) for number, data in saved.items()}
            results += _done(pool, _judge_list, order, list(files), files)
    return results


def convert(books: Mapping[int, bytes], kind: str) -> dict[int, bytes]:
    """What LibreOffice saves of the workbooks; those it does not open are left out."""
    try:
        saved = office.convert({str(number): data for number, data in books.items()}, kind)
    except FileNotFoundError:
        if len(books) == 1:
            return {}
        halves = [*books.items()]
        middle = len(halves) // 2
        return convert(dict(halves[:middle]), kind) | convert(dict(halves[middle:]), kind)
    return {int(number): data for number, data in saved.items()}


def _is_printed(order: Order, number: int) -> bool:
    return random.Random(f"{order.seed} printed {number}").random() < order.render


def made_to_print(order: Order, numbers: Sequence[int]) -> dict[int, bytes]:
    """Copies of damaged forms that print whole."""
    maker = _maker(order.folder, order.seed, order.only)
    return {number: rendered.printable(maker.form(number).desk.book) for number in numbers}


def judge_printed(order: Order, numbers: Sequence[int], pages: Mapping[int, str]) -> list[Result]:
    """The second oracle: what was read against the text of the printed pages."""
    maker = _maker(order.folder, order.seed, order.only)
    results = []
    for number in numbers:
        form = maker.form(number)
        if not form.desk.prints or form.judged().verdict is Verdict.SILENT:
            continue  # cut by its neighbours, or found already
        wrongs = rendered.compare(form, pages[number])
        verdict = Verdict.SILENT if wrongs else Verdict.RIGHT
        outcome = Outcome(verdict, wrongs)
        steps = tuple(form.desk.steps)
        result = Result(number, f"on paper: {form.kind}", "pdf", steps, outcome)
        if order.keep and wrongs:
            _keep(order.keep, result, form.data, "xlsx")
        results.append(result)
    return results


def _printed(
    order: Order, numbers: Sequence[int], pool: ProcessPoolExecutor | None
) -> list[Result]:
    results: list[Result] = []
    for batch in _chunks(numbers, _BATCH):
        pdfs = convert(_done(pool, made_to_print, order, batch), "pdf")
        pages = {number: rendered.text_of(data) for number, data in pdfs.items()}
        results += _done(pool, judge_printed, order, list(pages), pages)
    return results
