"""Two simple answers that the model must beat: the share spread evenly, and put on the sparsest cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def even(share: Floats, index: Ints) -> Floats:
    """Return each address's probability of being uncovered when PTS's share holds everywhere in its group.

    ``share`` is the group's share covered, shape (groups,); ``index`` each address's group.
    """
    return np.asarray(1 - share[index], dtype=np.float64)


def sparsest(share: Floats, index: Ints, households: Floats, remote: Floats, cell: Ints) -> Floats:
    """Return 1 for the sparsest cells' addresses until the group's households are used up, else 0.

    Parameters
    ----------
    share : ndarray of float, shape (groups,)
        Share of the group's households that is covered.
    index, cell : ndarray of int64, shape (n,)
        Group and cell of each address.
    households, remote : ndarray of float, shape (n,)
        ``remote``: of :func:`pipelines.coverage.remoteness.remoteness`, so the surroundings count, not the cell
        alone (which does worse). The address at the limit takes the rest, a part of 1.
    """
    order = np.lexsort((cell, -remote, index))
    total = np.bincount(index, weights=households, minlength=len(share))
    start = np.cumsum(total) - total
    group = index[order]
    before = np.cumsum(households[order]) - households[order] - start[group]
    left = ((1 - share) * total)[group] - before
    size = households[order]
    q = np.where(size > 0, np.clip(left / np.where(size > 0, size, 1.0), 0.0, 1.0), (left > 0).astype(float))
    out = np.empty(len(index))
    out[order] = q
    return out
