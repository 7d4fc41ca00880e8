"""Water for the maps: one surface without seams, inside the outlines, generalised for each band of zoom."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from pipelines.publish.ground.ground_bands import WaterBand

_M2_PER_HA = 10_000.0


def surface(mark: Any, outlines: Any) -> Any:
    """Return the water inside the outlines as polygons that touch in points at most.

    Parameters
    ----------
    mark, outlines : array of shapely polygons, EPSG:3006
        Water as the land cover has it, cut anyhow; the kommuner, the län's and their neighbours.
    """
    known = shapely.union_all(outlines)
    shapely.prepare(known)
    water = mark[shapely.intersects(known, mark)]
    water = shapely.get_parts(shapely.union_all(water)) if len(water) else water
    out = ~shapely.covers(known, water)
    # The land cover is read by a box: beyond the neighbours it would tell of water and not of land.
    cut = shapely.get_parts(shapely.get_parts(shapely.intersection(water[out], known)))
    water = np.concatenate([water[~out], cut[shapely.get_type_id(cut) == shapely.GeometryType.POLYGON]])
    return water[np.argsort(-shapely.area(water), kind="stable")]


def generalised(water: Any, band: WaterBand) -> Any:
    """Return the waters of a band, simplified one by one so that none comes to cross itself, on whole steps."""
    large = without_islets(water[shapely.area(water) >= band.smallest_ha * _M2_PER_HA], band)
    simple = shapely.simplify(large, band.tolerance_m)
    return shapely.get_parts(shapely.set_precision(simple, band.step_m))


def without_islets(water: Any, band: WaterBand) -> Any:
    """Return the waters without islands too small for the band."""
    if not len(water):
        return water
    rings, owner = shapely.get_rings(water, return_index=True)
    shells = np.diff(owner, prepend=-1) != 0
    kept = shells | (shapely.area(shapely.polygons(rings)) >= band.smallest_island_ha * _M2_PER_HA)
    islands = kept & ~shells
    return np.array(
        [
            shapely.polygons(shell, rings[first:last][islands[first:last]])
            for shell, first, last in zip(
                rings[shells], np.flatnonzero(shells), np.append(np.flatnonzero(shells)[1:], len(rings)), strict=True
            )
        ],
        dtype=object,
    )
