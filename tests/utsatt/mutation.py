"""What a mutation is, what may come of it, and the tools that the mutators share for each format of file.

Nothing here comes from the product: files are written with openpyxl, pyogrio, sqlite3, csv, json and zipfile.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.utsatt.county import FILES

# What is right ----------------------------------------------------------------------------------------------

SAMMA = "samma"
"""An equivalent way of writing, or something that no figure is made of: every figure is the same."""
FEL = "fel"
"""A clear Swedish error that names the file and says what to do; exit code 2."""
RAKNAD = "räknad"
"""It may run and figures may change, but an entry of the ledger that names the file is new or another."""
VARNAD = "varnad"
"""As ``räknad``, and the entry is a warning or worse: a note among others («upplysning») is not enough."""
ANDRAD = "ändrad"
"""Figures may change without a word: a plausible value that no program can know to be wrong. Always with a reason."""


@dataclass(frozen=True)
class Mutation:
    """One way an input is written otherwise.

    Attributes
    ----------
    kind, name : str
        The kind of input; what the mutation is called (``kind/name`` is unique).
    do : callable
        Does it to a fresh county.
    right : frozenset of str
        The outcomes that are right: a clear error, counted, the same …
    what : str
        What happens to people's files, and where it is known from.
    why : str
        Why ``ändrad`` is among what is right.
    figures : callable, optional
        For a known right answer: from the figures of the unmutated county and those of this one to what is wrong.
    make : bool
        Run by make itself, not step by step: for what make reads (names of files and folders).
    """

    kind: str
    name: str
    do: Callable[[Case], None]
    right: frozenset[str]
    what: str = ""
    why: str = ""
    figures: Callable[[Figures, Figures], str] | None = None
    make: bool = False

    @property
    def full(self) -> str:
        return f"{self.kind}/{self.name}"

    def __post_init__(self) -> None:
        if (ANDRAD in self.right) != bool(self.why):
            raise ValueError(f"{self.full}: «ändrad» goes with a reason, and a reason with «ändrad»")


Figures = dict[str, dict[str, list[Any]]]
"""Table → column → values, rows in an order of their own."""


@dataclass
class Case:
    """A county of its own to mutate, and chance that is the same every time."""

    folder: Path
    random: random.Random
    said: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    """Other names by which an error may rightly name what is wrong than the changed files' own."""

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @property
    def config(self) -> Path:
        return self.folder / FILES["config"]

    def path(self, short: str) -> Path:
        """Return a file by its short name (``county.FILES``)."""
        return self.config if short == "config" else self.raw / FILES[short]

    def say(self, text: str) -> None:
        """Note what was changed, for the list of bad outcomes."""
        self.said.append(text)


class Collection:
    """The mutations of one kind of input, in the order they are written; ``file`` is the county's file of that kind."""

    def __init__(self, kind: str, file: str = "") -> None:
        self.kind = kind
        self.file = file
        self.mutations: list[Mutation] = []

    def add(
        self,
        name: str,
        do: Callable[[Case], None],
        *right: str,
        what: str = "",
        why: str = "",
        figures: Callable[[Figures, Figures], str] | None = None,
        make: bool = False,
    ) -> None:
        """Add one; ``right`` are the outcomes that are right."""
        self.mutations.append(Mutation(self.kind, name, do, frozenset(right), what, why, figures, make))

    def case(self, name: str, *right: str, **more: Any) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
        """Add the function that follows; its docstring is what happens."""

        def put(do: Callable[[Case], None]) -> Callable[[Case], None]:
            self.add(name, do, *right, what=" ".join((do.__doc__ or "").split()), **more)
            return do

        return put

    def changing(
        self, opened: Callable[[Path], contextlib.AbstractContextManager[Any]], name: str, *right: str, **more: Any
    ) -> Callable[[Callable[[Case, Any], None]], None]:
        """Add the function that follows: it changes what ``opened`` gives of the file, which is then saved."""

        def put(do: Callable[[Case, Any], None]) -> None:
            def change(case: Case) -> None:
                with opened(case.path(self.file)) as held:
                    do(case, held)

            self.add(name, change, *right, what=do.__doc__ or "", **more)

        return put


