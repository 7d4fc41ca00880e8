"""The rural fabric: a road graph between places and hamlets, and farms along its roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.demo.world.common import Bools, Floats, Ints, Points, kommun_of
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.settlements import Places

LONGEST_M = 12_000
SITE = ("e", "n", "vag", "vag_t", "vag_m")


@dataclass(frozen=True)
class Fabric:
    """Road graph. ``e, n, folk, ort`` per node; ``a, b, length_m, bend`` per edge (bend: three sine amplitudes).

    ``ort`` is the row of the places' table that a node is the middle of, −1 for a hamlet.
    """

    e: Floats
    n: Floats
    folk: Floats
    ort: Ints
    a: Ints
    b: Ints
    length_m: Floats
    bend: Floats


def make(rng: np.random.Generator, outline: Outline, places: Places) -> Fabric:
    """Join places and hamlets by a Gabriel graph over land, thinned of long and wet edges."""
    from scipy.spatial import Delaunay, cKDTree

    table = places.table[places.table["del_av"] < 0]
    hamlets = places.hamlets
    xy = np.vstack([table[["e", "n"]].to_numpy(), hamlets[["e", "n"]].to_numpy()])
    folk = np.concatenate([table["folk"].to_numpy(), np.full(len(hamlets), 15.0)])
    ort = np.concatenate([table.index.to_numpy(dtype=np.int64), np.full(len(hamlets), -1)])
    _, first = np.unique(np.round(xy / 150).astype(np.int64), axis=0, return_index=True)
    keep = np.sort(first)
    xy, folk, ort = xy[keep], folk[keep], ort[keep]
    if len(xy) < 4:
        xy = np.vstack([xy, xy.mean(axis=0) + np.array([[0, 900], [900, 0], [-900, 0], [0, -900]])])
        folk, ort = np.append(folk, np.full(4, 15.0)), np.append(ort, np.full(4, -1))
    corners = Delaunay(xy).simplices
    pairs = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    p, q = xy[pairs[:, 0]], xy[pairs[:, 1]]
    length = np.hypot(*(p - q).T)
    alone = cKDTree(xy).query((p + q) / 2)[0] > length / 2 - 1e-6
    short = length < LONGEST_M
    dry = np.mean([outline.ground.dry(*(p + (q - p) * t).T) for t in np.linspace(0.03, 0.97, 17)], axis=0)
    good = alone & short & (dry > 0.8)
    a, b = pairs[good].T
    bend = rng.normal(0, (0.10, 0.06, 0.04), (len(a), 3))
    return Fabric(xy[:, 0], xy[:, 1], folk, ort, a.astype(np.int64), b.astype(np.int64), length[good], bend)


def along(fabric: Fabric, edge: Ints, t: Floats, off_m: Floats) -> tuple[Floats, Floats]:
    """Return points at ``t`` (0–1) along edges' bent course, ``off_m`` to the side."""
    a, b = fabric.a[edge], fabric.b[edge]
    de, dn = fabric.e[b] - fabric.e[a], fabric.n[b] - fabric.n[a]
    length = np.maximum(fabric.length_m[edge], 1)
    bend = fabric.bend[edge]
    side = length * sum(bend[:, k] * np.sin((k + 1) * np.pi * t) for k in range(3)) + off_m
    return fabric.e[a] + de * t - dn / length * side, fabric.n[a] + dn * t + de / length * side


def scatter(
    rng: np.random.Generator, outline: Outline, fabric: Fabric, wanted: Ints, avoid: Points | None
) -> pd.DataFrame:
    """Put farms and cottages along the roads: ``wanted`` addresses per kommun.

    Sites of one to five addresses; most beside a road, a fifth up a lane of its own. ``avoid`` holds
    the lots of towns and villages: no farm stands within 90 m of one.

    Returns
    -------
    DataFrame
        ``e, n, kommun``; ``vag`` (edge, −1 where the farm stands anywhere), ``vag_t`` (0–1 along it), ``vag_m``
        (metres to its side).
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([avoid.e, avoid.n])) if avoid is not None and len(avoid.e) else None
    home = _home(outline, fabric)
    got = []
    for i, count in enumerate(wanted):
        edges = np.flatnonzero(home == i)
        left, tries = int(count), 0
        while left > 0:
            tries += 1
            sites = (
                _sites(rng, fabric, edges, left + 30)
                if len(edges) and tries < 8
                else _anywhere(rng, outline.kommuner[i], left + 30)
            )
            e, n = sites["e"].to_numpy(), sites["n"].to_numpy()
            ok: Bools = kommun_of([outline.kommuner[i]], e, n) == 0
            if tree is not None and tries < 12:
                ok[ok] = tree.query(np.column_stack([e[ok], n[ok]]), distance_upper_bound=90)[0] > 90
            pick = np.flatnonzero(ok)[:left]
            got.append(sites.iloc[pick].assign(kommun=i))
            left -= len(pick)
    none = pd.DataFrame({c: np.zeros(0) for c in SITE}).assign(kommun=np.zeros(0, np.int64))
    return pd.concat(got or [none], ignore_index=True)


def _home(outline: Outline, fabric: Fabric) -> Ints:
    a, b = fabric.a, fabric.b
    return kommun_of(outline.kommuner, (fabric.e[a] + fabric.e[b]) / 2, (fabric.n[a] + fabric.n[b]) / 2)


def _sites(rng: np.random.Generator, fabric: Fabric, edges: Ints, count: int) -> pd.DataFrame:
    weight = fabric.length_m[edges] ** 0.8
    many = int(count * 0.95) + 20
    edge = edges[rng.choice(len(edges), many, p=weight / weight.sum())]
    t = rng.random(many)
    lane = rng.random(many) < 0.25
    off = np.where(lane, rng.uniform(120, 900, many), 22 + rng.exponential(28, many))
    off = off * rng.choice([-1.0, 1.0], many)
    e, n = along(fabric, edge, t, off)
    size = rng.choice([1, 2, 3, 5], many, p=[0.84, 0.12, 0.03, 0.01])
    site = np.repeat(np.arange(many), size)
    first = np.concatenate([[True], site[1:] != site[:-1]])
    turn, far = rng.uniform(0, 2 * np.pi, len(site)), rng.uniform(30, 85, len(site))
    e = e[site] + np.where(first, 0, far * np.cos(turn))
    n = n[site] + np.where(first, 0, far * np.sin(turn))
    return pd.DataFrame(dict(zip(SITE, (e, n, edge[site], t[site], off[site]), strict=True)))


def _anywhere(rng: np.random.Generator, polygon: object, count: int) -> pd.DataFrame:
    west, south, east, north = polygon.bounds  # type: ignore[attr-defined]
    e, n = rng.uniform(west, east, 4 * count), rng.uniform(south, north, 4 * count)
    nowhere = np.zeros(len(e))
    return pd.DataFrame(dict(zip(SITE, (e, n, nowhere.astype(np.int64) - 1, nowhere, nowhere), strict=True)))
