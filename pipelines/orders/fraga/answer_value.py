"""What an answer about one cell is worth to a plan, in households: the value of information.

A cell has H households whose coverage is modelled, and building it costs c kronor. With λ kronor per household as the
price of the last household that the plan's money reaches, c buys c/λ households elsewhere: building the cell gains
H − c/λ when its households lack coverage, and loses c/λ when they do not. A village gets fibre together, so a cell is
taken to lack coverage as a whole, with probability q, or not at all:

- *with the answer* it is built just when it lacks coverage and is worth its price: q · max(0, H − c/λ);
- *without it* the plan builds what counts as lacking coverage (probability below the limit) and nothing else: of those
  addresses the households expected, less their price, max(0, H₀ − c₀/λ); mostly nothing at all.

The value is the difference, never below 0. Values add up over cells, however neighbours go together, since no answer
is carried over to a cell that nobody asked about. λ depends on the answers themselves, since what they find costs
money too: see :func:`price`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEPS = 40
"""Halvings of the interval in which the price lies: to rounding."""
SMALL_HOME = 1.0
FLATS = 2 / 3
"""The odds of lacking coverage go about as the cost per household to this power (docs/modell.md says so of distance):
k households at one address share one line (antagande)."""


@dataclass(frozen=True)
class Cells:
    """What a plan knows of m cells, of the addresses in them that no evidence decides.

    Attributes
    ----------
    households : ndarray of float, shape (m,)
        H, expected.
    lacking : ndarray of float, shape (m,)
        q (0-1): that they lack coverage.
    cost_sek : ndarray of float, shape (m,)
        c: to build all of it.
    built_households, built_sek : ndarray of float, shape (m,)
        H₀ and c₀: of the addresses that count as lacking coverage as it is; 0 where none does.
    """

    households: Floats
    lacking: Floats
    cost_sek: Floats
    built_households: Floats
    built_sek: Floats


def home_odds(lacking: Floats, households: Floats) -> Floats:
    """Return the probability that an address lacks coverage, lowered where many households share it.

    Parameters
    ----------
    lacking, households : ndarray of float, shape (n,)
        The model's probability, which knows nothing of flats, and expected households of each address.

    Examples
    --------
    >>> home_odds(np.array([0.2, 0.2, 0.2]), np.array([0.5, 1.0, 8.0])).round(4).tolist()
    [0.2, 0.2, 0.0588]
    """
    less = np.maximum(households, SMALL_HOME) ** -FLATS
    return np.asarray(lacking * less / (1 - lacking + lacking * less), dtype=np.float64)


def value(cells: Cells, price_sek: float) -> Floats:
    """Return what an answer about each cell is worth, in households, shape (m,).

    Examples
    --------
    Ten households, one chance in ten, 400 000 kr at 100 000 kr per household: 0.1 (10 - 4).

    >>> one, none = np.ones(1), np.zeros(1)
    >>> value(Cells(10 * one, 0.1 * one, 4e5 * one, none, none), 1e5).round(6).tolist()
    [0.6]
    """
    asked = cells.lacking * np.maximum(cells.households - cells.cost_sek / price_sek, 0.0)
    anyway = np.maximum(cells.built_households - cells.built_sek / price_sek, 0.0)
    return np.asarray(np.maximum(asked - anyway, 0.0), dtype=np.float64)


def best(worth: Floats, names: Ints, count: int) -> Ints:
    """Return the cells of most value, the most first, ties by ``names``; none without value."""
    order = np.lexsort((names, -worth))[:count]
    return np.asarray(order[worth[order] > 0], dtype=np.int64)


def price(
    cells: Cells, names: Ints, count: int, project_sek: Floats, project_homes: Floats, budget_sek: float
) -> float:
    """Return λ: kronor per household at which the budget is used up, once the answers are in.

    At a price the plan takes the projects that cost less per household, and of the ``count`` cells that are then best
    to ask about those that turn out to lack coverage: their cost times q is expected. The dearer, the more is taken;
    where the budget covers all of it, nothing is given up: infinite.

    Parameters
    ----------
    names : ndarray of int64, shape (m,)
        ``rutid``, for ties.
    project_sek, project_homes : ndarray of float, shape (p,)
        Cost and expected households of the projects there are; without a known cost or households left out.
    """
    each = np.divide(project_sek, project_homes, out=np.full(len(project_sek), np.inf), where=project_homes > 0)
    own = np.divide(cells.cost_sek, cells.households, out=np.full(len(names), np.inf), where=cells.households > 0)
    known = np.concatenate([each, own, np.ones(1)])
    known = known[np.isfinite(known) & (known > 0)]
    low, high = float(known.min()) / 2, float(known.max()) * 2

    def spent(at: float) -> float:
        chosen = best(value(cells, at), names, count)
        worth = cells.cost_sek[chosen] < at * cells.households[chosen]
        found = float((cells.lacking * cells.cost_sek)[chosen][worth].sum())
        return float(project_sek[each < at].sum()) + found

    if spent(high) <= budget_sek:
        return float("inf")
    for _ in range(STEPS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if spent(middle) <= budget_sek else (low, middle)
    return low
