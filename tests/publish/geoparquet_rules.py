"""What GeoParquet 1.1 demands of a file: its metadata as a JSON schema, and what only the columns themselves show.

The schema demands what the standard's own (``format-specs/schema.json`` of version 1.1.0) does; PROJJSON's comes with
pyproj.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

_GEOMETRY = "(Multi)?(Point|LineString|Polygon)"


def _side(name: str) -> dict[str, Any]:
    """Return the schema of a path to one side of the box: a column of the root, then the side's own name."""
    first, second = {"type": "string", "minLength": 1}, {"const": name}
    return {"type": "array", "items": [first, second], "minItems": 2, "maxItems": 2}


_SIDES = {name: _side(name) for name in ("xmin", "ymin", "xmax", "ymax")}
_COLUMN = {
    "type": "object",
    "required": ["encoding", "geometry_types"],
    "properties": {
        "encoding": {"pattern": "^(WKB|(multi)?(point|linestring|polygon))$"},
        "geometry_types": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": f"^({_GEOMETRY}|GeometryCollection)( Z)?$"},
        },
        "crs": {"type": ["object", "null"]},  # PROJJSON: judged by its own schema
        "edges": {"enum": ["planar", "spherical"]},
        "orientation": {"const": "counterclockwise"},
        "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        "epoch": {"type": "number"},
        "covering": {
            "type": "object",
            "required": ["bbox"],
            "properties": {"bbox": {"type": "object", "required": list(_SIDES), "properties": _SIDES}},
        },
    },
}
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["version", "primary_column", "columns"],
    "properties": {
        "version": {"const": "1.1.0"},
        "primary_column": {"type": "string", "minLength": 1},
        "columns": {"type": "object", "minProperties": 1, "patternProperties": {".+": _COLUMN}},
    },
}


def metadata(path: Path) -> dict[str, Any]:
    """Return the metadata ``geo`` of a file."""
    body: dict[str, Any] = json.loads(pq.read_schema(path).metadata[b"geo"])
    return body


def faults(geo: dict[str, Any]) -> list[str]:
    """Return what is wrong with metadata, in words."""
    found = [e.message for e in jsonschema.Draft7Validator(SCHEMA).iter_errors(geo)]
    projjson = json.loads((Path(pyproj.datadir.get_data_dir()) / "projjson.schema.json").read_text())
    for name, column in geo.get("columns", {}).items():
        if column.get("crs"):
            judge = jsonschema.Draft7Validator(projjson)
            found += [f"{name}.crs: {e.message}" for e in judge.iter_errors(column["crs"])]
    if geo.get("primary_column") not in geo.get("columns", {}):
        found.append("primary_column")
    return found


def column_faults(path: Path) -> list[str]:
    """Return what is wrong with the columns that the metadata speaks of: types, places, boxes, extent, orientation."""
    geo, table = metadata(path), pq.read_table(path)
    found = []
    for name, about in geo["columns"].items():
        if table.schema.field(name).type != pa.binary():
            found.append(f"{name} är ingen kolumn av WKB i roten")
        shapes = shapely.from_wkb(np.array(table[name].to_pylist(), dtype=object))
        kinds = set(shapely.get_type_id(shapes).tolist())
        named = {shapely.GeometryType[k.upper()].value for k in about["geometry_types"]}
        if about["geometry_types"] and kinds != named:
            found.append(f"{name} har typerna {kinds}")
        parts = shapely.get_parts(shapes)
        if about.get("orientation") and not shapely.is_ccw(shapely.get_exterior_ring(parts)).all():
            found.append(f"{name} är medurs")
        bounds = shapely.bounds(shapes)
        if about["bbox"] != [*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)]:
            found.append(f"{name} har fel utbredning")
        root = {path[0] for path in about["covering"]["bbox"].values()}
        (box,) = root  # the standard: one column for all four
        kind = table.schema.field(box).type
        if [f.name for f in kind][:2] != ["xmin", "ymin"] or {f.type for f in kind} != {pa.float64()}:
            found.append(f"{box}: {kind}")
        told = np.column_stack(
            [table[box].combine_chunks().field(s).to_numpy() for s in ("xmin", "ymin", "xmax", "ymax")]
        )
        if not np.array_equal(told, bounds):
            found.append(f"{box} är inte radernas lådor")
    return found
