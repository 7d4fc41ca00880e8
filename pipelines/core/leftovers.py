"""What killed runs leave behind: temporary files and folders with the number of the process in their name.

Every temporary name of the program is ``.<name>.<pid>.ny<more>`` (see :func:`pipelines.core.files.replacing`), so
the next run can tell whose it was. What a living process holds is never touched.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.processes import run_lock
from pipelines.core.publishers import BY_AGREEMENT, DELIVERIES

if TYPE_CHECKING:
    from pipelines.core.paths import Paths

_OURS = re.compile(r"\..+\.(\d{1,9})\.ny.*", re.DOTALL)
_PLAIN = re.compile(r"/(?!vsi)[\w /.,()+=@-]*")
_STALE_S = 24 * 3600
"""No step runs for a day: where the system does not say when a process began, what is older is not its own."""
_CLOCKS_DIFFER_S = 60.0
"""How much the clock of the day may have been set since a process began."""
_INSTALLED = ".installerat"
_FETCHED = tuple(d.folder for d in DELIVERIES if d.publisher != BY_AGREEMENT)
_ON_ORDER = ("tabeller", "plan", "jamforelse", "utvardering", "arkiv")


@contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """Give an empty folder of this process's own, gone afterwards; the next run sweeps it should we be killed.

    Parameters
    ----------
    parent : Path, optional
        Where to lay it; else in the system's folder for temporary files.
    """
    folder = _folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lasting_scratch() -> Path:
    """Return an empty folder as :func:`scratch` gives, gone when the process ends."""
    folder = _folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _folder(parent: Path | None = None) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".bredband.{os.getpid()}.ny-", dir=parent))


@cache
def plainly_named(path: Path) -> str:
    """Return a path under which GDAL finds a file: its own, or where it holds signs of an address (!, ?), a link's.

    The link is private and goes when the process ends.
    """
    if _PLAIN.fullmatch(str(path)):
        return str(path)
    link = lasting_scratch() / f"data{path.suffix if path.suffix.isascii() and path.suffix[1:].isalnum() else ''}"
    link.symlink_to(path)
    return str(link)


def sweep(paths: Paths) -> None:
    """Remove the temporary files of dead processes from every folder a run writes in."""
    for folder in _folders(paths):
        sweep_folder(folder)


def _folders(paths: Paths) -> Iterator[Path]:
    yield from (Path(inner) for inner, _, _ in os.walk(paths.step))
    for goal in (paths.out, paths.maps):
        yield goal
        yield from {goal / name for name in _installed_in(goal)}
    yield from (paths.out / name for name in _ON_ORDER)
    yield paths.raw
    yield from (paths.raw / name for name in _FETCHED)
    yield Path(tempfile.gettempdir())


def _installed_in(goal: Path) -> set[str]:
    """Return the folders in which an edition has files, by the list in ``goal`` itself."""
    try:
        lines = (goal / _INSTALLED).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    names = {line[66:].rpartition("/")[0] for line in lines}
    return {n for n in names if n and not n.startswith("/") and ".." not in n.split("/")}


def sweep_folder(folder: Path) -> None:
    """Remove the temporary files of dead processes from one folder, which need not be there."""
    own = os.getuid()
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _OURS.fullmatch(entry.name)
            if not match:
                continue
            seen = entry.stat(follow_symlinks=False)
            if seen.st_uid != own or _may_hold(int(match[1]), seen.st_ctime):
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with suppress(OSError):
                    Path(entry.path).unlink()


def _may_hold(pid: int, made_s: float) -> bool:
    """Say whether a process lives and can have made what came to be at ``made_s`` (seconds since 1970)."""
    began = run_lock.began(pid)
    if began is None:
        return False
    if not began:
        return time.time() - made_s < _STALE_S
    booted_s = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted_s + int(began) / os.sysconf("SC_CLK_TCK") < made_s + _CLOCKS_DIFFER_S
