"""Rows written as SQLite's own pages: what SQLite reads, judges and would have written itself."""

from __future__ import annotations

import math
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.publish.geopackage import sqlite_pages

COLUMNS = "id INTEGER PRIMARY KEY, g BLOB, s TEXT, i INTEGER, r REAL, b BOOLEAN"
KINDS = (pa.string(), pa.int64(), pa.float64(), pa.bool_())
Row = tuple[Any, ...]


def empty(path: Path, page: int) -> None:
    """Make a database of an empty table, one to compare with, and one that holds something."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA page_size = {page}")
        for name in ("other", "t", "usual"):
            db.execute(f"CREATE TABLE {name} ({COLUMNS})")
        db.execute("INSERT INTO other (s) VALUES ('orörd')")
        db.commit()


def batches(rows: list[Row], size: int) -> Iterator[tuple[np.ndarray, list[sqlite_pages.Values]]]:
    for at in range(0, len(rows), size):
        ids, blobs, *columns = zip(*rows[at : at + size], strict=True)
        arrays = [pa.array(c, kind) for c, kind in zip(columns, KINDS, strict=True)]
        yield np.array(ids), [sqlite_pages.blobs(np.array(blobs, "V7")), *map(sqlite_pages.values, arrays)]


def judged(path: Path, rows: list[Row]) -> None:
    """See that SQLite finds the file sound and the rows there, and would have stored them in as many bytes."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT s FROM other").fetchall() == [("orörd",)]
        found = db.execute("SELECT * FROM t").fetchall()
        assert found == rows
        for row in rows[:: max(1, len(rows) // 20)]:
            assert db.execute("SELECT * FROM t WHERE id = ?", (row[0],)).fetchone() == row
        db.executemany("INSERT INTO usual VALUES (?, ?, ?, ?, ?, ?)", rows)
        stored = "SELECT sum(payload), sum(ncell) FROM dbstat WHERE name = ? AND pagetype = 'leaf'"
        assert db.execute(stored, ("t",)).fetchone() == db.execute(stored, ("usual",)).fetchone()
        db.execute("DELETE FROM t WHERE id % 3 = 0")  # and it is a table like any other
        db.execute("INSERT INTO t (s) VALUES ('ny')")
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


whole = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300) | st.sampled_from([2**47 - 1, 2**47, -(2**47) - 1])
decimal = st.floats(allow_nan=False, allow_infinity=False) | whole.map(float)
values = st.tuples(
    st.binary(min_size=7, max_size=7),
    st.none() | st.text(max_size=90),
    st.none() | whole,
    st.none() | decimal,
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(values, max_size=150),
    st.sampled_from([512, 4096]),
    st.integers(1, 200),
    st.sampled_from([0, 1, 100, 16_300, 2**40]),
)
def test_rows_are_those_that_sqlite_itself_would_have_written(given_rows, page, size, first):
    rows = [(first + 2 * k, *row) for k, row in enumerate(given_rows)]
    rows = [r if r[4] is None or r[4] != 0 else (*r[:4], 0.0, r[5]) for r in rows]  # SQLite knows no -0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.db"
        empty(path, page)
        if sqlite_pages.append(path, "t", batches(rows, size)):
            judged(path, rows)
        else:  # a text of four bytes a letter
            assert page == 512
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_tree_of_many_levels(tmp_path: Path) -> None:
    rows = [(k + 1, b"1234567", f"ruta {k}", k, k / 4, k % 2 == 0) for k in range(60_000)]
    empty(tmp_path / "t.db", 512)
    assert sqlite_pages.append(tmp_path / "t.db", "t", batches(rows, 7_000))
    with closing(sqlite3.connect(tmp_path / "t.db")) as db:
        depth = db.execute("SELECT max(length(path)) FROM dbstat WHERE name = 't'").fetchone()[0]
    assert depth >= len("/000/000/000/")
    judged(tmp_path / "t.db", rows)


def test_not_a_number_is_nothing(tmp_path: Path) -> None:
    empty(tmp_path / "t.db", 512)
    assert sqlite_pages.append(tmp_path / "t.db", "t", batches([(1, b"1234567", "x", 1, math.nan, True)], 1))
    judged(tmp_path / "t.db", [(1, b"1234567", "x", 1, None, 1)])


def test_a_row_that_no_page_has_room_for_leaves_the_table_empty(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    empty(path, 512)
    before = path.read_bytes()
    row = b"1234567", "x", 1, 0.5, True
    long = (9, row[0], "x" * 500, *row[2:])
    assert not sqlite_pages.append(path, "t", batches([*((k, *row) for k in range(9)), long], 3))
    assert path.read_bytes() == before


def test_the_page_that_sqlite_never_uses_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.db"
    empty(path, 512)
    left_out = path.stat().st_size // 512 + 3
    monkeypatch.setattr(sqlite_pages, "_LOCKED_AT", (left_out - 1) * 512)
    rows = [(k, b"1234567", "x" * 80, k, 0.5, True) for k in range(40)]
    assert sqlite_pages.append(path, "t", batches(rows, 40))
    with closing(sqlite3.connect(path)) as db:
        used = {n for (n,) in db.execute("SELECT pageno FROM dbstat")}
        assert [r[0] for r in db.execute("SELECT id FROM t")] == list(range(40))
    assert max(used) > left_out and left_out not in used
