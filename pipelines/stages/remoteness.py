"""The plain statistics method: uncovered households spread by remoteness, totals met exactly.

An address where evidence does not decide is uncovered with probability ``q = min(1, λ · r)``, where the
remoteness ``r`` is one over the number of addresses in the 5 × 5 cells round it, and λ is the one value
that makes the expected households without coverage equal what PTS's benchmark leaves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines import grid

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
    column, row = grid.column_row(cells)
    near = np.zeros(len(cells), dtype=np.int64)
    for dc in range(-BLOCK_REACH, BLOCK_REACH + 1):
        for dr in range(-BLOCK_REACH, BLOCK_REACH + 1):
            other = grid.from_column_row(column + dc, row + dr)
            at = np.minimum(np.searchsorted(cells, other), len(cells) - 1)
            near += np.where(cells[at] == other, count[at], 0)
    return np.asarray(1.0 / near[cell], dtype=np.float64)


def spread(rest: float, households: Floats, remote: Floats, share_if_empty: float) -> Floats:
    """Return each address's probability of being uncovered so that Σ households · q = rest.

    Parameters
    ----------
    rest : float
        Households to be uncovered among these addresses, 0 … Σ households.
    households, remote : ndarray of float, shape (n,)
        Households (≥ 0) and remoteness (> 0) of each address.
    share_if_empty : float
        Probability given to all when no household lives here.

    Returns
    -------
    ndarray of float, shape (n,)
        ``min(1, λ · remote)``; for two rests a ≤ b the result for a is nowhere above that for b.

    Notes
    -----
    Σ h · min(1, λ r) is continuous, piecewise linear and rising in λ. With addresses by falling r, the
    first k are capped at 1 when λ ≥ 1 / r_k; the segment that holds ``rest`` is found by bisection on
    the exact breakpoints and solved directly.

    Examples
    --------
    >>> spread(1.5, np.array([1.0, 1.0, 1.0]), np.array([1.0, 0.5, 0.25]), 0).round(4)
    array([0.8571, 0.4286, 0.2143])
    """
    total = households.sum()
    if len(households) == 0 or total <= 0:
        return np.full(len(households), share_if_empty)
    if rest <= 0:
        return np.zeros(len(households))
    if rest >= total:
        return np.ones(len(households))
    order = np.argsort(-remote, kind="stable")
    h, r = households[order], remote[order]
    capped = np.concatenate([[0.0], np.cumsum(h)])
    weighted = h * r
    sloped = np.concatenate([np.cumsum(weighted[::-1])[::-1], [0.0]])
    # households uncovered at the breakpoints λ = 1 / r_k, with the first k + 1 addresses capped
    at_break = capped[1:] + sloped[1:] / r
    k = int(np.searchsorted(at_break, rest))
    rate = (rest - capped[k]) / sloped[k]
    return np.minimum(1.0, rate * remote)


def consistent_rests(rests: dict[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """Return the rests made consistent: never falling as the threshold rises, passerad never above tillgång.

    PTS's benchmark and partial evidence can contradict each other; then the larger gap is kept, so that
    no place is called covered at 1000 Mbit/s and uncovered at 30. The caller reports what moved.

    >>> rests = {("tillgang", 30): 5., ("tillgang", 100): 3., ("tillgang", 1000): 6.,
    ...          ("passerad", 30): 6., ("passerad", 100): 1., ("passerad", 1000): 2.}
    >>> list(consistent_rests(rests).values())
    [5.0, 5.0, 6.0, 5.0, 5.0, 5.0]
    """
    out: dict[tuple[str, int], float] = {}
    floor = 0.0
    for t in (30, 100, 1000):
        floor = out["tillgang", t] = max(floor, rests["tillgang", t])
    floor = 0.0
    for t in (30, 100, 1000):
        floor = out["passerad", t] = max(floor, min(rests["passerad", t], out["tillgang", t]))
    return out
