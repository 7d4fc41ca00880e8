"""The layers of a GeoPackage: GDAL makes the empty tables, the rows go from Parquet through Arrow into SQLite.

Written by SQLite itself since GDAL gives every square an envelope a third of its size (which a reader that has
the spatial index never looks at) and an R-tree two thirds empty: together a tenth of the file. No geometry object
is made per row: squares and points are bytes, computed. Memory is that of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.core import cell_grid
from pipelines.core.errors import ContractError
from pipelines.core.files import EPSG
from pipelines.core.paths import Paths
from pipelines.core.quoted import RunFacts
from pipelines.publish.geopackage import gpkg_arrow, gpkg_rtree
from pipelines.publish.words.edition_facts import demo_prefix, marked, midnight
from pipelines.tables.contracts import DECIMALS, Column, Table

if TYPE_CHECKING:
    from adbc_driver_sqlite.dbapi import Cursor

BATCH = 50_000
GEOMETRY = "geom"
PAGE = 16_384
"""Bytes a page: rows of 270 bytes leave less of it empty than of GDAL's 4 096, and a window reads few pages."""
_BORROWERS = ("kommuner", "lan")
_CELL = "rutid_scb"
"""A table of polygons that has it is one of cells, whose squares are arithmetic."""
SLIVER_M = 200
"""A hole in the län's outline that is nowhere wider than this is no hole, but generalisation."""
_TYPES = {"text": pa.string(), "heltal": pa.int64(), "decimal": pa.float64(), "ja_nej": pa.bool_()}
_HEADER = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4")])
"""Head of a GeoPackage geometry; an envelope may follow, of four numbers where the flags say so."""
_ENVELOPE = 0b10

Batch = tuple[list[pa.Array], NDArray[Any] | None, NDArray[np.float64]]
"""A batch's columns, geometries (None for a table without), and each row's bounds (min x, min y, max x, max y; NaN for
none)."""


@dataclass(frozen=True)
class Layer:
    """A layer to be: its table, its rows batch by batch, read when they are written, and the first ``fid``."""

    table: Table
    rows: Iterator[Batch]
    first: int = 1


def layer(table: Table, paths: Paths, kept: NDArray[np.bool_] | None = None, edition: str = "") -> Layer:
    """Return a step's table as a layer to be: of the rows ``kept`` only, where given.

    Parameters
    ----------
    edition : str
        How the step's name of the table begins, before the layer's: ``oppen_``.
    """
    return Layer(table, batches(table, paths, kept, edition))


def write(path: Path, layers: Sequence[Layer], facts: RunFacts) -> None:
    """Write layers into a new GeoPackage 1.2: contract columns in order, rounded, geometry.

    Cells are squares by arithmetic from ``rutid_scb``; points and gap areas come from the table itself (a
    gap area may lack its outline); ``kommuner`` and ``lan`` get their outlines from the table ``granser``.

    Raises
    ------
    ContractError
        When a value is missing in a column that may not lack one.
    """
    for x in layers:
        create(path, x.table, facts)
    with gpkg_arrow.opened(path) as db:
        for x in layers:
            box = _inserted(db, x)
            _told(db, x, box)
            if x.table.geometry:
                drawn = np.flatnonzero(~np.isnan(box[:, 0]))
                gpkg_rtree.fill(db, f"rtree_{x.table.name}_{GEOMETRY}", drawn + x.first, box[drawn])


