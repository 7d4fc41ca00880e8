"""How sure the expected number of households without coverage of a project is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.coverage.small_area.intervals import NORMAL
from pipelines.people.households import SHARED

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


ALIKE = 0.5
"""Variance per household of what the houses of a project have in common (antagande, tried on simulated data)."""


def variance(
    project: Ints,
    count: int,
    hushall: Floats,
    utan: Floats,
    placed: Floats,
    modelled: Bools,
    kind: Ints,
    together: Floats,
) -> Floats:
    """Return the variance of the number of households without coverage in each project.

    Three things are unknown: what an address has, where the households are, and (where the model decides) how far
    neighbours share the same fate. With h households expected at an address, q the probability that it lacks coverage
    and s² = q (1 - q), a project has

    - of addresses that evidence decides, Σ h² s²: each errs on its own;
    - of modelled ones, (1 - r) Σ h² s² + r (Σ h s)² in each class, r being how much of it neighbours share;
    - of placement, Σ v q times :data:`SHARED`: v is the variance of the households at an address, and neighbours share
      errors in where people live; and :data:`ALIKE` of Σ h q, since the houses of a project are alike: a village may be
      emptier or fuller than the rest of its square.

    Parameters
    ----------
    project : ndarray of int64, shape (n,)
        Project of each address, 0 … count - 1.
    hushall, utan : ndarray of float, shape (n,)
        h and q.
    placed : ndarray of float, shape (n,)
        v.
    modelled : ndarray of bool, shape (n,)
    kind : ndarray of int64, shape (n,)
        Class of each address: index in ``together``.
    together : ndarray of float, shape (classes,)
        r (0-1) of each class.

    Examples
    --------
    Two modelled addresses of one household, one in two without: 0.5 on their own and 1 wholly together, and placement
    with a variance of 1 adds 1.5, and what they are alike in 0.5.

    >>> one, two, q, yes = np.zeros(2, np.int64), np.ones(2), np.full(2, 0.5), np.ones(2, np.bool_)
    >>> [variance(one, 1, two, q, two, yes, one, np.array([r])).tolist() for r in (0.0, 1.0)]
    [[2.5], [3.0]]
    """

    def total(values: Floats, group: Ints = project, size: int = count) -> Floats:
        return np.bincount(group, weights=values, minlength=size).astype(np.float64)

    spread = hushall * np.sqrt(utan * (1 - utan))
    classes = len(together)
    own = np.where(modelled, 1 - together[kind], 1.0) * spread**2
    shared = total(np.where(modelled, spread, 0.0), project * classes + kind, count * classes).reshape(count, classes)
    return (
        total(own) + (together * shared**2).sum(axis=1) + SHARED * total(placed * utan) + ALIKE * total(hushall * utan)
    )


def limits(expected: Floats, spread: Floats, share: float = 0.9) -> tuple[Floats, Floats]:
    """Return an interval that holds the number with probability ``share``, as much left out below as above.

    Parameters
    ----------
    expected, spread : ndarray of float, shape (projects,)
        Mean and variance; a gamma distribution with both, since small numbers are skewed and none is below 0.

    Examples
    --------
    >>> [x.round(1).tolist() for x in limits(np.array([0.0, 2.0, 40.0]), np.array([0.0, 2.0, 40.0]))]
    [[0.0, 0.4, 30.2], [0.0, 4.7, 50.9]]
    """
    from scipy.special import gammaincinv

    some = (expected > 0) & (spread > 0)
    shape = np.where(some, expected, 1.0) ** 2 / np.where(some, spread, 1.0)
    scale = np.where(some, spread, 0.0) / np.where(some, expected, 1.0)
    low, high = (gammaincinv(shape, x) * scale for x in ((1 - share) / 2, (1 + share) / 2))
    return np.where(some, low, expected), np.where(some, high, expected)


def of_several(expected: Floats, low: Floats, high: Floats) -> tuple[float, float]:
    """Return a 90 % interval of what several projects together lack: each errs on its own.

    Parameters
    ----------
    expected, low, high : ndarray of float, shape (projects,)
        Expected number without and the ends of each project's own 90 % interval.

    Examples
    --------
    Of one project nearly its own; of a hundred alike ten times as wide, not a hundred.

    >>> [of_several(np.full(n, 40.0), np.full(n, 30.2), np.full(n, 50.9))[1].__round__() for n in (1, 100)]
    [51, 4104]
    """
    spread = (((high - low) / (2 * NORMAL)) ** 2).sum()
    (least,), (most,) = limits(np.array([expected.sum()]), np.array([spread]))
    return float(least), float(most)