# Files -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def workbook(path: Path) -> Iterator[Any]:
    """Give a workbook to change; it is saved afterwards."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    yield book
    book.save(path)


@dataclass
class Table:
    """A list as text: its rows (header first), and how it is written."""

    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quoting: Any = csv.QUOTE_MINIMAL
    before: str = ""
    after: str = ""

    @property
    def header(self) -> list[str]:
        return self.rows[0]

    @property
    def body(self) -> list[list[str]]:
        return self.rows[1:]

    def at(self, column: str) -> int:
        return self.header.index(column)


@contextlib.contextmanager
def csv_table(path: Path) -> Iterator[Table]:
    """Give a list to change; it is written afterwards."""
    with path.open(encoding="utf-8", newline="") as f:
        table = Table([list(r) for r in csv.reader(f)])
    yield table
    text = io.StringIO()
    csv.writer(text, delimiter=table.delimiter, lineterminator=table.newline, quoting=table.quoting).writerows(
        table.rows
    )
    path.write_bytes((table.before + text.getvalue() + table.after).encode(table.encoding))


@contextlib.contextmanager
def json_body(path: Path) -> Iterator[list[Any]]:
    """Give a JSON body, as the only element of a list, to change or replace."""
    holder = [json.loads(path.read_text(encoding="utf-8"))]
    yield holder
    path.write_text(json.dumps(holder[0], ensure_ascii=False), encoding="utf-8")


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the GeoPackage in a zip (or the file itself) to change; it is packed again afterwards."""
    if path.suffix != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory(dir=path.parents[2]) as folder:
        with zipfile.ZipFile(path) as z:
            (name,) = z.namelist()
            z.extract(name, folder)
        yield Path(folder, name)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for p in sorted(Path(folder).iterdir()):
                z.write(p, p.name)


@dataclass
class Layer:
    """A layer to change: its rows, and how it is written."""

    frame: Any
    name: str
    geometry_name: str
    options: dict[str, Any] = field(default_factory=dict)
    """More for pyogrio (``layer_options`` apart)."""
    layer_options: dict[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def layer(path: Path) -> Iterator[Layer]:
    """Give the only layer of a GeoPackage (zipped or not) to change; the file is written anew afterwards."""
    import pyogrio

    with unpacked(path) as inside:
        ((name, _),) = pyogrio.list_layers(inside)
        info = pyogrio.read_info(inside, layer=name)
        held = Layer(pyogrio.read_dataframe(inside, layer=name), name, info["geometry_name"])
        yield held
        inside.unlink()
        pyogrio.write_dataframe(
            held.frame,
            inside,
            layer=held.name,
            driver="GPKG",
            **held.options,
            layer_options={"GEOMETRY_NAME": held.geometry_name, **held.layer_options},
        )


@contextlib.contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a GeoPackage (zipped or not) as the database it is; it is committed and closed afterwards."""
    with unpacked(path) as inside:
        db = sqlite3.connect(inside)
        yield db
        db.commit()
        db.close()


def text_of(path: Path, change: Callable[[str], str]) -> None:
    """Change a file's text."""
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def bytes_of(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file's bytes."""
    path.write_bytes(change(path.read_bytes()))


def copy(source: Path, goal: Path) -> None:
    """Copy a file or folder."""
    if source.is_dir():
        shutil.copytree(source, goal)
    else:
        shutil.copy2(source, goal)


def write_curve(path: Path) -> None:
    """Write a circle (CURVEPOLYGON) in the place of the first row's geometry, as GDAL writes one in a GeoPackage."""
    import struct

    import pyogrio

    with unpacked(path) as inside:
        frame = pyogrio.read_dataframe(inside)
        middle = frame.geometry.iloc[0].representative_point()
        x, y, r = middle.x, middle.y, 150.0
        points = [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)]
        ring = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<dd", *p) for p in points)
        blob = b"GP\0\x01" + struct.pack("<i", 3006) + struct.pack("<BII", 1, 10, 1) + ring
        db = sqlite3.connect(inside)
        table, column = db.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchone()
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        (row,) = db.execute(f'SELECT min(rowid) FROM "{table}"').fetchone()
        db.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (blob, row))
        db.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
        db.commit()
        db.close()
