"""An edition is put in place behind a journal: whole, or the earlier one as it was, whatever stops the program.

Before the first product is touched, ``OUT/.installation/journal.json`` says what will be put where (with
checksums) and what stands there now. What stands there is kept aside in ``.installation/fore`` of its own
folder, as a second name of the same file, until all that is new is in place. What claims that an edition is whole
(``manifest.json``; the catalogue and the way in under ``MAPS``) goes first and comes last. One rename, of the
journal to ``klar.json``, ends it; then what was kept aside goes.

The next command that finds a journal finishes the installation where every new file is still there and whole
by its checksum, and else undoes it. Either can itself be stopped anywhere and done again. A file that somebody
has changed in between is neither: it stays, under a name of its own where its place is needed.

Standard library only: ``make clean`` needs it where nothing is installed.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core import files, leftovers
from pipelines.core.errors import DataError
from pipelines.formats import at_rest
from pipelines.install import installed

FOLDER = at_rest.UNFINISHED
JOURNAL, DONE, KEPT = "journal.json", "klar.json", "fore"
CLAIMS = {
    "out": ("manifest.json",),
    "maps": ("metadata_iso19139.xml", "catalog.ttl", "catalog.rdf", "index.en.html", "index.html"),
}
"""What says that an edition is there, in the order it comes."""

"""The names of what is written beside its goal (see :func:`pipelines.core.files.replacing`)."""
Stamp = list[int]
"""Size and time of a file: another one means that somebody has been there."""
Place = Callable[[Path, Path], None]
"""Puts a built file in place (see :func:`pipelines.install.put_in_place.place`)."""


@dataclass
class Part:
    """What changes in one folder.

    Attributes
    ----------
    folder, built : Path
        Where the products stand, and where the built ones wait.
    new : dict
        Checksum by name of what is put there.
    gone : dict
        Known checksums by name of what an earlier run put there and this one does not make.
    before : dict
        Stamp by name of all that is touched, as it stood; None where nothing stood.
    """

    folder: Path
    built: Path
    new: dict[str, str]
    gone: dict[str, list[str]]
    before: dict[str, Stamp | None]

    def aside(self, name: str) -> Path:
        """Return where the earlier file is kept meanwhile."""
        return self.folder / FOLDER / KEPT / name

    def goal(self, name: str) -> Path:
        """Return where the file stands."""
        return self.folder / name


@dataclass
class Journal:
    """An installation: its id, the one time all its files get, its ``OUT``, and the parts ``out`` and ``maps``."""

    id: str
    time_ns: int
    out: Path
    parts: dict[str, Part]


# --- to put in place ------------------------------------------------------------------------------------------


def begin(out: Path, folders: dict[str, tuple[Path, Path, dict[str, str]]]) -> Journal:
    """Write the journal of an installation.

    Parameters
    ----------
    folders : dict
        By part: the folder, where its built files wait, and their checksums by name.
    """
    now = time.time_ns()
    parts = {}
    for role, (folder, built, new) in folders.items():
        gone = {n: sorted(s) for n, s in installed.read(folder).items() if n not in new and _inside(folder, n)}
        before = {n: _stamp(folder / n) for n in sorted({*new, *gone, installed.NAME})}
        parts[role] = Part(folder, built, new, gone, before)
    journal = Journal(f"{now}-{os.getpid()}", now, out, parts)
    try:
        for role in parts:  # OUT, whose journal decides, first
            _write(journal, role)
    except BaseException:
        for part in parts.values():
            shutil.rmtree(part.folder / FOLDER, ignore_errors=True)
        raise
    return journal


def broken_off(journal: Journal) -> None:
    """Undo an installation that an error has stopped, unless only the tidying was left."""
    if _is_of(journal.out, {"id": journal.id}, JOURNAL):
        undo(journal)


def carry_out(journal: Journal, place: Place, waiting: dict[str, set[str]]) -> None:
    """Put everything in place and end the installation.

    Parameters
    ----------
    waiting : dict
        By part: the names whose built files are whole. The others stand in place already.
    """
    for role, part in journal.parts.items():
        for name in reversed(CLAIMS[role]):
            _take_away(part, name)
    for part in journal.parts.values():
        _keep(part, installed.NAME)
        # Both while files change hands: whoever reads the list meanwhile knows every file as ours.
        known = installed.read(part.folder)
        installed.write(part.folder, known | {n: known.get(n, set()) | {s} for n, s in part.new.items()})
    for role, part in journal.parts.items():
        for name in (n for n in part.new if n not in CLAIMS[role]):
            _put(journal, part, name, place if name in waiting[role] else None)
        for name in part.gone:
            _remove(part, name)
    for part in journal.parts.values():
        installed.write(part.folder, {n: {s} for n, s in part.new.items()})
    for role, part in reversed(journal.parts.items()):
        for name in (n for n in CLAIMS[role] if n in part.new):
            _put(journal, part, name, place if name in waiting[role] else None)
    for part in journal.parts.values():
        _save_edited(part)
        _to_disk(part)
    for part in journal.parts.values():
        # Not before: to undo on a full disk there may be no room for a folder.
        for name in part.gone:
            installed.remove_empty(part.goal(name).parent, part.folder)
    _end(journal)


def undo(journal: Journal) -> None:
    """Put everything back as it stood and end the installation."""
    for role, part in journal.parts.items():
        for name in reversed(CLAIMS[role]):
            if name in part.new and _state(part, name) == "new":
                part.goal(name).unlink()
    for role, part in journal.parts.items():
        for name in (n for n in part.before if n not in CLAIMS[role]):
            _put_back(part, name)
    for role, part in reversed(journal.parts.items()):
        for name in (n for n in CLAIMS[role] if n in part.before):
            _put_back(part, name)
    _end(journal)


def _state(part: Part, name: str) -> str:
    """Say what stands in a place: nothing, the earlier file, the new one, or somebody's own."""
    goal, aside = part.goal(name), part.aside(name)
    if not goal.is_file():
        return "absent"
    if _stamp(goal) == part.before[name] or (aside.is_file() and goal.samefile(aside)):
        return "old"
    return "new" if name == installed.NAME or files.sha256(goal) == part.new.get(name) else "own"


