"""Water and roads for the counties that the tests make up, and the ground out of them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from pipelines.config.region import Region
from pipelines.core.files import write_polygons
from pipelines.core.paths import Paths
from pipelines.publish.ground import lay_ground
from pipelines.tables import contracts, source_tables

ROADS = (("landsvag", "", "40"), ("smavag", "Bygatan", ""), ("lokalgata", "Kyrkvägen <b>", ""), ("motorvag", "", "E 6"))
"""Class, name and number of the roads, in turn from the south and from the west."""


def write(
    region: Region, paths: Paths, kommuner: gpd.GeoDataFrame, apart_m: float, *, water: gpd.GeoDataFrame | None = None
) -> None:
    """Write ``kommunytor``, ``mark`` and ``vagar``, and make the ground of them.

    A lake half as wide as ``apart_m`` lies in every other square of so many metres both ways, and an island in it;
    roads run along the squares' sides.
    """
    write_polygons(contracts.check(kommuner, source_tables.KOMMUNYTOR), paths.table("kommunytor"))
    mark = lakes(kommuner.total_bounds, apart_m) if water is None else water
    write_polygons(contracts.check(mark, source_tables.MARK), paths.table("mark"))
    write_polygons(contracts.check(lattice(kommuner.total_bounds, apart_m), source_tables.VAGAR), paths.table("vagar"))
    lay_ground.run(region, paths)


def lakes(bounds: Any, apart_m: float) -> gpd.GeoDataFrame:
    """Round lakes with a round island, and the sea along the west side, in two pieces that meet."""
    west, south, east, north = bounds
    e, n = np.meshgrid(np.arange(west, east, apart_m)[::2], np.arange(south, north, apart_m)[::2])
    middle = shapely.points(e.ravel() + apart_m / 2, n.ravel() + apart_m / 2)
    round_ones = shapely.difference(shapely.buffer(middle, apart_m / 4), shapely.buffer(middle, apart_m / 16))
    half = (south + north) / 2
    sea = [shapely.box(west - 9000, a, west + apart_m / 10, b) for a, b in ((south, half), (half, north))]
    shapes = [*round_ones, *sea]
    return gpd.GeoDataFrame(
        {"objekttyp": ["Sjö"] * len(round_ones) + ["Hav"] * 2},
        geometry=[shapely.multipolygons([g]) for g in shapes],
        crs=3006,
    )


def lattice(bounds: Any, apart_m: float) -> gpd.GeoDataFrame:
    """Roads along every side of the squares, cut where they cross."""
    west, south, east, north = bounds
    e, n = np.arange(west, east, apart_m), np.arange(south, north, apart_m)
    lines, kinds = [], []
    for along, across, turn in ((e, n, 1), (n, e, -1)):
        for k, at in enumerate(across):
            ends = np.column_stack([along, np.full(len(along), at)])[:, ::turn]
            pieces = np.stack([ends[:-1], ends[1:]], axis=1)
            lines += [*shapely.linestrings(pieces)]
            kinds += [ROADS[k % len(ROADS)]] * len(pieces)
    klass, name, number = zip(*kinds, strict=True) if kinds else ((), (), ())
    return gpd.GeoDataFrame(
        {"klass": klass, "niva": ["mark"] * len(lines), "namn": name, "vagnummer": number}, geometry=lines, crs=3006
    )
