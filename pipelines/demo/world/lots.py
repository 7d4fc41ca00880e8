"""Lots of towns and villages: streets in blocks, dense at the centre, ragged at the edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.demo.world.common import Bools, Floats, Ints, Noise, inside, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.localities import radius_m

BLOCK_M, STREET_M = 92.0, 14.0  # from street to street; from street to house
CROSS_M = 190.0  # between cross streets


def spacing_m(people: float) -> float:
    """Width of a lot along the street: wide in small villages, narrow in cities."""
    return float(np.clip(40 - 5.5 * np.log10(max(people, 50) / 100), 21, 42))


@dataclass(frozen=True)
class Grid:
    """The bent street grid of each place, one row a place of the table: streets run along ``v``, ``BLOCK_M`` apart."""

    e: Floats
    n: Floats
    bend: Floats
    turn: Floats
    far: Floats

    def at(self, place: Ints, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return the points at ``u`` across and ``v`` along the straight grid (metres) once it is bent and turned."""
        bend, wide = self.bend[place].T, np.minimum(140, self.far[place] / 12)
        turn = self.turn[place]
        u, v = (
            u + 45 * np.sin(v / 410 + bend[0]) + wide * np.sin(v / 1_900 + bend[1]),
            v + 45 * np.sin(u / 470 + bend[2]) + wide * np.sin(u / 2_300 + bend[3]),
        )
        return (
            self.e[place] + u * np.cos(turn) - v * np.sin(turn),
            self.n[place] + u * np.sin(turn) + v * np.cos(turn),
        )


def lay_out(seed: int, outline: Outline, places: pd.DataFrame, counts: Ints) -> tuple[pd.DataFrame, Grid]:
    """Choose the lots of every place.

    Parameters
    ----------
    seed : int
        The demo region's seed.
    outline : Outline
    places : DataFrame
        As in :class:`pipelines.demo.world.settlements.Places`.
    counts : ndarray of int
        Lots wanted per place (0 for parts of larger places).

    Returns
    -------
    DataFrame
        ``e, n, kommun, ort`` (row of ``places``), ``rand`` (0 at the centre, about 1 at the edge), ``gata, tvar``
        (street, and stretch between two cross streets, of the place's grid).
        A place squeezed by shores and neighbours can hold fewer lots than wanted.
    Grid
    """
    e, n = places["e"].to_numpy(), places["n"].to_numpy()
    reach = _reach(places, counts)
    whole = counts > 0
    frames = []
    grid = Grid(e, n, np.zeros((len(e), 4)), np.zeros(len(e)), np.zeros(len(e)))
    for i in np.flatnonzero(whole):
        rivals = np.flatnonzero(whole & (np.hypot(e - e[i], n - n[i]) < 2.2 * (reach + reach[i])))
        parts = np.flatnonzero(places["del_av"].to_numpy() == i)
        frames.append(_place(seed, outline, places, grid, int(i), int(counts[i]), reach, rivals, parts))
    return pd.concat(frames, ignore_index=True), grid


def _reach(places: pd.DataFrame, counts: Ints) -> Floats:
    people = places["folk"].to_numpy()
    area = np.array([BLOCK_M * spacing_m(p) / 2 for p in people]) * counts / 0.78
    return np.where(counts > 0, np.sqrt(np.maximum(area, 1) / np.pi), radius_m(people) * 0.7)


def _place(
    seed: int,
    outline: Outline,
    places: pd.DataFrame,
    grid: Grid,
    i: int,
    count: int,
    reach: Floats,
    rivals: Ints,
    parts: Ints,
) -> pd.DataFrame:
    kommun = int(places["kommun"].iloc[i])
    for wider in (1.7, 2.6, 4.0):
        rng = stream(seed, f"tomter {i}")
        e, n, street, stretch = _lattice(rng, places, grid, i, reach[i] * wider)
        own = inside(outline.kommuner[kommun], e, n)
        e, n, street, stretch = e[own], n[own], street[own], stretch[own]
        block = (street + 5_000) * 100_000 + stretch + 50_000
        score = _score(rng, places, i, reach, parts, e, n, block)
        free = _unrivalled(places, i, reach, rivals, e, n, score)
        e, n, score, street, stretch = e[free], n[free], score[free], street[free], stretch[free]
        if len(e) >= 1.4 * count:  # fewer would show the lattice's own edge
            break
    best = np.sort(np.argsort(score, kind="stable")[:count])
    return pd.DataFrame(
        {
            "e": e[best],
            "n": n[best],
            "kommun": kommun,
            "ort": i,
            "rand": score[best],
            "gata": street[best],
            "tvar": stretch[best],
        }
    )


