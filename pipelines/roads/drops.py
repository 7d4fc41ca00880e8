"""Drops: where each address joins the roads, at the nearest point of a line that may be followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import Floats, Lines, ragged

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

SAME_M = 1e-6
"""Points that are as far away, to this, are equally near: the first line in the table, and on it the first point."""
_PIECE_M = 50.0
"""Segments are looked for by the middle of pieces no longer than this. Measured: 25-100 m are as fast."""
_NEAREST = 4
_AT_ONCE = 50_000
"""Addresses looked up together: more of them at once take memory, and no less time."""


@dataclass(frozen=True)
class Drops:
    """One drop for each address.

    Attributes
    ----------
    line : ndarray of int64, shape (n,)
        -1 where there is no line at all.
    at_m : ndarray of float, shape (n,)
        Metres along the line.
    xy : ndarray of float, shape (n, 2)
        The point on the line.
    length_m : ndarray of float, shape (n,)
    """

    line: Ints
    at_m: Floats
    xy: Floats
    length_m: Floats


def nearest(points: Floats, lines: Lines, may: Ints) -> Drops:
    """Find the nearest point of the lines that may be followed.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        EPSG:3006, metres.
    lines : Lines
    may : ndarray of int64
        The lines that may be followed, rising.

    Notes
    -----
    Exact: the pieces whose middles are nearest are measured, and more of them, until no other piece can be nearer than
    the nearest found.
    """
    from scipy.spatial import cKDTree

    n = len(points)
    out = Drops(np.full(n, -1), np.zeros(n), points.copy(), np.full(n, np.inf))
    if len(may) == 0 or n == 0:
        return out
    line, vertex, middle, half = _pieces(lines, may)
    tree = cKDTree(middle, balanced_tree=False, compact_nodes=False)
    order = np.lexsort((points[:, 1], points[:, 0] // 2000))
    for start in range(0, n, _AT_ONCE):
        _nearest_of(order[start : start + _AT_ONCE], points, lines, (line, vertex, half), tree, out)
    return out


def _nearest_of(
    left: Ints, points: Floats, lines: Lines, pieces: tuple[Ints, Ints, float], tree: cKDTree, out: Drops
) -> None:
    """Find the drops of some of the points, and put them in ``out``."""
    of, vertex, half = pieces
    number = min(_NEAREST, len(vertex))
    while len(left):
        far, which = tree.query(points[left], k=np.arange(1, number + 1), workers=-1 if len(left) > 10_000 else 1)
        line, (at, xy, away) = of[which], _measure(points[left], lines, vertex[which])
        least = away.min(axis=1)
        done = (far[:, -1] > least + SAME_M + half) | (number == len(vertex))
        close = away <= least[:, None] + SAME_M
        close &= line == np.where(close, line, len(lines.first)).min(axis=1, keepdims=True)
        best = np.where(close, at, np.inf).argmin(axis=1)
        rows, goal = np.flatnonzero(done), left[done]
        out.line[goal], out.at_m[goal] = line[rows, best[rows]], at[rows, best[rows]]
        out.xy[goal], out.length_m[goal] = xy[rows, best[rows]], away[rows, best[rows]]
        left, number = left[~done], min(4 * number, len(vertex))


def _pieces(lines: Lines, may: Ints) -> tuple[Ints, Ints, Floats, float]:
    """Return the line, segment (its first vertex) and middle of every piece, and half the longest piece's length."""
    vertices = lines.first[may + 1] - lines.first[may] - 1
    owner, number = ragged(vertices)
    line, vertex = may[owner], lines.first[may][owner] + number
    start, step = lines.xy[vertex], lines.xy[vertex + 1] - lines.xy[vertex]
    size = np.hypot(*step.T)
    parts = np.maximum(np.ceil(size / _PIECE_M), 1).astype(np.int64)
    owner, number = ragged(parts)
    middle = step[owner]
    middle *= ((number + 0.5) / parts[owner])[:, None]
    middle += start[owner]
    return line[owner], vertex[owner], middle, float((size / parts).max()) / 2


def _measure(points: Floats, lines: Lines, vertex: Ints) -> tuple[Floats, Floats, Floats]:
    """Return metres along the line, point and distance for segments near each point: shape (n, k)."""
    # Easting and northing each by itself: sums over an axis of two would take more time than all the rest.
    e, n = points[:, :1], points[:, 1:]
    (start_e, start_n), (end_e, end_n) = (np.moveaxis(lines.xy[v], 2, 0) for v in (vertex, vertex + 1))
    step_e, step_n = end_e - start_e, end_n - start_n
    square = step_e * step_e + step_n * step_n
    along = (e - start_e) * step_e + (n - start_n) * step_n
    part = np.clip(np.divide(along, square, out=np.zeros_like(along), where=square > 0), 0, 1)
    # Exactly the vertex at either end, so that every segment that meets there gives the same point.
    end = part == 1
    goal_e, goal_n = np.where(end, end_e, start_e + step_e * part), np.where(end, end_n, start_n + step_n * part)
    low, high = lines.along_m[vertex], lines.along_m[vertex + 1]
    at = np.where(end, high, low + (high - low) * part)
    return at, np.stack([goal_e, goal_n], axis=2), np.hypot(e - goal_e, n - goal_n)
