"""Lines as WKB, straight from their vertices: what many short lines come to without an object of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.roads.line_parts import NO_LINES, Floats, Vertices

if TYPE_CHECKING:
    import pyarrow as pa

_LINE, _MANY = 2, 5
_HEAD = 9
"""Bytes before what a line or several hold: byte order, kind, and how many vertices or lines."""


def lines(xy: Floats, count: Ints) -> pa.Array:
    """Return a LineString of so many of the vertices each, in order."""
    import pyarrow as pa

    body, first = _bytes(xy, count)
    return pa.Array.from_buffers(pa.large_binary(), len(count), [None, pa.py_buffer(first), pa.py_buffer(body)]).cast(
        pa.binary()
    )


def vertices(wkb: pa.Array) -> Vertices:
    """Return the vertices of LineStrings as :func:`lines` writes them, and how many each has.

    >>> xy, count = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0]]), np.array([2, 3])
    >>> [bool((x == y).all()) for x, y in zip(vertices(lines(xy, count)), (xy, count), strict=True)]
    [True, True]
    """
    if not len(wkb):
        return NO_LINES
    first = np.frombuffer(wkb.buffers()[1], np.int32)[wkb.offset :][: len(wkb) + 1].astype(np.int64)
    body = np.frombuffer(wkb.buffers()[2], np.uint8)
    inside = np.zeros(len(body), np.bool_)
    inside[first[0] : first[-1]] = True
    inside[first[:-1, None] + np.arange(_HEAD)] = False
    return body[inside].view("<f8").reshape(-1, 2), (np.diff(first) - _HEAD) // 16


def multilines(xy: Floats, count: Ints, row: Ints, rows: int) -> list[bytes]:
    """Return a MultiLineString for each row.

    Parameters
    ----------
    xy, count
        Vertices of all lines, and how many each has.
    row : ndarray of int64, shape (lines,)
        Whose each line is, rising; every row has at least one.
    """
    body, first = _bytes(xy, count)
    number = np.bincount(row, minlength=rows)
    ends = first[np.append(0, np.cumsum(number))]
    heads = _heads(_MANY, number)
    return [h.tobytes() + body[a:b].tobytes() for h, a, b in zip(heads, ends[:-1], ends[1:], strict=True)]


def lengths(xy: Floats, count: Ints) -> Floats:
    """Return the metres of each line, summed in order."""
    step = xy[1:] - xy[:-1]
    owner = np.repeat(np.arange(len(count)), count)
    within = owner[1:] == owner[:-1]
    metres = np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])[within]
    return np.bincount(owner[1:][within], weights=metres, minlength=len(count)).astype(np.float64)


def _bytes(xy: Floats, count: Ints) -> tuple[NDArray[np.uint8], Ints]:
    """Return the LineStrings' bytes after each other, and where each begins (and the last ends)."""
    first = np.append(0, np.cumsum(_HEAD + 16 * count)).astype(np.int64)
    head = first[:-1, None] + np.arange(_HEAD)
    out, vertex = np.empty(first[-1], np.uint8), np.ones(first[-1], np.bool_)
    out[head], vertex[head] = _heads(_LINE, count), False
    out[vertex] = np.ascontiguousarray(xy, "<f8").view(np.uint8).ravel()
    return out, first


def _heads(kind: int, number: Ints) -> NDArray[np.uint8]:
    """Return the first bytes of each: little-endian, its kind, how many it holds."""
    out = np.zeros(len(number), np.dtype([("order", "u1"), ("kind", "<u4"), ("number", "<u4")]))
    out["order"], out["kind"], out["number"] = 1, kind, number
    return out.view(np.uint8).reshape(-1, _HEAD)
