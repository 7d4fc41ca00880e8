"""Network, drops and trees equal a brute force on small random networks, and keep the laws of the trench."""

import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pipelines.roads import drops, line_parts, network, noding, trees

from .brute_roads import Road, distance
from .brute_roads import network as brute_network
from .brute_roads import tree as brute_tree

TOLERANCE = 0.45
FAGELVAG, SJO = 1.5, 4.0
WATER = (24.0, 40.0)
"""Water lies between these eastings: a strait."""


def wet_m(a, b):
    """Metres over the strait of one straight line."""
    (x, y), (u, v) = a, b
    low, high = min(x, u), max(x, u)
    if high == low:
        return abs(v - y) if WATER[0] <= x <= WATER[1] else 0.0
    return max(0.0, min(high, WATER[1]) - max(low, WATER[0])) / (high - low) * math.hypot(u - x, v - y)


def wet(a, b):
    return np.array([wet_m(tuple(p), tuple(q)) for p, q in zip(a, b, strict=True)])


def built(roads, addresses):
    """The program's network of the roads."""
    shapes = np.array([shapely.LineString(r.points) for r in roads])
    noded = noding.node(shapes, np.array([r.ground for r in roads]), TOLERANCE)
    may = np.array([r.ground and r.drops for r in roads])
    found = drops.nearest(np.array(addresses, dtype=float), noded.lines, np.flatnonzero(may[noded.source]))
    prices = network.Prices(np.array([r.price for r in roads]), FAGELVAG, SJO)
    return noded, found, network.build(noded, found, prices, np.array([r.ferry for r in roads]), wet)


def costs(net, covered, area, count):
    found = trees.search(net, np.array(covered), np.array(area) >= 0)
    return trees.grow(found, np.array(area), count).sums(net.priced_m)


