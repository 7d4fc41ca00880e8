"""What is known of each inhabited cell without any evidence: remoteness, nearness to towns, people.

Cell arithmetic only: sums over squares of cells come from a summed-area table, distances from a tree of
cells. Every feature is a logarithm, so that a factor counts the same at all densities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid
from pipelines.coverage.small_area.contiguity import components

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

REACHES = (0, 2, 4, 8, 20)
"""Cells to each side in the sums of addresses: squares of 0.25, 1.25, 2.25, 4.25 and 10.25 km: from a yard over
a village to a district (antagande)."""
PEOPLE_REACHES = (1, 4)
NAMES = (
    *(f"ln_adresser_{2 * k + 1}x{2 * k + 1}" for k in REACHES),
    "ln_km_till_tatort",
    "ln_tatortens_adresser",
    *(f"ln_folk_per_adress_{2 * k + 1}x{2 * k + 1}" for k in PEOPLE_REACHES),
)
TOWN_GAP = 2
"""Cells of a town hang together over one empty cell."""


@dataclass(frozen=True)
class Features:
    """Features of the m inhabited cells.

    Attributes
    ----------
    cells : ndarray of int64, shape (m,)
        ``rutid``, rising.
    cell : ndarray of int64, shape (n,)
        Each address's index in ``cells``.
    values : ndarray of float, shape (m, len(NAMES))
    """

    cells: Ints
    cell: Ints
    values: Floats


def make(addresses: pd.DataFrame, people: Floats) -> Features:
    """Return the features of every cell that holds an address.

    Parameters
    ----------
    addresses : DataFrame
        ``rutid``, ``ortstyp``, ``omradestyp``: one row an address.
    people : ndarray of float, shape (n,)
        People on each address.
    """
    cells, cell, count = np.unique(addresses["rutid"].to_numpy(), return_inverse=True, return_counts=True)
    folk = np.asarray(np.bincount(cell, people, len(cells)), dtype=np.float64)
    near = {k: box_sums(cells, count.astype(np.float64), k) for k in {*REACHES, *PEOPLE_REACHES}}
    columns = [np.log(near[k]) for k in REACHES]
    town = np.bincount(cell, weights=in_town(addresses), minlength=len(cells)) > 0
    away, size = nearest_town(cells, count, town)
    columns += [np.log1p(away), np.log(size)]
    for k in PEOPLE_REACHES:
        columns.append(np.log1p(box_sums(cells, folk, k) / near[k]))
    return Features(cells, cell.astype(np.int64), np.column_stack(columns))


def in_town(addresses: pd.DataFrame) -> Bools:
    """Say which addresses are in the dense network: in a tätort; without polygons, the tätbebyggda."""
    inside = (addresses["ortstyp"] == "tatort").to_numpy()
    return inside if inside.any() else (addresses["omradestyp"] == "tatbebyggt").to_numpy()


def box_sums(cells: Ints, values: Floats, reach: int) -> Floats:
    """Return for each cell the sum over the ``2·reach + 1`` cells squared that it is the centre of.

    Notes
    -----
    ``values`` ≥ 0. Counts are exact; sums of people are rounded, and never below 0.

    Examples
    --------
    >>> cells = np.array([3940006133000, 3942506133250, 4000006133000])
    >>> box_sums(cells, np.array([1.0, 2.0, 4.0]), 1)
    array([3., 3., 4.])
    """
    column, row = cell_grid.column_row(cells)
    x, y = column - column.min() + 1, row - row.min() + 1
    table = np.zeros((int(x.max()) + 1, int(y.max()) + 1))
    table[x, y] = values
    np.cumsum(table, axis=0, out=table)
    np.cumsum(table, axis=1, out=table)
    west, east = np.maximum(x - reach - 1, 0), np.minimum(x + reach, table.shape[0] - 1)
    south, north = np.maximum(y - reach - 1, 0), np.minimum(y + reach, table.shape[1] - 1)
    sums = table[east, north] - table[west, north] - table[east, south] + table[west, south]
    return np.asarray(np.maximum(sums, 0.0), dtype=np.float64)


def nearest_town(cells: Ints, count: Ints, town: Bools) -> tuple[Floats, Floats]:
    """Return each cell's distance (km, between cells) to the nearest town cell, and that town's addresses.

    Without any town, the cell with most addresses is one (ties: the first).
    """
    from scipy.spatial import cKDTree

    if not town.any():
        town = np.arange(len(cells)) == int(np.argmax(count))
    label = components(cells[town], TOWN_GAP)
    size = np.asarray(np.bincount(label, count[town]), dtype=np.float64)[label]
    places = np.column_stack(cell_grid.column_row(cells)).astype(np.float64)
    away, which = cKDTree(places[town]).query(places)
    # Of equally near towns the largest, so that neither the order of rows nor the tree decides.
    ties = _equally_near(places, places[town], away, size)
    return away * cell_grid.CELL_M / 1000, np.maximum(size[which], ties)


def _equally_near(places: Floats, towns: Floats, away: Floats, size: Floats) -> Floats:
    """Return the largest town among a cell's few nearest that are as near as the nearest."""
    from scipy.spatial import cKDTree

    k = min(8, len(towns))
    distance, which = cKDTree(towns).query(places, k=k)
    distance, which = distance.reshape(len(places), k), which.reshape(len(places), k)
    largest = np.where(distance <= away[:, None] + 1e-9, size[which], 0.0).max(axis=1)
    return np.asarray(largest, dtype=np.float64)
