"""Budget: which areas to build for a sum of money, or to reach a goal, beside the best possible choice.

The plan follows ``prioritet``, so that a planner can say why one area comes before another. The integer
optimum shows what that explanation costs: the most benefit the same money can buy (or the least money
that reaches the goal), with the gap that could not be closed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Prioritering
from pipelines.core.cell_grid import Ints
from pipelines.gaps.cost import NONE
from pipelines.gaps.knapsack import fill, knapsack

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SLACK = 1e-9
"""A choice may exceed a budget by this share of it: rounding in a sum, not money."""


@dataclass(frozen=True)
class Optimum:
    """An integer optimum: what is built, its benefit or cost, and how far from proven.

    Attributes
    ----------
    built : ndarray of bool, shape (areas,)
    value : float
        Benefit of the choice (budget) or its cost in kronor (goal).
    gap : float
        Proven relative distance (0-1) to the best possible; 0 when the optimum is proven.
    """

    built: Bools
    value: float
    gap: float


def follow(prioritet: Ints, kostnad_sek: Floats, hushall: Floats, budget_sek: float) -> Bools:
    """Build in order of ``prioritet``, skipping what no longer fits.

    Areas without a known cost or without households are never built: they would spend money that
    reaches nobody.

    Parameters
    ----------
    prioritet : ndarray of int64, shape (areas,)
    kostnad_sek, hushall : ndarray of float, shape (areas,)
    budget_sek : float

    Returns
    -------
    ndarray of bool, shape (areas,)

    Examples
    --------
    >>> follow(np.array([1, 2, 3]), np.array([6.0, 5.0, 4.0]), np.ones(3), 10.0).tolist()
    [True, False, True]
    """
    built = np.zeros(len(prioritet), dtype=np.bool_)
    built[followed(np.argsort(prioritet, kind="stable"), kostnad_sek, hushall, budget_sek)] = True
    return built


def followed(order: Ints, kostnad_sek: Floats, hushall: Floats, budget_sek: float) -> Ints:
    """Return what is built of areas in the order given: as :func:`follow`."""
    order = order[np.isfinite(kostnad_sek[order]) & (hushall[order] > NONE)]
    return order[fill(kostnad_sek[order], budget_sek * (1 + _SLACK))]


def follow_to_goal(prioritet: Ints, kostnad_sek: Floats, hushall: Floats, missing: float) -> Bools:
    """Build in order of ``prioritet`` until the missing households are reached, or nothing is left.

    Parameters
    ----------
    missing : float
        Households that must still be reached; 0 or less builds nothing.
    """
    built = np.zeros(len(prioritet), dtype=np.bool_)
    if missing <= NONE:
        return built
    order = np.argsort(prioritet, kind="stable")
    order = order[np.isfinite(kostnad_sek[order]) & (hushall[order] > NONE)]
    reached = np.cumsum(hushall[order])
    last = int(np.searchsorted(reached, missing * (1 - _SLACK), side="left"))
    built[order[: last + 1]] = True
    return built


def optimum(nytta: Floats, kostnad_sek: Floats, budget_sek: float, rule: Prioritering) -> Optimum:
    """Return the most benefit a budget can buy.

    Parameters
    ----------
    nytta, kostnad_sek : ndarray of float, shape (areas,)
        Areas without benefit or known cost are never built.
    budget_sek : float
    rule : Prioritering
        ``optimum_relativt_gap`` and ``optimum_max_noder``.
    """
    able = np.flatnonzero(np.isfinite(kostnad_sek) & (nytta > NONE))
    chosen, bound = knapsack(nytta[able], kostnad_sek[able], budget_sek * (1 + _SLACK), rule)
    built = np.zeros(len(nytta), dtype=np.bool_)
    built[able[chosen]] = True
    value = float(nytta[built].sum())
    return Optimum(built, value, max(0.0, bound - value) / value if value else 0.0)


def optimum_for_goal(hushall: Floats, kostnad_sek: Floats, missing: float, rule: Prioritering) -> Optimum:
    """Return the least cost that reaches the missing households; builds all when even that is too little.

    The same knapsack from the other side: leave unbuilt what costs most, as long as the households left
    behind are no more than can be spared.
    """
    built = np.zeros(len(hushall), dtype=np.bool_)
    if missing <= NONE:
        return Optimum(built, 0.0, 0.0)
    able = np.flatnonzero(np.isfinite(kostnad_sek) & (hushall > NONE))
    spare = float(hushall[able].sum()) - missing * (1 - _SLACK)
    left_out, bound = knapsack(kostnad_sek[able], hushall[able], spare, rule)
    built[able] = True
    built[able[left_out]] = False
    value = float(kostnad_sek[built].sum())
    least = float(kostnad_sek[able].sum()) - bound
    return Optimum(built, value, max(0.0, value - least) / value if value else 0.0)
