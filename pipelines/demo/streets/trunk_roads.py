"""Which roads of the fabric are main roads, their numbers, and motorways between the largest towns."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipelines.demo.streets.polylines import Lines, fresh
from pipelines.demo.streets.road_kinds import LANDSVAG, LANDSVAG_LITEN, MOTORVAG, SMAVAG, SMAVAG_ENKEL
from pipelines.demo.world.common import Floats, Ints
from pipelines.demo.world.fabric import Fabric

MAIN, LESSER = 9_000, 1_100
"""People that a road serves, on the side where they are fewer."""
CITY, CITIES, APART_M = 20_000, 7, 15_000
"""Places with a motorway: people, how many at most, how far apart at least."""
STEP_M, SMOOTH = 120.0, 9
OUTSIDE, OUTSIDE_M = 0.55, 900.0
"""A motorway begins so many of a town's radii, and so many metres more, from its middle."""


class Trunk(NamedTuple):
    """Class and road number (0: none) per edge of the fabric; a line per motorway, numbered by its name."""

    kind: Ints
    number: Ints
    motorways: Lines


def make(rng: np.random.Generator, fabric: Fabric, radius_m: Floats) -> Trunk:
    """Choose main roads and draw motorways. ``radius_m``: of the place at each node."""
    edge, served, number = _served(fabric)
    kind = np.where(rng.random(len(fabric.a)) < 0.35, SMAVAG_ENKEL, SMAVAG)
    numbers = np.zeros(len(fabric.a), dtype=np.int64)
    main, lesser = served >= MAIN, (served >= LESSER) & (served < MAIN)
    kind[edge] = np.where(main, LANDSVAG, np.where(lesser, LANDSVAG_LITEN, kind[edge]))
    numbers[edge] = np.where(main, 100 + number % 300, np.where(lesser, 500 + number % 2_300, 0))
    return Trunk(kind, numbers, _motorways(fabric, radius_m))


def _served(fabric: Fabric) -> tuple[Ints, Floats, Ints]:
    """Return the edges of the shortest tree, the people each serves, and a number for each run of heaviest edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

    count = len(fabric.e)
    graph = coo_array((fabric.length_m, (fabric.a, fabric.b)), shape=(count, count)).tocsr()
    tree = minimum_spanning_tree(graph)
    below = fabric.folk.astype(np.float64).copy()
    total = below.copy()
    parent = np.full(count, -1, dtype=np.int64)
    order: list[int] = []
    seen = np.zeros(count, dtype=bool)
    for root in np.argsort(-fabric.folk, kind="stable").tolist():
        if seen[root]:
            continue
        nodes, before = breadth_first_order(tree, root, directed=False)
        seen[nodes] = True
        parent[nodes[1:]] = before[nodes[1:]]
        for node in nodes[:0:-1].tolist():
            below[parent[node]] += below[node]
        total[nodes] = below[root]
        order.extend(nodes.tolist())
    number = np.arange(count)
    heaviest = np.full(count, -1, dtype=np.int64)
    for node in order:
        up = int(parent[node])
        if up >= 0 and (heaviest[up] < 0 or below[node] > below[heaviest[up]]):
            heaviest[up] = node
    for node in order:
        up = int(parent[node])
        if up >= 0 and heaviest[up] == node:
            number[node] = number[up]
    child = np.flatnonzero(parent >= 0)
    key = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(fabric.a, fabric.b, strict=True))}
    edge = np.array([key[min(c, p), max(c, p)] for c, p in zip(child.tolist(), parent[child].tolist(), strict=True)])
    return edge.astype(np.int64), np.minimum(below, total - below)[child], number[child]


def _motorways(fabric: Fabric, radius_m: Floats) -> Lines:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

    cities = _cities(fabric)
    none = fresh(np.zeros((0, 2)), np.zeros(0, dtype=np.int64), MOTORVAG)
    if len(cities) < 2:
        return none
    count = len(fabric.e)
    graph = coo_array((fabric.length_m, (fabric.a, fabric.b)), shape=(count, count)).tocsr()
    away, before = dijkstra(graph, directed=False, indices=cities, return_predecessors=True)
    between = np.where(np.isfinite(away[:, cities]), away[:, cities], 0)
    pairs = np.argwhere(minimum_spanning_tree(between).toarray() > 0)
    used: set[tuple[int, int]] = set()
    courses = []
    for a, b in pairs.tolist():
        path = [int(cities[b])]
        while path[-1] != cities[a]:
            path.append(int(before[a, path[-1]]))
        steps = [(min(s), max(s)) for s in pairwise(path)]
        fresh_steps = [i for i, s in enumerate(steps) if s not in used]
        used |= set(steps)
        if not fresh_steps:
            continue
        nodes = path[fresh_steps[0] : fresh_steps[-1] + 2]
        course = _course(np.column_stack([fabric.e[nodes], fabric.n[nodes]]))
        near = np.zeros(len(course), dtype=bool)
        for city in (cities[a], cities[b]):
            edge_m = OUTSIDE * radius_m[city] + OUTSIDE_M
            near |= np.hypot(course[:, 0] - fabric.e[city], course[:, 1] - fabric.n[city]) < edge_m
        outside = np.flatnonzero(~near)
        if len(outside) > 25:
            courses.append(course[outside[0] : outside[-1] + 1])
    if not courses:
        return none
    counts = np.array([len(c) for c in courses])
    return fresh(np.concatenate(courses), counts, MOTORVAG, np.arange(len(courses)))


def _cities(fabric: Fabric) -> Ints:
    chosen: list[int] = []
    for node in np.argsort(-fabric.folk, kind="stable").tolist():
        if fabric.folk[node] < CITY or len(chosen) == CITIES:
            break
        if all(np.hypot(fabric.e[node] - fabric.e[c], fabric.n[node] - fabric.n[c]) > APART_M for c in chosen):
            chosen.append(node)
    return np.array(chosen, dtype=np.int64)


def _course(nodes: Floats) -> Floats:
    """Return a smooth line that follows the nodes, a point every ``STEP_M``."""
    from scipy.ndimage import gaussian_filter1d

    run = np.append(0, np.cumsum(np.hypot(*np.diff(nodes, axis=0).T)))
    at = np.linspace(0, run[-1], max(int(run[-1] / STEP_M), 4))
    straight = np.column_stack([np.interp(at, run, nodes[:, i]) for i in (0, 1)])
    out: Floats = gaussian_filter1d(straight, SMOOTH, axis=0, mode="nearest")
    return out
