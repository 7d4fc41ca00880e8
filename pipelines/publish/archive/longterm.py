"""The layers of each GeoPackage once more, in formats that need no program of ours: CSV and GML 3.2.

Every layer becomes CSV. A layer of areas (kommuner, gap areas) becomes GML as well; a cell is known by its
id, which is its corner, and a point by its coordinates, so both are whole in CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.files import EPSG
from pipelines.publish.archive.formats import layers
from pipelines.publish.workbook.safe import FORMULA_STARTS

if TYPE_CHECKING:
    from pipelines.publish.archive.order import Order

FOLDER = "langtid"
PREFIX = "bb"
"""Namespace prefix in GML."""
AREAS = ("Polygon", "MultiPolygon")
CELL_ID = "rutid_scb"


def write_all(order: Order, bag: Path) -> None:
    """Write every layer of every GeoPackage of the package: ``langtid/<file>/<layer>.csv`` and ``.gml``."""
    for package in sorted(p for p in bag.rglob("*.gpkg") if FOLDER not in p.relative_to(bag).parts):
        folder = bag / FOLDER / package.stem
        folder.mkdir(parents=True, exist_ok=True)
        for layer in layers(package):
            kind, columns = _about(package, layer)
            write_csv(package, layer, folder / f"{layer}.csv")
            if kind in AREAS and CELL_ID not in columns:
                write_gml(package, layer, folder / f"{layer}.gml", order.region.publicering.bas_url)


def _about(package: Path, layer: str) -> tuple[str, list[str]]:
    import pyogrio

    info = pyogrio.read_info(package, layer=layer)
    return str(info["geometry_type"] or ""), [str(f) for f in info["fields"]]


def write_csv(package: Path, layer: str, path: Path) -> None:
    """Write a layer as CSV: UTF-8, comma, decimal point, texts in quotes, ``ja``/``nej``, empty for none.

    A point layer gets ``e_m`` and ``n_m`` (SWEREF 99 TM, metres). Text that a spreadsheet would run as a
    formula gets an apostrophe before it, as in the other CSV files.
    """
    import pyarrow.csv as pcsv
    import pyogrio

    points = _about(package, layer)[0] == "Point"
    with (
        pyogrio.open_arrow(package, layer=layer, read_geometry=points, batch_size=50_000, use_pyarrow=True)
        as (meta, reader),
        path.open("wb") as out,
    ):  # fmt: skip
        geometry = str(meta["geometry_name"] or "geom") if points else ""
        fields = [n for n in reader.schema.names if n != geometry]
        names = [*fields, "e_m", "n_m"] if points else fields
        out.write((",".join(names) + "\n").encode())
        options = pcsv.WriteOptions(include_header=False, quoting_style="needed", eol="\n")
        for batch in reader:
            columns = [_plain(batch.column(n)) for n in fields]
            if points:
                columns += _coordinates(batch.column(geometry))
            pcsv.write_csv(pa.RecordBatch.from_arrays(columns, names=names), out, options)


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "ja", "nej")
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        formula = pc.match_substring_regex(column, "^[" + "".join(f"\\{c}" for c in FORMULA_STARTS[:4])
                                           + "\\t\\r\\n" + "".join(FORMULA_STARTS[7:]) + "]")  # fmt: skip
        if pc.any(formula).as_py():
            return pc.if_else(formula, pc.binary_join_element_wise("'", column, ""), column)
    return column


def _coordinates(column: pa.Array) -> list[pa.Array]:
    import shapely

    points = shapely.from_wkb(np.asarray(column.to_pylist(), dtype=object))
    return [pa.array(shapely.get_x(points)), pa.array(shapely.get_y(points))]


def write_gml(package: Path, layer: str, path: Path, namespace: str) -> None:
    """Write a layer as GML 3.2 (simple features, level SF-0) with its schema beside it.

    The reference system is named ``urn:ogc:def:crs:EPSG::3006``, so coordinates stand in the order that the
    EPSG register gives it: **northing, easting**.
    """
    import pyogrio

    with pyogrio.open_arrow(package, layer=layer, batch_size=10_000, use_pyarrow=True) as (meta, reader):
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(reader.schema, _batches(reader)), path, layer=layer, driver="GML",
            geometry_name=meta["geometry_name"], geometry_type=meta["geometry_type"], crs=f"EPSG:{EPSG}",
            dataset_options={
                "FORMAT": "GML3.2", "TARGET_NAMESPACE": f"{namespace}/gml", "PREFIX": PREFIX,
                "SRSNAME_FORMAT": "OGC_URN", "XSISCHEMA": "EXTERNAL",
            },
        )  # fmt: skip


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    yield from reader
