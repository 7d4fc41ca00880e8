"""Whether a finished GeoPackage is at rest: no changes beside it that are not in it, and nobody writing.

SQLite keeps what is not yet in the file beside it (``-wal``, ``-journal``). Such a file of an earlier edition
is read into whatever stands under the name: rows of the old edition in the new, or a file that no longer
opens. And the file alone, without it, is half. So an edition is neither replaced nor read while one is there.
Nothing here writes in the file, or opens it as a database: to open one can be to change it.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pipelines.core.errors import DataError

GEOPACKAGES = {"out": ("bredband.gpkg",), "maps": ("data/bredband_oppen.gpkg", "data/underlagskarta.gpkg")}
"""The GeoPackages people open, by the part of the edition they belong to."""
UNFINISHED = ".installation"
"""Folder of an edition that is being put in place (see :mod:`pipelines.install.journal`)."""
_LOCKED_FROM, _LOCKED = 0x40000000, 512
"""The bytes of a file that SQLite locks, by its file format."""


def check_replaceable(path: Path) -> None:
    """See that a GeoPackage can be replaced, and take away empty files beside it that nobody uses.

    Raises
    ------
    DataError
        When changes stand beside it, or a program has it open for writing.
    """
    beside = _beside(path)
    if not beside:
        return
    if _changes(path):
        raise _unsaved(path, "Den nya utgåvan läggs inte på plats, för då skulle den skadas.")
    if _locked(path):
        raise DataError(
            "Utgåvans GeoPackage är öppen i ett annat program, troligen QGIS.",
            file=path,
            found="låst, med " + ", ".join(p.name for p in beside),
            action="Stäng QGIS (eller ta bort lagren ur projektet) och gör om.",
        )
    for leftover in beside:
        leftover.unlink(missing_ok=True)


def check_readable(path: Path) -> None:
    """See that a GeoPackage holds all that was written in it, and that the edition it is part of is whole.

    Raises
    ------
    DataError
        When changes stand beside it, or an edition was being put in place when the run broke off.
    """
    if _changes(path):
        raise _unsaved(path, "Utgåvan läses inte, för då skulle ändringarna saknas.")
    if (path.parent / UNFINISHED).exists():
        raise DataError(
            "Ingen hel utgåva finns i mappen: en installation har avbrutits eller pågår.",
            file=path.parent,
            action=f"Kör make coverage OUT={path.parent} (med samma MAPS som då): den görs klar eller ångras.",
        )
    listed, made = path.parent / ".installerat", path.parent / "manifest.json"
    if not made.exists() and listed.is_file() and "  manifest.json\n" in listed.read_text(errors="replace"):
        raise DataError(
            "Ingen hel utgåva finns i mappen: manifest.json saknas.",
            file=path.parent,
            action="Kör make coverage igen (med samma OUT och MAPS).",
        )


def _beside(path: Path) -> list[Path]:
    names = (path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))
    return [p for p in names if os.path.lexists(p)]


def _changes(path: Path) -> list[Path]:
    """Return the files with changes that are not in the GeoPackage; one whose first byte is 0 holds none."""
    return [p for p in _beside(path) if not p.name.endswith("-shm") and not _empty(p)]


def _empty(path: Path) -> bool:
    try:
        with path.open("rb") as f:
            return f.read(1) in (b"", b"\0")
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _unsaved(path: Path, consequence: str) -> DataError:
    beside = _beside(path)
    names = ", ".join(p.name for p in beside)
    if not path.exists():
        return DataError(
            "Bredvid utgåvans GeoPackage ligger ändringar till en fil som inte finns längre.",
            file=path,
            found=names,
            details=[consequence],
            action=f"Stäng QGIS. Ta sedan bort {names}.",
        )
    busy = _locked(path)
    return DataError(
        "Utgåvans GeoPackage är öppen i ett annat program, troligen QGIS, och har ändringar som inte är inskrivna."
        if busy
        else "Utgåvans GeoPackage har ändringar som inte är inskrivna: QGIS har den öppen, eller avslutades hårt.",
        file=path,
        found=names,
        details=[consequence],
        action="Stäng QGIS och gör om. Ligger filerna kvar då: öppna GeoPackage-filen i QGIS och stäng den, så "
        f"skrivs ändringarna in. Vill du inte ha dem: ta bort {names}.",
    )


def _locked(path: Path) -> bool:
    """Say whether a process has the file locked, by asking for its lock without waiting (and giving it back)."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKED, _LOCKED_FROM)
    except OSError:
        return True
    finally:
        os.close(file)
    return False
