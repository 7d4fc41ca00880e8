"""Projects out of a forest: branches too large are cut, branches too small are merged with their neighbours.

The forest is the minimum spanning tree over the net and all addresses *utan*, with the net taken away: what is left
falls apart into *branches*. All is decided by lengths and counts, ties by the lowest address; addresses stand in order
of their cell, so by the lowest ``rutid``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def pieces(
    count: int, start: Ints, end: Ints, metres: Floats, least: int, most: int, weight: Ints | None = None
) -> Ints:
    """Cut the trees of a forest into connected pieces of at most ``most`` addresses.

    A tree above the maximum is cut at its longest edge that leaves at least ``least`` addresses on both sides; where
    there is none, at the edge that leaves most on the smaller side. So is each part, until no part is too large.

    Parameters
    ----------
    count : int
        Number of addresses.
    start, end : ndarray of int64, shape (edges,)
        A forest: no edge twice, no circle.
    metres : ndarray of float, shape (edges,)
    least, most : int
    weight : ndarray of int64, shape (count,), optional
        Where one stands for several (a cell for its addresses): for how many. None is parted.

    Returns
    -------
    ndarray of int64, shape (count,)
        Piece of each address, numbered by the lowest address in it.

    Examples
    --------
    >>> chain = np.arange(5)
    >>> pieces(6, chain, chain + 1, np.array([1.0, 5.0, 1.0, 9.0, 1.0]), 2, 4).tolist()
    [0, 0, 0, 0, 1, 1]
    >>> pieces(3, chain[:2], chain[:2] + 1, np.array([1.0, 5.0]), 2, 4, np.array([2, 2, 9])).tolist()
    [0, 0, 1]
    """
    weight = np.ones(count, np.int64) if weight is None else weight
    branch = labels(count, start, end)
    large = _sums(branch, weight, count)[branch] > most
    if not large.any():
        return branch
    who, number, inner = np.flatnonzero(large), np.cumsum(large) - 1, large[start]
    walk = _walk(len(who), number[start[inner]], number[end[inner]], metres[inner])
    node, above = who[walk.node], walk.above
    many = weight[node]
    there = above >= 0
    left = np.flatnonzero(there)
    while len(left):
        below, whole, top = _sizes(walk, there, many)
        left = left[there[left] & (whole[left] > most)]
        smaller = np.minimum(below, whole - below)[left]
        enough = smaller >= least
        order = np.lexsort((node[left], -np.where(enough, walk.metres[left], smaller), ~enough, top[left]))
        first = np.ones(len(order), np.bool_)
        first[1:] = np.diff(top[left][order]) != 0
        there[left[order[first]]] = False
    hung = np.flatnonzero(there)
    ends = np.concatenate([start[~inner], node[hung]]), np.concatenate([end[~inner], node[above[hung]]])
    return labels(count, *ends)


@dataclass(frozen=True)
class _Walk:
    """A forest in walking order: what hangs below a node follows it at once, up to ``last``.

    ``node`` is who stands at each place, ``above`` the place of who it hangs by (-1 for none), by ``metres``.
    """

    node: Ints
    above: Ints
    metres: Floats
    last: Ints


def _walk(count: int, start: Ints, end: Ints, metres: Floats) -> _Walk:
    """Hang every tree of a forest by its lowest node, and walk through it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import depth_first_order

    # One more node holds all trees by their lowest: then one walk is enough.
    roots = np.unique(labels(count, start, end), return_index=True)[1]
    a, b = np.concatenate([start, np.full(len(roots), count)]), np.concatenate([end, roots])
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(count + 1, count + 1)).tocsr()
    node, before = depth_first_order(graph, count, directed=False)
    place = np.empty(count + 1, np.int64)
    place[node] = np.arange(-1, count)
    node = node[1:].astype(np.int64)
    above = place[before[node]]
    lower = np.where(place[start] > place[end], start, end)
    length = np.zeros(count)
    length[place[lower]] = metres
    size = np.ones(count + 1, np.int64)
    for level in reversed(_by_depth(above)):
        np.add.at(size, above[level], size[level])
    size = size[:count]
    return _Walk(node, above, length, np.arange(count) + size)


