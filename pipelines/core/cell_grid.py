"""Grid arithmetic: from a coordinate in SWEREF 99 TM to a cell and its names, without geometry.

A cell is half-open: it owns its lower and left edge, not its upper and right one. A cell is known by
one integer, ``rutid`` = E * 10**7 + N of its lower-left corner in whole metres, which is SCB's
``rutid_scb`` (E6 followed by N7) read as a number. Sorting by it runs column by column from the west.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

CELL_M = 250
KM_M = 1000
CELL_HA = CELL_M * CELL_M / 10_000
_N_SPAN = 10_000_000

Ints = NDArray[np.int64]


def cell_of(e_m: ArrayLike, n_m: ArrayLike, size_m: int = CELL_M) -> Ints:
    """Return the cell of each point.

    Parameters
    ----------
    e_m, n_m : array_like of float, shape (n,)
        Easting and northing in EPSG:3006, metres.
    size_m : int
        Side of the cell in metres.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``rutid`` of the cell (E * 10**7 + N of the lower-left corner).

    Examples
    --------
    >>> cell_of([394123.9, 394250.0], [6133999.9, 6133000.0])
    array([3940006133750, 3942506133000])
    """
    e = np.floor_divide(np.asarray(e_m, dtype=np.float64), size_m).astype(np.int64) * size_m
    n = np.floor_divide(np.asarray(n_m, dtype=np.float64), size_m).astype(np.int64) * size_m
    return e * _N_SPAN + n


def corner(rutid: ArrayLike) -> tuple[Ints, Ints]:
    """Return easting and northing (int metres) of the lower-left corner of each cell.

    >>> corner([3942506133000])
    (array([394250]), array([6133000]))
    """
    ids = np.asarray(rutid, dtype=np.int64)
    return ids // _N_SPAN, ids % _N_SPAN


def column_row(rutid: ArrayLike, size_m: int = CELL_M) -> tuple[Ints, Ints]:
    """Return column (from the west) and row (from the south) of each cell, in whole cells from 0, 0."""
    e, n = corner(rutid)
    return e // size_m, n // size_m


def from_column_row(column: ArrayLike, row: ArrayLike, size_m: int = CELL_M) -> Ints:
    """Return ``rutid`` from column and row; the inverse of :func:`column_row`."""
    c = np.asarray(column, dtype=np.int64)
    r = np.asarray(row, dtype=np.int64)
    return c * size_m * _N_SPAN + r * size_m


def parent(rutid: ArrayLike, size_m: int = KM_M) -> Ints:
    """Return the larger square (1 km unless told) that each cell lies in.

    >>> parent([3942506133750])
    array([3940006133000])
    """
    e, n = corner(rutid)
    return (e // size_m) * size_m * _N_SPAN + (n // size_m) * size_m


def scb_id(rutid: ArrayLike) -> NDArray[Any]:
    """Return SCB's id as text, 13 digits: E6 followed by N7 of the lower-left corner.

    >>> scb_id([3940006133000]).tolist()
    ['3940006133000']
    """
    text = np.asarray(rutid, dtype=np.int64).astype("U13")
    return np.char.zfill(text, 13) if text.size else text  # numpy's zfill takes no empty array


def inspire_id(rutid: ArrayLike, size_m: int = CELL_M) -> NDArray[Any]:
    """Return the INSPIRE cell code in SWEREF 99 TM.

    >>> inspire_id([3940006133000]).tolist()
    ['SE_CRS3006RES250mN6133000E394000']
    """
    e, n = corner(rutid)
    north = np.char.add(f"SE_CRS3006RES{size_m}mN", n.astype("U7"))
    return np.char.add(np.char.add(north, "E"), e.astype("U6"))


def texts_of(rutid: ArrayLike, size_m: int = CELL_M) -> tuple[Any, Any]:
    """Return :func:`scb_id` and :func:`inspire_id` as pandas texts, made column by column in Arrow.

    >>> [list(x) for x in texts_of([3940006133000])]
    [['3940006133000'], ['SE_CRS3006RES250mN6133000E394000']]
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pd.StringDtype(na_value=np.nan)
    e, n = (pc.cast(pa.array(x), pa.large_string()) for x in corner(rutid))
    scb = pc.utf8_lpad(pc.cast(pa.array(np.asarray(rutid, dtype=np.int64)), pa.large_string()), 13, "0")
    head, middle, nothing = (pa.scalar(x, pa.large_string()) for x in (f"SE_CRS3006RES{size_m}mN", "E", ""))
    inspire = pc.binary_join_element_wise(head, n, middle, e, nothing)
    return text.__from_arrow__(scb), text.__from_arrow__(inspire)


def parse_scb_id(text: ArrayLike) -> Ints:
    """Return ``rutid`` from SCB ids given as text or whole numbers."""
    column: Any = getattr(text, "array", text)
    if hasattr(column, "__arrow_array__"):  # pandas' texts, which Arrow reads without making a Python text of each
        import pyarrow as pa

        values = pa.array(column)
        if not values.null_count:
            return np.asarray(values.cast(pa.int64()), dtype=np.int64)
    return np.asarray(text).astype(np.int64)


def hilbert(column: ArrayLike, row: ArrayLike, order: int) -> Ints:
    """Return each cell's place along a Hilbert curve: near one another there, near one another on the map.

    Parameters
    ----------
    column, row : array_like of int
        From 0 to 2**order - 1.
    order : int
        The curve fills 2**order by 2**order cells, from the corner 0, 0 to its neighbour in the last column.

    Examples
    --------
    >>> hilbert([0, 0, 1, 1], [0, 1, 1, 0], 1)
    array([0, 1, 2, 3])
    """
    x, y = (np.array(v, dtype=np.int64) for v in (column, row))
    place = np.zeros(np.broadcast(x, y).shape, dtype=np.int64)
    for bit in reversed(range(order)):
        side = 1 << bit
        right, up = x >= side, y >= side
        place += side * side * ((3 * right) ^ up)
        x, y = x - side * right, y - side * up
        # In the two lower quarters the curve lies on its side, in the last of them also backwards.
        back = right & ~up
        x, y = np.where(back, side - 1 - x, x), np.where(back, side - 1 - y, y)
        x, y = np.where(up, x, y), np.where(up, y, x)
    return place


def wkb_squares(rutid: ArrayLike, size_m: int = CELL_M) -> NDArray[np.void]:
    """Return each cell as a WKB polygon, by arithmetic.

    Returns
    -------
    ndarray of void, shape (n,)
        93 bytes a cell: little-endian WKB Polygon, one counter-clockwise ring of five points.
    """
    e, n = corner(rutid)
    kind = np.dtype([("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("points", "<u4"), ("xy", "<f8", (5, 2))])
    out = np.zeros(len(e), dtype=kind)
    out["order"], out["type"], out["rings"], out["points"] = 1, 3, 1, 5
    for i, (dx, dy) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))):
        out["xy"][:, i, 0] = e + dx * size_m
        out["xy"][:, i, 1] = n + dy * size_m
    return out.view(f"V{kind.itemsize}")
