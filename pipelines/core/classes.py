"""Coverage classes of a cell: their codes, their limits, and what each says of the share without. One place.

A cell with fewer addresses than the suppression threshold has classes of its own: a finer one would tell how
many addresses there are, and «at least 95 %» would be more than is known. The rule of what may be told is in
``docs/publicering.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

LIMITS = (0.05, 0.5, 0.95)
"""Shares of a cell's addresses with coverage that part the classes; each limit belongs to the class above."""
HALF = 0.5


class Span(NamedTuple):
    """The least and the most share of a cell's addresses with coverage that a class can stand for."""

    least: float
    most: float


NO_ADDRESS = "ingen_adress"
WITHHELD = "ej_redovisad"
SPANS = {
    "utan": Span(0.0, LIMITS[0]),
    "mindre_del": Span(LIMITS[0], LIMITS[1]),
    "storre_del": Span(LIMITS[1], LIMITS[2]),
    "tackt": Span(LIMITS[2], 1.0),
    "fa_under_halften": Span(0.0, HALF),
    "fa_minst_halften": Span(HALF, 1.0),
    WITHHELD: Span(0.0, 1.0),
}
"""Every class of a cell with addresses."""
CODES = (NO_ADDRESS, *SPANS)
FINE = ("utan", "mindre_del", "storre_del", "tackt")
"""By rising share; the internal edition has these for every cell with addresses."""
FEW = ("fa_under_halften", "fa_minst_halften")
LACKING = tuple(name for name, span in SPANS.items() if span.most <= HALF)
"""Classes that say that fewer than half have coverage: such cells make the gap areas."""
COVERED = tuple(name for name, span in SPANS.items() if span.least >= HALF)


LEAST_FINE = 5
"""Addresses from which the finer classes can stand for several counts each: among four, «50–95 %» is two."""


def few_below(suppression: int) -> int:
    """Return the number of addresses under which a cell has the classes of few.

    >>> few_below(5), few_below(10), few_below(2)
    (5, 10, 5)
    """
    return max(suppression, LEAST_FINE)


def of_share(covered: ArrayLike, addresses: ArrayLike, few_below: int) -> NDArray[np.str_]:
    """Return the class of each cell's share of addresses with coverage.

    Parameters
    ----------
    covered, addresses : array_like, shape (n,)
        Expected number of addresses with coverage, and all of them.
    few_below : int
        Cells with fewer addresses get the classes of few; 0 where all is told (the internal edition).

    Examples
    --------
    >>> of_share([0, 1, 2, 9.6, 0], [0, 2, 3, 10, 10], 5).tolist()
    ['ingen_adress', 'fa_minst_halften', 'fa_minst_halften', 'tackt', 'utan']
    """
    return np.array(CODES)[place_of_share(covered, addresses, few_below)]


def place_of_share(covered: ArrayLike, addresses: ArrayLike, few_below: int) -> NDArray[np.int8]:
    """Return the place in ``CODES`` of what :func:`of_share` returns."""
    n = np.asarray(addresses, dtype=np.float64)
    share = np.divide(np.asarray(covered, dtype=np.float64), n, out=np.zeros(len(n)), where=n > 0)
    share = np.round(share, 9)
    few = n < few_below
    names = (NO_ADDRESS, "fa_minst_halften", "fa_under_halften", "tackt", "storre_del", "mindre_del", "utan")
    *places, otherwise = (np.int8(CODES.index(name)) for name in names)
    told = [n == 0, few & (share >= HALF), few, *(share >= limit for limit in reversed(LIMITS))]
    return np.select(told, places, otherwise)


def without(codes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and most share of each cell's addresses *without* coverage, by its class.

    >>> [x.round(2).tolist() for x in without(["tackt", "fa_under_halften", "ingen_adress"])]
    [[0.0, 0.5, 0.0], [0.05, 1.0, 0.0]]
    """
    names = np.asarray(codes, dtype=object)
    least, most = np.zeros(len(names)), np.zeros(len(names))
    for name, span in SPANS.items():
        at = names == name
        least[at], most[at] = 1 - span.most, 1 - span.least
    return least, most
