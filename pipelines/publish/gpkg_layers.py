"""The layers of a GeoPackage: from a stage's Parquet file through Arrow into GDAL, in batches.

No geometry object is made per row: squares and points are bytes, computed. Memory is that of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
from numpy.typing import NDArray

from pipelines import grid
from pipelines.contracts import DECIMALS, Column, Table
from pipelines.errors import ContractError
from pipelines.files import EPSG
from pipelines.paths import Paths
from pipelines.publish.facts import DEMO_TEXT, RunFacts, demo_prefix, midnight

BATCH = 100_000
GEOMETRY = "geom"
_BORROWERS = ("kommuner", "lan")
SLIVER_M = 200
"""A hole in the län's outline that is nowhere wider than this is no hole, but generalisation."""
_TYPES = {"text": pa.string(), "heltal": pa.int64(), "decimal": pa.float64(), "ja_nej": pa.bool_()}


def write(path: Path, table: Table, paths: Paths, facts: RunFacts) -> None:
    """Write one layer into a GeoPackage 1.2, new or begun: contract columns in order, rounded, geometry.

    Cells are squares by arithmetic from ``rutid_scb``; points and gap areas come from the table itself (a
    gap area may lack its outline); ``kommuner`` and ``lan`` get their outlines from the table ``granser``.

    Raises
    ------
    ContractError
        When a value is missing in a column that may not lack one.
    """
    options: dict[str, str] = {
        "FID": "fid",
        "IDENTIFIER": demo_prefix(facts) + table.title,
        "DESCRIPTION": f"{DEMO_TEXT} {table.description}" if facts["demo"] else table.description,
    }
    geometry: dict[str, Any] = {}
    if table.geometry:
        nullable = "YES" if _own_outlines(table) else "NO"
        options |= {"GEOMETRY_NAME": GEOMETRY, "GEOMETRY_NULLABLE": nullable, "SPATIAL_INDEX": "YES"}
        geometry = {"geometry_name": GEOMETRY, "geometry_type": table.geometry, "crs": f"EPSG:{EPSG}"}
    begun = path.exists()
    with _gdal_settings(facts), _stream(table, paths) as rows:
        pyogrio.write_arrow(
            rows, path, layer=table.name, driver="GPKG", append=begun,
            dataset_options=None if begun else {"VERSION": "1.2"},
            layer_options=options, **geometry,
        )  # fmt: skip


@contextmanager
def _stream(table: Table, paths: Paths) -> Iterator[pa.RecordBatchReader]:
    """Give the rows as a stream; what goes wrong in it is raised as it was, not as GDAL tells it."""
    fields = [pa.field(c.name, _TYPES[c.kind], nullable=c.nullable) for c in table.columns]
    if table.geometry:
        fields.append(pa.field(GEOMETRY, pa.large_binary()))
    schema = pa.schema(fields)
    failures: list[Exception] = []

    def guarded() -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(paths.table(table.name)) as file:
                yield from _batches(file, table, schema, paths)
        except Exception as e:
            failures.append(e)
            raise

    try:
        yield pa.RecordBatchReader.from_batches(schema, guarded())
    except RuntimeError:
        if failures:
            raise failures[0] from None
        raise


@contextmanager
def _gdal_settings(facts: RunFacts) -> Iterator[None]:
    """No journal and no flush (a broken file is thrown away whole); a time stamp from the inputs."""
    settings = {
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
        "OGR_SQLITE_JOURNAL": "OFF",
        "OGR_CURRENT_DATE": midnight(facts),
    }
    pyogrio.set_gdal_config_options(settings)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(settings))


