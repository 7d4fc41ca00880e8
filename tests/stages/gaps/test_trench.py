import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.gaps import trench
from pipelines.roads.delaunay import delaunay_edges

from .regions import Address, distance, spots, trench_m

anywhere = spots.map(lambda spot: Address(*spot, 0.0))
groups = st.lists(st.lists(anywhere, min_size=1, max_size=14), min_size=1, max_size=4)
covered_lists = st.lists(anywhere, min_size=1, max_size=8)
# Centimetres anywhere in a km: no structure at all.
loose = st.integers(0, 10**10 - 1).map(
    lambda x: Address(400_000 + x // 100_000 / 100, 6_500_000 + x % 100_000 / 100, 0.0)
)


def metres(own, covered, small=trench.SMALL):
    """The program's trench of each group."""
    flat = [a for g in own for a in g]
    e, n = np.array([a.e for a in flat]), np.array([a.n for a in flat])
    area = np.repeat(np.arange(len(own)), [len(g) for g in own])
    net = trench.distance_to_net(
        e, n, np.array([c.e for c in covered], dtype=float), np.array([c.n for c in covered], dtype=float)
    )
    return trench.lengths(e, n, net, area, len(own), small), net


@pytest.mark.parametrize("small", [0, 3, 128])
@settings(max_examples=200, deadline=None)
@given(own=groups, covered=covered_lists)
def test_trench_and_distance_equal_brute_force(small, own, covered):
    got, net = metres(own, covered, small)
    assert got == pytest.approx([trench_m(g, covered) for g in own], rel=1e-9, abs=1e-6)
    flat = [a for g in own for a in g]
    assert net == pytest.approx([min(distance(a, c) for c in covered) for a in flat], rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("small", [0, 128])
@settings(max_examples=150, deadline=None)
@given(own=st.lists(loose, min_size=1, max_size=30), covered=st.lists(loose, min_size=1, max_size=6))
def test_trench_of_loose_points_equals_brute_force(small, own, covered):
    assert metres([own], covered, small)[0] == pytest.approx([trench_m(own, covered)], rel=1e-9, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=25),
    st.sampled_from([(1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (0.3, -0.7), (1 / 3, 2 / 7)]),
    covered_lists,
)
def test_points_on_a_line_in_any_direction(steps, direction, covered):
    own = [Address(400_000 + 10 * s * direction[0], 6_500_000 + 10 * s * direction[1], 0.0) for s in steps]
    assert metres([own], covered, small=0)[0] == pytest.approx([trench_m(own, covered)], rel=1e-9, abs=1e-6)


def test_a_lattice_and_a_circle_where_every_edge_ties():
    lattice = [Address(400_000 + 100 * i, 6_500_000 + 100 * j, 0.0) for i in range(12) for j in range(12)]
    net = [Address(400_000 - 250, 6_500_000, 1.0)]
    assert metres([lattice], net, small=0)[0][0] == pytest.approx(143 * 100 + 250)
    angles = [2 * math.pi * k / 60 for k in range(60)]
    circle = [Address(400_000 + 1000 * math.cos(a), 6_500_000 + 1000 * math.sin(a), 0.0) for a in angles]
    assert metres([circle], net, small=0)[0][0] == pytest.approx(trench_m(circle, net), rel=1e-9)


def test_points_a_centimetre_apart_across_a_whole_county():
    rng = np.random.default_rng(5)
    base = rng.uniform(0, 250_000, (150, 2))
    twins = np.concatenate([base, base + 0.01, base + np.array([0.0, 0.02])])
    own = [Address(300_000 + x, 6_300_000 + y, 0.0) for x, y in twins]
    net = [Address(300_000, 6_300_000, 1.0)]
    got = metres([own], net, small=0)[0][0]
    assert got == pytest.approx(metres([own], net, small=1000)[0][0], abs=0.5)


def test_large_area_over_delaunay_equals_all_pairs():
    rng = np.random.default_rng(11)
    own = [Address(400_000 + x, 6_500_000 + y, 0.0) for x, y in rng.normal(0, 2000, (1500, 2)).round(1)]
    net = [Address(400_000 + x, 6_500_000 + y, 1.0) for x, y in rng.normal(0, 4000, (40, 2)).round(1)]
    assert metres([own], net)[0][0] == pytest.approx(metres([own], net, small=2000)[0][0], rel=1e-12)


def test_delaunay_of_all_areas_together_would_miss_an_edge():
    # u and v are one area's; w, another area's, lies in the circle between them. Delaunay of all three
    # points and of the two w:s has no edge uv, but the area's tree needs it.
    u, v = Address(400_000, 6_500_000, 0.0), Address(400_800, 6_500_000, 0.0)
    foreign = [Address(400_400, 6_500_050, 0.0), Address(400_400, 6_499_950, 0.0)]
    everything = np.array([[a.e - 400_000, a.n - 6_500_000] for a in (u, v, *foreign)])
    i, j = delaunay_edges(everything)
    assert (0, 1) not in set(zip(i.tolist(), j.tolist(), strict=True))
    net = [Address(400_000, 6_495_000, 1.0)]
    for small in (0, 128):
        got, _ = metres([[u, v], foreign], net, small)
        assert got == pytest.approx([5000 + 800, trench_m(foreign, net)])


@settings(max_examples=150, deadline=None)
@given(own=groups, covered=covered_lists, one_more=anywhere)
def test_one_more_covered_address_never_makes_any_trench_longer(own, covered, one_more):
    before, _ = metres(own, covered)
    after, _ = metres(own, [*covered, one_more])
    assert (after <= before * (1 + 1e-12) + 1e-9).all()


def test_without_any_covered_address_there_is_no_net_to_reach():
    for small in (0, 128):
        got, net = metres([[Address(400_000, 6_500_000, 0.0)], [Address(400_500, 6_500_000, 0.0)] * 3], [], small)
        assert np.isinf(got).all()
        assert np.isinf(net).all()


@settings(max_examples=80, deadline=None)
@given(own=groups, covered=covered_lists)
def test_building_areas_together_is_the_tree_of_them_all_and_never_dearer(own, covered):
    each, net = metres(own, covered)
    flat = [a for g in own for a in g]
    joint = trench.joint_length(np.array([a.e for a in flat]), np.array([a.n for a in flat]), net)
    assert joint == pytest.approx(trench_m(flat, covered), rel=1e-9, abs=1e-6)
    assert joint <= each.sum() + 1e-6


def test_order_of_addresses_does_not_change_the_length():
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 3000, (300, 2)).round(0)
    net = rng.uniform(10, 500, 300)
    shuffled = rng.permutation(300)
    zeros = np.zeros(300, dtype=np.int64)
    a = trench.lengths(xy[:, 0], xy[:, 1], net, zeros, 1)
    b = trench.lengths(xy[shuffled, 0], xy[shuffled, 1], net[shuffled], zeros, 1)
    assert a == pytest.approx(b, rel=1e-13)
