"""``make bench KONTINENT=ja``: 200 million made-up addresses from Parquet to cells and kommuner, on one machine.

DuckDB, which the joins of the evidence stand on, reads the addresses in a stream: integer division gives each its cell,
cells are summed, joined with the grid's land and kommun, and summed again per kommun. Its memory is bounded; what does
not fit is put on disk. Every cell's sums are then compared with an independent count, in NumPy, of the same file.

``python -m pipelines.orders.bench.bench_continent make FOLDER ADDRESSES``, ``… sum FOLDER`` (what is timed), ``… check
FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ADDRESSES = 200_000_000
CELL_M = 250
WIDE, HIGH = 16_000, 10_000
"""Cells of a continent 4 000 km wide and 2 500 km high: about the land of Europe."""
ROWS = 1_000_000
"""Addresses a row group."""
MEMORY = "2500MB"
"""What DuckDB may keep; the process has the program, and what is not counted, beside it."""
E_M, N_M = 1_000_000, 1_000_000
"""Corner of the grid, in metres: a continent's grid, as EPSG:3035 has one, not Sweden's."""
_KOMMUN_CELLS = 50
"""A made-up kommun is a square of so many cells: 160 km², 64 000 of them."""
_TOWNS, _TOWN_M, _WILD = 100_000, CELL_M * 6, 0.125
"""How many towns, how far they reach, and what share lives anywhere: some five addresses a cell that has any."""


def make(folder: Path, addresses: int = ADDRESSES, wide: int = WIDE, high: int = HIGH, rows: int = ROWS) -> None:
    """Write the addresses, thick in towns, and the grid of every cell. The same numbers give the same tables.

    An address: ``e_m``, ``n_m`` (metres), ``personer``, ``utan`` (whether it lacks coverage). A cell: ``kolumn``,
    ``rad``, ``kommun``, ``land_ha``.
    """
    con = connect(folder)
    towns = max(_TOWNS * addresses // ADDRESSES, 1)

    def part(salt: int, of: str = "i") -> str:
        """A number from 0 to 1, of a row's number."""
        return f"(hash({of} * 16 + {salt}) >> 11)::DOUBLE / 9007199254740992.0"

    # Towns of many sizes, and houses anywhere. In no order: neighbours lie far apart in the file.
    con.execute(f"""COPY (
        WITH rows AS (SELECT i, ({part(0)}) < {_WILD} AS wild, floor(pow({part(1)}, 2) * {towns})::BIGINT AS ort
                      FROM range({addresses}) t(i)),
        places AS (SELECT i,
            CASE WHEN wild THEN {part(2)} * {wide * CELL_M}
                 ELSE {part(3, "ort")} * {wide * CELL_M} + ({part(4)} + {part(5)} - 1) * {_TOWN_M} END AS e,
            CASE WHEN wild THEN {part(6)} * {high * CELL_M}
                 ELSE {part(7, "ort")} * {high * CELL_M} + ({part(8)} + {part(9)} - 1) * {_TOWN_M} END AS n
            FROM rows)
        SELECT round({E_M} + greatest(0, least(e, {wide * CELL_M} - 0.01)), 2) AS e_m,
               round({N_M} + greatest(0, least(n, {high * CELL_M} - 0.01)), 2) AS n_m,
               (1 + hash(i * 16 + 10) % 4)::UTINYINT AS personer, ({part(11)}) < 0.05 AS utan FROM places
    ) TO '{folder / "adresser.parquet"}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {rows})""")
    across = -(-wide // _KOMMUN_CELLS)
    con.execute(f"""COPY (
        SELECT ({E_M} // {CELL_M} + i // {high})::INTEGER AS kolumn, ({N_M} // {CELL_M} + i % {high})::INTEGER AS rad,
               ((i % {high}) // {_KOMMUN_CELLS} * {across} + i // {high} // {_KOMMUN_CELLS})::INTEGER AS kommun,
               {CELL_M * CELL_M / 10_000}::FLOAT AS land_ha FROM range({wide * high}) t(i)
    ) TO '{folder / "rutnat.parquet"}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {rows})""")


def total(folder: Path) -> tuple[int, int, int]:
    """Sum addresses to cells, and cells to kommuner with their land; write both. Return addresses, people, cells.

    Raises
    ------
    AssertionError
        When an address has no cell.
    """
    con = connect(folder)
    con.execute(f"""COPY (
        WITH summor AS (
            SELECT floor(e_m / {CELL_M})::INTEGER AS kolumn, floor(n_m / {CELL_M})::INTEGER AS rad,
                   count(*)::INTEGER AS adresser, sum(personer)::INTEGER AS personer,
                   count_if(utan)::INTEGER AS utan
            FROM '{folder / "adresser.parquet"}' GROUP BY ALL)
        SELECT kolumn, rad, kommun, land_ha, adresser, personer, utan
        FROM '{folder / "rutnat.parquet"}' JOIN summor USING (kolumn, rad)
    ) TO '{folder / "rutor.parquet"}' (FORMAT parquet, COMPRESSION zstd)""")
    con.execute(f"""COPY (
        SELECT kommun, sum(adresser) AS adresser, sum(personer) AS personer, sum(utan) AS utan, sum(land_ha) AS land_ha,
               sum(land_ha * utan / adresser) AS yta_utan_ha
        FROM '{folder / "rutor.parquet"}' GROUP BY kommun ORDER BY kommun
    ) TO '{folder / "kommuner.parquet"}' (FORMAT parquet)""")
    told = con.execute(
        f"""SELECT sum(adresser), sum(personer), count(*) FROM '{folder / "rutor.parquet"}'"""
    ).fetchone()
    many = con.execute(f"""SELECT count(*) FROM '{folder / "adresser.parquet"}'""").fetchone()
    assert told and many and told[0] == many[0], "en adress fick ingen ruta"
    return int(told[0]), int(told[1]), int(told[2])


def check(folder: Path, wide: int = WIDE, high: int = HIGH) -> tuple[int, int, int]:
    """Count every cell again, in NumPy, a row group at a time, and compare all of them. Return what :func:`total` does.

    Raises
    ------
    AssertionError
        When a cell differs.
    """
    import numpy as np
    import pyarrow.parquet as pq

    names = ("adresser", "personer", "utan")
    counted = {name: np.zeros(wide * high, dtype=np.int32) for name in names}
    with pq.ParquetFile(folder / "adresser.parquet") as file:
        for group in range(file.num_row_groups):
            rows = {
                n: c.to_numpy() for n, c in zip(("e", "n", "personer", "utan"), file.read_row_group(group), strict=True)
            }
            column = np.floor_divide(rows["e"] - E_M, CELL_M).astype(np.int64)
            cell = column * high + np.floor_divide(rows["n"] - N_M, CELL_M).astype(np.int64)
            at, first = np.unique(cell, return_inverse=True)
            for name, weights in (("adresser", None), ("personer", rows["personer"]), ("utan", rows["utan"])):
                counted[name][at] += np.bincount(first, weights).astype(np.int32)
    left = {name: int(counted[name].sum(dtype=np.int64)) for name in names}
    cells = int(np.count_nonzero(counted["adresser"]))
    with pq.ParquetFile(folder / "rutor.parquet") as file:
        for batch in file.iter_batches(ROWS):
            rows = {name: batch.column(name).to_numpy() for name in ("kolumn", "rad", *names)}
            at = (rows["kolumn"] - E_M // CELL_M).astype(np.int64) * high + rows["rad"] - N_M // CELL_M
            for name in names:
                assert (counted[name][at] == rows[name]).all(), name
                left[name] -= int(rows[name].sum(dtype=np.int64))
        assert file.metadata.num_rows == cells, "rutor"
    kommuner = pq.read_table(folder / "kommuner.parquet")
    totals = {name: int(counted[name].sum(dtype=np.int64)) for name in names}
    assert left == dict.fromkeys(names, 0), left
    assert {name: int(sum(kommuner[name].to_pylist())) for name in names} == totals, "kommuner"
    return totals["adresser"], totals["personer"], cells


def connect(folder: Path) -> Any:
    """Return DuckDB with bounded memory, and ``folder`` to put on disk what does not fit."""
    import duckdb

    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{folder / 'tillfalligt'}'")
    con.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
    return con


def main(what: str, folder: Path, addresses: int = ADDRESSES) -> None:
    """Do one of the three."""
    if what == "make":
        make(folder, addresses)
    else:
        many, people, cells = total(folder) if what == "sum" else check(folder)
        print(f"{many:_} adresser, {people:_} personer, {cells:_} rutor med adresser".replace("_", " "))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
