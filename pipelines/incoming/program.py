"""The program itself, judged by content: which files a module really is made of, and sums of them.

A module is made of its own file, of those of ours that it imports (anywhere in it, but for types alone), of theirs in
turn, and of what lies beside them in the same package: templates, styles, scripts. The list of the steps is no part
of any step: what stands there is checked as a step runs.

Imports nothing heavy: make asks on every run.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pipelines
from pipelines.core import files
from pipelines.steps import NUMBERS, Step

if TYPE_CHECKING:
    import ast

ROOT = Path(pipelines.__file__).parent
NO_PART = "pipelines.steps"
REGION = "pipelines.config.region"
"""What every step is given."""
_RACY_NS = 2_000_000_000
"""As in :mod:`pipelines.incoming.listing`: changed less than this before it was read, a file is read again."""


def code_version() -> str:
    """Return a hash of the program itself: every module, script and template."""
    digest = hashlib.sha256(pipelines.__version__.encode())
    for name, path in sorted(_all_files()):
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def numbers_version() -> str:
    """Return a hash of what of the program decides numbers: every step to the laws and to what is published."""
    program = Program()
    return program.sum_of(program.of(REGION, *(step.module for step in NUMBERS)))


class File(NamedTuple):
    """A file of the program as it was read: when, what it held, what it names for import."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str
    imports: tuple[str, ...]


class Program:
    """The files of the program, each read once and again when it has changed.

    What was read is kept from one run to the next, where Python keeps the program's bytecode.
    """

    def __init__(self, root: Path = ROOT) -> None:
        remembered = root / "__pycache__" / "program.json"
        before = _remembered(remembered)
        self.files = {name: _look(path, before.get(name)) for name, path in _all_files(root)}
        self._modules = {_module(name): name for name in self.files if name.endswith(".py")}
        self._beside: dict[str, list[str]] = {}
        for name in self.files.keys() - self._modules.values():
            self._beside.setdefault(self._owner(name), []).append(name)
        if remembered.parent.is_dir() and before != self.files:
            with suppress(OSError):  # only remembered, so as not to read all again
                sure = {n: f for n, f in self.files.items() if _is_sure(f)}
                files.write_text(remembered, json.dumps({"reader": _reader(), "files": sure}))

    def of(self, *modules: str) -> set[str]:
        """Return the files that modules are made of, each with its packages."""
        found: set[str] = set()
        ahead = list(modules)
        while ahead:
            module = ahead.pop()
            name = self._modules.get(module)
            if name is None or name in found or module == NO_PART:
                continue
            found.add(name)
            ahead += [module.rpartition(".")[0], *self.files[name].imports]
            if name.endswith("/__init__.py"):
                found.update(self._beside.get(name, ()))
        return found

    def sum_of(self, names: Iterable[str] | None = None) -> str:
        """Return one checksum of these files; of all where none are named."""
        lines = (f"{self.files[n].sha256}  {n}\n" for n in sorted(self.files if names is None else names))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def sum_of_step(self, step: Step) -> str:
        """Return one checksum of what of the program a step's work depends on."""
        if step.code == "program":
            names = None
        else:
            names = self.of(REGION, *(s.module for s in (NUMBERS if step.code == "numbers" else (step,))))
        return hashlib.sha256(f"{self.sum_of(names)} {step.writes} {step.makes}".encode()).hexdigest()

    def _owner(self, name: str) -> str:
        """Return the package that a file which is no module lies in: the nearest above it."""
        folder = name
        while folder:
            folder = folder.rpartition("/")[0]
            if f"{folder}/__init__.py" in self.files:
                return f"{folder}/__init__.py"
        return ""


def _all_files(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Return every file of the program by its path from the folder that it lies in; not what Python leaves there."""
    for folder, inner, names in os.walk(root):
        inner[:] = [d for d in inner if d != "__pycache__" and not d.startswith(".")]
        where = Path(folder)
        within = where.relative_to(root.parent).as_posix()
        for name in names:
            if not name.startswith(".") and not name.endswith(".pyc"):
                yield f"{within}/{name}", where / name


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _look(path: Path, before: File | None) -> File:
    now = path.stat()
    stamp = now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino
    if before is not None and before[:4] == stamp:
        return before
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    if before is not None and before.sha256 == sha256:
        return File(*stamp, sha256, before.imports)
    return File(*stamp, sha256, _imports(body) if path.suffix == ".py" else ())


def _is_sure(file: File) -> bool:
    """Tell whether a file that is changed from now on gets another time than it has."""
    return max(file.mtime_ns, file.ctime_ns) < time.time_ns() - _RACY_NS


@cache
def _imports(body: bytes) -> tuple[str, ...]:
    """Return what a module may import: every name in an import statement, but for those that only types need."""
    import ast

    found: set[str] = set()
    try:
        ahead: list[ast.AST] = [ast.parse(body)]
    except SyntaxError:  # told by the step that imports it
        return ()
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.Import):
            found.update(a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update((node.module, *(f"{node.module}.{a.name}" for a in node.names)))
        for part in _BLOCKS if not _is_for_types(node) else ("orelse",):
            ahead += getattr(node, part, ())
    return tuple(sorted(name for name in found if name.partition(".")[0] == pipelines.__name__))


def _is_for_types(node: ast.AST) -> bool:
    """Tell whether a node is ``if TYPE_CHECKING``."""
    return getattr(getattr(node, "test", None), "id", "") == "TYPE_CHECKING"


_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements stand in others: an expression imports nothing."""


def _remembered(path: Path) -> dict[str, File]:
    """Return what was known last time; nothing when that cannot be read, or was found out in another way than now."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        rows = body["files"].items() if body["reader"] == _reader() else ()
        return {str(name): File(row[0], row[1], row[2], row[3], row[4], tuple(row[5])) for name, row in rows}
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return {}


@cache
def _reader() -> str:
    """Return the sum of this file, which says what a module's imports are."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
