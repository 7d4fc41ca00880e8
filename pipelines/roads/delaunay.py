"""Delaunay's edges, of distinct points: enough for a minimum spanning tree (why: :mod:`pipelines.gaps.trench`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import distinct

Floats = NDArray[np.float64]


def delaunay_edges(points: Floats) -> tuple[Ints, Ints]:
    """Return edges that contain every Euclidean minimum spanning tree of distinct points.

    Parameters
    ----------
    points : ndarray of float, shape (m, 2)
        No two the same.

    Returns
    -------
    i, j : ndarray of int64
        Each edge once, i < j.

    Notes
    -----
    Points on one line (to 1e-12 of its length) form a chain. A point that Qhull leaves out, because at
    the area's scale it cannot tell it from a neighbour, gets edges to its nearest points instead.
    """
    from scipy.spatial import Delaunay, QhullError, cKDTree

    m = len(points)
    if m < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    # Near the origin: Qhull squares the coordinates, and 6.5 million metres squared leaves no decimals.
    near = points - points.mean(axis=0)
    far = near - near[np.argmax(np.square(near - near[0]).sum(axis=1))]
    axis = far[np.argmax(np.square(far).sum(axis=1))]
    length = float(np.hypot(*axis))
    off = np.abs(far[:, 0] * axis[1] - far[:, 1] * axis[0]) / length
    if off.max() <= 1e-12 * length or m == 2:
        order = np.argsort(far @ axis, kind="stable")
        return _each_once(order[:-1], order[1:], m)
    try:
        mesh = Delaunay(near)
    except QhullError:  # all but collinear: let Qhull move the points by a hair
        mesh = Delaunay(near, qhull_options="Qbb Qc Qz Q12 QJ")
    corner: NDArray[Any] = mesh.simplices.astype(np.int64)
    i = np.concatenate([corner[:, 0], corner[:, 1], corner[:, 2]])
    j = np.concatenate([corner[:, 1], corner[:, 2], corner[:, 0]])
    held = np.zeros(m, np.bool_)
    held[corner] = True
    left_out = np.flatnonzero(~held)
    if len(left_out):
        _, close = cKDTree(near).query(near[left_out], k=min(m, 8))
        i = np.concatenate([i, np.repeat(left_out, close.shape[1])])
        j = np.concatenate([j, close.ravel()])
    return _each_once(i, j, m)


def _each_once(i: NDArray[Any], j: NDArray[Any], m: int) -> tuple[Ints, Ints]:
    low, high = np.minimum(i, j).astype(np.int64), np.maximum(i, j).astype(np.int64)
    key = distinct((low * m + high)[low != high])
    return key // m, key % m
