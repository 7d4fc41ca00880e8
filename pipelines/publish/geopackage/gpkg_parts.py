"""``rutnat_delar`` in the GeoPackage: a view, since nine of ten cells lie whole in one kommun and one class.

There the part's row is the cell's own, and storing it twice would be a seventh of the file. Stored are the rows of
divided cells, in a table beside; the view gives both. Which rows the grid says already is seen on the values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.errors import ContractError
from pipelines.publish.geopackage import gpkg_extras, gpkg_layers
from pipelines.tables.summary_tables import DELAR, RUTNAT

if TYPE_CHECKING:
    import sqlite3

    from numpy.typing import NDArray

    from pipelines.core.paths import Paths

STORED = replace(DELAR, name="rutnat_delade")
"""The table behind the view: it is no layer of its own."""
FIRST = 10_000_001
"""``fid`` of its first row: above every cell's, of whom the whole country has fewer."""
_KEY = "rutid_scb"


def layer(paths: Paths) -> gpkg_layers.Layer:
    """Return the table :data:`STORED` as a layer to be.

    Raises
    ------
    ContractError
        When a cell has no part.
    """
    return gpkg_layers.Layer(STORED, gpkg_layers.batches(DELAR, paths, divided(paths)), FIRST)


def add_view(db: sqlite3.Connection, paths: Paths) -> None:
    """Put the view in the place of the table :data:`STORED`, which is filled, as a layer."""
    gpkg_extras.add_indexes(db, [STORED])
    listed = ", ".join(f'"{n}"' for n in DELAR.names)
    db.execute(
        f'CREATE VIEW "{DELAR.name}" AS SELECT fid, {listed} FROM "{RUTNAT.name}" AS c WHERE NOT EXISTS '
        f'(SELECT 1 FROM "{STORED.name}" AS d WHERE d.{_KEY} = c.{_KEY}) '
        f'UNION ALL SELECT fid, {listed} FROM "{STORED.name}"'
    )
    for name in ("insert", "delete"):
        db.execute(f'DROP TRIGGER "trigger_{name}_feature_count_{STORED.name}"')
    for table in ("gpkg_contents", "gpkg_ogr_contents"):
        db.execute(f"UPDATE {table} SET table_name = ? WHERE table_name = ?", (DELAR.name, STORED.name))
    rows = pq.read_metadata(paths.table(DELAR.name)).num_rows
    db.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (rows, DELAR.name))


def divided(paths: Paths) -> NDArray[np.bool_]:
    """Say of each part whether it must be stored: not where it is its cell's only one, and says the same.

    Raises
    ------
    ContractError
        When a cell has no part.
    """
    files = {table: pq.ParquetFile(paths.table(table)) for table in (RUTNAT.name, DELAR.name)}

    def column(table: str, name: str) -> pa.Array:
        return files[table].read(columns=[name])[name].combine_chunks()

    cells = column(RUTNAT.name, _KEY)
    place = pc.index_in(column(DELAR.name, _KEY), value_set=cells)
    parts = np.bincount(place.drop_null().to_numpy(), minlength=len(cells))
    if not parts.all():
        raise ContractError(
            f"Tabellen «{DELAR.name}» saknar rutor.",
            expected="minst en del för varje ruta",
            found=f"{int((parts == 0).sum())} rutor utan del",
            action="Det är ett fel i programmet, rapportera det.",
        )
    alone = pc.is_valid(place).to_numpy(zero_copy_only=False)
    alone &= parts[pc.fill_null(place, 0).to_numpy()] == 1
    for name in DELAR.names:
        part, cell = column(DELAR.name, name), column(RUTNAT.name, name).take(place)
        same = pc.or_(pc.fill_null(pc.equal(part, cell), False), pc.and_(pc.is_null(part), pc.is_null(cell)))
        alone &= same.to_numpy(zero_copy_only=False)
    return ~alone
