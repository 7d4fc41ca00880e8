"""Roads for the maps: lines that go on merged, each class for itself, generalised for each band of zoom."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.publish.ground import ground_merge
from pipelines.publish.ground.ground_bands import Fineness
from pipelines.publish.ground.ground_chains import SQUARE_M, strokes
from pipelines.publish.ground.ground_code import Steps


def merged(lines: Any, klass: Any) -> dict[str, Any]:
    """Return lines (shapely, EPSG:3006) that go on from each other as one, by class."""
    import pandas as pd

    group, names = pd.factorize(klass, sort=True)
    made, of = ground_merge.merged(lines, group)
    return {str(name): made[of == k] for k, name in enumerate(names)}


def of_band(by_class: dict[str, Any], classes: tuple[str, ...]) -> tuple[Any, NDArray[np.uint8]]:
    """Return the lines of a band's classes.

    Returns
    -------
    lines : array of shapely lines
    which : ndarray of uint8
        Index in ``classes`` of each, ascending.
    """
    parts = [by_class.get(name, np.empty(0, object)) for name in classes]
    which = np.repeat(np.arange(len(classes)), [len(p) for p in parts]).astype(np.uint8)
    return np.concatenate(parts), which


def near(lines: Any, outlines: Any) -> NDArray[np.bool_]:
    """Tell which lines touch the outlines: beyond them the map knows neither land nor water."""
    known = shapely.union_all(outlines)
    shapely.prepare(known)
    return np.asarray(shapely.intersects(known, lines))


def onward(lines: Any) -> NDArray[np.bool_]:
    """Tell which lines get nearer to their end, on the way from their beginning, with every vertex.

    Whichever of its vertices are left, such a line does not cross itself.
    """
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    last = np.cumsum(np.bincount(owner, minlength=len(lines))) - 1
    ends = xy[last] - xy[np.append(0, last[:-1] + 1)[: len(last)]]
    way = ends / np.maximum(np.hypot(*ends.T), 0.001)[:, None]
    ahead_m = ((xy[1:] - xy[:-1]) * way[owner[1:]]).sum(axis=1)
    back = owner[1:][(owner[1:] == owner[:-1]) & (ahead_m < 0.001)]
    return np.asarray(np.bincount(back, minlength=len(lines)) == 0)


def generalised(
    lines: Any, which: NDArray[np.uint8], fineness: Fineness, straight: NDArray[np.bool_]
) -> tuple[Steps, NDArray[np.uint8]]:
    """Return the lines simplified and on whole steps, in an order in which near ones stand together.

    Ends stay on the same step as those of the lines they meet, and lines that meet are joined to strokes. A line that
    shrinks to a point is left out.

    Parameters
    ----------
    straight : ndarray of bool
        Of :func:`onward`: which lines need not be held from crossing themselves. It is most of them, and that holding
        is most of the work.
    """
    simple = shapely.simplify(lines, fineness.tolerance_m, preserve_topology=False)
    simple[~straight] = shapely.simplify(lines[~straight], fineness.tolerance_m)
    xy, owner = shapely.get_coordinates(simple, return_index=True)
    steps = np.round(xy / fineness.step_m).astype(np.int64)
    again = np.zeros(len(steps), dtype=bool)
    again[1:] = (steps[1:] == steps[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    steps, owner = steps[~again], owner[~again]
    kept = np.bincount(owner, minlength=len(lines)) > 1
    steps, owner, which = steps[kept[owner]], (np.cumsum(kept) - 1)[owner[kept[owner]]], which[kept]
    return _in_strokes(steps, np.bincount(owner, minlength=len(which)), which, fineness.step_m)


def _in_strokes(
    steps: NDArray[np.int64], count: NDArray[np.int64], which: NDArray[np.uint8], step_m: int
) -> tuple[Steps, NDArray[np.uint8]]:
    """Return lines of ``count`` points each joined to strokes, near ones together."""
    if not len(count):
        return Steps(count, steps), which
    first = np.cumsum(count) - count
    begin, end = np.split(_as_numbers(steps[np.append(first, first + count - 1)]), 2)
    group = _as_numbers(steps[first + count // 2] * step_m // SQUARE_M) * 256 + which
    order, turned, begins = strokes(begin, end, group)
    klass = which[order][begins]
    start = steps[np.where(turned, first[order] + count[order] - 1, first[order])[begins]]
    drawn = np.lexsort((_along_curve(start * float(step_m)), klass))
    # The strokes stand in another order now, their lines as before.
    place = np.empty(len(drawn), np.int64)
    place[drawn] = np.arange(len(drawn))
    again = np.argsort(place[np.cumsum(begins) - 1], kind="stable")
    order, turned, begins = order[again], turned[again], begins[again]
    many = count[order]
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    back = np.repeat(turned, many)
    at = np.repeat(first[order], many) + np.where(back, np.repeat(many, many) - 1 - within, within)
    # The point where two lines of a stroke meet is told once.
    once = (within > 0) | np.repeat(begins, many)
    points = np.bincount(np.repeat(np.cumsum(begins) - 1, many)[once])
    return Steps(points, steps[at[once]]), klass[drawn]


def _as_numbers(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each pair, in the order of the pairs.

    >>> _as_numbers(np.array([[6, 2], [5, 9], [5, 2]])).tolist()
    [8, 7, 0]
    """
    pairs = pairs - pairs.min(axis=0)
    return pairs[:, 0] * (pairs[:, 1].max() + 1) + pairs[:, 1]


def _along_curve(xy: NDArray[Any]) -> NDArray[np.uint64]:
    """Return where points lie along a curve through squares of 500 m that leaves each for one beside it (Z-order)."""
    square = np.floor(xy / 500).astype(np.int64)
    square = (square - square.min(axis=0, initial=0)).astype(np.uint64)
    spread = np.zeros(square.shape, dtype=np.uint64)
    for bit in range(16):
        spread |= ((square >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit)
    return spread[:, 0] | (spread[:, 1] << np.uint64(1))
