"""What the program has put in a folder: a list in the folder itself, ``.installerat``, as ``sha256sum`` writes.

It lies where the files lie, so that an edition whose working material is gone, or that another ``OUT`` has
made, still knows its own files. A file may stand there with two sums while an edition is being put in place.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.core import files

NAME = ".installerat"
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\s.][^\s]*)")
"""A sum, two spaces, a path inside the folder. The Makefile reads the list with the same rule."""

Sums = dict[str, set[str]]
"""SHA-256 sums by path relative to the folder."""


def read(folder: Path) -> Sums:
    """Return what was installed in ``folder``; lines that are none of ours are left out.

    A path that could lead out of the folder is never one of ours.
    """
    path = folder / NAME
    found: Sums = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            match = _LINE.fullmatch(line)
            if match and ".." not in match[2].split("/"):
                found.setdefault(match[2], set()).add(match[1])
    return found


def write(folder: Path, sums: Sums) -> None:
    """Write the list, by name."""
    lines = [f"{s}  {name}\n" for name in sorted(sums) for s in sorted(sums[name])]
    files.write_text(folder / NAME, "".join(lines))


def remove_empty(inner: Path, folder: Path) -> None:
    """Remove a folder that a file has left empty, and those it was in, up to ``folder`` itself."""
    while inner != folder and not (inner.is_dir() and any(inner.iterdir())):
        if inner.is_dir():
            inner.rmdir()
        inner = inner.parent
