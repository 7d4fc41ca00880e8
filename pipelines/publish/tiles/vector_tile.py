"""A layer of polygons as a vector tile (Mapbox Vector Tile 2.1): whole numbers seven bits a byte, each text once.

A message is its fields after one another: a key that tells which and of what kind, then a number, or a length and so
many bytes. Keys and values of a layer stand in the order in which its features first name them, as GDAL writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
MOVE, LINE, CLOSE = 9, 2, 15
"""Move to one point; a line to as many as the number above these three bits; close the ring."""
_POLYGON = 3
_LAYER, _NAME, _FEATURES, _KEYS, _VALUES = b"\x1a", b"\x0a", 0x12, b"\x1a", b"\x22"
_TAGS, _TYPE, _GEOMETRY = 0x12, 0x18, 0x22
_EXTENT, _VERSION_2 = b"\x28", b"\x78\x02"
_TEXT, _WHOLE, _TRUE = b"\x0a", b"\x28", b"\x38"


@dataclass(frozen=True)
class Attributes:
    """What features have besides their shapes.

    Attributes
    ----------
    names : list of str
    values : list of bytes
        All values there are, as messages.
    place : ndarray of int64, shape (features, names)
        Which value each feature has, or -1.
    """

    names: list[str]
    values: list[bytes]
    place: Ints


def attributes(frame: pd.DataFrame) -> Attributes:
    """Return the columns of a table: texts, whole numbers from 0 and truths; what is missing is left out."""
    known: dict[bytes, int] = {}
    places = []
    for name in frame:
        code, values = pd.factorize(frame[name])
        number = np.array([known.setdefault(_value(x), len(known)) for x in values], dtype=np.int64)
        places.append(np.where(code < 0, -1, np.append(number, -1)[code]))
    return Attributes([str(name) for name in frame], list(known), np.column_stack(places))


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return _TEXT + _sized(value.encode())
    if isinstance(value, bool | np.bool_):
        return _TRUE + varint(int(value))
    return _WHOLE + varint(int(value))


def rings(corners: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the commands that draw each polygon's ring, -1 where there is none, and which have a ring at all.

    Parameters
    ----------
    corners : ndarray of int64, shape (n, points, 2)
        From a tile's upper left, right and down, in units of its extent; the last point again where a ring has fewer.
        What is rounded to one point is one.
    """
    step = np.diff(corners, axis=1, prepend=0)
    told = (step != 0).any(axis=2)
    told[:, 0] = True
    last = told.shape[1] - 1 - told[:, ::-1].argmax(axis=1)
    one = np.arange(len(corners))
    told[one, last] &= (corners[one, last] != corners[:, 0]).any(axis=1) | (last == 0)
    lines = told.sum(axis=1) - 1
    zigzag = np.where(told[:, :, None], np.where(step < 0, -2 * step - 1, 2 * step), -1).reshape(len(corners), -1)
    line, close = (np.full(len(corners), x) for x in (LINE, CLOSE))
    move = np.full(len(corners), MOVE)
    return np.column_stack([move, zigzag[:, :2], line + 8 * lines, zigzag[:, 2:], close]), lines >= 2


def layer(name: str, extent: int, of: Attributes, which: Ints, drawn: Ints) -> bytes:
    """Return a tile of one layer: the features ``which`` of the attributes, drawn by commands as of :func:`rings`."""
    place = of.place[which]
    key, keys = _by_appearance(np.where(place < 0, -1, np.arange(place.shape[1])), len(of.names))
    value, values = _by_appearance(place, len(of.values))
    tags = np.stack([key, value], axis=2).reshape(len(which), -1)
    parts = [
        _NAME + _sized(name.encode()),
        _features(tags, drawn),
        *(_KEYS + _sized(of.names[i].encode()) for i in keys),
        *(_VALUES + _sized(of.values[i]) for i in values),
        _EXTENT + varint(extent),
        _VERSION_2,
    ]
    return _LAYER + _sized(b"".join(parts))


def _by_appearance(place: Ints, many: int) -> tuple[Ints, list[int]]:
    """Return which in the order of their first appearance, row by row, and what that order is; -1 stays.

    >>> _by_appearance(np.array([[4, 2], [-1, 4], [2, 0]]), 5)
    (array([[ 0,  1],
           [-1,  0],
           [ 1,  2]]), [4, 2, 0])
    """
    seen = place[place >= 0]
    number = np.full(many + 1, -1, dtype=np.int64)
    number[seen[::-1]] = np.arange(len(seen))[::-1]
    order = seen[number[seen] == np.arange(len(seen))]
    number[order] = np.arange(len(order))
    return number[place], order.tolist()


def _features(tags: Ints, drawn: Ints) -> bytes:
    """Return features of a layer: a row each of keys and values, and of commands."""
    sizes = [(_size(part) * (part >= 0)).sum(axis=1) for part in (tags, drawn)]
    size = sum(sizes) + sum(map(_size, sizes)) + 4

    def all_of(number: int) -> Ints:
        return np.full(len(tags), number)

    rows = [all_of(_FEATURES), size, all_of(_TAGS), sizes[0], tags]
    rows += [all_of(_TYPE), all_of(_POLYGON), all_of(_GEOMETRY), sizes[1], drawn]
    numbers = np.column_stack(rows).ravel()
    return _varints(numbers[numbers >= 0])


def _size(numbers: Ints) -> Ints:
    """Return how many bytes each number takes."""
    return np.searchsorted(1 << np.arange(7, 35, 7), numbers, side="right") + 1


def _varints(numbers: Ints) -> bytes:
    size = _size(numbers)
    first = np.cumsum(size) - size
    out = np.empty(size.sum(), dtype=np.uint8)
    for i in range(size.max(initial=0)):
        has = size > i
        more = np.where(size[has] > i + 1, 0x80, 0)
        out[first[has] + i] = (numbers[has] >> 7 * i) & 0x7F | more
    return out.tobytes()


def varint(number: int) -> bytes:
    r"""Return a whole number seven bits a byte, the lowest first.

    >>> varint(1), varint(300)
    (b'\x01', b'\xac\x02')
    """
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _sized(body: bytes) -> bytes:
    return varint(len(body)) + body
