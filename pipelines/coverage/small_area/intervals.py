"""90 % intervals of the households without coverage in each 5 × 5 km square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TAIL = 0.05
LEAST_HOUSEHOLDS = 50
"""Squares with fewer are not used to hold the intervals against what happened."""
FEWEST_SQUARES = 20
NORMAL = 1.645
"""Standard deviations that leave :data:`TAIL` outside on each side when many small things add up."""


@dataclass(frozen=True)
class Reach:
    """How many standard deviations an interval reaches below and above what is expected."""

    below: float = NORMAL
    above: float = NORMAL


@dataclass(frozen=True)
class Square:
    """What is known of k squares: expected households without, and the variances.

    ``variance`` is the model's, ``certain`` that of what evidence decides: of where the households live, and of rows
    that lists lack.
    """

    mean: Floats
    variance: Floats
    certain: Floats


def limits(squares: Square, reach: Reach) -> tuple[Floats, Floats]:
    """Return the interval of each square: whole households outward, none below 0."""
    below, above = (np.sqrt(x**2 * squares.variance + NORMAL**2 * squares.certain) for x in (reach.below, reach.above))
    low, high = np.floor(squares.mean - below), np.ceil(squares.mean + above)
    some = np.minimum(below, above) > 1e-9
    low = np.where(some, np.clip(low, 0.0, squares.mean), squares.mean)
    return low, np.where(some, np.maximum(high, squares.mean), squares.mean)


def calibrated(squares: Square, happened: Floats, households: Floats) -> Reach:
    """Return the reach with which one square in twenty falls outside on each side.

    Parameters
    ----------
    squares : Square
        Of squares where evidence knows the answer, modelled as if it did not.
    happened, households : ndarray of float, shape (k,)
        Households without, as evidence says; all households.

    Notes
    -----
    Never nearer than :data:`NORMAL`. So also where fewer than :data:`FEWEST_SQUARES` can be used.
    """
    use = (households >= LEAST_HOUSEHOLDS) & (squares.variance > 1e-12)
    if use.sum() < FEWEST_SQUARES:
        return Reach()
    off = (happened[use] - squares.mean[use]) / np.sqrt(squares.variance[use])
    below, above = np.quantile(-off, 1 - TAIL), np.quantile(off, 1 - TAIL)
    return Reach(max(float(below), NORMAL), max(float(above), NORMAL))


def joined(several: list[Square]) -> Square:
    """Return the squares of several tables as one."""
    rows = [(s.mean, s.variance, s.certain) for s in several]
    return Square(*(np.concatenate(x) for x in zip(*rows, strict=True)))