def _by_depth(above: Ints) -> list[Ints]:
    """Return the places below the tops, by how many they hang by."""
    depth, higher = (above >= 0).astype(np.int64), above
    while (higher >= 0).any():
        on = higher >= 0
        depth = np.where(on, depth + depth[higher], depth)
        higher = np.where(on, higher[higher], -1)
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.cumsum(np.bincount(depth))[:-1])[1:]


def _sizes(walk: _Walk, there: Bools, many: Ints) -> tuple[Ints, Ints, Ints]:
    """Return for each place how many hang by it, itself counted, how many its piece has, and the piece's top.

    Parameters
    ----------
    there : ndarray of bool, shape (count,)
        Whether the edge above is still there.
    many : ndarray of int64, shape (count,)
        For how many each place stands.
    """
    count = len(walk.node)
    top = np.where(there, walk.above, np.arange(count))
    while True:
        higher = top[top]
        if (higher == top).all():
            break
        top = higher
    size = _sums(top, many, count)
    # Of those that follow in a row, less the pieces that were cut off among them.
    off, all_ = (np.concatenate([[0], np.cumsum(x)]) for x in (np.where(there, 0, size), many))
    here = np.arange(count)
    return all_[walk.last] - all_[here] - (off[walk.last] - off[here + 1]), size[top], top


def _sums(group: Ints, values: Ints, count: int) -> Ints:
    """Return the sum of whole numbers of each group, as whole numbers."""
    return np.bincount(group, weights=values, minlength=count).astype(np.int64)


def merged(
    piece: Ints, start: Ints, end: Ints, metres: Floats, least: int, most: int, weight: Ints | None = None
) -> Ints:
    """Merge pieces below ``least`` addresses with their nearest, as long as the sum is at most ``most``.

    Of all pairs of pieces of which one is below the minimum, the nearest is merged first, and so on with what that
    makes.

    Parameters
    ----------
    piece : ndarray of int64, shape (count,)
        Piece of each address, 0 and up.
    start, end : ndarray of int64, shape (edges,)
        Pairs of addresses over which pieces may be merged.
    metres : ndarray of float, shape (edges,)
        How far apart they are.
    weight : ndarray of int64, shape (count,), optional
        As in :func:`pieces`.

    Returns
    -------
    ndarray of int64, shape (count,)
        As ``piece``, numbered by the lowest address in it.

    Notes
    -----
    A pair that is the nearest left for both its pieces is what would be merged first of all pairs of either: all such
    pairs are merged at once, which is the same as one by one.
    """
    near = np.lexsort((np.maximum(start, end), np.minimum(start, end), metres))
    of = np.arange(int(piece.max(initial=-1)) + 1)
    size = _sums(piece, np.ones(len(piece), np.int64) if weight is None else weight, len(of))
    a, b = piece[start[near]], piece[end[near]]
    while len(a):
        a, b = of[a], of[b]
        may = (a != b) & (np.minimum(size[a], size[b]) < least) & (size[a] + size[b] <= most)
        a, b = a[may], b[may]
        if len(a) == 0:
            break
        best = np.full(len(of), len(a))
        np.minimum.at(best, a, np.arange(len(a)))
        np.minimum.at(best, b, np.arange(len(a)))
        pair = np.unique(best[best < len(a)])
        pair = pair[(best[a[pair]] == pair) & (best[b[pair]] == pair)]
        low, high = np.minimum(a[pair], b[pair]), np.maximum(a[pair], b[pair])
        size[low] += size[high]
        of[high] = low
        of = of[of]
    return _numbered(of[piece])


def labels(count: int, start: Ints, end: Ints) -> Ints:
    """Return the connected part of each node, numbered by the lowest node in it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(start), np.int8), (start, end)), shape=(count, count))
    return _numbered(connected_components(graph, directed=False)[1].astype(np.int64))


def _numbered(label: Ints) -> Ints:
    _, first, which = np.unique(label, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[which]
