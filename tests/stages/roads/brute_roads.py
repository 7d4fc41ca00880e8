"""Roads by brute force: every rule of docs/schakt.md told once more, pair by pair, with networkx and fractions.

Nothing here is shared with the program. Lines are short and few; all pairs are tried.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx

Point = tuple[float, float]


@dataclass(frozen=True)
class Road:
    points: tuple[Point, ...]
    ground: bool = True
    price: float = 1.0  # infinite: not followed
    drops: bool = True
    ferry: bool = False


def distance(a, b):
    return math.hypot(a[0] - b[0], a[1] - b[1])


def segments(road):
    """Segments with the metres at which each begins."""
    at = 0.0
    for a, b in itertools.pairwise(road.points):
        yield a, b, at
        at += distance(a, b)


def length(road):
    return sum(distance(a, b) for a, b in itertools.pairwise(road.points))


def nearest_on(p, road):
    """(distance, metres along) of the nearest place; the first of those as near to a millionth of a metre."""
    found = []
    for a, b, at in segments(road):
        size = distance(a, b)
        part = ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / size**2
        part = min(1.0, max(0.0, part))
        foot = (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
        found.append((distance(p, foot), at + part * size, foot))
    least = min(found)[0]
    return min((f for f in found if f[0] <= least + 1e-6), key=lambda f: f[1])


def place(road, m):
    for a, b, at in segments(road):
        size = distance(a, b)
        if m <= at + size + 1e-9:
            part = (m - at) / size
            return a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])
    return road.points[-1]


def common(one, two):
    """Metres along both where single points are shared, and stretches begin and end: exact, by fractions."""
    single, stretches = [], []
    for (a, b, at), (c, d, other) in itertools.product(segments(one), segments(two)):
        fa, fb, fc, fd = (tuple(Fraction(x) for x in p) for p in (a, b, c, d))
        r, s = (fb[0] - fa[0], fb[1] - fa[1]), (fd[0] - fc[0], fd[1] - fc[1])
        w = (fc[0] - fa[0], fc[1] - fa[1])
        cross = r[0] * s[1] - r[1] * s[0]
        if cross:
            t, u = (w[0] * s[1] - w[1] * s[0]) / cross, (w[0] * r[1] - w[1] * r[0]) / cross
            if 0 <= t <= 1 and 0 <= u <= 1:
                single.append((at + float(t) * distance(a, b), other + float(u) * distance(c, d)))
        elif w[0] * r[1] == w[1] * r[0]:
            square = r[0] ** 2 + r[1] ** 2
            t0, t1 = (
                sum(x * y for x, y in zip((p[0] - fa[0], p[1] - fa[1]), r, strict=True)) / square for p in (fc, fd)
            )
            low, high = max(Fraction(0), min(t0, t1)), min(Fraction(1), max(t0, t1))
            if low > high:
                continue
            ends = [
                (at + float(t) * distance(a, b), other + float((t - t0) / (t1 - t0)) * distance(c, d))
                for t in (low, high)
            ]
            (single.append(ends[0]) if low == high else stretches.append(ends))
    merged = []
    for run in sorted(stretches):
        if merged and abs(merged[-1][1][0] - run[0][0]) < 1e-9 and abs(merged[-1][1][1] - run[0][1]) < 1e-9:
            merged[-1] = [merged[-1][0], run[1]]
        else:
            merged.append(list(run))
    inner = [m for m in single if not any(r[0][0] + 1e-9 < m[0] < r[1][0] - 1e-9 for r in merged)]
    return inner + [end for run in merged for end in run]


def network(roads, tolerance, addresses, fagelvag, sjo, wet):
    """Return the priced graph, each address's node, its drop (length, place), and its part by roads alone."""
    points, joined = [], nx.Graph()

    def point(i, m):
        points.append((i, m))
        joined.add_node(len(points) - 1)
        return len(points) - 1

    ends = [(point(i, m), i, r.points[k]) for i, r in enumerate(roads) for m, k in ((0.0, 0), (length(r), -1))]
    for (a, _, p), (b, _, q) in itertools.combinations(ends, 2):
        if distance(p, q) <= tolerance:
            joined.add_edge(a, b)
    for a, i, p in ends:
        for j, road in enumerate(roads):
            if i != j and road.ground and (found := nearest_on(p, road))[0] <= tolerance:
                joined.add_edge(a, point(j, found[1]))
    for (i, one), (j, two) in itertools.combinations(enumerate(roads), 2):
        if one.ground and two.ground:
            for m, other in common(one, two):
                joined.add_edge(point(i, m), point(j, other))
    by_line = [sorted(((m, k) for k, (i, m) in enumerate(points) if i == line)) for line in range(len(roads))]
    for row in by_line:
        for (m, k), (m2, k2) in itertools.pairwise(row):
            if m2 - m <= tolerance:
                joined.add_edge(k, k2)
    node = {k: ("nod", i) for i, part in enumerate(nx.connected_components(joined)) for k in part}
    drops = []
    for p in addresses:
        best = [(*nearest_on(p, r), i) for i, r in enumerate(roads) if r.drops and r.ground]
        least = min(b[0] for b in best)
        drops.append(next(b for b in best if b[0] <= least + 1e-6))
    graph, at = nx.Graph(), {}
    graph.add_nodes_from(node.values())

    def edge(u, v, cost):
        if u != v and (not graph.has_edge(u, v) or graph[u][v]["weight"] > cost):
            graph.add_edge(u, v, weight=cost)

    for i, (road, row) in enumerate(zip(roads, by_line, strict=True)):
        cuts = sorted({d[1] for d in drops if d[3] == i})
        stops = [(m, node[k]) for m, k in row]
        for (m, u), (m2, v) in itertools.pairwise(stops):
            inside = [m, *(c for c in cuts if m < c < m2), m2]
            if m2 - m <= tolerance:
                at |= {(i, c): u for c in inside[1:-1]}
                continue
            names = [u, *(("anslutning", i, c) for c in inside[1:-1]), v]
            at |= {(i, c): n for c, n in zip(inside[1:-1], names[1:-1], strict=True)}
            if math.isfinite(road.price):
                for (c, n), (c2, n2) in itertools.pairwise(zip(inside, names, strict=True)):
                    edge(n, n2, (c2 - c) * road.price)
        at |= {(i, c): next(n for m, n in stops if m == c) for c in cuts if any(m == c for m, _ in stops)}
    where = [at[d[3], d[1]] for d in drops]
    graph.add_nodes_from(where)
    part = {n: k for k, nodes in enumerate(nx.connected_components(graph)) for n in nodes}
    parts = [part[n] for n in where]
    between, tied = nx.Graph(), False
    for a, b in itertools.combinations(range(len(addresses)), 2):
        u, v = parts[a], parts[b]
        if u != v:
            cost, pair = distance(drops[a][2], drops[b][2]), {where[a], where[b]}
            old = between.get_edge_data(u, v)
            tied |= old is not None and abs(old["weight"] - cost) < 1e-6 and old["pair"] != pair
            if old is None or cost < old["weight"]:
                between.add_edge(u, v, weight=cost, pair=pair, ends=(a, b))
    costs = sorted(d["weight"] for _, _, d in between.edges(data=True))
    tied |= any(b - a < 1e-6 for a, b in itertools.pairwise(costs))
    for _, _, d in nx.minimum_spanning_edges(between):
        a, b = d["ends"]
        over = wet(drops[a][2], drops[b][2])
        edge(where[a], where[b], (d["weight"] - over) * fagelvag + over * sjo)
    return graph, where, drops, parts, tied


def tree(graph, net, terminals):
    """Priced metres of the minimum spanning tree over the net (one node) and terminals, all pairs of ways."""
    whole = graph.copy()
    for n in set(net):
        whole.add_edge("net", n, weight=0.0)
    names = ["net", *sorted(set(terminals) - set(net), key=repr)]
    ways = nx.Graph()
    ways.add_nodes_from(names)
    for a in names:
        far = nx.single_source_dijkstra_path_length(whole, a)
        for b in names:
            if a != b:
                ways.add_edge(a, b, weight=far[b])
    return sum(d["weight"] for _, _, d in nx.minimum_spanning_edges(ways))
