"""Many lines as flat arrays: joined, cut, cleaned and turned into geometries without a loop over lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.demo.world.common import Bools, Floats, Ints


@dataclass(frozen=True)
class Lines:
    """Lines of at least two points.

    Attributes
    ----------
    xy : ndarray, shape (points, 2)
        EPSG:3006, metres.
    start : ndarray of int, shape (lines + 1,)
        Line ``i`` has the points ``start[i]:start[i + 1]``.
    kind, level, name : ndarray of int, shape (lines,)
        Class (see :mod:`pipelines.demo.streets.road_kinds`); 0 ground, 1 bridge, −1 tunnel; a number that the line's
        name is made from (−1: none; less: the road number, see :mod:`pipelines.demo.streets.road_net`).
    """

    xy: Floats
    start: Ints
    kind: Ints
    level: Ints
    name: Ints

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self.start) - 1

    @property
    def count(self) -> Ints:
        """Points per line."""
        return np.diff(self.start)

    @property
    def of_point(self) -> Ints:
        """Which line each point belongs to."""
        return np.repeat(np.arange(len(self)), self.count)

    def geometries(self) -> NDArray[Any]:
        """Return the lines as LineStrings."""
        return np.asarray(shapely.linestrings(self.xy, indices=self.of_point), dtype=object)

    def along(self) -> Floats:
        """Return metres from its line's beginning to each point."""
        step = np.append(0.0, np.hypot(*np.diff(self.xy, axis=0).T))
        step[self.start[:-1]] = 0
        run = np.cumsum(step)
        out: Floats = run - np.repeat(run[self.start[:-1]], self.count)
        return out

    def sampled(self, step_m: float) -> tuple[Floats, Ints]:
        """Return points at most ``step_m`` apart along all lines, and the line of each."""
        gap = np.hypot(*np.diff(self.xy, axis=0).T)
        gap[self.start[1:-1] - 1] = 0
        times = np.append(np.maximum(np.ceil(gap / step_m), 1).astype(np.int64), 1)
        share = (np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)) / np.repeat(times, times)
        step = np.append(np.diff(self.xy, axis=0), [[0.0, 0.0]], axis=0)
        step[self.start[1:] - 1] = 0
        xy = np.repeat(self.xy, times, axis=0) + np.repeat(step, times, axis=0) * share[:, None]
        return xy, np.repeat(self.of_point, times)

    def length(self) -> Floats:
        """Return metres per line."""
        return self.along()[self.start[1:] - 1]

    def take(self, wanted: Ints | Bools) -> Lines:
        """Return some of the lines, in the order asked for."""
        pick = np.flatnonzero(wanted) if wanted.dtype == bool else wanted
        count = self.count[pick]
        start = np.append(0, np.cumsum(count))
        point = np.arange(start[-1]) + np.repeat(self.start[pick] - start[:-1], count)
        return Lines(self.xy[point], start, self.kind[pick], self.level[pick], self.name[pick])

    def at(self, line: Ints, position: Floats) -> Floats:
        """Return points at positions told in points from the line's beginning (1.5: midway from second to third)."""
        low = np.minimum(np.floor(position).astype(np.int64), self.count[line] - 2)
        first = self.start[line] + low
        share = (position - low)[:, None]
        out: Floats = self.xy[first] + (self.xy[first + 1] - self.xy[first]) * share
        return out

    def position(self, line: Ints, metres: Floats) -> Floats:
        """Return positions (as :meth:`at` takes them) so many metres along lines."""
        run = self.along()
        far = float(run.max(initial=0)) + 1
        key = run + np.repeat(np.arange(len(self)) * far, self.count)
        metres = np.clip(metres, 0, run[self.start[line + 1] - 1])
        first = np.searchsorted(key, metres + line * far, side="right") - 1
        first = np.clip(first, self.start[line], self.start[line + 1] - 2)
        step = np.maximum(run[first + 1] - run[first], 1e-9)
        return np.asarray(first - self.start[line] + np.clip((metres - run[first]) / step, 0, 1), dtype=np.float64)

    def cut(self, line: Ints, position: Floats, xy: Floats | None = None) -> tuple[Lines, Ints]:
        """Cut lines at positions; return the pieces, in order, and the line each was part of.

        ``xy``: where the pieces are to meet; else the point on the line.
        """
        if not len(line):
            return self, np.arange(len(self))
        order = np.lexsort((position, line))
        line, position = line[order], position[order]
        at = self.at(line, position) if xy is None else xy[order]
        low = np.minimum(np.floor(position).astype(np.int64), self.count[line] - 2)
        where = np.repeat(self.start[line] + low + 1, 2)
        points = np.insert(self.xy, where, np.repeat(at, 2, axis=0), axis=0)
        here = where[::2] + 2 * np.arange(len(line)) + 1  # where the later piece begins
        begins = np.sort(np.concatenate([self.start[:-1] + 2 * np.searchsorted(line, np.arange(len(self))), here]))
        start = np.append(begins, len(points))
        parent = np.searchsorted(self.start[:-1] + 2 * np.searchsorted(line, np.arange(len(self))), begins, "right") - 1
        pieces = Lines(points, start, self.kind[parent], self.level[parent], self.name[parent])
        return pieces, parent

    def cleaned(self, shortest_m: float = 0.15) -> tuple[Lines, Ints]:
        """Round to 0.1 m, drop repeated points and lines without length; return which lines are left too."""
        xy = np.round(self.xy, 1)
        same = np.append(False, (np.abs(np.diff(xy, axis=0)) < 0.05).all(axis=1))
        same[self.start[:-1]] = False
        last = self.start[1:] - 1
        # A line's end stays where it is: the point before it goes instead.
        doubled = last[same[last]]
        same[doubled] = False
        same[doubled - 1] |= doubled - 1 > np.repeat(self.start[:-1], self.count)[doubled]
        keep = ~same
        start = np.append(0, np.cumsum(keep))[self.start]
        out = Lines(xy[keep], start, self.kind, self.level, self.name)
        good = np.flatnonzero(out.length() > shortest_m)
        return out.take(good), good

    def dressed(self, **changed: Any) -> Lines:
        """Return the lines with other classes, levels or names."""
        return replace(self, **changed)


