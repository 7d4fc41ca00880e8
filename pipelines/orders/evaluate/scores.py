"""Scores of probabilities against what is so. Every sum is weighted by households."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BINS = 20
FREE = 1e6
"""Variance that a slope is allowed: free in all but name."""
NEWTON_STEPS, TOLERANCE = 100, 1e-4


def brier(q: Floats, uncovered: Floats, weight: Floats) -> float:
    """Return the weighted mean of (q − u)²; lower is better."""
    return float(weight @ (q - uncovered) ** 2 / weight.sum())


def auc_within(rank: Floats, uncovered: Floats, weight: Floats, group: Ints) -> float:
    """Return the weighted mean over kommun × class of the AUC within it; 0.5 is chance.

    Groups where all are covered, or none, say nothing and are left out. An ``uncovered`` between 0 and 1 (a
    share of a cell) counts in part as each. NaN when no group says anything.
    """
    use = np.flatnonzero(weight > 0)
    use = use[np.argsort(group[use], kind="stable")]
    values, sizes = [], []
    for rows in np.split(use, np.flatnonzero(np.diff(group[use])) + 1):
        lacking, having = weight[rows] * uncovered[rows], weight[rows] * (1 - uncovered[rows])
        if lacking.sum() > 0 and having.sum() > 0:
            values.append(_auc(rank[rows], lacking, having))
            sizes.append(weight[rows].sum())
    return float(np.average(values, weights=sizes)) if values else float("nan")


def _auc(rank: Floats, lacking: Floats, having: Floats) -> float:
    """Return how often one who lacks ranks above one who has, counted by weight; a tie is a half."""
    _, row = np.unique(rank, return_inverse=True)
    above, below = np.bincount(row, lacking), np.bincount(row, having)
    return float(above @ (np.cumsum(below) - below / 2) / (above.sum() * below.sum()))


def calibration_slope(q: Floats, uncovered: Floats, weight: Floats) -> float:
    """Return the slope of a logistic regression of what is so on the model's log-odds; 1 is right.

    Log-odds are gathered in steps of 0.02; probabilities are held within 10⁻⁶ of 0 and 1.
    """
    from scipy.special import logit

    step = np.round(logit(np.clip(q, 1e-6, 1 - 1e-6)) / 0.02).astype(np.int64)
    at, row = np.unique(step, return_inverse=True)
    lacking, having = (
        np.asarray(np.bincount(row, weight * part), dtype=np.float64) for part in (uncovered, 1 - uncovered)
    )
    if len(at) < 2 or not lacking.sum() or not having.sum():
        return float("nan")
    return _slope(0.02 * at, lacking, having)


def _slope(x: Floats, lacking: Floats, having: Floats) -> float:
    """Return the slope of the log-odds of lacking on ``x``: Newton's method, with a penalty that only bounds it."""
    from scipy.special import expit

    total = (lacking + having).sum()
    lacking, both = lacking / total, (lacking + having) / total
    design = np.column_stack([x, np.ones(len(x))])
    held = np.array([1 / (FREE * total), 0.0])
    coef = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        p = expit(design @ coef)
        curve = (design * (both * p * (1 - p))[:, None]).T @ design + np.diag(held)
        step = np.linalg.solve(curve, design.T @ (both * p - lacking) + held * coef)
        coef -= step
        left = design.T @ (both * expit(design @ coef) - lacking) + held * coef
        if max(np.abs(left).max(), 0.5 * step @ curve @ step) <= TOLERANCE:
            break
    return float(coef[0])


def calibration_curve(q: Floats, uncovered: Floats, weight: Floats) -> list[tuple[float, float, float]]:
    """Return (mean probability, share uncovered, households) in bins with as many households each."""
    order = np.argsort(q, kind="stable")
    run = np.cumsum(weight[order])
    number = np.minimum((BINS * (run - weight[order] / 2) / run[-1]).astype(np.int64), BINS - 1)
    out = []
    for b in range(BINS):
        rows = order[number == b]
        w = weight[rows]
        if w.sum() > 0:
            mean, share = float(w @ q[rows] / w.sum()), float(w @ uncovered[rows] / w.sum())
            out.append((mean, share, float(w.sum())))
    return out


def misplaced(expected: Floats, happened: Floats, place: Ints, kommun: Ints) -> Floats:
    """Return per kommun the households without coverage that stand in the wrong place.

    Half the sum over places of |expected − happened|: as many as would have to be moved, were the totals equal.

    Parameters
    ----------
    expected, happened : ndarray of float, shape (n,)
        Households without, per address.
    place, kommun : ndarray of int64, shape (n,)
        The place (cell or square) and kommun of each address, numbered from 0.
    """
    wide = int(kommun.max()) + 1
    key, row = np.unique(place * wide + kommun, return_inverse=True)
    gap = np.abs(np.bincount(row, weights=expected - happened))
    return np.asarray(0.5 * np.bincount(key % wide, gap, wide), dtype=np.float64)
