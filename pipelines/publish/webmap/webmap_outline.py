"""Kommun outlines, neighbouring land and names for the map, simplified and delta-coded.

Coordinates are whole 1e-5 degrees (about 1 m), each but the first of a line as the difference from
the one before.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from pipelines.core.files import EPSG
from pipelines.publish.ground import ground_borders

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE_M = 60
"""Simplification: a quarter of a cell, so a drawn border never looks a cell off."""
SMALLEST_HA = 2
"""Islands below this are not outlined; their cells are drawn all the same."""
PLACES = 1500
"""Most place names kept, by area of the locality."""
_UNITS = 100_000


def build(
    granser: pd.DataFrame, kommunytor: pd.DataFrame, size: pd.Series[float], orter: pd.DataFrame | None
) -> dict[str, Any]:
    """Return outlines and labels.

    Parameters
    ----------
    granser : DataFrame
        Contract GRANSER, geometry as shapely polygons in EPSG:3006: land, where names stand and the map begins.
    kommunytor : DataFrame
        Contract KOMMUNYTOR: the kommuner with their water, whose outlines are drawn.
    size : Series
        Households by ``kommunkod``: the order in which kommun names win room on the map.
    orter : DataFrame, optional
        Contract ORTER; its localities become place names.

    Returns
    -------
    dict
        ``granser``, ``lansgrans`` (lines), ``grannar`` (rings), ``bounds`` ([[south, west], [north,
        east]] in degrees), ``kommuner`` (``[name, lat, lon, bounds, code]``) and ``orter`` (``[name, lat, lon, kommun
        code, kind]``; no code outside the län), most important first.
    """
    inside = kommunytor["i_lan"].to_numpy(bool)
    land = granser[granser["i_lan"].to_numpy(bool)]
    shapes = shapely.coverage_simplify(kommunytor["geometry"].to_numpy(), TOLERANCE_M)
    own = _without_islets(shapes[inside])
    neighbours = shapely.get_exterior_ring(shapely.get_parts(_without_islets(shapes[~inside])))
    return {
        "granser": [_delta(line) for line in ground_borders.between(own)],
        "lansgrans": [_delta(ring) for ring in ground_borders.around(own)],
        "grannar": [_delta(ring) for ring in neighbours],
        "bounds": _bounds(land["geometry"].to_numpy()),
        "kommuner": _kommun_labels(land, size),
        "orter": _place_labels(orter, land),
    }


def _without_islets(shapes: Any) -> Any:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = shapely.area(parts) >= SMALLEST_HA * 10_000
    # A kommun of islets only keeps them all.
    kept |= ~np.isin(owner, owner[kept])
    return np.array([shapely.multipolygons(parts[kept & (owner == i)]) for i in range(len(shapes))], object)


@cache
def _projection() -> Transformer:
    return Transformer.from_crs(EPSG, 4326, always_xy=True)


def _to_degrees(xy: Any) -> Any:
    lon, lat = _projection().transform(xy[:, 0], xy[:, 1])
    return np.column_stack([lat, lon])


def _delta(line: Any) -> list[int]:
    units = np.round(_to_degrees(shapely.get_coordinates(line)) * _UNITS).astype(np.int64)
    return [int(x) for x in np.diff(units, axis=0, prepend=[[0, 0]]).ravel()]


def _bounds(shapes: Any) -> list[list[float]]:
    corners = _to_degrees(shapely.get_coordinates(shapely.box(*shapely.total_bounds(shapes))))
    low, high = corners.min(axis=0), corners.max(axis=0)
    return [[round(float(x), 4) for x in low], [round(float(x), 4) for x in high]]


def _labels(names: Any, shapes: Any) -> list[list[Any]]:
    if not len(names):
        return []
    largest = [max(shapely.get_parts(s), key=lambda p: (p.area, p.wkb)) for s in shapes]
    where = _to_degrees(shapely.get_coordinates(shapely.centroid(largest)))
    return [[str(n), round(float(a), 4), round(float(b), 4)] for n, (a, b) in zip(names, where, strict=True)]


def _kommun_labels(granser: pd.DataFrame, size: pd.Series[float]) -> list[list[Any]]:
    weight = granser["kommunkod"].map(size).fillna(0)
    order = np.lexsort([granser["kommunkod"], -weight.to_numpy()])
    ranked = granser.iloc[order]
    boxes = [_bounds(np.array([g])) for g in ranked["geometry"]]
    named = _labels(ranked["kommunnamn"], ranked["geometry"])
    return [[*label, box, code] for label, box, code in zip(named, boxes, map(str, ranked["kommunkod"]), strict=True)]


def _place_labels(orter: pd.DataFrame | None, kommuner: pd.DataFrame) -> list[list[Any]]:
    if orter is None or orter.empty:
        return []
    ranked = orter.head(PLACES)
    codes = _kommun_of(ranked["geometry"].to_numpy(), kommuner)
    kinds = map(str, ranked["typ"])
    return [
        [*label, code, kind]
        for label, code, kind in zip(_labels(ranked["namn"], ranked["geometry"]), codes, kinds, strict=True)
    ]


def _kommun_of(shapes: Any, kommuner: pd.DataFrame) -> list[str]:
    """Return the code of the kommun that holds most of each shape; empty where none does."""
    tree = shapely.STRtree(kommuner["geometry"].to_numpy())
    place, kommun = tree.query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[place], kommuner["geometry"].to_numpy()[kommun]))
    codes = np.full(len(shapes), "", dtype=object)
    order = np.argsort(shared, kind="stable")  # the largest is written last
    codes[place[order]] = kommuner["kommunkod"].to_numpy(dtype=object)[kommun[order]]
    return [str(code) for code in codes]