def create(path: Path, table: Table, facts: RunFacts) -> None:
    """Make an empty layer as GDAL makes it: tables, triggers, and what a GeoPackage says of its contents."""
    import pyogrio

    options: dict[str, str] = {
        "FID": "fid",
        "IDENTIFIER": demo_prefix(facts) + table.title,
        "DESCRIPTION": marked(table.description, facts),
    }
    fields = [pa.field(c.name, _TYPES[c.kind], nullable=c.nullable) for c in table.columns]
    geometry: dict[str, Any] = {}
    if table.geometry:
        nullable = "YES" if _own_outlines(table) else "NO"
        options |= {"GEOMETRY_NAME": GEOMETRY, "GEOMETRY_NULLABLE": nullable, "SPATIAL_INDEX": "YES"}
        geometry = {"geometry_name": GEOMETRY, "geometry_type": table.geometry, "crs": f"EPSG:{EPSG}"}
        fields.append(pa.field(GEOMETRY, pa.large_binary()))
    begun = path.exists()
    with _gdal_settings(facts):
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(pa.schema(fields), []),
            path,
            layer=table.name,
            driver="GPKG",
            append=begun,
            dataset_options=None if begun else {"VERSION": "1.2"},
            layer_options=options,
            **geometry,
        )


@contextmanager
def _gdal_settings(facts: RunFacts) -> Iterator[None]:
    """No journal and no flush (a broken file is thrown away whole); a time stamp from the inputs."""
    import pyogrio

    settings = {
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
        "OGR_SQLITE_JOURNAL": "OFF",
        "OGR_SQLITE_PRAGMA": f"page_size={PAGE}",
        "OGR_CURRENT_DATE": midnight(facts),
    }
    pyogrio.set_gdal_config_options(settings)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(settings))


def _inserted(db: Cursor, of: Layer) -> NDArray[np.float64]:
    """Have SQLite insert the rows of an empty layer; return their bounds."""
    name, boxes, fid = of.table.name, [np.empty((0, 4))], of.first
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = db.execute(sql, (name,)).fetchall()
    for trigger, _ in triggers:  # they call functions of GDAL's
        db.execute(f'DROP TRIGGER "{trigger}"')
    for columns, geometries, box in of.rows:
        shapes = [] if geometries is None else [gpkg_arrow.binary(geometries)]
        gpkg_arrow.insert(db, name, pa.array(np.arange(fid, fid + len(box))), *shapes, *columns)
        boxes.append(box)
        fid += len(box)
    for _, sql in triggers:
        db.execute(sql)
    return np.concatenate(boxes)


def _told(db: Cursor, of: Layer, box: NDArray[np.float64]) -> None:
    """Say of a filled layer how many rows it has, and where they lie."""
    name = of.table.name
    db.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (len(box), name))
    drawn = ~np.isnan(box[:, 0])
    if drawn.any():
        whole = (*box[drawn, :2].min(axis=0).tolist(), *box[drawn, 2:].max(axis=0).tolist())
        sql = "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?"
        db.execute(sql, (*whole, name))


def batches(table: Table, paths: Paths, kept: NDArray[np.bool_] | None = None, edition: str = "") -> Iterator[Batch]:
    """Give a step's table batch by batch, as it is stored; see :func:`layer`."""
    own = table.geometry == "Point" or _own_outlines(table)
    outlines = _outlines(table, paths, edition) if table.geometry == "MultiPolygon" and not own else {}
    names = [*table.names, "geometry"] if own else table.names
    at = 0
    with pq.ParquetFile(paths.table(edition + table.name)) as file:
        for batch in file.iter_batches(BATCH, columns=names):
            start, at = at, at + len(batch)
            if kept is not None:
                batch = batch.filter(pa.array(kept[start:at]))
            columns = [_rounded(batch.column(c.name), c, table) for c in table.columns]
            if table.geometry == "Point":
                yield columns, *_points(batch.column("geometry"))
            elif own:
                geometry = batch.column("geometry")
                wkb = getattr(geometry, "storage", geometry).to_pylist()
                yield columns, *_outlined(wkb, turned="Polygon" in table.geometry)
            elif table.geometry == "Polygon":
                yield columns, *_squares(batch.column(_CELL))
            elif table.geometry == "MultiPolygon":
                yield columns, *_outlined([outlines[k] for k in batch.column(table.key[0]).to_pylist()], turned=False)
            else:
                yield columns, None, np.full((len(batch), 4), np.nan)


