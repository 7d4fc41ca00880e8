"""Files: whole or not at all. Everything is written beside its goal and renamed into place."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pyarrow as pa

EPSG = 3006
"""SWEREF 99 TM: cells, addresses and counts stay in it from end to end."""

_SHAPES_AT_ONCE = 50_000

WRITING = "Filen som skrevs: "
"""How the note begins that tells which file was being written when something failed."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it into place when the block succeeds.

    The suffix is kept, since GDAL and others choose a format by it. On failure the temporary file
    is removed and an earlier ``path`` is untouched.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}.{os.getpid()}.ny{path.suffix}")
    try:
        yield beside
        beside.replace(path)
    except Exception as error:
        error.add_note(f"{WRITING}{path}")  # many libraries do not say which file there was no room for
        raise
    finally:
        for leftover in (beside, *path.parent.glob(f".{glob.escape(path.stem)}.{os.getpid()}.ny*")):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_text_if_changed(path: Path, text: str) -> bool:
    """Write only when the content differs, so that make redoes nothing for the same content."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    write_text(path, text)
    return True


def write_zip(path: Path, source: Path, day: str) -> None:
    """Write a file packed, alone in a zip: the same file and day (as in ISO 8601) give the same bytes."""
    year, month, date = (int(x) for x in day.split("-"))
    entry = zipfile.ZipInfo(source.name, (year, month, date, 0, 0, 0))
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
    entry.external_attr, entry.file_size = 0o644 << 16, source.stat().st_size
    with (
        replacing(path) as beside,
        zipfile.ZipFile(beside, "w") as packed,
        source.open("rb") as plain,
        packed.open(entry, "w") as out,
    ):
        shutil.copyfileobj(plain, out, 1 << 20)


def copy(source: Path, path: Path) -> None:
    """Write what ``source`` holds, whole or not at all."""
    with replacing(path) as beside:
        shutil.copyfile(source, beside)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def kind_of(path: Path) -> str:
    """Return what stands at a path, in Swedish; a link is followed."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "en länk till något som inte finns" if path.is_symlink() else "ingenting"
    except OSError:
        return "en länk som går runt" if path.is_symlink() else "något som inte går att läsa"
    return _KINDS.get(stat.S_IFMT(mode), "något annat")


_KINDS = {
    stat.S_IFREG: "en fil",
    stat.S_IFDIR: "en mapp",
    stat.S_IFIFO: "ett namngivet rör (pipe)",
    stat.S_IFSOCK: "en sockel (socket)",
    stat.S_IFCHR: "en enhet",
    stat.S_IFBLK: "en enhet",
}


def write_table(df: pd.DataFrame, path: Path, *, product: bool = False) -> None:
    """Write a table without geometry as Parquet; categories as the texts they stand for.

    As a ``product`` with all that a program that searches in it goes by.
    """
    import pyarrow.parquet as pq

    table = _arrow(df)
    with replacing(path) as beside:
        pq.write_table(table, beside, **({"compression": "zstd"} if product else stored(table.schema)))


def stored(schema: pa.Schema) -> dict[str, Any]:
    """Return how a table between steps is stored as Parquet: arguments of its writer.

    A dictionary of texts only, since one of numbers is as long as they are; and no least and greatest of a column,
    which nobody asks for: both together took a third of the time.
    """
    import pyarrow as pa

    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    return {"compression": "zstd", "use_dictionary": texts, "write_statistics": False}


def _arrow(df: pd.DataFrame) -> pa.Table:
    """Return a frame as Arrow. On disk a text is a text, whether it was a category in memory or not."""
    import pandas as pd
    import pyarrow as pa

    table = pa.Table.from_pandas(df, preserve_index=False)
    categories = [i for i, kind in enumerate(df.dtypes) if isinstance(kind, pd.CategoricalDtype)]
    for i in categories:
        table = table.set_column(i, table.column_names[i], table.column(i).cast(pa.large_string()))
    return table.replace_schema_metadata(None) if categories else table


