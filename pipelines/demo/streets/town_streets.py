"""Streets of towns and villages: the grid that their lots were laid out along, where there are lots."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.demo.streets.polylines import Lines, between, fresh, joined
from pipelines.demo.streets.road_kinds import HUVUDGATA, LOKALGATA_LITEN, LOKALGATA_STOR
from pipelines.demo.world.common import Floats, Ints
from pipelines.demo.world.lots import BLOCK_M, CROSS_M, Grid

TOWN = 2_000
"""People in a place with main streets of its own."""
OPEN = 3
"""Every so many cross streets are left out: not every block has a street all round."""
JOIN_M = 900.0
"""Parts of a place farther from each other than this are not joined by a street."""
_ZERO = 1 << 12
"""Streets and cross streets are numbered from here, so that no number is negative."""


class Streets(NamedTuple):
    """Lines, and their crossings: ``xy`` (EPSG:3006) and ``place`` (row of the places' table)."""

    lines: Lines
    xy: Floats
    place: Ints


def make(places: pd.DataFrame, grid: Grid, homes: pd.DataFrame) -> Streets:
    """Draw every stretch of street with a lot, and the cross streets between them; all of a place hangs together."""
    lot = homes[homes["ort"] >= 0]
    cell = np.unique(_key(*(lot[c].to_numpy(dtype=np.int64) for c in ("ort", "gata", "tvar"))))
    node = np.unique(np.concatenate([cell, cell + 1]))
    across = node[np.isin(node + _ZERO * 2, node)]
    across = across[(across + across // (2 * _ZERO)) % OPEN != 0]
    xy = _at(grid, node, np.zeros(len(node)), np.zeros(len(node)))
    large = places["folk"].to_numpy() >= TOWN
    lines = joined([_drawn(grid, cell, 5, (0, CROSS_M), large, 4), _drawn(grid, across, 3, (BLOCK_M, 0), large, 3)])
    ends = np.concatenate([np.column_stack([cell, cell + 1]), np.column_stack([across, across + 2 * _ZERO])])
    links = _links(np.searchsorted(node, ends), xy)
    return Streets(joined([lines, links]), xy, _parts(node)[0])


def _key(place: Ints, street: Ints, stretch: Ints) -> Ints:
    return (place * 2 * _ZERO + street + _ZERO) * 2 * _ZERO + stretch + _ZERO


def _parts(key: Ints) -> tuple[Ints, Ints, Ints]:
    rest = key // (2 * _ZERO)
    return rest // (2 * _ZERO), rest % (2 * _ZERO) - _ZERO, key % (2 * _ZERO) - _ZERO


def _at(grid: Grid, key: Ints, u: Floats, v: Floats) -> Floats:
    place, street, stretch = _parts(key)
    return np.column_stack(grid.at(place, street * BLOCK_M + u, stretch * CROSS_M + v))


def _drawn(grid: Grid, key: Ints, points: int, far: tuple[float, float], large: np.ndarray, every: int) -> Lines:
    """Draw a line from each crossing to ``far`` across and along; every so many is a main street."""
    t = np.tile(np.linspace(0, 1, points), len(key))
    xy = _at(grid, np.repeat(key, points), t * far[0], t * far[1])
    place, street, stretch = _parts(key)
    number = street if far[1] else stretch
    main = number % every == 0
    kind = np.where(main & large[place], HUVUDGATA, np.where(main | large[place], LOKALGATA_STOR, LOKALGATA_LITEN))
    kind = np.where(large[place] & ~main & (number % 2 == 1), LOKALGATA_LITEN, kind)
    name = place * 977 + (number + _ZERO) * (2 if far[1] else 3)
    return fresh(xy, np.full(len(key), points), kind, name)


def _links(ends: Ints, xy: Floats) -> Lines:
    """Join the parts of places that no street joins, each by the shortest way to a larger one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    count = len(xy)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    part = connected_components(graph, directed=False)[1]
    size = np.bincount(part)[part]
    near, away = [], []
    for k in (8, 40):
        k = min(k, count)
        metres, which = cKDTree(xy).query(xy, k=k)
        metres, which = metres.reshape(count, k), which.reshape(count, k)
        other = (part[which] != part[:, None]) & (
            (size[which] > size[:, None]) | ((size[which] == size[:, None]) & (part[which] < part[:, None]))
        )
        metres = np.where(other, metres, np.inf)
        best = metres.argmin(axis=1)
        near.append(which[np.arange(count), best])
        away.append(metres[np.arange(count), best])
        if k == count:
            break
    later = ~np.isfinite(away[0]) if len(away) > 1 else np.zeros(count, dtype=bool)
    metres, which = np.where(later, away[-1], away[0]), np.where(later, near[-1], near[0])
    order = np.lexsort((np.arange(count), metres, part))
    first = order[np.append(True, part[order][1:] != part[order][:-1])]
    first = first[metres[first] < JOIN_M]
    return between(xy[first], xy[which[first]], LOKALGATA_STOR)
