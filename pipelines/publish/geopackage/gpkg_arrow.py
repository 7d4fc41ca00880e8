"""SQLite filled out of Arrow, by ADBC: no value becomes an object of Python's, which was more than half of the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    from adbc_driver_sqlite.dbapi import Cursor


@contextmanager
def opened(path: Path) -> Iterator[Cursor]:
    """Open a database that is being built: one transaction, no journal (a broken file is thrown away)."""
    from adbc_driver_sqlite import dbapi

    with dbapi.connect(str(path.absolute()), autocommit=True) as connection, connection.cursor() as db:
        # The last, so that nothing of pages that were divided is left in them.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "secure_delete = ON"):
            db.execute(f"PRAGMA {setting}")
        db.execute("BEGIN")
        yield db
        db.execute("COMMIT")


def insert(db: Cursor, table: str, *columns: pa.Array) -> None:
    """Insert rows into a table, given as its columns in order."""
    marks = ", ".join("?" * len(columns))
    rows = pa.RecordBatch.from_arrays([*columns], [str(i) for i in range(len(columns))])
    db.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


def binary(values: NDArray[Any]) -> pa.Array:
    """Return bytes of equal size, or objects (bytes, or none), as Arrow has them."""
    if values.dtype.kind != "V":
        return pa.array(values.tolist(), pa.binary())
    ends = np.arange(len(values) + 1, dtype=np.int32) * values.dtype.itemsize
    data = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.BinaryArray.from_buffers(pa.binary(), len(values), data)
