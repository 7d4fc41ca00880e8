"""The outline of each gap area: the union of its cells, by exact whole-metre arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import CELL_M, Ints, corner


def outlines(cells: Ints, cell_area: Ints, count: int) -> NDArray[Any]:
    """Return a MultiPolygon per area.

    Parameters
    ----------
    cells, cell_area : ndarray of int64, shape (c,)
        ``rutid`` and area of each cell; every area has at least one.
    count : int

    Returns
    -------
    ndarray of shapely.MultiPolygon, shape (count,)
        EPSG:3006. Cells that share an edge are merged; a MultiPolygon of squares would not be valid. Exterior
        rings run counter-clockwise.

    Notes
    -----
    Areas of the same number of cells are merged in one call: nearly all areas have only a few. Areas of the same cells,
    as those of two levels often are, are merged once.
    """
    import shapely

    order = np.lexsort((cells, cell_area))
    e, n = corner(cells[order])
    squares = shapely.box(e, n, e + CELL_M, n + CELL_M)
    sizes = np.bincount(cell_area, minlength=count)
    starts = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    alike: dict[bytes, int] = {}
    ends = zip(starts, starts + sizes, strict=True)
    same = np.array([alike.setdefault(cells[order[a:b]].tobytes(), i) for i, (a, b) in enumerate(ends)], np.int64)
    out = np.empty(count, dtype=object)
    for size in np.unique(sizes):
        areas = np.flatnonzero((sizes == size) & (same == np.arange(count)))
        members = squares[starts[areas, None] + np.arange(size)]
        merged = members[:, 0] if size == 1 else shapely.coverage_union_all(members, axis=1)
        parts, owner = shapely.get_parts(merged, return_index=True)
        out[areas] = shapely.multipolygons(parts, indices=owner)
    once = list(alike.values())
    out[once] = shapely.orient_polygons(shapely.normalize(out[once]))
    return out[same]
