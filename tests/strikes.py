"""What stops a program: killed before its n-th file operation, or a disk that is full from the n-th on.

Laid on a process of its own from outside, by Python's audit events, so that the program knows nothing of it.
``python -m tests.strikes KIND N FOLDER[:FOLDER…] STAGE …`` runs a step so; N = 0 strikes never, and what is
printed last is how many operations there were.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
NAMES = {"os.rename": 2, "os.link": 2, "os.remove": 1, "os.rmdir": 1, "os.mkdir": 1, "os.utime": 1}
"""Events that change a folder, and how many of their arguments are paths."""
NEEDS_SPACE = ("open", "os.link", "os.mkdir")


def strike(kind: str, number: int, folders: list[str]) -> Callable[[], int]:
    """Have this process struck at its ``number``-th operation in the folders; return what tells the count so far.

    Parameters
    ----------
    kind : {"kill", "full"}
        Killed before the operation, or no room for that one and all that follow.
    """
    count = 0

    def seen(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if not _changes(event, arguments, folders):
            return
        count += 1
        if not number or count < number:
            return
        if kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if event in NEEDS_SPACE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))

    sys.addaudithook(seen)
    return lambda: count


def _changes(event: str, arguments: tuple[object, ...], folders: list[str]) -> bool:
    if event == "open":
        path, _, flags = arguments
        return isinstance(flags, int) and bool(flags & WRITES) and _within([path], folders)
    if event in NAMES:
        return _within(arguments[: NAMES[event]], folders) or _below_open_folder(arguments, folders)
    return False


def _within(paths: object, folders: list[str]) -> bool:
    texts = [os.fsdecode(p) for p in paths if isinstance(p, str | bytes | os.PathLike)]  # type: ignore[attr-defined]
    return any(t == f or t.startswith(f"{f}/") for t in texts for f in folders)


def _below_open_folder(arguments: tuple[object, ...], folders: list[str]) -> bool:
    """Say whether a name is told by the folder's open file, as in ``shutil.rmtree``."""
    file = arguments[-1]
    if not isinstance(file, int) or file < 0:
        return False
    try:
        return _within([os.readlink(f"/proc/self/fd/{file}")], folders)
    except OSError:
        return False


def fork(number: int, folders: list[Path], work: Callable[[], object], kind: str = "kill") -> tuple[bool, int]:
    """Do ``work`` in a child that is struck; return whether it was killed, and else how many operations it did."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            counted = strike(kind, number, [str(f) for f in folders])
            try:
                work()
                code = 0
            finally:
                os.write(write, str(counted()).encode())
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        count = told.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    if not killed and kind == "kill" and os.WEXITSTATUS(status):
        raise AssertionError("the child failed, and was not killed")
    return killed, int(count or 0)


if __name__ == "__main__":
    kind, number, where, *words = sys.argv[1:]
    counted = strike(kind, int(number), where.split(":"))
    from pipelines.__main__ import main

    code = main(words)
    print(counted())
    sys.exit(code)
