"""Sums over groups of addresses: areas, their parts per kommun, and what lies dispersed outside them.

Weights: ``*_utan`` are expected numbers, the sum of (1 - p) over *all* addresses of the group's cells,
covered neighbours included; so areas and dispersed rows together sum to the cells. Only
``adresser_klassade`` counts the addresses that themselves count as *utan* (p below the limit): trench and
connection are for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.gaps.address_places import LEVELS, Bools, Floats, Places
from pipelines.tables.code_lists import KINDS


def counts(group: Ints, count: int, places: Places, p: Floats, utan: Bools) -> pd.DataFrame:
    """Sum addresses, people and households by group.

    Parameters
    ----------
    group : ndarray of int64, shape (n,)
        Group of each address, -1 for none.
    count : int
        Number of groups.
    p : ndarray of float, shape (n,)
        Probability of coverage.
    utan : ndarray of bool, shape (n,)
        Counts as *utan*.

    Returns
    -------
    DataFrame, ``count`` rows
        ``adresser``, ``befolkning``, ``hushall``, the three ``*_utan`` (expected), ``adresser_klassade``, and the
        ``*_utan`` of each of :data:`~pipelines.tables.code_lists.KINDS`, missing where it is of an address.
    """
    inside = group >= 0
    g = group[inside]
    lack = 1.0 - p[inside]
    people, households = places.befolkning[inside], places.hushall[inside]

    def total(weights: Floats) -> Floats:
        return np.bincount(g, weights=weights, minlength=count).astype(np.float64)

    return pd.DataFrame(
        {
            "adresser": np.bincount(g, minlength=count).astype(np.int64),
            "befolkning": total(people),
            "hushall": total(households),
            "adresser_utan": total(lack),
            "befolkning_utan": total(people * lack),
            "hushall_utan": total(households * lack),
            "adresser_klassade": np.bincount(g[utan[inside]], minlength=count).astype(np.int64),
            **{f"{x}_utan": total(each[inside] * lack) for x, each in zip(KINDS, places.kinds, strict=True)},
        }
    )


def underlag(group: Ints, count: int, level: Ints) -> NDArray[Any]:
    """Return what each group rests on: the one level of its addresses, blandat, or ingen without any."""
    inside = group >= 0
    key = group[inside] * len(LEVELS) + level[inside]
    there = np.bincount(key, minlength=count * len(LEVELS)).reshape(count, len(LEVELS)) > 0
    number = there.sum(axis=1)
    names = np.array([*LEVELS, "blandat", "ingen"], dtype=object)
    which = np.where(number == 1, there.argmax(axis=1), np.where(number > 1, len(LEVELS), len(LEVELS) + 1))
    return names[which]


def mean_by(group: Ints, count: int, values: Floats) -> Floats:
    """Return the mean of values by group; every group has at least one."""
    return np.bincount(group, weights=values, minlength=count) / np.bincount(group, minlength=count)


def land_by(land_cell_group: Ints, land_ha: Floats, count: int) -> Floats:
    """Return land by group; cells outside every group have -1."""
    inside = land_cell_group >= 0
    return np.bincount(land_cell_group[inside], land_ha[inside], count).astype(np.float64)


def lookup(keys: Ints, values: Ints) -> Ints:
    """Return the position of each value in rising ``keys``, -1 where it is not there."""
    if len(keys) == 0:
        return np.full(len(values), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(keys, values), len(keys) - 1)
    return np.where(keys[at] == values, at, -1).astype(np.int64)
