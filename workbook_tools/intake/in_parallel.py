"""Several readers at once: threads here, or an existing Dask cluster; results in the same order.

Only the pure step *bytes → forms* is handed out (:func:`read_forms.take_in`); whoever asked writes
the register. At most a few files per reader are in memory at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from workbook_tools.findings import UserError
from workbook_tools.intake.inbox import Received
from workbook_tools.intake.read_forms import Intake

Read = Callable[[Received], Intake]
PATIENCE = 10  # seconds until a cluster counts as not there
_AHEAD = 4  # files waiting per reader: enough to keep it busy, few enough for memory


class _Future(Protocol):
    """What threads and clusters have in common."""

    def result(self) -> Any:
        """The outcome; waits for it."""


def one_by_one(files: Iterable[Received], read: Read) -> Iterator[tuple[Received, Intake]]:
    """Read in this thread."""
    for received in files:
        yield received, read(received)


def with_threads(
    files: Iterable[Received], read: Read, jobs: int
) -> Iterator[tuple[Received, Intake]]:
    """Read in ``jobs`` threads: calamine lets go of the interpreter while it parses."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from _in_order(files, lambda received: pool.submit(read, received), jobs * _AHEAD)


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
        yield from _in_order(
            files, lambda received: client.submit(read, received, pure=False), workers * _AHEAD
        )


def _in_order(
    files: Iterable[Received], submit: Callable[[Received], _Future], ahead: int
) -> Iterator[tuple[Received, Intake]]:
    waiting: deque[tuple[Received, _Future]] = deque()
    for received in files:
        waiting.append((received, submit(received)))
        if len(waiting) >= ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    for received, future in waiting:
        yield received, future.result()
