"""Holiday homes: clusters by the sea and the lakes, some at small lakes inland, some alone in the woods."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from pipelines.demo.world import fabric as roads
from pipelines.demo.world.common import Floats, Ints, Points, apportion, inside
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric

ALONE = 0.34  # share of the holiday homes that stand alone along a road
INLAND = 0.30  # share of the areas that lie at a small lake the outlines do not show
FROM_TOWN_M = 150.0
MEAN_AREA = 34  # homes in a holiday area
STEP_M = 48.0  # a loose lattice: cottages keep their distance
AREA = ("e", "n", "omrade", "mitt_e", "mitt_n")


def share_out(outline: Outline, total: int) -> Ints:
    """Divide the län's holiday homes over its kommuner by length of shore and by area."""
    shore = np.array([shapely.length(lines).sum() for lines in outline.shores]) / 1_000
    return apportion(shore + 0.35 * np.sqrt(outline.area_km2), total)


def make(rng: np.random.Generator, outline: Outline, fabric: Fabric, wanted: Ints, avoid: Points) -> pd.DataFrame:
    """Place ``wanted`` holiday homes per kommun.

    Returns
    -------
    DataFrame
        As :func:`pipelines.demo.world.fabric.scatter`; ``omrade, mitt_e, mitt_n`` of those in an area: its number and
        middle.
    """
    from scipy.spatial import cKDTree

    towns = cKDTree(np.column_stack([avoid.e, avoid.n])) if len(avoid.e) else None
    alone = np.floor(wanted * ALONE).astype(np.int64)
    parts, first = [], 0
    for i, count in enumerate(wanted - alone):
        homes = _areas(rng, outline, towns, i, int(count))
        parts.append(homes.assign(kommun=i, omrade=homes["omrade"] + first))
        first += int(count) + 1
        alone[i] += count - len(homes)
    parts.append(roads.scatter(rng, outline, fabric, alone, avoid))
    return pd.concat([p for p in parts if len(p)] or parts, ignore_index=True)


def _areas(rng: np.random.Generator, outline: Outline, towns: Any, i: int, count: int) -> pd.DataFrame:
    none = pd.DataFrame({c: np.zeros(0, np.int64 if c == "omrade" else np.float64) for c in AREA})
    if count <= 0:
        return none
    polygon = outline.kommuner[i]
    areas = max(round(count / MEAN_AREA), 1)
    shore = outline.shores[i]
    west, south, east, north = polygon.bounds
    he, hn = rng.uniform(west, east, 60 * areas), rng.uniform(south, north, 60 * areas)
    dry = inside(polygon, he, hn)
    he, hn = he[dry][:areas], hn[dry][:areas]
    if len(shore):
        on_shore = rng.random(len(he)) > INLAND
        spots = _along(shore, rng.random(len(he)))
        he = np.where(on_shore, shapely.get_x(spots), he)
        hn = np.where(on_shore, shapely.get_y(spots), hn)
    if not len(he):
        return none
    size = rng.lognormal(0, 0.8, len(he))
    area = rng.choice(len(he), 8 * count, p=size / size.sum())
    spread = 55 * np.sqrt(size[area] / size.mean() * MEAN_AREA / np.pi)
    e = he[area] + np.round(rng.normal(0, spread * 1.3) / STEP_M) * STEP_M + rng.uniform(-14, 14, len(area))
    n = hn[area] + np.round(rng.normal(0, spread * 1.3) / STEP_M) * STEP_M + rng.uniform(-14, 14, len(area))
    good = inside(polygon, e, n)
    if towns is not None:  # among the lots of a town there are no cottages
        good &= towns.query(np.column_stack([e, n]), distance_upper_bound=FROM_TOWN_M)[0] > FROM_TOWN_M
    e, n, area = e[good], n[good], area[good]
    _, first = np.unique(
        np.round(e / 30).astype(np.int64) * 1_000_000 + np.round(n / 30).astype(np.int64), return_index=True
    )
    pick = np.sort(first)[:count]
    return pd.DataFrame(dict(zip(AREA, (e[pick], n[pick], area[pick], he[area[pick]], hn[area[pick]]), strict=True)))


def _along(lines: Any, share: Floats) -> Any:
    """Return a point per share (0–1) of the length of all lines in turn."""
    ends = np.cumsum(shapely.length(lines))
    at = share * ends[-1]
    line = np.minimum(np.searchsorted(ends, at, side="right"), len(lines) - 1)
    return shapely.line_interpolate_point(lines[line], at - np.append(0, ends)[line])
