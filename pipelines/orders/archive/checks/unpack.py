"""Open a package from outside: a zip is measured before a byte of it is unpacked, a folder before it is read."""

from __future__ import annotations

import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from pipelines.core.errors import DataError, by_library

MAX_FILES = 50_000
MAX_RATIO = 100
"""Unpacked over packed, for the whole package. Our own come to about 5."""
SMALL = 100_000_000
"""Bytes that may come out of any package, however well it packs."""
CHUNK = 1 << 20
REFUSED = "Paketet avvisas: det är inte skrivet av make arkiv, och packas inte upp."
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def unpacked(package: Path, goal: Path) -> Path:
    """Unpack a package into an empty folder; return the bag's own folder.

    Raises
    ------
    DataError
        When the file is no zip, is damaged, or could write outside ``goal`` or fill the disk.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            entries = measured(package, archive, shutil.disk_usage(goal).free)
            for entry, name in entries:
                _write(archive, entry, goal / name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError, zlib.error) as e:
        raise DataError(
            "Paketet är skadat: det går inte att packa upp.",
            file=package,
            found=by_library("fel i zip-filen", e),
            action="Hämta paketet på nytt, från en annan kopia.",
        ) from None
    return goal / entries[0][1].parts[0]


def measured(package: Path, archive: zipfile.ZipFile, free: int) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Return the files of a zip and where they go, when all of it is harmless.

    Parameters
    ----------
    free : int
        Bytes that may be written.

    Raises
    ------
    DataError
        On the first thing that no package of ours has.
    """
    entries = archive.infolist()
    if not entries or len(entries) > MAX_FILES:
        raise _refused(package, f"1–{MAX_FILES} filer", f"{len(entries)}")
    size, packed = sum(e.file_size for e in entries), package.stat().st_size
    if sum(e.compress_size for e in entries) > packed:
        raise _refused(package, "filer som inte överlappar", "samma byte används flera gånger")
    if size > max(SMALL, MAX_RATIO * packed):
        raise _refused(package, f"högst {MAX_RATIO} gånger så stort uppackat", f"{size} byte ur {packed}")
    if size > free:
        raise DataError(
            "Paketet får inte plats på disken.",
            file=package,
            expected=f"{size} byte",
            found=f"{free} lediga",
            action="Frigör plats, eller ange OUT på en annan disk.",
        )
    out: list[tuple[zipfile.ZipInfo, PurePosixPath]] = []
    for entry in entries:
        wrong = oddity(entry)
        if wrong:
            raise _refused(package, "vanliga filer i en mapp", f"{entry.orig_filename}: {wrong}")
        out.append((entry, PurePosixPath(entry.filename)))
    _tree(package, [name for _, name in out])
    return out


def oddity(entry: zipfile.ZipInfo) -> str:
    """Return what is wrong with an entry of a zip, or nothing."""
    name, mode = entry.orig_filename, entry.external_attr >> 16
    parts = name.split("/")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or entry.is_dir():
        return "ingen vanlig fil"
    if entry.flag_bits & _ENCRYPTED:
        return "krypterad"
    if entry.compress_type not in _METHODS:
        return f"packad med metod {entry.compress_type}"
    if not name.isprintable() or re.search(r'[\\:*?"<>|]', name) or name != unicodedata.normalize("NFC", name):
        return "otillåtna tecken i namnet"
    if len(parts) < 2 or any(p in ("", ".", "..") or p != p.strip() for p in parts):
        return "namnet leder utanför paketet"
    return ""


def _tree(package: Path, names: list[PurePosixPath]) -> None:
    """See that the names make one folder: no name twice, none both file and folder."""
    if len({n.parts[0] for n in names}) != 1:
        raise _refused(package, "en enda mapp överst", f"{len({n.parts[0] for n in names})} mappar")
    folded = {str(n).casefold() for n in names}
    parents = {str(p).casefold() for n in names for p in n.parents}
    if len(folded) != len(names) or folded & parents:
        raise _refused(package, "varje namn en gång", "samma namn flera gånger")


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    """Unpack one file: never more than it said, never over another, never through a link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile(entry.filename)
            target.write(chunk)
    if left:
        raise zipfile.BadZipFile(entry.filename)


def folder(package: Path) -> Path:
    """Return an unpacked bag's folder, when all in it is plain files and folders.

    Raises
    ------
    DataError
        When something in it is a link, a pipe or a device, or there are too many files.
    """
    for count, path in enumerate(package.rglob("*")):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or count > 2 * MAX_FILES:
            raise _refused(package, "vanliga filer och mappar", str(path.relative_to(package)))
    return package


def _refused(package: Path, expected: str, found: str) -> DataError:
    return DataError(
        REFUSED, file=package, expected=expected, found=found, action="Hämta paketet på nytt, från den som gjorde det."
    )
