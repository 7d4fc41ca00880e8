"""Put the finished products in place, together, after every law has held."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import files

if TYPE_CHECKING:
    from pipelines.paths import Paths
    from pipelines.region import Region


def run(region: Region, paths: Paths) -> None:
    """Rename every built product into ``OUT`` or ``MAPS``; an earlier one stays until its successor is whole."""
    del region
    now = time.time_ns()
    for part, goal in (("out", paths.out), ("maps", paths.maps)):
        root = paths.built(part)
        for built in sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")):
            place(built, goal / built.relative_to(root))
            # One time for all of them: a product and its built file are the same file, and to make none
            # may be older than another.
            for file in (built, goal / built.relative_to(root)):
                os.utime(file, ns=(now, now))


def place(built: Path, goal: Path) -> None:
    """Put one file in place by link and rename, or by copy and rename where links are not possible."""
    with files.replacing(goal) as beside:
        try:
            os.link(built, beside)
        except OSError:
            shutil.copyfile(built, beside)
