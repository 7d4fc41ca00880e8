"""Lines that meet drawn in one stroke: each stroke begins once, and where it begins is what takes room in a page.

At every point where lines of one class end, they are joined two and two. A stroke stays within a square of
``SQUARE_M``, so that what reaches into a view is known by the box of the stroke.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
SQUARE_M = 3_000


def strokes(first: Ints, last: Ints, group: Ints) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return in what order and which way lines are drawn.

    Parameters
    ----------
    first, last : ndarray of int64, shape (n,)
        Where each line begins and ends, as numbers of points.
    group : ndarray of int64, shape (n,)
        Only lines of one group are joined.

    Returns
    -------
    order : ndarray of int64, shape (n,)
        The lines, stroke after stroke.
    turned : ndarray of bool, shape (n,)
        In that order: whether a line is drawn from its end.
    begins : ndarray of bool, shape (n,)
        In that order: whether a stroke begins with it.

    Examples
    --------
    Three lines from 0 to 3, the middle one the other way, and one apart:

    >>> order, turned, begins = strokes(np.array([0, 2, 2, 8]), np.array([1, 1, 3, 9]), np.zeros(4, np.int64))
    >>> order.tolist(), turned.tolist(), begins.tolist()
    ([2, 1, 0, 3], [True, False, True, False], [True, False, False, True])
    """
    partner = _pairs(first, last, group)
    steps, end = followed(cut_rings(partner, np.arange(len(partner))))
    line = np.arange(len(first))
    # Both ways along a stroke lead to an end; all its lines agree on the lower one.
    entered = np.where(end[2 * line] < end[2 * line + 1], 2 * line, 2 * line + 1)
    order = np.lexsort((-steps[entered], end[entered]))
    entered = entered[order]
    return order, entered % 2 == 1, np.diff(end[entered], prepend=-1) != 0


def _pairs(first: Ints, last: Ints, group: Ints) -> Ints:
    """Return which end each end is joined with, or -1. The ends of line i are 2 i and 2 i + 1."""
    point = np.column_stack([first, last]).ravel()
    owner = np.repeat(group, 2)
    order = np.lexsort((point, owner))
    new = np.append(True, (np.diff(point[order]) != 0) | (np.diff(owner[order]) != 0))
    place = np.arange(len(order))
    odd = (place - np.maximum.accumulate(np.where(new, place, 0))) % 2 == 1
    partner = np.full(len(order), -1, dtype=np.int64)
    right = np.flatnonzero(odd)
    partner[order[right]], partner[order[right - 1]] = order[right - 1], order[right]
    return partner


def _after(partner: Ints) -> Ints:
    """Return by which end the next line is entered after the one entered by each end; the last line's own."""
    ends = np.arange(len(partner))
    after = partner[ends ^ 1]
    return np.where(after < 0, ends, after)


def followed(partner: Ints) -> tuple[Ints, Ints]:
    """Return how many lines come after the one entered by each end, and by which end the last is entered."""
    end = _after(partner)
    steps = (end != np.arange(len(end))).astype(np.int64)
    while True:
        farther = end[end]
        if (farther == end).all():
            return steps, end
        steps, end = steps + steps[end], farther


def cut_rings(partner: Ints, rank: Ints) -> Ints:
    """Return the pairs with each ring open at the end that ranks lowest of all its lines' ends."""
    first = _after(partner)
    last_line = first == np.arange(len(first))
    lowest = np.minimum(rank[::2], rank[1::2]).repeat(2)
    after, left = first, len(first)
    # Each round looks as far again. What leads to an end has come nearer to it; what is left else goes round.
    while True:
        ring = ~last_line[after]
        lower = np.minimum(lowest, lowest[after])
        if ring.sum() == left and (lower == lowest).all():
            break
        left, lowest, after = ring.sum(), lower, after[after]
    cut = np.flatnonzero(ring & (lowest == rank))
    out = partner.copy()
    out[np.concatenate([cut, partner[cut]])] = -1
    return out
