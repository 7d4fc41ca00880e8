"""The road net of the demo region, put together: as a map has it, with the faults that a map has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from pipelines.demo.streets import bridges, country_roads, crossings, sea_links, town_streets, trunk_roads
from pipelines.demo.streets.polylines import Lines, between, joined
from pipelines.demo.streets.road_kinds import (
    CYKELVAG,
    GANGSTIG,
    HUVUDGATA,
    LANDSVAG,
    LANDSVAG_LITEN,
    MOTESFRI,
    MOTORVAG,
    SMAVAG,
)
from pipelines.demo.world.common import Bools, Floats, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric
from pipelines.demo.world.localities import radius_m
from pipelines.demo.world.lots import Grid
from pipelines.demo.world.settlements import Places

UNSPLIT = 0.05
"""Share of the lanes whose road the map does not divide where they meet it."""
DOUBLE, SLIVER = 0.002, 0.002
"""Share of the lines that stand twice; and that have a second one beside, some decimetres off."""
SLIVER_M = 0.3
BRIDGE_M = {MOTORVAG: 1_800.0, MOTESFRI: 900.0, LANDSVAG: 600.0, LANDSVAG_LITEN: 450.0, SMAVAG: 350.0}
NARROW_M = 90.0
"""The longest bridge by class, and of all other roads."""
OVERPASS_M = 24.0
INTERCHANGE = 7
"""Every so many main roads that a motorway crosses meet it."""
TUNNELS, TUNNEL_M = 600, 420.0
"""A tunnel for every so many main streets, one at least in a region with a town; how long, about."""
PATHS = 0.012


@dataclass(frozen=True)
class Net:
    """The lines, and a road number per line (0: none)."""

    lines: Lines
    number: np.ndarray


def make(seed: int, outline: Outline, places: Places, grid: Grid, fabric: Fabric, homes: pd.DataFrame) -> Net:
    """Make the net that the houses stand along."""
    rng = stream(seed, "vägnät")
    ground = outline.ground
    streets = town_streets.make(places.table, grid, homes)
    trunk = trunk_roads.make(rng, fabric, radius_m(fabric.folk))
    roads = country_roads.Roads(fabric, streets, trunk.kind)
    number = trunk.number[roads.lines.name]
    own = roads.lines.dressed(name=np.where(number > 0, -number - 1, -1))

    lanes, line, position, foot = country_roads.lanes(rng, roads, outline, homes)
    cut = rng.random(len(line)) > UNSPLIT
    combs, areas = country_roads.holiday(homes)
    lone = homes[(homes["ort"] < 0) & (homes["vag"] < 0) & (homes["omrade"] < 0)]
    goals = np.concatenate([areas, lone[["e", "n"]].to_numpy()])
    ways, line2, position2, foot2 = country_roads.ways_there(own, ground.dry(*own.xy.T), goals)
    own, _ = own.cut(
        np.concatenate([line[cut], line2]),
        np.concatenate([position[cut], position2]),
        np.concatenate([foot[cut], foot2]),
    )
    rural = joined([own, lanes, combs, ways])
    lines = joined([rural, streets.lines])
    lines = _noded(lines, np.arange(len(lines)) < len(rural), outline)
    lines = _with_motorways(lines, trunk.motorways, outline)
    longest = np.full(13, NARROW_M)
    longest[list(BRIDGE_M)] = list(BRIDGE_M.values())
    lines, _, state = bridges.split(lines, ground, longest[lines.kind])
    lines = lines.take(state != bridges.WET).cleaned()[0]
    lines = sea_links.join(lines, ground)
    lines = joined([lines, _tunnels(rng, lines), _paths(rng, lines, outline)])
    lines = _faults(rng, lines).cleaned()[0]
    return Net(lines, np.where(lines.name < -1, -lines.name - 1, 0))


def _noded(lines: Lines, rural: Bools, outline: Outline) -> Lines:
    """Cut lines where they cross each other on land."""
    a, b, xy = crossings.found(lines, rural)
    dry = outline.ground.dry(*xy.T)
    return crossings.cut_both(lines, a[dry], b[dry], xy[dry])


def _with_motorways(lines: Lines, motorways: Lines, outline: Outline) -> Lines:
    """Add motorways: other roads pass over them, but for some main roads that meet them."""
    if not len(motorways):
        return lines
    first = len(lines)
    both = joined([lines, motorways.dressed(name=-(6 + 14 * motorways.name) - 1)])
    fast = both.kind == MOTORVAG
    a, b, xy = crossings.found(both, fast, crossings.near(both, fast, outline.ground.canvas))
    road, motorway = np.minimum(a, b), np.maximum(a, b)
    other = (road < first) & outline.ground.dry(*xy.T)
    road, motorway, xy = road[other], motorway[other], xy[other]
    main = np.flatnonzero(np.isin(both.kind[road], (LANDSVAG, LANDSVAG_LITEN, HUVUDGATA)))[::INTERCHANGE]
    meets = np.isin(np.arange(len(road)), main)
    both = _passed_over(both, road[~meets], xy[~meets])
    fast = both.kind == MOTORVAG
    a, b, xy = crossings.found(both, fast, crossings.near(both, fast, outline.ground.canvas))
    level = (both.level[a] == 0) & (both.level[b] == 0) & outline.ground.dry(*xy.T)
    both = crossings.cut_both(both, a[level], b[level], xy[level])
    ends = np.concatenate([motorways.xy[motorways.start[:-1]], motorways.xy[motorways.start[1:] - 1]])
    return joined([both, _ramps(both, ends)])


def _ramps(lines: Lines, ends: Floats) -> Lines:
    """Join each motorway's ends to the nearest end of a main road."""
    from scipy.spatial import cKDTree

    main = np.flatnonzero(np.isin(lines.kind, (LANDSVAG, LANDSVAG_LITEN, HUVUDGATA)))
    xy = np.concatenate([lines.xy[lines.start[main]], lines.xy[lines.start[main + 1] - 1]])
    if not len(xy):
        return between(ends[:0], ends[:0], MOTESFRI)
    return between(ends, xy[cKDTree(xy).query(ends)[1]], MOTESFRI)


