"""The open edition as text: CSV (RFC 4180, UTF-8, comma, decimal point) and GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import files
from pipelines.publish.words.edition_facts import DEMO_TEXT, noted
from pipelines.publish.workbook import csvs

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from pipelines.core.quoted import RunFacts
    from pipelines.tables.contracts import Table

DEMO_COLUMN = "demo"
DEGREES = 6
"""Decimals of a degree: 0.1 m."""


def write_csv(frame: pd.DataFrame, table: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, and last whether it is a demo; yes and no as ja and nej."""
    csvs.write(frame, table, path, {DEMO_COLUMN: "DEMO" if facts["demo"] else "nej"})


def write_geojson(frame: pd.DataFrame, shapes: NDArray[Any], table: Table, path: Path, facts: RunFacts) -> None:
    """Write polygons in WGS 84, longitude first, outer rings counter-clockwise, as RFC 7946 wants them."""
    import shapely

    shapes = in_degrees(shapes)
    texts = shapely.to_geojson(shapes)
    rows = frame[table.names].astype(object).where(frame[table.names].notna(), None).to_dict("records")
    features = [
        {
            "type": "Feature",
            "id": row[table.key[0]],
            "bbox": _bbox([shape]),
            "properties": _plain(row),
            "geometry": json.loads(text),
        }
        for row, shape, text in zip(rows, shapes, texts, strict=True)
    ]
    body: dict[str, Any] = {"type": "FeatureCollection", "name": table.name, "title": table.title}
    body |= {"description": noted(table.description, facts), "korning_id": facts["korning_id"]}
    if facts["demo"]:
        body |= {"demo": DEMO_TEXT, "title": f"DEMO – {table.title}"}
    body |= {"bbox": _bbox(shapes), "features": features}
    files.write_text(path, json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n")


def in_degrees(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return EPSG:3006 polygons in WGS 84, valid on a grid of :data:`DEGREES` decimals."""
    import shapely
    from pyproj import Transformer

    to = Transformer.from_crs(files.EPSG, 4326, always_xy=True)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to.transform(xy[:, 0], xy[:, 1]))

    snapped = shapely.set_precision(shapely.transform(shapes, moved), 10.0**-DEGREES)
    return shapely.orient_polygons(shapely.normalize(snapped))


def _bbox(shapes: Any) -> list[float]:
    import shapely

    return [round(float(x), DEGREES) for x in shapely.total_bounds(shapes)]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row's values as JSON has them."""
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in row.items()}
