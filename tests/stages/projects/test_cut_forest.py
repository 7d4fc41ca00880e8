"""Cutting and merging beside brute force: edge by edge and pair by pair, told once more with networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.projects.cut_forest import merged, pieces


@st.composite
def forests(draw):
    """A forest of few lengths, so that many are equal, of long chains and of stars."""
    n = draw(st.integers(1, 40))
    edges = []
    near = draw(st.sampled_from([1, 3, 40]))
    for i in range(1, n):
        above = draw(st.integers(max(-1, i - near), i - 1))
        if above >= 0:
            edges.append((above, i) if draw(st.booleans()) else (i, above))
    order = draw(st.permutations(range(n)))
    edges = [(order[a], order[b], float(draw(st.integers(0, 4)))) for a, b in draw(st.permutations(edges))]
    least = draw(st.integers(1, 6))
    return n, edges, least, draw(st.integers(least, 12))


def arrays(edges):
    ends = np.array([e[:2] for e in edges], dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], np.array([e[2] for e in edges], dtype=np.float64)


def parts(graph):
    return sorted((sorted(x) for x in nx.connected_components(graph)), key=min)


def told(piece):
    return [np.flatnonzero(piece == k).tolist() for k in range(int(piece.max()) + 1)]


def sides(graph, a, b):
    """The nodes on each side of a tree's edge, the side with the lowest node first."""
    found = []
    for end, other in ((a, b), (b, a)):
        seen, left = {end, other}, [end]
        while left:
            new = set(graph[left.pop()]) - seen
            seen |= new
            left += new
        found.append(seen - {other})
    return sorted(found, key=min)


@settings(max_examples=300, deadline=None)
@given(forests())
def test_trees_are_cut_as_told_and_no_piece_is_too_large_or_in_parts(case):
    n, edges, least, most = case
    piece = pieces(n, *arrays(edges), least, most)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(edges)
    whole = graph.copy()
    hung = {frozenset(e[:2]): e[0] if e[0] in sides(whole, *e[:2])[1] else e[1] for e in edges}  # by its lowest node
    while large := [x for x in parts(graph) if len(x) > most]:
        best = []
        for a, b, metres in graph.edges(large[0], data="weight"):
            smaller = min(map(len, sides(graph, a, b)))
            able = smaller >= least
            best.append((not able, -metres if able else -smaller, hung[frozenset((a, b))], a, b))
        graph.remove_edge(*min(best)[3:])
    found = told(piece)
    assert found == parts(graph)
    assert all(nx.is_connected(whole.subgraph(x)) and len(x) <= most for x in found)


def test_a_cut_goes_by_the_longest_edge_that_leaves_enough_on_both_sides():
    # 0-1-2 ~9~ 3-4-5-6 ~5~ 7-8 : the longest edge first, then the part is small enough.
    length = np.array([1.0, 1.0, 9.0, 1.0, 1.0, 1.0, 5.0, 1.0])
    chain = np.arange(8)
    assert pieces(9, chain, chain + 1, length, 2, 6).tolist() == [0] * 3 + [1] * 6
    assert pieces(9, chain, chain + 1, length, 2, 5).tolist() == [0] * 3 + [1] * 4 + [2] * 2
    # a minimum of four forbids both long edges at first
    assert pieces(9, chain, chain + 1, length, 4, 5).tolist() == [0] * 4 + [1] * 5


@st.composite
def neighbours(draw):
    n = draw(st.integers(1, 25))
    piece = np.array(draw(st.lists(st.integers(0, 8), min_size=n, max_size=n)))
    piece = np.unique(piece, return_inverse=True)[1]
    ends = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(ends, ends, st.integers(0, 6).map(float)), max_size=40, unique_by=lambda e: e[:2]))
    least = draw(st.integers(1, 8))
    return piece, [p for p in pairs if p[0] != p[1]], least, draw(st.integers(least, 15))


@settings(max_examples=500, deadline=None)
@given(neighbours())
def test_pieces_are_merged_as_if_one_by_one_the_nearest_first(case):
    piece, pairs, least, most = case
    groups = {k: set(np.flatnonzero(piece == k).tolist()) for k in set(piece.tolist())}
    of = dict(enumerate(piece.tolist()))
    for a, b, _ in sorted(pairs, key=lambda e: (e[2], min(e[:2]), max(e[:2]))):
        one, other = of[a], of[b]
        sizes = len(groups[one]), len(groups[other])
        if one != other and min(sizes) < least and sum(sizes) <= most:
            groups[one] |= groups.pop(other)
            of |= dict.fromkeys(groups[one], one)
    assert told(merged(piece, *arrays(pairs), least, most)) == sorted((sorted(g) for g in groups.values()), key=min)
