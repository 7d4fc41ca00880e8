"""SCB's lists of people, households and dwellings per kommun and year, in the form ``make fetch`` writes them.

Counted from the hidden truth, and then as little off as SCB's own are from the squares and from PTS: some
people are registered in a kommun but at none of its addresses, and SCB counts registered households on
31 December where PTS counts those in buildings on 1 October. Of dwellings some stand empty, and holiday homes are none.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.demo.files.write_scb import perturb
from pipelines.demo.world.common import DEMO_TEXT, Floats, Ints, stream
from pipelines.tables.source_tables import CKM_FROM

MARK = "_kommentar"
"""The column that carries the DEMO mark, named as in Kolada's file; no adapter reads it."""
NO_ADDRESS = 0.002
"""Share of the people who are registered at no address."""
REGISTERED, REGISTERED_SPREAD, REGISTERED_MOST = -0.004, 0.008, 0.025
"""SCB's households beside PTS's: fewer, by nine months' growth; mean, spread and bound (shares)."""
GROWTH, GROWTH_SPREAD, GROWTH_MOST = 0.004, 0.006, 0.02
"""A kommun's change of people a year (shares)."""
VACANT_FLATS, VACANT_HOUSES = 0.025, 0.03
"""Dwellings that nobody lives in, of those that somebody does (shares)."""
SPECIAL = 0.05
"""Share of the flats that are for students or elderly (specialbostäder)."""
BUILT = 0.007
"""Growth of the stock a year (share)."""
SMALLER_HOUSEHOLDS = 0.003
"""How much faster than the people the households grow (a year)."""


def write(region: Region, addresses: pd.DataFrame, folder: Path) -> None:
    """Write both lists: every kommun, the years that are fetched, up to that of the population grid."""
    rng = stream(region.demo.fro, "scb_kommun")
    size = len(region.lan.kommuner)
    kommun = addresses["kommun"].to_numpy()
    lived = np.bincount(kommun, weights=addresses["folk"], minlength=size).astype(np.int64)
    homes = np.bincount(kommun, weights=addresses["hushall"], minlength=size)
    people = lived + rng.binomial(lived, NO_ADDRESS)
    off = _bounded(rng, size, REGISTERED, REGISTERED_SPREAD, REGISTERED_MOST)
    registered = np.minimum(np.rint(homes * (1 + off)).astype(np.int64), people)
    pace = _bounded(rng, size, GROWTH, GROWTH_SPREAD, GROWTH_MOST)
    _list(region, "folkmangd", people, pace, folder)
    _list(region, "hushall", registered, pace + SMALLER_HOUSEHOLDS, folder)


def write_dwellings(region: Region, homes: pd.DataFrame, folder: Path) -> None:
    """Write dwellings per kommun and type of house: those lived in by the hidden truth, and the vacant ones.

    Parameters
    ----------
    homes : DataFrame
        Addresses in force: ``kommun, slag, flerbostad, hushall``.
    """
    rng = stream(region.demo.fro, "scb_bostader")
    size, kommun = len(region.lan.kommuner), homes["kommun"].to_numpy()
    flat, lived = homes["flerbostad"].to_numpy(dtype=bool), homes["hushall"].to_numpy()
    house = ~flat & (homes["slag"] != 2).to_numpy() & (lived > 0)

    def counted(weights: Ints) -> Ints:
        return np.bincount(kommun, weights=weights, minlength=size).astype(np.int64)

    flats, houses = counted(np.where(flat, lived, 0)), counted(house.astype(np.int64))
    more = counted(np.where(~flat, np.maximum(lived - 1, 0), 0))  # over a shop, in a manse: no block of flats
    flats, houses = flats + rng.binomial(flats, VACANT_FLATS), houses + rng.binomial(houses, VACANT_HOUSES)
    special = rng.binomial(flats, SPECIAL)
    last = region.demo.ar - 1
    frames = [
        pd.DataFrame(
            {
                "kommunkod": region.kommunkoder,
                "hustyp": kind,
                "ar": year,
                "bostader": np.rint(now * (1 + BUILT) ** (year - last)).astype(np.int64),
            }
        )
        for year in range(min(region.hamta.scb_tabeller.fran_ar, last), last + 1)
        for kind, now in (("FLERBOST", flats - special), ("SMÅHUS", houses), ("SPEC", special), ("ÖVRHUS", more))
    ]
    _put(region, pd.concat(frames).sort_values(["kommunkod", "hustyp", "ar"]), "bostader_hustyp", folder)


def _bounded(rng: np.random.Generator, size: int, mean: float, spread: float, most: float) -> Floats:
    drawn: Floats = np.clip(rng.normal(mean, spread, size), -most, most)
    return drawn


def _list(region: Region, field: str, now: Ints, pace: Floats, folder: Path) -> None:
    """Write one list: sorted by kommun and year, as the fetched one is."""
    last = region.demo.ar - 1
    codes = np.array([int(k) for k in region.kommunkoder])
    frames = []
    for year in range(min(region.hamta.scb_tabeller.fran_ar, last), last + 1):
        count = np.rint(now * (1 + pace) ** (year - last)).astype(np.int64)
        if year >= CKM_FROM:
            count = perturb(codes * 10_000 + year, count, 0 if field == "folkmangd" else 1)
        frames.append(pd.DataFrame({"kommunkod": region.kommunkoder, "ar": year, field: count}))
    _put(region, pd.concat(frames).sort_values(["kommunkod", "ar"]), f"{field}_kommun", folder)


def _put(region: Region, table: pd.DataFrame, name: str, folder: Path) -> None:
    table.insert(1, "kommunnamn", table["kommunkod"].map(region.kommunnamn))
    (folder / "scb").mkdir(parents=True, exist_ok=True)
    table.assign(**{MARK: DEMO_TEXT}).to_csv(
        folder / "scb" / f"{name}_demo.csv", index=False, encoding="utf-8", lineterminator="\n"
    )