def _keep(part: Part, name: str) -> None:
    """Keep the earlier file aside, under its second name; save what is somebody's own."""
    goal, aside, state = part.goal(name), part.aside(name), _state(part, name)
    if state == "own":
        _save_own(goal, goal)
    elif state == "old" and not aside.exists():
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(goal, aside)
        except OSError:  # a file system without links
            _move(goal, aside)


def _take_away(part: Part, name: str) -> None:
    """Leave the place of a claim empty, unless the new one stands there: then all is in place."""
    if name in part.before and _state(part, name) != "new":
        _keep(part, name)
        part.goal(name).unlink(missing_ok=True)


def _put(journal: Journal, part: Part, name: str, place: Place | None) -> None:
    _keep(part, name)
    if place is not None:
        built, goal = part.built / name, part.goal(name)
        place(built, goal)
        # One time for all of them: a product and its built file are the same file, and to make none may be
        # older than another.
        for same in (built, goal):
            os.utime(same, ns=(journal.time_ns, journal.time_ns))


def _remove(part: Part, name: str) -> None:
    """Take away what is no longer made, unless it has been changed since it was put there."""
    goal, aside = part.goal(name), part.aside(name)
    if not goal.is_file():
        return
    if aside.exists() and goal.samefile(aside):
        goal.unlink()
    elif not aside.exists() and files.sha256(goal) in part.gone[name]:
        aside.parent.mkdir(parents=True, exist_ok=True)
        _move(goal, aside)
    else:
        _say(f"Ligger kvar, eftersom den har ändrats för hand: {goal}")


