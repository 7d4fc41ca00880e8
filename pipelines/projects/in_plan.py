"""How surely a project is in the plan: in how many of many draws of costs and households the plan takes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.config.projects import Projekt
from pipelines.gaps import budget
from pipelines.gaps.cost import NONE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_TAIL = 1.6448536269514722
"""Standard deviations from the middle to either end of an interval of 90 per cent."""


def share(
    hushall: Floats, spread: Floats, nytta: Floats, last: Bools, money: tuple[Floats, Floats, Floats], rule: Projekt
) -> Floats:
    """Return the share (0-1) of the draws in which the plan for the configured budget takes each project.

    In each draw every project has a cost and a number of households of its own, and the plan follows households per
    krona, skips what no longer fits and builds nothing above the stop price, as ``make plan`` does. A cost is drawn so
    that nine in ten lie within its low and high end, with one factor that all projects share (prices) and one of its
    own (ground); households from the gamma distribution of their mean and variance.

    Parameters
    ----------
    hushall, spread : ndarray of float, shape (projects,)
        Mean and variance of the households without coverage.
    nytta : ndarray of float, shape (projects,)
        Benefit of the expected households, as the priority counts it; of a draw's, in proportion.
    last : ndarray of bool, shape (projects,)
        Comes after all others, whatever is drawn: it is to be looked up first.
    money : three ndarray of float, shape (projects,)
        Low, middle and high cost in kronor; infinite or NaN where it is not known: such a project is in no plan.
    rule : Projekt
        Budget, stop price, number of draws, their seed, and how much of the cost's uncertainty is shared.
    """
    low, middle, high = money
    able = np.flatnonzero(np.isfinite(middle) & (middle > 0) & (hushall > NONE))
    out = np.zeros(len(hushall))
    if len(able) == 0:
        return out
    rng = np.random.default_rng(rule.fro)
    shape = (rule.dragningar, len(able))
    worth = nytta[able] / hushall[able]
    mean, var = hushall[able], np.maximum(spread[able], NONE)
    homes = rng.gamma(mean**2 / var, var / mean, shape)
    common, own = rng.standard_normal((rule.dragningar, 1)), rng.standard_normal(shape)
    part = rule.gemensam_kostnadsdel
    z = (np.sqrt(part) * common + np.sqrt(1 - part) * own) / _TAIL
    up, down = (np.log(x[able] / middle[able]) for x in (high, low))
    paid = middle[able] * np.exp(np.where(z > 0, z * up, -z * down))
    taken, behind = np.zeros(len(able), np.int64), last[able]
    paid[paid > rule.stop_sek_per_hushall * homes] = np.inf
    for h, c in zip(homes, paid, strict=True):
        paying = np.flatnonzero(np.isfinite(c))  # the others are never built: they need no place in the order
        order = paying[np.lexsort((-h[paying] * worth[paying] / c[paying], behind[paying]))]
        taken[budget.followed(order, c, h, rule.budget_sek)] += 1
    out[able] = taken / rule.dragningar
    return out
