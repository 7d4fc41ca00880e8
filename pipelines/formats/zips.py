"""Zips from outside: exactly one file of a kind, read in place, bounded; nothing is unpacked to disk."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from pipelines.core.errors import DataError, by_library

MAX_MEMBER_BYTES = 1 << 30
"""A member larger than this (unpacked) is refused: it is read into memory."""
MAX_MEMBERS = 1000
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
        itself, or unpacks to more than ``MAX_MEMBER_BYTES``.
    """
    try:
        with zipfile.ZipFile(path) as z:
            info = _choose(path, z.infolist(), suffix, kind)
            with z.open(info) as f:
                return f.read(info.file_size)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error) as e:
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


def _choose(path: Path, members: list[zipfile.ZipInfo], suffix: str, kind: str) -> zipfile.ZipInfo:
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
    if inside[0].file_size > MAX_MEMBER_BYTES:
        raise DataError(
            "Filen i zip-filen är orimligt stor.",
            file=path,
            expected=f"högst {MAX_MEMBER_BYTES >> 20} MB uppackad",
            found=f"{inside[0].file_size >> 20} MB",
            action="Packa upp den och lägg filen bredvid, om den verkligen ska vara så stor.",
        )
    return inside[0]


def _is_clutter(name: str) -> bool:
    """Tell whether a member is something an operating system left behind (macOS resource forks)."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")
