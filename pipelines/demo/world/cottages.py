"""Holiday homes: clusters by the sea and the lakes, some at small lakes inland, some alone in the woods."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from pipelines.demo.world import fabric as roads
from pipelines.demo.world.common import Floats, Ints, Points, apportion, inside
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric

ALONE = 0.34  # share of the holiday homes that stand alone along a road
INLAND = 0.30  # share of the areas that lie at a small lake the outlines do not show
FROM_TOWN_M = 150.0
MEAN_AREA = 34  # homes in a holiday area


def share_out(outline: Outline, total: int) -> Ints:
    """Divide the län's holiday homes over its kommuner by length of shore and by area."""
    shore = np.array([_shore(outline, g).length for g in outline.kommuner]) / 1_000
    return apportion(shore + 0.35 * np.sqrt(outline.area_km2), total)


def make(rng: np.random.Generator, outline: Outline, fabric: Fabric, wanted: Ints, avoid: Points) -> Points:
    """Place ``wanted`` holiday homes per kommun."""
    from scipy.spatial import cKDTree

    towns = cKDTree(np.column_stack([avoid.e, avoid.n])) if len(avoid.e) else None
    alone = np.floor(wanted * ALONE).astype(np.int64)
    parts = []
    for i, count in enumerate(wanted - alone):
        e, n = _areas(rng, outline, towns, i, int(count))
        parts.append(Points(e, n, np.full(len(e), i)))
        alone[i] += count - len(e)
    parts.append(roads.scatter(rng, outline, fabric, alone, avoid))
    return Points(
        np.concatenate([p.e for p in parts]),
        np.concatenate([p.n for p in parts]),
        np.concatenate([p.kommun for p in parts]),
    )


def _shore(outline: Outline, polygon: Any) -> Any:
    return shapely.intersection(outline.coast, shapely.buffer(polygon, 60))


def _areas(rng: np.random.Generator, outline: Outline, towns: Any, i: int, count: int) -> tuple[Floats, Floats]:
    if count <= 0:
        return np.zeros(0), np.zeros(0)
    polygon = outline.kommuner[i]
    areas = max(round(count / MEAN_AREA), 1)
    shore = _shore(outline, polygon)
    west, south, east, north = polygon.bounds
    he, hn = rng.uniform(west, east, 60 * areas), rng.uniform(south, north, 60 * areas)
    dry = inside(polygon, he, hn)
    he, hn = he[dry][:areas], hn[dry][:areas]
    if shore.length > 0:
        on_shore = rng.random(len(he)) > INLAND
        spots = shapely.line_interpolate_point(
            shapely.line_merge(shore) if shore.geom_type != "MultiLineString" else _chain(shore),
            rng.random(len(he)) * shore.length,
        )
        he = np.where(on_shore, shapely.get_x(spots), he)
        hn = np.where(on_shore, shapely.get_y(spots), hn)
    if not len(he):
        return np.zeros(0), np.zeros(0)
    size = rng.lognormal(0, 0.8, len(he))
    area = rng.choice(len(he), 8 * count, p=size / size.sum())
    spread = 55 * np.sqrt(size[area] / size.mean() * MEAN_AREA / np.pi)
    step = 48.0  # a loose lattice: cottages keep their distance
    e = he[area] + np.round(rng.normal(0, spread * 1.3) / step) * step + rng.uniform(-14, 14, len(area))
    n = hn[area] + np.round(rng.normal(0, spread * 1.3) / step) * step + rng.uniform(-14, 14, len(area))
    good = inside(polygon, e, n)
    if towns is not None:  # among the lots of a town there are no cottages
        good &= towns.query(np.column_stack([e, n]), distance_upper_bound=FROM_TOWN_M)[0] > FROM_TOWN_M
    e, n = e[good], n[good]
    _, first = np.unique(
        np.round(e / 30).astype(np.int64) * 1_000_000 + np.round(n / 30).astype(np.int64), return_index=True
    )
    pick = np.sort(first)[:count]
    return e[pick], n[pick]


def _chain(lines: Any) -> Any:
    """One line through all shores in turn; points between two shores fall on land or are dropped."""
    return shapely.LineString(np.vstack([shapely.get_coordinates(g) for g in lines.geoms]))
