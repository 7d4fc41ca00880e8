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
    """What is known of k squares: expected households without, the least and most possible, the variance."""

    mean: Floats
    least: Floats
    most: Floats
    variance: Floats


def limits(squares: Square, reach: Reach) -> tuple[Floats, Floats]:
    """Return the interval of each square: whole households outward, within what is possible."""
    sd = np.sqrt(squares.variance)
    low, high = np.floor(squares.mean - reach.below * sd), np.ceil(squares.mean + reach.above * sd)
    some = sd > 1e-9
    low = np.where(some, np.clip(low, squares.least, squares.mean), squares.mean)
    return low, np.where(some, np.clip(high, squares.mean, squares.most), squares.mean)


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
    Never nearer than :data:`NORMAL`: evidence does not show how households are placed within a square, which
    the interval is to hold as well. So also where fewer than :data:`FEWEST_SQUARES` can be used.
    """
    use = (households >= LEAST_HOUSEHOLDS) & (squares.variance > 1e-12)
    if use.sum() < FEWEST_SQUARES:
        return Reach()
    off = (happened[use] - squares.mean[use]) / np.sqrt(squares.variance[use])
    below, above = np.quantile(-off, 1 - TAIL), np.quantile(off, 1 - TAIL)
    return Reach(max(float(below), NORMAL), max(float(above), NORMAL))


def joined(several: list[Square]) -> Square:
    """Return the squares of several tables as one."""
    rows = [(s.mean, s.least, s.most, s.variance) for s in several]
    return Square(*(np.concatenate(x) for x in zip(*rows, strict=True)))
