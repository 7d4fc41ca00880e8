"""Ridge logistic regression around what is assumed beforehand, with an intercept per group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FREE = 100.0
"""Variance that each intercept is allowed: free in all but name."""
NEWTON_STEPS = 50
ALIKE = 0.4
"""Correlation of two households in a 1 km square, for what the square's households are worth together."""


def worth_of(households: Floats) -> Floats:
    """Return how many independent households those of a square are worth, when any two go together by ALIKE."""
    return np.asarray(households / (1 + np.maximum(households - 1, 0) * ALIKE), dtype=np.float64)


def regression(
    values: Floats, variance: float, households: Floats, group: Ints, offset: Floats, uncovered: Floats
) -> Floats:
    """Return the coefficient per unit of each column of ``values``, of a ridge logistic regression.

    Parameters
    ----------
    values : ndarray of float, shape (observations, k)
    variance : float
        What each coefficient is allowed, per standard deviation of its column.
    households : ndarray of float, shape (observations,)
        More than 0.
    group : ndarray of int64, shape (observations,)
        Kommun and class: each has its own intercept.
    offset : ndarray of float, shape (observations,)
        Log-odds that hold beforehand, up to the group's intercept.
    uncovered : ndarray of float, shape (observations,)
        Share uncovered, 0–1.

    Notes
    -----
    Newton's method on Σ w (log(1 + e^η) − u η) + ½ Σ β²/variance, η = offset + intercept + values β, halving a
    step that does not lessen it; strictly convex, so there is one answer. Own code, since scikit-learn's
    logistic regression takes no offset, and would shrink towards 0 instead of towards what is assumed.
    """
    weight = worth_of(households)
    x = values - np.average(values, axis=0, weights=weight)
    sd = np.sqrt(np.average(x**2, axis=0, weights=weight))
    sd = np.where(sd > 1e-9, sd, np.inf)  # a column that does not vary says nothing
    _, number = np.unique(group, return_inverse=True)
    intercepts = np.eye(int(number.max()) + 1)[number]
    x = np.hstack([x / sd, intercepts])
    penalty = 1 / np.concatenate([np.full(len(sd), variance), np.full(intercepts.shape[1], FREE)])
    with threadpool_limits(1):  # one thread: the same sums on every machine
        beta = _newton(x, weight, uncovered, offset - np.average(offset, weights=weight), penalty)
    return np.asarray(beta[: len(sd)] / sd, dtype=np.float64)


def _newton(x: Floats, weight: Floats, u: Floats, offset: Floats, penalty: Floats) -> Floats:
    from scipy.special import expit

    def loss(b: Floats) -> float:
        eta = offset + x @ b
        return float(weight @ (np.logaddexp(0, eta) - u * eta) + 0.5 * penalty @ b**2)

    beta = np.zeros(x.shape[1])
    now = loss(beta)
    for _ in range(NEWTON_STEPS):
        p = expit(offset + x @ beta)
        slope = x.T @ (weight * (p - u)) + penalty * beta
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while size > 1e-6 and loss(beta - size * step) > now:
            size /= 2
        beta = beta - size * step
        before, now = now, loss(beta)
        if float(slope @ step) < 1e-10 or before - now < 1e-12 * max(1.0, now):
            break
    return beta
