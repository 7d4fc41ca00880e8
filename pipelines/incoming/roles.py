"""Which files of RAW are input: each kind of file by its folder and how its name looks.

Imports nothing heavy: make asks on every run (see :mod:`pipelines.incoming.listing`).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.core import files
from pipelines.core.errors import DataError, printable
from pipelines.core.publishers import FOLDERS, ROLES, Role
from pipelines.incoming.role_files import RECEIPT, folded

MARKER_FILE = "DEMO.json"
"""Stands in the folder of a demo region."""


_SIDECARS = ("-wal", "-shm", "-journal")


def role_of(name: str, folder: str) -> Role | None:
    """Return the role of a file of this name in this folder of RAW.

    >>> role_of("PTS tabellbilaga Teknik (1).XLSX", "pts").name, role_of("~$teknik.xlsx", "pts")
    ('teknik', None)
    """
    plain = folded(name)
    if name.startswith((".", "~$")) or plain.endswith(RECEIPT):
        return None
    return next((r for r in ROLES if r.folder == folder and any(fnmatchcase(plain, x) for x in r.patterns)), None)


def list_inputs(raw: Path) -> tuple[list[tuple[Path, Role]], list[Path]]:
    """Return the files of ``raw`` with their roles, sorted by path, and those no role fits."""
    known: list[tuple[Path, Role]] = []
    unknown: list[Path] = []
    for path in _inside(raw):
        if passed_over(path):
            continue
        is_folder = path.is_dir()
        for p in _inside(path) if is_folder else [path]:
            role = role_of(p.name, path.name) if is_folder else None
            if role and p.is_file():
                known.append((p, role))
            elif not passed_over(p):
                unknown.append(p)
    return known, unknown


def require_sound(raw: Path, unknown: list[Path]) -> None:
    """Check that what is named as an input can be one.

    Raises
    ------
    DataError
        When a publisher's folder is no folder, or a name that an input has belongs to a folder, a broken link, a
        pipe or a device: passed over, it would lack without anybody being told.
    """
    for path in unknown:
        if path.parent == raw and folded(path.name) in FOLDERS:
            raise DataError(
                f"«{printable(path.name)}» ska vara en mapp med utgivarens filer.",
                file=path,
                expected=f"en mapp som heter {folded(path.name)}",
                found=files.kind_of(path),
                action="Byt ut den mot en mapp. Är det en länk eller en ansluten disk: anslut den och kör igen.",
            )
        if path.parent.parent == raw and folded(path.parent.name) in FOLDERS and path.parent.name not in FOLDERS:
            raise DataError(
                "En utgivares mapp heter inte som den ska, så dess filer läses inte.",
                file=path.parent,
                expected=folded(path.parent.name),
                found=path.parent.name,
                action="Byt namn på mappen.",
            )
        if role_of(path.name, path.parent.name) and not path.is_file():
            raise DataError(
                "Något som heter som en indatafil är ingen fil.",
                file=path,
                expected="en vanlig fil",
                found=files.kind_of(path),
                action="Byt ut den mot filen själv, byt namn på den eller ta bort den.",
            )


def passed_over(path: Path) -> bool:
    """Tell whether a name is no input: the demo region or its hidden truth, a README, what programs leave.

    The Makefile has the same rule, to know whether RAW holds anything at all.
    """
    name = folded(path.name)
    if name in ("thumbs.db", "desktop.ini", folded(MARKER_FILE)) or name.startswith((".", "~$", "readme")):
        return True
    if name.endswith(RECEIPT):
        return path.is_file()
    owner = next((path.name.removesuffix(e) for e in _SIDECARS if name.endswith(f".gpkg{e}")), "")
    if owner:
        return path.with_name(owner).is_file()
    return name in ("demo", "sanning") and path.is_dir()


def edits_beside(path: Path) -> dict[str, Path]:
    """Return what SQLite keeps beside a GeoPackage that is not yet in it, by ending; nothing where all is in it.

    Part of the file's content: a program that is still open, or was killed, leaves it.
    """
    if path.suffix.lower() != ".gpkg":
        return {}
    real = path.resolve()  # SQLite looks beside a link's target
    beside = {e: real.with_name(real.name + e) for e in _SIDECARS if e != "-shm"}
    return {e: p for e, p in beside.items() if p.is_file() and p.stat().st_size}


def _inside(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(folder.iterdir(), key=lambda p: p.name)