# A point is drawn as one number: hypothesis takes longer over each number than the tests take over each point.
CORNERS = [(8.0 * x, 8.0 * y) for x in range(9) for y in range(7)]
HAIRS = (0.0, 0.0, 0.0, 0.25, -0.25)
corner = st.sampled_from(CORNERS)
near_corner = st.sampled_from([(x + dx, y + dy) for x, y in CORNERS for dx in HAIRS for dy in HAIRS])
spot = st.integers(0, 65 * 64 * 49 * 64).map(lambda i: (i // (49 * 64) / 64, i % (49 * 64) / 64))
kinds = st.sampled_from(
    [
        *[{}] * 6,
        {"price": 0.5},
        {"price": 2.0},
        {"ground": False},
        {"price": 3.0, "ferry": True, "drops": False},
        {"price": math.inf, "drops": False},
    ]
)


@st.composite
def road_nets(draw):
    roads = []
    for _ in range(draw(st.integers(1, 9))):
        points = [draw(near_corner), *draw(st.lists(corner, max_size=1)), draw(near_corner)]
        points = [p for p, q in zip(points, [None, *points], strict=False) if p != q]
        if len(points) > 1 and shapely.is_simple(shapely.LineString(points)):
            roads.append(Road(tuple(points), **draw(kinds)))
    assume(any(r.ground and r.drops for r in roads))
    addresses = draw(st.lists(spot, min_size=2, max_size=12))
    addresses += draw(st.lists(st.sampled_from(addresses), max_size=3))
    area = draw(st.lists(st.integers(-1, 2), min_size=len(addresses), max_size=len(addresses)))
    area[draw(st.integers(0, len(area) - 1))] = -1
    return roads, addresses, area


def places(edges, nodes):
    """Number the nodes by place: with less than a micrometre between them, rounding alone keeps two apart."""
    near = nx.Graph((a, b) for a, b, metres in edges if metres < 1e-6)
    near.add_nodes_from(nodes)
    number = {n: k for k, part in enumerate(nx.connected_components(near)) for n in part}
    return [number[n] for n in nodes]


# Both at the bend, one as the foot on the road before it and one as that road's end: the same to rounding.
AT_A_BEND = [Road(((0.0, 0.0), (8.0, 8.0), (16.0, 0.0)))], [(7.0, 9.0), (8.0, 12.0), (16.0, 1.0)], [0, 1, -1]


@settings(max_examples=300, deadline=None)
@example(AT_A_BEND)
@given(road_nets())
def test_nodes_parts_drops_and_trees_equal_brute_force(case):
    roads, addresses, area = case
    graph, where, found, parts, tied = brute_network(roads, TOLERANCE, addresses, FAGELVAG, SJO, wet_m)
    assume(not tied)
    noded, got, net = built(roads, addresses)
    assert noded.nodes == sum(n[0] == "nod" for n in graph)
    assert got.length_m == pytest.approx([d[0] for d in found], abs=1e-9)
    assert got.xy == pytest.approx(np.array([d[2] for d in found]), abs=1e-6)
    pairs = [(i, j) for i in range(len(area)) for j in range(i)]
    at = places(zip(net.a, net.b, net.to_m - net.from_m, strict=True), net.at)
    brute_at = places(graph.edges.data("weight"), where)
    assert [at[i] == at[j] for i, j in pairs] == [brute_at[i] == brute_at[j] for i, j in pairs]
    assert [net.part[i] == net.part[j] for i, j in pairs] == [parts[i] == parts[j] for i, j in pairs]
    covered = [a < 0 for a in area]
    wanted = [
        brute_tree(
            graph,
            [n for n, c in zip(where, covered, strict=True) if c],
            [n for n, b in zip(where, area, strict=True) if b == a],
        )
        for a in range(3)
    ]
    assert costs(net, covered, area, 3) == pytest.approx(wanted, rel=1e-9, abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(road_nets())
def test_one_tree_over_all_addresses_is_as_long_as_brute_force_says_and_ties_each_once(case):
    roads, addresses, area = case
    graph, where, _, _, tied = brute_network(roads, TOLERANCE, addresses, FAGELVAG, SJO, wet_m)
    assume(not tied)
    _, _, net = built(roads, addresses)
    covered, wanted = np.array([a < 0 for a in area]), np.array([a >= 0 for a in area])
    start, end, way = trees.spanning(trees.search(net, covered, wanted))
    nodes = [n for n, w in zip(where, wanted, strict=True) if w]
    whole = brute_tree(graph, [n for n, c in zip(where, covered, strict=True) if c], nodes)
    assert way.sum() == pytest.approx(whole, rel=1e-9, abs=1e-6)
    # Every place is hung once, by the first address there, and all hang by the net.
    own = {net.at[i]: i for i in reversed(range(len(area))) if wanted[i]}
    own = {at: i for at, i in own.items() if at not in net.at[covered]}
    assert set(start) | set(end) == {*own.values(), *([-1] if own else [])}
    tree = nx.Graph(zip(start.tolist(), end.tolist(), strict=True))
    assert len(start) == len(own) and (not own or nx.is_tree(tree))


@settings(max_examples=100, deadline=None)
@given(road_nets(), st.data())
def test_one_more_covered_address_never_makes_a_trench_dearer(case, data):
    roads, addresses, area = case
    _, _, net = built(roads, addresses)
    covered = np.array(area) < 0
    before = costs(net, covered, area, 3)
    # One that lay in no area is covered now; or one of an area is, and its area is no longer in want of it.
    one = data.draw(st.integers(0, len(area) - 1))
    fewer = [-1 if i == one else a for i, a in enumerate(area)]
    after = costs(net, np.array(fewer) < 0, fewer, 3)
    assert (after <= before + 1e-6).all()
    also = covered.copy()
    also[one] = True
    assert (costs(net, also, area, 3) <= before + 1e-6).all()


new_roads = st.builds(Road, st.tuples(corner, corner).filter(lambda p: p[0] != p[1]), price=st.sampled_from([0.5, 1.0]))


# Few new roads leave every drop where it was: most of what is drawn is let go.
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(road_nets(), new_roads)
def test_a_road_that_leaves_every_drop_where_it_was_and_joins_no_parts_never_makes_a_trench_dearer(case, new):
    roads, addresses, area = case
    _, got, net = built(roads, addresses)
    _, moved, more = built([*roads, new], addresses)
    assume((abs(got.xy - moved.xy) < 1e-9).all())
    assume(len(np.unique(net.part)) == len(np.unique(more.part)))  # why: docs/schakt.md
    covered = np.array(area) < 0
    assert (costs(more, covered, area, 3) <= costs(net, covered, area, 3) + 1e-6).all()


def with_straight_lines(net, xy, lines):
    """The network with straight lines between drops (shape (n, 2, 2)) beside what it has."""
    ends = net.at[[[np.abs(xy - p).sum(axis=1).argmin() for p in line] for line in lines]].reshape(-1, 2)
    over = wet(lines[:, 0], lines[:, 1])
    dry = np.hypot(*(lines[:, 1] - lines[:, 0]).T) - over
    added = {
        "a": ends[:, 0],
        "b": ends[:, 1],
        "priced_m": dry * FAGELVAG + over * SJO,
        "vag_m": np.zeros(len(lines)),
        "sjo_m": over,
        "fagelvag_m": dry,
    }
    return replace(net, **{name: np.concatenate([getattr(net, name), x]) for name, x in added.items()})


@settings(max_examples=150, deadline=None)
@given(road_nets(), corner, st.integers(-1, 2), corner, st.data())
def test_with_the_straight_lines_of_before_left_in_no_road_at_all_makes_a_trench_dearer(case, island, lies, by, data):
    """So the lines whose place a road takes are the whole of the law's exception."""
    roads, addresses, area = case
    x, y = island[0], island[1] - 200.0  # far south of all others: there is a straight line at least there
    roads, addresses, area = [*roads, Road(((x, y), (x + 8.0, y)))], [*addresses, (x + 3.0, y + 1.0)], [*area, lies]
    _, got, net = built(roads, addresses)
    assert len(net.joints)
    one = data.draw(st.sampled_from(np.flatnonzero(net.part == 0).tolist()))
    other = data.draw(st.sampled_from(np.flatnonzero(net.part > 0).tolist()))
    round_about = (tuple(got.xy[one]), (by[0], 200.0 + by[1]), tuple(got.xy[other]))
    _, moved, more = built([*roads, Road(round_about, drops=False)], addresses)
    assert (got.xy == moved.xy).all() and more.part.max() < net.part.max()
    covered = np.array(area) < 0
    both = with_straight_lines(more, moved.xy, net.joints)
    assert (costs(both, covered, area, 3) <= costs(net, covered, area, 3) + 1e-6).all()


def test_a_road_that_joins_two_parts_takes_the_straight_lines_place_though_it_is_longer():
    """The example of docs/schakt.md, a hundredth of the size and off the water."""
    streets, houses = [Road(((0, 0), (9, 0))), Road(((0, 6), (9, 6)))], [(0.0, -1.0), (0.0, 7.0)]
    round_the_hill = Road(((9, 0), (20, 0), (20, 6), (9, 6)))
    for roads, priced in ((streets, 6 * FAGELVAG), ([*streets, round_the_hill], 9 + 11 + 6 + 11 + 9)):
        _, _, net = built(roads, houses)
        assert costs(net, [True, False], [-1, 0], 1) == pytest.approx([priced])


@settings(max_examples=60, deadline=None)
@given(road_nets())
def test_the_parts_sum_to_the_whole_and_the_lines_are_as_long(case):
    roads, addresses, area = case
    noded, _, net = built(roads, addresses)
    tree = trees.grow(trees.search(net, np.array(area) < 0, np.array(area) >= 0), np.array(area), 3)
    metres = net.to_m - net.from_m
    assert net.vag_m + net.sjo_m + net.fagelvag_m == pytest.approx(metres)
    assert sum(tree.sums(m) for m in (net.vag_m, net.sjo_m, net.fagelvag_m)) == pytest.approx(tree.sums(metres))
    road = net.line[tree.edge] >= 0
    edge = tree.edge[road]
    xy, number = line_parts.stretches(noded.lines, net.line[edge], net.from_m[edge], net.to_m[edge])
    drawn = line_parts.draw(xy, number)
    assert shapely.length(drawn) == pytest.approx(metres[edge])
    # Each area's lines hang together, with its addresses and the net.
    for a in range(3):
        mine = tree.edge[tree.area == a]
        group = list(range(net.nodes))

        def root(n, group=group):
            while group[n] != n:
                n = group[n]
            return n

        for e in mine:
            group[root(net.a[e])] = root(net.b[e])
        covered = [n for n, c in zip(net.at, area, strict=True) if c < 0]
        for n in covered:
            group[root(n)] = root(covered[0])
        assert all(root(n) == root(covered[0]) for n, b in zip(net.at, area, strict=True) if b == a)


def roads_meet(*roads):
    shapes = np.array([shapely.LineString(r.points) for r in roads])
    return noding.node(shapes, np.array([r.ground for r in roads]), TOLERANCE)


def test_a_road_that_crosses_itself_is_cut_there():
    noded = roads_meet(Road(((0, 0), (10, 0), (10, 10), (5, 10), (5, -5))))
    assert (noded.nodes, len(noded.line)) == (3, 3)


def test_a_bridge_joins_nothing_that_it_crosses_and_goes_on_at_its_ends():
    street, before, bridge, after = (
        Road(((5, -9), (5, 9))),
        Road(((0, 0), (2, 0))),
        Road(((2, 0), (8, 0)), ground=False),
        Road(((8, 0), (9, 0))),
    )
    assert roads_meet(street, before, bridge, after).nodes == 6
    # On the ground the same line is a crossing.
    assert roads_meet(street, before, Road(bridge.points), after).nodes == 7


def test_twins_slivers_and_gaps():
    one = Road(((0, 0), (10, 0)))
    assert roads_meet(one, one).nodes == 2
    assert roads_meet(one, Road(((10.3, 0), (20, 0)))).joined.tolist() == [1, 1]
    assert roads_meet(one, Road(((10, 0), (10.25, 0.25))), Road(((10.25, 0.25), (20, 0)))).nodes == 3
    assert roads_meet(one, Road(((5, 0.25), (5, 9)))).nodes == 4
    assert roads_meet(one, Road(((5, 0.75), (5, 9)))).nodes == 4


def test_nothing_covered_reaches_nobody_and_a_house_beside_the_net_needs_no_trench():
    roads, addresses = [Road(((0, 0), (64, 0)))], [(10.0, 5.0), (30.0, -5.0), (30.0, 7.0)]
    _, _, net = built(roads, addresses)
    assert costs(net, [False] * 3, [0, 0, 0], 1) == [math.inf]
    assert costs(net, [False, True, False], [0, -1, 1], 2) == pytest.approx([20.0, 0.0])
    assert distance((0, 0), (3, 4)) == 5
