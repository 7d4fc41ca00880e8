"""Where people gather: known localities, made-up villages and småorter, and how many live in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from pipelines.config.region import Region
from pipelines.demo.world.common import Floats, Ints, Noise, apportion, kommun_of, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.localities import radius_m, read_localities
from pipelines.demo.world.names import village_names

FARTHEST_M = 12_000  # a locality farther than this from the län's generalised outline is another län's
RURAL_PER_KM2, RURAL_MOST = 8.8, 0.36  # people on farms and in hamlets: VG's order of size, and a ceiling
SMAORT_PER_KM2, SMAORT_MOST = 2.0, 0.08
HAMLET_KM2 = 1.7  # land per hamlet


@dataclass(frozen=True)
class Places:
    """Localities and the rural people around them.

    Attributes
    ----------
    table : DataFrame
        ``e, n`` (EPSG:3006), ``folk`` (people), ``kommun`` (index), ``namn``, ``del_av`` (row of the larger
        place it is a part of, or −1), ``slag`` (ort, by, smaort).
    people : ndarray of int
        People per kommun, all in all.
    rural : ndarray of float
        People per kommun who live on farms and in hamlets.
    hamlets : DataFrame
        ``e, n, kommun`` of the nodes of the rural fabric.
    """

    table: pd.DataFrame
    people: Ints
    rural: Floats
    hamlets: pd.DataFrame


def make(region: Region, config: Path, outline: Outline) -> Places:
    """Place the region's localities and divide its people between them."""
    rng = stream(region.demo.fro, "orter")
    known = _known(region, config, outline)
    people = _people(region, outline, known)
    rural = np.minimum(RURAL_MOST * people, RURAL_PER_KM2 * outline.area_km2)
    small = np.minimum(SMAORT_MOST * people, SMAORT_PER_KM2 * outline.area_km2)
    hamlets = _hamlets(rng, outline, known)
    known, villages = _fill(rng, outline, known, hamlets, people - rural - small)
    made = pd.concat([known, villages], ignore_index=True)
    smaorter = _smaorter(rng, made, hamlets, small)
    table = pd.concat([made, smaorter], ignore_index=True)
    blank = (table["namn"] == "").to_numpy()
    table.loc[blank, "namn"] = village_names(rng, int(blank.sum()), set(table.loc[~blank, "namn"]))
    return Places(table, people, rural, hamlets)


def _known(region: Region, config: Path, outline: Outline) -> pd.DataFrame:
    """Localities of the configuration's file inside the län, snapped to land, in falling size."""
    rows = read_localities(region, config)
    e, n = rows["e"].to_numpy(), rows["n"].to_numpy()
    points = shapely.points(e, n)
    away = np.array([shapely.distance(g, points) for g in outline.coarse])
    kommun = away.argmin(axis=0) if len(points) else np.zeros(0, dtype=np.int64)
    names = {k.namn: i for i, k in enumerate(region.lan.kommuner)}
    namesake = rows["namn"].map(names).fillna(-1).to_numpy(dtype=np.int64)
    # The outlines are so generalised that a town by the border can fall in its neighbour.
    moved = (namesake >= 0) & (away[namesake, np.arange(len(points))] < FARTHEST_M)
    kommun = np.where(moved, namesake, kommun)
    distance = away[kommun, np.arange(len(points))] if len(points) else np.zeros(0)
    e, n = outline.ashore(kommun, e, n)
    table = pd.DataFrame(
        {
            "e": e,
            "n": n,
            "folk": rows["folkmangd"].to_numpy(dtype=np.float64),
            "kommun": kommun,
            "namn": rows["namn"].to_numpy(),
            "del_av": -1,
            "slag": "ort",
        }
    )[distance <= FARTHEST_M].reset_index(drop=True)
    return _parts(table)


def _parts(table: pd.DataFrame) -> pd.DataFrame:
    """Mark localities that lie inside a larger one of the same kommun as parts of it."""
    reach = radius_m(table["folk"].to_numpy()) * 1.15
    e, n, kommun = (table[c].to_numpy() for c in ("e", "n", "kommun"))
    part = np.full(len(table), -1, dtype=np.int64)
    for i in range(1, len(table)):
        larger = np.flatnonzero((part[:i] < 0) & (kommun[:i] == kommun[i]))
        near = larger[np.hypot(e[larger] - e[i], n[larger] - n[i]) < reach[larger]]
        if len(near):
            part[i] = near[0]
    return table.assign(del_av=part)


def _people(region: Region, outline: Outline, known: pd.DataFrame) -> Ints:
    """People per kommun: the configuration's where it has them all, else localities and area."""
    given = [k.folkmangd for k in region.lan.kommuner]
    whole = known[known["del_av"] < 0]
    towns = np.bincount(whole["kommun"], weights=whole["folk"], minlength=len(given))
    guess = towns + 8 * outline.area_km2
    return apportion([g if g else w for g, w in zip(given, guess, strict=True)], region.demo.befolkning)


