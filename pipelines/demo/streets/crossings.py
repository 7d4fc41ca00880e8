"""Where roads meet: cut at crossings, but not where one passes over the other."""

from __future__ import annotations

import numpy as np
import shapely

from pipelines.demo.streets.polylines import Lines
from pipelines.demo.terrain.canvas import Canvas
from pipelines.demo.world.common import Bools, Floats, Ints

NEAR_END_M = 1.0
"""A crossing so near to a line's end is that end."""


def found(lines: Lines, these: Bools, among: Bools | None = None) -> tuple[Ints, Ints, Floats]:
    """Return crossings of ``these`` lines with any, or with those ``among``: the two lines, and the point."""
    other = np.arange(len(lines)) if among is None else np.flatnonzero(among | these)
    some = lines.take(other)
    shapes = some.geometries()
    pick = np.flatnonzero(these[other])
    a, b = shapely.STRtree(shapes).query(shapes[pick], predicate="crosses")
    a = pick[a]
    once = (a < b) | ~these[other][b]
    a, b = a[once], b[once]
    points = shapely.intersection(shapes[a], shapes[b])
    pair = np.repeat(np.arange(len(a)), shapely.get_num_geometries(points))
    points = shapely.get_parts(points)
    single = shapely.get_type_id(points) == 0
    pair, xy = pair[single], shapely.get_coordinates(points[single])
    return other[a[pair]], other[b[pair]], xy


def near(lines: Lines, these: Bools, canvas: Canvas) -> Bools:
    """Tell which lines have a point within a few hundred metres of ``these``, whose points lie close together."""
    from scipy.ndimage import binary_dilation

    coarse = canvas.coarser()
    mark = np.zeros(coarse.shape, dtype=bool)
    mark[coarse.nearest(*lines.take(these).xy.T)] = True
    out = np.zeros(len(lines), dtype=bool)
    out[lines.of_point[binary_dilation(mark, iterations=3)[coarse.nearest(*lines.xy.T)]]] = True
    return out


def metres_at(lines: Lines, line: Ints, xy: Floats) -> Floats:
    """Return how far along lines points on them lie."""
    shapes = lines.take(line).geometries()
    return np.asarray(shapely.line_locate_point(shapes, shapely.points(xy)))


def interior(lines: Lines, line: Ints, metres: Floats, edge_m: float = NEAR_END_M) -> Bools:
    """Tell which places are not at their line's end."""
    inside: Bools = (metres > edge_m) & (metres < lines.length()[line] - edge_m)
    return inside


def cut_both(lines: Lines, a: Ints, b: Ints, xy: Floats) -> Lines:
    """Cut two lines at each crossing of theirs; where one of them only ends there, neither is."""
    metres = [metres_at(lines, line, xy) for line in (a, b)]
    good = interior(lines, a, metres[0]) & interior(lines, b, metres[1])
    line, far = np.concatenate([a[good], b[good]]), np.concatenate([m[good] for m in metres])
    return lines.cut(line, lines.position(line, far), np.round(np.concatenate([xy[good], xy[good]]), 1))[0]


def apart(line: Ints, metres: Floats, least_m: float) -> Bools:
    """Tell which cuts lie at least so far from the one before on the same line."""
    order = np.lexsort((metres, line))
    near = np.append(False, (np.diff(line[order]) == 0) & (np.diff(metres[order]) < least_m))
    out = np.ones(len(line), dtype=bool)
    out[order[near]] = False
    return out
