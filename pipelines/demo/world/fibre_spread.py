"""When fibre reaches an address, in the demo region's hidden history: two ways of building it.

In the country fibre associations dig outward from the village that started, along the roads; in towns
the municipal net and the landlords build one district at a time, flats first. The unit of time is
arbitrary: only the order within a kommun and class matters (see :mod:`pipelines.demo.world.hidden_truth`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.demo.world.common import Bools, Floats, Ints, Noise, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric

ASSOCIATION_KM2 = 32.0
DISTRICT = 150  # addresses a district
PER_KM = 0.16  # time a kilometre of trench takes


@dataclass(frozen=True)
class Spread:
    """Per address: ``time`` of arrival, ``wants`` (would connect), ``association`` and ``district`` ids."""

    time: Floats
    reluctance: Floats
    association: Ints
    district: Ints


def make(seed: int, outline: Outline, roads: Fabric, addresses: pd.DataFrame, town: Bools) -> Spread:
    """Let fibre spread; ``town`` tells which addresses are tätbebyggt."""
    rng = stream(seed, "fiber")
    e, n = addresses["e"].to_numpy(), addresses["n"].to_numpy()
    association, node_km, started = _associations(rng, outline, roads, e, n)
    rural = started[association] + PER_KM * node_km + 0.30 * _by(rng, _square(e, n, 700))
    district, centre = _districts(rng, e, n, town)
    cluster = addresses["yta"].to_numpy()
    flats = addresses["flerbostad"].to_numpy()
    urban = 0.75 * _by(rng, district) + 0.55 * _by(rng, np.maximum(cluster, 0)) + 0.25 * centre
    small = addresses["yta_folk"].to_numpy() < 2_500
    urban += np.where(small, 0.8 * started[association], 0.0)
    share = pd.Series(flats.astype(float)).groupby(district).transform("mean").to_numpy()
    urban -= 0.6 * np.maximum(share, 0.6 * flats)
    time = np.where(town, urban, rural) + 0.015 * rng.standard_normal(len(e))
    # Reluctance: how unwilling a household is to connect when the trench passes, 0–1; neighbours differ.
    reluctance = rng.random(len(e)) * np.where(flats, 1.8, 1.0)
    mood = np.exp(0.45 * _by(rng, association))
    return Spread(time, reluctance / np.where(town, 1.0, mood), association, district)


def _square(e: Floats, n: Floats, side: float) -> Ints:
    key = np.floor(e / side).astype(np.int64) * 100_000 + np.floor(n / side).astype(np.int64)
    _, which = np.unique(key, return_inverse=True)
    return which.astype(np.int64)


def _by(rng: np.random.Generator, group: Ints) -> Floats:
    """One normal number per group, given to each member."""
    noise: Floats = rng.standard_normal(int(group.max(initial=0)) + 1)[group]
    return noise


def _associations(
    rng: np.random.Generator, outline: Outline, roads: Fabric, e: Floats, n: Floats
) -> tuple[Ints, Floats, Floats]:
    """Fibre associations: which one each address belongs to, how far along the roads, when it began."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    nodes = len(roads.e)
    seeds = min(max(int(outline.area_km2.sum() / ASSOCIATION_KM2), 3), nodes)
    lure = np.sqrt(roads.folk) / (1 + (roads.folk / 4_000) ** 2)
    start = np.sort(rng.choice(nodes, seeds, replace=False, p=lure / lure.sum()))
    cost = roads.length_m * rng.lognormal(0, 0.35, len(roads.length_m))
    graph = coo_matrix((cost, (roads.a, roads.b)), shape=(nodes, nodes)).tocsr()
    far, _, source = dijkstra(graph, directed=False, indices=start, min_only=True, return_predecessors=True)
    lost = np.flatnonzero(~np.isfinite(far))
    if len(lost):  # islands: the nearest association of all, by boat
        away, near = cKDTree(np.column_stack([roads.e[start], roads.n[start]])).query(
            np.column_stack([roads.e[lost], roads.n[lost]])
        )
        far[lost], source[lost] = 1.5 * away + 3_000, start[near]
    began = 0.75 * Noise(rng, outline.bounds, 14_000).at(roads.e[start], roads.n[start])
    began += 0.95 * rng.standard_normal(seeds)
    off, node = cKDTree(np.column_stack([roads.e, roads.n])).query(np.column_stack([e, n]))
    return np.searchsorted(start, source[node]), (far[node] + 1.4 * off) / 1_000, began


def _districts(rng: np.random.Generator, e: Floats, n: Floats, town: Bools) -> tuple[Ints, Floats]:
    """Districts: each address of a town goes to the nearest of randomly picked addresses."""
    from scipy.spatial import cKDTree

    members = np.flatnonzero(town) if town.any() else np.arange(len(e))
    picked = np.sort(rng.choice(members, max(len(members) // DISTRICT, 1), replace=False))
    away, district = cKDTree(np.column_stack([e[picked], n[picked]])).query(np.column_stack([e, n]))
    return district.astype(np.int64), np.minimum(away / 400, 2.0)
