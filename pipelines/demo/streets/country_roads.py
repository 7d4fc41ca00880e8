"""Roads outside towns: the fabric's own, lanes to farms off them, ways of holiday areas, ways to lone houses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo.streets.polylines import Lines, between, fresh, joined
from pipelines.demo.streets.road_kinds import SMAVAG, SMAVAG_ENKEL, TRAKTORVAG
from pipelines.demo.streets.town_streets import Streets
from pipelines.demo.world import fabric as fabrics
from pipelines.demo.world.common import Bools, Floats, Ints
from pipelines.demo.world.cottages import STEP_M
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric

STRETCH_M = 75.0
"""Between two points of a road."""
GATE_M = 125.0
"""A road that comes this near to a place's street ends there."""
LANE_M = 85.0
"""A farm farther from its road has a lane."""
YARD_M = 9.0
"""A lane ends this far from the house."""
TRACKS = 0.07
"""Share of lanes that are forest tracks."""


class Roads:
    """The fabric's edges as lines: ``lines``, named by edge; ``first`` is the point of the edge that each begins at."""

    def __init__(self, fabric: Fabric, streets: Streets, kind: Ints) -> None:
        count = np.maximum(np.ceil(fabric.length_m / STRETCH_M).astype(np.int64), 3) + 1
        edge = np.repeat(np.arange(len(count)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        xy = np.column_stack(fabrics.along(fabric, edge, step / (count - 1)[edge], np.zeros(len(edge))))
        whole = fresh(xy, count, kind, np.arange(len(count)))
        self.pieces = count - 1
        first, last, head, tail = _gates(fabric, whole, streets)
        good = last > first
        keep = (step >= first[edge]) & (step <= last[edge]) & good[edge]
        for end, to in ((first, head), (last, tail)):
            at = np.flatnonzero(good & (to >= 0))
            whole.xy[whole.start[at] + end[at]] = streets.xy[to[at]]
        left = np.flatnonzero(good)
        self.lines = fresh(whole.xy[keep], (last - first + 1)[left], whole.kind[left], whole.name[left])
        self.first, self.line_of = first, np.full(len(count), -1)
        self.line_of[left] = np.arange(len(left))

    def position(self, edge: Ints, t: Floats) -> Floats:
        """Return positions on the lines for shares of whole edges; what was cut off at a gate gets the gate's."""
        line = self.line_of[edge]
        where = t * self.pieces[edge] - self.first[edge]
        out: Floats = np.clip(where, 0, self.lines.count[line] - 1)
        return out


def _gates(fabric: Fabric, whole: Lines, streets: Streets) -> tuple[Ints, Ints, Ints, Ints]:
    """Return where each edge leaves the streets it begins among and meets those it ends at; and at which crossings."""
    from scipy.spatial import cKDTree

    count = whole.count
    first, last = np.zeros(len(whole), dtype=np.int64), count - 1
    head, tail = np.full(len(whole), -1), np.full(len(whole), -1)
    if not len(streets.xy):
        return first, last, head, tail
    line = whole.of_point
    step = np.arange(len(line)) - whole.start[line]
    start, end = fabric.ort[fabric.a][line], fabric.ort[fabric.b][line]
    asked = np.flatnonzero((start >= 0) | (end >= 0))
    away, which = cKDTree(streets.xy).query(whole.xy[asked], distance_upper_bound=GATE_M)
    hit = np.isfinite(away)
    asked, which = asked[hit], which[hit]
    at_start = streets.place[which] == start[asked]
    np.maximum.at(first, line[asked[at_start]], step[asked[at_start]])
    at_end = streets.place[which] == end[asked]
    np.minimum.at(last, line[asked[at_end]], step[asked[at_end]])
    for mine, bound, out in ((at_start, first, head), (at_end, last, tail)):
        there = mine & (step[asked] == bound[line[asked]])
        out[line[asked[there]]] = which[there]
    return first, last, head, tail


def lanes(
    rng: np.random.Generator, roads: Roads, outline: Outline, homes: pd.DataFrame
) -> tuple[Lines, Ints, Floats, Floats]:
    """Return lanes to farms off the road; and where roads are cut for them: line, position, point."""
    sites = homes[homes["vag"] >= 0]
    sites = sites[(sites["vag_m"].abs() > LANE_M)].drop_duplicates(["vag", "vag_t", "vag_m"])
    edge = sites["vag"].to_numpy(dtype=np.int64)
    sites, edge = sites[roads.line_of[edge] >= 0], edge[roads.line_of[edge] >= 0]
    line, position = roads.line_of[edge], roads.position(edge, sites["vag_t"].to_numpy())
    foot = roads.lines.at(line, position)
    house = sites[["e", "n"]].to_numpy()
    far = np.hypot(*(house - foot).T)
    good = outline.ground.dry(*foot.T) & (far > LANE_M / 2)
    foot, house, far, line, position = foot[good], house[good], far[good], line[good], position[good]
    end = house + (foot - house) * (YARD_M / far)[:, None]
    kind = np.where(rng.random(len(far)) < TRACKS, TRAKTORVAG, SMAVAG_ENKEL)
    bend = rng.normal(0, 0.09, len(far))
    foot = np.round(foot, 1)
    return between(foot, end, kind, bend=bend), line, position, foot


def holiday(homes: pd.DataFrame) -> tuple[Lines, Floats]:
    """Return the ways of holiday areas, each a comb: one way from south to north, others along every second row.

    Returns
    -------
    Lines
    ndarray, shape (areas, 2)
        A crossing of each area, for the way there.
    """
    mine = homes[homes["omrade"] >= 0]
    if mine.empty:
        return between(np.zeros((0, 2)), np.zeros((0, 2)), SMAVAG_ENKEL), np.zeros((0, 2))
    row = np.floor(np.rint((mine["n"] - mine["mitt_n"]) / STEP_M) / 2)
    rows = mine.assign(rad=row).groupby(["omrade", "rad"], sort=True)
    table = rows.agg(west=("e", "min"), east=("e", "max"), e=("mitt_e", "first"), n=("mitt_n", "first")).reset_index()
    spine = table["e"].to_numpy() + STEP_M / 2
    y = table["n"].to_numpy() + (table["rad"].to_numpy() * 2 + 0.5) * STEP_M
    node = np.column_stack([spine, y])
    parts = []
    for side, sign in (("west", -1), ("east", 1)):
        end = np.column_stack([table[side].to_numpy() - sign * YARD_M / 2, y])
        far = (end[:, 0] - spine) * sign > 15
        parts.append(between(node[far], end[far], SMAVAG_ENKEL))
    same = np.flatnonzero(table["omrade"].to_numpy()[1:] == table["omrade"].to_numpy()[:-1])
    parts.append(between(node[same], node[same + 1], SMAVAG_ENKEL))
    first = np.append(True, table["omrade"].to_numpy()[1:] != table["omrade"].to_numpy()[:-1])
    return joined(parts), node[first]


def ways_there(roads: Lines, dry: Bools, goals: Floats) -> tuple[Lines, Ints, Floats, Floats]:
    """Return ways from goals to the nearest dry point of a road; and where roads are cut for them."""
    from scipy.spatial import cKDTree

    inner = np.ones(len(roads.xy), dtype=bool)
    inner[roads.start[:-1]] = inner[roads.start[1:] - 1] = False
    point = np.flatnonzero(inner & dry)
    if not len(point) or not len(goals):
        none = np.zeros((0, 2))
        return between(none, none, SMAVAG), np.zeros(0, dtype=np.int64), np.zeros(0), none
    away, which = cKDTree(roads.xy[point]).query(goals)
    far = (away > 5) & (away < 4_000)
    at = point[which[far]]
    line = roads.of_point[at]
    foot = np.round(roads.xy[at], 1)
    position = (at - roads.start[line]).astype(np.float64)
    once = np.unique(at, return_index=True)[1]  # a road is cut once where two ways meet it
    return between(foot, goals[far], SMAVAG_ENKEL), line[once], position[once], foot[once]
