"""Trees: for each area the cheapest way to join its addresses to each other and to the net, along the network.

All covered addresses' nodes are one node, the *net*. The tree of an area is the minimum spanning tree over the net and
the area's addresses' nodes, where the distance between two is that of the cheapest way in the whole network. A stretch
that two branches of a tree both use counts in both: that is what makes one more covered address never dearer, and it
is what ``docs/schakt.md`` says.

Which edges are enough
----------------------
Mehlhorn (1988, doi:10.1016/0020-0190(88)90066-X): give every node to its nearest terminal; then the ways that cross
from one terminal's nodes to another's over a single edge hold a minimum spanning tree of all ways. So one search from
all terminals at once is enough, for each area.

A way between two of an area's addresses over a node that lies nearer the net than any of them is never needed: over
the net both are as near. So the search from an area's addresses goes no farther than that, and all areas are searched
at once: from the nodes reached last to all their neighbours, as long as anything gets nearer. What is left takes a
tenth of the nodes that a search of all that hangs together would, and no more of them than lie behind the area as the
net sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import TINY, Floats, distinct, ragged
from pipelines.roads.network import Network, components

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Trees:
    """The trees of all areas, branch by branch.

    Attributes
    ----------
    area, edge : ndarray of int64, shape (b,)
        The edges of the network that the areas' branches follow, sorted; one that two branches of an area follow stands
        twice.
    reached : ndarray of bool, shape (areas,)
        Whether the area has a tree: false where nothing is covered anywhere.
    """

    area: Ints
    edge: Ints
    reached: Bools

    def sums(self, per_edge: Floats) -> Floats:
        """Return the sum of something over each area's edges; infinite where there is no tree."""
        out = np.bincount(self.area, weights=per_edge[self.edge], minlength=len(self.reached)).astype(np.float64)
        return np.where(self.reached, out, np.inf)


@dataclass(frozen=True)
class _Graph:
    """Edges with the net as node 0: each pair of nodes once, lower first, and the network's edge it is.

    ``beside`` are the edges at each node, ``there`` their other ends, by node; those of node i begin at ``first[i]``.
    """

    nodes: int
    low: Ints
    high: Ints
    price: Floats
    edge: Ints
    first: Ints
    beside: Ints
    there: Ints


@dataclass(frozen=True)
class _Near:
    """Nodes that lie nearer an area than the net: one row for each such pair, sorted.

    ``away`` is the distance to the area's nearest address, ``via`` the graph's edge on the way there (-1 at an address)
    and ``before`` the row at its other end. Of ways as long, the one whose next node lies nearest the address.
    """

    area: Ints
    node: Ints
    away: Floats
    via: Ints
    before: Ints


@dataclass(frozen=True)
class Search:
    """What lies nearest what: the same for all areas of the same addresses.

    Attributes
    ----------
    net : bool
        Whether anything is covered.
    graph : _Graph
    at : ndarray of int64, shape (addresses,)
        Each address's node; 0 is the net, -1 of one that is neither covered nor to be joined, where no way goes.
    wanted : ndarray of bool, shape (addresses,)
        The addresses that are to be joined.
    away : ndarray of float, shape (nodes,)
        Distance to the nearest node of one of them, or the net.
    source : ndarray of int64, shape (nodes,)
        Which node that is.
    to_net : ndarray of float, shape (nodes,)
        Distance to the net.
    toward : ndarray of int64, shape (nodes,)
        The next node on the way there; negative at the net.
    """

    net: bool
    graph: _Graph
    at: Ints
    wanted: Bools
    away: Floats
    source: Ints
    to_net: Floats
    toward: Ints


def search(network: Network, covered: Bools, wanted: Bools) -> Search:
    """Find for each node of the network what is nearest: an address that is to be joined, or the net.

    Parameters
    ----------
    network : Network
    covered, wanted : ndarray of bool, shape (addresses,)
        The addresses that are the net, and those to be joined.
    """
    graph, of = _with_net(network, covered, wanted)
    at = of[network.at]
    away, _, source = _nearest(graph, np.append(distinct(at[wanted]), 0))
    to_net, toward, _ = _nearest(graph, np.zeros(1, np.int64))
    return Search(bool(covered.any()), graph, at, wanted, away, source, to_net, toward)


def grow(found: Search, area: Ints, count: int) -> Trees:
    """Find the tree of every area.

    Parameters
    ----------
    found : Search
        From all addresses that are in an area.
    area : ndarray of int64, shape (addresses,)
        Area of each address that is to be joined; -1 for all others.
    count : int
        Number of areas.
    """
    none, graph = np.zeros(0, np.int64), found.graph
    if not found.net:
        return Trees(none, none, np.zeros(count, np.bool_))
    who = np.flatnonzero(area >= 0)
    key = distinct(area[who] * graph.nodes + found.at[who])
    near = _near(graph, found.to_net, key[key % graph.nodes > 0])
    of, along = _branches(graph, near, found.to_net, found.toward)
    order = np.lexsort((along, of))
    return Trees(of[order], along[order], np.ones(count, np.bool_))


