"""Coasts, islands and lakes: where land is, as the positive side of a surface."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.demo.terrain.canvas import Canvas, Surface, finer, rough
from pipelines.demo.world.common import Bools, Floats, Ints

COAST = ((9_000.0, 420.0), (3_200.0, 640.0), (1_300.0, 600.0), (520.0, 330.0), (240.0, 130.0))
"""Reach of bays and capes, and metres that the shore moves by them."""
CALM = 0.55
"""Share of that by a lake's shore."""
LAKES = ((5_200.0, 1.0), (1_900.0, 0.66), (800.0, 0.46), (330.0, 0.24))
LAKE_M = 700.0
"""Metres that a unit of the lakes' surface stands for."""
STRETCH = 1.7
"""Lakes lie from south to north, as the ice went."""
FARTHEST_SKERRY_M = 6_500.0
SHOALS_M = 900.0
"""Out at sea it grows deeper ever more slowly: 2 km out the bottom lies as if it were 1 050 m out."""
SHORE_SHARE = 0.02
"""Of a kommun's area is water, where its land is fitted at the shore."""
MOST_SINK_M = (-900.0, 2_500.0)
BLEND_M = 900.0
STRAIT_M, OUTSIDE_M = 170.0, 40.0
"""How far from a border in open water its strait reaches; and how far from the generalised land water is open."""
FROM_SHORE_M, FROM_BORDER_M = 700.0, 250.0
"""No lake nearer than this to the sea and to the kommun's border."""
PLACE_EDGE_M = 250.0
POLYGON = 3
"""As shapely numbers its types."""
SOURCE_M = 2_000.0
"""Nodes of the map of Sweden by which sea is told from lake."""


class Place(NamedTuple):
    """A locality that must stand on land: position, and metres of land around it."""

    e: float
    n: float
    reach_m: float


def sea(canvas: Canvas, sweden: Any) -> tuple[Bools, Bools]:
    """Return which nodes are surely sea, and which are sea or shore of it: what is joined to the ocean round Sweden."""
    from scipy.ndimage import binary_dilation, label

    bounds = shapely.total_bounds(sweden)
    shape = (int((bounds[3] - bounds[1]) / SOURCE_M) + 12, int((bounds[2] - bounds[0]) / SOURCE_M) + 12)
    chart = Canvas(bounds[0] - 5 * SOURCE_M, bounds[1] - 5 * SOURCE_M, SOURCE_M, shape)
    marks, _ = label(~binary_dilation(chart.labels(sweden) > 0))
    ocean = marks == marks[0, 0]
    rows, cols = (
        chart.nearest(np.full(canvas.shape[0], chart.west), canvas.n)[0],
        chart.nearest(canvas.e, np.full(canvas.shape[1], chart.south))[1],
    )
    return ocean[np.ix_(rows, cols)], binary_dilation(ocean, iterations=3)[np.ix_(rows, cols)]


def outer(seed: int, canvas: Canvas, inside_m: Surface, at_sea: Bools, places: list[Place]) -> tuple[Surface, Surface]:
    """Return the surface of land against sea and great lakes, and the one of what must be land.

    Both tell metres from the shore, about; positive on land.

    Parameters
    ----------
    inside_m : ndarray
        Metres inside the generalised outlines, all together, on ``canvas.coarser()``.
    at_sea : ndarray of bool
        On the coarser canvas too: by the sea shores are more broken than by a lake.
    """
    smooth = finer(inside_m, canvas)
    swing = rough(seed, "kust", canvas, COAST)
    deep = np.where(smooth < 0, -SHOALS_M * np.log1p(np.maximum(-smooth, 0) / SHOALS_M), smooth)
    land = deep.astype(np.float32) + swing * finer(np.where(at_sea, np.float32(1.0), np.float32(CALM)), canvas)
    # What lies far out is sea, whatever the swing: skerries stay near the coast.
    np.minimum(land, -200, out=land, where=smooth < -FARTHEST_SKERRY_M)
    firm = np.full(canvas.shape, -FARTHEST_SKERRY_M, dtype=np.float32)
    for place in places:
        rows, cols = canvas.window((place.e, place.n, place.e, place.n), place.reach_m + 1_500)
        away = np.hypot(canvas.e[cols][None, :] - place.e, canvas.n[rows][:, None] - place.n)
        here = (place.reach_m - away + 0.4 * swing[rows, cols]).astype(np.float32)
        np.maximum(firm[rows, cols], here, out=firm[rows, cols])
    return land, firm


