"""Scores of probabilities against what is so. Every sum is weighted by households."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BINS = 20


def brier(q: Floats, uncovered: Floats, weight: Floats) -> float:
    """Return the weighted mean of (q − u)²; lower is better."""
    return float(weight @ (q - uncovered) ** 2 / weight.sum())


def auc_within(rank: Floats, uncovered: Floats, weight: Floats, group: Ints) -> float:
    """Return the weighted mean over kommun × class of the AUC within it; 0.5 is chance.

    Groups where all are covered, or none, say nothing and are left out. An ``uncovered`` between 0 and 1 (a
    share of a cell) counts in part as each. NaN when no group says anything.
    """
    from sklearn.metrics import roc_auc_score

    use = np.flatnonzero(weight > 0)
    use = use[np.argsort(group[use], kind="stable")]
    values, sizes = [], []
    for rows in np.split(use, np.flatnonzero(np.diff(group[use])) + 1):
        w = np.concatenate([weight[rows] * uncovered[rows], weight[rows] * (1 - uncovered[rows])])
        y = np.repeat([1, 0], len(rows))
        if w[: len(rows)].sum() > 0 and w[len(rows) :].sum() > 0:
            values.append(roc_auc_score(y, np.tile(rank[rows], 2), sample_weight=w))
            sizes.append(weight[rows].sum())
    return float(np.average(values, weights=sizes)) if values else float("nan")


def calibration_slope(q: Floats, uncovered: Floats, weight: Floats) -> float:
    """Return the slope of a logistic regression of what is so on the model's log-odds; 1 is right.

    Log-odds are gathered in steps of 0.02; probabilities are held within 10⁻⁶ of 0 and 1.
    """
    from scipy.special import logit
    from sklearn.linear_model import LogisticRegression

    step = np.round(logit(np.clip(q, 1e-6, 1 - 1e-6)) / 0.02).astype(np.int64)
    at, row = np.unique(step, return_inverse=True)
    lacking = np.bincount(row, weights=weight * uncovered)
    having = np.bincount(row, weights=weight * (1 - uncovered))
    if len(at) < 2 or not lacking.sum() or not having.sum():
        return float("nan")
    w = np.concatenate([lacking, having])
    x, y = np.tile(0.02 * at, 2)[:, None], np.repeat([1, 0], len(at))
    fitted = LogisticRegression(C=1e6, solver="newton-cholesky").fit(x[w > 0], y[w > 0], sample_weight=w[w > 0])
    return float(fitted.coef_[0][0])


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