def spanning(found: Search) -> tuple[Ints, Ints, Floats]:
    """Find the one tree over the net and all addresses that are to be joined, whatever their areas.

    Returns
    -------
    start, end : ndarray of int64
        The tree's edges between addresses, each end the first address of its node; ``end`` is -1 for the net. Addresses
        of one node are no edges.
    priced_m : ndarray of float
        Priced metres of the cheapest way between the two.

    Notes
    -----
    Where nothing is covered there is no net, and the trees of what hangs together stand alone.
    """
    graph, who = found.graph, np.flatnonzero(found.wanted)
    nodes, first = np.unique(found.at[who], return_index=True)
    address = np.full(graph.nodes, -1)
    address[nodes] = who[first]
    address[0] = -1  # the net, and addresses at a node of it
    row, column, way, _ = _crossing(graph.nodes, graph.low, graph.high, graph.price, found.away, found.source)
    return address[np.maximum(row, column)], address[np.minimum(row, column)], way


def _with_net(network: Network, covered: Bools, wanted: Bools) -> tuple[_Graph, Ints]:
    """Make the net node 0, and number the others after it.

    But for those on no way: what hangs together without the net and holds nothing that is wanted.
    """
    net = np.zeros(network.nodes, np.bool_)
    net[network.at[covered]] = True
    of = np.where(net, 0, np.cumsum(~net))
    nodes = int((~net).sum()) + 1
    edge = np.flatnonzero(~(net[network.a] & net[network.b]) & (network.a != network.b))
    a, b = of[network.a[edge]], of[network.b[edge]]
    low, high = np.minimum(a, b), np.maximum(a, b)
    own = low > 0
    part = components(low[own], high[own], nodes)
    there = np.zeros(nodes, np.bool_)
    there[part[of[network.at[wanted]]]] = True
    there = there[part]
    there[0] = True
    number = np.where(there, np.cumsum(there) - 1, -1)
    some = there[high]
    edge, low, high, of, nodes = edge[some], number[low[some]], number[high[some]], number[of], int(there.sum())
    chosen = _first_of(low * nodes + high, network.priced_m[edge])
    edge, low, high = edge[chosen], low[chosen], high[chosen]
    ends, others = np.concatenate([low, high]), np.concatenate([high, low])
    by_node = np.sort(ends * len(ends) + np.arange(len(ends))) % max(len(ends), 1)  # faster than a stable argsort
    return _Graph(
        nodes=nodes,
        low=low,
        high=high,
        price=np.maximum(network.priced_m[edge], TINY),
        edge=edge,
        first=np.append(0, np.cumsum(np.bincount(ends, minlength=nodes))),
        beside=by_node % max(len(edge), 1),
        there=others[by_node],
    ), of


def _nearest(graph: _Graph, sources: Ints) -> tuple[Floats, Ints, Ints]:
    """Return for each node the distance to its nearest source, the node before it on the way, and the source."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    both = csr_array((graph.price[graph.beside], graph.there, graph.first), shape=(graph.nodes, graph.nodes))
    away, before, source = dijkstra(both, indices=sources, min_only=True, return_predecessors=True)
    return away, before.astype(np.int64), source.astype(np.int64)


def _near(graph: _Graph, to_net: Floats, keys: Ints) -> _Near:
    """Find the nodes that lie nearer an area than the net.

    Parameters
    ----------
    to_net : ndarray of float, shape (nodes,)
    keys : ndarray of int64
        The areas' own nodes, each once and sorted: area times the number of nodes, and the node.
    """
    away, via = np.zeros(len(keys)), np.full(len(keys), -1)
    last, last_away = keys, away
    while len(last):
        row, edge, there = _steps(graph, last % graph.nodes)
        far = last_away[row] + graph.price[edge]
        on = far < to_net[there]
        goal, far, edge = (last[row] // graph.nodes * graph.nodes + there)[on], far[on], edge[on]
        best = _first_of(goal, far, -graph.price[edge])
        goal, far, edge = goal[best], far[best], edge[best]
        place = np.searchsorted(keys, goal)
        at = np.minimum(place, len(keys) - 1)
        known = keys[at] == goal
        again = known & (far <= away[at])
        again &= (far < away[at]) | (graph.price[edge] > graph.price[via[at]])
        away[at[again]], via[at[again]] = far[again], edge[again]
        new = np.flatnonzero(~known)
        old = np.ones(len(keys) + len(new), np.bool_)
        old[place[new] + np.arange(len(new))] = False
        keys, away, via = (_woven(old, x, y[new]) for x, y in ((keys, goal), (away, far), (via, edge)))
        nearer = ~known | again
        last, last_away = goal[nearer], far[nearer]
    area, node = keys // graph.nodes, keys % graph.nodes
    back = graph.low[via] + graph.high[via] - node
    return _Near(area, node, away, via, np.where(via < 0, -1, np.searchsorted(keys, area * graph.nodes + back)))


def _woven(old: Bools, one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return the values of ``one`` where ``old`` says so, in order, and of ``other`` elsewhere."""
    out = np.empty(len(old), one.dtype)
    out[old], out[~old] = one, other
    return out