def write_points(df: pd.DataFrame, path: Path) -> None:
    """Write a table with ``e_m`` and ``n_m`` as GeoParquet 1.1 points (native x, y; EPSG:3006).

    The two columns become the geometry; :func:`read_points` gives them back. Written from the
    coordinates as they stand: 600 000 point objects would cost half a second a stage.
    """
    import pyarrow.parquet as pq

    table = _point_table(df)
    with replacing(path) as beside:
        pq.write_table(table, beside, **stored(table.schema))


def _point_table(df: pd.DataFrame) -> pa.Table:
    """Return the rows as Arrow, ``e_m`` and ``n_m`` as GeoParquet's native points."""
    import pyarrow as pa
    from pyproj import CRS

    table = _arrow(df.drop(columns=["e_m", "n_m"]))
    xy = pa.StructArray.from_arrays(
        [pa.array(df["e_m"].to_numpy(dtype="float64")), pa.array(df["n_m"].to_numpy(dtype="float64"))],
        fields=[pa.field("x", pa.float64(), nullable=False), pa.field("y", pa.float64(), nullable=False)],
    )
    table = table.append_column("geometry", xy)
    column = {"encoding": "point", "geometry_types": ["Point"], "crs": CRS.from_epsg(EPSG).to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return table.replace_schema_metadata({"geo": json.dumps(geo)})


@contextmanager
def in_blocks(path: Path, *, points: bool = False) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Give a function that adds a block of rows to a table, written whole or not at all.

    The blocks must have the same columns; at least one is needed. What is read back is the blocks after each
    other, as if they had been one frame given to :func:`write_table` (or, with ``points``, :func:`write_points`).
    """
    import pyarrow.parquet as pq

    with replacing(path) as beside:
        writers: list[pq.ParquetWriter] = []

        def add(df: pd.DataFrame) -> None:
            block = _point_table(df) if points else _arrow(df)
            if not writers:
                writers.append(pq.ParquetWriter(beside, block.schema, **stored(block.schema)))
            writers[0].write_table(block.cast(writers[0].schema))

        try:
            yield add
        finally:
            for writer in writers:
                writer.close()


def write_polygons(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write polygons, or lines, as GeoParquet (WKB)."""
    import pandas as pd
    import pyarrow as pa

    schema = pa.Schema.from_pandas(pd.DataFrame(frame.drop(columns=frame.geometry.name)), preserve_index=False)
    with replacing(path) as beside:
        frame.to_parquet(beside, index=False, **stored(schema))


def write_wkb(frame: pd.DataFrame, wkb: Any, box: Sequence[float], path: Path, *, several: bool) -> None:
    """Write lines that are WKB already: the bytes of :func:`write_polygons`, without a shape of each.

    Parameters
    ----------
    frame : DataFrame
        All but the geometry.
    wkb : sequence of bytes, or Arrow array of them
    box : sequence of float
        Least easting and northing of all of them, and greatest; of none, nothing.
    several : bool
        Whether they are MultiLineStrings, not LineStrings.
    """
    import io

    import geopandas as gpd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    # What the file says of its geometry GeoPandas says itself, of one line of the same kind from corner to corner.
    ends = [[box[:2], box[2:]]] if len(frame) else []
    few = [shapely.MultiLineString([x]) if several else shapely.LineString(x) for x in ends]
    alike = io.BytesIO()
    gpd.GeoDataFrame(geometry=few, crs=EPSG).to_parquet(alike, index=False)
    said = pq.read_schema(alike)
    table = pa.Table.from_pandas(frame.assign(geometry=None), preserve_index=False)
    table = table.set_column(len(frame.columns), said.field("geometry"), pa.array(wkb, pa.binary()))
    about = {**table.schema.metadata, b"geo": said.metadata[b"geo"]}
    with replacing(path) as beside:
        pq.write_table(table.replace_schema_metadata(about), beside, **stored(table.schema))


def release() -> None:
    """Give memory that is free back to the system: Arrow's and C's allocators keep it, for what may come.

    Threads and tables of many sizes leave it in pieces; after the roads are read that is as much as what is in use.
    """
    import ctypes

    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only the GNU C library has it, and needs it
    if trim:
        trim(0)


def read_table(path: Path, columns: list[str] | None = None, few: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table written by :func:`write_table`.

    Texts in the columns ``few``, which hold few different ones, become categories: a byte a row, not twenty.
    """
    import pandas as pd

    if not few:
        return pd.read_parquet(path, columns=columns)
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=columns, read_dictionary=list(few)).to_pandas(
        split_blocks=True, self_destruct=True
    )


def read_points(path: Path, columns: list[str] | None = None, few: Sequence[str] = ()) -> pd.DataFrame:
    """Read points written by :func:`write_points` with ``e_m`` and ``n_m`` (float, metres); ``few`` as above."""
    import pyarrow.parquet as pq

    wanted = None if columns is None else [*columns, "geometry"]
    return _points_frame(pq.read_table(path, columns=wanted, read_dictionary=list(few)))


def read_rows(
    path: Path, start: int, stop: int, columns: list[str] | None = None, few: Sequence[str] = ()
) -> pd.DataFrame:
    """Read rows ``start`` to ``stop`` of a table, points with ``e_m`` and ``n_m``: only the row groups they are in.

    ``few`` as in :func:`read_table`.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, read_dictionary=list(few)) as file:
        ends = [0]
        for i in range(file.num_row_groups):
            ends.append(ends[-1] + file.metadata.row_group(i).num_rows)
        held = [i for i in range(file.num_row_groups) if ends[i] < stop and ends[i + 1] > start]
        rows = file.read_row_groups(held, columns=columns)
        first = ends[held[0]] if held else 0
        rows = rows.slice(start - first, stop - start)
    return _points_frame(rows) if "geometry" in rows.column_names else rows.to_pandas()


def _points_frame(table: pa.Table) -> pd.DataFrame:
    """Return rows with native points as a frame with ``e_m`` and ``n_m``."""
    xy = table["geometry"].combine_chunks()
    # The GeoParquet metadata would make pandas look for a geometry that is no longer there.
    plain = table.drop_columns(["geometry"]).replace_schema_metadata(None)
    frame = plain.to_pandas()
    storage = getattr(xy, "storage", xy)
    frame["e_m"] = storage.field("x").to_numpy(zero_copy_only=False)
    frame["n_m"] = storage.field("y").to_numpy(zero_copy_only=False)
    return frame


def read_polygons(path: Path) -> gpd.GeoDataFrame:
    """Read polygons written by :func:`write_polygons`."""
    import geopandas as gpd

    return gpd.read_parquet(path)


def read_wkb(path: Path) -> tuple[pd.DataFrame, pa.Array]:
    """Read lines written by :func:`write_wkb`, without a shape of each: all but the geometry, and that as WKB."""
    import pyarrow.parquet as pq

    table = pq.read_table(path).replace_schema_metadata(None)
    return table.drop_columns(["geometry"]).to_pandas(), table["geometry"].combine_chunks()


def read_shapes(
    path: Path, columns: list[str] | None = None, chosen: Any = None, few: Sequence[str] = ()
) -> pd.DataFrame:
    """Read polygons as a plain table with shapely geometry, without the second that importing geopandas takes.

    Parameters
    ----------
    columns : list of str, optional
        All of them when not given.
    chosen : optional
        Which rows: a filter of PyArrow's.
    few : sequence of str
        As in :func:`read_table`.
    """
    import numpy as np
    import pyarrow.parquet as pq
    import shapely

    table = pq.read_table(path, columns=columns, filters=chosen, read_dictionary=list(few)).replace_schema_metadata(
        None
    )
    shapes = np.full(len(table), None, dtype=object)
    start = 0
    # Some at a time: as bytes of their own all of them would take more than as shapes.
    for some in table.select(["geometry"]).to_batches(max_chunksize=_SHAPES_AT_ONCE):
        shapes[start : start + len(some)] = shapely.from_wkb(some.column(0).to_numpy(zero_copy_only=False))
        start += len(some)
    at = table.column_names.index("geometry")
    frame = table.drop_columns(["geometry"]).to_pandas()
    frame.insert(at, "geometry", shapes)
    return frame
