"""In which coordinate system would these numbers lie where they should? To name it in an error, never to use it.

The systems are those Swedish files are known to come in. Coordinates are tried in each, both axis orders,
and judged by how large a part of them then lies where it is said to: within a kommun's bounds, or at addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Judge = Callable[[Floats, Floats], float]
"""Easting and northing in EPSG:3006 → share (0–1) of them that lies where it should."""

FITS = 0.8
"""A system fits when at least this share lies where it should: a few rows of any file may be wrong."""
SAMPLE = 500
"""Points that are tried, evenly taken from the file: a wrong system is wrong for every one."""
_NAMES = {
    3006: "SWEREF 99 TM",
    3007: "SWEREF 99 12 00",
    3008: "SWEREF 99 13 30",
    3009: "SWEREF 99 15 00",
    3010: "SWEREF 99 16 30",
    3011: "SWEREF 99 18 00",
    3012: "SWEREF 99 14 15",
    3013: "SWEREF 99 15 45",
    3014: "SWEREF 99 17 15",
    3015: "SWEREF 99 18 45",
    3016: "SWEREF 99 20 15",
    3017: "SWEREF 99 21 45",
    3018: "SWEREF 99 23 15",
    3021: "RT 90 2,5 gon V",
    3019: "RT 90 7,5 gon V",
    3020: "RT 90 5 gon V",
    3022: "RT 90 0 gon",
    3023: "RT 90 2,5 gon O",
    3024: "RT 90 5 gon O",
    4326: "longitud och latitud, WGS 84",
    3857: "Web Mercator",
    32632: "UTM 32, WGS 84",
    32633: "UTM 33, WGS 84",
    32634: "UTM 34, WGS 84",
    32635: "UTM 35, WGS 84",
}
"""EPSG code → name, likeliest first. EPSG:4619 (SWEREF 99 in degrees) and 4326 are the same to a metre."""


@dataclass(frozen=True)
class System:
    """A coordinate system that fits.

    Attributes
    ----------
    epsg : int
    swapped : bool
        It fits with the two coordinates the other way round.
    """

    epsg: int
    swapped: bool

    @property
    def label(self) -> str:
        """Name and code, as an error says them.

        >>> System(3007, False).label, System(3006, True).label
        ('SWEREF 99 12 00 (EPSG:3007)', 'SWEREF 99 TM (EPSG:3006) med E och N omkastade')
        """
        turned = "latitud och longitud omkastade" if self.epsg == 4326 else "E och N omkastade"
        return f"{_NAMES[self.epsg]} (EPSG:{self.epsg})" + (f" med {turned}" if self.swapped else "")


def within(bounds: tuple[float, float, float, float], margin_m: float = 0.0) -> Judge:
    """Return a judge: the share that lies within bounds (west, south, east, north; EPSG:3006), border included."""
    west, south, east, north = bounds

    def share(e_m: Floats, n_m: Floats) -> float:
        inside = (e_m >= west - margin_m) & (e_m <= east + margin_m)
        inside &= (n_m >= south - margin_m) & (n_m <= north + margin_m)
        return float(inside.mean()) if len(inside) else 0.0

    return share


def beside(e_ref: Floats, n_ref: Floats, reach_m: float) -> Judge:
    """Return a judge: the share that lies within ``reach_m`` of some reference point (EPSG:3006)."""
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([e_ref, n_ref]), balanced_tree=False, compact_nodes=False)

    def share(e_m: Floats, n_m: Floats) -> float:
        known = np.isfinite(e_m) & np.isfinite(n_m)
        away, _ = tree.query(np.column_stack([e_m[known], n_m[known]]), distance_upper_bound=reach_m * (1 + 1e-9))
        return float(np.isfinite(away).sum()) / max(len(e_m), 1)

    return share


def fitting_system(e: Floats, n: Floats, judge: Judge) -> System | None:
    """Return the system in which coordinates lie where they should; None when none of those known fits.

    Parameters
    ----------
    e, n : ndarray of float, shape (n,)
        First and second coordinate as the file has them; NaN where there is none.
    judge : callable
        :func:`within`, or anything else that says which share lies where it should.

    Notes
    -----
    Of several that fit the best does, then the one first in the list: neighbouring zones lie 45–90 km apart.
    """
    there = np.flatnonzero(np.isfinite(e) & np.isfinite(n))
    if not len(there):
        return None
    taken = there[np.unique(np.linspace(0, len(there) - 1, SAMPLE).astype(np.int64))]
    best, found = FITS, None
    for epsg in _NAMES:
        for swapped in (False, True):
            x, y = (n[taken], e[taken]) if swapped else (e[taken], n[taken])
            share = judge(*_to_3006(epsg, x, y))
            if share > best or (share >= best and found is None):
                best, found = share, System(epsg, swapped)
    return found


def _to_3006(epsg: int, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if epsg == 3006:
        return x, y
    e_m, n_m = _transformer(epsg).transform(x, y)
    return np.asarray(e_m), np.asarray(n_m)  # infinite where the system cannot be: never within anything


@lru_cache
def _transformer(epsg: int) -> Any:
    import pyproj

    return pyproj.Transformer.from_crs(epsg, 3006, always_xy=True)
