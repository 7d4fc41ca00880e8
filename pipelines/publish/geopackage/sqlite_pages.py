"""Rows of a table as pages of SQLite's file format: columns in, no row and no value taken one at a time.

SQLite is given a value at a time: a county's cells and addresses are 23 million, half of the time the file takes. Here
a batch's rows are laid out at once, as the format says (https://sqlite.org/fileformat2.html, «B-tree Pages» and
«Record Format»), and the tree over them is made when the last page is known. A row stands in a *cell*: the lengths of
its record and its rowid, then the record: a head with a *serial type* for each column, and the values themselves.
SQLite's own ``integrity_check`` judges the result, and reading it back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

_NULL, _REAL, _ZERO, _BLOB, _TEXT = 0, 7, 8, 12, 13
"""Serial types: nothing, eight bytes of a number, the whole number 0 (1 is next), and with twice the length added."""
_WHOLE = np.array([1, 2, 3, 4, 6, 8])
"""Bytes of a whole number, by serial type from 1."""
_LARGEST = np.array([2 ** (8 * n - 1) - 1 for n in _WHOLE[:-1].tolist()])
_LEAF, _INNER = 13, 5
_LEAF_HEAD, _INNER_HEAD = 8, 12
_ROOM = 35
"""Bytes of a page that a record may not take; a longer one would go on in pages of its own."""
_LOCKED_AT = 1 << 30
"""Byte of the file whose page SQLite never uses."""


class Values(NamedTuple):
    """A column of a batch: each value's serial type, and where its bytes stand.

    Attributes
    ----------
    serial, start, size : ndarray of int64, shape (n,)
    source : ndarray of uint8
        ``size`` bytes from ``start`` are the value.
    """

    serial: Ints
    source: Bytes
    start: Ints
    size: Ints


def values(array: pa.Array) -> Values:
    """Return texts, whole numbers, decimals (in a column of affinity REAL) or truth values as SQLite stores them."""
    return _texts(array) if pa.types.is_string(array.type) else _numbers(array)


def _numbers(array: pa.Array) -> Values:
    """Return numbers or truth values.

    A decimal number without decimals is stored as a whole one; not a number is nothing.
    """
    if pa.types.is_floating(array.type):
        real = array.to_numpy(zero_copy_only=False)
        missing = np.isnan(real)
        whole = np.abs(real) <= _LARGEST[-1]
        whole[whole] = real[whole] == np.trunc(real[whole])
        number = np.where(whole, real, 0.0).astype(np.int64)
        bits = np.where(whole, number, real.view(np.int64))
    else:
        missing = array.is_null().to_numpy(zero_copy_only=False)
        bits = number = array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        whole = np.ones(len(array), np.bool_)
    kind = np.searchsorted(_LARGEST, np.where(number < 0, ~number, number))
    short = (number == 0) | (number == 1)
    serial = np.where(whole, np.where(short, _ZERO + number, kind + 1), _REAL)
    size = np.where(whole, np.where(short, 0, _WHOLE[kind]), 8)
    serial, size = np.where(missing, _NULL, serial), np.where(missing, 0, size)
    source = np.ascontiguousarray(bits.astype(">i8")).view(np.uint8)
    return Values(serial, source, np.arange(8, 8 * len(bits) + 8, 8) - size, size)


def _texts(array: pa.Array) -> Values:
    if not len(array):
        none = np.zeros(0, np.int64)
        return Values(none, np.zeros(0, np.uint8), none, none)
    _, ends, data = array.buffers()
    at = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    there = array.is_valid().to_numpy(zero_copy_only=False)
    size = np.where(there, np.diff(at), 0)
    source = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return Values(np.where(there, _TEXT + 2 * size, _NULL), source, at[:-1], size)


def blobs(array: NDArray[Any]) -> Values:
    """Return bytes of one length (dtype ``V``) as SQLite stores them."""
    size = np.full(len(array), array.dtype.itemsize)
    return Values(_BLOB + 2 * size, np.ascontiguousarray(array).view(np.uint8), np.arange(len(array)) * size, size)


def append(path: Path, table: str, batches: Iterable[tuple[Ints, list[Values]]]) -> bool:
    """Fill an empty table, whose first column is its rowid, of a database that nobody has open.

    Parameters
    ----------
    batches : iterable of (ndarray of int64, list of Values)
        The rowids of a batch, from 0 up and rising, from batch to batch too; and its other columns in order.

    Returns
    -------
    bool
        False where a row is too long for a page: then the table is empty as before.
    """
    with closing(sqlite3.connect(path)) as db:
        sql = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?"
        root: int = db.execute(sql, (table,)).fetchone()[0]
    with path.open("r+b") as file:
        tree = _Tree.of(file)
        for ids, columns in batches:
            if not tree.add(ids, columns):
                file.truncate(tree.before * tree.page)
                return False
        tree.close(root)
    return True


@dataclass
class _Tree:
    """A table's tree that is being written at a file's end: pages of rows first, those above them last."""

    file: BinaryIO
    page: int
    before: int
    """Pages of the file, before."""
    next: int
    """Number of the next page."""
    leaves: list[int] = field(default_factory=list)
    """Numbers of the pages of rows."""
    last: list[int] = field(default_factory=list)
    """The last rowid on each."""

    @classmethod
    def of(cls, file: BinaryIO) -> _Tree:
        head = file.read(100)
        page, count = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
        if head[20] or any(head[52:56]) or page < 512:
            raise ValueError("a SQLite file with reserved bytes, auto-vacuum or pages of 65 536 bytes")
        return cls(file, page, count, count + 1)

    def add(self, ids: Ints, columns: list[Values]) -> bool:
        """Write a batch of rows, on pages of their own; False where one is too long."""
        laid = _laid_out(ids, columns, self.page)
        if laid is None:
            return False
        pages, last = laid
        self.leaves += [self._written(page.tobytes()) for page in pages]
        self.last += last.tolist()
        return True

    def close(self, root: int) -> None:
        """Write the pages above the rows, the topmost in the root's place; then say how long the file is."""
        numbers, last = self.leaves, self.last
        while len(numbers) > 1:
            pages, last = _above(numbers, last, self.page)
            if len(pages) == 1:
                self._put(root, pages[0])
                break
            numbers = [self._written(page) for page in pages]
        if len(self.leaves) == 1:  # the root is the page of rows itself
            self.next = self.leaves[0]
            self.file.seek((self.next - 1) * self.page)
            self._put(root, self.file.read(self.page))
            self.file.truncate((self.next - 1) * self.page)
        self.file.seek(24)
        changes = int.from_bytes(self.file.read(4)) + 1
        for at, number in ((24, changes), (28, self.next - 1), (92, changes)):
            self.file.seek(at)
            self.file.write(number.to_bytes(4))

    def _written(self, page: bytes) -> int:
        number = self.next + (self.next == _LOCKED_AT // self.page + 1)
        self._put(number, page)
        self.next = number + 1
        return number

    def _put(self, number: int, page: bytes) -> None:
        self.file.seek((number - 1) * self.page)
        self.file.write(page)


def _laid_out(ids: Ints, columns: list[Values], page: int) -> tuple[Bytes, Ints] | None:
    """Return pages of rows, shape (pages, page), and the last rowid on each; nothing where a row is too long."""
    # The rowid's own column holds nothing: it stands in the cell.
    head, size = np.full(len(ids), 2), np.zeros(len(ids), np.int64)
    for c in columns:
        head += _varint_size(c.serial)
        size += c.size
    head += head > 127
    record: Ints = head + size
    if len(ids) == 0 or record.max() > page - _ROOM:
        return None if len(ids) else (np.zeros((0, page), np.uint8), ids)
    cell = _varint_size(record) + _varint_size(ids) + record
    first = _first_rows(cell, page)
    rows = np.diff(np.append(first, len(ids)))
    of = np.repeat(np.arange(len(first)), rows)
    until = np.cumsum(cell)
    # Cells stand from the page's end; their places, in order, after its head.
    at = (of + 1) * page - (until - (until - cell)[first][of])
    out = np.zeros(len(first) * page, np.uint8)
    places = of * page + _LEAF_HEAD + 2 * (np.arange(len(ids)) - first[of])
    _words(out, 2)[places] = _big(at - of * page, 2)
    start = np.arange(len(first)) * page
    out[start] = _LEAF
    _words(out, 2)[start + 3] = _big(rows, 2)
    _words(out, 2)[start + 5] = _big(at[first + rows - 1] - start, 2)
    at = _put_varint(out, _put_varint(out, at, record), ids)
    value = at + head
    at = _put_varint(out, at, head) + 1
    for c in columns:
        at = _put_varint(out, at, c.serial)
        _copy(out, value, c)
        value = value + c.size
    return out.reshape(-1, page), ids[first + rows - 1]


def _first_rows(cell: Ints, page: int) -> Ints:
    """Return the first row of each page: as many on each as there is room for."""
    until, room, first = np.cumsum(cell + 2), page - _LEAF_HEAD, [0]
    while True:
        begun = until[first[-1] - 1] if first[-1] else 0
        nxt = int(np.searchsorted(until, begun + room, side="right"))
        if nxt == len(cell):
            return np.array(first)
        first.append(nxt)


def _above(numbers: list[int], last: list[int], page: int) -> tuple[list[bytes], list[int]]:
    """Return the pages over pages, and the last rowid under each."""
    most = (page - _INNER_HEAD) // (4 + 9 + 2)  # a rowid takes nine bytes at most
    pages = []
    for i in range(0, len(numbers), most):
        under, until = numbers[i : i + most], last[i : i + most]
        cells = [n.to_bytes(4) + _varint(x) for n, x in zip(under[:-1], until[:-1], strict=True)]
        ends = np.cumsum([len(c) for c in cells], dtype=np.int64)
        head = bytes([_INNER, 0, 0]) + len(cells).to_bytes(2) + (page - sum(map(len, cells))).to_bytes(2) + b"\0"
        head += under[-1].to_bytes(4) + (page - ends).astype(">u2").tobytes()
        body = b"".join(reversed(cells))
        pages.append(head + bytes(page - len(head) - len(body)) + body)
    return pages, [*last[most - 1 : -1 : most], last[-1]]


def _varint(number: int) -> bytes:
    parts = [number & 127]
    while number := number >> 7:
        parts.append(number & 127 | 128)
    return bytes(reversed(parts))


def _varint_size(numbers: Ints) -> Ints:
    """Return the bytes that numbers take, seven bits in each."""
    size = np.ones(len(numbers), np.int64)
    for bits in range(7, 56, 7):
        more = numbers >> bits > 0
        if not more.any():
            break
        size += more
    return size


def _put_varint(out: Bytes, at: Ints, numbers: Ints) -> Ints:
    """Write numbers, the highest seven bits first, all but the last byte marked; return where they end."""
    size = _varint_size(numbers)
    if size.max(initial=1) == 1:
        out[at] = numbers
        return at + 1
    for left in range(int(size.max(initial=1)) - 1, -1, -1):
        which = np.flatnonzero(size > left) if left else slice(None)
        out[at[which] + size[which] - 1 - left] = numbers[which] >> 7 * left & 127 | (128 if left else 0)
    return at + size


def _copy(out: Bytes, at: Ints, values: Values) -> None:
    """Copy each value's bytes to its place: those of one length at a time."""
    for length in np.flatnonzero(np.bincount(values.size)).tolist():
        if length:
            which = values.size == length
            _words(out, length)[at[which]] = _words(values.source, length)[values.start[which]]


def _words(data: Bytes, length: int) -> NDArray[Any]:
    """Return every stretch of so many bytes, whatever it begins at, as one value."""
    return np.ndarray((len(data) - length + 1,), f"V{length}", data, strides=(1,))


def _big(numbers: Ints, length: int) -> NDArray[Any]:
    return numbers.astype(f">u{length}").view(f"V{length}")
