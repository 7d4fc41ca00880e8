"""``make bench`` about roads: a made-up county of full size, from table ``vagar`` to six levels of trenches.

``python -m pipelines.orders.bench.bench_roads make FOLDER`` writes the tables, ``… dig FOLDER`` is what is timed:
reading, noding, drops and the trenches of all levels with their lines.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Kostnad
from pipelines.config.road_settings import Vagar
from pipelines.core import files
from pipelines.core.cell_grid import cell_of
from pipelines.core.processes import side_by_side
from pipelines.gaps import gap_areas
from pipelines.gaps.trench_ground import ground

JUNCTIONS = 165_000
ADDRESSES = 600_000
WITHOUT = (0.17, 0.15, 0.12, 0.1, 0.07, 0.05)
"""Share of the addresses that lack coverage, level by level: the first is more than 100 000 of them."""
WIDE_M, HIGH_M = 180_000.0, 240_000.0


def make(folder: Path, junctions: int = JUNCTIONS, addresses: int = ADDRESSES) -> int:
    """Write a county: roads between points, thick in towns, houses along them, round lakes. Return its lines."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    random = np.random.default_rng(1)
    points = np.unique(_points(random, junctions), axis=0)
    a, b = _pairs(points, random)
    shapes = _bent(points[a], points[b], random)
    klass = np.array(["lokalgata", "smavag", "landsvag_liten", "landsvag", "traktorvag"], dtype=object)
    level = np.where(random.random(len(a)) < 0.005, "bro", "mark").astype(object)
    roads = pd.DataFrame({"klass": klass[random.integers(0, 5, len(a))], "niva": level, "namn": "", "vagnummer": ""})
    files.write_polygons(
        gpd.GeoDataFrame(roads.astype("str"), geometry=shapes, crs=files.EPSG), folder / "vagar.parquet"
    )
    lakes = shapely.buffer(shapely.points(points[random.integers(0, len(points), 3000)] + 900), 400)
    files.write_polygons(gpd.GeoDataFrame(geometry=lakes, crs=files.EPSG), folder / "mark.parquet")
    length = shapely.length(shapes)
    weight = np.minimum(length, 400)
    along = random.choice(len(a), addresses, p=weight / weight.sum())
    at = shapely.line_interpolate_point(shapes[along], random.random(addresses), normalized=True)
    houses = shapely.get_coordinates(at) + random.normal(0, 30, (addresses, 2))
    frame = pd.DataFrame(houses, columns=["e_m", "n_m"])
    files.write_points(frame.assign(rutid=cell_of(*houses.T)), folder / "adresser.parquet")
    return len(a)


def dig(folder: Path) -> dict[str, float]:
    """Read the tables and find the trenches of all levels; return seconds by part, and what came of it."""
    started = time.perf_counter()
    roads = files.read_shapes(folder / "vagar.parquet", ["klass", "niva", "namn", "geometry"])
    water = files.read_shapes(folder / "mark.parquet", ["geometry"])["geometry"].to_numpy()
    at = files.read_points(folder / "adresser.parquet")
    e, n = at["e_m"].to_numpy(), at["n_m"].to_numpy()
    under = ground(roads, water, Kostnad(), Vagar(), e, n)
    ready = time.perf_counter()
    out: dict[str, float] = {"vaglinjer": len(roads), "adresser": len(e)}
    cells, cell = np.unique(cell_of(e, n), return_inverse=True)
    remote = remoteness(e, n, cell)

    def length_km(share: float) -> float:
        utan = remote > np.quantile(remote, 1 - share)
        found = gap_areas.find(cells, cell, utan, np.zeros(len(utan), np.bool_))
        return float(under.dig(utan, ~utan, found.address_area, found.count).metres.sum()) / 1000

    # As step gaps does on two cores.
    lengths = side_by_side.each([partial(length_km, share) for share in WITHOUT], 2)
    out |= {f"km schakt vid {share:g}": km for share, km in zip(WITHOUT, lengths, strict=True)}
    return out | {"läsa, noda, ansluta (s)": ready - started, "sex nivåer (s)": time.perf_counter() - ready}


def _points(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    towns = random.uniform(0, 1, (300, 2)) * (WIDE_M, HIGH_M)
    size = random.pareto(1.2, 300) + 0.3
    town = random.choice(300, count, p=size / size.sum())
    near = towns[town] + random.normal(0, 1, (count, 2)) * (600 * np.sqrt(size[town]))[:, None]
    wild = random.uniform(0, 1, (count, 2)) * (WIDE_M, HIGH_M)
    return np.where((random.random(count) < 0.55)[:, None], wild, near) + np.array([300_000.0, 6_400_000.0])


def _pairs(points: NDArray[np.float64], random: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which points have a road between them: all hang together, and some ways round."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    from pipelines.roads.delaunay import delaunay_edges

    i, j = delaunay_edges(points)
    length = np.hypot(*(points[i] - points[j]).T)
    row, column = minimum_spanning_tree(coo_array((length, (i, j)), shape=(len(points),) * 2).tocsr()).nonzero()
    tree = np.isin(i * len(points) + j, row.astype(np.int64) * len(points) + column)
    kept = tree | ((random.random(len(i)) < 0.22) & (length < 3000))
    return i[kept], j[kept]


def _bent(start: NDArray[np.float64], end: NDArray[np.float64], random: np.random.Generator) -> NDArray[Any]:
    import shapely

    part = np.linspace(0, 1, 7)[None, :, None]
    way = (end - start)[:, None]
    length = np.hypot(way[..., 0], way[..., 1])[..., None]
    aside = np.stack([-way[..., 1], way[..., 0]], axis=-1) / length
    bend = np.sin(np.pi * part) * np.minimum(0.08 * length, 60) * random.uniform(-1, 1, (len(start), 1, 1))
    lines: NDArray[Any] = shapely.linestrings(start[:, None] + way * part + aside * bend)  # type: ignore[assignment]
    return lines


def remoteness(e: NDArray[np.float64], n: NDArray[np.float64], cell: NDArray[Any]) -> NDArray[np.float64]:
    """Few neighbours, in squares of 4 km that lack coverage more or less."""
    random = np.random.default_rng(5)
    _, square = np.unique((e // 4000) * 10_000 + n // 4000, return_inverse=True)
    lack = random.random(int(square.max()) + 1)
    return (0.3 + lack[square]) / np.sqrt(np.bincount(cell)[cell]) + 0.2 * random.random(len(e))


if __name__ == "__main__":
    what, where = sys.argv[1:]
    if what == "make":
        print(f"{make(Path(where))} väglinjer")
    else:
        for name, value in dig(Path(where)).items():
            print(f"{name}: {value:.2f}")
