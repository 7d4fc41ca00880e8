"""PTS's own shares, told no finer than lets every suppressed count keep its whole band.

Where coverage is modelled, our share of a kommun is PTS's. So PTS's share beside the number of households
says how many lack coverage, and with few of them, or cells whose bands nearly add up to that number, it would
say more of a cell than the cell's band does. There PTS's share is told in whole per cent, or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.publish.open_tables import bands
from pipelines.region import THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
DECIMALS = (1, 0)
"""Decimals of a share in per cent that are tried, the finest first."""


def with_pts_shares(
    told: pd.DataFrame, cells: pd.DataFrame, codes: pd.Series, limits: tuple[int, ...]
) -> pd.DataFrame:
    """Return the table with ``pts_andel_…_pct`` as they may be told.

    Parameters
    ----------
    told : DataFrame
        Kommuner (or the län) with ``hushall_ca``, ``hushall_utan_{t}_ca``, ``hushall_ej_passerade_{t}_ca`` and
        the signs of the shares.
    cells : DataFrame
        ``kommunkod`` and ``hushall_utan_{t}_band``.
    codes : Series
        The value of ``kommunkod`` of each row of ``told``.
    """
    out = told.copy()
    small = limits[0]
    households = least(told["hushall_ca"], small)
    for t in THRESHOLDS:
        low, high, few = _cells(cells, f"hushall_utan_{t}_band", codes, limits)
        for share, lacking, over in (
            (f"andel_{t}", f"hushall_utan_{t}_ca", low),
            (f"andel_passerade_{t}", f"hushall_ej_passerade_{t}_ca", np.zeros(len(told))),
        ):
            hidden = told[lacking].isna().to_numpy()
            most = np.where(few, over + small, -np.inf)
            most = np.where(hidden, np.maximum(most, small), most)
            fewest = np.where(few, high - small, np.inf)
            fewest = np.where(hidden, 0.0, fewest)
            rest = (told[f"{share}_olikhet"] == "<").to_numpy()
            out[f"pts_{share}_pct"] = _told(
                told[f"pts_{share}_pct"].to_numpy(np.float64),
                households,
                fewest,
                most,
                np.where(rest, small, 0),
            )
    return out


def least(told: pd.Series, small: int) -> Floats:
    """Return the least number a told count stands for.

    >>> import pandas as pd
    >>> least(pd.Series([0, None, 10, 40], dtype="Int64"), 5).tolist()
    [0.0, 0.0, 5.0, 35.0]
    """
    return np.maximum(told.fillna(0).to_numpy(np.float64) - small, 0.0)


def _cells(
    cells: pd.DataFrame, name: str, codes: pd.Series, limits: tuple[int, ...]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return what the bands of each kommun's cells add up to, from and to, and whether any is suppressed."""
    import pandas as pd

    low, high = bands.expected(cells[name], limits)
    few = (low == 0) & (high > 0)
    sums = pd.DataFrame({"low": low, "high": high, "few": few}).groupby(cells["kommunkod"].to_numpy()).sum()
    at = sums.reindex(codes.to_numpy()).fillna(0)
    return at["low"].to_numpy(), at["high"].to_numpy(), at["few"].to_numpy() > 0


def _told(pct: Floats, households: Floats, fewest: Floats, most: Floats, covered: Floats) -> Floats:
    """Return each share with the most decimals that leave room: see the parameters.

    Parameters
    ----------
    fewest, most : ndarray
        What the share must allow those without to be as few as, and as many as.
    covered : ndarray
        What it must allow those with coverage to be as many as; 0 where it need not.
    """
    out = np.full(len(pct), np.nan)
    for decimals in DECIMALS:
        rounded = np.round(pct, decimals)
        half = 0.5 * 10.0**-decimals
        low, high = np.maximum(rounded - half, 0), np.minimum(rounded + half, 100)
        fine = ((1 - high / 100) * households <= fewest + 1e-9) & (
            (1 - low / 100) * households >= most - 1e-9
        )
        fine &= (covered == 0) | ((low == 0) & (high / 100 * households >= covered - 1e-9))
        out = np.where(np.isnan(out) & fine, rounded, out)
    return out
