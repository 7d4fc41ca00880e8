"""Where roads meet water: bridges over what is narrow, roads that end at the shore of what is wide."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely

from pipelines.demo.streets.polylines import Lines
from pipelines.demo.terrain.ground import Ground
from pipelines.demo.world.common import Bools, Floats, Ints

ABUTMENT_M = 7.0
"""A bridge begins this far from the shore."""
CANVAS_M = 90.0
CLOSE_M = 200.0
"""A line is asked for its height above water this often; one that is never lower than this, about, meets none."""
LAND, OVER, WET = 0, 1, 2


class Stretches(NamedTuple):
    """Parts of lines: which line, from and to (metres along it), whether it is too wide for a bridge."""

    line: Ints
    begin: Floats
    end: Floats
    wide: Bools


def split(lines: Lines, ground: Ground, longest_m: Floats) -> tuple[Lines, Ints, Ints]:
    """Cut lines where water begins and ends.

    Parameters
    ----------
    longest_m : ndarray
        The longest bridge of each line.

    Returns
    -------
    Lines
        Bridges are of level 1.
    ndarray of int
        The line each piece was part of.
    ndarray of int
        ``LAND``, ``OVER`` (a bridge) or ``WET`` (wider than a bridge).
    """
    wet = _merged(_wet(lines, ground, longest_m), lines)
    length = lines.length()
    ends = np.concatenate([wet.begin, wet.end])
    at = np.concatenate([wet.line, wet.line])
    inside = (ends > 0.5) & (ends < length[at] - 0.5)
    at, ends = at[inside], ends[inside]
    pieces, parent = lines.cut(at, lines.position(at, ends))
    state = np.zeros(len(pieces), dtype=np.int64)
    if len(wet.line):
        middle = along_parent(pieces, parent)
        far = float(length.max()) + 10
        i = np.searchsorted(wet.line * far + wet.begin, parent * far + middle, side="right") - 1
        hit = (i >= 0) & (wet.line[i] == parent) & (middle < wet.end[i])
        state = np.where(hit, np.where(wet.wide[i], WET, OVER), LAND)
    return pieces.dressed(level=np.where(state == OVER, 1, pieces.level)), parent, state


def along_parent(pieces: Lines, parent: Ints) -> Floats:
    """Return how far along its parent each piece's middle lies."""
    length = pieces.length()
    run = np.cumsum(length) - length
    first = np.append(True, parent[1:] != parent[:-1])
    base = run[np.maximum.accumulate(np.where(first, np.arange(len(parent)), 0))]
    out: Floats = run - base + length / 2
    return out


def _wet(lines: Lines, ground: Ground, longest_m: Floats) -> Stretches:
    xy, line = lines.sampled(CANVAS_M)
    near = np.zeros(len(lines), dtype=bool)
    near[line[ground.height_m[ground.canvas.nearest(*xy.T)] < CLOSE_M]] = True
    near &= lines.level == 0
    pick = np.flatnonzero(near)
    shapes = lines.take(pick).geometries()
    shapely.prepare(ground.water)
    water, i = shapely.STRtree(shapes).query(ground.water, predicate="intersects")
    inside = shapely.intersection(shapes[i], ground.water[water])
    owner = np.repeat(i, shapely.get_num_geometries(inside))
    parts = shapely.get_parts(inside)
    long = shapely.length(parts) > 0.2
    owner, parts = owner[long], parts[long]
    a, b = (_metres(shapes[owner], shapely.get_point(parts, k)) for k in (0, -1))
    wide = shapely.length(parts) > longest_m[pick[owner]]
    return Stretches(pick[owner], np.minimum(a, b) - ABUTMENT_M, np.maximum(a, b) + ABUTMENT_M, wide)


def _metres(lines: Any, points: Any) -> Floats:
    return np.asarray(shapely.line_locate_point(lines, points))


def _merged(s: Stretches, lines: Lines) -> Stretches:
    """Join stretches of a line that overlap, bridges' abutments included; in order."""
    if not len(s.line):
        return s
    length = lines.length()[s.line]
    begin, end = np.clip(s.begin, 0, None), np.minimum(s.end, length)
    order = np.lexsort((begin, s.line))
    line, begin, end, wide = s.line[order], begin[order], end[order], s.wide[order]
    far = float(lines.length().max()) + 10
    reach = np.maximum.accumulate(line * far + end)
    new = np.append(True, line[1:] * far + begin[1:] > reach[:-1])
    group = np.cumsum(new) - 1
    last = np.append(np.flatnonzero(new)[1:] - 1, len(new) - 1)
    any_wide = np.bincount(group, weights=wide) > 0
    return Stretches(line[new], begin[new], reach[last] - line[last] * far, any_wide)