def joined(parts: Sequence[Lines]) -> Lines:
    """Return lines one after the other."""
    ends = np.cumsum([0, *(len(p.xy) for p in parts)])
    start = np.concatenate([*(p.start[:-1] + e for p, e in zip(parts, ends, strict=False)), ends[-1:]])
    return Lines(
        np.concatenate([p.xy for p in parts]),
        start.astype(np.int64),
        *(np.concatenate([getattr(p, c) for p in parts]) for c in ("kind", "level", "name")),
    )


def between(a: Floats, b: Floats, kind: Ints | int, name: Ints | int = -1, bend: Floats | None = None) -> Lines:
    """Return a line from each point of ``a`` to the one of ``b``: three points more, bent by a share of its length."""
    count = len(a)
    t = np.linspace(0, 1, 5)
    along = b - a
    side = np.stack([-along[:, 1], along[:, 0]], axis=1)
    sway = np.zeros(count) if bend is None else bend
    xy = a[:, None] + along[:, None] * t[None, :, None]
    xy = xy + side[:, None] * (sway[:, None] * np.sin(np.pi * t)[None, :])[:, :, None]
    return fresh(xy.reshape(-1, 2), np.full(count, 5), kind, name)


def fresh(xy: Floats, count: Ints, kind: Ints | int, name: Ints | int = -1) -> Lines:
    """Return lines on the ground out of their points, one line's after the other's."""
    lines = len(count)
    whole = np.zeros(lines, dtype=np.int64)
    return Lines(xy, np.append(0, np.cumsum(count)).astype(np.int64), whole + kind, whole, whole + name)