def _batches(file: pq.ParquetFile, table: Table, schema: pa.Schema, paths: Paths) -> Iterator[pa.RecordBatch]:
    own = table.geometry == "Point" or _own_outlines(table)
    outlines = _outlines(table, paths) if table.geometry == "MultiPolygon" and not own else {}
    names = [*table.names, "geometry"] if own else table.names
    for batch in file.iter_batches(BATCH, columns=names):
        arrays = [_values(batch.column(c.name), c, table) for c in table.columns]
        if table.geometry == "Polygon":
            arrays.append(_squares(batch.column("rutid_scb")))
        elif table.geometry == "Point":
            arrays.append(_points(batch.column("geometry")))
        elif own:
            geometry = batch.column("geometry")
            arrays.append(pc.cast(getattr(geometry, "storage", geometry), pa.large_binary()))
        elif table.geometry == "MultiPolygon":
            arrays.append(
                pa.array([outlines[k] for k in batch.column(table.key[0]).to_pylist()], pa.large_binary())
            )
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _values(array: pa.Array, column: Column, table: Table) -> pa.Array:
    if not column.nullable and array.null_count:
        raise ContractError(
            f"Tabellen «{table.name}» följer inte sitt kontrakt.",
            column=column.name, expected="ett värde på varje rad", found=f"{array.null_count} tomma",
            action="Det är ett fel i programmet, rapportera det.",
        )  # fmt: skip
    array = pc.cast(array, _TYPES[column.kind])
    if column.kind == "decimal":
        array = pc.add(pc.round(array, DECIMALS), 0.0)  # the sum turns -0.0 into 0.0
    return array


def _own_outlines(table: Table) -> bool:
    """Say whether the stage's table holds polygons itself; kommuner and län borrow theirs."""
    return table.geometry == "MultiPolygon" and table.name not in _BORROWERS


def _squares(rutid_scb: pa.Array) -> pa.Array:
    return _binary(grid.wkb_squares(pc.cast(rutid_scb, pa.int64()).to_numpy(zero_copy_only=False)))


def _points(xy: pa.Array) -> pa.Array:
    storage = getattr(xy, "storage", xy)
    out = np.zeros(len(storage), dtype=[("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
    out["order"], out["type"] = 1, 1
    out["x"] = storage.field("x").to_numpy(zero_copy_only=False)
    out["y"] = storage.field("y").to_numpy(zero_copy_only=False)
    return _binary(out)


def _binary(rows: NDArray[Any]) -> pa.Array:
    """Return rows of equal size as an Arrow binary array without copying a byte."""
    offsets = np.arange(len(rows) + 1, dtype=np.int64) * rows.dtype.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows))]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(rows), buffers)


def _outlines(table: Table, paths: Paths) -> dict[str, bytes]:
    """Return WKB MultiPolygons by the table's key: kommuner as they are, the län as their union."""
    import shapely

    bounds = pq.read_table(
        paths.table("granser"), columns=["kommunkod", "i_lan", "geometry"], filters=[("i_lan", "=", True)]
    ).sort_by("kommunkod")
    geometry = bounds["geometry"].combine_chunks()
    shapes = shapely.from_wkb(np.asarray(getattr(geometry, "storage", geometry).to_pylist(), dtype=object))
    codes = bounds["kommunkod"].to_pylist()
    if table.name == "lan":
        lan = pq.read_table(paths.table("lan"), columns=["lanskod"])["lanskod"].to_pylist()
        codes, shapes = lan, np.array([_without_slivers(shapely.union_all(shapes))], dtype=object)
    turned = shapely.orient_polygons(_multi(shapes))  # exterior rings counter-clockwise
    return dict(zip(codes, shapely.to_wkb(turned).tolist(), strict=True))


def _without_slivers(shape: Any) -> Any:
    """Return a union without the thin holes that generalised outlines leave between neighbours."""
    import shapely

    holes = [shapely.Polygon(ring) for part in shapely.get_parts(shape) for ring in part.interiors]
    thin = [h for h in holes if shapely.buffer(h, -SLIVER_M / 2).is_empty]
    return shapely.union_all([shape, *thin])


def _multi(shapes: NDArray[Any]) -> NDArray[Any]:
    import shapely

    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    shapes = shapes.copy()
    shapes[single] = [shapely.multipolygons([s]) for s in shapes[single]]
    return shapes
