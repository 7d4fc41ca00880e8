"""The 0-1 knapsack: most value within a capacity. Bounds settle nearly every item, HiGHS the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Prioritering

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SCALE = 1e4
"""The constraint is scaled to this: HiGHS's absolute tolerance, 1e-6, is then 1e-10 of the capacity."""


def knapsack(values: Floats, weights: Floats, capacity: float, rule: Prioritering) -> tuple[Bools, float]:
    """Choose the items of most value whose weights together stay within the capacity (to a billionth of it).

    Parameters
    ----------
    values, weights : ndarray of float, shape (n,)
        Not negative.
    capacity : float
    rule : Prioritering
        ``optimum_relativt_gap``, and ``optimum_max_noder``: a limit in nodes, not in seconds, gives the
        same answer on every machine.

    Returns
    -------
    chosen : ndarray of bool, shape (n,)
    bound : float
        No choice within the capacity is worth more than this.

    Notes
    -----
    Let r be the value per weight of the item at which a greedy filling breaks. Filling up with a fraction
    of it gives an upper bound U (the relaxed optimum), greedy filling with skips a lower bound L. Forcing
    item j against the sign of ``v - r w`` lowers the upper bound to U - abs(v - r w); where that is below
    L, no best choice does so, and the item is settled. Thousands of areas leave some hundred to HiGHS.
    """
    chosen = np.zeros(len(values), dtype=np.bool_)
    items = np.flatnonzero((weights <= capacity) & (values >= 0))
    if capacity < 0 or len(items) == 0:
        return chosen, 0.0
    if weights[items].sum() <= capacity:
        chosen[items] = True
        return chosen, float(values[items].sum())
    # By a power of two: exact, and ratios of the smallest numbers there are stay within what a float can hold.
    capacity, exponent = np.frexp(capacity)
    value, weight = values[items], np.ldexp(weights[items], -exponent)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        worth = np.where(weight > 0, value / weight, np.inf)
    order = np.argsort(-worth, kind="stable")
    filled = np.cumsum(weight[order])
    at = min(int(np.searchsorted(filled, capacity, side="right")), len(order) - 1)
    rate = float(worth[order[at]])
    room = capacity - (float(filled[at - 1]) if at else 0.0)
    upper = float(value[order[:at]].sum()) + room * rate
    greedy = np.zeros(len(value), dtype=np.bool_)
    greedy[order[fill(weight[order], capacity)]] = True
    lower = float(value[greedy].sum())
    gain = value - rate * weight
    open_ = np.abs(gain) <= (upper - lower) * (1 + 1e-9) + 1e-12 * upper
    fixed = (gain > 0) & ~open_
    best, bound = greedy, upper
    if open_.any():
        left = capacity - float(weight[fixed].sum())
        picked, most = _solve(value[open_], weight[open_], left, rule)
        bound = min(upper, float(value[fixed].sum()) + most)
        solved = fixed.copy()
        solved[np.flatnonzero(open_)[picked]] = True
        if value[solved].sum() > lower and weight[solved].sum() <= capacity * (1 + 1e-9):
            best = solved
    chosen[items[best]] = True
    return chosen, max(bound, float(value[best].sum()))


def fill(weights: Floats, capacity: float) -> Bools:
    """Take items in the order given, skipping those that no longer fit.

    >>> fill(np.array([6.0, 5.0, 4.0]), 10.0).tolist()
    [True, False, True]
    """
    taken = np.zeros(len(weights), dtype=np.bool_)
    left, used = np.arange(len(weights)), 0.0
    while len(left):
        # All that fit in a row at once, then on to the next that fits what room is left.
        total = used + np.cumsum(weights[left])
        fits = int(np.searchsorted(total, capacity, side="right"))
        if fits:
            taken[left[:fits]] = True
            used = float(total[fits - 1])
        left = left[fits:]
        left = left[used + weights[left] <= capacity]
    return taken


def _solve(value: Floats, weight: Floats, capacity: float, rule: Prioritering) -> tuple[NDArray[np.intp], float]:
    """Solve what the bounds left open; return the chosen and the proven upper bound of their value."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if weight.sum() <= capacity:
        return np.arange(len(value)), float(value.sum())
    unit_value, unit_weight = float(value.max()) or 1.0, max(capacity, float(weight.max())) / _SCALE
    with _quiet():
        answer = milp(
            -value / unit_value,
            integrality=np.ones(len(value)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint((weight / unit_weight)[None, :], -np.inf, capacity / unit_weight),
            options={"mip_rel_gap": rule.optimum_relativt_gap, "node_limit": rule.optimum_max_noder},
        )
    bound = float(value.sum()) if answer.mip_dual_bound is None else -float(answer.mip_dual_bound) * unit_value
    picked = np.zeros(0, dtype=np.intp) if answer.x is None else np.flatnonzero(answer.x > 0.5)
    return picked, bound


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what HiGHS prints from C, past Python: at the file descriptor, buffers emptied on both sides."""
    sys.stdout.flush()
    _flush_c()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        _flush_c()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _flush_c() -> None:
    """Empty C's own output buffers, where the platform lets us."""
    import ctypes

    try:
        ctypes.CDLL(None).fflush(None)
    except (TypeError, OSError, AttributeError):  # Windows has no CDLL(None); its lines come unbuffered
        return
