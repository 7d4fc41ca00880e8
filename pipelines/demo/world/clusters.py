"""Tätorter and småorter: polygons drawn round the clusters the addresses really form."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipelines.config.region import Region
from pipelines.core.files import EPSG
from pipelines.demo.world.common import Ints
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.settlements import Places

STEP_M = 100
DENSE = 6  # lived-at addresses in 300 m × 300 m
TATORT, SMAORT = 200, 50  # people; SCB's definitions
HOLE_M2 = 60_000


def make(region: Region, outline: Outline, places: Places, addresses: pd.DataFrame) -> gpd.GeoDataFrame:
    """Draw the polygons of all clusters of at least 50 people.

    Returns
    -------
    GeoDataFrame
        EPSG:3006, ``folk, namn, kommun`` (index), ``tatort`` (bool), ``geometry``; by falling people.
    """
    import rasterio
    import rasterio.features
    from scipy.ndimage import binary_dilation, label, uniform_filter

    west, south, east, north = (v // STEP_M * STEP_M for v in outline.bounds)
    west, south = west - 5 * STEP_M, south - 5 * STEP_M
    shape = (int((north - south) / STEP_M) + 8, int((east - west) / STEP_M) + 8)
    row = ((addresses["n"] - south) // STEP_M).to_numpy(dtype=np.int64)
    col = ((addresses["e"] - west) // STEP_M).to_numpy(dtype=np.int64)
    lived = (addresses["folk"] > 0).to_numpy()
    count = np.zeros(shape, dtype=np.float32)
    np.add.at(count, (row[lived], col[lived]), 1)
    dense = (count > 0) & (uniform_filter(count, 3, mode="constant") * 9 >= DENSE - 0.5)
    marks, _ = label(binary_dilation(dense), structure=np.ones((3, 3), dtype=int))
    mark = marks[row, col]
    folk = np.bincount(mark, weights=addresses["folk"], minlength=int(marks.max()) + 1)
    folk[0] = 0
    wanted = np.where(folk >= SMAORT, np.arange(len(folk)), 0)[marks].astype(np.int32)
    grid = rasterio.Affine(STEP_M, 0, west, 0, STEP_M, south)
    shapes, ids = [], []
    for geometry, value in rasterio.features.shapes(wanted, mask=wanted > 0, connectivity=8, transform=grid):
        shapes.append(shapely.geometry.shape(geometry))
        ids.append(int(value))
    drawn = pd.Series(_smooth(np.array(shapes, dtype=object), outline)).groupby(np.array(ids)).agg(_union)
    frame = gpd.GeoDataFrame({"mark": drawn.index.to_numpy()}, geometry=drawn.to_numpy(), crs=EPSG)
    return _name(outline, places, addresses, frame)


def _union(parts: pd.Series) -> Any:
    return shapely.union_all(parts.to_numpy())


def _smooth(shapes: Any, outline: Outline) -> Any:
    """Round the steps of the raster off, fill small holes, cut the sea away."""
    round_off = shapely.buffer(shapely.simplify(shapes, 75), 45, quad_segs=3)
    round_off = shapely.simplify(shapely.buffer(round_off, -70, quad_segs=3), 8)
    filled = [_fill(g) if not g.is_empty else s for g, s in zip(round_off, shapes, strict=True)]
    return np.array([_ashore(outline, g) for g in filled], dtype=object)


def _ashore(outline: Outline, polygon: Any) -> Any:
    """Return the area without water, and only in the län."""
    own = shapely.union_all([g for g in outline.ground.borders[: len(outline.kommuner)] if g.intersects(polygon)])
    out = shapely.difference(shapely.intersection(polygon, own), outline.wet_near(polygon))
    parts = [g for g in shapely.get_parts(out) if g.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]


def _fill(polygon: Any) -> Any:
    parts = []
    for g in getattr(polygon, "geoms", [polygon]):
        rings = [r for r in g.interiors if shapely.Polygon(r).area > HOLE_M2]
        parts.append(shapely.Polygon(g.exterior, rings))
    return shapely.union_all(parts)


def _name(outline: Outline, places: Places, addresses: pd.DataFrame, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count who lives inside the final polygons; name each by the largest place at home in it."""
    which = locate(frame, addresses["e"].to_numpy(), addresses["n"].to_numpy())
    have = which >= 0
    folk = np.bincount(which[have], weights=addresses["folk"].to_numpy()[have], minlength=len(frame))
    homes = pd.DataFrame(
        {
            "yta": which[have],
            "kommun": addresses["kommun"].to_numpy()[have],
            "ort": addresses["ort"].to_numpy()[have],
            "folk": addresses["folk"].to_numpy()[have],
        }
    )
    homes = homes.groupby(["yta", "kommun", "ort"], sort=True)["folk"].sum().reset_index()
    homes = homes[homes["ort"] >= 0].sort_values(["yta", "folk"], ascending=[True, False], kind="stable")
    top = homes.drop_duplicates("yta").set_index("yta").reindex(np.arange(len(frame)))
    known = top["ort"].notna().to_numpy()
    row = top["ort"].fillna(0).to_numpy(dtype=np.int64)
    names = np.where(known, places.table["namn"].to_numpy()[row], "Namnlös")
    frame = frame.assign(
        folk=folk.astype(np.int64),
        namn=names,
        kommun=top["kommun"].fillna(0).to_numpy(dtype=np.int64),
        tatort=folk >= TATORT,
    )
    frame = frame[folk >= SMAORT].sort_values(["folk", "mark"], ascending=[False, True], kind="stable")
    return frame.drop(columns="mark").reset_index(drop=True)


def locate(frame: gpd.GeoDataFrame, e: Any, n: Any) -> Ints:
    """Return the first row of ``frame`` whose polygon holds each point (border included), −1 for none."""
    points = shapely.points(e, n)
    tree = shapely.STRtree(points)
    polygons = frame.geometry.to_numpy()
    shapely.prepare(polygons)
    area, point = tree.query(polygons, predicate="intersects")
    out = np.full(len(points), len(frame), dtype=np.int64)
    np.minimum.at(out, point, area)
    return np.where(out == len(frame), -1, out)


def attach(frame: gpd.GeoDataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Add ``yta`` (row of ``frame`` or −1), ``yta_folk`` and ``tat`` (inside a tätort or småort)."""
    which = locate(frame, addresses["e"].to_numpy(), addresses["n"].to_numpy())
    folk = np.append(frame["folk"].to_numpy(), 0)[which]
    return addresses.assign(yta=which, yta_folk=folk, tat=which >= 0)