def _lattice(
    rng: np.random.Generator, places: pd.DataFrame, grid: Grid, i: int, far: float
) -> tuple[Floats, Floats, Ints, Ints]:
    """Lots on both sides of every street of a bent street grid, and the street and stretch each belongs to."""
    step = spacing_m(float(places["folk"].iloc[i]))
    streets, along = int(far / BLOCK_M) + 1, int(far / step) + 1
    street = np.repeat(np.arange(-streets, streets + 1), 2 * (2 * along + 1))
    side = np.tile(np.repeat([-1.0, 1.0], 2 * along + 1), 2 * streets + 1)
    v = np.tile(np.arange(-along, along + 1) * step, 2 * (2 * streets + 1))
    clear = np.abs(np.mod(v, CROSS_M) - CROSS_M / 2) < CROSS_M / 2 - 10
    street, side, v = street[clear], side[clear], v[clear]
    stretch = np.floor(v / CROSS_M).astype(np.int64)
    u = street * BLOCK_M + side * (STREET_M + rng.uniform(0, 9, len(v)))
    v = v + rng.normal(0, step * 0.12, len(v))
    grid.bend[i], grid.far[i] = rng.uniform(0, 2 * np.pi, 4), far
    grid.turn[i] = rng.uniform(0, np.pi / 2)
    e, n = grid.at(np.full(len(u), i), u, v)
    return e, n, street, stretch


def _score(
    rng: np.random.Generator,
    places: pd.DataFrame,
    i: int,
    reach: Floats,
    parts: Ints,
    e: Floats,
    n: Floats,
    block: Ints,
) -> Floats:
    """Rank lots: distance in radii, bent into fingers, roughened per block and per district."""
    de, dn = e - places["e"].iloc[i], n - places["n"].iloc[i]
    angle = np.arctan2(dn, de)
    turn = rng.uniform(0, 2 * np.pi, 3)
    fingers = 1 + 0.18 * np.sin(2 * angle + turn[0]) + 0.16 * np.sin(3 * angle + turn[1])
    fingers += 0.10 * np.sin(5 * angle + turn[2])
    score = np.hypot(de, dn) / reach[i] * fingers
    for j in parts:
        near = np.hypot(e - places["e"].iloc[j], n - places["n"].iloc[j]) / (reach[j] * 1.5)
        score = np.minimum(score, 0.25 + 0.75 * near)
    _, which = np.unique(block, return_inverse=True)
    rough = rng.normal(0, 0.13, int(which.max(initial=0)) + 1)[which]
    if reach[i] > 600 and len(e):
        rough += 0.11 * Noise(rng, (e.min(), n.min(), e.max(), n.max()), 420, 210).at(e, n)
    green = rng.random(int(which.max(initial=0)) + 1)[which] < 0.09
    return np.maximum(score + rough, 0) + 1.2 * green + 0.02 * rng.random(len(e))


def _unrivalled(
    places: pd.DataFrame, i: int, reach: Floats, rivals: Ints, e: Floats, n: Floats, score: Floats
) -> Bools:
    """Lots that no other place is nearer to, in radii."""
    mine = np.hypot(e - places["e"].iloc[i], n - places["n"].iloc[i]) / reach[i]
    mine = np.minimum(mine, score)
    free = np.ones(len(e), dtype=bool)
    for j in rivals:
        if j != i:
            theirs = np.hypot(e - places["e"].iloc[j], n - places["n"].iloc[j]) / reach[j]
            free &= ~((theirs < mine) & (theirs < 3))
    return free
