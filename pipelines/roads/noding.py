"""Where lines meet: a network of edges between nodes, out of lines as the file has them.

One rule, with one tolerance (metres):

1. Every end of a line is a point. Where an end lies within the tolerance of a line *on the ground*, the nearest place
   on that line is a point, joined with the end; that is how a T-junction that the file did not split becomes one.
2. Two ends within the tolerance of each other are joined, whatever their level: bridges and tunnels go on from there.
3. Where two lines on the ground cross, or part after a common stretch, both have a point there, joined.
   Lines of which one is not on the ground never meet otherwise than by 1 and 2.
4. Two points on one line with at most the tolerance between them along it are joined: no slivers.

Points that are joined, in steps, are one node. The line between two points that follow each other is an edge, as long
as the line itself; the step from a point to its node (within the tolerance) is not counted. Lines that lie on top of
each other become parallel edges, of which a shortest way takes the cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import Floats, Lines, columns, point_at, ragged

if TYPE_CHECKING:
    from shapely import STRtree

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Noded:
    """Edges between nodes.

    Attributes
    ----------
    lines : Lines
        What the edges are stretches of: the lines given, those that cross themselves cut where they do.
    source : ndarray of int64, shape (lines,)
        Which of the given lines each of ``lines`` is of.
    line, u, v : ndarray of int64, shape (edges,)
        Edges by line and then along it. ``u`` may be ``v``: a way round.
    from_m, to_m : ndarray of float, shape (edges,)
        Along the line.
    ends : ndarray of int64, shape (lines, 2)
        The nodes that each line begins and ends in.
    nodes : int
    joined : ndarray of int64, shape (lines,)
        How many of each line's ends the tolerance joined with something more than a millimetre away.
    """

    lines: Lines
    source: Ints
    line: Ints
    u: Ints
    v: Ints
    from_m: Floats
    to_m: Floats
    ends: Ints
    nodes: int
    joined: Ints


def node(given: NDArray[Any], ground: Bools, tolerance_m: float) -> Noded:
    """Find where lines meet.

    Parameters
    ----------
    given : ndarray of LineString, shape (n,)
        EPSG:3006.
    ground : ndarray of bool, shape (n,)
        Whether each line lies on the ground: neither bridge, tunnel nor under one.
    tolerance_m : float
        See the rule above; 0 joins only what meets exactly.
    """
    import shapely

    shapes, source = _cut(given, ground)
    lines, on_ground, tree, n = columns(shapes), ground[source], shapely.STRtree(shapes), len(shapes)
    length = lines.length_m
    # Points 0 … 2n - 1 are the ends: of line i number 2i and 2i + 1.
    line = np.repeat(np.arange(n), 2)
    at = np.column_stack([np.zeros(n), length]).ravel()
    a, beside, beside_at, pairs = _ends_beside(lines, shapes, tree, on_ground, tolerance_m)
    i, i_at, j, j_at = _crossings(lines, shapes, tree, on_ground)
    m = len(line)
    line = np.concatenate([line, beside, i, j])
    at = np.clip(np.concatenate([at, beside_at, i_at, j_at]), 0, length[line])
    t = m + np.arange(len(a))
    c = m + len(a) + np.arange(len(i))
    joins = [np.column_stack([a, t]), pairs, np.column_stack([c, c + len(i)])]
    return _edges(lines, source, line, at, np.concatenate(joins), tolerance_m)


def as_noded(edges: NDArray[Any], u: Ints, v: Ints) -> Noded:
    """Return edges that have been noded before, each with its nodes, as :func:`node` does."""
    lines, each = columns(edges), np.arange(len(edges))
    nodes = int(max(u.max(initial=-1), v.max(initial=-1))) + 1
    none = np.zeros(len(edges))
    return Noded(lines, each, each, u, v, none, lines.length_m, np.column_stack([u, v]), nodes, none.astype(np.int64))


def _cut(given: NDArray[Any], ground: Bools) -> tuple[NDArray[Any], Ints]:
    """Cut the lines on the ground that cross themselves; return all lines, and which of the given each is of."""
    import shapely

    tangled = np.flatnonzero(ground & ~shapely.is_simple(given))
    whole = np.setdiff1d(np.arange(len(given)), tangled)
    parts, owner = shapely.get_parts(shapely.node(given[tangled]), return_index=True)
    shapes = np.concatenate([given[whole], parts])
    source = np.concatenate([whole, tangled[owner]])
    order = np.argsort(source, kind="stable")
    return shapes[order], source[order].astype(np.int64)


def _ends_beside(
    lines: Lines, shapes: NDArray[Any], tree: STRtree, ground: Bools, tolerance_m: float
) -> tuple[Ints, Ints, Floats, Ints]:
    """Return ends on the ground's lines (end, line, metres along it), and pairs of ends that lie together."""
    import shapely

    xy = lines.xy[np.column_stack([lines.first[:-1], lines.first[1:] - 1]).ravel()]
    # Most ends lie exactly on others: each such spot is looked up once, and its ends are joined with its first.
    _, first, spot = np.unique(xy.view(np.complex128).ravel(), return_index=True, return_inverse=True)
    spots: NDArray[Any] = shapely.points(xy[first])  # type: ignore[assignment]
    here, other = tree.query(spots, predicate="dwithin", distance=tolerance_m)
    number, by_spot = np.bincount(spot), np.argsort(spot, kind="stable")

    def ends_of(chosen: Bools) -> tuple[Ints, Ints, Ints]:
        """Return every end at the spots of the chosen pairs: spot, line beside it, and the end."""
        h, o = here[chosen], other[chosen]
        owner, k = ragged(number[h])
        return h[owner], o[owner], by_spot[(np.cumsum(number) - number)[h][owner] + k]

    close = [np.column_stack([first[spot], np.arange(len(spot))])]
    for goal in (other * 2, other * 2 + 1):
        # Within one line too: a line whose ends meet is a way round.
        near = (spot[goal] != here) & (np.hypot(*(xy[first[here]] - xy[goal]).T) <= tolerance_m)
        close.append(np.column_stack([ends_of(near)[2], np.repeat(goal[near], number[here[near]])]))
    begins, stops = spot[other * 2] == here, spot[other * 2 + 1] == here
    # What meets a line's last point lies where GEOS puts that, a hair from the sum of our own segments.
    met = stops & ~begins & ground[other] & (number[here] > 1)
    at, line, end = (
        np.concatenate(x)
        for x in zip(
            (here[met], other[met], other[met] * 2 + 1), ends_of(ground[other] & ~begins & ~stops), strict=True
        )
    )
    along: Floats = shapely.line_locate_point(shapes[line], spots[at])
    return end, line, along, np.concatenate(close)


