"""What hangs together, and what is to be joined: by a road, by a bridge, or, over wider water, by a ferry."""

from __future__ import annotations

import numpy as np

from pipelines.demo.streets import bridges
from pipelines.demo.streets.polylines import Lines, between, joined
from pipelines.demo.streets.road_kinds import FARJELED, SMAVAG
from pipelines.demo.terrain.ground import Ground
from pipelines.demo.world.common import Floats, Ints

LONGEST_BRIDGE_M = 700.0
FARTHEST_M = 25_000.0
INHABITED = 9
"""Lines of an island that a ferry goes to."""
LEAST = 3
"""Lines of what is joined at all."""
ROUNDS = 5


def parts(lines: Lines) -> tuple[Ints, Ints, Floats]:
    """Return which part of the net each line belongs to; which each end does; and the ends (one row a place)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.concatenate([lines.xy[lines.start[:-1]], lines.xy[lines.start[1:] - 1]])
    tenths = np.rint(ends * 10).astype(np.int64)
    key = tenths[:, 0] * 100_000_000 + tenths[:, 1]
    _, first, node = np.unique(key, return_index=True, return_inverse=True)
    count = len(lines)
    graph = coo_array((np.ones(count), (node[:count], node[count:])), shape=(len(first), len(first)))
    part = connected_components(graph, directed=False)[1]
    return part[node[:count]], part, ends[first]


def join(lines: Lines, ground: Ground) -> Lines:
    """Return the lines and what joins their parts."""
    for _ in range(ROUNDS):
        new = _shortest(lines, ground)
        if not len(new):
            break
        lines = joined([lines, new])
    return lines


def _shortest(lines: Lines, ground: Ground) -> Lines:
    """Return a way from each lesser part to the nearest place of a larger."""
    of_line, part, xy = parts(lines)
    size = np.bincount(of_line)
    near, far_m = _nearest_other(part, size, xy)
    mine = np.flatnonzero((size[part] >= LEAST) & (near >= 0))
    order = mine[np.lexsort((mine, far_m[mine], part[mine]))]
    first = order[np.append(True, part[order][1:] != part[order][:-1])] if len(order) else order
    ferry = far_m[first] > LONGEST_BRIDGE_M
    dry = _dry(xy[first], xy[near[first]], ground)
    ferry &= ~dry
    first = first[(dry & (far_m[first] < 3_000)) | (~ferry & ~dry) | (ferry & (size[part[first]] >= INHABITED))]
    ways = between(xy[near[first]], xy[first], SMAVAG)
    pieces, _, state = bridges.split(ways, ground, np.full(len(ways), LONGEST_BRIDGE_M))
    return pieces.dressed(kind=np.where(state == bridges.WET, FARJELED, SMAVAG))


def _dry(a: Floats, b: Floats, ground: Ground) -> np.ndarray:
    t = np.linspace(0, 1, 25)[:, None, None]
    points = a + (b - a) * t
    return np.all([ground.dry(*p.T) for p in points], axis=0)


def _nearest_other(part: Ints, size: Ints, xy: Floats) -> tuple[Ints, Floats]:
    """Return for each end of a lesser part the nearest end of a larger, and metres there; −1 for none."""
    from scipy.spatial import cKDTree

    main = int(size.argmax())
    near, far_m = np.full(len(part), -1, dtype=np.int64), np.full(len(part), np.inf)
    lesser, greater = np.flatnonzero(part != main), np.flatnonzero(part == main)
    if not len(lesser):
        return near, far_m
    away, which = cKDTree(xy[greater]).query(xy[lesser], distance_upper_bound=FARTHEST_M)
    hit = np.isfinite(away)
    near[lesser[hit]], far_m[lesser[hit]] = greater[which[hit]], away[hit]
    k = min(24, len(lesser))
    away, which = (x.reshape(len(lesser), k) for x in cKDTree(xy[lesser]).query(xy[lesser], k=k))
    a, b = part[lesser][:, None], part[lesser][which]
    larger = (a != b) & ((size[b] > size[a]) | ((size[b] == size[a]) & (b < a)))
    away = np.where(larger, away, np.inf)
    best = away.argmin(axis=1)
    away, which = away[np.arange(len(lesser)), best], which[np.arange(len(lesser)), best]
    closer = away < far_m[lesser]
    near[lesser[closer]], far_m[lesser[closer]] = lesser[which[closer]], away[closer]
    return near, far_m
