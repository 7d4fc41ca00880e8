"""SCB's lists of people and households per kommun and year, in the form ``make fetch`` writes them.

Counted from the hidden truth, and then as little off as SCB's own are from the squares and from PTS: some
people are registered in a kommun but at none of its addresses, and SCB counts registered households on
31 December where PTS counts those in buildings on 1 October.
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
    table = pd.concat(frames).sort_values(["kommunkod", "ar"])
    table.insert(1, "kommunnamn", table["kommunkod"].map(region.kommunnamn))
    (folder / "scb").mkdir(parents=True, exist_ok=True)
    table.assign(**{MARK: DEMO_TEXT}).to_csv(
        folder / "scb" / f"{field}_kommun_demo.csv", index=False, encoding="utf-8", lineterminator="\n"
    )