def _crossings(lines: Lines, shapes: NDArray[Any], tree: STRtree, ground: Bools) -> tuple[Ints, Floats, Ints, Floats]:
    """Return where lines on the ground cross or part: line and metres along it, for both."""
    import shapely

    i, j = tree.query(shapes)
    once = (i < j) & ground[i] & ground[j]
    i, j = i[once], j[once]
    # Nearly all pairs only touch, end to end or end to side; what is neither that nor apart goes through.
    asked = np.flatnonzero(~_end_to_end(lines, shapely.bounds(shapes), i, j))
    i, j = i[asked], j[asked]
    through = np.flatnonzero(~shapely.touches(shapes[i], shapes[j]))
    through = through[shapely.intersects(shapes[i[through]], shapes[j[through]])]
    i, j = i[through], j[through]
    points, pair = _points_in(shapely.intersection(shapes[i], shapes[j]))
    i, j = i[pair], j[pair]
    return i, shapely.line_locate_point(shapes[i], points), j, shapely.line_locate_point(shapes[j], points)


def _end_to_end(lines: Lines, box: Floats, i: Ints, j: Ints) -> Bools:
    """Return which pairs of lines surely have nothing but an end of both in common.

    Where their boxes meet in no more than one easting (or northing), all that they have in common lies on it; and where
    one of them has a single vertex there, which is an end of both, that is all.
    """
    out = np.zeros(len(i), np.bool_)
    start, end = lines.xy[lines.first[:-1]], lines.xy[lines.first[1:] - 1]
    for axis in (0, 1):
        # How many of a line's vertices lie at its least and at its greatest coordinate.
        at_low, at_high = (
            np.add.reduceat(lines.xy[:, axis] == box[:, k][lines.line], lines.first[:-1], dtype=np.int64)
            for k in (axis, axis + 2)
        )
        for a, b in ((i, j), (j, i)):
            meet = np.flatnonzero(box[a, axis + 2] == box[b, axis])
            a, b = a[meet], b[meet]
            shared = np.zeros(len(meet), np.bool_)
            for p in (start[a], end[a]):
                for q in (start[b], end[b]):
                    shared |= (p == q).all(axis=1) & (p[:, axis] == box[b, axis])
            out[meet] |= shared & ((at_high[a] == 1) | (at_low[b] == 1))
    return out


def _points_in(common: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Return the single points, and the ends of the stretches, that pairs of lines have in common."""
    import shapely

    parts, pair = shapely.get_parts(common, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # a mixture comes nested
    pair = pair[inner]
    kind = shapely.get_type_id(parts)
    owners, of = np.unique(pair[kind == 1], return_inverse=True)
    runs = shapely.line_merge(shapely.multilinestrings(parts[kind == 1], indices=of)) if len(of) else parts[:0]
    runs, run = shapely.get_parts(runs, return_index=True)
    ends = [shapely.get_point(runs, 0), shapely.get_point(runs, -1)]
    return np.concatenate([parts[kind == 0], *ends]), np.concatenate([pair[kind == 0], owners[run], owners[run]])


def _edges(lines: Lines, source: Ints, line: Ints, at: Floats, joins: Ints, tolerance_m: float) -> Noded:
    """Join points into nodes, and make an edge between points that follow each other on a line."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    order = np.lexsort((at, line))
    before, after = order[:-1], order[1:]
    step = at[after] - at[before]
    same = line[before] == line[after]
    sliver = same & (step <= tolerance_m)
    joins = np.concatenate([joins, np.column_stack([before, after])[sliver]])
    graph = coo_array((np.ones(len(joins), np.int8), (joins[:, 0], joins[:, 1])), shape=(len(line), len(line)))
    nodes, node_of = connected_components(graph, directed=False)
    edge = same & ~sliver
    a, b = before[edge], after[edge]
    node_of = node_of.astype(np.int64)
    ends = node_of[: 2 * len(lines.length_m)].reshape(-1, 2)
    moved = _moved(lines, line, at, joins)
    return Noded(lines, source, line[a], node_of[a], node_of[b], at[a], at[b], ends, nodes, moved)


def _moved(lines: Lines, line: Ints, at: Floats, joins: Ints) -> Ints:
    """Count each line's ends that are joined with a point of another line that is not on the same millimetre."""
    place = lines.xy[np.where(at > 0, lines.first[line + 1] - 1, lines.first[line])]
    within = np.flatnonzero((at > 0) & (at < lines.length_m[line]))
    place[within] = point_at(lines, line[within], at[within])
    a, b = joins[line[joins[:, 0]] != line[joins[:, 1]]].T
    far = np.hypot(*(place[a] - place[b]).T) > 0.001
    ends = np.unique(np.concatenate([a[far], b[far]]))
    n = len(lines.length_m)
    return np.bincount(ends[ends < 2 * n] // 2, minlength=n)
