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

All areas are searched at once, each in a copy of the nodes that it can need. A way between two of an area's addresses
over a node that lies nearer the net than any address *utan* is never needed: over the net both are as near. What is
left when those nodes are taken away falls apart into *pockets*, and an area needs only copies of the pockets it lies
in; its tree is the sum of its trees in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import TINY, Floats, ragged
from pipelines.roads.network import Network

Bools = NDArray[np.bool_]
_MOST = 4_000_000
"""Copies of nodes searched at once (about 200 bytes each): a full county needs fewer, at any level."""


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
    """Edges with the net as node 0: each pair of nodes once, lower first, and the network's edge it is."""

    nodes: int
    low: Ints
    high: Ints
    price: Floats
    edge: Ints


@dataclass(frozen=True)
class _Pockets:
    """What is nearer an address *utan* than the net: the graph's nodes in it, and what ties them.

    ``a``, ``b``, ``price``, ``edge`` are the edges within, by pocket; ``here``, ``cost``, ``out``, ``there`` the
    cheapest way from each node straight out of its pocket to the net (its edge and first node outside), by pocket.
    ``rank`` is a node's number within its pocket; ``size``, ``ties`` and ``ways`` how many of each a pocket has.
    """

    pocket: Ints
    rank: Ints
    size: Ints
    a: Ints
    b: Ints
    price: Floats
    edge: Ints
    ties: Ints
    here: Ints
    cost: Floats
    out: Ints
    there: Ints
    ways: Ints


@dataclass(frozen=True)
class _Copies:
    """Copies of pockets' nodes, one set for each area in a pocket, and after them the net."""

    area: Ints
    terminal: Ints
    p: Ints
    q: Ints
    price: Floats
    edge: Ints
    outside: Ints
    """Where an edge leaves the pocket: the first node outside; else -1."""


@dataclass(frozen=True)
class Search:
    """What lies nearest what: the same for all areas of the same addresses.

    Attributes
    ----------
    net : bool
        Whether anything is covered.
    graph : _Graph
    at : ndarray of int64, shape (addresses,)
        Each address's node; 0 is the net.
    wanted : ndarray of bool, shape (addresses,)
        The addresses that are to be joined.
    away : ndarray of float, shape (nodes,)
        Distance to the nearest node of one of them, or the net.
    before, source : ndarray of int64, shape (nodes,)
        The node before it on the way from there, and where that is.
    """

    net: bool
    graph: _Graph
    at: Ints
    wanted: Bools
    away: Floats
    before: Ints
    source: Ints


def search(network: Network, covered: Bools, wanted: Bools) -> Search:
    """Find for each node of the network what is nearest: an address that is to be joined, or the net.

    Parameters
    ----------
    network : Network
    covered, wanted : ndarray of bool, shape (addresses,)
        The addresses that are the net, and those to be joined.
    """
    graph, of = _with_net(network, covered)
    at = of[network.at]
    sources = np.append(np.unique(at[wanted]), 0)
    return Search(
        bool(covered.any()), graph, at, wanted, *_nearest(graph.nodes, graph.low, graph.high, graph.price, sources)
    )


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
    key = np.unique(area[who] * graph.nodes + found.at[who])
    owner, node = key // graph.nodes, key % graph.nodes
    owner, node = owner[node > 0], node[node > 0]
    if len(node) == 0:
        return Trees(none, none, np.ones(count, np.bool_))
    before = found.before
    pockets = _pockets(graph, found.source > 0, found.away)
    areas, edges = [none], [none]
    for of_area, of_node in _batches(pockets, owner, node):
        copies = _copies(pockets, of_area, of_node)
        who, branch = _branches(copies)
        # An edge that leaves a pocket goes on to the net, through nodes that all areas share.
        leaving = copies.outside[branch] >= 0
        which, passed = _chains(before, copies.outside[branch[leaving]])
        areas += [who, who[leaving][which]]
        edges += [copies.edge[branch], graph.edge[_edge_of(graph, passed, before[passed])]]
    of, along = np.concatenate(areas), np.concatenate(edges)
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


def _with_net(network: Network, covered: Bools) -> tuple[_Graph, Ints]:
    """Make the net node 0, and number the others after it."""
    net = np.zeros(network.nodes, np.bool_)
    net[network.at[covered]] = True
    of = np.where(net, 0, np.cumsum(~net))
    a, b = of[network.a], of[network.b]
    low, high = np.minimum(a, b), np.maximum(a, b)
    edge = np.flatnonzero(low < high)
    nodes = int((~net).sum()) + 1
    key = low[edge] * nodes + high[edge]
    edge = edge[_first_of(key, network.priced_m[edge])]
    return _Graph(nodes, low[edge], high[edge], np.maximum(network.priced_m[edge], TINY), edge), of


