"""What share of the households the hidden truth is to reach, per kommun and class.

Calibrated to the published shares of ``demo.kalibrering_fil``: those of 2023 as they stand, older ones
brought forward, the rest made up so that the län's total and its glesbebyggt come out as published.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.reading import named_file
from pipelines.config.region import Region
from pipelines.core.errors import DataError, by_library
from pipelines.demo.world.common import Floats, stream

YEAR = 2023  # the latest year with published shares of single kommuner
STALE_YEARS = 4  # older shares than this are not brought forward
LAN_GUESS, GLES_GUESS = 0.94, 0.69  # where the file says nothing of the län
PASSED_GUESS = 0.22  # of those without tillgång, this share is not passed either


@dataclass(frozen=True)
class Targets:
    """Shares 0–1. Arrays have shape (kommuner, 2): tätbebyggt, glesbebyggt."""

    tillgang: Floats
    passerad: Floats
    riket: float


def make(region: Region, config: Path, households: Floats) -> Targets:
    """Set the targets.

    Parameters
    ----------
    region, config
        The region and its file.
    households : ndarray, shape (kommuner, 2)
        True households per kommun and class.
    """
    rng = stream(region.demo.fro, "mal")
    table = _read(region, config)
    pace = _shares(table, region.lan.kortnamn, "totalt", "tillgang_100")
    lan = _now(pace, pace, LAN_GUESS)
    gles = min(_now(_shares(table, region.lan.kortnamn, "glesbebyggt", "tillgang_100"), pace, GLES_GUESS), lan)
    fixed = np.array(
        [_now(_shares(table, k.namn, "totalt", "tillgang_100"), pace, np.nan) for k in region.lan.kommuner]
    )
    sums = households.sum(axis=1)
    rural = households[:, 1] / np.maximum(sums, 1)
    lean = -3.2 * rural + rng.normal(0, 0.45, len(sums))
    total = _spread(lean, fixed, sums, lan)
    tillgang = _by_class(total, households, gles)
    near = [_unpassed(table, region, "totalt", lan), _unpassed(table, region, "glesbebyggt", gles)]
    noise = rng.lognormal(0, 0.25, tillgang.shape)
    passerad = 1 - (1 - tillgang) * np.clip(np.array(near) * noise, 0.02, 0.85)
    riket = _now(_shares(table, "Riket", "totalt", "tillgang_100"), pace, lan - 0.005)
    return Targets(tillgang, passerad, riket)


def _read(region: Region, config: Path) -> pd.DataFrame:
    columns = ["ar_1_oktober", "omrade_namn", "omradestyp", "matt", "andel_pct"]
    if not region.demo.kalibrering_fil:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in columns})
    path = named_file(config, region.demo.kalibrering_fil, "demo.kalibrering_fil")
    try:
        table = pd.read_csv(path)[columns]
    except (OSError, KeyError, ValueError) as e:
        raise DataError(
            "Filen med publicerade andelar går inte att läsa.",
            file=path,
            expected="CSV med " + ", ".join(columns),
            found=by_library("något annat", e),
            action="Rätta demo.kalibrering_fil i konfigurationen.",
        ) from None
    return table[table["ar_1_oktober"] <= YEAR].sort_values("ar_1_oktober", kind="stable")


def _shares(table: pd.DataFrame, name: str, kind: str, measure: str) -> pd.Series:
    """Published shares (0–1) by year, of measures that begin as ``measure`` does."""
    rows = table[(table["omrade_namn"] == name) & (table["omradestyp"] == kind)]
    rows = rows[rows["matt"].str.startswith(measure)].drop_duplicates("ar_1_oktober", keep="last")
    return rows.set_index("ar_1_oktober")["andel_pct"] / 100


def _now(shares: pd.Series, pace: pd.Series, default: float) -> float:
    """The latest share, brought forward to ``YEAR`` at the län's pace; one too old says nothing."""
    if shares.empty or int(shares.index[-1]) < YEAR - STALE_YEARS:
        return default
    year, share = int(shares.index[-1]), float(shares.iloc[-1])
    if year == YEAR or year not in pace.index or YEAR not in pace.index:
        return share
    then, now = float(pace[year]), float(pace[YEAR])
    closing = 1 - (1 - share) * (1 - now) / max(1 - then, 1e-6)
    return float(min(closing, share + 1.5 * (now - then)))


def _spread(lean: Floats, fixed: Floats, weight: Floats, goal: float) -> Floats:
    """Kommuner without a published share lie on a logistic scale that meets the län's total."""
    free = np.isnan(fixed)
    low, high = -12.0, 16.0
    for _ in range(80):
        mid = (low + high) / 2
        total = np.where(free, 1 / (1 + np.exp(-(mid + lean))), fixed)
        low, high = (mid, high) if (total * weight).sum() < goal * weight.sum() else (low, mid)
    return np.clip(np.where(free, 1 / (1 + np.exp(-(low + lean))), fixed), 0.02, 0.995)


def _by_class(total: Floats, households: Floats, gles: float) -> Floats:
    """Divide each kommun's total between its classes, by one odds ratio that gives the län's glesbebyggt."""
    sums = np.maximum(households.sum(axis=1), 1)
    rural = households[:, 1] / sums

    def shares(gap: float) -> Floats:
        low, high = np.full(len(total), -14.0), np.full(len(total), 14.0)
        for _ in range(70):
            mid = (low + high) / 2
            town, country = 1 / (1 + np.exp(-(mid + gap))), 1 / (1 + np.exp(-mid))
            less = town * (1 - rural) + country * rural < total
            low, high = np.where(less, mid, low), np.where(less, high, mid)
        return np.column_stack([1 / (1 + np.exp(-(low + gap))), 1 / (1 + np.exp(-low))])

    small, large = 0.3, 6.0
    for _ in range(50):
        gap = (small + large) / 2
        got = (shares(gap)[:, 1] * households[:, 1]).sum() / max(households[:, 1].sum(), 1)
        small, large = (small, gap) if got < gles else (gap, large)
    return shares((small + large) / 2)


def _unpassed(table: pd.DataFrame, region: Region, kind: str, now: float) -> float:
    """Of the län's households without tillgång, the share that is not passed either."""
    passed = _shares(table, region.lan.kortnamn, kind, "passerad")
    if passed.empty:
        return PASSED_GUESS
    had = _shares(table, region.lan.kortnamn, kind, "tillgang_100")
    year = int(passed.index[-1])
    without = 1 - (float(had[year]) if year in had.index else now)
    return float(np.clip((1 - float(passed.iloc[-1])) / max(without, 1e-6), 0.03, 0.8))
