"""Zips from outside: exactly one file of a kind, read in place, bounded.

What is too large for memory, the whole country's, is unpacked to a private file that is gone when the process ends.
"""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath

from pipelines.core import leftovers
from pipelines.core.errors import DataError, by_library

MAX_MEMBER_BYTES = 16 << 30
"""A member larger than this (unpacked) is refused; Topografi 10's land cover of all Sweden is about 12 GB."""
MEMORY_BYTES = 128 << 20
"""A larger member is not held in memory: SQLite and GDAL take a copy each."""
SPARE_BYTES = 256 << 20
"""Bytes of disk that are always left free."""
MAX_MEMBERS = 1000
BROKEN = (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error)
"""What reading a zip that is damaged, locked or packed in an unknown way raises."""
_AGAIN = "Hämta filen på nytt från utgivaren."


def only_member(path: Path, suffix: str, kind: str) -> bytes:
    """Return the only file with ``suffix`` inside a zip, unpacked in memory.

    Parameters
    ----------
    path : Path
    suffix : str
        Lower case, with its dot.
    kind : str
        What to call such a file in an error.

    Raises
    ------
    DataError
        When the zip is broken, encrypted, holds no or several such files, names a path outside
        itself, or unpacks to more than ``MEMORY_BYTES``.
    """
    with _readable(path), zipfile.ZipFile(path) as z:
        info = _choose(path, z.infolist(), suffix, kind, MEMORY_BYTES)
        with z.open(info) as f:
            return f.read(info.file_size)


def only_database(path: Path, suffix: str, kind: str) -> bytes | Path:
    """Return the only file with ``suffix`` inside a zip: its bytes, or where it is unpacked when it is large.

    Raises
    ------
    DataError
        As :func:`only_member`, beyond ``MAX_MEMBER_BYTES``; or when there is no room for it on the disk.
    """
    with _readable(path), zipfile.ZipFile(path) as z:
        info = _choose(path, z.infolist(), suffix, kind, MAX_MEMBER_BYTES)
        if info.file_size <= MEMORY_BYTES:
            with z.open(info) as f:
                return f.read(info.file_size)
    now = path.stat()
    return _unpacked(path, info.filename, info.file_size, suffix, (now.st_size, now.st_mtime_ns))


@cache
def _unpacked(path: Path, name: str, size: int, suffix: str, state: tuple[int, int]) -> Path:
    """Unpack a member once a process; ``state`` makes another state of the zip another copy."""
    folder = leftovers.lasting_scratch()
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise DataError(
            "Filen i zip-filen får inte plats uppackad.",
            file=path,
            expected=f"{(size + SPARE_BYTES) >> 20} MB fritt i mappen för tillfälliga filer",
            found=f"{free >> 20} MB",
            action="Ge plats där (eller ange en annan mapp med TMPDIR). Eller packa upp zip-filen och lägg filen i "
            "dess ställe.",
        )
    copy = folder / f"data{suffix}"
    with _readable(path), zipfile.ZipFile(path) as z, z.open(name) as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return copy


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Tell of a zip that cannot be read."""
    try:
        yield
    except BROKEN as e:
        raise DataError(
            "Zip-filen går inte att läsa.", file=path, found=by_library("fel i zip-filen", e), action=_AGAIN
        ) from None


def companion(path: Path, suffix: str, ending: str) -> bytes:
    """Return what stands beside the only file with ``suffix`` in a zip: its name and ``ending``; empty without one.

    Raises
    ------
    DataError
        As :func:`only_member`.
    """
    with zipfile.ZipFile(path) as z:
        found = [m for m in z.infolist() if m.filename.lower().endswith(suffix + ending) and m.file_size]
    found = [m for m in found if not _is_clutter(m.filename)]
    return only_member(path, suffix + ending, f"fil som slutar på {suffix}{ending}") if found else b""


def _choose(path: Path, members: list[zipfile.ZipInfo], suffix: str, kind: str, limit: int) -> zipfile.ZipInfo:
    if len(members) > MAX_MEMBERS:
        raise DataError(
            "Zip-filen har orimligt många filer.",
            file=path,
            expected=f"högst {MAX_MEMBERS}",
            found=str(len(members)),
            action=_AGAIN,
        )
    for m in members:
        name = m.filename.replace("\\", "/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts or re.match(r"^[A-Za-z]:", name):
            raise DataError(
                "Zip-filen innehåller ett filnamn som pekar utanför den.", file=path, found=m.filename, action=_AGAIN
            )
    inside = [m for m in members if m.filename.lower().endswith(suffix) and not _is_clutter(m.filename)]
    if len(inside) != 1:
        raise DataError(
            f"Zip-filen ska innehålla exakt en {kind}.",
            file=path,
            expected="1",
            found=", ".join([str(len(inside)), *(m.filename for m in inside[:5])]),
            action=_AGAIN,
        )
    if inside[0].file_size > limit:
        raise DataError(
            "Filen i zip-filen är orimligt stor.",
            file=path,
            expected=f"högst {limit >> 20} MB uppackad",
            found=f"{inside[0].file_size >> 20} MB",
            action="Packa upp den och lägg filen bredvid, om den verkligen ska vara så stor.",
        )
    return inside[0]


def _is_clutter(name: str) -> bool:
    """Tell whether a member is something an operating system left behind (macOS resource forks)."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")