def _nearest(nodes: int, a: Ints, b: Ints, price: Floats, sources: Ints) -> tuple[Floats, Ints, Ints]:
    """Return for each node the distance to its nearest source, the node before it on the way, and the source."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    both = (np.concatenate([price, price]), (np.concatenate([a, b]), np.concatenate([b, a])))
    graph = coo_array(both, shape=(nodes, nodes)).tocsr()
    away, before, source = dijkstra(graph, indices=np.unique(sources), min_only=True, return_predecessors=True)
    return away, before.astype(np.int64), source.astype(np.int64)


def _pockets(graph: _Graph, inside: Bools, away: Floats) -> _Pockets:
    """Find the pockets.

    Parameters
    ----------
    inside : ndarray of bool, shape (nodes,)
        Nearer an address *utan* than the net.
    away : ndarray of float, shape (nodes,)
        Of nodes outside the pockets: distance to the net.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    within = np.flatnonzero(inside[graph.low] & inside[graph.high])
    ends = (graph.low[within], graph.high[within])
    tie = coo_array((np.ones(len(within), np.int8), ends), shape=(graph.nodes, graph.nodes))
    number, labels = connected_components(tie, directed=False)
    pocket = np.where(inside, labels, number).astype(np.int64)
    size = np.bincount(pocket, minlength=number + 1)
    by_pocket = np.argsort(pocket, kind="stable")
    rank = np.empty(graph.nodes, np.int64)
    rank[by_pocket] = np.arange(graph.nodes) - (np.cumsum(size) - size)[pocket[by_pocket]]

    within = within[np.argsort(pocket[graph.low[within]], kind="stable")]
    across = np.flatnonzero(inside[graph.low] != inside[graph.high])
    here = np.where(inside[graph.low[across]], graph.low[across], graph.high[across])
    there = graph.low[across] + graph.high[across] - here
    cost = graph.price[across] + away[there]
    best = _first_of(here, cost)
    best = best[np.argsort(pocket[here[best]], kind="stable")]
    return _Pockets(
        pocket=pocket,
        rank=rank,
        size=size,
        a=graph.low[within],
        b=graph.high[within],
        price=graph.price[within],
        edge=graph.edge[within],
        ties=np.bincount(pocket[graph.low[within]], minlength=number + 1),
        here=here[best],
        cost=cost[best],
        out=graph.edge[across[best]],
        there=there[best],
        ways=np.bincount(pocket[here[best]], minlength=number + 1),
    )


def _batches(pockets: _Pockets, owner: Ints, node: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Part areas' addresses, so that no part needs many more copies than :data:`_MOST`.

    Parameters
    ----------
    owner, node : ndarray of int64
        Areas and their addresses' nodes, each pair once.
    """
    order = np.lexsort((node, owner, pockets.pocket[node]))
    owner, node = owner[order], node[order]
    new = np.ones(len(node), np.bool_)
    new[1:] = (np.diff(owner) != 0) | (np.diff(pockets.pocket[node]) != 0)
    copies = np.cumsum(np.where(new, pockets.size[pockets.pocket[node]], 0))
    for batch in np.unique(copies // _MOST):
        mine = copies // _MOST == batch
        yield owner[mine], node[mine]


def _copies(pockets: _Pockets, owner: Ints, node: Ints) -> _Copies:
    """Copy each pocket once for every area that has an address in it."""
    number = len(pockets.size)
    sets, of_terminal = np.unique(owner * number + pockets.pocket[node], return_inverse=True)
    area, pocket = sets // number, sets % number
    size = pockets.size[pocket]
    start, total = np.cumsum(size) - size, int(size.sum())
    tie_set, tie = ragged(pockets.ties[pocket])
    tie = tie + (np.cumsum(pockets.ties) - pockets.ties)[pocket[tie_set]]
    way_set, way = ragged(pockets.ways[pocket])
    way = way + (np.cumsum(pockets.ways) - pockets.ways)[pocket[way_set]]
    p = [start[tie_set] + pockets.rank[pockets.a[tie]], start[way_set] + pockets.rank[pockets.here[way]]]
    q = [start[tie_set] + pockets.rank[pockets.b[tie]], np.full(len(way), total)]
    return _Copies(
        area=np.repeat(area, size),
        terminal=start[of_terminal] + pockets.rank[node],
        p=np.concatenate(p),
        q=np.concatenate(q),
        price=np.concatenate([pockets.price[tie], pockets.cost[way]]),
        edge=np.concatenate([pockets.edge[tie], pockets.out[way]]),
        outside=np.concatenate([np.full(len(tie), -1), pockets.there[way]]),
    )


def _first_of(key: Ints, cost: Floats) -> Ints:
    """Return where the cheapest of each key stands, by key; ties to the first.

    >>> _first_of(np.array([7, 5, 7, 5]), np.array([2.0, 1.0, 1.0, 1.0])).tolist()
    [1, 2]
    """
    order = np.lexsort((cost, key))
    first = np.ones(len(order), np.bool_)
    first[1:] = np.diff(key[order]) != 0
    return order[first]


def _branches(copies: _Copies) -> tuple[Ints, Ints]:
    """Return the edges of the copies that make the trees, each as often as a branch follows it, and their areas."""
    net = len(copies.area)
    away, before, source = _nearest(net + 1, copies.p, copies.q, copies.price, np.append(copies.terminal, net))
    _, _, _, chosen = _crossing(net + 1, copies.p, copies.q, copies.price, away, source)
    ends = np.concatenate([copies.p[chosen], copies.q[chosen]])
    _, at = _chains(before, ends)
    keys = np.minimum(copies.p, copies.q) * (net + 1) + np.maximum(copies.p, copies.q)
    by_key = np.argsort(keys, kind="stable")
    wanted = np.minimum(at, before[at]) * (net + 1) + np.maximum(at, before[at])
    followed = np.concatenate([chosen, by_key[np.searchsorted(keys[by_key], wanted)]])
    return copies.area[np.minimum(copies.p[followed], copies.q[followed])], followed


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
    best = best[np.isin(key[best], row * nodes + column)]
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
