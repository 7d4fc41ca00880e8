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
    with threadpool_limits(1):  # one thread: the same sums on every machine
        centred = offset - np.average(offset, weights=weight)
        beta = _newton(x / sd, number.reshape(-1), weight, uncovered, centred, variance)
    return np.asarray(beta / sd, dtype=np.float64)


def _newton(x: Floats, group: Ints, weight: Floats, u: Floats, offset: Floats, variance: float) -> Floats:
    """Return the coefficients of ``x``; the intercepts' own part of the curvature is diagonal, and taken out first."""
    from scipy.special import expit

    count, k = int(group.max()) + 1, x.shape[1]

    def by_group(values: Floats) -> Floats:
        return np.asarray(np.bincount(group, values, count), dtype=np.float64)

    def loss(b: Floats, a: Floats) -> float:
        eta = offset + x @ b + a[group]
        held = 0.5 * (b @ b / variance + a @ a / FREE)
        return float(weight @ (np.logaddexp(0, eta) - u * eta) + held)

    beta, alpha = np.zeros(k), np.zeros(count)
    now = loss(beta, alpha)
    for _ in range(NEWTON_STEPS):
        p = expit(offset + x @ beta + alpha[group])
        miss, worth = weight * (p - u), weight * p * (1 - p)
        slope, slope_of_group = x.T @ miss + beta / variance, by_group(miss) + alpha / FREE
        across = np.column_stack([by_group(worth * x[:, j]) for j in range(k)])
        of_group = by_group(worth) + 1 / FREE
        curve = (x * worth[:, None]).T @ x + np.eye(k) / variance - across.T @ (across / of_group[:, None])
        step = np.linalg.solve(curve, slope - across.T @ (slope_of_group / of_group))
        step_of_group = (slope_of_group - across @ step) / of_group
        size = 1.0
        while size > 1e-6 and loss(beta - size * step, alpha - size * step_of_group) > now:
            size /= 2
        beta, alpha = beta - size * step, alpha - size * step_of_group
        before, now = now, loss(beta, alpha)
        if float(slope @ step + slope_of_group @ step_of_group) < 1e-10 or before - now < 1e-12 * max(1.0, now):
            break
    return beta