def _steps(graph: _Graph, node: Ints) -> tuple[Ints, Ints, Ints]:
    """Return all edges at each of some nodes: the node's place among them, the edge, and the node at its other end."""
    number = np.diff(graph.first)
    row, k = ragged(number[node])
    at = graph.first[node][row] + k
    return row, graph.beside[at], graph.there[at]


def _first_of(key: Ints, *costs: Floats) -> Ints:
    """Return where the cheapest of each key stands, by key; ties to the next cost, and at last to the first.

    >>> _first_of(np.array([7, 5, 7, 5]), np.array([2.0, 1.0, 1.0, 1.0])).tolist()
    [1, 2]
    """
    order = np.argsort(key)
    again = np.diff(key[order]) == 0
    # Few keys stand more than once: only those are sorted by their costs too.
    at = np.flatnonzero(np.append(again, False) | np.append(False, again)) if again.any() else np.zeros(0, np.int64)
    rows = np.sort(order[at])
    order[at] = rows[np.lexsort((*(c[rows] for c in costs[::-1]), key[rows]))]
    return order[np.append(True, ~again)[: len(order)]]


def _branches(graph: _Graph, near: _Near, to_net: Floats, toward: Ints) -> tuple[Ints, Ints]:
    """Return the network's edges that make the trees, each as often as a branch follows it, and their areas."""
    net, keys = len(near.node), near.area * graph.nodes + near.node
    source = np.where(near.before < 0, np.arange(net), near.before)
    while (source[source] != source).any():
        source = source[source]
    row, edge, there = _steps(graph, near.node)
    goal = near.area[row] * graph.nodes + there
    other = np.searchsorted(keys, goal)
    within = np.append(keys, -1)[other] == goal
    once = ~within | (row < other)
    row, edge, there, other = row[once], edge[once], there[once], np.where(within, other, net)[once]
    # What is not nearer the area goes on to the net, along ways that all areas share.
    price = graph.price[edge] + np.where(other == net, to_net[there], 0.0)
    _, _, _, chosen = _crossing(net + 1, row, other, price, np.append(near.away, 0.0), np.append(source, net))
    row, edge, there, other = row[chosen], edge[chosen], there[chosen], other[chosen]
    out = other == net
    _, back = _chains(near.before, np.concatenate([row, other[~out]]))
    which, passed = _chains(toward, there[out])
    areas = [near.area[row], near.area[back], near.area[row[out]][which]]
    return np.concatenate(areas), graph.edge[
        np.concatenate([edge, near.via[back], _edge_of(graph, passed, toward[passed])])
    ]


def _crossing(
    nodes: int, a: Ints, b: Ints, price: Floats, away: Floats, source: Ints
) -> tuple[Ints, Ints, Floats, Ints]:
    """Return the tree over all sources, out of the edges that cross from one source's nodes to another's.

    Returns
    -------
    row, column : ndarray of int64
        The sources at both ends, lower first.
    way : ndarray of float
        The cheapest way between them over the edge.
    edge : ndarray of int64
        The crossing edge.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    s, t = source[a], source[b]
    cross = np.flatnonzero((s != t) & (s >= 0) & (t >= 0))
    s, t = np.minimum(s[cross], t[cross]), np.maximum(s[cross], t[cross])
    way = away[a[cross]] + price[cross] + away[b[cross]]
    key = s * nodes + t
    best = _first_of(key, way)
    tree = minimum_spanning_tree(coo_array((way[best], (s[best], t[best])), shape=(nodes, nodes)).tocsr())
    row, column = (x.astype(np.int64) for x in tree.nonzero())
    best = best[np.searchsorted(key[best], distinct(row * nodes + column))]
    return s[best], t[best], way[best], cross[best]


def _chains(before: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Follow ways back to where they began: which end, and every node on its way but the first."""
    which, nodes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    number, at = np.arange(len(ends)), ends
    while True:
        on = before[at] >= 0
        number, at = number[on], at[on]
        if len(at) == 0:
            return np.concatenate(which), np.concatenate(nodes)
        which.append(number)
        nodes.append(at)
        at = before[at]


def _edge_of(graph: _Graph, x: Ints, y: Ints) -> Ints:
    """Return the place of the edge between nodes; edges come sorted by their ends."""
    keys = graph.low * graph.nodes + graph.high
    return np.searchsorted(keys, np.minimum(x, y) * graph.nodes + np.maximum(x, y))
