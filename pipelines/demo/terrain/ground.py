"""The ground of the demo region, put together: every kommun's border, all water, and what is left of land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.demo.terrain import borders, shores
from pipelines.demo.terrain.abroad import NORWAY_FINLAND
from pipelines.demo.terrain.canvas import Canvas, Surface, finer, over
from pipelines.demo.world.common import Bools, Floats

LAKE_SHARE = 0.045
"""Lakes, as a share of land, where nothing is known of a kommun's land; and at least by a shore."""
CLOSE = 0.002
"""Share that a kommun's land may differ from the official before its lakes are drawn anew."""
FLOOR_M = 500.0


@dataclass(frozen=True)
class Ground:
    """Borders and water, EPSG:3006.

    Attributes
    ----------
    codes : list of str
        Kommuner that have ground: the region's in its order, then those around it by code.
    borders : ndarray of Polygon or MultiPolygon
        Per kommun, out in sea and great lakes; neighbours share their border exactly.
    water : ndarray of Polygon
    is_sea : ndarray of bool
        Per water: sea, not a lake.
    land : ndarray of Polygon or MultiPolygon
        Per kommun of the region: its border without the water.
    canvas : Canvas
    height_m : ndarray
        Metres from the nearest shore, about, per node of the canvas: positive on land, negative in water.
    owner : ndarray of int
        Which of ``codes`` each node of ``canvas.coarser()`` belongs to; −1 for none.
    """

    codes: list[str]
    borders: NDArray[Any]
    water: NDArray[Any]
    is_sea: Bools
    land: NDArray[Any]
    canvas: Canvas
    height_m: Surface
    owner: NDArray[np.int16]

    def dry(self, e: Floats, n: Floats) -> Bools:
        """Tell which points stand on land, to within a node's distance."""
        row, col = self.canvas.nearest(e, n)
        out: Bools = self.height_m[row, col] > 0
        return out


def make(region: Region, codes: list[str], outlines: NDArray[Any], places: list[shores.Place]) -> Ground:
    """Make the ground.

    Parameters
    ----------
    codes, outlines
        Every kommun of the country with its generalised outline.
    places : list of Place
        Localities, that must stand on land.
    """
    seed = region.demo.fro
    mine = [codes.index(k) for k in region.kommunkoder]
    canvas = over(tuple(shapely.total_bounds(outlines[mine])))
    coarse = canvas.coarser()
    box = shapely.box(canvas.west, canvas.south, canvas.east, canvas.north)
    around = set(np.flatnonzero(shapely.intersects(outlines, box)).tolist()) - set(mine)
    order = [*mine, *sorted(around, key=lambda i: codes[i])]
    near, names = outlines[order], [codes[i] for i in order]
    official_ha = np.zeros(len(order))
    official_ha[: len(mine)] = [k.land_ha or 0 for k in region.lan.kommuner]

    inside_m, abroad = _inside(coarse, near)
    ocean, at_sea = shores.sea(coarse, outlines)
    depths = borders.depths(seed, coarse, near, names)
    free, firm = shores.outer(seed, canvas, inside_m, at_sea, places)
    owner, _ = borders.divide(coarse, depths, np.zeros(len(order)))
    owner[abroad] = -1
    shore = shores.lower(canvas, free, firm, owner, official_ha, LAKE_SHARE)
    shift_m = borders.fit(coarse, depths, (shore[::2, ::2] > 0) & ~abroad, official_ha)
    owner, depth_m = borders.divide(coarse, depths, shift_m)
    owner = borders.nearest_owner(owner, ~at_sea & ~abroad)
    owner[abroad & (depth_m > -300)] = -1
    drawn = borders.drawn(coarse, owner, len(order))
    border_m = finer(_from_border(owner, coarse.step), canvas)
    shore = shores.with_straits(shore, firm, finer(inside_m, canvas), border_m)
    np.maximum(shore, FLOOR_M, out=shore, where=shores.stretched_mask(abroad, coarse, canvas))
    height, water, land = _with_lakes(seed, canvas, shore, owner, border_m, places, drawn, official_ha, len(mine))
    is_sea = _holding(water, coarse, ocean & (height[::2, ::2] < 0))
    return Ground(names, drawn, water, is_sea, land, canvas, height, owner)


def _inside(coarse: Canvas, near: NDArray[Any]) -> tuple[Surface, Bools]:
    """Return how far inside the outlines each node lies (metres), and which nodes are other countries' land."""
    from scipy.ndimage import distance_transform_edt as edt

    own = coarse.labels(near) > 0
    inside_m = ((edt(own) - edt(~own)) * coarse.step).astype(np.float32)
    return inside_m, (coarse.labels([NORWAY_FINLAND], "uint8") > 0) & ~own


def _with_lakes(
    seed: int,
    canvas: Canvas,
    shore: Surface,
    owner: NDArray[np.int16],
    border_m: Surface,
    places: list[shores.Place],
    drawn: NDArray[Any],
    official_ha: Floats,
    own: int,
) -> tuple[Surface, NDArray[Any], NDArray[Any]]:
    """Fill lakes until every kommun has its official land; return the surface, the waters and the land."""
    wide = np.repeat(np.repeat(owner, 2, axis=0), 2, axis=1)[: canvas.shape[0], : canvas.shape[1]]
    cell_ha = canvas.step**2 / 1e4
    dry_ha = borders.sizes(wide, shore > 0, len(official_ha)) * cell_ha
    lake_ha = np.where(official_ha > 0, np.maximum(dry_ha - official_ha, 0), LAKE_SHARE * dry_ha)
    draw = shores.lakes(seed, canvas, shore, wide, border_m, places)
    for _ in range(2):
        height = draw(np.rint(lake_ha / cell_ha).astype(np.int64))
        water = shores.polygons(canvas, height)
        land = _without(drawn[:own], water)
        surplus = np.where(official_ha[:own] > 0, shapely.area(land) / 1e4 - official_ha[:own], 0)
        if (np.abs(surplus) <= CLOSE * official_ha[:own]).all():
            break
        lake_ha[:own] = np.maximum(lake_ha[:own] + surplus, 0)
    return height, water, land


def _holding(water: NDArray[Any], canvas: Canvas, nodes: Bools) -> Bools:
    """Tell which waters hold one of the nodes; every fiftieth is asked, waters so marked are large."""
    rows, cols = np.nonzero(nodes)
    out = np.zeros(len(water), dtype=bool)
    out[shapely.STRtree(water).query(shapely.points(canvas.e[cols[::50]], canvas.n[rows[::50]]), "within")[1]] = True
    return out


def _from_border(owner: NDArray[np.int16], step: float) -> Surface:
    from scipy.ndimage import distance_transform_edt as edt

    edge = np.zeros(owner.shape, dtype=bool)
    edge[1:] |= owner[1:] != owner[:-1]
    edge[:, 1:] |= owner[:, 1:] != owner[:, :-1]
    return (edt(~edge) * step).astype(np.float32) if edge.any() else np.full(owner.shape, 1e6, dtype=np.float32)


def _without(areas: NDArray[Any], water: NDArray[Any]) -> NDArray[Any]:
    """Return the areas with the water cut away; only what is area of it."""
    tree = shapely.STRtree(water)
    out = np.empty(len(areas), dtype=object)
    for i, area in enumerate(areas):
        wet = water[np.sort(tree.query(area, predicate="intersects"))]
        left = shapely.difference(area, shapely.union_all(wet))
        parts = shapely.get_parts(left)
        parts = parts[shapely.area(parts) > 1]
        out[i] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    return out