def _put_back(part: Part, name: str) -> None:
    """Put the earlier file back; where there was none, take the new one away."""
    goal, aside, state = part.goal(name), part.aside(name), _state(part, name)
    if aside.exists():
        if state == "own":
            _save_own(goal, goal)
        if not goal.parent.is_dir():
            goal.parent.mkdir(parents=True)
        _move(aside, goal)
    elif part.before[name] is None and state == "new":
        goal.unlink()
        installed.remove_empty(goal.parent, part.folder)
    elif state == "own":
        _say(f"Ligger kvar, eftersom den har ändrats för hand: {goal}")


def _save_edited(part: Part) -> None:
    """Save what somebody wrote in an earlier file while it was kept aside."""
    for name, before in part.before.items():
        aside = part.aside(name)
        if name == installed.NAME or not aside.is_file() or _stamp(aside) == before:
            continue
        if files.sha256(aside) != part.new.get(name):  # the very file that was put in place has a new time
            _save_own(aside, part.goal(name))


def _save_own(file: Path, goal: Path) -> None:
    """Move somebody's own file to a free name beside ``goal``, and say so."""
    number = 1
    while True:
        own = goal.with_name(f"{goal.stem}.andrad-for-hand{'' if number == 1 else f'-{number}'}{goal.suffix}")
        if not os.path.lexists(own):
            break
        number += 1
    _move(file, own)
    _say(f"Ändrad för hand medan en installation var avbruten, sparad som: {own}")


def _end(journal: Journal) -> None:
    """Let nothing but the tidying remain: the one rename that ends it."""
    role = next(iter(journal.parts))
    home = journal.parts[role].folder / FOLDER
    (home / JOURNAL).replace(home / DONE)
    _sync(home)
    for part in reversed(journal.parts.values()):
        _tidy(part.folder)


def _tidy(folder: Path) -> None:
    """Remove what an installation kept; what says that it is over goes last."""
    home = folder / FOLDER
    shutil.rmtree(home / KEPT, ignore_errors=True)
    for path in sorted(home.iterdir(), key=lambda p: p.name == DONE):
        if path.is_file():
            path.unlink()
    home.rmdir()


# --- what an interrupted one left -----------------------------------------------------------------------------


def pending(*folders: Path) -> bool:
    """Say whether an installation in any of the folders was interrupted (or goes on)."""
    return any((folder / FOLDER).exists() for folder in folders)


def recover(out: Path, maps: Path, place: Place) -> None:
    """Finish or undo the interrupted installations of two folders, and tell which.

    Raises
    ------
    DataError
        When a GeoPackage that must change is open, or a journal cannot be read.
    """
    if (out / FOLDER).exists():
        body, over = _read(out, JOURNAL), _read(out, DONE)
        if body is not None:
            _settle(_journal(body, out, _its_maps(body, maps)), place)
        else:  # over, or not begun
            theirs = _its_maps(over, maps) if over else None
            for folder in (theirs, out):
                if folder is not None and (folder / FOLDER).exists():
                    _tidy(folder)
    if (maps / FOLDER).exists():  # another OUT's
        body = _read(maps, JOURNAL)
        other = Path(str(body["ut"])) if body else maps
        if body is None:
            _tidy(maps)
        elif _is_of(other, body, JOURNAL):
            _settle(_journal(_read(other, JOURNAL) or {}, other, maps), place)
        elif _is_of(other, body, DONE):
            _tidy(maps)
            _tidy(other)
        else:  # that OUT is gone
            _settle(_journal(body, None, maps), place)


def _settle(journal: Journal, place: Place) -> None:
    for role, part in journal.parts.items():
        for name in at_rest.GEOPACKAGES[role]:
            if name in part.before:
                at_rest.check_replaceable(part.goal(name))
        for folder in {part.goal(name).parent for name in part.before}:
            leftovers.sweep_folder(folder)
    waiting = {role: _waiting(part) for role, part in journal.parts.items()}
    where = " och ".join(str(part.folder) for part in journal.parts.values())
    # Without its other half nothing had been put in place (or MAPS is gone).
    if "maps" in waiting and all(names is not None for names in waiting.values()):
        carry_out(journal, place, {role: names or set() for role, names in waiting.items()})
        _say(f"En avbruten installation har gjorts klar i {where}: utgåvan är hel.")
    else:
        undo(journal)
        _say(f"En avbruten installation har ångrats i {where}: det som stod där förut står där igen.")


