"""The network that trenches follow: roads at a price, cut where addresses join them, and islands joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.drops import Drops
from pipelines.roads.islands import joints
from pipelines.roads.line_parts import Floats, ragged
from pipelines.roads.noding import Noded

Bools = NDArray[np.bool_]
WetMetres = Callable[[Floats, Floats], Floats]
"""Metres over water of straight lines: from the ends of each, shape (n, 2), to shape (n,)."""


@dataclass(frozen=True)
class Prices:
    """Priced metres per metre: what a metre costs beside one that costs the base price.

    Attributes
    ----------
    line : ndarray of float, shape (lines given to the noding,)
        Infinite where a line must not be followed.
    fagelvag, sjo : float
        Of a straight line where no road goes: on land, and over water.
    """

    line: Floats
    fagelvag: float
    sjo: float


@dataclass(frozen=True)
class Network:
    """Nodes and edges.

    Attributes
    ----------
    nodes : int
    a, b : ndarray of int64, shape (edges,)
    priced_m, vag_m, sjo_m, fagelvag_m : ndarray of float, shape (edges,)
        Priced metres, and metres along a road, over water (ferry or sea cable) and straight on land.
    line : ndarray of int64, shape (edges,)
        What the edge is a stretch of; -1 for a straight line between two drops.
    from_m, to_m : ndarray of float, shape (edges,)
        Along the line; for a straight line 0 and its length.
    joint : ndarray of int64, shape (edges,)
        Which of ``joints`` a straight line is; -1 otherwise.
    joints : ndarray of float, shape (islands, 2, 2)
        Where the straight lines begin and end.
    at : ndarray of int64, shape (addresses,)
        Each address's node.
    part : ndarray of int64, shape (addresses,)
        The part of the network that roads and ferries alone join, numbered by falling number of addresses.
    """

    nodes: int
    a: Ints
    b: Ints
    priced_m: Floats
    vag_m: Floats
    sjo_m: Floats
    fagelvag_m: Floats
    line: Ints
    from_m: Floats
    to_m: Floats
    joint: Ints
    joints: Floats
    at: Ints
    part: Ints


def build(noded: Noded, drops: Drops, prices: Prices, ferry: Bools, wet: WetMetres) -> Network:
    """Build the network of all addresses.

    Parameters
    ----------
    noded : Noded
    drops : Drops
        On ``noded.lines``, on lines that may be followed. At least one line is there.
    prices : Prices
    ferry : ndarray of bool, shape (lines given to the noding,)
        Lines that go over water as a whole.
    wet : callable
        Metres over water of straight lines.
    """
    keep = np.isfinite(prices.line[noded.source[noded.line]])
    line, u, v = noded.line[keep], noded.u[keep], noded.v[keep]
    low, high = noded.from_m[keep], noded.to_m[keep]
    at, cut, cut_m, nodes = _joined(noded, drops, line, u, v, low, high)
    line, a, b, low, high = _cut(line, u, v, low, high, cut, cut_m, noded.nodes)
    metres, at_sea = high - low, ferry[noded.source[line]]
    part = _by_size(components(a, b, nodes)[at])
    i, j = joints(drops.xy, part)
    ends = np.stack([drops.xy[i], drops.xy[j]], axis=1).reshape(-1, 2, 2)
    over = wet(ends[:, 0], ends[:, 1])
    straight = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    none, dry = np.zeros(len(i)), np.zeros(len(line))
    return Network(
        nodes=nodes,
        a=np.concatenate([a, at[i]]),
        b=np.concatenate([b, at[j]]),
        priced_m=np.concatenate(
            [metres * prices.line[noded.source[line]], (straight - over) * prices.fagelvag + over * prices.sjo]
        ),
        vag_m=np.concatenate([np.where(at_sea, 0.0, metres), none]),
        sjo_m=np.concatenate([np.where(at_sea, metres, 0.0), over]),
        fagelvag_m=np.concatenate([dry, straight - over]),
        line=np.concatenate([line, np.full(len(i), -1)]),
        from_m=np.concatenate([low, none]),
        to_m=np.concatenate([high, straight]),
        joint=np.concatenate([np.full(len(line), -1), np.arange(len(i))]),
        joints=ends,
        at=at,
        part=part,
    )


def _joined(
    noded: Noded, drops: Drops, line: Ints, u: Ints, v: Ints, low: Floats, high: Floats
) -> tuple[Ints, Ints, Floats, int]:
    """Return each address's node; for the new ones, in order: the edge they cut, and where; and how many nodes."""
    # By line, and then along it: as complex numbers are ordered.
    edge = np.searchsorted(line + 1j * low, drops.line + 1j * drops.at_m, side="right") - 1
    # Before a line's first edge there is only its first node: what lies there was joined with it. Edge -1 is no edge.
    line, u, v = (np.append(x, -1) for x in (line, u, v))
    low, high = np.append(low, np.inf), np.append(high, np.inf)
    first = line[edge] != drops.line
    at = np.where(first, noded.ends[drops.line, 0], np.where(drops.at_m <= low[edge], u[edge], v[edge]))
    inside = np.flatnonzero(~first & (drops.at_m > low[edge]) & (drops.at_m < high[edge]))
    order = inside[np.lexsort((drops.at_m[inside], edge[inside]))]
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(edge[order]) > 0) | (np.diff(drops.at_m[order]) > 0)
    at[order] = noded.nodes + np.cumsum(new) - 1
    cut = order[new]
    return at, edge[cut], drops.at_m[cut], noded.nodes + len(cut)


def _cut(
    line: Ints, u: Ints, v: Ints, low: Floats, high: Floats, cut: Ints, cut_m: Floats, nodes: int
) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """Cut edges at new nodes, which come in order along them."""
    pieces = np.bincount(cut, minlength=len(line)) + 1
    owner, number = ragged(pieces)
    first, last = number == 0, number == pieces[owner] - 1
    new = nodes + np.arange(len(cut))
    a, b, start, end = u[owner], v[owner], low[owner], high[owner]
    a[~first], start[~first] = new, cut_m
    b[~last], end[~last] = new, cut_m
    return line[owner], a, b, start, end


def components(a: Ints, b: Ints, nodes: int) -> Ints:
    """Return the connected part of each node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(nodes, nodes))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _by_size(part: Ints) -> Ints:
    """Number parts by falling number of addresses, ties by the first address."""
    _, first, which, count = np.unique(part, return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(first), np.int64)
    number[np.lexsort((first, -count))] = np.arange(len(first))
    return number[which]
