"""Everything that is not fibre: cable-TV in town districts, copper round exchanges, radio round masts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo.world.common import Bools, Floats, Noise, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.settlements import Places

CABLE_TOWN = 4_000  # people: smaller towns never had cable-TV
REACH_M, VDSL_M = 5_200.0, 1_400.0  # of copper, along the cable
PER_EXCHANGE = 1_500  # addresses of a larger town per exchange
DETOUR = 1.25  # cable length over distance


def cable(seed: int, addresses: pd.DataFrame, district: np.ndarray) -> tuple[Bools, Bools]:
    """Return where cable-TV can be had, and where it has been upgraded to a gigabit."""
    rng = stream(seed, "kabel")
    cluster = np.maximum(addresses["yta"].to_numpy(), 0)
    big = addresses["yta_folk"].to_numpy() >= CABLE_TOWN
    has_net = rng.random(int(cluster.max(initial=0)) + 1)[cluster] < 0.72
    flats = addresses["flerbostad"].astype(float).groupby(district).transform("mean").to_numpy()
    wired = rng.random(int(district.max(initial=0)) + 1)[district] < 0.10 + 1.1 * flats
    reached = rng.random(len(addresses)) < np.where(addresses["flerbostad"], 0.97, 0.80)
    net: Bools = big & has_net & wired & reached
    upgraded = rng.random(int(district.max(initial=0)) + 1)[district] < 0.93
    return net, net & upgraded


def copper_mbit(seed: int, outline: Outline, places: Places, addresses: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the downlink (Mbit/s) over xDSL and VDSL at each address, 0 where there is none.

    Exchanges stand in the localities and in some hamlets; many have been closed, district by district,
    which leaves patches. The speed decays with the length of the line.
    """
    from scipy.spatial import cKDTree

    rng = stream(seed, "koppar")
    table, hamlets = places.table, places.hamlets
    e, n = addresses["e"].to_numpy(), addresses["n"].to_numpy()
    some = rng.random(len(hamlets)) < 0.06
    town = addresses[addresses["yta_folk"] >= 3_000]
    town = town.iloc[np.sort(rng.integers(0, len(town), len(town) // PER_EXCHANGE))]
    xe = np.concatenate([table["e"], hamlets["e"][some], town["e"]])
    xn = np.concatenate([table["n"], hamlets["n"][some], town["n"]])
    size = np.concatenate([table["folk"], np.full(int(some.sum()), 15.0), np.full(len(town), 5_000.0)])
    left = Noise(rng, outline.bounds, 18_000).at(xe, xn) + 0.8 * rng.standard_normal(len(xe)) > -0.15
    modern = left & (rng.random(len(xe)) < np.where(size > 400, 0.75, 0.45))
    away, exchange = cKDTree(np.column_stack([xe, xn])).query(np.column_stack([e, n]))
    line = away * DETOUR + rng.exponential(120, len(e))
    xdsl = np.where(left[exchange] & (line < REACH_M), np.maximum(24 * np.exp(-line / 2_600), 2), 0.0)
    vdsl = np.where(modern[exchange] & (line < VDSL_M), 105 * np.exp(-line / 1_250), 0.0)
    return xdsl.round(1).astype(np.float64), vdsl.round(1).astype(np.float64)


def radio(seed: int, places: Places, e: Floats, n: Floats) -> tuple[Bools, Bools, Bools]:
    """Return where fixed radio, LTE and NR (5G) can be had: round masts, with shadows."""
    from scipy.spatial import cKDTree

    rng = stream(seed, "radio")
    table, hamlets = places.table, places.hamlets
    masts = np.vstack([table[["e", "n"]].to_numpy(), hamlets[["e", "n"]].to_numpy()[rng.random(len(hamlets)) < 0.12]])
    points = np.column_stack([e, n])
    shadow = rng.exponential(900, len(e))
    lte = cKDTree(masts).query(points)[0] + shadow < 9_000
    five = cKDTree(masts[rng.random(len(masts)) < 0.6] if len(masts) > 4 else masts).query(points)[0]
    some = masts[rng.random(len(masts)) < 0.12]
    fixed = cKDTree(some).query(points)[0] + shadow < 6_500 if len(some) else np.zeros(len(e), dtype=bool)
    return fixed, lte, five + shadow < 6_000
