"""Put the finished products in place, together, after every law has held; take away what is no longer made."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files, leftovers
from pipelines.formats import at_rest
from pipelines.install import journal

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def run(region: Region, paths: Paths) -> None:
    """Put every built product in ``OUT`` or ``MAPS``: all of them, or none (see :mod:`journal`).

    A file that an earlier run put there and this one does not make (another län's kommun page, say) is
    removed; a file that no run put there is never touched, and one that was changed since is left and told.

    Raises
    ------
    DataError
        When the edition in place has changes that are not in its GeoPackage, or is open in QGIS.
    """
    del region
    recover(paths)
    check_replaceable(paths)
    folders = {}
    for role, folder in (("out", paths.out), ("maps", paths.maps)):
        built = paths.built(role)
        folders[role] = (folder, built, {n: files.sha256(built / n) for n in built_names(built)})
    begun = journal.begin(paths.out, folders)
    try:
        journal.carry_out(begun, place, {role: set(new) for role, (_, _, new) in folders.items()})
    except BaseException:
        journal.broken_off(begun)
        raise
    # Again: a step of a killed run may still have been dying when this run began.
    leftovers.sweep(paths)


def recover(paths: Paths) -> None:
    """Finish or undo what an interrupted installation left."""
    if journal.pending(paths.out, paths.maps):
        journal.recover(paths.out, paths.maps, place)


def check_replaceable(paths: Paths) -> None:
    """See that nobody has the GeoPackages of the edition in place open, and that they hold all that was written."""
    for role, folder in (("out", paths.out), ("maps", paths.maps)):
        for name in at_rest.GEOPACKAGES[role]:
            at_rest.check_replaceable(folder / name)


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
