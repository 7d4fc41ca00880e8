"""Trench: how many metres of ditch connect each gap area to the network that is already there.

All covered addresses are one node that is already connected (the *net*). The trench of an area is the
length of the minimum spanning tree of that node and the area's addresses *utan*, where the distance
between an address and the net is the distance to its nearest covered address. Straight lines in
EPSG:3006, metres: how it is reckoned where there are no roads; the detour factor belongs to the cost.

Which edges are enough
----------------------
Let U be the area's own addresses *utan* and K the complete graph on U plus the net.

1. *An edge uv inside U that is in a minimum spanning tree of K is in every Delaunay triangulation of U.*
   Suppose some w of U were nearer to both u and v than they are to each other. Then uv would be the
   strictly longest edge of the cycle u-w-v and in no minimum spanning tree. So there is none. The
   closed disc with uv as diameter, u and v themselves apart, lies inside that empty lune; hence it holds
   no other point of U, and an edge with such a circle is in every Delaunay triangulation, ties or not.
2. Step 1 never uses that the tree's other edges lie inside U: the net may shorten the tree but cannot
   bring in an edge of U that Delaunay lacks.
3. The edges to the net number one per address and are all kept.

So Delaunay(U) plus one edge per address contains every minimum spanning tree of K. **U must be the area's
own points.** The triangulation of all addresses *utan* together is *not* enough: a point of a neighbouring
area may lie inside the circle over uv and remove the edge from that triangulation, although it is no node
of this area's tree. (Areas may lie side by side: a measured one beside a modelled one.)

Small areas, which are nearly all, need no candidates: Prim's algorithm runs over all pairs of many
areas at once. Coincident addresses cost nothing among themselves; a Delaunay triangulation is made of
distinct points only. Collinear points have no triangulation: the chain along the line contains the tree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.delaunay import delaunay_edges
from pipelines.roads.line_parts import TINY

Floats = NDArray[np.float64]

SMALL = 128
"""Areas up to this many addresses *utan* use all pairs. Measured: above about 200 Delaunay is faster."""
_CHUNK = 2_000_000


def distance_to_net(e_m: Floats, n_m: Floats, covered_e_m: Floats, covered_n_m: Floats) -> Floats:
    """Return the distance from each address to its nearest covered address.

    Parameters
    ----------
    e_m, n_m : ndarray of float, shape (u,)
        Addresses *utan*, EPSG:3006, metres.
    covered_e_m, covered_n_m : ndarray of float, shape (c,)
        All covered addresses of the län.

    Returns
    -------
    ndarray of float, shape (u,)
        Metres; infinite when nothing is covered anywhere (there is no net to connect to).
    """
    return nearest_covered(e_m, n_m, covered_e_m, covered_n_m)[0]


def nearest_covered(e_m: Floats, n_m: Floats, covered_e_m: Floats, covered_n_m: Floats) -> tuple[Floats, Ints]:
    """Return the distance to each address's nearest covered address, as :func:`distance_to_net`, and which it is."""
    from scipy.spatial import cKDTree

    if len(covered_e_m) == 0 or len(e_m) == 0:
        return np.full(len(e_m), np.inf), np.full(len(e_m), -1)
    tree = cKDTree(np.column_stack([covered_e_m, covered_n_m]), leafsize=32, balanced_tree=False, compact_nodes=False)
    threads = -1 if len(e_m) > 10_000 else 1
    metres, which = tree.query(np.column_stack([e_m, n_m]), workers=threads)
    return np.asarray(metres, dtype=np.float64), np.asarray(which, dtype=np.int64)


@dataclass(frozen=True)
class Branches:
    """Edges of the areas' trees, by area.

    Attributes
    ----------
    area, start : ndarray of int64, shape (b,)
        ``start`` is one of the area's addresses.
    end : ndarray of int64, shape (b,)
        Another of them, or -1 for the net: the covered address nearest ``start``.
    metres : ndarray of float, shape (b,)
    """

    area: Ints
    start: Ints
    end: Ints
    metres: Floats


def lengths(e_m: Floats, n_m: Floats, to_net_m: Floats, area: Ints, count: int, small: int = SMALL) -> Floats:
    """Return the trench of each area: see :func:`branches`.

    Returns
    -------
    ndarray of float, shape (count,)
        Metres; infinite where there is no net to connect to.
    """
    if not np.isfinite(to_net_m).all():
        return np.full(count, np.inf)
    tree = branches(e_m, n_m, to_net_m, area, count, small)
    return np.bincount(tree.area, weights=tree.metres, minlength=count).astype(np.float64)


