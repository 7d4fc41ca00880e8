"""Islands of the network: parts that no road joins, and the straight lines that do.

Parts where addresses have drops are joined with the shortest straight lines between drops: a minimum spanning tree of
the parts, where the distance between two parts is that of their nearest drops. It goes by the ground and the addresses
alone, never by who has coverage: so one more covered address cannot make a way longer.

The largest part (most drops) is one node, to which each drop of another part has one edge, to its nearest drop there;
between the others Delaunay's edges are enough (see :mod:`pipelines.gaps.trench`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.delaunay import delaunay_edges
from pipelines.roads.line_parts import TINY, Floats


def joints(xy: Floats, part: Ints) -> tuple[Ints, Ints]:
    """Return the drops between which straight lines join all parts.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Drops, EPSG:3006, metres.
    part : ndarray of int64, shape (n,)
        The part of the network each lies on, 0 or more.

    Returns
    -------
    i, j : ndarray of int64
        Indices of drops, as many pairs as there are parts with drops, less one.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    known, own = np.unique(part, return_inverse=True)
    if len(known) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    main = np.bincount(own).argmax()
    i, j = _candidates(xy, own != main)
    across = own[i] != own[j]
    i, j = i[across], j[across]
    metres = np.maximum(np.hypot(*(xy[i] - xy[j]).T), TINY)
    low, high = np.minimum(own[i], own[j]), np.maximum(own[i], own[j])
    order = np.lexsort((j, i, metres, high, low))
    first = np.unique(low[order] * len(known) + high[order], return_index=True)[1]
    best = order[first]
    tree = minimum_spanning_tree(coo_array((metres[best], (low[best], high[best])), shape=(len(known),) * 2).tocsr())
    row, column = tree.nonzero()
    chosen = best[np.isin(low[best] * len(known) + high[best], row.astype(np.int64) * len(known) + column)]
    return i[chosen], j[chosen]


def _candidates(xy: Floats, outside: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return pairs that hold every tree: among drops outside the main part, and from each to its nearest in it."""
    from scipy.spatial import cKDTree

    islands, mainland = np.flatnonzero(outside), np.flatnonzero(~outside)
    _, near = cKDTree(xy[mainland]).query(xy[islands])
    points, first, which = np.unique(xy[islands], axis=0, return_index=True, return_inverse=True)
    a, b = delaunay_edges(points)
    twin = islands[first[which.ravel()]]
    i = np.concatenate([islands, islands[first[a]], islands])
    j = np.concatenate([mainland[near], islands[first[b]], twin])
    return i, j
