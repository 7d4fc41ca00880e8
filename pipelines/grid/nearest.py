"""The address nearest a point, whatever the order of the file: of equally near ones the lowest id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TIES = 8
"""How many equally near addresses are compared by id; points coincide at blocks of flats."""
BLOCK_POINTS = 250_000
"""Points looked up at a time: their candidates would otherwise be a country's largest table."""


def nearest_address(addresses: pd.DataFrame, e_m: Floats, n_m: Floats) -> tuple[Ints, Floats]:
    """Return the row of the address nearest each point, and how far away it is (m).

    Parameters
    ----------
    addresses : DataFrame
        ``adress_id``, ``e_m``, ``n_m``; at least one.
    e_m, n_m : ndarray of float, shape (k,)
        EPSG:3006, metres.

    Returns
    -------
    row : ndarray of int64, shape (k,)
    distance_m : ndarray of float, shape (k,)
    """
    from scipy.spatial import cKDTree

    wanted = np.column_stack([e_m, n_m])
    row, away = np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted))
    # Sliding midpoints, boxes left loose: built in a third of the time, and asked for few points.
    tree = cKDTree(addresses[["e_m", "n_m"]].to_numpy(), balanced_tree=False, compact_nodes=False)
    for start in range(0, len(wanted), BLOCK_POINTS):
        part = slice(start, start + BLOCK_POINTS)
        distance, near = tree.query(wanted[part], k=[1, 2])
        row[part], away[part] = near[:, 0], distance[:, 0]
        several = np.flatnonzero(distance[:, 0] == distance[:, 1])
        if len(several):
            distance, near = tree.query(wanted[part][several], k=np.arange(1, min(TIES, len(addresses)) + 1))
            row[start + several] = _lowest_id(addresses["adress_id"], near, distance <= distance[:, :1])
    return row, away


def _lowest_id(ids: pd.Series, near: Ints, tied: NDArray[np.bool_]) -> Ints:
    """Return of each row's tied candidates the one with the lowest id; only those ids are ever ordered."""
    rows = np.unique(near[tied])
    order = np.argsort(ids.iloc[rows].to_numpy(dtype=str), kind="stable")
    rank = np.empty(len(rows))
    rank[order] = np.arange(len(rows))
    at = np.minimum(np.searchsorted(rows, near), len(rows) - 1)
    best = np.where(tied, rank[at], np.inf).argmin(axis=1)
    return np.asarray(near[np.arange(len(near)), best], dtype=np.int64)
