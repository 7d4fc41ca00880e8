"""Small tools of the demo region: random streams, exact apportionment, points in polygons."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DEMO_TEXT = "DEMO – påhittade uppgifter, inget av detta är verkligt"
"""The mark that every demo file carries inside itself."""


class Points(NamedTuple):
    """Positions in EPSG:3006 (metres) and the kommun (index into the region's list) each lies in."""

    e: Floats
    n: Floats
    kommun: Ints


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a random stream of its own for one step, so that a change in one step moves no other."""
    return np.random.default_rng([seed, zlib.crc32(name.encode("utf-8"))])


def apportion(weights: ArrayLike, total: int) -> Ints:
    """Divide a whole number over weights by largest remainder; the sum is exact.

    Raises
    ------
    ValueError
        When there is something to divide and nothing to divide it over.

    Examples
    --------
    >>> apportion([1, 1, 2], 5).tolist()
    [1, 1, 3]
    """
    w = np.maximum(np.asarray(weights, dtype=np.float64), 0)
    if not len(w):
        if total:
            raise ValueError("ingenting att fördela på")
        return np.zeros(0, dtype=np.int64)
    if w.sum() <= 0:
        w = np.ones(len(w))
    exact = w / w.sum() * total
    whole = np.floor(exact).astype(np.int64)
    rest = int(total - whole.sum())
    order = np.lexsort((np.arange(len(w)), -np.round(exact - whole, 9)))
    whole[order[:rest]] += 1
    return whole


def inside(polygon: Any, e: Floats, n: Floats) -> Bools:
    """Return which points lie inside a (prepared) polygon; a bounding box is tried first."""
    west, south, east, north = polygon.bounds
    out = (e > west) & (e < east) & (n > south) & (n < north)
    near = np.flatnonzero(out)
    out[near] = shapely.contains_xy(polygon, e[near], n[near])
    return out


def kommun_of(polygons: list[Any], e: Floats, n: Floats) -> Ints:
    """Return the index of the polygon each point lies in, −1 for none."""
    out = np.full(len(e), -1, dtype=np.int64)
    for i, polygon in enumerate(polygons):
        out[(out < 0) & inside(polygon, e, n)] = i
    return out


class Noise:
    """A smooth random surface: white noise on a raster, Gaussian-filtered, unit variance."""

    def __init__(
        self, rng: np.random.Generator, bounds: tuple[float, ...], reach_m: float, step_m: float = 1000
    ) -> None:
        from scipy.ndimage import gaussian_filter

        self.west, self.south, self.step = bounds[0] - step_m, bounds[1] - step_m, step_m
        shape = (int((bounds[3] - bounds[1]) / step_m) + 4, int((bounds[2] - bounds[0]) / step_m) + 4)
        field = gaussian_filter(rng.standard_normal(shape), reach_m / step_m)
        self.field = (field - field.mean()) / max(field.std(), 1e-9)

    def at(self, e: Floats, n: Floats) -> Floats:
        """Return the surface at points (bilinear)."""
        from scipy.ndimage import map_coordinates

        rows, cols = (n - self.south) / self.step, (e - self.west) / self.step
        value: Floats = map_coordinates(self.field, [rows, cols], order=1, mode="nearest")
        return value
