"""The open edition as GeoParquet 1.1: WKB polygons in EPSG:3006, aliases and demo mark in the metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines import files, grid
from pipelines.publish.facts import DEMO_TEXT

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from pipelines.contracts import Table
    from pipelines.publish.facts import RunFacts


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
        return grid.wkb_squares(grid.parse_scb_id(frame["rutid_scb"]))
    if "geometry" in frame:
        return frame["geometry"].to_numpy()
    return np.array([by_kommun[k] for k in frame[table.key[0]]], dtype=object)


def write(frame: pd.DataFrame, shapes: NDArray[Any], table: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns and the geometry."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    out = pa.Table.from_pandas(frame[table.names], preserve_index=False).replace_schema_metadata(None)
    if shapes.dtype.kind == "V":
        size = shapes.dtype.itemsize
        ends = np.arange(len(shapes) + 1, dtype=np.int32) * size
        wkb = pa.BinaryArray.from_buffers(
            pa.binary(), len(shapes), [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(shapes))]
        )
        e, n = grid.corner(grid.parse_scb_id(frame["rutid_scb"]))
        box = [e.min(), n.min(), e.max() + grid.CELL_M, n.max() + grid.CELL_M] if len(e) else [0, 0, 0, 0]
    else:
        wkb = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
        box = shapely.total_bounds(shapes).tolist() if len(shapes) else [0, 0, 0, 0]
    metadata = {"geo": _geo(table, [float(x) for x in box]), "bredband": _about(table, facts)}
    out = out.append_column("geometry", wkb).replace_schema_metadata(metadata)
    with files.replacing(path) as beside:
        pq.write_table(out, beside, compression="zstd")


def _geo(table: Table, box: list[float]) -> str:
    from pyproj import CRS

    column = {
        "encoding": "WKB", "geometry_types": [table.geometry], "crs": CRS.from_epsg(files.EPSG).to_json_dict(),
        "bbox": box, "orientation": "counterclockwise",
    }  # fmt: skip
    return json.dumps(
        {"version": "1.1.0", "primary_column": "geometry",
         "columns": {"geometry": {k: v for k, v in column.items() if v is not None}}}
    )  # fmt: skip


def _about(table: Table, facts: RunFacts) -> str:
    """Return what the file is: title, run, demo mark, and every column's alias and meaning."""
    body: dict[str, Any] = {
        "titel": table.title,
        "beskrivning": table.description,
        "korning_id": facts["korning_id"],
    }
    if facts["demo"]:
        body |= {"demo": DEMO_TEXT, "titel": f"DEMO – {table.title}"}
    body["kolumner"] = {c.name: {"alias": c.alias, "beskrivning": c.description} for c in table.columns}
    return json.dumps(body, ensure_ascii=False)
