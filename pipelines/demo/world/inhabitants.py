"""Addresses, households and people: where they stand and who lives there, exact to the configured totals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.demo.world import cottages, fabric, lots
from pipelines.demo.world.common import Floats, Ints, Points, apportion, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric
from pipelines.demo.world.settlements import Places

HOLIDAY = 0.09  # of all addresses
URBAN_EMPTY, RURAL_EMPTY = 0.06, 0.26  # addresses of workplaces, sheds, deserted farms
KINDS = ("tomt", "gard", "fritid")


def make(region: Region, outline: Outline, places: Places, roads: Fabric) -> tuple[pd.DataFrame, lots.Grid]:
    """Return one row per address in force.

    Returns
    -------
    DataFrame
        ``e, n`` (EPSG:3006, 0.1 m), ``kommun``, ``ort`` (row of the places' table, −1 in the country),
        ``rand`` (0 centre – 1 edge of the place), ``slag`` (index into ``KINDS``), ``flerbostad``,
        ``hushall``, ``folk``, ``arbetsstallen``; where it is reached from: ``gata, tvar`` in a place (see
        :func:`pipelines.demo.world.lots.lay_out`), ``vag, vag_t, vag_m`` along a road of the fabric (−1: none),
        ``omrade, mitt_e, mitt_n`` in a holiday area (−1: none). Sums equal the configuration's exactly.
    Grid
        The places' street grids.
    """
    seed = region.demo.fro
    holiday = cottages.share_out(outline, int(HOLIDAY * region.demo.adresser))
    in_town, rural = _counts(region, places, region.demo.adresser - int(holiday.sum()))
    town, grid = lots.lay_out(seed, outline, places.table, in_town)
    taken = Points(town["e"].to_numpy(), town["n"].to_numpy(), town["kommun"].to_numpy())
    # Lots a squeezed place could not hold become farms of the same kommun.
    short = np.bincount(places.table["kommun"], weights=in_town, minlength=len(rural)).astype(np.int64)
    rural = rural + short - np.bincount(taken.kommun, minlength=len(rural))
    farms = fabric.scatter(stream(seed, "gardar"), outline, roads, rural, taken)
    homes = cottages.make(stream(seed, "fritid"), outline, roads, holiday, taken)
    frame = pd.concat([town.assign(slag=0), farms.assign(slag=1), homes.assign(slag=2)], ignore_index=True)
    whole = {"ort": -1, "vag": -1, "omrade": -1, "gata": 0, "tvar": 0}
    frame = frame.fillna({**whole, "rand": 1.0}).astype(dict.fromkeys(whole, np.int64))
    frame["e"], frame["n"] = frame["e"].round(1), frame["n"].round(1)
    frame = frame.sort_values(["kommun", "slag", "ort"], kind="stable").reset_index(drop=True)
    return _inhabit(region, places, frame), grid


def house_share(people: Floats) -> Floats:
    """Share of a place's households that live in houses of their own."""
    return np.clip(0.93 - 0.20 * np.log10(np.maximum(people, 1) / 300), 0.22, 0.96)


def per_stair(people: Floats) -> Floats:
    """Mean number of households at the address of a block of flats."""
    return 5 + 2.2 * np.log10(np.maximum(people, 300) / 300)


def _counts(region: Region, places: Places, total: int) -> tuple[Ints, Ints]:
    """Addresses per place and, in the country, per kommun."""
    rate = region.demo.hushall / region.demo.befolkning
    table = places.table
    people = np.where(table["del_av"] < 0, table["folk"], 0.0)
    share = house_share(people)
    stairs = per_stair(people)
    town = people * rate * (share + (1 - share) / stairs) / (1 - URBAN_EMPTY)
    rural = places.rural * rate / (1 - RURAL_EMPTY)
    whole = apportion(np.concatenate([town, rural]), total)
    return whole[: len(town)], whole[len(town) :]


def _inhabit(region: Region, places: Places, frame: pd.DataFrame) -> pd.DataFrame:
    """Decide which addresses are lived at, in what kind of house, by how many."""
    rng = stream(region.demo.fro, "hushall")
    count = len(frame)
    size = places.table["folk"].to_numpy()[np.maximum(frame["ort"].to_numpy(), 0)]
    size = np.where(frame["ort"] >= 0, size, 0.0)
    in_town = (frame["slag"] == 0).to_numpy()
    quarter = _quarter_noise(rng, frame)
    lived = np.where(in_town, rng.random(count) > URBAN_EMPTY, rng.random(count) > RURAL_EMPTY)
    lived &= (frame["slag"] != 2).to_numpy()
    share = house_share(size)
    stairs = per_stair(size)
    flats = (1 - share) / stairs / (share + (1 - share) / stairs)
    rank = frame["rand"].to_numpy() * 0.8 + 0.35 * quarter + 0.06 * rng.random(count)
    order = pd.Series(rank).groupby(frame["ort"].to_numpy()).rank(pct=True, method="first").to_numpy()
    apartment = in_town & lived & (order <= flats)
    households = np.zeros(count, dtype=np.int64)
    people = np.zeros(count, dtype=np.int64)
    kommun = frame["kommun"].to_numpy()
    weight = np.where(apartment, stairs * rng.lognormal(0, 0.45, count), 0.0)
    per_kommun = apportion(places.people, region.demo.hushall)
    for i, (h, p) in enumerate(zip(per_kommun, places.people, strict=True)):
        mine = np.flatnonzero(kommun == i)
        homes = mine[lived[mine]] if lived[mine].any() else mine
        households[homes] = _households(rng, int(h), weight[homes])
        people[homes] = _people(rng, int(p), households[homes], apartment[homes], in_town[homes])
    work = rng.poisson(np.where(lived, np.where(in_town, 0.10, 0.32), 0.75 * (frame["slag"] != 2)))
    work = work + rng.poisson(np.where(in_town & (order < 0.06), 1.6, 0.0))
    return frame.assign(flerbostad=apartment, hushall=households, folk=people, arbetsstallen=work)


def _quarter_noise(rng: np.random.Generator, frame: pd.DataFrame) -> Floats:
    """One random number per 400 m district: whole estates of flats, whole estates of houses."""
    e, n = frame["e"].to_numpy(), frame["n"].to_numpy()
    bent_e, bent_n = e + 160 * np.sin(n / 270), n + 160 * np.sin(e / 330)
    key = np.floor(bent_e / 380).astype(np.int64) * 100_000 + np.floor(bent_n / 380).astype(np.int64)
    _, which = np.unique(key, return_inverse=True)
    noise: Floats = rng.standard_normal(int(which.max(initial=0)) + 1)[which]
    return noise


def _households(rng: np.random.Generator, total: int, weight: Floats) -> Ints:
    """One household per home, the rest in flats; where there are too few, some homes stand empty."""
    homes = len(weight)
    if not homes:
        return np.zeros(0, dtype=np.int64)
    if total < homes:
        out = np.zeros(homes, dtype=np.int64)
        out[rng.permutation(homes)[:total]] = 1
        return out
    return 1 + apportion(weight if weight.sum() > 0 else np.ones(homes), total - homes)


def _people(rng: np.random.Generator, total: int, households: Ints, flat: np.ndarray, town: np.ndarray) -> Ints:
    """One person per household, the rest by a weight: larger families in houses."""
    if households.sum() == 0:
        return apportion(np.ones(len(households)), total) if len(households) else households
    least = np.minimum(households, 10**9) if total >= households.sum() else np.zeros_like(households)
    appetite = households * np.where(flat, 0.72, np.where(town, 1.7, 1.35)) * rng.lognormal(0, 0.35, len(flat))
    return least + rng.multinomial(total - int(least.sum()), appetite / appetite.sum())
