"""What share of the households the hidden truth is to reach, per kommun and class.

Calibrated to the published shares of ``demo.kalibrering_fil``: those of 2023 as they stand, older ones
brought forward, the rest made up so that the län's total and its glesbebyggt come out as published.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.demo.common import Floats, stream
from pipelines.errors import DataError
from pipelines.region import Region

YEAR = 2023  # the latest year with published shares of single kommuner
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
    lan = _share(table, region.lan.kortnamn, "totalt", LAN_GUESS)
    gles = min(_share(table, region.lan.kortnamn, "glesbebyggt", GLES_GUESS, lan_rows=table), lan)
    fixed = np.array(
        [_share(table, k.namn, "totalt", np.nan, lan_rows=_lan(table, region)) for k in region.lan.kommuner]
    )
    sums = households.sum(axis=1)
    rural = households[:, 1] / np.maximum(sums, 1)
    lean = -3.2 * rural + rng.normal(0, 0.45, len(sums))
    total = _spread(lean, fixed, sums, lan)
    tillgang = _by_class(total, households, gles)
    near = _unpassed(table, region)
    noise = rng.lognormal(0, 0.25, tillgang.shape)
    passerad = 1 - (1 - tillgang) * np.clip(np.array(near) * noise, 0.02, 0.85)
    return Targets(tillgang, passerad, _share(table, "Riket", "totalt", lan - 0.005))


def _read(region: Region, config: Path) -> pd.DataFrame:
    path = config.parent / region.demo.kalibrering_fil
    columns = ["ar_1_oktober", "omrade_namn", "omradestyp", "matt", "andel_pct"]
    try:
        table = pd.read_csv(path)[columns]
    except (OSError, KeyError, ValueError) as e:
        raise DataError(
            "Filen med publicerade andelar går inte att läsa.", file=path,
            expected="CSV med " + ", ".join(columns), found=str(e),
            action="Rätta demo.kalibrering_fil i konfigurationen.",
        ) from None  # fmt: skip
    return table[table["ar_1_oktober"] <= YEAR].sort_values("ar_1_oktober", kind="stable")


def _lan(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    return table[(table["omrade_namn"] == region.lan.kortnamn) & (table["omradestyp"] == "totalt")]


def _share(
    table: pd.DataFrame, name: str, kind: str, default: float, lan_rows: pd.DataFrame | None = None
) -> float:
    """Latest published tillgang_100, brought forward at the län's pace when older than ``YEAR``."""
    rows = table[
        (table["omrade_namn"] == name) & (table["omradestyp"] == kind) & (table["matt"] == "tillgang_100")
    ]
    if rows.empty:
        return default
    year, share = int(rows["ar_1_oktober"].iloc[-1]), float(rows["andel_pct"].iloc[-1]) / 100
    if lan_rows is None or year == YEAR:
        return share
    if "omrade_namn" in lan_rows and lan_rows["omrade_namn"].nunique() > 1:
        lan_rows = lan_rows[(lan_rows["omrade_namn"] == name) & (lan_rows["omradestyp"] == "totalt")]
    pace = lan_rows[lan_rows["matt"] == "tillgang_100"].set_index("ar_1_oktober")["andel_pct"] / 100
    if year not in pace.index or YEAR not in pace.index:
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


def _unpassed(table: pd.DataFrame, region: Region) -> tuple[float, float]:
    """Of the households without tillgång, the share not passed: tätbebyggt (as the total), glesbebyggt."""
    out = []
    for kind in ("totalt", "glesbebyggt"):
        rows = table[(table["omrade_namn"] == region.lan.kortnamn) & (table["omradestyp"] == kind)]
        wide = rows.assign(slag=rows["matt"].str.partition("_")[0]).pivot_table(
            index="ar_1_oktober", columns="slag", values="andel_pct", aggfunc="first"
        )
        wide = wide.dropna(subset=[c for c in ("tillgang", "passerad") if c in wide])
        if len(wide) and {"tillgang", "passerad"} <= set(wide.columns):
            last = wide.iloc[-1]
            out.append((100 - last["passerad"]) / max(100 - last["tillgang"], 1e-6))
        else:
            out.append(PASSED_GUESS)
    return float(out[0]), float(out[1])
