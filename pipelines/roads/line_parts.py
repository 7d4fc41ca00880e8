"""Lines as columns of vertices, and stretches of them: what shapely has no vectorised call for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints

Floats = NDArray[np.float64]
Vertices = tuple[Floats, Ints]
"""Lines drawn: the vertices of all after each other, shape (v, 2), and how many each has."""
NO_LINES: Vertices = (np.zeros((0, 2)), np.zeros(0, np.int64))
TINY = 1e-300
"""Stands for a length of 0: a stored 0 would be no edge at all in a sparse graph."""


@dataclass(frozen=True)
class Lines:
    """Vertices of all lines in one array.

    Attributes
    ----------
    xy : ndarray of float, shape (v, 2)
        EPSG:3006, metres.
    first : ndarray of int64, shape (lines + 1,)
        Where each line's vertices begin; the last one is v.
    along_m : ndarray of float, shape (v,)
        Metres from the line's own start.
    """

    xy: Floats
    first: Ints
    along_m: Floats

    @property
    def length_m(self) -> Floats:
        """Metres of each line."""
        return self.along_m[self.first[1:] - 1]

    @property
    def line(self) -> Ints:
        """The line of each vertex."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def columns(lines: NDArray[Any]) -> Lines:
    """Turn LineStrings (two vertices or more each) into columns."""
    import shapely

    return of_vertices(shapely.get_coordinates(lines), shapely.get_num_coordinates(lines).astype(np.int64))


def of_vertices(xy: Floats, count: Ints) -> Lines:
    """Turn the vertices of lines, and how many each has, into columns."""
    first = np.append(0, np.cumsum(count)).astype(np.int64)
    step = np.zeros(len(xy))
    step[1:] = np.hypot(*(xy[1:] - xy[:-1]).T)
    step[first[:-1]] = 0
    run = np.cumsum(step)
    # From each line's own start, summed anew: the county's running sum would cost the last decimals.
    return Lines(xy, first, run - np.repeat(run[first[:-1]], count) if len(xy) else run)


def ragged(counts: Ints) -> tuple[Ints, Ints]:
    """Return owner and running number of each of ``counts`` things.

    >>> [x.tolist() for x in ragged(np.array([2, 0, 1]))]
    [[0, 0, 2], [0, 1, 0]]
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    start = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - start[owner]


def distinct(keys: Ints) -> Ints:
    """Return whole numbers in order, each once: NumPy's own ``unique``, which hashes them, takes six times as long.

    >>> distinct(np.array([5, 3, 5])).tolist()
    [3, 5]
    """
    keys = np.sort(keys)
    new = np.ones(len(keys), np.bool_)
    new[1:] = keys[1:] != keys[:-1]
    return keys[new]


def point_at(lines: Lines, line: Ints, at_m: Floats) -> Floats:
    """Return the points at so many metres along lines, shape (n, 2)."""
    i = segment_of(lines, line, at_m)
    whole = lines.along_m[i + 1] - lines.along_m[i]
    part = np.divide(at_m - lines.along_m[i], whole, out=np.zeros(len(i)), where=whole > 0)
    return lines.xy[i] + (lines.xy[i + 1] - lines.xy[i]) * np.clip(part, 0, 1)[:, None]


def segment_of(lines: Lines, line: Ints, at_m: Floats) -> Ints:
    """Return the vertex at or before so many metres along each line, never the line's last one."""
    low, high = lines.first[line].copy(), lines.first[line + 1] - 1
    while (open_ := high - low > 1).any():
        middle = (low + high) // 2
        before = lines.along_m[middle] <= at_m
        low = np.where(open_ & before, middle, low)
        high = np.where(open_ & ~before, middle, high)
    return low


def stretches(lines: Lines, line: Ints, from_m: Floats, to_m: Floats) -> Vertices:
    """Return the vertices of stretches of lines, and how many each has.

    Parameters
    ----------
    line : ndarray of int64, shape (n,)
    from_m, to_m : ndarray of float, shape (n,)
        Metres along the line, ``from_m`` < ``to_m``.

    Returns
    -------
    xy : ndarray of float, shape (v, 2)
    count : ndarray of int64, shape (n,)
    """
    low, high = segment_of(lines, line, from_m) + 1, segment_of(lines, line, to_m)
    # Vertices that are an end themselves would stand twice.
    low = low + (lines.along_m[np.minimum(low, len(lines.along_m) - 1)] <= from_m)
    high = high - (lines.along_m[high] >= to_m)
    inner = np.maximum(high - low + 1, 0)
    owner, number = ragged(inner + 2)
    xy = lines.xy[np.clip(low[owner] + number - 1, 0, len(lines.xy) - 1)]
    start = np.cumsum(inner + 2) - (inner + 2)
    xy[start] = point_at(lines, line, from_m)
    xy[start + inner + 1] = point_at(lines, line, to_m)
    return xy, inner + 2


def together(*drawn: Vertices) -> Vertices:
    """Return lines after each other."""
    return np.concatenate([xy for xy, _ in drawn]), np.concatenate([count for _, count in drawn])


def taken(drawn: Vertices, which: Ints) -> Vertices:
    """Return some of the lines, in the order asked for.

    >>> [x.tolist() for x in taken((np.array([[0.0, 0], [1, 1], [2, 2]]), np.array([1, 2])), np.array([1, 0]))]
    [[[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]], [2, 1]]
    """
    xy, count = drawn
    first = (np.cumsum(count) - count)[which]
    owner, number = ragged(count[which])
    return xy[first[owner] + number], count[which]


def draw(xy: Floats, count: Ints) -> NDArray[Any]:
    """Return LineStrings of so many of the vertices each, in order."""
    import shapely

    out: NDArray[Any] = np.zeros(0, dtype=object)
    if len(count):
        out = shapely.linestrings(xy, indices=np.repeat(np.arange(len(count)), count))  # type: ignore[assignment]
    return out
