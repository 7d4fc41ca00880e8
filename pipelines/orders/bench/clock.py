"""What a process costs: wall seconds, processor seconds, peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Of one process and those it waited for; ``megabytes`` is the largest one's peak."""

    seconds: float
    cpu_s: float
    megabytes: float


def timed(command: list[str], env: dict[str, str] | None = None) -> Cost:
    """Run a command and return what it cost.

    Raises
    ------
    SystemExit
        When it does not end well.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} slutade med kod {process.returncode}")
    return Cost(time.perf_counter() - start, used.ru_utime + used.ru_stime, _megabytes(used))


def _megabytes(used: resource.struct_rusage) -> float:
    per_mb = 1024 * 1024 if sys.platform == "darwin" else 1024
    return used.ru_maxrss / per_mb
