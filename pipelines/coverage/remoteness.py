"""The plain statistics method: uncovered households spread by remoteness, totals met exactly.

An address where evidence does not decide is uncovered with probability ``q = λ · r``, where the remoteness
``r`` is one over the number of addresses in the 5 × 5 cells round it, held within what is already known of
the address (at most 1; no better covered at 1000 Mbit/s than at 30). λ is the one value that makes the
expected households without coverage equal what PTS's benchmark leaves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid

Floats = NDArray[np.float64]
BLOCK_REACH = 2
"""Cells to each side: 5 × 5 cells are 1.25 km, about the reach of a village network (antagande)."""


def remoteness(rutid: NDArray[np.int64]) -> Floats:
    """Return ``1 / n`` for each address, n = addresses in the 5 × 5 cells centred on its own.

    Parameters
    ----------
    rutid : ndarray of int64, shape (n,)
        The addresses' cells.

    Examples
    --------
    >>> remoteness(np.array([3940006133000, 3940006133000, 3942506133250, 4000006133000])).round(3)
    array([0.333, 0.333, 0.333, 1.   ])
    """
    cells, cell, count = np.unique(rutid, return_inverse=True, return_counts=True)
    column, row = cell_grid.column_row(cells)
    near = np.zeros(len(cells), dtype=np.int64)
    for dc in range(-BLOCK_REACH, BLOCK_REACH + 1):
        for dr in range(-BLOCK_REACH, BLOCK_REACH + 1):
            other = cell_grid.from_column_row(column + dc, row + dr)
            at = np.minimum(np.searchsorted(cells, other), len(cells) - 1)
            near += np.where(cells[at] == other, count[at], 0)
    return np.asarray(1.0 / near[cell], dtype=np.float64)


def spread(rest: float, households: Floats, remote: Floats, low: Floats, high: Floats) -> Floats:
    """Return each address's probability of being uncovered so that Σ households · q = rest.

    Parameters
    ----------
    rest : float
        Households to be uncovered among these addresses. Outside what the bounds allow, the nearest
        possible is met; the caller reports it.
    households, remote : ndarray of float, shape (n,)
        Households (≥ 0, not all 0) and remoteness (> 0) of each address.
    low, high : ndarray of float, shape (n,)
        Bounds of each address's probability, 0 ≤ low ≤ high ≤ 1: what it is already known to be at a
        lower threshold or by the other measure.

    Returns
    -------
    ndarray of float, shape (n,)
        ``clip(λ · remote, low, high)``.

    Notes
    -----
    Σ h · clip(λ r, low, high) is continuous, piecewise linear and rising in λ: an address starts to rise
    at λ = low / r and stops at high / r. The segment that holds ``rest`` is found among the sorted
    breakpoints and solved directly, so the sum is met to rounding.

    Examples
    --------
    >>> nothing, all_ = np.zeros(3), np.ones(3)
    >>> spread(1.5, np.array([1.0, 1.0, 1.0]), np.array([1.0, 0.5, 0.25]), nothing, all_).round(4)
    array([0.8571, 0.4286, 0.2143])
    """
    least, most = float(households @ low), float(households @ high)
    # A rest that equals a bound is common (the same share at two thresholds); the last bit of a sum
    # must not decide what happens to addresses where nobody lives.
    rounding = 1e-12 * max(1.0, float(households.sum()))
    if rest <= least + rounding:
        return low.copy()
    if rest >= most - rounding:
        return high.copy()
    at = np.concatenate([low / remote, high / remote])
    change = np.concatenate([households * remote, -households * remote])
    order = np.argsort(at, kind="stable")
    at, slope = at[order], np.cumsum(change[order])
    reached = least + np.concatenate([[0.0], np.cumsum(slope[:-1] * np.diff(at))])
    k = int(np.searchsorted(reached, rest, side="right")) - 1
    rate = at[k] + (rest - reached[k]) / slope[k] if slope[k] > 0 else at[k]
    # One Newton step takes away what the running sums have rounded off.
    q = np.clip(rate * remote, low, high)
    rising = households[(q > low) & (q < high)] @ remote[(q > low) & (q < high)]
    if rising > 0:
        q = np.clip((rate + (rest - households @ q) / rising) * remote, low, high)
    return np.asarray(q, dtype=np.float64)
