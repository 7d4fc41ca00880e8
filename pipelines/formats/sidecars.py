"""What SQLite keeps beside a database: edits that are not yet in it. Nothing under RAW is ever changed.

A program that opens a database with a ``-wal`` beside it moves the edits into the file and takes the
``-wal`` away, even when it only reads. So such a file is copied, with its edits, and the copy is read.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from pipelines.core import leftovers
from pipelines.core.errors import DataError, by_library

ENDINGS = ("-wal", "-shm", "-journal")
"""SQLite's own: write-ahead log, its index, and the rollback journal."""
JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_CLOSE = "Stäng filen i QGIS (eller det program som har den öppen), så skrivs ändringarna in i den, och kör igen."


def owner(name: str) -> str:
    """Return the name of the database that a file lies beside; empty for a file that is no sidecar.

    >>> owner("tatorter_2023.gpkg-wal"), owner("tatorter_2023.gpkg")
    ('tatorter_2023.gpkg', '')
    """
    return next((name.removesuffix(e) for e in ENDINGS if name.lower().endswith(f".gpkg{e}")), "")


def edits(path: Path) -> list[Path]:
    """Return the ``-wal`` and ``-journal`` beside a database (a link's target) that hold something."""
    real = path.resolve()
    beside = [real.with_name(real.name + e) for e in ("-wal", "-journal")]
    return [p for p in beside if p.is_file() and p.stat().st_size]


def settled(path: Path) -> Path:
    """Return a database that can be read as it stands: ``path``, or a private copy with its edits put in.

    Raises
    ------
    DataError
        When a change was broken off half way, when someone is writing just now, or the copy cannot be made.
    """
    beside = edits(path)
    for p in beside:
        require_no_rollback(p, path)
    logs = [p for p in beside if p.name.endswith("-wal")]
    return _copy(path, logs[0], _state(path.resolve(), logs[0])) if logs else path


def require_no_rollback(journal: Path, path: Path) -> None:
    """Stop when a rollback journal is hot. One that is spent has its head wiped.

    Rolling back would follow a path that stands in the journal, which comes from outside.
    """
    if not journal.name.endswith("-journal"):
        return
    with journal.open("rb") as f:
        if f.read(len(JOURNAL_MAGIC)) == JOURNAL_MAGIC:
            raise half_done(path, journal.name)


def half_done(path: Path, journal: str) -> DataError:
    """Return the error for a database whose last change was broken off."""
    return DataError(
        "En ändring i filen blev avbruten på halva vägen.",
        file=path,
        expected="en fil som ingen håller på att ändra",
        found=f"{journal} bredvid, med det som ska ångras",
        action="Öppna filen i QGIS, så ångrar det ändringen, och stäng den; eller hämta den på nytt från utgivaren.",
    )


def together(path: Path, data: bytes | Path, log: bytes) -> Path:
    """Return a database and its ``-wal``, both out of a zip, put together in a private copy."""
    folder = leftovers.lasting_scratch()
    copy = folder / "data.gpkg"
    with _told(path):
        if isinstance(data, bytes):
            copy.write_bytes(data)
        else:
            shutil.copyfile(data, copy)
        copy.with_name("data.gpkg-wal").write_bytes(log)
    return _put_in(copy, path)


@cache
def _copy(path: Path, log: Path, state: tuple[tuple[int, int], ...]) -> Path:
    """Copy once a process; ``state`` (size and time of both) makes another state another copy."""
    copy = leftovers.lasting_scratch() / path.name
    with _told(path):
        shutil.copyfile(path, copy)
        shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
    if state != _state(path.resolve(), log):
        raise DataError("Filen ändras medan den läses.", file=path, action=_CLOSE)
    return _put_in(copy, path)


def _state(*paths: Path) -> tuple[tuple[int, int], ...]:
    found = [p.stat() for p in paths]
    return tuple((s.st_size, s.st_mtime_ns) for s in found)


def _put_in(copy: Path, path: Path) -> Path:
    try:
        with closing(sqlite3.connect(copy)) as db:
            db.execute("PRAGMA trusted_schema = OFF")
            _, whole, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            db.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error as e:
        raise DataError(
            "Ändringarna bredvid filen (-wal) går inte att läsa.",
            file=path,
            found=by_library(f"fel i databasen eller {path.name}-wal", e),
            action=_CLOSE,
        ) from None
    if whole < 1:
        raise DataError(
            "Ändringarna bredvid filen (-wal) är inte hela.",
            file=path,
            expected="minst en avslutad ändring",
            found=f"ingen: {path.name}-wal är avklippt, eller hör till en annan fil",
            action=f"{_CLOSE} Eller kopiera filen och dess -wal på nytt, eller ta bort -wal om den inte hör dit.",
        )
    return copy


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell in Swedish why a copy could not be made."""
    try:
        yield
    except OSError as e:
        raise DataError(
            "Filen har ändringar bredvid sig (-wal) och läses därför genom en kopia, men den går inte att göra.",
            file=path,
            found=by_library("fel från systemet", e),
            action=f"{_CLOSE} Eller ge plats i mappen för tillfälliga filer (TMPDIR).",
        ) from None