def branches(e_m: Floats, n_m: Floats, to_net_m: Floats, area: Ints, count: int, small: int = SMALL) -> Branches:
    """Return the trench of each area, branch by branch.

    Parameters
    ----------
    e_m, n_m : ndarray of float, shape (u,)
        Addresses *utan*, EPSG:3006, metres.
    to_net_m : ndarray of float, shape (u,)
        From :func:`distance_to_net`; finite.
    area : ndarray of int64, shape (u,)
        Area of each, 0 … count - 1; every area has at least one.
    count : int
        Number of areas.
    small : int
        Areas up to this size are solved over all pairs, larger ones over Delaunay edges.
    """
    order = np.argsort(area, kind="stable")
    e, n, net = e_m[order], n_m[order], to_net_m[order]
    sizes = np.bincount(area, minlength=count)
    starts = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    found = [np.zeros((2, 0), np.int64)]
    width = 1
    while width < 2 * small:
        # Areas of (width/2, width] addresses, padded to width with copies of their own last address:
        # a coincident address adds an edge of length 0.
        members = np.flatnonzero((sizes <= min(width, small)) & (sizes > width // 2))
        step = max(1, _CHUNK // width)
        for chunk in (members[i : i + step] for i in range(0, len(members), step)):
            take = starts[chunk, None] + np.minimum(np.arange(width), sizes[chunk, None] - 1)
            at, origin = _prim(e[take], n[take], net[take])
            rows = np.arange(len(chunk))[:, None]
            found.append(np.stack([take[rows, at], np.where(origin < 0, -1, take[rows, origin])]).reshape(2, -1))
        width *= 2
    for a in np.flatnonzero(sizes > small):
        part = slice(starts[a], starts[a] + sizes[a])
        i, j = _sparse_tree(e[part], n[part], net[part])
        found.append(np.stack([i + starts[a], np.where(j < 0, -1, j + starts[a])]))
    start, end = np.concatenate(found, axis=1)
    metres = np.where(end < 0, net[start], np.hypot(e[start] - e[end], n[start] - n[end]))
    # The padding's own edges are of no length, and go nowhere.
    some = np.flatnonzero((start != end) & (metres > 0))
    some = some[np.argsort(area[order][start[some]], kind="stable")]
    start, end = start[some], end[some]
    return Branches(area[order][start], order[start], np.where(end < 0, -1, order[end]), metres[some])


def _prim(e: Floats, n: Floats, net: Floats) -> tuple[Ints, Ints]:
    """Prim's algorithm from the net over all pairs, for many areas of one width at once.

    Parameters
    ----------
    e, n, net : ndarray of float, shape (areas, width)

    Returns
    -------
    at, origin : ndarray of int64, shape (areas, width)
        Addresses in the order they were joined, and to which; -1 is the net.
    """
    rows = np.arange(len(e))
    best = net.copy()
    nearest = np.full(e.shape, -1)
    outside = np.ones(e.shape, dtype=np.bool_)
    joined, origin = np.empty(e.shape, np.int64), np.empty(e.shape, np.int64)
    for k in range(e.shape[1]):
        at = best.argmin(axis=1)
        joined[:, k], origin[:, k] = at, nearest[rows, at]
        outside[rows, at] = False
        step = np.hypot(e - e[rows, at][:, None], n - n[rows, at][:, None])
        nearer = outside & (step < best)
        nearest = np.where(nearer, at[:, None], nearest)
        best = np.where(outside, np.minimum(best, step), np.inf)
    return joined, origin


def _sparse_tree(e: Floats, n: Floats, net: Floats) -> tuple[Ints, Ints]:
    """Return one area's minimum spanning tree over Delaunay edges and the net: pairs of addresses, -1 for the net."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    order = np.lexsort((net, n, e))  # of addresses at one point, the one nearest the net first
    points, first = np.unique(np.column_stack([e, n])[order], axis=0, return_index=True)
    one = order[first]
    i, j = delaunay_edges(points)
    own = np.hypot(points[i, 0] - points[j, 0], points[i, 1] - points[j, 1])
    m = len(points)
    weight = np.maximum(np.concatenate([own, net[one]]), TINY)
    ends = (np.concatenate([i, np.arange(m)]), np.concatenate([j, np.full(m, m)]))
    row, column = minimum_spanning_tree(coo_array((weight, ends), shape=(m + 1, m + 1)).tocsr()).nonzero()
    return one[row], np.append(one, -1)[column]


def joint_length(e_m: Floats, n_m: Floats, to_net_m: Floats) -> float:
    """Return the trench when these addresses, of whatever areas, are all built together.

    Never longer than the sum of the areas' own trenches: those together connect all of them.
    """
    one = np.zeros(len(e_m), dtype=np.int64)
    return float(lengths(e_m, n_m, to_net_m, one, 1)[0]) if len(e_m) else 0.0
