"""PTS's own shares, told no finer than lets every suppressed count keep its whole band.

Where coverage is modelled, our share of a kommun is PTS's. So PTS's share beside the number of households
says how many lack coverage, and with few of them, or cells whose bands nearly add up to that number, it would
say more of a cell than the cell's band does. There PTS's share is told in whole per cent, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.publish.open_tables import bands
from pipelines.region import THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
EPSILON = 1e-9
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
    for name, room in _rooms(told, cells, codes, limits):
        out[name] = _told(told[name].to_numpy(np.float64), room)
    return out


def certain_decimals(
    told: pd.DataFrame, cells: pd.DataFrame, codes: pd.Series, limits: tuple[int, ...]
) -> pd.DataFrame:
    """Return with how many decimals each ``pts_andel_…_pct`` is surely told; −1: not told.

    A whole share may have been told in whole per cent. It surely was not where every share that would be
    rounded to it has room with a decimal. Reckoned from told figures alone, it says nothing more than they do.

    Parameters
    ----------
    told, cells, codes
        As :func:`with_pts_shares`, of which ``told`` is the outcome.
    """
    import pandas as pd

    out = {}
    tenths = np.arange(-5, 6) / 10
    for name, room in _rooms(told, cells, codes, limits):
        pct = told[name].to_numpy(np.float64)
        whole = np.abs(pct - np.round(pct)) < EPSILON
        fine = np.all([room.leaves(np.clip(np.round(pct) + x, 0, 100), 1) for x in tenths], axis=0)
        out[name] = np.where(np.isnan(pct), -1, np.where(whole & ~fine, 0, 1))
    return pd.DataFrame(out, index=codes.to_numpy(str))


class Room(NamedTuple):
    """What a share must leave room for, by row: it says no more than what is told beside it.

    Attributes
    ----------
    households : ndarray
        The least number of them.
    fewest, most : ndarray
        What the share must allow those without to be as few as, and as many as.
    covered : ndarray
        What it must allow those with coverage to be as many as; 0 where it need not.
    """

    households: Floats
    fewest: Floats
    most: Floats
    covered: Floats

    def leaves(self, rounded_pct: Floats, decimals: int) -> NDArray[np.bool_]:
        """Tell where a share with these decimals leaves room."""
        half = 0.5 * 10.0**-decimals
        low, high = np.maximum(rounded_pct - half, 0), np.minimum(rounded_pct + half, 100)
        fine = ((1 - high / 100) * self.households <= self.fewest + EPSILON) & (
            (1 - low / 100) * self.households >= self.most - EPSILON
        )
        return fine & (
            (self.covered == 0) | ((low == 0) & (high / 100 * self.households >= self.covered - EPSILON))
        )


def _rooms(
    told: pd.DataFrame, cells: pd.DataFrame, codes: pd.Series, limits: tuple[int, ...]
) -> Iterator[tuple[str, Room]]:
    """Yield each PTS share's column and its room."""
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
            yield f"pts_{share}_pct", Room(households, fewest, most, np.where(rest, float(small), 0.0))


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


def _told(pct: Floats, room: Room) -> Floats:
    """Return each share with the most decimals that leave room; NaN where none does."""
    out = np.full(len(pct), np.nan)
    for decimals in DECIMALS:
        rounded = np.round(pct, decimals)
        out = np.where(np.isnan(out) & room.leaves(rounded, decimals), rounded, out)
    return out
