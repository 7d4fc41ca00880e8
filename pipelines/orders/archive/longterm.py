"""The layers of each GeoPackage once more, in formats that need no program of ours: CSV and GML 3.2.

Every layer becomes CSV. A layer of areas or lines (kommuner, gap areas) becomes GML as well; a cell is known by its
id, which is its corner, and a point by its coordinates, so both are whole in CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.files import EPSG
from pipelines.orders.archive.checks.archive_formats import layers
from pipelines.publish.products import OPEN_GPKG
from pipelines.publish.workbook.csvs import EOL
from pipelines.publish.workbook.safe import FORMULA_STARTS
from pipelines.tables.contracts import DECIMALS

if TYPE_CHECKING:
    from pipelines.orders.archive.archive_order import Order
    from pipelines.tables.contracts import Column, Table

FOLDER = "langtid"
PREFIX = "bb"
"""Namespace prefix in GML."""
_LARGE = 1e10
"""From here on Arrow writes a float with an exponent; small ones it does not, to the decimals files hold."""
SHAPES = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")
CELL_ID = "rutid_scb"
COORDINATES = ("e_m", "n_m")
_DIGITS = 19
"""Digits of a decimal number in all, the most GDAL takes: with six decimals that is ten million million kronor."""


def write_all(order: Order, bag: Path) -> None:
    """Write every layer of every GeoPackage of the package: ``langtid/<file>/<layer>.csv`` and ``.gml``."""
    for package in sorted(p for p in bag.rglob("*.gpkg") if FOLDER not in p.relative_to(bag).parts):
        folder = bag / FOLDER / package.stem
        folder.mkdir(parents=True, exist_ok=True)
        for layer in layers(package):
            kind, columns = _about(package, layer)
            write_csv(package, layer, folder / f"{layer}.csv")
            if kind in SHAPES and CELL_ID not in columns:
                write_gml(package, layer, folder / f"{layer}.gml", order.region.publicering.bas_url)


def _about(package: Path, layer: str) -> tuple[str, list[str]]:
    import pyogrio

    info = pyogrio.read_info(package, layer=layer)
    return str(info["geometry_type"] or ""), [str(f) for f in info["fields"]]


def write_csv(package: Path, layer: str, path: Path) -> None:
    """Write a layer as CSV: UTF-8, comma, decimal point, no exponent, ``ja``/``nej``, empty for none.

    A point layer gets ``e_m`` and ``n_m`` (SWEREF 99 TM, metres). Text that a spreadsheet would run as a
    formula gets an apostrophe before it, as in the other CSV files.
    """
    import pyarrow.csv as pcsv
    import pyogrio

    points = _about(package, layer)[0] == "Point"
    with (
        pyogrio.open_arrow(package, layer=layer, read_geometry=points, batch_size=50_000, use_pyarrow=True) as (
            meta,
            reader,
        ),
        path.open("wb") as out,
    ):
        geometry = str(meta["geometry_name"] or "geom") if points else ""
        fields = [n for n in reader.schema.names if n != geometry]
        names = [*fields, *COORDINATES] if points else fields
        out.write((",".join(names) + EOL).encode())
        options = pcsv.WriteOptions(include_header=False, quoting_style="needed", eol=EOL)
        for batch in reader:
            columns = [_plain(batch.column(n)) for n in fields]
            if points:
                columns += map(_plain, _coordinates(batch.column(geometry)))
            pcsv.write_csv(pa.RecordBatch.from_arrays(columns, names=names), out, options)


def _plain(column: pa.Array) -> pa.Array:
    """Return a column as it is written: no number with an exponent, no text that is run as a formula."""
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "ja", "nej")
    if pa.types.is_floating(column.type):
        largest = pc.max(pc.abs(column)).as_py()
        return column if largest is None or largest < _LARGE else _exact(column, DECIMALS)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        formula = pc.match_substring_regex(
            column,
            "^[" + "".join(f"\\{c}" for c in FORMULA_STARTS[:4]) + "\\t\\r\\n" + "".join(FORMULA_STARTS[7:]) + "]",
        )
        if pc.any(formula).as_py():
            return pc.if_else(formula, pc.binary_join_element_wise("'", column, ""), column)
    return column


def _exact(column: pa.Array, decimals: int) -> pa.Array:
    """Return a column of floats as decimal numbers: what writes them never needs an exponent."""
    return pc.cast(pc.round(column, decimals), pa.decimal128(_DIGITS, decimals), safe=False)


def _coordinates(column: pa.Array) -> list[pa.Array]:
    import shapely

    points = shapely.from_wkb(np.asarray(column.to_pylist(), dtype=object))
    return [pa.array(shapely.get_x(points)), pa.array(shapely.get_y(points))]


def write_gml(package: Path, layer: str, path: Path, namespace: str) -> None:
    """Write a layer as GML 3.2 (simple features, level SF-0) with its schema beside it.

    The reference system is named ``urn:ogc:def:crs:EPSG::3006``, so coordinates stand in the order that the
    EPSG register gives it: **northing, easting**. A decimal number goes in as one, with as many decimals as its
    contract says: a float would come out with an exponent, which ``xs:decimal`` does not allow.
    """
    import pyogrio

    table = contract(package.stem, layer)
    known = {c.name: c for c in table.columns} if table else {}

    with pyogrio.open_arrow(package, layer=layer, batch_size=10_000, use_pyarrow=True) as (meta, reader):
        pyogrio.write_arrow(
            _with_decimals(reader, known),
            path,
            layer=layer,
            driver="GML",
            geometry_name=meta["geometry_name"],
            geometry_type=meta["geometry_type"],
            crs=f"EPSG:{EPSG}",
            dataset_options={
                "FORMAT": "GML3.2",
                "TARGET_NAMESPACE": f"{namespace}/gml",
                "PREFIX": PREFIX,
                "SRSNAME_FORMAT": "OGC_URN",
                "XSISCHEMA": "EXTERNAL",
            },
        )


def _with_decimals(reader: pa.RecordBatchReader, known: dict[str, Column]) -> pa.RecordBatchReader:
    """Return the rows with every float as a decimal number."""
    stated = {name: c.decimals for name, c in known.items() if c.decimals is not None}
    places = {f.name: stated.get(f.name, DECIMALS) for f in reader.schema if pa.types.is_floating(f.type)}
    fields = [f.with_type(pa.decimal128(_DIGITS, places[f.name])) if f.name in places else f for f in reader.schema]
    schema = pa.schema(fields, metadata=reader.schema.metadata)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            arrays = [
                _exact(batch.column(f.name), places[f.name]) if f.name in places else batch.column(f.name)
                for f in schema
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def contract(package: str, layer: str) -> Table | None:
    """Return the contract of a GeoPackage's layer; None for a layer without one.

    Parameters
    ----------
    package : str
        The file's name, without its ending.
    """
    from pipelines.publish.products import LAYERS
    from pipelines.tables.open_contracts import OPEN_TABLES

    tables = OPEN_TABLES if package == Path(OPEN_GPKG).stem else LAYERS
    return next((t for t in tables if t.name == layer), None)
