"""The published shares year by year, as they may stand beside this edition's own cells.

Everything here is published elsewhere. But where coverage is modelled our share of a kommun is PTS's, so the
edition's own year is told of a kommun exactly as finely as :mod:`.background` tells PTS's share there: with
one decimal, in whole per cent, or not at all. Earlier years, riket and the län have one decimal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.contracts_history import FRAMSKRIVNING_OPPEN, HISTORIK_OPPEN
from pipelines.region import MEASURES, THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 1


def open_history(table: pd.DataFrame, kommuner: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return HISTORIK_OPPEN.

    Parameters
    ----------
    table : DataFrame
        HISTORIK.
    kommuner : DataFrame
        The open kommuner, with ``pts_andel_…_pct`` as they are told.
    year : int
        The edition's own year of PTS's statistics.
    """
    out = table.reset_index(drop=True)
    own = ((out["niva"] == "kommun") & (out["ar"] >= year)).to_numpy()
    decimals = np.where(own, _told(out, kommuner), DECIMALS)
    value = out["andel_pct"].to_numpy(np.float64)
    rounded = np.where(decimals >= 1, np.round(value, DECIMALS), np.round(value))
    out = out.assign(andel_pct=rounded + 0.0)
    dropped = own & ((decimals < 0) | (out["omradestyp"] != "totalt").to_numpy())
    return out.loc[~dropped, HISTORIK_OPPEN.names].reset_index(drop=True)


def open_projection(table: pd.DataFrame) -> pd.DataFrame:
    """Return FRAMSKRIVNING_OPPEN: years and words, not the latest share itself."""
    return table[FRAMSKRIVNING_OPPEN.names].reset_index(drop=True)


def _told(rows: pd.DataFrame, kommuner: pd.DataFrame) -> NDArray[np.int64]:
    """Return with how many decimals each row's kommun tells its PTS share of that threshold; −1: not at all.

    A technique has no threshold: the coarsest of all the kommun's shares holds for it.
    """
    shares = {
        (m, t): f"pts_andel_{'passerade_' if m == 'passerad' else ''}{t}_pct"
        for m in MEASURES
        for t in THRESHOLDS
    }
    by_code = kommuner.set_index("kommunkod")
    fine = {key: _decimals(by_code[name]) for key, name in shares.items()}
    coarsest = {str(k): min(f[k] for f in fine.values()) for k in by_code.index}
    thresholds = rows["troskel_mbit"].fillna(0).astype("int64")
    out = [
        fine[m, t].get(code, -1) if t else coarsest.get(code, -1)
        for code, m, t in zip(rows["kommunkod"], rows["matt"], thresholds, strict=True)
    ]
    return np.array(out, dtype=np.int64)


def _decimals(shares: pd.Series) -> dict[str, int]:
    value = shares.to_numpy(np.float64)
    whole = np.abs(value - np.round(value)) < 1e-9
    told = np.where(np.isnan(value), -1, np.where(whole, 0, 1))
    return dict(zip(map(str, shares.index), told.tolist(), strict=True))
