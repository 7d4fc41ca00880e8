"""Put the finished products in place, together, after every law has held; take away what is no longer made."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import files
from pipelines.publish import installed

if TYPE_CHECKING:
    from pipelines.paths import Paths
    from pipelines.region import Region


def run(region: Region, paths: Paths) -> None:
    """Rename every built product into ``OUT`` or ``MAPS``; an earlier one stays until its successor is whole.

    A file that an earlier run put there and this one does not make (another län's kommun page, say) is
    removed; a file that no run put there is never touched, and one that was changed since is left and told.
    """
    del region
    now = time.time_ns()
    editions = _by_folder(paths)
    for folder, built in editions.items():
        new = {name: {files.sha256(file)} for name, file in built.items()}
        earlier = installed.read(folder)
        # Both while files change hands: whoever stops us, the next run knows every file as ours.
        installed.write(folder, {n: earlier.get(n, set()) | new.get(n, set()) for n in {*earlier, *new}})
        for name, file in built.items():
            place(file, folder / name)
            # One time for all of them: a product and its built file are the same file, and to make none
            # may be older than another.
            for same in (file, folder / name):
                os.utime(same, ns=(now, now))
        kept = installed.remove(folder, {n: s for n, s in earlier.items() if n not in new})
        for path in kept:
            print(f"  Ligger kvar, eftersom den har ändrats för hand: {path}", file=sys.stderr)
        installed.write(folder, new)


def _by_folder(paths: Paths) -> dict[Path, dict[str, Path]]:
    """Return the built files by name for each folder they go to (one, where OUT and MAPS are the same)."""
    out: dict[Path, dict[str, Path]] = {}
    for part, goal in (("out", paths.out), ("maps", paths.maps)):
        into = out.setdefault(goal.resolve(), {})
        into |= {name: paths.built(part) / name for name in built_names(paths.built(part))}
    return out


def built_names(root: Path) -> list[str]:
    """Return the names of the finished files under ``root``; a name with a dot first is work in progress."""
    found = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
    return sorted(p.as_posix() for p in found if not any(part.startswith(".") for part in p.parts))


def place(built: Path, goal: Path) -> None:
    """Put one file in place by link and rename, or by copy and rename where links are not possible."""
    with files.replacing(goal) as beside:
        try:
            os.link(built, beside)
        except OSError:
            shutil.copyfile(built, beside)