def lower(
    canvas: Canvas, land: Surface, firm: Surface, owner: NDArray[np.int16], land_ha: Floats, share: float
) -> Surface:
    """Sink or raise the land of every kommun with a shore until it is the official area and ``share`` for lakes.

    ``owner`` is on ``canvas.coarser()``; ``land_ha`` is 0 where nothing is to be fitted.
    """
    from scipy.ndimage import gaussian_filter

    base, must = land[::2, ::2], firm[::2, ::2] > 0
    cell_ha = (2 * canvas.step) ** 2 / 1e4
    sink = np.zeros(len(land_ha) + 1, dtype=np.float32)
    total = np.zeros(base.shape, dtype=np.float32)
    for _ in range(3):
        for i in np.flatnonzero(land_ha > 0):
            mine = owner == i
            heights = np.where(must, np.float32(1e4), base - total)[mine]
            wet = float((heights <= 0).mean())
            wanted = int(land_ha[i] * (1 + share) / cell_ha)
            if wet > SHORE_SHARE and 0 < wanted < len(heights):
                step = -np.partition(-heights, wanted)[wanted]
                sink[i] = np.clip(sink[i] + step, *MOST_SINK_M)
        total = gaussian_filter(sink[owner], BLEND_M / (2 * canvas.step))
    out: Surface = np.maximum(land - finer(total, canvas), firm)
    return out


def with_straits(land: Surface, firm: Surface, inside_m: Surface, border_m: Surface) -> Surface:
    """Return the land with water along borders that run outside the generalised land: islands stay islands."""
    open_water = (inside_m < -OUTSIDE_M) & (firm <= 0) & (border_m < 2 * STRAIT_M)
    out: Surface = np.where(open_water, np.minimum(land, border_m - np.float32(STRAIT_M)), land)
    return out


def stretched_mask(mask: Bools, coarse: Canvas, canvas: Canvas) -> Bools:
    """Return a mask of the coarser canvas on all nodes."""
    rows = np.minimum((np.arange(canvas.shape[0]) + 1) // 2, coarse.shape[0] - 1)
    cols = np.minimum((np.arange(canvas.shape[1]) + 1) // 2, coarse.shape[1] - 1)
    return mask[np.ix_(rows, cols)]


def lakes(
    seed: int, canvas: Canvas, land: Surface, owner: NDArray[np.int16], border_m: Surface, places: list[Place]
) -> Callable[[Ints], Surface]:
    """Return what draws lakes: given how many nodes of lake each kommun gets, the surface of land against all water.

    Parameters
    ----------
    land : ndarray
        The surface of land against sea and great lakes.
    owner : ndarray of int
        Kommun of each node, −1 for none.
    border_m : ndarray
        Metres from each node to the nearest border of a kommun.
    """
    height = rough(seed, "sjöar", canvas, LAKES, STRETCH)
    height += np.float32(4.0) * np.clip(1 - border_m / FROM_BORDER_M, 0, 1)
    height += np.float32(4.0) * np.clip(1 - (land - FROM_SHORE_M) / 400, 0, 2)
    for place in places:
        far = place.reach_m * 1.25 + PLACE_EDGE_M
        rows, cols = canvas.window((place.e, place.n, place.e, place.n), far + 600)
        away = np.hypot(canvas.e[cols][None, :] - place.e, canvas.n[rows][:, None] - place.n)
        height[rows, cols] += (6 * np.clip((far + 500 - away) / 500, 0, 1)).astype(np.float32)
    ground = (land > 0) & (owner >= 0)
    where = owner[ground]
    order = np.argsort(where, kind="stable")
    heights, ends = height[ground][order], np.searchsorted(where[order], np.arange(int(owner.max(initial=-1)) + 2))

    def drawn(wanted: Ints) -> Surface:
        level = np.full(len(wanted) + 1, -99.0, dtype=np.float32)
        for i in range(len(ends) - 1):
            mine = heights[ends[i] : ends[i + 1]]
            count = min(int(wanted[i]), len(mine) // 2)
            if count > 0:
                level[i] = np.partition(mine, count)[count]
        return np.minimum(land, (height - level[owner]) * np.float32(LAKE_M))

    return drawn


def polygons(canvas: Canvas, land: Surface) -> Any:
    """Return the waters: polygons round where the surface is below 0, islands cut out; rounded to 0.1 m."""
    from contourpy import FillType, contour_generator

    drawer = contour_generator(canvas.e, canvas.n, -land, fill_type=FillType.OuterOffset)
    points, offsets = drawer.filled(0.0, 1e9)[:2]
    out = []
    for xy, start in zip(points, offsets, strict=True):
        if xy is None or start is None:
            continue
        rings = [np.round(xy[a:b], 1) for a, b in pairwise(start.tolist())]
        out.append(shapely.Polygon(rings[0], rings[1:]))
    parts = shapely.get_parts(shapely.make_valid(np.array(out, dtype=object)))
    parts = shapely.get_parts(parts)  # a collection's own parts
    return parts[(shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) > 1)]