def _rounded(array: pa.Array, column: Column, table: Table) -> pa.Array:
    if not column.nullable and array.null_count:
        raise ContractError(
            f"Tabellen «{table.name}» följer inte sitt kontrakt.",
            column=column.name,
            expected="ett värde på varje rad",
            found=f"{array.null_count} tomma",
            action="Det är ett fel i programmet, rapportera det.",
        )
    array = pc.cast(array, _TYPES[column.kind])
    if column.kind == "decimal":
        array = pc.add(pc.round(array, DECIMALS), 0.0)  # the sum turns -0.0 into 0.0
    return array


def _own_outlines(table: Table) -> bool:
    """Say whether the stage's table holds polygons, or lines, itself; kommuner and län borrow theirs."""
    borrows = table.name in _BORROWERS or (table.geometry == "Polygon" and _CELL in table.names)
    return table.geometry not in ("", "Point") and not borrows


def _squares(rutid_scb: pa.Array) -> tuple[NDArray[Any], NDArray[np.float64]]:
    ids = pc.cast(rutid_scb, pa.int64()).to_numpy(zero_copy_only=False)
    corner = np.column_stack(cell_grid.corner(ids)).astype(np.float64)
    return _headed(cell_grid.wkb_squares(ids)), np.column_stack([corner, corner + cell_grid.CELL_M])


def _points(xy: pa.Array) -> tuple[NDArray[Any], NDArray[np.float64]]:
    storage = getattr(xy, "storage", xy)
    out = np.zeros(len(storage), dtype=[("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
    out["order"], out["type"] = 1, 1
    out["x"] = storage.field("x").to_numpy(zero_copy_only=False)
    out["y"] = storage.field("y").to_numpy(zero_copy_only=False)
    return _headed(out.view(f"V{out.dtype.itemsize}")), np.column_stack([out["x"], out["y"], out["x"], out["y"]])


def _outlined(wkb: list[bytes | None], turned: bool) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return polygons or lines with an envelope: it spares a reader the taking apart of a long outline."""
    import shapely

    shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    bounds = shapely.bounds(shapes)
    if turned:
        wkb = shapely.to_wkb(shapely.orient_polygons(shapes)).tolist()  # exterior rings counter-clockwise
    box = np.ascontiguousarray(bounds[:, [0, 2, 1, 3]], dtype="<f8").view("V32")[:, 0]
    heads = _headed(box, _ENVELOPE).tolist()
    out = np.empty(len(wkb), dtype=object)
    out[:] = [None if w is None else head + w for head, w in zip(heads, wkb, strict=True)]
    return out, bounds


def _headed(wkb: NDArray[Any], flags: int = 0) -> NDArray[Any]:
    """Return geometries of equal size as GeoPackage has them: little-endian, in SWEREF 99 TM."""
    out = np.zeros(len(wkb), dtype=[("head", _HEADER), ("wkb", wkb.dtype)])
    out["head"]["magic"], out["head"]["flags"], out["head"]["srs"] = b"GP", flags | 1, EPSG
    out["wkb"] = wkb
    return out.view(f"V{out.dtype.itemsize}")


def _outlines(table: Table, paths: Paths, edition: str) -> dict[str, bytes]:
    """Return WKB MultiPolygons by the table's key: kommuner as they are, the län as their union."""
    import shapely

    bounds = pq.read_table(
        paths.table("granser"), columns=["kommunkod", "i_lan", "geometry"], filters=[("i_lan", "=", True)]
    ).sort_by("kommunkod")
    geometry = bounds["geometry"].combine_chunks()
    shapes = shapely.from_wkb(np.asarray(getattr(geometry, "storage", geometry).to_pylist(), dtype=object))
    codes = bounds["kommunkod"].to_pylist()
    if table.name == "lan":
        lan = pq.read_table(paths.table(f"{edition}lan"), columns=["lanskod"])["lanskod"].to_pylist()
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