def _waiting(part: Part) -> set[str] | None:
    """Return the new names whose built files are whole; None when one is neither built nor in place, and whole."""
    waiting = set()
    for name, digest in part.new.items():
        built, goal = part.built / name, part.goal(name)
        if built.is_file() and files.sha256(built) == digest:
            waiting.add(name)
        elif not (goal.is_file() and files.sha256(goal) == digest):
            return None
    return waiting


def _is_of(folder: Path, body: dict[str, Any], name: str) -> bool:
    there = _read(folder, name)
    return there is not None and there["id"] == body["id"]


def _its_maps(body: dict[str, Any], maps: Path) -> Path | None:
    """Return where the other half of a journal lies: where it was, or (moved since) in this MAPS."""
    for folder in (Path(str(body["delar"]["maps"]["mapp"])), maps):
        if _is_of(folder, body, JOURNAL):
            return folder
    return None


# --- the journal itself ---------------------------------------------------------------------------------------


def _write(journal: Journal, role: str) -> None:
    """Write the journal in a folder; under MAPS only what is about it."""
    told = journal.parts if role == "out" else {role: journal.parts[role]}
    parts = {
        r: {
            "mapp": str(p.folder.absolute()),
            "byggt": str(p.built.absolute()),
            "nya": p.new,
            "bort": p.gone,
            "fore": p.before,
        }
        for r, p in told.items()
    }
    body = {"id": journal.id, "tid": journal.time_ns, "ut": str(journal.out.absolute()), "delar": parts}
    home = journal.parts[role].folder / FOLDER
    home.mkdir(parents=True)
    beside = home / f"{JOURNAL}.ny"
    beside.write_text(json.dumps(body), encoding="utf-8")
    _sync(beside)
    beside.replace(home / JOURNAL)
    _sync(home)
    _sync(home.parent)


def _read(folder: Path, name: str) -> dict[str, Any] | None:
    """Return the body of a journal, or None when there is none (it is written beside and renamed)."""
    path = folder / FOLDER / name
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        names = [n for p in body["delar"].values() for n in p["fore"]]
        ours = isinstance(body["id"], str) and not any(n[:1] == "/" or ".." in n.split("/") for n in names)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ours = False
    if not ours:
        raise DataError(
            "Journalen över en avbruten installation går inte att läsa.",
            file=path,
            action=f"Ta bort mappen {folder / FOLDER} och kör make coverage: då läggs hela utgåvan på plats igen.",
        )
    return body  # type: ignore[no-any-return]


def _journal(body: dict[str, Any], out: Path | None, maps: Path | None) -> Journal:
    """Return the journal of a body, with the folders where they are now; a part without folder is left out."""
    parts = {}
    for role, folder in (("out", out), ("maps", maps)):
        if folder is not None:
            said = body["delar"][role]
            built = Path(said["byggt"]) if out is None else out / ".steg/produkter" / role
            parts[role] = Part(folder, built, said["nya"], said["bort"], said["fore"])
    return Journal(body["id"], body["tid"], Path(body["ut"]), parts)


# --- files ----------------------------------------------------------------------------------------------------


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return [found.st_size, found.st_mtime_ns]


def _inside(folder: Path, name: str) -> bool:
    return folder.resolve() in (folder / name).resolve().parents


def _move(file: Path, goal: Path) -> None:
    """Rename; where a link has led to another file system, copy."""
    try:
        file.replace(goal)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with files.replacing(goal) as beside:
            shutil.copy2(file, beside)
        file.unlink()


def _to_disk(part: Part) -> None:
    """Have every new file on the disk before the earlier one goes."""
    for name in part.new:
        _sync(part.goal(name))
    for folder in {part.goal(name).parent for name in part.new}:
        _sync(folder)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError) if path.is_dir() else contextlib.nullcontext():
            os.fsync(file)
    finally:
        os.close(file)


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr)
