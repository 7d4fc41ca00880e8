"""The published shares year by year, as they may stand beside this edition's own cells.

Everything here is published elsewhere. But where coverage is modelled our share of a kommun is PTS's, so the
edition's own year is told of a kommun, and of the län, exactly as finely as :mod:`.background` tells PTS's share
there: with one decimal, in whole per cent, or not at all. Earlier years and riket have one decimal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core.level import LEVELS
from pipelines.sums.projection import projections
from pipelines.tables.history_tables import FRAMSKRIVNING_OPPEN, HISTORIK_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region

DECIMALS = 1


def open_history(table: pd.DataFrame, decimals: pd.DataFrame, year: int, *, least: int = 0) -> pd.DataFrame:
    """Return HISTORIK_OPPEN.

    Parameters
    ----------
    table : DataFrame
        HISTORIK.
    decimals : DataFrame
        How finely the open kommuner and län tell PTS's shares, by code: :func:`.background.certain_decimals`.
    year : int
        The edition's own year of PTS's statistics.
    least : int
        Leave out the own year where it is told with fewer decimals than these.
    """
    out = table.reset_index(drop=True)
    own = (out["niva"].isin(["kommun", "lan"]) & (out["ar"] >= year)).to_numpy()
    told = np.where(own, told_decimals(out.rename(columns={"kommunkod": "kod"}), decimals), DECIMALS)
    value = out["andel_pct"].to_numpy(np.float64)
    rounded = np.where(told >= 1, np.round(value, DECIMALS), np.round(value))
    out = out.assign(andel_pct=rounded + 0.0)
    # A län of one kommun is that kommun: no class of either beside its cells.
    alone = (decimals.index.str.len() == 4).sum() <= 1
    by_class = (out["omradestyp"] != "totalt") & (alone | (out["niva"] == "kommun"))
    dropped = own & ((told < least) | by_class.to_numpy())
    return out.loc[~dropped, HISTORIK_OPPEN.names].reset_index(drop=True)


def open_projection(table: pd.DataFrame, decimals: pd.DataFrame, year: int, region: Region) -> pd.DataFrame:
    """Return FRAMSKRIVNING_OPPEN: years and words, worked out of the open history alone.

    A year a goal is reached can be worked back to the share it came from. The own year in whole per cent would
    say «nått» of 99.5, so it is left out.

    Parameters
    ----------
    table, decimals, year
        As :func:`open_history`.
    """
    return projections(open_history(table, decimals, year, least=1), region)[FRAMSKRIVNING_OPPEN.names]


def told_decimals(rows: pd.DataFrame, decimals: pd.DataFrame) -> NDArray[np.int64]:
    """Return with how many decimals each row's area surely tells its PTS share of that threshold; −1: not at all.

    A technique has no threshold: the coarsest of all the area's shares holds for it.

    Parameters
    ----------
    rows : DataFrame
        ``kod``, ``matt``, ``troskel_mbit``.
    decimals : DataFrame
        As :func:`.background.certain_decimals` returns it, by code.
    """
    at = decimals.index.get_indexer(rows["kod"])
    known = np.append(decimals.min(axis=1).to_numpy(np.int64), -1)
    out = known[at]
    for level in LEVELS:
        mine = ((rows["matt"] == level.measure) & rows["troskel_mbit"].fillna(0).eq(level.mbit)).to_numpy()
        out = np.where(mine, np.append(decimals[level.pts_share].to_numpy(np.int64), -1)[at], out)
    return out
