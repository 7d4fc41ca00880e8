"""What the package holds: the run's own products, its documentation, configuration and program."""

from __future__ import annotations

import csv
import filecmp
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pipelines
from pipelines.core.errors import DataError
from pipelines.formats import at_rest
from pipelines.incoming.program import code_version
from pipelines.install import installed
from pipelines.install.put_in_place import built_names, place
from pipelines.orders.archive.archive_order import RUN_FIRST
from pipelines.orders.archive.checks import schemas
from pipelines.publish.workbook.csvs import EOL
from pipelines.tables.contracts import BASIS_TEXT, Column, Table

if TYPE_CHECKING:
    from pipelines.core.paths import Paths
    from pipelines.orders.archive.archive_order import Order

ROOT = Path(pipelines.__file__).parents[1]
"""Folder of the program."""
INTERNAL, OPEN = "produkter/intern", "produkter/oppen"
DOCUMENTATION, CONFIGURATION, PROGRAM = "dokumentation", "konfiguration", "program"
SCHEMAS = f"{DOCUMENTATION}/scheman"
DICTIONARY_FILE = f"{DOCUMENTATION}/datalexikon.csv"
DICTIONARY = Table(
    "datalexikon",
    "Datalexikon",
    "Varje kolumn i bredband.gpkg.",
    (
        Column("lager", "text", "Lager"),
        Column("kolumn", "text", "Kolumn"),
        Column("alias", "text", "Alias"),
        Column("typ", "text", "Typ", values=("text", "heltal", "decimal", "ja_nej")),
        Column("enhet", "text", "Enhet", nullable=True),
        Column("kand_genom", "text", "Känd genom", values=tuple(BASIS_TEXT)),
        Column("klass", "text", "Klass", values=("intern", "oppen", "band")),
        Column("kan_vara_tom", "ja_nej", "Kan vara tom"),
        Column("betydelse", "text", "Betydelse", nullable=True),
    ),
    key=("lager", "kolumn"),
)
PROGRAM_FILES = ("Makefile", "README.md", "pyproject.toml", "requirements.lock", "requirements-dev.lock")


@dataclass(frozen=True)
class Product:
    """One product: where it stands, and where in the package it goes."""

    file: Path
    goal: str


def products(order: Order, paths: Paths) -> list[Product]:
    """Return the products of the run that belong in the package, in order of name.

    Only what the run built counts: a stranger's file in ``MAPS`` is not published by lying there.

    Raises
    ------
    DataError
        When a product is missing, or is not the one that the run put in place.
    """
    parts = [("out", paths.out, INTERNAL)] if order.internal else []
    out, wrong = [], []
    for part, folder, goal in (*parts, ("maps", paths.maps, OPEN)):
        for name in at_rest.GEOPACKAGES[part]:
            at_rest.check_readable(folder / name)
        # Also what was put in place and is no longer among the built: then a run broke off half-way.
        for name in sorted({*built_names(paths.built(part)), *installed.read(folder)}):
            built, file = paths.built(part) / name, folder / name
            if not (built.is_file() and file.is_file() and _same(built, file)):
                wrong.append(str(file))
            out.append(Product(file, f"{goal}/{name}"))
    if wrong or not out:
        raise DataError(
            "Utgåvan är inte hel: produkter saknas eller är inte de som körningen lade på plats.",
            details=wrong[:20],
            action=RUN_FIRST,
        )
    return out


def _same(built: Path, file: Path) -> bool:
    return built.samefile(file) or filecmp.cmp(built, file, shallow=False)


def left_out(taken: list[Product], paths: Paths) -> list[str]:
    """Return the files under ``MAPS`` that the run did not make, and the package therefore lacks."""
    known = {p.goal for p in taken}
    found = sorted(p for p in paths.maps.rglob("*") if p.is_file() and not p.name.startswith("."))
    names = [p.relative_to(paths.maps).as_posix() for p in found]
    return [n for n in names if f"{OPEN}/{n}" not in known and n != "README.md"]


def lay_out(order: Order, taken: list[Product], paths: Paths, bag: Path) -> None:
    """Lay the products (linked where possible), documentation, configuration and program in ``bag``."""
    for product in taken:
        place(product.file, bag / product.goal)
    for page in sorted((ROOT / "docs").glob("*.md")):
        _copy(page, bag / DOCUMENTATION / page.name)
    for file in sorted(p for p in schemas.FOLDER.rglob("*") if p.is_file()):
        _copy(file, bag / SCHEMAS / file.relative_to(schemas.FOLDER))
    if order.internal:
        _write_exactly(bag / DICTIONARY_FILE, dictionary())
        _copy(paths.config, bag / CONFIGURATION / paths.config.name)
        if same_program(order):
            for file in program_files():
                _copy(file, bag / PROGRAM / file.relative_to(ROOT))


def _copy(file: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, goal)


def _write_exactly(goal: Path, text: str) -> None:
    goal.write_text(text, encoding="utf-8", newline="")


def same_program(order: Order) -> bool:
    """Say whether the program that stands here is the one that made the edition."""
    return order.code == code_version()[:12]


def program_files() -> list[Path]:
    """Return the program as text: modules, scripts, templates, Makefile, locked versions of libraries."""
    code = Path(pipelines.__file__).parent
    found = (p for p in code.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    own = [p for p in found if not p.name.startswith(".")]
    return sorted([*own, *(ROOT / n for n in PROGRAM_FILES if (ROOT / n).exists())])


def dictionary() -> str:
    """Return the data dictionary of ``bredband.gpkg`` as CSV, a row a column, from the contracts."""
    from pipelines.publish.products import LAYERS

    out = io.StringIO()
    writer = csv.writer(out, lineterminator=EOL)
    writer.writerow(DICTIONARY.names)
    writer.writerows(
        [t.name, c.name, c.alias, c.kind, c.unit, c.basis, c.klass, "ja" if c.nullable else "nej", c.description]
        for t in LAYERS
        for c in t.columns
    )
    return out.getvalue()
