"""A finished edition, read from its ``bredband.gpkg`` alone: the one in OUT, or one that was archived.

One file is what is kept, mailed and opened in QGIS; it stands only where the laws have held, and it carries
its run id, dates and sources. So a plan or a comparison tells of what a reader sees, not of half a new run.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core.errors import DataError, by_library
from pipelines.core.quoted import RunFacts, Source
from pipelines.formats import at_rest
from pipelines.tables.contracts import Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

FILE = "bredband.gpkg"


@dataclass(frozen=True)
class Edition:
    """One edition: its file, the facts of its run, its sources, and the columns of each of its tables."""

    path: Path
    facts: RunFacts
    sources: list[Source]
    columns: dict[str, set[str]]


def open_edition(out: Path, action: str) -> Edition:
    """Open the edition in a folder.

    Parameters
    ----------
    out : Path
        ``OUT`` of a finished run.
    action : str
        What to do when there is none, in Swedish.

    Raises
    ------
    DataError
        When there is no edition, or its file is no GeoPackage of this program.
    """
    path = out / FILE
    if not path.is_file():
        raise DataError("Det finns ingen färdig utgåva i mappen.", file=path, action=action)
    at_rest.check_readable(path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            names = [str(n) for (n,) in db.execute("SELECT table_name FROM gpkg_contents")]
            columns = {n: {str(c[0]) for c in db.execute(_COLUMNS, (n,))} for n in names}
            body = json.loads(db.execute(_METADATA).fetchone()[0])
        facts, sources = _facts(body["korning"]), [Source(**_texts(s)) for s in body["kallor"]]
    except (sqlite3.Error, ValueError, TypeError, KeyError, UnicodeError) as e:
        raise DataError(
            "Utgåvans GeoPackage går inte att läsa.",
            file=path,
            found=by_library("något annat", e),
            expected="en bredband.gpkg som «make coverage» har skrivit, med körningens uppgifter",
            action=action,
        ) from None
    _check_one_run(path, facts, action)
    return Edition(path, facts, sources, columns)


def _check_one_run(path: Path, facts: RunFacts, action: str) -> None:
    """See that the manifest beside, where the file still lies in its ``OUT``, is of the same run."""
    beside = path.with_name("manifest.json")
    try:
        run_id = json.loads(beside.read_text(encoding="utf-8"))["korning_id"] if beside.exists() else None
    except (ValueError, KeyError, TypeError):
        run_id = "oläsligt"
    if run_id not in (None, facts["korning_id"]):
        raise DataError(
            "Mappen innehåller delar av två utgåvor.",
            file=beside,
            expected=f"körning {facts['korning_id']}",
            found=f"körning {run_id}",
            action=action,
        )


def check_comparable(before: Edition, after: Edition, action: str) -> None:
    """Refuse to compare a demo with real figures, or two län; ``action`` is what to do about it, in Swedish."""
    if before.facts["demo"] != after.facts["demo"]:
        kinds = ["DEMO" if e.facts["demo"] else "verkliga uppgifter" for e in (before, after)]
        raise DataError(
            "En demo jämförs aldrig med verkliga uppgifter.",
            file=before.path,
            expected=f"{kinds[1]}, som i {after.path}",
            found=kinds[0],
            action=action,
        )
    if before.facts["lanskod"] != after.facts["lanskod"]:
        raise DataError(
            "Utgåvorna gäller olika län.",
            file=before.path,
            expected=f"{after.facts['lanskod']} ({after.facts['lan']})",
            found=f"{before.facts['lanskod']} ({before.facts['lan']})",
            action=action,
        )


_COLUMNS = "SELECT name FROM pragma_table_info(?)"
_METADATA = "SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json' ORDER BY id LIMIT 1"


def _facts(given: dict[str, Any]) -> RunFacts:
    kinds = {"demo": bool, "pts_ar": int, "scb_ar": int}
    for name in RunFacts.__required_keys__:
        if not isinstance(given[name], kinds.get(name, str)):
            raise TypeError(f"korning.{name}")
    for name in ("pts_datum", "senaste_indatadatum"):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", given[name]):
            raise ValueError(f"korning.{name}")
    notes = given.get("anmarkningar", [])
    if not isinstance(notes, list) or not all(isinstance(n, str) for n in notes):
        raise TypeError("korning.anmarkningar")
    if not re.fullmatch(r"[0-9a-f]{12}", given["korning_id"]):
        raise ValueError("korning.korning_id")
    return given  # type: ignore[return-value]


def _texts(source: dict[str, Any]) -> dict[str, Any]:
    return {
        k: tuple(map(str, source[k])) if k == "roles" else str(source[k])
        for k in ("publisher", "licence", "roles", "date")
    }


def read(edition: Edition, table: Table, columns: list[str], where: str = "") -> pd.DataFrame:
    """Read columns of one of the edition's tables, without geometry.

    Parameters
    ----------
    where : str
        SQL condition, written by the program itself, never from outside.

    Raises
    ------
    DataError
        When the table or a column is missing, or a value that may not lack one is empty.
    """
    _, rows = _arrow(edition, table, columns, where, geometry=False)
    frame: pd.DataFrame = rows.select(columns).to_pandas()
    for c in (table.column(n) for n in columns):
        if not c.nullable and frame[c.name].isna().any():
            raise DataError(
                f"Lagret «{table.name}» i utgåvan är inte helt.",
                file=edition.path,
                column=c.name,
                expected="ett värde på varje rad",
                found=f"{int(frame[c.name].isna().sum())} tomma",
                action="Gör om utgåvan med make coverage.",
            )
        if c.kind == "ja_nej":
            frame[c.name] = frame[c.name].astype("bool")
    return frame


def read_points(edition: Edition, table: Table, columns: list[str]) -> tuple[pd.DataFrame, NDArray[Any]]:
    """Read columns of a point layer, and its coordinates: float, shape (n, 2), EPSG:3006, metres."""
    import shapely

    name, rows = _arrow(edition, table, columns, "", geometry=True)
    points = shapely.from_wkb(rows[name].to_numpy(zero_copy_only=False))
    frame: pd.DataFrame = rows.select(columns).to_pandas()
    xy: NDArray[Any] = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return frame, xy


def read_shapes(edition: Edition, table: Table, columns: list[str], where: str) -> tuple[pd.DataFrame, NDArray[Any]]:
    """Read columns of a layer as :func:`read` does, and its geometries."""
    import shapely

    name, rows = _arrow(edition, table, columns, where, geometry=True)
    frame: pd.DataFrame = rows.select(columns).to_pandas()
    return frame, shapely.from_wkb(rows[name].to_numpy(zero_copy_only=False))


def _arrow(edition: Edition, table: Table, columns: list[str], where: str, geometry: bool) -> tuple[str, pa.Table]:
    import pyogrio

    known = edition.columns.get(table.name)
    lacking = [table.name] if known is None else [c for c in columns if c not in known]
    if lacking:
        what = "lagret" if known is None else f"kolumner i lagret «{table.name}»"
        raise DataError(
            f"Utgåvan saknar {what}.",
            file=edition.path,
            expected=", ".join(lacking[:10]),
            action="Den är gjord med en äldre version av programmet. Gör om den med make coverage.",
        )
    try:
        meta, rows = pyogrio.read_arrow(
            edition.path,
            layer=table.name,
            columns=columns,
            where=where or None,
            read_geometry=geometry,
            IMMUTABLE="YES",
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as e:
        raise DataError(
            f"Lagret «{table.name}» i utgåvan går inte att läsa.",
            file=edition.path,
            found=by_library("läsfel", e),
            action="Gör om utgåvan med make coverage.",
        ) from None
    return str(meta.get("geometry_name") or "geom"), rows
