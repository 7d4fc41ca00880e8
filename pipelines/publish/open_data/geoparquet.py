"""The open edition as GeoParquet 1.1: WKB polygons in EPSG:3006, aliases and demo mark in the metadata.

Made so that a window can be read without the rest: rows lie along a Hilbert curve, in row groups some ten miles
wide, and a column of boxes («covering») tells a reader which groups to leave. At the county's size a window of
20 × 20 km is read in a tenth of the time the whole takes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import cell_grid, files
from pipelines.publish.geopackage import gpkg_arrow
from pipelines.publish.words.edition_facts import DEMO_TEXT, noted

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from pipelines.core.quoted import RunFacts
    from pipelines.tables.contracts import Table

COVERING = "bbox"
SIDES = ("xmin", "ymin", "xmax", "ymax")
ROW_GROUP = 8_192
"""Rows a row group: of cells an area of about 22 × 22 km."""


def outlines(path: Path) -> dict[str, Any]:
    """Read the kommuner's outlines from the table ``granser``: MultiPolygons by kommun code."""
    import pyarrow.parquet as pq
    import shapely

    rows = pq.read_table(path, columns=["kommunkod", "geometry"], filters=[("i_lan", "=", True)])
    geometry = rows["geometry"].combine_chunks()
    shapes = shapely.from_wkb(np.asarray(getattr(geometry, "storage", geometry).to_pylist(), dtype=object))
    whole = [shapely.orient_polygons(shapely.multipolygons(shapely.get_parts(s))) for s in shapes]
    return dict(zip(rows["kommunkod"].to_pylist(), whole, strict=True))


def shapes(frame: pd.DataFrame, table: Table, by_kommun: dict[str, Any]) -> NDArray[Any]:
    """Return each row's geometry: squares as raw WKB, polygons as shapely's."""
    if table.geometry == "Polygon":
        return cell_grid.wkb_squares(cell_grid.parse_scb_id(frame["rutid_scb"]))
    if "geometry" in frame:
        return frame["geometry"].to_numpy()
    return np.array([by_kommun[k] for k in frame[table.key[0]]], dtype=object)


def write(frame: pd.DataFrame, shapes: NDArray[Any], table: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, the geometry and its box, in spatial order where the rows are cells or areas."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    if shapes.dtype.kind == "V":
        corner = np.column_stack(cell_grid.corner(cell_grid.parse_scb_id(frame["rutid_scb"]))).astype(np.float64)
        boxes = np.column_stack([corner, corner + cell_grid.CELL_M])
    else:
        boxes = shapely.bounds(shapes).reshape(-1, 4)
    if table.name != "kommuner":  # those are few, and are looked up by code
        order = _along_curve(boxes)
        frame, shapes, boxes = frame.iloc[order], shapes[order], boxes[order]
    out = pa.Table.from_pandas(frame[table.names], preserve_index=False).replace_schema_metadata(None)
    wkb = gpkg_arrow.binary(shapes if shapes.dtype.kind == "V" else shapely.to_wkb(shapes))
    fields = [pa.field(side, pa.float64(), nullable=False) for side in SIDES]
    covering = pa.StructArray.from_arrays([pa.array(boxes[:, i]) for i in range(len(SIDES))], fields=fields)
    whole = [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)] if len(boxes) else [0, 0, 0, 0]
    metadata = {"geo": _geo(table, [float(x) for x in whole]), "bredband": _about(table, facts)}
    out = out.append_column("geometry", wkb).append_column(COVERING, covering)
    # Every key and every geometry is another one: a dictionary of them would only be in the way.
    repeated = [n for n in table.names if n != table.key[0]] + [f"{COVERING}.{side}" for side in SIDES]
    with files.replacing(path) as beside:
        pq.write_table(
            out.replace_schema_metadata(metadata),
            beside,
            row_group_size=ROW_GROUP,
            use_dictionary=repeated,
            compression="zstd",
            compression_level=9,
        )


def _along_curve(boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return an order along a Hilbert curve of the boxes' middles; equals keep theirs."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    middle -= middle.min(axis=0, initial=np.inf)
    column, row = np.floor_divide(middle, cell_grid.CELL_M).astype(np.int64).T
    order = int(max(column.max(initial=0), row.max(initial=0))).bit_length()
    return np.argsort(cell_grid.hilbert(column, row, order), kind="stable")


def _geo(table: Table, box: list[float]) -> str:
    from pyproj import CRS

    column = {
        "encoding": "WKB",
        "geometry_types": [table.geometry],
        "crs": CRS.from_epsg(files.EPSG).to_json_dict(),
        "bbox": box,
        "orientation": "counterclockwise",
        "covering": {"bbox": {side: [COVERING, side] for side in SIDES}},
    }
    return json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})


def _about(table: Table, facts: RunFacts) -> str:
    """Return what the file is: title, run, demo mark, and every column's alias and meaning."""
    body: dict[str, Any] = {
        "titel": table.title,
        "beskrivning": noted(table.description, facts),
        "korning_id": facts["korning_id"],
    }
    if facts["demo"]:
        body |= {"demo": DEMO_TEXT, "titel": f"DEMO – {table.title}"}
    body["kolumner"] = {c.name: {"alias": c.alias, "beskrivning": c.description} for c in table.columns}
    return json.dumps(body, ensure_ascii=False)
