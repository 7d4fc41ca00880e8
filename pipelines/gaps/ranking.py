"""Ranking: the order to build in, and what each krona reaches along it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config.region import Prioritering
from pipelines.core.cell_grid import Ints
from pipelines.gaps.cost import NONE

Floats = NDArray[np.float64]


def benefit(hushall: Floats, adresser: Floats, befolkning: Floats, weights: Prioritering) -> Floats:
    """Return each area's weighted benefit: expected households unless the configuration says otherwise."""
    return weights.vikt_hushall * hushall + weights.vikt_adresser * adresser + weights.vikt_befolkning * befolkning


def priority(nytta: Floats, kostnad_sek: Floats, hushall: Floats, ids: NDArray[Any]) -> Ints:
    """Rank areas: 1 is built first, each number once.

    Most benefit per krona first. Ties: most households, then lowest id. Areas whose cost is unknown (no
    net anywhere) come after those with one, by falling benefit; areas without households come last,
    whatever their weights.

    Parameters
    ----------
    nytta, kostnad_sek, hushall : ndarray of float, shape (areas,)
        ``kostnad_sek`` NaN or infinite where unknown.
    ids : ndarray of str, shape (areas,)

    Returns
    -------
    ndarray of int64, shape (areas,)

    Examples
    --------
    >>> one = np.array([1.0, 1.0, 0.0])
    >>> priority(one, np.array([20.0, 10.0, 1.0]), one, np.array(["a", "b", "c"])).tolist()
    [2, 1, 3]
    """
    known = np.isfinite(kostnad_sek)
    score = nytta.astype(np.float64).copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        # Costs nothing and brings nothing: neither first nor last by accident.
        score[known] = np.where(nytta[known] > 0, nytta[known] / kostnad_sek[known], 0.0)
    last = np.where(hushall <= NONE, 2, np.where(known, 0, 1))
    order = np.lexsort((np.asarray(ids, dtype=str), -hushall, -score, last))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def curve(rows: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Return the cumulative curve: households reached against kronor, along ``prioritet``.

    Parameters
    ----------
    rows : DataFrame
        ``kod`` (län or kommun), ``troskel_mbit``, ``matt``, ``prioritet``, ``projekt_id``,
        ``hushall_utan``, ``kostnad_sek``: the projects, or their parts in each kommun with the part's own
        households and share of the cost.
    totals : DataFrame
        ``kod``, ``troskel_mbit``, ``matt``, ``hushall``, ``hushall_utan``: all households of each place
        and the expected number without, in projects and outside them.

    Returns
    -------
    DataFrame
        ``rows`` sorted by place, threshold, measure and ``prioritet`` with ``hushall_ack``,
        ``kostnad_ack_sek`` and ``andel_pct``, the share of the place's households that have coverage when
        this project and all before it are built (NULL where the place has no households).
    """
    key = ["kod", "troskel_mbit", "matt"]
    out = rows.sort_values([*key, "prioritet"], kind="stable", ignore_index=True)
    grouped = out.groupby(key, sort=False)
    out["hushall_ack"] = grouped["hushall_utan"].cumsum()
    out["kostnad_ack_sek"] = grouped["kostnad_sek"].cumsum()
    place = out[key].merge(totals[[*key, "hushall", "hushall_utan"]], on=key, how="left", validate="m:1")
    have = place["hushall"] - place["hushall_utan"] + out["hushall_ack"]
    share = 100 * have / place["hushall"].where(place["hushall"] > NONE)
    out["andel_pct"] = share.clip(0, 100)
    return out[
        [*key, "prioritet", "projekt_id", "hushall_utan", "kostnad_sek", "hushall_ack", "kostnad_ack_sek", "andel_pct"]
    ]
