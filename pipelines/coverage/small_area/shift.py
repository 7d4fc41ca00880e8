"""Benchmarking: one intercept per kommun and class, so that the expected households are met exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FARTHEST = 45.0
"""Log-odds at which a probability is 0 or 1 to double precision."""
STEPS = 100


def shift(rest: float, households: Floats, score: Floats, low: Floats, high: Floats) -> Floats:
    """Return each address's probability of being uncovered so that Σ households · q = rest.

    Parameters
    ----------
    rest : float
        Households to be uncovered among these addresses. Outside what the bounds allow, the nearest
        possible is met; the caller reports it.
    households, score : ndarray of float, shape (n,)
        Households (≥ 0, not all 0), and log-odds of being uncovered up to a constant, of each address.
    low, high : ndarray of float, shape (n,)
        Bounds of each probability, 0 ≤ low ≤ high ≤ 1.

    Returns
    -------
    ndarray of float, shape (n,)
        ``clip(logistic(α + score), low, high)``, but for the last rounding.

    Notes
    -----
    The sum rises with α. Newton's steps, kept within a bracket that is halved when a step leaves it.

    Examples
    --------
    >>> two = np.ones(2)
    >>> shift(1.0, two, np.array([0.0, np.log(4.0)]), np.zeros(2), two).round(4)
    array([0.3333, 0.6667])
    """
    from scipy.special import expit, logit

    least, most = float(households @ low), float(households @ high)
    total = max(1.0, float(households.sum()))
    if rest <= least + 1e-12 * total:
        return low.copy()
    if rest >= most - 1e-12 * total:
        return high.copy()
    left, right = -FARTHEST - float(score.max()), FARTHEST - float(score.min())
    guess = float(logit(np.clip(rest / total, 1e-9, 1 - 1e-9))) - float(households @ score) / total
    alpha = float(np.clip(guess, left, right))
    q, gap = low, 0.0
    for _ in range(STEPS):
        raw = expit(alpha + score)
        q = np.clip(raw, low, high)
        gap = rest - float(households @ q)
        if abs(gap) <= 1e-11 * total:  # the rest of it is given out below
            break
        free = (raw > low) & (raw < high)
        inner, each = (raw, households) if free.all() else (raw[free], households[free])
        slope = float(each @ (inner * (1 - inner)))
        left, right = (alpha, right) if gap > 0 else (left, alpha)
        step = alpha + gap / slope if slope > 0 else np.inf
        new = step if left < step < right else 0.5 * (left + right)
        if new == alpha:
            break
        alpha = new
    return _last_bit(q, gap, households, low, high)


def _last_bit(q: Floats, gap: float, households: Floats, low: Floats, high: Floats) -> Floats:
    """Give what rounding has left to those that can take it, in proportion to the room each has."""
    room = (high - q) if gap > 0 else (q - low)
    able = float(households @ room)
    if able <= 0 or abs(gap) > able:
        return q
    return np.asarray(np.clip(q + gap / able * room, low, high), dtype=np.float64)
