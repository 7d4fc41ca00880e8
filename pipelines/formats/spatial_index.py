"""Can a GeoPackage's own spatial index be trusted? One that lacks a row hides a lake without a word.

A program that writes rows without SpatiaLite's functions leaves the index behind: rows are missing from it,
or stand in it with their old boxes. Reading everything is the safe way, and fast enough for all but the largest.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from functools import lru_cache

from pipelines.formats.gpkg_contents import Layer, opened

READ_WHOLE_BYTES = 512 << 20
"""Up to this size a file is read whole: about a second for each 300 MB, and no index is asked."""
SAMPLE = 2000
"""Boxes compared with their geometries in a file that is larger: evenly taken, some milliseconds in all."""
MISSING = "saknas"
_ENVELOPES = {1: 4, 2: 6, 3: 6, 4: 8}
_FLOAT32 = 2.0**-22


def trusted(layer: Layer) -> bool:
    """Tell whether the layer is so large that its index is worth using, and the index is whole and right."""
    return is_large(layer) and not fault(layer)


def is_large(layer: Layer) -> bool:
    """Tell whether the layer lies in a file that would take long to read whole."""
    data = layer.data
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    return size > READ_WHOLE_BYTES


def fault(layer: Layer) -> str:
    """Return what is wrong with a layer's spatial index, in Swedish; empty when nothing is found.

    Rows with geometry are counted in the table and in the index. Nothing of a geometry but its first bytes is read.
    """
    if isinstance(layer.data, bytes):
        return _fault(layer)
    now = layer.data.stat()
    return _fault_then(layer, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=16)
def _fault_then(layer: Layer, size: int, mtime_ns: int) -> str:
    """Ask once of a large file as it stands: whoever reads it asks, and whoever tells of it."""
    return _fault(layer)


def _fault(layer: Layer) -> str:
    index = f"rtree_{layer.name}_{layer.geometry}"
    try:
        with closing(opened(layer)) as db:
            there = {str(n).lower() for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if index.lower() not in there:
                return MISSING
            table, column = _quoted(layer.name), _quoted(layer.geometry)
            (rows,) = db.execute(f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL").fetchone()
            (held,) = db.execute(f"SELECT count(*) FROM {_quoted(index + '_rowid')}").fetchone()
            if rows != held:
                return f"har {held} av {rows} rader"
            wrong = sum(_elsewhere(db, table, column, index, i) for i in _spread(db, table))
            return f"har fel läge för {wrong} av {SAMPLE} prövade ytor" if wrong else ""
    except sqlite3.Error:  # the rows are read without it; what is wrong with them is told there
        return "går inte att läsa"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _spread(db: sqlite3.Connection, table: str) -> list[int]:
    """Return row ids evenly between the lowest and the highest; any that stands there, or the next."""
    low, high = db.execute(f"SELECT min(rowid), max(rowid) FROM {table}").fetchone()
    if low is None:
        return []
    step = max((high - low) // SAMPLE, 1)
    return [low + i * step for i in range(min(SAMPLE, high - low + 1))]


def _elsewhere(db: sqlite3.Connection, table: str, column: str, index: str, near: int) -> bool:
    """Tell whether the index has the row's box elsewhere than its geometry has it, or not at all."""
    found = db.execute(
        f"SELECT rowid, substr({column}, 1, 40) FROM {table} WHERE rowid >= ? AND {column} IS NOT NULL LIMIT 1", (near,)
    ).fetchone()
    if found is None or (said := _envelope(found[1])) is None:
        return False
    box = db.execute(f"SELECT minx, maxx, miny, maxy FROM {_quoted(index)} WHERE id = ?", (found[0],)).fetchone()
    if box is None:
        return True
    slack = max(map(abs, said)) * _FLOAT32  # the index holds single precision, rounded outwards
    return any(abs(a - b) > slack for a, b in zip(box, said, strict=True))


def _envelope(head: object) -> tuple[float, ...] | None:
    """Return west, east, south, north out of a GeoPackage geometry's head; None when it has none (or is empty)."""
    if (
        not isinstance(head, bytes)
        or len(head) < 40
        or head[:2] != b"GP"
        or head[3] & 16
        or (head[3] >> 1 & 7) not in _ENVELOPES
    ):
        return None
    return struct.unpack(("<" if head[3] & 1 else ">") + "4d", head[8:40])
