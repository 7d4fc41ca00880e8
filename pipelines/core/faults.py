"""Every fault told in Swedish: what, which file, what to do. What nobody foresaw goes to a file that the line names.

``DataError`` tells itself. Here the rest gets words: the system's faults, however a library has wrapped them, and the
program's own.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipelines.core import files
from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.redact import redacted

if TYPE_CHECKING:
    from pipelines.core.paths import Paths

FAILED = 2


class Fault(NamedTuple):
    """A kind of fault: what it is called, and what to do about it."""

    problem: str
    action: str


FULL = Fault("Disken är full.", "Frigör utrymme, eller välj mappar på en annan disk (OUT=…, MAPS=…), och kör igen.")
TOO_LARGE = Fault(
    "Filen blir större än vad systemet tillåter.",
    "Välj en disk som tar stora filer (inte FAT32), eller höj gränsen (ulimit -f), och kör igen.",
)
READ_ONLY = Fault(
    "Mappen eller disken är skrivskyddad.", "Välj en mapp som går att skriva i (OUT=…, MAPS=…), och kör igen."
)
DENIED = Fault(
    "Rättighet saknas till en fil eller mapp.",
    "Ge dig själv rättighet att läsa indata och skriva i OUT och MAPS, eller stäng programmet som har filen öppen.",
)
IS_FOLDER = Fault("En mapp ligger där en fil ska vara.", "Flytta mappen och kör igen.")
IS_FILE = Fault(
    "Något annat ligger där en mapp eller ny fil ska vara.", "Flytta det och kör igen, eller ange en annan mapp."
)
GONE = Fault(
    "En fil eller mapp finns inte.",
    "Kontrollera att den finns och att disken är ansluten, och kör igen. Försvann den medan körningen pågick: låt "
    "filerna ligga.",
)
UNPLUGGED = Fault(
    "Disken svarar inte: den kan ha kopplats från eller vara skadad.",
    "Anslut disken eller nätverksmappen och kör igen.",
)
MEMORY = Fault("Minnet tog slut.", "Stäng andra program, eller kör igen med JOBS=1 på en dator med mer minne.")
WORKER = Fault(
    "En hjälpprocess dog mitt i arbetet, troligen för att minnet tog slut.",
    "Stäng andra program, eller kör igen med JOBS=1.",
)
NETWORK = Fault("Förbindelsen bröts.", "Kontrollera nätverket och försök igen.")
NO_READER = Fault(
    "Utskriften avbröts: det program som tog emot den stängdes.", "Kör igen utan «| head» eller liknande."
)
HANDLES = Fault("För många filer är öppna.", "Höj gränsen (ulimit -n 4096) och kör igen.")
LOOP = Fault("En länk går runt, eller ett namn är för långt.", "Rätta länken eller namnet och kör igen.")
BUSY = Fault("Filen är upptagen av ett annat program.", "Stäng programmet som har filen öppen och kör igen.")
STOPPED = Fault("Körningen avbröts.", "Tidigare resultat är orörda. Kör samma kommando igen för att fortsätta.")

_BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: TOO_LARGE,
    errno.EROFS: READ_ONLY,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.EISDIR: IS_FOLDER,
    errno.ENOTEMPTY: IS_FOLDER,
    errno.ENOTDIR: IS_FILE,
    errno.EEXIST: IS_FILE,
    errno.ENOENT: GONE,
    errno.ESTALE: UNPLUGGED,
    errno.EIO: UNPLUGGED,
    errno.ENODEV: UNPLUGGED,
    errno.ENXIO: UNPLUGGED,
    errno.ENOTCONN: UNPLUGGED,
    errno.EHOSTDOWN: UNPLUGGED,
    errno.ENOMEM: MEMORY,
    errno.EPIPE: NO_READER,
    errno.EMFILE: HANDLES,
    errno.ENFILE: HANDLES,
    errno.ELOOP: LOOP,
    errno.ENAMETOOLONG: LOOP,
    errno.EBUSY: BUSY,
    errno.ETXTBSY: BUSY,
    errno.EAGAIN: BUSY,
    errno.ECONNREFUSED: NETWORK,
    errno.ECONNRESET: NETWORK,
    errno.ECONNABORTED: NETWORK,
    errno.ETIMEDOUT: NETWORK,
    errno.ENETUNREACH: NETWORK,
    errno.ENETDOWN: NETWORK,
    errno.EHOSTUNREACH: NETWORK,
}
_BY_WORDS = tuple(
    (re.compile(words, re.IGNORECASE), fault)
    for words, fault in (
        (r"no space left|disk is full|disk full|quota exceeded", FULL),
        (r"file too large", TOO_LARGE),
        (r"read-only file system|readonly database|read-only database", READ_ONLY),
        (r"permission denied|operation not permitted|access denied", DENIED),
        (r"is a directory", IS_FOLDER),
        (r"not a directory|file exists", IS_FILE),
        (r"input/output error|disk i/o error|stale file handle|transport endpoint|no such device", UNPLUGGED),
        (r"cannot allocate memory|out of memory|bad_?alloc|failed to allocate|malloc of size", MEMORY),
        (r"too many open files", HANDLES),
        (r"no such file or directory", GONE),
        (r"unable to open database file", DENIED),
    )
)
"""What libraries write where they give no number: GDAL, SQLite, DuckDB, Arrow."""
_LIBRARIES = (
    "pyarrow",
    "pyogrio",
    "rasterio",
    "sqlite3",
    "adbc_driver_manager",
    "duckdb",
    "_duckdb",
    "pandas",
    "xlsxwriter",
)
_NETWORK = ("requests", "urllib3", "ssl", "socket", "http")
_TEMPORARY = re.compile(r"(?<![^/])\.([^/]+)\.\d+\.ny(\.[^./]+)?[^/]*$")
_QUOTED = re.compile(r"""['"«(]((?:[A-Za-z]:)?[^'"«»()]*/[^'"«»()]+)['"»)]""")
_NO_ROOM = 1 << 20
_KEPT = 20


@dataclass
class Outcome:
    """How it went: the exit code."""

    code: int = 0


@contextmanager
def told(stage: str, paths: Paths) -> Iterator[Outcome]:
    """Tell in Swedish, on stderr, of whatever goes wrong in the block; ``code`` is then 2 (0 otherwise)."""
    outcome = Outcome()
    unraised: list[str] = []
    # What fails while something is put away would be printed with its traceback, after the error itself.
    sys.unraisablehook = lambda it: unraised.append(f"{it.err_msg}: {it.exc_value!r}")
    try:
        yield outcome
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        outcome.code = FAILED
        _silence_stdout(error)
        with suppress(OSError):
            print(redacted(in_words(error, stage, paths)), file=sys.stderr, flush=True)


def in_words(error: BaseException, stage: str, paths: Paths) -> str:
    """Return the Swedish text of an error: «FEL: …», which file, what to do."""
    if isinstance(error, DataError):
        return str(error)
    found = recognised(error)
    if found is None and _no_room(paths):
        found = (FULL, error)
    if found is None:
        return _unforeseen(error, stage, paths)
    fault, cause = found
    if fault is STOPPED:
        return str(DataError(f"{fault.problem}", action=fault.action))
    where = _file_of(cause) or _file_of(error)
    if where and fault is IS_FILE:
        where = _in_the_way(Path(where))
    return str(
        DataError(
            fault.problem,
            file=where or f"okänd; steget «{stage}» skriver i {paths.out} och {paths.maps}",
            found=by_library(_what_stands_there(fault, where) or f"steget «{stage}» kom inte vidare", cause),
            action=fault.action,
        )
    )


def _in_the_way(path: Path) -> str:
    """Return the part of a path that is no folder though it should be; the whole path where all are."""
    there = (p for p in (path, *path.parents) if p.is_symlink() or (p.exists() and not p.is_dir()))
    return str(next(there, path))


def _what_stands_there(fault: Fault, where: str | None) -> str | None:
    return files.kind_of(Path(where)) if where and fault in (IS_FILE, IS_FOLDER) else None


def recognised(error: BaseException) -> tuple[Fault, BaseException] | None:
    """Return the kind of a fault that is not the program's own, and the error that tells of it; None for others.

    Looks behind an error at what caused it, since libraries wrap the system's faults in their own.
    """
    for cause in _chain(error):
        fault = _kind(cause)
        if fault is not None:
            return fault, cause
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    here: BaseException | None = error
    while here is not None and here not in seen and len(seen) < 20:
        yield here
        seen.append(here)
        here = here.__cause__ or here.__context__


def _kind(error: BaseException) -> Fault | None:
    names = {c.__name__ for c in type(error).__mro__}
    module = type(error).__module__.split(".")[0]
    if isinstance(error, KeyboardInterrupt):
        return STOPPED
    if isinstance(error, MemoryError) or "OutOfMemoryException" in names:
        return MEMORY
    if names & {"BrokenProcessPool", "BrokenExecutor"}:
        return WORKER
    if isinstance(error, ConnectionError | TimeoutError) and not isinstance(error, BrokenPipeError):
        return NETWORK
    if module in _NETWORK and isinstance(error, OSError):
        return NETWORK
    if isinstance(error, OSError) and error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    if isinstance(error, OSError) or module in _LIBRARIES or names & {"CPLE_BaseError"}:
        by_words = next((fault for words, fault in _BY_WORDS if words.search(str(error))), None)
        return GONE if by_words is None and isinstance(error, FileNotFoundError) else by_words
    return None


def _file_of(error: BaseException) -> str | None:
    """Return the file an error is about, by the name a person knows it by: the goal, not what is written beside it."""
    name = getattr(error, "filename2", None) or getattr(error, "filename", None)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    if name is None:
        match = _QUOTED.search(str(error))
        name = match[1] if match else None
    if name is None:
        notes = [n.removeprefix(files.WRITING) for n in getattr(error, "__notes__", ()) if n.startswith(files.WRITING)]
        name = notes[0] if notes else None
    if name is None and isinstance(error, FileNotFoundError) and error.errno is None:
        name = str(error)  # as Arrow tells
    return _TEMPORARY.sub(r"\1\2", str(name)) if name else None


def _no_room(paths: Paths) -> bool:
    """Tell whether there is no room left where a run writes: then that is why, whatever a library called it."""
    for folder in (paths.out, paths.maps, Path(tempfile.gettempdir())):
        with suppress(OSError):
            there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
            if shutil.disk_usage(there).free < _NO_ROOM:
                return True
    return False


def _unforeseen(error: BaseException, stage: str, paths: Paths) -> str:
    """Write the traceback to a file; return the one line that tells of it."""
    body = "".join(traceback.format_exception(error))
    where = _kept(redacted(body), stage, paths)
    said = by_library(f"Ett oväntat fel i steget «{stage}»", _Named(error))
    kept = f" Hela felet står i {where}; skicka den filen till den som sköter programmet." if where else ""
    return printable(f"FEL: {said}.{kept} Tidigare resultat är orörda.", limit=1500)


class _Named(Exception):
    """An error under its own name: many say nothing but, say, a key."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"{type(error).__name__}: {str(error)[:200]}".removesuffix(": "))


def _kept(body: str, stage: str, paths: Paths) -> Path | None:
    name = f"{stage}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    for folder in (paths.step / "fel", Path(tempfile.gettempdir()) / f"bredband-fel-{os.getuid()}"):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / name
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as f:
                f.write(body)
            for old in sorted(folder.glob("*.txt"), key=lambda p: p.stat().st_mtime)[:-_KEPT]:
                old.unlink(missing_ok=True)
            return path
    return None


def _silence_stdout(error: BaseException) -> None:
    """Have Python not fail again, with a traceback, when it flushes at the end what nobody can take."""
    with suppress(Exception):
        sys.stdout.flush()
        return
    with suppress(Exception):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
