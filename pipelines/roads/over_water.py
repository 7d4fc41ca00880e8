"""Straight lines over water: where each goes over it, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import Floats

if TYPE_CHECKING:
    from shapely import STRtree

_VERTICES = 256
"""Water with more is cut in two, and so on: a line over Vänern then meets a bay of it, not 100 000 vertices."""
_TOUCH_M = 1e-6
"""Stretches this near each other are one: water is cut, and files have it, in pieces."""


@dataclass(frozen=True)
class Water:
    """Water as pieces of few vertices (EPSG:3006), and the index of them."""

    pieces: NDArray[Any]
    index: STRtree


@dataclass(frozen=True)
class Stretches:
    """Parts of straight lines, by line and along it: ``line`` of int64, ``from_m`` and ``to_m``; shape (n,)."""

    line: Ints
    from_m: Floats
    to_m: Floats


def water(polygons: NDArray[Any]) -> Water:
    """Cut polygons into pieces of few vertices."""
    import shapely

    done, left = [], shapely.get_parts(polygons[~shapely.is_missing(polygons)])
    while len(left):
        large = shapely.get_num_coordinates(left) > _VERTICES
        done.append(left[~large])
        left = _halves(left[large])
    pieces = np.concatenate([*done, np.zeros(0, dtype=object)])
    return Water(pieces, shapely.STRtree(pieces))


def _halves(polygons: NDArray[Any]) -> NDArray[Any]:
    """Cut each polygon in two across its longer side."""
    import shapely

    out = []
    for polygon, (w, s, e, n) in zip(polygons, shapely.bounds(polygons), strict=True):
        if e - w > n - s:
            boxes = ((w, s, (w + e) / 2, n), ((w + e) / 2, s, e, n))
        else:
            boxes = ((w, s, e, (s + n) / 2), (w, (s + n) / 2, e, n))
        out += [shapely.clip_by_rect(polygon, *box) for box in boxes]
    parts = shapely.get_parts(shapely.get_parts(np.array(out, dtype=object)))
    return parts[shapely.get_type_id(parts) == 3]


def over(wet: Water, start: Floats, end: Floats) -> Stretches:
    """Return the parts of straight lines that go over water.

    Parameters
    ----------
    wet : Water
    start, end : ndarray of float, shape (n, 2)
        EPSG:3006, metres.
    """
    import shapely

    lines: NDArray[Any] = shapely.linestrings(np.stack([start, end], axis=1))  # type: ignore[assignment]
    line, piece = wet.index.query(lines, predicate="intersects")
    parts, of = shapely.get_parts(shapely.intersection(lines[line], wet.pieces[piece]), return_index=True)
    long = (shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts)
    parts, line = parts[long], line[of[long]]
    length = np.hypot(*(end - start).T)
    if len(parts) == 0:
        return Stretches(line, np.zeros(0), np.zeros(0))
    ends = [shapely.get_coordinates(shapely.get_point(parts, i)) for i in (0, -1)]
    a, b = (np.hypot(*(xy - start[line]).T) for xy in ends)
    low, high = np.minimum(a, b), np.minimum(np.maximum(a, b), length[line])
    return _merged(line, low, high)


def _merged(line: Ints, low: Floats, high: Floats) -> Stretches:
    """Merge stretches of one line that overlap or touch."""
    order = np.lexsort((high, low, line))
    line, low, high = line[order], low[order], high[order]
    # Lines end to end on one axis, far enough apart: the farthest reached so far is then one running maximum.
    shift = np.unique(line, return_inverse=True)[1] * (float(high.max()) + 1)
    reached = np.maximum.accumulate(high + shift)
    new = np.ones(len(line), np.bool_)
    new[1:] = low[1:] + shift[1:] > reached[:-1] + _TOUCH_M
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(line)) - 1
    return Stretches(line[first], low[first], reached[last] - shift[first])


def rest(wet: Stretches, length_m: Floats) -> Stretches:
    """Return what is left of the lines between the stretches.

    >>> wet = Stretches(np.array([0]), np.array([2.0]), np.array([5.0]))
    >>> dry = rest(wet, np.array([9.0, 3.0]))
    >>> list(zip(dry.line.tolist(), dry.from_m.tolist(), dry.to_m.tolist()))
    [(0, 0.0, 2.0), (0, 5.0, 9.0), (1, 0.0, 3.0)]
    """
    every = np.arange(len(length_m))
    line = np.concatenate([every, wet.line])
    low = np.concatenate([np.zeros(len(every)), wet.to_m])
    order = np.lexsort((low, line))
    line, low = line[order], low[order]
    goals = np.lexsort((np.concatenate([wet.from_m, length_m]), np.concatenate([wet.line, every])))
    high = np.concatenate([wet.from_m, length_m])[goals]
    some = high - low > _TOUCH_M  # less is the rounding of sums, and no line
    return Stretches(line[some], low[some], high[some])


def metres(parts: Stretches, count: int) -> Floats:
    """Return the metres of each of ``count`` lines."""
    return np.bincount(parts.line, weights=parts.to_m - parts.from_m, minlength=count).astype(np.float64)
