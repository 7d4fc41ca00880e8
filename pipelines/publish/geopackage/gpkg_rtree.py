"""A layer's spatial index (SQLite R-tree), packed: every node full, so that a window reads few of them.

GDAL grows the index a row at a time and leaves its nodes a third full: at the county's size 72 MB of 491. Here
it is built from the bottom, sort-tile-recursive, straight into the three tables in which SQLite keeps an R-tree
(their form is part of SQLite's file format, and its own ``rtreecheck`` judges the result).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.publish.geopackage import gpkg_arrow

if TYPE_CHECKING:
    from adbc_driver_sqlite.dbapi import Cursor

_ENTRY = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
"""An entry of a node: row or child node, then min x, max x, min y, max y."""
_HEAD = np.dtype([("depth", ">u2"), ("entries", ">u2")])
"""What stands before the entries; only the root tells the depth."""
ROOT = 1


def fill(db: Cursor, name: str, ids: NDArray[np.int64], bounds: NDArray[np.float64]) -> None:
    """Fill an R-tree that has been created and is empty.

    Parameters
    ----------
    name : str
        Name of the virtual table.
    ids : ndarray of int64, shape (n,)
        Rows.
    bounds : ndarray of float64, shape (n, 4)
        Their min x, min y, max x, max y.
    """
    ((size,),) = db.execute(f'SELECT length(data) FROM "{name}_node" WHERE nodeno = ?', (ROOT,)).fetchall()
    capacity = (size - _HEAD.itemsize) // _ENTRY.itemsize
    level = np.zeros(len(ids), _ENTRY)
    level["id"], level["box"] = ids, _outwards(bounds)
    depth, new = 0, ROOT + 1
    while len(level) > capacity:
        level = level[_tiled(level["box"], capacity)]
        starts = np.arange(0, len(level), capacity)
        nodes = np.arange(new, new + len(starts))
        new += len(starts)
        _belong(db, name, depth, level["id"], np.repeat(nodes, capacity)[: len(level)])
        data = pa.array((_node(level[i : i + capacity], size) for i in starts), pa.binary())
        gpkg_arrow.insert(db, f"{name}_node", pa.array(nodes), data)
        level, depth = _parents(level, starts, nodes), depth + 1
    _belong(db, name, depth, level["id"], np.full(len(level), ROOT))
    db.execute(f'UPDATE "{name}_node" SET data = ? WHERE nodeno = ?', (_node(level, size, depth), ROOT))


def _outwards(bounds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return min x, max x, min y, max y as 32-bit numbers that still hold the box."""
    exact = bounds[:, [0, 2, 1, 3]]
    near = exact.astype(np.float32)
    away = np.array([-np.inf, np.inf, -np.inf, np.inf], dtype=np.float32)
    inside = np.where(away < 0, near > exact, near < exact)
    return np.where(inside, np.nextafter(near, away), near)


def _tiled(box: NDArray[np.float32], capacity: int) -> NDArray[np.int64]:
    """Return an order in which every ``capacity`` entries lie close together: by columns, in each from the south."""
    x, y = box[:, 0] + box[:, 1], box[:, 2] + box[:, 3]
    columns = int(np.ceil(np.sqrt(len(box) / capacity)))
    by_x = np.argsort(x, kind="stable")
    column = np.empty(len(box), dtype=np.int64)
    # Whole nodes in a column: no node reaches over two.
    column[by_x] = np.arange(len(box)) // (-(-len(box) // (columns * capacity)) * capacity)
    return np.lexsort((x, y, column))


def _parents(level: NDArray[Any], starts: NDArray[np.int64], nodes: NDArray[np.int64]) -> NDArray[Any]:
    out = np.zeros(len(nodes), _ENTRY)
    out["id"] = nodes
    for side, of in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
        out["box"][:, side] = of.reduceat(level["box"][:, side].astype(np.float32), starts)
    return out


def _node(entries: NDArray[Any], size: int, depth: int = 0) -> bytes:
    head = np.array([(depth, len(entries))], _HEAD).tobytes()
    return (head + entries.tobytes()).ljust(size, b"\0")


def _belong(db: Cursor, name: str, depth: int, ids: NDArray[np.int64], nodes: NDArray[np.int64]) -> None:
    """Say in which node each row, or node, lies; in order, so that the table is full."""
    order = np.argsort(ids, kind="stable")
    table = "parent" if depth else "rowid"
    gpkg_arrow.insert(db, f"{name}_{table}", pa.array(ids[order].astype(np.int64)), pa.array(nodes[order]))
