"""Gap areas: which cells belong together and what each area is called.

A gap area is made of the cells that hold at least one address *utan*. Two such cells are joined when
their rows and their columns both differ by at most :data:`REACH`, whatever lies between; the cells
between do not belong. Cells decided wholly by evidence are never joined with cells that hold a
modelled address, so an area is either measured or modelled, never half of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints, column_row, scb_id

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]

REACH = 2
"""Cells: how far two cells of one area may be apart, in rows and in columns (docs/bristanalys.md)."""


@dataclass(frozen=True)
class GapAreas:
    """The gap areas of one threshold and measure, numbered by the lowest ``rutid`` among their cells.

    Attributes
    ----------
    count : int
        Number of areas.
    cells : ndarray of int64, shape (c,)
        ``rutid`` of every cell in an area, rising.
    cell_area : ndarray of int64, shape (c,)
        Area number of each of those cells.
    cell_utan : ndarray of int64, shape (c,)
        Addresses *utan* in each of those cells.
    address_area : ndarray of int64, shape (n,)
        Area number of each address (covered neighbours in the same cell included), -1 outside.
    modelled : ndarray of bool, shape (count,)
        Whether the area's cells hold modelled addresses.
    """

    count: int
    cells: Ints
    cell_area: Ints
    cell_utan: Ints
    address_area: Ints
    modelled: Bools


def components(rutid: Ints, group: NDArray[Any] | None = None, reach: int = REACH) -> Ints:
    """Number the connected components of cells.

    Parameters
    ----------
    rutid : ndarray of int64, shape (c,)
        Cells, each once.
    group : ndarray of int or bool, shape (c,), optional
        Cells of different groups are never joined.
    reach : int
        Largest difference in rows and in columns between joined cells.

    Returns
    -------
    ndarray of int64, shape (c,)
        Component of each cell, numbered from 0 by the lowest ``rutid`` in it.

    Notes
    -----
    A joined pair is one of (2 reach + 1)**2 - 1 shifts; half of them suffice, since the other half are
    the same pairs seen from the other cell. Each shift is one binary search over all cells: the time is
    O(c log c), with no geometry. The key leaves ``reach`` empty rows and columns at every edge, so that
    a shift never lands in the next column or in another group.

    Examples
    --------
    >>> from pipelines.core.cell_grid import from_column_row
    >>> components(from_column_row([0, 2, 5, 5], [0, 2, 2, 3])).tolist()
    [0, 0, 1, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if len(rutid) == 0:
        return np.zeros(0, dtype=np.int64)
    column, row = column_row(rutid)
    column, row = column - column.min(), row - row.min()
    width, height = int(column.max()) + 1 + reach, int(row.max()) + 1 + reach
    grouped = np.zeros(len(rutid), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    key = (grouped * width + column) * height + row
    order = np.argsort(key, kind="stable")
    keys = key[order]
    starts, ends = [], []
    for dc in range(reach + 1):
        for dr in range(-reach if dc else 1, reach + 1):
            goal = keys + dc * height + dr
            at = np.minimum(np.searchsorted(keys, goal), len(keys) - 1)
            hit = keys[at] == goal
            starts.append(order[hit])
            ends.append(order[at[hit]])
    i, j = np.concatenate(starts), np.concatenate(ends)
    graph = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(len(rutid), len(rutid)))
    _, found = connected_components(graph, directed=False)
    return _by_lowest(found, rutid)


def _by_lowest(labels: NDArray[Any], rutid: Ints) -> Ints:
    """Renumber components so that the one with the lowest ``rutid`` is 0, and so on."""
    order = np.argsort(rutid, kind="stable")
    _, first = np.unique(labels[order], return_index=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(len(first))
    return number[labels]


def find(cells: Ints, cell: Ints, utan: Bools, modelled: Bools) -> GapAreas:
    """Find the gap areas of one threshold and measure.

    Parameters
    ----------
    cells : ndarray of int64, shape (m,)
        ``rutid`` of every cell with addresses, rising.
    cell : ndarray of int64, shape (n,)
        Each address's index in ``cells``.
    utan : ndarray of bool, shape (n,)
        Whether the address counts as *utan*.
    modelled : ndarray of bool, shape (n,)
        Whether statistics, not evidence, decide the address. One such address, covered or not, makes
        its whole cell modelled.
    """
    number_utan = np.bincount(cell[utan], minlength=len(cells)).astype(np.int64)
    has_model = np.bincount(cell[modelled], minlength=len(cells)) > 0
    chosen = np.flatnonzero(number_utan)
    area = components(cells[chosen], has_model[chosen])
    count = int(area.max()) + 1 if len(area) else 0
    of_cell = np.full(len(cells), -1, dtype=np.int64)
    of_cell[chosen] = area
    by_area = np.zeros(count, dtype=np.bool_)
    by_area[area] = has_model[chosen]
    return GapAreas(count, cells[chosen], area, number_utan[chosen], of_cell[cell], by_area)


def own_ids(areas: GapAreas, troskel: int, matt: str) -> NDArray[Any]:
    """Return each area's own id: threshold-measure-``rutid_scb`` of its cell with most addresses *utan*.

    Ties go to the lowest ``rutid``. The id is unique, since a cell lies in one area only.
    """
    order = np.lexsort((areas.cells, -areas.cell_utan, areas.cell_area))
    _, first = np.unique(areas.cell_area[order], return_index=True)
    return np.char.add(f"{troskel}-{matt}-", scb_id(areas.cells[order[first]]))


def inherited_ids(areas: GapAreas, own: NDArray[Any], earlier: pd.DataFrame) -> NDArray[Any]:
    """Let areas keep the id they had in an earlier edition, where one is given.

    An area takes the id of the earlier area with which it shares most cells, and each earlier id goes
    to one area only: pairs are taken by falling number of shared cells, then by earlier id, then by
    area number. An area that inherits nothing keeps its own id; where that is taken by another, it gets
    the first free of ``-2``, ``-3`` … after it (an area split in two, both parts around the same cell).

    Parameters
    ----------
    areas : GapAreas
    own : ndarray of str, shape (count,)
        From :func:`own_ids`.
    earlier : DataFrame
        ``rutid`` (int64) and ``bristomrade_id`` of the same threshold and measure.

    Returns
    -------
    ndarray of object, shape (count,)
    """
    import pandas as pd

    here = pd.DataFrame({"rutid": areas.cells, "area": areas.cell_area})
    pairs = here.merge(earlier[["rutid", "bristomrade_id"]], on="rutid")
    pairs = pairs.groupby(["bristomrade_id", "area"], sort=True).size().rename("shared").reset_index()
    pairs = pairs.sort_values(["shared", "bristomrade_id", "area"], ascending=[False, True, True])
    ids = np.full(areas.count, None, dtype=object)
    while len(pairs):
        # Every pair that is the best left for both its sides is taken at once: the same as one by one.
        best = pairs[~pairs["bristomrade_id"].duplicated() & ~pairs["area"].duplicated()]
        ids[best["area"].to_numpy()] = best["bristomrade_id"].to_numpy()
        gone = pairs["bristomrade_id"].isin(best["bristomrade_id"]) | pairs["area"].isin(best["area"])
        pairs = pairs[~gone]
    taken = {x for x in ids if x is not None}
    for i in np.flatnonzero(ids == None):  # noqa: E711 (elementwise)
        ids[i] = _free(str(own[i]), taken)
        taken.add(ids[i])
    return ids


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