def _hamlets(rng: np.random.Generator, outline: Outline, known: pd.DataFrame) -> pd.DataFrame:
    """Nodes of the rural fabric: denser on farmed plains and near towns, thin in the forests."""
    from scipy.spatial import cKDTree

    west, south, east, north = outline.bounds
    wide, fine = Noise(rng, outline.bounds, 16_000), Noise(rng, outline.bounds, 4_000)
    frames = []
    for i, polygon in enumerate(outline.kommuner):
        west, south, east, north = polygon.bounds
        wanted = max(int(outline.area_km2[i] / HAMLET_KM2), 12)
        tries = int(wanted * 7 * (east - west) * (north - south) / max(polygon.area, 1)) + 200
        e, n = rng.uniform(west, east, tries), rng.uniform(south, north, tries)
        lure = np.exp(0.55 * wide.at(e, n) + 0.6 * fine.at(e, n))
        if len(known):
            away = cKDTree(known[["e", "n"]]).query(np.column_stack([e, n]))[0]
            lure *= 0.55 + np.exp(-away / 6_000)
        keep = (rng.random(tries) < lure / np.quantile(lure, 0.95)) & (kommun_of([polygon], e, n) == 0)
        _, first = np.unique(
            np.floor(e[keep] / 750).astype(np.int64) * 100_000 + np.floor(n[keep] / 750).astype(np.int64),
            return_index=True,
        )
        chosen = np.flatnonzero(keep)[np.sort(first)][:wanted]
        heart = polygon.representative_point()
        frames.append(
            pd.DataFrame({"e": np.append(e[chosen], heart.x), "n": np.append(n[chosen], heart.y), "kommun": i})
        )
    return pd.concat(frames, ignore_index=True)


def _promote(
    rng: np.random.Generator, taken: pd.DataFrame, pool: pd.DataFrame, sizes: Floats, apart_m: float
) -> pd.DataFrame:
    """Pick nodes of the fabric for new places, each ``apart_m`` from other places (less if crowded)."""
    order = rng.permutation(len(pool))
    e, n = pool["e"].to_numpy()[order], pool["n"].to_numpy()[order]
    free = np.full(len(pool), np.inf)
    for te, tn, tr in zip(taken["e"], taken["n"], radius_m(taken["folk"].to_numpy()), strict=True):
        free = np.minimum(free, np.hypot(e - te, n - tn) - 1.2 * tr)
    chosen = []
    for size in sizes:
        fit = np.flatnonzero(free > apart_m)
        at = int(fit[0]) if len(fit) else int(free.argmax())
        chosen.append((e[at], n[at], size))
        free = np.minimum(free, np.hypot(e - e[at], n - n[at]) - float(radius_m(np.array([size]))[0]))
    table = pd.DataFrame(chosen, columns=["e", "n", "folk"], dtype=np.float64)
    return table.assign(kommun=pool["kommun"].iloc[0] if len(pool) else 0, namn="", del_av=-1)


def _fill(
    rng: np.random.Generator, outline: Outline, known: pd.DataFrame, hamlets: pd.DataFrame, urban: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scale the known localities to their kommun and make villages of what is left over."""
    known = known.copy()
    villages = []
    for i, people in enumerate(urban):
        mine = known["kommun"] == i
        whole = mine & (known["del_av"] < 0)
        have = float(known.loc[whole, "folk"].sum())
        extra = min(0.05 * people, 6.0 * outline.area_km2[i])
        factor = min((people - extra) / have, 1.6) if have else 0.0
        known.loc[mine, "folk"] *= factor
        sizes: list[float] = []
        left = people - factor * have
        if left > 0.5 * people and people > 400:  # no known main town: make one
            sizes.append(0.55 * people)
            left -= sizes[0]
        while left > 0:
            size = min(float(210 * (1 + rng.pareto(1.9))), 1_800.0, left)
            if left - size < 210:
                size = left
            sizes.append(size)
            left -= size
        villages.append(_promote(rng, known[mine], hamlets[hamlets["kommun"] == i], np.array(sizes), 2_200))
    return known, pd.concat(villages, ignore_index=True).assign(slag="by")


def _smaorter(rng: np.random.Generator, made: pd.DataFrame, hamlets: pd.DataFrame, small: Floats) -> pd.DataFrame:
    tables = []
    for i, people in enumerate(small):
        sizes = rng.uniform(58, 170, max(round(people / 105), 1))
        sizes *= people / sizes.sum()
        mine = made[made["kommun"] == i]
        tables.append(_promote(rng, mine, hamlets[hamlets["kommun"] == i], sizes, 1_100))
    return pd.concat(tables, ignore_index=True).assign(slag="smaort")
