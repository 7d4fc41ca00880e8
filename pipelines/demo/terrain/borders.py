"""Kommun borders: each place belongs to the kommun whose generalised outline it is most inside of or nearest to.

Outlines are drawn in or let out, all alike along each kommun's border, until the land inside can be the official one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.demo.terrain.canvas import Canvas, Surface, rough
from pipelines.demo.world.common import Bools, Floats, Ints

REACH_M = 13_000
"""How far out in the sea borders run."""
ROUGH = ((2_600.0, 170.0), (900.0, 80.0))
"""Metres that a border bends."""
WATER_SHARE = (0.035, 0.19)
"""Inland water that a kommun may need to get, as a share of its land, before its borders are moved."""
ROUNDS = 14
TOLERANCE_M = 260.0


@dataclass(frozen=True)
class Depth:
    """How far inside its outline each node near one kommun lies: metres, negative inside."""

    rows: slice
    cols: slice
    metres: Surface


def depths(seed: int, canvas: Canvas, outlines: Any, codes: list[str]) -> list[Depth]:
    """Measure every outline in its own surroundings, bent so that no border is a straight line of kilometres."""
    from scipy.ndimage import distance_transform_edt as edt

    out = []
    for code, outline in zip(codes, outlines, strict=True):
        rows, cols = canvas.window(outline.bounds, REACH_M)
        part = Canvas(
            canvas.west + cols.start * canvas.step,
            canvas.south + rows.start * canvas.step,
            canvas.step,
            (rows.stop - rows.start, cols.stop - cols.start),
        )
        inside = part.labels([outline], "uint8") > 0
        if not inside.any():  # an outline between the nodes
            row, col = part.nearest(*shapely.get_coordinates(outline.representative_point())[0])
            inside[row, col] = True
        metres = (edt(~inside) - edt(inside)) * canvas.step
        metres = metres.astype(np.float32) + rough(seed, f"gräns {code}", part, ROUGH)
        out.append(Depth(rows, cols, metres))
    return out


def divide(canvas: Canvas, near: list[Depth], shift_m: Floats) -> tuple[NDArray[np.int16], Surface]:
    """Return which outline each node belongs to (−1: none within reach), and how far inside it lies."""
    best = np.full(canvas.shape, REACH_M, dtype=np.float32)
    owner = np.full(canvas.shape, -1, dtype=np.int16)
    for i, d in enumerate(near):
        here = best[d.rows, d.cols]
        metres = d.metres + np.float32(shift_m[i])
        mine = metres < here
        here[mine] = metres[mine]
        owner[d.rows, d.cols][mine] = i
    return owner, best


def fit(canvas: Canvas, near: list[Depth], dry: Bools, land_ha: Floats) -> Floats:
    """Return how far each outline is to be drawn in (metres, negative: let out).

    Parameters
    ----------
    dry : ndarray of bool
        Nodes that are no sea or great lake.
    land_ha : ndarray of float
        Official land area per outline; 0 where it is not to be fitted.
    """
    shift = np.zeros(len(near))
    known = land_ha > 0
    cell_ha = canvas.step**2 / 1e4
    for _ in range(ROUNDS):
        owner, _ = divide(canvas, near, shift)
        area = np.bincount(owner[dry & (owner >= 0)], minlength=len(near)) * cell_ha
        low, high = land_ha * (1 + WATER_SHARE[0]), land_ha * (1 + WATER_SHARE[1])
        missing = np.where(known, np.maximum(low - area, 0) - np.maximum(area - high, 0), 0)
        around_m = 4.5 * np.sqrt(np.maximum(area, 100) * 1e4)
        shift -= 0.6 * missing * 1e4 / around_m
        shift = np.clip(shift, -2_500, 2_500)
    return shift


def drawn(canvas: Canvas, owner: NDArray[np.int16], count: int) -> NDArray[Any]:
    """Return one polygon per outline out of the nodes that belong to it; neighbours share their border exactly."""
    from rasterio import Affine
    from rasterio.features import shapes

    half = canvas.step / 2
    grid = Affine(canvas.step, 0, canvas.west - half, 0, canvas.step, canvas.south - half)
    found: list[list[Any]] = [[] for _ in range(count)]
    for geometry, value in shapes(owner, mask=owner >= 0, connectivity=4, transform=grid):
        rings = geometry["coordinates"]
        found[int(value)].append(shapely.Polygon(rings[0], rings[1:]))
    whole = [shapely.MultiPolygon(parts) if parts else shapely.MultiPolygon() for parts in found]
    return np.asarray(shapely.coverage_simplify(whole, TOLERANCE_M), dtype=object)


def nearest_owner(owner: NDArray[np.int16], wanted: Bools) -> NDArray[np.int16]:
    """Give ``wanted`` nodes that belong to nobody to the nearest that does: the middle of a great lake."""
    from scipy.ndimage import distance_transform_edt as edt

    if not (wanted & (owner < 0)).any() or not (owner >= 0).any():
        return owner
    rows, cols = edt(owner < 0, return_distances=False, return_indices=True)
    filled: NDArray[np.int16] = np.where(wanted & (owner < 0), owner[rows, cols], owner)
    return filled


def sizes(owner: NDArray[np.int16], dry: Bools, count: int) -> Ints:
    """Return how many dry nodes belong to each outline."""
    return np.bincount(owner[dry & (owner >= 0)], minlength=count)
