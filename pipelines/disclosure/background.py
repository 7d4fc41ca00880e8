"""PTS's own shares, told no finer than lets every suppressed count keep its whole band.

Where coverage is modelled, our share of a kommun is PTS's. So PTS's share beside the number of households
says how many lack coverage, and where they are few it would say how few. There PTS's share is told in whole per
cent, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.core.level import LEVELS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
EPSILON = 1e-9
DECIMALS = (1, 0)
"""Decimals of a share in per cent that are tried, the finest first."""


def with_pts_shares(told: pd.DataFrame, limits: tuple[int, ...]) -> pd.DataFrame:
    """Return the table with ``pts_andel_…_pct`` as they may be told.

    Parameters
    ----------
    told : DataFrame
        Kommuner (or the län) with ``hushall_ca``, at each level the households without (``…_ca``), and the signs
        of the shares.
    """
    out = told.copy()
    for name, room in _rooms(told, limits):
        out[name] = _told(told[name].to_numpy(np.float64), room)
    return out


def certain_decimals(told: pd.DataFrame, codes: pd.Series, limits: tuple[int, ...]) -> pd.DataFrame:
    """Return with how many decimals each ``pts_andel_…_pct`` is surely told; −1: not told.

    A whole share may have been told in whole per cent. It surely was not where every share that would be
    rounded to it has room with a decimal. Reckoned from told figures alone, it says nothing more than they do.

    Parameters
    ----------
    told : DataFrame
        The outcome of :func:`with_pts_shares`.
    codes : Series
        The code of each row.
    """
    import pandas as pd

    out = {}
    tenths = np.arange(-5, 6) / 10
    for name, room in _rooms(told, limits):
        pct = told[name].to_numpy(np.float64)
        whole = np.abs(pct - np.round(pct)) < EPSILON
        fine = np.all([room.leaves(np.clip(np.round(pct) + x, 0, 100), 1) for x in tenths], axis=0)
        out[name] = np.where(np.isnan(pct), -1, np.where(whole & ~fine, 0, 1))
    return pd.DataFrame(out, index=codes.to_numpy(str))


class Room(NamedTuple):
    """What a share must leave room for, by row: every count that is suppressed beside it.

    Attributes
    ----------
    households : ndarray
        The least number of them.
    lacking, covered : ndarray
        What the share must allow those without, and those with, to be as many as, and to be none of; 0 where
        it need not.
    """

    households: Floats
    lacking: Floats
    covered: Floats

    def leaves(self, rounded_pct: Floats, decimals: int) -> NDArray[np.bool_]:
        """Tell where a share with these decimals leaves room."""
        half = 0.5 * 10.0**-decimals
        low, high = np.maximum(rounded_pct - half, 0), np.minimum(rounded_pct + half, 100)
        lack = (high == 100) & ((1 - low / 100) * self.households >= self.lacking - EPSILON)
        have = (low == 0) & (high / 100 * self.households >= self.covered - EPSILON)
        return ((self.lacking == 0) | lack) & ((self.covered == 0) | have)


def _rooms(told: pd.DataFrame, limits: tuple[int, ...]) -> Iterator[tuple[str, Room]]:
    """Yield each PTS share's column and its room."""
    small = float(limits[0])
    households = least(told["hushall_ca"], limits[0])
    for level in LEVELS:
        few = told[f"{level.without()}_ca"].isna().to_numpy()
        rest = (told[level.share_sign] == "<").to_numpy()
        yield level.pts_share, Room(households, np.where(few, small, 0.0), np.where(rest, small, 0.0))


def least(told: pd.Series, small: int) -> Floats:
    """Return the least number a told count stands for.

    >>> import pandas as pd
    >>> least(pd.Series([0, None, 10, 40], dtype="Int64"), 5).tolist()
    [0.0, 0.0, 5.0, 35.0]
    """
    return np.maximum(told.fillna(0).to_numpy(np.float64) - small, 0.0)


def _told(pct: Floats, room: Room) -> Floats:
    """Return each share with the most decimals that leave room; NaN where none does."""
    out = np.full(len(pct), np.nan)
    for decimals in DECIMALS:
        rounded = np.round(pct, decimals)
        out = np.where(np.isnan(out) & room.leaves(rounded, decimals), rounded, out)
    return out