def _passed_over(lines: Lines, road: np.ndarray, xy: Floats) -> Lines:
    """Give roads a bridge at points on them."""
    metres = crossings.metres_at(lines, road, xy)
    good = crossings.apart(road, metres, 3 * OVERPASS_M)
    road, metres = road[good], metres[good]
    length = lines.length()[road]
    begin, end = np.maximum(metres - OVERPASS_M, 0), np.minimum(metres + OVERPASS_M, length)
    at, where = np.concatenate([road, road]), np.concatenate([begin, end])
    inside = (where > 0.5) & (where < lines.length()[at] - 0.5)
    pieces, parent = lines.cut(at[inside], lines.position(at[inside], where[inside]))
    middle = bridges.along_parent(pieces, parent)
    order = np.lexsort((begin, road))
    far = float(lines.length().max()) + 10
    i = np.searchsorted((road * far + begin)[order], parent * far + middle, side="right") - 1
    over = (i >= 0) & (road[order][i] == parent) & (middle < end[order][i])
    return pieces.dressed(level=np.where(over, 1, pieces.level))


def _tunnels(rng: np.random.Generator, lines: Lines) -> Lines:
    """A few streets below others, from one crossing of main streets to another."""
    main = np.flatnonzero(lines.kind == HUVUDGATA)
    if len(main) < 40:
        return lines.take(main[:0])
    ends = lines.xy[lines.start[main]]
    begin = ends[rng.choice(len(ends), 1 + len(main) // TUNNELS, replace=False)]
    away = np.abs(np.hypot(*(ends[None] - begin[:, None]).transpose(2, 0, 1)) - TUNNEL_M)
    out = between(begin, ends[away.argmin(axis=1)], HUVUDGATA)
    return out.dressed(level=np.full(len(out), -1))


def _paths(rng: np.random.Generator, lines: Lines, outline: Outline) -> Lines:
    """Footpaths out in the woods and cycleways beside main streets: on the map, but no way for a trench."""
    small = np.flatnonzero(lines.level == 0)
    some = small[rng.random(len(small)) < PATHS]
    start = lines.xy[lines.start[some]]
    turn, far = rng.uniform(0, 2 * np.pi, len(some)), rng.uniform(80, 500, len(some))
    end = start + np.column_stack([np.cos(turn), np.sin(turn)]) * far[:, None]
    kind = np.where(lines.kind[some] == HUVUDGATA, CYKELVAG, GANGSTIG)
    paths = between(start, end, kind, bend=rng.normal(0, 0.1, len(some)))
    wet = np.zeros(len(some), dtype=bool)
    wet[shapely.STRtree(paths.geometries()).query(outline.ground.water, predicate="intersects")[1]] = True
    return paths.take(~wet)


def _faults(rng: np.random.Generator, lines: Lines) -> Lines:
    """Add lines that stand twice, and slivers: lines with one end in common, else some decimetres aside."""
    double = lines.take(rng.random(len(lines)) < DOUBLE)
    sliver = lines.take((rng.random(len(lines)) < SLIVER) & (lines.level == 0))
    xy = sliver.xy + rng.choice([-SLIVER_M, SLIVER_M], 2)
    xy[sliver.start[:-1]] = sliver.xy[sliver.start[:-1]]
    sliver = Lines(xy, sliver.start, sliver.kind, sliver.level, sliver.name)
    whole = joined([lines, double, sliver])
    return whole.take(rng.permutation(len(whole)))
