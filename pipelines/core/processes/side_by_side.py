"""Work done side by side in processes forked from this one: they see all it has read, and hand back what they find."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from pipelines.core.errors import DataError

Found = TypeVar("Found")
_END_WITH_PARENT = 1
"""Linux's number of what is asked of it (``PR_SET_PDEATHSIG``)."""


def processes(jobs: str) -> int:
    """Return how many processes may work at the same time (``JOBS``): one unless told.

    Raises
    ------
    DataError
        When ``jobs`` is not a whole number above nothing.
    """
    if jobs and not (jobs.isdecimal() and int(jobs) > 0):
        raise DataError(
            "JOBS går inte att läsa.",
            expected="ett heltal större än 0, till exempel JOBS=2",
            found=jobs,
            action="Ange antalet samtidiga steg, eller låt bli.",
        )
    return int(jobs or 1)


def each(work: Sequence[Callable[[], Found]], jobs: int) -> Iterator[Found]:
    """Do each piece of work; give what they find in the order they stand, whichever is done first.

    Parameters
    ----------
    work : sequence of callable
        Begun in this order. What they return, or raise, must be such as can be pickled.
    jobs : int
        How many may go on at the same time; with one, and on systems where a process is not safely forked, they are
        done here, one after another.
    """
    if jobs == 1 or sys.platform != "linux":
        yield from (one() for one in work)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    _held[:] = work
    with ProcessPoolExecutor(jobs, get_context("fork"), initializer=_begin, initargs=(os.getpid(),)) as pool:
        try:
            yield from pool.map(_do, range(len(work)))
        except BaseException:
            for child in active_children():
                child.kill()
            raise
        finally:
            _held.clear()


_held: list[Callable[[], Any]] = []
"""What is to be done, for the forked processes to see: it need not be such as can be pickled."""


def _begin(parent: int) -> None:
    """Begin in a forked process: it ends with the one who waits for it, who also tells when a person stops the run."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # already gone
        os._exit(1)
    gc.freeze()


def _do(number: int) -> Any:
    return _held[number]()
