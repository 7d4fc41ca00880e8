"""Which cells hang together. Fibre comes village by village: addresses of one village get it together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid

Ints = NDArray[np.int64]
VILLAGE_GAP = 1
"""Inhabited cells that touch, corner to corner, belong together."""
SQUARE_M = 5000
"""Side of the squares that intervals are told for: about the reach of one fibre association (antagande)."""


def components(cells: Ints, gap: int) -> Ints:
    """Number the groups of cells joined when columns and rows both differ by at most ``gap``.

    >>> components(np.array([3940006133000, 3942506133250, 4000006133000]), 1)
    array([0, 0, 1])
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    column, row = cell_grid.column_row(cells)
    ordered = np.sort(cells)
    position = np.argsort(cells, kind="stable")
    pairs = []
    for dc in range(gap + 1):
        for dr in range(-gap, gap + 1):
            if (dc, dr) <= (0, 0):
                continue
            other = cell_grid.from_column_row(column + dc, row + dr)
            at = np.minimum(np.searchsorted(ordered, other), len(cells) - 1)
            here = np.flatnonzero(ordered[at] == other)
            pairs.append((here, position[at[here]]))
    a, b = (np.concatenate(x) for x in zip(*pairs, strict=True))
    graph = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(cells), len(cells)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def villages(cells: Ints) -> Ints:
    """Number the villages: cells that hang together, cut by 1 km squares.

    A town hangs together over many kilometres but is built one district at a time; the kilometre squares
    cut it into parts of about a district's size (antagande).
    """
    joined = components(cells, VILLAGE_GAP)
    _, km = np.unique(cell_grid.parent(cells), return_inverse=True)
    key = km.reshape(-1) * (int(joined.max()) + 1) + joined
    return np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)


def squares(cells: Ints) -> Ints:
    """Return the 5 × 5 km square of each cell, named as a cell is by its lower-left corner."""
    return cell_grid.parent(cells, SQUARE_M)
