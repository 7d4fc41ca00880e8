"""Cells as bytes: where they are, and one byte per code or shuffled bytes per number, deflated and base64-coded.

A small stream of its own tells which cells there are and in which kommun: that is all the first picture needs. The grid
is read column by column from the west, each from the south; cells of one kommun after each other, or none, are a *run*.
The stream is each run's kommun (0: no cell), then how long each is.

The other stream is one bit per cell that says whether it has
addresses (lowest bit first), then every field in the order of the description. Most cells have no address, and
most fields say the same of all of those: such a field holds the other cells only. Numbers are *shuffled*: all
lowest bytes first, then all second ones, and so on, since like bytes side by side deflate better. What lacks 100
Mbit/s mostly lacks 30 as well: a field that is nearly the one before it is told as the difference. ``data.js`` is the
decoder.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid

Bytes = NDArray[np.uint8]
DIFFERENT = (1, 2)
"""Widths (bytes) of fields that may be told as differences: those a typed array has, so that it wraps by itself."""


@dataclass(frozen=True)
class Codes:
    """One field of codes: ``values[code]`` is the cell's value."""

    name: str
    values: tuple[str, ...]
    codes: Bytes


@dataclass(frozen=True)
class Numbers:
    """One field of counts, kept as whole ``1 / scale``."""

    name: str
    scale: int
    scaled: NDArray[np.uint32]
    empty: bool = False
    """Kept as one more than the number, 0 where there is none."""


def codes(name: str, column: Any, values: tuple[str, ...]) -> Codes:
    """Code a text column by its place in ``values``.

    Raises
    ------
    ValueError
        When the column holds a value that is not among ``values``, or there are more than 256.
    """
    import pandas as pd

    kept = column if isinstance(column, pd.Series | pd.Categorical) else np.asarray(column, dtype=object)
    place, found = pd.factorize(kept)
    code = pd.Index(values).get_indexer(found)
    if len(values) > 256 or (code < 0).any() or (place < 0).any():
        raise ValueError(f"{name}: värden utanför {values[:12]}")
    return Codes(name, values, code.astype(np.uint8)[place])


def truths(name: str, column: Any) -> Codes:
    """Code a column of truths as no and yes."""
    return Codes(name, ("nej", "ja"), np.asarray(column, dtype=bool).astype(np.uint8))


def numbers(name: str, column: Any, scale: int = 10) -> Numbers:
    """Round a count to whole ``1 / scale``, halves up, after the six decimals the products carry."""
    rounded = np.round(np.asarray(column, dtype=np.float64), 6)
    return Numbers(name, scale, np.floor(rounded * scale + 0.5).astype(np.uint32))


def pack_cells(
    rutid: Any, kommun: Codes, fields: list[Codes | Numbers], lived: Any = None
) -> tuple[dict[str, Any], str, str]:
    """Pack cells and their fields.

    Parameters
    ----------
    rutid : array_like of int, shape (n,)
        Cells, strictly ascending (column by column from the west, each from the south).
    kommun : Codes
        Each cell's kommun, of at most 255.
    fields : list
        Each of length n.
    lived : array_like of bool, shape (n,), optional
        Cells with addresses; all of them when not given.

    Returns
    -------
    description : dict
        Size and origin of the grid (whole cells from 0, 0 in EPSG:3006), its runs, and the fields in order.
    where, what : str
        Base64 of the deflated streams.
    """
    column, row = cell_grid.column_row(rutid)
    west, south = (int(column.min()), int(row.min())) if len(column) else (0, 0)
    wide, high = (int(np.ptp(column)) + 1, int(np.ptp(row)) + 1) if len(column) else (0, 0)
    place = (column - west) * high + (row - south)
    if (np.diff(place) <= 0).any():
        raise ValueError("rutorna är inte sorterade eller inte unika")
    if len(kommun.values) > 255:
        raise ValueError("fler än 255 kommuner")
    every = np.zeros(wide * high, dtype=np.uint8)
    every[place] = kommun.codes + 1
    first = np.flatnonzero(np.diff(every, prepend=every[:1] ^ 1))
    width, lengths = pack_numbers(np.diff(first, append=len(every)))
    mask = np.ones(len(column), dtype=bool) if lived is None else np.asarray(lived, dtype=bool)
    described, body = pack_fields(fields, mask)
    description = {
        "antal": len(column),
        "cell_m": cell_grid.CELL_M,
        "kolumn0": west,
        "rad0": south,
        "kolumner": wide,
        "rader": high,
        "kommuner": list(kommun.values),
        "foljder": len(first),
        "byte": width,
        "bebodda": int(mask.sum()),
        "falt": described,
    }
    where = deflate(every[first].tobytes() + lengths)
    return description, where, deflate(np.packbits(mask, bitorder="little").tobytes() + body)


def pack_fields(fields: list[Codes | Numbers], lived: Any = None) -> tuple[list[dict[str, Any]], bytes]:
    """Return the fields' descriptions and their bytes, in order.

    A field that holds one value wherever ``lived`` is false is told of the other rows only; its ``tom`` is
    that value. One with ``mot`` (the name of a field before it, as wide and of the same rows) is told as what is to be
    added to that, modulo 256 a byte.
    """
    told, stream = [], []
    before: dict[tuple[int, bool], tuple[str, NDArray[Any]]] = {}
    for f in fields:
        description, values = _describe(f), f.codes if isinstance(f, Codes) else f.scaled
        if lived is not None and not lived.all():
            empty = values[~lived]
            if (empty == empty[0]).all():
                description["tom"], values = int(empty[0]), values[lived]
        width, values = int(description["byte"]), values.astype(np.uint32)
        kind, written = (width, "tom" in description), values
        if kind in before and width in DIFFERENT:
            name, base = before[kind]
            gap = (values - base) & ((1 << 8 * width) - 1)
            if 2 * np.count_nonzero(gap) < np.count_nonzero(values):
                description["mot"], written = name, gap
        before[kind] = f.name, values
        told.append(description)
        stream.append(_shuffle(written, width))
    return told, b"".join(stream)


def pack_numbers(values: Any) -> tuple[int, bytes]:
    """Return how many bytes whole numbers take, and the numbers shuffled."""
    field = Numbers("", 1, np.asarray(values).astype(np.uint32))
    return _width(field), _shuffle(field.scaled, _width(field))


def deflate(body: bytes) -> str:
    """Deflate (zlib format, the one ``DecompressionStream('deflate')`` reads) and base64-code."""
    # Level 6: on runs as long as these level 9 takes 30 times as long and saves 2 %.
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS, 9)
    return base64.b64encode(packer.compress(body) + packer.flush()).decode("ascii")


def _describe(field: Codes | Numbers) -> dict[str, Any]:
    if isinstance(field, Codes):
        return {"namn": field.name, "slag": "kod", "byte": 1, "varden": list(field.values)}
    told = {"namn": field.name, "slag": "tal", "byte": _width(field), "skala": field.scale}
    return {**told, "tomt": True} if field.empty else told


def _width(field: Numbers) -> int:
    top = int(field.scaled.max(initial=0))
    return max(1, (top.bit_length() + 7) // 8)


def _shuffle(values: NDArray[np.uint32], width: int) -> bytes:
    planes = values.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :width]
    return np.ascontiguousarray(planes.T).tobytes()
