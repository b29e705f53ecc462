"""Several readers at once: processes here, or an existing Dask cluster; results in the same order.

Only the pure step *bytes → forms* is handed out (:func:`read_forms.take_in`); whoever asked writes
the register. At most a few files per reader are in memory at a time.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from workbook_tools.findings import UserError
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake

if TYPE_CHECKING:  # most runs read few files: they need no other process, and not what starts one
    from concurrent.futures import Executor, Future

Read = Callable[[Received], Intake]
PATIENCE = 10  # seconds until a cluster counts as not there
ALONE = 100  # so many files are read before another process would have started
_AHEAD = 4  # files waiting per reader: enough to keep it busy, few enough for memory


def one_by_one(files: Iterable[Received], read: Read) -> Iterator[tuple[Received, Intake]]:
    """Read in this process."""
    for received in files:
        yield received, read(received)


def with_processes(
    files: Iterable[Received], read: Read, jobs: int
) -> Iterator[tuple[Received, Intake]]:
    """Read in ``jobs`` processes, once there are more than a few files."""
    coming = iter(files)
    yield from one_by_one(islice(coming, ALONE), read)
    first = next(coming, None)
    if first is None:
        return
    yield from _handed_out(chain((first,), coming), _read_there, processes(read, jobs), jobs)


def processes(read: Read, jobs: int) -> Executor:
    """So many processes of ours that read."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Windows knows no other way to start one, and what a started one is told is told once.
    return ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (read,))


def with_cluster(
    files: Iterable[Received], read: Read, address: str
) -> Iterator[tuple[Received, Intake]]:
    """Read on the workers of a Dask cluster. UserError where it cannot be reached."""
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise UserError(
            "--scheduler には追加の部品が要ります。"
            "pip install 'workbook-tools[cluster]' で入れてください。"
        ) from error
    try:
        client: Any = Client(address, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(
            f"計算機群『{address}』につながりません。アドレスと、動いているかを確かめてください。"
        ) from error
    with client:
        workers = max(1, len(client.scheduler_info()["workers"]))
        yield from _handed_out(files, read, client.get_executor(pure=False), workers)


def _handed_out(
    files: Iterable[Received], read: Read, pool: AbstractContextManager[Executor], readers: int
) -> Iterator[tuple[Received, Intake]]:
    """Read by whoever is in the pool; in the order of the files."""
    waiting: deque[tuple[Received, Future[Intake]]] = deque()
    with pool as executor:
        for received in files:
            waiting.append((received, executor.submit(read, received)))
            if len(waiting) >= readers * _AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        for received, future in waiting:
            yield received, future.result()


# How a process of ours reads: set once when it begins, for what is read hardly differs.
_how: list[Read] = []


def _begin(read: Read) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is answered by who started us
    _how[:] = [read]


def _read_there(received: Received) -> Intake:
    return _how[0](received)
