"""Lines that go on from each other as one: in arrays, but in the order and the ways that GEOS's line merge gives them.

Lines are one where just two ends meet. GEOS goes from point to point, the westernmost first and of those the
southernmost, and from each along the lines that begin there, anticlockwise from east; rings come last. A line made of
several runs the way that most of them do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.publish.ground.ground_chains import Ints, cut_rings, followed

Floats = NDArray[np.float64]


def merged(lines: Any, group: Ints) -> tuple[Any, Ints]:
    """Return lines (shapely) that go on from each other in their group as one, and the group of each, ascending.

    One that stands twice is taken once: it would be drawn twice, and keep what goes on from it from being merged.
    """
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    again = np.zeros(len(xy), dtype=bool)
    again[1:] = (xy[1:] == xy[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    xy, count = xy[~again], np.bincount(owner[~again], minlength=len(lines))
    first = np.cumsum(count) - count
    point = _points(xy[np.column_stack([first, first + count - 1])], group)
    kept = (count > 1) & ~_twice(lines, group, point, count)
    return _joined(xy, first[kept], count[kept], point[kept], group[kept])


def _points(ends: Floats, group: Ints) -> Ints:
    """Return the numbers of the points where lines begin and end: by group, easting and northing."""
    keys = np.repeat(group, 2), ends[:, :, 0].ravel(), ends[:, :, 1].ravel()
    order = np.lexsort(keys[::-1])
    new = np.zeros(len(order), dtype=bool)
    new[1:] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(new)
    return number.reshape(-1, 2)


def _twice(lines: Any, group: Ints, point: Ints, count: Ints) -> NDArray[np.bool_]:
    """Tell which lines have stood before in their group, whichever way they are drawn."""
    import pandas as pd

    low, high = point.min(axis=1), point.max(axis=1)
    between = pd.DataFrame({"low": low, "high": high, "count": count})
    # Only these are compared vertex by vertex; a ring may begin anywhere.
    alike = np.flatnonzero(between.duplicated(keep=False).to_numpy() | (low == high))
    drawn = shapely.to_wkb(shapely.normalize(lines[alike]))
    twice = np.zeros(len(count), dtype=bool)
    twice[alike] = pd.DataFrame({"group": group[alike], "drawn": drawn}).duplicated().to_numpy()
    return twice


def _joined(xy: Floats, first: Ints, count: Ints, point: Ints, group: Ints) -> tuple[Any, Ints]:
    """Return the lines joined, and the group of each; ``point`` is where each begins and ends."""
    partner = _met(point.ravel())
    rank = _ranked(xy, first, count, point)
    steps, end = followed(cut_rings(partner, rank))
    # The end where a walk begins is the one where the walk the other way ends.
    start = end[np.arange(len(end)) ^ 1] ^ 1
    line = np.arange(len(first))
    entered = np.where(rank[start[2 * line]] < rank[start[2 * line + 1]], 2 * line, 2 * line + 1)
    start = start[entered]
    order = np.lexsort((-steps[entered], rank[start], partner[start] >= 0, group))
    entered, start = entered[order], start[order]
    begins = np.diff(start, prepend=-1) != 0
    made = np.cumsum(begins) - 1
    back = entered % 2 == 1
    turned = np.bincount(made, np.where(back, 1, -1)) > 0
    # Where most run the other way, the whole is told from its other end.
    order = np.lexsort((np.where(turned[made], -1, 1) * np.arange(len(made)), made))
    entered = np.where(turned[made], entered ^ 1, entered)[order]
    line, back = entered // 2, entered % 2 == 1
    many = count[line]
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    at = np.repeat(first[line], many) + np.where(np.repeat(back, many), np.repeat(many, many) - 1 - within, within)
    once = (within > 0) | np.repeat(begins, many)  # the point where two lines meet is told once
    return shapely.linestrings(xy[at[once]], indices=np.repeat(made, many)[once]), group[line][begins]


def _met(point: Ints) -> Ints:
    """Return which end each end goes on from: the other one where just two meet; else -1."""
    order = np.argsort(point, kind="stable")
    two = order[np.bincount(point, minlength=1)[point[order]] == 2].reshape(-1, 2)
    partner = np.full(len(point), -1, dtype=np.int64)
    partner[two] = two[:, ::-1]
    return partner


def _ranked(xy: Floats, first: Ints, count: Ints, point: Ints) -> Ints:
    """Return the places of the lines' ends: by their points, then anticlockwise from east as the line leaves there."""
    last = first + count - 1
    away = np.stack([xy[first + 1] - xy[first], xy[last - 1] - xy[last]], axis=1)
    angle = np.arctan2(away[..., 1], away[..., 0])
    order = np.lexsort((np.where(angle < 0, angle + 2 * np.pi, angle).ravel(), point.ravel()))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank
